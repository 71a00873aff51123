#!/usr/bin/env python3
"""Runs the cases of law: acts that make a rule apply, and acts that just miss.

    law_cases.py COMITY IMAGE [FILE…]

A case is a line of tests/cases/law/CODE.ndjson:

    {"rule": NAME, "applies": "yes"|"no"|"lifted"|"unknown", "why": TEXT,
     "act": {…}, "adopt": [AGREEMENTS], "met": "yes"|"no"|"unknown", "imagined": true}

With `met` the rule's need must be met so as well. With `imagined` the act is
judged by the law on file and by tests/cases/law/imagined.law, which enters in
lists that are empty what no state has ordered: rules that rest on such a list
would else have no case that makes them apply.
The lists of each judgement must be in order. Also checks that every rule on
file has a case that makes it apply and one that misses.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import order

HERE = pathlib.Path(__file__).resolve().parent
LAW = HERE.parent.parent / "law"


def read_cases(paths):
    cases = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                case = json.loads(line)
                case["at"] = f"{path.name}:{number}"
                cases.append(case)
    return cases


def imagine(comity, folder):
    """The image of the law on file with what is imagined."""
    image = pathlib.Path(folder) / "imagined.image"
    run = subprocess.run([comity, "law", "build", "-o", str(image), str(LAW), str(HERE / "law" / "imagined.law")],
                         capture_output=True, check=False)
    if run.returncode != 0:
        sys.exit(f"imagined.law: {run.stderr.decode()}")
    return str(image)


def judge(comity, images, cases):
    """Judges all acts, one process for each image and set of adopted agreements."""
    groups = {}
    for case in cases:
        groups.setdefault((case.get("imagined", False), tuple(sorted(case.get("adopt", [])))), []).append(case)
    for (imagined, adopted), members in groups.items():
        image = images[imagined]
        options = [word for code in adopted for word in ("--adopt", code)]
        lines = "".join(json.dumps(dict(case["act"], id=str(i))) + "\n" for i, case in enumerate(members))
        run = subprocess.run([comity, "judge", "--law", image, *options], input=lines.encode(),
                             capture_output=True, check=False)
        answers = run.stdout.decode().splitlines()
        if len(answers) != len(members):
            sys.exit(f"{comity} judged {len(answers)} of {len(members)} acts: {run.stderr.decode()}")
        for case, answer in zip(members, answers):
            case["answer"] = json.loads(answer)


def status(answer, rule):
    if "error" in answer:
        return "error: " + answer["error"]["message"]
    if any(entry["rule"] == rule for entry in answer["lifted"]):
        return "lifted"
    entry = entry_of(answer, rule)
    return "no" if entry is None else entry["applies"]


def entry_of(answer, rule):
    return next((entry for entry in answer.get("rules", ()) if entry["rule"] == rule), None)


def main():
    comity, image = sys.argv[1:3]
    paths = [pathlib.Path(p) for p in sys.argv[3:]] or sorted((HERE / "law").glob("*.ndjson"))
    cases = read_cases(paths)
    with tempfile.TemporaryDirectory() as folder:
        judge(comity, {False: image, True: imagine(comity, folder)}, cases)
    passed = failed = 0
    seen = {}
    for case in cases:
        found = status(case["answer"], case["rule"])
        seen.setdefault(case["rule"], set()).add(case["applies"])
        wrong = order.disorder(case["answer"])
        if found == case["applies"] and "met" in case and not wrong:
            entry = entry_of(case["answer"], case["rule"])
            wrong = [] if entry and entry["met"] == case["met"] else [f"{case['rule']}: expected met {case['met']}, found {entry and entry['met']}"]
        if found == case["applies"] and not wrong:
            passed += 1
        elif wrong:
            failed += 1
            print(f"{case['at']}: " + "\n  ".join(wrong))
        else:
            failed += 1
            print(f"{case['at']}: {case['rule']}: expected {case['applies']}, found {found} ({case.get('why', '')})")
    if not sys.argv[3:]:
        rules = subprocess.run([comity, "law", "list", "--law", image, "--json"], capture_output=True, check=True)
        names = [json.loads(line)["rule"] for line in rules.stdout.decode().splitlines()]
        for name in names:
            has = seen.get(name, set())
            if "yes" in has and has & {"no", "lifted"}:
                passed += 1
            else:
                failed += 1
                missing = [word for word, there in (("applies", "yes" in has), ("misses", has & {"no", "lifted"})) if not there]
                print(f"{name}: no case in which it {' and none in which it '.join(missing)}")
        for name in set(seen) - set(names):
            failed += 1
            print(f"{name}: has cases, but is no rule on file")
    print(f"law_cases: {passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
