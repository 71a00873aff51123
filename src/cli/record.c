/* comity record: the log of judgements. One table of verbs; what they share. */
#include "cli/record.h"

#include "base/date.h"
#include "record/checkpoint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} verbs[] = {
    {"init", record_init_main},       {"append", record_append_main}, {"verify", record_verify_main},
    {"prove", record_prove_main},     {"show", record_show_main},     {"tail", record_tail_main},
    {"replay", record_replay_main},   {"erase", record_erase_main},   {"rotate", record_rotate_main},
    {"witness", record_witness_main}, {"cosign", record_cosign_main}, {"monitor", record_monitor_main},
};

int record_main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs(record_help, stderr);
        return EXIT_ERROR;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return verbs[i].main(argc - 1, argv + 1);
        }
    }
    return complain_usage("record",
                          "'%s' is no verb; there are init, append, verify, prove, show, tail, replay, erase, rotate, "
                          "witness, cosign and monitor",
                          argv[1]);
}

/* ---- what is shared ---- */

uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void print_time(uint64_t time_ms, char ret_text[TIME_TEXT_SIZE])
{
    char date[COMITY_DATE_TEXT_SIZE];
    uint64_t days = time_ms / 86400000;
    uint64_t rest = time_ms % 86400000;
    if (days > COMITY_DATE_MAX) {
        (void)snprintf(ret_text, TIME_TEXT_SIZE, "(%" PRIu64 " ms)", time_ms);
        return;
    }
    comity_date_print((int32_t)days, date);
    (void)snprintf(ret_text, TIME_TEXT_SIZE, "%sT%02u:%02u:%02u.%03uZ", date, (unsigned)(rest / 3600000),
                   (unsigned)(rest / 60000 % 60), (unsigned)(rest / 1000 % 60), (unsigned)(rest % 1000));
}

bool record_passphrase(const char *fd_text, passphrase *ret_phrase)
{
    passphrase_init(ret_phrase);
    if (fd_text == NULL) {
        return true;
    }
    int fd = passphrase_fd(fd_text);
    if (fd < 0) {
        (void)complain_usage("record", "--passphrase-fd: the number of a file descriptor expected, not '%s'", fd_text);
    }
    if (fd < 0 || !passphrase_read(fd, ret_phrase)) {
        passphrase_wipe(ret_phrase);
        return false;
    }
    ret_phrase->text[ret_phrase->size] = '\0';
    return true;
}

const char *passphrase_text(const passphrase *phrase)
{
    return phrase->size == 0 ? NULL : phrase->text;
}

comity_policy *read_policy(const char *path, char **ret_text)
{
    size_t size;
    comity_error error;
    char *text = read_file(path, COMITY_LIMIT_POLICY_BYTES, &size);
    comity_policy *policy = text == NULL ? NULL : malloc(sizeof *policy);
    if (text != NULL && policy == NULL) {
        (void)complain("out of memory");
    }
    if (policy != NULL && comity_policy_read(text, size, policy, &error) != COMITY_OK) {
        (void)complain("%s: %s", path, error.message);
        free(policy);
        policy = NULL;
    }
    if (policy == NULL) {
        free(text);
        return NULL;
    }
    *ret_text = text;
    return policy;
}

bool read_number(const char *verb, const char *what, const char *text, uint64_t *ret_number)
{
    if (!comity_log_number_read(text, strlen(text), ret_number)) {
        (void)complain_usage(verb, "%s: a whole number expected, not '%s'", what, text);
        return false;
    }
    return true;
}

bool record_view_open(const char *folder, const char *policy, record_view *ret_view)
{
    comity_error error;
    memset(ret_view, 0, sizeof *ret_view);
    if (policy != NULL && (ret_view->policy = read_policy(policy, &ret_view->policy_text)) == NULL) {
        return false;
    }
    if (comity_disk_posix_new(folder, &ret_view->disk, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        record_view_close(ret_view);
        return false;
    }
    if (comity_record_reader_open(ret_view->disk, ret_view->policy, &ret_view->reader, &error) != COMITY_OK) {
        (void)complain("%s: %s", folder, error.message);
        record_view_close(ret_view);
        return false;
    }
    return true;
}

void record_view_close(record_view *view)
{
    comity_record_reader_close(&view->reader);
    comity_disk_posix_free(view->disk);
    free(view->policy);
    free(view->policy_text);
    memset(view, 0, sizeof *view);
}

/* ---- judging again ---- */

void record_judge_begin(comity_disk *disk, record_judge *ret_judge)
{
    *ret_judge = (record_judge){.disk = disk};
}

void record_judge_end(record_judge *judge)
{
    comity_context_free(judge->context);
    comity_papers_free(judge->papers);
    comity_law_close(judge->law);
    *judge = (record_judge){.disk = judge->disk};
}

/* Largest law image that is read: as large as any that can be built. */
#define IMAGE_BYTES_MAX ((size_t)1 << 31)

/* Loads a file that is named by its hash. */
static comity_status load_named(record_judge *judge, const char *path, uint8_t **ret_bytes, size_t *ret_size,
                                comity_error *reterr)
{
    return comity_disk_status(comity_disk_load(judge->disk, path, IMAGE_BYTES_MAX, ret_bytes, ret_size, reterr), path,
                              reterr);
}

static comity_status open_law_of(record_judge *judge, const char *name, comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    uint8_t *bytes;
    size_t size;
    if (judge->law != NULL && memcmp(judge->opened, name, COMITY_LAW_NAME_SIZE) == 0) {
        return COMITY_OK;
    }
    record_judge_end(judge);
    comity_record_law_path(name, path);
    COMITY_TRY(load_named(judge, path, &bytes, &size, reterr));
    comity_status status = comity_law_load(bytes, size, &judge->law, reterr);
    free(bytes);
    COMITY_TRY(status);
    if (memcmp(comity_law_hash(judge->law), name, COMITY_LAW_NAME_SIZE) != 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s holds another law than its name says", path);
    }
    memcpy(judge->opened, name, COMITY_LAW_NAME_SIZE);
    judge->opened[COMITY_LAW_NAME_SIZE] = '\0';
    return COMITY_OK;
}

static comity_status open_papers_of(record_judge *judge, const char *name, comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    uint8_t *bytes;
    size_t size;
    comity_record_papers_path(name, path);
    COMITY_TRY(load_named(judge, path, &bytes, &size, reterr));
    comity_status status = comity_papers_bundle_open(judge->law, bytes, size, &judge->papers, reterr);
    free(bytes);
    COMITY_TRY(status);
    if (memcmp(judge->papers->name, name, COMITY_LAW_NAME_SIZE) != 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s holds other papers than its name says", path);
    }
    memcpy(judge->held, name, COMITY_LAW_NAME_SIZE);
    return COMITY_OK;
}

/* Is the context the one in which this was judged? */
static bool is_context(const record_judge *judge, const comity_kept *kept)
{
    return judge->context != NULL && strlen(judge->adopted) == kept->adopted_size &&
           memcmp(judge->adopted, kept->adopted, kept->adopted_size) == 0 && judge->strict == kept->strict &&
           (kept->papers == NULL ? judge->papers == NULL
                                 : memcmp(judge->held, kept->papers, COMITY_LAW_NAME_SIZE) == 0);
}

/* A context of that law with the same papers, in which the same agreements are held as binding. */
static comity_status context_of(record_judge *judge, const comity_kept *kept, comity_error *reterr)
{
    char code[256];
    comity_kept left = *kept;
    if (is_context(judge, kept)) {
        return COMITY_OK;
    }
    comity_context_free(judge->context);
    comity_papers_free(judge->papers);
    judge->context = NULL;
    judge->papers = NULL;
    judge->held[0] = '\0';
    if (kept->adopted_size >= sizeof judge->adopted) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "more agreements were adopted than can be here");
    }
    if (kept->papers != NULL) {
        COMITY_TRY(open_papers_of(judge, kept->papers, reterr));
    }
    COMITY_TRY(comity_context_new(judge->law, &judge->context, reterr));
    comity_status status = comity_context_papers(judge->context, judge->papers, kept->strict, reterr);
    while (status == COMITY_OK && comity_kept_adopted(&left, code, sizeof code)) {
        status = comity_context_adopt(judge->context, code, reterr);
    }
    if (status != COMITY_OK) {
        comity_context_free(judge->context);
        judge->context = NULL;
        return status;
    }
    judge->strict = kept->strict;
    memcpy(judge->adopted, kept->adopted, kept->adopted_size);
    judge->adopted[kept->adopted_size] = '\0';
    return COMITY_OK;
}

comity_status record_judge_again(record_judge *judge, const comity_kept *kept, comity_answer *ret_answer,
                                 comity_error *reterr)
{
    char day[COMITY_DATE_TEXT_SIZE];
    COMITY_TRY(open_law_of(judge, kept->law, reterr));
    COMITY_TRY(context_of(judge, kept, reterr));
    if (kept->on != NULL) {
        memcpy(day, kept->on, sizeof day - 1);
        day[sizeof day - 1] = '\0';
    }
    return comity_judge_json(judge->context, kept->act, kept->act_size, kept->on == NULL ? NULL : day, ret_answer,
                             reterr);
}

comity_status record_stands_for(record_judge *judge, const comity_record_view *entry, const void **ret_bytes,
                                size_t *ret_size, comity_error *reterr)
{
    comity_kept kept = {.evaluator_size = 0};
    comity_answer answer;
    comity_hash commitment;
    const uint8_t *bytes;
    size_t size;
    bool file = comity_kept_file(entry->kept, entry->kept_size, &bytes, &size);
    if (!file) {
        COMITY_TRY(comity_kept_read((const char *)entry->kept, entry->kept_size, &kept, reterr));
        COMITY_TRY(record_judge_again(judge, &kept, &answer, reterr));
        bytes = (const uint8_t *)answer.json;
        size = answer.json_size;
    }
    comity_entry_commit(entry->salt, bytes, size, &commitment);
    if (!comity_hash_equal(&commitment, &entry->commitment)) {
        return file ? comity_fail(reterr, COMITY_ERROR_RECORD, "the file that is kept is not the one that was appended")
                    : comity_fail(reterr, COMITY_ERROR_RECORD,
                                  "judged again it is another judgement; version %.*s judged then",
                                  (int)kept.evaluator_size, kept.evaluator);
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return COMITY_OK;
}
