/* The others that bench/json.c measures beside our tokenizer. Each reads one
 * document and says whether it was accepted. One thread. */
#ifndef COMITY_BENCH_JSON_PEERS_H
#define COMITY_BENCH_JSON_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* yajl, events to functions that do nothing. */
bool bench_yajl(const char *bytes, size_t size);

/* simdjson, document to tape, by the implementation it calls so ("haswell"); at
 * least bench_simdjson_padding() bytes behind the document can be read. */
bool bench_simdjson(const char *implementation, const char *bytes, size_t size);
size_t bench_simdjson_padding(void);

#ifdef __cplusplus
}
#endif

#endif
