/* Comes in: the lines of a type or a family. Goes out: the draft of a type. A
 * line begins two blanks in; what stands deeper goes on with the line before. */
#include "inspect/compile/compiler.h"

#include <stdio.h>
#include <string.h>

typedef comity_status (*comity_line_reader)(comity_types_compiler *compiler);

/* ---- tokens ---- */

comity_status comity_compile_next(comity_types_compiler *compiler)
{
    return comity_types_lexer_next(&compiler->lexer, &compiler->token, compiler->reterr);
}

/* Behind the third column a line goes on with the one before it. */
bool comity_compile_at_end(const comity_types_compiler *compiler)
{
    const comity_types_token *token = &compiler->token;
    return token->kind == COMITY_TYPES_END || (token->first && token->column <= 3);
}

comity_status comity_compile_expected(const comity_types_compiler *compiler, const char *expected)
{
    return comity_types_lexer_expected(&compiler->lexer, &compiler->token, expected, compiler->reterr);
}

comity_status comity_compile_expect(comity_types_compiler *compiler, const char *text)
{
    if (comity_compile_at_end(compiler) || !comity_types_token_is(&compiler->token, text)) {
        char expected[48];
        (void)snprintf(expected, sizeof expected, "\"%s\"", text);
        return comity_compile_expected(compiler, expected);
    }
    return comity_compile_next(compiler);
}

comity_status comity_compile_string(comity_types_compiler *compiler, const char **ret_text, size_t *ret_size)
{
    const comity_types_token *token = &compiler->token;
    void *memory;
    if (token->kind != COMITY_TYPES_STRING || comity_compile_at_end(compiler)) {
        return comity_compile_expected(compiler, "a text in quotes");
    }
    if (token->size == 0 || token->size > COMITY_LIMIT_TYPE_TEXT_BYTES) {
        return comity_compile_expected(compiler, "a text of 1 to 400 bytes");
    }
    COMITY_TRY(comity_arena_take(compiler->arena, token->size + 1, &memory, compiler->reterr));
    COMITY_TRY(comity_types_lexer_unescape(&compiler->lexer, token, memory, ret_size, compiler->reterr));
    *ret_text = memory;
    return comity_compile_next(compiler);
}

comity_status comity_compile_number(comity_types_compiler *compiler, int64_t least, int64_t most, int64_t *ret_number)
{
    const comity_types_token *token = &compiler->token;
    if (token->kind != COMITY_TYPES_NUMBER || comity_compile_at_end(compiler)) {
        return comity_compile_expected(compiler, "a number");
    }
    if (token->number < least || token->number > most) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "a number from %lld to %lld", (long long)least, (long long)most);
        return comity_compile_expected(compiler, expected);
    }
    *ret_number = token->number;
    return comity_compile_next(compiler);
}

static comity_status keep_word(comity_types_compiler *compiler, const char *expected, const char **ret_word)
{
    char *copy;
    if (compiler->token.kind != COMITY_TYPES_WORD || comity_compile_at_end(compiler)) {
        return comity_compile_expected(compiler, expected);
    }
    COMITY_TRY(comity_arena_copy(compiler->arena, compiler->token.text, compiler->token.size, &copy, compiler->reterr));
    *ret_word = copy;
    return comity_compile_next(compiler);
}

/* One of some words; its number. */
static comity_status one_of(comity_types_compiler *compiler, const char *const *words, size_t count,
                            const char *expected, size_t *ret_number)
{
    for (size_t i = 0; i < count && !comity_compile_at_end(compiler); i++) {
        if (comity_types_token_is(&compiler->token, words[i])) {
            *ret_number = i;
            return comity_compile_next(compiler);
        }
    }
    return comity_compile_expected(compiler, expected);
}

/* ---- what a type is ---- */

static comity_status read_like(comity_types_compiler *compiler)
{
    const comity_types_token token = compiler->token;
    for (size_t i = 0; i < compiler->families.count; i++) {
        if (comity_types_token_is(&token, compiler->families.items[i].name)) {
            comity_types_lexer kept = compiler->lexer;
            if (compiler->draft.inheriting) {
                return comity_compile_expected(compiler, "a family without \"like\" of its own");
            }
            compiler->lexer = compiler->families.items[i].body;
            compiler->draft.inheriting = true;
            COMITY_TRY(comity_compile_next(compiler));
            COMITY_TRY(comity_compile_lines(compiler));
            compiler->draft.inheriting = false;
            compiler->lexer = kept;
            return comity_compile_next(compiler);
        }
    }
    return comity_compile_expected(compiler, "the name of a family");
}

static comity_status read_kind(comity_types_compiler *compiler)
{
    static const char *const words[] = {"identifier", "secret", "mark", "file"};
    size_t number = 0;
    COMITY_TRY(one_of(compiler, words, 4, "one of identifier, secret, mark, file", &number));
    compiler->draft.type.kind = (comity_type_kind)number;
    return COMITY_OK;
}

static bool is_state(const comity_types_token *token)
{
    return token->kind == COMITY_TYPES_WORD && token->size == 2 && token->text[0] >= 'A' && token->text[0] <= 'Z' &&
           token->text[1] >= 'A' && token->text[1] <= 'Z';
}

static comity_status read_states(comity_types_compiler *compiler)
{
    comity_draft *draft = &compiler->draft;
    draft->type.state_count = draft->states_are_inherited ? 0 : draft->type.state_count;
    draft->states_are_inherited = draft->inheriting;
    do {
        if (!is_state(&compiler->token) || draft->type.state_count == sizeof draft->states / sizeof draft->states[0]) {
            return comity_compile_expected(compiler, "the code of a state (ISO 3166-1, two capital letters)");
        }
        COMITY_TRY(keep_word(compiler, "the code of a state", &draft->states[draft->type.state_count]));
        draft->type.state_count++;
    } while (!comity_compile_at_end(compiler));
    return COMITY_OK;
}

static comity_status read_category(comity_types_compiler *compiler)
{
    return keep_word(compiler, "the name of a category", &compiler->draft.type.category);
}

static comity_status read_person(comity_types_compiler *compiler)
{
    compiler->draft.type.is_person = true;
    return COMITY_OK;
}

static comity_status read_source(comity_types_compiler *compiler)
{
    size_t size;
    return comity_compile_string(compiler, &compiler->draft.type.source, &size);
}

/* ---- how it is written and found ---- */

static comity_status read_shape(comity_types_compiler *compiler)
{
    comity_draft *draft = &compiler->draft;
    if (draft->shapes_are_inherited && !draft->inheriting) {
        compiler->shapes.count = draft->shape_begin;
    }
    draft->shapes_are_inherited = draft->inheriting;
    return comity_compile_shape(compiler);
}

static comity_status read_find(comity_types_compiler *compiler)
{
    static const char *const words[COMITY_FIND_COUNT] = {
        [COMITY_FIND_DIGITS] = "digits", [COMITY_FIND_PHONE] = "phone",
        [COMITY_FIND_ALNUM] = "alnum",   [COMITY_FIND_WRITTEN] = "written",
        [COMITY_FIND_TOKEN] = "token",   [COMITY_FIND_EMAIL] = "email",
        [COMITY_FIND_MRZ] = "mrz",       [COMITY_FIND_COORDINATES] = "coordinates",
        [COMITY_FIND_LABEL] = "label",   [COMITY_FIND_ANCHOR] = "anchor",
        [COMITY_FIND_MARK] = "mark",     [COMITY_FIND_SIGNATURE] = "signature",
    };
    size_t number = 0;
    COMITY_TRY(one_of(compiler, words, COMITY_FIND_COUNT,
                      "one of digits, phone, alnum, written, token, email, mrz, coordinates, label, anchor, mark, "
                      "signature",
                      &number));
    compiler->draft.find = (comity_find)number;
    compiler->draft.has_find = true;
    return COMITY_OK;
}

static comity_status read_writing(comity_types_compiler *compiler)
{
    static const char *const words[] = {"compact", "upper", "exact"};
    size_t number = 0;
    COMITY_TRY(one_of(compiler, words, 3, "one of compact, upper, exact", &number));
    compiler->draft.writing = (comity_writing)number;
    compiler->draft.has_writing = true;
    return COMITY_OK;
}

static comity_status read_separators(comity_types_compiler *compiler)
{
    static const char *const words[] = {"space",    "hyphen", "dot",  "slash", "colon",
                                        "brackets", "other",  "none", "single"};
    static const uint8_t meant[] = {COMITY_SEPARATOR_SPACE,
                                    COMITY_SEPARATOR_HYPHEN,
                                    COMITY_SEPARATOR_DOT,
                                    COMITY_SEPARATOR_SLASH,
                                    COMITY_SEPARATOR_COLON,
                                    COMITY_SEPARATOR_BRACKETS,
                                    COMITY_SEPARATOR_OTHER | COMITY_SEPARATOR_BRACKETS};
    compiler->draft.separators = 0;
    compiler->draft.separators_given = true;
    compiler->draft.single_separators = false;
    do {
        size_t number = 0;
        COMITY_TRY(one_of(compiler, words, 9, "one of space, hyphen, dot, slash, colon, brackets, other, none, single",
                          &number));
        compiler->draft.separators |= number < sizeof meant ? meant[number] : 0;
        compiler->draft.single_separators |= number == 8;
    } while (!comity_compile_at_end(compiler));
    return COMITY_OK;
}

static comity_status read_needs(comity_types_compiler *compiler)
{
    compiler->draft.needs_context = true;
    return comity_compile_expect(compiler, "context");
}

static comity_status read_odds(comity_types_compiler *compiler)
{
    int64_t number = 0;
    COMITY_TRY(comity_compile_number(compiler, 0, 255, &number));
    compiler->draft.odds = (uint8_t)number;
    compiler->draft.has_odds = true;
    return COMITY_OK;
}

static comity_status read_confidence(comity_types_compiler *compiler)
{
    int64_t alone = 0;
    int64_t with_context = 0;
    COMITY_TRY(comity_compile_number(compiler, 0, 100, &alone));
    COMITY_TRY(comity_compile_number(compiler, alone, 100, &with_context));
    compiler->draft.alone = (uint8_t)alone;
    compiler->draft.with_context = (uint8_t)with_context;
    compiler->draft.has_confidence = true;
    return COMITY_OK;
}

/* ---- conditions ---- */

static comity_status read_let(comity_types_compiler *compiler)
{
    comity_draft *draft = &compiler->draft;
    comity_name name = {compiler->token.text, compiler->token.size};
    const char *copy;
    if (draft->name_count == COMITY_LIMIT_TYPE_NAMES) {
        return comity_compile_expected(compiler, "at most 16 names given with \"let\"");
    }
    COMITY_TRY(keep_word(compiler, "a name", &copy));
    COMITY_TRY(comity_compile_expect(compiler, "="));
    COMITY_TRY(comity_compile_expression(compiler));
    draft->names[draft->name_count] = name;
    comity_check_step keep = {.code = COMITY_CHECK_KEEP, .from = (int16_t)draft->name_count++};
    return comity_compile_step(compiler, keep);
}

static comity_status require(comity_types_compiler *compiler, uint8_t evidence)
{
    COMITY_TRY(comity_compile_expression(compiler));
    compiler->draft.evidence |= evidence;
    return comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_REQUIRE});
}

static comity_status read_check(comity_types_compiler *compiler)
{
    return require(compiler, COMITY_EVIDENCE_CHECKSUM);
}

static comity_status read_region(comity_types_compiler *compiler)
{
    return require(compiler, COMITY_EVIDENCE_REGION);
}

static comity_status read_require(comity_types_compiler *compiler)
{
    return require(compiler, 0);
}

/* `date year, month, day` */
static comity_status read_date(comity_types_compiler *compiler)
{
    for (int i = 0; i < 3; i++) {
        if (i > 0) {
            COMITY_TRY(comity_compile_expect(compiler, ","));
        }
        COMITY_TRY(comity_compile_expression(compiler));
    }
    compiler->draft.evidence |= COMITY_EVIDENCE_DATE;
    COMITY_TRY(comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_DATE}));
    return comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_REQUIRE});
}

/* `entropy 320`: at least 3.20 bits a byte in the whole body. */
static comity_status read_entropy(comity_types_compiler *compiler)
{
    int64_t least = 0;
    comity_check_step look = {.code = COMITY_CHECK_ENTROPY, .from = 1, .to = -1};
    comity_check_step number = {.code = COMITY_CHECK_CONSTANT, .data = (uint32_t)compiler->numbers.count};
    COMITY_TRY(comity_compile_number(compiler, 1, 800, &least));
    COMITY_APPEND(compiler, &compiler->numbers, least);
    compiler->draft.evidence |= COMITY_EVIDENCE_ENTROPY;
    COMITY_TRY(comity_compile_step(compiler, look));
    COMITY_TRY(comity_compile_step(compiler, number));
    COMITY_TRY(comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_LESS}));
    COMITY_TRY(comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_NOT}));
    return comity_compile_step(compiler, (comity_check_step){.code = COMITY_CHECK_REQUIRE});
}

/* ---- literals ---- */

static comity_status append_literal(comity_types_compiler *compiler, comity_type_literal literal)
{
    COMITY_APPEND(compiler, &compiler->literals, literal);
    return COMITY_OK;
}

size_t comity_field_write(const char *name, size_t size, char *ret_text)
{
    size_t written = 0;
    for (size_t i = 0; i < size; i++) {
        char byte = name[i];
        bool is_upper = byte >= 'A' && byte <= 'Z';
        bool is_kept =
            is_upper || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || (uint8_t)byte >= 0x80;
        if (is_kept) {
            ret_text[written++] = is_upper ? (char)(byte - 'A' + 'a') : byte;
        }
    }
    return written;
}

static comity_status append_field(comity_types_compiler *compiler, const char *name, size_t size)
{
    void *memory;
    COMITY_TRY(comity_arena_take(compiler->arena, size + 1, &memory, compiler->reterr));
    comity_type_literal literal = {.text = memory, .kind = COMITY_LITERAL_FIELD};
    literal.size = (uint32_t)comity_field_write(name, size, memory);
    return literal.size < 2 ? COMITY_OK : append_literal(compiler, literal);
}

/* `words en "passport" "passport number"`: each is a name of a field too, and nothing else if it is of two letters. */
static comity_status read_words(comity_types_compiler *compiler)
{
    comity_type_literal literal = {.kind = COMITY_LITERAL_WORD};
    const comity_types_token language = compiler->token;
    const char *copy;
    if (language.kind == COMITY_TYPES_WORD && language.size > 3) {
        return comity_compile_expected(compiler, "a language (ISO 639-1, two small letters)");
    }
    COMITY_TRY(keep_word(compiler, "a language (ISO 639-1, two small letters)", &copy));
    memcpy(literal.language, language.text, language.size);
    do {
        const char *text;
        size_t size;
        COMITY_TRY(comity_compile_string(compiler, &text, &size));
        literal.text = text;
        literal.size = (uint32_t)size;
        if (size >= 3 || (uint8_t)text[0] >= 0x80) {
            COMITY_TRY(append_literal(compiler, literal)); /* two letters are a word in any text */
        }
        COMITY_TRY(append_field(compiler, text, size));
    } while (!comity_compile_at_end(compiler));
    return COMITY_OK;
}

static comity_status read_fields(comity_types_compiler *compiler)
{
    do {
        const char *text;
        size_t size;
        COMITY_TRY(comity_compile_string(compiler, &text, &size));
        COMITY_TRY(append_field(compiler, text, size));
    } while (!comity_compile_at_end(compiler));
    return COMITY_OK;
}

/* `signature 128 "DICM"` */
static comity_status read_signature(comity_types_compiler *compiler)
{
    int64_t offset = 0;
    comity_type_literal literal = {.kind = COMITY_LITERAL_SIGNATURE};
    size_t size;
    COMITY_TRY(comity_compile_number(compiler, 0, COMITY_LIMIT_SIGNATURE_OFFSET, &offset));
    COMITY_TRY(comity_compile_string(compiler, &literal.text, &size));
    literal.size = (uint32_t)size;
    literal.offset = (uint32_t)offset;
    return append_literal(compiler, literal);
}

/* `element "project"`, `element "SCL" "http://www.iec.ch/61850/"` */
static comity_status read_element(comity_types_compiler *compiler)
{
    comity_type_literal literal = {.kind = COMITY_LITERAL_SIGNATURE, .offset = COMITY_SIGNATURE_ELEMENT};
    const char *name = "";
    const char *near = "";
    size_t name_size = 0;
    size_t near_size = 0;
    void *memory;
    COMITY_TRY(comity_compile_string(compiler, &name, &name_size));
    if (!comity_compile_at_end(compiler)) {
        COMITY_TRY(comity_compile_string(compiler, &near, &near_size));
    }
    COMITY_TRY(comity_arena_take(compiler->arena, name_size + near_size + 2, &memory, compiler->reterr));
    literal.size = (uint32_t)(name_size + 1 + near_size);
    memcpy(memory, name, name_size + 1);
    memcpy((char *)memory + name_size + 1, near, near_size + 1);
    literal.text = memory;
    return append_literal(compiler, literal);
}

/* ---- all lines ---- */

static const struct {
    const char *keyword;
    comity_line_reader read;
} lines[] = {
    {"like", read_like},
    {"kind", read_kind},
    {"state", read_states},
    {"category", read_category},
    {"person", read_person},
    {"source", read_source},
    {"shape", read_shape},
    {"find", read_find},
    {"writing", read_writing},
    {"separators", read_separators},
    {"needs", read_needs},
    {"odds", read_odds},
    {"confidence", read_confidence},
    {"let", read_let},
    {"check", read_check},
    {"date", read_date},
    {"region", read_region},
    {"require", read_require},
    {"entropy", read_entropy},
    {"words", read_words},
    {"fields", read_fields},
    {"signature", read_signature},
    {"element", read_element},
};

static comity_status read_line(comity_types_compiler *compiler)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (comity_types_token_is(&compiler->token, lines[i].keyword)) {
            if (lines[i].read != read_shape) {
                COMITY_TRY(comity_compile_next(compiler));
            }
            COMITY_TRY(lines[i].read(compiler));
            return comity_compile_at_end(compiler) ? COMITY_OK
                                                   : comity_compile_expected(compiler, "the end of the line");
        }
    }
    return comity_compile_expected(compiler,
                                   "one of like, kind, state, category, person, source, shape, find, writing, "
                                   "separators, needs, odds, confidence, let, check, date, region, require, "
                                   "entropy, words, fields, signature, element");
}

comity_status comity_compile_lines(comity_types_compiler *compiler)
{
    while (compiler->token.kind != COMITY_TYPES_END && compiler->token.column > 1) {
        if (compiler->token.column != 3) {
            return comity_compile_expected(compiler, "a line that begins two blanks in");
        }
        COMITY_TRY(read_line(compiler));
    }
    return COMITY_OK;
}
