/* What a shelf is made of; for the files of this folder only. */
#ifndef COMITY_PAPER_SHELF_PARTS_H
#define COMITY_PAPER_SHELF_PARTS_H

#include "paper/shelf.h"

#define COMITY_SHELF_NONE UINT32_MAX
#define COMITY_SHELF_NEVER INT32_MAX /* the day from which a thing is revoked, if it is not */

/* A paper on the shelf. */
typedef struct comity_shelf_item {
    comity_shelf_paper told;
    const uint8_t *bytes;
    size_t size;
    comity_paper *paper; /* once verified and read */
    uint32_t *signers;   /* verifiers whose signature is on it and good */
    uint32_t signer_count;
    int32_t revoked_from; /* or COMITY_SHELF_NEVER */
    uint64_t revoked_by;  /* index in the log, or COMITY_PAPER_NO_INDEX */
    bool is_doubtful;     /* a signature on it is by no key tried so far that is called as its own */
    bool is_spoiled;      /* it cannot count any more: told says why */
    uint32_t first_given; /* of a delegation: the powers it has given, or NONE */
} comity_shelf_item;

/* The power of a key to sign in a principal's name. */
typedef struct comity_shelf_role {
    uint32_t verifier;
    uint32_t principal;   /* of the trust file */
    uint32_t parent;      /* the role from which it was delegated; NONE: from the trust file */
    uint32_t delegation;  /* the item that gave it, or NONE */
    uint32_t next;        /* role of the same verifier */
    uint32_t next_given;  /* role given by the same delegation */
    uint32_t depth;       /* how deep it may be delegated on */
    int32_t from, until;  /* issue days of what it may sign */
    int32_t revoked_from; /* of the key in this role, by a revocation that names the key */
} comity_shelf_role;

struct comity_shelf {
    const comity_trust *trust;
    const comity_paper_authority *authorities;
    size_t authority_count;
    comity_arena arena;
    comity_shelf_item *items;
    uint32_t item_count, item_room;
    comity_verifier *verifiers; /* each key once a name */
    uint32_t *first_roles;      /* beside each verifier */
    uint32_t verifier_count, verifier_room;
    comity_shelf_role *roles;
    uint32_t role_count, role_room;
};

/* Whether an item counts: fills told's status and message, and until. */
void comity_shelf_decide(const comity_shelf *shelf, comity_shelf_item *item);

/* May a key in this role sign a delegation or revocation for the principal it
 * names, and be delegated from `depth` deeper? (That the key has signed is not asked.) */
bool comity_shelf_role_signs(const comity_shelf *shelf, const comity_shelf_item *item, uint32_t role, uint32_t depth);

/* Notes why an item does not count. */
void comity_shelf_tell(const comity_shelf *shelf, comity_shelf_item *item, comity_status status, const char *format,
                       ...) COMITY_PRINTF(4, 5);

#endif
