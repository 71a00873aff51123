/* From an act and its persons to series of the ledger, and from the ledger's numbers to
 * the act's counts.
 *
 * The act is judged once without counts, which settles what law is considered and which
 * counts its condition is met for: all persons of the act are counted, as law counts by
 * acts. A count that may or may not be meant goes to a series of its own, so that what is
 * given has a least and a most. */
#include "serve/counting.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/unknown.h"
#include "serve/counter.h"
#include "serve/counts.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = COMITY_ACT_NAME_BYTES + 1 };

/* Of one count: which entries its bounds are drawn from. */
typedef struct counted {
    uint32_t count;
    size_t surely, first_perhaps, perhaps; /* entries: the first, and how many from first_perhaps on */
} counted;

typedef struct plan {
    const comity_image *image;
    comity_context *context;
    const uint32_t *count_laws; /* by count */
    const comity_persons_given *given;
    const comity_ledger_digest *all; /* the act's persons, each once */
    size_t all_count;
    char exporter[TEXT_SIZE], importer[TEXT_SIZE];
    const char *origins[COMITY_LIMIT_SERVE_ORIGINS];
    size_t origin_count;
    const char *destination;
    comity_ledger_entry entries[COMITY_LEDGER_ENTRIES_MAX];
    comity_ledger_numbers numbers[COMITY_LEDGER_ENTRIES_MAX];
    size_t entry_count;
    counted *counts; /* as many as the image has, at most */
    size_t count_count;
    bool is_counted; /* by law, surely or perhaps */
} plan;

/* ---- who and where ---- */

static comity_status party_read(const comity_act *act, uint32_t side, char *ret_text, comity_error *reterr)
{
    size_t size = comity_act_party_name(act, side, ret_text);
    if (size > COMITY_LEDGER_TEXT_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%s.name: the ledger takes names of at most %d bytes",
                           side == 0 ? "from" : "to", COMITY_LEDGER_TEXT_BYTES);
    }
    ret_text[size] = '\0';
    return COMITY_OK;
}

static const char *code_of(const comity_image *image, comity_place_ref place)
{
    return place.place == COMITY_NONE16 ? "" : comity_image_text(image, image->places[place.place].code);
}

static comity_status parties_read(plan *all, comity_error *reterr)
{
    const comity_act *act = all->context->act;
    const comity_list *origin = &act->lists[COMITY_LIST_ORIGIN];
    COMITY_TRY(party_read(act, COMITY_NODE_FIRST, all->exporter, reterr));
    COMITY_TRY(party_read(act, COMITY_NODE_SECOND, all->importer, reterr));
    if (all->exporter[0] == '\0') {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                           "from.name: persons are counted by exporter, whose name the act does not say");
    }
    all->destination = code_of(all->image, act->nodes[COMITY_NODE_SECOND].state);
    for (uint32_t i = 0; i < origin->count && all->origin_count < COMITY_LIMIT_SERVE_ORIGINS; i++) {
        all->origins[all->origin_count++] = code_of(all->image, act->places[origin->first + i]);
    }
    if (all->origin_count == 0) {
        all->origins[all->origin_count++] = code_of(all->image, act->nodes[COMITY_NODE_FIRST].state);
    }
    return COMITY_OK;
}

/* ---- entries ---- */

static comity_status add_entry(plan *all, comity_ledger_entry entry, comity_error *reterr)
{
    if (all->entry_count == COMITY_LEDGER_ENTRIES_MAX) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "the act's persons fall into more than %d series of the ledger",
                           COMITY_LEDGER_ENTRIES_MAX);
    }
    all->entries[all->entry_count++] = entry;
    return COMITY_OK;
}

static comity_status fail_category(const plan *all, const char *name, comity_error *reterr)
{
    const char *near = comity_image_near(all->image, COMITY_CLASS_CATEGORY, name, strlen(name));
    return comity_fail(reterr, COMITY_ERROR_NAME, "persons: %s is no category%s%s%s",
                       comity_unknown_word(name, strlen(name), near).text, near == NULL ? "" : "; did you mean \"",
                       near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

static comity_status add_flows(plan *all, const comity_persons_found *found, comity_error *reterr)
{
    const comity_facts *categories = &all->context->act->facts[COMITY_SLOT_CATEGORY];
    uint32_t category = comity_image_find(all->image, COMITY_CLASS_CATEGORY, found->category, strlen(found->category));
    if (category == COMITY_IMAGE_NONE) {
        return fail_category(all, found->category, reterr);
    }
    if (!comity_set_has(&categories->yes, category) && categories->open == 0) {
        return comity_fail(reterr, COMITY_ERROR_NAME, "persons: \"%s\" is not among the categories of the act's data",
                           found->category);
    }
    for (size_t i = 0; i < all->origin_count && found->count != 0; i++) {
        COMITY_TRY(
            add_entry(all,
                      (comity_ledger_entry){COMITY_LEDGER_FLOW, found->category, all->origins[i], all->destination, 12,
                                            all->given->digests + found->first, found->count},
                      reterr));
    }
    return COMITY_OK;
}

static comity_truth is_meant(plan *all, const comity_count_record *count)
{
    comity_truth truth = COMITY_NO;
    if (count->rows == COMITY_IMAGE_NONE) {
        return COMITY_NO;
    }
    const comity_rows *rows = &all->image->conditions[count->rows];
    for (uint32_t i = 0; i < rows->row_count && truth != COMITY_YES; i++) {
        comity_truth row = comity_judge_row(all->context->memory, all->context->act,
                                            &all->image->rows[rows->first_row + i], COMITY_NODE_FIRST);
        truth = row > truth ? row : truth;
    }
    return truth;
}

static bool is_considered(const plan *all, uint32_t count)
{
    return comity_judge_considers(all->context->memory, all->count_laws[count]);
}

/* Whether to persons of an unnamed importer, or of a count that is perhaps meant, is not
 * known: they stand among those that perhaps count. */
static comity_status add_count(plan *all, uint32_t number, comity_truth meant, comity_error *reterr)
{
    const comity_count_record *count = &all->image->counts[number];
    const char *name = comity_image_text(all->image, count->name);
    bool by_importer = comity_count_by_importer(count);
    bool unnamed = by_importer && all->importer[0] == '\0';
    comity_ledger_entry entry = {COMITY_LEDGER_COUNT,        name,     "", by_importer ? all->importer : "",
                                 comity_count_months(count), all->all, 0};
    size_t persons = meant == COMITY_NO ? 0 : all->all_count;
    all->is_counted = all->is_counted || persons != 0;
    counted *bounds = &all->counts[all->count_count];
    *bounds =
        (counted){.count = number, .surely = all->entry_count, .first_perhaps = all->entry_count + 1, .perhaps = 1};
    entry.person_count = meant == COMITY_YES && !unnamed ? persons : 0;
    COMITY_TRY(add_entry(all, entry, reterr));
    entry.kind = COMITY_LEDGER_PERHAPS;
    entry.person_count = meant == COMITY_UNKNOWN || unnamed ? persons : 0;
    COMITY_TRY(add_entry(all, entry, reterr));
    if (by_importer && !unnamed) {
        entry.destination = "";
        entry.person_count = 0;
        bounds->perhaps++;
        COMITY_TRY(add_entry(all, entry, reterr));
    }
    all->count_count += unnamed ? 0 : 1; /* of which importer is not known: nor is the count */
    return COMITY_OK;
}

static bool is_given(const comity_act *act, uint32_t count)
{
    for (uint32_t i = 0; i < act->count_count; i++) {
        if (act->counts[i].count == count) {
            return true;
        }
    }
    return false;
}

static comity_status add_all(plan *all, comity_error *reterr)
{
    for (size_t i = 0; i < all->given->found_count; i++) {
        COMITY_TRY(add_flows(all, &all->given->found[i], reterr));
    }
    for (uint32_t i = 0; i < all->image->counts_count; i++) {
        if (!comity_count_is_kept(&all->image->counts[i])) {
            continue;
        }
        comity_truth meant = is_meant(all, &all->image->counts[i]);
        if (meant == COMITY_NO && !is_considered(all, i)) {
            continue;
        }
        if (is_given(all->context->act, i)) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX,
                               "counts.%s: with persons given, this count is the ledger's to give",
                               comity_image_text(all->image, all->image->counts[i].name));
        }
        COMITY_TRY(add_count(all, i, meant, reterr));
    }
    return COMITY_OK;
}

/* ---- persons ---- */

static int digest_order(const void *a, const void *b)
{
    return memcmp(a, b, COMITY_LEDGER_DIGEST_SIZE);
}

/* Each person once, of whatever category. The caller frees. */
static comity_ledger_digest *each_once(const comity_persons_given *given, size_t *ret_count)
{
    comity_ledger_digest *all = malloc((given->digest_count + 1) * sizeof *all);
    size_t count = 0;
    if (all == NULL) {
        return NULL;
    }
    if (given->digest_count != 0) {
        memcpy(all, given->digests, given->digest_count * sizeof *all);
        qsort(all, given->digest_count, sizeof *all, digest_order);
    }
    for (size_t i = 0; i < given->digest_count; i++) {
        if (count == 0 || memcmp(&all[count - 1], &all[i], sizeof *all) != 0) {
            all[count++] = all[i];
        }
    }
    *ret_count = count;
    return all;
}

/* ---- the act with its counts ---- */

static void put_count(const plan *all, const counted *bounds, bool first, comity_buffer *buffer)
{
    const comity_count_record *count = &all->image->counts[bounds->count];
    bool yearly = comity_count_is_yearly(count);
    uint64_t least = yearly ? all->numbers[bounds->surely].year : all->numbers[bounds->surely].back;
    uint64_t most = least;
    for (size_t i = 0; i < bounds->perhaps; i++) {
        const comity_ledger_numbers *numbers = &all->numbers[bounds->first_perhaps + i];
        most += yearly ? numbers->year : numbers->back;
    }
    comity_buffer_append_text(buffer, first ? "\"" : ",\"");
    comity_buffer_append(buffer, comity_image_text(all->image, count->name), count->size);
    comity_buffer_append_text(buffer, least == most ? "\":" : "\":{\"min\":");
    comity_buffer_append_u64(buffer, least);
    if (least != most) {
        comity_buffer_append_text(buffer, ",\"max\":");
        comity_buffer_append_u64(buffer, most);
        comity_buffer_append_byte(buffer, '}');
    }
}

/* Where the act's own `counts` begin, behind the brace; 0: it has none. The act has been read. */
static size_t own_counts(const char *act, size_t size)
{
    comity_json json;
    comity_json_token token;
    bool is_next = false;
    comity_json_init(&json, COMITY_LIMIT_JSON_DEPTH);
    comity_json_feed(&json, act, size, true);
    while (comity_json_next(&json, &token, NULL) == COMITY_OK && token.kind != COMITY_JSON_NONE) {
        if (is_next && token.kind == COMITY_JSON_OBJECT_BEGIN) {
            return (size_t)token.end;
        }
        is_next = token.kind == COMITY_JSON_KEY && token.depth == 1 &&
                  comity_json_says(act + token.begin, (size_t)(token.end - token.begin), "counts", 6);
    }
    return 0;
}

/* Members are added at the end of the act, or at the beginning of its own counts. */
static void put_act(const plan *all, comity_buffer *buffer)
{
    const char *act = all->given->act;
    if (all->count_count == 0) {
        comity_buffer_append(buffer, act, all->given->act_size);
        return;
    }
    size_t own = own_counts(act, all->given->act_size);
    size_t at = own;
    if (own == 0) {
        for (at = all->given->act_size; act[at - 1] != '}'; at--) {
        }
        at--;
    }
    comity_buffer_append(buffer, act, at);
    comity_buffer_append_text(buffer, own != 0 ? "" : ",\"counts\":{");
    for (size_t i = 0; i < all->count_count; i++) {
        put_count(all, &all->counts[i], i == 0, buffer);
    }
    size_t rest = own + strspn(act + own, " \t\r\n");
    comity_buffer_append_text(buffer, own == 0 ? "}" : act[rest] == '}' ? "" : ",");
    comity_buffer_append(buffer, act + at, all->given->act_size - at);
}

/* ---- beginning and ending ---- */

static comity_status begin(struct comity_counter *counter, plan *all, const char *today, comity_counting *ret_counting,
                           comity_buffer *buffer, comity_error *reterr)
{
    comity_verdict unused;
    const uint8_t *bytes;
    COMITY_TRY(comity_judge_verdict(all->context, all->given->act, all->given->act_size, today, &unused, reterr));
    COMITY_TRY(parties_read(all, reterr));
    COMITY_TRY(add_all(all, reterr));
    comity_status status = comity_counter_reserve(counter, all->exporter, all->context->act->on, all->entries,
                                                  all->entry_count, &ret_counting->id, all->numbers, reterr);
    if (status != COMITY_OK && status != COMITY_ERROR_SYSTEM && status != COMITY_ERROR_IMAGE) {
        return status;
    }
    ret_counting->reserved = status == COMITY_OK;
    ret_counting->uncounted = status != COMITY_OK && all->is_counted;
    if (status != COMITY_OK) {
        all->count_count = 0;
    }
    comity_buffer_reset(buffer);
    put_act(all, buffer);
    status = comity_buffer_bytes(buffer, &bytes, &ret_counting->act_size, reterr);
    if (status != COMITY_OK && ret_counting->reserved) {
        comity_counting_cancel(counter, &ret_counting->id);
    }
    ret_counting->act = status == COMITY_OK ? (const char *)bytes : NULL;
    return status;
}

comity_status comity_counting_begin(struct comity_counter *counter, const comity_lease *lease,
                                    comity_persons_given *given, const char *today, const comity_ledger_id *id,
                                    comity_buffer *buffer, comity_counting *ret_counting, comity_error *reterr)
{
    const comity_image *image = &lease->context->law->image;
    comity_counting counting = {.id = *id};
    plan *all = calloc(1, sizeof *all);
    comity_ledger_digest *persons = all == NULL ? NULL : each_once(given, &all->all_count);
    counted *counts = calloc((size_t)image->counts_count + 1, sizeof *counts);
    comity_status status;
    if (all == NULL || persons == NULL || counts == NULL) {
        status = comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    } else {
        all->image = image;
        all->context = lease->context;
        all->count_laws = comity_lease_count_laws(lease);
        all->given = given;
        all->all = persons;
        all->counts = counts;
        status = begin(counter, all, today, &counting, buffer, reterr);
    }
    free(counts);
    free(persons);
    free(all);
    if (status == COMITY_OK) {
        *ret_counting = counting;
    }
    return status;
}

comity_status comity_counting_commit(struct comity_counter *counter, const comity_ledger_id *id, comity_error *reterr)
{
    return comity_ledger_commit(comity_counter_ledger(counter), id, reterr) == COMITY_OK
               ? COMITY_OK
               : comity_fail(reterr, COMITY_ERROR_SYSTEM,
                             "the persons could not be counted, so nothing may be released");
}

void comity_counting_commit_many(struct comity_counter *counter, comity_ledger_member *members, size_t count)
{
    comity_ledger_commit_many(comity_counter_ledger(counter), members, count);
}

void comity_counting_cancel(struct comity_counter *counter, const comity_ledger_id *id)
{
    comity_error unused;
    (void)comity_ledger_cancel(comity_counter_ledger(counter), id, &unused);
}
