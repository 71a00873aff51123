/* What comes in: bytes. What goes out: their SHA-256. The low-level calls of
 * libcrypto are used because they choose the processor's SHA instructions and
 * allocate nothing; a digest by EVP looks its algorithm up each time. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256_each.h"

#include <assert.h>
#include <openssl/sha.h>
#include <string.h>

static_assert(sizeof(comity_sha256_state) >= sizeof(SHA256_CTX), "the state holds libcrypto's");
static_assert(_Alignof(comity_sha256_state) >= _Alignof(SHA256_CTX), "the state is aligned as libcrypto's");
static_assert(COMITY_SHA256_SIZE == SHA256_DIGEST_LENGTH, "one size of digest");

/* The state's bytes are only ever touched by libcrypto. */
static SHA256_CTX *context(comity_sha256_state *state)
{
    void *words = state->words;
    return words;
}

void comity_sha256_begin(comity_sha256_state *ret_state)
{
    int done = SHA256_Init(context(ret_state));
    assert(done == 1);
    (void)done;
}

void comity_sha256_add(comity_sha256_state *state, const void *bytes, size_t size)
{
    if (size == 0) {
        return;
    }
    int done = SHA256_Update(context(state), bytes, size);
    assert(done == 1);
    (void)done;
}

void comity_sha256_end(comity_sha256_state *state, uint8_t ret_digest[COMITY_SHA256_SIZE])
{
    int done = SHA256_Final(ret_digest, context(state));
    assert(done == 1);
    (void)done;
}

void comity_sha256(const void *bytes, size_t size, uint8_t ret_digest[COMITY_SHA256_SIZE])
{
    comity_sha256_state state;
    comity_sha256_begin(&state);
    comity_sha256_add(&state, bytes, size);
    comity_sha256_end(&state, ret_digest);
}

void comity_sha256_take_one(comity_sha256_run *run, size_t blocks)
{
    SHA256_CTX state;
    int done = SHA256_Init(&state);
    static_assert(sizeof state.h == sizeof run->words, "libcrypto's words are ours");
    memcpy(state.h, run->words, sizeof state.h);
    done &= SHA256_Update(&state, run->bytes, blocks * COMITY_SHA256_BLOCK);
    memcpy(run->words, state.h, sizeof state.h);
    assert(done == 1);
    (void)done;
}

/* Four bytes as eight digits: each half a byte in a byte of its own, and there the
 * sum that makes it a digit, or from 10 on a letter. Printed with every judgement. */
static void print_four(const uint8_t *bytes, char *ret_digits)
{
    uint64_t word = (uint64_t)bytes[0] | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 32 | (uint64_t)bytes[3] << 48;
    uint64_t halves = (word >> 4 & UINT64_C(0x000F000F000F000F)) | (word << 8 & UINT64_C(0x0F000F000F000F00));
    uint64_t letters = (halves + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0101010101010101);
    uint64_t digits = halves + UINT64_C(0x3030303030303030) + letters * ('a' - '0' - 10);
    for (size_t i = 0; i < 8; i++) {
        ret_digits[i] = (char)(digits >> 8 * i);
    }
}

void comity_sha256_print(const uint8_t digest[COMITY_SHA256_SIZE], char ret_text[COMITY_SHA256_TEXT_SIZE])
{
    for (size_t i = 0; i < COMITY_SHA256_SIZE; i += 4) {
        print_four(digest + i, ret_text + 2 * i);
    }
    ret_text[COMITY_SHA256_TEXT_SIZE - 1] = '\0';
}
