/* How a program finds personal data in a stream, and passes on a masked copy: with
 * libcomity, without the command.
 *
 *     cc inspect.c $(pkg-config --cflags --libs comity) -o inspect
 *     ./inspect <customers.csv >masked.csv
 *
 * Bytes are read as they come, in pieces of any size. What was found is told on standard
 * error: what, where and how sure, and never the value. It exits 0 if all was passed on. */
#include <comity.h>

#include <stdio.h>
#include <string.h>

static const char policy[] = "level 75\n"
                             "default mask\n"
                             "category email remove\n";

/* Called from within comity_inspect_feed and _finish; what it is given is good until it returns. */
static void tell(void *context, const comity_found *found)
{
    const comity_rules *rules = context;
    comity_type_about about;
    if (comity_rules_type(rules, found->seen[0].type, &about, NULL) == COMITY_OK) {
        (void)fprintf(stderr, "line %llu: %s, %u of 100\n", (unsigned long long)found->line, about.title,
                      (unsigned)found->seen[0].confidence);
    }
}

static comity_status pass_on(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    (void)reterr;
    return fwrite(bytes, 1, size, context) == size ? COMITY_OK : COMITY_ERROR_SYSTEM;
}

/* Hands each piece to both: one tells, the other copies. */
static comity_status stream(comity_inspection *inspection, comity_copy *copy, comity_error *reterr)
{
    char piece[4096];
    size_t size;
    comity_status status = comity_inspect_begin(inspection, NULL, reterr);
    status = status == COMITY_OK ? comity_copy_begin(copy, NULL, reterr) : status;
    while (status == COMITY_OK && (size = fread(piece, 1, sizeof piece, stdin)) != 0) {
        status = comity_inspect_feed(inspection, piece, size, reterr);
        status = status == COMITY_OK ? comity_copy_feed(copy, piece, size, reterr) : status;
    }
    status = status == COMITY_OK ? comity_inspect_finish(inspection, reterr) : status;
    return status == COMITY_OK ? comity_copy_finish(copy, reterr) : status;
}

int main(void)
{
    comity_rules *rules = NULL;
    comity_masking *masking = NULL;
    comity_inspection *inspection = NULL;
    comity_copy *copy = NULL;
    comity_error error;
    bool exact;
    comity_status status = comity_rules_open(&rules, &error);
    if (status == COMITY_OK) {
        status = comity_masking_new(rules, "policy", policy, strlen(policy), NULL, 0, &masking, &error);
    }
    if (status == COMITY_OK) {
        comity_inspect_options options = {0};
        status = comity_inspection_new(rules, &options, tell, rules, &inspection, &error);
    }
    if (status == COMITY_OK) {
        status = comity_copy_new(masking, 0, pass_on, stdout, &copy, &error);
    }
    status = status == COMITY_OK ? stream(inspection, copy, &error) : status;
    if (status != COMITY_OK) {
        (void)fprintf(stderr, "%s\n", error.message);
    } else {
        (void)fprintf(stderr, "%llu persons\n", (unsigned long long)comity_inspect_persons(inspection, &exact));
    }
    bool is_lost = ferror(stdin) != 0 || fflush(stdout) != 0;
    comity_copy_free(copy);
    comity_inspection_free(inspection);
    comity_masking_free(masking);
    comity_rules_close(rules);
    return status == COMITY_OK && !is_lost ? 0 : 2;
}
