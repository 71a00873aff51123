/* Keys for the tests of papers, and texts that name them.
 *
 * In a text `@a` to `@z` stand for the public key of the paper key whose seed
 * begins with that letter and whose name is `a.example`; `@A` to `@Z` for that
 * of the log `A.log`. */
#ifndef COMITY_TESTS_PAPER_KEYS_H
#define COMITY_TESTS_PAPER_KEYS_H

#include "base/buffer.h"
#include "note/key.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Freed by the caller. */
static inline comity_signer *paper_signer(char letter)
{
    uint8_t seed[COMITY_SEED_SIZE] = {(uint8_t)letter};
    bool is_log = isupper((unsigned char)letter) != 0;
    char name[12];
    comity_signer *signer = NULL;
    int size = snprintf(name, sizeof name, is_log ? "%c.log" : "%c.example", letter);
    if (comity_signer_from_seed(name, (size_t)size, is_log ? COMITY_PURPOSE_LOG : COMITY_PURPOSE_PAPER, seed, &signer,
                                NULL) != COMITY_OK) {
        abort();
    }
    return signer;
}

static inline void paper_put_key(char letter, comity_buffer *buffer)
{
    char text[COMITY_VERIFIER_TEXT_SIZE];
    comity_signer *signer = paper_signer(letter);
    comity_verifier_print(comity_signer_verifier(signer), text);
    comity_buffer_append_text(buffer, text);
    comity_signer_free(signer);
}

/* The text with its keys, with a NUL behind that `ret_size` does not count; to be freed. */
static inline char *paper_expand(const char *text, size_t size, size_t *ret_size)
{
    comity_buffer buffer;
    comity_buffer_init(&buffer, (size_t)16 << 20);
    for (size_t i = 0; i < size; i++) {
        bool is_key = text[i] == '@' && i + 1 < size && isalpha((unsigned char)text[i + 1]) &&
                      (i + 2 == size || !isalnum((unsigned char)text[i + 2]));
        if (is_key) {
            paper_put_key(text[++i], &buffer);
        } else {
            comity_buffer_append_byte(&buffer, (uint8_t)text[i]);
        }
    }
    *ret_size = buffer.size;
    comity_buffer_append_byte(&buffer, 0);
    return (char *)buffer.bytes;
}

#endif
