/* Making what the public reads: tiles, bundles of entries, checkpoints.
 *
 *     public/checkpoint
 *     public/tile/…
 *
 * A publisher grows the tree by commitments and writes each tile when it is
 * full, and those that are not when a size is to be signed. Files are not synced
 * one by one: what follows from the private store can be made again. What is
 * `settled` was synced, with everything before it, and is where making again
 * begins after a crash. Belongs to one thread at a time. */
#ifndef COMITY_RECORD_PUBLISH_H
#define COMITY_RECORD_PUBLISH_H

#include "record/checkpoint.h"
#include "record/disk.h"
#include "record/entry.h"
#include "record/tile.h"

/* The fields are private, but for `tree`, which may be read. */
typedef struct comity_publisher {
    comity_disk *disk;
    comity_tree tree;
    comity_hash hashes[COMITY_TILE_LEVELS][COMITY_TILE_WIDTH]; /* of the tiles at the right edge */
    uint16_t widths[COMITY_TILE_LEVELS];
    uint16_t written[COMITY_TILE_LEVELS];      /* the width that is on disk */
    comity_hash commitments[COMITY_TILE_WIDTH]; /* of the bundle at the right edge */
    uint64_t settled;
    comity_tile *outgrown; /* tiles of which parts are on disk that the full one replaces */
    size_t outgrown_count, outgrown_capacity;
} comity_publisher;

/* Takes up the log where it was settled: `size` and `root` as settled
 * says. COMITY_ERROR_RECORD if the tiles do not lead to that root. */
COMITY_MUST_USE comity_status comity_publisher_begin(comity_disk *disk, uint64_t size, const comity_hash *root,
                                                     comity_publisher *ret_publisher, comity_error *reterr);

/* NULL is allowed. */
void comity_publisher_free(comity_publisher *publisher);

/* Adds `count` entries; writes the tiles they fill. */
COMITY_MUST_USE comity_status comity_publisher_add(comity_publisher *publisher, const comity_hash *commitments,
                                                   size_t count, comity_error *reterr);

/* Writes the tiles at the right edge as they are. */
COMITY_MUST_USE comity_status comity_publisher_edge(comity_publisher *publisher, comity_error *reterr);

/* After the edge was written: syncs everything and notes size and root in settled. */
COMITY_MUST_USE comity_status comity_publisher_settle(comity_publisher *publisher, comity_error *reterr);

/* Reads settled; size 0 if there is none. COMITY_ERROR_RECORD if it is damaged. */
COMITY_MUST_USE comity_status comity_settled_read(comity_disk *disk, uint64_t *ret_size, comity_hash *ret_root,
                                                  comity_error *reterr);

/* Tiles from below public/; `self` is a comity_disk. Where a part of a tile is
 * gone and the full one is there, that is read. */
COMITY_MUST_USE comity_status comity_tile_from_disk(void *self, const comity_tile *tile, uint8_t *ret_bytes,
                                                    comity_error *reterr);

/* A bundle's commitments from below public/, likewise. */
COMITY_MUST_USE comity_status comity_bundle_from_disk(comity_disk *disk, uint64_t index, uint16_t width,
                                                      comity_hash *ret_commitments, comity_error *reterr);

#endif
