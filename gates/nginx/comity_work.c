/* Work that takes a thread: looking into what is large or packed, and replacing in it, may take
 * more than a millisecond, in which a worker serves nobody. It goes to a pool of nginx's
 * threads; the worker goes on when it is done.
 *
 * A request has at most one such work under way. Meanwhile its probe, its copy and its doubts
 * belong to the thread, and the worker touches none of them. The request stays, whatever
 * becomes of its client: it is counted, and blocked, as nginx's own threaded reading does. */
#include "comity_module.h"

/* What is larger takes up to a millisecond on a slow machine. What is packed may be any size unpacked. */
#define ROUND_SIZE 131072
#define PACKED_SIZE 256
#define STAY_MS 1000

/* Where packed forms are told by their first bytes. */
static const struct {
    const char *bytes;
    size_t size;
} packed_heads[] = {
    {"PK", 2},
    {"\x1f\x8b", 2},
    {"BZh", 3},
    {"\xfd"
     "7zXZ",
     5},
    {"\x28\xb5\x2f\xfd", 4},
    {"%PDF", 4},
};

static ngx_flag_t begins_packed(const u_char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof packed_heads / sizeof packed_heads[0]; i++) {
        if (size >= packed_heads[i].size && ngx_memcmp(bytes, packed_heads[i].bytes, packed_heads[i].size) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Parts of mails and forms may be packed as well. */
static ngx_flag_t has_parts(const char *type)
{
    return type != NULL && (ngx_strncasecmp((u_char *)type, (u_char *)"multipart/", 10) == 0 ||
                            ngx_strncasecmp((u_char *)type, (u_char *)"message/", 8) == 0);
}

ngx_flag_t comity_ngx_work_is_long(comity_ngx_ctx *ctx, const u_char *bytes, size_t size, size_t size_all)
{
    return size_all > ROUND_SIZE ||
           (size_all > PACKED_SIZE && (ctx->encoding != NULL || has_parts(ctx->type) || begins_packed(bytes, size)));
}

#if (NGX_THREADS)

ngx_int_t comity_ngx_work_pool(ngx_conf_t *cf, comity_ngx_conf *conf)
{
    ngx_flag_t is_off = conf->threads.len == 3 && ngx_strncmp(conf->threads.data, "off", 3) == 0;
    conf->pool = is_off ? NULL : ngx_thread_pool_add(cf, &conf->threads);
    return is_off || conf->pool != NULL ? NGX_OK : NGX_ERROR;
}

/* A worker that is to end does so when no timer is left: this one runs while threads work. */
static ngx_event_t stays;
static ngx_connection_t none = {.fd = (ngx_socket_t)-1}; /* what debug messages of it point to */
static ngx_uint_t works;

static void stay(ngx_event_t *event)
{
    if (works != 0) {
        ngx_add_timer(event, STAY_MS);
    }
}

static void works_count(ngx_int_t change)
{
    works += (ngx_uint_t)change;
    stays.handler = stay;
    stays.data = &none;
    stays.log = ngx_cycle->log;
    if (works != 0 && !stays.timer_set) {
        ngx_add_timer(&stays, STAY_MS);
    } else if (works == 0 && stays.timer_set) {
        ngx_del_timer(&stays);
    }
}

/* On the thread. */
static void work_run(void *data, ngx_log_t *log)
{
    comity_ngx_ctx *ctx = *(comity_ngx_ctx **)data;
    ctx->work(ctx);
}

/* On the worker. Has the request ended meanwhile, it is let go here. */
static void work_done(ngx_event_t *event)
{
    comity_ngx_ctx *ctx = event->data;
    ngx_http_request_t *r = ctx->r;
    ngx_connection_t *c = r->connection;
    ngx_http_set_log_request(c->log, r);
    r->main->blocked--;
    ctx->working = 0;
    works_count(-1);
    if (c->error) {
        ngx_http_finalize_request(r, NGX_ERROR);
    } else if (r->main->count == 1) { /* ours: all others are done with it */
        ngx_http_finalize_request(r, NGX_DONE);
    } else {
        r->main->count--;
        ctx->work_done(ctx);
    }
    ngx_http_run_posted_requests(c);
}

static ngx_int_t post(comity_ngx_ctx *ctx)
{
    if (ctx->task == NULL) {
        ctx->task = ngx_thread_task_alloc(ctx->r->pool, sizeof ctx);
        if (ctx->task == NULL) {
            return NGX_ERROR;
        }
        *(comity_ngx_ctx **)ctx->task->ctx = ctx;
        ctx->task->handler = work_run;
        ctx->task->event.data = ctx;
        ctx->task->event.handler = work_done;
    }
    if (ngx_thread_task_post(ctx->conf->pool, ctx->task) != NGX_OK) {
        return NGX_ERROR;
    }
    ctx->r->main->blocked++;
    ctx->r->main->count++;
    ctx->working = 1;
    works_count(1);
    return NGX_OK;
}

#else /* nginx was built without threads */

ngx_int_t comity_ngx_work_pool(ngx_conf_t *cf, comity_ngx_conf *conf)
{
    conf->pool = NULL;
    return NGX_OK;
}

static ngx_int_t post(comity_ngx_ctx *ctx)
{
    return NGX_ERROR;
}

#endif

ngx_int_t comity_ngx_work(comity_ngx_ctx *ctx, ngx_flag_t is_long, comity_ngx_work_function *work,
                          comity_ngx_work_function *done)
{
    ctx->work = work;
    ctx->work_done = done;
    if (is_long && ctx->conf->pool != NULL && post(ctx) == NGX_OK) {
        return NGX_AGAIN;
    }
    work(ctx); /* also where the pool's queue is full */
    if (is_long) {
        ngx_time_update(); /* timers that are set now count from now */
    }
    return NGX_OK;
}

size_t comity_ngx_chain_size(ngx_chain_t *chain)
{
    size_t size = 0;
    for (; chain != NULL; chain = chain->next) {
        size += (size_t)ngx_buf_size(chain->buf);
    }
    return size;
}

/* ---- what a copy gives ---- */

comity_status comity_ngx_output_write(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    comity_ngx_output *output = &((comity_ngx_ctx *)context)->output;
    if (output->room - output->size < size) {
        size_t room = (output->size + size) * 2;
        u_char *larger = realloc(output->bytes, room);
        if (larger == NULL) {
            reterr->code = COMITY_ERROR_MEMORY;
            return COMITY_ERROR_MEMORY;
        }
        output->bytes = larger;
        output->room = room;
    }
    ngx_memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
    return COMITY_OK;
}

void comity_ngx_output_free(comity_ngx_output *output)
{
    free(output->bytes);
    ngx_memzero(output, sizeof *output);
}
