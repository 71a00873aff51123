/* Any bytes as an act with persons beside it: what is given back lies in the text, and
 * every person in a category. */
#include "serve/persons.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    comity_persons_given given;
    comity_error error;
    const char *text = (const char *)bytes;
    size_t persons = 0;
    (void)comity_persons_beside(text, size);
    if (comity_persons_read(text, size, &given, &error) != COMITY_OK) {
        return 0;
    }
    require(given.act >= text && given.act_size <= size && given.act + given.act_size <= text + size);
    require(given.act == text || (given.act[0] == '{' && given.act[given.act_size - 1] == '}'));
    for (size_t i = 0; i < given.found_count; i++) {
        require(given.found[i].first == persons && strlen(given.found[i].category) <= COMITY_LIMIT_SERVE_NAME_BYTES);
        persons += given.found[i].count;
    }
    require(persons == given.digest_count);
    comity_persons_given_free(&given);
    return 0;
}
