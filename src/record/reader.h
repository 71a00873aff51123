/* Reading a record without writing to it: checkpoint, entries, proofs, and what
 * the private store keeps. Takes no lock; a writer may go on beside it, and what
 * is read is the log as of the checkpoint that was there. */
#ifndef COMITY_RECORD_READER_H
#define COMITY_RECORD_READER_H

#include "record/config.h"
#include "record/publish.h"
#include "record/receipt.h"
#include "record/store.h"

/* Owns memory until comity_record_reader_close; borrows the disk. Belongs to one
 * thread at a time. The fields may be read. */
typedef struct comity_record_reader {
    comity_disk *disk;
    comity_record_config config;
    uint8_t *note; /* the checkpoint's bytes */
    size_t note_size;
    comity_checkpoint checkpoint;
    comity_tile_reader tiles;
    comity_store store;
    comity_hash bundle[COMITY_TILE_WIDTH]; /* the one read last */
    uint64_t bundle_index;
    uint16_t bundle_width; /* 0: none */
} comity_record_reader;

/* `policy` NULL: the log is believed about its own keys, and no witness is asked
 * for. COMITY_ERROR_SIGNATURE if the checkpoint is not signed as it must be. */
COMITY_MUST_USE comity_status comity_record_reader_open(comity_disk *disk, const comity_policy *policy,
                                                        comity_record_reader *ret_reader, comity_error *reterr);

/* A reader that is all zero has nothing to close. */
void comity_record_reader_close(comity_record_reader *reader);

/* The commitment of entry `index`, from its bundle. COMITY_ERROR_RANGE. */
COMITY_MUST_USE comity_status comity_record_reader_entry(comity_record_reader *reader, uint64_t index,
                                                         comity_hash *ret_commitment, comity_error *reterr);

/* What the store has of `index`: good until `ret_cursor` is closed, which the
 * caller does. COMITY_ERROR_RECORD if it is not what the log's entry stands for. */
COMITY_MUST_USE comity_status comity_record_reader_find(comity_record_reader *reader, uint64_t index,
                                                        comity_segment_cursor *ret_cursor, size_t *ret_class,
                                                        comity_record_view *ret_view, comity_error *reterr);

/* Appends the receipt of entry `index`, with its salt if that is still kept. The
 * proof is checked before it is given away. */
COMITY_MUST_USE comity_status comity_record_reader_receipt(comity_record_reader *reader, uint64_t index,
                                                           comity_buffer *buffer, comity_error *reterr);

#endif
