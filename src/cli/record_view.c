/* comity record show, tail, prove: what a record holds. */
#include "cli/record.h"

#include "base/date.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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

/* How far witnesses have come, as a checkpoint signed by the log says that lies beside the newest. */
static void show_witnessed(const record_view *view)
{
    const comity_record_config *config = &view->reader.config;
    comity_note note;
    comity_checkpoint checkpoint;
    uint8_t *bytes;
    size_t size;
    if (comity_disk_load(view->disk, "public/cosigned", COMITY_LIMIT_CHECKPOINT_BYTES, &bytes, &size, NULL) !=
        COMITY_DISK_OK) {
        return;
    }
    if (comity_checkpoint_open(bytes, size, config->keys, config->key_count, &note, &checkpoint, NULL) == COMITY_OK &&
        checkpoint.size <= view->reader.checkpoint.size) {
        (void)printf("witnessed  %" PRIu64 ", %" PRIu64 " behind\n", checkpoint.size,
                     view->reader.checkpoint.size - checkpoint.size);
    }
    free(bytes);
}

/* The log as a whole. */
static int show_log(const record_view *view)
{
    const comity_record_config *config = &view->reader.config;
    char root[COMITY_BASE64_TEXT_SIZE(COMITY_SHA256_SIZE) + 1];
    comity_base64_write(view->reader.checkpoint.root.bytes, COMITY_SHA256_SIZE, root);
    (void)printf("origin     %s\nsize       %" PRIu64 "\nroot       %s\n", config->origin, view->reader.checkpoint.size,
                 root);
    show_witnessed(view);
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

int record_show_main(int argc, char **argv)
{
    const char *policy = NULL;
    bool judgement = false;
    record_view view;
    uint64_t index = 0;
    const record_option options_of[] = {
        {.name = "judgement", .flag = &judgement},
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
    int status = given == 1 ? show_log(&view) : judgement ? show_judgement(&view, index) : show_entry(&view, index);
    record_view_close(&view);
    return status;
}

/* ---- the end of the log ---- */

/* Prints entries from `*at` to the end; false if it cannot go on. */
static bool print_from(record_view *view, uint64_t *at)
{
    comity_walk walk;
    comity_buffer out;
    comity_error error;
    bool good = comity_walk_begin(&view->reader.store, *at, &walk, &error) == COMITY_OK;
    comity_buffer_init(&out, COMITY_LIMIT_ANSWER_BYTES);
    for (bool some = good; good && some && *at < view->reader.checkpoint.size;) {
        comity_record_view found;
        size_t of_class;
        good = comity_walk_next(&walk, &some, &of_class, &found, &error) == COMITY_OK;
        for (; good && some && *at < found.index + found.count && *at < view->reader.checkpoint.size; (*at)++) {
            put_entry(&out, view, *at, of_class, &found);
            if (out.size > 65536 && !write_buffer(&out)) {
                comity_buffer_free(&out);
                comity_walk_end(&walk);
                return false;
            }
        }
    }
    if (!good) {
        (void)complain("%s", error.message);
    } else {
        comity_walk_end(&walk);
        good = write_buffer(&out);
    }
    comity_buffer_free(&out);
    return good;
}

/* Waits until the checkpoint covers more; for ever, or until a signal. */
static bool follow(const char *folder, record_view *view, uint64_t at)
{
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = 250000000};
    while (view->reader.checkpoint.size <= at) {
        (void)nanosleep(&pause, NULL);
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
    bool good = print_from(&view, &at);
    while (good && follows && follow(argv[optind], &view, at)) {
        good = print_from(&view, &at);
    }
    record_view_close(&view);
    return good ? EXIT_CLEAN : EXIT_ERROR;
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
    if (comity_record_reader_receipt(&view.reader, index, &out, &error) != COMITY_OK ||
        comity_buffer_bytes(&out, &bytes, &size, &error) != COMITY_OK) {
        status = complain("%s: %s", argv[optind], error.message);
    } else if (output != NULL ? !replace_file(output, bytes, size)
                              : !write_all(STDOUT_FILENO, (const char *)bytes, size)) {
        status = EXIT_ERROR;
    }
    comity_buffer_free(&out);
    record_view_close(&view);
    return status;
}
