/* comityd: the daemon. Options and a file in; it runs until it is told to stop.
 *
 * Signals are taken by the first thread alone: SIGTERM and SIGINT stop, SIGHUP
 * loads the law anew. Nothing but this file and log.c prints, and nothing but this
 * file reads the environment. */
#include "base/streams.h"
#include "serve/confine.h"
#include "serve/log.h"
#include "serve/request.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef COMITY_DATA_DIRECTORY
#define COMITY_DATA_DIRECTORY "/usr/local/share/comity"
#endif

#define DEFAULT_DASHBOARD COMITY_DATA_DIRECTORY "/dashboard"

enum { EXIT_STOPPED = 0, EXIT_ERROR = 2 };

extern const char serve_help[];

static int complain(const char *message)
{
    (void)fprintf(stderr, "comityd: %s\n", message);
    return EXIT_ERROR;
}

/* ---- options ---- */

static char *read_text(const char *path, size_t *ret_size, comity_error *reterr)
{
    FILE *file = fopen(path, "re");
    char *text = malloc(COMITY_LIMIT_SERVE_CONFIG_BYTES);
    size_t size = file == NULL || text == NULL ? 0 : fread(text, 1, COMITY_LIMIT_SERVE_CONFIG_BYTES, file);
    bool failed = file == NULL || text == NULL || ferror(file) || size == COMITY_LIMIT_SERVE_CONFIG_BYTES;
    if (failed) {
        (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path,
                          size == COMITY_LIMIT_SERVE_CONFIG_BYTES ? "too large for a file of settings" : strerror(errno));
        free(text);
        text = NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    *ret_size = size;
    return text;
}

static comity_status read_file(comity_config *config, comity_arena *arena, const char *path, comity_error *reterr)
{
    size_t size;
    char *text = read_text(path, &size, reterr);
    if (text == NULL) {
        return reterr->code;
    }
    comity_status status = comity_config_read(config, arena, path, text, size, reterr);
    free(text);
    return status;
}

/* `--NAME VALUE` or `--NAME=VALUE`, at `at`; goes on behind it. */
static comity_status read_option(comity_config *config, comity_arena *arena, int argc, char **argv, int *at,
                                 comity_error *reterr)
{
    char name[64];
    char place[80];
    const char *option = argv[*at];
    const char *equals = strchr(option, '=');
    size_t size = strncmp(option, "--", 2) != 0 ? 0 : equals == NULL ? strlen(option + 2) : (size_t)(equals - option - 2);
    if (size == 0 || size >= sizeof name || (equals == NULL && *at + 1 >= argc)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%.80s: expected --NAME VALUE; see comityd --help", option);
    }
    memcpy(name, option + 2, size);
    name[size] = '\0';
    const char *values = equals == NULL ? argv[++*at] : equals + 1;
    ++*at;
    if (strcmp(name, "config") == 0) {
        return read_file(config, arena, values, reterr);
    }
    (void)snprintf(place, sizeof place, "--%s", name);
    return comity_config_set(config, arena, place, name, values, reterr);
}

/* The image beside the program, as a build leaves it, or the installed one. */
static const char *default_law(char *path, size_t size)
{
    static const char name[] = "world.image";
    const char *given = getenv("COMITY_LAW");
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (given != NULL && given[0] != '\0') {
        return given;
    }
    if (length > 0) {
        path[length] = '\0';
        char *slash = strrchr(path, '/');
        if (slash != NULL && (size_t)(slash - path) + sizeof name + 1 <= size) {
            memcpy(slash + 1, name, sizeof name);
            if (access(path, R_OK) == 0) {
                return path;
            }
        }
    }
    return COMITY_DATA_DIRECTORY "/world.image";
}

/* ---- running ---- */

/* Tells whoever started us, if that is systemd, that we are ready or stopping. */
static void notify(const char *message)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path == NULL || strlen(path) >= sizeof address.sun_path) {
        return;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (address.sun_path[0] == '@') {
        address.sun_path[0] = '\0';
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
        (void)sendto(fd, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
        (void)close(fd);
    }
}

static void serve_until_told(comity_server *server, const sigset_t *signals)
{
    for (;;) {
        int signal_number = 0;
        if (sigwait(signals, &signal_number) != 0) {
            continue;
        }
        if (signal_number == SIGHUP) {
            comity_server_reload(server);
            continue;
        }
        notify("STOPPING=1");
        comity_server_stop(server);
        return;
    }
}

static comity_status confine(const comity_config *config, comity_error *reterr)
{
    bool landlock = false;
    if (!config->confine) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_confine(config, &landlock, reterr));
    comity_event_log("confined", "landlock", landlock ? "yes" : "not in this kernel");
    return COMITY_OK;
}

/* As many files as we may have. A connection is one, and its body may be another: where there are too few for all of
 * them, there are fewer connections, so that nobody who connects takes those of the record. */
static void share_files(comity_config *config)
{
    struct rlimit limit;
    comity_event_line line;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    rlim_t most = limit.rlim_max;
    limit.rlim_cur = most;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || most == RLIM_INFINITY) {
        return;
    }
    rlim_t room = most > COMITY_SERVE_FILES_KEPT ? (most - COMITY_SERVE_FILES_KEPT) / (2 * config->listen_count) : 0;
    if (room >= config->connections) {
        return;
    }
    config->connections = room == 0 ? 1 : (unsigned)room;
    comity_event_begin(&line, "fewer-connections");
    comity_event_number(&line, "each", config->connections);
    comity_event_number(&line, "files", most);
    comity_event_end(&line);
}

static int run(comity_config *config)
{
    static const int taken[] = {SIGTERM, SIGINT, SIGHUP};
    sigset_t signals;
    comity_error error;
    (void)sigemptyset(&signals);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        (void)sigaddset(&signals, taken[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    share_files(config);
    comity_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return complain("out of memory");
    }
    comity_status status = confine(config, &error);
    if (status == COMITY_OK) {
        status = comity_server_open(server, config, &error);
    }
    if (status == COMITY_OK) {
        status = comity_server_start(server, &error);
    }
    if (status == COMITY_OK) {
        notify("READY=1");
        serve_until_told(server, &signals);
    }
    comity_server_close(server);
    free(server);
    return status == COMITY_OK ? EXIT_STOPPED : complain(error.message);
}

static int new_token(void)
{
    char token[COMITY_TOKEN_TEXT_SIZE];
    char digest[COMITY_SHA256_TEXT_SIZE];
    comity_error error;
    if (comity_token_make(token, digest, &error) != COMITY_OK) {
        return complain(error.message);
    }
    (void)printf("%s\n# for the file of settings, with a name and roles in place of NAME and ROLES:\n"
                 "token NAME ROLES sha256:%s\n",
                 token, digest);
    return EXIT_STOPPED;
}

static comity_status read_all(int argc, char **argv, comity_config *config, comity_arena *arena, char *law, size_t law_size,
                              comity_error *reterr)
{
    comity_config_init(config);
    for (int at = 1; at < argc;) {
        COMITY_TRY(read_option(config, arena, argc, argv, &at, reterr));
    }
    COMITY_TRY(comity_config_finish(config, reterr));
    if (config->law == NULL) {
        config->law = default_law(law, law_size);
    }
    if (config->dashboard == NULL && access(DEFAULT_DASHBOARD, R_OK | X_OK) == 0) {
        config->dashboard = DEFAULT_DASHBOARD;
    }
    return COMITY_OK;
}

int main(int argc, char **argv)
{
    char law[PATH_MAX];
    comity_arena arena;
    comity_error error;
    if (!comity_streams_take()) {
        return EXIT_ERROR;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        (void)fputs(serve_help, stdout);
        return EXIT_STOPPED;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("comityd %s\n", comity_version());
        return EXIT_STOPPED;
    }
    if (argc == 2 && strcmp(argv[1], "--routes") == 0) {
        comity_routes_print();
        return EXIT_STOPPED;
    }
    if (argc == 2 && strcmp(argv[1], "--new-token") == 0) {
        return new_token();
    }
    comity_arena_init(&arena, COMITY_LIMIT_SERVE_CONFIG_BYTES * 4);
    comity_config *config = calloc(1, sizeof *config);
    if (config == NULL) {
        return complain("out of memory");
    }
    int status = read_all(argc, argv, config, &arena, law, sizeof law, &error) == COMITY_OK ? run(config)
                                                                                            : complain(error.message);
    free(config);
    comity_arena_free(&arena);
    return status;
}
