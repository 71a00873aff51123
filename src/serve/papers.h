/* The papers at hand, from a trust file and a folder. */
#ifndef COMITY_SERVE_PAPERS_H
#define COMITY_SERVE_PAPERS_H

#include "base/error.h"

/* Where papers lie, and how they count: as `comity judge` has it. `folder` NULL: there are none. */
typedef struct comity_papers_setting {
    const char *folder, *trust;
    bool strict; /* papers that acts only claim are left away */
} comity_papers_setting;

/* Reads and verifies them under a law. What does not count is told in the log.
 * `ret_papers` is NULL if none are set. */
COMITY_MUST_USE comity_status comity_papers_read(const comity_papers_setting *setting, const comity_law *law,
                                                 comity_papers **ret_papers, comity_error *reterr);

#endif
