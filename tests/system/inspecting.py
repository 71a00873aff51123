#!/usr/bin/env python3
"""Drives `comity inspect` as people and pipes do.

    inspect.py COMITY TYPES IMAGE
"""
import base64
import contextlib
import gzip
import json
import os
import pathlib
import pty
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile

from common import fail, holds, main, read_terminal, same, skip, test

COMITY = str(pathlib.Path(sys.argv[1]).resolve())
TYPES = str(pathlib.Path(sys.argv[2]).resolve())
IMAGE = str(pathlib.Path(sys.argv[3]).resolve())

PERSON = "1234567897"
TEXT = f"a letter\nperson number: {PERSON}, thank you\n"


class Run:
    def __init__(self, *words, input=b"", types=True, limit=None):
        command = [COMITY, "inspect", *(["--types", TYPES] if types else []), *map(str, words)]
        environment = dict(os.environ, COMITY_LAW=IMAGE)
        done = subprocess.run(command, input=input, capture_output=True, cwd=FOLDER, env=environment, check=False, timeout=120,
                              preexec_fn=limit)
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()
        self.status = done.returncode

    def findings(self):
        return [json.loads(line) for line in self.out.splitlines()]


def put(name, content):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@test
def statuses():
    run = Run(put("clean.txt", "order 12\n"))
    same("nothing found", (run.status, run.out, run.err), (0, "1 input, 9 bytes: nothing found at confidence 75 or above\n", ""))
    same("something found", Run(put("a.txt", TEXT)).status, 1)
    same("no such file", Run("missing.txt").status, 2)
    run = Run("a.txt", "missing.txt")
    same("one of two is missing", run.status, 2)
    holds("what is there is told", "xa.person" in run.out, run.out)
    holds("what is missing is told", "missing.txt: No such file" in run.err, run.err)


@test
def mistakes():
    for words, message in (
        (["--level", "0"], '--level: "0" is no number from 1 to 99'),
        (["--level", "x"], '--level: "x" is no number from 1 to 99'),
        (["--jobs", "65"], '--jobs: "65" is no number from 1 to 64'),
        (["--nonsense"], "--nonsense is no option"),
        (["--level"], "--level wants a value"),
        (["--show-values", "a.txt"], "--show-values: only on a terminal, so that values are not kept by mistake"),
        (["--json", "--act", "from=DE", "a.txt"], "--act: goes with the summary only"),
        (["--act", "from=DE"] * 65, "--act: given too often"),
        (["--levle", "80"], "--levle is no option; did you mean --level?"),
        (["--types", TYPES] * 64, "--types: given too often"),
        (["--state", ",".join(["XA"] * 256), "--state", "XB"], "--state: given too often"),
    ):
        run = Run(*words)
        same(" ".join(words)[:60], (run.status, run.out, run.err),
             (2, "", f"comity inspect: {message}\nSee 'comity inspect --help'.\n"))
    same("as many as can be", Run("--state", ",".join(["XA"] * 256), "clean.txt").status, 0)
    key = put("short.key", "123")
    run = Run("--key", key, "a.txt")
    same("a short key", (run.status, run.out, run.err), (2, "", f"comity: {key}: a key has 16 bytes; there are 3\n"))
    run = Run("--types", put("wrong.types", "type x\n"), "a.txt", types=False)
    same("wrong types", run.status, 2)
    holds("with their place", "wrong.types:2:1: " in run.err, run.err)
    many = "".join(f'type xa.n{i} "N"\n  category name\n  shape    9{{9}}\n  odds     1\n  source   "S"\n' for i in range(4097))
    run = Run("--types", put("many.types", many), "a.txt", types=False)
    same("more types than can be looked for", (run.status, run.out, run.err),
         (2, "", "comity: 4097 forms of types; scanning takes 4096 at most\n"))


@test
def json_lines():
    key = put("key", b"0123456789abcdef")
    lines = Run("--json", "--key", key, put("people.csv", f"name,pnr\nx,{PERSON}\ny,{PERSON[:3]}-{PERSON[3:6]}-{PERSON[6:]}\n")).findings()
    same("two", len(lines), 2)
    same("type", {line["type"] for line in lines}, {"xa.person"})
    same("path", lines[0]["path"], "pnr")
    same("column", lines[0]["column"], 2)
    same("lines", [line["line"] for line in lines], [2, 3])
    same("raw", (lines[0]["raw_begin"], lines[0]["raw_end"]), (11, 21))
    same("however it is written, its digest is the same", lines[0]["digest"], lines[1]["digest"])
    holds("evidence", "field-name" in lines[0]["evidence"], lines[0])
    holds("no value", PERSON not in json.dumps(lines))
    again = Run("--json", "people.csv").findings()
    holds("another key, another digest", again[0]["digest"] != lines[0]["digest"])


@test
def packed():
    put("b.txt.gz", gzip.compress(TEXT.encode()))
    lines = Run("--json", "b.txt.gz").findings()
    same("found", [line["type"] for line in lines], ["xa.person"])
    same("chain", lines[0]["chain"], "gzip")
    holds("no raw place in what is compressed", "raw_begin" not in lines[0])
    cut = Run(put("cut.gz", gzip.compress(os.urandom(5000))[:2000]))
    same("cut off", cut.status, 2)
    holds("is told", "cut.gz: " in cut.err, cut.err)
    same("and in the summary", cut.out.split("\n", 1)[1],
         "\n  1 could not be read to the end; standard error says why\n")
    same("which says what was not found", cut.out.split("\n")[0], "1 input, 2.0 KiB: nothing found at confidence 75 or above")


@test
def from_a_pipe():
    run = Run("--json", input=TEXT.encode())
    same("type", [line["type"] for line in run.findings()], ["xa.person"])
    same("file", run.findings()[0]["file"], "standard input")
    same("by its mark", len(Run("--json", "-", input=TEXT.encode()).findings()), 1)
    same("nothing at all", Run(input=b"").status, 0)
    run = Run("--json", "--type", "application/json", input=b'{"pnr":"1234567897"}')
    same("with its content type", run.findings()[0]["path"], "pnr")


@test
def fields_of_a_multipart_form():
    fields = {"dob": "1985-03-12", "name": "Anna Miller\r\nand more", "note": "Anna Miller", "address": "12 Main Street, Springfield"}
    form = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    run = Run("--json", "--type", "multipart/form-data; boundary=b", types=False, input=f"{form}--b--\r\n".encode())
    same("what its field alone says what it is", [(line["type"], line["end"] - line["begin"]) for line in run.findings()],
         [("person.birth-date", 10), ("person.name", 11), ("person.address", 27)])


@test
def inputs_of_html():
    page = '<form><input name="firstname" value="Anna"><input value="1985-03-12" type=text name="dob"><input id="full_name" value="Anna Miller">' \
           '<option value="Anna Miller"></form>'
    run = Run("--json", "--type", "text/html", types=False, input=page.encode())
    same("a value is called by the name of its tag", [(line["type"], line["begin"]) for line in run.findings()],
         [("person.name-part", page.index("Anna")), ("person.birth-date", page.index("1985")), ("person.name", page.index("Anna Miller"))])


@test
def queries_in_a_log():
    log = 'GET /u?email=anna%40example.com&note=%40&phone=%2B49301234567 HTTP/1.1 "https://x.example/?full_name=Anna+M%C3%BCller&y=%2B1"\n'
    run = Run("--json", types=False, input=log.encode())
    same("percent-encoding is undone", [(line["type"], log[line["begin"]:line["end"]]) for line in run.findings()],
         [("net.email", "anna%40example.com"), ("de.phone", "%2B49301234567"), ("person.name", "Anna+M%C3%BCller")])


@test
def rows_of_sql():
    dump = "-- MySQL dump\nCREATE TABLE `p` (\n  `id` int,\n  `mail` varchar(99),\n  `name` varchar(99)\n);\n" \
           "INSERT INTO `p` VALUES (1,'a@example.com','Anna Miller'),(2,'b@example.com','Bob O\\'Neill'),(3,'a@example.com',NULL);\n"
    run = Run("--json", types=False, input=dump.encode())
    same("by column and row", [(line["type"], line["path"], line["record"]) for line in run.findings()],
         [("net.email", "mail", 1), ("person.name", "name", 1), ("net.email", "mail", 2), ("person.name", "name", 2), ("net.email", "mail", 3)])
    holds("persons by row", "2 persons" in Run(types=False, input=dump.encode()).out.split("\n")[0], run.out)


@test
def pairs_of_json():
    run = Run("--json", "--type", "application/json", types=False, input=b'{"answers":[{"name":"full name","value":"Anna Miller"},{"name":"x","value":"y"}]}')
    same("the path tells keys, and nothing of what is in a field", [(line["type"], line["path"]) for line in run.findings()],
         [("person.name", "answers[].value")])


@test
def folders():
    put("tree/one.txt", TEXT)
    put("tree/deep/er/two.txt", TEXT)
    put("tree/deep/skip.log", TEXT)
    put("tree/out/three.txt", TEXT)
    put("tree/.git/config", TEXT)
    put("tree/.gitignore", "*.log\n/out/\n# a comment\n")
    files = sorted(line["file"] for line in Run("--json", "tree").findings())
    same("files", files, ["tree/deep/er/two.txt", "tree/one.txt"])
    put("tree/deep/.comityignore", "er/\n")
    same("inner", [line["file"] for line in Run("--json", "tree").findings()], ["tree/one.txt"])
    same("all of them", len(Run("--json", "--no-ignore", "tree").findings()), 4)
    same("said", Run("tree").out.splitlines()[-1], "  3 left out by ignore files (--no-ignore takes them in)")
    put("tree/deep/.comityignore", "*\n!two.txt\n!er/\n")
    same("taken in again", sorted(line["file"] for line in Run("--json", "tree").findings()), ["tree/deep/er/two.txt", "tree/one.txt"])


def taken_in(*words):
    return sorted(line["file"] for line in Run("--json", *words).findings())


@test
def ignore_patterns():
    """Each of the patterns of gitignore(5): of these files, what is left out."""
    files = ["a", "a b", "b/a", "b/c/a", "b/c/d/a", "b/x.y", "bc", "#h", "!n", "s ", "b/[q]", "c-d", "b]"]
    cases = (
            (b"a\n", ["a", "b/a", "b/c/a", "b/c/d/a"]),
            (b"/a\n", ["a"]),
            (b"b/a\n", ["b/a"]),
            (b"b/**/a\n", ["b/a", "b/c/a", "b/c/d/a"]),
            (b"b/*/a\n", ["b/c/a"]),
            (b"**/c/a\n", ["b/c/a"]),
            (b"b/**\n", ["b/[q]", "b/a", "b/c/a", "b/c/d/a", "b/x.y"]),
            (b"b/***/d/**/a\n", ["b/c/d/a"]),
            (b"b*a\n", []),
            (b"b/c/?/a\n", ["b/c/d/a"]),
            (b"b/c?a\n", []),
            (b"c/\n", ["b/c/a", "b/c/d/a"]),
            (b"a/\n", []),
            (b"\\#h\n\\!n\n#c\n", ["!n", "#h"]),
            (b"s\n", []),
            (b"s\\ \n", ["s "]),
            (b"bc   \n", ["bc"]),
            (b"bc\r\nx\\\n", ["bc"]),
            (b"\xef\xbb\xbfbc\n", ["bc"]),
            (b"bc", ["bc"]),
            (b"b[a-c]\n", ["bc"]),
            (b"b[!a-b]\n", ["b]", "bc"]),
            (b"b[]d]\n", ["b]"]),
            (b"b[[:alpha:]]\n", ["bc"]),
            (b"b[[:alpha]\n", []),
            (b"c[+--]d\n", ["c-d"]),
            (b"b[c-a]\n", ["bc"]),
            (b"b[\\]]\nc[a\n", ["b]"]),
            (b"b[/]a\n", []),
            (b"\\[q\\]\n", ["b/[q]"]),
            (b"*\n!*/\n!a\n!x.y\n", ["!n", "#h", "a b", "b/[q]", "b]", "bc", "c-d", "s "]),
            (b"b/\n!b/a\n", ["b/[q]", "b/a", "b/c/a", "b/c/d/a", "b/x.y"]),
            (b"/\n//\n!\n\n", []),
            (b"x" * 5000 + b"\n" + b"*a" * 2000 + b"\n", []),
            (b"*[" + b"[:" * 500000 + b"\n", [])) # the end of each class is not looked for to the end of the line
    for number, (text, _) in enumerate(cases):
        for name in files:
            put(f"patterns/{number}/{name}", TEXT)
        put(f"patterns/{number}/.gitignore", text)
    found = set(taken_in("patterns"))
    for number, (text, left_out) in enumerate(cases):
        same(text[:40], [name for name in sorted(files) if f"patterns/{number}/{name}" not in found], left_out)


@test
def ignore_files_of_the_repository():
    """A folder within a repository of git: what stands above it counts, up to the root."""
    put("above/.gitignore", "one.txt\n")
    put("above/repository/.git/info/exclude", "two.txt\n")
    put("above/repository/.gitignore", "/in/three.txt\nfour.txt\n")
    put("above/repository/in/.gitignore", "!four.txt\n")
    for name in ("one", "two", "three", "four"):
        put(f"above/repository/in/side/{name}.txt", TEXT)
        put(f"above/repository/in/{name}.txt", TEXT)
    within = "above/repository/in"
    names = [f"{within}/four.txt", f"{within}/one.txt", f"{within}/side/four.txt", f"{within}/side/one.txt", f"{within}/side/three.txt"]
    same("from within", taken_in(within), names)
    same("from the root", taken_in("above/repository"), names)
    same("a folder further in", taken_in(f"{within}/side/"), [f"{within}/side/{name}.txt" for name in ("four", "one", "three")])
    same("by a link", len(taken_in(FOLDER / within)), 5)
    same("no repository, nothing above it", len(taken_in("--no-ignore", within)), 8)
    same("a file that is named", taken_in(f"{within}/two.txt"), [f"{within}/two.txt"])


@test
def ignores_as_git_does():
    git = shutil.which("git")
    if git is None:
        return skip("there is no git to compare with")
    chance = random.Random(7)
    environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
    names = ["a", "b", "ab", "ba", "a.b", "a b", "[a]", "!a", "#a", "a ", "-", "\u00e9", "a]"]
    parts = ["a", "b", "*", "?", "[ab]", "[!a]", "[^b]", "[a-]", "[]a]", "[[:alpha:]]", "\\a", "\\[", "\\]", "\\!", ".", " ", "\\ ", "-", "[", "]", "\u00e9", "\\"]

    def pattern():
        folders = ["**" if chance.random() < 0.2 else "".join(chance.choices(parts, k=chance.randint(1, 3))).replace("**", "*")
                   for _ in range(chance.choice([1, 1, 1, 2, 3]))]
        return chance.choice(["", "", "", "/", "!"]) + "/".join(folders) + chance.choice(["", "", "", "/", " ", "\r"])

    lines, expected = {}, []
    for number in range(60):
        tree = f"git/{number}"
        for _ in range(30):
            with contextlib.suppress(OSError):  # where a folder stands already
                put(tree + "/" + "/".join(chance.choices(names, k=chance.randint(1, 4))), TEXT)
        folders = [pathlib.Path(place) for place, _, _ in os.walk(FOLDER / tree)]
        for place in [folders[0]] + chance.sample(folders, min(2, len(folders))):
            lines[str(place)] = [pattern() for _ in range(chance.randint(1, 4))]
            (place / ".gitignore").write_text("\n".join(lines[str(place)]) + "\n")
        subprocess.run([git, "init", "--quiet", FOLDER / tree], env=environment, check=True)
        listed = subprocess.run([git, "-C", FOLDER / tree, "ls-files", "--others", "--exclude-standard", "-z"],
                                env=environment, capture_output=True, check=True).stdout.decode()
        expected += [f"{tree}/{name}" for name in listed.split("\0") if name and not name.endswith(".gitignore")]
    found = set(taken_in("git"))
    for name in sorted(found.symmetric_difference(expected)):
        tree = str(FOLDER / "/".join(name.split("/")[:2]))
        fail(f"{name}: {'taken in' if name in found else 'left out'}, but not by git: { {place: one for place, one in lines.items() if place.startswith(tree)} }")
    holds("some are taken in, some left out", 100 < len(expected) < 1700, len(expected))


@test
def folders_too_deep():
    put("deep/" + "d/" * 128 + "last.txt", TEXT)
    same("as deep as can be", Run("deep").status, 1)
    put("deep/" + "d/" * 129 + "beyond.txt", TEXT)
    run = Run("deep")
    same("deeper", run.err, "comity: deep" + "/d" * 129 + ": folders are too deep within one another\n")
    same("is an error", run.status, 2)
    same("but the others are looked into", run.out.split(": ")[1].split("\n")[0], "1 finding of 1 type, 1 person")


@test
def no_room_for_threads():
    if b"__tsan_init" in pathlib.Path(COMITY).read_bytes():
        return skip("the thread sanitizer does not bear it")

    def no_stack():
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 47, resource.getrlimit(resource.RLIMIT_STACK)[1]))

    run = Run("a.txt", limit=no_stack)
    same("a stack larger than memory can be", (run.status, run.out, run.err), (2, "", "comity: no thread could be started\n"))


@test
def many_files_at_once():
    for i in range(40):
        put(f"many/{i:02}.ndjson", "".join(f'{{"pnr":"{PERSON}","email":"u{i}.{j}@example.com"}}\n' for j in range(50)))
    one = Run("--json", "--key", "key", "--jobs", "1", "many").findings()
    four = Run("--json", "--key", "key", "--jobs", "4", "many").findings()
    same("as many", len(four), len(one))
    same("the same", sorted(json.dumps(line, sort_keys=True) for line in four), sorted(json.dumps(line, sort_keys=True) for line in one))
    summaries = [Run("--jobs", jobs, "many").out.split("\n")[0] for jobs in ("1", "4")]
    same("the same persons", summaries[0], summaries[1])
    holds("one person by number", ", 1 person" in summaries[0], summaries[0])


@test
def summary():
    run = Run("a.txt")
    holds("first line", run.out.startswith("1 input, "), run.out)
    for text in ("1 finding of 1 type, 1 person", "xa.person", "XA", "government-id", "a.txt:2"):
        holds(text, text in run.out, run.out)
    holds("no value", PERSON not in run.out)
    same("the level is that asked for", Run("--level", "90", "a.txt").status, 0)


@test
def sarif():
    run = Run("--sarif", "a.txt")
    told = json.loads(run.out)
    results = told["runs"][0]["results"]
    same("version", told["version"], "2.1.0")
    same("rule", [result["ruleId"] for result in results], ["xa.person"])
    same("line", results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2)
    rules = {rule["id"] for rule in told["runs"][0]["tool"]["driver"]["rules"]}
    holds("its rule is declared", "xa.person" in rules)
    same("nothing found", json.loads(Run("--sarif", "clean.txt").out)["runs"][0]["results"], [])
    same("several", len(json.loads(Run("--sarif", "many").out)["runs"][0]["results"]), 4000)
    same("all was read", told["runs"][0]["invocations"], [{"executionSuccessful": True}])
    missing = Run("--sarif", "a.txt", "missing.txt")
    same("what could not be read is no success", (missing.status, json.loads(missing.out)["runs"][0]["invocations"]),
         (2, [{"executionSuccessful": False}]))


def sarif_uris(*words, **options):
    results = json.loads(Run("--sarif", *words, **options).out)["runs"][0]["results"]
    return [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]


@test
def sarif_names_files_by_uris():
    for name in ("a b.txt", "50% #1?.txt", "ä:1.txt", "new\nline.txt"):
        put(f"uris/{name}", TEXT)
    same("as RFC 3986 has them", sarif_uris("--jobs", "1", "uris"),
         ["uris/50%25%20%231%3F.txt", "uris/a%20b.txt", "uris/new%0Aline.txt", "uris/%C3%A4%3A1.txt"])
    same("from here on", sarif_uris("./uris/a b.txt"), ["uris/a%20b.txt"])
    same("of this machine", sarif_uris(FOLDER / "a.txt"), [f"file://{FOLDER}/a.txt"])
    same("standard input", sarif_uris(input=TEXT.encode()), ["standard%20input"])


@test
def sarif_tells_findings_apart_under_a_key_only():
    def fingerprints(*words):
        return [result.get("partialFingerprints") for result in json.loads(Run("--sarif", *words, "a.txt").out)["runs"][0]["results"]]
    key = put("key", b"0123456789abcdef")
    same("without a key they would differ each time", fingerprints(), [None])
    same("with one they stay", fingerprints("--key", key), fingerprints("--key", key))
    holds("and there is one", len(fingerprints("--key", key)[0]["valueDigest"]) == 32)


@test
def names_that_are_odd():
    for name, told, uri in (("x\ny\x1b[31m.txt", "x\\x0ay\\x1b[31m.txt", "x%0Ay%1B%5B31m.txt"), ("50% #1?.txt", "50% #1?.txt", "50%25%20%231%3F.txt"),
                            ("Größe.txt", "Größe.txt", "Gr%C3%B6%C3%9Fe.txt"), (b"\xff.txt", "\\xff.txt", "%FF.txt"),
                            ("a\u202eb.txt", "a\\xe2\\x80\\xaeb.txt", "a%E2%80%AEb.txt")):
        name = os.fsdecode(name)
        (FOLDER / "odd").mkdir(exist_ok=True)
        (FOLDER / "odd" / name).write_text(TEXT)
        run = Run("odd")
        holds(f"the summary names {told}", f"\n      odd/{told}:2\n" in run.out, run.out)
        told_uri = json.loads(Run("--sarif", "odd").out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        same("SARIF wants a reference", told_uri, f"odd/{uri}")
        line = json.loads(Run("--json", "odd").out)
        is_text = "\udcff" not in name
        same("JSON has the name, or its bytes beside it", (line["file"], line.get("file_base64")),
             (f"odd/{name}", None) if is_text else ("odd/?.txt", base64.b64encode(b"odd/" + os.fsencode(name)).decode()))
        primary, secondary = pty.openpty()
        subprocess.run([COMITY, "inspect", "--types", TYPES, "--show-values", "odd"], stdout=secondary, cwd=FOLDER, check=False, timeout=60)
        os.close(secondary)
        text = read_terminal(primary).decode()
        holds("so does the line of a value", f"odd/{told}:2: xa.person" in text, text)
        (FOLDER / "odd" / name).unlink()
    header = "na\x1bme,\x1b]0;t\x07pnr\n"
    run = Run(put("odd.csv", header + f"x,person number {PERSON}\n" * 3))
    holds("nor do names within a file move a terminal", "\x1b" not in run.out and "xa.person" in run.out, run.out)


@test
def judged_at_once():
    run = Run("--act", "from=DE,to=BR,on=2026-11-24", "a.txt")
    holds("summary first", run.out.startswith("1 input"), run.out)
    holds("then the judgement", "\nconditional:" in run.out, run.out)
    same("status", run.status, 1)
    run = Run("--act", "from=DE,to=BR,on=2026-11-24", "--act", "purpose=research", "a.txt")
    same("permitted", (run.status, "\npermit:" in run.out), (0, True))
    run = Run("--act", "from=DE,nonsense=1", "a.txt")
    same("a wrong part, before anything is read", (run.status, run.out, run.err),
         (2, "", "comity ask: --nonsense is no option\nSee 'comity ask --help'.\n"))
    run = Run("--act", "from=DE,to=BR,on=2026-02-30", "a.txt")
    same("no day, before anything is read", (run.status, run.out), (2, ""))
    run = Run("--act", "from=DE,to=BR,json,on=2026-11-24,purpose=research", "a.txt")
    same("a part without a value, and what follows it", (run.status, '"verdict":"permit","on":"2026-11-24"' in run.out), (0, True))
    run = Run("--act", ",".join(["from=DE"] * 80), "a.txt")
    same("too long", (run.status, run.err), (2, "comity: --act: too long\n"))


@test
def on_a_terminal():
    primary, secondary = pty.openpty()
    done = subprocess.run([COMITY, "inspect", "--types", TYPES, "--show-values", "a.txt"], stdout=secondary, cwd=FOLDER,
                          stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(secondary)
    text = read_terminal(primary)
    same("status", done.returncode, 1)
    holds("the value", PERSON.encode() in text, text)


@test
def what_is_told_of_an_input():
    packed = gzip.compress(TEXT.encode())
    same("how it is compressed", [found["chain"] for found in Run("--json", "--encoding", "gzip", input=packed).findings()], ["gzip"])
    damaged = Run("--encoding", "gzip", input=TEXT.encode())
    same("and is not", (damaged.status, "standard input: gzip: " in damaged.err), (2, True))
    between = b"\xb1\xb2\xb3\xb4 person number: 1234567897\n"  # as good Chinese as Korean
    for locale, charset in (("zh-CN", "gb18030"), ("ko-KR", "euc-kr")):
        same(f"the language {locale}", [found["chain"] for found in Run("--json", "--locale", locale, input=between).findings()], [charset])
    plain, likely, other = (Run("--json", *words, "a.txt").findings()[0] for words in ((), ("--state", "XA"), ("--state", "XB")))
    holds("a likely state makes sure", likely["confidence"] > plain["confidence"] and "locale" in likely["evidence"], likely)
    same("another does not", (other["confidence"], "locale" in other["evidence"]), (plain["confidence"], False))
    same("the law that judges", Run("--law", IMAGE, "--act", "from=DE,to=BR,on=2026-11-24,purpose=research", "a.txt").status, 0)
    run = Run("--law", "a.txt", "--act", "from=DE,to=BR", "a.txt")
    same("is none", (run.status, "this is no law image" in run.err), (2, True))


@test
def progress():
    put("large.txt", "a line that holds nothing of interest to anybody at all\n" * (20 << 14))
    primary, secondary = pty.openpty()
    running = subprocess.Popen([COMITY, "inspect", "--types", TYPES, "large.txt"], stdout=subprocess.DEVNULL, cwd=FOLDER, stderr=secondary)
    os.close(secondary)
    shown = b""
    with contextlib.suppress(OSError):  # it ends so, on Linux
        while block := os.read(primary, 65536):
            shown += block
    os.close(primary)
    same("status", running.wait(60), 0)
    lines = shown.decode().split("\r")
    holds("how far it is", len(lines) > 2 and all(re.fullmatch(r"(\[#*\.*\] +\d+%  \d+\.\d of 17\.5 MiB )?| {79}", line) for line in lines), lines)
    same("and then nothing more of it", lines[-2:], [" " * 79, ""])


@test
def own_types():
    run = Run("--list-types", types=False)
    holds("built in", len(run.out.splitlines()) > 100, len(run.out.splitlines()))
    same("a file's", len(Run("--list-types").out.splitlines()), 13)
    lines = [line.split() for line in Run("--list-categories", types=False).out.splitlines()]
    holds("categories", ["email", "contact"] in [line[:2] for line in lines], lines)
    count = {line[0]: int(line[-2]) for line in lines}
    holds("a category counts what belongs to it", count["contact"] >= count["email"] + count["phone"] > 100 and "children" not in count, count)


with tempfile.TemporaryDirectory() as name:
    FOLDER = pathlib.Path(name).resolve()
    status = main("inspect")
sys.exit(status)
