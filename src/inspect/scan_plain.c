/* The first stage in plain C, for every machine: a table look-up a byte. */
#define COMITY_SCAN_LANES 2
#define TARGET
#include "inspect/scan_group.h"
#include "inspect/scan_look.h"
#include "inspect/scan_marks.h"
#include "inspect/scan_time.h"

#include "inspect/scan_bytes.h"

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
        classes.colon |= (uint64_t)(byte == ':') << i;
        classes.quote |= (uint64_t)(byte == '"') << i;
    }
    return classes;
}

static comity_scan_mark_classes classify_marks(const uint8_t *block, const comity_scan_marks *state)
{
    comity_scan_mark_classes classes = {0};
    for (unsigned i = 0; i < COMITY_SCAN_BLOCK; i++) {
        uint8_t folded = block[i] | state->fold;
        classes.quote |= (uint64_t)(block[i] == '"') << i;
        classes.backslash |= (uint64_t)(block[i] == '\\') << i;
        classes.mark |= (uint64_t)(folded == state->first || folded == state->second) << i;
        classes.newline |= (uint64_t)(block[i] == '\n') << i;
    }
    return classes;
}

static comity_scan_word_classes classify_words(const uint8_t *block)
{
    comity_scan_word_classes classes = {0};
    for (unsigned i = 0; i < COMITY_SCAN_BLOCK; i++) {
        bool letter = (comity_scan_class(block[i]) & COMITY_BYTE_LETTER) != 0;
        classes.letter |= (uint64_t)letter << i;
        classes.lead |= (uint64_t)(block[i] >= 0xC2) << i;
    }
    return classes;
}

static uint64_t newlines(const uint8_t *block)
{
    uint64_t found = 0;
    for (unsigned i = 0; i < COMITY_SCAN_BLOCK; i++) {
        found |= (uint64_t)(block[i] == '\n') << i;
    }
    return found;
}

static size_t events(const uint8_t *bytes, size_t size, bool is_markup, comity_scan_carry *carry, uint16_t *ret_places)
{
#define SORT(bytes, blocks, ret_lanes) SCAN_SORT_BLOCKS(bytes, blocks, ret_lanes, classify)
    SCAN_EVENTS_BODY(SORT)
}

static size_t marks(const uint8_t *bytes, size_t size, comity_scan_marks *state, uint16_t *ret_places,
                    uint64_t *ret_newlines, uint16_t *ret_before)
{
    SCAN_MARKS_BODY(classify_marks)
}

static size_t starts(const uint8_t *bytes, size_t size, uint16_t *ret_places)
{
    SCAN_STARTS_BODY(classify_words)
}

static void lines(const uint8_t *bytes, size_t size, uint64_t *ret_newlines, uint16_t *ret_before)
{
    SCAN_LINES_BODY(newlines)
}

static size_t look(const uint8_t *value, const uint8_t ends[3], uint64_t ret_look[4])
{
    return comity_look_until(value, ends, ret_look);
}

static bool alike(const uint8_t *value, const uint8_t ends[3], const uint64_t look_of[4], size_t size)
{
    return comity_look_alike(value, ends, look_of, size);
}

const comity_scan_level comity_scan_level_plain = {"plain", events, marks, starts, lines, look, alike, comity_time_size};
