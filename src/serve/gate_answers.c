/* A ring of answers with chains by their ids, which are random: their first bytes are
 * the hash. There are more chains than answers, so that one looks for a new request in vain
 * at an empty chain, and not at another answer, which is far from the processor by then. */
#include "serve/gate_answers.h"

#include <stdlib.h>
#include <string.h>

enum { CHAINS = 4 * COMITY_LIMIT_GATE_ANSWERS };

comity_status comity_gate_answers_init(comity_gate_answers *ret_answers, comity_error *reterr)
{
    comity_gate_answers answers = {.items = calloc(COMITY_LIMIT_GATE_ANSWERS, sizeof *answers.items),
                                   .chains = calloc(CHAINS, sizeof *answers.chains)};
    if (answers.items == NULL || answers.chains == NULL) {
        free(answers.items);
        free(answers.chains);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    *ret_answers = answers;
    return COMITY_OK;
}

static uint32_t *chain_of(const comity_gate_answers *answers, const uint8_t id[COMITY_GATE_ID_SIZE])
{
    uint32_t first;
    memcpy(&first, id, sizeof first);
    return &answers->chains[first % CHAINS];
}

comity_gate_answer *comity_gate_answers_find(comity_gate_answers *answers, const uint8_t id[COMITY_GATE_ID_SIZE],
                                             uint32_t segment)
{
    for (uint32_t at = *chain_of(answers, id); at != 0; at = answers->items[at - 1].next) {
        comity_gate_answer *answer = &answers->items[at - 1];
        if (answer->segment == segment && memcmp(answer->id, id, COMITY_GATE_ID_SIZE) == 0) {
            return answer;
        }
    }
    return NULL;
}

void comity_gate_answers_drop(comity_gate_answers *answers, comity_gate_answer *answer)
{
    uint32_t number = (uint32_t)(answer - answers->items) + 1;
    uint32_t *link = chain_of(answers, answer->id);
    while (*link != number) {
        link = &answers->items[*link - 1].next;
    }
    *link = answer->next;
    answers->bytes -= answer->size;
    if (answer->bytes != answer->small) {
        free(answer->bytes);
    }
    while (answer->waiters != NULL) {
        comity_gate_waiter *next = answer->waiters->next;
        free(answer->waiters);
        answer->waiters = next;
    }
    answer->used = false;
}

/* Frees the oldest place; false if what is there is under way. */
static bool oldest_free(comity_gate_answers *answers)
{
    comity_gate_answer *oldest = &answers->items[answers->at];
    if (oldest->used && oldest->under_way) {
        return false;
    }
    if (oldest->used) {
        comity_gate_answers_drop(answers, oldest);
    }
    return true;
}

comity_gate_answer *comity_gate_answers_add(comity_gate_answers *answers, const uint8_t id[COMITY_GATE_ID_SIZE],
                                            uint32_t segment)
{
    if (!oldest_free(answers)) {
        return NULL;
    }
    comity_gate_answer *answer = &answers->items[answers->at];
    uint32_t *chain = chain_of(answers, id);
    answer->segment = segment;
    answer->used = true;
    answer->under_way = true;
    answer->next = *chain;
    answer->bytes = NULL;
    answer->size = 0;
    memcpy(answer->id, id, COMITY_GATE_ID_SIZE);
    *chain = answers->at + 1;
    answers->at = (answers->at + 1) % COMITY_LIMIT_GATE_ANSWERS;
    return answer;
}

void comity_gate_answers_keep(comity_gate_answers *answers, comity_gate_answer *answer, const void *bytes, size_t size)
{
    for (size_t i = 0; i < COMITY_LIMIT_GATE_ANSWERS && answers->bytes + size > COMITY_LIMIT_GATE_ANSWER_BYTES; i++) {
        comity_gate_answer *old = &answers->items[(answers->at + i) % COMITY_LIMIT_GATE_ANSWERS];
        if (old->used && !old->under_way) {
            comity_gate_answers_drop(answers, old);
        }
    }
    answer->under_way = false;
    answer->bytes = size <= sizeof answer->small ? answer->small : malloc(size);
    if (answer->bytes == NULL) {
        comity_gate_answers_drop(answers, answer);
        return;
    }
    memcpy(answer->bytes, bytes, size);
    answer->size = size;
    answers->bytes += size;
}

void comity_gate_answers_free(comity_gate_answers *answers)
{
    for (size_t i = 0; answers->items != NULL && i < COMITY_LIMIT_GATE_ANSWERS; i++) {
        if (answers->items[i].used) {
            comity_gate_answers_drop(answers, &answers->items[i]);
        }
    }
    free(answers->items);
    free(answers->chains);
    *answers = (comity_gate_answers){.items = NULL};
}
