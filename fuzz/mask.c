/* Any bytes, masked: the copy is the same however the input is split, what is turned
 * back is the input, JSON stays JSON, and nothing of what is refused has gone out
 * but what was settled. The first byte chooses the policy and the hints. */
#include "../tests/mask_types.h"

#include "base/json.h"

#define INPUT_SIZE_MAX 8192

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const policies[] = {
    "default mask",
    "default token",
    "default remove",
    "level 65\ndefault generalise\ntype t.card mask keep last 4\n",
    "default digest\ncategory email keep\n",
    "type t.card refuse\n",
};

static const comity_form_hints hints[] = {
    {.content_type = NULL},
    {.content_type = "multipart/form-data; boundary=XX"},
    {.content_type = "application/x-www-form-urlencoded"},
    {.content_type = "text/csv; charset=gb18030"},
};

static mask_kit kit;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static bool is_json(const void *bytes, size_t size)
{
    comity_json_token *tokens = malloc((size + 1) * sizeof *tokens);
    size_t count = 0;
    require(tokens != NULL);
    bool good = comity_json_tokenize(bytes, size, 64, tokens, size + 1, &count, NULL) == COMITY_OK;
    free(tokens);
    return good;
}

/* An object or a list: a number or a string alone is text, as long as nobody says that it is JSON. */
static bool is_seen_as_json(const uint8_t *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && memchr(" \t\r\n", bytes[at], 4) != NULL) {
        at++;
    }
    return at < size && (bytes[at] == '{' || bytes[at] == '[') && is_json(bytes, size);
}

/* One masker a policy does for all inputs, and one unmasker; where their output goes now. */
static comity_masker *maskers[sizeof policies / sizeof policies[0]];
static comity_unmasker *unmasker;
static mask_text *now;

static comity_status write_now(void *context, const void *bytes, size_t size, comity_error *reterr)
{
    (void)context;
    return mask_text_write(now, bytes, size, reterr);
}

static void make_all(void)
{
    comity_error error;
    require(mask_kit_make(&kit));
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        comity_mask_policy *policy = NULL;
        require(comity_mask_policy_read(kit.types, "p", policies[i], strlen(policies[i]), &policy, &error) ==
                COMITY_OK);
        comity_mask_settings settings = {.rules = kit.rules, .policy = policy, .key = kit.key, .write = write_now};
        require(comity_masker_new(&settings, &maskers[i], &error) == COMITY_OK);
    }
    require(comity_unmasker_new(kit.key, write_now, NULL, &unmasker, &error) == COMITY_OK);
}

static comity_status mask(size_t policy, const comity_form_hints *hint, const uint8_t *bytes, size_t size, size_t chunk,
                          mask_text *ret_text, comity_error *reterr)
{
    memset(ret_text, 0, sizeof *ret_text);
    now = ret_text;
    comity_status status = comity_masker_start(maskers[policy], hint, reterr);
    for (size_t at = 0; status == COMITY_OK && at < size;) {
        size_t n = size - at < chunk ? size - at : chunk;
        status = comity_masker_feed(maskers[policy], bytes + at, n, reterr);
        at += n;
    }
    return status == COMITY_OK ? comity_masker_finish(maskers[policy], reterr) : status;
}

static void check_back(const comity_form_hints *hint, const uint8_t *bytes, size_t size, const mask_text *masked)
{
    mask_text back = {0};
    comity_error error;
    now = &back;
    require(comity_unmasker_start(unmasker, hint, &error) == COMITY_OK);
    for (size_t at = 0; at < masked->size; at += 100) {
        size_t n = masked->size - at < 100 ? masked->size - at : 100;
        require(comity_unmasker_feed(unmasker, masked->bytes + at, n, &error) == COMITY_OK);
    }
    require(comity_unmasker_finish(unmasker, &error) == COMITY_OK);
    require(back.size == size && (size == 0 || memcmp(back.bytes, bytes, size) == 0));
    free(back.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2 || size > INPUT_SIZE_MAX) {
        return 0;
    }
    if (kit.types == NULL) {
        make_all();
    }
    size_t chosen = bytes[0] % (sizeof policies / sizeof policies[0]);
    const comity_form_hints *hint = &hints[bytes[0] / 64];
    mask_text whole;
    mask_text split;
    comity_error error = {.message = ""};
    comity_error other = {.message = ""};
    bytes++;
    size--;
    comity_status status = mask(chosen, hint, bytes, size, SIZE_MAX, &whole, &error);
    comity_status again = mask(chosen, hint, bytes, size, 1 + bytes[0] % 61, &split, &other);
    require(status == again);
    if (status == COMITY_OK) {
        require(whole.size == split.size && (whole.size == 0 || memcmp(whole.bytes, split.bytes, whole.size) == 0));
        require(!is_seen_as_json(bytes, size) || is_json(whole.bytes, whole.size));
        if (strcmp(policies[chosen], "default token") == 0) {
            check_back(hint, bytes, size, &whole);
        }
    }
    free(whole.bytes);
    free(split.bytes);
    return 0;
}
