/* The stage of PDF: the document is held until it ends; then each page's text is a part,
 * each form within pages too, then the strings of all dictionaries (notes, fields,
 * titles), then what is attached. Encrypted documents are refused, and those of whose
 * text too much stays unknown. */
#include "inspect/forms/pdf.h"

#include "base/utf8.h"

#include <stdio.h>

/* Its mark stands in the last bytes of a document. */
#define END_SIZE ((size_t)1024)

typedef struct pdf_state {
    void *memory;
    size_t room;
    size_t size;
} pdf_state;

/* ---- parts ---- */

static comity_status begin_part(comity_pdf_text *text, const char *link, comity_error *reterr)
{
    comity_stage *stage = text->pdf->stage;
    comity_about about = {.link = link, .place = COMITY_FORM_UNMAPPED, .raw_begin = stage->raw_begin};
    comity_text_about of = {.syntax = COMITY_FORM_TEXT, .charset = "utf-8"};
    return comity_text_begin(stage, &about, &of, &text->child, reterr);
}

static comity_status end_part(comity_pdf_text *text, comity_error *reterr)
{
    COMITY_TRY(comity_pdf_put(text, NULL, 0, reterr));
    return comity_stage_end(&text->child, reterr);
}

/* ---- pages ---- */

static comity_pdf_span resources_of(const comity_pdf *pdf, comity_pdf_span dictionary)
{
    for (unsigned i = 0; i < COMITY_LIMIT_PDF_PARENTS; i++) {
        comity_pdf_span resources = comity_pdf_get(pdf, dictionary, "Resources");
        if (resources.size != 0) {
            return resources;
        }
        dictionary = comity_pdf_get(pdf, dictionary, "Parent");
        if (dictionary.size == 0) {
            break;
        }
    }
    return (comity_pdf_span){dictionary.bytes, 0};
}

/* The streams of a page are one text: a word may go on from one to the next, a number does not. */
static comity_status show_contents(comity_pdf_text *text, comity_pdf_span contents, comity_pdf_span resources,
                                   comity_error *reterr)
{
    comity_pdf *pdf = text->pdf;
    void *all = NULL;
    size_t room = 0;
    size_t size = 0;
    size_t at = 0;
    size_t begin = 0;
    if (comity_pdf_next(contents, &begin).kind == COMITY_PDF_OPEN_ARRAY) {
        at = begin;
    }
    for (;;) {
        const comity_pdf_object *object = comity_pdf_object_of(pdf, comity_pdf_value(contents, &at));
        if (object == NULL) {
            break;
        }
        if (!object->has_stream) {
            continue;
        }
        comity_pdf_span decoded;
        void *memory = NULL;
        bool is_image = false;
        COMITY_TRY(comity_pdf_decode(pdf, object, &decoded, &memory, &is_image, reterr));
        COMITY_TRY(comity_stage_grow(pdf->stage, &all, &room, size + decoded.size + 1, reterr));
        if (decoded.size != 0) {
            memcpy((uint8_t *)all + size, decoded.bytes, decoded.size);
        }
        size += decoded.size;
        ((uint8_t *)all)[size++] = '\n';
        comity_pool_give(&pdf->stage->form->pool, memory);
    }
    comity_status status =
        size == 0 ? COMITY_OK : comity_pdf_show(text, (comity_pdf_span){all, size}, resources, reterr);
    comity_pool_give(&pdf->stage->form->pool, all);
    return status;
}

static comity_status show_page(comity_pdf_text *text, const comity_pdf_object *object, unsigned number,
                               comity_error *reterr)
{
    char link[64];
    (void)snprintf(link, sizeof link, "page:%u", number);
    comity_pdf_span contents = comity_pdf_get_here(object->value, "Contents");
    const comity_pdf_object *target = comity_pdf_object_of(text->pdf, contents);
    if (target != NULL && !target->has_stream) {
        contents = target->value; /* an array that stands elsewhere */
    }
    COMITY_TRY(begin_part(text, link, reterr));
    COMITY_TRY(show_contents(text, contents, resources_of(text->pdf, object->value), reterr));
    return end_part(text, reterr);
}

/* Text that pages share, and the looks of notes and fields. */
static comity_status show_form(comity_pdf_text *text, const comity_pdf_object *object, unsigned number,
                               comity_error *reterr)
{
    char link[64];
    comity_pdf_span decoded;
    void *memory = NULL;
    bool is_image = false;
    (void)snprintf(link, sizeof link, "form:%u", number);
    COMITY_TRY(comity_pdf_decode(text->pdf, object, &decoded, &memory, &is_image, reterr));
    COMITY_TRY(begin_part(text, link, reterr));
    COMITY_TRY(comity_pdf_show(text, decoded, comity_pdf_get(text->pdf, object->value, "Resources"), reterr));
    COMITY_TRY(end_part(text, reterr));
    comity_pool_give(&text->pdf->stage->form->pool, memory);
    return COMITY_OK;
}

/* ---- strings, and what is attached ---- */

static comity_status put_string(comity_pdf_text *text, comity_pdf_token token, comity_error *reterr)
{
    comity_stage *stage = text->pdf->stage;
    void *memory = NULL;
    COMITY_TRY(comity_stage_take(stage, token.text.size + 1, &memory, reterr));
    uint8_t *bytes = memory;
    size_t size = comity_pdf_string(token, bytes);
    bool is_wide = size >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF;
    for (size_t i = is_wide ? 2 : 0; i + (is_wide ? 1u : 0u) < size; i += is_wide ? 2 : 1) {
        uint32_t code = is_wide ? (uint32_t)(bytes[i] << 8 | bytes[i + 1]) : bytes[i];
        char character[4];
        code = code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code < 0x20 ? ' ' : code;
        COMITY_TRY(comity_pdf_put(text, character, comity_utf8_encode(code, character), reterr));
    }
    comity_pool_give(&stage->form->pool, memory);
    return comity_pdf_put(text, "\n", 1, reterr);
}

/* Strings of all dictionaries, each on a line behind its key. */
static comity_status put_strings(comity_pdf_text *text, comity_error *reterr)
{
    const comity_pdf *pdf = text->pdf;
    for (size_t i = 0; i < pdf->object_count; i++) {
        comity_pdf_span key = {NULL, 0};
        for (size_t at = 0;;) {
            comity_pdf_token token = comity_pdf_next(pdf->objects[i].value, &at);
            if (token.kind == COMITY_PDF_END) {
                break;
            }
            key = token.kind == COMITY_PDF_NAME ? token.text : key;
            if ((token.kind == COMITY_PDF_STRING && token.text.size > 2) ||
                (token.kind == COMITY_PDF_HEX && token.text.size > 6 && memcmp(token.text.bytes, "<FEFF", 5) == 0)) {
                size_t size = key.size < 64 ? key.size : 64;
                COMITY_TRY(text->child == NULL ? begin_part(text, "strings", reterr) : COMITY_OK);
                COMITY_TRY(comity_pdf_put(text, key.size == 0 ? (const uint8_t *)"" : key.bytes, size, reterr));
                COMITY_TRY(comity_pdf_put(text, ": ", 2, reterr));
                COMITY_TRY(put_string(text, token, reterr));
            }
        }
    }
    return text->child == NULL ? COMITY_OK : end_part(text, reterr);
}

/* A file within the document, or its metadata: whatever it is. */
static comity_status give_file(comity_pdf *pdf, const comity_pdf_object *object, const char *link, comity_error *reterr)
{
    comity_pdf_span decoded;
    void *memory = NULL;
    bool is_image = false;
    comity_stage *child = NULL;
    comity_about about = {.link = link, .place = COMITY_FORM_UNMAPPED, .raw_begin = pdf->stage->raw_begin};
    COMITY_TRY(comity_pdf_decode(pdf, object, &decoded, &memory, &is_image, reterr));
    COMITY_TRY(comity_stage_count_member(pdf->stage, reterr));
    COMITY_TRY(comity_stage_begin(pdf->stage, &comity_forms_sniff, &about, &child, reterr));
    comity_span span = {.bytes = decoded.bytes, .size = decoded.size};
    COMITY_TRY(comity_stage_feed(child, span, reterr));
    COMITY_TRY(comity_stage_end(&child, reterr));
    comity_pool_give(&pdf->stage->form->pool, memory);
    return COMITY_OK;
}

/* The streams of an XML form, which stand in a list between their names. */
static comity_status give_xml_form(comity_pdf *pdf, comity_pdf_span list, comity_error *reterr)
{
    size_t at = 0;
    if (list.size == 0) {
        return COMITY_OK;
    }
    if (comity_pdf_next(list, &at).kind != COMITY_PDF_OPEN_ARRAY) {
        at = 0;
    }
    for (;;) {
        comity_pdf_span value = comity_pdf_value(list, &at);
        const comity_pdf_object *object = value.size == 0 ? NULL : comity_pdf_object_of(pdf, value);
        if (value.size == 0) {
            return COMITY_OK;
        }
        if (object != NULL && object->has_stream) {
            COMITY_TRY(give_file(pdf, object, "xfa", reterr));
        }
    }
}

static comity_status give_files(comity_pdf *pdf, comity_error *reterr)
{
    for (size_t i = 0; i < pdf->object_count; i++) {
        const comity_pdf_object *object = &pdf->objects[i];
        comity_pdf_span type = comity_pdf_get(pdf, object->value, "Type");
        if (object->has_stream && comity_pdf_is(type, "EmbeddedFile")) {
            COMITY_TRY(give_file(pdf, object, "attachment", reterr));
        } else if (object->has_stream && comity_pdf_is(type, "Metadata")) {
            COMITY_TRY(give_file(pdf, object, "metadata", reterr));
        }
        COMITY_TRY(give_xml_form(pdf, comity_pdf_get_here(object->value, "XFA"), reterr));
    }
    return COMITY_OK;
}

/* ---- the document ---- */

static comity_status check_encryption(const comity_pdf *pdf, comity_error *reterr)
{
    bool is_encrypted = false;
    for (size_t i = 0; i < pdf->object_count; i++) {
        is_encrypted = is_encrypted || comity_pdf_get_here(pdf->objects[i].value, "Encrypt").size != 0;
    }
    comity_pdf_span rest = pdf->file;
    for (;;) {
        const uint8_t *next = rest.size < 7 ? NULL : memchr(rest.bytes, 't', rest.size - 6);
        if (next == NULL) {
            break;
        }
        rest = (comity_pdf_span){next + 1, rest.size - (size_t)(next + 1 - rest.bytes)};
        if (memcmp(next, "trailer", 7) == 0) {
            size_t at = 0;
            comity_pdf_span behind = {next + 7, rest.size - 6};
            is_encrypted = is_encrypted || comity_pdf_get_here(comity_pdf_value(behind, &at), "Encrypt").size != 0;
        }
    }
    return is_encrypted ? comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX, "it is encrypted") : COMITY_OK;
}

static comity_status show_all(comity_pdf_text *text, comity_error *reterr)
{
    comity_pdf *pdf = text->pdf;
    unsigned pages = 0;
    unsigned forms = 0;
    for (size_t i = 0; i < pdf->object_count; i++) {
        const comity_pdf_object *object = &pdf->objects[i];
        bool is_page = comity_pdf_is(comity_pdf_get(pdf, object->value, "Type"), "Page");
        bool is_form = object->has_stream && comity_pdf_is(comity_pdf_get(pdf, object->value, "Subtype"), "Form");
        if (is_page || is_form) {
            COMITY_TRY(comity_stage_count_member(pdf->stage, reterr));
        }
        if (is_page) {
            COMITY_TRY(show_page(text, object, ++pages, reterr));
        } else if (is_form) {
            COMITY_TRY(show_form(text, object, ++forms, reterr));
        }
    }
    COMITY_TRY(put_strings(text, reterr));
    if (*pdf->work > COMITY_LIMIT_PDF_WORK_BYTES) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_LIMIT,
                                 "reading it takes more work than a document may");
    }
    if (pdf->unknown * 4 > pdf->shown) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX,
                                 "of %llu signs its text has, %llu are of fonts that do not say which they are",
                                 (unsigned long long)pdf->shown, (unsigned long long)pdf->unknown);
    }
    return give_files(pdf, reterr);
}

/* The end of a document is marked; what was cut off before it shows by that. */
static bool has_end(comity_pdf_span file)
{
    size_t begin = file.size > END_SIZE ? file.size - END_SIZE : 0;
    for (size_t at = begin; at + 5 <= file.size; at++) {
        if (memcmp(file.bytes + at, "%%EOF", 5) == 0) {
            return true;
        }
    }
    return false;
}

static comity_status read_document(comity_pdf *pdf, comity_error *reterr)
{
    void *memory = NULL;
    comity_pdf_text *text = NULL;
    if (!has_end(pdf->file)) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX, "cut off at byte %zu", pdf->file.size);
    }
    COMITY_TRY(comity_pdf_find_objects(pdf, reterr));
    COMITY_TRY(check_encryption(pdf, reterr));
    if (pdf->object_count == 0) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX, "it has no objects");
    }
    COMITY_TRY(comity_stage_take(pdf->stage, sizeof *text, &memory, reterr));
    text = memory;
    text->pdf = pdf;
    COMITY_TRY(comity_stage_take(pdf->stage, COMITY_PDF_FONTS * sizeof *text->fonts, &memory, reterr));
    text->fonts = memory;
    COMITY_TRY(show_all(text, reterr));
    for (size_t i = 0; i < COMITY_PDF_FONTS; i++) {
        comity_pool_give(&pdf->stage->form->pool, text->fonts[i].unicode);
    }
    comity_pool_give(&pdf->stage->form->pool, text->fonts);
    comity_pool_give(&pdf->stage->form->pool, text);
    return COMITY_OK;
}

/* ---- the stage ---- */

static comity_status pdf_begin(comity_stage *stage, comity_error *reterr)
{
    (void)reterr;
    /* Pages come when the document has ended, and other parts may not go out before. */
    stage->form->waits = stage->raw_begin < stage->form->waits ? stage->raw_begin : stage->form->waits;
    return COMITY_OK;
}

static comity_status pdf_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    pdf_state *state = stage->state;
    COMITY_TRY(comity_stage_grow(stage, &state->memory, &state->room, state->size + span.size, reterr));
    memcpy((uint8_t *)state->memory + state->size, span.bytes, span.size);
    state->size += span.size;
    return COMITY_OK;
}

static comity_status pdf_finish(comity_stage *stage, comity_error *reterr)
{
    pdf_state *state = stage->state;
    uint64_t work = 0;
    comity_pdf pdf = {.stage = stage, .file = {state->memory, state->size}, .work = &work};
    if (!stage->packed && stage->raw_begin + state->size > stage->form->consumed) {
        stage->form->consumed = stage->raw_begin + state->size;
    }
    COMITY_TRY(read_document(&pdf, reterr));
    comity_pool_give(&stage->form->pool, pdf.objects);
    comity_pool_give(&stage->form->pool, state->memory);
    stage->form->waits = UINT64_MAX;
    return COMITY_OK;
}

const comity_stage_kind comity_forms_pdf = {.name = "pdf",
                                            .state_size = sizeof(pdf_state),
                                            .is_form = true,
                                            .is_packing = true,
                                            .begin = pdf_begin,
                                            .feed = pdf_feed,
                                            .finish = pdf_finish};
