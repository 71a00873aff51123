/* What comes in: characters, or bytes. What goes out: the other. */
#include "note/base64.h"

#include <sodium.h>

/* libsodium 1.0.18 takes some bytes above 7F for letters where char is signed. */
static bool is_ascii(const char *text, size_t size)
{
    unsigned all = 0;
    for (size_t i = 0; i < size; i++) {
        all |= (unsigned char)text[i];
    }
    return all < 0x80;
}

bool comity_base64_read(const char *text, size_t text_size, uint8_t *ret_bytes, size_t size_max, size_t *ret_size)
{
    size_t size = 0;
    if (text_size == 0 || !is_ascii(text, text_size) ||
        sodium_base642bin(ret_bytes, size_max, text, text_size, NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        return false;
    }
    *ret_size = size;
    return true;
}

void comity_base64_write(const uint8_t *bytes, size_t size, char *ret_text)
{
    (void)sodium_bin2base64(ret_text, COMITY_BASE64_TEXT_SIZE(size) + 1, bytes, size, sodium_base64_VARIANT_ORIGINAL);
}
