/* The compiler's tables as the bytes of an image.
 *
 * Records are written as they lie in memory: image.h lays every one out without
 * holes and docs/formats/image.md says so byte by byte. That is only right on a
 * little-endian machine, so on another nothing is written. */
#include "law/compile/compiler.h"

#include "base/pack.h"
#include "base/sha256.h"

#include <string.h>

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static comity_status symbols_add(comity_compiler *compiler, size_t capacity, comity_class class_of, uint32_t text,
                                 uint32_t index)
{
    const char *words = compiler->texts.items + text;
    uint64_t hash = comity_symbol_hash(class_of, words, strlen(words));
    size_t i = (size_t)hash & (capacity - 1);
    while (compiler->symbols.items[i].class_of != COMITY_CLASS_LAST) {
        i = (i + 1) & (capacity - 1);
    }
    compiler->symbols.items[i] = (comity_symbol){text, (uint16_t)index, (uint8_t)class_of, comity_symbol_tag(hash)};
    return COMITY_OK;
}

static comity_status symbols_compile(comity_compiler *compiler)
{
    size_t count = 0;
    size_t capacity = 64;
    for (comity_class class_of = 0; class_of < COMITY_CLASS_LAST; class_of++) {
        count += compiler->entries[class_of].count;
    }
    while (capacity * 3 < count * 4) { /* at most three of four places taken */
        capacity *= 2;
    }
    for (size_t i = 0; i < capacity; i++) {
        COMITY_PUSH(compiler, &compiler->symbols, (comity_symbol){.class_of = COMITY_CLASS_LAST});
    }
    for (comity_class class_of = 0; class_of < COMITY_CLASS_LAST; class_of++) {
        for (uint32_t i = 0; i < compiler->entries[class_of].count; i++) {
            uint32_t text;
            uint32_t index = class_of == COMITY_CLASS_RULE ? compiler->drafts[i].number : i;
            COMITY_TRY(comity_text(compiler, compiler->entries[class_of].items[i].text, &text));
            COMITY_TRY(symbols_add(compiler, capacity, class_of, text, index));
        }
    }
    return COMITY_OK;
}

/* The words of all rules, which say much that stands in other texts too. */
static comity_status clauses_pack(comity_compiler *compiler, comity_image_header *header)
{
    comity_buffer buffer;
    const uint8_t *bytes;
    size_t size;
    if (compiler->clauses.count == 0) {
        COMITY_PUSH(compiler, &compiler->clauses, '\0');
    }
    header->clauses_size = (uint32_t)compiler->clauses.count;
    comity_buffer_init(&buffer, COMITY_LIMIT_LAW_CLAUSES_BYTES * 2);
    comity_status status = comity_pack(compiler->texts.items, compiler->texts.count, compiler->clauses.items,
                                       compiler->clauses.count, &buffer, compiler->reterr);
    if (status == COMITY_OK) {
        status = comity_buffer_bytes(&buffer, &bytes, &size, compiler->reterr);
    }
    for (size_t i = 0; status == COMITY_OK && i < size; i++) {
        status = comity_vector_grow(compiler, &compiler->packed);
        if (status == COMITY_OK) {
            compiler->packed.items[compiler->packed.count++] = bytes[i];
        }
    }
    comity_buffer_free(&buffer);
    return status;
}

static comity_status spans_set(comity_compiler *compiler, comity_image_header *header)
{
    size_t offset = sizeof *header;
#define SPAN(name, type)                                                             \
    offset = (offset + 7) & ~(size_t)7;                                              \
    if (offset > UINT32_MAX || compiler->name.count > UINT32_MAX) {                  \
        return comity_fail(compiler->reterr, COMITY_ERROR_LIMIT,                     \
                           "the law image would be larger than 4 GiB at table " #name); \
    }                                                                                \
    header->name = (comity_span){(uint32_t)offset, (uint32_t)compiler->name.count};  \
    offset += compiler->name.count * sizeof(type);
    COMITY_IMAGE_TABLES(SPAN)
#undef SPAN
    offset = (offset + 7) & ~(size_t)7;
    header->size = offset + COMITY_SHA256_SIZE;
    return COMITY_OK;
}

static void table_append(comity_buffer *buffer, size_t *at, const void *items, size_t size)
{
    size_t aligned = (*at + 7) & ~(size_t)7;
    comity_buffer_append_zeros(buffer, aligned - *at);
    comity_buffer_append(buffer, items, size);
    *at = aligned + size;
}

comity_status comity_compile_write(comity_compiler *compiler, comity_buffer *buffer)
{
    comity_image_header header = {.version = COMITY_IMAGE_VERSION, .header_size = sizeof header,
                                  .agreement_words = compiler->agreement_words,
                                  .place_words = comity_place_words((uint32_t)compiler->places.count)};
    if (!is_little_endian()) {
        return comity_fail(compiler->reterr, COMITY_ERROR_SYSTEM, "law images are built on little-endian machines only");
    }
    COMITY_TRY(symbols_compile(compiler));
    memcpy(header.magic, COMITY_IMAGE_MAGIC, sizeof header.magic);
    for (comity_class class_of = 0; class_of <= COMITY_CLASS_BASIS; class_of++) {
        header.first_name[class_of + 1] =
            header.first_name[class_of] + (uint32_t)compiler->entries[class_of].count;
    }
    for (comity_class class_of = COMITY_CLASS_BASIS + 1; class_of < COMITY_CLASS_LAST; class_of++) {
        header.first_name[class_of + 1] = header.first_name[class_of];
    }
    COMITY_TRY(clauses_pack(compiler, &header));
    COMITY_TRY(spans_set(compiler, &header));
    size_t before = 0;
    const uint8_t *bytes;
    COMITY_TRY(comity_buffer_bytes(buffer, &bytes, &before, compiler->reterr));
    comity_buffer_append(buffer, &header, sizeof header);
    size_t at = sizeof header;
#define TABLE(name, type) table_append(buffer, &at, compiler->name.items, compiler->name.count * sizeof(type));
    COMITY_IMAGE_TABLES(TABLE)
#undef TABLE
    table_append(buffer, &at, NULL, 0);
    size_t size;
    uint8_t digest[COMITY_SHA256_SIZE];
    COMITY_TRY(comity_buffer_bytes(buffer, &bytes, &size, compiler->reterr));
    comity_sha256(bytes + before, size - before, digest);
    comity_buffer_append(buffer, digest, sizeof digest);
    return comity_buffer_bytes(buffer, &bytes, &size, compiler->reterr);
}
