/* What stands in a value's place. */
#ifndef COMITY_INSPECT_MASK_VALUE_H
#define COMITY_INSPECT_MASK_VALUE_H

#include "base/buffer.h"
#include "inspect/form.h"
#include "inspect/mask_key.h"
#include "inspect/mask_policy.h"

/* A value and where it stands; borrowed for the call. */
typedef struct comity_mask_value {
    const uint8_t *text; /* as it stands in the part, escapes and all */
    size_t text_size;
    const uint8_t *raw; /* the raw bytes that a token brings back */
    size_t raw_size;
    comity_form_syntax syntax;
    bool is_bare;          /* a number of JSON outside of any string: what stands in its place must be JSON */
    bool is_whole;         /* a value in base64, of which `text` says nothing: all of it is replaced */
    size_t room;           /* characters that it must have exactly; 0: any number */
    const uint8_t *digest; /* 16 bytes */
} comity_mask_value;

/* Appends what stands in its place to `text`: ASCII without quotes, delimiters,
 * angle brackets, ampersands, per cent and equals signs but for the quotes around what is bare, so that
 * it needs no escape anywhere. Not for KEEP and REFUSE.
 * COMITY_ERROR_RANGE if it does not fit the room. */
COMITY_MUST_USE comity_status comity_mask_value_write(const comity_mask_rule *rule, comity_mask_key *key,
                                                      const comity_mask_value *value, comity_buffer *text,
                                                      comity_error *reterr);

/* A token: this, letters from a to p, two a byte sealed, and "~". The first byte under
 * the seal is zero. That of a bare number has quotes around, and its own beginning. */
#define COMITY_MASK_BEGIN_TOKEN "ctok-"
#define COMITY_MASK_BEGIN_BARE "ctokq-"
#define COMITY_MASK_TOKEN_END '~'
/* A digest: this, and 32 letters from a to p. */
#define COMITY_MASK_BEGIN_DIGEST "cdig-"
/* Raw bytes in one token. */
#define COMITY_MASK_TOKEN_BYTES_MAX ((size_t)1 << 20)

#endif
