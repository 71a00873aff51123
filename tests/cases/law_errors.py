#!/usr/bin/env python3
"""Runs the cases of law that is wrong in what it means: its text, and the exact diagnostics.

    law_errors.py COMITY [FILE…]

Files of tests/cases/law-errors/ hold cases of three parts:

    === what the case shows
    law; `@ NAME.law` begins a further file, the first is case.law
    ---
    what the checker says, but for the count of errors at its end

The names of tests/cases/judge/common/ belong to every case, as common/….law.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def read_cases(paths):
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"^=== (.*)\n((?:(?!=== |---\n).*\n)*)---\n((?:(?!=== ).*\n)*)", text, re.M):
            at = f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}"
            yield at, match.group(1), match.group(2), match.group(3).rstrip("\n")


def many(what):
    """Law too long to be written down."""
    if what == "257 purposes":
        return 'taxonomy "Many"\n' + "".join(f'purpose p{i} "purpose {i}"\n' for i in range(253))
    if what == "1,025 alternatives":
        return ('state XA "Examplia"\ninstrument I "Act"\nrule XA.I.1 "One"\n  cite   I "1"\n  when   '
                + "\n      or ".join(f"(people at least {i + 1} and occasional)" for i in range(1025)) + "\n  refuse\n  unverified\n")
    return 'state XA "Examplia"\n' + "".join(f'authority XA.a{i} "Office {i}" may grant paper-{i}\n' for i in range(101))


MANY = (
    ("257 purposes", 2, 'comity: 257 names of the class "purpose" are declared, but at most 256 can be\n'),
    ("1,025 alternatives", 1, "case.law:5:10: error: written out, this condition has more than 1024 alternatives; make two rules of it\n"),
    ("101 errors", 1, "There is more that is wrong; only so much is shown at once.\ncomity: the law has 100 errors and more\n"),
)


def check(comity, text, name):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        shutil.copytree(HERE / "judge" / "common", root / "common")
        for file, content in split(text):
            (root / file).write_text(content, encoding="utf-8")
        return subprocess.run([comity, "law", "check", "."], cwd=folder, capture_output=True, text=True, check=False)


def split(text):
    name, content = "case.law", []
    for row in text.splitlines(keepends=True):
        if row.startswith("@ "):
            if content:
                yield name, "".join(content)
            name, content = row[2:].strip(), []
        else:
            content.append(row)
    yield name, "".join(content)


def main():
    comity = str(pathlib.Path(sys.argv[1]).resolve())
    paths = [pathlib.Path(p) for p in sys.argv[2:]] or sorted((HERE / "law-errors").glob("*.txt"))
    passed = failed = 0
    for at, title, text, expected in read_cases(paths):
        run = check(comity, text, at)
        found = re.sub(r"^\./", "", re.sub(r"comity: the law has \d+ errors?\n$", "", run.stderr), flags=re.M)
        found = found.replace(" at ./", " at ").rstrip("\n")
        if found == expected and run.returncode == (1 if expected else 0) and run.stdout == "":
            passed += 1
        else:
            failed += 1
            print(f"{at}: {title} (exit {run.returncode})\n--- expected\n{expected}\n--- found\n{found}")
    for what, status, told in [] if sys.argv[2:] else MANY:
        run = check(comity, many(what), what)
        if run.returncode == status and told in run.stderr.replace("./", ""):
            passed += 1
        else:
            failed += 1
            print(f"{what}: exit {run.returncode}\n--- expected\n{told}\n--- found\n{run.stderr[:300]} … {run.stderr[-300:]}")
    print(f"law_errors: {passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
