/* Responses: their head is held until the first judgement. What comes is looked into and
 * held; at the end, or a segment's length on, the daemon is asked, and what no later byte
 * can make part of a finding is released. A response that is no longer than a segment is
 * judged as a whole. Once the head is out, a refusal breaks the connection. */
#include "comity_module.h"

enum { PIECE_SIZE = 32768 };

static ngx_http_output_header_filter_pt next_header_filter;
static ngx_http_output_body_filter_pt next_body_filter;

static ngx_int_t pump(comity_ngx_ctx *ctx);

/* ---- pieces ---- */

/* Copies bytes to the end of a chain, in buffers that are used again. */
static ngx_int_t chain_put(comity_ngx_ctx *ctx, ngx_chain_t **chain, const u_char *bytes, size_t size)
{
    ngx_pool_t *pool = ctx->r->pool;
    while (*chain != NULL && (*chain)->next != NULL) {
        chain = &(*chain)->next;
    }
    while (size != 0) {
        ngx_buf_t *buf = *chain == NULL ? NULL : (*chain)->buf;
        if (buf == NULL || buf->last == buf->end) {
            chain = *chain == NULL ? chain : &(*chain)->next;
            *chain = ngx_chain_get_free_buf(pool, &ctx->free);
            if (*chain == NULL) {
                return NGX_ERROR;
            }
            buf = (*chain)->buf;
            if (buf->start == NULL) {
                buf->start = ngx_palloc(pool, PIECE_SIZE);
                buf->end = buf->start == NULL ? NULL : buf->start + PIECE_SIZE;
            }
            if (buf->start == NULL) {
                return NGX_ERROR;
            }
            buf->pos = buf->start;
            buf->last = buf->start;
            buf->temporary = 1;
            buf->tag = (ngx_buf_tag_t)&ngx_http_comity_module;
            buf->last_buf = 0;
            buf->flush = 0;
        }
        size_t n = (size_t)(buf->end - buf->last) < size ? (size_t)(buf->end - buf->last) : size;
        buf->last = ngx_cpymem(buf->last, bytes, n);
        bytes += n;
        size -= n;
    }
    return NGX_OK;
}

static comity_status copy_write(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    comity_ngx_ctx *ctx = context;
    ctx->masked_size += (off_t)size;
    if (chain_put(ctx, &ctx->masked, bytes, size) != NGX_OK) {
        reterr->code = COMITY_ERROR_MEMORY;
        return COMITY_ERROR_MEMORY;
    }
    return COMITY_OK;
}

static size_t chain_size(ngx_chain_t *chain)
{
    size_t size = 0;
    for (; chain != NULL; chain = chain->next) {
        size += (size_t)ngx_buf_size(chain->buf);
    }
    return size;
}

static void chain_free(comity_ngx_ctx *ctx, ngx_chain_t **chain)
{
    while (*chain != NULL) {
        ngx_chain_t *link = *chain;
        *chain = link->next;
        link->buf->pos = link->buf->start;
        link->buf->last = link->buf->start;
        link->next = ctx->free;
        ctx->free = link;
    }
}

/* ---- heads ---- */

static const char *hint(comity_ngx_ctx *ctx, const char *name)
{
    ngx_flag_t more;
    const char *value = comity_ngx_header(ctx->r, &ctx->r->headers_out.headers, name, &more);
    if (more) {
        ctx->doubts |= COMITY_NGX_UNREADABLE;
    }
    return value;
}

static void header_hide(ngx_http_request_t *r, const char *name)
{
    for (ngx_list_part_t *part = &r->headers_out.headers.part; part != NULL; part = part->next) {
        ngx_table_elt_t *headers = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (headers[i].key.len == ngx_strlen(name) &&
                ngx_strncasecmp(headers[i].key.data, (u_char *)name, headers[i].key.len) == 0) {
                headers[i].hash = 0;
            }
        }
    }
}

/* The head as it may go: judged once, it is nobody's to keep; masked, its digests and length are void. */
static ngx_int_t head_send(comity_ngx_ctx *ctx)
{
    static const char *const digests[] = {"content-digest", "repr-digest", "digest", "content-md5", "etag"};
    ngx_http_request_t *r = ctx->r;
    ngx_str_t private = ngx_string("private, no-store");
    header_hide(r, "cache-control");
    header_hide(r, "expires");
    ngx_http_clear_accept_ranges(r);
    if (ctx->copying) {
        ngx_http_clear_content_length(r);
        ngx_http_clear_etag(r);
        for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
            header_hide(r, digests[i]);
        }
        if (ctx->finished) {
            r->headers_out.content_length_n = ctx->masked_size;
        }
    }
    ctx->sent = 1;
    return comity_ngx_header_add(r, "Cache-Control", &private) == NGX_OK ? next_header_filter(r) : NGX_ERROR;
}

/* Our answer in the response's place. What the upstream still sends is passed over. */
static ngx_int_t refuse(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ctx->response_state = COMITY_NGX_CLOSED;
    r->buffered &= (unsigned)~COMITY_NGX_BUFFERED & 0xf;
    ngx_buf_t *buf = comity_ngx_answer_make(ctx);
    ngx_chain_t out = {.buf = buf, .next = NULL};
    if (buf == NULL) {
        return NGX_ERROR;
    }
    ctx->sent = 1;
    ngx_int_t status = next_header_filter(r);
    return status == NGX_ERROR || status > NGX_OK || r->header_only ? status : next_body_filter(r, &out);
}

/* ---- judging ---- */

/* All that was looked at goes through a copy from now on. */
static ngx_int_t copy_begin(comity_ngx_ctx *ctx)
{
    comity_error error;
    comity_inspect_hints hints = {.content_type = hint(ctx, "content-type")};
    char type[256];
    if (ctx->r->headers_out.content_type.len != 0 && ctx->r->headers_out.content_type.len < sizeof type) {
        ngx_cpystrn((u_char *)type, ctx->r->headers_out.content_type.data, ctx->r->headers_out.content_type.len + 1);
        hints.content_type = type;
    }
    ctx->copying = 1;
    if (comity_copy_new(comity_ngx_inspector_masking(ctx->conf->inspector), ctx->conf->hold, copy_write, ctx, &ctx->copy,
                        &error) != COMITY_OK ||
        comity_copy_begin(ctx->copy, &hints, &error) != COMITY_OK) {
        return NGX_ERROR;
    }
    for (ngx_chain_t *link = ctx->held; link != NULL; link = link->next) {
        if (comity_copy_feed(ctx->copy, link->buf->pos, (size_t)(link->buf->last - link->buf->pos), &error) != COMITY_OK) {
            return NGX_ERROR;
        }
    }
    chain_free(ctx, &ctx->held);
    return NGX_OK;
}

/* Before the daemon is asked: what is to be replaced is, as far as it can be told. */
static void replace(comity_ngx_ctx *ctx)
{
    comity_gathered gathered;
    ngx_flag_t fails = 0;
    comity_gathering_tell(ctx->probe->gathering, &gathered);
    if ((ctx->doubts & COMITY_NGX_UNREADABLE) != 0 || comity_ngx_inspector_masking(ctx->conf->inspector) == NULL ||
        ctx->r->header_only) {
        return;
    }
    if (!ctx->copying && (gathered.replaces || !ctx->finished) && !ctx->fixed) {
        fails = copy_begin(ctx) != NGX_OK;
    }
    if (ctx->copying && ctx->finished && !fails) {
        comity_error error;
        fails = comity_copy_finish(ctx->copy, &error) != COMITY_OK;
    }
    ctx->doubts |= fails ? COMITY_NGX_UNREADABLE : 0;
}

/* Asks. NGX_OK: it waits; NGX_ERROR: it is closed. */
static ngx_int_t ask(comity_ngx_ctx *ctx)
{
    ctx->since = 0;
    if (!comity_ngx_client_up()) {
        ctx->status = NGX_HTTP_SERVICE_UNAVAILABLE;
        return NGX_ERROR;
    }
    replace(ctx);
    if (chain_size(ctx->held) > ctx->conf->hold) {
        ctx->doubts |= COMITY_NGX_LARGE;
    }
    if (comity_ngx_judge(ctx, COMITY_NGX_RESPONSE) != NGX_AGAIN) {
        return NGX_ERROR;
    }
    ctx->response_state = COMITY_NGX_WAITING;
    ctx->r->buffered |= COMITY_NGX_BUFFERED;
    return NGX_OK;
}

/* Moves what is settled from what is held to what may go. */
static void release(comity_ngx_ctx *ctx)
{
    off_t settled = ctx->finished || (ctx->doubts & COMITY_NGX_UNREADABLE) != 0
                        ? ctx->seen
                        : (off_t)comity_inspect_settled(ctx->probe->inspection);
    ngx_chain_t **from = ctx->copying ? &ctx->masked : &ctx->held;
    ngx_chain_t **last = &ctx->out;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    while (*from != NULL && (ctx->copying || ctx->released < settled)) {
        ngx_chain_t *link = *from;
        off_t size = ngx_buf_size(link->buf);
        if (!ctx->copying && size > settled - ctx->released) { /* the rest stays */
            off_t part = settled - ctx->released;
            if (chain_put(ctx, last, link->buf->pos, (size_t)part) == NGX_OK) {
                link->buf->pos += part;
                ctx->released += part;
            }
            return;
        }
        ctx->released += size;
        *from = link->next;
        link->next = NULL;
        *last = link;
        last = &link->next;
    }
}

/* ---- flow ---- */

/* Sends what may go, and the end behind the last of it. */
static ngx_int_t flush(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_chain_t *out = ctx->out;
    ngx_chain_t end;
    ngx_chain_t **last = &out;
    ngx_flag_t ends = ctx->response_state == COMITY_NGX_OPEN && ctx->last && !ctx->ended;
    if (out == NULL && !ends) {
        return r->connection->buffered || ctx->busy != NULL ? next_body_filter(r, NULL) : NGX_OK;
    }
    while (*last != NULL) {
        (*last)->buf->flush = 1;
        last = &(*last)->next;
    }
    if (ends) {
        end.buf = ngx_calloc_buf(r->pool);
        end.next = NULL;
        if (end.buf == NULL) {
            return NGX_ERROR;
        }
        end.buf->last_buf = 1;
        end.buf->last_in_chain = 1;
        *last = &end;
        ctx->ended = 1;
    }
    ngx_int_t status = next_body_filter(r, out);
    if (out == &end) {
        ctx->out = NULL;
    } else {
        for (last = &ctx->out; *last != NULL; last = &(*last)->next) {
            if (*last == &end) {
                *last = NULL;
                break;
            }
        }
    }
    ngx_chain_update_chains(r->pool, &ctx->free, &ctx->busy, &ctx->out, (ngx_buf_tag_t)&ngx_http_comity_module);
    return status;
}

/* Looks at one buffer, up to the segment's end. */
static ngx_int_t take(comity_ngx_ctx *ctx, ngx_buf_t *buf)
{
    size_t size = ngx_buf_in_memory(buf) ? (size_t)(buf->last - buf->pos) : 0;
    size_t room = ctx->conf->segment > ctx->since ? ctx->conf->segment - ctx->since : 0;
    if (!ngx_buf_special(buf) && !ngx_buf_in_memory(buf)) {
        return NGX_ERROR; /* it was asked for in memory */
    }
    size = size < room ? size : room;
    comity_ngx_probe_feed(ctx, buf->pos, size);
    if (ctx->copying) {
        comity_error error;
        if (comity_copy_feed(ctx->copy, buf->pos, size, &error) != COMITY_OK) {
            ctx->doubts |= COMITY_NGX_UNREADABLE;
        }
    } else if (chain_put(ctx, &ctx->held, buf->pos, size) != NGX_OK) {
        return NGX_ERROR;
    }
    buf->pos += size;
    if (!ngx_buf_in_memory(buf) || buf->pos == buf->last) {
        buf->file_pos = buf->file_last;
    }
    ctx->seen += (off_t)size;
    ctx->since += size;
    return NGX_OK;
}

/* Takes what there is until the daemon must be asked. */
static ngx_int_t take_all(comity_ngx_ctx *ctx)
{
    while (ctx->in != NULL && ctx->response_state == COMITY_NGX_READING && ctx->since < ctx->conf->segment &&
           chain_size(ctx->busy) < ctx->conf->hold) {
        ngx_chain_t *link = ctx->in;
        ngx_flag_t flushes = link->buf->flush && ctx->events;
        if (take(ctx, link->buf) != NGX_OK) {
            return NGX_ERROR;
        }
        if (ngx_buf_in_memory(link->buf) && link->buf->pos < link->buf->last) {
            break;
        }
        ctx->last |= link->buf->last_buf;
        ctx->in = link->next;
        ngx_free_chain(ctx->r->pool, link);
        if (flushes && ctx->since != 0) {
            return ask(ctx);
        }
    }
    if (ctx->response_state != COMITY_NGX_READING) {
        return NGX_OK;
    }
    if (ctx->last && ctx->in == NULL && !ctx->finished) {
        comity_ngx_probe_finish(ctx);
        ctx->finished = 1;
        return ask(ctx);
    }
    return ctx->since >= ctx->conf->segment ? ask(ctx) : NGX_OK;
}

/* Closed: before the head is out with our answer, else by breaking off. */
static ngx_int_t close_response(comity_ngx_ctx *ctx)
{
    if (!ctx->sent) {
        return refuse(ctx);
    }
    ctx->response_state = COMITY_NGX_CLOSED;
    ctx->r->buffered &= (unsigned)~COMITY_NGX_BUFFERED & 0xf;
    ctx->r->connection->error = 1;
    return NGX_ERROR;
}

static ngx_int_t pump(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_int_t status = NGX_OK;
    if (ctx->response_state == COMITY_NGX_READING && take_all(ctx) != NGX_OK) {
        ctx->status = ctx->status == 0 ? NGX_HTTP_SERVICE_UNAVAILABLE : ctx->status;
        return close_response(ctx);
    }
    if (ctx->sent) {
        status = flush(ctx);
    }
    ngx_flag_t holds = ctx->response_state == COMITY_NGX_WAITING || ctx->in != NULL || ctx->out != NULL || ctx->busy != NULL ||
                       (ctx->last && !ctx->ended && !r->header_only);
    r->buffered = (holds ? r->buffered | COMITY_NGX_BUFFERED : r->buffered & (unsigned)~COMITY_NGX_BUFFERED) & 0xf;
    return status == NGX_OK && holds ? NGX_AGAIN : status;
}

void comity_ngx_response_judged(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_int_t status;
    if (ctx->status != 0) {
        status = close_response(ctx);
    } else {
        ctx->response_state = ctx->finished ? COMITY_NGX_OPEN : COMITY_NGX_READING;
        status = ctx->sent ? NGX_OK : head_send(ctx);
        release(ctx);
        if (r->header_only) {
            r->buffered &= (unsigned)~COMITY_NGX_BUFFERED & 0xf;
        } else if (status == NGX_OK) {
            status = pump(ctx);
        }
    }
    if (status == NGX_ERROR || r->connection->error) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }
    r->write_event_handler(r);
}

/* ---- filters ---- */

static ngx_flag_t is_inspected(ngx_http_request_t *r)
{
    comity_ngx_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_comity_module);
    return (conf->inspect & COMITY_NGX_RESPONSE) != 0;
}

/* Parts of a page that subrequests make would go past us: they are refused. */
static ngx_int_t subrequest_header(ngx_http_request_t *r)
{
    if ((!is_inspected(r) && !is_inspected(r->main)) || r->subrequest_in_memory || r->header_only || r->background) {
        return next_header_filter(r);
    }
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "comity: an inspected route cannot be put together from subrequests");
    return NGX_ERROR;
}

static ngx_int_t response_begin(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    char type[256];
    const char *encoding = hint(ctx, "content-encoding");
    ngx_str_t *content_type = &r->headers_out.content_type;
    size_t size = content_type->len < sizeof type - 1 ? content_type->len : sizeof type - 1;
    ngx_memcpy(type, content_type->data, size);
    type[size] = '\0';
    ctx->events = ngx_strncasecmp((u_char *)type, (u_char *)"text/event-stream", 17) == 0;
    ctx->fixed = encoding != NULL;
    ctx->probe = comity_ngx_probe_take(ctx->conf->inspector, ngx_cycle->log);
    if (ctx->probe == NULL || comity_ngx_head_response(ctx) != NGX_OK) {
        return NGX_ERROR;
    }
    comity_gathering_input(ctx->probe->gathering, ctx->fixed);
    comity_ngx_probe_begin(ctx, type[0] == '\0' ? NULL : type, encoding);
    return NGX_OK;
}

static ngx_int_t header_filter(ngx_http_request_t *r)
{
    comity_ngx_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_comity_module);
    comity_ngx_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_comity_module);
    if (r != r->main) {
        return subrequest_header(r);
    }
    if (!is_inspected(r) || (ctx != NULL && (ctx->own || ctx->sent))) {
        return next_header_filter(r);
    }
    if (ctx == NULL && (ctx = comity_ngx_ctx_make(r, conf)) == NULL) {
        return NGX_ERROR;
    }
    if (r->headers_out.status == NGX_HTTP_SWITCHING_PROTOCOLS && (conf->uninspected & COMITY_NGX_UPGRADE) != 0) {
        ctx->passes = 1;
        return next_header_filter(r);
    }
    if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT || r->headers_out.status == NGX_HTTP_SWITCHING_PROTOCOLS) {
        ctx->status = NGX_HTTP_BAD_GATEWAY;
        return refuse(ctx);
    }
    r->main_filter_need_in_memory = 1;
    r->filter_need_in_memory = 1;
    r->allow_ranges = 0;
    if (!comity_ngx_client_up() || response_begin(ctx) != NGX_OK) {
        ctx->status = NGX_HTTP_SERVICE_UNAVAILABLE;
        return refuse(ctx);
    }
    if (r->method == NGX_HTTP_HEAD || r->headers_out.status == NGX_HTTP_NO_CONTENT ||
        r->headers_out.status == NGX_HTTP_NOT_MODIFIED) {
        r->header_only = 1;
        ctx->finished = 1;
        return ask(ctx) == NGX_OK ? NGX_OK : refuse(ctx);
    }
    return NGX_OK;
}

static ngx_int_t body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    comity_ngx_ctx *ctx = r == r->main ? ngx_http_get_module_ctx(r, ngx_http_comity_module) : NULL;
    if (ctx == NULL || !is_inspected(r) || ctx->own || ctx->passes) {
        return next_body_filter(r, in);
    }
    if (ctx->response_state == COMITY_NGX_CLOSED) {
        for (; in != NULL; in = in->next) {
            in->buf->pos = in->buf->last;
            in->buf->file_pos = in->buf->file_last;
        }
        return next_body_filter(r, NULL);
    }
    if (in != NULL && ngx_chain_add_copy(r->pool, &ctx->in, in) != NGX_OK) {
        return NGX_ERROR;
    }
    return r->header_only ? NGX_OK : pump(ctx);
}

ngx_int_t comity_ngx_response_init(void)
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
    next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = body_filter;
    return NGX_OK;
}
