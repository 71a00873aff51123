/* What clients are told: a problem document (RFC 9457) with a receipt, by which the operator
 * finds the entry of the record. Rules and ways are for those whom the route opens them to:
 * that a rule on health applied would tell that there was health data. */
#include "comity_module.h"

static const struct {
    ngx_uint_t status;
    const char *title;
} titles[] = {
    {451, "Unavailable For Legal Reasons"},
    {NGX_HTTP_FORBIDDEN, "Not let through"},
    {NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, "Larger than what can be inspected"},
    {NGX_HTTP_BAD_GATEWAY, "The answer cannot be inspected"},
    {NGX_HTTP_SERVICE_UNAVAILABLE, "Nothing can be let through at present"},
};

ngx_int_t comity_ngx_header_add(ngx_http_request_t *r, const char *name, ngx_str_t *value)
{
    ngx_table_elt_t *header = ngx_list_push(&r->headers_out.headers);
    if (header == NULL) {
        return NGX_ERROR;
    }
    header->hash = 1;
    header->key.data = (u_char *)name;
    header->key.len = ngx_strlen(name);
    header->value = *value;
    return NGX_OK;
}

/* A body that is no more than what was asked to be kept from others. */
static u_char *explain(comity_ngx_ctx *ctx, u_char *at)
{
    at = ngx_sprintf(at, ",\"verdict\":\"%s\",\"rules\":[", comity_verdict_name(ctx->verdict));
    for (size_t i = 0; i < ctx->rules.text.len; i++) {
        if (i == 0) {
            *at++ = '"';
        }
        if (ctx->rules.text.data[i] == ',') {
            at = ngx_cpymem(at, "\",\"", 3);
        } else {
            *at++ = ctx->rules.text.data[i];
        }
        if (i + 1 == ctx->rules.text.len) {
            *at++ = '"';
        }
    }
    *at++ = ']';
    return ctx->ways.text.len == 0 ? at : ngx_sprintf(at, ",\"ways\":%V", &ctx->ways.text);
}

static ngx_buf_t *body_make(comity_ngx_ctx *ctx)
{
    const char *title = titles[1].title;
    u_char receipt[2 * COMITY_GATE_ID_SIZE];
    ngx_buf_t *buf = ngx_create_temp_buf(ctx->r->pool, 512 + 3 * ctx->rules.text.len + ctx->ways.text.len);
    if (buf == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        title = titles[i].status == ctx->status ? titles[i].title : title;
    }
    ngx_hex_dump(receipt, ctx->id, sizeof ctx->id);
    buf->last = ngx_sprintf(buf->last, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%ui,\"receipt\":\"%*s\"", title,
                            ctx->status, sizeof receipt, receipt);
    if (ctx->conf->explain && ctx->judged) {
        buf->last = explain(ctx, buf->last);
    }
    buf->last = ngx_cpymem(buf->last, "}\n", 2);
    buf->last_buf = 1;
    buf->last_in_chain = 1;
    return buf;
}

/* Nothing of a response that is not let through stays. */
static void head_clear(ngx_http_request_t *r)
{
    ngx_memzero(&r->headers_out.status, sizeof r->headers_out - offsetof(ngx_http_headers_out_t, status));
    r->headers_out.headers.part.nelts = 0;
    r->headers_out.headers.part.next = NULL;
    r->headers_out.headers.last = &r->headers_out.headers.part;
    r->headers_out.trailers.part.nelts = 0;
    r->headers_out.trailers.part.next = NULL;
    r->headers_out.trailers.last = &r->headers_out.trailers.part;
    r->headers_out.content_length_n = -1;
    r->headers_out.last_modified_time = -1;
}

ngx_buf_t *comity_ngx_answer_make(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_str_t private = ngx_string("private, no-store");
    ngx_str_t soon = ngx_string("1");
    ngx_str_t link;
    ngx_buf_t *buf = body_make(ctx);
    head_clear(r);
    if (buf == NULL) {
        return NULL;
    }
    r->headers_out.status = ctx->status;
    r->headers_out.content_length_n = buf->last - buf->pos;
    ngx_str_set(&r->headers_out.content_type, "application/problem+json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->allow_ranges = 0;
    link.data = ngx_pnalloc(r->pool, ctx->conf->blocked_by.len + 32);
    if (link.data == NULL || comity_ngx_header_add(r, "Cache-Control", &private) != NGX_OK) {
        return NULL;
    }
    link.len = (size_t)(ngx_sprintf(link.data, "<%V>; rel=\"blocked-by\"", &ctx->conf->blocked_by) - link.data);
    if (ctx->status == 451 && comity_ngx_header_add(r, "Link", &link) != NGX_OK) {
        return NULL;
    }
    if (ctx->status == NGX_HTTP_SERVICE_UNAVAILABLE && comity_ngx_header_add(r, "Retry-After", &soon) != NGX_OK) {
        return NULL;
    }
    return buf;
}

ngx_int_t comity_ngx_answer(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    ngx_buf_t *buf = comity_ngx_answer_make(ctx);
    ngx_chain_t out = {.buf = buf, .next = NULL};
    ctx->own = 1;
    if (buf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_int_t status = ngx_http_send_header(r);
    return status == NGX_ERROR || status > NGX_OK || r->header_only ? status : ngx_http_output_filter(r, &out);
}

/* ---- variables ---- */

enum { VARIABLE_VERDICT, VARIABLE_RULES, VARIABLE_RECORD, VARIABLE_RECEIPT };

static ngx_int_t variable(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t data)
{
    comity_ngx_ctx *ctx = comity_ngx_ctx_find(r->main);
    ngx_str_t text = ngx_null_string;
    value->not_found = ctx == NULL;
    if (ctx == NULL) {
        return NGX_OK;
    }
    if (data == VARIABLE_VERDICT && ctx->judged) {
        text.data = (u_char *)comity_verdict_name(ctx->verdict);
        text.len = ngx_strlen(text.data);
    } else if (data == VARIABLE_RULES) {
        text = ctx->rules.text;
    } else if (data == VARIABLE_RECORD) {
        text = ctx->records.text;
    } else if (data == VARIABLE_RECEIPT) {
        text.data = ngx_pnalloc(r->pool, 2 * COMITY_GATE_ID_SIZE);
        if (text.data == NULL) {
            return NGX_ERROR;
        }
        text.len = 2 * COMITY_GATE_ID_SIZE;
        ngx_hex_dump(text.data, ctx->id, sizeof ctx->id);
    }
    value->data = text.data;
    value->len = (unsigned)text.len & 0xfffffff;
    value->valid = 1;
    value->no_cacheable = 0;
    return NGX_OK;
}

ngx_int_t comity_ngx_variables(ngx_conf_t *cf)
{
    static ngx_http_variable_t variables[] = {
        {ngx_string("comity_verdict"), NULL, variable, VARIABLE_VERDICT, NGX_HTTP_VAR_NOCACHEABLE, 0},
        {ngx_string("comity_rules"), NULL, variable, VARIABLE_RULES, NGX_HTTP_VAR_NOCACHEABLE, 0},
        {ngx_string("comity_record"), NULL, variable, VARIABLE_RECORD, NGX_HTTP_VAR_NOCACHEABLE, 0},
        {ngx_string("comity_receipt"), NULL, variable, VARIABLE_RECEIPT, NGX_HTTP_VAR_NOCACHEABLE, 0},
        {ngx_string("comity_client_state"), NULL, comity_ngx_state_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0},
    };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        ngx_http_variable_t *own = ngx_http_add_variable(cf, &variables[i].name, variables[i].flags);
        if (own == NULL) {
            return NGX_ERROR;
        }
        own->get_handler = variables[i].get_handler;
        own->data = variables[i].data;
    }
    return NGX_OK;
}
