/* The invariants of the scanner, over random documents with values planted in them:
 *
 *   split    however a part is split, its findings are the same
 *   levels   all instruction sets give the same places, and the same findings
 *   planted  every value planted with something that speaks for it is found, where it is
 *   sound    each reading is accepted by its type, tried by the slow way; what is said
 *            to speak for it stands there
 *   settled  no finding begins before what was said to be settled
 *   twice    findings do not overlap, and come in order
 *
 *     scan [DOCUMENTS [SEED]]
 */
#include "../test.h"

#include "documents.h"
#include "inspect/scan_inner.h"

#include <stdlib.h>

#define FINDINGS_MAX 65536
#define SHOWN_MAX 10

/* A finding as it is compared: all of it, but what is borrowed. */
typedef struct kept {
    comity_finding finding;
    char path[COMITY_FINDING_PATH_BYTES];
} kept;

typedef struct run {
    kept *list;
    size_t count;
    uint64_t persons;
    uint64_t settled; /* as told after the last piece */
    bool unsettled;
} run;

static unsigned shown;

static void keep(void *context, const comity_finding *finding)
{
    run *to = context;
    to->unsettled |= finding->begin < to->settled;
    if (to->count == FINDINGS_MAX) {
        return;
    }
    kept *one = &to->list[to->count++];
    memset(one, 0, sizeof *one);
    one->finding.begin = finding->begin;
    one->finding.end = finding->end;
    for (size_t i = 0; i < finding->reading_count; i++) {
        one->finding.readings[i].type = finding->readings[i].type;
        one->finding.readings[i].form = finding->readings[i].form;
        one->finding.readings[i].evidence = finding->readings[i].evidence;
        one->finding.readings[i].confidence = finding->readings[i].confidence;
    }
    one->finding.reading_count = finding->reading_count;
    memcpy(one->finding.digest, finding->digest, sizeof one->finding.digest);
    one->finding.line = finding->line;
    one->finding.record = finding->record;
    one->finding.column = finding->column;
    (void)snprintf(one->path, sizeof one->path, "%s", finding->path);
}

static bool same(const run *left, const run *right)
{
    if (left->count != right->count || left->persons != right->persons) {
        return false;
    }
    return memcmp(left->list, right->list, left->count * sizeof left->list[0]) == 0;
}

static void show(const char *what, const comity_types *types, const scan_document *document, const run *left, const run *right)
{
    if (shown++ >= SHOWN_MAX) {
        return;
    }
    fprintf(stderr, "%s: %s, %zu bytes: %zu findings, %zu\n", what, comity_form_syntax_name(document->syntax), document->size,
            left->count, right->count);
    for (size_t i = 0; i < left->count && i < right->count; i++) {
        const comity_finding *a = &left->list[i].finding;
        const comity_finding *b = &right->list[i].finding;
        if (memcmp(&left->list[i], &right->list[i], sizeof left->list[i]) != 0) {
            fprintf(stderr, "  %llu-%llu %s line %llu record %llu path %s; %llu-%llu %s line %llu record %llu path %s\n",
                    (unsigned long long)a->begin, (unsigned long long)a->end,
                    comity_types_type(types, a->readings[0].type)->name, (unsigned long long)a->line,
                    (unsigned long long)a->record, left->list[i].path, (unsigned long long)b->begin,
                    (unsigned long long)b->end, comity_types_type(types, b->readings[0].type)->name,
                    (unsigned long long)b->line, (unsigned long long)b->record, right->list[i].path);
            return;
        }
    }
}

/* Pieces of `size` bytes at most: 0 stands for all at once. */
static void scan_all(comity_scan *scan, comity_persons *persons, const scan_document *document, chance *random, size_t size,
                     run *ret_run)
{
    bool exact;
    const comity_scan_part part = {.syntax = document->syntax, .has_header = true};
    comity_persons_reset(persons);
    ret_run->count = 0;
    ret_run->settled = 0;
    comity_scan_start(scan, &part);
    for (size_t at = 0; at < document->size;) {
        size_t piece = size == 0 ? document->size : 1 + chance_below(random, size);
        piece = piece < document->size - at ? piece : document->size - at;
        /* each piece lies in memory of its own, so that a read beyond it is seen */
        uint8_t *copy = malloc(piece);
        memcpy(copy, document->bytes + at, piece);
        comity_scan_feed(scan, copy, piece);
        free(copy);
        ret_run->settled = comity_scan_settled(scan);
        at += piece;
    }
    comity_scan_finish(scan);
    ret_run->persons = comity_persons_count(persons, &exact);
}

static bool is_read_as(const comity_finding *finding, uint16_t type)
{
    for (size_t i = 0; i < finding->reading_count; i++) {
        if (finding->readings[i].type == type) {
            return true;
        }
    }
    return false;
}

static size_t missing(const comity_types *types, const scan_document *document, const run *of)
{
    size_t count = 0;
    size_t at = 0;
    for (size_t i = 0; i < document->plant_count; i++) {
        const plant *planted = &document->plants[i];
        while (at < of->count && of->list[at].finding.end <= planted->begin) {
            at++;
        }
        const comity_finding *finding = at < of->count ? &of->list[at].finding : NULL;
        bool found = finding != NULL && finding->begin == planted->begin && finding->end == planted->end &&
                     is_read_as(finding, planted->type);
        if (found || planted->may_be_left) {
            continue;
        }
        if (shown++ < SHOWN_MAX) {
            size_t from = planted->begin > 60 ? planted->begin - 60 : 0;
            fprintf(stderr, "not found: %s in %s at %zu (%s): …%.*s…\n", comity_types_type(types, planted->type)->name,
                    comity_form_syntax_name(document->syntax), planted->begin,
                    finding == NULL ? "nothing" : comity_types_type(types, finding->readings[0].type)->name,
                    (int)(planted->end + 10 - from), document->bytes + from);
        }
        count++;
    }
    return count;
}

/* ---- what is said of a finding, looked up the slow way ---- */

static bool stands_at(const uint8_t *bytes, size_t size, const char *text, size_t text_size)
{
    if (text_size > size) {
        return false;
    }
    for (size_t i = 0; i < text_size; i++) {
        if (comity_scan_fold(bytes[i]) != comity_scan_fold((uint8_t)text[i])) {
            return false;
        }
    }
    return true;
}

/* A literal of the type stands within [from, to), but for what is no letter or digit. */
static bool stands_within(const scan_document *document, size_t from, size_t to, const comity_type_literal *literal,
                          bool plainly)
{
    uint8_t plain[4096];
    size_t size = 0;
    to = to < document->size ? to : document->size;
    for (size_t i = from; i < to && size < sizeof plain; i++) {
        if (!plainly || (comity_scan_class(document->bytes[i]) & COMITY_BYTE_WORD) != 0) {
            plain[size++] = document->bytes[i];
        }
    }
    for (size_t i = 0; i < size; i++) {
        if (stands_at(plain + i, size - i, literal->text, literal->size)) {
            return true;
        }
    }
    return false;
}

static bool speaks(const comity_types *types, const scan_document *document, const comity_finding *finding, uint16_t type,
                   comity_type_literal_kind kind)
{
    size_t count;
    const comity_type_literal *literals = comity_types_literals(types, &count);
    bool is_word = kind == COMITY_LITERAL_WORD;
    size_t back = is_word ? COMITY_LIMIT_SCAN_NEAR : 1024;
    size_t from = finding->begin > back ? finding->begin - back : 0;
    for (size_t i = 0; i < count; i++) {
        if (literals[i].kind == kind && literals[i].type == type &&
            (stands_within(document, from, finding->end + (is_word ? COMITY_LIMIT_SCAN_NEAR : 0), &literals[i], !is_word) ||
             (!is_word && stands_within(document, 0, 512, &literals[i], true)) || (literals[i].text[0] & 0x80) != 0)) {
            return true;
        }
    }
    return false;
}

static bool is_sound(const comity_types *types, const scan_document *document, const comity_finding *finding)
{
    size_t form;
    const uint8_t *raw = document->bytes + finding->begin;
    size_t size = (size_t)(finding->end - finding->begin);
    for (size_t i = 0; i < finding->reading_count; i++) {
        const comity_reading *reading = &finding->readings[i];
        const comity_type_form *of = comity_types_form(types, reading->form);
        bool marked = of->find == COMITY_FIND_MARK;
        bool words = (reading->evidence & COMITY_EVIDENCE_WORD) != 0;
        bool field = (reading->evidence & COMITY_EVIDENCE_FIELD) != 0;
        bool context = words || field;
        if ((!marked && !comity_type_accepts(types, reading->type, raw, size, &form)) ||
            (of->needs_context && !context) || reading->confidence < 75 ||
            (words && !speaks(types, document, finding, reading->type, COMITY_LITERAL_WORD)  &&
             !(field && speaks(types, document, finding, reading->type, COMITY_LITERAL_FIELD))) ||
            (field && !words && !speaks(types, document, finding, reading->type, COMITY_LITERAL_FIELD))) {
            if (shown++ < SHOWN_MAX) {
                fprintf(stderr, "not sound: %s in %s: %.*s, evidence %x, confidence %u\n",
                        comity_types_type(types, reading->type)->name, comity_form_syntax_name(document->syntax), (int)size,
                        raw, reading->evidence, reading->confidence);
            }
            return false;
        }
    }
    return true;
}

static size_t unsound(const comity_types *types, const scan_document *document, const run *of)
{
    size_t count = 0;
    uint64_t end = 0;
    for (size_t i = 0; i < of->count; i++) {
        const comity_finding *finding = &of->list[i].finding;
        count += !is_sound(types, document, finding);
        count += finding->begin < end || finding->end <= finding->begin;
        end = finding->end;
    }
    return count;
}

/* ---- all of it ---- */

static run run_new(void)
{
    return (run){.list = calloc(FINDINGS_MAX, sizeof(kept))};
}

int main(int argc, char **argv)
{
    size_t documents = argc > 1 ? strtoul(argv[1], NULL, 10) : 120;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261129;
    static const comity_form_syntax syntaxes[] = {COMITY_FORM_TEXT, COMITY_FORM_JSON, COMITY_FORM_NDJSON,
                                                  COMITY_FORM_CSV,  COMITY_FORM_XML,  COMITY_FORM_URLENCODED};
    static const size_t pieces[] = {1, 7, 100, 1460, 20000, 200000};
    comity_types *types = small_types();
    comity_scan_rules *rules = NULL;
    comity_scan *scan = NULL;
    comity_persons *persons = NULL;
    comity_error error;
    run whole = run_new();
    run other = run_new();
    scan_document *made = document_new();
    size_t lost = 0, wrong = 0, split = 0, apart = 0, planted = 0, found = 0;
    test_begin("property/scan");
    test_case("set up");
    if (!CHECK(types != NULL) || !CHECK(comity_scan_rules_new(types, &rules, &error) == COMITY_OK) ||
        !CHECK(comity_persons_new(100000, &persons, &error) == COMITY_OK)) {
        return test_done();
    }
    comity_scan_settings settings = {.found = keep, .persons = persons, .wants_paths = true, .wants_digests = true};
    for (size_t i = 0; i < documents; i++) {
        chance random = chance_for(seed, i);
        size_t size = 200 + chance_below(&random, i % 10 == 0 ? 400000 : 30000);
        document_make(made, types, &random, syntaxes[i % 6], size);
        for (size_t level = 0; comity_scan_level_at(level) != NULL; level++) {
            run *to = level == 0 ? &whole : &other;
            settings.context = to;
            if (!CHECK(comity_scan_new(rules, &settings, &scan, &error) == COMITY_OK)) {
                return test_done();
            }
            comity_scan_level_set(scan, comity_scan_level_at(level));
            scan_all(scan, persons, made, &random, 0, to);
            if (level == 0) {
                planted += made->plant_count;
                found += whole.count;
                lost += missing(types, made, &whole);
                wrong += unsound(types, made, &whole);
            } else if (!same(&whole, &other)) {
                show(comity_scan_level_at(level)->name, types, made, &whole, &other);
                apart++;
            }
            comity_scan_free(scan);
        }
        settings.context = &other;
        if (!CHECK(comity_scan_new(rules, &settings, &scan, &error) == COMITY_OK)) {
            return test_done();
        }
        for (size_t j = 0; j < 2; j++) {
            scan_all(scan, persons, made, &random, pieces[chance_below(&random, 6)], &other);
            if (!same(&whole, &other)) {
                show("split", types, made, &whole, &other);
                split++;
            }
        }
        comity_scan_free(scan);
    }
    test_case("planted");
    CHECK(planted > documents);
    CHECK_EQ_INT(0, lost);
    test_case("sound");
    CHECK(found > planted / 2);
    CHECK_EQ_INT(0, wrong);
    test_case("levels");
    CHECK_EQ_INT(0, apart);
    test_case("split");
    CHECK_EQ_INT(0, split);
    test_case("settled");
    CHECK(!whole.unsettled && !other.unsettled);
    comity_persons_free(persons);
    comity_scan_rules_free(rules);
    comity_types_close(types);
    document_free(made);
    free(whole.list);
    free(other.list);
    return test_done();
}
