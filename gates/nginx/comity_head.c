/* Looking into heads: path, query, cookies and headers as lines `name: value`, decoded, so
 * that names speak for values as fields do. Nothing can be replaced there: what is found counts. */
#include "comity_module.h"

/* Behind a percent sign a byte may be hidden twice: who gets it may decode once more. */
enum { DECODED_TIMES = 2 };

typedef struct {
    u_char *begin, *at, *end;
    ngx_flag_t full; /* something had no room: it was not looked at */
} head_text;

static void put(head_text *text, const u_char *bytes, size_t size)
{
    if (size == 0) { /* then there may be no bytes at all */
        return;
    }
    if ((size_t)(text->end - text->at) >= size) {
        text->at = ngx_cpymem(text->at, bytes, size);
    } else {
        text->full = 1;
    }
}

/* With %XX decoded. A plus sign is itself, or a space, as forms write it: only what came as one, not what was %2B. */
static void put_decoded(head_text *text, const u_char *bytes, size_t size, ngx_flag_t plus_is_space)
{
    u_char *from = text->at;
    put(text, bytes, size);
    for (u_char *c = from; plus_is_space && c < text->at; c++) {
        *c = *c == '+' ? ' ' : *c;
    }
    for (ngx_uint_t i = 0; i < DECODED_TIMES && memchr(from, '%', (size_t)(text->at - from)) != NULL; i++) {
        u_char *to = from;
        u_char *end = from;
        u_char *source = from;
        ngx_unescape_uri(&end, &source, (size_t)(text->at - from), 0);
        text->at = end > to ? end : to;
    }
    for (u_char *c = from; c < text->at; c++) {
        *c = *c == '\0' ? ' ' : *c;
    }
}

/* `name: value`, or the value alone. What has a plus sign is put in both ways of reading it: nobody here knows which
 * is the upstream's. */
static void put_line(head_text *text, const ngx_str_t *name, const u_char *value, size_t size)
{
    ngx_flag_t has_plus = memchr(value, '+', size) != NULL || memchr(name->data, '+', name->len) != NULL;
    for (ngx_flag_t plus_is_space = 0; plus_is_space <= has_plus; plus_is_space++) {
        if (name->len != 0) {
            put_decoded(text, name->data, name->len, plus_is_space);
            put(text, (const u_char *)": ", 2);
        }
        put_decoded(text, value, size, plus_is_space);
        put(text, (const u_char *)"\n", 1);
    }
}

static void put_value(head_text *text, const u_char *value, size_t size)
{
    static const ngx_str_t nameless = ngx_string("");
    put_line(text, &nameless, value, size);
}

/* `a=b;c=d` or `a=b&c=d` as lines. */
static void put_pairs(head_text *text, u_char *bytes, size_t size, u_char between)
{
    u_char *end = size == 0 ? bytes : bytes + size; /* of nothing there may be no bytes at all */
    while (bytes < end) {
        u_char *stop = memchr(bytes, between, (size_t)(end - bytes));
        stop = stop == NULL ? end : stop;
        u_char *equals = memchr(bytes, '=', (size_t)(stop - bytes));
        if (equals != NULL) {
            ngx_str_t name = {(size_t)(equals - bytes), bytes};
            put_line(text, &name, equals + 1, (size_t)(stop - equals - 1));
        } else {
            put_value(text, bytes, (size_t)(stop - bytes));
        }
        bytes = stop + 1;
    }
}

static ngx_flag_t is_named(const ngx_table_elt_t *header, const char *name)
{
    return ngx_strlen(name) == header->key.len && ngx_strncasecmp(header->key.data, (u_char *)name, header->key.len) == 0;
}

/* An address of four or six, with or without a port: as a host the server's own, no data. */
static ngx_flag_t is_address(const ngx_str_t *host)
{
    u_char *end = host->data + host->len;
    u_char *colon = end;
    while (colon > host->data && colon[-1] >= '0' && colon[-1] <= '9') {
        colon--;
    }
    if (colon > host->data && colon[-1] == ':' && end - colon <= 5) {
        end = colon - 1;
    }
#if (NGX_HAVE_INET6)
    u_char unused[16];
    if (end - host->data > 2 && host->data[0] == '[' && end[-1] == ']') {
        return ngx_inet6_addr(host->data + 1, (size_t)(end - host->data) - 2, unused) == NGX_OK;
    }
#endif
    return ngx_inet_addr(host->data, (size_t)(end - host->data)) != INADDR_NONE;
}

/* Numbers that are no data. */
static ngx_flag_t is_passed_over(ngx_table_elt_t *header)
{
    return is_named(header, "content-length") || (is_named(header, "host") && is_address(&header->value));
}

static size_t headers_size(ngx_list_t *list)
{
    size_t size = 0;
    for (ngx_list_part_t *part = &list->part; part != NULL; part = part->next) {
        ngx_table_elt_t *headers = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            size += headers[i].key.len + headers[i].value.len + 3;
        }
    }
    return size;
}

static void put_headers(head_text *text, ngx_list_t *list)
{
    for (ngx_list_part_t *part = &list->part; part != NULL; part = part->next) {
        ngx_table_elt_t *headers = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (headers[i].hash == 0 || is_passed_over(&headers[i])) {
                continue;
            }
            if (is_named(&headers[i], "cookie")) {
                put_pairs(text, headers[i].value.data, headers[i].value.len, ';');
                continue;
            }
            put_line(text, &headers[i].key, headers[i].value.data, headers[i].value.len);
        }
    }
}

static ngx_int_t text_new(ngx_http_request_t *r, size_t size, head_text *ret_text)
{
    ret_text->begin = ngx_pnalloc(r->pool, size);
    ret_text->at = ret_text->begin;
    ret_text->end = ret_text->begin + size;
    ret_text->full = 0;
    return ret_text->begin == NULL ? NGX_ERROR : NGX_OK;
}

/* A program that sends on and on sends the same head: one in which nothing was found a moment ago is
 * not looked into again. Only what is the same to the byte, looked at in the same way, counts. */
static void look(comity_ngx_ctx *ctx, head_text *text)
{
    size_t size = (size_t)(text->at - text->begin);
    comity_ngx_probe *probe = ctx->probe;
    if (comity_ngx_clean_has(probe->inspector, text->begin, size)) {
        return;
    }
    ngx_uint_t count = probe->count;
    comity_gathering_input(probe->gathering, true);
    comity_ngx_probe_begin(ctx, "text/plain; charset=utf-8", NULL);
    comity_ngx_probe_feed(ctx, text->begin, size);
    comity_ngx_probe_finish(ctx);
    if (probe->count == count && (ctx->doubts & COMITY_NGX_UNREADABLE) == 0 && !text->full) {
        comity_ngx_clean_add(probe->inspector, text->begin, size);
    }
}

/* As it came: of a query that was rewritten, or that has a fragment behind it, the upstream may get either. */
static void put_target(head_text *text, ngx_http_request_t *r)
{
    u_char *end = r->unparsed_uri.data + r->unparsed_uri.len;
    u_char *query = memchr(r->unparsed_uri.data, '?', r->unparsed_uri.len);
    size_t path_size = query == NULL ? r->unparsed_uri.len : (size_t)(query - r->unparsed_uri.data);
    put_value(text, r->uri.data, r->uri.len);
    /* with what `..` takes away here */
    if (path_size != r->uri.len || ngx_memcmp(r->uri.data, r->unparsed_uri.data, path_size) != 0) {
        put_value(text, r->unparsed_uri.data, path_size);
    }
    put_pairs(text, r->args.data, r->args.len, '&');
    if (query != NULL) {
        ngx_str_t raw = {(size_t)(end - query - 1), query + 1};
        if (comity_ngx_is_other(&raw, &r->args)) {
            put_pairs(text, raw.data, raw.len, '&');
        }
    }
}

ngx_int_t comity_ngx_head_request(comity_ngx_ctx *ctx)
{
    static const ngx_str_t host = ngx_string("host");
    ngx_http_request_t *r = ctx->r;
    head_text text;
    /* each may stand twice, and a pair takes half as much again */
    size_t size = 3 * (r->unparsed_uri.len + r->uri.len + r->args.len + r->headers_in.server.len +
                       headers_size(&r->headers_in.headers)) +
                  64;
    if (text_new(r, size + 3 * r->method_name.len, &text) != NGX_OK) {
        return NGX_ERROR;
    }
    if (r->method == NGX_HTTP_UNKNOWN) { /* a word of the client's own, that upstreams get */
        put_value(&text, r->method_name.data, r->method_name.len);
    }
    put_target(&text, r);
    put_headers(&text, &r->headers_in.headers);
    if (r->host_start != NULL && !is_address(&r->headers_in.server)) { /* `GET http://host/`: it counts, not the header */
        put_line(&text, &host, r->headers_in.server.data, r->headers_in.server.len);
    }
    look(ctx, &text);
    ctx->uri = r->uri;
    ctx->args = r->args;
    return text.full ? NGX_ERROR : NGX_OK;
}

ngx_int_t comity_ngx_head_response(comity_ngx_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    head_text text;
    size_t size =
        3 * (headers_size(&r->headers_out.headers) + r->headers_out.status_line.len + r->headers_out.content_type.len) + 64;
    if (text_new(r, size, &text) != NGX_OK) {
        return NGX_ERROR;
    }
    put(&text, r->headers_out.status_line.data, r->headers_out.status_line.len);
    put(&text, (const u_char *)"\n", 1);
    put(&text, r->headers_out.content_type.data, r->headers_out.content_type.len);
    put(&text, (const u_char *)"\n", 1);
    put_headers(&text, &r->headers_out.headers);
    look(ctx, &text);
    return text.full ? NGX_ERROR : NGX_OK;
}

/* nginx passes those of gRPC's upstreams on, over HTTP/2. */
ngx_int_t comity_ngx_head_trailers(comity_ngx_ctx *ctx)
{
    ngx_list_t *trailers = &ctx->r->headers_out.trailers;
    ngx_uint_t doubts = ctx->doubts;
    head_text text;
    if (trailers->part.nelts == 0) {
        return NGX_OK;
    }
    if (text_new(ctx->r, 3 * headers_size(trailers) + 64, &text) != NGX_OK) {
        return NGX_ERROR;
    }
    put_headers(&text, trailers);
    ctx->doubts &= ~(ngx_uint_t)COMITY_NGX_UNREADABLE; /* they are looked at whatever the body is */
    look(ctx, &text);
    ctx->doubts |= doubts;
    return text.full ? NGX_ERROR : NGX_OK;
}

const char *comity_ngx_header(ngx_http_request_t *r, ngx_list_t *list, const char *name, ngx_flag_t *ret_more)
{
    const char *value = NULL;
    size_t size = ngx_strlen(name);
    *ret_more = 0;
    for (ngx_list_part_t *part = &list->part; part != NULL; part = part->next) {
        ngx_table_elt_t *headers = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (headers[i].hash == 0 || headers[i].key.len != size ||
                ngx_strncasecmp(headers[i].key.data, (u_char *)name, size) != 0) {
                continue;
            }
            *ret_more |= value != NULL;
            u_char *copy = ngx_pnalloc(r->pool, headers[i].value.len + 1);
            if (copy == NULL) {
                *ret_more = 1;
                return NULL;
            }
            *ngx_cpymem(copy, headers[i].value.data, headers[i].value.len) = '\0';
            value = (char *)copy;
        }
    }
    return value;
}

const char *comity_ngx_encoding(ngx_http_request_t *r, ngx_list_t *list, ngx_flag_t *ret_more)
{
    const char *value = comity_ngx_header(r, list, "content-encoding", ret_more);
    ngx_flag_t is_none = value != NULL && (value[0] == '\0' || ngx_strcasecmp((u_char *)value, (u_char *)"identity") == 0);
    return is_none ? NULL : value;
}

ngx_flag_t comity_ngx_is_other(const ngx_str_t *left, const ngx_str_t *right)
{
    return left->len != right->len || (left->len != 0 && ngx_memcmp(left->data, right->data, left->len) != 0);
}

ngx_flag_t comity_ngx_is_grpc(const u_char *type, size_t size)
{
    static const ngx_str_t begins = ngx_string("application/grpc");
    return size >= begins.len && ngx_strncasecmp((u_char *)type, begins.data, begins.len) == 0;
}

/* Takes headers out of a request. An entry of the list cannot be removed, for others point
 * into it; it is renamed to a header that nginx never passes on. */
static void drop(ngx_http_request_t *r, const char *const *names, size_t count)
{
    for (ngx_list_part_t *part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        ngx_table_elt_t *headers = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            for (size_t j = 0; j < count; j++) {
                if (headers[i].key.len == ngx_strlen(names[j]) &&
                    ngx_strncasecmp(headers[i].key.data, (u_char *)names[j], headers[i].key.len) == 0) {
                    ngx_str_set(&headers[i].key, "Keep-Alive");
                    ngx_str_set(&headers[i].value, "timeout=1");
                    headers[i].lowcase_key = (u_char *)"keep-alive";
                    headers[i].hash = ngx_hash_key((u_char *)"keep-alive", 10);
                }
            }
        }
    }
}

void comity_ngx_drop_digests(ngx_http_request_t *r)
{
    static const char *const names[] = {"content-digest", "repr-digest", "digest", "content-md5"};
    drop(r, names, sizeof names / sizeof names[0]);
}

ngx_int_t comity_ngx_drop_range(ngx_http_request_t *r)
{
    static const char *const names[] = {"range", "if-range", "if-none-match", "if-modified-since", "accept-encoding"};
    if (r->headers_in.accept_encoding != NULL) {
        /* nginx's own compression still wants to know what the client takes */
        ngx_table_elt_t *copy = ngx_palloc(r->pool, sizeof *copy);
        if (copy == NULL) {
            return NGX_ERROR;
        }
        *copy = *r->headers_in.accept_encoding;
        r->headers_in.accept_encoding = copy;
    }
    drop(r, names, sizeof names / sizeof names[0]);
    r->headers_in.range = NULL;
    r->headers_in.if_range = NULL;
    r->headers_in.if_none_match = NULL;
    r->headers_in.if_modified_since = NULL;
    r->allow_ranges = 0;
    return NGX_OK;
}
