/* comity paper: one table of verbs; new and verify have files of their own. */
#include "cli/paper.h"
#include "cli/passphrase.h"

#include "base/utf8.h"
#include "note/note.h"
#include "paper/paper.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int paper_write(const char *output, const char *bytes, size_t size)
{
    bool done = output == NULL ? write_all(STDOUT_FILENO, bytes, size) : replace_file(output, bytes, size);
    return done ? EXIT_CLEAN : EXIT_ERROR;
}

/* ---- sign and countersign ---- */

typedef struct sign_options {
    const char *key;
    const char *output;
    int fd; /* or -1 */
} sign_options;

static int options_read(int argc, char **argv, const char *verb, sign_options *options)
{
    static const struct option longs[] = {
        {"key", required_argument, NULL, 'k'},
        {"passphrase-fd", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'},
        {NULL, 0, NULL, 0},
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "o:", longs, NULL)) != -1) {
        switch (option) {
        case 'k':
            options->key = optarg;
            break;
        case 'o':
            options->output = optarg;
            break;
        case 'f':
            options->fd = passphrase_fd(optarg);
            if (options->fd < 0) {
                return complain_usage("paper", "--passphrase-fd: '%s' is no file descriptor", optarg);
            }
            break;
        default:
            return complain_option("paper", verb, "o:", longs, argv);
        }
    }
    if (options->key == NULL) {
        return complain_usage("paper", "%s: the --key file is missing", verb);
    }
    return argc - optind > 1 ? complain_usage("paper", "%s: one paper at a time", verb) : 0;
}

/* Bytes that have signatures behind a paper's text. */
static bool is_signed(const char *bytes, size_t size)
{
    size_t text_size = 0;
    return comity_note_text_size(bytes, size, &text_size, NULL) == COMITY_OK &&
           comity_paper_check(bytes, text_size, NULL) == COMITY_OK;
}

static int sign_file(const char *verb, const char *path, const sign_options *options)
{
    comity_error error;
    size_t size = 0;
    size_t note_size = 0;
    char *note = NULL;
    bool again = strcmp(verb, "countersign") == 0;
    char *bytes = read_file(path, COMITY_LIMIT_NOTE_BYTES, &size);
    comity_key *key = bytes == NULL ? NULL : open_key(options->key, options->fd);
    int status = EXIT_ERROR;
    if (key != NULL && !again && is_signed(bytes, size)) {
        status = complain("%s: it is signed already; 'comity paper countersign' adds a signature", path);
    } else if (key != NULL) {
        comity_status signed_well = again ? comity_paper_countersign(key, bytes, size, &note, &note_size, &error)
                                          : comity_paper_sign(key, bytes, size, &note, &note_size, &error);
        const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
        status = signed_well == COMITY_OK ? paper_write(options->output, note, note_size)
                                          : complain("%s: %s", name, error.message);
    }
    comity_key_free(key);
    comity_free(note);
    free(bytes);
    return status;
}

static int sign_main(int argc, char **argv)
{
    sign_options options = {.fd = -1};
    const char *verb = argv[0];
    int status = options_read(argc, argv, verb, &options);
    return status != 0 ? status : sign_file(verb, optind < argc ? argv[optind] : "-", &options);
}

/* ---- show ---- */

/* Nothing of the line has been verified: what cannot be seen in its name could make it read as another's. */
static void show_line(const comity_note_line *line)
{
    uint32_t unseen = comity_utf8_unseen(line->name, line->name_size);
    if (unseen != 0) {
        (void)printf("signed by a name with U+%04X, which cannot be seen: ", (unsigned)unseen);
    } else {
        (void)printf("signed by %.*s, as it says: ", (int)line->name_size, line->name);
    }
    (void)printf("key %02x%02x%02x%02x\n", line->id[0], line->id[1], line->id[2], line->id[3]);
}

static int show_bytes(const char *name, const char *bytes, size_t size)
{
    comity_error error;
    comity_note_line lines[COMITY_LIMIT_NOTE_SIGNATURES];
    uint8_t digest[COMITY_SHA256_SIZE];
    char hash[COMITY_PAPER_NAME_SIZE];
    size_t text_size = 0;
    size_t count = 0;
    if (comity_note_lines(bytes, size, lines, &count, &error) != COMITY_OK ||
        comity_note_text_size(bytes, size, &text_size, &error) != COMITY_OK ||
        comity_paper_check(bytes, text_size, &error) != COMITY_OK) {
        return complain("%s: %s", name, error.message);
    }
    comity_sha256(bytes, text_size, digest);
    comity_paper_name_print(digest, hash);
    (void)fwrite(bytes, 1, text_size, stdout);
    (void)printf("\nname      %s\n", hash);
    for (size_t i = 0; i < count; i++) {
        show_line(&lines[i]);
    }
    (void)printf("verified  no: 'comity paper verify' does that\n");
    return EXIT_CLEAN;
}

static int show_main(int argc, char **argv)
{
    int status = EXIT_CLEAN;
    static const struct option longs[] = {{NULL, 0, NULL, 0}};
    opterr = 0;
    if (getopt_long(argc, argv, "", longs, NULL) != -1) {
        return complain_option("paper", "show", "", longs, argv);
    }
    for (int i = optind; i < argc || i == optind; i++) {
        const char *path = i < argc ? argv[i] : "-";
        size_t size = 0;
        char *bytes = read_file(path, COMITY_LIMIT_NOTE_BYTES, &size);
        (void)fputs(i == optind ? "" : "\n", stdout);
        int shown =
            bytes == NULL ? EXIT_ERROR : show_bytes(strcmp(path, "-") == 0 ? "standard input" : path, bytes, size);
        status = shown != EXIT_CLEAN ? shown : status;
        free(bytes);
    }
    return status;
}

/* ---- forms ---- */

/* May the field be given more than once? */
static bool field_repeats(const comity_paper_form *form, comity_paper_field field)
{
    return comity_field_rule_of(field)->is_list && (field != COMITY_FIELD_PAPER || !form->counts) &&
           (field != COMITY_FIELD_BY || form->by_max > 1);
}

static void show_form(const comity_paper_form *form)
{
    (void)printf("%s: %s\n", form->name, form->summary);
    for (comity_paper_field field = 0; field < COMITY_FIELD_LAST; field++) {
        const comity_field_rule *rule = comity_field_rule_of(field);
        if (form->allowed >> field & 1) {
            (void)printf("  --%s %s%s%s\n", rule->name, rule->hint, field_repeats(form, field) ? " …" : "",
                         form->required >> field & 1 ? "  (must be said)" : "");
        }
    }
}

static void show_form_json(const comity_paper_form *form)
{
    const char *between = "";
    (void)printf("{\"form\":\"%s\",\"summary\":\"%s\",\"fields\":[", form->name, form->summary);
    for (comity_paper_field field = 0; field < COMITY_FIELD_LAST; field++) {
        const comity_field_rule *rule = comity_field_rule_of(field);
        if (form->allowed >> field & 1) {
            (void)printf("%s{\"field\":\"%s\",\"value\":\"%s\",\"repeats\":%s,\"required\":%s}", between, rule->name, rule->hint,
                         field_repeats(form, field) ? "true" : "false", form->required >> field & 1 ? "true" : "false");
            between = ",";
        }
    }
    (void)printf("]}\n");
}

/* All of them, in a line each. */
static void list_forms(bool json)
{
    for (size_t i = 0; i < comity_form_count(); i++) {
        const comity_paper_form *form = comity_form_at(i);
        if (json) {
            show_form_json(form);
        } else {
            (void)printf("%-28s %s\n", form->name, form->summary);
        }
    }
}

static int forms_main(int argc, char **argv)
{
    static const struct option longs[] = {{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    bool json = false;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (option != 'j') {
            return complain_option("paper", "forms", "", longs, argv);
        }
        json = true;
    }
    if (optind == argc) {
        list_forms(json);
    }
    for (int i = optind; i < argc; i++) {
        const comity_paper_form *form = comity_form_find(argv[i], strlen(argv[i]));
        if (form == NULL) {
            return complain_usage("paper", "forms: '%s' is no form of paper; 'comity paper forms' lists them", argv[i]);
        }
        (json ? show_form_json : show_form)(form);
    }
    return EXIT_CLEAN;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} verbs[] = {
    {"new", paper_new_main},       {"sign", sign_main}, {"countersign", sign_main},
    {"verify", paper_verify_main}, {"show", show_main}, {"forms", forms_main},
};

int paper_main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs(paper_help, stderr);
        return EXIT_ERROR;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return verbs[i].main(argc - 1, argv + 1);
        }
    }
    return complain_usage("paper", "'%s' is no verb; there are new, sign, countersign, verify, show and forms",
                          argv[1]);
}
