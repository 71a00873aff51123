/* Judging by several threads: whole lines in, their answers out in the order of the lines.
 *
 * Who reads the stream gives chunks of lines away, numbered from 0. A worker takes the oldest
 * that nobody has, judges it with memory of its own, and leaves the answers with the chunk. Who
 * ends the oldest chunk that is not written writes it, and those behind it that have ended as
 * well; so nobody waits but for work. What answers take is bounded: a worker that has too many
 * of them waits until its chunk is the oldest, and from then on writes as it goes.
 *
 * The reader judges too: what is too long for a chunk, or so little that it is answered sooner
 * without a thread. Its answers have their turn when all chunks given before are written.
 *
 * The mutex guards the counts and the chunks' `judged`. A chunk belongs to the reader until it
 * is given, to its worker until it is judged, then to who writes. */
#include "cli/judge.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Two for each worker: one at work, one that waits for its turn or for a worker. */
#define CHUNKS_MAX ((size_t)2 * JUDGE_JOBS_MAX)

typedef struct judge_chunk {
    char *lines; /* JUDGE_CHUNK_BYTES; owned */
    size_t size;
    uint64_t line; /* lines of the input before */
    comity_buffer answers;
    bool judged;
} judge_chunk;

typedef struct judge_worker {
    judge_run run;
    pthread_t thread;
} judge_worker;

struct judge_pool {
    const judge_setup *setup;
    pthread_mutex_t mutex;
    pthread_cond_t given;   /* there is a chunk to take, or all of it ends */
    pthread_cond_t written; /* one more is written */
    judge_chunk chunks[CHUNKS_MAX];
    uint64_t given_count, taken_count, written_count;
    bool ending, broken; /* broken: answers are taken no more */
    judge_worker workers[JUDGE_JOBS_MAX];
    unsigned worker_count; /* wanted, from the first chunk on those there are */
    bool begun;
};

static void lock(judge_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
}

static void unlock(judge_pool *pool)
{
    (void)pthread_mutex_unlock(&pool->mutex);
}

static judge_chunk *chunk_at(judge_pool *pool, uint64_t number)
{
    return &pool->chunks[number % (2 * (uint64_t)pool->worker_count)];
}

bool judge_pool_wait_turn(judge_pool *pool, uint64_t turn)
{
    lock(pool);
    while (pool->written_count != turn && !pool->broken) {
        (void)pthread_cond_wait(&pool->written, &pool->mutex);
    }
    bool whole = !pool->broken;
    unlock(pool);
    return whole;
}

bool judge_pool_is_idle(judge_pool *pool)
{
    lock(pool);
    bool idle = pool->written_count == pool->given_count;
    unlock(pool);
    return idle;
}

/* ---- a worker ---- */

/* The oldest chunk that nobody has; false when there will be none. */
static bool chunk_take(judge_pool *pool, uint64_t *ret_number)
{
    lock(pool);
    while (pool->taken_count == pool->given_count && !pool->ending) {
        (void)pthread_cond_wait(&pool->given, &pool->mutex);
    }
    bool some = pool->taken_count != pool->given_count;
    *ret_number = pool->taken_count;
    pool->taken_count += some;
    unlock(pool);
    return some;
}

/* Writes the oldest chunk, which is judged; one large answer does not keep its room. */
static bool chunk_write(judge_chunk *chunk)
{
    bool written = judge_write(&chunk->answers);
    comity_buffer_reset(&chunk->answers);
    if (chunk->answers.capacity > (size_t)4 * JUDGE_ANSWERS_BYTES) {
        comity_buffer_free(&chunk->answers);
    }
    return written;
}

/* The chunk is judged: if it is the oldest, it is written, and so are those behind it that wait for that. */
static void chunk_end(judge_pool *pool, uint64_t number, bool broken)
{
    lock(pool);
    pool->broken |= broken;
    chunk_at(pool, number)->judged = true;
    if (pool->written_count != number) {
        unlock(pool);
        return;
    }
    for (judge_chunk *chunk = chunk_at(pool, number); chunk->judged; chunk = chunk_at(pool, pool->written_count)) {
        bool taken = !pool->broken;
        unlock(pool);
        taken = taken && chunk_write(chunk);
        lock(pool);
        pool->broken |= !taken;
        chunk->judged = false;
        pool->written_count++;
        (void)pthread_cond_broadcast(&pool->written);
    }
    unlock(pool);
}

static void *work(void *context)
{
    judge_run *run = context;
    judge_pool *pool = run->pool;
    while (chunk_take(pool, &run->turn)) {
        judge_chunk *chunk = chunk_at(pool, run->turn);
        run->line = chunk->line;
        run->out = chunk->answers;
        judge_lines(run, chunk->lines, chunk->size);
        chunk->answers = run->out;
        chunk_end(pool, run->turn, run->broken);
    }
    return NULL;
}

/* ---- who reads ---- */

judge_pool *judge_pool_new(const judge_setup *setup, unsigned jobs)
{
    judge_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        return NULL;
    }
    pool->setup = setup;
    pool->worker_count = jobs;
    (void)pthread_mutex_init(&pool->mutex, NULL);
    (void)pthread_cond_init(&pool->given, NULL);
    (void)pthread_cond_init(&pool->written, NULL);
    return pool;
}

static bool worker_begin(judge_worker *worker, const judge_run *judging)
{
    comity_error error;
    worker->run = (judge_run){.day = judging->day,
                              .form = judging->form,
                              .style = judging->style,
                              .out_max = JUDGE_ANSWERS_BYTES,
                              .pool = judging->pool};
    return judge_context_open(judging->pool->setup, &worker->run.context, &error) == COMITY_OK &&
           pthread_create(&worker->thread, NULL, work, &worker->run) == 0;
}

/* As many workers as can be had, with two chunks each; what they are is settled before the first has work. */
static void workers_begin(judge_pool *pool, const judge_run *judging)
{
    unsigned count = 0;
    pool->begun = true;
    for (bool more = true; more && count < pool->worker_count; count += more) {
        judge_chunk *chunks = &pool->chunks[(size_t)2 * count];
        for (size_t i = 0; i < 2; i++) {
            chunks[i].lines = malloc(JUDGE_CHUNK_BYTES);
            comity_buffer_init(&chunks[i].answers, COMITY_LIMIT_ANSWER_BYTES * 2);
        }
        more = chunks[0].lines != NULL && chunks[1].lines != NULL && worker_begin(&pool->workers[count], judging);
    }
    for (unsigned i = count; i < pool->worker_count; i++) {
        comity_context_free(pool->workers[i].run.context);
        pool->workers[i].run.context = NULL;
    }
    pool->worker_count = count;
}

bool judge_pool_give(judge_run *judging, const char *lines, size_t size)
{
    judge_pool *pool = judging->pool;
    if (pool != NULL && !pool->begun) {
        workers_begin(pool, judging);
    }
    if (pool == NULL || pool->worker_count == 0) {
        return false;
    }
    judge_flush(judging);
    lock(pool);
    while (pool->given_count - pool->written_count == 2 * (uint64_t)pool->worker_count && !pool->broken) {
        (void)pthread_cond_wait(&pool->written, &pool->mutex);
    }
    judging->broken |= pool->broken;
    unlock(pool);
    if (judging->broken) {
        return true;
    }
    judge_chunk *chunk = chunk_at(pool, pool->given_count);
    memcpy(chunk->lines, lines, size);
    chunk->size = size;
    chunk->line = judging->line;
    for (size_t i = 0; i < size; i++) {
        judging->line += lines[i] == '\n';
    }
    lock(pool);
    judging->turn = ++pool->given_count;
    (void)pthread_cond_signal(&pool->given);
    unlock(pool);
    return true;
}

void judge_pool_end(judge_run *judging)
{
    judge_pool *pool = judging->pool;
    if (pool == NULL) {
        return;
    }
    lock(pool);
    pool->ending = true;
    (void)pthread_cond_broadcast(&pool->given);
    unlock(pool);
    for (unsigned i = 0; i < pool->worker_count && pool->begun; i++) {
        judge_run *run = &pool->workers[i].run;
        (void)pthread_join(pool->workers[i].thread, NULL);
        comity_context_free(run->context);
        judging->some_not_permitted |= run->some_not_permitted;
        judging->some_error |= run->some_error;
    }
    judging->broken |= pool->broken;
    for (size_t i = 0; i < CHUNKS_MAX; i++) {
        free(pool->chunks[i].lines);
        comity_buffer_free(&pool->chunks[i].answers);
    }
    (void)pthread_cond_destroy(&pool->given);
    (void)pthread_cond_destroy(&pool->written);
    (void)pthread_mutex_destroy(&pool->mutex);
    free(pool);
    judging->pool = NULL;
}
