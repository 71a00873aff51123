/* comity paper verify: which papers count, by a trust file and the law. */
#include "cli/paper.h"
#include "cli/papers.h"

#include "base/date.h"
#include "base/quote.h"

#include <getopt.h>
#include <string.h>

typedef struct verify_options {
    const char *trust;
    const char *folder;
    const char *law;
    int32_t day;
    bool json;
} verify_options;

static int options_read(int argc, char **argv, verify_options *options)
{
    static const struct option longs[] = {
        {"trust", required_argument, NULL, 't'}, {"papers", required_argument, NULL, 'p'},
        {"law", required_argument, NULL, 'l'},   {"on", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},        {NULL, 0, NULL, 0},
    };
    comity_error error;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 't':
            options->trust = optarg;
            break;
        case 'p':
            options->folder = optarg;
            break;
        case 'l':
            options->law = optarg;
            break;
        case 'j':
            options->json = true;
            break;
        case 'o':
            if (comity_date_parse(optarg, strlen(optarg), &options->day, &error) != COMITY_OK) {
                return complain_usage("paper", "--on: %s", error.message);
            }
            break;
        default:
            return complain_option("paper", "verify", "", longs, argv);
        }
    }
    if (options->trust == NULL) {
        return complain_usage("paper", "verify: the --trust file is missing");
    }
    return argc == optind ? complain_usage("paper", "verify: no paper named") : 0;
}

/* Why a paper that counts does not on the day; "" if it does. */
static const char *out_of_force(const comity_shelf_paper *held, int32_t day)
{
    const comity_paper *paper = held->paper;
    if (day < paper->issued || (paper->from != COMITY_PAPER_NO_DATE && day < paper->from)) {
        return "not yet in force";
    }
    return held->until != COMITY_PAPER_NO_DATE && day > held->until ? "no longer in force" : "";
}

static void put_member(comity_buffer *buffer, const char *name, const char *text)
{
    comity_buffer_append_text(buffer, ",\"");
    comity_buffer_append_text(buffer, name);
    comity_buffer_append_text(buffer, "\":");
    if (text == NULL) {
        comity_buffer_append_text(buffer, "null");
    } else {
        comity_buffer_append_json_string(buffer, text, strlen(text));
    }
}

static void put_json(comity_buffer *buffer, const comity_paper_told *told, const char *why)
{
    comity_buffer_append_text(buffer, why[0] == '\0' ? "{\"counts\":true" : "{\"counts\":false");
    put_member(buffer, "file", told->name);
    put_member(buffer, "why", why[0] == '\0' ? NULL : why);
    put_member(buffer, "until", told->until);
    comity_buffer_append_text(buffer, ",\"paper\":");
    comity_buffer_append_text(buffer, told->json == NULL ? "null" : told->json);
    comity_buffer_append_text(buffer, "}\n");
}

static void put_words(comity_buffer *buffer, const comity_paper_told *told, const char *why)
{
    comity_buffer_append_text(buffer, why[0] == '\0' ? "counts   " : "refused  ");
    comity_quote_append_plain(buffer, told->name, strlen(told->name));
    comity_buffer_append_text(buffer, ": ");
    comity_buffer_append_text(buffer, why[0] == '\0' ? told->form : why);
    if (why[0] == '\0' && told->until != NULL) {
        comity_buffer_append_text(buffer, ", until ");
        comity_buffer_append_text(buffer, told->until);
    }
    comity_buffer_append_text(buffer, "\n");
}

/* The first `count` papers, which were named; the others only help. */
static int tell(const comity_papers *papers, size_t count, const verify_options *options)
{
    comity_buffer buffer;
    comity_error error;
    const uint8_t *bytes;
    size_t size;
    bool all = true;
    comity_buffer_init(&buffer, COMITY_LIMIT_ANSWER_BYTES);
    for (size_t i = 0; i < count; i++) {
        comity_paper_told told;
        if (comity_papers_tell(papers, i, &told, &error) != COMITY_OK) {
            continue;
        }
        const char *why = told.counts ? out_of_force(comity_shelf_at(papers->shelf, i), options->day) : told.why;
        all = all && why[0] == '\0';
        (options->json ? put_json : put_words)(&buffer, &told, why);
    }
    bool written = comity_buffer_bytes(&buffer, &bytes, &size, &error) == COMITY_OK
                       ? write_all(1, (const char *)bytes, size)
                       : complain("%s", error.message) == 0;
    comity_buffer_free(&buffer);
    return !written ? EXIT_ERROR : all ? EXIT_CLEAN : EXIT_NOT_CLEAN;
}

static int verify(const comity_law *law, const verify_options *options, size_t count, char **paths)
{
    comity_papers *papers = open_papers(law, options->trust);
    bool good = papers != NULL;
    for (size_t i = 0; i < count && good; i++) {
        good = add_paper(papers, paths[i]);
    }
    good = good && (options->folder == NULL || add_folder(papers, options->folder)) && settle_papers(papers, options->trust);
    int status = good ? tell(papers, count, options) : EXIT_ERROR;
    comity_papers_free(papers);
    return status;
}

int paper_verify_main(int argc, char **argv)
{
    verify_options options = {.day = today()};
    int status = options_read(argc, argv, &options);
    if (status != 0) {
        return status;
    }
    comity_law *law = open_law(options.law);
    if (law == NULL) {
        return EXIT_ERROR;
    }
    status = verify(law, &options, (size_t)(argc - optind), argv + optind);
    comity_law_close(law);
    return status;
}
