/* What comes in: a whole file. What goes out: its objects by number. The file is read
 * from front to back for "N G obj"; what stands within streams is passed over. */
#include "inspect/forms/pdf.h"

#include <stdlib.h>

/* Where a word begins at or behind `at`; the end if it is not there. */
static size_t find_word(comity_pdf_span file, size_t at, const char *word)
{
    size_t size = strlen(word);
    while (at < file.size && file.size - at >= size) {
        const uint8_t *next = memchr(file.bytes + at, word[0], file.size - at - size + 1);
        if (next == NULL) {
            break;
        }
        at = (size_t)(next - file.bytes);
        if (memcmp(next, word, size) == 0) {
            return at;
        }
        at++;
    }
    return file.size;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Goes back over digits, then over blanks; false if there are none of either. */
static bool back_over(comity_pdf_span file, size_t *at, bool wants_digits)
{
    size_t begin = *at;
    while (*at > 0 && (wants_digits ? is_digit(file.bytes[*at - 1]) : is_blank(file.bytes[*at - 1]))) {
        (*at)--;
    }
    return *at < begin;
}

/* The number of the object whose "obj" stands at `word`: "12 0 obj". */
static bool read_number(comity_pdf_span file, size_t word, uint32_t *ret_number)
{
    size_t at = word;
    if (!back_over(file, &at, false) || !back_over(file, &at, true) || !back_over(file, &at, false)) {
        return false;
    }
    size_t end = at;
    if (!back_over(file, &at, true) || end - at > 9) {
        return false;
    }
    *ret_number = (uint32_t)comity_pdf_number((comity_pdf_span){file.bytes + at, end - at});
    return true;
}

static comity_status add_object(comity_pdf *pdf, comity_pdf_object object, comity_error *reterr)
{
    void *memory = pdf->objects;
    if (pdf->object_count == COMITY_LIMIT_PDF_OBJECTS) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_LIMIT, "more than %d objects",
                                 COMITY_LIMIT_PDF_OBJECTS);
    }
    COMITY_TRY(
        comity_stage_grow(pdf->stage, &memory, &pdf->object_room, (pdf->object_count + 1) * sizeof object, reterr));
    pdf->objects = memory;
    pdf->objects[pdf->object_count++] = object;
    return COMITY_OK;
}

/* The stream behind a dictionary: as long as it says, if "endstream" is there, else to the next "endstream". */
static comity_status read_stream(const comity_pdf *pdf, size_t *at, comity_pdf_object *object, comity_error *reterr)
{
    size_t begin = *at;
    begin += begin < pdf->file.size && pdf->file.bytes[begin] == '\r';
    begin += begin < pdf->file.size && pdf->file.bytes[begin] == '\n';
    comity_pdf_span told = comity_pdf_get_here(object->value, "Length");
    double length = comity_pdf_number(told);
    size_t end = pdf->file.size;
    bool is_told = told.size != 0 && length >= 0 && length <= (double)(pdf->file.size - begin) &&
                   memchr(told.bytes, 'R', told.size) == NULL;
    if (is_told) {
        size_t guess = begin + (size_t)length;
        comity_pdf_span behind = {pdf->file.bytes + guess, pdf->file.size - guess < 13 ? pdf->file.size - guess : 13};
        end = find_word(behind, 0, "endstream") < behind.size ? guess : end;
    }
    size_t word = find_word(pdf->file, end == pdf->file.size ? begin : end, "endstream");
    if (word == pdf->file.size) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX, "a stream at byte %zu does not end", begin);
    }
    if (end == pdf->file.size) { /* the end of line before the word is not the stream's */
        end = word;
        end -= end > begin && pdf->file.bytes[end - 1] == '\n';
        end -= end > begin && pdf->file.bytes[end - 1] == '\r';
    }
    object->stream = (comity_pdf_span){pdf->file.bytes + begin, end - begin};
    object->has_stream = true;
    *at = word + 9;
    return COMITY_OK;
}

static comity_status read_objects(comity_pdf *pdf, comity_error *reterr)
{
    size_t at = 0;
    for (;;) {
        size_t word = find_word(pdf->file, at, "obj");
        comity_pdf_object object = {0};
        if (word == pdf->file.size) {
            return COMITY_OK;
        }
        at = word + 3;
        if (!read_number(pdf->file, word, &object.number)) {
            continue;
        }
        object.order = (uint32_t)pdf->object_count;
        object.value = comity_pdf_value(pdf->file, &at);
        if (at == pdf->file.size) {
            return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX, "object %lu does not end",
                                     (unsigned long)object.number);
        }
        size_t behind = at;
        comity_pdf_token next = comity_pdf_next(pdf->file, &behind);
        if (next.kind == COMITY_PDF_WORD && comity_pdf_is(next.text, "stream")) {
            at = behind;
            COMITY_TRY(read_stream(pdf, &at, &object, reterr));
        }
        COMITY_TRY(add_object(pdf, object, reterr));
    }
}

/* ---- order ---- */

static int compare(const void *left, const void *right)
{
    const comity_pdf_object *a = left;
    const comity_pdf_object *b = right;
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order ? 1 : 0;
}

/* Sifts one object down a heap: sorting in place, without a stack and in bounded time. */
static void sift(comity_pdf_object *objects, size_t at, size_t count)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        child += child + 1 < count && compare(&objects[child], &objects[child + 1]) < 0;
        if (compare(&objects[at], &objects[child]) >= 0) {
            return;
        }
        comity_pdf_object held = objects[at];
        objects[at] = objects[child];
        objects[child] = held;
        at = child;
    }
}

static void sort_objects(comity_pdf *pdf)
{
    size_t count = pdf->object_count;
    for (size_t i = count / 2; i > 0; i--) {
        sift(pdf->objects, i - 1, count);
    }
    for (size_t left = count; left > 1; left--) {
        comity_pdf_object held = pdf->objects[0];
        pdf->objects[0] = pdf->objects[left - 1];
        pdf->objects[left - 1] = held;
        sift(pdf->objects, 0, left - 1);
    }
    pdf->sorted_count = count;
}

/* ---- object streams ---- */

/* "N OFFSET" pairs, and the objects from `First` on. The decoded bytes stay in the pool. */
static comity_status read_object_stream(comity_pdf *pdf, comity_pdf_object from, comity_error *reterr)
{
    comity_pdf_span decoded;
    void *memory = NULL;
    bool is_image = false;
    COMITY_TRY(comity_pdf_decode(pdf, &from, &decoded, &memory, &is_image, reterr));
    double first = comity_pdf_number(comity_pdf_get(pdf, from.value, "First"));
    double count = comity_pdf_number(comity_pdf_get(pdf, from.value, "N"));
    if (is_image || first < 0 || first > (double)decoded.size || count < 0 || count > COMITY_LIMIT_PDF_OBJECTS) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX,
                                 "an object stream does not say where its objects are");
    }
    size_t at = 0;
    for (size_t i = 0; i < (size_t)count; i++) {
        comity_pdf_token number = comity_pdf_next(decoded, &at);
        comity_pdf_token offset = comity_pdf_next(decoded, &at);
        double begin = first + comity_pdf_number(offset.text);
        if (number.kind != COMITY_PDF_NUMBER || offset.kind != COMITY_PDF_NUMBER || begin < 0 ||
            begin > (double)decoded.size) {
            return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX, "an object stream is damaged");
        }
        size_t place = (size_t)begin;
        comity_pdf_object object = {.number = (uint32_t)comity_pdf_number(number.text), .order = from.order};
        object.value = comity_pdf_value(decoded, &place);
        COMITY_TRY(add_object(pdf, object, reterr));
    }
    return COMITY_OK;
}

comity_status comity_pdf_find_objects(comity_pdf *pdf, comity_error *reterr)
{
    COMITY_TRY(read_objects(pdf, reterr));
    sort_objects(pdf);
    size_t count = pdf->object_count;
    for (size_t i = 0; i < count; i++) {
        /* A copy, as the table may move when it grows. New objects stand behind the sorted ones. */
        comity_pdf_object object = pdf->objects[i];
        if (object.has_stream && comity_pdf_is(comity_pdf_get(pdf, object.value, "Type"), "ObjStm")) {
            COMITY_TRY(read_object_stream(pdf, object, reterr));
        }
    }
    sort_objects(pdf);
    return COMITY_OK;
}
