/* What comes in: acts. What goes out: judgements as JSON, copied where an act of the same bytes
 * but for its id has been judged lately.
 *
 * Why that is the same: an act that begins with its id, a string without escapes, reads the same
 * with any other such string there; the act's hash leaves the id out; and of what a judgement
 * says only its own beginning, which is looked at, repeats the id. Bytes are compared, not
 * hashes. An act is kept when it comes for the second time, so that those which never come again
 * cost no copy. */
#include "api/alike.h"

#include "api/kept.h"

#include "base/crc32c.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char opening[] = "{\"id\":\"";

enum { OPENING_SIZE = sizeof opening - 1, DAY_SIZE = 10 };

/* An act that begins with `opening`. */
typedef struct act_apart {
    const char *id, *behind; /* from the quote behind the id on */
    size_t id_size, behind_size;
} act_apart;

typedef struct alike_item {
    uint32_t sum; /* of the act that was last looked for here */
    char today[DAY_SIZE + 1];
    comity_verdict verdict;
    size_t act_size, json_size; /* what stands behind the ids; json_size 0: nothing is kept */
    size_t room;
    uint8_t *bytes; /* of the act, and then of the JSON */
} alike_item;

struct comity_alike {
    /* what all of it was judged by */
    char law[COMITY_LAW_NAME_SIZE + 1];
    char papers[COMITY_LAW_NAME_SIZE + 1]; /* "": none */
    bool strict;
    comity_buffer adopted;
    alike_item items[COMITY_LIMIT_ALIKE_ACTS];
};

comity_alike *comity_alike_new(void)
{
    comity_alike *alike = calloc(1, sizeof *alike);
    if (alike != NULL) {
        comity_buffer_init(&alike->adopted, COMITY_LIMIT_ADOPTED_BYTES);
    }
    return alike;
}

void comity_alike_free(comity_alike *alike)
{
    for (size_t i = 0; alike != NULL && i < COMITY_LIMIT_ALIKE_ACTS; i++) {
        free(alike->items[i].bytes);
    }
    if (alike != NULL) {
        comity_buffer_free(&alike->adopted);
    }
    free(alike);
}

/* ---- by what is judged ---- */

static const char *papers_name(const comity_context *context)
{
    return context->papers == NULL ? "" : context->papers->name;
}

static bool is_same_buffer(const comity_buffer *a, const comity_buffer *b)
{
    const uint8_t *left = NULL;
    const uint8_t *right = NULL;
    size_t left_size = 0;
    size_t right_size = 0;
    return comity_buffer_bytes(a, &left, &left_size, NULL) == COMITY_OK &&
           comity_buffer_bytes(b, &right, &right_size, NULL) == COMITY_OK && left_size == right_size &&
           (left_size == 0 || memcmp(left, right, left_size) == 0);
}

/* By names, which are hashes, and not by where things lie: another law may lie where one lay. */
static bool is_judged_by(const comity_alike *alike, const comity_context *context)
{
    return strcmp(alike->law, comity_law_hash(context->law)) == 0 && strcmp(alike->papers, papers_name(context)) == 0 &&
           alike->strict == context->strict && is_same_buffer(&alike->adopted, &context->adopted);
}

/* Forgets all that was judged by something else. False: no memory to note what this context judges by. */
static bool begin_anew(comity_alike *alike, const comity_context *context)
{
    const uint8_t *lines;
    size_t size;
    for (size_t i = 0; i < COMITY_LIMIT_ALIKE_ACTS; i++) {
        alike->items[i].json_size = 0;
        alike->items[i].sum = 0;
    }
    alike->law[0] = '\0';
    comity_buffer_reset(&alike->adopted);
    if (comity_buffer_bytes(&context->adopted, &lines, &size, NULL) != COMITY_OK) {
        return false;
    }
    comity_buffer_append(&alike->adopted, lines, size);
    (void)snprintf(alike->papers, sizeof alike->papers, "%s", papers_name(context));
    (void)snprintf(alike->law, sizeof alike->law, "%s", comity_law_hash(context->law));
    alike->strict = context->strict;
    return is_judged_by(alike, context);
}

/* ---- acts ---- */

/* A printed byte of ASCII that ends no string and escapes nothing. */
static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* False: it does not begin so, or is too long. */
static bool take_apart(const char *act, size_t size, act_apart *ret_apart)
{
    if (size > COMITY_LIMIT_ALIKE_ACT_BYTES || size < OPENING_SIZE || memcmp(act, opening, OPENING_SIZE) != 0) {
        return false;
    }
    size_t end = OPENING_SIZE;
    while (end < size && is_plain(act[end])) {
        end++;
    }
    if (end == size || act[end] != '"' || end - OPENING_SIZE > COMITY_LIMIT_ACT_TEXT_BYTES - 2) {
        return false;
    }
    *ret_apart = (act_apart){.id = act + OPENING_SIZE,
                             .behind = act + end,
                             .id_size = end - OPENING_SIZE,
                             .behind_size = size - end};
    return true;
}

static bool is_kept(const alike_item *item, const act_apart *apart, const char *today)
{
    return item->json_size != 0 && item->act_size == apart->behind_size && strcmp(item->today, today) == 0 &&
           memcmp(item->bytes, apart->behind, apart->behind_size) == 0;
}

/* What does not begin with the act's id is not kept, nor what is too long, nor anything without memory. */
static void keep(alike_item *item, const act_apart *apart, const char *today, const comity_answer *answer)
{
    size_t head = OPENING_SIZE + apart->id_size;
    size_t rest = answer->json_size - head;
    item->json_size = 0;
    if (answer->json_size <= head || rest > COMITY_LIMIT_ALIKE_JSON_BYTES || strlen(today) > DAY_SIZE ||
        memcmp(answer->json, opening, OPENING_SIZE) != 0 ||
        memcmp(answer->json + OPENING_SIZE, apart->id, apart->id_size) != 0 || answer->json[head] != '"') {
        return;
    }
    if (item->room < apart->behind_size + rest) {
        free(item->bytes);
        item->room = apart->behind_size + rest;
        item->bytes = malloc(item->room);
        if (item->bytes == NULL) {
            item->room = 0;
            return;
        }
    }
    memcpy(item->bytes, apart->behind, apart->behind_size);
    memcpy(item->bytes + apart->behind_size, answer->json + head, rest);
    memcpy(item->today, today, strlen(today) + 1);
    item->verdict = answer->verdict;
    item->act_size = apart->behind_size;
    item->json_size = rest;
}

/* The kept judgement with the id of this act. */
static comity_status answer_again(comity_context *context, const alike_item *item, const act_apart *apart,
                                  comity_answer *ret_answer, comity_error *reterr)
{
    const uint8_t *bytes;
    size_t size;
    comity_buffer_reset(&context->out);
    comity_buffer_append(&context->out, opening, OPENING_SIZE);
    comity_buffer_append(&context->out, apart->id, apart->id_size);
    comity_buffer_append(&context->out, item->bytes + item->act_size, item->json_size);
    comity_buffer_append_byte(&context->out, 0);
    COMITY_TRY(comity_buffer_bytes(&context->out, &bytes, &size, reterr));
    *ret_answer = (comity_answer){item->verdict, (const char *)bytes, size - 1};
    return COMITY_OK;
}

comity_status comity_judge_alike(comity_alike *alike, comity_context *context, const char *act, size_t act_size,
                                 const char *today, comity_answer *ret_answer, comity_error *reterr)
{
    act_apart apart;
    const char *day = today == NULL ? "" : today;
    if (alike == NULL || !take_apart(act, act_size, &apart) ||
        (!is_judged_by(alike, context) && !begin_anew(alike, context))) {
        return comity_judge_json(context, act, act_size, today, ret_answer, reterr);
    }
    uint32_t sum = comity_crc32c(apart.behind, apart.behind_size);
    alike_item *item = &alike->items[sum % COMITY_LIMIT_ALIKE_ACTS];
    if (is_kept(item, &apart, day)) {
        return answer_again(context, item, &apart, ret_answer, reterr);
    }
    COMITY_TRY(comity_judge_json(context, act, act_size, today, ret_answer, reterr));
    if (item->sum == sum) {
        keep(item, &apart, day, ret_answer);
    }
    item->sum = sum;
    return COMITY_OK;
}
