/* comity record verify, replay: whether a record holds what it says. */
#include "cli/record.h"

#include "record/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Judgements that are read for comparing with a receipt. */
#define JUDGEMENT_BYTES_MAX COMITY_LIMIT_ANSWER_BYTES

/* ---- progress, on a terminal ---- */

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    const char *what = context;
    (void)fprintf(stderr, "\r%s %u%% ", what, all == 0 ? 100u : (unsigned)(done * 100 / all));
}

static void end_progress(void)
{
    if (isatty(STDERR_FILENO)) {
        (void)fputs("\r                    \r", stderr);
    }
}

/* ---- a receipt ---- */

typedef struct verify_options {
    const char *policy, *receipt, *judgement;
    bool json;
} verify_options;

static int verify_receipt(const verify_options *options)
{
    size_t receipt_size = 0;
    size_t judgement_size = 0;
    size_t policy_size = 0;
    uint64_t index;
    comity_error error;
    char *policy = read_file(options->policy, COMITY_LIMIT_POLICY_BYTES, &policy_size);
    char *receipt = policy == NULL ? NULL : read_file(options->receipt, COMITY_LIMIT_NOTE_BYTES, &receipt_size);
    char *judgement =
        receipt == NULL ? NULL : read_file(options->judgement, JUDGEMENT_BYTES_MAX, &judgement_size);
    int status = EXIT_ERROR;
    if (judgement != NULL) {
        /* a judgement kept as a line of a file has a newline that is not its own */
        judgement_size -= judgement_size != 0 && judgement[judgement_size - 1] == '\n';
        comity_status found = comity_receipt_verify(receipt, receipt_size, judgement, judgement_size, policy,
                                                    policy_size, &index, &error);
        if (found == COMITY_OK) {
            (void)printf("the judgement is entry %" PRIu64 " of a log that the policy trusts\n", index);
            status = EXIT_CLEAN;
        } else {
            (void)complain("%s", error.message);
            status = found == COMITY_ERROR_SIGNATURE ? EXIT_NOT_CLEAN : EXIT_ERROR;
        }
    }
    free(policy);
    free(receipt);
    free(judgement);
    return status;
}

/* ---- a whole record ---- */

static void print_report(const comity_record_reader *reader, const comity_record_report *report)
{
    char root[COMITY_BASE64_TEXT_SIZE(COMITY_SHA256_SIZE) + 1];
    comity_base64_write(reader->checkpoint.root.bytes, COMITY_SHA256_SIZE, root);
    (void)printf("%s: %" PRIu64 " entries, all of them under the signed root %s\n", reader->config.origin, report->size,
                 root);
    (void)printf("kept %" PRIu64 ", erased %" PRIu64 ", absent %" PRIu64 "\n", report->kept, report->erased,
                 report->absent);
    for (size_t i = 0; i < report->erased_runs && i < COMITY_LIMIT_RECORD_RUNS; i++) {
        uint64_t last = report->erased_first[i] + report->erased_count[i] - 1;
        if (report->erased_count[i] == 1) {
            (void)printf("  erased: %" PRIu64 "\n", last);
        } else {
            (void)printf("  erased: %" PRIu64 " to %" PRIu64 "\n", report->erased_first[i], last);
        }
    }
    if (report->erased_runs > COMITY_LIMIT_RECORD_RUNS) {
        (void)printf("  and %zu more runs\n", report->erased_runs - COMITY_LIMIT_RECORD_RUNS);
    }
    if (report->unsigned_size != 0) {
        (void)printf("%" PRIu64 " more in the store, not yet under a checkpoint\n", report->unsigned_size);
    }
}

static void print_json(const comity_record_reader *reader, const comity_record_report *report)
{
    char root[COMITY_BASE64_TEXT_SIZE(COMITY_SHA256_SIZE) + 1];
    comity_base64_write(reader->checkpoint.root.bytes, COMITY_SHA256_SIZE, root);
    (void)printf("{\"origin\":\"%s\",\"size\":%" PRIu64 ",\"root\":\"%s\",\"kept\":%" PRIu64 ",\"erased\":%" PRIu64
                 ",\"absent\":%" PRIu64 ",\"unsigned\":%" PRIu64 ",\"erased_runs\":[",
                 reader->config.origin, report->size, root, report->kept, report->erased, report->absent,
                 report->unsigned_size);
    for (size_t i = 0; i < report->erased_runs && i < COMITY_LIMIT_RECORD_RUNS; i++) {
        (void)printf("%s[%" PRIu64 ",%" PRIu64 "]", i == 0 ? "" : ",", report->erased_first[i],
                     report->erased_first[i] + report->erased_count[i] - 1);
    }
    (void)printf("],\"erased_runs_cut\":%s}\n", report->erased_runs > COMITY_LIMIT_RECORD_RUNS ? "true" : "false");
}

static int verify_record(const char *folder, const verify_options *options)
{
    record_view view;
    comity_record_report report;
    comity_error error;
    char what[] = "verifying";
    if (!record_view_open(folder, options->policy, &view)) {
        return EXIT_ERROR;
    }
    comity_status status = comity_record_verify(&view.reader, isatty(STDERR_FILENO) ? show_progress : NULL, what,
                                                &report, &error);
    end_progress();
    if (status == COMITY_OK && options->json) {
        print_json(&view.reader, &report);
    } else if (status == COMITY_OK) {
        print_report(&view.reader, &report);
    }
    record_view_close(&view);
    if (status != COMITY_OK) {
        (void)complain("%s: %s", folder, error.message);
        return status == COMITY_ERROR_RECORD ? EXIT_NOT_CLEAN : EXIT_ERROR;
    }
    if (report.absent != 0) {
        (void)complain("%s: of %" PRIu64 " entries the private store says nothing, not even that they were erased: it is "
                       "damaged", folder, report.absent);
        return EXIT_NOT_CLEAN;
    }
    return EXIT_CLEAN;
}

int record_verify_main(int argc, char **argv)
{
    verify_options options = {.policy = NULL};
    const record_option options_of[] = {
        {.name = "policy", .text = &options.policy},
        {.name = "receipt", .text = &options.receipt},
        {.name = "judgement", .text = &options.judgement},
        {.name = "json", .flag = &options.json},
    };
    if (!record_options("verify", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (options.receipt != NULL || options.judgement != NULL) {
        if (options.receipt == NULL || options.judgement == NULL || options.policy == NULL || argc != optind) {
            return complain_usage("record", "verify: a receipt is verified with --policy, --receipt and --judgement");
        }
        return verify_receipt(&options);
    }
    if (argc - optind != 1) {
        return complain_usage("record", "verify: one folder is needed");
    }
    return verify_record(argv[optind], &options);
}

/* ---- judging again ---- */

typedef struct replaying {
    record_view view;
    comity_replay judge;
    uint64_t same, other, erased, unknown;
} replaying;

static void replay_entry(replaying *now, const comity_record_view *found)
{
    const void *bytes;
    size_t size;
    comity_error error;
    if (found->kind == COMITY_RECORD_ERASED) {
        now->erased += found->count;
        return;
    }
    comity_status status = comity_replay_stands_for(&now->judge, found, &bytes, &size, &error);
    now->same += status == COMITY_OK;
    now->other += status == COMITY_ERROR_RECORD;
    now->unknown += status != COMITY_OK && status != COMITY_ERROR_RECORD;
    if (status != COMITY_OK) {
        (void)complain("entry %" PRIu64 ": %s", found->index, error.message);
    }
}

/* Each entry's commitment in the store is held against the log's own entry first. */
static comity_status replay(replaying *now, uint64_t from, uint64_t to, comity_error *reterr)
{
    comity_walk walk;
    comity_record_reader *reader = &now->view.reader;
    bool progress = isatty(STDERR_FILENO);
    char what[] = "judging again";
    to = to < reader->checkpoint.size ? to : reader->checkpoint.size;
    COMITY_TRY(comity_walk_begin(&reader->store, from, &walk, reterr));
    comity_status status = COMITY_OK;
    for (bool some = true; some && status == COMITY_OK;) {
        comity_record_view found;
        comity_hash commitment;
        size_t unused;
        status = comity_walk_next(&walk, &some, &unused, &found, reterr);
        if (status != COMITY_OK || !some || found.index >= to) {
            break;
        }
        if (found.kind == COMITY_RECORD_ENTRY) {
            status = comity_record_reader_entry(reader, found.index, &commitment, reterr);
        }
        if (status == COMITY_OK && found.kind == COMITY_RECORD_ENTRY &&
            !comity_hash_equal(&commitment, &found.commitment)) {
            status = comity_fail(reterr, COMITY_ERROR_RECORD,
                                 "what the private store keeps of entry %" PRIu64
                                 " is not what the log's entry stands for", found.index);
        }
        if (status == COMITY_OK) {
            replay_entry(now, &found);
        }
        if (progress && found.index % 4096 == 0) {
            show_progress(what, found.index - from, to - from);
        }
    }
    comity_walk_end(&walk);
    end_progress();
    return status;
}

int record_replay_main(int argc, char **argv)
{
    const char *policy = NULL;
    replaying now = {.same = 0};
    uint64_t from = 0;
    uint64_t to = UINT64_MAX;
    comity_error error;
    const record_option options_of[] = {
        {.name = "policy", .text = &policy},
    };
    if (!record_options("replay", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    int given = argc - optind;
    if (given < 1 || given > 3) {
        return complain_usage("record", "replay: a folder is needed, and the first and last entry, or one, if not all");
    }
    if ((given > 1 && !read_number("record", "replay", argv[optind + 1], &from)) ||
        (given > 2 && !read_number("record", "replay", argv[optind + 2], &to))) {
        return EXIT_ERROR;
    }
    to = given == 1 ? UINT64_MAX : given == 2 ? from + 1 : to + 1;
    if (!record_view_open(argv[optind], policy, &now.view)) {
        return EXIT_ERROR;
    }
    comity_replay_begin(now.view.disk, &now.judge);
    comity_hash unused;
    comity_status status =
        given == 1 ? COMITY_OK : comity_record_reader_entry(&now.view.reader, from, &unused, &error);
    status = status == COMITY_OK ? replay(&now, from, to, &error) : status;
    comity_replay_end(&now.judge);
    record_view_close(&now.view);
    if (status != COMITY_OK) {
        return complain("%s: %s", argv[optind], error.message);
    }
    (void)printf("%" PRIu64 " judged again, the same to the byte; %" PRIu64 " other; %" PRIu64 " erased; %" PRIu64
                 " not judged\n", now.same, now.other, now.erased, now.unknown);
    return now.unknown != 0 ? EXIT_ERROR : now.other != 0 ? EXIT_NOT_CLEAN : EXIT_CLEAN;
}
