/* What comes in: paths. What goes out: papers under a trust file, not settled yet. */
#include "api/papers_folder.h"

#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static comity_status fail_path(const char *path, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

/* A whole file of at most `size_max` bytes, which the caller frees. */
static comity_status read_file(const char *path, size_t size_max, char **ret_bytes, size_t *ret_size,
                               comity_error *reterr)
{
    char *bytes = malloc(size_max + 1);
    FILE *file = fopen(path, "re");
    if (file == NULL || bytes == NULL) {
        comity_status status = fail_path(path, reterr);
        free(bytes);
        if (file != NULL) {
            (void)fclose(file);
        }
        return status;
    }
    size_t size = fread(bytes, 1, size_max + 1, file);
    bool failed = ferror(file) != 0;
    comity_status status = failed ? fail_path(path, reterr)
                           : size > size_max
                               ? comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: more than %zu bytes", path, size_max)
                               : COMITY_OK;
    (void)fclose(file);
    if (status != COMITY_OK) {
        free(bytes);
        return status;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return COMITY_OK;
}

comity_status comity_papers_open(const comity_law *law, const char *path, comity_papers **ret_papers,
                                 comity_error *reterr)
{
    char *trust = NULL;
    size_t size = 0;
    COMITY_TRY(read_file(path, COMITY_LIMIT_TRUST_BYTES, &trust, &size, reterr));
    comity_status status = comity_papers_new(law, path, trust, size, ret_papers, reterr);
    free(trust);
    return status;
}

static comity_status add_file(comity_papers *papers, const char *path, comity_error *reterr)
{
    char *note = NULL;
    size_t size = 0;
    COMITY_TRY(read_file(path, COMITY_LIMIT_NOTE_BYTES, &note, &size, reterr));
    comity_status status = comity_papers_add(papers, path, note, size, reterr);
    free(note);
    return status;
}

static comity_status add_entry(comity_papers *papers, const char *folder, const char *name, comity_error *reterr)
{
    char path[PATH_MAX];
    struct stat about;
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s/%s: the path is too long", folder, name);
    }
    if (stat(path, &about) != 0) {
        return fail_path(path, reterr);
    }
    return S_ISREG(about.st_mode) ? add_file(papers, path, reterr) : COMITY_OK;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

comity_status comity_papers_add_folder(comity_papers *papers, const char *folder, comity_error *reterr)
{
    struct dirent **entries = NULL;
    comity_status status = COMITY_OK;
    int count = scandir(folder, &entries, visible, by_bytes);
    if (count < 0) {
        return fail_path(folder, reterr);
    }
    for (int i = 0; i < count; i++) {
        status = status == COMITY_OK ? add_entry(papers, folder, entries[i]->d_name, reterr) : status;
        free(entries[i]);
    }
    free(entries);
    return status;
}
