/* What comes in: what a person types, or what another program writes. What goes
 * out: a passphrase in memory that is locked and wiped, or a key. While a person
 * types the terminal does not echo; a signal that comes meanwhile ends the
 * asking, and the terminal is as it was. */
#include "cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void passphrase_init(passphrase *ret_phrase)
{
    memset(ret_phrase, 0, sizeof *ret_phrase);
    (void)sodium_mlock(ret_phrase, sizeof *ret_phrase);
}

void passphrase_wipe(passphrase *phrase)
{
    (void)sodium_munlock(phrase, sizeof *phrase); /* wipes */
}

int passphrase_fd(const char *text)
{
    int fd = 0;
    for (size_t i = 0; i < 5 && text[i] != '\0'; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        fd = fd * 10 + (text[i] - '0');
    }
    return text[0] == '\0' || strlen(text) > 5 ? -1 : fd;
}

/* One line, byte by byte so that nothing behind it is taken. 0, or an errno. */
static int read_line(int fd, passphrase *phrase)
{
    phrase->size = 0;
    for (;;) {
        char byte;
        ssize_t got = read(fd, &byte, 1);
        if (got < 0) {
            return errno;
        }
        if (got == 0 || byte == '\n') {
            return 0;
        }
        if (phrase->size == COMITY_LIMIT_PASSPHRASE_BYTES) {
            return E2BIG;
        }
        phrase->text[phrase->size++] = byte;
    }
}

bool passphrase_read(int fd, passphrase *phrase)
{
    int failed = read_line(fd, phrase);
    if (failed == E2BIG) {
        (void)complain("the passphrase has more than %d bytes", COMITY_LIMIT_PASSPHRASE_BYTES);
    } else if (failed != 0) {
        (void)complain("the passphrase cannot be read from file descriptor %d: %s", fd, strerror(failed));
    }
    return failed == 0;
}

/* ---- the terminal ---- */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { SIGNAL_COUNT = sizeof signals / sizeof signals[0] };

static void interrupt(int number)
{
    (void)number; /* that reading is interrupted is all it is for */
}

static bool ask_once(int tty, const char *question, const char *about, passphrase *phrase)
{
    struct termios before;
    struct termios silent;
    struct sigaction kept[SIGNAL_COUNT];
    struct sigaction action = {.sa_handler = interrupt};
    if (tcgetattr(tty, &before) != 0) {
        return complain("the terminal cannot be asked: %s", strerror(errno)) == 0;
    }
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)sigaction(signals[i], &action, &kept[i]);
    }
    silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    (void)tcsetattr(tty, TCSAFLUSH, &silent);
    (void)dprintf(tty, "%s %s: ", question, about);
    int failed = read_line(tty, phrase);
    (void)tcsetattr(tty, TCSAFLUSH, &before);
    (void)dprintf(tty, "\n");
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)sigaction(signals[i], &kept[i], NULL);
    }
    if (failed == 0) {
        return true;
    }
    return complain(failed == E2BIG ? "the passphrase is too long" : "no passphrase was given") == 0;
}

static bool ask_twice(int tty, const char *about, passphrase *phrase)
{
    passphrase again;
    passphrase_init(&again);
    bool done =
        ask_once(tty, "New passphrase for", about, phrase) && ask_once(tty, "The same again for", about, &again);
    if (done && (phrase->size != again.size || sodium_memcmp(phrase->text, again.text, phrase->size) != 0)) {
        done = complain("the two passphrases are not the same") == 0;
    }
    passphrase_wipe(&again);
    return done;
}

bool passphrase_ask(const char *about, bool twice, passphrase *phrase)
{
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty < 0) {
        return complain("%s: there is no terminal to ask for the passphrase; give it with --passphrase-fd", about) == 0;
    }
    bool done = twice ? ask_twice(tty, about, phrase) : ask_once(tty, "Passphrase for", about, phrase);
    (void)close(tty);
    return done;
}

/* ---- keys ---- */

static comity_key *open_protected(const char *path, int fd)
{
    comity_key *key = NULL;
    comity_error error;
    passphrase phrase;
    passphrase_init(&phrase);
    bool got = fd >= 0 ? passphrase_read(fd, &phrase) : passphrase_ask(path, false, &phrase);
    if (got && comity_key_open(path, phrase.text, phrase.size, &key, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
    }
    passphrase_wipe(&phrase);
    return key;
}

comity_key *open_key(const char *path, int fd)
{
    comity_key *key = NULL;
    comity_error error;
    comity_status status = comity_key_open(path, NULL, 0, &key, &error);
    if (status == COMITY_ERROR_PASSPHRASE) {
        return open_protected(path, fd);
    }
    if (status != COMITY_OK) {
        (void)complain("%s", error.message);
    }
    return key;
}
