#!/usr/bin/env python3
"""Precision and recall of `comity inspect` on labelled records, by type.

    score.py COMITY FOLDER [--level N] [--json FILE] [--misses]

A finding is right if it lies on a label and its type, or one of those it may also be, is
right for the label. A label is found if a right finding lies on it.
"""
import argparse
import collections
import json
import pathlib
import subprocess


def is_right(types, wanted):
    for want in wanted:
        if want.startswith("*"):   # a telephone number, in either writing
            if any(name.startswith(want[1:]) for name in types):
                return True
        elif want in types:
            return True
    return False


def family(name):
    """A row of the table: telephone numbers and accounts of all states are one each."""
    tail = name.lstrip("*").split(".", 1)[1]
    if tail.startswith("phone"):
        return "telephone numbers"
    return "IBAN" if tail == "iban" else "payment cards" if name.startswith("card.") else \
        "date of birth" if name.startswith("person.birth-date") else name


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("comity")
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--level", type=int, default=75)
    arguments.add_argument("--json")
    arguments.add_argument("--misses", action="store_true")
    options = arguments.parse_args()
    labels = json.loads((options.folder / "labels.json").read_text(encoding="utf-8"))
    names = [str(options.folder / name) for name in labels]
    run = subprocess.run([options.comity, "inspect", "--json", "--no-ignore", "--level", str(options.level), *names],
                         capture_output=True, text=True, check=False)
    if run.stderr:
        print(run.stderr, end="")
    found = collections.defaultdict(list)
    for line in run.stdout.splitlines():
        finding = json.loads(line)
        found[pathlib.Path(finding["file"]).name].append(finding)
    right, wrong, hit, missed = (collections.Counter() for _ in range(4))
    negatives, bytes_of_negatives, shown = collections.Counter(), 0, []
    for name, wanted in labels.items():
        text = (options.folder / name).read_bytes()
        taken = [False] * len(wanted)
        negative = name.startswith("negative")
        bytes_of_negatives += len(text) if negative else 0
        wanted_at = sorted(range(len(wanted)), key=lambda i: wanted[i][0])
        for finding in found[name]:
            types = [finding["type"]] + [other["type"] for other in finding["also"]]
            begin, end = finding["begin"], finding["end"]
            on = [i for i in wanted_at if wanted[i][0] < end and begin < wanted[i][1]]
            good = [i for i in on if is_right(types, wanted[i][2])]
            for i in good:
                taken[i] = True
            if good:
                right[family(wanted[good[0]][2][0])] += 1
            elif negative:
                negatives[finding["type"]] += 1
                shown.append(f"{name}: {finding['type']} {finding['confidence']} on {text[begin:end].decode('utf-8', 'replace')!r}")
            elif on and set(types) & {t for i in on for t in wanted[i][2]}:
                right[family(finding["type"])] += 1
            else:
                wrong[family(finding["type"])] += 1
                shown.append(f"{name}: {finding['type']} {finding['confidence']} on {text[max(0, begin - 20):end].decode('utf-8', 'replace')!r}"
                             + (f", which is {wanted[on[0]][2]}" if on else ""))
        for (begin, end, types), was in zip(wanted, taken):
            (hit if was else missed)[family(types[0])] += 1
            if not was:
                shown.append(f"{name}: missed {types} in {text[max(0, begin - 24):end].decode('utf-8', 'replace')!r}")
    print(f"{'what':34} {'labels':>7} {'recall':>7} {'found':>7} {'precision':>9}")
    for row in sorted(set(right) | set(wrong) | set(hit) | set(missed)):
        total, all_found = hit[row] + missed[row], right[row] + wrong[row]
        print(f"{row:34} {total:7} {hit[row] / total if total else float('nan'):7.3f} {all_found:7} "
              f"{right[row] / all_found if all_found else float('nan'):9.3f}")
    recall = sum(hit.values()) / max(1, sum(hit.values()) + sum(missed.values()))
    precision = sum(right.values()) / max(1, sum(right.values()) + sum(wrong.values()))
    per_mib = sum(negatives.values()) / (bytes_of_negatives / 2**20)
    print(f"{'overall':34} {sum(hit.values()) + sum(missed.values()):7} {recall:7.3f} {sum(right.values()) + sum(wrong.values()):7} {precision:9.3f}")
    print(f"what is nothing: {sum(negatives.values())} findings in {bytes_of_negatives / 2**20:.2f} MiB, {per_mib:.2f} a MiB {dict(negatives)}")
    if options.misses:
        print("\n".join(shown))
    if options.json:
        with open(options.json, "a", encoding="utf-8") as file:
            for what, value, goal in (("inspect recall", recall, 0.95), ("inspect precision", precision, 0.95), ("inspect findings a MiB of nothing", per_mib, 1)):
                file.write(json.dumps({"name": f"{what} at {options.level}", "value": round(value, 4), "unit": "", "goal": goal}) + "\n")


if __name__ == "__main__":
    main()
