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


STATE = 'state XA "Examplia"\n'
RULE = 'instrument I "Act"\nrule XA.I.1 "One"\n  cite   I "1"\n  when   {}\n  refuse\n  unverified\n'


def groups(numbers):
    """A group for each number, each in the one before it; the last holds a place."""
    below = list(numbers[1:]) + [None]
    return STATE + "".join(f'group XA.g{i} "Group {i}"\n  members ' + ("XB" if j is None else f"XA.g{j}, XA.g{j}") + "\n"
                           for i, j in zip(numbers, below))


def declared(text):
    """The same groups, the last first."""
    rows = text.splitlines()
    return rows[:1] + [row for i in range(len(rows) - 2, 0, -2) for row in rows[i:i + 2]] + [""]


def definitions(count, other):
    return STATE + "".join(f"define XA.d{i} = {'occasional' if i + 1 == count else other.format(i + 1)}\n"
                           for i in range(count)) + RULE.format("XA.d0")


def lifting(numbers):
    """Rules each of which lifts the one after it; their names rise."""
    names = [f"XA.I.{i + 11}" for i in numbers]
    return STATE + 'instrument I "Act"\n' + "".join(
        f'rule {name} "Rule"\n  cite   I "1"\n  {"refuse" if after is None else "lifts  " + after}\n  unverified\n\n'
        for name, after in zip(names, names[1:] + [None]))


# Law too long to be written down: what it shows, its text, the status, and what is said.
MANY = (
    ("257 purposes", 'taxonomy "Many"\n' + "".join(f'purpose p{i} "purpose {i}"\n' for i in range(253)),
     2, 'comity: 257 names of the class "purpose" are declared, but at most 256 can be\n'),
    ("256 purposes", 'taxonomy "Many"\n' + "".join(f'purpose p{i} "purpose {i}"\n' for i in range(252)), 0, ""),
    ("1,024 alternatives", STATE + RULE.format("\n      or ".join(f"(people at least {i + 1} and occasional)" for i in range(1024))),
     0, ""),
    ("1,025 alternatives", STATE + RULE.format("\n      or ".join(f"(people at least {i + 1} and occasional)" for i in range(1025))),
     1, "case.law:5:10: error: written out, this condition has more than 1024 alternatives; make two rules of it\n"),
    ("1,024 parts", STATE + RULE.format("\n     and ".join(f"people at least {i + 1}" for i in range(1024))), 0, ""),
    ("1,025 parts", STATE + RULE.format("\n     and ".join(f"people at least {i + 1}" for i in range(1025))),
     1, "case.law:5:10: error: this condition has more than 1024 parts that must hold together\n"),
    ("a list of 1,024", STATE + "define XA.a = importer in XB" + ", XB" * 1023 + "\n", 0, ""),
    ("a list of 1,025", STATE + "define XA.a = importer in XB" + ", XB" * 1024 + "\n",
     1, "case.law:2:4123: error: a list has at most 1024 items\n"),
    ("32 groups in one another", groups(range(32)), 0, ""),
    ("33 groups in one another", groups(range(33)),
     1, 'case.law:2:7: error: "XA.g0" has members of members, more than 32 deep\n'),
    ("33 groups in one another, the innermost declared first", "\n".join(declared(groups(range(33)))),
     1, 'case.law:66:7: error: "XA.g0" has members of members, more than 32 deep\n'),
    ("members of members without number", groups(range(31)) + RULE.format("importer in XA.g0"),
     2, 'comity: members of members, down to "XA.g30", are more than 1000000\n'),
    ("32 definitions in one another", definitions(32, "XA.d{}"), 0, ""),
    ("33 definitions in one another", definitions(33, "XA.d{}"),
     1, "case.law:33:17: error: definitions stand in one another more than 32 deep\n"),
    ("definitions of definitions without number", definitions(31, "XA.d{0} and not XA.d{0}"),
     2, "comity: conditions go into more than 1000000 definitions, those within definitions included\n"),
    ("32 rules that lift one another", lifting(range(32)), 0, ""),
    ("33 rules that lift one another", lifting(range(33)),
     1, 'case.law:163:6: error: rules that lift "XA.I.43" lift one another more than 32 deep\n'),
    ("33 rules that lift one another, the last first", lifting(range(32, -1, -1)),
     1, 'case.law:163:6: error: rules that lift "XA.I.11" lift one another more than 32 deep\n'),
    ("100 errors", STATE + "".join(f'authority XA.a{i} "Office {i}" may grant paper-{i}\n' for i in range(100)),
     1, "comity: the law has 100 errors\n"),
    ("101 errors", STATE + "".join(f'authority XA.a{i} "Office {i}" may grant paper-{i}\n' for i in range(101)),
     1, "There is more that is wrong; only so much is shown at once.\ncomity: the law has 100 errors and more\n"),
)


def check(comity, text):
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
        run = check(comity, text)
        found = re.sub(r"^\./", "", re.sub(r"comity: the law has \d+ errors?\n$", "", run.stderr), flags=re.M)
        found = found.replace(" at ./", " at ").rstrip("\n")
        if found == expected and run.returncode == (1 if expected else 0) and run.stdout == "":
            passed += 1
        else:
            failed += 1
            print(f"{at}: {title} (exit {run.returncode})\n--- expected\n{expected}\n--- found\n{found}")
    for what, text, status, told in [] if sys.argv[2:] else MANY:
        run = check(comity, text)
        if run.returncode == status and told in run.stderr.replace("./", ""):
            passed += 1
        else:
            failed += 1
            print(f"{what}: exit {run.returncode}\n--- expected\n{told}\n--- found\n{run.stderr[:300]} … {run.stderr[-300:]}")
    print(f"law_errors: {passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
