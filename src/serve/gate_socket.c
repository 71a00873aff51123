/* Serves gates: one thread, epoll, many requests under way on each connection.
 *
 * The thread reads frames, judges, submits to the record, up to sixteen that wait at once, and goes on; the keeper's thread
 * hands back what has become durable, and this one sends the answers, all that a round has for
 * a gate at once. What brings persons is judged, and counted when it is durable, by threads that
 * may wait for the ledger. So this one waits for nothing, and all that came in the meantime
 * shares one sync. What a gate does not read is bounded: beyond COMITY_LIMIT_GATE_UNREAD_BYTES
 * or COMITY_LIMIT_GATE_QUEUE nothing more is read of it. */
#include "serve/gate_socket.h"

#include "serve/counter.h"
#include "serve/gate_answers.h"
#include "serve/gate_workers.h"
#include "serve/log.h"
#include "serve/repeats.h"

#include <assert.h>
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 64, READ_BYTES = 65536 };

static_assert(COMITY_LIMIT_GATE_CONNECTIONS <= UINT16_MAX, "the place of a connection has 16 bits");

/* One gate. Found by its number, which is never used again: what becomes durable after
 * the gate has gone finds nobody. */
typedef struct gate_connection {
    uint64_t number; /* 0: free */
    int fd;
    bool welcomed, ending; /* ending: nothing more is read; closed when all is sent */
    bool due; /* it stands in the service's list */
    size_t under_way;
    uint8_t *in;
    size_t in_size, in_room;
    uint8_t *out;
    size_t out_at, out_size, out_room;
    uint32_t events; /* what epoll is asked for */
    char name[COMITY_LIMIT_SERVE_NAME_BYTES + 1];
} gate_connection;

struct comity_gate_service {
    comity_server *server;
    int listen_fd, epoll_fd, wake_fd;
    pthread_t thread;
    atomic_bool ending;
    gate_connection *connections; /* COMITY_LIMIT_GATE_CONNECTIONS */
    uint64_t last_number;
    uint16_t due[COMITY_LIMIT_GATE_CONNECTIONS]; /* places of connections to be looked after when the round ends, each once */
    size_t due_count;
    size_t under_way;
    comity_gate_answers answers;
    comity_gate_workers *workers; /* NULL: there is no ledger */
    comity_repeats refusals;
    comity_gate_memory memory;
    comity_gate_job *judged[COMITY_ENTRY_COMMIT_MAX]; /* with it, and not submitted or answered yet */
    size_t judged_count;
    uint8_t frame[COMITY_GATE_FRAME_BYTES_MAX];
    uint8_t key[16];
    pthread_mutex_t mutex; /* guards the next */
    comity_gate_job *done;
};

/* ---- sending ---- */

static void watch(comity_gate_service *service, gate_connection *connection)
{
    size_t unread = connection->out_size - connection->out_at;
    bool reads = !connection->ending && unread < COMITY_LIMIT_GATE_UNREAD_BYTES &&
                 connection->under_way < COMITY_LIMIT_GATE_QUEUE && !atomic_load(&service->ending);
    uint32_t wanted = (reads ? (uint32_t)EPOLLIN : 0) | (unread != 0 ? (uint32_t)EPOLLOUT : 0);
    if (wanted != connection->events) {
        struct epoll_event event = {.events = wanted, .data.u64 = connection->number};
        (void)epoll_ctl(service->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
        connection->events = wanted;
    }
}

static void hang_up(comity_gate_service *service, gate_connection *connection)
{
    (void)close(connection->fd);
    free(connection->in);
    free(connection->out);
    *connection = (gate_connection){.number = 0, .due = connection->due};
    (void)atomic_fetch_sub(&service->server->metrics.gate_connections, 1);
}

static void send_rest(comity_gate_service *service, gate_connection *connection)
{
    while (connection->out_at < connection->out_size) {
        ssize_t sent = send(connection->fd, connection->out + connection->out_at,
                            connection->out_size - connection->out_at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            break;
        }
        if (sent < 0) {
            hang_up(service, connection);
            return;
        }
        connection->out_at += (size_t)sent;
    }
    if (connection->out_at == connection->out_size) {
        connection->out_at = 0;
        connection->out_size = 0;
        if (connection->ending && connection->under_way == 0) {
            hang_up(service, connection);
            return;
        }
    }
    watch(service, connection);
}

/* Something was put that is to be sent, or less is under way, so that more can be read: seen to when the round ends. */
static void fall_due(comity_gate_service *service, gate_connection *connection)
{
    if (!connection->due) {
        connection->due = true;
        service->due[service->due_count++] = (uint16_t)(connection - service->connections);
    }
}

/* Room for `size` bytes more behind the first `used`; false: no memory. */
static bool make_room(uint8_t **bytes, size_t used, size_t *room, size_t size)
{
    if (*room - used >= size) {
        return true;
    }
    size_t wanted = (used + size) * 2;
    uint8_t *larger = realloc(*bytes, wanted);
    if (larger == NULL) {
        return false;
    }
    *bytes = larger;
    *room = wanted;
    return true;
}

/* Appends a frame to what is to be sent. */
static void put(gate_connection *connection, const void *bytes, size_t size)
{
    if (connection->out_at != 0) {
        memmove(connection->out, connection->out + connection->out_at, connection->out_size - connection->out_at);
        connection->out_size -= connection->out_at;
        connection->out_at = 0;
    }
    if (!make_room(&connection->out, connection->out_size, &connection->out_room, size)) {
        connection->ending = true; /* the gate will ask again */
        return;
    }
    memcpy(connection->out + connection->out_size, bytes, size);
    connection->out_size += size;
}

static void put_frame(comity_gate_service *service, gate_connection *connection, const comity_gate_frame *frame)
{
    size_t size;
    if (comity_gate_frame_write(frame, service->frame, sizeof service->frame, &size, NULL) == COMITY_OK) {
        put(connection, service->frame, size);
    }
}

/* A gate that is refused tries again and again. */
static void log_refused(comity_gate_service *service, const char *message)
{
    if (comity_repeats_note(&service->refusals, message, comity_now_ns())) {
        comity_event_log("gate-refused", "message", message);
    }
}

static void log_refused_again(comity_gate_service *service)
{
    char message[COMITY_REPEATS_TEXT_SIZE];
    uint64_t times;
    while ((times = comity_repeats_take(&service->refusals, comity_now_ns(), message)) != 0) {
        comity_event_line line;
        comity_event_begin(&line, "gate-refused");
        comity_event_text(&line, "message", message);
        comity_event_number(&line, "times", times);
        comity_event_end(&line);
    }
}

static void refuse(comity_gate_service *service, gate_connection *connection, const char *message)
{
    comity_gate_frame frame = {.kind = COMITY_GATE_REFUSED,
                               .refused = {.message = message, .message_size = strlen(message)}};
    put_frame(service, connection, &frame);
    connection->ending = true;
    log_refused(service, message);
}

static gate_connection *find_connection(comity_gate_service *service, uint64_t number)
{
    gate_connection *connection = &service->connections[number % COMITY_LIMIT_GATE_CONNECTIONS];
    return number != 0 && connection->number == number ? connection : NULL;
}

/* ---- answers ---- */

/* Sends the answer under another number to those that asked again meanwhile. */
static void serve_waiters(comity_gate_service *service, const comity_gate_answer *answer, const comity_gate_frame *frame)
{
    comity_gate_frame again = *frame;
    for (const comity_gate_waiter *waiter = answer->waiters; waiter != NULL; waiter = waiter->next) {
        gate_connection *connection = find_connection(service, waiter->connection);
        if (connection != NULL) {
            again.number = waiter->number;
            put_frame(service, connection, &again);
            connection->under_way--;
            fall_due(service, connection);
        }
    }
}

static void log_closed(const comity_gate_job *job, const char *gate)
{
    static const char *const outcomes[] = {"ok", "act-error", "unavailable", "busy", "late"};
    static const char digits[] = "0123456789abcdef";
    const comity_gate_judged *judged = &job->answer.judged;
    char receipt[2 * COMITY_GATE_ID_SIZE + 1] = "";
    char message[512];
    comity_event_line line;
    for (size_t i = 0; i < sizeof judged->id; i++) {
        receipt[2 * i] = digits[judged->id[i] >> 4];
        receipt[2 * i + 1] = digits[judged->id[i] & 15];
    }
    comity_event_begin(&line, "closed");
    comity_event_text(&line, "gate", gate);
    comity_event_text(&line, "receipt", receipt);
    comity_event_number(&line, "segment", judged->segment);
    if (judged->outcome == COMITY_GATE_OK) {
        comity_event_text(&line, "verdict", comity_verdict_name(judged->verdict));
        comity_event_number(&line, "record", judged->entries[judged->entry_count - 1]);
    } else {
        comity_event_text(&line, "outcome", outcomes[judged->outcome]);
        (void)snprintf(message, sizeof message, "%.*s", (int)judged->message_size, judged->message);
        comity_event_text(&line, "message", message);
    }
    comity_event_end(&line);
}

/* The job is done, well or badly: tells whoever waits, and keeps what may be asked again. */
static void answer_job(comity_gate_service *service, comity_gate_job *job)
{
    comity_gate_judged *judged = &job->answer.judged;
    gate_connection *connection = find_connection(service, job->connection);
    comity_gate_answer *answer = job->kept_as;
    bool lasting = judged->outcome == COMITY_GATE_OK || judged->outcome == COMITY_GATE_ACT_ERROR;
    size_t size = 0;
    assert(job->held_count == 0);
    comity_metrics_observe(&service->server->metrics.gate_answering, comity_now_ns() - job->begun_ns);
    (void)atomic_fetch_add(&service->server->metrics.gate_outcomes[judged->outcome], 1);
    if (comity_gate_job_write(job, service->frame, sizeof service->frame, &size, NULL) == COMITY_OK) {
        if (judged->outcome != COMITY_GATE_OK || judged->verdict != COMITY_PERMIT) {
            log_closed(job, connection == NULL ? "" : connection->name);
        }
        if (connection != NULL) {
            put(connection, service->frame, size);
        }
        if (answer != NULL) {
            serve_waiters(service, answer, &job->answer);
        }
    }
    if (connection != NULL) {
        connection->under_way--;
        fall_due(service, connection);
    }
    if (answer != NULL && lasting && size != 0) { /* as it was sent last; with whose number does not matter */
        comity_gate_answers_keep(&service->answers, answer, service->frame, size);
    } else if (answer != NULL) {
        comity_gate_answers_drop(&service->answers, answer);
    }
    service->under_way--;
    comity_gate_job_free(job);
}

/* To the thread that serves; any thread. */
static void hand_back(comity_gate_job *job)
{
    comity_gate_service *service = job->service;
    uint64_t one = 1;
    (void)pthread_mutex_lock(&service->mutex);
    bool first = service->done == NULL;
    job->next = service->done;
    service->done = job;
    (void)pthread_mutex_unlock(&service->mutex);
    if (first) {
        ssize_t unused = write(service->wake_fd, &one, sizeof one);
        (void)unused;
    }
}

/* In the keeper's thread. */
static void recorded(comity_ticket *ticket)
{
    hand_back(ticket->context);
}

/* Whatever was submitted is told of when it is durable, also where a later act failed. */
static comity_ticket *await_record(comity_gate_job *job)
{
    job->awaited = true;
    job->ticket.done = recorded;
    job->ticket.context = job;
    return &job->ticket;
}

/* Submits what has been judged, and answers what has nothing to wait for. */
static void submit_judged(comity_gate_service *service)
{
    comity_ticket *first = NULL;
    comity_ticket *last = NULL;
    comity_gate_submit(service->server, &service->memory);
    for (size_t i = 0; i < service->judged_count; i++) {
        if (service->judged[i]->submitted) {
            comity_ticket *ticket = await_record(service->judged[i]);
            ticket->next = first;
            first = ticket;
            last = last == NULL ? ticket : last;
        } else {
            answer_job(service, service->judged[i]);
        }
    }
    service->judged_count = 0;
    if (first != NULL) {
        comity_keeper_await(service->server->keeper, first, last);
    }
}

/* In a worker's thread: judged, or counted. */
static void worked(comity_gate_job *job)
{
    comity_gate_service *service = job->service;
    if (job->submitted && !job->awaited) {
        comity_ticket *ticket = await_record(job);
        comity_keeper_await(service->server->keeper, ticket, ticket);
    } else {
        hand_back(job);
    }
}

static void take_recorded(comity_gate_service *service)
{
    uint64_t unused;
    ssize_t got = read(service->wake_fd, &unused, sizeof unused);
    (void)got;
    (void)pthread_mutex_lock(&service->mutex);
    comity_gate_job *job = service->done;
    service->done = NULL;
    (void)pthread_mutex_unlock(&service->mutex);
    while (job != NULL) {
        comity_gate_job *next = job->next;
        if (job->awaited && !job->durable && job->ticket.status != COMITY_OK) {
            job->answer.judged.outcome = COMITY_GATE_UNAVAILABLE;
            job->answer.judged.entry_count = 0;
            comity_buffer_append_text(&job->message, "the record cannot be written at present");
        }
        job->durable = true;
        if (job->held_count == 0 || !comity_gate_workers_take(service->workers, job)) {
            answer_job(service, job);
        }
        job = next;
    }
}

/* ---- frames of gates ---- */

static void take_hello(comity_gate_service *service, gate_connection *connection, const comity_gate_frame *frame)
{
    comity_gate_frame welcome = {.kind = COMITY_GATE_WELCOME,
                                 .number = frame->number,
                                 .welcome = {.version = COMITY_GATE_VERSION,
                                             .queue_max = COMITY_LIMIT_GATE_QUEUE,
                                             .deadline_max_ms = COMITY_LIMIT_GATE_DEADLINE_MS}};
    if (connection->welcomed) {
        refuse(service, connection, "a second hello");
        return;
    }
    if (frame->hello.version_least > COMITY_GATE_VERSION || frame->hello.version_most < COMITY_GATE_VERSION) {
        refuse(service, connection, "this daemon speaks version 1 of the protocol of gates");
        return;
    }
    for (size_t i = 0; i < frame->hello.gate_size; i++) {
        unsigned char c = (unsigned char)frame->hello.gate[i];
        connection->name[i] = c > ' ' && c < 127 ? (char)c : '?';
    }
    if (service->server->counter != NULL &&
        comity_ledger_key(comity_counter_ledger(service->server->counter), service->key, NULL) != COMITY_OK) {
        refuse(service, connection, "the ledger cannot be reached at present, and has the key of digests");
        return;
    }
    if (frame->hello.gate_size == 0) {
        refuse(service, connection, "a gate without a name");
        return;
    }
    memcpy(welcome.welcome.key, service->key, sizeof welcome.welcome.key);
    connection->welcomed = true;
    put_frame(service, connection, &welcome);
}

/* Asked again: the first answer, now or when it is there. */
static void again(comity_gate_service *service, gate_connection *connection, comity_gate_answer *answer, uint64_t number)
{
    comity_gate_frame frame;
    if (!answer->under_way) {
        if (comity_gate_frame_read(answer->bytes, answer->size, &frame, NULL) == COMITY_OK) {
            frame.number = number;
            put_frame(service, connection, &frame);
        }
        return;
    }
    comity_gate_waiter *waiter = malloc(sizeof *waiter);
    if (waiter == NULL) {
        connection->ending = true;
        return;
    }
    *waiter = (comity_gate_waiter){.next = answer->waiters, .connection = connection->number, .number = number};
    answer->waiters = waiter;
    connection->under_way++;
}

/* The ledger is asked by those who may wait. False: it is not asked. */
static bool leave_to_workers(comity_gate_service *service, const gate_connection *connection, const uint8_t *bytes,
                             size_t size, uint64_t late_ns, comity_gate_job *job)
{
    comity_error error;
    if (comity_gate_job_keep(job, connection->name, bytes, size, late_ns, &error) == COMITY_OK &&
        comity_gate_workers_take(service->workers, job)) {
        return true;
    }
    job->answer.judged.outcome = COMITY_GATE_BUSY;
    return false;
}

static void take_judge(comity_gate_service *service, gate_connection *connection, const comity_gate_frame *frame,
                       const uint8_t *bytes, size_t size, uint64_t arrived_ns)
{
    const comity_gate_judge *judge = &frame->judge;
    comity_gate_answer *answer = comity_gate_answers_find(&service->answers, judge->id, judge->segment);
    uint64_t deadline_ms = judge->deadline_ms < COMITY_LIMIT_GATE_DEADLINE_MS ? judge->deadline_ms : COMITY_LIMIT_GATE_DEADLINE_MS;
    if (answer != NULL) {
        again(service, connection, answer, frame->number);
        return;
    }
    comity_gate_job *job = comity_gate_job_new(frame);
    if (job == NULL) {
        connection->ending = true;
        return;
    }
    job->service = service;
    job->connection = connection->number;
    connection->under_way++;
    service->under_way++;
    answer = comity_gate_answers_add(&service->answers, judge->id, judge->segment);
    job->kept_as = answer;
    if (answer == NULL) {
        job->answer.judged.outcome = COMITY_GATE_BUSY;
    } else if (comity_now_ns() - arrived_ns > deadline_ms * 1000000) {
        job->answer.judged.outcome = COMITY_GATE_LATE;
    } else if (service->workers == NULL || judge->person_count == 0) {
        comity_gate_job_judge(service->server, connection->name, judge, &service->memory, job);
        service->judged[service->judged_count++] = job;
        if (service->judged_count == COMITY_ENTRY_COMMIT_MAX) {
            submit_judged(service);
        }
        return;
    } else if (leave_to_workers(service, connection, bytes, size, arrived_ns + deadline_ms * 1000000, job)) {
        return;
    }
    answer_job(service, job);
}

static void take_frame(comity_gate_service *service, gate_connection *connection, const uint8_t *bytes, size_t size,
                       uint64_t arrived_ns)
{
    comity_gate_frame frame;
    comity_error error;
    if (comity_gate_frame_read(bytes, size, &frame, &error) != COMITY_OK) {
        refuse(service, connection, error.message);
    } else if (frame.kind == COMITY_GATE_HELLO) {
        take_hello(service, connection, &frame);
    } else if (frame.kind == COMITY_GATE_JUDGE && connection->welcomed) {
        take_judge(service, connection, &frame, bytes, size, arrived_ns);
    } else {
        refuse(service, connection, "expected a hello, and then requests to judge");
    }
}

/* Takes all whole frames there are. `number`: the connection may be gone after any of them. */
static void take_frames(comity_gate_service *service, gate_connection *connection, uint64_t number)
{
    uint64_t arrived_ns = comity_now_ns();
    comity_error error;
    size_t at = 0;
    while (connection->number == number && !connection->ending && connection->under_way < COMITY_LIMIT_GATE_QUEUE) {
        size_t size;
        if (comity_gate_frame_size(connection->in + at, connection->in_size - at, &size, &error) != COMITY_OK) {
            refuse(service, connection, error.message);
            break;
        }
        if (size == 0 || size > connection->in_size - at) {
            break;
        }
        take_frame(service, connection, connection->in + at, size, arrived_ns);
        at += size;
    }
    submit_judged(service);
    if (connection->number == number) {
        memmove(connection->in, connection->in + at, connection->in_size - at);
        connection->in_size -= at;
        send_rest(service, connection);
    }
}

static void take_bytes(comity_gate_service *service, gate_connection *connection)
{
    uint64_t number = connection->number;
    if (!make_room(&connection->in, connection->in_size, &connection->in_room, READ_BYTES)) {
        hang_up(service, connection);
        return;
    }
    ssize_t got = recv(connection->fd, connection->in + connection->in_size, READ_BYTES, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        hang_up(service, connection);
        return;
    }
    connection->in_size += got > 0 ? (size_t)got : 0;
    take_frames(service, connection, number);
}

/* ---- connections ---- */

static bool may(const comity_gate_service *service, int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    comity_principal who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           comity_principals_by_peer(&service->server->config->principals, peer.uid, &who) &&
           (who.roles & COMITY_ROLE_GATE) != 0;
}

static void welcome_or_not(comity_gate_service *service, int fd)
{
    gate_connection *connection = NULL;
    for (size_t i = 0; i < COMITY_LIMIT_GATE_CONNECTIONS && connection == NULL; i++) {
        service->last_number++;
        connection = &service->connections[service->last_number % COMITY_LIMIT_GATE_CONNECTIONS];
        connection = connection->number == 0 ? connection : NULL;
    }
    if (connection == NULL) {
        (void)close(fd);
        log_refused(service, "too many gates are connected");
        return;
    }
    *connection = (gate_connection){.number = service->last_number, .fd = fd, .due = connection->due, .events = EPOLLIN};
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = connection->number};
    (void)atomic_fetch_add(&service->server->metrics.gate_connections, 1);
    if (epoll_ctl(service->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        hang_up(service, connection);
    } else if (!may(service, fd)) {
        refuse(service, connection, "this user is no gate: a setting `peer USER gate` would make it one");
        send_rest(service, connection);
    }
}

static void accept_all(comity_gate_service *service)
{
    int fd;
    while ((fd = accept4(service->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        welcome_or_not(service, fd);
    }
}

/* ---- the thread ---- */

static void round_of(comity_gate_service *service, const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        gate_connection *connection = find_connection(service, events[i].data.u64);
        if (events[i].data.u64 == 0) {
            accept_all(service);
        } else if (events[i].data.u64 == UINT64_MAX) {
            take_recorded(service);
        } else if (connection != NULL && (events[i].events & EPOLLIN) != 0) {
            take_bytes(service, connection);
        } else if (connection != NULL && (events[i].events & (EPOLLERR | EPOLLHUP)) != 0) {
            hang_up(service, connection);
        } else if (connection != NULL) {
            send_rest(service, connection);
        }
    }
    while (service->due_count != 0) { /* what was held back because too much was under way is taken as well */
        gate_connection *connection = &service->connections[service->due[--service->due_count]];
        connection->due = false;
        if (connection->number != 0) {
            take_frames(service, connection, connection->number);
        }
    }
}

static void *serve(void *context)
{
    comity_gate_service *service = context;
    struct epoll_event events[EVENTS_AT_ONCE];
    while (!atomic_load(&service->ending) || service->under_way != 0) {
        int patience_ms = comity_repeats_patience_ms(&service->refusals, comity_now_ns());
        int count = epoll_wait(service->epoll_fd, events, EVENTS_AT_ONCE, patience_ms);
        round_of(service, events, count);
        log_refused_again(service);
    }
    return NULL;
}

/* ---- starting and stopping ---- */

static bool watch_fd(const comity_gate_service *service, int fd, uint64_t number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = number};
    return fd >= 0 && epoll_ctl(service->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void service_free(comity_gate_service *service)
{
    for (size_t i = 0; i < COMITY_LIMIT_GATE_CONNECTIONS; i++) {
        if (service->connections[i].number != 0) {
            hang_up(service, &service->connections[i]);
        }
    }
    comity_gate_workers_stop(service->workers);
    free(service->connections);
    comity_gate_answers_free(&service->answers);
    comity_gate_memory_free(&service->memory);
    if (service->epoll_fd >= 0) {
        (void)close(service->epoll_fd);
    }
    if (service->wake_fd >= 0) {
        (void)close(service->wake_fd);
    }
    (void)pthread_mutex_destroy(&service->mutex);
    explicit_bzero(service->key, sizeof service->key);
    free(service);
}

static comity_status service_new(comity_server *server, int fd, comity_gate_service **ret_service, comity_error *reterr)
{
    comity_gate_service *service = calloc(1, sizeof *service);
    if (service == NULL || pthread_mutex_init(&service->mutex, NULL) != 0) {
        free(service);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    service->server = server;
    service->listen_fd = fd;
    service->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    service->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    comity_gate_memory_init(&service->memory);
    service->connections = calloc(COMITY_LIMIT_GATE_CONNECTIONS, sizeof *service->connections);
    comity_status status = service->connections == NULL ? comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory")
                                                        : comity_gate_answers_init(&service->answers, reterr);
    if (status == COMITY_OK && (service->epoll_fd < 0 || !watch_fd(service, fd, 0) ||
                                !watch_fd(service, service->wake_fd, UINT64_MAX) || RAND_bytes(service->key, sizeof service->key) != 1)) {
        status = comity_fail(reterr, COMITY_ERROR_SYSTEM, "the socket of gates: %s", strerror(errno));
    }
    if (status == COMITY_OK && server->counter != NULL) {
        status = comity_gate_workers_start(server, worked, &service->workers, reterr);
    }
    *ret_service = service;
    return status;
}

comity_status comity_gate_service_start(comity_server *server, int fd, comity_gate_service **ret_service,
                                        comity_error *reterr)
{
    comity_gate_service *service = NULL;
    comity_status status = service_new(server, fd, &service, reterr);
    if (status == COMITY_OK && pthread_create(&service->thread, NULL, serve, service) != 0) {
        status = comity_fail(reterr, COMITY_ERROR_SYSTEM, "a thread could not be started");
    }
    if (status != COMITY_OK) {
        if (service != NULL && service->connections != NULL) {
            service_free(service);
        }
        return status;
    }
    *ret_service = service;
    return COMITY_OK;
}

void comity_gate_service_stop(comity_gate_service *service)
{
    uint64_t one = 1;
    if (service == NULL) {
        return;
    }
    atomic_store(&service->ending, true);
    ssize_t unused = write(service->wake_fd, &one, sizeof one);
    (void)unused;
    (void)pthread_join(service->thread, NULL);
    service_free(service);
}
