/* What comes in: bytes, and bytes known before them. What goes out: steps, each
 * some bytes as they are and then a copy of bytes that stood earlier.
 *
 * A step is a byte with two counts of four bits, bytes as they are and bytes
 * copied less COPY_LEAST (15: more follow, as a number), the bytes, and how far
 * back the copy begins, as a number. The last step has no copy if the bytes end
 * before it. Numbers have seven bits a byte, the low ones first.
 *
 * To find a copy, places with the same four bytes are linked, newest first, and a
 * few of them are looked at. All of it is arithmetic on the bytes: no time, no
 * addresses, no library whose next version packs otherwise. */
#include "base/pack.h"

#include <assert.h>
#include <stdlib.h>

enum {
    COPY_LEAST = 4,
    COUNT_MORE = 15, /* a count of four bits says: and more */
    LOOKS = 24,      /* places looked at for one copy */
    HASH_BITS = 15,
    NUMBER_BYTES_MAX = 5 /* seven bits each, for 32 bits */
};

#define PLACE_NONE UINT32_MAX
#define TOGETHER_MAX ((size_t)1 << 30)

/* ---- packing ---- */

typedef struct packer {
    const uint8_t *bytes; /* the known ones and those to pack, in one piece */
    size_t size;
    uint32_t *newest; /* by hash: the last place that had it */
    uint32_t *before; /* by place: the place before it with the same hash */
    comity_buffer *out;
} packer;

typedef struct copy {
    size_t from, size;
} copy;

static uint32_t hash_at(const uint8_t *bytes)
{
    uint32_t word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return (word * UINT32_C(2654435761)) >> (32 - HASH_BITS);
}

static void place_add(packer *pack, size_t at)
{
    if (pack->size - at >= COPY_LEAST) {
        uint32_t hash = hash_at(pack->bytes + at);
        pack->before[at] = pack->newest[hash];
        pack->newest[hash] = (uint32_t)at;
    }
}

static size_t same_size(const packer *pack, size_t from, size_t at)
{
    size_t size = 0;
    while (at + size < pack->size && pack->bytes[from + size] == pack->bytes[at + size]) {
        size++;
    }
    return size;
}

/* The longest of the nearest; size 0 if there is none that is long enough. */
static copy copy_find(const packer *pack, size_t at)
{
    copy best = {0, COPY_LEAST - 1};
    if (pack->size - at < COPY_LEAST) {
        return (copy){0, 0};
    }
    uint32_t from = pack->newest[hash_at(pack->bytes + at)];
    for (unsigned looks = 0; from != PLACE_NONE && looks < LOOKS; looks++) {
        size_t size = same_size(pack, from, at);
        best = size > best.size ? (copy){from, size} : best;
        from = pack->before[from];
    }
    return best.size < COPY_LEAST ? (copy){0, 0} : best;
}

static void number_append(comity_buffer *out, size_t number)
{
    for (; number >= 0x80; number >>= 7) {
        comity_buffer_append_byte(out, (uint8_t)(number | 0x80));
    }
    comity_buffer_append_byte(out, (uint8_t)number);
}

static void step_append(packer *pack, size_t begin, size_t at, copy found)
{
    size_t plain = at - begin;
    size_t copied = found.size == 0 ? 0 : found.size - COPY_LEAST;
    size_t high = plain < COUNT_MORE ? plain : COUNT_MORE;
    size_t low = copied < COUNT_MORE ? copied : COUNT_MORE;
    comity_buffer_append_byte(pack->out, (uint8_t)(high << 4 | low));
    if (high == COUNT_MORE) {
        number_append(pack->out, plain - COUNT_MORE);
    }
    comity_buffer_append(pack->out, pack->bytes + begin, plain);
    if (found.size == 0) {
        return;
    }
    if (low == COUNT_MORE) {
        number_append(pack->out, copied - COUNT_MORE);
    }
    number_append(pack->out, at - found.from);
}

static void pack_all(packer *pack, size_t at)
{
    size_t begin = at; /* bytes from here on are still to be written as they are */
    while (at < pack->size) {
        copy found = copy_find(pack, at);
        place_add(pack, at);
        if (found.size == 0) {
            at++;
            continue;
        }
        copy next = at + 1 < pack->size ? copy_find(pack, at + 1) : (copy){0, 0};
        if (next.size > found.size) { /* it is worth one more byte as it is */
            at++;
            continue;
        }
        step_append(pack, begin, at, found);
        for (size_t end = at + found.size; ++at < end;) {
            place_add(pack, at);
        }
        begin = at;
    }
    if (begin < at) {
        step_append(pack, begin, at, (copy){0, 0});
    }
}

comity_status comity_pack(const void *known, size_t known_size, const void *bytes, size_t size, comity_buffer *buffer,
                          comity_error *reterr)
{
    if (known_size > TOGETHER_MAX || size > TOGETHER_MAX - known_size) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%zu and %zu bytes are more than can be packed", known_size,
                           size);
    }
    size_t all = known_size + size;
    uint8_t *together = malloc(all + 1);
    uint32_t *newest = malloc(sizeof *newest << HASH_BITS);
    uint32_t *before = malloc((all + 1) * sizeof *before);
    comity_status status = COMITY_OK;
    if (together == NULL || newest == NULL || before == NULL) {
        status = comity_fail(reterr, COMITY_ERROR_MEMORY, "no memory to pack %zu bytes", size);
    } else {
        if (known_size > 0) {
            memcpy(together, known, known_size);
        }
        if (size > 0) {
            memcpy(together + known_size, bytes, size);
        }
        memset(newest, 0xff, sizeof *newest << HASH_BITS);
        packer pack = {together, all, newest, before, buffer};
        for (size_t i = 0; i < known_size; i++) {
            place_add(&pack, i);
        }
        pack_all(&pack, known_size);
    }
    free(together);
    free(newest);
    free(before);
    return status;
}

/* ---- unpacking ---- */

typedef struct unpacker {
    const uint8_t *packed;
    size_t at, size;
    const uint8_t *known;
    size_t known_size;
    uint8_t *bytes;
    size_t done, wanted;
} unpacker;

static bool number_read(unpacker *unpack, size_t *ret_number)
{
    size_t number = 0;
    for (unsigned i = 0; i < NUMBER_BYTES_MAX && unpack->at < unpack->size; i++) {
        uint8_t byte = unpack->packed[unpack->at++];
        number |= (size_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

/* A count that began in four bits. */
static bool count_read(unpacker *unpack, size_t *count)
{
    size_t more = 0;
    if (*count == COUNT_MORE && !number_read(unpack, &more)) {
        return false;
    }
    *count += more;
    return true;
}

static bool copy_back(unpacker *unpack, size_t back, size_t count)
{
    if (back == 0 || back > unpack->known_size + unpack->done || count > unpack->wanted - unpack->done) {
        return false;
    }
    size_t from = unpack->known_size + unpack->done - back;
    for (size_t i = 0; i < count; i++, from++) {
        unpack->bytes[unpack->done++] =
            from < unpack->known_size ? unpack->known[from] : unpack->bytes[from - unpack->known_size];
    }
    return true;
}

static bool step_read(unpacker *unpack)
{
    uint8_t counts = unpack->packed[unpack->at++];
    size_t plain = counts >> 4;
    size_t copied = counts & 15;
    size_t back = 0;
    if (!count_read(unpack, &plain) || plain > unpack->size - unpack->at || plain > unpack->wanted - unpack->done) {
        return false;
    }
    memcpy(unpack->bytes + unpack->done, unpack->packed + unpack->at, plain);
    unpack->at += plain;
    unpack->done += plain;
    if (unpack->done == unpack->wanted && unpack->at == unpack->size) {
        return copied == 0;
    }
    return count_read(unpack, &copied) && number_read(unpack, &back) && copy_back(unpack, back, copied + COPY_LEAST);
}

comity_status comity_unpack(const void *known, size_t known_size, const void *packed, size_t packed_size,
                            void *ret_bytes, size_t size, comity_error *reterr)
{
    unpacker unpack = {.packed = packed,
                       .size = packed_size,
                       .known = known,
                       .known_size = known_size,
                       .bytes = ret_bytes,
                       .wanted = size};
    while (unpack.at < unpack.size) {
        size_t begin = unpack.at;
        if (!step_read(&unpack)) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the packed bytes are wrong in the step at byte %zu",
                               begin);
        }
    }
    if (unpack.done != size) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%zu bytes were to be unpacked, but there are %zu", size,
                           unpack.done);
    }
    return COMITY_OK;
}
