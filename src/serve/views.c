/* What there is to read: the law, the public part of the record, and the state of
 * the daemon itself. Nothing here judges or writes. */
#include "serve/request.h"

#include "base/date.h"
#include "base/time.h"
#include "serve/rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

extern const char comity_openapi_json[];

static const char json_type[] = "application/json";

/* ---- the law ---- */

void comity_handle_law(comity_request *request)
{
    const comity_image *image = comity_request_image(request);
    comity_buffer *answer = &request->answer;
    if (image == NULL) {
        return;
    }
    comity_buffer_append_text(answer, "{\"law\":\"");
    comity_buffer_append_text(answer, image->hash_text);
    comity_buffer_append_text(answer, "\",\"rules\":");
    comity_buffer_append_u64(answer, image->rules_count);
    comity_buffer_append_text(answer, ",\"laws\":[");
    for (uint32_t i = 0; i < image->laws_count; i++) {
        const comity_law_record *law = &image->laws[i];
        const char *title = comity_image_text(image, law->title);
        comity_buffer_append_text(answer, i == 0 ? "{\"state\":" : ",{\"state\":");
        comity_buffer_append_json_string(answer, comity_image_text(image, law->code), law->code_size);
        comity_buffer_append_text(answer, ",\"title\":");
        comity_buffer_append_json_string(answer, title, strlen(title));
        comity_buffer_append_text(answer, ",\"rules\":");
        comity_buffer_append_u64(answer, law->rule_count);
        comity_buffer_append_text(answer, "}");
    }
    comity_buffer_append_text(answer, "]}\n");
    comity_answer_with(request, 200, json_type);
}

/* Which rules are asked for; NULL and COMITY_NO_DATE: all. */
typedef struct rule_filter {
    const char *state, *search;
    const char *clauses; /* of all rules */
    int32_t on;
} rule_filter;

/* Does the text hold the word, ASCII case aside? */
static bool text_has(const char *text, const char *word)
{
    size_t size = strlen(word);
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (i < size && tolower((unsigned char)text[i]) == tolower((unsigned char)word[i])) {
            i++;
        }
        if (i == size) {
            return true;
        }
    }
    return false;
}

static bool filter_wants(const comity_image *image, const comity_rule_record *rule, const rule_filter *filter)
{
    return (filter->state == NULL || strcmp(comity_image_text(image, image->laws[rule->law].code), filter->state) == 0) &&
           (filter->on == COMITY_NO_DATE || (rule->from <= filter->on && filter->on <= rule->until)) &&
           (filter->search == NULL || text_has(comity_image_text(image, rule->name), filter->search) ||
            text_has(comity_image_text(image, rule->title), filter->search) ||
            text_has(comity_image_text(image, rule->cite), filter->search) ||
            text_has(filter->clauses + rule->clauses, filter->search));
}

/* Rules in the order of their names; the caller frees. */
static const comity_rule_record **rules_in_order(const comity_image *image)
{
    const comity_rule_record **rules = calloc((size_t)image->rules_count + 1, sizeof *rules);
    for (uint32_t i = 0; rules != NULL && i < image->rules_count; i++) {
        uint32_t rank = image->rules[i].rank;
        rules[rank < image->rules_count ? rank : i] = &image->rules[i];
    }
    return rules;
}

static void append_rules(comity_request *request, const comity_image *image, const rule_filter *filter)
{
    comity_buffer *answer = &request->answer;
    const comity_rule_record **rules = rules_in_order(image);
    bool first = true;
    if (rules == NULL) {
        comity_answer_problem(request, 503, "Not enough memory", NULL);
        return;
    }
    comity_buffer_append_text(answer, "{\"law\":\"");
    comity_buffer_append_text(answer, image->hash_text);
    comity_buffer_append_text(answer, "\",\"rules\":[");
    for (uint32_t i = 0; i < image->rules_count; i++) {
        if (rules[i] != NULL && filter_wants(image, rules[i], filter)) {
            comity_buffer_append_text(answer, first ? "" : ",\n");
            comity_view_rule(image, rules[i], NULL, answer);
            first = false;
        }
    }
    free(rules);
    comity_buffer_append_text(answer, "]}\n");
    comity_answer_with(request, 200, json_type);
}

void comity_handle_rules(comity_request *request)
{
    rule_filter filter = {.state = comity_request_argument(request, "state"),
                          .search = comity_request_argument(request, "search"),
                          .on = COMITY_NO_DATE};
    const char *on = comity_request_argument(request, "on");
    comity_error error;
    if (on != NULL && comity_date_parse(on, strlen(on), &filter.on, &error) != COMITY_OK) {
        comity_answer_problem(request, 400, "Not a day", error.message);
        return;
    }
    if (filter.search != NULL && strlen(filter.search) > COMITY_LIMIT_SERVE_HEADER_BYTES) {
        comity_answer_problem(request, 400, "Too long a text to search for", NULL);
        return;
    }
    const comity_image *image = comity_request_image(request);
    if (image != NULL) {
        filter.clauses = comity_lease_clauses(&request->lease);
        append_rules(request, image, &filter);
    }
}

void comity_handle_rule(comity_request *request)
{
    const comity_image *image = comity_request_image(request);
    if (image == NULL) {
        return;
    }
    uint32_t rule = comity_image_find(image, COMITY_CLASS_RULE, request->rest, strlen(request->rest));
    if (rule == COMITY_IMAGE_NONE) {
        comity_answer_problem(request, 404, "There is no such rule on file", NULL);
        return;
    }
    comity_view_rule(image, &image->rules[rule], comity_lease_clauses(&request->lease) + image->rules[rule].clauses,
                     &request->answer);
    comity_buffer_append_byte(&request->answer, '\n');
    comity_answer_with(request, 200, json_type);
}

/* ---- the record ---- */

/* A file of the public part of the log that is asked for, whole: one that is larger than it may be is not cut. */
static void answer_file(comity_request *request, const char *path, size_t size_max, const char *type)
{
    const comity_year *year = comity_request_year_asked(request);
    comity_error error;
    size_t got = 0;
    int file;
    if (year == NULL) {
        return;
    }
    comity_disk *disk = year->disk;
    comity_disk_result result = disk->open(disk, path, COMITY_DISK_READ, &file, &error);
    if (result != COMITY_DISK_OK) {
        bool missing = result == COMITY_DISK_MISSING;
        comity_answer_problem(request, missing ? 404 : 503, missing ? "The record has no such file" : "The record cannot be read", NULL);
        return;
    }
    char *bytes = malloc(size_max + 1);
    result = bytes == NULL ? COMITY_DISK_FAILED : disk->read(disk, file, 0, bytes, size_max + 1, &got, &error);
    disk->close(disk, file);
    if (result == COMITY_DISK_OK && got <= size_max) {
        comity_buffer_append(&request->answer, bytes, got);
        comity_answer_with(request, 200, type);
    } else {
        comity_answer_problem(request, 503, "The record cannot be read", NULL);
    }
    free(bytes);
}

void comity_handle_checkpoint(comity_request *request)
{
    answer_file(request, "public/checkpoint", COMITY_LIMIT_CHECKPOINT_BYTES, "text/plain; charset=utf-8");
}

void comity_handle_cosigned(comity_request *request)
{
    answer_file(request, "public/cosigned", COMITY_LIMIT_CHECKPOINT_BYTES, "text/plain; charset=utf-8");
}

void comity_handle_tile(comity_request *request)
{
    static const char folder[] = "public/";
    char path[sizeof folder + COMITY_TILE_PATH_SIZE];
    char name[COMITY_TILE_PATH_SIZE];
    comity_tile tile;
    comity_error error;
    const char *asked = request->rest - (sizeof "tile/" - 1); /* behind /v1/record/ */
    if (comity_tile_path_read(asked, strlen(asked), &tile, &error) != COMITY_OK) {
        comity_answer_problem(request, 404, "That is not the path of a tile", NULL);
        return;
    }
    comity_tile_path(&tile, name);
    memcpy(path, folder, sizeof folder - 1);
    memcpy(path + sizeof folder - 1, name, strlen(name) + 1);
    answer_file(request, path, COMITY_TILE_WIDTH * COMITY_BUNDLE_BYTES, "application/octet-stream"); /* tiles of hashes are smaller */
}

void comity_handle_proof(comity_request *request)
{
    const comity_year *year = comity_request_year_asked(request);
    comity_record_reader *reader = year == NULL ? NULL : calloc(1, sizeof *reader);
    comity_error error;
    uint64_t index = 0;
    if (year == NULL) {
        return;
    }
    if (reader == NULL) {
        comity_answer_problem(request, 503, "Not enough memory", NULL);
    } else if (!comity_filter_number(request->rest, &index)) {
        comity_answer_problem(request, 404, "That is not the number of an entry", NULL);
    } else {
        comity_status status = comity_record_reader_open(year->disk, NULL, reader, &error);
        if (status == COMITY_OK) {
            status = comity_record_reader_receipt(reader, index, &request->answer, &error);
            comity_record_reader_close(reader);
        }
        if (status == COMITY_OK) {
            comity_answer_with(request, 200, "text/plain; charset=utf-8");
        } else if (status == COMITY_ERROR_RANGE) {
            comity_answer_problem(request, 404, "The checkpoint covers no such entry", error.message);
        } else {
            comity_answer_problem(request, 503, "The record cannot be read", NULL);
        }
    }
    free(reader);
}

/* ---- the daemon ---- */

static void put_roles(unsigned roles, comity_buffer *buffer)
{
    const char *before = "";
    for (unsigned bit = 0; comity_role_name(bit) != NULL; bit++) {
        if ((roles >> bit & 1u) != 0) {
            comity_buffer_append_text(buffer, before);
            comity_buffer_append_json_string(buffer, comity_role_name(bit), strlen(comity_role_name(bit)));
            before = ",";
        }
    }
}

/* Who asks, as the daemon knows him, and what there is here to ask for. */
void comity_handle_me(comity_request *request)
{
    comity_server *server = request->server;
    comity_buffer *answer = &request->answer;
    char hash[72];
    char built[COMITY_TIME_TEXT_SIZE];
    comity_laws_hash(&server->laws, hash);
    comity_time_print(comity_laws_built(&server->laws) * 1000, built);
    comity_buffer_append_text(answer, "{\"name\":");
    comity_buffer_append_json_string(answer, request->who.name, strlen(request->who.name));
    comity_buffer_append_text(answer, ",\"roles\":[");
    put_roles(request->who.roles, answer);
    comity_buffer_append_text(answer, server->keeper != NULL ? "],\"record\":true" : "],\"record\":false");
    comity_buffer_append_text(answer, server->counter != NULL ? ",\"ledger\":true" : ",\"ledger\":false");
    comity_buffer_append_text(answer, ",\"version\":\"");
    comity_buffer_append_text(answer, comity_version());
    comity_buffer_append_text(answer, "\",\"law\":{\"hash\":\"");
    comity_buffer_append_text(answer, hash);
    comity_buffer_append_text(answer, "\",\"built\":\"");
    comity_buffer_append_text(answer, built);
    comity_buffer_append_text(answer, "\"}}\n");
    comity_answer_with(request, 200, json_type);
}

void comity_handle_health(comity_request *request)
{
    comity_buffer_append_text(&request->answer, "{\"status\":\"ok\"}\n");
    comity_answer_with(request, 200, json_type);
}

void comity_handle_ready(comity_request *request)
{
    comity_server *server = request->server;
    uint64_t size;
    if (atomic_load(&server->stopping)) {
        comity_answer_problem(request, 503, "Stopping", NULL);
    } else if (server->keeper != NULL && !comity_keeper_state(server->keeper, &size)) {
        comity_answer_problem(request, 503, "The record cannot be written", NULL);
    } else if (server->counter != NULL && !comity_ledger_up(comity_counter_ledger(server->counter))) {
        comity_answer_problem(request, 503, "The ledger cannot be reached", NULL);
    } else {
        comity_buffer_append_text(&request->answer, "{\"status\":\"ready\"}\n");
        comity_answer_with(request, 200, json_type);
    }
}

static const char *route_name(unsigned route)
{
    return route <= comity_route_other ? comity_routes[route].shown : NULL;
}

void comity_handle_metrics(comity_request *request)
{
    comity_server *server = request->server;
    char law[72];
    comity_metrics_facts facts = {.law = law, .started_s = server->started_s, .route_name = route_name};
    comity_laws_hash(&server->laws, law);
    facts.recording = server->keeper != NULL && comity_keeper_state(server->keeper, &facts.record_size);
    facts.has_ledger = server->counter != NULL;
    if (facts.has_ledger) {
        comity_counter_look(server->counter, &facts.ledger);
    }
    comity_metrics_print(&server->metrics, &facts, &request->answer);
    comity_answer_with(request, 200, "text/plain; version=0.0.4; charset=utf-8");
}

/* Does `If-None-Match` name this tag, or any? */
static bool has_already(comity_request *request)
{
    const char *tags = comity_request_header(request, "If-None-Match");
    return tags != NULL && (strcmp(tags, "*") == 0 || strstr(tags, request->file->etag) != NULL);
}

void comity_handle_file(comity_request *request)
{
    bool unchanged = has_already(request);
    comity_answer_with(request, unchanged ? 304 : 200, unchanged ? NULL : request->file->type);
}

void comity_handle_openapi(comity_request *request)
{
    comity_buffer_append_text(&request->answer, comity_openapi_json);
    comity_answer_with(request, 200, json_type);
}
