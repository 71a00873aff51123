/* A request as OPA's data interface takes it in; where the act stands in it out. */
#include "serve/opa.h"

#include "base/json.h"
#include "base/limits.h"

#include <stdbool.h>

comity_status comity_opa_input(const char *text, size_t size, size_t *ret_begin, size_t *ret_end, comity_error *reterr)
{
    comity_json json;
    comity_json_token token;
    bool is_next = false;
    size_t found = 0;
    size_t begin = 0;
    size_t end = 0;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH + 1);
    comity_json_feed(&json, text, size, true);
    do {
        COMITY_TRY(comity_json_next(&json, &token, reterr));
        if (token.depth != 1 || token.kind == COMITY_JSON_NONE) {
            continue;
        }
        if (token.kind == COMITY_JSON_KEY) {
            is_next = comity_json_says(text + token.begin, (size_t)(token.end - token.begin), "input", 5);
        } else if (is_next) {
            bool closes = token.kind == COMITY_JSON_OBJECT_END || token.kind == COMITY_JSON_ARRAY_END;
            begin = closes ? begin : (size_t)token.begin;
            end = (size_t)token.end;
            found += closes ? 0 : 1;
        }
    } while (token.kind != COMITY_JSON_NONE);
    if (found != 1) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "expected an object with one member \"input\", which is an act");
    }
    *ret_begin = begin;
    *ret_end = end;
    return COMITY_OK;
}
