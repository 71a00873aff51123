/* What comes in: commitments in the order of the log. What goes out: files under
 * public/, the same for the same commitments whoever makes them and how often. */
#include "record/publish.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUNDLE_BYTES_MAX (COMITY_TILE_WIDTH * COMITY_BUNDLE_BYTES)
static const char settled_path[] = "settled";
static const char settled_line[] = "comity settled 1";

/* The tile at the right edge of a level: behind it are only full ones. */
static uint64_t edge_index(uint64_t size, unsigned level)
{
    return (size >> (COMITY_TILE_HEIGHT * level)) / COMITY_TILE_WIDTH;
}

static void public_path(const comity_tile *tile, char ret_path[COMITY_DISK_PATH_SIZE])
{
    char path[COMITY_TILE_PATH_SIZE];
    comity_tile_path(tile, path);
    (void)snprintf(ret_path, COMITY_DISK_PATH_SIZE, "public/%s", path);
}

/* ---- reading ---- */

/* The file of the tile, or the beginning of the full one's. */
static comity_status load_tile(comity_disk *disk, const comity_tile *tile, size_t bytes_each, uint8_t **ret_bytes,
                               comity_error *reterr)
{
    comity_tile from = *tile;
    char path[COMITY_DISK_PATH_SIZE];
    size_t size;
    public_path(&from, path);
    comity_disk_result result = comity_disk_load(disk, path, BUNDLE_BYTES_MAX, ret_bytes, &size, reterr);
    if (result == COMITY_DISK_MISSING && from.width != COMITY_TILE_WIDTH) {
        from.width = COMITY_TILE_WIDTH;
        public_path(&from, path);
        result = comity_disk_load(disk, path, BUNDLE_BYTES_MAX, ret_bytes, &size, reterr);
    }
    COMITY_TRY(comity_disk_status(result, path, reterr));
    if (size != from.width * bytes_each) {
        free(*ret_bytes);
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s has %zu bytes, not %zu", path, size,
                           from.width * bytes_each);
    }
    return COMITY_OK;
}

comity_status comity_tile_from_disk(void *self, const comity_tile *tile, uint8_t *ret_bytes, comity_error *reterr)
{
    uint8_t *bytes;
    COMITY_TRY(load_tile(self, tile, COMITY_SHA256_SIZE, &bytes, reterr));
    memcpy(ret_bytes, bytes, tile->width * (size_t)COMITY_SHA256_SIZE);
    free(bytes);
    return COMITY_OK;
}

comity_status comity_bundle_from_disk(comity_disk *disk, uint64_t index, uint16_t width, comity_hash *ret_commitments,
                                      comity_error *reterr)
{
    comity_tile tile = {COMITY_TILE_ENTRIES, width, index};
    uint8_t *bytes;
    COMITY_TRY(load_tile(disk, &tile, COMITY_BUNDLE_BYTES, &bytes, reterr));
    comity_status status =
        comity_bundle_read(bytes, (size_t)width * COMITY_BUNDLE_BYTES, width, ret_commitments, reterr);
    free(bytes);
    return status;
}

/* ---- writing ---- */

static comity_disk_result put_at(comity_disk *disk, const char *path, const uint8_t *bytes, size_t size,
                                 comity_error *reterr)
{
    int file;
    comity_disk_result result = disk->open(disk, path, COMITY_DISK_CREATE, &file, reterr);
    if (result == COMITY_DISK_OK) {
        result = disk->write(disk, file, 0, bytes, size, reterr);
        disk->close(disk, file);
    }
    return result;
}

/* Is the file there as it should be? After a crash what is there may be torn, or anything. */
static comity_status is_there(comity_disk *disk, const char *path, const uint8_t *bytes, size_t size, bool *ret_same,
                              comity_error *reterr)
{
    uint8_t *old;
    size_t old_size;
    comity_error error = {.code = COMITY_OK};
    *ret_same = false;
    comity_disk_result result = comity_disk_load(disk, path, BUNDLE_BYTES_MAX, &old, &old_size, &error);
    if (result == COMITY_DISK_MISSING || (result == COMITY_DISK_FAILED && error.code == COMITY_ERROR_LIMIT)) {
        return COMITY_OK;
    }
    if (result != COMITY_DISK_OK) {
        return comity_fail(reterr, error.code, "%s", error.message);
    }
    *ret_same = old_size == size && memcmp(old, bytes, size) == 0;
    free(old);
    return COMITY_OK;
}

static comity_status put(comity_disk *disk, const comity_tile *tile, const uint8_t *bytes, size_t size,
                         comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    public_path(tile, path);
    comity_disk_result result = put_at(disk, path, bytes, size, reterr);
    if (result == COMITY_DISK_MISSING) {
        COMITY_TRY(comity_disk_make_parents(disk, path, reterr));
        result = put_at(disk, path, bytes, size, reterr);
    }
    if (result == COMITY_DISK_EXISTS) {
        bool same;
        COMITY_TRY(is_there(disk, path, bytes, size, &same, reterr));
        return same ? COMITY_OK : comity_disk_store(disk, path, bytes, size, false, reterr);
    }
    return comity_disk_status(result, path, reterr);
}

static comity_status put_hashes(comity_publisher *publisher, unsigned level, uint64_t index, comity_error *reterr)
{
    comity_tile tile = {(uint8_t)level, publisher->widths[level], index};
    return put(publisher->disk, &tile, publisher->hashes[level][0].bytes, tile.width * (size_t)COMITY_SHA256_SIZE,
               reterr);
}

static comity_status put_bundle(comity_publisher *publisher, uint64_t index, comity_error *reterr)
{
    uint8_t bytes[BUNDLE_BYTES_MAX];
    comity_tile tile = {COMITY_TILE_ENTRIES, publisher->widths[0], index};
    comity_bundle_write(publisher->commitments, tile.width, bytes);
    return put(publisher->disk, &tile, bytes, (size_t)tile.width * COMITY_BUNDLE_BYTES, reterr);
}

/* Notes a tile whose parts can go when the full one is on disk for good. */
static comity_status outgrow(comity_publisher *publisher, uint8_t level, uint64_t index, comity_error *reterr)
{
    if (publisher->outgrown_count == publisher->outgrown_capacity) {
        size_t larger = publisher->outgrown_capacity == 0 ? 64 : publisher->outgrown_capacity * 2;
        comity_tile *outgrown = realloc(publisher->outgrown, larger * sizeof *outgrown);
        if (outgrown == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        publisher->outgrown = outgrown;
        publisher->outgrown_capacity = larger;
    }
    publisher->outgrown[publisher->outgrown_count++] = (comity_tile){level, COMITY_TILE_WIDTH, index};
    return COMITY_OK;
}

/* Takes the newest hash of the tree into the tile at the right edge, and of each tile that
 * is full by that the one over it into the next level's. */
static comity_status take_newest(comity_publisher *publisher, comity_error *reterr)
{
    for (unsigned level = 0; level < COMITY_TILE_LEVELS; level++) {
        publisher->hashes[level][publisher->widths[level]++] = publisher->tree.newest[COMITY_TILE_HEIGHT * level];
        if (publisher->widths[level] < COMITY_TILE_WIDTH) {
            return COMITY_OK;
        }
        uint64_t index = edge_index(publisher->tree.size, level) - 1;
        COMITY_TRY(put_hashes(publisher, level, index, reterr));
        if (level == 0) {
            COMITY_TRY(put_bundle(publisher, index, reterr));
        }
        if (publisher->written[level] != 0) {
            COMITY_TRY(outgrow(publisher, (uint8_t)level, index, reterr));
            if (level == 0) {
                COMITY_TRY(outgrow(publisher, COMITY_TILE_ENTRIES, index, reterr));
            }
        }
        publisher->widths[level] = publisher->written[level] = 0;
    }
    return COMITY_OK;
}

comity_status comity_publisher_add(comity_publisher *publisher, const comity_hash *commitments, size_t count,
                                   comity_error *reterr)
{
    while (count > 0) {
        comity_hash *leaves = publisher->hashes[0];
        uint16_t at = publisher->widths[0];
        bool whole = at == 0 && count >= COMITY_TILE_WIDTH;
        size_t some = whole ? COMITY_TILE_WIDTH : 1;
        memcpy(publisher->commitments + at, commitments, some * sizeof *commitments);
        comity_entry_leaves(commitments, some, leaves + at);
        if (whole) {
            comity_tile_add(&publisher->tree, leaves);
            publisher->widths[0] = COMITY_TILE_WIDTH - 1; /* and the last is the tree's newest */
        } else {
            comity_tree_add(&publisher->tree, leaves + at);
        }
        COMITY_TRY(take_newest(publisher, reterr));
        commitments += some;
        count -= some;
    }
    return COMITY_OK;
}

comity_status comity_publisher_edge(comity_publisher *publisher, comity_error *reterr)
{
    for (unsigned level = 0; level < COMITY_TILE_LEVELS; level++) {
        uint64_t index = edge_index(publisher->tree.size, level);
        if (publisher->widths[level] == publisher->written[level]) {
            continue;
        }
        COMITY_TRY(put_hashes(publisher, level, index, reterr));
        if (level == 0) {
            COMITY_TRY(put_bundle(publisher, index, reterr));
        }
        publisher->written[level] = publisher->widths[level];
    }
    return COMITY_OK;
}

/* ---- what is settled ---- */

typedef struct part_removal {
    comity_disk *disk;
    const char *folder;
} part_removal;

static comity_disk_result remove_part(void *context, const char *name, comity_error *reterr)
{
    const part_removal *removal = context;
    char path[COMITY_DISK_PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s/%.8s", removal->folder, name);
    return size > 0 && (size_t)size < sizeof path ? removal->disk->remove(removal->disk, path, reterr) : COMITY_DISK_OK;
}

/* Removes the parts of tiles that have become full. They may be gone already;
 * that they cannot be removed harms nothing. */
static void remove_outgrown(comity_publisher *publisher)
{
    for (size_t i = 0; i < publisher->outgrown_count; i++) {
        char place[COMITY_TILE_PATH_SIZE];
        char folder[COMITY_DISK_PATH_SIZE];
        comity_tile_partial_folder(&publisher->outgrown[i], place);
        (void)snprintf(folder, sizeof folder, "public/%s", place);
        part_removal removal = {publisher->disk, folder};
        (void)publisher->disk->list(publisher->disk, folder, remove_part, &removal, NULL);
        (void)publisher->disk->remove_folder(publisher->disk, folder, NULL);
    }
    publisher->outgrown_count = 0;
}

comity_status comity_publisher_settle(comity_publisher *publisher, comity_error *reterr)
{
    uint8_t text[128];
    comity_hash root;
    comity_buffer buffer;
    const uint8_t *bytes;
    size_t size;
    COMITY_TRY(comity_disk_status(publisher->disk->sync_all(publisher->disk, reterr), "public", reterr));
    comity_tree_root(&publisher->tree, &root);
    comity_buffer_init_fixed(&buffer, text, sizeof text);
    comity_buffer_append_text(&buffer, settled_line);
    comity_buffer_append_byte(&buffer, '\n');
    comity_buffer_append_u64(&buffer, publisher->tree.size);
    comity_buffer_append_byte(&buffer, '\n');
    comity_log_hash_write(&root, &buffer);
    comity_buffer_append_byte(&buffer, '\n');
    COMITY_TRY(comity_buffer_bytes(&buffer, &bytes, &size, reterr));
    COMITY_TRY(comity_disk_store(publisher->disk, settled_path, bytes, size, true, reterr));
    publisher->settled = publisher->tree.size;
    remove_outgrown(publisher);
    return COMITY_OK;
}

static bool read_settled(const char *text, size_t size, uint64_t *ret_size, comity_hash *ret_root)
{
    const char *line;
    size_t line_size;
    return comity_log_line(&text, &size, &line, &line_size) && line_size == sizeof settled_line - 1 &&
           memcmp(line, settled_line, line_size) == 0 && comity_log_line(&text, &size, &line, &line_size) &&
           comity_log_number_read(line, line_size, ret_size) && comity_log_line(&text, &size, &line, &line_size) &&
           comity_log_hash_read(line, line_size, ret_root) && size == 0;
}

comity_status comity_settled_read(comity_disk *disk, uint64_t *ret_size, comity_hash *ret_root, comity_error *reterr)
{
    uint8_t *bytes;
    size_t size;
    comity_disk_result result = comity_disk_load(disk, settled_path, 4096, &bytes, &size, reterr);
    if (result == COMITY_DISK_MISSING) {
        *ret_size = 0;
        comity_tree_root(&(comity_tree){0}, ret_root);
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_status(result, settled_path, reterr));
    bool read = read_settled((const char *)bytes, size, ret_size, ret_root);
    free(bytes);
    return read ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", settled_path);
}

/* ---- beginning ---- */

/* The tiles at the right edge, as they are on disk. */
static comity_status load_edge(comity_publisher *publisher, comity_error *reterr)
{
    uint64_t size = publisher->tree.size;
    for (unsigned level = 0; level < COMITY_TILE_LEVELS; level++) {
        comity_tile tile = {.level = (uint8_t)level, .index = edge_index(size, level)};
        tile.width = comity_tile_width(tile.level, tile.index, size);
        if (tile.width == 0) {
            continue;
        }
        COMITY_TRY(comity_tile_from_disk(publisher->disk, &tile, publisher->hashes[level][0].bytes, reterr));
        if (level == 0) {
            COMITY_TRY(
                comity_bundle_from_disk(publisher->disk, tile.index, tile.width, publisher->commitments, reterr));
        }
        publisher->widths[level] = publisher->written[level] = tile.width;
    }
    return COMITY_OK;
}

comity_status comity_publisher_begin(comity_disk *disk, uint64_t size, const comity_hash *root,
                                     comity_publisher *ret_publisher, comity_error *reterr)
{
    comity_publisher *publisher = ret_publisher;
    comity_tile_reader reader;
    comity_hash found;
    memset(publisher, 0, sizeof *publisher);
    publisher->disk = disk;
    publisher->settled = size;
    comity_tile_reader_init(&reader, (comity_tile_source){disk, comity_tile_from_disk});
    comity_status status = comity_tile_tree(&reader, size, size, &publisher->tree, reterr);
    comity_tile_reader_free(&reader);
    COMITY_TRY(status);
    comity_tree_root(&publisher->tree, &found);
    if (!comity_hash_equal(&found, root)) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "the tiles do not lead to the root that was settled: damaged");
    }
    return load_edge(publisher, reterr);
}

void comity_publisher_free(comity_publisher *publisher)
{
    if (publisher != NULL) {
        free(publisher->outgrown);
        publisher->outgrown = NULL;
        publisher->outgrown_count = publisher->outgrown_capacity = 0;
    }
}
