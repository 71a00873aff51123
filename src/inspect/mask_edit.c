/* What comes in: raw bytes, and places to be replaced, which come a little later. What
 * goes out: the bytes with the places replaced, as soon as it is settled that none
 * comes any more. What always holds: what went out was settled. */
#include "inspect/mask_edit.h"

#include "base/limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void comity_edits_init(comity_edits *ret_edits, size_t window_max, comity_mask_write write, void *context)
{
    *ret_edits = (comity_edits){.write = write, .context = context, .window_max = window_max};
    comity_buffer_init(&ret_edits->texts, COMITY_LIMIT_MASK_WINDOW_BYTES * 4);
}

void comity_edits_free(comity_edits *edits)
{
    free(edits->bytes);
    free(edits->edits);
    comity_buffer_free(&edits->texts);
    *edits = (comity_edits){.bytes = NULL};
}

comity_status comity_edits_feed(comity_edits *edits, const void *bytes, size_t size, comity_error *reterr)
{
    if (size > edits->window_max - edits->size) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT,
                           "more than %zu bytes would have to be held until it is settled what is masked in them",
                           edits->window_max);
    }
    if (size > edits->room - edits->from - edits->size && edits->from != 0) {
        memmove(edits->bytes, edits->bytes + edits->from, edits->size);
        edits->from = 0;
    }
    if (size > edits->room - edits->size) {
        size_t wanted = (edits->size + size) * 2;
        uint8_t *larger = realloc(edits->bytes, wanted);
        if (larger == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory to hold %zu bytes", wanted);
        }
        edits->bytes = larger;
        edits->room = wanted;
    }
    if (size != 0) {
        memcpy(edits->bytes + edits->from + edits->size, bytes, size);
    }
    edits->size += size;
    return COMITY_OK;
}

static comity_status edits_grow(comity_edits *edits, comity_error *reterr)
{
    size_t wanted = edits->edit_room * 2 + 64;
    comity_edit *larger = realloc(edits->edits, wanted * sizeof *larger);
    if (larger == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for %zu places to be masked", wanted);
    }
    edits->edits = larger;
    edits->edit_room = wanted;
    return COMITY_OK;
}

/* Puts an edit at `at`. */
static comity_status insert(comity_edits *edits, size_t at, const comity_edit *edit, comity_error *reterr)
{
    if (edits->edit_count == edits->edit_room) {
        COMITY_TRY(edits_grow(edits, reterr));
    }
    if (at < edits->edit_count) {
        memmove(edits->edits + at + 1, edits->edits + at, (edits->edit_count - at) * sizeof *edits->edits);
    }
    edits->edits[at] = *edit;
    edits->edit_count++;
    return COMITY_OK;
}

/* Joins an edit with those it touches, which are `count` from `at` on. */
static void join(comity_edits *edits, size_t at, size_t count, comity_edit edit)
{
    for (size_t i = at; i < at + count; i++) {
        const comity_edit *other = &edits->edits[i];
        if (other->strength > edit.strength ||
            (other->strength == edit.strength && other->end - other->begin > edit.end - edit.begin)) {
            edit.strength = other->strength;
            edit.text_at = other->text_at;
            edit.text_size = other->text_size;
        }
        edit.begin = other->begin < edit.begin ? other->begin : edit.begin;
        edit.end = other->end > edit.end ? other->end : edit.end;
    }
    edits->edits[at] = edit;
    memmove(edits->edits + at + 1, edits->edits + at + count, (edits->edit_count - at - count) * sizeof edit);
    edits->edit_count -= count - 1;
}

comity_status comity_edits_add(comity_edits *edits, uint64_t begin, uint64_t end, uint8_t strength, const void *text,
                               size_t size, comity_error *reterr)
{
    size_t text_at = edits->texts.size;
    comity_buffer_append(&edits->texts, text, size);
    return comity_edits_put(edits, begin, end, strength, text_at, reterr);
}

comity_status comity_edits_put(comity_edits *edits, uint64_t begin, uint64_t end, uint8_t strength, size_t text_at,
                               comity_error *reterr)
{
    assert(begin >= edits->base && begin < end);
    if (edits->texts.failed != COMITY_OK) {
        const uint8_t *all = NULL;
        size_t all_size = 0;
        return comity_buffer_bytes(&edits->texts, &all, &all_size, reterr); /* says why */
    }
    comity_edit edit = {
        .begin = begin, .end = end, .text_at = text_at, .text_size = edits->texts.size - text_at, .strength = strength};
    size_t at = edits->edit_count;
    bool is_last = at == 0 || edits->edits[at - 1].end <= begin;
    if (is_last && at < edits->edit_room) { /* as it mostly is */
        edits->edits[at] = edit;
        edits->edit_count++;
        return COMITY_OK;
    }
    while (at > 0 && edits->edits[at - 1].end > begin) {
        at--;
    }
    size_t count = 0;
    while (at + count < edits->edit_count && edits->edits[at + count].begin < end) {
        count++;
    }
    if (count == 0) {
        return insert(edits, at, &edit, reterr);
    }
    join(edits, at, count, edit);
    return COMITY_OK;
}

/* Gives out raw bytes up to `end`, or passes over them. */
static comity_status go_to(comity_edits *edits, uint64_t end, bool gives, comity_error *reterr)
{
    assert(end >= edits->base && end - edits->base <= edits->size);
    size_t size = (size_t)(end - edits->base);
    if (gives && size != 0) {
        COMITY_TRY(edits->write(edits->context, edits->bytes + edits->from, size, reterr));
    }
    edits->from += size;
    edits->size -= size;
    edits->base = end;
    return COMITY_OK;
}

/* Carries out an edit: what is as long as its place goes there, so that one stretch of bytes goes out and not three. */
static comity_status edit_write(comity_edits *edits, const comity_edit *edit, comity_error *reterr)
{
    if (edit->text_size == edit->end - edit->begin) {
        uint8_t *place = edits->bytes + edits->from + (size_t)(edit->begin - edits->base);
        memcpy(place, edits->texts.bytes + edit->text_at, edit->text_size);
        return COMITY_OK;
    }
    COMITY_TRY(go_to(edits, edit->begin, true, reterr));
    if (edit->text_size != 0) {
        COMITY_TRY(edits->write(edits->context, edits->texts.bytes + edit->text_at, edit->text_size, reterr));
    }
    return go_to(edits, edit->end, false, reterr);
}

comity_status comity_edits_flush(comity_edits *edits, uint64_t settled, comity_error *reterr)
{
    size_t done = 0;
    for (; done < edits->edit_count && edits->edits[done].end <= settled; done++) {
        COMITY_TRY(edit_write(edits, &edits->edits[done], reterr));
    }
    edits->edit_total += done;
    edits->edit_count -= done;
    if (done != 0) {
        memmove(edits->edits, edits->edits + done, edits->edit_count * sizeof *edits->edits);
    }
    if (edits->edit_count == 0) {
        comity_buffer_reset(&edits->texts);
    }
    uint64_t end = edits->edit_count != 0 && edits->edits[0].begin < settled ? edits->edits[0].begin : settled;
    return end > edits->base ? go_to(edits, end, true, reterr) : COMITY_OK;
}
