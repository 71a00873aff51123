/* XML as events, for the documents of Office suites. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_MARKUP_H
#define COMITY_INSPECT_FORMS_MARKUP_H

#include "inspect/forms/stage.h"

/* What is kept of a tag: its name and attributes. */
#define COMITY_MARKUP_TAG_SIZE ((size_t)1024)

typedef enum comity_markup_kind {
    COMITY_MARKUP_BEGIN, /* of an element: `text` is the tag without angle brackets */
    COMITY_MARKUP_END,   /* of an element: `text` begins with its name */
    COMITY_MARKUP_TEXT   /* some of the text in it, references replaced */
} comity_markup_kind;

typedef comity_status (*comity_markup_event)(comity_stage *stage, comity_markup_kind kind, const char *text,
                                             size_t size, comity_error *reterr);

/* A plain value; private. */
typedef struct comity_markup {
    uint8_t phase;
    uint8_t quote;
    uint8_t closing; /* how much of "-->" or "]]>" has been seen */
    size_t held_size;
    uint64_t at;
    char held[COMITY_MARKUP_TAG_SIZE];
} comity_markup;

/* Reads the next bytes of `stage` and calls `event`. COMITY_ERROR_SYNTAX for a
 * document type declaration (entities would hide text) and for what is not UTF-8 from its beginning. */
COMITY_MUST_USE comity_status comity_markup_feed(comity_markup *markup, comity_stage *stage, comity_span span,
                                                 comity_markup_event event, comity_error *reterr);

/* The document ends; COMITY_ERROR_SYNTAX within a tag. */
COMITY_MUST_USE comity_status comity_markup_end(const comity_markup *markup, const comity_stage *stage,
                                                comity_error *reterr);

/* Whether a tag's name, its prefix aside, is `name`. */
bool comity_markup_is(const char *tag, size_t size, const char *name);

/* The value of the attribute of that name, its prefix aside; false if there is none. */
bool comity_markup_attribute(const char *tag, size_t size, const char *name, const char **ret_value, size_t *ret_size);

#endif
