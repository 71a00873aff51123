/* What comes in: the folder of a record, and whom to believe. What goes out: a receipt of one
 * entry, or what the whole record was found to hold. Reads, takes no lock and writes nothing. */
#include "api/record_folder.h"
#include "base/limits.h"
#include "record/verify.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A receipt has its checkpoint, and of hashes, salt and words less than the other 8 KiB. */
static_assert(COMITY_LIMIT_CHECKPOINT_BYTES + 8192 == COMITY_RECEIPT_BYTES_MAX, "a receipt fits what the header says");

/* A record that is read. */
typedef struct reading {
    comity_disk *disk;
    comity_record_reader reader;
} reading;

static comity_status open_by_policy(reading *of, const char *policy, size_t policy_size, comity_error *reterr)
{
    if (policy == NULL) {
        return comity_record_reader_open(of->disk, NULL, &of->reader, reterr);
    }
    if (policy_size > COMITY_LIMIT_POLICY_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a policy of more than %zu bytes", COMITY_LIMIT_POLICY_BYTES);
    }
    comity_policy *trust = malloc(sizeof *trust);
    if (trust == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    comity_status status = comity_policy_read(policy, policy_size, trust, reterr);
    if (status == COMITY_OK) {
        status = comity_record_reader_open(of->disk, trust, &of->reader, reterr);
    }
    free(trust);
    return status;
}

static comity_status begin(reading *of, const char *folder, const char *policy, size_t policy_size, comity_error *reterr)
{
    *of = (reading){.disk = NULL};
    COMITY_TRY(comity_disk_posix_new(folder, &of->disk, reterr));
    return open_by_policy(of, policy, policy_size, reterr);
}

static void end(reading *of)
{
    comity_record_reader_close(&of->reader);
    comity_disk_posix_free(of->disk);
}

/* Ends reading, with the caller's errno, and tells what went wrong with the folder, once. */
static comity_status finish(reading *of, const char *folder, int saved, comity_status status, const comity_error *error,
                            comity_error *reterr)
{
    end(of);
    errno = saved;
    if (status == COMITY_OK) {
        return COMITY_OK;
    }
    bool is_told = comity_record_is_told_of(folder, error->message);
    return comity_fail(reterr, status, "%s%s%s", is_told ? "" : folder, is_told ? "" : ": ", error->message);
}

static comity_status prove(reading *of, uint64_t index, char *ret_receipt, size_t capacity, size_t *ret_size,
                           comity_error *reterr)
{
    comity_buffer receipt;
    const uint8_t *bytes;
    size_t size = 0;
    comity_buffer_init(&receipt, COMITY_RECEIPT_BYTES_MAX);
    comity_status status = comity_record_reader_receipt(&of->reader, index, &receipt, reterr);
    if (status == COMITY_OK) {
        status = comity_buffer_bytes(&receipt, &bytes, &size, reterr);
    }
    if (status == COMITY_OK && size >= capacity) {
        status = comity_fail(reterr, COMITY_ERROR_LIMIT, "the receipt has %zu bytes and a NUL, the room for it %zu", size,
                             capacity);
    }
    if (status == COMITY_OK) {
        memcpy(ret_receipt, bytes, size);
        ret_receipt[size] = '\0';
        *ret_size = size;
    }
    comity_buffer_free(&receipt);
    return status;
}

comity_status comity_record_prove(const char *folder, const char *policy, size_t policy_size, uint64_t index,
                                  char *ret_receipt, size_t capacity, size_t *ret_size, comity_error *reterr)
{
    reading of;
    comity_error error;
    int saved = errno;
    if (folder == NULL || ret_receipt == NULL || ret_size == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_record_prove: folder, ret_receipt and ret_size must not be NULL");
    }
    comity_status status = begin(&of, folder, policy, policy_size, &error);
    if (status == COMITY_OK) {
        status = prove(&of, index, ret_receipt, capacity, ret_size, &error);
    }
    return finish(&of, folder, saved, status, &error, reterr);
}

comity_status comity_record_verify(const char *folder, const char *policy, size_t policy_size,
                                   comity_record_holding *ret_holding, comity_error *reterr)
{
    reading of;
    comity_record_report report;
    comity_error error;
    int saved = errno;
    if (folder == NULL || ret_holding == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT,
                           "comity_record_verify: folder and ret_holding must not be NULL");
    }
    comity_status status = begin(&of, folder, policy, policy_size, &error);
    if (status == COMITY_OK) {
        status = comity_record_reader_verify(&of.reader, NULL, NULL, &report, &error);
    }
    if (status == COMITY_OK) {
        *ret_holding = (comity_record_holding){.size = report.size,
                                               .kept = report.kept,
                                               .erased = report.erased,
                                               .absent = report.absent,
                                               .beyond = report.unsigned_size};
    }
    return finish(&of, folder, saved, status, &error, reterr);
}
