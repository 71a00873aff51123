/* Trees, tiles and proofs against the recursive definition, and proofs that were
 * altered in any one bit, hash, index, size or root. */
#include "test.h"

#include "merkle.h"
#include "random.h"

#include <stdlib.h>

#define SMALL 80
#define LARGE 140000

static comity_hash *leaves;

static void make_leaves(void)
{
    leaves = calloc(LARGE, sizeof *leaves);
    for (uint32_t i = 0; leaves != NULL && i < LARGE; i++) {
        comity_tree_leaf(&i, sizeof i, &leaves[i]);
    }
}

static bool same_proof(const comity_proof *a, const comity_proof *b)
{
    return a->count == b->count && memcmp(a->hashes, b->hashes, a->count * sizeof a->hashes[0]) == 0;
}

static void known_roots(void)
{
    /* Roots of the trees over the first entries of the test in RFC 6962's own reference code. */
    static const char *const entries[] = {"", "\x00", "\x10", "\x20\x21", "\x30\x31", "\x40\x41\x42\x43",
                                          "\x50\x51\x52\x53\x54\x55\x56\x57",
                                          "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
    static const size_t sizes[] = {0, 1, 1, 2, 2, 4, 8, 16};
    static const char *const roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    test_case("the roots known from elsewhere");
    comity_tree tree;
    memset(&tree, 0, sizeof tree);
    for (size_t i = 0; i <= 8; i++) {
        comity_hash root;
        char text[COMITY_SHA256_TEXT_SIZE];
        comity_tree_root(&tree, &root);
        comity_sha256_print(root.bytes, text);
        CHECK_EQ_STR(roots[i], text);
        if (i < 8) {
            comity_hash leaf;
            comity_tree_leaf(entries[i], sizes[i], &leaf);
            comity_tree_add(&tree, &leaf);
        }
    }
}

static void all_small(void)
{
    comity_error error;
    test_case("every proof of every small tree is that of the definition");
    for (size_t n = 0; n <= SMALL; n++) {
        merkle_leaves all = {leaves, n, 0};
        comity_tile_reader reader;
        comity_tile_reader_init(&reader, (comity_tile_source){&all, merkle_read_tile});
        comity_hash root = merkle_root(leaves, n);
        for (size_t m = 0; m < n; m++) {
            comity_proof expected = {0};
            comity_proof proof;
            merkle_path(leaves, m, n, &expected);
            CHECK(comity_proof_inclusion(&reader, m, n, &proof, &error) == COMITY_OK && same_proof(&expected, &proof));
            CHECK(comity_proof_check_inclusion(&proof, m, n, &leaves[m], &root, &error) == COMITY_OK);
            for (size_t other = 0; other < n; other++) {
                CHECK((comity_proof_check_inclusion(&proof, other, n, &leaves[m], &root, NULL) == COMITY_OK) ==
                      (other == m));
            }
        }
        for (size_t m = 0; m <= n; m++) {
            comity_proof expected = {0};
            comity_proof proof;
            comity_hash old_root = merkle_root(leaves, m);
            if (m != 0) {
                merkle_subproof(leaves, m, n, true, &expected);
            }
            CHECK(comity_proof_consistency(&reader, m, n, &proof, &error) == COMITY_OK && same_proof(&expected, &proof));
            CHECK(comity_proof_check_consistency(&proof, m, n, &old_root, &root, &error) == COMITY_OK);
            for (size_t other = 0; other <= n + 1; other++) {
                bool holds = comity_proof_check_consistency(&proof, other, n, &old_root, &root, NULL) == COMITY_OK;
                CHECK(holds == (other == m));
            }
        }
        comity_tile_reader_free(&reader);
    }
}

static void check_large(chance *random, size_t n)
{
    comity_error error;
    comity_proof proof;
    merkle_leaves all = {leaves, n, 0};
    comity_tile_reader reader;
    comity_tile_reader_init(&reader, (comity_tile_source){&all, merkle_read_tile});
    comity_hash root = merkle_root(leaves, n);
    comity_hash read;
    comity_tree tree;
    CHECK(comity_tile_tree(&reader, n, n, &tree, &error) == COMITY_OK);
    comity_tree_root(&tree, &read);
    CHECK(comity_hash_equal(&root, &read));
    for (int i = 0; i < 20; i++) {
        size_t m = chance_below(random, n);
        comity_proof expected = {0};
        merkle_path(leaves, m, n, &expected);
        CHECK(comity_proof_inclusion(&reader, m, n, &proof, &error) == COMITY_OK && same_proof(&expected, &proof));
        CHECK(comity_proof_check_inclusion(&proof, m, n, &leaves[m], &root, &error) == COMITY_OK);
        comity_hash old_root = merkle_root(leaves, m);
        CHECK(comity_proof_consistency(&reader, m, n, &proof, &error) == COMITY_OK);
        CHECK(comity_proof_check_consistency(&proof, m, n, &old_root, &root, &error) == COMITY_OK);
        CHECK(comity_tile_tree(&reader, m, n, &tree, &error) == COMITY_OK); /* its beginning, by the tiles of all */
        comity_tree_root(&tree, &read);
        CHECK(comity_hash_equal(&old_root, &read));
    }
    unsigned before = all.reads;
    size_t m = chance_below(random, n);
    CHECK(comity_proof_inclusion(&reader, m, n, &proof, &error) == COMITY_OK);
    CHECK(comity_proof_inclusion(&reader, m, n, &proof, &error) == COMITY_OK);
    CHECK(all.reads - before <= 1);
    comity_tile_reader_free(&reader);
}

static void some_large(chance *random)
{
    test_case("large trees, on tiles that are full, and not");
    static const size_t sizes[] = {255, 256, 257, 511, 512, 513, 65535, 65536, 65537, 65792, 131072, 139999};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_large(random, sizes[i]);
    }
}

static void growing(void)
{
    test_case("a tree taken up from its tiles grows as the one it was");
    comity_error error;
    comity_tree tree;
    memset(&tree, 0, sizeof tree);
    for (size_t n = 0; n < 3000; n++) {
        if (n % 37 == 5) {
            merkle_leaves all = {leaves, n, 0};
            comity_tile_reader reader;
            comity_tree again;
            comity_tile_reader_init(&reader, (comity_tile_source){&all, merkle_read_tile});
            CHECK(comity_tile_tree(&reader, n, n, &again, &error) == COMITY_OK);
            CHECK(again.size == tree.size && memcmp(again.newest, tree.newest, sizeof tree.newest) == 0);
            comity_tile_reader_free(&reader);
        }
        comity_tree_add(&tree, &leaves[n]);
    }
}

static void whole_tiles(void)
{
    test_case("a tree grows by whole tiles as by single leaves");
    comity_tree tree;
    comity_tree by_tiles;
    memset(&tree, 0, sizeof tree);
    memset(&by_tiles, 0, sizeof by_tiles);
    for (size_t n = 0; n + COMITY_TILE_WIDTH <= LARGE; n += COMITY_TILE_WIDTH) {
        for (size_t i = 0; i < COMITY_TILE_WIDTH; i++) {
            comity_tree_add(&tree, &leaves[n + i]);
        }
        comity_tile_add(&by_tiles, &leaves[n]);
        CHECK(memcmp(&tree, &by_tiles, sizeof tree) == 0);
    }
}

static void altered(chance *random)
{
    test_case("a proof altered anywhere does not hold");
    for (int round = 0; round < 2000; round++) {
        size_t n = 2 + chance_below(random, 300);
        size_t m = chance_below(random, n);
        comity_proof inclusion = {0};
        comity_proof consistency = {0};
        comity_hash root = merkle_root(leaves, n);
        comity_hash old_root = merkle_root(leaves, m);
        merkle_path(leaves, m, n, &inclusion);
        if (m != 0) {
            merkle_subproof(leaves, m, n, true, &consistency);
        }
        comity_proof *proof = round % 2 == 0 ? &inclusion : &consistency;
        size_t at = proof->count == 0 ? 0 : chance_below(random, proof->count);
        switch (chance_below(random, 4)) {
        case 0:
            proof->hashes[at].bytes[chance_below(random, 32)] ^= (uint8_t)(1u << chance_below(random, 8));
            proof->count += proof->count == 0;
            break;
        case 1:
            memmove(&proof->hashes[at], &proof->hashes[at + 1], (proof->count - at) * sizeof proof->hashes[0]);
            proof->count = proof->count == 0 ? 1 : proof->count - 1;
            break;
        case 2:
            proof->hashes[proof->count++] = root;
            break;
        default:
            root.bytes[chance_below(random, 32)] ^= 1;
            if (proof == &consistency && m == 0) {
                old_root.bytes[0] ^= 1; /* after nothing comes anything */
            }
            break;
        }
        CHECK((proof == &inclusion
                   ? comity_proof_check_inclusion(proof, m, n, &leaves[m], &root, NULL)
                   : comity_proof_check_consistency(proof, m, n, &old_root, &root, NULL)) != COMITY_OK);
    }
}

static void paths(chance *random)
{
    static const struct {
        comity_tile tile;
        const char *path;
    } good[] = {
        {{0, 256, 0}, "tile/0/000"},
        {{0, 5, 0}, "tile/0/000.p/5"},
        {{1, 256, 1234067}, "tile/1/x001/x234/067"},
        {{7, 255, 1000}, "tile/7/x001/000.p/255"},
        {{COMITY_TILE_ENTRIES, 256, 999}, "tile/entries/999"},
        {{COMITY_TILE_ENTRIES, 1, 1000000}, "tile/entries/x001/x000/000.p/1"},
    };
    static const char *const bad[] = {
        "",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/8/000",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/000/",
        "tile/x/000",
        "tile/entries/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/000",
        "checkpoint",
    };
    test_case("paths of tiles");
    char path[COMITY_TILE_PATH_SIZE];
    comity_error error;
    comity_tile tile;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        comity_tile_path(&good[i].tile, path);
        CHECK_EQ_STR(good[i].path, path);
        CHECK(comity_tile_path_read(path, strlen(path), &tile, &error) == COMITY_OK);
        CHECK(tile.level == good[i].tile.level && tile.width == good[i].tile.width && tile.index == good[i].tile.index);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(comity_tile_path_read(bad[i], strlen(bad[i]), &tile, &error) == COMITY_ERROR_SYNTAX);
    }
    CHECK(comity_tile_path_read("tile/0/", 7, &tile, &error) == COMITY_ERROR_SYNTAX);
    CHECK_EQ_STR("\"tile/0/\" is no path of a tile", error.message);
    for (int i = 0; i < 1000; i++) {
        comity_tile one = {(uint8_t)chance_below(random, 8), (uint16_t)(1 + chance_below(random, 256)),
                           (chance_next(random) >> 16) >> chance_below(random, 48)};
        comity_tile_path(&one, path);
        CHECK(comity_tile_path_read(path, strlen(path), &tile, &error) == COMITY_OK && tile.index == one.index &&
              tile.width == one.width && tile.level == one.level);
    }
    CHECK_EQ_INT(256, comity_tile_width(0, 272, 70000));
    CHECK_EQ_INT(112, comity_tile_width(0, 273, 70000));
    CHECK_EQ_INT(0, comity_tile_width(0, 274, 70000));
    CHECK_EQ_INT(17, comity_tile_width(1, 1, 70000));
    CHECK_EQ_INT(1, comity_tile_width(2, 0, 70000));
    CHECK_EQ_INT(1, comity_tile_width(1, 0, 256));
    CHECK_EQ_INT(112, comity_tile_width(COMITY_TILE_ENTRIES, 273, 70000));
}

int main(void)
{
    chance random = {0x7265636f7264};
    test_begin("record proofs");
    make_leaves();
    known_roots();
    all_small();
    some_large(&random);
    growing();
    whole_tiles();
    altered(&random);
    paths(&random);
    free(leaves);
    return test_done();
}
