/* How a judgement's words are laid out: headings, items, and lines broken at the width. */
#include "judge/teller.h"

#include <string.h>

void comity_tell(const comity_teller *tell, const char *text)
{
    comity_buffer_append_text(tell->buffer, text);
}

void comity_tell_coloured(const comity_teller *tell, const char *code, const char *text)
{
    comity_tell(tell, tell->style.colour ? code : "");
    comity_tell(tell, text);
    comity_tell(tell, tell->style.colour ? "\033[0m" : "");
}

void comity_tell_heading(const comity_teller *tell, const char *text)
{
    comity_tell(tell, "\n  ");
    comity_tell_coloured(tell, "\033[1m", text);
    comity_tell(tell, "\n");
}

/* Characters, not bytes. */
static unsigned width_of(const char *text, size_t size)
{
    unsigned width = 0;
    for (size_t i = 0; i < size; i++) {
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return width;
}

void comity_tell_wrapped(const comity_teller *tell, const char *text, unsigned indent, unsigned at)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        unsigned width = width_of(text, size);
        if (at > indent && at + 1 + width > tell->style.width) {
            comity_tell(tell, "\n");
            at = 0;
        } else if (at > indent) {
            comity_tell(tell, " ");
            at++;
        }
        for (; at < indent; at++) {
            comity_tell(tell, " ");
        }
        comity_buffer_append(tell->buffer, text, size);
        at += width;
        text += size;
        text += *text == ' ';
    }
    comity_tell(tell, "\n");
}

void comity_tell_bullet(const comity_teller *tell, const char *text)
{
    comity_tell(tell, "    - ");
    comity_tell_wrapped(tell, text, 6, 6);
}

bool comity_tell_words(const comity_teller *tell, comity_buffer *words, unsigned indent, unsigned at)
{
    const uint8_t *bytes;
    size_t size;
    comity_buffer_append_byte(words, 0);
    if (comity_buffer_bytes(words, &bytes, &size, NULL) != COMITY_OK) {
        return false;
    }
    comity_tell_wrapped(tell, (const char *)bytes, indent, at);
    return true;
}

void comity_tell_titled(const comity_teller *tell, const comity_rule_record *rule)
{
    const char *name = comity_teller_text(tell, rule->name);
    comity_tell(tell, "    - ");
    comity_tell_coloured(tell, "\033[36m", name);
    comity_tell(tell, " ");
    comity_tell_wrapped(tell, comity_teller_text(tell, rule->title), 6, 7 + width_of(name, strlen(name)));
}
