/* comity record monitor: watches a log of another's, where it is served.
 *
 * What it saw last lies in its state's folder, a file a log. Each time it takes
 * the newest checkpoint, and the tree and entries that are served, and sees
 * whether what it knew, and every new entry, lead to what is signed now. If two
 * checkpoints that are signed contradict each other, both are kept: together they prove that the
 * log has shown two histories. What is served and not signed proves nothing: it may be
 * cut off on the way, or damaged there. */
#include "cli/fetch.h"
#include "cli/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef struct monitoring {
    comity_policy *policy;
    comity_disk *disk; /* the state's folder */
    fetch from;
    const char *base;
    comity_tile_reader tiles;
} monitoring;

/* "log-HASH", HASH being SHA-256 of the origin. */
static void state_path(const comity_checkpoint *of, char ret_path[COMITY_DISK_PATH_SIZE])
{
    uint8_t digest[COMITY_SHA256_SIZE];
    char text[COMITY_SHA256_TEXT_SIZE];
    comity_sha256(of->origin, of->origin_size, digest);
    comity_sha256_print(digest, text);
    (void)snprintf(ret_path, COMITY_DISK_PATH_SIZE, "log-%s", text);
}

/* The tree as it was when `old` was signed, as the tiles served now tell it. */
static comity_status take_up(monitoring *now, const comity_checkpoint *old, const comity_checkpoint *new,
                             comity_tree *ret_tree, comity_error *reterr)
{
    comity_hash root;
    COMITY_TRY(comity_tile_tree(&now->tiles, old->size, new->size, ret_tree, reterr));
    comity_tree_root(ret_tree, &root);
    return comity_hash_equal(&root, &old->root)
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_RECORD,
                             "what is served does not contain the %" PRIu64 " entries that were signed before", old->size);
}

static comity_status add_entries(monitoring *now, const comity_checkpoint *new, comity_tree *tree, comity_error *reterr)
{
    while (tree->size < new->size) {
        uint8_t bytes[COMITY_TILE_WIDTH * COMITY_BUNDLE_BYTES];
        comity_hash commitments[COMITY_TILE_WIDTH];
        comity_tile tile = {.level = COMITY_TILE_ENTRIES, .index = tree->size / COMITY_TILE_WIDTH};
        tile.width = comity_tile_width(tile.level, tile.index, new->size);
        COMITY_TRY(fetch_tile(&now->from, &tile, bytes, reterr));
        COMITY_TRY(comity_bundle_read(bytes, (size_t)tile.width * COMITY_BUNDLE_BYTES, tile.width, commitments, reterr));
        for (size_t i = (size_t)(tree->size % COMITY_TILE_WIDTH); i < tile.width; i++) {
            comity_hash leaf;
            comity_entry_leaf(&commitments[i], &leaf);
            comity_tree_add(tree, &leaf);
        }
    }
    return COMITY_OK;
}

/* Is the log's checkpoint an earlier one of the same history? A cache may give such a one out, or whoever stands
 * between: it contradicts nothing. Tiles that are not there show no such history; those that cannot be had, nothing. */
static comity_status is_earlier(monitoring *now, const comity_checkpoint *old, const comity_checkpoint *new, bool *ret_earlier,
                                comity_error *reterr)
{
    comity_proof proof;
    comity_status status = comity_proof_consistency(&now->tiles, new->size, old->size, &proof, reterr);
    if (status == COMITY_ERROR_SYSTEM && !now->from.missing) {
        return status;
    }
    *ret_earlier = status == COMITY_OK && comity_proof_check_consistency(&proof, new->size, old->size, &new->root, &old->root,
                                                                         NULL) == COMITY_OK;
    return COMITY_OK;
}

static comity_status compare_smaller(monitoring *now, const comity_checkpoint *old, const comity_checkpoint *new,
                                     bool *ret_evident, comity_error *reterr)
{
    bool earlier = false;
    COMITY_TRY(is_earlier(now, old, new, &earlier, reterr));
    if (earlier) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM,
                           "%" PRIu64 " entries are shown, and %" PRIu64
                           " were before: this is an earlier checkpoint of the same log, and nothing newer is seen",
                           new->size, old->size);
    }
    *ret_evident = true;
    return comity_fail(reterr, COMITY_ERROR_RECORD, "the log had %" PRIu64 " entries and has %" PRIu64, old->size, new->size);
}

/* Do the tiles that are served lead to what is signed now? Else they are not what was signed, and show nothing of it. */
static comity_status check_tiles(monitoring *now, const comity_checkpoint *new, comity_error *reterr)
{
    comity_tree tree;
    comity_hash root;
    COMITY_TRY(comity_tile_tree(&now->tiles, new->size, new->size, &tree, reterr));
    comity_tree_root(&tree, &root);
    return comity_hash_equal(&root, &new->root)
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_RECORD, "the tiles that are served do not lead to the root that is signed");
}

/* `*ret_evident`: what is signed contradicts what was signed. */
static comity_status compare(monitoring *now, const comity_checkpoint *old, const comity_checkpoint *new, bool *ret_evident,
                             comity_error *reterr)
{
    comity_tree tree;
    comity_hash root;
    if (new->size < old->size) {
        return compare_smaller(now, old, new, ret_evident, reterr);
    }
    if (new->size == old->size && !comity_hash_equal(&old->root, &new->root)) {
        *ret_evident = true;
        return comity_fail(reterr, COMITY_ERROR_RECORD, "two roots are signed over %" PRIu64 " entries", new->size);
    }
    COMITY_TRY(check_tiles(now, new, reterr));
    comity_status status = take_up(now, old, new, &tree, reterr);
    *ret_evident = status == COMITY_ERROR_RECORD;
    COMITY_TRY(status);
    COMITY_TRY(add_entries(now, new, &tree, reterr));
    comity_tree_root(&tree, &root);
    return comity_hash_equal(&root, &new->root)
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_RECORD, "the entries that are served do not lead to the root that is signed");
}

/* Is what is in the file, if anything, other than these bytes? */
static bool holds_other(comity_disk *disk, const char *path, const uint8_t *bytes, size_t size)
{
    uint8_t *before;
    size_t before_size;
    if (comity_disk_load(disk, path, COMITY_LIMIT_CHECKPOINT_BYTES, &before, &before_size, NULL) != COMITY_DISK_OK) {
        return false;
    }
    bool other = before_size != size || memcmp(before, bytes, size) != 0;
    free(before);
    return other;
}

/* Keeps what the log signed and what it contradicts; beside what was kept before, for one
 * proof must not be lost to another. */
static void keep_evidence(const monitoring *now, const char *path, const uint8_t *bytes, size_t size)
{
    char beside[COMITY_DISK_PATH_SIZE + 16];
    comity_error error;
    (void)snprintf(beside, sizeof beside, "%s.contradicted", path);
    for (unsigned i = 2; i <= COMITY_LIMIT_MONITOR_EVIDENCE && holds_other(now->disk, beside, bytes, size); i++) {
        (void)snprintf(beside, sizeof beside, "%s.contradicted-%u", path, i);
    }
    if (comity_disk_store(now->disk, beside, bytes, size, true, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
    } else {
        (void)complain("what was signed before is in %s, what contradicts it in %s", path, beside);
    }
}

static comity_status look(monitoring *now, const uint8_t *bytes, size_t size, uint64_t *ret_old, uint64_t *ret_new,
                          comity_error *reterr)
{
    char path[COMITY_DISK_PATH_SIZE];
    comity_note note;
    comity_checkpoint old = {.size = 0};
    comity_checkpoint new;
    uint8_t *before = NULL;
    size_t before_size;
    comity_tree_root(&(comity_tree){0}, &old.root);
    COMITY_TRY(comity_policy_open(now->policy, bytes, size, &note, &new, reterr));
    state_path(&new, path);
    comity_disk_result result =
        comity_disk_load(now->disk, path, COMITY_LIMIT_CHECKPOINT_BYTES, &before, &before_size, reterr);
    if (result != COMITY_DISK_MISSING) {
        COMITY_TRY(comity_disk_status(result, path, reterr));
        comity_status known = comity_policy_open(now->policy, before, before_size, &note, &old, reterr);
        if (known != COMITY_OK) {
            free(before);
            return known;
        }
    }
    bool evident = false;
    comity_status status = compare(now, &old, &new, &evident, reterr);
    if (evident) {
        keep_evidence(now, path, bytes, size);
    } else if (status == COMITY_OK) {
        status = comity_disk_store(now->disk, path, bytes, size, true, reterr);
    }
    *ret_old = old.size;
    *ret_new = new.size;
    free(before);
    return status;
}

/* The newest checkpoint that the policy accepts: where that wants witnesses, the one beside, which they have signed. */
static comity_status fetch_newest(monitoring *now, uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr)
{
    comity_note note;
    comity_checkpoint unused;
    uint8_t *bytes;
    size_t size;
    uint8_t *cosigned;
    size_t cosigned_size;
    bool missing;
    comity_error error;
    COMITY_TRY(fetch_get(&now->from, "checkpoint", COMITY_LIMIT_CHECKPOINT_BYTES, &bytes, &size, &missing, reterr));
    if (comity_policy_open(now->policy, bytes, size, &note, &unused, &error) == COMITY_ERROR_SIGNATURE &&
        fetch_get(&now->from, "cosigned", COMITY_LIMIT_CHECKPOINT_BYTES, &cosigned, &cosigned_size, &missing, &error) ==
            COMITY_OK) {
        free(bytes);
        bytes = cosigned;
        size = cosigned_size;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return COMITY_OK;
}

static int monitor_once(monitoring *now)
{
    uint8_t *bytes;
    size_t size;
    uint64_t old_size;
    uint64_t new_size;
    comity_error error;
    comity_tile_reader_init(&now->tiles, (comity_tile_source){&now->from, fetch_tile});
    comity_status status = fetch_newest(now, &bytes, &size, &error);
    if (status == COMITY_OK) {
        status = look(now, bytes, size, &old_size, &new_size, &error);
        free(bytes);
    }
    comity_tile_reader_free(&now->tiles);
    if (status != COMITY_OK) {
        (void)complain_of(now->base, error.message);
        return status == COMITY_ERROR_RECORD || status == COMITY_ERROR_SIGNATURE ? EXIT_NOT_CLEAN : EXIT_ERROR;
    }
    (void)printf("%" PRIu64 " entries, %" PRIu64 " of them new: the log goes on from what it was\n", new_size,
                 new_size - old_size);
    (void)fflush(stdout);
    return EXIT_CLEAN;
}

static int monitor(monitoring *now, uint64_t every)
{
    int status = monitor_once(now);
    while (every != 0 && status != EXIT_NOT_CLEAN) {
        const struct timespec pause = {.tv_sec = (time_t)every};
        (void)nanosleep(&pause, NULL);
        status = monitor_once(now);
    }
    return status;
}

int record_monitor_main(int argc, char **argv)
{
    monitoring now = {.policy = NULL};
    const char *policy = NULL;
    const char *state = NULL;
    uint64_t every = 0;
    char *text = NULL;
    comity_error error;
    const char *ca = NULL;
    const record_option options_of[] = {
        {.name = "policy", .text = &policy},
        {.name = "state", .text = &state},
        {.name = "ca", .text = &ca},
        {.name = "every", .number = &every},
    };
    if (!record_options("monitor", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc - optind != 1 || policy == NULL || state == NULL) {
        return complain_usage("record", "monitor: --policy, --state and an address or folder are needed");
    }
    int status = EXIT_ERROR;
    now.base = argv[optind];
    (void)mkdir(state, 0700); /* that it is there is said below */
    if ((now.policy = read_policy(policy, &text)) == NULL) {
        /* said already */
    } else if (fetch_open(now.base, ca, &now.from, &error) != COMITY_OK ||
               comity_disk_posix_new(state, &now.disk, &error) != COMITY_OK) {
        status = complain("%s", error.message);
    } else {
        status = monitor(&now, every);
    }
    fetch_close(&now.from);
    comity_disk_posix_free(now.disk);
    free(now.policy);
    free(text);
    return status;
}
