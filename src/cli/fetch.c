/* What comes in: the base of a log or witness, and paths. What goes out: bytes, of
 * which nothing is believed yet. Redirects are not followed, only HTTP is spoken,
 * and nothing is waited for longer than half a minute. A server of https:// must show a
 * certificate for its name, in date, of an authority that is trusted; no setting
 * does without. */
#include "cli/fetch.h"

#include "record/entry.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static bool is_address(const char *base)
{
    return strncmp(base, "http://", 7) == 0 || strncmp(base, "https://", 8) == 0;
}

comity_status fetch_open(const char *base, const char *ca, fetch *ret_fetch, comity_error *reterr)
{
    *ret_fetch = (fetch){.base = base, .ca = ca};
    if (!is_address(base)) {
        return COMITY_OK;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (ret_fetch->curl = curl_easy_init()) == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    return COMITY_OK;
}

void fetch_close(fetch *from)
{
    if (from->curl != NULL) {
        curl_easy_cleanup(from->curl);
        curl_global_cleanup();
        from->curl = NULL;
    }
}

/* ---- over HTTP ---- */

typedef struct answer {
    uint8_t *bytes;
    size_t size, size_max;
} answer;

static size_t take(char *bytes, size_t one, size_t size, void *context)
{
    answer *into = context;
    (void)one; /* is 1 */
    if (size > into->size_max - into->size) {
        return 0;
    }
    memcpy(into->bytes + into->size, bytes, size);
    into->size += size;
    return size;
}

/* Why a request failed; `why` is what curl says of it, or empty. */
static comity_status fail_request(const fetch *from, const char *address, CURLcode done, const char *why,
                                  comity_error *reterr)
{
    why = why[0] == '\0' ? curl_easy_strerror(done) : why;
    switch (done) {
    case CURLE_WRITE_ERROR:
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: the answer is too large", address);
    case CURLE_PEER_FAILED_VERIFICATION:
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: the server's certificate is not accepted: %s", address, why);
    case CURLE_SSL_CACERT_BADFILE:
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: no certificates of authorities can be read from it",
                           from->ca == NULL ? address : from->ca);
    default:
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s: %s", address, why);
    }
}

/* Headers of the request; the caller frees. False, and what was there is freed: no memory, or too long a token. */
static bool make_headers(const fetch *from, struct curl_slist **ret_headers)
{
    static const char *const names[] = {"Authorization: Bearer", "Content-Type:"};
    const char *const values[] = {from->token, from->type};
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[COMITY_LIMIT_FETCH_HEADER_BYTES];
        if (values[i] == NULL) {
            continue;
        }
        int size = snprintf(text, sizeof text, "%s %s", names[i], values[i]);
        struct curl_slist *longer = size < 0 || (size_t)size >= sizeof text ? NULL : curl_slist_append(headers, text);
        if (longer == NULL) {
            curl_slist_free_all(headers);
            return false;
        }
        headers = longer;
    }
    *ret_headers = headers;
    return true;
}

static comity_status perform(fetch *from, const char *path, const void *body, size_t body_size, answer *into,
                             long *ret_http, comity_error *reterr)
{
    char address[PATH_MAX];
    char why[CURL_ERROR_SIZE] = "";
    CURL *curl = from->curl;
    struct curl_slist *headers;
    size_t base_size = strlen(from->base);
    base_size -= base_size != 0 && from->base[base_size - 1] == '/';
    int size = snprintf(address, sizeof address, "%.*s/%s", (int)base_size, from->base, path);
    if (size < 0 || (size_t)size >= sizeof address) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the address is too long");
    }
    if (!make_headers(from, &headers)) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    curl_easy_reset(curl);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, from->socket);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, COMITY_LIMIT_FETCH_SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_URL, address);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (from->ca != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, from->ca);
        (void)curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, from->patient ? 0L : COMITY_LIMIT_FETCH_SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "comity/" COMITY_VERSION_TEXT);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, into);
    if (body != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body_size);
    }
    CURLcode done = curl_easy_perform(curl);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    if (done != CURLE_OK) {
        return fail_request(from, address, done, why, reterr);
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_http);
    return COMITY_OK;
}

static comity_status get_address(fetch *from, const char *path, size_t size_max, uint8_t **ret_bytes, size_t *ret_size,
                                 bool *ret_missing, comity_error *reterr)
{
    answer into = {malloc(size_max + 1), 0, size_max};
    long http = 0;
    if (into.bytes == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = perform(from, path, NULL, 0, &into, &http, reterr);
    *ret_missing = status == COMITY_OK && http == 404;
    if (status == COMITY_OK && http != 200) {
        status = comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s/%s: the server answers with %ld", from->base, path, http);
    }
    if (status != COMITY_OK) {
        free(into.bytes);
        return status;
    }
    into.bytes[into.size] = 0;
    *ret_bytes = into.bytes;
    *ret_size = into.size;
    return COMITY_OK;
}

comity_status fetch_post(fetch *to, const char *path, const void *body, size_t size, long *ret_http,
                         uint8_t **ret_bytes, size_t *ret_size, comity_error *reterr)
{
    if (to->curl == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "%s: an address beginning with http:// or https:// expected",
                           to->base);
    }
    answer into = {malloc(COMITY_LIMIT_FETCH_ANSWER_BYTES + 1), 0, COMITY_LIMIT_FETCH_ANSWER_BYTES};
    if (into.bytes == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = perform(to, path, body, size, &into, ret_http, reterr);
    if (status != COMITY_OK) {
        free(into.bytes);
        return status;
    }
    into.bytes[into.size] = 0;
    *ret_bytes = into.bytes;
    *ret_size = into.size;
    return COMITY_OK;
}

/* ---- from a folder ---- */

static comity_status get_file(const fetch *from, const char *path, size_t size_max, uint8_t **ret_bytes,
                              size_t *ret_size, bool *ret_missing, comity_error *reterr)
{
    char name[PATH_MAX];
    int length = snprintf(name, sizeof name, "%s/%s", from->base, path);
    *ret_missing = false;
    if (length < 0 || (size_t)length >= sizeof name) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the path is too long");
    }
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    *ret_missing = fd < 0 && errno == ENOENT;
    if (fd < 0) {
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s/%s: %s", from->base, path, strerror(errno));
    }
    uint8_t *bytes = malloc(size_max + 1);
    size_t size = 0;
    ssize_t got = 1;
    while (bytes != NULL && got > 0 && size <= size_max) {
        got = read(fd, bytes + size, size_max + 1 - size);
        size += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    if (bytes == NULL || got < 0 || size > size_max) {
        free(bytes);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s/%s: cannot be read, or is too large", from->base, path);
    }
    bytes[size] = 0;
    *ret_bytes = bytes;
    *ret_size = size;
    return COMITY_OK;
}

comity_status fetch_get(fetch *from, const char *path, size_t size_max, uint8_t **ret_bytes, size_t *ret_size,
                        bool *ret_missing, comity_error *reterr)
{
    return from->curl == NULL ? get_file(from, path, size_max, ret_bytes, ret_size, ret_missing, reterr)
                              : get_address(from, path, size_max, ret_bytes, ret_size, ret_missing, reterr);
}

comity_status fetch_tile(void *self, const comity_tile *tile, uint8_t *ret_bytes, comity_error *reterr)
{
    comity_tile wanted = *tile;
    char path[COMITY_TILE_PATH_SIZE];
    uint8_t *bytes = NULL;
    size_t size = 0;
    bool missing = false;
    size_t each = tile->level == COMITY_TILE_ENTRIES ? COMITY_BUNDLE_BYTES : COMITY_SHA256_SIZE;
    comity_tile_path(&wanted, path);
    comity_status status = fetch_get(self, path, COMITY_TILE_WIDTH * each, &bytes, &size, &missing, reterr);
    if (status != COMITY_OK && missing && wanted.width != COMITY_TILE_WIDTH) { /* it may have become full */
        wanted.width = COMITY_TILE_WIDTH;
        comity_tile_path(&wanted, path);
        status = fetch_get(self, path, COMITY_TILE_WIDTH * each, &bytes, &size, &missing, reterr);
    }
    ((fetch *)self)->missing = status != COMITY_OK && missing;
    COMITY_TRY(status);
    if (size != wanted.width * each) {
        free(bytes);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM, "%s has %zu bytes, not %zu: it was cut off on the way, or is damaged there",
                           path, size, wanted.width * each);
    }
    memcpy(ret_bytes, bytes, tile->width * each);
    free(bytes);
    return COMITY_OK;
}
