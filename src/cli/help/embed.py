#!/usr/bin/env python3
"""Writes the help texts as C: embed.py OUTPUT TEXT…

They are data, not code: their examples name states, and C source names none.
"""
import pathlib
import sys

output = pathlib.Path(sys.argv[1])
lines = ["/* Made from the texts in src/cli/help. */", '#include "cli/command.h"', ""]
for path in map(pathlib.Path, sys.argv[2:]):
    text = path.read_text(encoding="utf-8")
    lines.append(f"const char {path.stem}_help[] =")
    for line in text.splitlines():
        escaped = line.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'    "{escaped}\\n"')
    lines[-1] += ";"
    lines.append("")
output.write_text("\n".join(lines), encoding="utf-8")
