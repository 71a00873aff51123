#!/usr/bin/env python3
"""Runs the examples of the documents and compares what they print.

    docs.py BUILD_DIR FILE.md...

An example is a block marked ```console: lines `$ command`, each followed by
what it prints, standard error included. A command that ends in a backslash goes
on in the next line. A line that is `…` alone stands for any number of lines.

The examples of one document run in order in one new folder, in which examples/,
law/ and include/ are those of the source and the command is that of BUILD_DIR.

Blocks marked ```law are, together, the law file XA.law: with the taxonomy of the
world it must hold, and be laid out as `comity law fmt` does.

A block marked ```c is program.c: compiled by the command that stands behind it (`cc …`), with
build/ as it was built, it must run, permit or not, and say something.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ANY = "…"
TIMEOUT_S = 120


def examples(path):
    """Yields (line number, command, expected lines)."""
    inside = False
    command = None
    expected = []
    start = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not inside:
            inside = line.strip() == "```console"
            continue
        closing = line.strip() == "```"
        if closing or line.startswith("$ "):
            if command is not None:
                yield start, command, expected
            inside = not closing
            command, expected, start = (None, [], 0) if closing else (line[2:], [], number)
        elif command is None:
            raise SystemExit(f"{path}:{number}: an example begins with `$ command`")
        elif command.endswith("\\") and not expected:
            command = command[:-1] + line.removeprefix("> ")
        else:
            expected.append(line)
    if inside:
        raise SystemExit(f"{path}: an example without end")


def law_of(path):
    """The blocks marked ```law, as one text; None if there is none."""
    blocks = re.findall(r"^```law\n(.*?)^```$", path.read_text(encoding="utf-8"), re.M | re.S)
    return "\n".join(blocks) if blocks else None


def check_law(text, folder, environment):
    """What the checker and the formatter say of it: nothing, when all is well."""
    path = pathlib.Path(folder) / "XA.law"
    path.write_text(text, encoding="utf-8")
    others = pathlib.Path(folder) / "others.law"
    others.write_text('taxonomy "Others"\nplace XB "Bexar"\nplace XC "Cexar"\n', encoding="utf-8")
    return run("comity law check law/taxonomy.law others.law XA.law; comity law fmt --check XA.law", folder, environment)


def programs_of(path):
    """Yields (line number, program, command) of the blocks marked ```c."""
    text = path.read_text(encoding="utf-8")
    for found in re.finditer(r"^```c\n(.*?)^```\n.*?`(cc [^`]*)`", text, re.M | re.S):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[2]


def check_program(program, command, folder, environment):
    """What is wrong with a program: nothing, when all is well."""
    (pathlib.Path(folder) / "program.c").write_text(program, encoding="utf-8")
    (pathlib.Path(folder) / "build").symlink_to(environment["COMITY_BUILD"])
    compiled = run(f"{command} -Wall -Wextra -Werror -o program || echo not compiled", folder, environment)
    said = compiled or run("./program; echo status $?", folder, environment)
    return [] if not compiled and len(said) > 1 and said[-1] in ("status 0", "status 1") else said


def matches(expected, printed):
    """Whether the lines agree, `…` standing for any number of lines."""
    pattern = "".join("(?:.*\n)*" if line == ANY else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def run(command, folder, environment):
    try:
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return [f"(no end after {TIMEOUT_S} s)"]
    text = done.stdout.decode("utf-8", errors="replace")
    return text.removesuffix("\n").split("\n") if text else []


def main(arguments):
    build = pathlib.Path(arguments[0]).resolve()
    passed = failed = 0
    for name in arguments[1:]:
        path = pathlib.Path(name).resolve()
        folder = tempfile.mkdtemp(prefix="comity-docs-")
        for shared in ("examples", "law", "include"):
            shutil.copytree(ROOT / shared, pathlib.Path(folder) / shared)
        environment = {
            "PATH": f"{build}:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": folder,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "NO_COLOR": "1",
            "COMITY_BUILD": str(build),
            "LD_LIBRARY_PATH": str(build),
        }
        law = law_of(path)
        told = [] if law is None else check_law(law, folder, environment)
        passed += law is not None and not told
        if told:
            failed += 1
            print(f"{name}: its law:", *told, sep="\n    ")
        for number, program, command in programs_of(path):
            said = check_program(program, command, folder, environment)
            passed += not said
            if said:
                failed += 1
                print(f"{name}:{number}: {command}", *said, sep="\n    ")
        for number, command, expected in examples(path):
            printed = run(command, folder, environment)
            if matches(expected, printed):
                passed += 1
                continue
            failed += 1
            print(f"{name}:{number}: $ {command}")
            print("  expected:", *expected, sep="\n    ")
            print("  printed:", *printed, sep="\n    ")
        shutil.rmtree(folder)
    print(f"docs: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
