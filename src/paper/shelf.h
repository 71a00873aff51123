/* The papers that are at hand, and which of them count.
 *
 * A shelf takes signed notes, then settles which are papers signed by those who
 * may: by the law's authorities as far as the law lets them (a table, handed
 * in), with keys of the trust file, or of those to whom its principals have
 * delegated in papers on the same shelf; and which have been revoked. Nothing is
 * read from a note before a signature on it has been found good. Neither the
 * order of papers nor that of signatures matters.
 *
 * Whether a paper is in force on a day, and whether its scope holds an act, is
 * judged with the act. */
#ifndef COMITY_PAPER_SHELF_H
#define COMITY_PAPER_SHELF_H

#include "paper/paper.h"
#include "paper/trust.h"

/* An authority of the law, and the kinds of paper it may grant. */
typedef struct comity_paper_authority {
    const char *name;
    const char *law; /* the code of the law file that declares it */
    const char *const *kinds;
    size_t kind_count;
} comity_paper_authority;

#define COMITY_PAPER_NO_INDEX UINT64_MAX

/* What became of one paper. */
typedef struct comity_shelf_paper {
    const char *name;          /* for messages: its file */
    uint64_t index;            /* in the log, or COMITY_PAPER_NO_INDEX */
    comity_status status;      /* COMITY_OK: it counts */
    const char *message;       /* why not; "" if it counts */
    const comity_paper *paper; /* NULL if it is none, or its signature was not found good */
    int32_t until;             /* the last day on which it counts, revocations considered; or COMITY_PAPER_NO_DATE */
} comity_shelf_paper;

/* Owns copies of its papers. One thread until it is settled; immutable then, and
 * shared by threads. */
typedef struct comity_shelf comity_shelf;

/* Trust and authorities are borrowed and must outlive the shelf. */
COMITY_MUST_USE comity_status comity_shelf_new(const comity_trust *trust, const comity_paper_authority *authorities,
                                               size_t authority_count, comity_shelf **ret_shelf, comity_error *reterr);

/* NULL is allowed. */
void comity_shelf_free(comity_shelf *shelf);

/* Puts a note on the shelf; name and bytes are copied. COMITY_ERROR_LIMIT if there are too many. */
COMITY_MUST_USE comity_status comity_shelf_add(comity_shelf *shelf, const char *name, const void *bytes, size_t size,
                                               comity_error *reterr);

/* Puts a log's revocations on the shelf. They must be verified entries of the
 * log, of which this module knows nothing. COMITY_ERROR_ARGUMENT if their
 * indices do not rise. */
COMITY_MUST_USE comity_status comity_shelf_revoke(comity_shelf *shelf, const comity_paper_revocations *revocations,
                                                  comity_error *reterr);

/* Verifies and reads all, once. Fails only for want of memory; what becomes of
 * each paper stands in comity_shelf_at. */
COMITY_MUST_USE comity_status comity_shelf_settle(comity_shelf *shelf, comity_error *reterr);

/* In the order in which they were added; live as long as the shelf. */
size_t comity_shelf_count(const comity_shelf *shelf);
const comity_shelf_paper *comity_shelf_at(const comity_shelf *shelf, size_t index);

#endif
