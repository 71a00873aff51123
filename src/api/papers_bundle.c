/* What comes in: papers as they are given, or a bundle. What goes out: the one from the other. */
#include "api/papers_bundle.h"

#include "record/checkpoint.h"

#include <string.h>

static const char first_line[] = "comity papers 1\n";

/* Names are for messages: what is longer is cut, where it is written as where it is read. */
#define NAME_SIZE 512

void comity_papers_bundle_add(comity_buffer *bundle, const char *word, const char *name, const void *bytes, size_t size)
{
    if (bundle->size == 0) {
        comity_buffer_append_text(bundle, first_line);
    }
    comity_buffer_append_text(bundle, word);
    comity_buffer_append_byte(bundle, ' ');
    comity_buffer_append_u64(bundle, size);
    comity_buffer_append_byte(bundle, ' ');
    for (size_t i = 0; name[i] != '\0' && i < NAME_SIZE - 1; i++) {
        comity_buffer_append_byte(bundle, (uint8_t)(name[i] == '\n' ? '?' : name[i]));
    }
    comity_buffer_append_byte(bundle, '\n');
    comity_buffer_append(bundle, bytes, size);
    comity_buffer_append_byte(bundle, '\n');
}

typedef struct bundle_item {
    const char *word;
    size_t word_size;
    char name[NAME_SIZE];
    const char *bytes;
    uint64_t size;
} bundle_item;

static comity_status wrong(comity_error *reterr)
{
    return comity_fail(reterr, COMITY_ERROR_SYNTAX, "this is no bundle of papers");
}

static comity_status next_item(const char **text, size_t *left, bundle_item *ret_item, comity_error *reterr)
{
    const char *line;
    size_t size;
    if (!comity_log_line(text, left, &line, &size)) {
        return wrong(reterr);
    }
    const char *space = memchr(line, ' ', size);
    const char *second = space == NULL ? NULL : memchr(space + 1, ' ', size - (size_t)(space + 1 - line));
    if (second == NULL || !comity_log_number_read(space + 1, (size_t)(second - space - 1), &ret_item->size) ||
        ret_item->size >= *left || (*text)[ret_item->size] != '\n') {
        return wrong(reterr);
    }
    size_t name_size = size - (size_t)(second + 1 - line);
    name_size = name_size < sizeof ret_item->name ? name_size : sizeof ret_item->name - 1;
    memcpy(ret_item->name, second + 1, name_size);
    ret_item->name[name_size] = '\0';
    ret_item->word = line;
    ret_item->word_size = (size_t)(space - line);
    ret_item->bytes = *text;
    *text += ret_item->size + 1;
    *left -= (size_t)ret_item->size + 1;
    return COMITY_OK;
}

static bool is_word(const bundle_item *item, const char *word)
{
    return item->word_size == strlen(word) && memcmp(item->word, word, item->word_size) == 0;
}

static comity_status add_items(comity_papers *papers, const char *text, size_t left, comity_error *reterr)
{
    while (left != 0) {
        bundle_item item;
        uint64_t index;
        COMITY_TRY(next_item(&text, &left, &item, reterr));
        if (is_word(&item, "paper")) {
            COMITY_TRY(comity_papers_add(papers, item.name, item.bytes, (size_t)item.size, reterr));
        } else if (is_word(&item, "revocation") && comity_log_number_read(item.name, strlen(item.name), &index)) {
            comity_paper_revocation one = {index, item.bytes, (size_t)item.size};
            comity_paper_revocations all = {&one, 1};
            COMITY_TRY(comity_papers_revoke(papers, &all, reterr));
        } else {
            return wrong(reterr);
        }
    }
    return comity_papers_settle(papers, reterr);
}

comity_status comity_papers_bundle_open(const comity_law *law, const void *bytes, size_t size,
                                        comity_papers **ret_papers, comity_error *reterr)
{
    const char *text = bytes;
    bundle_item trust;
    comity_papers *papers;
    size_t head = sizeof first_line - 1;
    if (size < head || memcmp(text, first_line, head) != 0) {
        return wrong(reterr);
    }
    text += head;
    size -= head;
    COMITY_TRY(next_item(&text, &size, &trust, reterr));
    if (!is_word(&trust, "trust")) {
        return wrong(reterr);
    }
    COMITY_TRY(comity_papers_new(law, trust.name, trust.bytes, (size_t)trust.size, &papers, reterr));
    comity_status status = add_items(papers, text, size, reterr);
    if (status != COMITY_OK) {
        comity_papers_free(papers);
        return status;
    }
    *ret_papers = papers;
    return COMITY_OK;
}
