/* comity record cosign: asks the witnesses of a policy to sign the log's newest
 * checkpoint, and puts it, with what they signed, beside it as public/cosigned.
 *
 * The log never waits for this, and no witness for another: several are asked at
 * the same time, and as soon as enough have signed that is kept, however long the
 * rest takes. What stands in public/cosigned always satisfies the policy, and never
 * becomes older; when too few answer, what was there stays.
 *
 * A witness may be behind, or ahead, or move on while it is asked, because others ask
 * it too. That is no history of its own: only what it cannot have signed of this log is. */
#include "cli/fetch.h"
#include "cli/record.h"

#include "record/witness.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* So many witnesses are asked at once. */
#define ASKED_AT_ONCE 16
/* A witness that others ask too may have moved on before it is asked again. */
#define TRIES 4

/* What came of asking one. */
typedef struct asked_one {
    bool asked; /* the policy says where */
    comity_status status;
    comity_error error;
} asked_one;

typedef struct cosigning {
    const record_view *view;
    const comity_policy *policy;
    const char *ca; /* whose certificates witnesses must bear, or NULL */

    pthread_mutex_t mutex; /* guards what follows */
    size_t next;        /* the witness to be asked next */
    asked_one witnesses[COMITY_LIMIT_POLICY_KEYS];
    comity_buffer note; /* the checkpoint and what was added to it */
    bool kept;          /* it was enough, and is in public/cosigned, or a newer one is */
    comity_error error; /* why it is not */
} cosigning;

/* ---- asking one ---- */

/* What a witness says it signed last: the body of an answer of 409. */
static bool read_last(const uint8_t *body, size_t size, uint64_t *ret_last)
{
    return size != 0 && body[size - 1] == '\n' && comity_log_number_read((const char *)body, size - 1, ret_last);
}

/* One request. `*ret_stale`: the witness signed another size last, which is put in its place. */
static comity_status ask(const cosigning *now, fetch *to, uint64_t old_size, uint8_t **ret_lines, size_t *ret_size,
                         bool *ret_stale, uint64_t *ret_last, comity_error *reterr)
{
    const comity_record_reader *reader = &now->view->reader;
    comity_tile_reader tiles;
    comity_proof proof;
    comity_buffer body;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    long http = 0;
    comity_tile_reader_init(&tiles, (comity_tile_source){now->view->disk, comity_tile_from_disk});
    comity_status status = comity_proof_consistency(&tiles, old_size, reader->checkpoint.size, &proof, reterr);
    comity_tile_reader_free(&tiles);
    COMITY_TRY(status);
    comity_buffer_init(&body, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_witness_request_write(old_size, &proof, reader->note, reader->note_size, &body);
    status = comity_buffer_bytes(&body, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        status = fetch_post(to, "add-checkpoint", bytes, size, &http, ret_lines, ret_size, reterr);
    }
    comity_buffer_free(&body);
    COMITY_TRY(status);
    *ret_stale = http == 409 && read_last(*ret_lines, *ret_size, ret_last);
    if (http == 200 || *ret_stale) {
        return COMITY_OK;
    }
    free(*ret_lines);
    *ret_lines = NULL;
    if (http == 422 && old_size != 0) { /* the proof is of our own making: what it begins with is not what was signed */
        return comity_fail(reterr, COMITY_ERROR_RECORD,
                           "%s signed other first %" PRIu64 " entries of a log of this name: two histories are shown",
                           to->base, old_size);
    }
    return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "%s: the witness refuses with %ld", to->base, http);
}

/* The witness signed more than this checkpoint has: because the log went on meanwhile and another
 * had it signed, or because this is an older copy. */
static comity_status is_ahead(const cosigning *now, const char *address, uint64_t last, comity_error *reterr)
{
    comity_record_reader *newest = malloc(sizeof *newest);
    comity_error unused;
    uint64_t size = now->view->reader.checkpoint.size;
    uint64_t size_now = size;
    if (newest != NULL && comity_record_reader_open(now->view->disk, NULL, newest, &unused) == COMITY_OK) {
        size_now = newest->checkpoint.size;
        comity_record_reader_close(newest);
    }
    free(newest);
    return last <= size_now
               ? comity_fail(reterr, COMITY_ERROR_SIGNATURE,
                             "%s signed this log with %" PRIu64 " entries already; these are its first %" PRIu64, address,
                             last, size)
               : comity_fail(reterr, COMITY_ERROR_RECORD,
                             "%s signed this log with %" PRIu64 " entries, but it has %" PRIu64
                             ": is this an older copy? Nothing must be added to it", address, last, size_now);
}

/* Asks from the size that the witness says it signed last; at first from nothing. */
static comity_status ask_on(const cosigning *now, fetch *to, uint8_t **ret_lines, size_t *ret_size,
                            comity_error *reterr)
{
    uint64_t size = now->view->reader.checkpoint.size;
    uint64_t old = 0;
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t last = 0;
        bool stale;
        COMITY_TRY(ask(now, to, old, ret_lines, ret_size, &stale, &last, reterr));
        if (!stale) {
            return COMITY_OK;
        }
        free(*ret_lines);
        *ret_lines = NULL;
        if (last > size) {
            return is_ahead(now, to->base, last, reterr);
        }
        if (last == old && old == size && size != 0) {
            return comity_fail(reterr, COMITY_ERROR_RECORD,
                               "%s signed another log of this size and name: two histories are shown", to->base);
        }
        if (last == old) {
            return comity_fail(reterr, COMITY_ERROR_SIGNATURE,
                               "%s: the witness refuses %" PRIu64 " entries as the size it signed last, and says it is that",
                               to->base, last);
        }
        old = last;
    }
    return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "%s signed another size last each time it was asked", to->base);
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

/* ---- what they answer ---- */

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

/* Puts the note into public/cosigned, if it satisfies the policy and what is there is not newer. */
static comity_status keep(cosigning *now, comity_error *reterr)
{
    comity_disk *disk = now->view->disk;
    comity_note note;
    comity_checkpoint checkpoint;
    comity_checkpoint before;
    comity_error unused;
    const uint8_t *bytes;
    uint8_t *old = NULL;
    size_t size;
    size_t old_size;
    COMITY_TRY(comity_buffer_bytes(&now->note, &bytes, &size, reterr));
    COMITY_TRY(comity_policy_open(now->policy, bytes, size, &note, &checkpoint, reterr));
    bool newer = comity_disk_load(disk, "public/cosigned", COMITY_LIMIT_CHECKPOINT_BYTES, &old, &old_size, &unused) ==
                     COMITY_DISK_OK &&
                 comity_policy_open(now->policy, old, old_size, &note, &before, &unused) == COMITY_OK &&
                 before.size > checkpoint.size;
    free(old);
    return newer ? COMITY_OK : comity_disk_store(disk, "public/cosigned", bytes, size, true, reterr);
}

static comity_status cosign_by(cosigning *now, size_t which, comity_error *reterr)
{
    char address[2048];
    fetch to;
    uint8_t *lines = NULL;
    size_t size = 0;
    size_t length = now->policy->url_sizes[which];
    if (length >= sizeof address) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the address of a witness is too long");
    }
    memcpy(address, now->policy->urls[which], length);
    address[length] = '\0';
    COMITY_TRY(fetch_open(address, now->ca, &to, reterr));
    comity_status status = ask_on(now, &to, &lines, &size, reterr);
    fetch_close(&to);
    COMITY_TRY(status);
    (void)pthread_mutex_lock(&now->mutex);
    status = add(now, &now->policy->verifiers[which], lines, size, reterr);
    if (status == COMITY_OK) {
        now->kept = keep(now, &now->error) == COMITY_OK;
    }
    (void)pthread_mutex_unlock(&now->mutex);
    free(lines);
    return status;
}

/* ---- asking all ---- */

/* Asks one after the other of those nobody has asked yet. */
static void *ask_some(void *context)
{
    cosigning *now = context;
    const comity_policy *policy = now->policy;
    for (;;) {
        (void)pthread_mutex_lock(&now->mutex);
        size_t which = now->next++;
        (void)pthread_mutex_unlock(&now->mutex);
        if (which >= policy->verifier_count) {
            return NULL;
        }
        asked_one *one = &now->witnesses[which];
        if (policy->verifiers[which].purpose == COMITY_PURPOSE_WITNESS && policy->urls[which] != NULL) {
            one->asked = true;
            one->status = cosign_by(now, which, &one->error);
        }
    }
}

/* Where no thread can be had, fewer do it. */
static void ask_all(cosigning *now)
{
    pthread_t threads[ASKED_AT_ONCE - 1];
    size_t count = 0;
    while (count < ASKED_AT_ONCE - 1 && count + 1 < now->policy->verifier_count &&
           pthread_create(&threads[count], NULL, ask_some, now) == 0) {
        count++;
    }
    (void)ask_some(now);
    for (size_t i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

/* Says what came of it. The exit status: a witness that knows this log otherwise is not clean, whatever the quorum. */
static int tell(const cosigning *now)
{
    unsigned asked = 0;
    unsigned signed_by = 0;
    bool contradicted = false;
    for (size_t i = 0; i < now->policy->verifier_count; i++) {
        const asked_one *one = &now->witnesses[i];
        asked += one->asked;
        signed_by += one->asked && one->status == COMITY_OK;
        if (one->asked && one->status != COMITY_OK) {
            contradicted |= one->status == COMITY_ERROR_RECORD;
            (void)complain("%s", one->error.message);
        }
    }
    if (!now->kept) {
        (void)complain("%s", now->error.message);
    }
    (void)printf("%u of %u witnesses signed the log with %" PRIu64 " entries\n", signed_by, asked,
                 now->view->reader.checkpoint.size);
    (void)fflush(stdout);
    return now->kept && !contradicted ? EXIT_CLEAN : EXIT_NOT_CLEAN;
}

static int cosign_once(const char *folder, const comity_policy *policy, const char *ca)
{
    record_view view;
    cosigning *now = calloc(1, sizeof *now);
    if (now == NULL || pthread_mutex_init(&now->mutex, NULL) != 0) {
        free(now);
        return complain("out of memory");
    }
    int status = EXIT_ERROR;
    if (record_view_open(folder, NULL, &view)) {
        now->view = &view;
        now->policy = policy;
        now->ca = ca;
        comity_buffer_init(&now->note, COMITY_LIMIT_NOTE_BYTES);
        comity_buffer_append(&now->note, view.reader.note, view.reader.note_size);
        ask_all(now);
        /* a policy may ask for no witness, or for none that answered */
        now->kept = now->kept || keep(now, &now->error) == COMITY_OK;
        status = tell(now);
        comity_buffer_free(&now->note);
        record_view_close(&view);
    }
    (void)pthread_mutex_destroy(&now->mutex);
    free(now);
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
