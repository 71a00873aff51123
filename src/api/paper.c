/* The public interface to single papers. Checks arguments, calls down. */
#include "api/handles.h"

#include "note/note.h"

#include <stdlib.h>

void comity_free(void *bytes)
{
    free(bytes);
}

comity_status comity_paper_check(const char *text, size_t size, comity_error *reterr)
{
    comity_paper paper;
    if (text == NULL && size != 0) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_paper_check: text must not be NULL");
    }
    return comity_paper_read(text, size, &paper, reterr);
}

/* Gives the buffer's bytes to the caller, with a NUL behind them. */
static comity_status give(comity_buffer *buffer, char **ret_bytes, size_t *ret_size, comity_error *reterr)
{
    const uint8_t *bytes;
    size_t size;
    comity_buffer_append_byte(buffer, 0);
    COMITY_TRY(comity_buffer_bytes(buffer, &bytes, &size, reterr));
    *ret_bytes = (char *)buffer->bytes;
    *ret_size = size - 1;
    return COMITY_OK;
}

static comity_status sign(const comity_signer *signer, const char *text, size_t size, comity_buffer *buffer,
                          comity_error *reterr)
{
    comity_paper paper;
    COMITY_TRY(comity_paper_read(text, size, &paper, reterr));
    comity_buffer_append(buffer, text, size);
    comity_buffer_append_byte(buffer, '\n');
    return comity_note_sign(signer, text, size, buffer, reterr);
}

comity_status comity_paper_sign(const comity_key *key, const char *text, size_t size, char **ret_note, size_t *ret_size,
                                comity_error *reterr)
{
    comity_buffer buffer;
    if (key == NULL || (text == NULL && size != 0) || ret_note == NULL || ret_size == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_paper_sign: its arguments must not be NULL");
    }
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES + 1);
    comity_status status = sign(key->signer, text, size, &buffer, reterr);
    if (status == COMITY_OK) {
        status = give(&buffer, ret_note, ret_size, reterr);
    }
    if (status != COMITY_OK) {
        comity_buffer_free(&buffer);
    }
    return status;
}

static comity_status countersign(const comity_signer *signer, const char *note, size_t size, comity_buffer *buffer,
                                 comity_error *reterr)
{
    comity_paper paper;
    size_t text_size = 0;
    COMITY_TRY(comity_note_text_size(note, size, &text_size, reterr));
    COMITY_TRY(comity_paper_read(note, text_size, &paper, reterr));
    return comity_note_countersign(signer, note, size, buffer, reterr);
}

comity_status comity_paper_countersign(const comity_key *key, const char *note, size_t size, char **ret_note,
                                       size_t *ret_size, comity_error *reterr)
{
    comity_buffer buffer;
    if (key == NULL || (note == NULL && size != 0) || ret_note == NULL || ret_size == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_paper_countersign: its arguments must not be NULL");
    }
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES + 1);
    comity_status status = countersign(key->signer, note, size, &buffer, reterr);
    if (status == COMITY_OK) {
        status = give(&buffer, ret_note, ret_size, reterr);
    }
    if (status != COMITY_OK) {
        comity_buffer_free(&buffer);
    }
    return status;
}
