#include "sim_disk.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 512
#define FILES_MAX 4096
#define OPEN_MAX 64

/* One file or folder. `now` is what a process sees, `kept` what is on the medium.
 * A sector is dirty if it was written since and the writing may still happen. */
typedef struct sim_inode {
    bool folder;
    uint8_t *now, *kept;
    size_t now_size, kept_size, capacity;
    uint8_t *dirty; /* a flag a sector */
    bool size_dirty;
    bool locked;
} sim_inode;

/* A name: `now` as seen, `kept` on the medium; NULL: not there. */
typedef struct sim_name {
    char path[COMITY_DISK_PATH_SIZE];
    sim_inode *now, *kept;
    bool dirty;
} sim_name;

struct sim_disk {
    comity_disk disk; /* first */
    chance chance_of;
    sim_name names[FILES_MAX];
    size_t name_count;
    sim_inode *inodes[FILES_MAX * 4];
    size_t inode_count;
    sim_inode *open[OPEN_MAX];
    bool holds_lock[OPEN_MAX];
    unsigned long operations, fault_at;
    sim_fault fault;
    bool happened, dead;
    uint64_t forgotten;
    void (*seen)(void *context, const char *path, const uint8_t *bytes, size_t size);
    void *context;
};

static sim_disk *sim_of(comity_disk *disk)
{
    return (sim_disk *)disk;
}

/* True if this operation fails; `*ret_half` if it is to be done in part. */
static bool fails(sim_disk *sim, bool *ret_half)
{
    *ret_half = false;
    if (sim->dead) {
        return true;
    }
    sim->operations++;
    if (sim->fault == SIM_NONE || sim->operations != sim->fault_at) {
        return false;
    }
    sim->happened = true;
    sim->dead = sim->fault != SIM_FAIL;
    *ret_half = chance_in_100(&sim->chance_of, 50);
    return true;
}

static comity_disk_result failed(comity_error *reterr)
{
    (void)comity_fail(reterr, COMITY_ERROR_SYSTEM, "the disk failed");
    return COMITY_DISK_FAILED;
}

static sim_name *find(sim_disk *sim, const char *path)
{
    for (size_t i = 0; i < sim->name_count; i++) {
        if (strcmp(sim->names[i].path, path) == 0) {
            return &sim->names[i];
        }
    }
    return NULL;
}

static sim_name *name_of(sim_disk *sim, const char *path)
{
    sim_name *name = find(sim, path);
    if (name == NULL) {
        if (sim->name_count == FILES_MAX) {
            abort();
        }
        name = &sim->names[sim->name_count++];
        memset(name, 0, sizeof *name);
        memcpy(name->path, path, strlen(path) + 1);
    }
    return name;
}

static bool parent_is_there(sim_disk *sim, const char *path)
{
    char parent[COMITY_DISK_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return true;
    }
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = '\0';
    const sim_name *name = find(sim, parent);
    return name != NULL && name->now != NULL && name->now->folder;
}

static sim_inode *new_inode(sim_disk *sim, bool folder)
{
    if (sim->inode_count == FILES_MAX * 4) {
        abort();
    }
    sim_inode *inode = calloc(1, sizeof *inode);
    if (inode == NULL) {
        abort();
    }
    inode->folder = folder;
    sim->inodes[sim->inode_count++] = inode;
    return inode;
}

static void set_size(sim_inode *inode, size_t size)
{
    if (size > inode->capacity) {
        size_t larger = (size * 2 + SECTOR) / SECTOR * SECTOR;
        inode->now = realloc(inode->now, larger);
        inode->kept = realloc(inode->kept, larger);
        inode->dirty = realloc(inode->dirty, larger / SECTOR);
        if (inode->now == NULL || inode->kept == NULL || inode->dirty == NULL) {
            abort();
        }
        memset(inode->now + inode->capacity, 0, larger - inode->capacity);
        memset(inode->kept + inode->capacity, 0, larger - inode->capacity);
        memset(inode->dirty + inode->capacity / SECTOR, 0, (larger - inode->capacity) / SECTOR);
        inode->capacity = larger;
    }
    if (size < inode->now_size) {
        memset(inode->now + size, 0, inode->now_size - size);
        for (size_t i = size / SECTOR; i <= (inode->now_size - 1) / SECTOR; i++) {
            inode->dirty[i] = 1;
        }
    }
    inode->size_dirty |= inode->now_size != size;
    inode->now_size = size;
}

static int open_inode(sim_disk *sim, sim_inode *inode)
{
    for (int i = 0; i < OPEN_MAX; i++) {
        if (sim->open[i] == NULL) {
            sim->open[i] = inode;
            sim->holds_lock[i] = false;
            return i;
        }
    }
    abort();
}

static comity_disk_result sim_open(comity_disk *disk, const char *path, comity_disk_open how, int *ret_file,
                                   comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    sim_name *name = find(sim, path);
    bool there = name != NULL && name->now != NULL;
    if (how == COMITY_DISK_READ || how == COMITY_DISK_WRITE) {
        if (!there || name->now->folder) {
            return COMITY_DISK_MISSING;
        }
        *ret_file = open_inode(sim, name->now);
        return COMITY_DISK_OK;
    }
    if (how == COMITY_DISK_CREATE && there) {
        return COMITY_DISK_EXISTS;
    }
    if (!parent_is_there(sim, path)) {
        return COMITY_DISK_MISSING;
    }
    if (fails(sim, &half)) {
        return failed(reterr);
    }
    if (!there) {
        name = name_of(sim, path);
        name->now = new_inode(sim, false);
        name->dirty = true;
    } else {
        set_size(name->now, 0);
    }
    *ret_file = open_inode(sim, name->now);
    return COMITY_DISK_OK;
}

static void sim_close(comity_disk *disk, int file)
{
    sim_disk *sim = sim_of(disk);
    if (sim->open[file] != NULL && sim->holds_lock[file]) {
        sim->open[file]->locked = false;
    }
    sim->open[file] = NULL;
}

static comity_disk_result sim_size(comity_disk *disk, int file, uint64_t *ret_size, comity_error *reterr)
{
    (void)reterr;
    *ret_size = sim_of(disk)->open[file]->now_size;
    return COMITY_DISK_OK;
}

static comity_disk_result sim_read(comity_disk *disk, int file, uint64_t at, void *ret_bytes, size_t size,
                                   size_t *ret_size, comity_error *reterr)
{
    const sim_inode *inode = sim_of(disk)->open[file];
    (void)reterr;
    size_t left = at >= inode->now_size ? 0 : inode->now_size - (size_t)at;
    *ret_size = size < left ? size : left;
    if (*ret_size != 0) {
        memcpy(ret_bytes, inode->now + at, *ret_size);
    }
    return COMITY_DISK_OK;
}

static void write_now(sim_inode *inode, size_t at, const void *bytes, size_t size)
{
    if (size == 0) {
        return;
    }
    if (at + size > inode->now_size) {
        set_size(inode, at + size);
    }
    inode->size_dirty |= at + size > inode->kept_size;
    memcpy(inode->now + at, bytes, size);
    for (size_t i = at / SECTOR; i <= (at + size - 1) / SECTOR; i++) {
        inode->dirty[i] = 1;
    }
}

static comity_disk_result sim_write(comity_disk *disk, int file, uint64_t at, const void *bytes, size_t size,
                                    comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    bool fail = fails(sim, &half);
    if (fail) {
        write_now(sim->open[file], (size_t)at, bytes, half ? chance_below(&sim->chance_of, size + 1) : 0);
        return failed(reterr);
    }
    write_now(sim->open[file], (size_t)at, bytes, size);
    return COMITY_DISK_OK;
}

static comity_disk_result sim_truncate(comity_disk *disk, int file, uint64_t size, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    if (fails(sim, &half)) {
        return failed(reterr);
    }
    set_size(sim->open[file], (size_t)size);
    return COMITY_DISK_OK;
}

/* What is dirty reaches the medium; or, of a random half of it, some. */
static void keep(sim_disk *sim, sim_inode *inode, unsigned percent)
{
    if (inode->folder) {
        return;
    }
    size_t size = inode->now_size > inode->kept_size ? inode->now_size : inode->kept_size;
    bool size_too = percent == 100 || chance_in_100(&sim->chance_of, percent);
    if (inode->size_dirty && size_too) {
        inode->kept_size = inode->now_size;
    } else if (inode->size_dirty && percent != 0 && inode->now_size > inode->kept_size) {
        inode->kept_size += chance_below(&sim->chance_of, inode->now_size - inode->kept_size + 1);
    }
    for (size_t i = 0; i * SECTOR < size; i++) {
        if (inode->dirty[i] && (percent == 100 || chance_in_100(&sim->chance_of, percent))) {
            memcpy(inode->kept + i * SECTOR, inode->now + i * SECTOR, SECTOR);
        }
    }
}

static void clean(sim_inode *inode)
{
    inode->size_dirty = false;
    if (inode->capacity != 0) {
        memset(inode->dirty, 0, inode->capacity / SECTOR);
    }
}

static comity_disk_result sim_sync(comity_disk *disk, int file, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    if (fails(sim, &half)) {
        /* some of it may be on the medium; the rest is taken for written, and is not */
        keep(sim, sim->open[file], half ? 50 : 0);
        if (!sim->dead) {
            clean(sim->open[file]);
        }
        return failed(reterr);
    }
    keep(sim, sim->open[file], 100);
    clean(sim->open[file]);
    return COMITY_DISK_OK;
}

/* What is let go of was synced, and is there: else it would be lost where a system takes its word. */
static void sim_forget(comity_disk *disk, int file, uint64_t from, uint64_t to)
{
    sim_disk *sim = sim_of(disk);
    const sim_inode *inode = sim->open[file];
    if (from >= to || to > inode->now_size) {
        abort();
    }
    for (size_t i = (size_t)from / SECTOR; i * SECTOR < to; i++) {
        if (inode->dirty[i]) {
            abort();
        }
    }
    sim->forgotten += to - from;
}

static bool is_in(const char *path, const char *folder)
{
    const char *slash = strrchr(path, '/');
    if (strcmp(folder, ".") == 0) {
        return slash == NULL;
    }
    return slash != NULL && strlen(folder) == (size_t)(slash - path) && memcmp(path, folder, strlen(folder)) == 0;
}

static comity_disk_result sim_sync_folder(comity_disk *disk, const char *path, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    const sim_name *folder = find(sim, path);
    if (strcmp(path, ".") != 0 && (folder == NULL || folder->now == NULL)) {
        return COMITY_DISK_MISSING;
    }
    if (fails(sim, &half)) {
        return failed(reterr);
    }
    for (size_t i = 0; i < sim->name_count; i++) {
        if (sim->names[i].dirty && is_in(sim->names[i].path, path)) {
            sim->names[i].kept = sim->names[i].now;
            sim->names[i].dirty = false;
        }
    }
    return COMITY_DISK_OK;
}

static comity_disk_result sim_sync_all(comity_disk *disk, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    if (fails(sim, &half)) {
        return failed(reterr);
    }
    for (size_t i = 0; i < sim->inode_count; i++) {
        keep(sim, sim->inodes[i], 100);
        clean(sim->inodes[i]);
    }
    for (size_t i = 0; i < sim->name_count; i++) {
        sim->names[i].kept = sim->names[i].now;
        sim->names[i].dirty = false;
    }
    return COMITY_DISK_OK;
}

static comity_disk_result sim_move(comity_disk *disk, const char *from, const char *to, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    sim_name *old = find(sim, from);
    if (old == NULL || old->now == NULL) {
        return COMITY_DISK_MISSING;
    }
    if (fails(sim, &half)) {
        return failed(reterr);
    }
    sim_inode *inode = old->now;
    sim_name *new = name_of(sim, to);
    old = find(sim, from);
    old->now = NULL;
    old->dirty = true;
    new->now = inode;
    new->dirty = true;
    if (sim->seen != NULL) {
        sim->seen(sim->context, to, inode->now, inode->now_size);
    }
    return COMITY_DISK_OK;
}

static comity_disk_result sim_remove(comity_disk *disk, const char *path, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    sim_name *name = find(sim, path);
    if (name == NULL || name->now == NULL) {
        return COMITY_DISK_MISSING;
    }
    if (fails(sim, &half)) {
        return failed(reterr);
    }
    name->now = NULL;
    name->dirty = true;
    return COMITY_DISK_OK;
}

static comity_disk_result sim_remove_folder(comity_disk *disk, const char *path, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    for (size_t i = 0; i < sim->name_count; i++) {
        if (sim->names[i].now != NULL && is_in(sim->names[i].path, path)) {
            return COMITY_DISK_EXISTS;
        }
    }
    return sim_remove(disk, path, reterr);
}

static comity_disk_result sim_make_folder(comity_disk *disk, const char *path, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    bool half;
    const sim_name *there = find(sim, path);
    if (there != NULL && there->now != NULL) {
        return COMITY_DISK_EXISTS;
    }
    if (!parent_is_there(sim, path)) {
        return COMITY_DISK_MISSING;
    }
    if (fails(sim, &half)) {
        return failed(reterr);
    }
    sim_name *name = name_of(sim, path);
    name->now = new_inode(sim, true);
    name->dirty = true;
    return COMITY_DISK_OK;
}

static comity_disk_result sim_list(comity_disk *disk, const char *path,
                                   comity_disk_result (*each)(void *context, const char *name, comity_error *reterr),
                                   void *context, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    const sim_name *folder = find(sim, path);
    if (folder == NULL || folder->now == NULL) {
        return COMITY_DISK_MISSING;
    }
    for (size_t i = 0; i < sim->name_count; i++) {
        if (sim->names[i].now != NULL && is_in(sim->names[i].path, path)) {
            comity_disk_result result = each(context, strrchr(sim->names[i].path, '/') + 1, reterr);
            if (result != COMITY_DISK_OK) {
                return result;
            }
        }
    }
    return COMITY_DISK_OK;
}

static comity_disk_result sim_lock(comity_disk *disk, const char *path, int *ret_file, comity_error *reterr)
{
    sim_disk *sim = sim_of(disk);
    sim_name *name = find(sim, path);
    (void)reterr;
    if (name == NULL || name->now == NULL) {
        name = name_of(sim, path);
        name->now = new_inode(sim, false);
        name->dirty = true;
    }
    if (name->now->locked) {
        return COMITY_DISK_BUSY;
    }
    name->now->locked = true;
    *ret_file = open_inode(sim, name->now);
    sim->holds_lock[*ret_file] = true;
    return COMITY_DISK_OK;
}

static comity_disk_result sim_random(comity_disk *disk, void *ret_bytes, size_t size, comity_error *reterr)
{
    (void)reterr;
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)ret_bytes)[i] = (uint8_t)chance_next(&sim_of(disk)->chance_of);
    }
    return COMITY_DISK_OK;
}

sim_disk *sim_disk_new(uint64_t seed, void (*seen)(void *context, const char *path, const uint8_t *bytes, size_t size),
                       void *context)
{
    static const comity_disk functions = {
        .open = sim_open,
        .close = sim_close,
        .size = sim_size,
        .read = sim_read,
        .write = sim_write,
        .truncate = sim_truncate,
        .sync = sim_sync,
        .forget = sim_forget,
        .sync_folder = sim_sync_folder,
        .sync_all = sim_sync_all,
        .move = sim_move,
        .remove = sim_remove,
        .remove_folder = sim_remove_folder,
        .make_folder = sim_make_folder,
        .list = sim_list,
        .lock = sim_lock,
        .random = sim_random,
    };
    sim_disk *sim = calloc(1, sizeof *sim);
    if (sim == NULL) {
        abort();
    }
    sim->disk = functions;
    sim->chance_of = chance_for(seed, 0);
    sim->seen = seen;
    sim->context = context;
    return sim;
}

static void free_inode(sim_inode *inode)
{
    free(inode->now);
    free(inode->kept);
    free(inode->dirty);
    free(inode);
}

void sim_disk_free(sim_disk *sim)
{
    for (size_t i = 0; i < sim->inode_count; i++) {
        free_inode(sim->inodes[i]);
    }
    free(sim);
}

comity_disk *sim_disk_disk(sim_disk *sim)
{
    return &sim->disk;
}

unsigned long sim_disk_operations(const sim_disk *sim)
{
    return sim->operations;
}

uint64_t sim_disk_forgotten(const sim_disk *sim)
{
    return sim->forgotten;
}

void sim_disk_fault(sim_disk *sim, sim_fault fault, unsigned long at)
{
    sim->fault = fault;
    sim->fault_at = at;
    sim->happened = false;
}

bool sim_disk_fault_happened(const sim_disk *sim)
{
    return sim->happened;
}

void sim_disk_process_end(sim_disk *sim)
{
    for (int i = 0; i < OPEN_MAX; i++) {
        if (sim->open[i] != NULL) {
            sim_close(&sim->disk, i);
        }
    }
    sim->dead = false;
    sim->fault = SIM_NONE;
}

/* Inodes and names nobody has any more go. */
static void sweep(sim_disk *sim)
{
    size_t names = 0;
    for (size_t i = 0; i < sim->name_count; i++) {
        if (sim->names[i].now != NULL) {
            sim->names[names++] = sim->names[i];
        }
    }
    sim->name_count = names;
    size_t inodes = 0;
    for (size_t i = 0; i < sim->inode_count; i++) {
        bool named = false;
        for (size_t j = 0; j < sim->name_count && !named; j++) {
            named = sim->names[j].now == sim->inodes[i];
        }
        if (named) {
            sim->inodes[inodes++] = sim->inodes[i];
        } else {
            free_inode(sim->inodes[i]);
        }
    }
    sim->inode_count = inodes;
}

void sim_disk_power_loss(sim_disk *sim)
{
    static const unsigned percents[] = {0, 10, 50, 90, 100};
    sim_disk_process_end(sim);
    unsigned percent = percents[chance_below(&sim->chance_of, 5)];
    for (size_t i = 0; i < sim->inode_count; i++) {
        sim_inode *inode = sim->inodes[i];
        keep(sim, inode, percent);
        if (inode->capacity != 0) {
            memset(inode->kept + inode->kept_size, 0, inode->capacity - inode->kept_size);
            memcpy(inode->now, inode->kept, inode->capacity);
        }
        inode->now_size = inode->kept_size;
        clean(inode);
    }
    for (size_t i = 0; i < sim->name_count; i++) {
        sim_name *name = &sim->names[i];
        if (name->dirty && !chance_in_100(&sim->chance_of, percent)) {
            name->now = name->kept;
        }
        name->kept = name->now;
        name->dirty = false;
    }
    for (bool gone = true; gone;) { /* what lies in a folder that is gone is gone */
        gone = false;
        for (size_t i = 0; i < sim->name_count; i++) {
            if (sim->names[i].now != NULL && !parent_is_there(sim, sim->names[i].path)) {
                sim->names[i].now = sim->names[i].kept = NULL;
                gone = true;
            }
        }
    }
    sweep(sim);
}

bool sim_disk_rot(sim_disk *sim, const char *path, size_t at)
{
    sim_name *name = find(sim, path);
    if (name == NULL || name->now == NULL || at >= name->now->now_size) {
        return false;
    }
    name->now->now[at] ^= 0x10;
    if (at < name->now->kept_size) {
        name->now->kept[at] ^= 0x10;
    }
    return true;
}

const uint8_t *sim_disk_file(const sim_disk *sim, const char *path, size_t *ret_size)
{
    for (size_t i = 0; i < sim->name_count; i++) {
        if (strcmp(sim->names[i].path, path) == 0 && sim->names[i].now != NULL) {
            *ret_size = sim->names[i].now->now_size;
            return sim->names[i].now->now;
        }
    }
    return NULL;
}
