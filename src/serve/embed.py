#!/usr/bin/env python3
"""Writes texts as C, byte by byte: embed.py OUTPUT NAME=FILE…"""
import pathlib
import sys

lines = ["/* Made from the texts in src/serve. */", ""]
for argument in sys.argv[2:]:
    name, path = argument.split("=", 1)
    data = pathlib.Path(path).read_bytes() + b"\0"
    lines += [f"extern const char {name}[];", f"const char {name}[] = {{"]
    for at in range(0, len(data), 20):
        # signed, as char is where this is built
        numbers = (byte - 256 if byte > 127 else byte for byte in data[at:at + 20])
        lines.append("    " + " ".join(f"{number}," for number in numbers))
    lines += ["};", ""]
pathlib.Path(sys.argv[1]).write_text("\n".join(lines), encoding="utf-8")
