/* HTTP in, requests handled, answers out: libmicrohttpd's callbacks.
 *
 * A request goes through these steps, each in a thread of its connection:
 * begin (route, who asks, what kind of body), take (its body, piece by piece),
 * handle (once), wait (suspended, until its judgement is durable), answer, end.
 * Whatever is wrong with the head is answered before the body is taken. */
#include "serve/http.h"

#include "base/date.h"
#include "base/limits.h"
#include "serve/head.h"
#include "serve/log.h"
#include "serve/request.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Of a body that goes to a file, so much is held before it is written. */
enum { SPOOL_PAGE = 4096, SPOOL_HELD = 262144 };

/* ---- routes ---- */

static bool path_fits(const comity_route *route, const char *path, const char **ret_rest)
{
    size_t size = strlen(route->path);
    bool begins = route->path[size - 1] == '/';
    if (strncmp(route->path, path, size) != 0 || (begins ? path[size] == '\0' : path[size] != '\0')) {
        return false;
    }
    *ret_rest = path + size;
    return true;
}

static bool method_fits(const comity_route *route, const char *method)
{
    return route->method == NULL || strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static void find_route(comity_request *request, const char *method)
{
    for (unsigned i = 0; i < comity_route_file; i++) {
        if (path_fits(&comity_routes[i], request->path, &request->rest)) {
            if (method_fits(&comity_routes[i], method)) {
                request->route = i;
                return;
            }
            request->allowed = comity_routes[i].method;
        }
    }
    bool other_method = request->allowed != NULL;
    if (method_fits(&comity_routes[comity_route_file], method) && !other_method &&
        (request->file = comity_files_find(request->server->files, request->path)) != NULL) {
        request->route = comity_route_file;
        return;
    }
    request->route = comity_route_other;
    comity_answer_problem(request, other_method ? 405 : 404,
                          other_method ? "The method is not one of this path's" : "There is nothing at this path", NULL);
}

/* ---- who asks ---- */

static bool peer_of(comity_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ucred peer;
    socklen_t size = sizeof peer;
    return info != NULL && getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           comity_principals_by_peer(&request->server->config->principals, peer.uid, &request->who);
}

/* May a browser have been led here? A page of somebody else's whose name is made to stand for this machine is, to the
 * browser, of this place: it may ask, and read. Such a name has a dot in it; addresses, and names that only this
 * machine or network knows, lead nobody astray. */
static bool is_name_of_others(const char *host)
{
    static const char local[] = ".localhost";
    size_t size = strcspn(host, ":");
    bool numeric = strspn(host, "0123456789.") >= size;
    size_t ending = sizeof local - 1;
    return host[0] != '[' && !numeric && memchr(host, '.', size) != NULL &&
           (size < ending || strncasecmp(host + size - ending, local, ending) != 0);
}

/* Sets who asks. A token that is shown and not known is never made up for by anything else. */
static bool identify(comity_request *request, const comity_listener *listener)
{
    const comity_principals *principals = &request->server->config->principals;
    const char *authorization = comity_request_header(request, "Authorization");
    if (authorization != NULL) {
        return comity_principals_by_token(principals, authorization, &request->who);
    }
    if (listener->listen->path != NULL && peer_of(request)) {
        return true;
    }
    const char *host = comity_request_header(request, "Host");
    request->who = (comity_principal){"anonymous", principals->anonymous};
    return principals->anonymous != 0 && (listener->listen->path != NULL || host == NULL || !is_name_of_others(host));
}

static void authorize(comity_request *request, const comity_listener *listener)
{
    unsigned wanted = comity_routes[request->route].roles;
    bool known = wanted == 0 || identify(request, listener);
    if (!known) {
        comity_answer_problem(request, 401, "Show who you are: a bearer token, or a unix socket of a user we know", NULL);
    } else if (wanted != 0 && (request->who.roles & wanted) == 0) {
        comity_answer_problem(request, 403, "None of your roles may do this", NULL);
    }
}

/* ---- the body ---- */

static bool media_type_is(const char *header, const char *type)
{
    size_t size = strlen(type);
    return header != NULL && strncasecmp(header, type, size) == 0 && (header[size] == '\0' || strchr("; \t", header[size]) != NULL);
}

static void expect_body(comity_request *request)
{
    comity_route_body body = comity_routes[request->route].body;
    const char *type = comity_request_header(request, "Content-Type");
    request->body_max = body == COMITY_BODY_STREAM ? COMITY_LIMIT_SERVE_INSPECT_BYTES : COMITY_LIMIT_ACT_BYTES;
    if (body == COMITY_BODY_STREAM) {
        return;
    }
    if (body == COMITY_BODY_NONE || media_type_is(type, "application/json")) {
        return;
    }
    if (body == COMITY_BODY_ACTS && media_type_is(type, "application/vnd.comity.act-with-papers+json")) {
        request->with_papers = true;
        return;
    }
    if (body == COMITY_BODY_ACTS && (media_type_is(type, "application/x-ndjson") || media_type_is(type, "application/jsonl"))) {
        request->batch = true;
        request->body_max = request->server->config->batch_bytes;
        return;
    }
    comity_answer_problem(request, 415, "The type of the body is not one that is read here",
                          body == COMITY_BODY_ACTS ? "Content-Type is application/json, application/x-ndjson or "
                                                     "application/vnd.comity.act-with-papers+json"
                                                   : "Content-Type is application/json");
}

static void check_length(comity_request *request)
{
    const char *length = comity_request_header(request, "Content-Length");
    if (length == NULL) {
        request->chunked = comity_request_header(request, "Transfer-Encoding") != NULL;
        return;
    }
    request->too_large = strlen(length) > 18 || strtoull(length, NULL, 10) > request->body_max;
    request->body_left = request->too_large ? 0 : strtoull(length, NULL, 10);
}

/* From now on stopping waits for it. */
static void count(comity_request *request)
{
    if (!request->counted) {
        (void)atomic_fetch_add(&request->server->requests, 1);
        request->counted = true;
    }
}

/* Has the client ended its side? Where the end comes together with the last bytes,
 * libmicrohttpd's epoll tells of it once: it reads the bytes and not the end behind
 * them, and sees it only when the connection has idled too long. */
static bool has_ended(const comity_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char unused;
    return info != NULL && recv(info->connect_fd, &unused, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void hurry(comity_request *request)
{
    if (!request->hurried) {
        request->hurried = true;
        (void)MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT, 1u);
    }
}

/* Bytes that were announced are missing, and never come. Of a body in chunks it cannot
 * be told whether the last has come already: then the rest has a second. */
static bool has_gone(comity_request *request)
{
    if ((!request->chunked && request->body_left == 0) || !has_ended(request)) {
        return false;
    }
    if (request->chunked) {
        hurry(request);
    }
    return !request->chunked;
}

static bool write_spool(comity_request *request, const char *bytes, size_t size)
{
    while (size != 0) {
        ssize_t written = write(request->spool, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* From memory to the file: what fills pages, or all. A page that is written in pieces is cleared first, and looked up
 * for each of them. */
static bool spool_held(comity_request *request, bool all)
{
    char rest[SPOOL_PAGE];
    const uint8_t *held;
    size_t size;
    if (comity_buffer_bytes(&request->body, &held, &size, NULL) != COMITY_OK) {
        return false;
    }
    size_t left = all ? 0 : size % SPOOL_PAGE;
    memcpy(rest, held + size - left, left);
    bool done = write_spool(request, (const char *)held, size - left);
    comity_buffer_reset(&request->body);
    comity_buffer_append(&request->body, rest, left);
    return done;
}

/* From memory to a file without a name. */
static bool begin_spool(comity_request *request)
{
    request->spool = open(request->server->config->spool, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return request->spool >= 0 && spool_held(request, false);
}

/* However steadily a body drips, it comes to an end: of a stream, in which much may come, at some rate. */
static bool takes_too_long(const comity_request *request)
{
    uint64_t seconds = COMITY_LIMIT_SERVE_BODY_SECONDS + (request->inspecting == NULL ? 0 : request->body_size / COMITY_LIMIT_SERVE_BODY_RATE);
    return request->body_size / 2 > request->body_max ||
           comity_now_ns() - request->begun_ns > seconds * 1000000000u;
}

static void take(comity_request *request, const char *bytes, size_t size)
{
    request->body_size += size;
    request->body_left -= size < request->body_left ? size : request->body_left;
    if (request->body_size > request->body_max) {
        request->too_large = true;
    }
    if (request->too_large || request->spool_failed || comity_routes[request->route].body == COMITY_BODY_NONE) {
        return; /* nobody reads it: it takes no memory */
    }
    if (request->inspecting != NULL) {
        comity_inspecting_feed(request->inspecting, bytes, size);
        return;
    }
    if (request->spool < 0 && request->body_size > COMITY_LIMIT_ACT_BYTES && !begin_spool(request)) {
        request->spool_failed = true;
        return;
    }
    comity_buffer_append(&request->body, bytes, size);
    request->spool_failed = request->spool >= 0 && request->body.size >= SPOOL_HELD && !spool_held(request, false);
}

/* All of the body, where handlers find it. */
static bool complete_body(comity_request *request)
{
    const uint8_t *held;
    size_t size;
    if (request->spool >= 0) {
        if (!spool_held(request, true)) {
            return false;
        }
        comity_buffer_free(&request->body);
        void *mapped = mmap(NULL, (size_t)request->body_size, PROT_READ, MAP_PRIVATE, request->spool, 0);
        if (mapped == MAP_FAILED) {
            return false;
        }
        request->bytes = mapped;
        return true;
    }
    if (comity_buffer_bytes(&request->body, &held, &size, NULL) != COMITY_OK) {
        return false;
    }
    request->bytes = (const char *)held;
    return true;
}

/* ---- answering ---- */

static void log_request(comity_request *request, unsigned status)
{
    comity_event_line line;
    if (!request->server->config->log_requests && status != 500 && status != 503) {
        return;
    }
    comity_event_begin(&line, "request");
    comity_event_text(&line, "route", comity_routes[request->route].shown);
    comity_event_number(&line, "status", status);
    if (request->who.name != NULL) {
        comity_event_text(&line, "who", request->who.name);
    }
    if (request->has_verdict) {
        comity_event_text(&line, "verdict", comity_verdict_name(request->verdict));
    }
    if (request->recorded) {
        comity_event_number(&line, "record", request->ticket.index);
        if (request->ticket.log[0] != '\0') {
            comity_event_text(&line, "log", request->ticket.log);
        }
    }
    comity_event_number(&line, "us", (comity_now_ns() - request->begun_ns) / 1000);
    comity_event_end(&line);
}

static bool status_is_listed(const comity_request *request)
{
    const comity_route *route = &comity_routes[request->route];
    for (unsigned i = 0; i < COMITY_ROUTE_STATUSES; i++) {
        if (route->statuses[i] == request->status) {
            return true;
        }
    }
    return false;
}

/* What a browser may do with the dashboard: run its own files, and ask this daemon. */
static void add_file_headers(const comity_request *request, struct MHD_Response *response)
{
    static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                                 "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    (void)MHD_add_response_header(response, "Cache-Control", "no-cache");
    (void)MHD_add_response_header(response, "ETag", request->file->etag);
    (void)MHD_add_response_header(response, "Content-Security-Policy", policy);
    (void)MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
}

static void add_headers(comity_request *request, struct MHD_Response *response)
{
    char number[24];
    comity_buffer digits;
    if (request->file != NULL) {
        add_file_headers(request, response);
    } else {
        (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    }
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    (void)MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    if (atomic_load(&request->server->stopping) || request->is_faulty) {
        (void)MHD_add_response_header(response, "Connection", "close");
    }
    if (request->follower != NULL) { /* nginx in front is to hold nothing back */
        (void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
    }
    if (request->type != NULL) {
        (void)MHD_add_response_header(response, "Content-Type", request->type);
    }
    if (request->status == 405) {
        bool reads = strcmp(request->allowed, "GET") == 0;
        (void)MHD_add_response_header(response, "Allow", reads ? "GET, HEAD" : request->allowed);
    }
    if (request->status == 401) {
        (void)MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    }
    if (request->status == 503) {
        (void)MHD_add_response_header(response, "Retry-After", "5");
    }
    if (request->receipt[0] != '\0') {
        (void)MHD_add_response_header(response, "Comity-Receipt", request->receipt);
    }
    if (request->has_verdict && comity_routes[request->route].handle == comity_handle_auth_request) {
        (void)MHD_add_response_header(response, "Comity-Verdict", comity_verdict_name(request->verdict));
    }
    /* what ext_authz answers, the proxy's clients may see */
    if (request->recorded && !request->batch && comity_routes[request->route].handle != comity_handle_ext_authz) {
        comity_buffer_init_fixed(&digits, number, sizeof number);
        comity_buffer_append_u64(&digits, request->ticket.index);
        comity_buffer_append_byte(&digits, 0);
        (void)MHD_add_response_header(response, "Comity-Record", number);
        if (request->ticket.log[0] != '\0') {
            (void)MHD_add_response_header(response, "Comity-Log", request->ticket.log);
        }
    }
}

static struct MHD_Response *make_response(comity_request *request)
{
    const uint8_t *bytes;
    size_t size;
    if (request->batch && request->status == 200) {
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, COMITY_LIMIT_SERVE_CONNECTION_BYTES / 2,
                                                 comity_batch_read, request, NULL);
    }
    if (request->follower != NULL) {
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, COMITY_LIMIT_SERVE_CONNECTION_BYTES / 4, comity_feed_read,
                                                 request->follower, NULL);
    }
    if (request->file != NULL && request->status == 200) {
        return MHD_create_response_from_buffer(request->file->size, request->file->bytes, MHD_RESPMEM_PERSISTENT);
    }
    if (comity_buffer_bytes(&request->answer, &bytes, &size, NULL) != COMITY_OK) {
        comity_answer_problem(request, 503, "Not enough memory", NULL);
        if (comity_buffer_bytes(&request->answer, &bytes, &size, NULL) != COMITY_OK) {
            return NULL;
        }
    }
    /* the request outlives the response's bytes: both end in `ended` */
    return MHD_create_response_from_buffer(size, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result respond(comity_request *request)
{
    struct MHD_Response *response = make_response(request);
    if (response == NULL) {
        return MHD_NO;
    }
    assert(status_is_listed(request));
    add_headers(request, response);
    enum MHD_Result result = MHD_queue_response(request->connection, request->status, response);
    MHD_destroy_response(response);
    request->handled = true;
    log_request(request, request->status);
    comity_metrics_answered(&request->server->metrics, request->route, request->status);
    return result;
}

static void handle(comity_request *request)
{
    if (request->too_large) {
        comity_answer_problem(request, 413, "The body is too large", NULL);
    } else if (request->spool_failed || !complete_body(request)) {
        comity_answer_problem(request, 503, "There is no room for the body", NULL);
    } else {
        comity_routes[request->route].handle(request);
        assert(request->work_for != NULL || request->status != 0);
    }
}

/* After the wait: what is not recorded is not said. */
static void settle(comity_request *request)
{
    request->waiting = false;
    bool counted = comity_request_end_held(request, request->ticket.status == COMITY_OK);
    if (!counted) {
        request->recorded = false;
        request->has_verdict = false;
        comity_answer_problem(request, 503, "The persons could not be counted", NULL);
    } else if (request->ticket.status != COMITY_OK) {
        request->recorded = false;
        request->has_verdict = false;
        comity_answer_problem(request, 503, "The judgement could not be recorded", NULL);
    }
    comity_laws_return(&request->server->laws, &request->lease);
}

/* ---- steps ---- */

static void set_day(comity_request *request)
{
    comity_date_print((int32_t)(time(NULL) / 86400), request->today);
}

/* `too_long`: its query was, and is taken away. */
static comity_request *begin(comity_listener *listener, struct MHD_Connection *connection, const char *url,
                             const char *method, bool too_long)
{
    comity_request *request = calloc(1, sizeof *request);
    char *path = strdup(url);
    if (request == NULL || path == NULL) {
        free(request);
        free(path);
        return NULL;
    }
    request->server = listener->server;
    request->connection = connection;
    request->path = path;
    request->spool = -1;
    request->begun_ns = comity_now_ns();
    comity_buffer_init(&request->body, COMITY_LIMIT_ACT_BYTES + COMITY_LIMIT_SERVE_PLACEHOLDERS * COMITY_LIMIT_SERVE_HEADER_BYTES);
    comity_buffer_init(&request->counted_act, 2 * COMITY_LIMIT_ACT_BYTES);
    comity_buffer_init(&request->work, COMITY_LIMIT_ANSWER_BYTES);
    comity_buffer_init(&request->answer, 2 * COMITY_LIMIT_ANSWER_BYTES);
    set_day(request);
    if (too_long) {
        request->route = comity_route_other;
        comity_answer_problem(request, 414, "The query is too long, or has too many arguments", NULL);
        return request;
    }
    const char *fault = comity_head_fault(connection);
    if (fault != NULL) {
        request->route = comity_route_other;
        request->is_faulty = true;
        comity_answer_problem(request, 400, "The head of the request can be read in more ways than one", fault);
        return request;
    }
    find_route(request, method);
    if (request->status == 0) {
        authorize(request, listener);
    }
    if (request->status == 0) {
        expect_body(request);
    }
    check_length(request);
    if (request->status == 0 && !request->too_large && comity_routes[request->route].body == COMITY_BODY_STREAM) {
        comity_begin_inspect(request);
    }
    return request;
}

static enum MHD_Result go_on(comity_request *request)
{
    if (request->waiting && !request->handled) {
        settle(request);
        return respond(request);
    }
    if (request->hurried) { /* all of it was there: the answer has its time */
        request->hurried = false;
        (void)MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT,
                                        request->server->config->idle_timeout_s);
    }
    if (request->work_for == NULL && request->status == 0) {
        handle(request);
    }
    if (request->work_for != NULL && !request->worked) {
        request->worked = true; /* by when this is called again */
        return MHD_YES;
    }
    if (request->recorded && !request->batch && !request->waiting) {
        comity_request_wait(request);
        return MHD_YES;
    }
    if (request->lease.law != NULL) {
        comity_laws_return(&request->server->laws, &request->lease);
    }
    return respond(request);
}

/* MHD calls this with the head, for each piece of the body, at its end, and after each wait. */
static enum MHD_Result step(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                            const char *version, const char *upload, size_t *upload_size, void **kept)
{
    bool too_long = *kept == &comity_head_too_long;
    comity_request *request = too_long ? NULL : *kept;
    (void)version;
    if (request == NULL) {
        request = begin(context, connection, url, method, too_long);
        *kept = request;
        if (request == NULL) {
            return MHD_NO;
        }
        if (request->status == 0 && request->too_large) {
            comity_answer_problem(request, 413, "The body is too large", NULL);
        }
        if (request->status != 0) {
            count(request);
            return respond(request);
        }
        if ((request->chunked || request->body_left != 0) && has_ended(request)) {
            hurry(request); /* what there is of the body was read with the head */
        }
        return MHD_YES;
    }
    count(request);
    if (*upload_size != 0) {
        take(request, upload, *upload_size);
        *upload_size = 0;
        return takes_too_long(request) || has_gone(request) ? MHD_NO : MHD_YES;
    }
    return go_on(request);
}

static void ended(void *context, struct MHD_Connection *connection, void **kept, enum MHD_RequestTerminationCode how)
{
    comity_request *request = *kept;
    (void)context;
    (void)connection;
    (void)how;
    if (request == NULL || *kept == &comity_head_too_long) {
        return;
    }
    comity_server *server = request->server;
    bool counted = request->counted;
    if (request->follower == NULL) { /* which lasts as long as somebody looks */
        comity_metrics_observe(&server->metrics.answering, comity_now_ns() - request->begun_ns);
    }
    comity_feed_leave(server->feed, request->follower);
    comity_inspecting_end(request->inspecting);
    if (request->lease.law != NULL) {
        comity_laws_return(&server->laws, &request->lease);
    }
    if (request->spool >= 0) {
        if (request->bytes != NULL) {
            (void)munmap((void *)(uintptr_t)request->bytes, (size_t)request->body_size);
        }
        (void)close(request->spool);
    }
    comity_buffer_free(&request->body);
    (void)!comity_request_end_held(request, false); /* of one that was never answered */
    free(request->held);
    comity_batch_end(request);
    comity_buffer_free(&request->counted_act);
    comity_buffer_free(&request->work);
    comity_buffer_free(&request->answer);
    free(request->path);
    free(request);
    *kept = NULL;
    if (counted) {
        (void)atomic_fetch_sub(&server->requests, 1);
    }
}

static void connected(void *context, struct MHD_Connection *connection, void **kept,
                      enum MHD_ConnectionNotificationCode what)
{
    comity_listener *listener = context;
    atomic_uint_least64_t *count = &listener->server->metrics.connections;
    (void)connection;
    (void)kept;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        (void)atomic_fetch_add(count, 1);
    } else {
        (void)atomic_fetch_sub(count, 1);
    }
}

/* While we stop, who comes is let go at once. (MHD_quiesce_daemon would leave him waiting, and races with
 * libmicrohttpd's own threads: both take the socket out of epoll, and the second ends the process.) */
static enum MHD_Result may_connect(void *context, const struct sockaddr *address, socklen_t address_size)
{
    const comity_listener *listener = context;
    (void)address;
    (void)address_size;
    return atomic_load(&listener->server->stopping) ? MHD_NO : MHD_YES;
}

/* libmicrohttpd's own messages may hold what a client sent: they are not kept. */
static void say_nothing(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)format;
    (void)arguments;
}

/* ---- starting and stopping ---- */

comity_status comity_http_start(comity_listener *listener, comity_error *reterr)
{
    const comity_config *config = listener->server->config;
    unsigned threads = config->threads < config->connections ? config->threads : config->connections;
    struct MHD_OptionItem pool[] = {{MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, NULL}, {MHD_OPTION_END, 0, NULL}};
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, may_connect,
        listener, step, listener, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL, MHD_OPTION_LISTEN_SOCKET, listener->fd,
        MHD_OPTION_CONNECTION_LIMIT, config->connections, MHD_OPTION_CONNECTION_TIMEOUT, config->idle_timeout_s,
        MHD_OPTION_UNESCAPE_CALLBACK, comity_head_unescape, NULL, MHD_OPTION_URI_LOG_CALLBACK, comity_head_bound, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        COMITY_LIMIT_SERVE_CONNECTION_BYTES, MHD_OPTION_NOTIFY_COMPLETED, ended,
        listener, MHD_OPTION_NOTIFY_CONNECTION, connected, listener, MHD_OPTION_ARRAY,
        threads > 1 ? pool : pool + 1, MHD_OPTION_END);
    if (listener->daemon == NULL) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the HTTP server could not be started");
    }
    listener->fd = -1; /* it is libmicrohttpd's now */
    return COMITY_OK;
}

void comity_http_stop(comity_listener *listener)
{
    if (listener->daemon != NULL) {
        MHD_stop_daemon(listener->daemon);
        listener->daemon = NULL;
    }
}
