/* Looking through text on any machine: a run that is long enough is met wherever one looks at every
 * sixteenth byte. */
#include "inspect/forms/base64.h"
#include "inspect/forms/embedded.h"

/* The beginning of the run of digits before `at`, not before `least`. */
static size_t run_begin(const uint8_t *bytes, size_t at, size_t least)
{
    while (at > least && comity_base64_digit(bytes[at - 1]) < 64) {
        at--;
    }
    return at;
}

static size_t pass(const uint8_t *bytes, size_t size)
{
    size_t begin = 0;
    while (size - begin >= COMITY_EMBEDDED_SIZE_MIN) {
        size_t at = run_begin(bytes, begin + COMITY_EMBEDDED_SIZE_MIN, begin);
        if (at == begin) {
            return begin;
        }
        begin = at;
    }
    return run_begin(bytes, size, begin);
}

static size_t ascii(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    for (; size - at >= 64; at += 64) {
        uint8_t all = 0;
        for (size_t i = 0; i < 64; i++) {
            all |= bytes[at + i];
        }
        if (all >= 0x80) {
            break;
        }
    }
    while (at < size && bytes[at] < 0x80) {
        at++;
    }
    return at;
}

const comity_embedded_level comity_embedded_level_plain = {.name = "plain", .pass = pass, .ascii = ascii};
