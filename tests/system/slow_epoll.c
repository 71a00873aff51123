/* An epoll for tests: loaded before the C library (LD_PRELOAD), it is slow to take
 * a descriptor out, so that two threads that both do it meet. */
#define _GNU_SOURCE /* syscall */
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int epoll_ctl(int set, int what, int fd, struct epoll_event *event)
{
    if (what == EPOLL_CTL_DEL) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 3 * 1000 * 1000}, NULL);
    }
    return (int)syscall(SYS_epoll_ctl, set, what, fd, event);
}
