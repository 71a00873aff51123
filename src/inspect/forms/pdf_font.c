/* What comes in: a font's dictionary. What goes out: which character each code means,
 * by the table that the font brings along (ToUnicode), or by its encoding: a base, and
 * differences by names of glyphs. What no table explains stays unknown. */
#include "inspect/forms/pdf.h"

#include "inspect/decode.h"
#include "inspect/forms/charset.h"
#include "inspect/forms/hex.h"

/* ---- names of glyphs ---- */

static const struct {
    const char *name;
    uint16_t code;
} glyphs[] = {
    {"space", ' '},
    {"exclam", '!'},
    {"quotedbl", '"'},
    {"numbersign", '#'},
    {"dollar", '$'},
    {"percent", '%'},
    {"ampersand", '&'},
    {"quotesingle", '\''},
    {"quoteright", 0x2019},
    {"parenleft", '('},
    {"parenright", ')'},
    {"asterisk", '*'},
    {"plus", '+'},
    {"comma", ','},
    {"hyphen", '-'},
    {"period", '.'},
    {"slash", '/'},
    {"zero", '0'},
    {"one", '1'},
    {"two", '2'},
    {"three", '3'},
    {"four", '4'},
    {"five", '5'},
    {"six", '6'},
    {"seven", '7'},
    {"eight", '8'},
    {"nine", '9'},
    {"colon", ':'},
    {"semicolon", ';'},
    {"less", '<'},
    {"equal", '='},
    {"greater", '>'},
    {"question", '?'},
    {"at", '@'},
    {"bracketleft", '['},
    {"backslash", '\\'},
    {"bracketright", ']'},
    {"asciicircum", '^'},
    {"underscore", '_'},
    {"grave", '`'},
    {"quoteleft", 0x2018},
    {"braceleft", '{'},
    {"bar", '|'},
    {"braceright", '}'},
    {"asciitilde", '~'},
    {"endash", 0x2013},
    {"emdash", 0x2014},
    {"bullet", 0x2022},
    {"quotedblleft", 0x201C},
    {"quotedblright", 0x201D},
    {"ellipsis", 0x2026},
    {"Euro", 0x20AC},
    {"germandbls", 0xDF},
    {"ae", 0xE6},
    {"oe", 0x153},
    {"dotlessi", 0x131},
    {"fi", 0xFB01},
    {"fl", 0xFB02},
    {"ff", 0xFB00},
    {"ffi", 0xFB03},
    {"ffl", 0xFB04},
    {"minus", 0x2212},
    {"degree", 0xB0},
    {"section", 0xA7},
    {"sterling", 0xA3},
    {"nbspace", 0xA0},
    {"sfthyphen", 0xAD},
    {"guillemotleft", 0xAB},
    {"guillemotright", 0xBB},
    {"Lslash", 0x141},
    {"lslash", 0x142},
    {"Zcaron", 0x17D},
    {"zcaron", 0x17E},
    {"aogonek", 0x105},
    {"eogonek", 0x119},
    {"cacute", 0x107},
    {"nacute", 0x144},
    {"sacute", 0x15B},
    {"zacute", 0x17A},
    {"zdotaccent", 0x17C},
    {"ccaron", 0x10D},
    {"ecaron", 0x11B},
    {"rcaron", 0x159},
    {"gbreve", 0x11F},
    {"scedilla", 0x15F},
    {"Idotaccent", 0x130},
    {"ohungarumlaut", 0x151},
    {"uhungarumlaut", 0x171},
};

/* "uni20AC", "u20AC"; 0 if it is not such. */
static uint16_t code_of_number(comity_pdf_span name)
{
    size_t begin = name.size == 7 && memcmp(name.bytes, "uni", 3) == 0 ? 3
                   : name.size == 5 && name.bytes[0] == 'u'            ? 1
                                                                       : 0;
    uint32_t code = 0;
    for (size_t i = begin; begin != 0 && i < name.size; i++) {
        unsigned digit = comity_hex_digit(name.bytes[i]);
        if (digit > 15) {
            return 0;
        }
        code = code << 4 | digit;
    }
    return (uint16_t)code;
}

static uint16_t code_of_name(comity_pdf_span name)
{
    if (name.size == 1) {
        return name.bytes[0];
    }
    if (name.size == 2 && name.bytes[1] == 'E') { /* ligatures in capitals */
        return name.bytes[0] == 'A' ? 0xC6 : name.bytes[0] == 'O' ? 0x152 : 0;
    }
    for (size_t i = 0; i < sizeof glyphs / sizeof glyphs[0]; i++) {
        if (comity_pdf_is(name, glyphs[i].name)) {
            return glyphs[i].code;
        }
    }
    /* Letters with accents have the names that HTML gives them. */
    char reference[COMITY_DECODE_REFERENCE_SIZE];
    char text[8];
    size_t taken = 0;
    if (name.size + 2 <= sizeof reference) {
        reference[0] = '&';
        memcpy(reference + 1, name.bytes, name.size);
        reference[name.size + 1] = ';';
        if (comity_decode_reference(reference, name.size + 2, text, &taken) == 2) {
            return (uint16_t)((text[0] & 0x1F) << 6 | (text[1] & 0x3F));
        }
    }
    return code_of_number(name);
}

/* ---- the table of a font ---- */

/* UTF-16 of a hexadecimal string; the number of units, at most 4. */
static size_t units_of(comity_pdf_token token, uint16_t ret_units[4])
{
    uint8_t bytes[64];
    if (token.kind != COMITY_PDF_HEX || token.text.size > sizeof bytes) {
        return 0;
    }
    size_t size = comity_pdf_string(token, bytes);
    size_t count = 0;
    for (size_t i = 0; i + 1 < size && count < 4; i += 2) {
        ret_units[count++] = (uint16_t)(bytes[i] << 8 | bytes[i + 1]);
    }
    if (size == 1) {
        ret_units[count++] = bytes[0];
    }
    return count;
}

static uint32_t code_of(comity_pdf_token token)
{
    uint8_t bytes[64];
    size_t size = token.kind == COMITY_PDF_HEX && token.text.size <= sizeof bytes ? comity_pdf_string(token, bytes) : 0;
    return size == 1 ? bytes[0] : size == 2 ? (uint32_t)(bytes[0] << 8 | bytes[1]) : UINT32_MAX;
}

static void set_units(comity_pdf_font *font, uint32_t code, const uint16_t *units, size_t count)
{
    if (code >= font->code_count || count == 0 || font->steps > COMITY_LIMIT_PDF_FONT_STEPS) {
        return;
    }
    font->steps++;
    if (count == 1) {
        font->unicode[code] = units[0];
    } else if (font->more_count < sizeof font->more / sizeof font->more[0]) {
        memset(font->more[font->more_count], 0, sizeof font->more[0]);
        memcpy(font->more[font->more_count], units, count * sizeof *units);
        font->unicode[code] = (uint16_t)(0xE000 + font->more_count++);
    }
}

/* <lo> <hi> <first>, or <lo> <hi> [<one> <two> …] */
static void read_range(comity_pdf_font *font, comity_pdf_span map, comity_pdf_token low, size_t *at)
{
    uint16_t units[4];
    uint32_t code = code_of(low);
    uint32_t last = code_of(comity_pdf_next(map, at));
    comity_pdf_token to = comity_pdf_next(map, at);
    bool is_list = to.kind == COMITY_PDF_OPEN_ARRAY;
    size_t count = is_list ? 0 : units_of(to, units);
    for (; code <= last && code <= 0xFFFF && font->steps <= COMITY_LIMIT_PDF_FONT_STEPS; code++) {
        font->steps++;
        if (is_list) {
            to = comity_pdf_next(map, at);
            if (to.kind != COMITY_PDF_HEX) {
                return;
            }
            count = units_of(to, units);
        }
        set_units(font, code, units, count);
        if (!is_list && count != 0) {
            units[count - 1]++;
        }
    }
    while (is_list && to.kind != COMITY_PDF_CLOSE_ARRAY && to.kind != COMITY_PDF_END) {
        to = comity_pdf_next(map, at);
    }
}

static void read_map(comity_pdf_font *font, comity_pdf_span map)
{
    enum { NOTHING, CHARACTERS, RANGES } inside = NOTHING;
    size_t at = 0;
    for (;;) {
        comity_pdf_token token = comity_pdf_next(map, &at);
        if (token.kind == COMITY_PDF_END) {
            return;
        }
        if (token.kind == COMITY_PDF_WORD) {
            inside = comity_pdf_is(token.text, "beginbfchar")    ? CHARACTERS
                     : comity_pdf_is(token.text, "beginbfrange") ? RANGES
                                                                 : NOTHING;
        } else if (token.kind == COMITY_PDF_HEX && inside == RANGES) {
            read_range(font, map, token, &at);
        } else if (token.kind == COMITY_PDF_HEX && inside == CHARACTERS) {
            uint16_t units[4];
            size_t count = units_of(comity_pdf_next(map, &at), units);
            set_units(font, code_of(token), units, count);
        }
    }
}

/* ---- encodings ---- */

static void read_base(comity_pdf_font *font, bool is_mac)
{
    const comity_charset *latin = comity_charset_named("windows-1252", 12);
    for (unsigned code = 32; code < 256; code++) {
        uint32_t point = code;
        uint8_t byte = (uint8_t)code;
        (void)comity_charset_read(latin, &byte, 1, &point);
        /* Beyond ASCII the sets of old Macintoshes differ; they are seldom, and left unknown. */
        font->unicode[code] = point == 0xFFFD || (is_mac && code > 126) ? 0 : (uint16_t)point;
    }
}

static void read_differences(comity_pdf_font *font, comity_pdf_span list)
{
    uint32_t code = 0;
    for (size_t at = 0;;) {
        comity_pdf_token token = comity_pdf_next(list, &at);
        if (token.kind == COMITY_PDF_END || token.kind == COMITY_PDF_CLOSE_ARRAY) {
            return;
        }
        if (token.kind == COMITY_PDF_NUMBER) {
            double number = comity_pdf_number(token.text);
            code = number >= 0 && number < 256 ? (uint32_t)number : 256;
        } else if (token.kind == COMITY_PDF_NAME && code < 256) {
            font->unicode[code++] = code_of_name(token.text);
        }
    }
}

static void read_encoding(const comity_pdf *pdf, comity_pdf_font *font, comity_pdf_span dictionary)
{
    comity_pdf_span encoding = comity_pdf_get(pdf, dictionary, "Encoding");
    comity_pdf_span base = comity_pdf_get(pdf, encoding, "BaseEncoding");
    base = base.size == 0 ? encoding : base;
    if (!font->is_wide) {
        read_base(font, comity_pdf_is(base, "MacRomanEncoding"));
        read_differences(font, comity_pdf_get(pdf, encoding, "Differences"));
        return;
    }
    /* Predefined maps whose codes are Unicode: "UniGB-UCS2-H", "UniJIS-UTF16-V". */
    bool is_unicode = encoding.size > 8 && memcmp(encoding.bytes, "Uni", 3) == 0;
    for (uint32_t code = 0; is_unicode && code < 0xD800; code++) {
        font->unicode[code] = (uint16_t)code;
    }
}

/* ---- widths ---- */

static uint16_t width_of(comity_pdf_span text)
{
    double width = comity_pdf_number(text);
    return width > 0 && width < 10000 ? (uint16_t)width : 0;
}

static void read_simple_widths(const comity_pdf *pdf, comity_pdf_font *font, comity_pdf_span dictionary)
{
    comity_pdf_span list = comity_pdf_get(pdf, dictionary, "Widths");
    double first = comity_pdf_number(comity_pdf_get(pdf, dictionary, "FirstChar"));
    size_t at = 0;
    if (comity_pdf_next(list, &at).kind != COMITY_PDF_OPEN_ARRAY || first < 0 || first > 255) {
        return;
    }
    for (unsigned code = (unsigned)first; code < 256; code++) {
        comity_pdf_token token = comity_pdf_next(list, &at);
        if (token.kind != COMITY_PDF_NUMBER) {
            return;
        }
        font->width[code] = width_of(token.text);
    }
}

/* c [w1 w2 …], or c_first c_last w */
static void read_wide_widths(comity_pdf_font *font, comity_pdf_span list)
{
    size_t at = 0;
    (void)comity_pdf_next(list, &at);
    for (;;) {
        comity_pdf_token token = comity_pdf_next(list, &at);
        double first = comity_pdf_number(token.text);
        if (token.kind != COMITY_PDF_NUMBER || first < 0 || first > 65535) {
            return;
        }
        uint32_t code = (uint32_t)first;
        token = comity_pdf_next(list, &at);
        if (token.kind == COMITY_PDF_NUMBER) {
            double last = comity_pdf_number(token.text);
            uint16_t width = width_of(comity_pdf_next(list, &at).text);
            for (; code <= last && code <= 0xFFFF && font->steps <= COMITY_LIMIT_PDF_FONT_STEPS; code++) {
                font->steps++;
                font->width[code] = width;
            }
            continue;
        }
        for (token = comity_pdf_next(list, &at); token.kind == COMITY_PDF_NUMBER && code <= 0xFFFF;
             token = comity_pdf_next(list, &at)) {
            font->width[code++] = width_of(token.text);
        }
    }
}

static void read_widths(const comity_pdf *pdf, comity_pdf_font *font, comity_pdf_span dictionary)
{
    comity_pdf_span list = comity_pdf_get(pdf, dictionary, "DescendantFonts");
    size_t at = 0;
    for (size_t i = 0; i < font->code_count; i++) {
        font->width[i] = font->is_wide ? 1000 : 500;
    }
    if (!font->is_wide) {
        read_simple_widths(pdf, font, dictionary);
        return;
    }
    (void)comity_pdf_next(list, &at);
    comity_pdf_span first = comity_pdf_value(list, &at);
    const comity_pdf_object *object = comity_pdf_object_of(pdf, first);
    read_wide_widths(font, comity_pdf_get(pdf, object == NULL ? first : object->value, "W"));
}

comity_status comity_pdf_font_load(comity_pdf *pdf, const comity_pdf_object *object, comity_pdf_font *ret_font,
                                   comity_error *reterr)
{
    if (++pdf->font_loads > COMITY_LIMIT_PDF_FONTS) {
        return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_LIMIT, "fonts are changed more than %d times",
                                 COMITY_LIMIT_PDF_FONTS);
    }
    bool is_wide = comity_pdf_is(comity_pdf_get(pdf, object->value, "Subtype"), "Type0");
    uint32_t code_count = is_wide ? 65536 : 256;
    void *memory = NULL;
    comity_pool_give(&pdf->stage->form->pool, ret_font->unicode);
    ret_font->unicode = NULL;
    COMITY_TRY(comity_stage_take(pdf->stage, 2 * code_count * sizeof(uint16_t), &memory, reterr));
    ret_font->object = object;
    ret_font->is_wide = is_wide;
    ret_font->code_count = code_count;
    ret_font->steps = 0;
    ret_font->more_count = 0;
    ret_font->unicode = memory;
    ret_font->width = ret_font->unicode + code_count;
    read_encoding(pdf, ret_font, object->value);
    read_widths(pdf, ret_font, object->value);
    const comity_pdf_object *map = comity_pdf_object_of(pdf, comity_pdf_get_here(object->value, "ToUnicode"));
    if (map != NULL && map->has_stream) {
        comity_pdf_span decoded;
        void *unpacked = NULL;
        bool is_image = false;
        COMITY_TRY(comity_pdf_decode(pdf, map, &decoded, &unpacked, &is_image, reterr));
        read_map(ret_font, decoded);
        comity_pool_give(&pdf->stage->form->pool, unpacked);
    }
    return COMITY_OK;
}
