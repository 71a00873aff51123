#!/usr/bin/env python3
"""Writes files of types as C: embed.py OUTPUT FILE…

They are part of the library, so that a program finds types without a file
beside it, and no set of types can be mixed up with another.
"""
import pathlib
import sys

output = pathlib.Path(sys.argv[1])
paths = sorted(map(pathlib.Path, sys.argv[2:]), key=lambda path: path.name)
lines = ["/* Made from the files in types/. */", '#include "inspect/compile/embedded.h"', ""]
for number, path in enumerate(paths):
    data = path.read_bytes()
    lines.append(f"static const unsigned char file_{number}[] = {{")
    for at in range(0, len(data), 32):
        lines.append("    " + ", ".join(str(byte) for byte in data[at:at + 32]) + ",")
    lines += ["    0", "};", ""]
lines.append("const comity_types_text comity_types_embedded[] = {")
for number, path in enumerate(paths):
    lines.append(f'    {{"types/{path.name}", (const char *)file_{number}, sizeof file_{number} - 1}},')
lines += ["};", "", f"const size_t comity_types_embedded_count = {len(paths)};", ""]
output.write_text("\n".join(lines), encoding="utf-8")
