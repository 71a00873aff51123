/* Responses: their head is held until something of them may go. What comes is looked into and
 * held; at the end, or a segment's length on, the daemon is asked, and what no later byte
 * can make part of a finding is released. A response that is no longer than a segment is
 * judged as a whole. Once the head is out, a refusal breaks the connection. */
#include "comity_module.h"

enum { PIECE_SIZE = 32768 };

static ngx_http_output_header_filter_pt next_header_filter;
static ngx_http_output_body_filter_pt next_body_filter;

static ngx_int_t close_response(comity_ngx_ctx *ctx);
static void go_on(comity_ngx_ctx *ctx, ngx_int_t status);

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

/* Our answer in the response's place. What little the upstream still sends is passed over; for what is long, or ends
 * nobody knows when, nobody waits: the connection ends behind our answer, and with it the upstream's. */
static ngx_int_t refuse(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_flag_t is_short = r->headers_out.content_length_n >= 0 && r->headers_out.content_length_n <= (off_t)ctx->conf->hold;
    if (!ctx->last && !r->header_only && !is_short) {
        ctx->breaks = 1;
        r->keepalive = 0;
    }
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

/* Our answer is out, and there is nothing more to wait for. */
static ngx_flag_t may_break(comity_ngx_ctx *ctx)
{
    return ctx->breaks && !ctx->r->connection->buffered && ctx->r->out == NULL;
}

/* ---- judging ---- */

/* All goes through a copy from now on. */
static ngx_int_t copy_begin(comity_ngx_ctx *ctx)
{
    ctx->copying = 1;
    return comity_copy_new(comity_ngx_inspector_masking(ctx->conf->inspector), ctx->conf->hold, comity_ngx_output_write,
                           ctx, &ctx->copy, NULL) == COMITY_OK
               ? NGX_OK
               : NGX_ERROR;
}

/* What was taken goes through the copy; a message that ends is an input of its own, as for the probe. */
static ngx_int_t copy_go_on(comity_ngx_ctx *ctx)
{
    comity_inspect_hints hints = {.content_type = ctx->type};
    if (!ctx->copy_begun && ctx->raw != NULL) {
        ctx->copy_begun = 1;
        if (comity_copy_begin(ctx->copy, &hints, NULL) != COMITY_OK) {
            return NGX_ERROR;
        }
    }
    for (ngx_chain_t *link = ctx->raw; link != NULL; link = link->next) {
        if (comity_copy_feed(ctx->copy, link->buf->pos, (size_t)(link->buf->last - link->buf->pos), NULL) !=
            COMITY_OK) {
            return NGX_ERROR;
        }
    }
    if (!ctx->copy_begun || !(ctx->finished || ctx->whole)) {
        return NGX_OK;
    }
    ctx->copy_begun = 0;
    return comity_copy_finish(ctx->copy, NULL) == COMITY_OK ? NGX_OK : NGX_ERROR;
}

/* Before the daemon is asked: what is to be replaced is, as far as it can be told. Whether anything
 * is shows at the first look; of a response that goes on nobody knows, so it is copied. */
static ngx_int_t replace(comity_ngx_ctx *ctx)
{
    comity_gathered gathered;
    comity_gathering_tell(ctx->probe->gathering, &gathered);
    if (gathered.refuses) { /* by the policy: nothing of it goes, and no copy is wanted */
        return NGX_OK;
    }
    if ((ctx->doubts & COMITY_NGX_UNREADABLE) != 0 || comity_ngx_inspector_masking(ctx->conf->inspector) == NULL ||
        ctx->r->header_only || ctx->fixed) {
        return ctx->copying ? NGX_ERROR : NGX_OK;
    }
    if (!ctx->copying && (gathered.replaces || !ctx->finished) && copy_begin(ctx) != NGX_OK) {
        return NGX_ERROR;
    }
    return ctx->copying ? copy_go_on(ctx) : NGX_OK;
}

/* Perhaps on a thread. A body without a byte is none: of HEAD, or one said to be compressed, it lacks nothing. */
static void look(comity_ngx_ctx *ctx)
{
    if (!ctx->begun && ctx->raw != NULL) {
        ctx->begun = 1;
        ctx->begun_at = ctx->seen - (off_t)comity_ngx_chain_size(ctx->raw);
        comity_gathering_input(ctx->probe->gathering, ctx->fixed);
        comity_ngx_probe_begin(ctx, ctx->type, ctx->encoding);
    }
    for (ngx_chain_t *link = ctx->raw; link != NULL; link = link->next) {
        comity_ngx_probe_feed(ctx, link->buf->pos, (size_t)(link->buf->last - link->buf->pos));
    }
    if (ctx->begun && (ctx->finished || ctx->whole)) {
        comity_ngx_probe_finish(ctx);
        ctx->begun = 0;
    }
    if (replace(ctx) != NGX_OK) {
        ctx->doubts |= COMITY_NGX_UNREADABLE;
        ctx->failed = 1;
    }
}

/* What was looked at is held, or its copy is. */
static ngx_int_t hold(comity_ngx_ctx *ctx)
{
    ngx_chain_t **last = &ctx->held;
    if (!ctx->copying) {
        while (*last != NULL) {
            last = &(*last)->next;
        }
        *last = ctx->raw;
        ctx->raw = NULL;
        return NGX_OK;
    }
    ngx_int_t status = chain_put(ctx, &ctx->masked, ctx->output.bytes, ctx->output.size);
    ctx->masked_size += (off_t)ctx->output.size;
    comity_ngx_output_free(&ctx->output); /* a megabyte or two, until the next segment */
    chain_free(ctx, &ctx->raw);
    return status;
}

/* Asks the daemon; NGX_ERROR: the response is to be closed. */
static ngx_int_t judge(comity_ngx_ctx *ctx)
{
    ctx->response_state = COMITY_NGX_WAITING;
    ctx->status = NGX_HTTP_SERVICE_UNAVAILABLE;
    if (!comity_ngx_client_up() || hold(ctx) != NGX_OK || (ctx->finished && comity_ngx_head_trailers(ctx) != NGX_OK)) {
        return NGX_ERROR;
    }
    if (ctx->failed && (ctx->conf->doubts & COMITY_NGX_UNREADABLE) != 0) {
        ctx->status = NGX_HTTP_FORBIDDEN; /* what should be masked is there in part: no doubt to be passed over */
        return NGX_ERROR;
    }
    return comity_ngx_judge(ctx, COMITY_NGX_RESPONSE) == NGX_AGAIN ? NGX_OK : NGX_ERROR;
}

static void looked(comity_ngx_ctx *ctx)
{
    if (judge(ctx) != NGX_OK) {
        go_on(ctx, close_response(ctx));
    }
}

/* Looks at what was taken, and asks. NGX_OK: it waits; NGX_ERROR: it is to be closed. */
static ngx_int_t ask(comity_ngx_ctx *ctx)
{
    const u_char *bytes = ctx->raw == NULL ? NULL : ctx->raw->buf->pos;
    size_t size = ctx->raw == NULL ? 0 : (size_t)ngx_buf_size(ctx->raw->buf);
    ngx_flag_t is_long = comity_ngx_work_is_long(ctx, bytes, size, ctx->since);
    ctx->since = 0;
    ctx->response_state = COMITY_NGX_LOOKING;
    ctx->r->buffered |= COMITY_NGX_BUFFERED;
    return comity_ngx_work(ctx, is_long, look, looked) == NGX_AGAIN ? NGX_OK : judge(ctx);
}

/* Moves what is settled from what is held to what may go; where a doubt is passed over, all of it. */
static void release(comity_ngx_ctx *ctx)
{
    off_t settled = ctx->finished || !ctx->begun || (ctx->doubts & (COMITY_NGX_UNREADABLE | COMITY_NGX_LARGE)) != 0
                        ? ctx->seen
                        : ctx->begun_at + (off_t)comity_inspect_settled(ctx->probe->inspection);
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
    for (last = &ctx->out; *last != NULL; last = &(*last)->next) {
        if (*last == &end) {
            *last = NULL;
            break;
        }
    }
    ngx_chain_update_chains(r->pool, &ctx->free, &ctx->busy, &ctx->out, (ngx_buf_tag_t)&ngx_http_comity_module);
    return status;
}

/* How long the next segment may be: what waits for later bytes and what is new are held together. When hardly
 * anything has room beside what waits there is none: each few bytes would be a judgement. */
static size_t room_for_segment(comity_ngx_ctx *ctx)
{
    size_t held = comity_ngx_chain_size(ctx->held);
    size_t room = held < ctx->conf->hold ? ctx->conf->hold - held : 0;
    room = room < ctx->conf->segment ? room : ctx->conf->segment;
    return room < ctx->conf->segment / 8 ? 0 : room;
}

/* How many ends of lines the bytes so far end in. */
static ngx_uint_t line_ends(ngx_uint_t before, const u_char *bytes, size_t size)
{
    ngx_uint_t count = size > 4 ? 0 : before;
    for (const u_char *c = size > 4 ? bytes + size - 4 : bytes; c < bytes + size; c++) {
        count = *c == '\n' ? count + 1 : *c == '\r' ? count : 0;
    }
    return count;
}

/* Takes one buffer, up to the segment's end. */
static ngx_int_t take(comity_ngx_ctx *ctx, ngx_buf_t *buf)
{
    size_t size = ngx_buf_in_memory(buf) ? (size_t)(buf->last - buf->pos) : 0;
    size_t room = ctx->room > ctx->since ? ctx->room - ctx->since : 0;
    if (!ngx_buf_special(buf) && !ngx_buf_in_memory(buf)) {
        return NGX_ERROR; /* it was asked for in memory */
    }
    size = size < room ? size : room;
    if (chain_put(ctx, &ctx->raw, buf->pos, size) != NGX_OK) {
        return NGX_ERROR;
    }
    if (size != 0) { /* a buffer that only ends something has no bytes */
        ctx->line_ends = line_ends(ctx->line_ends, buf->pos, size);
        buf->pos += size;
    }
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
    while (ctx->in != NULL && ctx->response_state == COMITY_NGX_READING &&
           (ctx->since < ctx->room || ngx_buf_special(ctx->in->buf)) &&
           comity_ngx_chain_size(ctx->busy) < ctx->conf->hold) {
        ngx_chain_t *link = ctx->in;
        ngx_flag_t flushes = link->buf->flush && ctx->message_ends != 0;
        if (take(ctx, link->buf) != NGX_OK) {
            return NGX_ERROR;
        }
        if (ngx_buf_in_memory(link->buf) && link->buf->pos < link->buf->last) {
            break;
        }
        ctx->last |= link->buf->last_buf;
        ctx->in = link->next;
        ngx_free_chain(ctx->r->pool, link);
        if (flushes && ctx->since != 0 && ctx->line_ends >= ctx->message_ends) {
            ctx->whole = 1;
            return ask(ctx);
        }
    }
    if (ctx->response_state != COMITY_NGX_READING) {
        return NGX_OK;
    }
    if (ctx->last && ctx->in == NULL && !ctx->finished) {
        ctx->finished = 1;
        return ask(ctx);
    }
    if (ctx->in != NULL && ctx->room == 0) {
        ctx->doubts |= COMITY_NGX_LARGE; /* it would have to be held, and there is no room */
        return ask(ctx);
    }
    return ctx->since != 0 && ctx->since >= ctx->room ? ask(ctx) : NGX_OK;
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
    ngx_flag_t waits = ctx->response_state == COMITY_NGX_LOOKING || ctx->response_state == COMITY_NGX_WAITING;
    ngx_flag_t holds = waits || ctx->in != NULL || ctx->out != NULL || ctx->busy != NULL ||
                       (ctx->last && !ctx->ended && !r->header_only);
    r->buffered = (holds ? r->buffered | COMITY_NGX_BUFFERED : r->buffered & (unsigned)~COMITY_NGX_BUFFERED) & 0xf;
    return status == NGX_OK && holds ? NGX_AGAIN : status;
}

/* From an event of ours: nginx goes on with the response. A request that is broken off is held meanwhile: what ends
 * with it, as the upstream's side, counts it down, and nginx looks at it afterwards. */
static void go_on(comity_ngx_ctx *ctx, ngx_int_t status)
{
    ngx_http_request_t *r = ctx->r;
    if (status == NGX_ERROR || r->connection->error) {
        r->main->count++;
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }
    r->write_event_handler(r);
}

void comity_ngx_response_judged(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_int_t status;
    if (ctx->status != 0) {
        status = close_response(ctx);
        status = status == NGX_OK && may_break(ctx) ? NGX_ERROR : status;
    } else {
        ctx->response_state = ctx->finished ? COMITY_NGX_OPEN : COMITY_NGX_READING;
        ctx->whole = 0;
        release(ctx);
        ctx->room = room_for_segment(ctx);
        /* as long as nothing may go the head stays, so that what is refused then can be answered */
        status = ctx->sent || (ctx->out == NULL && !ctx->finished) ? NGX_OK : head_send(ctx);
        if (r->header_only) {
            r->buffered &= (unsigned)~COMITY_NGX_BUFFERED & 0xf;
        } else if (status == NGX_OK) {
            status = pump(ctx);
        }
    }
    go_on(ctx, status);
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

/* In streams of messages one ends with so many ends of lines; 0: it is none. What the upstream flushes there when
 * one ends is looked into by itself and goes on at once: who reads it waits for it. */
static ngx_uint_t message_ends(u_char *type)
{
    static const struct {
        const char *type;
        ngx_uint_t ends;
    } streams[] = {{"text/event-stream", 2}, {"application/x-ndjson", 1}, {"application/jsonl", 1}};
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        if (ngx_strncasecmp(type, (u_char *)streams[i].type, ngx_strlen(streams[i].type)) == 0) {
            return streams[i].ends;
        }
    }
    return 0;
}

static ngx_int_t response_begin(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_str_t *type = &r->headers_out.content_type;
    u_char *copy = ngx_pnalloc(r->pool, type->len + 1);
    ngx_flag_t more;
    ctx->encoding = comity_ngx_encoding(r, &r->headers_out.headers, &more);
    ctx->doubts |= more ? COMITY_NGX_UNREADABLE : 0;
    ctx->probe = comity_ngx_probe_take(ctx->conf->inspector, ngx_cycle->log);
    if (copy == NULL || ctx->probe == NULL || comity_ngx_head_response(ctx) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_cpystrn(copy, type->data, type->len + 1);
    ctx->type = type->len == 0 ? NULL : (char *)copy;
    ctx->fixed = ctx->encoding != NULL;
    ctx->message_ends = ctx->type == NULL || ctx->fixed ? 0 : message_ends(copy);
    ctx->begun = 0;
    ctx->room = room_for_segment(ctx);
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
    /* where the request's head has been judged and is in the record */
    if (ctx->flows && ctx->conf == conf &&
        ((comity_ngx_is_grpc(r->headers_out.content_type.data, r->headers_out.content_type.len) &&
          (conf->uninspected & COMITY_NGX_GRPC) != 0) ||
         (r->headers_out.status == NGX_HTTP_SWITCHING_PROTOCOLS && (conf->uninspected & COMITY_NGX_UPGRADE) != 0))) {
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
        ngx_int_t status = next_body_filter(r, NULL);
        return status == NGX_OK && may_break(ctx) ? NGX_ERROR : status;
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
