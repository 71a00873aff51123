/* What comes in: bytes that may be a note and keys that may have signed it, or a
 * text and a key that is to sign it. What goes out: the text and who signed it,
 * or a signature line. The text of a note is not looked at, beyond its form and
 * first line, until a signature on it has been found good. */
#include "note/note.h"

#include "base/bytes.h"
#include "base/unknown.h"
#include "base/utf8.h"
#include "note/purpose.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define DASH "\xE2\x80\x94 " /* U+2014 and a space */

enum { DASH_SIZE = sizeof DASH - 1, COSIGNATURE_SIZE = 8 + COMITY_SIGNATURE_SIZE };

/* A note taken apart, and not verified. */
typedef struct parts {
    const char *text;
    size_t text_size;
    const char *lines;
    size_t lines_size;
} parts;

/* One signature line, taken apart. */
typedef struct line {
    const char *name;
    size_t name_size;
    const char *begin; /* of the line, which has `size` bytes with its newline */
    size_t size;
    size_t blob_size;
    uint8_t blob[COMITY_LIMIT_NOTE_BLOB_BYTES]; /* the id, then the signature */
} line;

static comity_status fail_at(size_t offset, comity_status status, comity_error *reterr)
{
    if (reterr != NULL) {
        reterr->offset = offset;
    }
    return status;
}

/* ---- form ---- */

static comity_status check_characters(const char *bytes, size_t size, comity_error *reterr)
{
    size_t good = comity_utf8_check(bytes, size);
    if (good != size) {
        return fail_at(good,
                       comity_fail(reterr, COMITY_ERROR_SYNTAX, "byte %zu of the note is 0x%02X, but UTF-8 is expected",
                                   good, (unsigned)(uint8_t)bytes[good]),
                       reterr);
    }
    for (size_t i = 0; i < size; i++) {
        if ((uint8_t)bytes[i] < 0x20 && bytes[i] != '\n') {
            return fail_at(i,
                           comity_fail(reterr, COMITY_ERROR_SYNTAX,
                                       "byte %zu of the note is 0x%02X, but it may hold no control character", i,
                                       (unsigned)(uint8_t)bytes[i]),
                           reterr);
        }
    }
    return COMITY_OK;
}

comity_status comity_note_text_check(const char *text, size_t size, comity_error *reterr)
{
    if (size > COMITY_LIMIT_NOTE_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a text of %zu bytes, but at most %zu are allowed", size,
                           COMITY_LIMIT_NOTE_BYTES);
    }
    if (size == 0 || text[size - 1] != '\n') {
        return fail_at(size, comity_fail(reterr, COMITY_ERROR_SYNTAX, "the text does not end in a newline"), reterr);
    }
    return check_characters(text, size, reterr);
}

/* The last empty line divides text and signatures. */
static comity_status take_apart(const void *bytes, size_t size, parts *ret_parts, comity_error *reterr)
{
    const char *note = bytes;
    if (size > COMITY_LIMIT_NOTE_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a note of %zu bytes, but at most %zu are allowed", size,
                           COMITY_LIMIT_NOTE_BYTES);
    }
    COMITY_TRY(check_characters(note, size, reterr));
    size_t at = size;
    while (at >= 2 && (note[at - 1] != '\n' || note[at - 2] != '\n')) {
        at--;
    }
    if (at < 2) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "no signatures: a note has an empty line and behind it its signatures");
    }
    if (at == size) {
        return fail_at(at, comity_fail(reterr, COMITY_ERROR_SYNTAX, "no signature stands behind the note's empty line"),
                       reterr);
    }
    if (note[size - 1] != '\n') {
        return fail_at(size, comity_fail(reterr, COMITY_ERROR_SYNTAX, "the note's last line has no newline"), reterr);
    }
    *ret_parts = (parts){note, at - 1, note + at, size - at};
    return COMITY_OK;
}

/* The next signature line, or false at the end. */
static comity_status next_line(parts *rest, line *ret_line, bool *ret_found, comity_error *reterr)
{
    if (rest->lines_size == 0) {
        *ret_found = false;
        return COMITY_OK;
    }
    const char *begin = rest->lines;
    size_t size = (size_t)((const char *)memchr(begin, '\n', rest->lines_size) - begin);
    const char *name = begin + DASH_SIZE;
    const char *space = size > DASH_SIZE ? memchr(name, ' ', size - DASH_SIZE) : NULL;
    if (space == NULL || memcmp(begin, DASH, DASH_SIZE) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "%s is no signature line: \"\xE2\x80\x94 NAME SIGNATURE\" expected",
                           comity_unknown_size(size).text);
    }
    COMITY_TRY(comity_key_name_check(name, (size_t)(space - name), reterr));
    if (!comity_base64_read(space + 1, size - (size_t)(space + 1 - begin), ret_line->blob, sizeof ret_line->blob,
                            &ret_line->blob_size) ||
        ret_line->blob_size <= COMITY_KEY_ID_SIZE) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the signature of %s is no base64 of an id and a signature",
                           comity_quote_bytes(name, (size_t)(space - name)).text);
    }
    ret_line->name = name;
    ret_line->name_size = (size_t)(space - name);
    ret_line->begin = begin;
    ret_line->size = size + 1;
    rest->lines += size + 1;
    rest->lines_size -= size + 1;
    *ret_found = true;
    return COMITY_OK;
}

static comity_status too_many(comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_LIMIT, "more than %d signatures", COMITY_LIMIT_NOTE_SIGNATURES);
}

comity_status comity_note_lines(const void *bytes, size_t size,
                                comity_note_line ret_lines[COMITY_LIMIT_NOTE_SIGNATURES], size_t *ret_count,
                                comity_error *reterr)
{
    parts rest;
    line here;
    size_t count = 0;
    bool found = true;
    COMITY_TRY(take_apart(bytes, size, &rest, reterr));
    for (;;) {
        COMITY_TRY(next_line(&rest, &here, &found, reterr));
        if (!found) {
            break;
        }
        if (count == COMITY_LIMIT_NOTE_SIGNATURES) {
            return too_many(reterr);
        }
        ret_lines[count] = (comity_note_line){.name = here.name, .name_size = here.name_size};
        memcpy(ret_lines[count].id, here.blob, COMITY_KEY_ID_SIZE);
        count++;
    }
    *ret_count = count;
    return COMITY_OK;
}

comity_status comity_note_text_size(const void *bytes, size_t size, size_t *ret_size, comity_error *reterr)
{
    parts whole;
    COMITY_TRY(take_apart(bytes, size, &whole, reterr));
    *ret_size = whole.text_size;
    return COMITY_OK;
}

/* ---- verifying ---- */

/* The message of a cosignature into `buffer`. */
static void put_cosigned(comity_buffer *buffer, uint64_t time, const char *text, size_t size)
{
    comity_buffer_append_text(buffer, COMITY_COSIGNATURE_PREFIX "\ntime ");
    comity_buffer_append_u64(buffer, time);
    comity_buffer_append_byte(buffer, '\n');
    comity_buffer_append(buffer, text, size);
}

/* Room for the two lines before a cosigned text. */
#define COSIGNED_BYTES_MAX (COMITY_LIMIT_NOTE_BYTES + 64)

static comity_status check_cosignature(const comity_verifier *verifier, const char *text, size_t size,
                                       const uint8_t *blob, uint64_t *ret_time, bool *ret_good, comity_error *reterr)
{
    comity_reader reader;
    comity_buffer message;
    const uint8_t *bytes;
    size_t bytes_size;
    uint64_t time = 0;
    comity_reader_init(&reader, blob, COSIGNATURE_SIZE);
    COMITY_TRY(comity_reader_u64_big(&reader, &time, reterr));
    if (time > INT64_MAX) {
        *ret_good = false;
        return COMITY_OK;
    }
    comity_buffer_init(&message, COSIGNED_BYTES_MAX);
    put_cosigned(&message, time, text, size);
    comity_status status = comity_buffer_bytes(&message, &bytes, &bytes_size, reterr);
    if (status == COMITY_OK) {
        *ret_good = comity_verifier_check(verifier, bytes, bytes_size, blob + 8);
        *ret_time = time;
    }
    comity_buffer_free(&message);
    return status;
}

/* A signature by a key that is known: it must be good. */
static comity_status check_signature(const comity_verifier *verifier, const parts *note, const line *here,
                                     uint64_t *ret_time, comity_error *reterr)
{
    const uint8_t *blob = here->blob + COMITY_KEY_ID_SIZE;
    size_t size = here->blob_size - COMITY_KEY_ID_SIZE;
    bool cosigns = verifier->purpose == COMITY_PURPOSE_WITNESS;
    bool good = size == (cosigns ? (size_t)COSIGNATURE_SIZE : (size_t)COMITY_SIGNATURE_SIZE);
    *ret_time = 0;
    COMITY_TRY(comity_purpose_admits(verifier->purpose, verifier->name, verifier->name_size, note->text,
                                     note->text_size, reterr));
    if (good && cosigns) {
        COMITY_TRY(check_cosignature(verifier, note->text, note->text_size, blob, ret_time, &good, reterr));
    } else if (good) {
        good = comity_verifier_check(verifier, (const uint8_t *)note->text, note->text_size, blob);
    }
    if (!good) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "the signature of %s is wrong",
                           comity_quote_bytes(verifier->name, verifier->name_size).text);
    }
    return COMITY_OK;
}

static bool signed_by(const line *here, const comity_verifier *verifier)
{
    return here->name_size == verifier->name_size && memcmp(here->name, verifier->name, here->name_size) == 0 &&
           memcmp(here->blob, verifier->id, sizeof verifier->id) == 0;
}

/* Has this key been counted already, under whatever name? */
static bool counted(const comity_note *note, const comity_verifier *verifiers, const comity_verifier *verifier)
{
    for (uint32_t i = 0; i < note->signature_count; i++) {
        if (comity_verifier_same_key(&verifiers[note->signatures[i].verifier], verifier)) {
            return true;
        }
    }
    return false;
}

/* Of the keys that a line may mean one must have signed: a name and an id can be made to fit another key's, and who has
 * such a key must not spoil what that one has signed. */
static comity_status check_line(const parts *whole, const line *here, const comity_verifier *verifiers,
                                size_t verifier_count, comity_note *note, comity_error *reterr)
{
    comity_error why;
    comity_status wrong = COMITY_OK;
    for (size_t i = 0; i < verifier_count; i++) {
        uint64_t time;
        if (!signed_by(here, &verifiers[i])) {
            continue;
        }
        wrong = check_signature(&verifiers[i], whole, here, &time, &why);
        if (wrong == COMITY_OK) {
            if (!counted(note, verifiers, &verifiers[i])) {
                note->signatures[note->signature_count++] = (comity_note_signature){(uint32_t)i, time};
            }
            break;
        }
    }
    return wrong == COMITY_OK ? COMITY_OK : comity_fail(reterr, wrong, "%s", why.message);
}

/* Nobody known has signed. If nobody among the verifiers may, that says more. */
static comity_status fail_unsigned(const parts *whole, const comity_verifier *verifiers, size_t verifier_count,
                                   comity_error *reterr)
{
    comity_status status = COMITY_ERROR_SIGNATURE;
    for (size_t i = 0; i < verifier_count; i++) {
        status = comity_purpose_admits(verifiers[i].purpose, verifiers[i].name, verifiers[i].name_size, whole->text,
                                       whole->text_size, reterr);
        if (status == COMITY_OK) {
            break;
        }
    }
    if (verifier_count != 0 && status != COMITY_OK) {
        return status;
    }
    return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "not signed by any key that is known");
}

/* Every signature line; the text is given out only if one of them is good. A wrong one is an error, or,
 * where `ret_doubtful` is not NULL, a doubt. */
static comity_status check_lines(const parts *whole, const comity_verifier *verifiers, size_t verifier_count,
                                 comity_note *ret_note, bool *ret_doubtful, comity_error *reterr)
{
    line here;
    comity_note note = {.signature_count = 0};
    bool found = true;
    bool doubtful = false;
    size_t line_count = 0;
    parts rest = *whole;
    for (;;) {
        COMITY_TRY(next_line(&rest, &here, &found, reterr));
        if (!found) {
            break;
        }
        if (line_count++ == COMITY_LIMIT_NOTE_SIGNATURES) {
            return too_many(reterr);
        }
        comity_status status = check_line(whole, &here, verifiers, verifier_count, &note, reterr);
        if (status == COMITY_ERROR_SIGNATURE && ret_doubtful != NULL) {
            doubtful = true;
        } else if (status != COMITY_OK) {
            return status;
        }
    }
    if (note.signature_count != 0) {
        note.text = whole->text;
        note.text_size = whole->text_size;
    }
    if (ret_doubtful != NULL) {
        *ret_doubtful = doubtful;
    }
    *ret_note = note;
    return COMITY_OK;
}

comity_status comity_note_try(const void *bytes, size_t size, const comity_verifier *verifiers, size_t verifier_count,
                              comity_note *ret_note, comity_error *reterr)
{
    parts whole;
    COMITY_TRY(take_apart(bytes, size, &whole, reterr));
    return check_lines(&whole, verifiers, verifier_count, ret_note, NULL, reterr);
}

comity_status comity_note_try_some(const void *bytes, size_t size, const comity_verifier *verifiers,
                                   size_t verifier_count, comity_note *ret_note, bool *ret_doubtful,
                                   comity_error *reterr)
{
    parts whole;
    COMITY_TRY(take_apart(bytes, size, &whole, reterr));
    return check_lines(&whole, verifiers, verifier_count, ret_note, ret_doubtful, reterr);
}

comity_status comity_note_open(const void *bytes, size_t size, const comity_verifier *verifiers, size_t verifier_count,
                               comity_note *ret_note, comity_error *reterr)
{
    parts whole;
    comity_note note;
    COMITY_TRY(take_apart(bytes, size, &whole, reterr));
    COMITY_TRY(check_lines(&whole, verifiers, verifier_count, &note, NULL, reterr));
    if (note.signature_count == 0) {
        return fail_unsigned(&whole, verifiers, verifier_count, reterr);
    }
    *ret_note = note;
    return COMITY_OK;
}

/* ---- signing ---- */

static void put_line(const comity_verifier *verifier, const uint8_t *signature, size_t size, comity_buffer *buffer)
{
    uint8_t blob[COMITY_KEY_ID_SIZE + COSIGNATURE_SIZE];
    char text[COMITY_BASE64_TEXT_SIZE(sizeof blob) + 1];
    assert(size <= COSIGNATURE_SIZE);
    memcpy(blob, verifier->id, COMITY_KEY_ID_SIZE);
    memcpy(blob + COMITY_KEY_ID_SIZE, signature, size);
    comity_base64_write(blob, COMITY_KEY_ID_SIZE + size, text);
    comity_buffer_append_text(buffer, DASH);
    comity_buffer_append(buffer, verifier->name, verifier->name_size);
    comity_buffer_append_byte(buffer, ' ');
    comity_buffer_append_text(buffer, text);
    comity_buffer_append_byte(buffer, '\n');
}

static comity_status may_sign(const comity_verifier *verifier, const char *text, size_t size, comity_error *reterr)
{
    COMITY_TRY(comity_note_text_check(text, size, reterr));
    return comity_purpose_admits(verifier->purpose, verifier->name, verifier->name_size, text, size, reterr);
}

comity_status comity_note_sign(const comity_signer *signer, const char *text, size_t size, comity_buffer *buffer,
                               comity_error *reterr)
{
    const comity_verifier *verifier = comity_signer_verifier(signer);
    uint8_t signature[COMITY_SIGNATURE_SIZE];
    if (verifier->purpose == COMITY_PURPOSE_WITNESS) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "the key of %s is a witness's, which signs with a time",
                           comity_quote_bytes(verifier->name, verifier->name_size).text);
    }
    COMITY_TRY(may_sign(verifier, text, size, reterr));
    comity_signer_sign(signer, (const uint8_t *)text, size, signature);
    put_line(verifier, signature, sizeof signature, buffer);
    return COMITY_OK;
}

comity_status comity_note_cosign(const comity_signer *signer, const char *text, size_t size, uint64_t time,
                                 comity_buffer *buffer, comity_error *reterr)
{
    const comity_verifier *verifier = comity_signer_verifier(signer);
    uint8_t blob[COSIGNATURE_SIZE];
    comity_writer writer;
    comity_buffer message;
    const uint8_t *bytes;
    size_t bytes_size;
    if (verifier->purpose != COMITY_PURPOSE_WITNESS) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "the key of %s is no witness's, but only a witness cosigns",
                           comity_quote_bytes(verifier->name, verifier->name_size).text);
    }
    if (time > INT64_MAX) {
        return comity_fail(reterr, COMITY_ERROR_RANGE, "a time of 2 to the 63 seconds and more");
    }
    COMITY_TRY(may_sign(verifier, text, size, reterr));
    comity_writer_init(&writer, blob, sizeof blob);
    COMITY_TRY(comity_writer_u64_big(&writer, time, reterr));
    comity_buffer_init(&message, COSIGNED_BYTES_MAX);
    put_cosigned(&message, time, text, size);
    comity_status status = comity_buffer_bytes(&message, &bytes, &bytes_size, reterr);
    if (status == COMITY_OK) {
        comity_signer_sign(signer, bytes, bytes_size, blob + 8);
        put_line(verifier, blob, sizeof blob, buffer);
    }
    comity_buffer_free(&message);
    return status;
}

comity_status comity_note_countersign(const comity_signer *signer, const void *bytes, size_t size,
                                      comity_buffer *buffer, comity_error *reterr)
{
    parts whole;
    line here;
    bool found = true;
    size_t count = 0;
    COMITY_TRY(take_apart(bytes, size, &whole, reterr));
    COMITY_TRY(may_sign(comity_signer_verifier(signer), whole.text, whole.text_size, reterr));
    parts rest = whole;
    comity_buffer_append(buffer, whole.text, whole.text_size);
    comity_buffer_append_byte(buffer, '\n');
    for (;;) {
        COMITY_TRY(next_line(&rest, &here, &found, reterr));
        if (!found) {
            break;
        }
        if (!signed_by(&here, comity_signer_verifier(signer))) {
            comity_buffer_append(buffer, here.begin, here.size);
            count++;
        }
    }
    if (count >= COMITY_LIMIT_NOTE_SIGNATURES) {
        return too_many(reterr);
    }
    return comity_note_sign(signer, whole.text, whole.text_size, buffer, reterr);
}
