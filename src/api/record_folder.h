/* A record in its folder: its keys, and the law it names. For this folder and the
 * programs above it. */
#ifndef COMITY_API_RECORD_FOLDER_H
#define COMITY_API_RECORD_FOLDER_H

#include "api/handles.h"
#include "api/kept.h"
#include "note/key_file.h"
#include "record/log.h"
#include "record/reader.h"

#include <pthread.h>
#include <stdatomic.h>

/* Names of laws and papers, to be looked for by name. */
typedef struct comity_grounds comity_grounds;

struct comity_record {
    comity_disk *disk;
    comity_signer *signers[COMITY_LIMIT_RECORD_KEYS];
    size_t signer_count;
    comity_log *log;

    /* the thread that publishes and the one that commits what nobody waits for, if there are */
    pthread_t publisher, attendant;
    bool has_publisher, has_attendant;
    int wake; /* an eventfd: written to when it is to end */
    unsigned publish_every_ms;

    pthread_mutex_t laws;                  /* guards the next six, but for counting down */
    char law[COMITY_LAW_NAME_SIZE + 1];    /* the law kept last; "" if none */
    char papers[COMITY_LAW_NAME_SIZE + 1]; /* the papers kept last */
    bool is_swept;                         /* a sweep is under way */
    comity_grounds *named;                 /* what entries name meanwhile */
    bool named_all;                        /* else nothing goes: there was no memory */
    unsigned round;                        /* of those who submit: 0 or 1, the other with each sweep */
    atomic_uint submitting[2];             /* by round: who has kept grounds and not yet submitted */
    bool has_laws;
    pthread_mutex_t sweeping;              /* one at a time */
};

/* Makes the folder, if it is not there, so that it is there after a crash too. */
COMITY_MUST_USE comity_status comity_record_make_folder(const char *folder, comity_error *reterr);

/* Does the message begin with the folder, as those of its files do? */
bool comity_record_is_told_of(const char *folder, const char *message);

/* Makes a new key of the log in the folder's keys/ and adds it to the config. */
COMITY_MUST_USE comity_status comity_record_add_key(const char *folder, comity_record_config *config,
                                                    const char *passphrase, comity_error *reterr);

/* "keys/0a1b2c3d.key" below the folder. False if that is too long. */
bool comity_record_key_path(const char *folder, const comity_verifier *key, char *ret_path, size_t capacity);

/* The secret keys of a config, from the folder's keys/. The caller frees them. */
COMITY_MUST_USE comity_status comity_record_load_keys(const char *folder, const comity_record_config *config,
                                                      const char *passphrase, comity_signer **ret_signers,
                                                      comity_error *reterr);

/* "law/HASH.image" for the name of a law, and "papers/HASH.papers" for that of papers. */
void comity_record_law_path(const char *law, char ret_path[COMITY_DISK_PATH_SIZE]);
void comity_record_papers_path(const char *papers, char ret_path[COMITY_DISK_PATH_SIZE]);

/* What a record keeps of the context's next judgement of an act. `gate`: the name
 * of who has it judged, at most COMITY_LIMIT_RECORD_GATE_BYTES, without newlines; NULL: it is not kept. */
void comity_record_kept_write(const comity_context *context, const char *act, size_t act_size, const char *today,
                              const char *gate, comity_buffer *buffer);

/* Keeps the context's law and papers beside the log, if they are not there, and submits an
 * entry that names them. Any thread. */
COMITY_MUST_USE comity_status comity_record_submit_judged(comity_record *record, const comity_context *context,
                                                          const comity_record_entry *entry, uint64_t *ret_index,
                                                          comity_error *reterr);

/* Submits up to COMITY_ENTRY_COMMIT_MAX entries at once: see comity_log_submit_many. `retention`: NULL for the standard one. Any thread. */
void comity_record_submit_many(comity_record *record, const char *retention, uint64_t time_ms,
                               comity_log_submission *items, size_t count);

/* Ends the thread that commits what nobody waits for: where somebody always waits, and is there to commit himself, it
 * only costs the processor. Once, before anything is submitted. */
void comity_record_dismiss(comity_record *record);

/* The same as comity_record_submit_judged of up to COMITY_ENTRY_COMMIT_MAX entries that name the same law and papers,
 * which are a failure of all if they cannot be kept. */
void comity_record_submit_judged_many(comity_record *record, const comity_context *context, const char *retention,
                                      uint64_t time_ms, comity_log_submission *items, size_t count);

/* Removes papers and law images beside the log that no entry names any more. Others go on
 * submitting. `go_on` is asked now and then, and ends it by saying no, with nothing removed; NULL: it is not.
 * `*ret_unread`: entries of a form that is not known, a newer version's or a caller's own; what is in the form of a
 * name in them stays. COMITY_ERROR_RECORD, and nothing removed, if the store cannot be read whole. */
COMITY_MUST_USE comity_status comity_record_sweep(comity_record *record, bool (*go_on)(void *context), void *context,
                                                  uint64_t *ret_unread, comity_error *reterr);

/* Adds a name "sha256:…", unless it is NULL or there. Only memory can fail. NULL is a set with nothing in it. */
COMITY_MUST_USE bool comity_grounds_add(comity_grounds **set, const char *name);

#endif
