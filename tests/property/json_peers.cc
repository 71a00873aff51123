// Our tokenizer beside two others, yajl and simdjson, on random documents and
// on documents with random mistakes: who accepts what, and what the tokens say.
// Ours is read in every way there is (tests/json_modes.h).
//
// Known differences, each checked rather than passed over:
// - yajl lets through malformed UTF-8, surrogates without their other half,
//   vertical tabs and form feeds as white space, and a token after the value
//   that has not ended where the input ends;
// - simdjson refuses numbers that fit neither 64 bits nor a double, and may let
//   through a second half of a surrogate pair that stands alone.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <simdjson.h>
#include <yajl/yajl_parse.h>

extern "C" {
#include "test.h"

#include "json_modes.h"
}

namespace
{

const size_t depth_max = 64;
const size_t split_size_max = 60;

// ---- random documents ----

struct random_source {
    uint64_t state;

    uint32_t pick(uint32_t count)
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return static_cast<uint32_t>((state >> 32) % count);
    }
};

void white(random_source &random, std::string &out)
{
    static const char kinds[] = " \t\n\r";
    for (uint32_t i = random.pick(8) == 0 ? random.pick(4) : 0; i > 0; i--) {
        out += kinds[random.pick(4)];
    }
}

void escape(random_source &random, std::string &out)
{
    static const char *const simple[] = {"\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"};
    char text[16];
    if (random.pick(2) == 0) {
        out += simple[random.pick(8)];
        return;
    }
    if (random.pick(3) == 0) {
        (void)snprintf(text, sizeof text, random.pick(2) == 0 ? "\\ud%03x\\ud%03x" : "\\uD%03X\\uD%03X",
                       0x800 + random.pick(0x400), 0xC00 + random.pick(0x400));
    } else {
        (void)snprintf(text, sizeof text, "\\u%04x", random.pick(0xD800));
    }
    out += text;
}

void string(random_source &random, std::string &out)
{
    static const char *const pieces[] = {"a", "é", "国", "𝄞", "\x7f", " ", "/", "{", "[1,", ":", "standard-contract"};
    out += '"';
    uint32_t count = random.pick(20) == 0 ? 40 + random.pick(100) : random.pick(8);
    for (uint32_t i = 0; i < count; i++) {
        if (random.pick(6) == 0) {
            escape(random, out);
        } else {
            out += pieces[random.pick(sizeof pieces / sizeof pieces[0])];
        }
    }
    out += '"';
}

void number(random_source &random, std::string &out)
{
    if (random.pick(3) == 0) {
        out += '-';
    }
    out += random.pick(4) == 0 ? "0" : std::to_string(1 + random.pick(random.pick(2) == 0 ? 9 : 2000000000));
    if (random.pick(10) == 0 && out.back() != '0') {
        out += "000000000000000";
    }
    if (random.pick(4) == 0) {
        out += "." + std::to_string(random.pick(100000));
    }
    if (random.pick(5) == 0) {
        static const char *const exponents[] = {"e1", "E+10", "e-3", "E0", "e400", "e-400"};
        out += exponents[random.pick(6)];
    }
}

void value(random_source &random, std::string &out, unsigned depth)
{
    static const char *const words[] = {"true", "false", "null"};
    white(random, out);
    uint32_t kind = random.pick(depth > 5 ? 4 : 7);
    if (kind < 2) {
        string(random, out);
    } else if (kind == 2) {
        number(random, out);
    } else if (kind == 3) {
        out += words[random.pick(3)];
    } else {
        bool object = random.pick(2) == 0;
        out += object ? '{' : '[';
        for (uint32_t i = 0, count = random.pick(5); i < count; i++) {
            if (i > 0) {
                out += ',';
            }
            white(random, out);
            if (object) {
                string(random, out);
                white(random, out);
                out += ':';
            }
            value(random, out, depth + 1);
        }
        white(random, out);
        out += object ? '}' : ']';
    }
    white(random, out);
}

void mutate(random_source &random, std::string &text)
{
    static const char likely[] = "{}[]:,\"\\ \n0-+.eEtfnu\x01\x80\xc3\xff";
    uint32_t at = text.empty() ? 0 : random.pick(static_cast<uint32_t>(text.size()));
    char byte = random.pick(4) == 0 ? static_cast<char>(random.pick(256)) : likely[random.pick(sizeof likely - 1)];
    switch (random.pick(5)) {
    case 0:
        text.insert(at, 1, byte);
        break;
    case 1:
        text.erase(at, 1 + random.pick(3));
        break;
    case 2:
        text.insert(at, text.substr(random.pick(at + 1), random.pick(20)));
        break;
    case 3:
        text.resize(at);
        break;
    default:
        if (!text.empty()) {
            text[at] = byte;
        }
    }
}

// ---- what the others say, as one line of events ----

struct said {
    bool accepted = false;
    std::string events;
};

void say_text(std::string &events, char letter, const char *text, size_t size)
{
    events += letter;
    events += std::to_string(size) + ":";
    events.append(text, size);
}

int yajl_null_seen(void *context)
{
    *static_cast<std::string *>(context) += '0';
    return 1;
}

int yajl_boolean_seen(void *context, int boolean)
{
    *static_cast<std::string *>(context) += boolean != 0 ? '+' : '-';
    return 1;
}

int yajl_number_seen(void *context, const char *text, size_t size)
{
    say_text(*static_cast<std::string *>(context), 'n', text, size);
    return 1;
}

int yajl_string_seen(void *context, const unsigned char *text, size_t size)
{
    say_text(*static_cast<std::string *>(context), 's', reinterpret_cast<const char *>(text), size);
    return 1;
}

int yajl_key_seen(void *context, const unsigned char *text, size_t size)
{
    say_text(*static_cast<std::string *>(context), 'k', reinterpret_cast<const char *>(text), size);
    return 1;
}

template <char letter> int yajl_mark_seen(void *context)
{
    *static_cast<std::string *>(context) += letter;
    return 1;
}

said by_yajl(const std::string &text)
{
    static const yajl_callbacks callbacks = {
        yajl_null_seen,
        yajl_boolean_seen,
        nullptr,
        nullptr,
        yajl_number_seen,
        yajl_string_seen,
        yajl_mark_seen<'{'>,
        yajl_key_seen,
        yajl_mark_seen<'}'>,
        yajl_mark_seen<'['>,
        yajl_mark_seen<']'>,
    };
    said result;
    yajl_handle handle = yajl_alloc(&callbacks, nullptr, &result.events);
    const unsigned char *bytes = reinterpret_cast<const unsigned char *>(text.data());
    result.accepted =
        yajl_parse(handle, bytes, text.size()) == yajl_status_ok && yajl_complete_parse(handle) == yajl_status_ok;
    yajl_free(handle);
    return result;
}

void say_double(std::string &events, double number)
{
    char text[64];
    (void)snprintf(text, sizeof text, "d%a;", number);
    events += text;
}

void say_element(std::string &events, const simdjson::dom::element &element)
{
    using simdjson::dom::element_type;
    switch (element.type()) {
    case element_type::ARRAY:
        events += '[';
        for (simdjson::dom::element item : simdjson::dom::array(element)) {
            say_element(events, item);
        }
        events += ']';
        break;
    case element_type::OBJECT:
        events += '{';
        for (simdjson::dom::key_value_pair member : simdjson::dom::object(element)) {
            say_text(events, 'k', member.key.data(), member.key.size());
            say_element(events, member.value);
        }
        events += '}';
        break;
    case element_type::INT64:
        events += "i" + std::to_string(int64_t(element)) + ";";
        break;
    case element_type::UINT64:
        events += "i" + std::to_string(uint64_t(element)) + ";";
        break;
    case element_type::DOUBLE:
        say_double(events, double(element));
        break;
    case element_type::STRING: {
        std::string_view text(element);
        say_text(events, 's', text.data(), text.size());
        break;
    }
    case element_type::BOOL:
        events += bool(element) ? '+' : '-';
        break;
    default:
        events += '0';
    }
}

said by_simdjson(const std::string &text, simdjson::error_code &ret_error)
{
    static simdjson::dom::parser parser;
    said result;
    simdjson::padded_string padded(text);
    simdjson::dom::element element;
    ret_error = parser.parse(padded).get(element);
    result.accepted = ret_error == simdjson::SUCCESS;
    if (result.accepted) {
        say_element(result.events, element);
    }
    return result;
}

// ---- what ours says, in the words of each ----

std::string decoded(const char *raw, size_t size)
{
    std::string text(size, '\0');
    size_t text_size = 0;
    if (comity_json_decode(raw, size, &text[0], &text_size, nullptr) != COMITY_OK) {
        return "not decoded";
    }
    text.resize(text_size);
    return text;
}

void say_number(std::string &events, const std::string &raw)
{
    bool whole = raw.find_first_of(".eE") == std::string::npos;
    int64_t number = 0;
    if (whole && comity_json_int64(raw.data(), raw.size(), &number, nullptr) == COMITY_OK) {
        events += "i" + std::to_string(number) + ";";
    } else if (whole) {
        events += "i" + raw + ";";
    } else {
        say_double(events, strtod(raw.c_str(), nullptr));
    }
}

std::string ours(const std::string &text, const json_reading &reading, bool numbers_raw)
{
    static const char marks[] = ".{}[]ksn+-0";
    std::string events;
    for (size_t i = 0; i < reading.count; i++) {
        const comity_json_token &token = reading.tokens[i];
        const char *raw = text.data() + token.begin;
        size_t size = static_cast<size_t>(token.end - token.begin);
        if (token.kind == COMITY_JSON_KEY || token.kind == COMITY_JSON_STRING) {
            std::string said_text = decoded(raw, size);
            say_text(events, marks[token.kind], said_text.data(), said_text.size());
        } else if (token.kind == COMITY_JSON_NUMBER && numbers_raw) {
            say_text(events, 'n', raw, size);
        } else if (token.kind == COMITY_JSON_NUMBER) {
            say_number(events, std::string(raw, size));
        } else {
            events += marks[token.kind];
        }
    }
    return events;
}

// ---- the comparison ----

struct tally {
    unsigned accepted = 0;
    unsigned refused = 0;
};

bool complain(const char *what, const std::string &text, const json_reading &reading)
{
    fprintf(stderr, "%s; ours: %s; the document:\n", what,
            reading.status == COMITY_OK ? "accepted" : reading.error.message);
    for (char byte : text) {
        fprintf(stderr, byte >= ' ' && byte < 0x7f ? "%c" : "\\x%02x", static_cast<unsigned char>(byte));
    }
    fprintf(stderr, "\n");
    return false;
}

bool refused_for(const json_reading &reading, const char *reason)
{
    return reading.status != COMITY_OK && strstr(reading.error.message, reason) != nullptr;
}

bool agree_with_yajl(const std::string &text, const json_reading &reading)
{
    said theirs = by_yajl(text);
    if (reading.status == COMITY_OK) {
        bool same = theirs.accepted && theirs.events == ours(text, reading, true);
        return same || complain("yajl differs", text, reading);
    }
    bool excused = refused_for(reading, "surrogate") || refused_for(reading, "nothing after the value") ||
                   refused_for(reading, "found byte 0x0B") || refused_for(reading, "found byte 0x0C") ||
                   !simdjson::validate_utf8(text.data(), text.size());
    return !theirs.accepted || excused || complain("yajl accepts", text, reading);
}

bool agree_with_simdjson(const std::string &text, const json_reading &reading)
{
    simdjson::error_code error = simdjson::SUCCESS;
    said theirs = by_simdjson(text, error);
    if (reading.status == COMITY_OK) {
        bool same = theirs.accepted ? theirs.events == ours(text, reading, false) : error == simdjson::NUMBER_ERROR;
        return same || complain("simdjson differs", text, reading);
    }
    return !theirs.accepted || refused_for(reading, "surrogate") || complain("simdjson accepts", text, reading);
}

bool check(const std::string &text, tally &counts)
{
    json_reading reading;
    bool good = json_all_modes_agree(text.data(), text.size(), depth_max, text.size() <= split_size_max, &reading) ||
                complain("our ways differ", text, reading);
    good = agree_with_yajl(text, reading) && good;
    good = agree_with_simdjson(text, reading) && good;
    (reading.status == COMITY_OK ? counts.accepted : counts.refused)++;
    free(reading.tokens);
    return good;
}

void random_documents()
{
    test_case("random documents are accepted by all, and say the same");
    random_source random = {UINT64_C(0x9E3779B97F4A7C15)};
    tally counts;
    for (int round = 0; round < 4000; round++) {
        std::string text;
        value(random, text, 0);
        if (!CHECK(check(text, counts))) {
            return;
        }
    }
    CHECK_EQ_INT(0, counts.refused);
}

void documents_with_mistakes()
{
    test_case("documents with mistakes are judged alike by all");
    random_source random = {UINT64_C(0xD1B54A32D192ED03)};
    tally counts;
    for (int round = 0; round < 25000; round++) {
        std::string text;
        value(random, text, round % 3 == 0 ? 0 : 4);
        for (uint32_t i = 1 + random.pick(3); i > 0; i--) {
            mutate(random, text);
        }
        if (!CHECK(check(text, counts))) {
            return;
        }
    }
    CHECK(counts.accepted > 1000 && counts.refused > 10000);
}

void long_documents()
{
    test_case("long documents, with and without a mistake");
    random_source random = {UINT64_C(0x2545F4914F6CDD1D)};
    tally counts;
    for (int round = 0; round < 150; round++) {
        std::string text = "[";
        while (text.size() < 3000) {
            text += text.size() > 1 ? "," : "";
            value(random, text, 2);
        }
        text += "]";
        if (!CHECK(check(text, counts))) {
            return;
        }
        mutate(random, text);
        if (!CHECK(check(text, counts))) {
            return;
        }
    }
}

} // namespace

int main()
{
    test_begin("property/json_peers");
    random_documents();
    documents_with_mistakes();
    long_documents();
    return test_done();
}
