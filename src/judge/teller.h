/* Telling a judgement to people; for words.c and words_between.c.
 *
 * All goes to the teller's buffer, and nothing else changes. Texts are UTF-8, and end in a NUL. */
#ifndef COMITY_JUDGE_TELLER_H
#define COMITY_JUDGE_TELLER_H

#include "judge/explain.h"
#include "judge/memory.h"

typedef struct comity_teller {
    comity_buffer *buffer;
    comity_judge_memory *memory;
    const comity_image *image;
    const comity_act *act;
    const comity_judgement *judgement;
    comity_explain_memory *explain;
    comity_explain_style style;
} comity_teller;

enum {
    COMITY_TELLER_WORDS_MAX = 8192, /* bytes put together first, so that they can be broken; what is longer is left whole */
    COMITY_TELLER_ITEMS_MAX = sizeof((comity_explain_memory *)0)->items / sizeof(uint32_t)
};

void comity_tell(const comity_teller *tell, const char *text);
void comity_tell_coloured(const comity_teller *tell, const char *code, const char *text);
void comity_tell_heading(const comity_teller *tell, const char *text);

/* Words broken at the width, each line behind `indent` spaces. `at`: the column already reached. */
void comity_tell_wrapped(const comity_teller *tell, const char *text, unsigned indent, unsigned at);

/* The same of words that were put together; false: they did not fit their room, and nothing is told. */
bool comity_tell_words(const comity_teller *tell, comity_buffer *words, unsigned indent, unsigned at);

void comity_tell_bullet(const comity_teller *tell, const char *text);

/* The id of a rule and its title, as an item of a list. */
void comity_tell_titled(const comity_teller *tell, const comity_rule_record *rule);

/* What rules do to each other: words_between.c. */
void comity_tell_lifted(const comity_teller *tell);
void comity_tell_conflicts(const comity_teller *tell);

static inline const comity_rule_record *comity_teller_rule(const comity_teller *tell, const comity_ruling *ruling)
{
    return &tell->image->rules[ruling->rule];
}

static inline const char *comity_teller_text(const comity_teller *tell, uint32_t text)
{
    return comity_image_text(tell->image, text);
}

static inline bool comity_ruling_stands(const comity_ruling *ruling)
{
    return ruling->lifted_by == COMITY_NOT_LIFTED;
}

#endif
