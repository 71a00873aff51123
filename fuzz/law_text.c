/* Hostile law text. Whatever it is, the parser ends, and a file that is not
 * whole has told why. What parses is formatted: that says the same, keeps every
 * comment, and formats to itself. */
#include "law/compile/format.h"
#include "law/compile/lexer.h"
#include "law/compile/parser.h"

#include "../tests/law_tree.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define FUZZ_BYTES_MAX ((size_t)64 << 20)

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The tree as text; false if the text is not law, or too much of it. */
static bool parse(const char *text, size_t size, comity_buffer *ret_tree)
{
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_law_file file;
    comity_error error;
    comity_buffer messages;
    bool whole = false;
    comity_arena_init(&arena, FUZZ_BYTES_MAX);
    comity_buffer_init(&messages, FUZZ_BYTES_MAX);
    comity_diagnostics_init(&diagnostics, &arena);
    if (comity_law_parse(&arena, "fuzz.law", 0, text, size, &diagnostics, &file, &error) == COMITY_OK) {
        whole = file.parsed_whole;
        must(whole == (diagnostics.error_count == 0));
        if (whole) {
            law_tree_print(ret_tree, &file);
        } else if (comity_diagnostics_print(&diagnostics, &file, 1, &messages, &error) == COMITY_OK) {
            must(messages.size > 0);
        }
    }
    comity_buffer_free(&messages);
    comity_arena_free(&arena);
    return whole;
}

/* The comments of a text, in any order: a sum over them. */
static uint64_t comments_of(const char *text, size_t size)
{
    comity_arena arena;
    comity_diagnostics diagnostics;
    comity_lexer lexer;
    comity_token token;
    uint64_t sum = 0;
    comity_arena_init(&arena, FUZZ_BYTES_MAX);
    comity_diagnostics_init(&diagnostics, &arena);
    comity_lexer_init(&lexer, text, size, 0, true, &diagnostics);
    do {
        comity_lexer_next(&lexer, &token);
        uint64_t hash = 14695981039346656037u;
        for (size_t i = 0; token.type == COMITY_TOKEN_COMMENT && i < token.size; i++) {
            hash = (hash ^ (uint8_t)token.text[i]) * 1099511628211u;
        }
        sum += token.type == COMITY_TOKEN_COMMENT ? hash : 0;
    } while (token.type != COMITY_TOKEN_END);
    comity_arena_free(&arena);
    return sum;
}

static bool format(const char *text, size_t size, comity_buffer *ret_text)
{
    comity_buffer messages;
    comity_error error;
    bool whole = false;
    comity_buffer_init(&messages, FUZZ_BYTES_MAX);
    bool done = comity_law_format("fuzz.law", text, size, ret_text, &messages, &whole, &error) == COMITY_OK;
    comity_buffer_free(&messages);
    must(!done || whole);
    return done;
}

static bool equal(const comity_buffer *left, const comity_buffer *right)
{
    return left->size == right->size && memcmp(left->bytes, right->bytes, left->size) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    comity_buffer tree, formatted, tree_again, formatted_again;
    comity_buffer_init(&tree, FUZZ_BYTES_MAX);
    comity_buffer_init(&formatted, FUZZ_BYTES_MAX);
    comity_buffer_init(&tree_again, FUZZ_BYTES_MAX);
    comity_buffer_init(&formatted_again, FUZZ_BYTES_MAX);
    if (parse((const char *)bytes, size, &tree) && format((const char *)bytes, size, &formatted)) {
        const char *text = (const char *)formatted.bytes;
        must(parse(text, formatted.size, &tree_again));
        must(equal(&tree, &tree_again));
        must(comments_of((const char *)bytes, size) == comments_of(text, formatted.size));
        must(format(text, formatted.size, &formatted_again));
        must(equal(&formatted, &formatted_again));
    }
    comity_buffer_free(&tree);
    comity_buffer_free(&formatted);
    comity_buffer_free(&tree_again);
    comity_buffer_free(&formatted_again);
    return 0;
}
