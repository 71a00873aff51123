#!/usr/bin/env python3
"""Sums what test programs counted.

    tally.py meson LABEL LOG    meson's testlog.json; LABEL names the build
    tally.py one NAME STATUS    the output of one program, on standard input
    tally.py sum FILE           the lines the other two wrote

The first two print what failed or was skipped to standard error, and add it to
the file that COMITY_TOLD names; to standard output they print a line `NAME
passed failed skipped` for each program. A program that says nothing of its
tests counts as one: passed with status 0, skipped with 77, else failed. One
that fails although it counted no failure has failed once.
"""

import json
import os
import re
import sys

COUNTS = re.compile(r"^(?:[^\s:][^:]*: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
SKIP = 77
TAIL = 60


def tell(text):
    print(text, file=sys.stderr)
    if "COMITY_TOLD" in os.environ:
        with open(os.environ["COMITY_TOLD"], "a", encoding="utf-8") as told:
            print(text, file=told)


def count(name, status, output):
    """Prints the line of one program; returns whether it went well."""
    found = COUNTS.findall(output)
    if found:
        passed, failed, skipped = (int(number or 0) for number in found[-1])
        if status != 0 and failed == 0:
            failed = 1
    else:
        passed, failed, skipped = int(status == 0), int(status not in (0, SKIP)), int(status == SKIP)
    if failed:
        lines = output.rstrip().split("\n")
        tell(f"--- {name}: {failed} failed, status {status}")
        tell("\n".join(lines[-TAIL:]))
    elif skipped:
        reasons = [line for line in output.split("\n") if "skip" in line and not COUNTS.match(line)]
        tell(f"--- {name}: {skipped} skipped: {'; '.join(reasons) or 'no reason given'}")
    print(name.replace(" ", "-"), passed, failed, skipped)
    return failed == 0


def count_meson(label, path):
    good = True
    tests = 0
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            test = json.loads(line)
            name = f"{label}/{test['name'].split(' / ')[-1].split(':')[-1]}"
            status = test["returncode"]
            if test["result"] == "TIMEOUT" and status == 0:
                status = 1
            output = test.get("stdout", "") + test.get("stderr", "")
            good = count(name, status, output) and good
            tests += 1
    if tests == 0:
        good = count(f"{label}/no-tests", 1, "no test was run")
    return good


def add(path):
    passed = failed = skipped = 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            _, more_passed, more_failed, more_skipped = line.split()
            passed += int(more_passed)
            failed += int(more_failed)
            skipped += int(more_skipped)
    if passed + failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return failed == 0


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "meson":
        return count_meson(arguments[1], arguments[2])
    if len(arguments) == 3 and arguments[0] == "one":
        output = sys.stdin.buffer.read().decode("utf-8", errors="replace")
        return count(arguments[1], int(arguments[2]), output)
    if len(arguments) == 2 and arguments[0] == "sum":
        return add(arguments[1])
    print(__doc__, file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
