/* Reads law files, builds them both ways, compares judgements field by field. */
#include "world.h"

#include "base/date.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void world_init(world *ret_world)
{
    *ret_world = (world){0};
    comity_arena_init(&ret_world->arena, (size_t)1 << 30);
}

static void world_close(world *of)
{
    generator_free(of->acts);
    comity_context_free(of->context);
    comity_law_close(of->law);
    oracle_free(of->oracle);
    of->acts = NULL;
    of->context = NULL;
    of->law = NULL;
    of->oracle = NULL;
}

void world_free(world *of)
{
    world_close(of);
    comity_arena_free(&of->arena);
    free(of->sources);
    *of = (world){0};
}

static char *copy_text(comity_arena *arena, const char *text, size_t size)
{
    char *copy;
    comity_error error;
    if (comity_arena_copy(arena, text, size, &copy, &error) != COMITY_OK) {
        fprintf(stderr, "world: %s\n", error.message);
        abort();
    }
    return copy;
}

void world_add(world *to, const char *path, const char *text)
{
    if (to->source_count == to->source_room) {
        to->source_room = to->source_room * 2 + 16;
        oracle_source *more = realloc(to->sources, to->source_room * sizeof *more);
        if (more == NULL) {
            abort();
        }
        to->sources = more;
    }
    to->sources[to->source_count++] = (oracle_source){copy_text(&to->arena, path, strlen(path)),
                                                      copy_text(&to->arena, text, strlen(text)), strlen(text)};
}

static bool add_file(world *to, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t room = (size_t)8 << 20;
    char *text = calloc(1, room + 1);
    size_t size = text == NULL ? 0 : fread(text, 1, room, file);
    bool good = text != NULL && !ferror(file) && strlen(text) == size;
    (void)fclose(file);
    if (good) {
        world_add(to, path, text);
    }
    free(text);
    return good;
}

static bool add_entry(world *to, const char *folder, const char *name)
{
    char path[4096];
    struct stat status;
    size_t size = strlen(name);
    if (name[0] == '.' || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path ||
        stat(path, &status) != 0) {
        return name[0] == '.';
    }
    if (S_ISDIR(status.st_mode)) {
        size_t before = to->source_count;
        return world_add_folder(to, path) || before == to->source_count;
    }
    return size < 4 || strcmp(name + size - 4, ".law") != 0 || add_file(to, path);
}

bool world_add_folder(world *to, const char *folder)
{
    size_t before = to->source_count;
    DIR *directory = opendir(folder);
    bool good = directory != NULL;
    for (struct dirent *entry = NULL; good && (entry = readdir(directory)) != NULL;) {
        good = add_entry(to, folder, entry->d_name);
    }
    if (directory != NULL) {
        (void)closedir(directory);
    }
    return good && to->source_count > before;
}

static comity_status build(comity_builder *builder, const oracle_source *sources, size_t count, comity_law **ret_law,
                           comity_error *reterr)
{
    const void *image;
    size_t size;
    for (size_t i = 0; i < count; i++) {
        COMITY_TRY(comity_builder_add(builder, sources[i].path, sources[i].text, sources[i].size, reterr));
    }
    comity_status status = comity_builder_build(builder, &image, &size, reterr);
    if (status == COMITY_ERROR_SYNTAX) {
        return comity_fail(reterr, status, "%s", comity_builder_messages(builder));
    }
    return status != COMITY_OK ? status : comity_law_load(image, size, ret_law, reterr);
}

comity_status world_compile(const oracle_source *sources, size_t count, comity_law **ret_law, comity_error *reterr)
{
    comity_builder *builder;
    COMITY_TRY(comity_builder_new(&builder, reterr));
    comity_status status = build(builder, sources, count, ret_law, reterr);
    comity_builder_free(builder);
    return status;
}

comity_status world_build(world *of, comity_error *reterr)
{
    world_close(of);
    COMITY_TRY(world_compile(of->sources, of->source_count, &of->law, reterr));
    COMITY_TRY(comity_context_new(of->law, &of->context, reterr));
    COMITY_TRY(oracle_new(of->sources, of->source_count, &of->oracle, reterr));
    of->acts = generator_new(of->oracle);
    return COMITY_OK;
}

/* ---- comparing ---- */

static const char *says(comity_arena *arena, const char *format, ...) COMITY_PRINTF(2, 3);

static const char *says(comity_arena *arena, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return copy_text(arena, text, strlen(text));
}

static const value *entry_of(const value *list, const char *rule)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (strcmp(value_text(list->items[i], "rule"), rule) == 0) {
            return list->items[i];
        }
    }
    return NULL;
}

static const char *compare_finding(comity_arena *arena, const oracle_finding *finding, const value *answer)
{
    const char *name = finding->rule->name.text;
    const value *entry = entry_of(value_get(answer, "rules"), name);
    const value *lifted = entry_of(value_get(answer, "lifted"), name);
    const char *applies = entry == NULL ? "no" : value_text(entry, "applies");
    if (finding->lifted_by != NULL) {
        return lifted != NULL && entry == NULL && strcmp(value_text(lifted, "by"), finding->lifted_by) == 0
                   ? NULL
                   : says(arena, "%s: oracle: lifted by %s; judge: applies %s, lifted by \"%s\"", name,
                          finding->lifted_by, applies, value_text(lifted, "by"));
    }
    if (lifted != NULL || strcmp(applies, oracle_truth_name(finding->applies)) != 0) {
        return says(arena, "%s: oracle: applies %s; judge: applies %s, lifted by \"%s\"", name,
                    oracle_truth_name(finding->applies), applies, value_text(lifted, "by"));
    }
    const char *met = value_text(entry, "met");
    const char *expected = finding->has_need ? oracle_truth_name(finding->met) : "";
    if (strcmp(met, expected) != 0) {
        return says(arena, "%s: oracle: met \"%s\"; judge: met \"%s\"", name, expected, met);
    }
    const value *duty = entry_of(value_get(answer, "duties"), name);
    char by[COMITY_DATE_TEXT_SIZE] = "";
    if (finding->by != COMITY_NO_DATE) {
        comity_date_print(finding->by, by);
    }
    return duty == NULL || strcmp(value_text(duty, "by"), by) == 0
               ? NULL
               : says(arena, "%s: oracle: by \"%s\"; judge: by \"%s\"", name, by, value_text(duty, "by"));
}

static const char *compare_findings(comity_arena *arena, const oracle_judgement *judgement, const value *answer)
{
    size_t lifted = 0;
    for (size_t i = 0; i < judgement->finding_count; i++) {
        const char *different = compare_finding(arena, &judgement->findings[i], answer);
        lifted += judgement->findings[i].lifted_by != NULL;
        if (different != NULL) {
            return different;
        }
    }
    const value *rules = value_get(answer, "rules");
    for (size_t i = 0; i < rules->count; i++) {
        const char *name = value_text(rules->items[i], "rule");
        bool known = false;
        for (size_t j = 0; j < judgement->finding_count && !known; j++) {
            known = strcmp(judgement->findings[j].rule->name.text, name) == 0;
        }
        if (!known) {
            return says(arena, "%s: oracle: applies no; judge: applies %s", name, value_text(rules->items[i], "applies"));
        }
    }
    return value_get(answer, "lifted")->count == lifted ? NULL
                                                        : says(arena, "the judge holds more rules for lifted");
}

static const char *compare_places(comity_arena *arena, const char *what, const char *const *expected, size_t count,
                                  const value *found, const char *key)
{
    size_t i = 0;
    for (; i < count && i < found->count; i++) {
        const char *place = key == NULL ? found->items[i]->text : value_text(found->items[i], key);
        if (strcmp(place, expected[i]) != 0) {
            return says(arena, "%s: oracle: %s; judge: %s", what, expected[i], place);
        }
    }
    return count == found->count ? NULL
                                 : says(arena, "%s: oracle: %zu; judge: %zu; after %s", what, count, found->count,
                                        i == 0 ? "none" : expected[i - 1]);
}

const char *world_disagreement(world *of, comity_arena *arena, const char *act)
{
    oracle_judgement judgement;
    comity_answer answer;
    comity_verdict verdict;
    comity_error error;
    if (comity_judge_json(of->context, act, strlen(act), NULL, &answer, &error) != COMITY_OK) {
        return says(arena, "the judge cannot read it: %s", error.message);
    }
    const value *said = value_parse(arena, answer.json);
    if (comity_judge_verdict(of->context, act, strlen(act), NULL, &verdict, &error) != COMITY_OK) {
        return says(arena, "the short way cannot read it: %s", error.message);
    }
    if (verdict != answer.verdict || said == NULL ||
        strcmp(value_text(said, "verdict"), comity_verdict_name(verdict)) != 0) {
        return says(arena, "the judge's verdicts differ: in short %s; in full %s", comity_verdict_name(verdict),
                    comity_verdict_name(answer.verdict));
    }
    if (oracle_judge(of->oracle, act, &judgement, &error) != COMITY_OK) {
        return says(arena, "the oracle cannot read it: %s", error.message);
    }
    const char *different = compare_findings(arena, &judgement, said);
    if (different == NULL) {
        different = compare_places(arena, "uncovered", judgement.uncovered, judgement.uncovered_count,
                                   value_get(said, "uncovered"), "state");
    }
    if (different == NULL) {
        different = compare_places(arena, "touched", judgement.touched, judgement.touched_count,
                                   value_get(said, "touched"), NULL);
    }
    if (different == NULL && verdict != judgement.verdict) {
        different = says(arena, "verdict: oracle: %s; judge: %s", comity_verdict_name(judgement.verdict),
                         comity_verdict_name(verdict));
    }
    of->said = judgement;
    return different;
}

/* ---- making smaller ---- */

/* Tries to leave out each member, and then what is in it; true if something went. */
static bool shrink_within(comity_arena *arena, value *root, value *whole,
                          bool (*is_wrong)(void *context, const value *act), void *context)
{
    bool any = false;
    for (size_t i = whole->count; i-- > 0;) {
        value kept = *whole;
        kept.items = memcpy(calloc(whole->count, sizeof(value *)), whole->items, whole->count * sizeof(value *));
        kept.keys = memcpy(calloc(whole->count, sizeof(char *)), whole->keys, whole->count * sizeof(char *));
        value_remove(whole, i);
        if (is_wrong(context, root)) {
            any = true;
        } else {
            memcpy(whole->items, kept.items, kept.count * sizeof(value *));
            memcpy(whole->keys, kept.keys, kept.count * sizeof(char *));
            whole->count = kept.count;
            any |= shrink_within(arena, root, whole->items[i], is_wrong, context);
        }
        free(kept.items);
        free(kept.keys);
    }
    return any;
}

value *world_shrink(comity_arena *arena, const value *act, bool (*is_wrong)(void *context, const value *act),
                    void *context)
{
    value *smaller = value_copy(arena, act);
    while (shrink_within(arena, smaller, smaller, is_wrong, context)) {
    }
    return smaller;
}
