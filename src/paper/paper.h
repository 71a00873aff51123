/* A paper: who says what, for whom, under which law, from when until when.
 *
 *     comity paper/permission v1
 *     paper: authority-permission
 *     id: 2026-17
 *     by: XA.DPC
 *     issued: 2026-03-01
 *     until: 2028-02-29
 *     under: XA
 *     party: Examplia Motors
 *
 * The first line says the form; `field: value` lines follow in the order of
 * form.h, a list's field once a value. So one meaning has one text, and its
 * SHA-256 names the paper. As a signed note (note/note.h) it is whole.
 *
 * Pure functions; any thread may call them. */
#ifndef COMITY_PAPER_PAPER_H
#define COMITY_PAPER_PAPER_H

#include "base/buffer.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "paper/form.h"

#define COMITY_PAPER_NO_DATE INT32_MIN /* a date left out */

/* Bytes of a paper's name: "sha256:", 64 digits, the NUL. */
#define COMITY_PAPER_NAME_SIZE (7 + COMITY_SHA256_TEXT_SIZE)

typedef struct comity_paper_value {
    const char *text; /* in the paper's text */
    uint32_t size;
} comity_paper_value;

/* A paper, read. Borrows its text. */
typedef struct comity_paper {
    const comity_paper_form *form;
    uint8_t hash[COMITY_SHA256_SIZE]; /* of the text */
    int32_t issued;
    int32_t from, until; /* or COMITY_PAPER_NO_DATE */
    uint32_t depth;
    uint16_t first[COMITY_FIELD_LAST]; /* into values */
    uint16_t count[COMITY_FIELD_LAST];
    comity_paper_value values[COMITY_LIMIT_PAPER_VALUES];
} comity_paper;

/* Reads a paper's text: what stands above a note's empty line. Call it with
 * text whose signature has been verified, or of one's own.
 * COMITY_ERROR_SYNTAX with the line and the offset; COMITY_ERROR_LIMIT. */
COMITY_MUST_USE comity_status comity_paper_read(const char *text, size_t size, comity_paper *ret_paper,
                                                comity_error *reterr);

/* The value of a field, the `index`-th of a list; NULL if there is none. */
const comity_paper_value *comity_paper_get(const comity_paper *paper, comity_paper_field field, size_t index);

/* Does the field's list have this value? */
bool comity_paper_has(const comity_paper *paper, comity_paper_field field, const char *text, size_t size);

/* Writes "sha256:…" of a digest and a NUL. */
void comity_paper_name_print(const uint8_t digest[COMITY_SHA256_SIZE], char ret_name[COMITY_PAPER_NAME_SIZE]);

/* The digest that a value of the kind COMITY_VALUE_HASH, or a document's, names. */
void comity_paper_hash_read(const comity_paper_value *value, uint8_t ret_digest[COMITY_SHA256_SIZE]);

/* Appends the paper as an act holds it, one JSON object: `until` as given here
 * (COMITY_PAPER_NO_DATE: open). Only for forms that count. */
void comity_paper_put_held(const comity_paper *paper, int32_t until, comity_buffer *buffer);

/* Appends form, fields and name as one JSON object. */
void comity_paper_put_json(const comity_paper *paper, comity_buffer *buffer);

/* ---- drafting ---- */

/* One field of a paper to be written. */
typedef struct comity_draft_value {
    comity_paper_field field;
    const char *text;
    size_t size;
} comity_draft_value;

/* Appends the text of a paper with these values: in any order, each value of a
 * list taken once. The same errors as comity_paper_read, of which it makes sure. */
COMITY_MUST_USE comity_status comity_paper_draft(const comity_paper_form *form, const comity_draft_value *values,
                                                 size_t count, comity_buffer *buffer, comity_error *reterr);

#endif
