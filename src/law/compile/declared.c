/* Declarations as they are written, for `comity law show` and `diff`.
 *
 * A declaration is its lines, from the one it begins on to the line before the
 * next one, without the comments that begin a line and without blank lines at
 * its end. Where a file says several times what it says of itself (`parties`,
 * `members`, `covers`), that is kept as one. */
#include "law/compile/compiler.h"

#include "law/compile/parser.h"

#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

static comity_status lines_find(comity_compiler *compiler, const comity_law_file *file)
{
    const char *end = file->text + file->size;
    uint32_t count = 1;
    if (compiler->lines_of == file) {
        return COMITY_OK;
    }
    for (const char *text = file->text; text < end; text++) {
        count += *text == '\n';
    }
    COMITY_TRY(comity_compiler_take(compiler, (size_t)count + 1, sizeof(uint32_t), &compiler->line_starts));
    compiler->line_count = 0;
    compiler->line_starts[compiler->line_count++] = 0;
    for (const char *text = file->text; text < end; text++) {
        if (*text == '\n') {
            compiler->line_starts[compiler->line_count++] = (uint32_t)(text + 1 - file->text);
        }
    }
    compiler->line_starts[compiler->line_count] = (uint32_t)file->size;
    compiler->lines_of = file;
    return COMITY_OK;
}

/* The line, from 0, without blanks at its end. */
static size_t line_size(const comity_compiler *compiler, const comity_law_file *file, uint32_t line)
{
    const char *begin = file->text + compiler->line_starts[line];
    const char *end = file->text + compiler->line_starts[line + 1];
    while (end > begin && strchr(" \t\r\n", end[-1]) != NULL) {
        end--;
    }
    return (size_t)(end - begin);
}

static comity_status append_lines(comity_compiler *compiler, const comity_law_file *file, uint32_t first, uint32_t last,
                                  comity_buffer *buffer)
{
    size_t blank = 0; /* lines held back, so that none stands at the end */
    COMITY_TRY(lines_find(compiler, file));
    for (uint32_t line = first; line < last && line < compiler->line_count; line++) {
        const char *text = file->text + compiler->line_starts[line];
        size_t size = line_size(compiler, file, line);
        if (size == 0 || text[0] == '#') {
            blank++;
            continue;
        }
        for (; blank > 0; blank--) {
            comity_buffer_append_byte(buffer, '\n');
        }
        comity_buffer_append(buffer, text, size);
        comity_buffer_append_byte(buffer, '\n');
    }
    return COMITY_OK;
}

comity_status comity_clauses_of(comity_compiler *compiler, const comity_law_file *file,
                                const comity_declaration *declaration, comity_buffer *buffer)
{
    const comity_declaration *next = declaration + 1;
    bool is_last = next == file->declarations + file->declaration_count;
    return append_lines(compiler, file, declaration->at.line - 1, is_last ? UINT32_MAX : next->at.line - 1, buffer);
}

comity_status comity_clauses_keep(comity_compiler *compiler, comity_buffer *buffer, uint32_t *ret_clauses)
{
    const uint8_t *bytes;
    size_t size;
    uint32_t place = (uint32_t)compiler->clauses.count;
    comity_buffer_append_byte(buffer, 0);
    COMITY_TRY(comity_buffer_bytes(buffer, &bytes, &size, compiler->reterr));
    if (size > COMITY_LIMIT_LAW_CLAUSES_BYTES - place) {
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT, "all law as it is written is longer than %zu bytes",
                           COMITY_LIMIT_LAW_CLAUSES_BYTES);
    }
    for (size_t i = 0; i < size; i++) {
        COMITY_PUSH(compiler, &compiler->clauses, (char)bytes[i]);
    }
    comity_buffer_reset(buffer);
    *ret_clauses = place;
    return COMITY_OK;
}

/* ---- declarations ---- */

typedef struct entry {
    const char *code, *word, *name; /* of the law, or ""; the declaring word; or "" */
    uint32_t law;
    const comity_law_file *file;
    const comity_declaration *declaration; /* NULL: the header */
} entry;

typedef COMITY_VECTOR(entry) entries;

/* By what it is called, then as it stands in its file. */
static int entry_order(const void *a, const void *b)
{
    const entry *left = a;
    const entry *right = b;
    int codes = strcmp(left->code, right->code);
    int words = codes != 0 ? codes : strcmp(left->word, right->word);
    int names = words != 0 ? words : strcmp(left->name, right->name);
    return names != 0 ? names : left->declaration < right->declaration ? -1 : left->declaration > right->declaration;
}

static bool same_entry(const entry *a, const entry *b)
{
    return strcmp(a->code, b->code) == 0 && strcmp(a->word, b->word) == 0 && strcmp(a->name, b->name) == 0;
}

static const char *name_of(const comity_declaration *declaration)
{
    switch (declaration->kind) {
    case COMITY_DECLARES_INSTRUMENT:
        return declaration->as.instrument.name.text;
    case COMITY_DECLARES_AUTHORITY:
        return declaration->as.authority.name.text;
    case COMITY_DECLARES_GROUP:
        return declaration->as.group.name.text;
    case COMITY_DECLARES_ORDERS:
        return declaration->as.orders.name.text;
    case COMITY_DECLARES_ENTER:
        return declaration->as.enter.name.text;
    case COMITY_DECLARES_DEFINE:
    case COMITY_DECLARES_DERIVE:
        return declaration->as.define.name.text;
    case COMITY_DECLARES_COUNT:
        return declaration->as.count.name.text;
    default:
        return declaration->kind <= COMITY_DECLARES_PAPER ? declaration->as.name.name.text : "";
    }
}

static comity_status entries_gather(comity_compiler *compiler, const comity_law_file *file, entries *all)
{
    entry own = {.code = file->code.text == NULL ? "" : file->code.text, .name = "", .file = file,
                 .law = COMITY_IMAGE_NONE};
    if (file->code.text != NULL) {
        own.law = comity_map_get(&compiler->declared[COMITY_CLASS_LAW], file->code.text);
        own.word = comity_header_word(file->kind);
        COMITY_PUSH(compiler, all, own);
    }
    for (size_t i = 0; i < file->declaration_count; i++) {
        own.declaration = &file->declarations[i];
        own.word = comity_declaring_word_of(own.declaration->kind);
        own.name = name_of(own.declaration);
        if (own.declaration->kind != COMITY_DECLARES_RULE) {
            COMITY_PUSH(compiler, all, own);
        }
    }
    return COMITY_OK;
}

static comity_status entry_append(comity_compiler *compiler, const entry *own, comity_buffer *buffer)
{
    if (own->declaration != NULL) {
        return comity_clauses_of(compiler, own->file, own->declaration, buffer);
    }
    const comity_law_file *file = own->file;
    uint32_t first = file->code.at.line - 1;
    uint32_t last = file->declaration_count == 0 ? UINT32_MAX : file->declarations[0].at.line - 1;
    return append_lines(compiler, file, first, last, buffer);
}

static comity_status entries_record(comity_compiler *compiler, const entries *all, comity_buffer *buffer)
{
    for (size_t i = 0; i < all->count;) {
        const entry *own = &all->items[i];
        comity_declared record = {.law = own->law};
        for (; i < all->count && same_entry(own, &all->items[i]); i++) {
            COMITY_TRY(entry_append(compiler, &all->items[i], buffer));
        }
        COMITY_TRY(comity_text(compiler, own->word, &record.word));
        COMITY_TRY(comity_text(compiler, own->name, &record.name));
        COMITY_TRY(comity_clauses_keep(compiler, buffer, &record.clauses));
        COMITY_PUSH(compiler, &compiler->declarations, record);
    }
    return COMITY_OK;
}

comity_status comity_compile_declarations(comity_compiler *compiler)
{
    entries all = {0};
    comity_buffer buffer;
    for (size_t i = 0; i < compiler->file_count; i++) {
        COMITY_TRY(entries_gather(compiler, &compiler->files[i], &all));
    }
    if (all.count != 0) {
        qsort(all.items, all.count, sizeof *all.items, entry_order);
    }
    comity_buffer_init(&buffer, COMITY_LIMIT_LAW_FILE_BYTES + 1);
    comity_status status = entries_record(compiler, &all, &buffer);
    comity_buffer_free(&buffer);
    return status;
}
