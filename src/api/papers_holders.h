/* Whose papers they are: found by name, however many there are; for this folder. */
#ifndef COMITY_API_PAPERS_HOLDERS_H
#define COMITY_API_PAPERS_HOLDERS_H

#include "api/handles.h"

/* Sorts the papers that acts can hold by the names of their holders. Once, when settling. */
COMITY_MUST_USE comity_status comity_papers_sort_holders(comity_papers *papers, comity_error *reterr);

#endif
