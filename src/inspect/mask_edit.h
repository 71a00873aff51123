/* Raw bytes on their way from input to output, some of them replaced. */
#ifndef COMITY_INSPECT_MASK_EDIT_H
#define COMITY_INSPECT_MASK_EDIT_H

#include "base/buffer.h"

/* Where the output goes, in order. A status other than COMITY_OK ends the work. */
typedef comity_status (*comity_mask_write)(void *context, const void *bytes, size_t size, comity_error *reterr);

/* A place to be replaced, in raw offsets. */
typedef struct comity_edit {
    uint64_t begin;
    uint64_t end;
    size_t text_at; /* in `texts` */
    size_t text_size;
    uint8_t strength;
} comity_edit;

/* Bytes held until they are settled, and what is to be replaced in them. Owns its
 * memory until comity_edits_free; one thread at a time. The fields are private, but `texts` can be appended to. */
typedef struct comity_edits {
    comity_mask_write write;
    void *context;
    size_t window_max;
    uint8_t *bytes; /* raw bytes [base, base + size) lie from `from` on */
    size_t room;
    size_t from;
    size_t size;
    uint64_t base;
    comity_edit *edits; /* by their beginnings */
    size_t edit_count;
    size_t edit_room;
    comity_buffer texts;
    uint64_t edit_total; /* places replaced so far */
} comity_edits;

void comity_edits_init(comity_edits *ret_edits, size_t window_max, comity_mask_write write, void *context);
void comity_edits_free(comity_edits *edits);

/* Takes the next raw bytes. COMITY_ERROR_LIMIT if more are held than the window allows. */
COMITY_MUST_USE comity_status comity_edits_feed(comity_edits *edits, const void *bytes, size_t size,
                                                comity_error *reterr);

/* The raw bytes [begin, end), which are held still; valid until the next call that feeds or flushes. NULL if they are not. */
static inline const uint8_t *comity_edits_raw(const comity_edits *edits, uint64_t begin, uint64_t end)
{
    bool is_held = begin >= edits->base && end >= begin && end - edits->base <= edits->size;
    return is_held ? edits->bytes + edits->from + (size_t)(begin - edits->base) : NULL;
}

/* Replaces [begin, end), none of which has gone out, by `size` bytes. Places that
 * touch become one, with the text of the stronger. COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_edits_add(comity_edits *edits, uint64_t begin, uint64_t end, uint8_t strength,
                                               const void *text, size_t size, comity_error *reterr);

/* The same by what has been appended to `texts` behind its byte `text_at`. */
COMITY_MUST_USE comity_status comity_edits_put(comity_edits *edits, uint64_t begin, uint64_t end, uint8_t strength,
                                               size_t text_at, comity_error *reterr);

/* Nothing before `settled` will be replaced any more: it goes out. */
COMITY_MUST_USE comity_status comity_edits_flush(comity_edits *edits, uint64_t settled, comity_error *reterr);

#endif
