/* What was found, told: a line of JSON each, SARIF, or a summary. A value is never
 * printed, unless --show-values was given and standard output is a terminal. */
#include "cli/inspect.h"

#include "api/found.h"
#include "base/quote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLUSH_BYTES ((size_t)1 << 18)

static comity_type_about type_about(const inspect_work *work, uint16_t number)
{
    comity_type_about about = {.name = ""};
    comity_error error;
    if (comity_rules_type(work->rules, number, &about, &error) != COMITY_OK) {
        about.name = "?";
    }
    return about;
}

/* ---- SARIF 2.1.0 ---- */

void inspect_sarif_begin(inspect_work *work)
{
    comity_buffer out;
    comity_buffer_init(&out, (size_t)64 << 20);
    comity_buffer_append_text(&out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
                                    "\"runs\":[{\"tool\":{\"driver\":{\"name\":\"comity\",\"version\":");
    comity_buffer_append_json_text(&out, comity_version());
    comity_buffer_append_text(&out, ",\"rules\":[");
    size_t count = comity_rules_type_count(work->rules);
    for (size_t i = 0; i < count; i++) {
        comity_type_about about = type_about(work, (uint16_t)i);
        comity_buffer_append_text(&out, i == 0 ? "{\"id\":" : ",\n{\"id\":");
        comity_buffer_append_json_text(&out, about.name);
        comity_buffer_append_text(&out, ",\"shortDescription\":{\"text\":");
        comity_buffer_append_json_text(&out, about.title);
        comity_buffer_append_text(&out, "},\"properties\":{\"category\":");
        comity_buffer_append_json_text(&out, about.category);
        comity_buffer_append_text(&out, "}}");
    }
    comity_buffer_append_text(&out, "]}},\"columnKind\":\"utf16CodeUnits\",\"results\":[");
    const uint8_t *bytes;
    size_t size;
    comity_error error;
    work->broken = comity_buffer_bytes(&out, &bytes, &size, &error) != COMITY_OK ||
                   !write_all(STDOUT_FILENO, (const char *)bytes, size);
    comity_buffer_free(&out);
}

/* A code host that asks whether all was read is told: what could not be is no clean result. */
void inspect_sarif_end(inspect_work *work, bool all_read)
{
    const char *end = all_read ? "],\"invocations\":[{\"executionSuccessful\":true}]}]}\n"
                               : "],\"invocations\":[{\"executionSuccessful\":false}]}]}\n";
    work->broken = work->broken || !write_all(STDOUT_FILENO, end, strlen(end));
}

/* A path as a reference of RFC 3986: from where the command runs, or of this machine. */
static void uri_put(comity_buffer *out, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    comity_buffer_append_text(out, path[0] == '/' ? "\"file://" : "\"");
    for (path += strncmp(path, "./", 2) == 0 ? 2 : 0; *path != '\0'; path++) {
        char escaped[4];
        (void)snprintf(escaped, sizeof escaped, strchr(plain, *path) != NULL ? "%c" : "%%%02X", (unsigned char)*path);
        comity_buffer_append_text(out, escaped);
    }
    comity_buffer_append_text(out, "\"");
}

static void sarif_put(inspect_worker *worker, const char *file, const comity_found *found)
{
    comity_buffer *out = &worker->out;
    comity_type_about about = type_about(worker->work, found->seen[0].type);
    comity_buffer_append_text(out, ",\n{\"ruleId\":");
    comity_buffer_append_json_text(out, about.name);
    comity_buffer_append_text(out, found->seen[0].confidence >= 85 ? ",\"level\":\"error\"" : ",\"level\":\"warning\"");
    comity_buffer_append_text(out, ",\"message\":{\"text\":");
    comity_buffer_append_json_text(out, about.title);
    comity_buffer_append_text(out, "},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
    uri_put(out, file);
    comity_buffer_append_text(out, "},\"region\":{");
    bool as_it_is = found->has_raw && found->chain[0] == '\0';
    if (as_it_is) {
        comity_buffer_append_text_u64(out, "\"startLine\":", found->line);
        comity_buffer_append_text_u64(out, ",\"byteOffset\":", found->raw_begin);
        comity_buffer_append_text_u64(out, ",\"byteLength\":", found->raw_end - found->raw_begin);
    } else {
        comity_buffer_append_text(out, "\"startLine\":1");
    }
    comity_buffer_append_text(out, "}}}]");
    if (worker->work->settings->key_given) { /* under another key each time it would tell nothing apart */
        comity_buffer_append_text(out, ",\"partialFingerprints\":{\"valueDigest\":");
        comity_found_put_digest(out, found->digest);
        comity_buffer_append_text(out, "}");
    }
    comity_buffer_append_text(out, ",\"properties\":{");
    comity_buffer_append_text_u64(out, "\"confidence\":", found->seen[0].confidence);
    comity_buffer_append_text(out, ",\"evidence\":");
    comity_found_put_evidence(out, found->seen[0].evidence);
    comity_buffer_append_text(out, "}}");
}

/* ---- gathering ---- */

void inspect_flush(inspect_worker *worker)
{
    const uint8_t *bytes;
    size_t size;
    comity_error error;
    inspect_work *work = worker->work;
    bool lost = comity_buffer_bytes(&worker->out, &bytes, &size, &error) != COMITY_OK;
    (void)pthread_mutex_lock(&work->printing);
    if (lost) {
        (void)complain("%s", error.message);
        work->broken = true;
    } else if (size != 0 && !work->broken) {
        /* results of SARIF begin with a comma each; the very first has none */
        size_t skip = work->settings->form == INSPECT_SARIF && !work->first_printed ? 1 : 0;
        work->first_printed = true;
        work->broken = !write_all(STDOUT_FILENO, (const char *)bytes + skip, size - skip);
    }
    (void)pthread_mutex_unlock(&work->printing);
    comity_buffer_reset(&worker->out);
}

static void where_keep(inspect_count *count, const char *file, const comity_found *found)
{
    char text[600];
    const char *name = found->chain[0] == '\0' ? "" : " in ";
    (void)snprintf(text, sizeof text, "%.200s:%" PRIu64 "%s%.100s%s%.100s", file, found->line, name, found->chain,
                   found->path[0] == '\0' ? "" : " ", found->path);
    count->where = strdup(text);
}

void inspect_found(void *context, const comity_found *found)
{
    inspect_worker *worker = context;
    const inspect_work *work = worker->work;
    const char *path = work->files->list[worker->file].path;
    const char *file = strcmp(path, "-") == 0 ? "standard input" : path;
    const comity_seen *seen = &found->seen[0];
    inspect_count *count = &worker->counts[seen->type];
    worker->found++;
    count->least = count->found == 0 || seen->confidence < count->least ? seen->confidence : count->least;
    count->most = seen->confidence > count->most ? seen->confidence : count->most;
    count->file_count += count->last_file != worker->file + 1;
    count->last_file = worker->file + 1;
    if (count->found++ == 0) {
        where_keep(count, file, found);
    }
    if (work->settings->form == INSPECT_JSON) {
        comity_found_put(work->rules, file, found, work->settings->show_values, &worker->out);
    } else if (work->settings->form == INSPECT_SARIF) {
        sarif_put(worker, file, found);
    } else if (work->settings->show_values) {
        comity_quote_append_plain(&worker->out, file, strlen(file));
        comity_buffer_append_text_u64(&worker->out, ":", found->line);
        comity_buffer_append_text(&worker->out, ": ");
        comity_buffer_append_text(&worker->out, type_about(work, seen->type).name);
        comity_buffer_append_text(&worker->out, " ");
        comity_found_put_untrusted(&worker->out, found->value, found->value_size);
        comity_buffer_append_text(&worker->out, "\n");
    }
    if (worker->out.size > FLUSH_BYTES) {
        inspect_flush(worker);
    }
}

/* ---- the summary ---- */

/* 12345 as "12,345". */
static const char *grouped(uint64_t number, char text[32])
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%" PRIu64, number);
    size_t written = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            text[written++] = ',';
        }
        text[written++] = digits[i];
    }
    text[written] = '\0';
    return text;
}

static const char *sized(uint64_t bytes, char text[32])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && unit < 4) {
        size /= 1024;
        unit++;
    }
    (void)snprintf(text, 32, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
    return text;
}

typedef struct summary_row {
    uint16_t type;
    uint64_t found;
} summary_row;

static int by_count(const void *left, const void *right)
{
    const summary_row *a = left;
    const summary_row *b = right;
    if (a->found != b->found) {
        return a->found > b->found ? -1 : 1;
    }
    return (a->type > b->type) - (a->type < b->type);
}

static void states_put(const comity_type_about *about)
{
    char text[64] = "";
    size_t used = 0;
    for (size_t i = 0; i < about->state_count && i < 3; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.8s", i == 0 ? "" : " ", about->states[i]);
    }
    (void)snprintf(text + used, sizeof text - used, "%s", about->state_count > 3 ? " …" : "");
    (void)printf("%-9s", text[0] == '\0' ? "any" : text);
}

static void row_put(const inspect_work *work, const inspect_count *count, uint16_t type)
{
    char number[32];
    char sure[16];
    comity_type_about about = type_about(work, type);
    (void)snprintf(sure, sizeof sure, count->least == count->most ? "%u" : "%u-%u", count->least, count->most);
    (void)printf("  %s%-28.28s%s %10s  ", work->settings->colour ? "\033[1m" : "", about.name,
                 work->settings->colour ? "\033[0m" : "", grouped(count->found, number));
    states_put(&about);
    (void)printf(" %-20.20s %s\n", about.category, sure);
    (void)printf("      %.90s\n", about.title);
    (void)printf("      %s", count->found == 1 ? "" : "first ");
    put_plain(stdout, count->where == NULL ? "" : count->where, 180);
    (void)printf("\n");
    if (count->file_count > 1) {
        (void)printf("      in %s files\n", grouped(count->file_count, number));
    }
}

void inspect_summary(const inspect_work *work, const inspect_worker *worker, size_t unread)
{
    char text[3][32];
    bool exact;
    size_t count = comity_rules_type_count(work->rules);
    summary_row *rows = calloc(count + 1, sizeof *rows);
    size_t row_count = 0;
    for (size_t i = 0; rows != NULL && i < count; i++) {
        if (worker->counts[i].found != 0) {
            rows[row_count++] = (summary_row){(uint16_t)i, worker->counts[i].found};
        }
    }
    uint64_t persons = comity_inspect_persons(worker->inspection, &exact);
    (void)printf("%s %s, %s: ", grouped(work->files->count, text[0]), work->files->count == 1 ? "input" : "inputs",
                 sized(atomic_load(&work->bytes_read), text[1]));
    if (worker->found == 0) {
        (void)printf("nothing found at confidence %u or above\n", work->settings->options.level);
    } else {
        (void)printf("%s %s of %zu %s", grouped(worker->found, text[2]), worker->found == 1 ? "finding" : "findings",
                     row_count, row_count == 1 ? "type" : "types");
        (void)printf(", %s%s %s\n\n", exact ? "" : "at least ", grouped(persons, text[0]), persons == 1 ? "person" : "persons");
        (void)printf("  %-28s %10s  %-9s %-20s %s\n", "what", "found", "state", "category", "sure");
    }
    if (rows != NULL) {
        qsort(rows, row_count, sizeof *rows, by_count);
    }
    for (size_t i = 0; i < row_count; i++) {
        row_put(work, &worker->counts[rows[i].type], rows[i].type);
    }
    if (unread != 0 || work->files->ignored != 0) {
        (void)printf("\n");
    }
    if (unread != 0) {
        (void)printf("  %zu could not be read to the end; standard error says why\n", unread);
    }
    if (work->files->ignored != 0) {
        (void)printf("  %zu left out by ignore files (--no-ignore takes them in)\n", work->files->ignored);
    }
    free(rows);
    (void)fflush(stdout);
}
