/* The log on a disk that forgets, tears and fails: everything that was
 * acknowledged is there afterwards, with a proof, and nothing that was signed is
 * contradicted. Each round is a seed: what is done, what fails and what the disk
 * forgets follow from it. COMITY_TEST_SEED and COMITY_TEST_ROUNDS choose others. */
#include "test.h"

#include "merkle.h"
#include "random.h"
#include "record/log.h"
#include "sim_disk.h"

#include <inttypes.h>
#include <stdlib.h>

#define ENTRIES_MAX 4096
#define SIGNED_MAX 4096
#define EVERY_SEED 23 /* a long life, with every kind of work in it */
#define ORIGIN "example.org/crash"

/* What the test knows of an entry it has submitted. */
typedef struct known {
    bool acknowledged, erasing, erased;
    uint64_t time_ms;
    size_t size;
    char text[120]; /* the judgement; what is kept is the same, backwards */
} known;

/* What the outside has seen and must find again. */
typedef struct world {
    chance chance_of;
    sim_disk *sim;
    comity_signer *signer;
    known entries[ENTRIES_MAX];
    uint64_t next;   /* the index the next submission must get */
    struct {
        uint64_t size;
        comity_hash root;
    } checkpoints[SIGNED_MAX];
    size_t checkpoint_count;
} world;

static comity_hash leaves[ENTRIES_MAX];

static void see(void *context, const char *path, const uint8_t *bytes, size_t size)
{
    world *of = context;
    comity_note note;
    comity_checkpoint checkpoint;
    comity_error error;
    if (strcmp(path, "public/checkpoint") != 0) {
        return;
    }
    if (CHECK(comity_checkpoint_open(bytes, size, comity_signer_verifier(of->signer), 1, &note, &checkpoint, &error) ==
              COMITY_OK) &&
        of->checkpoint_count < SIGNED_MAX) {
        of->checkpoints[of->checkpoint_count].size = checkpoint.size;
        of->checkpoints[of->checkpoint_count++].root = checkpoint.root;
    }
}

static void kept_of(const known *entry, char ret_kept[120])
{
    for (size_t i = 0; i < entry->size; i++) {
        ret_kept[i] = entry->text[entry->size - 1 - i];
    }
}

/* ---- what is done ---- */

/* The judgement that comes next, and what is kept of it. */
static known *next_entry(world *of, uint64_t index, uint64_t time_ms, char ret_kept[120])
{
    known *entry = &of->entries[index];
    memset(entry, 0, sizeof *entry);
    entry->time_ms = time_ms;
    entry->size = (size_t)snprintf(entry->text, sizeof entry->text, "judgement %" PRIu64 " of seed %" PRIx64, index,
                                   chance_next(&of->chance_of));
    entry->size -= chance_below(&of->chance_of, 8);
    kept_of(entry, ret_kept);
    return entry;
}

static bool submit(world *of, comity_log *log)
{
    static const char *const classes[] = {"standard", "standard", "standard", "long", "keep-10-years"};
    uint64_t index = UINT64_MAX;
    comity_error error;
    if (of->next == ENTRIES_MAX) {
        return true;
    }
    char kept[120];
    const known *entry = next_entry(of, of->next, of->next * 10, kept);
    comity_status status = comity_log_submit(log, classes[chance_below(&of->chance_of, 5)], entry->time_ms, entry->text,
                                             entry->size, kept, entry->size, &index, &error);
    if (status != COMITY_OK) {
        return false;
    }
    CHECK_EQ_INT(of->next, index);
    of->next++;
    return true;
}

/* Several at once. Of those that fail none is before one that does not: a failure is final. */
static bool submit_several(world *of, comity_log *log)
{
    static char kept[COMITY_ENTRY_COMMIT_MAX][120];
    static comity_log_submission items[COMITY_ENTRY_COMMIT_MAX];
    size_t count = 1 + chance_below(&of->chance_of, COMITY_ENTRY_COMMIT_MAX);
    size_t good = 0;
    if (ENTRIES_MAX - of->next < count) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        const known *entry = next_entry(of, of->next + i, of->next * 10, kept[i]);
        items[i] = (comity_log_submission){entry->text, entry->size, kept[i], entry->size, .error = {.code = COMITY_OK}};
    }
    comity_log_submit_many(log, "standard", of->next * 10, items, count);
    for (size_t i = 0; i < count; i++) {
        if (items[i].error.code == COMITY_OK) {
            CHECK_EQ_INT(good, i);
            CHECK_EQ_INT(of->next + i, items[i].index);
            good++;
        }
    }
    of->next += good;
    return good == count;
}

static bool commit(world *of, comity_log *log)
{
    comity_error error;
    if (of->next == 0 || comity_log_wait(log, of->next - 1, &error) != COMITY_OK) {
        return of->next == 0;
    }
    for (uint64_t i = 0; i < of->next; i++) {
        of->entries[i].acknowledged = true;
    }
    return true;
}

static bool is_meant(const world *of, const comity_erasure *what, uint64_t index)
{
    return what->by_index ? index == what->index : of->entries[index].time_ms < what->before_ms;
}

static bool erase(world *of, comity_log *log)
{
    comity_error error;
    uint64_t count;
    uint64_t durable = comity_log_durable(log);
    if (durable == 0) {
        return true;
    }
    comity_erasure what = {.by_index = true, .index = chance_below(&of->chance_of, durable)};
    if (chance_in_100(&of->chance_of, 30)) {
        what = (comity_erasure){.before_ms = chance_below(&of->chance_of, durable) * 10};
    }
    for (uint64_t i = 0; i < durable; i++) {
        of->entries[i].erasing |= is_meant(of, &what, i);
    }
    comity_erasing *erasing;
    bool good = true;
    if (comity_log_erase_begin(log, &what, 1, &erasing, &error) != COMITY_OK) {
        return false;
    }
    for (bool done = false; good && !done;) {
        for (size_t n = chance_below(&of->chance_of, 4); good && n > 0; n--) {
            good = submit(of, log);
        }
        good = good && (chance_in_100(&of->chance_of, 50) || commit(of, log));
        if (good && comity_log_erase_step(erasing, &done, &error) != COMITY_OK) {
            (void)comity_log_erase_end(erasing);
            return comity_log_publish(log, true, &count, &error) == COMITY_OK; /* it may have failed alone */
        }
    }
    (void)comity_log_erase_end(erasing);
    if (!good) {
        return false;
    }
    for (uint64_t i = 0; i < durable; i++) {
        of->entries[i].erased |= is_meant(of, &what, i);
    }
    return true;
}

/* Does this and that until something fails or it is enough. */
static void work(world *of, comity_log *log)
{
    uint64_t unused;
    comity_error error;
    bool good = true;
    for (size_t left = 5 + chance_below(&of->chance_of, 60); good && left > 0; left--) {
        size_t kind = chance_below(&of->chance_of, 100);
        if (kind < 50) {
            for (size_t n = chance_below(&of->chance_of, kind < 5 ? 300 : 12); good && n > 0; n--) {
                good = chance_in_100(&of->chance_of, 80) ? submit(of, log) : submit_several(of, log);
            }
        } else if (kind < 80) {
            good = commit(of, log);
        } else if (kind < 95) {
            good = comity_log_publish(log, chance_in_100(&of->chance_of, 30), &unused, &error) == COMITY_OK;
        } else {
            good = erase(of, log);
        }
    }
    if (!good) { /* a failure is final */
        CHECK(!submit(of, log) || of->next == ENTRIES_MAX);
        CHECK(comity_log_publish(log, true, &unused, &error) != COMITY_OK);
    }
}

/* ---- what is looked at ---- */

static uint64_t read_leaves(world *of)
{
    comity_note note;
    comity_checkpoint checkpoint;
    comity_error error;
    size_t size = 0;
    const uint8_t *bytes = sim_disk_file(of->sim, "public/checkpoint", &size);
    if (!CHECK(bytes != NULL) ||
        !CHECK(comity_checkpoint_open(bytes, size, comity_signer_verifier(of->signer), 1, &note, &checkpoint, &error) ==
               COMITY_OK)) {
        return 0;
    }
    for (uint64_t i = 0; i < checkpoint.size; i += 256) {
        comity_hash commitments[256];
        uint16_t width = comity_tile_width(COMITY_TILE_ENTRIES, i / 256, checkpoint.size);
        if (!CHECK(comity_bundle_from_disk(sim_disk_disk(of->sim), i / 256, width, commitments, &error) == COMITY_OK)) {
            fprintf(stderr, "  %s\n", error.message);
            return 0;
        }
        for (uint16_t j = 0; j < width; j++) {
            comity_entry_leaf(&commitments[j], &leaves[i + j]);
        }
    }
    comity_hash root = merkle_root(leaves, checkpoint.size);
    CHECK(comity_hash_equal(&root, &checkpoint.root));
    return checkpoint.size;
}

static void check_proofs(world *of, uint64_t size)
{
    comity_tile_reader reader;
    comity_error error;
    comity_proof proof;
    comity_hash root = merkle_root(leaves, size);
    comity_tile_reader_init(&reader, (comity_tile_source){sim_disk_disk(of->sim), comity_tile_from_disk});
    for (int i = 0; i < 5 && size != 0; i++) {
        uint64_t index = chance_below(&of->chance_of, size);
        CHECK(comity_proof_inclusion(&reader, index, size, &proof, &error) == COMITY_OK);
        CHECK(comity_proof_check_inclusion(&proof, index, size, &leaves[index], &root, &error) == COMITY_OK);
    }
    comity_tile_reader_free(&reader);
}

static void check_kept(world *of, const comity_record_view *view)
{
    char kept[120];
    comity_hash commitment;
    comity_hash leaf;
    const known *entry = &of->entries[view->index];
    kept_of(entry, kept);
    CHECK(!entry->erased);
    CHECK_EQ_INT(entry->size, view->kept_size);
    CHECK(view->kept_size == entry->size && memcmp(kept, view->kept, entry->size) == 0);
    CHECK_EQ_INT(of->entries[view->index].time_ms, view->time_ms);
    comity_entry_commit(view->salt, entry->text, entry->size, &commitment);
    comity_entry_leaf(&commitment, &leaf);
    CHECK(comity_hash_equal(&leaf, &leaves[view->index]));
}

/* Every entry below `size` is in the store once, or erased by somebody. */
static void check_store(world *of, uint64_t size)
{
    comity_store store;
    comity_walk walk;
    comity_hash origin;
    comity_error error;
    uint64_t expected = 0;
    comity_sha256(ORIGIN, strlen(ORIGIN), origin.bytes);
    if (!CHECK(comity_store_list(sim_disk_disk(of->sim), &origin, &store, &error) == COMITY_OK) ||
        !CHECK(comity_walk_begin(&store, 0, &walk, &error) == COMITY_OK)) {
        return;
    }
    for (bool some = true; some;) {
        comity_record_view view;
        size_t of_class;
        if (!CHECK(comity_walk_next(&walk, &some, &of_class, &view, &error) == COMITY_OK) || !some) {
            break;
        }
        CHECK_EQ_INT(expected, view.index);
        if (view.kind == COMITY_RECORD_ENTRY) {
            check_kept(of, &view);
        }
        for (uint64_t i = 0; i < view.count && view.kind == COMITY_RECORD_ERASED; i++) {
            CHECK(of->entries[view.index + i].erasing);
        }
        expected = view.index + view.count;
    }
    CHECK_EQ_INT(size, expected);
    comity_walk_end(&walk);
    comity_store_free(&store);
}

/* The log was opened: it holds what it must. */
static void check(world *of, comity_log *log)
{
    uint64_t size = comity_log_durable(log);
    CHECK_EQ_INT(size, read_leaves(of));
    for (uint64_t i = 0; i < ENTRIES_MAX; i++) {
        CHECK(i < size || !of->entries[i].acknowledged);
    }
    for (size_t i = 0; i < of->checkpoint_count; i++) {
        if (CHECK(of->checkpoints[i].size <= size)) {
            comity_hash root = merkle_root(leaves, of->checkpoints[i].size);
            CHECK(comity_hash_equal(&root, &of->checkpoints[i].root));
        }
    }
    check_proofs(of, size);
    check_store(of, size);
    /* what was not acknowledged and is there is there for good */
    for (uint64_t i = 0; i < ENTRIES_MAX; i++) {
        of->entries[i].acknowledged = i < size;
    }
    of->next = size;
}

/* In segments of so many bytes; 0: as large as they are outside of tests. */
static comity_log *open_in(world *of, uint64_t segment_bytes_max, bool must)
{
    comity_log *log = NULL;
    comity_error error;
    const comity_signer *signer = of->signer;
    comity_status status = comity_log_open(sim_disk_disk(of->sim), &signer, 1, segment_bytes_max, &log, &error);
    if (must && !CHECK(status == COMITY_OK)) {
        fprintf(stderr, "  %s\n", error.message);
    }
    return status == COMITY_OK ? log : NULL;
}

static comity_log *open_log(world *of, bool must)
{
    return open_in(of, 4096, must);
}

/* ---- rounds ---- */

static world *begin(uint64_t seed)
{
    uint8_t secret[COMITY_SEED_SIZE] = {1};
    comity_record_config config;
    comity_error error;
    world *of = calloc(1, sizeof *of);
    if (of == NULL) {
        abort();
    }
    of->chance_of = chance_for(seed, 1);
    of->sim = sim_disk_new(seed, see, of);
    CHECK(comity_signer_from_seed(ORIGIN, strlen(ORIGIN), COMITY_PURPOSE_LOG, secret, &of->signer, &error) == COMITY_OK);
    CHECK(comity_record_config_make(ORIGIN, &config, &error) == COMITY_OK);
    config.keys[config.key_count++] = *comity_signer_verifier(of->signer);
    CHECK(comity_log_create(sim_disk_disk(of->sim), &config, &error) == COMITY_OK);
    return of;
}

static void end(world *of)
{
    comity_signer_free(of->signer);
    sim_disk_free(of->sim);
    free(of);
}

/* One life: works until a fault at a random moment, which may come while opening. */
static void live(world *of, sim_fault fault, unsigned long after)
{
    sim_disk_fault(of->sim, fault, sim_disk_operations(of->sim) + after);
    comity_log *log = open_log(of, fault == SIM_NONE);
    if (log != NULL) {
        work(of, log);
        comity_log_close(log);
    }
}

static void look(world *of)
{
    comity_log *log = open_log(of, true);
    if (log != NULL) {
        check(of, log);
        comity_log_close(log);
    }
}

static void rounds(const char *name, sim_fault fault, uint64_t seed, unsigned count)
{
    test_case(name);
    for (unsigned round = 0; round < count && !test_now.failed; round++) {
        world *of = begin(seed + round);
        for (int life = 0; life < 6 && !test_now.failed; life++) {
            sim_fault now = chance_in_100(&of->chance_of, 85) ? fault : SIM_NONE;
            live(of, now, 1 + chance_below(&of->chance_of, 120));
            if (now == SIM_POWER || chance_in_100(&of->chance_of, 30)) {
                sim_disk_power_loss(of->sim);
            } else {
                sim_disk_process_end(of->sim);
            }
            if (chance_in_100(&of->chance_of, 60)) {
                look(of);
                if (chance_in_100(&of->chance_of, 50)) {
                    sim_disk_power_loss(of->sim);
                }
            } else {
                /* go on without a look: what is there is learnt from the log itself */
                look(of);
            }
        }
        if (test_now.failed) {
            fprintf(stderr, "  seed %" PRIu64 "\n", seed + round);
        }
        end(of);
    }
}

/* The same work, with the fault at its first operation, its second, and so on. */
static void every(const char *name, sim_fault fault)
{
    test_case(name);
    for (unsigned long at = 1; !test_now.failed; at++) {
        world *of = begin(EVERY_SEED);
        live(of, fault, at);
        bool happened = sim_disk_fault_happened(of->sim);
        if (fault == SIM_POWER) {
            sim_disk_power_loss(of->sim);
        } else {
            sim_disk_process_end(of->sim);
        }
        look(of);
        if (test_now.failed) {
            fprintf(stderr, "  at operation %lu\n", at);
        }
        end(of);
        if (!happened) {
            CHECK(at > 60);
            break;
        }
    }
}

enum { LARGE = 300 * 1024, LARGE_COUNT = 5 }; /* more than is read, or written again, in one step */

/* Each large entry is there as it was submitted, but for the one that was erased (UINT64_MAX: none). */
static void check_large(world *of, uint8_t *kept, uint64_t erased)
{
    comity_store store;
    comity_walk walk;
    comity_hash origin;
    comity_error error;
    bool some = true;
    comity_sha256(ORIGIN, strlen(ORIGIN), origin.bytes);
    if (!CHECK(comity_store_list(sim_disk_disk(of->sim), &origin, &store, &error) == COMITY_OK) ||
        !CHECK(comity_walk_begin(&store, 0, &walk, &error) == COMITY_OK)) {
        return;
    }
    for (size_t i = 0; i < LARGE_COUNT && some; i++) {
        comity_record_view view = {.index = UINT64_MAX};
        size_t of_class;
        memset(kept, 'a' + (int)i, LARGE);
        CHECK(comity_walk_next(&walk, &some, &of_class, &view, &error) == COMITY_OK && some);
        CHECK(view.index == i);
        CHECK(i == erased ? view.kind == COMITY_RECORD_ERASED
                          : view.kept_size == LARGE - i && memcmp(view.kept, kept, LARGE - i) == 0);
    }
    comity_walk_end(&walk);
    comity_store_free(&store);
}

static void large_entries(void)
{
    test_case("large entries are brought into order after a crash, and one is erased");
    world *of = begin(77);
    uint8_t *kept = malloc(LARGE);
    uint64_t index = 0;
    comity_error error;
    comity_log *log = open_in(of, 0, true);
    if (!CHECK(kept != NULL && log != NULL)) {
        abort();
    }
    for (size_t i = 0; i < LARGE_COUNT; i++) {
        memset(kept, 'a' + (int)i, LARGE);
        CHECK(comity_log_submit(log, "standard", i, "judgement", 9, kept, LARGE - i, &index, &error) == COMITY_OK);
        CHECK(comity_log_wait(log, index, &error) == COMITY_OK);
    }
    sim_disk_fault(of->sim, SIM_POWER, sim_disk_operations(of->sim));
    comity_log_close(log);
    sim_disk_power_loss(of->sim);
    sim_disk_fault(of->sim, SIM_NONE, 0);
    for (int again = 0; again < 2; again++) {
        log = open_in(of, 0, true);
        CHECK(log != NULL && comity_log_durable(log) == LARGE_COUNT);
        comity_log_close(log);
        sim_disk_power_loss(of->sim);
        check_large(of, kept, UINT64_MAX);
    }
    log = open_in(of, 0, true);
    if (log != NULL) {
        const comity_erasure what = {.by_index = true, .index = 1};
        uint64_t count = 0;
        CHECK(comity_log_erase(log, &what, 1, &count, &error) == COMITY_OK && count == 1);
        comity_log_close(log);
        check_large(of, kept, 1);
    }
    free(kept);
    end(of);
}

/* The disk of the tests ends a program that lets go of what was not synced. */
static void letting_go(void)
{
    test_case("memory that holds what is on disk is given back, but for the newest");
    world *of = begin(78);
    uint8_t *kept = calloc(1, LARGE);
    uint64_t index = 0;
    comity_error error;
    comity_log *log = open_in(of, 0, true);
    if (!CHECK(kept != NULL && log != NULL)) {
        abort();
    }
    for (size_t i = 0; i < 30; i++) {
        uint64_t before = sim_disk_forgotten(of->sim);
        CHECK(comity_log_submit(log, i % 7 == 0 ? "long" : "standard", i, "judgement", 9, kept, LARGE, &index, &error) ==
              COMITY_OK);
        CHECK_EQ_INT(before, sim_disk_forgotten(of->sim));
        CHECK(comity_log_wait(log, index, &error) == COMITY_OK);
    }
    /* of 25 that lie one behind the other, 7.3 MiB, whole MiB but for the last four; of the 5 others, nothing */
    CHECK_EQ_INT(3 << 20, sim_disk_forgotten(of->sim));
    comity_log_close(log);
    log = open_log(of, true); /* where a segment is full at once, it is let go of whole */
    CHECK(log != NULL && comity_log_submit(log, "standard", 0, "judgement", 9, kept, LARGE, &index, &error) == COMITY_OK &&
          comity_log_wait(log, index, &error) == COMITY_OK);
    CHECK(sim_disk_forgotten(of->sim) > (3 << 20) + 25 * LARGE);
    comity_log_close(log);
    free(kept);
    end(of);
}

/* On two disks whose chance is the same: the salts are. */
static void at_once_or_one_by_one(void)
{
    test_case("several at once are written as one by one; one that fails or comes with an error leaves the others as they are");
    static const char first[] = "private/standard/00000000000000000000.segment";
    static const uint8_t kept[COMITY_LIMIT_RECORD_KEPT_BYTES + 1] = {7};
    static char judgements[COMITY_ENTRY_COMMIT_MAX][6000];
    static comity_log_submission items[COMITY_ENTRY_COMMIT_MAX];
    for (size_t count = 1; count <= COMITY_ENTRY_COMMIT_MAX; count++) {
        world *many = begin(500);
        world *each = begin(500);
        comity_log *log_many = open_in(many, 0, true);
        comity_log *log_each = open_in(each, 0, true);
        size_t too_large = count > 2 ? count / 2 : count;
        size_t passed_over = count > 4 ? count - 1 : count;
        uint64_t index = 0;
        uint64_t expected = 0;
        size_t size_many = 0;
        size_t size_each = 0;
        comity_error error;
        for (size_t i = 0; i < count; i++) {
            size_t size = 5600 + i * 17 % 90;
            memset(judgements[i], 'a' + (int)i, size);
            items[i] = (comity_log_submission){judgements[i], size, kept, i == too_large ? sizeof kept : 5000 * (i % 2) + i,
                                               .error = {.code = i == passed_over ? COMITY_ERROR_RECORD : COMITY_OK}};
        }
        comity_log_submit_many(log_many, "standard", 7, items, count);
        for (size_t i = 0; i < count; i++) {
            if (i == too_large) {
                CHECK(items[i].error.code == COMITY_ERROR_LIMIT);
                CHECK_EQ_STR("a record keeps at most 2097152 bytes, not 2097153", items[i].error.message);
            } else if (i == passed_over) {
                CHECK(items[i].error.code == COMITY_ERROR_RECORD);
            } else {
                CHECK(items[i].error.code == COMITY_OK && items[i].index == expected++);
                CHECK(comity_log_submit(log_each, "standard", 7, judgements[i], items[i].judgement_size, kept, items[i].kept_size,
                                        &index, &error) == COMITY_OK);
            }
        }
        CHECK(comity_log_wait(log_many, expected - 1, &error) == COMITY_OK && comity_log_wait(log_each, index, &error) == COMITY_OK);
        comity_log_close(log_many);
        comity_log_close(log_each);
        const uint8_t *bytes_many = sim_disk_file(many->sim, first, &size_many);
        const uint8_t *bytes_each = sim_disk_file(each->sim, first, &size_each);
        CHECK(bytes_many != NULL && bytes_each != NULL && size_many == size_each && size_many > 64 &&
              memcmp(bytes_many, bytes_each, size_many) == 0);
        end(many);
        end(each);
    }
}

/* The very first entry, of many sectors, and the power goes while it is written. */
static void first_torn(void)
{
    static const uint8_t kept[8000] = {1};
    unsigned torn = 0;
    test_case("the first entry, torn and not acknowledged, is no damage");
    for (unsigned long at = 0; at < 160; at++) {
        world *of = begin(400 + at);
        uint64_t index = 0;
        size_t size = 0;
        comity_error error;
        comity_log *log = open_log(of, true);
        if (log != NULL) {
            sim_disk_fault(of->sim, SIM_POWER, sim_disk_operations(of->sim) + 1 + at % 8);
            bool kept_it = comity_log_submit(log, "standard", 1, "judgement", 9, kept, sizeof kept, &index, &error) ==
                               COMITY_OK &&
                           comity_log_wait(log, index, &error) == COMITY_OK;
            comity_log_close(log);
            sim_disk_power_loss(of->sim);
            sim_disk_fault(of->sim, SIM_NONE, 0);
            (void)sim_disk_file(of->sim, "private/standard/00000000000000000000.segment", &size);
            log = open_log(of, true);
            uint64_t durable = log == NULL ? 0 : comity_log_durable(log);
            CHECK(durable == 1 || !kept_it);
            torn += size > COMITY_SEGMENT_HEAD_SIZE && durable == 0;
            comity_log_close(log);
        }
        end(of);
    }
    CHECK(torn > 3);
}

/* Opens the log, makes so many commits, of an entry each, and closes it. */
static void write_each(world *of, int count)
{
    comity_log *log = open_log(of, true);
    for (int i = 0; log != NULL && i < count; i++) {
        (void)submit(of, log);
        (void)commit(of, log);
    }
    comity_log_close(log);
}

static void first_segment(char ret_path[COMITY_DISK_PATH_SIZE])
{
    (void)snprintf(ret_path, COMITY_DISK_PATH_SIZE, "private/standard/%020d.segment", 0);
}

static void rot(void)
{
    test_case("rot in what was acknowledged is told, and nothing is signed");
    unsigned found = 0;
    for (uint64_t seed = 900; seed < 960; seed++) {
        world *of = begin(seed);
        write_each(of, 40);
        size_t size;
        char path[COMITY_DISK_PATH_SIZE];
        first_segment(path);
        if (sim_disk_file(of->sim, path, &size) != NULL && size > 1000) {
            size_t signed_before = of->checkpoint_count;
            comity_error error;
            comity_log *again = NULL;
            const comity_signer *signer = of->signer;
            (void)sim_disk_rot(of->sim, path, chance_below(&of->chance_of, size - 400));
            comity_status status = comity_log_open(sim_disk_disk(of->sim), &signer, 1, 0, &again, &error);
            CHECK(status != COMITY_OK);
            CHECK(status == COMITY_ERROR_RECORD || status == COMITY_ERROR_SYNTAX);
            CHECK_EQ_INT(signed_before, of->checkpoint_count);
            found++;
            comity_log_close(again);
        }
        end(of);
    }
    CHECK(found > 30);
}

/* The same where all of it was settled: what is behind the place still tells of itself,
 * and of the last record only that it is missing. */
static void rot_of_what_is_settled(void)
{
    test_case("rot in what was settled is told, and nothing is cut off");
    unsigned found = 0;
    for (uint64_t seed = 1000; seed < 1200; seed++) {
        world *of = begin(seed);
        for (int round = 0; round < 2; round++) { /* opening settles */
            write_each(of, round == 0 ? 20 : 0);
        }
        size_t size;
        char path[COMITY_DISK_PATH_SIZE];
        first_segment(path);
        if (sim_disk_file(of->sim, path, &size) != NULL) {
            comity_error error;
            comity_log *again = NULL;
            const comity_signer *signer = of->signer;
            uint8_t *before = malloc(size);
            size_t size_then = 0;
            (void)sim_disk_rot(of->sim, path, seed < 1020 ? seed - 1000 : chance_below(&of->chance_of, size));
            memcpy(before, sim_disk_file(of->sim, path, &size), size);
            comity_status status = comity_log_open(sim_disk_disk(of->sim), &signer, 1, 0, &again, &error);
            CHECK(status == COMITY_ERROR_RECORD || status == COMITY_ERROR_SYNTAX);
            const uint8_t *after = sim_disk_file(of->sim, path, &size_then);
            CHECK(after != NULL && size_then == size && memcmp(before, after, size) == 0);
            comity_log_close(again);
            free(before);
            found++;
        }
        end(of);
    }
    CHECK(found > 100);
}

/* A head that is no head may be of a segment that was acknowledged, before anything was settled. */
static void rot_of_heads(void)
{
    test_case("rot in the head of a segment is told");
    for (unsigned at = 0; at < COMITY_SEGMENT_HEAD_SIZE; at++) {
        world *of = begin(2000);
        write_each(of, 40);
        char path[COMITY_DISK_PATH_SIZE];
        comity_error error;
        comity_log *again = NULL;
        const comity_signer *signer = of->signer;
        first_segment(path);
        size_t size;
        CHECK(sim_disk_file(of->sim, path, &size) != NULL);
        (void)sim_disk_rot(of->sim, path, at);
        comity_status status = comity_log_open(sim_disk_disk(of->sim), &signer, 1, 0, &again, &error);
        CHECK(status == COMITY_ERROR_RECORD || status == COMITY_ERROR_SYNTAX);
        comity_log_close(again);
        end(of);
    }
}

static void two_writers(void)
{
    test_case("two writers are one too many");
    world *of = begin(5);
    comity_log *log = open_log(of, true);
    comity_log *second = NULL;
    comity_error error;
    const comity_signer *signer = of->signer;
    CHECK(comity_log_open(sim_disk_disk(of->sim), &signer, 1, 0, &second, &error) == COMITY_ERROR_SYSTEM);
    CHECK_EQ_STR("lock: another process writes this record", error.message);
    comity_log_close(log);
    log = open_log(of, true);
    comity_log_close(log);
    end(of);
}

int main(void)
{
    const char *seed = getenv("COMITY_TEST_SEED");
    const char *count = getenv("COMITY_TEST_ROUNDS");
    uint64_t from = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    unsigned rounds_count = count == NULL ? 60 : (unsigned)strtoul(count, NULL, 10);
    test_begin("record crash");
    two_writers();
    rounds("no fault", SIM_NONE, from, rounds_count / 4);
    rounds("loss of power at any moment", SIM_POWER, from + 10000, rounds_count);
    rounds("one operation fails", SIM_FAIL, from + 20000, rounds_count);
    rounds("all operations fail from some moment", SIM_FAIL_ALL, from + 30000, rounds_count);
    every("each operation fails once", SIM_FAIL);
    every("the power goes at each operation", SIM_POWER);
    large_entries();
    letting_go();
    at_once_or_one_by_one();
    first_torn();
    rot();
    rot_of_what_is_settled();
    rot_of_heads();
    return test_done();
}
