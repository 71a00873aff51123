/* What inspecting is measured on, made by chance from a fixed seed. Each writes at
 * most `size` bytes and says how many. */
#ifndef COMITY_BENCH_INSPECT_DATA_H
#define COMITY_BENCH_INSPECT_DATA_H

#include <stddef.h>

/* Records full of identifiers, with other fields: a dozen a KiB of NDJSON, nineteen a KiB of CSV. */
void data_ndjson(char *text, size_t size, size_t *ret_size);
void data_csv(char *text, size_t size, size_t *ret_size);

/* Fifteen a KiB of CSV: orders as a shop exports them, with more columns of ordinary data, and free text. */
void data_order_csv(char *text, size_t size, size_t *ret_size);

/* The same, of persons whose names, mails, addresses and numbers are of many lengths and looks, as those of tables are. */
void data_varied_ndjson(char *text, size_t size, size_t *ret_size);
void data_varied_csv(char *text, size_t size, size_t *ret_size);

/* Records with one identifier in three KiB. */
void data_sparse_ndjson(char *text, size_t size, size_t *ret_size);

/* Lines of an application's log: times, levels, numbers; no identifiers. */
void data_logs(char *text, size_t size, size_t *ret_size);

/* English sentences. */
void data_prose(char *text, size_t size, size_t *ret_size);

#endif
