/* Stages: what decoding is made of. Private to this folder.
 *
 * A stage takes bytes of one form and gives bytes of another to its child. What
 * the child is, the stage says by its form (an archive: for each member anew) or
 * leaves to comity_forms_sniff, which looks at the first bytes. The last of a
 * row is the leaf, comity_forms_text, which gives parts and pieces to the sink.
 *
 *     input > sniff > gzip > sniff > tar > sniff > text     members one after another
 *                                              `-> base64 > sniff > text
 *
 * Every stage is of bounded depth (COMITY_LIMIT_FORM_DEPTH forms), so calls from
 * stage to child never nest deeper. Memory of stages comes from the pool and
 * goes back when they end; after an error nothing is given back, because the
 * whole block is then forgotten at once. */
#ifndef COMITY_INSPECT_FORMS_STAGE_H
#define COMITY_INSPECT_FORMS_STAGE_H

#include "inspect/form.h"
#include "inspect/forms/pool.h"

#include <stdbool.h>
#include <string.h>

/* Bytes on their way from stage to stage. `raw` and `runs` mean something where
 * the stage that takes them is mapped: without runs the bytes are the raw bytes
 * from `raw` on. Runs cover at least [offset, offset + size). What a stage gives may count
 * from anywhere, so long as one span agrees with itself; what a stage is fed counts from
 * the first byte that it was fed (comity_stage_feed sees to that). */
typedef struct comity_span {
    const uint8_t *bytes;
    size_t size;
    uint64_t raw;
    uint64_t offset;
    const comity_form_run *runs;
    size_t run_count;
} comity_span;

/* The rest of a span after its first `size` bytes. */
static inline comity_span comity_span_after(comity_span span, size_t size)
{
    span.bytes += size;
    span.size -= size;
    span.raw += size;
    span.offset += size;
    return span;
}

/* The first `size` bytes of a span. */
static inline comity_span comity_span_first(comity_span span, size_t size)
{
    span.size = size;
    return span;
}

/* Runs being gathered, like ones joined. */
typedef struct comity_runs {
    comity_form_run *runs;
    size_t count;
    size_t max;
} comity_runs;

/* Adds `count` units; false if there is no room (nothing is added). */
bool comity_runs_add(comity_runs *runs, uint64_t decoded, uint64_t raw, size_t count, unsigned decoded_unit,
                     unsigned raw_unit);

/* Where a span begins, or ended if nothing is left of it. */
uint64_t comity_span_raw_begin(const comity_span *span);

/* The beginning of a span with runs, counted from `offset` on instead; as much of it as `max` runs (2 at least) say, which
 * are written to `room`. */
comity_span comity_span_moved(const comity_span *span, uint64_t offset, comity_form_run *room, size_t max);

/* Where one byte of a span comes from, asked for in rising order: begin with `at` 0. */
void comity_span_raw(const comity_span *span, size_t index, size_t *at, uint64_t *ret_begin, uint64_t *ret_end);

typedef struct comity_stage comity_stage;
typedef struct comity_stage_kind comity_stage_kind;

/* What a stage's maker knows of what it will hold. Borrowed for the call. */
typedef struct comity_about {
    const char *link;         /* of the chain: "tar:a.csv"; NULL: none */
    const char *field;        /* NULL: the parent's */
    const char *content_type; /* NULL or "": not told */
    const char *name;         /* a file's name; likewise */
    const char *encoding;     /* content encodings that are left to undo; likewise */
    uint8_t place;            /* comity_form_place, at most the parent's */
    uint64_t raw_begin;
    const comity_stage_kind *then; /* what comes out of it; NULL: to be found out */
    void *shared;                  /* NULL: the parent's */
    uint32_t inside_part;          /* it is a value within this part, a level deeper; 0: not */
} comity_about;

struct comity_stage_kind {
    const char *name;                                                  /* in messages */
    size_t state_size;                                                 /* cleared at the beginning */
    bool is_form;                                                      /* counts for the depth of forms */
    bool is_packing;                                                   /* gives more than it takes, and counts it */
    comity_status (*begin)(comity_stage *stage, comity_error *reterr); /* may be NULL */
    comity_status (*feed)(comity_stage *stage, comity_span span, comity_error *reterr);
    comity_status (*finish)(comity_stage *stage, comity_error *reterr); /* no more bytes come; ends its child */
};

struct comity_stage {
    const comity_stage_kind *kind;
    comity_form *form;
    comity_stage *parent;
    void *state;
    uint8_t depth; /* of forms */
    uint8_t level; /* of parts */
    uint8_t place;
    bool packed;         /* some stage above is a compression */
    uint32_t outer_part; /* number of the part in whose value all this stands; 0: none */
    size_t chain_size;   /* how much of the form's chain is this stage's */
    size_t field_size;   /* likewise of the field */
    uint64_t raw_begin;
    uint64_t fed;        /* bytes */
    const comity_stage_kind *then; /* what its output is, if that is known; NULL: to be found out */
    void *shared;                  /* what stages of one container have in common; NULL: nothing */
    char content_type[256];        /* what is told, NUL-terminated, cut if longer */
    char name[128];                /* the end of it, if longer */
    char encoding[64];
};

/* Everything of one input. */
struct comity_form {
    comity_form_sink sink;
    comity_form_limits limits;
    comity_pool pool;
    comity_stage *root;
    uint64_t raw;       /* bytes fed before this call */
    uint64_t consumed;  /* raw bytes that the outermost compression has read */
    uint64_t decoded;   /* bytes out of compressions, all layers */
    uint64_t waits;     /* where bytes begin that wait to become parts; UINT64_MAX: none do */
    uint64_t value_end; /* where the outermost value in base64 ends, as far as it has been read */
    uint32_t parts;
    uint32_t members;
    bool finished;
    comity_status failed;
    comity_error error;
    char chain[COMITY_LIMIT_FORM_NAME_BYTES];
    char field[COMITY_LIMIT_FORM_NAME_BYTES];
    char locale[16];
    size_t block_size;
};

/* Makes a child. COMITY_ERROR_LIMIT if forms are too deep or memory is out. */
COMITY_MUST_USE comity_status comity_stage_begin(comity_stage *parent, const comity_stage_kind *kind,
                                                 const comity_about *about, comity_stage **ret_stage,
                                                 comity_error *reterr);
COMITY_MUST_USE comity_status comity_stage_feed(comity_stage *stage, comity_span span, comity_error *reterr);
/* Ends it, gives its memory back and sets the pointer to NULL; nothing for NULL. */
COMITY_MUST_USE comity_status comity_stage_end(comity_stage **stage, comity_error *reterr);
/* Gives its memory back without ending it: what it was fed was not of its form after all. */
void comity_stage_drop(comity_stage **stage);

/* Memory for a stage; COMITY_ERROR_LIMIT when there is none left. Cleared. */
COMITY_MUST_USE comity_status comity_stage_take(comity_stage *stage, size_t size, void **ret_memory,
                                                comity_error *reterr);

/* Makes memory larger, moving it if need be; NULL at first. `room` is what there is, then
 * at least `wanted`. Not cleared. */
COMITY_MUST_USE comity_status comity_stage_grow(comity_stage *stage, void **memory, size_t *room, size_t wanted,
                                                comity_error *reterr);

/* "zip: …", and in error.offset how far the input has been fed. */
COMITY_MUST_USE comity_status comity_stage_fail(const comity_stage *stage, comity_error *reterr, comity_status code,
                                                const char *format, ...) COMITY_PRINTF(4, 5);

/* Counts `size` bytes out of a compression that has read `consumed` bytes of its
 * input, against total and ratio. */
COMITY_MUST_USE comity_status comity_stage_count(comity_stage *stage, uint64_t consumed, size_t size,
                                                 comity_error *reterr);
/* Counts a member of an archive. */
COMITY_MUST_USE comity_status comity_stage_count_member(comity_stage *stage, comity_error *reterr);

/* Prints "KIND:NAME" for a chain: what is no printable UTF-8 in the name becomes '?', and
 * what is too long is cut. */
void comity_stage_link(const char *kind, const void *name, size_t name_size, char ret_link[256]);

/* Makes the stages that a content encoding asks for ("br, gzip": gzip comes off
 * first), and behind them what finds out about the rest. `encoding` may be NULL.
 * COMITY_ERROR_SYNTAX if one of them is not known. */
COMITY_MUST_USE comity_status comity_stage_begin_encoded(comity_stage *parent, const char *encoding,
                                                         const comity_about *about, comity_stage **ret_stage,
                                                         comity_error *reterr);

/* A test's: the pool refuses the piece that is the `taken`th from now; 0: none. */
void comity_form_fail_at(comity_form *form, size_t taken);

/* What a text is, for the leaf. */
typedef struct comity_text_about {
    uint8_t syntax; /* comity_form_syntax */
    char delimiter;
    bool has_header;
    const char *charset; /* a constant */
} comity_text_about;

/* Makes the leaf that gives a part to the sink, and begins the part. */
COMITY_MUST_USE comity_status comity_text_begin(comity_stage *parent, const comity_about *about,
                                                const comity_text_about *text, comity_stage **ret_stage,
                                                comity_error *reterr);

/* The kinds. */
extern const comity_stage_kind comity_forms_sniff; /* finds out */
extern const comity_stage_kind comity_forms_gzip, comity_forms_zlib, comity_forms_deflate, comity_forms_zstd,
    comity_forms_brotli, comity_forms_xz, comity_forms_bzip2; /* deflate: with zlib's frame or without */
extern const comity_stage_kind comity_forms_tar, comity_forms_zip, comity_forms_mime, comity_forms_base64,
    comity_forms_quoted, comity_forms_zip_deflate, comity_forms_office, comity_forms_sheet, comity_forms_strings,
    comity_forms_pdf, comity_forms_sqlite;

#endif
