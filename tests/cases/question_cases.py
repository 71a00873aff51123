#!/usr/bin/env python3
"""Asks the law on file what counsel ask of it: who sends what to whom, on which day, with which papers.

    question_cases.py COMITY IMAGE [FILE…]

A file of tests/cases/questions/ is as those of tests/cases/judge/ (judge_cases.py tells
how), without a law of its own: the acts are judged by the law on file. The answers
were worked out from the texts of the law, not from what the program says. Beside what
`expect` may name there,

    decisive       {NAME: "yes" | "unknown" [+ " met yes" | " met no" | " met unknown"] | "lifted" | "no"}

says of single rules what becomes of them; the rules it does not name are not looked at.
"""
import pathlib
import sys

import judge_cases


def fate(answer, rule):
    if any(entry["rule"] == rule for entry in answer["lifted"]):
        return "lifted"
    return judge_cases.FOUND["rules"](answer).get(rule, "no")


def main():
    comity, image = sys.argv[1:3]
    paths = [pathlib.Path(p) for p in sys.argv[3:]] or sorted((judge_cases.HERE / "questions").glob("*.txt"))
    passed = failed = 0
    for path in paths:
        for law in judge_cases.read_file(path, world=True):
            judge_cases.judge(comity, image, law["cases"])
            for case in law["cases"]:
                decisive = case.get("expect", {}).pop("decisive", {})
                wrong = judge_cases.check(case)
                if "rules" in case.get("answer", {}):
                    wrong += [f"{rule}: expected {expected}, found {found}" for rule, expected in decisive.items()
                              for found in [fate(case["answer"], rule)] if found != expected]
                if wrong:
                    failed += 1
                    print(f"{case['at']}: {case['title']}\n  " + "\n  ".join(wrong))
                else:
                    passed += 1
    print(f"question_cases: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
