/* What the levels of the first stage share and do seldom: bytes beyond ASCII,
 * and the few special ones. Looks at up to 16 bytes before a block and 4 behind it. */
#include "inspect/scan_events.h"

#include "inspect/scan_bytes.h"

/* How many bytes of a digit of another script begin here, 0 if none does. */
unsigned comity_scan_foreign_digit(const uint8_t *at)
{
    switch (at[0]) {
    case 0xEF: /* full width */
        return at[1] == 0xBC && at[2] >= 0x90 && at[2] <= 0x99 ? 3 : 0;
    case 0xD9: /* Arabic-Indic */
        return at[1] >= 0xA0 && at[1] <= 0xA9 ? 2 : 0;
    case 0xDB: /* Extended Arabic-Indic */
        return at[1] >= 0xB0 && at[1] <= 0xB9 ? 2 : 0;
    case 0xE0: /* Devanagari, Bengali, Gurmukhi …: 0xA5 0xA6 to 0xAF, 0xA7 0xA6 …; Thai: 0xB9 0x90 to 0x99 */
        if (at[1] == 0xB9) {
            return at[2] >= 0x90 && at[2] <= 0x99 ? 3 : 0;
        }
        return (at[1] == 0xA5 || at[1] == 0xA7) && at[2] >= 0xA6 && at[2] <= 0xAF ? 3 : 0;
    default:
        return 0;
    }
}

/* How many bytes of a space or dash of Unicode begin here, 0 if none does. */
unsigned comity_scan_foreign_join(const uint8_t *at)
{
    if (at[0] == 0xC2) {
        return at[1] == 0xA0 || at[1] == 0xAD ? 2 : 0;
    }
    if (at[0] == 0xE2) {
        bool is_space = at[1] == 0x80 && (at[2] <= 0x8B || at[2] == 0xAF);
        bool is_dash = (at[1] == 0x80 && at[2] >= 0x90 && at[2] <= 0x95) || (at[1] == 0x88 && at[2] == 0x92);
        return is_space || is_dash ? 3 : 0;
    }
    bool is_wide = (at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x80) ||
                   (at[0] == 0xEF && at[1] == 0xBC && (at[2] == 0x8D || at[2] == 0x8E || at[2] == 0x8F));
    return is_wide ? 3 : 0;
}

/* `size` ones from place `i` on, which may lie up to two places before the block. */
static uint64_t ones(int i, unsigned size)
{
    uint64_t bits = (UINT64_C(1) << size) - 1;
    return i >= 0 ? bits << i : bits >> -i;
}

static void widen_at(const uint8_t *block, int i, comity_scan_wide *wide)
{
    const uint8_t *at = block + i;
    unsigned digit = comity_scan_foreign_digit(at);
    unsigned join = digit == 0 ? comity_scan_foreign_join(at) : 0;
    wide->digit |= ones(i, digit);
    wide->join |= ones(i, join);
    if (at[0] == 0xEF && at[1] == 0xBC && at[2] == 0x9A && i + 2 < COMITY_SCAN_BLOCK) {
        wide->colon |= UINT64_C(1) << (i + 2);
    }
}

comity_scan_wide comity_scan_widen(const uint8_t *block, uint64_t high)
{
    comity_scan_wide wide = {0};
    widen_at(block, -2, &wide);
    widen_at(block, -1, &wide);
    for (; high != 0; high &= high - 1) {
        int i = __builtin_ctzll(high);
        if (block[i] >= 0xC2) {
            widen_at(block, i, &wide);
        }
    }
    return wide;
}

static bool is_hex(uint8_t byte)
{
    return (comity_scan_class(byte) & COMITY_BYTE_HEX) != 0;
}

/* A label before it; or an address: `::`, or the fifth colon at a distance of three. */
static bool looks_colon(const uint8_t *at)
{
    if (at[-1] == ':') {
        return false;
    }
    if (at[1] == ':') {
        return is_hex(at[-1]) || is_hex(at[2]);
    }
    if (at[-3] == ':' && at[-6] == ':' && at[-9] == ':' && at[-12] == ':') {
        return true;
    }
    if (at[-5] == ':' && is_hex(at[-1]) && at[-10] == ':') {
        return true;
    }
    return (comity_scan_class(at[-1]) & (COMITY_BYTE_DIGIT | COMITY_BYTE_CONTROL)) == 0;
}

static bool looks_special(const uint8_t *at, bool is_markup)
{
    uint8_t before = comity_scan_class(at[-1]);
    switch (at[0]) {
    case '@':
        before = at[-1] == '%' ? COMITY_BYTE_TOKEN : before;
        return (before & (COMITY_BYTE_WORD | COMITY_BYTE_TOKEN)) != 0 &&
               (comity_scan_class(at[1]) & COMITY_BYTE_WORD) != 0;
    case ':':
        return looks_colon(at);
    case '=':
        return at[1] != '=' && ((before & (COMITY_BYTE_WORD | COMITY_BYTE_BLANK | COMITY_BYTE_QUOTE)) != 0 || at[-1] == ']');
    case '<':
        return at[1] == '<' && at[-1] != '<' && (before & COMITY_BYTE_WORD) != 0;
    default:
        return is_markup && (before & (COMITY_BYTE_WORD | COMITY_BYTE_QUOTE)) != 0;
    }
}

uint64_t comity_scan_specials(const uint8_t *block, uint64_t special, bool is_markup)
{
    uint64_t places = 0;
    for (; special != 0; special &= special - 1) {
        int i = __builtin_ctzll(special);
        places |= (uint64_t)looks_special(block + i, is_markup) << i;
    }
    return places;
}
