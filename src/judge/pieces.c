/* What JSON says of each rule in every judgement, kept for the next: it is made of
 * five texts that lie far apart in the image, and copied from here at once. Nothing
 * is allocated while judging: the room for all rules is set aside at the beginning,
 * and what is not used of it is never touched. Where it is full, nothing is kept. */
#include "judge/explain.h"

#include "base/limits.h"

#include <stdlib.h>

enum { RULE_BYTES = 512 }; /* more than all constants of a rule's pieces */

/* Were every byte escaped. */
static size_t texts_size(const comity_image *image)
{
    size_t size = (size_t)4 * COMITY_IMAGE_LONG;
    for (uint32_t i = 0; i < image->rules_count; i++) {
        const comity_rule_record *rule = &image->rules[i];
        size += RULE_BYTES + (size_t)6 * (rule->name_size + (size_t)rule->title_size + image->laws[rule->law].code_size +
                                          rule->cite_size + rule->check_size + rule->text_size + rule->within_size);
    }
    return size < COMITY_LIMIT_PIECES_BYTES ? size : COMITY_LIMIT_PIECES_BYTES;
}

comity_explain_memory *comity_explain_memory_new(const comity_image *image)
{
    comity_explain_memory *memory = calloc(1, sizeof *memory);
    size_t size = texts_size(image);
    if (memory == NULL) {
        return NULL;
    }
    memory->pieces = calloc(image->rules_count + (size_t)1, sizeof *memory->pieces);
    memory->room = malloc(size);
    if (memory->pieces == NULL || memory->room == NULL) {
        comity_explain_memory_free(memory);
        return NULL;
    }
    comity_buffer_init_fixed(&memory->texts, memory->room, size);
    return memory;
}

void comity_explain_memory_free(comity_explain_memory *memory)
{
    if (memory != NULL) {
        free(memory->pieces);
        free(memory->room);
        free(memory);
    }
}

/* Writes the pieces at the end of the texts; they count only if all fit. */
static void pieces_write(comity_explain_memory *memory, const comity_image *image, uint32_t rule)
{
    const comity_rule_record *record = &image->rules[rule];
    comity_rule_pieces *pieces = &memory->pieces[rule];
    comity_buffer *texts = &memory->texts;
    size_t begin = texts->size;
    comity_rule_json_begin(image, record, texts);
    size_t head = texts->size;
    comity_rule_json_tail(image, record, texts);
    size_t tail = texts->size;
    if (record->effect == COMITY_EFFECT_DUTY) {
        comity_rule_json_duty(image, record, texts);
    }
    if (texts->failed == COMITY_OK) {
        *pieces = (comity_rule_pieces){begin, (uint32_t)(head - begin), (uint32_t)(tail - head),
                                       (uint32_t)(texts->size - tail)};
    }
}

const comity_rule_pieces *comity_explain_pieces(comity_explain_memory *memory, const comity_image *image, uint32_t rule)
{
    const comity_rule_pieces *pieces = &memory->pieces[rule];
    if (pieces->head_size == 0 && memory->texts.failed == COMITY_OK) {
        pieces_write(memory, image, rule);
    }
    return pieces->head_size == 0 ? NULL : pieces;
}
