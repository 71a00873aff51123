/* comity law list, show: the verbs that read an image. */
#include "cli/law.h"

#include "base/date.h"
#include "base/near.h"
#include "law/terms.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const effect_words[] = {
    [COMITY_EFFECT_REFUSE] = "refuse", [COMITY_EFFECT_NEEDS] = "needs", [COMITY_EFFECT_WAY] = "way",
    [COMITY_EFFECT_LIFTS] = "lifts",   [COMITY_EFFECT_DUTY] = "duty",   [COMITY_EFFECT_COMPELS] = "compels",
    [COMITY_EFFECT_NOTES] = "notes",
};

enum { EFFECT_COUNT = sizeof effect_words / sizeof effect_words[0] };

static const char *text_of(const comity_image *image, uint32_t text)
{
    return comity_image_text(image, text);
}

const comity_rule_record **rules_by_name(const comity_image *image)
{
    const comity_rule_record **rules = calloc(image->rules_count + 1, sizeof *rules);
    for (uint32_t i = 0; rules != NULL && i < image->rules_count; i++) {
        uint32_t rank = image->rules[i].rank;
        rules[rank < image->rules_count ? rank : i] = &image->rules[i];
    }
    return rules;
}

void date_text(int32_t date, const char *otherwise, char *text, size_t size)
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

char *clauses_new(const comity_image *image)
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

/* What is read on a terminal: words broken at its width, each line behind some spaces. */
static void print_broken(const char *text, unsigned width)
{
    enum { INDENT = 4 };
    unsigned at = 0;
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        unsigned letters = 0;
        for (size_t i = 0; i < size; i++) {
            letters += ((unsigned char)text[i] & 0xc0) != 0x80;
        }
        bool is_new = at == 0 || at + 1 + letters > width;
        (void)printf("%s%*s%.*s", at != 0 && is_new ? "\n" : "", is_new ? INDENT : 1, "", (int)size, text);
        at = (is_new ? INDENT : at + 1) + letters;
        text += size;
        text += *text == ' ';
    }
    (void)putchar('\n');
}

/* A line a rule; on a terminal, where most titles would not fit, the title stands below. */
static void list_row(const comity_image *image, const comity_rule_record *rule)
{
    char from[16];
    char until[16];
    const char *mark = rule->checked == COMITY_NO_DATE ? " [unverified]" : "";
    date_text(rule->from, "", from, sizeof from);
    date_text(rule->until, "", until, sizeof until);
    bool is_read = isatty(STDOUT_FILENO);
    (void)printf("%-32s %-8s %-10s %-10s %s%s\n", text_of(image, rule->name), effect_words[rule->effect], from, until,
                 is_read ? "" : text_of(image, rule->title), mark + (is_read && *mark != '\0'));
    if (is_read) {
        print_broken(text_of(image, rule->title), terminal_width(stdout));
    }
}

static int list_print(const comity_image *image, const list_options *options)
{
    const comity_rule_record **rules = rules_by_name(image);
    if (rules == NULL) {
        return complain("out of memory");
    }
    for (uint32_t i = 0; i < image->rules_count; i++) {
        const comity_rule_record *rule = rules[i];
        if (rule == NULL || !list_wants(image, rule, options)) {
            continue;
        }
        if (options->json) {
            print_rule_json(image, rule, NULL);
        } else {
            list_row(image, rule);
        }
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
        {"law", required_argument, NULL, 'l'},
        {"state", required_argument, NULL, 's'},
        {"effect", required_argument, NULL, 'e'},
        {"on", required_argument, NULL, 'o'},
        {"unverified", no_argument, NULL, 'u'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
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
                return complain_usage(
                    "law", "'%s' is no effect; there are refuse, needs, way, lifts, duty, compels and notes", optarg);
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
            return complain_option("law", "list", "", longs, argv);
        }
    }
    if (optind < argc) {
        return complain_usage("law", "list: '%s' stands alone; rules are chosen by options", argv[optind]);
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

static void print_declared(const comity_image *image, const comity_declared *declared, const char *clauses, bool json)
{
    if (!json) {
        (void)printf("%s\n", clauses);
        return;
    }
    (void)printf("{\"declares\":\"%s\",\"name\":", text_of(image, declared->word));
    print_json_string(text_of(image, declared->name));
    (void)fputs(",\"state\":", stdout);
    if (declared->law == COMITY_IMAGE_NONE) {
        (void)fputs("null", stdout);
    } else {
        print_json_string(text_of(image, image->laws[declared->law].code));
    }
    (void)fputs(",\"law\":", stdout);
    print_json_string(clauses);
    (void)puts("}");
}

/* All that is declared by this name: a count, a group, a kind of paper … False: nothing is. */
static bool show_declared(const comity_image *image, const char *clauses, const char *name, bool json)
{
    bool any = false;
    for (uint32_t i = 0; name[0] != '\0' && i < image->declarations_count; i++) {
        if (strcmp(text_of(image, image->declarations[i].name), name) == 0) {
            print_declared(image, &image->declarations[i], clauses + image->declarations[i].clauses, json);
            any = true;
        }
    }
    return any;
}

/* All names of a sort, such as `category` or `purpose`, one below the other. False: no declaration has this word. */
static bool show_sort(const comity_image *image, const char *clauses, const char *word, bool json)
{
    bool any = false;
    for (uint32_t i = 0; i < image->declarations_count; i++) {
        const comity_declared *declared = &image->declarations[i];
        const char *text = clauses + declared->clauses;
        if (strcmp(text_of(image, declared->word), word) != 0 || text_of(image, declared->name)[0] == '\0') {
            continue;
        }
        any = true;
        if (json || strchr(text, '\n') != text + strlen(text) - 1) {
            print_declared(image, declared, text, json);
        } else {
            (void)fputs(text, stdout);
        }
    }
    return any;
}

static int show_missing(const comity_image *image, const char *name)
{
    comity_near near;
    comity_near_begin(&near, name, strlen(name));
    for (uint32_t i = 0; i < image->rules_count; i++) {
        const char *own = text_of(image, image->rules[i].name);
        comity_near_offer(&near, own, strlen(own));
    }
    for (uint32_t i = 0; i < image->declarations_count; i++) {
        const char *own = text_of(image, image->declarations[i].name);
        if (own[0] != '\0') {
            comity_near_offer(&near, own, strlen(own));
        }
    }
    return near.best == NULL
               ? complain("\"%s\" is nothing that law on file declares", name)
               : complain("\"%s\" is nothing that law on file declares; did you mean \"%s\"?", name, near.best);
}

/* EU.GDPR.44 is one of EU.GDPR. */
static bool is_one_of(const char *name, const char *several)
{
    size_t size = strlen(several);
    return size != 0 && strncmp(name, several, size) == 0 && name[size] == '.';
}

/* The rule of this name; or the rules of the law that has this code, or of all whose names begin so. */
static bool show_rules(const comity_image *image, const char *clauses, const char *name, bool json)
{
    uint32_t rule = comity_image_find(image, COMITY_CLASS_RULE, name, strlen(name));
    uint32_t law = comity_image_find(image, COMITY_CLASS_LAW, name, strlen(name));
    bool any = false;
    for (uint32_t i = 0; i < image->rules_count; i++) {
        const comity_rule_record *record = &image->rules[i];
        bool several = law != COMITY_IMAGE_NONE ? record->law == law : is_one_of(text_of(image, record->name), name);
        if (rule != COMITY_IMAGE_NONE ? i != rule : !several) {
            continue;
        }
        any = true;
        if (json) {
            print_rule_json(image, record, clauses + record->clauses);
        } else {
            print_rule(image, record, clauses + record->clauses);
        }
    }
    return any;
}

static int show_one(const comity_image *image, const char *clauses, const char *name, bool json)
{
    bool is_law = comity_image_find(image, COMITY_CLASS_LAW, name, strlen(name)) != COMITY_IMAGE_NONE;
    bool shown = show_rules(image, clauses, name, json) || is_law || show_declared(image, clauses, name, json) ||
                 show_sort(image, clauses, name, json);
    return shown ? EXIT_CLEAN : show_missing(image, name);
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
            return complain_option("law", "show", "", longs, argv);
        }
        path = option == 'l' ? optarg : path;
        json |= option == 'j';
    }
    if (optind == argc) {
        return complain_usage("law", "show: name a rule, or anything else that law declares, or the code of a law");
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
