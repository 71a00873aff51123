/* The first stage and its kin: every instruction set gives what plain C gives, for
 * random bytes of the kinds that matter, in any split into steps; and a short way of
 * writing values gives what the long one gives. */
#include "../../test.h"

#include "inspect/scan_inner.h"
#include "random.h"

#include <stdlib.h>

#define BYTES 8192
#define ROUNDS 400

static uint8_t memory[1024 + BYTES + 2048];
static uint16_t places[2][BYTES + COMITY_SCAN_BLOCK];

/* Digits, separators, marks and pieces of UTF-8; now and then long runs. */
static void fill(uint8_t *bytes, chance *random)
{
    static const char set[] = "0123456789abcXYZ -./_:=@<>\"\\{}[],\n\r\t()\xEF\xBC\x90\xC2\xA0\xE2\x80\x91\xD9\xA3\xE0\xA5\xA7\xD0\x96";
    unsigned kinds = 2 + (unsigned)chance_below(random, sizeof set - 3);
    unsigned from = (unsigned)chance_below(random, sizeof set - 1);
    for (size_t i = 0; i < BYTES; i++) {
        bytes[i] = (uint8_t)set[(from + chance_below(random, kinds)) % (sizeof set - 1)];
    }
}

static size_t events_in_steps(const comity_scan_level *level, const uint8_t *bytes, chance *random, uint16_t *ret_places)
{
    comity_scan_carry carry = {{0}};
    size_t count = 0;
    for (size_t at = 0; at < BYTES;) {
        size_t size = COMITY_SCAN_STEP * (1 + chance_below(random, 4));
        size = size < BYTES - at ? size : BYTES - at;
        size_t found = level->events(bytes + at, size, true, &carry, ret_places + count);
        for (size_t i = 0; i < found; i++) {
            ret_places[count + i] = (uint16_t)(ret_places[count + i] + at);
        }
        count += found;
        at += size;
    }
    return count;
}

static size_t marks_in_steps(const comity_scan_level *level, const uint8_t *bytes, chance *random, bool csv,
                             uint64_t *ret_lines, uint16_t *ret_places)
{
    comity_scan_marks state = {.first = csv ? ',' : '{', .second = csv ? '\n' : '}', .fold = csv ? 0 : 0x20,
                               .has_escapes = !csv};
    size_t count = 0;
    *ret_lines = 0;
    for (size_t at = 0; at < BYTES;) {
        size_t size = 1 + chance_below(random, 300);
        size = size < BYTES - at ? size : BYTES - at;
        uint64_t newlines[5];
        uint16_t before[6] = {0};
        size_t found = level->marks(bytes + at, size, &state, ret_places + count, newlines, before);
        for (size_t i = 0; i < (size + 63) / 64; i++) {
            int lines = __builtin_popcountll(newlines[i]);
            *ret_lines += before[i + 1] - before[i] == lines ? (size_t)lines : 1000u;
        }
        for (size_t i = 0; i < found; i++) {
            ret_places[count + i] = (uint16_t)(ret_places[count + i] + at);
        }
        count += found;
        at += size;
    }
    return count;
}

/* The slow and obvious way. */
static size_t marks_plainly(const uint8_t *bytes, bool csv, uint64_t *ret_lines, uint16_t *ret_places)
{
    bool within = false;
    size_t count = 0;
    *ret_lines = 0;
    for (size_t i = 0; i < BYTES; i++) {
        *ret_lines += bytes[i] == '\n';
        if (!csv && bytes[i] == '\\') {
            /* takes the meaning of a quote, or of another of its kind */
            i += i + 1 < BYTES && (bytes[i + 1] == '"' || bytes[i + 1] == '\\');
        } else if (bytes[i] == '"') {
            within = !within;
        } else if (!within && (csv ? bytes[i] == ',' || bytes[i] == '\n' : strchr("{}[]", bytes[i]) != NULL && bytes[i] != 0)) {
            ret_places[count++] = (uint16_t)i;
        }
    }
    return count;
}

static bool alike(size_t left, size_t right)
{
    return left == right && memcmp(places[0], places[1], left * sizeof places[0][0]) == 0;
}

/* How a value looks, byte by byte; 0 if it has no end near, or is not of ASCII. */
static size_t look_plainly(const uint8_t *value, const uint8_t ends[3], uint8_t ret_look[32])
{
    size_t size = 0;
    memset(ret_look, 0, 32);
    while (size < 32 && memchr(ends, value[size], 3) == NULL) {
        uint8_t byte = value[size];
        if (byte >= 0x80) {
            return 0;
        }
        bool is_digit = byte >= '0' && byte <= '9';
        bool is_small = byte >= 'a' && byte <= 'z';
        bool is_capital = byte >= 'A' && byte <= 'Z';
        ret_look[size++] = is_digit ? '0' : is_small ? 'a' : is_capital ? 'A' : byte;
    }
    return size == 32 ? 0 : size;
}

/* Looks that a level takes otherwise. */
static size_t looks_apart(const comity_scan_level *level, const uint8_t *bytes, chance *random)
{
    static const uint8_t ends[][3] = {{'"', '\n', '\n'}, {',', '\n', '\r'}, {'"', '"', '"'}, {';', '\n', '\r'}};
    size_t apart = 0;
    for (size_t i = 0; i < 200; i++) {
        uint8_t value[40];
        uint8_t looks[32];
        uint64_t own[4];
        const uint8_t *end = ends[chance_below(random, 4)];
        memcpy(value, bytes + chance_below(random, BYTES - sizeof value), sizeof value);
        for (size_t j = 0; j < sizeof value; j++) {
            if (value[j] >= 0x80 && chance_in_100(random, 95)) {
                value[j] = (uint8_t)(' ' + chance_below(random, 95));
            }
        }
        value[chance_below(random, sizeof value)] = end[chance_below(random, 3)];
        size_t size = look_plainly(value, end, looks);
        apart += level->look(value, end, own) != size || (size != 0 && memcmp(own, looks, sizeof looks) != 0);
    }
    return apart;
}

/* Times that a level takes otherwise: bytes of one, of which some are others. */
static size_t times_apart(const comity_scan_level *level, chance *random)
{
    static const char *const times[] = {"x 2026-11-29T18:59:12.345678901234567890 x", "[1999/01/03 00:00:00,1",
                                        "=2030.12.31_23:59\n", ">2026-11-29 18:59:12:59:12:59:12:59:12"};
    static const char others[] = "0123456789:./-T _,Zx\n";
    size_t apart = 0;
    for (size_t i = 0; i < 200; i++) {
        uint8_t bytes[64] = {0};
        memcpy(bytes, times[i % 4], strlen(times[i % 4]));
        for (size_t j = chance_below(random, 4); j > 0; j--) {
            bytes[chance_below(random, 40)] = (uint8_t)others[chance_below(random, sizeof others - 1)];
        }
        for (size_t at = 6; at < 9; at++) {
            apart += level->time(bytes + at) != comity_scan_level_at(0)->time(bytes + at);
        }
    }
    return apart;
}

int main(void)
{
    uint8_t *bytes = memory + 1024;
    size_t apart[6] = {0};
    size_t values = 0;
    test_begin("scan_levels");
    for (uint64_t round = 0; round < ROUNDS; round++) {
        chance random = chance_for(7, round);
        fill(bytes, &random);
        size_t plain_events = events_in_steps(comity_scan_level_at(0), bytes, &random, places[0]);
        for (size_t i = 0; comity_scan_level_at(i) != NULL; i++) {
            apart[0] += !alike(plain_events, events_in_steps(comity_scan_level_at(i), bytes, &random, places[1]));
        }
        for (int csv = 0; csv < 2; csv++) {
            uint64_t line_counts[2];
            size_t plain_marks = marks_plainly(bytes, csv == 1, &line_counts[0], places[0]);
            for (size_t i = 0; comity_scan_level_at(i) != NULL; i++) {
                size_t marks = marks_in_steps(comity_scan_level_at(i), bytes, &random, csv == 1, &line_counts[1], places[1]);
                apart[1] += !alike(plain_marks, marks) || line_counts[0] != line_counts[1];
            }
        }
        size_t from = chance_below(&random, 500);
        size_t size = chance_below(&random, BYTES - 500);
        size_t plain_starts = comity_scan_level_at(0)->starts(bytes + from, size, places[0]);
        static uint64_t lines[2][BYTES / 64 + 1];
        static uint16_t before[2][BYTES / 64 + 1];
        size_t blocks = (size + 63) / 64;
        comity_scan_level_at(0)->lines(bytes + from, size, lines[0], before[0]);
        for (size_t i = 1; comity_scan_level_at(i) != NULL; i++) {
            apart[2] += !alike(plain_starts, comity_scan_level_at(i)->starts(bytes + from, size, places[1]));
            comity_scan_level_at(i)->lines(bytes + from, size, lines[1], before[1]);
            apart[3] += memcmp(lines[0], lines[1], blocks * sizeof lines[0][0]) != 0 ||
                        memcmp(before[0], before[1], (blocks + 1) * sizeof before[0][0]) != 0;
        }
        for (size_t i = 0; comity_scan_level_at(i) != NULL; i++) {
            apart[4] += looks_apart(comity_scan_level_at(i), bytes, &random);
            apart[5] += times_apart(comity_scan_level_at(i), &random);
        }
        for (size_t i = 0; i < 100; i++) {
            uint8_t written[2][64];
            uint8_t raw[64];
            uint8_t separators[2] = {0, 0};
            size_t at = chance_below(&random, BYTES - 64);
            size_t length = chance_below(&random, 64);
            comity_writing writing = (comity_writing)chance_below(&random, 3);
            size_t short_size = 0;
            for (size_t j = 0; j < length; j++) {
                raw[j] = i % 2 == 0 ? bytes[at + j] : (uint8_t)(' ' + chance_below(&random, 0x60)); /* all of it ASCII */
            }
            if (i % 4 == 1 && length != 0) {
                raw[length / 2] = i % 8 == 1 ? '\n' : '\r';
            }
            if (comity_scan_write_ascii(raw, length, writing, written[0], &short_size, &separators[0])) {
                size_t long_size = comity_value_write(raw, length, writing, written[1], &separators[1]);
                bool compact = writing == COMITY_WRITING_COMPACT;
                values += short_size != long_size || memcmp(written[0], written[1], short_size) != 0 ||
                          (compact && separators[0] != separators[1]);
            }
        }
    }
    test_case("places");
    CHECK_EQ_INT(0, apart[0]);
    test_case("marks of structure");
    CHECK_EQ_INT(0, apart[1]);
    test_case("beginnings of words");
    CHECK_EQ_INT(0, apart[2]);
    test_case("line ends");
    CHECK_EQ_INT(0, apart[3]);
    test_case("how values look");
    CHECK_EQ_INT(0, apart[4]);
    test_case("times");
    CHECK_EQ_INT(0, apart[5]);
    const uint8_t time[64] = ">2026-11-29 18:59:12.345 INFO";
    CHECK_EQ_INT(18, comity_scan_level_best()->time(time + 6));
    test_case("values written the short way");
    CHECK_EQ_INT(0, values);
    return test_done();
}
