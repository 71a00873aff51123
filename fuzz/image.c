/* Hostile images. What comes in is taken for an image, once as it is and once
 * with the size and the hash it should have, so that what lies behind these
 * checks is reached; what opens must judge an act without harm. */
#include "comity.h"

#include "base/sha256.h"
#include "law/image.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void judge(const comity_law *law)
{
    static const char act[] = "{\"act\": \"transfer\", \"on\": \"2026-11-24\", \"from\": {\"owners\": []}, "
                              "\"data\": {\"people\": 10000}, \"papers\": []}";
    comity_context *context = NULL;
    comity_answer answer;
    comity_error error;
    if (comity_context_new(law, &context, &error) == COMITY_OK) {
        if (comity_judge_json(context, act, sizeof act - 1, NULL, &answer, &error) == COMITY_OK &&
            strlen(answer.json) != answer.json_size) {
            abort();
        }
        comity_context_free(context);
    }
}

static void load(const uint8_t *bytes, size_t size)
{
    comity_law *law = NULL;
    comity_error error;
    if (comity_law_load(bytes, size, &law, &error) == COMITY_OK) {
        judge(law);
        comity_law_close(law);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    load(bytes, size);
    if (size < sizeof(comity_image_header) + 32) {
        return 0;
    }
    uint8_t *mended = malloc(size);
    if (mended == NULL) {
        return 0;
    }
    memcpy(mended, bytes, size);
    uint64_t whole = size;
    memcpy(mended + offsetof(comity_image_header, size), &whole, sizeof whole);
    comity_sha256(mended, size - 32, mended + size - 32);
    load(mended, size);
    free(mended);
    return 0;
}
