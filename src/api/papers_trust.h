/* A trust file against the law; for this folder. */
#ifndef COMITY_API_PAPERS_TRUST_H
#define COMITY_API_PAPERS_TRUST_H

#include "api/handles.h"

/* COMITY_ERROR_NAME, with file and line, if the trust file names an authority,
 * a kind of paper or a law that is not on file. */
COMITY_MUST_USE comity_status comity_papers_trust_check(const comity_image *image, const comity_trust *trust,
                                                        const char *file, comity_error *reterr);

#endif
