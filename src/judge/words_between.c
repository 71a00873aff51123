/* What rules do to each other, in words: what lifts what, and where laws conflict. */
#include "judge/teller.h"

/* Are these told in one sentence? */
static bool is_alike(const comity_teller *tell, const comity_conflict *a, const comity_conflict *b)
{
    const comity_rule_record *one = comity_teller_rule(tell, a->against);
    const comity_rule_record *other = comity_teller_rule(tell, b->against);
    return a->compels == b->compels && one->law == other->law && a->against->applies == b->against->applies &&
           (one->effect == COMITY_EFFECT_REFUSE) == (other->effect == COMITY_EFFECT_REFUSE);
}

static bool is_told(const comity_teller *tell, const comity_conflict *conflict)
{
    comity_conflict earlier = {.next = 0};
    while (comity_judge_conflict_next(tell->image, tell->judgement, &earlier) && earlier.next != conflict->next) {
        if (is_alike(tell, &earlier, conflict)) {
            return true;
        }
    }
    return false;
}

/* A conflict and those alike behind it, with the channels both laws accept. */
static void conflict_text(const comity_teller *tell, const comity_conflict *conflict, comity_buffer *words)
{
    const comity_rule_record *compels = comity_teller_rule(tell, conflict->compels);
    const comity_rule_record *against = comity_teller_rule(tell, conflict->against);
    bool surely = conflict->against->applies == COMITY_YES;
    bool forbids = against->effect == COMITY_EFFECT_REFUSE;
    bool several = false;
    comity_buffer_append_text(words, comity_teller_text(tell, compels->name));
    comity_buffer_append_text(words,
                              conflict->compels->applies == COMITY_YES ? " obliges to what " : " may oblige to what ");
    comity_buffer_append_text(words, comity_teller_text(tell, against->name));
    comity_conflict other = *conflict;
    while (comity_judge_conflict_next(tell->image, tell->judgement, &other)) {
        if (is_alike(tell, conflict, &other)) {
            several = true;
            comity_buffer_append_text(words, ", ");
            comity_buffer_append_text(words, comity_teller_text(tell, comity_teller_rule(tell, other.against)->name));
        }
    }
    comity_buffer_append_text(words, !surely   ? (forbids ? " may forbid" : " may make conditional")
                                     : several ? (forbids ? " forbid" : " make conditional")
                                               : (forbids ? " forbids" : " makes conditional"));
    uint32_t count = comity_judge_channels(tell->memory, tell->act, compels->law, against->law, tell->explain->items,
                                           COMITY_TELLER_ITEMS_MAX);
    for (uint32_t k = 0; k < count; k++) {
        const comity_law_record *law = &tell->image->laws[tell->explain->items[k]];
        comity_buffer_append_text(words, k == 0 ? "; both accept " : ", ");
        comity_buffer_append_text(words, comity_teller_text(tell, law->code));
        comity_buffer_append_text(words, " (");
        comity_buffer_append_text(words, comity_teller_text(tell, law->title));
        comity_buffer_append_text(words, ")");
    }
    comity_buffer_append_text(words, count == 0 ? "; no agreement on file is a channel between them" : "");
}

void comity_tell_conflicts(const comity_teller *tell)
{
    comity_conflict conflict = {.next = 0};
    bool any = false;
    while (comity_judge_conflict_next(tell->image, tell->judgement, &conflict)) {
        uint8_t room[COMITY_TELLER_WORDS_MAX];
        comity_buffer words;
        if (is_told(tell, &conflict)) {
            continue;
        }
        if (!any) {
            comity_tell_heading(tell, "Where laws conflict");
        }
        any = true;
        comity_tell(tell, "    - ");
        comity_buffer_init_fixed(&words, room, sizeof room);
        conflict_text(tell, &conflict, &words);
        if (!comity_tell_words(tell, &words, 6, 6)) {
            conflict_text(tell, &conflict, tell->buffer);
            comity_tell(tell, "\n");
        }
    }
}

/* The rules that `lifter` lifts, from the first of these rulings on. */
static void lifted_names(const comity_teller *tell, uint32_t lifter, uint32_t first, comity_buffer *words)
{
    for (uint32_t i = first; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        if (ruling->lifted_by == lifter) {
            comity_buffer_append_text(words, i == first ? "" : ", ");
            comity_buffer_append_text(words, comity_teller_text(tell, comity_teller_rule(tell, ruling)->name));
        }
    }
}

static void put_lifted_by(const comity_teller *tell, uint32_t lifter, uint32_t first)
{
    uint8_t room[COMITY_TELLER_WORDS_MAX];
    comity_buffer words;
    comity_buffer_init_fixed(&words, room, sizeof room);
    lifted_names(tell, lifter, first, &words);
    comity_tell(tell, "      lifts");
    if (!comity_tell_words(tell, &words, 8, 11)) {
        comity_tell(tell, " ");
        lifted_names(tell, lifter, first, tell->buffer);
        comity_tell(tell, "\n");
    }
}

void comity_tell_lifted(const comity_teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        uint32_t lifter = tell->judgement->rulings[i].lifted_by;
        bool told = lifter == COMITY_NOT_LIFTED;
        for (uint32_t j = 0; j < i && !told; j++) {
            told = tell->judgement->rulings[j].lifted_by == lifter;
        }
        if (told) {
            continue;
        }
        if (!any) {
            comity_tell_heading(tell, "What does not apply, and why");
        }
        any = true;
        comity_tell_titled(tell, &tell->image->rules[lifter]);
        put_lifted_by(tell, lifter, i);
    }
}
