/* Places: states, parts and unions, who is a member of what and since when, and
 * the sets of places that conditions test.
 *
 * A set is clamped to the dates that matter where it stands: who was a member
 * all that time is simply in it; who was for some of it is in it with dates. */
#include "law/compile/compiler.h"

#include <stdlib.h>
#include <string.h>

static int32_t first_day(int32_t date)
{
    return date == COMITY_NO_DATE ? COMITY_SINCE_EVER : date;
}

static int32_t last_day(int32_t date)
{
    return date == COMITY_NO_DATE ? COMITY_OPEN_END : date;
}

static comity_status expand_word(comity_compiler *compiler, const comity_word *word, int32_t from,
                                 int32_t until, comity_intervals *intervals, unsigned depth);

/* One line of members, for those of its dates that lie between the two given. */
static comity_status expand_members(comity_compiler *compiler, const comity_members *members, int32_t from,
                                    int32_t until, comity_intervals *intervals, unsigned depth)
{
    int32_t begins = first_day(members->dates.from);
    int32_t ends = last_day(members->dates.until);
    begins = begins > from ? begins : from;
    ends = ends < until ? ends : until;
    for (size_t i = 0; begins <= ends && i < members->codes.count; i++) {
        COMITY_TRY(expand_word(compiler, &members->codes.items[i], begins, ends, intervals, depth + 1));
    }
    return COMITY_OK;
}

/* The lines of a file's declarations of one kind: a union's members, an agreement's parties. */
static comity_status expand_file(comity_compiler *compiler, const comity_law_file *file,
                                 comity_declaration_kind kind, int32_t from, int32_t until,
                                 comity_intervals *intervals, unsigned depth)
{
    for (size_t i = 0; i < file->declaration_count; i++) {
        const comity_declaration *declaration = &file->declarations[i];
        if (declaration->kind == kind && kind != COMITY_DECLARES_SIGNED) {
            COMITY_TRY(expand_members(compiler, &declaration->as.members, from, until, intervals, depth));
        } else if (declaration->kind == kind) {
            for (size_t j = 0; j < declaration->as.words.count; j++) {
                COMITY_TRY(expand_word(compiler, &declaration->as.words.items[j], from, until, intervals, depth + 1));
            }
        }
    }
    return COMITY_OK;
}

static const comity_law_file *law_file(const comity_compiler *compiler, const char *code)
{
    uint32_t law = comity_map_get(&compiler->declared[COMITY_CLASS_LAW], code);
    return law == COMITY_IMAGE_NONE ? NULL : compiler->entries[COMITY_CLASS_LAW].items[law].file;
}

static comity_status expand_word(comity_compiler *compiler, const comity_word *word, int32_t from,
                                 int32_t until, comity_intervals *intervals, unsigned depth)
{
    if (depth > COMITY_LIMIT_LAW_DEPTH) {
        return COMITY_OK; /* members.c has told it */
    }
    if (compiler->expansion_steps++ == COMITY_LIMIT_LAW_EXPANSION) {
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT, "members of members, down to \"%s\", are more than %d",
                           word->text, COMITY_LIMIT_LAW_EXPANSION);
    }
    uint32_t group = comity_map_get(&compiler->groups, word->text);
    const comity_law_file *file = law_file(compiler, word->text);
    uint32_t place = comity_map_get(&compiler->declared[COMITY_CLASS_PLACE], word->text);
    if (group != COMITY_IMAGE_NONE) {
        const comity_group *lines = &compiler->group_entries.items[group].declaration->as.group;
        for (size_t i = 0; i < lines->line_count; i++) {
            COMITY_TRY(expand_members(compiler, &lines->lines[i], from, until, intervals, depth));
        }
        return COMITY_OK;
    }
    if (file != NULL && file->kind == COMITY_FILE_AGREEMENT) {
        return expand_file(compiler, file, COMITY_DECLARES_PARTIES, from, until, intervals, depth);
    }
    if (place == COMITY_IMAGE_NONE) {
        (void)comity_name_find(compiler, COMITY_CLASS_PLACE, word);
        return COMITY_OK;
    }
    COMITY_PUSH(compiler, intervals, (comity_interval){place, from, until});
    if (file != NULL && file->kind == COMITY_FILE_UNION) {
        return expand_file(compiler, file, COMITY_DECLARES_MEMBERS, from, until, intervals, depth);
    }
    return COMITY_OK;
}

comity_status comity_places_expand(comity_compiler *compiler, const comity_words *codes, int32_t from,
                                   int32_t until, comity_intervals *intervals)
{
    compiler->expansion_steps = 0;
    for (size_t i = 0; i < codes->count; i++) {
        COMITY_TRY(expand_word(compiler, &codes->items[i], from, until, intervals, 0));
    }
    return COMITY_OK;
}

/* ---- sets ---- */

static int interval_order(const void *a, const void *b)
{
    const comity_interval *left = a;
    const comity_interval *right = b;
    if (left->place != right->place) {
        return left->place < right->place ? -1 : 1;
    }
    return left->from < right->from ? -1 : left->from > right->from;
}

/* Sorted, clamped, and what touches or overlaps made one. */
static void intervals_merge(comity_intervals *intervals, int32_t from, int32_t until)
{
    size_t kept = 0;
    if (intervals->count != 0) {
        qsort(intervals->items, intervals->count, sizeof *intervals->items, interval_order);
    }
    for (size_t i = 0; i < intervals->count; i++) {
        comity_interval interval = intervals->items[i];
        interval.from = interval.from <= from ? COMITY_SINCE_EVER : interval.from;
        interval.until = interval.until >= until ? COMITY_OPEN_END : interval.until;
        if (interval.from > until || interval.until < from || interval.from > interval.until) {
            continue;
        }
        comity_interval *last = kept == 0 ? NULL : &intervals->items[kept - 1];
        if (last != NULL && last->place == interval.place &&
            (last->until == COMITY_OPEN_END || interval.from <= last->until + 1)) {
            last->until = interval.until > last->until ? interval.until : last->until;
        } else {
            intervals->items[kept++] = interval;
        }
    }
    intervals->count = kept;
}

/* Sets that are the same are kept once: the key is their members in words. */
static comity_status set_key(comity_compiler *compiler, const comity_intervals *intervals, char **ret_key)
{
    size_t size = intervals->count * 36 + 1;
    COMITY_TRY(comity_compiler_take(compiler, size, 1, ret_key));
    size_t at = 0;
    for (size_t i = 0; i < intervals->count; i++) {
        at += (size_t)snprintf(*ret_key + at, size - at, "%u:%d:%d;", intervals->items[i].place,
                               intervals->items[i].from, intervals->items[i].until);
    }
    return COMITY_OK;
}

/* The members when nothing changes any more, as bits, parts with their states; and since when. */
static comity_status set_settle(comity_compiler *compiler, const comity_intervals *intervals, int32_t *ret_settled)
{
    size_t first = compiler->place_bits.count;
    uint32_t count = (uint32_t)compiler->entries[COMITY_CLASS_PLACE].count;
    uint32_t words = comity_place_words(count);
    for (uint32_t i = 0; i < words; i++) {
        COMITY_PUSH(compiler, &compiler->place_bits, 0);
    }
    uint64_t *bits = &compiler->place_bits.items[first];
    int32_t settled = COMITY_SINCE_EVER;
    for (size_t i = 0; i < intervals->count; i++) {
        comity_interval interval = intervals->items[i];
        int32_t last = interval.until == COMITY_OPEN_END ? interval.from : interval.until + 1;
        settled = last > settled ? last : settled;
        if (interval.until == COMITY_OPEN_END) {
            bits[interval.place >> 6] |= UINT64_C(1) << (interval.place & 63);
        }
    }
    for (uint32_t place = 0; place < count; place++) {
        uint32_t state = compiler->place_states[place];
        bits[place >> 6] |= (bits[state >> 6] >> (state & 63) & 1u) << (place & 63);
    }
    *ret_settled = settled;
    return COMITY_OK;
}

comity_status comity_place_set_make(comity_compiler *compiler, comity_intervals *intervals, int32_t from,
                                    int32_t until, uint32_t *ret_set)
{
    intervals_merge(intervals, from, until);
    char *key;
    COMITY_TRY(set_key(compiler, intervals, &key));
    uint32_t known = comity_map_get(&compiler->place_set_keys, key);
    if (known != COMITY_IMAGE_NONE) {
        *ret_set = known;
        return COMITY_OK;
    }
    comity_place_set set = {.first = (uint32_t)compiler->set_places.count,
                            .first_dated = (uint32_t)compiler->dated.count,
                            .settled = COMITY_SINCE_EVER};
    COMITY_TRY(set_settle(compiler, intervals, &set.settled));
    for (size_t i = 0; i < intervals->count; i++) {
        comity_interval interval = intervals->items[i];
        if (interval.from == COMITY_SINCE_EVER && interval.until == COMITY_OPEN_END) {
            COMITY_PUSH(compiler, &compiler->set_places, (uint16_t)interval.place);
            set.count++;
        } else {
            COMITY_PUSH(compiler, &compiler->dated, (comity_dated){interval.place, interval.from, interval.until});
            set.dated_count++;
        }
    }
    *ret_set = (uint32_t)compiler->place_sets.count;
    COMITY_PUSH(compiler, &compiler->place_sets, set);
    return comity_map_set(compiler, &compiler->place_set_keys, key, *ret_set);
}

static comity_status expand_item(comity_compiler *compiler, const comity_place_item *item, int32_t from,
                                 int32_t until, comity_intervals *intervals)
{
    if (item->kind == COMITY_PLACE_STATE_OF) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, item->party.word.at,
                               "\"state of %s\" cannot stand here; it is where a party is, or the data, or its persons",
                               item->party.word.text);
        return COMITY_OK;
    }
    if (item->kind == COMITY_PLACE_CODE) {
        return expand_word(compiler, &item->name, from, until, intervals, 0);
    }
    const comity_law_file *file = law_file(compiler, item->name.text);
    if (file == NULL || file->kind != COMITY_FILE_AGREEMENT) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, item->name.at,
                               "\"%s\" is no agreement", item->name.text);
        return COMITY_OK;
    }
    return expand_file(compiler, file,
                       item->kind == COMITY_PLACE_PARTY_TO ? COMITY_DECLARES_PARTIES : COMITY_DECLARES_SIGNED,
                       from, until, intervals, 0);
}

comity_status comity_place_set_of(comity_compiler *compiler, const comity_places *places, int32_t from,
                                  int32_t until, uint32_t *ret_set)
{
    comity_intervals intervals = {0};
    compiler->expansion_steps = 0;
    for (size_t i = 0; i < places->count; i++) {
        COMITY_TRY(expand_item(compiler, &places->items[i], from, until, &intervals));
    }
    return comity_place_set_make(compiler, &intervals, from, until, ret_set);
}

/* ---- records ---- */

static int reach_order(const void *a, const void *b)
{
    const comity_reach *left = a;
    const comity_reach *right = b;
    if (left->law != right->law) {
        return left->law < right->law ? -1 : 1;
    }
    return left->from < right->from ? -1 : left->from > right->from;
}

/* The unions whose law reaches a place, or the state it is in, as a member or by
 * another treaty; and the states whose law is in force there. */
static comity_status reaches_record(comity_compiler *compiler, uint32_t place, comity_place *record)
{
    record->first_reach = (uint32_t)compiler->reaches.count;
    const comity_entries *laws = &compiler->entries[COMITY_CLASS_LAW];
    for (uint32_t law = 0; law < laws->count; law++) {
        const comity_law_file *file = laws->items[law].file;
        if (file->kind != COMITY_FILE_UNION && file->kind != COMITY_FILE_STATE) {
            continue;
        }
        comity_intervals intervals = {0};
        compiler->expansion_steps = 0;
        COMITY_TRY(expand_file(compiler, file, COMITY_DECLARES_MEMBERS, COMITY_SINCE_EVER, COMITY_OPEN_END, &intervals, 0));
        COMITY_TRY(expand_file(compiler, file, COMITY_DECLARES_REACHES, COMITY_SINCE_EVER, COMITY_OPEN_END, &intervals, 0));
        intervals_merge(&intervals, COMITY_SINCE_EVER, COMITY_OPEN_END);
        for (size_t i = 0; i < intervals.count; i++) {
            if (intervals.items[i].place == place || intervals.items[i].place == record->state) {
                COMITY_PUSH(compiler, &compiler->reaches,
                            (comity_reach){law, intervals.items[i].from, intervals.items[i].until});
            }
        }
    }
    record->reach_count = (uint32_t)compiler->reaches.count - record->first_reach;
    if (record->reach_count > 1) {
        qsort(&compiler->reaches.items[record->first_reach], record->reach_count, sizeof(comity_reach), reach_order);
    }
    return COMITY_OK;
}

static comity_status place_record(comity_compiler *compiler, uint32_t place)
{
    const comity_entry *entry = &compiler->entries[COMITY_CLASS_PLACE].items[place];
    const comity_law_file *file = entry->declaration == NULL ? entry->file : NULL;
    comity_place record = {.state = (uint16_t)place, .law = COMITY_NONE16};
    if (file != NULL) {
        record.law = (uint16_t)comity_map_get(&compiler->declared[COMITY_CLASS_LAW], entry->text);
        record.is_part = file->kind == COMITY_FILE_PART;
        record.is_union = file->kind == COMITY_FILE_UNION;
    }
    if (record.is_part) {
        uint32_t state = comity_name_find(compiler, COMITY_CLASS_PLACE, &file->of);
        record.state = (uint16_t)(state == COMITY_IMAGE_NONE ? place : state);
    }
    record.code_size = (uint8_t)strlen(entry->text);
    COMITY_TRY(comity_text(compiler, entry->text, &record.code));
    COMITY_TRY(comity_text(compiler, file != NULL ? file->title.text : entry->declaration->as.name.label.text,
                           &record.name));
    if (!record.is_union) {
        COMITY_TRY(reaches_record(compiler, place, &record));
    }
    compiler->place_states[place] = record.state;
    COMITY_PUSH(compiler, &compiler->places, record);
    return COMITY_OK;
}

comity_status comity_compile_places(comity_compiler *compiler)
{
    uint32_t count = (uint32_t)compiler->entries[COMITY_CLASS_PLACE].count;
    COMITY_TRY(comity_compiler_take(compiler, count, sizeof *compiler->place_states, &compiler->place_states));
    for (uint32_t place = 0; place < count; place++) {
        COMITY_TRY(place_record(compiler, place));
    }
    for (uint32_t place = 0; place < count; place++) {
        comity_place *record = &compiler->places.items[place];
        if (record->is_part) {
            compiler->places.items[record->state].has_parts = 1;
        }
    }
    return COMITY_OK;
}
