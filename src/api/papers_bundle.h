/* Papers at hand as one run of bytes, by whose SHA-256 records name them: the
 * trust file, every paper and every revocation, in the order they were given.
 *
 *     comity papers 1
 *     trust SIZE NAME        SIZE bytes follow, and a newline
 *     paper SIZE NAME        likewise; any number
 *     revocation SIZE INDEX  likewise; any number
 *
 * The same bundle under the same law gives the same papers. */
#ifndef COMITY_API_PAPERS_BUNDLE_H
#define COMITY_API_PAPERS_BUNDLE_H

#include "api/handles.h"

/* All papers that one may have at hand, and a little. */
#define COMITY_PAPERS_BUNDLE_BYTES ((size_t)1 << 30)

/* Appends one item; the first is the trust file. In a name, newlines become '?'. */
void comity_papers_bundle_add(comity_buffer *bundle, const char *word, const char *name, const void *bytes, size_t size);

/* The papers of a bundle, settled. COMITY_ERROR_SYNTAX if it is none. */
COMITY_MUST_USE comity_status comity_papers_bundle_open(const comity_law *law, const void *bytes, size_t size,
                                                        comity_papers **ret_papers, comity_error *reterr);

#endif
