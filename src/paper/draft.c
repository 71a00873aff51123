/* What comes in: the values of a paper in any order. What goes out: its one
 * text. What is written is read again, so that nothing is signed that cannot
 * be read. */
#include "paper/paper.h"

#include "note/purpose.h"

#include <stdlib.h>
#include <string.h>

/* By field, then by bytes. */
static int compare(const void *left, const void *right)
{
    const comity_draft_value *a = left;
    const comity_draft_value *b = right;
    if (a->field != b->field) {
        return a->field < b->field ? -1 : 1;
    }
    int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
    return order != 0 ? order : a->size < b->size ? -1 : a->size > b->size;
}

static void put_text(const comity_paper_form *form, const comity_draft_value *values, size_t count,
                     comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, COMITY_PAPER_PREFIX);
    comity_buffer_append_text(buffer, form->name);
    comity_buffer_append_text(buffer, " v1\n");
    for (size_t i = 0; i < count; i++) {
        const comity_field_rule *rule = comity_field_rule_of(values[i].field);
        if (i != 0 && rule->is_list && compare(&values[i - 1], &values[i]) == 0) {
            continue;
        }
        comity_buffer_append_text(buffer, rule->name);
        comity_buffer_append_text(buffer, ": ");
        comity_buffer_append(buffer, values[i].text, values[i].size);
        comity_buffer_append_byte(buffer, '\n');
    }
}

/* A newline within a value would be a line of its own. */
static comity_status check_lines(const comity_draft_value *values, size_t count, comity_error *reterr)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].size != 0 && memchr(values[i].text, '\n', values[i].size) != NULL) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s: a value is one line",
                               comity_field_rule_of(values[i].field)->name);
        }
    }
    return COMITY_OK;
}

comity_status comity_paper_draft(const comity_paper_form *form, const comity_draft_value *values, size_t count,
                                 comity_buffer *buffer, comity_error *reterr)
{
    comity_draft_value sorted[COMITY_LIMIT_PAPER_VALUES];
    comity_buffer text;
    comity_paper paper;
    const uint8_t *bytes;
    size_t size;
    if (count > COMITY_LIMIT_PAPER_VALUES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "more than %d values in one paper", COMITY_LIMIT_PAPER_VALUES);
    }
    COMITY_TRY(check_lines(values, count, reterr));
    if (count != 0) {
        memcpy(sorted, values, count * sizeof *sorted);
    }
    qsort(sorted, count, sizeof *sorted, compare);
    comity_buffer_init(&text, COMITY_LIMIT_PAPER_BYTES);
    put_text(form, sorted, count, &text);
    comity_status status = comity_buffer_bytes(&text, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        status = comity_paper_read((const char *)bytes, size, &paper, reterr);
    }
    if (status == COMITY_OK) {
        comity_buffer_append(buffer, bytes, size);
    }
    comity_buffer_free(&text);
    return status;
}
