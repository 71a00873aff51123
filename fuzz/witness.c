/* Hostile requests to a witness, which has signed a checkpoint of size 3 before.
 * It answers with one of the protocol's statuses, and signs nothing that the
 * log's key has not signed: here that is the one checkpoint, and no other. */
#include "record/log.h"
#include "record/witness.h"
#include "sim_disk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define ORIGIN "log.example/fuzz"

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static comity_signer *key_of(const char *name, comity_purpose purpose, uint8_t first)
{
    uint8_t seed[COMITY_SEED_SIZE] = {first};
    comity_signer *signer;
    must(comity_signer_from_seed(name, strlen(name), purpose, seed, &signer, NULL) == COMITY_OK);
    return signer;
}

/* A log's signed checkpoint over three entries of nothing. */
static void append_checkpoint(const comity_signer *log, comity_buffer *buffer)
{
    comity_tree tree;
    comity_hash leaf = {{7}};
    comity_checkpoint checkpoint = {.origin = ORIGIN, .origin_size = sizeof ORIGIN - 1};
    comity_buffer text;
    memset(&tree, 0, sizeof tree);
    for (; tree.size < 3; checkpoint.size = tree.size) {
        comity_tree_add(&tree, &leaf);
    }
    comity_tree_root(&tree, &checkpoint.root);
    comity_buffer_init(&text, 4096);
    comity_checkpoint_write(&checkpoint, &text);
    comity_buffer_append(buffer, text.bytes, text.size);
    comity_buffer_append_byte(buffer, '\n');
    must(comity_note_sign(log, (const char *)text.bytes, text.size, buffer, NULL) == COMITY_OK);
    comity_buffer_free(&text);
}

static int ask(sim_disk *sim, const comity_policy *logs, const comity_signer *witness, const void *body, size_t size)
{
    comity_buffer out;
    comity_witness_answer answer;
    comity_buffer_init(&out, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_witness_add_checkpoint(sim_disk_disk(sim), logs, witness, body, size, 1, &out, &answer);
    must(out.failed == COMITY_OK && out.size != 0 && out.bytes[out.size - 1] == '\n');
    comity_buffer_free(&out);
    return answer.status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    comity_signer *log = key_of(ORIGIN, COMITY_PURPOSE_LOG, 1);
    comity_signer *witness = key_of("w.example", COMITY_PURPOSE_WITNESS, 2);
    comity_policy *logs = calloc(1, sizeof *logs);
    comity_buffer body;
    must(logs != NULL);
    logs->verifiers[logs->verifier_count++] = *comity_signer_verifier(log);
    logs->quorum = COMITY_POLICY_NONE;
    sim_disk *sim = sim_disk_new(1, NULL, NULL);
    comity_buffer_init(&body, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append_text(&body, "old 0\n\n");
    append_checkpoint(log, &body);
    must(ask(sim, logs, witness, body.bytes, body.size) == 200);
    int status = ask(sim, logs, witness, bytes, size);
    must(status == 400 || status == 403 || status == 404 || status == 409 || status == 422 || status == 200);
    /* the head of a request, and the true checkpoint behind it: only the size signed last passes */
    comity_buffer_reset(&body);
    comity_buffer_append(&body, bytes, size < 4096 ? size : 4096);
    append_checkpoint(log, &body);
    status = ask(sim, logs, witness, body.bytes, body.size);
    must(status != 200 || (size >= 6 && memcmp(bytes, "old 3\n", 6) == 0));
    sim_disk_free(sim);
    comity_buffer_free(&body);
    free(logs);
    comity_signer_free(log);
    comity_signer_free(witness);
    return 0;
}
