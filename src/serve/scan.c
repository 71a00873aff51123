/* Stretches of the record, walked forward as the private store lies on disk. */
#include "serve/scan.h"

#include <string.h>

enum { STRETCH_FIRST = 256, STRETCH_MAX = 4096 };

/* Erased entries are a run: one record of the store stands for many. */
static comity_status scan_record(comity_replay *replay, const comity_filter *filter, const comity_record_view *view,
                                 uint64_t from, uint64_t to, comity_scan_row *row, void *context, comity_error *reterr)
{
    uint64_t begin = view->index < from ? from : view->index;
    uint64_t end = view->index + view->count < to ? view->index + view->count : to;
    if (view->kind == COMITY_RECORD_ERASED && filter->narrow) {
        return COMITY_OK;
    }
    for (uint64_t i = begin; i < end; i++) {
        comity_told found;
        if (!comity_filter_may(filter, i, view->time_ms)) {
            continue;
        }
        COMITY_TRY(comity_told_read(replay, view, i, &found, reterr));
        if (comity_filter_wants(filter, &found)) {
            COMITY_TRY(row(context, &found, reterr));
        }
    }
    return COMITY_OK;
}

comity_status comity_scan_stretch(comity_record_reader *reader, comity_replay *replay, const comity_filter *filter,
                                  uint64_t from, uint64_t to, comity_scan_row *row, void *context, comity_error *reterr)
{
    comity_walk walk;
    comity_status status = COMITY_OK;
    COMITY_TRY(comity_walk_begin(&reader->store, from, &walk, reterr));
    for (bool some = true; some && status == COMITY_OK;) {
        comity_record_view view;
        size_t unused;
        status = comity_walk_next(&walk, &some, &unused, &view, reterr);
        if (status != COMITY_OK || !some || view.index >= to) {
            break;
        }
        status = scan_record(replay, filter, &view, from, to, row, context, reterr);
    }
    comity_walk_end(&walk);
    return status;
}

bool comity_scan_newest(comity_record_reader *reader, uint64_t *ret_time_ms)
{
    comity_segment_cursor cursor = {0};
    comity_record_view view;
    size_t unused;
    comity_error error;
    uint64_t size = reader->checkpoint.size;
    if (size == 0 || comity_record_reader_find(reader, size - 1, &cursor, &unused, &view, &error) != COMITY_OK) {
        return false;
    }
    *ret_time_ms = view.time_ms;
    comity_segment_close(&cursor);
    return true;
}

uint64_t comity_scan_begin(uint64_t end, uint64_t done, uint64_t bound)
{
    uint64_t size = done == 0 ? STRETCH_FIRST : done * 2 < STRETCH_MAX ? done * 2 : STRETCH_MAX;
    uint64_t left = bound - done;
    size = size < left ? size : left;
    return size < end ? end - size : 0;
}
