/* The public interface to keys and papers: what it says to arguments that cannot
 * be, and one way through all of it. */
#include "comity.h"

#include "api/handles.h"
#include "base/limits.h"

#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static const char names_text[] = "taxonomy \"Names\"\nplace XB \"Bexar\"\nplace XC \"Xcor\"\ncategory personal \"personal data\"\n"
                                 "paper permission \"a permission\"\npaper consent \"a consent\"\n";
static const char law_text[] = "state XA \"Examplia\"\ninstrument I \"Act\"\ncovers transfer\n"
                               "authority XA.DPC \"Commission\" may grant permission\n"
                               "rule XA.I.1 \"Personal data leaves with a permission\"\n  cite I \"1\"\n"
                               "  when transfer from XA to outside XA\n  needs permission by XA.DPC\n  unverified\n";
static const char other_text[] = "state XB \"Bexar\"\ncovers transfer\n";
static const char act[] =
    "{\"act\":\"transfer\",\"on\":\"2026-06-01\",\"from\":{\"state\":\"XA\",\"name\":\"Motors\"},\"to\":\"XB\"}";

static comity_error error;
static comity_law *law;
static comity_context *context;

static void check_said(comity_status expected, comity_status status, const char *message)
{
    CHECK_EQ_INT(expected, status);
    CHECK_EQ_STR(message, error.message);
}

static bool set_up(void)
{
    comity_builder *builder;
    const void *image;
    size_t size;
    bool made = comity_builder_new(&builder, &error) == COMITY_OK &&
                comity_builder_add(builder, "names.law", names_text, sizeof names_text - 1, &error) == COMITY_OK &&
                comity_builder_add(builder, "XA.law", law_text, sizeof law_text - 1, &error) == COMITY_OK &&
                comity_builder_add(builder, "XB.law", other_text, sizeof other_text - 1, &error) == COMITY_OK &&
                comity_builder_build(builder, &image, &size, &error) == COMITY_OK &&
                comity_law_load(image, size, &law, &error) == COMITY_OK &&
                comity_context_new(law, &context, &error) == COMITY_OK;
    if (!made) {
        fprintf(stderr, "%s\n%s", error.message, comity_builder_messages(builder));
    }
    comity_builder_free(builder);
    return made;
}

/* A trust file in which the key signs for the commission; papers under it. */
static comity_papers *papers_of(const comity_key *key)
{
    char trust[1024];
    comity_papers *papers = NULL;
    (void)snprintf(trust, sizeof trust, "comity trust v1\nauthority XA.DPC\n  key %s\n", comity_key_public(key));
    CHECK_EQ_INT(COMITY_OK, comity_papers_new(law, "trust", trust, strlen(trust), &papers, &error));
    return papers;
}

/* A signed permission; to be freed. */
static char *permission(const comity_key *key, unsigned id, size_t *ret_size)
{
    char text[400];
    char *note = NULL;
    (void)snprintf(text, sizeof text,
                   "comity paper/permission v1\npaper: permission\nid: %u\nby: XA.DPC\nissued: 2026-01-01\nunder: XA\n",
                   id);
    CHECK_EQ_INT(COMITY_OK, comity_paper_check(text, strlen(text), &error));
    CHECK_EQ_INT(COMITY_OK, comity_paper_sign(key, text, strlen(text), &note, ret_size, &error));
    return note;
}

static void arguments_of_keys(const comity_key *key)
{
    static const char name_missing[] = "comity_key_new: name and ret_key must not be NULL, and the purpose must be one";
    comity_key *other = NULL;
    char *note = NULL;
    size_t size = 0;
    test_case("arguments of keys that cannot be");
    check_said(COMITY_ERROR_ARGUMENT, comity_key_new(NULL, COMITY_PURPOSE_PAPER, &other, &error), name_missing);
    check_said(COMITY_ERROR_ARGUMENT, comity_key_new("a", COMITY_PURPOSE_PAPER, NULL, &error), name_missing);
    check_said(COMITY_ERROR_ARGUMENT, comity_key_new("a", (comity_purpose)3, &other, &error), name_missing);
    check_said(COMITY_ERROR_ARGUMENT, comity_key_open(NULL, NULL, 0, &other, &error),
               "comity_key_open: path and ret_key must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_key_save(NULL, "a", NULL, 0, &error),
               "comity_key_save: key and path must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_paper_check(NULL, 1, &error), "comity_paper_check: text must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_paper_sign(NULL, "a", 1, &note, &size, &error),
               "comity_paper_sign: its arguments must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_paper_countersign(key, NULL, 1, &note, &size, &error),
               "comity_paper_countersign: its arguments must not be NULL");
    CHECK_EQ_STR("", comity_key_public(NULL));
    CHECK_EQ_INT(COMITY_PURPOSE_PAPER, comity_key_purpose(NULL));
    comity_key_free(NULL);
    comity_free(NULL);
    CHECK(other == NULL && note == NULL && size == 0);
}

/* A trust file with a name that law does not know. */
static void check_trust(const char *principal, const char *more, const char *message, const comity_key *key)
{
    char trust[1024];
    comity_papers *papers = NULL;
    (void)snprintf(trust, sizeof trust, "comity trust v1\n%s\n  key %s\n%s\n", principal, comity_key_public(key), more);
    check_said(COMITY_ERROR_NAME, comity_papers_new(law, "trust", trust, strlen(trust), &papers, &error), message);
}

/* A log of more keys than one can have signed by. */
static void many_log_keys(void)
{
    comity_buffer trust;
    comity_papers *papers = NULL;
    test_case("a log of many keys");
    comity_buffer_init(&trust, (size_t)1 << 20);
    comity_buffer_append_text(&trust, "comity trust v1\nlog l.log\n  at .\n");
    for (int i = 0; i <= COMITY_LIMIT_POLICY_KEYS; i++) {
        comity_key *key = NULL;
        CHECK_EQ_INT(COMITY_OK, comity_key_new("l.log", COMITY_PURPOSE_LOG, &key, &error));
        comity_buffer_append_text(&trust, "  key ");
        comity_buffer_append_text(&trust, comity_key_public(key));
        comity_buffer_append_text(&trust, "\n");
        comity_key_free(key);
    }
    CHECK_EQ_INT(COMITY_OK, comity_papers_new(law, "trust", (char *)trust.bytes, trust.size, &papers, &error));
    check_said(COMITY_ERROR_LIMIT, comity_papers_read_logs(papers, "trust", &error),
               "the log l.log in .: a log of more than 256 keys");
    comity_papers_free(papers);
    comity_buffer_free(&trust);
}

static void arguments_of_papers(const comity_key *key)
{
    static const char unsettled[] =
        "comity_context_papers: papers that are settled, under the context's own law, expected";
    static const char not_now[] = "comity_papers_add: its arguments must not be NULL, and the papers not settled";
    comity_papers *papers = NULL;
    comity_paper_told told;
    comity_paper_revocations none = {NULL, 1};
    test_case("arguments of papers that cannot be");
    check_said(COMITY_ERROR_ARGUMENT, comity_papers_new(NULL, "trust", "", 0, &papers, &error),
               "comity_papers_new: its arguments must not be NULL");
    check_said(COMITY_ERROR_SYNTAX, comity_papers_new(law, "trust", "", 0, &papers, &error),
               "trust: no trust file: it begins with \"comity trust v1\"");
    check_trust("authority XA.DPD", "",
                "trust:2: \"XA.DPD\" is no authority that law declares; did you mean \"XA.DPC\"?", key);
    check_trust("party XA.DPD", "  may consnet", "trust:4: \"consnet\" is no kind of paper; did you mean \"consent\"?",
                key);
    check_trust("authority Schmidt", "", "trust:2: a text of 7 bytes is no authority that law declares", key);
    check_trust("party A", "  may Schmidt", "trust:4: a text of 7 bytes is no kind of paper", key);
    check_trust("party A", "  may consent under XC\n  may consent under QX", "trust:5: \"QX\" is no law on file", key);
    check_trust("party A", "  may consent under Schmidt", "trust:4: a text of 7 bytes is no law on file", key);
    check_trust("party A", "  may agreement\n  may law-file consent under XA QX", "trust:5: \"QX\" is no law on file",
                key);
    papers = papers_of(key);
    check_said(COMITY_ERROR_ARGUMENT, comity_papers_add(papers, NULL, "", 0, &error), not_now);
    check_said(COMITY_ERROR_ARGUMENT, comity_papers_revoke(papers, &none, &error),
               "comity_papers_revoke: its arguments must not be NULL, and the papers not settled");
    check_said(COMITY_ERROR_ARGUMENT, comity_context_papers(NULL, papers, false, &error),
               "comity_context_papers: context must not be NULL");
    check_said(COMITY_ERROR_ARGUMENT, comity_context_papers(context, papers, false, &error), unsettled);
    CHECK_EQ_INT(0, (long long)comity_papers_count(papers));
    CHECK_EQ_INT(COMITY_OK, comity_papers_settle(papers, &error));
    check_said(COMITY_ERROR_ARGUMENT, comity_papers_read_logs(papers, "trust", &error),
               "comity_papers_read_logs: papers that are not settled expected, and the path of a trust file");
    check_said(COMITY_ERROR_ARGUMENT, comity_papers_settle(papers, &error),
               "comity_papers_settle: papers that are not settled expected");
    check_said(COMITY_ERROR_ARGUMENT, comity_papers_add(papers, "a", "", 0, &error), not_now);
    check_said(COMITY_ERROR_ARGUMENT, comity_papers_tell(papers, 0, &told, &error),
               "comity_papers_tell: there is no such paper");
    CHECK_EQ_INT(0, (long long)comity_papers_count(NULL));
    comity_papers_free(papers);
    comity_papers_free(NULL);
}

static void check_judged(comity_verdict verdict, const char *within)
{
    comity_answer answer;
    if (CHECK_EQ_INT(COMITY_OK, comity_judge_json(context, act, strlen(act), NULL, &answer, &error))) {
        CHECK_EQ_INT(verdict, answer.verdict);
        CHECK(strstr(answer.json, within) != NULL);
    }
}

static void one_way_through(const comity_key *key)
{
    comity_paper_told told;
    size_t size = 0;
    char *note = permission(key, 1, &size);
    comity_papers *papers = papers_of(key);
    test_case("a paper signed, added, told and judged with");
    CHECK_EQ_INT(COMITY_OK, comity_papers_add(papers, "one", note, size, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_add(papers, "two", "none", 4, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_settle(papers, &error));
    CHECK_EQ_INT(2, (long long)comity_papers_count(papers));
    CHECK_EQ_INT(COMITY_OK, comity_papers_tell(papers, 0, &told, &error));
    CHECK(told.counts && told.until == NULL && strncmp(told.json, "{\"name\":\"sha256:", 16) == 0);
    CHECK_EQ_STR("one", told.name);
    CHECK_EQ_STR("permission", told.form);
    CHECK_EQ_STR("", told.why);
    CHECK_EQ_INT(COMITY_OK, comity_papers_tell(papers, 1, &told, &error));
    CHECK(!told.counts && told.form == NULL && told.json == NULL && told.until == NULL);
    CHECK_EQ_STR("no signatures: a note has an empty line and behind it its signatures", told.why);
    check_judged(COMITY_CONDITIONAL, "\"met\":[]");
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, papers, true, &error));
    check_judged(COMITY_PERMIT, "\"held\":\"signed\"");
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, NULL, false, &error));
    check_judged(COMITY_CONDITIONAL, "\"met\":[]");
    comity_papers_free(papers);
    comity_free(note);
}

static void revoked_in_the_log(const comity_key *key)
{
    size_t size = 0;
    size_t text_size = 0;
    char *note = permission(key, 1, &size);
    char *revocation = NULL;
    char text[400];
    comity_paper_told told;
    test_case("revoked by an entry of the log");
    comity_papers *papers = papers_of(key);
    CHECK_EQ_INT(COMITY_OK, comity_papers_add(papers, "one", note, size, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_settle(papers, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_tell(papers, 0, &told, &error));
    (void)snprintf(
        text, sizeof text,
        "comity paper/revocation v1\nid: r\nby: XA.DPC\nissued: 2026-02-01\nfrom: 2026-03-01\nrevokes: %.71s\n",
        told.json + strlen("{\"name\":\""));
    comity_papers_free(papers);
    CHECK_EQ_INT(COMITY_OK, comity_paper_sign(key, text, strlen(text), &revocation, &text_size, &error));
    const comity_paper_revocation items[] = {{7, revocation, text_size}};
    const comity_paper_revocations revocations = {items, 1};
    papers = papers_of(key);
    CHECK_EQ_INT(COMITY_OK, comity_papers_add(papers, "one", note, size, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_revoke(papers, &revocations, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_settle(papers, &error));
    CHECK_EQ_INT(COMITY_OK, comity_papers_tell(papers, 0, &told, &error));
    CHECK(told.counts);
    CHECK_EQ_STR("2026-02-28", told.until);
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, papers, false, &error));
    check_judged(COMITY_CONDITIONAL, "\"met\":[]");
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, NULL, false, &error));
    comity_papers_free(papers);
    comity_free(note);
    comity_free(revocation);
}

/* So many permissions, settled. */
static comity_papers *papers_many(const comity_key *key, unsigned count)
{
    comity_papers *papers = papers_of(key);
    for (unsigned i = 0; i < count; i++) {
        size_t size = 0;
        char *note = permission(key, i, &size);
        CHECK_EQ_INT(COMITY_OK, comity_papers_add(papers, "p", note, size, &error));
        comity_free(note);
    }
    CHECK_EQ_INT(COMITY_OK, comity_papers_settle(papers, &error));
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, papers, false, &error));
    return papers;
}

static void many(const comity_key *key)
{
    comity_answer answer;
    test_case("as many signed papers as one act may hold, and one more");
    comity_papers *papers = papers_many(key, COMITY_LIMIT_ACT_SIGNED);
    check_judged(COMITY_PERMIT, "\"held\":\"signed\"");
    comity_papers *more = papers_many(key, COMITY_LIMIT_ACT_SIGNED + 1);
    check_said(COMITY_ERROR_LIMIT, comity_judge_json(context, act, strlen(act), NULL, &answer, &error),
               "more than 1024 signed papers serve this act, or they say too much");
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, NULL, false, &error));
    comity_papers_free(papers);
    comity_papers_free(more);
}

/* The act's canonical form says which papers were found signed, and so does its
 * hash; it is no act that a caller can give. */
static void told_in_canonical_form(const comity_key *key)
{
    comity_answer answer;
    comity_papers *papers = papers_many(key, 3);
    const uint8_t *bytes = NULL;
    size_t size = 0;
    test_case("signed papers in an act's canonical form");
    CHECK_EQ_INT(COMITY_OK, comity_judge_json(context, act, strlen(act), NULL, &answer, &error));
    CHECK_EQ_INT(COMITY_OK,
                 comity_act_canonical(&law->image, context->act, context->act_memory, &bytes, &size, &error));
    char *canonical = strndup((const char *)bytes, size);
    CHECK(strstr(canonical, "\"held\":\"signed\",\"kind\":\"permission\"") != NULL);
    check_said(COMITY_ERROR_SYNTAX, comity_judge_json(context, canonical, size, NULL, &answer, &error),
               "papers[0].held: whether a paper is signed is found out, not said");
    CHECK_EQ_INT(COMITY_OK, comity_context_papers(context, NULL, false, &error));
    comity_papers_free(papers);
    free(canonical);
}

static void keys_on_disk(void)
{
    char path[] = "/tmp/comity-papers-XXXXXX";
    char file[64];
    comity_key *key = NULL;
    comity_key *again = NULL;
    test_case("a key kept and opened");
    if (!CHECK(mkdtemp(path) != NULL)) {
        return;
    }
    (void)snprintf(file, sizeof file, "%s/key", path);
    CHECK_EQ_INT(COMITY_OK, comity_key_new("w.example", COMITY_PURPOSE_WITNESS, &key, &error));
    CHECK_EQ_INT(COMITY_OK, comity_key_save(key, file, NULL, 0, &error));
    CHECK_EQ_INT(COMITY_OK, comity_key_open(file, NULL, 0, &again, &error));
    CHECK_EQ_STR(comity_key_public(key), comity_key_public(again));
    CHECK_EQ_INT(COMITY_PURPOSE_WITNESS, comity_key_purpose(again));
    comity_key_free(key);
    comity_key_free(again);
    CHECK(unlink(file) == 0 && rmdir(path) == 0);
}

int main(void)
{
    comity_key *key = NULL;
    test_begin("api/papers");
    test_case("a small law is built and loaded");
    if (CHECK(set_up()) && CHECK_EQ_INT(COMITY_OK, comity_key_new("dpc.example", COMITY_PURPOSE_PAPER, &key, &error))) {
        arguments_of_keys(key);
        arguments_of_papers(key);
    many_log_keys();
        one_way_through(key);
        revoked_in_the_log(key);
        many(key);
        told_in_canonical_form(key);
        keys_on_disk();
    }
    comity_key_free(key);
    comity_context_free(context);
    comity_law_close(law);
    return test_done();
}
