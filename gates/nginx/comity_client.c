/* The worker's connection to the daemon: a unix socket, never waited for but once, at the
 * worker's start, so that the first requests find the key of digests.
 *
 * Questions are numbered, and many are under way at a time. Those of one turn of the event
 * loop leave in one write. When the connection breaks it is made anew at once and all that
 * is under way is asked again, by its old id, so that nothing is judged twice; if it cannot
 * be made, all are told that there will be no answer, and it is tried again now and then. */
#include "comity_module.h"

#include <poll.h>
#include <sys/un.h>

enum { AGAIN_MS = 200, START_MS = 1000, READ_SIZE = 65536, TELL_S = 60 };
#define OUT_MAX ((size_t)16 << 20)

static const char unreachable[] = "cannot be reached";
static const char refused[] = "will not serve this gate";

static struct {
    comity_ngx_main *main;
    ngx_connection_t *connection; /* NULL: there is none */
    ngx_flag_t welcomed;
    ngx_flag_t ending;
    uint64_t number; /* the last one given */
    comity_ngx_ctx *pending[COMITY_NGX_PENDING_MAX];
    ngx_uint_t pending_count;
    u_char *out;
    size_t out_at, out_size, out_room;
    u_char *in;
    size_t in_size, in_room;
    ngx_event_t flush, again;
    const char *told; /* why there is none; NULL: nothing since there was one */
    time_t told_at;
    ngx_connection_t none; /* what debug messages of events without a connection point to */
} client;

/* What is the same five times a second is told once a minute. */
static ngx_flag_t may_tell(const char *what)
{
    if (client.told == what && ngx_time() - client.told_at < TELL_S) {
        return 0;
    }
    client.told = what;
    client.told_at = ngx_time();
    return 1;
}

static void client_lost(void);
static ngx_int_t client_connect(ngx_flag_t waits);

ngx_flag_t comity_ngx_client_up(void)
{
    return client.connection != NULL && client.welcomed;
}

/* ---- memory ---- */

static ngx_int_t make_room(u_char **bytes, size_t used, size_t *room, size_t size)
{
    if (*room - used >= size) {
        return NGX_OK;
    }
    size_t wanted = (used + size) * 2;
    u_char *larger = realloc(*bytes, wanted);
    if (larger == NULL) {
        return NGX_ERROR;
    }
    *bytes = larger;
    *room = wanted;
    return NGX_OK;
}

static ngx_int_t put(const u_char *bytes, size_t size)
{
    if (client.out_at != 0) {
        ngx_memmove(client.out, client.out + client.out_at, client.out_size - client.out_at);
        client.out_size -= client.out_at;
        client.out_at = 0;
    }
    if (client.out_size + size > OUT_MAX || make_room(&client.out, client.out_size, &client.out_room, size) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_memcpy(client.out + client.out_size, bytes, size);
    client.out_size += size;
    return NGX_OK;
}

/* ---- questions ---- */

static void forget(comity_ngx_ctx *ctx)
{
    comity_ngx_pending *pending = &ctx->pending;
    if (pending->number == 0) {
        return;
    }
    client.pending[pending->number % COMITY_NGX_PENDING_MAX] = NULL;
    client.pending_count--;
    pending->number = 0;
    if (pending->timer.timer_set) {
        ngx_del_timer(&pending->timer);
    }
    ngx_free(pending->frame);
    pending->frame = NULL;
}

void comity_ngx_client_forget(comity_ngx_ctx *ctx)
{
    forget(ctx);
}

static void late(ngx_event_t *event)
{
    comity_ngx_ctx *ctx = event->data;
    forget(ctx);
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "comity: the daemon has not answered in time");
    comity_ngx_judged(ctx, NULL);
}

ngx_int_t comity_ngx_client_ask(comity_ngx_ctx *ctx, comity_gate_frame *frame)
{
    static u_char bytes[COMITY_GATE_FRAME_BYTES_MAX];
    comity_error error;
    comity_ngx_pending *pending = &ctx->pending;
    size_t size;
    if (!comity_ngx_client_up() || client.pending_count == COMITY_NGX_PENDING_MAX) {
        return NGX_ERROR;
    }
    uint64_t number = client.number + 1;
    while (client.pending[number % COMITY_NGX_PENDING_MAX] != NULL) { /* one that has waited longer than so many others */
        number++;
    }
    frame->number = number;
    if (comity_gate_frame_write(frame, bytes, sizeof bytes, &size, &error) != COMITY_OK) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "comity: %s", error.message);
        return NGX_ERROR;
    }
    pending->frame = ngx_alloc(size, ngx_cycle->log);
    if (pending->frame == NULL || put(bytes, size) != NGX_OK) {
        ngx_free(pending->frame);
        pending->frame = NULL;
        return NGX_ERROR;
    }
    ngx_memcpy(pending->frame, bytes, size);
    pending->size = size;
    pending->number = number;
    client.number = number;
    client.pending[pending->number % COMITY_NGX_PENDING_MAX] = ctx;
    client.pending_count++;
    pending->timer.handler = late;
    pending->timer.data = ctx;
    pending->timer.log = ngx_cycle->log;
    pending->timer.cancelable = 0;
    ngx_add_timer(&pending->timer, ctx->conf->timeout);
    ngx_post_event(&client.flush, &ngx_posted_events);
    return NGX_AGAIN;
}

/* Tells all that wait that there will be no answer. */
static void fail_all(void)
{
    for (ngx_uint_t i = 0; i < COMITY_NGX_PENDING_MAX; i++) {
        comity_ngx_ctx *ctx = client.pending[i];
        if (ctx != NULL) {
            forget(ctx);
            comity_ngx_judged(ctx, NULL);
        }
    }
}

/* ---- the connection ---- */

static ngx_int_t say_hello(void)
{
    u_char bytes[512];
    size_t size;
    comity_gate_frame frame = {.kind = COMITY_GATE_HELLO,
                               .hello = {.version_least = COMITY_GATE_VERSION,
                                         .version_most = COMITY_GATE_VERSION,
                                         .gate = (char *)client.main->name.data,
                                         .gate_size = client.main->name.len}};
    client.out_at = 0;
    client.out_size = 0;
    client.in_size = 0;
    client.welcomed = 0;
    return comity_gate_frame_write(&frame, bytes, sizeof bytes, &size, NULL) == COMITY_OK ? put(bytes, size) : NGX_ERROR;
}

static void flush_out(ngx_event_t *event)
{
    ngx_connection_t *c = client.connection;
    while (c != NULL && client.out_at < client.out_size) {
        ssize_t sent = c->send(c, client.out + client.out_at, client.out_size - client.out_at);
        if (sent == NGX_AGAIN) {
            break;
        }
        if (sent <= 0) {
            client_lost();
            return;
        }
        client.out_at += (size_t)sent;
    }
    if (c != NULL && ngx_handle_write_event(c->write, 0) != NGX_OK) {
        client_lost();
    }
}

static void take_welcome(const comity_gate_frame *frame)
{
    comity_ngx_probe_key(frame->welcome.key);
    client.welcomed = 1;
    if (client.told != NULL) {
        client.told = NULL;
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "comity: the daemon is reached again"); /* as loud as what it ends */
    }
    for (ngx_uint_t i = 0; i < COMITY_NGX_PENDING_MAX; i++) {
        comity_ngx_ctx *ctx = client.pending[i];
        if (ctx != NULL && put(ctx->pending.frame, ctx->pending.size) != NGX_OK) {
            forget(ctx);
            comity_ngx_judged(ctx, NULL);
        }
    }
    ngx_post_event(&client.flush, &ngx_posted_events);
}

/* What the daemon says cannot be understood: the operator is told why. */
static ngx_int_t nonsense(const char *why)
{
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "comity: the daemon: %s", why);
    return NGX_ERROR;
}

static ngx_int_t take_frame(const u_char *bytes, size_t size)
{
    static comity_gate_frame frame;
    comity_error error;
    if (comity_gate_frame_read(bytes, size, &frame, &error) != COMITY_OK) {
        return nonsense(error.message);
    }
    if (frame.kind == COMITY_GATE_REFUSED) {
        ngx_str_t message = {frame.refused.message_size, (u_char *)frame.refused.message};
        if (may_tell(refused)) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "comity: the daemon %s: %V", refused, &message);
        }
        return NGX_ERROR;
    }
    if (frame.kind == COMITY_GATE_WELCOME && !client.welcomed) {
        take_welcome(&frame);
        return NGX_OK;
    }
    comity_ngx_ctx *ctx = client.pending[frame.number % COMITY_NGX_PENDING_MAX];
    if (frame.kind != COMITY_GATE_JUDGED) {
        return nonsense("a frame that is not expected");
    }
    if (ctx == NULL || ctx->pending.number != frame.number) {
        return NGX_OK; /* whoever asked has gone */
    }
    if (ngx_memcmp(ctx->id, frame.judged.id, sizeof ctx->id) != 0 || ctx->segment != frame.judged.segment) {
        return nonsense("an answer to something else than was asked"); /* nothing is to be believed */
    }
    forget(ctx);
    comity_ngx_judged(ctx, &frame.judged);
    return NGX_OK;
}

/* Takes all whole frames; NGX_ERROR: the connection is of no use. */
static ngx_int_t take_frames(void)
{
    size_t at = 0;
    for (;;) {
        size_t size;
        comity_error error;
        if (comity_gate_frame_size(client.in + at, client.in_size - at, &size, &error) != COMITY_OK) {
            return nonsense(error.message);
        }
        if (size == 0 || size > client.in_size - at) {
            break;
        }
        if (take_frame(client.in + at, size) != NGX_OK) {
            return NGX_ERROR;
        }
        at += size;
    }
    client.in_size -= at;
    ngx_memmove(client.in, client.in + at, client.in_size);
    return NGX_OK;
}

static void read_in(ngx_event_t *event)
{
    ngx_connection_t *c = event->data;
    for (;;) {
        if (make_room(&client.in, client.in_size, &client.in_room, READ_SIZE) != NGX_OK) {
            client_lost();
            return;
        }
        ssize_t got = c->recv(c, client.in + client.in_size, client.in_room - client.in_size);
        if (got == NGX_AGAIN) {
            break;
        }
        if (got <= 0) {
            client_lost();
            return;
        }
        client.in_size += (size_t)got;
        if (take_frames() != NGX_OK) {
            client_lost();
            return;
        }
        if (client.connection != c) {
            return;
        }
        if (!c->read->ready) { /* there was less than was asked for */
            break;
        }
    }
    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        client_lost();
    }
}

static void try_again(ngx_event_t *event)
{
    if (client.connection == NULL && !client.ending) {
        (void)client_connect(0);
    }
}

static void client_close(void)
{
    if (client.connection != NULL) {
        ngx_connection_t *c = client.connection;
        client.connection = NULL;
        client.welcomed = 0;
        if (client.flush.posted) {
            ngx_delete_posted_event(&client.flush);
        }
        ngx_close_connection(c);
    }
}

/* Made anew at once, and what is under way is asked again; else all is told. A connection
 * that was never welcomed is not tried again at once. */
static void client_lost(void)
{
    ngx_flag_t was_welcomed = client.welcomed;
    client_close();
    if (client.ending || !was_welcomed || client_connect(0) != NGX_OK) {
        fail_all();
        if (!client.ending && !client.again.timer_set) {
            ngx_add_timer(&client.again, AGAIN_MS);
        }
    }
}

/* Waits for the welcome, at the worker's start only. */
static void wait_for_welcome(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    if (send(fd, client.out, client.out_size, MSG_NOSIGNAL) == (ssize_t)client.out_size) {
        client.out_at = client.out_size;
        (void)poll(&wanted, 1, START_MS);
    }
}

static ngx_int_t client_connect(ngx_flag_t waits)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ngx_memcpy(address.sun_path, client.main->socket.data, client.main->socket.len);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 || say_hello() != NGX_OK) {
        int reason = ngx_errno;
        if (may_tell(unreachable)) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, reason, "comity: the daemon %s at %V", unreachable, &client.main->socket);
        }
        if (fd >= 0) {
            (void)close(fd);
        }
        if (!client.again.timer_set) {
            ngx_add_timer(&client.again, AGAIN_MS);
        }
        return NGX_ERROR;
    }
    if (waits) {
        wait_for_welcome(fd);
    }
    ngx_connection_t *c = ngx_get_connection(fd, ngx_cycle->log);
    if (c == NULL) {
        (void)close(fd);
        return NGX_ERROR;
    }
    c->recv = ngx_recv;
    c->send = ngx_send;
    c->log = ngx_cycle->log;
    c->read->log = c->log;
    c->write->log = c->log;
    c->read->handler = read_in;
    c->write->handler = flush_out;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    client.connection = c;
    if (ngx_add_conn != NULL ? ngx_add_conn(c) != NGX_OK : ngx_add_event(c->read, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        client_close();
        return NGX_ERROR;
    }
    c->write->ready = 1;
    if (waits) {
        c->read->ready = 1;
        read_in(c->read);
    } else {
        ngx_post_event(&client.flush, &ngx_posted_events);
    }
    return NGX_OK;
}

ngx_int_t comity_ngx_client_start(ngx_cycle_t *cycle, comity_ngx_main *main)
{
    client.main = main;
    client.flush.handler = flush_out;
    client.none.fd = (ngx_socket_t)-1;
    client.flush.data = &client.none;
    client.again.data = &client.none;
    client.flush.log = cycle->log;
    client.again.handler = try_again;
    client.again.log = cycle->log;
    client.again.cancelable = 1;
    (void)client_connect(1); /* without the daemon the worker serves what it may, and tries again */
    return NGX_OK;
}

void comity_ngx_client_stop(void)
{
    client.ending = 1;
    client_close();
}
