/* comity law: the law tools. One table of verbs; each verb is in law_*.c. */
#include "cli/law.h"

#include <string.h>

const char law_help[] =
    "Usage: comity law VERB [OPTIONS] [ARGUMENTS]\n"
    "\n"
    "  build [-o IMAGE] [PATH…]   law files (or folders of them) to an image; default: law, world.image\n"
    "  check [PATH…]              tell all errors and warnings in law files\n"
    "  fmt [--check] [PATH…]      lay law files out in the one way; '-' or nothing: standard input\n"
    "  list [--state CODE] [--effect E] [--on DATE] [--unverified] [--json]\n"
    "                             the rules on file\n"
    "  show [--json] NAME…        rules as law, with what lifts them and what meets them;\n"
    "                             or all of a state's, union's or agreement's\n"
    "  diff OLD NEW               what changed between two images, in words\n"
    "\n"
    "list and show take --law IMAGE; without it the installed image is read.\n"
    "\n"
    "Exit status: 0 clean or the same, 1 errors found, not laid out, or different, 2 an error.\n"
    "\n"
    "Examples:\n"
    "  comity law check law\n"
    "  comity law build -o world.image law my-own-rules.law\n"
    "  comity law list --state CN --effect needs\n"
    "  comity law show EU.GDPR.44\n"
    "  comity law diff old.image new.image\n";

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} verbs[] = {
    {"build", law_build_main}, {"check", law_check_main}, {"fmt", law_fmt_main},
    {"list", law_list_main},   {"show", law_show_main},   {"diff", law_diff_main},
};

int law_main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs(law_help, stderr);
        return EXIT_ERROR;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return verbs[i].main(argc - 1, argv + 1);
        }
    }
    if (strcmp(argv[1], "prove") == 0 || strcmp(argv[1], "fairness") == 0 || strcmp(argv[1], "export") == 0) {
        return complain("'law %s' is planned and not in this version", argv[1]);
    }
    return complain_usage("law", "'%s' is no verb; there are build, check, fmt, list, show and diff", argv[1]);
}
