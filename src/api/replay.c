/* What comes in: what a record kept of a judgement. What goes out: the judgement
 * again, by the law, papers and agreements that it was made with. */
#include "api/replay.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

void comity_replay_begin(comity_disk *disk, comity_replay *ret_replay)
{
    *ret_replay = (comity_replay){.disk = disk};
}

void comity_replay_end(comity_replay *replay)
{
    comity_context_free(replay->context);
    comity_papers_free(replay->papers);
    comity_law_close(replay->law);
    *replay = (comity_replay){.disk = replay->disk};
}

void comity_replay_turn(comity_replay *replay, comity_disk *disk)
{
    replay->disk = disk;
}

/* Largest law image that is read: as large as any that can be built. */
#define IMAGE_BYTES_MAX ((size_t)1 << 31)

/* Loads a file that is named by its hash. */
static comity_status load_named(comity_replay *replay, const char *path, uint8_t **ret_bytes, size_t *ret_size,
                                comity_error *reterr)
{
    return comity_disk_status(comity_disk_load(replay->disk, path, IMAGE_BYTES_MAX, ret_bytes, ret_size, reterr), path,
                              reterr);
}

static comity_status open_law_of(comity_replay *replay, const char *name, comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    uint8_t *bytes;
    size_t size;
    if (replay->law != NULL && memcmp(replay->opened, name, COMITY_LAW_NAME_SIZE) == 0) {
        return COMITY_OK;
    }
    comity_replay_end(replay);
    comity_record_law_path(name, path);
    COMITY_TRY(load_named(replay, path, &bytes, &size, reterr));
    comity_status status = comity_law_load(bytes, size, &replay->law, reterr);
    free(bytes);
    COMITY_TRY(status);
    if (memcmp(comity_law_hash(replay->law), name, COMITY_LAW_NAME_SIZE) != 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s holds another law than its name says", path);
    }
    memcpy(replay->opened, name, COMITY_LAW_NAME_SIZE);
    replay->opened[COMITY_LAW_NAME_SIZE] = '\0';
    return COMITY_OK;
}

static comity_status open_papers_of(comity_replay *replay, const char *name, comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    uint8_t *bytes;
    size_t size;
    comity_record_papers_path(name, path);
    COMITY_TRY(load_named(replay, path, &bytes, &size, reterr));
    comity_status status = comity_papers_bundle_open(replay->law, bytes, size, &replay->papers, reterr);
    free(bytes);
    COMITY_TRY(status);
    if (memcmp(replay->papers->name, name, COMITY_LAW_NAME_SIZE) != 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s holds other papers than its name says", path);
    }
    memcpy(replay->held, name, COMITY_LAW_NAME_SIZE);
    return COMITY_OK;
}

/* Is the context the one in which this was judged? */
static bool is_context(const comity_replay *replay, const comity_kept *kept)
{
    return replay->context != NULL && strlen(replay->adopted) == kept->adopted_size &&
           memcmp(replay->adopted, kept->adopted, kept->adopted_size) == 0 && replay->strict == kept->strict &&
           (kept->papers == NULL ? replay->papers == NULL
                                 : memcmp(replay->held, kept->papers, COMITY_LAW_NAME_SIZE) == 0);
}

/* A context of that law with the same papers, in which the same agreements are held as binding. */
static comity_status context_of(comity_replay *replay, const comity_kept *kept, comity_error *reterr)
{
    char code[256];
    comity_kept left = *kept;
    if (is_context(replay, kept)) {
        return COMITY_OK;
    }
    comity_context_free(replay->context);
    comity_papers_free(replay->papers);
    replay->context = NULL;
    replay->papers = NULL;
    replay->held[0] = '\0';
    if (kept->adopted_size >= sizeof replay->adopted) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "more agreements were adopted than can be here");
    }
    if (kept->papers != NULL) {
        COMITY_TRY(open_papers_of(replay, kept->papers, reterr));
    }
    COMITY_TRY(comity_context_new(replay->law, &replay->context, reterr));
    comity_status status = comity_context_papers(replay->context, replay->papers, kept->strict, reterr);
    while (status == COMITY_OK && comity_kept_adopted(&left, code, sizeof code)) {
        status = comity_context_adopt(replay->context, code, reterr);
    }
    if (status != COMITY_OK) {
        comity_context_free(replay->context);
        replay->context = NULL;
        return status;
    }
    replay->strict = kept->strict;
    memcpy(replay->adopted, kept->adopted, kept->adopted_size);
    replay->adopted[kept->adopted_size] = '\0';
    return COMITY_OK;
}

comity_status comity_replay_look(comity_replay *replay, const comity_kept *kept, comity_error *reterr)
{
    int32_t day = COMITY_NO_DATE;
    COMITY_TRY(open_law_of(replay, kept->law, reterr));
    COMITY_TRY(context_of(replay, kept, reterr));
    if (kept->on != NULL) {
        COMITY_TRY(comity_date_parse(kept->on, COMITY_DATE_TEXT_SIZE - 1, &day, reterr));
    }
    return comity_context_judge(replay->context, kept->act, kept->act_size, day, reterr);
}

comity_status comity_replay_judge(comity_replay *replay, const comity_kept *kept, comity_answer *ret_answer,
                                  comity_error *reterr)
{
    char day[COMITY_DATE_TEXT_SIZE];
    COMITY_TRY(open_law_of(replay, kept->law, reterr));
    COMITY_TRY(context_of(replay, kept, reterr));
    if (kept->on != NULL) {
        memcpy(day, kept->on, sizeof day - 1);
        day[sizeof day - 1] = '\0';
    }
    return comity_judge_json(replay->context, kept->act, kept->act_size, kept->on == NULL ? NULL : day, ret_answer,
                             reterr);
}

comity_status comity_replay_stands_for(comity_replay *replay, const comity_record_view *entry, const void **ret_bytes,
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
        COMITY_TRY(comity_replay_judge(replay, &kept, &answer, reterr));
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
