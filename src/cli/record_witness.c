/* comity record witness: a witness of logs, over HTTP.
 *
 * One thread of libmicrohttpd answers one request after the other, so checking
 * and keeping what was signed are one step; the lock of the state's folder keeps
 * other processes out. Nothing of a request is kept or printed but its origin. */
#include "cli/record.h"

#include "record/witness.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef struct service {
    comity_disk *disk;
    comity_policy *logs;
    comity_key *key;
} service;

/* A request under way: its body, as far as it has come. */
typedef struct asking {
    comity_buffer body;
    size_t size; /* of all that came */
    bool is_add;
} asking;

static enum MHD_Result answer(struct MHD_Connection *connection, int status, const char *type, comity_buffer *body)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    if (comity_buffer_bytes(body, &bytes, &size, NULL) != COMITY_OK) {
        return MHD_NO;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(size, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    if (response == NULL) {
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, "Content-Type", type);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        (void)MHD_add_response_header(response, "Allow", "POST");
    }
    enum MHD_Result queued = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result answer_add(const service *now, struct MHD_Connection *connection, const asking *asked)
{
    comity_buffer out;
    comity_witness_answer what;
    const uint8_t *bytes;
    size_t size;
    comity_buffer_init(&out, COMITY_LIMIT_CHECKPOINT_BYTES);
    if (comity_buffer_bytes(&asked->body, &bytes, &size, NULL) != COMITY_OK) {
        comity_buffer_append_text(&out, "the request is too large\n");
        what = (comity_witness_answer){MHD_HTTP_CONTENT_TOO_LARGE, "text/plain; charset=utf-8"};
    } else {
        comity_witness_add_checkpoint(now->disk, now->logs, now->key->signer, bytes, size, (uint64_t)time(NULL), &out,
                                      &what);
    }
    enum MHD_Result queued = answer(connection, what.status, what.content_type, &out);
    comity_buffer_free(&out);
    return queued;
}

static enum MHD_Result answer_other(struct MHD_Connection *connection, int status, const char *why)
{
    comity_buffer out;
    comity_buffer_init(&out, 256);
    comity_buffer_append_text(&out, why);
    enum MHD_Result queued = answer(connection, status, "text/plain; charset=utf-8", &out);
    comity_buffer_free(&out);
    return queued;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *bytes, size_t *size, void **state)
{
    asking *asked = *state;
    (void)version;
    if (asked == NULL) { /* the head has come */
        asked = calloc(1, sizeof *asked);
        if (asked == NULL) {
            return MHD_NO;
        }
        comity_buffer_init(&asked->body, COMITY_LIMIT_CHECKPOINT_BYTES);
        asked->is_add = strcmp(method, "POST") == 0;
        *state = asked;
        return MHD_YES;
    }
    if (*size != 0) {
        comity_buffer_append(&asked->body, bytes, *size);
        asked->size += *size;
        *size = 0;
        return asked->size <= COMITY_LIMIT_WITNESS_BODY_BYTES ? MHD_YES : MHD_NO;
    }
    if (strcmp(path, "/add-checkpoint") != 0) {
        return answer_other(connection, MHD_HTTP_NOT_FOUND, "there is add-checkpoint, and nothing else\n");
    }
    return asked->is_add ? answer_add(context, connection, asked)
                         : answer_other(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "add-checkpoint is a POST\n");
}

static void forget(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
    asking *asked = *state;
    (void)context;
    (void)connection;
    (void)why;
    if (asked != NULL) {
        comity_buffer_free(&asked->body);
        free(asked);
        *state = NULL;
    }
}

/* "127.0.0.1:8080", or "127.0.0.1:0" for a port of the system's choice. */
static bool read_listen(const char *text, struct sockaddr_in *ret_address)
{
    char host[64];
    uint64_t port;
    const char *colon = strrchr(text, ':');
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->sin_family = AF_INET;
    if (colon == NULL || (size_t)(colon - text) >= sizeof host ||
        !comity_log_number_read(colon + 1, strlen(colon + 1), &port) || port > UINT16_MAX) {
        return false;
    }
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    ret_address->sin_port = htons((uint16_t)port);
    return inet_pton(AF_INET, host, &ret_address->sin_addr) == 1;
}

/* Serves until a signal says to end. */
static int serve(service *now, const char *listen, const struct sockaddr_in *address)
{
    sigset_t ends;
    int which;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &ends, NULL);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle, now, MHD_OPTION_SOCK_ADDR, address,
                         MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 30u,
                         MHD_OPTION_CONNECTION_LIMIT, 256u, MHD_OPTION_END);
    if (daemon == NULL) {
        return complain("%s: the address cannot be listened at", listen);
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    (void)printf("witness %s\nlistening on port %u\n", now->key->public_text, info == NULL ? 0u : (unsigned)info->port);
    (void)fflush(stdout);
    (void)sigwait(&ends, &which);
    MHD_stop_daemon(daemon);
    return EXIT_CLEAN;
}

typedef struct witness_options {
    const char *key, *logs, *state, *listen, *passphrase_fd_text;
} witness_options;

static int witness(const witness_options *options, const struct sockaddr_in *address)
{
    service now = {.disk = NULL};
    char *text = NULL;
    comity_error error;
    int lock = -1;
    int status = EXIT_ERROR;
    int fd = options->passphrase_fd_text == NULL ? -1 : passphrase_fd(options->passphrase_fd_text);
    if (fd < 0 && options->passphrase_fd_text != NULL) {
        return complain_usage("record", "--passphrase-fd: the number of a file descriptor expected, not '%s'",
                              options->passphrase_fd_text);
    }
    (void)mkdir(options->state, 0700); /* that it is there is said below */
    if ((now.logs = read_policy(options->logs, &text)) == NULL || (now.key = open_key(options->key, fd)) == NULL) {
        /* said already */
    } else if (comity_key_purpose(now.key) != COMITY_PURPOSE_WITNESS) {
        status = complain("%s: a key for a witness is needed, not for another purpose", options->key);
    } else if (comity_disk_posix_new(options->state, &now.disk, &error) != COMITY_OK) {
        status = complain("%s", error.message);
    } else if (comity_disk_status(now.disk->lock(now.disk, "lock", &lock, &error), "lock", &error) != COMITY_OK) {
        status = complain("%s: another witness uses this folder", options->state);
    } else {
        status = serve(&now, options->listen, address);
        now.disk->close(now.disk, lock);
    }
    comity_disk_posix_free(now.disk);
    comity_key_free(now.key);
    free(now.logs);
    free(text);
    return status;
}

int record_witness_main(int argc, char **argv)
{
    witness_options options = {.listen = "127.0.0.1:7380"};
    struct sockaddr_in address;
    const record_option options_of[] = {
        {.name = "key", .text = &options.key},
        {.name = "logs", .text = &options.logs},
        {.name = "state", .text = &options.state},
        {.name = "listen", .text = &options.listen},
        {.name = "passphrase-fd", .text = &options.passphrase_fd_text},
    };
    if (!record_options("witness", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc != optind || options.key == NULL || options.logs == NULL || options.state == NULL) {
        return complain_usage("record", "witness: --key, --logs and --state are needed, and nothing else");
    }
    if (!read_listen(options.listen, &address)) {
        return complain_usage("record", "witness: --listen: an address and port such as 127.0.0.1:7380 expected");
    }
    return witness(&options, &address);
}
