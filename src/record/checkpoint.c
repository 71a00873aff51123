/* What comes in: the text of a note, or a size and a root. What goes out: the one
 * from the other. There is one way to write a checkpoint; any other is refused. */
#include "record/checkpoint.h"

#include "base/unknown.h"

#include <string.h>

#define HASH_TEXT_SIZE COMITY_BASE64_TEXT_SIZE(COMITY_SHA256_SIZE)

bool comity_log_number_read(const char *text, size_t size, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (size == 0 || (size > 1 && text[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (number > (COMITY_TREE_SIZE_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

bool comity_log_hash_read(const char *text, size_t size, comity_hash *ret_hash)
{
    comity_hash hash;
    size_t got;
    if (size != HASH_TEXT_SIZE || !comity_base64_read(text, size, hash.bytes, sizeof hash.bytes, &got) ||
        got != sizeof hash.bytes) {
        return false;
    }
    *ret_hash = hash;
    return true;
}

void comity_log_hash_write(const comity_hash *hash, comity_buffer *buffer)
{
    char text[HASH_TEXT_SIZE + 1];
    comity_base64_write(hash->bytes, sizeof hash->bytes, text);
    comity_buffer_append(buffer, text, HASH_TEXT_SIZE);
}

bool comity_log_line(const char **text, size_t *size, const char **ret_line, size_t *ret_line_size)
{
    const char *end = *size == 0 ? NULL : memchr(*text, '\n', *size);
    if (end == NULL) {
        return false;
    }
    *ret_line = *text;
    *ret_line_size = (size_t)(end - *text);
    *size -= *ret_line_size + 1;
    *text = end + 1;
    return true;
}

comity_status comity_checkpoint_read(const char *text, size_t size, comity_checkpoint *ret_checkpoint,
                                     comity_error *reterr)
{
    comity_checkpoint checkpoint = {0};
    const char *line;
    size_t line_size;
    if (!comity_log_line(&text, &size, &checkpoint.origin, &checkpoint.origin_size) || checkpoint.origin_size == 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the first line of a checkpoint is the name of its log");
    }
    if (!comity_log_line(&text, &size, &line, &line_size)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the checkpoint ends before its size");
    }
    if (!comity_log_number_read(line, line_size, &checkpoint.size)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the second line of a checkpoint is the size of the log, not %s",
                           comity_unknown_number(line, line_size).text);
    }
    if (!comity_log_line(&text, &size, &line, &line_size)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the checkpoint ends before its root");
    }
    if (!comity_log_hash_read(line, line_size, &checkpoint.root)) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "the third line of a checkpoint is 32 bytes of root in base64, not %s",
                           comity_unknown_size(line_size).text);
    }
    while (size != 0) { /* lines of others, which may follow, are not empty */
        if (!comity_log_line(&text, &size, &line, &line_size) || line_size == 0) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "an empty line in the text of a checkpoint");
        }
    }
    *ret_checkpoint = checkpoint;
    return COMITY_OK;
}

void comity_checkpoint_write(const comity_checkpoint *checkpoint, comity_buffer *buffer)
{
    comity_buffer_append(buffer, checkpoint->origin, checkpoint->origin_size);
    comity_buffer_append_byte(buffer, '\n');
    comity_buffer_append_u64(buffer, checkpoint->size);
    comity_buffer_append_byte(buffer, '\n');
    comity_log_hash_write(&checkpoint->root, buffer);
    comity_buffer_append_byte(buffer, '\n');
}

comity_status comity_checkpoint_open(const void *bytes, size_t size, const comity_verifier *verifiers,
                                     size_t verifier_count, comity_note *ret_note, comity_checkpoint *ret_checkpoint,
                                     comity_error *reterr)
{
    comity_note note;
    comity_checkpoint checkpoint;
    bool by_log = false;
    COMITY_TRY(comity_note_open(bytes, size, verifiers, verifier_count, &note, reterr));
    for (uint32_t i = 0; i < note.signature_count; i++) {
        by_log |= verifiers[note.signatures[i].verifier].purpose == COMITY_PURPOSE_LOG;
    }
    if (!by_log) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE,
                           "the checkpoint is signed by witnesses, but not by its own log");
    }
    COMITY_TRY(comity_checkpoint_read(note.text, note.text_size, &checkpoint, reterr));
    *ret_note = note;
    *ret_checkpoint = checkpoint;
    return COMITY_OK;
}
