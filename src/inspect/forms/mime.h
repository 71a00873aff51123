/* Mails and multipart bodies. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_MIME_H
#define COMITY_INSPECT_FORMS_MIME_H

#include "inspect/forms/stage.h"

/* Whether these bytes, which `stage` was told something of, begin a mail or a
 * multipart body. */
bool comity_is_mime(const comity_stage *stage, const uint8_t *bytes, size_t size);

/* What the headers of an entity say that decides how its body is read. */
typedef struct comity_mime_headers {
    char content_type[256];
    char encoding[32]; /* of the transfer */
    char field[256];   /* of a form */
    char name[256];    /* of a file */
} comity_mime_headers;

/* Reads a block of headers (RFC 5322), lines that go on joined. Strings that are longer are cut. */
void comity_mime_read_headers(const char *text, size_t size, comity_mime_headers *ret_headers);

/* A parameter of a header's value: `name="value"`; false if there is none. */
bool comity_mime_parameter(const char *value, const char *name, char *ret_text, size_t room);

#endif
