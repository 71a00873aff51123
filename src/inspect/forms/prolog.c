/* Comments and processing instructions are passed over; what is declared is looked
 * at by its first letters. One byte after the other; a prolog is short. */
#include "inspect/forms/prolog.h"

enum { PHASE_BETWEEN, PHASE_SIGN, PHASE_COMMENT, PHASE_PROCESSING };

static bool is_letter(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == ':' || byte >= 0x80;
}

static void begin(comity_prolog *prolog, uint8_t phase)
{
    prolog->phase = phase;
    prolog->seen_size = 0;
}

static bool is_seen(const comity_prolog *prolog, const char *word)
{
    return prolog->seen_size == strlen(word) && memcmp(prolog->seen, word, prolog->seen_size) == 0;
}

/* True when the last bytes are `end`. */
static bool ends_with(comity_prolog *prolog, uint8_t byte, const char *end)
{
    size_t size = strlen(end);
    if (prolog->seen_size == size) {
        memmove(prolog->seen, prolog->seen + 1, size - 1);
        prolog->seen_size--;
    }
    prolog->seen[prolog->seen_size++] = (char)byte;
    return is_seen(prolog, end);
}

/* The next letter behind '<'. False if entities are declared. */
static bool feed_sign(comity_prolog *prolog, uint8_t byte)
{
    if (prolog->seen_size == 0 && is_letter(byte)) {
        prolog->ended = true;
        return true;
    }
    prolog->seen[prolog->seen_size++] = (char)byte;
    if (is_seen(prolog, "?")) {
        begin(prolog, PHASE_PROCESSING);
    } else if (is_seen(prolog, "!--")) {
        begin(prolog, PHASE_COMMENT);
    } else if (is_seen(prolog, "!ENTITY")) {
        return false;
    } else if (prolog->seen_size == 7 || strncmp("!ENTITY", prolog->seen, prolog->seen_size) != 0) {
        if (!is_seen(prolog, "!-")) {
            begin(prolog, PHASE_BETWEEN);
        }
    }
    return true;
}

comity_status comity_prolog_feed(comity_prolog *prolog, const comity_stage *stage, const uint8_t *bytes, size_t size,
                                 comity_error *reterr)
{
    for (size_t i = 0; i < size && !prolog->ended; i++) {
        bool is_good = true;
        bool is_over = false;
        if (prolog->phase == PHASE_BETWEEN) {
            if (bytes[i] == '<') {
                begin(prolog, PHASE_SIGN);
            }
        } else if (prolog->phase == PHASE_SIGN) {
            is_good = feed_sign(prolog, bytes[i]);
        } else {
            is_over = ends_with(prolog, bytes[i], prolog->phase == PHASE_COMMENT ? "-->" : "?>");
        }
        if (is_over) {
            begin(prolog, PHASE_BETWEEN);
        }
        if (!is_good) {
            return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                     "XML declares entities of its own, which cannot be looked into");
        }
    }
    return COMITY_OK;
}
