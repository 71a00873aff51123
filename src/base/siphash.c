/* See siphash.h. Bytes come in, 16 bytes go out; nothing is kept. */
#include "base/siphash.h"

#include <endian.h>
#include <string.h>

typedef struct sip_state {
    uint64_t v0, v1, v2, v3;
} sip_state;

static inline uint64_t rotate(uint64_t word, unsigned n)
{
    return word << n | word >> (64 - n);
}

static inline uint64_t load(const uint8_t *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* The last `left` of `size` bytes, fewer than eight: with some before them, where there are so many. */
static inline uint64_t load_last(const uint8_t *bytes, size_t size, size_t left)
{
    if (left == 0) {
        return 0;
    }
    if (size >= 8) {
        return load(bytes + size - 8) >> (64 - 8 * left);
    }
    uint64_t word = 0;
    for (size_t i = 0; i < left; i++) {
        word |= (uint64_t)bytes[i] << 8 * i;
    }
    return word;
}

static inline void sip_round(sip_state *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static inline void sip_add(sip_state *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    sip_round(s);
    s->v0 ^= word;
}

static inline void sip_write(sip_state *s, uint8_t *ret_bytes)
{
    for (int i = 0; i < 4; i++) {
        sip_round(s);
    }
    uint64_t word = htole64(s->v0 ^ s->v1 ^ s->v2 ^ s->v3);
    memcpy(ret_bytes, &word, sizeof word);
}

void comity_siphash(const uint64_t key[2], const void *bytes, size_t size, uint8_t ret_digest[16])
{
    const uint8_t *at = bytes;
    sip_state s = {
        key[0] ^ UINT64_C(0x736F6D6570736575),
        key[1] ^ UINT64_C(0x646F72616E646F6D) ^ 0xEE,
        key[0] ^ UINT64_C(0x6C7967656E657261),
        key[1] ^ UINT64_C(0x7465646279746573),
    };
    size_t left = size;
    for (; left >= 8; left -= 8, at += 8) {
        sip_add(&s, load(at));
    }
    sip_add(&s, (uint64_t)(size & 0xFF) << 56 | load_last(bytes, size, left));
    s.v2 ^= 0xEE;
    sip_write(&s, ret_digest);
    s.v1 ^= 0xDD;
    sip_write(&s, ret_digest + 8);
}
