/* What comes in: the headers of a mail, or of a part of one, or of a form's part.
 * What goes out: the few things that decide how what follows is read. */
#include "inspect/forms/mime.h"

#include "inspect/forms/syntax.h"

#include <stdio.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Copies a value, ends of lines as spaces, cut to the room. */
static void copy_value(const char *text, size_t size, char *ret_text, size_t room)
{
    while (size != 0 && is_blank(text[0])) {
        text++;
        size--;
    }
    while (size != 0 && is_blank(text[size - 1])) {
        size--;
    }
    size = size < room ? size : room - 1;
    for (size_t i = 0; i < size; i++) {
        ret_text[i] = is_blank(text[i]) || text[i] == '\0' ? ' ' : text[i];
    }
    ret_text[size] = '\0';
}

bool comity_mime_parameter(const char *value, const char *name, char *ret_text, size_t room)
{
    size_t size = strlen(value);
    size_t name_size = strlen(name);
    bool in_quotes = false;
    for (size_t at = 0; at + name_size < size; at++) {
        in_quotes = value[at] == '"' ? !in_quotes : in_quotes;
        bool begins = !in_quotes && (value[at] == ';' || is_blank(value[at]));
        if (!begins || !comity_begins_with(value + at + 1, size - at - 1, name)) {
            continue;
        }
        size_t begin = at + 1 + name_size;
        begin += value[begin] == '*' ? 1u : 0u; /* RFC 2231 */
        while (value[begin] == ' ') {
            begin++;
        }
        if (value[begin] != '=') {
            continue;
        }
        begin++;
        while (value[begin] == ' ') {
            begin++;
        }
        bool is_quoted = value[begin] == '"';
        begin += is_quoted;
        size_t n = 0;
        while (begin < size && (is_quoted ? value[begin] != '"' : value[begin] != ';' && value[begin] != ' ')) {
            begin += is_quoted && value[begin] == '\\' && begin + 1 < size ? 1u : 0u;
            if (n + 1 < room) {
                ret_text[n++] = value[begin];
            }
            begin++;
        }
        ret_text[n] = '\0';
        return true;
    }
    return false;
}

static void read_header(const char *name, size_t name_size, const char *value, size_t size,
                        comity_mime_headers *headers)
{
    char text[1024];
    if (name_size == 12 && comity_begins_with(name, name_size, "content-type")) {
        copy_value(value, size, headers->content_type, sizeof headers->content_type);
        copy_value(value, size, text, sizeof text);
        char boundary[80];
        char kept[80] = "";
        /* A boundary that was cut off with a long value comes back to its end. */
        (void)comity_mime_parameter(headers->content_type, "boundary", kept, sizeof kept);
        if (comity_mime_parameter(text, "boundary", boundary, sizeof boundary) && strcmp(boundary, kept) != 0) {
            size_t kind = strcspn(text, ";");
            size_t at = kind < 128 ? kind : 128;
            (void)snprintf(headers->content_type + at, sizeof headers->content_type - at, "; boundary=\"%s\"",
                           boundary);
        }
        if (headers->name[0] == '\0') {
            (void)comity_mime_parameter(text, "name", headers->name, sizeof headers->name);
        }
    } else if (name_size == 25 && comity_begins_with(name, name_size, "content-transfer-encoding")) {
        copy_value(value, size, headers->encoding, sizeof headers->encoding);
    } else if (name_size == 19 && comity_begins_with(name, name_size, "content-disposition")) {
        copy_value(value, size, text, sizeof text);
        (void)comity_mime_parameter(text, "name", headers->field, sizeof headers->field);
        (void)comity_mime_parameter(text, "filename", headers->name, sizeof headers->name);
    }
}

/* The end of a header's value: before an end of line that no blank follows. */
static size_t value_end(const char *text, size_t size, size_t at)
{
    while (at < size && !(text[at] == '\n' && (at + 1 == size || (text[at + 1] != ' ' && text[at + 1] != '\t')))) {
        at++;
    }
    return at;
}

void comity_mime_read_headers(const char *text, size_t size, comity_mime_headers *ret_headers)
{
    memset(ret_headers, 0, sizeof *ret_headers);
    size_t at = 0;
    while (at < size) {
        size_t end = value_end(text, size, at);
        const char *colon = memchr(text + at, ':', end - at);
        if (colon != NULL) {
            size_t name_size = (size_t)(colon - (text + at));
            while (name_size != 0 && is_blank(text[at + name_size - 1])) {
                name_size--;
            }
            read_header(text + at, name_size, colon + 1, (size_t)(text + end - (colon + 1)), ret_headers);
        }
        at = end + 1;
    }
}

/* ---- telling a mail ---- */

static bool is_name_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_';
}

/* Headers that mails and parts have, and hardly anything else begins with. */
static const char *const usual[] = {"received",
                                    "return-path",
                                    "from",
                                    "to",
                                    "subject",
                                    "date",
                                    "message-id",
                                    "mime-version",
                                    "delivered-to",
                                    "reply-to",
                                    "content-type",
                                    "dkim-signature",
                                    "content-disposition",
                                    "cc",
                                    "sender",
                                    "content-transfer-encoding"};

static bool is_usual(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (strlen(usual[i]) == size && comity_begins_with(name, size, usual[i])) {
            return true;
        }
    }
    return false;
}

/* How many usual headers a block begins with; 0 if a line in it is no header. */
static size_t usual_headers(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    size_t count = 0;
    size_t at = 0;
    while (at < size) {
        if (text[at] == '\n' || (text[at] == '\r' && at + 1 < size && text[at + 1] == '\n')) {
            return count;
        }
        size_t end = value_end(text, size, at);
        size_t name_size = 0;
        while (at + name_size < end && is_name_byte(bytes[at + name_size])) {
            name_size++;
        }
        if (end == size && at + name_size == end) {
            break; /* cut off in a name */
        }
        if (name_size == 0 || text[at + name_size] != ':') {
            return 0;
        }
        count += is_usual(text + at, name_size);
        at = end + 1;
    }
    return size == COMITY_LIMIT_FORM_SNIFF_BYTES ? count : 0;
}

bool comity_is_mime(const comity_stage *stage, const uint8_t *bytes, size_t size)
{
    char boundary[80];
    const char *text = (const char *)bytes;
    if (comity_begins_with(stage->content_type, strlen(stage->content_type), "multipart/")) {
        return comity_mime_parameter(stage->content_type, "boundary", boundary, sizeof boundary);
    }
    if (size > 2 && text[0] == '-' && text[1] == '-' && memchr(text, '\n', size < 80 ? size : 80) != NULL) {
        size_t line = (size_t)((const char *)memchr(text, '\n', size) - text) + 1;
        return line > 4 && comity_begins_with(text + line, size - line, "content-");
    }
    bool is_told = comity_begins_with(stage->content_type, strlen(stage->content_type), "message/") ||
                   comity_ends_with(stage->name, ".eml");
    bool is_other = stage->content_type[0] != '\0' && !is_told;
    size_t count = is_other ? 0 : usual_headers(bytes, size);
    return count >= (is_told ? 1 : 2);
}
