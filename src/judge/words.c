/* A judgement in plain words, for a terminal. */
#include "base/date.h"
#include "base/quote.h"
#include "judge/explain.h"
#include "judge/memory.h"
#include "law/terms.h"

#include <string.h>

typedef struct teller {
    comity_buffer *buffer;
    comity_judge_memory *memory;
    const comity_image *image;
    const comity_act *act;
    const comity_judgement *judgement;
    comity_explain_memory *explain;
    comity_explain_style style;
} teller;

static void put(const teller *tell, const char *text)
{
    comity_buffer_append_text(tell->buffer, text);
}

static void put_coloured(const teller *tell, const char *code, const char *text)
{
    put(tell, tell->style.colour ? code : "");
    put(tell, text);
    put(tell, tell->style.colour ? "\033[0m" : "");
}

static void put_heading(const teller *tell, const char *text)
{
    put(tell, "\n  ");
    put_coloured(tell, "\033[1m", text);
    put(tell, "\n");
}

/* Characters, not bytes. */
static unsigned width_of(const char *text, size_t size)
{
    unsigned width = 0;
    for (size_t i = 0; i < size; i++) {
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return width;
}

/* Words broken at the width, each line behind `indent` spaces. `at`: the column already reached. */
static void put_wrapped(const teller *tell, const char *text, unsigned indent, unsigned at)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        unsigned width = width_of(text, size);
        if (at > indent && at + 1 + width > tell->style.width) {
            put(tell, "\n");
            at = 0;
        } else if (at > indent) {
            put(tell, " ");
            at++;
        }
        for (; at < indent; at++) {
            put(tell, " ");
        }
        comity_buffer_append(tell->buffer, text, size);
        at += width;
        text += size;
        text += *text == ' ';
    }
    put(tell, "\n");
}

/* Text that is put together first, so that it can be broken; what is longer is left whole. */
enum { WORDS_MAX = 8192 };

static void put_bullet(const teller *tell, const char *text)
{
    put(tell, "    - ");
    put_wrapped(tell, text, 6, 6);
}

static const comity_rule_record *rule_of(const teller *tell, const comity_ruling *ruling)
{
    return &tell->image->rules[ruling->rule];
}

static const char *text_of(const teller *tell, uint32_t text)
{
    return comity_image_text(tell->image, text);
}

static bool stands(const comity_ruling *ruling)
{
    return ruling->lifted_by == COMITY_NOT_LIFTED;
}

/* Where a rule comes from, and whether that was checked. */
static void put_cite(const teller *tell, const comity_rule_record *rule)
{
    uint8_t room[WORDS_MAX];
    const uint8_t *bytes;
    size_t size;
    comity_buffer words;
    const char *mark = rule->checked == COMITY_NO_DATE ? " [unverified]" : "";
    comity_buffer_init_fixed(&words, room, sizeof room);
    comity_buffer_append_text(&words, text_of(tell, rule->cite));
    comity_buffer_append_text(&words, mark);
    comity_buffer_append_byte(&words, 0);
    if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
        put_wrapped(tell, (const char *)bytes, 6, 0);
    } else {
        put(tell, "      ");
        put(tell, text_of(tell, rule->cite));
        put(tell, mark);
        put(tell, "\n");
    }
}

static void put_rule(const teller *tell, const comity_ruling *ruling)
{
    const comity_rule_record *rule = rule_of(tell, ruling);
    put(tell, "    ");
    put_coloured(tell, "\033[36m", text_of(tell, rule->name));
    put(tell, ruling->applies == COMITY_UNKNOWN ? "  (may apply)\n" : "\n");
    put_wrapped(tell, text_of(tell, rule->title), 6, 0);
    put_cite(tell, rule);
}

static void put_items_of(const teller *tell, uint32_t count, const char *between)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item = tell->explain->items[i];
        bool is_way = !(item & COMITY_ITEM_SAFEGUARD) && (item & COMITY_MET_BY_WAY);
        put(tell, i == 0 ? "" : between);
        put(tell, is_way ? text_of(tell, tell->image->rules[item & ~COMITY_MET_BY_WAY].name)
                         : comity_item_text(tell->image, item, NULL));
    }
}

enum { ITEMS_MAX = sizeof((comity_explain_memory *)0)->items / sizeof(uint32_t) };

static void put_refusals(const teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        if (stands(ruling) && ruling->binds && rule_of(tell, ruling)->effect == COMITY_EFFECT_REFUSE) {
            if (!any) {
                put_heading(tell, "What stands against it");
            }
            any = true;
            put_rule(tell, ruling);
        }
    }
}

/* A word behind `indent` spaces, then an expression in the words of the language, broken like text. */
static void put_expression_of(const teller *tell, unsigned indent, const char *word, uint32_t expression, const char *behind)
{
    uint8_t room[WORDS_MAX];
    const uint8_t *bytes;
    size_t size;
    comity_buffer words;
    for (unsigned i = 0; i < indent; i++) {
        put(tell, " ");
    }
    put(tell, word);
    comity_buffer_init_fixed(&words, room, sizeof room);
    comity_expression_text(tell->image, expression, &words);
    comity_buffer_append_text(&words, behind);
    comity_buffer_append_byte(&words, 0);
    if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
        put_wrapped(tell, (const char *)bytes, indent + 2, indent + (unsigned)strlen(word));
        return;
    }
    put(tell, " ");
    comity_expression_text(tell->image, expression, tell->buffer);
    put(tell, behind);
    put(tell, "\n");
}

static void put_expression(const teller *tell, const comity_rule_record *rule)
{
    if (rule->expression == COMITY_IMAGE_NONE) {
        put(tell, "      needs a way\n");
        return;
    }
    put_expression_of(tell, 6, "needs", rule->expression, rule->way_count != 0 ? ", or a way" : "");
}

/* What a way may do for a need if what is not known is as the way asks. */
typedef enum way_openness {
    WAY_SHUT,
    WAY_PERHAPS_MET,
    WAY_PERHAPS_OPEN /* then for papers that are not held */
} way_openness;

static way_openness openness_of(const teller *tell, uint32_t way, uint32_t rule)
{
    comity_truth status = comity_judge_status(tell->memory, way);
    uint32_t expression = tell->image->rules[way].expression;
    if (status == COMITY_NO || !comity_judge_reaches(tell->memory, way, rule)) {
        return WAY_SHUT;
    }
    if (expression == COMITY_IMAGE_NONE ||
        comity_judge_expression(tell->memory, tell->act, expression) != COMITY_NO) {
        return WAY_PERHAPS_MET;
    }
    return status == COMITY_UNKNOWN ? WAY_PERHAPS_OPEN : WAY_SHUT; /* what is surely open stands among the sets of papers */
}

/* The ways of one sort, with what those ask for that want papers. */
static void put_perhaps(const teller *tell, uint32_t rule, way_openness wanted, const char *heading)
{
    const comity_rule_record *record = &tell->image->rules[rule];
    bool any = false;
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = tell->image->indices[record->first_way + i];
        if (openness_of(tell, way, rule) != wanted) {
            continue;
        }
        put(tell, any ? "" : heading);
        any = true;
        put(tell, "      - ");
        put(tell, text_of(tell, tell->image->rules[way].name));
        put(tell, "\n");
        put_wrapped(tell, text_of(tell, tell->image->rules[way].title), 8, 0);
        if (wanted == WAY_PERHAPS_OPEN) {
            put_expression_of(tell, 8, "with", tell->image->rules[way].expression, "");
        }
    }
}

static void put_needs(const teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(tell, ruling);
        if (!stands(ruling) || !ruling->binds || rule->effect != COMITY_EFFECT_NEEDS || ruling->met == COMITY_YES) {
            continue;
        }
        if (!any) {
            put_heading(tell, "What is needed");
        }
        any = true;
        put_rule(tell, ruling);
        put_expression(tell, rule);
        put_perhaps(tell, ruling->rule, WAY_PERHAPS_MET, "      perhaps met already, by\n");
        put_perhaps(tell, ruling->rule, WAY_PERHAPS_OPEN, "      perhaps open, with what it asks for\n");
    }
}

static void put_met_by(const teller *tell, const comity_ruling *ruling)
{
    uint8_t room[WORDS_MAX];
    const uint8_t *bytes;
    size_t size;
    comity_buffer words;
    teller aside = *tell;
    uint32_t count = comity_judge_met_by_signed(tell->memory, tell->act, ruling->rule, tell->explain->items, ITEMS_MAX);
    const char *end = count != 0 ? " (signed)" : "";
    if (count == 0) {
        count = comity_judge_met_by(tell->memory, tell->act, ruling->rule, tell->explain->items, ITEMS_MAX);
    }
    put(tell, "      met by");
    comity_buffer_init_fixed(&words, room, sizeof room);
    aside.buffer = &words;
    put_items_of(&aside, count, "; ");
    put(&aside, end);
    comity_buffer_append_byte(&words, 0);
    if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
        put_wrapped(tell, (const char *)bytes, 8, 12);
    } else {
        put(tell, " ");
        put_items_of(tell, count, "; ");
        put(tell, end);
        put(tell, "\n");
    }
}

static void put_met(const teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        if (!stands(ruling) || !ruling->binds || ruling->met != COMITY_YES) {
            continue;
        }
        if (!any) {
            put_heading(tell, "What is needed and met, by what the act claims");
        }
        any = true;
        put_rule(tell, ruling);
        put_met_by(tell, ruling);
    }
}

/* Of a refusal no more need be known. */
static bool some_way_is_perhaps_open(const teller *tell)
{
    if (tell->judgement->verdict == COMITY_VERDICT_REFUSE) {
        return false;
    }
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(tell, ruling);
        bool in_want = stands(ruling) && ruling->binds && ruling->met != COMITY_YES && rule->effect == COMITY_EFFECT_NEEDS;
        for (uint32_t j = 0; in_want && j < rule->way_count; j++) {
            if (openness_of(tell, tell->image->indices[rule->first_way + j], ruling->rule) != WAY_SHUT) {
                return true;
            }
        }
    }
    return false;
}

/* What papers and safeguards would do; ways have been looked for, if the act is not permitted. */
static comity_remedy remedy_of(const teller *tell)
{
    const comity_ways *ways = &tell->explain->ways;
    if (tell->judgement->verdict == COMITY_VERDICT_PERMIT) {
        return COMITY_REMEDY_NOT_NEEDED;
    }
    if (ways->count != 0) {
        return COMITY_REMEDY_FOUND;
    }
    if (tell->judgement->verdict == COMITY_VERDICT_UNDETERMINED || some_way_is_perhaps_open(tell)) {
        return COMITY_REMEDY_UNKNOWN;
    }
    return ways->cut ? COMITY_REMEDY_NOT_FOUND : COMITY_REMEDY_NONE;
}

static void put_ways(const teller *tell)
{
    const comity_ways *ways = &tell->explain->ways;
    if (tell->judgement->verdict == COMITY_VERDICT_PERMIT) {
        return;
    }
    if (ways->count == 0) {
        if (tell->judgement->verdict != COMITY_VERDICT_UNDETERMINED) {
            comity_remedy remedy = remedy_of(tell);
            put_heading(tell, remedy == COMITY_REMEDY_UNKNOWN
                                  ? "Whether papers would make it lawful depends on what is not known"
                              : remedy == COMITY_REMEDY_NOT_FOUND
                                  ? "No set of up to eight papers and safeguards would make it lawful"
                                  : "No paper or safeguard would make it lawful");
        }
        return;
    }
    put_heading(tell, "What would make it lawful: any one of these");
    for (uint32_t i = 0; i < ways->count; i++) {
        put(tell, "    - ");
        for (uint32_t j = 0; j < ways->sets[i].count; j++) {
            put(tell, j == 0 ? "" : "\n      and ");
            put(tell, comity_item_text(tell->image, ways->sets[i].items[j], NULL));
        }
        put(tell, "\n");
    }
    put(tell, ways->cut ? "    There are more.\n" : "");
}

static void uncovered_text(const teller *tell, const comity_place *place, comity_buffer *words)
{
    comity_buffer_append_text(words, text_of(tell, place->code));
    comity_buffer_append_text(words, " (");
    comity_buffer_append_text(words, text_of(tell, place->name));
    comity_buffer_append_text(words, "): nothing is known of its law on this kind of act, \"");
    comity_buffer_append_text(words, comity_act_kind_word(tell->act->kind));
    comity_buffer_append_text(words, "\"");
}

static void put_uncovered(const teller *tell)
{
    if (tell->judgement->uncovered_count == 0) {
        return;
    }
    put_heading(tell, "Law that is not on file");
    for (uint32_t i = 0; i < tell->judgement->uncovered_count; i++) {
        const comity_place *place = &tell->image->places[tell->judgement->uncovered[i]];
        uint8_t room[WORDS_MAX];
        const uint8_t *bytes;
        size_t size;
        comity_buffer words;
        comity_buffer_init_fixed(&words, room, sizeof room);
        uncovered_text(tell, place, &words);
        comity_buffer_append_byte(&words, 0);
        if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
            put_bullet(tell, (const char *)bytes);
        } else {
            put(tell, "    - ");
            uncovered_text(tell, place, tell->buffer);
            put(tell, "\n");
        }
    }
}

/* Where in an act the fact belongs, and under which name. */
static void put_fact(const comity_image *image, const comity_question *question, comity_buffer *words)
{
    const char *name = comity_question_name(image, question);
    comity_question_path(image, question, words);
    comity_buffer_append_text(words, name == NULL ? "" : ": ");
    comity_buffer_append_text(words, name == NULL ? "" : name);
}

static void question_text(const teller *tell, const comity_question *question, comity_buffer *words)
{
    comity_explain_fact *fact = tell->style.fact == NULL ? put_fact : tell->style.fact;
    comity_question_ask(tell->image, tell->act, question, words);
    comity_buffer_append_text(words, " (");
    fact(tell->image, question, words);
    comity_buffer_append_text(words, ")");
}

static void put_questions(const teller *tell)
{
    comity_questions *questions = &tell->explain->questions;
    comity_judge_questions(tell->memory, tell->act, tell->judgement, questions);
    if (questions->count == 0 || tell->judgement->verdict == COMITY_VERDICT_REFUSE) {
        return;
    }
    put_heading(tell, tell->judgement->verdict == COMITY_VERDICT_UNDETERMINED ? "What to tell first"
                                                                             : "What could still matter");
    uint32_t shown = questions->count < 8 ? questions->count : 8;
    for (uint32_t i = 0; i < shown; i++) {
        uint8_t room[WORDS_MAX];
        const uint8_t *bytes;
        size_t size;
        comity_buffer words;
        put(tell, "    - ");
        comity_buffer_init_fixed(&words, room, sizeof room);
        question_text(tell, &questions->items[i], &words);
        comity_buffer_append_byte(&words, 0);
        if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
            put_wrapped(tell, (const char *)bytes, 6, 6);
        } else {
            question_text(tell, &questions->items[i], tell->buffer);
            put(tell, "\n");
        }
    }
    if (shown < questions->count) {
        put(tell, "    … and ");
        comity_buffer_append_u64(tell->buffer, questions->count - shown);
        put(tell, " more that decide less\n");
    }
}

static void put_deadline(const teller *tell, uint32_t rule)
{
    char day[COMITY_DATE_TEXT_SIZE];
    int32_t by;
    if (comity_judge_deadline(tell->memory, tell->act, rule, &by)) {
        comity_date_print(by, day);
        put(tell, ": by ");
        put(tell, day);
    }
}

static void put_duties(const teller *tell)
{
    bool any = false;
    if (tell->judgement->verdict == COMITY_VERDICT_REFUSE) {
        return;
    }
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(tell, ruling);
        if (!stands(ruling) || !ruling->binds || rule->effect != COMITY_EFFECT_DUTY || ruling->applies != COMITY_YES) {
            continue;
        }
        if (!any) {
            put_heading(tell, "What is to be done after or beside it");
        }
        any = true;
        put_bullet(tell, text_of(tell, rule->text));
        put(tell, "      ");
        if (text_of(tell, rule->within)[0] != '\0') {
            put(tell, text_of(tell, rule->within));
            put_deadline(tell, ruling->rule);
            put(tell, "; ");
        }
        put_coloured(tell, "\033[36m", text_of(tell, rule->name));
        put(tell, "\n");
    }
}

/* Are these told in one sentence? */
static bool is_alike(const teller *tell, const comity_conflict *a, const comity_conflict *b)
{
    const comity_rule_record *one = rule_of(tell, a->against);
    const comity_rule_record *other = rule_of(tell, b->against);
    return a->compels == b->compels && one->law == other->law && a->against->applies == b->against->applies &&
           (one->effect == COMITY_EFFECT_REFUSE) == (other->effect == COMITY_EFFECT_REFUSE);
}

static bool is_told(const teller *tell, const comity_conflict *conflict)
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
static void conflict_text(const teller *tell, const comity_conflict *conflict, comity_buffer *words)
{
    const comity_rule_record *compels = rule_of(tell, conflict->compels);
    const comity_rule_record *against = rule_of(tell, conflict->against);
    bool surely = conflict->against->applies == COMITY_YES;
    bool forbids = against->effect == COMITY_EFFECT_REFUSE;
    bool several = false;
    comity_buffer_append_text(words, text_of(tell, compels->name));
    comity_buffer_append_text(words, conflict->compels->applies == COMITY_YES ? " obliges to what " : " may oblige to what ");
    comity_buffer_append_text(words, text_of(tell, against->name));
    comity_conflict other = *conflict;
    while (comity_judge_conflict_next(tell->image, tell->judgement, &other)) {
        if (is_alike(tell, conflict, &other)) {
            several = true;
            comity_buffer_append_text(words, ", ");
            comity_buffer_append_text(words, text_of(tell, rule_of(tell, other.against)->name));
        }
    }
    comity_buffer_append_text(words, !surely   ? (forbids ? " may forbid" : " may make conditional")
                                     : several ? (forbids ? " forbid" : " make conditional")
                                               : (forbids ? " forbids" : " makes conditional"));
    uint32_t count = comity_judge_channels(tell->memory, tell->act, compels->law, against->law, tell->explain->items,
                                           ITEMS_MAX);
    for (uint32_t k = 0; k < count; k++) {
        const comity_law_record *law = &tell->image->laws[tell->explain->items[k]];
        comity_buffer_append_text(words, k == 0 ? "; both accept " : ", ");
        comity_buffer_append_text(words, text_of(tell, law->code));
        comity_buffer_append_text(words, " (");
        comity_buffer_append_text(words, text_of(tell, law->title));
        comity_buffer_append_text(words, ")");
    }
    comity_buffer_append_text(words, count == 0 ? "; no agreement on file is a channel between them" : "");
}

static void put_conflicts(const teller *tell)
{
    comity_conflict conflict = {.next = 0};
    bool any = false;
    while (comity_judge_conflict_next(tell->image, tell->judgement, &conflict)) {
        uint8_t room[WORDS_MAX];
        const uint8_t *bytes;
        size_t size;
        comity_buffer words;
        if (is_told(tell, &conflict)) {
            continue;
        }
        if (!any) {
            put_heading(tell, "Where laws conflict");
        }
        any = true;
        put(tell, "    - ");
        comity_buffer_init_fixed(&words, room, sizeof room);
        conflict_text(tell, &conflict, &words);
        comity_buffer_append_byte(&words, 0);
        if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
            put_wrapped(tell, (const char *)bytes, 6, 6);
        } else {
            conflict_text(tell, &conflict, tell->buffer);
            put(tell, "\n");
        }
    }
}

/* The id of a rule and its title, as an item of a list. */
static void put_titled(const teller *tell, const comity_rule_record *rule)
{
    const char *name = text_of(tell, rule->name);
    put(tell, "    - ");
    put_coloured(tell, "\033[36m", name);
    put(tell, " ");
    put_wrapped(tell, text_of(tell, rule->title), 6, 7 + width_of(name, strlen(name)));
}

/* The rules that `lifter` lifts, from the first of these rulings on. */
static void lifted_names(const teller *tell, uint32_t lifter, uint32_t first, comity_buffer *words)
{
    for (uint32_t i = first; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        if (ruling->lifted_by == lifter) {
            comity_buffer_append_text(words, i == first ? "" : ", ");
            comity_buffer_append_text(words, text_of(tell, rule_of(tell, ruling)->name));
        }
    }
}

static void put_lifted_by(const teller *tell, uint32_t lifter, uint32_t first)
{
    uint8_t room[WORDS_MAX];
    const uint8_t *bytes;
    size_t size;
    comity_buffer words;
    comity_buffer_init_fixed(&words, room, sizeof room);
    lifted_names(tell, lifter, first, &words);
    comity_buffer_append_byte(&words, 0);
    put(tell, "      lifts");
    if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
        put_wrapped(tell, (const char *)bytes, 8, 11);
        return;
    }
    put(tell, " ");
    lifted_names(tell, lifter, first, tell->buffer);
    put(tell, "\n");
}

static void put_lifted(const teller *tell)
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
            put_heading(tell, "What does not apply, and why");
        }
        any = true;
        put_titled(tell, &tell->image->rules[lifter]);
        put_lifted_by(tell, lifter, i);
    }
}

static void put_notes(const teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = rule_of(tell, ruling);
        bool notes = rule->effect == COMITY_EFFECT_NOTES || rule->effect == COMITY_EFFECT_COMPELS || !ruling->binds;
        if (!stands(ruling) || !notes || ruling->applies != COMITY_YES) {
            continue;
        }
        if (!any) {
            put_heading(tell, "What else law says");
        }
        any = true;
        put_titled(tell, rule);
    }
}

/* Is it in want of something, and nothing that could be held would do? */
static bool is_beyond_papers(const teller *tell)
{
    return tell->judgement->verdict == COMITY_VERDICT_CONDITIONAL && remedy_of(tell) == COMITY_REMEDY_NONE;
}

/* Which act it is, on which day, and whose law it touches. */
static void act_text(const teller *tell, comity_buffer *words)
{
    char day[COMITY_DATE_TEXT_SIZE];
    if (tell->act->id.text != NULL) {
        comity_quote_append_json(words, tell->act->id.text, tell->act->id.size);
        comity_buffer_append_text(words, ": ");
    }
    comity_date_print(tell->act->on, day);
    comity_buffer_append_text(words, comity_act_kind_word(tell->act->kind));
    comity_buffer_append_text(words, " on ");
    comity_buffer_append_text(words, day);
    comity_buffer_append_text(words, tell->act->touched_count == 0 ? "" : ", under the law of ");
    for (uint32_t i = 0; i < tell->act->touched_count; i++) {
        comity_buffer_append_text(words, i == 0 ? "" : ", ");
        comity_buffer_append_text(words, text_of(tell, tell->image->places[tell->act->touched[i].place].code));
    }
}

static void put_head(const teller *tell)
{
    static const char *const colours[] = {
        [COMITY_VERDICT_PERMIT] = "\033[1;32m",
        [COMITY_VERDICT_CONDITIONAL] = "\033[1;33m",
        [COMITY_VERDICT_UNDETERMINED] = "\033[1;35m",
        [COMITY_VERDICT_REFUSE] = "\033[1;31m",
    };
    static const char *const meanings[] = {
        [COMITY_VERDICT_PERMIT] = "no rule on file stands in the way",
        [COMITY_VERDICT_CONDITIONAL] = "lawful once what is needed is held",
        [COMITY_VERDICT_UNDETERMINED] = "it cannot be told from what is known",
        [COMITY_VERDICT_REFUSE] = "it may not be done",
    };
    uint8_t room[WORDS_MAX];
    const uint8_t *bytes;
    size_t size;
    comity_buffer words;
    put_coloured(tell, colours[tell->judgement->verdict], comity_verdict_word(tell->judgement->verdict));
    put(tell, ": ");
    put(tell, is_beyond_papers(tell) ? "what is needed is not met, and no paper or safeguard would meet it"
                                     : meanings[tell->judgement->verdict]);
    put(tell, "\n  ");
    comity_buffer_init_fixed(&words, room, sizeof room);
    act_text(tell, &words);
    comity_buffer_append_byte(&words, 0);
    if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
        put_wrapped(tell, (const char *)bytes, 2, 2);
    } else {
        act_text(tell, tell->buffer);
        put(tell, "\n");
    }
}

const char *comity_remedy_word(comity_remedy remedy)
{
    static const char *const words[] = {
        [COMITY_REMEDY_NOT_NEEDED] = "not-needed", [COMITY_REMEDY_FOUND] = "found", [COMITY_REMEDY_UNKNOWN] = "unknown",
        [COMITY_REMEDY_NOT_FOUND] = "not-found",   [COMITY_REMEDY_NONE] = "none",
    };
    return words[remedy];
}

comity_remedy comity_judgement_explain(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                                       comity_explain_memory *explain, comity_explain_style style, comity_buffer *buffer)
{
    teller tell = {buffer, memory, comity_judge_image(memory), act, judgement, explain, style};
    if (judgement->verdict != COMITY_VERDICT_PERMIT) {
        comity_judge_ways(memory, act, judgement, &explain->ways);
    }
    put_head(&tell);
    put_refusals(&tell);
    put_uncovered(&tell);
    put_questions(&tell);
    put_needs(&tell);
    put_ways(&tell);
    put_met(&tell);
    put_lifted(&tell);
    put_conflicts(&tell);
    put_duties(&tell);
    put_notes(&tell);
    return remedy_of(&tell);
}

static bool hinders(const comity_ruling *ruling)
{
    return ruling->binds && stands(ruling) &&
           (ruling->effect == COMITY_EFFECT_REFUSE ||
            (ruling->effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES));
}

void comity_judgement_explain_taken(comity_judge_memory *memory, const comity_act *act, const comity_judgement *judgement,
                                    uint32_t circumstance, bool first, comity_explain_style style, comity_buffer *buffer)
{
    teller tell = {.buffer = buffer, .memory = memory, .image = comity_judge_image(memory), .act = act,
                   .judgement = judgement, .style = style};
    const comity_question question = {.kind = COMITY_ASK_HAS, .a = COMITY_SLOT_CIRCUMSTANCE, .b = circumstance};
    const char *between = ": ";
    uint8_t room[WORDS_MAX];
    const uint8_t *bytes;
    size_t size;
    comity_buffer words;
    comity_buffer_init_fixed(&words, room, sizeof room);
    comity_question_ask(tell.image, act, &question, &words);
    comity_buffer_append_text(&words, " (");
    comity_buffer_append_text(&words,
                              text_of(&tell, comity_image_name(tell.image, COMITY_CLASS_CIRCUMSTANCE, circumstance)->text));
    comity_buffer_append_text(&words, ")");
    for (uint32_t i = 0; i < judgement->ruling_count; i++) {
        if (hinders(&judgement->rulings[i])) {
            comity_buffer_append_text(&words, between);
            comity_buffer_append_text(&words, text_of(&tell, rule_of(&tell, &judgement->rulings[i])->name));
            between = ", ";
        }
    }
    comity_buffer_append_byte(&words, 0);
    if (comity_buffer_bytes(&words, &bytes, &size, NULL) == COMITY_OK) {
        if (first) {
            put_heading(&tell, "What was taken as not so, as no --circumstance says it");
        }
        put_bullet(&tell, (const char *)bytes);
    }
}
