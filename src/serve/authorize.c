/* What proxies ask before they let a request pass: nginx's auth_request and
 * Envoy's ext_authz over HTTP.
 *
 * The act is the gate's, with the facts that the proxy gives in headers. Closed
 * when in doubt: only `permit` is answered with 200. What these endpoints answer
 * may reach the proxy's own clients, so it tells them a random receipt and no
 * more; the verdict stands in the log beside it, and in a header that nginx keeps
 * to itself. */
#include "serve/request.h"

#include "serve/log.h"

#include <string.h>
#include <strings.h>

static const comity_gate *find_gate(const comity_request *request)
{
    const comity_server *server = request->server;
    size_t size = strcspn(request->rest, "/");
    for (size_t i = 0; i < server->config->gate_count; i++) {
        const char *name = server->gates[i].name;
        if (strlen(name) == size && memcmp(name, request->rest, size) == 0) {
            return &server->gates[i];
        }
    }
    return NULL;
}

typedef struct named {
    const char *name;
    unsigned count;
} named;

static enum MHD_Result count_named(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    named *wanted = context;
    (void)kind;
    (void)value;
    wanted->count += strcasecmp(name, wanted->name) == 0;
    return MHD_YES;
}

/* A proxy that adds its header behind a client's of the same name leaves both: neither is believed. */
static comity_status check_headers(const comity_request *request, const comity_gate *gate, comity_error *reterr)
{
    for (size_t i = 0; i < gate->piece_count; i++) {
        named wanted = {gate->pieces[i].header, 0};
        if (wanted.name == NULL) {
            continue;
        }
        (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, count_named, &wanted);
        if (wanted.count > 1) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the header %s stands there %u times", wanted.name, wanted.count);
        }
    }
    return COMITY_OK;
}

static comity_status judge_gate(comity_request *request, const comity_gate *gate, comity_answer *ret_answer,
                                comity_error *reterr)
{
    const uint8_t *act;
    size_t size;
    request->gate = gate->name;
    comity_buffer_reset(&request->body);
    COMITY_TRY(check_headers(request, gate, reterr));
    COMITY_TRY(comity_gate_fill(gate, comity_request_header, request, &request->body, reterr));
    COMITY_TRY(comity_buffer_bytes(&request->body, &act, &size, reterr));
    return comity_request_judge(request, (const char *)act, size, ret_answer, reterr);
}

/* What is not let through can be found in the log by its receipt. */
static void log_closed(comity_request *request, const comity_gate *gate, const char *key, const char *value)
{
    comity_event_line line;
    comity_event_begin(&line, "closed");
    comity_event_text(&line, "gate", gate->name);
    comity_event_text(&line, "receipt", comity_request_receipt(request));
    comity_event_text(&line, key, value);
    if (request->recorded) {
        comity_event_number(&line, "record", request->ticket.index);
    }
    comity_event_end(&line);
}

/* `status_of`: by verdict. */
static void authorize(comity_request *request, const unsigned status_of[4])
{
    const comity_gate *gate = find_gate(request);
    comity_answer answer;
    comity_error error;
    if (gate == NULL) {
        comity_answer_problem(request, 404, "There is no such gate", NULL);
        return;
    }
    comity_status status = judge_gate(request, gate, &answer, &error);
    if (status != COMITY_OK) {
        bool ours = error.code == COMITY_ERROR_RECORD || error.code == COMITY_ERROR_MEMORY;
        log_closed(request, gate, "message", error.message);
        comity_answer_problem(request, ours ? 503 : 403, ours ? "Nothing can be let through at present" : "Not let through", NULL);
        return;
    }
    request->verdict = answer.verdict;
    request->has_verdict = true;
    if (status_of[answer.verdict] == 200) {
        comity_answer_with(request, 200, NULL);
        return;
    }
    log_closed(request, gate, "verdict", comity_verdict_name(answer.verdict));
    comity_answer_problem(request, status_of[answer.verdict],
                          status_of[answer.verdict] == 451 ? "Unavailable for legal reasons" : "Not let through", NULL);
}

void comity_handle_auth_request(comity_request *request)
{
    /* nginx knows 2xx, 401 and 403; all else is an error to it */
    static const unsigned status_of[4] = {[COMITY_PERMIT] = 200, [COMITY_CONDITIONAL] = 403,
                                          [COMITY_UNDETERMINED] = 403, [COMITY_REFUSE] = 403};
    authorize(request, status_of);
}

void comity_handle_ext_authz(comity_request *request)
{
    static const unsigned status_of[4] = {[COMITY_PERMIT] = 200, [COMITY_CONDITIONAL] = 451,
                                          [COMITY_UNDETERMINED] = 403, [COMITY_REFUSE] = 451};
    authorize(request, status_of);
}
