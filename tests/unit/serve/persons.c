/* Persons beside an act are seen wherever they stand, and where they do not stand they are not. */
#include "serve/persons.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_TRIED 300

/* What reads exactly so many bytes from memory of that size, where a sanitizer sees one more. */
static bool beside(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy + 1, text, size);
    bool found = comity_persons_beside(copy + 1, size);
    free(copy);
    return found;
}

int main(void)
{
    static const char key[] = "\"persons\"";
    static const char alike[] = "\"perso_s\"";
    const size_t key_size = sizeof key - 1;
    char text[SIZE_MAX_TRIED];
    bool good = true;
    test_begin("persons");
    test_case("the key at each place of each size");
    for (size_t size = 0; size <= sizeof text; size++) {
        memset(text, '"', sizeof text);
        good = good && !beside(text, size);
        for (size_t at = 0; at + key_size <= size; at++) {
            memset(text, at % 3 == 0 ? '"' : 'p', sizeof text);
            memcpy(text + at, key, key_size);
            good = good && beside(text, size);
            good = good && (at == 0 || !beside(text, at + key_size - 1));
            memcpy(text + at, alike, key_size);
            good = good && !beside(text, size);
        }
    }
    CHECK(good);
    return test_done();
}
