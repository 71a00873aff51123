/* Hostile texts of papers. What is read says the same when it is drafted anew
 * from its fields, byte for byte: a meaning has one text. */
#include "base/json.h"
#include "paper/paper.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static size_t values_of(const comity_paper *paper, comity_draft_value *ret_values)
{
    size_t count = 0;
    for (comity_paper_field field = COMITY_FIELD_LAST; field-- > 0;) {
        for (size_t i = paper->count[field]; i-- > 0;) {
            const comity_paper_value *value = comity_paper_get(paper, field, i);
            ret_values[count++] = (comity_draft_value){field, value->text, value->size};
        }
    }
    return count;
}

static void check_json(const comity_paper *paper)
{
    static comity_json_token tokens[4096];
    comity_buffer buffer;
    size_t count = 0;
    comity_buffer_init(&buffer, (size_t)1 << 20);
    comity_buffer_append_byte(&buffer, '[');
    comity_paper_put_json(paper, &buffer);
    if (paper->form->counts) {
        comity_buffer_append_byte(&buffer, ',');
        comity_paper_put_held(paper, paper->until, &buffer);
    }
    comity_buffer_append_byte(&buffer, ']');
    must(comity_json_tokenize(buffer.bytes, buffer.size, 8, tokens, 4096, &count, NULL) == COMITY_OK);
    comity_buffer_free(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static comity_paper paper;
    static comity_draft_value values[COMITY_LIMIT_PAPER_VALUES];
    comity_error error = {.message = ""};
    comity_buffer buffer;
    if (comity_paper_read((const char *)bytes, size, &paper, &error) != COMITY_OK) {
        must(error.message[0] != '\0');
        return 0;
    }
    comity_buffer_init(&buffer, COMITY_LIMIT_PAPER_BYTES);
    must(comity_paper_draft(paper.form, values, values_of(&paper, values), &buffer, NULL) == COMITY_OK);
    must(buffer.size == size && memcmp(buffer.bytes, bytes, size) == 0);
    comity_buffer_free(&buffer);
    check_json(&paper);
    return 0;
}
