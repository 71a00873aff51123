/* comity record replay, of records that a program other than the command has
 * written by the public interface, and of files that were exchanged. */
#define _XOPEN_SOURCE 700 /* nftw, popen */
#include "test.h"

#include "api/papers_bundle.h"
#include "api/record_folder.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char act[] = "{\"act\":\"store\",\"from\":\"FR\",\"to\":\"FR\"}";
static const char other_text[] = "state XA \"Examplia\"\ncovers transfer\n";
static const char trust[] = "comity trust v1\n";

static comity_error error;
static char home[] = "/tmp/comity-again-XXXXXX";
static comity_record *record; /* of the case that runs, in `folder` */
static char folder[80];

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

/* ---- a record, and what is said of it ---- */

static void begin(const char *name)
{
    char origin[80];
    test_case(name);
    (void)snprintf(folder, sizeof folder, "%s/%s", home, name);
    (void)snprintf(origin, sizeof origin, "example.org/%s", name);
    record = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_record_create(folder, origin, NULL, &error));
    CHECK_EQ_INT(COMITY_OK, comity_record_open(folder, NULL, 0, &record, &error));
}

/* Publishes and closes it, and has all judged again. */
static void check_again(const char *expected, int expected_status)
{
    char command[400];
    char said[2000];
    uint64_t size;
    CHECK_EQ_INT(COMITY_OK, comity_record_publish(record, &size, &error));
    comity_record_close(record);
    (void)snprintf(command, sizeof command, "'%s' record replay '%s' 2>&1", getenv("COMITY_COMMAND"), folder);
    FILE *pipe = popen(command, "r");
    if (!CHECK(pipe != NULL)) {
        return;
    }
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    int status = pclose(pipe);
    CHECK_EQ_STR(expected, said);
    CHECK(WIFEXITED(status));
    CHECK_EQ_INT(expected_status, WEXITSTATUS(status));
}

static void judge(comity_context *context)
{
    comity_answer answer;
    uint64_t index;
    CHECK_EQ_INT(COMITY_OK, comity_record_judge(record, context, act, sizeof act - 1, "2026-11-24", NULL, 1000, &answer,
                                                &index, &error));
}

/* Appends an entry that stands for `stands_for`, with something else kept of it. */
static void append(const char *stands_for, const comity_buffer *kept)
{
    uint64_t index;
    const comity_record_entry entry = {
        .judgement = stands_for, .judgement_size = strlen(stands_for), .kept = kept->bytes, .kept_size = kept->size};
    CHECK_EQ_INT(COMITY_OK, comity_record_append(record, &entry, &index, &error));
}

/* Puts other bytes into a file of the folder. */
static void exchange(const char *path, const void *bytes, size_t size)
{
    char whole[300];
    (void)snprintf(whole, sizeof whole, "%s/%s", folder, path);
    FILE *file = fopen(whole, "r+b"); /* which must be there */
    if (CHECK(file != NULL)) {
        CHECK(ftruncate(fileno(file), 0) == 0 && fwrite(bytes, 1, size, file) == size);
        CHECK(fclose(file) == 0);
    }
}

/* ---- cases ---- */

static void another_file(void)
{
    comity_buffer kept;
    begin("another-file");
    comity_buffer_init(&kept, 100);
    comity_kept_file_write("a paper", 7, &kept);
    append("another", &kept);
    append("a paper", &kept);
    check_again("comity: entry 0: the file that is kept is not the one that was appended\n"
                "1 judged again, the same to the byte; 1 other; 0 erased; 0 not judged\n",
                1);
    comity_buffer_free(&kept);
}

static void another_judgement(const comity_law *law, comity_context *context)
{
    comity_buffer kept;
    const comity_kept parts = {.law = comity_law_hash(law),
                               .evaluator = "0.0.9, of long ago",
                               .evaluator_size = 5,
                               .on = "2026-11-24",
                               .act = act,
                               .act_size = sizeof act - 1};
    begin("another-judgement");
    comity_buffer_init(&kept, 1000);
    comity_kept_write(&parts, &kept);
    judge(context);
    append("{}", &kept);
    check_again("comity: entry 1: judged again it is another judgement; version 0.0.9 judged then\n"
                "1 judged again, the same to the byte; 1 other; 0 erased; 0 not judged\n",
                1);
    comity_buffer_free(&kept);
}

/* As many agreements as a context can adopt are judged with again, and not more. */
static void many_agreements(const comity_law *law)
{
    comity_buffer kept;
    comity_buffer lines;
    comity_context *context = NULL;
    begin("many-agreements");
    comity_buffer_init(&kept, COMITY_LIMIT_RECORD_KEPT_BYTES);
    comity_buffer_init(&lines, COMITY_LIMIT_RECORD_KEPT_BYTES);
    CHECK_EQ_INT(COMITY_OK, comity_context_new(law, &context, &error));
    for (size_t i = 0; i < COMITY_LIMIT_ADOPTED_BYTES / 11; i++) {
        CHECK_EQ_INT(COMITY_OK, comity_context_adopt(context, "GIDS", &error));
        comity_buffer_append_text(&lines, "adopt GIDS\n");
    }
    comity_buffer_append_text(&lines, "adopt GIDS\n");
    comity_kept parts = {.law = comity_law_hash(law), .evaluator = "0", .evaluator_size = 1, .act = act};
    parts.act_size = sizeof act - 1;
    parts.adopted = (const char *)lines.bytes;
    parts.adopted_size = lines.size;
    comity_kept_write(&parts, &kept);
    judge(context);
    append("{}", &kept);
    check_again("comity: entry 1: more agreements were adopted than can be here\n"
                "1 judged again, the same to the byte; 0 other; 0 erased; 1 not judged\n",
                2);
    comity_context_free(context);
    comity_buffer_free(&lines);
    comity_buffer_free(&kept);
}

static void another_law(const comity_law *law, comity_context *context)
{
    comity_builder *builder = NULL;
    const void *image = NULL;
    size_t size = 0;
    char path[COMITY_DISK_PATH_SIZE];
    char expected[400];
    begin("another-law");
    CHECK_EQ_INT(COMITY_OK, comity_builder_new(&builder, &error));
    CHECK_EQ_INT(COMITY_OK, comity_builder_add(builder, "XA.law", other_text, sizeof other_text - 1, &error));
    CHECK_EQ_INT(COMITY_OK, comity_builder_build(builder, &image, &size, &error));
    judge(context);
    comity_record_law_path(comity_law_hash(law), path);
    exchange(path, image, size);
    (void)snprintf(expected, sizeof expected,
                   "comity: entry 0: %s holds another law than its name says\n"
                   "0 judged again, the same to the byte; 1 other; 0 erased; 0 not judged\n",
                   path);
    check_again(expected, 1);
    comity_builder_free(builder);
}

static comity_papers *papers_called(const comity_law *law, const char *name)
{
    comity_papers *papers = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_papers_new(law, name, trust, sizeof trust - 1, &papers, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_settle(papers, &error));
    return papers;
}

static void other_papers(const comity_law *law)
{
    comity_papers *papers = papers_called(law, "these");
    comity_papers *others = papers_called(law, "those");
    comity_context *context = NULL;
    char path[COMITY_DISK_PATH_SIZE];
    char expected[400];
    CHECK_EQ_INT(COMITY_OK, comity_context_new(law, &context, &error));
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, papers, false, &error));
    comity_record_papers_path(papers->name, path);
    begin("the-same-papers");
    judge(context);
    check_again("1 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n", 0);
    begin("other-papers");
    judge(context);
    exchange(path, others->bundle.bytes, others->bundle.size);
    (void)snprintf(expected, sizeof expected,
                   "comity: entry 0: %s holds other papers than its name says\n"
                   "0 judged again, the same to the byte; 1 other; 0 erased; 0 not judged\n",
                   path);
    check_again(expected, 1);
    begin("no-papers");
    judge(context);
    exchange(path, "", 0);
    check_again("comity: entry 0: this is no bundle of papers\n"
                "0 judged again, the same to the byte; 0 other; 0 erased; 1 not judged\n",
                2);
    comity_context_free(context);
    comity_papers_free(others);
    comity_papers_free(papers);
}

int main(void)
{
    const char *image = getenv("COMITY_IMAGE");
    comity_law *law = NULL;
    comity_context *context = NULL;
    test_begin("cli record again");
    test_case("the law");
    if (CHECK(image != NULL && getenv("COMITY_COMMAND") != NULL) &&
        CHECK(comity_law_open(image, &law, &error) == COMITY_OK) &&
        CHECK(comity_context_new(law, &context, &error) == COMITY_OK) && CHECK(mkdtemp(home) != NULL)) {
        another_file();
        another_judgement(law, context);
        many_agreements(law);
        another_law(law, context);
        other_papers(law);
        (void)nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    comity_context_free(context);
    comity_law_close(law);
    return test_done();
}
