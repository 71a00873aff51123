/* Decodes an input and keeps what comes out, to be compared. The bytes of each
 * part, and for each byte where it came from. */
#ifndef COMITY_TESTS_FORM_PARTS_H
#define COMITY_TESTS_FORM_PARTS_H

#include "inspect/form.h"

#include <stdlib.h>
#include <string.h>

typedef struct form_part {
    char chain[COMITY_LIMIT_FORM_NAME_BYTES];
    char field[COMITY_LIMIT_FORM_NAME_BYTES];
    char charset[32];
    uint32_t parent;
    uint8_t level;
    uint8_t syntax;
    uint8_t place;
    char delimiter;
    bool has_header;
    bool ended;
    uint64_t raw_begin;
    uint64_t raw_end;
    uint8_t *bytes;
    uint64_t *raw; /* of each byte, and its end in the next: two a byte; only where mapped */
    size_t size;
    size_t room;
} form_part;

typedef struct form_parts {
    form_part *parts;
    size_t count;
    size_t room;
    uint8_t open[COMITY_LIMIT_FORM_LEVELS];
    bool broken; /* calls out of order, or runs that do not cover */
} form_parts;

static inline comity_status form_parts_begin(void *context, const comity_form_part *part, comity_error *reterr)
{
    form_parts *parts = context;
    (void)reterr;
    if (part->number != parts->count + 1 || part->level >= COMITY_LIMIT_FORM_LEVELS || parts->open[part->level] != 0 ||
        part->parent >= part->number) {
        parts->broken = true;
        return COMITY_OK;
    }
    if (parts->count == parts->room) {
        parts->room = parts->room * 2 + 8;
        parts->parts = realloc(parts->parts, parts->room * sizeof *parts->parts);
    }
    form_part *own = &parts->parts[parts->count++];
    memset(own, 0, sizeof *own);
    strcpy(own->chain, part->chain);
    strcpy(own->field, part->field);
    strcpy(own->charset, part->charset);
    own->parent = part->parent;
    own->level = part->level;
    own->syntax = part->syntax;
    own->place = part->place;
    own->delimiter = part->delimiter;
    own->has_header = part->has_header;
    own->raw_begin = part->raw_begin;
    parts->open[part->level] = 1;
    return COMITY_OK;
}

static inline comity_status form_parts_piece(void *context, const comity_form_part *part,
                                             const comity_form_piece *piece, comity_error *reterr)
{
    form_parts *parts = context;
    (void)reterr;
    if (part->number == 0 || part->number > parts->count || piece->size == 0) {
        parts->broken = true;
        return COMITY_OK;
    }
    form_part *own = &parts->parts[part->number - 1];
    if (own->ended || piece->decoded != own->size || (part->place != COMITY_FORM_UNMAPPED) != (piece->run_count != 0)) {
        parts->broken = true;
        return COMITY_OK;
    }
    while (own->room - own->size < piece->size) {
        own->room = own->room * 2 + piece->size;
        own->bytes = realloc(own->bytes, own->room);
        own->raw = realloc(own->raw, own->room * 2 * sizeof *own->raw);
    }
    memcpy(own->bytes + own->size, piece->bytes, piece->size);
    for (size_t i = 0; i < piece->size; i++) {
        uint64_t *raw = own->raw + 2 * (own->size + i);
        raw[0] = raw[1] = 0;
        if (piece->run_count != 0 && !comity_form_raw_range(piece->runs, piece->run_count, piece->decoded + i,
                                                            piece->decoded + i + 1, &raw[0], &raw[1])) {
            parts->broken = true;
        }
    }
    own->size += piece->size;
    return COMITY_OK;
}

static inline comity_status form_parts_end(void *context, const comity_form_part *part, comity_error *reterr)
{
    form_parts *parts = context;
    (void)reterr;
    if (part->number == 0 || part->number > parts->count || parts->parts[part->number - 1].ended) {
        parts->broken = true;
        return COMITY_OK;
    }
    parts->parts[part->number - 1].ended = true;
    parts->parts[part->number - 1].raw_end = part->raw_end;
    parts->open[part->level] = 0;
    return COMITY_OK;
}

static inline comity_form_sink form_parts_sink(form_parts *parts)
{
    return (comity_form_sink){
        .context = parts, .part_begin = form_parts_begin, .piece = form_parts_piece, .part_end = form_parts_end};
}

static inline void form_parts_free(form_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->parts[i].bytes);
        free(parts->parts[i].raw);
    }
    free(parts->parts);
    memset(parts, 0, sizeof *parts);
}

/* Whether two decodings gave the same. */
static inline bool form_parts_equal(const form_parts *a, const form_parts *b)
{
    if (a->count != b->count || a->broken || b->broken) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const form_part *x = &a->parts[i];
        const form_part *y = &b->parts[i];
        bool same =
            strcmp(x->chain, y->chain) == 0 && strcmp(x->field, y->field) == 0 && strcmp(x->charset, y->charset) == 0 &&
            x->parent == y->parent && x->level == y->level && x->syntax == y->syntax && x->place == y->place &&
            x->delimiter == y->delimiter && x->has_header == y->has_header && x->ended == y->ended &&
            x->raw_begin == y->raw_begin && x->raw_end == y->raw_end && x->size == y->size &&
            (x->size == 0 ||
             (memcmp(x->bytes, y->bytes, x->size) == 0 && memcmp(x->raw, y->raw, x->size * 2 * sizeof *x->raw) == 0));
        if (!same) {
            return false;
        }
    }
    return true;
}

/* One decoder does for all inputs of a program, because its block is large; where its parts go now. */
static comity_form *form_parts_form;
static form_parts *form_parts_now;

static inline comity_status form_parts_begin_now(void *context, const comity_form_part *part, comity_error *reterr)
{
    (void)context;
    return form_parts_begin(form_parts_now, part, reterr);
}

static inline comity_status form_parts_piece_now(void *context, const comity_form_part *part,
                                                 const comity_form_piece *piece, comity_error *reterr)
{
    (void)context;
    return form_parts_piece(form_parts_now, part, piece, reterr);
}

static inline comity_status form_parts_end_now(void *context, const comity_form_part *part, comity_error *reterr)
{
    (void)context;
    return form_parts_end(form_parts_now, part, reterr);
}

static inline comity_status form_parts_start(const comity_form_hints *hints, const comity_form_limits *limits,
                                             comity_error *reterr)
{
    const comity_form_sink sink = {
        .part_begin = form_parts_begin_now, .piece = form_parts_piece_now, .part_end = form_parts_end_now};
    return form_parts_form == NULL ? comity_form_open(hints, limits, &sink, &form_parts_form, reterr)
                                   : comity_form_restart(form_parts_form, hints, reterr);
}

/* Feeds `size` bytes in chunks of `chunk` and finishes; all under the limits of the first call. Each chunk is a
 * copy of its own size, so that what is kept of it beyond the call is noticed. */
static inline comity_status form_parts_decode(const comity_form_hints *hints, const comity_form_limits *limits,
                                              const uint8_t *bytes, size_t size, size_t chunk, form_parts *ret_parts,
                                              comity_error *reterr)
{
    form_parts_now = ret_parts;
    comity_status status = form_parts_start(hints, limits, reterr);
    comity_form *form = form_parts_form;
    for (size_t at = 0; status == COMITY_OK && at < size;) {
        size_t n = size - at < chunk ? size - at : chunk;
        uint8_t *copy = malloc(n);
        memcpy(copy, bytes + at, n);
        status = comity_form_feed(form, copy, n, reterr);
        free(copy);
        at += n;
    }
    if (status == COMITY_OK) {
        status = comity_form_finish(form, reterr);
    }
    return status;
}

#endif
