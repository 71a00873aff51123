/* Standard input, output and error of a program. */
#ifndef COMITY_BASE_STREAMS_H
#define COMITY_BASE_STREAMS_H

#include <stdbool.h>

/* Takes the place of those that whoever started the program has closed, so that no file
 * opened later becomes one of them and is written to as such: reading or writing them
 * still fails, as of what is closed. For the beginning of main. False if the system
 * does not let it. */
bool comity_streams_take(void);

#endif
