/* A trust file and a folder of signed notes in, settled papers out. */
#include "serve/papers.h"

#include "base/limits.h"
#include "serve/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static comity_status fail_path(const char *path, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

/* A whole file of at most `size_max` bytes, which the caller frees. */
static comity_status read_file(const char *path, size_t size_max, char **ret_bytes, size_t *ret_size, comity_error *reterr)
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
    comity_status status = failed            ? fail_path(path, reterr)
                           : size > size_max ? comity_fail(reterr, COMITY_ERROR_LIMIT, "%s: more than %zu bytes", path, size_max)
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

static comity_status add_file(comity_papers *papers, const char *path, comity_error *reterr)
{
    char *note;
    size_t size;
    COMITY_TRY(read_file(path, COMITY_LIMIT_NOTE_BYTES, &note, &size, reterr));
    comity_status status = comity_papers_add(papers, path, note, size, reterr);
    free(note);
    return status;
}

static comity_status add_entry(comity_papers *papers, const char *folder, const char *name, comity_error *reterr)
{
    char path[4096];
    struct stat about;
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "%s: the path is too long", folder);
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

static comity_status add_folder(comity_papers *papers, const char *folder, comity_error *reterr)
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

/* Papers that do not count are judged without. */
static void tell(const comity_papers *papers)
{
    comity_paper_told told;
    comity_event_line line;
    uint64_t counting = 0;
    for (size_t i = 0; comity_papers_tell(papers, i, &told, NULL) == COMITY_OK; i++) {
        counting += told.counts ? 1 : 0;
        if (!told.counts) {
            comity_event_begin(&line, "paper-does-not-count");
            comity_event_text(&line, "file", told.name);
            comity_event_text(&line, "why", told.why);
            comity_event_end(&line);
        }
    }
    comity_event_begin(&line, "papers");
    comity_event_number(&line, "count", comity_papers_count(papers));
    comity_event_number(&line, "counting", counting);
    comity_event_end(&line);
}

static comity_status open_trust(const comity_papers_setting *setting, const comity_law *law, comity_papers **ret_papers,
                                comity_error *reterr)
{
    char *trust;
    size_t size;
    COMITY_TRY(read_file(setting->trust, COMITY_LIMIT_TRUST_BYTES, &trust, &size, reterr));
    comity_status status = comity_papers_new(law, setting->trust, trust, size, ret_papers, reterr);
    free(trust);
    return status;
}

comity_status comity_papers_read(const comity_papers_setting *setting, const comity_law *law, comity_papers **ret_papers,
                                 comity_error *reterr)
{
    comity_papers *papers = NULL;
    if (setting->folder == NULL) {
        *ret_papers = NULL;
        return COMITY_OK;
    }
    COMITY_TRY(open_trust(setting, law, &papers, reterr));
    comity_status status = add_folder(papers, setting->folder, reterr);
    if (status == COMITY_OK) {
        status = comity_papers_read_logs(papers, setting->trust, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_papers_settle(papers, reterr);
    }
    if (status != COMITY_OK) {
        comity_papers_free(papers);
        return status;
    }
    tell(papers);
    *ret_papers = papers;
    return COMITY_OK;
}
