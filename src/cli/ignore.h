/* Ignore files: which files of a folder are left out. */
#ifndef COMITY_CLI_IGNORE_H
#define COMITY_CLI_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

/* The ignore files of one folder, and of those around it. Owns the texts; borrows the rest. */
typedef struct ignore_list {
    const struct ignore_list *outer; /* NULL: none */
    size_t folder_size;              /* bytes of the folder's path, with the slash behind it */
    char *texts[3];                  /* NULL: there is none; the last counts most */
    size_t sizes[3];
} ignore_list;

/* Reads those of a folder, by its absolute path ("" is the root). What cannot be read is said, and leaves nothing out. */
void ignore_read(ignore_list *list, const char *folder, const ignore_list *outer);
void ignore_free(ignore_list *list);

/* Do they leave out what lies at this absolute path, below the folder of each of them? */
bool ignore_says(const ignore_list *list, const char *path, bool folder);

#endif
