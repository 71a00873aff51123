#!/usr/bin/env python3
"""Runs the cases of the judge: small laws made for the purpose, acts, judgements expected.

    judge_cases.py COMITY [FILE…]

A file of tests/cases/judge/ holds, each begun by a line of its own:

    === law [TITLE]         law files follow; `@ NAME.law` begins a further one.
                            Those of tests/cases/judge/common/ always belong to it
    === base                an act; what the cases' acts say is laid over it as RFC 7396
                            has it (null takes away)
    === TITLE               a case: `act: JSON`, `expect: JSON`, perhaps `adopt: JSON list`;
                            behind a line `words:` what `judge --explain` says, to the letter

The lists of each judgement must be in order. What `expect` names must be just so, and all there is of it:

    verdict, touched, ways, ways_cut, notes     as in the judgement; notes by name
    unverified     rests_on_unverified
    texts          {NAME: [title, cite, source, day checked]}
    rules          {NAME: "yes" | "unknown" [+ " met yes" | " met no" | " met unknown"]}
    lifted         {NAME: by}
    missing        {NAME: [what could meet it]}     expression  {NAME: text}
    met            {NAME: [by]}
    duties         {NAME: [duty, within]}           by          {NAME: the last day, where one is told}
    uncovered      [states]
    questions      [[fact, ask, [rules]]]           facts       [facts asked]
    conflicts      [[compels, against, [channels]]]
    error          [code, message]
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import order

HERE = pathlib.Path(__file__).resolve().parent
COMMON = sorted((HERE / "judge" / "common").glob("*.law"))


def rule_text(entry):
    return entry["applies"] + ("" if entry["met"] is None else " met " + entry["met"])


FOUND = {
    "verdict": lambda j: j["verdict"],
    "touched": lambda j: j["touched"],
    "ways": lambda j: j["ways"],
    "ways_cut": lambda j: j["ways_cut"],
    "unverified": lambda j: j["rests_on_unverified"],
    "notes": lambda j: [n["rule"] for n in j["notes"]],
    "rules": lambda j: {r["rule"]: rule_text(r) for r in j["rules"]},
    "ways_count": lambda j: len(j["ways"]),
    "effects": lambda j: {r["rule"]: r["effect"] for r in j["rules"]},
    "texts": lambda j: {r["rule"]: [r["title"], r["cite"], r["source"], r["checked"]] for r in j["rules"]},
    "lifted": lambda j: {r["rule"]: r["by"] for r in j["lifted"]},
    "missing": lambda j: {n["rule"]: n["missing"] for n in j["needs"]},
    "expression": lambda j: {n["rule"]: n["expression"] for n in j["needs"]},
    "met": lambda j: {m["rule"]: m["by"] for m in j["met"]},
    "duties": lambda j: {d["rule"]: [d["duty"], d["within"]] for d in j["duties"]},
    "by": lambda j: {d["rule"]: d["by"] for d in j["duties"] if "by" in d},
    "uncovered": lambda j: [u["state"] for u in j["uncovered"]],
    "questions": lambda j: [[q["fact"], q["ask"], q["rules"]] for q in j["questions"]],
    "facts": lambda j: [q["fact"] for q in j["questions"]],
    "conflicts": lambda j: [[c["compels"], c["against"], c["channels"]] for c in j["conflicts"]],
    "error": lambda j: [j["error"]["code"], j["error"]["message"]],
}


def merged(base, patch):
    if not isinstance(patch, dict) or not isinstance(base, dict):
        return patch
    both = dict(base)
    for key, value in patch.items():
        if value is None:
            both.pop(key, None)
        else:
            both[key] = merged(both.get(key), value) if isinstance(both.get(key), dict) else value
    return both


def read_file(path, world=False):
    """Laws, each with its cases; with `world` the law is that on file, and none stands in the file."""
    laws = [{"at": path.name, "cases": []}] if world else []
    base = {}
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^=== (.*)\n((?:(?!=== ).*\n)*)", text, re.M):
        title, body = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        if title == "law" or title.startswith("law "):
            files, name = {}, "case.law"
            for row in body.splitlines(keepends=True):
                if row.startswith("@ "):
                    name = row[2:].strip()
                else:
                    files[name] = files.get(name, "") + row
            laws.append({"at": f"{path.name}:{line}", "files": {n: t for n, t in files.items() if t.strip()}, "cases": []})
            base = {}
        elif title == "base":
            base = json.loads(body)
        else:
            case = {"at": f"{path.name}:{line}", "title": title, "base": base}
            body, _, words = body.partition("words:\n")
            if words:
                case["words"] = words.rstrip("\n")
            for part in re.finditer(r"^(act|expect|adopt): ((?:(?!act: |expect: |adopt: ).*\n)*)", body, re.M):
                case[part.group(1)] = json.loads(part.group(2))
            case["act"] = merged(base, case["act"])
            laws[-1]["cases"].append(case)
    return laws


def build(comity, law, folder):
    paths = []
    for name, text in law["files"].items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    image = folder / "case.image"
    run = subprocess.run([comity, "law", "build", "-o", str(image), *map(str, COMMON), *paths],
                         capture_output=True, check=False)
    if run.returncode != 0:
        print(f"{law['at']}: the law is not built:\n{run.stderr.decode()}")
        return None
    return image


def judge(comity, image, cases):
    groups = {}
    for case in cases:
        groups.setdefault(tuple(case.get("adopt", [])), []).append(case)
    for adopted, members in groups.items():
        options = [word for code in adopted for word in ("--adopt", code)]
        lines = "".join(json.dumps(case["act"]) + "\n" for case in members)
        run = subprocess.run([comity, "judge", "--law", str(image), *options], input=lines.encode(),
                             capture_output=True, check=False)
        answers = run.stdout.decode().splitlines()
        for case, answer in zip(members, answers):
            case["answer"] = json.loads(answer)
        for case in members:
            if "words" in case:
                run = subprocess.run([comity, "judge", "--explain", "--law", str(image), *options],
                                     input=json.dumps(case["act"], ensure_ascii=False).encode(), capture_output=True, check=False)
                case["said"] = run.stdout.decode().rstrip("\n")


def check(case):
    answer = case.get("answer")
    if answer is None:
        return ["no answer"]
    wrong = order.disorder(answer)
    if "error" in answer and "error" not in case.get("expect", {}):
        return [f"error: {answer['error']['message']}"]
    for member, expected in case.get("expect", {}).items():
        try:
            found = FOUND[member](answer)
        except KeyError:
            found = None
        if found != expected:
            wrong.append(f"{member}: expected {json.dumps(expected, ensure_ascii=False)}\n"
                         f"{' ' * len(member)}     found {json.dumps(found, ensure_ascii=False)}")
    if case.get("words") != case.get("said"):
        wrong.append(f"words: expected\n{case['words']}\n  found\n{case['said']}")
    return wrong


def main():
    comity = sys.argv[1]
    paths = [pathlib.Path(p) for p in sys.argv[2:]] or sorted((HERE / "judge").glob("*.txt"))
    passed = failed = 0
    for path in paths:
        for law in read_file(path):
            with tempfile.TemporaryDirectory() as folder:
                image = build(comity, law, pathlib.Path(folder))
                if image is not None:
                    judge(comity, image, law["cases"])
            for case in law["cases"]:
                wrong = check(case)
                if wrong:
                    failed += 1
                    print(f"{case['at']}: {case['title']}\n  " + "\n  ".join(wrong))
                else:
                    passed += 1
            if image is None:
                failed += 1
    print(f"judge_cases: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
