/* Judgements come in, one by one; items for a record go out, up to COMITY_ENTRY_COMMIT_MAX of
 * them, so that their commitments are hashed side by side. Submitting them is the caller's. */
#include "api/at_hand.h"

#include "api/record_folder.h"
#include "base/limits.h"

#include <assert.h>

void comity_at_hand_init(comity_at_hand *ret_hand)
{
    ret_hand->count = 0;
    ret_hand->bytes = 0;
    for (size_t i = 0; i < COMITY_ENTRY_COMMIT_MAX; i++) {
        comity_buffer_init(&ret_hand->json[i], COMITY_LIMIT_ANSWER_BYTES);
        comity_buffer_init(&ret_hand->kept[i], COMITY_LIMIT_RECORD_KEPT_BYTES);
    }
}

void comity_at_hand_free(comity_at_hand *hand)
{
    for (size_t i = 0; i < COMITY_ENTRY_COMMIT_MAX; i++) {
        comity_buffer_free(&hand->json[i]);
        comity_buffer_free(&hand->kept[i]);
    }
    hand->count = 0;
    hand->bytes = 0;
}

comity_status comity_at_hand_add(comity_at_hand *hand, comity_context *context, const comity_answer *answer,
                                 const char *act, size_t act_size, const char *today, const char *gate,
                                 comity_error *reterr)
{
    comity_log_submission *item = &hand->items[hand->count];
    comity_buffer *kept = &hand->kept[hand->count];
    const uint8_t *bytes;
    assert(!comity_at_hand_is_full(hand));
    comity_buffer_reset(kept);
    comity_record_kept_write(context, act, act_size, today, gate, kept);
    COMITY_TRY(comity_buffer_bytes(kept, &bytes, &item->kept_size, reterr));
    comity_buffer other = hand->json[hand->count];
    hand->json[hand->count] = context->out;
    context->out = other;
    item->judgement = answer->json;
    item->judgement_size = answer->json_size;
    item->kept = bytes;
    item->error.code = COMITY_OK;
    hand->verdicts[hand->count++] = answer->verdict;
    hand->bytes += answer->json_size + item->kept_size;
    return COMITY_OK;
}

static void shrink(comity_buffer *buffer)
{
    if (buffer->capacity > COMITY_LIMIT_AT_HAND_KEPT_BYTES) {
        comity_buffer_free(buffer);
    }
}

void comity_at_hand_clear(comity_at_hand *hand)
{
    for (size_t i = 0; i < hand->count; i++) {
        shrink(&hand->json[i]);
        shrink(&hand->kept[i]);
    }
    hand->count = 0;
    hand->bytes = 0;
}
