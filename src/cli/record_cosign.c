/* comity record cosign: asks the witnesses of a policy to sign the log's newest
 * checkpoint, and puts it, with what they signed, beside it as public/cosigned.
 *
 * The log never waits for this. What stands in public/cosigned always satisfies
 * the policy; when too few answer, what was there stays. */
#include "cli/fetch.h"
#include "cli/record.h"

#include "record/witness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct cosigning {
    record_view *view;
    comity_policy *policy;
    const char *ca; /* whose certificates witnesses must bear, or NULL */
    comity_buffer note; /* the checkpoint and what was added to it */
} cosigning;

/* One request. `*ret_stale`: the witness signed another size last, which is put in its place. */
static comity_status ask(cosigning *now, fetch *to, uint64_t old_size, uint8_t **ret_lines, size_t *ret_size,
                         bool *ret_stale, uint64_t *ret_last, comity_error *reterr)
{
    comity_record_reader *reader = &now->view->reader;
    comity_proof proof;
    comity_buffer body;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    long http = 0;
    COMITY_TRY(comity_proof_consistency(&reader->tiles, old_size, reader->checkpoint.size, &proof, reterr));
    comity_buffer_init(&body, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_witness_request_write(old_size, &proof, reader->note, reader->note_size, &body);
    comity_status status = comity_buffer_bytes(&body, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        status = fetch_post(to, "add-checkpoint", bytes, size, &http, ret_lines, ret_size, reterr);
    }
    comity_buffer_free(&body);
    COMITY_TRY(status);
    size_t line = *ret_size == 0 ? 0 : *ret_size - 1;
    *ret_stale = http == 409 && comity_log_number_read((const char *)*ret_lines, line, ret_last);
    if (http == 200 || *ret_stale) {
        return COMITY_OK;
    }
    free(*ret_lines);
    *ret_lines = NULL;
    if (http == 422) { /* the proof is of our own making: what it begins with is not what the witness signed */
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "%s signed other first %" PRIu64 " entries of a log of this name: two histories are shown",
                           to->base, old_size);
    }
    return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "%s: the witness refuses with %ld", to->base, http);
}

/* Is this line of an answer the witness's signature? */
static comity_status check(const cosigning *now, const comity_verifier *witness, const char *line, size_t size,
                           comity_error *reterr)
{
    comity_buffer alone;
    comity_note note;
    const uint8_t *bytes;
    size_t whole;
    comity_buffer_init(&alone, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append(&alone, now->view->reader.note, now->view->reader.note_size);
    comity_buffer_append(&alone, line, size);
    comity_status status = comity_buffer_bytes(&alone, &bytes, &whole, reterr);
    if (status == COMITY_OK) {
        status = comity_note_open(bytes, whole, witness, 1, &note, reterr);
    }
    comity_buffer_free(&alone);
    return status;
}

/* Adds the witness's line to the note, and nothing else of what it answers: a line in the name of another
 * would spoil the note, and with it what the others signed. */
static comity_status add(cosigning *now, const comity_verifier *witness, const uint8_t *lines, size_t size,
                         comity_error *reterr)
{
    const char *text = (const char *)lines;
    const char *line;
    size_t line_size;
    comity_status status = comity_fail(reterr, COMITY_ERROR_SIGNATURE, "%s answers with no line that ends", witness->name);
    while (status != COMITY_OK && comity_log_line(&text, &size, &line, &line_size)) {
        status = check(now, witness, line, line_size + 1, reterr);
        if (status == COMITY_OK) {
            comity_buffer_append(&now->note, line, line_size + 1);
        }
    }
    return status;
}

static comity_status cosign_by(cosigning *now, size_t which, comity_error *reterr)
{
    char address[2048];
    fetch to;
    uint8_t *lines = NULL;
    size_t size = 0;
    bool stale = false;
    uint64_t last = 0;
    const comity_record_reader *reader = &now->view->reader;
    size_t length = now->policy->url_sizes[which];
    if (length >= sizeof address) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the address of a witness is too long");
    }
    memcpy(address, now->policy->urls[which], length);
    address[length] = '\0';
    COMITY_TRY(fetch_open(address, now->ca, &to, reterr));
    comity_status status = ask(now, &to, 0, &lines, &size, &stale, &last, reterr);
    if (status == COMITY_OK && stale) {
        free(lines);
        lines = NULL;
        status = last > reader->checkpoint.size
                     ? comity_fail(reterr, COMITY_ERROR_RECORD,
                                   "%s signed this log with %" PRIu64 " entries, but it has %" PRIu64
                                   ": is this an older copy? Nothing must be added to it", address, last,
                                   reader->checkpoint.size)
                     : ask(now, &to, last, &lines, &size, &stale, &last, reterr);
    }
    if (status == COMITY_OK && stale) {
        status = comity_fail(reterr, COMITY_ERROR_RECORD,
                             "%s signed another log of this size and name: two histories are shown", address);
    }
    if (status == COMITY_OK) {
        status = add(now, &now->policy->verifiers[which], lines, size, reterr);
    }
    free(lines);
    fetch_close(&to);
    return status;
}

/* Asks each; keeps the result if it satisfies the policy. */
static int cosign_once(const char *folder, comity_policy *policy, const char *ca)
{
    record_view view;
    comity_note note;
    comity_checkpoint checkpoint;
    comity_error error;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    unsigned asked = 0;
    unsigned signed_by = 0;
    bool contradicted = false; /* a witness knows this log otherwise: whatever the quorum, that is not clean */
    if (!record_view_open(folder, NULL, &view)) {
        return EXIT_ERROR;
    }
    cosigning now = {.view = &view, .policy = policy, .ca = ca};
    comity_buffer_init(&now.note, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append(&now.note, view.reader.note, view.reader.note_size);
    for (size_t i = 0; i < policy->verifier_count; i++) {
        if (policy->verifiers[i].purpose != COMITY_PURPOSE_WITNESS || policy->urls[i] == NULL) {
            continue;
        }
        asked++;
        if (cosign_by(&now, i, &error) == COMITY_OK) {
            signed_by++;
        } else {
            contradicted |= error.code == COMITY_ERROR_RECORD;
            (void)complain("%s", error.message);
        }
    }
    int status = EXIT_NOT_CLEAN;
    if (comity_buffer_bytes(&now.note, &bytes, &size, &error) != COMITY_OK ||
        comity_policy_open(policy, bytes, size, &note, &checkpoint, &error) != COMITY_OK ||
        comity_disk_store(view.disk, "public/cosigned", bytes, size, true, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
    } else {
        status = contradicted ? EXIT_NOT_CLEAN : EXIT_CLEAN;
    }
    (void)printf("%u of %u witnesses signed the log with %" PRIu64 " entries\n", signed_by, asked,
                 view.reader.checkpoint.size);
    (void)fflush(stdout);
    comity_buffer_free(&now.note);
    record_view_close(&view);
    return status;
}

int record_cosign_main(int argc, char **argv)
{
    const char *path = NULL;
    uint64_t every = 0;
    char *text = NULL;
    const char *ca = NULL;
    const record_option options_of[] = {
        {.name = "policy", .text = &path},
        {.name = "ca", .text = &ca},
        {.name = "every", .number = &every},
    };
    if (!record_options("cosign", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc - optind != 1 || path == NULL) {
        return complain_usage("record", "cosign: --policy and one folder are needed");
    }
    comity_policy *policy = read_policy(path, &text);
    if (policy == NULL) {
        return EXIT_ERROR;
    }
    int status = cosign_once(argv[optind], policy, ca);
    while (every != 0) {
        const struct timespec pause = {.tv_sec = (time_t)every};
        (void)nanosleep(&pause, NULL);
        status = cosign_once(argv[optind], policy, ca);
    }
    free(policy);
    free(text);
    return status;
}
