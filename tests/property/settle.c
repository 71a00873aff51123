/* Programs that are made shorter say what they said: of the known values of all types, and of these with their digits
 * changed, under every form whose shape they fit.
 *
 *     settle [ROUNDS [SEED]]
 */
#include "../test.h"

#include "inspect/check_settle.h"
#include "inspect/types_inner.h"
#include "random.h"

#include <stdlib.h>

#define VALUE_BYTES 32
#define STEPS 64

typedef struct tally {
    size_t compared, passed, shorter, whole;
} tally;

static bool is_alike(const comity_check_value *left, const comity_check_value *right)
{
    bool alike = left->part_count == right->part_count && left->body_begin == right->body_begin &&
                 left->body_end == right->body_end;
    for (size_t i = 0; alike && i < left->part_count; i++) {
        alike = left->part_begins[i] == right->part_begins[i] && left->part_ends[i] == right->part_ends[i];
    }
    return alike;
}

static void changed(const uint8_t *value, size_t size, chance *random, uint8_t *ret_value)
{
    for (size_t i = 0; i < size; i++) {
        bool is_digit = value[i] >= '0' && value[i] <= '9' && chance_in_100(random, 30);
        ret_value[i] = is_digit ? (uint8_t)('0' + chance_below(random, 10)) : value[i];
    }
}

static bool form_holds(const comity_types *types, size_t form, const uint8_t *value, size_t size, size_t rounds,
                       chance *random, tally *to)
{
    const comity_shape *shape = &types->shapes[form];
    const comity_check_step *steps = types->steps + shape->step_begin;
    comity_check_settled settled[STEPS];
    comity_check_value first;
    size_t count;
    if (shape->element_count == 0 || !comity_shape_fit(types, shape, value, size, &first)) {
        return true;
    }
    first.form = shape->ordinal;
    bool is_shorter = comity_check_settle(steps, shape->step_count, &types->data, &first, settled, STEPS, &count);
    to->shorter += is_shorter;
    to->whole += !is_shorter;
    for (size_t round = 0; is_shorter && round < rounds; round++) {
        uint8_t other[VALUE_BYTES + COMITY_CHECK_MARGIN];
        comity_check_value fitted;
        changed(value, size, random, other);
        if (!comity_shape_fit(types, shape, other, size, &fitted) || !is_alike(&first, &fitted)) {
            continue;
        }
        fitted.form = shape->ordinal;
        comity_check_sums sums = {0};
        bool passes = comity_check_run(steps, shape->step_count, &types->data, &fitted);
        if (passes != comity_check_settled_run(settled, count, &types->data, other, &sums)) {
            printf("form %zu says %d of %.*s, and made shorter it does not\n", form, passes, (int)size, (char *)other);
            return false;
        }
        to->compared++;
        to->passed += passes;
    }
    return true;
}

/* The second field of each line is a string of JSON; of those with escapes nothing is asked. */
static bool values_hold(const comity_types *types, FILE *file, size_t rounds, chance *random, tally *to)
{
    char line[1024];
    bool holds = true;
    while (holds && fgets(line, sizeof line, file) != NULL) {
        char *begin = strchr(line, '"');
        char *end = begin == NULL ? NULL : strchr(begin + 1, '"');
        if (line[0] == '#' || end == NULL || end - begin > VALUE_BYTES || strchr(line, '\\') != NULL) {
            continue;
        }
        size_t raw_size = (size_t)(end - begin - 1);
        for (int writing = 0; holds && writing < 3; writing++) {
            uint8_t value[VALUE_BYTES + COMITY_CHECK_MARGIN];
            uint8_t separators;
            size_t size =
                comity_value_write((const uint8_t *)begin + 1, raw_size, (comity_writing)writing, value, &separators);
            for (size_t form = 0; holds && form < comity_types_form_count(types); form++) {
                bool is_written_so = comity_types_form(types, form)->writing == (comity_writing)writing;
                holds = !is_written_so || size == 0 || form_holds(types, form, value, size, rounds, random, to);
            }
        }
    }
    return holds;
}

int main(int argc, char **argv)
{
    static const char *const paths[] = {"tests/cases/types/values.tsv", "tests/cases/types/published.tsv"};
    size_t rounds = argc > 1 ? (size_t)atol(argv[1]) : 8;
    chance random = {argc > 2 ? (uint64_t)atoll(argv[2]) : 1};
    comity_types *types = NULL;
    comity_error error;
    tally to = {0};
    test_begin("property/settle");
    test_case("made shorter they say the same");
    CHECK(comity_types_open(&types, &error) == COMITY_OK);
    for (size_t i = 0; types != NULL && i < sizeof paths / sizeof paths[0]; i++) {
        FILE *file = fopen(paths[i], "r");
        CHECK(file != NULL);
        if (file != NULL) {
            CHECK(values_hold(types, file, rounds, &random, &to));
            fclose(file);
        }
    }
    test_case("of many that hold and that do not");
    fprintf(stderr, "%zu programs made shorter, %zu left; %zu values, of which %zu passed\n", to.shorter, to.whole,
            to.compared, to.passed);
    CHECK(to.passed > 100000 && to.compared - to.passed > 100000 && to.shorter > 2 * to.whole);
    comity_types_close(types);
    return test_done();
}
