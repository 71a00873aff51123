#!/usr/bin/env python3
"""Writes the tables of character sets as C: charset_tables.py OUTPUT

What a byte or two stand for comes from the codecs of Python's standard library,
which follow the mappings of Unicode, WHATWG and GB 18030.
"""
import pathlib
import sys

SINGLE = {
    "iso-8859-2": "iso8859_2", "iso-8859-5": "iso8859_5", "iso-8859-7": "iso8859_7", "iso-8859-9": "iso8859_9",
    "iso-8859-15": "iso8859_15", "windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1252": "cp1252",
    "windows-1253": "cp1253", "windows-1254": "cp1254", "windows-1255": "cp1255", "windows-1256": "cp1256",
    "windows-1257": "cp1257", "windows-1258": "cp1258", "windows-874": "cp874", "koi8-r": "koi8_r",
    "koi8-u": "koi8_u", "ibm866": "cp866",
}
DOUBLE = {"gb18030": "gb18030", "shift-jis": "cp932", "big5": "cp950", "euc-kr": "cp949", "euc-jp": "euc_jp"}


def point(codec, raw):
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return 0
    return ord(text) if len(text) == 1 and ord(text) < 0x10000 else 0


def numbers(values):
    lines = []
    for i in range(0, len(values), 16):
        lines.append("    " + ", ".join(f"0x{value:04X}" for value in values[i:i + 16]) + ",")
    return "\n".join(lines)


def identifier(name):
    return name.replace("-", "_")


out = ['/* Made by charset_tables.py. */', '#include "inspect/forms/charset.h"', ""]
for name, codec in SINGLE.items():
    values = [point(codec, bytes([byte])) for byte in range(0x80, 0x100)]
    out.append(f"static const uint16_t table_{identifier(name)}[128] = {{\n{numbers(values)}\n}};")
for name, codec in DOUBLE.items():
    values = [point(codec, bytes([lead, trail])) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF)]
    singles = [0] + [point(codec, bytes([byte])) for byte in range(0x81, 0x100)]
    out.append(f"static const uint16_t table_{identifier(name)}[126 * 191] = {{\n{numbers(values)}\n}};")
    out.append(f"static const uint16_t single_{identifier(name)}[128] = {{\n{numbers(singles)}\n}};")

ranges = []
expected = None
for code in range(0x80, 0x10000):
    if 0xD800 <= code <= 0xDFFF:
        continue
    raw = chr(code).encode("gb18030")
    if len(raw) != 4:
        continue
    place = (((raw[0] - 0x81) * 10 + raw[1] - 0x30) * 126 + raw[2] - 0x81) * 10 + raw[3] - 0x30
    if expected != (place, code):
        ranges.append((place, code))
    expected = (place + 1, code + 1)
out.append("const comity_charset_range comity_charset_gb18030_ranges[] = {")
out += [f"    {{{place}, {code}}}," for place, code in ranges]
out.append("};")
out.append(f"const size_t comity_charset_gb18030_range_count = {len(ranges)};")

out.append("const comity_charset comity_charset_table[] = {")
for name in SINGLE:
    out.append(f'    {{"{name}", COMITY_CHARSET_SINGLE, table_{identifier(name)}, NULL}},')
for name in DOUBLE:
    kind = "GB18030" if name == "gb18030" else "DOUBLE"
    out.append(f'    {{"{name}", COMITY_CHARSET_{kind}, table_{identifier(name)}, single_{identifier(name)}}},')
out.append("};")
out.append(f"const size_t comity_charset_table_count = {len(SINGLE) + len(DOUBLE)};")
pathlib.Path(sys.argv[1]).write_text("\n".join(out) + "\n", encoding="ascii")
