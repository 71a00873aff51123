/* Passing over text by vectors, where the machine has them. Only for embedded.c; each
 * instruction set has its own file. */
#ifndef COMITY_INSPECT_FORMS_EMBEDDED_FAST_H
#define COMITY_INSPECT_FORMS_EMBEDDED_FAST_H

#include <stddef.h>
#include <stdint.h>

/* A multiple of 64: so many bytes from the beginning on have no sixteen digits of
 * base64 in a row. 0 says nothing. */
size_t comity_embedded_far(const uint8_t *bytes, size_t size);

/* The same, on a machine that has the instruction set. */
typedef size_t comity_embedded_far_function(const uint8_t *bytes, size_t size);
comity_embedded_far_function comity_embedded_far_avx2, comity_embedded_far_avx512;

/* Those that this machine has; NULL beyond the last. */
comity_embedded_far_function *comity_embedded_far_at(size_t i);

/* Of a block the bits that end two, four and eight in a row, and the bits themselves: what goes over to the next. */
typedef struct comity_run_ends {
    uint64_t one, two, four, eight;
} comity_run_ends;

/* The bits of a block that end sixteen in a row. */
static inline uint64_t comity_run_sixteen(uint64_t one, comity_run_ends *before)
{
    uint64_t two = one & (one << 1 | before->one >> 63);
    uint64_t four = two & (two << 2 | before->two >> 62);
    uint64_t eight = four & (four << 4 | before->four >> 60);
    uint64_t found = eight & (eight << 8 | before->eight >> 56);
    *before = (comity_run_ends){one, two, four, eight};
    return found;
}

#endif
