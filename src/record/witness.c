/* What comes in: requests of anybody. What goes out: a signature on what continues
 * what was signed, or why not. Nothing of a checkpoint is read before its
 * signature was verified but its first line, which says whose key to use. */
#include "record/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first_line[] = "comity witness 1";
static const char type_text[] = "text/plain; charset=utf-8";
static const char type_size[] = "text/x.tlog.size";

typedef struct request {
    uint64_t old_size;
    comity_proof proof;
    const char *checkpoint;
    size_t checkpoint_size;
    const char *origin; /* its first line, which only chooses keys */
    size_t origin_size;
} request;

/* What was signed last of a log; size 0 and the empty root if nothing was. */
typedef struct witness_state {
    uint64_t size;
    comity_hash root;
} witness_state;

static void refuse(comity_buffer *buffer, comity_witness_answer *answer, int status, const char *why)
{
    *answer = (comity_witness_answer){status, type_text};
    comity_buffer_append_text(buffer, why);
    comity_buffer_append_byte(buffer, '\n');
}

/* A 409 says the size that was signed last. */
static void refuse_stale(comity_buffer *buffer, comity_witness_answer *answer, uint64_t size)
{
    *answer = (comity_witness_answer){409, type_size};
    comity_buffer_append_u64(buffer, size);
    comity_buffer_append_byte(buffer, '\n');
}

static const char *read_request(const char *text, size_t size, request *ret_request)
{
    const char *line;
    size_t line_size;
    request *read = ret_request;
    memset(read, 0, sizeof *read);
    if (!comity_log_line(&text, &size, &line, &line_size) || line_size < 4 || memcmp(line, "old ", 4) != 0 ||
        !comity_log_number_read(line + 4, line_size - 4, &read->old_size)) {
        return "the first line is \"old \" and a size";
    }
    for (;;) {
        if (!comity_log_line(&text, &size, &line, &line_size)) {
            return "an empty line divides proof and checkpoint";
        }
        if (line_size == 0) {
            break;
        }
        if (read->proof.count == COMITY_WITNESS_PROOF_LINES_MAX) {
            return "a proof has at most 63 lines";
        }
        if (!comity_log_hash_read(line, line_size, &read->proof.hashes[read->proof.count++])) {
            return "a line of the proof is a hash in base64";
        }
    }
    read->checkpoint = text;
    read->checkpoint_size = size;
    if (!comity_log_line(&text, &size, &read->origin, &read->origin_size) || read->origin_size == 0) {
        return "the checkpoint is missing";
    }
    return NULL;
}

/* The keys of that log, of all that are known. */
static size_t keys_of(const comity_policy *logs, const request *asked, comity_verifier *ret_keys)
{
    size_t count = 0;
    for (size_t i = 0; i < logs->verifier_count; i++) {
        const comity_verifier *key = &logs->verifiers[i];
        if (key->purpose == COMITY_PURPOSE_LOG && key->name_size == asked->origin_size &&
            memcmp(key->name, asked->origin, asked->origin_size) == 0) {
            ret_keys[count++] = *key;
        }
    }
    return count;
}

/* ---- the state ---- */

static void state_path(const char *origin, size_t size, char ret_path[COMITY_DISK_PATH_SIZE])
{
    uint8_t digest[COMITY_SHA256_SIZE];
    char text[COMITY_SHA256_TEXT_SIZE];
    comity_sha256(origin, size, digest);
    comity_sha256_print(digest, text);
    (void)snprintf(ret_path, COMITY_DISK_PATH_SIZE, "log-%s", text);
}

static bool is_line(const char **text, size_t *size, const char *expected, size_t expected_size)
{
    const char *line;
    size_t line_size;
    return comity_log_line(text, size, &line, &line_size) && line_size == expected_size &&
           memcmp(line, expected, line_size) == 0;
}

static bool read_state(const char *text, size_t size, const char *origin, size_t origin_size, witness_state *ret_state)
{
    const char *line;
    size_t line_size;
    return is_line(&text, &size, first_line, sizeof first_line - 1) && is_line(&text, &size, origin, origin_size) &&
           comity_log_line(&text, &size, &line, &line_size) &&
           comity_log_number_read(line, line_size, &ret_state->size) &&
           comity_log_line(&text, &size, &line, &line_size) &&
           comity_log_hash_read(line, line_size, &ret_state->root) && size == 0;
}

static comity_status load_state(comity_disk *disk, const char *path, const char *origin, size_t origin_size,
                                witness_state *ret_state, comity_error *reterr)
{
    uint8_t *bytes;
    size_t size;
    comity_disk_result result = comity_disk_load(disk, path, 4096, &bytes, &size, reterr);
    if (result == COMITY_DISK_MISSING) {
        ret_state->size = 0;
        comity_tree_root(&(comity_tree){0}, &ret_state->root);
        return COMITY_OK;
    }
    COMITY_TRY(comity_disk_status(result, path, reterr));
    bool read = read_state((const char *)bytes, size, origin, origin_size, ret_state);
    free(bytes);
    return read ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_RECORD, "%s is damaged", path);
}

static comity_status store_state(comity_disk *disk, const char *path, const comity_checkpoint *checkpoint,
                                 comity_error *reterr)
{
    comity_buffer buffer;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    comity_buffer_init(&buffer, 4096);
    comity_buffer_append_text(&buffer, first_line);
    comity_buffer_append_byte(&buffer, '\n');
    comity_checkpoint_write(checkpoint, &buffer);
    comity_status status = comity_buffer_bytes(&buffer, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        status = comity_disk_store(disk, path, bytes, size, true, reterr);
    }
    comity_buffer_free(&buffer);
    return status;
}

/* ---- deciding ---- */

/* Keeps the state, then signs. */
static void sign(comity_disk *disk, const char *path, const comity_signer *signer, const comity_note *note,
                 const comity_checkpoint *checkpoint, uint64_t time_s, comity_buffer *buffer,
                 comity_witness_answer *answer)
{
    comity_error error;
    if (store_state(disk, path, checkpoint, &error) != COMITY_OK) {
        refuse(buffer, answer, 500, "the witness cannot keep what it would sign");
        return;
    }
    if (comity_note_cosign(signer, note->text, note->text_size, time_s, buffer, &error) != COMITY_OK) {
        refuse(buffer, answer, 500, "the witness cannot sign");
        return;
    }
    *answer = (comity_witness_answer){200, type_text};
}

static void decide(comity_disk *disk, const comity_signer *signer, const request *asked, const comity_note *note,
                   const comity_checkpoint *checkpoint, uint64_t time_s, comity_buffer *buffer,
                   comity_witness_answer *answer)
{
    char path[COMITY_DISK_PATH_SIZE];
    witness_state state;
    comity_error error;
    state_path(checkpoint->origin, checkpoint->origin_size, path);
    if (load_state(disk, path, checkpoint->origin, checkpoint->origin_size, &state, &error) != COMITY_OK) {
        refuse(buffer, answer, 500, "the witness cannot read what it signed last");
        return;
    }
    if (asked->old_size > checkpoint->size) {
        refuse(buffer, answer, 400, "the old size is above that of the checkpoint");
        return;
    }
    bool same = asked->old_size == checkpoint->size;
    if (asked->old_size != state.size || (same && !comity_hash_equal(&state.root, &checkpoint->root))) {
        refuse_stale(buffer, answer, state.size);
        return;
    }
    if (comity_proof_check_consistency(&asked->proof, asked->old_size, checkpoint->size, &state.root, &checkpoint->root,
                                       &error) != COMITY_OK) {
        refuse(buffer, answer, 422, "the proof does not show that the log goes on from what was signed");
        return;
    }
    sign(disk, path, signer, note, checkpoint, time_s, buffer, answer);
}

void comity_witness_add_checkpoint(comity_disk *disk, const comity_policy *logs, const comity_signer *signer,
                                   const void *body, size_t size, uint64_t time_s, comity_buffer *buffer,
                                   comity_witness_answer *ret_answer)
{
    request asked;
    comity_note note;
    comity_checkpoint checkpoint;
    comity_error error;
    comity_verifier keys[COMITY_LIMIT_POLICY_KEYS];
    const char *wrong = size > COMITY_LIMIT_CHECKPOINT_BYTES ? "the request is too large" : read_request(body, size, &asked);
    if (wrong != NULL) {
        refuse(buffer, ret_answer, 400, wrong);
        return;
    }
    size_t count = keys_of(logs, &asked, keys);
    if (count == 0) {
        refuse(buffer, ret_answer, 404, "this witness does not know the log");
        return;
    }
    comity_status status = comity_checkpoint_open(asked.checkpoint, asked.checkpoint_size, keys, count, &note,
                                                  &checkpoint, &error);
    if (status != COMITY_OK) {
        refuse(buffer, ret_answer, status == COMITY_ERROR_SIGNATURE ? 403 : 400, error.message);
        return;
    }
    decide(disk, signer, &asked, &note, &checkpoint, time_s, buffer, ret_answer);
}

void comity_witness_request_write(uint64_t old_size, const comity_proof *proof, const void *checkpoint,
                                  size_t checkpoint_size, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, "old ");
    comity_buffer_append_u64(buffer, old_size);
    comity_buffer_append_byte(buffer, '\n');
    for (size_t i = 0; i < proof->count; i++) {
        comity_log_hash_write(&proof->hashes[i], buffer);
        comity_buffer_append_byte(buffer, '\n');
    }
    comity_buffer_append_byte(buffer, '\n');
    comity_buffer_append(buffer, checkpoint, checkpoint_size);
}
