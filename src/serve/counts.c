/* Reads counts and thresholds from an image. A threshold stands in a rule's rows, or in
 * a condition that they test. */
#include "serve/counts.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

bool comity_count_is_kept(const comity_count_record *count)
{
    return count->devices == 0 && count->window != 0;
}

bool comity_count_is_yearly(const comity_count_record *count)
{
    return (count->window & COMITY_WINDOW_YEAR) != 0;
}

bool comity_count_by_importer(const comity_count_record *count)
{
    return (count->window & COMITY_WINDOW_IMPORTER) != 0;
}

uint32_t comity_count_months(const comity_count_record *count)
{
    uint32_t months = count->window & COMITY_WINDOW_MONTHS;
    return comity_count_is_yearly(count) || months == 0 ? 12 : months < COMITY_LIMIT_LEDGER_MONTHS ? months : COMITY_LIMIT_LEDGER_MONTHS;
}

uint32_t comity_counts_months_max(const comity_image *image)
{
    uint32_t most = 12;
    for (uint32_t i = 0; i < image->counts_count; i++) {
        uint32_t months = comity_count_months(&image->counts[i]);
        most = months > most ? months : most;
    }
    return most;
}

static uint32_t law_of(const comity_image *image, uint32_t count)
{
    const char *name = comity_image_text(image, image->counts[count].name);
    for (uint32_t i = 0; i < image->declarations_count; i++) {
        const comity_declared *declared = &image->declarations[i];
        if (strcmp(comity_image_text(image, declared->name), name) == 0 &&
            strcmp(comity_image_text(image, declared->word), "count") == 0) {
            return declared->law;
        }
    }
    return COMITY_IMAGE_NONE;
}

uint32_t *comity_count_laws(const comity_image *image)
{
    uint32_t *laws = malloc(((size_t)image->counts_count + 1) * sizeof *laws);
    for (uint32_t i = 0; laws != NULL && i < image->counts_count; i++) {
        laws[i] = law_of(image, i);
    }
    return laws;
}

/* ---- thresholds ---- */

typedef struct finding {
    const comity_image *image;
    comity_threshold *items;
    size_t count, capacity, of_rule; /* of_rule: where those of the rule at hand begin */
    bool failed;
} finding;

static void add(finding *all, uint32_t rule, uint32_t count, uint64_t at)
{
    for (size_t i = all->of_rule; i < all->count; i++) {
        if (all->items[i].count == count && all->items[i].at == at) {
            return;
        }
    }
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 64 : all->capacity * 2;
        void *larger = capacity > COMITY_LIMIT_SERVE_THRESHOLDS ? NULL : realloc(all->items, capacity * sizeof *all->items);
        if (larger == NULL) {
            all->failed = true;
            return;
        }
        all->items = larger;
        all->capacity = capacity;
    }
    all->items[all->count++] = (comity_threshold){rule, count, at};
}

/* Goes down into conditions: those of conditions are few, and none leads back. */
static void look(finding *all, uint32_t rule, uint32_t first_row, uint32_t row_count, unsigned depth)
{
    const comity_image *image = all->image;
    for (uint32_t i = 0; i < row_count; i++) {
        const comity_row *row = &image->rows[first_row + i];
        for (uint32_t j = 0; j < row->literal_count; j++) {
            const comity_literal *literal = &image->literals[row->first_literal + j];
            if (literal->op == COMITY_OP_COUNT) {
                add(all, rule, literal->a, image->numbers[literal->b]);
            } else if (literal->op == COMITY_OP_CONDITION && depth < COMITY_LIMIT_SERVE_THRESHOLD_DEPTH) {
                const comity_rows *rows = &image->conditions[literal->b];
                look(all, rule, rows->first_row, rows->row_count, depth + 1);
            }
        }
    }
}

comity_threshold *comity_thresholds(const comity_image *image, size_t *ret_count)
{
    finding all = {.image = image, .items = calloc(1, sizeof *all.items), .capacity = 1};
    all.failed = all.items == NULL;
    for (uint32_t i = 0; i < image->rules_count && !all.failed; i++) {
        all.of_rule = all.count;
        look(&all, i, image->rules[i].first_row, image->rules[i].row_count, 0);
    }
    if (all.failed) {
        free(all.items);
        return NULL;
    }
    *ret_count = all.count;
    return all.items;
}
