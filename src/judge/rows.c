/* One law and an act: which of its rules apply.
 *
 * Conditions are rows of literals. For all rows of a law at once two sets of bits
 * are kept: rows that may hold, and rows that hold for all that was looked at so
 * far. The law's tables begin them, by the kind of act, the day and the two
 * places; sieves go on, by the names the act has (categories, purposes, kinds of
 * party …). Few rows are left then; literals that many rows have are tested once
 * for all of them, the others row by row.
 *
 * Rules that lift leave their mark on what they lift as they are found: a lifting
 * rule always has a lower number than what it lifts, so rising order is enough. */
#include "judge/memory.h"

#include <assert.h>

/* Rows are looked at in blocks of at most so many words. A block's size is known
 * when this is compiled, so that its loops are a few instructions each. */
enum { WORDS_MAX = 8 };

#define FOR_WORDS(i) for (uint32_t i = 0; i < words; i++)

/* `words` words of the law's rows, from word `first` on; its sets have `stride` words. */
typedef struct block {
    uint32_t first, words, stride;
} block;

/* The law whose rows are being looked at; the rule, and what its rows said. */
typedef struct in_hand {
    const comity_law_record *law;
    bool binds;
    bool perhaps;           /* only because a part of a state is not known */
    bool settled;           /* both places are known, so that the tables settle what is asked of them */
    uint32_t rule;          /* within the law, or NONE */
    comity_truth truths[2]; /* when, unless */
} in_hand;

/* How many of these days, which rise, are past. */
static inline uint32_t days_past(const int32_t *epochs, uint32_t count, int32_t on)
{
    uint32_t low = 0;
    uint32_t high = count;
    if (high == 0 || epochs[high - 1] <= on) { /* as it is on most days on which somebody asks */
        return high;
    }
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (epochs[middle] <= on) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The rows that may hold, by kind of act, day and places. False if there are none. */
static inline bool rows_begin(const comity_image *image, const comity_act *act, const comity_law_record *law,
                              bool settled, block at, uint64_t *may)
{
    const uint32_t words = at.words;
    const uint64_t *bits = image->bits + at.first;
    uint32_t epoch = days_past(&image->epochs[law->first_epoch], law->epoch_count, act->on);
    const uint64_t *by_act = &bits[law->act_bits + act->kind * at.stride];
    const uint64_t *by_day = &bits[law->epoch_bits + epoch * at.stride];
    uint64_t any = 0;
    if (!settled) {
        FOR_WORDS(i) {
            may[i] = by_act[i] & by_day[i];
            any |= may[i];
        }
        return any != 0;
    }
    uint32_t era = days_past(&image->epochs[law->first_era], law->era_count, act->on) * image->places_count;
    uint32_t first = image->classes[law->first_classes[0] + era + act->nodes[0].state.place];
    uint32_t second = image->classes[law->first_classes[1] + era + act->nodes[1].state.place];
    const uint64_t *by_first = &bits[law->class_bits[0] + first * at.stride];
    const uint64_t *by_second = &bits[law->class_bits[1] + second * at.stride];
    FOR_WORDS(i) {
        may[i] = by_act[i] & by_day[i] & by_first[i] & by_second[i];
        any |= may[i];
    }
    return any != 0;
}

/* Rows that want a name stay if the act has one they want, rows that want one
 * away go if it has that; what an incomplete list leaves open stays in `may`. */
static inline void rows_sieve(const comity_image *image, const comity_sieve *sieve, const comity_names *names,
                              block at, uint64_t *may, uint64_t *yes)
{
    const uint32_t words = at.words;
    const uint64_t *bits = &image->bits[sieve->bits + at.first];
    const uint64_t *no_want = bits + COMITY_SIEVE_NO_WANT * at.stride;
    const uint64_t *no_ban = bits + COMITY_SIEVE_NO_BAN * at.stride;
    const uint64_t *not_empty = bits + COMITY_SIEVE_NOT_EMPTY * at.stride;
    uint64_t wanted[WORDS_MAX];
    uint64_t concerned = 0;
    FOR_WORDS(i) {
        wanted[i] = no_want[i];
        concerned |= may[i] & ~(no_want[i] & no_ban[i]);
    }
    if (concerned == 0) {
        return;
    }
    for (uint32_t j = 0; j < names->count; j++) {
        uint32_t place = image->classes[sieve->first_place + names->list[j]];
        const uint64_t *want = bits + (size_t)comity_sieve_want(place) * at.stride;
        const uint64_t *ban = want + at.stride;
        FOR_WORDS(i) {
            wanted[i] |= want[i];
            may[i] &= ~ban[i];
        }
    }
    if (!names->complete) {
        FOR_WORDS(i) {
            yes[i] &= wanted[i] & no_ban[i];
        }
        return;
    }
    uint64_t empty = names->count == 0 ? UINT64_MAX : 0;
    FOR_WORDS(i) {
        may[i] &= wanted[i] & ~(not_empty[i] & empty);
    }
}

/* Rows that want a party subject to some law go where it is subject to none but its own. */
static inline void rows_subject(const comity_image *image, const comity_law_record *law, const comity_act *act, block at,
                                uint64_t *may)
{
    const uint32_t words = at.words;
    for (uint32_t side = 0; side < 2; side++) {
        const comity_list *subject_to = &act->nodes[side].subject_to;
        const uint64_t *bits = &image->bits[law->subject_bits + at.first + side * at.stride];
        if (subject_to->known == COMITY_KNOWN_ALL && subject_to->count == 0) {
            FOR_WORDS(i) {
                may[i] &= ~bits[i];
            }
        }
    }
}

/* Literals that many rows have are tested once for all of them. */
static inline void rows_share(comity_judge_memory *memory, const comity_act *act, const comity_law_record *law, block at,
                              uint64_t *may, uint64_t *yes)
{
    const uint32_t words = at.words;
    const comity_image *image = memory->image;
    for (uint32_t j = 0; j < law->shared_count; j++) {
        const comity_shared *shared = &image->shared[law->first_shared + j];
        const uint64_t *rows = &image->bits[shared->bits + at.first];
        uint64_t concerned = 0;
        FOR_WORDS(i) {
            concerned |= may[i] & rows[i];
        }
        if (concerned == 0) {
            continue;
        }
        comity_truth truth = comity_judge_literal(memory, act, &image->literals[shared->literal], COMITY_NODE_FIRST);
        uint64_t fails = truth == COMITY_NO ? UINT64_MAX : 0;
        uint64_t open = truth == COMITY_YES ? 0 : UINT64_MAX;
        FOR_WORDS(i) {
            may[i] &= ~(rows[i] & fails);
            yes[i] &= ~(rows[i] & open);
        }
    }
}

/* What lifts this rule, as far as the rules before it say. */
static comity_truth lifted_truth(const comity_judge_memory *memory, uint32_t rule, uint32_t *ret_by)
{
    const comity_lifted *lifted = &memory->lifted[rule];
    if (lifted->stamp != memory->stamp) {
        return COMITY_NO;
    }
    *ret_by = lifted->by;
    return (comity_truth)lifted->truth;
}

bool comity_judge_reaches(const comity_judge_memory *memory, uint32_t rule, uint32_t target)
{
    uint32_t law = memory->image->rules[rule].law;
    return law == memory->image->rules[target].law || comity_judge_binds(memory, law);
}

/* A rule that lifts applies, or may: it leaves its mark on what it lifts. */
static void rule_lifts(comity_judge_memory *memory, uint32_t rule, comity_truth status)
{
    const comity_image *image = memory->image;
    const comity_rule_record *record = &image->rules[rule];
    for (uint32_t i = 0; i < record->target_count; i++) {
        uint32_t target = image->indices[record->first_target + i];
        comity_lifted *lifted = &memory->lifted[target];
        if (!comity_judge_reaches(memory, rule, target)) {
            continue;
        }
        if (lifted->stamp != memory->stamp) {
            *lifted = (comity_lifted){memory->stamp, COMITY_NOT_LIFTED, COMITY_NO};
        }
        if (status == COMITY_YES && (lifted->by == COMITY_NOT_LIFTED || record->rank < image->rules[lifted->by].rank)) {
            lifted->by = rule;
        }
        lifted->truth = status > lifted->truth ? (uint8_t)status : lifted->truth;
    }
}

/* The rule's rows have been looked at: what lifts it, what it lifts, and into the list. */
static inline void rule_settle(comity_judge_memory *memory, const in_hand *hand)
{
    comity_truth not_unless = (comity_truth)(COMITY_YES - hand->truths[1]);
    comity_truth applies = hand->truths[0] < not_unless ? hand->truths[0] : not_unless;
    if (applies == COMITY_NO) {
        return;
    }
    if (hand->perhaps) {
        applies = COMITY_UNKNOWN; /* it applies if that is the part */
    }
    uint32_t rule = hand->law->first_rule + hand->rule;
    const comity_rule_record *record = &memory->image->rules[rule];
    uint32_t lifted_by = COMITY_NOT_LIFTED;
    if (record->lifter_count != 0) {
        comity_truth left = (comity_truth)(COMITY_YES - lifted_truth(memory, rule, &lifted_by));
        applies = left < applies ? left : applies;
    }
    comity_ruling *ruling = &memory->rulings[memory->ruling_count++];
    ruling->rule = rule;
    ruling->rank = record->rank;
    ruling->lifted_by = lifted_by;
    ruling->applies = (uint8_t)applies;
    ruling->met = COMITY_MET_NONE;
    ruling->binds = hand->binds;
    memory->status[rule] = (uint8_t)applies;
    if (record->target_count != 0 && applies != COMITY_NO) {
        if (record->effect == COMITY_EFFECT_LIFTS) {
            rule_lifts(memory, rule, applies);
        } else {
            memory->open_ways[memory->open_way_count++] = rule;
        }
    }
}

/* The literals of a row that are not settled. */
static comity_truth row_rest(comity_judge_memory *memory, const comity_act *act, const comity_row *row, bool settled)
{
    const comity_literal *literals = &memory->image->literals[row->first_literal];
    comity_truth rest = comity_judge_literals(memory, act, literals + row->rest, (uint32_t)row->literal_count - row->rest,
                                              COMITY_NODE_FIRST);
    if (settled || rest == COMITY_NO) {
        return rest;
    }
    comity_truth places = comity_judge_literals(memory, act, literals, row->residual, COMITY_NODE_FIRST);
    return places < rest ? places : rest;
}

/* Row by row what is left, rule by rule: `when` rows before `unless` rows. */
static inline void rows_settle(comity_judge_memory *memory, const comity_act *act, in_hand *hand, block at,
                               const uint64_t *may, const uint64_t *yes)
{
    const uint32_t words = at.words;
    const comity_image *image = memory->image;
    const comity_row *rows = &image->rows[hand->law->first_row + at.first * 64];
    const uint64_t *rest = &image->bits[hand->law->rest_bits + at.first];
    FOR_WORDS(word) {
        for (uint64_t left = may[word]; left != 0; left &= left - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(left);
            const comity_row *row = &rows[word * 64 + bit];
            uint32_t is_unless = row->rule & 1u;
            if (row->rule >> 1 != hand->rule) {
                if (hand->truths[0] != COMITY_NO) {
                    rule_settle(memory, hand);
                }
                hand->rule = row->rule >> 1;
                hand->truths[0] = COMITY_NO;
                hand->truths[1] = COMITY_NO;
            }
            comity_truth known = hand->truths[is_unless];
            if (known == COMITY_YES || (is_unless && hand->truths[0] == COMITY_NO)) {
                continue;
            }
            comity_truth truth = (comity_truth)(COMITY_UNKNOWN + (yes[word] >> bit & 1u));
            if ((rest[word] >> bit & 1u) != 0 || !hand->settled) {
                comity_truth others = row_rest(memory, act, row, hand->settled);
                truth = others < truth ? others : truth;
            }
            hand->truths[is_unless] = truth > known ? truth : known;
        }
    }
}

static inline void block_judge(comity_judge_memory *memory, const comity_act *act, in_hand *hand, block at)
{
    const uint32_t words = at.words;
    const comity_image *image = memory->image;
    const comity_law_record *law = hand->law;
    uint64_t may[WORDS_MAX];
    uint64_t yes[WORDS_MAX];
    if (!rows_begin(image, act, law, hand->settled, at, may)) {
        return;
    }
    FOR_WORDS(i) {
        yes[i] = UINT64_MAX;
    }
    rows_subject(image, law, act, at, may);
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        if (law->sieves[kind].bits != COMITY_IMAGE_NONE) {
            rows_sieve(image, &law->sieves[kind], &act->names[kind], at, may, yes);
        }
    }
    rows_share(memory, act, law, at, may, yes);
    rows_settle(memory, act, hand, at, may, yes);
}

static void law_judge(comity_judge_memory *memory, const comity_act *act, in_hand *hand)
{
    uint32_t stride = hand->law->words;
    switch (stride) {
    case 1:
        block_judge(memory, act, hand, (block){0, 1, 1});
        break;
    case 2:
        block_judge(memory, act, hand, (block){0, 2, 2});
        break;
    case 4:
        block_judge(memory, act, hand, (block){0, 4, 4});
        break;
    default:
        for (uint32_t first = 0; first < stride; first += WORDS_MAX) {
            block_judge(memory, act, hand, (block){first, WORDS_MAX, stride});
        }
    }
    if (hand->truths[0] != COMITY_NO) {
        rule_settle(memory, hand);
    }
}

static bool place_is_settled(const comity_node *node)
{
    return node->state.place != COMITY_NONE16 && !node->state.any_part;
}

void comity_judge_rows(comity_judge_memory *memory, const comity_act *act)
{
    const comity_image *image = memory->image;
    bool settled = place_is_settled(&act->nodes[0]) && place_is_settled(&act->nodes[1]);
    for (uint32_t i = 0; i < memory->law_count; i++) {
        uint32_t index = memory->laws[i];
        const comity_law_record *law = &image->laws[index];
        if ((law->acts & act->kind_mask) != 0) {
            in_hand hand = {.law = law, .binds = comity_judge_binds(memory, index), .perhaps = memory->perhaps[index],
                            .settled = settled, .rule = COMITY_IMAGE_NONE};
            law_judge(memory, act, &hand);
        }
    }
}
