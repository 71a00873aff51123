/* The public interface to keys. Checks arguments, calls down. */
#include "api/handles.h"

#include "note/key_file.h"

#include <stdlib.h>
#include <string.h>

/* Takes the signer over, also when it fails. */
static comity_status key_of(comity_signer *signer, comity_key **ret_key, comity_error *reterr)
{
    comity_key *key = calloc(1, sizeof *key);
    if (key == NULL) {
        comity_signer_free(signer);
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    key->signer = signer;
    comity_verifier_print(comity_signer_verifier(signer), key->public_text);
    *ret_key = key;
    return COMITY_OK;
}

comity_status comity_key_new(const char *name, comity_purpose purpose, comity_key **ret_key, comity_error *reterr)
{
    comity_signer *signer = NULL;
    if (name == NULL || ret_key == NULL || purpose < COMITY_PURPOSE_LOG || purpose > COMITY_PURPOSE_PAPER) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_key_new: name and ret_key must not be NULL, and the purpose must be one");
    }
    COMITY_TRY(comity_signer_new(name, strlen(name), purpose, &signer, reterr));
    return key_of(signer, ret_key, reterr);
}

comity_status comity_key_open(const char *path, const char *passphrase, size_t passphrase_size, comity_key **ret_key,
                              comity_error *reterr)
{
    comity_signer *signer = NULL;
    if (path == NULL || ret_key == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_key_open: path and ret_key must not be NULL");
    }
    COMITY_TRY(comity_key_file_open(path, passphrase, passphrase_size, &signer, reterr));
    return key_of(signer, ret_key, reterr);
}

comity_status comity_key_save(const comity_key *key, const char *path, const char *passphrase, size_t passphrase_size,
                              comity_error *reterr)
{
    if (key == NULL || path == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_key_save: key and path must not be NULL");
    }
    return comity_key_file_save(key->signer, path, passphrase, passphrase_size, comity_key_protection_usual(), reterr);
}

const char *comity_key_public(const comity_key *key)
{
    return key == NULL ? "" : key->public_text;
}

comity_purpose comity_key_purpose(const comity_key *key)
{
    return key == NULL ? COMITY_PURPOSE_PAPER : comity_signer_verifier(key->signer)->purpose;
}

void comity_key_free(comity_key *key)
{
    if (key != NULL) {
        comity_signer_free(key->signer);
        free(key);
    }
}
