/* SHA-256 against the examples of FIPS 180-4 and NIST's long message. */
#include "test.h"

#include "base/sha256.h"

static void check_text(const char *text, const char *expected)
{
    uint8_t digest[COMITY_SHA256_SIZE];
    char printed[COMITY_SHA256_TEXT_SIZE];
    comity_sha256(text, strlen(text), digest);
    comity_sha256_print(digest, printed);
    CHECK_EQ_STR(expected, printed);
}

static void examples(void)
{
    test_case("the published examples");
    check_text("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_text("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void million(void)
{
    test_case("a million letters, in pieces of every size");
    char text[997];
    memset(text, 'a', sizeof text);
    comity_sha256_state state;
    comity_sha256_begin(&state);
    size_t left = 1000000;
    for (size_t piece = 0; left > 0; piece++) {
        size_t size = piece % sizeof text;
        size = size < left ? size : left;
        comity_sha256_add(&state, size == 0 ? NULL : text, size);
        left -= size;
    }
    uint8_t digest[COMITY_SHA256_SIZE];
    char printed[COMITY_SHA256_TEXT_SIZE];
    comity_sha256_end(&state, digest);
    comity_sha256_print(digest, printed);
    CHECK_EQ_STR("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", printed);
}

static void branches(void)
{
    test_case("a copied state goes its own way");
    comity_sha256_state left;
    comity_sha256_begin(&left);
    comity_sha256_add(&left, "ab", 2);
    comity_sha256_state right = left;
    comity_sha256_add(&left, "c", 1);
    comity_sha256_add(&right, "x", 1);
    uint8_t digests[3][COMITY_SHA256_SIZE];
    comity_sha256_end(&left, digests[0]);
    comity_sha256_end(&right, digests[1]);
    comity_sha256("abc", 3, digests[2]);
    CHECK(memcmp(digests[0], digests[2], COMITY_SHA256_SIZE) == 0);
    CHECK(memcmp(digests[1], digests[2], COMITY_SHA256_SIZE) != 0);
}

static void each(void)
{
    test_case("many short ones, of every size and count");
    uint8_t bytes[7 * COMITY_SHA256_EACH_MAX];
    uint8_t digests[7 * COMITY_SHA256_SIZE];
    uint8_t whole[COMITY_SHA256_EACH_MAX];
    uint8_t digest[COMITY_SHA256_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 2654435761u >> 11);
    }
    for (size_t prefix_size = 0; prefix_size < 4; prefix_size++) {
        for (size_t size = 0; prefix_size + size <= COMITY_SHA256_EACH_MAX; size++) {
            size_t count = (size + prefix_size) % 8;
            comity_sha256_each((const uint8_t *)"\1\2\3", prefix_size, bytes, size, count, digests);
            for (size_t i = 0; i < count; i++) {
                memcpy(whole, "\1\2\3", prefix_size);
                memcpy(whole + prefix_size, bytes + i * size, size);
                comity_sha256(whole, prefix_size + size, digest);
                CHECK(memcmp(digest, digests + i * COMITY_SHA256_SIZE, sizeof digest) == 0);
            }
        }
    }
}

/* The block, and behind it the bytes, at once. */
static void alone(const comity_sha256_input *input, uint8_t digest[COMITY_SHA256_SIZE])
{
    comity_sha256_state state;
    comity_sha256_begin(&state);
    comity_sha256_add(&state, input->block, 64);
    comity_sha256_add(&state, input->bytes, input->size);
    comity_sha256_end(&state, digest);
}

/* Inputs as `sizes` says, all at once, beside each by itself. */
static bool same_as_alone(const size_t *sizes, size_t count)
{
    enum { MOST = 40, LARGEST = 20011 };
    static uint8_t bytes[LARGEST + 64 + MOST];
    comity_sha256_input inputs[MOST] = {{NULL, NULL, 0}};
    uint8_t digests[MOST][COMITY_SHA256_SIZE];
    uint8_t digest[COMITY_SHA256_SIZE];
    bool same = true;
    for (size_t i = 0; bytes[1] == 0 && i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 2654435761u >> 13 | 1);
    }
    for (size_t i = 0; i < count; i++) {
        inputs[i] = (comity_sha256_input){.block = bytes + i, .bytes = sizes[i] == 0 ? NULL : bytes + i + 7, .size = sizes[i]};
    }
    comity_sha256_many(inputs, count, digests);
    for (size_t i = 0; i < count; i++) {
        alone(&inputs[i], digest);
        same = same && memcmp(digest, digests[i], sizeof digest) == 0;
    }
    return same;
}

static void many(void)
{
    size_t sizes[40];
    test_case("two at once, of every two sizes, and of large ones");
    static const size_t larger[] = {1000, 5621, 5622, 8192, 20011};
    for (size_t i = 0; i < 200; i++) {
        for (size_t j = 0; j < 200 + sizeof larger / sizeof larger[0]; j++) {
            const size_t two[] = {i, j < 200 ? j : larger[j - 200]};
            const size_t other_way_round[] = {two[1], two[0]};
            CHECK(same_as_alone(two, 2) && same_as_alone(other_way_round, 2));
        }
    }
    test_case("any number at once: all of a size, one of another, each of its own");
    for (size_t count = 0; count <= 40; count++) {
        for (size_t size = 0; size < 300; size += 1 + size / 3) {
            for (size_t i = 0; i < count; i++) {
                sizes[i] = 5000 + size;
            }
            CHECK(same_as_alone(sizes, count));
            sizes[size % 40] = size;
            CHECK(same_as_alone(sizes, count));
            for (size_t i = 0; i < count; i++) {
                sizes[i] = i * 7919 * (size + 1) % 9001;
            }
            CHECK(same_as_alone(sizes, count));
        }
    }
}

int main(void)
{
    test_begin("base/sha256");
    examples();
    million();
    branches();
    each();
    many();
    return test_done();
}
