/* Which rules share a block: of a law with several blocks, an act has to do with those
 * only that speak of its kind and its places; and whatever block they stand in, a
 * judgement tells its rules in the order of their names. */
#include "api/handles.h"

#include "comity.h"

#include "test.h"

#include <stdlib.h>

enum { RULES = 150, LAW_BYTES = 32768 };

/* Rules by turns of three kinds of act, so that in the order of names each block had all of them. */
static size_t law_write(char *text)
{
    static const char *const conditions[] = {"transfer from XA to XB", "store", "transfer from XA to XC"};
    size_t size = (size_t)snprintf(text, LAW_BYTES,
                                   "state XA \"Examplia\"\nplace XB \"Bexar\"\nplace XC \"Cexar\"\n"
                                   "instrument I \"Act\" from 2020-01-01\n"
                                   "covers transfer, store from 2020-01-01\n");
    for (unsigned i = 0; i < RULES; i++) {
        size += (size_t)snprintf(text + size, LAW_BYTES - size,
                                 "rule XA.I.%03u \"Rule\"\n  cite I \"%u\"\n  when %s\n  notes\n  unverified\n", i, i + 1,
                                 conditions[i % 3]);
    }
    return size;
}

static bool law_build(const char *text, size_t size, comity_law **ret_law)
{
    comity_builder *builder;
    comity_error error;
    const void *image;
    size_t image_size;
    if (!CHECK_EQ_INT(COMITY_OK, comity_builder_new(&builder, &error))) {
        return false;
    }
    comity_status status = comity_builder_add(builder, "XA.law", text, size, &error);
    status = status == COMITY_OK ? comity_builder_build(builder, &image, &image_size, &error) : status;
    status = status == COMITY_OK ? comity_law_load(image, image_size, ret_law, &error) : status;
    if (status != COMITY_OK) {
        fprintf(stderr, "%s%s\n", comity_builder_messages(builder), error.message);
    }
    comity_builder_free(builder);
    return CHECK_EQ_INT(COMITY_OK, status);
}

/* The blocks in which a kind of act between two places leaves a row possible. */
static unsigned blocks_entered(const comity_image *image, uint32_t kind, uint32_t first, uint32_t second)
{
    const comity_law_record *law = &image->laws[0];
    uint32_t classes[2] = {image->classes[law->now_classes[0] + first], image->classes[law->now_classes[1] + second]};
    unsigned count = 0;
    for (uint32_t i = 0; i < law->block_count; i++) {
        uint64_t rows = image->blocks[law->first_block + i].live[kind];
        for (uint32_t side = 0; side < 2; side++) {
            rows &= image->bits[law->class_bits[side] + classes[side] * law->block_count + i];
        }
        count += rows != 0;
    }
    return count;
}

/* The rules of the judgement stand in the order of names, so many of them. */
static void check_order(const comity_law *law, const char *act, unsigned expected)
{
    static const char begins[] = "{\"rule\":\"XA.I.";
    comity_context *context;
    comity_answer answer;
    comity_error error;
    unsigned count = 0;
    unsigned long last = 0;
    if (!CHECK_EQ_INT(COMITY_OK, comity_context_new(law, &context, &error))) {
        return;
    }
    if (CHECK_EQ_INT(COMITY_OK, comity_judge_json(context, act, strlen(act), NULL, &answer, &error))) {
        const char *end = strstr(answer.json, "\"needs\":");
        for (const char *at = strstr(answer.json, begins); at != NULL && at < end; at = strstr(at + 1, begins)) {
            unsigned long number = strtoul(at + sizeof begins - 1, NULL, 10);
            CHECK(count == 0 || number > last);
            last = number;
            count++;
        }
        CHECK_EQ_INT(expected, count);
    }
    comity_context_free(context);
}

int main(void)
{
    enum { TRANSFER, STORE };
    static char text[LAW_BYTES];
    comity_law *law;
    size_t size = law_write(text);
    test_case("rules that the same acts leave possible share their blocks");
    if (law_build(text, size, &law)) {
        const comity_image *image = &law->image;
        CHECK_EQ_INT(3, image->blocks_count);
        CHECK_EQ_INT(1, blocks_entered(image, TRANSFER, 0, 2));
        CHECK_EQ_INT(2, blocks_entered(image, TRANSFER, 0, 1));
        CHECK_EQ_INT(2, blocks_entered(image, STORE, 0, 1));
        CHECK_EQ_INT(0, blocks_entered(image, TRANSFER, 1, 2));

        test_case("what is found in several blocks is told in the order of names");
        check_order(law, "{\"act\":\"transfer\",\"on\":\"2026-01-02\",\"from\":\"XA\",\"to\":\"XB\"}", RULES / 3);
        check_order(law, "{\"act\":\"store\",\"on\":\"2026-01-02\",\"from\":\"XA\",\"to\":\"XB\"}", RULES / 3);
        comity_law_close(law);
    }
    return test_done();
}
