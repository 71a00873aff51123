/* From an act to the rules that apply, the needs that are met, and the verdict.
 *
 * Each law considered is looked at in three steps. Its tables say, by the kind
 * of act, the day and the two places, which rows may hold at all: a few words
 * of bits, combined. The rows that are left are tested literal by literal. Then
 * rules that lift take away what they lift: a lifting rule always has a lower
 * number than what it lifts, so one pass in rising order is enough. When all
 * laws are done, needs are looked at, for their ways may stand in other laws.
 *
 * Order never matters to the answer: numbers are given by the compiler from
 * names and from what lifts what. */
#include "judge/memory.h"

#include "law/terms.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_FEW = 3,           /* a sieve costs as much as looking at so many rows */
    ROWS_SIEVED_WORDS = 64, /* laws with more rows than 64 words of bits are looked at row by row */
};

/* ---- memory ---- */

static void *array_new(size_t count, size_t size)
{
    return calloc(count == 0 ? 1 : count, size);
}

static uint32_t words_max(const comity_image *image)
{
    uint32_t words = 1;
    for (uint32_t i = 0; i < image->laws_count; i++) {
        words = image->laws[i].words > words ? image->laws[i].words : words;
    }
    return words;
}

static void always_collect(comity_judge_memory *memory)
{
    memory->always_count = 0;
    for (uint32_t i = 0; i < memory->image->laws_count; i++) {
        const comity_law_record *law = &memory->image->laws[i];
        if (law->kind == COMITY_LAW_POLICY || memory->adopted[i]) {
            memory->always[memory->always_count++] = i;
        }
    }
}

comity_judge_memory *comity_judge_memory_new(const comity_image *image)
{
    comity_judge_memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL) {
        return NULL;
    }
    memory->image = image;
    memory->status = array_new(image->rules_count, sizeof *memory->status);
    memory->rulings = array_new(image->rules_count, sizeof *memory->rulings);
    memory->laws = array_new(image->laws_count, sizeof *memory->laws);
    memory->law_stamps = array_new(image->laws_count, sizeof *memory->law_stamps);
    memory->adopted = array_new(image->laws_count, sizeof *memory->adopted);
    memory->perhaps = array_new(image->laws_count, sizeof *memory->perhaps);
    memory->always = array_new(image->laws_count, sizeof *memory->always);
    memory->uncovered = array_new(image->places_count, sizeof *memory->uncovered);
    memory->count_stamps = array_new(image->counts_count, sizeof *memory->count_stamps);
    memory->count_ranges = array_new(image->counts_count, sizeof *memory->count_ranges);
    memory->derived_stamps = array_new((size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS,
                                       sizeof *memory->derived_stamps);
    memory->derived = array_new((size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS, 1);
    memory->condition_stamps = array_new(image->conditions_count, sizeof *memory->condition_stamps);
    memory->condition_truths = array_new(image->conditions_count, 1);
    memory->alive = array_new(words_max(image), sizeof *memory->alive);
    memory->agreements = array_new(image->header->agreement_words, sizeof *memory->agreements);
    if (memory->status == NULL || memory->rulings == NULL || memory->laws == NULL ||
        memory->law_stamps == NULL || memory->adopted == NULL || memory->perhaps == NULL || memory->always == NULL ||
        memory->uncovered == NULL || memory->count_stamps == NULL || memory->count_ranges == NULL ||
        memory->derived_stamps == NULL || memory->derived == NULL || memory->condition_stamps == NULL ||
        memory->condition_truths == NULL || memory->alive == NULL ||
        memory->agreements == NULL) {
        comity_judge_memory_free(memory);
        return NULL;
    }
    for (uint32_t i = 0; i < image->laws_count; i++) {
        memory->adopted[i] = (image->laws[i].flags & COMITY_LAW_ADOPTED) != 0;
    }
    always_collect(memory);
    return memory;
}

void comity_judge_memory_free(comity_judge_memory *memory)
{
    if (memory == NULL) {
        return;
    }
    free(memory->status);
    free(memory->rulings);
    free(memory->laws);
    free(memory->law_stamps);
    free(memory->adopted);
    free(memory->perhaps);
    free(memory->always);
    free(memory->uncovered);
    free(memory->count_stamps);
    free(memory->count_ranges);
    free(memory->derived_stamps);
    free(memory->derived);
    free(memory->condition_stamps);
    free(memory->condition_truths);
    free(memory->alive);
    free(memory->agreements);
    free(memory);
}

bool comity_judge_adopt(comity_judge_memory *memory, uint32_t law)
{
    if (law >= memory->image->laws_count || !(memory->image->laws[law].flags & COMITY_LAW_SOFT)) {
        return false;
    }
    memory->adopted[law] = true;
    always_collect(memory);
    return true;
}

bool comity_judge_binds(const comity_judge_memory *memory, uint32_t law)
{
    return !(memory->image->laws[law].flags & COMITY_LAW_SOFT) || memory->adopted[law];
}

comity_truth comity_judge_status(const comity_judge_memory *memory, uint32_t rule)
{
    return (comity_truth)memory->status[rule];
}

const comity_image *comity_judge_image(const comity_judge_memory *memory)
{
    return memory->image;
}

const uint32_t *comity_judge_laws(const comity_judge_memory *memory, uint32_t *ret_count)
{
    *ret_count = memory->law_count;
    return memory->laws;
}

/* Forgets the judgement before. */
static void memory_begin(comity_judge_memory *memory)
{
    for (uint32_t i = 0; i < memory->ruling_count; i++) {
        memory->status[memory->rulings[i].rule] = COMITY_NO;
    }
    memory->ruling_count = 0;
    memory->law_count = 0;
    memory->steps = 0;
    if (++memory->stamp == 0) { /* once in four thousand million judgements the stamps begin anew */
        const comity_image *image = memory->image;
        memset(memory->law_stamps, 0, image->laws_count * sizeof *memory->law_stamps);
        memset(memory->count_stamps, 0, image->counts_count * sizeof *memory->count_stamps);
        memset(memory->condition_stamps, 0, image->conditions_count * sizeof *memory->condition_stamps);
        memset(memory->derived_stamps, 0,
               (size_t)COMITY_LIMIT_ACT_NODES * COMITY_SET_BITS * sizeof *memory->derived_stamps);
        memory->stamp = 1;
    }
}

/* ---- which laws ---- */

static void law_consider(comity_judge_memory *memory, uint32_t law, bool perhaps)
{
    if (memory->law_stamps[law] == memory->stamp) {
        memory->perhaps[law] &= perhaps;
        return;
    }
    memory->law_stamps[law] = memory->stamp;
    memory->perhaps[law] = perhaps;
    uint32_t i = memory->law_count++;
    for (; i > 0 && memory->laws[i - 1] > law; i--) {
        memory->laws[i] = memory->laws[i - 1];
    }
    memory->laws[i] = law;
}

static void place_consider(comity_judge_memory *memory, const comity_place *place, int32_t on)
{
    if (place->law != COMITY_NONE16) {
        law_consider(memory, place->law, false);
    }
    for (uint32_t i = 0; i < place->reach_count; i++) {
        const comity_reach *reach = &memory->image->reaches[place->first_reach + i];
        if (reach->from <= on && on <= reach->until) {
            law_consider(memory, reach->law, false);
        }
    }
}

/* In which part it is is not known, so the law of any part may be its law. */
static void parts_consider(comity_judge_memory *memory, uint16_t state)
{
    const comity_image *image = memory->image;
    for (uint32_t i = 0; i < image->places_count; i++) {
        if (image->places[i].is_part && image->places[i].state == state && image->places[i].law != COMITY_NONE16) {
            law_consider(memory, image->places[i].law, true);
        }
    }
}

/* Are two touched states parties to it on the day? */
static bool agreement_is_between(const comity_judge_memory *memory, const comity_act *act,
                                 const comity_law_record *law)
{
    uint32_t parties = 0;
    for (uint32_t i = 0; i < act->touched_count; i++) {
        const comity_place *place = &memory->image->places[act->touched[i]];
        parties += !place->is_part && !place->is_union &&
                   comity_image_place_in(memory->image, law->parties, act->touched[i], act->on);
    }
    return parties >= 2;
}

/* Agreements with rules to which two touched states belong: bits met twice. */
static void agreements_consider(comity_judge_memory *memory, const comity_act *act)
{
    const comity_image *image = memory->image;
    uint32_t words = image->header->agreement_words;
    for (uint32_t word = 0; word < words; word++) {
        uint64_t once = 0;
        uint64_t twice = 0;
        for (uint32_t i = 0; i < act->touched_count; i++) {
            uint64_t bits = image->agreements[(size_t)act->touched[i] * words + word];
            twice |= once & bits;
            once |= bits;
        }
        for (; twice != 0; twice &= twice - 1) {
            uint32_t law = word * 64 + (uint32_t)__builtin_ctzll(twice);
            if ((image->laws[law].acts & act->kind_mask) != 0 && agreement_is_between(memory, act, &image->laws[law])) {
                law_consider(memory, law, false);
            }
        }
    }
}

static void laws_consider(comity_judge_memory *memory, const comity_act *act)
{
    for (uint32_t i = 0; i < memory->always_count; i++) {
        law_consider(memory, memory->always[i], false);
    }
    for (uint32_t i = 0; i < act->touched_count; i++) {
        place_consider(memory, &memory->image->places[act->touched[i]], act->on);
        if (act->touched_any_part[i]) {
            parts_consider(memory, act->touched[i]);
        }
    }
    if (act->touched_count > 1) {
        agreements_consider(memory, act);
    }
}

/* ---- one law ---- */

static uint32_t epoch_of(const comity_image *image, const comity_law_record *law, int32_t on)
{
    uint32_t low = 0;
    uint32_t high = law->epoch_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (image->epochs[law->first_epoch + middle] <= on) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool place_is_settled(const comity_node *node)
{
    return node->state.place != COMITY_NONE16 && !node->state.any_part;
}

/* Of the rows that want some name of this kind, those stay that want one the
 * act has or may have; rows that want a name away go where the act has it. */
static void rows_sieve(comity_judge_memory *memory, const comity_image *image, const comity_law_record *law,
                       const comity_sieve *sieve, const comity_set *yes, bool complete)
{
    uint32_t words = law->words;
    const uint16_t *places = &image->classes[sieve->first_place];
    const uint64_t *bits = &image->bits[sieve->bits];
    uint64_t wanted[ROWS_SIEVED_WORDS];
    for (uint32_t i = 0; i < words; i++) {
        wanted[i] = complete ? bits[i] : UINT64_MAX;
    }
    for (uint32_t word = 0; word < COMITY_SET_WORDS; word++) {
        for (uint64_t names = yes->words[word]; names != 0; names &= names - 1) {
            uint32_t place = places[word * 64 + (uint32_t)__builtin_ctzll(names)];
            if (place == 0) {
                continue;
            }
            const uint64_t *want = bits + (2 * (size_t)place - 1) * words;
            for (uint32_t i = 0; i < words; i++) {
                wanted[i] |= want[i];
                memory->alive[i] &= ~want[words + i];
            }
        }
    }
    for (uint32_t i = 0; i < words; i++) {
        memory->alive[i] &= wanted[i];
    }
}

/* True if the act's sets are complete, so that nothing the sieves tell is left open. */
static bool rows_sieve_all(comity_judge_memory *memory, const comity_act *act, const comity_law_record *law)
{
    bool all_complete = true;
    const struct {
        const comity_set *yes;
        comity_known known;
    } sets[COMITY_SIEVE_LAST] = {
        [COMITY_SIEVE_CATEGORY] = {&act->facts[COMITY_SLOT_CATEGORY].yes, act->known[COMITY_SLOT_CATEGORY]},
        [COMITY_SIEVE_PURPOSE] = {&act->facts[COMITY_SLOT_PURPOSE].yes, act->known[COMITY_SLOT_PURPOSE]},
        [COMITY_SIEVE_CIRCUMSTANCE] = {&act->facts[COMITY_SLOT_CIRCUMSTANCE].yes, act->known[COMITY_SLOT_CIRCUMSTANCE]},
        [COMITY_SIEVE_DEAL] = {&act->facts[COMITY_SLOT_DEAL].yes, act->known[COMITY_SLOT_DEAL]},
        [COMITY_SIEVE_KIND_FIRST] = {&act->nodes[0].kinds.yes, act->nodes[0].kinds_known},
        [COMITY_SIEVE_KIND_SECOND] = {&act->nodes[1].kinds.yes, act->nodes[1].kinds_known},
    };
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        if (law->sieves[kind].first_place != COMITY_IMAGE_NONE) {
            bool complete = sets[kind].known == COMITY_KNOWN_ALL;
            rows_sieve(memory, memory->image, law, &law->sieves[kind], sets[kind].yes, complete);
            all_complete &= complete;
        }
    }
    return all_complete;
}

/* The rows that may hold, by kind of act, day and places. */
static void rows_alive(comity_judge_memory *memory, const comity_act *act, const comity_law_record *law,
                       bool settled)
{
    const comity_image *image = memory->image;
    uint32_t words = law->words;
    const uint64_t *by_act = &image->bits[law->act_bits + act->kind * words];
    const uint64_t *by_day = &image->bits[law->epoch_bits + epoch_of(image, law, act->on) * words];
    if (!settled) {
        for (uint32_t i = 0; i < words; i++) {
            memory->alive[i] = by_act[i] & by_day[i];
        }
        return;
    }
    uint32_t first = image->classes[law->first_classes[0] + act->nodes[0].state.place];
    uint32_t second = image->classes[law->first_classes[1] + act->nodes[1].state.place];
    const uint64_t *by_first = &image->bits[law->class_bits[0] + first * words];
    const uint64_t *by_second = &image->bits[law->class_bits[1] + second * words];
    for (uint32_t i = 0; i < words; i++) {
        memory->alive[i] = by_act[i] & by_day[i] & by_first[i] & by_second[i];
    }
}

bool comity_judge_reaches(const comity_judge_memory *memory, uint32_t rule, uint32_t target)
{
    uint32_t law = memory->image->rules[rule].law;
    return law == memory->image->rules[target].law || comity_judge_binds(memory, law);
}

/* A rule whose rows have been looked at: what lifts it, and into the list. */
static void rule_settle(comity_judge_memory *memory, uint32_t rule, comity_truth when,
                        comity_truth unless, bool binds)
{
    comity_truth not_unless = (comity_truth)(COMITY_YES - unless);
    comity_truth applies = when < not_unless ? when : not_unless;
    if (applies == COMITY_NO) {
        return;
    }
    const comity_image *image = memory->image;
    const comity_rule_record *record = &image->rules[rule];
    if (memory->perhaps[record->law] && applies == COMITY_YES) {
        applies = COMITY_UNKNOWN; /* it applies if that is the part */
    }
    comity_truth status = applies;
    uint32_t lifted_by = COMITY_NOT_LIFTED;
    for (uint32_t i = 0; i < record->lifter_count; i++) {
        uint32_t lifter = image->indices[record->first_lifter + i];
        comity_truth lifts = (comity_truth)memory->status[lifter];
        if (lifts == COMITY_NO || !comity_judge_reaches(memory, lifter, rule)) {
            continue;
        }
        if (lifts == COMITY_YES && (lifted_by == COMITY_NOT_LIFTED ||
                                    image->rules[lifter].rank < image->rules[lifted_by].rank)) {
            lifted_by = lifter;
        }
        comity_truth left = (comity_truth)(COMITY_YES - lifts);
        status = left < status ? left : status;
    }
    comity_ruling *ruling = &memory->rulings[memory->ruling_count++];
    *ruling = (comity_ruling){.rule = rule, .lifted_by = lifted_by, .applies = (uint8_t)status,
                              .met = COMITY_MET_NONE, .binds = binds};
    memory->status[rule] = (uint8_t)status;
}

/* Enough that sorting them out at once is less work than looking at each. */
static bool rows_are_many(const uint64_t *alive, uint32_t words)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < words; i++) {
        count += (uint32_t)__builtin_popcountll(alive[i]);
    }
    return count > ROWS_FEW;
}

static void law_judge(comity_judge_memory *memory, const comity_act *act, uint32_t law_index)
{
    const comity_image *image = memory->image;
    const comity_law_record *law = &image->laws[law_index];
    bool settled = place_is_settled(&act->nodes[0]) && place_is_settled(&act->nodes[1]);
    bool binds = comity_judge_binds(memory, law_index);
    rows_alive(memory, act, law, settled);
    bool sieved = law->words <= ROWS_SIEVED_WORDS && rows_are_many(memory->alive, law->words) &&
                  rows_sieve_all(memory, act, law);
    uint32_t rule = COMITY_IMAGE_NONE;
    comity_truth when = COMITY_NO;
    comity_truth unless = COMITY_NO;
    for (uint32_t word = 0; word < law->words; word++) {
        for (uint64_t bits = memory->alive[word]; bits != 0; bits &= bits - 1) {
            const comity_row *row = &image->rows[law->first_row + word * 64 + (uint32_t)__builtin_ctzll(bits)];
            uint32_t row_rule = law->first_rule + (row->rule >> 1);
            bool is_unless = row->rule & 1u;
            if (row_rule != rule) {
                if (when != COMITY_NO) {
                    rule_settle(memory, rule, when, unless, binds);
                }
                rule = row_rule;
                when = COMITY_NO;
                unless = COMITY_NO;
            }
            if ((is_unless ? unless : when) == COMITY_YES || (is_unless && when == COMITY_NO)) {
                continue;
            }
            uint32_t skip = !settled ? 0 : sieved ? row->rest : row->residual;
            comity_truth truth = skip == row->literal_count
                                     ? COMITY_YES
                                     : comity_judge_literals(memory, act, &image->literals[row->first_literal + skip],
                                                             row->literal_count - skip, COMITY_NODE_FIRST);
            comity_truth *into = is_unless ? &unless : &when;
            *into = truth > *into ? truth : *into;
        }
    }
    if (when != COMITY_NO) {
        rule_settle(memory, rule, when, unless, binds);
    }
}

/* ---- needs ---- */

static comity_truth need_met(comity_judge_memory *memory, const comity_act *act, uint32_t index)
{
    const comity_image *image = memory->image;
    const comity_rule_record *rule = &image->rules[index];
    comity_truth met = COMITY_NO;
    if (rule->expression != COMITY_IMAGE_NONE) {
        met = comity_judge_expression(memory, act, rule->expression);
    }
    for (uint32_t i = 0; i < rule->way_count && met != COMITY_YES; i++) {
        uint32_t way = image->indices[rule->first_way + i];
        comity_truth open = (comity_truth)memory->status[way];
        if (open == COMITY_NO || !comity_judge_reaches(memory, way, index)) {
            continue;
        }
        if (open > met && image->rules[way].expression != COMITY_IMAGE_NONE) {
            comity_truth holds = comity_judge_expression(memory, act, image->rules[way].expression);
            open = holds < open ? holds : open;
        }
        met = open > met ? open : met;
    }
    return met;
}

static bool is_covered(const comity_judge_memory *memory, const comity_act *act,
                       uint32_t law)
{
    const comity_image *image = memory->image;
    const comity_law_record *record = &image->laws[law];
    for (uint32_t i = 0; i < record->cover_count; i++) {
        const comity_cover *cover = &image->covers[record->first_cover + i];
        if ((cover->acts & act->kind_mask) != 0 && cover->from <= act->on && act->on <= cover->until) {
            return true;
        }
    }
    return false;
}

static bool place_is_covered(const comity_judge_memory *memory, const comity_act *act, uint32_t index)
{
    const comity_image *image = memory->image;
    const comity_place *place = &image->places[index];
    if (place->law != COMITY_NONE16 && is_covered(memory, act, place->law)) {
        return true;
    }
    for (uint32_t i = 0; i < place->reach_count; i++) {
        const comity_reach *reach = &image->reaches[place->first_reach + i];
        if (reach->from <= act->on && act->on <= reach->until && is_covered(memory, act, reach->law)) {
            return true;
        }
    }
    return place->is_part && place_is_covered(memory, act, place->state);
}

static void coverage_check(comity_judge_memory *memory, const comity_act *act, comity_judgement *judgement)
{
    for (uint32_t i = 0; i < act->touched_count; i++) {
        if (!act->touched_lightly[i] && !place_is_covered(memory, act, act->touched[i])) {
            memory->uncovered[judgement->uncovered_count++] = act->touched[i];
        }
    }
    judgement->uncovered = memory->uncovered;
}

/* ---- the verdict ---- */

static comity_verdict_value worse(comity_verdict_value a, comity_verdict_value b)
{
    return a > b ? a : b;
}

static comity_verdict_value ruling_verdict(const comity_ruling *ruling, comity_effect effect)
{
    if (!ruling->binds || ruling->applies == COMITY_NO) {
        return COMITY_VERDICT_PERMIT;
    }
    if (effect == COMITY_EFFECT_REFUSE) {
        return ruling->applies == COMITY_YES ? COMITY_VERDICT_REFUSE : COMITY_VERDICT_UNDETERMINED;
    }
    if (effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES) {
        return ruling->applies == COMITY_YES ? COMITY_VERDICT_CONDITIONAL : COMITY_VERDICT_UNDETERMINED;
    }
    return COMITY_VERDICT_PERMIT;
}

/* A party that could be anywhere could be under any law. */
static bool state_is_known(const comity_act *act, uint32_t node)
{
    return act->nodes[node].state.place != COMITY_NONE16;
}

/* In the order of names: few and nearly sorted. */
static void rulings_sort(const comity_image *image, comity_ruling *rulings, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        comity_ruling ruling = rulings[i];
        uint32_t rank = image->rules[ruling.rule].rank;
        uint32_t j = i;
        for (; j > 0 && image->rules[rulings[j - 1].rule].rank > rank; j--) {
            rulings[j] = rulings[j - 1];
        }
        rulings[j] = ruling;
    }
}

void comity_judge(comity_judge_memory *memory, const comity_act *act, comity_judgement *ret_judgement)
{
    const comity_image *image = memory->image;
    *ret_judgement = (comity_judgement){.verdict = COMITY_VERDICT_PERMIT};
    memory_begin(memory);
    laws_consider(memory, act);
    for (uint32_t i = 0; i < memory->law_count; i++) {
        law_judge(memory, act, memory->laws[i]);
    }
    comity_verdict_value verdict = COMITY_VERDICT_PERMIT;
    for (uint32_t i = 0; i < memory->ruling_count; i++) {
        comity_ruling *ruling = &memory->rulings[i];
        const comity_rule_record *rule = &image->rules[ruling->rule];
        if (rule->effect == COMITY_EFFECT_NEEDS && ruling->applies != COMITY_NO) {
            ruling->met = (uint8_t)need_met(memory, act, ruling->rule);
        }
        verdict = worse(verdict, ruling_verdict(ruling, (comity_effect)rule->effect));
    }
    coverage_check(memory, act, ret_judgement);
    if (ret_judgement->uncovered_count != 0 || !state_is_known(act, COMITY_NODE_FIRST) ||
        !state_is_known(act, COMITY_NODE_SECOND)) {
        verdict = worse(verdict, COMITY_VERDICT_UNDETERMINED);
    }
    rulings_sort(image, memory->rulings, memory->ruling_count);
    ret_judgement->verdict = verdict;
    ret_judgement->rulings = memory->rulings;
    ret_judgement->ruling_count = memory->ruling_count;
}
