/* Law in use, and its contexts. */
#include "serve/laws.h"

#include "serve/counts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct comity_law_in_use {
    comity_law *law;
    comity_papers *papers; /* at hand, under this law; NULL: none */
    char *clauses;      /* as it is written */
    uint32_t *count_laws; /* by count */
    uint64_t built_s;   /* when its file was written */
    size_t lease_count; /* and one for being the law that judges now */
    size_t idle_count;
    comity_context *idle[COMITY_LIMIT_SERVE_CONTEXTS];
};

static void in_use_free(struct comity_law_in_use *law)
{
    if (law == NULL) {
        return;
    }
    for (size_t i = 0; i < law->idle_count; i++) {
        comity_context_free(law->idle[i]);
    }
    comity_papers_free(law->papers);
    comity_law_close(law->law);
    free(law->clauses);
    free(law->count_laws);
    free(law);
}

static comity_status prepare(const comity_laws *laws, const struct comity_law_in_use *law, comity_context *context,
                             comity_error *reterr)
{
    for (size_t i = 0; i < laws->adopted_count; i++) {
        COMITY_TRY(comity_context_adopt(context, laws->adopted[i], reterr));
    }
    return comity_context_papers(context, law->papers, laws->papers.strict, reterr);
}

static comity_status context_new(const comity_laws *laws, const struct comity_law_in_use *law,
                                 comity_context **ret_context, comity_error *reterr)
{
    comity_context *context;
    COMITY_TRY(comity_context_new(law->law, &context, reterr));
    comity_status status = prepare(laws, law, context, reterr);
    if (status != COMITY_OK) {
        comity_context_free(context);
        return status;
    }
    *ret_context = context;
    return COMITY_OK;
}

static comity_status unpack_clauses(struct comity_law_in_use *law, comity_error *reterr)
{
    const comity_image *image = &law->law->image;
    law->clauses = malloc((size_t)image->header->clauses_size + 1);
    return law->clauses == NULL ? comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory")
                                : comity_image_clauses(image, law->clauses, reterr);
}

static uint64_t written_s(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && about.st_mtime > 0 ? (uint64_t)about.st_mtime : 0;
}

/* A law with a first context, which shows that all can be adopted. */
static comity_status in_use_open(const comity_laws *laws, struct comity_law_in_use **ret_law, comity_error *reterr)
{
    struct comity_law_in_use *law = calloc(1, sizeof *law);
    if (law == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    law->built_s = written_s(laws->path);
    comity_status status = comity_law_open(laws->path, &law->law, reterr);
    if (status == COMITY_OK) {
        status = unpack_clauses(law, reterr);
    }
    if (status == COMITY_OK) {
        law->count_laws = comity_count_laws(&law->law->image);
        status = law->count_laws == NULL ? comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory") : COMITY_OK;
    }
    if (status == COMITY_OK) {
        status = comity_papers_read(&laws->papers, law->law, &law->papers, reterr);
    }
    if (status == COMITY_OK) {
        status = context_new(laws, law, &law->idle[0], reterr);
    }
    if (status != COMITY_OK) {
        in_use_free(law);
        return status;
    }
    law->idle_count = 1;
    law->lease_count = 1;
    *ret_law = law;
    return COMITY_OK;
}

comity_status comity_laws_open(const comity_laws_setting *setting, comity_laws *ret_laws, comity_error *reterr)
{
    comity_laws laws = {.path = setting->path,
                        .adopted = setting->adopted,
                        .adopted_count = setting->adopted_count,
                        .papers = setting->papers};
    COMITY_TRY(in_use_open(&laws, &laws.now, reterr));
    if (pthread_mutex_init(&laws.mutex, NULL) != 0) {
        in_use_free(laws.now);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    *ret_laws = laws;
    return COMITY_OK;
}

/* Ends one use. What is no longer used is freed outside of the mutex. */
static void release(comity_laws *laws, struct comity_law_in_use *law, comity_context *context)
{
    bool last;
    (void)pthread_mutex_lock(&laws->mutex);
    if (context != NULL && law->idle_count < COMITY_LIMIT_SERVE_CONTEXTS) {
        law->idle[law->idle_count++] = context;
        context = NULL;
    }
    last = --law->lease_count == 0;
    (void)pthread_mutex_unlock(&laws->mutex);
    comity_context_free(context);
    if (last) {
        in_use_free(law);
    }
}

void comity_laws_close(comity_laws *laws)
{
    release(laws, laws->now, NULL);
    (void)pthread_mutex_destroy(&laws->mutex);
}

comity_status comity_laws_reload(comity_laws *laws, comity_error *reterr)
{
    struct comity_law_in_use *law;
    COMITY_TRY(in_use_open(laws, &law, reterr));
    (void)pthread_mutex_lock(&laws->mutex);
    struct comity_law_in_use *before = laws->now;
    laws->now = law;
    (void)pthread_mutex_unlock(&laws->mutex);
    release(laws, before, NULL);
    return COMITY_OK;
}

comity_status comity_laws_lease(comity_laws *laws, comity_lease *ret_lease, comity_error *reterr)
{
    comity_lease lease = {.context = NULL};
    (void)pthread_mutex_lock(&laws->mutex);
    lease.law = laws->now;
    lease.law->lease_count++;
    if (lease.law->idle_count != 0) {
        lease.context = lease.law->idle[--lease.law->idle_count];
    }
    (void)pthread_mutex_unlock(&laws->mutex);
    if (lease.context == NULL) {
        comity_status status = context_new(laws, lease.law, &lease.context, reterr);
        if (status != COMITY_OK) {
            release(laws, lease.law, NULL);
            return status;
        }
    }
    *ret_lease = lease;
    return COMITY_OK;
}

void comity_laws_return(comity_laws *laws, comity_lease *lease)
{
    release(laws, lease->law, lease->context);
    *lease = (comity_lease){.law = NULL};
}

const char *comity_lease_clauses(const comity_lease *lease)
{
    return lease->law->clauses;
}

const uint32_t *comity_lease_count_laws(const comity_lease *lease)
{
    return lease->law->count_laws;
}

const comity_papers *comity_lease_papers(const comity_lease *lease)
{
    return lease->law->papers;
}

void comity_laws_hash(comity_laws *laws, char ret_hash[72])
{
    (void)pthread_mutex_lock(&laws->mutex);
    memcpy(ret_hash, laws->now->law->image.hash_text, 72);
    (void)pthread_mutex_unlock(&laws->mutex);
}

uint64_t comity_laws_built(comity_laws *laws)
{
    (void)pthread_mutex_lock(&laws->mutex);
    uint64_t built_s = laws->now->built_s;
    (void)pthread_mutex_unlock(&laws->mutex);
    return built_s;
}
