/* Plans: what is to be done with the value of a field, kept for the next value that looks
 * alike. Two values look alike if they differ only in which digit, small letter or capital
 * stands at a place: `123-45-6789` and `987-65-4321`. For such values the forms that come into
 * question, their readings and mostly also the places of their parts are the same; what is left
 * to be done is to run their conditions. Records of one origin look alike a thousand times over.
 *
 * A plan says what comity_scan_try_spoken would do, never anything else: a form of which the
 * looks do not settle whether its shape fits is tried as a whole. */
#include "inspect/scan_plan.h"

#include "inspect/scan_look.h"
#include "inspect/types_inner.h"

#include <assert.h>
#include <string.h>

/* Places in which a plan may be kept. */
#define PLAN_PLACES 4

/* ---- how a value looks ---- */

bool comity_scan_looks(const uint8_t *value, size_t size, comity_scan_look *ret_look)
{
    if (size == 0 || size > COMITY_SCAN_PLAN_BYTES) {
        return false;
    }
    return comity_look_write(value, size, true, ret_look->words);
}

static bool is_alike(const comity_scan_look *left, const comity_scan_look *right)
{
    return ((left->words[0] ^ right->words[0]) | (left->words[1] ^ right->words[1]) |
            (left->words[2] ^ right->words[2]) | (left->words[3] ^ right->words[3])) == 0;
}

static uint32_t hash_of(const comity_scan_look *look, uint32_t name)
{
    uint64_t hash = look->words[0] * UINT64_C(0x9E3779B97F4A7C15) + look->words[1] * UINT64_C(0xC2B2AE3D27D4EB4F) +
                    look->words[2] * UINT64_C(0xD6E8FEB86659FD93) + look->words[3] * UINT64_C(0xFF51AFD7ED558CCD) +
                    name * UINT64_C(0x165667B19E3779F9);
    hash = (hash ^ hash >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

/* ---- making a plan ---- */

typedef struct plan_maker {
    const comity_scan *scan;
    const comity_scan_around *around;
    comity_scan_plans *plans;
    comity_scan_plan *plan;
    size_t form_end;                       /* no more forms than this, of all plans */
    uint8_t looks[COMITY_SCAN_PLAN_BYTES]; /* in the writing */
    size_t size;
    uint8_t separators;
    comity_writing writing;
} plan_maker;

/* Adds a form, if it comes into question; false if there is no room. */
static bool form_add(plan_maker *maker, size_t number)
{
    const comity_scan_rules *rules = maker->scan->rules;
    comity_scan_plans *plans = maker->plans;
    comity_scan_plan_form of = {.number = (uint16_t)number};
    bool never;
    unsigned doubts = comity_scan_plan_doubts(rules, number, maker->looks, maker->size, &never);
    if (never || comity_scan_reach(maker->scan, number, maker->around, &of.reading) < maker->scan->level_min) {
        return true;
    }
    if (plans->form_count == maker->form_end) {
        return false;
    }
    comity_scan_plan_group *group = &plans->groups[plans->group_count];
    maker->plan->written |= (uint8_t)(1u << maker->writing);
    if (maker->plan->group_count == 0 || group[-1].writing != maker->writing || group[-1].word != number / 64 ||
        group[-1].is_unspoken != (maker->around->forms == NULL)) {
        group->bits = 0;
        group->asked = 0;
        group->heads = 0;
        group->word = (uint8_t)(number / 64);
        group->writing = (uint8_t)maker->writing;
        group->is_unspoken = maker->around->forms == NULL;
        group->form_begin = (uint16_t)plans->form_count;
        plans->group_count++;
        maker->plan->group_count++;
        group++;
    }
    group[-1].bits |= UINT64_C(1) << number % 64;
    group[-1].heads |= (uint8_t)doubts;
    comity_scan_plan_settle(rules, number, maker->looks, maker->size, maker->separators, &of);
    of.of_column = of.reading;
    comity_scan_reading_change(&of.of_column, 1);
    of.doubts = (uint8_t)doubts;
    plans->forms[plans->form_count++] = of;
    return true;
}

/* The forms of a set in one writing, without those of another that may be NULL. */
static bool writing_add(plan_maker *maker, const uint8_t *looks, size_t size, const comity_scan_set *set,
                        const comity_scan_set *without)
{
    const comity_scan_rules *rules = maker->scan->rules;
    if (!comity_scan_write_ascii(looks, size, maker->writing, maker->looks, &maker->size, &maker->separators)) {
        return false;
    }
    if (maker->size == 0) {
        return true;
    }
    if (maker->size == size && memcmp(maker->looks, looks, size) == 0) {
        maker->plan->as_raw |= (uint8_t)(1u << maker->writing);
    }
    const comity_scan_set *heads[COMITY_SCAN_HEAD];
    const comity_scan_set *all;
    size_t head_count = maker->size < COMITY_SCAN_HEAD ? maker->size : COMITY_SCAN_HEAD;
    for (size_t i = 0; i < head_count; i++) {
        comity_scan_plan_kins(rules, i, maker->looks[i], &heads[i], &all);
    }
    const comity_scan_set *of_size = comity_set_at(rules->by_size[maker->writing], rules->set_words, maker->size);
    for (uint64_t live = of_size->live & set->live; live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        uint64_t bits = of_size->bits[word] & set->bits[word];
        for (size_t i = 0; i < head_count; i++) {
            bits &= heads[i]->bits[word];
        }
        bits &= without != NULL && (without->live >> word & 1) != 0 ? ~without->bits[word] : ~UINT64_C(0);
        for (; bits != 0; bits &= bits - 1) {
            if (!form_add(maker, word * 64 + (size_t)__builtin_ctzll(bits))) {
                return false;
            }
        }
    }
    return true;
}

/* Some syntax may have written it otherwise than it is; that of forms, which takes `+` for a space, has no plans.
 * Line ends are left out in one writing only. */
static bool may_be_escaped(const uint8_t *looks, size_t size)
{
    static const char signs[] = {'\\', '%', '&', '"', '\n', '\r'};
    bool found = false;
    for (size_t i = 0; i < sizeof signs; i++) {
        found |= memchr(looks, signs[i], size) != NULL;
    }
    return found;
}

/* Where the bytes stand that compact writing keeps. */
static void compact_make(const uint8_t *looks, size_t size, comity_scan_plan *plan)
{
    plan->compact_size = 0;
    plan->run_count = 0;
    for (size_t i = 0; i < size; i++) {
        if (!comity_scan_is_compact(looks[i])) {
            continue;
        }
        if (i == 0 || !comity_scan_is_compact(looks[i - 1])) {
            plan->run_begins[plan->run_count] = (uint8_t)i;
            plan->run_sizes[plan->run_count++] = 0;
        }
        plan->run_sizes[plan->run_count - 1]++;
        plan->compact[plan->compact_size++] = (uint8_t)i;
    }
}

/* Where a value has the first bytes of a writing that are named by bits. */
static uint64_t places_of(const comity_scan_plan *plan, uint8_t writing, unsigned heads)
{
    uint64_t places = 0;
    for (; heads != 0; heads &= heads - 1) {
        int head = __builtin_ctz(heads);
        places |= UINT64_C(1) << (writing == COMITY_WRITING_COMPACT ? plan->compact[head] : head);
    }
    return places;
}

static size_t failing_count(const comity_scan_plans *plans, const comity_scan_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->group_count; i++) {
        const comity_scan_plan_group *group = &plans->groups[plan->group_begin + i];
        const comity_scan_plan_form *form = &plans->forms[group->form_begin];
        for (uint64_t bits = group->bits; bits != 0; bits &= bits - 1, form++) {
            count += form->fails && form->doubts != 0;
        }
    }
    return count;
}

/* Forms that fail whatever the bytes are have no part in choices, if they are few: else a name or an address of mail
 * would have one for each four letters, because an address of the net may begin with some letters and not with others. */
static void asked_take(comity_scan_plans *plans, const comity_scan_plan *plan)
{
    if (failing_count(plans, plan) > COMITY_SCAN_PLAN_ASKED) {
        return;
    }
    for (size_t i = 0; i < plan->group_count; i++) {
        comity_scan_plan_group *group = &plans->groups[plan->group_begin + i];
        comity_scan_plan_form *form = &plans->forms[group->form_begin];
        group->heads = 0;
        for (uint64_t bits = group->bits; bits != 0; bits &= bits - 1, form++) {
            form->is_asked = form->fails && form->doubts != 0;
            group->asked |= form->is_asked ? bits & (0 - bits) : 0;
            group->heads |= form->is_asked ? 0 : form->doubts;
        }
    }
}

/* Of the forms that may have this byte at a place, where they have doubts of the value. Of one of which the looks do
 * not settle the shape, all that is known of the value may settle something. */
static uint64_t places_with(const comity_scan_rules *rules, const comity_scan_plans *plans,
                            const comity_scan_plan *plan, unsigned at, uint8_t byte, uint64_t all)
{
    uint64_t places = UINT64_C(1) << at;
    for (size_t i = 0; i < plan->group_count; i++) {
        const comity_scan_plan_group *group = &plans->groups[plan->group_begin + i];
        const comity_scan_plan_form *form = &plans->forms[group->form_begin];
        for (uint64_t bits = group->bits; bits != 0; bits &= bits - 1, form++) {
            bool allows = !form->is_asked;
            for (unsigned head = 0; head < COMITY_SCAN_HEAD; head++) {
                bool is_there =
                    (form->doubts >> head & 1) != 0 && places_of(plan, group->writing, 1u << head) >> at == 1;
                allows &= !is_there ||
                          comity_set_has(comity_set_at(rules->by_head[head], rules->set_words, byte), form->number);
            }
            places |= !allows ? 0 : form->whole ? all : places_of(plan, group->writing, form->doubts);
        }
    }
    return places;
}

/* Which bytes of the value its forms have doubts of. Mostly the first of them leaves few forms, of which the others
 * say nothing more: of a card that begins with `4`, other digits need not be asked whose it is. */
static void choice_places_make(const comity_scan_rules *rules, const comity_scan_plans *plans, const uint8_t *looks,
                               comity_scan_plan *plan)
{
    uint64_t all = 0;
    for (size_t i = 0; i < plan->group_count; i++) {
        const comity_scan_plan_group *group = &plans->groups[plan->group_begin + i];
        all |= places_of(plan, group->writing, group->heads);
    }
    plan->choice_first = all == 0 ? 0 : (uint8_t)__builtin_ctzll(all);
    plan->is_whole &= all >> COMITY_SCAN_CHOICE_BYTES == 0; /* else there are separators only */
    for (unsigned i = 0; i <= COMITY_SCAN_PLAN_DIGITS; i++) {
        bool is_digit = i < COMITY_SCAN_PLAN_DIGITS && all != 0 && looks[plan->choice_first] == '0';
        uint64_t places = is_digit ? places_with(rules, plans, plan, plan->choice_first, (uint8_t)('0' + i), all) : all;
        plan->choice_places[i] = (uint16_t)places;
    }
}

/* What looks so has no letter, and its digits are no number that is found by itself, or because the field speaks for it:
 * any of them may stand together. */
static bool holds_no_number(const comity_scan *scan, const uint8_t *looks, size_t size, const comity_scan_around *around)
{
    size_t digits = 0;
    bool found = size >= COMITY_SCAN_TOKEN_WITHIN;
    for (size_t i = 0; i < size; i++) {
        digits += looks[i] == '0';
        found |= looks[i] == 'a' || looks[i] == 'A' || looks[i] == '+' || looks[i] == '@';
        found |= comity_scan_worth(scan, COMITY_FIND_WRITTEN, i + 1, around);
    }
    for (size_t i = 1; i <= digits; i++) {
        found |= comity_scan_worth(scan, COMITY_FIND_DIGITS, i, around);
        found |= comity_scan_worth(scan, COMITY_FIND_PHONE, i, around);
    }
    return !found;
}

/* Some form of a way takes what looks so, of those that need nothing to speak for them, or for which the field speaks. */
static bool is_taken(const comity_scan *scan, const comity_scan_around *around, comity_find find, comity_writing writing,
                     const uint8_t *looks, size_t size)
{
    const comity_scan_rules *rules = scan->rules;
    const comity_scan_set *sets[COMITY_SCAN_HEAD + 2];
    const comity_scan_set *all;
    const comity_scan_set *alone = &scan->alone[1];
    const comity_scan_set *spoken = around->forms;
    size_t count = 0;
    sets[count++] = comity_set_at(rules->by_size[writing], rules->set_words, size);
    sets[count++] = comity_set_at(rules->by_find, rules->set_words, find);
    for (size_t i = 0; i < COMITY_SCAN_HEAD && i < size; i++) {
        comity_scan_plan_kins(rules, i, looks[i], &sets[count++], &all);
    }
    for (uint64_t live = sets[0]->live & sets[1]->live & (alone->live | spoken->live); live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        uint64_t bits = (alone->live >> word & 1) != 0 ? alone->bits[word] : 0;
        bits |= (spoken->live >> word & 1) != 0 ? spoken->bits[word] : 0;
        for (size_t i = 0; i < count; i++) {
            bits &= sets[i]->bits[word];
        }
        if (bits != 0) {
            return true;
        }
    }
    return false;
}

/* The same of a number in any way. */
static bool is_number(const comity_scan *scan, const comity_scan_around *around, const uint8_t *looks, size_t size)
{
    static const comity_find compact[] = {COMITY_FIND_DIGITS, COMITY_FIND_ALNUM, COMITY_FIND_PHONE};
    uint8_t written[COMITY_SCAN_PLAN_BYTES];
    uint8_t separators;
    size_t written_size;
    if (!comity_scan_write_ascii(looks, size, COMITY_WRITING_UPPER, written, &written_size, &separators) ||
        is_taken(scan, around, COMITY_FIND_WRITTEN, COMITY_WRITING_UPPER, written, written_size) ||
        !comity_scan_write_ascii(looks, size, COMITY_WRITING_COMPACT, written, &written_size, &separators)) {
        return true;
    }
    for (size_t i = 0; i < sizeof compact / sizeof compact[0]; i++) {
        if (is_taken(scan, around, compact[i], COMITY_WRITING_COMPACT, written, written_size)) {
            return true;
        }
    }
    return false;
}

/* A number begins with the word there: as with those that are gathered where one is seen, long words of letters belong to
 * none. */
static bool begins_number(const comity_scan *scan, const comity_scan_around *around, const uint8_t *looks, size_t size)
{
    bool has_digit = false;
    bool in_digits = false; /* the word has one */
    size_t letters = 0;
    for (size_t end = 1; end <= size; end++) {
        bool is_word = comity_scan_is_word(looks[end - 1]);
        in_digits = is_word && (in_digits || looks[end - 1] == '0');
        letters = is_word ? letters + 1 : 0;
        has_digit |= in_digits;
        bool ends = is_word && (end == size || !comity_scan_is_word(looks[end]));
        if (ends && !in_digits && letters > COMITY_SCAN_NUMBER_LETTERS) {
            return false;
        }
        if (ends && has_digit && is_number(scan, around, looks, end)) {
            return true;
        }
    }
    return false;
}

/* No number and no token can lie in what looks so, unless a word speaks for one: "12 Oak Street". */
static bool is_numberless(const comity_scan *scan, const uint8_t *looks, size_t size, const comity_scan_around *around)
{
    size_t run = 0; /* on end, of what tokens are of */
    bool found = memchr(looks, '+', size) != NULL || memchr(looks, '@', size) != NULL;
    for (size_t i = 0; i < size && !found; i++) {
        bool is_word = comity_scan_is_word(looks[i]);
        bool begins = is_word && (i == 0 || !comity_scan_is_word(looks[i - 1]));
        run = is_word || looks[i] == '-' || looks[i] == '_' ? run + 1 : 0;
        found = run >= COMITY_SCAN_TOKEN_WITHIN || (begins && begins_number(scan, around, looks + i, size - i));
    }
    return !found;
}

/* Where words begin that may speak for something. */
static void words_make(const uint8_t *looks, size_t size, comity_scan_plan *plan)
{
    plan->word_count = 0;
    for (size_t i = 0; i < size; i++) {
        bool is_letter = (looks[i] | 0x20) == 'a';
        if (is_letter && (i == 0 || (looks[i - 1] | 0x20) != 'a')) {
            plan->word_begins[plan->word_count++] = (uint8_t)i;
        }
    }
}

/* Makes the plan of a look, which stands in it. */
static void plan_make(const comity_scan *scan, const comity_scan_look *look, size_t size, unsigned in_writings,
                      const comity_scan_around *around, comity_scan_plan *plan)
{
    uint8_t looks[COMITY_SCAN_PLAN_BYTES];
    plan_maker maker = {.scan = scan, .around = around, .plans = scan->plans, .plan = plan};
    memcpy(looks, look->words, sizeof looks);
    maker.form_end = scan->plans->form_count + COMITY_SCAN_PLAN_FORMS_EACH;
    plan->group_begin = (uint16_t)scan->plans->group_count;
    plan->group_count = 0;
    plan->written = 0;
    plan->as_raw = 0;
    plan->number = ++scan->plans->plan_count;
    plan->is_made = true;
    plan->has_at = memchr(looks, '@', size) != NULL;
    plan->is_words = !plan->has_at && memchr(looks, '0', size) == NULL;
    plan->is_bare = holds_no_number(scan, looks, size, around);
    plan->is_numberless = is_numberless(scan, looks, size, around);
    compact_make(looks, size, plan);
    words_make(looks, size, plan);
    plan->is_whole = !may_be_escaped(looks, size);
    for (int writing = 0; writing < 3 && plan->is_whole; writing++) {
        maker.writing = (comity_writing)writing;
        plan->is_whole = (in_writings >> writing & 1) == 0 || writing_add(&maker, looks, size, around->forms, NULL);
    }
    comity_scan_around own;
    own.forms = NULL;
    own.evidence = 0;
    own.field = around->field;
    maker.around = &own;
    for (int writing = 0; writing < 3 && plan->is_whole && plan->group_count != 0; writing++) {
        maker.writing = (comity_writing)writing;
        plan->is_whole = writing_add(&maker, looks, size, &scan->alone[1], around->forms);
    }
    asked_take(scan->plans, plan);
    choice_places_make(scan->rules, scan->plans, looks, plan);
}

static bool is_of(const comity_scan_plan *plan, const comity_scan_look *look, size_t size, uint32_t field)
{
    return plan->field == field && plan->size == size && is_alike(&plan->look, look);
}

/* The plan of a look, if there is one. */
static comity_scan_plan *plan_find(comity_scan_plans *plans, const comity_scan_look *look, size_t size, uint32_t field,
                                   uint32_t hash)
{
    comity_scan_plan *plan = &plans->list[hash % (COMITY_SCAN_PLANS / PLAN_PLACES) * PLAN_PLACES];
    for (size_t i = 0; i < PLAN_PLACES; i++, plan++) {
        if (is_of(plan, look, size, field)) {
            return plan;
        }
    }
    return NULL;
}

/* Where the next plan is to be: in a free place, or in those of others by turns. */
static comity_scan_plan *place_of(comity_scan_plans *plans, uint32_t hash)
{
    comity_scan_plan *plan = &plans->list[hash % (COMITY_SCAN_PLANS / PLAN_PLACES) * PLAN_PLACES];
    for (size_t i = 0; i < PLAN_PLACES; i++) {
        if (!plan[i].is_made) {
            return &plan[i];
        }
    }
    return &plan[plans->plan_count % PLAN_PLACES];
}

comity_scan_plan *comity_scan_plan_known(const comity_scan *scan, const comity_scan_look *look, size_t size,
                                         const comity_scan_field *field)
{
    comity_scan_plans *plans = scan->plans;
    comity_scan_plan *plan = plan_find(plans, look, size, field->number, hash_of(look, field->number));
    if (plan == NULL) {
        return NULL;
    }
    plans->hints[field - scan->fields] = (uint16_t)(plan - plans->list);
    return plan->is_whole ? plan : NULL;
}

comity_scan_plan *comity_scan_plan_of(comity_scan *scan, const uint8_t *value, size_t size,
                                      const comity_scan_field *field, const comity_scan_around *around)
{
    comity_scan_plans *plans = scan->plans;
    comity_scan_look look;
    if (!comity_scan_looks(value, size, &look)) {
        return NULL;
    }
    uint32_t hash = hash_of(&look, field->number);
    comity_scan_plan *plan = plan_find(plans, &look, size, field->number, hash);
    if (plan != NULL) {
        return plan->is_whole ? plan : NULL;
    }
    uint32_t *seen = &plans->plans_seen[hash % COMITY_SCAN_PLANS_SEEN];
    if (*seen != hash) { /* what is seen but once is not worth a plan */
        *seen = hash;
        return NULL;
    }
    if (plans->form_count > COMITY_SCAN_PLAN_FORMS - COMITY_SCAN_PLAN_FORMS_EACH) {
        /* all begins anew: the forms of plans that were given up lie between */
        memset(plans, 0, sizeof *plans);
        return NULL;
    }
    plan = place_of(plans, hash);
    *plan = (comity_scan_plan){.look = look, .field = field->number, .size = (uint8_t)size};
    plan_make(scan, &look, size, field->in_writings, around, plan);
    return plan->is_whole ? plan : NULL;
}
