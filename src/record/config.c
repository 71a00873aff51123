/* What comes in: the text of the file `record`. What goes out: the log's name and
 * keys; and back. */
#include "record/config.h"

#include "base/limits.h"
#include "record/checkpoint.h"

#include <stdlib.h>
#include <string.h>

static const char config_path[] = "record";
static const char first_line[] = "comity record 1";

comity_status comity_record_config_make(const char *origin, comity_record_config *ret_config, comity_error *reterr)
{
    size_t size = strlen(origin);
    COMITY_TRY(comity_key_own_name_check(origin, size, reterr));
    memset(ret_config, 0, sizeof *ret_config);
    memcpy(ret_config->origin, origin, size);
    comity_sha256(origin, size, ret_config->origin_hash.bytes);
    return COMITY_OK;
}

static bool takes(const char **line, size_t *size, const char *word)
{
    size_t length = strlen(word);
    if (*size < length || memcmp(*line, word, length) != 0) {
        return false;
    }
    *line += length;
    *size -= length;
    return true;
}

static comity_status read_key(comity_record_config *config, const char *text, size_t size, comity_verifier *keys,
                              size_t *count, size_t count_max, comity_error *reterr)
{
    if (*count == count_max) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s: more than %zu keys of a kind", config_path, count_max);
    }
    COMITY_TRY(comity_verifier_read(text, size, COMITY_PURPOSE_LOG, &keys[*count], reterr));
    if (strcmp(keys[*count].name, config->origin) != 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s: a key of another log", config_path);
    }
    (*count)++;
    return COMITY_OK;
}

comity_status comity_record_config_read(const char *text, size_t size, comity_record_config *ret_config,
                                        comity_error *reterr)
{
    comity_record_config config;
    const char *line;
    size_t line_size;
    char origin[COMITY_LIMIT_KEY_NAME_BYTES + 1];
    if (!comity_log_line(&text, &size, &line, &line_size) || line_size != sizeof first_line - 1 ||
        memcmp(line, first_line, line_size) != 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s:1: \"%s\" expected", config_path, first_line);
    }
    if (!comity_log_line(&text, &size, &line, &line_size) || !takes(&line, &line_size, "origin ") ||
        line_size >= sizeof origin) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s:2: \"origin NAME\" expected", config_path);
    }
    memcpy(origin, line, line_size);
    origin[line_size] = '\0';
    COMITY_TRY(comity_record_config_make(origin, &config, reterr));
    for (unsigned number = 3; size != 0; number++) {
        if (!comity_log_line(&text, &size, &line, &line_size)) {
            return comity_fail(reterr, COMITY_ERROR_RECORD, "%s:%u: the line does not end", config_path, number);
        }
        if (takes(&line, &line_size, "key ")) {
            COMITY_TRY(read_key(&config, line, line_size, config.keys, &config.key_count, COMITY_LIMIT_RECORD_KEYS,
                                reterr));
        } else if (takes(&line, &line_size, "past ")) {
            COMITY_TRY(read_key(&config, line, line_size, config.past, &config.past_count,
                                COMITY_LIMIT_RECORD_PAST_KEYS, reterr));
        } else {
            return comity_fail(reterr, COMITY_ERROR_RECORD, "%s:%u: \"key\" or \"past\" expected", config_path, number);
        }
    }
    if (config.key_count == 0) {
        return comity_fail(reterr, COMITY_ERROR_RECORD, "%s: there is no key", config_path);
    }
    *ret_config = config;
    return COMITY_OK;
}

static void write_keys(const char *word, const comity_verifier *keys, size_t count, comity_buffer *buffer)
{
    for (size_t i = 0; i < count; i++) {
        char text[COMITY_VERIFIER_TEXT_SIZE];
        comity_verifier_print(&keys[i], text);
        comity_buffer_append_text(buffer, word);
        comity_buffer_append_text(buffer, text);
        comity_buffer_append_byte(buffer, '\n');
    }
}

void comity_record_config_write(const comity_record_config *config, comity_buffer *buffer)
{
    comity_buffer_append_text(buffer, first_line);
    comity_buffer_append_text(buffer, "\norigin ");
    comity_buffer_append_text(buffer, config->origin);
    comity_buffer_append_byte(buffer, '\n');
    write_keys("key ", config->keys, config->key_count, buffer);
    write_keys("past ", config->past, config->past_count, buffer);
}

/* There is no record, but there may be one of each year below. */
static comity_status fail_missing(comity_disk *disk, comity_error *reterr)
{
    int file;
    if (disk->open(disk, "series", COMITY_DISK_READ, &file, reterr) == COMITY_DISK_OK) {
        disk->close(disk, file);
        return comity_fail(reterr, COMITY_ERROR_SYSTEM,
                           "this folder holds a log for each year, in folders of their own; name one of these");
    }
    return comity_fail(reterr, COMITY_ERROR_SYSTEM,
                       "this is no folder of a record: it has no file \"%s\"; comity record init makes one",
                       config_path);
}

comity_status comity_record_config_load(comity_disk *disk, comity_record_config *ret_config, comity_error *reterr)
{
    uint8_t *bytes;
    size_t size;
    comity_disk_result result =
        comity_disk_load(disk, config_path, COMITY_LIMIT_CHECKPOINT_BYTES, &bytes, &size, reterr);
    if (result == COMITY_DISK_MISSING) {
        return fail_missing(disk, reterr);
    }
    COMITY_TRY(comity_disk_status(result, config_path, reterr));
    comity_status status = comity_record_config_read((const char *)bytes, size, ret_config, reterr);
    free(bytes);
    return status;
}

comity_status comity_record_config_store(comity_disk *disk, const comity_record_config *config, comity_error *reterr)
{
    comity_buffer buffer;
    const uint8_t *bytes = NULL;
    size_t size = 0;
    comity_buffer_init(&buffer, COMITY_LIMIT_CHECKPOINT_BYTES);
    comity_record_config_write(config, &buffer);
    comity_status status = comity_buffer_bytes(&buffer, &bytes, &size, reterr);
    if (status == COMITY_OK) {
        status = comity_disk_store(disk, config_path, bytes, size, true, reterr);
    }
    comity_buffer_free(&buffer);
    return status;
}
