/* Every value that a type accepts is found by the scanner where something speaks for
 * it: each valid row of tests/cases/types/values.tsv, in a line of text behind a word of its
 * type, and as a field of JSON. So no type is out of the first stage's reach.
 *
 *     scan_reach [--show]
 */
#include "../test.h"

#include "base/buffer.h"
#include "base/json.h"
#include "inspect/scan.h"

#include <stdlib.h>

#define VALUE_BYTES 16384

typedef struct reach {
    const comity_types *types;
    size_t type;
    uint64_t begin, end;
    bool found;
} reach;

typedef struct row {
    char type[128];
    char value[VALUE_BYTES];
    size_t size;
} row;

static void found(void *context, const comity_finding *finding)
{
    reach *at = context;
    /* a value may be read together with what stands beside it, or without its ends */
    if (finding->begin >= at->end || finding->end <= at->begin) {
        return;
    }
    for (size_t i = 0; i < finding->reading_count; i++) {
        const comity_type *read = comity_types_type(at->types, finding->readings[i].type);
        const comity_type *wanted = comity_types_type(at->types, at->type);
        at->found |= read == wanted || strcmp(read->category, wanted->category) == 0;
    }
}

/* "TYPE \t JSON string \t valid"; false for what is no such row. */
static bool row_read(const char *line, row *ret_row)
{
    const char *tab = strchr(line, '\t');
    const char *second = tab == NULL ? NULL : strchr(tab + 1, '\t');
    if (line[0] == '#' || second == NULL || strncmp(second + 1, "valid", 5) != 0) {
        return false;
    }
    size_t size = (size_t)(tab - line);
    size_t raw_size = (size_t)(second - (tab + 1));
    if (size >= sizeof ret_row->type || raw_size >= sizeof ret_row->value) {
        return false;
    }
    memcpy(ret_row->type, line, size);
    ret_row->type[size] = '\0';
    return comity_json_decode((const uint8_t *)tab + 1, raw_size, ret_row->value, &ret_row->size, NULL) == COMITY_OK;
}

static const char *literal_of(const comity_types *types, size_t type, comity_type_literal_kind kind)
{
    size_t count;
    const comity_type_literal *literals = comity_types_literals(types, &count);
    for (size_t i = 0; i < count; i++) {
        if (literals[i].kind == kind && literals[i].type == type) {
            return literals[i].text;
        }
    }
    return NULL;
}

static bool is_found(comity_scan *scan, reach *at, comity_form_syntax syntax, const char *before, const row *of,
                     const char *behind)
{
    char text[2 * VALUE_BYTES];
    const comity_scan_part part = {.syntax = syntax};
    size_t lead = strlen(before);
    size_t tail = strlen(behind);
    memcpy(text, before, lead);
    memcpy(text + lead, of->value, of->size);
    memcpy(text + lead + of->size, behind, tail);
    at->begin = lead;
    at->end = lead + of->size;
    at->found = false;
    comity_scan_start(scan, &part);
    comity_scan_feed(scan, text, lead + of->size + tail);
    comity_scan_finish(scan);
    return at->found;
}

/* Secrets and texts beyond ASCII are made by chance, of characters that nobody writes: left
 * out. So are values behind labels that hold a mark at which a value in text ends. */
static bool is_written(const comity_types *types, size_t number, const row *of)
{
    const comity_type *type = comity_types_type(types, number);
    bool by_value = type->kind == COMITY_TYPE_IDENTIFIER && comity_types_form(types, type->form_begin)->find != COMITY_FIND_LABEL;
    for (size_t i = 0; i < of->size && !by_value; i++) {
        if (type->kind == COMITY_TYPE_IDENTIFIER && of->value[i] != '\0' && strchr("|;<\"", of->value[i]) != NULL) {
            return false;
        }
        unsigned char byte = (unsigned char)of->value[i];
        if (byte >= 0x80 && type->kind != COMITY_TYPE_MARK && type->kind != COMITY_TYPE_FILE) {
            return false;
        }
    }
    return true;
}

/* In text these are seen only if something in them is: a word of seven characters with a
 * digit, six capitals, a run of sixteen. Values made by chance often have none. */
static bool may_escape(const char *type)
{
    return strcmp(type, "secret.adyen-key") == 0 || strcmp(type, "health.hl7") == 0;
}

static bool in_text(comity_scan *scan, reach *at, const row *of)
{
    char before[512];
    const char *word = literal_of(at->types, at->type, COMITY_LITERAL_WORD);
    comity_type_kind kind = comity_types_type(at->types, at->type)->kind;
    if (kind == COMITY_TYPE_FILE) {
        return is_found(scan, at, COMITY_FORM_BINARY, "", of, "");
    }
    word = word == NULL ? literal_of(at->types, at->type, COMITY_LITERAL_FIELD) : word;
    if (kind == COMITY_TYPE_MARK || word == NULL) {
        return is_found(scan, at, COMITY_FORM_TEXT, "a line\n", of, "\nanother\n");
    }
    (void)snprintf(before, sizeof before, "some lines before it\nyes: %s: ", word);
    return is_found(scan, at, COMITY_FORM_TEXT, before, of, "\nanother line\n");
}

static bool in_json(comity_scan *scan, reach *at, const row *of)
{
    char before[512];
    const char *field = literal_of(at->types, at->type, COMITY_LITERAL_FIELD);
    const comity_type *type = comity_types_type(at->types, at->type);
    bool plain = memchr(of->value, '"', of->size) == NULL && memchr(of->value, '\\', of->size) == NULL &&
                 memchr(of->value, '\n', of->size) == NULL;
    if (field == NULL || type->kind == COMITY_TYPE_FILE || type->kind == COMITY_TYPE_MARK || !plain) {
        return true;
    }
    (void)snprintf(before, sizeof before, "{\"note\":\"x\",\"%s\":\"", field);
    return is_found(scan, at, COMITY_FORM_JSON, before, of, "\",\"more\":1}");
}

int main(int argc, char **argv)
{
    static row now;
    static char line[2 * VALUE_BYTES];
    bool show = argc > 1 && strcmp(argv[1], "--show") == 0;
    comity_types *types = NULL;
    comity_scan_rules *rules = NULL;
    comity_scan *scan = NULL;
    comity_error error;
    reach at = {0};
    size_t rows = 0, lost_in_text = 0, lost_in_json = 0;
    test_begin("property/scan_reach");
    test_case("set up");
    FILE *file = fopen("tests/cases/types/values.tsv", "rb");
    if (!CHECK(file != NULL) || !CHECK(comity_types_open(&types, &error) == COMITY_OK) ||
        !CHECK(comity_scan_rules_new(types, &rules, &error) == COMITY_OK)) {
        return test_done();
    }
    at.types = types;
    const comity_scan_settings settings = {.level = 1, .found = found, .context = &at};
    if (!CHECK(comity_scan_new(rules, &settings, &scan, &error) == COMITY_OK)) {
        return test_done();
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (!row_read(line, &now)) {
            continue;
        }
        at.type = comity_types_find(types, now.type, strlen(now.type));
        if (at.type == comity_types_count(types) || !is_written(types, at.type, &now)) {
            continue;
        }
        rows++;
        bool text = in_text(scan, &at, &now);
        bool json = in_json(scan, &at, &now);
        lost_in_text += !text && !may_escape(now.type);
        lost_in_json += !json;
        if (show && (!text || !json)) {
            fprintf(stderr, "%s%s %s %.*s\n", text ? "" : "text", json ? "" : " json", now.type, (int)now.size, now.value);
        }
    }
    (void)fclose(file);
    test_case("there are rows");
    CHECK(rows > 1000);
    test_case("in text");
    CHECK_EQ_INT(0, lost_in_text);
    test_case("in JSON");
    CHECK_EQ_INT(0, lost_in_json);
    comity_scan_free(scan);
    comity_scan_rules_free(rules);
    comity_types_close(types);
    return test_done();
}
