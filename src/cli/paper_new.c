/* comity paper new: a paper's text from options named as its fields are. */
#include "cli/paper.h"

#include "base/date.h"
#include "note/note.h"
#include "paper/paper.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH_PREFIX "sha256:"

enum { OPTION_OUTPUT = 'o', OPTION_FIELDS = 256, OPTION_COUNT = COMITY_FIELD_LAST + 2 };

typedef struct paper_draft {
    const comity_paper_form *form;
    comity_draft_value values[COMITY_LIMIT_PAPER_VALUES];
    char *owned[COMITY_LIMIT_PAPER_VALUES]; /* texts that were made here; NULL: an argument's */
    size_t count;
    const char *output;
} paper_draft;

/* One option a field. */
static void make_options(struct option ret_longs[OPTION_COUNT])
{
    for (comity_paper_field field = 0; field < COMITY_FIELD_LAST; field++) {
        ret_longs[field] =
            (struct option){comity_field_rule_of(field)->name, required_argument, NULL, OPTION_FIELDS + (int)field};
    }
    ret_longs[COMITY_FIELD_LAST] = (struct option){"output", required_argument, NULL, OPTION_OUTPUT};
    ret_longs[COMITY_FIELD_LAST + 1] = (struct option){NULL, 0, NULL, 0};
}

/* ---- files that are named by their hash ---- */

static bool hash_file(const char *path, char ret_name[COMITY_PAPER_NAME_SIZE])
{
    comity_sha256_state state;
    uint8_t digest[COMITY_SHA256_SIZE];
    uint8_t bytes[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    comity_sha256_begin(&state);
    while (fd >= 0 && ((got = read(fd, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR))) {
        comity_sha256_add(&state, bytes, got > 0 ? (size_t)got : 0);
    }
    if (got != 0) {
        (void)complain("%s: %s", path, strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    comity_sha256_end(&state, digest);
    comity_paper_name_print(digest, ret_name);
    return got == 0;
}

/* The name of the paper in a file. */
static bool name_paper(const char *path, char ret_name[COMITY_PAPER_NAME_SIZE])
{
    comity_error error;
    uint8_t digest[COMITY_SHA256_SIZE];
    size_t size = 0;
    size_t text_size = 0;
    char *note = read_file(path, COMITY_LIMIT_NOTE_BYTES, &size);
    if (note == NULL) {
        return false;
    }
    comity_status status = comity_note_text_size(note, size, &text_size, &error);
    if (status == COMITY_OK) {
        comity_sha256(note, text_size, digest);
        comity_paper_name_print(digest, ret_name);
    } else {
        (void)complain("%s: %s", path, error.message);
    }
    free(note);
    return status == COMITY_OK;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The text of a value that names a file by its hash; NULL after complaining. The caller frees. */
static char *value_of_file(comity_value_kind kind, const char *path)
{
    char name[COMITY_PAPER_NAME_SIZE];
    size_t size = sizeof name + strlen(path) + 2;
    bool named = kind == COMITY_VALUE_DOCUMENT ? hash_file(path, name) : name_paper(path, name);
    char *text = named ? malloc(size) : NULL;
    if (text != NULL && kind == COMITY_VALUE_DOCUMENT) {
        (void)snprintf(text, size, "%s %s", name, last_part(path));
    } else if (text != NULL) {
        (void)snprintf(text, size, "%s", name);
    } else if (named) {
        (void)complain("out of memory");
    }
    return text;
}

/* ---- the draft ---- */

static int add_value(paper_draft *draft, comity_paper_field field, const char *text)
{
    comity_value_kind kind = comity_field_rule_of(field)->kind;
    bool names_file = (kind == COMITY_VALUE_DOCUMENT || kind == COMITY_VALUE_HASH) &&
                      strncmp(text, HASH_PREFIX, sizeof HASH_PREFIX - 1) != 0;
    if (draft->count == COMITY_LIMIT_PAPER_VALUES) {
        return complain("more than %d values in one paper", COMITY_LIMIT_PAPER_VALUES);
    }
    if (names_file) {
        draft->owned[draft->count] = value_of_file(kind, text);
        text = draft->owned[draft->count];
        if (text == NULL) {
            return EXIT_ERROR;
        }
    }
    draft->values[draft->count++] = (comity_draft_value){field, text, strlen(text)};
    return 0;
}

static bool has_field(const paper_draft *draft, comity_paper_field field)
{
    for (size_t i = 0; i < draft->count; i++) {
        if (draft->values[i].field == field) {
            return true;
        }
    }
    return false;
}

static int draft_options(int argc, char **argv, paper_draft *draft)
{
    struct option longs[OPTION_COUNT];
    int option;
    make_options(longs);
    opterr = 0;
    while ((option = getopt_long(argc, argv, "o:", longs, NULL)) != -1) {
        if (option == OPTION_OUTPUT) {
            draft->output = optarg;
        } else if (option >= OPTION_FIELDS) {
            int status = add_value(draft, (comity_paper_field)(option - OPTION_FIELDS), optarg);
            if (status != 0) {
                return status;
            }
        } else {
            return complain_option("paper", "new", "o:", longs, argv);
        }
    }
    if (argc - optind != 1) {
        return complain_usage("paper", "new: one form expected; 'comity paper forms' lists them");
    }
    draft->form = comity_form_find(argv[optind], strlen(argv[optind]));
    return draft->form != NULL
               ? 0
               : complain_usage("paper", "new: '%s' is no form of paper; 'comity paper forms' lists them",
                                argv[optind]);
}

static int draft_write(paper_draft *draft)
{
    comity_buffer buffer;
    comity_error error;
    char day[COMITY_DATE_TEXT_SIZE];
    const uint8_t *bytes;
    size_t size;
    if (!has_field(draft, COMITY_FIELD_ISSUED)) {
        comity_date_print(today(), day);
        int status = add_value(draft, COMITY_FIELD_ISSUED, day);
        if (status != 0) {
            return status;
        }
    }
    comity_buffer_init(&buffer, COMITY_LIMIT_PAPER_BYTES);
    comity_status status = comity_paper_draft(draft->form, draft->values, draft->count, &buffer, &error);
    if (status == COMITY_OK) {
        status = comity_buffer_bytes(&buffer, &bytes, &size, &error);
    }
    int exit_status = status == COMITY_OK ? paper_write(draft->output, (const char *)bytes, size)
                                          : complain("the paper as it would be: %s", error.message);
    comity_buffer_free(&buffer);
    return exit_status;
}

int paper_new_main(int argc, char **argv)
{
    paper_draft draft = {.count = 0};
    int status = draft_options(argc, argv, &draft);
    if (status == 0) {
        status = draft_write(&draft);
    }
    for (size_t i = 0; i < COMITY_LIMIT_PAPER_VALUES; i++) {
        free(draft.owned[i]);
    }
    return status;
}
