/* See inspect_data.h. */
#include "inspect_data.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t state = 20261129;

static unsigned below(unsigned count)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((state >> 33) % count);
}

/* One of a list, by chance. */
#define PICK(list) (list)[below(sizeof (list) / sizeof *(list))]

static const char *word(void)
{
    static const char *const words[] = {
        "connection", "closed",  "by",      "remote",  "peer",   "while",   "reading", "response", "header", "from",
        "upstream",   "client",  "request", "server",  "timeout", "worker", "process", "exited",   "on",     "signal",
        "configuration", "reload", "cache", "miss",    "store",  "object",  "lookup",  "retry",    "queue",  "drained",
        "the",        "a",       "of",      "and",     "was",    "is",      "to",      "in",       "with",   "for",
    };
    return PICK(words);
}

static size_t sentence(char *text, unsigned words)
{
    size_t used = 0;
    for (unsigned i = 0; i < words; i++) {
        used += (size_t)sprintf(text + used, "%s%s", i == 0 ? "" : " ", word());
    }
    return used;
}

/* The number's last digit makes the sum of Luhn right. */
static void card(char text[17])
{
    unsigned sum = 0;
    text[0] = '4';
    for (int i = 1; i < 15; i++) {
        text[i] = (char)('0' + below(10));
    }
    for (int i = 0; i < 15; i++) {
        unsigned digit = (unsigned)(text[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    text[15] = (char)('0' + (10 - sum % 10) % 10);
    text[16] = '\0';
}

static size_t ndjson_record(char *text)
{
    char number[17];
    char note[512];
    card(number);
    (void)sentence(note, 24);
    return (size_t)sprintf(text,
                           "{\"order\":%u,\"fullName\":\"Anna Miller\",\"email\":\"%s.%u@example.com\",\"phone\":\"+49 30 %u%06u\","
                           "\"card\":\"%s\",\"ssn\":\"%03u-%02u-%04u\",\"amount\":%u.%02u,\"currency\":\"EUR\",\"items\":[{\"sku\":"
                           "\"%s-%u\",\"count\":%u},{\"sku\":\"%s-%u\",\"count\":%u}],\"status\":\"%s\",\"note\":\"%s\"}\n",
                           below(10000000), word(), below(1000), 1 + below(9), below(1000000), number, 1 + below(600),
                           1 + below(99), 1 + below(9999), below(1000), below(100), word(), below(1000), below(9), word(),
                           below(1000), below(9), word(), note);
}

/* Few identifiers: events of an application, of which one in eight tells an address of mail. */
static size_t sparse_record(char *text)
{
    char note[512];
    char who[96] = "";
    (void)sentence(note, 40);
    if (below(8) == 0) {
        (void)sprintf(who, ",\"email\":\"%s.%u@example.com\"", word(), below(1000));
    }
    return (size_t)sprintf(text,
                           "{\"time\":\"2026-11-%02uT%02u:%02u:%02uZ\",\"level\":\"info\",\"worker\":%u,\"event\":\"%s-%s\","
                           "\"took\":%u.%02u,\"tags\":[\"%s\",\"%s\"]%s,\"message\":\"%s\"}\n",
                           1 + below(30), below(24), below(60), below(60), below(64), word(), word(), below(100), below(100),
                           word(), word(), who, note);
}

static size_t csv_record(char *text)
{
    char number[17];
    char note[512];
    card(number);
    (void)sentence(note, 26);
    return (size_t)sprintf(text, "%u,Anna Miller,%s.%u@example.com,+49 30 %u%06u,%s,%03u-%02u-%04u,%u.%02u,EUR,%s,%s,\"%s\"\n",
                           below(10000000), word(), below(1000), 1 + below(9), below(1000000), number, 1 + below(600),
                           1 + below(99), 1 + below(9999), below(1000), below(100), word(), word(), note);
}

/* ---- records as tables of persons have them: no two names, streets or addresses need look alike ---- */

static const char *given_name(void)
{
    static const char *const names[] = {
        "Anna",    "Bo",      "Charlotte", "Dmitri", "Eve",      "Fatima",    "Guillermo", "Hans-Peter", "Ida",    "Jo",
        "Katarzyna", "Lars",  "Mia",       "Noah",   "Olivia",   "Per",       "Quentin",   "Rosalind",   "Sven",   "Theodora",
        "Uma",     "Valerie", "Wolfgang",  "Xenia",  "Yusuf",    "Zoe",       "Alexander", "Beatrice",   "Cem",    "Elizabeth",
    };
    return PICK(names);
}

static const char *family_name(void)
{
    static const char *const names[] = {
        "Miller",  "Ng",      "Papadopoulos", "Larsen", "Schmidt",  "Garcia",     "Li",     "van der Berg", "Kowalczyk", "Ito",
        "Johnson", "Fischer", "Rodriguez",    "Ek",        "Hernandez", "Lindqvist", "Wu",     "Ferrari",      "Dubois",    "Novak",
        "Yilmaz",  "Costa",   "Andersson",    "Haas",      "Montgomery", "Okafor",   "Petrov", "Quinn",        "Silva",     "Weber",
    };
    return PICK(names);
}

static const char *place_name(void)
{
    static const char *const names[] = {
        "Oak",   "Station",  "Goethe", "High",     "Church", "Mill",      "Willow",   "King",     "Victoria", "Park",
        "River", "Schiller", "Linden", "Castle",   "Garden", "Bismarck",  "Spring",   "Meadow",   "Abbey",    "Harbour",
    };
    return PICK(names);
}

/* A German account: two digits behind the state make the rest of a division by 97 right. */
static void account(char text[23])
{
    unsigned rest = 0;
    for (int i = 4; i < 22; i++) {
        text[i] = (char)('0' + below(10));
        rest = (rest * 10 + (unsigned)(text[i] - '0')) % 97;
    }
    rest = (rest * 1000000 + 131400) % 97; /* D, E and two zeros */
    text[22] = '\0';
    text[0] = 'D';
    text[1] = 'E';
    text[2] = (char)('0' + (98 - rest) / 10);
    text[3] = (char)('0' + (98 - rest) % 10);
}

/* What a table says of a person and of an order, with a sign between the fields, or each behind its key. */
static size_t person_record(char *text, const char *const keys[12], const char *quote)
{
    static const char *const hosts[] = {"example.com", "mail.example.org", "post.example.net", "example.co"};
    char number[17];
    char iban[23];
    char note[512];
    char values[12][512];
    const char *own = given_name();
    size_t used = 0;
    card(number);
    account(iban);
    (void)sentence(note, 32);
    (void)sprintf(values[0], "%s %s", own, family_name());
    (void)sprintf(values[1], "%s%s%u@%s", word(), below(2) == 0 ? "." : "_", below(2000), hosts[below(4)]);
    (void)sprintf(values[2], below(2) == 0 ? "+49 30 %u%06u" : "+44 20 7946 0%u%02u", 1 + below(9), below(100));
    (void)sprintf(values[3], "%u %s Street %s", 1 + below(300), place_name(), place_name());
    (void)sprintf(values[4], "%u-%02u-%02u", 1940 + below(66), 1 + below(12), 1 + below(28));
    (void)sprintf(values[5], "%s", number);
    (void)sprintf(values[6], "%s", iban);
    (void)sprintf(values[7], "%u", below(100000000));
    (void)sprintf(values[8], "%c%u%c%u", 'A' + (int)below(26), below(1000), 'A' + (int)below(26), below(10000));
    (void)sprintf(values[9], "%u.%02u", below(1000), below(100));
    (void)sprintf(values[10], "%s", word());
    (void)sprintf(values[11], "%s", note);
    for (int i = 0; i < 12; i++) {
        used += (size_t)sprintf(text + used, "%s%s%s%s%s", i == 0 ? "" : ",", keys == NULL ? "" : keys[i], quote, values[i],
                                quote);
    }
    return used;
}

static size_t varied_ndjson_record(char *text)
{
    static const char *const keys[12] = {"\"name\":",   "\"email\":", "\"phone\":", "\"address\":", "\"birth_date\":", "\"card\":",
                                         "\"iban\":", "\"order\":", "\"sku\":",   "\"amount\":",  "\"status\":",     "\"note\":"};
    size_t used = (size_t)sprintf(text, "{");
    used += person_record(text + used, keys, "\"");
    return used + (size_t)sprintf(text + used, "}\n");
}

static size_t varied_csv_record(char *text)
{
    size_t used = person_record(text, NULL, "");
    return used + (size_t)sprintf(text + used, "\n");
}

static const char *city_name(void)
{
    static const char *const names[] = {
        "Berlin", "Hamburg", "Leeds", "York", "Lyon", "Nantes", "Porto", "Graz", "Ghent", "Utrecht", "Malmo", "Turku",
    };
    return PICK(names);
}

/* A table of orders as a shop exports it: identifiers in a third of its columns, and what the customer wrote. */
static size_t order_csv_record(char *text)
{
    static const char *const goods[] = {"desk lamp, black",      "ceramic mug, 330 ml",  "office chair",
                                        "notebook, ruled (A5)", "wireless keyboard",    "bookshelf, oak, 180 cm"};
    static const char *const states[] = {"paid", "shipped", "returned", "open"};
    char number[17];
    char iban[23];
    char note[1024];
    const char *own = given_name();
    card(number);
    account(iban);
    (void)sentence(note, 30 + below(24));
    return (size_t)sprintf(text,
                           "SO-%07u,2026-%02u-%02uT%02u:%02u:%02uZ,%s %s,%s.%u@example.com,+49 30 %u%06u,%u %s Street,%05u,%s,%u-%02u-%02u,"
                           "\"%s\",%u,%u.%02u,%u.%02u,EUR,%s,%s,%s,%u.%u,\"%s\"\n",
                           below(10000000), 1 + below(12), 1 + below(28), below(24), below(60), below(60), own, family_name(),
                           word(), below(2000), 1 + below(9), below(1000000), 1 + below(300), place_name(), below(100000),
                           city_name(), 1940 + below(66), 1 + below(12), 1 + below(28), PICK(goods), 1 + below(9), below(900),
                           below(100), below(90), below(100), PICK(states), number, iban, below(30), below(10), note);
}

static size_t log_line(char *text)
{
    static const char *const levels[] = {"INFO", "DEBUG", "WARN", "ERROR"};
    size_t used = (size_t)sprintf(text, "2026-11-%02u %02u:%02u:%02u.%03u %s [worker-%u] org.example.Handler: ", 1 + below(30),
                                  below(24), below(60), below(60), below(1000), levels[below(4)], below(32));
    used += sentence(text + used, 4 + below(12));
    used += (size_t)sprintf(text + used, " after %u ms\n", below(5000));
    return used;
}

static size_t prose_line(char *text)
{
    size_t used = sentence(text, 8 + below(12));
    text[0] = (char)(text[0] - 'a' + 'A');
    used += (size_t)sprintf(text + used, ".\n");
    return used;
}

static void fill(char *text, size_t size, size_t *ret_size, const char *head, size_t (*make)(char *))
{
    char record[4096];
    size_t used = (size_t)sprintf(text, "%s", head);
    for (;;) {
        size_t made = make(record);
        if (used + made > size) {
            break;
        }
        memcpy(text + used, record, made);
        used += made;
    }
    *ret_size = used;
}

void data_ndjson(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size, "", ndjson_record);
}

void data_sparse_ndjson(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size, "", sparse_record);
}

void data_csv(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size, "order,full_name,email,phone,card,ssn,amount,currency,status,kind,note\n", csv_record);
}

void data_varied_ndjson(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size, "", varied_ndjson_record);
}

void data_varied_csv(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size, "name,email,phone,address,birth_date,card,iban,order,sku,amount,status,note\n", varied_csv_record);
}

void data_order_csv(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size,
         "order,created,customer_name,email,phone,address,postcode,city,birth_date,article,quantity,price,shipping,currency,"
         "status,card,iban,weight,comment\n",
         order_csv_record);
}

void data_logs(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size, "", log_line);
}

void data_prose(char *text, size_t size, size_t *ret_size)
{
    fill(text, size, ret_size, "", prose_line);
}
