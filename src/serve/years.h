/* Where the record lies: in the folder that was set or, where every year has a log
 * of its own there, in the year's, which is made when its time has come. */
#ifndef COMITY_SERVE_YEARS_H
#define COMITY_SERVE_YEARS_H

#include "record/disk.h"

typedef struct comity_years comity_years;

/* `folder`: borrowed. Makes the year's record, if it is not there. */
COMITY_MUST_USE comity_status comity_years_open(const char *folder, uint64_t time_ms, comity_years **ret_years,
                                                comity_error *reterr);

/* NULL is allowed. */
void comity_years_close(comity_years *years);

/* The folder of the record to write; until the next turn. */
const char *comity_years_folder(const comity_years *years);

/* The same for reading; good until comity_years_close, whatever turns meanwhile. Any thread. */
comity_disk *comity_years_disk(const comity_years *years);

/* When the next year begins, in seconds since 1970; 0: one log is kept for ever. */
uint64_t comity_years_end_s(const comity_years *years);

/* Turns to the folder of this moment. In one thread only; a failure leaves all as it was. */
COMITY_MUST_USE comity_status comity_years_turn(comity_years *years, uint64_t time_ms, comity_error *reterr);

#endif
