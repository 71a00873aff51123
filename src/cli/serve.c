/* comity serve: becomes comityd, which lies beside this program. */
#include "cli/command.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

int serve_main(int argc, char **argv)
{
    static const char name[] = "comityd";
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;
    (void)argc;
    if (length <= 0) {
        return complain("serve: /proc/self/exe: %s", strerror(errno));
    }
    path[length] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL || (size_t)(slash - path) + sizeof name + 1 > sizeof path) {
        return complain("serve: the path of this program is too long");
    }
    memcpy(slash + 1, name, sizeof name);
    (void)execv(path, argv);
    return complain("serve: %s: %s", path, strerror(errno));
}
