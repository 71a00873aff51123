/* PDF (ISO 32000-1): what its files share. Private to this folder.
 *
 * A document is held as a whole, because what a page's codes mean may stand
 * anywhere in it. Its objects are found by reading the file from front to back, not by
 * its tables, so that what the tables leave out is seen too. */
#ifndef COMITY_INSPECT_FORMS_PDF_H
#define COMITY_INSPECT_FORMS_PDF_H

#include "inspect/forms/stage.h"

/* Bytes of a document, or of what was decoded from it. */
typedef struct comity_pdf_span {
    const uint8_t *bytes;
    size_t size;
} comity_pdf_span;

typedef struct comity_pdf_object {
    uint32_t number;
    uint32_t order;         /* in the file; that of its object stream, if it is in one */
    comity_pdf_span value;  /* a dictionary or anything else */
    comity_pdf_span stream; /* raw, size 0 if there is none */
    bool has_stream;
} comity_pdf_object;

typedef struct comity_pdf {
    comity_stage *stage;
    comity_pdf_span file;
    comity_pdf_object *objects; /* by number; of equal ones the last of the file is the last */
    size_t object_count;
    size_t sorted_count; /* of these, which can be looked up */
    size_t object_room;  /* in bytes */
    size_t font_loads;
    uint64_t *work;   /* bytes of dictionaries looked through, against COMITY_LIMIT_PDF_WORK_BYTES */
    uint64_t shown;   /* characters of text */
    uint64_t unknown; /* those that no font explains */
} comity_pdf;

/* ---- values (pdf_value.c) ---- */

typedef enum comity_pdf_kind {
    COMITY_PDF_END,
    COMITY_PDF_NUMBER,
    COMITY_PDF_NAME,   /* without the slash */
    COMITY_PDF_STRING, /* with its parentheses */
    COMITY_PDF_HEX,    /* with its angle brackets */
    COMITY_PDF_OPEN_ARRAY,
    COMITY_PDF_CLOSE_ARRAY,
    COMITY_PDF_OPEN_DICTIONARY,
    COMITY_PDF_CLOSE_DICTIONARY,
    COMITY_PDF_WORD
} comity_pdf_kind;

typedef struct comity_pdf_token {
    comity_pdf_kind kind;
    comity_pdf_span text;
} comity_pdf_token;

/* The next token; `at` goes behind it. */
comity_pdf_token comity_pdf_next(comity_pdf_span from, size_t *at);

bool comity_pdf_is(comity_pdf_span text, const char *word);

/* A number; 0 if it is none. */
double comity_pdf_number(comity_pdf_span text);

/* Goes past a value, whole arrays and dictionaries; a reference ("1 0 R") is one value. Gives it. */
comity_pdf_span comity_pdf_value(comity_pdf_span from, size_t *at);

/* The value of a key in a dictionary, references followed, a name without its slash; size 0
 * if there is none, or there has been too much work. */
comity_pdf_span comity_pdf_get(const comity_pdf *pdf, comity_pdf_span dictionary, const char *key);

/* The same without following a reference. */
comity_pdf_span comity_pdf_get_here(comity_pdf_span dictionary, const char *key);

/* What a value refers to: its object; NULL if it is no reference, or to nothing. */
const comity_pdf_object *comity_pdf_object_of(const comity_pdf *pdf, comity_pdf_span value);

/* Decodes a string of either kind into `ret_bytes`, which has room for as many bytes as
 * the token; returns how many there are. */
size_t comity_pdf_string(comity_pdf_token token, uint8_t *ret_bytes);

/* ---- objects and streams (pdf_objects.c, pdf_stream.c) ---- */

/* Finds all objects, those in object streams too. */
COMITY_MUST_USE comity_status comity_pdf_find_objects(comity_pdf *pdf, comity_error *reterr);

/* Undoes a stream's filters, into memory of the pool that the caller gives back
 * (`ret_memory`; NULL if nothing had to be undone). `ret_is_image`: it ends in an image's filter, and is not decoded. */
COMITY_MUST_USE comity_status comity_pdf_decode(const comity_pdf *pdf, const comity_pdf_object *object,
                                                comity_pdf_span *ret_decoded, void **ret_memory, bool *ret_is_image,
                                                comity_error *reterr);

/* ---- fonts and text (pdf_font.c, pdf_text.c) ---- */

/* What codes of a font mean, and how wide they are in thousandths. Zero at first. */
typedef struct comity_pdf_font {
    const comity_pdf_object *object; /* NULL: an empty place */
    uint64_t used;
    bool is_wide;        /* codes of two bytes */
    uint32_t code_count; /* 256 or 65,536 */
    uint32_t steps;      /* codes set so far: a table that sets them over and over ends */
    uint16_t *unicode;   /* of each code; 0: unknown; from 0xE000 on: a text of `more`. The pool's */
    uint16_t *width;     /* of each code; behind the former */
    uint16_t more_count;
    uint16_t more[512][4]; /* ended by 0 */
} comity_pdf_font;

/* Reads a font into a place that may hold another. */
COMITY_MUST_USE comity_status comity_pdf_font_load(comity_pdf *pdf, const comity_pdf_object *object,
                                                   comity_pdf_font *ret_font, comity_error *reterr);

#define COMITY_PDF_FONTS 6

/* Where text goes: a part, and what is waiting to be given to it. */
typedef struct comity_pdf_text {
    comity_pdf *pdf;
    comity_stage *child;
    comity_pdf_font *fonts; /* COMITY_PDF_FONTS of them */
    size_t out_size;
    uint8_t out[4096];
} comity_pdf_text;

COMITY_MUST_USE comity_status comity_pdf_put(comity_pdf_text *text, const void *bytes, size_t size,
                                             comity_error *reterr);

/* Gives the text that a content stream shows, with the resources that it names. */
COMITY_MUST_USE comity_status comity_pdf_show(comity_pdf_text *text, comity_pdf_span content, comity_pdf_span resources,
                                              comity_error *reterr);

#endif
