/* Salts: none is given twice, to whatever thread; what was given is not kept; and
 * without random bytes there is none. */
#include "test.h"

#include "record/salt.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#define THREADS 8
#define EACH 1000

/* A disk that has nothing but random bytes, or not even these. */
typedef struct random_disk {
    comity_disk disk;
    bool fails;
    _Atomic unsigned asked;
} random_disk;

static comity_disk_result give_random(comity_disk *disk, void *ret_bytes, size_t size, comity_error *reterr)
{
    random_disk *of = (random_disk *)disk;
    of->asked++;
    if (of->fails) {
        (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "no random bytes");
        return COMITY_DISK_FAILED;
    }
    return getrandom(ret_bytes, size, 0) == (ssize_t)size ? COMITY_DISK_OK : COMITY_DISK_FAILED;
}

typedef struct taker {
    comity_salts *salts;
    uint8_t taken[EACH][COMITY_SALT_SIZE];
    bool failed;
} taker;

static void *take(void *context)
{
    taker *me = context;
    comity_error error;
    for (size_t i = 0; i < EACH; i++) {
        me->failed |= comity_salts_take(me->salts, me->taken[i], &error) != COMITY_OK;
    }
    return NULL;
}

static int order(const void *a, const void *b)
{
    return memcmp(a, b, COMITY_SALT_SIZE);
}

/* Does any pool hold the salt? */
static bool is_kept(const comity_salts *salts, const uint8_t *salt)
{
    for (size_t i = 0; i < COMITY_SALT_POOLS; i++) {
        for (size_t at = 0; at < COMITY_SALT_POOL_BYTES; at += COMITY_SALT_SIZE) {
            if (memcmp(salts->pools[i].bytes + at, salt, COMITY_SALT_SIZE) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void given_once(void)
{
    static comity_salts salts;
    static taker takers[THREADS];
    static uint8_t all[THREADS * EACH][COMITY_SALT_SIZE];
    pthread_t threads[THREADS];
    random_disk disk = {.disk = {.random = give_random}};
    comity_error error;
    bool kept = false;
    size_t twice = 0;
    test_case("each salt is given once, and kept no longer");
    if (!CHECK(comity_salts_begin(&disk.disk, &salts, &error) == COMITY_OK)) {
        return;
    }
    for (size_t i = 0; i < THREADS; i++) {
        takers[i].salts = &salts;
        CHECK(pthread_create(&threads[i], NULL, take, &takers[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(!takers[i].failed);
        memcpy(all[i * EACH], takers[i].taken, sizeof takers[i].taken);
        kept |= is_kept(&salts, takers[i].taken[0]) || is_kept(&salts, takers[i].taken[EACH - 1]);
    }
    qsort(all, THREADS * EACH, COMITY_SALT_SIZE, order);
    for (size_t i = 1; i < (size_t)THREADS * EACH; i++) {
        twice += order(all[i - 1], all[i]) == 0;
    }
    CHECK_EQ_INT(0, twice);
    CHECK(!kept);
    CHECK(disk.asked >= THREADS * EACH / (COMITY_SALT_POOL_BYTES / COMITY_SALT_SIZE));
    comity_salts_end(&salts);
}

static void without_random(void)
{
    static comity_salts salts;
    uint8_t salt[COMITY_SALT_SIZE] = {0};
    uint8_t none[COMITY_SALT_SIZE] = {0};
    random_disk disk = {.disk = {.random = give_random}, .fails = true};
    comity_error error = {.code = COMITY_OK};
    test_case("without random bytes there is no salt, and with them again there is");
    if (!CHECK(comity_salts_begin(&disk.disk, &salts, &error) == COMITY_OK)) {
        return;
    }
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_salts_take(&salts, salt, &error));
    CHECK_EQ_STR("no random bytes", error.message);
    CHECK(memcmp(salt, none, sizeof salt) == 0);
    disk.fails = false;
    CHECK(comity_salts_take(&salts, salt, &error) == COMITY_OK);
    CHECK(memcmp(salt, none, sizeof salt) != 0);
    comity_salts_end(&salts);
}

int main(void)
{
    test_begin("record/salts");
    given_once();
    without_random();
    return test_done();
}
