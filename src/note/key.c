/* What comes in: names, verifier keys, seeds, messages. What goes out: keys and
 * signatures. Secrets lie in memory of libsodium's own (guarded, locked, wiped);
 * nothing here branches on them. */
#include "note/key.h"

#include "base/quote.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "note/purpose.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static_assert(COMITY_PUBLIC_KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "one size of public key");
static_assert(COMITY_SEED_SIZE == crypto_sign_SEEDBYTES, "one size of seed");
static_assert(COMITY_SIGNATURE_SIZE == crypto_sign_BYTES, "one size of signature");

struct comity_signer {
    comity_verifier verifier;
    uint8_t secret[crypto_sign_SECRETKEYBYTES]; /* the seed, then the public key */
};

/* ---- names ---- */

/* The spaces of Unicode beyond ASCII, as UTF-8 (White_Space of the Unicode Character Database). */
static const char *const spaces[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
    "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
};

static bool has_space(const char *name, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
            size_t space_size = strlen(spaces[i]);
            if (size - at >= space_size && memcmp(name + at, spaces[i], space_size) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool has_forbidden(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool is_c1 = (uint8_t)name[i] == 0xC2 && i + 1 < size && (uint8_t)name[i + 1] < 0xA0; /* U+0080 to U+009F */
        if ((uint8_t)name[i] <= 0x20 || name[i] == 0x7F || name[i] == '+' || is_c1) {
            return true;
        }
    }
    return has_space(name, size);
}

comity_status comity_key_name_check(const char *name, size_t size, comity_error *reterr)
{
    if (size == 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "a key's name is empty");
    }
    if (size > COMITY_LIMIT_KEY_NAME_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a key's name has %zu bytes, but at most %d are allowed", size,
                           COMITY_LIMIT_KEY_NAME_BYTES);
    }
    if (comity_utf8_check(name, size) != size || has_forbidden(name, size)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "%s is no name of a key: it must be UTF-8 without spaces, '+' and control characters",
                           comity_quote_bytes(name, size).text);
    }
    if (size == strlen(COMITY_COSIGNATURE_PREFIX) && memcmp(name, COMITY_COSIGNATURE_PREFIX, size) == 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "\"%s\" is no name of a key: cosignatures begin with it",
                           COMITY_COSIGNATURE_PREFIX);
    }
    return COMITY_OK;
}

comity_status comity_key_own_name_check(const char *name, size_t size, comity_error *reterr)
{
    COMITY_TRY(comity_key_name_check(name, size, reterr));
    uint32_t unseen = comity_utf8_unseen(name, size);
    if (unseen != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "a key's name holds U+%04X, which cannot be seen, so that it may read as another",
                           (unsigned)unseen);
    }
    return COMITY_OK;
}

/* ---- verifiers ---- */

static void make_id(comity_verifier *verifier)
{
    comity_sha256_state state;
    uint8_t digest[COMITY_SHA256_SIZE];
    const uint8_t between[2] = {'\n', comity_purpose_type(verifier->purpose)};
    comity_sha256_begin(&state);
    comity_sha256_add(&state, verifier->name, verifier->name_size);
    comity_sha256_add(&state, between, sizeof between);
    comity_sha256_add(&state, verifier->public_key, sizeof verifier->public_key);
    comity_sha256_end(&state, digest);
    memcpy(verifier->id, digest, sizeof verifier->id);
}

comity_status comity_verifier_make(const char *name, size_t name_size, comity_purpose purpose,
                                   const uint8_t public_key[COMITY_PUBLIC_KEY_SIZE], comity_verifier *ret_verifier,
                                   comity_error *reterr)
{
    COMITY_TRY(comity_key_own_name_check(name, name_size, reterr));
    if (sodium_init() < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "libsodium could not be made ready");
    }
    if (!crypto_core_ed25519_is_valid_point(public_key)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the key of %s is no Ed25519 public key",
                           comity_quote_bytes(name, name_size).text);
    }
    comity_verifier verifier = {.purpose = purpose, .name_size = (uint16_t)name_size};
    memcpy(verifier.public_key, public_key, sizeof verifier.public_key);
    memcpy(verifier.name, name, name_size);
    make_id(&verifier);
    *ret_verifier = verifier;
    return COMITY_OK;
}

static bool read_hex_digit(char digit, uint8_t *ret_value)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);
    if (at != NULL) {
        *ret_value = (uint8_t)(at - digits);
    }
    return at != NULL;
}

static bool read_id(const char *text, uint8_t ret_id[COMITY_KEY_ID_SIZE])
{
    for (size_t i = 0; i < COMITY_KEY_ID_SIZE; i++) {
        uint8_t high;
        uint8_t low;
        if (!read_hex_digit(text[2 * i], &high) || !read_hex_digit(text[2 * i + 1], &low)) {
            return false;
        }
        ret_id[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

comity_status comity_verifier_read(const char *text, size_t size, comity_purpose purpose, comity_verifier *ret_verifier,
                                   comity_error *reterr)
{
    enum { BLOB_SIZE = 1 + COMITY_PUBLIC_KEY_SIZE, TAIL_SIZE = 1 + 8 + 1 + COMITY_BASE64_TEXT_SIZE(BLOB_SIZE) };
    comity_verifier verifier;
    uint8_t blob[BLOB_SIZE];
    uint8_t id[COMITY_KEY_ID_SIZE];
    size_t blob_size = 0;
    size_t name_size = size > TAIL_SIZE ? size - TAIL_SIZE : 0;
    const char *tail = text + name_size;
    if (name_size == 0 || tail[0] != '+' || tail[9] != '+' || !read_id(tail + 1, id) ||
        !comity_base64_read(tail + 10, TAIL_SIZE - 10, blob, sizeof blob, &blob_size) || blob_size != sizeof blob) {
        return comity_fail(
            reterr, COMITY_ERROR_SYNTAX,
            "%s is no public key: NAME+ID+KEY expected, with 8 hexadecimal digits and base64 of 33 bytes",
            comity_quote_bytes(text, size).text);
    }
    if (blob[0] != comity_purpose_type(purpose)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "the key of %s is of type %02x, but a key for a %s is of type %02x",
                           comity_quote_bytes(text, name_size).text, blob[0], comity_purpose_word(purpose),
                           comity_purpose_type(purpose));
    }
    COMITY_TRY(comity_verifier_make(text, name_size, purpose, blob + 1, &verifier, reterr));
    if (memcmp(verifier.id, id, sizeof id) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "the key of %s has the id %02x%02x%02x%02x, but says it is %.8s",
                           comity_quote_bytes(text, name_size).text, verifier.id[0], verifier.id[1], verifier.id[2],
                           verifier.id[3], tail + 1);
    }
    *ret_verifier = verifier;
    return COMITY_OK;
}

void comity_verifier_print(const comity_verifier *verifier, char ret_text[COMITY_VERIFIER_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t blob[1 + COMITY_PUBLIC_KEY_SIZE];
    char *at = ret_text;
    memcpy(at, verifier->name, verifier->name_size);
    at += verifier->name_size;
    *at++ = '+';
    for (size_t i = 0; i < sizeof verifier->id; i++) {
        *at++ = digits[verifier->id[i] >> 4];
        *at++ = digits[verifier->id[i] & 15];
    }
    *at++ = '+';
    blob[0] = comity_purpose_type(verifier->purpose);
    memcpy(blob + 1, verifier->public_key, sizeof verifier->public_key);
    comity_base64_write(blob, sizeof blob, at);
}

bool comity_verifier_same_key(const comity_verifier *a, const comity_verifier *b)
{
    return memcmp(a->public_key, b->public_key, sizeof a->public_key) == 0;
}

bool comity_verifier_check(const comity_verifier *verifier, const uint8_t *message, size_t size,
                           const uint8_t signature[COMITY_SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, message, size, verifier->public_key) == 0;
}

/* ---- signers ---- */

comity_status comity_signer_from_seed(const char *name, size_t name_size, comity_purpose purpose,
                                      const uint8_t seed[COMITY_SEED_SIZE], comity_signer **ret_signer,
                                      comity_error *reterr)
{
    uint8_t public_key[COMITY_PUBLIC_KEY_SIZE];
    COMITY_TRY(comity_key_own_name_check(name, name_size, reterr));
    if (sodium_init() < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "libsodium could not be made ready");
    }
    comity_signer *signer = sodium_malloc(sizeof *signer);
    if (signer == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no locked memory for a key");
    }
    (void)crypto_sign_seed_keypair(public_key, signer->secret, seed);
    comity_status status = comity_verifier_make(name, name_size, purpose, public_key, &signer->verifier, reterr);
    if (status != COMITY_OK) {
        sodium_free(signer);
        return status;
    }
    (void)sodium_mprotect_readonly(signer);
    *ret_signer = signer;
    return COMITY_OK;
}

comity_status comity_signer_new(const char *name, size_t name_size, comity_purpose purpose, comity_signer **ret_signer,
                                comity_error *reterr)
{
    uint8_t seed[COMITY_SEED_SIZE];
    if (sodium_init() < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "libsodium could not be made ready");
    }
    randombytes_buf(seed, sizeof seed);
    comity_status status = comity_signer_from_seed(name, name_size, purpose, seed, ret_signer, reterr);
    sodium_memzero(seed, sizeof seed);
    return status;
}

void comity_signer_free(comity_signer *signer)
{
    sodium_free(signer);
}

const comity_verifier *comity_signer_verifier(const comity_signer *signer)
{
    return &signer->verifier;
}

const uint8_t *comity_signer_seed(const comity_signer *signer)
{
    return signer->secret;
}

void comity_signer_sign(const comity_signer *signer, const uint8_t *message, size_t size,
                        uint8_t ret_signature[COMITY_SIGNATURE_SIZE])
{
    (void)crypto_sign_detached(ret_signature, NULL, message, size, signer->secret);
}
