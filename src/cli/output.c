/* What comes in: a path. What goes out: a file descriptor to write to, and in the end a
 * file that is whole, or the one there was. Nothing is left beside it: not after an
 * error, and not after a signal that asks the program to end. */
#include "cli/output.h"

#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

enum { ENDING_COUNT = sizeof ending / sizeof ending[0] };

/* What a signal takes away; NULL: nothing. */
static const char *volatile unfinished;

/* Does what the signal would have done, once there is nothing left behind. */
static void take_away(int number)
{
    if (unfinished != NULL) {
        (void)unlink(unfinished);
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* Signals that are ignored stay so. */
static void watch(const char *beside)
{
    struct sigaction now;
    struct sigaction then = {.sa_handler = beside == NULL ? SIG_DFL : take_away};
    (void)sigemptyset(&then.sa_mask);
    unfinished = beside;
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) {
            (void)sigaction(ending[i], &then, NULL);
        }
    }
}

static bool is_kept(const struct stat *about)
{
    return !S_ISREG(about->st_mode) && !S_ISDIR(about->st_mode);
}

/* The new file's owner and mode are the old one's, as far as they may be: where the owner
 * cannot, what the mode grants beyond reading, writing and running goes. */
static bool take_after(int fd, const struct stat *about)
{
    struct stat new;
    if (fstat(fd, &new) != 0) {
        return false;
    }
    bool is_same = new.st_uid == about->st_uid && new.st_gid == about->st_gid;
    bool is_owned = is_same || fchown(fd, about->st_uid, about->st_gid) == 0;
    return fchmod(fd, about->st_mode & (is_owned ? 07777 : 0777)) == 0;
}

static bool open_beside(file_output *output, const struct stat *about, mode_t mode)
{
    int length = snprintf(output->beside, sizeof output->beside, "%s.%ld.new", output->path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof output->beside) {
        (void)complain("%s: the path is too long", output->path);
        return false;
    }
    output->is_beside = true;
    output->fd = open(output->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, about == NULL ? mode : 0600);
    if (output->fd < 0) {
        (void)complain("%s: %s", output->beside, strerror(errno));
        return false;
    }
    watch(output->beside);
    if (about != NULL && !take_after(output->fd, about)) {
        (void)complain("%s: %s", output->path, strerror(errno));
        (void)file_output_close(output, false);
        return false;
    }
    return true;
}

bool file_output_open(const char *path, mode_t mode, file_output *ret_output)
{
    struct stat about;
    struct stat link;
    bool is_there = stat(path, &about) == 0;
    if (is_there && is_kept(&about)) {
        ret_output->is_beside = false;
        ret_output->fd = open(path, O_WRONLY | O_CLOEXEC);
        if (ret_output->fd < 0) {
            (void)complain("%s: %s", path, strerror(errno));
        }
        return ret_output->fd >= 0;
    }
    bool is_link = is_there && lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
    if (strlen(path) >= sizeof ret_output->path) {
        (void)complain("%s: the path is too long", path);
        return false;
    }
    if (!is_link || realpath(path, ret_output->path) == NULL) {
        memcpy(ret_output->path, path, strlen(path) + 1);
    }
    return open_beside(ret_output, is_there ? &about : NULL, mode);
}

bool file_output_close(file_output *output, bool good)
{
    if (!output->is_beside) {
        bool done = close(output->fd) == 0 || !good;
        if (!done) {
            (void)complain("writing: %s", strerror(errno));
        }
        return done && good;
    }
    bool is_safe = good && fsync(output->fd) == 0;
    is_safe = close(output->fd) == 0 && is_safe;
    is_safe = is_safe && rename(output->beside, output->path) == 0;
    if (good && !is_safe) {
        (void)complain("%s: %s", output->path, strerror(errno));
    }
    if (!is_safe) {
        (void)unlink(output->beside);
    }
    watch(NULL);
    return is_safe;
}
