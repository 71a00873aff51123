#!/usr/bin/env python3
"""Runs the examples that `--help` and the manual pages tell, in a folder in which there is what they name.

    told.py COMITY IMAGE

An example may permit or not, find something or not; an error (status 2) is a mistake of
the example. Examples are run by a shell, in their order, `less` being `cat`, `tail -f` too.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from common import main, same, test

COMITY = pathlib.Path(sys.argv[1]).resolve()
IMAGE = str(pathlib.Path(sys.argv[2]).resolve())
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ELSEWHERE = {  # what an example says, and why it is not run here
    "--passphrase": "asks at a terminal; system/papers.py answers it there",
    "/var/lib": "a ledger of a daemon; system/ledger.py shows one",
    "postgresql:": "a database that runs; system/ledger.py starts one",
    "comityd": "a daemon; system/serve.py starts it",
    "curl": "asks one; system/serve.py does",
    "cc ": "system/install.sh does it",
}
BEFORE = r"""
less() { cat; }
tail() { if [ "$1" = -f ]; then shift; fi; cat "$@"; }
jq() { cat; }
set -o pipefail
"""


def of_help(path):
    """The lines behind `Examples:`; one that goes on stands further in."""
    lines = path.read_text(encoding="utf-8").partition("Examples:\n")[2].splitlines()
    examples = []
    for line in lines:
        if line.startswith("   "):
            examples[-1] += "\n" + line
        elif line.startswith("  "):
            examples.append(line.strip())
    return examples


def of_manual(path):
    return [line.removeprefix(".Dl $ ").replace("\\&", "") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(".Dl $ ")]


def folder_for(folder):
    """What the examples name."""
    def comity(*words):
        return subprocess.run([COMITY, *words], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True).stdout
    for name in ("customers.csv", "acts.ndjson"):
        shutil.copy(ROOT / "examples" / name, folder)
    for name in ("examples", "law"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "examples/house-rules.law", folder / "my-own-rules.law")
    for name in ("exports", "export", "data", "papers"):
        (folder / name).mkdir()
    (folder / "exports/a.txt").write_text("order 12\n")
    (folder / "data/a.txt").write_text("e-mail: anna@example.com\n")
    for name in ("a.json", "export/a.json", "export/b.json"):
        (folder / name).write_text('{"email": "anna@example.com"}\n')
    (folder / "log").write_text("mail of anna@example.com\n")
    subprocess.run(["gzip", "log"], cwd=folder, check=True)
    for name in ("old.image", "new.image"):
        shutil.copy(IMAGE, folder / name)
    comity("key", "new", "sa.key", "--name", "sa.example")
    comity("key", "new", "dpc.key", "--name", "dpc.example")
    (folder / "trust.txt").write_text("comity trust v1\n\nauthority EU.SA\n  key " + comity("key", "show", "sa.key").decode().split()[1] + " from 2020-01-01\n")
    comity("mask", "--new-key", "k")
    shutil.copy(ROOT / "examples/mask-policy.txt", folder / "p")
    comity("mask", "--policy", "p", "--key", "k", "-o", "masked.csv", "customers.csv")


ENVIRONMENT = dict(os.environ, PATH=f"{COMITY.parent}:{os.environ['PATH']}", COMITY_LAW=IMAGE, LC_ALL="C.UTF-8")


def run_all(what, examples):
    with tempfile.TemporaryDirectory(prefix="comity-told-") as name:
        folder = pathlib.Path(name)
        folder_for(folder)
        if not any("--new-key mask.key" in example for example in examples):
            shutil.copy(folder / "k", folder / "mask.key")
        for example in examples:
            if any(part in example for part in ELSEWHERE):
                continue
            done = subprocess.run(["bash", "-c", BEFORE + example], cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=60, check=False)
            if " record init " in example:
                (folder / "trust.policy").write_bytes(b"log " + done.stdout.split()[-1] + b"\nquorum none\n")
            same(f"{what}: {example}", (done.returncode in (0, 1), done.stderr.decode() if done.returncode > 1 else ""), (True, ""))


@test
def of_help_texts():
    for path in sorted((ROOT / "src/cli/help").glob("*.txt")):
        run_all(path.name, of_help(path))


@test
def of_manual_pages():
    for path in sorted((ROOT / "man").glob("*.[1-8]")):
        run_all(path.name, of_manual(path))


@test
def the_manual_page_has_every_command():
    told = subprocess.run([COMITY, "--help"], env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=True).stdout
    commands = re.findall(r"(?m)^  ([a-z]+)  ", told.partition("Commands:\n")[2])
    page = (ROOT / "man/comity.1").read_text(encoding="utf-8")
    same("described", [word for word in commands if not re.search(rf"(?m)^\.It Cm .*\b{word}\b", page)], [])
    same("in the synopsis", [word for word in commands if not re.search(rf"(?m)^\.Cm .*\b{word}\b", page)], [])
    same("some", len(commands) > 9, True)


def ask(words):
    return subprocess.run([COMITY, "ask", *words], env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def questions_of(answer):
    """What an answer asks for: by the question, the option that is told behind it."""
    found = re.search(r"\n  What (?:to tell first|could still matter)\n(.*?)\n\n", answer, re.S)
    lines = "" if found is None else found[1].replace("\n      ", " ")
    return dict(re.findall(r"(?m)^    - (.*) \((--.*)\)$", lines))


def words_of(option):
    """The option as somebody might give it."""
    told, _, value = option.split(", ")[0].partition(" ")
    if value in ("STATE", "STATE:PERCENT"):
        value = "JP" if told in ("--from", "--to") else "none"
    if value == "N" or value.endswith("=N"):
        value = value[:-1] + "1"
    return [told, value] if value else [told]


@test
def questions_are_answered_by_the_options_they_name():
    seen = set()
    for words in ("--from CN --to US --data sensitive --people 10000", "--from US --to CN --data human-genomic --people 1500 --to-kind unknown",
                  "--act disclose --from IE --data content-data", "--act disclose --from FR --to US --data health --circumstance unknown",
                  "--act store --from RU --to NL --data personal", "--from KR --to US", "--from DE --to US --data contact --to-kind unknown",
                  "--to JP --data personal"):
        asked = [*words.split(), "--on", "2026-11-24"]
        questions = questions_of(ask(asked).stdout)
        same(f"{words}: questions are asked", len(questions) > 0, True)
        for question, option in questions.items():
            if "NAME" in option and not option.startswith("--to-name"):
                continue # any of many names
            again = ask(asked + words_of(option))
            same(f"{words} {option}", (again.returncode in (0, 1), again.stderr, question in questions_of(again.stdout)), (True, "", False))
            seen.add(option.split()[0])
    same("either of two", "(--binding, --not-binding)" in ask("--act disclose --from FR --to US --data health --on 2026-11-24".split()).stdout, True)
    held = ask("--from CN --to US --data sensitive --count CN.year.sensitive=10000 --paper security-assessment:CN:passed:by=CN.CAC --on 2026-11-24".split())
    same("of a paper held", "--paper KIND:LAW:from=DATE:by=NAME:…" in questions_of(held.stdout).values(), True)
    same("options of many kinds", sorted({"--count", "--purpose", "--origin", "--subjects", "--deal", "--channel", "--circumstance",
                                           "--from", "--to", "--to-kind", "--from-subject-to", "--data"} - seen), [])


def ways_of(answer):
    """What would make it lawful: sets of papers, in the words of the answer."""
    found = re.search(r"\n  What would make it lawful: any one of these\n(.*?)(\n\n|$)", answer, re.S)
    return [] if found is None else [way.split("\n      and ") for way in re.findall(r"(?m)^    - (.*(?:\n      and .*)*)", found[1])]


def paper_of(words, to):
    """The option for a paper as an answer calls it."""
    kind, _, rest = words.partition(" ")
    said = dict(re.findall(r"(under|about|by|module|result) (\S+)", rest))
    option = ":".join((kind, said.get("under", ""), said.get("result", ""), said.get("module", "")))
    for name, key in (("ref", "about"), ("by", "by")):
        option += f":{name}={said[key]}" if key in said else ""
    return option + (f":states={to}" if "naming states" in rest else "") + ":from=2026-06-01"


@test
def what_would_make_it_lawful_does():
    """Of each set that an answer names, given as options, the act is permitted."""
    for words in ("--from GB --to IN --data employment --purpose human-resources --people 300", "--from DE --to BR --data health --people 20000",
                  "--from SG --to AU --data contact --people 4000", "--from CA-QC --to US --data health --people 50 --purpose support",
                  "--act disclose --from IE --to US --to-kind authority,police --data content-data --location IE --channel direct --binding"):
        asked = [*words.split(), "--on", "2026-11-24"]
        ways = ways_of(ask(asked).stdout)
        same(f"{words}: ways are told", len(ways) > 1, True)
        for way in ways:
            again = ask(asked + [word for paper in way for word in ("--paper", paper_of(paper, asked[asked.index("--to") + 1]))])
            same(f"{words}: {' and '.join(way)}", (again.returncode, again.stdout.split("\n")[0], again.stderr), (0, "permit: no rule on file stands in the way", ""))


sys.exit(main("told"))
