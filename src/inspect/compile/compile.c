/* Comes in: files of types. Goes out: one set of types, or what is wrong with
 * the first thing that is. Two passes: the first notes where families stand, the
 * second reads the types. */
#include "inspect/compile/compiler.h"
#include "inspect/compile/embedded.h"

#include "base/quote.h"
#include "base/utf8.h"

#include <string.h>

comity_status comity_list_reserve(comity_types_compiler *compiler, void *items, size_t *capacity, size_t count,
                                  size_t size)
{
    void *memory;
    void *before;
    if (count < *capacity) {
        return COMITY_OK;
    }
    size_t larger = *capacity == 0 ? 64 : *capacity * 2;
    COMITY_TRY(comity_arena_take_array(compiler->arena, larger, size, &memory, compiler->reterr));
    memcpy(&before, items, sizeof before);
    if (count != 0) {
        memcpy(memory, before, count * size);
    }
    memcpy(items, &memory, sizeof memory);
    *capacity = larger;
    return COMITY_OK;
}

comity_status comity_compile_text(comity_types_compiler *compiler, const void *bytes, size_t size, uint32_t *ret_at)
{
    *ret_at = (uint32_t)compiler->texts.count;
    for (size_t i = 0; i < size; i++) {
        COMITY_APPEND(compiler, &compiler->texts, ((const uint8_t *)bytes)[i]);
    }
    return COMITY_OK;
}

/* A name as in "cn.resident-id". */
static comity_status read_name(comity_types_compiler *compiler, const char **ret_name)
{
    const comity_types_token *token = &compiler->token;
    bool good = token->kind == COMITY_TYPES_WORD && token->size <= 64;
    char *copy;
    for (size_t i = 0; good && i < token->size; i++) {
        good = !(token->text[i] >= 'A' && token->text[i] <= 'Z');
    }
    if (!good) {
        return comity_compile_expected(compiler, "a name of at most 64 small letters, digits, hyphens and dots");
    }
    COMITY_TRY(comity_arena_copy(compiler->arena, token->text, token->size, &copy, compiler->reterr));
    *ret_name = copy;
    return comity_compile_next(compiler);
}

static comity_status read_type(comity_types_compiler *compiler)
{
    comity_draft *draft = &compiler->draft;
    size_t size;
    memset(draft, 0, sizeof *draft);
    draft->separators =
        COMITY_SEPARATOR_SPACE | COMITY_SEPARATOR_HYPHEN | COMITY_SEPARATOR_DOT | COMITY_SEPARATOR_SLASH;
    draft->shape_begin = compiler->shapes.count;
    draft->step_begin = compiler->steps.count;
    draft->literal_begin = compiler->literals.count;
    COMITY_TRY(comity_compile_next(compiler));
    draft->head = compiler->token;
    COMITY_TRY(read_name(compiler, &draft->type.name));
    COMITY_TRY(comity_compile_string(compiler, &draft->type.title, &size));
    if (!comity_compile_at_end(compiler)) {
        return comity_compile_expected(compiler, "the end of the line");
    }
    COMITY_TRY(comity_compile_lines(compiler));
    return comity_compile_type(compiler);
}

/* Reads over the lines of a block: shapes have signs of their own, so by lines, not by tokens. */
static comity_status skip_lines(comity_types_compiler *compiler)
{
    comity_types_lexer *lexer = &compiler->lexer;
    const char *text = lexer->file->text;
    do {
        while (lexer->at < lexer->file->size && text[lexer->at] != '\n') {
            lexer->at++;
        }
        if (lexer->at < lexer->file->size) {
            lexer->at++;
            lexer->line++;
            lexer->line_begin = lexer->at;
        }
    } while (lexer->at < lexer->file->size && strchr(" \t\r\n#", text[lexer->at]) != NULL);
    return comity_compile_next(compiler);
}

/* First pass: a family's name and where its lines are; types are read over. */
static comity_status note_block(comity_types_compiler *compiler)
{
    if (comity_types_token_is(&compiler->token, "family")) {
        comity_family family;
        COMITY_TRY(comity_compile_next(compiler));
        const comity_types_token name = compiler->token;
        comity_types_lexer behind = compiler->lexer;
        COMITY_TRY(read_name(compiler, &family.name));
        family.body = behind;
        compiler->lexer = behind;
        for (size_t i = 0; i < compiler->families.count; i++) {
            if (comity_types_token_is(&name, compiler->families.items[i].name)) {
                return comity_types_lexer_expected(&compiler->lexer, &name, "a name that no other family has",
                                                   compiler->reterr);
            }
        }
        COMITY_APPEND(compiler, &compiler->families, family);
    }
    return skip_lines(compiler);
}

static comity_status read_block(comity_types_compiler *compiler)
{
    return comity_types_token_is(&compiler->token, "type") ? read_type(compiler) : skip_lines(compiler);
}

static comity_status read_file(comity_types_compiler *compiler, const comity_types_text *file,
                               comity_status (*read)(comity_types_compiler *))
{
    comity_types_lexer_begin(&compiler->lexer, file);
    COMITY_TRY(comity_compile_next(compiler));
    while (compiler->token.kind != COMITY_TYPES_END) {
        bool known =
            comity_types_token_is(&compiler->token, "type") || comity_types_token_is(&compiler->token, "family");
        if (!known || compiler->token.column != 1) {
            return comity_compile_expected(compiler, "\"type\" or \"family\" at the beginning of a line");
        }
        COMITY_TRY(read(compiler));
    }
    return COMITY_OK;
}

static comity_status check_file(const comity_types_text *file, comity_error *reterr)
{
    size_t good = comity_utf8_check(file->text, file->size);
    if (file->size > COMITY_LIMIT_TYPES_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: %zu bytes found, but at most %zu expected", file->path,
                           file->size, COMITY_LIMIT_TYPES_BYTES);
    }
    if (good < file->size || memchr(file->text, 0, file->size) != NULL) {
        size_t at = good < file->size ? good : strlen(file->text);
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s: byte 0x%02X found at byte %zu, but UTF-8 text expected",
                           file->path, (unsigned)(uint8_t)file->text[at], at);
    }
    return COMITY_OK;
}

static comity_status compile(comity_types_compiler *compiler, const comity_types_text *files, size_t count,
                             comity_types **ret_types)
{
    comity_sha256_state hash;
    comity_types *types;
    comity_sha256_begin(&hash);
    for (size_t i = 0; i < count; i++) {
        COMITY_TRY(check_file(&files[i], compiler->reterr));
        comity_sha256_add(&hash, files[i].text, files[i].size);
        COMITY_TRY(read_file(compiler, &files[i], note_block));
    }
    for (size_t i = 0; i < count; i++) {
        COMITY_TRY(read_file(compiler, &files[i], read_block));
    }
    COMITY_TRY(comity_compile_set(compiler, &types));
    comity_sha256_end(&hash, types->hash);
    *ret_types = types;
    return COMITY_OK;
}

comity_status comity_types_load(const comity_types_text *files, size_t count, comity_types **ret_types,
                                comity_error *reterr)
{
    comity_arena arena;
    comity_arena_init(&arena, (size_t)128 << 20);
    comity_types_compiler compiler = {.arena = &arena, .reterr = reterr};
    comity_status status = compile(&compiler, files, count, ret_types);
    comity_arena_free(&arena);
    return status;
}

comity_status comity_types_open(comity_types **ret_types, comity_error *reterr)
{
    return comity_types_load(comity_types_embedded, comity_types_embedded_count, ret_types, reterr);
}
