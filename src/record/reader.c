/* What comes in: the folder of a record. What goes out: its entries, proofs and
 * what is kept, each held against the signed root or the entry it belongs to. */
#include "record/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char checkpoint_path[] = "public/checkpoint";

/* A checkpoint that witnesses have signed lies beside the newest one, and may lag behind it. */
static comity_status open_cosigned(comity_record_reader *reader, const comity_policy *policy, comity_error *reterr)
{
    comity_note note;
    uint8_t *bytes;
    size_t size;
    comity_error error;
    if (comity_disk_load(reader->disk, "public/cosigned", COMITY_LIMIT_CHECKPOINT_BYTES, &bytes, &size, &error) !=
        COMITY_DISK_OK) {
        return COMITY_ERROR_SIGNATURE; /* what was wrong with the newest is said already */
    }
    free(reader->note);
    reader->note = bytes;
    reader->note_size = size;
    return comity_policy_open(policy, bytes, size, &note, &reader->checkpoint, reterr);
}

static comity_status open_checkpoint(comity_record_reader *reader, const comity_policy *policy, comity_error *reterr)
{
    const comity_record_config *config = &reader->config;
    comity_verifier keys[COMITY_LIMIT_RECORD_KEYS + COMITY_LIMIT_RECORD_PAST_KEYS];
    comity_note note;
    comity_disk_result result = comity_disk_load(reader->disk, checkpoint_path, COMITY_LIMIT_CHECKPOINT_BYTES,
                                                 &reader->note, &reader->note_size, reterr);
    COMITY_TRY(comity_disk_status(result, checkpoint_path, reterr));
    if (policy != NULL) {
        comity_status status =
            comity_policy_open(policy, reader->note, reader->note_size, &note, &reader->checkpoint, reterr);
        COMITY_TRY(status == COMITY_ERROR_SIGNATURE ? open_cosigned(reader, policy, reterr) : status);
    } else {
        memcpy(keys, config->keys, config->key_count * sizeof *keys);
        memcpy(keys + config->key_count, config->past, config->past_count * sizeof *keys);
        comity_error error;
        comity_status status = comity_checkpoint_open(reader->note, reader->note_size, keys,
                                                      config->key_count + config->past_count, &note,
                                                      &reader->checkpoint, &error);
        if (status != COMITY_OK) {
            return comity_fail(reterr, status, "%s: %s", checkpoint_path, error.message);
        }
    }
    if (reader->checkpoint.origin_size != strlen(config->origin) ||
        memcmp(reader->checkpoint.origin, config->origin, reader->checkpoint.origin_size) != 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "the checkpoint is of another log than the record says");
    }
    return COMITY_OK;
}

comity_status comity_record_reader_open(comity_disk *disk, const comity_policy *policy, comity_record_reader *ret_reader,
                                        comity_error *reterr)
{
    comity_record_reader *reader = ret_reader;
    memset(reader, 0, sizeof *reader);
    reader->disk = disk;
    comity_tile_reader_init(&reader->tiles, (comity_tile_source){disk, comity_tile_from_disk});
    comity_status status = comity_record_config_load(disk, &reader->config, reterr);
    if (status == COMITY_OK) {
        status = open_checkpoint(reader, policy, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_store_list(disk, &reader->config.origin_hash, &reader->store, reterr);
    }
    if (status != COMITY_OK) {
        comity_record_reader_close(reader);
    }
    return status;
}

void comity_record_reader_close(comity_record_reader *reader)
{
    free(reader->note);
    comity_tile_reader_free(&reader->tiles);
    comity_store_free(&reader->store);
    memset(reader, 0, sizeof *reader);
}

comity_status comity_record_reader_entry(comity_record_reader *reader, uint64_t index, comity_hash *ret_commitment,
                                         comity_error *reterr)
{
    uint64_t bundle = index / COMITY_TILE_WIDTH;
    if (index >= reader->checkpoint.size) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "there is no entry %" PRIu64 " in a log of %" PRIu64, index,
                           reader->checkpoint.size);
    }
    if (reader->bundle_width == 0 || reader->bundle_index != bundle) {
        uint16_t width = comity_tile_width(COMITY_TILE_ENTRIES, bundle, reader->checkpoint.size);
        reader->bundle_width = 0;
        COMITY_TRY(comity_bundle_from_disk(reader->disk, bundle, width, reader->bundle, reterr));
        reader->bundle_index = bundle;
        reader->bundle_width = width;
    }
    *ret_commitment = reader->bundle[index % COMITY_TILE_WIDTH];
    return COMITY_OK;
}

comity_status comity_record_reader_find(comity_record_reader *reader, uint64_t index, comity_segment_cursor *ret_cursor,
                                        size_t *ret_class, comity_record_view *ret_view, comity_error *reterr)
{
    comity_hash commitment;
    COMITY_TRY(comity_record_reader_entry(reader, index, &commitment, reterr));
    COMITY_TRY(comity_store_find(&reader->store, index, ret_cursor, ret_class, ret_view, reterr));
    if (ret_view->kind == COMITY_RECORD_ENTRY && !comity_hash_equal(&commitment, &ret_view->commitment)) {
        comity_segment_close(ret_cursor);
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "what the private store keeps of entry %" PRIu64 " is not what the log's entry stands for",
                           index);
    }
    return COMITY_OK;
}

comity_status comity_record_reader_receipt(comity_record_reader *reader, uint64_t index, comity_buffer *buffer,
                                           comity_error *reterr)
{
    comity_receipt receipt = {.index = index};
    comity_hash commitment;
    comity_hash leaf;
    comity_segment_cursor cursor = {0};
    comity_record_view view;
    size_t unused;
    COMITY_TRY(comity_record_reader_entry(reader, index, &commitment, reterr));
    COMITY_TRY(comity_proof_inclusion(&reader->tiles, index, reader->checkpoint.size, &receipt.proof, reterr));
    comity_entry_leaf(&commitment, &leaf);
    comity_error error;
    if (comity_proof_check_inclusion(&receipt.proof, index, reader->checkpoint.size, &leaf, &reader->checkpoint.root,
                                     &error) != COMITY_OK) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "the tiles are damaged: %s", error.message);
    }
    comity_status status = comity_record_reader_find(reader, index, &cursor, &unused, &view, reterr);
    if (status != COMITY_OK && status != COMITY_ERROR_NAME) { /* who copied only what is public has no store */
        return status;
    }
    if (status == COMITY_OK && view.kind == COMITY_RECORD_ENTRY) {
        receipt.has_salt = true;
        memcpy(receipt.salt, view.salt, sizeof receipt.salt);
    }
    comity_segment_close(&cursor);
    receipt.checkpoint = (const char *)reader->note;
    receipt.checkpoint_size = reader->note_size;
    comity_receipt_write(&receipt, buffer);
    return COMITY_OK;
}
