/* Opening an image: each thing that can be wrong with one, and the message.
 *
 * A good image is made of a small law; each case changes some bytes of a copy,
 * sets the hash right where the hash is not what the case is about, and opens it. */
#include "law/image.h"

#include "base/sha256.h"
#include "comity.h"

#include "test.h"

#include <stdlib.h>

/* Something of every table: dates, parts, unions, agreements, owners, counts, derived kinds. */
static const char law_text[] =
    "state XA \"Examplia\"\n"
    "place XB \"Bexar\"\nplace XC \"Cexar\"\n"
    "category personal \"personal data\"\ncategory health of personal \"health data\"\n"
    "kind bank \"a bank\"\nkind insurer \"an insurer\"\ncertificate seal \"a seal\"\npurpose research \"research\"\n"
    "deal sale \"a sale\"\ncircumstance occasional \"Is it occasional?\"\nsafeguard audit \"an audit\"\n"
    "paper contract \"a contract\" valid 2 years\npaper permission \"a permission\"\n"
    "instrument I \"Act\" from 2020-01-01\n"
    "authority XA.office \"Office\" may grant permission\n"
    "group XA.g \"Group\"\n  members XB\n  members XC from 2021-01-01\n"
    "orders XA.o \"Orders\"\n  order \"First\" from 2021-01-01\n"
    "covers transfer, store from 2020-01-01\n"
    "calendar\n  weekend saturday\n  holiday 2026-01-01 \"New Year\"\n  workday 2026-01-03 \"New Year\"\n"
    "derive insurer when party owned 50% by (owner in XB)\n"
    "count XA.n \"persons\"\n  of persons\n  when transfer from XA\n  window calendar year\n  per exporter\n"
    "rule XA.I.1 \"One\"\n  cite I \"1\"\n  from 2021-06-01\n"
    "  when transfer from XA to XA.g and data has health and purposes has research and deal is sale\n"
    "       and importer is insurer and exporter is bank and (occasional or importer certified seal) and people at least 5\n"
    "       and (count XA.n at least 7 or order XA.o in force)\n"
    "  needs one of contract under XA result passed, (all of audit, permission by XA.office about XA.I.2)\n"
    "  checked 2026-11-23 \"read\"\n"
    "rule XA.I.2 \"Two\"\n  cite I \"2\"\n  when not transfer and location has XB\n  way XA.I.1\n  unverified\n"
    "rule XA.I.3 \"Three\"\n  cite I \"3\"\n  when received from XB\n  lifts XA.I.1\n  unverified\n"
    "rule XA.I.4 \"Four\"\n  cite I \"4\"\n  duty \"Do it\" within 2 working days of the act\n  unverified\n"
    "rule XA.I.5 \"Five\"\n  cite I \"5\"\n  duty \"Do it\" within 2 days of the act\n  unverified\n"
    "rule XA.I.6 \"Six\"\n  cite I \"6\"\n"
    "  when location has XB and (occasional or data has health or purposes has research or deal is sale)\n"
    "  notes\n  unverified\n"; /* rows that share a literal */

static const char other_text[] =
    "agreement PACT \"Pact\"\nabout trade\nparties XA, XB\ninstrument T \"Text\"\n"
    "rule PACT.T.1 \"One\"\n  cite T \"1\"\n  when transfer\n  notes\n  unverified\n";
static const char union_text[] = "union XU \"Union\"\nmembers XA from 2020-01-01\n";
static const char part_text[] = "part XA-P of XA \"The Part\"\n";

static uint64_t *good; /* aligned as an image must be */
static size_t good_size;
static uint64_t *altered;

static bool make_good(void)
{
    static const struct {
        const char *name, *text;
    } files[] = {{"XA.law", law_text}, {"PACT.law", other_text}, {"XU.law", union_text}, {"XA-P.law", part_text}};
    comity_builder *builder;
    comity_error error;
    const void *image;
    if (comity_builder_new(&builder, &error) != COMITY_OK) {
        return false;
    }
    bool made = true;
    for (size_t i = 0; made && i < sizeof files / sizeof files[0]; i++) {
        made = comity_builder_add(builder, files[i].name, files[i].text, strlen(files[i].text), &error) == COMITY_OK;
    }
    made = made && comity_builder_build(builder, &image, &good_size, &error) == COMITY_OK;
    if (made) {
        good = malloc(good_size);
        altered = malloc(good_size + 8);
        made = good != NULL && altered != NULL;
    } else {
        fprintf(stderr, "%s%s\n", comity_builder_messages(builder), error.message);
    }
    if (made) {
        memcpy(good, image, good_size);
    }
    comity_builder_free(builder);
    return made;
}

static void set_hash(void)
{
    comity_sha256_state state;
    uint8_t *bytes = (uint8_t *)altered;
    comity_sha256_begin(&state);
    comity_sha256_add(&state, bytes, good_size - COMITY_SHA256_SIZE);
    comity_sha256_end(&state, bytes + good_size - COMITY_SHA256_SIZE);
}

static void check_refused(size_t size, comity_status status, const char *expected)
{
    comity_image image = {.bytes = NULL};
    comity_error error;
    CHECK_EQ_INT(status, comity_image_open(altered, size, &image, &error));
    CHECK_EQ_STR(expected, error.message);
    CHECK(image.bytes == NULL);
}

/* ---- the header ---- */

static void test_header(void)
{
    comity_image image;
    comity_error error;
    char expected[256];
    comity_image_header *header = (comity_image_header *)(void *)altered;
    test_case("a good image opens");
    memcpy(altered, good, good_size);
    CHECK_EQ_INT(COMITY_OK, comity_image_open(altered, good_size, &image, &error));

    test_case("at an odd address");
    memcpy((uint8_t *)altered + 1, good, good_size);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_image_open((uint8_t *)altered + 1, good_size, &image, &error));
    CHECK_EQ_STR("a law image must lie at an address that 8 divides", error.message);

    test_case("something else");
    memcpy(altered, good, good_size);
    header->magic[0] ^= 1;
    set_hash();
    check_refused(good_size, COMITY_ERROR_IMAGE, "this is no law image: it does not begin with \"COMITYLW\"");

    test_case("too short for a header");
    memcpy(altered, good, good_size);
    check_refused(sizeof *header, COMITY_ERROR_IMAGE, "this is no law image: it does not begin with \"COMITYLW\"");

    test_case("another version");
    memcpy(altered, good, good_size);
    header->version = COMITY_IMAGE_VERSION + 1;
    set_hash();
    (void)snprintf(expected, sizeof expected,
                   "the law image has version %u, but this program reads version %u; build it anew",
                   COMITY_IMAGE_VERSION + 1, COMITY_IMAGE_VERSION);
    check_refused(good_size, COMITY_ERROR_IMAGE, expected);

    test_case("cut off, and with a tail");
    for (int i = 0; i < 2; i++) {
        size_t size = i == 0 ? good_size - 8 : good_size + 8;
        memset(altered, 0, good_size + 8);
        memcpy(altered, good, good_size);
        (void)snprintf(expected, sizeof expected,
                       "the law image says it has %zu bytes, but %zu were found: it is cut off or has a tail", good_size,
                       size);
        check_refused(size, COMITY_ERROR_IMAGE, expected);
    }

    test_case("one bit altered, anywhere");
    for (size_t i = sizeof *header; i < good_size; i += 97) {
        memcpy(altered, good, good_size);
        ((uint8_t *)altered)[i] ^= 0x10;
        check_refused(good_size, COMITY_ERROR_IMAGE,
                      "the law image is altered or damaged: its bytes do not have the hash at its end");
    }
}

static void test_tables(void)
{
    char expected[256];
    comity_image_header *header = (comity_image_header *)(void *)altered;
#define CHECK_TABLE(table, type)                                                                              \
    test_case("the table \"" #table "\" lies outside, begins at an odd place, is too long");                  \
    (void)snprintf(expected, sizeof expected, "the law image is damaged: its table \"%s\" lies outside of it", #table); \
    memcpy(altered, good, good_size);                                                                         \
    header->table.offset = (uint32_t)good_size;                                                               \
    header->table.count = 1;                                                                                  \
    set_hash();                                                                                               \
    check_refused(good_size, COMITY_ERROR_IMAGE, expected);                                                   \
    memcpy(altered, good, good_size);                                                                         \
    header->table.offset += 4;                                                                                \
    set_hash();                                                                                               \
    check_refused(good_size, COMITY_ERROR_IMAGE, expected);                                                   \
    memcpy(altered, good, good_size);                                                                         \
    header->table.count = UINT32_MAX;                                                                         \
    set_hash();                                                                                               \
    check_refused(good_size, COMITY_ERROR_IMAGE, expected);
    COMITY_IMAGE_TABLES(CHECK_TABLE)
#undef CHECK_TABLE
}

/* ---- indices ---- */

typedef struct fault {
    const char *field;
    size_t span;   /* of the table, in the header */
    size_t record; /* its size, in bytes */
    size_t offset; /* of the field in it */
    size_t size;   /* of the field */
    uint64_t value;
    const char *what; /* of the first record whose field this is */
} fault;

#define FAULT(table, type, member, bad, told)                                                       \
    {                                                                                               \
        #table "." #member, offsetof(comity_image_header, table), sizeof(type), offsetof(type, member), \
            sizeof(((type *)0)->member), bad, told                                                  \
    }
#define NONE16 0xFFFEu /* COMITY_NONE16 would be allowed */
#define FAR 0xFFFFFFFEu /* COMITY_IMAGE_NONE would be allowed */

/* Tables of single numbers. */
typedef struct single_index {
    uint32_t index;
} single_index;

typedef struct single_number {
    uint16_t number;
} single_number;

static const fault faults[] = {
    FAULT(names, comity_name_record, text, FAR, "name 0"),
    FAULT(names, comity_name_record, label, FAR, "name 0"),
    FAULT(names, comity_name_record, dpv, FAR, "name 0"),
    FAULT(names, comity_name_record, size, 1, "name 0"),
    FAULT(names, comity_name_record, ancestors, FAR, "name 0"),
    FAULT(names, comity_name_record, ancestors, COMITY_IMAGE_NONE, "name 0"), /* a category has some */
    FAULT(names, comity_name_record, rows, FAR, "name 0"),
    FAULT(places, comity_place, code, FAR, "place 0"),
    FAULT(places, comity_place, code_size, 1, "place 0"),
    FAULT(places, comity_place, name, FAR, "place 0"),
    FAULT(places, comity_place, state, NONE16, "place 0"),
    FAULT(places, comity_place, state, 1, "place 0"), /* what is no part is in no state */
    FAULT(places, comity_place, law, NONE16, "place 0"),
    FAULT(places, comity_place, first_reach, FAR, "place 0"),
    FAULT(places, comity_place, reach_count, FAR, "place 0"),
    FAULT(reaches, comity_reach, law, FAR, "reach 0"),
    FAULT(place_sets, comity_place_set, first, FAR, "set of places 0"),
    FAULT(place_sets, comity_place_set, count, FAR, "set of places 0"),
    FAULT(place_sets, comity_place_set, first_dated, FAR, "set of places 0"),
    FAULT(place_sets, comity_place_set, dated_count, FAR, "set of places 0"),
    FAULT(rows, comity_row, first_literal, FAR, "row 0"),
    FAULT(rows, comity_row, literal_count, 0xFFFF, "row 0"),
    FAULT(rows, comity_row, residual, 0xFFFF, "row 0"),
    FAULT(rows, comity_row, sieved, 0xFFFF, "row 0"),
    FAULT(rows, comity_row, first_test, FAR, "row 0"),
    FAULT(row_tests, single_index, index, FAR, "test of a row 0"),
    FAULT(tests, comity_literal, op, COMITY_OP_LAST, "test 0"),
    FAULT(blocks, comity_block, live[0], UINT64_MAX, "law 0"), /* rows it has not */
    FAULT(blocks, comity_block, when, UINT64_MAX, "law 0"),
    FAULT(blocks, comity_block, row_count, 65, "law 0"),
    FAULT(blocks, comity_block, first_trait, FAR, "block 0"),
    FAULT(blocks, comity_block, columns, FAR, "block 0"),
    FAULT(blocks, comity_block, bans, FAR, "block 0"),
    FAULT(blocks, comity_block, first_row, FAR, "block 0"),
    FAULT(blocks, comity_block, first_row_rule, FAR, "block 0"),
    FAULT(blocks, comity_block, first_rule, 1, "block 0"), /* a rule stands in no block */
    FAULT(blocks, comity_block, rule_count, FAR, "block 0"),
    FAULT(block_rules, comity_block_rule, when, 0, "block 0"), /* its rows are of no rule */
    FAULT(block_rules, comity_block_rule, rule, FAR, "block 0"),
    FAULT(block_rules, comity_block_rule, rank, FAR, "block 0"),
    FAULT(block_rules, comity_block_rule, effect, COMITY_EFFECT_NOTES + 1, "block 0"),
    FAULT(block_rules, comity_block_rule, flags, COMITY_JUDGED_ASKS, "block 0"), /* it has no expression */
    FAULT(law_order, single_number, number, NONE16, "law 0"),
    FAULT(agreement_laws, single_number, number, NONE16, "agreement 0"),
    FAULT(conditions, comity_rows, first_row, FAR, "condition 0"),
    FAULT(conditions, comity_rows, row_count, FAR, "condition 0"),
    FAULT(laws, comity_law_record, code, FAR, "law 0"),
    FAULT(laws, comity_law_record, title, FAR, "law 0"),
    FAULT(laws, comity_law_record, code_size, 1, "law 0"),
    FAULT(laws, comity_law_record, kind, COMITY_LAW_STATE + 1, "law 0"),
    FAULT(laws, comity_law_record, place, NONE16, "law 0"),
    FAULT(laws, comity_law_record, first_rule, FAR, "law 0"),
    FAULT(laws, comity_law_record, rule_count, FAR, "law 0"),
    FAULT(laws, comity_law_record, rule_count, 0, "block 0"), /* its rows are of rules it has not */
    FAULT(laws, comity_law_record, first_row, FAR, "law 0"),
    FAULT(laws, comity_law_record, row_count, FAR, "law 0"),
    FAULT(laws, comity_law_record, position, FAR, "law 0"),
    FAULT(laws, comity_law_record, first_block, 1, "law 0"), /* blocks follow each other */
    FAULT(laws, comity_law_record, block_count, FAR, "law 0"),
    FAULT(laws, comity_law_record, now_classes[0], FAR, "law 0"),
    FAULT(laws, comity_law_record, act_bits, FAR, "law 0"),
    FAULT(laws, comity_law_record, first_epoch, FAR, "law 0"),
    FAULT(laws, comity_law_record, epoch_count, FAR, "law 0"),
    FAULT(laws, comity_law_record, epoch_bits, FAR, "law 0"),
    FAULT(laws, comity_law_record, first_classes[0], FAR, "law 0"),
    FAULT(laws, comity_law_record, first_classes[1], FAR, "law 0"),
    FAULT(laws, comity_law_record, class_counts[0], 0, "law 0"),
    FAULT(laws, comity_law_record, class_bits[1], FAR, "law 0"),
    FAULT(laws, comity_law_record, first_cover, FAR, "law 0"),
    FAULT(laws, comity_law_record, cover_count, FAR, "law 0"),
    FAULT(laws, comity_law_record, parties, FAR, "law 0"),
    FAULT(laws, comity_law_record, parties, COMITY_IMAGE_NONE, "agreement 0"), /* an agreement with rules has parties */
    FAULT(laws, comity_law_record, channel, FAR, "law 0"),
    FAULT(laws, comity_law_record, first_about, FAR, "law 0"),
    FAULT(laws, comity_law_record, about_count, FAR, "law 0"),
    FAULT(laws, comity_law_record, first_era, FAR, "law 0"),
    FAULT(laws, comity_law_record, era_count, FAR, "law 0"),
    FAULT(rules, comity_rule_record, name, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, title, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, cite, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, check, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, day, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, name_size, 1, "rule 0"),
    FAULT(rules, comity_rule_record, title_size, 1, "rule 0"),
    FAULT(rules, comity_rule_record, cite_size, 1, "rule 0"),
    FAULT(rules, comity_rule_record, check_size, 1, "rule 0"),
    FAULT(rules, comity_rule_record, text_size, 1, "rule 0"),
    FAULT(rules, comity_rule_record, within_size, 1, "rule 0"),
    FAULT(rules, comity_rule_record, checked, 20000, "rule 0"), /* unverified: it has no day in words */
    FAULT(rules, comity_rule_record, law, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, effect, COMITY_EFFECT_NOTES + 1, "rule 0"),
    FAULT(rules, comity_rule_record, expression, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, first_target, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, target_count, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, lifter_count, 1, "rule 0"), /* what lifts has a lower number */
    FAULT(rules, comity_rule_record, first_way, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, text, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, within, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, clauses, FAR, "rule 0"),
    FAULT(rules, comity_rule_record, first_row, FAR, "rule 0"),
    FAULT(expressions, comity_expression_node, kind, COMITY_EXPRESSION_ORDER + 1, "expression 0"),
    FAULT(expressions, comity_expression_node, first_child, FAR, "expression 0"),
    FAULT(expressions, comity_expression_node, child_count, FAR, "expression 0"),
    FAULT(leaves, comity_leaf, text, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, size, 1, "paper 0"),
    FAULT(leaves, comity_leaf, name, NONE16, "paper 0"),
    FAULT(leaves, comity_leaf, under, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, by, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, about, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, result, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, module, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, not_older, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, valid, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, older, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, calendar, FAR, "paper 0"),
    FAULT(leaves, comity_leaf, under_of, COMITY_UNDER_PARTY + 2, "paper 0"),
    FAULT(leaves, comity_leaf, under_of, COMITY_UNDER_PARTY | 3u << COMITY_UNDER_OTHER_SHIFT, "paper 0"),
    FAULT(leaves, comity_leaf, under_of, 1u << COMITY_UNDER_OTHER_SHIFT, "paper 0"), /* where the other is not, but whose? */
    FAULT(counts, comity_count_record, name, FAR, "count 0"),
    FAULT(counts, comity_count_record, label, FAR, "count 0"),
    FAULT(counts, comity_count_record, size, 1, "count 0"),
    FAULT(counts, comity_count_record, rows, FAR, "count 0"),
    FAULT(authorities, comity_authority_record, name, FAR, "authority 0"),
    FAULT(authorities, comity_authority_record, title, FAR, "authority 0"),
    FAULT(authorities, comity_authority_record, grants, FAR, "authority 0"),
    FAULT(authorities, comity_authority_record, law, FAR, "authority 0"),
    FAULT(orders, comity_orders_record, name, FAR, "list of orders 0"),
    FAULT(orders, comity_orders_record, title, FAR, "list of orders 0"),
    FAULT(orders, comity_orders_record, first_dated, FAR, "list of orders 0"),
    FAULT(orders, comity_orders_record, dated_count, FAR, "list of orders 0"),
    FAULT(calendars, comity_calendar_record, first_day, FAR, "calendar 0"),
    FAULT(calendars, comity_calendar_record, holiday_count, FAR, "calendar 0"),
    FAULT(calendars, comity_calendar_record, workday_count, FAR, "calendar 0"),
    FAULT(calendars, comity_calendar_record, from, (uint32_t)INT32_MIN, "calendar 0"),
    FAULT(calendars, comity_calendar_record, until, INT32_MAX, "calendar 0"),
    FAULT(deadlines, comity_deadline, rule, FAR, "deadline 0"),
    FAULT(deadlines, comity_deadline, number, 1000001, "deadline 0"),
    FAULT(deadlines, comity_deadline, unit, COMITY_UNIT_WORKING_DAYS + 1, "deadline 0"),
    FAULT(deadlines, comity_deadline, calendar, FAR, "deadline 0"),
    FAULT(deadlines, comity_deadline, leaf, FAR, "deadline 0"),
    FAULT(deadlines, comity_deadline, rule, 5, "deadline 1"), /* they are found by rule, rising */
    FAULT(declarations, comity_declared, law, FAR, "declaration 0"),
    FAULT(declarations, comity_declared, word, FAR, "declaration 0"),
    FAULT(declarations, comity_declared, name, FAR, "declaration 0"),
    FAULT(declarations, comity_declared, clauses, FAR, "declaration 0"),
};

static void poke(size_t span, size_t offset, size_t size, uint64_t value)
{
    comity_span table;
    memcpy(&table, (uint8_t *)altered + span, sizeof table);
    memcpy((uint8_t *)altered + table.offset + offset, &value, size);
}

static void check_damaged(const char *what)
{
    char expected[256];
    (void)snprintf(expected, sizeof expected, "the law image is damaged: %s leads nowhere", what);
    set_hash();
    check_refused(good_size, COMITY_ERROR_IMAGE, expected);
}

static void test_faults(void)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const fault *now = &faults[i];
        test_case(now->field);
        memcpy(altered, good, good_size);
        poke(now->span, now->offset, now->size, now->value);
        check_damaged(now->what);
    }
}

/* Where a table's last text ends, symbols, members of sets: what is no plain field. */
static void test_others(void)
{
    comity_image_header *header = (comity_image_header *)(void *)altered;
    test_case("texts that do not end, and that are no UTF-8");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, texts), header->texts.count - 1, 1, 'x');
    check_damaged("text 0");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, texts), 0, 1, 0xFF);
    check_damaged("text 0");

    test_case("no texts at all");
    memcpy(altered, good, good_size);
    header->texts.count = 0;
    check_damaged("text 0");

    test_case("texts at the end of the image, where none could be copied in long steps");
    memcpy(altered, good, good_size);
    header->texts.offset = (uint32_t)(good_size - COMITY_SHA256_SIZE - 8);
    header->texts.count = 8;
    check_damaged("text 0");

    test_case("tests of a row that are another's");
    memcpy(altered, good, good_size);
    const comity_block *block = (const comity_block *)(const void *)((uint8_t *)altered + header->blocks.offset);
    poke(offsetof(comity_image_header, rows), block->first_row * sizeof(comity_row) + offsetof(comity_row, first_test),
         sizeof(uint32_t), 1);
    check_damaged("block 0");

    test_case("agreements for which there are no bits");
    memcpy(altered, good, good_size);
    header->agreement_words = 0;
    header->agreements.count = 0;
    check_damaged("table of agreements of size 0");

    test_case("more law as it is written than there may be");
    memcpy(altered, good, good_size);
    header->clauses_size = UINT32_MAX;
    check_damaged("byte of law as it is written 4294967295");

    test_case("a class of places that the law has not");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, classes), 0, 1, 0xFF);
    check_damaged("law 0");

    test_case("classes of names that do not rise, or are too many");
    memcpy(altered, good, good_size);
    header->first_name[3] = header->first_name[2] - 1;
    check_damaged("class of names 2");
    memcpy(altered, good, good_size);
    header->first_name[COMITY_CLASS_LAST] = header->names.count + 1;
    check_damaged("class of names 16");

    test_case("a table of symbols of no power of two, and a full one");
    memcpy(altered, good, good_size);
    header->symbols.count = 3;
    check_damaged("table of symbols of size 3");
    memcpy(altered, good, good_size);
    header->symbols.count = 1; /* the first place is taken, or made so */
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, class_of), 1, COMITY_CLASS_RULE);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, index), 2, 0);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, text), 4, 0);
    check_damaged("table of symbols of size 1");

    test_case("a symbol of no class, one beyond its class, and one whose text lies outside");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, class_of), 1, COMITY_CLASS_LAST + 1);
    check_damaged("symbol 0");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, class_of), 1, COMITY_CLASS_RULE);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, index), 2, header->rules.count);
    check_damaged("symbol 0");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, class_of), 1, COMITY_CLASS_RULE);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, index), 2, 0);
    poke(offsetof(comity_image_header, symbols), offsetof(comity_symbol, text), 4, header->texts.count);
    check_damaged("symbol 0");

    test_case("a member of a set that is no place");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, set_places), 0, 2, header->places.count);
    check_damaged("member of a set of places 0");

    test_case("a set that holds names its class has not: the one behind the last, and one in a further word");
    uint32_t categories = header->first_name[COMITY_CLASS_CATEGORY + 1] - header->first_name[COMITY_CLASS_CATEGORY];
    comity_span names = header->names;
    for (size_t i = 0; i < 2; i++) {
        memcpy(altered, good, good_size);
        const comity_name_record *name = (const void *)((uint8_t *)altered + names.offset);
        size_t bit = i == 0 ? categories : 64;
        poke(offsetof(comity_image_header, sets), name->ancestors * sizeof(comity_set) + bit / 64 * 8, 8,
             UINT64_C(1) << bit % 64);
        check_damaged("name 0");
    }

    test_case("an expression that leads back to itself");
    memcpy(altered, good, good_size);
    comity_span expressions = header->expressions;
    const comity_expression_node *root = (const void *)((uint8_t *)altered + expressions.offset);
    poke(offsetof(comity_image_header, indices), root->first_child * sizeof(uint32_t), sizeof(uint32_t), 0);
    check_damaged("expression 0");

    test_case("an expression of which two others make a part");
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, indices), (root->first_child + 1) * sizeof(uint32_t), sizeof(uint32_t),
         *(const uint32_t *)(const void *)((uint8_t *)altered + header->indices.offset + root->first_child * sizeof(uint32_t)));
    check_damaged("expression 0");

    test_case("a block that is no law's");
    memcpy(altered, good, good_size);
    comity_law_record *laws = (void *)((uint8_t *)altered + header->laws.offset);
    char no_law[32];
    for (uint32_t i = 0; i < header->laws.count; i++) { /* the last that has any is left without */
        if (laws[i].first_block + laws[i].block_count == header->blocks.count && laws[i].block_count != 0) {
            (void)snprintf(no_law, sizeof no_law, "block %u", header->blocks.count - laws[i].block_count);
            laws[i].block_count = 0;
        }
    }
    check_damaged(no_law);

    test_case("tables of members and of coverage of the wrong size");
    char expected[64];
    memcpy(altered, good, good_size);
    header->place_words++;
    (void)snprintf(expected, sizeof expected, "table of members of size %u", header->place_bits.count);
    check_damaged(expected);
    memcpy(altered, good, good_size);
    header->coverage.count--;
    (void)snprintf(expected, sizeof expected, "table of coverage of size %u", header->coverage.count);
    check_damaged(expected);

    test_case("a table of agreements of the wrong size, and one that names no agreement");
    memcpy(altered, good, good_size);
    header->agreement_words++;
    (void)snprintf(expected, sizeof expected, "table of agreements of size %u", header->agreements.count);
    check_damaged(expected);
    memcpy(altered, good, good_size);
    poke(offsetof(comity_image_header, agreements), 0, 8, UINT64_C(1) << 63);
    check_damaged("agreement 63");

    test_case("an order of laws of the wrong size");
    memcpy(altered, good, good_size);
    header->law_order.count++;
    (void)snprintf(expected, sizeof expected, "order of laws of size %u", header->law_order.count);
    check_damaged(expected);

}

/* Every literal but those of the kind of act leads to one condition, whose rows are those of the rule that needs papers. */
static void test_circles(void)
{
    static const char *const acts[] = { /* to a state whose law is not known, where no ways are looked for; and within one */
        "{\"act\":\"transfer\",\"on\":\"2026-11-24\",\"from\":{\"state\":\"XA\"},\"to\":{\"state\":\"XB\"},\"papers\":[]}",
        "{\"act\":\"transfer\",\"on\":\"2026-11-24\",\"from\":{\"state\":\"XA\"},\"to\":{\"state\":\"XA\"},\"papers\":[]}",
    };
    comity_image_header *header = (void *)altered;
    comity_literal *literals = (void *)((uint8_t *)altered + header->literals.offset);
    comity_rows *conditions = (void *)((uint8_t *)altered + header->conditions.offset);
    const comity_rule_record *rules = (void *)((uint8_t *)altered + header->rules.offset);
    comity_law *law;
    comity_context *context;
    comity_answer answer;
    comity_error error = {0};
    test_case("conditions that lead round in circles, many at once: an image opens with them, and acts are judged in an end");
    memcpy(altered, good, good_size);
    for (uint32_t i = 0; i < header->literals.count; i++) {
        if (literals[i].op != COMITY_OP_ACT) {
            literals[i] = (comity_literal){.op = COMITY_OP_CONDITION};
        }
    }
    for (uint32_t i = 0; i < header->rules.count; i++) {
        if (rules[i].effect == COMITY_EFFECT_NEEDS) {
            conditions[0] = (comity_rows){rules[i].first_row, rules[i].row_count};
        }
    }
    set_hash();
    CHECK_EQ_INT(COMITY_OK, comity_law_load(altered, good_size, &law, &error));
    CHECK_EQ_INT(COMITY_OK, comity_context_new(law, &context, &error));
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        CHECK_EQ_INT(COMITY_OK, comity_judge_json(context, acts[i], strlen(acts[i]), NULL, &answer, &error));
    }
    comity_context_free(context);
    comity_law_close(law);
}

static void test_too_many_laws(void)
{
    size_t tail = COMITY_SHA256_SIZE;
    size_t size = (good_size + (size_t)COMITY_NONE16 * sizeof(comity_law_record) + 7) / 8 * 8;
    uint64_t *bytes = calloc(size / 8, 8);
    test_case("more laws than can be numbered");
    if (!CHECK(bytes != NULL)) {
        free(bytes);
        return;
    }
    memcpy(bytes, good, good_size - tail);
    comity_image_header *header = (comity_image_header *)(void *)bytes;
    header->size = size;
    header->laws = (comity_span){(uint32_t)(good_size - tail), COMITY_NONE16};
    comity_sha256_state state;
    comity_sha256_begin(&state);
    comity_sha256_add(&state, bytes, size - tail);
    comity_sha256_end(&state, (uint8_t *)bytes + size - tail);
    comity_image image;
    comity_error error;
    CHECK_EQ_INT(COMITY_ERROR_IMAGE, comity_image_open(bytes, size, &image, &error));
    CHECK_EQ_STR("the law image is damaged: number of laws 65535 leads nowhere", error.message);
    free(bytes);
}

/* Literals of every operation, each beyond what it may name. */
static void test_literals(void)
{
    static const comity_literal wrong[] = {
        {COMITY_OP_PLACE, 3, 0, 0},
        {COMITY_OP_PLACE, 0, 0, FAR},
        {COMITY_OP_SUBJECT_TO, 3, 0, 0},
        {COMITY_OP_SUBJECT_TO, 0, 0, FAR},
        {COMITY_OP_PLACES_HAS, 0, COMITY_LIST_TRANSIT + 1, 0},
        {COMITY_OP_PLACES_HAS_OUTSIDE, 0, 0, FAR},
        {COMITY_OP_PLACES_ONLY, 0, 0, FAR},
        {COMITY_OP_PLACES_ONLY_OUTSIDE, 0, 0, FAR},
        {COMITY_OP_HAS, 0, COMITY_SLOT_LAST, 0},
        {COMITY_OP_HAS, 0, COMITY_SLOT_CATEGORY, 2},
        {COMITY_OP_HAS, 0, COMITY_SLOT_DEMAND, COMITY_DEMAND_BINDING + 1},
        {COMITY_OP_HAS_ANY, 0, COMITY_SLOT_LAST, 0},
        {COMITY_OP_HAS_ANY, 0, COMITY_SLOT_CATEGORY, FAR},
        {COMITY_OP_ONLY, 0, COMITY_SLOT_DEAL, 0},
        {COMITY_OP_ONLY, 0, COMITY_SLOT_PURPOSE, FAR},
        {COMITY_OP_PARTY_HAS, 3, COMITY_CLASS_KIND, 0},
        {COMITY_OP_PARTY_HAS, 0, COMITY_CLASS_PAPER, 0},
        {COMITY_OP_PARTY_HAS, 0, COMITY_CLASS_KIND, FAR},
        {COMITY_OP_DERIVED, 3, 0, 1},
        {COMITY_OP_DERIVED, 0, 0, 0}, /* no law derives it */
        {COMITY_OP_DERIVED, 0, 0, FAR},
        {COMITY_OP_OWNED, 3, 1, 0},
        {COMITY_OP_OWNED, 0, 0, 0},
        {COMITY_OP_OWNED, 0, 10001, 0},
        {COMITY_OP_OWNED, 0, 1, FAR},
        {COMITY_OP_PEOPLE, 0, 0, FAR},
        {COMITY_OP_COUNT, 0, 1, 0},
        {COMITY_OP_COUNT, 0, 0, FAR},
        {COMITY_OP_DEMAND_BASIS, 0, COMITY_CLASS_RULE, 0},
        {COMITY_OP_DEMAND_BASIS, 0, COMITY_CLASS_LAW, FAR},
        {COMITY_OP_DEMAND_BASIS, 0, COMITY_CLASS_BASIS, FAR},
        {COMITY_OP_ORDER, 0, 1, 0},
        {COMITY_OP_AGREEMENT, 3, 0, 0},
        {COMITY_OP_AGREEMENT, 0, 0, COMITY_NODE_SELF},
        {COMITY_OP_RECEIVED, 0, 0, FAR},
        {COMITY_OP_RECEIVED, 0, 0xFFFF, 0},
        {COMITY_OP_RECEIVED, 0, 0, COMITY_IMAGE_NONE},
        {COMITY_OP_RECEIVED, COMITY_RECEIVED_STATE | 3, 0, 0},
        {COMITY_OP_HELD, 0, 0, FAR},
        {COMITY_OP_CONDITION, 0, 0, FAR},
        {COMITY_OP_SAME_STATE, 3, 0, 0},
        {COMITY_OP_SAME_STATE, 0, 0, 3},
        {COMITY_OP_PLACES_STATE, 3, 0, 0},
        {COMITY_OP_PLACES_STATE, 0, COMITY_LIST_TRANSIT + 1, 0},
        {COMITY_OP_PLACES_STATE, 0, 0x400, 0},
        {COMITY_OP_LAST, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char name[64];
        uint64_t value;
        (void)snprintf(name, sizeof name, "literal %zu of those that name nothing", i);
        test_case(name);
        memcpy(altered, good, good_size);
        memcpy(&value, &wrong[i], sizeof value);
        poke(offsetof(comity_image_header, literals), 0, sizeof value, value);
        check_damaged("literal 0");
        test_case_end();
    }
}

/* ---- law as it is written, which is packed and not looked at on opening ---- */

static void check_clauses(const char *expected)
{
    comity_image image;
    comity_error error;
    set_hash();
    if (!CHECK(comity_image_open(altered, good_size, &image, &error) == COMITY_OK)) {
        return;
    }
    char *clauses = malloc((size_t)image.header->clauses_size + 1);
    if (CHECK(clauses != NULL)) {
        CHECK_EQ_INT(COMITY_ERROR_IMAGE, comity_image_clauses(&image, clauses, &error));
        CHECK_EQ_STR(expected, error.message);
    }
    free(clauses);
}

static void test_clauses(void)
{
    comity_image_header *header = (comity_image_header *)(void *)altered;
    comity_image image;
    comity_error error;
    test_case("rules and declarations come out as they were written");
    memcpy(altered, good, good_size);
    CHECK_EQ_INT(COMITY_OK, comity_image_open(altered, good_size, &image, &error));
    char *clauses = malloc(header->clauses_size);
    if (CHECK(clauses != NULL)) {
        CHECK_EQ_INT(COMITY_OK, comity_image_clauses(&image, clauses, &error));
        uint32_t rule = comity_image_find(&image, COMITY_CLASS_RULE, "XA.I.4", 6);
        CHECK_EQ_STR("rule XA.I.4 \"Four\"\n  cite I \"4\"\n  duty \"Do it\" within 2 working days of the act\n"
                     "  unverified\n",
                     clauses + image.rules[rule].clauses);
    }
    free(clauses);

    test_case("bytes that were not packed");
    memcpy(altered, good, good_size);
    memset((uint8_t *)altered + header->packed.offset, 0xFF, header->packed.count);
    check_clauses("the law image holds no law as it is written: the packed bytes are wrong in the step at byte 0");

    test_case("fewer bytes than were packed");
    memcpy(altered, good, good_size);
    char expected[160];
    (void)snprintf(expected, sizeof expected,
                   "the law image holds no law as it is written: %u bytes were to be unpacked, but there are 0",
                   header->clauses_size);
    header->packed.count = 0;
    check_clauses(expected);

    test_case("bytes that are no text");
    memcpy(altered, good, good_size);
    header->clauses_size = 1; /* one byte as it is, which is no UTF-8; or which is, but does not end a text */
    header->packed.count = 2;
    memcpy((uint8_t *)altered + header->packed.offset, "\x10\xFF", 2);
    for (uint32_t i = 0; i < header->rules.count; i++) {
        poke(offsetof(comity_image_header, rules), i * sizeof(comity_rule_record) + offsetof(comity_rule_record, clauses), 4, 0);
    }
    for (uint32_t i = 0; i < header->declarations.count; i++) {
        poke(offsetof(comity_image_header, declarations), i * sizeof(comity_declared) + offsetof(comity_declared, clauses), 4, 0);
    }
    check_clauses("the law image holds no law as it is written: it is no text");
    memcpy((uint8_t *)altered + header->packed.offset, "\x10x", 2);
    check_clauses("the law image holds no law as it is written: it is no text");
}

int main(void)
{
    test_begin("law/image_open");
    test_case("a small law is built");
    if (CHECK(make_good())) {
        test_header();
        test_tables();
        test_faults();
        test_others();
        test_circles();
        test_too_many_laws();
        test_literals();
        test_clauses();
    }
    free(good);
    free(altered);
    return test_done();
}
