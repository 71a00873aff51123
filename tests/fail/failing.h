/* Allocations that fail when they are told to. The linker sends the library's
 * malloc and its kin here (--wrap); a test program includes this once. */
#ifndef COMITY_TESTS_FAIL_FAILING_H
#define COMITY_TESTS_FAIL_FAILING_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static unsigned long made;     /* allocations asked for since the beginning of a run */
static unsigned long fails_at; /* the one that fails; 0: none */
static bool goes_on;           /* and all after it */
static long alive;

static bool fails(void)
{
    made++;
    return fails_at != 0 && (made == fails_at || (goes_on && made > fails_at));
}

void *__wrap_malloc(size_t size)
{
    void *memory = fails() ? NULL : __real_malloc(size);
    alive += memory != NULL;
    return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *memory = fails() ? NULL : __real_calloc(count, size);
    alive += memory != NULL;
    return memory;
}

void *__wrap_realloc(void *memory, size_t size)
{
    void *moved = fails() ? NULL : __real_realloc(memory, size);
    alive += moved != NULL && memory == NULL;
    return moved;
}

void __wrap_free(void *memory)
{
    alive -= memory != NULL;
    __real_free(memory);
}

#endif
