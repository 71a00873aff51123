/* An act from JSON, by yajl: the contract's §1, field by field. The oracle is
 * for valid acts; what it does not know how to read it refuses. */
#include "inner.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_tree.h>

typedef struct act_reading {
    oracle_world *oracle;
    oracle_act *act;
    comity_error *reterr;
    bool failed;
    bool lightly; /* what is named now is touched only as transit or by an owner */
} act_reading;

static void fail(act_reading *reading, const char *what, const char *found)
{
    if (!reading->failed) {
        (void)comity_fail(reading->reterr, COMITY_ERROR_SYNTAX, "%s: %s", what, found == NULL ? "(no string)" : found);
    }
    reading->failed = true;
}

static yajl_val member(yajl_val object, const char *name)
{
    const char *path[] = {name, NULL};
    return YAJL_IS_OBJECT(object) ? yajl_tree_get(object, path, yajl_t_any) : NULL;
}

static void *take(const act_reading *reading, size_t count, size_t size)
{
    return oracle_take(&reading->oracle->act_arena, count, size);
}

/* ---- lists ---- */

/* A single value stands for a list of one; "..." at the end says at least these. */
static size_t items_of(const yajl_val *value, yajl_val const **ret_items, oracle_known *ret_known)
{
    *ret_items = NULL;
    *ret_known = *value == NULL ? ORACLE_ABSENT : ORACLE_COMPLETE;
    if (*value == NULL) {
        return 0;
    }
    if (!YAJL_IS_ARRAY(*value)) {
        *ret_items = value;
        return 1;
    }
    size_t count = YAJL_GET_ARRAY(*value)->len;
    *ret_items = YAJL_GET_ARRAY(*value)->values;
    if (count != 0) {
        const char *last = YAJL_GET_STRING((*ret_items)[count - 1]);
        if (last != NULL && strcmp(last, "...") == 0) {
            *ret_known = ORACLE_OPEN;
            count--;
        }
    }
    return count;
}

static oracle_name *read_name(act_reading *reading, yajl_val value)
{
    const char *text = YAJL_GET_STRING(value);
    oracle_name *name = text == NULL ? NULL : oracle_find(reading->oracle, text);
    if (name == NULL) {
        fail(reading, "a name the law does not know", text);
    }
    return name;
}

static oracle_names read_names(act_reading *reading, yajl_val value)
{
    yajl_val const *items;
    oracle_names names = {0};
    names.count = items_of(&value, &items, &names.known);
    names.items = take(reading, names.count, sizeof *names.items);
    for (size_t i = 0; i < names.count; i++) {
        names.items[i] = read_name(reading, items[i]);
    }
    return names;
}

static const char *read_text(act_reading *reading, yajl_val value)
{
    const char *text = YAJL_GET_STRING(value);
    if (text == NULL) {
        fail(reading, "a text was expected", NULL);
        return "";
    }
    char *copy = take(reading, strlen(text) + 1, 1);
    memcpy(copy, text, strlen(text) + 1);
    return copy;
}

static oracle_texts read_texts(act_reading *reading, yajl_val value)
{
    yajl_val const *items;
    oracle_texts texts = {0};
    texts.count = items_of(&value, &items, &texts.known);
    texts.items = take(reading, texts.count, sizeof *texts.items);
    for (size_t i = 0; i < texts.count; i++) {
        texts.items[i] = read_text(reading, items[i]);
    }
    return texts;
}

/* A free text that may be a word of the law: what the law does not know is `something else`. */
static oracle_name *read_free(act_reading *reading, yajl_val value)
{
    if (value == NULL) {
        return NULL;
    }
    const char *text = YAJL_GET_STRING(value);
    if (text == NULL) {
        fail(reading, "a text was expected", NULL);
        return NULL;
    }
    oracle_name *name = oracle_find(reading->oracle, text);
    return name != NULL ? name : take(reading, 1, sizeof(oracle_name) + 1);
}

/* ---- places ---- */

static void touch(act_reading *reading, oracle_name *place, bool any_part)
{
    oracle_act *act = reading->act;
    for (size_t i = 0; i < act->touched_count; i++) {
        if (act->touched[i].place == place) {
            act->touched[i].lightly = act->touched[i].lightly && reading->lightly;
            act->touched[i].any_part = act->touched[i].any_part || any_part;
            return;
        }
    }
    if (act->touched_count == act->touched_room) {
        oracle_touched *more = take(reading, act->touched_room * 2 + 16, sizeof *more);
        if (act->touched_count != 0) {
            memcpy(more, act->touched, act->touched_count * sizeof *more);
        }
        act->touched = more;
        act->touched_room = act->touched_room * 2 + 16;
    }
    act->touched[act->touched_count++] = (oracle_touched){place, reading->lightly, any_part};
}

static oracle_spot read_spot_untouched(act_reading *reading, yajl_val value)
{
    char code[64];
    const char *text = YAJL_GET_STRING(value);
    oracle_spot spot = {0};
    if (text == NULL || strlen(text) >= sizeof code) {
        fail(reading, "a place was expected", text);
        return spot;
    }
    size_t size = strlen(text);
    spot.any_part = size > 2 && strcmp(text + size - 2, "-?") == 0;
    (void)snprintf(code, sizeof code, "%.*s", (int)(spot.any_part ? size - 2 : size), text);
    spot.place = oracle_find(reading->oracle, code);
    if (spot.place == NULL) {
        fail(reading, "a place the law does not know", text);
    }
    return spot;
}

static oracle_spot read_spot(act_reading *reading, yajl_val value)
{
    oracle_spot spot = read_spot_untouched(reading, value);
    if (spot.place != NULL) {
        touch(reading, spot.place, spot.any_part);
        if (spot.place->part_of != NULL) {
            touch(reading, spot.place->part_of, false);
        }
    }
    return spot;
}

static oracle_spots read_spots_by(act_reading *reading, yajl_val value, oracle_spot (*read)(struct act_reading *, yajl_val))
{
    yajl_val const *items;
    oracle_spots spots = {0};
    spots.count = items_of(&value, &items, &spots.known);
    spots.items = take(reading, spots.count, sizeof *spots.items);
    for (size_t i = 0; i < spots.count; i++) {
        spots.items[i] = read(reading, items[i]);
    }
    return spots;
}

static oracle_spots read_spots(act_reading *reading, yajl_val value)
{
    return read_spots_by(reading, value, read_spot);
}

/* ---- numbers and days ---- */

static uint64_t read_whole(act_reading *reading, yajl_val value)
{
    if (!YAJL_IS_INTEGER(value) || YAJL_GET_INTEGER(value) < 0) {
        fail(reading, "a whole number was expected", NULL);
        return 0;
    }
    return (uint64_t)YAJL_GET_INTEGER(value);
}

static oracle_range read_range(act_reading *reading, yajl_val value)
{
    oracle_range range = {0, UINT64_MAX};
    if (YAJL_IS_OBJECT(value)) {
        yajl_val min = member(value, "min");
        yajl_val max = member(value, "max");
        range.min = min == NULL ? 0 : read_whole(reading, min);
        range.max = max == NULL ? UINT64_MAX : read_whole(reading, max);
    } else if (value != NULL) {
        range.min = read_whole(reading, value);
        range.max = range.min;
    }
    return range;
}

static int32_t read_day(act_reading *reading, yajl_val value)
{
    int32_t day = COMITY_NO_DATE;
    const char *text = YAJL_GET_STRING(value);
    if (value != NULL && (text == NULL || comity_date_parse(text, strlen(text), &day, NULL) != COMITY_OK)) {
        fail(reading, "a day was expected", text);
    }
    return day;
}

/* ---- parties ---- */

static oracle_party read_party(act_reading *reading, yajl_val value);

static void read_owners(act_reading *reading, yajl_val value, oracle_party *party)
{
    yajl_val const *items;
    bool lightly = reading->lightly;
    reading->lightly = true;
    party->owner_count = items_of(&value, &items, &party->owners_known);
    party->owners = take(reading, party->owner_count, sizeof *party->owners);
    for (size_t i = 0; i < party->owner_count; i++) {
        party->owners[i] = read_party(reading, items[i]);
    }
    reading->lightly = lightly;
}

static oracle_party read_party(act_reading *reading, yajl_val value)
{
    oracle_party party = {.percent = {0, 10000}};
    if (YAJL_IS_STRING(value)) {
        party.state = read_spot(reading, value);
    } else if (YAJL_IS_OBJECT(value)) {
        yajl_val state = member(value, "state");
        yajl_val name = member(value, "name");
        yajl_val percent = member(value, "percent");
        if (state != NULL) {
            party.state = read_spot(reading, state);
        }
        party.name = name == NULL ? NULL : read_text(reading, name);
        party.kinds = read_names(reading, member(value, "kinds"));
        party.certified = read_names(reading, member(value, "certified"));
        party.subject_to = read_spots(reading, member(value, "subject_to"));
        read_owners(reading, member(value, "owners"), &party);
        if (percent != NULL) {
            double hundredths = YAJL_IS_NUMBER(percent) ? strtod(YAJL_GET_NUMBER(percent), NULL) * 100 : -1;
            if (hundredths < 0 || hundredths > 10000.5) {
                fail(reading, "a percentage was expected", NULL);
                hundredths = 0;
            }
            party.percent.min = (uint64_t)(hundredths + 0.5);
            party.percent.max = party.percent.min;
        }
    } else if (value != NULL) {
        fail(reading, "a party was expected", NULL);
    }
    return party;
}

/* ---- papers ---- */

static oracle_paper read_paper(act_reading *reading, yajl_val value)
{
    yajl_val scope = member(value, "scope");
    oracle_paper paper = {
        .kind = read_name(reading, member(value, "kind")),
        .under = read_names(reading, member(value, "under")),
        .by = read_free(reading, member(value, "by")),
        .ref = read_free(reading, member(value, "ref")),
        .result = read_free(reading, member(value, "result")),
        .module = read_free(reading, member(scope, "module")),
        .from = read_day(reading, member(value, "from")),
        .until = read_day(reading, member(value, "until")),
        .parties = read_texts(reading, member(scope, "parties")),
        .states = read_spots_by(reading, member(scope, "states"), read_spot_untouched),
        .categories = read_names(reading, member(scope, "categories")),
        .purposes = read_names(reading, member(scope, "purposes")),
    };
    return paper;
}

/* ---- all together ---- */

static void read_data(act_reading *reading, yajl_val data)
{
    static const char *const lists[] = {"origin", "location", "subjects"};
    oracle_act *act = reading->act;
    yajl_val received = member(data, "received");
    yajl_val const *items;
    act->categories = read_names(reading, member(data, "categories"));
    for (int i = 0; i < 3; i++) {
        act->lists[i] = read_spots(reading, member(data, lists[i]));
    }
    act->people = read_range(reading, member(data, "people"));
    act->received_count = items_of(&received, &items, &act->received_known);
    act->received = take(reading, act->received_count, sizeof *act->received);
    for (size_t i = 0; i < act->received_count; i++) {
        yajl_val from = member(items[i], "from");
        yajl_val paper = member(items[i], "paper");
        if (from != NULL) {
            act->received[i].from = read_spot(reading, from);
        }
        act->received[i].paper = paper == NULL ? NULL : read_name(reading, paper);
    }
}

static void read_kind(act_reading *reading, yajl_val value)
{
    static const char *const kinds[] = {"transfer", "store", "collect", "disclose", "operate", "offer"};
    const char *text = YAJL_GET_STRING(value);
    for (unsigned i = 0; text != NULL && i < COMITY_ACT_COUNT; i++) {
        if (strcmp(kinds[i], text) == 0) {
            reading->act->kind = (uint8_t)(1u << i);
            return;
        }
    }
    fail(reading, "a kind of act was expected", text);
}

static void read_papers(act_reading *reading, yajl_val value)
{
    oracle_act *act = reading->act;
    yajl_val const *items;
    oracle_known known;
    act->paper_count = items_of(&value, &items, &known);
    act->papers = take(reading, act->paper_count, sizeof *act->papers);
    for (size_t i = 0; i < act->paper_count; i++) {
        act->papers[i] = read_paper(reading, items[i]);
    }
}

static void read_counts(act_reading *reading, yajl_val value)
{
    oracle_act *act = reading->act;
    act->count_count = YAJL_IS_OBJECT(value) ? YAJL_GET_OBJECT(value)->len : 0;
    act->counts = take(reading, act->count_count, sizeof *act->counts);
    for (size_t i = 0; i < act->count_count; i++) {
        act->counts[i].count = oracle_find(reading->oracle, YAJL_GET_OBJECT(value)->keys[i]);
        act->counts[i].range = read_range(reading, YAJL_GET_OBJECT(value)->values[i]);
    }
}

static void read_demand(act_reading *reading, yajl_val value)
{
    yajl_val binding = member(value, "binding");
    reading->act->channel = read_free(reading, member(value, "channel"));
    reading->act->basis = read_free(reading, member(value, "basis"));
    reading->act->binding = YAJL_IS_TRUE(binding)    ? ORACLE_YES
                            : YAJL_IS_FALSE(binding) ? ORACLE_NO
                                                     : ORACLE_UNKNOWN;
}

static void read_act(act_reading *reading, yajl_val root)
{
    oracle_act *act = reading->act;
    read_kind(reading, member(root, "act"));
    act->on = read_day(reading, member(root, "on"));
    act->parties[0] = read_party(reading, member(root, "from"));
    act->parties[1] = read_party(reading, member(root, "to"));
    read_data(reading, member(root, "data"));
    reading->lightly = true;
    act->lists[COMITY_LIST_TRANSIT] = read_spots(reading, member(root, "via"));
    reading->lightly = false;
    act->purposes = read_names(reading, member(root, "purposes"));
    act->circumstances = read_names(reading, member(root, "circumstances"));
    act->safeguards = read_names(reading, member(root, "safeguards"));
    act->deal = member(root, "deal") == NULL ? NULL : read_name(reading, member(root, "deal"));
    read_papers(reading, member(root, "papers"));
    read_counts(reading, member(root, "counts"));
    read_demand(reading, member(root, "demand"));
    if (act->on == COMITY_NO_DATE) {
        fail(reading, "the act says no day", "");
    }
}

comity_status oracle_read(oracle_world *oracle, const char *json, oracle_act *ret_act, comity_error *reterr)
{
    char message[256];
    oracle_act act = {0};
    act_reading reading = {.oracle = oracle, .act = &act, .reterr = reterr};
    yajl_val root = yajl_tree_parse(json, message, sizeof message);
    if (root == NULL) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "yajl: %s", message);
    }
    read_act(&reading, root);
    yajl_tree_free(root);
    if (reading.failed) {
        return COMITY_ERROR_SYNTAX;
    }
    *ret_act = act;
    return COMITY_OK;
}
