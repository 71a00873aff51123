/* What comes in: paths of a trust file, of papers and of a folder of papers.
 * What goes out: papers, settled. */
#include "cli/papers.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_entry(comity_papers *papers, const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat about;
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return complain("%s/%s: the path is too long", folder, name) == 0;
    }
    if (stat(path, &about) != 0) {
        return complain("%s: %s", path, strerror(errno)) == 0;
    }
    return !S_ISREG(about.st_mode) || add_paper(papers, path);
}

bool add_folder(comity_papers *papers, const char *path)
{
    struct dirent **entries = NULL;
    bool done = true;
    int count = scandir(path, &entries, visible, by_bytes);
    if (count < 0) {
        return complain("%s: %s", path, strerror(errno)) == 0;
    }
    for (int i = 0; i < count; i++) {
        done = done && add_entry(papers, path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return done;
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
