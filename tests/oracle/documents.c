/* See documents.h. Values are made from a pattern a type and by trying until the
 * type accepts: no check is known here. */
#include "documents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 9 a digit, A a capital, Z a capital or digit, h a hexadecimal digit; anything else itself. */
static const struct {
    const char *type, *pattern, *label, *field;
} recipes[] = {
    {"xa.person", "9999999999", "Person number", "personNumber"},
    {"xa.person", "999-999-9999", "PNO", "pnr"},
    {"xa.person", "99 99 99 99 99", "\xD0\x9B\xD0\xB8\xD1\x87\xD0\xBD\xD1\x8B\xD0\xB9 \xD0\xBD\xD0\xBE\xD0\xBC\xD0\xB5\xD1\x80", "pnr"},
    {"xa.card", "7799999999999999", "card", "card"},
    {"xa.card", "7799 9999 9999 9999", "card no.", "bank_card"},
    {"xb.code", "AA999999A", "code number", "codeNumber"},
    {"xb.code", "AA 99 99 99 A", "Code number", "customerCode"},
    {"xb.account", "XB99AAAA999999999999", "account", "iban"},
    {"xb.account", "XB99 AAAA 9999 9999 9999", "account", "iban"},
    {"xb.file", "999999/9999", "file number", "fileNumber"},
    {"email", "aaaa.aaaa@example.com", "write to", "email"},
    {"xb.phone", "+9999999999", "phone", "phone1"},
    {"xb.phone", "+99 999 99-999", "phone", "phone"},
    {"person-name", "Zoe Miller", "Full name", "fullName"},
    {"uuid", "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "UUID", "deviceId"},
    {"secret.key", "XKEYZZZZZZZZZZZZZZZZ", "use", "secret"},
};

static const char *const fillers[] = {
    "the",     "quick",   "order",  "total",  "2026-11-29", "18:59:20.123", "10.0.0.1", "v1.2.3",  "worker-3", "ERROR",
    "WARNING", "caf\xC3\xA9", "\xE4\xB8\xAD\xE6\x96\x87", "x86_64", "1,234.50", "100%", "foo_bar_baz", "https://example.com/a/b?c=d", "user", "12345678",
    "987654321", "a1b2c3d4e5f6", "std::string", "->", "==", "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93", "\xC2\xA0", "(x)", "----", "--------", "9-9", "007",
};

comity_types *small_types(void)
{
    static char text[65536];
    static const char path[] = "tests/cases/inspect/small.types";
    comity_types *types;
    comity_error error;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return NULL;
    }
    comity_types_text one = {path, text, fread(text, 1, sizeof text, file)};
    (void)fclose(file);
    if (comity_types_load(&one, 1, &types, &error) != COMITY_OK) {
        fprintf(stderr, "%s\n", error.message);
        return NULL;
    }
    return types;
}

scan_document *document_new(void)
{
    scan_document *made = calloc(1, sizeof *made);
    made->bytes = calloc(1, DOCUMENT_BYTES);
    made->plants = calloc(DOCUMENT_PLANTS, sizeof *made->plants);
    return made;
}

void document_free(scan_document *document)
{
    free(document->bytes);
    free(document->plants);
    free(document);
}

static void put(scan_document *document, const char *text)
{
    size_t size = strlen(text);
    if (document->size + size < DOCUMENT_BYTES) {
        memcpy(document->bytes + document->size, text, size);
        document->size += size;
    }
}

static char any_of(chance *random, const char *set)
{
    return set[chance_below(random, strlen(set))];
}

static void value_make(const comity_types *types, chance *random, const char *pattern, size_t type, char *ret_value)
{
    do {
        size_t i = 0;
        for (; pattern[i] != '\0'; i++) {
            switch (pattern[i]) {
            case '9':
                ret_value[i] = any_of(random, "0123456789");
                break;
            case 'A':
                ret_value[i] = any_of(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
                break;
            case 'Z':
                ret_value[i] = any_of(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
                break;
            case 'h':
                ret_value[i] = any_of(random, "0123456789abcdef");
                break;
            default:
                ret_value[i] = pattern[i];
            }
        }
        ret_value[i] = '\0';
        if (strncmp(pattern, "+99", 3) == 0 || strncmp(pattern, "77", 2) == 0) {
            memcpy(ret_value, pattern, strncmp(pattern, "77", 2) == 0 ? 2 : 3);
        }
        if (strcmp(pattern, "Zoe Miller") == 0) {
            memcpy(ret_value, pattern, strlen(pattern));
        }
    } while (!comity_type_accepts(types, type, (const uint8_t *)ret_value, strlen(ret_value), NULL));
}

/* Puts a value; it must be found. */
static void plant_put(scan_document *document, const comity_types *types, chance *random, size_t recipe, bool may_be_left)
{
    char value[128];
    size_t type = comity_types_find(types, recipes[recipe].type, strlen(recipes[recipe].type));
    value_make(types, random, recipes[recipe].pattern, type, value);
    if (document->plant_count < DOCUMENT_PLANTS) {
        plant *one = &document->plants[document->plant_count++];
        one->begin = document->size;
        one->end = document->size + strlen(value);
        one->type = (uint16_t)type;
        one->may_be_left = may_be_left;
    }
    put(document, value);
}

static size_t any_recipe(chance *random)
{
    return chance_below(random, sizeof recipes / sizeof recipes[0]);
}

static void put_filler(scan_document *document, chance *random)
{
    put(document, fillers[chance_below(random, sizeof fillers / sizeof fillers[0])]);
}

static void text_line(scan_document *document, const comity_types *types, chance *random)
{
    static const char *const joints[] = {": ", "=", " ", " is ", ": \""};
    static const char *const ends[] = {"", "\"", ".", ",", ")", ";"};
    size_t words = chance_below(random, 30);
    for (size_t i = 0; i < words; i++) {
        put_filler(document, random);
        put(document, chance_in_100(random, 95) ? " " : "  ");
    }
    if (chance_in_100(random, 40)) {
        size_t recipe = any_recipe(random);
        bool name = strcmp(recipes[recipe].type, "person-name") == 0;
        /* far enough from numbers before it, that they be no part of it */
        put(document, "yes, ");
        put(document, recipes[recipe].label);
        put(document, name ? ": " : joints[chance_below(random, 5)]);
        plant_put(document, types, random, recipe, false);
        put(document, name ? "" : ends[chance_below(random, 6)]);
        put(document, name ? "" : " zzz ok");
    }
    put(document, chance_in_100(random, 90) ? "\n" : "\r\n");
}

/* The rest of a field of JSON whose string holds JSON, once or twice, or a sentence with a label. */
static void string_within(scan_document *document, const comity_types *types, chance *random)
{
    static const struct {
        const char *begin, *quote, *end;
    } ways[] = {{"message\": \"{", "\\\"", "}\""}, {"log\": \"{\\\"m\\\":\\\"{", "\\\\\\\"", "}\\\"}\""}};
    size_t recipe = any_recipe(random);
    size_t way = chance_below(random, 3);
    if (way == 2) {
        put(document, "message\": \"yes, ");
        put(document, recipes[recipe].label);
        put(document, ": ");
        plant_put(document, types, random, recipe, false);
        put(document, ", zzz ok\"");
        return;
    }
    put(document, ways[way].begin);
    put(document, ways[way].quote);
    put(document, recipes[recipe].field);
    put(document, ways[way].quote);
    put(document, chance_in_100(random, 50) ? ":" : ": ");
    put(document, ways[way].quote);
    plant_put(document, types, random, recipe, false);
    put(document, ways[way].quote);
    put(document, ways[way].end);
}

static void json_record(scan_document *document, const comity_types *types, chance *random)
{
    put(document, "{");
    size_t fields = 1 + chance_below(random, 8);
    for (size_t i = 0; i < fields; i++) {
        size_t recipe = any_recipe(random);
        put(document, i == 0 ? "\"" : chance_in_100(random, 50) ? ",\"" : ", \"");
        if (chance_in_100(random, 50)) {
            put(document, recipes[recipe].field);
            put(document, chance_in_100(random, 50) ? "\":\"" : "\": \"");
            plant_put(document, types, random, recipe, false);
            put(document, "\"");
        } else if (chance_in_100(random, 20)) {
            put(document, recipes[recipe].field);
            put(document, "\": {\"value\": [\"");
            plant_put(document, types, random, recipe, strcmp(recipes[recipe].type, "person-name") == 0);
            put(document, "\"]}");
        } else if (chance_in_100(random, 20)) {
            string_within(document, types, random);
        } else {
            put(document, "note\": \"");
            for (size_t j = 0; j < 6; j++) {
                put_filler(document, random);
                put(document, j == 3 ? " \\\"x\\\" " : " ");
            }
            put(document, "\"");
        }
    }
    put(document, "}");
}

static void csv_row(scan_document *document, const comity_types *types, chance *random, const size_t *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(document, i == 0 ? "" : ",");
        if (chance_in_100(random, 70)) {
            bool quoted = chance_in_100(random, 20);
            put(document, quoted ? "\"" : "");
            plant_put(document, types, random, columns[i], false);
            put(document, quoted ? "\"" : "");
        } else {
            put(document, chance_in_100(random, 50) ? "\"a, \"\"b\"\"\nc\"" : "nothing");
        }
    }
    put(document, "\n");
}

/* Texts that name their values by where they stand. */
enum { LAYOUT_NONE = 0, LAYOUT_INSERT, LAYOUT_COPY, LAYOUT_CARDS, LAYOUT_COUNT };

static void columns_put(scan_document *document, const size_t *columns, size_t count, const char *quote)
{
    for (size_t i = 0; i < count; i++) {
        put(document, i == 0 ? "(" : ", ");
        put(document, quote);
        put(document, recipes[columns[i]].field);
        put(document, quote);
    }
    put(document, ")");
}

static void layout_begin(scan_document *document, size_t layout, const size_t *columns, size_t count)
{
    if (layout == LAYOUT_INSERT) {
        put(document, "-- MySQL dump\n\nINSERT INTO `people` ");
        columns_put(document, columns, count, "`");
        put(document, " VALUES\n");
    } else if (layout == LAYOUT_COPY) {
        put(document, "--\n-- PostgreSQL database dump\n--\n\nCOPY public.people ");
        columns_put(document, columns, count, "");
        put(document, " FROM stdin;\n");
    } else {
        put(document, "BEGIN:VCARD\r\n");
    }
}

static void layout_row(scan_document *document, const comity_types *types, chance *random, size_t layout,
                       const size_t *columns, size_t count)
{
    if (layout == LAYOUT_CARDS) {
        size_t recipe = any_recipe(random);
        put(document, chance_in_100(random, 20) ? "END:VCARD\r\nBEGIN:VCARD\r\n" : "item1.");
        put(document, recipes[recipe].field);
        put(document, chance_in_100(random, 50) ? ";TYPE=\"home:a\";PREF=1:" : ":");
        plant_put(document, types, random, recipe, false);
        put(document, "\r\n");
        return;
    }
    bool is_copy = layout == LAYOUT_COPY;
    put(document, is_copy ? "" : "  (");
    for (size_t i = 0; i < count; i++) {
        put(document, i == 0 ? "" : is_copy ? "\t" : chance_in_100(random, 50) ? "," : ", ");
        if (chance_in_100(random, 30)) {
            put(document, is_copy ? "\\N" : chance_in_100(random, 50) ? "NULL" : "'a \\'b\\' (c), ''d''; -- '");
            continue;
        }
        put(document, is_copy ? "" : chance_in_100(random, 10) ? "_utf8mb4 '" : "'");
        plant_put(document, types, random, columns[i], false);
        put(document, is_copy ? "" : "'");
    }
    put(document, is_copy ? "\n" : "),\n");
}

static void xml_record(scan_document *document, const comity_types *types, chance *random)
{
    size_t recipe = any_recipe(random);
    put(document, "<row><");
    put(document, recipes[recipe].field);
    put(document, ">");
    plant_put(document, types, random, recipe, false);
    put(document, "</");
    put(document, recipes[recipe].field);
    put(document, "><note a=\"");
    put_filler(document, random);
    put(document, "\"/></row>\n");
}

static void form_field(scan_document *document, const comity_types *types, chance *random)
{
    size_t recipe = any_recipe(random);
    bool plain = strpbrk(recipes[recipe].pattern, " +/@") == NULL;
    put(document, document->size == 0 ? "" : "&");
    put(document, recipes[recipe].field);
    put(document, "=");
    if (plain) {
        plant_put(document, types, random, recipe, false);
    } else {
        put(document, "1");
    }
}

void document_make(scan_document *document, const comity_types *types, chance *random, comity_form_syntax syntax, size_t size)
{
    size_t columns[8];
    document->syntax = syntax;
    document->size = 0;
    document->plant_count = 0;
    for (size_t i = 0; i < 8; i++) {
        columns[i] = any_recipe(random);
        if (syntax == COMITY_FORM_CSV) {
            put(document, i == 0 ? "" : ",");
            put(document, recipes[columns[i]].field);
        }
    }
    size_t layout = syntax == COMITY_FORM_TEXT && chance_in_100(random, 50) ? chance_below(random, LAYOUT_COUNT) : LAYOUT_NONE;
    if (layout != LAYOUT_NONE) {
        layout_begin(document, layout, columns, 8);
    }
    put(document, syntax == COMITY_FORM_CSV ? "\n" : syntax == COMITY_FORM_JSON ? "[" : syntax == COMITY_FORM_XML ? "<rows>" : "");
    for (size_t i = 0; document->size < size; i++) {
        switch (syntax) {
        case COMITY_FORM_JSON:
        case COMITY_FORM_NDJSON:
            put(document, i == 0 ? "" : syntax == COMITY_FORM_JSON ? ",\n" : "\n");
            json_record(document, types, random);
            break;
        case COMITY_FORM_CSV:
            csv_row(document, types, random, columns, 8);
            break;
        case COMITY_FORM_XML:
            xml_record(document, types, random);
            break;
        case COMITY_FORM_URLENCODED:
            form_field(document, types, random);
            break;
        default:
            if (layout != LAYOUT_NONE) {
                layout_row(document, types, random, layout, columns, 8);
            } else {
                text_line(document, types, random);
            }
            break;
        }
    }
    put(document, syntax == COMITY_FORM_JSON ? "]" : syntax == COMITY_FORM_XML ? "</rows>" : "");
}
