/* What comes in: a record of which something was erased. What goes out: the same
 * without papers and law images that no entry names any more. Papers may name
 * persons, so they must not outlive what they were kept for. Where the store
 * cannot be read whole nothing goes. Of an entry that is of a form not known here, a
 * newer version's or a caller's own, whatever has the form of a name counts as one.
 *
 * Others may submit meanwhile. Who has kept the grounds of an entry and not yet submitted
 * it is waited for first; what was submitted till then is read in the store; and who comes
 * later says what he names. A file goes with `laws` held, so that nobody believes it there. */
#include "api/record_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A name without "sha256:". */
#define HASH_DIGITS 64
#define ASK_EVERY 1024

/* ---- names ---- */

/* Open addressing; at most half full. A place with no name begins with NUL. */
struct comity_grounds {
    size_t count, capacity; /* a power of two */
    char names[][HASH_DIGITS];
};

/* Where the name is, or would be. Its digits are those of a hash already. */
static size_t place_of(const comity_grounds *set, const char *digits)
{
    size_t place = 0;
    for (size_t i = 0; i < 16; i++) {
        place = place << 4 | (size_t)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
    }
    place &= set->capacity - 1;
    while (set->names[place][0] != '\0' && memcmp(set->names[place], digits, HASH_DIGITS) != 0) {
        place = (place + 1) & (set->capacity - 1);
    }
    return place;
}

static bool has(const comity_grounds *set, const char *digits)
{
    return set != NULL && set->names[place_of(set, digits)][0] != '\0';
}

static comity_grounds *enlarge(comity_grounds *set)
{
    size_t capacity = set == NULL ? 64 : set->capacity * 2;
    comity_grounds *larger = calloc(1, sizeof *larger + capacity * sizeof larger->names[0]);
    if (larger == NULL) {
        return NULL;
    }
    larger->capacity = capacity;
    for (size_t i = 0; set != NULL && i < set->capacity; i++) {
        if (set->names[i][0] != '\0') {
            memcpy(larger->names[place_of(larger, set->names[i])], set->names[i], HASH_DIGITS);
            larger->count++;
        }
    }
    free(set);
    return larger;
}

bool comity_grounds_add(comity_grounds **set, const char *name)
{
    if (name == NULL || has(*set, name + 7)) {
        return true;
    }
    if (*set == NULL || (*set)->count == (*set)->capacity / 2) {
        comity_grounds *larger = enlarge(*set);
        if (larger == NULL) {
            return false;
        }
        *set = larger;
    }
    memcpy((*set)->names[place_of(*set, name + 7)], name + 7, HASH_DIGITS);
    (*set)->count++;
    return true;
}

/* ---- collecting ---- */

typedef struct collecting {
    comity_store store;
    comity_walk walk;
    uint64_t end; /* entries before it were submitted before */
    comity_grounds *set;
    uint64_t unread; /* entries of a form that is not known */
    bool (*go_on)(void *context);
    void *context;
} collecting;

static bool is_digit(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

/* Whatever in these bytes may be the name of a law or of papers: no version gives them another form. */
static comity_status collect_alike(collecting *now, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    static const char begin[] = "sha256:";
    size_t digits = 0; /* behind `begin`, up to here */
    for (size_t i = sizeof begin - 1; i < size; i++) {
        bool is_first = memcmp(bytes + i - (sizeof begin - 1), begin, sizeof begin - 1) == 0;
        digits = is_digit(bytes[i]) && (is_first || digits != 0) ? (is_first ? 1 : digits + 1) : 0;
        if (digits == HASH_DIGITS && !comity_grounds_add(&now->set, (const char *)bytes + i - (COMITY_LAW_NAME_SIZE - 1))) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
    }
    return COMITY_OK;
}

/* What the entry names. */
static comity_status collect_one(collecting *now, const comity_record_view *view, comity_error *reterr)
{
    comity_kept kept;
    const uint8_t *file;
    size_t unused;
    if (view->kind != COMITY_RECORD_ENTRY || comity_kept_file(view->kept, view->kept_size, &file, &unused)) {
        return COMITY_OK;
    }
    if (comity_kept_read((const char *)view->kept, view->kept_size, &kept, reterr) != COMITY_OK) {
        now->unread++;
        return collect_alike(now, view->kept, view->kept_size, reterr);
    }
    return comity_grounds_add(&now->set, kept.law) && comity_grounds_add(&now->set, kept.papers)
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
}

/* Everything that is named by what is still kept. */
static comity_status collect(collecting *now, comity_error *reterr)
{
    bool some = true;
    for (uint64_t count = 1; some; count++) {
        comity_record_view view;
        size_t unused;
        COMITY_TRY(comity_walk_next(&now->walk, &some, &unused, &view, reterr));
        some = some && view.index < now->end;
        if (some) {
            COMITY_TRY(collect_one(now, &view, reterr));
        }
        if (now->go_on != NULL && count % ASK_EVERY == 0 && !now->go_on(now->context)) {
            return comity_fail(reterr, COMITY_ERROR_SYSTEM, "looking for papers that nothing names any more was broken off");
        }
    }
    /* an entry that is being written behind is no damage */
    return !now->walk.is_torn || now->walk.torn.behind >= now->end
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_RECORD,
                             "%s: byte %" PRIu64 " begins no record: papers and law images that nothing names any more "
                             "stay, for what cannot be read may name them", now->walk.torn.path, now->walk.torn.at);
}

static comity_status collect_store(comity_record *record, collecting *now, comity_error *reterr)
{
    comity_record_config config;
    COMITY_TRY(comity_log_wait_all(record->log, &now->end, reterr));
    COMITY_TRY(comity_record_config_load(record->disk, &config, reterr));
    COMITY_TRY(comity_store_list(record->disk, &config.origin_hash, &now->store, reterr));
    comity_status status = comity_walk_begin(&now->store, 0, &now->walk, reterr);
    if (status == COMITY_OK) {
        status = collect(now, reterr);
        comity_walk_end(&now->walk);
    }
    comity_store_free(&now->store);
    return status;
}

/* ---- removing ---- */

typedef struct removing {
    comity_record *record;
    const char *folder, *suffix;
    const comity_grounds *set;
} removing;

static comity_disk_result remove_unnamed(void *context, const char *name, comity_error *reterr)
{
    const removing *now = context;
    comity_record *record = now->record;
    char path[COMITY_DISK_PATH_SIZE];
    size_t size = strlen(name);
    if (size != HASH_DIGITS + strlen(now->suffix) || strcmp(name + HASH_DIGITS, now->suffix) != 0 ||
        strspn(name, "0123456789abcdef") != HASH_DIGITS || has(now->set, name)) {
        return COMITY_DISK_OK;
    }
    (void)snprintf(path, sizeof path, "%s/%s", now->folder, name);
    (void)pthread_mutex_lock(&record->laws);
    bool goes = record->named_all && !has(record->named, name);
    comity_disk_result result = goes ? record->disk->remove(record->disk, path, reterr) : COMITY_DISK_OK;
    if (goes) { /* it may be one of these */
        record->law[0] = record->papers[0] = '\0';
    }
    (void)pthread_mutex_unlock(&record->laws);
    return result;
}

static comity_status sweep_folder(comity_record *record, const char *folder, const char *suffix, const comity_grounds *set,
                                  comity_error *reterr)
{
    comity_disk *disk = record->disk;
    removing now = {record, folder, suffix, set};
    comity_disk_result result = disk->list(disk, folder, remove_unnamed, &now, reterr);
    if (result == COMITY_DISK_MISSING) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_status(result, folder, reterr));
    return comity_disk_status(disk->sync_folder(disk, folder, reterr), folder, reterr);
}

/* ---- from beginning to end ---- */

/* From now on who keeps grounds says so. Returns when everybody has submitted who did before. */
static void begin_naming(comity_record *record)
{
    struct timespec moment = {.tv_nsec = 1000 * 1000};
    (void)pthread_mutex_lock(&record->laws);
    unsigned before = record->round;
    record->round = 1 - before;
    record->is_swept = record->named_all = true;
    (void)pthread_mutex_unlock(&record->laws);
    while (atomic_load(&record->submitting[before]) != 0) {
        (void)nanosleep(&moment, NULL);
    }
}

static void end_naming(comity_record *record)
{
    (void)pthread_mutex_lock(&record->laws);
    record->is_swept = false;
    free(record->named);
    record->named = NULL;
    (void)pthread_mutex_unlock(&record->laws);
}

comity_status comity_record_sweep(comity_record *record, bool (*go_on)(void *context), void *context, uint64_t *ret_unread,
                                  comity_error *reterr)
{
    collecting now = {.go_on = go_on, .context = context};
    (void)pthread_mutex_lock(&record->sweeping);
    begin_naming(record);
    comity_status status = collect_store(record, &now, reterr);
    if (status == COMITY_OK) {
        status = sweep_folder(record, "papers", ".papers", now.set, reterr);
    }
    if (status == COMITY_OK) {
        status = sweep_folder(record, "law", ".image", now.set, reterr);
    }
    end_naming(record);
    (void)pthread_mutex_unlock(&record->sweeping);
    free(now.set);
    if (status == COMITY_OK) {
        *ret_unread = now.unread;
    }
    return status;
}
