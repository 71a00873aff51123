/* What is found by its characters rather than by its digits: tokens, secrets behind
 * their anchors, e-mail addresses, lines of travel documents, marks. */
#include "inspect/scan_inner.h"

#include <string.h>

#define EMAIL_LOCAL_BYTES 64
#define EMAIL_DOMAIN_BYTES 255
#define MRZ_LINE_BYTES 44
#define MRZ_LINES 3
#define MRZ_LEAST 20 /* bytes behind the sixth capital, to be looked at as such a line */
/* Words before a word in capitals with which a mark may begin: "CONTROLLED UNCLASSIFIED INFORMATION". */
#define MARK_WORDS 4
#define COORDINATE_BYTES 24
/* Of a token, on each side of the place at which it is seen. */
#define RUN_BYTES (COMITY_LIMIT_SCAN_VALUE_BYTES / 2)
/* Of an anchor, before a colon or equals sign in it. */
#define ANCHOR_BYTES 40

static bool is_alnum(uint8_t byte)
{
    return (comity_scan_class(byte) & (COMITY_BYTE_DIGIT | COMITY_BYTE_LETTER)) != 0;
}

static bool in_run(uint8_t byte)
{
    return is_alnum(byte) || byte == '-' || byte == '_';
}

static bool in_domain(uint8_t byte)
{
    return in_run(byte) || byte == '.';
}

static bool in_address(uint8_t byte)
{
    return is_alnum(byte) || byte == ':' || byte == '.';
}

static bool in_code(uint8_t byte)
{
    return is_alnum(byte) || byte == '+' || byte == '/' || byte == '=';
}

/* A token behind a label: `key=`, `key:`. */
static bool in_value(uint8_t byte)
{
    return comity_scan_is_token(byte) && byte != '=' && byte != ':';
}

static bool in_local(uint8_t byte)
{
    return in_domain(byte) || byte == '+' || byte == '%';
}

typedef bool byte_test(uint8_t byte);

static const uint8_t *left_of(const uint8_t *low, const uint8_t *at, size_t most, byte_test *in)
{
    const uint8_t *limit = (size_t)(at - low) > most ? at - most : low;
    while (at > limit && in(at[-1])) {
        at--;
    }
    return at;
}

static const uint8_t *right_of(const uint8_t *at, const uint8_t *high, size_t most, byte_test *in)
{
    const uint8_t *limit = (size_t)(high - at) > most ? at + most : high;
    while (at < limit && in(*at)) {
        at++;
    }
    return at;
}

static byte_test *const tests[COMITY_RUN_COUNT] = {
    [COMITY_RUN_WORD] = in_run,   [COMITY_RUN_DOMAIN] = in_domain, [COMITY_RUN_ADDRESS] = in_address,
    [COMITY_RUN_CODE] = in_code,  [COMITY_RUN_VALUE] = in_value,   [COMITY_RUN_TOKEN] = comity_scan_is_token,
    [COMITY_RUN_ALNUM] = is_alnum,
};

/* The letters and digits around a place: every kind of run holds them, so each is looked for from their ends only. */
typedef struct token_core {
    const uint8_t *at, *begin, *end;
} token_core;

/* The run of one kind around the core, at most RUN_BYTES on each side of its place. What is known of the stretch that it
 * lies in is not looked at again. */
static token_core run_around(comity_scan *scan, comity_scan_run run, const token_core *core)
{
    comity_scan_stretch *stretch = &scan->stretches[run];
    const uint8_t *low = core->at - scan->low > RUN_BYTES ? core->at - RUN_BYTES : scan->low;
    const uint8_t *high = scan->high - core->at > RUN_BYTES ? core->at + RUN_BYTES : scan->high;
    uint64_t begin = comity_scan_offset(scan, core->begin);
    uint64_t end = comity_scan_offset(scan, core->end);
    if (end < stretch->begin || begin > stretch->end) {
        stretch->begin = begin;
        stretch->end = end;
    }
    begin = begin < stretch->begin ? begin : stretch->begin;
    end = end > stretch->end ? end : stretch->end;
    token_core around = {.at = core->at, .begin = low, .end = high};
    if (begin > comity_scan_offset(scan, low)) {
        const uint8_t *known = core->begin - (comity_scan_offset(scan, core->begin) - begin);
        around.begin = left_of(low, known, (size_t)(known - low), tests[run]);
    }
    if (end < comity_scan_offset(scan, high)) {
        const uint8_t *known = core->end + (end - comity_scan_offset(scan, core->end));
        around.end = right_of(known, high, (size_t)(high - known), tests[run]);
    }
    uint64_t new_begin = comity_scan_offset(scan, around.begin);
    uint64_t new_end = comity_scan_offset(scan, around.end);
    scan->gone_through += (new_begin < begin ? begin - new_begin : 0) + (new_end > end ? new_end - end : 0);
    stretch->begin = new_begin < begin ? new_begin : begin;
    stretch->end = new_end > end ? new_end : end;
    return around;
}

static token_core run_at(comity_scan *scan, comity_scan_run run, const uint8_t *at)
{
    const token_core place = {at, at, at};
    return run_around(scan, run, &place);
}

/* ---- anchors ---- */

/* Tries the forms whose anchor stands at `at`. */
bool comity_scan_anchor(comity_scan *scan, const uint8_t *at)
{
    const comity_scan_index *anchors = &scan->rules->anchors;
    scan->tried++;
    if (scan->watch != NULL) {
        uint32_t digits = comity_scan_digits_hash(at);
        scan->stirs |= at < scan->stir_low || (scan->rules->anchor_digits[digits >> 6] >> (digits & 63) & 1) != 0;
    }
    if (!comity_scan_index_may(anchors, at) || comity_scan_offset(scan, at) < scan->done) {
        return false;
    }
    comity_scan_around around;
    bool looked = false;
    around.forms = NULL;
    around.evidence = 0;
    around.field = 0;
    const uint8_t *end = at;
    comity_scan_readings readings;
    comity_scan_readings_begin(&readings);
    size_t size = (size_t)(scan->high - at);
    const comity_scan_entry *entry = comity_scan_index_next(anchors, NULL, at, size);
    for (; entry != NULL; entry = comity_scan_index_next(anchors, entry, at, size)) {
        bool open;
        comity_scan_readings one;
        comity_scan_readings_begin(&one);
        size_t taken = comity_type_measure(scan->rules->types, entry->payload, at, size, &open);
        if (taken != 0 && !looked && comity_types_form(scan->rules->types, entry->payload)->needs_context) {
            comity_scan_look_around(scan, at, at + taken, false, &around);
            looked = true;
        }
        if (taken != 0) {
            comity_scan_add(scan, entry->payload, &around, &one);
        }
        /* the longest value is the finding; others of the same size are readings of it */
        if (one.count != 0 && (size_t)(end - at) < taken) {
            readings.count = 0;
            end = at + taken;
        }
        if (one.count != 0 && (size_t)(end - at) == taken) {
            comity_scan_add(scan, entry->payload, &around, &readings);
        }
    }
    if (readings.count == 0) {
        return false;
    }
    comity_scan_emit(scan, at, end, &readings);
    return true;
}

/* Anchors that begin with a mark before `end`, with a token between at most: `"kty":`, `$2b$12$`. */
static bool anchors_before(comity_scan *scan, const uint8_t *end)
{
    const uint8_t *limit = end - scan->low > ANCHOR_BYTES ? end - ANCHOR_BYTES : scan->low;
    for (const uint8_t *at = end; at > limit; at--) {
        if (scan->rules->anchor_marks[at[-1]]) {
            if ((at < end && comity_scan_anchor(scan, at)) || comity_scan_anchor(scan, at - 1)) {
                return true;
            }
        } else if (!comity_scan_is_token(at[-1])) {
            return at < end && comity_scan_anchor(scan, at);
        }
    }
    return comity_scan_anchor(scan, limit);
}

/* Anchors that begin within a token, at or before `at`, or with a mark before it. */
void comity_scan_anchors_in(comity_scan *scan, const uint8_t *begin, const uint8_t *at)
{
    uint64_t from = comity_scan_offset(scan, begin);
    bool is_known = from < scan->anchored;
    if (is_known) {
        begin = scan->anchored - from > (uint64_t)(at + 1 - begin) ? at + 1 : begin + (scan->anchored - from);
    }
    if (!is_known && begin > scan->low && scan->rules->anchor_marks[begin[-1]] && anchors_before(scan, begin)) {
        return;
    }
    if (!is_known && begin > scan->low && begin[-1] == ' ' &&
        comity_scan_anchor(scan, left_of(scan->low, begin - 1, ANCHOR_BYTES, in_run))) {
        return;
    }
    for (const uint8_t *place = begin; place <= at; place++) {
        bool starts = place == scan->low || !is_alnum(place[-1]) || !is_alnum(*place);
        if (starts && comity_scan_anchor(scan, place)) {
            return;
        }
    }
    scan->anchored = comity_scan_offset(scan, at + 1);
}

/* ---- tokens ---- */

static bool trimmed(uint8_t byte)
{
    return byte == '.' || byte == ':' || byte == '~' || byte == '+' || byte == '/' || byte == '=' || byte == '-';
}

/* What the bytes of a token are when they are read as a number. */
static void numbers_join(comity_scan *scan, const uint8_t *begin, const uint8_t *end, const comity_scan_around *around,
                         comity_scan_readings *readings)
{
    static const comity_find finds[] = {COMITY_FIND_DIGITS, COMITY_FIND_ALNUM, COMITY_FIND_PHONE, COMITY_FIND_WRITTEN};
    for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++) {
        comity_scan_try(scan, finds[i], begin, (size_t)(end - begin), 0, around, readings);
    }
}

/* The run was tried in vain from a place before; of one that is cut off the next piece is tried when half of it is new. */
static bool was_vain(const comity_scan *scan, comity_scan_run run, const uint8_t *at, const comity_scan_vain *now, bool is_cut)
{
    const comity_scan_stretch *stretch = &scan->stretches[run];
    const comity_scan_vain *vain = &stretch->vain;
    if (vain->begin == vain->end || vain->around != now->around) {
        return false;
    }
    bool is_near = is_cut && stretch->is_cut && comity_scan_offset(scan, at) - stretch->vain_at < RUN_BYTES / 2;
    return is_near || (vain->begin == now->begin && vain->end == now->end);
}

/* The run around the core of one kind of byte, without marks at its ends. */
static void run_read(comity_scan *scan, const token_core *core, comity_scan_run run, const comity_scan_around *around,
                     comity_scan_token *best)
{
    const uint8_t *at = core->at;
    const token_core whole = run_around(scan, run, core);
    const uint8_t *begin = whole.begin;
    const uint8_t *end = whole.end;
    bool is_cut = at - begin == RUN_BYTES || end - at == RUN_BYTES;
    while (begin < at && trimmed(*begin)) {
        begin++;
    }
    while (end > at + 1 && trimmed(end[-1]) && end[-1] != '=') {
        end--;
    }
    bool again = begin == best->begin && end == best->end;
    if (again || comity_scan_offset(scan, begin) < scan->done) {
        return;
    }
    const comity_scan_vain now = {comity_scan_offset(scan, begin), comity_scan_offset(scan, end),
                                  comity_scan_around_hash(around)};
    if (was_vain(scan, run, at, &now, is_cut)) {
        return;
    }
    comity_scan_readings readings;
    comity_scan_readings_begin(&readings);
    comity_scan_try(scan, COMITY_FIND_TOKEN, begin, (size_t)(end - begin), (size_t)(end - begin), around, &readings);
    if (readings.count == 0) {
        scan->stretches[run].vain = now;
        scan->stretches[run].vain_at = comity_scan_offset(scan, at);
        scan->stretches[run].is_cut = is_cut;
        return;
    }
    int surer = best->readings.count == 0 ? 1 : readings.list[0].confidence - best->readings.list[0].confidence;
    if (best->readings.count == 0 || surer > 0 || (surer == 0 && end - begin > best->end - best->begin)) {
        best->begin = begin;
        best->end = end;
        best->readings = readings;
    }
}

/* What the token is when it is read as a number belongs to it. */
static bool token_join(comity_scan *scan, const comity_scan_around *around, comity_scan_token *found)
{
    if (found->readings.count != 0) {
        numbers_join(scan, found->begin, found->end, around, &found->readings);
    }
    return found->readings.count != 0;
}

/* Two decimal numbers with a comma or blanks between. */
typedef struct coordinates {
    const uint8_t *begin, *middle, *next, *end;
} coordinates;

static bool coordinates_find(const comity_scan *scan, const uint8_t *at, coordinates *ret_found)
{
    const uint8_t *middle = right_of(at, scan->high, COORDINATE_BYTES, in_domain);
    const uint8_t *next = middle;
    while (next < scan->high && next - middle < 3 && (*next == ',' || *next == ' ' || *next == ';' || *next == '\t')) {
        next++;
    }
    if (next == middle || next == scan->high || !in_domain(*next)) {
        return false;
    }
    const uint8_t *end = right_of(next, scan->high, COORDINATE_BYTES, in_domain);
    if (memchr(next, '.', (size_t)(end - next)) == NULL) { /* as it mostly is */
        return false;
    }
    const uint8_t *begin = left_of(scan->low, at, COORDINATE_BYTES, in_domain);
    *ret_found = (coordinates){begin, middle, next, end};
    return memchr(begin, '.', (size_t)(middle - begin)) != NULL;
}

bool comity_scan_is_coordinates(const comity_scan *scan, const uint8_t *at)
{
    coordinates found;
    return coordinates_find(scan, at, &found);
}

/* Coordinates may be given for what speaks for them here. */
static bool are_coordinates_wanted(const comity_scan *scan, const comity_scan_around *around)
{
    const comity_scan_set *of_find = comity_set_at(scan->rules->by_find, scan->rules->set_words, COMITY_FIND_COORDINATES);
    uint64_t wanted = 0;
    for (size_t size = 0; size < COMITY_SCAN_SIZES; size++) {
        wanted |= scan->alone_live[COMITY_FIND_COORDINATES][size];
    }
    for (uint64_t live = around->forms == NULL ? 0 : around->forms->live & of_find->live; live != 0; live &= live - 1) {
        size_t word = (size_t)__builtin_ctzll(live);
        wanted |= around->forms->bits[word] & of_find->bits[word];
    }
    return wanted != 0;
}

/* The separator of the value tried is one comma. */
static void coordinates_try(comity_scan *scan, const uint8_t *at, const comity_scan_around *around)
{
    coordinates found;
    if (scan->watch != NULL) { /* what stands behind the cell is another each time */
        scan->watch->has_pair |= are_coordinates_wanted(scan, around);
    }
    if (!coordinates_find(scan, at, &found)) {
        return;
    }
    const uint8_t *begin = found.begin;
    const uint8_t *end = found.end;
    uint8_t value[2 * COORDINATE_BYTES + 8];
    size_t first = (size_t)(found.middle - begin);
    size_t second = (size_t)(end - found.next);
    if (first + 1 + second > sizeof value) {
        return;
    }
    memcpy(value, begin, first);
    value[first] = ',';
    memcpy(value + first + 1, found.next, second);
    comity_scan_readings readings;
    comity_scan_readings_begin(&readings);
    comity_scan_try(scan, COMITY_FIND_COORDINATES, value, first + 1 + second, 0, around, &readings);
    if (readings.count != 0 && comity_scan_offset(scan, begin) >= scan->done) {
        comity_scan_emit(scan, begin, end, &readings);
    }
}

const uint8_t *comity_scan_token_begin(comity_scan *scan, const uint8_t *at)
{
    return run_at(scan, COMITY_RUN_TOKEN, at).begin;
}

const uint8_t *comity_scan_token_from(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *end = at;
    for (comity_scan_run run = COMITY_RUN_WORD; run <= COMITY_RUN_TOKEN; run++) {
        const uint8_t *begin = at;
        while (begin > scan->low && trimmed(begin[-1]) && tests[run](begin[-1])) {
            begin--;
        }
        if (begin == scan->low || !tests[run](begin[-1])) {
            const uint8_t *run_end = run_at(scan, run, at).end;
            end = run_end > end ? run_end : end;
        }
    }
    return end;
}

const uint8_t *comity_scan_token_end(const comity_scan *scan, const uint8_t *at)
{
    return right_of(at, scan->high, RUN_BYTES, comity_scan_is_token);
}

bool comity_scan_token_at(comity_scan *scan, const uint8_t *at, const uint8_t **ret_begin, const uint8_t **ret_end,
                          comity_scan_readings *ret_readings)
{
    comity_scan_token found = {.begin = NULL};
    comity_scan_around around;
    if (right_of(at, scan->high, COMITY_SCAN_TOKEN_WITHIN, in_run) - at < COMITY_SCAN_TOKEN_WITHIN) {
        return false;
    }
    comity_scan_look_around(scan, at, right_of(at, scan->high, RUN_BYTES, in_run), false, &around);
    token_core core = run_at(scan, COMITY_RUN_ALNUM, at);
    for (comity_scan_run run = COMITY_RUN_WORD; run <= COMITY_RUN_TOKEN; run++) {
        run_read(scan, &core, run, &around, &found);
    }
    *ret_begin = found.begin;
    *ret_end = found.end;
    *ret_readings = found.readings;
    return found.readings.count != 0;
}

bool comity_scan_token_around(comity_scan *scan, const uint8_t *at, const comity_scan_around *around,
                              comity_scan_token *ret_token)
{
    comity_scan_run last = COMITY_RUN_TOKEN;
    const uint8_t *begin = left_of(scan->low, at, COMITY_SCAN_SIZES, in_run);
    const uint8_t *end = right_of(at, scan->high, COMITY_SCAN_SIZES, in_run);
    bool longer = (begin - scan->low >= 2 && comity_scan_is_token(begin[-1]) && comity_scan_is_token(begin[-2])) ||
                  (scan->high - end >= 2 && comity_scan_is_token(end[0]) && comity_scan_is_token(end[1]));
    if (!longer && end < scan->high && *end != '=') {
        last = COMITY_RUN_WORD; /* all runs are the same, but for marks at their ends */
        if (!comity_scan_worth(scan, COMITY_FIND_TOKEN, (size_t)(end - begin), around)) {
            return false;
        }
    }
    token_core core = run_at(scan, COMITY_RUN_ALNUM, at);
    for (comity_scan_run run = COMITY_RUN_WORD; run <= last; run++) {
        run_read(scan, &core, run, around, ret_token);
    }
    if (!token_join(scan, around, ret_token)) {
        coordinates_try(scan, at, around);
    }
    return ret_token->readings.count != 0;
}

void comity_scan_at_token(comity_scan *scan, const uint8_t *at, const comity_scan_around *around)
{
    comity_scan_token found = {.begin = NULL};
    if (comity_scan_token_around(scan, at, around, &found)) {
        comity_scan_emit(scan, found.begin, found.end, &found.readings);
    }
}

/* Anchors of several words: `Authorization: Basic `, `PrivateKey = `. */
static bool anchors_words(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *word = at;
    for (int i = 0; i < 3; i++) {
        while (word > scan->low && word[-1] == ' ' && at - word < ANCHOR_BYTES) {
            word--;
        }
        word = left_of(scan->low, word, ANCHOR_BYTES, in_run);
        if (word < at && comity_scan_anchor(scan, word)) {
            return true;
        }
    }
    return false;
}

/* Four dashes: what stands between lines of them may be a key. */
void comity_scan_at_dashes(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *begin = left_of(scan->low, at, 8, in_run);
    while (begin < at && *begin != '-') {
        begin++;
    }
    (void)comity_scan_anchor(scan, begin);
}

/* A colon or equals sign: an anchor may end with it, or hold it (`AccountKey=`, `postgres://`), or an address holds it. */
void comity_scan_at_colon(comity_scan *scan, const uint8_t *at)
{
    unsigned hash = comity_scan_colon_hash(at);
    if ((scan->rules->anchor_colons[hash / 64] >> hash % 64 & 1) != 0) {
        const uint8_t *begin = left_of(scan->low, at, ANCHOR_BYTES, comity_scan_is_token);
        for (const uint8_t *place = begin; place < at; place++) {
            bool starts = place == scan->low || !is_alnum(place[-1]) || !is_alnum(*place);
            if (starts && comity_scan_anchor(scan, place)) {
                return;
            }
        }
        if (anchors_words(scan, at) || anchors_before(scan, at)) {
            return;
        }
    }
    bool address = *at == ':' && (at[1] == ':' || (at[-3] == ':' && at[-6] == ':') || at[-5] == ':');
    if (address && comity_scan_offset(scan, at) >= scan->looked && comity_scan_offset(scan, at) >= scan->done) {
        comity_scan_around around;
        comity_scan_token found = {.begin = NULL};
        comity_scan_look_around(scan, at, at + 1, false, &around);
        token_core core = run_at(scan, COMITY_RUN_ALNUM, at);
        run_read(scan, &core, COMITY_RUN_ADDRESS, &around, &found);
        if (token_join(scan, &around, &found)) {
            comity_scan_emit(scan, found.begin, found.end, &found.readings);
        }
    }
}

/* ---- e-mail ---- */

/* The address around an `@` and its readings; false if there is none. */
static bool email_read(comity_scan *scan, const uint8_t *at, const uint8_t **ret_begin, const uint8_t **ret_end,
                       comity_scan_readings *ret_readings)
{
    if (comity_scan_offset(scan, at) < scan->done) {
        return false;
    }
    const uint8_t *begin = left_of(scan->low, at, EMAIL_LOCAL_BYTES, in_local);
    const uint8_t *end = right_of(at + 1, scan->high, EMAIL_DOMAIN_BYTES, in_domain);
    while (begin < at && *begin == '.') {
        begin++;
    }
    while (end > at + 1 && !is_alnum(end[-1])) {
        end--;
    }
    if (begin == at || end == at + 1 || comity_scan_offset(scan, begin) < scan->done) {
        return false;
    }
    comity_scan_around around;
    comity_scan_readings_begin(ret_readings);
    comity_scan_look_around(scan, begin, end, false, &around);
    comity_scan_try(scan, COMITY_FIND_EMAIL, begin, (size_t)(end - begin), 0, &around, ret_readings);
    *ret_begin = begin;
    *ret_end = end;
    return ret_readings->count != 0;
}

void comity_scan_at_email(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *begin;
    const uint8_t *end;
    comity_scan_readings readings;
    if (email_read(scan, at, &begin, &end, &readings)) {
        comity_scan_emit(scan, begin, end, &readings);
    }
}

const uint8_t *comity_scan_email_within(comity_scan *scan, const uint8_t *begin, const uint8_t *at, unsigned confidence,
                                        const uint8_t **ret_end, comity_scan_readings *ret_readings)
{
    const uint8_t *mail_begin;
    bool is_mail = email_read(scan, at, &mail_begin, ret_end, ret_readings);
    return is_mail && mail_begin > begin && ret_readings->list[0].confidence > confidence ? mail_begin : NULL;
}

/* What an anchor or a signature begins, or an address, is what it is. */
static bool may_lie_in_email(const comity_scan *scan, const comity_scan_readings *readings)
{
    comity_find find = comity_types_form(scan->rules->types, readings->list[0].form)->find;
    return find != COMITY_FIND_EMAIL && find != COMITY_FIND_ANCHOR && find != COMITY_FIND_MRZ &&
           find != COMITY_FIND_SIGNATURE;
}

bool comity_scan_email_over(comity_scan *scan, const uint8_t *begin, const uint8_t *end, comity_scan_readings *readings)
{
    const uint8_t *mail_begin;
    const uint8_t *mail_end;
    comity_scan_readings mail;
    if (!may_lie_in_email(scan, readings)) {
        return false;
    }
    const uint8_t *at = memchr(begin, '@', (size_t)(end - begin));
    if (at == NULL) {
        at = end < scan->high && in_local(end[-1]) ? right_of(end, scan->high, EMAIL_LOCAL_BYTES, in_local) : end;
    }
    if (at >= scan->high || *at != '@' || !email_read(scan, at, &mail_begin, &mail_end, &mail)) {
        return false;
    }
    if (mail_begin == begin && mail_end == end) {
        comity_scan_join(readings, &mail);
        return false;
    }
    int surer = (int)mail.list[0].confidence - (int)readings->list[0].confidence;
    if (surer < 0 || (surer == 0 && mail_end - mail_begin < end - begin)) {
        return false;
    }
    comity_scan_emit(scan, mail_begin, mail_end, &mail);
    return true;
}

/* ---- lines of travel documents ---- */

static bool in_mrz(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (comity_scan_class(byte) & COMITY_BYTE_DIGIT) != 0 || byte == '<';
}

/* The end of the next line's run, if a line end of one or two bytes leads to it. */
static const uint8_t *next_line(const uint8_t *end, const uint8_t *high)
{
    const uint8_t *at = end;
    at += at < high && *at == '\r';
    if (at == high || *at != '\n') {
        return NULL;
    }
    at++;
    const uint8_t *stop = right_of(at, high, MRZ_LINE_BYTES + 1, in_mrz);
    return stop == at ? NULL : stop;
}

static bool mrz_try(comity_scan *scan, const uint8_t *begin, const uint8_t *end)
{
    uint8_t value[MRZ_LINES * (MRZ_LINE_BYTES + 1)];
    size_t size = 0;
    for (const uint8_t *at = begin; at < end && size < sizeof value; at++) {
        if (in_mrz(*at)) {
            value[size++] = *at;
        }
    }
    comity_scan_around around;
    comity_scan_readings readings;
    comity_scan_readings_begin(&readings);
    comity_scan_look_around(scan, begin, end, false, &around);
    comity_scan_try(scan, COMITY_FIND_MRZ, value, size, size, &around, &readings);
    if (readings.count == 0) {
        return false;
    }
    comity_scan_emit(scan, begin, end, &readings);
    return true;
}

void comity_scan_at_less(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *begin = left_of(scan->low, at, MRZ_LINES * (MRZ_LINE_BYTES + 1), in_mrz);
    const uint8_t *ends[MRZ_LINES];
    size_t lines = 0;
    ends[lines++] = right_of(at, scan->high, MRZ_LINES * (MRZ_LINE_BYTES + 1), in_mrz);
    while (lines < MRZ_LINES) {
        const uint8_t *end = next_line(ends[lines - 1], scan->high);
        if (end == NULL) {
            break;
        }
        ends[lines++] = end;
    }
    if (comity_scan_offset(scan, begin) < scan->done || ends[0] - begin < 28) {
        return;
    }
    /* the third line of the smallest size bears the `<<`: its first line may stand above */
    while (lines > 0 && !mrz_try(scan, begin, ends[lines - 1])) {
        lines--;
    }
}

/* ---- marks ---- */

static const uint8_t *word_before(const uint8_t *low, const uint8_t *at)
{
    while (at > low && (at[-1] == ' ' || at[-1] == '-' || at[-1] == '/' || at[-1] == ',')) {
        at--;
    }
    const uint8_t *end = at;
    while (at > low && (comity_scan_class(at[-1]) & COMITY_BYTE_WORD) != 0) {
        at--;
    }
    return at == end ? NULL : at;
}

static bool in_capitals(const uint8_t *begin, const uint8_t *end)
{
    for (const uint8_t *at = begin; at < end; at++) {
        if (*at >= 'a' && *at <= 'z') {
            return false;
        }
    }
    return true;
}

/* The longest mark that begins at `at` and reaches beyond `least`. */
static bool mark_try(comity_scan *scan, const uint8_t *at, const uint8_t *least)
{
    const comity_scan_index *marks = &scan->rules->marks;
    const uint8_t *end = least;
    const comity_scan_around around = {.forms = NULL};
    comity_scan_readings readings;
    comity_scan_readings_begin(&readings);
    if (!comity_scan_index_may(marks, at) || comity_scan_offset(scan, at) < scan->done) {
        return false;
    }
    size_t size = (size_t)(scan->high - at);
    const comity_scan_entry *entry = comity_scan_index_next(marks, NULL, at, size);
    for (; entry != NULL; entry = comity_scan_index_next(marks, entry, at, size)) {
        const uint8_t *stop = at + entry->size;
        bool whole = entry->anywhere || comity_scan_ends_word(stop, scan->high);
        if (!whole || stop < end || !in_capitals(at, stop)) {
            continue;
        }
        if (stop > end) {
            readings.count = 0;
            end = stop;
        }
        const comity_type *type = comity_types_type(scan->rules->types, entry->payload);
        for (size_t i = type->form_begin; i < type->form_end; i++) {
            if (comity_types_form(scan->rules->types, i)->find == COMITY_FIND_MARK) {
                comity_scan_add(scan, i, &around, &readings);
            }
        }
    }
    if (readings.count == 0) {
        return false;
    }
    comity_scan_emit(scan, at, end, &readings);
    return true;
}

void comity_scan_at_mark(comity_scan *scan, const uint8_t *at)
{
    const uint8_t *begin = at;
    const uint8_t *limit = at - scan->low > COMITY_LIMIT_SCAN_LABEL_BYTES ? at - COMITY_LIMIT_SCAN_LABEL_BYTES : scan->low;
    while (begin > limit && (comity_scan_class(begin[-1]) & (COMITY_BYTE_LETTER | COMITY_BYTE_DIGIT)) != 0) {
        begin--;
    }
    if (comity_scan_anchor(scan, begin)) {
        return;
    }
    const uint8_t *starts[MARK_WORDS + 1] = {begin};
    size_t count = 1;
    while (count <= MARK_WORDS) {
        const uint8_t *before = word_before(limit, starts[count - 1]);
        if (before == NULL) {
            break;
        }
        starts[count++] = before;
    }
    while (count > 0 && !mark_try(scan, starts[count - 1], at)) {
        count--;
    }
    /* a line of a travel document need not hold `<<` */
    if (count == 0 && right_of(at, scan->high, MRZ_LEAST, in_mrz) == at + MRZ_LEAST) {
        comity_scan_at_less(scan, at);
    }
}
