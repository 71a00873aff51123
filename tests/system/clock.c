/* A clock for tests: loaded before the C library (LD_PRELOAD), it tells the times
 * of day that COMITY_TEST_CLOCK lists, in seconds since 1970 with spaces between:
 * one for each time it is asked, and the last for ever after. Or it starts at
 * COMITY_TEST_CLOCK_FROM, when it is first asked, and goes on from there; it is ahead of
 * that by as many seconds as the file COMITY_TEST_CLOCK_FILE says, if there is one.
 * Threads that wait for a moment wait COMITY_TEST_CLOCK_SPEED times shorter. */
#define _GNU_SOURCE /* syscall, RTLD_NEXT */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_uint asked;

static time_t time_of(const char *list, unsigned which)
{
    char *end;
    long long seconds = strtoll(list, &end, 10);
    for (unsigned i = 0; i < which && *end != '\0'; i++) {
        seconds = strtoll(end, &end, 10);
    }
    return (time_t)seconds;
}

/* How many seconds it is ahead of the real one. */
static time_t ahead(const char *from)
{
    static atomic_llong known;
    long long by = atomic_load(&known);
    if (by == 0) {
        struct timespec now;
        (void)syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
        long long found = strtoll(from, NULL, 10) - now.tv_sec;
        by = atomic_compare_exchange_strong(&known, &by, found) ? found : by;
    }
    return (time_t)by;
}

/* What somebody who sets the clock has written there. */
static time_t set_by(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!read(fd, text, sizeof text - 1);
        (void)close(fd);
    }
    return (time_t)strtoll(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    const char *list = getenv("COMITY_TEST_CLOCK");
    const char *from = getenv("COMITY_TEST_CLOCK_FROM");
    if (clock == CLOCK_REALTIME && list != NULL) {
        *ret_time = (struct timespec){.tv_sec = time_of(list, atomic_fetch_add(&asked, 1))};
        return 0;
    }
    const char *file = getenv("COMITY_TEST_CLOCK_FILE");
    int result = (int)syscall(SYS_clock_gettime, clock, ret_time);
    if (clock == CLOCK_REALTIME && from != NULL) {
        ret_time->tv_sec += ahead(from);
    }
    if (clock == CLOCK_REALTIME && file != NULL) {
        ret_time->tv_sec += set_by(file);
    }
    return result;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *moment)
{
    int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *) = NULL;
    const char *speed = getenv("COMITY_TEST_CLOCK_SPEED");
    struct timespec now = *moment;
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    if (speed != NULL) {
        (void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
        long long left_ns = ((long long)moment->tv_sec - now.tv_sec) * 1000000000 + (moment->tv_nsec - now.tv_nsec);
        long long until_ns = now.tv_nsec + (left_ns < 0 ? 0 : left_ns / strtoll(speed, NULL, 10));
        now.tv_sec += (time_t)(until_ns / 1000000000);
        now.tv_nsec = (long)(until_ns % 1000000000);
    }
    return real(condition, mutex, &now);
}
