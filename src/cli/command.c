/* What the subcommands share. The only files that print, read the clock and the
 * environment are those of this folder. */
#include "cli/command.h"

#include "base/date.h"
#include "base/near.h"
#include "base/quote.h"
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#ifndef COMITY_DATA_DIRECTORY
#define COMITY_DATA_DIRECTORY "/usr/local/share/comity"
#endif

void put_plain(FILE *stream, const char *text, size_t size_max)
{
    char piece[COMITY_QUOTE_PIECE_SIZE];
    size_t size = strlen(text);
    size_t taken;
    for (size_t at = 0, used = 0; at < size; at += taken) {
        size_t piece_size = comity_quote_piece(text + at, size - at, piece, &taken);
        used += piece_size;
        if (used > size_max) {
            return;
        }
        (void)fwrite(piece, 1, piece_size, stream);
    }
}

/* A message may hold a path, and a path any byte; what is longer than two of them is cut. */
static void put_message(const char *format, va_list arguments)
{
    char message[2 * PATH_MAX];
    (void)vsnprintf(message, sizeof message, format, arguments);
    put_plain(stderr, message, SIZE_MAX);
    (void)fputc('\n', stderr);
}

int complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fflush(stdout);
    (void)fputs("comity: ", stderr);
    put_message(format, arguments);
    va_end(arguments);
    return EXIT_ERROR;
}

int complain_usage(const char *subcommand, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "comity %s: ", subcommand);
    put_message(format, arguments);
    (void)fprintf(stderr, "See 'comity %s --help'.\n", subcommand);
    va_end(arguments);
    return EXIT_ERROR;
}

/* ---- options ---- */

/* The option that a word without its dashes is, or begins; NULL: none. */
static const struct option *option_of(const struct option *longs, const char *word, size_t size, bool *ret_several)
{
    const struct option *begun = NULL;
    *ret_several = false;
    for (const struct option *one = longs; one->name != NULL; one++) {
        if (strncmp(one->name, word, size) != 0) {
            continue;
        }
        if (one->name[size] == '\0') {
            *ret_several = false;
            return one;
        }
        *ret_several = begun != NULL;
        begun = one;
    }
    return begun;
}

static const char *option_near(const struct option *longs, const char *word, size_t size)
{
    comity_near near;
    comity_near_begin(&near, word, size);
    for (const struct option *one = longs; one->name != NULL; one++) {
        comity_near_offer(&near, one->name, strlen(one->name));
    }
    return near.best;
}

int complain_option(const char *subcommand, const char *verb, const char *letters, const struct option *longs,
                    char *const *argv)
{
    const char *of = verb == NULL ? "" : verb;
    const char *colon = verb == NULL ? "" : ": ";
    const char *word = argv[optind - 1];
    if (strncmp(word, "--", 2) != 0) { /* a letter, perhaps among others */
        return complain_usage(subcommand, "%s%s-%c %s", of, colon, optopt,
                              strchr(letters, optopt) != NULL ? "wants a value" : "is no option");
    }
    size_t size = strcspn(word + 2, "=");
    bool several;
    const struct option *known = option_of(longs, word + 2, size, &several);
    if (several) {
        return complain_usage(subcommand, "%s%s%.*s begins several options; write it in full", of, colon, (int)size + 2, word);
    }
    if (known != NULL) {
        return complain_usage(subcommand, "%s%s--%s %s", of, colon, known->name,
                              known->has_arg == no_argument ? "takes no value" : "wants a value");
    }
    const char *near = option_near(longs, word + 2, size);
    return near == NULL
               ? complain_usage(subcommand, "%s%s%.*s is no option", of, colon, (int)size + 2, word)
               : complain_usage(subcommand, "%s%s%.*s is no option; did you mean --%s?", of, colon, (int)size + 2, word, near);
}

int option_number(const char *subcommand, const char *name, const char *text, long least, long most, long *ret_number)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (*end != '\0' || end == text || errno != 0 || number < least || number > most) {
        return complain_usage(subcommand, "%s: \"%s\" is no number from %ld to %ld", name, text, least, most);
    }
    *ret_number = number;
    return 0;
}

/* ---- the law ---- */

/* The image beside the running program: where a build leaves it. */
static bool image_beside(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    if (length <= 0) {
        return false;
    }
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    static const char name[] = "world.image";
    if (slash == NULL || (size_t)(slash - path) + sizeof name + 1 > size) {
        return false;
    }
    memcpy(slash + 1, name, sizeof name);
    return access(path, R_OK) == 0;
}

comity_law *open_law(const char *path)
{
    char beside[PATH_MAX];
    comity_law *law;
    comity_error error;
    if (path == NULL) {
        path = getenv("COMITY_LAW");
    }
    if (path == NULL || path[0] == '\0') {
        path = image_beside(beside, sizeof beside) ? beside : COMITY_DATA_DIRECTORY "/world.image";
    }
    if (comity_law_open(path, &law, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        return NULL;
    }
    return law;
}

/* ---- the terminal and the clock ---- */

bool use_colour(FILE *stream)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && (no == NULL || no[0] == '\0') && (term == NULL || strcmp(term, "dumb") != 0);
}

unsigned terminal_width(FILE *stream)
{
    struct winsize size;
    if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return 80;
    }
    return size.ws_col < 40 ? 40 : size.ws_col > 100 ? 100 : size.ws_col;
}

int32_t today(void)
{
    return (int32_t)(time(NULL) / 86400);
}

/* ---- files ---- */

/* Streams that others have set not to block are waited for. */
static bool wait_for(int fd, short events)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};
    return poll(&poll_fd, 1, -1) > 0 || errno == EINTR;
}

ssize_t read_some(int fd, void *bytes, size_t size)
{
    for (;;) {
        ssize_t got = read(fd, bytes, size);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN) || (errno == EAGAIN && !wait_for(fd, POLLIN))) {
            return got;
        }
    }
}

char *read_file(const char *path, size_t size_max, size_t *ret_size)
{
    bool is_input = strcmp(path, "-") == 0;
    const char *name = is_input ? "standard input" : path;
    int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    size_t capacity = 65536;
    size_t size = 0;
    char *bytes = malloc(capacity);
    ssize_t got = -1;
    while (fd >= 0 && bytes != NULL) {
        got = read_some(fd, bytes + size, capacity - size);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
        if (size > size_max) {
            (void)complain("%s: more than %zu bytes", name, size_max);
            errno = 0;
            break;
        }
        if (size == capacity) {
            char *larger = realloc(bytes, capacity * 2);
            capacity = larger == NULL ? capacity : capacity * 2;
            if (larger == NULL) {
                free(bytes);
            }
            bytes = larger;
        }
    }
    bool failed = fd < 0 || bytes == NULL || got != 0;
    if (failed && errno != 0) {
        (void)complain("%s: %s", name, bytes == NULL ? "out of memory" : strerror(errno));
    }
    if (fd >= 0 && !is_input) {
        (void)close(fd);
    }
    if (failed) {
        free(bytes);
        return NULL;
    }
    *ret_size = size;
    return bytes;
}

bool write_all(int fd, const char *bytes, size_t size)
{
    while (size != 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && (errno == EINTR || (errno == EAGAIN && wait_for(fd, POLLOUT)))) {
            continue;
        }
        if (written <= 0) {
            if (errno != EPIPE) {
                (void)complain("writing: %s", strerror(errno));
            }
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

bool replace_file(const char *path, const void *bytes, size_t size)
{
    file_output output;
    return file_output_open(path, 0644, &output) && file_output_close(&output, write_all(output.fd, bytes, size));
}
