/* What comes in: the folder of a record, or a receipt, and whom to believe. What goes out: a receipt
 * of one entry, what the whole record was found to hold, or what the receipt shows. Reads, takes
 * no lock and writes nothing. */
#include "api/record_folder.h"
#include "base/limits.h"
#include "record/verify.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A receipt has its checkpoint, and of hashes, salt and words less than the other 8 KiB. */
static_assert(COMITY_LIMIT_CHECKPOINT_BYTES + 8192 == COMITY_RECEIPT_BYTES_MAX, "a receipt fits what the header says");

/* Free takes it, also where it could not be read. */
static comity_status policy_new(const char *text, size_t size, comity_policy **ret_policy, comity_error *reterr)
{
    *ret_policy = NULL;
    if (size > COMITY_LIMIT_POLICY_BYTES) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a policy of more than %zu bytes", COMITY_LIMIT_POLICY_BYTES);
    }
    *ret_policy = malloc(sizeof **ret_policy);
    if (*ret_policy == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    return comity_policy_read(text, size, *ret_policy, reterr);
}

/* ---- records ---- */

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
    comity_policy *trust;
    comity_status status = policy_new(policy, policy_size, &trust, reterr);
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

/* ---- receipts ---- */

comity_status comity_receipt_verify(const char *receipt, size_t receipt_size, const void *judgement,
                                    size_t judgement_size, const char *policy, size_t policy_size, uint64_t *ret_index,
                                    comity_error *reterr)
{
    comity_receipt read;
    comity_note note;
    comity_checkpoint checkpoint;
    if (receipt == NULL || (judgement == NULL && judgement_size != 0) || policy == NULL || ret_index == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "comity_receipt_verify: its arguments must not be NULL");
    }
    comity_policy *trust;
    comity_status status = policy_new(policy, policy_size, &trust, reterr);
    if (status == COMITY_OK) {
        status = comity_receipt_read(receipt, receipt_size, &read, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_receipt_check(&read, judgement, judgement_size, trust, &note, &checkpoint, reterr);
    }
    if (status == COMITY_OK) {
        *ret_index = read.index;
    }
    free(trust);
    return status;
}
