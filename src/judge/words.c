/* A judgement in plain words, for a terminal. */
#include "base/date.h"
#include "base/quote.h"
#include "judge/teller.h"
#include "law/terms.h"

#include <string.h>

/* Where a rule comes from, and whether that was checked. */
static void put_cite(const comity_teller *tell, const comity_rule_record *rule)
{
    uint8_t room[COMITY_TELLER_WORDS_MAX];
    comity_buffer words;
    const char *mark = rule->checked == COMITY_NO_DATE ? " [unverified]" : "";
    comity_buffer_init_fixed(&words, room, sizeof room);
    comity_buffer_append_text(&words, comity_teller_text(tell, rule->cite));
    comity_buffer_append_text(&words, mark);
    if (!comity_tell_words(tell, &words, 6, 0)) {
        comity_tell(tell, "      ");
        comity_tell(tell, comity_teller_text(tell, rule->cite));
        comity_tell(tell, mark);
        comity_tell(tell, "\n");
    }
}

static void put_rule(const comity_teller *tell, const comity_ruling *ruling)
{
    const comity_rule_record *rule = comity_teller_rule(tell, ruling);
    comity_tell(tell, "    ");
    comity_tell_coloured(tell, "\033[36m", comity_teller_text(tell, rule->name));
    comity_tell(tell, ruling->applies == COMITY_UNKNOWN ? "  (may apply)\n" : "\n");
    comity_tell_wrapped(tell, comity_teller_text(tell, rule->title), 6, 0);
    put_cite(tell, rule);
}

static void put_items_of(const comity_teller *tell, uint32_t count, const char *between)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t item = tell->explain->items[i];
        bool is_way = !(item & COMITY_ITEM_SAFEGUARD) && (item & COMITY_MET_BY_WAY);
        comity_tell(tell, i == 0 ? "" : between);
        comity_tell(tell, is_way ? comity_teller_text(tell, tell->image->rules[item & ~COMITY_MET_BY_WAY].name)
                                 : comity_item_text(tell->image, item, NULL));
    }
}

static void put_refusals(const comity_teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        if (comity_ruling_stands(ruling) && ruling->binds &&
            comity_teller_rule(tell, ruling)->effect == COMITY_EFFECT_REFUSE) {
            if (!any) {
                comity_tell_heading(tell, "What stands against it");
            }
            any = true;
            put_rule(tell, ruling);
        }
    }
}

/* A word behind `indent` spaces, then an expression in the words of the language, broken like text. */
static void put_expression_of(const comity_teller *tell, unsigned indent, const char *word, uint32_t expression,
                              const char *behind)
{
    uint8_t room[COMITY_TELLER_WORDS_MAX];
    comity_buffer words;
    for (unsigned i = 0; i < indent; i++) {
        comity_tell(tell, " ");
    }
    comity_tell(tell, word);
    comity_buffer_init_fixed(&words, room, sizeof room);
    comity_expression_text(tell->image, expression, &words);
    comity_buffer_append_text(&words, behind);
    if (!comity_tell_words(tell, &words, indent + 2, indent + (unsigned)strlen(word))) {
        comity_tell(tell, " ");
        comity_expression_text(tell->image, expression, tell->buffer);
        comity_tell(tell, behind);
        comity_tell(tell, "\n");
    }
}

static void put_expression(const comity_teller *tell, const comity_rule_record *rule)
{
    if (rule->expression == COMITY_IMAGE_NONE) {
        comity_tell(tell, "      needs a way\n");
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

static way_openness openness_of(const comity_teller *tell, uint32_t way, uint32_t rule)
{
    comity_truth status = comity_judge_status(tell->memory, way);
    uint32_t expression = tell->image->rules[way].expression;
    if (status == COMITY_NO || !comity_judge_reaches(tell->memory, way, rule)) {
        return WAY_SHUT;
    }
    if (expression == COMITY_IMAGE_NONE || comity_judge_expression(tell->memory, tell->act, expression) != COMITY_NO) {
        return WAY_PERHAPS_MET;
    }
    return status == COMITY_UNKNOWN ? WAY_PERHAPS_OPEN
                                    : WAY_SHUT; /* what is surely open stands among the sets of papers */
}

/* The ways of one sort, with what those ask for that want papers. */
static void put_perhaps(const comity_teller *tell, uint32_t rule, way_openness wanted, const char *heading)
{
    const comity_rule_record *record = &tell->image->rules[rule];
    bool any = false;
    for (uint32_t i = 0; i < record->way_count; i++) {
        uint32_t way = tell->image->indices[record->first_way + i];
        if (openness_of(tell, way, rule) != wanted) {
            continue;
        }
        comity_tell(tell, any ? "" : heading);
        any = true;
        comity_tell(tell, "      - ");
        comity_tell(tell, comity_teller_text(tell, tell->image->rules[way].name));
        comity_tell(tell, "\n");
        comity_tell_wrapped(tell, comity_teller_text(tell, tell->image->rules[way].title), 8, 0);
        if (wanted == WAY_PERHAPS_OPEN) {
            put_expression_of(tell, 8, "with", tell->image->rules[way].expression, "");
        }
    }
}

static void put_needs(const comity_teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = comity_teller_rule(tell, ruling);
        if (!comity_ruling_stands(ruling) || !ruling->binds || rule->effect != COMITY_EFFECT_NEEDS ||
            ruling->met == COMITY_YES) {
            continue;
        }
        if (!any) {
            comity_tell_heading(tell, "What is needed");
        }
        any = true;
        put_rule(tell, ruling);
        put_expression(tell, rule);
        put_perhaps(tell, ruling->rule, WAY_PERHAPS_MET, "      perhaps met already, by\n");
        put_perhaps(tell, ruling->rule, WAY_PERHAPS_OPEN, "      perhaps open, with what it asks for\n");
    }
}

static bool is_met(const comity_ruling *ruling)
{
    return comity_ruling_stands(ruling) && ruling->binds && ruling->met == COMITY_YES;
}

/* What is signed alone, if that is enough: `*ret_signed`. */
static uint32_t met_by(const comity_teller *tell, const comity_ruling *ruling, bool *ret_signed)
{
    uint32_t *items = tell->explain->items;
    uint32_t count = comity_judge_met_by_signed(tell->memory, tell->act, ruling->rule, items, COMITY_TELLER_ITEMS_MAX);
    *ret_signed = count != 0;
    return count != 0 ? count
                      : comity_judge_met_by(tell->memory, tell->act, ruling->rule, items, COMITY_TELLER_ITEMS_MAX);
}

static void put_met_by(const comity_teller *tell, const comity_ruling *ruling)
{
    uint8_t room[COMITY_TELLER_WORDS_MAX];
    comity_buffer words;
    comity_teller aside = *tell;
    bool is_signed;
    uint32_t count = met_by(tell, ruling, &is_signed);
    const char *end = is_signed ? " (signed)" : "";
    comity_tell(tell, "      met by");
    comity_buffer_init_fixed(&words, room, sizeof room);
    aside.buffer = &words;
    put_items_of(&aside, count, "; ");
    comity_tell(&aside, end);
    if (!comity_tell_words(tell, &words, 8, 12)) {
        comity_tell(tell, " ");
        put_items_of(tell, count, "; ");
        comity_tell(tell, end);
        comity_tell(tell, "\n");
    }
}

/* Are all needs that are met so by what is signed? */
static bool all_is_signed(const comity_teller *tell)
{
    bool all = true;
    for (uint32_t i = 0; i < tell->judgement->ruling_count && all; i++) {
        if (is_met(&tell->judgement->rulings[i])) {
            (void)met_by(tell, &tell->judgement->rulings[i], &all);
        }
    }
    return all;
}

static void put_met(const comity_teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        if (!is_met(ruling)) {
            continue;
        }
        if (!any) {
            comity_tell_heading(tell, all_is_signed(tell) ? "What is needed and met"
                                                          : "What is needed and met, by what the act claims");
        }
        any = true;
        put_rule(tell, ruling);
        put_met_by(tell, ruling);
    }
}

/* Of a refusal no more need be known. */
static bool some_way_is_perhaps_open(const comity_teller *tell)
{
    if (tell->judgement->verdict == COMITY_VERDICT_REFUSE) {
        return false;
    }
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = comity_teller_rule(tell, ruling);
        bool in_want = comity_ruling_stands(ruling) && ruling->binds && ruling->met != COMITY_YES &&
                       rule->effect == COMITY_EFFECT_NEEDS;
        for (uint32_t j = 0; in_want && j < rule->way_count; j++) {
            if (openness_of(tell, tell->image->indices[rule->first_way + j], ruling->rule) != WAY_SHUT) {
                return true;
            }
        }
    }
    return false;
}

/* What papers and safeguards would do; ways have been looked for, if the act is not permitted. */
static comity_remedy remedy_of(const comity_teller *tell)
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

static void put_ways(const comity_teller *tell)
{
    const comity_ways *ways = &tell->explain->ways;
    if (tell->judgement->verdict == COMITY_VERDICT_PERMIT) {
        return;
    }
    if (ways->count == 0) {
        if (tell->judgement->verdict != COMITY_VERDICT_UNDETERMINED) {
            comity_remedy remedy = remedy_of(tell);
            comity_tell_heading(tell, remedy == COMITY_REMEDY_UNKNOWN
                                          ? "Whether papers would make it lawful depends on what is not known"
                                      : remedy == COMITY_REMEDY_NOT_FOUND
                                          ? "No set of up to eight papers and safeguards would make it lawful"
                                          : "No paper or safeguard would make it lawful");
        }
        return;
    }
    comity_tell_heading(tell, "What would make it lawful: any one of these");
    for (uint32_t i = 0; i < ways->count; i++) {
        comity_tell(tell, "    - ");
        for (uint32_t j = 0; j < ways->sets[i].count; j++) {
            comity_tell(tell, j == 0 ? "" : "\n      and ");
            comity_tell(tell, comity_item_text(tell->image, ways->sets[i].items[j], NULL));
        }
        comity_tell(tell, "\n");
    }
    comity_tell(tell, ways->cut ? "    There are more.\n" : "");
}

static void uncovered_text(const comity_teller *tell, const comity_place *place, comity_buffer *words)
{
    comity_buffer_append_text(words, comity_teller_text(tell, place->code));
    comity_buffer_append_text(words, " (");
    comity_buffer_append_text(words, comity_teller_text(tell, place->name));
    comity_buffer_append_text(words, "): nothing is known of its law on this kind of act, \"");
    comity_buffer_append_text(words, comity_act_kind_word(tell->act->kind));
    comity_buffer_append_text(words, "\"");
}

static void put_uncovered(const comity_teller *tell)
{
    if (tell->judgement->uncovered_count == 0) {
        return;
    }
    comity_tell_heading(tell, "Law that is not on file");
    for (uint32_t i = 0; i < tell->judgement->uncovered_count; i++) {
        const comity_place *place = &tell->image->places[tell->judgement->uncovered[i]];
        uint8_t room[COMITY_TELLER_WORDS_MAX];
        comity_buffer words;
        comity_tell(tell, "    - ");
        comity_buffer_init_fixed(&words, room, sizeof room);
        uncovered_text(tell, place, &words);
        if (!comity_tell_words(tell, &words, 6, 6)) {
            uncovered_text(tell, place, tell->buffer);
            comity_tell(tell, "\n");
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

static void question_text(const comity_teller *tell, const comity_question *question, comity_buffer *words)
{
    comity_explain_fact *fact = tell->style.fact == NULL ? put_fact : tell->style.fact;
    comity_question_ask(tell->image, tell->act, question, words);
    comity_buffer_append_text(words, " (");
    fact(tell->image, question, words);
    comity_buffer_append_text(words, ")");
}

static void put_questions(const comity_teller *tell)
{
    comity_questions *questions = &tell->explain->questions;
    comity_judge_questions(tell->memory, tell->act, tell->judgement, questions);
    if (questions->count == 0 || tell->judgement->verdict == COMITY_VERDICT_REFUSE) {
        return;
    }
    comity_tell_heading(tell, tell->judgement->verdict == COMITY_VERDICT_UNDETERMINED ? "What to tell first"
                                                                                      : "What could still matter");
    uint32_t shown = questions->count < 8 ? questions->count : 8;
    for (uint32_t i = 0; i < shown; i++) {
        uint8_t room[COMITY_TELLER_WORDS_MAX];
        comity_buffer words;
        comity_tell(tell, "    - ");
        comity_buffer_init_fixed(&words, room, sizeof room);
        question_text(tell, &questions->items[i], &words);
        if (!comity_tell_words(tell, &words, 6, 6)) {
            question_text(tell, &questions->items[i], tell->buffer);
            comity_tell(tell, "\n");
        }
    }
    if (shown < questions->count) {
        comity_tell(tell, "    … and ");
        comity_buffer_append_u64(tell->buffer, questions->count - shown);
        comity_tell(tell, " more that decide less\n");
    }
}

static void put_deadline(const comity_teller *tell, uint32_t rule)
{
    char day[COMITY_DATE_TEXT_SIZE];
    int32_t by;
    if (comity_judge_deadline(tell->memory, tell->act, rule, &by)) {
        comity_date_print(by, day);
        comity_tell(tell, ": by ");
        comity_tell(tell, day);
    }
}

static void put_duties(const comity_teller *tell)
{
    bool any = false;
    if (tell->judgement->verdict == COMITY_VERDICT_REFUSE) {
        return;
    }
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = comity_teller_rule(tell, ruling);
        if (!comity_ruling_stands(ruling) || !ruling->binds || rule->effect != COMITY_EFFECT_DUTY ||
            ruling->applies != COMITY_YES) {
            continue;
        }
        if (!any) {
            comity_tell_heading(tell, "What is to be done after or beside it");
        }
        any = true;
        comity_tell_bullet(tell, comity_teller_text(tell, rule->text));
        comity_tell(tell, "      ");
        if (comity_teller_text(tell, rule->within)[0] != '\0') {
            comity_tell(tell, comity_teller_text(tell, rule->within));
            put_deadline(tell, ruling->rule);
            comity_tell(tell, "; ");
        }
        comity_tell_coloured(tell, "\033[36m", comity_teller_text(tell, rule->name));
        comity_tell(tell, "\n");
    }
}

static void put_notes(const comity_teller *tell)
{
    bool any = false;
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        const comity_rule_record *rule = comity_teller_rule(tell, ruling);
        bool notes = rule->effect == COMITY_EFFECT_NOTES || rule->effect == COMITY_EFFECT_COMPELS || !ruling->binds;
        if (!comity_ruling_stands(ruling) || !notes || ruling->applies != COMITY_YES) {
            continue;
        }
        if (!any) {
            comity_tell_heading(tell, "What else law says");
        }
        any = true;
        comity_tell_titled(tell, rule);
    }
}

/* Is it in want of something, and nothing that could be held would do? */
static bool is_beyond_papers(const comity_teller *tell)
{
    return tell->judgement->verdict == COMITY_VERDICT_CONDITIONAL && remedy_of(tell) == COMITY_REMEDY_NONE;
}

/* Which act it is, on which day, and whose law it touches. */
static void act_text(const comity_teller *tell, comity_buffer *words)
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
        const comity_place *place = &tell->image->places[tell->act->touched[i].place];
        comity_buffer_append_text(words, i == 0 ? "" : ", ");
        comity_buffer_append_text(words, comity_teller_text(tell, place->code));
    }
}

static void put_head(const comity_teller *tell)
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
    uint8_t room[COMITY_TELLER_WORDS_MAX];
    comity_buffer words;
    comity_tell_coloured(tell, colours[tell->judgement->verdict], comity_verdict_word(tell->judgement->verdict));
    comity_tell(tell, ": ");
    comity_tell(tell, is_beyond_papers(tell) ? "what is needed is not met, and no paper or safeguard would meet it"
                                             : meanings[tell->judgement->verdict]);
    comity_tell(tell, "\n  ");
    comity_buffer_init_fixed(&words, room, sizeof room);
    act_text(tell, &words);
    if (!comity_tell_words(tell, &words, 2, 2)) {
        act_text(tell, tell->buffer);
        comity_tell(tell, "\n");
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

comity_remedy comity_judgement_explain(comity_judge_memory *memory, const comity_act *act,
                                       const comity_judgement *judgement, comity_explain_memory *explain,
                                       comity_explain_style style, comity_buffer *buffer)
{
    comity_teller tell = {buffer, memory, comity_judge_image(memory), act, judgement, explain, style};
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
    comity_tell_lifted(&tell);
    comity_tell_conflicts(&tell);
    put_duties(&tell);
    put_notes(&tell);
    return remedy_of(&tell);
}

static bool hinders(const comity_ruling *ruling)
{
    return ruling->binds && comity_ruling_stands(ruling) &&
           (ruling->effect == COMITY_EFFECT_REFUSE ||
            (ruling->effect == COMITY_EFFECT_NEEDS && ruling->met != COMITY_YES));
}

/* The question, the circumstance's name, and the rules that stand in the way. */
static void taken_text(const comity_teller *tell, uint32_t circumstance, comity_buffer *words)
{
    const comity_question question = {.kind = COMITY_ASK_HAS, .a = COMITY_SLOT_CIRCUMSTANCE, .b = circumstance};
    const comity_name_record *name = comity_image_name(tell->image, COMITY_CLASS_CIRCUMSTANCE, circumstance);
    const char *between = ": ";
    comity_question_ask(tell->image, tell->act, &question, words);
    comity_buffer_append_text(words, " (");
    comity_buffer_append_text(words, comity_teller_text(tell, name->text));
    comity_buffer_append_text(words, ")");
    for (uint32_t i = 0; i < tell->judgement->ruling_count; i++) {
        const comity_ruling *ruling = &tell->judgement->rulings[i];
        if (hinders(ruling)) {
            comity_buffer_append_text(words, between);
            comity_buffer_append_text(words, comity_teller_text(tell, comity_teller_rule(tell, ruling)->name));
            between = ", ";
        }
    }
}

void comity_judgement_explain_taken(comity_judge_memory *memory, const comity_act *act,
                                    const comity_judgement *judgement, uint32_t circumstance, bool first,
                                    comity_explain_style style, comity_buffer *buffer)
{
    comity_teller tell = {.buffer = buffer,
                          .memory = memory,
                          .image = comity_judge_image(memory),
                          .act = act,
                          .judgement = judgement,
                          .style = style};
    uint8_t room[COMITY_TELLER_WORDS_MAX];
    comity_buffer words;
    if (first) {
        comity_tell_heading(&tell, "What was taken as not so, as no --circumstance says it");
    }
    comity_tell(&tell, "    - ");
    comity_buffer_init_fixed(&words, room, sizeof room);
    taken_text(&tell, circumstance, &words);
    if (!comity_tell_words(&tell, &words, 6, 6)) {
        taken_text(&tell, circumstance, buffer);
        comity_tell(&tell, "\n");
    }
}
