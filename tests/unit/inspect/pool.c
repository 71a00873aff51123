/* Memory within one block: pieces do not overlap, and what is given back is there again. */
#include "test.h"

#include "inspect/forms/pool.h"
#include "random.h"

#include <stdlib.h>

#define BLOCK_SIZE ((size_t)65536)
#define PIECE_COUNT 64

static void all_comes_back(void)
{
    test_case("what is given back is one piece again");
    comity_pool pool;
    void *block = malloc(BLOCK_SIZE);
    comity_pool_init(&pool, block, BLOCK_SIZE);
    CHECK(comity_pool_take(&pool, BLOCK_SIZE) == NULL);
    CHECK(comity_pool_take(&pool, SIZE_MAX) == NULL);
    void *a = comity_pool_take(&pool, 1000);
    void *b = comity_pool_take(&pool, 2000);
    void *c = comity_pool_take(&pool, 3000);
    CHECK(a != NULL && b != NULL && c != NULL);
    CHECK((size_t)a % 16 == 0 && (size_t)b % 16 == 0 && (size_t)c % 16 == 0);
    comity_pool_give(&pool, b);
    comity_pool_give(&pool, a);
    comity_pool_give(&pool, NULL);
    comity_pool_give(&pool, c);
    CHECK(comity_pool_take(&pool, BLOCK_SIZE - 16) != NULL);
    CHECK(comity_pool_take(&pool, 0) == NULL);
    free(block);
}

static void fails_when_told(void)
{
    test_case("the piece that is told to fails, and no other");
    comity_pool pool;
    void *block = malloc(BLOCK_SIZE);
    comity_pool_init(&pool, block, BLOCK_SIZE);
    pool.fails_at = 2;
    CHECK(comity_pool_take(&pool, 10) != NULL);
    CHECK(comity_pool_take(&pool, 10) == NULL);
    CHECK(comity_pool_take(&pool, 10) != NULL);
    free(block);
}

/* Every piece is filled with its own byte, and must still hold it when it is given back. */
static void at_random(void)
{
    test_case("pieces at random keep what was written to them");
    chance dice = {7};
    comity_pool pool;
    void *block = malloc(BLOCK_SIZE);
    uint8_t *pieces[PIECE_COUNT] = {NULL};
    size_t sizes[PIECE_COUNT] = {0};
    comity_pool_init(&pool, block, BLOCK_SIZE);
    bool good = true;
    for (size_t round = 0; round < 100000; round++) {
        size_t i = chance_below(&dice, PIECE_COUNT);
        if (pieces[i] == NULL) {
            sizes[i] = chance_below(&dice, 3000);
            pieces[i] = comity_pool_take(&pool, sizes[i]);
            if (pieces[i] != NULL) {
                memset(pieces[i], (int)i, sizes[i]);
            }
            continue;
        }
        for (size_t j = 0; j < sizes[i]; j++) {
            good = good && pieces[i][j] == (uint8_t)i;
        }
        comity_pool_give(&pool, pieces[i]);
        pieces[i] = NULL;
    }
    for (size_t i = 0; i < PIECE_COUNT; i++) {
        comity_pool_give(&pool, pieces[i]);
    }
    CHECK(good);
    CHECK(comity_pool_take(&pool, BLOCK_SIZE - 16) != NULL);
    free(block);
}

int main(void)
{
    test_begin("pool");
    all_comes_back();
    fails_when_told();
    at_random();
    return test_done();
}
