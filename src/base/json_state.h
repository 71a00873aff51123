/* The inside of the JSON tokenizer, shared by its files and by no other.
 *
 * Two readers share one state. The *exact* reader goes byte by byte, can stop
 * and go on at any byte, and is the only one that finds errors. The *fast*
 * reader goes by an index of the bytes that matter, made a batch at a time by
 * the best instruction set at hand; it reads only what is beyond doubt (whole
 * tokens, in place, well formed) and leaves the rest to the exact reader. So
 * what is accepted, and every error, is decided in one place. */
#ifndef COMITY_BASE_JSON_STATE_H
#define COMITY_BASE_JSON_STATE_H

#include "base/json.h"

/* What the grammar wants next. */
enum {
    EXPECT_VALUE,             /* at the document's beginning */
    EXPECT_VALUE_AFTER_COLON, /* in an object */
    EXPECT_VALUE_AFTER_COMMA, /* in an array */
    EXPECT_VALUE_OR_END,      /* after '[' */
    EXPECT_KEY_AFTER_COMMA,
    EXPECT_KEY_OR_END, /* after '{' */
    EXPECT_COLON,
    EXPECT_COMMA_OR_END_OF_OBJECT,
    EXPECT_COMMA_OR_END_OF_ARRAY,
    EXPECT_END
};

/* What of a token has been read. */
enum {
    INSIDE_NOTHING,
    INSIDE_STRING,
    INSIDE_ESCAPE,      /* after '\' */
    INSIDE_UNIT,        /* in the digits after '\u' */
    INSIDE_PAIR,        /* after the first half of a surrogate pair: '\' */
    INSIDE_PAIR_ESCAPE, /* then 'u' */
    INSIDE_PAIR_UNIT,   /* then its digits */
    INSIDE_MINUS,
    INSIDE_ZERO,
    INSIDE_INTEGER,
    INSIDE_POINT,
    INSIDE_FRACTION,
    INSIDE_E,
    INSIDE_E_SIGN,
    INSIDE_EXPONENT,
    INSIDE_TRUE,
    INSIDE_FALSE,
    INSIDE_NULL,
    INSIDE_COUNT
};

/* What is on the stack. */
enum { STACK_ARRAY, STACK_OBJECT };

/* Zeros behind an index: as many as the fast reader looks at in one go. */
#define COMITY_JSON_INDEX_ZEROS 4

/* What an index says besides its entries. */
typedef struct comity_json_index_facts {
    uint64_t high;  /* not 0: there are bytes outside ASCII */
    uint64_t wrong; /* not 0: there are control characters within strings, or backslashes outside */
} comity_json_index_facts;

/* Finds the bytes that matter in `size` (1 to COMITY_JSON_BATCH_SIZE) bytes,
 * which begin outside of any token: `{}[]:,` outside of strings, the quote that
 * begins a string, each backslash that begins an escape in it, and where
 * anything else than white space begins outside of strings. So a string, number
 * or word ends with the last byte before the next entry that is not white. Writes their places in
 * ascending order and the bytes themselves, and returns how many; there is room
 * for `size` + 64 of both. */
typedef size_t comity_json_index_function(const uint8_t *bytes, size_t size, uint16_t *ret_index,
                                          uint8_t *ret_index_bytes, comity_json_index_facts *ret_facts);

/* An instruction set. `index` is NULL where only the exact reader is used. */
typedef struct comity_json_level {
    const char *name;
    comity_json_index_function *index;
} comity_json_level;

/* The best level of this machine. Constant; any thread. */
const comity_json_level *comity_json_level_best(void);

/* Level `i` of those this machine can run, from "plain" upwards; NULL beyond
 * the last. For tests and benchmarks, which set `json->level` after init. */
const comity_json_level *comity_json_level_at(size_t i);

/* Reads from where the state stands until one token is whole (`ret_found`), or
 * the chunk ends. */
COMITY_MUST_USE comity_status comity_json_exact_next(comity_json *json, comity_json_token *ret_token, bool *ret_found,
                                                     comity_error *reterr);

/* As comity_json_exact_next, within a key or string; there is at least one byte. */
COMITY_MUST_USE comity_status comity_json_exact_string(comity_json *json, comity_json_token *ret_token, bool *ret_found,
                                                       comity_error *reterr);

/* Makes the token that ends before `json->at`, and sets what is expected next. */
void comity_json_end_token(comity_json *json, comity_json_kind kind, comity_json_token *ret_token);

/* Each fills the error and returns its status. `what` was found, or the byte at
 * `json->at`, or the end; something else was `expected`. */
comity_status comity_json_fail_saying(const comity_json *json, comity_status status, const char *what,
                                      const char *expected, comity_error *reterr);
comity_status comity_json_fail_found(const comity_json *json, const char *expected, comity_error *reterr);

/* The same, expecting what `json->expect` says, or no more depth. */
comity_status comity_json_fail_structure(const comity_json *json, comity_error *reterr);
comity_status comity_json_fail_depth(const comity_json *json, comity_error *reterr);

/* Moves a line and column, both from 0, past `size` bytes. */
void comity_json_locate(const uint8_t *bytes, size_t size, uint64_t *line, uint64_t *column);

/* Makes the index of the next batch, or leaves the batch to the exact reader. */
void comity_json_fast_index(comity_json *json);

/* Reads up to `tokens_max` tokens by the index. It always uses up the index or
 * fills the room; returns how many were read. */
size_t comity_json_fast_read(comity_json *json, comity_json_token *ret_tokens, size_t tokens_max);

static inline bool comity_json_white(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* What the grammar wants after a value. */
static inline uint8_t comity_json_expect_after_value(const comity_json *json)
{
    if (json->depth == 0) {
        return EXPECT_END;
    }
    return json->stack[json->depth - 1] == STACK_OBJECT ? EXPECT_COMMA_OR_END_OF_OBJECT : EXPECT_COMMA_OR_END_OF_ARRAY;
}

static inline bool comity_json_expects_key(const comity_json *json)
{
    return json->expect == EXPECT_KEY_AFTER_COMMA || json->expect == EXPECT_KEY_OR_END;
}

/* The value of a hexadecimal digit, or -1. */
static inline int comity_json_hex(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    uint8_t letter = byte | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

#endif
