/* comity record erase: what is kept of entries is forgotten, in a folder that nobody else
 * writes, or by the daemon that does. */
#include "base/date.h"
#include "base/json.h"
#include "cli/fetch.h"
#include "cli/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct erase_options {
    const char *daemon; /* its address; NULL: a folder */
    const char *token_file, *ca;
    const char *retention, *log;
    const char *passphrase_fd_text;
    const char *before; /* as it was given; NULL: by index */
    uint64_t before_ms, index;
} erase_options;

static int erase_options_read(int argc, char **argv, erase_options *options)
{
    int32_t day = 0;
    comity_error error;
    const record_option options_of[] = {
        {.name = "retention", .text = &options->retention}, {.name = "before", .text = &options->before},
        {.name = "daemon", .text = &options->daemon},       {.name = "token-file", .text = &options->token_file},
        {.name = "ca", .text = &options->ca},               {.name = "passphrase-fd", .text = &options->passphrase_fd_text},
        {.name = "log", .text = &options->log},
    };
    if (!record_options("erase", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    const char *before = options->before;
    if (before != NULL && comity_date_parse(before, strlen(before), &day, &error) != COMITY_OK) {
        return complain_usage("record", "erase: --before: %s", error.message);
    }
    if (before != NULL && day < 0) {
        return complain_usage("record", "erase: --before: a day from 1970 on expected, not '%s'", before);
    }
    options->before_ms = before == NULL ? 0 : (uint64_t)day * 86400000;
    int wanted = (options->daemon == NULL ? 1 : 0) + (before == NULL ? 1 : 0);
    if (argc - optind != wanted || (before == NULL && options->retention != NULL)) {
        return complain_usage("record", "erase: a folder, or --daemon, and either the number of an entry or --before DATE, "
                                        "are needed");
    }
    if (options->log != NULL && (options->daemon == NULL || before != NULL)) {
        return complain_usage("record", "erase: --log goes with --daemon and the number of an entry");
    }
    if (options->daemon == NULL ? options->token_file != NULL || options->ca != NULL : options->passphrase_fd_text != NULL) {
        return complain_usage("record", "erase: --token-file and --ca go with --daemon, --passphrase-fd with a folder");
    }
    return before == NULL && !read_number("record", "erase", argv[argc - 1], &options->index) ? EXIT_ERROR : 0;
}

/* ---- in a folder ---- */

static void tell_unread(uint64_t unread)
{
    (void)printf("%" PRIu64 " in a form that is not known here: papers and law images that they seem to name stay\n", unread);
}

static int erase_in_folder(const char *folder, const erase_options *options)
{
    comity_record *record;
    comity_error error;
    uint64_t count = 0;
    uint64_t unread = 0;
    passphrase phrase;
    if (!record_passphrase(options->passphrase_fd_text, &phrase)) {
        return EXIT_ERROR;
    }
    comity_status done = comity_record_open(folder, passphrase_text(&phrase), 0, &record, &error);
    passphrase_wipe(&phrase);
    if (done != COMITY_OK) {
        return complain("%s", error.message);
    }
    comity_erasure what = {options->retention, options->before == NULL, options->index, options->before_ms};
    done = comity_log_erase(record->log, &what, now_ms(), &count, &error);
    if (done == COMITY_OK) {
        (void)printf("%" PRIu64 " erased\n", count);
        done = count == 0 ? COMITY_OK : comity_record_sweep(record, NULL, NULL, &unread, &error);
    }
    if (done == COMITY_OK && unread != 0) {
        tell_unread(unread);
    }
    comity_record_close(record);
    return done == COMITY_OK ? EXIT_CLEAN : complain_of(folder, error.message);
}

/* ---- by a daemon ---- */

static void write_request(const erase_options *options, comity_buffer *buffer)
{
    if (options->before == NULL) {
        comity_buffer_append_text(buffer, "{\"entry\": ");
        comity_buffer_append_u64(buffer, options->index);
    } else {
        comity_buffer_append_text(buffer, "{\"before\": ");
        comity_buffer_append_json_string(buffer, options->before, strlen(options->before));
    }
    if (options->log != NULL) {
        comity_buffer_append_text(buffer, ", \"log\": ");
        comity_buffer_append_json_string(buffer, options->log, strlen(options->log));
    }
    if (options->retention != NULL) {
        comity_buffer_append_text(buffer, ", \"retention\": ");
        comity_buffer_append_json_string(buffer, options->retention, strlen(options->retention));
    }
    comity_buffer_append_text(buffer, "}");
}

/* A member of the object that an answer is: its text, or its digits. False: it has none. */
static bool read_member(const uint8_t *answer, size_t size, const char *name, char *ret_text, size_t capacity)
{
    comity_json json;
    comity_json_token token;
    bool found = false;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH);
    comity_json_feed(&json, answer, size, true);
    while (comity_json_next(&json, &token, NULL) == COMITY_OK && token.kind != COMITY_JSON_NONE) {
        const char *raw = (const char *)answer + token.begin;
        size_t raw_size = (size_t)(token.end - token.begin);
        size_t text_size = raw_size;
        if (found && raw_size < capacity) {
            memcpy(ret_text, raw, raw_size);
            if (token.kind == COMITY_JSON_STRING && comity_json_decode(raw, raw_size, ret_text, &text_size, NULL) != COMITY_OK) {
                return false;
            }
            ret_text[text_size] = '\0';
            return token.kind == COMITY_JSON_STRING || token.kind == COMITY_JSON_NUMBER;
        }
        found = token.kind == COMITY_JSON_KEY && token.depth == 1 && comity_json_says(raw, raw_size, name, strlen(name));
    }
    return false;
}

static int tell_answer(const char *daemon, long http, const uint8_t *answer, size_t size)
{
    char text[512];
    char title[128];
    if (http == 200 && read_member(answer, size, "erased", text, sizeof text)) {
        (void)printf("%s erased\n", text);
        if (read_member(answer, size, "unread", text, sizeof text)) {
            tell_unread(strtoull(text, NULL, 10));
        }
        return EXIT_CLEAN;
    }
    if (!read_member(answer, size, "title", title, sizeof title)) {
        return complain("%s: it answers with %ld: is that a daemon with a record?", daemon, http);
    }
    return read_member(answer, size, "detail", text, sizeof text) ? complain("%s: %s: %s", daemon, title, text)
                                                                  : complain("%s: %s", daemon, title);
}

/* The first line of a file; the caller frees. NULL after complaining. */
static char *read_token(const char *path)
{
    size_t size;
    char *text = read_file(path, COMITY_LIMIT_TOKEN_FILE_BYTES, &size);
    if (text == NULL) {
        return NULL;
    }
    size_t length = 0;
    while (length < size && text[length] > ' ' && text[length] < 0x7f) {
        length++;
    }
    bool is_line = length != 0 && (length == size || text[length] == '\n' || text[length] == '\r');
    if (!is_line) {
        free(text);
        (void)complain("%s: a line with a token expected", path);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

static int ask_daemon(const erase_options *options, const char *token)
{
    static const char local[] = "unix:";
    bool is_local = strncmp(options->daemon, local, sizeof local - 1) == 0;
    comity_buffer request;
    const uint8_t *bytes = NULL;
    uint8_t *answer = NULL;
    size_t size = 0;
    size_t answer_size = 0;
    long http = 0;
    fetch to;
    comity_error error;
    comity_buffer_init(&request, COMITY_LIMIT_JSON_DEPTH * 64);
    write_request(options, &request);
    comity_status status = comity_buffer_bytes(&request, &bytes, &size, &error);
    if (status == COMITY_OK) {
        status = fetch_open(is_local ? "http://localhost" : options->daemon, options->ca, &to, &error);
    }
    if (status == COMITY_OK) {
        to.socket = is_local ? options->daemon + sizeof local - 1 : NULL;
        to.token = token;
        to.type = "application/json";
        to.patient = true;
        status = fetch_post(&to, "v1/record/erase", bytes, size, &http, &answer, &answer_size, &error);
        fetch_close(&to);
    }
    comity_buffer_free(&request);
    int exit_status = status == COMITY_OK ? tell_answer(options->daemon, http, answer, answer_size) : complain("%s", error.message);
    free(answer);
    return exit_status;
}

static int erase_by_daemon(const erase_options *options)
{
    char *token = options->token_file == NULL ? NULL : read_token(options->token_file);
    int status = options->token_file != NULL && token == NULL ? EXIT_ERROR : ask_daemon(options, token);
    free(token);
    return status;
}

int record_erase_main(int argc, char **argv)
{
    erase_options options = {.daemon = NULL};
    int status = erase_options_read(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    return options.daemon == NULL ? erase_in_folder(argv[optind], &options) : erase_by_daemon(&options);
}
