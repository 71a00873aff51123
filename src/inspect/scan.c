/* Bytes in, in any split; views out, to the two stages. What was fed and may still
 * be needed is kept in a buffer; what is fed in large pieces is looked at where it
 * lies, once enough of it has passed that nothing before it is needed. */
#include "base/swar.h"
#include "inspect/scan_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Room for what is kept and for some pieces more before they are moved to the front. */
#define BUFFER_BYTES ((size_t)65536)
/* What is left of a piece is looked at where it lies if it is larger; before that so much of the piece is copied. */
#define IN_PLACE_LEAST ((size_t)16384)
/* Bytes that wait before they are looked at together. */
#define BATCH_BYTES 4096
/* A value may begin so much before the place where it is seen. */
#define LEFT_BYTES 512

static_assert(COMITY_LIMIT_SCAN_BACK > COMITY_SCAN_MARGIN_BEFORE && COMITY_LIMIT_SCAN_AHEAD > COMITY_SCAN_MARGIN_BEHIND,
              "what is kept covers what the first stage reads");
static_assert(COMITY_SCAN_CHUNK % COMITY_SCAN_STEP == 0, "chunks are whole steps");

static uint64_t read_key(const uint8_t *bytes)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) {
        word |= (uint64_t)bytes[i] << 8 * i;
    }
    return word;
}

static bool is_of(const comity_type *type, const char *const *states, size_t count)
{
    for (size_t i = 0; i < type->state_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (strcmp(type->states[i], states[j]) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* What the settings mean for each form. */
static void forms_make(comity_scan *scan, const comity_scan_settings *settings)
{
    const comity_types *types = scan->rules->types;
    for (size_t i = 0; i < scan->rules->form_count; i++) {
        const comity_type_form *form = comity_types_form(types, i);
        bool of_route = is_of(comity_types_type(types, form->type), settings->states, settings->state_count);
        if (of_route) {
            comity_set_add(&scan->locale, i);
            scan->has_locale = true;
        }
        unsigned alone = form->alone + (of_route ? COMITY_SCAN_LOCALE_ADDS : 0);
        if (form->alone != 0 && alone >= scan->level_min) {
            comity_set_add(&scan->alone[0], i);
        }
        if (form->alone != 0 && alone + COMITY_SCAN_COLUMN_ADDS >= scan->level_min) {
            comity_set_add(&scan->alone[1], i);
            for (size_t size = form->size_min; size < COMITY_SCAN_SIZES && size <= form->size_max; size++) {
                scan->alone_live[form->find][size] |= UINT64_C(1) << i / 64;
            }
        }
    }
}

comity_status comity_scan_new(const comity_scan_rules *rules, const comity_scan_settings *settings,
                              comity_scan **ret_scan, comity_error *reterr)
{
    comity_scan *scan = calloc(1, sizeof *scan);
    if (scan != NULL) {
        scan->buffer = calloc(1, COMITY_LIMIT_SCAN_BACK + BUFFER_BYTES + COMITY_SCAN_MARGIN_BEHIND + COMITY_SCAN_STEP);
        scan->columns = calloc(COMITY_LIMIT_SCAN_COLUMNS, sizeof *scan->columns);
        scan->plans = calloc(1, sizeof *scan->plans);
    }
    if (scan == NULL || scan->buffer == NULL || scan->columns == NULL || scan->plans == NULL) {
        comity_scan_free(scan);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    scan->rules = rules;
    scan->level = comity_scan_level_best();
    scan->found = settings->found;
    scan->context = settings->context;
    scan->persons = settings->persons;
    scan->wants_paths = settings->wants_paths;
    scan->wants_digests = settings->wants_digests;
    scan->level_min = settings->level == 0 ? 75 : settings->level;
    scan->key[0] = read_key(settings->key);
    scan->key[1] = read_key(settings->key + 8);
    forms_make(scan, settings);
    comity_scan_start(scan, &(comity_scan_part){.syntax = COMITY_FORM_TEXT});
    *ret_scan = scan;
    return COMITY_OK;
}

void comity_scan_free(comity_scan *scan)
{
    if (scan != NULL) {
        free(scan->buffer);
        free(scan->columns);
        free(scan->plans);
        free(scan);
    }
}

void comity_scan_level_set(comity_scan *scan, const comity_scan_level *level)
{
    scan->level = level;
}

void comity_scan_forget(comity_scan *scan)
{
    free(scan->plans);
    scan->plans = NULL;
}

void comity_scan_start(comity_scan *scan, const comity_scan_part *part)
{
    scan->part = *part;
    scan->part.field = NULL;
    scan->part.delimiter = part->delimiter == 0 ? ',' : part->delimiter;
    scan->part_field_size = part->field == NULL ? 0 : strlen(part->field);
    if (scan->part_field_size > sizeof scan->part_field) {
        scan->part_field_size = 0;
    }
    memcpy(scan->part_field, part->field == NULL ? "" : part->field, scan->part_field_size);
    scan->has_keys = part->syntax == COMITY_FORM_JSON || part->syntax == COMITY_FORM_NDJSON;
    scan->part_seed = comity_scan_hash(scan->part_field, scan->part_field_size) + (uint64_t)scan->part.syntax;
    memset(&scan->carry, 0, sizeof scan->carry);
    memset(scan->stats, 0, sizeof scan->stats);
    scan->part_count++;
    scan->scanned = 0;
    scan->looked = 0;
    scan->done = 0;
    memset(scan->stretches, 0, sizeof scan->stretches);
    comity_scan_vain_forget(scan);
    scan->words_begin = 0;
    scan->words_end = 0;
    scan->hit_begin = 0;
    scan->hit_end = 0;
    scan->person_rank = 0;
    scan->person_record = 0;
    scan->buffer_begin = 0;
    scan->buffer_size = 0;
    memset(&scan->layout, 0, sizeof scan->layout);
    memset(scan->buffer, 0, COMITY_LIMIT_SCAN_BACK);
    comity_scan_place_begin(scan);
}

/* ---- the two stages over a view ---- */

/* At a colon or equals sign behind three letters that end no label and no anchor, and that is in no address. Nothing
 * before `low` is looked at. */
static inline bool is_idle(const comity_scan *scan, const uint8_t *at, const uint8_t *low)
{
    const comity_scan_rules *rules = scan->rules;
    const uint64_t ones = UINT64_C(0x010101);
    uint64_t last = comity_swar_load_ordered(at - 8) >> 40; /* the three bytes before it */
    uint64_t folded = last | ones * 0x20;
    uint64_t letters = (folded + ones * (0x80 - 'a')) & ~(folded + ones * (0x80 - 'z' - 1)) & ~last;
    if ((letters & ones * 0x80) != ones * 0x80) {
        return false;
    }
    uint32_t tail = comity_scan_tail_hash((uint32_t)folded);
    unsigned colon = comity_scan_colon_hash(at);
    bool is_label = (rules->tails[tail >> 6] >> (tail & 63) & 1) != 0;
    bool is_anchor = (rules->anchor_colons[colon / 64] >> colon % 64 & 1) != 0;
    return !is_label && !is_anchor && at - low >= 6 && at[1] != ':' && at[-5] != ':' && at[-6] != ':';
}

static bool is_dash(uint8_t byte)
{
    return byte == '-' || byte == '_';
}

/* The sign for a year behind a digit. */
static bool is_year_sign(const uint8_t *at)
{
    return at[0] == 0xE5 && at[1] == 0xB9 && at[2] == 0xB4 && (comity_scan_class(at[-1]) & COMITY_BYTE_DIGIT) != 0;
}

/* At what is neither a digit nor a colon nor an equals sign. */
static __attribute__((noinline)) void look_at_other(comity_scan *scan, const uint8_t *at)
{
    uint8_t class = comity_scan_class(*at);
    if ((class & COMITY_BYTE_LETTER) != 0) {
        if (*at >= 'A' && *at <= 'Z' && at[-1] >= 'A' && at[-1] <= 'Z') {
            comity_scan_at_mark(scan, at);
        }
        comity_scan_at_word(scan, at);
    } else if ((class & COMITY_BYTE_HIGH) != 0) {
        if (*at == 0x9A && at[-1] == 0xBC && at[-2] == 0xEF) {
            comity_scan_at_label(scan, at);
        } else if (comity_scan_foreign_digit(at) != 0 || (*at < 0xC0)) {
            comity_scan_at_word(scan, at);
        } else if (is_year_sign(at)) {
            comity_scan_at_year_sign(scan, at);
        } else {
            comity_scan_at_mark(scan, at);
        }
    } else if (*at == '@') {
        comity_scan_at_email(scan, at);
    } else if (*at == '<') {
        comity_scan_at_less(scan, at);
    } else if (*at == '>') {
        comity_scan_at_label(scan, at);
        comity_scan_at_colon(scan, at);
    } else if (is_dash(at[0]) && is_dash(at[-1]) && is_dash(at[-2]) && is_dash(at[-3])) {
        comity_scan_at_dashes(scan, at);
    } else {
        comity_scan_at_word(scan, at);
    }
}

static inline void look_at(comity_scan *scan, const uint8_t *at)
{
    if (*at == ':' || *at == '=') {
        bool is_key = *at == ':' && scan->has_keys && comity_scan_at_key(scan, at);
        if (!is_key && !is_idle(scan, at, scan->low)) {
            comity_scan_at_label(scan, at);
            comity_scan_at_colon(scan, at);
        }
    } else if (comity_scan_is_digit(*at)) {
        comity_scan_at_word(scan, at);
    } else {
        look_at_other(scan, at);
    }
}

/* At a digit that has been looked at. */
static inline bool is_looked_at(const comity_scan *scan, const uint8_t *at)
{
    return comity_scan_is_digit(*at) && comity_scan_offset(scan, at) < scan->looked;
}

/* At a place of which nothing comes, as most are: at a digit that has been looked at; in JSON at an idle key; in text at
 * a digit of a time, or at an idle colon. `end` is that of the view. */
static inline bool is_passed(comity_scan *scan, const uint8_t *at, const uint8_t *end)
{
    if (scan->has_keys) {
        return *at == ':' ? comity_scan_at_idle_key(scan, at, scan->view) : is_looked_at(scan, at);
    }
    if (comity_scan_is_digit(*at)) {
        uint64_t here = comity_scan_offset(scan, at);
        return here < scan->looked || (here >= scan->done && comity_scan_at_time(scan, at, scan->view, end));
    }
    return *at == ':' && is_idle(scan, at, scan->view);
}

/* Judges the places of the next `size` bytes from `scanned` on, which lie in the view. */
static void chunk_scan(comity_scan *scan, size_t size)
{
    const uint8_t *begin = scan->view + (scan->scanned - scan->view_begin);
    const uint8_t *end = scan->view + (scan->view_end - scan->view_begin);
    size_t steps = (size + COMITY_SCAN_STEP - 1) / COMITY_SCAN_STEP * COMITY_SCAN_STEP;
    bool is_markup = scan->part.syntax == COMITY_FORM_XML || scan->part.syntax == COMITY_FORM_HTML;
    size_t count = scan->level->events(begin, steps, is_markup, &scan->carry, scan->places);
    const uint8_t *view = scan->view;
    bool is_csv = scan->part.syntax == COMITY_FORM_CSV;
    bool has_layout = scan->layout.kind != COMITY_LAYOUT_NONE;
    bool is_flat = !is_csv && !has_layout;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = begin + scan->places[i];
        if (is_flat ? is_passed(scan, at, end) : is_csv && is_looked_at(scan, at)) {
            continue;
        }
        scan->low = at - view > COMITY_LIMIT_SCAN_BACK ? at - COMITY_LIMIT_SCAN_BACK : view;
        scan->high = end - at > COMITY_LIMIT_SCAN_AHEAD ? at + COMITY_LIMIT_SCAN_AHEAD : end;
        if (is_csv) {
            comity_scan_place_advance(scan, at);
            bool within = scan->place.cell > comity_scan_offset(scan, scan->low) &&
                          scan->place.cell <= comity_scan_offset(scan, at);
            scan->low = within ? view + (scan->place.cell - scan->view_begin) : scan->low;
        } else if (has_layout) {
            comity_scan_layout_advance(scan, at);
        }
        look_at(scan, at);
    }
    scan->low = begin;
    scan->high = end;
    comity_scan_place_advance(scan, begin + size);
    if (has_layout) {
        comity_scan_layout_advance(scan, begin + size);
    }
    scan->scanned += size;
}

/* A part that is the value of a field, as in a multipart form: its first line is tried as a whole. */
static void part_field_try(comity_scan *scan)
{
    if (scan->part_field_size == 0 || scan->part.syntax != COMITY_FORM_TEXT) {
        return;
    }
    const comity_scan_field *field = comity_scan_field_of(scan, scan->part_field, scan->part_field_size);
    if (field == NULL || !field->is_label) {
        return;
    }
    const uint8_t *begin = scan->view;
    const uint8_t *end = begin + (scan->view_end - scan->view_begin);
    scan->low = begin;
    scan->high = end - begin > COMITY_LIMIT_SCAN_AHEAD ? begin + COMITY_LIMIT_SCAN_AHEAD : end;
    const uint8_t *stop = begin;
    while (stop < scan->high && stop - begin < COMITY_LIMIT_SCAN_VALUE_BYTES && *stop != '\n') {
        stop++;
    }
    comity_scan_field_value(scan, begin, stop, field);
}

/* Judges all of a view that can be judged; `last` says that the part ends with it. */
static void view_scan(comity_scan *scan, const uint8_t *bytes, uint64_t begin, size_t size, bool last)
{
    scan->view = bytes;
    scan->view_begin = begin;
    scan->view_end = begin + size;
    uint64_t limit = last ? scan->view_end : size > COMITY_LIMIT_SCAN_AHEAD ? scan->view_end - COMITY_LIMIT_SCAN_AHEAD : 0;
    if (scan->scanned == 0 && begin == 0 && (limit != 0 || last)) {
        comity_scan_layout_begin(scan);
        comity_scan_signatures(scan);
        part_field_try(scan);
    }
    while (scan->scanned < limit) {
        uint64_t left = limit - scan->scanned;
        size_t chunk = left < COMITY_SCAN_CHUNK ? (size_t)left : COMITY_SCAN_CHUNK;
        if (!last) {
            chunk = chunk / COMITY_SCAN_STEP * COMITY_SCAN_STEP;
        }
        if (chunk == 0) {
            return;
        }
        chunk_scan(scan, chunk);
    }
}

/* ---- the buffer ---- */

/* The first byte that is still needed. */
static uint64_t needed(const comity_scan *scan)
{
    return scan->scanned > COMITY_LIMIT_SCAN_BACK ? scan->scanned - COMITY_LIMIT_SCAN_BACK : 0;
}

static uint8_t *buffer_bytes(comity_scan *scan)
{
    return scan->buffer + COMITY_LIMIT_SCAN_BACK;
}

static void buffer_scan(comity_scan *scan, bool last)
{
    view_scan(scan, buffer_bytes(scan), scan->buffer_begin, scan->buffer_size, last);
}

/* Moves what is needed to the front. */
static void buffer_slide(comity_scan *scan)
{
    size_t drop = (size_t)(needed(scan) - scan->buffer_begin);
    memmove(buffer_bytes(scan), buffer_bytes(scan) + drop, scan->buffer_size - drop);
    scan->buffer_begin += drop;
    scan->buffer_size -= drop;
}

static size_t buffer_take(comity_scan *scan, const uint8_t *bytes, size_t size)
{
    if (scan->buffer_size == BUFFER_BYTES) {
        buffer_slide(scan);
    }
    size_t room = BUFFER_BYTES - scan->buffer_size;
    size_t taken = size < room ? size : room;
    memcpy(buffer_bytes(scan) + scan->buffer_size, bytes, taken);
    scan->buffer_size += taken;
    return taken;
}

/* Looks at a piece where it lies, and keeps the end of it. */
static void scan_in_place(comity_scan *scan, const uint8_t *bytes, uint64_t begin, size_t size)
{
    view_scan(scan, bytes, begin, size, false);
    size_t drop = (size_t)(needed(scan) - begin);
    scan->buffer_begin = begin + drop;
    scan->buffer_size = size - drop;
    assert(scan->buffer_size <= BUFFER_BYTES);
    memcpy(buffer_bytes(scan), bytes + drop, scan->buffer_size);
}

void comity_scan_feed(comity_scan *scan, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t begin = scan->buffer_begin + scan->buffer_size; /* of the piece */
    size_t taken = 0;
    while (taken < size) {
        bool inside = needed(scan) > begin;
        if (inside && size - taken > IN_PLACE_LEAST) {
            scan_in_place(scan, at, begin, size);
            return;
        }
        size_t wanted = inside || size - taken < 2 * IN_PLACE_LEAST ? size - taken : IN_PLACE_LEAST;
        taken += buffer_take(scan, at + taken, wanted);
        if (scan->buffer_size == BUFFER_BYTES ||
            scan->buffer_begin + scan->buffer_size - scan->scanned >= COMITY_LIMIT_SCAN_AHEAD + BATCH_BYTES) {
            buffer_scan(scan, false);
        }
    }
}

void comity_scan_finish(comity_scan *scan)
{
    if (scan->buffer_size > BUFFER_BYTES - COMITY_SCAN_MARGIN_BEHIND) {
        buffer_scan(scan, false);
        buffer_slide(scan);
    }
    memset(buffer_bytes(scan) + scan->buffer_size, 0, COMITY_SCAN_MARGIN_BEHIND + COMITY_SCAN_STEP);
    buffer_scan(scan, true);
    comity_scan_person_end(scan);
}

uint64_t comity_scan_effort(const comity_scan *scan)
{
    return scan->tried + scan->gone_through / 64;
}

uint64_t comity_scan_settled(const comity_scan *scan)
{
    uint64_t settled = scan->scanned > LEFT_BYTES ? scan->scanned - LEFT_BYTES : 0;
    return settled > scan->done ? settled : scan->done;
}
