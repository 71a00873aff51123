/* What a scan remembers changes nothing: over records that look alike, with the built-in types, a scan that keeps
 * plans and quiet cells finds what one finds that tries everything. Values are the known ones of all types, with
 * digits and letters changed, and what records hold else.
 *
 *     plans [DOCUMENTS [SEED]]
 */
#include "../test.h"

#include "inspect/scan_inner.h"
#include "random.h"

#include <stdlib.h>

#define VALUES_MAX 4096
#define VALUE_BYTES 120
#define DOCUMENT_BYTES ((size_t)1 << 18)
#define COLUMNS 9
#define RECORDS 150

typedef struct value {
    char text[VALUE_BYTES];
    size_t size;
} value;

typedef struct column {
    const comity_type_literal *name;
    const value *like;
    bool is_number;
    bool has_words;
    bool is_code; /* letters and digits, in their order by chance */
} column;

/* What stands in one value with another: some speak for types. */
static const char *const words[] = {"12", "Oak", "no", "ID", "passport", "tax", "RUN", "1957-11-03", "7", "A", "(3)", "+49"};

static value values[VALUES_MAX];
static size_t value_count;

/* Reads the second field of each line, a string of JSON; those with escapes are left out. */
static bool values_read(const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    while (file != NULL && value_count < VALUES_MAX && fgets(line, sizeof line, file) != NULL) {
        char *begin = strchr(line, '"');
        char *end = begin == NULL ? NULL : strchr(begin + 1, '"');
        if (line[0] != '#' && end != NULL && end - begin > 1 && end - begin < VALUE_BYTES && strchr(line, '\\') == NULL) {
            values[value_count].size = (size_t)(end - begin - 1);
            memcpy(values[value_count++].text, begin + 1, (size_t)(end - begin - 1));
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return value_count > 1000;
}

static char changed(char byte, chance *random, unsigned percent)
{
    if (!chance_in_100(random, percent)) {
        return byte;
    }
    if (byte >= '0' && byte <= '9') {
        return (char)('0' + chance_below(random, 10));
    }
    if (byte >= 'a' && byte <= 'z') {
        return (char)('a' + chance_below(random, 26));
    }
    return byte >= 'A' && byte <= 'Z' ? (char)('A' + chance_below(random, 26)) : byte;
}

static size_t put(char *to, const char *text, size_t size)
{
    memcpy(to, text, size);
    return size;
}

/* What looks like the value without its separators: mostly no number at all. */
static size_t code_put(char *to, const value *like, chance *random)
{
    size_t used = 0;
    for (size_t i = 0; i < like->size && used < 20; i++) {
        char byte = changed(like->text[i], random, 95);
        bool is_word = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        to[used] = byte;
        used += is_word;
    }
    return used;
}

static size_t value_put(char *to, const column *of, chance *random)
{
    if (of->is_number) {
        return (size_t)sprintf(to, chance_in_100(random, 30) ? "%zu.%zu" : "%zu%06zu", chance_below(random, 10000),
                               chance_below(random, 1000000));
    }
    if (of->is_code && chance_in_100(random, 80)) {
        return code_put(to, of->like, random);
    }
    const value *like = chance_in_100(random, 10) ? &values[chance_below(random, value_count)] : of->like;
    unsigned percent = chance_in_100(random, 40) ? 0 : 40;
    size_t used = of->has_words ? (size_t)sprintf(to, "%s ", words[chance_below(random, sizeof words / sizeof words[0])]) : 0;
    for (size_t i = 0; i < like->size; i++) {
        to[used++] = changed(like->text[i], random, percent);
    }
    if (of->has_words && chance_in_100(random, 30)) {
        used += (size_t)sprintf(to + used, " %s", words[chance_below(random, sizeof words / sizeof words[0])]);
    }
    return used;
}

static void columns_make(column *columns, const comity_types *types, chance *random)
{
    size_t count;
    const comity_type_literal *literals = comity_types_literals(types, &count);
    for (size_t i = 0; i < COLUMNS; i++) {
        do {
            columns[i].name = &literals[chance_below(random, count)];
        } while (columns[i].name->kind > COMITY_LITERAL_FIELD || strpbrk(columns[i].name->text, "\"\\,") != NULL);
        columns[i].like = &values[chance_below(random, value_count)];
        columns[i].is_number = chance_in_100(random, 25);
        columns[i].has_words = chance_in_100(random, 25);
        columns[i].is_code = chance_in_100(random, 25);
    }
}

static size_t json_make(char *text, const column *columns, chance *random)
{
    size_t used = 0;
    for (size_t i = 0; i < RECORDS && used < DOCUMENT_BYTES - 4096; i++) {
        used += put(text + used, "{\"in\":{", 7);
        for (size_t j = 0; j < COLUMNS; j++) {
            const column *of = &columns[j];
            used += put(text + used, j == 0 ? "\"" : j == 4 ? "},\"" : ",\"", j == 0 ? 1 : j == 4 ? 3 : 2);
            used += put(text + used, of->name->text, of->name->size);
            used += put(text + used, "\":", 2);
            used += put(text + used, "\"", !of->is_number);
            used += value_put(text + used, of, random);
            used += put(text + used, "\"", !of->is_number);
        }
        used += put(text + used, "}\n", 2);
    }
    return used;
}

static size_t csv_make(char *text, const column *columns, chance *random)
{
    size_t used = 0;
    for (size_t j = 0; j < COLUMNS; j++) {
        used += put(text + used, ",", j != 0);
        used += put(text + used, columns[j].name->text, columns[j].name->size);
    }
    for (size_t i = 0; i < RECORDS && used < DOCUMENT_BYTES - 4096; i++) {
        for (size_t j = 0; j < COLUMNS; j++) {
            bool quoted = chance_in_100(random, 10);
            used += put(text + used, j == 0 ? "\n" : ",", 1);
            used += put(text + used, "\"", quoted);
            used += value_put(text + used, &columns[j], random);
            used += put(text + used, "\"", quoted);
        }
    }
    return used;
}

/* All that was found, as one number, and how much. */
typedef struct seen {
    uint64_t hash;
    size_t count;
} seen;

static void see(void *context, const comity_finding *finding)
{
    seen *to = context;
    uint64_t numbers[6] = {finding->begin, finding->end, finding->line, finding->record, finding->column, 0};
    for (size_t i = 0; i < finding->reading_count; i++) {
        const comity_reading *reading = &finding->readings[i];
        numbers[5] = numbers[5] * 31 + reading->form * 65536u + reading->confidence * 4096u + reading->evidence;
    }
    to->hash = to->hash * 31 + comity_scan_hash(numbers, sizeof numbers) + comity_scan_hash(finding->path, strlen(finding->path));
    to->count++;
}

static seen scan_all(comity_scan *scan, seen *to, comity_form_syntax syntax, const char *text, size_t size)
{
    const comity_scan_part part = {.syntax = syntax, .has_header = true};
    *to = (seen){0, 0};
    comity_scan_start(scan, &part);
    comity_scan_feed(scan, text, size);
    comity_scan_finish(scan);
    return *to;
}

/* Cells that differ in their digits only, of which these make some a day, years or a version. */
static void check_times(comity_scan *with, comity_scan *without, seen *to)
{
    static const struct {
        const char *before, *other;
    } cells[] = {
        {"a@example.com-1970-08-08", "a@example.com-1670-35-74"},
        {"a@example.com 2007-2009", "a@example.com 1670-3574"},
        {"a@example.com 141.0.7390.37", "a@example.com 041.0.7390.37"},
        {"a@example.com 2026 -0700", "a@example.com 2026 -3574"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        char text[1024] = "";
        size_t used = (size_t)sprintf(text, "reference,b\n");
        test_case(cells[i].before);
        for (int row = 0; row < 8; row++) {
            used += (size_t)sprintf(text + used, "%s,b\n", row < 4 ? cells[i].before : cells[i].other);
        }
        seen one = scan_all(with, to, COMITY_FORM_CSV, text, used);
        seen other = scan_all(without, to, COMITY_FORM_CSV, text, used);
        CHECK_EQ_INT(other.count, one.count);
        CHECK(one.hash == other.hash);
    }
}

/* What looks the same with a word that speaks for a number, and with one that speaks for none. */
static size_t apart_by_words(comity_scan *with, comity_scan *without, const comity_types *types, size_t digits, seen *to)
{
    size_t count;
    size_t apart = 0;
    const comity_type_literal *literals = comity_types_literals(types, &count);
    for (size_t i = 0; i < count; i++) {
        const comity_type_literal *word = &literals[i];
        char other[16] = "";
        char text[2048];
        bool is_word = word->kind == COMITY_LITERAL_WORD && word->size < sizeof other;
        for (size_t j = 0; is_word && j < word->size; j++) {
            is_word = word->text[j] >= 'a' && word->text[j] <= 'z';
            other[j] = j % 2 == 0 ? 'q' : 'x';
        }
        if (!is_word) {
            continue;
        }
        size_t used = (size_t)sprintf(text, "reference,address,b\n");
        for (unsigned row = 0; row < 10; row++) {
            const char *own = row < 6 ? other : word->text;
            char number[32];
            (void)sprintf(number, "%u%u", 312347 + row * 7919, 401234 + row * 3517);
            int size = (int)digits;
            used += (size_t)sprintf(text + used, "%s%.*s,%u %s %.*s,b\n", own, size, number, 10 + row, own, size, number);
        }
        seen one = scan_all(with, to, COMITY_FORM_CSV, text, used);
        seen two = scan_all(without, to, COMITY_FORM_CSV, text, used);
        if (one.hash != two.hash || one.count != two.count) {
            fprintf(stderr, "%s: %zu findings with plans, %zu without\n", word->text, one.count, two.count);
            apart++;
        }
    }
    return apart;
}

int main(int argc, char **argv)
{
    size_t documents = argc > 1 ? strtoul(argv[1], NULL, 10) : 60;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    static char text[DOCUMENT_BYTES];
    comity_types *types = NULL;
    comity_scan_rules *rules = NULL;
    comity_scan *with = NULL;
    comity_scan *without = NULL;
    comity_error error;
    seen to;
    size_t apart = 0;
    size_t found = 0;
    column columns[COLUMNS];
    test_begin("property/plans");
    test_case("set up");
    comity_scan_settings settings = {.found = see, .context = &to, .wants_paths = true};
    if (!CHECK(values_read("tests/cases/types/values.tsv")) || !CHECK(comity_types_open(&types, &error) == COMITY_OK) ||
        !CHECK(comity_scan_rules_new(types, &rules, &error) == COMITY_OK)) {
        return test_done();
    }
    for (size_t i = 0; i < documents; i++) {
        chance random = chance_for(seed, i);
        settings.level = i % 3 == 0 ? 40 : 75;
        if (i % 20 == 0 || i % 3 <= 1) { /* else what was kept of the document before serves on */
            comity_scan_free(with);
            comity_scan_free(without);
            with = NULL;
            without = NULL;
            if (!CHECK(comity_scan_new(rules, &settings, &with, &error) == COMITY_OK) ||
                !CHECK(comity_scan_new(rules, &settings, &without, &error) == COMITY_OK)) {
                return test_done();
            }
            comity_scan_forget(without);
        }
        columns_make(columns, types, &random);
        bool is_csv = i % 2 == 1;
        comity_form_syntax syntax = is_csv ? COMITY_FORM_CSV : COMITY_FORM_NDJSON;
        size_t size = is_csv ? csv_make(text, columns, &random) : json_make(text, columns, &random);
        seen one = scan_all(with, &to, syntax, text, size);
        seen other = scan_all(without, &to, syntax, text, size);
        if (one.hash != other.hash || one.count != other.count) {
            fprintf(stderr, "document %zu of seed %llu: %zu findings with plans, %zu without\n", i, (unsigned long long)seed,
                    one.count, other.count);
            apart++;
        }
        found += one.count;
        if (i == 0) { /* of level 40 */
            check_times(with, without, &to);
            test_case("documents");
        }
        for (size_t digits = 4; i == 1 && digits < 11; digits++) {
            test_case("words in values that look the same");
            CHECK_EQ_INT(0, apart_by_words(with, without, types, digits, &to));
            test_case("documents");
        }
    }
    test_case("the same with plans and without");
    CHECK_EQ_INT(0, apart);
    CHECK(found > documents * 10);
    comity_scan_free(with);
    comity_scan_free(without);
    comity_scan_rules_free(rules);
    comity_types_close(types);
    return test_done();
}
