/* Settings in, a comity_config out. One table of settings; each has a reader of
 * its values, which says exactly what it will not take. Nothing is opened. */
#include "serve/config.h"

#include "base/near.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "record/store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { VALUES_MAX = 3 };

/* What a setting's reader sees. */
typedef struct setting_values {
    comity_config *config;
    const char *texts[VALUES_MAX];
    comity_error *reterr;
} setting_values;

typedef comity_status setting_reader(setting_values *values);

/* ---- readers ---- */

static comity_status read_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number,
                                 comity_error *reterr)
{
    uint64_t number = 0;
    size_t size = strlen(text);
    bool digits = size != 0 && size <= 15;
    for (size_t i = 0; digits && i < size; i++) {
        digits = text[i] >= '0' && text[i] <= '9';
        number = digits ? number * 10 + (uint64_t)(text[i] - '0') : 0;
    }
    if (!digits || number < least || number > most) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "%s is no number from %llu to %llu",
                           comity_quote_bytes(text, size).text, (unsigned long long)least, (unsigned long long)most);
    }
    *ret_number = number;
    return COMITY_OK;
}

static comity_status read_unsigned(const char *text, unsigned least, unsigned most, unsigned *ret_number,
                                   comity_error *reterr)
{
    uint64_t number;
    COMITY_TRY(read_number(text, least, most, &number, reterr));
    *ret_number = (unsigned)number;
    return COMITY_OK;
}

static bool is_name(const char *text)
{
    size_t size = strlen(text);
    return size != 0 && size <= COMITY_LIMIT_SERVE_NAME_BYTES &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == size;
}

static comity_status read_name(const char *text, comity_error *reterr)
{
    if (!is_name(text)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "%s is no name: at most %d small letters, digits, '-', '_' and '.'",
                           comity_quote_bytes(text, strlen(text)).text, COMITY_LIMIT_SERVE_NAME_BYTES);
    }
    return COMITY_OK;
}

static comity_status listen_unix(comity_listen *listen, const char *path, comity_error *reterr)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(path);
    if (path[0] != '/' || size >= sizeof address.sun_path) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "a unix socket is an absolute path of at most %zu bytes",
                           sizeof address.sun_path - 1);
    }
    memcpy(address.sun_path, path, size + 1);
    memcpy(&listen->address, &address, sizeof address);
    listen->address_size = sizeof address;
    listen->path = path;
    return COMITY_OK;
}

static bool listen_loopback(comity_listen *listen, const char *host, uint16_t port)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, host, &four.sin_addr) == 1 && (ntohl(four.sin_addr.s_addr) >> 24) == 127) {
        memcpy(&listen->address, &four, sizeof four);
        listen->address_size = sizeof four;
        return true;
    }
    if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1 && IN6_IS_ADDR_LOOPBACK(&six.sin6_addr)) {
        memcpy(&listen->address, &six, sizeof six);
        listen->address_size = sizeof six;
        return true;
    }
    return false;
}

static comity_status read_listen(setting_values *values)
{
    static const char prefix[] = "unix:";
    comity_config *config = values->config;
    const char *text = values->texts[0];
    comity_listen listen = {.path = NULL};
    char host[INET6_ADDRSTRLEN + 1];
    uint64_t port;
    if (config->listen_count == COMITY_LIMIT_SERVE_LISTENS) {
        return comity_fail(values->reterr, COMITY_ERROR_LIMIT, "at most %d sockets are listened on", COMITY_LIMIT_SERVE_LISTENS);
    }
    if (strncmp(text, prefix, sizeof prefix - 1) == 0) {
        COMITY_TRY(listen_unix(&listen, text + sizeof prefix - 1, values->reterr));
        config->listens[config->listen_count++] = listen;
        return COMITY_OK;
    }
    const char *colon = strrchr(text, ':');
    const char *begin = text[0] == '[' ? text + 1 : text;
    size_t size = colon == NULL ? 0 : (size_t)(colon - begin) - (text[0] == '[' && colon > begin ? 1 : 0);
    if (colon == NULL || colon <= begin || size == 0 || size >= sizeof host || (text[0] == '[' && colon[-1] != ']')) {
        return comity_fail(values->reterr, COMITY_ERROR_SYNTAX, "expected ADDRESS:PORT or unix:PATH, found %s",
                           comity_quote_bytes(text, strlen(text)).text);
    }
    memcpy(host, begin, size);
    host[size] = '\0';
    COMITY_TRY(read_number(colon + 1, 0, 65535, &port, values->reterr));
    if (!listen_loopback(&listen, host, (uint16_t)port)) {
        return comity_fail(values->reterr, COMITY_ERROR_RANGE,
                           "%s is no loopback address: the daemon speaks plain HTTP; put a server with TLS in front",
                           comity_quote_bytes(host, size).text);
    }
    config->listens[config->listen_count++] = listen;
    return COMITY_OK;
}

static comity_status read_gate_socket(setting_values *values)
{
    return listen_unix(&values->config->gate_socket, values->texts[0], values->reterr);
}

static comity_status read_digest(const char *text, uint8_t ret_digest[COMITY_SHA256_SIZE], comity_error *reterr)
{
    static const char prefix[] = "sha256:";
    static const char digits[] = "0123456789abcdef";
    const char *hex = text + sizeof prefix - 1;
    if (strncmp(text, prefix, sizeof prefix - 1) != 0 || strlen(hex) != 64 || strspn(hex, digits) != 64) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "a token is given as sha256: and 64 small hexadecimal digits; `comityd --new-token` makes one");
    }
    for (size_t i = 0; i < COMITY_SHA256_SIZE; i++) {
        const char *high = strchr(digits, hex[2 * i]);
        const char *low = strchr(digits, hex[2 * i + 1]);
        ret_digest[i] = (uint8_t)((high - digits) << 4 | (low - digits));
    }
    return COMITY_OK;
}

static comity_status read_token(setting_values *values)
{
    comity_principals *principals = &values->config->principals;
    comity_token token = {.roles = 0};
    COMITY_TRY(read_name(values->texts[0], values->reterr));
    COMITY_TRY(comity_roles_read(values->texts[1], &token.roles, values->reterr));
    COMITY_TRY(read_digest(values->texts[2], token.digest, values->reterr));
    for (size_t i = 0; i < principals->token_count; i++) {
        if (memcmp(principals->tokens[i].digest, token.digest, sizeof token.digest) == 0) {
            return comity_fail(values->reterr, COMITY_ERROR_NAME, "this token is given already, to %s: say all its roles in one line",
                               principals->tokens[i].name);
        }
    }
    if (principals->token_count == COMITY_LIMIT_SERVE_TOKENS) {
        return comity_fail(values->reterr, COMITY_ERROR_LIMIT, "more than %d tokens", COMITY_LIMIT_SERVE_TOKENS);
    }
    memcpy(token.name, values->texts[0], strlen(values->texts[0]) + 1);
    principals->tokens[principals->token_count++] = token;
    return COMITY_OK;
}

static comity_status read_peer(setting_values *values)
{
    comity_principals *principals = &values->config->principals;
    comity_peer peer = {.roles = 0};
    const char *user = values->texts[0];
    COMITY_TRY(read_name(user, values->reterr));
    COMITY_TRY(comity_roles_read(values->texts[1], &peer.roles, values->reterr));
    if (principals->peer_count == COMITY_LIMIT_SERVE_TOKENS) {
        return comity_fail(values->reterr, COMITY_ERROR_LIMIT, "more than %d peers", COMITY_LIMIT_SERVE_TOKENS);
    }
    if (user[0] >= '0' && user[0] <= '9') {
        COMITY_TRY(read_unsigned(user, 0, UINT32_MAX - 1, &peer.uid, values->reterr));
    } else {
        const struct passwd *known = getpwnam(user);
        if (known == NULL) {
            return comity_fail(values->reterr, COMITY_ERROR_NAME, "there is no user %s", comity_quote_bytes(user, strlen(user)).text);
        }
        peer.uid = known->pw_uid;
    }
    for (size_t i = 0; i < principals->peer_count; i++) {
        if (principals->peers[i].uid == peer.uid) {
            return comity_fail(values->reterr, COMITY_ERROR_NAME, "this user is given already, as %s: say all roles in one line",
                               principals->peers[i].name);
        }
    }
    memcpy(peer.name, user, strlen(user) + 1);
    principals->peers[principals->peer_count++] = peer;
    return COMITY_OK;
}

static comity_status read_anonymous(setting_values *values)
{
    return comity_roles_read(values->texts[0], &values->config->principals.anonymous, values->reterr);
}

static comity_status read_gate(setting_values *values)
{
    comity_config *config = values->config;
    COMITY_TRY(read_name(values->texts[0], values->reterr));
    for (size_t i = 0; i < config->gate_count; i++) {
        if (strcmp(config->gates[i].name, values->texts[0]) == 0) {
            return comity_fail(values->reterr, COMITY_ERROR_NAME, "there are two gates of the name %s",
                               comity_quote_bytes(values->texts[0], strlen(values->texts[0])).text);
        }
    }
    if (config->gate_count == COMITY_LIMIT_SERVE_GATES) {
        return comity_fail(values->reterr, COMITY_ERROR_LIMIT, "more than %d gates", COMITY_LIMIT_SERVE_GATES);
    }
    config->gates[config->gate_count++] = (comity_gate_setting){values->texts[0], values->texts[1]};
    return COMITY_OK;
}

static comity_status read_adopt(setting_values *values)
{
    comity_config *config = values->config;
    if (config->adopted_count == COMITY_LIMIT_SERVE_ADOPTED) {
        return comity_fail(values->reterr, COMITY_ERROR_LIMIT, "more than %d agreements adopted", COMITY_LIMIT_SERVE_ADOPTED);
    }
    config->adopted[config->adopted_count++] = values->texts[0];
    return COMITY_OK;
}

static comity_status read_law(setting_values *values)
{
    values->config->law = values->texts[0];
    return COMITY_OK;
}

static comity_status read_record(setting_values *values)
{
    values->config->record = values->texts[0];
    return COMITY_OK;
}

/* A file, or what libpq takes, which may have several words. */
static comity_status read_ledger(setting_values *values)
{
    const char *text = values->texts[0];
    if (text[0] != '/' && strncmp(text, "postgresql:", strlen("postgresql:")) != 0) {
        return comity_fail(values->reterr, COMITY_ERROR_SYNTAX, "a ledger is the absolute path of a file, or postgresql: and a connection");
    }
    values->config->ledger = text;
    return COMITY_OK;
}

static comity_status read_retention(setting_values *values)
{
    values->config->retention = values->texts[0];
    return COMITY_OK;
}

static comity_status read_erase_after(setting_values *values)
{
    comity_config *config = values->config;
    comity_erase_after rule = {.class_name = values->texts[0]};
    COMITY_TRY(comity_retention_name_check(rule.class_name, values->reterr));
    COMITY_TRY(read_unsigned(values->texts[1], 1, COMITY_LIMIT_SERVE_ERASE_DAYS, &rule.days, values->reterr));
    for (size_t i = 0; i < config->erase_after_count; i++) {
        if (strcmp(config->erase_after[i].class_name, rule.class_name) == 0) {
            return comity_fail(values->reterr, COMITY_ERROR_NAME, "days are given already for the class %s", rule.class_name);
        }
    }
    if (config->erase_after_count == COMITY_LIMIT_RECORD_CLASSES) {
        return comity_fail(values->reterr, COMITY_ERROR_LIMIT, "more than %d classes", COMITY_LIMIT_RECORD_CLASSES);
    }
    config->erase_after[config->erase_after_count++] = rule;
    return COMITY_OK;
}

static comity_status read_policy(setting_values *values)
{
    values->config->policy = values->texts[0];
    return COMITY_OK;
}

static comity_status read_papers(setting_values *values)
{
    values->config->papers = values->texts[0];
    return COMITY_OK;
}

static comity_status read_trust(setting_values *values)
{
    values->config->trust = values->texts[0];
    return COMITY_OK;
}

static comity_status read_dashboard(setting_values *values)
{
    values->config->dashboard = values->texts[0];
    return COMITY_OK;
}

static comity_status read_spool(setting_values *values)
{
    values->config->spool = values->texts[0];
    return COMITY_OK;
}

static comity_status read_threads(setting_values *values)
{
    return read_unsigned(values->texts[0], 1, COMITY_LIMIT_SERVE_THREADS, &values->config->threads, values->reterr);
}

static comity_status read_connections(setting_values *values)
{
    return read_unsigned(values->texts[0], 1, COMITY_LIMIT_SERVE_CONNECTIONS, &values->config->connections, values->reterr);
}

static comity_status read_idle(setting_values *values)
{
    return read_unsigned(values->texts[0], 1, 3600, &values->config->idle_timeout_s, values->reterr);
}

static comity_status read_stop(setting_values *values)
{
    return read_unsigned(values->texts[0], 1, 3600, &values->config->stop_timeout_s, values->reterr);
}

static comity_status read_batch(setting_values *values)
{
    return read_number(values->texts[0], COMITY_LIMIT_ACT_BYTES, COMITY_LIMIT_SERVE_BATCH_BYTES,
                       &values->config->batch_bytes, values->reterr);
}

/* One of two words. */
static comity_status read_choice(setting_values *values, const char *no, const char *yes, bool *ret_yes)
{
    const char *text = values->texts[0];
    if (strcmp(text, no) != 0 && strcmp(text, yes) != 0) {
        return comity_fail(values->reterr, COMITY_ERROR_NAME, "expected %s or %s, found %s", no, yes,
                           comity_quote_bytes(text, strlen(text)).text);
    }
    *ret_yes = strcmp(text, yes) == 0;
    return COMITY_OK;
}

static comity_status read_log(setting_values *values)
{
    return read_choice(values, "events", "requests", &values->config->log_requests);
}

static comity_status read_confine(setting_values *values)
{
    return read_choice(values, "no", "yes", &values->config->confine);
}

static comity_status read_strict(setting_values *values)
{
    return read_choice(values, "no", "yes", &values->config->strict_papers);
}

/* ---- the table ---- */

static const struct setting {
    const char *name;
    const char *values; /* what is expected behind it, for messages */
    unsigned count;     /* of values; 0: one, which may hold blanks */
    setting_reader *read;
} settings[] = {
    {"adopt", "AGREEMENT", 1, read_adopt},
    {"anonymous", "ROLES", 1, read_anonymous},
    {"batch-bytes", "NUMBER", 1, read_batch},
    {"confine", "yes|no", 1, read_confine},
    {"connections", "NUMBER", 1, read_connections},
    {"dashboard", "FOLDER", 1, read_dashboard},
    {"erase-after", "CLASS DAYS", 2, read_erase_after},
    {"gate", "NAME FILE", 2, read_gate},
    {"gate-socket", "PATH", 1, read_gate_socket},
    {"idle-timeout", "SECONDS", 1, read_idle},
    {"law", "FILE", 1, read_law},
    {"ledger", "FILE or postgresql:CONNECTION", 0, read_ledger},
    {"listen", "ADDRESS:PORT or unix:PATH", 1, read_listen},
    {"log", "events|requests", 1, read_log},
    {"papers", "FOLDER", 1, read_papers},
    {"peer", "USER ROLES", 2, read_peer},
    {"policy", "FILE", 1, read_policy},
    {"record", "FOLDER", 1, read_record},
    {"retention", "CLASS", 1, read_retention},
    {"spool", "FOLDER", 1, read_spool},
    {"stop-timeout", "SECONDS", 1, read_stop},
    {"strict-papers", "yes|no", 1, read_strict},
    {"threads", "NUMBER", 1, read_threads},
    {"token", "NAME ROLES sha256:DIGEST", 3, read_token},
    {"trust", "FILE", 1, read_trust},
};

enum { SETTING_COUNT = sizeof settings / sizeof settings[0] };

static const struct setting *setting_find(const char *name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(settings[i].name, name) == 0) {
            return &settings[i];
        }
    }
    return NULL;
}

static comity_status unknown_setting(const char *place, const char *name, comity_error *reterr)
{
    comity_near near;
    comity_near_begin(&near, name, strlen(name));
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        comity_near_offer(&near, settings[i].name, strlen(settings[i].name));
    }
    return comity_fail(reterr, COMITY_ERROR_NAME, "%s: %s is no setting%s%s%s", place,
                       comity_quote_bytes(name, strlen(name)).text, near.best == NULL ? "" : "; did you mean \"",
                       near.best == NULL ? "" : near.best, near.best == NULL ? "" : "\"?");
}

void comity_config_init(comity_config *ret_config)
{
    *ret_config = (comity_config){
        .spool = "/tmp",
        .threads = 2,
        .connections = 1024,
        .idle_timeout_s = 60,
        .stop_timeout_s = 30,
        .batch_bytes = (uint64_t)256 << 20,
        .confine = true,
    };
}

/* Cuts `text` at blanks, in place. The count of pieces; at most `max` are kept. */
static unsigned cut_values(char *text, const char **ret_pieces, unsigned max)
{
    unsigned count = 0;
    char *rest = NULL;
    for (char *piece = strtok_r(text, " \t\r", &rest); piece != NULL; piece = strtok_r(NULL, " \t\r", &rest)) {
        if (count < max) {
            ret_pieces[count] = piece;
        }
        count++;
    }
    return count;
}

/* All of it, without blanks around it. */
static unsigned whole_value(char *text, const char **ret_piece)
{
    size_t size = strlen(text);
    while (size != 0 && strchr(" \t\r", text[size - 1]) != NULL) {
        text[--size] = '\0';
    }
    *ret_piece = text + strspn(text, " \t\r");
    return **ret_piece == '\0' ? 0 : 1;
}

comity_status comity_config_set(comity_config *config, comity_arena *arena, const char *place, const char *name,
                                const char *values, comity_error *reterr)
{
    const struct setting *setting = setting_find(name);
    comity_error error;
    setting_values read = {.config = config, .reterr = &error};
    char *copy;
    if (setting == NULL) {
        return unknown_setting(place, name, reterr);
    }
    /* an option is its own place */
    bool is_named = strncmp(place, "--", 2) == 0 && strcmp(place + 2, name) == 0;
    const char *shown = is_named ? "" : name;
    COMITY_TRY(comity_arena_copy(arena, values, strlen(values), &copy, reterr));
    unsigned count = setting->count == 0 ? whole_value(copy, read.texts) : cut_values(copy, read.texts, VALUES_MAX);
    if (count != (setting->count == 0 ? 1 : setting->count)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s: expected %s%s%s, found %u value%s", place, shown,
                           is_named ? "" : " ", setting->values, count, count == 1 ? "" : "s");
    }
    comity_status status = setting->read(&read);
    return status == COMITY_OK ? COMITY_OK
                               : comity_fail(reterr, status, "%s%s%s: %s", place, is_named ? "" : ": ", shown,
                                             error.message);
}

/* A comment begins as a word does: a path or a password may hold the sign. */
static void cut_comment(char *line)
{
    for (size_t i = 0; line[i] != '\0'; i++) {
        if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
            line[i] = '\0';
            return;
        }
    }
}

static comity_status read_line(comity_config *config, comity_arena *arena, const char *place, char *line,
                               comity_error *reterr)
{
    cut_comment(line);
    line += strspn(line, " \t\r");
    if (line[0] == '\0') {
        return COMITY_OK;
    }
    size_t name_size = strcspn(line, " \t\r");
    char *values = line[name_size] == '\0' ? line + name_size : line + name_size + 1;
    line[name_size] = '\0';
    return comity_config_set(config, arena, place, line, values, reterr);
}

comity_status comity_config_read(comity_config *config, comity_arena *arena, const char *name, const char *text,
                                 size_t size, comity_error *reterr)
{
    char place[256];
    char *line;
    unsigned number = 0;
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t line_size = end == NULL ? size - at : (size_t)(end - (text + at));
        number++;
        (void)snprintf(place, sizeof place, "%.200s:%u", name, number);
        if (memchr(text + at, '\0', line_size) != NULL || comity_utf8_check(text + at, line_size) != line_size) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s: the line is not UTF-8 text", place);
        }
        COMITY_TRY(comity_arena_copy(arena, text + at, line_size, &line, reterr));
        COMITY_TRY(read_line(config, arena, place, line, reterr));
        at += line_size + (end == NULL ? 0 : 1);
    }
    return COMITY_OK;
}

comity_status comity_config_finish(comity_config *config, comity_error *reterr)
{
    if (config->retention != NULL && config->record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "retention is of use with record only");
    }
    if (config->erase_after_count != 0 && config->record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "erase-after is of use with record only");
    }
    if (config->gate_socket.path != NULL && config->record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "gate-socket is of use with record only: nothing is released unrecorded");
    }
    if (config->gate_count != 0 && config->record == NULL) { /* a proxy lets through what is answered 200 */
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "gate is of use with record only: nothing is released unrecorded");
    }
    if ((config->papers == NULL) != (config->trust == NULL)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "papers and trust belong together");
    }
    if (config->policy != NULL && config->record == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "policy is of use with record only");
    }
    if (config->listen_count == 0) {
        (void)listen_loopback(&config->listens[0], "127.0.0.1", COMITY_SERVE_PORT);
        config->listen_count = 1;
    }
    return COMITY_OK;
}
