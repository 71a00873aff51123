/* The Merkle tree of RFC 6962, section 2.1, over SHA-256.
 *
 * leaf = SHA-256(00 ‖ entry), node = SHA-256(01 ‖ left ‖ right). All functions
 * are pure, or change only the plain value they are given; any thread. */
#ifndef COMITY_RECORD_TREE_H
#define COMITY_RECORD_TREE_H

#include "base/error.h"
#include "base/sha256.h"

/* Levels of a tree: sizes are below 2^63. */
#define COMITY_TREE_LEVELS 63
#define COMITY_TREE_SIZE_MAX ((UINT64_C(1) << COMITY_TREE_LEVELS) - 1)

typedef struct comity_hash {
    uint8_t bytes[COMITY_SHA256_SIZE];
} comity_hash;

/* The hash of an entry of `size` bytes. */
void comity_tree_leaf(const void *entry, size_t size, comity_hash *ret_hash);

/* The hash over two. `ret_hash` may be one of them. */
void comity_tree_node(const comity_hash *left, const comity_hash *right, comity_hash *ret_hash);

/* The hashes over `count` pairs that lie one behind the other, each as comity_tree_node
 * of the two, and faster. `ret_over` must not begin behind `below` where they overlap. */
void comity_tree_nodes(const comity_hash *below, size_t count, comity_hash *ret_over);

/* Equality in constant time. */
bool comity_hash_equal(const comity_hash *a, const comity_hash *b);

/* A tree that grows by leaves and knows its root: a plain value that owns
 * nothing, begun by setting all of it to zero. `newest[l]` is the root of the
 * newest full subtree of 2^l leaves, once there is one; the subtrees that make
 * up the tree are those whose bit is set in `size`. */
typedef struct comity_tree {
    uint64_t size;
    comity_hash newest[COMITY_TREE_LEVELS + 1];
} comity_tree;

/* Adds a leaf; `size` must be below COMITY_TREE_SIZE_MAX. */
void comity_tree_add(comity_tree *tree, const comity_hash *leaf);

/* Adds 2^level leaves by the root over them; `size` must be a multiple of as many. The
 * caller has seen to `newest` of the levels below. */
void comity_tree_add_full(comity_tree *tree, unsigned level, const comity_hash *root);

/* The root; of the empty tree SHA-256 of nothing. */
void comity_tree_root(const comity_tree *tree, comity_hash *ret_root);

#endif
