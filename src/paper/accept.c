/* What comes in: a paper whose signatures have been verified. What goes out:
 * whether those who must have signed it have, and may, and until when that
 * stands.
 *
 * Two things are asked of each whom the paper names as giving it. Does law let
 * him grant such a paper (or leave it to the parties)? And did a key sign that
 * may sign it in his name, on the day of issue, by the trust file and every
 * delegation between? A key speaks for one of a paper's principals at most. */
#include "paper/shelf_parts.h"

#include "base/date.h"
#include "base/unknown.h"

#include <stdio.h>
#include <string.h>

/* Why no signature counts for a principal; the greatest is told. */
typedef enum shortcoming {
    SHORT_UNSIGNED, /* none is by a key of his */
    SHORT_TWICE,    /* the key speaks for another principal of the paper too */
    SHORT_SPOILED,  /* the delegation does not count */
    SHORT_DATE,     /* not on the day of issue */
    SHORT_KIND,     /* not such papers */
    SHORT_NOT
} shortcoming;

/* What is asked of a signature. */
typedef struct question {
    const comity_shelf *shelf;
    const comity_shelf_item *item;
    uint32_t by; /* place in the paper's `by` */
    uint32_t principal;
    const char *kind; /* NULL: any */
    size_t kind_size;
    bool must_be_listed; /* the trust file must name the kind itself */
} question;

/* A giver in messages: an authority's name, which law declares, or his place; never
 * the name of one who may be a person. */
typedef struct giver {
    char text[80];
} giver;

/* What answers it. */
typedef struct answer {
    shortcoming is_short;
    int32_t revoked_from; /* latest day from which no signature counts */
    uint32_t role;
} answer;

static bool is_called(const char *name, const comity_paper_value *value)
{
    return strlen(name) == value->size && memcmp(name, value->text, value->size) == 0;
}

static int32_t earlier(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* ---- one role ---- */

/* Does a delegation give power over papers of this kind under this law? */
static bool delegation_holds(const comity_paper *delegation, const question *ask, const comity_paper_value *law)
{
    if (delegation->count[COMITY_FIELD_PAPER] != 0 &&
        !comity_paper_has(delegation, COMITY_FIELD_PAPER, ask->kind, ask->kind_size)) {
        return false;
    }
    return delegation->count[COMITY_FIELD_UNDER] == 0 ||
           (law != NULL && comity_paper_has(delegation, COMITY_FIELD_UNDER, law->text, law->size));
}

static bool trust_holds(const question *ask, const comity_paper_value *law)
{
    const comity_trust *trust = ask->shelf->trust;
    const comity_trust_principal *principal = &trust->principals[ask->principal];
    if (ask->must_be_listed && principal->grant_count == 0) {
        return false;
    }
    return comity_trust_grants(trust, principal, ask->kind, ask->kind_size, law == NULL ? "" : law->text,
                               law == NULL ? 0 : law->size);
}

/* Does one step of a role's chain hold for the paper's kind, under every law it is under? */
static bool step_holds(const question *ask, const comity_paper *delegation)
{
    const comity_paper *paper = ask->item->paper;
    size_t laws = paper->count[COMITY_FIELD_UNDER];
    for (size_t i = 0; i < (laws == 0 ? 1 : laws); i++) {
        const comity_paper_value *law = comity_paper_get(paper, COMITY_FIELD_UNDER, i);
        if (delegation != NULL ? !delegation_holds(delegation, ask, law) : !trust_holds(ask, law)) {
            return false;
        }
    }
    return true;
}

/* The chain from a role up to the trust file; its depth is bounded by that of delegating. */
static answer ask_role(const question *ask, uint32_t index)
{
    answer found = {SHORT_NOT, COMITY_SHELF_NEVER, index};
    int32_t issued = ask->item->paper->issued;
    while (index != COMITY_SHELF_NONE) {
        const comity_shelf_role *role = &ask->shelf->roles[index];
        const comity_shelf_item *given =
            role->delegation == COMITY_SHELF_NONE ? NULL : &ask->shelf->items[role->delegation];
        if (given != NULL && given->is_spoiled) {
            return (answer){SHORT_SPOILED, 0, index};
        }
        if (issued < role->from || issued > role->until) {
            return (answer){SHORT_DATE, 0, index};
        }
        if (ask->kind != NULL && !step_holds(ask, given == NULL ? NULL : given->paper)) {
            return (answer){SHORT_KIND, 0, index};
        }
        found.revoked_from = earlier(found.revoked_from, role->revoked_from);
        found.revoked_from = earlier(found.revoked_from, given == NULL ? COMITY_SHELF_NEVER : given->revoked_from);
        index = role->parent;
    }
    return found;
}

static void better(answer *best, answer other)
{
    if (other.is_short > best->is_short ||
        (other.is_short == SHORT_NOT && best->is_short == SHORT_NOT && other.revoked_from > best->revoked_from)) {
        *best = other;
    }
}

/* The best role of a key for the principal. */
static answer ask_key(const question *ask, uint32_t verifier)
{
    answer best = {SHORT_UNSIGNED, 0, COMITY_SHELF_NONE};
    for (uint32_t i = ask->shelf->first_roles[verifier]; i != COMITY_SHELF_NONE; i = ask->shelf->roles[i].next) {
        if (ask->shelf->roles[i].principal == ask->principal) {
            better(&best, ask_role(ask, i));
        }
    }
    return best;
}

bool comity_shelf_role_signs(const comity_shelf *shelf, const comity_shelf_item *item, uint32_t index, uint32_t depth)
{
    const comity_paper_value *by = comity_paper_get(item->paper, COMITY_FIELD_BY, 0);
    const comity_shelf_role *role = &shelf->roles[index];
    const char *principal = shelf->trust->principals[role->principal].name;
    question ask = {.shelf = shelf, .item = item, .principal = role->principal};
    return role->depth >= depth && is_called(principal, by) && ask_role(&ask, index).is_short == SHORT_NOT;
}

/* ---- what law says ---- */

static bool may_grant(const comity_paper_authority *authority, const char *kind, size_t kind_size)
{
    for (size_t i = 0; i < authority->kind_count; i++) {
        if (strlen(authority->kinds[i]) == kind_size && memcmp(authority->kinds[i], kind, kind_size) == 0) {
            return true;
        }
    }
    return false;
}

/* The first authority of this law that may grant such a paper, or NULL. */
static const comity_paper_authority *law_leaves_it_to(const comity_shelf *shelf, const comity_paper_value *kind,
                                                      const comity_paper_value *law)
{
    for (size_t i = 0; i < shelf->authority_count; i++) {
        if (is_called(shelf->authorities[i].law, law) && may_grant(&shelf->authorities[i], kind->text, kind->size)) {
            return &shelf->authorities[i];
        }
    }
    return NULL;
}

static const comity_paper_authority *authority_called(const comity_shelf *shelf, const comity_paper_value *name)
{
    for (size_t i = 0; i < shelf->authority_count; i++) {
        if (is_called(shelf->authorities[i].name, name)) {
            return &shelf->authorities[i];
        }
    }
    return NULL;
}

/* May this giver grant the paper under this law? `ret_listed`: only if the trust file lists it. */
static bool law_lets(const comity_shelf *shelf, const comity_paper *paper, const comity_paper_value *by,
                     const comity_paper_value *law, bool *ret_listed, const comity_paper_authority **ret_instead)
{
    const comity_paper_value *kind = comity_paper_get(paper, COMITY_FIELD_PAPER, 0);
    const comity_paper_authority *authority = authority_called(shelf, by);
    const comity_paper_authority *holder = law_leaves_it_to(shelf, kind, law);
    bool grants = authority != NULL && may_grant(authority, kind->text, kind->size);
    if (grants && is_called(authority->law, law)) {
        return true;
    }
    *ret_listed = true;
    *ret_instead = holder;
    bool is_own = paper->form->signed_by == COMITY_SIGNED_BY_PARTY && is_called(paper->form->name, kind);
    return holder == NULL || is_own;
}

static giver giver_of(const comity_shelf *shelf, const comity_shelf_item *item, size_t index)
{
    const comity_paper_value *by = comity_paper_get(item->paper, COMITY_FIELD_BY, index);
    const comity_paper_authority *authority = authority_called(shelf, by);
    giver found;
    if (authority != NULL) {
        (void)snprintf(found.text, sizeof found.text, "%.70s", authority->name);
    } else {
        (void)snprintf(found.text, sizeof found.text, "by[%zu]", index);
    }
    return found;
}

/* For every law the paper is under. */
static bool check_law(const comity_shelf *shelf, comity_shelf_item *item, size_t index, bool *ret_listed)
{
    const comity_paper_value *by = comity_paper_get(item->paper, COMITY_FIELD_BY, index);
    const comity_paper *paper = item->paper;
    const comity_paper_authority *instead = NULL;
    for (size_t i = 0; i < paper->count[COMITY_FIELD_UNDER]; i++) {
        const comity_paper_value *law = comity_paper_get(paper, COMITY_FIELD_UNDER, i);
        if (!law_lets(shelf, paper, by, law, ret_listed, &instead)) {
            const comity_paper_value *kind = comity_paper_get(paper, COMITY_FIELD_PAPER, 0);
            comity_shelf_tell(shelf, item, COMITY_ERROR_SIGNATURE, "%s may not grant %s under %s; %s may",
                              giver_of(shelf, item, index).text, comity_quote_bytes(kind->text, kind->size).text,
                              comity_quote_bytes(law->text, law->size).text, instead->name);
            return false;
        }
    }
    return true;
}

/* ---- whose key spoke for whom ---- */

/* For each signature the principal it speaks for, as a place in `by`. */
typedef struct speakers {
    uint32_t same_key[COMITY_LIMIT_NOTE_SIGNATURES]; /* the first signature of the same key */
    uint32_t speaks_for[COMITY_LIMIT_NOTE_SIGNATURES];
} speakers;

#define SPEAKS_FOR_NOBODY UINT32_MAX
#define SPEAKS_FOR_MORE (UINT32_MAX - 1)

static uint32_t signature_count(const comity_shelf_item *item)
{
    return item->signer_count < COMITY_LIMIT_NOTE_SIGNATURES ? item->signer_count : COMITY_LIMIT_NOTE_SIGNATURES;
}

static void find_twins(const comity_shelf *shelf, const comity_shelf_item *item, speakers *who)
{
    for (uint32_t i = 0; i < signature_count(item); i++) {
        uint32_t first = 0;
        while (
            !comity_verifier_same_key(&shelf->verifiers[item->signers[first]], &shelf->verifiers[item->signers[i]])) {
            first++;
        }
        who->same_key[i] = first;
        who->speaks_for[i] = SPEAKS_FOR_NOBODY;
    }
}

/* What is asked of signatures for the `index`-th who gives the paper; false after telling why none can be. */
static bool make_question(const comity_shelf *shelf, comity_shelf_item *item, size_t index, question *ret_question)
{
    const comity_paper *paper = item->paper;
    const comity_paper_value *by = comity_paper_get(paper, COMITY_FIELD_BY, index);
    const comity_trust_principal *principal = comity_trust_find(shelf->trust, by->text, by->size);
    bool listed = paper->form->signed_by == COMITY_SIGNED_BY_LISTED;
    question ask = {.shelf = shelf, .item = item, .by = (uint32_t)index};
    if (paper->form->counts && !check_law(shelf, item, index, &listed)) {
        return false;
    }
    if (principal == NULL) {
        comity_shelf_tell(shelf, item, COMITY_ERROR_SIGNATURE, "%s is not in the trust file",
                          giver_of(shelf, item, index).text);
        return false;
    }
    ask.principal = (uint32_t)(principal - shelf->trust->principals);
    ask.must_be_listed = listed;
    if (paper->form->counts) {
        ask.kind = comity_paper_get(paper, COMITY_FIELD_PAPER, 0)->text;
        ask.kind_size = comity_paper_get(paper, COMITY_FIELD_PAPER, 0)->size;
    } else if (paper->form->signed_by == COMITY_SIGNED_BY_LISTED) {
        ask.kind = paper->form->name;
        ask.kind_size = strlen(paper->form->name);
    }
    *ret_question = ask;
    return true;
}

static void note_speakers(const question *ask, uint32_t index, speakers *who)
{
    for (uint32_t i = 0; i < signature_count(ask->item); i++) {
        uint32_t *speaks_for = &who->speaks_for[who->same_key[i]];
        if (ask_key(ask, ask->item->signers[i]).is_short != SHORT_NOT) {
            continue;
        }
        *speaks_for = *speaks_for == SPEAKS_FOR_NOBODY || *speaks_for == index ? index : SPEAKS_FOR_MORE;
    }
}

static answer best_signature(const question *ask, uint32_t index, const speakers *who)
{
    answer best = {SHORT_UNSIGNED, 0, COMITY_SHELF_NONE};
    for (uint32_t i = 0; i < signature_count(ask->item); i++) {
        answer found = ask_key(ask, ask->item->signers[i]);
        if (found.is_short == SHORT_NOT && who->speaks_for[who->same_key[i]] != index) {
            found.is_short = SHORT_TWICE;
        }
        better(&best, found);
    }
    return best;
}

/* ---- the decision ---- */

/* Kinds of papers are of small letters, digits and hyphens; what is not may be anything, a person's name too. */
static comity_quote kind_told(const char *kind, size_t size)
{
    comity_quote told;
    for (size_t i = 0; i < size; i++) {
        if ((kind[i] < 'a' || kind[i] > 'z') && (kind[i] < '0' || kind[i] > '9') && kind[i] != '-') {
            return comity_unknown_size(size);
        }
    }
    (void)snprintf(told.text, sizeof told.text, "%.*s", size < 64 ? (int)size : 64, kind);
    return told;
}

static void tell_short(const question *ask, comity_shelf_item *item, answer best)
{
    giver name = giver_of(ask->shelf, item, ask->by);
    const char *key =
        best.role == COMITY_SHELF_NONE ? "" : ask->shelf->verifiers[ask->shelf->roles[best.role].verifier].name;
    const char *kind = ask->kind == NULL ? "" : ask->kind;
    char issued[COMITY_DATE_TEXT_SIZE];
    comity_date_print(item->paper->issued, issued);
    switch (best.is_short) {
    case SHORT_UNSIGNED:
        comity_shelf_tell(ask->shelf, item, COMITY_ERROR_SIGNATURE, "%s has not signed it", name.text);
        break;
    case SHORT_TWICE:
        comity_shelf_tell(ask->shelf, item, COMITY_ERROR_SIGNATURE,
                          "the key that signed for %s speaks for another who gives the paper too", name.text);
        break;
    case SHORT_SPOILED:
        comity_shelf_tell(ask->shelf, item, COMITY_ERROR_SIGNATURE, "the delegation to the key %s does not count", key);
        break;
    case SHORT_DATE:
        comity_shelf_tell(ask->shelf, item, COMITY_ERROR_SIGNATURE,
                          "the key %s could not sign for %s on %s, the day of issue", key, name.text, issued);
        break;
    case SHORT_KIND:
        comity_shelf_tell(ask->shelf, item, COMITY_ERROR_SIGNATURE, "the key %s may not sign %s for %s", key,
                          kind_told(kind, ask->kind_size).text, name.text);
        break;
    case SHORT_NOT:
        break;
    }
}

/* The last day, once what was revoked from a day on is cut off. False: nothing is left. */
static bool settle_until(const comity_shelf *shelf, comity_shelf_item *item, int32_t revoked_from)
{
    const comity_paper *paper = item->paper;
    int32_t begins = paper->from != COMITY_PAPER_NO_DATE && paper->from > paper->issued ? paper->from : paper->issued;
    item->told.until = paper->until;
    if (revoked_from == COMITY_SHELF_NEVER) {
        return true;
    }
    if (revoked_from <= begins) {
        char place[40] = "";
        if (item->revoked_by != COMITY_PAPER_NO_INDEX) {
            (void)snprintf(place, sizeof place, " by entry %llu", (unsigned long long)item->revoked_by);
        }
        comity_shelf_tell(shelf, item, COMITY_ERROR_SIGNATURE, "revoked%s", place);
        return false;
    }
    if (paper->until == COMITY_PAPER_NO_DATE || revoked_from - 1 < paper->until) {
        item->told.until = revoked_from - 1;
    }
    return true;
}

static bool decide_each(const comity_shelf *shelf, comity_shelf_item *item, question *questions,
                        int32_t *ret_revoked_from)
{
    speakers who;
    size_t count = item->paper->count[COMITY_FIELD_BY];
    find_twins(shelf, item, &who);
    for (size_t i = 0; i < count; i++) {
        if (!make_question(shelf, item, i, &questions[i])) {
            return false;
        }
        note_speakers(&questions[i], (uint32_t)i, &who);
    }
    for (size_t i = 0; i < count; i++) {
        answer best = best_signature(&questions[i], (uint32_t)i, &who);
        if (best.is_short != SHORT_NOT) {
            tell_short(&questions[i], item, best);
            return false;
        }
        *ret_revoked_from = earlier(*ret_revoked_from, best.revoked_from);
    }
    return true;
}

void comity_shelf_decide(const comity_shelf *shelf, comity_shelf_item *item)
{
    question questions[COMITY_LIMIT_PAPER_VALUES];
    int32_t revoked_from = item->revoked_from;
    bool delegates = (item->paper->form->allowed >> COMITY_FIELD_DEPTH & 1) != 0;
    if (!decide_each(shelf, item, questions, &revoked_from) || !settle_until(shelf, item, revoked_from)) {
        return;
    }
    if (delegates && item->first_given == COMITY_SHELF_NONE) {
        comity_shelf_tell(shelf, item, COMITY_ERROR_SIGNATURE, "the key that signed it may not delegate");
        return;
    }
    item->told.status = COMITY_OK;
    item->told.message = "";
}
