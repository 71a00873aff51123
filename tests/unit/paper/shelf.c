/* Which papers count: the cases of tests/cases/shelf, and what must hold of all
 * of them: that the order of papers and of signatures changes nothing, and that
 * no altered paper counts.
 *
 * A case's input is in parts, each begun by a line of its own:
 *
 *     trust                      a trust file without its first line
 *     law NAME LAW KIND…         an authority of the law
 *     paper NAME by LETTERS      a paper's text, signed by these keys ("-": by none)
 *     entry INDEX by LETTERS     the same, found as a revocation in the log
 *
 * `#NAME` stands for the name (the hash) of a paper further up. A line is
 * expected for each: `NAME: counts[ until DATE]` or `NAME: why not`. */
#include "../../test.h"

#include "base/date.h"
#include "note/note.h"
#include "paper/shelf.h"

#include "paper_keys.h"
#include "text_cases.h"

enum { PAPERS_MAX = 40, LAWS_MAX = 16 };

typedef struct made_paper {
    char name[32];
    uint64_t index;
    char hash[COMITY_PAPER_NAME_SIZE];
    char *note;
    size_t size;
} made_paper;

typedef struct made_case {
    comity_buffer trust;
    char law_words[LAWS_MAX][256];
    const char *kinds[LAWS_MAX][16];
    comity_paper_authority laws[LAWS_MAX];
    size_t law_count;
    made_paper papers[PAPERS_MAX];
    size_t paper_count;
} made_case;

static made_case made;

static void sign(made_paper *paper, const char *text, size_t size, const char *letters, bool backwards)
{
    comity_buffer buffer;
    comity_error error = {.message = ""};
    size_t count = strcmp(letters, "-") == 0 ? 0 : strlen(letters);
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append(&buffer, text, size);
    comity_buffer_append_byte(&buffer, '\n');
    for (size_t i = 0; i < count; i++) {
        comity_signer *signer = paper_signer(letters[backwards ? count - 1 - i : i]);
        CHECK_EQ_INT(COMITY_OK, comity_note_sign(signer, text, size, &buffer, &error));
        CHECK_EQ_STR("", error.message);
        comity_signer_free(signer);
    }
    if (count == 0) {
        comity_buffer_append_text(&buffer, "\xE2\x80\x94 nobody.example AAAAAAA=\n");
    }
    paper->size = buffer.size;
    comity_buffer_append_byte(&buffer, 0);
    paper->note = (char *)buffer.bytes;
}

/* The text with the names of papers in place of `#NAME`; to be freed. */
static char *with_names(const char *text, size_t size, size_t *ret_size)
{
    comity_buffer buffer;
    comity_buffer_init(&buffer, (size_t)1 << 20);
    for (size_t at = 0; at < size;) {
        const made_paper *named = NULL;
        for (size_t i = 0; text[at] == '#' && i < made.paper_count; i++) {
            size_t name_size = strlen(made.papers[i].name);
            if (strncmp(text + at + 1, made.papers[i].name, name_size) == 0 && text[at + 1 + name_size] == '\n') {
                named = &made.papers[i];
            }
        }
        if (named != NULL) {
            comity_buffer_append_text(&buffer, named->hash);
            at += strlen(named->name) + 1;
        } else {
            comity_buffer_append_byte(&buffer, (uint8_t)text[at++]);
        }
    }
    *ret_size = buffer.size;
    return (char *)buffer.bytes;
}

static void make_law(const char *words)
{
    char *copy = made.law_words[made.law_count];
    (void)snprintf(copy, sizeof made.law_words[0], "%s", words);
    comity_paper_authority *law = &made.laws[made.law_count];
    law->name = strtok(copy, " ");
    law->law = strtok(NULL, " ");
    law->kinds = made.kinds[made.law_count];
    law->kind_count = 0;
    for (char *kind = strtok(NULL, " "); kind != NULL; kind = strtok(NULL, " ")) {
        made.kinds[made.law_count][law->kind_count++] = kind;
    }
    made.law_count++;
}

static void make_paper(const char *head, bool is_entry, const char *text, size_t size, bool backwards)
{
    made_paper *paper = &made.papers[made.paper_count];
    char letters[32] = "";
    size_t whole_size = 0;
    uint8_t digest[COMITY_SHA256_SIZE];
    (void)sscanf(head, "%31s by %31s", paper->name, letters);
    paper->index = is_entry ? strtoull(paper->name, NULL, 10) : COMITY_PAPER_NO_INDEX;
    char *whole = with_names(text, size, &whole_size);
    comity_sha256(whole, whole_size, digest);
    comity_paper_name_print(digest, paper->hash);
    sign(paper, whole, whole_size, letters, backwards);
    free(whole);
    made.paper_count++;
}

/* Where the part ends that begins behind the line at `at`. */
static const char *part_end(const char *at, const char *end)
{
    static const char *const heads[] = {"trust\n", "law ", "paper ", "entry "};
    while (at < end) {
        for (size_t i = 0; i < 4; i++) {
            if ((size_t)(end - at) >= strlen(heads[i]) && strncmp(at, heads[i], strlen(heads[i])) == 0) {
                return at;
            }
        }
        at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
    }
    return end;
}

static void make(const char *text, size_t size, bool backwards)
{
    const char *end = text + size;
    made.law_count = made.paper_count = 0;
    comity_buffer_init(&made.trust, (size_t)1 << 20);
    comity_buffer_append_text(&made.trust, "comity trust v1\n");
    for (const char *at = text; at < end;) {
        char head[256] = "";
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        (void)snprintf(head, sizeof head, "%.*s", (int)(line_end - at), at);
        const char *body = line_end + 1;
        const char *next = part_end(body, end);
        if (strcmp(head, "trust") == 0) {
            comity_buffer_append(&made.trust, body, (size_t)(next - body));
        } else if (strncmp(head, "law ", 4) == 0) {
            make_law(head + 4);
        } else {
            make_paper(head + 6, head[0] == 'e', body, (size_t)(next - body), backwards);
        }
        at = next;
    }
}

static void unmake(void)
{
    for (size_t i = 0; i < made.paper_count; i++) {
        free(made.papers[i].note);
    }
    comity_buffer_free(&made.trust);
}

static comity_status put_on(comity_shelf *shelf, const made_paper *paper, comity_error *reterr)
{
    comity_paper_revocation revocation = {paper->index, paper->note, paper->size};
    const comity_paper_revocations revocations = {&revocation, 1};
    return paper->index == COMITY_PAPER_NO_INDEX
               ? comity_shelf_add(shelf, paper->name, paper->note, paper->size, reterr)
               : comity_shelf_revoke(shelf, &revocations, reterr);
}

static void put_told(const comity_shelf_paper *told, comity_buffer *buffer)
{
    char day[COMITY_DATE_TEXT_SIZE];
    comity_buffer_append_text(buffer, told->name);
    comity_buffer_append_text(buffer, ": ");
    if (told->status != COMITY_OK) {
        comity_buffer_append_text(buffer, told->message);
    } else if (told->until == COMITY_PAPER_NO_DATE) {
        comity_buffer_append_text(buffer, "counts");
    } else {
        comity_buffer_append_text(buffer, "counts until ");
        comity_date_print(told->until, day);
        comity_buffer_append_text(buffer, day);
    }
    comity_buffer_append_byte(buffer, '\n');
}

/* What is told of all papers, in their own order whatever the order of adding. */
static char *settle(const comity_trust *trust, bool backwards)
{
    comity_shelf *shelf = NULL;
    comity_error error = {.message = ""};
    comity_buffer buffer;
    size_t count = made.paper_count;
    comity_buffer_init(&buffer, (size_t)1 << 20);
    CHECK_EQ_INT(COMITY_OK, comity_shelf_new(trust, made.laws, made.law_count, &shelf, &error));
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ_INT(COMITY_OK, put_on(shelf, &made.papers[backwards ? count - 1 - i : i], &error));
    }
    CHECK_EQ_INT(COMITY_OK, comity_shelf_settle(shelf, &error));
    CHECK_EQ_STR("", error.message);
    CHECK_EQ_INT((long long)count, (long long)comity_shelf_count(shelf));
    for (size_t i = 0; i < count; i++) {
        put_told(comity_shelf_at(shelf, backwards ? count - 1 - i : i), &buffer);
    }
    comity_buffer_append_byte(&buffer, 0);
    comity_shelf_free(shelf);
    return (char *)buffer.bytes;
}

static void run_case(const char *title, const char *input, size_t input_size, const char *expected,
                     size_t expected_size)
{
    size_t size = 0;
    comity_trust trust;
    comity_error error = {.message = ""};
    test_case(title);
    char *text = paper_expand(input, input_size, &size);
    char *wanted = strndup(expected, expected_size);
    for (unsigned run = 0; run < 4; run++) { /* papers, then signatures, forwards and backwards */
        make(text, size, (run & 2) != 0);
        if (CHECK_EQ_INT(COMITY_OK,
                         comity_trust_read("trust", (const char *)made.trust.bytes, made.trust.size, &trust, &error))) {
            char *found = settle(&trust, (run & 1) != 0);
            CHECK_EQ_STR(wanted, found);
            free(found);
            comity_trust_free(&trust);
        } else {
            CHECK_EQ_STR("", error.message);
        }
        unmake();
    }
    free(wanted);
    free(text);
}

static void run_file(const char *path)
{
    test_case(path);
    CHECK(text_cases_run_file(path, run_case) > 0);
}

/* ---- beyond the cases ---- */

#define TRUST "trust\nauthority XA.DPC\n  key @a\n  delegates 1\n"
#define LAW "law XA.DPC XA permission\n"
#define PAPER \
    "paper p by a\ncomity paper/permission v1\npaper: permission\nid: 1\nby: XA.DPC\nissued: 2026-01-01\nunder: XA\n"

static bool counts(const comity_trust *trust, const void *note, size_t size)
{
    comity_shelf *shelf = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_shelf_new(trust, made.laws, made.law_count, &shelf, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_shelf_add(shelf, "p", note, size, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_shelf_settle(shelf, NULL));
    bool found = comity_shelf_at(shelf, 0)->status == COMITY_OK;
    comity_shelf_free(shelf);
    return found;
}

/* Every bit of every byte, and every shortening. */
static void altered(void)
{
    size_t size = 0;
    comity_trust trust;
    unsigned accepted = 0;
    test_case("a paper altered anywhere does not count");
    char *text = paper_expand(TRUST LAW PAPER, strlen(TRUST LAW PAPER), &size);
    make(text, size, false);
    CHECK_EQ_INT(COMITY_OK, comity_trust_read("trust", (const char *)made.trust.bytes, made.trust.size, &trust, NULL));
    made_paper *paper = &made.papers[0];
    CHECK(counts(&trust, paper->note, paper->size));
    for (size_t i = 0; i < paper->size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            paper->note[i] = (char)(paper->note[i] ^ (1 << bit));
            accepted += counts(&trust, paper->note, paper->size);
            paper->note[i] = (char)(paper->note[i] ^ (1 << bit));
        }
        accepted += counts(&trust, paper->note, i);
    }
    CHECK_EQ_INT(0, accepted);
    comity_trust_free(&trust);
    unmake();
    free(text);
}

/* What is told of the `index`-th paper once the case's papers are settled. */
static void check_told(const char *text, size_t index, const char *expected, void (*meddle)(void))
{
    size_t size = 0;
    comity_trust trust;
    comity_shelf *shelf = NULL;
    char *whole = paper_expand(text, strlen(text), &size);
    make(whole, size, false);
    if (meddle != NULL) {
        meddle();
    }
    CHECK_EQ_INT(COMITY_OK, comity_trust_read("trust", (const char *)made.trust.bytes, made.trust.size, &trust, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_shelf_new(&trust, made.laws, made.law_count, &shelf, NULL));
    for (size_t i = 0; i < made.paper_count; i++) {
        CHECK_EQ_INT(COMITY_OK, put_on(shelf, &made.papers[i], NULL));
    }
    CHECK_EQ_INT(COMITY_OK, comity_shelf_settle(shelf, NULL));
    CHECK_EQ_STR(expected, comity_shelf_at(shelf, index)->message);
    comity_shelf_free(shelf);
    comity_trust_free(&trust);
    unmake();
    free(whole);
}

/* Adds to the first paper a signature of the delegate's key that is none of his. */
static void spoil_first(void)
{
    comity_buffer buffer;
    comity_signer *signer = paper_signer('b');
    uint8_t blob[COMITY_KEY_ID_SIZE + COMITY_SIGNATURE_SIZE] = {0};
    char text[COMITY_BASE64_TEXT_SIZE(sizeof blob) + 1];
    memcpy(blob, comity_signer_verifier(signer)->id, COMITY_KEY_ID_SIZE);
    comity_base64_write(blob, sizeof blob, text);
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append(&buffer, made.papers[0].note, made.papers[0].size);
    comity_buffer_append_text(&buffer, "\xE2\x80\x94 b.example ");
    comity_buffer_append_text(&buffer, text);
    comity_buffer_append_text(&buffer, "\n");
    free(made.papers[0].note);
    made.papers[0].size = buffer.size;
    made.papers[0].note = (char *)buffer.bytes;
    comity_signer_free(signer);
}

#define DELEGATION \
    "paper d by a\ncomity paper/delegation v1\nid: d\nby: XA.DPC\nissued: 2026-01-01\nuntil: 2026-12-31\nkey: @b\n"
#define DELEGATED \
    "paper p by b\ncomity paper/permission v1\npaper: permission\nid: 1\nby: XA.DPC\nissued: 2026-01-01\nunder: XA\n"

static void odd_ones(void)
{
    test_case("of two that say the same the first counts");
    check_told(TRUST LAW PAPER "paper q by a\n"
                               "comity paper/permission v1\npaper: permission\nid: 1\nby: XA.DPC\nissued: 2026-01-01\n"
                               "under: XA\n",
               1, "the same paper as p", NULL);
    test_case("a delegation with a wrong signature gives no power");
    check_told(TRUST LAW DELEGATION DELEGATED, 1, "", NULL);
    check_told(TRUST LAW DELEGATION DELEGATED, 0, "the signature of \"b.example\" is wrong", spoil_first);
    check_told(TRUST LAW DELEGATION DELEGATED, 1, "the delegation to the key b.example does not count", spoil_first);
}

static void limits(void)
{
    comity_shelf *shelf = NULL;
    comity_trust trust;
    comity_error error = {.message = ""};
    static const comity_paper_revocation items[] = {{3, "x", 1}, {3, "x", 1}};
    const comity_paper_revocations revocations = {items, 2};
    test_case("as many papers as there may be");
    CHECK_EQ_INT(COMITY_OK, comity_trust_read("trust", "comity trust v1\n", 16, &trust, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_shelf_new(&trust, NULL, 0, &shelf, NULL));
    for (unsigned i = 0; i < COMITY_LIMIT_SHELF_PAPERS; i++) {
        CHECK_EQ_INT(COMITY_OK, comity_shelf_add(shelf, "p", "x", 1, NULL));
    }
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_shelf_add(shelf, "p", "x", 1, &error));
    CHECK_EQ_STR("more than 4096 papers", error.message);
    CHECK_EQ_INT(COMITY_OK, comity_shelf_settle(shelf, NULL));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_shelf_at(shelf, 4095)->status);
    comity_shelf_free(shelf);
    comity_shelf_free(NULL);

    test_case("a paper too large, a log's entries out of order");
    CHECK_EQ_INT(COMITY_OK, comity_shelf_new(&trust, NULL, 0, &shelf, NULL));
    char *large = calloc(1, COMITY_LIMIT_NOTE_BYTES + 1);
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_shelf_add(shelf, "p", large, COMITY_LIMIT_NOTE_BYTES + 1, &error));
    CHECK_EQ_STR("p: a paper of 1048577 bytes, but at most 1048576 are allowed", error.message);
    CHECK_EQ_INT(COMITY_ERROR_ARGUMENT, comity_shelf_revoke(shelf, &revocations, &error));
    CHECK_EQ_STR("the indices of revocations do not rise at 3", error.message);
    free(large);
    comity_shelf_free(shelf);
    comity_trust_free(&trust);
}

/* A key of its own for each number. */
static comity_signer *numbered_signer(unsigned number)
{
    uint8_t seed[COMITY_SEED_SIZE] = {(uint8_t)number, (uint8_t)(number >> 8), 9};
    comity_signer *signer = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_signer_from_seed("n", 1, COMITY_PURPOSE_PAPER, seed, &signer, NULL));
    return signer;
}

static void add_delegation(comity_shelf *shelf, const comity_signer *by, const comity_signer *to, unsigned number)
{
    char key[COMITY_VERIFIER_TEXT_SIZE];
    char text[600];
    comity_buffer buffer;
    comity_verifier_print(comity_signer_verifier(to), key);
    int size = snprintf(
        text, sizeof text,
        "comity paper/delegation v1\nid: %u\nby: XA.DPC\nissued: 2026-01-01\nuntil: 2026-12-31\nkey: %s\ndepth: 4\n",
        number, key);
    comity_buffer_init(&buffer, COMITY_LIMIT_NOTE_BYTES);
    comity_buffer_append(&buffer, text, (size_t)size);
    comity_buffer_append_byte(&buffer, '\n');
    CHECK_EQ_INT(COMITY_OK, comity_note_sign(by, text, (size_t)size, &buffer, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_shelf_add(shelf, "d", buffer.bytes, buffer.size, NULL));
    comity_buffer_free(&buffer);
}

/* The authority delegates to so many keys of their own, and as often to one key
 * and from that to another. */
static void many_delegations(unsigned keys, unsigned ways, comity_status status, const char *message)
{
    comity_shelf *shelf = NULL;
    comity_trust trust;
    comity_error error = {.message = ""};
    size_t size = 0;
    static const char text[] = "comity trust v1\nauthority XA.DPC\n  key @a\n  key @b\n  delegates 4\n";
    char *whole = paper_expand(text, sizeof text - 1, &size);
    comity_signer *signers[3] = {paper_signer('a'), paper_signer('c'), paper_signer('d')};
    CHECK_EQ_INT(COMITY_OK, comity_trust_read("trust", whole, size, &trust, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_shelf_new(&trust, NULL, 0, &shelf, NULL));
    for (unsigned i = 0; i < keys; i++) {
        comity_signer *to = numbered_signer(i);
        add_delegation(shelf, signers[0], to, i);
        comity_signer_free(to);
    }
    for (unsigned i = 0; i < ways; i++) {
        add_delegation(shelf, signers[0], signers[1], i);
        add_delegation(shelf, signers[1], signers[2], i);
    }
    CHECK_EQ_INT(status, comity_shelf_settle(shelf, &error));
    CHECK_EQ_STR(message, error.message);
    for (size_t i = 0; status == COMITY_OK && i < comity_shelf_count(shelf); i++) {
        CHECK_EQ_INT(COMITY_OK, comity_shelf_at(shelf, i)->status);
    }
    comity_shelf_free(shelf);
    comity_trust_free(&trust);
    for (size_t i = 0; i < 3; i++) {
        comity_signer_free(signers[i]);
    }
    free(whole);
}

int main(void)
{
    test_begin("shelf");
    test_case("there are cases");
    CHECK(text_files_each("tests/cases/shelf", ".txt", run_file) > 0);
    altered();
    odd_ones();
    test_case("as many keys as there may be, delegates included");
    many_delegations(COMITY_LIMIT_SHELF_KEYS - 2, 0, COMITY_OK, "");
    many_delegations(COMITY_LIMIT_SHELF_KEYS - 1, 0, COMITY_ERROR_LIMIT, "more than 4096 keys, delegates included");
    test_case("as many ways of delegating as there may be");
    many_delegations(0, 127, COMITY_OK, "");
    many_delegations(0, 128, COMITY_ERROR_LIMIT, "power is delegated in more than 16384 ways");
    limits();
    return test_done();
}
