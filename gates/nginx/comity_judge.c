/* Asking the daemon about what was gathered, and what its answer means here. */
#include "comity_module.h"

static u_char act_bytes[COMITY_GATE_ACTS_MAX * 16384];

/* GATE/RECEIPT/SEGMENT, and what doubts are passed over: the record says so. */
static ngx_str_t name_make(comity_ngx_ctx *ctx, u_char *bytes, size_t size)
{
    comity_ngx_main *main = ngx_http_get_module_main_conf(ctx->r, ngx_http_comity_module);
    ngx_str_t name = {0, bytes};
    ngx_uint_t passed = ctx->doubts & ctx->conf->doubts;
    u_char receipt[2 * COMITY_GATE_ID_SIZE];
    ngx_hex_dump(receipt, ctx->id, sizeof ctx->id);
    u_char *end = ngx_snprintf(bytes, size, "%V/%*s/%uD%s%s%s%s", &main->name, sizeof receipt, receipt, ctx->segment,
                               (passed & COMITY_NGX_UNREADABLE) != 0 ? " passes-unreadable" : "",
                               (passed & COMITY_NGX_LARGE) != 0 ? " passes-large" : "",
                               (ctx->conf->doubts & COMITY_NGX_UNDETERMINED) != 0 ? " passes-undetermined" : "",
                               ctx->flows ? " passes-uninspected" : "");
    name.len = (size_t)(end - bytes);
    return name;
}

static ngx_int_t acts_write(comity_ngx_ctx *ctx, ngx_uint_t direction, const comity_gathered *gathered,
                            comity_gate_judge *judge)
{
    u_char name_bytes[256];
    ngx_str_t name = name_make(ctx, name_bytes, sizeof name_bytes);
    ngx_buf_t buf = {.pos = act_bytes, .last = act_bytes, .end = act_bytes + sizeof act_bytes};
    comity_ngx_act **acts = ctx->conf->acts->elts;
    for (ngx_uint_t i = 0; i < ctx->conf->acts->nelts; i++) {
        if (comity_ngx_act_direction(acts[i]) != direction) {
            continue;
        }
        u_char *begin = buf.last;
        ngx_int_t status = comity_ngx_act_write(ctx, acts[i], gathered, &name, &buf);
        if (status != NGX_OK) {
            return status;
        }
        judge->acts[judge->act_count++] = (comity_gate_act){.text = (char *)begin, .size = (size_t)(buf.last - begin)};
    }
    return NGX_OK;
}

ngx_int_t comity_ngx_judge(comity_ngx_ctx *ctx, ngx_uint_t direction)
{
    comity_gathered gathered;
    comity_gate_frame frame;
    ngx_memzero(&frame, sizeof frame);
    comity_gathering_tell(ctx->probe->gathering, &gathered);
    if (ctx->direction != direction) {
        ctx->direction = direction;
        ctx->values = NULL;
    }
    ctx->segment++;
    frame.kind = COMITY_GATE_JUDGE;
    ngx_memcpy(frame.judge.id, ctx->id, sizeof ctx->id);
    frame.judge.segment = ctx->segment;
    frame.judge.deadline_ms = (uint32_t)ctx->conf->timeout;
    if (!gathered.exact) {
        ctx->doubts |= COMITY_NGX_LARGE; /* more persons than can be told of */
    }
    frame.judge.flags = (gathered.refuses || (ctx->doubts & ~ctx->conf->doubts) != 0 ? COMITY_GATE_HOLDS : 0) |
                        (ctx->conf->explain ? COMITY_GATE_TELLS : 0) |
                        ((ctx->conf->doubts & COMITY_NGX_UNDETERMINED) != 0 ? COMITY_GATE_PASSES_UNDETERMINED : 0);
    frame.judge.categories = gathered.categories;
    frame.judge.category_count = gathered.category_count;
    frame.judge.persons = gathered.persons;
    frame.judge.person_count = gathered.person_count;
    ngx_int_t status = acts_write(ctx, direction, &gathered, &frame.judge);
    if (status == NGX_OK) {
        status = comity_ngx_client_ask(ctx, &frame);
    }
    ctx->refuses = gathered.refuses;
    if (direction == COMITY_NGX_REQUEST ||
        ctx->finished) { /* the next request finds it still in the processor's cache */
        comity_ngx_probe_give(ctx->probe);
        ctx->probe = NULL;
    }
    if (status != NGX_AGAIN) {
        ctx->status = status == NGX_DECLINED ? NGX_HTTP_FORBIDDEN : NGX_HTTP_SERVICE_UNAVAILABLE;
        return NGX_ERROR;
    }
    return NGX_AGAIN;
}

/* ---- answers ---- */

/* In the room of the last one, if that is enough: a response may have any number of judgements. */
static void keep(ngx_pool_t *pool, comity_ngx_text *kept, const char *text, size_t size)
{
    kept->text.len = 0;
    if (size == 0) {
        return;
    }
    if (size > kept->room) {
        kept->room = 0;
        kept->text.data = ngx_pnalloc(pool, 2 * size);
        if (kept->text.data == NULL) {
            return;
        }
        kept->room = 2 * size;
    }
    ngx_memcpy(kept->text.data, text, size);
    kept->text.len = size;
}

static void note(comity_ngx_ctx *ctx, const comity_gate_judged *judged)
{
    u_char records[COMITY_GATE_ACTS_MAX * (NGX_INT64_LEN + 1)];
    u_char *end = records;
    ctx->judged = 1;
    ctx->verdict = judged->verdict;
    for (size_t i = 0; i < judged->entry_count; i++) {
        end = ngx_sprintf(end, i == 0 ? "%uL" : ",%uL", judged->entries[i]);
    }
    keep(ctx->r->pool, &ctx->rules, judged->rules, judged->rules_size);
    keep(ctx->r->pool, &ctx->ways, judged->ways, judged->ways_size);
    keep(ctx->r->pool, &ctx->records, (char *)records, (size_t)(end - records));
}

/* 0: it may pass. */
static ngx_uint_t status_of(comity_ngx_ctx *ctx, const comity_gate_judged *judged)
{
    ngx_uint_t not_passed = ctx->doubts & ~ctx->conf->doubts;
    ngx_uint_t may = ctx->conf->doubts & COMITY_NGX_UNDETERMINED;
    may |= ctx->doubts & COMITY_NGX_UNREADABLE; /* not passed over it does not come to this */
    if (judged == NULL || judged->outcome == COMITY_GATE_UNAVAILABLE || judged->outcome == COMITY_GATE_BUSY ||
        judged->outcome == COMITY_GATE_LATE) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }
    if (judged->outcome != COMITY_GATE_OK) {
        return NGX_HTTP_FORBIDDEN;
    }
    if (judged->verdict == COMITY_REFUSE || judged->verdict == COMITY_CONDITIONAL) {
        return 451;
    }
    if ((not_passed & COMITY_NGX_LARGE) != 0) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }
    if (not_passed != 0 || (judged->verdict == COMITY_UNDETERMINED && may == 0)) {
        return NGX_HTTP_FORBIDDEN;
    }
    return 0;
}

void comity_ngx_judged(comity_ngx_ctx *ctx, const comity_gate_judged *judged)
{
    ngx_connection_t *c = ctx->r->connection;
    if (judged != NULL && judged->outcome == COMITY_GATE_OK) {
        note(ctx, judged);
    }
    ctx->status = status_of(ctx, judged);
    if (ctx->status == 0 && ctx->refuses) {
        ctx->status = 451; /* the route's own policy */
    }
    if (ctx->direction == COMITY_NGX_REQUEST) {
        comity_ngx_request_judged(ctx);
    } else {
        comity_ngx_response_judged(ctx);
    }
    ngx_http_run_posted_requests(c);
}
