/* The first stage in plain C, for every machine: a table look-up a byte. */
#define COMITY_SCAN_LANES 2
#include "inspect/scan_group.h"

#include "inspect/scan_bytes.h"

#include <string.h>

static bool is_special(uint8_t byte)
{
    return byte == '@' || byte == ':' || (byte >= '<' && byte <= '>');
}

static bool is_join(uint8_t byte)
{
    return byte == ' ' || (byte >= '-' && byte <= '/');
}

static comity_scan_classes classify(const uint8_t *block)
{
    comity_scan_classes classes = {0};
    for (unsigned i = 0; i < COMITY_SCAN_BLOCK; i++) {
        uint8_t byte = block[i];
        uint8_t class = comity_scan_class(byte);
        uint64_t is_letter = (class & COMITY_BYTE_LETTER) != 0;
        classes.digit |= (uint64_t)((class & COMITY_BYTE_DIGIT) != 0) << i;
        classes.letter |= is_letter << i;
        classes.upper |= (is_letter & (byte < 'a')) << i;
        classes.high |= (uint64_t)(byte >> 7) << i;
        classes.join |= (uint64_t)is_join(byte) << i;
        classes.dash |= (uint64_t)(byte == '-' || byte == '_') << i;
        classes.special |= (uint64_t)is_special(byte) << i;
    }
    return classes;
}

size_t comity_scan_events_plain(const uint8_t *bytes, size_t size, bool is_markup, comity_scan_carry *carry,
                                uint16_t *ret_places)
{
    SCAN_EVENTS_BODY(classify)
}
