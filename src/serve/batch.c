/* Many acts in, as many judgements out, a line each.
 *
 * The request lies complete in memory or, when it is larger than an act may be,
 * in a file without a name that is mapped. The answer is made while it leaves: as
 * much as fits COMITY_LIMIT_SERVE_STREAM_BYTES is judged, becomes durable, and is
 * sent, before more is judged. A client that reads slowly is judged for slowly,
 * and one that goes away no more. A line that is no act is answered by an error
 * with its number, and the batch goes on; when recording fails it is cut off. */
#include "serve/request.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0') {
            return false;
        }
    }
    return true;
}

static void put_error(comity_request *request, const comity_error *error)
{
    comity_buffer *answer = &request->answer;
    comity_buffer_append_text(answer, "{\"error\":{\"line\":");
    comity_buffer_append_u64(answer, request->line);
    comity_buffer_append_text(answer, ",\"code\":\"");
    comity_buffer_append_text(answer, comity_status_word(error->code));
    comity_buffer_append_text(answer, "\",\"message\":");
    comity_buffer_append_json_string(answer, error->message, strlen(error->message));
    comity_buffer_append_text(answer, "}}\n");
}

static void judge_line(comity_request *request, const char *text, size_t size)
{
    comity_answer answer;
    comity_error error;
    request->line++;
    if (is_blank(text, size)) {
        return;
    }
    comity_status status = comity_request_judge(request, text, size, &answer, &error);
    if (status == COMITY_OK) {
        comity_request_tell(request, &answer, &request->answer);
        comity_buffer_append_byte(&request->answer, '\n');
    } else if (status == COMITY_ERROR_RECORD || status == COMITY_ERROR_MEMORY || status == COMITY_ERROR_SYSTEM) {
        request->broken = true;
    } else {
        put_error(request, &error);
    }
}

/* Judges until there is enough to send, or no more to judge. */
static void judge_some(comity_request *request)
{
    request->sent = 0;
    request->recorded = false;
    request->ticket = (comity_ticket){.next = NULL};
    comity_buffer_reset(&request->answer);
    comity_error error;
    while (request->at < request->body_size && !request->broken &&
           request->answer.size < COMITY_LIMIT_SERVE_STREAM_BYTES) {
        const char *line = request->bytes + request->at;
        size_t size = comity_json_line_size(line, (size_t)(request->body_size - request->at));
        request->at += size;
        judge_line(request, line, size);
    }
    request->broken |= comity_request_keep_at_hand(request, &error) != COMITY_OK;
    comity_laws_return(&request->server->laws, &request->lease);
}

/* True when what is in the answer may leave. */
static bool may_leave(comity_request *request)
{
    if (request->waiting) {
        request->waiting = false;
        request->broken |= request->ticket.status != COMITY_OK;
        request->broken |= !comity_request_end_held(request, !request->broken);
        return true;
    }
    judge_some(request);
    if (!request->recorded) {
        return true;
    }
    comity_request_wait(request);
    return false;
}

/* Without memory for it they go to the record one by one. */
void comity_batch_begin(comity_request *request)
{
    if (request->server->keeper != NULL) {
        request->at_hand = malloc(sizeof *request->at_hand);
    }
    if (request->at_hand != NULL) {
        comity_at_hand_init(request->at_hand);
    }
}

void comity_batch_end(comity_request *request)
{
    if (request->at_hand != NULL) {
        comity_at_hand_free(request->at_hand);
        free(request->at_hand);
    }
}

ssize_t comity_batch_read(void *context, uint64_t position, char *bytes, size_t size_max)
{
    comity_request *request = context;
    const uint8_t *answer;
    size_t size;
    (void)position;
    if (request->waiting || request->sent == request->answer.size) {
        bool ended = !request->waiting && request->at == request->body_size;
        if (ended) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        if (!may_leave(request)) {
            return 0;
        }
    }
    if (request->broken || comity_buffer_bytes(&request->answer, &answer, &size, NULL) != COMITY_OK) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (request->sent == size) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    size_t next = size - request->sent < size_max ? size - request->sent : size_max;
    memcpy(bytes, answer + request->sent, next);
    request->sent += next;
    return (ssize_t)next;
}
