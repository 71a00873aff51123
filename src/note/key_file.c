/* What comes in: a key and where to keep it, or a file that holds one. What goes
 * out: the file, or the key. Every buffer that has held a secret is wiped. */
#include "note/key_file.h"

#include "base/quote.h"
#include "base/sha256.h"
#include "note/purpose.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_LINE "comity key v1"
#define KIND "argon2id13"

enum {
    SALT_SIZE = crypto_pwhash_argon2id_SALTBYTES,
    PLAIN_SIZE = COMITY_SEED_SIZE + COMITY_SHA256_SIZE,
    BOX_SIZE = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + PLAIN_SIZE,
};

/* What stands in a key file. */
typedef struct key_file {
    comity_verifier verifier;
    bool is_protected;
    comity_key_protection protection;
    uint8_t salt[SALT_SIZE];
    size_t head_size; /* of the lines before the secret */
    const char *secret;
    size_t secret_size;
} key_file;

/* What is secret while a file is read or written. */
typedef struct secrets {
    uint8_t key[crypto_secretbox_KEYBYTES];
    uint8_t plain[PLAIN_SIZE];
    uint8_t box[BOX_SIZE];
} secrets;

comity_key_protection comity_key_protection_usual(void)
{
    return (comity_key_protection){crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
                                   crypto_pwhash_argon2id_MEMLIMIT_MODERATE / 1024};
}

static comity_status derive(const char *passphrase, size_t size, comity_key_protection protection,
                            const uint8_t salt[SALT_SIZE], uint8_t ret_key[crypto_secretbox_KEYBYTES],
                            comity_error *reterr)
{
    if (crypto_pwhash(ret_key, crypto_secretbox_KEYBYTES, passphrase, size, salt, protection.passes,
                      (size_t)protection.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory for the passphrase's %u KiB", protection.memory_kib);
    }
    return COMITY_OK;
}

static comity_status check_passphrase(const char *passphrase, size_t size, comity_error *reterr)
{
    if (passphrase == NULL) {
        return comity_fail(reterr, COMITY_ERROR_PASSPHRASE, "the key is protected by a passphrase, and none was given");
    }
    if (size == 0) {
        return comity_fail(reterr, COMITY_ERROR_PASSPHRASE, "the passphrase is empty");
    }
    if (size > COMITY_LIMIT_PASSPHRASE_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_PASSPHRASE, "the passphrase has %zu bytes, but at most %d are allowed",
                           size, COMITY_LIMIT_PASSPHRASE_BYTES);
    }
    return COMITY_OK;
}

/* ---- writing ---- */

/* The lines before the secret; `salt` NULL: unprotected. */
static void put_head(const comity_signer *signer, comity_key_protection protection, const uint8_t *salt,
                     comity_buffer *buffer)
{
    const comity_verifier *verifier = comity_signer_verifier(signer);
    char public_text[COMITY_VERIFIER_TEXT_SIZE];
    comity_verifier_print(verifier, public_text);
    comity_buffer_append_text(buffer, FIRST_LINE "\npurpose: ");
    comity_buffer_append_text(buffer, comity_purpose_word(verifier->purpose));
    comity_buffer_append_text(buffer, "\npublic: ");
    comity_buffer_append_text(buffer, public_text);
    if (salt == NULL) {
        comity_buffer_append_text(buffer, "\nprotection: none\n");
        return;
    }
    char salt_text[COMITY_BASE64_TEXT_SIZE(SALT_SIZE) + 1];
    comity_base64_write(salt, SALT_SIZE, salt_text);
    comity_buffer_append_text(buffer, "\nprotection: " KIND " ");
    comity_buffer_append_u64(buffer, protection.passes);
    comity_buffer_append_byte(buffer, ' ');
    comity_buffer_append_u64(buffer, protection.memory_kib);
    comity_buffer_append_byte(buffer, ' ');
    comity_buffer_append_text(buffer, salt_text);
    comity_buffer_append_byte(buffer, '\n');
}

static void put_secret(const uint8_t *bytes, size_t size, comity_buffer *buffer)
{
    char text[COMITY_BASE64_TEXT_SIZE(BOX_SIZE) + 1];
    comity_base64_write(bytes, size, text);
    comity_buffer_append_text(buffer, "secret: ");
    comity_buffer_append_text(buffer, text);
    comity_buffer_append_byte(buffer, '\n');
    sodium_memzero(text, sizeof text);
}

static comity_status seal(const comity_signer *signer, const char *passphrase, size_t passphrase_size,
                          comity_key_protection protection, secrets *secret, comity_buffer *buffer,
                          comity_error *reterr)
{
    uint8_t salt[SALT_SIZE];
    const uint8_t *head;
    size_t head_size;
    uint8_t *nonce = secret->box;
    randombytes_buf(salt, sizeof salt);
    randombytes_buf(nonce, crypto_secretbox_NONCEBYTES);
    put_head(signer, protection, salt, buffer);
    COMITY_TRY(comity_buffer_bytes(buffer, &head, &head_size, reterr));
    memcpy(secret->plain, comity_signer_seed(signer), COMITY_SEED_SIZE);
    comity_sha256(head, head_size, secret->plain + COMITY_SEED_SIZE);
    COMITY_TRY(derive(passphrase, passphrase_size, protection, salt, secret->key, reterr));
    (void)crypto_secretbox_easy(secret->box + crypto_secretbox_NONCEBYTES, secret->plain, PLAIN_SIZE, nonce,
                                secret->key);
    put_secret(secret->box, BOX_SIZE, buffer);
    return COMITY_OK;
}

comity_status comity_key_file_write(const comity_signer *signer, const char *passphrase, size_t passphrase_size,
                                    comity_key_protection protection, comity_buffer *buffer, comity_error *reterr)
{
    secrets secret;
    if (passphrase == NULL) {
        put_head(signer, protection, NULL, buffer);
        put_secret(comity_signer_seed(signer), COMITY_SEED_SIZE, buffer);
        return COMITY_OK;
    }
    COMITY_TRY(check_passphrase(passphrase, passphrase_size, reterr));
    comity_status status = seal(signer, passphrase, passphrase_size, protection, &secret, buffer, reterr);
    sodium_memzero(&secret, sizeof secret);
    return status;
}

/* ---- reading ---- */

/* Takes the line `prefix…\n` from what is left. */
static comity_status take_line(const char **rest, size_t *rest_size, const char *prefix, const char **ret_value,
                               size_t *ret_size, comity_error *reterr)
{
    size_t prefix_size = strlen(prefix);
    const char *end = *rest_size == 0 ? NULL : memchr(*rest, '\n', *rest_size);
    if (end == NULL || (size_t)(end - *rest) < prefix_size || memcmp(*rest, prefix, prefix_size) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "no key file: a line that begins with \"%s\" is missing",
                           prefix);
    }
    *ret_value = *rest + prefix_size;
    *ret_size = (size_t)(end - *ret_value);
    *rest_size -= (size_t)(end + 1 - *rest);
    *rest = end + 1;
    return COMITY_OK;
}

static bool take_number(const char **at, const char *end, uint32_t min, uint32_t max, uint32_t *ret_number)
{
    uint64_t number = 0;
    const char *begin = *at;
    while (*at < end && **at >= '0' && **at <= '9' && number <= max) {
        number = number * 10 + (uint64_t)(**at - '0');
        (*at)++;
    }
    if (*at == begin || *at == end || **at != ' ' || (*begin == '0') || number < min || number > max) {
        return false;
    }
    (*at)++;
    *ret_number = (uint32_t)number;
    return true;
}

static comity_status read_protection(const char *value, size_t size, key_file *file, comity_error *reterr)
{
    static const char begin[] = KIND " ";
    const char *end = value + size;
    size_t salt_size = 0;
    file->is_protected = size != 4 || memcmp(value, "none", 4) != 0;
    if (!file->is_protected) {
        return COMITY_OK;
    }
    const char *at = value;
    if (size < sizeof begin - 1 || memcmp(value, begin, sizeof begin - 1) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "protection: %s is neither \"none\" nor \"" KIND " …\"",
                           comity_quote_bytes(value, size).text);
    }
    at += sizeof begin - 1;
    if (!take_number(&at, end, 1, COMITY_LIMIT_KEY_FILE_PASSES, &file->protection.passes) ||
        !take_number(&at, end, 8, COMITY_LIMIT_KEY_FILE_MEMORY_KIB, &file->protection.memory_kib)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "protection: 1 to %d passes and 8 to %d KiB expected",
                           COMITY_LIMIT_KEY_FILE_PASSES, COMITY_LIMIT_KEY_FILE_MEMORY_KIB);
    }
    if (!comity_base64_read(at, (size_t)(end - at), file->salt, SALT_SIZE, &salt_size) || salt_size != SALT_SIZE) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "protection: a salt of %d bytes in base64 expected", SALT_SIZE);
    }
    return COMITY_OK;
}

static comity_status read_lines(const char *text, size_t size, key_file *ret_file, comity_error *reterr)
{
    key_file file = {.is_protected = false};
    comity_purpose purpose;
    const char *rest = text;
    const char *value = NULL;
    size_t value_size = 0;
    COMITY_TRY(take_line(&rest, &size, FIRST_LINE, &value, &value_size, reterr));
    if (value_size != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "no key file: its first line is not \"" FIRST_LINE "\"");
    }
    COMITY_TRY(take_line(&rest, &size, "purpose: ", &value, &value_size, reterr));
    if (!comity_purpose_read(value, value_size, &purpose)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "purpose: %s is none; there are log, witness and paper",
                           comity_quote_bytes(value, value_size).text);
    }
    COMITY_TRY(take_line(&rest, &size, "public: ", &value, &value_size, reterr));
    COMITY_TRY(comity_verifier_read(value, value_size, purpose, &file.verifier, reterr));
    COMITY_TRY(take_line(&rest, &size, "protection: ", &value, &value_size, reterr));
    COMITY_TRY(read_protection(value, value_size, &file, reterr));
    file.head_size = (size_t)(rest - text);
    COMITY_TRY(take_line(&rest, &size, "secret: ", &file.secret, &file.secret_size, reterr));
    if (size != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "more follows behind the key file's secret");
    }
    *ret_file = file;
    return COMITY_OK;
}

/* The seed, into secret->plain. */
static comity_status read_secret(const char *text, const key_file *file, const char *passphrase, size_t passphrase_size,
                                 secrets *secret, comity_error *reterr)
{
    uint8_t digest[COMITY_SHA256_SIZE];
    size_t size = 0;
    uint8_t *into = file->is_protected ? secret->box : secret->plain;
    size_t expected = file->is_protected ? BOX_SIZE : COMITY_SEED_SIZE;
    if (!comity_base64_read(file->secret, file->secret_size, into, expected, &size) || size != expected) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "secret: %zu bytes in base64 expected", expected);
    }
    if (!file->is_protected) {
        return COMITY_OK;
    }
    COMITY_TRY(check_passphrase(passphrase, passphrase_size, reterr));
    COMITY_TRY(derive(passphrase, passphrase_size, file->protection, file->salt, secret->key, reterr));
    comity_sha256(text, file->head_size, digest);
    if (crypto_secretbox_open_easy(secret->plain, secret->box + crypto_secretbox_NONCEBYTES,
                                   BOX_SIZE - crypto_secretbox_NONCEBYTES, secret->box, secret->key) != 0 ||
        sodium_memcmp(secret->plain + COMITY_SEED_SIZE, digest, sizeof digest) != 0) {
        return comity_fail(reterr, COMITY_ERROR_PASSPHRASE,
                           "the passphrase is another, or the key file has been altered");
    }
    return COMITY_OK;
}

static comity_status read_with(const char *text, size_t size, const char *passphrase, size_t passphrase_size,
                               secrets *secret, comity_signer **ret_signer, comity_error *reterr)
{
    key_file file;
    comity_signer *signer;
    COMITY_TRY(read_lines(text, size, &file, reterr));
    COMITY_TRY(read_secret(text, &file, passphrase, passphrase_size, secret, reterr));
    COMITY_TRY(comity_signer_from_seed(file.verifier.name, file.verifier.name_size, file.verifier.purpose,
                                       secret->plain, &signer, reterr));
    if (!comity_verifier_same_key(comity_signer_verifier(signer), &file.verifier)) {
        comity_signer_free(signer);
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the secret key is not that of the public key");
    }
    *ret_signer = signer;
    return COMITY_OK;
}

comity_status comity_key_file_read(const char *text, size_t size, const char *passphrase, size_t passphrase_size,
                                   comity_signer **ret_signer, comity_error *reterr)
{
    secrets secret;
    if (sodium_init() < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "libsodium could not be made ready");
    }
    comity_status status = read_with(text, size, passphrase, passphrase_size, &secret, ret_signer, reterr);
    sodium_memzero(&secret, sizeof secret);
    return status;
}

/* ---- files ---- */

static comity_status fail_system(const char *path, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

/* Syncs the folder that a file lies in, so that its name is there after a crash. */
static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    char *folder = slash == NULL ? strdup(".") : strndup(path, size);
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0) {
        return false;
    }
    bool done = fsync(fd) == 0;
    return close(fd) == 0 && done;
}

static bool write_bytes(int fd, const uint8_t *bytes, size_t size)
{
    while (size != 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

static comity_status save_bytes(const char *path, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail_system(path, reterr);
    }
    bool done = write_bytes(fd, bytes, size) && fsync(fd) == 0;
    done = close(fd) == 0 && done;
    done = done && sync_folder(path);
    if (!done) {
        comity_status status = fail_system(path, reterr);
        (void)unlink(path);
        return status;
    }
    return COMITY_OK;
}

comity_status comity_key_file_save(const comity_signer *signer, const char *path, const char *passphrase,
                                   size_t passphrase_size, comity_key_protection protection, comity_error *reterr)
{
    uint8_t room[COMITY_LIMIT_KEY_FILE_BYTES];
    comity_buffer buffer;
    const uint8_t *bytes;
    size_t size;
    comity_buffer_init_fixed(&buffer, room, sizeof room);
    comity_status status = comity_key_file_write(signer, passphrase, passphrase_size, protection, &buffer, reterr);
    if (status == COMITY_OK) {
        status = comity_buffer_bytes(&buffer, &bytes, &size, reterr);
    }
    if (status == COMITY_OK) {
        status = save_bytes(path, bytes, size, reterr);
    }
    sodium_memzero(room, sizeof room);
    return status;
}

/* Reads up to `size_max` bytes; true with how many, false if reading failed. */
static bool read_bytes(int fd, char *bytes, size_t size_max, size_t *ret_size)
{
    size_t size = 0;
    while (size < size_max) {
        ssize_t got = read(fd, bytes + size, size_max - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            break;
        }
        size += (size_t)got;
    }
    *ret_size = size;
    return true;
}

static comity_status check_mode(const char *path, int fd, comity_error *reterr)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return fail_system(path, reterr);
    }
    if (!S_ISREG(about.st_mode)) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: not a plain file, as a key file is", path);
    }
    if ((about.st_mode & 077) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM,
                           "%s: its mode is %04o, so that others may read or alter this key; it must be 0600", path,
                           (unsigned)about.st_mode & 07777u);
    }
    return COMITY_OK;
}

/* What is wanted of a key file: its key, or with `ret_signer` NULL its public part. */
typedef struct wanted {
    const char *passphrase;
    size_t passphrase_size;
    comity_signer **ret_signer;
    comity_verifier *ret_verifier;
    bool *ret_protected;
} wanted;

static comity_status read_wanted(const char *text, size_t size, const wanted *want, comity_error *reterr)
{
    key_file file;
    if (want->ret_signer != NULL) {
        return comity_key_file_read(text, size, want->passphrase, want->passphrase_size, want->ret_signer, reterr);
    }
    COMITY_TRY(read_lines(text, size, &file, reterr));
    *want->ret_verifier = file.verifier;
    *want->ret_protected = file.is_protected;
    return COMITY_OK;
}

static comity_status read_file_of(const char *path, int fd, const wanted *want, comity_error *reterr)
{
    char room[COMITY_LIMIT_KEY_FILE_BYTES + 1];
    comity_error inner = {.code = COMITY_OK};
    size_t size = 0;
    COMITY_TRY(check_mode(path, fd, reterr));
    if (!read_bytes(fd, room, sizeof room, &size)) {
        return fail_system(path, reterr);
    }
    comity_status status =
        size > COMITY_LIMIT_KEY_FILE_BYTES
            ? comity_fail(&inner, COMITY_ERROR_LIMIT, "no key file: more than %d bytes", COMITY_LIMIT_KEY_FILE_BYTES)
            : read_wanted(room, size, want, &inner);
    sodium_memzero(room, sizeof room);
    return status == COMITY_OK ? status : comity_fail(reterr, status, "%s: %s", path, inner.message);
}

static comity_status open_wanted(const char *path, const wanted *want, comity_error *reterr)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return fail_system(path, reterr);
    }
    comity_status status = read_file_of(path, fd, want, reterr);
    (void)close(fd);
    return status;
}

comity_status comity_key_file_public(const char *path, comity_verifier *ret_verifier, bool *ret_protected,
                                     comity_error *reterr)
{
    const wanted want = {.ret_verifier = ret_verifier, .ret_protected = ret_protected};
    return open_wanted(path, &want, reterr);
}

comity_status comity_key_file_open(const char *path, const char *passphrase, size_t passphrase_size,
                                   comity_signer **ret_signer, comity_error *reterr)
{
    const wanted want = {.passphrase = passphrase, .passphrase_size = passphrase_size, .ret_signer = ret_signer};
    return open_wanted(path, &want, reterr);
}
