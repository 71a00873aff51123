/* Hostile texts and bytes of logs: the first byte says which format the rest is.
 * Whatever is accepted is written back as it was, or leads nowhere but to an
 * answer. */
#include "record/config.h"
#include "record/receipt.h"
#include "record/segment.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void same(const comity_buffer *written, const char *text, size_t size)
{
    must(written->failed == COMITY_OK && written->size == size && (size == 0 || memcmp(written->bytes, text, size) == 0));
}

/* A checkpoint without lines behind it is written back as it was. */
static void checkpoint(const char *text, size_t size)
{
    comity_checkpoint read;
    comity_buffer out;
    if (comity_checkpoint_read(text, size, &read, NULL) != COMITY_OK) {
        return;
    }
    comity_buffer_init(&out, COMITY_LIMIT_NOTE_BYTES);
    comity_checkpoint_write(&read, &out);
    must(out.size <= size && memcmp(out.bytes, text, out.size) == 0);
    comity_buffer_free(&out);
}

static void receipt(const char *text, size_t size)
{
    comity_receipt read;
    comity_buffer out;
    comity_hash hash = {{0}};
    if (comity_receipt_read(text, size, &read, NULL) != COMITY_OK) {
        return;
    }
    comity_buffer_init(&out, COMITY_LIMIT_NOTE_BYTES * 2);
    comity_receipt_write(&read, &out);
    same(&out, text, size);
    comity_buffer_free(&out);
    /* any proof at all ends in an answer */
    must(comity_proof_check_inclusion(&read.proof, read.index, read.index + 1, &hash, &hash, NULL) != COMITY_OK ||
         read.proof.count == 0);
    (void)!comity_proof_check_consistency(&read.proof, read.index, COMITY_TREE_SIZE_MAX, &hash, &hash, NULL);
}

static void policy(const char *text, size_t size)
{
    comity_policy *read = malloc(sizeof *read);
    comity_note none = {.signature_count = 0};
    must(read != NULL);
    if (comity_policy_read(text, size, read, NULL) == COMITY_OK) {
        must(comity_policy_reached(read, &none) == (read->quorum == COMITY_POLICY_NONE));
    }
    free(read);
}

static void tile(const char *text, size_t size)
{
    comity_tile read;
    char path[COMITY_TILE_PATH_SIZE];
    if (comity_tile_path_read(text, size, &read, NULL) == COMITY_OK) {
        comity_tile_path(&read, path);
        must(strlen(path) == size && memcmp(path, text, size) == 0);
    }
}

static void bundle(const uint8_t *bytes, size_t size)
{
    comity_hash read[COMITY_TILE_WIDTH];
    uint8_t written[COMITY_TILE_WIDTH * COMITY_BUNDLE_BYTES];
    size_t count = size / COMITY_BUNDLE_BYTES;
    if (count <= COMITY_TILE_WIDTH && comity_bundle_read(bytes, size, count, read, NULL) == COMITY_OK) {
        comity_bundle_write(read, count, written);
        must(count * COMITY_BUNDLE_BYTES == size && memcmp(written, bytes, size) == 0);
    }
}

/* What is read of a record's settings says the same when it is written and read again. */
static void config(const char *text, size_t size)
{
    comity_record_config *read = calloc(2, sizeof *read);
    comity_buffer out;
    comity_buffer again;
    must(read != NULL);
    if (comity_record_config_read(text, size, &read[0], NULL) == COMITY_OK) {
        comity_buffer_init(&out, size * 2 + 1);
        comity_buffer_init(&again, size * 2 + 1);
        comity_record_config_write(&read[0], &out);
        must(out.failed == COMITY_OK);
        must(comity_record_config_read((const char *)out.bytes, out.size, &read[1], NULL) == COMITY_OK);
        comity_record_config_write(&read[1], &again);
        same(&again, (const char *)out.bytes, out.size);
        comity_buffer_free(&out);
        comity_buffer_free(&again);
    }
    free(read);
}

static void entry(const uint8_t *bytes, size_t size)
{
    comity_hash read;
    uint8_t written[COMITY_ENTRY_SIZE];
    if (comity_entry_read(bytes, size, &read, NULL) == COMITY_OK) {
        comity_entry_write(&read, written);
        must(size == sizeof written && memcmp(written, bytes, size) == 0);
    }
}

/* Records one behind the other; each lies within the bytes. */
static void segment(const uint8_t *bytes, size_t size)
{
    comity_record_view view;
    size_t used;
    while (comity_record_read(bytes, size, &view, &used)) {
        must(used <= size && used % 8 == 0 && view.count != 0);
        must(view.kind != COMITY_RECORD_ENTRY || (view.kept >= bytes && view.kept + view.kept_size <= bytes + used));
        bytes += used;
        size -= used;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const char *text = (const char *)bytes + 1;
    switch (bytes[0]) {
    case 'c':
        checkpoint(text, size - 1);
        break;
    case 'r':
        receipt(text, size - 1);
        break;
    case 'p':
        policy(text, size - 1);
        break;
    case 't':
        tile(text, size - 1);
        break;
    case 'b':
        bundle(bytes + 1, size - 1);
        break;
    case 'g':
        config(text, size - 1);
        break;
    case 'e':
        entry(bytes + 1, size - 1);
        break;
    case 's':
        segment(bytes + 1, size - 1);
        break;
    default:
        break;
    }
    return 0;
}
