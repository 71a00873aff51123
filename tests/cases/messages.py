#!/usr/bin/env python3
"""Finds the messages of the product that no test expects.

    messages.py SOURCE_FOLDER [-v]

Every text of two words and more in the source of the base layer, notes, papers,
the record, the ledger, the law compiler, acts, images, the judge, types, scanning, forms, masking, the
public interface, the command, the daemon and the module of nginx is a message, or a part of one (texts with a zero byte are of file formats). Each must stand, its
`%s` filled in, in what some test expects: in the files of tests/cases/, or in a string
of a test's program. Those tests compare whole messages, so what they expect is what is
said. tests/cases/messages.txt names the texts that no test can bring about, each with
the reason.
"""
import ast
import json
import pathlib
import re
import sys

SOURCES = ("src/base/*.c", "src/note/*.c", "src/paper/*.c", "src/record/*.c", "src/ledger/*.c", "src/judge/*.c", "src/law/compile/*.c", "src/law/image_open.c",
           "src/act/*.c", "src/gate/*.c", "src/inspect/*.c", "src/inspect/forms/*.c", "src/inspect/compile/*.c", "src/api/*.c", "src/cli/*.c", "src/serve/*.c", "gates/nginx/*.c")
NO_MESSAGES = ("src/ledger/sql.c", "src/inspect/scan_sql.c")  # statements for databases, and of their dumps
TESTS = ("tests/unit/**/*.c", "tests/fail/*.c", "tests/property/*.c", "tests/system/*.py", "tests/cases/*.py")

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|//[^\n]*|/\*.*?\*/|^[ \t]*#(?:[^\n\\]|\\.|\\\n)*|\w+|\s+|.',
                   re.S | re.M)
SPEC = re.compile(r"%(?:%|[-+ #0]*[0-9*]*(?:\.[0-9*]+)?(?:hh|h|ll|l|z|j|t)?[diouxXscpV])")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'", "0": "\0", "r": "\r"}


def unescape(literal):
    data = re.sub(rb"\\x([0-9A-Fa-f]{2})|\\([0-7]{3})|\\(.)",
                  lambda m: (bytes([int(m[1], 16)]) if m[1] else bytes([int(m[2], 8) & 255]) if m[2]
                             else ESCAPES.get(m[3].decode(), m[3].decode()).encode()),
                  literal[1:-1].encode())
    return data.decode("utf-8", "replace")


def c_strings(text):
    """The string literals of a C source, those that stand together as one, with their lines; not those of assert."""
    run, line, at, asserting = None, 1, 0, False
    for token in TOKEN.findall(text):
        if token.startswith('"'):
            run, at = (unescape(token), line) if run is None else (run + unescape(token), at)
        elif re.match(r"PRI[a-z]\w*$", token) and run is not None:
            run = re.sub(r"%[0-9]*$", "%u", run)
        elif not (token.isspace() or token.startswith(("//", "/*"))):
            if run is not None and not asserting:
                yield run, at
            run = None
            asserting = token in ("assert", "_Static_assert", "static_assert") or (asserting and token != ";")
        line += token.count("\n")


def is_message(text):
    return "\0" not in text and re.search(r"[a-z]{2,}[^a-z]* [^a-z]*[a-z]{2,}", SPEC.sub("", text)) is not None


def is_seen(text, seen):
    """Does it stand there, with something for each `%s`? Looked for on the lines that have its longest part."""
    parts = SPEC.split(text.strip())
    if len(parts) == 1:
        return parts[0] in seen
    longest = max(parts, key=len)
    form = re.compile("[^\n]*?".join(map(re.escape, parts)))
    at = seen.find(longest)
    while at >= 0:
        begin = seen.rfind("\n", 0, at) + 1
        for _ in range(text.strip().count("\n")):
            begin = seen.rfind("\n", 0, max(begin - 1, 0)) + 1
        end = at
        for _ in range(text.strip().count("\n") + 1):
            end = seen.find("\n", end + 1)
            end = len(seen) if end < 0 else end
        if form.search(seen, begin, end):
            return True
        at = seen.find(longest, at + 1)
    return False


def python_strings(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)


def expected(root):
    for path in sorted((root / "tests/cases").rglob("*.txt")):
        if path.name != "messages.txt":
            yield path.read_text(encoding="utf-8")
        if path.name == "words.txt":  # whose lines are broken where the width ends
            yield re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))
    for path in sorted((root / "tests/cases").rglob("*.ndjson")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                yield json.loads(line).get("error", "")
    for glob in TESTS:
        for path in sorted(root.glob(glob)):
            if path.suffix == ".py":
                yield from python_strings(path.read_text(encoding="utf-8"))
            else:
                yield from (text for text, _ in c_strings(path.read_text(encoding="utf-8")))


def exceptions(root):
    """Of messages.txt: a text in a line, then, further in, why no test can bring it about."""
    texts = {}
    text = None
    for line in (root / "tests/cases/messages.txt").read_text(encoding="utf-8").split("\n"):
        if line.startswith("#") or not line:
            continue
        if line.startswith("  "):
            texts[text] = line.strip()
        else:
            text = line
    return texts


def main():
    root = pathlib.Path(sys.argv[1])
    seen = "\n".join(expected(root))
    allowed = exceptions(root)
    passed, missing, used = 0, [], set()
    for glob in SOURCES:
        for path in sorted(root.glob(glob)):
            if str(path.relative_to(root)) in NO_MESSAGES:
                continue
            for text, line in c_strings(path.read_text(encoding="utf-8")):
                if not is_message(text):
                    continue
                key = text.strip().replace("\n", "\\n")
                if is_seen(text, seen):
                    passed += 1
                    if key in allowed:
                        missing.append(f"messages.txt excepts what a test expects: {key}")
                elif allowed.get(key):
                    used.add(key)
                    passed += 1
                else:
                    missing.append(f"{path.relative_to(root)}:{line}: no test expects: {key}")
    missing += [f"messages.txt: no such text, or no reason: {key}" for key in allowed
                if key not in used and not any(key in line for line in missing)]
    print("\n".join(missing) + "\n" if missing else "", end="")
    print(f"messages: {passed} passed, {len(missing)} failed")
    return 1 if missing else 0


sys.exit(main())
