/* comity ask: a question in options, an answer in plain words.
 *
 * The options are put together to an act as JSON, which goes the way every act
 * goes; so whatever is wrong with a name is told as it is told there. */
#include "cli/ask_fact.h"
#include "cli/command.h"

#include "api/handles.h"
#include "base/date.h"
#include "base/utf8.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum ask_option {
    ASK_ACT = 256, ASK_ON, ASK_FROM, ASK_TO, ASK_FROM_NAME, ASK_TO_NAME, ASK_DEAL, ASK_CHANNEL, ASK_BASIS,
    ASK_PEOPLE, /* up to here: one value, the last given counts */
    ASK_VIA, ASK_DATA, ASK_ORIGIN, ASK_LOCATION, ASK_SUBJECTS, ASK_PURPOSE, ASK_CIRCUMSTANCE, ASK_SAFEGUARD,
    ASK_FROM_KIND, ASK_TO_KIND, ASK_FROM_SUBJECT_TO, ASK_TO_SUBJECT_TO, ASK_FROM_CERTIFIED, ASK_TO_CERTIFIED,
    /* up to here: lists, with commas or repeated */
    ASK_FROM_OWNER, ASK_TO_OWNER, ASK_COUNT, ASK_PAPER, ASK_ADOPT, /* several, each by itself */
    ASK_BINDING, ASK_NOT_BINDING, ASK_JSON, ASK_ACT_JSON, ASK_LAW
} ask_option;

static const struct option longs[] = {
    {"act", required_argument, NULL, ASK_ACT},
    {"on", required_argument, NULL, ASK_ON},
    {"from", required_argument, NULL, ASK_FROM},
    {"to", required_argument, NULL, ASK_TO},
    {"from-name", required_argument, NULL, ASK_FROM_NAME},
    {"to-name", required_argument, NULL, ASK_TO_NAME},
    {"deal", required_argument, NULL, ASK_DEAL},
    {"channel", required_argument, NULL, ASK_CHANNEL},
    {"basis", required_argument, NULL, ASK_BASIS},
    {"people", required_argument, NULL, ASK_PEOPLE},
    {"via", required_argument, NULL, ASK_VIA},
    {"data", required_argument, NULL, ASK_DATA},
    {"origin", required_argument, NULL, ASK_ORIGIN},
    {"location", required_argument, NULL, ASK_LOCATION},
    {"subjects", required_argument, NULL, ASK_SUBJECTS},
    {"purpose", required_argument, NULL, ASK_PURPOSE},
    {"circumstance", required_argument, NULL, ASK_CIRCUMSTANCE},
    {"safeguard", required_argument, NULL, ASK_SAFEGUARD},
    {"from-kind", required_argument, NULL, ASK_FROM_KIND},
    {"to-kind", required_argument, NULL, ASK_TO_KIND},
    {"from-subject-to", required_argument, NULL, ASK_FROM_SUBJECT_TO},
    {"to-subject-to", required_argument, NULL, ASK_TO_SUBJECT_TO},
    {"from-certified", required_argument, NULL, ASK_FROM_CERTIFIED},
    {"to-certified", required_argument, NULL, ASK_TO_CERTIFIED},
    {"from-owner", required_argument, NULL, ASK_FROM_OWNER},
    {"to-owner", required_argument, NULL, ASK_TO_OWNER},
    {"count", required_argument, NULL, ASK_COUNT},
    {"paper", required_argument, NULL, ASK_PAPER},
    {"adopt", required_argument, NULL, ASK_ADOPT},
    {"binding", no_argument, NULL, ASK_BINDING},
    {"not-binding", no_argument, NULL, ASK_NOT_BINDING},
    {"json", no_argument, NULL, ASK_JSON},
    {"act-json", no_argument, NULL, ASK_ACT_JSON},
    {"law", required_argument, NULL, ASK_LAW},
    {NULL, 0, NULL, 0},
};

typedef struct asked_list {
    struct {
        int option;
        const char *text;
    } values[COMITY_LIMIT_ASK_OPTIONS];
    size_t count;
    bool only_checked; /* nothing is answered */
} asked_list;

static const char *last_of(const asked_list *asked, int option)
{
    const char *text = NULL;
    for (size_t i = 0; i < asked->count; i++) {
        text = asked->values[i].option == option ? asked->values[i].text : text;
    }
    return text;
}

static bool is_given(const asked_list *asked, int option)
{
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->values[i].option == option) {
            return true;
        }
    }
    return false;
}

/* ---- writing the act ---- */

static void put(comity_buffer *act, const char *text)
{
    comity_buffer_append_text(act, text);
}

static void put_string(comity_buffer *act, const char *text, size_t size)
{
    comity_buffer_append_json_string(act, text, size);
}

/* Names with commas between them, as elements of a list, but for the word `without`, if it is not NULL. */
static void put_names(comity_buffer *act, const char *text, size_t size, const char *without, bool *first)
{
    for (size_t at = 0; at < size;) {
        const char *comma = memchr(text + at, ',', size - at);
        size_t end = comma == NULL ? size : (size_t)(comma - text);
        bool is_left_out = without != NULL && strlen(without) == end - at && memcmp(text + at, without, end - at) == 0;
        if (!is_left_out) {
            put(act, *first ? "" : ",");
            put_string(act, text + at, end - at);
            *first = false;
        }
        at = end + 1;
    }
}

static void put_key(comity_buffer *act, const char *name, bool *first)
{
    put(act, *first ? "\"" : ",\"");
    put(act, name);
    put(act, "\":");
    *first = false;
}

static void put_one(comity_buffer *act, const asked_list *asked, const char *name, int option, bool *first)
{
    const char *text = last_of(asked, option);
    if (text != NULL) {
        put_key(act, name, first);
        put_string(act, text, strlen(text));
    }
}

static const char open_word[] = "unknown";

static bool is_open_word(const char *text, size_t size)
{
    return size == sizeof open_word - 1 && memcmp(text, open_word, size) == 0;
}

/* Is it said that there may be more in a list than is given? */
static bool is_open(const asked_list *asked, int option)
{
    for (size_t i = 0; i < asked->count; i++) {
        for (const char *at = asked->values[i].text; asked->values[i].option == option && *at != '\0';) {
            size_t size = strcspn(at, ",");
            if (is_open_word(at, size)) {
                return true;
            }
            at += size + (at[size] == ',');
        }
    }
    return false;
}

/* Is nothing said of a list but that it is not known? */
static bool is_all_open(const asked_list *asked, int option)
{
    bool open = true;
    for (size_t i = 0; i < asked->count; i++) {
        open &= asked->values[i].option != option || strcmp(asked->values[i].text, open_word) == 0;
    }
    return open;
}

/* A list of all values of an option, each perhaps several with commas; empty for "none"; with "unknown" among
 * them there may be more. `otherwise`: what stands there when the option is not given, or NULL. */
static void put_list(comity_buffer *act, const asked_list *asked, const char *name, int option, const char *otherwise,
                     bool *first)
{
    bool inner = true;
    if (!is_given(asked, option)) {
        if (otherwise != NULL) {
            put_key(act, name, first);
            put(act, otherwise);
        }
        return;
    }
    if (is_all_open(asked, option)) {
        return;
    }
    put_key(act, name, first);
    if (strcmp(last_of(asked, option), "none") == 0) {
        put(act, "[]");
        return;
    }
    put(act, "[");
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->values[i].option == option) {
            put_names(act, asked->values[i].text, strlen(asked->values[i].text), open_word, &inner);
        }
    }
    if (is_open(asked, option)) {
        put(act, inner ? "\"...\"" : ",\"...\"");
    }
    put(act, "]");
}

static bool is_number(const char *text)
{
    bool digits = *text != '\0';
    for (const char *c = text; *c != '\0'; c++) {
        digits &= (*c >= '0' && *c <= '9') || *c == '.';
    }
    return digits;
}

/* Numbers go in as they are written: what is none is told by the act's reader. */
static void put_number(comity_buffer *act, const char *text)
{
    if (is_number(text)) {
        put(act, text);
    } else {
        put_string(act, text, strlen(text));
    }
}

/* The first number of bounds, MIN-MAX, or MIN- where there is no most; 0 if the text is none. */
static size_t bounds_size(const char *text)
{
    static const char digits[] = "0123456789";
    size_t size = strspn(text, digits);
    bool is_bounds = size != 0 && text[size] == '-' && text[size + 1 + strspn(text + size + 1, digits)] == '\0';
    return is_bounds ? size : 0;
}

static void put_number_or_bounds(comity_buffer *act, const char *text)
{
    size_t size = bounds_size(text);
    if (size == 0) {
        put_number(act, text);
        return;
    }
    put(act, "{\"min\":");
    comity_buffer_append(act, text, size);
    if (text[size + 1] != '\0') {
        put(act, ",\"max\":");
        put(act, text + size + 1);
    }
    put(act, "}");
}

static void put_owners(comity_buffer *act, const asked_list *asked, int option, bool *first)
{
    bool inner = true;
    if (!is_given(asked, option)) {
        return;
    }
    put_key(act, "owners", first);
    if (strcmp(last_of(asked, option), "none") == 0) {
        put(act, "[]");
        return;
    }
    put(act, "[");
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->values[i].option != option || asked->values[i].text[0] == '\0') {
            continue;
        }
        const char *text = asked->values[i].text;
        const char *percent = strchr(text, ':');
        put(act, inner ? "{\"state\":" : ",{\"state\":");
        put_string(act, text, percent == NULL ? strlen(text) : (size_t)(percent - text));
        put(act, ",\"kinds\":[\"company\"]"); /* as the parties are, if nothing else is said */
        if (percent != NULL) {
            put(act, ",\"percent\":");
            put_number(act, percent + 1);
        }
        put(act, "}");
        inner = false;
    }
    put(act, "]");
}

typedef struct party_options {
    const char *name, *kinds; /* what it is if nothing is said */
    int state, party_name, kind, owner, subject_to, certified;
} party_options;

static void put_party(comity_buffer *act, const asked_list *asked, const party_options *party, bool *first)
{
    bool inner = true;
    put_key(act, party->name, first);
    put(act, "{");
    put_one(act, asked, "state", party->state, &inner);
    put_one(act, asked, "name", party->party_name, &inner);
    put_list(act, asked, "kinds", party->kind, party->kinds, &inner);
    put_owners(act, asked, party->owner, &inner);
    put_list(act, asked, "subject_to", party->subject_to, NULL, &inner);
    put_list(act, asked, "certified", party->certified, NULL, &inner);
    put(act, "}");
}

static void put_data(comity_buffer *act, const asked_list *asked, bool *first)
{
    bool inner = true;
    put_key(act, "data", first);
    put(act, "{");
    put_list(act, asked, "categories", ASK_DATA, NULL, &inner);
    put_list(act, asked, "origin", ASK_ORIGIN, NULL, &inner);
    put_list(act, asked, "location", ASK_LOCATION, NULL, &inner);
    put_list(act, asked, "subjects", ASK_SUBJECTS, NULL, &inner);
    if (last_of(asked, ASK_PEOPLE) != NULL) {
        put_key(act, "people", &inner);
        put_number_or_bounds(act, last_of(asked, ASK_PEOPLE));
    }
    put(act, "}");
}

static void put_counts(comity_buffer *act, const asked_list *asked, bool *first)
{
    bool inner = true;
    if (!is_given(asked, ASK_COUNT)) {
        return;
    }
    put_key(act, "counts", first);
    put(act, "{");
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->values[i].option == ASK_COUNT) {
            const char *text = asked->values[i].text;
            size_t size = strcspn(text, "=");
            put(act, inner ? "" : ",");
            put_string(act, text, size);
            put(act, ":");
            put_number_or_bounds(act, text[size] == '=' ? text + size + 1 : "");
            inner = false;
        }
    }
    put(act, "}");
}

/* One part of what --paper says, as a member of the paper or of its scope. */
typedef struct paper_part {
    const char *name, *text;
    size_t name_size, size;
    bool of_scope;
    bool is_kind; /* stands, empty or not: the reader tells what is missing */
} paper_part;

/* How long the name is with which a part begins, `from` in `from=2026-11-01`; 0: it begins with none. */
static size_t part_name_size(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    return text[size] == '=' ? size : 0;
}

static bool is_of_scope(const paper_part *part)
{
    static const char *const names[] = {"module", "states", "parties", "categories", "purposes"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == part->name_size && memcmp(names[i], part->name, part->name_size) == 0) {
            return true;
        }
    }
    return false;
}

/* KIND, then law, result and module of a contract, each behind a colon and each perhaps empty; then parts that begin with their
 * name. The module and what has a name go on to the next part that has one, colons and all. */
static bool part_take(const char **at, size_t *position, paper_part *ret_part)
{
    static const char *const positions[] = {"kind", "under", "result", "module"};
    enum { POSITIONS = sizeof positions / sizeof *positions };
    if (*at == NULL) {
        return false;
    }
    const char *text = *at;
    size_t name_size = *position == 0 ? 0 : part_name_size(text);
    bool to_next_name = name_size != 0 || *position >= POSITIONS - 1;
    if (name_size != 0) {
        *position = POSITIONS;
        *ret_part = (paper_part){.name = text, .name_size = name_size, .text = text + name_size + 1};
    } else {
        const char *name = positions[*position < POSITIONS ? *position : POSITIONS - 1];
        *ret_part = (paper_part){.name = name, .name_size = strlen(name), .text = text, .is_kind = *position == 0};
        *position += 1;
    }
    const char *end = ret_part->text + strcspn(ret_part->text, ":");
    while (to_next_name && *end == ':' && part_name_size(end + 1) == 0) {
        end += 1 + strcspn(end + 1, ":");
    }
    ret_part->size = (size_t)(end - ret_part->text);
    ret_part->of_scope = is_of_scope(ret_part);
    *at = *end == ':' ? end + 1 : NULL;
    return true;
}

/* A value of a scope, which is a list but for the module. */
static void put_scope_value(comity_buffer *act, const paper_part *part)
{
    bool first = true;
    if (memchr(part->text, ',', part->size) == NULL) {
        put_string(act, part->text, part->size);
        return;
    }
    put(act, "[");
    put_names(act, part->text, part->size, NULL, &first);
    put(act, "]");
}

static void put_paper_members(comity_buffer *act, const char *text, bool of_scope, bool *first)
{
    size_t position = 0;
    paper_part part;
    while (part_take(&text, &position, &part)) {
        if (part.of_scope != of_scope || (part.size == 0 && !part.is_kind)) {
            continue;
        }
        put(act, *first ? "" : ",");
        put_string(act, part.name, part.name_size);
        put(act, ":");
        if (of_scope) {
            put_scope_value(act, &part);
        } else {
            put_string(act, part.text, part.size);
        }
        *first = false;
    }
}

static bool has_scope(const char *text)
{
    size_t position = 0;
    paper_part part;
    while (part_take(&text, &position, &part)) {
        if (part.of_scope && part.size != 0) {
            return true;
        }
    }
    return false;
}

static void put_papers(comity_buffer *act, const asked_list *asked, bool *first)
{
    bool first_paper = true;
    if (!is_given(asked, ASK_PAPER)) {
        return;
    }
    put_key(act, "papers", first);
    put(act, "[");
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->values[i].option != ASK_PAPER) {
            continue;
        }
        const char *text = asked->values[i].text;
        bool inner = true;
        put(act, first_paper ? "{" : ",{");
        first_paper = false;
        put_paper_members(act, text, false, &inner);
        if (has_scope(text)) {
            bool first_of_scope = true;
            put_key(act, "scope", &inner);
            put(act, "{");
            put_paper_members(act, text, true, &first_of_scope);
            put(act, "}");
        }
        put(act, "}");
    }
    put(act, "]");
}

/* A voluntary request obliges nobody, if nothing else is said. */
static const char *binding_said(const asked_list *asked)
{
    const char *channel = last_of(asked, ASK_CHANNEL);
    bool voluntary = channel != NULL && strcmp(channel, "voluntary") == 0;
    return is_given(asked, ASK_BINDING)                          ? "true"
           : is_given(asked, ASK_NOT_BINDING) || voluntary ? "false"
                                                                  : NULL;
}

static void put_demand(comity_buffer *act, const asked_list *asked, bool *first)
{
    bool inner = true;
    const char *binding = binding_said(asked);
    if (!is_given(asked, ASK_CHANNEL) && !is_given(asked, ASK_BASIS) && binding == NULL) {
        return;
    }
    put_key(act, "demand", first);
    put(act, "{");
    put_one(act, asked, "channel", ASK_CHANNEL, &inner);
    put_one(act, asked, "basis", ASK_BASIS, &inner);
    if (binding != NULL) {
        put_key(act, "binding", &inner);
        put(act, binding);
    }
    put(act, "}");
}

static void act_write(const asked_list *asked, comity_buffer *act)
{
    const char *kind = last_of(asked, ASK_ACT) == NULL ? "transfer" : last_of(asked, ASK_ACT);
    const party_options from = {"from", strcmp(kind, "collect") == 0 ? "[\"person\"]" : "[\"company\"]", ASK_FROM,
                                ASK_FROM_NAME, ASK_FROM_KIND, ASK_FROM_OWNER, ASK_FROM_SUBJECT_TO, ASK_FROM_CERTIFIED};
    const party_options to = {"to", strcmp(kind, "disclose") == 0 ? "[\"authority\"]" : "[\"company\"]", ASK_TO,
                              ASK_TO_NAME, ASK_TO_KIND, ASK_TO_OWNER, ASK_TO_SUBJECT_TO, ASK_TO_CERTIFIED};
    bool first = true;
    put(act, "{");
    put_key(act, "act", &first);
    put_string(act, kind, strlen(kind));
    put_one(act, asked, "on", ASK_ON, &first);
    put_party(act, asked, &from, &first);
    put_party(act, asked, &to, &first);
    put_list(act, asked, "via", ASK_VIA, NULL, &first);
    put_data(act, asked, &first);
    put_list(act, asked, "purposes", ASK_PURPOSE, NULL, &first);
    put_one(act, asked, "deal", ASK_DEAL, &first);
    put_list(act, asked, "circumstances", ASK_CIRCUMSTANCE, "[]", &first);
    put_list(act, asked, "safeguards", ASK_SAFEGUARD, NULL, &first);
    put_papers(act, asked, &first);
    put_demand(act, asked, &first);
    put_counts(act, asked, &first);
    put(act, "}");
}

/* ---- the command ---- */

static int options_read(int argc, char **argv, asked_list *asked)
{
    int option;
    int which = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, &which)) != -1) {
        if (option == '?') {
            return complain_option("ask", NULL, "", longs, argv);
        }
        if (optarg != NULL && (optarg[0] == '\0' || optarg[0] == ',')) {
            return complain_usage("ask", "--%s: an empty value; leave the option out for what is not known", longs[which].name);
        }
        if (optarg != NULL && comity_utf8_check(optarg, strlen(optarg)) != strlen(optarg)) {
            return complain_usage("ask", "--%s: the value is not UTF-8", longs[which].name);
        }
        if (option == ASK_PEOPLE && !is_number(optarg) && bounds_size(optarg) == 0) {
            return complain_usage("ask", "--people: found \"%s\", but expected digits only, as in 5000, or bounds, 5000-20000 or 5000-",
                                  optarg);
        }
        if (asked->count == COMITY_LIMIT_ASK_OPTIONS) {
            return complain_usage("ask", "more than %d options", COMITY_LIMIT_ASK_OPTIONS);
        }
        asked->values[asked->count].option = option;
        asked->values[asked->count++].text = optarg == NULL ? "" : optarg;
    }
    if (optind < argc) {
        return complain_usage("ask", "'%s' stands alone; every fact is given by an option", argv[optind]);
    }
    if (is_given(asked, ASK_BINDING) && is_given(asked, ASK_NOT_BINDING)) {
        return complain_usage("ask", "--binding and --not-binding: the demand does one of them");
    }
    if (!is_given(asked, ASK_FROM) && !is_given(asked, ASK_TO)) {
        return complain_usage("ask", "say at least --from or --to");
    }
    return 0;
}

/* What is no name is told; where none is near to it, also how to see the names that there are. */
static int complain_name(const comity_error *error)
{
    static const struct {
        const char *told, *word;
    } sorts[] = {{" is no category", "category"},     {" is no kind of party", "kind"}, {" is no purpose", "purpose"},
                 {" is no circumstance", "circumstance"}, {" is no safeguard", "safeguard"}, {" is no kind of paper", "paper"},
                 {" is no deal", "deal"},             {" is no certificate", "certificate"}, {" is no state", "place"}};
    for (size_t i = 0; error->code == COMITY_ERROR_NAME && i < sizeof sorts / sizeof *sorts; i++) {
        size_t size = strlen(error->message);
        size_t told_size = strlen(sorts[i].told);
        if (size >= told_size && strcmp(error->message + size - told_size, sorts[i].told) == 0) {
            return complain("%s; 'comity law show %s' lists what there is", error->message, sorts[i].word);
        }
    }
    return complain("%s", error->message);
}

/* The question once more, with another circumstance. */
static comity_status ask_again(comity_context *context, asked_list *asked, const char *circumstance, comity_error *reterr)
{
    comity_buffer act;
    const uint8_t *bytes;
    size_t size;
    comity_buffer_init(&act, COMITY_LIMIT_ACT_BYTES);
    asked->values[asked->count].option = ASK_CIRCUMSTANCE;
    asked->values[asked->count++].text = circumstance;
    act_write(asked, &act);
    asked->count--;
    comity_status status = comity_buffer_bytes(&act, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        status = comity_context_judge(context, (const char *)bytes, size, today(), reterr);
    }
    comity_buffer_free(&act);
    return status;
}

enum { TAKEN_MAX = 64 };

/* The circumstances that rules would read, were they left open; what is more than so many is not looked at. */
static comity_status taken_find(comity_context *context, asked_list *asked, uint32_t *circumstances, size_t *ret_count,
                                comity_error *reterr)
{
    const comity_questions *questions = &context->explain->questions;
    COMITY_TRY(ask_again(context, asked, "...", reterr));
    comity_judge_questions(context->memory, context->act, &context->judgement, &context->explain->questions);
    for (uint32_t i = 0; i < questions->count && *ret_count < TAKEN_MAX; i++) {
        if (questions->items[i].kind == COMITY_ASK_HAS && questions->items[i].a == COMITY_SLOT_CIRCUMSTANCE) {
            circumstances[(*ret_count)++] = questions->items[i].b;
        }
    }
    return COMITY_OK;
}

/* Behind a permission: circumstances that were taken as not so and would, each by itself, stand in its way. */
static comity_status put_taken(comity_context *context, asked_list *asked, comity_explain_style style, comity_buffer *out,
                               comity_error *reterr)
{
    const comity_image *image = comity_judge_image(context->memory);
    const char *last = last_of(asked, ASK_CIRCUMSTANCE);
    uint32_t circumstances[TAKEN_MAX];
    size_t count = 0;
    bool first = true;
    if (asked->count == COMITY_LIMIT_ASK_OPTIONS ||
        (last != NULL && (is_open(asked, ASK_CIRCUMSTANCE) || strcmp(last, "none") == 0))) {
        return COMITY_OK;
    }
    COMITY_TRY(taken_find(context, asked, circumstances, &count, reterr));
    for (size_t i = 0; i < count; i++) {
        const char *name = comity_image_text(
            image, comity_image_name(image, COMITY_CLASS_CIRCUMSTANCE, circumstances[i])->text);
        COMITY_TRY(ask_again(context, asked, name, reterr));
        if (context->judgement.verdict != COMITY_VERDICT_PERMIT) {
            comity_judgement_explain_taken(context->memory, context->act, &context->judgement, circumstances[i], first,
                                           style, out);
            first = false;
        }
    }
    return COMITY_OK;
}

static int answer(comity_context *context, asked_list *asked, const char *act, size_t size)
{
    comity_error error = {0};
    comity_buffer out;
    const uint8_t *bytes;
    size_t out_size;
    comity_explain_style style = {.colour = use_colour(stdout), .titles = true, .width = terminal_width(stdout), .fact = ask_fact};
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->values[i].option == ASK_ADOPT &&
            comity_context_adopt(context, asked->values[i].text, &error) != COMITY_OK) {
            return complain("--adopt: %s", error.message);
        }
    }
    if (comity_context_judge(context, act, size, today(), &error) != COMITY_OK) {
        return complain_name(&error);
    }
    if (asked->only_checked) {
        return EXIT_CLEAN;
    }
    comity_buffer_init(&out, COMITY_LIMIT_ANSWER_BYTES);
    comity_status status = COMITY_OK;
    bool is_permitted = context->judgement.verdict == COMITY_VERDICT_PERMIT;
    if (is_given(asked, ASK_JSON)) {
        status = comity_context_json(context, &out, &error);
        put(&out, "\n");
    } else {
        (void)comity_judgement_explain(context->memory, context->act, &context->judgement, context->explain, style, &out);
        status = is_permitted ? put_taken(context, asked, style, &out, &error) : COMITY_OK;
    }
    if (status == COMITY_OK) {
        status = comity_buffer_bytes(&out, &bytes, &out_size, &error);
    }
    bool written = status == COMITY_OK && write_all(STDOUT_FILENO, (const char *)bytes, out_size);
    comity_buffer_free(&out);
    if (status != COMITY_OK) {
        return complain("%s", error.message);
    }
    return !written ? EXIT_ERROR : is_permitted ? EXIT_CLEAN : EXIT_NOT_CLEAN;
}

static int ask(int argc, char **argv, bool only_checked)
{
    static asked_list asked; /* some kilobytes, once a process */
    comity_error error;
    comity_buffer act;
    const uint8_t *bytes;
    size_t size;
    asked = (asked_list){.only_checked = only_checked};
    int status = options_read(argc, argv, &asked);
    if (status != 0) {
        return status;
    }
    comity_buffer_init(&act, COMITY_LIMIT_ACT_BYTES);
    act_write(&asked, &act);
    if (comity_buffer_bytes(&act, &bytes, &size, &error) != COMITY_OK) {
        comity_buffer_free(&act);
        return complain("%s", error.message);
    }
    if (is_given(&asked, ASK_ACT_JSON) && !only_checked) {
        status = write_all(STDOUT_FILENO, (const char *)bytes, size) && write_all(STDOUT_FILENO, "\n", 1) ? EXIT_CLEAN
                                                                                                          : EXIT_ERROR;
        comity_buffer_free(&act);
        return status;
    }
    comity_law *law = open_law(last_of(&asked, ASK_LAW));
    comity_context *context = NULL;
    if (law == NULL) {
        status = EXIT_ERROR;
    } else if (comity_context_new(law, &context, &error) != COMITY_OK) {
        status = complain("%s", error.message);
    } else {
        status = answer(context, &asked, (const char *)bytes, size);
    }
    comity_context_free(context);
    comity_law_close(law);
    comity_buffer_free(&act);
    return status;
}

int ask_main(int argc, char **argv)
{
    return ask(argc, argv, false);
}

int ask_check(int argc, char **argv)
{
    return ask(argc, argv, true);
}
