/* The real disk: POSIX calls below one folder, which is held open, so that the
 * record stays where it is when the process changes its own folder. Every file
 * is opened for this process alone (O_CLOEXEC). errno is given back as it was. */
#include "record/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* syncfs is Linux's; POSIX only knows a sync of everything. */
int syncfs(int fd);

typedef struct system_disk {
    comity_disk disk;
    int folder;
    char path[1]; /* for messages; as the operator named it */
} system_disk;

static system_disk *system_of(comity_disk *disk)
{
    return (system_disk *)disk;
}

/* What errno says, of a path or, NULL, of a file that is open; gives errno back as it was before the call. */
static comity_disk_result told(const system_disk *posix, const char *path, int saved, comity_error *reterr)
{
    int why = errno;
    errno = saved;
    if (why == ENOENT) {
        return COMITY_DISK_MISSING;
    }
    if (why == EEXIST || why == ENOTEMPTY) {
        return COMITY_DISK_EXISTS;
    }
    if (why == EWOULDBLOCK) {
        return COMITY_DISK_BUSY;
    }
    if (path == NULL) {
        (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: a file in it: %s", posix->path, strerror(why));
    } else {
        (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s/%s: %s", posix->path, path, strerror(why));
    }
    return COMITY_DISK_FAILED;
}

/* A record may come from others: a pipe in place of a file would have its reader wait for ever. */
static bool is_plain(int file)
{
    struct stat about;
    return fstat(file, &about) == 0 && S_ISREG(about.st_mode);
}

static comity_disk_result system_open(comity_disk *disk, const char *path, comity_disk_open how, int *ret_file,
                                     comity_error *reterr)
{
    static const int flags[] = {O_RDONLY, O_RDWR, O_RDWR | O_CREAT | O_EXCL, O_RDWR | O_CREAT | O_TRUNC};
    /* what is private is for its owner, what is public for everybody */
    mode_t mode = strncmp(path, "public/", 7) == 0 ? 0644 : 0600;
    int saved = errno;
    int file = openat(system_of(disk)->folder, path, flags[how] | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    if (file < 0) {
        return told(system_of(disk), path, saved, reterr);
    }
    if (how != COMITY_DISK_CREATE && !is_plain(file)) { /* what was just made is one */
        (void)close(file);
        errno = saved;
        (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s/%s: not a plain file", system_of(disk)->path, path);
        return COMITY_DISK_FAILED;
    }
    *ret_file = file;
    return COMITY_DISK_OK;
}

static void system_close(comity_disk *disk, int file)
{
    int saved = errno;
    (void)disk;
    (void)close(file);
    errno = saved;
}

static comity_disk_result system_size(comity_disk *disk, int file, uint64_t *ret_size, comity_error *reterr)
{
    struct stat about;
    int saved = errno;
    if (fstat(file, &about) != 0) {
        return told(system_of(disk), NULL, saved, reterr);
    }
    *ret_size = (uint64_t)about.st_size;
    return COMITY_DISK_OK;
}

static comity_disk_result system_read(comity_disk *disk, int file, uint64_t at, void *ret_bytes, size_t size,
                                     size_t *ret_size, comity_error *reterr)
{
    size_t got = 0;
    int saved = errno;
    while (got < size) {
        ssize_t more = pread(file, (char *)ret_bytes + got, size - got, (off_t)(at + got));
        if (more < 0 && errno == EINTR) {
            continue;
        }
        if (more < 0) {
            return told(system_of(disk), NULL, saved, reterr);
        }
        if (more == 0) {
            break;
        }
        got += (size_t)more;
    }
    errno = saved;
    *ret_size = got;
    return COMITY_DISK_OK;
}

static comity_disk_result system_write(comity_disk *disk, int file, uint64_t at, const void *bytes, size_t size,
                                      comity_error *reterr)
{
    size_t put = 0;
    int saved = errno;
    while (put < size) {
        ssize_t more = pwrite(file, (const char *)bytes + put, size - put, (off_t)(at + put));
        if (more < 0 && errno == EINTR) {
            continue;
        }
        if (more <= 0) {
            errno = more == 0 ? ENOSPC : errno;
            return told(system_of(disk), NULL, saved, reterr);
        }
        put += (size_t)more;
    }
    errno = saved;
    return COMITY_DISK_OK;
}

static comity_disk_result system_truncate(comity_disk *disk, int file, uint64_t size, comity_error *reterr)
{
    int saved = errno;
    return ftruncate(file, (off_t)size) == 0 ? COMITY_DISK_OK : told(system_of(disk), NULL, saved, reterr);
}

static comity_disk_result system_sync(comity_disk *disk, int file, comity_error *reterr)
{
    int saved = errno;
    return fdatasync(file) == 0 ? COMITY_DISK_OK : told(system_of(disk), NULL, saved, reterr);
}

static void system_forget(comity_disk *disk, int file, uint64_t from, uint64_t to)
{
    (void)disk; /* and no errno: the call returns its number */
    (void)posix_fadvise(file, (off_t)from, (off_t)(to - from), POSIX_FADV_DONTNEED);
}

static comity_disk_result system_sync_folder(comity_disk *disk, const char *path, comity_error *reterr)
{
    int saved = errno;
    int file = openat(system_of(disk)->folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) {
        return told(system_of(disk), path, saved, reterr);
    }
    comity_disk_result result = fsync(file) == 0 ? COMITY_DISK_OK : told(system_of(disk), path, saved, reterr);
    system_close(disk, file);
    return result;
}

static comity_disk_result system_sync_all(comity_disk *disk, comity_error *reterr)
{
    int saved = errno;
    return syncfs(system_of(disk)->folder) == 0 ? COMITY_DISK_OK : told(system_of(disk), ".", saved, reterr);
}

static comity_disk_result system_move(comity_disk *disk, const char *from, const char *to, comity_error *reterr)
{
    int folder = system_of(disk)->folder;
    int saved = errno;
    return renameat(folder, from, folder, to) == 0 ? COMITY_DISK_OK : told(system_of(disk), to, saved, reterr);
}

static comity_disk_result system_remove(comity_disk *disk, const char *path, comity_error *reterr)
{
    int saved = errno;
    return unlinkat(system_of(disk)->folder, path, 0) == 0 ? COMITY_DISK_OK : told(system_of(disk), path, saved, reterr);
}

static comity_disk_result system_remove_folder(comity_disk *disk, const char *path, comity_error *reterr)
{
    int saved = errno;
    return unlinkat(system_of(disk)->folder, path, AT_REMOVEDIR) == 0 ? COMITY_DISK_OK
                                                                     : told(system_of(disk), path, saved, reterr);
}

static comity_disk_result system_make_folder(comity_disk *disk, const char *path, comity_error *reterr)
{
    mode_t mode = strncmp(path, "public", 6) == 0 ? 0755 : 0700;
    int saved = errno;
    return mkdirat(system_of(disk)->folder, path, mode) == 0 ? COMITY_DISK_OK
                                                            : told(system_of(disk), path, saved, reterr);
}

static comity_disk_result system_list(comity_disk *disk, const char *path,
                                     comity_disk_result (*each)(void *context, const char *name, comity_error *reterr),
                                     void *context, comity_error *reterr)
{
    int saved = errno;
    int file = openat(system_of(disk)->folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = file < 0 ? NULL : fdopendir(file);
    if (folder == NULL) {
        comity_disk_result result = told(system_of(disk), path, saved, reterr);
        if (file >= 0) {
            system_close(disk, file);
        }
        return result;
    }
    comity_disk_result result = COMITY_DISK_OK;
    errno = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL && result == COMITY_DISK_OK; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            result = each(context, entry->d_name, reterr);
        }
        errno = 0;
    }
    if (errno != 0) {
        result = told(system_of(disk), path, saved, reterr);
    }
    (void)closedir(folder);
    errno = saved;
    return result;
}

static comity_disk_result system_lock(comity_disk *disk, const char *path, int *ret_file, comity_error *reterr)
{
    int saved = errno;
    int file = openat(system_of(disk)->folder, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) {
        comity_disk_result result = told(system_of(disk), path, saved, reterr);
        if (file >= 0) {
            system_close(disk, file);
        }
        return result;
    }
    *ret_file = file;
    return COMITY_DISK_OK;
}

static comity_disk_result system_random(comity_disk *disk, void *ret_bytes, size_t size, comity_error *reterr)
{
    size_t got = 0;
    int saved = errno;
    while (got < size) {
        ssize_t more = getrandom((char *)ret_bytes + got, size - got, 0);
        if (more < 0 && errno != EINTR) {
            return told(system_of(disk), "random bytes", saved, reterr);
        }
        got += more > 0 ? (size_t)more : 0;
    }
    errno = saved;
    return COMITY_DISK_OK;
}

comity_status comity_disk_posix_new(const char *path, comity_disk **ret_disk, comity_error *reterr)
{
    static const comity_disk functions = {
        .open = system_open,
        .close = system_close,
        .size = system_size,
        .read = system_read,
        .write = system_write,
        .truncate = system_truncate,
        .sync = system_sync,
        .forget = system_forget,
        .sync_folder = system_sync_folder,
        .sync_all = system_sync_all,
        .move = system_move,
        .remove = system_remove,
        .remove_folder = system_remove_folder,
        .make_folder = system_make_folder,
        .list = system_list,
        .lock = system_lock,
        .random = system_random,
    };
    size_t size = strlen(path);
    system_disk *posix = calloc(1, sizeof *posix + size);
    if (posix == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    posix->disk = functions;
    memcpy(posix->path, path, size);
    int saved = errno;
    posix->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (posix->folder < 0) {
        comity_status status = comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        errno = saved;
        free(posix);
        return status;
    }
    *ret_disk = &posix->disk;
    return COMITY_OK;
}

void comity_disk_posix_free(comity_disk *disk)
{
    if (disk == NULL) {
        return;
    }
    system_close(disk, system_of(disk)->folder);
    free(system_of(disk));
}
