/* How the facts that a judgement asks for are given to `comity ask`. */
#ifndef COMITY_CLI_ASK_FACT_H
#define COMITY_CLI_ASK_FACT_H

#include "judge/explain.h"

/* Appends the option, with its value where the question names one: `--purpose research`. */
void ask_fact(const comity_image *image, const comity_question *question, comity_buffer *out);

#endif
