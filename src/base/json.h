/* JSON (RFC 8259, strictly) as a stream of tokens that know where they stand.
 *
 * The tokenizer takes its input whole or in chunks of any size, and gives
 * tokens with their absolute byte offsets. It allocates nothing, copies
 * nothing and keeps no bytes: who wants a token's bytes keeps the input.
 *
 *     comity_json json;
 *     comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH);
 *     comity_json_feed(&json, bytes, size, true);
 *     do {
 *         COMITY_TRY(comity_json_next(&json, &token, reterr));
 *         …
 *     } while (token.kind != COMITY_JSON_NONE);
 *
 * What is accepted: exactly one value with white space around it, in UTF-8
 * without byte order mark. Refused besides what RFC 8259 refuses: malformed
 * UTF-8, escaped surrogates without their other half, and nesting deeper than
 * asked for. Numbers may have any size; what they are worth is decided on
 * reading them. Equal keys in one object are left to the reader, who sees each
 * of them: nothing here hides one.
 *
 * An error says line, column (in characters, from 1), what was found and what
 * was expected, and in `offset` the byte. The same input gives the same tokens
 * and the same error, however it is cut into chunks, on every machine. */
#ifndef COMITY_BASE_JSON_H
#define COMITY_BASE_JSON_H

#include "base/error.h"
#include "base/limits.h"

typedef enum comity_json_kind {
    COMITY_JSON_NONE = 0, /* no token: the end, or more input is wanted */
    COMITY_JSON_OBJECT_BEGIN,
    COMITY_JSON_OBJECT_END,
    COMITY_JSON_ARRAY_BEGIN,
    COMITY_JSON_ARRAY_END,
    COMITY_JSON_KEY, /* a string that names a member of an object */
    COMITY_JSON_STRING,
    COMITY_JSON_NUMBER,
    COMITY_JSON_TRUE,
    COMITY_JSON_FALSE,
    COMITY_JSON_NULL
} comity_json_kind;

/* One token: the bytes [begin, end) of the input, the quotes of a string
 * included. A plain value. */
typedef struct comity_json_token {
    uint64_t begin; /* bytes from the beginning of the whole input */
    uint64_t end;   /* past the token's last byte */
    uint8_t kind;   /* comity_json_kind */
    bool escaped;   /* a key or string that contains escapes */
    uint16_t depth; /* how many objects and arrays are around it; the same for a begin and its end */
} comity_json_token;

/* How many bytes are looked at, and how many tokens read ahead, in one go; private. */
#define COMITY_JSON_BATCH_SIZE 1024
#define COMITY_JSON_AHEAD_COUNT 32

struct comity_json_level;

/* A tokenizer. A plain value of one thread that owns nothing and borrows the
 * chunk it was fed last. Do not copy it. The fields are private; the
 * arrays are left unset until used, so that beginning costs next to nothing. */
typedef struct comity_json {
    const struct comity_json_level *level; /* the instruction set */
    const uint8_t *bytes;                  /* the chunk */
    size_t size;                           /* of the chunk */
    size_t at;                             /* in the chunk: what comes before has been read */
    size_t exact_until;                    /* in the chunk: before this, byte by byte */
    size_t index_base;                     /* in the chunk: where the indexed batch begins */
    size_t index_size;                     /* of that batch */
    uint32_t index_at;                     /* next entry of the index */
    uint32_t index_count;
    uint64_t offset;      /* of the chunk in the whole input */
    uint64_t line;        /* where the chunk begins, from 0 */
    uint64_t column;      /* likewise, in characters */
    uint64_t token_begin; /* of the token that has begun but not ended, in the whole input */
    uint16_t depth;
    uint16_t depth_max;
    uint8_t expect; /* what the grammar wants next */
    uint8_t inside; /* what of a token has been read */
    uint8_t utf8;   /* within a character of a string; else its beginning state */
    uint8_t digits; /* of an escape, or letters of a literal, already read */
    uint16_t unit;  /* of an escape */
    bool escaped;
    bool last;        /* no chunk follows */
    uint8_t ahead_at; /* next of the tokens read ahead */
    uint8_t ahead_count;
    comity_json_token ahead[COMITY_JSON_AHEAD_COUNT];
    uint8_t stack[COMITY_LIMIT_JSON_DEPTH_CEILING];
    uint16_t index[COMITY_JSON_BATCH_SIZE + 64];      /* places of the bytes that matter */
    uint8_t index_bytes[COMITY_JSON_BATCH_SIZE + 64]; /* those bytes, and zeros behind */
} comity_json;

/* Begins a document. `depth_max`: how many objects and arrays may stand in one
 * another, 1 to COMITY_LIMIT_JSON_DEPTH_CEILING (asserted); acts are read with
 * COMITY_LIMIT_JSON_DEPTH. */
void comity_json_init(comity_json *ret_json, size_t depth_max);

/* Gives the next chunk, which must stay until a read has given no token. Only
 * before the first read or after a read that gave none. `last` says that
 * nothing follows; if that is known late, feed NULL, 0 and true. */
void comity_json_feed(comity_json *json, const void *bytes, size_t size, bool last);

/* Reads the next token. The kind COMITY_JSON_NONE, with begin and end where
 * reading stopped, means: if the last chunk was fed, the document is complete
 * and correct; if not, feed the next. Who stops before that does not know
 * whether the rest is JSON. COMITY_ERROR_SYNTAX, or COMITY_ERROR_LIMIT when
 * too deep; the same again on every later call. */
COMITY_MUST_USE comity_status comity_json_next(comity_json *json, comity_json_token *ret_token, comity_error *reterr);

/* Reads up to `tokens_max` (at least 1) tokens at once; at least one, or none as
 * COMITY_JSON_NONE above. An error comes when all tokens before it have been read. */
COMITY_MUST_USE comity_status comity_json_read(comity_json *json, comity_json_token *ret_tokens, size_t tokens_max,
                                               size_t *ret_count, comity_error *reterr);

/* The token that has begun but not ended where the fed input ends, when a read
 * gave none: its kind, its begin, and as its end how far it has come. False if
 * there is none. With it, a long string can be looked at piece by piece. */
bool comity_json_open_token(const comity_json *json, comity_json_token *ret_token);

/* Reads one whole document at once. A document of `size` bytes has at most
 * `size` tokens; COMITY_ERROR_LIMIT if it has more than `tokens_max`. On
 * failure `ret_tokens` may have been written to, `ret_count` not. */
COMITY_MUST_USE comity_status comity_json_tokenize(const void *bytes, size_t size, size_t depth_max,
                                                   comity_json_token *ret_tokens, size_t tokens_max, size_t *ret_count,
                                                   comity_error *reterr);

/* The functions below read a token's bytes, given with its size: `raw` is what
 * stood at [begin, end) of the input, a string's quotes included. They check
 * what they are given, so that bytes of any origin are safe to pass. */

/* Writes what a key or string says: its bytes without quotes and with each
 * escape replaced by what it stands for. `ret_text` has room for `raw_size`
 * bytes; no NUL is added, and there may be U+0000 within.
 * COMITY_ERROR_SYNTAX if there are no quotes around it, or an escape is
 * malformed; what stands between escapes is not looked at again. */
COMITY_MUST_USE comity_status comity_json_decode(const void *raw, size_t raw_size, char *ret_text, size_t *ret_size,
                                                 comity_error *reterr);

/* True if a key or string says exactly the `size` bytes of `text`, escapes considered. */
bool comity_json_says(const void *raw, size_t raw_size, const char *text, size_t size);

/* The exact value of a number. `1.0` and `1e2` are whole numbers as well.
 * COMITY_ERROR_RANGE if it is not whole or does not fit; COMITY_ERROR_SYNTAX if
 * it is no JSON number. */
COMITY_MUST_USE comity_status comity_json_int64(const void *raw, size_t raw_size, int64_t *ret_number,
                                                comity_error *reterr);

/* The exact value of a number times 10 to the `decimals` (0 to 18): 25.5 with
 * 2 decimals is 2550. COMITY_ERROR_RANGE if it has more decimals than that
 * (trailing zeros aside) or does not fit; COMITY_ERROR_SYNTAX if it is no JSON number. */
COMITY_MUST_USE comity_status comity_json_decimal(const void *raw, size_t raw_size, unsigned decimals,
                                                  int64_t *ret_number, comity_error *reterr);

/* The size of the first line of `bytes` with its newline, or `size` if there
 * is no newline: for NDJSON, where a line is a document. */
size_t comity_json_line_size(const void *bytes, size_t size);

/* What a kind is called in messages: "an object", "a string", … A constant. */
const char *comity_json_kind_name(comity_json_kind kind);

#endif
