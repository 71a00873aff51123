/* The trust file: whose keys an operator believes, for what, from when until
 * when. Kept by the operator; never taken from a paper.
 *
 *     comity trust v1
 *
 *     # read from its own page and compared by telephone
 *     authority XA.DPC
 *       key papers.dpc.example+6f0c2a11+AQ… from 2026-01-01 until 2028-12-31
 *       may security-assessment certification
 *       delegates 1
 *
 *     party Examplia Motors
 *       key motors.example/papers+…
 *       may standard-contract impact-assessment under XA XB
 *
 *     log log.example/2026
 *       key log.example/2026+…
 *       at log-2026
 *
 * docs/formats/trust.md tells it line by line. */
#ifndef COMITY_PAPER_TRUST_H
#define COMITY_PAPER_TRUST_H

#include "base/arena.h"
#include "note/key.h"

typedef enum comity_trusted { COMITY_TRUSTED_AUTHORITY, COMITY_TRUSTED_PARTY, COMITY_TRUSTED_LOG } comity_trusted;

/* One kind of paper, or form without a kind, that a principal may sign. */
typedef struct comity_trust_grant {
    const char *kind;
    const char *const *under; /* laws; none: any */
    uint32_t under_count;
    unsigned line;
} comity_trust_grant;

/* Whoever has keys. Lives in its trust. */
typedef struct comity_trust_principal {
    comity_trusted trusted;
    const char *name;
    uint32_t first_key, key_count;
    uint32_t first_grant, grant_count;
    uint32_t delegates; /* how deep its power may be delegated; 0: not at all */
    const char *at;     /* of a log: the folder it lies in; NULL: not said */
    unsigned line;
} comity_trust_principal;

/* A key of a principal. */
typedef struct comity_trust_key {
    comity_verifier verifier;
    uint32_t principal;
    int32_t from, until; /* days on which what it signs may be issued; COMITY_DATE_MIN and _MAX: without bound */
    unsigned line;
} comity_trust_key;

/* A trust file, read. Owns its memory; immutable; threads may share it. */
typedef struct comity_trust {
    comity_arena arena;
    const comity_trust_principal *principals;
    const comity_trust_key *keys;
    const comity_trust_grant *grants;
    uint32_t principal_count, key_count, grant_count;
} comity_trust;

/* Reads a trust file; `name` is for messages, which begin with name, line and
 * column. COMITY_ERROR_SYNTAX, COMITY_ERROR_LIMIT, COMITY_ERROR_MEMORY. */
COMITY_MUST_USE comity_status comity_trust_read(const char *name, const char *text, size_t size,
                                                comity_trust *ret_trust, comity_error *reterr);

/* NULL is allowed. */
void comity_trust_free(comity_trust *trust);

/* The principal of that name that may sign papers, or NULL. */
const comity_trust_principal *comity_trust_find(const comity_trust *trust, const char *name, size_t size);

/* Does the trust file itself let the principal sign papers of this kind under
 * this law? Without a `may` line an authority may sign whatever law lets it,
 * a party nothing. */
bool comity_trust_grants(const comity_trust *trust, const comity_trust_principal *principal, const char *kind,
                         size_t kind_size, const char *law, size_t law_size);

#endif
