/* Frames between a gate and the daemon: docs/formats/gate-protocol.md.
 *
 * Pure bytes: a frame is written into the caller's memory, and read in place; what
 * is read points into the bytes it was read from. Nothing is allocated, nothing is
 * sent. Every size is checked on both sides. */
#ifndef COMITY_GATE_FRAME_H
#define COMITY_GATE_FRAME_H

#include "base/bytes.h"
#include "base/limits.h"

/* The frames' types are the public ones, comity_gate_…: see comity.h. */

/* How many bytes the frame at the beginning of `bytes` has in all; 0 if that cannot be
 * told yet. COMITY_ERROR_SYNTAX for what is no frame, COMITY_ERROR_LIMIT for one too large. */
COMITY_MUST_USE comity_status comity_frame_size(const void *bytes, size_t size, size_t *ret_size, comity_error *reterr);

/* Reads one whole frame. */
COMITY_MUST_USE comity_status comity_frame_read(const void *bytes, size_t size, comity_gate_frame *ret_frame,
                                                comity_error *reterr);

/* Writes one frame. COMITY_ERROR_LIMIT if `capacity` does not hold it, or a part of it is larger than may be. */
COMITY_MUST_USE comity_status comity_frame_write(const comity_gate_frame *frame, void *memory, size_t capacity,
                                                 size_t *ret_size, comity_error *reterr);

#endif
