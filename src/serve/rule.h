/* A rule as JSON, for those who read the law. Pure; any thread. */
#ifndef COMITY_SERVE_RULE_H
#define COMITY_SERVE_RULE_H

#include "base/buffer.h"
#include "law/image.h"

/* Appends one object, no newline. `clauses`: the rule as it is written, for the long
 * form, which also says what lifts it and what is a way for it; NULL for the short. */
void comity_view_rule(const comity_image *image, const comity_rule_record *rule, const char *clauses,
                      comity_buffer *buffer);

#endif
