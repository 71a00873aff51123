/* Runs: gathering them, counting them from elsewhere, and finding a byte of a span in them. */
#include "inspect/forms/stage.h"

#include <assert.h>

bool comity_runs_add(comity_runs *runs, uint64_t decoded, uint64_t raw, size_t count, unsigned decoded_unit,
                     unsigned raw_unit)
{
    if (count == 0) {
        return true;
    }
    if (runs->count != 0) {
        comity_form_run *last = &runs->runs[runs->count - 1];
        if (last->decoded_unit == decoded_unit && last->raw_unit == raw_unit &&
            last->decoded + (uint64_t)last->count * decoded_unit == decoded &&
            last->raw + (uint64_t)last->count * raw_unit == raw && count <= UINT32_MAX - last->count) {
            last->count += (uint32_t)count;
            return true;
        }
    }
    if (runs->count == runs->max) {
        return false;
    }
    runs->runs[runs->count++] = (comity_form_run){.decoded = decoded,
                                                  .raw = raw,
                                                  .count = (uint32_t)count,
                                                  .decoded_unit = (uint8_t)decoded_unit,
                                                  .raw_unit = (uint8_t)raw_unit};
    return true;
}

comity_span comity_span_moved(const comity_span *span, uint64_t offset, comity_form_run *room, size_t max)
{
    size_t count = 0;
    uint64_t done = 0;
    for (size_t i = 0; i < span->run_count && done < span->size && count + 2 <= max; i++) {
        const comity_form_run *run = &span->runs[i];
        uint64_t from = span->offset + done;
        uint64_t end = run->decoded + (uint64_t)run->count * run->decoded_unit;
        if (end <= from) {
            continue;
        }
        assert(run->decoded <= from);
        uint32_t units = (uint32_t)((from - run->decoded) / run->decoded_unit);
        unsigned into = (unsigned)((from - run->decoded) % run->decoded_unit);
        comity_form_run rest = *run;
        rest.decoded = offset + done;
        rest.raw += (uint64_t)units * run->raw_unit;
        rest.count -= units;
        if (into != 0) { /* the span begins within a unit: what is left of it is one of its own */
            room[count] = rest;
            room[count].count = 1;
            room[count].decoded_unit = (uint8_t)(run->decoded_unit - into);
            rest.decoded += room[count++].decoded_unit;
            rest.raw += run->raw_unit;
            rest.count--;
        }
        if (rest.count != 0) {
            room[count++] = rest;
        }
        done = end - span->offset;
    }
    assert(done != 0);
    comity_span moved = comity_span_first(*span, done < span->size ? (size_t)done : span->size);
    moved.offset = offset;
    moved.runs = room;
    moved.run_count = count;
    return moved;
}

void comity_span_raw(const comity_span *span, size_t index, size_t *at, uint64_t *ret_begin, uint64_t *ret_end)
{
    if (span->run_count == 0) {
        *ret_begin = span->raw + index;
        *ret_end = *ret_begin + 1;
        return;
    }
    uint64_t decoded = span->offset + index;
    const comity_form_run *run = &span->runs[*at];
    while (*at + 1 < span->run_count && decoded >= run->decoded + (uint64_t)run->count * run->decoded_unit) {
        run = &span->runs[++*at];
    }
    *ret_begin = run->raw + (decoded - run->decoded) / run->decoded_unit * run->raw_unit;
    *ret_end = *ret_begin + run->raw_unit;
}

uint64_t comity_span_raw_begin(const comity_span *span)
{
    size_t run_at = 0;
    uint64_t raw = 0;
    uint64_t raw_end = 0;
    comity_span_raw(span, 0, &run_at, &raw, &raw_end);
    return raw;
}
