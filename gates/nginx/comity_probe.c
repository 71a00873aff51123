/* Looking into bytes: working memories, kept for the next request that looks alike.
 *
 * Memories are made when they are first wanted, so that a worker has as many as inputs it looks into at the
 * same time. Those that nobody has wanted for some seconds are given back: of a rush of large bodies they
 * are megabytes each. The key of persons' digests comes from the daemon; memories with an older key are
 * thrown away. */
#include "comity_module.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

enum { CLEAN_COUNT = 32, CLEAN_SIZE = 1022, TRIM_S = 10, TRIM_MANY = 8 };

typedef struct {
    uint16_t size; /* 0: none */
    u_char bytes[CLEAN_SIZE];
} clean_text;

struct comity_ngx_inspector {
    comity_ngx_inspector *next; /* of all there are */
    comity_ngx_conf *conf;      /* the first that it was made for: what it was made of */
    comity_rules *rules;
    comity_masking *masking; /* NULL: nothing is replaced */
    ngx_uint_t level;
    const char **states;
    size_t state_count;
    comity_ngx_probe *idle;
    ngx_uint_t idle_count, idle_least; /* the least since idle ones were given back last */
    time_t trimmed_at;
    clean_text *clean; /* CLEAN_COUNT, each at the place that its bytes give; NULL: none yet */
};

static u_char key[16];
static ngx_uint_t generation;

void comity_ngx_probe_key(const u_char new_key[16])
{
    if (ngx_memcmp(key, new_key, sizeof key) != 0) {
        ngx_memcpy(key, new_key, sizeof key);
        generation++;
    }
}

/* ---- settings ---- */

static void rules_close(void *data)
{
    comity_rules_close(data);
}

static void masking_free(void *data)
{
    comity_masking_free(data);
}

static ngx_int_t rules_take(ngx_conf_t *cf, comity_ngx_main *main)
{
    comity_error error;
    if (main->rules != NULL) {
        return NGX_OK;
    }
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(main->pool, 0);
    if (cleanup == NULL) {
        return NGX_ERROR;
    }
    if (comity_rules_open(&main->rules, &error) != COMITY_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity: %s", error.message);
        return NGX_ERROR;
    }
    cleanup->handler = rules_close;
    cleanup->data = main->rules;
    return NGX_OK;
}

/* A whole file, at most 1 MiB. */
static ngx_int_t file_read(ngx_conf_t *cf, ngx_str_t *path, ngx_str_t *ret_text)
{
    ngx_file_t file = {.name = *path, .log = cf->log};
    ngx_file_info_t about;
    if (ngx_conf_full_name(cf->cycle, &file.name, 1) != NGX_OK) {
        return NGX_ERROR;
    }
    file.fd = ngx_open_file(file.name.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (file.fd == NGX_INVALID_FILE || ngx_fd_info(file.fd, &about) == NGX_FILE_ERROR || ngx_file_size(&about) > 1024 * 1024) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "comity: \"%V\" cannot be read, or is larger than 1 MiB", &file.name);
        return NGX_ERROR;
    }
    ret_text->len = (size_t)ngx_file_size(&about);
    ret_text->data = ngx_pnalloc(cf->pool, ret_text->len + 1);
    ssize_t got = ret_text->data == NULL ? -1 : ngx_read_file(&file, ret_text->data, ret_text->len, 0);
    ngx_close_file(file.fd);
    return got == (ssize_t)ret_text->len ? NGX_OK : NGX_ERROR;
}

/* The policy as one text: the level, the file or else "default keep", and the lines of comity_operator. */
static ngx_int_t policy_text(ngx_conf_t *cf, comity_ngx_conf *conf, ngx_str_t *ret_text)
{
    ngx_str_t file = ngx_string("default keep\n");
    ngx_str_t *lines = conf->operators == NULL ? NULL : conf->operators->elts;
    size_t size = 64;
    if (conf->policy.len != 0 && file_read(cf, &conf->policy, &file) != NGX_OK) {
        return NGX_ERROR;
    }
    for (ngx_uint_t i = 0; lines != NULL && i < conf->operators->nelts; i++) {
        size += lines[i].len;
    }
    ret_text->data = ngx_pnalloc(cf->pool, size + file.len);
    if (ret_text->data == NULL) {
        return NGX_ERROR;
    }
    u_char *end = ngx_cpymem(ret_text->data, file.data, file.len);
    if (conf->policy.len == 0) {
        end = ngx_sprintf(end, "level %ui\n", conf->level);
    } else if (file.len != 0 && end[-1] != '\n') {
        *end++ = '\n';
    }
    for (ngx_uint_t i = 0; lines != NULL && i < conf->operators->nelts; i++) {
        end = ngx_cpymem(end, lines[i].data, lines[i].len);
    }
    ret_text->len = (size_t)(end - ret_text->data);
    return NGX_OK;
}

static ngx_int_t masking_make(ngx_conf_t *cf, comity_ngx_conf *conf, comity_ngx_inspector *inspector)
{
    ngx_str_t policy;
    ngx_str_t secret = ngx_null_string;
    comity_error error;
    if (conf->policy.len == 0 && conf->operators == NULL) {
        return NGX_OK;
    }
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (cleanup == NULL || policy_text(cf, conf, &policy) != NGX_OK ||
        (conf->key.len != 0 && file_read(cf, &conf->key, &secret) != NGX_OK)) {
        return NGX_ERROR;
    }
    const char *name = conf->policy.len == 0 ? "comity_operator" : (const char *)conf->policy.data;
    comity_status status = comity_masking_new(inspector->rules, name, (char *)policy.data, policy.len, (char *)secret.data,
                                              secret.len, &inspector->masking, &error);
    ngx_explicit_memzero(secret.data, secret.len);
    if (status != COMITY_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "comity: %s", error.message);
        return NGX_ERROR;
    }
    cleanup->handler = masking_free;
    cleanup->data = inspector->masking;
    inspector->level = comity_masking_level(inspector->masking);
    return NGX_OK;
}

static ngx_flag_t is_same_text(const ngx_str_t *left, const ngx_str_t *right)
{
    return left->len == right->len && (left->len == 0 || ngx_memcmp(left->data, right->data, left->len) == 0);
}

static ngx_flag_t are_same_texts(ngx_array_t *left, ngx_array_t *right)
{
    ngx_uint_t count = left == NULL ? 0 : left->nelts;
    if (count != (right == NULL ? 0 : right->nelts)) {
        return 0;
    }
    for (ngx_uint_t i = 0; i < count; i++) {
        if (!is_same_text(&((ngx_str_t *)left->elts)[i], &((ngx_str_t *)right->elts)[i])) {
            return 0;
        }
    }
    return 1;
}

static comity_ngx_inspector *find_alike(comity_ngx_inspector *inspector, comity_ngx_conf *conf)
{
    while (inspector != NULL &&
           !(inspector->conf->level == conf->level && is_same_text(&inspector->conf->policy, &conf->policy) &&
             is_same_text(&inspector->conf->key, &conf->key) &&
             are_same_texts(inspector->conf->operators, conf->operators) &&
             are_same_texts(inspector->conf->locale, conf->locale))) {
        inspector = inspector->next;
    }
    return inspector;
}

ngx_int_t comity_ngx_inspector_make(ngx_conf_t *cf, comity_ngx_main *main, comity_ngx_conf *conf)
{
    conf->inspector = find_alike(main->inspectors, conf);
    if (conf->inspector != NULL) {
        return NGX_OK;
    }
    ngx_str_t *states = conf->locale == NULL ? NULL : conf->locale->elts;
    comity_ngx_inspector *inspector = ngx_pcalloc(cf->pool, sizeof *inspector);
    if (inspector == NULL || rules_take(cf, main) != NGX_OK) {
        return NGX_ERROR;
    }
    inspector->rules = main->rules;
    inspector->level = conf->level;
    inspector->state_count = states == NULL ? 0 : conf->locale->nelts;
    inspector->states = ngx_pcalloc(cf->pool, (inspector->state_count + 1) * sizeof *inspector->states);
    if (inspector->states == NULL) {
        return NGX_ERROR;
    }
    for (size_t i = 0; i < inspector->state_count; i++) {
        inspector->states[i] = (char *)states[i].data; /* words of a configuration end in a NUL */
    }
    if (masking_make(cf, conf, inspector) != NGX_OK) {
        return NGX_ERROR;
    }
    inspector->conf = conf;
    inspector->next = main->inspectors;
    main->inspectors = inspector;
    conf->inspector = inspector;
    return NGX_OK;
}

comity_masking *comity_ngx_inspector_masking(comity_ngx_inspector *inspector)
{
    return inspector->masking;
}

/* ---- working memories ---- */

static void probe_free(comity_ngx_probe *probe)
{
    comity_inspection_free(probe->inspection);
    comity_gathering_free(probe->gathering);
    ngx_free(probe);
}

static void found(void *context, const comity_found *found)
{
    comity_ngx_probe *probe = context;
    probe->count++;
    comity_gathering_add(probe->gathering, found);
}

static comity_ngx_probe *probe_new(comity_ngx_inspector *inspector, ngx_log_t *log)
{
    comity_error error;
    comity_inspect_options options = {.level = (uint8_t)inspector->level,
                                      .states = inspector->states,
                                      .state_count = inspector->state_count,
                                      .persons_max = 16, /* they are gathered, not counted there */
                                      .with_digests = true};
    comity_ngx_probe *probe = ngx_calloc(sizeof *probe, log);
    if (probe == NULL) {
        return NULL;
    }
    ngx_memcpy(options.key, key, sizeof options.key);
    probe->inspector = inspector;
    probe->generation = generation;
    if (comity_inspection_new(inspector->rules, &options, found, probe, &probe->inspection, &error) != COMITY_OK ||
        comity_gathering_new(inspector->rules, inspector->masking, &probe->gathering, &error) != COMITY_OK) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "comity: %s", error.message);
        probe_free(probe);
        return NULL;
    }
    return probe;
}

comity_ngx_probe *comity_ngx_probe_take(comity_ngx_inspector *inspector, ngx_log_t *log)
{
    while (inspector->idle != NULL) {
        comity_ngx_probe *probe = inspector->idle;
        inspector->idle = probe->next;
        inspector->idle_count--;
        inspector->idle_least = ngx_min(inspector->idle_least, inspector->idle_count);
        if (probe->generation == generation) {
            return probe;
        }
        probe_free(probe);
    }
    return probe_new(inspector, log);
}

/* What lies free between what is used goes to the system only when it is told so. */
#if defined(__GLIBC__)
static void heap_trim(void)
{
    (void)malloc_trim(0);
}
#else
static void heap_trim(void) {}
#endif

/* Gives back as many as were idle all the time since the last time, but the one that was used last. */
static void trim(comity_ngx_inspector *inspector)
{
    ngx_flag_t many = inspector->idle_least > TRIM_MANY;
    for (; inspector->idle_least > 1; inspector->idle_least--) {
        comity_ngx_probe *probe = inspector->idle->next;
        inspector->idle->next = probe->next;
        inspector->idle_count--;
        probe_free(probe);
    }
    if (many) {
        heap_trim();
    }
    inspector->idle_least = inspector->idle_count;
    inspector->trimmed_at = ngx_time();
}

void comity_ngx_probe_give(comity_ngx_probe *probe)
{
    if (probe == NULL) {
        return;
    }
    comity_ngx_inspector *inspector = probe->inspector;
    comity_gathering_reset(probe->gathering);
    probe->next = inspector->idle;
    inspector->idle = probe;
    inspector->idle_count++;
    if (ngx_time() - inspector->trimmed_at >= TRIM_S) {
        trim(inspector);
    }
}

/* ---- texts in which nothing was found ---- */

static clean_text *clean_place(comity_ngx_inspector *inspector, const u_char *bytes, size_t size)
{
    return &inspector->clean[ngx_murmur_hash2((u_char *)bytes, size) % CLEAN_COUNT];
}

ngx_flag_t comity_ngx_clean_has(comity_ngx_inspector *inspector, const u_char *bytes, size_t size)
{
    if (inspector->clean == NULL || size == 0 || size > CLEAN_SIZE) {
        return 0;
    }
    clean_text *text = clean_place(inspector, bytes, size);
    return text->size == size && ngx_memcmp(text->bytes, bytes, size) == 0;
}

void comity_ngx_clean_add(comity_ngx_inspector *inspector, const u_char *bytes, size_t size)
{
    if (size == 0 || size > CLEAN_SIZE) {
        return;
    }
    if (inspector->clean == NULL) { /* as memories: the worker's for good */
        inspector->clean = ngx_calloc(CLEAN_COUNT * sizeof *inspector->clean, ngx_cycle->log);
        if (inspector->clean == NULL) {
            return;
        }
    }
    clean_text *text = clean_place(inspector, bytes, size);
    text->size = (uint16_t)size;
    ngx_memcpy(text->bytes, bytes, size);
}

/* ---- looking ---- */

/* A doubt is met: what was found stays, and nothing more is looked at. Messages name places, not
 * values; the log of a connection would add the request line, which may hold any value. */
static void doubt(comity_ngx_ctx *ctx, const comity_error *error)
{
    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0, "comity: cannot be read: %s", error->message);
    ctx->doubts |= COMITY_NGX_UNREADABLE;
}

void comity_ngx_probe_begin(comity_ngx_ctx *ctx, const char *type, const char *encoding)
{
    const comity_inspect_hints hints = {.content_type = type, .content_encoding = encoding};
    comity_error error;
    if (comity_inspect_begin(ctx->probe->inspection, &hints, &error) != COMITY_OK) {
        doubt(ctx, &error);
    }
}

void comity_ngx_probe_feed(comity_ngx_ctx *ctx, const u_char *bytes, size_t size)
{
    comity_error error;
    if ((ctx->doubts & COMITY_NGX_UNREADABLE) == 0 &&
        comity_inspect_feed(ctx->probe->inspection, bytes, size, &error) != COMITY_OK) {
        doubt(ctx, &error);
    }
}

void comity_ngx_probe_finish(comity_ngx_ctx *ctx)
{
    comity_error error;
    if ((ctx->doubts & COMITY_NGX_UNREADABLE) == 0 && comity_inspect_finish(ctx->probe->inspection, &error) != COMITY_OK) {
        doubt(ctx, &error);
    }
}
