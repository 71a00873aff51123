/* The table of routes: what there is, who may, and what each answers. The
 * document openapi.json says the same for others; a test compares the two. */
#include "serve/request.h"

#include <stdio.h>

/* Any request may bring a body that is too large, or come when there is no memory. */
#define JUDGING (COMITY_ROLE_GATE | COMITY_ROLE_COUNSEL)
#define READING (COMITY_ROLE_COUNSEL | COMITY_ROLE_AUTHORITY | COMITY_ROLE_AUDITOR | COMITY_ROLE_ADMIN)
#define VIEWING (COMITY_ROLE_COUNSEL | COMITY_ROLE_AUDITOR | COMITY_ROLE_ADMIN)
#define PROVING (COMITY_ROLE_COUNSEL | COMITY_ROLE_AUTHORITY | COMITY_ROLE_AUDITOR | COMITY_ROLE_ADMIN)

#define LOOKING (COMITY_ROLE_COUNSEL | COMITY_ROLE_AUDITOR | COMITY_ROLE_ADMIN)
/* Whoever we know, whatever he may do. */
#define KNOWN COMITY_ROLES_ALL

const comity_route comity_routes[] = {
    {"GET", "/v1/me", "/v1/me", KNOWN, COMITY_BODY_NONE, comity_handle_me, {200, 401, 413, 503}},
    {"POST", "/v1/judge", "/v1/judge", JUDGING, COMITY_BODY_ACTS, comity_handle_judge,
     {200, 400, 401, 403, 413, 415, 503}},
    {"POST", "/v1/ask", "/v1/ask", COMITY_ROLE_COUNSEL, COMITY_BODY_ACT, comity_handle_ask,
     {200, 400, 401, 403, 413, 415, 503}},
    {"POST", "/v1/inspect", "/v1/inspect", JUDGING, COMITY_BODY_STREAM, comity_handle_inspect,
     {200, 400, 401, 403, 413, 422, 503}},
    {"POST", "/v1/data/comity/judgement", "/v1/data/comity/judgement", JUDGING, COMITY_BODY_ACT, comity_handle_data,
     {200, 400, 401, 403, 413, 415, 503}},
    {NULL, "/v1/auth_request/", "/v1/auth_request/{gate}", COMITY_ROLE_GATE, COMITY_BODY_NONE,
     comity_handle_auth_request, {200, 401, 403, 404, 413, 503}},
    {NULL, "/v1/ext_authz/", "/v1/ext_authz/{gate}", COMITY_ROLE_GATE, COMITY_BODY_NONE, comity_handle_ext_authz,
     {200, 401, 403, 404, 413, 451, 503}},
    {"GET", "/v1/law", "/v1/law", READING, COMITY_BODY_NONE, comity_handle_law, {200, 401, 403, 413, 503}},
    {"GET", "/v1/law/vocabulary", "/v1/law/vocabulary", READING, COMITY_BODY_NONE, comity_handle_vocabulary,
     {200, 401, 403, 413, 503}},
    {"GET", "/v1/law/rules", "/v1/law/rules", READING, COMITY_BODY_NONE, comity_handle_rules, {200, 400, 401, 403, 413, 503}},
    {"GET", "/v1/law/rules/", "/v1/law/rules/{rule}", READING, COMITY_BODY_NONE, comity_handle_rule,
     {200, 401, 403, 404, 413, 503}},
    {"GET", "/v1/judgements", "/v1/judgements", LOOKING, COMITY_BODY_NONE, comity_handle_judgements,
     {200, 400, 401, 403, 404, 413, 503}},
    {"GET", "/v1/judgements/events", "/v1/judgements/events", LOOKING, COMITY_BODY_NONE, comity_handle_events,
     {200, 400, 401, 403, 404, 413, 503}},
    {"GET", "/v1/judgements/", "/v1/judgements/{index}", COMITY_ROLE_COUNSEL, COMITY_BODY_NONE, comity_handle_judgement,
     {200, 401, 403, 404, 410, 413, 503}},
    {"GET", "/v1/flows", "/v1/flows", LOOKING, COMITY_BODY_NONE, comity_handle_flows, {200, 400, 401, 403, 404, 413, 503}},
    {"GET", "/v1/record", "/v1/record", LOOKING, COMITY_BODY_NONE, comity_handle_record, {200, 401, 403, 404, 413, 503}},
    {"GET", "/v1/ledger", "/v1/ledger", VIEWING, COMITY_BODY_NONE, comity_handle_ledger,
     {200, 400, 401, 403, 404, 413, 503}},
    {"GET", "/v1/record/checkpoint", "/v1/record/checkpoint", PROVING, COMITY_BODY_NONE, comity_handle_checkpoint,
     {200, 401, 403, 404, 413, 503}},
    {"GET", "/v1/record/cosigned", "/v1/record/cosigned", PROVING, COMITY_BODY_NONE, comity_handle_cosigned,
     {200, 401, 403, 404, 413, 503}},
    {"GET", "/v1/record/tile/", "/v1/record/tile/{tile}", PROVING, COMITY_BODY_NONE, comity_handle_tile,
     {200, 401, 403, 404, 413, 503}},
    {"GET", "/v1/record/proof/", "/v1/record/proof/{index}", PROVING, COMITY_BODY_NONE, comity_handle_proof,
     {200, 401, 403, 404, 413, 503}},
    {"POST", "/v1/record/erase", "/v1/record/erase", COMITY_ROLE_ADMIN, COMITY_BODY_ACT, comity_handle_erase,
     {200, 400, 401, 403, 404, 413, 415, 503}},
    {"GET", "/healthz", "/healthz", 0, COMITY_BODY_NONE, comity_handle_health, {200, 413, 503}},
    {"GET", "/readyz", "/readyz", 0, COMITY_BODY_NONE, comity_handle_ready, {200, 413, 503}},
    {"GET", "/metrics", "/metrics", COMITY_ROLE_AUDITOR | COMITY_ROLE_ADMIN, COMITY_BODY_NONE, comity_handle_metrics,
     {200, 401, 403, 413, 503}},
    {"GET", "/openapi.json", "/openapi.json", 0, COMITY_BODY_NONE, comity_handle_openapi, {200, 413, 503}},
    {"GET", "/", "/{file}", 0, COMITY_BODY_NONE, comity_handle_file, {200, 304, 404, 413, 503}},
    {NULL, NULL, "other", 0, COMITY_BODY_NONE, NULL, {400, 404, 405, 413, 414, 503}},
};

enum { ROUTE_COUNT = sizeof comity_routes / sizeof comity_routes[0] };

_Static_assert(ROUTE_COUNT < COMITY_METRIC_ROUTES, "each route has its counters");

const unsigned comity_route_other = ROUTE_COUNT - 1;
const unsigned comity_route_file = ROUTE_COUNT - 2;

static void print_roles(unsigned roles)
{
    const char *before = "";
    for (unsigned bit = 0; comity_role_name(bit) != NULL; bit++) {
        if ((roles >> bit & 1u) != 0) {
            (void)printf("%s\"%s\"", before, comity_role_name(bit));
            before = ",";
        }
    }
}

void comity_routes_print(void)
{
    for (unsigned i = 0; i < comity_route_other; i++) {
        const comity_route *route = &comity_routes[i];
        (void)printf("{\"method\":\"%s\",\"path\":\"%s\",\"roles\":[", route->method == NULL ? "any" : route->method,
                     route->shown);
        print_roles(route->roles);
        (void)fputs("],\"statuses\":[", stdout);
        for (unsigned k = 0; k < COMITY_ROUTE_STATUSES && route->statuses[k] != 0; k++) {
            (void)printf("%s%u", k == 0 ? "" : ",", (unsigned)route->statuses[k]);
        }
        (void)puts("]}");
    }
}
