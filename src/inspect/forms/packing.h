/* What the stages that undo a compression share. Private to this folder. */
#ifndef COMITY_INSPECT_FORMS_PACKING_H
#define COMITY_INSPECT_FORMS_PACKING_H

#include "inspect/forms/stage.h"

/* Bytes given on at once. */
#define COMITY_PACKING_OUT_SIZE ((size_t)32768)

/* The first member of the state of each. */
typedef struct comity_packing {
    comity_stage *child;
    uint64_t consumed; /* bytes read of its input */
    uint8_t *out;      /* COMITY_PACKING_OUT_SIZE bytes */
} comity_packing;

/* Makes the child for what comes out and the room for it. */
COMITY_MUST_USE comity_status comity_packing_begin(comity_stage *stage, comity_error *reterr);

/* Counts `size` bytes that lie in `out` and gives them on. */
COMITY_MUST_USE comity_status comity_packing_give(comity_stage *stage, size_t size, comity_error *reterr);

/* Ends the child and gives the room back. */
COMITY_MUST_USE comity_status comity_packing_end(comity_stage *stage, comity_error *reterr);

/* Whether bytes can be the beginning of zlib's frame and what it holds; of all of it, if they are the `whole`. True,
 * too, if there is no memory to try. */
bool comity_zlib_begins(const comity_stage *stage, const uint8_t *bytes, size_t size, bool whole);

/* Whether bytes can be the beginning of what compress(1) writes: codes of nine bits, none before its time. */
bool comity_compress_begins(const uint8_t *bytes, size_t size);

/* For members of zip, whose deflate streams may have to end themselves: feeds what
 * belongs to the stream, tells how many bytes of `size` did, and whether it has ended. */
COMITY_MUST_USE comity_status comity_inflate_member(comity_stage *stage, const uint8_t *bytes, size_t size,
                                                    size_t *ret_taken, bool *ret_ended, comity_error *reterr);

/* CRC-32 and size of what came out so far, and the size of what went in. */
void comity_inflate_told(const comity_stage *stage, uint32_t *ret_checksum, uint64_t *ret_taken, uint64_t *ret_given);

#endif
