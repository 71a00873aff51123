/* What a zip and the Office documents in it have in common. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_ZIP_H
#define COMITY_INSPECT_FORMS_ZIP_H

#include "inspect/forms/stage.h"

/* What is kept of a workbook (xlsx) until its shared strings are known. Its
 * memory is the pool's. */
typedef struct comity_workbook {
    struct comity_workbook_chunk *first; /* cells that wait, in their order */
    struct comity_workbook_chunk *last;
    uint8_t *text; /* the shared strings, one behind the other */
    size_t text_size;
    size_t text_max;
    uint32_t *ends; /* where each ends */
    size_t string_count;
    size_t string_max;
    bool has_strings; /* all of them are known */
} comity_workbook;

/* The stage for a member of that name if it is a part of an Office document; else
 * NULL. `ret_prefix`: how the chain calls it, "docx", "xlsx", "pptx", "odf", or "zip". */
const comity_stage_kind *comity_office_kind(const char *name, const char **ret_prefix);

/* The archive ends: cells that still wait are given out. `stage` is the zip. */
COMITY_MUST_USE comity_status comity_workbook_end(comity_stage *stage, comity_workbook *workbook, comity_error *reterr);

#endif
