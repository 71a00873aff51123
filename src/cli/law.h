/* The verbs of `comity law`, and the collecting of law files they share. */
#ifndef COMITY_CLI_LAW_H
#define COMITY_CLI_LAW_H

#include "cli/command.h"

int law_build_main(int argc, char **argv);
int law_check_main(int argc, char **argv);
int law_fmt_main(int argc, char **argv);
int law_list_main(int argc, char **argv);
int law_show_main(int argc, char **argv);
int law_diff_main(int argc, char **argv);

/* Paths of files, owned; in the order of their bytes. */
typedef struct path_list {
    char **paths;
    size_t count, capacity;
} path_list;

/* Adds a file, or every file that ends in ".law" below a folder. False after complaining. */
bool paths_collect(path_list *list, const char *path);
void paths_sort(path_list *list);
void paths_free(path_list *list);

/* ---- law_view.c ---- */

/* "refuse", "needs" …, by comity_effect. */
extern const char *const effect_words[];

/* Rules in the order of their names. The caller frees; NULL when there is no memory. */
const comity_rule_record **rules_by_name(const comity_image *image);

/* All law as it is written, unpacked; NULL after complaining. The caller frees. */
char *clauses_new(const comity_image *image);

/* The date, or what stands there for one that is none. */
void date_text(int32_t date, const char *otherwise, char *text, size_t size);

#endif
