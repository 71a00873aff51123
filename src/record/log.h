/* The log while it is written: append, group commit, publish, recover.
 *
 * Threads and what guards what:
 *
 * - Any number of threads submit. A submission takes a salt (salt.h), works out its
 *   commitment and its record by itself, and takes `mutex` only to give it the next
 *   index and copy it into the batch that is filling.
 * - Of those who wait for their index to be durable, one leads: it swaps the two
 *   batches, leaves `mutex`, completes the records with how many are durable,
 *   writes the whole batch and syncs, once for all, and wakes those who wait for
 *   it; meanwhile the other batch fills. Then one of those who wait for that one
 *   is woken to lead it. `committing` says that somebody leads. `durable` only
 *   rises, and is read without `mutex` too.
 * - Where callers have many entries under way in few threads, all of them may be
 *   busy with what has just become durable, while what they submitted before waits
 *   and the disk rests. So whoever opens the log may give it a thread that attends:
 *   it leads what nobody waits for. There is no thread of the log's own.
 * - Publishing (tiles, checkpoint) has a mutex of its own, `publishing`, and
 *   takes `mutex` only to fetch what has become durable. It never holds up a
 *   commit. Order of locking: `erasing`, then `publishing`, then `mutex`.
 * - Erasing holds `erasing` for a segment at a time. It leads for a moment, to list
 *   the segments and to end the one it must not share with those who commit;
 *   `pausing` keeps those from going on for ever before it has its turn.
 * - What fails while committing or publishing is final: `failed` is set, all who
 *   wait get the error, and so does everybody after. What was not acknowledged
 *   may be in the log or not; opening it again tells.
 *
 * A log belongs to the process that opened it; a lock on the file `lock` keeps
 * others out, and other openings in the same process. A child after fork(2) must
 * not touch it. */
#ifndef COMITY_RECORD_LOG_H
#define COMITY_RECORD_LOG_H

#include "record/config.h"
#include "record/publish.h"
#include "record/store.h"

typedef struct comity_log comity_log;

/* Makes the folders of a new record on a disk. COMITY_ERROR_SYSTEM if there is a
 * record already. */
COMITY_MUST_USE comity_status comity_log_prepare(comity_disk *disk, comity_error *reterr);

/* Makes the folders that are missing and the file `record`, which makes it a
 * record: `config` with at least one key. */
COMITY_MUST_USE comity_status comity_log_create(comity_disk *disk, const comity_record_config *config,
                                                comity_error *reterr);

/* Opens a record for writing and brings it into order after whatever happened to
 * it: every entry that was acknowledged is there, or it fails with
 * COMITY_ERROR_RECORD and changes nothing. `signers`: one for every key of its
 * config, borrowed, as is the disk, until the log is closed.
 * `segment_bytes_max` 0: as COMITY_LIMIT_RECORD_SEGMENT_BYTES. */
COMITY_MUST_USE comity_status comity_log_open(comity_disk *disk, const comity_signer *const *signers,
                                              size_t signer_count, uint64_t segment_bytes_max, comity_log **ret_log,
                                              comity_error *reterr);

/* Frees; publishes nothing and loses nothing that was acknowledged. No thread may
 * be using the log. NULL is allowed. */
void comity_log_close(comity_log *log);

/* Gives the judgement the next index. It is not durable yet: see comity_log_wait.
 * `class_name`: the class of retention. `time_ms`: now, since 1970. `kept`: what the
 * private store keeps of it, at most COMITY_LIMIT_RECORD_KEPT_BYTES. Any thread. */
COMITY_MUST_USE comity_status comity_log_submit(comity_log *log, const char *class_name, uint64_t time_ms,
                                                const void *judgement, size_t judgement_size, const void *kept,
                                                size_t kept_size, uint64_t *ret_index, comity_error *reterr);

/* One of several judgements. Borrowed. */
typedef struct comity_log_submission {
    const void *judgement;
    size_t judgement_size;
    const void *kept;
    size_t kept_size;
    uint64_t index;     /* set, if it was submitted */
    comity_error error; /* of code COMITY_OK, which it is to be submitted with; else why it was not */
} comity_log_submission;

/* Submits up to COMITY_ENTRY_COMMIT_MAX of one class at once, which takes less time than
 * one by one; each succeeds or fails by itself. One that comes with an error is passed over. Any thread. */
void comity_log_submit_many(comity_log *log, const char *class_name, uint64_t time_ms, comity_log_submission *items,
                            size_t count);

/* Waits until entry `index`, which was submitted, is durable. Any thread. */
COMITY_MUST_USE comity_status comity_log_wait(comity_log *log, uint64_t index, comity_error *reterr);

/* Commits what nobody waits for as soon as the batch before has landed, until comity_log_dismiss or the
 * log's failure. Without it such entries stay where they are until somebody comes to wait. For one thread,
 * which does nothing else. */
void comity_log_attend(comity_log *log);

/* Has comity_log_attend return. Before the log is closed. */
void comity_log_dismiss(comity_log *log);

/* How many entries are durable. Any thread. */
uint64_t comity_log_durable(comity_log *log);

/* Waits until all is durable that was submitted before, and tells how many that are. Any thread. */
COMITY_MUST_USE comity_status comity_log_wait_all(comity_log *log, uint64_t *ret_count, comity_error *reterr);

/* Makes tiles of all that is durable, and a signed checkpoint over it, if there
 * is anything new. `settle`: syncs them too, so that recovery begins there;
 * else that is done every so many entries. Any thread. */
COMITY_MUST_USE comity_status comity_log_publish(comity_log *log, bool settle, uint64_t *ret_size,
                                                 comity_error *reterr);

/* Writes the checkpoint anew, with the signatures of all signers, even if nothing
 * is new: after a change of keys. */
COMITY_MUST_USE comity_status comity_log_sign(comity_log *log, comity_error *reterr);

/* What of a class is to be erased: all entries before `before_ms`, or the one at `index`. */
typedef struct comity_erasure {
    const char *class_name; /* NULL: whichever class the index lies in */
    bool by_index;
    uint64_t index;
    uint64_t before_ms;
} comity_erasure;

/* Erases salts and what was kept; entries, tiles and proofs stay. Settles first.
 * COMITY_ERROR_RANGE if there is no such entry, COMITY_ERROR_NAME if no such class.
 * `time_ms`: now. Other threads go on, submitting and committing. What fails before
 * a segment is put in place of another fails the erasing alone. */
COMITY_MUST_USE comity_status comity_log_erase(comity_log *log, const comity_erasure *what, uint64_t time_ms,
                                               uint64_t *ret_count, comity_error *reterr);

/* The same, a segment at a time, for whoever has something else to do in between.
 * Several may be under way; each belongs to one thread, and ends before the log does. */
typedef struct comity_erasing comity_erasing;

/* What is erased is what was durable before. `what`: its class's name is borrowed to the end. */
COMITY_MUST_USE comity_status comity_log_erase_begin(comity_log *log, const comity_erasure *what, uint64_t time_ms,
                                                     comity_erasing **ret_erasing, comity_error *reterr);

/* Looks through the next segment, and erases what is meant in it. `*ret_done`: it was the last. */
COMITY_MUST_USE comity_status comity_log_erase_step(comity_erasing *erasing, bool *ret_done, comity_error *reterr);

/* How many entries were erased, and frees; also where it has not come to the last. */
uint64_t comity_log_erase_end(comity_erasing *erasing);

#endif
