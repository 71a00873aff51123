/* Names of members and comments of an archive, which become a part of text of their own: "zip > names", a line each.
 * They are gathered, because a part can only be given while no member is open. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_LISTING_H
#define COMITY_INSPECT_FORMS_LISTING_H

#include "inspect/forms/stage.h"

/* Cleared: nothing has been gathered. */
typedef struct comity_listing {
    uint8_t *text; /* of the stage's memory; NULL at first */
    size_t size;
} comity_listing;

/* Makes room for a line of `size` bytes, at most COMITY_LISTING_MOST: what has been gathered is given if it does not
 * fit beside it, so that the parts are the same however the input is split. No other child of the stage may be open. */
COMITY_MUST_USE comity_status comity_listing_begin(comity_stage *stage, comity_listing *listing, size_t size,
                                                   comity_error *reterr);
#define COMITY_LISTING_MOST ((size_t)65536)

/* False if a line of `size` bytes does not fit beside what has been gathered. */
bool comity_listing_fits(const comity_listing *listing, size_t size);

/* Adds bytes of the line that was begun. */
void comity_listing_put(comity_listing *listing, const void *bytes, size_t size);

/* Ends the line that is open, if there is something in it. */
void comity_listing_line(comity_listing *listing);

/* Gives what has been gathered, as a part whose link is "KIND > names", and the memory back. */
COMITY_MUST_USE comity_status comity_listing_end(comity_stage *stage, comity_listing *listing, const char *kind,
                                                 comity_error *reterr);

#endif
