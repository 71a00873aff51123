/* The invariants of masking, over random documents with values planted in them:
 *
 *   split    however an input is split, its masked copy is the same
 *   clean    a masked copy, inspected again, shows nothing at the level that was masked (but
 *            where values were removed: words then come nearer to what is behind them)
 *   back     what is turned back is the input, byte for byte
 *   syntax   masked JSON is JSON, and masked CSV has its rows
 *
 * in UTF-8 and in UTF-16.
 *
 *     mask [DOCUMENTS [SEED]]
 */
#include "../test.h"

#include "../mask_types.h"
#include "base/json.h"
#include "documents.h"

#define SHOWN_MAX 10

static const char *const policies[] = {"default mask", "default remove", "default digest", "default token"};

static unsigned shown;

static void show(const char *what, const char *policy, size_t document, const char *message)
{
    if (shown++ < SHOWN_MAX) {
        fprintf(stderr, "document %zu, %s: %s: %s\n", document, policy, what, message);
    }
}

/* The document in UTF-16, little end first with its mark, if it is so to be; else as it is. The caller frees. */
static uint8_t *encode(const scan_document *document, bool is_wide, size_t *ret_size)
{
    uint8_t *bytes = malloc(document->size * 2 + 2);
    if (!is_wide) {
        memcpy(bytes, document->bytes, document->size);
        *ret_size = document->size;
        return bytes;
    }
    size_t n = 0;
    bytes[n++] = 0xFF;
    bytes[n++] = 0xFE;
    for (size_t at = 0; at < document->size;) {
        uint8_t lead = document->bytes[at];
        size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        uint32_t code = size == 1 ? lead : lead & (0xFFu >> (size + 1));
        for (size_t i = 1; i < size; i++) {
            code = code << 6 | (document->bytes[at + i] & 0x3Fu);
        }
        code = code > 0xFFFF ? 0xFFFD : code;
        bytes[n++] = (uint8_t)code;
        bytes[n++] = (uint8_t)(code >> 8);
        at += size;
    }
    *ret_size = n;
    return bytes;
}

static uint64_t count_findings(const mask_kit *kit, const comity_form_hints *hints, const mask_text *text)
{
    comity_mask_policy *policy = NULL;
    comity_masker *masker = NULL;
    mask_text copy = {0};
    comity_error error;
    uint64_t count = UINT64_MAX;
    comity_status status = comity_mask_policy_read(kit->types, "p", "default keep", 12, &policy, &error);
    comity_mask_settings settings = {
        .rules = kit->rules, .policy = policy, .key = kit->key, .write = mask_text_write, .context = &copy};
    status = status == COMITY_OK ? comity_masker_new(&settings, &masker, &error) : status;
    status = status == COMITY_OK ? comity_masker_start(masker, hints, &error) : status;
    status = status == COMITY_OK ? comity_masker_feed(masker, text->bytes, text->size, &error) : status;
    status = status == COMITY_OK ? comity_masker_finish(masker, &error) : status;
    if (status == COMITY_OK && copy.size == text->size && memcmp(copy.bytes, text->bytes, copy.size) == 0) {
        count = comity_masker_counts(masker).findings;
    }
    comity_masker_free(masker);
    comity_mask_policy_free(policy);
    free(copy.bytes);
    return count;
}

static bool is_json(const mask_text *text)
{
    comity_json_token *tokens = malloc(text->size * sizeof *tokens);
    size_t count = 0;
    bool good = comity_json_tokenize(text->bytes, text->size, 64, tokens, text->size, &count, NULL) == COMITY_OK;
    free(tokens);
    return good;
}

static size_t count_newlines(const void *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += ((const char *)bytes)[i] == '\n';
    }
    return count;
}

typedef struct failures {
    size_t split, clean, back, syntax, other;
} failures;

static void try_document(const mask_kit *kit, const scan_document *document, size_t number, const char *policy,
                         bool is_wide, chance *random, failures *counts)
{
    size_t size = 0;
    uint8_t *bytes = encode(document, is_wide, &size);
    const char *type = document->syntax == COMITY_FORM_URLENCODED ? "application/x-www-form-urlencoded" : NULL;
    comity_form_hints hints = {.content_type = type};
    mask_text whole = {0};
    mask_text split = {0};
    mask_text back = {0};
    comity_error error = {.message = ""};
    uint64_t left = 0;
    if (mask_bytes(kit, policy, &hints, bytes, size, SIZE_MAX, &whole, &error) != COMITY_OK) {
        show("error", policy, number, error.message);
        counts->other++;
    } else {
        size_t chunk = 1 + chance_below(random, chance_in_100(random, 50) ? 50 : 5000);
        if (mask_bytes(kit, policy, &hints, bytes, size, chunk, &split, &error) != COMITY_OK ||
            split.size != whole.size || memcmp(split.bytes, whole.bytes, whole.size) != 0) {
            show("split", policy, number, "another copy");
            counts->split++;
        }
        bool keeps_distances = strcmp(policy, "default remove") != 0;
        if (keeps_distances && count_findings(kit, &hints, &whole) != 0) {
            show("clean", policy, number, "something is found in the masked copy");
            counts->clean++;
        }
        bool has_tokens = strcmp(policy, "default token") == 0;
        if (has_tokens &&
            (unmask_bytes(kit->key, &hints, whole.bytes, whole.size, chunk, &back, &left, &error) != COMITY_OK ||
             left != 0 || back.size != size || memcmp(back.bytes, bytes, size) != 0)) {
            show("back", policy, number, "not the input");
            counts->back++;
        }
        bool is_bad = !is_wide && ((document->syntax == COMITY_FORM_JSON && !is_json(&whole)) ||
                                   (document->syntax == COMITY_FORM_CSV &&
                                    count_newlines(whole.bytes, whole.size) != count_newlines(bytes, size)));
        if (is_bad) {
            show("syntax", policy, number, "broken");
            counts->syntax++;
        }
    }
    free(whole.bytes);
    free(split.bytes);
    free(back.bytes);
    free(bytes);
}

int main(int argc, char **argv)
{
    size_t documents = argc > 1 ? strtoul(argv[1], NULL, 10) : 120;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261129;
    static const comity_form_syntax syntaxes[] = {COMITY_FORM_TEXT, COMITY_FORM_JSON, COMITY_FORM_NDJSON,
                                                  COMITY_FORM_CSV,  COMITY_FORM_XML,  COMITY_FORM_URLENCODED};
    test_begin("property/mask");
    test_case("set up");
    mask_kit kit;
    comity_error error;
    if (!CHECK(mask_kit_make(&kit))) {
        return test_done();
    }
    comity_scan_rules_free(kit.rules);
    comity_types_close(kit.types);
    kit.types = small_types();
    if (!CHECK(comity_scan_rules_new(kit.types, &kit.rules, &error) == COMITY_OK)) {
        return test_done();
    }
    scan_document *made = document_new();
    failures counts = {0};
    for (size_t i = 0; i < documents; i++) {
        chance random = chance_for(seed, i);
        size_t size = 200 + chance_below(&random, i % 20 == 0 ? 200000 : 10000);
        document_make(made, kit.types, &random, syntaxes[i % 6], size);
        try_document(&kit, made, i, policies[(i / 6) % 4], i / 24 % 2 != 0, &random, &counts);
    }
    test_case("no document is an error");
    CHECK_EQ_INT(0, counts.other);
    test_case("split");
    CHECK_EQ_INT(0, counts.split);
    test_case("clean");
    CHECK_EQ_INT(0, counts.clean);
    test_case("back");
    CHECK_EQ_INT(0, counts.back);
    test_case("syntax");
    CHECK_EQ_INT(0, counts.syntax);
    document_free(made);
    mask_kit_free(&kit);
    return test_done();
}
