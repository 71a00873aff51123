/* The record: durable appends, alone and by many callers at once; verifying; and
 * proofs; each beside the yardstick of the same run.
 *
 *     bench-record IMAGE [--json FILE] [--folder DIR] [--large ENTRIES]
 *
 * A caller that is one of many stands for a request under way in a server: a few
 * threads hold many each, submit when one was answered, and wait for the oldest.
 * Its time runs from its submission to the moment it is known to be durable. */
#include "bench.h"

#include "api/record_folder.h"
#include "record/verify.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORIGIN "example.org/bench"

static void die(const char *what)
{
    (void)fprintf(stderr, "bench-record: %s\n", what);
    exit(2);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static void remove_all(const char *folder)
{
    (void)nftw(folder, remove_one, 64, FTW_DEPTH | FTW_PHYS);
}

/* The folder of one of the records. Each has its own, and all go at the end: a file system
 * that has just removed many files takes longer to make new ones. */
typedef struct place {
    char folder[4096];
} place;

static place place_of(const char *folder, const char *name)
{
    place of;
    (void)snprintf(of.folder, sizeof of.folder, "%s/%s", folder, name);
    return of;
}

static comity_record *new_record(const char *folder, unsigned publish_every_ms)
{
    comity_error error;
    comity_record *record;
    if (comity_record_create(folder, ORIGIN, NULL, &error) != COMITY_OK ||
        comity_record_open(folder, NULL, publish_every_ms, &record, &error) != COMITY_OK) {
        die(error.message);
    }
    return record;
}

static int order(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static double percentile(double *samples, size_t count, double of_100)
{
    qsort(samples, count, sizeof *samples, order);
    return samples[(size_t)((double)(count - 1) * of_100 / 100)];
}

/* ---- yardsticks of the disk ---- */

static int yard_file(const char *folder)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s.yardstick", folder);
    (void)unlink(path);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file < 0) {
        die("the yardstick's file cannot be made");
    }
    (void)unlink(path);
    return file;
}

/* One append of `size` bytes to the file, with its fdatasync. */
static double append_synced(int file, const char *bytes, size_t size, size_t number)
{
    double before = bench_seconds();
    if (pwrite(file, bytes, size, (off_t)(number * size)) != (ssize_t)size || fdatasync(file) != 0) {
        die("the yardstick's file cannot be written");
    }
    return bench_seconds() - before;
}

/* Bytes a second, written in pieces of `size`, each synced. What has been written is let go
 * of, as the record does: else this is as much a measure of how fast a system finds memory. */
static double write_bandwidth(const char *folder, size_t size, double seconds)
{
    char *bytes = malloc(size);
    int file = yard_file(folder);
    size_t written = 0;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(i * 2654435761u >> 13);
    }
    double begin = bench_seconds();
    while (bench_seconds() - begin < seconds) {
        if (pwrite(file, bytes, size, (off_t)written) != (ssize_t)size || fdatasync(file) != 0) {
            die("the yardstick's file cannot be written");
        }
        (void)posix_fadvise(file, (off_t)written, (off_t)size, POSIX_FADV_DONTNEED);
        written += size;
    }
    double taken = bench_seconds() - begin;
    (void)close(file);
    free(bytes);
    return (double)written / taken;
}

/* ---- one caller ---- */

/* Appends and yardsticks by turns, so that both meet the same disk. */
static void one_caller(bench_output *bench, const char *folder)
{
    enum { COUNT = 2000, KEPT = 300 };
    static double samples[COUNT];
    static double yardsticks[COUNT];
    char kept[1024] = {0};
    comity_error error;
    uint64_t index;
    comity_record *record = new_record(folder, 1000);
    int file = yard_file(folder);
    memset(kept, 'k', KEPT);
    for (size_t i = 0; i < COUNT; i++) {
        comity_record_entry entry = {NULL, 0, kept, KEPT, kept, KEPT};
        yardsticks[i] = append_synced(file, kept, comity_record_bytes(KEPT), i);
        double begin = bench_seconds();
        if (comity_record_append(record, &entry, &index, &error) != COMITY_OK) {
            die(error.message);
        }
        samples[i] = bench_seconds() - begin;
    }
    (void)close(file);
    comity_record_close(record);
    bench_figure(bench, "record: one caller, durable append, 300 bytes kept, p50", "",
                 percentile(samples, COUNT, 50) * 1e6, "us", 0, "write and fdatasync of as many bytes",
                 percentile(yardsticks, COUNT, 50) * 1e6);
}

/* ---- many callers ---- */

#define THREADS 4
#define CALLERS 1024

typedef struct crowd {
    comity_record *record;
    const char *kept;
    size_t kept_size;
    double until;
    double *samples;
    size_t count, capacity;
} crowd;

/* Holds its share of the callers, in a ring: the oldest is waited for. */
static void *be_callers(void *context)
{
    enum { MINE = CALLERS / THREADS };
    crowd *mine = context;
    struct {
        uint64_t index;
        double begin;
    } under_way[MINE];
    comity_error error;
    size_t head = 0;
    size_t tail = 0;
    for (bool more = true; more || tail != head;) {
        double now = bench_seconds();
        more = more && now < mine->until;
        while (more && head - tail < MINE) {
            comity_record_entry entry = {NULL, 0, mine->kept, mine->kept_size, mine->kept, mine->kept_size};
            under_way[head % MINE].begin = bench_seconds();
            if (comity_record_submit(mine->record, &entry, &under_way[head % MINE].index, &error) != COMITY_OK) {
                die(error.message);
            }
            head++;
        }
        if (head != tail && comity_record_wait(mine->record, under_way[tail % MINE].index, &error) != COMITY_OK) {
            die(error.message);
        }
        uint64_t durable = comity_record_size(mine->record);
        now = bench_seconds();
        while (tail != head && under_way[tail % MINE].index < durable) {
            if (mine->count < mine->capacity) {
                mine->samples[mine->count++] = now - under_way[tail % MINE].begin;
            }
            tail++;
        }
    }
    return NULL;
}

static void open_reader(const char *folder, comity_disk **ret_disk, comity_record_reader *ret_reader)
{
    comity_error error;
    if (comity_disk_posix_new(folder, ret_disk, &error) != COMITY_OK ||
        comity_record_reader_open(*ret_disk, NULL, ret_reader, &error) != COMITY_OK) {
        die(error.message);
    }
}

/* Of so many entries, how many of a hundred are under the checkpoint that is there. */
static double published(const char *folder, uint64_t entries)
{
    comity_disk *disk;
    comity_record_reader reader;
    open_reader(folder, &disk, &reader);
    double part = 100.0 * (double)reader.checkpoint.size / (double)entries;
    comity_record_reader_close(&reader);
    comity_disk_posix_free(disk);
    return part;
}

typedef struct crowd_result {
    double rate;      /* appends a second by all of them */
    double p99;       /* of one, in seconds */
    double published; /* how many of a hundred had tiles and a checkpoint when the last was durable */
} crowd_result;

static crowd_result many(const char *folder, size_t kept_size, double seconds)
{
    crowd_result result;
    uint64_t unused;
    static crowd crowds[THREADS];
    pthread_t threads[THREADS];
    char *kept = malloc(kept_size);
    comity_error error;
    memset(kept, 'k', kept_size);
    comity_record *record = new_record(folder, 100);
    double begin = bench_seconds();
    size_t count = 0;
    for (size_t i = 0; i < THREADS; i++) {
        size_t capacity = (size_t)(seconds * 2e6);
        crowds[i] = (crowd){record, kept, kept_size, begin + seconds, malloc(capacity * sizeof(double)), 0, capacity};
        if (pthread_create(&threads[i], NULL, be_callers, &crowds[i]) != 0) {
            die("no thread");
        }
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        count += crowds[i].count;
    }
    result.rate = (double)count / (bench_seconds() - begin);
    result.published = published(folder, comity_record_size(record));
    double *all = malloc((count + 1) * sizeof *all);
    size_t at = 0;
    for (size_t i = 0; i < THREADS; i++) {
        memcpy(all + at, crowds[i].samples, crowds[i].count * sizeof *all);
        at += crowds[i].count;
        free(crowds[i].samples);
    }
    result.p99 = percentile(all, count, 99);
    if (comity_record_publish(record, &unused, &error) != COMITY_OK) {
        die(error.message);
    }
    comity_record_close(record);
    free(all);
    free(kept);
    return result;
}

/* What hashing alone would allow: commitment, leaf and two nodes an entry, on one core. */
static double hash_ceiling(size_t size)
{
    enum { COUNT = 200000 };
    char judgement[2048];
    uint8_t salt[COMITY_SALT_SIZE] = {7};
    comity_tree tree;
    comity_hash commitment;
    comity_hash leaf;
    memset(judgement, 'j', sizeof judgement);
    memset(&tree, 0, sizeof tree);
    double begin = bench_seconds();
    for (size_t i = 0; i < COUNT; i++) {
        comity_entry_commit(salt, judgement, size, &commitment);
        comity_entry_leaf(&commitment, &leaf);
        comity_tree_add(&tree, &leaf);
        salt[i % sizeof salt]++;
    }
    return COUNT / (bench_seconds() - begin);
}

static void many_callers(bench_output *bench, const char *folder)
{
    double bytes = (double)comity_record_bytes(300);
    crowd_result result = many(place_of(folder, "many").folder, 300, 4);
    bench_figure(bench, "record: 1,024 callers at once, 300 bytes kept, durable appends", "", result.rate, "/s", 1e6,
                 "hashing alone, one core", hash_ceiling(300));
    /* while half of the callers wait for one commit, the next fills with the others */
    bench_figure(bench, "record: the same, beside what the disk allows", "", result.rate, "/s", 0,
                 "write and fdatasync of 512 records at a time",
                 write_bandwidth(folder, comity_record_bytes(300) * CALLERS / 2, 2) / bytes);
    bench_figure(bench, "record: the same, beside what the disk allows at most", "", result.rate, "/s", 0,
                 "write and fdatasync of 16,384 records at a time",
                 write_bandwidth(folder, comity_record_bytes(300) * CALLERS * 16, 2) / bytes);
    bench_figure(bench, "record: the same, p99", "", result.p99 * 1e3, "ms", 10, NULL, 0);
    bench_figure(bench, "record: the same, under a checkpoint when the last was durable", "", result.published, "%", 0,
                 NULL, 0);
    double bandwidth = write_bandwidth(folder, comity_record_bytes(1536) * CALLERS, 2);
    result = many(place_of(folder, "many-larger").folder, 1536, 4);
    bench_figure(bench, "record: 1,024 callers at once, 1.5 KiB kept, bytes to disk", "",
                 result.rate * (double)comity_record_bytes(1536) / 1e6, "MB/s", 0,
                 "write and fdatasync of as much at a time", bandwidth / 1e6);
    bench_figure(bench, "record: the same, durable appends", "", result.rate, "/s", 0, NULL, 0);
    bench_figure(bench, "record: the same, p99", "", result.p99 * 1e3, "ms", 10, NULL, 0);
}

/* ---- verifying and proving ---- */

static void fill(const char *folder, uint64_t entries, size_t kept_size)
{
    comity_record *record = new_record(folder, 100);
    comity_error error;
    uint64_t index = 0;
    char kept[64];
    memset(kept, 'k', sizeof kept);
    for (uint64_t i = 0; i < entries; i++) {
        comity_record_entry entry = {NULL, 0, &i, sizeof i, kept, kept_size};
        if (comity_record_submit(record, &entry, &index, &error) != COMITY_OK ||
            (i % 16384 == 0 && comity_record_wait(record, index, &error) != COMITY_OK)) {
            die(error.message);
        }
    }
    if (comity_record_wait(record, index, &error) != COMITY_OK ||
        comity_record_publish(record, &index, &error) != COMITY_OK) {
        die(error.message);
    }
    comity_record_close(record);
}

/* Three SHA-256 an entry, of the sizes a log needs, and nothing else. */
static double sha_rate(void)
{
    enum { COUNT = 500000 };
    uint8_t bytes[65] = {1};
    uint8_t digest[32];
    double begin = bench_seconds();
    for (size_t i = 0; i < COUNT; i++) {
        comity_sha256(bytes, 34, digest);
        memcpy(bytes + 1, digest, sizeof digest);
        comity_sha256(bytes, 65, digest);
        memcpy(bytes + 33, digest, sizeof digest);
    }
    return COUNT / (bench_seconds() - begin);
}

static void verifying(bench_output *bench, const char *folder)
{
    comity_disk *disk;
    comity_record_reader reader;
    comity_record_report report;
    comity_error error;
    fill(folder, 1000000, 16);
    double best = 0;
    for (int i = 0; i < 3; i++) {
        open_reader(folder, &disk, &reader);
        double begin = bench_seconds();
        if (comity_record_reader_verify(&reader, NULL, NULL, &report, &error) != COMITY_OK) {
            die(error.message);
        }
        double rate = (double)report.size / (bench_seconds() - begin);
        best = rate > best ? rate : best;
        comity_record_reader_close(&reader);
        comity_disk_posix_free(disk);
    }
    bench_figure(bench, "record: verifying a log of 1,000,000 entries, store included", "", best, "/s", 2e6,
                 "SHA-256 of leaves and nodes alone", sha_rate());
}

/* Makes the proof that an entry is in the log, and checks that it leads from the entry to
 * the root under the checkpoint, whose signature was verified when the reader was opened. */
static double prove(comity_record_reader *reader, uint64_t index)
{
    comity_hash commitment;
    comity_hash leaf;
    comity_proof proof;
    comity_error error;
    uint64_t size = reader->checkpoint.size;
    double begin = bench_seconds();
    if (comity_record_reader_entry(reader, index, &commitment, &error) != COMITY_OK ||
        comity_proof_inclusion(&reader->tiles, index, size, &proof, &error) != COMITY_OK) {
        die(error.message);
    }
    comity_entry_leaf(&commitment, &leaf);
    if (comity_proof_check_inclusion(&proof, index, size, &leaf, &reader->checkpoint.root, &error) != COMITY_OK) {
        die(error.message);
    }
    return bench_seconds() - begin;
}

/* Warm: the files are in the system's memory, and the reader has given as many proofs before. */
static void proving(bench_output *bench, const char *folder, uint64_t entries)
{
    enum { COUNT = 20000 };
    static double samples[COUNT];
    comity_disk *disk;
    comity_record_reader reader;
    uint64_t state = 88172645463325252u;
    fill(folder, entries, 0);
    open_reader(folder, &disk, &reader);
    for (size_t i = 0; i < COUNT; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        samples[i] = prove(&reader, state % entries);
    }
    char name[128];
    (void)snprintf(name, sizeof name,
                   "record: inclusion proof from a log of %" PRIu64 " entries, made and checked, warm, p50", entries);
    bench_figure(bench, name, "", percentile(samples + COUNT / 2, COUNT / 2, 50) * 1e6, "us", 50, NULL, 0);
    comity_record_reader_close(&reader);
    comity_disk_posix_free(disk);
}

int main(int argc, char **argv)
{
    const char *folder = bench_option(argc, argv, "--folder", "build-bench/measure/record");
    uint64_t large = strtoull(bench_option(argc, argv, "--large", "10000000"), NULL, 10);
    bench_output *bench = bench_begin(argc, argv);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    remove_all(folder);
    if (mkdir(folder, 0755) != 0) {
        die("the folder cannot be made");
    }
    one_caller(bench, place_of(folder, "one").folder);
    many_callers(bench, folder);
    verifying(bench, place_of(folder, "verify").folder);
    proving(bench, place_of(folder, "prove").folder, large);
    remove_all(folder);
    return bench_end(bench);
}
