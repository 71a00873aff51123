/* Documents for the scanner's tests: text, JSON, NDJSON, CSV, XML and forms, made by
 * chance, with values of the small types planted in them whose places are known. */
#ifndef COMITY_TESTS_ORACLE_DOCUMENTS_H
#define COMITY_TESTS_ORACLE_DOCUMENTS_H

#include "inspect/scan.h"
#include "random.h"

#define DOCUMENT_BYTES ((size_t)1 << 20)
#define DOCUMENT_PLANTS 4096

/* A value that must be found. */
typedef struct plant {
    size_t begin, end;
    uint16_t type;
    bool may_be_left; /* it stands where nothing speaks for it */
} plant;

typedef struct scan_document {
    comity_form_syntax syntax;
    uint8_t *bytes; /* DOCUMENT_BYTES */
    size_t size;
    plant *plants; /* DOCUMENT_PLANTS */
    size_t plant_count;
} scan_document;

/* Reads the small types. NULL after complaining. */
comity_types *small_types(void);

scan_document *document_new(void);
void document_free(scan_document *document);

/* Makes a document of about `size` bytes anew. */
void document_make(scan_document *document, const comity_types *types, chance *random, comity_form_syntax syntax, size_t size);

#endif
