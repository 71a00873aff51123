/* SipHash-2-4-128: the first of the authors' vectors, and libcrypto's own beside it. */
#include "../../test.h"

#include "base/siphash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static bool peer(const uint8_t key[16], const void *bytes, size_t size, uint8_t ret_digest[16])
{
    size_t written = 0;
    size_t wanted = 16;
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &wanted), OSSL_PARAM_construct_end()};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    bool done = context != NULL && EVP_MAC_init(context, key, 16, parameters) == 1 &&
                EVP_MAC_update(context, bytes, size) == 1 && EVP_MAC_final(context, ret_digest, &written, 16) == 1;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return done && written == 16;
}

int main(void)
{
    static const uint8_t empty[16] = {0xA3, 0x81, 0x7F, 0x04, 0xBA, 0x25, 0xA8, 0xE6,
                                      0x6D, 0xF6, 0x72, 0x14, 0xC7, 0x55, 0x02, 0x93};
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0F0E0D0C0B0A0908)};
    uint8_t bytes[100];
    uint8_t key_bytes[16];
    uint8_t digest[16];
    uint8_t expected[16];
    test_begin("siphash");
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    for (size_t i = 0; i < 16; i++) {
        key_bytes[i] = (uint8_t)i;
    }
    test_case("the published vector of no bytes");
    comity_siphash(key, bytes, 0, digest);
    CHECK(memcmp(digest, empty, 16) == 0);
    test_case("as libcrypto");
    for (size_t size = 0; size <= sizeof bytes; size++) {
        comity_siphash(key, bytes, size, digest);
        if (!CHECK(peer(key_bytes, bytes, size, expected))) {
            break;
        }
        CHECK(memcmp(digest, expected, 16) == 0);
    }
    return test_done();
}
