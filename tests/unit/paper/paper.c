/* Papers as text: the cases of tests/cases/paper, limits, drafting. What a case
 * expects is the error's message; or, of a good paper, its fields as JSON and,
 * for forms that count, the paper as an act holds it. */
#include "../../test.h"

#include "paper/paper.h"

#include "paper_keys.h"
#include "text_cases.h"

static void told(const char *text, size_t size, comity_buffer *buffer)
{
    comity_paper *paper = malloc(sizeof *paper);
    comity_error error = {.message = ""};
    if (paper == NULL) {
        return;
    }
    if (comity_paper_read(text, size, paper, &error) != COMITY_OK) {
        comity_buffer_append_text(buffer, error.message);
        comity_buffer_append_byte(buffer, '\n');
    } else {
        comity_paper_put_json(paper, buffer);
        comity_buffer_append_byte(buffer, '\n');
        if (paper->form->counts) {
            comity_paper_put_held(paper, paper->until, buffer);
            comity_buffer_append_byte(buffer, '\n');
        }
    }
    free(paper);
}

static void run_case(const char *title, const char *input, size_t input_size, const char *expected,
                     size_t expected_size)
{
    size_t size = 0;
    size_t wanted_size = 0;
    comity_buffer buffer;
    test_case(title);
    char *text = paper_expand(input, input_size, &size);
    char *wanted = paper_expand(expected, expected_size, &wanted_size);
    comity_buffer_init(&buffer, (size_t)1 << 20);
    told(text, size, &buffer);
    comity_buffer_append_byte(&buffer, 0);
    CHECK_EQ_STR(wanted, (const char *)buffer.bytes);
    comity_buffer_free(&buffer);
    free(text);
    free(wanted);
}

static void run_file(const char *path)
{
    test_case(path);
    CHECK(text_cases_run_file(path, run_case) > 0);
}

static void check_fails(const char *text, size_t size, comity_status status, const char *message)
{
    static comity_paper paper;
    comity_error error = {.message = ""};
    CHECK_EQ_INT(status, comity_paper_read(text, size, &paper, &error));
    CHECK_EQ_STR(message, error.message);
}

#define HEAD "comity paper/consent v1\npaper: consent\nid: 1\nby: A\nissued: 2026-01-01\nunder: XA\n"

static void limits(void)
{
    comity_buffer buffer;
    test_case("a text without a newline at its end, or with characters no note has");
    check_fails("comity paper/consent v1", 23, COMITY_ERROR_SYNTAX, "the text does not end in a newline");
    check_fails("", 0, COMITY_ERROR_SYNTAX, "the text does not end in a newline");
    check_fails("comity\tpaper\n", 13, COMITY_ERROR_SYNTAX,
                "byte 6 of the note is 0x09, but it may hold no control character");

    test_case("values, and their number");
    comity_buffer_init(&buffer, (size_t)1 << 20);
    comity_buffer_append_text(&buffer, HEAD);
    for (unsigned i = 0; i < COMITY_LIMIT_PAPER_VALUES - 5; i++) {
        char line[24];
        (void)snprintf(line, sizeof line, "party: %04u\n", i);
        comity_buffer_append_text(&buffer, line);
    }
    check_fails((const char *)buffer.bytes, buffer.size, COMITY_OK, "");
    comity_buffer_append_text(&buffer, "party: last\n");
    check_fails((const char *)buffer.bytes, buffer.size, COMITY_ERROR_LIMIT, "more than 512 values in one paper");

    test_case("a long value");
    comity_buffer_reset(&buffer);
    comity_buffer_append_text(&buffer, HEAD "party: ");
    for (unsigned i = 0; i < COMITY_LIMIT_PAPER_VALUE_BYTES; i++) {
        comity_buffer_append_byte(&buffer, 'x');
    }
    comity_buffer_append_text(&buffer, "\n");
    check_fails((const char *)buffer.bytes, buffer.size, COMITY_OK, "");
    buffer.size--;
    comity_buffer_append_text(&buffer, "x\n");
    check_fails((const char *)buffer.bytes, buffer.size, COMITY_ERROR_SYNTAX,
                "line 7: party: a value of 1025 bytes, but at most 1024 are allowed");

    test_case("a long paper");
    comity_buffer_reset(&buffer);
    comity_buffer_append_zeros(&buffer, COMITY_LIMIT_PAPER_BYTES + 1);
    check_fails((const char *)buffer.bytes, buffer.size, COMITY_ERROR_LIMIT,
                "a paper of 32769 bytes, but at most 32768 are allowed");
    comity_buffer_free(&buffer);
}

/* UTF-8 of a code point; returns its size. */
static size_t put_point(uint32_t point, char *ret_text)
{
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size; i > 1; i--) {
        ret_text[i - 1] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    ret_text[0] = (char)(leads[size] | point);
    return size;
}

/* The first and the last of each range that cannot be seen, and their neighbours, which can;
 * behind characters of every size. */
static void unseen(void)
{
    static const uint32_t ranges[][2] = {{0x7F, 0x9F},     {0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},   {0x115F, 0x1160}, {0x17B4, 0x17B5},
                                         {0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x2800, 0x2800},
                                         {0x3164, 0x3164}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};
    static const uint32_t before[] = {'a', 0xE9, 0x7FF, 0x800, 0xFFF, 0x1000, 0xE01, 0xFFFD, 0x10000, 0x10FFFD};
    test_case("characters that cannot be seen");
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const uint32_t points[] = {ranges[i][0] - 1, ranges[i][0], ranges[i][1], ranges[i][1] + 1};
        for (size_t j = 0; j < 4 * sizeof before / sizeof before[0]; j++) {
            char text[256] = "comity paper/consent v1\npaper: consent\nid: ";
            char expected[128] = "";
            uint32_t point = points[j % 4];
            size_t size = strlen(text);
            size += put_point(before[j / 4], text + size);
            size += put_point(point, text + size);
            (void)snprintf(text + size, sizeof text - size, "\nby: A\nissued: 2026-01-01\nunder: XA\n");
            if (j % 4 == 1 || j % 4 == 2) {
                (void)snprintf(expected, sizeof expected,
                               "line 3: id: U+%04X cannot be seen, so that the value may read as another",
                               (unsigned)point);
            }
            check_fails(text, strlen(text), expected[0] == '\0' ? COMITY_OK : COMITY_ERROR_SYNTAX, expected);
        }
    }
}

static void check_draft(const char *form, const comity_draft_value *values, size_t count, comity_status status,
                        const char *expected)
{
    comity_buffer buffer;
    comity_error error = {.message = ""};
    comity_buffer_init(&buffer, COMITY_LIMIT_PAPER_BYTES);
    CHECK_EQ_INT(status, comity_paper_draft(comity_form_find(form, strlen(form)), values, count, &buffer, &error));
    comity_buffer_append_byte(&buffer, 0);
    CHECK_EQ_STR(expected, status == COMITY_OK ? (const char *)buffer.bytes : error.message);
    comity_buffer_free(&buffer);
}

static void drafts(void)
{
    static const comity_draft_value values[] = {
        {COMITY_FIELD_UNDER, "XB", 2},      {COMITY_FIELD_ISSUED, "2026-01-01", 10},
        {COMITY_FIELD_BY, "B", 1},          {COMITY_FIELD_UNDER, "XA", 2},
        {COMITY_FIELD_ID, "7", 1},          {COMITY_FIELD_UNDER, "XB", 2},
        {COMITY_FIELD_PAPER, "consent", 7}, {COMITY_FIELD_PARTY, "B", 1},
        {COMITY_FIELD_PARTY, "AB", 2},      {COMITY_FIELD_PARTY, "A", 1},
    };
    static const comity_draft_value lines[] = {{COMITY_FIELD_ID, "7\nby: me", 8}};
    static const comity_draft_value twice[] = {{COMITY_FIELD_ID, "7", 1}, {COMITY_FIELD_ID, "7", 1}};
    test_case("a draft puts its values in order, each once");
    check_draft("consent", values, sizeof values / sizeof values[0], COMITY_OK,
                "comity paper/consent v1\npaper: consent\nid: 7\nby: B\nissued: 2026-01-01\nunder: XA\nunder: XB\n"
                "party: A\nparty: AB\nparty: B\n");
    test_case("what would be no paper is not drafted");
    check_draft("consent", NULL, 0, COMITY_ERROR_SYNTAX, "line 1: the paper ends without its \"paper\"");
    check_draft("consent", lines, 1, COMITY_ERROR_SYNTAX, "id: a value is one line");
    check_draft("consent", twice, 2, COMITY_ERROR_SYNTAX, "line 3: \"id\" is said twice");
    comity_draft_value many[COMITY_LIMIT_PAPER_VALUES + 1];
    for (size_t i = 0; i < COMITY_LIMIT_PAPER_VALUES + 1; i++) {
        many[i] = (comity_draft_value){COMITY_FIELD_PARTY, "A", 1};
    }
    check_draft("consent", many, COMITY_LIMIT_PAPER_VALUES + 1, COMITY_ERROR_LIMIT,
                "more than 512 values in one paper");
}

/* The table holds together: what is required is allowed, what acts hold says what law calls it. */
static void tables(void)
{
    test_case("the tables of forms and fields");
    for (size_t i = 0; i < comity_form_count(); i++) {
        const comity_paper_form *form = comity_form_at(i);
        CHECK((form->required & ~form->allowed) == 0);
        CHECK(comity_form_find(form->name, strlen(form->name)) == form);
        CHECK(form->by_min >= 1 && form->by_min <= form->by_max);
        CHECK(!form->counts ||
              ((form->required >> COMITY_FIELD_PAPER & 1) && (form->required >> COMITY_FIELD_UNDER & 1)));
        CHECK((form->required >> COMITY_FIELD_BY & 1) && (form->required >> COMITY_FIELD_ISSUED & 1));
    }
    for (comity_paper_field field = 0; field < COMITY_FIELD_LAST; field++) {
        const char *name = comity_field_rule_of(field)->name;
        CHECK_EQ_INT(field, comity_field_find(name, strlen(name)));
    }
    CHECK_EQ_INT(COMITY_FIELD_LAST, comity_field_find("papers", 6));
    CHECK(comity_form_find("consents", 8) == NULL);
}

int main(void)
{
    test_begin("paper");
    test_case("there are cases");
    CHECK(text_files_each("tests/cases/paper", ".txt", run_file) > 0);
    limits();
    unseen();
    drafts();
    tables();
    return test_done();
}
