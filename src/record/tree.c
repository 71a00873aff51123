/* What comes in: entries, or hashes. What goes out: hashes of RFC 6962. */
#include "record/tree.h"

#include <assert.h>
#include <string.h>

void comity_tree_leaf(const void *entry, size_t size, comity_hash *ret_hash)
{
    static const uint8_t prefix = 0;
    comity_sha256_state state;
    comity_sha256_begin(&state);
    comity_sha256_add(&state, &prefix, 1);
    comity_sha256_add(&state, entry, size);
    comity_sha256_end(&state, ret_hash->bytes);
}

void comity_tree_node(const comity_hash *left, const comity_hash *right, comity_hash *ret_hash)
{
    uint8_t both[1 + 2 * COMITY_SHA256_SIZE];
    both[0] = 1;
    memcpy(both + 1, left->bytes, COMITY_SHA256_SIZE);
    memcpy(both + 1 + COMITY_SHA256_SIZE, right->bytes, COMITY_SHA256_SIZE);
    comity_sha256(both, sizeof both, ret_hash->bytes);
}

void comity_tree_nodes(const comity_hash *below, size_t count, comity_hash *ret_over)
{
    static const uint8_t prefix = 1;
    comity_sha256_each(&prefix, 1, below->bytes, (size_t)2 * COMITY_SHA256_SIZE, count, ret_over->bytes);
}

bool comity_hash_equal(const comity_hash *a, const comity_hash *b)
{
    uint8_t differs = 0;
    for (size_t i = 0; i < COMITY_SHA256_SIZE; i++) {
        differs |= (uint8_t)(a->bytes[i] ^ b->bytes[i]);
    }
    return differs == 0;
}

void comity_tree_add(comity_tree *tree, const comity_hash *leaf)
{
    comity_tree_add_full(tree, 0, leaf);
}

void comity_tree_add_full(comity_tree *tree, unsigned level, const comity_hash *root)
{
    uint64_t more = UINT64_C(1) << level;
    assert(tree->size <= COMITY_TREE_SIZE_MAX - more && tree->size % more == 0);
    comity_hash hash = *root;
    for (; (tree->size >> level) & 1; level++) {
        comity_hash over;
        comity_tree_node(&tree->newest[level], &hash, &over);
        tree->newest[level] = hash;
        hash = over;
    }
    tree->newest[level] = hash;
    tree->size += more;
}

void comity_tree_root(const comity_tree *tree, comity_hash *ret_root)
{
    bool some = false;
    for (unsigned level = 0; level <= COMITY_TREE_LEVELS; level++) {
        if (((tree->size >> level) & 1) == 0) {
            continue;
        }
        if (some) {
            comity_tree_node(&tree->newest[level], ret_root, ret_root);
        } else {
            *ret_root = tree->newest[level];
            some = true;
        }
    }
    if (!some) {
        comity_sha256(NULL, 0, ret_root->bytes);
    }
}
