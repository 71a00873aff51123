/* Requests: held until all of the body is there, looked into, judged, and only then handed
 * on, as they came or masked. A body larger than nginx keeps in memory is looked into as it
 * comes and lies in nginx's own file meanwhile, so that memory is bounded whatever its size. */
#include "comity_module.h"

#include <sys/random.h>

static ngx_http_request_body_filter_pt next_filter;

/* ---- contexts ---- */

static void ctx_end(void *data)
{
    comity_ngx_ctx *ctx = data;
    comity_ngx_client_forget(ctx);
    comity_ngx_probe_give(ctx->probe);
    comity_copy_free(ctx->copy);
    ctx->probe = NULL;
    ctx->copy = NULL;
}

/* Of an internal redirect the request's contexts are forgotten; ours is found again by its cleanup. */
static comity_ngx_ctx *ctx_find(ngx_http_request_t *r)
{
    comity_ngx_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_comity_module);
    for (ngx_pool_cleanup_t *cleanup = r->pool->cleanup; ctx == NULL && cleanup != NULL; cleanup = cleanup->next) {
        ctx = cleanup->handler == ctx_end ? cleanup->data : NULL;
    }
    return ctx;
}

/* Receipts cannot be guessed. The system is asked for many at a time. */
static ngx_int_t receipt_make(u_char id[COMITY_GATE_ID_SIZE])
{
    static u_char bytes[16 * COMITY_GATE_ID_SIZE]; /* getrandom() never gives less than asked for of up to 256 bytes */
    static size_t left;
    static ngx_pid_t owner;
    if (owner != ngx_pid) {
        owner = ngx_pid;
        left = 0;
    }
    if (left == 0) {
        if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
            return NGX_ERROR;
        }
        left = sizeof bytes;
    }
    left -= COMITY_GATE_ID_SIZE;
    ngx_memcpy(id, bytes + left, COMITY_GATE_ID_SIZE);
    ngx_memzero(bytes + left, COMITY_GATE_ID_SIZE);
    return NGX_OK;
}

comity_ngx_ctx *comity_ngx_ctx_make(ngx_http_request_t *r, comity_ngx_conf *conf)
{
    comity_ngx_ctx *ctx = ngx_pcalloc(r->pool, sizeof *ctx);
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, 0);
    if (ctx == NULL || cleanup == NULL || receipt_make(ctx->id) != NGX_OK) {
        return NULL;
    }
    ctx->r = r;
    ctx->conf = conf;
    cleanup->handler = ctx_end;
    cleanup->data = ctx;
    ngx_http_set_ctx(r, ctx, ngx_http_comity_module);
    return ctx;
}

/* ---- bodies ---- */

/* Begins the body; false: there is no memory to look with. */
static ngx_flag_t body_begin(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_flag_t more_types;
    ngx_flag_t more_encodings;
    const char *type = comity_ngx_header(r, &r->headers_in.headers, "content-type", &more_types);
    const char *encoding = comity_ngx_header(r, &r->headers_in.headers, "content-encoding", &more_encodings);
    if (ctx->probe == NULL) {
        ctx->probe = comity_ngx_probe_take(ctx->conf->inspector, ngx_cycle->log);
    }
    if (ctx->probe == NULL) {
        return 0;
    }
    /* in what is compressed nothing can be replaced: what is found in it counts */
    comity_gathering_input(ctx->probe->gathering,
                           encoding != NULL || ((ctx->conf->doubts & COMITY_NGX_LARGE) != 0 &&
                                                r->headers_in.content_length_n > (off_t)ctx->conf->hold));
    comity_ngx_probe_begin(ctx, type, encoding);
    if (more_types || more_encodings) {
        ctx->doubts |= COMITY_NGX_UNREADABLE;
    }
    ctx->begun = 1;
    return 1;
}

/* Looks at a large body as it comes. */
ngx_int_t comity_ngx_request_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    comity_ngx_ctx *ctx = r == r->main ? ngx_http_get_module_ctx(r, ngx_http_comity_module) : NULL;
    ngx_http_core_loc_conf_t *core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    if (ctx == NULL || ctx->state != COMITY_NGX_READING || (ctx->conf->inspect & COMITY_NGX_REQUEST) == 0 ||
        (!r->headers_in.chunked && r->headers_in.content_length_n <= (off_t)core->client_body_buffer_size)) {
        return next_filter(r, in);
    }
    if (!ctx->begun && !body_begin(ctx)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ctx->fed = 1;
    for (ngx_chain_t *link = in; link != NULL; link = link->next) {
        if (ngx_buf_in_memory(link->buf)) {
            comity_ngx_probe_feed(ctx, link->buf->pos, (size_t)(link->buf->last - link->buf->pos));
        }
    }
    return next_filter(r, in);
}

typedef ngx_int_t piece_function(comity_ngx_ctx *ctx, const u_char *bytes, size_t size);

/* Gives all of the body, piece by piece. */
static ngx_int_t body_each(comity_ngx_ctx *ctx, piece_function *take)
{
    static u_char bytes[65536];
    for (ngx_chain_t *link = ctx->r->request_body->bufs; link != NULL; link = link->next) {
        ngx_buf_t *buf = link->buf;
        if (ngx_buf_in_memory(buf)) {
            if (take(ctx, buf->pos, (size_t)(buf->last - buf->pos)) != NGX_OK) {
                return NGX_ERROR;
            }
            continue;
        }
        for (off_t at = buf->file_pos; buf->in_file && at < buf->file_last;) {
            size_t size = buf->file_last - at < (off_t)sizeof bytes ? (size_t)(buf->file_last - at) : sizeof bytes;
            ssize_t got = ngx_read_file(buf->file, bytes, size, at);
            if (got <= 0 || take(ctx, bytes, (size_t)got) != NGX_OK) {
                return NGX_ERROR;
            }
            at += got;
        }
    }
    return NGX_OK;
}

static ngx_int_t piece_look(comity_ngx_ctx *ctx, const u_char *bytes, size_t size)
{
    comity_ngx_probe_feed(ctx, bytes, size);
    return NGX_OK;
}

/* Looks at all of the request: its body, and its head. */
static ngx_int_t look(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    if (r->request_body != NULL && r->request_body->bufs != NULL && !ctx->fed) {
        if (!body_begin(ctx) || body_each(ctx, piece_look) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (ctx->begun) {
        comity_ngx_probe_finish(ctx);
    } else if (ctx->probe == NULL) {
        ctx->probe = comity_ngx_probe_take(ctx->conf->inspector, ngx_cycle->log);
    }
    ngx_uint_t doubts = ctx->doubts;
    ctx->doubts &= ~(ngx_uint_t)COMITY_NGX_UNREADABLE; /* the head is looked at all the same */
    ngx_int_t status = ctx->probe == NULL ? NGX_ERROR : comity_ngx_head_request(ctx);
    ctx->doubts |= doubts;
    return status;
}

/* ---- masking ---- */

static comity_status copy_write(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    comity_ngx_ctx *ctx = context;
    ngx_pool_t *pool = ctx->r->pool;
    ngx_buf_t *buf = ngx_create_temp_buf(pool, size);
    ngx_chain_t *link = ngx_alloc_chain_link(pool);
    ngx_chain_t **last = &ctx->masked;
    if (buf == NULL || link == NULL) {
        reterr->code = COMITY_ERROR_MEMORY;
        return COMITY_ERROR_MEMORY;
    }
    buf->last = ngx_cpymem(buf->last, bytes, size);
    link->buf = buf;
    link->next = NULL;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = link;
    ctx->masked_size += (off_t)size;
    return COMITY_OK;
}

static ngx_int_t piece_copy(comity_ngx_ctx *ctx, const u_char *bytes, size_t size)
{
    return comity_copy_feed(ctx->copy, bytes, size, NULL) == COMITY_OK ? NGX_OK : NGX_ERROR;
}

static ngx_int_t copy_make(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_flag_t more;
    comity_inspect_hints hints = {.content_type = comity_ngx_header(r, &r->headers_in.headers, "content-type", &more)};
    comity_masking *masking = comity_ngx_inspector_masking(ctx->conf->inspector);
    if (comity_copy_new(masking, ctx->conf->hold, copy_write, ctx, &ctx->copy, NULL) != COMITY_OK ||
        comity_copy_begin(ctx->copy, &hints, NULL) != COMITY_OK || body_each(ctx, piece_copy) != NGX_OK ||
        comity_copy_finish(ctx->copy, NULL) != COMITY_OK) {
        return NGX_ERROR;
    }
    comity_copy_free(ctx->copy);
    ctx->copy = NULL;
    return NGX_OK;
}

/* Puts the masked copy in the body's place. */
static ngx_int_t body_mask(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    if (copy_make(ctx) != NGX_OK) {
        return NGX_ERROR;
    }
    u_char *length = ngx_pnalloc(r->pool, NGX_OFF_T_LEN);
    if (length == NULL) {
        return NGX_ERROR;
    }
    if (ctx->masked != NULL) {
        ngx_chain_t *last = ctx->masked;
        while (last->next != NULL) {
            last = last->next;
        }
        last->buf->last_buf = 1;
    }
    r->request_body->bufs = ctx->masked;
    r->request_body->buf = NULL;
    r->request_body->temp_file = NULL;
    ctx->masked = NULL;
    r->headers_in.content_length_n = ctx->masked_size;
    if (r->headers_in.content_length != NULL) {
        r->headers_in.content_length->value.data = length;
        r->headers_in.content_length->value.len = (size_t)(ngx_sprintf(length, "%O", ctx->masked_size) - length);
    }
    comity_ngx_drop_digests(r);
    return NGX_OK;
}

/* What is to be replaced is replaced before the daemon is asked: the act tells of what will leave. */
static void replace(comity_ngx_ctx *ctx)
{
    comity_gathered gathered;
    comity_gathering_tell(ctx->probe->gathering, &gathered);
    if (!gathered.replaces || (ctx->doubts & COMITY_NGX_UNREADABLE) != 0) {
        return;
    }
    if (ctx->r->headers_in.content_length_n > (off_t)ctx->conf->hold) {
        ctx->doubts |= COMITY_NGX_LARGE;
    } else if (body_mask(ctx) != NGX_OK) {
        ctx->doubts |= COMITY_NGX_UNREADABLE;
    }
}

/* ---- the handler ---- */

static void close_request(comity_ngx_ctx *ctx, ngx_uint_t status)
{
    ctx->state = COMITY_NGX_CLOSED;
    ctx->status = status;
}

/* All of the body is there. */
static void judge_request(comity_ngx_ctx *ctx)
{
    if (!comity_ngx_client_up()) {
        close_request(ctx, NGX_HTTP_SERVICE_UNAVAILABLE);
        return;
    }
    if (look(ctx) != NGX_OK) {
        close_request(ctx, NGX_HTTP_SERVICE_UNAVAILABLE);
        return;
    }
    replace(ctx);
    if (comity_ngx_judge(ctx, COMITY_NGX_REQUEST) != NGX_AGAIN) {
        close_request(ctx, ctx->status);
        return;
    }
    ctx->state = COMITY_NGX_WAITING;
}

static void go_on(ngx_http_request_t *r)
{
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

static void body_read(ngx_http_request_t *r)
{
    comity_ngx_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_comity_module);
    r->preserve_body = 1;
    judge_request(ctx);
    if (ctx->state == COMITY_NGX_WAITING) {
        r->read_event_handler = ngx_http_test_reading; /* a client that goes is noticed */
        r->write_event_handler = ngx_http_request_empty_handler;
        return;
    }
    go_on(r);
}

void comity_ngx_request_judged(comity_ngx_ctx *ctx)
{
    ctx->state = ctx->status == 0 ? COMITY_NGX_OPEN : COMITY_NGX_CLOSED;
    ctx->begun = 0;
    ctx->doubts = 0;
    ctx->r->read_event_handler = ngx_http_block_reading;
    go_on(ctx->r);
}

/* What cannot be looked into as it flows is refused, unless the route says otherwise. */
static ngx_flag_t is_unfit(ngx_http_request_t *r, comity_ngx_conf *conf)
{
    ngx_flag_t more;
    const char *type = comity_ngx_header(r, &r->headers_in.headers, "content-type", &more);
    ngx_flag_t grpc = type != NULL && ngx_strncasecmp((u_char *)type, (u_char *)"application/grpc", 16) == 0;
    return (r->headers_in.upgrade != NULL && (conf->uninspected & COMITY_NGX_UPGRADE) == 0) ||
           (grpc && (conf->uninspected & COMITY_NGX_GRPC) == 0);
}

static ngx_int_t answer(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_int_t status = ngx_http_discard_request_body(r);
    ngx_http_finalize_request(r, status == NGX_OK ? comity_ngx_answer(ctx) : status);
    return NGX_DONE;
}

static ngx_int_t begin(ngx_http_request_t *r, comity_ngx_conf *conf)
{
    comity_ngx_ctx *ctx = comity_ngx_ctx_make(r, conf);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (is_unfit(r, conf)) {
        close_request(ctx, NGX_HTTP_FORBIDDEN);
        return answer(ctx);
    }
    if ((conf->inspect & COMITY_NGX_RESPONSE) != 0 && comity_ngx_drop_range(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if ((conf->inspect & COMITY_NGX_REQUEST) == 0) {
        ctx->state = COMITY_NGX_OPEN;
        return NGX_DECLINED;
    }
    ngx_int_t status = ngx_http_read_client_request_body(r, body_read);
    if (status >= NGX_HTTP_SPECIAL_RESPONSE) {
        ctx->own = 1; /* nginx's own page */
        return status;
    }
    ngx_http_finalize_request(r, NGX_DONE);
    return NGX_DONE;
}

ngx_int_t comity_ngx_request_handler(ngx_http_request_t *r)
{
    comity_ngx_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_comity_module);
    comity_ngx_ctx *ctx = ctx_find(r);
    if ((conf->inspect & (COMITY_NGX_REQUEST | COMITY_NGX_RESPONSE)) == 0) {
        return NGX_DECLINED;
    }
    if (r != r->main) { /* it bears what the main request bears: let through with it or not at all */
        comity_ngx_ctx *main = ngx_http_get_module_ctx(r->main, ngx_http_comity_module);
        return main != NULL && main->state == COMITY_NGX_OPEN ? NGX_DECLINED : NGX_HTTP_FORBIDDEN;
    }
    if (ctx == NULL || (ctx->state == COMITY_NGX_OPEN && ctx->conf != conf)) {
        return begin(r, conf); /* or redirected to a route of its own law */
    }
    ngx_http_set_ctx(r, ctx, ngx_http_comity_module);
    switch (ctx->state) {
    case COMITY_NGX_OPEN:
        return NGX_DECLINED;
    case COMITY_NGX_CLOSED:
        return answer(ctx);
    default:
        return NGX_DONE;
    }
}

ngx_int_t comity_ngx_request_init(void)
{
    next_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = comity_ngx_request_filter;
    return NGX_OK;
}
