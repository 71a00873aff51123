/* comity mask and comity unmask: masked copies of files and streams, and back. What
 * goes out is settled; a file is replaced, or written, only when all of it has been masked. */
#include "cli/command.h"

#include "cli/output.h"
#include "inspect/mask.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define READ_SIZE ((size_t)262144)
#define OUT_SIZE ((size_t)262144)
/* What is as large as this goes out as it is, if nothing waits before it. */
#define OUT_AT_ONCE ((size_t)32768)
#define STATES_MAX 64

typedef struct mask_options {
    const char *policy;
    const char *key;
    const char *new_key;
    const char *output;
    const char *type;
    const char *encoding;
    const char *locale;
    const char *states[STATES_MAX];
    size_t state_count;
    bool in_place;
    bool check;
    bool report;
} mask_options;

/* Standard output, or a file. */
typedef struct mask_output {
    file_output file;
    bool is_file;
    bool failed;
    size_t size;
    char *buffer; /* OUT_SIZE */
} mask_output;

/* What is done: one of both. */
typedef struct mask_work {
    comity_masker *masker;
    comity_unmasker *unmasker;
    mask_output output;
    char *room; /* READ_SIZE */
    bool report;
} mask_work;

/* ---- output ---- */

static bool output_flush(mask_output *output)
{
    bool done = output->size == 0 || write_all(output->file.fd, output->buffer, output->size);
    output->size = 0;
    output->failed = output->failed || !done;
    return done;
}

static comity_status output_write(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    mask_output *output = context;
    const char *from = bytes;
    if (output->size == 0 && size >= OUT_AT_ONCE) {
        output->failed = output->failed || !write_all(output->file.fd, bytes, size);
        size = 0;
    }
    while (size != 0) {
        size_t room = OUT_SIZE - output->size;
        size_t n = size < room ? size : room;
        memcpy(output->buffer + output->size, from, n);
        output->size += n;
        from += n;
        size -= n;
        if (output->size == OUT_SIZE) {
            (void)output_flush(output);
        }
    }
    return output->failed ? comity_fail(reterr, COMITY_ERROR_SYSTEM, "the output cannot be written") : COMITY_OK;
}

/* `path` NULL: standard output. */
static bool output_open(mask_output *output, const char *path)
{
    output->size = 0;
    output->failed = false;
    output->is_file = path != NULL;
    output->file.fd = STDOUT_FILENO;
    return path == NULL || file_output_open(path, 0600, &output->file);
}

/* Puts the file in its place if all went well, else takes it away. */
static bool output_close(mask_output *output, bool good)
{
    bool is_written = (good || !output->is_file) && output_flush(output) && good;
    return output->is_file ? file_output_close(&output->file, is_written) : is_written;
}

/* ---- input ---- */

static comity_status work_start(mask_work *work, const comity_form_hints *hints, comity_error *reterr)
{
    return work->masker != NULL ? comity_masker_start(work->masker, hints, reterr)
                                : comity_unmasker_start(work->unmasker, hints, reterr);
}

static comity_status work_feed(mask_work *work, const void *bytes, size_t size, comity_error *reterr)
{
    return work->masker != NULL ? comity_masker_feed(work->masker, bytes, size, reterr)
                                : comity_unmasker_feed(work->unmasker, bytes, size, reterr);
}

static comity_status work_finish(mask_work *work, comity_error *reterr)
{
    return work->masker != NULL ? comity_masker_finish(work->masker, reterr)
                                : comity_unmasker_finish(work->unmasker, reterr);
}

/* Reads what there is, so that a stream goes on as it comes; masks it and gives out what is settled. */
static comity_status work_stream(mask_work *work, int fd, comity_error *reterr)
{
    for (;;) {
        ssize_t got = read_some(fd, work->room, READ_SIZE);
        if (got < 0) {
            return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s", strerror(errno));
        }
        if (got == 0) {
            return work_finish(work, reterr);
        }
        COMITY_TRY(work_feed(work, work->room, (size_t)got, reterr));
        if (!work->output.is_file && (size_t)got < READ_SIZE && !output_flush(&work->output)) {
            return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the output cannot be written");
        }
    }
}

static void work_report(const mask_work *work, const char *name)
{
    if (!work->report) {
        return;
    }
    put_plain(stderr, name, SIZE_MAX);
    if (work->masker != NULL) {
        comity_mask_counts counts = comity_masker_counts(work->masker);
        (void)fprintf(stderr, ": %llu findings, %llu places replaced, %llu kept\n", (unsigned long long)counts.findings,
                      (unsigned long long)counts.replaced, (unsigned long long)counts.kept);
    } else {
        uint64_t turned;
        uint64_t left;
        comity_unmasker_counts(work->unmasker, &turned, &left);
        (void)fprintf(stderr, ": %llu tokens turned back, %llu left\n", (unsigned long long)turned,
                      (unsigned long long)left);
    }
}

/* Whether all tokens were turned back. */
static bool is_clean(const mask_work *work)
{
    uint64_t turned = 0;
    uint64_t left = 0;
    if (work->unmasker != NULL) {
        comity_unmasker_counts(work->unmasker, &turned, &left);
    }
    return left == 0;
}

/* `output`: a path, or NULL for standard output. An exit status. */
static int work_file(mask_work *work, const mask_options *options, const char *path, const char *output)
{
    bool is_input = strcmp(path, "-") == 0;
    const char *name = is_input ? "standard input" : path;
    comity_form_hints hints = {.content_type = options->type,
                               .content_encoding = options->encoding,
                               .locale = options->locale,
                               .name = is_input ? NULL : path};
    comity_error error = {.message = ""};
    int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return complain("%s: %s", name, strerror(errno));
    }
    bool is_open = output_open(&work->output, output);
    comity_status status = is_open ? work_start(work, &hints, &error) : COMITY_ERROR_SYSTEM;
    status = status == COMITY_OK ? work_stream(work, fd, &error) : status;
    if (status != COMITY_OK && is_open && !work->output.failed) {
        (void)complain("%s: %s", name, error.message);
    }
    bool is_written = is_open && output_close(&work->output, status == COMITY_OK);
    if (!is_input) {
        (void)close(fd);
    }
    if (status == COMITY_OK && is_written) {
        work_report(work, name);
        return is_clean(work) ? EXIT_CLEAN : EXIT_NOT_CLEAN;
    }
    return status == COMITY_ERROR_RANGE ? EXIT_NOT_CLEAN : EXIT_ERROR;
}

static int work_files(mask_work *work, const mask_options *options, int count, char **paths)
{
    int worst = EXIT_CLEAN;
    work->report = options->report;
    work->room = malloc(READ_SIZE);
    work->output.buffer = malloc(OUT_SIZE);
    if (work->room == NULL || work->output.buffer == NULL) {
        worst = complain("out of memory");
    }
    for (int i = 0; worst != EXIT_ERROR && i < (count == 0 ? 1 : count); i++) {
        const char *path = count == 0 ? "-" : paths[i];
        int status = work_file(work, options, path, options->in_place ? path : options->output);
        worst = status > worst ? status : worst;
    }
    free(work->room);
    free(work->output.buffer);
    return worst;
}

/* ---- keys and policies ---- */

static int key_make(const char *path)
{
    uint8_t secret[COMITY_MASK_KEY_SIZE];
    char text[COMITY_MASK_KEY_TEXT_SIZE + 1];
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret) {
        return complain("no random bytes: %s", strerror(errno));
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return complain("%s: %s", path, strerror(errno));
    }
    comity_mask_key_print(secret, text);
    explicit_bzero(secret, sizeof secret);
    bool is_written = write_all(fd, text, COMITY_MASK_KEY_TEXT_SIZE);
    explicit_bzero(text, sizeof text);
    bool is_safe = is_written && fsync(fd) == 0;
    is_safe = close(fd) == 0 && is_safe;
    if (is_safe) {
        return EXIT_CLEAN;
    }
    if (is_written) {
        (void)complain("%s: %s", path, strerror(errno));
    }
    (void)unlink(path);
    return EXIT_ERROR;
}

/* NULL after complaining. */
static comity_mask_key *key_open(const char *path)
{
    uint8_t secret[COMITY_MASK_KEY_SIZE];
    comity_mask_key *key = NULL;
    comity_error error;
    size_t size = 0;
    char *text = read_file(path, 4096, &size);
    if (text == NULL) {
        return NULL;
    }
    comity_status status = comity_mask_key_read(text, size, secret, &error);
    status = status == COMITY_OK ? comity_mask_key_new(secret, &key, &error) : status;
    explicit_bzero(text, size);
    explicit_bzero(secret, sizeof secret);
    free(text);
    if (status != COMITY_OK) {
        (void)complain("%s: %s", path, error.message);
    }
    return key;
}

/* NULL after complaining. Without a path: the policy that masks everything. */
static comity_mask_policy *policy_open(const comity_types *types, const char *path)
{
    comity_mask_policy *policy = NULL;
    comity_error error;
    size_t size = 0;
    char *text = path == NULL ? NULL : read_file(path, COMITY_LIMIT_MASK_POLICY_BYTES, &size);
    if (path != NULL && text == NULL) {
        return NULL;
    }
    if (comity_mask_policy_read(types, path, text, size, &policy, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
    }
    free(text);
    return policy;
}

/* ---- the commands ---- */

/* Files, and not standard input, which nothing can take the place of. */
static bool names_files(int count, char **paths)
{
    bool files = count != 0;
    for (int i = 0; i < count; i++) {
        files = files && strcmp(paths[i], "-") != 0;
    }
    return files;
}

static int options_read(int argc, char **argv, const char *name, mask_options *options)
{
    enum { MASK_ONLY = 4 }; /* so many of the options are of mask, and not of unmask */
    static const struct option longs[] = {
        {"policy", required_argument, NULL, 'p'}, {"new-key", required_argument, NULL, 'n'},
        {"check", no_argument, NULL, 'c'},        {"state", required_argument, NULL, 's'},
        {"key", required_argument, NULL, 'k'},    {"output", required_argument, NULL, 'o'},
        {"in-place", no_argument, NULL, 'i'},     {"report", no_argument, NULL, 'r'},
        {"type", required_argument, NULL, 't'},   {"encoding", required_argument, NULL, 'e'},
        {"locale", required_argument, NULL, 'l'}, {NULL, 0, NULL, 0},
    };
    const struct option *known = longs + (strcmp(name, "mask") == 0 ? 0 : MASK_ONLY);
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
        const char **place = option == 'p'   ? &options->policy
                             : option == 'k' ? &options->key
                             : option == 'n' ? &options->new_key
                             : option == 'o' ? &options->output
                             : option == 't' ? &options->type
                             : option == 'e' ? &options->encoding
                             : option == 'l' ? &options->locale
                                             : NULL;
        if (place != NULL) {
            *place = optarg;
        } else if (option == 'i') {
            options->in_place = true;
        } else if (option == 'r') {
            options->report = true;
        } else if (option == 'c') {
            options->check = true;
        } else if (option == 's' && options->state_count < STATES_MAX) {
            options->states[options->state_count++] = optarg;
        } else if (option == 's') {
            return complain_usage(name, "--state: given too often");
        } else {
            return complain_option(name, NULL, "o:", known, argv);
        }
    }
    if (options->in_place && (options->output != NULL || !names_files(argc - optind, argv + optind))) {
        return complain_usage(name, "--in-place goes with files, and not with --output");
    }
    if (options->output != NULL && argc - optind > 1) {
        return complain_usage(name, "--output takes one file");
    }
    return 0;
}

static int mask_with(const mask_options *options, const comity_types *types, const comity_mask_policy *policy,
                     int count, char **paths)
{
    comity_scan_rules *rules = NULL;
    comity_error error;
    mask_work work = {.masker = NULL};
    int status = EXIT_ERROR;
    comity_mask_key *key = options->key == NULL ? NULL : key_open(options->key);
    if (options->key != NULL && key == NULL) {
        return EXIT_ERROR;
    }
    if (key == NULL && comity_mask_policy_wants_key(policy)) {
        return complain_usage("mask", "the policy has tokens or digests, which need --key; --new-key makes one");
    }
    comity_mask_settings settings = {.policy = policy,
                                     .key = key,
                                     .states = options->states,
                                     .state_count = options->state_count,
                                     .write = output_write,
                                     .context = &work.output};
    if (comity_scan_rules_new(types, &rules, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
    } else {
        settings.rules = rules;
        if (comity_masker_new(&settings, &work.masker, &error) != COMITY_OK) {
            (void)complain("%s", error.message);
        } else {
            status = work_files(&work, options, count, paths);
        }
    }
    comity_masker_free(work.masker);
    comity_scan_rules_free(rules);
    comity_mask_key_free(key);
    return status;
}

int mask_main(int argc, char **argv)
{
    mask_options options = {.policy = NULL};
    comity_types *types = NULL;
    comity_error error;
    int status = options_read(argc, argv, "mask", &options);
    if (status != 0) {
        return status;
    }
    if (options.new_key != NULL) {
        return key_make(options.new_key);
    }
    if (comity_types_open(&types, &error) != COMITY_OK) {
        return complain("%s", error.message);
    }
    comity_mask_policy *policy = policy_open(types, options.policy);
    if (policy == NULL) {
        status = EXIT_ERROR;
    } else if (!options.check) {
        status = mask_with(&options, types, policy, argc - optind, argv + optind);
    }
    comity_mask_policy_free(policy);
    comity_types_close(types);
    return status;
}

int unmask_main(int argc, char **argv)
{
    mask_options options = {.policy = NULL};
    mask_work work = {.masker = NULL};
    comity_error error;
    int status = options_read(argc, argv, "unmask", &options);
    if (status != 0) {
        return status;
    }
    if (options.key == NULL) {
        return complain_usage("unmask", "--key is needed: the one that the tokens were made with");
    }
    comity_mask_key *key = key_open(options.key);
    if (key == NULL) {
        return EXIT_ERROR;
    }
    if (comity_unmasker_new(key, output_write, &work.output, &work.unmasker, &error) != COMITY_OK) {
        status = complain("%s", error.message);
    } else {
        status = work_files(&work, &options, argc - optind, argv + optind);
    }
    comity_unmasker_free(work.unmasker);
    comity_mask_key_free(key);
    return status;
}
