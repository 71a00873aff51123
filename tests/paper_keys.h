/* Keys for the tests of papers, and texts that name them.
 *
 * In a text `@a` to `@z` stand for the public key of the paper key whose seed
 * begins with that letter and whose name is `a.example`; `@A` to `@Z` for that
 * of the log `A.log`. `@1` and `@2` are twins: two paper keys of one name and one
 * id, which took seconds to find; `@3` is `@a` under the name `other.example`. */
#ifndef COMITY_TESTS_PAPER_KEYS_H
#define COMITY_TESTS_PAPER_KEYS_H

#include "base/buffer.h"
#include "note/key.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keys whose name does not follow from their letter. */
static const struct {
    const char *name;
    uint8_t seed[4];
} paper_named_keys[] = {
    {"twin.example", {0x04, 0x81, 0x00, 't'}},
    {"twin.example", {0xf8, 0x37, 0x02, 't'}},
    {"other.example", {'a'}},
};

static inline bool paper_is_key(char letter)
{
    return isalpha((unsigned char)letter) != 0 || (letter >= '1' && letter <= '3');
}

/* Freed by the caller. */
static inline comity_signer *paper_signer(char letter)
{
    uint8_t seed[COMITY_SEED_SIZE] = {(uint8_t)letter};
    bool is_log = isupper((unsigned char)letter) != 0;
    char made[12];
    const char *name = made;
    comity_signer *signer = NULL;
    (void)snprintf(made, sizeof made, is_log ? "%c.log" : "%c.example", letter);
    if (letter >= '1' && letter <= '3') {
        name = paper_named_keys[letter - '1'].name;
        memcpy(seed, paper_named_keys[letter - '1'].seed, sizeof paper_named_keys[0].seed);
    }
    if (comity_signer_from_seed(name, strlen(name), is_log ? COMITY_PURPOSE_LOG : COMITY_PURPOSE_PAPER, seed, &signer,
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
        bool is_key = text[i] == '@' && i + 1 < size && paper_is_key(text[i + 1]) &&
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
