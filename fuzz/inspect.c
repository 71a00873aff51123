/* Any bytes as an input to be inspected: the first says how they are split and what
 * they are said to be. Findings lie within the input, do not overlap within a part,
 * and are the same for another split. */
#include "comity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX 65536

typedef struct sum {
    uint64_t hash;
    uint64_t count;
    uint32_t part;
} sum;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void mix(sum *to, uint64_t number)
{
    to->hash = (to->hash ^ number) * UINT64_C(0x100000001B3);
}

static void found(void *context, const comity_found *one)
{
    sum *to = context;
    require(one->seen_count >= 1 && one->seen_count <= COMITY_SEEN_MAX);
    require(one->begin < one->end && one->value_size == one->end - one->begin);
    require(!one->has_raw || one->raw_begin < one->raw_end);
    require(one->seen[0].confidence >= 65);
    mix(to, one->begin);
    mix(to, one->end);
    mix(to, one->seen[0].type);
    mix(to, one->seen[0].confidence);
    mix(to, one->line);
    mix(to, one->record);
    mix(to, one->has_raw ? one->raw_begin : 0);
    mix(to, one->has_raw ? one->raw_end : 0);
    for (const char *at = one->path; *at != '\0'; at++) {
        mix(to, (unsigned char)*at);
    }
    to->count++;
}

static comity_rules *rules_once(void)
{
    static comity_rules *rules;
    comity_error error;
    if (rules == NULL) {
        require(comity_rules_open(&rules, &error) == COMITY_OK);
    }
    return rules;
}

static bool run(comity_inspection *inspection, const uint8_t *bytes, size_t size, const char *content_type, size_t piece)
{
    comity_error error;
    const comity_inspect_hints hints = {.content_type = content_type};
    bool good = comity_inspect_begin(inspection, &hints, &error) == COMITY_OK;
    for (size_t at = 0; good && at < size; at += piece) {
        good = comity_inspect_feed(inspection, bytes + at, size - at < piece ? size - at : piece, &error) == COMITY_OK;
    }
    return good && comity_inspect_finish(inspection, &error) == COMITY_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const kinds[] = {NULL, "text/plain", "application/json", "application/x-ndjson", "text/csv",
                                        "application/xml", "text/html", "application/x-www-form-urlencoded"};
    static comity_inspection *inspection;
    static sum sums[2];
    static sum now;
    comity_error error;
    const comity_inspect_options options = {.level = 65, .with_paths = true, .persons_max = 1000};
    if (size < 2 || size > INPUT_SIZE_MAX) {
        return 0;
    }
    if (inspection == NULL) {
        require(comity_inspection_new(rules_once(), &options, found, &now, &inspection, &error) == COMITY_OK);
    }
    const char *kind = kinds[bytes[0] % 8];
    size_t piece = (size_t)bytes[1] + 1;
    bool good[2];
    for (int i = 0; i < 2; i++) {
        now = (sum){0};
        good[i] = run(inspection, bytes + 2, size - 2, kind, i == 0 ? size : piece);
        sums[i] = now;
    }
    require(good[0] == good[1]);
    require(!good[0] || (sums[0].hash == sums[1].hash && sums[0].count == sums[1].count));
    return 0;
}
