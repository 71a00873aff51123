/* What is packed comes back, whatever it is; what is no packed text is refused. */
#include "test.h"

#include "base/pack.h"

#include <stdlib.h>

static uint32_t luck = 1;

static uint32_t below(uint32_t count)
{
    luck = luck * 1664525 + 1013904223;
    return count == 0 ? 0 : (luck >> 8) % count;
}

/* Packs, unpacks, compares; gives the packed size. */
static size_t there_and_back(const char *known, size_t known_size, const char *bytes, size_t size)
{
    comity_buffer buffer;
    const uint8_t *packed;
    size_t packed_size = 0;
    comity_error error;
    char *back = malloc(size + 1);
    comity_buffer_init(&buffer, (size_t)1 << 24);
    bool packs = back != NULL && comity_pack(known, known_size, bytes, size, &buffer, &error) == COMITY_OK &&
                 comity_buffer_bytes(&buffer, &packed, &packed_size, &error) == COMITY_OK;
    if (CHECK(packs)) {
        CHECK_EQ_INT(COMITY_OK, comity_unpack(known, known_size, packed, packed_size, back, size, &error));
        CHECK(size == 0 || memcmp(back, bytes, size) == 0);
        CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_unpack(known, known_size, packed, packed_size, back, size + 1, NULL));
        if (packed_size > 0) {
            CHECK_EQ_INT(COMITY_ERROR_SYNTAX,
                         comity_unpack(known, known_size, packed, packed_size - 1, back, size, NULL));
        }
    }
    comity_buffer_free(&buffer);
    free(back);
    return packed_size;
}

static void examples(void)
{
    test_case("nothing, little, the same again");
    CHECK_EQ_INT(0, there_and_back(NULL, 0, NULL, 0));
    CHECK_EQ_INT(0, there_and_back("known", 5, NULL, 0));
    CHECK_EQ_INT(2, there_and_back(NULL, 0, "x", 1));
    CHECK_EQ_INT(5, there_and_back(NULL, 0, "abcd", 4));
    CHECK(there_and_back(NULL, 0, "abababababababababababababababab", 32) < 8);
    CHECK_EQ_INT(2, there_and_back("exporter", 8, "exporter", 8));
    test_case("a copy may reach from what is known into what is made");
    CHECK_EQ_INT(3, there_and_back("abc", 3, "abcabcabcabcabcabcabcabcabcabc", 30));
}

/* Words drawn from few, so that there is much to copy; and any bytes. */
static void fill(char *bytes, size_t size, uint32_t words)
{
    for (size_t at = 0; at < size;) {
        uint32_t word = below(words);
        for (uint32_t i = 0; i < word % 13 + 1 && at < size; i++) {
            bytes[at++] = words == 0 ? (char)below(256) : (char)('a' + (word * 7 + i * i) % 26);
        }
    }
}

static void any_bytes(void)
{
    test_case("random bytes and words, with and without something known");
    static char known[6000];
    static char bytes[6000];
    for (int round = 0; round < 600; round++) {
        size_t known_size = round % 3 == 0 ? 0 : below(sizeof known);
        size_t size = below(round % 5 == 0 ? 20 : sizeof bytes);
        uint32_t words = round % 4 == 0 ? 0 : 1 + below(200);
        fill(known, known_size, words);
        fill(bytes, size, words);
        (void)there_and_back(known, known_size, bytes, size);
    }
}

static void long_runs(void)
{
    test_case("counts and distances of several bytes");
    size_t size = (size_t)1 << 20;
    char *bytes = malloc(size);
    if (!CHECK(bytes != NULL)) {
        return;
    }
    memset(bytes, 'x', size);
    CHECK(there_and_back(NULL, 0, bytes, size) < 10);
    fill(bytes, size / 2, 0);
    memcpy(bytes + size / 2, bytes, size / 2);
    CHECK(there_and_back(NULL, 0, bytes, size) < size / 2 + 5000);
    free(bytes);
}

static void refusals(void)
{
    static const struct {
        const char *what;
        const char *packed;
        size_t packed_size, size;
    } cases[] = {
        {"nothing, where something is wanted", "", 0, 1},
        {"more bytes as they are than there are",
         "\x30"
         "ab",
         3, 3},
        {"more bytes as they are than are wanted",
         "\x30"
         "abc",
         4, 2},
        {"a copy from before the beginning",
         "\x10"
         "a"
         "\x02",
         3, 5},
        {"a copy from where it stands",
         "\x10"
         "a"
         "\x00",
         3, 5},
        {"a copy of more than is wanted",
         "\x11"
         "a"
         "\x01",
         3, 5},
        {"a copy that does not say from where",
         "\x10"
         "a",
         2, 5},
        {"a count that does not end", "\xf0\xff\xff\xff\xff\xff\xff", 7, 5},
        {"a count that is cut off", "\xf0\xff", 2, 5},
        {"a distance that does not end",
         "\x10"
         "a"
         "\xff\xff\xff\xff\xff\x01",
         8, 5},
        {"a copy announced where all is done",
         "\x11"
         "a",
         2, 1},
        {"bytes behind the end",
         "\x10"
         "a"
         "\x10"
         "b",
         4, 1},
    };
    char back[8];
    test_case("what is no packed text");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        comity_error error = {0};
        comity_status status =
            comity_unpack(NULL, 0, cases[i].packed, cases[i].packed_size, back, cases[i].size, &error);
        if (!CHECK(status == COMITY_ERROR_SYNTAX && error.message[0] != '\0')) {
            fprintf(stderr, "    %s\n", cases[i].what);
        }
    }
}

static void messages(void)
{
    char back[8];
    comity_buffer buffer;
    comity_error error;
    test_case("what is said of it");
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_unpack(NULL, 0, "\x10" "ab", 3, back, 8, &error));
    CHECK_EQ_STR("the packed bytes are wrong in the step at byte 0", error.message);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_unpack(NULL, 0, "", 0, back, 8, &error));
    CHECK_EQ_STR("8 bytes were to be unpacked, but there are 0", error.message);
    comity_buffer_init(&buffer, 100);
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_pack("", (size_t)1 << 30, "", 5, &buffer, &error));
    CHECK_EQ_STR("1073741824 and 5 bytes are more than can be packed", error.message);
    comity_buffer_free(&buffer);
}

static void damage(void)
{
    test_case("changed bytes never lead outside");
    static char bytes[2000];
    char back[2000];
    comity_buffer buffer;
    const uint8_t *packed;
    size_t packed_size = 0;
    fill(bytes, sizeof bytes, 30);
    comity_buffer_init(&buffer, (size_t)1 << 16);
    CHECK_EQ_INT(COMITY_OK, comity_pack("known", 5, bytes, sizeof bytes, &buffer, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_buffer_bytes(&buffer, &packed, &packed_size, NULL));
    uint8_t *copy = malloc(packed_size + 1);
    for (int round = 0; copy != NULL && round < 20000; round++) {
        memcpy(copy, packed, packed_size);
        for (uint32_t changes = 1 + below(3); changes > 0; changes--) {
            copy[below((uint32_t)packed_size)] = (uint8_t)below(256);
        }
        comity_status status = comity_unpack("known", 5, copy, packed_size, back, sizeof back, NULL);
        CHECK(status == COMITY_OK || status == COMITY_ERROR_SYNTAX);
    }
    free(copy);
    comity_buffer_free(&buffer);
}

static void failures(void)
{
    test_case("a buffer that is full says so");
    char room[4];
    comity_buffer buffer;
    const uint8_t *packed;
    size_t packed_size;
    comity_buffer_init_fixed(&buffer, room, sizeof room);
    CHECK_EQ_INT(COMITY_OK, comity_pack(NULL, 0, "abcdefghijkl", 12, &buffer, NULL));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_buffer_bytes(&buffer, &packed, &packed_size, NULL));
}

int main(void)
{
    test_begin("base/pack");
    examples();
    any_bytes();
    long_runs();
    refusals();
    messages();
    damage();
    failures();
    return test_done();
}
