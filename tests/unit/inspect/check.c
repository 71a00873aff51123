/* Check digits and codes against examples that those who publish them print, and
 * against what a check must do: take one last character of all, or notice a change. */
#include "test.h"

#include "inspect/check_codes.h"
#include "inspect/check_digits.h"

#include <string.h>

static const char bitcoin[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static bool verhoeff(const uint8_t *bytes, size_t size)
{
    return comity_check_verhoeff(bytes, size);
}

static bool damm(const uint8_t *bytes, size_t size)
{
    return comity_check_damm(bytes, size);
}

static bool luhn(const uint8_t *bytes, size_t size)
{
    return comity_check_luhn(bytes, size, NULL, 0);
}

static bool luhn_expanded(const uint8_t *bytes, size_t size)
{
    return comity_check_luhn_expanded(bytes, size);
}

static bool mod_11_2(const uint8_t *bytes, size_t size)
{
    return comity_check_pure(bytes, size, 11, 2);
}

static bool mod_37_2(const uint8_t *bytes, size_t size)
{
    return comity_check_pure(bytes, size, 37, 2);
}

static bool mod_97_10(const uint8_t *bytes, size_t size)
{
    return comity_check_remainder(bytes, size, 97, 0) == 1;
}

static bool mod_11_10(const uint8_t *bytes, size_t size)
{
    return comity_check_hybrid(bytes, size, 10);
}

static bool mod_37_36(const uint8_t *bytes, size_t size)
{
    return comity_check_hybrid(bytes, size, 36);
}

static bool base58(const uint8_t *bytes, size_t size)
{
    return comity_check_base58(bytes, size, (const uint8_t *)bitcoin);
}

typedef struct example {
    const char *name;
    bool (*holds)(const uint8_t *bytes, size_t size);
    const char *text;
    bool expected;
} example;

static const example examples[] = {
    {"Luhn", luhn, "79927398713", true},
    {"Luhn", luhn, "79927398710", false},
    {"Luhn", luhn, "0", true},
    {"Luhn", luhn, "", false},
    {"Luhn", luhn, "7992739871X", false},
    {"Luhn, expanded", luhn_expanded, "US0378331005", true},
    {"Luhn, expanded", luhn_expanded, "US0378331006", false},
    {"Luhn, expanded", luhn_expanded, "AU0000XVGZA3", true},
    {"Verhoeff", verhoeff, "2363", true},
    {"Verhoeff", verhoeff, "2364", false},
    {"Verhoeff", verhoeff, "123451", true},
    {"Verhoeff", verhoeff, "84736430954837284567892", true},
    {"Verhoeff", verhoeff, "", false},
    {"Verhoeff", verhoeff, "23A3", false},
    {"Damm", damm, "5724", true},
    {"Damm", damm, "5725", false},
    {"Damm", damm, "43881234567", false},
    {"MOD 11-2", mod_11_2, "0794", false},
    {"MOD 11-2", mod_11_2, "07940", true},
    {"MOD 11-2", mod_11_2, "079X", true},
    {"MOD 11-2", mod_11_2, "11010519491231002X", true},
    {"MOD 37-2", mod_37_2, "G123489654321Z", false},
    {"MOD 37-2", mod_37_2, "G123489654321Y", true},
    {"MOD 97-10", mod_97_10, "79444", true},
    {"MOD 97-10", mod_97_10, "794", false},
    {"MOD 97-10", mod_97_10, "79445", false},
    {"MOD 97-10", mod_97_10, "9999123456789012141490", true},
    {"MOD 11,10", mod_11_10, "794623", true},
    {"MOD 11,10", mod_11_10, "794624", false},
    {"MOD 37,36", mod_37_36, "A12425GABC1234002M", true},
    {"MOD 37,36", mod_37_36, "A12425GABC1234002N", false},
    {"base58", base58, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", true},
    {"base58", base58, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", false},
    {"base58", base58, "1111111111111111111114oLvT2", true},
    {"base58", base58, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN0", false},
    {"base58", base58, "1", false},
    {"bech32", comity_check_bech32, "A12UEL5L", true},
    {"bech32", comity_check_bech32, "a12uel5l", true},
    {"bech32", comity_check_bech32, "A12uEL5L", false},
    {"bech32", comity_check_bech32, "A1LQFN3A", true},
    {"bech32", comity_check_bech32, "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", true},
    {"bech32", comity_check_bech32, "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3x", false},
    {"bech32", comity_check_bech32, "10a06t8", false},
    {"bech32", comity_check_bech32, "pzry9x0s0muk", false},
    {"EIP-55", comity_check_eip55, "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", true},
    {"EIP-55", comity_check_eip55, "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", true},
    {"EIP-55", comity_check_eip55, "52908400098527886E0F7030069857D2E4169EE7", true},
    {"EIP-55", comity_check_eip55, "5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", false},
    {"EIP-55", comity_check_eip55, "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", false},
    {"IPv6", comity_check_ipv6, "2001:db8::1", true},
    {"IPv6", comity_check_ipv6, "::", true},
    {"IPv6", comity_check_ipv6, "::ffff:192.0.2.1", true},
    {"IPv6", comity_check_ipv6, "1:2:3:4:5:6:7:8", true},
    {"IPv6", comity_check_ipv6, "1:2:3:4:5:6:7", false},
    {"IPv6", comity_check_ipv6, "1:2:3:4:5:6:7:8:9", false},
    {"IPv6", comity_check_ipv6, "1::2::3", false},
    {"IPv6", comity_check_ipv6, "12345::", false},
    {"IPv6", comity_check_ipv6, "::1.2.3.256", false},
    {"IPv6", comity_check_ipv6, ":1", false},
    {"IPv6", comity_check_ipv6, "1:", false},
    {"host", comity_check_host, "example.org", true},
    {"host", comity_check_host, "a-b.example", true},
    {"host", comity_check_host, "m\xC3\xBCller.example", true},
    {"host", comity_check_host, "localhost", false},
    {"host", comity_check_host, "-a.org", false},
    {"host", comity_check_host, "a..org", false},
    {"host", comity_check_host, "10.0.0.1", false},
};

static void published(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const example *one = &examples[i];
        test_case(one->name);
        if (one->holds((const uint8_t *)one->text, strlen(one->text)) != one->expected) {
            test_fail(__FILE__, __LINE__, one->text);
        }
    }
}

/* Of all last digits exactly one is right. */
static void one_of_ten(void)
{
    static bool (*const schemes[])(const uint8_t *, size_t) = {luhn, verhoeff, damm, mod_11_10};
    test_case("exactly one last digit is right");
    uint32_t random = 7;
    for (int round = 0; round < 4000; round++) {
        uint8_t text[24];
        size_t size = 2 + (size_t)round % 20;
        for (size_t i = 0; i + 1 < size; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = (uint8_t)('0' + (random >> 16) % 10);
        }
        for (size_t scheme = 0; scheme < 4; scheme++) {
            int right = 0;
            for (uint8_t last = '0'; last <= '9'; last++) {
                text[size - 1] = last;
                right += schemes[scheme](text, size);
            }
            CHECK_EQ_INT(1, right);
        }
    }
}

/* Verhoeff and Damm notice every digit changed and every pair of neighbours swapped. */
static void changes_are_noticed(void)
{
    static bool (*const schemes[])(const uint8_t *, size_t) = {verhoeff, damm};
    test_case("every change of a digit and every swap is noticed");
    uint32_t random = 11;
    for (int round = 0; round < 2000; round++) {
        uint8_t text[12];
        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = (uint8_t)('0' + (random >> 16) % 10);
        }
        for (size_t scheme = 0; scheme < 2; scheme++) {
            for (text[11] = '0'; !schemes[scheme](text, 12); text[11]++) {
            }
            size_t at = (random >> 8) % 11;
            uint8_t kept = text[at];
            text[at] = (uint8_t)('0' + ((unsigned)(kept - '0') + 1 + (random >> 4) % 9) % 10);
            CHECK(!schemes[scheme](text, 12));
            text[at] = text[at + 1];
            text[at + 1] = kept;
            uint8_t swapped[12];
            memcpy(swapped, text, sizeof swapped);
            swapped[at] = text[at + 1];
            swapped[at + 1] = text[at];
            if (schemes[scheme](text, 12) && swapped[at] != swapped[at + 1]) {
                CHECK(!schemes[scheme](swapped, 12));
            }
        }
    }
}

static void codes(void)
{
    test_case("entropy");
    CHECK_EQ_INT(0, comity_check_entropy((const uint8_t *)"", 0));
    CHECK_EQ_INT(0, comity_check_entropy((const uint8_t *)"aaaa", 4));
    CHECK_EQ_INT(100, comity_check_entropy((const uint8_t *)"abab", 4));
    CHECK_EQ_INT(200, comity_check_entropy((const uint8_t *)"abcd", 4));
    CHECK_EQ_INT(300, comity_check_entropy((const uint8_t *)"abcdefgh", 8));
    CHECK(comity_check_entropy((const uint8_t *)"aab", 3) == 91);
    test_case("CRC-32");
    CHECK(comity_check_crc32((const uint8_t *)"123456789", 9) == 0xCBF43926u);
    CHECK(comity_check_crc32((const uint8_t *)"", 0) == 0);
    test_case("Luhn in other alphabets");
    CHECK(comity_check_luhn((const uint8_t *)"AF0123450ABCDEC", 15, (const uint8_t *)"0123456789ABCDEF", 16));
    CHECK(!comity_check_luhn((const uint8_t *)"AF0123450ABCDED", 15, (const uint8_t *)"0123456789ABCDEF", 16));
    test_case("what is left of a long number");
    CHECK_EQ_INT(3, comity_check_remainder((const uint8_t *)"100", 3, 97, 0));
    CHECK_EQ_INT(10, comity_check_remainder((const uint8_t *)"A", 1, 97, 0));
    CHECK_EQ_INT(1, comity_check_remainder((const uint8_t *)"3214282912345698765432161182", 28, 97, 0));
}

int main(void)
{
    test_begin("inspect/check");
    published();
    one_of_ten();
    changes_are_noticed();
    codes();
    return test_done();
}
