#!/usr/bin/env python3
"""Which papers count, by a second reading of docs/formats/paper.md and trust.md.

    papers.py COMITY [SCENARIOS [SEED]]

Scenarios are made at random: authorities of the law, a trust file, papers,
delegations and revocations, signed by all sorts of keys. A slow and obvious
evaluator, written from the documents, says of each paper whether it counts and
until when; so does `comity paper verify`, and both must say the same.
"""
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

COMITY = str(pathlib.Path(sys.argv[1]).resolve())
SCENARIOS = int(sys.argv[2]) if len(sys.argv) > 2 else 25
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20260301
KEYS = "abcdef"
DAYS = [f"2026-{month:02}-01" for month in range(1, 7)]
AUTHORITIES = {"XA.DPC": ("XA", ["permission", "assessment"]), "XA.CAC": ("XA", ["assessment"]), "XB.DPC": ("XB", ["permission"])}
KINDS = ["permission", "assessment", "consent", "notice"]
LAWS = ["XA", "XB", "XC"]
LAW = {
    "names.law": 'taxonomy "Names"\n' + "".join(f'paper {kind} "a {kind}"\n' for kind in [*KINDS, "standard-contract"]),
    "XC.law": 'state XC "Third"\n',
    **{f"{law}.law": f'state {law} "State"\n' + "".join(f'authority {name} "Authority" may grant {", ".join(kinds)}\n'
                                                          for name, (its, kinds) in AUTHORITIES.items() if its == law) for law in ("XA", "XB")},
}


def day_before(day):
    year, month, _ = map(int, day.split("-"))
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return f"{year - 1}-12-31" if month == 1 else f"{year}-{month - 1:02}-{lengths[month - 2]:02}"


# ---- scenarios ----

def some(chance, items, most=2):
    return sorted(chance.sample(items, chance.randint(1, min(most, len(items)))))


def make_trust(chance):
    principals, keys = {}, list(KEYS)
    chance.shuffle(keys)
    for name in chance.sample(["XA.DPC", "XA.CAC", "XB.DPC", "Party", "Quarter"], chance.randint(2, 4)):
        if not keys:
            break
        own = []
        for _ in range(min(chance.choice([1, 1, 2]), len(keys))):
            begin = chance.choice([None, None, None, DAYS[1]])
            own.append((keys.pop(), begin, chance.choice([None, None, None, DAYS[4]])))
        may = [(chance.choice([*KINDS, "standard-contract", "law-file"]), chance.choice([None, None, some(chance, LAWS)])) for _ in range(chance.choice([0, 1, 2, 4]))]
        if name in AUTHORITIES and chance.random() < 0.6:
            may = []
        principals[name] = {"keys": own, "may": may, "delegates": chance.choice([0, 1, 2, 2, 3])}
    return principals


def make_paper(chance, principals, made, number):
    form = chance.choice(["permission", "permission", "security-assessment", "consent", "standard-contract", "standard-contract", "statement", "delegation", "delegation",
                          "delegation", "revocation", "law-file"])
    names = [*principals, "Nobody"]
    single = form not in ("consent", "standard-contract", "statement", "law-file")
    paper = {"form": form, "id": str(number), "by": [chance.choice(names)] if single else some(chance, names), "issued": chance.choice(DAYS)}
    later = [day for day in DAYS if day >= paper["issued"]]
    if form not in ("revocation",) and chance.random() < 0.4:
        paper["until"] = chance.choice(later)
    if form in ("delegation", "revocation") and chance.random() < 0.4:
        paper["from"] = chance.choice([day for day in DAYS if day <= paper.get("until", DAYS[-1])])
    if form == "delegation":
        paper.setdefault("until", DAYS[-1])
        paper["key"] = chance.choice("ef" if chance.random() < 0.6 else KEYS)
        paper["depth"] = chance.choice([0, 1, 2, 4])
        if chance.random() < 0.3:
            paper["kinds"] = some(chance, KINDS)
        if chance.random() < 0.3:
            paper["under"] = some(chance, LAWS)
    elif form == "revocation":
        targets = [other for other in made if other["form"] != "revocation"]
        if targets and chance.random() < 0.75:
            target = chance.choice(targets)
            paper["revokes"] = name_of(target)
            if chance.random() < 0.8:
                paper["by"] = [chance.choice(target["by"])]
        else:
            paper["key"] = chance.choice(KEYS)
    elif form == "law-file":
        if chance.random() < 0.5:
            paper["under"] = some(chance, LAWS)
    else:
        paper["kind"] = "standard-contract" if form == "standard-contract" and chance.random() < 0.7 else chance.choice(KINDS)
        paper["under"] = some(chance, LAWS) if chance.random() < 0.3 else [chance.choice(LAWS)]
    own = [key for name in paper["by"] for key, _, _ in principals.get(name, {"keys": []})["keys"]]
    given = [other["key"] for other in made if other["form"] == "delegation" and other["by"][0] in paper["by"]]
    likely = own * 2 + given or list(KEYS)
    paper["signers"] = sorted({chance.choice(likely if chance.random() < 0.85 else KEYS) for _ in range(chance.choice([1, 1, 2, 3]))}, key=lambda _: chance.random())
    return paper


def text_of(paper):
    lines = [f"comity paper/{paper['form']} v1"]
    lines += [f"paper: {kind}" for kind in ([paper["kind"]] if "kind" in paper else paper.get("kinds", []))]
    lines += [f"id: {paper['id']}"] + [f"by: {name}" for name in paper["by"]] + [f"issued: {paper['issued']}"]
    lines += [f"{field}: {paper[field]}" for field in ("from", "until") if field in paper]
    lines += [f"under: {law}" for law in paper.get("under", [])]
    lines += [f"document: sha256:{'a' * 64} text"] if paper["form"] == "law-file" else []
    lines += [f"key: {PUBLIC[paper['key']]}"] if "key" in paper else []
    lines += [f"depth: {paper['depth']}"] if "depth" in paper else []
    lines += [f"revokes: {paper['revokes']}"] if "revokes" in paper else []
    return "\n".join(lines) + "\n"


def name_of(paper):
    return "sha256:" + hashlib.sha256(text_of(paper).encode()).hexdigest()


# ---- the second reading ----

class Role:
    """A key's power for a principal: from the trust file, or by a delegation from another role."""

    def __init__(self, key, principal, begin, end, depth, parent=None, delegation=None):
        self.key, self.principal, self.begin, self.end, self.depth = key, principal, begin, end, depth
        self.parent, self.delegation = parent, delegation

    def chain(self):
        role = self
        while role is not None:
            yield role
            role = role.parent

    def good_on(self, day):
        return all((role.begin is None or role.begin <= day) and (role.end is None or day <= role.end) for role in self.chain())


class Reading:
    def __init__(self, principals, papers):
        self.principals, self.papers = principals, papers
        self.roles = [Role(key, name, begin, end, entry["delegates"]) for name, entry in principals.items() for key, begin, end in entry["keys"]]
        while self.delegate():
            pass
        self.revoked, self.revoked_keys = {}, {}
        for paper in papers:
            if paper["form"] == "revocation" and self.of_principal(paper, 0):
                begin = paper.get("from", "0000")
                table, what = (self.revoked, (paper["revokes"], paper["by"][0])) if "revokes" in paper else (self.revoked_keys, (paper["key"], paper["by"][0]))
                table[what] = min(begin, table.get(what, "9999"))

    def of_principal(self, paper, depth):
        """The roles in which the one principal of a delegation or revocation signed it."""
        return [role for role in self.roles if role.key in paper["signers"] and role.principal == paper["by"][0] and role.depth >= depth and
                role.good_on(paper["issued"])]

    def delegate(self):
        more = False
        for paper in self.papers:
            for parent in self.of_principal(paper, 1) if paper["form"] == "delegation" else []:
                if not any(role.delegation is paper and role.parent is parent for role in self.roles):
                    self.roles.append(Role(paper["key"], parent.principal, paper.get("from", paper["issued"]), paper["until"],
                                           min(parent.depth - 1, paper["depth"]), parent, paper))
                    more = True
        return more

    def paper_revoked(self, paper):
        return min([self.revoked.get((name_of(paper), name), "9999") for name in paper["by"]])

    def role_revoked(self, role):
        return min([min(self.revoked_keys.get((r.key, r.principal), "9999"), self.paper_revoked(r.delegation) if r.delegation else "9999") for r in role.chain()])

    def trusts(self, name, kind, law, listed):
        may = self.principals[name]["may"]
        return any(k == kind and (laws is None or law in laws) for k, laws in may) or (not may and name in AUTHORITIES and not listed)

    def allows(self, role, kind, law, listed):
        for step in role.chain():
            if step.delegation is None:
                if not self.trusts(step.principal, kind, law, listed):
                    return False
            elif ("kinds" in step.delegation and kind not in step.delegation["kinds"]) or ("under" in step.delegation and law not in step.delegation["under"]):
                return False
        return True

    def law_lets(self, paper, name, law):
        """None: no; else whether the trust file must list the kind."""
        holders = [n for n, (its, kinds) in AUTHORITIES.items() if its == law and paper["kind"] in kinds]
        grants = name in AUTHORITIES and paper["kind"] in AUTHORITIES[name][1]
        if grants and AUTHORITIES[name][0] == law:
            return False
        own = paper["form"] in ("consent", "standard-contract", "statement") and paper["form"] == paper["kind"]
        return True if not holders or own else None

    def good_roles(self, paper, name):
        laws = paper.get("under", [None])
        kind = paper.get("kind", paper["form"])
        listed = paper["form"] == "law-file"
        if "kind" in paper:
            told = [self.law_lets(paper, name, law) for law in laws]
            if None in told:
                return []
            listed = any(told)
        bare = paper["form"] in ("delegation", "revocation")
        return [role for role in self.roles if role.principal == name and role.key in paper["signers"] and role.good_on(paper["issued"]) and
                (bare or all(self.allows(role, kind, law, listed) for law in laws))]

    def verdict(self, paper):
        """Whether it counts, and until when."""
        roles = {name: self.good_roles(paper, name) if name in self.principals else [] for name in paper["by"]}
        speaks = {key: [name for name in paper["by"] if any(role.key == key for role in roles[name])] for key in paper["signers"]}
        ends = [self.paper_revoked(paper)]
        for name in paper["by"]:
            best = [self.role_revoked(role) for role in roles[name] if len(speaks[role.key]) == 1]
            if not best:
                return False, None
            ends.append(max(best))
        revoked = min(ends)
        if revoked <= max(paper["issued"], paper.get("from", "")):
            return False, None
        if paper["form"] == "delegation" and not any(role.delegation is paper for role in self.roles):
            return False, None
        until = paper.get("until")
        return True, until if revoked == "9999" else min(day_before(revoked), until or "9999")


# ---- both ----

def run(*words, data=b"", check=True):
    return subprocess.run([COMITY, *map(str, words)], input=data, capture_output=True, check=check).stdout


def write_scenario(folder, principals, papers):
    trust = ["comity trust v1"]
    for name, entry in principals.items():
        trust.append(f"{'authority' if name in AUTHORITIES else 'party'} {name}")
        for key, begin, end in entry["keys"]:
            trust.append(f"  key {PUBLIC[key]}" + (f" from {begin}" if begin else "") + (f" until {end}" if end else ""))
        trust += [f"  may {kind}" + (f" under {' '.join(laws)}" if laws else "") for kind, laws in entry["may"]]
        trust.append(f"  delegates {entry['delegates']}")
    (folder / "trust").write_text("\n".join(trust) + "\n")
    for number, paper in enumerate(papers):
        data = run("paper", "sign", "--key", KEY_FILES[paper["signers"][0]], data=text_of(paper).encode())
        for key in paper["signers"][1:]:
            data = run("paper", "countersign", "--key", KEY_FILES[key], data=data)
        (folder / f"{number:02}").write_bytes(data)


def compare(folder, image, number):
    chance = random.Random(SEED + number)
    principals, papers = make_trust(chance), []
    for index in range(14):
        papers.append(make_paper(chance, principals, papers, index))
    write_scenario(folder, principals, papers)
    paths = [folder / f"{index:02}" for index in range(len(papers))]
    order = list(range(len(papers)))
    chance.shuffle(order)
    told = run("paper", "verify", "--json", "--law", image, "--trust", folder / "trust", *[paths[i] for i in order], check=False)
    reading = Reading(principals, papers)
    differ, counted = [], 0
    for index, line in zip(order, told.splitlines()):
        answer = json.loads(line)
        found = answer["counts"] or answer["why"] in ("not yet in force", "no longer in force"), answer["until"]
        wanted = reading.verdict(papers[index])
        counted += wanted[0]
        if found != wanted:
            differ.append(f"scenario {number} paper {index}: {text_of(papers[index])}  signed by {papers[index]['signers']}\n  wanted {wanted}, found {found}: {answer['why']}\n{(folder / 'trust').read_text()}")
    assert len(told.splitlines()) == len(papers), told
    return differ, counted


def main(folder):
    for name, text in LAW.items():
        (folder / name).write_text(text)
    image = folder / "image"
    run("law", "build", "-o", image, *[folder / name for name in LAW])
    for key in KEYS:
        KEY_FILES[key] = folder / f"key-{key}"
        PUBLIC[key] = run("key", "new", KEY_FILES[key], "--name", f"{key}.example").decode().strip()
    (folder / "papers").mkdir()
    failures, counted = [], 0
    for number in range(SCENARIOS):
        differ, here = compare(folder / "papers", image, number)
        failures += differ
        counted += here
    total = SCENARIOS * 14
    print(f"{total} papers, {counted} count", file=sys.stderr)
    if not total // 10 < counted < total * 9 // 10:
        failures.append("the scenarios show too little")
    return total - len(failures), failures


KEY_FILES, PUBLIC = {}, {}
with tempfile.TemporaryDirectory() as name:
    passed, failures = main(pathlib.Path(name))
print("\n".join(failures[:5]))
print(f"papers: {passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
