/* Hexadecimal digits. Private to this folder and decode.c. */
#ifndef COMITY_INSPECT_FORMS_HEX_H
#define COMITY_INSPECT_FORMS_HEX_H

#include <stdint.h>

/* The value of a digit; 16 if the byte is none. */
static inline unsigned comity_hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - (unsigned)'0';
    }
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10u : 16u;
}

#endif
