/* Judging again by what records kept. For this folder and the programs above it. */
#ifndef COMITY_API_REPLAY_H
#define COMITY_API_REPLAY_H

#include "api/papers_bundle.h"
#include "api/record_folder.h"

/* Keeps the law opened last. Borrows the disk. Belongs to one thread at a time. */
typedef struct comity_replay {
    comity_disk *disk;
    comity_law *law;
    comity_context *context;
    comity_papers *papers;
    char opened[COMITY_LAW_NAME_SIZE + 1], held[COMITY_LAW_NAME_SIZE + 1]; /* the names of law and papers */
    bool strict;
    char adopted[COMITY_LIMIT_ADOPTED_BYTES + 1];
} comity_replay;

void comity_replay_begin(comity_disk *disk, comity_replay *ret_replay);
void comity_replay_end(comity_replay *replay);

/* Goes on with another record: what is opened is known by its hash, and stays. */
void comity_replay_turn(comity_replay *replay, comity_disk *disk);

/* Judges again, or takes the file that was appended, and holds it against the
 * entry: what the entry stands for, good until the next; COMITY_ERROR_RECORD if
 * it is another judgement now. */
COMITY_MUST_USE comity_status comity_replay_stands_for(comity_replay *replay, const comity_record_view *entry,
                                                const void **ret_bytes, size_t *ret_size, comity_error *reterr);

/* Judges by what was kept, without writing the judgement: it lies in the replay's
 * context. Good until the next. */
COMITY_MUST_USE comity_status comity_replay_look(comity_replay *replay, const comity_kept *kept, comity_error *reterr);

/* The judgement that follows from what was kept. Good until the next. */
COMITY_MUST_USE comity_status comity_replay_judge(comity_replay *replay, const comity_kept *kept, comity_answer *ret_answer,
                                                 comity_error *reterr);

#endif
