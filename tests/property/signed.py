#!/usr/bin/env python3
"""A signed paper counts for what a claimed one does, neither more nor less.

    signed.py COMITY IMAGE

Takes acts of tests/cases/law with the papers they hold, or with those of the
first way that would make them lawful; brings each to a form in which all that a
signature needs is said, and judges it twice: with its papers claimed,
and without them but with the same papers signed. The judgements must be the
same, but for the act's name and for who says that papers are held.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMITY, IMAGE = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])
EVERY = 4  # of the acts that lack papers, so that it takes seconds


def authorities():
    """{name: (law, kinds)} from the law's own text."""
    found = {}
    for path in sorted((ROOT / "law").rglob("*.law")):
        for match in re.finditer(r'^authority (\S+) ".*"(?:\s+may grant ((?:[a-z0-9-]+,\s*)*[a-z0-9-]+))?', path.read_text(encoding="utf-8"), re.M):
            found[match[1]] = (path.stem, set(re.split(r",\s*", match[2])) if match[2] else set())
    return found


AUTHORITIES = authorities()


def giver_of(kind, unders, by):
    """Who can sign such a paper under all these laws: an authority, or "Anyone"; None: nobody can."""
    if by in AUTHORITIES:
        law, kinds = AUTHORITIES[by]
        holders = [u for u in unders if any(u == l and kind in k for l, k in AUTHORITIES.values())]
        return by if (kind in kinds and all(u == law for u in holders)) or not holders else None
    holders = {u: [n for n, (l, k) in AUTHORITIES.items() if l == u and kind in k] for u in unders}
    if not any(holders.values()) or kind in ("standard-contract", "consent"):
        return "Anyone"
    return next((n for n, (l, k) in AUTHORITIES.items() if all(n in holders[u] for u in unders if holders[u]) and any(holders.values())), None)


def as_list(value):
    return value if isinstance(value, list) else [value]


def settled(paper, act):
    """The paper with all that a signed one says; None if it cannot be signed as it is."""
    if "under" not in paper or "..." in as_list(paper["under"]):
        return None
    unders = sorted(set(as_list(paper["under"])))
    giver = giver_of(paper["kind"], unders, paper.get("by"))
    if giver is None or not unders:
        return None
    paper = dict(paper, under=unders, by=giver)
    paper.setdefault("from", act["on"])
    paper.setdefault("ref", "1")
    paper.setdefault("scope", {})
    for name, values in paper["scope"].items():
        if name != "module" and (not as_list(values) or "..." in as_list(values)):
            return None  # an empty list, or one that is not complete, is not for papers to say
    return paper


def form_of(kind, giver):
    if giver in AUTHORITIES:
        return "permission"
    return kind if kind in ("standard-contract", "consent") else "statement"


def text_of(paper, number, holder):
    lines = [f"comity paper/{form_of(paper['kind'], paper['by'])} v1", f"paper: {paper['kind']}"]
    is_rule = re.fullmatch(r"[A-Z][A-Z0-9-]*\.[A-Za-z0-9.-]+", paper["ref"]) is not None
    lines += [f"id: {number if is_rule else paper['ref']}", f"by: {paper['by']}", f"holder: {holder}", f"issued: {paper['from']}"]
    lines += [f"until: {paper['until']}"] if "until" in paper else []
    lines += [f"under: {law}" for law in paper["under"]]
    lines += [f"about: {paper['ref']}"] if is_rule else []
    lines += [f"result: {paper['result']}"] if "result" in paper else []
    lines += [f"module: {paper['scope']['module']}"] if "module" in paper["scope"] else []
    for field, name in (("party", "parties"), ("state", "states"), ("category", "categories"), ("purpose", "purposes")):
        lines += [f"{field}: {value}" for value in sorted({v for v in as_list(paper["scope"].get(name, []))}, key=str.encode)]
    return "\n".join(lines) + "\n"


ITEM = re.compile(r"(\S+)(?: under (\S+))(?: by (\S+))?(?: about (\S+))?(?: result (\S+))?(?: module (\S+))?")


def by_first_way(act, answer):
    """The act with the papers and safeguards of the first way; None if there is none that can be read."""
    if answer.get("verdict") != "conditional" or not answer["ways"]:
        return None
    papers, safeguards = [], as_list(act.get("safeguards", []))
    for item in answer["ways"][0]:
        match = ITEM.fullmatch(item)
        if match:
            names = dict(zip(("kind", "under", "by", "ref", "result", "module"), match.groups()))
            module = names.pop("module")
            papers.append({k: v for k, v in names.items() if v is not None} | ({"scope": {"module": module}} if module else {}))
        elif " " in item:
            return None
        else:
            safeguards = [*safeguards, item]
    return dict(act, papers=papers, safeguards=safeguards)


def with_papers():
    """Acts of the cases of law that hold papers, and some that would need them."""
    held, lacking = [], []
    for path in sorted((ROOT / "tests/cases/law").glob("*.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line) if line.strip() else {"act": {}}
            if "on" in case["act"] and "from" in case["act"] and not case.get("adopt"):
                (held if case["act"].get("papers") else lacking).append(case["act"])
    lacking = lacking[::EVERY]
    answers, _ = judge(lacking)
    return held + [act for act in map(by_first_way, lacking, answers) if act is not None]


def acts():
    """Acts and their papers, each act with a holder of its own."""
    found = []
    for number, act in enumerate(with_papers(), 1):
        papers = [settled(paper, act) for paper in as_list(act["papers"])]
        if None in papers:
            continue
        holder = f"Holder {number}"
        party = act["from"] if isinstance(act["from"], dict) else {"state": act["from"]}
        found.append((dict(act, id=number, papers=papers, **{"from": dict(party, name=holder)}), holder))
    return found


def judge(acts_given, *options):
    run = subprocess.run([COMITY, "judge", "--law", IMAGE, *map(str, options)], input="".join(json.dumps(act) + "\n" for act in acts_given).encode(),
                         capture_output=True, check=False)
    return [json.loads(line) for line in run.stdout.splitlines()], run.stderr.decode()


def plain(answer):
    """Without the act's name and without who says it."""
    answer = dict(answer)
    answer.pop("act", None)
    answer["met"] = [{"rule": met["rule"]} for met in answer.get("met", [])]
    return answer


def run(*words, data=""):
    return subprocess.run([COMITY, *map(str, words)], input=data.encode(), capture_output=True, check=True).stdout.decode().strip()


def main(folder):
    cases = acts()
    principals, kinds, total = {}, set(), 0
    (folder / "papers").mkdir()
    for act, holder in cases:
        for number, paper in enumerate(act["papers"]):
            key = folder / f"key-{paper['by']}"
            if paper["by"] not in principals:
                principals[paper["by"]] = run("key", "new", key, "--name", "key.example")
            kinds.add(paper["kind"])
            run("paper", "sign", "--key", key, "-o", folder / f"papers/{total}", data=text_of(paper, number, holder))
            total += 1
    trust = ["comity trust v1"]
    for name, its_key in principals.items():
        trust += [f"{'authority' if name in AUTHORITIES else 'party'} {name}", f"  key {its_key}", f"  may {' '.join(sorted(kinds))}"]
    (folder / "trust").write_text("\n".join(trust) + "\n")
    claimed, _ = judge([act for act, _ in cases])
    bare = [{k: v for k, v in act.items() if k != "papers"} for act, _ in cases]
    signed, told = judge(bare, "--papers", folder / "papers", "--trust", folder / "trust")
    without, _ = judge(bare)
    failures = [] if told == "" else [told]
    met, changed = 0, 0
    for (act, _), one, other, none in zip(cases, claimed, signed, without):
        if plain(one) != plain(other):
            failures.append(f"{json.dumps(act)}\n  claimed {json.dumps(plain(one))[:900]}\n  signed  {json.dumps(plain(other))[:900]}")
        met += any(entry["held"] == "signed" for entry in other.get("met", []))
        changed += one.get("verdict") != none.get("verdict")
    if met < len(cases) // 3 or changed < len(cases) // 3:
        failures.append(f"papers matter too seldom: {met} acts meet a need by them, {changed} verdicts depend on them, of {len(cases)}")
    print(f"{len(cases)} acts, {total} papers, {len(kinds)} kinds; {met} meet a need by signed papers, {changed} verdicts depend on papers", file=sys.stderr)
    return len(cases) - len(failures), failures


with tempfile.TemporaryDirectory() as name:
    passed, failures = main(pathlib.Path(name))
print("\n".join(failures[:10]))
print(f"signed: {passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
