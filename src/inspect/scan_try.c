/* Values in, readings out; and readings to findings. A form is tried only if it
 * could reach the level asked for: most eleven digits are some state's number, and
 * without a word or a field name that speaks for it that is worth nothing. */
#include "base/siphash.h"
#include "base/swar.h"
#include "inspect/scan_columns.h"
#include "inspect/scan_plan.h"

#include <assert.h>
#include <string.h>

/* What a column of chance takes away. */
#define CHANCE_TAKES 20u
#define CONFIDENCE_MAX 99
/* What small letters take away from a number that has capitals, nothing speaks for, and is not surer than this. */
#define SMALL_TAKES 10u
#define SMALL_SURE 80

/* A value in the writings asked for so far. */
typedef struct written_value {
    const uint8_t *raw;
    size_t raw_size;
    bool has[3];
    size_t size[3];
    uint8_t separators[3];
    uint8_t bytes[3][COMITY_LIMIT_SCAN_VALUE_BYTES];
} written_value;

static const comity_writing writings[COMITY_FIND_COUNT] = {
    [COMITY_FIND_DIGITS] = COMITY_WRITING_COMPACT, [COMITY_FIND_PHONE] = COMITY_WRITING_COMPACT,
    [COMITY_FIND_ALNUM] = COMITY_WRITING_COMPACT,  [COMITY_FIND_WRITTEN] = COMITY_WRITING_UPPER,
    [COMITY_FIND_TOKEN] = COMITY_WRITING_EXACT,    [COMITY_FIND_EMAIL] = COMITY_WRITING_EXACT,
    [COMITY_FIND_MRZ] = COMITY_WRITING_UPPER,      [COMITY_FIND_COORDINATES] = COMITY_WRITING_EXACT,
    [COMITY_FIND_LABEL] = COMITY_WRITING_EXACT,    [COMITY_FIND_ANCHOR] = COMITY_WRITING_EXACT,
    [COMITY_FIND_MARK] = COMITY_WRITING_EXACT,     [COMITY_FIND_SIGNATURE] = COMITY_WRITING_EXACT,
};

/* What comity_value_write does with bytes of ASCII: kept, a space, or the separator's bit. */
static const uint8_t ascii_separators[128] = {
    ['\t'] = COMITY_SEPARATOR_SPACE,   ['\n'] = COMITY_SEPARATOR_SPACE, ['\r'] = COMITY_SEPARATOR_SPACE,
    [' '] = COMITY_SEPARATOR_SPACE,    ['-'] = COMITY_SEPARATOR_HYPHEN, ['.'] = COMITY_SEPARATOR_DOT,
    ['/'] = COMITY_SEPARATOR_SLASH,    [':'] = COMITY_SEPARATOR_COLON,  ['('] = COMITY_SEPARATOR_BRACKETS,
    [')'] = COMITY_SEPARATOR_BRACKETS, [','] = COMITY_SEPARATOR_OTHER,  ['\''] = COMITY_SEPARATOR_OTHER,
    ['_'] = COMITY_SEPARATOR_OTHER,    ['\\'] = COMITY_SEPARATOR_OTHER,
};

bool comity_scan_is_compact(uint8_t byte)
{
    return byte < sizeof ascii_separators && ascii_separators[byte] == 0;
}

static bool is_ascii(const uint8_t *bytes, size_t size)
{
    uint64_t all = 0;
    for (; size >= 8; size -= 8, bytes += 8) {
        all |= comity_swar_load(bytes);
    }
    for (size_t i = 0; i < size; i++) {
        all |= bytes[i];
    }
    return comity_swar_high(all) == 0;
}

/* Writes ASCII in capitals, eight bytes at a time, up to those with a line end among them; how many were written. */
static size_t upper_plain(const uint8_t *raw, size_t size, uint8_t *ret_value)
{
    size_t done = 0;
    for (; size - done >= 8; done += 8) {
        uint64_t word = comity_swar_load(raw + done);
        if ((comity_swar_equal(word, '\n') | comity_swar_equal(word, '\r')) != 0) {
            break;
        }
        uint64_t from_a = word + COMITY_SWAR_ONES * (0x80 - 'a');
        uint64_t behind_z = word + COMITY_SWAR_ONES * (0x7F - 'z');
        uint64_t small = from_a & ~behind_z & COMITY_SWAR_HIGHS;
        word -= small >> 2; /* 0x20, by which they differ */
        memcpy(ret_value + done, &word, sizeof word);
    }
    return done;
}

/* As comity_value_write, of ASCII without white space at its ends: false if it is not that. */
bool comity_scan_write_ascii(const uint8_t *raw, size_t size, comity_writing writing, uint8_t *ret_value,
                             size_t *ret_size, uint8_t *ret_separators)
{
    size_t written = 0;
    uint8_t separators = 0;
    uint8_t waiting = 0;
    if (!is_ascii(raw, size) || size == 0 || ascii_separators[raw[0]] == COMITY_SEPARATOR_SPACE ||
        ascii_separators[raw[size - 1]] == COMITY_SEPARATOR_SPACE) {
        return false;
    }
    if (writing == COMITY_WRITING_EXACT) {
        memcpy(ret_value, raw, size);
        *ret_size = size;
        *ret_separators = 0;
        return true;
    }
    if (writing == COMITY_WRITING_UPPER) {
        size_t plain = upper_plain(raw, size, ret_value);
        written = plain;
        for (size_t i = plain; i < size; i++) {
            uint8_t byte = raw[i];
            bool is_small = byte >= 'a' && byte <= 'z';
            ret_value[written] = is_small ? (uint8_t)(byte - 'a' + 'A') : byte;
            written += byte != '\n' && byte != '\r';
        }
        *ret_size = written;
        *ret_separators = 0;
        return true;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = raw[i];
        uint8_t found = ascii_separators[byte];
        if (found != 0) {
            waiting = (uint8_t)(waiting == 0 ? found : waiting | found | COMITY_SEPARATOR_REPEATED);
            continue;
        }
        ret_value[written++] = byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 'a' + 'A') : byte;
        separators |= waiting;
        waiting = 0;
    }
    *ret_size = written;
    *ret_separators = (uint8_t)(separators | (waiting & ~COMITY_SEPARATOR_REPEATED));
    return true;
}

static void write_as(written_value *value, comity_writing writing)
{
    if (value->has[writing]) {
        return;
    }
    value->has[writing] = true;
    if (!comity_scan_write_ascii(value->raw, value->raw_size, writing, value->bytes[writing], &value->size[writing],
                                 &value->separators[writing])) {
        value->size[writing] =
            comity_value_write(value->raw, value->raw_size, writing, value->bytes[writing], &value->separators[writing]);
    }
}

/* ---- readings ---- */

static bool stands_before(const comity_reading *left, const comity_reading *right)
{
    return left->confidence != right->confidence ? left->confidence > right->confidence : left->type < right->type;
}

static void reading_insert(comity_scan_readings *readings, const comity_reading *reading)
{
    size_t at = 0;
    if (readings->count == 0) { /* as it mostly is */
        readings->list[0] = *reading;
        readings->count = 1;
        return;
    }
    for (size_t i = 0; i < readings->count; i++) {
        if (readings->list[i].type == reading->type) {
            if (stands_before(reading, &readings->list[i])) {
                readings->list[i] = *reading;
            }
            return;
        }
    }
    while (at < readings->count && stands_before(&readings->list[at], reading)) {
        at++;
    }
    if (at == COMITY_FINDING_READINGS) {
        return;
    }
    size_t kept = readings->count < COMITY_FINDING_READINGS ? readings->count : COMITY_FINDING_READINGS - 1;
    memmove(&readings->list[at + 1], &readings->list[at], (kept - at) * sizeof readings->list[0]);
    readings->list[at] = *reading;
    readings->count = kept + 1;
}

unsigned comity_scan_reach(const comity_scan *scan, size_t number, const comity_scan_around *around,
                           comity_reading *ret_reading)
{
    const comity_type_form *form = comity_types_form(scan->rules->types, number);
    bool spoken_for = around->forms != NULL && comity_set_has(around->forms, number);
    unsigned confidence = spoken_for ? form->with_context : form->alone;
    ret_reading->form = (uint16_t)number;
    ret_reading->type = form->type;
    ret_reading->evidence = (uint16_t)(form->evidence | (spoken_for ? around->evidence : 0));
    if (confidence != 0 && scan->has_locale && comity_set_has(&scan->locale, number)) {
        confidence += COMITY_SCAN_LOCALE_ADDS;
        ret_reading->evidence |= COMITY_EVIDENCE_LOCALE;
    }
    ret_reading->confidence = (uint8_t)(confidence < CONFIDENCE_MAX ? confidence : CONFIDENCE_MAX);
    return confidence == 0 ? 0 : confidence + (around->field == 0 ? 0 : COMITY_SCAN_COLUMN_ADDS);
}

void comity_scan_reading_change(comity_reading *reading, int column)
{
    unsigned confidence = reading->confidence;
    if (column > 0) {
        confidence = confidence + COMITY_SCAN_COLUMN_ADDS < CONFIDENCE_MAX ? confidence + COMITY_SCAN_COLUMN_ADDS : CONFIDENCE_MAX;
        reading->evidence |= COMITY_EVIDENCE_COLUMN;
    } else if (column < 0 && (reading->evidence & (COMITY_EVIDENCE_FIELD | COMITY_EVIDENCE_WORD)) == 0) {
        confidence = confidence > CHANCE_TAKES ? confidence - CHANCE_TAKES : 1;
    }
    reading->confidence = (uint8_t)confidence;
}

void comity_scan_reading_put(comity_scan *scan, const comity_reading *reading, comity_scan_readings *readings)
{
    if (reading->confidence >= scan->level_min) {
        reading_insert(readings, reading);
    }
}

void comity_scan_reading_add(comity_scan *scan, comity_reading *reading, int column, comity_scan_readings *readings)
{
    comity_scan_reading_change(reading, column);
    comity_scan_reading_put(scan, reading, readings);
}

void comity_scan_readings_small(const comity_scan *scan, comity_scan_readings *readings)
{
    comity_scan_readings all = *readings;
    readings->count = 0;
    for (size_t i = 0; i < all.count; i++) {
        comity_reading reading = all.list[i];
        bool is_spoken = (reading.evidence & (COMITY_EVIDENCE_FIELD | COMITY_EVIDENCE_WORD)) != 0;
        if (!is_spoken && comity_types_form(scan->rules->types, reading.form)->alone < SMALL_SURE) {
            reading.confidence = (uint8_t)(reading.confidence > SMALL_TAKES ? reading.confidence - SMALL_TAKES : 1);
        }
        if (reading.confidence >= scan->level_min) {
            reading_insert(readings, &reading);
        }
    }
}

static bool form_passes(const comity_scan *scan, size_t number, const written_value *value)
{
    const comity_type_form *form = comity_types_form(scan->rules->types, number);
    return comity_scan_separated(form, value->separators[form->writing]) &&
           comity_type_try(scan->rules->types, number, value->bytes[form->writing], value->size[form->writing]);
}

static void form_try(comity_scan *scan, size_t number, written_value *value, const comity_scan_around *around,
                     comity_scan_readings *readings)
{
    const comity_type_form *form = comity_types_form(scan->rules->types, number);
    comity_reading reading;
    if (comity_scan_reach(scan, number, around, &reading) < scan->level_min) {
        return;
    }
    bool passed = form_passes(scan, number, value);
    int column = comity_scan_column_says(scan, around->field, form->type, passed);
    if (passed) {
        comity_scan_reading_add(scan, &reading, column, readings);
    }
}

void comity_scan_join(comity_scan_readings *readings, const comity_scan_readings *more)
{
    for (size_t i = 0; i < more->count; i++) {
        reading_insert(readings, &more->list[i]);
    }
}

void comity_scan_add(comity_scan *scan, size_t number, const comity_scan_around *around, comity_scan_readings *readings)
{
    comity_reading reading;
    if (comity_scan_reach(scan, number, around, &reading) >= scan->level_min) {
        comity_scan_reading_add(scan, &reading, 0, readings);
    }
}

/* ---- values ---- */

/* What narrows the forms down: each a set. */
typedef struct narrow {
    const comity_scan_set *sets[COMITY_SCAN_HEAD + 2];
    size_t count;
    uint64_t live; /* words that all have */
} narrow;

static void narrow_by(narrow *of, const comity_scan_set *set)
{
    of->sets[of->count++] = set;
    of->live &= set->live;
}

/* Of the value in a writing, the forms that its size and its first bytes allow; false if it is too long for that. */
static bool narrow_make(const comity_scan_rules *rules, const written_value *value, comity_writing writing, narrow *ret_narrow)
{
    size_t size = value->size[writing];
    if (size == 0 || size >= COMITY_SCAN_SIZES) {
        return false;
    }
    ret_narrow->count = 0;
    ret_narrow->live = ~UINT64_C(0);
    narrow_by(ret_narrow, comity_set_at(rules->by_size[writing], rules->set_words, size));
    for (size_t i = 0; i < COMITY_SCAN_HEAD && i < size; i++) {
        narrow_by(ret_narrow, comity_set_at(rules->by_head[i], rules->set_words, value->bytes[writing][i]));
    }
    return true;
}

/* The words in which something is in all sets, and in one of the two that may be NULL; and of such a word what is. */
static uint64_t narrow_live(const narrow *of, const comity_scan_set *alone, const comity_scan_set *spoken)
{
    return of->live & ((alone == NULL ? 0 : alone->live) | (spoken == NULL ? 0 : spoken->live));
}

static uint64_t narrow_bits(const narrow *of, const comity_scan_set *alone, const comity_scan_set *spoken, size_t word)
{
    uint64_t bits = alone != NULL && (alone->live >> word & 1) != 0 ? alone->bits[word] : 0;
    bits |= spoken != NULL && (spoken->live >> word & 1) != 0 ? spoken->bits[word] : 0;
    for (size_t i = 0; i < of->count; i++) {
        bits &= of->sets[i]->bits[word];
    }
    return bits;
}

/* Notes a form that is tried, or would be if other digits stood there, on a value of the cell that is watched. */
static void try_note(comity_scan *scan, size_t number, const written_value *value, const comity_scan_around *around)
{
    comity_scan_quiet *watch = scan->watch;
    comity_reading reading;
    if (comity_scan_reach(scan, number, around, &reading) < scan->level_min) {
        return;
    }
    bool is_within = value->raw >= scan->watch_begin && value->raw + value->raw_size <= scan->watch_begin + watch->size;
    if (!is_within || watch->try_count == COMITY_SCAN_QUIET_TRIES || around->field != watch->column) {
        scan->stirs = true;
        return;
    }
    comity_scan_quiet_try *one = &watch->tries[watch->try_count++];
    comity_writing writing = comity_types_form(scan->rules->types, number)->writing;
    comity_scan_look look;
    uint8_t looks[COMITY_SCAN_PLAN_BYTES];
    one->begin = (uint8_t)(value->raw - scan->watch_begin);
    one->size = (uint8_t)value->raw_size;
    one->form.reading = reading;
    if (!comity_scan_looks(value->bytes[writing], value->size[writing], &look)) {
        scan->stirs = true;
        return;
    }
    memcpy(looks, look.words, sizeof looks);
    bool never;
    one->heads = (uint8_t)comity_scan_plan_doubts(scan->rules, number, looks, value->size[writing], &never);
    one->as_raw = value->raw_size == value->size[writing] && memcmp(value->raw, value->bytes[writing], value->raw_size) == 0;
    comity_scan_plan_settle(scan->rules, number, looks, value->size[writing], value->separators[writing], &one->form);
}

/* What a byte of the cell that is watched stands for: any digit; in a code any letter, too. */
static size_t any_of(const comity_scan_quiet *watch, uint8_t byte)
{
    unsigned class = comity_scan_class(byte);
    if ((class & COMITY_BYTE_DIGIT) != 0) {
        return COMITY_SCAN_ANY_DIGIT;
    }
    bool is_letter = watch->is_code && (class & COMITY_BYTE_LETTER) != 0;
    return !is_letter ? byte : byte >= 'a' ? COMITY_SCAN_ANY_SMALL : COMITY_SCAN_ANY_CAPITAL;
}

/* Notes the forms that are in all sets, and in one of the two that may be NULL, whatever the value's digits are. */
static void narrow_note(comity_scan *scan, const narrow *of, const comity_scan_set *alone, const written_value *value,
                        comity_writing writing, const comity_scan_around *around)
{
    const comity_scan_rules *rules = scan->rules;
    const comity_scan_set *spoken = around->forms;
    narrow any = *of;
    scan->watch->column = scan->watch->try_count == 0 ? around->field : scan->watch->column;
    for (size_t i = 0; i < COMITY_SCAN_HEAD && i < value->size[writing]; i++) {
        uint8_t byte = value->bytes[writing][i];
        any.sets[1 + i] = comity_set_at(rules->by_head[i], rules->set_words, any_of(scan->watch, byte));
    }
    any.live = ~UINT64_C(0);
    for (size_t i = 0; i < any.count; i++) {
        any.live &= any.sets[i]->live;
    }
    for (uint64_t live = narrow_live(&any, alone, spoken); live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        for (uint64_t bits = narrow_bits(&any, alone, spoken, word); bits != 0; bits &= bits - 1) {
            try_note(scan, word * 64 + (size_t)__builtin_ctzll(bits), value, around);
        }
    }
}

/* Tries the forms that are in all sets, and in one of the two that may be NULL. */
static void narrow_try(comity_scan *scan, const narrow *of, const comity_scan_set *alone, written_value *value,
                       const comity_scan_around *around, comity_scan_readings *readings)
{
    const comity_scan_set *spoken = around->forms;
    for (uint64_t live = narrow_live(of, alone, spoken); live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        for (uint64_t bits = narrow_bits(of, alone, spoken, word); bits != 0; bits &= bits - 1) {
            form_try(scan, word * 64 + (size_t)__builtin_ctzll(bits), value, around, readings);
        }
    }
}

/* Values longer than there are sets for: those forms of the way that take the size. */
static void long_try(comity_scan *scan, comity_find find, written_value *value, const comity_scan_around *around,
                     comity_scan_readings *readings)
{
    size_t count;
    const uint16_t *forms = comity_types_forms(scan->rules->types, find, value->size[writings[find]], &count);
    for (size_t i = 0; i < count; i++) {
        write_as(value, comity_types_form(scan->rules->types, forms[i])->writing);
        form_try(scan, forms[i], value, around, readings);
    }
}

static void value_begin(const uint8_t *raw, size_t size, written_value *ret_value)
{
    ret_value->raw = raw;
    ret_value->raw_size = size;
    memset(ret_value->has, 0, sizeof ret_value->has);
}

bool comity_scan_wanted(const comity_scan *scan, comity_find find, size_t written, const comity_scan_around *around)
{
    static const comity_scan_set nothing;
    const comity_scan_rules *rules = scan->rules;
    const comity_scan_set *alone = &scan->alone[around->field != 0];
    const comity_scan_set *spoken = around->forms == NULL ? &nothing : around->forms;
    const comity_scan_set *of_size = comity_set_at(rules->by_size[writings[find]], rules->set_words, written);
    const comity_scan_set *of_find = comity_set_at(rules->by_find, rules->set_words, find);
    for (uint64_t live = of_size->live & of_find->live & (alone->live | spoken->live); live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        uint64_t bits = (alone->live >> word & 1) != 0 ? alone->bits[word] : 0;
        bits |= (spoken->live >> word & 1) != 0 ? spoken->bits[word] : 0;
        if ((bits & of_size->bits[word] & of_find->bits[word]) != 0) {
            return true;
        }
    }
    return false;
}

void comity_scan_try(comity_scan *scan, comity_find find, const uint8_t *raw, size_t size, size_t written,
                     const comity_scan_around *around, comity_scan_readings *readings)
{
    const comity_scan_rules *rules = scan->rules;
    const comity_scan_set *alone = &scan->alone[around->field != 0];
    written_value value;
    narrow of;
    scan->tried++;
    if (size > COMITY_LIMIT_SCAN_VALUE_BYTES || (written != 0 && !comity_scan_worth(scan, find, written, around))) {
        return;
    }
    if (written != 0 && written < COMITY_SCAN_SIZES && around->forms != NULL &&
        !comity_scan_wanted(scan, find, written, around)) {
        scan->stirs |= readings->count != 0;
        return;
    }
    value_begin(raw, size, &value);
    write_as(&value, writings[find]);
    if (!narrow_make(rules, &value, writings[find], &of)) {
        scan->stirs = true;
        long_try(scan, find, &value, around, readings);
        return;
    }
    narrow_by(&of, comity_set_at(rules->by_find, rules->set_words, find));
    of.live &= scan->alone_live[find][value.size[writings[find]]] | (around->forms == NULL ? 0 : around->forms->live);
    narrow_try(scan, &of, alone, &value, around, readings);
    if (scan->watch != NULL) {
        scan->stirs |= readings->count != 0;
        narrow_note(scan, &of, alone, &value, writings[find], around);
    }
}

/* What the value is by itself, whatever its label says: such forms as need no context. */
static void try_unspoken(comity_scan *scan, written_value *value, const comity_scan_around *around,
                         comity_scan_readings *readings)
{
    const comity_scan_set *alone = &scan->alone[1];
    comity_scan_around own;
    comity_scan_set left;
    narrow of;
    own.forms = NULL;
    own.evidence = 0;
    own.field = around->field;
    left.live = alone->live;
    for (uint64_t live = alone->live; live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        bool spoken = (around->forms->live >> word & 1) != 0;
        left.bits[word] = alone->bits[word] & ~(spoken ? around->forms->bits[word] : 0);
    }
    for (int writing = 0; writing < 3; writing++) {
        write_as(value, (comity_writing)writing);
        if (narrow_make(scan->rules, value, (comity_writing)writing, &of)) {
            narrow_try(scan, &of, &left, value, &own, readings);
        }
    }
}

void comity_scan_try_spoken(comity_scan *scan, const uint8_t *raw, size_t size, const comity_scan_field *field,
                            const comity_scan_around *around, comity_scan_readings *readings)
{
    const comity_scan_rules *rules = scan->rules;
    written_value value;
    narrow of;
    if (size > COMITY_LIMIT_SCAN_VALUE_BYTES) {
        return;
    }
    value_begin(raw, size, &value);
    for (int writing = 0; writing < 3; writing++) {
        if ((field->in_writings >> writing & 1) == 0) {
            continue;
        }
        write_as(&value, (comity_writing)writing);
        if (narrow_make(rules, &value, (comity_writing)writing, &of)) {
            narrow_try(scan, &of, NULL, &value, around, readings);
        }
    }
    if (readings->count != 0) {
        try_unspoken(scan, &value, around, readings);
    }
    static const comity_find long_finds[] = {COMITY_FIND_LABEL, COMITY_FIND_TOKEN, COMITY_FIND_EMAIL, COMITY_FIND_WRITTEN};
    for (size_t i = 0; size >= COMITY_SCAN_SIZES && i < sizeof long_finds / sizeof long_finds[0]; i++) {
        write_as(&value, writings[long_finds[i]]);
        if (value.size[writings[long_finds[i]]] >= COMITY_SCAN_SIZES) {
            long_try(scan, long_finds[i], &value, around, readings);
        }
    }
}

bool comity_scan_try_again(comity_scan *scan, const comity_scan_quiet *quiet, const uint8_t *cell)
{
    const comity_types *types = scan->rules->types;
    bool tried[COMITY_SCAN_QUIET_TRIES] = {false};
    for (size_t i = 0; i < quiet->try_count; i++) {
        const comity_scan_quiet_try *one = &quiet->tries[i];
        comity_writing writing = comity_types_form(types, one->form.number)->writing;
        written_value value;
        const uint8_t *bytes = cell + one->begin;
        size_t size = one->size;
        if (!one->as_raw) {
            value_begin(bytes, size, &value);
            write_as(&value, writing);
            bytes = value.bytes[writing];
            size = value.size[writing];
        }
        tried[i] = comity_scan_plan_allows(scan->rules, one->form.number, one->heads, bytes);
        if (tried[i] && comity_scan_plan_passes(types, scan->plans, &one->form, bytes, size)) {
            return false;
        }
    }
    for (size_t i = 0; i < quiet->try_count; i++) {
        if (tried[i]) {
            (void)comity_scan_column_says(scan, quiet->column, quiet->tries[i].form.reading.type, false);
        }
    }
    return true;
}

/* ---- findings ---- */

void comity_scan_person_end(comity_scan *scan)
{
    if (scan->persons != NULL && scan->person_rank != 0) {
        comity_persons_add(scan->persons, scan->person);
    }
    scan->person_rank = 0;
}

/* The digest of a value as the form reads it: the same however it is written. */
static void digest_make(const comity_scan *scan, const comity_scan_readings *readings, comity_finding *finding)
{
    uint8_t bytes[COMITY_LIMIT_VALUE_BYTES];
    uint8_t separators;
    const comity_type_form *form = comity_types_form(scan->rules->types, readings->list[0].form);
    const uint8_t *raw = readings->value == NULL ? finding->raw : readings->value;
    size_t size = readings->value == NULL ? finding->size : readings->value_size;
    comity_writing writing = form->find == COMITY_FIND_EMAIL ? COMITY_WRITING_UPPER : form->writing;
    assert(size <= sizeof bytes);
    size_t written;
    if (!comity_scan_write_ascii(raw, size, writing, bytes, &written, &separators)) {
        written = comity_value_write(raw, size, writing, bytes, &separators);
    }
    comity_siphash(scan->key, bytes, written, finding->digest);
}

/* Keeps the identifier of the record that stands for a person most surely. */
static void person_seen(comity_scan *scan, const comity_scan_readings *readings, comity_finding *finding)
{
    const comity_reading *reading = &finding->readings[0];
    if (scan->persons == NULL || scan->rules->ranks[reading->type] == 0) {
        return;
    }
    if (finding->record != scan->person_record) {
        comity_scan_person_end(scan);
        scan->person_record = finding->record;
    }
    uint32_t rank = (uint32_t)scan->rules->ranks[reading->type] << 24 | (uint32_t)reading->confidence << 16 |
                    (UINT16_MAX - reading->type);
    if (rank > scan->person_rank) {
        scan->person_rank = rank;
        if (!scan->wants_digests) {
            digest_make(scan, readings, finding);
        }
        scan->person = 0;
        for (int i = 0; i < 8; i++) {
            scan->person |= (uint64_t)finding->digest[i] << 8 * i;
        }
    }
}

void comity_scan_emit(comity_scan *scan, const uint8_t *begin, const uint8_t *end, comity_scan_readings *readings)
{
    if (comity_scan_offset(scan, begin) >= scan->done && !comity_scan_email_over(scan, begin, end, readings)) {
        comity_scan_emit_alone(scan, begin, end, readings);
    }
}

/* A mask: of letters and digits nothing but `x`, or nothing but `X`, and more than one of them. */
static __attribute__((noinline)) bool is_mask(const uint8_t *begin, const uint8_t *end)
{
    uint8_t sign = 0;
    unsigned count = 0;
    for (const uint8_t *at = begin; at < end; at++) {
        if ((comity_scan_class(*at) & COMITY_BYTE_WORD) == 0) {
            continue;
        }
        if ((*at | 0x20) != 'x' || (sign != 0 && *at != sign)) {
            return false;
        }
        sign = *at;
        count++;
    }
    return count > 1;
}

/* Mostly the first byte tells. */
static inline bool is_masked(const uint8_t *begin, const uint8_t *end)
{
    bool tells = (comity_scan_class(*begin) & COMITY_BYTE_WORD) != 0 && (*begin | 0x20) != 'x';
    return !tells && is_mask(begin, end);
}

void comity_scan_emit_alone(comity_scan *scan, const uint8_t *begin, const uint8_t *end, comity_scan_readings *readings)
{
    comity_finding finding;
    char path[COMITY_FINDING_PATH_BYTES];
    if (comity_scan_offset(scan, begin) < scan->done || is_masked(begin, end)) {
        return;
    }
    path[0] = '\0';
    comity_scan_place_advance(scan, begin);
    if (scan->wants_paths) {
        comity_scan_place_path(scan, begin, path, sizeof path);
    }
    finding.begin = comity_scan_offset(scan, begin);
    finding.end = comity_scan_offset(scan, end);
    finding.raw = begin;
    finding.size = (size_t)(end - begin);
    finding.readings[0] = readings->list[0]; /* one by one, as they were written; there is one at least */
    for (size_t i = 1; i < readings->count; i++) {
        finding.readings[i] = readings->list[i];
    }
    finding.reading_count = readings->count;
    if (scan->wants_digests) {
        digest_make(scan, readings, &finding);
    }
    finding.line = comity_scan_line_of(scan, begin) + 1;
    bool by_line = scan->place.record_is_line && !comity_scan_layout_names(scan, begin);
    finding.record = by_line ? finding.line - 1 : scan->place.record;
    finding.column = scan->part.syntax == COMITY_FORM_CSV ? scan->place.column + 1 : 0;
    finding.path = path;
    person_seen(scan, readings, &finding);
    scan->done = finding.end;
    scan->stirs = true;
    if (scan->found != NULL) {
        scan->found(scan->context, &finding);
    }
}
