/* A rule as JSON, for those who read the law. Pure; any thread. */
#ifndef COMITY_LAW_RULE_JSON_H
#define COMITY_LAW_RULE_JSON_H

#include "base/buffer.h"
#include "law/image.h"

/* Appends one object, no newline. `clauses`: with the rule's text, what lifts it and what is a way for it. */
void comity_rule_json(const comity_image *image, const comity_rule_record *rule, bool clauses, comity_buffer *buffer);

#endif
