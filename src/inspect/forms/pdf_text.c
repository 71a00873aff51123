/* What comes in: a content stream. What goes out: the text that it shows, in the order
 * in which it is shown, a new line where the text moves to another line, and a space where
 * it leaves a gap: so a number that is placed sign by sign comes out whole. */
#include "inspect/forms/pdf.h"

#include "base/utf8.h"

#include <stdlib.h>

typedef struct matrix {
    double a, b, c, d, e, f;
} matrix;

typedef struct state {
    comity_pdf_text *text;
    comity_pdf_span fonts; /* the dictionary of fonts by name */
    comity_pdf_font *font;
    double size;
    double spacing; /* of characters */
    double words;   /* of words, besides */
    double leading;
    double scale; /* of width */
    matrix line;  /* where the line begins */
    double along; /* how far the text has come in it */
    double end_x; /* where the last text ended */
    double end_y;
    bool has_text; /* some has been shown */
    comity_pdf_token operands[COMITY_LIMIT_PDF_OPERANDS];
    size_t operand_count;
} state;

/* ---- output ---- */

comity_status comity_pdf_put(comity_pdf_text *text, const void *bytes, size_t size, comity_error *reterr)
{
    if (text->out_size + size > sizeof text->out || bytes == NULL) {
        comity_span span = {.bytes = text->out, .size = text->out_size};
        text->out_size = 0;
        COMITY_TRY(comity_stage_feed(text->child, span, reterr));
    }
    if (size != 0) {
        memcpy(text->out + text->out_size, bytes, size);
        text->out_size += size;
    }
    return COMITY_OK;
}

static comity_status put_units(state *now, const uint16_t *units, size_t count, comity_error *reterr)
{
    for (size_t i = 0; i < count && units[i] != 0; i++) {
        char bytes[4];
        uint32_t code = units[i];
        if (code >= 0xD800 && code <= 0xDBFF && i + 1 < count && units[i + 1] >= 0xDC00 && units[i + 1] <= 0xDFFF) {
            code = 0x10000 + ((code - 0xD800) << 10) + (units[++i] - 0xDC00u);
        }
        code = code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code;
        COMITY_TRY(comity_pdf_put(now->text, bytes, comity_utf8_encode(code, bytes), reterr));
    }
    return COMITY_OK;
}

static comity_status put_code(state *now, uint32_t code, comity_error *reterr)
{
    comity_pdf *pdf = now->text->pdf;
    uint16_t unicode = now->font == NULL ? 0 : now->font->unicode[code];
    pdf->shown++;
    if (unicode == 0) {
        static const uint16_t unknown[1] = {0xFFFD};
        pdf->unknown++;
        return put_units(now, unknown, 1, reterr);
    }
    if (unicode >= 0xE000 && unicode < 0xE000 + now->font->more_count) {
        return put_units(now, now->font->more[unicode - 0xE000], 4, reterr);
    }
    return put_units(now, &unicode, 1, reterr);
}

/* ---- places ---- */

static double magnitude(double number)
{
    return number < 0 ? -number : number;
}

static void place(const state *now, double *ret_x, double *ret_y)
{
    *ret_x = now->line.e + now->along * now->line.a;
    *ret_y = now->line.f + now->along * now->line.b;
}

/* Before text is shown: a new line, a space, or nothing since the last text. */
static comity_status put_gap(state *now, comity_error *reterr)
{
    double x = 0;
    double y = 0;
    place(now, &x, &y);
    double em = magnitude(now->size * now->line.a) + magnitude(now->size * now->line.b);
    double across = magnitude(y - now->end_y) + 0;
    double gap = x - now->end_x;
    bool is_upright = magnitude(now->line.b) > magnitude(now->line.a);
    if (is_upright) { /* turned by a quarter: lines run upwards */
        double held = magnitude(gap);
        gap = magnitude(across);
        across = held;
    }
    if (!now->has_text) {
        return COMITY_OK;
    }
    if (across > 0.4 * em || gap < -2 * em) {
        return comity_pdf_put(now->text, "\n", 1, reterr);
    }
    return gap > 0.16 * em ? comity_pdf_put(now->text, " ", 1, reterr) : COMITY_OK;
}

static void move_line(state *now, double x, double y)
{
    now->line.e += x * now->line.a + y * now->line.c;
    now->line.f += x * now->line.b + y * now->line.d;
    now->along = 0;
}

/* ---- showing ---- */

static comity_status show_bytes(state *now, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    bool is_wide = now->font != NULL && now->font->is_wide;
    size_t step = is_wide ? 2 : 1;
    COMITY_TRY(put_gap(now, reterr));
    for (size_t i = 0; i + step <= size; i += step) {
        uint32_t code = is_wide ? (uint32_t)(bytes[i] << 8 | bytes[i + 1]) : bytes[i];
        double width = now->font == NULL ? 0.5 : now->font->width[code] / 1000.0;
        COMITY_TRY(put_code(now, code, reterr));
        now->along += (width * now->size + now->spacing + (!is_wide && code == ' ' ? now->words : 0)) * now->scale;
    }
    place(now, &now->end_x, &now->end_y);
    now->has_text = true;
    return COMITY_OK;
}

static comity_status show(state *now, comity_pdf_token string, comity_error *reterr)
{
    comity_stage *stage = now->text->pdf->stage;
    uint8_t few[512];
    void *memory = NULL;
    uint8_t *bytes = few;
    if (string.kind != COMITY_PDF_STRING && string.kind != COMITY_PDF_HEX) {
        return COMITY_OK;
    }
    if (string.text.size > COMITY_LIMIT_PDF_STRING_BYTES) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_LIMIT, "a string is shown that is longer than %zu bytes",
                                 COMITY_LIMIT_PDF_STRING_BYTES);
    }
    if (string.text.size > sizeof few) {
        COMITY_TRY(comity_stage_take(stage, string.text.size, &memory, reterr));
        bytes = memory;
    }
    size_t size = comity_pdf_string(string, bytes);
    comity_status status = size == 0 ? COMITY_OK : show_bytes(now, bytes, size, reterr);
    comity_pool_give(&stage->form->pool, memory);
    return status;
}

/* [(text) -250 (more)] */
static comity_status show_array(state *now, comity_pdf_token array, comity_error *reterr)
{
    for (size_t at = 0;;) {
        comity_pdf_token token = comity_pdf_next(array.text, &at);
        if (token.kind == COMITY_PDF_END) {
            return COMITY_OK;
        }
        if (token.kind == COMITY_PDF_NUMBER) {
            now->along -= comity_pdf_number(token.text) / 1000 * now->size * now->scale;
        } else {
            COMITY_TRY(show(now, token, reterr));
        }
    }
}

static comity_status set_font(state *now, comity_error *reterr)
{
    comity_pdf_text *text = now->text;
    char name[128];
    if (now->operand_count < 2 || now->operands[0].text.size >= sizeof name) {
        now->font = NULL;
        return COMITY_OK;
    }
    memcpy(name, now->operands[0].text.bytes, now->operands[0].text.size);
    name[now->operands[0].text.size] = '\0';
    now->size = comity_pdf_number(now->operands[1].text);
    const comity_pdf_object *object = comity_pdf_object_of(text->pdf, comity_pdf_get_here(now->fonts, name));
    *text->pdf->work += now->fonts.size;
    if (*text->pdf->work > COMITY_LIMIT_PDF_WORK_BYTES) {
        return comity_stage_fail(text->pdf->stage, reterr, COMITY_ERROR_LIMIT,
                                 "reading it takes more work than a document may");
    }
    size_t oldest = 0;
    uint64_t newest = 0;
    now->font = NULL;
    for (size_t i = 0; object != NULL && i < COMITY_PDF_FONTS; i++) {
        comity_pdf_font *font = &text->fonts[i];
        newest = font->used > newest ? font->used : newest;
        oldest = font->used < text->fonts[oldest].used ? i : oldest;
        now->font = font->object == object ? font : now->font;
    }
    if (object == NULL) {
        return COMITY_OK;
    }
    if (now->font == NULL) {
        now->font = &text->fonts[oldest];
        COMITY_TRY(comity_pdf_font_load(text->pdf, object, now->font, reterr));
    }
    now->font->used = newest + 1;
    return COMITY_OK;
}

/* ---- operators ---- */

static double operand(const state *now, size_t i)
{
    return i < now->operand_count ? comity_pdf_number(now->operands[i].text) : 0;
}

static comity_pdf_token last_operand(const state *now)
{
    return now->operand_count == 0 ? (comity_pdf_token){.kind = COMITY_PDF_END} : now->operands[now->operand_count - 1];
}

/* Operators in the order of their words. */
typedef enum pdf_operator {
    BEGIN_TEXT,
    SET_FONT,
    SET_MATRIX,
    MOVE,
    MOVE_AND_LEAD,
    NEXT_LINE,
    SET_LEADING,
    SET_SPACING,
    SET_WORD_SPACING,
    SET_SCALE,
    SHOW,
    SHOW_ARRAY,
    SHOW_LINE,
    SHOW_LINE_SPACED,
    IMAGE_DATA,
    OTHER
} pdf_operator;

static pdf_operator operator_of(comity_pdf_span word)
{
    static const char words[] = "BT Tf Tm Td TD T* TL Tc Tw Tz Tj TJ ' \" ID ";
    unsigned which = BEGIN_TEXT;
    for (const char *at = words; which < OTHER; which++) {
        size_t size = (size_t)(strchr(at, ' ') - at);
        if (size == word.size && memcmp(at, word.bytes, size) == 0) {
            break;
        }
        at += size + 1;
    }
    return (pdf_operator)which;
}

static comity_status do_operator(state *now, pdf_operator which, comity_error *reterr)
{
    switch (which) {
    case BEGIN_TEXT:
        now->line = (matrix){1, 0, 0, 1, 0, 0};
        now->along = 0;
        return COMITY_OK;
    case SET_FONT:
        return set_font(now, reterr);
    case SET_MATRIX:
        now->line = (matrix){operand(now, 0), operand(now, 1), operand(now, 2),
                             operand(now, 3), operand(now, 4), operand(now, 5)};
        now->along = 0;
        return COMITY_OK;
    case MOVE_AND_LEAD:
        now->leading = -operand(now, 1);
        move_line(now, operand(now, 0), operand(now, 1));
        return COMITY_OK;
    case MOVE:
        move_line(now, operand(now, 0), operand(now, 1));
        return COMITY_OK;
    case NEXT_LINE:
        move_line(now, 0, -now->leading);
        return COMITY_OK;
    case SET_LEADING:
        now->leading = operand(now, 0);
        return COMITY_OK;
    case SET_SPACING:
        now->spacing = operand(now, 0);
        return COMITY_OK;
    case SET_WORD_SPACING:
        now->words = operand(now, 0);
        return COMITY_OK;
    case SET_SCALE:
        now->scale = operand(now, 0) / 100;
        return COMITY_OK;
    case SHOW_LINE:
    case SHOW_LINE_SPACED:
        move_line(now, 0, -now->leading);
        return show(now, last_operand(now), reterr);
    case SHOW:
        return show(now, last_operand(now), reterr);
    case SHOW_ARRAY:
        return show_array(now, last_operand(now), reterr);
    default:
        return COMITY_OK;
    }
}

/* An image within the text: passed over to "EI" between blanks. */
static void skip_image(comity_pdf_span content, size_t *at)
{
    while (*at + 3 < content.size) {
        const uint8_t *bytes = content.bytes + *at;
        if (bytes[1] == 'E' && bytes[2] == 'I' && (bytes[0] == ' ' || bytes[0] == '\n' || bytes[0] == '\r') &&
            (bytes[3] == ' ' || bytes[3] == '\n' || bytes[3] == '\r')) {
            *at += 3;
            return;
        }
        (*at)++;
    }
    *at = content.size;
}

/* An operand: a number, name or string; an array as one token. */
static void take_operand(state *now, comity_pdf_span content, size_t before, comity_pdf_token token, size_t *at)
{
    if (token.kind == COMITY_PDF_OPEN_ARRAY || token.kind == COMITY_PDF_OPEN_DICTIONARY) {
        *at = before;
        token.text = comity_pdf_value(content, at);
    }
    if (now->operand_count < COMITY_LIMIT_PDF_OPERANDS) {
        now->operands[now->operand_count++] = token;
    }
}

comity_status comity_pdf_show(comity_pdf_text *text, comity_pdf_span content, comity_pdf_span resources,
                              comity_error *reterr)
{
    state now = {.text = text, .scale = 1, .line = {1, 0, 0, 1, 0, 0}};
    now.fonts = comity_pdf_get(text->pdf, resources, "Font");
    for (size_t at = 0;;) {
        size_t before = at;
        comity_pdf_token token = comity_pdf_next(content, &at);
        if (token.kind == COMITY_PDF_END) {
            break;
        }
        if (token.kind != COMITY_PDF_WORD) {
            take_operand(&now, content, before, token, &at);
            continue;
        }
        pdf_operator which = operator_of(token.text);
        if (which == IMAGE_DATA) {
            skip_image(content, &at);
        }
        COMITY_TRY(do_operator(&now, which, reterr));
        now.operand_count = 0;
    }
    return now.has_text ? comity_pdf_put(text, "\n", 1, reterr) : COMITY_OK;
}
