/* What was found as JSON: what reads it may be anything, so that no text of the
 * input is believed to be UTF-8, and a value is told only to who asked for values. */
#include "api/found.h"

#include "base/utf8.h"
#include "note/base64.h"

#include <string.h>

void comity_found_put_untrusted(comity_buffer *out, const char *text, size_t size)
{
    char copy[512];
    size_t written = 0;
    for (size_t i = 0; i < size && written < sizeof copy; i++) {
        unsigned char byte = (unsigned char)text[i];
        copy[written++] = (char)(byte >= 0x80 ? '?' : byte);
    }
    bool whole = comity_utf8_check(text, size) == size;
    comity_buffer_append_json_string(out, whole ? text : copy, whole ? size : written);
}

/* A file's name is bytes, and not always UTF-8: then the bytes themselves are told too. */
static void put_file(comity_buffer *out, const char *file)
{
    size_t size = strlen(file);
    comity_buffer_append_text(out, "\"file\":");
    comity_found_put_untrusted(out, file, size);
    if (comity_utf8_check(file, size) == size) {
        return;
    }
    comity_buffer_append_text(out, ",\"file_base64\":\"");
    for (size_t at = 0; at < size; at += 48) { /* a multiple of three: only the last is padded */
        char text[COMITY_BASE64_TEXT_SIZE(48) + 1];
        comity_base64_write((const uint8_t *)file + at, size - at < 48 ? size - at : 48, text);
        comity_buffer_append_text(out, text);
    }
    comity_buffer_append_text(out, "\"");
}

static const struct {
    unsigned bit;
    const char *word;
} evidence_words[] = {
    {COMITY_SEEN_SHAPE, "shape"},     {COMITY_SEEN_CHECKSUM, "checksum"}, {COMITY_SEEN_DATE, "date"},
    {COMITY_SEEN_REGION, "region"},   {COMITY_SEEN_LITERAL, "literal"},   {COMITY_SEEN_ENTROPY, "entropy"},
    {COMITY_SEEN_WORD, "word"},       {COMITY_SEEN_FIELD, "field-name"},  {COMITY_SEEN_COLUMN, "column"},
    {COMITY_SEEN_LOCALE, "locale"},
};

void comity_found_put_evidence(comity_buffer *out, unsigned evidence)
{
    const char *comma = "";
    comity_buffer_append_text(out, "[");
    for (size_t i = 0; i < sizeof evidence_words / sizeof evidence_words[0]; i++) {
        if ((evidence & evidence_words[i].bit) != 0) {
            comity_buffer_append_text(out, comma);
            comity_buffer_append_json_text(out, evidence_words[i].word);
            comma = ",";
        }
    }
    comity_buffer_append_text(out, "]");
}

static void put_states(comity_buffer *out, const comity_type_about *about)
{
    comity_buffer_append_text(out, "[");
    for (size_t i = 0; i < about->state_count; i++) {
        comity_buffer_append_text(out, i == 0 ? "" : ",");
        comity_buffer_append_json_text(out, about->states[i]);
    }
    comity_buffer_append_text(out, "]");
}

void comity_found_put_digest(comity_buffer *out, const uint8_t digest[16])
{
    static const char digits[] = "0123456789abcdef";
    char text[33];
    for (size_t i = 0; i < 16; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[32] = '\0';
    comity_buffer_append_json_text(out, text);
}

static void put_reading(const comity_rules *rules, comity_buffer *out, const comity_seen *seen)
{
    comity_type_about about = {.name = "?", .category = "?"};
    comity_status unused = comity_rules_type(rules, seen->type, &about, NULL); /* a type of other rules stays "?" */
    (void)unused;
    comity_buffer_append_text(out, "\"type\":");
    comity_buffer_append_json_text(out, about.name);
    comity_buffer_append_text(out, ",\"states\":");
    put_states(out, &about);
    comity_buffer_append_text(out, ",\"category\":");
    comity_buffer_append_json_text(out, about.category);
    comity_buffer_append_text_u64(out, ",\"confidence\":", seen->confidence);
    comity_buffer_append_text(out, ",\"evidence\":");
    comity_found_put_evidence(out, seen->evidence);
}

void comity_found_put(const comity_rules *rules, const char *file, const comity_found *found, bool with_value,
                      comity_buffer *out)
{
    comity_buffer_append_text(out, "{");
    put_file(out, file);
    comity_buffer_append_text(out, ",");
    put_reading(rules, out, &found->seen[0]);
    comity_buffer_append_text_u64(out, ",\"part\":", found->part);
    comity_buffer_append_text(out, ",\"chain\":");
    comity_found_put_untrusted(out, found->chain, strlen(found->chain));
    comity_buffer_append_text(out, ",\"syntax\":");
    comity_buffer_append_json_text(out, found->syntax);
    comity_buffer_append_text(out, ",\"path\":");
    comity_found_put_untrusted(out, found->path, strlen(found->path));
    comity_buffer_append_text_u64(out, ",\"line\":", found->line);
    comity_buffer_append_text_u64(out, ",\"record\":", found->record);
    if (found->column != 0) {
        comity_buffer_append_text_u64(out, ",\"column\":", found->column);
    }
    comity_buffer_append_text_u64(out, ",\"begin\":", found->begin);
    comity_buffer_append_text_u64(out, ",\"end\":", found->end);
    if (found->has_raw) {
        comity_buffer_append_text_u64(out, ",\"raw_begin\":", found->raw_begin);
        comity_buffer_append_text_u64(out, ",\"raw_end\":", found->raw_end);
    }
    comity_buffer_append_text(out, ",\"digest\":");
    comity_found_put_digest(out, found->digest);
    if (with_value) {
        comity_buffer_append_text(out, ",\"value\":");
        comity_found_put_untrusted(out, found->value, found->value_size);
    }
    comity_buffer_append_text(out, ",\"also\":[");
    for (size_t i = 1; i < found->seen_count; i++) {
        comity_buffer_append_text(out, i == 1 ? "{" : ",{");
        put_reading(rules, out, &found->seen[i]);
        comity_buffer_append_text(out, "}");
    }
    comity_buffer_append_text(out, "]}\n");
}
