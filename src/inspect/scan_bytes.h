/* Classes of single bytes, for the second stage. */
#ifndef COMITY_INSPECT_SCAN_BYTES_H
#define COMITY_INSPECT_SCAN_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#define COMITY_BYTE_DIGIT 0x01u
#define COMITY_BYTE_LETTER 0x02u
#define COMITY_BYTE_HIGH 0x04u
#define COMITY_BYTE_WORD (COMITY_BYTE_DIGIT | COMITY_BYTE_LETTER | COMITY_BYTE_HIGH)
#define COMITY_BYTE_HEX 0x08u     /* 0-9 a-f A-F */
#define COMITY_BYTE_BLANK 0x10u   /* space and tab */
#define COMITY_BYTE_QUOTE 0x20u   /* " and ' */
#define COMITY_BYTE_TOKEN 0x40u   /* _ - + / = . : ~ */
#define COMITY_BYTE_CONTROL 0x80u /* below space, but tab */

extern const uint8_t comity_scan_byte_classes[256];

static inline uint8_t comity_scan_class(uint8_t byte)
{
    return comity_scan_byte_classes[byte];
}

static inline bool comity_scan_is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static inline bool comity_scan_is_digit(uint8_t byte)
{
    return (uint8_t)(byte - '0') < 10;
}

/* Of a token: letters, digits and any of _ - + / = . : ~ */
static inline bool comity_scan_is_token(uint8_t byte)
{
    return (comity_scan_class(byte) & (COMITY_BYTE_TOKEN | COMITY_BYTE_DIGIT | COMITY_BYTE_LETTER)) != 0;
}

static inline bool comity_scan_is_word(uint8_t byte)
{
    return (comity_scan_class(byte) & COMITY_BYTE_WORD) != 0;
}

/* How many bytes of a digit of full width or of another script begin here; of a space or dash
 * of Unicode. 0 if none does. Read up to 2 bytes behind. */
unsigned comity_scan_foreign_digit(const uint8_t *at);
unsigned comity_scan_foreign_join(const uint8_t *at);

#endif
