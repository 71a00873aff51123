/* The canonical form of what acts are made of: strings, numbers, names, places, and
 * sets of anything, in the order of their bytes. */
#include "act/canonical.h"

#include "base/date.h"

uint8_t *comity_canonical_text(uint8_t *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

uint8_t *comity_canonical_number(uint8_t *at, uint64_t number)
{
    return at + comity_number_print(number, (char *)at);
}

static uint8_t *put_slice_escaped(uint8_t *at, const comity_slice *slice)
{
    char plain[COMITY_LIMIT_ACT_TEXT_BYTES + 8];
    size_t size = 0;
    comity_buffer buffer;
    if (comity_json_decode(slice->text - 1, slice->size + 2, plain, &size, NULL) != COMITY_OK) {
        return COMITY_CANONICAL_PUT(at, "\"\""); /* the tokenizer has refused it */
    }
    comity_buffer_init_fixed(&buffer, at, COMITY_ACT_PIECE_BYTES);
    comity_buffer_append_json_string(&buffer, plain, size);
    return at + buffer.size;
}

/* A string without escapes stands in the JSON as it does here. */
uint8_t *comity_canonical_slice(const comity_canonical_writer *writer, uint8_t *at, const comity_slice *slice)
{
    if (comity_canonical_is_full(writer, at)) {
        return at;
    }
    if (slice->escaped) {
        return put_slice_escaped(at, slice);
    }
    *at = '"';
    memcpy(at + 1, slice->text, slice->size);
    at += slice->size + 1;
    *at = '"';
    return at + 1;
}

uint8_t *comity_canonical_date(uint8_t *at, int32_t date)
{
    *at = '"';
    comity_date_print(date, (char *)at + 1);
    at += COMITY_DATE_TEXT_SIZE;
    *at = '"';
    return at + 1;
}

uint8_t *comity_canonical_names(const comity_canonical_writer *writer, uint8_t *at, comity_class class_of,
                                const comity_set *set, comity_known known)
{
    bool empty = (set->words[0] | set->words[1] | set->words[2] | set->words[3]) == 0;
    *at++ = '[';
    for (uint32_t word = empty ? COMITY_SET_WORDS : 0; word < COMITY_SET_WORDS; word++) {
        for (uint64_t bits = set->words[word]; bits != 0 && !comity_canonical_is_full(writer, at); bits &= bits - 1) {
            at = comity_canonical_name(writer, at, class_of, word * 64 + (uint32_t)__builtin_ctzll(bits));
            *at++ = ',';
        }
    }
    if (known == COMITY_KNOWN_SOME) {
        at = COMITY_CANONICAL_PUT(at, "\"...\"");
    }
    return comity_canonical_end(at, ']');
}

/* Numbers and bounds. */
uint8_t *comity_canonical_range(uint8_t *at, comity_range range)
{
    if (range.min == range.max) {
        return comity_canonical_number(at, range.min);
    }
    *at++ = '{';
    if (range.max != UINT64_MAX) {
        at = COMITY_CANONICAL_PUT(at, "\"max\":");
        at = comity_canonical_number(at, range.max);
        *at++ = ',';
    }
    at = COMITY_CANONICAL_PUT(at, "\"min\":");
    at = comity_canonical_number(at, range.min);
    *at++ = '}';
    return at;
}

/* ---- sets ---- */

static int item_compare(const uint8_t *bytes, const comity_canonical_items *items, uint32_t a, uint32_t b)
{
    size_t a_size = items->ends[a] - items->starts[a];
    size_t b_size = items->ends[b] - items->starts[b];
    int order = memcmp(bytes + items->starts[a], bytes + items->starts[b], a_size < b_size ? a_size : b_size);
    return order != 0 ? order : a_size < b_size ? -1 : a_size > b_size;
}

static bool items_are_sorted(const comity_canonical_writer *writer, const comity_canonical_items *items, bool each_once)
{
    for (uint32_t i = 1; i < items->count; i++) {
        if (item_compare(writer->begin, items, i - 1, i) >= (each_once ? 0 : 1)) {
            return false;
        }
    }
    return true;
}

static uint8_t *items_sort(const comity_canonical_writer *writer, const comity_canonical_items *items, bool each_once)
{
    uint16_t order[COMITY_CANONICAL_ITEMS_MAX];
    const uint8_t *bytes = writer->begin;
    uint8_t *sorted = writer->memory->sorting;
    for (uint32_t i = 0; i < items->count; i++) {
        uint32_t j = i;
        for (; j > 0 && item_compare(bytes, items, i, order[j - 1]) < 0; j--) {
            order[j] = order[j - 1];
        }
        order[j] = (uint16_t)i;
    }
    size_t size = 0;
    for (uint32_t i = 0; i < items->count; i++) {
        if (each_once && i > 0 && item_compare(bytes, items, order[i], order[i - 1]) == 0) {
            continue;
        }
        size_t item = items->ends[order[i]] - items->starts[order[i]];
        if (size != 0) {
            sorted[size++] = ',';
        }
        memcpy(sorted + size, bytes + items->starts[order[i]], item);
        size += item;
    }
    memcpy(writer->begin + items->starts[0], sorted, size);
    return writer->begin + items->starts[0] + size;
}

/* What follows the last item: `end`, and dots before it where more is possible. */
uint8_t *comity_canonical_items_end(const comity_canonical_writer *writer, uint8_t *at,
                                    const comity_canonical_items *items, comity_known known, bool each_once, char end)
{
    if (items->count > 1 && !comity_canonical_is_full(writer, at) && !items_are_sorted(writer, items, each_once)) {
        at = items_sort(writer, items, each_once);
    }
    if (known == COMITY_KNOWN_SOME) {
        at = items->count == 0 ? COMITY_CANONICAL_PUT(at, "\"...\"") : COMITY_CANONICAL_PUT(at, ",\"...\"");
    }
    *at = (uint8_t)end;
    return at + 1;
}

/* ---- places ---- */

uint8_t *comity_canonical_place(const comity_canonical_writer *writer, uint8_t *at, comity_place_ref ref)
{
    const comity_place *place = &writer->image->places[ref.place];
    *at = '"';
    at = comity_image_copy(writer->image, place->code, place->code_size, at + 1);
    if (ref.any_part) {
        at = COMITY_CANONICAL_PUT(at, "-?");
    }
    *at = '"';
    return at + 1;
}

uint8_t *comity_canonical_places(const comity_canonical_writer *writer, uint8_t *at, comity_list list)
{
    comity_canonical_items places;
    places.count = 0;
    *at++ = '[';
    for (uint32_t i = 0; i < list.count && !comity_canonical_is_full(writer, at); i++) {
        at = comity_canonical_item_begin(writer, at, &places);
        at = comity_canonical_place(writer, at, writer->act->places[list.first + i]);
        comity_canonical_item_end(writer, at, &places);
    }
    return comity_canonical_items_end(writer, at, &places, list.known, true, ']');
}
