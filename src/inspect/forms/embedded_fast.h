/* Looking through text by vectors, where the machine has them: one file an instruction set, chosen when
 * the program runs. All give the same. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_EMBEDDED_FAST_H
#define COMITY_INSPECT_FORMS_EMBEDDED_FAST_H

#include <stddef.h>
#include <stdint.h>

/* An instruction set, and what is done with it. A constant. */
typedef struct comity_embedded_level {
    const char *name;
    /* How many bytes can be passed over: before the first COMITY_EMBEDDED_SIZE_MIN digits of base64 in a
     * row, or before a run that touches the end. */
    size_t (*pass)(const uint8_t *bytes, size_t size);
    /* How many of the first bytes are ASCII. */
    size_t (*ascii)(const uint8_t *bytes, size_t size);
} comity_embedded_level;

/* For any machine; for x86-64. */
extern const comity_embedded_level comity_embedded_level_plain, comity_embedded_level_avx2,
    comity_embedded_level_avx512;

/* The best that this machine has. */
const comity_embedded_level *comity_embedded_level_best(void);

/* Those that it has, from 0 on; NULL behind the last. */
const comity_embedded_level *comity_embedded_level_at(size_t i);

#endif
