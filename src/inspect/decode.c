/* One pass over a few bytes. At each place the rules that were asked for are tried;
 * the first that fits replaces what it covers by what it stands for. */
#include "inspect/decode.h"

#include "base/swar.h"
#include "base/utf8.h"
#include "inspect/forms/hex.h"
#include "inspect/forms/stage.h"

#include <string.h>

/* What a rule found: bytes taken, 0 if it does not fit, and what they stand for. */
typedef struct match {
    size_t taken;
    size_t size;
    char text[8];
} match;

/* `count` hexadecimal digits; false if they are not. */
static bool read_hex(const uint8_t *bytes, size_t size, size_t count, uint32_t *ret_number)
{
    uint32_t number = 0;
    if (size < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned digit = comity_hex_digit(bytes[i]);
        if (digit > 15) {
            return false;
        }
        number = number << 4 | digit;
    }
    *ret_number = number;
    return true;
}

/* ---- JSON ---- */

static match match_json(const uint8_t *bytes, size_t size)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char stand_for[] = "\"\\/\b\f\n\r\t";
    match found = {0};
    uint32_t code = 0;
    if (size < 2 || bytes[0] != '\\') {
        return found;
    }
    const char *letter = bytes[1] == 0 ? NULL : strchr(letters, bytes[1]);
    if (letter != NULL) {
        found.text[0] = stand_for[letter - letters];
        found.size = 1;
        found.taken = 2;
        return found;
    }
    if (bytes[1] != 'u' || !read_hex(bytes + 2, size - 2, 4, &code)) {
        return found;
    }
    found.taken = 6;
    if (code >= 0xD800 && code <= 0xDBFF) {
        uint32_t low = 0;
        if (size < 12 || bytes[6] != '\\' || bytes[7] != 'u' || !read_hex(bytes + 8, 4, 4, &low) || low < 0xDC00 ||
            low > 0xDFFF) {
            found.taken = 0;
            return found;
        }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        found.taken = 12;
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
        found.taken = 0;
        return found;
    }
    found.size = comity_utf8_encode(code, found.text);
    return found;
}

/* ---- percent-encoding ---- */

static match match_percent(const uint8_t *bytes, size_t size)
{
    match found = {0};
    uint32_t byte = 0;
    if (bytes[0] == '%' && read_hex(bytes + 1, size - 1, 2, &byte)) {
        found.text[0] = (char)byte;
        found.size = 1;
        found.taken = 3;
    }
    return found;
}

/* ---- character references ---- */

static const struct {
    const char *name;
    uint16_t code;
} names[] = {
    {"amp", '&'},       {"lt", '<'},       {"gt", '>'},        {"quot", '"'},     {"apos", '\''},     {"nbsp", 0xA0},
    {"ensp", 0x2002},   {"emsp", 0x2003},  {"thinsp", 0x2009}, {"zwnj", 0x200C},  {"zwj", 0x200D},    {"shy", 0xAD},
    {"hyphen", 0x2010}, {"dash", 0x2010},  {"ndash", 0x2013},  {"mdash", 0x2014}, {"period", '.'},    {"comma", ','},
    {"colon", ':'},     {"semi", ';'},     {"commat", '@'},    {"plus", '+'},     {"num", '#'},       {"sol", '/'},
    {"bsol", '\\'},     {"lpar", '('},     {"rpar", ')'},      {"lowbar", '_'},   {"equals", '='},    {"excl", '!'},
    {"quest", '?'},     {"percnt", '%'},   {"dollar", '$'},    {"ast", '*'},      {"Tab", '\t'},      {"NewLine", '\n'},
    {"lsquo", 0x2018},  {"rsquo", 0x2019}, {"ldquo", 0x201C},  {"rdquo", 0x201D}, {"hellip", 0x2026}, {"euro", 0x20AC},
    {"iexcl", 0xA1},    {"cent", 0xA2},    {"pound", 0xA3},    {"yen", 0xA5},     {"sect", 0xA7},     {"copy", 0xA9},
    {"reg", 0xAE},      {"deg", 0xB0},     {"middot", 0xB7},   {"ordm", 0xBA},    {"ordf", 0xAA},     {"iquest", 0xBF},
    {"Agrave", 0xC0},   {"Aacute", 0xC1},  {"Acirc", 0xC2},    {"Atilde", 0xC3},  {"Auml", 0xC4},     {"Aring", 0xC5},
    {"AElig", 0xC6},    {"Ccedil", 0xC7},  {"Egrave", 0xC8},   {"Eacute", 0xC9},  {"Ecirc", 0xCA},    {"Euml", 0xCB},
    {"Igrave", 0xCC},   {"Iacute", 0xCD},  {"Icirc", 0xCE},    {"Iuml", 0xCF},    {"ETH", 0xD0},      {"Ntilde", 0xD1},
    {"Ograve", 0xD2},   {"Oacute", 0xD3},  {"Ocirc", 0xD4},    {"Otilde", 0xD5},  {"Ouml", 0xD6},     {"Oslash", 0xD8},
    {"Ugrave", 0xD9},   {"Uacute", 0xDA},  {"Ucirc", 0xDB},    {"Uuml", 0xDC},    {"Yacute", 0xDD},   {"THORN", 0xDE},
    {"szlig", 0xDF},    {"agrave", 0xE0},  {"aacute", 0xE1},   {"acirc", 0xE2},   {"atilde", 0xE3},   {"auml", 0xE4},
    {"aring", 0xE5},    {"aelig", 0xE6},   {"ccedil", 0xE7},   {"egrave", 0xE8},  {"eacute", 0xE9},   {"ecirc", 0xEA},
    {"euml", 0xEB},     {"igrave", 0xEC},  {"iacute", 0xED},   {"icirc", 0xEE},   {"iuml", 0xEF},     {"eth", 0xF0},
    {"ntilde", 0xF1},   {"ograve", 0xF2},  {"oacute", 0xF3},   {"ocirc", 0xF4},   {"otilde", 0xF5},   {"ouml", 0xF6},
    {"oslash", 0xF8},   {"ugrave", 0xF9},  {"uacute", 0xFA},   {"ucirc", 0xFB},   {"uuml", 0xFC},     {"yacute", 0xFD},
    {"thorn", 0xFE},    {"yuml", 0xFF},    {"OElig", 0x152},   {"oelig", 0x153},  {"Scaron", 0x160},  {"scaron", 0x161},
};

static bool read_numeric(const char *text, size_t size, uint32_t *ret_code)
{
    bool is_hex = size > 0 && (text[0] == 'x' || text[0] == 'X');
    uint32_t code = 0;
    size_t at = is_hex ? 1 : 0;
    if (at == size) {
        return false;
    }
    for (; at < size; at++) {
        unsigned digit = comity_hex_digit((uint8_t)text[at]);
        if (digit >= (is_hex ? 16u : 10u)) {
            return false;
        }
        code = code * (is_hex ? 16u : 10u) + digit;
        if (code > 0x10FFFF) {
            return false;
        }
    }
    *ret_code = code;
    return code != 0 && (code < 0xD800 || code > 0xDFFF);
}

size_t comity_decode_reference(const char *text, size_t size, char ret_text[8], size_t *ret_taken)
{
    size = size < COMITY_DECODE_REFERENCE_SIZE ? size : COMITY_DECODE_REFERENCE_SIZE;
    const char *end = size < 3 || text[0] != '&' ? NULL : memchr(text, ';', size);
    if (end == NULL) {
        return 0;
    }
    size_t name_size = (size_t)(end - text) - 1;
    uint32_t code = 0;
    if (text[1] == '#') {
        if (!read_numeric(text + 2, name_size - 1, &code)) {
            return 0;
        }
    }
    for (size_t i = 0; code == 0 && i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) == name_size && memcmp(names[i].name, text + 1, name_size) == 0) {
            code = names[i].code;
        }
    }
    if (code == 0) {
        return 0;
    }
    *ret_taken = name_size + 2;
    return comity_utf8_encode(code, ret_text);
}

static match match_reference(const uint8_t *bytes, size_t size)
{
    match found = {0};
    found.size = comity_decode_reference((const char *)bytes, size, found.text, &found.taken);
    found.taken = found.size == 0 ? 0 : found.taken;
    return found;
}

/* ---- characters that are taken for the same ---- */

/* The character that begins here, if it is of two or three bytes; 0 otherwise. */
static uint32_t read_character(const uint8_t *bytes, size_t size, size_t *ret_taken)
{
    if (size >= 2 && (bytes[0] & 0xE0) == 0xC0 && (bytes[1] & 0xC0) == 0x80) {
        *ret_taken = 2;
        return (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
    }
    if (size >= 3 && (bytes[0] & 0xF0) == 0xE0 && (bytes[1] & 0xC0) == 0x80 && (bytes[2] & 0xC0) == 0x80) {
        *ret_taken = 3;
        return (bytes[0] & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
    }
    return 0;
}

/* Decimal digits of scripts: where their zeros are (Unicode, general category Nd). */
static const uint16_t zeros[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
                                 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090,
                                 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
                                 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0};

/* What a character is taken for: an ASCII character, 1 for nothing at all, 0 for itself. */
static char taken_for(uint32_t code)
{
    if (code >= 0xFF01 && code <= 0xFF5E) {
        return (char)(code - 0xFF01 + '!');
    }
    if (code == 0xA0 || (code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x205F || code == 0x3000) {
        return ' ';
    }
    if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xFE58 || code == 0xFE63) {
        return '-';
    }
    if (code == 0xAD || (code >= 0x200B && code <= 0x200F) || code == 0x2060 || code == 0xFEFF) {
        return 1;
    }
    for (size_t i = 0; code >= 0x0660 && i < sizeof zeros / sizeof zeros[0]; i++) {
        if (code >= zeros[i] && code < zeros[i] + 10u) {
            return (char)('0' + (code - zeros[i]));
        }
    }
    return 0;
}

static match match_fold(const uint8_t *bytes, size_t size)
{
    match found = {0};
    size_t taken = 0;
    uint32_t code = bytes[0] < 0x80 ? 0 : read_character(bytes, size, &taken);
    char same = code == 0 ? 0 : taken_for(code);
    if (same != 0) {
        found.taken = taken;
        found.size = same == 1 ? 0 : 1;
        found.text[0] = same;
    }
    return found;
}

/* What an escape stands for may be a character that is taken for another. */
static match fold_again(match found)
{
    match folded = found.size < 2 ? (match){0} : match_fold((const uint8_t *)found.text, found.size);
    if (folded.taken != 0 && folded.taken == found.size) {
        found.size = folded.size;
        found.text[0] = folded.text[0];
    }
    return found;
}

/* ---- all together ---- */

static match match_here(unsigned what, const uint8_t *bytes, size_t size)
{
    match found = {0};
    if (bytes[0] == '\\' && (what & COMITY_DECODE_JSON) != 0) {
        found = match_json(bytes, size);
    } else if (bytes[0] == '%' && (what & COMITY_DECODE_PERCENT) != 0) {
        found = match_percent(bytes, size);
    } else if (bytes[0] == '&' && (what & COMITY_DECODE_REFERENCES) != 0) {
        found = match_reference(bytes, size);
    } else if (bytes[0] == '+' && (what & COMITY_DECODE_PLUS) != 0) {
        found = (match){.taken = 1, .size = 1, .text = " "};
    } else if (bytes[0] == '"' && (what & COMITY_DECODE_QUOTES) != 0 && size > 1 && bytes[1] == '"') {
        found = (match){.taken = 2, .size = 1, .text = "\""};
    } else if (bytes[0] >= 0x80 && (what & COMITY_DECODE_FOLD) != 0) {
        return match_fold(bytes, size);
    }
    return (what & COMITY_DECODE_FOLD) != 0 ? fold_again(found) : found;
}

size_t comity_decode_here(unsigned what, const uint8_t *bytes, size_t size, char ret_text[8], size_t *ret_taken)
{
    match found = match_here(what, bytes, size);
    memcpy(ret_text, found.text, sizeof found.text);
    *ret_taken = found.taken;
    return found.size;
}

unsigned comity_decode_of_syntax(comity_form_syntax syntax)
{
    static const uint8_t what[COMITY_FORM_SYNTAX_COUNT] = {
        [COMITY_FORM_JSON] = COMITY_DECODE_JSON,
        [COMITY_FORM_NDJSON] = COMITY_DECODE_JSON,
        [COMITY_FORM_CSV] = COMITY_DECODE_QUOTES,
        [COMITY_FORM_XML] = COMITY_DECODE_REFERENCES,
        [COMITY_FORM_HTML] = COMITY_DECODE_REFERENCES,
        [COMITY_FORM_URLENCODED] = COMITY_DECODE_PERCENT, /* a plus sign has become a space in decoding the form */
    };
    return what[syntax] | COMITY_DECODE_FOLD;
}

size_t comity_decode_near(unsigned what, const uint8_t *bytes, size_t size, uint8_t *ret_text, size_t *ret_size,
                          comity_form_run *ret_runs, size_t run_max)
{
    comity_runs runs = {.runs = ret_runs, .max = run_max};
    size_t n = 0;
    size_t at = 0;
    while (at < size) {
        match found = match_here(what, bytes + at, size - at);
        bool is_same = found.taken == 0;
        if (is_same) {
            found = (match){.taken = 1, .size = 1, .text = {(char)bytes[at]}};
        }
        if (found.size != 0 && !comity_runs_add(&runs, n, at, 1, (unsigned)found.size, (unsigned)found.taken)) {
            break;
        }
        memcpy(ret_text + n, found.text, found.size);
        n += found.size;
        at += found.taken;
    }
    *ret_size = n;
    return runs.count;
}

bool comity_decode_wanted(unsigned what, const uint8_t *bytes, size_t size)
{
    static const struct {
        unsigned what;
        char sign;
    } signs[] = {{COMITY_DECODE_JSON, '\\'},
                 {COMITY_DECODE_PERCENT, '%'},
                 {COMITY_DECODE_PLUS, '+'},
                 {COMITY_DECODE_REFERENCES, '&'},
                 {COMITY_DECODE_QUOTES, '"'}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if ((what & signs[i].what) != 0 && memchr(bytes, signs[i].sign, size) != NULL) {
            return true;
        }
    }
    uint64_t all = 0;
    for (; size >= 8; size -= 8, bytes += 8) {
        all |= comity_swar_load(bytes);
    }
    for (size_t i = 0; i < size; i++) {
        all |= bytes[i];
    }
    return (what & COMITY_DECODE_FOLD) != 0 && comity_swar_high(all) != 0;
}
