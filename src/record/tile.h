/* Tiles (C2SP tlog-tiles): the tree cut into pieces of 256 hashes, one a file.
 *
 * At level 0 a tile holds leaves; at level L each hash is the root of a full
 * tile at level L-1. A tile that is not full is served for each size that was
 * ever signed, until the full one is there. */
#ifndef COMITY_RECORD_TILE_H
#define COMITY_RECORD_TILE_H

#include "record/tree.h"

#define COMITY_TILE_HEIGHT 8
#define COMITY_TILE_WIDTH 256
#define COMITY_TILE_BYTES (COMITY_TILE_WIDTH * COMITY_SHA256_SIZE)
/* Levels of tiles that a tree of any size has: 63 levels of hashes, eight a tile. */
#define COMITY_TILE_LEVELS 8
/* "tile/entries/x001/x234/x567/x890/x123/x456/789.p/255" and room. */
#define COMITY_TILE_PATH_SIZE 64

/* The level that stands for the bundles of entries. */
#define COMITY_TILE_ENTRIES 255

typedef struct comity_tile {
    uint8_t level;  /* 0 to 7, or COMITY_TILE_ENTRIES */
    uint16_t width; /* 1 to 256 */
    uint64_t index;
} comity_tile;

/* "tile/0/x001/067.p/5" of it, with a NUL. */
void comity_tile_path(const comity_tile *tile, char ret_path[COMITY_TILE_PATH_SIZE]);

/* The folder of its partial ones: "tile/0/x001/067.p". */
void comity_tile_partial_folder(const comity_tile *tile, char ret_path[COMITY_TILE_PATH_SIZE]);

/* Reads such a path. COMITY_ERROR_SYNTAX if it is none, or not the one way to write it. */
COMITY_MUST_USE comity_status comity_tile_path_read(const char *path, size_t size, comity_tile *ret_tile,
                                                    comity_error *reterr);

/* The width that the tile (level, index) has in a tree of `size` leaves; 0: it has none. */
uint16_t comity_tile_width(uint8_t level, uint64_t index, uint64_t size);

/* Adds the leaves of a whole tile to a tree of whole tiles: as comity_tree_add of each, and faster. */
void comity_tile_add(comity_tree *tree, const comity_hash leaves[COMITY_TILE_WIDTH]);

/* Where tiles come from. `read` fills `ret_bytes` with `tile->width` hashes. The
 * bytes are believed to be those of the log; who must not believe them compares
 * what follows from them with a signed root. */
typedef struct comity_tile_source {
    void *self;
    comity_status (*read)(void *self, const comity_tile *tile, uint8_t *ret_bytes, comity_error *reterr);
} comity_tile_source;

struct comity_tile_slot;

/* Reads hashes of a tree from its tiles, and keeps the last it read, worked out
 * to their roots. Belongs to one thread at a time. The fields are private. */
typedef struct comity_tile_reader {
    comity_tile_source source;
    struct comity_tile_slot *slots;  /* allocated at the first read */
    uint64_t now;                    /* counts reads */
    size_t last[COMITY_TILE_LEVELS]; /* the slot of a level that was asked for last */
} comity_tile_reader;

/* Begins to read; allocates nothing. `source.self` must outlive the reader. */
void comity_tile_reader_init(comity_tile_reader *ret_reader, comity_tile_source source);

/* Gives memory back; the reader is usable again. NULL is allowed. */
void comity_tile_reader_free(comity_tile_reader *reader);

/* The root of the leaves from `begin` to before `end` in a tree of `size`
 * leaves: begin < end <= size. Asserts that `begin` is a multiple of the
 * smallest power of two that is not below end - begin. */
COMITY_MUST_USE comity_status comity_tile_range(comity_tile_reader *reader, uint64_t begin, uint64_t end, uint64_t size,
                                                comity_hash *ret_root, comity_error *reterr);

/* The tree over the first `size` leaves, to be grown further, as the tiles of the
 * tree of `within` leaves tell it: size <= within. */
COMITY_MUST_USE comity_status comity_tile_tree(comity_tile_reader *reader, uint64_t size, uint64_t within,
                                               comity_tree *ret_tree, comity_error *reterr);

#endif
