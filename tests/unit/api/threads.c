/* What the header says may be shared is shared: one law, one set of rules and one policy by
 * many threads, each with working memory of its own. Each thread gives what one alone gives. */
#include "test.h"

#include <comity.h>

#include <pthread.h>
#include <stdlib.h>

#define THREADS 6
#define ROUNDS 5
#define JUDGED_MAX (1024 * 1024)
#define MASKED_MAX 4096

/* Immutable, of all threads. */
typedef struct shared {
    comity_law *law;
    comity_rules *rules;
    comity_masking *masking;
} shared;

/* What a thread made of the same input. */
typedef struct outcome {
    const shared *of;
    bool failed;
    size_t judged_size;
    char judged[JUDGED_MAX];
    size_t found;
    uint64_t persons;
    size_t masked_size;
    char masked[MASKED_MAX];
} outcome;

static const char *const acts[] = {
    "{\"act\":\"transfer\",\"on\":\"2026-06-01\",\"from\":{\"state\":\"DE\"},\"to\":{\"state\":\"US\"},"
    "\"data\":{\"categories\":[\"health\"],\"people\":20000}}",
    "{\"act\":\"transfer\",\"on\":\"2024-03-22\",\"from\":{\"state\":\"CN\"},\"to\":{\"state\":\"SG\"},"
    "\"data\":{\"categories\":[\"sensitive\"],\"people\":9999}}",
    "{\"act\":\"store\",\"on\":\"2026-06-01\",\"from\":{\"state\":\"IN\"},\"to\":{\"state\":\"BR\"},"
    "\"data\":{\"categories\":[\"payment-card\"]}}",
};

static const char text[] = "order,email,card\n"
                           "1,anna@example.com,4111111111111111\n"
                           "2,bert@example.com,5500005555555559\n"
                           "3,anna@example.com,4012888888881881\n";

static bool judge_all(outcome *mine)
{
    comity_context *context = NULL;
    comity_answer answer;
    comity_error error;
    if (comity_context_new(mine->of->law, &context, &error) != COMITY_OK) {
        return false;
    }
    bool good = true;
    mine->judged_size = 0;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0] && good; i++) {
        good = comity_judge_json(context, acts[i], strlen(acts[i]), NULL, &answer, &error) == COMITY_OK &&
               answer.json_size <= sizeof mine->judged - mine->judged_size;
        if (good) {
            memcpy(mine->judged + mine->judged_size, answer.json, answer.json_size);
            mine->judged_size += answer.json_size;
        }
    }
    comity_context_free(context);
    return good;
}

static void found_one(void *context, const comity_found *found)
{
    outcome *mine = context;
    mine->found += found->seen_count != 0;
}

static bool inspect_all(outcome *mine)
{
    static const comity_inspect_options options = {.with_paths = true, .with_digests = true};
    comity_inspection *inspection = NULL;
    comity_error error;
    bool exact;
    mine->found = 0;
    bool good = comity_inspection_new(mine->of->rules, &options, found_one, mine, &inspection, &error) == COMITY_OK &&
                comity_inspect_begin(inspection, NULL, &error) == COMITY_OK &&
                comity_inspect_feed(inspection, text, sizeof text - 1, &error) == COMITY_OK &&
                comity_inspect_finish(inspection, &error) == COMITY_OK;
    mine->persons = good ? comity_inspect_persons(inspection, &exact) : 0;
    comity_inspection_free(inspection);
    return good;
}

static comity_status masked_write(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    outcome *mine = context;
    (void)reterr;
    if (size > MASKED_MAX - mine->masked_size) {
        return COMITY_ERROR_LIMIT;
    }
    memcpy(mine->masked + mine->masked_size, bytes, size);
    mine->masked_size += size;
    return COMITY_OK;
}

static bool mask_all(outcome *mine)
{
    comity_copy *copy = NULL;
    comity_error error;
    mine->masked_size = 0;
    bool good = comity_copy_new(mine->of->masking, 0, masked_write, mine, &copy, &error) == COMITY_OK &&
                comity_copy_begin(copy, NULL, &error) == COMITY_OK &&
                comity_copy_feed(copy, text, sizeof text - 1, &error) == COMITY_OK &&
                comity_copy_finish(copy, &error) == COMITY_OK;
    comity_copy_free(copy);
    return good;
}

static void *work(void *context)
{
    outcome *mine = context;
    for (int round = 0; round < ROUNDS && !mine->failed; round++) {
        mine->failed = !judge_all(mine) || !inspect_all(mine) || !mask_all(mine);
    }
    return NULL;
}

static void outcomes_check(const outcome *alone, const outcome *other)
{
    CHECK(!other->failed);
    CHECK(other->judged_size == alone->judged_size && memcmp(other->judged, alone->judged, alone->judged_size) == 0);
    CHECK_EQ_INT(alone->found, other->found);
    CHECK_EQ_INT(alone->persons, other->persons);
    CHECK(other->masked_size == alone->masked_size && memcmp(other->masked, alone->masked, alone->masked_size) == 0);
}

int main(void)
{
    static outcome alone;
    static outcome others[THREADS];
    static const char policy[] = "default mask\n";
    shared all = {NULL, NULL, NULL};
    pthread_t threads[THREADS];
    comity_error error = {.message = ""};
    test_begin("api threads");

    test_case("what is shared can be made");
    if (CHECK(comity_law_open(getenv("COMITY_IMAGE"), &all.law, &error) == COMITY_OK) &&
        CHECK(comity_rules_open(&all.rules, &error) == COMITY_OK) &&
        CHECK(comity_masking_new(all.rules, "policy", policy, sizeof policy - 1, NULL, 0, &all.masking, &error) ==
              COMITY_OK)) {
        alone.of = &all;
        (void)work(&alone);
        CHECK(!alone.failed);
        CHECK(alone.judged_size > 0 && alone.found >= 6 && alone.persons == 2);
        CHECK(alone.masked_size > 0 && strstr(alone.masked, "anna@") == NULL);

        test_case("many threads give what one gives");
        for (size_t i = 0; i < THREADS; i++) {
            others[i].of = &all;
            CHECK_EQ_INT(0, pthread_create(&threads[i], NULL, work, &others[i]));
        }
        for (size_t i = 0; i < THREADS; i++) {
            (void)pthread_join(threads[i], NULL);
            outcomes_check(&alone, &others[i]);
        }
    }
    comity_masking_free(all.masking);
    comity_rules_close(all.rules);
    comity_law_close(all.law);
    return test_done();
}
