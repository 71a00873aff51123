/* What comes in: a receipt's text. What goes out: its parts, and whether they hold. */
#include "record/receipt.h"

#include <string.h>

static const char first_line[] = "c2sp.org/tlog-proof@v1";

typedef struct line_reader {
    const char *text;
    size_t size;
    const char *line;
    size_t line_size;
    unsigned number;
} line_reader;

static bool next_line(line_reader *reader)
{
    reader->number++;
    return comity_log_line(&reader->text, &reader->size, &reader->line, &reader->line_size);
}

/* The rest of a line that begins with `word`. */
static bool is_field(const line_reader *reader, const char *word, const char **ret_value, size_t *ret_size)
{
    size_t length = strlen(word);
    if (reader->line_size < length || memcmp(reader->line, word, length) != 0) {
        return false;
    }
    *ret_value = reader->line + length;
    *ret_size = reader->line_size - length;
    return true;
}

static comity_status wrong(const line_reader *reader, const char *expected, comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYNTAX, "receipt, line %u: %s", reader->number, expected);
}

static comity_status read_extra(line_reader *reader, comity_receipt *receipt, comity_error *reterr)
{
    const char *value;
    size_t size;
    size_t got;
    if (!is_field(reader, "extra ", &value, &size)) {
        return COMITY_OK;
    }
    if (!comity_base64_read(value, size, receipt->salt, sizeof receipt->salt, &got) || got != sizeof receipt->salt) {
        return wrong(reader, "\"extra\" is a salt, 32 bytes in base64", reterr);
    }
    receipt->has_salt = true;
    return next_line(reader) ? COMITY_OK : wrong(reader, "\"index N\" expected", reterr);
}

comity_status comity_receipt_read(const char *text, size_t size, comity_receipt *ret_receipt, comity_error *reterr)
{
    line_reader reader = {.text = text, .size = size};
    comity_receipt receipt = {0};
    const char *value;
    size_t value_size;
    if (!next_line(&reader) || reader.line_size != sizeof first_line - 1 ||
        memcmp(reader.line, first_line, sizeof first_line - 1) != 0) {
        return wrong(&reader, "\"c2sp.org/tlog-proof@v1\" expected", reterr);
    }
    if (!next_line(&reader)) {
        return wrong(&reader, "\"index N\" expected", reterr);
    }
    COMITY_TRY(read_extra(&reader, &receipt, reterr));
    if (!is_field(&reader, "index ", &value, &value_size) ||
        !comity_log_number_read(value, value_size, &receipt.index)) {
        return wrong(&reader, "\"index N\" expected", reterr);
    }
    bool more = next_line(&reader);
    for (; more && reader.line_size != 0; more = next_line(&reader)) {
        if (receipt.proof.count == COMITY_PROOF_HASHES_MAX) {
            return wrong(&reader, "more hashes than a proof has", reterr);
        }
        if (!comity_log_hash_read(reader.line, reader.line_size, &receipt.proof.hashes[receipt.proof.count++])) {
            return wrong(&reader, "a hash in base64 expected", reterr);
        }
    }
    if (!more || reader.size == 0) {
        return wrong(&reader, "an empty line and a checkpoint expected", reterr);
    }
    receipt.checkpoint = reader.text;
    receipt.checkpoint_size = reader.size;
    *ret_receipt = receipt;
    return COMITY_OK;
}

void comity_receipt_write(const comity_receipt *receipt, comity_buffer *buffer)
{
    comity_hash salt;
    comity_buffer_append_text(buffer, first_line);
    if (receipt->has_salt) {
        memcpy(salt.bytes, receipt->salt, sizeof salt.bytes);
        comity_buffer_append_text(buffer, "\nextra ");
        comity_log_hash_write(&salt, buffer);
    }
    comity_buffer_append_text(buffer, "\nindex ");
    comity_buffer_append_u64(buffer, receipt->index);
    comity_buffer_append_byte(buffer, '\n');
    for (size_t i = 0; i < receipt->proof.count; i++) {
        comity_log_hash_write(&receipt->proof.hashes[i], buffer);
        comity_buffer_append_byte(buffer, '\n');
    }
    comity_buffer_append_byte(buffer, '\n');
    comity_buffer_append(buffer, receipt->checkpoint, receipt->checkpoint_size);
}

comity_status comity_receipt_check(const comity_receipt *receipt, const void *judgement, size_t judgement_size,
                                   const comity_policy *policy, comity_note *ret_note,
                                   comity_checkpoint *ret_checkpoint, comity_error *reterr)
{
    comity_note note;
    comity_checkpoint checkpoint;
    comity_hash commitment;
    comity_hash leaf;
    if (!receipt->has_salt) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "the receipt has no salt: it shows that there is an entry, not what it stands for");
    }
    COMITY_TRY(comity_policy_open(policy, receipt->checkpoint, receipt->checkpoint_size, &note, &checkpoint, reterr));
    comity_entry_commit(receipt->salt, judgement, judgement_size, &commitment);
    comity_entry_leaf(&commitment, &leaf);
    comity_error error;
    comity_status status =
        comity_proof_check_inclusion(&receipt->proof, receipt->index, checkpoint.size, &leaf, &checkpoint.root, &error);
    if (status != COMITY_OK) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE,
                           "the receipt does not show that this judgement is in the log: %s", error.message);
    }
    *ret_note = note;
    *ret_checkpoint = checkpoint;
    return COMITY_OK;
}
