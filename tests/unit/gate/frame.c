/* Frames written and read, and what is said of those that are none; gathering; copies. */
#include "gate/frame.h"
#include "test.h"

#include <string.h>

static uint8_t bytes[COMITY_GATE_FRAME_BYTES_MAX];
static comity_gate_frame frame, read;
static comity_error error;

static size_t written(void)
{
    size_t size = 0;
    CHECK(comity_gate_frame_write(&frame, bytes, sizeof bytes, &size, &error) == COMITY_OK);
    return size;
}

static void fails(size_t size, const char *message)
{
    CHECK(comity_gate_frame_read(bytes, size, &read, &error) != COMITY_OK);
    CHECK_EQ_STR(message, error.message);
}

static void judges(void)
{
    static const char *const names[] = {"email", "health"};
    static const comity_gate_person persons[] = {{{1, 2, 3}, 1}, {{4, 5, 6}, 3}};
    frame = (comity_gate_frame){.kind = COMITY_GATE_JUDGE, .number = UINT64_C(0x1122334455667788)};
    frame.judge = (comity_gate_judge){.id = {9}, .segment = 3, .deadline_ms = 5000, .flags = COMITY_GATE_TELLS, .act_count = 2,
                                      .acts = {{"{}", 2}, {"[]", 2}}, .category_count = 2, .categories = names,
                                      .person_count = 2, .persons = persons};
    size_t size = written();
    size_t whole = 0;
    CHECK(comity_gate_frame_size(bytes, 15, &whole, &error) == COMITY_OK && whole == 0);
    CHECK(comity_gate_frame_size(bytes, 16, &whole, &error) == COMITY_OK && whole == size);
    CHECK(comity_gate_frame_read(bytes, size, &read, &error) == COMITY_OK);
    CHECK(read.number == frame.number && read.judge.segment == 3 && read.judge.deadline_ms == 5000);
    CHECK(read.judge.act_count == 2 && read.judge.acts[1].size == 2 && memcmp(read.judge.acts[1].text, "[]", 2) == 0);
    CHECK(read.judge.person_count == 2 && read.judge.person_bytes[0] == 1 && read.judge.person_bytes[24] == 4);
    fails(size - 1, "expected one whole frame, found 126 bytes");
    bytes[16 + 16 + 4 + 4 + 1] = 0;
    fails(size, "0 acts in a frame; 1 to 8 are possible");
    frame.judge.category_count = 1;
    size = written();
    fails(size, "a person has a category that the frame does not name");
}

static void others(void)
{
    frame = (comity_gate_frame){.kind = COMITY_GATE_HELLO, .hello = {1, 1, "shop", 4}};
    size_t size = written();
    CHECK(comity_gate_frame_read(bytes, size, &read, &error) == COMITY_OK && read.hello.gate_size == 4);
    bytes[16] = 'C';
    fails(size, "the other side does not speak the protocol of gates");
    frame = (comity_gate_frame){.kind = COMITY_GATE_JUDGED, .judged = {.entry_count = 1, .entries = {7}, .rules = "", .ways = "", .message = ""}};
    frame.judged.verdict = COMITY_REFUSE;
    size = written();
    CHECK(comity_gate_frame_read(bytes, size, &read, &error) == COMITY_OK && read.judged.entries[0] == 7);
    bytes[16 + 16 + 4 + 1] = 9;
    fails(size, "9 as a verdict in a frame; 0 to 3 are possible");
    bytes[16 + 16 + 4] = 9;
    fails(size, "9 as an outcome in a frame; 0 to 4 are possible");
    frame = (comity_gate_frame){.kind = COMITY_GATE_REFUSED, .refused = {"why", 3}};
    size = written();
    bytes[3] = 1;
    fails(size, "a frame of 16777239 bytes; at most 2097152 are possible");
    bytes[3] = 0;
    bytes[4] = 77;
    fails(size, "a frame of 23 bytes and the kind 77: there is none");
    bytes[4] = COMITY_GATE_REFUSED;
    bytes[2] = 1;
    fails(size, "expected one whole frame, found 23 bytes");
}

static void limits(void)
{
    static char text[COMITY_LIMIT_GATE_TEXT_BYTES + 1];
    size_t size = 0;
    frame = (comity_gate_frame){.kind = COMITY_GATE_REFUSED, .refused = {text, sizeof text}};
    CHECK(comity_gate_frame_write(&frame, bytes, sizeof bytes, &size, &error) == COMITY_ERROR_LIMIT);
    CHECK_EQ_STR("a text of 65537 bytes in a frame; at most 65536 are possible", error.message);
    frame.kind = (comity_gate_kind)12;
    CHECK(comity_gate_frame_write(&frame, bytes, sizeof bytes, &size, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("12 is no kind of frame", error.message);
    CHECK(comity_gate_frame_size(NULL, 0, &size, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_gate_frame_size: bytes and ret_size must not be NULL", error.message);
    CHECK(comity_gate_frame_read(bytes, 0, NULL, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_gate_frame_read: bytes and ret_frame must not be NULL", error.message);
    CHECK(comity_gate_frame_write(NULL, bytes, 0, &size, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_gate_frame_write: frame, memory and ret_size must not be NULL", error.message);
}

/* A number in the frame at hand, least byte first as all are, whatever the machine has first. */
static void number_put(size_t offset, size_t size, uint32_t number)
{
    for (size_t i = 0; i < size; i++) {
        bytes[offset + i] = (uint8_t)(number >> (8 * i));
    }
}

/* How many of a thing a frame may hold: so many are read, and one more is neither written nor read. */
static void counts(void)
{
    static const struct {
        size_t offset, size;
        const char *message;
    } judge[] = {{41, 1, "9 acts in a frame; 1 to 8 are possible"},
                 {42, 2, "65 categories in a frame; 0 to 64 are possible"},
                 {44, 4, "32769 persons in a frame; 0 to 32768 are possible"}};
    static const uint32_t most[] = {COMITY_GATE_ACTS_MAX, COMITY_GATE_CATEGORIES_MAX, COMITY_GATE_PERSONS_MAX};
    static comity_gate_person persons[COMITY_GATE_PERSONS_MAX + 1];
    static const char *names[COMITY_GATE_CATEGORIES_MAX + 1];
    size_t size = 0;
    for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++) {
        persons[i].categories = i == 0 ? UINT64_MAX : i;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        names[i] = "email";
    }
    frame = (comity_gate_frame){.kind = COMITY_GATE_JUDGE};
    frame.judge = (comity_gate_judge){.act_count = most[0], .category_count = most[1], .categories = names,
                                      .person_count = most[2], .persons = persons};
    for (size_t i = 0; i < COMITY_GATE_ACTS_MAX; i++) {
        frame.judge.acts[i] = (comity_gate_act){"{}", 2};
    }
    size = written();
    CHECK(comity_gate_frame_read(bytes, size, &read, &error) == COMITY_OK);
    CHECK(read.judge.act_count == most[0] && read.judge.category_count == most[1] && read.judge.person_count == most[2]);
    for (size_t i = 0; i < sizeof judge / sizeof judge[0]; i++) {
        number_put(judge[i].offset, judge[i].size, most[i] + 1);
        fails(size, judge[i].message);
        number_put(judge[i].offset, judge[i].size, most[i]);
        size_t *counted[] = {&frame.judge.act_count, &frame.judge.category_count, &frame.judge.person_count};
        (*counted[i])++;
        CHECK(comity_gate_frame_write(&frame, bytes, sizeof bytes, &size, &error) == COMITY_ERROR_LIMIT);
        CHECK_EQ_STR(judge[i].message, error.message);
        (*counted[i])--;
        size = written();
    }
    frame = (comity_gate_frame){.kind = COMITY_GATE_JUDGED,
                                .judged = {.entry_count = COMITY_GATE_ACTS_MAX, .rules = "", .ways = "", .message = ""}};
    frame.judged.entries[COMITY_GATE_ACTS_MAX - 1] = 77;
    size = written();
    CHECK(comity_gate_frame_read(bytes, size, &read, &error) == COMITY_OK);
    CHECK(read.judged.entry_count == COMITY_GATE_ACTS_MAX && read.judged.entries[COMITY_GATE_ACTS_MAX - 1] == 77);
    bytes[38] = COMITY_GATE_ACTS_MAX + 1;
    fails(size, "9 entries in a frame; 0 to 8 are possible");
    frame.judged.entry_count++;
    CHECK(comity_gate_frame_write(&frame, bytes, sizeof bytes, &size, &error) == COMITY_ERROR_LIMIT);
    CHECK_EQ_STR("9 entries in a frame; 0 to 8 are possible", error.message);
}

/* ---- gathering and copies ---- */

static comity_gathering *gathering;

static void found(void *context, const comity_found *one)
{
    (void)context;
    comity_gathering_add(gathering, one);
}

static bool sees(const comity_gathered *gathered, const char *category)
{
    for (size_t i = 0; i < gathered->category_count; i++) {
        if ((gathered->seen >> i & 1) != 0 && strcmp(gathered->categories[i], category) == 0) {
            return true;
        }
    }
    return false;
}

static comity_gathered gather(comity_rules *rules, const comity_masking *masking, const char *text, bool fixed)
{
    static comity_inspection *inspection;
    const comity_inspect_options options = {.with_digests = true};
    const comity_inspect_hints hints = {.content_type = "application/x-ndjson"};
    comity_gathered gathered;
    comity_inspection_free(inspection);
    comity_gathering_free(gathering);
    CHECK(comity_gathering_new(rules, masking, &gathering, &error) == COMITY_OK);
    CHECK(comity_inspection_new(rules, &options, found, NULL, &inspection, &error) == COMITY_OK);
    comity_gathering_input(gathering, fixed);
    CHECK(comity_inspect_begin(inspection, &hints, &error) == COMITY_OK);
    CHECK(comity_inspect_feed(inspection, text, strlen(text), &error) == COMITY_OK);
    CHECK(comity_inspect_finish(inspection, &error) == COMITY_OK);
    comity_gathering_tell(gathering, &gathered);
    comity_inspection_free(inspection);
    inspection = NULL;
    return gathered;
}

static comity_status write_out(void *context, const void *text, size_t size, comity_error *reterr)
{
    (void)reterr;
    strncat(context, text, size);
    return COMITY_OK;
}

static void gathers(void)
{
    static const comity_inspect_hints unknown = {.content_encoding = "rot13"};
    static const char text[] = "{\"email\":\"a.b@example.com\"}\n{\"email\":\"c.d@example.com\"}\n{\"email\":\"a.b@example.com\"}\n";
    static const char policy[] = "default keep\ncategory email mask\n";
    char out[256] = "";
    comity_rules *rules = NULL;
    comity_masking *masking = NULL;
    comity_copy *copy = NULL;
    CHECK(comity_rules_open(&rules, &error) == COMITY_OK);
    comity_gathered gathered = gather(rules, NULL, text, false);
    CHECK(sees(&gathered, "email") && gathered.person_count == 2 && gathered.exact && !gathered.replaces);
    CHECK(gathered.category_count == 1 && gathered.seen == 1 && gathered.persons[1].categories == 1); /* only what was found */
    comity_gathering_reset(gathering);
    comity_gathering_tell(gathering, &gathered);
    CHECK(gathered.seen == 0 && gathered.category_count == 0 && gathered.person_count == 0);
    gathered = gather(rules, NULL, "{\"card\":\"4111111111111111\"}\n{\"email\":\"a.b@example.com\"}\n", false);
    CHECK(gathered.category_count == 2 && gathered.seen == 3 && strcmp(gathered.categories[0], "payment-card") == 0 &&
          strcmp(gathered.categories[1], "email") == 0 && gathered.persons[0].categories == 2);
    CHECK(comity_masking_new(rules, "policy", policy, strlen(policy), NULL, 0, &masking, &error) == COMITY_OK);
    CHECK(comity_masking_level(masking) == 75);
    gathered = gather(rules, masking, text, false);
    CHECK(!sees(&gathered, "email") && gathered.person_count == 0 && gathered.replaces);
    gathered = gather(rules, masking, text, true);
    CHECK(sees(&gathered, "email") && gathered.person_count == 1 && !gathered.replaces);
    CHECK(comity_copy_new(masking, 0, write_out, out, &copy, &error) == COMITY_OK);
    CHECK(comity_copy_begin(copy, NULL, &error) == COMITY_OK && comity_copy_feed(copy, text, 28, &error) == COMITY_OK &&
          comity_copy_finish(copy, &error) == COMITY_OK);
    CHECK_EQ_STR("{\"email\":\"*.*@*******.***\"}\n", out);
    CHECK(comity_copy_finish(copy, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_copy_finish: comity_copy_begin comes first", error.message);
    comity_copy_free(copy);
    CHECK(comity_copy_new(masking, 0, write_out, out, &copy, &error) == COMITY_OK);
    CHECK(comity_copy_feed(copy, text, 28, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_copy_feed: comity_copy_begin comes first", error.message);
    CHECK(comity_copy_finish(copy, &error) == COMITY_ERROR_ARGUMENT);
    CHECK(comity_copy_begin(copy, NULL, &error) == COMITY_OK);
    CHECK(comity_copy_begin(copy, &unknown, &error) == COMITY_ERROR_SYNTAX);
    CHECK(comity_copy_feed(copy, text, 28, &error) == COMITY_ERROR_ARGUMENT);
    comity_copy_free(copy);
    comity_masking_free(masking);
    CHECK(comity_masking_new(rules, "policy", "default digest\n", 15, NULL, 0, &masking, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("policy: digests and tokens want a key", error.message);
    comity_gathering_free(gathering);
    comity_rules_close(rules);
}

static comity_status write_not(void *context, const void *from, size_t size, comity_error *reterr)
{
    const char *why = context;
    (void)from;
    (void)size;
    if (why != NULL) {
        strcpy(reterr->message, why);
    }
    return COMITY_ERROR_SYSTEM;
}

static void copies_that_cannot_be_written(void)
{
    static const char policy[] = "default mask\n";
    static char why[] = "the cable is out";
    const char *const told[] = {"the function that takes the copy gave the status 8", why};
    comity_rules *rules = NULL;
    comity_masking *masking = NULL;
    comity_copy *copy = NULL;
    CHECK(comity_rules_open(&rules, &error) == COMITY_OK);
    CHECK(comity_masking_new(rules, "policy", policy, strlen(policy), NULL, 0, &masking, &error) == COMITY_OK);
    for (size_t i = 0; i < 2; i++) {
        CHECK(comity_copy_new(masking, 0, write_not, i == 0 ? NULL : why, &copy, &error) == COMITY_OK);
        CHECK(comity_copy_begin(copy, NULL, &error) == COMITY_OK && comity_copy_feed(copy, "text\n", 5, &error) == COMITY_OK);
        CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_copy_finish(copy, NULL));
        CHECK(comity_copy_begin(copy, NULL, &error) == COMITY_OK && comity_copy_feed(copy, "text\n", 5, &error) == COMITY_OK);
        error = (comity_error){.code = COMITY_OK};
        CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_copy_finish(copy, &error));
        CHECK_EQ_INT(COMITY_ERROR_SYSTEM, error.code);
        CHECK_EQ_STR(told[i], error.message);
        comity_copy_free(copy);
    }
    comity_masking_free(masking);
    comity_rules_close(rules);
}

static void arguments(void)
{
    CHECK(comity_gathering_new(NULL, NULL, NULL, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_gathering_new: rules and ret_gathering must not be NULL", error.message);
    CHECK(comity_masking_new(NULL, NULL, NULL, 0, NULL, 0, NULL, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_masking_new: rules, name, policy and ret_masking must not be NULL", error.message);
    CHECK(comity_copy_new(NULL, 0, NULL, NULL, NULL, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_copy_new: masking, write and ret_copy must not be NULL", error.message);
    CHECK(comity_copy_begin(NULL, NULL, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_copy_begin: copy must not be NULL", error.message);
    CHECK(comity_copy_feed(NULL, NULL, 1, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_copy_feed: copy and bytes must not be NULL", error.message);
    CHECK(comity_copy_finish(NULL, &error) == COMITY_ERROR_ARGUMENT);
    CHECK_EQ_STR("comity_copy_finish: copy must not be NULL", error.message);
}

int main(void)
{
    test_begin("gate/frame");
    test_case("requests");
    judges();
    test_case("other frames");
    others();
    test_case("limits");
    limits();
    test_case("as many as can be, and one more");
    counts();
    test_case("gathering and copies");
    gathers();
    test_case("copies that cannot be written");
    copies_that_cannot_be_written();
    test_case("arguments");
    arguments();
    return test_done();
}
