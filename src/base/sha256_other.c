/* SHA-256 of two inputs at once, where no instructions for it are known to us. */
#include "base/sha256_each.h"

#include <assert.h>

bool comity_sha256_has_two(void)
{
    return false;
}

void comity_sha256_two(const uint8_t *left, const uint8_t *right, size_t blocks, uint8_t *ret_left, uint8_t *ret_right)
{
    (void)left;
    (void)right;
    (void)blocks;
    (void)ret_left;
    (void)ret_right;
    assert(!"nobody asks for what is not there");
}
