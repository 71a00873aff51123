/* Places in cells of CSV and JSON: what gave nothing is passed over in the next cell that looks alike: see scan_quiet.c. */
#include "inspect/scan_number.h"
#include "inspect/scan_quiet.h"

/* From another place of the cell that begins there something was tried in vain: what is tried from this one is not all
 * that would be if the other was passed over. */
static bool was_vain_from(const comity_scan *scan, uint64_t begin)
{
    bool found = scan->vain_numbers.end > begin;
    for (size_t i = 0; i < COMITY_RUN_COUNT; i++) {
        found |= scan->stretches[i].vain.end > begin;
    }
    return found;
}

/* No other place of the cell is behind what has been looked at of it: from such a one, what is tried from this would be
 * tried and counted again where this is passed over. */
static bool ends_words(const comity_scan_cell *cell, uint64_t looked)
{
    size_t at = looked < cell->size ? (size_t)looked : cell->size;
    while (at < cell->size && !comity_scan_is_word(cell->begin[at])) {
        at++;
    }
    return at == cell->size;
}

void comity_scan_at_cell(comity_scan *scan, const uint8_t *at)
{
    comity_scan_cell cell;
    comity_scan_quiet quiet;
    if (comity_scan_number_at_time(scan, at)) {
        return;
    }
    if (!comity_scan_quiet_make(scan, at, &cell, &quiet)) {
        comity_scan_words_at(scan, at);
        return;
    }
    bool is_csv = scan->part.syntax == COMITY_FORM_CSV;
    uint64_t begin = comity_scan_offset(scan, cell.begin);
    scan->stir_low = is_csv ? cell.begin : cell.begin - 4 - scan->keys[scan->key_slot].size;
    if (comity_scan_offset(scan, scan->stir_low) <
        scan->done) { /* what was found there is no part of what is looked at */
        comity_scan_words_at(scan, at);
        return;
    }
    const comity_scan_quiet *known = comity_scan_quiet_known(scan, &quiet);
    bool is_alone = known != NULL && (!known->has_pair || !comity_scan_is_coordinates(scan, at));
    if (is_alone && comity_scan_try_again(scan, known, cell.begin)) {
        scan->looked = begin + known->looked > scan->looked ? begin + known->looked : scan->looked;
        return;
    }
    if (was_vain_from(scan, begin) || !comity_scan_quiet_comes_again(scan, &quiet)) {
        comity_scan_words_at(scan, at);
        return;
    }
    comity_scan_vain_forget(scan);
    scan->stirs = false;
    scan->watch = &quiet;
    scan->watch_begin = cell.begin;
    comity_scan_words_at(scan, at);
    scan->watch = NULL;
    quiet.looked = scan->looked > begin ? scan->looked - begin : 0;
    if (!scan->stirs && ends_words(&cell, quiet.looked)) {
        comity_scan_quiet_keep(scan, &quiet);
    } else {
        comity_scan_quiet_stirs(scan, &quiet);
    }
}
