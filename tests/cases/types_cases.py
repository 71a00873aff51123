#!/usr/bin/env python3
"""Runs the cases of types, each against the C and against the second reading in tests/oracle/identifiers.py.

    types_cases.py TYPES-JUDGE [TESTDATA]

  types/published.tsv   numbers that standards and authorities print as examples, and near ones that are none
  types/values.tsv      values made by the generator of the second reading: `identifiers.py values`, valid and invalid
  types/formats.tsv     identifiers.tsv of the test data: which type claims which format, which does not and why
  types/errors.txt      files of types that are wrong, and the exact error
  and fresh random values, valid and spoilt, on which both readings must agree.
"""
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FRESH_SECONDS = 20


def load_oracle():
    spec = importlib.util.spec_from_file_location("types_oracle", ROOT / "tests" / "oracle" / "identifiers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, good, what):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(what, file=sys.stderr)


def rows(path):
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            yield line.split("\t")


def judge(program, pairs):
    """What the C says of (type, text) pairs."""
    text = "".join(f"{name}\t{json.dumps(value)}\n" for name, value in pairs)
    run = subprocess.run([program, "judge"], input=text, capture_output=True, text=True, check=True)
    return [int(answer) for answer in run.stdout.split()]


def check_cases(program, oracle, types, tally, name):
    cases = [(row[0], json.loads(row[1]), row[2] == "valid") for row in rows(HERE / "types" / name)]
    answers = judge(program, [case[:2] for case in cases])
    for (kind, text, valid), answer in zip(cases, answers):
        second = types[kind].accepts(text)
        tally.check(answer == valid and second == valid,
                    f"{name}: {kind} {json.dumps(text)} should be {valid}; C says {answer}, the second reading {second}")
    return {case[0] for case in cases}


def check_formats(program, types, tally, testdata):
    """Every row whose format a type claims is judged right, but for as many as the table admits."""
    claims = {row[0]: row for row in rows(HERE / "types" / "formats.tsv")}
    path = pathlib.Path(testdata or "none") / "identifiers.tsv"
    if not path.exists():
        tally.skipped += 1
        print(f"types/formats.tsv: skipped: no identifiers.tsv in {testdata}", file=sys.stderr)
        return
    wrong, judged, unclaimed = {}, 0, 0
    ibans = [name for name in types if name.endswith(".iban")]
    data = [(row[0], json.loads(row[1]), row[2] == "valid") for row in rows(path)]
    pairs = [(number, name) for number, (form, _, _) in enumerate(data)
             for name in (ibans if claims[form][1] == "iban" else claims[form][1].split())]
    answers = judge(program, [(name, data[number][1]) for number, name in pairs])
    taken = [0] * len(data)
    for (number, _), answer in zip(pairs, answers):
        taken[number] |= answer
    for (form, text, valid), answer in zip(data, taken):
        if not claims[form][1]:
            unclaimed += 1
        else:
            judged += 1
            if answer != valid:
                wrong.setdefault(form, []).append(text)
    for form, row in claims.items():
        admitted = int(row[2].split()[0]) if row[1] and len(row) > 2 and row[2] else 0
        tally.check(len(wrong.get(form, [])) <= admitted,
                    f"identifiers.tsv: {form}: {len(wrong.get(form, []))} wrong, {admitted} admitted: {wrong.get(form, [])[:8]}")
    print(f"identifiers.tsv: {judged} of claimed formats judged, {sum(map(len, wrong.values()))} otherwise than there "
          f"(formats.tsv says why), {unclaimed} of formats not claimed", file=sys.stderr)


def whole(number, shape="9{9}"):
    return f'type xa.n{number} "N"\n  category name\n  shape    {shape}\n  odds     1\n  source   "S"\n'


# Files too large to be written down: what is in them, and the exact error.
LARGE = [
    ("no UTF-8", b"type \xff", "case.types: byte 0xFF found at byte 5, but UTF-8 text expected"),
    ("a zero", b"type\0", "case.types: byte 0x00 found at byte 4, but UTF-8 text expected"),
    ("more bytes than a file has", b"#" * 8388609, "case.types: 8388609 bytes found, but at most 8388608 expected"),
    ("more steps than a type takes", f'type xa.n "N"\n  shape    9\n  check    {" + ".join("1" * 1025)}\n',
     'case.types:4:1: the text ends, but the end of a type\'s conditions, which take at most 2048 steps, is expected'),
    ("as many shapes as a type has", whole(1, "9") + 'type xa.n "N"\n  category name\n' + "  shape    9\n" * 64 + '  odds     1\n  source   "S"\n', ""),
    ("one more", 'type xa.n "N"\n' + "  shape    9\n" * 65,
     "case.types:66:13: the line ends, but a type of at most 64 shapes is expected"),
    ("as many texts as shapes have", whole(1, "/".join(['"AB"'] * 65535)), ""),
    ("one more, in one shape", whole(1, "/".join(['"AB"'] * 65536)), "more than 65535 texts in shapes found"),
    ("one more, in another", whole(1, "/".join(['"AB"'] * 65535)) + whole(2, '"A"'), "more than 65535 texts in shapes found"),
    ("as many types as there can be", "".join(map(whole, range(20000))), ""),
    ("one more", "".join(map(whole, range(20001))),
     "case.types:100001:6: xa.n20000 is one type, or has one form, too many: at most 20000 of each can be"),
]


def check_large(program, tally):
    for name, text, expected in LARGE:
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "case.types").write_bytes(text if isinstance(text, bytes) else text.encode())
            run = subprocess.run([program, "check", "case.types"], cwd=folder, capture_output=True, text=True, check=False)
        tally.check(run.stdout.strip("\n") == expected and run.returncode == (1 if expected else 0),
                    f"large: {name}\n--- expected\n{expected}\n--- found\n{run.stdout}{run.stderr}")


def check_errors(program, tally):
    text = (HERE / "types" / "errors.txt").read_text(encoding="utf-8")
    for match in re.finditer(r"^=== (.*)\n((?:(?!=== |---\n).*\n)*)---\n((?:(?!=== ).*\n?)*)", text, re.M):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "case.types").write_text(match.group(2), encoding="utf-8")
            run = subprocess.run([program, "check", "case.types"], cwd=folder, capture_output=True, text=True, check=False)
        expected = match.group(3).strip("\n")
        tally.check(run.stdout.strip("\n") == expected and run.returncode == (1 if expected else 0),
                    f"errors.txt: {match.group(1)}\n--- expected\n{expected}\n--- found\n{run.stdout}{run.stderr}")


NEW = '''type xa.old "Old"
  category name
  shape    9{9}
  odds     77
  source   "S"

type xa.new "New"
  category name
  shape    [1-9]9{8}
  check    digit(9) = sum(1..8 by 3 1) mod 10
  source   "S"
'''


def check_adding(tally):
    """What docs/types.md tells who adds a type: odds and cases of that type, and nothing else is changed."""
    tool = [sys.executable, ROOT / "tests" / "oracle" / "identifiers.py"]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "case.types")
        path.write_text(NEW, encoding="utf-8")
        subprocess.run([*tool, "odds", "--write", path], check=True)
        written = path.read_text(encoding="utf-8")
        tally.check(written == NEW.replace('mod 10\n  source', 'mod 10\n  odds     3\n  source'), f"odds --write: {written}")
        made = subprocess.run([*tool, "cases", "xa.new", path], check=True, capture_output=True, text=True).stdout
        tally.check(re.fullmatch('xa.new\t"[0-9]{9}"\tvalid\nxa.new\t"[0-9]+"\tinvalid\n', made), f"cases: {made}")
        unknown = subprocess.run([*tool, "cases", "xa.nwe", path], check=False, capture_output=True, text=True)
        tally.check((unknown.returncode, unknown.stderr) == (1, "identifiers.py: xa.nwe: no such type in these files\n"), f"cases of none: {unknown}")


def check_fresh(program, oracle, types, tally):
    """Random values; as many types as the time allows, another part each day."""
    begin = time.monotonic()
    seed = time.strftime("%Y-%m-%d")
    names = sorted(types, key=lambda name: oracle.sha256((seed + name).encode()).digest())
    pairs = []
    for name in names:
        if time.monotonic() - begin > FRESH_SECONDS:
            break
        pairs += list(oracle.values({name: types[name]}, 2, seed))
    for (name, text), answer in zip(pairs, judge(program, pairs)):
        second = types[name].accepts(text)
        tally.check(answer == second, f"fresh: {name} {json.dumps(text)}: C says {answer}, the second reading {second}")


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    oracle, tally = load_oracle(), Tally()
    types = oracle.read_files(sorted((ROOT / "types").glob("*.types")))
    check_cases(program, oracle, types, tally, "published.tsv")
    covered = check_cases(program, oracle, types, tally, "values.tsv")
    lacking = [name for name, kind in types.items() if kind.forms and name not in covered]
    tally.check(not lacking, f"values.tsv: no cases of {' '.join(lacking)}: docs/types.md says how to write them")
    check_formats(program, types, tally, sys.argv[2] if len(sys.argv) > 2 else None)
    check_errors(program, tally)
    check_large(program, tally)
    check_adding(tally)
    check_fresh(program, oracle, types, tally)
    print(f"types_cases: {tally.passed} passed, {tally.failed} failed" + (f", {tally.skipped} skipped" if tally.skipped else ""))
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
