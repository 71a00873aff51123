/* Papers on disk: what judge and paper verify share. */
#ifndef COMITY_CLI_PAPERS_H
#define COMITY_CLI_PAPERS_H

#include "api/handles.h"
#include "cli/command.h"

/* Reads the trust file. NULL after complaining. */
comity_papers *open_papers(const comity_law *law, const char *trust_path);

/* Adds one file. False after complaining. */
bool add_paper(comity_papers *papers, const char *path);

/* Adds every plain file of a folder whose name does not begin with a dot, in the
 * order of their names. False after complaining. */
bool add_folder(comity_papers *papers, const char *path);

/* Reads the logs that the trust file names, from folders beside it, and settles.
 * False after complaining. */
bool settle_papers(comity_papers *papers, const char *trust_path);

#endif
