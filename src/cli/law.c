/* comity law: the law tools. One table of verbs; each verb is in law_*.c. */
#include "cli/law.h"

#include <string.h>

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
