/* The file `record`: what a record is, and the keys of its log.
 *
 *     comity record 1
 *     origin NAME
 *     key VERIFIER-KEY     one or more; all of them sign
 *     past VERIFIER-KEY    keys that signed before
 *
 * It tells a reader which keys the log says it has; who must not believe the log
 * takes the keys from a policy of his own. */
#ifndef COMITY_RECORD_CONFIG_H
#define COMITY_RECORD_CONFIG_H

#include "note/note.h"
#include "record/disk.h"
#include "record/tree.h"

/* A plain value. */
typedef struct comity_record_config {
    char origin[COMITY_LIMIT_KEY_NAME_BYTES + 1];
    comity_hash origin_hash; /* SHA-256 of the origin: what segments bear */
    comity_verifier keys[COMITY_LIMIT_RECORD_KEYS];
    size_t key_count;
    comity_verifier past[COMITY_LIMIT_RECORD_PAST_KEYS];
    size_t past_count;
} comity_record_config;

/* Begins one without keys. COMITY_ERROR_SYNTAX if no log can be called that. */
COMITY_MUST_USE comity_status comity_record_config_make(const char *origin, comity_record_config *ret_config,
                                                        comity_error *reterr);

/* Reads the text of such a file. COMITY_ERROR_RECORD, with the line. */
COMITY_MUST_USE comity_status comity_record_config_read(const char *text, size_t size, comity_record_config *ret_config,
                                                        comity_error *reterr);

void comity_record_config_write(const comity_record_config *config, comity_buffer *buffer);

/* Loads and stores the file. COMITY_ERROR_SYSTEM if this is no folder of a record. */
COMITY_MUST_USE comity_status comity_record_config_load(comity_disk *disk, comity_record_config *ret_config,
                                                        comity_error *reterr);
COMITY_MUST_USE comity_status comity_record_config_store(comity_disk *disk, const comity_record_config *config,
                                                         comity_error *reterr);

#endif
