/* What comes in: a key from the disk, now and then. What goes out: salts, which
 * ChaCha20 makes of it. A key makes one pool and is forgotten, so that whoever
 * sees the memory learns no salt that was given, nor any that is yet to be made. */
#include "record/salt.h"

#include <sodium.h>
#include <string.h>

comity_status comity_salts_begin(comity_disk *disk, comity_salts *ret_salts, comity_error *reterr)
{
    ret_salts->disk = disk;
    for (ret_salts->count = 0; ret_salts->count < COMITY_SALT_POOLS; ret_salts->count++) {
        comity_salt_pool *pool = &ret_salts->pools[ret_salts->count];
        if (pthread_mutex_init(&pool->mutex, NULL) != 0) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        pool->left = 0;
    }
    return COMITY_OK;
}

void comity_salts_end(comity_salts *salts)
{
    for (size_t i = 0; i < salts->count; i++) {
        sodium_memzero(salts->pools[i].bytes, sizeof salts->pools[i].bytes);
        (void)pthread_mutex_destroy(&salts->pools[i].mutex);
    }
    salts->count = 0;
}

/* What the system calls threads lies far from each other, at distances that are much alike:
 * the product scatters it (Knuth's multiplicative hashing), and its highest bits choose. */
static comity_salt_pool *pool_of_thread(comity_salts *salts)
{
    uint64_t thread = (uint64_t)(uintptr_t)pthread_self() >> 12;
    return &salts->pools[thread * UINT64_C(0x9e3779b97f4a7c15) >> (64 - COMITY_SALT_POOL_BITS)];
}

static comity_status fill(comity_disk *disk, comity_salt_pool *pool, comity_error *reterr)
{
    static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES]; /* the key is used once */
    uint8_t key[crypto_stream_chacha20_KEYBYTES];
    COMITY_TRY(comity_disk_status(disk->random(disk, key, sizeof key, reterr), "salts", reterr));
    (void)crypto_stream_chacha20(pool->bytes, sizeof pool->bytes, nonce, key);
    sodium_memzero(key, sizeof key);
    pool->left = sizeof pool->bytes;
    return COMITY_OK;
}

comity_status comity_salts_take(comity_salts *salts, uint8_t ret_salt[COMITY_SALT_SIZE], comity_error *reterr)
{
    comity_salt_pool *pool = pool_of_thread(salts);
    (void)pthread_mutex_lock(&pool->mutex);
    comity_status status = pool->left == 0 ? fill(salts->disk, pool, reterr) : COMITY_OK;
    if (status == COMITY_OK) {
        pool->left -= COMITY_SALT_SIZE;
        memcpy(ret_salt, pool->bytes + pool->left, COMITY_SALT_SIZE);
        memset(pool->bytes + pool->left, 0, COMITY_SALT_SIZE);
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    return status;
}
