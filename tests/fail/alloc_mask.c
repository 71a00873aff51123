/* Every allocation fails once while an input is masked and turned back: the policy, the
 * key, the decoder's block, the scanners, what is held, and what is written. Each
 * failure must come back as a clean error, nothing may be left behind, and nothing may go
 * out that was not masked.
 *
 * failing.h fails them. */
#include "../test.h"
#include "failing.h"

#include "../mask_types.h"

/* ---- the work ---- */

#define CARD "4111111111111111"

static const char input[] =
    "{\"card\":" CARD ",\"m\":\"anna@example.com\",\"a\":\"Y2FyZCA0MTExMTExMTExMTExMTExIG9mIEFubmE=\"}";
static mask_kit kit;

/* Output in memory that is never asked for. */
typedef struct output {
    char bytes[4096];
    size_t size;
} output;

static comity_status put(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    output *to = context;
    (void)reterr;
    if (size <= sizeof to->bytes - to->size) {
        memcpy(to->bytes + to->size, bytes, size);
        to->size += size;
    }
    return COMITY_OK;
}

static comity_status mask_all(output *masked, comity_error *reterr)
{
    static const char text[] = "default token\n";
    comity_mask_policy *policy = NULL;
    comity_mask_key *key = NULL;
    comity_masker *masker = NULL;
    uint8_t secret[COMITY_MASK_KEY_SIZE] = {1, 2, 3};
    comity_mask_settings settings = {.rules = kit.rules, .write = put, .context = masked};
    comity_status status = comity_mask_policy_read(kit.types, "p", text, sizeof text - 1, &policy, reterr);
    status = status == COMITY_OK ? comity_mask_key_new(secret, &key, reterr) : status;
    if (status == COMITY_OK) {
        settings.policy = policy;
        settings.key = key;
        status = comity_masker_new(&settings, &masker, reterr);
    }
    status = status == COMITY_OK ? comity_masker_start(masker, NULL, reterr) : status;
    status = status == COMITY_OK ? comity_masker_feed(masker, input, sizeof input - 1, reterr) : status;
    status = status == COMITY_OK ? comity_masker_finish(masker, reterr) : status;
    comity_masker_free(masker);
    comity_mask_key_free(key);
    comity_mask_policy_free(policy);
    return status;
}

static comity_status unmask_all(const output *masked, output *back, comity_error *reterr)
{
    comity_unmasker *unmasker = NULL;
    comity_status status = comity_unmasker_new(kit.key, put, back, &unmasker, reterr);
    status = status == COMITY_OK ? comity_unmasker_start(unmasker, NULL, reterr) : status;
    status = status == COMITY_OK ? comity_unmasker_feed(unmasker, masked->bytes, masked->size, reterr) : status;
    status = status == COMITY_OK ? comity_unmasker_finish(unmasker, reterr) : status;
    comity_unmasker_free(unmasker);
    return status;
}

static comity_status work(output *masked, output *back, comity_error *reterr)
{
    COMITY_TRY(mask_all(masked, reterr));
    return unmask_all(masked, back, reterr);
}

static bool has(const output *of, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= of->size; i++) {
        if (memcmp(of->bytes + i, text, size) == 0) {
            return true;
        }
    }
    return false;
}

int main(void)
{
    test_begin("fail/alloc_mask");
    test_case("set up");
    comity_error error = {.message = ""};
    output masked = {.size = 0};
    output back = {.size = 0};
    if (!CHECK(mask_kit_make(&kit)) || !CHECK(work(&masked, &back, &error) == COMITY_OK)) {
        return test_done();
    }
    CHECK(back.size == sizeof input - 1 && memcmp(back.bytes, input, back.size) == 0);
    long before = alive;
    made = 0;
    masked.size = back.size = 0;
    CHECK(work(&masked, &back, &error) == COMITY_OK);
    unsigned long count = made;
    CHECK(count > 10);
    test_case("each allocation fails once");
    for (unsigned long i = 1; i <= count; i++) {
        made = 0;
        masked.size = back.size = 0;
        error = (comity_error){.message = ""};
        fails_at = i;
        comity_status status = work(&masked, &back, &error);
        fails_at = 0;
        if (!CHECK_EQ_INT(COMITY_ERROR_MEMORY, status) || !CHECK(error.message[0] != '\0') ||
            !CHECK_EQ_INT(before, alive) || !CHECK(!has(&masked, CARD) && !has(&masked, "anna"))) {
            fprintf(stderr, "allocation %lu of %lu: %s\n", i, count, error.message);
        }
    }
    test_case("and the same work succeeds then");
    masked.size = back.size = 0;
    CHECK(work(&masked, &back, &error) == COMITY_OK);
    CHECK(back.size == sizeof input - 1 && memcmp(back.bytes, input, back.size) == 0);
    mask_kit_free(&kit);
    return test_done();
}
