/* Checkpoints (C2SP tlog-checkpoint): origin, size and root of a log, signed.
 *
 *     origin\nsize\nbase64(root)\n[further lines]\n
 *     — origin base64(key id ‖ signature)\n
 *
 * The text is read only out of a note that was opened. Pure; any thread. */
#ifndef COMITY_RECORD_CHECKPOINT_H
#define COMITY_RECORD_CHECKPOINT_H

#include "note/note.h"
#include "record/tree.h"

/* Borrows its origin. */
typedef struct comity_checkpoint {
    const char *origin;
    size_t origin_size;
    uint64_t size;
    comity_hash root;
} comity_checkpoint;

/* Reads the text of an opened note. COMITY_ERROR_SYNTAX, with the line, if it is no checkpoint. */
COMITY_MUST_USE comity_status comity_checkpoint_read(const char *text, size_t size, comity_checkpoint *ret_checkpoint,
                                                     comity_error *reterr);

/* Appends the text, without signatures. */
void comity_checkpoint_write(const comity_checkpoint *checkpoint, comity_buffer *buffer);

/* Opens a note by keys of logs and witnesses and reads it. One signature must be
 * by a log's key, or it fails with COMITY_ERROR_SIGNATURE. Borrows the bytes. */
COMITY_MUST_USE comity_status comity_checkpoint_open(const void *bytes, size_t size, const comity_verifier *verifiers,
                                                     size_t verifier_count, comity_note *ret_note,
                                                     comity_checkpoint *ret_checkpoint, comity_error *reterr);

/* A number as the formats of logs have it: decimal digits, no leading zero, at
 * most COMITY_TREE_SIZE_MAX. False if it is none. */
bool comity_log_number_read(const char *text, size_t size, uint64_t *ret_number);

/* A hash as standard base64. False if it is none. */
bool comity_log_hash_read(const char *text, size_t size, comity_hash *ret_hash);

/* Appends a hash as standard base64. */
void comity_log_hash_write(const comity_hash *hash, comity_buffer *buffer);

/* Takes the first line, without its newline, off what is left of a text. False
 * if there is no whole line. */
bool comity_log_line(const char **text, size_t *size, const char **ret_line, size_t *ret_line_size);

#endif
