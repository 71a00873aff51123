/* Output: what is appended comes out, failures stick, strings are escaped as RFC 8785 says. */
#include "test.h"

#include "base/buffer.h"

#include <stdlib.h>

/* What was written, as a string of the test's own. */
static const char *text_of(const comity_buffer *buffer)
{
    static char text[4096];
    const uint8_t *bytes = NULL;
    size_t size = 0;
    comity_error error;
    if (comity_buffer_bytes(buffer, &bytes, &size, &error) != COMITY_OK) {
        memcpy(text, error.message, sizeof error.message);
        return text;
    }
    CHECK(size < sizeof text);
    memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

static void appends(void)
{
    test_case("what is appended comes out");
    comity_buffer buffer;
    comity_buffer_init(&buffer, 1000);
    CHECK_EQ_STR("", text_of(&buffer));
    comity_buffer_append(&buffer, "abc", 2);
    comity_buffer_append(&buffer, NULL, 0);
    comity_buffer_append_byte(&buffer, '-');
    comity_buffer_append_text(&buffer, "xyz");
    CHECK_EQ_STR("ab-xyz", text_of(&buffer));
    comity_buffer_reset(&buffer);
    CHECK_EQ_STR("", text_of(&buffer));
    comity_buffer_append_zeros(&buffer, 3);
    comity_buffer_append_zeros(&buffer, 0);
    CHECK_EQ_INT(3, buffer.size);
    comity_buffer_free(&buffer);
    comity_buffer_append_text(&buffer, "again");
    CHECK_EQ_STR("again", text_of(&buffer));
    comity_buffer_free(&buffer);
    comity_buffer_free(NULL);
}

static void numbers(void)
{
    test_case("numbers in decimal");
    comity_buffer buffer;
    comity_buffer_init(&buffer, 1000);
    static const uint64_t naturals[] = {0, 9, 10, 4294967296, UINT64_MAX};
    static const int64_t integers[] = {0, -1, 42, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < 5; i++) {
        comity_buffer_append_u64(&buffer, naturals[i]);
        comity_buffer_append_byte(&buffer, ' ');
        comity_buffer_append_i64(&buffer, integers[i]);
        comity_buffer_append_byte(&buffer, ' ');
    }
    CHECK_EQ_STR("0 0 9 -1 10 42 4294967296 9223372036854775807 18446744073709551615 -9223372036854775808 ",
                 text_of(&buffer));
    comity_buffer_free(&buffer);
}

static void grows(void)
{
    test_case("grows to its limit and not beyond");
    comity_buffer buffer;
    comity_buffer_init(&buffer, 3000);
    for (int i = 0; i < 3000; i++) {
        comity_buffer_append_byte(&buffer, (uint8_t)('a' + i % 26));
    }
    const char *text = text_of(&buffer);
    CHECK_EQ_INT(3000, strlen(text));
    CHECK(text[0] == 'a' && text[2999] == 'a' + 2999 % 26);
    CHECK(buffer.capacity <= 3000);
    comity_buffer_append_byte(&buffer, 'x');
    CHECK_EQ_STR("the output is larger than its limit of 3000 bytes", text_of(&buffer));
    comity_buffer_append_text(&buffer, "");
    comity_buffer_append_json_string(&buffer, "y", 1);
    CHECK_EQ_STR("the output is larger than its limit of 3000 bytes", text_of(&buffer));
    comity_buffer_reset(&buffer);
    comity_buffer_append_text(&buffer, "fine");
    CHECK_EQ_STR("fine", text_of(&buffer));
    comity_buffer_append(&buffer, "x", SIZE_MAX);
    CHECK_EQ_STR("the output is larger than its limit of 3000 bytes", text_of(&buffer));
    comity_buffer_free(&buffer);
}

/* AddressSanitizer shall give NULL, as the system does, rather than end the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void no_memory(void)
{
    test_case("says when the system has no more, and stays so");
    comity_buffer buffer;
    comity_buffer_init(&buffer, SIZE_MAX);
    comity_buffer_append_text(&buffer, "four");
    comity_buffer_append_zeros(&buffer, SIZE_MAX / 4);
    CHECK_EQ_STR("no memory for an output of more than 4 bytes", text_of(&buffer));
    comity_buffer_append_text(&buffer, "five");
    CHECK_EQ_STR("no memory for an output of more than 4 bytes", text_of(&buffer));
    comity_buffer_reset(&buffer);
    CHECK_EQ_STR("", text_of(&buffer));
    comity_buffer_free(&buffer);
}

static void fixed(void)
{
    test_case("stays in fixed memory");
    char memory[8] = "";
    comity_buffer buffer;
    comity_buffer_init_fixed(&buffer, memory, 4);
    comity_buffer_append_text(&buffer, "abcd");
    CHECK_EQ_STR("abcd", text_of(&buffer));
    comity_buffer_append_byte(&buffer, 'e');
    CHECK_EQ_STR("the output is larger than its limit of 4 bytes", text_of(&buffer));
    CHECK_EQ_STR("abcd", memory);
    comity_buffer_free(&buffer);
    comity_buffer_append_text(&buffer, "x");
    CHECK_EQ_STR("x", text_of(&buffer));
    CHECK_EQ_STR("xbcd", memory);
}

static const char *json_string(const char *text, size_t size)
{
    comity_buffer buffer;
    comity_buffer_init(&buffer, 4000);
    comity_buffer_append_json_string(&buffer, text, size);
    const char *written = text_of(&buffer);
    comity_buffer_free(&buffer);
    return written;
}

static void escapes(void)
{
    test_case("escapes only what RFC 8785 asks for");
    CHECK_EQ_STR("\"\"", json_string("", 0));
    CHECK_EQ_STR("\"a/b\x7f<>&'é国𝄞\"", json_string("a/b\x7f<>&'é国𝄞", strlen("a/b\x7f<>&'é国𝄞")));
    CHECK_EQ_STR("\"\\\"\\\\\\b\\t\\n\\f\\r\"", json_string("\"\\\b\t\n\f\r", 7));
    CHECK_EQ_STR("\"\\u0000\\u0001\\u000b\\u001f\"", json_string("\0\1\x0b\x1f", 4));
}

/* Strings put together from pieces and escaped where they stand, against those escaped one by one. */
static void escapes_in_place(void)
{
    test_case("escapes in place what append_json_string escapes");
    uint32_t random = 7;
    for (int round = 0; round < 4000; round++) {
        comity_buffer buffer;
        char text[64];
        size_t size = (size_t)round % sizeof text;
        for (size_t i = 0; i < size; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = round % 3 == 0 ? (char)(random >> 25) : "ab\"\\\n\1"[random >> 24 & 7 ? 0 : random >> 29 & 5];
        }
        comity_buffer_init(&buffer, 4000);
        comity_buffer_append_text(&buffer, "\"\\before\"");
        size_t begin = buffer.size;
        comity_buffer_append(&buffer, text, size);
        comity_buffer_escape_json(&buffer, begin);
        comity_buffer_append_byte(&buffer, '"');
        char made[512];
        CHECK(buffer.size < sizeof made);
        memcpy(made, text_of(&buffer), buffer.size + 1);
        CHECK(strncmp(made, "\"\\before\"", begin) == 0);
        CHECK_EQ_STR(json_string(text, size) + 1, made + begin);
        comity_buffer_free(&buffer);
    }
}

static void escapes_without_room(void)
{
    test_case("escaping fails where there is no room, and only there");
    char memory[8];
    comity_buffer buffer;
    comity_buffer_init_fixed(&buffer, memory, sizeof memory);
    comity_buffer_append_text(&buffer, "ab\ncd");
    comity_buffer_escape_json(&buffer, 0);
    CHECK_EQ_STR("ab\\ncd", text_of(&buffer));
    comity_buffer_reset(&buffer);
    comity_buffer_append_text(&buffer, "ab\1cd");
    comity_buffer_escape_json(&buffer, 0);
    CHECK_EQ_STR("the output is larger than its limit of 8 bytes", text_of(&buffer));
    comity_buffer_escape_json(&buffer, 0);
    CHECK_EQ_STR("the output is larger than its limit of 8 bytes", text_of(&buffer));
}

static void rooms(void)
{
    test_case("room that is taken, in part, or not at all");
    comity_buffer buffer;
    comity_buffer_init(&buffer, 600);
    for (int i = 0; i < 5; i++) {
        uint8_t *room = comity_buffer_room(&buffer, 100);
        if (CHECK(room != NULL)) {
            memcpy(room, "abc", 3);
            comity_buffer_filled(&buffer, room + (i % 2 == 0 ? 3 : 0));
        }
    }
    CHECK_EQ_STR("abcabcabc", text_of(&buffer));
    CHECK(comity_buffer_room(&buffer, 1000) == NULL);
    CHECK_EQ_STR("the output is larger than its limit of 600 bytes", text_of(&buffer));
    CHECK(comity_buffer_room(&buffer, 1) == NULL);
    comity_buffer_free(&buffer);
}

/* One byte to escape at every place of strings of every size, so that no fast path misses it. */
static void every_place(void)
{
    test_case("finds what to escape at every place");
    for (size_t size = 1; size < 40; size++) {
        for (size_t at = 0; at < size; at++) {
            for (unsigned byte = 0; byte < 0x80; byte++) {
                char text[40];
                memset(text, 'x', size);
                text[at] = (char)byte;
                bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
                size_t written = strlen(json_string(text, size));
                bool shortened = byte < 0x20 && strchr("\b\t\n\f\r", (int)byte) != NULL && byte != 0;
                size_t extra = !escaped ? 0 : byte >= 0x20 || shortened ? 1 : 5;
                CHECK_EQ_INT(size + 2 + extra, written);
            }
        }
    }
}

int main(void)
{
    test_begin("base/buffer");
    appends();
    numbers();
    grows();
    no_memory();
    fixed();
    escapes();
    escapes_in_place();
    escapes_without_room();
    rooms();
    every_place();
    return test_done();
}
