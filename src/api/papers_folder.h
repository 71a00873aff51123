/* Papers on disk: a trust file, and a folder of signed notes. For the programs
 * above this folder. */
#ifndef COMITY_API_PAPERS_FOLDER_H
#define COMITY_API_PAPERS_FOLDER_H

#include "api/handles.h"

/* As comity_papers_new, of the trust file at `path`. COMITY_ERROR_SYSTEM if it
 * cannot be read. */
COMITY_MUST_USE comity_status comity_papers_open(const comity_law *law, const char *path, comity_papers **ret_papers,
                                                 comity_error *reterr);

/* Adds every plain file of a folder whose name does not begin with a dot, in the
 * order of their names. COMITY_ERROR_SYSTEM or COMITY_ERROR_LIMIT, with the path. */
COMITY_MUST_USE comity_status comity_papers_add_folder(comity_papers *papers, const char *folder, comity_error *reterr);

#endif
