/* A question of a judgement in, the option of `comity ask` that answers it out. */
#include "cli/ask_fact.h"

static void put(comity_buffer *out, const char *before, const char *middle, const char *after)
{
    comity_buffer_append_text(out, before);
    comity_buffer_append_text(out, middle);
    comity_buffer_append_text(out, after);
}

/* An option of a party. */
static void put_of_party(const comity_question *question, const char *option, const char *value, comity_buffer *out)
{
    comity_buffer_append_text(out, question->side == 0 ? "--from" : "--to");
    put(out, option, " ", value);
}

static void put_slot(const comity_question *question, const char *value, comity_buffer *out)
{
    static const char *const options[] = {
        [COMITY_SLOT_CATEGORY] = "--data ",             [COMITY_SLOT_PURPOSE] = "--purpose ",
        [COMITY_SLOT_DEAL] = "--deal ",                 [COMITY_SLOT_CIRCUMSTANCE] = "--circumstance ",
        [COMITY_SLOT_SAFEGUARD] = "--safeguard ",       [COMITY_SLOT_DEMAND] = "--channel "};
    static const char *const channels[] = {"direct", "judicial-assistance", "treaty", "voluntary"};
    if (question->a != COMITY_SLOT_DEMAND) {
        put(out, options[question->a], value, "");
    } else if (question->b == COMITY_DEMAND_BINDING) {
        comity_buffer_append_text(out, "--binding, --not-binding");
    } else {
        put(out, options[question->a], channels[question->b], "");
    }
}

void ask_fact(const comity_image *image, const comity_question *question, comity_buffer *out)
{
    static const char *const lists[] = {"--origin STATE", "--location STATE", "--subjects STATE", "--via STATE"};
    const char *name = comity_question_name(image, question);
    switch ((comity_question_kind)question->kind) {
    case COMITY_ASK_PLACE:
        put_of_party(question, "", "STATE", out);
        return;
    case COMITY_ASK_SUBJECT_TO:
        put_of_party(question, "-subject-to", "STATE", out);
        return;
    case COMITY_ASK_OWNERS:
        put_of_party(question, "-owner", "STATE:PERCENT", out);
        return;
    case COMITY_ASK_KIND:
    case COMITY_ASK_DERIVED:
        put_of_party(question, "-kind", name, out);
        return;
    case COMITY_ASK_CERTIFIED:
        put_of_party(question, "-certified", name, out);
        return;
    case COMITY_ASK_PLACES:
        comity_buffer_append_text(out, lists[question->a]);
        return;
    case COMITY_ASK_HAS:
    case COMITY_ASK_ONLY:
        put_slot(question, name == NULL ? "NAME" : name, out);
        return;
    case COMITY_ASK_PEOPLE:
        comity_buffer_append_text(out, "--people N");
        return;
    case COMITY_ASK_COUNT:
        put(out, "--count ", comity_image_text(image, image->counts[question->a].name), "=N");
        return;
    case COMITY_ASK_BASIS:
        comity_buffer_append_text(out, "--basis NAME");
        return;
    case COMITY_ASK_NAMED:
        comity_buffer_append_text(out, question->a == COMITY_NAMING_PARTIES      ? "--to-name NAME"
                                       : question->a == COMITY_NAMING_CATEGORIES ? "--data NAME"
                                                                                 : "--purpose NAME");
        return;
    case COMITY_ASK_PAPER:
        comity_buffer_append_text(out, "--paper KIND:LAW:from=DATE:by=NAME:…");
        return;
    case COMITY_ASK_RECEIVED: /* no option says that: an act does */
        comity_question_path(image, question, out);
        return;
    }
}
