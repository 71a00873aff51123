/* The judge's tables of one law: for each kind of act, span of days and place the
 * rows that are still possible, a word for each of the law's blocks. */
#include "law/compile/law_rows.h"

#include <stdlib.h>
#include <string.h>

comity_status comity_bits_take(comity_compiler *compiler, uint32_t words, uint32_t *ret_first)
{
    *ret_first = (uint32_t)compiler->bits.count;
    for (uint32_t i = 0; i < words; i++) {
        COMITY_PUSH(compiler, &compiler->bits, 0);
    }
    return COMITY_OK;
}

/* Bit `row` of a block of the law, in the set that begins at `first`. */
static void bit_set(comity_compiler *compiler, uint32_t first, uint32_t block, uint32_t row)
{
    compiler->bits.items[first + block] |= UINT64_C(1) << row;
}

/* ---- kinds of act, and days ---- */

static void row_acts(comity_compiler *compiler, comity_law_record *record, uint32_t block, uint32_t index)
{
    const comity_row *row =
        &compiler->rows.items[compiler->blocks.items[record->first_block + block].first_row + index];
    uint32_t mask = (1u << COMITY_ACT_COUNT) - 1;
    for (uint32_t j = 0; j < row->literal_count; j++) {
        const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
        mask &= literal->op == COMITY_OP_ACT ? literal->a : mask;
    }
    record->acts |= mask;
    for (uint32_t act = 0; act < COMITY_ACT_COUNT; act++) {
        if (mask >> act & 1u) {
            bit_set(compiler, record->act_bits + act * record->block_count, block, index);
        }
    }
}

static comity_status act_table(comity_compiler *compiler, comity_law_record *record)
{
    COMITY_TRY(comity_bits_take(compiler, record->block_count * COMITY_ACT_COUNT, &record->act_bits));
    for (uint32_t block = 0; block < record->block_count; block++) {
        for (uint32_t i = 0; i < compiler->blocks.items[record->first_block + block].row_count; i++) {
            row_acts(compiler, record, block, i);
        }
    }
    return COMITY_OK;
}

static int day_order(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a;
    int32_t right = *(const int32_t *)b;
    return left < right ? -1 : left > right;
}

/* The days in `epochs`, rising, each once. */
static comity_status days_push(comity_compiler *compiler, int32_t *days, size_t count, uint32_t *ret_first,
                               uint32_t *ret_count)
{
    if (count > 1) {
        qsort(days, count, sizeof *days, day_order);
    }
    *ret_first = (uint32_t)compiler->epochs.count;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || days[i] != days[i - 1]) {
            COMITY_PUSH(compiler, &compiler->epochs, days[i]);
        }
    }
    *ret_count = (uint32_t)compiler->epochs.count - *ret_first;
    return COMITY_OK;
}

/* The rows of a block whose rules are in force in an epoch. */
static uint64_t rows_in_force(const comity_compiler *compiler, const comity_block *block, bool is_first, int32_t day)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < block->rule_count; i++) {
        const comity_block_rule *judged = &compiler->block_rules.items[block->first_rule + i];
        const comity_rule_record *rule = &compiler->rules.items[judged->rule];
        bool in_force = is_first ? rule->from == COMITY_SINCE_EVER : rule->from <= day && day <= rule->until;
        rows |= in_force ? judged->when | judged->unless : 0;
    }
    return rows;
}

/* The days on which some rule begins, or is no longer; between them nothing changes. */
static comity_status epoch_table(comity_compiler *compiler, comity_law_record *record)
{
    int32_t *days;
    uint32_t count = 0;
    COMITY_TRY(comity_compiler_take(compiler, (size_t)record->rule_count * 2, sizeof *days, &days));
    for (uint32_t i = 0; i < record->rule_count; i++) {
        const comity_rule_record *rule = &compiler->rules.items[record->first_rule + i];
        if (rule->from != COMITY_SINCE_EVER) {
            days[count++] = rule->from;
        }
        if (rule->until != COMITY_OPEN_END) {
            days[count++] = rule->until + 1;
        }
    }
    COMITY_TRY(days_push(compiler, days, count, &record->first_epoch, &record->epoch_count));
    COMITY_TRY(comity_bits_take(compiler, record->block_count * (record->epoch_count + 1), &record->epoch_bits));
    for (uint32_t epoch = 0; epoch <= record->epoch_count; epoch++) {
        int32_t day = epoch == 0 ? COMITY_SINCE_EVER : compiler->epochs.items[record->first_epoch + epoch - 1];
        for (uint32_t block = 0; block < record->block_count; block++) {
            compiler->bits.items[record->epoch_bits + epoch * record->block_count + block] =
                rows_in_force(compiler, &compiler->blocks.items[record->first_block + block], epoch == 0, day);
        }
    }
    return COMITY_OK;
}

/* ---- places ---- */

void comity_place_members(const comity_compiler *compiler, uint32_t set, int32_t day, uint64_t *members)
{
    const comity_place_set *record = &compiler->place_sets.items[set];
    uint32_t count = (uint32_t)compiler->places.count;
    memset(members, 0, comity_place_words(count) * sizeof *members);
    for (uint32_t i = 0; i < record->count; i++) {
        uint32_t place = compiler->set_places.items[record->first + i];
        members[place >> 6] |= UINT64_C(1) << (place & 63);
    }
    for (uint32_t i = 0; i < record->dated_count; i++) {
        const comity_dated *dated = &compiler->dated.items[record->first_dated + i];
        uint64_t is_in = dated->from <= day && day <= dated->until;
        members[dated->place >> 6] |= is_in << (dated->place & 63);
    }
    for (uint32_t place = 0; place < count; place++) {
        uint32_t state = compiler->place_states[place];
        members[place >> 6] |= (members[state >> 6] >> (state & 63) & 1u) << (place & 63);
    }
}

static bool asks_place(const comity_literal *literal, uint32_t side)
{
    return literal->op == COMITY_OP_PLACE && (literal->flags & COMITY_LITERAL_SIDE) == side;
}

/* The days on which a set that rows ask for changes. */
static comity_status era_table(comity_compiler *compiler, comity_law_record *record)
{
    COMITY_VECTOR(int32_t) days = {0};
    for (uint32_t i = 0; i < record->row_count; i++) {
        const comity_row *row = &compiler->rows.items[record->first_row + i];
        for (uint32_t j = 0; j < row->residual; j++) {
            const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
            if (literal->op != COMITY_OP_PLACE) {
                continue;
            }
            const comity_place_set *set = &compiler->place_sets.items[literal->b];
            for (uint32_t k = 0; k < set->dated_count; k++) {
                const comity_dated *dated = &compiler->dated.items[set->first_dated + k];
                if (dated->from != COMITY_SINCE_EVER) {
                    COMITY_PUSH(compiler, &days, dated->from);
                }
                if (dated->until != COMITY_OPEN_END) {
                    COMITY_PUSH(compiler, &days, dated->until + 1);
                }
            }
        }
    }
    return days_push(compiler, days.items, days.count, &record->first_era, &record->era_count);
}

/* Takes from `possible`, a word a block for each place, what the row's literals about this party leave out. */
static void place_row(const comity_compiler *compiler, const comity_row *row, uint32_t side, int32_t day,
                      uint32_t stride, uint64_t bit, uint64_t *possible, uint64_t *members)
{
    uint32_t count = (uint32_t)compiler->places.count;
    for (uint32_t j = 0; j < row->residual; j++) {
        const comity_literal *literal = &compiler->literals.items[row->first_literal + j];
        if (!asks_place(literal, side)) {
            continue;
        }
        comity_place_members(compiler, literal->b, day, members);
        bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
        for (uint32_t place = 0; place < count; place++) {
            if ((members[place >> 6] >> (place & 63) & 1u) == negated) {
                possible[(size_t)place * stride] &= ~bit;
            }
        }
    }
}

/* For each place, the rows that a party being there in an era leaves possible. */
static void place_rows(const comity_compiler *compiler, const comity_law_record *record, uint32_t side, uint32_t era,
                       uint64_t *possible, uint64_t *members)
{
    int32_t day = era == 0 ? COMITY_SINCE_EVER : compiler->epochs.items[record->first_era + era - 1];
    memset(possible, 0xff, compiler->places.count * record->block_count * sizeof *possible);
    for (uint32_t block = 0; block < record->block_count; block++) {
        const comity_block *rows = &compiler->blocks.items[record->first_block + block];
        for (uint32_t i = 0; i < rows->row_count; i++) {
            place_row(compiler, &compiler->rows.items[rows->first_row + i], side, day, record->block_count,
                      UINT64_C(1) << i, possible + block, members);
        }
    }
}

/* Classes are bytes: five times as many as any law on file has. */
comity_status comity_class_push(comity_compiler *compiler, const comity_law_record *record, uint32_t class_of)
{
    if (class_of > UINT8_MAX) {
        return comity_fail(
            compiler->reterr, COMITY_ERROR_LIMIT,
            "the law %s tells more than %u places or names apart; put some of its rules into another file",
            compiler->texts.items + record->code, UINT8_MAX);
    }
    COMITY_PUSH(compiler, &compiler->classes, (uint8_t)class_of);
    return COMITY_OK;
}

/* Where in the table of a law the last classes pushed, so many, stand from the entry of some era on; or COMITY_IMAGE_NONE. */
static uint32_t classes_in(const comity_compiler *compiler, const comity_law_record *law, uint32_t side, size_t size)
{
    const uint8_t *classes = compiler->classes.items;
    const uint8_t *own = classes + compiler->classes.count - size;
    size_t places = compiler->places.count;
    size_t there = places * ((size_t)law->era_count + 1);
    for (size_t at = 0; at + size <= there; at += places) {
        if (memcmp(&classes[law->first_classes[side] + at], own, size) == 0) {
            return law->first_classes[side] + (uint32_t)at;
        }
    }
    return COMITY_IMAGE_NONE;
}

/* Many laws tell the same places apart: what stands in the table of a law before is not written again. */
static void class_table_share(comity_compiler *compiler, comity_law_record *record, uint32_t side)
{
    size_t size = compiler->classes.count - record->first_classes[side];
    for (const comity_law_record *law = compiler->laws.items; law <= record; law++) {
        for (uint32_t other = 0; other < (law == record ? side : 2); other++) {
            uint32_t found = classes_in(compiler, law, other, size);
            if (found != COMITY_IMAGE_NONE) {
                compiler->classes.count = record->first_classes[side];
                record->first_classes[side] = found;
                return;
            }
        }
    }
}

static comity_status class_table(comity_compiler *compiler, comity_law_record *record, uint32_t side)
{
    uint32_t count = (uint32_t)compiler->places.count;
    size_t row_bytes = record->block_count * sizeof(uint64_t);
    uint64_t *possible;
    uint64_t *members;
    if (record->block_count == 0 &&
        compiler->law_without_rows != NULL) { /* all of these are alike: one table serves them */
        record->first_classes[side] = compiler->law_without_rows->first_classes[0];
        record->class_bits[side] = compiler->law_without_rows->class_bits[0];
        record->class_counts[side] = compiler->law_without_rows->class_counts[0];
        return COMITY_OK;
    }
    compiler->law_without_rows = record->block_count == 0 ? record : compiler->law_without_rows;
    COMITY_TRY(comity_compiler_take(compiler, (size_t)count * record->block_count, sizeof *possible, &possible));
    COMITY_TRY(comity_compiler_take(compiler, comity_place_words(count), sizeof *members, &members));
    record->first_classes[side] = (uint32_t)compiler->classes.count;
    record->class_bits[side] = (uint32_t)compiler->bits.count;
    uint32_t classes = 0;
    for (uint32_t era = 0; era <= record->era_count; era++) {
        place_rows(compiler, record, side, era, possible, members);
        for (uint32_t place = 0; place < count; place++) {
            const uint64_t *own = record->block_count == 0 ? possible : &possible[(size_t)place * record->block_count];
            uint32_t found = 0;
            while (found < classes && row_bytes != 0 &&
                   memcmp(&compiler->bits.items[record->class_bits[side] + found * record->block_count], own,
                          row_bytes) != 0) {
                found++;
            }
            for (uint32_t i = 0; found == classes && i < record->block_count; i++) {
                COMITY_PUSH(compiler, &compiler->bits, own[i]);
            }
            classes += found == classes;
            COMITY_TRY(comity_class_push(compiler, record, found));
        }
    }
    record->class_counts[side] = classes;
    class_table_share(compiler, record, side);
    return COMITY_OK;
}

/* From the last day on which anything changes, what is possible is found at once. */
static void settled_set(comity_compiler *compiler, comity_law_record *record)
{
    uint32_t places = (uint32_t)compiler->places.count;
    int32_t epoch = record->epoch_count == 0 ? COMITY_SINCE_EVER
                                             : compiler->epochs.items[record->first_epoch + record->epoch_count - 1];
    int32_t era =
        record->era_count == 0 ? COMITY_SINCE_EVER : compiler->epochs.items[record->first_era + record->era_count - 1];
    record->settled = era > epoch ? era : epoch;
    for (uint32_t side = 0; side < 2; side++) {
        record->now_classes[side] = record->first_classes[side] + record->era_count * places;
    }
    for (uint32_t block = 0; block < record->block_count; block++) {
        uint64_t in_force =
            compiler->bits.items[record->epoch_bits + record->epoch_count * record->block_count + block];
        for (uint32_t act = 0; act < COMITY_ACT_COUNT; act++) {
            compiler->blocks.items[record->first_block + block].live[act] =
                in_force & compiler->bits.items[record->act_bits + act * record->block_count + block];
        }
    }
}

comity_status comity_compile_law(comity_compiler *compiler, uint32_t law)
{
    comity_law_record *record = &compiler->laws.items[law];
    COMITY_TRY(comity_law_rows(compiler, law, record));
    COMITY_TRY(act_table(compiler, record));
    COMITY_TRY(epoch_table(compiler, record));
    COMITY_TRY(era_table(compiler, record));
    COMITY_TRY(class_table(compiler, record, COMITY_NODE_FIRST));
    COMITY_TRY(class_table(compiler, record, COMITY_NODE_SECOND));
    for (uint32_t block = 0; block < record->block_count; block++) {
        COMITY_TRY(comity_block_tables(compiler, record, &compiler->blocks.items[record->first_block + block]));
    }
    settled_set(compiler, record);
    return COMITY_OK;
}

typedef struct law_place {
    uint32_t rank; /* of its first rule by name */
    uint32_t law;
} law_place;

/* Where laws stand in the order of their rules' names; those without rules come last. */
static int law_order(const void *a, const void *b)
{
    const law_place *left = a;
    const law_place *right = b;
    if (left->rank != right->rank) {
        return left->rank < right->rank ? -1 : 1;
    }
    return left->law < right->law ? -1 : left->law > right->law;
}

comity_status comity_compile_law_order(comity_compiler *compiler)
{
    law_place *places;
    uint32_t count = (uint32_t)compiler->laws.count;
    COMITY_TRY(comity_compiler_take(compiler, count, sizeof *places, &places));
    for (uint32_t law = 0; law < count; law++) {
        const comity_law_record *record = &compiler->laws.items[law];
        places[law] = (law_place){UINT32_MAX, law};
        for (uint32_t i = 0; i < record->rule_count; i++) {
            uint32_t rank = compiler->rules.items[record->first_rule + i].rank;
            places[law].rank = rank < places[law].rank ? rank : places[law].rank;
        }
    }
    if (count > 1) {
        qsort(places, count, sizeof *places, law_order);
    }
    for (uint32_t i = 0; i < count; i++) {
        compiler->laws.items[places[i].law].position = i;
        COMITY_PUSH(compiler, &compiler->law_order, (uint16_t)places[i].law);
    }
    return COMITY_OK;
}
