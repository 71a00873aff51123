/* Signed notes (C2SP signed-note): the one form of everything that is signed.
 *
 *     text, one or more lines, the first of which says what it is
 *     (an empty line)
 *     — name base64(key id ‖ signature)
 *     — …
 *
 * All of it is UTF-8 without control characters but newlines. The text ends in
 * its newline; the last empty line divides. A signature of type 01 is Ed25519
 * over the text; one of type 04 (cosignature/v1) is a time, as u64 big-endian of
 * seconds since 1970, and Ed25519 over `cosignature/v1\ntime T\n` and the text.
 *
 * Functions are pure; any thread may call them. */
#ifndef COMITY_NOTE_NOTE_H
#define COMITY_NOTE_NOTE_H

#include "base/buffer.h"
#include "note/key.h"

/* Who signed. */
typedef struct comity_note_signature {
    uint32_t verifier; /* index among the verifiers given */
    uint64_t time;     /* of a cosignature: seconds since 1970, as the witness says; else 0 */
} comity_note_signature;

/* A note that has been verified. Borrows the bytes it was opened from. */
typedef struct comity_note {
    const char *text;
    size_t text_size;                                               /* with the last newline, without the empty line */
    uint32_t signature_count;                                       /* at least 1 */
    comity_note_signature signatures[COMITY_LIMIT_NOTE_SIGNATURES]; /* by different keys, in the order of their lines */
} comity_note;

/* Verifies a note; only then is there a text to read.
 *
 * Signatures by keys that are not among the verifiers (name and id both) are
 * passed over. Every signature by one that is must be good, of several of the
 * same name and id by one of them, and one there must be. A key counts once, whatever names it is given under. The verifiers'
 * purpose decides what the text may be: a log's key vouches for checkpoints of
 * that log only, a witness's for checkpoints, a paper's for papers.
 *
 * COMITY_ERROR_SYNTAX if it is no note, COMITY_ERROR_LIMIT if too large, and
 * COMITY_ERROR_SIGNATURE if a signature is wrong, the text is of another kind
 * than a key of its may sign, or none of the verifiers signed it. */
COMITY_MUST_USE comity_status comity_note_open(const void *bytes, size_t size, const comity_verifier *verifiers,
                                               size_t verifier_count, comity_note *ret_note, comity_error *reterr);

/* The same, but a note that none of the verifiers signed is no error: then
 * `ret_note` has no signatures and no text. */
COMITY_MUST_USE comity_status comity_note_try(const void *bytes, size_t size, const comity_verifier *verifiers,
                                              size_t verifier_count, comity_note *ret_note, comity_error *reterr);

/* The same for trying keys one lot after another: nor is a signature an error
 * that is wrong by all keys of this lot with its name and id, for another lot
 * may have the one that made it. Then the note is `*ret_doubtful`, and whoever
 * has all keys together opens it by all of them before he believes it. */
COMITY_MUST_USE comity_status comity_note_try_some(const void *bytes, size_t size, const comity_verifier *verifiers,
                                                   size_t verifier_count, comity_note *ret_note, bool *ret_doubtful,
                                                   comity_error *reterr);

/* The keys that a note says it was signed by, before anything is verified: for
 * telling what is missing, and for nothing else. */
typedef struct comity_note_line {
    const char *name; /* in the note's bytes */
    size_t name_size;
    uint8_t id[COMITY_KEY_ID_SIZE];
} comity_note_line;

/* Fails as comity_note_open does when the bytes are no note. */
COMITY_MUST_USE comity_status comity_note_lines(const void *bytes, size_t size,
                                                comity_note_line ret_lines[COMITY_LIMIT_NOTE_SIGNATURES],
                                                size_t *ret_count, comity_error *reterr);

/* The size of the text that a note claims to have signed: for naming it by its
 * hash, and for nothing else before it is verified. Fails likewise. */
COMITY_MUST_USE comity_status comity_note_text_size(const void *bytes, size_t size, size_t *ret_size,
                                                    comity_error *reterr);

/* Could this stand as a note's text? Not empty, UTF-8, no control character but
 * newlines, one at the end. COMITY_ERROR_SYNTAX, with the offset. */
COMITY_MUST_USE comity_status comity_note_text_check(const char *text, size_t size, comity_error *reterr);

/* Appends the signature line of a log's or paper's key. The whole note is the
 * text, a newline, and the lines of its signers. Refuses with
 * COMITY_ERROR_SIGNATURE what the key's purpose does not admit. */
COMITY_MUST_USE comity_status comity_note_sign(const comity_signer *signer, const char *text, size_t size,
                                               comity_buffer *buffer, comity_error *reterr);

/* Appends the signature line of a witness's key. `time`: seconds since 1970, at most INT64_MAX. */
COMITY_MUST_USE comity_status comity_note_cosign(const comity_signer *signer, const char *text, size_t size,
                                                 uint64_t time, comity_buffer *buffer, comity_error *reterr);

/* Appends the whole note again with the signer's line behind the others (any
 * former line of the same key left out). The note must be well formed, and is
 * otherwise not verified: who countersigns has read what he signs. */
COMITY_MUST_USE comity_status comity_note_countersign(const comity_signer *signer, const void *bytes, size_t size,
                                                      comity_buffer *buffer, comity_error *reterr);

#endif
