#!/usr/bin/env python3
"""Runs the cases of what is no act: raw input, and the exact error.

    act_errors.py COMITY [FILE…]

A case is a line of tests/cases/act-errors/*.ndjson:

    {"title": TEXT, "input": INPUT, "code": CODE, "error": MESSAGE}

without code and error when the input is an act after all (the limits of what is
read, from their other side). INPUT is the line as it stands, or a list of parts:
a text, {"text", "times"}, {"hex"}, or {"places"}, {"counts"}, {"bases"}: so many of them.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMMON = HERE / "judge" / "common"
PLACES = [a + b for a in "ABCDEFGHIJKLMNOPQRSTU" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
LAW = """state XA "Examplia"
""" + "".join(f"""count {name} "persons this year"
  of      persons
  when    transfer
  window  calendar year
  per     exporter
""" for name in ["XA.n"] + [f"XA.count-{i:03}" for i in range(260)])
OTHERS = {
    "XA.law": LAW,
    "XA-P.law": 'part XA-P of XA "The Part"\n',
    "XU.law": 'union XU "The Union"\nmembers XA\n',
    "PACT.law": 'agreement PACT "The Pact"\nparties XA, XB\n',
    "places.law": 'taxonomy "Places"\n' + "".join(f'place {code} "State {code}"\n' for code in PLACES),
}


def part_bytes(part):
    if isinstance(part, str):
        return part.encode()
    if "hex" in part:
        return bytes.fromhex(part["hex"])
    if "places" in part:
        return ",".join(f'"{code}"' for code in PLACES[:part["places"]]).encode()
    if "counts" in part:
        return ",".join(f'"XA.count-{i:03}": 1' for i in range(part["counts"])).encode()
    if "bases" in part:
        return ",".join(f'"fact.{i}": "found"' for i in range(part["bases"])).encode()
    return part["text"].encode() * part["times"]


def input_bytes(whole):
    return b"".join(map(part_bytes, whole if isinstance(whole, list) else [whole]))


def read_cases(paths):
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if line:
                yield dict(json.loads(line), at=f"{path.name}:{number}")


def build(comity, folder):
    for name, text in OTHERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    image = folder / "law.image"
    subprocess.run([comity, "law", "build", "-o", image, COMMON, folder], check=True)
    return image


def main():
    comity = sys.argv[1]
    paths = [pathlib.Path(p) for p in sys.argv[2:]] or sorted((HERE / "act-errors").glob("*.ndjson"))
    cases = list(read_cases(paths))
    with tempfile.TemporaryDirectory() as name:
        image = build(comity, pathlib.Path(name))
        # a good first line, so that what follows is taken line by line whatever it is
        lines = b"".join(input_bytes(case["input"]) + b"\n" for case in cases)
        run = subprocess.run([comity, "judge", "--law", image], input=b'{"act": "offer"}\n' + lines, capture_output=True,
                             check=False)
    answers = run.stdout.decode().splitlines()[1:]
    if len(answers) != len(cases) or run.returncode != 2 or run.stderr:
        sys.exit(f"act_errors: {len(answers)} answers to {len(cases)} cases, exit {run.returncode}: {run.stderr.decode()}")
    passed = 0
    for number, (case, answer) in enumerate(zip(cases, answers), 2):
        found = json.loads(answer).get("error")
        expected = {"line": number, "code": case["code"], "message": case["error"]} if "error" in case else None
        if found == expected:
            passed += 1
        else:
            print(f"{case['at']}: {case['title']}\n  expected {expected}\n     found {found}")
    print(f"act_errors: {passed} passed, {len(cases) - passed} failed")
    return passed != len(cases)


sys.exit(main())
