/* The public interface to inspecting. Raw bytes go to the decoder, what it gives to
 * a scan for each level of parts, and what those find, with the raw bytes it came
 * from, to the caller. */
#include "api/handles.h"
#include "base/limits.h"
#include "inspect/form.h"
#include "inspect/persons.h"
#include "inspect/scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PERSONS_MAX ((size_t)1 << 20)

static_assert(COMITY_SEEN_MAX == COMITY_FINDING_READINGS, "the interface has all readings");
static_assert(COMITY_SEEN_WORD == COMITY_EVIDENCE_WORD && COMITY_SEEN_FIELD == COMITY_EVIDENCE_FIELD &&
                  COMITY_SEEN_COLUMN == COMITY_EVIDENCE_COLUMN && COMITY_SEEN_LOCALE == COMITY_EVIDENCE_LOCALE &&
                  COMITY_SEEN_ENTROPY == COMITY_EVIDENCE_ENTROPY && COMITY_SEEN_LITERAL == COMITY_EVIDENCE_LITERAL &&
                  COMITY_SEEN_REGION == COMITY_EVIDENCE_REGION && COMITY_SEEN_DATE == COMITY_EVIDENCE_DATE &&
                  COMITY_SEEN_CHECKSUM == COMITY_EVIDENCE_CHECKSUM && COMITY_SEEN_SHAPE == COMITY_EVIDENCE_SHAPE,
              "evidence is the same in the interface");

/* A part that is open, and the runs of what the scan may still give findings of. */
typedef struct inspected_part {
    struct comity_inspection *inspection;
    comity_scan *scan;
    comity_form_part about;
    char chain[COMITY_LIMIT_FORM_NAME_BYTES];
    comity_form_run runs[COMITY_LIMIT_SCAN_RUNS]; /* a ring */
    size_t run_begin, run_end;
    bool open;
} inspected_part;

struct comity_inspection {
    comity_persons *persons;
    comity_form *form;
    comity_found_function *found;
    void *context;
    bool begun;
    uint64_t fed;     /* bytes of the input */
    uint64_t settled; /* of them */
    inspected_part parts[COMITY_LIMIT_FORM_LEVELS];
};

/* ---- rules ---- */

static comity_status rules_make(comity_types *types, comity_rules **ret_rules, comity_error *reterr)
{
    comity_rules *rules = calloc(1, sizeof *rules);
    comity_status status = COMITY_OK;
    if (rules == NULL) {
        comity_types_close(types);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    rules->types = types;
    status = comity_scan_rules_new(types, &rules->scan, reterr);
    if (status != COMITY_OK) {
        comity_rules_close(rules);
        return status;
    }
    *ret_rules = rules;
    return COMITY_OK;
}

comity_status comity_rules_open(comity_rules **ret_rules, comity_error *reterr)
{
    comity_types *types;
    if (ret_rules == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_rules_open: ret_rules must not be NULL");
    }
    COMITY_TRY(comity_types_open(&types, reterr));
    return rules_make(types, ret_rules, reterr);
}

comity_status comity_rules_load(const comity_rules_text *texts, size_t count, comity_rules **ret_rules,
                                comity_error *reterr)
{
    comity_types *types;
    if (ret_rules == NULL || (texts == NULL && count != 0)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_rules_load: its arguments must not be NULL");
    }
    comity_types_text *own = calloc(count + 1, sizeof *own);
    if (own == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        own[i] = (comity_types_text){texts[i].name, texts[i].text, texts[i].size};
    }
    comity_status status = comity_types_load(own, count, &types, reterr);
    free(own);
    return status != COMITY_OK ? status : rules_make(types, ret_rules, reterr);
}

void comity_rules_close(comity_rules *rules)
{
    if (rules != NULL) {
        comity_scan_rules_free(rules->scan);
        comity_types_close(rules->types);
        free(rules);
    }
}

size_t comity_rules_type_count(const comity_rules *rules)
{
    return rules == NULL ? 0 : comity_types_count(rules->types);
}

comity_status comity_rules_type(const comity_rules *rules, size_t number, comity_type_about *ret_about,
                                comity_error *reterr)
{
    if (rules == NULL || ret_about == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_rules_type: its arguments must not be NULL");
    }
    if (number >= comity_types_count(rules->types)) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "type %zu: there are %zu", number,
                           comity_types_count(rules->types));
    }
    const comity_type *type = comity_types_type(rules->types, number);
    *ret_about = (comity_type_about){
        .name = type->name,
        .title = type->title,
        .category = type->category,
        .source = type->source,
        .states = type->states,
        .state_count = type->state_count,
    };
    return COMITY_OK;
}

/* ---- findings ---- */

/* The raw bytes of [begin, end); false if they are not known. */
static bool raw_find(const inspected_part *part, uint64_t begin, uint64_t end, uint64_t *ret_begin, uint64_t *ret_end)
{
    bool found = false;
    uint64_t reached = begin;
    for (size_t i = part->run_begin; i < part->run_end && reached < end; i++) {
        const comity_form_run *run = &part->runs[i % COMITY_LIMIT_SCAN_RUNS];
        uint64_t run_end = run->decoded + (uint64_t)run->count * run->decoded_unit;
        if (run_end <= reached || run->decoded > reached) {
            continue;
        }
        uint64_t upto = end < run_end ? end : run_end;
        uint64_t from;
        uint64_t to;
        if (!comity_form_raw_range(run, 1, reached, upto, &from, &to)) {
            return false;
        }
        *ret_begin = found ? *ret_begin : from;
        *ret_end = to;
        found = true;
        reached = upto;
    }
    return found && reached == end;
}

static void part_found(void *context, const comity_finding *finding)
{
    const inspected_part *part = context;
    comity_found found = {
        .seen_count = finding->reading_count,
        .begin = finding->begin,
        .end = finding->end,
        .part = part->about.number,
        .chain = part->chain,
        .syntax = comity_form_syntax_name((comity_form_syntax)part->about.syntax),
        .path = finding->path,
        .line = finding->line,
        .record = finding->record,
        .column = finding->column,
        .value = (const char *)finding->raw,
        .value_size = finding->size,
    };
    for (size_t i = 0; i < finding->reading_count; i++) {
        const comity_reading *reading = &finding->readings[i];
        found.seen[i] = (comity_seen){reading->type, reading->evidence, reading->confidence};
    }
    memcpy(found.digest, finding->digest, sizeof found.digest);
    found.has_raw = raw_find(part, found.begin, found.end, &found.raw_begin, &found.raw_end);
    part->inspection->found(part->inspection->context, &found);
}

/* ---- parts ---- */

static comity_status part_begin(void *context, const comity_form_part *about, comity_error *reterr)
{
    comity_inspection *inspection = context;
    (void)reterr;
    inspected_part *part = &inspection->parts[about->level];
    size_t size = strlen(about->chain);
    size = size < sizeof part->chain ? size : sizeof part->chain - 1;
    part->about = *about;
    memcpy(part->chain, about->chain, size);
    part->chain[size] = '\0';
    part->run_begin = 0;
    part->run_end = 0;
    part->open = true;
    const comity_scan_part begun = {
        .syntax = (comity_form_syntax)about->syntax,
        .delimiter = about->delimiter,
        .has_header = about->has_header,
        .field = about->field,
    };
    comity_scan_start(part->scan, &begun);
    return COMITY_OK;
}

/* Two runs of equal units that follow each other are one. */
static bool run_joins(comity_form_run *last, const comity_form_run *next)
{
    uint64_t decoded = last->decoded + (uint64_t)last->count * last->decoded_unit;
    uint64_t raw = last->raw + (uint64_t)last->count * last->raw_unit;
    bool joins = last->decoded_unit == next->decoded_unit && last->raw_unit == next->raw_unit &&
                 decoded == next->decoded && raw == next->raw && last->count <= UINT32_MAX - next->count;
    last->count += joins ? next->count : 0;
    return joins;
}

static void runs_keep(inspected_part *part, const comity_form_piece *piece)
{
    uint64_t settled = comity_scan_settled(part->scan);
    for (size_t i = 0; i < piece->run_count; i++) {
        const comity_form_run *run = &piece->runs[i];
        comity_form_run *last = part->run_begin == part->run_end
                                    ? NULL
                                    : &part->runs[(part->run_end - 1) % COMITY_LIMIT_SCAN_RUNS];
        if (last != NULL && run_joins(last, run)) {
            continue;
        }
        if (part->run_end - part->run_begin == COMITY_LIMIT_SCAN_RUNS) {
            part->run_begin++;
        }
        part->runs[part->run_end++ % COMITY_LIMIT_SCAN_RUNS] = *run;
    }
    while (part->run_begin < part->run_end) {
        const comity_form_run *first = &part->runs[part->run_begin % COMITY_LIMIT_SCAN_RUNS];
        if (first->decoded + (uint64_t)first->count * first->decoded_unit > settled) {
            break;
        }
        part->run_begin++;
    }
}

static comity_status part_piece(void *context, const comity_form_part *about, const comity_form_piece *piece,
                                comity_error *reterr)
{
    comity_inspection *inspection = context;
    (void)reterr;
    inspected_part *part = &inspection->parts[about->level];
    runs_keep(part, piece);
    comity_scan_feed(part->scan, piece->bytes, piece->size);
    return COMITY_OK;
}

static comity_status part_end(void *context, const comity_form_part *about, comity_error *reterr)
{
    comity_inspection *inspection = context;
    (void)reterr;
    comity_scan_finish(inspection->parts[about->level].scan);
    inspection->parts[about->level].open = false;
    return COMITY_OK;
}

/* ---- what is settled ---- */

/* The first raw byte that a finding in this part may still touch. */
static uint64_t part_settled(const inspected_part *part)
{
    uint64_t settled = comity_scan_settled(part->scan);
    for (size_t i = part->run_begin; i < part->run_end; i++) {
        const comity_form_run *run = &part->runs[i % COMITY_LIMIT_SCAN_RUNS];
        uint64_t run_end = run->decoded + (uint64_t)run->count * run->decoded_unit;
        if (settled < run->decoded) {
            return 0; /* there was no room for the run that it lies in */
        }
        if (settled < run_end) {
            return run->raw + (settled - run->decoded) / run->decoded_unit * run->raw_unit;
        }
    }
    return 0; /* not mapped, or nothing has come yet */
}

static void settle(comity_inspection *inspection)
{
    uint64_t settled = UINT64_MAX;
    for (size_t i = 0; i < COMITY_LIMIT_FORM_LEVELS; i++) {
        const inspected_part *part = &inspection->parts[i];
        uint64_t own = part->open ? part_settled(part) : UINT64_MAX;
        settled = own < settled ? own : settled;
    }
    /* with no part open it is not known what the next will be made of: what was settled stays so */
    if (settled != UINT64_MAX && settled > inspection->settled) {
        inspection->settled = settled;
    }
}

uint64_t comity_inspect_settled(const comity_inspection *inspection)
{
    return inspection == NULL ? 0 : inspection->settled;
}

/* ---- inspections ---- */

static comity_status parts_make(comity_inspection *inspection, const comity_rules *rules,
                                const comity_inspect_options *options, comity_error *reterr)
{
    comity_scan_settings settings = {
        .level = options->level,
        .states = options->states,
        .state_count = options->state_count,
        .wants_paths = options->with_paths,
        .wants_digests = options->with_digests,
        .persons = inspection->persons,
        .found = inspection->found == NULL ? NULL : part_found,
    };
    memcpy(settings.key, options->key, sizeof settings.key);
    for (size_t i = 0; i < COMITY_LIMIT_FORM_LEVELS; i++) {
        inspection->parts[i].inspection = inspection;
        settings.context = &inspection->parts[i];
        COMITY_TRY(comity_scan_new(rules->scan, &settings, &inspection->parts[i].scan, reterr));
    }
    return COMITY_OK;
}

comity_status comity_inspection_new(const comity_rules *rules, const comity_inspect_options *options,
                                    comity_found_function *found, void *context,
                                    comity_inspection **ret_inspection, comity_error *reterr)
{
    static const comity_inspect_options plain = {.level = 0};
    if (rules == NULL || ret_inspection == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_inspection_new: rules and ret_inspection must not be NULL");
    }
    options = options == NULL ? &plain : options;
    if (options->states == NULL && options->state_count != 0) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_inspection_new: states must not be NULL");
    }
    if (options->level > 100) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "level %u: 1 to 100 are possible", options->level);
    }
    comity_inspection *inspection = calloc(1, sizeof *inspection);
    if (inspection == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    inspection->found = found;
    inspection->context = context;
    size_t persons = options->persons_max == 0 ? PERSONS_MAX : options->persons_max;
    const comity_form_sink sink = {inspection, part_begin, part_piece, part_end};
    comity_status status = comity_persons_new(persons, &inspection->persons, reterr);
    status = status == COMITY_OK ? parts_make(inspection, rules, options, reterr) : status;
    status = status == COMITY_OK ? comity_form_open(NULL, NULL, &sink, &inspection->form, reterr) : status;
    if (status != COMITY_OK) {
        comity_inspection_free(inspection);
        return status;
    }
    inspection->begun = true;
    *ret_inspection = inspection;
    return COMITY_OK;
}

void comity_inspection_free(comity_inspection *inspection)
{
    if (inspection == NULL) {
        return;
    }
    for (size_t i = 0; i < COMITY_LIMIT_FORM_LEVELS; i++) {
        comity_scan_free(inspection->parts[i].scan);
    }
    comity_form_close(inspection->form);
    comity_persons_free(inspection->persons);
    free(inspection);
}

comity_status comity_inspect_begin(comity_inspection *inspection, const comity_inspect_hints *hints,
                                   comity_error *reterr)
{
    comity_form_hints own = {NULL, NULL, NULL, NULL};
    if (inspection == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_inspect_begin: inspection must not be NULL");
    }
    if (hints != NULL) {
        own = (comity_form_hints){hints->content_type, hints->content_encoding, hints->name, hints->locale};
    }
    inspection->begun = false;
    COMITY_TRY(comity_form_restart(inspection->form, &own, reterr));
    inspection->begun = true;
    inspection->fed = 0;
    inspection->settled = 0;
    for (size_t i = 0; i < COMITY_LIMIT_FORM_LEVELS; i++) {
        inspection->parts[i].open = false;
    }
    return COMITY_OK;
}

static comity_status need_begun(const comity_inspection *inspection, const char *what, comity_error *reterr)
{
    if (inspection == NULL || !inspection->begun) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "%s: comity_inspect_begin comes first", what);
    }
    return COMITY_OK;
}

comity_status comity_inspect_feed(comity_inspection *inspection, const void *bytes, size_t size, comity_error *reterr)
{
    COMITY_TRY(need_begun(inspection, "comity_inspect_feed", reterr));
    if (bytes == NULL && size != 0) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_inspect_feed: bytes must not be NULL");
    }
    COMITY_TRY(comity_form_feed(inspection->form, bytes, size, reterr));
    inspection->fed += size;
    settle(inspection);
    return COMITY_OK;
}

comity_status comity_inspect_finish(comity_inspection *inspection, comity_error *reterr)
{
    COMITY_TRY(need_begun(inspection, "comity_inspect_finish", reterr));
    inspection->begun = false;
    COMITY_TRY(comity_form_finish(inspection->form, reterr));
    inspection->settled = inspection->fed;
    return COMITY_OK;
}

uint64_t comity_inspect_persons(const comity_inspection *inspection, bool *ret_exact)
{
    bool exact = true;
    uint64_t count = inspection == NULL ? 0 : comity_persons_count(inspection->persons, &exact);
    if (ret_exact != NULL) {
        *ret_exact = exact;
    }
    return count;
}

void comity_inspect_persons_merge(comity_inspection *inspection, const comity_inspection *from)
{
    if (inspection != NULL && from != NULL) {
        comity_persons_merge(inspection->persons, from->persons);
    }
}

void comity_inspect_forget(comity_inspection *inspection)
{
    if (inspection != NULL) {
        comity_persons_reset(inspection->persons);
    }
}
