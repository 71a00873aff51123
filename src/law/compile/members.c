/* Who is a member of what: the lines of groups, unions and agreements.
 *
 * Each line is looked at once, whether anything uses it or not. A code that
 * nobody declares is told where it stands, so is the code that closes a circle;
 * and whose members of members go deeper than places.c follows them. */
#include "law/compile/compiler.h"

/* Groups come first, by number, then laws: agreements and unions. */
typedef struct walk {
    comity_compiler *compiler;
    uint8_t *colours;
    uint8_t *heights; /* of those done with: 1, or one more than the highest member */
} walk;

enum { HEIGHT_CUT = COMITY_LIMIT_LAW_DEPTH + 1 };

/* Each returns the height of the highest code in it: of a place, 0. */
static unsigned walk_word(const walk *walking, const comity_word *word, unsigned depth);

static unsigned higher(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static unsigned walk_words(const walk *walking, const comity_words *words, unsigned depth)
{
    unsigned height = 0;
    for (size_t i = 0; i < words->count; i++) {
        height = higher(height, walk_word(walking, &words->items[i], depth));
    }
    return height;
}

static unsigned walk_group(const walk *walking, uint32_t group, unsigned depth)
{
    const comity_group *lines = &walking->compiler->group_entries.items[group].declaration->as.group;
    unsigned height = 0;
    for (size_t i = 0; i < lines->line_count; i++) {
        height = higher(height, walk_words(walking, &lines->lines[i].codes, depth));
    }
    return height;
}

/* What makes up the file when another names it: a union's members, an agreement's parties. */
static unsigned walk_file(const walk *walking, const comity_law_file *file, unsigned depth)
{
    unsigned height = 0;
    for (size_t i = 0; i < file->declaration_count; i++) {
        const comity_declaration *declaration = &file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_MEMBERS || declaration->kind == COMITY_DECLARES_PARTIES) {
            height = higher(height, walk_words(walking, &declaration->as.members.codes, depth));
        }
    }
    return height;
}

/* A group, or an agreement's or a union's file: its number among the colours, or NONE. */
static uint32_t find_whole(const comity_compiler *compiler, const char *text, const comity_law_file **ret_file)
{
    uint32_t group = comity_map_get(&compiler->groups, text);
    uint32_t law = comity_map_get(&compiler->declared[COMITY_CLASS_LAW], text);
    *ret_file = NULL;
    if (group != COMITY_IMAGE_NONE || law == COMITY_IMAGE_NONE) {
        return group;
    }
    *ret_file = compiler->entries[COMITY_CLASS_LAW].items[law].file;
    bool has_members = (*ret_file)->kind == COMITY_FILE_AGREEMENT || (*ret_file)->kind == COMITY_FILE_UNION;
    return has_members ? (uint32_t)compiler->group_entries.count + law : COMITY_IMAGE_NONE;
}

static unsigned walk_word(const walk *walking, const comity_word *word, unsigned depth)
{
    comity_compiler *compiler = walking->compiler;
    const comity_law_file *file;
    uint32_t number = find_whole(compiler, word->text, &file);
    if (number == COMITY_IMAGE_NONE) {
        (void)comity_name_find(compiler, COMITY_CLASS_PLACE, word);
        return 0;
    }
    if (walking->colours[number] == COMITY_GREY) {
        comity_diagnostics_add(compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at, "\"%s\" is a member of itself",
                               word->text);
        return 0;
    }
    if (walking->colours[number] == COMITY_WHITE && depth <= COMITY_LIMIT_LAW_DEPTH) {
        walking->colours[number] = COMITY_GREY;
        unsigned height = file == NULL ? walk_group(walking, number, depth + 1) : walk_file(walking, file, depth + 1);
        walking->heights[number] = (uint8_t)(height < HEIGHT_CUT ? height + 1 : HEIGHT_CUT);
        walking->colours[number] = COMITY_BLACK;
    }
    return walking->colours[number] == COMITY_BLACK ? walking->heights[number] : HEIGHT_CUT;
}

static void walk_from(const walk *walking, const comity_word *word)
{
    if (walk_word(walking, word, 0) > COMITY_LIMIT_LAW_DEPTH) {
        comity_diagnostics_add(walking->compiler->diagnostics, COMITY_SEVERITY_ERROR, word->at,
                               "\"%s\" has members of members, more than %d deep", word->text, COMITY_LIMIT_LAW_DEPTH);
    }
}

/* Lines that make up nothing that another could name. */
static void walk_rest(const walk *walking, const comity_law_file *file)
{
    for (size_t i = 0; i < file->declaration_count; i++) {
        const comity_declaration *declaration = &file->declarations[i];
        if (declaration->kind == COMITY_DECLARES_REACHES) {
            (void)walk_words(walking, &declaration->as.members.codes, 0);
        } else if (declaration->kind == COMITY_DECLARES_SIGNED) {
            (void)walk_words(walking, &declaration->as.words, 0);
        }
    }
}

comity_status comity_check_members(comity_compiler *compiler)
{
    walk walking = {.compiler = compiler};
    const comity_entries *groups = &compiler->group_entries;
    const comity_entries *laws = &compiler->entries[COMITY_CLASS_LAW];
    COMITY_TRY(comity_compiler_take(compiler, groups->count + laws->count, 1, &walking.colours));
    COMITY_TRY(comity_compiler_take(compiler, groups->count + laws->count, 1, &walking.heights));
    for (size_t i = 0; i < groups->count; i++) {
        walk_from(&walking, &groups->items[i].declaration->as.group.name);
    }
    for (size_t i = 0; i < laws->count; i++) {
        const comity_law_file *file = laws->items[i].file;
        if (file->kind == COMITY_FILE_AGREEMENT || file->kind == COMITY_FILE_UNION) {
            walk_from(&walking, &file->code);
        }
        walk_rest(&walking, file);
    }
    return COMITY_OK;
}
