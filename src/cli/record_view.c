/* comity record show, tail, prove: what a record holds. */
#include "cli/record.h"

#include "base/date.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- one entry ---- */

/* An act as it came, on one line: newlines stand only between its tokens. */
static void put_act(comity_buffer *out, const comity_kept *kept)
{
    for (size_t i = 0; i < kept->act_size; i++) {
        char byte = kept->act[i];
        comity_buffer_append_byte(out, (uint8_t)(byte == '\n' || byte == '\r' ? ' ' : byte));
    }
}

static void put_kept(comity_buffer *out, const comity_kept *kept)
{
    comity_kept left = *kept;
    char code[256];
    comity_buffer_append_text(out, ",\"law\":\"");
    comity_buffer_append(out, kept->law, COMITY_LAW_NAME_SIZE);
    comity_buffer_append_text(out, "\",\"evaluator\":");
    comity_buffer_append_json_string(out, kept->evaluator, kept->evaluator_size);
    if (kept->on != NULL) {
        comity_buffer_append_text(out, ",\"on\":");
        comity_buffer_append_json_string(out, kept->on, 10);
    }
    if (kept->papers != NULL) {
        comity_buffer_append_text(out, ",\"papers\":\"");
        comity_buffer_append(out, kept->papers, COMITY_LAW_NAME_SIZE);
        comity_buffer_append_byte(out, '"');
    }
    comity_buffer_append_text(out, kept->strict ? ",\"strict\":true" : "");
    for (bool first = true; comity_kept_adopted(&left, code, sizeof code); first = false) {
        comity_buffer_append_text(out, first ? ",\"adopted\":[" : ",");
        comity_buffer_append_json_string(out, code, strlen(code));
    }
    comity_buffer_append_text(out, kept->adopted_size == 0 ? "" : "]");
    if (kept->gate != NULL) {
        comity_buffer_append_text(out, ",\"gate\":");
        comity_buffer_append_json_string(out, kept->gate, kept->gate_size);
    }
    comity_buffer_append_text(out, ",\"act\":");
    put_act(out, kept);
}

/* One object, on one line. */
static void put_entry(comity_buffer *out, const record_view *view, uint64_t index, size_t of_class,
                      const comity_record_view *found)
{
    char time[COMITY_TIME_TEXT_SIZE];
    comity_kept kept;
    const uint8_t *file;
    size_t file_size;
    comity_time_print(found->time_ms, time);
    comity_buffer_append_text(out, "{\"index\":");
    comity_buffer_append_u64(out, index);
    comity_buffer_append_text(out, ",\"retention\":\"");
    comity_buffer_append_text(out, view->reader.store.classes[of_class].name);
    comity_buffer_append_text(out, found->kind == COMITY_RECORD_ERASED ? "\",\"erased\":\"" : "\",\"time\":\"");
    comity_buffer_append_text(out, time);
    comity_buffer_append_byte(out, '"');
    if (found->kind == COMITY_RECORD_ENTRY &&
        comity_kept_read((const char *)found->kept, found->kept_size, &kept, NULL) == COMITY_OK) {
        put_kept(out, &kept);
    } else if (found->kind == COMITY_RECORD_ENTRY &&
               comity_kept_file(found->kept, found->kept_size, &file, &file_size)) {
        comity_buffer_append_text(out, ",\"file_bytes\":");
        comity_buffer_append_u64(out, file_size);
    } else if (found->kind == COMITY_RECORD_ENTRY) {
        comity_buffer_append_text(out, ",\"kept_bytes\":");
        comity_buffer_append_u64(out, found->kept_size);
    }
    comity_buffer_append_text(out, "}\n");
}

static bool write_buffer(comity_buffer *out)
{
    const uint8_t *bytes;
    size_t size;
    comity_error error;
    if (comity_buffer_bytes(out, &bytes, &size, &error) != COMITY_OK) {
        (void)complain("%s", error.message);
        return false;
    }
    bool written = write_all(STDOUT_FILENO, (const char *)bytes, size);
    comity_buffer_reset(out);
    return written;
}

static int show_entry(record_view *view, uint64_t index)
{
    comity_segment_cursor cursor = {0};
    comity_record_view found;
    comity_buffer out;
    comity_error error;
    size_t of_class;
    if (comity_record_reader_find(&view->reader, index, &cursor, &of_class, &found, &error) != COMITY_OK) {
        return complain("%s", error.message);
    }
    comity_buffer_init(&out, COMITY_LIMIT_ANSWER_BYTES);
    put_entry(&out, view, index, of_class, &found);
    bool written = write_buffer(&out);
    comity_buffer_free(&out);
    comity_segment_close(&cursor);
    return written ? EXIT_CLEAN : EXIT_ERROR;
}

/* The judgement itself, judged again and held against the log; or the file that was appended. */
static int show_judgement(record_view *view, uint64_t index)
{
    comity_segment_cursor cursor = {0};
    comity_record_view found;
    comity_error error;
    comity_replay judge;
    const void *bytes;
    size_t size;
    size_t of_class;
    int status = EXIT_CLEAN;
    if (comity_record_reader_find(&view->reader, index, &cursor, &of_class, &found, &error) != COMITY_OK) {
        return complain("%s", error.message);
    }
    comity_replay_begin(view->disk, &judge);
    if (found.kind == COMITY_RECORD_ERASED) {
        status = complain("what was kept of entry %" PRIu64 " has been erased", index);
    } else if (comity_replay_stands_for(&judge, &found, &bytes, &size, &error) != COMITY_OK) {
        status = complain("entry %" PRIu64 ": %s", index, error.message);
    } else if (!write_all(STDOUT_FILENO, bytes, size)) {
        status = EXIT_ERROR;
    }
    comity_replay_end(&judge);
    comity_segment_close(&cursor);
    return status;
}

/* How far witnesses have come, as a checkpoint signed by the log says that lies beside the newest; false if none does. */
static bool find_witnessed(const record_view *view, uint64_t *ret_size)
{
    const comity_record_config *config = &view->reader.config;
    comity_note note;
    comity_checkpoint checkpoint;
    uint8_t *bytes;
    size_t size;
    if (comity_disk_load(view->disk, "public/cosigned", COMITY_LIMIT_CHECKPOINT_BYTES, &bytes, &size, NULL) !=
        COMITY_DISK_OK) {
        return false;
    }
    bool found =
        comity_checkpoint_open(bytes, size, config->keys, config->key_count, &note, &checkpoint, NULL) == COMITY_OK &&
        checkpoint.size <= view->reader.checkpoint.size;
    free(bytes);
    if (found) {
        *ret_size = checkpoint.size;
    }
    return found;
}

/* The log as a whole. */
static int show_log(const record_view *view)
{
    const comity_record_config *config = &view->reader.config;
    char root[COMITY_BASE64_TEXT_SIZE(COMITY_SHA256_SIZE) + 1];
    uint64_t witnessed;
    comity_base64_write(view->reader.checkpoint.root.bytes, COMITY_SHA256_SIZE, root);
    (void)printf("origin     %s\nsize       %" PRIu64 "\nroot       %s\n", config->origin, view->reader.checkpoint.size,
                 root);
    if (find_witnessed(view, &witnessed)) {
        (void)printf("witnessed  %" PRIu64 ", %" PRIu64 " behind\n", witnessed,
                     view->reader.checkpoint.size - witnessed);
    }
    for (size_t i = 0; i < config->key_count + config->past_count; i++) {
        char text[COMITY_VERIFIER_TEXT_SIZE];
        bool now = i < config->key_count;
        comity_verifier_print(now ? &config->keys[i] : &config->past[i - config->key_count], text);
        (void)printf("%s   %s\n", now ? "key     " : "past key", text);
    }
    for (size_t i = 0; i < view->reader.store.class_count; i++) {
        const comity_retention *of = &view->reader.store.classes[i];
        (void)printf("retention  %s, %zu segment%s\n", of->name, of->count, of->count == 1 ? "" : "s");
    }
    return EXIT_CLEAN;
}

/* The same as JSON, on one line. */
static int show_log_json(const record_view *view)
{
    const comity_record_config *config = &view->reader.config;
    char root[COMITY_BASE64_TEXT_SIZE(COMITY_SHA256_SIZE) + 1];
    char text[COMITY_VERIFIER_TEXT_SIZE];
    uint64_t witnessed;
    comity_base64_write(view->reader.checkpoint.root.bytes, COMITY_SHA256_SIZE, root);
    (void)printf("{\"origin\":");
    print_json_string(config->origin);
    (void)printf(",\"size\":%" PRIu64 ",\"root\":\"%s\",\"witnessed\":", view->reader.checkpoint.size, root);
    if (find_witnessed(view, &witnessed)) {
        (void)printf("%" PRIu64, witnessed);
    } else {
        (void)fputs("null", stdout);
    }
    for (size_t i = 0; i < config->key_count; i++) {
        comity_verifier_print(&config->keys[i], text);
        (void)fputs(i == 0 ? ",\"keys\":[" : ",", stdout);
        print_json_string(text);
    }
    (void)fputs("],\"past_keys\":[", stdout);
    for (size_t i = 0; i < config->past_count; i++) {
        comity_verifier_print(&config->past[i], text);
        (void)fputs(i == 0 ? "" : ",", stdout);
        print_json_string(text);
    }
    (void)fputs("],\"retention\":[", stdout);
    for (size_t i = 0; i < view->reader.store.class_count; i++) {
        const comity_retention *of = &view->reader.store.classes[i];
        (void)printf("%s{\"class\":\"%s\",\"segments\":%zu}", i == 0 ? "" : ",", of->name, of->count);
    }
    (void)puts("]}");
    return EXIT_CLEAN;
}

int record_show_main(int argc, char **argv)
{
    const char *policy = NULL;
    bool judgement = false;
    bool json = false; /* one entry is JSON in any case */
    record_view view;
    uint64_t index = 0;
    const record_option options_of[] = {
        {.name = "judgement", .flag = &judgement},
        {.name = "json", .flag = &json},
        {.name = "policy", .text = &policy},
    };
    if (!record_options("show", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    int given = argc - optind;
    if (given < 1 || given > 2 || (judgement && given != 2)) {
        return complain_usage("record", "show: a folder is needed, and the number of an entry to show one");
    }
    if ((given == 2 && !read_number("record", "show", argv[optind + 1], &index)) ||
        !record_view_open(argv[optind], policy, &view)) {
        return EXIT_ERROR;
    }
    int status = given == 2 ? (judgement ? show_judgement(&view, index) : show_entry(&view, index))
                 : json     ? show_log_json(&view)
                            : show_log(&view);
    record_view_close(&view);
    return status;
}

/* ---- the end of the log ---- */

/* How often tail -f looks. */
#define FOLLOW_MS 250

/* The entries from `*at` to the end, one by one, as far as the store goes: what is missing is passed over. */
static comity_status print_walk(record_view *view, comity_walk *walk, comity_buffer *out, uint64_t *at,
                                uint64_t *ret_missing, bool *ret_written, comity_error *reterr)
{
    uint64_t end = view->reader.checkpoint.size;
    for (bool some = true; some && *at < end && *ret_written;) {
        comity_record_view found;
        size_t of_class;
        COMITY_TRY(comity_walk_next(walk, &some, &of_class, &found, reterr));
        uint64_t next = !some || found.index > end ? end : found.index;
        if (next > *at) {
            *ret_missing += next - *at;
            *at = next;
        }
        for (; some && *ret_written && *at < found.index + found.count && *at < end; (*at)++) {
            put_entry(out, view, *at, of_class, &found);
            *ret_written = out->size <= 65536 || write_buffer(out);
        }
    }
    return COMITY_OK;
}

/* Prints entries from `*at` to the end; EXIT_CLEAN if it can go on. */
static int print_from(const char *folder, record_view *view, uint64_t *at)
{
    comity_walk walk;
    comity_buffer out;
    comity_error error;
    uint64_t missing = 0;
    bool written = true;
    if (comity_walk_begin(&view->reader.store, *at, &walk, &error) != COMITY_OK) {
        return complain_of(folder, error.message);
    }
    comity_buffer_init(&out, COMITY_LIMIT_ANSWER_BYTES);
    comity_status status = print_walk(view, &walk, &out, at, &missing, &written, &error);
    written = written && write_buffer(&out);
    if (status != COMITY_OK) {
        (void)complain_of(folder, error.message);
    } else if (written && missing != 0) {
        (void)complain("%s: of %" PRIu64 " entries the private store says nothing, not even that they were erased: it is "
                       "damaged", folder, missing);
    }
    comity_walk_end(&walk);
    comity_buffer_free(&out);
    return status != COMITY_OK || !written ? EXIT_ERROR : missing != 0 ? EXIT_NOT_CLEAN : EXIT_CLEAN;
}

/* Waits until the checkpoint covers more; for ever, until a signal, or until nobody reads the output any more. */
static bool follow(const char *folder, record_view *view, uint64_t at)
{
    while (view->reader.checkpoint.size <= at) {
        struct pollfd out = {.fd = STDOUT_FILENO}; /* it is asked for nothing, so it tells of its end alone */
        if (poll(&out, 1, FOLLOW_MS) > 0) {
            return false;
        }
        record_view_close(view);
        if (!record_view_open(folder, NULL, view)) {
            return false;
        }
    }
    return true;
}

int record_tail_main(int argc, char **argv)
{
    bool follows = false;
    uint64_t lines = 10;
    record_view view;
    const record_option options_of[] = {
        {"follow", 'f', .flag = &follows},
        {"lines", 'n', .number = &lines},
    };
    if (!record_options("tail", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc - optind != 1) {
        return complain_usage("record", "tail: one folder is needed");
    }
    if (!record_view_open(argv[optind], NULL, &view)) {
        return EXIT_ERROR;
    }
    uint64_t at = view.reader.checkpoint.size < lines ? 0 : view.reader.checkpoint.size - lines;
    int status = print_from(argv[optind], &view, &at);
    while (status == EXIT_CLEAN && follows) {
        status = follow(argv[optind], &view, at) ? print_from(argv[optind], &view, &at) : EXIT_ERROR;
    }
    record_view_close(&view);
    return status;
}

/* ---- receipts ---- */

int record_prove_main(int argc, char **argv)
{
    const char *output = NULL;
    const char *policy = NULL;
    record_view view;
    comity_buffer out;
    comity_error error;
    const uint8_t *bytes;
    size_t size;
    uint64_t index;
    const record_option options_of[] = {
        {"output", 'o', .text = &output},
        {.name = "policy", .text = &policy},
    };
    if (!record_options("prove", argc, argv, options_of, sizeof options_of / sizeof options_of[0])) {
        return EXIT_ERROR;
    }
    if (argc - optind != 2) {
        return complain_usage("record", "prove: a folder and the number of an entry are needed");
    }
    if (!read_number("record", "prove", argv[optind + 1], &index) || !record_view_open(argv[optind], policy, &view)) {
        return EXIT_ERROR;
    }
    comity_buffer_init(&out, COMITY_LIMIT_NOTE_BYTES);
    int status = EXIT_CLEAN;
    comity_receipt receipt;
    if (comity_record_reader_receipt(&view.reader, index, &out, &error) != COMITY_OK ||
        comity_buffer_bytes(&out, &bytes, &size, &error) != COMITY_OK ||
        comity_receipt_read((const char *)bytes, size, &receipt, &error) != COMITY_OK) {
        status = complain_of(argv[optind], error.message);
    } else if (output != NULL ? !replace_file(output, bytes, size)
                              : !write_all(STDOUT_FILENO, (const char *)bytes, size)) {
        status = EXIT_ERROR;
    } else if (!receipt.has_salt) {
        (void)complain("entry %" PRIu64 ": its salt is not there, so the receipt shows only that there is an entry", index);
    }
    comity_buffer_free(&out);
    record_view_close(&view);
    return status;
}
