/* Hostile acts, under the law of the world. What is judged must be judged the
 * same way again, and in the short way; what is not must be told why. */
#include "comity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static comity_context *make_context(void)
{
    comity_law *law = NULL;
    comity_context *context = NULL;
    comity_error error;
    if (comity_law_open(FUZZ_IMAGE, &law, &error) != COMITY_OK ||
        comity_context_new(law, &context, &error) != COMITY_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    return context;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static comity_context *context = NULL;
    if (context == NULL) {
        context = make_context();
    }
    const char *act = (const char *)bytes;
    comity_answer answer;
    comity_error error;
    comity_verdict verdict;
    if (comity_judge_json(context, act, size, "2026-11-24", &answer, &error) != COMITY_OK) {
        if (error.message[0] == '\0') {
            abort();
        }
        return 0;
    }
    char *first = malloc(answer.json_size + 1);
    if (first == NULL) {
        return 0;
    }
    memcpy(first, answer.json, answer.json_size + 1);
    comity_verdict first_verdict = answer.verdict;
    if (comity_judge_json(context, act, size, "2026-11-24", &answer, &error) != COMITY_OK ||
        strcmp(first, answer.json) != 0) {
        abort();
    }
    if (comity_judge_verdict(context, act, size, "2026-11-24", &verdict, &error) != COMITY_OK ||
        verdict != first_verdict) {
        abort();
    }
    free(first);
    return 0;
}
