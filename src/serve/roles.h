/* Roles, and who has them. A principal is told apart by a bearer token, of which
 * only the SHA-256 is kept, or by the user at the other end of a unix socket. */
#ifndef COMITY_SERVE_ROLES_H
#define COMITY_SERVE_ROLES_H

#include "base/error.h"
#include "base/limits.h"
#include "base/sha256.h"

#define COMITY_ROLE_GATE 1u      /* has acts judged and is told the verdict */
#define COMITY_ROLE_COUNSEL 2u   /* is told rules, needs and ways; reads the law */
#define COMITY_ROLE_AUTHORITY 4u /* reads the law and the public part of the record */
#define COMITY_ROLE_AUDITOR 8u   /* reads the record, proofs and metrics; lists judgements, without their acts */
#define COMITY_ROLE_ADMIN 16u    /* the same */
#define COMITY_ROLES_ALL 31u

/* Bytes of random in a token; printed in hexadecimal. */
#define COMITY_TOKEN_BYTES 32
#define COMITY_TOKEN_TEXT_SIZE (2 * COMITY_TOKEN_BYTES + 1)

typedef struct comity_token {
    char name[COMITY_LIMIT_SERVE_NAME_BYTES + 1]; /* for the log */
    unsigned roles;
    uint8_t digest[COMITY_SHA256_SIZE];
} comity_token;

typedef struct comity_peer {
    char name[COMITY_LIMIT_SERVE_NAME_BYTES + 1];
    unsigned roles;
    uint32_t uid;
} comity_peer;

/* A plain value. `token_count` of `tokens`, and so on, are set. */
typedef struct comity_principals {
    comity_token tokens[COMITY_LIMIT_SERVE_TOKENS];
    size_t token_count;
    comity_peer peers[COMITY_LIMIT_SERVE_TOKENS];
    size_t peer_count;
    unsigned anonymous; /* roles of whoever shows nothing */
} comity_principals;

/* Who asks. `name` lives as long as the principals. */
typedef struct comity_principal {
    const char *name;
    unsigned roles;
} comity_principal;

/* "gate,counsel" to a mask. COMITY_ERROR_NAME with the word that is no role. */
COMITY_MUST_USE comity_status comity_roles_read(const char *text, unsigned *ret_roles, comity_error *reterr);

/* The name of one role, by its bit number; NULL beyond the last. */
const char *comity_role_name(unsigned bit);

/* Who shows this `Authorization` header; false: the header is none of ours or no
 * such token is known. Every token is compared, each in constant time. */
bool comity_principals_by_token(const comity_principals *principals, const char *authorization,
                                comity_principal *ret_principal);

/* Who connected as this user; false: nobody we know. */
bool comity_principals_by_peer(const comity_principals *principals, uint32_t uid, comity_principal *ret_principal);

/* Makes a token from the system's randomness. */
COMITY_MUST_USE comity_status comity_token_make(char ret_text[COMITY_TOKEN_TEXT_SIZE],
                                                char ret_digest[COMITY_SHA256_TEXT_SIZE], comity_error *reterr);

#endif
