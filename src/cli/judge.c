/* comity judge: acts in, judgements out. This file: its options, and what is opened for it.
 *
 * judge_stream.c reads and cuts lines, judge_pool.c has them judged by several threads,
 * judge_answer.c judges and answers. */
#include "cli/judge.h"
#include "cli/papers.h"

#include "base/date.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the command ---- */

typedef struct judge_options {
    const char *law;
    const char *papers, *trust;
    judge_setup setup;
    long jobs; /* 0: as many as processors */
    answer_form form;
    int32_t day;
    const char *record, *retention, *passphrase_fd_text;
} judge_options;

static int options_read(int argc, char **argv, judge_options *options)
{
    static const struct option longs[] = {
        {"explain", no_argument, NULL, 'e'},
        {"table", no_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {"law", required_argument, NULL, 'l'},
        {"on", required_argument, NULL, 'o'},
        {"adopt", required_argument, NULL, 'a'},
        {"papers", required_argument, NULL, 'p'},
        {"trust", required_argument, NULL, 'r'},
        {"strict-papers", no_argument, NULL, 's'},
        {"record", required_argument, NULL, 'R'},
        {"retention", required_argument, NULL, 'c'},
        {"passphrase-fd", required_argument, NULL, 'P'},
        {"jobs", required_argument, NULL, 'J'},
        {NULL, 0, NULL, 0},
    };
    comity_error error;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 'p':
            options->papers = optarg;
            break;
        case 'r':
            options->trust = optarg;
            break;
        case 's':
            options->setup.strict = true;
            break;
        case 'e':
            options->form = FORM_WORDS;
            break;
        case 't':
            options->form = FORM_TABLE;
            break;
        case 'j':
            options->form = FORM_JSON;
            break;
        case 'l':
            options->law = optarg;
            break;
        case 'R':
            options->record = optarg;
            break;
        case 'c':
            options->retention = optarg;
            if (comity_retention_name_check(optarg, &error) != COMITY_OK) {
                return complain_usage("judge", "--retention: %s", error.message);
            }
            break;
        case 'P':
            options->passphrase_fd_text = optarg;
            break;
        case 'J':
            if (option_number("judge", "--jobs", optarg, 1, JUDGE_JOBS_MAX, &options->jobs) != 0) {
                return EXIT_ERROR;
            }
            break;
        case 'o':
            if (comity_date_parse(optarg, strlen(optarg), &options->day, &error) != COMITY_OK) {
                return complain_usage("judge", "--on: %s", error.message);
            }
            break;
        case 'a':
            if (options->setup.adopt_count == sizeof options->setup.adopt / sizeof options->setup.adopt[0]) {
                return complain_usage("judge", "--adopt: given too often");
            }
            options->setup.adopt[options->setup.adopt_count++] = optarg;
            break;
        default:
            return complain_option("judge", NULL, "", longs, argv);
        }
    }
    if ((options->papers == NULL) != (options->trust == NULL)) {
        return complain_usage("judge", "--papers and --trust belong together");
    }
    if (options->record == NULL && (options->retention != NULL || options->passphrase_fd_text != NULL)) {
        return complain_usage("judge", "--retention and --passphrase-fd are for --record");
    }
    return 0;
}

/* Papers that do not count are told once, and judged without. */
static void tell_papers(const comity_papers *papers)
{
    comity_paper_told told;
    for (size_t i = 0; comity_papers_tell(papers, i, &told, NULL) == COMITY_OK; i++) {
        if (!told.counts) {
            (void)complain("%s: does not count: %s", told.name, told.why);
        }
    }
}

comity_status judge_context_open(const judge_setup *setup, comity_context **ret_context, comity_error *reterr)
{
    comity_context *context;
    COMITY_TRY(comity_context_new(setup->law, &context, reterr));
    comity_status status = comity_context_papers(context, setup->papers, setup->strict, reterr);
    for (size_t i = 0; i < setup->adopt_count && status == COMITY_OK; i++) {
        comity_error error;
        status = comity_context_adopt(context, setup->adopt[i], &error);
        if (status != COMITY_OK) {
            status = comity_fail(reterr, status, "--adopt: %s", error.message);
        }
    }
    if (status != COMITY_OK) {
        comity_context_free(context);
        return status;
    }
    *ret_context = context;
    return COMITY_OK;
}

/* The papers that the options name, or NULL; false after complaining. */
static bool use_papers(judge_options *options, comity_papers **ret_papers)
{
    comity_papers *papers = NULL;
    bool good = true;
    if (options->papers != NULL) {
        papers = open_papers(options->setup.law, options->trust);
        good = papers != NULL && add_folder(papers, options->papers) && settle_papers(papers, options->trust);
    }
    if (good) {
        tell_papers(papers);
    }
    options->setup.papers = papers;
    *ret_papers = papers;
    return good;
}

/* With these the command stays within 32 MiB, whatever comes in: a thread takes one or two. */
enum { JOBS_BY_ITSELF_MAX = 8 };

/* How many threads judge. What is recorded is judged in the order in which it is recorded. */
static unsigned jobs_of(const judge_options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long jobs = cores < 1 ? 1 : cores > JOBS_BY_ITSELF_MAX ? JOBS_BY_ITSELF_MAX : cores;
    return options->record != NULL ? 1 : (unsigned)(options->jobs != 0 ? options->jobs : jobs);
}

static int judge_files(judge_run *judging, const judge_options *options, int count, char **paths)
{
    unsigned jobs = jobs_of(options);
    char *room = malloc(JUDGE_ROOM_BYTES);
    judging->pool = room == NULL || jobs == 1 ? NULL : judge_pool_new(&options->setup, jobs);
    if (room == NULL || (jobs != 1 && judging->pool == NULL)) {
        free(room);
        return complain("out of memory");
    }
    comity_buffer_init(&judging->out, COMITY_LIMIT_ANSWER_BYTES * 2);
    judging->out_max = options->record != NULL ? JUDGE_ANSWERS_BYTES : JUDGE_OUTPUT_BYTES; /* the disk is waited for */
    for (int i = 0; i < (count == 0 ? 1 : count) && !judging->broken; i++) {
        judge_input(judging, count == 0 ? "-" : paths[i], room);
    }
    judge_flush(judging);
    judge_pool_end(judging);
    comity_buffer_free(&judging->out);
    free(room);
    return judging->some_error || judging->broken ? EXIT_ERROR
           : judging->some_not_permitted          ? EXIT_NOT_CLEAN
                                                  : EXIT_CLEAN;
}

static bool open_record(judge_run *judging, const judge_options *options)
{
    comity_error error;
    judging->record_folder = options->record;
    judging->retention = options->retention;
    comity_at_hand_init(&judging->at_hand);
    if (options->record != NULL && judge_open_year(judging, now_ms(), &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        return false;
    }
    return true;
}

/* Publishes the last of it; what is durable is so whether that succeeds or not. */
static int close_record(judge_run *judging, int status)
{
    comity_error error;
    uint64_t unused;
    if (judging->record != NULL) {
        if (comity_record_publish(judging->record, &unused, &error) != COMITY_OK && !judging->broken) {
            status = complain("%s", error.message);
        }
        comity_record_close(judging->record);
    }
    comity_at_hand_free(&judging->at_hand);
    return status;
}

int judge_main(int argc, char **argv)
{
    judge_options options = {.day = today()};
    comity_papers *papers = NULL;
    comity_error error;
    int status = options_read(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    passphrase phrase;
    if (!record_passphrase(options.passphrase_fd_text, &phrase)) {
        return EXIT_ERROR;
    }
    comity_law *law = open_law(options.law);
    if (law == NULL) {
        passphrase_wipe(&phrase);
        return EXIT_ERROR;
    }
    judge_run judging = {.phrase = &phrase,
                         .day = options.day,
                         .form = options.form,
                         .style = {.colour = use_colour(stdout), .titles = true, .width = terminal_width(stdout)}};
    options.setup.law = law;
    if (!use_papers(&options, &papers)) {
        status = EXIT_ERROR;
    } else if (judge_context_open(&options.setup, &judging.context, &error) != COMITY_OK) {
        status = complain("%s", error.message);
    } else if (!open_record(&judging, &options)) {
        status = EXIT_ERROR;
    } else {
        status = close_record(&judging, judge_files(&judging, &options, argc - optind, argv + optind));
    }
    comity_context_free(judging.context);
    comity_papers_free(papers);
    comity_law_close(law);
    passphrase_wipe(&phrase);
    return status;
}
