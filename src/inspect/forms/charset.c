/* What comes in: bytes and the set they are in. What goes out: code points, with
 * how many bytes each took. What is malformed is U+FFFD and never an error: a set
 * is often guessed, and digits are digits in all of them. */
#include "inspect/forms/charset.h"

#include <string.h>

#define MALFORMED 0xFFFD

const comity_charset comity_charset_ascii = {"ascii", COMITY_CHARSET_PLAIN, NULL, NULL};
const comity_charset comity_charset_utf8 = {"utf-8", COMITY_CHARSET_PLAIN, NULL, NULL};
const comity_charset comity_charset_utf16le = {"utf-16le", COMITY_CHARSET_UTF16LE, NULL, NULL};
const comity_charset comity_charset_utf16be = {"utf-16be", COMITY_CHARSET_UTF16BE, NULL, NULL};
const comity_charset comity_charset_utf32le = {"utf-32le", COMITY_CHARSET_UTF32LE, NULL, NULL};
const comity_charset comity_charset_utf32be = {"utf-32be", COMITY_CHARSET_UTF32BE, NULL, NULL};
const comity_charset comity_charset_iso2022jp = {"iso-2022-jp", COMITY_CHARSET_SHIFTED, NULL, NULL};

/* ---- names ---- */

/* Other names, as they are when letters are lower case and all else but digits is gone. */
static const struct {
    const char *other;
    const char *name;
} others[] = {
    {"utf8", "utf-8"},
    {"usascii", "utf-8"},
    {"ascii", "utf-8"},
    {"utf16", "utf-16le"},
    {"utf16le", "utf-16le"},
    {"utf16be", "utf-16be"},
    {"unicode", "utf-16le"},
    {"ucs2", "utf-16le"},
    {"utf32", "utf-32le"},
    {"utf32le", "utf-32le"},
    {"utf32be", "utf-32be"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"cp936", "gb18030"},
    {"euccn", "gb18030"},
    {"windows936", "gb18030"},
    {"sjis", "shift-jis"},
    {"xsjis", "shift-jis"},
    {"mskanji", "shift-jis"},
    {"windows31j", "shift-jis"},
    {"cp932", "shift-jis"},
    {"windows932", "shift-jis"},
    {"csiso2022jp", "iso-2022-jp"},
    {"iso2022jpms", "iso-2022-jp"},
    {"cp50220", "iso-2022-jp"},
    {"cp50221", "iso-2022-jp"},
    {"xeucjp", "euc-jp"},
    {"ujis", "euc-jp"},
    {"big5hkscs", "big5"},
    {"cp950", "big5"},
    {"csbig5", "big5"},
    {"ksc56011987", "euc-kr"},
    {"ksc5601", "euc-kr"},
    {"cp949", "euc-kr"},
    {"windows949", "euc-kr"},
    {"uhc", "euc-kr"},
    {"latin1", "windows-1252"},
    {"iso88591", "windows-1252"},
    {"cp1252", "windows-1252"},
    {"l1", "windows-1252"},
    {"latin2", "iso-8859-2"},
    {"latin5", "iso-8859-9"},
    {"latin9", "iso-8859-15"},
    {"cp1250", "windows-1250"},
    {"cp1251", "windows-1251"},
    {"cp1253", "windows-1253"},
    {"cp1254", "windows-1254"},
    {"cp1255", "windows-1255"},
    {"cp1256", "windows-1256"},
    {"cp1257", "windows-1257"},
    {"cp1258", "windows-1258"},
    {"iso88596", "windows-1256"},
    {"iso88598", "windows-1255"},
    {"tis620", "windows-874"},
    {"iso885911", "windows-874"},
    {"cp874", "windows-874"},
    {"cp866", "ibm866"},
    {"koi8", "koi8-r"},
};

/* At most 31 letters and digits; false if there are more. */
static bool plain_name(const char *name, size_t size, char ret_plain[32])
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            if (n == 31) {
                return false;
            }
            ret_plain[n++] = c;
        }
    }
    ret_plain[n] = '\0';
    return true;
}

static const comity_charset *set_by_plain_name(const char *plain)
{
    static const comity_charset *const wide[] = {&comity_charset_utf8, &comity_charset_utf16le, &comity_charset_utf16be,
                                                 &comity_charset_utf32le, &comity_charset_utf32be, &comity_charset_iso2022jp};
    char own[32];
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (plain_name(wide[i]->name, strlen(wide[i]->name), own) && strcmp(own, plain) == 0) {
            return wide[i];
        }
    }
    for (size_t i = 0; i < comity_charset_table_count; i++) {
        const char *name = comity_charset_table[i].name;
        if (plain_name(name, strlen(name), own) && strcmp(own, plain) == 0) {
            return &comity_charset_table[i];
        }
    }
    return NULL;
}

const comity_charset *comity_charset_named(const char *name, size_t size)
{
    char plain[32];
    char own[32];
    if (!plain_name(name, size, plain) || plain[0] == '\0') {
        return NULL;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i].other, plain) == 0) {
            return plain_name(others[i].name, strlen(others[i].name), own) ? set_by_plain_name(own) : NULL;
        }
    }
    return set_by_plain_name(plain);
}

const char *comity_charset_foreign(const char *name, size_t size)
{
    static const struct {
        const char *begin; /* of a name's letters and digits */
        const char *name;
    } foreign[] = {
        {"utf7", "UTF-7"},       {"unicode11utf7", "UTF-7"}, {"unicode20utf7", "UTF-7"}, {"csunicode11utf7", "UTF-7"},
        {"ebcdic", "EBCDIC"},    {"xebcdic", "EBCDIC"},      {"csebcdic", "EBCDIC"},     {"utfebcdic", "UTF-EBCDIC"},
        {"ibm037", "EBCDIC"},    {"cp037", "EBCDIC"},        {"ibm500", "EBCDIC"},       {"cp500", "EBCDIC"},
        {"ibm1047", "EBCDIC"},   {"cp1047", "EBCDIC"},       {"ibm1140", "EBCDIC"},      {"cp1140", "EBCDIC"},
        {"ibm273", "EBCDIC"},    {"cp273", "EBCDIC"},        {"ibm1141", "EBCDIC"},      {"ibm1026", "EBCDIC"},
        {"iso2022", "ISO-2022"}, {"csiso2022", "ISO-2022"},  {"hz", "HZ"},
    };
    char plain[32];
    if (!plain_name(name, size, plain)) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (strncmp(plain, foreign[i].begin, strlen(foreign[i].begin)) == 0) {
            return foreign[i].name;
        }
    }
    return NULL;
}

/* ---- characters ---- */

static uint32_t unit16(const comity_charset *set, const uint8_t *bytes)
{
    return set->kind == COMITY_CHARSET_UTF16LE ? (uint32_t)(bytes[0] | bytes[1] << 8)
                                               : (uint32_t)(bytes[0] << 8 | bytes[1]);
}

static size_t read_utf16(const comity_charset *set, const uint8_t *bytes, size_t size, uint32_t *ret_code)
{
    if (size < 2) {
        return 0;
    }
    uint32_t unit = unit16(set, bytes);
    if (unit < 0xD800 || unit > 0xDFFF) {
        *ret_code = unit;
        return 2;
    }
    if (unit > 0xDBFF) {
        *ret_code = MALFORMED;
        return 2;
    }
    if (size < 4) {
        return 0;
    }
    uint32_t low = unit16(set, bytes + 2);
    if (low < 0xDC00 || low > 0xDFFF) {
        *ret_code = MALFORMED;
        return 2;
    }
    *ret_code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    return 4;
}

static size_t read_utf32(const comity_charset *set, const uint8_t *bytes, size_t size, uint32_t *ret_code)
{
    if (size < 4) {
        return 0;
    }
    uint32_t code = 0;
    for (size_t i = 0; i < 4; i++) {
        code = code << 8 | bytes[set->kind == COMITY_CHARSET_UTF32BE ? i : 3 - i];
    }
    *ret_code = code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ? MALFORMED : code;
    return 4;
}

static uint32_t gb18030_four(const uint8_t *bytes)
{
    uint32_t place = ((uint32_t)(bytes[0] - 0x81) * 10 + (uint32_t)(bytes[1] - 0x30)) * 1260 +
                     (uint32_t)(bytes[2] - 0x81) * 10 + (uint32_t)(bytes[3] - 0x30);
    if (place >= 189000) {
        uint32_t code = 0x10000 + (place - 189000);
        return code > 0x10FFFF ? MALFORMED : code;
    }
    size_t low = 0;
    size_t high = comity_charset_gb18030_range_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (comity_charset_gb18030_ranges[middle].place <= place) {
            low = middle;
        } else {
            high = middle;
        }
    }
    uint32_t code = comity_charset_gb18030_ranges[low].code + (place - comity_charset_gb18030_ranges[low].place);
    return code > 0xFFFF || (code >= 0xD800 && code <= 0xDFFF) ? MALFORMED : code;
}

static bool is_gb18030_four(const uint8_t *bytes, size_t size)
{
    return bytes[0] >= 0x81 && bytes[0] <= 0xFE && bytes[1] >= 0x30 && bytes[1] <= 0x39 &&
           (size < 3 || (bytes[2] >= 0x81 && bytes[2] <= 0xFE)) && (size < 4 || (bytes[3] >= 0x30 && bytes[3] <= 0x39));
}

static size_t read_pair(const comity_charset *set, const uint8_t *bytes, size_t size, uint32_t *ret_code)
{
    uint8_t lead = bytes[0];
    if (set->single[lead - 0x80] != 0 || lead == 0x80 || lead == 0xFF) {
        *ret_code = set->single[lead - 0x80] != 0 ? set->single[lead - 0x80] : MALFORMED;
        return 1;
    }
    if (size < 2) {
        return 0;
    }
    if (set->kind == COMITY_CHARSET_GB18030 && is_gb18030_four(bytes, size)) {
        *ret_code = size < 4 ? 0 : gb18030_four(bytes);
        return size < 4 ? 0 : 4;
    }
    uint8_t trail = bytes[1];
    uint16_t code = trail < 0x40 || trail == 0xFF ? 0 : set->table[(lead - 0x81) * 191 + (trail - 0x40)];
    *ret_code = code == 0 ? MALFORMED : code;
    return code != 0 ? 2 : 1;
}

size_t comity_charset_read(const comity_charset *set, const uint8_t *bytes, size_t size, uint32_t *ret_code)
{
    if (size == 0) {
        return 0;
    }
    if (set->kind == COMITY_CHARSET_UTF16LE || set->kind == COMITY_CHARSET_UTF16BE) {
        return read_utf16(set, bytes, size, ret_code);
    }
    if (set->kind == COMITY_CHARSET_UTF32LE || set->kind == COMITY_CHARSET_UTF32BE) {
        return read_utf32(set, bytes, size, ret_code);
    }
    if (bytes[0] < 0x80 || set->kind == COMITY_CHARSET_PLAIN) {
        *ret_code = bytes[0];
        return 1;
    }
    if (set->kind == COMITY_CHARSET_SINGLE) {
        uint16_t code = set->table[bytes[0] - 0x80];
        *ret_code = code == 0 ? MALFORMED : code;
        return 1;
    }
    return read_pair(set, bytes, size, ret_code);
}

/* ---- escape sequences ---- */

enum { SHIFT_ASCII = 0, SHIFT_PAIRS, SHIFT_KANA, SHIFT_OTHERS };

/* The character that begins an escape sequence. */
#define ESCAPE 0x1B

/* What the sequence that is held shifts to; -1 if it may go on, -2 if it is none. */
static int shift_of(const uint8_t *held, size_t size)
{
    static const struct {
        const char *sequence; /* behind the escape */
        int to;
    } sequences[] = {{"(B", SHIFT_ASCII}, {"(J", SHIFT_ASCII}, {"(I", SHIFT_KANA},    {"$B", SHIFT_PAIRS},
                     {"$@", SHIFT_PAIRS}, {"$A", SHIFT_OTHERS}, {"$(C", SHIFT_OTHERS}, {"$(D", SHIFT_OTHERS}};
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        const char *sequence = sequences[i].sequence;
        if (memcmp(sequence, held + 1, size - 1) == 0) {
            return strlen(sequence) == size - 1 ? sequences[i].to : -1;
        }
    }
    return -2;
}

/* A byte with nothing held: true if it is a character. */
static bool shift_begin(comity_charset_shifts *shifts, uint8_t byte, uint32_t *ret_code)
{
    bool is_sign = byte > ' ' && byte < 0x7F;
    shifts->size = 0;
    if (byte == ESCAPE || (is_sign && (shifts->now == SHIFT_PAIRS || shifts->now == SHIFT_OTHERS))) {
        shifts->held[shifts->size++] = byte;
        return false;
    }
    shifts->now = byte == '\n' ? SHIFT_ASCII : shifts->now; /* lines begin in ASCII */
    *ret_code = byte >= 0x80                                               ? MALFORMED
                : shifts->now == SHIFT_KANA && byte >= 0x21 && byte <= 0x5F ? 0xFF61u + byte - 0x21u
                                                                            : byte;
    return true;
}

bool comity_charset_shift(comity_charset_shifts *shifts, uint8_t byte, uint32_t *ret_code, bool *ret_broke)
{
    *ret_broke = false;
    if (shifts->size == 0) {
        return shift_begin(shifts, byte, ret_code);
    }
    if (shifts->held[0] != ESCAPE) { /* the second of a pair */
        bool is_sign = byte > ' ' && byte < 0x7F;
        const uint8_t pair[2] = {shifts->held[0] | 0x80, byte | 0x80};
        if (is_sign) {
            shifts->size = 0;
            *ret_code = MALFORMED;
            if (shifts->now == SHIFT_PAIRS) {
                (void)comity_charset_read(comity_charset_named("euc-jp", 6), pair, 2, ret_code);
            }
            return true;
        }
    } else {
        uint8_t sequence[4] = {0};
        memcpy(sequence, shifts->held, shifts->size);
        sequence[shifts->size] = byte;
        int to = shift_of(sequence, shifts->size + 1u);
        if (to == -1) {
            shifts->held[shifts->size++] = byte;
            return false;
        }
        if (to >= 0) {
            shifts->now = (uint8_t)to;
            shifts->size = 0;
            return false;
        }
    }
    *ret_broke = true;
    return shift_begin(shifts, byte, ret_code);
}

size_t comity_charset_mark(const uint8_t *bytes, size_t size, const comity_charset **ret_set)
{
    static const struct {
        const char *bytes;
        size_t size;
        const comity_charset *set;
    } marks[] = {
        {"\xEF\xBB\xBF", 3, &comity_charset_utf8},    {"\xFF\xFE\0\0", 4, &comity_charset_utf32le},
        {"\0\0\xFE\xFF", 4, &comity_charset_utf32be}, {"\xFF\xFE", 2, &comity_charset_utf16le},
        {"\xFE\xFF", 2, &comity_charset_utf16be},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (size >= marks[i].size && memcmp(bytes, marks[i].bytes, marks[i].size) == 0) {
            *ret_set = marks[i].set;
            return marks[i].size;
        }
    }
    return 0;
}
