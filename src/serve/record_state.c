/* The record as a whole: its checkpoint, its key, and how far the witnesses of a
 * policy have signed. Read anew for each who asks, in the worker's thread. */
#include "serve/request.h"
#include "serve/scan.h"

#include "base/time.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was found of witnesses. Owns its parts. */
typedef struct witness_state {
    comity_policy *policy; /* NULL: none is set */
    char *text;            /* which the policy borrows */
    uint8_t *cosigned;     /* which the note borrows */
    comity_note note;
    bool has_note;
    uint64_t size; /* of the checkpoint that witnesses have signed */
} witness_state;

static void put_text(comity_buffer *buffer, const char *key, const char *text, size_t size)
{
    comity_buffer_append_text(buffer, key);
    comity_buffer_append_json_string(buffer, text, size);
}

static void put_time(comity_buffer *buffer, uint64_t time_ms)
{
    char text[COMITY_TIME_TEXT_SIZE];
    comity_time_print(time_ms, text);
    comity_buffer_append_json_string(buffer, text, strlen(text));
}

static comity_status load_policy(const char *path, witness_state *state, comity_error *reterr)
{
    size_t size = 0;
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    state->text = malloc(COMITY_LIMIT_POLICY_BYTES + 1);
    state->policy = calloc(1, sizeof *state->policy);
    bool good = fd >= 0 && state->text != NULL && state->policy != NULL;
    while (good && size <= COMITY_LIMIT_POLICY_BYTES &&
           (got = read(fd, state->text + size, COMITY_LIMIT_POLICY_BYTES + 1 - size)) > 0) {
        size += (size_t)got;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (!good || got < 0 || size > COMITY_LIMIT_POLICY_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "the policy cannot be read");
    }
    return comity_policy_read(state->text, size, state->policy, reterr);
}

/* A checkpoint that witnesses have signed, beside the newest or the newest itself; it must be the log's own. */
static void load_cosigned(comity_record_reader *reader, witness_state *state)
{
    const comity_record_config *config = &reader->config;
    comity_note own;
    comity_checkpoint checkpoint;
    size_t size = 0;
    if (state->policy == NULL ||
        comity_disk_load(reader->disk, "public/cosigned", COMITY_LIMIT_CHECKPOINT_BYTES, &state->cosigned, &size, NULL) !=
            COMITY_DISK_OK) {
        return;
    }
    if (comity_checkpoint_open(state->cosigned, size, config->keys, config->key_count, &own, &checkpoint, NULL) == COMITY_OK &&
        comity_note_try(state->cosigned, size, state->policy->verifiers, state->policy->verifier_count, &state->note, NULL) ==
            COMITY_OK) {
        state->has_note = true;
        state->size = checkpoint.size;
    }
}

/* When the witness signed, in seconds since 1970; false: it has not. */
static bool signed_by(const witness_state *state, uint16_t verifier, uint64_t *ret_time)
{
    for (uint32_t i = 0; state->has_note && i < state->note.signature_count; i++) {
        if (state->note.signatures[i].verifier == verifier) {
            *ret_time = state->note.signatures[i].time;
            return true;
        }
    }
    return false;
}

static void put_witness(const witness_state *state, const comity_policy_name *name, bool first, comity_buffer *buffer)
{
    char key[COMITY_VERIFIER_TEXT_SIZE];
    uint64_t time = 0;
    bool cosigned = signed_by(state, name->verifier, &time);
    comity_verifier_print(&state->policy->verifiers[name->verifier], key);
    put_text(buffer, first ? "{\"name\":" : ",\n{\"name\":", name->name, name->name_size);
    put_text(buffer, ",\"key\":", key, strlen(key));
    comity_buffer_append_text(buffer, cosigned ? ",\"cosigned\":true,\"time\":" : ",\"cosigned\":false,\"time\":");
    if (cosigned) {
        put_time(buffer, time <= UINT64_MAX / 1000 ? time * 1000 : UINT64_MAX);
    } else {
        comity_buffer_append_text(buffer, "null");
    }
    comity_buffer_append_text(buffer, "}");
}

static void put_witnesses(const witness_state *state, comity_buffer *buffer)
{
    bool first = true;
    comity_buffer_append_text(buffer, ",\"witnesses\":[");
    for (size_t i = 0; state->policy != NULL && i < state->policy->name_count; i++) {
        if (!state->policy->names[i].group) {
            put_witness(state, &state->policy->names[i], first, buffer);
            first = false;
        }
    }
    comity_buffer_append_text(buffer, "]");
}

static unsigned member_count(const comity_policy_name *group)
{
    unsigned count = 0;
    for (size_t i = 0; i < sizeof group->members * 8; i++) {
        count += group->members[i / 64] >> (i % 64) & 1u;
    }
    return count;
}

/* "2 of 3", "none", or null where no policy is set. */
static void put_policy(const witness_state *state, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, ",\"policy\":");
    if (state->policy == NULL) {
        comity_buffer_append_text(buffer, "null,\"reached\":null");
        return;
    }
    if (state->policy->quorum == COMITY_POLICY_NONE) {
        comity_buffer_append_text(buffer, "\"none\",\"reached\":true");
        return;
    }
    const comity_policy_name *quorum = &state->policy->names[state->policy->quorum];
    comity_buffer_append_text(buffer, "\"");
    comity_buffer_append_u64(buffer, quorum->group ? quorum->threshold : 1);
    comity_buffer_append_text(buffer, " of ");
    comity_buffer_append_u64(buffer, quorum->group ? member_count(quorum) : 1);
    bool reached = state->has_note && comity_policy_reached(state->policy, &state->note);
    comity_buffer_append_text(buffer, reached ? "\",\"reached\":true" : "\",\"reached\":false");
}

static void put_newest(comity_record_reader *reader, comity_buffer *buffer)
{
    uint64_t time_ms = 0;
    comity_buffer_append_text(buffer, ",\"time\":");
    if (comity_scan_newest(reader, &time_ms)) {
        put_time(buffer, time_ms);
    } else {
        comity_buffer_append_text(buffer, "null");
    }
}

/* Which year's log this is, and of which years there are some; null, and none, where one log is kept for ever. */
static void put_logs(const comity_year *year, const comity_year_list *years, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, ",\"log\":");
    if (year->name[0] == '\0') {
        comity_buffer_append_text(buffer, "null");
    } else {
        comity_buffer_append_json_string(buffer, year->name, strlen(year->name));
    }
    comity_buffer_append_text(buffer, ",\"logs\":[");
    for (size_t i = 0; i < years->count; i++) {
        put_text(buffer, i == 0 ? "" : ",", years->names[i], strlen(years->names[i]));
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_keys(const char *name, const comity_verifier *keys, size_t count, comity_buffer *buffer)
{
    char key[COMITY_VERIFIER_TEXT_SIZE];
    comity_buffer_append_text(buffer, name);
    for (size_t i = 0; i < count; i++) {
        comity_verifier_print(&keys[i], key);
        put_text(buffer, i == 0 ? "" : ",", key, strlen(key));
    }
    comity_buffer_append_text(buffer, "]");
}

static void put_state(comity_record_reader *reader, const witness_state *state, comity_buffer *buffer)
{
    const comity_record_config *config = &reader->config;
    char key[COMITY_VERIFIER_TEXT_SIZE];
    comity_verifier_print(&config->keys[0], key);
    put_text(buffer, "{\"origin\":", config->origin, strlen(config->origin));
    comity_buffer_append_text(buffer, ",\"size\":");
    comity_buffer_append_u64(buffer, reader->checkpoint.size);
    put_text(buffer, ",\"checkpoint\":", (const char *)reader->note, reader->note_size);
    put_newest(reader, buffer);
    put_text(buffer, ",\"key\":", key, strlen(key));
    put_keys(",\"keys\":[", config->keys, config->key_count, buffer);
    put_keys(",\"past_keys\":[", config->past, config->past_count, buffer);
    put_witnesses(state, buffer);
    comity_buffer_append_text(buffer, ",\"witnessed\":");
    if (state->has_note) {
        comity_buffer_append_u64(buffer, state->size);
    } else {
        comity_buffer_append_text(buffer, "null");
    }
    put_policy(state, buffer);
}

static void tell_record(comity_request *request)
{
    witness_state state = {.policy = NULL};
    comity_error error;
    const char *path = request->server->config->policy;
    comity_year_list years;
    const comity_year *year = comity_request_year_asked(request);
    comity_record_reader *reader = year == NULL ? NULL : comity_request_reader(request, year);
    if (reader == NULL) {
        return;
    }
    comity_status status = path == NULL ? COMITY_OK : load_policy(path, &state, &error);
    if (status == COMITY_OK && comity_years_list(comity_keeper_years(request->server->keeper), &years, &error) != COMITY_OK) {
        comity_answer_problem(request, 503, "The record cannot be read", NULL);
    } else if (status == COMITY_OK) {
        load_cosigned(reader, &state);
        put_state(reader, &state, &request->answer);
        put_logs(year, &years, &request->answer);
        comity_buffer_append_text(&request->answer, "}\n");
        comity_answer_with(request, 200, "application/json");
    } else {
        comity_answer_problem(request, 503, "The policy of witnesses cannot be read", error.message);
    }
    free(state.policy);
    free(state.text);
    free(state.cosigned);
    comity_request_reader_close(reader);
}

void comity_handle_record(comity_request *request)
{
    comity_request_work(request, tell_record);
}
