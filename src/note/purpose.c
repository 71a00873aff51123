/* What comes in: a key's purpose and name, and a text. What goes out: whether
 * the one may sign the other. */
#include "note/purpose.h"

#include "base/unknown.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *word;
    uint8_t type;
} purposes[] = {
    [COMITY_PURPOSE_LOG] = {"log", 0x01},
    [COMITY_PURPOSE_WITNESS] = {"witness", 0x04},
    [COMITY_PURPOSE_PAPER] = {"paper", 0x01},
};

enum { PURPOSE_COUNT = sizeof purposes / sizeof purposes[0] };

const char *comity_purpose_word(comity_purpose purpose)
{
    assert((unsigned)purpose < PURPOSE_COUNT);
    return purposes[purpose].word;
}

bool comity_purpose_read(const char *word, size_t size, comity_purpose *ret_purpose)
{
    for (unsigned i = 0; i < PURPOSE_COUNT; i++) {
        if (strlen(purposes[i].word) == size && memcmp(purposes[i].word, word, size) == 0) {
            *ret_purpose = (comity_purpose)i;
            return true;
        }
    }
    return false;
}

uint8_t comity_purpose_type(comity_purpose purpose)
{
    assert((unsigned)purpose < PURPOSE_COUNT);
    return purposes[purpose].type;
}

static bool begins_with(const char *text, size_t size, const char *prefix)
{
    size_t prefix_size = strlen(prefix);
    return size >= prefix_size && memcmp(text, prefix, prefix_size) == 0;
}

static size_t first_line(const char *text, size_t size)
{
    const char *end = size == 0 ? NULL : memchr(text, '\n', size);
    return end == NULL ? size : (size_t)(end - text);
}

static comity_status admits_paper(const char *text, size_t size, comity_error *reterr)
{
    if (begins_with(text, size, COMITY_PAPER_PREFIX)) {
        return COMITY_OK;
    }
    return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "the first line is %s, but a paper begins with \"%s\"",
                       comity_unknown_size(size).text, COMITY_PAPER_PREFIX);
}

static comity_status admits_checkpoint(const char *text, size_t size, comity_error *reterr)
{
    if (begins_with(text, size, COMITY_PAPER_PREFIX)) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE, "this is a paper, but a checkpoint is expected");
    }
    if (size == 0 || begins_with(text, size, COMITY_COSIGNATURE_PREFIX)) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE,
                           "the first line is %s, but a checkpoint begins with the name of its log",
                           comity_quote_bytes(text, size).text);
    }
    return COMITY_OK;
}

comity_status comity_purpose_admits(comity_purpose purpose, const char *name, size_t name_size, const char *text,
                                    size_t text_size, comity_error *reterr)
{
    size_t line_size = first_line(text, text_size);
    if (purpose == COMITY_PURPOSE_PAPER) {
        return admits_paper(text, line_size, reterr);
    }
    COMITY_TRY(admits_checkpoint(text, line_size, reterr));
    if (purpose == COMITY_PURPOSE_LOG && (line_size != name_size || memcmp(text, name, name_size) != 0)) {
        return comity_fail(reterr, COMITY_ERROR_SIGNATURE,
                           "the checkpoint is of the log %s, but the key is of the log %s",
                           comity_quote_bytes(text, line_size).text, comity_quote_bytes(name, name_size).text);
    }
    return COMITY_OK;
}
