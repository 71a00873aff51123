/* comity inspect: files in, what personal and important data they hold out.
 *
 * Threads take one file after another; each has an inspection of its own, and the
 * persons of all are put together at the end. With --act what was found becomes the
 * data of an act, which goes the way that `comity ask` takes. */
#include "cli/inspect.h"

#include "inspect/category.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1 << 18)
#define JOBS_MAX 64
#define TYPES_FILES_MAX 64
#define TYPES_BYTES_MAX ((size_t)8 << 20)
#define ACT_PARTS_MAX 64
#define PERSONS_MAX ((size_t)3 << 20) /* 32 MiB when all are there */

typedef struct inspect_arguments {
    inspect_settings settings;
    bool with_ignored;
    bool list_types;
    bool list_categories;
    const char *key_file;
    const char *law;
    const char *act[ACT_PARTS_MAX];
    size_t act_count;
    const char *types[TYPES_FILES_MAX];
    size_t types_count;
    const char *states[256];
    size_t state_count;
    unsigned jobs;
} inspect_arguments;

/* ---- options ---- */

enum { OPTION_ACT = 256, OPTION_LAW, OPTION_TYPES, OPTION_KEY, OPTION_STATE, OPTION_CONTENT, OPTION_ENCODING, OPTION_LOCALE,
       OPTION_LIST, OPTION_CATEGORIES, OPTION_IGNORE };

static int states_read(inspect_arguments *arguments, char *text)
{
    for (char *rest = NULL, *state = strtok_r(text, ",", &rest); state != NULL; state = strtok_r(NULL, ",", &rest)) {
        if (arguments->state_count == sizeof arguments->states / sizeof arguments->states[0]) {
            return complain_usage("inspect", "--state: given too often");
        }
        arguments->states[arguments->state_count++] = state;
    }
    return 0;
}

static int option_read(inspect_arguments *arguments, int option)
{
    long number = 0;
    switch (option) {
    case 'l':
        if (option_number("inspect", "--level", optarg, 1, 99, &number) != 0) {
            return EXIT_ERROR;
        }
        arguments->settings.options.level = (uint8_t)number;
        return 0;
    case 'J':
        if (option_number("inspect", "--jobs", optarg, 1, JOBS_MAX, &number) != 0) {
            return EXIT_ERROR;
        }
        arguments->jobs = (unsigned)number;
        return 0;
    case 'j':
        arguments->settings.form = INSPECT_JSON;
        return 0;
    case 's':
        arguments->settings.form = INSPECT_SARIF;
        return 0;
    case 'v':
        arguments->settings.show_values = true;
        return 0;
    case OPTION_ACT:
        if (arguments->act_count == ACT_PARTS_MAX) {
            return complain_usage("inspect", "--act: given too often");
        }
        arguments->act[arguments->act_count++] = optarg;
        return 0;
    case OPTION_TYPES:
        if (arguments->types_count == TYPES_FILES_MAX) {
            return complain_usage("inspect", "--types: given too often");
        }
        arguments->types[arguments->types_count++] = optarg;
        return 0;
    case OPTION_LAW:
        arguments->law = optarg;
        return 0;
    case OPTION_KEY:
        arguments->key_file = optarg;
        return 0;
    case OPTION_STATE:
        return states_read(arguments, optarg);
    case OPTION_CONTENT:
        arguments->settings.hints.content_type = optarg;
        return 0;
    case OPTION_ENCODING:
        arguments->settings.hints.content_encoding = optarg;
        return 0;
    case OPTION_LOCALE:
        arguments->settings.hints.locale = optarg;
        return 0;
    case OPTION_LIST:
        arguments->list_types = true;
        return 0;
    case OPTION_CATEGORIES:
        arguments->list_categories = true;
        return 0;
    case OPTION_IGNORE:
        arguments->with_ignored = true;
        return 0;
    default:
        return EXIT_ERROR; /* there is no other */
    }
}

static int arguments_read(int argc, char **argv, inspect_arguments *arguments)
{
    static const struct option longs[] = {
        {"level", required_argument, NULL, 'l'},
        {"jobs", required_argument, NULL, 'J'},
        {"json", no_argument, NULL, 'j'},
        {"sarif", no_argument, NULL, 's'},
        {"show-values", no_argument, NULL, 'v'},
        {"act", required_argument, NULL, OPTION_ACT},
        {"law", required_argument, NULL, OPTION_LAW},
        {"types", required_argument, NULL, OPTION_TYPES},
        {"key", required_argument, NULL, OPTION_KEY},
        {"state", required_argument, NULL, OPTION_STATE},
        {"type", required_argument, NULL, OPTION_CONTENT},
        {"encoding", required_argument, NULL, OPTION_ENCODING},
        {"locale", required_argument, NULL, OPTION_LOCALE},
        {"list-types", no_argument, NULL, OPTION_LIST},
        {"list-categories", no_argument, NULL, OPTION_CATEGORIES},
        {"no-ignore", no_argument, NULL, OPTION_IGNORE},
        {NULL, 0, NULL, 0},
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (option == '?') {
            return complain_option("inspect", NULL, "", longs, argv);
        }
        if (option_read(arguments, option) != 0) {
            return EXIT_ERROR;
        }
    }
    if (arguments->settings.show_values && !isatty(STDOUT_FILENO)) {
        return complain_usage("inspect", "--show-values: only on a terminal, so that values are not kept by mistake");
    }
    if (arguments->act_count != 0 && arguments->settings.form != INSPECT_SUMMARY) {
        return complain_usage("inspect", "--act: goes with the summary only");
    }
    return 0;
}

/* The key of the digests: from a file of 16 bytes or more, or a new one each time. */
static int key_read(inspect_arguments *arguments)
{
    uint8_t *key = arguments->settings.options.key;
    size_t size;
    if (arguments->key_file == NULL) {
        return getrandom(key, 16, 0) == 16 ? 0 : complain("no random bytes: %s", strerror(errno));
    }
    char *bytes = read_file(arguments->key_file, 4096, &size);
    if (bytes == NULL) {
        return EXIT_ERROR;
    }
    if (size < 16) {
        free(bytes);
        return complain("%s: a key has 16 bytes; there are %zu", arguments->key_file, size);
    }
    memcpy(key, bytes, 16);
    free(bytes);
    arguments->settings.key_given = true;
    return 0;
}

/* ---- types ---- */

static comity_rules *rules_open(const inspect_arguments *arguments)
{
    comity_rules_text texts[TYPES_FILES_MAX];
    char *read[TYPES_FILES_MAX] = {NULL};
    comity_rules *rules = NULL;
    comity_error error;
    comity_status status = COMITY_OK;
    bool there = true;
    for (size_t i = 0; there && i < arguments->types_count; i++) {
        read[i] = read_file(arguments->types[i], TYPES_BYTES_MAX, &texts[i].size);
        texts[i].name = arguments->types[i];
        texts[i].text = read[i];
        there = read[i] != NULL;
    }
    if (there) {
        status = arguments->types_count == 0 ? comity_rules_open(&rules, &error)
                                             : comity_rules_load(texts, arguments->types_count, &rules, &error);
    }
    if (status != COMITY_OK) {
        (void)complain("%s", error.message);
        rules = NULL;
    }
    for (size_t i = 0; i < arguments->types_count; i++) {
        free(read[i]);
    }
    return rules;
}

static int types_print(const comity_rules *rules)
{
    for (size_t i = 0; i < comity_rules_type_count(rules); i++) {
        comity_type_about about;
        comity_error error;
        if (comity_rules_type(rules, i, &about, &error) != COMITY_OK) {
            return complain("%s", error.message);
        }
        (void)printf("%-32s %-22s %s\n", about.name, about.category, about.title);
    }
    return fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_ERROR;
}

static bool category_is(const char *own, const char *name)
{
    for (; own != NULL; own = comity_category_parent(own)) {
        if (strcmp(own, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Each category that types have, or that such a one belongs to: its name, what it belongs to, and how many types. */
static int categories_print(const comity_rules *rules)
{
    for (size_t i = 0; i < comity_category_link_count; i++) {
        const comity_category_link *link = &comity_category_links[i];
        size_t count = 0;
        for (size_t j = 0; j < comity_rules_type_count(rules); j++) {
            comity_type_about about;
            comity_error error;
            if (comity_rules_type(rules, j, &about, &error) != COMITY_OK) {
                return complain("%s", error.message);
            }
            count += category_is(about.category, link->name);
        }
        if (count != 0) {
            (void)printf("%-22s %-22s %zu types\n", link->name, link->parent == NULL ? "" : link->parent, count);
        }
    }
    return fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_ERROR;
}

/* ---- reading ---- */

static bool file_feed(inspect_worker *worker, int fd, char *room, comity_error *reterr)
{
    for (;;) {
        ssize_t got = read(fd, room, READ_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            (void)snprintf(reterr->message, sizeof reterr->message, "%s", strerror(errno));
            return false;
        }
        if (got == 0) {
            return comity_inspect_finish(worker->inspection, reterr) == COMITY_OK;
        }
        (void)atomic_fetch_add(&worker->work->bytes_read, (uint64_t)got);
        if (comity_inspect_feed(worker->inspection, room, (size_t)got, reterr) != COMITY_OK) {
            return false;
        }
    }
}

static void file_inspect(inspect_worker *worker, const char *path, char *room)
{
    bool is_input = strcmp(path, "-") == 0;
    comity_error error = {0};
    comity_inspect_hints hints = worker->work->settings->hints;
    hints.name = is_input ? NULL : path;
    int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0;
    if (!done) {
        (void)snprintf(error.message, sizeof error.message, "%s", strerror(errno));
    }
    done = done && comity_inspect_begin(worker->inspection, &hints, &error) == COMITY_OK &&
           file_feed(worker, fd, room, &error);
    if (!done) {
        (void)pthread_mutex_lock(&worker->work->printing);
        (void)complain("%s: %s", is_input ? "standard input" : path, error.message);
        (void)pthread_mutex_unlock(&worker->work->printing);
        worker->unread++;
    }
    if (fd >= 0 && !is_input) {
        (void)close(fd);
    }
}

static void *work_on(void *context)
{
    inspect_worker *worker = context;
    inspect_work *work = worker->work;
    char *room = malloc(READ_BYTES);
    while (room != NULL && !work->broken) {
        worker->file = atomic_fetch_add(&work->next, 1);
        if (worker->file >= work->files->count) {
            break;
        }
        file_inspect(worker, work->files->list[worker->file].path, room);
        inspect_flush(worker);
    }
    worker->unread += room == NULL;
    free(room);
    (void)atomic_fetch_sub(&work->workers, 1);
    return NULL;
}

static void progress_show(const inspect_work *work)
{
    uint64_t read = atomic_load(&work->bytes_read);
    uint64_t all = work->files->size;
    unsigned percent = all == 0 ? 0 : (unsigned)(read >= all ? 100 : read * 100 / all);
    char bar[41];
    for (unsigned i = 0; i < 40; i++) {
        bar[i] = i < percent * 40 / 100 ? '#' : '.';
    }
    bar[40] = '\0';
    (void)fprintf(stderr, "\r[%s] %3u%%  %.1f of %.1f MiB ", bar, percent, (double)read / 1048576, (double)all / 1048576);
    (void)fflush(stderr);
}

/* Waits for the workers; on a terminal it shows how far they are. */
static void wait_for(inspect_work *work, inspect_worker *workers, unsigned count)
{
    bool shown = false;
    const struct timespec pause = {0, 100000000};
    while (isatty(STDERR_FILENO) && work->files->size > (16u << 20) && atomic_load(&work->workers) > 0) {
        progress_show(work);
        shown = true;
        (void)nanosleep(&pause, NULL);
    }
    if (shown) {
        (void)fprintf(stderr, "\r%*s\r", 79, "");
    }
    for (unsigned i = 0; i < count; i++) {
        (void)pthread_join(workers[i].thread, NULL);
    }
}

/* ---- putting together ---- */

static void counts_join(inspect_worker *to, inspect_worker *from, size_t type_count)
{
    for (size_t i = 0; i < type_count; i++) {
        inspect_count *sum = &to->counts[i];
        inspect_count *more = &from->counts[i];
        if (more->found == 0) {
            continue;
        }
        sum->least = sum->found == 0 || more->least < sum->least ? more->least : sum->least;
        sum->most = more->most > sum->most ? more->most : sum->most;
        sum->found += more->found;
        sum->file_count += more->file_count;
        if (sum->where == NULL) {
            sum->where = more->where;
            more->where = NULL;
        }
    }
    to->found += from->found;
    to->unread += from->unread;
    comity_inspect_persons_merge(to->inspection, from->inspection);
}

static bool worker_open(inspect_worker *worker, inspect_work *work)
{
    worker->work = work;
    worker->counts = calloc(comity_rules_type_count(work->rules) + 1, sizeof *worker->counts);
    comity_buffer_init(&worker->out, (size_t)1 << 30);
    if (worker->counts == NULL) {
        return complain("out of memory") == 0;
    }
    if (comity_inspection_new(work->rules, &work->settings->options, inspect_found, worker, &worker->inspection,
                              &worker->error) != COMITY_OK) {
        return complain("%s", worker->error.message) == 0;
    }
    return true;
}

static void worker_close(inspect_worker *worker)
{
    size_t count = worker->counts == NULL ? 0 : comity_rules_type_count(worker->work->rules);
    for (size_t i = 0; i < count; i++) {
        free(worker->counts[i].where);
    }
    free(worker->counts);
    comity_buffer_free(&worker->out);
    comity_inspection_free(worker->inspection);
}

/* ---- judging what was found ---- */

typedef struct ask_words {
    char *list[2 * ACT_PARTS_MAX + 16];
    int count;
    char text[16384];
    size_t used;
} ask_words;

static bool word_add(ask_words *words, const char *prefix, const char *text, size_t size)
{
    size_t needed = strlen(prefix) + size + 1;
    if (words->used + needed > sizeof words->text ||
        (size_t)words->count + 1 >= sizeof words->list / sizeof words->list[0]) {
        return false;
    }
    char *word = words->text + words->used;
    (void)snprintf(word, needed, "%s%.*s", prefix, (int)size, text);
    words->used += needed;
    words->list[words->count++] = word;
    words->list[words->count] = NULL;
    return true;
}

/* `from=XX,to=YY` as options of `comity ask`. */
static bool act_parts_add(ask_words *words, const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, ",");
        const char *equals = memchr(text, '=', size);
        size_t name_size = equals == NULL ? size : (size_t)(equals - text);
        if (!word_add(words, "--", text, name_size) ||
            (equals != NULL && !word_add(words, "", equals + 1, size - name_size - 1))) {
            return false;
        }
        text += size + (text[size] == ',');
    }
    return true;
}

static bool categories_add(ask_words *words, const inspect_worker *worker, const comity_rules *rules)
{
    const char *seen[512];
    size_t count = 0;
    for (size_t i = 0; i < comity_rules_type_count(rules) && count < 512; i++) {
        comity_type_about about;
        comity_error error;
        bool known = worker->counts[i].found == 0 || comity_rules_type(rules, i, &about, &error) != COMITY_OK;
        for (size_t j = 0; !known && j < count; j++) {
            known = strcmp(seen[j], about.category) == 0;
        }
        if (!known) {
            seen[count++] = about.category;
            if (!word_add(words, "", "--data", 6) || !word_add(words, "", about.category, strlen(about.category))) {
                return false;
            }
        }
    }
    return true;
}

/* `ask`, and what --act and --law say. */
static bool act_words(const inspect_arguments *arguments, ask_words *words)
{
    bool done = word_add(words, "", "ask", 3);
    for (size_t i = 0; i < arguments->act_count; i++) {
        done = done && act_parts_add(words, arguments->act[i]);
    }
    return done && (arguments->law == NULL || (word_add(words, "", "--law", 5) &&
                                               word_add(words, "", arguments->law, strlen(arguments->law))));
}

/* What --act says is wrong is told before much is read. */
static int act_check(const inspect_arguments *arguments)
{
    static ask_words words; /* some kilobytes, once a process */
    int rest = optind;
    if (!act_words(arguments, &words)) {
        return complain("--act: too long");
    }
    optind = 0; /* getopt begins anew */
    int status = ask_check(words.count, words.list);
    optind = rest;
    return status;
}

/* The act that moves what was found, judged as `comity ask` does. */
static int act_judge(const inspect_arguments *arguments, const inspect_worker *worker, const comity_rules *rules)
{
    static ask_words words; /* some kilobytes, once a process */
    char people[32];
    bool exact;
    bool done = act_words(arguments, &words) && categories_add(&words, worker, rules);
    uint64_t persons = comity_inspect_persons(worker->inspection, &exact);
    if (persons != 0) {
        int size = snprintf(people, sizeof people, "%llu", (unsigned long long)persons);
        done = done && word_add(&words, "", "--people", 8) && word_add(&words, "", people, (size_t)size);
    }
    if (!done) {
        return complain("--act: too long");
    }
    (void)printf("\n");
    (void)fflush(stdout);
    optind = 0; /* getopt begins anew */
    return ask_main(words.count, words.list);
}

/* ---- the command ---- */

static int report(const inspect_arguments *arguments, inspect_work *work, inspect_worker *workers, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        counts_join(&workers[0], &workers[i], comity_rules_type_count(work->rules));
    }
    size_t unread = workers[0].unread;
    int status = unread != 0 || work->broken || work->files->failed ? EXIT_ERROR
                 : workers[0].found != 0                            ? EXIT_NOT_CLEAN
                                                                    : EXIT_CLEAN;
    if (work->settings->form == INSPECT_SARIF) {
        inspect_sarif_end(work, status != EXIT_ERROR);
    } else if (work->settings->form == INSPECT_SUMMARY) {
        inspect_summary(work, &workers[0], unread);
    }
    if (arguments->act_count != 0 && status != EXIT_ERROR) {
        return act_judge(arguments, &workers[0], work->rules);
    }
    return status;
}

static int inspect_all(const inspect_arguments *arguments, const comity_rules *rules, const inspect_files *files)
{
    inspect_worker *workers = calloc(JOBS_MAX, sizeof *workers);
    inspect_work work = {.settings = &arguments->settings, .rules = rules, .files = files};
    unsigned count = 0;
    int status = EXIT_ERROR;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = arguments->jobs != 0 ? arguments->jobs : cores < 1 ? 1 : (size_t)cores;
    wanted = wanted > JOBS_MAX ? JOBS_MAX : wanted;
    wanted = wanted > files->count ? files->count : wanted;
    wanted = wanted == 0 ? 1 : wanted;
    if (workers == NULL) {
        return complain("out of memory");
    }
    (void)pthread_mutex_init(&work.printing, NULL);
    while (count < wanted && worker_open(&workers[count], &work)) {
        count++;
    }
    if (count == wanted) {
        if (arguments->settings.form == INSPECT_SARIF) {
            inspect_sarif_begin(&work);
        }
        atomic_store(&work.workers, count);
        unsigned started = 0;
        while (started < count && pthread_create(&workers[started].thread, NULL, work_on, &workers[started]) == 0) {
            started++;
        }
        (void)atomic_fetch_sub(&work.workers, count - started);
        wait_for(&work, workers, started);
        status = started == 0 ? complain("no thread could be started") : report(arguments, &work, workers, count);
    }
    for (unsigned i = 0; i < wanted; i++) {
        workers[i].work = &work;
        worker_close(&workers[i]);
    }
    (void)pthread_mutex_destroy(&work.printing);
    free(workers);
    return status;
}

int inspect_main(int argc, char **argv)
{
    static inspect_arguments arguments; /* some kilobytes, once a process */
    inspect_files files = {0};
    arguments.settings.options.level = 75;
    arguments.settings.options.with_paths = true;
    arguments.settings.options.persons_max = PERSONS_MAX;
    arguments.settings.colour = use_colour(stdout);
    arguments.settings.width = terminal_width(stdout);
    int status = arguments_read(argc, argv, &arguments);
    status = status == 0 ? key_read(&arguments) : status;
    status = status == 0 && arguments.act_count != 0 ? act_check(&arguments) : status;
    if (status != 0) {
        return status;
    }
    arguments.settings.options.states = arguments.states;
    arguments.settings.options.state_count = arguments.state_count;
    arguments.settings.options.with_digests = arguments.settings.form != INSPECT_SUMMARY;
    comity_rules *rules = rules_open(&arguments);
    if (rules == NULL) {
        return EXIT_ERROR;
    }
    if (arguments.list_types || arguments.list_categories) {
        status = arguments.list_types ? types_print(rules) : categories_print(rules);
        comity_rules_close(rules);
        return status;
    }
    bool listed = true;
    for (int i = optind; listed && i < (argc == optind ? argc + 1 : argc); i++) {
        listed = inspect_files_add(&files, argc == optind ? "-" : argv[i], arguments.with_ignored);
    }
    status = listed ? inspect_all(&arguments, rules, &files) : complain("out of memory");
    inspect_files_free(&files);
    comity_rules_close(rules);
    return status;
}
