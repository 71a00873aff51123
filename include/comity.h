/* comity.h: may this act on data cross the border?
 *
 * Comity judges acts on data (a transfer, a storage, a collection, a disclosure
 * …) under the law of every state they touch, and says which rules apply, what
 * they need and what would make the act lawful. Law is data: text files are
 * compiled to an image, and the image judges.
 *
 *     comity_law *law;
 *     comity_context *context;
 *     comity_answer answer;
 *     comity_error error;
 *     if (comity_law_open("world.image", &law, &error) == COMITY_OK &&
 *         comity_context_new(law, &context, &error) == COMITY_OK &&
 *         comity_judge_json(context, act, act_size, NULL, &answer, &error) == COMITY_OK) {
 *         fwrite(answer.json, 1, answer.json_size, stdout);
 *     }
 *
 * Before you use it:
 *
 * - A judgement says what the rules on file say. `permit` means that no rule on
 *   file stands in the way; nothing more is claimed.
 * - A comity_law is immutable: share it between threads. A comity_context
 *   belongs to one thread at a time. There are no globals and no locks.
 * - What an answer points to lies in its context and is good until the next
 *   call with that context.
 * - Judging reads no file, no clock and no environment. It allocates nothing but
 *   room for an answer larger than any before it in the same context. The day
 *   whose law applies is the act's own `on`, or the day you give.
 * - On failure outputs are untouched and the error says what was found, what
 *   was expected and where. Messages never quote names of persons.
 * - Every byte of an act, of a law text and of an image may be hostile.
 * - After fork(2) a child may go on using what the parent opened; nothing is
 *   written to the shared mapping.
 *
 * The format of acts and judgements is told in docs/manual.md. */
#ifndef COMITY_H
#define COMITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COMITY_API __attribute__((visibility("default")))

/* The version of this interface. What is there stays; new things raise the minor number. */
#define COMITY_VERSION_MAJOR 0
#define COMITY_VERSION_MINOR 1
#define COMITY_VERSION_TEXT "0.1.0"

/* The version of the library that is running: "0.1.0". */
COMITY_API const char *comity_version(void);

/* ---- statuses and errors ---- */

typedef enum comity_status {
    COMITY_OK = 0,
    COMITY_ERROR_ARGUMENT = 1, /* the caller's mistake: a NULL, a wrong size */
    COMITY_ERROR_MEMORY = 2,   /* out of memory */
    COMITY_ERROR_SYNTAX = 3,   /* input that is not what its format says */
    COMITY_ERROR_NAME = 4,     /* a name no law file declares */
    COMITY_ERROR_RANGE = 5,    /* a number, date or size out of its range */
    COMITY_ERROR_LIMIT = 6,    /* more than the limits allow */
    COMITY_ERROR_IMAGE = 7,    /* not a law image, or a damaged or foreign one */
    COMITY_ERROR_SYSTEM = 8    /* a file that cannot be opened, read or written */
} comity_status;

/* What went wrong: a code, one sentence, and where it can be said the byte
 * offset in the input. A plain value; nothing in it is owned. */
typedef struct comity_error {
    comity_status code;
    size_t offset;     /* byte offset in the input, or 0 */
    char message[488]; /* UTF-8, NUL-terminated, never personal data */
} comity_error;

/* ---- law ---- */

/* All law on file, compiled. Immutable; used by any number of threads and
 * contexts at once. Close it after the last context that judges by it. */
typedef struct comity_law comity_law;

/* Maps the image file at `path` and checks it: magic, version, length, hash,
 * and that every index in it leads somewhere. About a millisecond. To renew law,
 * put another file in its place, as `comity law build` does; never write into
 * a file that is open here.
 * COMITY_ERROR_SYSTEM if it cannot be read, COMITY_ERROR_IMAGE if it is none. */
COMITY_API comity_status comity_law_open(const char *path, comity_law **ret_law, comity_error *reterr);

/* The same for an image in memory, which is copied. */
COMITY_API comity_status comity_law_load(const void *bytes, size_t size, comity_law **ret_law, comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_law_close(comity_law *law);

/* The law's name: "sha256:" and the 64 digits of the image's SHA-256. Lives as long as the law. */
COMITY_API const char *comity_law_hash(const comity_law *law);

/* How many rules are on file. */
COMITY_API size_t comity_law_rule_count(const comity_law *law);

/* ---- judging ---- */

typedef enum comity_verdict {
    COMITY_PERMIT = 0,       /* no rule on file stands in the way */
    COMITY_CONDITIONAL = 1,  /* lawful once what is missing is held */
    COMITY_UNDETERMINED = 2, /* facts are missing, or law is not on file */
    COMITY_REFUSE = 3        /* it may not be done */
} comity_verdict;

/* "permit", "conditional", "undetermined", "refuse". A constant. */
COMITY_API const char *comity_verdict_name(comity_verdict verdict);

/* Working memory for judging by one law, about 6 MiB of address space of which
 * a small part is touched. Belongs to one thread at a time. */
typedef struct comity_context comity_context;

/* `law` must outlive the context. */
COMITY_API comity_status comity_context_new(const comity_law *law, comity_context **ret_context,
                                            comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_context_free(comity_context *context);

/* From now on the rules of an agreement that does not bind (such as "GIDS")
 * bind for every act judged in this context. COMITY_ERROR_NAME if there is no
 * such agreement, or if it binds anyway. */
COMITY_API comity_status comity_context_adopt(comity_context *context, const char *agreement, comity_error *reterr);

/* A judgement. Lives in its context, until the next call with it. */
typedef struct comity_answer {
    comity_verdict verdict;
    const char *json; /* the whole judgement: one JSON object, no newline, NUL-terminated */
    size_t json_size; /* in bytes, without the NUL */
} comity_answer;

/* Judges one act: `act_size` bytes of JSON, at most 1 MiB. `today`: the day as
 * "YYYY-MM-DD" for an act that says none, or NULL: then such an act is an error. */
COMITY_API comity_status comity_judge_json(comity_context *context, const char *act, size_t act_size,
                                           const char *today, comity_answer *ret_answer, comity_error *reterr);

/* The same, for those who want the verdict only: several times as fast. */
COMITY_API comity_status comity_judge_verdict(comity_context *context, const char *act, size_t act_size,
                                              const char *today, comity_verdict *ret_verdict, comity_error *reterr);

/* ---- building law ---- */

/* Law files on their way to an image. One thread at a time. */
typedef struct comity_builder comity_builder;

COMITY_API comity_status comity_builder_new(comity_builder **ret_builder, comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_builder_free(comity_builder *builder);

/* Adds a law file: its name for messages, and its text, at most 8 MiB; both are
 * copied. The order of files does not matter. */
COMITY_API comity_status comity_builder_add(comity_builder *builder, const char *name, const char *text,
                                            size_t text_size, comity_error *reterr);

/* Checks and compiles what was added. The same files give the same bytes.
 * COMITY_ERROR_SYNTAX if the law has errors: comity_builder_messages tells
 * them all. `ret_image` lives in the builder. */
COMITY_API comity_status comity_builder_build(comity_builder *builder, const void **ret_image, size_t *ret_size,
                                              comity_error *reterr);

/* The errors and warnings of the last build, with file, line, column and caret;
 * "" if there are none. Lives in the builder. */
COMITY_API const char *comity_builder_messages(const comity_builder *builder);

#ifdef __cplusplus
}
#endif

#endif
