/* CRC-32C against the examples of RFC 3720, appendix B.4, and the two ways to
 * work it out against each other. */
#include "test.h"

#include "base/crc32c.h"

static void examples(void)
{
    uint8_t bytes[32];
    test_case("the published examples");
    CHECK_EQ_INT(0, comity_crc32c(NULL, 0));
    CHECK_EQ_INT(0xe3069283, comity_crc32c("123456789", 9));
    memset(bytes, 0, sizeof bytes);
    CHECK_EQ_INT(0x8a9136aa, comity_crc32c(bytes, sizeof bytes));
    memset(bytes, 0xff, sizeof bytes);
    CHECK_EQ_INT(0x62a8ab43, comity_crc32c(bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    CHECK_EQ_INT(0x46dd794e, comity_crc32c(bytes, sizeof bytes));
}

static void both_ways(void)
{
    uint8_t bytes[1100]; /* more than three times the three lanes summed at once */
    test_case("both ways agree at every length and alignment");
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    for (size_t begin = 0; begin < 9; begin++) {
        for (size_t size = 0; size + begin <= sizeof bytes; size++) {
            CHECK_EQ_INT(comity_crc32c_plain(bytes + begin, size), comity_crc32c(bytes + begin, size));
        }
    }
}

int main(void)
{
    test_begin("crc32c");
    examples();
    both_ways();
    return test_done();
}
