/* The public interface to judging. Checks arguments, calls down. */
#include "api/handles.h"

#include "base/date.h"
#include "base/limits.h"
#include "base/quote.h"

#include <stdlib.h>
#include <string.h>

const char *comity_verdict_name(comity_verdict verdict)
{
    return verdict >= COMITY_PERMIT && verdict <= COMITY_REFUSE ? comity_verdict_word((comity_verdict_value)verdict)
                                                                : "";
}

comity_status comity_context_new(const comity_law *law, comity_context **ret_context, comity_error *reterr)
{
    if (law == NULL || ret_context == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_context_new: law and ret_context must not be NULL");
    }
    comity_context *context = calloc(1, sizeof *context);
    if (context != NULL) {
        context->law = law;
        context->act_memory = comity_act_memory_new();
        context->memory = comity_judge_memory_new(&law->image);
        context->explain = comity_explain_memory_new(&law->image);
        comity_buffer_init(&context->out, COMITY_LIMIT_ANSWER_BYTES);
        comity_buffer_init(&context->adopted, COMITY_LIMIT_ADOPTED_BYTES);
    }
    if (context == NULL || context->act_memory == NULL || context->memory == NULL || context->explain == NULL) {
        comity_context_free(context);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    *ret_context = context;
    return COMITY_OK;
}

void comity_context_free(comity_context *context)
{
    if (context == NULL) {
        return;
    }
    comity_act_memory_free(context->act_memory);
    comity_judge_memory_free(context->memory);
    comity_explain_memory_free(context->explain);
    comity_buffer_free(&context->out);
    comity_buffer_free(&context->adopted);
    free(context);
}

comity_status comity_context_adopt(comity_context *context, const char *agreement, comity_error *reterr)
{
    if (context == NULL || agreement == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_context_adopt: its arguments must not be NULL");
    }
    const comity_image *image = &context->law->image;
    uint32_t law = comity_image_find(image, COMITY_CLASS_LAW, agreement, strlen(agreement));
    if (law == COMITY_IMAGE_NONE) {
        const char *near = comity_image_near(image, COMITY_CLASS_LAW, agreement, strlen(agreement));
        return comity_fail(reterr, COMITY_ERROR_NAME, "%s is no agreement on file%s%s%s",
                           comity_quote_bytes(agreement, strlen(agreement)).text, near == NULL ? "" : "; did you mean \"",
                           near == NULL ? "" : near, near == NULL ? "" : "\"?");
    }
    if (!comity_judge_adopt(context->memory, law)) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "\"%s\" need not be adopted: only an agreement that does not bind is",
                           agreement);
    }
    const uint8_t *unused;
    size_t unused_size;
    comity_buffer_append_text(&context->adopted, "adopt ");
    comity_buffer_append_text(&context->adopted, agreement);
    comity_buffer_append_byte(&context->adopted, '\n');
    return comity_buffer_bytes(&context->adopted, &unused, &unused_size, reterr);
}

comity_status comity_context_judge(comity_context *context, const char *act, size_t act_size, int32_t today,
                                   comity_error *reterr)
{
    COMITY_TRY(comity_act_read(&context->law->image, context->act_memory, act, act_size, today, &context->act, reterr));
    COMITY_TRY(comity_papers_join(context->papers, context->strict, context->act, context->act_memory, reterr));
    comity_judge(context->memory, context->act, &context->judgement);
    comity_judge_sort(context->memory);
    return COMITY_OK;
}

comity_status comity_context_json(comity_context *context, comity_buffer *buffer, comity_error *reterr)
{
    uint8_t hash[32];
    COMITY_TRY(comity_act_hash(&context->law->image, context->act, context->act_memory, hash, reterr));
    comity_judgement_json(context->memory, context->act, &context->judgement, context->act_memory, hash,
                          context->explain, buffer);
    return COMITY_OK;
}

comity_status comity_context_answer(comity_context *context, comity_answer *ret_answer, comity_error *reterr)
{
    const uint8_t *bytes;
    size_t size;
    comity_buffer_reset(&context->out);
    COMITY_TRY(comity_context_json(context, &context->out, reterr));
    comity_buffer_append_byte(&context->out, 0);
    COMITY_TRY(comity_buffer_bytes(&context->out, &bytes, &size, reterr));
    *ret_answer = (comity_answer){(comity_verdict)context->judgement.verdict, (const char *)bytes, size - 1};
    return COMITY_OK;
}

static comity_status judge_on(comity_context *context, const char *act, size_t act_size, const char *today,
                              comity_error *reterr)
{
    int32_t day = COMITY_NO_DATE;
    if (context == NULL || (act == NULL && act_size != 0)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_judge: context and act must not be NULL");
    }
    if (today != NULL) {
        COMITY_TRY(comity_date_parse(today, strlen(today), &day, reterr));
    }
    return comity_context_judge(context, act, act_size, day, reterr);
}

comity_status comity_judge_verdict(comity_context *context, const char *act, size_t act_size, const char *today,
                                   comity_verdict *ret_verdict, comity_error *reterr)
{
    if (ret_verdict == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_judge_verdict: ret_verdict must not be NULL");
    }
    COMITY_TRY(judge_on(context, act, act_size, today, reterr));
    *ret_verdict = (comity_verdict)context->judgement.verdict;
    return COMITY_OK;
}

comity_status comity_judge_json(comity_context *context, const char *act, size_t act_size, const char *today,
                                comity_answer *ret_answer, comity_error *reterr)
{
    if (ret_answer == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_judge_json: ret_answer must not be NULL");
    }
    COMITY_TRY(judge_on(context, act, act_size, today, reterr));
    return comity_context_answer(context, ret_answer, reterr);
}
