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
 * - A comity_law is immutable: share it between threads; so are a comity_key, and
 *   comity_papers once they are settled. A comity_context belongs to one thread
 *   at a time. There are no globals and no locks.
 * - What an answer points to lies in its context and is good until the next
 *   call with that context.
 * - Judging reads no file, no clock and no environment. It allocates nothing but
 *   room for an answer larger than any before it in the same context. The day
 *   whose law applies is the act's own `on`, or the day you give.
 * - On failure outputs are untouched and the error says what was found, what
 *   was expected and where. Messages never quote names of persons.
 * - Where NULL may be given it is said; `reterr` may always be NULL. Another NULL,
 *   and a call before the one that has to come first, is COMITY_ERROR_ARGUMENT where
 *   a status is returned. What has been freed must not be used again.
 * - A function of yours that is called returns: it throws nothing, jumps nowhere, and calls
 *   nothing here with what is calling it.
 * - Every byte of an act, of a law text, of an image, of a note, a trust file and
 *   a key file may be hostile.
 * - After fork(2) a child may go on using what the parent opened; nothing is
 *   written to the shared mapping.
 *
 * The format of acts and judgements is told in docs/manual.md. What is named docs/
 * here is installed in share/doc/comity. */
#ifndef COMITY_H
#define COMITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COMITY_API __attribute__((visibility("default")))

/* What can fail, and must not go unseen. */
#define COMITY_CHECKED COMITY_API __attribute__((warn_unused_result))

/* The version of this interface. What is there stays; new things raise the minor number. */
#define COMITY_VERSION_MAJOR 0
#define COMITY_VERSION_MINOR 2
#define COMITY_VERSION_TEXT "0.2.0"

/* The version of the library that is running: "0.2.0". */
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
    COMITY_ERROR_SYSTEM = 8,   /* a file that cannot be opened, read or written */
    COMITY_ERROR_SIGNATURE = 9, /* not signed, or not by one who may */
    COMITY_ERROR_PASSPHRASE = 10, /* a key wants a passphrase, or another one */
    COMITY_ERROR_RECORD = 11 /* a record that is damaged, or contradicts itself */
} comity_status;

/* What went wrong: a code, one sentence, and where it can be said the byte
 * offset in the input. A plain value; nothing in it is owned. */
typedef struct comity_error {
    comity_status code;
    size_t offset;     /* byte offset in the input, or 0 */
    char message[488]; /* UTF-8, NUL-terminated, never personal data */
} comity_error;

/* ---- keys ---- */

/* What a key is for. Each key signs texts of one kind only and is believed for
 * no other: a paper signed by a log's key is no paper. */
typedef enum comity_purpose {
    COMITY_PURPOSE_LOG = 0,     /* checkpoints of the log that bears the key's name */
    COMITY_PURPOSE_WITNESS = 1, /* timestamped cosignatures of checkpoints of any log */
    COMITY_PURPOSE_PAPER = 2    /* papers */
} comity_purpose;

/* A secret Ed25519 key with its public one. Immutable: threads may share it.
 * Lies in locked memory that is kept out of core dumps and is wiped when freed;
 * after fork(2) the child has it too. */
typedef struct comity_key comity_key;

/* A new key from the system's randomness. `name` is public: a host and path such
 * as "example.org/papers", without spaces and '+'; a log's key bears the log's
 * own name. COMITY_ERROR_SYNTAX if it is no such name. */
COMITY_CHECKED comity_status comity_key_new(const char *name, comity_purpose purpose, comity_key **ret_key,
                                            comity_error *reterr);

/* Opens a key file. `passphrase` NULL: none. COMITY_ERROR_SYSTEM if the file
 * cannot be read or anyone but its owner may read or write it;
 * COMITY_ERROR_PASSPHRASE if it wants a passphrase, or another one;
 * COMITY_ERROR_SYNTAX if it is no key file. The passphrase is not kept. */
COMITY_CHECKED comity_status comity_key_open(const char *path, const char *passphrase, size_t passphrase_size,
                                             comity_key **ret_key, comity_error *reterr);

/* Keeps the key in a new file with mode 0600, on disk when this returns; with a
 * passphrase (Argon2id, half a second) or, with NULL, without.
 * COMITY_ERROR_SYSTEM if there is such a file: none is ever overwritten. */
COMITY_CHECKED comity_status comity_key_save(const comity_key *key, const char *path, const char *passphrase,
                                             size_t passphrase_size, comity_error *reterr);

/* The public key as text: "name+id+key". Lives as long as the key. */
COMITY_API const char *comity_key_public(const comity_key *key);

COMITY_API comity_purpose comity_key_purpose(const comity_key *key);

/* Wipes the key. NULL is allowed. */
COMITY_API void comity_key_free(comity_key *key);

/* ---- law ---- */

/* All law on file, compiled. Immutable; used by any number of threads and
 * contexts at once. Close it after the last context that judges by it. */
typedef struct comity_law comity_law;

/* Maps the image file at `path` and checks it: magic, version, length, hash,
 * and that every index in it leads somewhere. About a millisecond. To renew law,
 * put another file in its place, as `comity law build` does; never write into
 * a file that is open here.
 * COMITY_ERROR_SYSTEM if it cannot be read, COMITY_ERROR_IMAGE if it is none. */
COMITY_CHECKED comity_status comity_law_open(const char *path, comity_law **ret_law, comity_error *reterr);

/* The same for an image in memory, which is copied. */
COMITY_CHECKED comity_status comity_law_load(const void *bytes, size_t size, comity_law **ret_law,
                                             comity_error *reterr);

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
COMITY_CHECKED comity_status comity_context_new(const comity_law *law, comity_context **ret_context,
                                                comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_context_free(comity_context *context);

/* From now on the rules of an agreement that does not bind (such as "GIDS")
 * bind for every act judged in this context. COMITY_ERROR_NAME if there is no
 * such agreement, or if it binds anyway. */
COMITY_CHECKED comity_status comity_context_adopt(comity_context *context, const char *agreement, comity_error *reterr);

/* A judgement. Lives in its context, until the next call with it. */
typedef struct comity_answer {
    comity_verdict verdict;
    const char *json; /* the whole judgement: one JSON object, no newline, NUL-terminated */
    size_t json_size; /* in bytes, without the NUL */
} comity_answer;

/* Judges one act: `act_size` bytes of JSON, at most 1 MiB. `today`: the day as
 * "YYYY-MM-DD" for an act that says none, or NULL: then such an act is an error. */
COMITY_CHECKED comity_status comity_judge_json(comity_context *context, const char *act, size_t act_size,
                                               const char *today, comity_answer *ret_answer, comity_error *reterr);

/* The same, for those who want the verdict only: several times as fast. */
COMITY_CHECKED comity_status comity_judge_verdict(comity_context *context, const char *act, size_t act_size,
                                                  const char *today, comity_verdict *ret_verdict, comity_error *reterr);

/* ---- inspecting ---- */

/* What identifiers, secrets, marks and files of a kind look like: the types the
 * library was built with, or others. Immutable; used by any number of threads and
 * inspections at once. Close it after the last of them. */
typedef struct comity_rules comity_rules;

/* Takes the types the library was built with. A few milliseconds. COMITY_ERROR_MEMORY. */
COMITY_CHECKED comity_status comity_rules_open(comity_rules **ret_rules, comity_error *reterr);

/* A text of types, as docs/types.md has it: its name for messages, and `size` bytes. */
typedef struct comity_rules_text {
    const char *name;
    const char *text;
    size_t size;
} comity_rules_text;

/* Takes the types of `count` texts and no others. Nothing is borrowed after the call.
 * COMITY_ERROR_SYNTAX with file, line and column; COMITY_ERROR_LIMIT; COMITY_ERROR_MEMORY. */
COMITY_CHECKED comity_status comity_rules_load(const comity_rules_text *texts, size_t count, comity_rules **ret_rules,
                                               comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_rules_close(comity_rules *rules);

/* What is told of a type. All is the rules'. */
typedef struct comity_type_about {
    const char *name;     /* the state's code, a point, and what it is; or no state */
    const char *title;    /* in plain words */
    const char *category; /* of law/taxonomy.law */
    const char *source;   /* the law, standard or publisher */
    const char *const *states; /* codes of the states that give it; none for what belongs to no state */
    size_t state_count;
} comity_type_about;

COMITY_API size_t comity_rules_type_count(const comity_rules *rules);

/* COMITY_ERROR_RANGE if there is no such number. */
COMITY_CHECKED comity_status comity_rules_type(const comity_rules *rules, size_t number, comity_type_about *ret_about,
                                               comity_error *reterr);

/* What speaks for a reading, bit by bit. */
#define COMITY_SEEN_SHAPE 0x001u    /* length and characters */
#define COMITY_SEEN_CHECKSUM 0x002u /* a check digit, letter or sum holds */
#define COMITY_SEEN_DATE 0x004u     /* a date within it is one of the calendar */
#define COMITY_SEEN_REGION 0x008u   /* a place, office or issuer within it exists */
#define COMITY_SEEN_LITERAL 0x010u  /* letters that only this type has */
#define COMITY_SEEN_ENTROPY 0x020u  /* as irregular as a secret is */
#define COMITY_SEEN_WORD 0x100u     /* a word of the type stands near */
#define COMITY_SEEN_FIELD 0x200u    /* the name of its field or column is one of the type's */
#define COMITY_SEEN_COLUMN 0x400u   /* nearly all values of its field before it passed too */
#define COMITY_SEEN_LOCALE 0x800u   /* the type's state is one of those given */

/* One way to read a value: as of a type, with a confidence from 1 to 99. */
typedef struct comity_seen {
    uint16_t type;
    uint16_t evidence; /* COMITY_SEEN_… */
    uint8_t confidence;
} comity_seen;

#define COMITY_SEEN_MAX 8

/* Something found. Plain; what it points to is good for the call that gives it. */
typedef struct comity_found {
    comity_seen seen[COMITY_SEEN_MAX]; /* the surest first */
    size_t seen_count;                 /* at least 1 */
    uint64_t begin, end;               /* in the part: bytes [begin, end) of decoded text */
    bool has_raw;                      /* the bytes fed that hold it are known: not within what is compressed */
    uint64_t raw_begin, raw_end;       /* they are [raw_begin, raw_end) */
    uint32_t part;                     /* of the input, from 1 */
    const char *chain;                 /* how the part was decoded: "gzip > tar:a.csv"; "" if it was not */
    const char *syntax;                /* "json", "csv", "text" … */
    const char *path;                  /* names of lists, objects and fields, or of the column; "" if there are none */
    uint64_t line;                     /* in the part, from 1 */
    uint64_t record;                   /* in the part, from 0: object of a list, row, line */
    uint32_t column;                   /* CSV: from 1; else 0 */
    uint8_t digest[16];                /* keyed: of equal values, however they are written, it is equal;
                                        * only if asked for */
    const char *value;                 /* as it stands. Personal data: never to be logged */
    size_t value_size;
} comity_found;

/* Called from within feed and finish, on their thread. */
typedef void comity_found_function(void *context, const comity_found *found);

/* How to inspect. What is 0 or NULL stands for what is said; all is borrowed for the call only. */
typedef struct comity_inspect_options {
    uint8_t level;             /* readings below this confidence are not given: 75 */
    uint8_t key[16];           /* of digests; a key of one's own keeps them from being compared by others */
    const char *const *states; /* codes of states from which the data is likely: none */
    size_t state_count;
    size_t persons_max;        /* distinct persons counted exactly, 8 to 16 bytes each: 1048576 */
    bool with_paths;           /* findings bear their path */
    bool with_digests;         /* findings bear their digest */
} comity_inspect_options;

/* Working memory for inspecting one input at a time: about 55 MiB of address space
 * of which little is touched unless the input is compressed. One thread at a time. */
typedef struct comity_inspection comity_inspection;

/* `rules` must outlive it. `options` and `found` may be NULL. Afterwards nothing is allocated.
 * COMITY_ERROR_RANGE, COMITY_ERROR_MEMORY. */
COMITY_CHECKED comity_status comity_inspection_new(const comity_rules *rules, const comity_inspect_options *options,
                                                   comity_found_function *found, void *context,
                                                   comity_inspection **ret_inspection, comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_inspection_free(comity_inspection *inspection);

/* What is told about an input; each may be NULL. It is tried first and never believed against the bytes. */
typedef struct comity_inspect_hints {
    const char *content_type;     /* as in HTTP */
    const char *content_encoding; /* as in HTTP */
    const char *name;             /* a file's name: its ending counts */
    const char *locale;           /* "zh-CN": decides between character sets that fit equally */
} comity_inspect_hints;

/* Begins an input; what was begun before and not finished is forgotten. `hints` may be NULL. A new
 * inspection has begun its first, without hints.
 * COMITY_ERROR_SYNTAX for a content encoding that is not known. */
COMITY_CHECKED comity_status comity_inspect_begin(comity_inspection *inspection, const comity_inspect_hints *hints,
                                                  comity_error *reterr);

/* Takes the next bytes, in any split: findings and their order do not depend on it.
 * COMITY_ERROR_SYNTAX for what is cut off, damaged or encrypted, COMITY_ERROR_LIMIT for
 * what unpacks to more than the limits allow; every later call gives the same error. */
COMITY_CHECKED comity_status comity_inspect_feed(comity_inspection *inspection, const void *bytes, size_t size,
                                                 comity_error *reterr);

/* The input is complete. Errors as of comity_inspect_feed. */
COMITY_CHECKED comity_status comity_inspect_finish(comity_inspection *inspection, comity_error *reterr);

/* How many bytes of the input, from its beginning, no finding to come will touch: who
 * holds back the rest passes on nothing that a later byte could make part of a
 * finding. Never less than before; all of it after a comity_inspect_finish that gave COMITY_OK.
 * Of what is compressed nothing is settled before that. */
COMITY_API uint64_t comity_inspect_settled(const comity_inspection *inspection);

/* How many distinct persons the inputs since comity_inspection_new, or since the last
 * comity_inspect_forget, hold identifiers of; `ret_exact` is false if there were more
 * than could be told apart, and then the count is the least. */
COMITY_API uint64_t comity_inspect_persons(const comity_inspection *inspection, bool *ret_exact);

/* Adds the persons of another inspection with the same key. */
COMITY_API void comity_inspect_persons_merge(comity_inspection *inspection, const comity_inspection *from);

/* Forgets the persons. */
COMITY_API void comity_inspect_forget(comity_inspection *inspection);

/* ---- masked copies ---- */

/* What is done to what is found: a policy (docs/masking.md) with its key. Immutable: any number of
 * copies and threads may share it. */
typedef struct comity_masking comity_masking;

/* What stands in a finding's place; the stronger the later. */
typedef enum comity_operator {
    COMITY_OPERATOR_KEEP = 0,
    COMITY_OPERATOR_GENERALISE = 1,
    COMITY_OPERATOR_TOKEN = 2,
    COMITY_OPERATOR_DIGEST = 3,
    COMITY_OPERATOR_MASK = 4,
    COMITY_OPERATOR_REMOVE = 5,
    COMITY_OPERATOR_REFUSE = 6
} comity_operator;

/* Reads a policy; `name` is for messages. `key`: the text of a key as `comity mask --new-key`
 * makes it, or NULL. `rules` must outlive it. COMITY_ERROR_SYNTAX and COMITY_ERROR_NAME with
 * "NAME:LINE:COLUMN"; COMITY_ERROR_ARGUMENT if an operator wants a key and there is none. */
COMITY_CHECKED comity_status comity_masking_new(const comity_rules *rules, const char *name, const char *policy,
                                                size_t policy_size, const char *key, size_t key_size,
                                                comity_masking **ret_masking, comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_masking_free(comity_masking *masking);

/* The confidence from which on readings count. */
COMITY_API unsigned comity_masking_level(const comity_masking *masking);

/* What is done to a finding. */
COMITY_API comity_operator comity_masking_operator(const comity_masking *masking, const comity_found *found);

/* Makes a masked copy of one input at a time. One thread at a time. */
typedef struct comity_copy comity_copy;

/* Takes what goes out, in order. Anything but COMITY_OK ends the copy, and is what the call that
 * fed it gives; `reterr`, never NULL, may be filled with why. */
typedef comity_status comity_copy_function(void *context, const void *bytes, size_t size, comity_error *reterr);

/* `window_max`: raw bytes held at most; 0: 64 MiB. The masking must outlive it. COMITY_ERROR_MEMORY. */
COMITY_CHECKED comity_status comity_copy_new(comity_masking *masking, size_t window_max, comity_copy_function *write,
                                             void *context, comity_copy **ret_copy, comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_copy_free(comity_copy *copy);

/* As comity_inspect_begin, _feed and _finish, but a new copy has begun nothing. COMITY_ERROR_RANGE for
 * what is found where nothing can be replaced, or is refused by the policy; COMITY_ERROR_LIMIT if more would have to be held. */
COMITY_CHECKED comity_status comity_copy_begin(comity_copy *copy, const comity_inspect_hints *hints,
                                               comity_error *reterr);
COMITY_CHECKED comity_status comity_copy_feed(comity_copy *copy, const void *bytes, size_t size, comity_error *reterr);
COMITY_CHECKED comity_status comity_copy_finish(comity_copy *copy, comity_error *reterr);

/* ---- gates ---- */

/* What a gate and the daemon say to each other over a unix socket: docs/formats/gate-protocol.md.
 * A gate says hello, is welcomed, and asks: judge these acts and record the judgements. */

#define COMITY_GATE_VERSION 1
#define COMITY_GATE_ID_SIZE 16
#define COMITY_GATE_DIGEST_SIZE 16
#define COMITY_GATE_ACTS_MAX 8
#define COMITY_GATE_CATEGORIES_MAX 64
#define COMITY_GATE_PERSONS_MAX 32768
#define COMITY_GATE_ACT_BYTES_MAX ((size_t)64 << 10)
#define COMITY_GATE_FRAME_BYTES_MAX ((size_t)2 << 20)

typedef enum comity_gate_kind {
    COMITY_GATE_HELLO = 1,   /* gate: who it is */
    COMITY_GATE_WELCOME = 2, /* daemon: what it may */
    COMITY_GATE_JUDGE = 3,   /* gate: acts of one request or segment */
    COMITY_GATE_JUDGED = 4,  /* daemon: the answer */
    COMITY_GATE_REFUSED = 5  /* daemon: why it closes the connection */
} comity_gate_kind;

/* A person, by the keyed digest of what identifies them, and bit by bit which of the frame's categories are theirs. */
typedef struct comity_gate_person {
    uint8_t digest[COMITY_GATE_DIGEST_SIZE];
    uint64_t categories;
} comity_gate_person;

typedef struct comity_gate_act {
    const char *text;
    size_t size;
} comity_gate_act;

#define COMITY_GATE_PASSES_UNDETERMINED 1u /* the gate will release what is undetermined as well */
#define COMITY_GATE_TELLS 2u               /* rules and ways are wanted */
#define COMITY_GATE_HOLDS 4u               /* whatever the verdict, the gate will not release: nobody is counted */

typedef struct comity_gate_judge {
    uint8_t id[COMITY_GATE_ID_SIZE]; /* random; with the segment, names the request for good */
    uint32_t segment;
    uint32_t deadline_ms; /* from its arrival */
    uint8_t flags;
    size_t act_count;
    comity_gate_act acts[COMITY_GATE_ACTS_MAX];
    size_t category_count;
    const char *const *categories; /* to write: the names */
    const uint8_t *category_bytes; /* when read: each a 32-bit size and the name */
    size_t person_count;
    const comity_gate_person *persons; /* to write */
    const uint8_t *person_bytes;       /* when read: each 16 bytes and a 64-bit number */
} comity_gate_judge;

typedef enum comity_gate_outcome {
    COMITY_GATE_OK = 0,          /* judged, and durable in the record */
    COMITY_GATE_ACT_ERROR = 1,   /* an act could not be read */
    COMITY_GATE_UNAVAILABLE = 2, /* the record cannot be written at present */
    COMITY_GATE_BUSY = 3,        /* too many requests under way */
    COMITY_GATE_LATE = 4         /* its time was over before it was judged */
} comity_gate_outcome;

typedef struct comity_gate_judged {
    uint8_t id[COMITY_GATE_ID_SIZE];
    uint32_t segment;
    comity_gate_outcome outcome;
    comity_verdict verdict; /* the worst of its acts' */
    uint8_t law[32];        /* SHA-256 of the image */
    size_t entry_count;     /* as many as acts if OK */
    uint64_t entries[COMITY_GATE_ACTS_MAX];
    const char *rules; /* names of the rules that decided, with commas between */
    size_t rules_size;
    const char *ways; /* what would make it lawful, a JSON list of lists; "" if it was not asked for */
    size_t ways_size;
    const char *message; /* of an error */
    size_t message_size;
} comity_gate_judged;

typedef struct comity_gate_frame {
    comity_gate_kind kind;
    uint64_t number; /* the request's on its connection; its answer bears it too */
    struct {
        uint16_t version_least, version_most;
        const char *gate;
        size_t gate_size;
    } hello;
    struct {
        uint16_t version;
        uint32_t queue_max;
        uint32_t deadline_max_ms;
        uint8_t key[16]; /* of the digests of persons */
    } welcome;
    comity_gate_judge judge;
    comity_gate_judged judged;
    struct {
        const char *message;
        size_t message_size;
    } refused;
} comity_gate_frame;

/* How many bytes the frame at the beginning has in all; 0 if too few are there to tell.
 * COMITY_ERROR_SYNTAX, COMITY_ERROR_LIMIT: the connection is of no use any more. */
COMITY_CHECKED comity_status comity_gate_frame_size(const void *bytes, size_t size, size_t *ret_size,
                                                    comity_error *reterr);

/* Reads one whole frame; what it points to lies in `bytes`. */
COMITY_CHECKED comity_status comity_gate_frame_read(const void *bytes, size_t size, comity_gate_frame *ret_frame,
                                                    comity_error *reterr);

/* Writes a frame: the part of its kind, and its number. COMITY_ERROR_LIMIT. */
COMITY_CHECKED comity_status comity_gate_frame_write(const comity_gate_frame *frame, void *memory, size_t capacity,
                                                     size_t *ret_size, comity_error *reterr);

/* Gathers from findings what an act and the ledger want: categories, and distinct persons with
 * the categories of their records. One thread at a time. */
typedef struct comity_gathering comity_gathering;

/* `masking` NULL: nothing is replaced. What they point to must outlive it. COMITY_ERROR_MEMORY. */
COMITY_CHECKED comity_status comity_gathering_new(const comity_rules *rules, const comity_masking *masking,
                                                  comity_gathering **ret_gathering, comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_gathering_free(comity_gathering *gathering);

/* Forgets all. */
COMITY_API void comity_gathering_reset(comity_gathering *gathering);

/* A new input begins: from now on findings bear records of their own. `fixed`: nothing can be
 * replaced in it, so that what the policy would mask or remove stays and counts. */
COMITY_API void comity_gathering_input(comity_gathering *gathering, bool fixed);

/* Takes a finding that bears its digest. What is masked or removed leaves no category. */
COMITY_API void comity_gathering_add(comity_gathering *gathering, const comity_found *found);

typedef struct comity_gathered {
    const char *const *categories; /* those found so far that stay, in the order they were first found */
    size_t category_count;
    uint64_t seen; /* all of them, bit by bit */
    const comity_gate_person *persons;
    size_t person_count;
    bool exact;    /* false: there were more persons than are kept, and the count is the least */
    bool replaces; /* something is to be replaced */
    bool refuses;  /* the policy refuses something */
} comity_gathered;

/* What there is so far. Lives until the next call. */
COMITY_API void comity_gathering_tell(comity_gathering *gathering, comity_gathered *ret_gathered);

/* ---- papers ---- */

/* Papers are signed notes: docs/formats/paper.md. What this part of the library
 * gives out as bytes is the caller's, to be freed with comity_free. */

/* NULL is allowed. */
COMITY_API void comity_free(void *bytes);

/* Is this the text of a paper? COMITY_ERROR_SYNTAX with the line and offset if not. */
COMITY_CHECKED comity_status comity_paper_check(const char *text, size_t size, comity_error *reterr);

/* Checks the text of a paper and signs it: a whole note, NUL-terminated.
 * COMITY_ERROR_SIGNATURE if the key is not for papers. */
COMITY_CHECKED comity_status comity_paper_sign(const comity_key *key, const char *text, size_t size, char **ret_note,
                                               size_t *ret_size, comity_error *reterr);

/* Adds the key's signature to a signed paper, whose text is checked as by
 * comity_paper_sign; its other signatures are kept as they are and not verified. */
COMITY_CHECKED comity_status comity_paper_countersign(const comity_key *key, const char *note, size_t size,
                                                      char **ret_note,
                                                      size_t *ret_size, comity_error *reterr);

/* Papers at hand under one law, by one trust file. Add all, settle, and use: one
 * thread until settled, immutable and shared by threads from then on. Owns copies
 * of what it is given. */
typedef struct comity_papers comity_papers;

/* Reads the trust file (docs/formats/trust.md); `name` is for messages. `law`
 * says which authority may grant what, and must outlive the papers.
 * COMITY_ERROR_SYNTAX; COMITY_ERROR_NAME for an authority, a kind of paper or a
 * law that is not on file. */
COMITY_CHECKED comity_status comity_papers_new(const comity_law *law, const char *name, const char *trust,
                                               size_t trust_size,
                                               comity_papers **ret_papers, comity_error *reterr);

/* NULL is allowed. After the contexts that use them. */
COMITY_API void comity_papers_free(comity_papers *papers);

/* Adds a signed paper; `name` is for messages. Whether it counts is said by
 * comity_papers_tell. At most 4096 papers, revocations included. */
COMITY_CHECKED comity_status comity_papers_add(comity_papers *papers, const char *name, const void *note, size_t size,
                                               comity_error *reterr);

/* A revocation found in a log that the trust file names, at this place in it. */
typedef struct comity_paper_revocation {
    uint64_t index;   /* of the entry in the log */
    const void *note; /* a signed paper of the form revocation; borrowed for the call */
    size_t note_size;
} comity_paper_revocation;

typedef struct comity_paper_revocations {
    const comity_paper_revocation *items; /* by index, rising */
    size_t count;
} comity_paper_revocations;

/* Adds revocations from the log; the caller has verified that they are in it. A
 * paper revoked from a day on counts until the day before; so does what a
 * revoked key or delegation has signed. */
COMITY_CHECKED comity_status comity_papers_revoke(comity_papers *papers, const comity_paper_revocations *revocations,
                                                  comity_error *reterr);

/* Reads the logs for which the trust file says a folder (`at`), verifies each
 * from its entries to the root its key signed, and adds the revocations in it.
 * Folders are looked for from that of `trust_path`, the trust file's own path.
 * COMITY_ERROR_RECORD, COMITY_ERROR_SIGNATURE, COMITY_ERROR_SYSTEM or
 * COMITY_ERROR_LIMIT if any cannot be read whole: what was left out might revoke
 * something, so the papers must not be used then. */
COMITY_CHECKED comity_status comity_papers_read_logs(comity_papers *papers, const char *trust_path,
                                                     comity_error *reterr);

/* Verifies all, once. COMITY_ERROR_MEMORY or COMITY_ERROR_LIMIT; papers that do
 * not count are no error. */
COMITY_CHECKED comity_status comity_papers_settle(comity_papers *papers, comity_error *reterr);

/* What became of a paper. Its texts live as long as the papers. */
typedef struct comity_paper_told {
    const char *name;
    bool counts;
    const char *why;   /* why it does not count; "" if it does */
    const char *form;  /* "permission"; NULL if no signature on it was found good */
    const char *json;  /* its fields, one JSON object; NULL likewise */
    const char *until; /* "YYYY-MM-DD", the last day on which it counts; NULL: open, or it does not */
} comity_paper_told;

/* In the order in which they were added; 0 before they are settled. */
COMITY_API size_t comity_papers_count(const comity_papers *papers);

/* COMITY_ERROR_ARGUMENT if there is no such paper. */
COMITY_CHECKED comity_status comity_papers_tell(const comity_papers *papers, size_t index, comity_paper_told *ret_told,
                                                comity_error *reterr);

/* From now on acts judged in this context hold, beside what they claim, those
 * papers that count, are in force on the act's day, and are held by one of its
 * parties (by name); in judgements what they meet is `"held": "signed"`. `strict`: papers that acts
 * only claim are left away. NULL: no papers. They must be settled, of the
 * context's law, and outlive the context. */
COMITY_CHECKED comity_status comity_context_papers(comity_context *context, const comity_papers *papers, bool strict,
                                                   comity_error *reterr);

/* ---- building law ---- */

/* Law files on their way to an image. One thread at a time. */
typedef struct comity_builder comity_builder;

COMITY_CHECKED comity_status comity_builder_new(comity_builder **ret_builder, comity_error *reterr);

/* NULL is allowed. */
COMITY_API void comity_builder_free(comity_builder *builder);

/* Adds a law file: its name for messages, and its text, at most 8 MiB; both are
 * copied. The order of files does not matter. */
COMITY_CHECKED comity_status comity_builder_add(comity_builder *builder, const char *name, const char *text,
                                                size_t text_size, comity_error *reterr);

/* Checks and compiles what was added. The same files give the same bytes.
 * COMITY_ERROR_SYNTAX if the law has errors: comity_builder_messages tells
 * them all. `ret_image` lives in the builder. */
COMITY_CHECKED comity_status comity_builder_build(comity_builder *builder, const void **ret_image, size_t *ret_size,
                                                  comity_error *reterr);

/* The errors and warnings of the last build, with file, line, column and caret;
 * "" if there are none. Lives in the builder. */
COMITY_API const char *comity_builder_messages(const comity_builder *builder);

/* ---- the record ---- */

/* The record keeps judgements so that anyone can check them later: a log of
 * hashes, whose every size is signed, and beside it a private store of what the
 * hashes stand for. docs/formats/record.md tells its files.
 *
 * Before you use it:
 *
 * - An entry is acknowledged when it is durable: comity_record_append and
 *   comity_record_judge return then, comity_record_wait waits for it. Release
 *   nothing before. What was acknowledged survives any crash; what was not may be
 *   there or not.
 * - Many threads may use one record at once, and should: what they add at the same
 *   time becomes durable together. One caller alone waits for his own disk.
 * - A failed write or sync is final: from then on every call fails with the same
 *   error. Close the record and open it again; opening brings it into order.
 * - One process writes a record at a time, by one handle; a second opening fails.
 *   After fork(2) the child must not use, and not close, what the parent opened.
 * - comity_record_open starts two threads, unless you ask it not to: one makes tiles
 *   and checkpoints, and nothing waits for it; one commits what was submitted and
 *   nobody waits for yet. They take no signals.
 * - Times are the caller's: the library reads no clock. */
typedef struct comity_record comity_record;

/* Makes a record in a folder, which is made if need be and must hold no record:
 * with a log called `origin` (a host and path without scheme, such as
 * "example.org/record") and a new key of it in the folder keys/.
 * `passphrase` NULL: the key is not protected. One that was stopped while it made
 * this record, by a full disk or a crash, can be called again. */
COMITY_CHECKED comity_status comity_record_create(const char *folder, const char *origin, const char *passphrase,
                                                  comity_error *reterr);

/* Makes a folder in which every year has a log of its own: of the year 2026 the
 * record is in 2026/, and its log is called `origin`/2026. */
COMITY_CHECKED comity_status comity_record_create_yearly(const char *folder, const char *origin, comity_error *reterr);

/* The folder of the record to write at `time_ms`: of a folder of yearly logs the
 * year's (UTC), which is made if need be, with a new key; of any other the folder
 * itself. `capacity`: bytes at `ret_folder`, with the NUL. */
COMITY_CHECKED comity_status comity_record_year(const char *folder, uint64_t time_ms, const char *passphrase,
                                                char *ret_folder, size_t capacity, comity_error *reterr);

/* Opens a record for writing. `passphrase`: of its keys, or NULL. `publish_every_ms`:
 * how often what is new is published, 1 to 60000; 0: by comity_record_publish only.
 * COMITY_ERROR_SYSTEM if another has it open, COMITY_ERROR_RECORD if it is damaged:
 * then nothing has been changed. */
COMITY_CHECKED comity_status comity_record_open(const char *folder, const char *passphrase, unsigned publish_every_ms,
                                                comity_record **ret_record, comity_error *reterr);

/* Ends the threads and closes. What was acknowledged is safe; what was not yet
 * published will be at the next opening. No call may be under way. NULL is allowed. */
COMITY_API void comity_record_close(comity_record *record);

/* What is recorded. Borrowed during the call. */
typedef struct comity_record_entry {
    const char *retention; /* the class by which it will be erased: small letters, digits, hyphens; NULL: "standard" */
    uint64_t time_ms;      /* now, in milliseconds since 1970 */
    const void *judgement; /* what the log's entry commits to; it is not kept */
    size_t judgement_size;
    const void *kept; /* what the private store keeps, at most 2 MiB */
    size_t kept_size;
} comity_record_entry;

/* Adds an entry and returns when it is durable. `ret_index`: its place in the log. Any thread. */
COMITY_CHECKED comity_status comity_record_append(comity_record *record, const comity_record_entry *entry,
                                                  uint64_t *ret_index, comity_error *reterr);

/* Adds an entry, which is not durable yet. For those who have many under way in one thread. */
COMITY_CHECKED comity_status comity_record_submit(comity_record *record, const comity_record_entry *entry,
                                                  uint64_t *ret_index, comity_error *reterr);

/* Returns when entry `index`, and with it every one before, is durable. Any thread. */
COMITY_CHECKED comity_status comity_record_wait(comity_record *record, uint64_t index, comity_error *reterr);

/* How many entries are durable. Any thread. */
COMITY_API uint64_t comity_record_size(comity_record *record);

/* Publishes all that is durable now: tiles, and a signed checkpoint over
 * `*ret_size` entries, synced to disk. Any thread. */
COMITY_CHECKED comity_status comity_record_publish(comity_record *record, uint64_t *ret_size, comity_error *reterr);

/* Judges an act as comity_judge_json does and records the judgement, with all
 * that is needed to judge again, in one step: returns when it is durable. The
 * law's image is kept beside the log. The answer lives in the context. Threads
 * may share the record, each with a context of its own. */
COMITY_CHECKED comity_status comity_record_judge(comity_record *record, comity_context *context, const char *act,
                                                 size_t act_size, const char *today, const char *retention,
                                                 uint64_t time_ms, comity_answer *ret_answer, uint64_t *ret_index,
                                                 comity_error *reterr);

/* Erases what is kept of one entry, or of all entries of a class (NULL: of every
 * class) that were recorded before a moment, and their salts. The entries stay in
 * the log, and every proof and receipt stays valid. COMITY_ERROR_RANGE if there is
 * no such entry, COMITY_ERROR_NAME if no such class. Other threads go on adding. What fails for want of
 * room fails alone, and the record goes on. Papers and law images that no entry names any more stay until
 * `comity record erase` is run, or a daemon looks for them. */
COMITY_CHECKED comity_status comity_record_erase(comity_record *record, uint64_t index, uint64_t time_ms,
                                                 comity_error *reterr);
COMITY_CHECKED comity_status comity_record_erase_before(comity_record *record, const char *retention,
                                                        uint64_t before_ms,
                                                        uint64_t time_ms, uint64_t *ret_count, comity_error *reterr);

/* ---- what was recorded: by whom it may concern ---- */

/* The two that follow read a record's folder, or a copy of it; beside one who writes
 * it, they see it as of the checkpoint published last. They take no lock and
 * change nothing. `policy`: the text of a policy of trust, of `policy_size` bytes;
 * NULL: the log is believed about its own keys, and no witness is asked for. Any thread. */

/* A receipt has fewer bytes. */
#define COMITY_RECEIPT_BYTES_MAX ((size_t)72 << 10)

/* Writes the receipt of entry `index`: a text, with a NUL behind, which shows
 * offline that the judgement is in the log (comity_receipt_verify). Without the entry's
 * salt, which may have been erased, it only shows that there is an entry.
 * COMITY_ERROR_RANGE if no checkpoint covers the entry yet: publish first.
 * COMITY_ERROR_LIMIT if it does not fit `capacity` bytes. `ret_size`: without the NUL. */
COMITY_CHECKED comity_status comity_record_prove(const char *folder, const char *policy, size_t policy_size,
                                                 uint64_t index, char *ret_receipt, size_t capacity, size_t *ret_size,
                                                 comity_error *reterr);

/* What a record was found to hold. A plain value. */
typedef struct comity_record_holding {
    uint64_t size;   /* entries under the checkpoint, which are all in order */
    uint64_t kept;   /* of which the private store keeps what they stand for */
    uint64_t erased; /* of which that was erased, as the store says */
    uint64_t absent; /* of which it says nothing: it is damaged, or was not copied */
    uint64_t beyond; /* entries in the store that no checkpoint covers yet */
} comity_record_holding;

/* Verifies all of a record: every entry hashed up to the signed root, every tile
 * compared, and the private store held against the entries. COMITY_ERROR_RECORD,
 * with what is wrong and where; COMITY_ERROR_SIGNATURE if the checkpoint is not
 * signed as it must be. Look at `absent` too. It takes a second for some millions. */
COMITY_CHECKED comity_status comity_record_verify(const char *folder, const char *policy, size_t policy_size,
                                                  comity_record_holding *ret_holding, comity_error *reterr);

/* Does a receipt show, under a policy of trust, that a judgement is in a log? All
 * three are texts; nothing else is read. COMITY_OK, and its place in the log; or
 * COMITY_ERROR_SIGNATURE or COMITY_ERROR_SYNTAX with what is wrong. */
COMITY_CHECKED comity_status comity_receipt_verify(const char *receipt, size_t receipt_size, const void *judgement,
                                                   size_t judgement_size, const char *policy, size_t policy_size,
                                                   uint64_t *ret_index, comity_error *reterr);

#ifdef __cplusplus
}
#endif

#endif
