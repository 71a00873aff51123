/* What goes of papers and law images when their entries have gone, where some entries are of
 * a form that this version does not know. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "../../test.h"

#include "api/record_folder.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#define DIGITS_59 "00000000000000000000000000000000000000000000000000000000000"
#define HASH(begin) begin DIGITS_59

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

static const char *const files[] = {
    "law/" HASH("aaaa1") ".image",      "law/" HASH("aaaa2") ".image",      "law/" HASH("aaaa3") ".image",
    "law/" HASH("aaaa4") ".image",      "papers/" HASH("bbbb1") ".papers",  "papers/" HASH("bbbb2") ".papers",
    "papers/" HASH("bbbb3") ".papers",
};

static void path_of(const char *folder, const char *name, char ret_path[512])
{
    (void)snprintf(ret_path, 512, "%s/%s", folder, name);
}

static void make_files(const char *folder)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[512];
        path_of(folder, files[i], path);
        FILE *file = fopen(path, "w");
        CHECK(file != NULL && fputs("grounds", file) >= 0 && fclose(file) == 0);
    }
}

/* Which of them are there, as a digit each. */
static void check_files(const char *folder, const char *expected)
{
    char found[sizeof files / sizeof files[0] + 1] = "";
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[512];
        path_of(folder, files[i], path);
        found[i] = access(path, F_OK) == 0 ? '1' : '0';
    }
    CHECK_EQ_STR(expected, found);
}

static void append(comity_record *record, const char *kept)
{
    comity_error error;
    uint64_t unused;
    comity_record_entry entry = {NULL, 5, "judgement", 9, kept, strlen(kept)};
    CHECK_EQ_INT(COMITY_OK, comity_record_append(record, &entry, &unused, &error));
}

static void sweep(comity_record *record, uint64_t expected)
{
    comity_error error;
    uint64_t unread = 99;
    CHECK_EQ_INT(COMITY_OK, comity_record_sweep(record, NULL, NULL, &unread, &error));
    CHECK_EQ_INT(expected, unread);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void try_forms(const char *folder, comity_record *record)
{
    comity_error error;
    uint64_t unread = 99;
    test_case("an entry of a newer version is counted, and what it names stays");
    append(record, "comity kept 1\nlaw sha256:" HASH("aaaa1") "\nevaluator 1\npapers sha256:" HASH("bbbb1") "\n\n{}");
    append(record, "comity kept 2\nbasis law=sha256:" HASH("aaaa2") ";papers=sha256:" HASH("bbbb2") "\n\n{}");
    sweep(record, 1);
    check_files(folder, "1100110");
    test_case("so is one that a caller keeps in a form of his own, which names nothing");
    append(record, "");
    append(record, "{\"sha256\":\"" HASH("aaaa3") "\"}");
    append(record, "sha256:");
    append(record, "sha256:0000000000000000000000000000000000000000000000000000000000000000");
    append(record, "comity kept file 1\nsha256:" HASH("aaaa4"));
    make_files(folder);
    sweep(record, 5);
    check_files(folder, "1100110");
    test_case("a name at the very end, and behind others");
    append(record, "sha256:sha256:" HASH("aaaa4") "sha256:" HASH("bbbb3"));
    make_files(folder);
    sweep(record, 6);
    check_files(folder, "1101111");
    test_case("who breaks it off is told so, and nothing goes");
    make_files(folder);
    for (size_t i = 0; i < 1100; i++) { /* asking comes with every thousandth or so */
        comity_record_entry entry = {NULL, 5, "judgement", 9, NULL, 0};
        CHECK_EQ_INT(COMITY_OK, comity_record_submit(record, &entry, &unread, &error));
    }
    unread = 99;
    CHECK_EQ_INT(COMITY_ERROR_SYSTEM, comity_record_sweep(record, never, NULL, &unread, &error));
    CHECK_EQ_INT(99, unread);
    check_files(folder, "1111111");
    test_case("what is erased is not counted any more");
    CHECK_EQ_INT(COMITY_OK, comity_record_erase_before(record, NULL, 10, 20, &unread, &error));
    sweep(record, 0);
    check_files(folder, "0000000");
}

int main(void)
{
    char folder[] = "/tmp/comity-sweep-XXXXXX";
    comity_record *record;
    comity_error error;
    test_begin("api record sweep");
    if (CHECK(mkdtemp(folder) != NULL) &&
        CHECK_EQ_INT(COMITY_OK, comity_record_create(folder, "example.org/sweep", NULL, &error)) &&
        CHECK_EQ_INT(COMITY_OK, comity_record_open(folder, NULL, 0, &record, &error))) {
        make_files(folder);
        try_forms(folder, record);
        comity_record_close(record);
    }
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return test_done();
}
