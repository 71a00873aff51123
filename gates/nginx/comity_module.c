/* Directives, and what nginx calls when. docs/gate.md tells the directives. */
#include "comity_module.h"

static ngx_conf_bitmask_t inspect_words[] = {{ngx_string("off"), 0x80},
                                             {ngx_string("request"), COMITY_NGX_REQUEST},
                                             {ngx_string("response"), COMITY_NGX_RESPONSE},
                                             {ngx_string("both"), COMITY_NGX_REQUEST | COMITY_NGX_RESPONSE},
                                             {ngx_null_string, 0}};

static ngx_conf_bitmask_t doubt_words[] = {{ngx_string("none"), 0x80},
                                           {ngx_string("undetermined"), COMITY_NGX_UNDETERMINED},
                                           {ngx_string("unreadable"), COMITY_NGX_UNREADABLE},
                                           {ngx_string("large"), COMITY_NGX_LARGE},
                                           {ngx_null_string, 0}};

static ngx_conf_bitmask_t uninspected_words[] = {{ngx_string("none"), 0x80},
                                                 {ngx_string("upgrade"), COMITY_NGX_UPGRADE},
                                                 {ngx_string("grpc"), COMITY_NGX_GRPC},
                                                 {ngx_null_string, 0}};

static ngx_conf_num_bounds_t level_bounds = {ngx_conf_check_num_bounds, 1, 100};

/* Nothing would ever be asked, held or waited for. */
static char *check_size(ngx_conf_t *cf, void *post, void *size)
{
    return *(size_t *)size == 0 ? "must be more than 0" : NGX_CONF_OK;
}

static char *check_time(ngx_conf_t *cf, void *post, void *time_ms)
{
    return *(ngx_msec_t *)time_ms == 0 ? "must be more than 0" : NGX_CONF_OK;
}

static ngx_conf_post_t size_post = {check_size};
static ngx_conf_post_t time_post = {check_time};

/* Keeps the words of a line, as one text with blanks between or as strings each. */
static char *line_add(ngx_conf_t *cf, ngx_array_t **array, ngx_str_t line)
{
    if (*array == NULL || *array == NGX_CONF_UNSET_PTR) {
        *array = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
    }
    ngx_str_t *item = *array == NULL ? NULL : ngx_array_push(*array);
    if (item == NULL) {
        return NGX_CONF_ERROR;
    }
    *item = line;
    return NGX_CONF_OK;
}

static char *set_operator(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    comity_ngx_conf *own = conf;
    ngx_str_t *words = cf->args->elts;
    ngx_str_t line = {0, NULL};
    size_t size = 0;
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        size += words[i].len + 1;
    }
    line.data = ngx_pnalloc(cf->pool, size);
    if (line.data == NULL) {
        return NGX_CONF_ERROR;
    }
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        ngx_memcpy(line.data + line.len, words[i].data, words[i].len);
        line.len += words[i].len;
        line.data[line.len++] = i + 1 == cf->args->nelts ? '\n' : ' ';
    }
    return line_add(cf, &own->operators, line);
}

static char *set_locale(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    comity_ngx_conf *own = conf;
    ngx_str_t *words = cf->args->elts;
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        if (line_add(cf, &own->locale, words[i]) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }
    return NGX_CONF_OK;
}

#define EVERYWHERE NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF

static ngx_command_t commands[] = {
    {ngx_string("comity_socket"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_str_slot, NGX_HTTP_MAIN_CONF_OFFSET,
     offsetof(comity_ngx_main, socket), NULL},
    {ngx_string("comity_gate"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_str_slot, NGX_HTTP_MAIN_CONF_OFFSET,
     offsetof(comity_ngx_main, name), NULL},
    {ngx_string("comity_addresses"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_str_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(comity_ngx_main, addresses), NULL},
    {ngx_string("comity_state"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2, comity_ngx_state_set, NGX_HTTP_MAIN_CONF_OFFSET, 0,
     NULL},
    {ngx_string("comity_inspect"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_bitmask_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, inspect), inspect_words},
    {ngx_string("comity_act"), EVERYWHERE | NGX_CONF_BLOCK | NGX_CONF_TAKE12, comity_ngx_act_block,
     NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    {ngx_string("comity_policy"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, policy), NULL},
    {ngx_string("comity_key"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, key), NULL},
    {ngx_string("comity_operator"), EVERYWHERE | NGX_CONF_2MORE, set_operator, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    {ngx_string("comity_level"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_num_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, level), &level_bounds},
    {ngx_string("comity_locale"), EVERYWHERE | NGX_CONF_1MORE, set_locale, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    {ngx_string("comity_pass_in_doubt"), EVERYWHERE | NGX_CONF_1MORE, ngx_conf_set_bitmask_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(comity_ngx_conf, doubts), doubt_words},
    {ngx_string("comity_pass_uninspected"), EVERYWHERE | NGX_CONF_1MORE, ngx_conf_set_bitmask_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(comity_ngx_conf, uninspected), uninspected_words},
    {ngx_string("comity_hold"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_size_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, hold), &size_post},
    {ngx_string("comity_segment"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_size_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, segment), &size_post},
    {ngx_string("comity_timeout"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, timeout), &time_post},
    {ngx_string("comity_threads"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, threads), NULL},
    {ngx_string("comity_explain"), EVERYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, explain), NULL},
    {ngx_string("comity_blocked_by"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET,
     offsetof(comity_ngx_conf, blocked_by), NULL},
    ngx_null_command,
};

/* ---- making and merging ---- */

static void *main_create(ngx_conf_t *cf)
{
    comity_ngx_main *main = ngx_pcalloc(cf->pool, sizeof *main);
    if (main != NULL) {
        main->pool = cf->pool;
    }
    return main;
}

static void *conf_create(ngx_conf_t *cf)
{
    comity_ngx_conf *conf = ngx_pcalloc(cf->pool, sizeof *conf);
    if (conf != NULL) {
        conf->level = NGX_CONF_UNSET_UINT;
        conf->hold = NGX_CONF_UNSET_SIZE;
        conf->segment = NGX_CONF_UNSET_SIZE;
        conf->timeout = NGX_CONF_UNSET_MSEC;
        conf->explain = NGX_CONF_UNSET;
    }
    return conf;
}

/* A route of which a direction is inspected has an act for it. */
static char *check_acts(ngx_conf_t *cf, comity_ngx_conf *conf)
{
    ngx_uint_t covered = 0;
    comity_ngx_act **acts = conf->acts == NULL ? NULL : conf->acts->elts;
    for (ngx_uint_t i = 0; conf->acts != NULL && i < conf->acts->nelts; i++) {
        covered |= comity_ngx_act_direction(acts[i]);
    }
    if ((conf->inspect & ~covered & (COMITY_NGX_REQUEST | COMITY_NGX_RESPONSE)) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity_inspect: there is no comity_act for the %s",
                           (conf->inspect & ~covered & COMITY_NGX_REQUEST) != 0 ? "request" : "response");
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

static char *conf_merge(ngx_conf_t *cf, void *parent, void *child)
{
    comity_ngx_conf *before = parent;
    comity_ngx_conf *conf = child;
    comity_ngx_main *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_comity_module);
    ngx_conf_merge_bitmask_value(conf->inspect, before->inspect, (NGX_CONF_BITMASK_SET | 0x80));
    ngx_conf_merge_bitmask_value(conf->doubts, before->doubts, (NGX_CONF_BITMASK_SET | 0x80));
    ngx_conf_merge_bitmask_value(conf->uninspected, before->uninspected, (NGX_CONF_BITMASK_SET | 0x80));
    ngx_conf_merge_str_value(conf->policy, before->policy, "");
    ngx_conf_merge_str_value(conf->key, before->key, "");
    ngx_conf_merge_str_value(conf->threads, before->threads, "default");
    ngx_conf_merge_str_value(conf->blocked_by, before->blocked_by, "urn:comity:gate");
    ngx_conf_merge_uint_value(conf->level, before->level, 75);
    ngx_conf_merge_size_value(conf->hold, before->hold, 1024 * 1024);
    ngx_conf_merge_size_value(conf->segment, before->segment, 1024 * 1024);
    ngx_conf_merge_msec_value(conf->timeout, before->timeout, 5000);
    ngx_conf_merge_value(conf->explain, before->explain, 0);
    conf->acts = conf->acts == NULL ? before->acts : conf->acts;
    conf->operators = conf->operators == NULL ? before->operators : conf->operators;
    conf->locale = conf->locale == NULL ? before->locale : conf->locale;
    if ((conf->inspect & (COMITY_NGX_REQUEST | COMITY_NGX_RESPONSE)) == 0) {
        return NGX_CONF_OK;
    }
    if (conf->segment > conf->hold) {
        conf->segment = conf->hold;
    }
    main->used = 1;
    if (check_acts(cf, conf) != NGX_CONF_OK || comity_ngx_work_pool(cf, conf) != NGX_OK ||
        comity_ngx_inspector_make(cf, main, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

/* ---- what nginx calls ---- */

static ngx_int_t before_settings(ngx_conf_t *cf)
{
    return comity_ngx_variables(cf) == NGX_OK ? comity_ngx_request_variables(cf) : NGX_ERROR;
}

static ngx_int_t after_settings(ngx_conf_t *cf)
{
    comity_ngx_main *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_comity_module);
    ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    if (comity_ngx_addresses_open(cf, main) != NGX_OK) {
        return NGX_ERROR;
    }
    if (!main->used) {
        return NGX_OK;
    }
    ngx_flag_t is_path = main->socket.len != 0 && ngx_strncmp(main->socket.data, "unix:", 5) != 0;
    if (is_path && ngx_conf_full_name(cf->cycle, &main->socket, 0) != NGX_OK) {
        return NGX_ERROR;
    }
    if (!is_path || main->socket.len > 100) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity_socket: expected the path of comityd's gate-socket");
        return NGX_ERROR;
    }
    if (main->name.len == 0) {
        ngx_str_set(&main->name, "nginx");
    }
    if (main->name.len > 64) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity_gate: a name has at most 64 bytes");
        return NGX_ERROR;
    }
    /* behind access control: of access handlers `satisfy any` may skip some */
    ngx_http_handler_pt *handler = ngx_array_push(&core->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (handler == NULL) {
        return NGX_ERROR;
    }
    *handler = comity_ngx_request_handler;
    return comity_ngx_request_init() == NGX_OK ? comity_ngx_response_init() : NGX_ERROR;
}

static ngx_int_t process_begin(ngx_cycle_t *cycle)
{
    comity_ngx_main *main = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_comity_module);
    if (main == NULL || !main->used || (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)) {
        return NGX_OK;
    }
    return comity_ngx_client_start(cycle, main);
}

static void process_end(ngx_cycle_t *cycle)
{
    comity_ngx_client_stop();
}

static ngx_http_module_t context = {
    before_settings, after_settings, main_create, NULL, NULL, NULL, conf_create, conf_merge,
};

ngx_module_t ngx_http_comity_module = {
    NGX_MODULE_V1, &context,    commands, NGX_HTTP_MODULE, NULL, NULL, process_begin, NULL, NULL, process_end, NULL,
    NGX_MODULE_V1_PADDING,
};
