/* Requests: held until all of the body is there, looked into, judged, and only then handed
 * on, as they came or masked. A body larger than nginx keeps in memory lies in nginx's own
 * file meanwhile, so that memory is bounded whatever its size, and is looked into there by a
 * thread while more comes. */
#include "comity_module.h"

#include <sys/random.h>

enum {
    PIECE_SIZE = 65536,
    TAIL_SIZE = 262144, /* so much of a large body is looked into at once, while more comes */
    AHEAD_MAX = 32      /* so many at a time: each has working memories until it ends, however slowly it comes */
};

static ngx_http_request_body_filter_pt next_filter;

static ngx_uint_t ahead_count;

static void look(comity_ngx_ctx *ctx);

/* ---- contexts ---- */

static void ahead_end(comity_ngx_ctx *ctx)
{
    ahead_count -= ctx->ahead;
    ctx->ahead = 0;
}

static void ctx_end(void *data)
{
    comity_ngx_ctx *ctx = data;
    comity_ngx_client_forget(ctx);
    ahead_end(ctx);
    comity_ngx_probe_give(ctx->probe);
    comity_copy_free(ctx->copy);
    comity_ngx_output_free(&ctx->output);
    ctx->probe = NULL;
    ctx->copy = NULL;
}

/* Of an internal redirect the request's contexts are forgotten; ours is found again by its cleanup. */
comity_ngx_ctx *comity_ngx_ctx_find(ngx_http_request_t *r)
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
    ctx->type = comity_ngx_header(r, &r->headers_in.headers, "content-type", &more_types);
    ctx->encoding = comity_ngx_encoding(r, &r->headers_in.headers, &more_encodings);
    ctx->probe = comity_ngx_probe_take(ctx->conf->inspector, ngx_cycle->log);
    if (ctx->probe == NULL) {
        return 0;
    }
    /* in what is compressed nothing can be replaced: what is found in it counts */
    comity_gathering_input(ctx->probe->gathering,
                           ctx->encoding != NULL || ((ctx->conf->doubts & COMITY_NGX_LARGE) != 0 &&
                                                     r->headers_in.content_length_n > (off_t)ctx->conf->hold));
    comity_ngx_probe_begin(ctx, ctx->type, ctx->encoding);
    if (more_types || more_encodings) {
        ctx->doubts |= COMITY_NGX_UNREADABLE;
    }
    ctx->begun = 1;
    return 1;
}

typedef ngx_int_t piece_function(comity_ngx_ctx *ctx, const u_char *bytes, size_t size);

/* Gives bytes of a file, piece by piece. nginx's own reading would move the place where it writes. */
static ngx_int_t file_each(comity_ngx_ctx *ctx, ngx_fd_t fd, off_t from, off_t to, piece_function *take)
{
    ngx_int_t status = NGX_OK;
    u_char *bytes = malloc(PIECE_SIZE);
    while (status == NGX_OK && from < to) {
        size_t size = to - from < (off_t)PIECE_SIZE ? (size_t)(to - from) : (size_t)PIECE_SIZE;
        ssize_t got = bytes == NULL ? -1 : pread(fd, bytes, size, from);
        if (got < 0 && bytes != NULL && errno == EINTR) {
            continue;
        }
        status = got <= 0 ? NGX_ERROR : take(ctx, bytes, (size_t)got);
        from += got;
    }
    free(bytes);
    return status;
}

/* Gives the body from byte `from` on. */
static ngx_int_t body_each(comity_ngx_ctx *ctx, off_t from, piece_function *take)
{
    ngx_int_t status = NGX_OK;
    for (ngx_chain_t *link = ctx->r->request_body->bufs; link != NULL && status == NGX_OK; link = link->next) {
        ngx_buf_t *buf = link->buf;
        off_t size = ngx_buf_size(buf);
        off_t skipped = from < size ? from : size;
        from -= skipped;
        if (ngx_buf_in_memory(buf)) {
            status = take(ctx, buf->pos + skipped, (size_t)(size - skipped));
        } else if (buf->in_file) {
            status = file_each(ctx, buf->file->fd, buf->file_pos + skipped, buf->file_last, take);
        }
    }
    return status;
}

static ngx_int_t piece_look(comity_ngx_ctx *ctx, const u_char *bytes, size_t size)
{
    comity_ngx_probe_feed(ctx, bytes, size);
    return NGX_OK;
}

/* ---- large bodies, as they come ---- */

static void look_on(comity_ngx_ctx *ctx)
{
    ngx_fd_t fd = ctx->r->request_body->temp_file->file.fd;
    ctx->failed |= file_each(ctx, fd, ctx->looked, ctx->written, piece_look) != NGX_OK;
}

static void looked_on(comity_ngx_ctx *ctx)
{
    ctx->looked = ctx->written;
    if (ctx->complete) {
        look(ctx);
    }
}

/* Whether what is found can be replaced depends on the length, which is known at the end only. */
static ngx_flag_t waits_for_length(comity_ngx_ctx *ctx)
{
    return ctx->r->headers_in.chunked && (ctx->conf->doubts & COMITY_NGX_LARGE) != 0 &&
           comity_ngx_inspector_masking(ctx->conf->inspector) != NULL;
}

/* Into others it is looked once all of them has come. */
static ngx_int_t ahead_begin(comity_ngx_ctx *ctx)
{
    if (ahead_count == AHEAD_MAX) {
        return NGX_DECLINED;
    }
    ctx->ahead = 1;
    ahead_count++;
    return body_begin(ctx) ? NGX_OK : NGX_ERROR;
}

/* What nginx has put into its file is looked into while more comes. */
ngx_int_t comity_ngx_request_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    comity_ngx_ctx *ctx = r == r->main ? ngx_http_get_module_ctx(r, ngx_http_comity_module) : NULL;
    ngx_int_t status = next_filter(r, in);
    if (status != NGX_OK || ctx == NULL || ctx->state != COMITY_NGX_READING || ctx->working || ctx->complete ||
        (ctx->conf->inspect & COMITY_NGX_REQUEST) == 0 || r->request_body->temp_file == NULL ||
        r->request_body->temp_file->offset - ctx->looked < (off_t)TAIL_SIZE || waits_for_length(ctx)) {
        return status;
    }
    status = ctx->begun ? NGX_OK : ahead_begin(ctx);
    if (status != NGX_OK) {
        return status == NGX_DECLINED ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ctx->written = r->request_body->temp_file->offset;
    if (comity_ngx_work(ctx, 1, look_on, looked_on) == NGX_OK) {
        looked_on(ctx);
    }
    return NGX_OK;
}

/* ---- masking ---- */

static ngx_int_t piece_copy(comity_ngx_ctx *ctx, const u_char *bytes, size_t size)
{
    return comity_copy_feed(ctx->copy, bytes, size, NULL) == COMITY_OK ? NGX_OK : NGX_ERROR;
}

static ngx_int_t copy_make(comity_ngx_ctx *ctx)
{
    comity_inspect_hints hints = {.content_type = ctx->type};
    comity_masking *masking = comity_ngx_inspector_masking(ctx->conf->inspector);
    ctx->copying =
        comity_copy_new(masking, ctx->conf->hold, comity_ngx_output_write, ctx, &ctx->copy, NULL) == COMITY_OK &&
        comity_copy_begin(ctx->copy, &hints, NULL) == COMITY_OK && body_each(ctx, 0, piece_copy) == NGX_OK &&
        comity_copy_finish(ctx->copy, NULL) == COMITY_OK;
    comity_copy_free(ctx->copy);
    ctx->copy = NULL;
    return ctx->copying ? NGX_OK : NGX_ERROR;
}

/* What is to be replaced is replaced before the daemon is asked: the act tells of what will leave. */
static void replace(comity_ngx_ctx *ctx)
{
    comity_gathered gathered;
    comity_gathering_tell(ctx->probe->gathering, &gathered);
    if (!gathered.replaces || gathered.refuses || (ctx->doubts & COMITY_NGX_UNREADABLE) != 0) {
        return;
    }
    if (ctx->r->headers_in.content_length_n > (off_t)ctx->conf->hold) {
        ctx->doubts |= COMITY_NGX_LARGE;
    } else if (copy_make(ctx) != NGX_OK) {
        ctx->doubts |= COMITY_NGX_UNREADABLE;
    }
}

/* Variables of a body that is no more what it was: one that a configuration has read already would still tell of it. */
static ngx_str_t variable_names[] = {ngx_string("content_length"), ngx_string("http_content_length"),
                                     ngx_string("request_body"), ngx_string("request_body_file")};
static ngx_int_t variable_indexes[sizeof variable_names / sizeof variable_names[0]];

ngx_int_t comity_ngx_request_variables(ngx_conf_t *cf)
{
    for (size_t i = 0; i < sizeof variable_names / sizeof variable_names[0]; i++) {
        variable_indexes[i] = ngx_http_get_variable_index(cf, &variable_names[i]);
        if (variable_indexes[i] == NGX_ERROR) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

static void variables_forget(ngx_http_request_t *r)
{
    for (size_t i = 0; i < sizeof variable_indexes / sizeof variable_indexes[0]; i++) {
        r->variables[variable_indexes[i]].valid = 0;
        r->variables[variable_indexes[i]].not_found = 0;
    }
}

/* Puts the masked copy in the body's place. */
static ngx_int_t body_mask(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_chain_t *link = ngx_alloc_chain_link(r->pool);
    ngx_buf_t *buf = ngx_calloc_buf(r->pool);
    u_char *length = ngx_pnalloc(r->pool, NGX_OFF_T_LEN);
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, 0);
    if (link == NULL || buf == NULL || length == NULL || cleanup == NULL) {
        return NGX_ERROR;
    }
    cleanup->handler = free;
    cleanup->data = ctx->output.bytes;
    buf->start = ctx->output.bytes;
    buf->pos = buf->start;
    buf->last = buf->pos + ctx->output.size;
    buf->end = buf->last;
    buf->memory = ctx->output.size != 0;
    buf->last_buf = 1;
    link->buf = buf;
    link->next = NULL;
    r->request_body->bufs = ctx->output.size == 0 ? NULL : link;
    r->request_body->buf = NULL;
    r->request_body->temp_file = NULL;
    r->headers_in.content_length_n = (off_t)ctx->output.size;
    if (r->headers_in.content_length != NULL) {
        r->headers_in.content_length->value.data = length;
        r->headers_in.content_length->value.len = (size_t)(ngx_sprintf(length, "%uz", ctx->output.size) - length);
    }
    comity_ngx_drop_digests(r);
    variables_forget(r);
    ctx->copying = 0; /* these are the response's from now on */
    ngx_memzero(&ctx->output, sizeof ctx->output);
    return NGX_OK;
}

/* ---- the handler ---- */

static void close_request(comity_ngx_ctx *ctx, ngx_uint_t status)
{
    ctx->state = COMITY_NGX_CLOSED;
    ctx->status = status;
}

static void go_on(ngx_http_request_t *r)
{
    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

/* All of the body has been looked into: the head, and then the daemon is asked. */
static ngx_int_t judge(comity_ngx_ctx *ctx)
{
    ngx_uint_t doubts = ctx->doubts;
    if (ctx->probe == NULL) {
        ctx->probe = comity_ngx_probe_take(ctx->conf->inspector, ngx_cycle->log);
    }
    ctx->doubts &= ~(ngx_uint_t)COMITY_NGX_UNREADABLE; /* the head is looked at all the same */
    ctx->status = NGX_HTTP_SERVICE_UNAVAILABLE;
    if (ctx->failed || ctx->probe == NULL || comity_ngx_head_request(ctx) != NGX_OK ||
        (ctx->copying && body_mask(ctx) != NGX_OK)) {
        return NGX_ERROR;
    }
    ctx->doubts |= doubts;
    return comity_ngx_judge(ctx, COMITY_NGX_REQUEST);
}

static void look_at_body(comity_ngx_ctx *ctx)
{
    ctx->failed |= body_each(ctx, ctx->looked, piece_look) != NGX_OK;
    comity_ngx_probe_finish(ctx);
    if (!ctx->failed) {
        replace(ctx);
    }
}

static void looked_at_body(comity_ngx_ctx *ctx)
{
    if (judge(ctx) == NGX_AGAIN) {
        ctx->state = COMITY_NGX_WAITING;
        return;
    }
    close_request(ctx, ctx->status);
    go_on(ctx->r);
}

/* All of the body is there, and no thread looks at it. */
static void look(comity_ngx_ctx *ctx)
{
    ngx_chain_t *bufs = ctx->r->request_body == NULL ? NULL : ctx->r->request_body->bufs;
    ngx_flag_t is_long;
    if (!comity_ngx_client_up() || (bufs != NULL && !ctx->begun && !body_begin(ctx))) {
        close_request(ctx, NGX_HTTP_SERVICE_UNAVAILABLE);
        go_on(ctx->r);
        return;
    }
    ctx->state = COMITY_NGX_LOOKING;
    if (bufs == NULL) {
        looked_at_body(ctx);
        return;
    }
    is_long = bufs->buf->in_file || comity_ngx_work_is_long(ctx, bufs->buf->pos, (size_t)ngx_buf_size(bufs->buf),
                                                            comity_ngx_chain_size(bufs));
    if (comity_ngx_work(ctx, is_long, look_at_body, looked_at_body) == NGX_OK) {
        looked_at_body(ctx);
    }
}

static void body_read(ngx_http_request_t *r)
{
    comity_ngx_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_comity_module);
    r->preserve_body = 1;
    r->read_event_handler = ngx_http_test_reading; /* a client that goes is noticed */
    r->write_event_handler = ngx_http_request_empty_handler;
    ctx->complete = 1;
    ahead_end(ctx);
    if (!ctx->working) {
        look(ctx);
    }
}

void comity_ngx_request_judged(comity_ngx_ctx *ctx)
{
    ctx->state = ctx->status == 0 ? COMITY_NGX_OPEN : COMITY_NGX_CLOSED;
    ctx->begun = 0;
    ctx->doubts = 0;
    go_on(ctx->r);
}

/* Of gRPC nobody can wait for the end: an answer may come before it. So the head is judged alone, and the body left to
 * whoever takes it next. */
static ngx_int_t judge_head(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    r->write_event_handler = ngx_http_request_empty_handler;
    r->main->count++; /* as reading a body does */
    look(ctx);
    ngx_http_finalize_request(r, NGX_DONE);
    return NGX_DONE;
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
    ngx_flag_t more;
    const char *type = comity_ngx_header(r, &r->headers_in.headers, "content-type", &more);
    ngx_flag_t grpc = type != NULL && comity_ngx_is_grpc((const u_char *)type, ngx_strlen(type));
    if ((r->headers_in.upgrade != NULL && (conf->uninspected & COMITY_NGX_UPGRADE) == 0) ||
        (grpc && (conf->uninspected & COMITY_NGX_GRPC) == 0)) { /* it cannot be looked into as it flows */
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
    ctx->flows = (grpc || r->headers_in.upgrade != NULL) & 1;
    if (grpc) {
        return judge_head(ctx);
    }
    ngx_int_t status = ngx_http_read_client_request_body(r, body_read);
    if (status >= NGX_HTTP_SPECIAL_RESPONSE) {
        ctx->own = 1; /* nginx's own page */
        return status;
    }
    ngx_http_finalize_request(r, NGX_DONE);
    return NGX_DONE;
}

/* It bears what the main request bears, and is let through with it: where it has been judged as it would be here, by
 * the same acts and looked at alike. */
static ngx_int_t subrequest(ngx_http_request_t *r, comity_ngx_conf *conf)
{
    comity_ngx_ctx *main = ngx_http_get_module_ctx(r->main, ngx_http_comity_module);
    if (main == NULL || main->state != COMITY_NGX_OPEN) {
        return NGX_HTTP_FORBIDDEN;
    }
    if ((conf->inspect & COMITY_NGX_REQUEST) == 0 ||
        ((main->conf->inspect & COMITY_NGX_REQUEST) != 0 && main->conf->acts == conf->acts &&
         main->conf->inspector == conf->inspector)) {
        return NGX_DECLINED;
    }
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "comity: a subrequest leads to a route that is inspected otherwise than its main request's");
    return NGX_HTTP_FORBIDDEN;
}

/* `X-Accel-Redirect` is what an upstream says. */
static ngx_flag_t is_redirected(comity_ngx_ctx *ctx, ngx_http_request_t *r)
{
    return (ctx->conf->inspect & COMITY_NGX_REQUEST) != 0 &&
           (comity_ngx_is_other(&ctx->uri, &r->uri) || comity_ngx_is_other(&ctx->args, &r->args));
}

ngx_int_t comity_ngx_request_handler(ngx_http_request_t *r)
{
    comity_ngx_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_comity_module);
    comity_ngx_ctx *ctx = comity_ngx_ctx_find(r);
    if ((conf->inspect & (COMITY_NGX_REQUEST | COMITY_NGX_RESPONSE)) == 0) {
        return NGX_DECLINED;
    }
    if (r != r->main) {
        return subrequest(r, conf);
    }
    if (ctx == NULL || (ctx->state == COMITY_NGX_OPEN && (ctx->conf != conf || is_redirected(ctx, r)))) {
        return begin(r, conf); /* or redirected to a route of its own law, or with words that were not looked into */
    }
    ngx_http_set_ctx(r, ctx, ngx_http_comity_module);
    switch (ctx->state) {
    case COMITY_NGX_OPEN:
        return NGX_DECLINED;
    case COMITY_NGX_CLOSED:
        return answer(ctx);
    case COMITY_NGX_READING: /* the body could not be read, and a page of ours is to tell so: nginx's own does */
        ctx->own = 1;
        return r->err_status >= NGX_HTTP_SPECIAL_RESPONSE ? (ngx_int_t)r->err_status : NGX_HTTP_BAD_REQUEST;
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
