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
        comity_status found = comity_receipt_verify(receipt, receipt_size, judgement, judgement_size, policy,
                                                    policy_size, &index, &error);
        if (found == COMITY_ERROR_SIGNATURE && judgement_size != 0 && judgement[judgement_size - 1] == '\n') {
            /* a judgement kept as a line of a file has a newline that is not its own; a file that was appended has its own */
            found = comity_receipt_verify(receipt, receipt_size, judgement, judgement_size - 1, policy, policy_size,
                                          &index, &error);
        }
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
    (void)printf("{\"origin\":");
    print_json_string(reader->config.origin);
    (void)printf(",\"size\":%" PRIu64 ",\"root\":\"%s\",\"kept\":%" PRIu64 ",\"erased\":%" PRIu64
                 ",\"absent\":%" PRIu64 ",\"unsigned\":%" PRIu64 ",\"erased_runs\":[",
                 report->size, root, report->kept, report->erased, report->absent, report->unsigned_size);
    for (size_t i = 0; i < report->erased_runs && i < COMITY_LIMIT_RECORD_RUNS; i++) {
        (void)printf("%s[%" PRIu64 ",%" PRIu64 "]", i == 0 ? "" : ",", report->erased_first[i],
                     report->erased_first[i] + report->erased_count[i] - 1);
    }
    (void)printf("],\"erased_runs_cut\":%s}\n", report->erased_runs > COMITY_LIMIT_RECORD_RUNS ? "true" : "false");
}

/* Where something is that cannot be read. */
static void complain_torn(const char *folder, const comity_torn_place *torn)
{
    (void)complain("%s: %s: byte %" PRIu64 " begins no record", folder, torn->path, torn->at);
}

static void complain_absent(const char *folder, uint64_t absent)
{
    (void)complain("%s: of %" PRIu64 " entries the private store says nothing, not even that they were erased: it is "
                   "damaged", folder, absent);
}

static int verify_record(const char *folder, const verify_options *options)
{
    record_view view;
    comity_record_report report;
    comity_error error;
    char what[] = "verifying";
    if (!record_view_open(folder, options->policy, &view)) {
        return record_verdict(view.found);
    }
    comity_status status = comity_record_reader_verify(&view.reader, isatty(STDERR_FILENO) ? show_progress : NULL, what,
                                                &report, &error);
    end_progress();
    if (status == COMITY_OK && options->json) {
        print_json(&view.reader, &report);
    } else if (status == COMITY_OK) {
        print_report(&view.reader, &report);
    }
    record_view_close(&view);
    if (status != COMITY_OK) {
        (void)complain_of(folder, error.message);
        return record_verdict(status);
    }
    if (report.absent != 0 && report.is_torn) {
        complain_torn(folder, &report.torn);
    }
    if (report.absent != 0) {
        complain_absent(folder, report.absent);
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
    uint64_t from, to; /* the entries that are judged again, the last not included */
    uint64_t same, other, erased, unknown;
    uint64_t found; /* of which the store says something */
} replaying;

/* What the store keeps of an entry is held against the log's own, and then against what follows from it. */
static comity_status replay_entry(replaying *now, const comity_record_view *found, comity_error *reterr)
{
    const void *bytes;
    size_t size;
    comity_hash commitment;
    comity_error error;
    COMITY_TRY(comity_record_reader_entry(&now->view.reader, found->index, &commitment, reterr));
    comity_status status =
        comity_hash_equal(&commitment, &found->commitment)
            ? comity_replay_stands_for(&now->judge, found, &bytes, &size, &error)
            : comity_fail(&error, COMITY_ERROR_RECORD, "what the private store keeps is not what the log's entry stands for");
    now->same += status == COMITY_OK;
    now->other += status == COMITY_ERROR_RECORD;
    now->unknown += status != COMITY_OK && status != COMITY_ERROR_RECORD;
    if (status != COMITY_OK) {
        (void)complain("entry %" PRIu64 ": %s", found->index, error.message);
    }
    return COMITY_OK;
}

/* One record of the store, which may reach beyond what is asked for. */
static comity_status replay_record(replaying *now, const comity_record_view *found, comity_error *reterr)
{
    uint64_t first = found->index < now->from ? now->from : found->index;
    uint64_t end = found->index + found->count < now->to ? found->index + found->count : now->to;
    if (first >= end) {
        return COMITY_OK;
    }
    now->found += end - first;
    if (found->kind == COMITY_RECORD_ERASED) {
        now->erased += end - first;
        return COMITY_OK;
    }
    return replay_entry(now, found, reterr);
}

static comity_status replay(replaying *now, const char *folder, comity_error *reterr)
{
    comity_walk walk;
    bool progress = isatty(STDERR_FILENO);
    char what[] = "judging again";
    COMITY_TRY(comity_walk_begin(&now->view.reader.store, now->from, &walk, reterr));
    comity_status status = COMITY_OK;
    for (bool some = true; some && status == COMITY_OK;) {
        comity_record_view found;
        size_t unused;
        status = comity_walk_next(&walk, &some, &unused, &found, reterr);
        if (status != COMITY_OK || !some || found.index >= now->to) {
            break;
        }
        status = replay_record(now, &found, reterr);
        if (progress && found.index % 4096 == 0) {
            show_progress(what, found.index - now->from, now->to - now->from);
        }
    }
    end_progress();
    if (status == COMITY_OK && walk.is_torn && now->found < now->to - now->from) {
        complain_torn(folder, &walk.torn);
    }
    comity_walk_end(&walk);
    return status;
}

/* Reads which entries are meant: all, one, or those from one to another. */
static bool replay_range(int argc, char **argv, replaying *now)
{
    int given = argc - optind;
    uint64_t last = 0;
    now->to = UINT64_MAX;
    if (given > 1 && !read_number("record", "replay", argv[optind + 1], &now->from)) {
        return false;
    }
    if (given > 2 && !read_number("record", "replay", argv[optind + 2], &last)) {
        return false;
    }
    if (given > 2 && last < now->from) {
        (void)complain_usage("record", "replay: the last entry, %" PRIu64 ", lies before the first, %" PRIu64, last,
                             now->from);
        return false;
    }
    now->to = given == 1 ? UINT64_MAX : given == 2 ? now->from + 1 : last + 1;
    return true;
}

/* What was found, in a line; and the exit status. */
static int replay_told(const replaying *now, const char *folder, bool json)
{
    uint64_t absent = now->to - now->from - now->found;
    (void)printf(json ? "{\"same\":%" PRIu64 ",\"other\":%" PRIu64 ",\"erased\":%" PRIu64 ",\"not_judged\":%" PRIu64 "}\n"
                      : "%" PRIu64 " judged again, the same to the byte; %" PRIu64 " other; %" PRIu64 " erased; %" PRIu64
                        " not judged\n", now->same, now->other, now->erased, now->unknown + absent);
    if (absent != 0) {
        complain_absent(folder, absent);
    }
    return now->unknown != 0 ? EXIT_ERROR : now->other != 0 || absent != 0 ? EXIT_NOT_CLEAN : EXIT_CLEAN;
}

int record_replay_main(int argc, char **argv)
{
    const char *policy = NULL;
    bool json = false;
    replaying now = {.same = 0};
    comity_error error;
    const record_option options_of[] = {
        {.name = "policy", .text = &policy},
        {.name = "json", .flag = &json},
    };
    if (!record_options("replay", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    int given = argc - optind;
    if (given < 1 || given > 3) {
        return complain_usage("record", "replay: a folder is needed, and the first and last entry, or one, if not all");
    }
    if (!replay_range(argc, argv, &now)) {
        return EXIT_ERROR;
    }
    if (!record_view_open(argv[optind], policy, &now.view)) {
        return record_verdict(now.view.found);
    }
    uint64_t size = now.view.reader.checkpoint.size;
    now.to = now.to < size ? now.to : size;
    comity_replay_begin(now.view.disk, &now.judge);
    comity_hash unused;
    comity_status status =
        given == 1 ? COMITY_OK : comity_record_reader_entry(&now.view.reader, now.from, &unused, &error);
    status = status == COMITY_OK ? replay(&now, argv[optind], &error) : status;
    comity_replay_end(&now.judge);
    record_view_close(&now.view);
    if (status != COMITY_OK) {
        (void)complain_of(argv[optind], error.message);
        return record_verdict(status);
    }
    return replay_told(&now, argv[optind], json);
}
