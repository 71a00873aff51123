/* Any text as one of the small values that stand in all formats: the first byte says
 * which. What is read is written again as it was, for each has one text. */
#include "base/date.h"
#include "base/time.h"
#include "note/base64.h"
#include "note/key.h"
#include "note/purpose.h"
#include "record/checkpoint.h"
#include "serve/roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void same(const char *written, const char *text, size_t size)
{
    require(strlen(written) == size && memcmp(written, text, size) == 0);
}

static void date(const char *text, size_t size)
{
    char written[COMITY_DATE_TEXT_SIZE];
    int32_t read;
    if (comity_date_parse(text, size, &read, NULL) == COMITY_OK) {
        require(comity_date_valid(read));
        comity_date_print(read, written);
        same(written, text, size);
    }
}

/* A moment may be written shorter than it is printed; what is printed is read as the same. */
static void moment(const char *text, size_t size)
{
    char written[COMITY_TIME_TEXT_SIZE];
    uint64_t read;
    uint64_t again;
    if (comity_time_parse(text, size, &read, NULL) == COMITY_OK) {
        comity_time_print(read, written);
        require(memcmp(written, text, 10) == 0);
        require(comity_time_parse(written, strlen(written), &again, NULL) == COMITY_OK && again == read);
    }
}

static void base64(const char *text, size_t size)
{
    uint8_t read[BYTES_MAX];
    char written[COMITY_BASE64_TEXT_SIZE(BYTES_MAX) + 1];
    size_t read_size;
    if (comity_base64_read(text, size, read, sizeof read, &read_size)) {
        require(read_size <= sizeof read);
        comity_base64_write(read, read_size, written);
        same(written, text, size);
    }
}

static void number(const char *text, size_t size)
{
    char written[32];
    uint64_t read;
    if (comity_log_number_read(text, size, &read)) {
        (void)snprintf(written, sizeof written, "%llu", (unsigned long long)read);
        same(written, text, size);
    }
}

static void verifier(const char *text, size_t size, comity_purpose purpose)
{
    comity_verifier read;
    char written[COMITY_VERIFIER_TEXT_SIZE];
    if (comity_verifier_read(text, size, purpose, &read, NULL) == COMITY_OK) {
        comity_verifier_print(&read, written);
        same(written, text, size);
    }
}

static void roles(const char *text, size_t size)
{
    char word[BYTES_MAX];
    unsigned read = 0;
    if (size >= sizeof word) {
        return;
    }
    memcpy(word, text, size);
    word[size] = '\0';
    if (comity_roles_read(word, &read, NULL) == COMITY_OK) {
        require(read != 0);
        for (unsigned bit = 0; bit < 32; bit++) {
            require((read >> bit & 1) == 0 || (comity_role_name(bit) != NULL && strstr(word, comity_role_name(bit)) != NULL));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes + 1;
    comity_purpose purpose;
    if (size == 0) {
        return 0;
    }
    size--;
    switch (bytes[0]) {
    case 'd':
        date(text, size);
        break;
    case 't':
        moment(text, size);
        break;
    case 'b':
        base64(text, size);
        break;
    case 'n':
        number(text, size);
        break;
    case 'p':
        verifier(text, size, COMITY_PURPOSE_PAPER);
        break;
    case 'l':
        verifier(text, size, COMITY_PURPOSE_LOG);
        break;
    case 'w':
        verifier(text, size, COMITY_PURPOSE_WITNESS);
        break;
    case 'r':
        roles(text, size);
        break;
    default:
        (void)comity_purpose_read(text, size, &purpose);
        break;
    }
    return 0;
}
