/* comity ledger show, verify, purge, migrate, key: looks after a ledger without the daemon. */
#include "cli/command.h"

#include "base/date.h"
#include "ledger/ledger.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

typedef struct options {
    const char *where, *exporter;
    int32_t on, before, year;
    bool json;
} options;

static const char *const kinds[] = {"flow", "count", "perhaps"};

/* ---- what is shown ---- */

static void put_member(comity_buffer *line, const char *key, const char *text)
{
    comity_buffer_append_text(line, key);
    comity_buffer_append_json_string(line, text, strlen(text));
}

static comity_status show_json(const comity_ledger_row *row, comity_error *reterr)
{
    comity_buffer line;
    const uint8_t *bytes;
    size_t size;
    comity_buffer_init(&line, 65536);
    put_member(&line, "{\"kind\":", kinds[row->kind]);
    put_member(&line, ",\"exporter\":", row->exporter);
    put_member(&line, ",\"origin\":", row->origin);
    put_member(&line, ",\"destination\":", row->destination);
    put_member(&line, ",\"name\":", row->name);
    comity_buffer_append_text(&line, ",\"year\":");
    comity_buffer_append_i64(&line, row->year);
    comity_buffer_append_text(&line, ",\"persons\":");
    comity_buffer_append_u64(&line, row->persons);
    comity_buffer_append_text(&line, ",\"persons_12_months\":");
    comity_buffer_append_u64(&line, row->persons_back);
    comity_buffer_append_text(&line, "}\n");
    comity_status status = comity_buffer_bytes(&line, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        (void)fwrite(bytes, 1, size, stdout);
    }
    comity_buffer_free(&line);
    return status;
}

/* What stands between whose and how many: on a terminal, where both are wider than it, they stand in two lines. */
static const char *between(void)
{
    return isatty(STDOUT_FILENO) ? "\n    " : " ";
}

static comity_status show_row(void *context, const comity_ledger_row *row, comity_error *reterr)
{
    const options *asked = context;
    if (asked->json) {
        return show_json(row, reterr);
    }
    (void)printf("%-8s %-20s %-8s %-20s%s%-28s %4" PRId32 " %12" PRIu64 " %12" PRIu64 "\n", kinds[row->kind],
                 row->exporter, row->origin, row->destination, between(), row->name, row->year, row->persons,
                 row->persons_back);
    return COMITY_OK;
}

static comity_status show(comity_ledger *ledger, options *asked, comity_error *reterr)
{
    comity_ledger_query query = {.exporter = asked->exporter, .year = asked->year, .day = asked->on, .months = 12};
    if (!asked->json) {
        (void)printf("%-8s %-20s %-8s %-20s%s%-28s %4s %12s %12s\n", "kind", "exporter", "origin", "destination", between(),
                     "name", "year", "persons", "12 months");
    }
    return comity_ledger_list(ledger, &query, show_row, asked, reterr);
}

/* ---- the other verbs ---- */

static comity_status verify(comity_ledger *ledger, options *asked, comity_error *reterr)
{
    uint64_t compared;
    (void)asked;
    COMITY_TRY(comity_ledger_verify(ledger, &compared, reterr));
    (void)printf("%" PRIu64 " numbers agree with the persons kept\n", compared);
    return COMITY_OK;
}

static comity_status purge(comity_ledger *ledger, options *asked, comity_error *reterr)
{
    uint64_t purged;
    COMITY_TRY(comity_ledger_purge(ledger, asked->before, NULL, NULL, &purged, reterr));
    (void)printf("%" PRIu64 " persons forgotten\n", purged);
    return COMITY_OK;
}

/* Opening has done it. */
static comity_status migrate(comity_ledger *ledger, options *asked, comity_error *reterr)
{
    uint32_t found;
    uint32_t now;
    (void)asked;
    (void)reterr;
    comity_ledger_versions(ledger, &found, &now);
    if (found == now) {
        (void)printf("version %" PRIu32 " is the newest\n", now);
    } else {
        (void)printf("version %" PRIu32 " is now version %" PRIu32 "\n", found, now);
    }
    return COMITY_OK;
}

static comity_status key(comity_ledger *ledger, options *asked, comity_error *reterr)
{
    uint8_t bytes[COMITY_LEDGER_KEY_SIZE];
    (void)asked;
    COMITY_TRY(comity_ledger_key(ledger, bytes, reterr));
    for (size_t i = 0; i < sizeof bytes; i++) {
        (void)printf("%02x", bytes[i]);
    }
    (void)puts("");
    return COMITY_OK;
}

static const struct verb {
    const char *name;
    comity_status (*run)(comity_ledger *ledger, options *asked, comity_error *reterr);
} verbs[] = {{"show", show}, {"verify", verify}, {"purge", purge}, {"migrate", migrate}, {"key", key}};

enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

/* ---- options ---- */

static bool read_day(const char *verb, const char *option, const char *text, int32_t *ret_day)
{
    comity_error error;
    if (comity_date_parse(text, strlen(text), ret_day, &error) != COMITY_OK) {
        (void)complain_usage("ledger", "%s: %s: %s", verb, option, error.message);
        return false;
    }
    return true;
}

static bool read_year(const char *verb, const char *text, int32_t *ret_year)
{
    if (strlen(text) != 4 || strspn(text, "0123456789") != 4) {
        (void)complain_usage("ledger", "%s: --year: expected a year of four digits", verb);
        return false;
    }
    *ret_year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    return true;
}

static bool read_options(int argc, char **argv, options *ret_options)
{
    static const struct option known[] = {
        {"exporter", required_argument, NULL, 'e'}, {"year", required_argument, NULL, 'y'},
        {"on", required_argument, NULL, 'o'},       {"before", required_argument, NULL, 'b'},
        {"json", no_argument, NULL, 'j'},           {NULL, 0, NULL, 0}};
    const char *verb = argv[0];
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        bool right = option == 'y'   ? read_year(verb, optarg, &ret_options->year)
                     : option == 'o' ? read_day(verb, "--on", optarg, &ret_options->on)
                     : option == 'b' ? read_day(verb, "--before", optarg, &ret_options->before)
                                     : option != '?';
        if (option == '?') {
            (void)complain_option("ledger", verb, "", known, argv);
        }
        if (!right) {
            return false;
        }
        ret_options->exporter = option == 'e' ? optarg : ret_options->exporter;
        ret_options->json = ret_options->json || option == 'j';
    }
    if (optind + 1 != argc) {
        (void)complain_usage("ledger", "%s: expected one ledger: the absolute path of a file, or postgresql:CONNECTION",
                             verb);
        return false;
    }
    ret_options->where = argv[optind];
    return true;
}

static int run(const struct verb *verb, options *asked)
{
    comity_ledger *ledger;
    comity_error error;
    if (asked->where[0] == '/' && access(asked->where, F_OK) != 0) { /* looking makes none */
        return complain("%s: %s", asked->where, strerror(errno));
    }
    if (comity_ledger_open(asked->where, &ledger, &error) != COMITY_OK) {
        return complain("%s", error.message);
    }
    comity_status status = verb->run(ledger, asked, &error);
    comity_ledger_close(ledger);
    if (status == COMITY_OK) {
        return EXIT_CLEAN;
    }
    (void)complain("%s", error.message);
    return status == COMITY_ERROR_RECORD ? EXIT_NOT_CLEAN : EXIT_ERROR;
}

int ledger_main(int argc, char **argv)
{
    options asked = {.on = today(), .before = COMITY_DATE_MIN};
    opterr = 0;
    if (argc < 2) {
        (void)fputs(ledger_help, stderr);
        return EXIT_ERROR;
    }
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (strcmp(argv[1], verbs[i].name) != 0) {
            continue;
        }
        if (!read_options(argc - 1, argv + 1, &asked)) {
            return EXIT_ERROR;
        }
        if (verbs[i].run == purge && asked.before == COMITY_DATE_MIN) {
            return complain_usage("ledger",
                                  "purge: --before DAY is wanted: what was last seen before its year is forgotten");
        }
        return run(&verbs[i], &asked);
    }
    return complain_usage("ledger", "'%s' is no verb; there are show, verify, purge, migrate and key", argv[1]);
}
