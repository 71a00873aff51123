/* The public interface to the papers at hand: a shelf (paper/shelf.h) under one
 * law. What comes in: a trust file and signed notes. What goes out: the papers
 * that count, read once against the law's image, ready to join acts. */
#include "api/papers_bundle.h"
#include "api/papers_holders.h"
#include "api/papers_trust.h"

#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory for tables and texts: a few hundred bytes a paper. */
#define PAPERS_MEMORY_MAX ((size_t)128 << 20)

/* ---- the law's authorities ---- */

static comity_status kinds_of(comity_papers *papers, const comity_set *set, comity_paper_authority *authority,
                              comity_error *reterr)
{
    const comity_image *image = &papers->law->image;
    uint32_t first = image->header->first_name[COMITY_CLASS_PAPER];
    uint32_t count = image->header->first_name[COMITY_CLASS_PAPER + 1] - first;
    void *room = NULL;
    COMITY_TRY(comity_arena_take_array(&papers->arena, count == 0 ? 1 : count, sizeof(const char *), &room, reterr));
    const char **kinds = room;
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (comity_set_has(set, i)) {
            kinds[found++] = comity_image_text(image, image->names[first + i].text);
        }
    }
    authority->kinds = kinds;
    authority->kind_count = found;
    return COMITY_OK;
}

static comity_status authorities_of(comity_papers *papers, comity_paper_authority **ret_authorities,
                                    comity_error *reterr)
{
    const comity_image *image = &papers->law->image;
    uint32_t count = image->authorities_count;
    void *room = NULL;
    COMITY_TRY(
        comity_arena_take_array(&papers->arena, count == 0 ? 1 : count, sizeof(comity_paper_authority), &room, reterr));
    comity_paper_authority *authorities = room;
    for (uint32_t i = 0; i < count; i++) {
        const comity_authority_record *record = &image->authorities[i];
        authorities[i].name = comity_image_text(image, record->name);
        authorities[i].law =
            record->law == COMITY_IMAGE_NONE ? "" : comity_image_text(image, image->laws[record->law].code);
        COMITY_TRY(kinds_of(papers, &image->sets[record->grants], &authorities[i], reterr));
    }
    *ret_authorities = authorities;
    return COMITY_OK;
}

static comity_status papers_make(comity_papers *papers, const char *name, const char *trust, size_t trust_size,
                                 comity_error *reterr)
{
    comity_paper_authority *authorities = NULL;
    comity_arena_init(&papers->arena, PAPERS_MEMORY_MAX);
    comity_buffer_init(&papers->bundle, COMITY_PAPERS_BUNDLE_BYTES);
    comity_papers_bundle_add(&papers->bundle, "trust", name, trust, trust_size);
    COMITY_TRY(comity_trust_read(name, trust, trust_size, &papers->trust, reterr));
    COMITY_TRY(comity_papers_trust_check(&papers->law->image, &papers->trust, name, reterr));
    COMITY_TRY(authorities_of(papers, &authorities, reterr));
    return comity_shelf_new(&papers->trust, authorities, papers->law->image.authorities_count, &papers->shelf, reterr);
}

comity_status comity_papers_new(const comity_law *law, const char *name, const char *trust, size_t trust_size,
                                comity_papers **ret_papers, comity_error *reterr)
{
    if (law == NULL || name == NULL || (trust == NULL && trust_size != 0) || ret_papers == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_papers_new: its arguments must not be NULL");
    }
    comity_papers *papers = calloc(1, sizeof *papers);
    if (papers == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    papers->law = law;
    comity_status status = papers_make(papers, name, trust, trust_size, reterr);
    if (status != COMITY_OK) {
        comity_papers_free(papers);
        return status;
    }
    *ret_papers = papers;
    return COMITY_OK;
}

void comity_papers_free(comity_papers *papers)
{
    if (papers == NULL) {
        return;
    }
    for (size_t i = 0; i < papers->count; i++) {
        free(papers->items[i].held);
    }
    comity_buffer_free(&papers->bundle);
    comity_shelf_free(papers->shelf);
    comity_arena_free(&papers->arena);
    comity_trust_free(&papers->trust);
    free(papers);
}

/* ---- adding ---- */

comity_status comity_papers_add(comity_papers *papers, const char *name, const void *note, size_t size,
                                comity_error *reterr)
{
    if (papers == NULL || name == NULL || (note == NULL && size != 0) || papers->settled) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_papers_add: its arguments must not be NULL, and the papers not settled");
    }
    COMITY_TRY(comity_shelf_add(papers->shelf, name, note, size, reterr));
    comity_papers_bundle_add(&papers->bundle, "paper", name, note, size);
    return COMITY_OK;
}

comity_status comity_papers_revoke(comity_papers *papers, const comity_paper_revocations *revocations,
                                   comity_error *reterr)
{
    if (papers == NULL || revocations == NULL || (revocations->items == NULL && revocations->count != 0) ||
        papers->settled) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_papers_revoke: its arguments must not be NULL, and the papers not settled");
    }
    COMITY_TRY(comity_shelf_revoke(papers->shelf, revocations, reterr));
    for (size_t i = 0; i < revocations->count; i++) {
        char index[24];
        (void)snprintf(index, sizeof index, "%llu", (unsigned long long)revocations->items[i].index);
        comity_papers_bundle_add(&papers->bundle, "revocation", index, revocations->items[i].note,
                                 revocations->items[i].note_size);
    }
    return COMITY_OK;
}

/* ---- settling ---- */

static comity_status copy_text(comity_papers *papers, const comity_buffer *buffer, const char **ret_text,
                               comity_error *reterr)
{
    const uint8_t *bytes;
    size_t size;
    char *copy = NULL;
    COMITY_TRY(comity_buffer_bytes(buffer, &bytes, &size, reterr));
    COMITY_TRY(comity_arena_copy(&papers->arena, bytes, size, &copy, reterr));
    *ret_text = copy;
    return COMITY_OK;
}

/* The message of an act's error without the path to its one paper. */
static const char *without_path(const char *message)
{
    static const char path[] = "papers[0].";
    return strncmp(message, path, sizeof path - 1) == 0 ? message + sizeof path - 1 : message;
}

/* Reads the paper as an act would hold it. What the law does not know is said in `why`. */
static comity_status read_held(comity_papers *papers, comity_act_memory *memory, const char *json,
                               comity_papers_item *item, comity_error *reterr)
{
    const comity_act *act;
    comity_error inner;
    char *why = NULL;
    if (comity_act_read(&papers->law->image, memory, json, strlen(json), COMITY_DATE_MIN, &act, &inner) != COMITY_OK) {
        const char *message = without_path(inner.message);
        COMITY_TRY(comity_arena_copy(&papers->arena, message, strlen(message), &why, reterr));
        item->why = why;
        return COMITY_OK;
    }
    item->held = comity_act_copy(act);
    return item->held != NULL ? COMITY_OK : comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
}

static comity_status settle_paper(comity_papers *papers, const comity_shelf_paper *told, comity_act_memory *memory,
                                  comity_buffer *buffer, comity_papers_item *item, comity_error *reterr)
{
    const char *json = NULL;
    if (told->paper == NULL) {
        return COMITY_OK;
    }
    comity_buffer_reset(buffer);
    comity_paper_put_json(told->paper, buffer);
    COMITY_TRY(copy_text(papers, buffer, &item->json, reterr));
    if (told->status == COMITY_OK && told->until != COMITY_PAPER_NO_DATE) {
        comity_date_print(told->until, item->until);
    }
    if (told->status != COMITY_OK || !told->paper->form->counts) {
        return COMITY_OK;
    }
    comity_buffer_reset(buffer);
    comity_buffer_append_text(buffer, "{\"act\":\"offer\",\"papers\":[");
    comity_paper_put_held(told->paper, told->until, buffer);
    comity_buffer_append_text(buffer, "]}");
    COMITY_TRY(copy_text(papers, buffer, &json, reterr));
    return read_held(papers, memory, json, item, reterr);
}

static comity_status settle_all(comity_papers *papers, comity_act_memory *memory, comity_buffer *buffer,
                                comity_error *reterr)
{
    size_t count = comity_shelf_count(papers->shelf);
    void *room = NULL;
    COMITY_TRY(comity_arena_take_array(&papers->arena, count == 0 ? 1 : count, sizeof *papers->items, &room, reterr));
    papers->items = room;
    papers->count = count;
    for (size_t i = 0; i < count; i++) {
        COMITY_TRY(settle_paper(papers, comity_shelf_at(papers->shelf, i), memory, buffer, &papers->items[i], reterr));
    }
    return comity_papers_sort_holders(papers, reterr);
}

static comity_status name_bundle(comity_papers *papers, comity_error *reterr)
{
    uint8_t digest[COMITY_SHA256_SIZE];
    const uint8_t *bytes;
    size_t size;
    COMITY_TRY(comity_buffer_bytes(&papers->bundle, &bytes, &size, reterr));
    comity_sha256(bytes, size, digest);
    memcpy(papers->name, "sha256:", 7);
    comity_sha256_print(digest, papers->name + 7);
    return COMITY_OK;
}

comity_status comity_papers_settle(comity_papers *papers, comity_error *reterr)
{
    comity_buffer buffer;
    if (papers == NULL || papers->settled) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_papers_settle: papers that are not settled expected");
    }
    papers->settled = true;
    COMITY_TRY(name_bundle(papers, reterr));
    COMITY_TRY(comity_shelf_settle(papers->shelf, reterr));
    comity_act_memory *memory = comity_act_memory_new();
    if (memory == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_buffer_init(&buffer, COMITY_LIMIT_ACT_BYTES);
    comity_status status = settle_all(papers, memory, &buffer, reterr);
    comity_buffer_free(&buffer);
    comity_act_memory_free(memory);
    return status;
}

/* ---- what became of them ---- */

size_t comity_papers_count(const comity_papers *papers)
{
    return papers == NULL ? 0 : papers->count;
}

comity_status comity_papers_tell(const comity_papers *papers, size_t index, comity_paper_told *ret_told,
                                 comity_error *reterr)
{
    if (papers == NULL || ret_told == NULL || index >= papers->count) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_papers_tell: there is no such paper");
    }
    const comity_papers_item *item = &papers->items[index];
    const comity_shelf_paper *told = comity_shelf_at(papers->shelf, index);
    bool counts = told->status == COMITY_OK && item->why == NULL;
    *ret_told = (comity_paper_told){.name = told->name,
                                    .counts = counts,
                                    .why = item->why != NULL ? item->why : told->message,
                                    .form = told->paper == NULL ? NULL : told->paper->form->name,
                                    .json = item->json,
                                    .until = counts && item->until[0] != '\0' ? item->until : NULL};
    return COMITY_OK;
}

/* ---- judging with them ---- */

comity_status comity_context_papers(comity_context *context, const comity_papers *papers, bool strict,
                                    comity_error *reterr)
{
    if (context == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_context_papers: context must not be NULL");
    }
    if (papers != NULL && (!papers->settled || papers->law != context->law)) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_context_papers: papers that are settled, under the context's own law, expected");
    }
    context->papers = papers;
    context->strict = strict;
    return COMITY_OK;
}
