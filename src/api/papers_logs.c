/* What comes in: the logs that a trust file names, in the folders it names for
 * them. What goes out: their revocations, on the shelf, each with its place.
 *
 * A log is believed only whole: signed by a key the trust file gives it, every
 * entry hashed up to the root that was signed, and every entry's bytes there and
 * what the entry commits to. What could not be read might revoke something, so
 * nothing is passed over. */
#include "api/kept.h"
#include "api/papers_bundle.h"

#include "base/limits.h"
#include "record/verify.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char revocation_line[] = "comity paper/revocation v1\n";

/* The log's keys, as a policy that asks for no witness. The caller frees it. */
static comity_status policy_of(const comity_trust *trust, const comity_trust_principal *log, comity_policy **ret_policy,
                               comity_error *reterr)
{
    comity_policy *policy = calloc(1, sizeof *policy);
    *ret_policy = NULL;
    if (policy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    if (log->key_count > COMITY_LIMIT_POLICY_KEYS) {
        free(policy);
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a log of more than %d keys", COMITY_LIMIT_POLICY_KEYS);
    }
    for (uint32_t i = 0; i < log->key_count; i++) {
        policy->verifiers[policy->verifier_count++] = trust->keys[log->first_key + i].verifier;
    }
    policy->quorum = COMITY_POLICY_NONE;
    *ret_policy = policy;
    return COMITY_OK;
}

/* One entry: its bytes must be those it commits to, and if they are a
 * revocation it goes on the shelf. */
static comity_status take_entry(comity_papers *papers, const comity_record_view *view, comity_error *reterr)
{
    const uint8_t *file;
    size_t size;
    comity_hash commitment;
    if (view->kind != COMITY_RECORD_ENTRY || !comity_kept_file(view->kept, view->kept_size, &file, &size)) {
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "entry %" PRIu64 " is no file that was appended; a log of revocations holds nothing else",
                           view->index);
    }
    comity_entry_commit(view->salt, file, size, &commitment);
    if (!comity_hash_equal(&commitment, &view->commitment)) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "entry %" PRIu64 " does not commit to what is kept of it",
                           view->index);
    }
    if (size < sizeof revocation_line - 1 || memcmp(file, revocation_line, sizeof revocation_line - 1) != 0) {
        return COMITY_OK;
    }
    comity_paper_revocation item = {view->index, file, size};
    return comity_papers_revoke(papers, &(comity_paper_revocations){&item, 1}, reterr);
}

static comity_status take_entries(comity_papers *papers, const comity_record_reader *reader, comity_error *reterr)
{
    comity_walk walk;
    bool some = true;
    COMITY_TRY(comity_walk_begin(&reader->store, 0, &walk, reterr));
    comity_status status = COMITY_OK;
    while (status == COMITY_OK && some) {
        comity_record_view view;
        size_t unused;
        status = comity_walk_next(&walk, &some, &unused, &view, reterr);
        if (status == COMITY_OK && some && view.index < reader->checkpoint.size) {
            status = take_entry(papers, &view, reterr);
        }
    }
    comity_walk_end(&walk);
    return status;
}

static comity_status take_log(comity_papers *papers, const comity_trust_principal *log, comity_record_reader *reader,
                              comity_error *reterr)
{
    comity_record_report report;
    assert(strcmp(reader->config.origin, log->name) == 0); /* by the key that signed */
    if (reader->checkpoint.size > COMITY_LIMIT_TRUST_LOG_ENTRIES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%" PRIu64 " entries, but a log of revocations has at most %d",
                           reader->checkpoint.size, COMITY_LIMIT_TRUST_LOG_ENTRIES);
    }
    COMITY_TRY(comity_record_reader_verify(reader, NULL, NULL, &report, reterr));
    if (report.kept != report.size) {
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "of %" PRIu64 " entries %" PRIu64 " are not kept, and might revoke something", report.size,
                           report.size - report.kept);
    }
    return take_entries(papers, reader, reterr);
}

static comity_status read_log(comity_papers *papers, const comity_trust_principal *log, const char *folder,
                              comity_error *reterr)
{
    comity_disk *disk;
    comity_policy *policy;
    comity_record_reader reader;
    COMITY_TRY(policy_of(&papers->trust, log, &policy, reterr));
    comity_status status = comity_disk_posix_new(folder, &disk, reterr);
    if (status == COMITY_OK) {
        status = comity_record_reader_open(disk, policy, &reader, reterr);
        if (status == COMITY_OK) {
            status = take_log(papers, log, &reader, reterr);
            comity_record_reader_close(&reader);
        }
        comity_disk_posix_free(disk);
    }
    free(policy);
    return status;
}

/* The folder that a trust file's line means. */
static comity_status folder_of(const comity_trust_principal *log, const char *trust_path, char ret_folder[PATH_MAX],
                               comity_error *reterr)
{
    const char *slash = log->at[0] == '/' ? NULL : strrchr(trust_path, '/');
    size_t base = slash == NULL ? 0 : (size_t)(slash - trust_path) + 1;
    int length = base < PATH_MAX ? snprintf(ret_folder, PATH_MAX, "%.*s%s", (int)base, trust_path, log->at) : -1;
    return length >= 0 && length < PATH_MAX
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_LIMIT, "the log %s: the path of its folder is too long", log->name);
}

comity_status comity_papers_read_logs(comity_papers *papers, const char *trust_path, comity_error *reterr)
{
    char folder[PATH_MAX];
    if (papers == NULL || trust_path == NULL || papers->settled) {
        return comity_fail(
            reterr, COMITY_ERROR_ARGUMENT,
            "comity_papers_read_logs: papers that are not settled expected, and the path of a trust file");
    }
    for (uint32_t i = 0; i < papers->trust.principal_count; i++) {
        const comity_trust_principal *log = &papers->trust.principals[i];
        comity_error error;
        if (log->at == NULL) {
            continue;
        }
        COMITY_TRY(folder_of(log, trust_path, folder, reterr));
        comity_status status = read_log(papers, log, folder, &error);
        if (status != COMITY_OK) {
            return comity_fail(reterr, status, "the log %s in %s: %s", log->name, log->at, error.message);
        }
    }
    return COMITY_OK;
}
