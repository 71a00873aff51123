/* The acts of a route: a block of lines, made the skeleton of an act's JSON, whose values
 * requests fill in.
 *
 *     comity_act transfer {
 *         from      DE;
 *         to        $comity_client_state;
 *         exporter  "Example GmbH";
 *         purpose   contract-with-person;
 *         paper     standard-contract under=EU;
 *     }
 *
 * A value that is empty says nothing: the fact is unknown. Values may hold variables. */
#include "comity_module.h"

#include <maxminddb.h>

/* Where a line's values go. */
typedef enum {
    FIELD_FROM,
    FIELD_TO,
    FIELD_EXPORTER, /* the name of `from`, then its kinds */
    FIELD_IMPORTER,
    FIELD_FROM_LIST, /* a list of the party `from` */
    FIELD_TO_LIST,
    FIELD_LIST, /* a list of the act */
    FIELD_DATA, /* a list of its data */
    FIELD_CATEGORY,
    FIELD_DEAL,
    FIELD_CHANNEL,
    FIELD_PAPER,
} field_kind;

static const struct field {
    const char *line;
    field_kind kind;
    const char *name; /* in the act; of those without one there is one line, but of categories and papers */
    ngx_uint_t most;  /* values */
} fields[] = {
    {"from", FIELD_FROM, NULL, 1},
    {"to", FIELD_TO, NULL, 1},
    {"exporter", FIELD_EXPORTER, NULL, 17},
    {"importer", FIELD_IMPORTER, NULL, 17},
    {"exporter-certified", FIELD_FROM_LIST, "certified", 16},
    {"exporter-owners", FIELD_FROM_LIST, "owners", 1},
    {"exporter-subject-to", FIELD_FROM_LIST, "subject_to", 16},
    {"importer-certified", FIELD_TO_LIST, "certified", 16},
    {"importer-owners", FIELD_TO_LIST, "owners", 1},
    {"importer-subject-to", FIELD_TO_LIST, "subject_to", 16},
    {"via", FIELD_LIST, "via", 16},
    {"purpose", FIELD_LIST, "purposes", 16},
    {"circumstance", FIELD_LIST, "circumstances", 16},
    {"safeguard", FIELD_LIST, "safeguards", 16},
    {"category", FIELD_CATEGORY, NULL, 16},
    {"origin", FIELD_DATA, "origin", 16},
    {"location", FIELD_DATA, "location", 16},
    {"subjects", FIELD_DATA, "subjects", 16},
    {"received", FIELD_DATA, "received", 1},
    {"deal", FIELD_DEAL, NULL, 1},
    {"channel", FIELD_CHANNEL, NULL, 1},
    {"paper", FIELD_PAPER, NULL, 8},
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0], LINES_MAX = 64 };

typedef struct {
    const struct field *field;
    ngx_uint_t count;
    ngx_http_complex_value_t *values;
} act_line;

struct comity_ngx_act {
    ngx_str_t kind;
    ngx_uint_t direction;
    act_line lines[LINES_MAX];
    ngx_uint_t line_count;
};

ngx_uint_t comity_ngx_act_direction(comity_ngx_act *act)
{
    return act->direction;
}

/* ---- reading ---- */

static act_line *find(comity_ngx_act *act, field_kind kind)
{
    for (ngx_uint_t i = 0; i < act->line_count; i++) {
        if (act->lines[i].field->kind == kind) {
            return &act->lines[i];
        }
    }
    return NULL;
}

static char *read_line(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    comity_ngx_act *act = (comity_ngx_act *)conf;
    ngx_str_t *words = cf->args->elts;
    ngx_uint_t number = 0;
    while (number < FIELD_COUNT && ngx_strcmp(words[0].data, fields[number].line) != 0) {
        number++;
    }
    if (number == FIELD_COUNT || cf->args->nelts < 2 || cf->args->nelts - 1 > fields[number].most ||
        act->line_count == LINES_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           number == FIELD_COUNT ? "\"%V\" is no line of comity_act"
                                                 : "comity_act: \"%V\" has too few or too many values",
                           &words[0]);
        return NGX_CONF_ERROR;
    }
    ngx_flag_t is_single = fields[number].name == NULL && fields[number].kind != FIELD_CATEGORY && fields[number].kind != FIELD_PAPER;
    if (is_single && find(act, fields[number].kind) != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity_act: \"%V\" is said twice", &words[0]);
        return NGX_CONF_ERROR;
    }
    act_line *line = &act->lines[act->line_count];
    line->field = &fields[number];
    line->count = cf->args->nelts - 1;
    line->values = ngx_pcalloc(cf->pool, line->count * sizeof *line->values);
    if (line->values == NULL) {
        return NGX_CONF_ERROR;
    }
    for (ngx_uint_t i = 0; i < line->count; i++) {
        ngx_http_compile_complex_value_t compile = {.cf = cf, .value = &words[i + 1], .complex_value = &line->values[i]};
        if (ngx_http_compile_complex_value(&compile) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }
    act->line_count++;
    return NGX_CONF_OK;
}

char *comity_ngx_act_block(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    static const char *const kinds[] = {"transfer", "store", "collect", "disclose", "operate", "offer"};
    comity_ngx_conf *own = conf;
    ngx_str_t *words = cf->args->elts;
    ngx_uint_t known = 0;
    comity_ngx_act *act = ngx_pcalloc(cf->pool, sizeof *act);
    if (act == NULL) {
        return NGX_CONF_ERROR;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        known |= ngx_strcmp(words[1].data, kinds[i]) == 0;
    }
    act->kind = words[1];
    act->direction = cf->args->nelts < 3 || ngx_strcmp(words[2].data, "request") == 0 ? COMITY_NGX_REQUEST
                     : ngx_strcmp(words[2].data, "response") == 0                     ? COMITY_NGX_RESPONSE
                                                                                      : 0;
    if (!known || act->direction == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "comity_act: expected transfer, store, collect, disclose, operate or offer, and request or response");
        return NGX_CONF_ERROR;
    }
    if (own->acts == NULL) {
        own->acts = ngx_array_create(cf->pool, 2, sizeof(comity_ngx_act *));
    }
    comity_ngx_act **place = own->acts == NULL || own->acts->nelts == COMITY_GATE_ACTS_MAX ? NULL : ngx_array_push(own->acts);
    if (place == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity_act: a route has at most %d acts", COMITY_GATE_ACTS_MAX);
        return NGX_CONF_ERROR;
    }
    *place = act;
    ngx_conf_t saved = *cf;
    cf->handler = read_line;
    cf->handler_conf = (void *)act;
    char *result = ngx_conf_parse(cf, NULL);
    *cf = saved;
    return result;
}

/* ---- writing ---- */

/* What is being written: a buffer with an end, and whether all went well. */
typedef struct {
    comity_ngx_ctx *ctx;
    ngx_buf_t *buf;
    ngx_int_t status;
} act_writer;

static void put(act_writer *writer, const char *text, size_t size)
{
    if ((size_t)(writer->buf->end - writer->buf->last) < size) {
        writer->status = NGX_ERROR;
        return;
    }
    writer->buf->last = ngx_cpymem(writer->buf->last, text, size);
}

static void put_text(act_writer *writer, const char *text)
{
    put(writer, text, ngx_strlen(text));
}

/* Is it UTF-8, as far as JSON wants it? */
static ngx_flag_t is_text(ngx_str_t *value)
{
    u_char *at = value->data;
    u_char *end = value->data + value->len;
    while (at < end) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        uint32_t point = ngx_utf8_decode(&at, (size_t)(end - at));
        if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) || point < 0x80) {
            return 0;
        }
    }
    return 1;
}

static void put_string(act_writer *writer, ngx_str_t *value)
{
    if (!is_text(value) || value->len > COMITY_NGX_TEXT_MAX) {
        writer->status = NGX_DECLINED;
        return;
    }
    put_text(writer, "\"");
    for (u_char *at = value->data, *end = at + value->len; at < end;) {
        u_char *plain = at;
        while (at < end && *at >= 0x20 && *at != '"' && *at != '\\') {
            at++;
        }
        put(writer, (char *)plain, (size_t)(at - plain));
        if (at < end && *at < 0x20) {
            char escaped[8];
            u_char *behind = ngx_snprintf((u_char *)escaped, sizeof escaped, "\\u%04xi", (ngx_uint_t)*at++);
            put(writer, escaped, (size_t)(behind - (u_char *)escaped));
        } else if (at < end) {
            put_text(writer, "\\");
            put(writer, (char *)at++, 1);
        }
    }
    put_text(writer, "\"");
}

/* A value with variables, filled in. */
typedef struct {
    ngx_http_complex_value_t *from;
    ngx_str_t value;
} filled_value;

/* A response may be judged any number of times: what it is filled in with stays, and takes memory once. */
static ngx_str_t value_of(act_writer *writer, act_line *line, ngx_uint_t number)
{
    ngx_http_complex_value_t *from = &line->values[number];
    ngx_array_t *values = writer->ctx->values;
    filled_value *filled = values->elts;
    if (from->lengths == NULL) {
        return from->value;
    }
    for (ngx_uint_t i = 0; i < values->nelts; i++) {
        if (filled[i].from == from) {
            return filled[i].value;
        }
    }
    filled = ngx_array_push(values);
    if (filled == NULL) {
        writer->status = NGX_ERROR;
        return (ngx_str_t)ngx_null_string;
    }
    filled->from = from;
    ngx_str_null(&filled->value);
    if (ngx_http_complex_value(writer->ctx->r, from, &filled->value) != NGX_OK) {
        writer->status = NGX_ERROR;
    }
    return filled->value;
}

/* All values of lines of a field, with commas between; how many there are, the word `none` too,
 * which says that the list is empty. */
static ngx_uint_t put_values(act_writer *writer, comity_ngx_act *act, const struct field *field, ngx_uint_t before)
{
    ngx_uint_t none = 0;
    for (ngx_uint_t i = 0; i < act->line_count; i++) {
        for (ngx_uint_t j = 0; act->lines[i].field == field && j < act->lines[i].count; j++) {
            ngx_str_t value = value_of(writer, &act->lines[i], j);
            if (value.len == 4 && ngx_strncmp(value.data, "none", 4) == 0) {
                none = 1;
            } else if (value.len != 0) {
                put_text(writer, before++ == 0 ? "" : ",");
                put_string(writer, &value);
            }
        }
    }
    return field->kind == FIELD_CATEGORY ? before : before + none;
}

static void put_list(act_writer *writer, comity_ngx_act *act, const struct field *field)
{
    u_char *begin = writer->buf->last;
    put_text(writer, ",\"");
    put_text(writer, field->name);
    put_text(writer, "\":[");
    if (put_values(writer, act, field, 0) == 0) {
        writer->buf->last = begin; /* not said */
    } else {
        put_text(writer, "]");
    }
}

static void put_single(act_writer *writer, comity_ngx_act *act, field_kind kind, const char *before, const char *behind)
{
    act_line *line = find(act, kind);
    ngx_str_t value = ngx_null_string;
    if (line != NULL) {
        value = value_of(writer, line, 0);
    }
    if (value.len != 0) {
        put_text(writer, before);
        put_string(writer, &value);
        put_text(writer, behind);
    }
}

static void put_party(act_writer *writer, comity_ngx_act *act, const char *name, field_kind place, field_kind party,
                      field_kind list)
{
    act_line *state = find(act, place);
    act_line *about = find(act, party);
    ngx_str_t code = ngx_null_string;
    ngx_str_t called = ngx_null_string;
    if (state != NULL) {
        code = value_of(writer, state, 0);
    }
    if (about != NULL) {
        called = value_of(writer, about, 0);
    }
    put_text(writer, ",\"");
    put_text(writer, name);
    put_text(writer, "\":{");
    u_char *begin = writer->buf->last;
    if (code.len != 0) {
        put_text(writer, ",\"state\":");
        put_string(writer, &code);
    }
    if (called.len != 0) {
        put_text(writer, ",\"name\":");
        put_string(writer, &called);
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].kind == list) {
            put_list(writer, act, &fields[i]);
        }
    }
    ngx_uint_t kinds = 0;
    for (ngx_uint_t i = 1; about != NULL && i < about->count; i++) {
        ngx_str_t kind = value_of(writer, about, i);
        if (kind.len != 0) {
            put_text(writer, kinds++ == 0 ? ",\"kinds\":[" : ",");
            put_string(writer, &kind);
        }
    }
    put_text(writer, kinds == 0 ? "" : "]");
    if (begin != writer->buf->last) {
        *begin = ' '; /* the first comma */
    }
    put_text(writer, "}");
}

/* NAME=VALUE. */
static void put_paper_word(act_writer *writer, ngx_str_t word)
{
    u_char *equals = ngx_strlchr(word.data, word.data + word.len, '=');
    if (equals == NULL) {
        writer->status = NGX_DECLINED;
        return;
    }
    ngx_str_t name = {(size_t)(equals - word.data), word.data};
    ngx_str_t value = {word.len - name.len - 1, equals + 1};
    if (value.len != 0) {
        put_text(writer, ",");
        put_string(writer, &name);
        put_text(writer, ":");
        put_string(writer, &value);
    }
}

/* KIND and NAME=VALUE words. A paper without a kind is none. */
static void put_papers(act_writer *writer, comity_ngx_act *act)
{
    ngx_uint_t count = 0;
    for (ngx_uint_t i = 0; i < act->line_count; i++) {
        act_line *line = &act->lines[i];
        if (line->field->kind != FIELD_PAPER) {
            continue;
        }
        ngx_str_t kind = value_of(writer, line, 0);
        if (kind.len == 0) {
            continue;
        }
        put_text(writer, count++ == 0 ? ",\"papers\":[{\"kind\":" : ",{\"kind\":");
        put_string(writer, &kind);
        for (ngx_uint_t j = 1; j < line->count; j++) {
            ngx_str_t word = value_of(writer, line, j);
            if (word.len != 0) {
                put_paper_word(writer, word);
            }
        }
        put_text(writer, "}");
    }
    put_text(writer, count == 0 ? "" : "]");
}

/* Of what could not be read all is unknown: the categories are not said at all. */
static void put_data(act_writer *writer, comity_ngx_act *act, const comity_gathered *gathered)
{
    ngx_uint_t count = 0;
    ngx_flag_t unknown = (writer->ctx->doubts & COMITY_NGX_UNREADABLE) != 0;
    put_text(writer, ",\"data\":{\"categories\":[");
    for (size_t i = 0; i < gathered->category_count; i++) {
        if ((gathered->seen >> i & 1) != 0) {
            put_text(writer, count++ == 0 ? "\"" : ",\"");
            put_text(writer, gathered->categories[i]);
            put_text(writer, "\"");
        }
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        count = fields[i].kind == FIELD_CATEGORY ? put_values(writer, act, &fields[i], count) : count;
    }
    put_text(writer, !unknown ? "]" : count == 0 ? "\"...\"]" : ",\"...\"]");
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].kind == FIELD_DATA) {
            put_list(writer, act, &fields[i]);
        }
    }
    if (!unknown) {
        char people[64];
        u_char *end = ngx_snprintf((u_char *)people, sizeof people, gathered->exact ? ",\"people\":%uz" : ",\"people\":{\"min\":%uz}",
                                   gathered->person_count);
        put(writer, people, (size_t)(end - (u_char *)people));
    }
    put_text(writer, "}");
}

ngx_int_t comity_ngx_act_write(comity_ngx_ctx *ctx, comity_ngx_act *act, const comity_gathered *gathered, ngx_str_t *id,
                               ngx_buf_t *buf)
{
    act_writer writer = {.ctx = ctx, .buf = buf, .status = NGX_OK};
    if (ctx->values == NULL) {
        ctx->values = ngx_array_create(ctx->r->pool, 4, sizeof(filled_value));
        if (ctx->values == NULL) {
            return NGX_ERROR;
        }
    }
    put_text(&writer, "{\"id\":");
    put_string(&writer, id);
    put_text(&writer, ",\"act\":");
    put_string(&writer, &act->kind);
    put_party(&writer, act, "from", FIELD_FROM, FIELD_EXPORTER, FIELD_FROM_LIST);
    put_party(&writer, act, "to", FIELD_TO, FIELD_IMPORTER, FIELD_TO_LIST);
    put_data(&writer, act, gathered);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].kind == FIELD_LIST) {
            put_list(&writer, act, &fields[i]);
        }
    }
    put_single(&writer, act, FIELD_DEAL, ",\"deal\":", "");
    put_single(&writer, act, FIELD_CHANNEL, ",\"demand\":{\"channel\":", "}");
    put_papers(&writer, act);
    put_text(&writer, "}");
    return writer.status;
}

/* ---- states by address ---- */

static void database_close(void *data)
{
    MMDB_close(data);
}

ngx_int_t comity_ngx_addresses_open(ngx_conf_t *cf, comity_ngx_main *main)
{
    if (main->addresses.len == 0) {
        return NGX_OK;
    }
    MMDB_s *database = ngx_pcalloc(cf->pool, sizeof *database);
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (database == NULL || cleanup == NULL || ngx_conf_full_name(cf->cycle, &main->addresses, 1) != NGX_OK) {
        return NGX_ERROR;
    }
    int status = MMDB_open((char *)main->addresses.data, MMDB_MODE_MMAP, database);
    if (status != MMDB_SUCCESS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity_addresses: %V: %s", &main->addresses, MMDB_strerror(status));
        return NGX_ERROR;
    }
    cleanup->handler = database_close;
    cleanup->data = database;
    main->database = database;
    return NGX_OK;
}

/* "" where the database knows nothing, so that the fact is unknown. */
static void state_find(ngx_http_request_t *r, struct sockaddr *address, ngx_http_variable_value_t *value)
{
    comity_ngx_main *main = ngx_http_get_module_main_conf(r, ngx_http_comity_module);
    MMDB_entry_data_s entry;
    int error = MMDB_SUCCESS;
    value->valid = 1;
    value->no_cacheable = 0;
    value->not_found = 0;
    value->len = 0;
    value->data = (u_char *)"";
    if (main->database == NULL || address == NULL) {
        return;
    }
    MMDB_lookup_result_s found = MMDB_lookup_sockaddr(main->database, address, &error);
    if (error == MMDB_SUCCESS && found.found_entry &&
        MMDB_get_value(&found.entry, &entry, "country", "iso_code", NULL) == MMDB_SUCCESS && entry.has_data &&
        entry.type == MMDB_DATA_TYPE_UTF8_STRING && entry.data_size <= 16) {
        value->data = (u_char *)entry.utf8_string;
        value->len = entry.data_size;
    }
}

/* $comity_client_state */
ngx_int_t comity_ngx_state_variable(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t data)
{
    state_find(r, r->connection->sockaddr, value);
    return NGX_OK;
}

/* Variables of comity_state: the state of an address, of the last where there are several, as in $upstream_addr. */
static ngx_int_t state_of(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t data)
{
    ngx_str_t text;
    ngx_addr_t address = {.sockaddr = NULL};
    if (ngx_http_complex_value(r, (ngx_http_complex_value_t *)data, &text) != NGX_OK) {
        return NGX_ERROR;
    }
    for (size_t i = text.len; i > 0; i--) {
        if (text.data[i - 1] == ' ') {
            text.data += i;
            text.len -= i;
            break;
        }
    }
    if (text.len == 0 || ngx_parse_addr_port(r->pool, &address, text.data, text.len) != NGX_OK) {
        address.sockaddr = NULL;
    }
    state_find(r, address.sockaddr, value);
    return NGX_OK;
}

char *comity_ngx_state_set(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_str_t *words = cf->args->elts;
    ngx_str_t name = words[1];
    ngx_http_complex_value_t *text = ngx_pcalloc(cf->pool, sizeof *text);
    ngx_http_compile_complex_value_t compile = {.cf = cf, .value = &words[2], .complex_value = text};
    if (name.len < 2 || name.data[0] != '$') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity_state: \"%V\" is no variable", &name);
        return NGX_CONF_ERROR;
    }
    name.data++;
    name.len--;
    ngx_http_variable_t *variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_CHANGEABLE | NGX_HTTP_VAR_NOCACHEABLE);
    if (text == NULL || variable == NULL || ngx_http_compile_complex_value(&compile) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    variable->get_handler = state_of;
    variable->data = (uintptr_t)text;
    return NGX_CONF_OK;
}
