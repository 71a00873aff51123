/* What comes in: commitments that are durable. What goes out: tiles, and a signed
 * checkpoint over them. It holds `publishing` from end to end and `mutex` only to
 * fetch what is new, so no commit waits for it. */
#include "record/log_inner.h"

#include <string.h>

/* Moves what is pending to `taken`. `publishing` is held. */
static comity_status take_pending(comity_log *log, size_t *ret_count, comity_error *reterr)
{
    (void)pthread_mutex_lock(&log->mutex);
    comity_status status = log->failed ? comity_log_failed(log, reterr) : COMITY_OK;
    if (status == COMITY_OK) {
        comity_hash *empty = log->taken;
        size_t capacity = log->taken_capacity;
        log->taken = log->pending;
        log->taken_capacity = log->pending_capacity;
        *ret_count = log->pending_count;
        log->pending = empty;
        log->pending_capacity = capacity;
        log->pending_count = 0;
    }
    (void)pthread_mutex_unlock(&log->mutex);
    return status;
}

/* Signs the tree as it is and puts it in place of the checkpoint. */
static comity_status write_checkpoint(comity_log *log, comity_error *reterr)
{
    comity_checkpoint checkpoint = {.origin = log->config.origin,
                                    .origin_size = strlen(log->config.origin),
                                    .size = log->publisher.tree.size};
    comity_buffer text;
    comity_buffer note;
    const uint8_t *bytes;
    size_t size;
    comity_tree_root(&log->publisher.tree, &checkpoint.root);
    comity_buffer_init(&text, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_buffer_init(&note, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_checkpoint_write(&checkpoint, &text);
    comity_status status = comity_buffer_bytes(&text, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        comity_buffer_append(&note, bytes, size);
        comity_buffer_append_byte(&note, '\n');
    }
    for (size_t i = 0; i < log->signer_count && status == COMITY_OK; i++) {
        status = comity_note_sign(log->signers[i], (const char *)bytes, size, &note, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_buffer_bytes(&note, &bytes, &size, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_disk_store(log->disk, "public/checkpoint", bytes, size, true, reterr);
    }
    comity_buffer_free(&text);
    comity_buffer_free(&note);
    return status;
}

static comity_status publish(comity_log *log, bool settle, bool sign, comity_error *reterr)
{
    size_t count;
    COMITY_TRY(take_pending(log, &count, reterr));
    COMITY_TRY(comity_publisher_add(&log->publisher, log->taken, count, reterr));
    uint64_t size = log->publisher.tree.size;
    COMITY_TRY(comity_publisher_edge(&log->publisher, reterr));
    if (size != log->published || sign) {
        COMITY_TRY(write_checkpoint(log, reterr));
        log->published = size;
    }
    if (size != log->publisher.settled && (settle || size - log->publisher.settled >= SETTLE_ENTRIES)) {
        COMITY_TRY(comity_publisher_settle(&log->publisher, reterr));
    }
    return COMITY_OK;
}

comity_status comity_log_publish_as(comity_log *log, bool settle, bool sign, uint64_t *ret_size, comity_error *reterr)
{
    comity_error error;
    (void)pthread_mutex_lock(&log->publishing);
    comity_status status = publish(log, settle, sign, &error);
    if (status == COMITY_OK) {
        *ret_size = log->published;
    } else { /* before anybody else can go on from what was half made */
        status = comity_log_fail(log, status, &error, reterr);
    }
    (void)pthread_mutex_unlock(&log->publishing);
    return status;
}

comity_status comity_log_publish(comity_log *log, bool settle, uint64_t *ret_size, comity_error *reterr)
{
    return comity_log_publish_as(log, settle, false, ret_size, reterr);
}

comity_status comity_log_sign(comity_log *log, comity_error *reterr)
{
    uint64_t unused;
    return comity_log_publish_as(log, false, true, &unused, reterr);
}
