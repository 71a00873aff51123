/* comity record: the log of judgements. One table of verbs; what they share. */
#include "cli/record.h"

#include "base/date.h"
#include "record/checkpoint.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} verbs[] = {
    {"init", record_init_main},       {"append", record_append_main}, {"verify", record_verify_main},
    {"prove", record_prove_main},     {"show", record_show_main},     {"tail", record_tail_main},
    {"replay", record_replay_main},   {"erase", record_erase_main},   {"rotate", record_rotate_main},
    {"witness", record_witness_main}, {"cosign", record_cosign_main}, {"monitor", record_monitor_main},
};

int record_main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs(record_help, stderr);
        return EXIT_ERROR;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return verbs[i].main(argc - 1, argv + 1);
        }
    }
    return complain_usage("record",
                          "'%s' is no verb; there are init, append, verify, prove, show, tail, replay, erase, rotate, "
                          "witness, cosign and monitor",
                          argv[1]);
}

/* ---- what is shared ---- */

static bool option_take(const char *verb, const record_option *option)
{
    char what[64];
    if (option->flag != NULL) {
        *option->flag = true;
    } else if (option->text != NULL) {
        *option->text = optarg;
    } else {
        (void)snprintf(what, sizeof what, "%s: --%s", verb, option->name);
        return read_number("record", what, optarg, option->number);
    }
    return true;
}

bool record_options(const char *verb, int argc, char **argv, const record_option *options, size_t count)
{
    struct option longs[RECORD_OPTIONS_MAX + 1] = {{NULL, 0, NULL, 0}};
    char letters[RECORD_OPTIONS_MAX * 2 + 1] = "";
    size_t size = 0;
    int found;
    assert(count <= RECORD_OPTIONS_MAX);
    for (size_t i = 0; i < count; i++) {
        bool has_value = options[i].flag == NULL;
        longs[i] = (struct option){options[i].name, has_value ? required_argument : no_argument, NULL, (int)i + 1};
        if (options[i].letter != 0) {
            letters[size++] = options[i].letter;
            letters[size] = ':';
            size += has_value ? 1 : 0;
        }
        letters[size] = '\0';
    }
    opterr = 0;
    while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const record_option *option = NULL;
        for (size_t i = 0; i < count; i++) {
            option = found == (int)i + 1 || (options[i].letter != 0 && found == options[i].letter) ? &options[i] : option;
        }
        if (option == NULL) {
            (void)complain_option("record", verb, letters, longs, argv);
            return false;
        }
        if (!option_take(verb, option)) {
            return false;
        }
    }
    return true;
}

uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool record_passphrase(const char *fd_text, passphrase *ret_phrase)
{
    passphrase_init(ret_phrase);
    if (fd_text == NULL) {
        return true;
    }
    int fd = passphrase_fd(fd_text);
    if (fd < 0) {
        (void)complain_usage("record", "--passphrase-fd: the number of a file descriptor expected, not '%s'", fd_text);
    }
    if (fd < 0 || !passphrase_read(fd, ret_phrase)) {
        passphrase_wipe(ret_phrase);
        return false;
    }
    ret_phrase->text[ret_phrase->size] = '\0';
    return true;
}

const char *passphrase_text(const passphrase *phrase)
{
    return phrase->size == 0 ? NULL : phrase->text;
}

comity_policy *read_policy(const char *path, char **ret_text)
{
    size_t size;
    comity_error error;
    char *text = read_file(path, COMITY_LIMIT_POLICY_BYTES, &size);
    comity_policy *policy = text == NULL ? NULL : malloc(sizeof *policy);
    if (text != NULL && policy == NULL) {
        (void)complain("out of memory");
    }
    if (policy != NULL && comity_policy_read(text, size, policy, &error) != COMITY_OK) {
        (void)complain("%s: %s", path, error.message);
        free(policy);
        policy = NULL;
    }
    if (policy == NULL) {
        free(text);
        return NULL;
    }
    *ret_text = text;
    return policy;
}

int complain_of(const char *folder, const char *message)
{
    return comity_record_is_told_of(folder, message) ? complain("%s", message) : complain("%s: %s", folder, message);
}

void print_json_string(const char *text)
{
    comity_buffer out;
    const uint8_t *bytes;
    size_t size;
    comity_buffer_init(&out, COMITY_VERIFIER_TEXT_SIZE * 6 + 2);
    comity_buffer_append_json_string(&out, text, strlen(text));
    if (comity_buffer_bytes(&out, &bytes, &size, NULL) == COMITY_OK) {
        (void)fwrite(bytes, 1, size, stdout);
    }
    comity_buffer_free(&out);
}

bool read_number(const char *verb, const char *what, const char *text, uint64_t *ret_number)
{
    if (!comity_log_number_read(text, strlen(text), ret_number)) {
        (void)complain_usage(verb, "%s: a whole number expected, not '%s'", what, text);
        return false;
    }
    return true;
}

bool record_view_open(const char *folder, const char *policy, record_view *ret_view)
{
    comity_error error;
    comity_status status;
    memset(ret_view, 0, sizeof *ret_view);
    if (policy != NULL && (ret_view->policy = read_policy(policy, &ret_view->policy_text)) == NULL) {
        ret_view->found = COMITY_ERROR_ARGUMENT;
        return false;
    }
    status = comity_disk_posix_new(folder, &ret_view->disk, &error);
    if (status != COMITY_OK) {
        (void)complain("%s", error.message);
    } else if ((status = comity_record_reader_open(ret_view->disk, ret_view->policy, &ret_view->reader, &error)) !=
               COMITY_OK) {
        (void)complain_of(folder, error.message);
    }
    if (status != COMITY_OK) {
        record_view_close(ret_view);
    }
    ret_view->found = status;
    return status == COMITY_OK;
}

void record_view_close(record_view *view)
{
    comity_record_reader_close(&view->reader);
    comity_disk_posix_free(view->disk);
    free(view->policy);
    free(view->policy_text);
    memset(view, 0, sizeof *view);
}

int record_verdict(comity_status found)
{
    return found == COMITY_ERROR_RECORD || found == COMITY_ERROR_SIGNATURE || found == COMITY_ERROR_SYNTAX
               ? EXIT_NOT_CLEAN
               : EXIT_ERROR;
}
