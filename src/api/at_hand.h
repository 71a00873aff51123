/* Judgements that go to a record together, each with what is kept of it. */
#ifndef COMITY_API_AT_HAND_H
#define COMITY_API_AT_HAND_H

#include "api/handles.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "record/entry.h"
#include "record/log.h"

/* All by the same law and papers. Owns what its items point to, until it is cleared. Of one thread. */
typedef struct comity_at_hand {
    comity_log_submission items[COMITY_ENTRY_COMMIT_MAX];
    comity_verdict verdicts[COMITY_ENTRY_COMMIT_MAX];
    comity_buffer json[COMITY_ENTRY_COMMIT_MAX], kept[COMITY_ENTRY_COMMIT_MAX];
    size_t count, bytes;
} comity_at_hand;

/* Allocates nothing. */
void comity_at_hand_init(comity_at_hand *ret_hand);
void comity_at_hand_free(comity_at_hand *hand);

/* Are they so many, or so large, that they go before another comes? */
static inline bool comity_at_hand_is_full(const comity_at_hand *hand)
{
    return hand->count == COMITY_ENTRY_COMMIT_MAX || hand->bytes >= COMITY_LIMIT_AT_HAND_BYTES;
}

/* Adds the judgement that the context made last, `answer`; there must be room. The buffer that the context wrote it to
 * changes places with another, so that it is not copied: it stays where it is until the next clear. `act`, `today` and
 * `gate` are as comity_record_kept_write has them. On failure nothing is added. */
COMITY_MUST_USE comity_status comity_at_hand_add(comity_at_hand *hand, comity_context *context,
                                                 const comity_answer *answer, const char *act, size_t act_size,
                                                 const char *today, const char *gate, comity_error *reterr);

/* Nothing is at hand any more. What a usual judgement takes of memory is used again. */
void comity_at_hand_clear(comity_at_hand *hand);

#endif
