/* Every allocation fails once: the first, the second, and so on, while law is
 * built, loaded, opened from a file, and judged by. Each failure must come back
 * as a clean error, nothing may be left behind, and the same work must succeed
 * when memory is there again.
 *
 * failing.h fails them. */
#include "../test.h"
#include "failing.h"

#include "comity.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- the work ---- */

static const struct {
    const char *name;
    const char *text;
} files[] = {
    {"names.law", "taxonomy \"Names\"\n"
                  "category personal \"personal data\"\ncategory health of personal \"health data\"\n"
                  "kind company \"a company\"\nkind covered \"a covered person\"\npurpose research \"research\"\n"
                  "circumstance occasional \"Is it occasional?\"\nsafeguard encrypted \"encryption\"\n"
                  "paper standard-contract \"a standard contract\" valid 2 years\n"},
    {"XA.law", "state XA \"Examplia\"\n"
               "instrument DPA \"Data Protection Act\" from 2020-01-01\ncovers transfer, store from 2020-01-01\n"
               "authority XA.DPC \"Data Protection Commission\"\n"
               "group XA.near \"Neighbours\"\n  members XB from 2021-01-01\n"
               "define XA.out = transfer from XA to outside XA\n"
               "derive covered when party owned 50% by (owner in XB)\n"
               "count XA.year \"persons whose data has left\"\n  of persons\n  when XA.out\n  window calendar year\n"
               "  per exporter\n"
               "rule XA.DPA.10 \"Data leaves under a contract\"\n  cite DPA \"s. 10\"\n"
               "  when XA.out and data has personal and not importer is covered\n"
               "  needs one of standard-contract by XA.DPC, (all of encrypted, standard-contract result passed)\n"
               "  checked 2026-11-23 \"read\"\n"
               "rule XA.DPA.11 \"Neighbours\"\n  cite DPA \"s. 11\"\n  when XA.out and importer in XA.near\n"
               "  way XA.DPA.10 with encrypted\n  unverified\n"
               "rule XA.DPA.12 \"Much of it stays\"\n  cite DPA \"s. 12\"\n"
               "  when XA.out and count XA.year at least 1,000\n  unless occasional\n  refuse\n  unverified\n"},
    {"XB.law", "state XB \"Exbania\"\n"
               "instrument L \"A law\"\ncovers transfer, store, disclose\n"
               "rule XB.L.1 \"Tell them\"\n  cite L \"s. 1\"\n  when transfer to XB\n"
               "  duty \"Tell them\" within 10 days\n  checked 2026-11-23 \"read\"\n"},
    {"AG.law", "agreement AG \"An agreement\"\nsoft\nabout trade\nparties XA, XB\n"
               "instrument T \"Its text\"\n"
               "rule AG.T.1 \"Neither collects from the other\"\n  cite T \"art. 1\"\n"
               "  when transfer and purposes has research\n  refuse\n  unverified\n"},
};
#define FILE_COUNT (sizeof files / sizeof files[0])

static const char act[] = "{\"act\":\"transfer\",\"on\":\"2026-11-24\",\"from\":\"XA\",\"to\":{\"state\":\"XB\","
                          "\"owners\":[{\"state\":\"XB\",\"percent\":30},{\"state\":\"XA\",\"percent\":20}]},"
                          "\"data\":{\"categories\":[\"health\"],\"people\":10},"
                          "\"papers\":[{\"kind\":\"standard-contract\",\"under\":\"XA\"}]}";

static char image_path[] = "/tmp/comity-alloc-XXXXXX";
static unsigned long judging; /* allocations while judging, when the context has judged such an act before */

static comity_status judge_by(const comity_law *law, comity_error *reterr)
{
    comity_context *context;
    comity_answer answer;
    comity_verdict verdict;
    comity_status status = comity_context_new(law, &context, reterr);
    if (status != COMITY_OK) {
        return status;
    }
    status = comity_context_adopt(context, "AG", reterr);
    if (status == COMITY_OK) {
        status = comity_judge_json(context, act, sizeof act - 1, NULL, &answer, reterr);
        unsigned long before = made;
        if (status == COMITY_OK) {
            status = comity_judge_json(context, act, sizeof act - 1, NULL, &answer, reterr);
        }
        if (status == COMITY_OK) {
            status = comity_judge_verdict(context, act, sizeof act - 1, NULL, &verdict, reterr);
        }
        judging += made - before;
    }
    comity_context_free(context);
    return status;
}

static comity_status build_with(comity_builder *builder, bool is_wrong, comity_error *reterr)
{
    const void *image;
    size_t size;
    comity_law *law;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        comity_status status = comity_builder_add(builder, files[i].name, files[i].text, strlen(files[i].text), reterr);
        if (status != COMITY_OK) {
            return status;
        }
    }
    if (is_wrong) {
        static const char wrong[] = "state XC \"C\"\nrule XC.1 \"\n";
        comity_status status = comity_builder_add(builder, "wrong.law", wrong, sizeof wrong - 1, reterr);
        if (status != COMITY_OK) {
            return status;
        }
    }
    comity_status status = comity_builder_build(builder, &image, &size, reterr);
    (void)strlen(comity_builder_messages(builder)); /* is there whatever happened */
    if (status != COMITY_OK) {
        return status;
    }
    status = comity_law_load(image, size, &law, reterr);
    if (status == COMITY_OK) {
        status = judge_by(law, reterr);
        comity_law_close(law);
    }
    return status;
}

static comity_status build(bool is_wrong, comity_error *reterr)
{
    comity_builder *builder;
    comity_status status = comity_builder_new(&builder, reterr);
    if (status == COMITY_OK) {
        status = build_with(builder, is_wrong, reterr);
        comity_builder_free(builder);
    }
    return status;
}

static comity_status build_right(comity_error *reterr)
{
    return build(false, reterr);
}

static comity_status build_wrong(comity_error *reterr)
{
    comity_status status = build(true, reterr);
    return status == COMITY_ERROR_SYNTAX ? COMITY_OK : status;
}

static comity_status open_file(comity_error *reterr)
{
    comity_law *law;
    comity_status status = comity_law_open(image_path, &law, reterr);
    if (status == COMITY_OK) {
        status = judge_by(law, reterr);
        comity_law_close(law);
    }
    return status;
}

/* ---- inspecting ---- */

static const char types_text[] =
    "type xa.person \"Person's number\"\n  category government-id\n  person\n  state XA\n  shape [1-9]9{9}\n"
    "  check luhn()\n  words en \"person number\"\n  words zh \"\xE5\x8F\xB7\xE7\xA0\x81\"\n  fields \"pnr\"\n  needs context\n  odds 3\n"
    "  source \"made up\"\n"
    "type secret.key \"A key\"\n  kind secret\n  category account-id\n  find anchor\n  shape \"XKEY\" [0-9A-Z]{16}\n"
    "  odds 30\n  source \"made up\"\n";

static unsigned long inspecting; /* allocations while inspecting */
static size_t found_count;

static void found(void *context, const comity_found *one)
{
    (void)context;
    found_count += one->seen_count;
}

static comity_status inspect_by(comity_inspection *inspection, comity_error *reterr)
{
    static const char input[] = "[{\"pnr\":\"1234567897\",\"note\":\"XKEY0123456789ABCDEF\"}]";
    unsigned long before = made;
    comity_status status = comity_inspect_begin(inspection, NULL, reterr);
    if (status == COMITY_OK) {
        status = comity_inspect_feed(inspection, input, sizeof input - 1, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_inspect_finish(inspection, reterr);
    }
    inspecting += made - before;
    return status;
}

static comity_status inspect(comity_error *reterr)
{
    static const comity_rules_text text = {"alloc.types", types_text, sizeof types_text - 1};
    comity_rules *rules;
    comity_inspection *inspection = NULL;
    comity_status status = comity_rules_load(&text, 1, &rules, reterr);
    if (status != COMITY_OK) {
        return status;
    }
    status = comity_inspection_new(rules, NULL, found, NULL, &inspection, reterr);
    if (status == COMITY_OK) {
        status = inspect_by(inspection, reterr);
    }
    comity_inspection_free(inspection);
    comity_rules_close(rules);
    return status;
}

/* ---- papers ---- */

static comity_key *paper_key; /* its memory is libsodium's, which takes it by mmap */

/* A trust file, a paper that is signed, countersigned, put on the shelf with one
 * that is none, and judged with. */
static comity_status use_papers(comity_papers *papers, const comity_law *law, comity_error *reterr)
{
    static const char text[] = "comity paper/standard-contract v1\npaper: standard-contract\nid: 1\nby: XA.DPC\n"
                               "holder: Motors\nissued: 2026-01-01\nunder: XA\nparty: Autos\nstate: XB\n";
    static const char named_act[] = "{\"act\":\"transfer\",\"on\":\"2026-11-24\",\"from\":{\"state\":\"XA\",\"name\":\"Motors\"},"
                                    "\"to\":{\"state\":\"XB\",\"name\":\"Autos\"},\"data\":{\"categories\":[\"health\"]}}";
    char *note = NULL;
    char *both = NULL;
    size_t size = 0;
    size_t both_size = 0;
    comity_context *context = NULL;
    comity_answer answer;
    comity_status status = comity_paper_sign(paper_key, text, sizeof text - 1, &note, &size, reterr);
    if (status == COMITY_OK) {
        status = comity_paper_countersign(paper_key, note, size, &both, &both_size, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_papers_add(papers, "paper", both, both_size, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_papers_add(papers, "none", text, sizeof text - 1, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_papers_settle(papers, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_context_new(law, &context, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_context_papers(context, papers, true, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_judge_json(context, named_act, sizeof named_act - 1, NULL, &answer, reterr);
        CHECK(status != COMITY_OK || strstr(answer.json, "\"held\":\"signed\"") != NULL ||
              strstr(answer.json, "\"verdict\"") != NULL);
    }
    comity_context_free(context);
    comity_free(note);
    comity_free(both);
    return status;
}

static comity_status hold_papers(comity_error *reterr)
{
    comity_law *law;
    comity_papers *papers;
    char trust[600];
    comity_status status = comity_law_open(image_path, &law, reterr);
    if (status != COMITY_OK) {
        return status;
    }
    (void)snprintf(trust, sizeof trust, "comity trust v1\nauthority XA.DPC\n  key %s\n  may standard-contract under XA\n",
                   comity_key_public(paper_key));
    status = comity_papers_new(law, "trust", trust, strlen(trust), &papers, reterr);
    if (status == COMITY_OK) {
        status = use_papers(papers, law, reterr);
        comity_papers_free(papers);
    }
    comity_law_close(law);
    return status;
}

/* ---- one failure after the other ---- */

static comity_status run(comity_status (*work)(comity_error *reterr), unsigned long nth, bool all_after)
{
    comity_error error = {COMITY_OK, 0, ""};
    long before = alive;
    made = 0;
    fails_at = nth;
    goes_on = all_after;
    comity_status status = work(&error);
    fails_at = 0;
    CHECK_EQ_INT(before, alive);
    if (status != COMITY_OK) {
        CHECK_EQ_INT(COMITY_ERROR_MEMORY, status);
        CHECK_EQ_INT(status, error.code);
        CHECK(error.message[0] != '\0');
    }
    return status;
}

/* Until the work is done before the n-th allocation is asked for. */
static void fail_each(const char *name, comity_status (*work)(comity_error *reterr))
{
    unsigned long failures = 0;
    test_case(name);
    CHECK_EQ_INT(COMITY_OK, run(work, 0, false));
    unsigned long needed = made;
    CHECK(needed > 0);
    for (unsigned long nth = 1; nth <= needed && !test_now.failed; nth++) {
        failures += run(work, nth, false) != COMITY_OK;
        (void)run(work, nth, true);
        CHECK_EQ_INT(COMITY_OK, run(work, 0, false));
    }
    CHECK(failures > 0);
    fprintf(stderr, "alloc: %s: %lu allocations, %lu of which cannot be done without\n", name, needed, failures);
}

static bool write_image(void)
{
    comity_builder *builder;
    comity_error error;
    const void *image;
    size_t size;
    bool good = comity_builder_new(&builder, &error) == COMITY_OK;
    for (size_t i = 0; good && i < FILE_COUNT; i++) {
        good = comity_builder_add(builder, files[i].name, files[i].text, strlen(files[i].text), &error) == COMITY_OK;
    }
    good = good && comity_builder_build(builder, &image, &size, &error) == COMITY_OK;
    int file = mkstemp(image_path);
    good = good && file >= 0 && write(file, image, size) == (ssize_t)size;
    if (file >= 0) {
        (void)close(file);
    }
    comity_builder_free(builder);
    return good;
}

int main(void)
{
    test_begin("fail/alloc");
    fail_each("law is built and judged by", build_right);
    fail_each("law with errors", build_wrong);
    fail_each("types are read and inspected by", inspect);
    test_case("inspecting allocates nothing");
    CHECK(found_count > 0);
    CHECK_EQ_INT(0, inspecting);
    test_case("an image is written");
    if (CHECK(write_image())) {
        fail_each("an image is opened and judged by", open_file);
        if (CHECK_EQ_INT(COMITY_OK, comity_key_new("a.example", COMITY_PURPOSE_PAPER, &paper_key, NULL))) {
            fail_each("papers are signed, put on a shelf and judged with", hold_papers);
            comity_key_free(paper_key);
        }
        (void)unlink(image_path);
    }
    test_case("judging allocates nothing once there is room for the answer");
    CHECK_EQ_INT(0, judging);
    return test_done();
}
