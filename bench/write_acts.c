/* Prints varied acts, one a line: the same ones for the same law.
 *
 *     write-acts IMAGE COUNT
 */
#include "law_acts.h"

#include "api/handles.h"

#include <stdio.h>
#include <stdlib.h>

enum { ACTS_AT_ONCE = 10000 };

static bool write_some(const comity_law *law, uint64_t seed, uint32_t count)
{
    comity_buffer buffer;
    const uint8_t *bytes;
    size_t size;
    comity_buffer_init(&buffer, (size_t)1 << 28);
    bench_acts(&law->image, seed, count, &buffer);
    bool done = comity_buffer_bytes(&buffer, &bytes, &size, NULL) == COMITY_OK && fwrite(bytes, 1, size, stdout) == size;
    comity_buffer_free(&buffer);
    return done;
}

int main(int argc, char **argv)
{
    comity_error error = {0};
    comity_law *law;
    if (argc != 3 || comity_law_open(argv[1], &law, &error) != COMITY_OK) {
        (void)fprintf(stderr, "write-acts: %s\n", argc != 3 ? "expected IMAGE COUNT" : error.message);
        return 2;
    }
    uint64_t count = strtoull(argv[2], NULL, 10);
    bool done = true;
    for (uint64_t seed = 1; done && count > 0; seed++) {
        uint32_t some = count < ACTS_AT_ONCE ? (uint32_t)count : ACTS_AT_ONCE;
        done = write_some(law, seed, some);
        count -= some;
    }
    comity_law_close(law);
    return done && fflush(stdout) == 0 ? 0 : 2;
}
