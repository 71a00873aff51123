/* SHA-256 of several inputs at once, where no instructions for it are known to us. */
#include "base/sha256_each.h"

#include <assert.h>

bool comity_sha256_has_two(void)
{
    return false;
}

void comity_sha256_take_two(comity_sha256_run *const runs[2], size_t blocks)
{
    (void)runs;
    (void)blocks;
    assert(!"nobody asks for what is not there");
}

bool comity_sha256_has_sixteen(void)
{
    return false;
}

void comity_sha256_take_sixteen(comity_sha256_run *const runs[COMITY_SHA256_SIXTEEN], size_t blocks)
{
    (void)runs;
    (void)blocks;
    assert(!"nobody asks for what is not there");
}
