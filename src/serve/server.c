/* Opening, starting, reloading, stopping. Opening does everything that wants
 * rights, so that they can be given up before the first byte of a stranger is
 * read. */
#include "serve/server.h"

#include "base/date.h"
#include "serve/gate_socket.h"
#include "serve/http.h"
#include "serve/log.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Gates' acts, all together. */
#define GATES_BYTES_MAX (COMITY_LIMIT_SERVE_GATES * COMITY_LIMIT_SERVE_CONFIG_BYTES)

/* ---- gates ---- */

static comity_status read_small_file(const char *path, comity_buffer *buffer, comity_error *reterr)
{
    char bytes[4096];
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (got = read(fd, bytes, sizeof bytes)) > 0) {
        comity_buffer_append(buffer, bytes, (size_t)got);
    }
    int reason = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return got == 0 ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(reason));
}

/* A gate whose act needs no header is judged once, so that its mistakes are told now. */
static comity_status try_gate(comity_server *server, const comity_gate *gate, comity_error *reterr)
{
    comity_lease lease;
    comity_verdict unused;
    char today[COMITY_DATE_TEXT_SIZE];
    if (gate->piece_count != 1) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_laws_lease(&server->laws, &lease, reterr));
    comity_date_print((int32_t)(time(NULL) / 86400), today);
    comity_status status =
        comity_judge_verdict(lease.context, gate->pieces[0].text, gate->pieces[0].text_size, today, &unused, reterr);
    comity_laws_return(&server->laws, &lease);
    return status;
}

static comity_status open_gate(comity_server *server, const comity_gate_setting *setting, comity_gate *gate,
                               comity_error *reterr)
{
    comity_buffer buffer;
    comity_error error;
    const uint8_t *bytes;
    size_t size;
    comity_buffer_init(&buffer, COMITY_LIMIT_SERVE_CONFIG_BYTES);
    comity_status status = read_small_file(setting->path, &buffer, reterr);
    if (status == COMITY_OK) {
        status = comity_buffer_bytes(&buffer, &bytes, &size, &error);
        if (status == COMITY_OK) {
            status = comity_gate_read(setting->name, (const char *)bytes, size, &server->arena, gate, &error);
        }
        if (status == COMITY_OK) {
            status = try_gate(server, gate, &error);
        }
        if (status != COMITY_OK) {
            (void)comity_fail(reterr, status, "%s: %s", setting->path, error.message);
        }
    }
    comity_buffer_free(&buffer);
    return status;
}

static comity_status open_gates(comity_server *server, comity_error *reterr)
{
    const comity_config *config = server->config;
    server->gates = calloc(config->gate_count + 1, sizeof *server->gates);
    if (server->gates == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < config->gate_count; i++) {
        COMITY_TRY(open_gate(server, &config->gates[i], &server->gates[i], reterr));
    }
    return COMITY_OK;
}

/* ---- sockets ---- */

/* A socket left behind by one who is no more is removed; one that somebody listens on is not. */
static comity_status clear_path(const comity_listen *listen, comity_error *reterr)
{
    struct stat about;
    if (lstat(listen->path, &about) != 0) {
        return COMITY_OK;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool in_use = !S_ISSOCK(about.st_mode) || fd < 0 ||
                  connect(fd, (const struct sockaddr *)&listen->address, listen->address_size) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (in_use) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: somebody listens there, or it is no socket", listen->path);
    }
    (void)unlink(listen->path);
    return COMITY_OK;
}

/* How the socket is called in messages; the port that was given when 0 was asked for. */
static void name_of(const comity_listen *listen, int fd, char *ret_name, size_t size)
{
    struct sockaddr_storage address;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    socklen_t address_size = sizeof address;
    if (listen->path != NULL) {
        (void)snprintf(ret_name, size, "unix:%s", listen->path);
        return;
    }
    if (fd < 0 || getsockname(fd, (struct sockaddr *)&address, &address_size) != 0) {
        address = listen->address;
    }
    if (address.ss_family == AF_INET) {
        memcpy(&four, &address, sizeof four);
        uint32_t host = ntohl(four.sin_addr.s_addr);
        (void)snprintf(ret_name, size, "%u.%u.%u.%u:%u", host >> 24, host >> 16 & 255, host >> 8 & 255, host & 255,
                       ntohs(four.sin_port));
    } else {
        memcpy(&six, &address, sizeof six);
        (void)snprintf(ret_name, size, "[::1]:%u", ntohs(six.sin6_port));
    }
}

static comity_status open_listener(comity_listener *listener, comity_error *reterr)
{
    const comity_listen *where = listener->listen;
    char name[160];
    int on = 1;
    if (where->path != NULL) {
        COMITY_TRY(clear_path(where, reterr));
    }
    listener->fd = socket(where->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    listener->bound = listener->fd >= 0 &&
                      (where->path != NULL || setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0) &&
                      bind(listener->fd, (const struct sockaddr *)&where->address, where->address_size) == 0;
    if (!listener->bound || (where->path != NULL && chmod(where->path, 0666) != 0) || listen(listener->fd, SOMAXCONN) != 0) {
        int reason = errno;
        name_of(where, -1, name, sizeof name);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", name, strerror(reason));
    }
    return COMITY_OK;
}

/* ---- opening ---- */

static comity_status open_record(comity_server *server, comity_error *reterr)
{
    const comity_config *config = server->config;
    if (config->record == NULL) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_keeper_open(config->record, config->retention, &server->metrics, &server->keeper, reterr));
    COMITY_TRY(comity_worker_start(server->keeper, &server->worker, reterr));
    COMITY_TRY(comity_worker_start(server->keeper, &server->eraser, reterr));
    COMITY_TRY(comity_retention_start(server, &server->retention, reterr));
    return comity_feed_open(server->keeper, &server->metrics, &server->feed, reterr);
}

comity_status comity_server_open(comity_server *server, const comity_config *config, comity_error *reterr)
{
    server->config = config;
    server->started_s = (uint64_t)time(NULL);
    comity_arena_init(&server->arena, GATES_BYTES_MAX);
    for (size_t i = 0; i < config->listen_count; i++) {
        server->listeners[i] = (comity_listener){.server = server, .listen = &config->listens[i], .fd = -1};
    }
    server->gate_listener = (comity_listener){.server = server, .listen = &config->gate_socket, .fd = -1};
    comity_laws_setting laws = {.path = config->law,
                                .adopted = config->adopted,
                                .adopted_count = config->adopted_count,
                                .papers = {.folder = config->papers, .trust = config->trust, .strict = config->strict_papers}};
    COMITY_TRY(comity_laws_open(&laws, &server->laws, reterr));
    server->has_laws = true;
    COMITY_TRY(comity_inspectors_open(&server->inspectors, reterr));
    server->has_inspectors = true;
    COMITY_TRY(open_gates(server, reterr));
    if (config->dashboard != NULL) {
        COMITY_TRY(comity_files_load(config->dashboard, &server->files, reterr));
    }
    for (size_t i = 0; i < config->listen_count; i++) {
        COMITY_TRY(open_listener(&server->listeners[i], reterr));
    }
    if (config->gate_socket.path != NULL) {
        COMITY_TRY(open_listener(&server->gate_listener, reterr));
    }
    COMITY_TRY(open_record(server, reterr));
    return config->ledger == NULL ? COMITY_OK
                                  : comity_counter_open(config->ledger, &server->laws, &server->counter, reterr);
}

static comity_status start_gates(comity_server *server, comity_error *reterr)
{
    if (server->gate_listener.fd < 0) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_gate_service_start(server, server->gate_listener.fd, &server->gate_service, reterr));
    comity_event_log("gates", "at", server->config->gate_socket.path);
    return COMITY_OK;
}

comity_status comity_server_start(comity_server *server, comity_error *reterr)
{
    char name[160];
    char law[72];
    comity_event_line line;
    for (size_t i = 0; i < server->config->listen_count; i++) {
        name_of(server->listeners[i].listen, server->listeners[i].fd, name, sizeof name);
        COMITY_TRY(comity_http_start(&server->listeners[i], reterr));
        comity_event_log("listening", "at", name);
    }
    COMITY_TRY(start_gates(server, reterr));
    comity_laws_hash(&server->laws, law);
    comity_event_begin(&line, "started");
    comity_event_text(&line, "version", comity_version());
    comity_event_text(&line, "law", law);
    comity_event_text(&line, "record", server->keeper == NULL ? "none" : server->config->record);
    comity_event_text(&line, "ledger", server->counter == NULL ? "none" : server->config->ledger[0] == '/' ? "sqlite" : "postgresql");
    comity_event_end(&line);
    return COMITY_OK;
}

void comity_server_reload(comity_server *server)
{
    char law[72];
    comity_error error;
    if (comity_laws_reload(&server->laws, &error) != COMITY_OK) {
        (void)atomic_fetch_add(&server->metrics.reload_failures, 1);
        comity_event_log("reload-failed", "message", error.message);
        return;
    }
    (void)atomic_fetch_add(&server->metrics.reloads, 1);
    comity_laws_hash(&server->laws, law);
    comity_event_log("reloaded", "law", law);
}

/* ---- stopping ---- */

static void wait_for_requests(comity_server *server)
{
    struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    uint64_t until = comity_now_ns() + (uint64_t)server->config->stop_timeout_s * 1000000000u;
    while (atomic_load(&server->requests) != 0) {
        if (comity_now_ns() > until) {
            /* who still sends or reads is cut off; the record bears it */
            comity_event_log("stopped-late", NULL, NULL);
            _exit(1);
        }
        (void)nanosleep(&pause, NULL);
    }
}

void comity_server_stop(comity_server *server)
{
    atomic_store(&server->stopping, true);
    comity_gate_service_stop(server->gate_service);
    server->gate_service = NULL;
    comity_feed_end(server->feed);
    wait_for_requests(server);
    for (size_t i = 0; i < server->config->listen_count; i++) {
        comity_http_stop(&server->listeners[i]);
    }
    comity_event_log("stopped", NULL, NULL);
}

static void close_listener(comity_listener *listener)
{
    if (listener->fd >= 0) {
        (void)close(listener->fd);
    }
    if (listener->bound && listener->listen->path != NULL) {
        (void)unlink(listener->listen->path);
    }
}

void comity_server_close(comity_server *server)
{
    for (size_t i = 0; server->config != NULL && i < server->config->listen_count; i++) {
        comity_listener *listener = &server->listeners[i];
        comity_http_stop(listener);
        close_listener(listener);
    }
    comity_gate_service_stop(server->gate_service);
    if (server->config != NULL) {
        close_listener(&server->gate_listener);
    }
    comity_feed_close(server->feed);
    comity_worker_stop(server->worker);
    comity_worker_stop(server->eraser);
    comity_retention_stop(server->retention);
    comity_counter_close(server->counter);
    comity_keeper_close(server->keeper);
    comity_files_free(server->files);
    if (server->has_inspectors) {
        comity_inspectors_close(&server->inspectors);
    }
    free(server->gates);
    comity_arena_free(&server->arena);
    if (server->has_laws) {
        comity_laws_close(&server->laws);
    }
}
