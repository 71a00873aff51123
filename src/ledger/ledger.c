/* The handle: opening, the schema's versions, and one lock around all.
 *
 * Comes in: a setting. A connection is made when it is first needed and again after it
 * was lost; what cannot be reached is not asked again before a pause has gone by, so
 * that those who wait for a judgement are told at once. */
#include "ledger/inner.h"

#include "base/siphash.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const uint64_t pause_first_ns = 250000000u;
static const uint64_t pause_last_ns = 8000000000u;

/* ---- the schema ---- */

/* From the version of its place, counted from 0, to the next. */
static const comity_sql steps[COMITY_LEDGER_VERSION] = {COMITY_SQL_MAKE_1, COMITY_SQL_MAKE_2};

typedef struct about {
    int64_t ours, others; /* tables */
    int64_t version;
    uint8_t key[COMITY_LEDGER_KEY_SIZE];
    bool whole;
} about;

static comity_status take_tables(void *context, const comity_value *values, comity_error *reterr)
{
    about *found = context;
    (void)reterr;
    found->ours = values[0].number;
    found->others = values[1].number;
    return COMITY_OK;
}

static comity_status take_about(void *context, const comity_value *values, comity_error *reterr)
{
    about *found = context;
    (void)reterr;
    found->version = values[0].number;
    found->whole = values[1].size == COMITY_LEDGER_KEY_SIZE;
    if (found->whole) {
        memcpy(found->key, values[1].bytes, COMITY_LEDGER_KEY_SIZE);
    }
    return COMITY_OK;
}

static comity_status look(comity_store *store, about *found, comity_error *reterr)
{
    COMITY_TRY(store->calls->run(store, COMITY_SQL_IS_THERE, NULL, take_tables, found, NULL, reterr));
    if (found->ours == 0 && found->others != 0) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE, "the ledger: the database holds tables of something else");
    }
    if (found->ours == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(store->calls->run(store, COMITY_SQL_ABOUT, NULL, take_about, found, NULL, reterr));
    if (!found->whole || found->version < 1) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE, "the ledger: the table ledger_about is damaged");
    }
    if (found->version > COMITY_LEDGER_VERSION) {
        return comity_fail(reterr, COMITY_ERROR_IMAGE,
                           "the ledger has version %lld of its schema, but this program knows %d",
                           (long long)found->version, COMITY_LEDGER_VERSION);
    }
    return COMITY_OK;
}

static comity_status make_about(comity_store *store, about *found, comity_error *reterr)
{
    if (RAND_bytes(found->key, sizeof found->key) != 1) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger: no random bytes");
    }
    comity_value values[] = {comity_value_number(COMITY_LEDGER_VERSION),
                             {.bytes = found->key, .size = sizeof found->key}};
    return store->calls->run(store, COMITY_SQL_ABOUT_ADD, values, NULL, NULL, NULL, reterr);
}

static comity_status bring_up_to_date(comity_store *store, about *found, comity_error *reterr)
{
    COMITY_TRY(look(store, found, reterr));
    for (int64_t i = found->version; i < COMITY_LEDGER_VERSION; i++) {
        COMITY_TRY(store->calls->control(store, steps[i], reterr));
    }
    if (found->ours == 0) {
        return make_about(store, found, reterr);
    }
    comity_value version = comity_value_number(COMITY_LEDGER_VERSION);
    return found->version == COMITY_LEDGER_VERSION
               ? COMITY_OK
               : store->calls->run(store, COMITY_SQL_ABOUT_SET, &version, NULL, NULL, NULL, reterr);
}

static comity_status in_transaction(comity_store *store, comity_sql begin, comity_ledger_work *work, void *context,
                                    comity_error *reterr)
{
    comity_error unused;
    COMITY_TRY(store->calls->control(store, begin, reterr));
    comity_status status = work(store, context, reterr);
    if (status == COMITY_OK) {
        status = store->calls->control(store, COMITY_SQL_COMMIT, reterr);
    }
    if (status != COMITY_OK && !store->calls->lost(store)) {
        (void)store->calls->control(store, COMITY_SQL_ROLLBACK, &unused);
    }
    return status;
}

static comity_status schema_work(comity_store *store, void *context, comity_error *reterr)
{
    return bring_up_to_date(store, context, reterr);
}

/* ---- the connection ---- */

static uint64_t steady_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void give_up(comity_ledger *ledger)
{
    if (ledger->store != NULL) {
        ledger->calls->close(ledger->store);
        ledger->store = NULL;
    }
    ledger->retry_ns = steady_ns() + ledger->pause_ns;
    ledger->pause_ns = ledger->pause_ns * 2 > pause_last_ns ? pause_last_ns : ledger->pause_ns * 2;
}

static comity_status connect_now(comity_ledger *ledger, comity_error *reterr)
{
    about found = {.version = 0};
    COMITY_TRY(ledger->calls->open(ledger->where, &ledger->store, reterr));
    comity_status status = in_transaction(ledger->store, COMITY_SQL_BEGIN_SCHEMA, schema_work, &found, reterr);
    if (status != COMITY_OK) {
        ledger->calls->close(ledger->store);
        ledger->store = NULL;
        return status;
    }
    memcpy(ledger->key, found.key, sizeof ledger->key);
    ledger->found = ledger->found == 0 ? (uint32_t)found.version : ledger->found;
    ledger->now = COMITY_LEDGER_VERSION;
    ledger->pause_ns = pause_first_ns;
    return COMITY_OK;
}

static comity_status ensure_open(comity_ledger *ledger, comity_error *reterr)
{
    if (ledger->store != NULL) {
        return COMITY_OK;
    }
    if (steady_ns() < ledger->retry_ns) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the ledger cannot be reached; it is tried again soon");
    }
    comity_status status = connect_now(ledger, reterr);
    if (status != COMITY_OK) {
        give_up(ledger);
    }
    return status;
}

comity_status comity_ledger_do(comity_ledger *ledger, comity_sql begin, comity_ledger_work *work, void *context,
                               comity_error *reterr)
{
    (void)pthread_mutex_lock(&ledger->mutex);
    comity_status status = ensure_open(ledger, reterr);
    if (status == COMITY_OK) {
        status = in_transaction(ledger->store, begin, work, context, reterr);
        if (ledger->store->calls->lost(ledger->store)) {
            give_up(ledger);
        }
    }
    ledger->up = status != COMITY_ERROR_SYSTEM && status != COMITY_ERROR_IMAGE;
    (void)pthread_mutex_unlock(&ledger->mutex);
    return status;
}

/* ---- opening and closing ---- */

static comity_status make(const char *where, comity_ledger **ret_ledger, comity_error *reterr)
{
    static const char prefix[] = "postgresql:";
    bool is_postgres = strncmp(where, prefix, sizeof prefix - 1) == 0;
    if (!is_postgres && where[0] != '/') {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "a ledger is the absolute path of a file, or postgresql: and a connection");
    }
    comity_ledger *ledger = calloc(1, sizeof *ledger);
    char *copy = strdup(where);
    if (ledger == NULL || copy == NULL || pthread_mutex_init(&ledger->mutex, NULL) != 0) {
        free(ledger);
        free(copy);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    ledger->where = copy;
    ledger->calls = is_postgres ? &comity_store_postgres : &comity_store_sqlite;
    ledger->pause_ns = pause_first_ns;
    *ret_ledger = ledger;
    return COMITY_OK;
}

static comity_status open_first(comity_ledger *ledger, comity_error *reterr)
{
    (void)pthread_mutex_lock(&ledger->mutex);
    comity_status status = ensure_open(ledger, reterr);
    ledger->up = status == COMITY_OK;
    (void)pthread_mutex_unlock(&ledger->mutex);
    return status;
}

comity_status comity_ledger_open(const char *where, comity_ledger **ret_ledger, comity_error *reterr)
{
    comity_ledger *ledger;
    COMITY_TRY(make(where, &ledger, reterr));
    comity_status status = open_first(ledger, reterr);
    if (status != COMITY_OK) {
        comity_ledger_close(ledger);
        return status;
    }
    *ret_ledger = ledger;
    return COMITY_OK;
}

comity_status comity_ledger_open_later(const char *where, comity_ledger **ret_ledger, comity_error *reterr)
{
    comity_ledger *ledger;
    COMITY_TRY(make(where, &ledger, reterr));
    comity_status status = open_first(ledger, reterr);
    if (status != COMITY_OK && status != COMITY_ERROR_SYSTEM) {
        comity_ledger_close(ledger);
        return status;
    }
    *ret_ledger = ledger;
    return COMITY_OK;
}

void comity_ledger_close(comity_ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    if (ledger->store != NULL) {
        ledger->calls->close(ledger->store);
    }
    (void)pthread_mutex_destroy(&ledger->mutex);
    OPENSSL_cleanse(ledger->key, sizeof ledger->key);
    free(ledger->where);
    free(ledger);
}

/* ---- what is known of it ---- */

bool comity_ledger_up(comity_ledger *ledger)
{
    (void)pthread_mutex_lock(&ledger->mutex);
    bool up = ledger->up;
    (void)pthread_mutex_unlock(&ledger->mutex);
    return up;
}

comity_status comity_ledger_key(comity_ledger *ledger, uint8_t ret_key[COMITY_LEDGER_KEY_SIZE], comity_error *reterr)
{
    (void)pthread_mutex_lock(&ledger->mutex);
    comity_status status = ledger->now == 0 ? ensure_open(ledger, reterr) : COMITY_OK;
    if (status == COMITY_OK) {
        memcpy(ret_key, ledger->key, COMITY_LEDGER_KEY_SIZE);
    }
    (void)pthread_mutex_unlock(&ledger->mutex);
    return status;
}

void comity_ledger_versions(comity_ledger *ledger, uint32_t *ret_found, uint32_t *ret_now)
{
    (void)pthread_mutex_lock(&ledger->mutex);
    *ret_found = ledger->found;
    *ret_now = ledger->now;
    (void)pthread_mutex_unlock(&ledger->mutex);
}

void comity_ledger_digest_of(const uint8_t key[COMITY_LEDGER_KEY_SIZE], const void *text, size_t size,
                             comity_ledger_digest *ret_digest)
{
    uint64_t words[2] = {0, 0};
    for (unsigned i = 0; i < COMITY_LEDGER_KEY_SIZE; i++) {
        words[i / 8] |= (uint64_t)key[i] << (8 * (i % 8));
    }
    comity_siphash(words, text, size, ret_digest->bytes);
}
