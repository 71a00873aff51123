/* The nginx module: what its files share.
 *
 * In reading order: comity_module.c (directives), comity_route.c (the acts of a route),
 * comity_request.c and comity_response.c (what passes), comity_head.c, comity_probe.c and
 * comity_work.c (looking into it), comity_judge.c (asking, and going on), comity_client.c (the daemon's
 * socket), comity_answer.c (what clients are told).
 *
 * What always holds: a byte of an inspected direction goes on only after the daemon has
 * said that its judgement is durable and lets it pass. Whatever fails closes. */
#ifndef COMITY_MODULE_H
#define COMITY_MODULE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#if (NGX_THREADS)
#include <ngx_thread_pool.h>
#else
typedef struct ngx_thread_pool_s ngx_thread_pool_t;
#endif

#include <comity.h>

/* Directions, as bits; the lowest is nginx's own (NGX_CONF_BITMASK_SET), here and below. */
#define COMITY_NGX_REQUEST 2
#define COMITY_NGX_RESPONSE 4

/* Doubts in which a route releases all the same, as bits. */
#define COMITY_NGX_UNDETERMINED 2 /* the verdict */
#define COMITY_NGX_UNREADABLE 4   /* what is cut off, damaged, encrypted, of an unknown encoding */
#define COMITY_NGX_LARGE 8        /* what would have to be replaced is larger than what is held */

/* What a route declares to be passed uninspected, as bits. */
#define COMITY_NGX_UPGRADE 2
#define COMITY_NGX_GRPC 4

/* Our bit of r->buffered; the others are nginx's own. */
#define COMITY_NGX_BUFFERED 0x08

#define COMITY_NGX_PENDING_MAX 4096
#define COMITY_NGX_TEXT_MAX 4096

/* ---- settings ---- */

/* One act of a route: its JSON, with values that requests fill in. comity_route.c */
typedef struct comity_ngx_act comity_ngx_act;

/* How to look: shared by all routes that look alike. comity_probe.c */
typedef struct comity_ngx_inspector comity_ngx_inspector;

typedef struct {
    ngx_str_t socket;    /* of the daemon */
    ngx_str_t name;      /* of this gate, for the record */
    ngx_str_t addresses; /* a database of states by address */
    void *database;      /* opened */
    comity_rules *rules;
    comity_ngx_inspector *inspectors; /* all there are */
    ngx_flag_t used;     /* some route is inspected */
    ngx_pool_t *pool;
} comity_ngx_main;

typedef struct {
    ngx_uint_t inspect;  /* directions */
    ngx_array_t *acts;   /* of comity_ngx_act * */
    ngx_str_t policy;    /* a file */
    ngx_str_t key;       /* a file */
    ngx_array_t *operators; /* lines of a policy */
    ngx_uint_t level;
    ngx_array_t *locale; /* states, as NUL-terminated strings */
    ngx_uint_t doubts;
    ngx_uint_t uninspected;
    size_t hold;
    size_t segment;
    ngx_msec_t timeout;
    ngx_flag_t explain;
    ngx_str_t blocked_by;
    ngx_str_t threads;   /* the name of a pool, or "off" */
    ngx_thread_pool_t *pool; /* NULL: the worker does all */
    comity_ngx_inspector *inspector;
} comity_ngx_conf;

/* ---- requests ---- */

typedef enum {
    COMITY_NGX_READING = 0, /* the body is being read */
    COMITY_NGX_LOOKING,     /* what there is is looked into, perhaps by a thread */
    COMITY_NGX_WAITING,     /* for the daemon */
    COMITY_NGX_OPEN,        /* released */
    COMITY_NGX_CLOSED       /* it is refused: ctx->status */
} comity_ngx_state;

/* A pair of working memories, for one input at a time. */
typedef struct comity_ngx_probe {
    struct comity_ngx_probe *next;
    comity_ngx_inspector *inspector;
    ngx_uint_t generation;
    comity_inspection *inspection;
    comity_gathering *gathering;
    ngx_uint_t count; /* of all that was ever found */
} comity_ngx_probe;

typedef struct comity_ngx_ctx comity_ngx_ctx;

/* A question under way. comity_client.c */
typedef struct {
    uint64_t number; /* 0: none */
    u_char *frame;   /* kept to be sent again */
    size_t size;
    ngx_event_t timer;
} comity_ngx_pending;

/* Bytes that a copy gave, from malloc(): a thread may write them. */
typedef struct {
    u_char *bytes;
    size_t size, room;
} comity_ngx_output;

/* A text that is replaced by the next. */
typedef struct {
    ngx_str_t text;
    size_t room;
} comity_ngx_text;

typedef void comity_ngx_work_function(comity_ngx_ctx *ctx);

struct comity_ngx_ctx {
    ngx_http_request_t *r;
    comity_ngx_conf *conf;
    comity_ngx_pending pending;
    comity_ngx_probe *probe;
    u_char id[COMITY_GATE_ID_SIZE];
    uint32_t segment;
    ngx_uint_t direction; /* of what is being judged */
    comity_ngx_state state;          /* of the request */
    comity_ngx_state response_state; /* READING: held */
    ngx_uint_t doubts;    /* met so far */
    ngx_uint_t status;    /* of our answer */
    /* the last answer, for variables and our own answers */
    ngx_flag_t judged;
    comity_verdict verdict;
    comity_ngx_text rules, ways, records;
    ngx_array_t *values;  /* of the acts of this direction, as they were at its first judgement. comity_route.c */
    ngx_str_t uri, args;  /* of the request, as they were looked into */
    /* work that a thread may do: while it does, probe, copy, doubts and the next seven are the thread's */
    comity_ngx_work_function *work, *work_done;
    ngx_thread_task_t *task;
    comity_ngx_output output;
    ngx_flag_t failed;    /* the body could not be read again, or its copy not made */
    ngx_flag_t copying;   /* a masked copy is being made */
    ngx_flag_t begun;     /* the probe has been told of the input that is looked into */
    ngx_flag_t copy_begun; /* and the copy */
    off_t begun_at;       /* where in the response's body */
    const char *type, *encoding; /* as what is looked into says; NULL: it does not */
    /* the request's body */
    off_t looked, written; /* bytes of nginx's file */
    unsigned working:1;   /* a thread does */
    unsigned complete:1;  /* all of it has come */
    unsigned ahead:1;     /* it is looked into while it comes, and counted among those */
    unsigned refuses:1;   /* the route's own policy, what was found */
    unsigned own:1;       /* the answer is ours */
    unsigned passes:1;    /* this answer is not inspected */
    unsigned flows:1;     /* what flows behind the request's head is not inspected, as the route says */
    unsigned last:1;      /* the response is complete */
    unsigned finished:1;  /* the probe's input likewise */
    unsigned sent:1;      /* the response's head is out */
    unsigned ended:1;     /* and its end */
    unsigned breaks:1;    /* it is refused, and nobody waits for the rest of it */
    unsigned fixed:1;     /* it is compressed: nothing can be replaced */
    unsigned whole:1;     /* what was taken ends with a message: no later byte is part of it */
    /* the response's body */
    ngx_chain_t *in;      /* not yet taken */
    ngx_chain_t *raw;     /* taken, not yet looked at */
    ngx_chain_t *held;    /* looked at, to be released */
    ngx_chain_t *masked;  /* the copy of it, if one is made */
    ngx_chain_t *out;     /* may go */
    ngx_chain_t *busy, *free;
    off_t seen, released; /* bytes of the body */
    off_t masked_size;
    size_t since;         /* taken since the last judgement */
    size_t room;          /* how much is taken before the next; 0: no more can be held */
    ngx_uint_t line_ends; /* at the end of what was taken */
    ngx_uint_t message_ends; /* so many end a message; 0: it is no stream of messages */
    comity_copy *copy;
};

extern ngx_module_t ngx_http_comity_module;

/* comity_route.c */
char *comity_ngx_act_block(ngx_conf_t *cf, ngx_command_t *command, void *conf);
ngx_uint_t comity_ngx_act_direction(comity_ngx_act *act);
/* Appends the act of a request to `buf`; NGX_DECLINED if a value is no UTF-8 text, NGX_ERROR without room. */
ngx_int_t comity_ngx_act_write(comity_ngx_ctx *ctx, comity_ngx_act *act, const comity_gathered *gathered, ngx_str_t *id,
                               ngx_buf_t *buf);
char *comity_ngx_state_set(ngx_conf_t *cf, ngx_command_t *command, void *conf);
ngx_int_t comity_ngx_state_variable(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t data);
ngx_int_t comity_ngx_addresses_open(ngx_conf_t *cf, comity_ngx_main *main);

/* comity_probe.c */
/* Gives the route its inspector: that of a route that looks alike, or a new one. */
ngx_int_t comity_ngx_inspector_make(ngx_conf_t *cf, comity_ngx_main *main, comity_ngx_conf *conf);
comity_masking *comity_ngx_inspector_masking(comity_ngx_inspector *inspector);
comity_ngx_probe *comity_ngx_probe_take(comity_ngx_inspector *inspector, ngx_log_t *log);
void comity_ngx_probe_give(comity_ngx_probe *probe);
void comity_ngx_probe_key(const u_char key[16]);
/* Short texts in which nothing was found lately. Of the worker's own thread. */
ngx_flag_t comity_ngx_clean_has(comity_ngx_inspector *inspector, const u_char *bytes, size_t size);
void comity_ngx_clean_add(comity_ngx_inspector *inspector, const u_char *bytes, size_t size);
/* Each tells of a doubt in ctx->doubts. */
void comity_ngx_probe_begin(comity_ngx_ctx *ctx, const char *type, const char *encoding);
void comity_ngx_probe_feed(comity_ngx_ctx *ctx, const u_char *bytes, size_t size);
void comity_ngx_probe_finish(comity_ngx_ctx *ctx);

/* comity_head.c */
ngx_int_t comity_ngx_head_request(comity_ngx_ctx *ctx);
ngx_int_t comity_ngx_head_response(comity_ngx_ctx *ctx);
/* Behind the body, once all of it has come. */
ngx_int_t comity_ngx_head_trailers(comity_ngx_ctx *ctx);
/* The value of the only header of this name, NUL-terminated; NULL: there is none; *ret_more: there are several. */
const char *comity_ngx_header(ngx_http_request_t *r, ngx_list_t *list, const char *name, ngx_flag_t *ret_more);
/* The same of Content-Encoding; NULL too where it says that there is none. */
const char *comity_ngx_encoding(ngx_http_request_t *r, ngx_list_t *list, ngx_flag_t *ret_more);
/* Whether two texts differ. */
ngx_flag_t comity_ngx_is_other(const ngx_str_t *left, const ngx_str_t *right);
/* Whether a content type is gRPC's: `application/grpc` or what begins so. */
ngx_flag_t comity_ngx_is_grpc(const u_char *type, size_t size);
/* Takes out what would make the answer a part, or compressed, or none. */
ngx_int_t comity_ngx_drop_range(ngx_http_request_t *r);
/* Takes out digests of a body that is no more what it was. */
void comity_ngx_drop_digests(ngx_http_request_t *r);

/* comity_request.c */
ngx_int_t comity_ngx_request_handler(ngx_http_request_t *r);
ngx_int_t comity_ngx_request_filter(ngx_http_request_t *r, ngx_chain_t *in);
ngx_int_t comity_ngx_request_init(void);
ngx_int_t comity_ngx_request_variables(ngx_conf_t *cf);
void comity_ngx_request_judged(comity_ngx_ctx *ctx);
comity_ngx_ctx *comity_ngx_ctx_make(ngx_http_request_t *r, comity_ngx_conf *conf);
/* The request's newest, also behind an internal redirect; NULL: none yet. */
comity_ngx_ctx *comity_ngx_ctx_find(ngx_http_request_t *r);

/* comity_work.c */
ngx_int_t comity_ngx_work_pool(ngx_conf_t *cf, comity_ngx_conf *conf);
/* May looking at `size_all` bytes that begin so take more than a millisecond? */
ngx_flag_t comity_ngx_work_is_long(comity_ngx_ctx *ctx, const u_char *bytes, size_t size, size_t size_all);
/* NGX_OK: the work is done. NGX_AGAIN: it is long, a thread does it, and the worker calls `done` when it
 * has. `work` may not touch what belongs to the worker: the request, its pool, its chains but to read them. */
ngx_int_t comity_ngx_work(comity_ngx_ctx *ctx, ngx_flag_t is_long, comity_ngx_work_function *work,
                          comity_ngx_work_function *done);
size_t comity_ngx_chain_size(ngx_chain_t *chain);
/* What a copy calls with its output; `context` is the ctx. */
comity_status comity_ngx_output_write(void *context, const void *bytes, size_t size, comity_error *reterr);
void comity_ngx_output_free(comity_ngx_output *output);

/* comity_response.c */
ngx_int_t comity_ngx_response_init(void);
void comity_ngx_response_judged(comity_ngx_ctx *ctx);

/* comity_judge.c */
/* Asks the daemon about what was gathered. NGX_AGAIN: the answer comes to comity_ngx_judged. NGX_ERROR: 503. */
ngx_int_t comity_ngx_judge(comity_ngx_ctx *ctx, ngx_uint_t direction);
/* By the client: the answer, or NULL if there will be none. */
void comity_ngx_judged(comity_ngx_ctx *ctx, const comity_gate_judged *judged);

/* comity_client.c */
ngx_int_t comity_ngx_client_start(ngx_cycle_t *cycle, comity_ngx_main *main);
void comity_ngx_client_stop(void);
ngx_flag_t comity_ngx_client_up(void);
ngx_int_t comity_ngx_client_ask(comity_ngx_ctx *ctx, comity_gate_frame *frame);
void comity_ngx_client_forget(comity_ngx_ctx *ctx);

/* comity_answer.c */
ngx_int_t comity_ngx_answer(comity_ngx_ctx *ctx);
/* Sets the head of the answer, and gives its body; NULL: no memory. */
ngx_buf_t *comity_ngx_answer_make(comity_ngx_ctx *ctx);
ngx_int_t comity_ngx_variables(ngx_conf_t *cf);
ngx_int_t comity_ngx_header_add(ngx_http_request_t *r, const char *name, ngx_str_t *value);

#endif
