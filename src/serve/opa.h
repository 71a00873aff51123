/* Requests of those who speak to an Open Policy Agent: {"input": ACT}. */
#ifndef COMITY_SERVE_OPA_H
#define COMITY_SERVE_OPA_H

#include "base/error.h"

/* The value of `input`: the span of its bytes. COMITY_ERROR_SYNTAX if the text is no object with one such member. */
COMITY_MUST_USE comity_status comity_opa_input(const char *text, size_t size, size_t *ret_begin, size_t *ret_end,
                                               comity_error *reterr);

#endif
