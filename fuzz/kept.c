/* What lies beside a log, as somebody may have changed it: the first byte says whether
 * the rest is what is kept of a judgement, of a file, or a bundle of papers. What a
 * judgement is said to follow from lies within the bytes and is written back as it was;
 * a bundle is opened, or refused with a reason. */
#include "comity.h"

#include "api/kept.h"
#include "api/papers_bundle.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void judgement(const uint8_t *bytes, size_t size)
{
    comity_kept kept;
    comity_error error = {.message = ""};
    comity_buffer written;
    char code[64];
    if (comity_kept_read((const char *)bytes, size, &kept, &error) != COMITY_OK) {
        require(error.message[0] != '\0');
        return;
    }
    require((const uint8_t *)kept.act >= bytes && (const uint8_t *)kept.act + kept.act_size == bytes + size);
    comity_buffer_init(&written, size + 1);
    comity_kept_write(&kept, &written);
    require(written.failed == COMITY_OK && written.size == size && memcmp(written.bytes, bytes, size) == 0);
    comity_buffer_free(&written);
    while (comity_kept_adopted(&kept, code, sizeof code)) {
        require(strlen(code) < sizeof code);
    }
}

static void file(const uint8_t *bytes, size_t size)
{
    const uint8_t *inner;
    size_t inner_size;
    if (comity_kept_file(bytes, size, &inner, &inner_size)) {
        require(inner >= bytes && inner + inner_size == bytes + size);
    }
}

static const comity_law *law_of_world(void)
{
    static comity_law *law;
    comity_error error;
    if (law == NULL && comity_law_open(FUZZ_IMAGE, &law, &error) != COMITY_OK) {
        fprintf(stderr, "%s: %s\n", FUZZ_IMAGE, error.message);
        abort();
    }
    return law;
}

static void bundle(const uint8_t *bytes, size_t size)
{
    comity_papers *papers = NULL;
    comity_error error = {.message = ""};
    comity_status status = comity_papers_bundle_open(law_of_world(), bytes, size, &papers, &error);
    require((status == COMITY_OK) == (papers != NULL));
    require(status == COMITY_OK || error.message[0] != '\0');
    comity_papers_free(papers);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    switch (bytes[0]) {
    case 'j':
        judgement(bytes + 1, size - 1);
        break;
    case 'f':
        file(bytes + 1, size - 1);
        break;
    case 'b':
        bundle(bytes + 1, size - 1);
        break;
    default:
        break;
    }
    return 0;
}
