/* Reading an act: the cursor over its tokens, and the room its parts go to; for
 * the files of this folder only. */
#ifndef COMITY_ACT_READER_H
#define COMITY_ACT_READER_H

#include "act/act.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/near.h"
#include "law/lately.h"

#include <string.h>

/* One step of the path to a value: a member's name, or a place in a list. */
typedef struct comity_path_step {
    const char *name; /* NULL: a place in a list */
    uint32_t size;
    uint32_t index;
} comity_path_step;

/* The canonical form at most. Behind it there is room for one piece more: the longest
 * text with each byte escaped, what stands around it, and a comma for each item of a list. */
#define COMITY_ACT_CANONICAL_BYTES (COMITY_LIMIT_ACT_BYTES * 2)
#define COMITY_ACT_PIECE_BYTES ((size_t)COMITY_LIMIT_ACT_TEXT_BYTES * 6 + COMITY_LIMIT_ACT_PLACES + 1024)

/* The kinds of object an act is made of. */
typedef enum comity_object {
    COMITY_OBJECT_ACT,
    COMITY_OBJECT_PARTY,
    COMITY_OBJECT_DATA,
    COMITY_OBJECT_RECEIPT,
    COMITY_OBJECT_DEMAND,
    COMITY_OBJECT_PAPER,
    COMITY_OBJECT_SCOPE,
    COMITY_OBJECT_RANGE,
    COMITY_OBJECT_LAST
} comity_object;

enum { COMITY_FIELDS_MAX = 15, COMITY_FIELD_BYTES = 16, COMITY_FIELD_SLOTS = 64 };

/* The fields of a kind of object by their names, for finding one without trying each:
 * built when the first such object is read. */
typedef struct comity_field_table {
    uint64_t names[COMITY_FIELDS_MAX + 1][2]; /* zeros behind; last a name that nothing has */
    uint8_t slots[COMITY_FIELD_SLOTS];        /* the field whose hash this is */
    bool is_built;
} comity_field_table;

struct comity_act_memory {
    /* the cursor */
    const comity_image *image;
    const char *json;
    size_t json_size;
    const comity_json_token *at; /* the next token */
    size_t token_count;
    comity_path_step path[COMITY_LIMIT_JSON_DEPTH];
    size_t path_depth;
    comity_error *reterr;
    comity_field_table fields[COMITY_OBJECT_LAST];
    /* the act and its parts */
    comity_act act;
    uint32_t place_count, number_count, slice_count, owner_depth;
    bool lightly; /* places read now are touched only as transit or by an owner */
    comity_node nodes[COMITY_LIMIT_ACT_NODES];
    comity_place_ref places[COMITY_LIMIT_ACT_PLACES + COMITY_LIMIT_ACT_SIGNED_VALUES];
    comity_received received[COMITY_LIMIT_ACT_RECEIVED];
    comity_paper_held papers[COMITY_LIMIT_ACT_PAPERS + COMITY_LIMIT_ACT_SIGNED];
    comity_count_given counts[COMITY_LIMIT_ACT_COUNTS];
    uint32_t numbers[COMITY_LIMIT_ACT_NUMBERS + COMITY_LIMIT_ACT_SIGNED_VALUES];
    comity_slice slices[COMITY_LIMIT_ACT_SLICES + COMITY_LIMIT_ACT_SIGNED_VALUES];
    comity_touched touched[COMITY_LIMIT_ACT_TOUCHED];
    comity_fact_basis fact_bases[COMITY_LIMIT_ACT_BASES];
    uint16_t traits[COMITY_SIEVE_LAST * COMITY_SET_BITS];
    comity_lately lately;
    char word[COMITY_LIMIT_ACT_TEXT_BYTES + 8]; /* a string with its escapes read */
    comity_json_token tokens[COMITY_LIMIT_ACT_TOKENS];
    uint8_t canonical[COMITY_ACT_CANONICAL_BYTES + COMITY_ACT_PIECE_BYTES];
    uint8_t sorting[COMITY_ACT_CANONICAL_BYTES + COMITY_ACT_PIECE_BYTES];
};


/* A member of an object: its name, and how it is read into `into`. */
typedef struct comity_field {
    const char *name;
    uint32_t size;
    comity_status (*read)(comity_act_memory *reader, void *into);
} comity_field;

#define COMITY_FIELD(name, read) {name, sizeof(name) - 1, read}

/* traits.c: draws together what the judge asks first, when all else is read. */
void comity_read_traits(comity_act_memory *reader);

/* Fails with the path before the message. */
comity_status comity_read_fail(comity_act_memory *reader, comity_status code, const char *format, ...)
    COMITY_PRINTF(3, 4) COMITY_COLD;

static inline const comity_json_token *comity_read_peek(const comity_act_memory *reader)
{
    return reader->at;
}

comity_status comity_read_expected(comity_act_memory *reader, const char *expected) COMITY_COLD;

/* A token's bytes, quotes included. */
static inline const char *comity_read_text(const comity_act_memory *reader, const comity_json_token *token)
{
    return reader->json + token->begin;
}

static inline size_t comity_read_size(const comity_json_token *token)
{
    return (size_t)(token->end - token->begin);
}

/* An object with these fields, at most COMITY_FIELDS_MAX, each given at most once;
 * `seen` gets a bit a field. `object` is what kind of object has these fields. */
comity_status comity_read_object(comity_act_memory *reader, comity_object object, const comity_field *fields,
                                 size_t field_count, void *into, uint64_t *ret_seen);

/* A list, or a single value standing for a list of one: calls `read` for each
 * item. `ret_known` says whether it ended in "..."; NULL where that is not allowed. */
comity_status comity_read_list(comity_act_memory *reader, comity_status (*read)(comity_act_memory *reader, void *into), void *into,
                               comity_known *ret_known);

/* A string's bytes without escapes; good until the next string is read. */
comity_status comity_read_word(comity_act_memory *reader, const char *expected, const char **ret_text, size_t *ret_size);
/* A string left where it stands. */
comity_status comity_read_slice(comity_act_memory *reader, const char *expected, comity_slice *ret_slice);
comity_status comity_read_date(comity_act_memory *reader, int32_t *ret_date);
comity_status comity_read_whole(comity_act_memory *reader, uint64_t *ret_number);
/* A number, or {"min", "max"}. */
comity_status comity_read_range(comity_act_memory *reader, comity_range *ret_range);
comity_status comity_read_name(comity_act_memory *reader, comity_class class_of, uint32_t *ret_name);
/* The number of a name, or COMITY_IMAGE_NONE. */
static inline uint32_t comity_read_find(comity_act_memory *reader, comity_class class_of, const char *text, size_t size)
{
    return comity_lately_find(&reader->lately, reader->image, class_of, text, size);
}
/* Fails saying that the name just read is none of the class, and which is near. */
comity_status comity_read_name_unknown(comity_act_memory *reader, comity_class class_of, const char *text,
                                       size_t size) COMITY_COLD;
/* A list of names into a set. */
comity_status comity_read_set(comity_act_memory *reader, comity_class class_of, comity_set *ret_set, comity_known *ret_known);
comity_status comity_read_place(comity_act_memory *reader, bool unions_too, comity_place_ref *ret_place);
comity_status comity_read_places(comity_act_memory *reader, bool unions_too, comity_list *ret_list);
/* The same for a list that is always complete: "..." is no state. */
comity_status comity_read_places_complete(comity_act_memory *reader, comity_list *ret_list);
/* Is this token the "..." of a list that is not complete? */
static inline bool comity_read_is_dots(const comity_act_memory *reader, const comity_json_token *token)
{
    return token->kind == COMITY_JSON_STRING && token->end - token->begin == 5 &&
           memcmp(reader->json + token->begin, "\"...\"", 5) == 0;
}

comity_status comity_read_party(comity_act_memory *reader, uint32_t node);
/* A party of whom nothing is said. */
void comity_read_party_clear(comity_act_memory *reader, uint32_t node);
comity_status comity_read_paper(comity_act_memory *reader, void *into);
comity_status comity_read_data(comity_act_memory *reader, void *into);
comity_status comity_read_demand(comity_act_memory *reader, void *into);
/* When the whole act is read: what of the demand is not said may be anything. */
void comity_read_demand_settle(comity_act *act);
comity_status comity_read_counts(comity_act_memory *reader, void *into);
comity_status comity_read_bases(comity_act_memory *reader, void *into);

#endif
