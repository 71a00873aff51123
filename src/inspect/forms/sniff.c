/* What comes in: bytes of which nothing is known, or what somebody says. What goes
 * out: the same bytes, to the stage that reads such. At most 4 KiB are held until
 * it is settled, always on the same bytes: the first 16 (a magic), the first 512
 * (tar), the first 4,096 or all there are (everything else). */
#include "inspect/forms/sniff.h"

#include "base/swar.h"
#include "base/utf8.h"
#include "inspect/forms/charset_stage.h"
#include "inspect/forms/mime.h"
#include "inspect/forms/syntax.h"
#include "inspect/forms/tar.h"

#define TAR_SIZE 512
#define SNIFF_SIZE ((size_t)COMITY_LIMIT_FORM_SNIFF_BYTES)

typedef struct sniff_state {
    comity_stage *child;
    size_t held_size;
    comity_form_run *runs; /* SNIFF_SIZE of them, if the input has runs */
    comity_runs held_runs;
    uint64_t raw; /* of the first byte held */
    uint8_t held[SNIFF_SIZE];
} sniff_state;

/* ---- magics ---- */

/* A first block, or none: the end at once. */
#define BZIP2(X, level)                                         \
    X("bzip2", &comity_forms_bzip2, "B", "Zh" level "1AY&SY")   \
    X("bzip2", &comity_forms_bzip2, "B", "Zh" level "\x17rE8P\x90")

/* What each is called, its form, the first byte and those behind it. */
#define MAGICS(X)                                                                         \
    X("gzip", &comity_forms_gzip, "\x1F", "\x8B\x08")                                     \
    X("zstd", &comity_forms_zstd, "\x28", "\xB5\x2F\xFD")                                 \
    X("zlib", &comity_forms_zlib, "\x78", "\x9C")                                         \
    X("zlib", &comity_forms_zlib, "\x78", "\xDA")                                         \
    X("zlib", &comity_forms_zlib, "\x78", "\x01")                                         \
    X("zip", &comity_forms_zip, "P", "K\x03\x04")                                         \
    X("zip", &comity_forms_zip, "P", "K\x05\x06")                                         \
    X("pdf", &comity_forms_pdf, "%", "PDF-")                                              \
    X("sqlite", &comity_forms_sqlite, "S", "QLite format 3\0")                            \
    X("parquet", NULL, "P", "AR1")                                                        \
    BZIP2(X, "1")                                                                         \
    BZIP2(X, "2")                                                                         \
    BZIP2(X, "3")                                                                         \
    BZIP2(X, "4")                                                                         \
    BZIP2(X, "5")                                                                         \
    BZIP2(X, "6")                                                                         \
    BZIP2(X, "7")                                                                         \
    BZIP2(X, "8")                                                                         \
    BZIP2(X, "9")                                                                         \
    X("xz", &comity_forms_xz, "\xFD", "7zXZ\0")                                           \
    X("lz4", NULL, "\x04", "\x22\x4D\x18")                                               \
    X("compress", NULL, "\x1F", "\x9D")                                                   \
    X("7z", NULL, "7", "z\xBC\xAF\x27\x1C")                                              \
    X("rar", NULL, "R", "ar!\x1A\x07")                                                    \
    X("cab", NULL, "M", "SCF\0\0\0\0")                                                   \
    X("a compound file (old Office, or an encrypted one)", NULL, "\xD0", "\xCF\x11\xE0\xA1\xB1\x1A\xE1")

#define MAGIC(name, kind, first, rest) {name, kind, first rest, sizeof(first rest) - 1},
#define FIRST(name, kind, first, rest) first

static const comity_magic magics[] = {MAGICS(MAGIC)};

/* The bytes with which these begin: most inputs, and values in base64, do with none of them. */
static const char beginnings[] = MAGICS(FIRST);

const comity_magic *comity_magic_find(const uint8_t *bytes, size_t size)
{
    if (size == 0 || memchr(beginnings, bytes[0], sizeof beginnings - 1) == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        bool may_be = size >= magics[i].size && bytes[0] == (uint8_t)magics[i].bytes[0];
        if (may_be && memcmp(bytes, magics[i].bytes, magics[i].size) == 0) {
            return &magics[i];
        }
    }
    return NULL;
}

/* ---- text ---- */

static bool is_control(uint8_t byte)
{
    return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' && byte != 0x1B &&
            byte != 0x1F) ||
           byte == 0x7F;
}

/* Whether any of eight bytes may be one: those of most text are not. */
static bool has_control(const uint8_t *bytes)
{
    uint64_t word = comity_swar_load(bytes);
    return (comity_swar_below(word, 0x20) | comity_swar_equal(word, 0x7F)) != 0;
}

bool comity_is_text(const uint8_t *bytes, size_t size, bool whole)
{
    size_t good = comity_utf8_check(bytes, size);
    if (size == 0 || (good != size && (whole || size - good >= 4 || comity_utf8_whole(bytes, size) != good))) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (is_control(bytes[i]) || bytes[i] == 0x1B || bytes[i] == '\f') {
            return false;
        }
    }
    return true;
}

/* Zeros, or many control characters, in what is of no wide character set. */
static bool is_binary(const uint8_t *bytes, size_t size)
{
    size_t controls = 0;
    for (size_t at = 0; at < size;) {
        if (size - at >= 8 && !has_control(bytes + at)) {
            at += 8;
            continue;
        }
        for (size_t end = size - at < 8 ? size : at + 8; at < end; at++) {
            if (bytes[at] == 0) {
                return true;
            }
            controls += is_control(bytes[at]);
        }
    }
    return controls * 20 > size;
}

/* `word`, an equals sign and a name in a text: "charset=gbk", "encoding='GBK'". `ret_foreign`: that of one
 * that is not read, if that is named first. */
static const comity_charset *set_after(const char *text, size_t size, const char *word, const char **ret_foreign)
{
    size_t word_size = strlen(word);
    for (size_t i = 0; i + word_size < size; i++) {
        if (!comity_begins_with(text + i, size - i, word)) {
            continue;
        }
        size_t at = i + word_size;
        while (at < size && (text[at] == ' ' || text[at] == '=' || text[at] == '"' || text[at] == '\'')) {
            at++;
        }
        size_t end = at;
        while (end < size &&
               (text[end] == '-' || text[end] == '_' || text[end] == '.' || (text[end] >= '0' && text[end] <= '9') ||
                (text[end] >= 'a' && text[end] <= 'z') || (text[end] >= 'A' && text[end] <= 'Z'))) {
            end++;
        }
        const comity_charset *set = comity_charset_named(text + at, end - at);
        *ret_foreign = set == NULL ? comity_charset_foreign(text + at, end - at) : NULL;
        if (set != NULL || *ret_foreign != NULL) {
            return set;
        }
    }
    return NULL;
}

/* The set that the content type tells, or the text itself, if it is markup. */
static const comity_charset *told_set(const comity_stage *stage, const uint8_t *bytes, size_t size,
                                      const char **ret_foreign)
{
    *ret_foreign = NULL;
    const comity_charset *set = set_after(stage->content_type, strlen(stage->content_type), "charset", ret_foreign);
    const char *text = (const char *)bytes;
    if (set == NULL && *ret_foreign == NULL && size != 0 && (text[0] == '<' || text[0] == '@')) {
        size = size < 1024 ? size : 1024;
        set = set_after(text, size, "encoding", ret_foreign);
        set = set != NULL || *ret_foreign != NULL ? set : set_after(text, size, "charset", ret_foreign);
    }
    return set;
}

/* The beginning in UTF-8, for telling the syntax. */
static size_t decode_beginning(const comity_charset *set, const uint8_t *bytes, size_t size, char ret_text[SNIFF_SIZE])
{
    if (set->kind == COMITY_CHARSET_PLAIN) {
        memcpy(ret_text, bytes, size);
        return size;
    }
    size_t at = 0;
    size_t n = 0;
    comity_charset_shifts shifts = {0};
    for (; set->kind == COMITY_CHARSET_SHIFTED && at < size; at++) {
        uint32_t code = 0;
        bool has_broken;
        bool is_whole = comity_charset_shift(&shifts, bytes[at], &code, &has_broken);
        n += is_whole && n + 4 <= SNIFF_SIZE ? comity_utf8_encode(code, ret_text + n) : 0;
    }
    while (at < size && n + 4 <= SNIFF_SIZE) {
        uint32_t code = 0;
        size_t taken = comity_charset_read(set, bytes + at, size - at, &code);
        if (taken == 0) {
            break;
        }
        n += comity_utf8_encode(code, ret_text + n);
        at += taken;
    }
    return n;
}

static comity_status begin_text(comity_stage *stage, const uint8_t *bytes, size_t size, bool whole,
                                comity_error *reterr)
{
    sniff_state *state = stage->state;
    comity_about about = {.place = stage->place, .raw_begin = stage->raw_begin};
    const char *foreign = NULL;
    const comity_charset *told = told_set(stage, bytes, size, &foreign);
    if (foreign != NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX,
                                 "text in the character set %s is not looked into by this version", foreign);
    }
    const comity_charset *set = comity_charset_guess(bytes, size, whole, told, stage->form->locale);
    const comity_charset *marked = NULL;
    size_t mark = comity_charset_mark(bytes, size, &marked);
    bool is_wide = set->kind != COMITY_CHARSET_PLAIN && set->kind < COMITY_CHARSET_SINGLE;
    if (!is_wide && is_binary(bytes, size)) {
        comity_text_about binary = {.syntax = COMITY_FORM_BINARY, .charset = ""};
        return comity_text_begin(stage, &about, &binary, &state->child, reterr);
    }
    char text[SNIFF_SIZE];
    size_t text_size = decode_beginning(set, bytes + mark, size - mark, text);
    comity_text_about found =
        comity_syntax_find(text, text_size, whole && text_size < SNIFF_SIZE - 4, stage->content_type, stage->name);
    return comity_charset_begin(stage, &about, &found, set, told, mark, &state->child, reterr);
}

/* ---- settling ---- */

static comity_status begin_kind(comity_stage *stage, const comity_stage_kind *kind, const char *link,
                                comity_error *reterr)
{
    sniff_state *state = stage->state;
    comity_about about = {.link = link,
                          .place = stage->place,
                          .raw_begin = stage->raw_begin,
                          .content_type = stage->content_type,
                          .name = stage->name};
    return comity_stage_begin(stage, kind, &about, &state->child, reterr);
}

/* Makes the child if these bytes settle what they are; leaves it NULL if more are wanted. */
static comity_status decide(comity_stage *stage, const uint8_t *bytes, size_t size, bool whole, comity_error *reterr)
{
    if (size < COMITY_MAGIC_SIZE && !whole) {
        return COMITY_OK;
    }
    const comity_magic *magic = comity_magic_find(bytes, size);
    if (magic != NULL && magic->kind == NULL) {
        return comity_stage_fail(stage, reterr, COMITY_ERROR_SYNTAX, "%s is not looked into by this version",
                                 magic->name);
    }
    if (magic != NULL) {
        bool has_members = magic->kind == &comity_forms_zip; /* each has a link of its own */
        return begin_kind(stage, magic->kind, has_members ? NULL : magic->name, reterr);
    }
    if (size < TAR_SIZE && !whole) {
        return COMITY_OK;
    }
    if (comity_is_tar(bytes, size)) {
        return begin_kind(stage, &comity_forms_tar, NULL, reterr);
    }
    if (size < SNIFF_SIZE && !whole) {
        return COMITY_OK;
    }
    if (comity_ends_with(stage->name, ".br") &&
        comity_charset_guess(bytes, size, whole, NULL, "")->kind >= COMITY_CHARSET_SINGLE) {
        return begin_kind(stage, &comity_forms_brotli, "brotli", reterr);
    }
    if (comity_is_mime(stage, bytes, size)) {
        return begin_kind(stage, &comity_forms_mime, NULL, reterr);
    }
    return begin_text(stage, bytes, size, whole, reterr);
}

/* Where the next look is worth while. */
static size_t next_size(size_t held)
{
    return held < COMITY_MAGIC_SIZE ? COMITY_MAGIC_SIZE : held < TAR_SIZE ? TAR_SIZE : SNIFF_SIZE;
}

static comity_status give_held(comity_stage *stage, comity_error *reterr)
{
    sniff_state *state = stage->state;
    comity_span span = {.bytes = state->held,
                        .size = state->held_size,
                        .raw = state->raw,
                        .runs = state->runs,
                        .run_count = state->held_runs.count};
    return comity_stage_feed(state->child, span, reterr);
}

/* Runs of what is held are kept beside it; what was held without is one. */
static comity_status hold_runs(comity_stage *stage, const comity_span *span, size_t size, comity_error *reterr)
{
    sniff_state *state = stage->state;
    if (state->runs == NULL) {
        void *memory = NULL;
        COMITY_TRY(comity_stage_take(stage, SNIFF_SIZE * sizeof(comity_form_run), &memory, reterr));
        state->runs = memory;
        state->held_runs = (comity_runs){.runs = memory, .max = SNIFF_SIZE};
        (void)comity_runs_add(&state->held_runs, 0, state->raw, state->held_size, 1, 1);
    }
    if (span->run_count == 0) {
        (void)comity_runs_add(&state->held_runs, span->offset, span->raw, size, 1, 1);
    }
    uint64_t at = span->offset;
    if (state->held_runs.count != 0) {
        const comity_form_run *last = &state->runs[state->held_runs.count - 1];
        uint64_t covered = last->decoded + (uint64_t)last->count * last->decoded_unit;
        at = covered > at ? covered : at;
    }
    for (size_t i = 0; i < span->run_count && at < span->offset + size; i++) {
        const comity_form_run *run = &span->runs[i];
        uint64_t end = run->decoded + (uint64_t)run->count * run->decoded_unit;
        if (end <= at) {
            continue;
        }
        if (run->decoded_unit == 1) {
            uint64_t last = end < span->offset + size ? end : span->offset + size;
            (void)comity_runs_add(&state->held_runs, at, run->raw + (at - run->decoded) * run->raw_unit,
                                  (size_t)(last - at), 1, run->raw_unit);
            at = last;
        } else {
            /* Whole, though only a part of it is held by now. */
            (void)comity_runs_add(&state->held_runs, run->decoded, run->raw, run->count, run->decoded_unit,
                                  run->raw_unit);
            at = end;
        }
    }
    return COMITY_OK;
}

static comity_status hold(comity_stage *stage, comity_span *span, size_t size, comity_error *reterr)
{
    sniff_state *state = stage->state;
    state->raw = state->held_size == 0 ? span->raw : state->raw;
    bool goes_on = state->held_runs.count == 0 && span->run_count == 0 && span->raw == state->raw + state->held_size;
    if (!goes_on && stage->place != COMITY_FORM_UNMAPPED) {
        COMITY_TRY(hold_runs(stage, span, size, reterr));
    }
    memcpy(state->held + state->held_size, span->bytes, size);
    state->held_size += size;
    *span = comity_span_after(*span, size);
    return COMITY_OK;
}

static comity_status sniff_feed(comity_stage *stage, comity_span span, comity_error *reterr)
{
    sniff_state *state = stage->state;
    while (state->child == NULL && span.size != 0) {
        if (state->held_size == 0 && span.size >= SNIFF_SIZE) {
            for (size_t size = 0; state->child == NULL && size < SNIFF_SIZE;) {
                size = next_size(size);
                COMITY_TRY(decide(stage, span.bytes, size, false, reterr));
            }
            break;
        }
        size_t wanted = next_size(state->held_size) - state->held_size;
        COMITY_TRY(hold(stage, &span, wanted < span.size ? wanted : span.size, reterr));
        if (state->held_size == COMITY_MAGIC_SIZE || state->held_size == TAR_SIZE || state->held_size == SNIFF_SIZE) {
            COMITY_TRY(decide(stage, state->held, state->held_size, false, reterr));
        }
        if (state->child != NULL) {
            COMITY_TRY(give_held(stage, reterr));
        }
    }
    return span.size == 0 ? COMITY_OK : comity_stage_feed(state->child, span, reterr);
}

static comity_status sniff_finish(comity_stage *stage, comity_error *reterr)
{
    sniff_state *state = stage->state;
    if (state->child == NULL && state->held_size != 0) {
        COMITY_TRY(decide(stage, state->held, state->held_size, true, reterr));
        COMITY_TRY(give_held(stage, reterr));
    }
    COMITY_TRY(comity_stage_end(&state->child, reterr));
    comity_pool_give(&stage->form->pool, state->runs);
    state->runs = NULL;
    return COMITY_OK;
}

const comity_stage_kind comity_forms_sniff = {
    .name = "input", .state_size = sizeof(sniff_state), .feed = sniff_feed, .finish = sniff_finish};
