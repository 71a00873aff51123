/* comity law list, show, diff: the verbs that read images. */
#include "cli/law.h"

#include "base/date.h"
#include "base/near.h"
#include "law/terms.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char *const effect_words[] = {
    [COMITY_EFFECT_REFUSE] = "refuse", [COMITY_EFFECT_NEEDS] = "needs", [COMITY_EFFECT_WAY] = "way",
    [COMITY_EFFECT_LIFTS] = "lifts",   [COMITY_EFFECT_DUTY] = "duty",   [COMITY_EFFECT_COMPELS] = "compels",
    [COMITY_EFFECT_NOTES] = "notes",
};

enum { EFFECT_COUNT = sizeof effect_words / sizeof effect_words[0] };

static const char *text_of(const comity_image *image, uint32_t text)
{
    return comity_image_text(image, text);
}

/* Rules in the order of their names. The caller frees. */
static const comity_rule_record **rules_by_name(const comity_image *image)
{
    const comity_rule_record **rules = calloc(image->rules_count + 1, sizeof *rules);
    for (uint32_t i = 0; rules != NULL && i < image->rules_count; i++) {
        uint32_t rank = image->rules[i].rank;
        rules[rank < image->rules_count ? rank : i] = &image->rules[i];
    }
    return rules;
}

static void date_text(int32_t date, const char *otherwise, char *text, size_t size)
{
    char day[COMITY_DATE_TEXT_SIZE];
    if (!comity_date_valid(date)) {
        (void)snprintf(text, size, "%s", otherwise);
        return;
    }
    comity_date_print(date, day);
    (void)snprintf(text, size, "%s", day);
}

static void print_buffer(const comity_buffer *buffer)
{
    const uint8_t *bytes;
    size_t size;
    if (comity_buffer_bytes(buffer, &bytes, &size, NULL) == COMITY_OK) {
        (void)fwrite(bytes, 1, size, stdout);
    }
}

static void print_json_string(const char *text)
{
    comity_buffer buffer;
    comity_buffer_init(&buffer, (size_t)1 << 20);
    comity_buffer_append_json_string(&buffer, text, strlen(text));
    print_buffer(&buffer);
    comity_buffer_free(&buffer);
}

/* The words of all rules, unpacked; NULL after complaining. The caller frees. */
static char *clauses_new(const comity_image *image)
{
    comity_error error = {.message = "out of memory"};
    char *clauses = malloc((size_t)image->header->clauses_size + 1);
    if (clauses == NULL || comity_image_clauses(image, clauses, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        free(clauses);
        return NULL;
    }
    return clauses;
}

static void print_rule_names_json(const comity_image *image, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)printf("%s\"%s\"", i == 0 ? "" : ",", text_of(image, image->rules[image->indices[first + i]].name));
    }
}

/* `clauses`: the rule as law, or NULL for the short form. */
static void print_rule_json(const comity_image *image, const comity_rule_record *rule, const char *clauses)
{
    comity_buffer buffer;
    char from[16];
    char until[16];
    date_text(rule->from, "", from, sizeof from);
    date_text(rule->until, "", until, sizeof until);
    comity_buffer_init(&buffer, (size_t)1 << 20);
    comity_rule_json_head(image, rule, (comity_effect)rule->effect, &buffer);
    print_buffer(&buffer);
    comity_buffer_reset(&buffer);
    (void)printf(from[0] == '\0' ? ",\"from\":null" : ",\"from\":\"%s\"", from);
    (void)printf(until[0] == '\0' ? ",\"until\":null" : ",\"until\":\"%s\"", until);
    if (clauses != NULL) {
        (void)fputs(",\"law\":", stdout);
        print_json_string(clauses);
        (void)fputs(",\"lifted_by\":[", stdout);
        print_rule_names_json(image, rule->first_lifter, rule->lifter_count);
        (void)fputs("],\"ways\":[", stdout);
        print_rule_names_json(image, rule->first_way, rule->way_count);
        (void)fputs("]", stdout);
    }
    comity_rule_json_tail(image, rule, &buffer);
    comity_buffer_append_byte(&buffer, '\n');
    print_buffer(&buffer);
    comity_buffer_free(&buffer);
}

/* ---- list ---- */

typedef struct list_options {
    const char *law, *state;
    int effect;
    int32_t on;
    bool unverified, json;
} list_options;

static bool list_wants(const comity_image *image, const comity_rule_record *rule, const list_options *options)
{
    return (options->state == NULL || strcmp(text_of(image, image->laws[rule->law].code), options->state) == 0) &&
           (options->effect < 0 || rule->effect == options->effect) &&
           (options->on == COMITY_NO_DATE || (rule->from <= options->on && options->on <= rule->until)) &&
           (!options->unverified || rule->checked == COMITY_NO_DATE);
}

static int list_print(const comity_image *image, const list_options *options)
{
    const comity_rule_record **rules = rules_by_name(image);
    if (rules == NULL) {
        return complain("out of memory");
    }
    for (uint32_t i = 0; i < image->rules_count; i++) {
        const comity_rule_record *rule = rules[i];
        char from[16];
        char until[16];
        if (rule == NULL || !list_wants(image, rule, options)) {
            continue;
        }
        if (options->json) {
            print_rule_json(image, rule, NULL);
            continue;
        }
        date_text(rule->from, "", from, sizeof from);
        date_text(rule->until, "", until, sizeof until);
        (void)printf("%-32s %-8s %-10s %-10s %s%s\n", text_of(image, rule->name), effect_words[rule->effect], from, until,
                     text_of(image, rule->title), rule->checked == COMITY_NO_DATE ? " [unverified]" : "");
    }
    free(rules);
    return EXIT_CLEAN;
}

static int effect_find(const char *name)
{
    for (int i = 0; i < EFFECT_COUNT; i++) {
        if (strcmp(effect_words[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

int law_list_main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"law", required_argument, NULL, 'l'}, {"state", required_argument, NULL, 's'},
        {"effect", required_argument, NULL, 'e'}, {"on", required_argument, NULL, 'o'},
        {"unverified", no_argument, NULL, 'u'}, {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0},
    };
    list_options options = {.effect = -1, .on = COMITY_NO_DATE};
    comity_error error;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 'l':
            options.law = optarg;
            break;
        case 's':
            options.state = optarg;
            break;
        case 'e':
            options.effect = effect_find(optarg);
            if (options.effect < 0) {
                return complain_usage("law", "'%s' is no effect; there are refuse, needs, way, lifts, duty, compels and notes",
                                      optarg);
            }
            break;
        case 'o':
            if (comity_date_parse(optarg, strlen(optarg), &options.on, &error) != COMITY_OK) {
                return complain_usage("law", "--on: %s", error.message);
            }
            break;
        case 'u':
            options.unverified = true;
            break;
        case 'j':
            options.json = true;
            break;
        default:
            return complain_usage("law", "list: unknown option, or one without its value: %s", argv[optind - 1]);
        }
    }
    comity_law *law = open_law(options.law);
    if (law == NULL) {
        return EXIT_ERROR;
    }
    int status = EXIT_CLEAN;
    if (options.state != NULL &&
        comity_image_find(&law->image, COMITY_CLASS_LAW, options.state, strlen(options.state)) == COMITY_IMAGE_NONE) {
        status = complain("\"%s\" is the code of no law on file", options.state);
    } else {
        status = list_print(&law->image, &options);
    }
    comity_law_close(law);
    return status;
}

/* ---- show ---- */

static void print_names(const comity_image *image, const char *before, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const comity_rule_record *rule = &image->rules[image->indices[first + i]];
        (void)printf("%s%s  %s\n", before, text_of(image, rule->name), text_of(image, rule->title));
    }
}

static void print_rule(const comity_image *image, const comity_rule_record *rule, const char *clauses)
{
    char from[16];
    char until[16];
    (void)fputs(clauses, stdout);
    date_text(rule->from, "always", from, sizeof from);
    date_text(rule->until, "further notice", until, sizeof until);
    (void)printf("  # %s\n", text_of(image, rule->cite));
    (void)printf("  # in force from %s until %s\n", from, until);
    print_names(image, "  # lifted by ", rule->first_lifter, rule->lifter_count);
    print_names(image, "  # met by    ", rule->first_way, rule->way_count);
    print_names(image, rule->effect == COMITY_EFFECT_LIFTS ? "  # lifts     " : "  # way for   ", rule->first_target,
                rule->target_count);
    (void)putchar('\n');
}

static int show_one(const comity_image *image, const char *clauses, const char *name, bool json)
{
    uint32_t rule = comity_image_find(image, COMITY_CLASS_RULE, name, strlen(name));
    uint32_t law = comity_image_find(image, COMITY_CLASS_LAW, name, strlen(name));
    if (rule == COMITY_IMAGE_NONE && law == COMITY_IMAGE_NONE) {
        const char *near = comity_image_near(image, COMITY_CLASS_RULE, name, strlen(name));
        return near == NULL ? complain("\"%s\" is no rule and no law on file", name)
                            : complain("\"%s\" is no rule and no law on file; did you mean \"%s\"?", name, near);
    }
    for (uint32_t i = 0; i < image->rules_count; i++) {
        if (i == rule || (rule == COMITY_IMAGE_NONE && image->rules[i].law == law)) {
            if (json) {
                print_rule_json(image, &image->rules[i], clauses + image->rules[i].clauses);
            } else {
                print_rule(image, &image->rules[i], clauses + image->rules[i].clauses);
            }
        }
    }
    return EXIT_CLEAN;
}

int law_show_main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"law", required_argument, NULL, 'l'}, {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    const char *path = NULL;
    bool json = false;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (option != 'l' && option != 'j') {
            return complain_usage("law", "show: unknown option, or one without its value: %s", argv[optind - 1]);
        }
        path = option == 'l' ? optarg : path;
        json |= option == 'j';
    }
    if (optind == argc) {
        return complain_usage("law", "show: name a rule, or the code of a law");
    }
    comity_law *law = open_law(path);
    if (law == NULL) {
        return EXIT_ERROR;
    }
    char *clauses = clauses_new(&law->image);
    int status = clauses == NULL ? EXIT_ERROR : EXIT_CLEAN;
    for (int i = optind; clauses != NULL && i < argc; i++) {
        int one = show_one(&law->image, clauses, argv[i], json);
        status = one > status ? one : status;
    }
    free(clauses);
    comity_law_close(law);
    return status;
}

/* ---- diff ---- */

static bool same(const comity_image *a, uint32_t in_a, const comity_image *b, uint32_t in_b)
{
    return strcmp(text_of(a, in_a), text_of(b, in_b)) == 0;
}

static void print_moved(const char *what, int32_t before, int32_t after, const char *otherwise)
{
    char from[32];
    char to[32];
    if (before != after) {
        date_text(before, otherwise, from, sizeof from);
        date_text(after, otherwise, to, sizeof to);
        (void)printf("  %s: was %s, is %s\n", what, from, to);
    }
}

/* Clauses line by line: those that are gone, and those that are new. */
static void print_lines(const char *sign, const char *text, const char *other)
{
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        bool found = false;
        for (const char *line = other; *line != '\0' && !found;) {
            size_t line_size = strcspn(line, "\n");
            found = line_size == size && memcmp(line, text, size) == 0;
            line += line_size + (line[line_size] == '\n');
        }
        if (!found) {
            (void)printf("  %s %.*s\n", sign, (int)size, text);
        }
        text += size + (text[size] == '\n');
    }
}

static bool rule_changed(const comity_image *old, const comity_rule_record *before, const char *old_clauses,
                         const comity_image *new, const comity_rule_record *after, const char *new_clauses)
{
    bool text_same = strcmp(old_clauses, new_clauses) == 0;
    bool dates_same = before->from == after->from && before->until == after->until;
    bool cite_same = same(old, before->cite, new, after->cite);
    bool check_same = before->checked == after->checked && same(old, before->check, new, after->check);
    if (text_same && dates_same && cite_same && check_same) {
        return false;
    }
    (void)printf("changed %s \"%s\"\n", text_of(new, after->name), text_of(new, after->title));
    if (before->effect != after->effect) {
        (void)printf("  it was \"%s\" and is \"%s\"\n", effect_words[before->effect], effect_words[after->effect]);
    }
    print_moved("in force from", before->from, after->from, "always");
    print_moved("in force until", before->until, after->until, "further notice");
    if (before->checked != after->checked) {
        print_moved("checked on", before->checked, after->checked, "never");
    }
    if (!cite_same) {
        (void)printf("  cited as: was %s, is %s\n", text_of(old, before->cite), text_of(new, after->cite));
    }
    print_lines("-", old_clauses, new_clauses);
    print_lines("+", new_clauses, old_clauses);
    return true;
}

/* Rules of one image that the other does not have. */
static uint32_t rules_only_in(const comity_image *image, const comity_image *other, const char *word)
{
    const comity_rule_record **rules = rules_by_name(image);
    uint32_t count = 0;
    for (uint32_t i = 0; rules != NULL && i < image->rules_count; i++) {
        const char *name = rules[i] == NULL ? "" : text_of(image, rules[i]->name);
        if (rules[i] != NULL && comity_image_find(other, COMITY_CLASS_RULE, name, strlen(name)) == COMITY_IMAGE_NONE) {
            (void)printf("%s %s \"%s\" (%s)\n", word, name, text_of(image, rules[i]->title), effect_words[rules[i]->effect]);
            count++;
        }
    }
    free(rules);
    return count;
}

static uint32_t laws_only_in(const comity_image *image, const comity_image *other, const char *word)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < image->laws_count; i++) {
        const char *code = text_of(image, image->laws[i].code);
        if (comity_image_find(other, COMITY_CLASS_LAW, code, strlen(code)) == COMITY_IMAGE_NONE) {
            (void)printf("%s the law file of %s \"%s\"\n", word, code, text_of(image, image->laws[i].title));
            count++;
        }
    }
    return count;
}

static uint32_t diff_images(const comity_image *old, const char *old_clauses, const comity_image *new,
                            const char *new_clauses)
{
    uint32_t count = laws_only_in(old, new, "removed") + laws_only_in(new, old, "added");
    count += rules_only_in(old, new, "removed") + rules_only_in(new, old, "added");
    const comity_rule_record **rules = rules_by_name(new);
    for (uint32_t i = 0; rules != NULL && i < new->rules_count; i++) {
        const char *name = rules[i] == NULL ? "" : text_of(new, rules[i]->name);
        uint32_t before = comity_image_find(old, COMITY_CLASS_RULE, name, strlen(name));
        if (rules[i] != NULL && before != COMITY_IMAGE_NONE) {
            count += rule_changed(old, &old->rules[before], old_clauses + old->rules[before].clauses, new, rules[i],
                                  new_clauses + rules[i]->clauses);
        }
    }
    free(rules);
    return count;
}

int law_diff_main(int argc, char **argv)
{
    if (argc != 3 || argv[1][0] == '-' || argv[2][0] == '-') {
        return complain_usage("law", "diff: name two images, the old one and the new one");
    }
    comity_law *old = open_law(argv[1]);
    comity_law *new = old == NULL ? NULL : open_law(argv[2]);
    char *old_clauses = new == NULL ? NULL : clauses_new(&old->image);
    char *new_clauses = old_clauses == NULL ? NULL : clauses_new(&new->image);
    int status = EXIT_ERROR;
    if (new_clauses != NULL) {
        uint32_t count = diff_images(&old->image, old_clauses, &new->image, new_clauses);
        bool same_bytes = memcmp(old->image.hash, new->image.hash, sizeof old->image.hash) == 0;
        if (count == 0 && same_bytes) {
            (void)printf("the same law: %s\n", old->image.hash_text);
        } else if (count == 0) {
            (void)printf("no rule changed, but names, members, counts or definitions did: %s, %s\n", old->image.hash_text,
                         new->image.hash_text);
        }
        status = same_bytes ? EXIT_CLEAN : EXIT_NOT_CLEAN;
    }
    free(old_clauses);
    free(new_clauses);
    comity_law_close(new);
    comity_law_close(old);
    return status;
}
