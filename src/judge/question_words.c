/* Questions in words: the path in the act of what is asked, and the sentence that
 * asks a person for it. What to ask is found in questions.c. */
#include "judge/explain.h"

#include "law/terms.h"

static const char *const party_words[COMITY_ACT_COUNT][2] = {
    {"exporter", "importer"}, {"holder", "place"},    {"persons' side", "collector"},
    {"holder", "demanding authority"}, {"operator", "target"}, {"provider", "market"},
};

const char *comity_party_word(const comity_act *act, uint32_t side)
{
    return party_words[act->kind][side < 2 ? side : 0];
}

static const char *const list_paths[COMITY_ACT_LISTS] = {"data.origin", "data.location", "data.subjects", "via"};
static const char *const list_asks[COMITY_ACT_LISTS] = {
    "In which states was the data collected or made?", "In which states is the data kept?",
    "In which states are the persons whom the data is about?", "Through which states does it only pass?"};
static const char *const slot_paths[COMITY_SLOT_LAST] = {"data.categories", "purposes",   "deal",
                                                         "circumstances",   "safeguards", "demand.channel"};

void comity_question_path(const comity_image *image, const comity_question *question, comity_buffer *buffer)
{
    const char *side = question->side == 0 ? "from" : "to";
    const char *member = NULL;
    switch ((comity_question_kind)question->kind) {
    case COMITY_ASK_PLACE:
        member = ".state";
        break;
    case COMITY_ASK_SUBJECT_TO:
        member = ".subject_to";
        break;
    case COMITY_ASK_KIND:
    case COMITY_ASK_DERIVED:
        member = ".kinds";
        break;
    case COMITY_ASK_CERTIFIED:
        member = ".certified";
        break;
    case COMITY_ASK_OWNERS:
        member = ".owners";
        break;
    case COMITY_ASK_PLACES:
        comity_buffer_append_text(buffer, list_paths[question->a]);
        return;
    case COMITY_ASK_HAS:
    case COMITY_ASK_ONLY:
        comity_buffer_append_text(buffer, question->a == COMITY_SLOT_DEMAND && question->b == COMITY_DEMAND_BINDING
                                              ? "demand.binding"
                                              : slot_paths[question->a]);
        return;
    case COMITY_ASK_PEOPLE:
        comity_buffer_append_text(buffer, "data.people");
        return;
    case COMITY_ASK_COUNT:
        comity_buffer_append_text(buffer, "counts.");
        comity_buffer_append_text(buffer, comity_image_text(image, image->counts[question->a].name));
        return;
    case COMITY_ASK_BASIS:
        comity_buffer_append_text(buffer, "demand.basis");
        return;
    case COMITY_ASK_RECEIVED:
        comity_buffer_append_text(buffer, "data.received");
        return;
    case COMITY_ASK_PAPER:
        comity_buffer_append_text(buffer, "papers");
        return;
    case COMITY_ASK_NAMED:
        comity_buffer_append_text(buffer, question->a == COMITY_NAMING_PARTIES      ? "to.name"
                                          : question->a == COMITY_NAMING_CATEGORIES ? "data.categories"
                                                                                    : "purposes");
        return;
    }
    comity_buffer_append_text(buffer, side);
    comity_buffer_append_text(buffer, member);
}

const char *comity_question_name(const comity_image *image, const comity_question *question)
{
    static const comity_class classes[] = {
        [COMITY_SLOT_CATEGORY] = COMITY_CLASS_CATEGORY,         [COMITY_SLOT_PURPOSE] = COMITY_CLASS_PURPOSE,
        [COMITY_SLOT_DEAL] = COMITY_CLASS_DEAL,                 [COMITY_SLOT_CIRCUMSTANCE] = COMITY_CLASS_CIRCUMSTANCE,
        [COMITY_SLOT_SAFEGUARD] = COMITY_CLASS_SAFEGUARD};
    switch ((comity_question_kind)question->kind) {
    case COMITY_ASK_HAS:
        return question->a < COMITY_SLOT_DEMAND
                   ? comity_image_text(image, comity_image_name(image, classes[question->a], question->b)->text)
                   : NULL;
    case COMITY_ASK_KIND:
    case COMITY_ASK_DERIVED:
        return comity_image_text(image, comity_image_name(image, COMITY_CLASS_KIND, question->b)->text);
    case COMITY_ASK_CERTIFIED:
        return comity_image_text(image, comity_image_name(image, COMITY_CLASS_CERTIFICATE, question->b)->text);
    default:
        return NULL;
    }
}

static void sentence(comity_buffer *buffer, const char *before, const char *middle, const char *after)
{
    comity_buffer_append_text(buffer, before);
    comity_buffer_append_text(buffer, middle);
    comity_buffer_append_text(buffer, after);
}

static const char *label_of(const comity_image *image, comity_class class_of, uint32_t name)
{
    return comity_image_text(image, comity_image_name(image, class_of, name)->label);
}

static void ask_has(const comity_image *image, const comity_question *question, comity_buffer *buffer)
{
    static const char *const channels[] = {
        "Does the demand come directly?", "Does the demand come through judicial assistance?",
        "Does the demand come through a treaty?", "Is it a voluntary request?", "Is the demand binding?"};
    switch ((comity_slot)question->a) {
    case COMITY_SLOT_CATEGORY:
        sentence(buffer, "Does the data include ", label_of(image, COMITY_CLASS_CATEGORY, question->b), "?");
        return;
    case COMITY_SLOT_PURPOSE:
        sentence(buffer, "Do the purposes include ", label_of(image, COMITY_CLASS_PURPOSE, question->b), "?");
        return;
    case COMITY_SLOT_DEAL:
        sentence(buffer, "Is the transaction ", label_of(image, COMITY_CLASS_DEAL, question->b), "?");
        return;
    case COMITY_SLOT_CIRCUMSTANCE:
        sentence(buffer, "", label_of(image, COMITY_CLASS_CIRCUMSTANCE, question->b), "");
        return;
    case COMITY_SLOT_SAFEGUARD:
        sentence(buffer, "Is ", label_of(image, COMITY_CLASS_SAFEGUARD, question->b), " in place?");
        return;
    case COMITY_SLOT_DEMAND:
        comity_buffer_append_text(buffer, channels[question->b <= COMITY_DEMAND_BINDING ? question->b : 0]);
        return;
    case COMITY_SLOT_LAST:
        return;
    }
}

/* "Are the purposes nothing but A, B or C?" */
static void ask_only(const comity_image *image, const comity_question *question, comity_buffer *buffer)
{
    bool categories = question->a == COMITY_SLOT_CATEGORY;
    const comity_set *set = &image->sets[question->b];
    uint32_t count = 0;
    uint32_t total = 0;
    for (uint32_t i = 0; i < COMITY_SET_WORDS; i++) {
        total += (uint32_t)__builtin_popcountll(set->words[i]);
    }
    comity_buffer_append_text(buffer, categories ? "Is the data nothing but " : "Are the purposes nothing but ");
    for (uint32_t bit = 0; bit < COMITY_SET_BITS; bit++) {
        if (comity_set_has(set, bit)) {
            comity_buffer_append_text(buffer, count == 0 ? "" : count + 1 == total ? " or " : ", ");
            comity_buffer_append_text(
                buffer, label_of(image, categories ? COMITY_CLASS_CATEGORY : COMITY_CLASS_PURPOSE, bit));
            count++;
        }
    }
    comity_buffer_append_text(buffer, "?");
}

static void ask_unsaid(const comity_question *question, const char *party, comity_buffer *buffer)
{
    if (question->a == COMITY_NAMING_PARTIES) {
        sentence(buffer, "A paper must name the ", party, ": what is its name?");
    } else if (question->a == COMITY_NAMING_CATEGORIES) {
        comity_buffer_append_text(buffer, "A paper must name the data: of which categories is all of it?");
    } else {
        comity_buffer_append_text(buffer, "A paper must name the purposes: what are all of them?");
    }
}

void comity_question_ask(const comity_image *image, const comity_act *act, const comity_question *question,
                         comity_buffer *buffer)
{
    const char *party = comity_party_word(act, question->side);
    switch ((comity_question_kind)question->kind) {
    case COMITY_ASK_PLACE:
        sentence(buffer, "In which state, and which part of it, is the ", party, "?");
        return;
    case COMITY_ASK_SUBJECT_TO:
        sentence(buffer, "Which states have law that binds the ", party, " wherever it is?");
        return;
    case COMITY_ASK_PLACES:
        comity_buffer_append_text(buffer, list_asks[question->a]);
        return;
    case COMITY_ASK_HAS:
        ask_has(image, question, buffer);
        return;
    case COMITY_ASK_ONLY:
        ask_only(image, question, buffer);
        return;
    case COMITY_ASK_KIND:
        sentence(buffer, "Is the ", party, " ");
        sentence(buffer, "", label_of(image, COMITY_CLASS_KIND, question->b), "?");
        return;
    case COMITY_ASK_DERIVED:
        sentence(buffer, "Is the ", party, ", by its state, its owners or by designation, ");
        sentence(buffer, "", label_of(image, COMITY_CLASS_KIND, question->b), "?");
        return;
    case COMITY_ASK_CERTIFIED:
        sentence(buffer, "Is the ", party, " certified: ");
        sentence(buffer, "", label_of(image, COMITY_CLASS_CERTIFICATE, question->b), "?");
        return;
    case COMITY_ASK_OWNERS:
        sentence(buffer, "Who owns the ", party, ", how much, and in which states are they?");
        return;
    case COMITY_ASK_PEOPLE:
        comity_buffer_append_text(buffer, "How many persons is the data about?");
        return;
    case COMITY_ASK_COUNT:
        sentence(buffer, "This act included, how many are they: ",
                 comity_image_text(image, image->counts[question->a].label), "?");
        return;
    case COMITY_ASK_BASIS:
        comity_buffer_append_text(buffer, "On which law or agreement does the demand rest?");
        return;
    case COMITY_ASK_RECEIVED:
        comity_buffer_append_text(buffer, "From which states was the data received, and under what?");
        return;
    case COMITY_ASK_PAPER:
        sentence(buffer, "Of the paper held: is it \"", comity_item_text(image, question->b, NULL),
                 "\", in force and good for this act?");
        return;
    case COMITY_ASK_NAMED:
        ask_unsaid(question, party, buffer);
        return;
    }
}
