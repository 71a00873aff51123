/* What comes in: paths of a trust file, of papers and of a folder of papers.
 * What goes out: papers, settled. */
#include "cli/papers.h"

#include "api/papers_folder.h"

#include <stdlib.h>

comity_papers *open_papers(const comity_law *law, const char *trust_path)
{
    comity_papers *papers = NULL;
    comity_error error;
    size_t size = 0;
    char *trust = read_file(trust_path, COMITY_LIMIT_TRUST_BYTES, &size);
    if (trust == NULL) {
        return NULL;
    }
    if (comity_papers_new(law, trust_path, trust, size, &papers, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
    }
    free(trust);
    return papers;
}

bool add_paper(comity_papers *papers, const char *path)
{
    comity_error error;
    size_t size = 0;
    char *note = read_file(path, COMITY_LIMIT_NOTE_BYTES, &size);
    if (note == NULL) {
        return false;
    }
    comity_status status = comity_papers_add(papers, path, note, size, &error);
    free(note);
    return status == COMITY_OK || complain("%s", error.message) == 0;
}

bool add_folder(comity_papers *papers, const char *path)
{
    comity_error error;
    return comity_papers_add_folder(papers, path, &error) == COMITY_OK || complain("%s", error.message) == 0;
}

/* ---- settling ---- */

/* A log without a folder cannot be read: who relies on it is told. */
static void tell_logs(const comity_papers *papers, const char *trust_path)
{
    for (uint32_t i = 0; i < papers->trust.principal_count; i++) {
        const comity_trust_principal *principal = &papers->trust.principals[i];
        if (principal->trusted == COMITY_TRUSTED_LOG && principal->at == NULL) {
            (void)complain("%s:%u: revocations in the log %s are not looked up: no line \"at FOLDER\" says where it is",
                           trust_path, principal->line, principal->name);
        }
    }
}

bool settle_papers(comity_papers *papers, const char *trust_path)
{
    comity_error error;
    tell_logs(papers, trust_path);
    if (comity_papers_read_logs(papers, trust_path, &error) != COMITY_OK) {
        return complain("%s: %s", trust_path, error.message) == 0;
    }
    return comity_papers_settle(papers, &error) == COMITY_OK || complain("%s", error.message) == 0;
}
