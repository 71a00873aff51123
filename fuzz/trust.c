/* Hostile trust files, and papers under them. What is read holds together; and
 * papers signed by keys the fuzzer knows, of which the input says who gives
 * them, are settled without harm: what counts was signed by somebody the file
 * names. Input: a trust file, a NUL, and texts of papers with a NUL between; in
 * both `@a` to `@d` stand for keys. */
#include "note/note.h"
#include "paper/shelf.h"

#include "../tests/paper_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PAPERS_MAX = 12, SIGNERS = 4 };

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_trust(const comity_trust *trust)
{
    uint32_t keys = 0;
    for (uint32_t i = 0; i < trust->principal_count; i++) {
        const comity_trust_principal *principal = &trust->principals[i];
        must(principal->key_count > 0 && principal->first_key == keys);
        must(principal->delegates <= COMITY_LIMIT_DELEGATION_DEPTH);
        must(principal->first_grant + principal->grant_count <= trust->grant_count);
        keys += principal->key_count;
        for (uint32_t j = principal->first_key; j < keys; j++) {
            must(trust->keys[j].principal == i && trust->keys[j].from <= trust->keys[j].until);
        }
    }
    must(keys == trust->key_count);
}

/* The text signed by the keys its first byte says, which is no part of it. */
static void add_signed(comity_shelf *shelf, comity_signer *const signers[SIGNERS], const char *text, size_t size)
{
    comity_buffer note;
    bool done = false;
    comity_buffer_init(&note, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append(&note, text + 1, size - 1);
    comity_buffer_append_byte(&note, '\n');
    for (int i = 0; i < SIGNERS; i++) {
        if (text[0] >> i & 1) {
            done |= comity_note_sign(signers[i], text + 1, size - 1, &note, NULL) == COMITY_OK;
        }
    }
    must(comity_shelf_add(shelf, "paper", done ? (const void *)note.bytes : text, done ? note.size : size, NULL) ==
         COMITY_OK);
    comity_buffer_free(&note);
}

static void add_papers(comity_shelf *shelf, comity_signer *const signers[SIGNERS], const char *at, const char *end)
{
    for (unsigned i = 0; i < PAPERS_MAX && at < end; i++) {
        const char *stop = memchr(at, '\0', (size_t)(end - at));
        stop = stop == NULL ? end : stop;
        if (stop > at) {
            add_signed(shelf, signers, at, (size_t)(stop - at));
        }
        at = stop == end ? end : stop + 1;
    }
}

static void settle(const comity_trust *trust, comity_signer *const signers[SIGNERS], const char *papers, size_t size)
{
    static const char *const kinds[] = {"permission", "certification"};
    static const comity_paper_authority authorities[] = {{"XA.DPC", "XA", kinds, 1}, {"XB.DPC", "XB", kinds, 2}};
    comity_shelf *shelf = NULL;
    must(comity_shelf_new(trust, authorities, 2, &shelf, NULL) == COMITY_OK);
    add_papers(shelf, signers, papers, papers + size);
    must(comity_shelf_settle(shelf, NULL) == COMITY_OK);
    for (size_t i = 0; i < comity_shelf_count(shelf); i++) {
        const comity_shelf_paper *told = comity_shelf_at(shelf, i);
        must((told->status == COMITY_OK) == (told->message[0] == '\0'));
        for (size_t j = 0; told->status == COMITY_OK && j < told->paper->count[COMITY_FIELD_BY]; j++) {
            const comity_paper_value *by = comity_paper_get(told->paper, COMITY_FIELD_BY, j);
            must(comity_trust_find(trust, by->text, by->size) != NULL);
        }
    }
    comity_shelf_free(shelf);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static comity_signer *signers[SIGNERS];
    comity_trust trust;
    comity_error error = {.message = ""};
    size_t whole_size = 0;
    for (int i = 0; i < SIGNERS && signers[i] == NULL; i++) {
        signers[i] = paper_signer((char)('a' + i));
    }
    char *whole = paper_expand((const char *)bytes, size > 20000 ? 20000 : size, &whole_size);
    size_t trust_size = strlen(whole);
    if (comity_trust_read("trust", whole, trust_size, &trust, &error) == COMITY_OK) {
        check_trust(&trust);
        if (trust_size < whole_size) {
            settle(&trust, signers, whole + trust_size + 1, whole_size - trust_size - 1);
        }
        comity_trust_free(&trust);
    } else {
        must(error.message[0] != '\0');
    }
    free(whole);
    return 0;
}
