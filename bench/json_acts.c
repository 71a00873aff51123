/* What comes in: a seed. What goes out: acts that differ in their fields, the
 * length of their values and what is within them. */
#include "json_acts.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct writer {
    char *text;
    size_t size;
    unsigned long long *seed;
} writer;

static unsigned pick(writer *out, unsigned count)
{
    unsigned long long x = *out->seed;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *out->seed = x;
    return (unsigned)((x >> 33) % count);
}

__attribute__((format(printf, 2, 3))) static void print(writer *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(out->text + out->size, JSON_ACT_SIZE_MAX - out->size, format, arguments);
    va_end(arguments);
    out->size += (size_t)size;
}

static const char *const states[] = {"DE", "FR", "CN", "US", "BR", "IN", "CN-SH-FTZ", "AE-DIFC", "ZA", "JP", "CA-QC"};
static const char *const categories[] = {
    "personal", "contact",    "health", "financial", "location", "biometric", "communication-content",
    "children", "employment", "genetic"};
static const char *const kinds[] = {"controller", "processor", "bank", "public-body",
                                    "critical-infrastructure-operator"};
static const char *const papers[] = {"standard-contract", "consent", "security-assessment", "certification",
                                     "transfer-impact-assessment"};
static const char *const purposes[] = {"human-resources", "contract-with-person", "analytics", "support", "research"};

#define COUNT(table) ((unsigned)(sizeof(table) / sizeof(table)[0]))
#define ONE_OF(table) table[pick(out, COUNT(table))]

/* One pick a call of print: the order in which arguments are worked out is the compiler's. */
static void print_list(writer *out, const char *name, const char *const *table, unsigned count)
{
    print(out, "\"%s\": [", name);
    for (unsigned i = 1 + pick(out, 4); i > 0; i--) {
        print(out, "\"%s\"%s", table[pick(out, count)], i == 1 ? "]" : ", ");
    }
}

static void print_party(writer *out, const char *name)
{
    if (pick(out, 3) == 0) {
        print(out, ", \"%s\": \"%s\"", name, ONE_OF(states));
        return;
    }
    print(out, ", \"%s\": {\"state\": \"%s\"", name, ONE_OF(states));
    print(out, ", \"name\": \"Company No. %u", pick(out, 90000));
    print(out, "%s\", ", pick(out, 4) == 0 ? " Société générale" : " Ltd");
    print_list(out, "kinds", kinds, COUNT(kinds));
    if (pick(out, 3) == 0) {
        print(out, ", \"owners\": [{\"state\": \"%s\"", ONE_OF(states));
        print(out, ", \"percent\": %u", pick(out, 100));
        print(out, ".%u}]", pick(out, 10));
    }
    print(out, "}");
}

static void print_data(writer *out)
{
    print(out, ", \"data\": {");
    print_list(out, "categories", categories, COUNT(categories));
    print(out, ", \"subjects\": [\"%s\"]", ONE_OF(states));
    print(out, ", \"origin\": \"%s\"", ONE_OF(states));
    if (pick(out, 2) == 0) {
        print(out, ", \"people\": %u}", pick(out, 2000000));
    } else {
        print(out, ", \"people\": {\"min\": %u", pick(out, 1000));
        print(out, ", \"max\": %u}}", 1000 + pick(out, 100000));
    }
}

static void print_papers(writer *out)
{
    unsigned count = pick(out, 3);
    print(out, ", \"papers\": [");
    for (unsigned i = 0; i < count; i++) {
        print(out, "%s{\"kind\": \"%s\"", i == 0 ? "" : ", ", ONE_OF(papers));
        print(out, ", \"under\": \"%s\"", ONE_OF(states));
        print(out, ", \"ref\": \"%u\"", pick(out, 1000000));
        print(out, ", \"until\": \"20%02u-12-31\"}", 20 + pick(out, 20));
    }
    print(out, "]");
}

size_t json_act(unsigned long long *seed, char ret_act[JSON_ACT_SIZE_MAX])
{
    writer state = {.text = ret_act, .seed = seed};
    writer *out = &state;
    print(out, "{\"id\": \"%08x", pick(out, 1u << 30));
    print(out, "-%04x\"", pick(out, 65536));
    print(out, ", \"act\": \"%s\"", pick(out, 3) == 0 ? "disclose" : "transfer");
    print(out, ", \"on\": \"2026-%02u", 1 + pick(out, 12));
    print(out, "-%02u\"", 1 + pick(out, 28));
    print_party(out, "from");
    print_party(out, "to");
    print_data(out);
    print(out, ", ");
    print_list(out, "purposes", purposes, COUNT(purposes));
    if (pick(out, 2) == 0) {
        print(out, ", \"circumstances\": {\"occasional\": %s", pick(out, 2) == 0 ? "true" : "false");
        print(out, ", \"same-legal-entity\": false, \"why\": null}");
    }
    print_papers(out);
    if (pick(out, 8) == 0) {
        print(out, ", \"remark\": \"said \\\"yes\\\" on the 2nd\\nline\"");
    }
    print(out, ", \"counts\": {\"CN.year.sensitive\": %u}}", pick(out, 100000));
    return out->size;
}
