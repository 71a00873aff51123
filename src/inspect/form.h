/* Raw bytes to plain text: containers unpacked, compressions undone, character
 * sets turned into UTF-8, and for every decoded byte the raw bytes it came from.
 *
 *     comity_form *form;
 *     comity_form_open(&hints, &limits, &sink, &form, reterr);
 *     comity_form_feed(form, bytes, size, reterr);   any number of times, any split
 *     comity_form_finish(form, reterr);
 *     comity_form_close(form);
 *
 * What goes out are parts: a JSON document, a member of an archive, a field of a
 * form, a value in base64. Each is begun, given in pieces, and ended:
 *
 *     part_begin(part 1 "gzip > tar:a.csv", csv, ';')  piece … piece  part_end
 *
 * Parts nest: a value in base64 within a JSON string is a part of its own, of a
 * greater `level`, whose calls come between those of the JSON: after the piece
 * that holds the value, or while it goes on. At most one part of each level is
 * open, so who keeps a state a level (COMITY_LIMIT_FORM_LEVELS) keeps all of them.
 *
 * However the input is split, parts and their bytes are the same; only where one
 * piece ends and the next begins may differ. Where nothing need be decoded (JSON
 * or CSV in UTF-8) the pieces are the bytes fed, not copied. JSON escapes,
 * percent-encoding and character references are left in the pieces, because to
 * undo them everywhere costs more than to undo them where a candidate is:
 * decode.h does that.
 *
 * Input that is cut off, damaged, encrypted, or larger unpacked than the limits
 * allow, ends in an error, which stays: whoever holds a gate keeps it closed.
 * What cannot be looked into (an image, a program) comes as a part of syntax
 * COMITY_FORM_BINARY, its bytes as they are.
 *
 * All memory is taken at opening, in one block; feeding allocates nothing. */
#ifndef COMITY_INSPECT_FORM_H
#define COMITY_INSPECT_FORM_H

#include "base/error.h"
#include "base/limits.h"

typedef enum comity_form_syntax {
    COMITY_FORM_TEXT = 0,
    COMITY_FORM_JSON,   /* one document */
    COMITY_FORM_NDJSON, /* a document a line */
    COMITY_FORM_CSV,    /* any delimiter; `delimiter` and `has_header` tell more */
    COMITY_FORM_XML,
    COMITY_FORM_HTML,
    COMITY_FORM_URLENCODED, /* a=1&b=2 */
    COMITY_FORM_BINARY,     /* no text; ASCII within it can be read */
    COMITY_FORM_SYNTAX_COUNT
} comity_form_syntax;

/* "text", "json", "ndjson", "csv", "xml", "html", "form", "binary". A constant. */
const char *comity_form_syntax_name(comity_form_syntax syntax);

/* What is known of a part's raw bytes and may be done to them. */
typedef enum comity_form_place {
    COMITY_FORM_UNMAPPED = 0, /* compressed or computed: pieces have no runs */
    COMITY_FORM_READ_ONLY,    /* runs say where; a checksum covers the bytes, so they cannot be changed */
    COMITY_FORM_WHOLE_VALUE,  /* in base64: only the whole value [raw_begin, raw_end) can be replaced */
    COMITY_FORM_SAME_SIZE,    /* bytes can be replaced by as many: the container counts them */
    COMITY_FORM_ANY_SIZE      /* bytes can be replaced by any, in the part's character set and syntax */
} comity_form_place;

/* A part. Plain, borrowed for the call; the number names it from begin to end. */
typedef struct comity_form_part {
    uint32_t number;   /* from 1, in the order of beginnings */
    uint32_t parent;   /* the part within which this one's value stands; 0: none */
    uint8_t level;     /* how many open parts are around it; below COMITY_LIMIT_FORM_LEVELS */
    uint8_t syntax;    /* comity_form_syntax */
    uint8_t place;     /* comity_form_place */
    char delimiter;    /* of CSV; else 0 */
    bool has_header;   /* CSV whose first row names the columns */
    const char *chain; /* "gzip > tar:a.csv > utf-16le"; "" if the raw bytes are the text. NUL-terminated */
    const char
        *charset; /* "ascii", "utf-8", "utf-16le", "gb18030", …; "" for binary. As far as known at the beginning */
    const char *field;  /* what names the value: a form field, a mail header, a document's part; "" if nothing does */
    uint64_t raw_begin; /* where in the input the innermost container's bytes begin that is still mapped */
    uint64_t raw_end;   /* of COMITY_FORM_WHOLE_VALUE: where the value ends; told at part_end, 0 before */
} comity_form_part;

/* `count` units, each of `decoded_unit` decoded bytes that came from `raw_unit`
 * raw bytes: 1 and 1 where bytes are as they were, 1 and 2 for ASCII in UTF-16,
 * 3 and 4 in base64. Within a unit nothing is told apart. */
typedef struct comity_form_run {
    uint64_t decoded; /* offset in the part */
    uint64_t raw;     /* offset in the input */
    uint32_t count;
    uint8_t decoded_unit;
    uint8_t raw_unit;
} comity_form_run;

/* The next bytes of a part; borrowed for the call. Runs lie in order, cover at
 * least the piece (raw bytes that stand for nothing may lie between them), and are
 * none for a part that is unmapped. */
typedef struct comity_form_piece {
    const uint8_t *bytes;
    size_t size;      /* at least 1 */
    uint64_t decoded; /* offset of the first byte in the part */
    const comity_form_run *runs;
    size_t run_count;
} comity_form_piece;

/* Where what is decoded goes. A call that does not give COMITY_OK ends the
 * decoding with that status and error. Calls come from within feed and finish,
 * on their thread. */
typedef struct comity_form_sink {
    void *context;
    comity_status (*part_begin)(void *context, const comity_form_part *part, comity_error *reterr);
    comity_status (*piece)(void *context, const comity_form_part *part, const comity_form_piece *piece,
                           comity_error *reterr);
    comity_status (*part_end)(void *context, const comity_form_part *part, comity_error *reterr);
} comity_form_sink;

/* What is told about the input; all may be NULL, borrowed for the opening only.
 * Hints are tried first and never believed against the bytes. */
typedef struct comity_form_hints {
    const char *content_type;     /* as in HTTP: "application/json; charset=gb18030" */
    const char *content_encoding; /* as in HTTP: "gzip", "br, gzip"; the last was applied last */
    const char *name;             /* a file's name or path: its ending counts */
    const char *locale;           /* "zh-CN": decides between character sets that fit equally */
} comity_form_hints;

/* 0 in any of them stands for the limit of base/limits.h of that name, which is also the most. */
typedef struct comity_form_limits {
    uint64_t bytes_max;   /* decoded bytes of all parts and layers: COMITY_LIMIT_FORM_BYTES */
    uint32_t ratio_max;   /* decoded to raw bytes: COMITY_LIMIT_FORM_RATIO */
    uint32_t members_max; /* parts and members: COMITY_LIMIT_FORM_MEMBERS */
    uint32_t depth_max;   /* forms in one another: COMITY_LIMIT_FORM_DEPTH */
    size_t memory_max;    /* the one block: COMITY_LIMIT_FORM_MEMORY_BYTES */
} comity_form_limits;

/* A decoder of one input. Owns its block; belongs to one thread at a time. */
typedef struct comity_form comity_form;

/* `hints` and `limits` may be NULL; the sink is copied. COMITY_ERROR_SYNTAX for a content
 * encoding that is not known, COMITY_ERROR_MEMORY if there is no block. */
COMITY_MUST_USE comity_status comity_form_open(const comity_form_hints *hints, const comity_form_limits *limits,
                                               const comity_form_sink *sink, comity_form **ret_form,
                                               comity_error *reterr);

/* Takes the next `size` bytes; `bytes` may be NULL when `size` is 0. Errors:
 * COMITY_ERROR_SYNTAX damaged or not supported, with what and where; COMITY_ERROR_LIMIT
 * a bomb, or memory; or the sink's. The offset is the raw byte reached. After an
 * error every later call gives it again. */
COMITY_MUST_USE comity_status comity_form_feed(comity_form *form, const void *bytes, size_t size, comity_error *reterr);

/* The input is complete: ends all parts. COMITY_ERROR_SYNTAX if it was cut off. */
COMITY_MUST_USE comity_status comity_form_finish(comity_form *form, comity_error *reterr);

/* Where in the input bytes begin that become parts only later than what follows
 * them (cells of a workbook wait for its strings); UINT64_MAX if there are none. */
uint64_t comity_form_waits(const comity_form *form);

/* Begins another input with the same block, sink and limits; nothing is allocated. */
COMITY_MUST_USE comity_status comity_form_restart(comity_form *form, const comity_form_hints *hints,
                                                  comity_error *reterr);

/* NULL is allowed. */
void comity_form_close(comity_form *form);

/* The raw range of the decoded bytes [begin, end) of a piece, widened to whole
 * units. False if they do not lie in these runs. */
bool comity_form_raw_range(const comity_form_run *runs, size_t run_count, uint64_t begin, uint64_t end,
                           uint64_t *ret_raw_begin, uint64_t *ret_raw_end);

#endif
