/* One request on its way through the daemon, and the table of routes.
 *
 * A request is made when its head has come, takes in its body, is handled once,
 * waits for the record if need be, and is answered. It is touched by one thread
 * at a time: that of its connection, or, while the connection is suspended, the
 * keeper's. */
#ifndef COMITY_SERVE_REQUEST_H
#define COMITY_SERVE_REQUEST_H

#include "api/at_hand.h"
#include "serve/filter.h"
#include "serve/server.h"

#include <microhttpd.h>

typedef struct comity_request comity_request;

typedef enum comity_route_body {
    COMITY_BODY_NONE,    /* what comes is passed over, up to a limit */
    COMITY_BODY_ACT,     /* JSON, of an act's size */
    COMITY_BODY_ACTS,    /* the same, or NDJSON of a batch's size */
    COMITY_BODY_STREAM   /* anything, inspected as it comes */
} comity_route_body;

#define COMITY_ROUTE_STATUSES 11

typedef struct comity_route {
    const char *method;  /* NULL: any */
    const char *path;    /* what it begins with, when it ends in '/'; else all of it */
    const char *shown;   /* as the OpenAPI document names it */
    unsigned roles;      /* who may; 0: everybody */
    comity_route_body body;
    void (*handle)(comity_request *request);
    uint16_t statuses[COMITY_ROUTE_STATUSES]; /* it answers with, in rising order; 0 ends */
} comity_route;

/* The table, and the number of the entry that stands for what is in none. */
extern const comity_route comity_routes[];
extern const unsigned comity_route_other;

/* The number of the entry for files of the dashboard: any path that is no other's. */
extern const unsigned comity_route_file;

/* Prints the table, one JSON object a line. */
void comity_routes_print(void);

struct comity_request {
    comity_server *server;
    struct MHD_Connection *connection;
    unsigned route;      /* its number */
    const char *allowed; /* of a path that has no such method: the one it has */
    const char *rest;    /* of the path, behind the route's; lives as long as the request */
    char *path;          /* owned */
    comity_principal who;
    const char *gate;    /* whose act is judged; NULL: who asks brings it himself */
    uint64_t begun_ns;
    int32_t day;
    char today[12];
    char receipt[33];    /* random; "" until needed */

    /* the body */
    comity_buffer body;
    int spool;           /* a file without a name; -1: it is in memory */
    const char *bytes;   /* once it is complete */
    uint64_t body_size;
    uint64_t body_max;
    uint64_t body_left;  /* of a length that was announced; 0 otherwise */
    bool chunked;        /* no length was announced */
    bool hurried;        /* the client has ended its side: what is missing has a second */
    bool is_faulty;      /* its head: what comes behind is not read */
    bool too_large, spool_failed;
    bool counted;        /* among those under way: its body has begun, or it has none */
    bool batch;          /* NDJSON */
    bool with_papers;    /* an act and papers beside it */

    /* judging */
    comity_lease lease;
    comity_buffer work;
    comity_ticket ticket;
    bool waiting;        /* for the record */
    bool recorded;       /* something was: ticket.index */
    comity_buffer counted_act; /* with the counts of the ledger */
    comity_ledger_id *held;    /* reservations to be committed once the record is durable; owned */
    size_t held_count, held_capacity;

    /* in the worker's queue */
    comity_request *behind;
    void (*work_for)(comity_request *request); /* NULL: it never was there */
    bool worked;         /* and is back */

    /* the answer */
    unsigned status;     /* 0: not yet */
    const char *type;
    comity_inspecting *inspecting; /* of a stream */
    comity_follower *follower; /* of live judgements, if it is one */
    const comity_file *file; /* which it is, if it is one */
    comity_buffer answer;
    comity_verdict verdict;
    bool has_verdict;
    bool handled;

    /* a batch's */
    uint64_t at;         /* in the body */
    uint64_t line;
    comity_at_hand *at_hand; /* judged, and not yet submitted; owned; NULL: nothing is kept together */
    size_t sent;         /* of the answer */
    bool broken;
};

/* ---- answers; request.c ---- */

/* A problem document (RFC 9457). `detail` may be NULL. */
void comity_answer_problem(comity_request *request, unsigned status, const char *title, const char *detail);

/* The problem that an error of judging is. */
void comity_answer_error(comity_request *request, const comity_error *error);

/* Says that the answer is what is in request->answer. */
void comity_answer_with(comity_request *request, unsigned status, const char *type);

/* A random name for this answer, by which its operator finds it in the log. */
const char *comity_request_receipt(comity_request *request);

const char *comity_request_header(void *request, const char *name);
const char *comity_request_argument(const comity_request *request, const char *name);

/* Reads the query's arguments, COMITY_FILTER_… of them; false after answering what is wrong. */
bool comity_request_filter(comity_request *request, unsigned allowed, comity_filter *ret_filter);

/* Has `work` done in the worker's thread, or answers that it cannot be. */
void comity_request_work(comity_request *request, void (*work)(comity_request *request));
void comity_request_work_in(comity_request *request, comity_worker *worker, void (*work)(comity_request *request));

/* The year of that name, or the newest where it is ""; NULL after answering that it has no log, or no record is kept. */
const comity_year *comity_request_year(comity_request *request, const char *name);

/* The one that the argument `log` names, likewise. */
const comity_year *comity_request_year_asked(comity_request *request);

/* The log of a year as it is now, which entries are judged again by; NULL after answering. In the worker's thread. */
comity_record_reader *comity_request_reader(comity_request *request, const comity_year *year);
void comity_request_reader_close(comity_record_reader *reader);

/* The year before that has a log, if that can hold anything from `since_ms` on; NULL: there is none. In the worker's thread. */
COMITY_MUST_USE comity_status comity_earlier_log(comity_request *request, const comity_year *year, uint64_t since_ms,
                                                 const comity_year **ret_year, comity_error *reterr);

/* Leases the law that judges now; NULL after answering that it cannot. */
const comity_image *comity_request_image(comity_request *request);

/* ---- judging; judge.c ---- */

/* "syntax" and so on. */
const char *comity_status_word(comity_status status);

/* Judges and submits to the record. The answer lives in the lease's context; its
 * JSON is NULL where nobody is to have it. */
COMITY_MUST_USE comity_status comity_request_judge(comity_request *request, const char *act, size_t size,
                                                   comity_answer *ret_answer, comity_error *reterr);

/* Judges an act that comes with papers, which is the body, and tells the judgement. */
COMITY_MUST_USE comity_status comity_request_judge_with_papers(comity_request *request, comity_answer *ret_answer,
                                                               comity_error *reterr);

/* Appends `"words":…,"remedy":…` of the context's last judgement; uses the request's `work`. */
void comity_request_put_words(comity_request *request, comity_context *context, comity_buffer *answer);

/* Submits what a batch has at hand. When anything fails, nothing of the batch may be said any more. */
COMITY_MUST_USE comity_status comity_request_keep_at_hand(comity_request *request, comity_error *reterr);

/* Appends the judgement as far as the asker's roles allow. */
void comity_request_tell(comity_request *request, const comity_answer *answer, comity_buffer *buffer);

/* Ends the reservations of what was judged: commits them when all is `durable` and is to
 * be answered, else cancels them. False: what was judged must not be answered. */
COMITY_MUST_USE bool comity_request_end_held(comity_request *request, bool durable);

/* Suspends the connection until what was submitted is durable. */
void comity_request_wait(comity_request *request);

/* ---- inspecting; inspect.c ---- */

/* Before the body comes: begins to inspect it, or answers that it will not. */
void comity_begin_inspect(comity_request *request);

/* ---- handlers ---- */

void comity_handle_judge(comity_request *request);
void comity_handle_ask(comity_request *request);
void comity_handle_data(comity_request *request);
void comity_handle_auth_request(comity_request *request);
void comity_handle_ext_authz(comity_request *request);
void comity_handle_me(comity_request *request);
void comity_handle_ledger(comity_request *request);
void comity_handle_law(comity_request *request);
void comity_handle_rules(comity_request *request);
void comity_handle_rule(comity_request *request);
void comity_handle_vocabulary(comity_request *request);
void comity_handle_inspect(comity_request *request);
void comity_handle_judgements(comity_request *request);
void comity_handle_judgement(comity_request *request);
void comity_handle_events(comity_request *request);
void comity_handle_flows(comity_request *request);
void comity_handle_record(comity_request *request);
void comity_handle_checkpoint(comity_request *request);
void comity_handle_cosigned(comity_request *request);
void comity_handle_tile(comity_request *request);
void comity_handle_proof(comity_request *request);
void comity_handle_erase(comity_request *request);
void comity_handle_health(comity_request *request);
void comity_handle_ready(comity_request *request);
void comity_handle_metrics(comity_request *request);
void comity_handle_openapi(comity_request *request);
void comity_handle_file(comity_request *request);

/* ---- batches; batch.c ---- */

/* Before the first byte of its answer; and, if it is one, behind the last. */
void comity_batch_begin(comity_request *request);
void comity_batch_end(comity_request *request);

/* Gives the next bytes of a batch's answer: MHD's content reader. */
ssize_t comity_batch_read(void *request, uint64_t position, char *bytes, size_t size_max);

#endif
