/* What comes in: a judgement's bytes and a salt. What goes out: the entry that
 * commits to them, alone or in a bundle. */
#include "record/entry.h"

#include "base/bytes.h"

#include <assert.h>
#include <string.h>

#define BLOCK_SIZE 64 /* of SHA-256 */

#define INNER_PAD 0x36
#define OUTER_PAD 0x5c

static void pad(const uint8_t salt[COMITY_SALT_SIZE], uint8_t with, uint8_t ret_block[BLOCK_SIZE])
{
    memset(ret_block, with, BLOCK_SIZE);
    for (size_t i = 0; i < COMITY_SALT_SIZE; i++) {
        ret_block[i] ^= salt[i];
    }
}

static void begin_padded(comity_sha256_state *state, const uint8_t salt[COMITY_SALT_SIZE], uint8_t with)
{
    uint8_t block[BLOCK_SIZE];
    pad(salt, with, block);
    comity_sha256_begin(state);
    comity_sha256_add(state, block, sizeof block);
}

void comity_entry_commit(const uint8_t salt[COMITY_SALT_SIZE], const void *judgement, size_t size,
                         comity_hash *ret_commitment)
{
    comity_sha256_state state;
    comity_hash inner;
    begin_padded(&state, salt, INNER_PAD);
    comity_sha256_add(&state, judgement, size);
    comity_sha256_end(&state, inner.bytes);
    begin_padded(&state, salt, OUTER_PAD);
    comity_sha256_add(&state, inner.bytes, sizeof inner.bytes);
    comity_sha256_end(&state, ret_commitment->bytes);
}

void comity_entry_commit_many(const comity_entry_secret *secrets, size_t count, comity_hash *ret_commitments)
{
    uint8_t blocks[COMITY_ENTRY_COMMIT_MAX][BLOCK_SIZE];
    uint8_t digests[COMITY_ENTRY_COMMIT_MAX][COMITY_SHA256_SIZE];
    comity_sha256_input inputs[COMITY_ENTRY_COMMIT_MAX];
    assert(count > 0 && count <= COMITY_ENTRY_COMMIT_MAX);
    for (size_t i = 0; i < count; i++) {
        pad(secrets[i].salt, INNER_PAD, blocks[i]);
        inputs[i] = (comity_sha256_input){blocks[i], secrets[i].judgement, secrets[i].size};
    }
    comity_sha256_many(inputs, count, digests);
    for (size_t i = 0; i < count; i++) {
        pad(secrets[i].salt, OUTER_PAD, blocks[i]);
        inputs[i] = (comity_sha256_input){blocks[i], digests[i], COMITY_SHA256_SIZE};
    }
    comity_sha256_many(inputs, count, digests);
    for (size_t i = 0; i < count; i++) {
        memcpy(ret_commitments[i].bytes, digests[i], COMITY_SHA256_SIZE);
    }
}

void comity_entry_write(const comity_hash *commitment, uint8_t ret_entry[COMITY_ENTRY_SIZE])
{
    ret_entry[0] = COMITY_ENTRY_VERSION;
    memcpy(ret_entry + 1, commitment->bytes, sizeof commitment->bytes);
}

void comity_entry_leaf(const comity_hash *commitment, comity_hash *ret_leaf)
{
    uint8_t bytes[1 + COMITY_ENTRY_SIZE] = {0};
    comity_entry_write(commitment, bytes + 1);
    comity_sha256(bytes, sizeof bytes, ret_leaf->bytes);
}

void comity_entry_leaves(const comity_hash *commitments, size_t count, comity_hash *ret_leaves)
{
    static const uint8_t prefix[] = {0, COMITY_ENTRY_VERSION};
    comity_sha256_each(prefix, sizeof prefix, commitments->bytes, sizeof commitments->bytes, count, ret_leaves->bytes);
}

comity_status comity_entry_read(const uint8_t *entry, size_t size, comity_hash *ret_commitment, comity_error *reterr)
{
    if (size == 0 || entry[0] != COMITY_ENTRY_VERSION) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "an entry begins with the version %d, not with %d",
                           COMITY_ENTRY_VERSION, size == 0 ? -1 : entry[0]);
    }
    if (size != COMITY_ENTRY_SIZE) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "an entry has %d bytes, not %zu", COMITY_ENTRY_SIZE, size);
    }
    memcpy(ret_commitment->bytes, entry + 1, sizeof ret_commitment->bytes);
    return COMITY_OK;
}

void comity_bundle_write(const comity_hash *commitments, size_t count, uint8_t *ret_bytes)
{
    for (size_t i = 0; i < count; i++, ret_bytes += COMITY_BUNDLE_BYTES) {
        ret_bytes[0] = COMITY_ENTRY_SIZE >> 8;
        ret_bytes[1] = COMITY_ENTRY_SIZE & 255;
        comity_entry_write(&commitments[i], ret_bytes + 2);
    }
}

comity_status comity_bundle_read(const uint8_t *bytes, size_t size, size_t count, comity_hash *ret_commitments,
                                 comity_error *reterr)
{
    comity_reader reader;
    comity_reader_init(&reader, bytes, size);
    for (size_t i = 0; i < count; i++) {
        uint16_t length;
        const uint8_t *entry;
        COMITY_TRY(comity_reader_u16_big(&reader, &length, reterr));
        COMITY_TRY(comity_reader_span(&reader, length, &entry, reterr));
        COMITY_TRY(comity_entry_read(entry, length, &ret_commitments[i], reterr));
    }
    return comity_reader_finish(&reader, reterr);
}
