/* Any bytes as a copy whose tokens are to be turned back, with tokens of a known key among
 * them, whole, cut or changed: however they are split, the same comes out, and where no
 * token was turned back, what went in. The first byte chooses the hints, or that the
 * rest is the text of a key. */
#include "../tests/mask_types.h"

#include "inspect/mask_key.h"

#define INPUT_SIZE_MAX 8192

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const comity_form_hints hints[] = {
    {.content_type = NULL},
    {.content_type = "application/x-www-form-urlencoded"},
    {.content_type = "text/plain; charset=utf-16le"},
    {.content_type = "application/json"},
};

static mask_kit kit;
static comity_unmasker *unmasker;
static mask_text *now;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static comity_status write_now(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    (void)context;
    return mask_text_write(now, bytes, size, reterr);
}

static comity_status unmask(const comity_form_hints *hint, const uint8_t *bytes, size_t size, size_t chunk, mask_text *ret_text,
                            uint64_t ret_counts[2])
{
    comity_error error;
    memset(ret_text, 0, sizeof *ret_text);
    now = ret_text;
    comity_status status = comity_unmasker_start(unmasker, hint, &error);
    for (size_t at = 0; status == COMITY_OK && at < size;) {
        size_t n = size - at < chunk ? size - at : chunk;
        status = comity_unmasker_feed(unmasker, bytes + at, n, &error);
        at += n;
    }
    status = status == COMITY_OK ? comity_unmasker_finish(unmasker, &error) : status;
    comity_unmasker_counts(unmasker, &ret_counts[0], &ret_counts[1]);
    return status;
}

static void check_key(const uint8_t *bytes, size_t size)
{
    uint8_t secret[COMITY_MASK_KEY_SIZE];
    char text[COMITY_MASK_KEY_TEXT_SIZE + 1];
    if (comity_mask_key_read((const char *)bytes, size, secret, NULL) == COMITY_OK) {
        comity_mask_key_print(secret, text);
        require(size + 1 >= strlen(text) && memcmp(text, bytes, strlen(text) - 1) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    comity_error error;
    mask_text whole;
    mask_text split;
    uint64_t counts[2];
    uint64_t again[2];
    if (size < 2 || size > INPUT_SIZE_MAX) {
        return 0;
    }
    if (bytes[0] == 'k') {
        check_key(bytes + 1, size - 1);
        return 0;
    }
    if (unmasker == NULL) {
        require(mask_kit_make(&kit) && comity_unmasker_new(kit.key, write_now, NULL, &unmasker, &error) == COMITY_OK);
    }
    const comity_form_hints *hint = &hints[bytes[0] % 4];
    size_t chunk = 1 + bytes[0] / 4;
    comity_status status = unmask(hint, bytes + 1, size - 1, SIZE_MAX, &whole, counts);
    require(status == unmask(hint, bytes + 1, size - 1, chunk, &split, again));
    if (status == COMITY_OK) {
        require(whole.size == split.size && (whole.size == 0 || memcmp(whole.bytes, split.bytes, whole.size) == 0));
        require(counts[0] == again[0] && counts[1] == again[1]);
        require(counts[0] != 0 || (whole.size == size - 1 && memcmp(whole.bytes, bytes + 1, size - 1) == 0));
    }
    free(whole.bytes);
    free(split.bytes);
    return 0;
}
