/* comity law diff: what changed between two images, in words. Rules first, then
 * whatever else files declare. */
#include "cli/law.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const comity_image *image, uint32_t text)
{
    return comity_image_text(image, text);
}

/* An image, and all law as it is written, unpacked from it. */
typedef struct law_words {
    const comity_image *image;
    char *clauses;
} law_words;

/* ---- rules ---- */

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

static bool rule_changed(const law_words *in_old, const comity_rule_record *before, const law_words *in_new,
                         const comity_rule_record *after)
{
    const comity_image *old = in_old->image;
    const comity_image *new = in_new->image;
    const char *old_clauses = in_old->clauses + before->clauses;
    const char *new_clauses = in_new->clauses + after->clauses;
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

/* ---- what else is declared ---- */

/* What a declaration is called where its word alone would not be understood. */
static const struct {
    const char *word, *noun;
} nouns[] = {
    {"about", "concerns"},       {"adopt", "adoptions"},       {"channel", "channels"},    {"covers", "coverage"},
    {"define", "definition"},    {"derive", "derived kind"},   {"direct", "direct effect"}, {"enter", "entries in"},
    {"orders", "orders"},        {"reaches", "reach"},         {"signed", "signatories"},  {"soft", "softness"},
    {"state", "header"},         {"part", "header"},           {"union", "header"},        {"agreement", "header"},
    {"policy", "header"},
};

static const char *noun_of(const char *word)
{
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++) {
        if (strcmp(nouns[i].word, word) == 0) {
            return nouns[i].noun;
        }
    }
    return word;
}

static const char *law_of(const comity_image *image, const comity_declared *declared)
{
    return declared->law == COMITY_IMAGE_NONE ? "" : text_of(image, image->laws[declared->law].code);
}

static int declared_order(const comity_image *a, const comity_declared *in_a, const comity_image *b,
                          const comity_declared *in_b)
{
    int laws = strcmp(law_of(a, in_a), law_of(b, in_b));
    int words = laws != 0 ? laws : strcmp(text_of(a, in_a->word), text_of(b, in_b->word));
    return words != 0 ? words : strcmp(text_of(a, in_a->name), text_of(b, in_b->name));
}

static void print_declared(const char *verb, const comity_image *image, const comity_declared *declared)
{
    const char *law = law_of(image, declared);
    const char *name = text_of(image, declared->name);
    (void)printf("%s %s%s%s%s%s\n", verb, noun_of(text_of(image, declared->word)), name[0] == '\0' ? "" : " ", name,
                 law[0] == '\0' ? "" : " of ", law);
}

/* In one image only; of a file that the other does not have nothing more is told. */
static uint32_t declared_alone(const char *verb, const char *sign, const law_words *in, const comity_declared *declared,
                               const comity_image *other)
{
    const comity_image *image = in->image;
    const char *law = law_of(image, declared);
    if (law[0] != '\0' && comity_image_find(other, COMITY_CLASS_LAW, law, strlen(law)) == COMITY_IMAGE_NONE) {
        return 0;
    }
    print_declared(verb, image, declared);
    print_lines(sign, in->clauses + declared->clauses, "");
    return 1;
}

static uint32_t diff_declared(const law_words *in_old, const law_words *in_new)
{
    const comity_image *old = in_old->image;
    const comity_image *new = in_new->image;
    uint32_t count = 0;
    uint32_t i = 0;
    uint32_t j = 0;
    while (i < old->declarations_count || j < new->declarations_count) {
        const comity_declared *before = i < old->declarations_count ? &old->declarations[i] : NULL;
        const comity_declared *after = j < new->declarations_count ? &new->declarations[j] : NULL;
        int order = before == NULL ? 1 : after == NULL ? -1 : declared_order(old, before, new, after);
        i += order <= 0;
        j += order >= 0;
        if (order < 0) {
            count += declared_alone("removed", "-", in_old, before, new);
        } else if (order > 0) {
            count += declared_alone("added", "+", in_new, after, old);
        } else if (strcmp(in_old->clauses + before->clauses, in_new->clauses + after->clauses) != 0) {
            print_declared("changed", new, after);
            print_lines("-", in_old->clauses + before->clauses, in_new->clauses + after->clauses);
            print_lines("+", in_new->clauses + after->clauses, in_old->clauses + before->clauses);
            count++;
        }
    }
    return count;
}

static uint32_t diff_images(const law_words *in_old, const law_words *in_new)
{
    const comity_image *old = in_old->image;
    const comity_image *new = in_new->image;
    uint32_t count = laws_only_in(old, new, "removed") + laws_only_in(new, old, "added");
    count += rules_only_in(old, new, "removed") + rules_only_in(new, old, "added");
    const comity_rule_record **rules = rules_by_name(new);
    for (uint32_t i = 0; rules != NULL && i < new->rules_count; i++) {
        const char *name = rules[i] == NULL ? "" : text_of(new, rules[i]->name);
        uint32_t before = comity_image_find(old, COMITY_CLASS_RULE, name, strlen(name));
        if (rules[i] != NULL && before != COMITY_IMAGE_NONE) {
            count += rule_changed(in_old, &old->rules[before], in_new, rules[i]);
        }
    }
    free(rules);
    return count + diff_declared(in_old, in_new);
}

int law_diff_main(int argc, char **argv)
{
    if (argc != 3 || argv[1][0] == '-' || argv[2][0] == '-') {
        return complain_usage("law", "diff: name two images, the old one and the new one");
    }
    comity_law *old = open_law(argv[1]);
    comity_law *new = old == NULL ? NULL : open_law(argv[2]);
    law_words in_old = {new == NULL ? NULL : &old->image, new == NULL ? NULL : clauses_new(&old->image)};
    law_words in_new = {in_old.clauses == NULL ? NULL : &new->image, in_old.clauses == NULL ? NULL : clauses_new(&new->image)};
    int status = EXIT_ERROR;
    if (in_new.clauses != NULL) {
        uint32_t count = diff_images(&in_old, &in_new);
        bool same_bytes = memcmp(old->image.hash, new->image.hash, sizeof old->image.hash) == 0;
        if (count == 0 && same_bytes) {
            (void)printf("the same law: %s\n", old->image.hash_text);
        } else if (count == 0) {
            (void)printf("the same law, but not the same image: %s, %s\n", old->image.hash_text, new->image.hash_text);
        }
        status = same_bytes ? EXIT_CLEAN : EXIT_NOT_CLEAN;
    }
    free(in_old.clauses);
    free(in_new.clauses);
    comity_law_close(new);
    comity_law_close(old);
    return status;
}
