/* Landlock and seccomp.
 *
 * All that is opened while running lies at paths that the settings name, so that
 * the rules can be made before anything is opened: the folder of the law and the
 * gates' acts may be read, the record and the spool written, sockets made where
 * they are asked for. What is not on the list of system calls fails with EPERM;
 * what would begin another program or look into another process ends this one. Of
 * some calls what they are given counts: threads are made, and no processes; sockets
 * are local or of the Internet; memory is written or run, never both. */
#include "serve/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                                              \
    (READING | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR)
#define SOCKETS (LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE)

/* Rights that later kernels added; asked for where the kernel knows them. */
enum { ABI_REFER = 2, ABI_TRUNCATE = 3 };
#define RIGHT_REFER (UINT64_C(1) << 13)
#define RIGHT_TRUNCATE (UINT64_C(1) << 14)

/* ---- Landlock ---- */

static uint64_t known_rights(long abi)
{
    uint64_t rights = (UINT64_C(1) << 13) - 1;
    rights |= abi >= ABI_REFER ? RIGHT_REFER : 0;
    rights |= abi >= ABI_TRUNCATE ? RIGHT_TRUNCATE : 0;
    return rights;
}

static comity_status allow_path(int rules, const char *path, uint64_t rights, comity_error *reterr)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    long result = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    int reason = errno;
    (void)close(rule.parent_fd);
    return result == 0 ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: Landlock: %s", path, strerror(reason));
}

/* The same for the folder a file lies in: the file itself may be replaced. */
static comity_status allow_folder_of(int rules, const char *path, uint64_t rights, comity_error *reterr)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);
    if (size >= sizeof folder) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "%s: the path is too long", path);
    }
    (void)snprintf(folder, sizeof folder, "%.*s", (int)size, path);
    return allow_path(rules, slash == NULL ? "." : size == 0 ? "/" : folder, rights, reterr);
}

/* A file and what SQLite puts beside it; or, for PostgreSQL, what names of hosts and users
 * are looked up in. Sockets are none of Landlock's files. */
static comity_status allow_ledger(int rules, const char *ledger, uint64_t writing, comity_error *reterr)
{
    static const char *const looked_up[] = {"/etc/hosts", "/etc/host.conf", "/etc/resolv.conf", "/etc/nsswitch.conf",
                                            "/etc/passwd", "/etc/gai.conf"};
    if (ledger[0] == '/') {
        return allow_folder_of(rules, ledger, writing, reterr);
    }
    for (size_t i = 0; i < sizeof looked_up / sizeof looked_up[0]; i++) {
        if (access(looked_up[i], R_OK) == 0) {
            COMITY_TRY(allow_path(rules, looked_up[i], LANDLOCK_ACCESS_FS_READ_FILE, reterr));
        }
    }
    return COMITY_OK;
}

static comity_status allow_all(int rules, const comity_config *config, uint64_t known, comity_error *reterr)
{
    uint64_t writing = (WRITING | RIGHT_REFER | RIGHT_TRUNCATE) & known;
    COMITY_TRY(allow_folder_of(rules, config->law, READING, reterr));
    COMITY_TRY(allow_path(rules, config->spool, writing, reterr));
    if (config->record != NULL) {
        COMITY_TRY(allow_path(rules, config->record, writing, reterr));
    }
    if (config->papers != NULL) {
        COMITY_TRY(allow_path(rules, config->papers, READING, reterr));
        COMITY_TRY(allow_folder_of(rules, config->trust, READING, reterr));
    }
    if (config->policy != NULL) {
        COMITY_TRY(allow_folder_of(rules, config->policy, READING, reterr));
    }
    if (config->dashboard != NULL) {
        COMITY_TRY(allow_path(rules, config->dashboard, READING, reterr));
    }
    if (config->ledger != NULL) {
        COMITY_TRY(allow_ledger(rules, config->ledger, writing, reterr));
    }
    for (size_t i = 0; i < config->gate_count; i++) {
        COMITY_TRY(allow_path(rules, config->gates[i].path, LANDLOCK_ACCESS_FS_READ_FILE, reterr));
    }
    if (config->gate_socket.path != NULL) {
        COMITY_TRY(allow_folder_of(rules, config->gate_socket.path, SOCKETS, reterr));
    }
    for (size_t i = 0; i < config->listen_count; i++) {
        if (config->listens[i].path != NULL) {
            COMITY_TRY(allow_folder_of(rules, config->listens[i].path, SOCKETS, reterr));
        }
    }
    return COMITY_OK;
}

static comity_status confine_files(const comity_config *config, bool *ret_landlock, comity_error *reterr)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) {
        *ret_landlock = false;
        return COMITY_OK;
    }
    struct landlock_ruleset_attr attributes = {.handled_access_fs = known_rights(abi)};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (rules < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "Landlock: %s", strerror(errno));
    }
    comity_status status = allow_all(rules, config, attributes.handled_access_fs, reterr);
    if (status == COMITY_OK && syscall(SYS_landlock_restrict_self, rules, 0) != 0) {
        status = comity_fail(reterr, COMITY_ERROR_SYSTEM, "Landlock: %s", strerror(errno));
    }
    (void)close(rules);
    *ret_landlock = true;
    return status;
}

/* ---- seccomp ---- */

static const char *const allowed_calls[] = {
    /* files */
    "access", "chmod", "close", "faccessat", "faccessat2", "fallocate", "fchmod", "fchmodat", "fcntl", "fdatasync",
    "flock", "fstat", "fsync", "ftruncate", "getdents64", "lseek", "lstat", "mkdir", "mkdirat", "newfstatat", "open",
    "openat", "pread64", "preadv", "pwrite64", "pwritev", "read", "readlink", "readlinkat", "readv", "rename", "renameat",
    "renameat2", "rmdir", "stat", "statx", "sync_file_range", "syncfs", "unlink", "unlinkat", "write", "writev",
    /* sockets */
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recvfrom", "recvmsg",
    "sendfile", "sendmsg", "sendto", "setsockopt", "shutdown",
    /* waiting */
    "clock_gettime", "clock_getres", "clock_nanosleep", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait",
    "eventfd2", "futex", "gettimeofday", "nanosleep", "pipe2", "poll", "ppoll", "restart_syscall", "sched_yield",
    "select", "time",
    /* memory, threads, signals */
    "brk", "exit", "exit_group", "getpid", "getrandom", "gettid", "madvise", "membarrier", "mlock", "mlock2", "mremap",
    "munlock", "munmap", "prctl", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sched_getaffinity", "set_robust_list", "sigaltstack", "sysinfo", "tgkill",
    "uname", "getuid", "geteuid", "getgid", "getegid", "prlimit64", "sched_setaffinity",
};

static const char *const deadly_calls[] = {
    "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "bpf", "init_module", "finit_module",
    "kexec_load", "mount", "pivot_root", "setns", "unshare", "userfaultfd", "perf_event_open", "keyctl",
};

/* Calls of which one argument must have a value, under a mask; of several lines of a call one is enough. */
typedef struct allowed_if {
    const char *name;
    unsigned argument;
    uint64_t mask, value;
} allowed_if;

/* Where a call to clone has its flags. */
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

#define NO_MASK UINT64_MAX

static const allowed_if conditions[] = {
    {"clone", CLONE_FLAGS, CLONE_THREAD | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
     CLONE_THREAD},
    {"mmap", 2, PROT_EXEC, 0},
    {"mmap", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC},
    {"mprotect", 2, PROT_EXEC, 0},
    {"socket", 0, NO_MASK, AF_UNIX},
    {"socket", 0, NO_MASK, AF_INET},
    {"socket", 0, NO_MASK, AF_INET6},
    {"socketpair", 0, NO_MASK, AF_UNIX},
};

/* A call that this machine does not have need not be allowed. */
static int add_calls(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number != __NR_SCMP_ERROR) {
            result = seccomp_rule_add(filter, action, number, 0);
        }
    }
    return result;
}

static int add_conditions(scmp_filter_ctx filter)
{
    int result = 0;
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0] && result == 0; i++) {
        const allowed_if *call = &conditions[i];
        const struct scmp_arg_cmp compare = {call->argument, SCMP_CMP_MASKED_EQ, call->mask, call->value};
        int number = seccomp_syscall_resolve_name(call->name);
        if (number != __NR_SCMP_ERROR) {
            result = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &compare);
        }
    }
    return result;
}

static comity_status confine_calls(comity_error *reterr)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "seccomp: out of memory");
    }
    int result = add_calls(filter, SCMP_ACT_ALLOW, allowed_calls, sizeof allowed_calls / sizeof allowed_calls[0]);
    if (result == 0) {
        result = add_calls(filter, SCMP_ACT_KILL_PROCESS, deadly_calls, sizeof deadly_calls / sizeof deadly_calls[0]);
    }
    if (result == 0) {
        result = add_conditions(filter);
    }
    if (result == 0) { /* its flags lie in memory, where a filter does not see them: the C library goes on with clone */
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name("clone3"), 0);
    }
    if (result == 0) {
        result = seccomp_load(filter);
    }
    seccomp_release(filter);
    return result == 0 ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_SYSTEM, "seccomp: %s", strerror(-result));
}

comity_status comity_confine(const comity_config *config, bool *ret_landlock, comity_error *reterr)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "no_new_privs: %s", strerror(errno));
    }
    COMITY_TRY(confine_files(config, ret_landlock, reterr));
    return confine_calls(reterr);
}
