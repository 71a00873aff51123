/* What comes in: tiles by way of a source. What goes out: roots of ranges of
 * leaves. A tile is worked out once, all 511 hashes of its small tree, and kept
 * in one of a few slots: a proof needs nearly all of them. */
#include "record/tile.h"

#include "base/limits.h"
#include "base/quote.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many reads later a tile would have been asked for, had it been of the level below:
 * of ten million entries there are 153 at level 1, and a proof asks for one, in two dozen reads. */
#define READS_A_LEVEL ((uint64_t)1 << 16)

/* A tile and the hashes over it: `hashes[WIDTH + i]` are its own; `hashes[i]` is
 * over `hashes[2i]` and `hashes[2i + 1]`, where both are there. */
typedef struct comity_tile_slot {
    comity_tile tile; /* width 0: empty */
    uint64_t used;
    comity_hash *hashes;
} comity_tile_slot;

/* ---- names ---- */

/* Three digits an element; all but the last begin with an x. */
static int print_place(const comity_tile *tile, char ret_path[COMITY_TILE_PATH_SIZE])
{
    int at = tile->level == COMITY_TILE_ENTRIES
                 ? snprintf(ret_path, COMITY_TILE_PATH_SIZE, "tile/entries/")
                 : snprintf(ret_path, COMITY_TILE_PATH_SIZE, "tile/%u/", (unsigned)tile->level);
    unsigned groups[7];
    int count = 0;
    uint64_t left = tile->index;
    do {
        groups[count++] = (unsigned)(left % 1000);
        left /= 1000;
    } while (left != 0);
    for (int i = count - 1; i >= 0; i--) {
        at += snprintf(ret_path + at, COMITY_TILE_PATH_SIZE - (size_t)at, i == 0 ? "%03u" : "x%03u/", groups[i]);
    }
    return at;
}

void comity_tile_path(const comity_tile *tile, char ret_path[COMITY_TILE_PATH_SIZE])
{
    int at = print_place(tile, ret_path);
    if (tile->width != COMITY_TILE_WIDTH) {
        (void)snprintf(ret_path + at, COMITY_TILE_PATH_SIZE - (size_t)at, ".p/%u", (unsigned)tile->width);
    }
}

void comity_tile_partial_folder(const comity_tile *tile, char ret_path[COMITY_TILE_PATH_SIZE])
{
    int at = print_place(tile, ret_path);
    (void)snprintf(ret_path + at, COMITY_TILE_PATH_SIZE - (size_t)at, ".p");
}

/* Digits at `*at`, at most `digits_max`; false if there are none. */
static bool read_digits(const char *text, size_t size, size_t *at, size_t digits_max, uint64_t *ret_number)
{
    size_t begin = *at;
    uint64_t number = 0;
    while (*at < size && *at - begin < digits_max && text[*at] >= '0' && text[*at] <= '9') {
        number = number * 10 + (uint64_t)(text[*at] - '0');
        (*at)++;
    }
    *ret_number = number;
    return *at != begin;
}

static bool read_literal(const char *text, size_t size, size_t *at, const char *literal)
{
    size_t length = strlen(literal);
    if (size - *at < length || memcmp(text + *at, literal, length) != 0) {
        return false;
    }
    *at += length;
    return true;
}

static bool read_tile(const char *path, size_t size, comity_tile *ret_tile)
{
    size_t at = 0;
    uint64_t number;
    if (!read_literal(path, size, &at, "tile/")) {
        return false;
    }
    if (read_literal(path, size, &at, "entries/")) {
        ret_tile->level = COMITY_TILE_ENTRIES;
    } else {
        if (!read_digits(path, size, &at, 2, &number) || number >= COMITY_TILE_LEVELS ||
            !read_literal(path, size, &at, "/")) {
            return false;
        }
        ret_tile->level = (uint8_t)number;
    }
    ret_tile->index = 0;
    for (bool more = true; more;) {
        more = read_literal(path, size, &at, "x");
        if (!read_digits(path, size, &at, 3, &number) || ret_tile->index > (COMITY_TREE_SIZE_MAX - number) / 1000 ||
            (more && !read_literal(path, size, &at, "/"))) {
            return false;
        }
        ret_tile->index = ret_tile->index * 1000 + number;
    }
    ret_tile->width = COMITY_TILE_WIDTH;
    if (read_literal(path, size, &at, ".p/")) {
        if (!read_digits(path, size, &at, 3, &number) || number == 0 || number >= COMITY_TILE_WIDTH) {
            return false;
        }
        ret_tile->width = (uint16_t)number;
    }
    return at == size;
}

comity_status comity_tile_path_read(const char *path, size_t size, comity_tile *ret_tile, comity_error *reterr)
{
    comity_tile tile;
    char canonical[COMITY_TILE_PATH_SIZE] = "";
    bool read = read_tile(path, size, &tile);
    if (read) {
        comity_tile_path(&tile, canonical);
    }
    if (!read || strlen(canonical) != size || memcmp(canonical, path, size) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s is no path of a tile", comity_quote_bytes(path, size).text);
    }
    *ret_tile = tile;
    return COMITY_OK;
}

uint16_t comity_tile_width(uint8_t level, uint64_t index, uint64_t size)
{
    uint64_t hashes = level == COMITY_TILE_ENTRIES ? size : size >> (COMITY_TILE_HEIGHT * level);
    if (hashes / COMITY_TILE_WIDTH > index) {
        return COMITY_TILE_WIDTH;
    }
    return hashes / COMITY_TILE_WIDTH == index ? (uint16_t)(hashes % COMITY_TILE_WIDTH) : 0;
}

/* ---- growing ---- */

/* Works out the hashes over those of the tile. */
static void expand(comity_hash *hashes, uint16_t width)
{
    size_t count = width;
    for (size_t first = COMITY_TILE_WIDTH / 2; first >= 1; first /= 2) {
        count /= 2;
        comity_tree_nodes(&hashes[2 * first], count, &hashes[first]);
    }
}

void comity_tile_add(comity_tree *tree, const comity_hash leaves[COMITY_TILE_WIDTH])
{
    comity_hash hashes[2 * COMITY_TILE_WIDTH];
    assert(tree->size % COMITY_TILE_WIDTH == 0);
    memcpy(hashes + COMITY_TILE_WIDTH, leaves, COMITY_TILE_WIDTH * sizeof *leaves);
    expand(hashes, COMITY_TILE_WIDTH);
    for (unsigned level = 0; level < COMITY_TILE_HEIGHT; level++) {
        tree->newest[level] = hashes[(2 * COMITY_TILE_WIDTH >> level) - 1];
    }
    comity_tree_add_full(tree, COMITY_TILE_HEIGHT, &hashes[1]);
}

/* ---- reading ---- */

void comity_tile_reader_init(comity_tile_reader *ret_reader, comity_tile_source source)
{
    *ret_reader = (comity_tile_reader){.source = source};
}

void comity_tile_reader_free(comity_tile_reader *reader)
{
    if (reader == NULL || reader->slots == NULL) {
        return;
    }
    for (size_t i = 0; i < COMITY_LIMIT_RECORD_TILES_KEPT; i++) {
        free(reader->slots[i].hashes);
    }
    free(reader->slots);
    comity_tile_reader_init(reader, reader->source);
}

static comity_status load(comity_tile_reader *reader, const comity_tile *tile, comity_tile_slot *slot,
                          comity_error *reterr)
{
    if (slot->hashes == NULL) {
        slot->hashes = calloc((size_t)2 * COMITY_TILE_WIDTH, sizeof *slot->hashes);
        if (slot->hashes == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
    }
    slot->tile.width = 0;
    COMITY_TRY(reader->source.read(reader->source.self, tile, slot->hashes[COMITY_TILE_WIDTH].bytes, reterr));
    expand(slot->hashes, tile->width);
    slot->tile = *tile;
    return COMITY_OK;
}

static bool holds(const comity_tile_slot *slot, const comity_tile *tile)
{
    return slot->tile.width == tile->width && slot->tile.level == tile->level && slot->tile.index == tile->index;
}

/* How much it would be missed: the more, the later it was asked for; and a tile of a higher
 * level, over 256 times as many leaves, will be asked for again so much sooner. */
static uint64_t worth(const comity_tile_slot *slot)
{
    return slot->used + (uint64_t)slot->tile.level * READS_A_LEVEL;
}

/* The slot of the tile, or the one that is missed least. */
static comity_tile_slot *find_slot(comity_tile_reader *reader, const comity_tile *tile)
{
    comity_tile_slot *same = &reader->slots[reader->last[tile->level]];
    comity_tile_slot *least = reader->slots;
    if (holds(same, tile)) {
        return same;
    }
    for (size_t i = 0; i < COMITY_LIMIT_RECORD_TILES_KEPT; i++) {
        comity_tile_slot *slot = &reader->slots[i];
        if (holds(slot, tile)) {
            return slot;
        }
        least = worth(slot) < worth(least) ? slot : least;
    }
    return least;
}

/* The tile from its slot, or read into another's. */
static comity_status fetch(comity_tile_reader *reader, const comity_tile *tile, const comity_hash **ret_hashes,
                           comity_error *reterr)
{
    assert(tile->level < COMITY_TILE_LEVELS);
    if (reader->slots == NULL) {
        reader->slots = calloc(COMITY_LIMIT_RECORD_TILES_KEPT, sizeof *reader->slots);
        if (reader->slots == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
    }
    comity_tile_slot *slot = find_slot(reader, tile);
    if (!holds(slot, tile)) {
        COMITY_TRY(load(reader, tile, slot, reterr));
    }
    slot->used = ++reader->now;
    reader->last[tile->level] = (size_t)(slot - reader->slots);
    *ret_hashes = slot->hashes;
    return COMITY_OK;
}

/* The root of a full subtree: 2^level leaves from `begin`, a multiple of that. */
static comity_status full(comity_tile_reader *reader, unsigned level, uint64_t begin, uint64_t size,
                          comity_hash *ret_root, comity_error *reterr)
{
    unsigned tile_level = level / COMITY_TILE_HEIGHT;
    unsigned inner = level % COMITY_TILE_HEIGHT;
    uint64_t place = begin >> (COMITY_TILE_HEIGHT * tile_level);
    comity_tile tile = {.level = (uint8_t)tile_level, .index = place / COMITY_TILE_WIDTH};
    const comity_hash *hashes = NULL;
    tile.width = comity_tile_width(tile.level, tile.index, size);
    assert(tile.width != 0);
    COMITY_TRY(fetch(reader, &tile, &hashes, reterr));
    *ret_root = hashes[(COMITY_TILE_WIDTH >> inner) + ((place % COMITY_TILE_WIDTH) >> inner)];
    return COMITY_OK;
}

comity_status comity_tile_range(comity_tile_reader *reader, uint64_t begin, uint64_t end, uint64_t size,
                                comity_hash *ret_root, comity_error *reterr)
{
    assert(begin < end && end <= size);
    /* Full subtrees from the right: each is what the lowest bit of what is left says. */
    comity_hash root = {{0}};
    bool some = false;
    for (uint64_t left = end - begin; left != 0; left &= left - 1) {
        unsigned level = (unsigned)__builtin_ctzll(left);
        uint64_t at = begin + left - (UINT64_C(1) << level);
        comity_hash subtree;
        assert((at & ((UINT64_C(1) << level) - 1)) == 0);
        COMITY_TRY(full(reader, level, at, size, &subtree, reterr));
        if (some) {
            comity_tree_node(&subtree, &root, &root);
        } else {
            root = subtree;
            some = true;
        }
    }
    *ret_root = root;
    return COMITY_OK;
}

comity_status comity_tile_tree(comity_tile_reader *reader, uint64_t size, uint64_t within, comity_tree *ret_tree,
                               comity_error *reterr)
{
    comity_tree tree;
    memset(&tree, 0, sizeof tree);
    tree.size = size;
    /* Of every level the newest full subtree: what is merged into a larger one is
     * asked for only by those that cut the tree into tiles again. */
    for (unsigned level = 0; level <= COMITY_TREE_LEVELS && (size >> level) != 0; level++) {
        uint64_t count = size >> level;
        COMITY_TRY(full(reader, level, (count - 1) << level, within, &tree.newest[level], reterr));
    }
    *ret_tree = tree;
    return COMITY_OK;
}
