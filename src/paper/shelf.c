/* What comes in: notes, a trust file, the law's authorities. What goes out: the
 * papers among the notes, and which of them count.
 *
 * Verifying goes in rounds. The first tries the keys of the trust file on every
 * note; the delegations it has verified give more keys, which the next round
 * tries, and so on until no power is new. Power is delegated by every role that
 * may, each once, and one step less deep, so rounds end. Whether a signature is
 * wrong shows when all keys are known, for two may have one name and id. A note
 * is read once, when the first signature on it has been found good. */
#include "paper/shelf_parts.h"

#include "note/note.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

comity_status comity_shelf_new(const comity_trust *trust, const comity_paper_authority *authorities,
                               size_t authority_count, comity_shelf **ret_shelf, comity_error *reterr)
{
    comity_shelf *shelf = calloc(1, sizeof *shelf);
    if (shelf == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    shelf->trust = trust;
    shelf->authorities = authorities;
    shelf->authority_count = authority_count;
    comity_arena_init(&shelf->arena, COMITY_LIMIT_SHELF_BYTES);
    *ret_shelf = shelf;
    return COMITY_OK;
}

void comity_shelf_free(comity_shelf *shelf)
{
    if (shelf == NULL) {
        return;
    }
    comity_arena_free(&shelf->arena);
    free(shelf->items);
    free(shelf->verifiers);
    free(shelf->first_roles);
    free(shelf->roles);
    free(shelf);
}

/* Room for one more of `size` bytes each; doubles. */
static comity_status make_room(void **array, uint32_t count, uint32_t *room, size_t size, comity_error *reterr)
{
    if (count < *room) {
        return COMITY_OK;
    }
    uint32_t larger = *room == 0 ? 16 : *room * 2;
    void *moved = realloc(*array, larger * size);
    if (moved == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    *array = moved;
    *room = larger;
    return COMITY_OK;
}

static comity_status add_item(comity_shelf *shelf, const char *name, uint64_t index, const void *bytes, size_t size,
                              comity_error *reterr)
{
    char *name_copy = NULL;
    char *copy = NULL;
    void *items = shelf->items;
    if (shelf->item_count == COMITY_LIMIT_SHELF_PAPERS) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "more than %d papers", COMITY_LIMIT_SHELF_PAPERS);
    }
    if (size > COMITY_LIMIT_NOTE_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: a paper of %zu bytes, but at most %zu are allowed", name,
                           size, COMITY_LIMIT_NOTE_BYTES);
    }
    COMITY_TRY(comity_arena_copy(&shelf->arena, name, strlen(name), &name_copy, reterr));
    COMITY_TRY(comity_arena_copy(&shelf->arena, bytes, size, &copy, reterr));
    COMITY_TRY(make_room(&items, shelf->item_count, &shelf->item_room, sizeof *shelf->items, reterr));
    shelf->items = items;
    shelf->items[shelf->item_count++] = (comity_shelf_item){
        .told = {.name = name_copy,
                 .index = index,
                 .status = COMITY_ERROR_SIGNATURE,
                 .message = "not settled yet",
                 .until = COMITY_PAPER_NO_DATE},
        .bytes = (const uint8_t *)copy,
        .size = size,
        .first_given = COMITY_SHELF_NONE,
        .revoked_from = COMITY_SHELF_NEVER,
        .revoked_by = COMITY_PAPER_NO_INDEX,
    };
    return COMITY_OK;
}

comity_status comity_shelf_add(comity_shelf *shelf, const char *name, const void *bytes, size_t size,
                               comity_error *reterr)
{
    return add_item(shelf, name, COMITY_PAPER_NO_INDEX, bytes, size, reterr);
}

comity_status comity_shelf_revoke(comity_shelf *shelf, const comity_paper_revocations *revocations,
                                  comity_error *reterr)
{
    for (size_t i = 0; i < revocations->count; i++) {
        const comity_paper_revocation *item = &revocations->items[i];
        char name[40];
        if (i != 0 && item->index <= revocations->items[i - 1].index) {
            return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "the indices of revocations do not rise at %llu",
                               (unsigned long long)item->index);
        }
        (void)snprintf(name, sizeof name, "entry %llu", (unsigned long long)item->index);
        COMITY_TRY(add_item(shelf, name, item->index, item->note, item->note_size, reterr));
    }
    return COMITY_OK;
}

void comity_shelf_tell(const comity_shelf *shelf, comity_shelf_item *item, comity_status status, const char *format,
                       ...)
{
    char message[sizeof((comity_error *)0)->message];
    char *copy = NULL;
    comity_arena *arena = (comity_arena *)&shelf->arena; /* the shelf's own, as long as it is being settled */
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    item->told.status = status;
    item->told.message = comity_arena_copy(arena, message, strlen(message), &copy, NULL) == COMITY_OK
                             ? copy
                             : "there is no memory to say why";
}

/* ---- keys ---- */

/* The number of this key under this name, new or known. */
static comity_status find_verifier(comity_shelf *shelf, const comity_verifier *verifier, uint32_t *ret_index,
                                   comity_error *reterr)
{
    void *verifiers = shelf->verifiers;
    void *first_roles = shelf->first_roles;
    uint32_t room = shelf->verifier_room;
    for (uint32_t i = 0; i < shelf->verifier_count; i++) {
        if (comity_verifier_same_key(&shelf->verifiers[i], verifier) &&
            strcmp(shelf->verifiers[i].name, verifier->name) == 0) {
            *ret_index = i;
            return COMITY_OK;
        }
    }
    if (shelf->verifier_count == COMITY_LIMIT_SHELF_KEYS) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "more than %d keys, delegates included",
                           COMITY_LIMIT_SHELF_KEYS);
    }
    COMITY_TRY(make_room(&verifiers, shelf->verifier_count, &room, sizeof *shelf->verifiers, reterr));
    shelf->verifiers = verifiers;
    room = shelf->verifier_room;
    COMITY_TRY(make_room(&first_roles, shelf->verifier_count, &room, sizeof *shelf->first_roles, reterr));
    shelf->first_roles = first_roles;
    shelf->verifier_room = room;
    shelf->verifiers[shelf->verifier_count] = *verifier;
    shelf->first_roles[shelf->verifier_count] = COMITY_SHELF_NONE;
    *ret_index = shelf->verifier_count++;
    return COMITY_OK;
}

static comity_status add_role(comity_shelf *shelf, const comity_verifier *verifier, comity_shelf_role role,
                              comity_error *reterr)
{
    void *roles = shelf->roles;
    COMITY_TRY(find_verifier(shelf, verifier, &role.verifier, reterr));
    COMITY_TRY(make_room(&roles, shelf->role_count, &shelf->role_room, sizeof *shelf->roles, reterr));
    shelf->roles = roles;
    role.next = shelf->first_roles[role.verifier];
    role.revoked_from = COMITY_SHELF_NEVER;
    shelf->roles[shelf->role_count] = role;
    shelf->first_roles[role.verifier] = shelf->role_count++;
    return COMITY_OK;
}

static comity_status add_trusted(comity_shelf *shelf, comity_error *reterr)
{
    const comity_trust *trust = shelf->trust;
    for (uint32_t i = 0; i < trust->key_count; i++) {
        const comity_trust_key *key = &trust->keys[i];
        const comity_trust_principal *principal = &trust->principals[key->principal];
        if (principal->trusted == COMITY_TRUSTED_LOG) {
            continue;
        }
        comity_shelf_role role = {.principal = key->principal,
                                  .parent = COMITY_SHELF_NONE,
                                  .delegation = COMITY_SHELF_NONE,
                                  .depth = principal->delegates,
                                  .from = key->from,
                                  .until = key->until};
        COMITY_TRY(add_role(shelf, &key->verifier, role, reterr));
    }
    return COMITY_OK;
}

/* ---- rounds ---- */

static comity_status read_paper(comity_shelf *shelf, comity_shelf_item *item, const comity_note *note,
                                comity_error *reterr)
{
    void *paper = NULL;
    comity_error why;
    COMITY_TRY(comity_arena_take(&shelf->arena, sizeof *item->paper, &paper, reterr));
    comity_status status = comity_paper_read(note->text, note->text_size, paper, &why);
    if (status != COMITY_OK) {
        item->is_spoiled = true;
        comity_shelf_tell(shelf, item, status, "%s", why.message);
        return COMITY_OK;
    }
    item->paper = paper;
    item->told.paper = paper;
    return COMITY_OK;
}

static comity_status add_signers(comity_shelf *shelf, comity_shelf_item *item, uint32_t begin, const comity_note *note,
                                 comity_error *reterr)
{
    void *room = NULL;
    uint32_t count = item->signer_count + note->signature_count;
    COMITY_TRY(comity_arena_take_array(&shelf->arena, count, sizeof *item->signers, &room, reterr));
    uint32_t *signers = room;
    if (item->signer_count != 0) {
        memcpy(signers, item->signers, item->signer_count * sizeof *signers);
    }
    for (uint32_t i = 0; i < note->signature_count; i++) {
        signers[item->signer_count + i] = begin + note->signatures[i].verifier;
    }
    item->signers = signers;
    item->signer_count = count;
    return COMITY_OK;
}

static comity_status spoil(comity_shelf *shelf, comity_shelf_item *item, comity_status status, const comity_error *why,
                           comity_error *reterr)
{
    if (status == COMITY_ERROR_MEMORY) {
        return comity_fail(reterr, status, "%s", why->message);
    }
    item->is_spoiled = true;
    comity_shelf_tell(shelf, item, status, "%s", why->message);
    return COMITY_OK;
}

/* Tries the keys from `begin` on. */
static comity_status verify_item(comity_shelf *shelf, comity_shelf_item *item, uint32_t begin, comity_error *reterr)
{
    comity_note note;
    comity_error why;
    bool doubtful = false;
    comity_status status = comity_note_try_some(item->bytes, item->size, shelf->verifiers + begin,
                                                shelf->verifier_count - begin, &note, &doubtful, &why);
    if (status != COMITY_OK) {
        return spoil(shelf, item, status, &why, reterr);
    }
    item->is_doubtful |= doubtful;
    if (note.signature_count == 0) {
        return COMITY_OK;
    }
    if (item->paper == NULL) {
        COMITY_TRY(read_paper(shelf, item, &note, reterr));
    }
    return add_signers(shelf, item, begin, &note, reterr);
}

/* All keys are known now: a signature by one must be good. */
static comity_status settle_doubt(comity_shelf *shelf, comity_shelf_item *item, comity_error *reterr)
{
    comity_note note;
    comity_error why;
    comity_status status =
        comity_note_try(item->bytes, item->size, shelf->verifiers, shelf->verifier_count, &note, &why);
    return status == COMITY_OK ? COMITY_OK : spoil(shelf, item, status, &why, reterr);
}

/* Says why a note is not known to be signed: that nobody signed it, or that it is no paper. */
static void tell_unsigned(comity_shelf *shelf, comity_shelf_item *item)
{
    comity_note note;
    comity_error why;
    comity_status status =
        comity_note_open(item->bytes, item->size, shelf->verifiers, shelf->verifier_count, &note, &why);
    comity_shelf_tell(shelf, item, status, "%s", why.message);
}

static bool has_given(const comity_shelf *shelf, const comity_shelf_item *item, uint32_t parent)
{
    uint32_t role = item->first_given;
    while (role != COMITY_SHELF_NONE && shelf->roles[role].parent != parent) {
        role = shelf->roles[role].next_given;
    }
    return role != COMITY_SHELF_NONE;
}

/* Gives a delegation's key the power of one role, less one step. */
static comity_status delegate(comity_shelf *shelf, uint32_t index, uint32_t parent, comity_error *reterr)
{
    const comity_paper *paper = shelf->items[index].paper;
    const comity_paper_value *key = comity_paper_get(paper, COMITY_FIELD_KEY, 0);
    comity_verifier verifier;
    uint32_t depth = shelf->roles[parent].depth - 1;
    if (shelf->role_count == COMITY_LIMIT_SHELF_ROLES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "power is delegated in more than %d ways",
                           COMITY_LIMIT_SHELF_ROLES);
    }
    COMITY_TRY(comity_verifier_read(key->text, key->size, COMITY_PURPOSE_PAPER, &verifier, reterr));
    comity_shelf_role role = {.principal = shelf->roles[parent].principal,
                              .parent = parent,
                              .delegation = index,
                              .next_given = shelf->items[index].first_given,
                              .depth = depth < paper->depth ? depth : paper->depth,
                              .from = paper->from != COMITY_PAPER_NO_DATE ? paper->from : paper->issued,
                              .until = paper->until};
    COMITY_TRY(add_role(shelf, &verifier, role, reterr));
    shelf->items[index].first_given = shelf->role_count - 1;
    return COMITY_OK;
}

/* Gives a delegation's key power by every role of those who signed it that has
 * not given it yet: so it is nothing who was found first. */
static comity_status activate(comity_shelf *shelf, uint32_t index, bool *ret_again, comity_error *reterr)
{
    const comity_shelf_item *item = &shelf->items[index];
    for (uint32_t i = 0; i < item->signer_count; i++) {
        for (uint32_t role = shelf->first_roles[item->signers[i]]; role != COMITY_SHELF_NONE;
             role = shelf->roles[role].next) {
            if (comity_shelf_role_signs(shelf, item, role, 1) && !has_given(shelf, item, role)) {
                COMITY_TRY(delegate(shelf, index, role, reterr));
                *ret_again = true;
            }
        }
    }
    return COMITY_OK;
}

static bool is_form(const comity_shelf_item *item, const char *name)
{
    return item->paper != NULL && !item->is_spoiled && strcmp(item->paper->form->name, name) == 0;
}

static comity_status round_of(comity_shelf *shelf, uint32_t begin, bool *ret_again, comity_error *reterr)
{
    for (uint32_t i = 0; i < shelf->item_count && begin < shelf->verifier_count; i++) {
        if (!shelf->items[i].is_spoiled) {
            COMITY_TRY(verify_item(shelf, &shelf->items[i], begin, reterr));
        }
    }
    for (uint32_t i = 0; i < shelf->item_count; i++) {
        if (is_form(&shelf->items[i], "delegation")) {
            COMITY_TRY(activate(shelf, i, ret_again, reterr));
        }
    }
    return COMITY_OK;
}

/* ---- revocations ---- */

static void revoke_papers(comity_shelf *shelf, const comity_shelf_item *revocation, const comity_paper_value *named,
                          int32_t from)
{
    const comity_paper_value *by = comity_paper_get(revocation->paper, COMITY_FIELD_BY, 0);
    uint8_t hash[COMITY_SHA256_SIZE];
    comity_paper_hash_read(named, hash);
    for (uint32_t i = 0; i < shelf->item_count; i++) {
        comity_shelf_item *item = &shelf->items[i];
        if (item->paper != NULL && memcmp(item->paper->hash, hash, sizeof hash) == 0 &&
            comity_paper_has(item->paper, COMITY_FIELD_BY, by->text, by->size) && from < item->revoked_from) {
            item->revoked_from = from;
            item->revoked_by = revocation->told.index;
        }
    }
}

/* Under whatever name: who has the secret of a key has it under all. */
static void revoke_keys(comity_shelf *shelf, uint32_t principal, const comity_paper_value *key, int32_t from)
{
    comity_verifier verifier;
    if (comity_verifier_read(key->text, key->size, COMITY_PURPOSE_PAPER, &verifier, NULL) != COMITY_OK) {
        return; /* cannot be: it has been checked */
    }
    for (uint32_t i = 0; i < shelf->role_count; i++) {
        comity_shelf_role *role = &shelf->roles[i];
        if (role->principal == principal && comity_verifier_same_key(&shelf->verifiers[role->verifier], &verifier) &&
            from < role->revoked_from) {
            role->revoked_from = from;
        }
    }
}

/* The role in which the principal of a revocation signed it, or none. */
static uint32_t revoking_role(const comity_shelf *shelf, const comity_shelf_item *item)
{
    for (uint32_t i = 0; i < item->signer_count; i++) {
        for (uint32_t role = shelf->first_roles[item->signers[i]]; role != COMITY_SHELF_NONE;
             role = shelf->roles[role].next) {
            if (comity_shelf_role_signs(shelf, item, role, 0)) {
                return role; /* whichever: of all only the principal matters, and that is the same */
            }
        }
    }
    return COMITY_SHELF_NONE;
}

/* Revocations work whatever has been revoked: the order in which they are found is nothing. */
static void apply_revocations(comity_shelf *shelf)
{
    for (uint32_t i = 0; i < shelf->item_count; i++) {
        const comity_shelf_item *item = &shelf->items[i];
        uint32_t role = is_form(item, "revocation") ? revoking_role(shelf, item) : COMITY_SHELF_NONE;
        if (role == COMITY_SHELF_NONE) {
            continue;
        }
        const comity_paper_value *hash = comity_paper_get(item->paper, COMITY_FIELD_REVOKES, 0);
        int32_t from = item->paper->from == COMITY_PAPER_NO_DATE ? INT32_MIN : item->paper->from;
        if (hash != NULL) {
            revoke_papers(shelf, item, hash, from);
        } else {
            revoke_keys(shelf, shelf->roles[role].principal, comity_paper_get(item->paper, COMITY_FIELD_KEY, 0), from);
        }
    }
}

/* Of the same paper found twice one counts. */
static void drop_twins(comity_shelf *shelf)
{
    for (uint32_t i = 0; i < shelf->item_count; i++) {
        comity_shelf_item *item = &shelf->items[i];
        for (uint32_t j = 0; j < i && item->told.status == COMITY_OK; j++) {
            const comity_shelf_item *other = &shelf->items[j];
            if (other->told.status == COMITY_OK &&
                memcmp(other->paper->hash, item->paper->hash, COMITY_SHA256_SIZE) == 0) {
                comity_shelf_tell(shelf, item, COMITY_ERROR_ARGUMENT, "the same paper as %s", other->told.name);
            }
        }
    }
}

comity_status comity_shelf_settle(comity_shelf *shelf, comity_error *reterr)
{
    uint32_t begin = 0;
    bool again = true;
    COMITY_TRY(add_trusted(shelf, reterr));
    while (again) {
        uint32_t end = shelf->verifier_count;
        again = false;
        COMITY_TRY(round_of(shelf, begin, &again, reterr));
        begin = end;
    }
    for (uint32_t i = 0; i < shelf->item_count; i++) {
        if (shelf->items[i].is_doubtful && !shelf->items[i].is_spoiled) {
            COMITY_TRY(settle_doubt(shelf, &shelf->items[i], reterr));
        }
    }
    apply_revocations(shelf);
    for (uint32_t i = 0; i < shelf->item_count; i++) {
        comity_shelf_item *item = &shelf->items[i];
        if (item->paper != NULL && !item->is_spoiled) {
            comity_shelf_decide(shelf, item);
        } else if (!item->is_spoiled) {
            tell_unsigned(shelf, item);
        }
    }
    drop_twins(shelf);
    return COMITY_OK;
}

size_t comity_shelf_count(const comity_shelf *shelf)
{
    return shelf->item_count;
}

const comity_shelf_paper *comity_shelf_at(const comity_shelf *shelf, size_t index)
{
    assert(index < shelf->item_count);
    return &shelf->items[index].told;
}
