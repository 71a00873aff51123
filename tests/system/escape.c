/* Loaded into comityd before the C library (LD_PRELOAD): once it runs, which is when
 * it first waits for signals, this tries what one would who had taken the daemon
 * over, and says of each what came of it: a line {"event":"tried","what":…,"why":…},
 * `why` being 0 or the number of the error. COMITY_TEST_OUTSIDE names a folder
 * that no setting names. */
#define _GNU_SOURCE /* RTLD_NEXT, CLONE_NEWUSER */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *what, long result)
{
    (void)fprintf(stderr, "{\"event\":\"tried\",\"what\":\"%s\",\"why\":%d}\n", what, result < 0 ? errno : 0);
}

/* A process that is made ends at once. */
static long made(long result)
{
    if (result == 0) {
        _exit(0);
    }
    return result;
}

static void try_files(const char *outside)
{
    char path[4096];
    say("read /etc/passwd", open("/etc/passwd", O_RDONLY));
    say("read /proc/self/mem", open("/proc/self/mem", O_RDONLY));
    (void)snprintf(path, sizeof path, "%s/made", outside);
    say("write outside", open(path, O_WRONLY | O_CREAT, 0600));
    say("a folder outside", mkdir(path, 0700));
    say("remove outside", unlink(outside));
    say("a link", symlink("/etc/passwd", path));
    say("a file of memory", syscall(SYS_memfd_create, "x", 0u));
}

static void try_calls(void)
{
    struct clone_args space = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    static const struct {
        const char *what;
        int family;
    } sockets[] = {{"a local socket", AF_UNIX}, {"a socket", AF_INET}, {"a socket of netlink", AF_NETLINK}, {"a socket of packets", AF_PACKET},
                   {"a socket of machines", AF_VSOCK}};
    say("a process", made(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)));
    say("a space of users", made(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)));
    say("a space of users, anew", made(syscall(SYS_clone3, &space, sizeof space)));
    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++) {
        say(sockets[i].what, socket(sockets[i].family, SOCK_DGRAM, 0));
    }
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("memory", page == MAP_FAILED ? -1 : 0);
    say("memory to be run", mprotect(page, 4096, PROT_READ | PROT_EXEC));
    say("memory to be written and run", mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
    say("another's signal", kill(getpid(), 0));
    say("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
    say("other rights", setuid(1));
}

int sigwait(const sigset_t *signals, int *ret_signal)
{
    static int tried;
    int (*next)(const sigset_t *, int *);
    *(void **)&next = dlsym(RTLD_NEXT, "sigwait"); /* as POSIX has it */
    if (tried++ == 0) {
        try_files(getenv("COMITY_TEST_OUTSIDE"));
        try_calls();
        say("all", 0);
        if (getenv("COMITY_TEST_PROGRAM") != NULL) {
            (void)execl("/bin/true", "true", (char *)NULL);
        }
    }
    return next(signals, ret_signal);
}
