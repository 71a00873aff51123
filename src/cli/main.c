/* comity: one table of subcommands. */
#include "cli/command.h"

#include "base/near.h"
#include "base/streams.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const command commands[] = {
    {"ask", "one question in options, an answer in plain words", ask_help, ask_main},
    {"inspect", "personal and important data found in files", inspect_help, inspect_main},
    {"judge", "acts as JSON in, judgements as JSON out", judge_help, judge_main},
    {"key", "make and show keys that sign", key_help, key_main},
    {"law", "build, check, lay out, list, show and compare law", law_help, law_main},
    {"ledger", "counts of persons: show, verify, purge", ledger_help, ledger_main},
    {"mask", "copies with what is found replaced as a policy says", mask_help, mask_main},
    {"paper", "write, sign, verify and show signed papers", paper_help, paper_main},
    {"record", "keep judgements so that anyone can check them", record_help, record_main},
    {"serve", "the daemon: judges for those who ask by HTTP", NULL, serve_main},
    {"unmask", "turns tokens of masked copies back", unmask_help, unmask_main},
};

/* What is promised but not there yet says so. */
static const char *const to_come[] = {"request", "product", "watch"};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void usage(FILE *stream)
{
    (void)fputs("comity: may this act on data cross the border?\n\n"
                "Usage: comity COMMAND [OPTIONS]\n\nCommands:\n",
                stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)fprintf(stream, "  %-8s %s\n", commands[i].name, commands[i].summary);
    }
    (void)fputs("\n'comity COMMAND --help' tells a command's options, with examples.\n"
                "'comity --version' tells the version.\n\n"
                "Exit status: 0 all is permitted or clean, 1 something is not, 2 an error.\n",
                stream);
}

static int unknown(const char *name)
{
    comity_near near;
    for (size_t i = 0; i < sizeof to_come / sizeof to_come[0]; i++) {
        if (strcmp(name, to_come[i]) == 0) {
            return complain("'%s' is planned and not in this version", name);
        }
    }
    comity_near_begin(&near, name, strlen(name));
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        comity_near_offer(&near, commands[i].name, strlen(commands[i].name));
    }
    return near.best == NULL ? complain("'%s' is no command; see 'comity --help'", name)
                             : complain("'%s' is no command; did you mean '%s'?", name, near.best);
}

/* What was printed must have got out; to a reader that has gone away nothing need be said. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return status;
    }
    return errno == EPIPE ? EXIT_ERROR : complain("writing: %s", strerror(errno));
}

static const command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_ERROR;
    }
    bool is_help = strcmp(argv[1], "help") == 0;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || (is_help && argc == 2)) {
        usage(stdout);
        return EXIT_CLEAN;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        (void)printf("comity %s\n", comity_version());
        return EXIT_CLEAN;
    }
    const char *name = is_help ? argv[2] : argv[1];
    const command *wanted = find(name);
    if (wanted == NULL) {
        return unknown(name);
    }
    if (wanted->help == NULL && is_help) {
        char *asked[] = {argv[2], "--help", NULL};
        return wanted->main(2, asked);
    }
    if (wanted->help != NULL && (is_help || asks_help(argc, argv))) {
        (void)fputs(wanted->help, stdout);
        return EXIT_CLEAN;
    }
    return wanted->main(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    if (!comity_streams_take()) {
        return EXIT_ERROR;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    return finish(run(argc, argv));
}
