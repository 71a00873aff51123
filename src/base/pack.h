/* Making text small, for what is kept in an image but seldom read.
 *
 * The bytes that come out depend on those that go in and on nothing else, so the
 * same text is packed the same on every machine. What is packed may refer to
 * bytes that both sides know already. The form is told in docs/formats/image.md. */
#ifndef COMITY_BASE_PACK_H
#define COMITY_BASE_PACK_H

#include "base/buffer.h"

/* Appends `size` bytes, packed, given `known_size` bytes that whoever unpacks has
 * too; either may be NULL when it is empty. Both together must be less than
 * 1 GiB: COMITY_ERROR_LIMIT. COMITY_ERROR_MEMORY when the system has no more. A
 * failure of the buffer is the buffer's to tell. */
COMITY_MUST_USE comity_status comity_pack(const void *known, size_t known_size, const void *bytes, size_t size,
                                          comity_buffer *buffer, comity_error *reterr);

/* Unpacks into exactly `size` bytes, given the same known bytes. Takes packed
 * bytes of any origin; COMITY_ERROR_SYNTAX if they are not those of so many
 * bytes, and `ret_bytes` may have been written to. */
COMITY_MUST_USE comity_status comity_unpack(const void *known, size_t known_size, const void *packed,
                                            size_t packed_size, void *ret_bytes, size_t size, comity_error *reterr);

#endif
