/* What comes in: the folders of the private store. What goes out: which segments
 * there are, and their records in order. */
#include "record/store.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_DIGITS 20
static const char suffix[] = ".segment";

static bool is_class_name(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > COMITY_LIMIT_RECORD_CLASS_BYTES || name[0] == '-' || name[size - 1] == '-') {
        return false;
    }
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

comity_status comity_retention_name_check(const char *name, comity_error *reterr)
{
    if (!is_class_name(name)) {
        return comity_fail(reterr, COMITY_ERROR_NAME,
                           "a class of retention is named by 1 to %d small letters, digits and hyphens between them",
                           COMITY_LIMIT_RECORD_CLASS_BYTES);
    }
    return COMITY_OK;
}

void comity_store_path(const comity_store *store, size_t of_class, uint64_t first, char ret_path[COMITY_DISK_PATH_SIZE])
{
    int size = snprintf(ret_path, COMITY_DISK_PATH_SIZE, "private/%s/%020" PRIu64 "%s", store->classes[of_class].name,
                        first, suffix);
    assert(size > 0 && size < COMITY_DISK_PATH_SIZE);
    (void)size;
}

/* ---- listing ---- */

comity_status comity_retention_add(comity_retention *of, uint64_t first, comity_error *reterr)
{
    if (of->count == of->capacity) {
        size_t larger = of->capacity == 0 ? 16 : of->capacity * 2;
        uint64_t *firsts = realloc(of->firsts, larger * sizeof *firsts);
        if (firsts == NULL) {
            return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
        }
        of->firsts = firsts;
        of->capacity = larger;
    }
    of->firsts[of->count++] = first;
    return COMITY_OK;
}

comity_status comity_store_class(comity_store *store, const char *name, size_t *ret_class, comity_error *reterr)
{
    for (size_t i = 0; i < store->class_count; i++) {
        if (strcmp(store->classes[i].name, name) == 0) {
            *ret_class = i;
            return COMITY_OK;
        }
    }
    COMITY_TRY(comity_retention_name_check(name, reterr));
    if (store->class_count == COMITY_LIMIT_RECORD_CLASSES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a record has at most %d classes of retention",
                           COMITY_LIMIT_RECORD_CLASSES);
    }
    comity_retention *made = &store->classes[store->class_count];
    *made = (comity_retention){0};
    memcpy(made->name, name, strlen(name) + 1);
    *ret_class = store->class_count++;
    return COMITY_OK;
}

/* Reads FIRST.segment; false for any other name. */
static bool read_first(const char *name, uint64_t *ret_first)
{
    uint64_t first = 0;
    if (strlen(name) != FIRST_DIGITS + sizeof suffix - 1 || strspn(name, "0123456789") != FIRST_DIGITS ||
        strcmp(name + FIRST_DIGITS, suffix) != 0) {
        return false;
    }
    for (size_t i = 0; i < FIRST_DIGITS; i++) {
        uint64_t digit = (uint64_t)(name[i] - '0');
        if (first > (COMITY_TREE_SIZE_MAX - digit) / 10) {
            return false;
        }
        first = first * 10 + digit;
    }
    *ret_first = first;
    return true;
}

static comity_disk_result list_segment(void *context, const char *name, comity_error *reterr)
{
    uint64_t first;
    if (!read_first(name, &first)) {
        return COMITY_DISK_OK;
    }
    return comity_retention_add(context, first, reterr) == COMITY_OK ? COMITY_DISK_OK : COMITY_DISK_FAILED;
}

static comity_disk_result list_class(void *context, const char *name, comity_error *reterr)
{
    comity_store *store = context;
    size_t unused;
    if (!is_class_name(name)) {
        return COMITY_DISK_OK;
    }
    return comity_store_class(store, name, &unused, reterr) == COMITY_OK ? COMITY_DISK_OK : COMITY_DISK_FAILED;
}

static int first_order(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

comity_status comity_store_list(comity_disk *disk, const comity_hash *origin, comity_store *ret_store,
                                comity_error *reterr)
{
    comity_store store = {.disk = disk, .origin = *origin};
    comity_status status =
        comity_disk_status(disk->list(disk, "private", list_class, &store, reterr), "private", reterr);
    for (size_t i = 0; i < store.class_count && status == COMITY_OK; i++) {
        char path[COMITY_DISK_PATH_SIZE];
        comity_retention *of = &store.classes[i];
        (void)snprintf(path, sizeof path, "private/%s", of->name);
        status = comity_disk_status(disk->list(disk, path, list_segment, of, reterr), path, reterr);
        if (of->count != 0) {
            qsort(of->firsts, of->count, sizeof *of->firsts, first_order);
        }
    }
    if (status != COMITY_OK) {
        comity_store_free(&store);
        return status;
    }
    *ret_store = store;
    return COMITY_OK;
}

void comity_store_free(comity_store *store)
{
    if (store == NULL) {
        return;
    }
    for (size_t i = 0; i < store->class_count; i++) {
        free(store->classes[i].firsts);
        store->classes[i].firsts = NULL;
        store->classes[i].count = store->classes[i].capacity = 0;
    }
    store->class_count = 0;
}

bool comity_retention_place(const comity_retention *of, uint64_t index, size_t *ret_place)
{
    size_t low = 0;
    size_t high = of->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (of->firsts[middle] <= index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_place = low == 0 ? 0 : low - 1;
    return low != 0;
}

/* ---- walking ---- */

/* What is behind a torn place counts only for what it says was durable. */
static comity_status end_torn(comity_walk *walk, comity_walk_class *at, const char *path, comity_error *reterr)
{
    uint64_t settled = 0;
    at->torn = true;
    COMITY_TRY(at->cursor.disk != NULL
                   ? comity_segment_settled_behind(&at->cursor, &settled, reterr)
                   : comity_segment_settled_headless(walk->store->disk, path, &settled, reterr));
    walk->settled_max = settled > walk->settled_max ? settled : walk->settled_max;
    return COMITY_OK;
}

/* The class's segment cannot be read further. */
static comity_status note_torn(comity_walk *walk, size_t of_class, comity_error *reterr)
{
    comity_walk_class *at = &walk->classes[of_class];
    comity_torn_place here = {.at = at->cursor.disk == NULL ? 0 : at->cursor.at, .behind = at->behind};
    comity_store_path(walk->store, of_class, walk->store->classes[of_class].firsts[at->place], here.path);
    if (!walk->is_torn || here.behind < walk->torn.behind) {
        walk->torn = here;
        walk->is_torn = true;
    }
    return walk->ends_torn ? end_torn(walk, at, here.path, reterr) : COMITY_OK;
}

/* Reads the class's next record into its head, going on to the next segment at the end of one. */
static comity_status advance(comity_walk *walk, size_t of_class, comity_error *reterr)
{
    const comity_retention *of = &walk->store->classes[of_class];
    comity_walk_class *at = &walk->classes[of_class];
    at->has = false;
    while (!at->torn && at->place < of->count) {
        comity_segment_found found = COMITY_SEGMENT_TORN;
        bool no_head = false;
        if (at->cursor.disk == NULL) {
            char path[COMITY_DISK_PATH_SIZE];
            comity_store_path(walk->store, of_class, of->firsts[at->place], path);
            at->behind = of->firsts[at->place];
            COMITY_TRY(comity_segment_open(walk->store->disk, path, &walk->store->origin, &at->cursor, &no_head,
                                           reterr));
        }
        if (!no_head) {
            COMITY_TRY(comity_segment_next(&at->cursor, &found, &at->head, reterr));
        }
        if (found == COMITY_SEGMENT_RECORD) {
            at->has = true;
            at->behind = at->head.index + at->head.count;
            walk->settled_max = at->head.settled > walk->settled_max ? at->head.settled : walk->settled_max;
            return COMITY_OK;
        }
        if (found == COMITY_SEGMENT_TORN) {
            COMITY_TRY(note_torn(walk, of_class, reterr));
        }
        if (at->torn || at->place + 1 == of->count) {
            return COMITY_OK; /* the last one stays open: its end is where writing goes on */
        }
        comity_segment_close(&at->cursor);
        at->place++;
    }
    return COMITY_OK;
}

static comity_status begin_walk(const comity_store *store, uint64_t begin, bool ends_torn, comity_walk *ret_walk,
                                comity_error *reterr)
{
    comity_walk *walk = ret_walk;
    *walk = (comity_walk){.store = store, .last = COMITY_LIMIT_RECORD_CLASSES, .ends_torn = ends_torn};
    for (size_t i = 0; i < store->class_count; i++) {
        (void)comity_retention_place(&store->classes[i], begin, &walk->classes[i].place);
        do {
            comity_status status = advance(walk, i, reterr);
            if (status != COMITY_OK) {
                comity_walk_end(walk);
                return status;
            }
        } while (walk->classes[i].has && walk->classes[i].head.index + walk->classes[i].head.count <= begin);
    }
    return COMITY_OK;
}

comity_status comity_walk_begin(const comity_store *store, uint64_t begin, comity_walk *ret_walk, comity_error *reterr)
{
    return begin_walk(store, begin, false, ret_walk, reterr);
}

comity_status comity_walk_begin_mending(const comity_store *store, uint64_t begin, comity_walk *ret_walk,
                                        comity_error *reterr)
{
    return begin_walk(store, begin, true, ret_walk, reterr);
}

comity_status comity_walk_next(comity_walk *walk, bool *ret_some, size_t *ret_class, comity_record_view *ret_view,
                               comity_error *reterr)
{
    size_t best = COMITY_LIMIT_RECORD_CLASSES;
    if (walk->last < COMITY_LIMIT_RECORD_CLASSES) {
        size_t last = walk->last;
        walk->last = COMITY_LIMIT_RECORD_CLASSES;
        COMITY_TRY(advance(walk, last, reterr));
    }
    for (size_t i = 0; i < walk->store->class_count; i++) {
        if (walk->classes[i].has &&
            (best == COMITY_LIMIT_RECORD_CLASSES || walk->classes[i].head.index < walk->classes[best].head.index)) {
            best = i;
        }
    }
    *ret_some = best != COMITY_LIMIT_RECORD_CLASSES;
    if (*ret_some) {
        walk->last = best;
        *ret_class = best;
        *ret_view = walk->classes[best].head;
    }
    return COMITY_OK;
}

void comity_walk_end(comity_walk *walk)
{
    for (size_t i = 0; i < COMITY_LIMIT_RECORD_CLASSES; i++) {
        comity_segment_close(&walk->classes[i].cursor);
        walk->classes[i].has = false;
    }
}

/* Looks in one segment; `*ret_found` false if the index is not there. `*ret_torn`:
 * it may be, behind a place that cannot be read. */
static comity_status find_in(const comity_store *store, const char *path, uint64_t index,
                             comity_segment_cursor *ret_cursor, comity_record_view *ret_view, bool *ret_found,
                             comity_torn_place *ret_torn, comity_error *reterr)
{
    comity_segment_cursor cursor;
    bool no_head;
    *ret_found = false;
    COMITY_TRY(comity_segment_open(store->disk, path, &store->origin, &cursor, &no_head, reterr));
    comity_segment_found found = no_head ? COMITY_SEGMENT_TORN : COMITY_SEGMENT_RECORD;
    comity_status status = COMITY_OK;
    while (found == COMITY_SEGMENT_RECORD) {
        status = comity_segment_next(&cursor, &found, ret_view, reterr);
        if (status != COMITY_OK || (found == COMITY_SEGMENT_RECORD && ret_view->index + ret_view->count > index)) {
            break;
        }
    }
    if (status == COMITY_OK && found == COMITY_SEGMENT_RECORD && ret_view->index <= index) {
        *ret_cursor = cursor;
        *ret_found = true;
        return COMITY_OK;
    }
    if (status == COMITY_OK && found == COMITY_SEGMENT_TORN) {
        ret_torn->at = no_head ? 0 : cursor.at;
        memcpy(ret_torn->path, path, strlen(path) + 1);
    }
    if (!no_head) {
        comity_segment_close(&cursor);
    }
    return status;
}

comity_status comity_store_find(const comity_store *store, uint64_t index, comity_segment_cursor *ret_cursor,
                                size_t *ret_class, comity_record_view *ret_view, comity_error *reterr)
{
    comity_torn_place torn = {.path = ""};
    for (size_t i = 0; i < store->class_count; i++) {
        char path[COMITY_DISK_PATH_SIZE];
        size_t place;
        bool found = false;
        if (comity_retention_place(&store->classes[i], index, &place)) {
            comity_store_path(store, i, store->classes[i].firsts[place], path);
            COMITY_TRY(find_in(store, path, index, ret_cursor, ret_view, &found, &torn, reterr));
        }
        if (found) {
            *ret_class = i;
            return COMITY_OK;
        }
    }
    if (torn.path[0] != '\0') {
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "%s: byte %" PRIu64 " begins no record: it is damaged, and entry %" PRIu64
                           " is in no other place", torn.path, torn.at, index);
    }
    return comity_fail(reterr, COMITY_ERROR_NAME, "the private store holds nothing of entry %" PRIu64, index);
}
