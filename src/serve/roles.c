/* Roles and principals. A name and a token in, a mask of roles out. Secrets are
 * compared in constant time and never kept, logged or told. */
#include "serve/roles.h"

#include "base/quote.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>
#include <strings.h>

static const char *const role_names[] = {"gate", "counsel", "authority", "auditor", "admin"};

enum { ROLE_COUNT = sizeof role_names / sizeof role_names[0] };

const char *comity_role_name(unsigned bit)
{
    return bit < ROLE_COUNT ? role_names[bit] : NULL;
}

static unsigned role_find(const char *word, size_t size)
{
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        if (strlen(role_names[i]) == size && memcmp(role_names[i], word, size) == 0) {
            return 1u << i;
        }
    }
    return 0;
}

comity_status comity_roles_read(const char *text, unsigned *ret_roles, comity_error *reterr)
{
    unsigned roles = 0;
    for (const char *word = text;;) {
        size_t size = strcspn(word, ",");
        unsigned role = role_find(word, size);
        if (role == 0) {
            return comity_fail(reterr, COMITY_ERROR_NAME,
                               "%s is no role; there are gate, counsel, authority, auditor and admin, with commas between",
                               comity_quote_bytes(word, size).text);
        }
        roles |= role;
        if (word[size] == '\0') {
            break;
        }
        word += size + 1;
    }
    *ret_roles = roles;
    return COMITY_OK;
}

bool comity_principals_by_token(const comity_principals *principals, const char *authorization,
                                comity_principal *ret_principal)
{
    static const char scheme[] = "Bearer ";
    uint8_t digest[COMITY_SHA256_SIZE];
    const comity_token *found = NULL;
    if (strncasecmp(authorization, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    const char *token = authorization + sizeof scheme - 1;
    token += strspn(token, " ");
    comity_sha256(token, strlen(token), digest);
    for (size_t i = 0; i < principals->token_count; i++) {
        if (CRYPTO_memcmp(digest, principals->tokens[i].digest, sizeof digest) == 0) {
            found = &principals->tokens[i];
        }
    }
    if (found == NULL) {
        return false;
    }
    *ret_principal = (comity_principal){found->name, found->roles};
    return true;
}

bool comity_principals_by_peer(const comity_principals *principals, uint32_t uid, comity_principal *ret_principal)
{
    for (size_t i = 0; i < principals->peer_count; i++) {
        if (principals->peers[i].uid == uid) {
            *ret_principal = (comity_principal){principals->peers[i].name, principals->peers[i].roles};
            return true;
        }
    }
    return false;
}

comity_status comity_token_make(char ret_text[COMITY_TOKEN_TEXT_SIZE], char ret_digest[COMITY_SHA256_TEXT_SIZE],
                                comity_error *reterr)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[COMITY_TOKEN_BYTES];
    uint8_t digest[COMITY_SHA256_SIZE];
    if (RAND_bytes(random, sizeof random) != 1) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the system gives no random bytes");
    }
    for (size_t i = 0; i < sizeof random; i++) {
        ret_text[2 * i] = digits[random[i] >> 4];
        ret_text[2 * i + 1] = digits[random[i] & 15];
    }
    ret_text[COMITY_TOKEN_TEXT_SIZE - 1] = '\0';
    comity_sha256(ret_text, COMITY_TOKEN_TEXT_SIZE - 1, digest);
    comity_sha256_print(digest, ret_digest);
    OPENSSL_cleanse(random, sizeof random);
    return COMITY_OK;
}
