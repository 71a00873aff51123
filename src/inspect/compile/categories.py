#!/usr/bin/env python3
"""Writes the tree of categories as C: categories.py OUTPUT TAXONOMY

A policy speaks of categories; which belong to which, the law's taxonomy says.
"""
import pathlib
import re
import sys

output, taxonomy = map(pathlib.Path, sys.argv[1:])
lines = ["/* Made from law/taxonomy.law. */", '#include "inspect/category.h"', "",
         "const comity_category_link comity_category_links[] = {"]
count = 0
for line in taxonomy.read_text(encoding="utf-8").split("\n"):
    match = re.match(r"category ([a-z0-9-]+)(?: of ([a-z0-9-]+))?", line)
    if match:
        count += 1
        lines.append(f'    {{"{match[1]}", {f"{chr(34)}{match[2]}{chr(34)}" if match[2] else "NULL"}}},')
lines += ["};", "", f"const size_t comity_category_link_count = {count};", ""]
output.write_text("\n".join(lines), encoding="utf-8")
