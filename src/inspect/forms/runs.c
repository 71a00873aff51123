/* Runs: gathering them, and finding a byte of a span in them. */
#include "inspect/forms/stage.h"

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
