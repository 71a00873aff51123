/* The set of types: writings, dispatch, literals, measuring; and the set that is built in. */
#include "test.h"

#include "base/limits.h"
#include "inspect/types.h"

#include <stdlib.h>
#include <string.h>

static const char small_set[] = "type xa.number \"Number\"\n"
                                "  category government-id\n"
                                "  state    XA XB\n"
                                "  person\n"
                                "  shape    (\"XA\")? [1-9]9{7}[0-9X]\n"
                                "  check    mod_11_2()\n"
                                "  words    en \"number of a person\" \"no\"\n"
                                "  fields   \"xa_Number\"\n"
                                "  odds     3\n"
                                "  source   \"A law\"\n"
                                "type xa.token \"Token\"\n"
                                "  kind     secret\n"
                                "  category account-id\n"
                                "  shape    \"tok_\"/\"tokn_\" x{8,16} \".\" 9{2}\n"
                                "  source   \"A maker\"\n"
                                "type xa.mark \"Mark\"\n"
                                "  kind     mark\n"
                                "  category state-secret\n"
                                "  words    en \"TOP SECRET\"\n"
                                "  source   \"A law\"\n"
                                "type xa.file \"File\"\n"
                                "  kind     file\n"
                                "  category health\n"
                                "  signature 4 \"AB\\x00C\"\n"
                                "  source   \"A maker\"\n";

static comity_types *load(const char *text)
{
    comity_types *types = NULL;
    comity_error error;
    comity_types_text file = {"case.types", text, strlen(text)};
    if (comity_types_load(&file, 1, &types, &error) != COMITY_OK) {
        test_fail(__FILE__, __LINE__, error.message);
    }
    return types;
}

static void check_writing(comity_writing writing, const char *raw, const char *expected, unsigned separators)
{
    uint8_t value[256];
    uint8_t seen = 0;
    size_t size = comity_value_write((const uint8_t *)raw, strlen(raw), writing, value, &seen);
    value[size] = '\0';
    CHECK_EQ_STR(expected, (const char *)value);
    CHECK_EQ_INT(separators, seen);
}

static void writings(void)
{
    test_case("compact: separators left out, capitals");
    check_writing(COMITY_WRITING_COMPACT, " ab-12.3 ", "AB123", COMITY_SEPARATOR_HYPHEN | COMITY_SEPARATOR_DOT);
    check_writing(COMITY_WRITING_COMPACT, "1 - 2", "12",
                  COMITY_SEPARATOR_SPACE | COMITY_SEPARATOR_HYPHEN | COMITY_SEPARATOR_REPEATED);
    check_writing(COMITY_WRITING_COMPACT, "+49 (30)1", "+49301",
                  COMITY_SEPARATOR_SPACE | COMITY_SEPARATOR_BRACKETS | COMITY_SEPARATOR_REPEATED);
    check_writing(COMITY_WRITING_COMPACT, "12.", "12", COMITY_SEPARATOR_DOT);
    check_writing(COMITY_WRITING_COMPACT, "", "", 0);
    check_writing(COMITY_WRITING_COMPACT, "  ", "", 0);
    test_case("full width, other scripts, Unicode's spaces and dashes");
    check_writing(COMITY_WRITING_COMPACT, "\uFF11\uFF12\uFF21\uFF42", "12AB", 0);
    check_writing(COMITY_WRITING_COMPACT, "\u0661\u0662\u06F3\u0967", "1231", 0);
    check_writing(COMITY_WRITING_COMPACT, "1\u00A02\u20093\u20134", "1234",
                  COMITY_SEPARATOR_SPACE | COMITY_SEPARATOR_HYPHEN);
    check_writing(COMITY_WRITING_EXACT, "\uFF11a\u2011b", "1a-b", 0);
    test_case("upper and exact keep what stands there");
    check_writing(COMITY_WRITING_UPPER, "ab-1", "AB-1", 0);
    check_writing(COMITY_WRITING_UPPER, "P<\r\nX", "P<X", 0);
    check_writing(COMITY_WRITING_EXACT, " aB c ", "aB c", 0);
    test_case("malformed bytes stay");
    check_writing(COMITY_WRITING_EXACT, "a\xC3", "a\xC3", 0);
    check_writing(COMITY_WRITING_COMPACT,
                  "\xFF"
                  "1",
                  "\xFF"
                  "1",
                  0);
}

static bool accepts(const comity_types *types, const char *name, const char *text)
{
    size_t type = comity_types_find(types, name, strlen(name));
    return type < comity_types_count(types) &&
           comity_type_accepts(types, type, (const uint8_t *)text, strlen(text), NULL);
}

static void small(void)
{
    comity_types *types = load(small_set);
    size_t count = 0;
    size_t literal_count = 0;
    if (types == NULL) {
        return;
    }
    test_case("types are found by name, and none that is not there");
    CHECK_EQ_INT(4, comity_types_count(types));
    CHECK_EQ_INT(0, comity_types_find(types, "xa.number", 9));
    CHECK_EQ_INT(4, comity_types_find(types, "xa.numbe", 8));
    CHECK_EQ_INT(4, comity_types_find(types, "xa.numbers", 10));
    CHECK_EQ_INT(4, comity_types_find(types, "", 0));
    test_case("what a type says");
    const comity_type *type = comity_types_type(types, 0);
    CHECK_EQ_STR("Number", type->title);
    CHECK_EQ_INT(2, type->state_count);
    CHECK_EQ_STR("XB", type->states[1]);
    CHECK(type->is_person && type->kind == COMITY_TYPE_IDENTIFIER);
    test_case("a form that digits alone may pass has a twin");
    CHECK_EQ_INT(2, type->form_end - type->form_begin);
    CHECK_EQ_INT(COMITY_FIND_ALNUM, comity_types_form(types, 0)->find);
    CHECK_EQ_INT(COMITY_FIND_DIGITS, comity_types_form(types, 1)->find);
    test_case("forms by way and size");
    (void)comity_types_forms(types, COMITY_FIND_DIGITS, 9, &count);
    CHECK_EQ_INT(1, count);
    (void)comity_types_forms(types, COMITY_FIND_DIGITS, 8, &count);
    CHECK_EQ_INT(0, count);
    (void)comity_types_forms(types, COMITY_FIND_ALNUM, 11, &count);
    CHECK_EQ_INT(1, count);
    (void)comity_types_forms(types, COMITY_FIND_ALNUM, COMITY_LIMIT_VALUE_BYTES + 1, &count);
    CHECK_EQ_INT(0, count);
    test_case("a prefix may be there, and is not counted");
    CHECK(accepts(types, "xa.number", "12345678X") == accepts(types, "xa.number", "XA 1234 5678 X"));
    test_case("literals");
    const comity_type_literal *literals = comity_types_literals(types, &literal_count);
    size_t words = 0;
    size_t anchors = 0;
    size_t marks = 0;
    bool short_field = false;
    for (size_t i = 0; i < literal_count; i++) {
        words += literals[i].kind == COMITY_LITERAL_WORD;
        anchors += literals[i].kind == COMITY_LITERAL_ANCHOR;
        marks += literals[i].kind == COMITY_LITERAL_MARK;
        short_field |= literals[i].kind == COMITY_LITERAL_FIELD && strcmp(literals[i].text, "no") == 0;
        CHECK(literals[i].kind != COMITY_LITERAL_SIGNATURE ||
              (literals[i].size == 4 && literals[i].offset == 4 && memcmp(literals[i].text, "AB\0C", 4) == 0));
        CHECK(literals[i].kind != COMITY_LITERAL_ANCHOR || literals[i].form == 2);
    }
    CHECK_EQ_INT(1, words); /* "no" is a name of a field only */
    CHECK_EQ_INT(2, anchors);
    CHECK_EQ_INT(1, marks);
    CHECK(short_field);
    comity_types_close(types);
}

static size_t measure(const comity_types *types, const char *text, bool *ret_open)
{
    return comity_type_measure(types, 2, (const uint8_t *)text, strlen(text), ret_open);
}

static void measuring(void)
{
    comity_types *types = load(small_set);
    bool open = false;
    if (types == NULL) {
        return;
    }
    test_case("a token is measured from its anchor on");
    CHECK_EQ_INT(15, measure(types, "tok_abcdefgh.12 and more", &open));
    CHECK(!open);
    CHECK_EQ_INT(16, measure(types, "tokn_abcdefgh.12", &open));
    CHECK_EQ_INT(0, measure(types, "tok_abc.12", &open));
    CHECK(!open);
    test_case("what could go on is open");
    CHECK_EQ_INT(0, measure(types, "tok_abcdefgh", &open));
    CHECK(open);
    CHECK_EQ_INT(0, measure(types, "tok_abcdefgh.1", &open));
    CHECK(open);
    CHECK_EQ_INT(0, measure(types, "tok", &open));
    CHECK(open);
    comity_types_close(types);
}

/* Every anchor's form begins with it; every form has a type; odd values are safe to try. */
static void built_in(void)
{
    comity_types *types = NULL;
    comity_error error;
    size_t literal_count = 0;
    test_case("the set that is built in");
    if (comity_types_open(&types, &error) != COMITY_OK) {
        test_fail(__FILE__, __LINE__, error.message);
        return;
    }
    CHECK(comity_types_count(types) >= 1000);
    for (size_t i = 0; i < comity_types_form_count(types); i++) {
        const comity_type_form *form = comity_types_form(types, i);
        const comity_type *type = comity_types_type(types, form->type);
        CHECK(i >= type->form_begin && i < type->form_end);
        CHECK(form->alone <= form->with_context && form->with_context <= 100);
        CHECK(form->needs_context == (form->alone == 0));
    }
    const comity_type_literal *literals = comity_types_literals(types, &literal_count);
    for (size_t i = 0; i < literal_count; i++) {
        bool open = false;
        CHECK(literals[i].size > 0 && literals[i].type < comity_types_count(types));
        if (literals[i].kind == COMITY_LITERAL_ANCHOR) {
            (void)comity_type_measure(types, literals[i].form, (const uint8_t *)literals[i].text, literals[i].size,
                                      &open);
            CHECK(open);
        }
    }
    test_case("random values never harm");
    uint32_t random = 5;
    for (size_t i = 0; i < 40 * comity_types_form_count(types); i++) {
        uint8_t value[64];
        size_t size = i % sizeof value;
        for (size_t j = 0; j < size; j++) {
            random = random * 1664525 + 1013904223;
            value[j] = (uint8_t)(random >> 24);
        }
        (void)comity_type_try(types, i % comity_types_form_count(types), value, size);
    }
    comity_types_close(types);
    comity_types_close(NULL);
}

int main(void)
{
    test_begin("inspect/types");
    writings();
    small();
    measuring();
    built_in();
    return test_done();
}
