/* What comes in: bytes that a record kept. What goes out: their parts; and back. */
#include "api/kept.h"

#include "base/limits.h"

#include <string.h>

static const char first_line[] = "comity kept 1\n";

static const char file_line[] = "comity kept file 1\n";

bool comity_kept_file(const uint8_t *kept, size_t size, const uint8_t **ret_bytes, size_t *ret_size)
{
    size_t head = sizeof file_line - 1;
    if (size < head || memcmp(kept, file_line, head) != 0) {
        return false;
    }
    *ret_bytes = kept + head;
    *ret_size = size - head;
    return true;
}

void comity_kept_file_write(const void *bytes, size_t size, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, file_line);
    comity_buffer_append(buffer, bytes, size);
}

typedef struct kept_reader {
    const char *text;
    size_t size;
    unsigned line;
} kept_reader;

/* The value of the next line, if it begins with `word`. */
static bool take(kept_reader *reader, const char *word, const char **ret_value, size_t *ret_size)
{
    size_t length = strlen(word);
    const char *end = reader->size == 0 ? NULL : memchr(reader->text, '\n', reader->size);
    if (end == NULL || (size_t)(end - reader->text) < length || memcmp(reader->text, word, length) != 0) {
        return false;
    }
    *ret_value = reader->text + length;
    *ret_size = (size_t)(end - *ret_value);
    reader->size -= (size_t)(end - reader->text) + 1;
    reader->text = end + 1;
    reader->line++;
    return true;
}

/* "sha256:" and 64 digits; a newline stands behind. */
static bool is_name(const char *text, size_t size)
{
    return size == COMITY_LAW_NAME_SIZE && memcmp(text, "sha256:", 7) == 0 &&
           strspn(text + 7, "0123456789abcdef") == COMITY_LAW_NAME_SIZE - 7;
}

static comity_status wrong(const kept_reader *reader, const char *expected, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYNTAX, "what the record kept is of another form: line %u: %s expected",
                       reader->line + 1, expected);
}

comity_status comity_kept_read(const char *text, size_t size, comity_kept *ret_kept, comity_error *reterr)
{
    kept_reader reader = {.text = text, .size = size};
    comity_kept kept = {0};
    const char *value;
    size_t value_size;
    if (size < sizeof first_line - 1 || memcmp(text, first_line, sizeof first_line - 1) != 0) {
        return wrong(&reader, "\"comity kept 1\"", reterr);
    }
    (void)take(&reader, "comity kept 1", &value, &value_size);
    if (!take(&reader, "law ", &kept.law, &value_size) || !is_name(kept.law, value_size)) {
        return wrong(&reader, "the law", reterr);
    }
    if (!take(&reader, "evaluator ", &kept.evaluator, &kept.evaluator_size)) {
        return wrong(&reader, "the evaluator", reterr);
    }
    if (take(&reader, "on ", &kept.on, &value_size) && value_size != 10) {
        return wrong(&reader, "a day", reterr);
    }
    if (take(&reader, "papers ", &kept.papers, &value_size) && !is_name(kept.papers, value_size)) {
        return wrong(&reader, "the name of papers", reterr);
    }
    kept.strict = take(&reader, "strict", &value, &value_size);
    if (kept.strict && value_size != 0) {
        return wrong(&reader, "\"strict\" alone", reterr);
    }
    kept.adopted = reader.text;
    while (take(&reader, "adopt ", &value, &value_size)) {
        kept.adopted_size = (size_t)(reader.text - kept.adopted);
    }
    if (take(&reader, "gate ", &kept.gate, &kept.gate_size) &&
        (kept.gate_size == 0 || kept.gate_size > COMITY_LIMIT_RECORD_GATE_BYTES)) {
        return wrong(&reader, "the name of a gate", reterr);
    }
    if (!take(&reader, "", &value, &value_size) || value_size != 0) {
        return wrong(&reader, "an empty line", reterr);
    }
    kept.act = reader.text;
    kept.act_size = reader.size;
    *ret_kept = kept;
    return COMITY_OK;
}

void comity_kept_write(const comity_kept *kept, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, first_line);
    comity_buffer_append_text(buffer, "law ");
    comity_buffer_append(buffer, kept->law, COMITY_LAW_NAME_SIZE);
    comity_buffer_append_text(buffer, "\nevaluator ");
    comity_buffer_append(buffer, kept->evaluator, kept->evaluator_size);
    comity_buffer_append_byte(buffer, '\n');
    if (kept->on != NULL) {
        comity_buffer_append_text(buffer, "on ");
        comity_buffer_append(buffer, kept->on, 10);
        comity_buffer_append_byte(buffer, '\n');
    }
    if (kept->papers != NULL) {
        comity_buffer_append_text(buffer, "papers ");
        comity_buffer_append(buffer, kept->papers, COMITY_LAW_NAME_SIZE);
        comity_buffer_append_byte(buffer, '\n');
    }
    comity_buffer_append_text(buffer, kept->strict ? "strict\n" : "");
    comity_buffer_append(buffer, kept->adopted, kept->adopted_size);
    if (kept->gate != NULL) {
        comity_buffer_append_text(buffer, "gate ");
        comity_buffer_append(buffer, kept->gate, kept->gate_size);
        comity_buffer_append_byte(buffer, '\n');
    }
    comity_buffer_append_byte(buffer, '\n');
    comity_buffer_append(buffer, kept->act, kept->act_size);
}

bool comity_kept_adopted(comity_kept *kept, char *ret_code, size_t capacity)
{
    kept_reader reader = {.text = kept->adopted, .size = kept->adopted_size};
    const char *code;
    size_t size;
    if (!take(&reader, "adopt ", &code, &size) || size >= capacity) {
        return false;
    }
    memcpy(ret_code, code, size);
    ret_code[size] = '\0';
    kept->adopted = reader.text;
    kept->adopted_size = reader.size;
    return true;
}
