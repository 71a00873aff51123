/* First who there is and which rules there will be, for rules name one another;
 * then the text, file by file. Chance keeps to what the checker of laws wants in
 * most things (papers never hurt, lists of what lifts say `only`), not in all. */
#include "lawmaker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 64
#define FILES_MAX 12

typedef enum draft_effect {
    DRAFT_REFUSE,
    DRAFT_NEEDS,
    DRAFT_WAY,
    DRAFT_LIFTS,
    DRAFT_DUTY,
    DRAFT_COMPELS,
    DRAFT_NOTES
} draft_effect;

typedef struct draft {
    char name[32];
    size_t file;
    draft_effect effect;
    bool plain; /* its condition says nothing of papers and counts: counts may except it */
    size_t targets[4], target_count;
    bool helps, hurts; /* what its applying does to the verdict, as far as is sure; both: nothing is */
} draft;

typedef struct draft_file {
    comity_file_kind kind;
    const char *code;
    const char *of; /* of a part */
    bool direct, soft;
    bool has_definition;
} draft_file;

typedef struct lawmaking {
    chance *luck;
    comity_buffer text;
    draft_file files[FILES_MAX];
    size_t file_count;
    draft rules[RULES_MAX];
    size_t rule_count;
} lawmaking;

/* What may be said where a condition stands. */
typedef struct saying {
    bool negated;
    bool only;          /* a rule that lifts or is a way */
    bool papers_yes;    /* papers may be asked for without `not` */
    bool papers_no;     /* … with `not` */
    bool counts;        /* counts may be asked for */
    bool party, owner;  /* only the `party` of derive, or the `owner`, is spoken of */
    bool definitions;
    bool derived;       /* kinds that are derived may be asked for */
    unsigned depth;
} saying;

static void say(lawmaking *making, const char *format, ...) COMITY_PRINTF(2, 3);

static void say(lawmaking *making, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    comity_buffer_append_text(&making->text, text);
}

static size_t below(lawmaking *making, size_t count)
{
    return chance_below(making->luck, count);
}

static bool luck(lawmaking *making, unsigned percent)
{
    return chance_in_100(making->luck, percent);
}

#define PICK(making, list) ((list)[below((making), sizeof(list) / sizeof((list)[0]))])

static const char *const acts[] = {"transfer", "store", "collect", "disclose", "operate", "offer"};
static const char *const categories[] = {"cat-a", "cat-b", "cat-c", "cat-d", "cat-e", "cat-f"};
static const char *const kinds[] = {"kind-a", "kind-b", "kind-c"};
static const char *const all_kinds[] = {"kind-a", "kind-b", "kind-c", "kind-x", "kind-y"}; /* x, y: derived */
static const char *const certificates[] = {"cert-a", "cert-b"};
static const char *const purposes[] = {"purp-a", "purp-b", "purp-c"};
static const char *const deals[] = {"deal-a", "deal-b", "deal-c"};
static const char *const circumstances[] = {"circ-a", "circ-b", "circ-c"};
static const char *const safeguards[] = {"safe-a", "safe-b"};
static const char *const papers[] = {"pap-a", "pap-b", "pap-c", "determination"};
static const char *const days[] = {"2020-01-01", "2021-06-30", "2022-02-28", "2023-01-01",
                                   "2024-02-29", "2025-07-15", "2026-11-24"};
static const char *const abouts[] = {"assistance", "trade", "adequacy"};
static const char *const channels[] = {"direct", "judicial-assistance", "treaty", "voluntary"};
static const char *const groups[] = {"GRP", "XA.near"};
static const unsigned numbers[] = {0, 1, 100, 1000, 9999};

/* ---- small things ---- */

static void say_dates(lawmaking *making, unsigned percent)
{
    size_t from = below(making, sizeof days / sizeof days[0]);
    size_t until = from + below(making, sizeof days / sizeof days[0] - from);
    if (luck(making, percent)) {
        say(making, " from %s", days[from]);
    }
    if (luck(making, percent / 2)) {
        say(making, " until %s", days[until]);
    }
}

static void say_names(lawmaking *making, const char *const *names, size_t count)
{
    size_t n = 1 + (luck(making, 40) ? 1 + below(making, 2) : 0);
    for (size_t i = 0; i < n; i++) {
        say(making, "%s%s", i == 0 ? "" : ", ", names[below(making, count)]);
    }
}

#define SAY_NAMES(making, list) say_names((making), (list), sizeof(list) / sizeof((list)[0]))

static const char *any_place(lawmaking *making)
{
    static const char *const codes[] = {"XA", "XA", "XB", "XB", "XC", "XD", "XE", "XA-P", "XA-P", "XB-Q", "UN", "UN"};
    return PICK(making, codes);
}

static void say_place_item(lawmaking *making)
{
    size_t shape = below(making, 100);
    if (shape < 10) {
        say(making, "party to %s", luck(making, 60) ? "AG" : "AS");
    } else if (shape < 15) {
        say(making, "signatory of %s", luck(making, 60) ? "AG" : "AS");
    } else if (shape < 30) {
        say(making, "%s", PICK(making, groups));
    } else {
        say(making, "%s", any_place(making));
    }
}

static void say_places(lawmaking *making, bool outside_too)
{
    if (outside_too && luck(making, 35)) {
        say(making, "outside ");
    }
    say_place_item(making);
    for (size_t n = luck(making, 35) ? 1 + below(making, 2) : 0; n > 0; n--) {
        say(making, ", ");
        say_place_item(making);
    }
}

/* ---- papers ---- */

static void say_law_of(lawmaking *making)
{
    static const char *const lists[] = {"origin", "location", "location", "subjects", "transit"};
    static const char *const sides[] = {"exporter", "importer"};
    if (luck(making, 30)) {
        say(making, " under law of %s", PICK(making, sides));
        return;
    }
    say(making, " under law of %s", PICK(making, lists));
    if (luck(making, 50)) {
        say(making, " outside state of %s", PICK(making, sides));
    }
}

static void say_leaf(lawmaking *making, bool safeguards_too)
{
    static const char *const parts[] = {"parties", "states", "categories", "purposes"};
    static const char *const units[] = {"days", "months", "years"};
    if (safeguards_too && luck(making, 25)) {
        say(making, "%s", PICK(making, safeguards));
        return;
    }
    say(making, "%s", PICK(making, papers));
    if (luck(making, 15)) {
        say_law_of(making);
    } else if (luck(making, 25)) {
        say(making, " under %s", making->files[below(making, making->file_count)].code);
    }
    if (luck(making, 20)) {
        say(making, " by XA.AUTH");
    }
    if (luck(making, 10)) {
        say(making, " about %s", making->rules[below(making, making->rule_count)].name);
    }
    if (luck(making, 20)) {
        say(making, " result %s", luck(making, 70) ? "passed" : "failed");
    }
    if (luck(making, 12)) {
        say(making, " module %s", luck(making, 50) ? "c2c" : "c2p");
    }
    bool at_most = luck(making, 20);
    if (at_most) {
        say(making, " not older than %u %s", 1 + (unsigned)below(making, 400), PICK(making, units));
    }
    if (!at_most && luck(making, 18)) {
        static const char *const worked[] = {"days", "months", "years", "working days", "working days"};
        bool full = luck(making, 50);
        unsigned number = 1 + (unsigned)below(making, luck(making, 60) ? 40 : 400);
        say(making, " %s %u %s%s", full ? "older than" : "at least", number, PICK(making, worked), full ? "" : " old");
    }
    if (luck(making, 30)) {
        size_t first = below(making, 4);
        say(making, " naming %s", parts[first]);
        if (luck(making, 40)) {
            say(making, ", %s", parts[(first + 1) % 4]);
        }
    }
}

static void say_expression(lawmaking *making, unsigned depth)
{
    static const char *const kinds_of[] = {"all of", "one of", "in order"};
    if (depth == 0 || luck(making, 45)) {
        say_leaf(making, true);
        return;
    }
    say(making, "%s ", PICK(making, kinds_of));
    for (size_t n = 2 + below(making, 2), i = 0; i < n; i++) {
        bool deeper = depth > 1 && luck(making, 30);
        say(making, "%s%s", i == 0 ? "" : ", ", deeper ? "(" : "");
        if (deeper) {
            say_expression(making, depth - 1);
            say(making, ")");
        } else if (luck(making, 30)) {
            say(making, "%s", PICK(making, safeguards));
        } else {
            say(making, "%s", PICK(making, papers));
            if (luck(making, 30)) {
                say(making, " result passed");
            }
        }
    }
}

/* ---- conditions ---- */

static void say_condition(lawmaking *making, const saying *how);

static const char *say_party(lawmaking *making, const saying *how)
{
    static const char *const sides[] = {"exporter", "importer", "holder", "demander", "collector", "persons"};
    return how->owner ? "owner" : how->party ? "party" : PICK(making, sides);
}

static void say_places_or_state(lawmaking *making, const saying *how, bool outside_too)
{
    if (luck(making, 25)) {
        say(making, "%sstate of %s", outside_too && luck(making, 50) ? "outside " : "", say_party(making, how));
    } else {
        say_places(making, outside_too);
    }
}

static void say_comparison(lawmaking *making)
{
    static const char *const words_of[] = {"at least", "more than", "at most", "below"};
    say(making, " %s %u", PICK(making, words_of), PICK(making, numbers));
}

static void say_act(lawmaking *making)
{
    size_t first = below(making, 6);
    bool two = luck(making, 25);
    size_t second = (first + 1 + below(making, 5)) % 6;
    say(making, "%s", acts[first]);
    if (two) {
        say(making, " or %s", acts[second]);
    }
    bool may_in = first != 0 && first != 3 && !two;
    if (may_in && luck(making, 40)) {
        say(making, " in ");
        say_places(making, true);
        return;
    }
    if (luck(making, 45)) {
        say(making, " from ");
        say_places(making, true);
    }
    if (luck(making, 35)) {
        say(making, " to ");
        say_places(making, true);
    }
}

static void say_owned(lawmaking *making, const saying *how)
{
    static const char *const shares[] = {"25%", "50%", "100%", "1%", "50.01%"};
    saying inner = {.owner = true, .derived = true, .depth = how->depth > 1 ? 1 : 0};
    say(making, "%s owned %s by (", say_party(making, how), luck(making, 97) ? shares[below(making, 4)] : shares[4]);
    say_condition(making, &inner);
    say(making, ")");
}

static void say_list(lawmaking *making, const saying *how, const char *list)
{
    bool only = (how->only && !how->negated) || luck(making, 40);
    say(making, "%s %s ", list, only ? "only" : "has");
    if (strcmp(list, "purposes") == 0) {
        if (!only && luck(making, 20)) {
            say(making, "all of %s, %s", purposes[0], purposes[1 + below(making, 2)]);
        } else {
            SAY_NAMES(making, purposes);
        }
    } else {
        say_places_or_state(making, how, true);
    }
}

static void say_data(lawmaking *making)
{
    size_t shape = below(making, 10);
    if (shape == 0) {
        say(making, "data has all of %s, %s", PICK(making, categories), PICK(making, categories));
    } else {
        say(making, "data %s ", shape < 4 ? "only" : "has");
        SAY_NAMES(making, categories);
    }
}

/* What can be said of a party. */
static void say_of_party(lawmaking *making, const saying *how)
{
    switch (below(making, how->depth > 0 || how->party ? 6 : 5)) {
    case 0:
    case 1: {
        bool outside = luck(making, 40);
        say(making, "%s %s ", say_party(making, how), outside ? "outside" : "in");
        say_places_or_state(making, how, false);
        break;
    }
    case 2:
        say(making, "%s subject to ", say_party(making, how));
        say_places(making, false);
        break;
    case 3: {
        bool said = luck(making, 25);
        say(making, "%s %s ", say_party(making, how), said ? "said to be" : "is");
        if (how->derived || said) {
            SAY_NAMES(making, all_kinds);
        } else {
            SAY_NAMES(making, kinds);
        }
        break;
    }
    case 4:
        say(making, "%s certified ", say_party(making, how));
        SAY_NAMES(making, certificates);
        break;
    default:
        say_owned(making, how);
        break;
    }
}

static void say_of_papers(lawmaking *making)
{
    if (luck(making, 35)) {
        say(making, "protected by ");
        SAY_NAMES(making, safeguards);
    } else {
        say(making, "held ");
        say_leaf(making, false);
    }
}

static void say_of_demand(lawmaking *making)
{
    switch (below(making, 3)) {
    case 0:
        say(making, "demand binding");
        break;
    case 1:
        say(making, "demand through ");
        SAY_NAMES(making, channels);
        break;
    default:
        say(making, "demand under %s", luck(making, 50) ? "AG" : "XA.LAW");
        break;
    }
}

static void say_received(lawmaking *making, const saying *how)
{
    say(making, "received from ");
    if (luck(making, 25)) {
        say(making, "%sstate of %s", luck(making, 60) ? "outside " : "", say_party(making, how));
        return;
    }
    say_places(making, true);
    if (luck(making, 35)) {
        say(making, " outside state of %s", say_party(making, how));
    }
}

static void say_atom(lawmaking *making, const saying *how)
{
    static const char *const lists[] = {"purposes", "origin", "location", "subjects", "transit"};
    /* now and then where a paper could hurt: the compiler has to refuse such law */
    bool may_ask = (how->negated ? how->papers_no : how->papers_yes) || luck(making, 5);
    bool of_act = !how->party && !how->owner;
    if (!of_act && luck(making, 85)) {
        say_of_party(making, how);
        return;
    }
    switch (below(making, 20)) {
    case 0:
    case 1:
    case 2:
        say_act(making);
        return;
    case 3:
    case 4:
        say_data(making);
        return;
    case 5:
    case 6:
    case 7:
        say_list(making, how, PICK(making, lists));
        return;
    case 8:
        say(making, "people");
        say_comparison(making);
        return;
    case 9:
        if (how->counts) {
            say(making, "count %s", luck(making, 50) ? "XA.num" : "XB.num");
            say_comparison(making);
            return;
        }
        break;
    case 10:
        say(making, "deal is ");
        SAY_NAMES(making, deals);
        return;
    case 11:
        say_received(making, how);
        if (luck(making, 50)) {
            say(making, " under ");
            SAY_NAMES(making, papers);
        }
        return;
    case 12:
        say_of_demand(making);
        return;
    case 13:
        say(making, "order XA.ords in force");
        return;
    case 14:
        if (of_act) {
            say(making, "agreement about ");
            SAY_NAMES(making, abouts);
            say(making, " between %s", say_party(making, how));
            say(making, " and %s", say_party(making, how));
            return;
        }
        break;
    case 15:
        say(making, "across borders");
        return;
    case 16:
        if (how->definitions && !(how->only && how->negated)) {
            say(making, "%s", luck(making, 50) ? "XA.def" : "XB.def");
            return;
        }
        break;
    case 17:
    case 18:
        if (may_ask) {
            say_of_papers(making);
            return;
        }
        break;
    default:
        break;
    }
    if (of_act && luck(making, 60)) {
        say_of_party(making, how);
    } else {
        say(making, "%s", PICK(making, circumstances));
    }
}

static void say_condition(lawmaking *making, const saying *how)
{
    saying inner = *how;
    size_t shape = below(making, 100);
    if (how->depth == 0 || shape < 25) {
        say_atom(making, how);
        return;
    }
    inner.depth--;
    if (shape < 40) {
        inner.negated = !how->negated;
        say(making, "not (");
        say_condition(making, &inner);
        say(making, ")");
        return;
    }
    const char *joint = shape < 75 ? "and" : "or";
    for (size_t n = 2 + below(making, 2), i = 0; i < n; i++) {
        say(making, "%s(", i == 0 ? "" : joint);
        say_condition(making, &inner);
        say(making, ") ");
    }
}

/* ---- rules ---- */

static bool may_name(const lawmaking *making, const draft *from, const draft *to)
{
    const draft_file *file = &making->files[from->file];
    const draft_file *other = &making->files[to->file];
    if (from == to || (from->file == to->file && from >= to)) {
        return false; /* a rule lifts later ones only, so that it goes in no circle */
    }
    if (from->file == to->file) {
        return true;
    }
    bool is_state = other->kind == COMITY_FILE_STATE;
    return (file->kind == COMITY_FILE_PART && is_state && strcmp(file->of, other->code) == 0) ||
           (file->kind == COMITY_FILE_UNION && is_state && strcmp(other->code, "XD") != 0) ||
           (file->kind == COMITY_FILE_AGREEMENT && file->direct && is_state && strcmp(other->code, "XD") != 0);
}

static void draft_targets(lawmaking *making, draft *from)
{
    bool is_way = from->effect == DRAFT_WAY;
    for (size_t tries = 0; tries < 30 && from->target_count < 1 + below(making, 3); tries++) {
        const draft *to = &making->rules[below(making, making->rule_count)];
        bool fits = is_way ? to->effect == DRAFT_NEEDS && (may_name(making, from, to) || to->file == from->file)
                           : may_name(making, from, to);
        if (fits) {
            from->targets[from->target_count++] = (size_t)(to - making->rules);
            from->helps |= to->hurts || is_way;
            from->hurts |= to->helps && !is_way;
        }
    }
}

static void draft_rules(lawmaking *making)
{
    static const draft_effect effects[] = {DRAFT_REFUSE, DRAFT_NEEDS, DRAFT_NEEDS, DRAFT_NEEDS, DRAFT_WAY,  DRAFT_WAY,
                                           DRAFT_LIFTS,  DRAFT_LIFTS, DRAFT_DUTY,  DRAFT_NOTES, DRAFT_COMPELS};
    for (size_t file = 0; file < making->file_count; file++) {
        bool binds = making->files[file].kind != COMITY_FILE_AGREEMENT || making->files[file].direct;
        size_t count = making->files[file].kind == COMITY_FILE_STATE ? 3 + below(making, 4) : 1 + below(making, 3);
        for (size_t i = 0; i < count && making->rule_count < RULES_MAX; i++) {
            draft *made = &making->rules[making->rule_count++];
            *made = (draft){.file = file, .effect = PICK(making, effects)};
            if (i == 0) {
                made->effect = binds ? DRAFT_LIFTS : DRAFT_NOTES;
            } else if (i + 1 == count && binds) {
                made->effect = luck(making, 70) ? DRAFT_NEEDS : DRAFT_REFUSE;
            } else if (!binds) {
                made->effect = DRAFT_NOTES;
            }
            made->plain = made->effect >= DRAFT_DUTY || luck(making, 20);
            made->hurts = made->effect == DRAFT_REFUSE || made->effect == DRAFT_NEEDS;
            made->helps = made->effect == DRAFT_WAY;
            (void)snprintf(made->name, sizeof made->name, "%s.LAW.%zu", making->files[file].code, i + 1);
        }
    }
    for (size_t i = making->rule_count; i-- > 0;) {
        draft *made = &making->rules[i];
        if (made->effect == DRAFT_WAY || made->effect == DRAFT_LIFTS) {
            draft_targets(making, made);
        }
        if ((made->effect == DRAFT_WAY || made->effect == DRAFT_LIFTS) && made->target_count == 0) {
            *made = (draft){.file = made->file, .effect = DRAFT_NOTES, .plain = true};
            (void)snprintf(made->name, sizeof made->name, "%s.LAW.note%zu", making->files[made->file].code, i);
        }
    }
}

static const char *const spans[] = {"working days", "working days", "working days", "days", "hours", "months", "years"};

static void say_effect(lawmaking *making, const draft *rule)
{
    switch (rule->effect) {
    case DRAFT_REFUSE:
        say(making, "  refuse\n");
        return;
    case DRAFT_NEEDS:
        say(making, "  needs ");
        if (luck(making, 20)) {
            say(making, "a way");
        } else {
            say_expression(making, 2);
        }
        break;
    case DRAFT_WAY:
    case DRAFT_LIFTS:
        say(making, "  %s ", rule->effect == DRAFT_WAY ? "way" : "lifts");
        for (size_t i = 0; i < rule->target_count; i++) {
            say(making, "%s%s", i == 0 ? "" : ", ", making->rules[rule->targets[i]].name);
        }
        if (rule->effect == DRAFT_WAY && luck(making, 60)) {
            say(making, " with ");
            say_expression(making, 2);
        }
        break;
    case DRAFT_DUTY:
        say(making, "  duty \"Do it\" within %u %s", 1 + (unsigned)below(making, luck(making, 80) ? 20 : 3000),
            PICK(making, spans));
        if (luck(making, 40)) {
            say(making, " of the act");
        } else if (luck(making, 80)) {
            say(making, " of ");
            say_leaf(making, false);
        }
        break;
    case DRAFT_COMPELS:
        say(making, "  compels");
        break;
    case DRAFT_NOTES:
        say(making, "  notes \"Note\"");
        break;
    }
    say(making, "\n");
}

static void say_rule(lawmaking *making, const draft *rule)
{
    bool helps_or_lifts = rule->effect == DRAFT_WAY || rule->effect == DRAFT_LIFTS;
    saying how = {.only = helps_or_lifts,
                  .papers_yes = !rule->plain && !rule->hurts,
                  .papers_no = !rule->plain && !rule->helps,
                  .counts = !rule->plain,
                  .definitions = true,
                  .derived = true,
                  .depth = 1 + (unsigned)below(making, 3)};
    say(making, "rule %s \"Rule %s\"\n  cite LAW \"s. 1\"\n", rule->name, rule->name);
    if (luck(making, 30)) {
        say(making, "  from %s\n", days[below(making, 4)]);
    }
    if (luck(making, 15)) {
        say(making, "  until %s\n", days[3 + below(making, 4)]);
    }
    if (luck(making, 90)) {
        say(making, "  when ");
        say_condition(making, &how);
        say(making, "\n");
    }
    how.negated = true;
    for (size_t n = luck(making, 30) ? 1 + below(making, 2) : 0; n > 0; n--) {
        say(making, "  unless ");
        say_condition(making, &how);
        say(making, "\n");
    }
    say_effect(making, rule);
    say(making, luck(making, 50) ? "  checked 2026-11-01 \"read\"\n\n" : "  unverified\n\n");
}

/* ---- files ---- */

/* Some days of some years that follow each other. */
static void say_calendar(lawmaking *making)
{
    static const char *const weekends[] = {"saturday, sunday", "friday, saturday", "sunday", "thursday, friday, saturday"};
    unsigned year = 2019 + (unsigned)below(making, 4);
    say(making, "calendar\n");
    if (luck(making, 90)) {
        say(making, "  weekend %s\n", PICK(making, weekends));
    }
    for (unsigned last = year + (unsigned)below(making, 9); year <= last && luck(making, 95); year++) {
        for (unsigned month = 1 + (unsigned)below(making, 7); month <= 12; month += 1 + (unsigned)below(making, 5)) {
            say(making, "  %s %u-%02u-%02u \"A day\"\n", luck(making, 70) ? "holiday" : "workday", year, month,
                1 + (unsigned)below(making, 28));
        }
    }
}

static void say_covers(lawmaking *making)
{
    if (luck(making, 85)) {
        say(making, "covers transfer, store, collect, disclose, operate, offer");
        say_dates(making, 15);
        say(making, "\n");
    } else {
        say(making, "covers %s", acts[below(making, 3)]);
        if (luck(making, 50)) {
            say(making, ", %s", acts[3 + below(making, 3)]);
        }
        say_dates(making, 60);
        say(making, "\n");
    }
}

static void say_members(lawmaking *making, const char *word, const char *const *codes, size_t count)
{
    for (size_t n = 1 + below(making, 3); n > 0; n--) {
        say(making, "%s ", word);
        say_names(making, codes, count);
        say_dates(making, 50);
        say(making, "\n");
    }
}

static void say_count(lawmaking *making, const draft_file *file, size_t index)
{
    saying how = {.derived = true, .depth = 2};
    say(making, "count %s.num \"things\"\n  of %s\n  when ", file->code, luck(making, 85) ? "persons" : "devices");
    say_condition(making, &how);
    say(making, "\n  window calendar year\n  per exporter\n");
    for (size_t i = 0; i < making->rule_count; i++) {
        if (making->rules[i].plain && making->rules[i].file == index && luck(making, 60)) {
            say(making, "  except %s\n", making->rules[i].name);
            break;
        }
    }
    say(making, "\n");
}

static void say_orders(lawmaking *making, size_t count)
{
    for (; count > 0; count--) {
        size_t from = below(making, 7);
        say(making, "  order \"An order\" from %s", days[from]);
        if (luck(making, 60)) {
            say(making, " until %s", days[from + below(making, 7 - from)]);
        }
        say(making, "\n");
    }
}

/* What a policy enters in lists of XA's; nothing that would make a circle. */
static void say_entered(lawmaking *making)
{
    static const char *const places[] = {"XB", "XC", "XD", "XE", "XF"};
    if (luck(making, 40)) {
        say(making, "enter XA.near\n  members %s\n", PICK(making, places));
        say_members(making, "  members", places, 5);
    }
    if (luck(making, 40)) {
        say(making, "enter XA.ords\n");
        say_orders(making, 1 + below(making, 2));
    }
}

static void say_state(lawmaking *making, const draft_file *file, size_t index)
{
    saying how = {.only = true, .derived = true, .depth = 2};
    if (strcmp(file->code, "XA") == 0) {
        static const char *const near[] = {"XB", "XC", "UN", "XA-P", "AG", "XE"};
        say(making, "authority XA.AUTH \"The authority\"\n");
        say(making, "group XA.near \"Near\"\n");
        say_members(making, "  members", near, 6);
        say(making, "orders XA.ords \"Orders\"\n");
        say_orders(making, below(making, 3));
        say(making, "paper pap-a valid %u %s\n", 1 + (unsigned)below(making, 100), luck(making, 50) ? "days" : "months");
    }
    if (strcmp(file->code, "XA") == 0 || strcmp(file->code, "XB") == 0) {
        say_count(making, file, index);
        how.definitions = strcmp(file->code, "XA") == 0 && luck(making, 30); /* XA.def may use XB.def, not the other way */
        say(making, "define %s.def = ", file->code);
        if (how.definitions) {
            say(making, "XB.def or (");
            how.definitions = false;
            say_condition(making, &how);
            say(making, ")\n");
        } else {
            say_condition(making, &how);
            say(making, "\n");
        }
    }
    if (strcmp(file->code, "XB") == 0) {
        saying of = {.party = true, .depth = 2};
        say(making, "derive kind-x when ");
        say_condition(making, &of);
        say(making, "\nderive kind-y when ");
        say_condition(making, &of);
        say(making, "\n");
    }
}

static void say_taxonomy(lawmaking *making)
{
    say(making, "taxonomy \"Names\"\n\nplace XE \"Exia\"\nplace XF \"Fia\"\n");
    say(making, "category cat-a \"a\"\ncategory cat-b of cat-a \"b\"\ncategory cat-c of cat-b \"c\"\n"
                "category cat-d \"d\"\ncategory cat-e of cat-b, cat-d \"e\"\ncategory cat-f \"f\"\n");
    for (size_t i = 0; i < 5; i++) {
        say(making, "kind %s \"a kind\"\n", all_kinds[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        bool aside = luck(making, 40);
        say(making, "purpose %s \"a purpose\"%s%s\ndeal %s \"a deal\"\ncircumstance %s \"Is it?\"\n", purposes[i],
            aside ? " aside if " : "", aside ? circumstances[below(making, 3)] : "", deals[i], circumstances[i]);
    }
    say(making, "certificate cert-a \"a\"\ncertificate cert-b \"b\"\nsafeguard safe-a \"a\"\nsafeguard safe-b \"b\"\n");
    say(making, "paper pap-a \"a\"\npaper pap-b \"b\"%s\npaper pap-c \"c\"%s\npaper determination \"a determination\"\n",
        luck(making, 50) ? " valid 2 years" : "", luck(making, 30) ? " valid 90 days" : "");
    say(making, "group GRP \"A group\"\n");
    if (luck(making, 90)) {
        static const char *const codes[] = {"XA", "XB", "XC", "XD", "XE", "XA-P", "UN"};
        say_members(making, "  members", codes, 7);
    }
}

static void say_agreement(lawmaking *making, const draft_file *file)
{
    static const char *const parties[] = {"XA", "XB", "XC", "XE", "UN"};
    say(making, "%s%sabout ", file->direct ? "direct\n" : "", file->soft ? "soft\n" : "");
    say(making, "assistance, trade, adequacy\n");
    if (luck(making, 50)) {
        say(making, "channel for purp-a\n");
    }
    if (file->direct) { /* so that it may speak of their rules */
        say(making, "parties XA, XB, XC");
        say_dates(making, 30);
        say(making, "\n");
    }
    say_members(making, "parties", parties, 5);
    say(making, "signed XD, %s\n", any_place(making));
}

static void say_file(lawmaking *making, size_t index)
{
    static const char *const words_of[] = {[COMITY_FILE_STATE] = "state",
                                           [COMITY_FILE_PART] = "part",
                                           [COMITY_FILE_UNION] = "union",
                                           [COMITY_FILE_AGREEMENT] = "agreement",
                                           [COMITY_FILE_POLICY] = "policy"};
    static const char *const members[] = {"XA", "XB", "XC", "XE", "XB-Q"};
    static const char *const reached[] = {"XD", "XC", "XF"};
    const draft_file *file = &making->files[index];
    say(making, "%s %s", words_of[file->kind], file->code);
    if (file->of != NULL) {
        say(making, " of %s", file->of);
    }
    say(making, " \"%s\"\n\ninstrument LAW \"The law\"%s%s\n", file->code,
        luck(making, 20) ? " from 2021-06-30" : "", luck(making, 10) ? " until 2026-06-30" : "");
    if (file->kind == COMITY_FILE_UNION) {
        say(making, "members XA, XB, XC");
        say_dates(making, 20);
        say(making, "\n");
        say_members(making, "members", members, 5);
        if (luck(making, 70)) {
            say(making, "reaches %s from %s\n", PICK(making, reached), PICK(making, days));
        }
    }
    if (file->kind == COMITY_FILE_STATE && luck(making, 20)) {
        say(making, "reaches %s", PICK(making, reached));
        say_dates(making, 50);
        say(making, "\n");
    }
    if (file->kind == COMITY_FILE_AGREEMENT) {
        say_agreement(making, file);
    }
    if (file->kind == COMITY_FILE_POLICY && luck(making, 50)) {
        say(making, "adopt AS\n");
    }
    if (file->kind == COMITY_FILE_POLICY) {
        say_entered(making);
    }
    if (file->kind == COMITY_FILE_STATE || luck(making, 50)) {
        if (file->kind != COMITY_FILE_AGREEMENT && file->kind != COMITY_FILE_POLICY) {
            say_covers(making);
        }
    }
    say(making, "\n");
    if (luck(making, 60)) {
        say_calendar(making);
    }
    if (file->kind == COMITY_FILE_STATE) {
        say_state(making, file, index);
    }
    for (size_t i = 0; i < making->rule_count; i++) {
        if (making->rules[i].file == index) {
            say_rule(making, &making->rules[i]);
        }
    }
}

static void file_end(lawmaking *making, world *to, const char *name)
{
    char path[64];
    const uint8_t *bytes = NULL;
    size_t size = 0;
    comity_buffer_append_byte(&making->text, 0);
    if (comity_buffer_bytes(&making->text, &bytes, &size, NULL) != COMITY_OK) {
        abort();
    }
    (void)snprintf(path, sizeof path, "%s.law", name);
    world_add(to, path, (const char *)bytes);
    comity_buffer_reset(&making->text);
}

void lawmaker_make(world *to, chance *luck_of)
{
    static const draft_file files[] = {
        {COMITY_FILE_STATE, "XA", NULL, false, false, true},   {COMITY_FILE_STATE, "XB", NULL, false, false, true},
        {COMITY_FILE_STATE, "XC", NULL, false, false, false},  {COMITY_FILE_STATE, "XD", NULL, false, false, false},
        {COMITY_FILE_PART, "XA-P", "XA", false, false, false}, {COMITY_FILE_PART, "XB-Q", "XB", false, false, false},
        {COMITY_FILE_UNION, "UN", NULL, false, false, false},  {COMITY_FILE_AGREEMENT, "AG", NULL, true, false, false},
        {COMITY_FILE_AGREEMENT, "AS", NULL, true, true, false}, {COMITY_FILE_POLICY, "PO", NULL, false, false, false},
    };
    lawmaking making = {.luck = luck_of};
    comity_buffer_init(&making.text, (size_t)1 << 22);
    memcpy(making.files, files, sizeof files);
    making.file_count = sizeof files / sizeof files[0];
    making.files[7].direct = luck(&making, 60);
    making.files[8].direct = luck(&making, 50);
    draft_rules(&making);
    say_taxonomy(&making);
    file_end(&making, to, "taxonomy");
    for (size_t i = 0; i < making.file_count; i++) {
        say_file(&making, i);
        file_end(&making, to, making.files[i].code);
    }
    comity_buffer_free(&making.text);
}
