// yajl and simdjson as bench/json.c calls them.
#include "json_peers.h"

#include <simdjson.h>
#include <yajl/yajl_parse.h>

namespace
{

int seen(void *)
{
    return 1;
}

int boolean_seen(void *, int)
{
    return 1;
}

int number_seen(void *, const char *, size_t)
{
    return 1;
}

int text_seen(void *, const unsigned char *, size_t)
{
    return 1;
}

const yajl_callbacks callbacks = {
    seen, boolean_seen, nullptr, nullptr, number_seen, text_seen, seen, text_seen, seen, seen, seen,
};

} // namespace

bool bench_yajl(const char *bytes, size_t size)
{
    yajl_handle handle = yajl_alloc(&callbacks, nullptr, nullptr);
    bool accepted = yajl_parse(handle, reinterpret_cast<const unsigned char *>(bytes), size) == yajl_status_ok &&
                    yajl_complete_parse(handle) == yajl_status_ok;
    yajl_free(handle);
    return accepted;
}

bool bench_simdjson(const char *implementation, const char *bytes, size_t size)
{
    static simdjson::dom::parser parser;
    static const char *current = nullptr;
    if (current != implementation) {
        simdjson::get_active_implementation() = simdjson::get_available_implementations()[implementation];
        parser = simdjson::dom::parser();
        current = implementation;
    }
    simdjson::dom::element element;
    return parser.parse(bytes, size, false).get(element) == simdjson::SUCCESS;
}

size_t bench_simdjson_padding(void)
{
    return simdjson::SIMDJSON_PADDING;
}
