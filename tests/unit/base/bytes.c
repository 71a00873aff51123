/* The reader and writer of bytes: what one writes the other reads, and neither leaves its span. */
#include "test.h"

#include "base/bytes.h"

static void there_and_back(void)
{
    test_case("numbers there and back, in the order of the format");
    uint8_t bytes[64] = {0};
    comity_writer writer;
    comity_writer_init(&writer, bytes, sizeof bytes);
    CHECK_EQ_INT(COMITY_OK, comity_writer_u8(&writer, 0x12, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_u16(&writer, 0x1234, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_u32(&writer, 0x12345678, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_u64(&writer, UINT64_C(0x123456789ABCDEF0), NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_i32(&writer, -2, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_i64(&writer, INT64_MIN, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_u16_big(&writer, 0x1234, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_u64_big(&writer, UINT64_C(0x123456789ABCDEF0), NULL));
    static const uint8_t expected[] = {0x12, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 0xF0, 0xDE, 0xBC, 0x9A, 0x78, 0x56,
                                       0x34, 0x12, 0xFE, 0xFF, 0xFF, 0xFF, 0,    0,    0,    0,    0,    0,    0,
                                       0x80, 0x12, 0x34, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0};
    CHECK_EQ_INT(sizeof expected, writer.at);
    CHECK(memcmp(bytes, expected, sizeof expected) == 0);

    comity_reader reader;
    comity_reader_init(&reader, bytes, writer.at);
    uint8_t a = 0;
    uint16_t b = 0;
    uint32_t c = 0;
    uint64_t d = 0;
    int32_t e = 0;
    int64_t f = 0;
    CHECK(comity_reader_u8(&reader, &a, NULL) == COMITY_OK && a == 0x12);
    CHECK(comity_reader_u16(&reader, &b, NULL) == COMITY_OK && b == 0x1234);
    CHECK(comity_reader_u32(&reader, &c, NULL) == COMITY_OK && c == 0x12345678);
    CHECK(comity_reader_u64(&reader, &d, NULL) == COMITY_OK && d == UINT64_C(0x123456789ABCDEF0));
    CHECK(comity_reader_i32(&reader, &e, NULL) == COMITY_OK && e == -2);
    CHECK(comity_reader_i64(&reader, &f, NULL) == COMITY_OK && f == INT64_MIN);
    CHECK(comity_reader_u16_big(&reader, &b, NULL) == COMITY_OK && b == 0x1234);
    CHECK(comity_reader_u64_big(&reader, &d, NULL) == COMITY_OK && d == UINT64_C(0x123456789ABCDEF0));
    CHECK_EQ_INT(COMITY_OK, comity_reader_finish(&reader, NULL));
}

static void reader_ends(void)
{
    test_case("the reader never leaves its span");
    static const uint8_t bytes[3] = {1, 2, 3};
    comity_reader reader;
    comity_error error;
    uint32_t number = 77;
    const uint8_t *span = NULL;
    comity_reader_init(&reader, bytes, sizeof bytes);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_reader_u32(&reader, &number, &error));
    CHECK_EQ_STR("4 bytes expected at byte 0, but the data ends at byte 3", error.message);
    CHECK_EQ_INT(77, number);
    CHECK_EQ_INT(0, reader.at);
    CHECK_EQ_INT(COMITY_OK, comity_reader_span(&reader, 2, &span, NULL));
    CHECK(span == bytes);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_reader_finish(&reader, &error));
    CHECK_EQ_STR("the end expected at byte 2, but 1 byte follows", error.message);
    CHECK_EQ_INT(2, error.offset);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_reader_span(&reader, SIZE_MAX, &span, NULL));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_reader_seek(&reader, 4, &error));
    CHECK_EQ_STR("byte 4 is referred to, but the data ends at byte 3", error.message);
    CHECK_EQ_INT(COMITY_OK, comity_reader_seek(&reader, 3, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_reader_finish(&reader, NULL));
    comity_reader_init(&reader, NULL, 0);
    CHECK_EQ_INT(COMITY_OK, comity_reader_span(&reader, 0, &span, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_reader_finish(&reader, NULL));
}

static void writer_ends(void)
{
    test_case("the writer never leaves its span");
    uint8_t bytes[6] = {9, 9, 9, 9, 9, 9};
    comity_writer writer;
    comity_error error;
    comity_writer_init(&writer, bytes, 5);
    CHECK_EQ_INT(COMITY_OK, comity_writer_u32(&writer, 0, NULL));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_writer_u16(&writer, 0, &error));
    CHECK_EQ_STR("no room for 2 bytes at byte 4 of 5", error.message);
    CHECK_EQ_INT(4, writer.at);
    CHECK_EQ_INT(COMITY_OK, comity_writer_span(&writer, "x", 1, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_span(&writer, NULL, 0, NULL));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_writer_u8(&writer, 0, NULL));
    CHECK_EQ_INT(COMITY_ERROR_LIMIT, comity_writer_seek(&writer, 6, &error));
    CHECK_EQ_STR("byte 6 lies beyond the room of 5 bytes", error.message);
    CHECK_EQ_INT(COMITY_OK, comity_writer_seek(&writer, 0, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_u8(&writer, 1, NULL));
    CHECK(bytes[0] == 1 && bytes[4] == 'x' && bytes[5] == 9);
}

static void aligns(void)
{
    test_case("padding is zero");
    uint8_t bytes[16];
    memset(bytes, 9, sizeof bytes);
    comity_writer writer;
    comity_writer_init(&writer, bytes, sizeof bytes);
    CHECK_EQ_INT(COMITY_OK, comity_writer_align(&writer, 8, NULL));
    CHECK_EQ_INT(0, writer.at);
    CHECK_EQ_INT(COMITY_OK, comity_writer_u8(&writer, 1, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_writer_align(&writer, 8, NULL));
    CHECK_EQ_INT(8, writer.at);
    comity_reader reader;
    comity_error error;
    comity_reader_init(&reader, bytes, 8);
    CHECK_EQ_INT(COMITY_OK, comity_reader_seek(&reader, 1, NULL));
    CHECK_EQ_INT(COMITY_OK, comity_reader_align(&reader, 8, NULL));
    CHECK_EQ_INT(8, reader.at);
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_reader_align(&reader, 16, &error));
    bytes[5] = 3;
    CHECK_EQ_INT(COMITY_OK, comity_reader_seek(&reader, 1, NULL));
    CHECK_EQ_INT(COMITY_ERROR_SYNTAX, comity_reader_align(&reader, 8, &error));
    CHECK_EQ_STR("byte 5 is 3, but padding is zero", error.message);
    CHECK_EQ_INT(5, error.offset);
    CHECK_EQ_INT(1, reader.at);
}

int main(void)
{
    test_begin("base/bytes");
    there_and_back();
    reader_ends();
    writer_ends();
    aligns();
    return test_done();
}
