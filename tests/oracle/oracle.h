/* A second opinion: judges acts straight from the syntax tree of law files, one
 * rule after the other, with nothing compiled. Slow and obvious; it shares the
 * parser and the base layer with the judge, and nothing else: acts are read
 * with yajl. docs/law-language.md and the contract say what it must answer. */
#ifndef COMITY_TESTS_ORACLE_ORACLE_H
#define COMITY_TESTS_ORACLE_ORACLE_H

#include "base/error.h"
#include "law/compile/tree.h"

/* Kleene's three values, so ordered that `and` is the smaller and `or` the larger. */
typedef enum oracle_truth { ORACLE_NO, ORACLE_UNKNOWN, ORACLE_YES } oracle_truth;

/* "no", "unknown", "yes" */
const char *oracle_truth_name(oracle_truth truth);

/* A law file's text. Both strings are the caller's and must outlive the oracle. */
typedef struct oracle_source {
    const char *path;
    const char *text;
    size_t size;
} oracle_source;

/* Law, parsed, its names bound. One thread at a time. Everything it hands out
 * lives as long as it does. */
typedef struct oracle_world oracle_world;

/* The law must be valid; COMITY_ERROR_SYNTAX if it cannot be parsed. */
comity_status oracle_new(const oracle_source *sources, size_t source_count, oracle_world **ret_oracle,
                         comity_error *reterr) COMITY_MUST_USE;

/* NULL is allowed. */
void oracle_free(oracle_world *oracle);

/* The parsed files, for those who make acts from the law's own words. */
const comity_law_file *oracle_files(const oracle_world *oracle, size_t *ret_count);

/* From now on this soft agreement binds. */
comity_status oracle_adopt(oracle_world *oracle, const char *agreement, comity_error *reterr) COMITY_MUST_USE;

/* What became of one rule. */
typedef struct oracle_finding {
    const comity_rule *rule;
    oracle_truth applies;    /* after what lifts it */
    const char *lifted_by;   /* the first lifter by name, or NULL; then it does not apply */
    bool has_need;
    oracle_truth met;        /* where has_need */
    int32_t by;              /* of a duty: the last day on which it can be done in time, or COMITY_NO_DATE */
} oracle_finding;

/* Lives in the oracle until the next act. */
typedef struct oracle_judgement {
    comity_verdict verdict;
    const oracle_finding *findings; /* rules of the laws considered that apply, may apply or are lifted; by name */
    size_t finding_count;
    const char **touched;           /* by bytes */
    size_t touched_count;
    const char **uncovered;         /* by bytes */
    size_t uncovered_count;
} oracle_judgement;

/* Judges a valid act: JSON, NUL-terminated, with its `on`. An act that is not
 * valid is told as an error where that is easily seen, but not always. */
comity_status oracle_judge(oracle_world *oracle, const char *json, oracle_judgement *ret_judgement,
                           comity_error *reterr) COMITY_MUST_USE;

#endif
