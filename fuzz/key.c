/* Hostile key files, without a passphrase. A key that is read can be written,
 * says the same again, and signs what its purpose allows. */
#include "note/key_file.h"
#include "note/note.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_key(const comity_signer *signer)
{
    comity_buffer buffer;
    comity_signer *again = NULL;
    comity_buffer_init(&buffer, COMITY_LIMIT_KEY_FILE_BYTES);
    must(comity_key_file_write(signer, NULL, 0, comity_key_protection_usual(), &buffer, NULL) == COMITY_OK);
    must(comity_key_file_read((const char *)buffer.bytes, buffer.size, NULL, 0, &again, NULL) == COMITY_OK);
    must(memcmp(comity_signer_seed(again), comity_signer_seed(signer), COMITY_SEED_SIZE) == 0);
    must(memcmp(comity_signer_verifier(again), comity_signer_verifier(signer), sizeof(comity_verifier)) == 0);
    comity_signer_free(again);
    comity_buffer_free(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    comity_signer *signer = NULL;
    comity_error error = {.message = ""};
    if (comity_key_file_read((const char *)bytes, size, NULL, 0, &signer, &error) == COMITY_OK) {
        check_key(signer);
        comity_signer_free(signer);
    } else {
        must(error.message[0] != '\0');
    }
    return 0;
}
