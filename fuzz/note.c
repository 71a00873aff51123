/* Hostile notes. Whatever the bytes are, nothing is given out unless a signature
 * is good, what is given out lies in the bytes, and a note that is well formed
 * can be countersigned and then opens. The known signer's secret is at hand, so
 * an input of the second form is signed here: its first byte says as what. */
#include "note/note.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { KEYS = 3 };

typedef struct fuzz_keys {
    comity_signer *signers[KEYS];
    comity_verifier verifiers[KEYS];
} fuzz_keys;

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static fuzz_keys make_keys(void)
{
    static const char *const names[KEYS] = {"a.example", "a.log", "w.example"};
    static const comity_purpose purposes[KEYS] = {COMITY_PURPOSE_PAPER, COMITY_PURPOSE_LOG, COMITY_PURPOSE_WITNESS};
    fuzz_keys keys;
    for (uint8_t i = 0; i < KEYS; i++) {
        uint8_t seed[COMITY_SEED_SIZE] = {i};
        must(comity_signer_from_seed(names[i], strlen(names[i]), purposes[i], seed, &keys.signers[i], NULL) ==
             COMITY_OK);
        keys.verifiers[i] = *comity_signer_verifier(keys.signers[i]);
    }
    return keys;
}

static void open_with(const fuzz_keys *keys, const uint8_t *bytes, size_t size, size_t signer, bool must_open)
{
    comity_note note;
    comity_error error = {.message = ""};
    comity_status status = comity_note_open(bytes, size, keys->verifiers, KEYS, &note, &error);
    must(status == COMITY_OK ? note.signature_count > 0 : error.message[0] != '\0');
    if (status == COMITY_OK) {
        must(note.text == (const char *)bytes && note.text_size < size && note.text[note.text_size - 1] == '\n');
    }
    must(status == COMITY_OK || !must_open);
    must(!must_open || note.signatures[note.signature_count - 1].verifier == signer);
}

static void countersign(const fuzz_keys *keys, const uint8_t *bytes, size_t size)
{
    comity_buffer buffer;
    comity_note before;
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES * 2);
    bool clean = comity_note_try(bytes, size, keys->verifiers, KEYS, &before, NULL) == COMITY_OK;
    if (comity_note_countersign(keys->signers[0], bytes, size, &buffer, NULL) == COMITY_OK && clean &&
        buffer.size <= COMITY_LIMIT_NOTE_BYTES) {
        open_with(keys, buffer.bytes, buffer.size, 0, true);
    }
    comity_buffer_free(&buffer);
}

static void sign(const fuzz_keys *keys, size_t which, const char *text, size_t size)
{
    comity_buffer buffer;
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES * 2);
    comity_buffer_append(&buffer, text, size);
    comity_buffer_append_byte(&buffer, '\n');
    comity_status status = which == 2 ? comity_note_cosign(keys->signers[which], text, size, size, &buffer, NULL)
                                      : comity_note_sign(keys->signers[which], text, size, &buffer, NULL);
    if (status == COMITY_OK && buffer.size <= COMITY_LIMIT_NOTE_BYTES) {
        open_with(keys, buffer.bytes, buffer.size, which, true);
        must((which == 0) == (size >= 13 && memcmp(text, "comity paper/", 13) == 0)); /* no key signs another's texts */
    }
    comity_buffer_free(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static fuzz_keys keys;
    if (keys.signers[0] == NULL) {
        keys = make_keys();
    }
    open_with(&keys, bytes, size, 0, false);
    countersign(&keys, bytes, size);
    if (size > 0) {
        sign(&keys, bytes[0] % KEYS, (const char *)bytes + 1, size - 1);
    }
    return 0;
}
