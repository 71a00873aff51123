/* One secret, from which HMAC-SHA-256 makes a key for each use. AES-SIV is used
 * because it is deterministic by design: equal values give equal tokens, which can be
 * joined, and a token that was changed does not open. */
#include "inspect/mask_key.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct comity_mask_key {
    uint8_t scan[16];
    uint8_t siv[64];
    EVP_CIPHER *cipher;
    pthread_mutex_t mutex; /* guards the next: a seal takes less than a microsecond */
    EVP_CIPHER_CTX *context;
};

static const char key_text[] = "comity-mask-key-1 ";

static bool derive(const uint8_t secret[COMITY_MASK_KEY_SIZE], const char *use, uint8_t *ret_key, size_t size)
{
    uint8_t digest[32];
    unsigned digest_size = 0;
    bool done = HMAC(EVP_sha256(), secret, COMITY_MASK_KEY_SIZE, (const unsigned char *)use, strlen(use), digest,
                     &digest_size) != NULL;
    memcpy(ret_key, digest, size);
    OPENSSL_cleanse(digest, sizeof digest);
    return done;
}

comity_status comity_mask_key_new(const uint8_t secret[COMITY_MASK_KEY_SIZE], comity_mask_key **ret_key,
                                  comity_error *reterr)
{
    comity_mask_key *key = calloc(1, sizeof *key);
    if (key == NULL || pthread_mutex_init(&key->mutex, NULL) != 0) {
        free(key);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for a key");
    }
    key->cipher = EVP_CIPHER_fetch(NULL, "AES-256-SIV", NULL);
    key->context = EVP_CIPHER_CTX_new();
    bool done = key->cipher != NULL && key->context != NULL && derive(secret, "comity mask digest 1", key->scan, 16) &&
                derive(secret, "comity mask token 1 a", key->siv, 32) &&
                derive(secret, "comity mask token 1 b", key->siv + 32, 32);
    if (!done) {
        comity_mask_key_free(key);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "libcrypto gives no AES-256-SIV or HMAC, or has no memory");
    }
    *ret_key = key;
    return COMITY_OK;
}

void comity_mask_key_free(comity_mask_key *key)
{
    if (key == NULL) {
        return;
    }
    EVP_CIPHER_CTX_free(key->context);
    EVP_CIPHER_free(key->cipher);
    (void)pthread_mutex_destroy(&key->mutex);
    OPENSSL_cleanse(key, sizeof *key);
    free(key);
}

/* ---- text ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

comity_status comity_mask_key_read(const char *text, size_t size, uint8_t ret_secret[COMITY_MASK_KEY_SIZE],
                                   comity_error *reterr)
{
    uint8_t secret[COMITY_MASK_KEY_SIZE];
    size_t head = sizeof key_text - 1;
    while (size != 0 && (text[size - 1] == '\n' || text[size - 1] == '\r' || text[size - 1] == ' ')) {
        size--;
    }
    bool is_good = size == COMITY_MASK_KEY_TEXT_SIZE - 1 && memcmp(text, key_text, head) == 0;
    for (size_t i = 0; is_good && i < COMITY_MASK_KEY_SIZE; i++) {
        int high = hex(text[head + 2 * i]);
        int low = hex(text[head + 2 * i + 1]);
        is_good = high >= 0 && low >= 0;
        secret[i] = is_good ? (uint8_t)(high << 4 | low) : 0;
    }
    if (is_good) {
        memcpy(ret_secret, secret, sizeof secret);
    }
    OPENSSL_cleanse(secret, sizeof secret);
    return is_good ? COMITY_OK
                   : comity_fail(reterr, COMITY_ERROR_SYNTAX, "a key is '%s' and 64 digits of 0-9 and a-f", key_text);
}

void comity_mask_key_print(const uint8_t secret[COMITY_MASK_KEY_SIZE], char ret_text[COMITY_MASK_KEY_TEXT_SIZE + 1])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = sizeof key_text - 1;
    memcpy(ret_text, key_text, at);
    for (size_t i = 0; i < COMITY_MASK_KEY_SIZE; i++) {
        ret_text[at++] = digits[secret[i] >> 4];
        ret_text[at++] = digits[secret[i] & 15];
    }
    ret_text[at++] = '\n';
    ret_text[at] = '\0';
}

/* ---- use ---- */

void comity_mask_key_scan(const comity_mask_key *key, uint8_t ret_key[16])
{
    memcpy(ret_key, key->scan, 16);
}

comity_status comity_mask_key_seal(comity_mask_key *key, const uint8_t *bytes, size_t size, uint8_t *ret_sealed,
                                   comity_error *reterr)
{
    int n = 0;
    (void)pthread_mutex_lock(&key->mutex);
    bool done = size <= INT_MAX / 2 && EVP_EncryptInit_ex2(key->context, key->cipher, key->siv, NULL, NULL) == 1 &&
                EVP_EncryptUpdate(key->context, ret_sealed + COMITY_MASK_SEAL_SIZE, &n, bytes, (int)size) == 1 &&
                EVP_EncryptFinal_ex(key->context, ret_sealed + COMITY_MASK_SEAL_SIZE + n, &n) == 1 &&
                EVP_CIPHER_CTX_ctrl(key->context, EVP_CTRL_AEAD_GET_TAG, COMITY_MASK_SEAL_SIZE, ret_sealed) == 1;
    (void)pthread_mutex_unlock(&key->mutex);
    return done ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_MEMORY, "libcrypto could not seal %zu bytes", size);
}

bool comity_mask_key_open(comity_mask_key *key, const uint8_t *sealed, size_t size, uint8_t *ret_bytes)
{
    uint8_t tag[COMITY_MASK_SEAL_SIZE];
    int n = 0;
    if (size <= COMITY_MASK_SEAL_SIZE || size > INT_MAX / 2) {
        return false;
    }
    memcpy(tag, sealed, sizeof tag);
    (void)pthread_mutex_lock(&key->mutex);
    bool done = EVP_DecryptInit_ex2(key->context, key->cipher, key->siv, NULL, NULL) == 1 &&
                EVP_CIPHER_CTX_ctrl(key->context, EVP_CTRL_AEAD_SET_TAG, COMITY_MASK_SEAL_SIZE, tag) == 1 &&
                EVP_DecryptUpdate(key->context, ret_bytes, &n, sealed + COMITY_MASK_SEAL_SIZE,
                                  (int)(size - COMITY_MASK_SEAL_SIZE)) == 1 &&
                EVP_DecryptFinal_ex(key->context, ret_bytes + n, &n) == 1;
    (void)pthread_mutex_unlock(&key->mutex);
    return done;
}
