/* What comes in: a sample of text in some character set. What goes out: the set it
 * is most likely in. UTF-8 can hardly be met by chance; UTF-16 shows by its zeros;
 * for the others the characters are read and weighed: those that texts are
 * mostly made of speak for a set, those that no text has speak against it. */
#include "inspect/forms/charset.h"

#include "base/utf8.h"

#include <string.h>

/* What is looked at of a longer sample. */
#define SAMPLE_SIZE_MAX 4096

/* ASCII without zeros: 64 bytes at a time, as the compiler sees fit. */
static bool is_ascii(const uint8_t *bytes, size_t size)
{
    enum { BLOCK = 64 };
    uint8_t other = 0;
    size_t at = 0;
    for (; size - at >= BLOCK && other == 0; at += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++) {
            other |= (uint8_t)((bytes[at + i] >= 0x80) | (bytes[at + i] == 0));
        }
    }
    for (; at < size && other == 0; at++) {
        other = (uint8_t)((bytes[at] >= 0x80) | (bytes[at] == 0));
    }
    return other == 0;
}

/* Escape sequences of ISO-2022-JP: to pairs, and back. */
static bool has_shifts(const uint8_t *bytes, size_t size)
{
    bool to_pairs = false;
    const uint8_t *end = bytes + size;
    for (const uint8_t *at = memchr(bytes, 0x1B, size); at != NULL && end - at > 2;
         at = memchr(at + 1, 0x1B, (size_t)(end - at - 1))) {
        if (to_pairs && at[1] == '(' && (at[2] == 'B' || at[2] == 'J')) {
            return true;
        }
        to_pairs |= at[1] == '$' && (at[2] == 'B' || at[2] == '@');
    }
    return false;
}

/* Many zeros, in every other place only, and printable ASCII beside most of them. */
static const comity_charset *by_zeros(const uint8_t *bytes, size_t size)
{
    size_t zeros[2] = {0, 0};
    size_t plain[2] = {0, 0};
    for (size_t i = 0; i + 1 < size; i += 2) {
        for (size_t side = 0; side < 2; side++) {
            uint8_t zero = bytes[i + side];
            uint8_t other = bytes[i + 1 - side];
            zeros[side] += zero == 0;
            plain[side] +=
                zero == 0 && ((other >= 0x20 && other < 0x7F) || other == '\n' || other == '\r' || other == '\t');
        }
    }
    for (size_t side = 0; side < 2; side++) {
        bool are_many = zeros[side] >= 2 && zeros[side] * 16 >= size; /* of pairs one in eight */
        if (are_many && plain[side] * 10 >= zeros[side] * 6 && zeros[1 - side] == 0) {
            return side == 1 ? &comity_charset_utf16le : &comity_charset_utf16be;
        }
    }
    return NULL;
}

static bool is_between(uint32_t value, uint32_t least, uint32_t most)
{
    return value >= least && value <= most;
}

/* Pairs whose lead lies in such rows, and whose trail is high, are the usual ones of a
 * set that comes from ISO 2022; what was added beside them is seldom. */
static int weight_of_rows(const uint8_t *bytes, uint8_t least, uint8_t most, int usual)
{
    if (bytes[0] < 0xA1 || bytes[1] < 0xA1) {
        return -3;
    }
    return is_between(bytes[0], least, most) ? usual : 0;
}

/* How much a pair of that set speaks for it. */
static int weight_of_pair(const comity_charset *set, const uint8_t *bytes, uint32_t code)
{
    bool is_kana = is_between(code, 0x3041, 0x30FC);
    bool is_han = is_between(code, 0x4E00, 0x9FFF);
    if (set->kind == COMITY_CHARSET_GB18030) {
        return is_kana ? 1 : weight_of_rows(bytes, 0xB0, 0xD7, 3); /* the 3,755 usual ones of GB 2312 */
    }
    if (strcmp(set->name, "euc-kr") == 0) {
        return is_between(code, 0xAC00, 0xD7A3) ? weight_of_rows(bytes, 0xB0, 0xC8, 4) : is_han ? -2 : 0;
    }
    if (strcmp(set->name, "euc-jp") == 0) {
        return is_kana ? 4 : is_han ? weight_of_rows(bytes, 0xB0, 0xCF, 2) : 0;
    }
    if (strcmp(set->name, "big5") == 0) {
        return is_han ? (is_between(bytes[0], 0xA4, 0xC6) ? 3 : 0) : is_kana ? -1 : 0;
    }
    return is_kana ? 4 : is_han ? (is_between(bytes[0], 0x88, 0x97) ? 3 : 1) : 0; /* Shift-JIS */
}

/* How much a character beyond ASCII speaks for the set it was read in. */
static int weight(const comity_charset *set, const uint8_t *bytes, size_t size, uint32_t code)
{
    bool is_pairs = set->kind == COMITY_CHARSET_DOUBLE || set->kind == COMITY_CHARSET_GB18030;
    if (code == 0xFFFD || is_between(code, 0x80, 0x9F) || is_between(code, 0xE000, 0xF8FF)) {
        return -12;
    }
    if (!is_pairs) {
        return 0;
    }
    if (size == 1) {
        return -1; /* kana of half width: seldom */
    }
    return size == 2 ? weight_of_pair(set, bytes, code) : 0;
}

static int weigh(const comity_charset *set, const uint8_t *bytes, size_t size, int *ret_malformed)
{
    int sum = 0;
    int malformed = 0;
    uint32_t code = 0;
    for (size_t at = 0; at < size;) {
        size_t taken = comity_charset_read(set, bytes + at, size - at, &code);
        if (taken == 0) {
            break;
        }
        if (bytes[at] >= 0x80) {
            sum += weight(set, bytes + at, taken, code);
            malformed += code == 0xFFFD;
        }
        at += taken;
    }
    *ret_malformed = malformed;
    return sum;
}

/* The set that texts of a language are in where they are not in Unicode. */
static const char *set_of_locale(const char *locale)
{
    static const struct {
        const char *language;
        const char *set;
    } sets[] = {
        {"ja", "shift-jis"},    {"ko", "euc-kr"},       {"zh-Hant", "big5"},    {"zh", "gb18030"},
        {"ru", "windows-1251"}, {"uk", "windows-1251"}, {"bg", "windows-1251"}, {"sr", "windows-1251"},
        {"pl", "windows-1250"}, {"cs", "windows-1250"}, {"sk", "windows-1250"}, {"hu", "windows-1250"},
        {"ro", "windows-1250"}, {"hr", "windows-1250"}, {"sl", "windows-1250"}, {"el", "windows-1253"},
        {"tr", "windows-1254"}, {"he", "windows-1255"}, {"ar", "windows-1256"}, {"fa", "windows-1256"},
        {"lt", "windows-1257"}, {"lv", "windows-1257"}, {"et", "windows-1257"}, {"vi", "windows-1258"},
        {"th", "windows-874"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (strncmp(locale, sets[i].language, strlen(sets[i].language)) == 0) {
            return sets[i].set;
        }
    }
    return "windows-1252";
}

static const comity_charset *least_unlikely(const uint8_t *bytes, size_t size, const char *locale)
{
    static const char *const tried[] = {"gb18030", "shift-jis", "big5", "euc-kr", "euc-jp"};
    const char *usual = set_of_locale(locale);
    const comity_charset *best = comity_charset_named(usual, strlen(usual));
    int malformed = 0;
    int most = weigh(best, bytes, size, &malformed) + 2;
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        const comity_charset *set = comity_charset_named(tried[i], strlen(tried[i]));
        int sum = weigh(set, bytes, size, &malformed);
        if (sum > most) {
            most = sum;
            best = set;
        }
    }
    return best;
}

const comity_charset *comity_charset_guess(const uint8_t *bytes, size_t size, bool whole, const comity_charset *told,
                                           const char *locale)
{
    const comity_charset *set = NULL;
    if (comity_charset_mark(bytes, size, &set) != 0) {
        return set;
    }
    if (is_ascii(bytes, size)) {
        bool is_told = told != NULL && told->kind == COMITY_CHARSET_SHIFTED;
        return is_told || has_shifts(bytes, size) ? &comity_charset_iso2022jp : &comity_charset_ascii;
    }
    set = by_zeros(bytes, size);
    if (set != NULL) {
        return set;
    }
    if (told != NULL && (told->kind == COMITY_CHARSET_UTF16LE || told->kind == COMITY_CHARSET_UTF16BE)) {
        return told;
    }
    size_t good = comity_utf8_check(bytes, size);
    if (good == size || (!whole && size - good < 4 && comity_utf8_whole(bytes, size) == good)) {
        return &comity_charset_utf8;
    }
    bool cut = size > SAMPLE_SIZE_MAX;
    size_t sample = cut ? SAMPLE_SIZE_MAX : size;
    if (told != NULL && told->kind != COMITY_CHARSET_PLAIN && told->kind != COMITY_CHARSET_SHIFTED) {
        int malformed = 0;
        (void)weigh(told, bytes, sample, &malformed);
        if ((size_t)malformed * 50 <= sample) {
            return told;
        }
    }
    return least_unlikely(bytes, sample, locale);
}
