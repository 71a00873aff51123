/* A yardstick: libmicrohttpd with nothing behind it. Takes a body in and gives it
 * back, with the options that comityd uses.
 *
 *     echo-server THREADS
 *
 * Prints its port; runs until standard input ends. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct echo {
    size_t size;
    char bytes[8192];
} echo;

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **kept)
{
    echo *request = *kept;
    (void)context;
    (void)url;
    (void)method;
    (void)version;
    if (request == NULL) {
        *kept = calloc(1, sizeof *request);
        return *kept == NULL ? MHD_NO : MHD_YES;
    }
    if (*upload_size != 0) {
        if (*upload_size > sizeof request->bytes - request->size) {
            return MHD_NO;
        }
        memcpy(request->bytes + request->size, upload, *upload_size);
        request->size += *upload_size;
        *upload_size = 0;
        return MHD_YES;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(request->size, request->bytes, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = response == NULL ? MHD_NO : MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static void ended(void *context, struct MHD_Connection *connection, void **kept, enum MHD_RequestTerminationCode how)
{
    (void)context;
    (void)connection;
    (void)how;
    free(*kept);
    *kept = NULL;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    long threads = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    struct MHD_OptionItem pool[] = {{MHD_OPTION_THREAD_POOL_SIZE, threads, NULL}, {MHD_OPTION_END, 0, NULL}};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL, answer, NULL,
        MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT, 1024u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)16 << 10, MHD_OPTION_NOTIFY_COMPLETED, ended, NULL, MHD_OPTION_ARRAY, threads > 1 ? pool : pool + 1,
        MHD_OPTION_END);
    char unused;
    if (daemon == NULL) {
        return 2;
    }
    printf("%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &unused, 1) > 0) {
    }
    MHD_stop_daemon(daemon);
    return 0;
}
