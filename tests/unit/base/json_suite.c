/* The documents of JSONTestSuite, in $COMITY_TESTDATA/json: `y_` must be
 * accepted, `n_` refused, and `i_`, left open by RFC 8259, as said here. Each is
 * read in every way, and all ways must agree.
 *
 * Of the open ones we accept numbers of any size, because what a number is
 * worth is decided when it is read, and 500 nested arrays, because here the
 * tokenizer is set to its ceiling; with COMITY_LIMIT_JSON_DEPTH they are
 * refused. We refuse malformed UTF-8, UTF-16, byte order marks and escaped
 * surrogates without their other half: what has no one meaning in Unicode has
 * none in law. */
#include "test.h"

#include "json_modes.h"

#include <dirent.h>

#define DOCUMENT_SIZE_MAX ((size_t)1 << 20)

static const char *const accepted_of_open[] = {
    "i_number_double_huge_neg_exp.json",  "i_number_huge_exp.json",
    "i_number_neg_int_huge_exp.json",     "i_number_pos_double_huge_exp.json",
    "i_number_real_neg_overflow.json",    "i_number_real_pos_overflow.json",
    "i_number_real_underflow.json",       "i_number_too_big_neg_int.json",
    "i_number_too_big_pos_int.json",      "i_number_very_big_negative_int.json",
    "i_structure_500_nested_arrays.json",
};

static bool accepts(const char *name)
{
    if (name[0] != 'i') {
        return name[0] == 'y';
    }
    for (size_t i = 0; i < sizeof accepted_of_open / sizeof accepted_of_open[0]; i++) {
        if (strcmp(name, accepted_of_open[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_file(const char *folder, const char *name, uint8_t *ret_bytes, size_t *ret_size)
{
    char path[4400];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    *ret_size = fread(ret_bytes, 1, DOCUMENT_SIZE_MAX, file);
    (void)fclose(file);
    return *ret_size < DOCUMENT_SIZE_MAX;
}

static void check_document(const char *folder, const char *name, uint8_t *bytes)
{
    static char case_name[300];
    test_case_end();
    (void)snprintf(case_name, sizeof case_name, "%s", name);
    test_case(case_name);
    size_t size = 0;
    if (!CHECK(read_file(folder, name, bytes, &size))) {
        return;
    }
    json_reading reading;
    bool small = size < 2000;
    CHECK(json_all_modes_agree(bytes, size, COMITY_LIMIT_JSON_DEPTH_CEILING, small, &reading));
    bool accepted = reading.status == COMITY_OK;
    CHECK_EQ_INT(accepts(name), accepted);
    if (!accepted) {
        CHECK(strncmp(reading.error.message, "line ", 5) == 0);
        CHECK(reading.error.offset <= size);
    }
    free(reading.tokens);
}

int main(void)
{
    test_begin("base/json_suite");
    const char *testdata = getenv("COMITY_TESTDATA");
    char folder[4096];
    (void)snprintf(folder, sizeof folder, "%s/json", testdata == NULL ? "" : testdata);
    DIR *documents = testdata == NULL ? NULL : opendir(folder);
    if (documents == NULL) {
        test_case("JSONTestSuite");
        test_skip(testdata == NULL ? "COMITY_TESTDATA is not set" : "there is no json in COMITY_TESTDATA");
        return test_done();
    }
    uint8_t *bytes = malloc(DOCUMENT_SIZE_MAX);
    if (bytes == NULL) {
        return 1;
    }
    for (const struct dirent *entry = readdir(documents); entry != NULL; entry = readdir(documents)) {
        if (entry->d_name[0] != '.') {
            check_document(folder, entry->d_name, bytes);
        }
    }
    free(bytes);
    (void)closedir(documents);
    return test_done();
}
