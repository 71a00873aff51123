/* The arena: alignment, zeros, limits, and nothing that moves. */
#include "test.h"

#include "base/arena.h"

static void takes(void)
{
    test_case("gives aligned zeros that never move");
    comity_arena arena;
    comity_arena_init(&arena, (size_t)64 << 20);
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        void *memory = NULL;
        CHECK_EQ_INT(COMITY_OK, comity_arena_take(&arena, i * 7, &memory, NULL));
        CHECK_EQ_INT(0, (uintptr_t)memory % _Alignof(max_align_t));
        pieces[i] = memory;
        for (size_t k = 0; k < i * 7; k++) {
            CHECK(pieces[i][k] == 0);
            pieces[i][k] = (unsigned char)i;
        }
    }
    for (size_t i = 0; i < 500; i++) {
        for (size_t k = 0; k < i * 7; k++) {
            CHECK(pieces[i][k] == (unsigned char)i);
        }
    }
    comity_arena_free(&arena);
}

static void limits(void)
{
    test_case("never holds more than its limit");
    comity_arena arena;
    comity_arena_init(&arena, 10000);
    comity_error error;
    void *memory = NULL;
    char told[80]; /* what is taken is aligned, as the machine wants it */
    size_t aligned = (10001 + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    (void)snprintf(told, sizeof told, "%zu bytes more would pass the limit of 10000 bytes of memory", aligned);
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_arena_take(&arena, 10001, &memory, &error));
    CHECK_EQ_STR(told, error.message);
    CHECK(memory == NULL);
    size_t taken = 0;
    while (comity_arena_take(&arena, 100, &memory, NULL) == COMITY_OK) {
        taken += 100;
        CHECK(arena.held <= 10000);
    }
    CHECK(taken > 7000 && taken <= 10000);
    comity_arena_free(&arena);
    CHECK_EQ_INT(COMITY_OK, comity_arena_take(&arena, 9000, &memory, NULL));
    comity_arena_free(&arena);
    comity_arena_init(&arena, 0);
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_arena_take(&arena, 1, &memory, NULL));
    comity_arena_free(&arena);
}

static void overflows(void)
{
    test_case("sizes that overflow are refused");
    comity_arena arena;
    comity_arena_init(&arena, SIZE_MAX);
    void *memory = NULL;
    char *copy = NULL;
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_arena_take(&arena, SIZE_MAX, &memory, NULL));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_arena_take(&arena, SIZE_MAX - 15, &memory, NULL));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_arena_take_array(&arena, SIZE_MAX / 2, 3, &memory, NULL));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_arena_copy(&arena, "x", SIZE_MAX, &copy, NULL));
    CHECK(memory == NULL && copy == NULL);
    CHECK_EQ_INT(COMITY_OK, comity_arena_take_array(&arena, 10, 20, &memory, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_arena_take_array(&arena, SIZE_MAX, 0, &memory, NULL));
    comity_arena_free(&arena);
}

/* AddressSanitizer shall give NULL, as the system does, rather than end the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void no_memory(void)
{
    test_case("says when the system has no more");
    comity_arena arena;
    comity_arena_init(&arena, SIZE_MAX);
    comity_error error;
    void *memory = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_arena_take(&arena, 10, &memory, &error));
    CHECK_EQ_INT(COMITY_ERROR_MEMORY, comity_arena_take(&arena, SIZE_MAX / 4, &memory, &error));
    CHECK(strncmp(error.message, "no memory for ", 14) == 0);
    CHECK_EQ_INT(COMITY_OK, comity_arena_take(&arena, 10, &memory, &error));
    comity_arena_free(&arena);
}

static void copies(void)
{
    test_case("copies with a NUL behind");
    comity_arena arena;
    comity_arena_init(&arena, 100000);
    char *copy = NULL;
    CHECK_EQ_INT(COMITY_OK, comity_arena_copy(&arena, "consent", 4, &copy, NULL));
    CHECK_EQ_STR("cons", copy);
    CHECK_EQ_INT(COMITY_OK, comity_arena_copy(&arena, NULL, 0, &copy, NULL));
    CHECK_EQ_STR("", copy);
    comity_arena_free(&arena);
}

static void resets(void)
{
    test_case("reset keeps one block and gives zeros again");
    comity_arena arena;
    comity_arena_init(&arena, (size_t)1 << 20);
    comity_arena_reset(&arena);
    for (int round = 0; round < 100; round++) {
        for (size_t i = 0; i < 60; i++) {
            void *memory = NULL;
            CHECK_EQ_INT(COMITY_OK, comity_arena_take(&arena, 5000, &memory, NULL));
            const unsigned char *bytes = memory;
            CHECK(bytes[0] == 0 && bytes[4999] == 0);
            memset(memory, 0xEE, 5000);
        }
        comity_arena_reset(&arena);
        CHECK(arena.held < (size_t)1 << 20);
    }
    comity_arena_free(&arena);
    comity_arena_free(&arena);
    comity_arena_free(NULL);
}

int main(void)
{
    test_begin("base/arena");
    takes();
    limits();
    overflows();
    no_memory();
    copies();
    resets();
    return test_done();
}
