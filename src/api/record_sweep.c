/* What comes in: a record of which something was erased. What goes out: the same
 * without papers and law images that no entry names any more. Papers may name
 * persons, so they must not outlive what they were kept for. Where the store
 * cannot be read whole nothing goes. */
#include "api/record_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name without "sha256:". */
#define HASH_DIGITS 64

typedef struct name_set {
    char (*names)[HASH_DIGITS];
    size_t count, capacity;
} name_set;

static bool has(const name_set *set, const char *digits)
{
    for (size_t i = set->count; i-- > 0;) { /* most entries name what the one before named */
        if (memcmp(set->names[i], digits, HASH_DIGITS) == 0) {
            return true;
        }
    }
    return false;
}

static comity_status note(name_set *set, const char *name, comity_error *reterr)
{
    if (name == NULL || has(set, name + 7)) {
        return COMITY_OK;
    }
    if (set->count == set->capacity) {
        size_t larger = set->capacity == 0 ? 64 : set->capacity * 2;
        char(*names)[HASH_DIGITS] = realloc(set->names, larger * sizeof *names);
        if (names == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        set->names = names;
        set->capacity = larger;
    }
    memcpy(set->names[set->count++], name + 7, HASH_DIGITS);
    return COMITY_OK;
}

/* Everything that is named by what is still kept. What cannot be read might name
 * anything: then nothing goes. */
static comity_status collect(comity_disk *disk, const comity_hash *origin, name_set *set, bool *ret_all,
                             comity_error *reterr)
{
    comity_store store;
    comity_walk walk;
    COMITY_TRY(comity_store_list(disk, origin, &store, reterr));
    comity_status status = comity_walk_begin(&store, 0, &walk, reterr);
    *ret_all = true;
    for (bool some = status == COMITY_OK; some;) {
        comity_record_view view;
        comity_kept kept;
        size_t unused;
        status = comity_walk_next(&walk, &some, &unused, &view, reterr);
        some = some && status == COMITY_OK;
        const uint8_t *file;
        if (!some || view.kind != COMITY_RECORD_ENTRY || comity_kept_file(view.kept, view.kept_size, &file, &unused)) {
            continue;
        }
        if (comity_kept_read((const char *)view.kept, view.kept_size, &kept, NULL) != COMITY_OK) {
            *ret_all = false;
            break;
        }
        status = note(set, kept.law, reterr);
        status = status == COMITY_OK ? note(set, kept.papers, reterr) : status;
        some = status == COMITY_OK;
    }
    if (status == COMITY_OK && walk.is_torn) {
        status = comity_fail(reterr, COMITY_ERROR_RECORD,
                             "%s: byte %" PRIu64 " begins no record: papers and law images that nothing names any more "
                             "stay, for what cannot be read may name them", walk.torn.path, walk.torn.at);
    }
    comity_walk_end(&walk);
    comity_store_free(&store);
    return status;
}

typedef struct sweep {
    comity_disk *disk;
    const char *folder, *suffix;
    const name_set *set;
} sweep;

static comity_disk_result remove_unnamed(void *context, const char *name, comity_error *reterr)
{
    const sweep *now = context;
    char path[COMITY_DISK_PATH_SIZE];
    size_t size = strlen(name);
    if (size != HASH_DIGITS + strlen(now->suffix) || strcmp(name + HASH_DIGITS, now->suffix) != 0 ||
        strspn(name, "0123456789abcdef") != HASH_DIGITS || has(now->set, name)) {
        return COMITY_DISK_OK;
    }
    (void)snprintf(path, sizeof path, "%s/%s", now->folder, name);
    return now->disk->remove(now->disk, path, reterr);
}

static comity_status sweep_folder(comity_disk *disk, const char *folder, const char *suffix, const name_set *set,
                                  comity_error *reterr)
{
    sweep now = {disk, folder, suffix, set};
    comity_disk_result result = disk->list(disk, folder, remove_unnamed, &now, reterr);
    if (result == COMITY_DISK_MISSING) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_status(result, folder, reterr));
    return comity_disk_status(disk->sync_folder(disk, folder, reterr), folder, reterr);
}

comity_status comity_record_sweep(comity_record *record, comity_error *reterr)
{
    comity_record_config config;
    name_set set = {.count = 0};
    bool all = false;
    COMITY_TRY(comity_record_config_load(record->disk, &config, reterr));
    comity_status status = collect(record->disk, &config.origin_hash, &set, &all, reterr);
    if (status == COMITY_OK && all) {
        status = sweep_folder(record->disk, "papers", ".papers", &set, reterr);
        status = status == COMITY_OK ? sweep_folder(record->disk, "law", ".image", &set, reterr) : status;
        record->law[0] = record->papers[0] = '\0';
    }
    free(set.names);
    return status;
}
