/* What looking into bytes costs is bounded, whatever they are: a gate's worker must not stand still for one client.
 * Documents of one short piece over and over, those that were found to cost most among them: how often values were
 * tried, anchors compared and runs gone through stays below a number for each byte. Each gives the same findings in
 * another split.
 *
 *     scan_effort [PIECES [SEED]]
 */
#include "../test.h"

#include "inspect/scan.h"
#include "random.h"

#include <stdlib.h>

#define DOCUMENT_SIZE 16384
#define PIECE_MAX 160
#define FEW_BYTES 700
/* For each byte. A value that is found costs some hundred, over its twenty bytes. */
#define EFFORT_MAX 12
#define ROWS_EFFORT_MAX 0.02

typedef struct sum {
    uint64_t hash, count;
} sum;

static void found(void *context, const comity_finding *finding)
{
    sum *to = context;
    const uint64_t numbers[] = {finding->begin, finding->end, finding->readings[0].type, finding->readings[0].confidence};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        to->hash = (to->hash ^ numbers[i]) * UINT64_C(0x100000001B3);
    }
    to->count++;
}

static double effort(comity_scan *scan, comity_form_syntax syntax, const uint8_t *bytes, size_t piece)
{
    const comity_scan_part part = {.syntax = syntax, .has_header = true};
    uint64_t before = comity_scan_effort(scan);
    comity_scan_start(scan, &part);
    for (size_t at = 0; at < DOCUMENT_SIZE; at += piece) {
        comity_scan_feed(scan, bytes + at, DOCUMENT_SIZE - at < piece ? DOCUMENT_SIZE - at : piece);
    }
    comity_scan_finish(scan);
    return (double)(comity_scan_effort(scan) - before) / DOCUMENT_SIZE;
}

static const comity_form_syntax syntaxes[] = {COMITY_FORM_TEXT, COMITY_FORM_JSON, COMITY_FORM_CSV, COMITY_FORM_XML, COMITY_FORM_HTML};

/* The most that a document of the piece costs, as of any of these forms; below 0: a split changed what is found. */
static double effort_of(comity_scan *scan, sum *sums, const uint8_t *piece, size_t size)
{
    static uint8_t bytes[DOCUMENT_SIZE];
    double most = 0;
    for (size_t i = 0; i < sizeof syntaxes / sizeof syntaxes[0]; i++) {
        const char *begin = syntaxes[i] == COMITY_FORM_JSON ? "{\"key\":\"" : "key=";
        size_t lead = strlen(begin);
        memcpy(bytes, begin, lead);
        for (size_t at = lead; at < sizeof bytes; at++) {
            bytes[at] = piece[(at - lead) % size];
        }
        *sums = (sum){0};
        double cost = effort(scan, syntaxes[i], bytes, sizeof bytes);
        sum whole = *sums;
        *sums = (sum){0};
        (void)effort(scan, syntaxes[i], bytes, FEW_BYTES);
        if (whole.hash != sums->hash || whole.count != sums->count) {
            return -1;
        }
        most = cost > most ? cost : most;
    }
    return most;
}

/* Signs, digits, letters and words that types know, by chance. */
static size_t piece_make(chance *random, uint8_t *ret_piece)
{
    static const char *const words[] = {"imt", "sk_live_", "Bearer ", "AKIA", "GB82 WEST", "phone ", "iban", "no. ", "key=",
                                        "://", "a@b.", "<<", "2026-", "T18:", "0x", "--", "eyJ", "\\u00", "%2B", "SECRET//",
                                        "\xC3\xA9", "\xEF\xBC\x91", "\xD9\xA3", "\"", "\\\"", ",", "\n", "ssn:", "&q="};
    static const char signs[] = "-_./:+=,; ()[]{}<>@#%&'|~*!?$^`";
    size_t size = 0;
    unsigned count = 1 + (unsigned)chance_below(random, 12);
    for (unsigned i = 0; i < count && size < PIECE_MAX - 16; i++) {
        switch (chance_below(random, 4)) {
        case 0: {
            const char *word = words[chance_below(random, sizeof words / sizeof words[0])];
            memcpy(ret_piece + size, word, strlen(word));
            size += strlen(word);
            break;
        }
        case 1:
            ret_piece[size++] = (uint8_t)signs[chance_below(random, sizeof signs - 1)];
            break;
        case 2:
            for (size_t left = 1 + chance_below(random, 12); left > 0; left--) {
                ret_piece[size++] = (uint8_t)('0' + chance_below(random, 10));
            }
            break;
        default:
            for (size_t left = 1 + chance_below(random, 8); left > 0; left--) {
                ret_piece[size++] = (uint8_t)((chance_below(random, 2) == 0 ? 'a' : 'A') + chance_below(random, 26));
            }
        }
    }
    return size;
}

/* Rows as tables have them in which nothing is found: a time at the beginning of a cell, two decimal numbers side by side, a
 * code that is never the same. What is tried for each byte, once such cells are known. */
static double effort_of_rows(comity_scan *scan, chance *random)
{
    static uint8_t bytes[DOCUMENT_SIZE + 128];
    size_t used = (size_t)sprintf((char *)bytes, "created,price,shipping,code\n");
    while (used < DOCUMENT_SIZE) {
        used += (size_t)sprintf((char *)bytes + used, "2026-%02u-%02uT%02u:%02u:%02uZ,%u.%02u,%u.%02u,%c%03u%c%04u\n",
                                (unsigned)chance_below(random, 12) + 1, (unsigned)chance_below(random, 28) + 1,
                                (unsigned)chance_below(random, 24), (unsigned)chance_below(random, 60),
                                (unsigned)chance_below(random, 60), 100 + (unsigned)chance_below(random, 900),
                                (unsigned)chance_below(random, 100), 10 + (unsigned)chance_below(random, 90),
                                (unsigned)chance_below(random, 100), 'A' + (int)chance_below(random, 26),
                                (unsigned)chance_below(random, 1000), 'A' + (int)chance_below(random, 26),
                                (unsigned)chance_below(random, 10000));
    }
    (void)effort(scan, COMITY_FORM_CSV, bytes, DOCUMENT_SIZE);
    return effort(scan, COMITY_FORM_CSV, bytes, DOCUMENT_SIZE);
}

int main(int argc, char **argv)
{
    /* each cost a microsecond or two a byte once */
    static const char *const known[] = {
        "/3", "/3/3", ".5093.5093", "/82633/3", "6902/3", "imt-imt-im435mt--", "imt-imt-imt-87i435mt--",
        "8410/08410/0841Z/08410/0", "-a036620794aaaa-a036620794aKaa", "packagist_out8apackagi_6",
        " 57p3808hilid 57p481296\xC2\xAD\x30\x38\x32\x30\x36hilid", "6725a86b-fE63-cEC8-1731-fB57fAe5b30b",
        "6725a86b-fE63-cEC8-Z1731-fB57fAe5b30b", "Orden EHA/451/2008a", "074390815 9457/9/9", "65 945-a",
        "074390815 9457/9/9074390874390815 9457/9/9074390815 9457/9/15 9457/9/9",
        "948435761992335934067111-948435761992335934067111-",
    };
    comity_types *types = NULL;
    comity_scan_rules *rules = NULL;
    comity_scan *scan = NULL;
    comity_error error;
    sum sums = {0};
    unsigned pieces = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 400;
    chance random = {argc > 2 ? strtoull(argv[2], NULL, 10) : 20};
    test_begin("property/scan_effort");
    test_case("set up");
    if (!CHECK(comity_types_open(&types, &error) == COMITY_OK) ||
        !CHECK(comity_scan_rules_new(types, &rules, &error) == COMITY_OK)) {
        return test_done();
    }
    const comity_scan_settings settings = {.found = found, .context = &sums};
    if (!CHECK(comity_scan_new(rules, &settings, &scan, &error) == COMITY_OK)) {
        return test_done();
    }
    test_case("rows in which nothing is found");
    double rows = effort_of_rows(scan, &random);
    if (!CHECK(rows < ROWS_EFFORT_MAX)) {
        fprintf(stderr, "rows: %.3f a byte\n", rows);
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        test_case(known[i]);
        double cost = effort_of(scan, &sums, (const uint8_t *)known[i], strlen(known[i]));
        if (!CHECK(cost >= 0) || !CHECK(cost < EFFORT_MAX)) {
            fprintf(stderr, "%s: %.1f a byte\n", known[i], cost);
        }
    }
    test_case("by chance");
    double most = 0;
    for (unsigned i = 0; i < pieces; i++) {
        uint8_t piece[PIECE_MAX];
        size_t size = piece_make(&random, piece);
        double cost = effort_of(scan, &sums, piece, size);
        most = cost > most ? cost : most;
        if (!CHECK(cost >= 0) || !CHECK(cost < EFFORT_MAX)) {
            fprintf(stderr, "%u: %.1f a byte: %.*s\n", i, cost, (int)size, piece);
        }
    }
    if (argc > 1) {
        fprintf(stderr, "at most %.1f a byte\n", most);
    }
    comity_scan_free(scan);
    comity_scan_rules_free(rules);
    comity_types_close(types);
    return test_done();
}
