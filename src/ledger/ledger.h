/* The ledger: how many distinct persons' data an exporter has sent, for the
 * thresholds that law sets.
 *
 * Persons are known by keyed digests of 16 bytes only, under a key that the ledger
 * makes once. The sets are exact. A *series* is what persons are counted in: a flow
 * (origin, destination, category), or a count that law declares (with the importer,
 * where law counts by importer too), each of one exporter. Of each series and person
 * the ledger keeps the last day, and the calendar years, in which the person's data
 * went: that gives the persons of a year, and of any number of months back.
 *
 * Counting takes two steps, so that two gates cannot both pass below a threshold:
 *
 *     comity_ledger_reserve   before the judgement: the persons of this act count
 *                             from now on, for everybody; gives the counts with them
 *     comity_ledger_commit    once the judgement is durable and says the act goes:
 *                             before anything is released
 *     comity_ledger_cancel    when it does not go
 *
 * What is neither committed nor cancelled by `until_ms` is cancelled by whoever calls
 * comity_ledger_expire next: its gate is dead. A commit that comes after that fails
 * and nothing may be released. While a reservation is open, counts of others hold its
 * persons: they are never too low, and too high only until it is cancelled.
 *
 * An act of a day that lies before days already counted is counted in its own year
 * exactly; the months back from such a day may count persons of later days too, so
 * that a number is never too low.
 *
 * Threads: any thread may call. To PostgreSQL a handle has four connections, so that a
 * call that waits there, for another process that counts for the same exporter, holds up
 * no other; to SQLite one. A call waits COMITY_LEDGER_WAIT_MS at most until it is its turn,
 * and as long for all that the database is to do, then fails; purging and verifying may
 * take minutes. Processes: any number may have the same ledger open.
 *
 * Failure: COMITY_ERROR_SYSTEM whenever the database cannot be reached, is full, or
 * too busy; the counts are then unknown. A lost connection is opened again by a later
 * call, with pauses that grow from 1/4 to 8 seconds, in which calls fail at once.
 *
 * Neither clock nor randomness of the caller is used but for the key and identities
 * of reservations; times are given in milliseconds since 1970. Messages never hold a
 * digest, an exporter or an importer. */
#ifndef COMITY_LEDGER_LEDGER_H
#define COMITY_LEDGER_LEDGER_H

#include "base/buffer.h"
#include "base/error.h"

#define COMITY_LEDGER_VERSION 3 /* of the schema: docs/formats/ledger.md */
#define COMITY_LEDGER_DIGEST_SIZE 16
#define COMITY_LEDGER_KEY_SIZE 16
#define COMITY_LEDGER_WAIT_MS 5000
#define COMITY_LEDGER_ENTRIES_MAX 256     /* in one reservation */
#define COMITY_LEDGER_PERSONS_MAX 1000000 /* in one reservation, all entries together */
#define COMITY_LEDGER_TEXT_BYTES 1024     /* a name of an exporter or importer, a category */
#define COMITY_LEDGER_HELD_MAX 4000000    /* persons of open reservations in one series: 64 MB to be united */
/* Years that can be counted in. */
#define COMITY_LEDGER_YEAR_MIN 2000
#define COMITY_LEDGER_YEAR_MAX 2062

typedef struct comity_ledger comity_ledger;

typedef struct comity_ledger_digest {
    uint8_t bytes[COMITY_LEDGER_DIGEST_SIZE];
} comity_ledger_digest;

/* The name of a reservation: random, or a gate's idempotency id. */
typedef struct comity_ledger_id {
    uint8_t bytes[16];
} comity_ledger_id;

typedef enum comity_ledger_kind {
    COMITY_LEDGER_FLOW,   /* name: a category; origin, destination: codes */
    COMITY_LEDGER_COUNT,  /* name: a count that law declares; destination: the importer, or "" */
    COMITY_LEDGER_PERHAPS /* the same, of acts that perhaps are counted: the most there may be is the sum of both */
} comity_ledger_kind;

/* Persons to be counted in one series. Nothing is kept of what is pointed to. */
typedef struct comity_ledger_entry {
    comity_ledger_kind kind;
    const char *name;
    const char *origin; /* "" of counts */
    const char *destination;
    uint32_t months;                     /* back from the day; for `back` below; 1 to 120 */
    const comity_ledger_digest *persons; /* a digest given twice is one person */
    size_t person_count;                 /* 0: the counts are asked for only */
} comity_ledger_entry;

/* Distinct persons, this reservation's and all open ones included. */
typedef struct comity_ledger_numbers {
    uint64_t year; /* in the calendar year of the day */
    uint64_t back; /* in the months up to and with the day */
} comity_ledger_numbers;

typedef struct comity_ledger_act {
    const char *exporter;
    int32_t day;       /* days since 1970, as the act's `on` */
    uint64_t now_ms;   /* wall clock */
    uint64_t until_ms; /* then the reservation is void */
} comity_ledger_act;

/* Where the ledger is: "/path/to/file" for SQLite, made with mode 0600 if it is not
 * there; "postgresql:…" with what libpq takes, as a URI ("postgresql://…") or behind
 * the colon as words ("postgresql:host=/run/postgresql dbname=comity"). A schema of an
 * older version is migrated, one of a newer refused.
 * COMITY_ERROR_SYSTEM if it cannot be reached; COMITY_ERROR_IMAGE if it is no ledger of ours;
 * COMITY_ERROR_SYNTAX if the setting is neither. */
COMITY_MUST_USE comity_status comity_ledger_open(const char *where, comity_ledger **ret_ledger, comity_error *reterr);

/* The same, but one that cannot be reached is opened later, as after a lost connection. */
COMITY_MUST_USE comity_status comity_ledger_open_later(const char *where, comity_ledger **ret_ledger,
                                                       comity_error *reterr);

/* Open reservations stay, until they are committed elsewhere or expire. NULL is allowed. */
void comity_ledger_close(comity_ledger *ledger);

/* Did the last call reach the database? */
bool comity_ledger_up(comity_ledger *ledger);

/* The key under which persons' digests are made: hand it to gates, to nobody else. Made
 * once, when the ledger is. See comity_ledger_digest_of. */
COMITY_MUST_USE comity_status comity_ledger_key(comity_ledger *ledger, uint8_t ret_key[COMITY_LEDGER_KEY_SIZE],
                                                comity_error *reterr);

/* What stands for a person: SipHash-2-4 with 128 bits under the key over the identifier,
 * as findings of an inspection under the same key bear it. Pure. */
void comity_ledger_digest_of(const uint8_t key[COMITY_LEDGER_KEY_SIZE], const void *text, size_t size,
                             comity_ledger_digest *ret_digest);

/* Reserves. `id`: given, the reservation's name: one that is open under it is replaced;
 * all zero: a random one is put there. `ret_numbers`: one for each entry.
 * COMITY_ERROR_RANGE: a year, months, or texts too long; COMITY_ERROR_LIMIT: too many
 * entries or persons; COMITY_ERROR_SYSTEM. On failure nothing is reserved. */
COMITY_MUST_USE comity_status comity_ledger_reserve(comity_ledger *ledger, const comity_ledger_act *act,
                                                    const comity_ledger_entry *entries, size_t entry_count,
                                                    comity_ledger_id *id, comity_ledger_numbers *ret_numbers,
                                                    comity_error *reterr);

/* Counts what was reserved, for good and on disk when this returns.
 * COMITY_ERROR_RANGE: there is no such reservation (any more): nothing may be released;
 * COMITY_ERROR_SYSTEM: it may or may not be counted: nothing may be released. */
COMITY_MUST_USE comity_status comity_ledger_commit(comity_ledger *ledger, const comity_ledger_id *id,
                                                   comity_error *reterr);

/* A reservation among several that are committed together. Those with the same `group`, which are next to each
 * other, are counted all or none: what goes, goes by all of them. */
typedef struct comity_ledger_member {
    comity_ledger_id id;
    size_t group;
    comity_status status; /* set: as of comity_ledger_commit, the same for all of a group */
} comity_ledger_member;

/* The same of up to COMITY_LEDGER_TOGETHER_MAX reservations, in one transaction: one sync of the disk
 * serves all. Where the database fails, each group is tried by itself. */
#define COMITY_LEDGER_TOGETHER_MAX 32
void comity_ledger_commit_many(comity_ledger *ledger, comity_ledger_member *members, size_t count);

/* Forgets what was reserved. That there is no such reservation is no error; what could not
 * be cancelled expires. */
comity_status comity_ledger_cancel(comity_ledger *ledger, const comity_ledger_id *id, comity_error *reterr);

/* Cancels reservations whose time is over. Call it once a second: it also opens a lost
 * connection again. */
COMITY_MUST_USE comity_status comity_ledger_expire(comity_ledger *ledger, uint64_t now_ms, uint64_t *ret_expired,
                                                   comity_error *reterr);

/* One series, as it is listed. The texts last until the next row. */
typedef struct comity_ledger_row {
    comity_ledger_kind kind;
    const char *exporter, *origin, *destination, *name;
    int32_t year;
    uint64_t persons;      /* of that year; open reservations are left out here */
    uint64_t persons_back; /* in the twelve months up to and with the day asked for */
} comity_ledger_row;

typedef struct comity_ledger_query {
    const char *exporter; /* NULL: all */
    int32_t year;         /* 0: all */
    int32_t day;          /* up to which months are counted back */
    uint32_t months;      /* how many; 12 as a rule */
} comity_ledger_query;

/* Calls `tell` for each series and year, in order of exporter, kind, name, origin,
 * destination and year. `tell` must not call the ledger; what it returns but COMITY_OK ends the listing. */
typedef comity_status comity_ledger_tell(void *context, const comity_ledger_row *row, comity_error *reterr);
COMITY_MUST_USE comity_status comity_ledger_list(comity_ledger *ledger, const comity_ledger_query *query,
                                                 comity_ledger_tell *tell, void *context, comity_error *reterr);

/* Numbers for metrics: persons kept (a person in two series is two), open reservations. */
typedef struct comity_ledger_totals {
    uint64_t series, persons, reservations;
} comity_ledger_totals;
COMITY_MUST_USE comity_status comity_ledger_count(comity_ledger *ledger, comity_ledger_totals *ret_totals,
                                                  comity_error *reterr);

/* Asked now and then in what may take minutes: true, no more of it is to be done. */
typedef bool comity_ledger_ends(void *context);

/* Deletes what is known of the years before that of the day: persons not seen since, the
 * years of the others, and numbers. The year must lie before all that law still counts.
 * In parts, between which others count; the rest stays for the next time if `ends`, which
 * may be NULL, says so or something fails. */
COMITY_MUST_USE comity_status comity_ledger_purge(comity_ledger *ledger, int32_t before, comity_ledger_ends *ends,
                                                  void *context, uint64_t *ret_persons, comity_error *reterr);

/* Counts everything again from the persons kept, and compares: COMITY_ERROR_RECORD with
 * what differs first. `ret_series`: how many were compared. */
COMITY_MUST_USE comity_status comity_ledger_verify(comity_ledger *ledger, uint64_t *ret_series, comity_error *reterr);

/* The version of the schema as it was found and as it is now. Opening migrates. */
void comity_ledger_versions(comity_ledger *ledger, uint32_t *ret_found, uint32_t *ret_now);

#endif
