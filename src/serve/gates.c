/* Acts with placeholders. Text to pieces once; pieces and headers to an act. A
 * header's value is always written as one JSON string, so that it can say what a
 * string can and nothing else. */
#include "serve/gates.h"

#include "base/json.h"
#include "base/quote.h"
#include "base/utf8.h"

#include <string.h>

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
static const char name_prefix[] = "comity-";

/* Is the string token a placeholder? Then its header's name. */
static comity_status placeholder(const char *raw, size_t size, comity_arena *arena, const char **ret_header,
                                 comity_error *reterr)
{
    char *header;
    *ret_header = NULL;
    if (size < 4 || memcmp(raw, "\"${", 3) != 0) {
        return COMITY_OK;
    }
    size_t name_size = size - 5;
    if (size < 6 || memcmp(raw + size - 2, "}\"", 2) != 0 || name_size <= sizeof name_prefix - 1 ||
        memcmp(raw + 3, name_prefix, sizeof name_prefix - 1) != 0 || name_size > COMITY_LIMIT_SERVE_NAME_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s: a placeholder is \"${comity-NAME}\" and a whole string",
                           comity_quote_bytes(raw, size).text);
    }
    COMITY_TRY(comity_arena_copy(arena, raw + 3, name_size, &header, reterr));
    if (strspn(header, name_characters) != name_size) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "%s: a placeholder's name is of small letters, digits and hyphens",
                           comity_quote_bytes(raw, size).text);
    }
    *ret_header = header;
    return COMITY_OK;
}

static comity_status add_piece(comity_gate *gate, const char *text, size_t size, const char *header, comity_error *reterr)
{
    if (header != NULL && gate->piece_count == COMITY_LIMIT_SERVE_PLACEHOLDERS) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "more than %d placeholders", COMITY_LIMIT_SERVE_PLACEHOLDERS);
    }
    gate->pieces[gate->piece_count++] = (comity_gate_piece){text, size, header};
    return COMITY_OK;
}

static comity_status read_pieces(const char *text, size_t size, comity_arena *arena, comity_gate *gate,
                                 comity_error *reterr)
{
    comity_json json;
    comity_json_token token;
    size_t begin = 0;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH);
    comity_json_feed(&json, text, size, true);
    do {
        const char *header = NULL;
        COMITY_TRY(comity_json_next(&json, &token, reterr));
        if (token.depth == 0 && token.kind != COMITY_JSON_OBJECT_BEGIN && token.kind != COMITY_JSON_OBJECT_END &&
            token.kind != COMITY_JSON_NONE) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "an act is an object, found %s",
                               comity_json_kind_name((comity_json_kind)token.kind));
        }
        if (token.kind == COMITY_JSON_STRING) {
            COMITY_TRY(placeholder(text + token.begin, (size_t)(token.end - token.begin), arena, &header, reterr));
        }
        if (header != NULL) {
            COMITY_TRY(add_piece(gate, text + begin, (size_t)token.begin - begin, header, reterr));
            begin = (size_t)token.end;
        }
    } while (token.kind != COMITY_JSON_NONE);
    return add_piece(gate, text + begin, size - begin, NULL, reterr);
}

comity_status comity_gate_read(const char *name, const char *text, size_t size, comity_arena *arena,
                               comity_gate *ret_gate, comity_error *reterr)
{
    comity_gate gate = {.name = name};
    char *copy;
    COMITY_TRY(comity_arena_copy(arena, text, size, &copy, reterr));
    COMITY_TRY(read_pieces(copy, size, arena, &gate, reterr));
    *ret_gate = gate;
    return COMITY_OK;
}

comity_status comity_gate_fill(const comity_gate *gate, comity_header_source *source, void *context,
                               comity_buffer *buffer, comity_error *reterr)
{
    for (size_t i = 0; i < gate->piece_count; i++) {
        const comity_gate_piece *piece = &gate->pieces[i];
        comity_buffer_append(buffer, piece->text, piece->text_size);
        if (piece->header == NULL) {
            continue;
        }
        const char *value = source(context, piece->header);
        size_t size = value == NULL ? 0 : strlen(value);
        if (size == 0 || size > COMITY_LIMIT_SERVE_HEADER_BYTES || comity_utf8_check(value, size) != size) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the header %s is %s", piece->header,
                               size == 0 ? "missing" : "too long, or no UTF-8");
        }
        comity_buffer_append_json_string(buffer, value, size);
    }
    return COMITY_OK;
}
