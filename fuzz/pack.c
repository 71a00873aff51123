/* Packed bytes of any origin, and any bytes packed. What comes in begins with how
 * much of it is known on both sides and how much is to be unpacked. */
#include "base/pack.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void there_and_back(const uint8_t *known, size_t known_size, const uint8_t *bytes, size_t size)
{
    comity_buffer buffer;
    comity_error error;
    const uint8_t *packed;
    size_t packed_size;
    uint8_t *back = malloc(size + 1);
    comity_buffer_init(&buffer, (size_t)1 << 26);
    if (back == NULL || comity_pack(known, known_size, bytes, size, &buffer, &error) != COMITY_OK ||
        comity_buffer_bytes(&buffer, &packed, &packed_size, &error) != COMITY_OK ||
        comity_unpack(known, known_size, packed, packed_size, back, size, &error) != COMITY_OK ||
        (size > 0 && memcmp(back, bytes, size) != 0)) {
        abort();
    }
    comity_buffer_free(&buffer);
    free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 3) {
        return 0;
    }
    size_t wanted = (size_t)bytes[0];
    size_t known_size = bytes[1] < size - 2 ? bytes[1] : size - 2;
    const uint8_t *known = bytes + 2;
    const uint8_t *rest = known + known_size;
    size_t rest_size = size - 2 - known_size;
    uint8_t back[UINT8_MAX];
    comity_error error;
    comity_status status = comity_unpack(known, known_size, rest, rest_size, back, wanted, &error);
    if (status != COMITY_OK && status != COMITY_ERROR_SYNTAX) {
        abort();
    }
    there_and_back(known, known_size, rest, rest_size);
    return 0;
}
