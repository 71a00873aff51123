/* Texts of documents (docx, pptx, and odt, ods, odp): what comes in is XML, what
 * goes out the text that a reader sees, a line a paragraph, cells of tables with tabs
 * between them. A value that is spread over several runs of text comes out whole. */
#include "inspect/forms/markup.h"
#include "inspect/forms/zip.h"

#include "inspect/forms/syntax.h"

#define OUT_SIZE 4096

typedef struct office_state {
    comity_stage *child;
    comity_markup markup;
    unsigned inside; /* how many elements of text are open */
    bool takes_all;  /* every text counts (OpenDocument), not only that of elements `t` */
    size_t out_size;
    char out[OUT_SIZE];
} office_state;

/* ---- which members ---- */

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

const comity_stage_kind *comity_office_kind(const char *name, const char **ret_prefix)
{
    bool is_xml = comity_ends_with(name, ".xml");
    *ret_prefix = begins(name, "word/") ? "docx" : begins(name, "ppt/") ? "pptx" : begins(name, "xl/") ? "xlsx" : "zip";
    if (!is_xml) {
        return NULL;
    }
    if (begins(name, "xl/worksheets/")) {
        return &comity_forms_sheet;
    }
    if (strcmp(name, "xl/sharedStrings.xml") == 0) {
        return &comity_forms_strings;
    }
    if (strcmp(name, "content.xml") == 0 || begins(name, "word/") || begins(name, "ppt/slides/") ||
        begins(name, "ppt/notesSlides/")) {
        return &comity_forms_office;
    }
    return NULL;
}

/* ---- text ---- */

static comity_status give(comity_stage *stage, comity_error *reterr)
{
    office_state *state = stage->state;
    comity_span span = {.bytes = (const uint8_t *)state->out, .size = state->out_size};
    state->out_size = 0;
    return comity_stage_feed(state->child, span, reterr);
}

static comity_status put(comity_stage *stage, const char *text, size_t size, comity_error *reterr)
{
    office_state *state = stage->state;
    while (size != 0) {
        size_t room = OUT_SIZE - state->out_size;
        size_t n = size < room ? size : room;
        memcpy(state->out + state->out_size, text, n);
        state->out_size += n;
        text += n;
        size -= n;
        if (state->out_size == OUT_SIZE) {
            COMITY_TRY(give(stage, reterr));
        }
    }
    return COMITY_OK;
}

/* What stands for elements that a reader sees as space. */
static const struct {
    const char *name;
    bool at_end;
    char text;
} spaces[] = {
    {"p", true, '\n'},           {"h", true, '\n'},   {"tr", true, '\n'},         {"table-row", true, '\n'},
    {"br", false, '\n'},         {"cr", false, '\n'}, {"tab", false, '\t'},       {"tc", true, '\t'},
    {"line-break", false, '\n'}, {"s", false, ' '},   {"table-cell", true, '\t'},
};

static bool is_text_element(const char *tag, size_t size)
{
    return comity_markup_is(tag, size, "t") || comity_markup_is(tag, size, "delText") ||
           comity_markup_is(tag, size, "instrText");
}

static comity_status on_event(comity_stage *stage, comity_markup_kind kind, const char *text, size_t size,
                              comity_error *reterr)
{
    office_state *state = stage->state;
    if (kind == COMITY_MARKUP_TEXT) {
        return state->inside != 0 || state->takes_all ? put(stage, text, size, reterr) : COMITY_OK;
    }
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (spaces[i].at_end == (kind == COMITY_MARKUP_END) && comity_markup_is(text, size, spaces[i].name)) {
            COMITY_TRY(put(stage, &spaces[i].text, 1, reterr));
        }
    }
    if (is_text_element(text, size)) {
        state->inside += kind == COMITY_MARKUP_BEGIN ? 1u : 0u;
        state->inside -= kind == COMITY_MARKUP_END && state->inside != 0 ? 1u : 0u;
    }
    const char *author = NULL;
    size_t author_size = 0;
    if (kind == COMITY_MARKUP_BEGIN && comity_markup_attribute(text, size, "author", &author, &author_size)) {
        COMITY_TRY(put(stage, "author: ", 8, reterr));
        COMITY_TRY(put(stage, author, author_size, reterr));
        COMITY_TRY(put(stage, "\n", 1, reterr));
    }
    return COMITY_OK;
}

static comity_status office_begin(comity_stage *stage, comity_error *reterr)
{
    office_state *state = stage->state;
    comity_about about = {.place = COMITY_FORM_UNMAPPED, .raw_begin = stage->raw_begin};
    comity_text_about text = {.syntax = COMITY_FORM_TEXT, .charset = "utf-8"};
    state->takes_all = strcmp(stage->name, "content.xml") == 0;
    return comity_text_begin(stage, &about, &text, &state->child, reterr);
}

static comity_status office_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    office_state *state = stage->state;
    return comity_markup_feed(&state->markup, stage, span, on_event, reterr);
}

static comity_status office_finish(comity_stage *stage, comity_error *reterr)
{
    office_state *state = stage->state;
    COMITY_TRY(comity_markup_end(&state->markup, stage, reterr));
    if (state->out_size != 0) {
        COMITY_TRY(give(stage, reterr));
    }
    return comity_stage_end(&state->child, reterr);
}

const comity_stage_kind comity_forms_office = {.name = "Office document",
                                               .state_size = sizeof(office_state),
                                               .begin = office_begin,
                                               .feed = office_feed,
                                               .finish = office_finish};
