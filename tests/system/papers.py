#!/usr/bin/env python3
"""Drives comity key, comity paper and comity judge --papers as people do.

    papers.py COMITY

All law, keys and papers are made here, in a folder that goes away.
"""
import hashlib
import json
import os
import pathlib
import pty
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

from common import crc32c, holds, main, same, test

HERE = pathlib.Path(__file__).resolve().parent
COMMON = HERE.parent / "cases" / "judge" / "common"
COMITY = str(pathlib.Path(sys.argv[1]).resolve())

LAW = """state XA "Examplia"

instrument I "Act"

covers transfer from 2000-01-01

authority XA.DPC "Data Protection Commission" may grant permission, assessment

rule XA.I.1 "Personal data leaves with a permission"
  cite   I "1"
  when   transfer from XA to outside XA and data has personal
  needs  permission by XA.DPC
  unverified

rule XA.I.2 "Health data leaves with consent or under encryption"
  cite   I "2"
  when   transfer from XA to outside XA and data has health
  needs  one of encryption, consent
  unverified

rule XA.I.3 "Genetic data leaves under a contract, or not"
  cite   I "3"
  when   transfer from XA to outside XA and data has genetic
  needs  a way
  unverified

rule XA.I.4 "A contract and an assessment"
  cite   I "4"
  when   transfer from XA and data has genetic
  way    XA.I.3 with all of contract naming parties, assessment
  unverified
"""

FORMS = """\
consent                      consent of persons, as its holder declares it
standard-contract            a contract that those named in `by` have made
statement                    an assessment, notice or other paper of a party's own
permission                   a permission, approval, licence, registration or order
security-assessment          an assessment that an authority has passed
certification                a certification
judicial-assistance-request  one authority's request to another
judicial-assistance-grant    the grant of a request
product-attestation          what is declared of a product
law-file                     law files or images, by their hash
agreement                    an agreement of states, by its text's hash
delegation                   power for another key to sign in one's name
revocation                   the end of a paper or of a key
"""


class Run:
    """One run of the command. `phrase`: what it reads from file descriptor 3."""

    def __init__(self, *words, input="", phrase=None):
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        environment["COMITY_LAW"] = str(IMAGE)
        reader = None
        options = {}
        words = [COMITY, *map(str, words)]
        if phrase is not None:
            reader, writer = os.pipe()
            os.write(writer, phrase.encode())
            os.close(writer)
            options = {"pass_fds": [reader]}
            words += ["--passphrase-fd", str(reader)]
        done = subprocess.run(words, input=input.encode(), capture_output=True, cwd=FOLDER, env=environment, check=False,
                              timeout=120, start_new_session=True, **options)
        if reader is not None:
            os.close(reader)
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()
        self.status = done.returncode

    def both(self):
        return self.out + self.err, self.status


def put(name, content, mode=None):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if mode is not None:
        path.chmod(mode)
    return path


def key(name, *words, **more):
    """A new key; its public key."""
    run = Run("key", "new", f"{name}.key", "--name", f"{name}.example", *words, **more)
    assert run.status == 0, run.err
    return run.out.strip()


def paper(name, form, signer, *words):
    """A signed paper in papers/NAME."""
    text = Run("paper", "new", form, *words)
    assert text.status == 0, text.err
    run = Run("paper", "sign", "--key", f"{signer}.key", "-o", f"papers/{name}", input=text.out)
    assert run.status == 0, run.err


# ---- keys ----


@test
def keys():
    run = Run("key", "new", "a.key", "--name", "a.example/papers")
    same("made", (run.status, run.err), (0, ""))
    holds("prints the public key", re.fullmatch(r"a\.example/papers\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}\n", run.out), run.out)
    same("mode", stat.S_IMODE((FOLDER / "a.key").stat().st_mode), 0o600)
    public = run.out.strip()
    same("never again", Run("key", "new", "a.key", "--name", "a").both(), ("comity: a.key: File exists\n", 2))
    same("shown", Run("key", "show", "a.key").both(), (f"public     {public}\npurpose    paper\npassphrase no\n", 0))
    same("as JSON", json.loads(Run("key", "show", "--json", "a.key").out), {"public": public, "purpose": "paper", "passphrase": False})
    for purpose, kind in (("paper", "A"), ("log", "A"), ("witness", "B")):
        run = Run("key", "new", f"{purpose}.key", "--name", "x", "--purpose", purpose)
        holds(purpose, run.status == 0 and run.out.split("+", 2)[2].startswith(kind), run.out)
        same("told", Run("key", "show", f"{purpose}.key").out.splitlines()[1], f"purpose    {purpose}")
    for mode in (0o640, 0o604, 0o620, 0o660):
        (FOLDER / "a.key").chmod(mode)
        same(oct(mode), Run("key", "show", "a.key").both(),
             (f"comity: a.key: its mode is {mode:04o}, so that others may read or alter this key; it must be 0600\n", 2))
    (FOLDER / "a.key").chmod(0o400)
    same("its owner may do without writing", Run("key", "show", "a.key").status, 0)


@test
def key_mistakes():
    see = "See 'comity key --help'.\n"
    for words, told in ((["new", "x.key"], f"comity key: new: the key's --name is missing\n{see}"),
                        (["new", "--name", "x"], f"comity key: new: one key file expected\n{see}"),
                        (["new", "--name", "x", "a", "b"], f"comity key: new: one key file expected\n{see}"),
                        (["new", "x.key", "--name", "a b"], "comity: --name: \"a b\" is no name of a key: it must be UTF-8 without spaces, '+' and control characters\n"),
                        (["new", "x.key", "--name", ""], "comity: --name: a key's name is empty\n"),
                        (["new", "x.key", "--name", "x", "--purpose", "seal"], f"comity key: --purpose: 'seal' is none; there are paper, log and witness\n{see}"),
                        (["new", "x.key", "--name", "x", "--passphrase-fd", "three"], f"comity key: --passphrase-fd: 'three' is no file descriptor\n{see}"),
                        (["new", "x.key", "--name", "x", "--passphrase-fd", "99"], "comity: the passphrase cannot be read from file descriptor 99: Bad file descriptor\n"),
                        (["new", "no/x.key", "--name", "x"], "comity: no/x.key: No such file or directory\n"),
                        (["new", "x.key", "--name"], f"comity key: new: --name wants a value\n{see}"),
                        (["show"], f"comity key: show: one key file expected\n{see}"),
                        (["show", "--name", "x", "a"], f"comity key: show: --name is no option\n{see}"),
                        (["show", "missing"], "comity: missing: No such file or directory\n"),
                        (["show", "."], "comity: .: not a plain file, as a key file is\n"),
                        (["shwo"], f"comity key: 'shwo' is no verb; there are new and show\n{see}")):
        run = Run("key", *words)
        same(words, (run.out, run.err, run.status), ("", told, 2))
    holds("nothing was made", not (FOLDER / "x.key").exists())
    put("text.key", "hello\n", 0o600)
    same("no key file", Run("key", "show", "text.key").err, 'comity: text.key: no key file: a line that begins with "comity key v1" is missing\n')
    run = Run("key")
    holds("no verb", run.status == 2 and run.err.startswith("Usage: comity key new "), run.err)


@test
def passphrases():
    run = Run("key", "new", "locked.key", "--name", "locked.example", phrase="open sesame\n")
    same("made", (run.status, run.err), (0, ""))
    same("told", Run("key", "show", "locked.key").out.splitlines()[2], "passphrase yes")
    holds("the secret is not in it as it is", "argon2id13 3 262144" in (FOLDER / "locked.key").read_text())
    put("text", Run("paper", "new", "consent", "--paper", "consent", "--id", "1", "--by", "A", "--under", "XA").out)
    same("opens", Run("paper", "sign", "--key", "locked.key", "text", phrase="open sesame").status, 0)
    same("another", Run("paper", "sign", "--key", "locked.key", "text", phrase="open sesami").both(),
         ("comity: locked.key: the passphrase is another, or the key file has been altered\n", 2))
    same("an empty one", Run("paper", "sign", "--key", "locked.key", "text", phrase="").both(),
         ("comity: locked.key: the passphrase is empty\n", 2))
    same("nobody to ask", Run("paper", "sign", "--key", "locked.key", "text").both(),
         ("comity: locked.key: there is no terminal to ask for the passphrase; give it with --passphrase-fd\n", 2))
    same("too long", Run("paper", "sign", "--key", "locked.key", "text", phrase="x" * 1025).both(),
         ("comity: the passphrase has more than 1024 bytes\n", 2))
    same("none for a new key", Run("key", "new", "empty.key", "--name", "x", phrase="\n").both(), ("comity: the passphrase is empty\n", 2))
    holds("nothing was made", not (FOLDER / "empty.key").exists())


def on_terminal(words, answers):
    """Runs the command on a terminal of its own; what it shows, and its exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(FOLDER)
        os.execv(COMITY, [COMITY, *words])
    shown = b""
    for answer in answers:
        while shown.count(b": ") < answers.index(answer) + 1:
            shown += os.read(terminal, 4096)
        time.sleep(0.1)
        os.write(terminal, answer)
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            break
        if not more:
            break
        shown += more
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


@test
def asked_on_a_terminal():
    shown, status = on_terminal(["key", "new", "asked.key", "--name", "asked", "--passphrase"], [b"one two\n", b"one two\n"][:1] + [b"one two\n "][:1])
    holds("made", status == 0 and "one two" not in shown, (shown, status))
    same("what is asked", shown.split("asked+")[0], "New passphrase for asked.key: \nThe same again for asked.key: \n")
    shown, status = on_terminal(["key", "new", "differs.key", "--name", "asked", "--passphrase"], [b"one\n", b"two\n"])
    holds("not the same", status == 2 and "the two passphrases are not the same" in shown, shown)
    shown, status = on_terminal(["paper", "sign", "--key", "asked.key", "text"], [b"one two\n"])
    holds("signs", status == 0 and "Passphrase for asked.key: " in shown and "\u2014 asked " in shown, shown)
    shown, status = on_terminal(["paper", "sign", "--key", "asked.key", "text"], [b"\x03"])
    shown_long, status_long = on_terminal(["paper", "sign", "--key", "asked.key", "text"], [b"x" * 1100 + b"\n"])
    holds("too long", status_long == 2 and "the passphrase is too long" in shown_long, shown_long[:200])
    holds("interrupted", status == 2 and "no passphrase was given" in shown, (shown, status))


# ---- papers ----


@test
def written_and_signed():
    key("p")
    put("annex.pdf", b"annexed")
    run = Run("paper", "new", "permission", "--until", "2028-12-31", "--under", "XB", "--under", "XA", "--by", "XA.DPC", "--paper", "permission",
              "--issued", "2026-01-01", "--id", "2026-17", "--party", "B", "--party", "A", "--document", "annex.pdf")
    expected = ("comity paper/permission v1\npaper: permission\nid: 2026-17\nby: XA.DPC\nissued: 2026-01-01\nuntil: 2028-12-31\nunder: XA\n"
                "under: XB\nparty: A\nparty: B\n" f"document: sha256:{hashlib.sha256(b'annexed').hexdigest()} annex.pdf\n")
    same("text", run.both(), (expected, 0))
    holds("issued today", re.search(r"\nissued: \d{4}-\d\d-\d\d\n", Run("paper", "new", "consent", "--paper", "c", "--id", "1", "--by", "A", "--under", "XA").out))
    put("text", expected)
    run = Run("paper", "sign", "--key", "p.key", "text")
    same("signed", run.status, 0)
    holds("as a note", run.out.startswith(expected + "\n\u2014 p.example ") and run.out.count("\n") == expected.count("\n") + 2, run.out)
    same("from standard input", Run("paper", "sign", "--key", "p.key", input=expected).out, run.out)
    put("p.paper", run.out)
    name = "sha256:" + hashlib.sha256(expected.encode()).hexdigest()
    public = json.loads(Run("key", "show", "--json", "p.key").out)["public"]
    shown = expected + f"\nname      {name}\nsigned by p.example, as it says: key {public.split('+')[1]}\nverified  no: 'comity paper verify' does that\n"
    same("shown", Run("paper", "show", "p.paper").both(), (shown, 0))
    put("turned", (FOLDER / "p.paper").read_text() + "\u2014 p.exam\u202eelp AAAAAAA=\n")
    same("a name that turns text around", Run("paper", "show", "turned").out,
         shown.replace("verified", "signed by a name with U+202E, which cannot be seen: key 00000000\nverified"))
    key("q")
    run = Run("paper", "countersign", "--key", "q.key", "p.paper", "-o", "pq.paper")
    same("countersigned", run.both(), ("", 0))
    holds("both", re.search(r"\n\n\u2014 p.example .*\n\u2014 q.example .*\n$", (FOLDER / "pq.paper").read_text()))
    same("revokes by file", Run("paper", "new", "revocation", "--id", "1", "--by", "A", "--revokes", "pq.paper", "--issued", "2026-01-01").out,
         f"comity paper/revocation v1\nid: 1\nby: A\nissued: 2026-01-01\nrevokes: {name}\n")
    same("forms", Run("paper", "forms").both(), (FORMS, 0))
    told = [json.loads(line) for line in Run("paper", "forms", "--json").out.splitlines()]
    same("as JSON", "".join(f"{form['form']:28} {form['summary']}\n" for form in told), FORMS)
    for form in told:
        lines = [f"  --{f['field']} {f['value']}{' …' if f['repeats'] else ''}{'  (must be said)' if f['required'] else ''}\n" for f in form["fields"]]
        same(form["form"], Run("paper", "forms", form["form"]).out, f"{form['form']}: {form['summary']}\n" + "".join(lines))
        same("alone", Run("paper", "forms", "--json", form["form"]).out.splitlines(), [json.dumps(form, separators=(",", ":"), ensure_ascii=False)])
    holds("no such option", "paper: forms: --what is no option" in Run("paper", "forms", "--what").err)
    holds("fields of one", "  --key PUBLIC-KEY  (must be said)\n" in Run("paper", "forms", "delegation").out)


@test
def as_the_document_says():
    document = (HERE.parent.parent / "docs/formats/paper.md").read_text(encoding="utf-8")
    order = [name for line in document.split("| field |")[1].split("## Forms")[0].splitlines()[2:] if line.startswith("|")
             for name in re.findall(r"`([a-z]+)`", line.split("|")[1])]
    forms = re.findall(r"(?m)^\| `([a-z-]+)` \| (.*?) \| .* \|$", document.split("| form |")[1].split("What each must say")[0])
    same("forms", [f"{name:28} {summary}" for name, summary in forms], FORMS.splitlines())
    said, before = {}, None
    for row in re.findall(r"(?m)^\| (`.*?) \| (.*) \| (.*) \|$", document.split("| forms |")[1].split("Who has natural persons")[0]):
        must, may = ((before[i] if "the same" in cell else []) + re.findall(r"`([a-z]+)`", cell.replace("one of `key` and `revokes`", ""))
                     for i, cell in enumerate(row[1:]))
        may = may + ["key", "revokes"] if "one of `key`" in row[1] else may
        before = before if "the same" in row[1] else (must, may)
        said.update({form: (set(must), set(must) | set(may)) for form in re.findall(r"`([a-z-]+)`", row[0])})
    for name, _ in forms:
        lines = Run("paper", "forms", name).out.splitlines()[1:]
        fields = [line.split()[0][2:] for line in lines]
        same(f"{name}: order", fields, [field for field in order if field in fields])
        same(name, ({line.split()[0][2:] for line in lines if "must be said" in line}, set(fields)), said[name])


@test
def paper_mistakes():
    see = "See 'comity paper --help'.\n"
    put("text", "comity paper/consent v1\nid: 1\n")
    put("good", Run("paper", "new", "consent", "--paper", "c", "--id", "1", "--by", "A", "--under", "XA").out)
    put("poor", "comity paper/consent v1\nid: 1\n\n\u2014 a.example AAAAAAA=\n")
    put("log.txt", "log.example\n1\nAAAA\n")
    key("l", "--purpose", "log")
    key("w", "--purpose", "witness")
    for words, told in ((["new"], f"comity paper: new: one form expected; 'comity paper forms' lists them\n{see}"),
                        (["new", "treaty"], f"comity paper: new: 'treaty' is no form of paper; 'comity paper forms' lists them\n{see}"),
                        (["new", "consent", "--frob", "x"], f"comity paper: new: --frob is no option; did you mean --from?\n{see}"),
                        (["new", "consent"], 'comity: the paper as it would be: line 2: the paper ends without its "paper"\n'),
                        (["new", "consent", "--until", "2026"], 'comity: the paper as it would be: line 3: until: "2026" is no date: expected YYYY-MM-DD\n'),
                        (["new", "law-file", "--document", "nothing"], "comity: nothing: No such file or directory\n"),
                        (["new", "revocation", "--revokes", "text"], "comity: text: no signatures: a note has an empty line and behind it its signatures\n"),
                        (["sign", "text"], f"comity paper: sign: the --key file is missing\n{see}"),
                        (["sign", "--key", "p.key", "text", "text"], f"comity paper: sign: one paper at a time\n{see}"),
                        (["sign", "--key", "p.key", "text"], 'comity: text: line 2: the paper ends without its "paper"\n'),
                        (["sign", "--key", "p.key", "log.txt"], 'comity: log.txt: line 1: "comity paper/FORM v1" expected\n'),
                        (["sign", "--key", "l.key", "good"], "comity: good: this is a paper, but a checkpoint is expected\n"),
                        (["sign", "--key", "w.key", "good"], 'comity: good: the key of "w.example" is a witness\'s, which signs with a time\n'),
                        (["sign", "--key", "missing", "good"], "comity: missing: No such file or directory\n"),
                        (["sign", "--key", "p.key", "missing"], "comity: missing: No such file or directory\n"),
                        (["countersign", "--key", "p.key", "good"], "comity: good: no signatures: a note has an empty line and behind it its signatures\n"),
                        (["sign", "--key", "p.key", "p.paper"], "comity: p.paper: it is signed already; 'comity paper countersign' adds a signature\n"),
                        (["countersign", "--key", "p.key", "poor"], 'comity: poor: line 2: the paper ends without its "paper"\n'),
                        (["countersign", "--key", "l.key", "p.paper"], "comity: p.paper: this is a paper, but a checkpoint is expected\n"),
                        (["show", "poor"], 'comity: poor: line 2: the paper ends without its "paper"\n'),
                        (["show", "good"], "comity: good: no signatures: a note has an empty line and behind it its signatures\n"),
                        (["show", "--all"], f"comity paper: show: --all is no option\n{see}"),
                        (["verify", "good"], f"comity paper: verify: the --trust file is missing\n{see}"),
                        (["verify", "--trust"], f"comity paper: verify: --trust wants a value\n{see}"),
                        (["verify", "--trust", "x"], f"comity paper: verify: no paper named\n{see}"),
                        (["verify", "--trust", "missing", "good"], "comity: missing: No such file or directory\n"),
                        (["verify", "--trust", "text", "good"], 'comity: text: no trust file: it begins with "comity trust v1"\n'),
                        (["verify", "--trust", "x", "--on", "today", "good"], f'comity paper: --on: "today" is no date: expected YYYY-MM-DD\n{see}'),
                        (["forms", "treaty"], f"comity paper: forms: 'treaty' is no form of paper; 'comity paper forms' lists them\n{see}"),
                        (["seal"], f"comity paper: 'seal' is no verb; there are new, sign, countersign, verify, show and forms\n{see}")):
        run = Run("paper", *words)
        same(words, (run.out, run.err, run.status), ("", told, 2))
    run = Run("paper")
    holds("no verb", run.status == 2 and run.err.startswith("Usage: comity paper new "), run.err)


def trust_file():
    """Keys of an authority and two parties, and a trust file of them."""
    if not (FOLDER / "dpc.key").exists():
        publics = [key(name) for name in ("dpc", "motors", "others")]
        put("trust", f"""comity trust v1

authority XA.DPC
  key {publics[0]}
  delegates 1

party Motors
  key {publics[1]}
  may contract consent

party Others
  key {publics[2]}
  may contract
""")


def papers_anew():
    trust_file()
    for path in (FOLDER / "papers").glob("*"):
        path.unlink()
    (FOLDER / "papers").mkdir(exist_ok=True)


@test
def verified():
    papers_anew()
    paper("good", "permission", "dpc", "--paper", "permission", "--id", "1", "--by", "XA.DPC", "--under", "XA", "--issued", "2026-01-01", "--until", "2026-12-31")
    paper("bad", "permission", "motors", "--paper", "permission", "--id", "1", "--by", "XA.DPC", "--under", "XA", "--issued", "2026-01-01")
    paper("unknown", "permission", "dpc", "--paper", "permission", "--id", "2", "--by", "XA.DPC", "--under", "XA", "--issued", "2026-01-01", "--category", "helth")
    run = Run("paper", "verify", "--trust", "trust", "--on", "2026-06-01", "papers/good")
    same("counts", run.both(), ("counts   papers/good: permission, until 2026-12-31\n", 0))
    same("not yet", Run("paper", "verify", "--trust", "trust", "--on", "2025-12-31", "papers/good").both(), ("refused  papers/good: not yet in force\n", 1))
    shutil.copy(FOLDER / "papers" / "good", FOLDER / "odd\n\x1b[31m")
    same("by a name that moves no terminal", Run("paper", "verify", "--trust", "trust", "--on", "2026-06-01", "odd\n\x1b[31m").both(),
         ("counts   odd\\x0a\\x1b[31m: permission, until 2026-12-31\n", 0))
    same("no longer", Run("paper", "verify", "--trust", "trust", "--on", "2027-01-01", "papers/good").both(), ("refused  papers/good: no longer in force\n", 1))
    same("by another", Run("paper", "verify", "--trust", "trust", "papers/bad").both(), ("refused  papers/bad: XA.DPC has not signed it\n", 1))
    same("what law does not know", Run("paper", "verify", "--trust", "trust", "papers/unknown").both(),
         ('refused  papers/unknown: scope.categories[0]: "helth" is no category; did you mean "health"?\n', 1))
    told = [json.loads(line) for line in Run("paper", "verify", "--trust", "trust", "--json", "--on", "2026-06-01", "papers/good", "papers/bad").out.splitlines()]
    same("JSON", [(t["counts"], t["file"], t["why"], t["until"], t["paper"]["id"]) for t in told],
         [(True, "papers/good", None, "2026-12-31", "1"), (False, "papers/bad", "XA.DPC has not signed it", None, "1")])
    put("papers/text", "not a note")
    same("no paper", Run("paper", "verify", "--trust", "trust", "papers/text").both(),
         ("refused  papers/text: no signatures: a note has an empty line and behind it its signatures\n", 1))
    (FOLDER / "papers/text").unlink()
    paper("revoked", "revocation", "dpc", "--id", "1", "--by", "XA.DPC", "--revokes", "papers/good", "--from", "2026-03-01")
    same("revoked", Run("paper", "verify", "--trust", "trust", "--papers", "papers", "--on", "2026-06-01", "papers/good").both(),
         ("refused  papers/good: no longer in force\n", 1))
    delegate = key("deputy")
    paper("delegation", "delegation", "dpc", "--id", "2", "--by", "XA.DPC", "--key", delegate, "--issued", "2026-01-01", "--until", "2026-12-31")
    paper("delegated", "permission", "deputy", "--paper", "permission", "--id", "9", "--by", "XA.DPC", "--under", "XA", "--issued", "2026-01-01")
    same("without its delegation", Run("paper", "verify", "--trust", "trust", "papers/delegated").status, 1)
    same("with it", Run("paper", "verify", "--trust", "trust", "--papers", "papers", "papers/delegated").both(), ("counts   papers/delegated: permission\n", 0))


# ---- judging with them ----

ACT = {"id": 1, "act": "transfer", "on": "2026-06-01", "from": {"state": "XA", "name": "Motors"}, "to": "XY",
       "data": {"categories": ["contact"]}, "circumstances": [], "purposes": ["support"]}
PERMISSION = ["permission", "dpc", "--paper", "permission", "--id", "1", "--by", "XA.DPC", "--under", "XA", "--issued", "2026-01-01", "--until", "2026-12-31"]


def judged(act, *words, told=None):
    run = Run("judge", *words, input=json.dumps(act) + "\n")
    if told is not None:
        same("told", run.err, told)
    answer = json.loads(run.out)
    return answer["verdict"], {m["rule"]: (m["by"], m["held"]) for m in answer["met"]} if "verdict" in answer else answer


WITH = ["--papers", "papers", "--trust", "trust"]
BY_DPC = "permission under XA by XA.DPC"


@test
def judged_with_papers():
    papers_anew()
    claim = dict(ACT, papers=[{"kind": "permission", "under": "XA", "by": "XA.DPC"}])
    same("nothing held", judged(ACT, *WITH, told=""), ("conditional", {}))
    same("claimed", judged(claim, *WITH), ("permit", {"XA.I.1": ([BY_DPC], "claimed")}))
    same("claimed is not held when strict", judged(claim, *WITH, "--strict-papers"), ("conditional", {}))
    same("strict without papers", judged(claim, "--strict-papers"), ("conditional", {}))
    paper("p", *PERMISSION)
    same("signed", judged(ACT, *WITH), ("permit", {"XA.I.1": ([BY_DPC], "signed")}))
    same("signed beside a claim", judged(claim, *WITH), ("permit", {"XA.I.1": ([BY_DPC], "signed")}))
    same("strict", judged(claim, *WITH, "--strict-papers"), ("permit", {"XA.I.1": ([BY_DPC], "signed")}))
    same("on the first day", judged(dict(ACT, on="2026-01-01"), *WITH)[0], "permit")
    same("the day before", judged(dict(ACT, on="2025-12-31"), *WITH)[0], "conditional")
    same("on the last day", judged(dict(ACT, on="2026-12-31"), *WITH)[0], "permit")
    same("the day after", judged(dict(ACT, on="2027-01-01"), *WITH)[0], "conditional")
    run = Run("judge", "--explain", *WITH, input=json.dumps(ACT))
    holds("in words", f"met by {BY_DPC} (signed)\n" in run.out, run.out)
    holds("not as a claim", "What is needed and met\n" in run.out, run.out)
    again = [Run("judge", *WITH, input=json.dumps(ACT)).out for _ in range(2)]
    same("the same again", again[0], again[1])
    holds("the act's name tells what was held", json.loads(again[0])["act"] != json.loads(Run("judge", input=json.dumps(ACT)).out)["act"])
    many = (json.dumps(ACT) + "\n") * 1000
    same("each thread holds them", set(Run("judge", *WITH, "--jobs", "3", input=many).out.splitlines()), {again[0].strip()})
    paper("r", "revocation", "dpc", "--id", "1", "--by", "XA.DPC", "--revokes", "papers/p", "--from", "2026-06-01")
    same("revoked from the day on", judged(ACT, *WITH)[0], "conditional")
    same("not the day before", judged(dict(ACT, on="2026-05-31"), *WITH)[0], "permit")


@test
def judged_within_scope():
    papers_anew()
    paper("p", *PERMISSION, "--holder", "Motors", "--party", "Autos", "--state", "XY", "--category", "personal", "--purpose", "support")
    fits = dict(ACT, to={"state": "XY", "name": "Autos"})
    same("within", judged(fits, *WITH), ("permit", {"XA.I.1": ([BY_DPC], "signed")}))
    same("to another", judged(dict(fits, to={"state": "XY", "name": "Motors"}), *WITH)[0], "conditional")
    same("to one whose name is not said", judged(dict(fits, to="XY"), *WITH)[0], "conditional")
    same("by another", judged(dict(fits, **{"from": {"state": "XA", "name": "Autos"}}), *WITH)[0], "conditional")
    same("by one whose name is not said", judged(dict(fits, **{"from": "XA"}), *WITH)[0], "conditional")
    same("the name written with escapes", Run("judge", *WITH, input=json.dumps(fits).replace("Motors", "M\\u006ftors")).status, 0)
    same("to another state", judged(dict(fits, to={"state": "XZ", "name": "Autos"}), *WITH)[0], "conditional")
    same("of other data", judged(dict(fits, data={"categories": ["contact", "important"]}), *WITH)[0], "conditional")
    same("for another purpose", judged(dict(fits, purposes=["marketing"]), *WITH)[0], "conditional")


@test
def judged_for_holders():
    papers_anew()
    consent = ["consent", "motors", "--paper", "consent", "--id", "1", "--by", "Motors", "--under", "XA", "--issued", "2026-01-01"]
    health = dict(ACT, data={"categories": ["health"]})
    paper("p", *PERMISSION)
    paper("c", *consent)
    same("of its own", judged(health, *WITH)[0], "permit")
    same("not of another", judged(dict(health, **{"from": {"state": "XA", "name": "Others"}}), *WITH)[0], "conditional")
    same("nor of nobody", judged(dict(health, **{"from": "XA"}), *WITH)[0], "conditional")
    (FOLDER / "papers/c").unlink()
    paper("c", *consent, "--holder", "Others")
    same("given to another", judged(health, *WITH)[0], "conditional")
    same("who has it", judged(dict(health, **{"from": {"state": "XA", "name": "Others"}}), *WITH)[0], "permit")


@test
def judged_by_many():
    papers_anew()
    health = dict(ACT, data={"categories": ["health"]}, safeguards=["encryption"])
    paper("p", *PERMISSION)
    same("a safeguard is claimed", judged(health, *WITH), ("permit", {"XA.I.1": ([BY_DPC], "signed"), "XA.I.2": (["encryption"], "claimed")}))
    paper("c", "consent", "motors", "--paper", "consent", "--id", "1", "--by", "Motors", "--under", "XA", "--issued", "2026-01-01")
    same("a signed paper before a safeguard", judged(health, *WITH)[1]["XA.I.2"], (["consent under XA"], "signed"))
    genes = dict(ACT, to={"state": "XY", "name": "Others"}, data={"categories": ["genetic"]}, papers=[{"kind": "assessment", "under": "XA", "from": "2026-01-01"}])
    text = Run("paper", "new", "standard-contract", "--paper", "contract", "--id", "7", "--by", "Motors", "--by", "Others", "--under", "XA",
               "--issued", "2026-01-01", "--party", "Others").out
    put("half", Run("paper", "sign", "--key", "motors.key", input=text).out)
    (FOLDER / "half").rename(FOLDER / "papers/k")
    same("half a contract is none", judged(genes, *WITH, told="comity: papers/k: does not count: by[1] has not signed it\n")[0], "conditional")
    run = Run("paper", "countersign", "--key", "others.key", "papers/k", "-o", "papers/k")
    same("countersigned", run.status, 0)
    same("a contract signed, an assessment claimed", judged(genes, *WITH)[1]["XA.I.3"][1], "claimed")
    paper("a", "security-assessment", "dpc", "--paper", "assessment", "--id", "3", "--by", "XA.DPC", "--under", "XA", "--issued", "2026-01-01")
    same("both signed", judged(genes, *WITH)[1]["XA.I.3"], (["XA.I.4", "contract under XA naming parties", "assessment under XA"], "signed"))


@test
def judge_mistakes():
    papers_anew()
    see = "See 'comity judge --help'.\n"
    for words, told in ((["--papers", "papers"], f"comity judge: --papers and --trust belong together\n{see}"),
                        (["--trust", "trust"], f"comity judge: --papers and --trust belong together\n{see}"),
                        (["--papers", "missing", "--trust", "trust"], "comity: missing: No such file or directory\n"),
                        (["--papers", "papers", "--trust", "missing"], "comity: missing: No such file or directory\n"),
                        (["--papers", "papers", "--trust", "."], "comity: .: Is a directory\n")):
        run = Run("judge", *words, input=json.dumps(ACT))
        same(words, (run.out, run.err, run.status), ("", told, 2))
    put("logged", (FOLDER / "trust").read_text() + f"log l.log\n  key {Run('key', 'new', 'l-log.key', '--name', 'l.log', '--purpose', 'log').out}")
    run = Run("judge", "--papers", "papers", "--trust", "logged", input=json.dumps(ACT))
    same("a log is not looked up", (run.err, run.status),
         ("comity: logged:14: revocations in the log l.log are not looked up: no line \"at FOLDER\" says where it is\n", 1))
    put("papers/.hidden", "not a note")
    put("papers/folder/inner", "not a note")
    put("papers/large", b"x" * (1 << 20))
    same("hidden files and folders are passed over", judged(ACT, *WITH, told="comity: papers/large: does not count: no signatures: a note has an empty line "
                                                            "and behind it its signatures\n")[0], "conditional")
    put("papers/large", b"x" * ((1 << 20) + 1))
    same("a file too large", Run("judge", *WITH).both(), ("comity: papers/large: more than 1048576 bytes\n", 2))
    (FOLDER / "papers/large").unlink()
    (FOLDER / "papers/folder/inner").unlink()
    (FOLDER / "papers/folder").rmdir()
    same("a caller cannot say that a paper is signed", json.loads(Run("judge", input=json.dumps(dict(ACT, papers=[{"kind": "permission", "held": "signed"}]))).out),
         {"error": {"line": 1, "code": "syntax", "message": "papers[0].held: whether a paper is signed is found out, not said"}})


# ---- revocations in a log ----

def log_anew(*files):
    """A record of these files in FOLDER/log; its key."""
    shutil.rmtree(FOLDER / "log", ignore_errors=True)
    made = Run("record", "init", "--origin", "l.log", "log")
    assert made.status == 0, made.err
    for file in files:
        run = Run("record", "append", "log", file)
        assert run.status == 0, run.err
    return made.out.split()[1]


WITH_LOG = ["--papers", "papers", "--trust", "logged"]


def trust_log(public, at="log", name="l.log"):
    put("logged", (FOLDER / "trust").read_text() + f"\nlog {name}\n  at {at}\n  key {public}\n")


def unread(what, told):
    run = Run("judge", *WITH_LOG, input=json.dumps(ACT))
    same(what, (run.out, run.err, run.status), ("", f"comity: logged: {told}\n", 2))


@test
def revoked_in_a_log():
    papers_anew()
    paper("p", *PERMISSION)
    paper("r", "revocation", "dpc", "--id", "1", "--by", "XA.DPC", "--revokes", "papers/p", "--from", "2026-06-01")
    (FOLDER / "papers/r").rename(FOLDER / "r")
    paper("never", "revocation", "dpc", "--id", "2", "--by", "XA.DPC", "--revokes", "papers/p")
    (FOLDER / "papers/never").rename(FOLDER / "never")
    put("notice", "a file of another kind")
    public = log_anew("notice", "r")
    same("not revoked", judged(ACT, *WITH)[0], "permit")
    trust_log(public)
    same("revoked from the day on", judged(ACT, *WITH_LOG)[0], "conditional")
    same("not the day before", judged(dict(ACT, on="2026-05-31"), *WITH_LOG)[0], "permit")
    run = Run("judge", *WITH_LOG, "--record", "judged", input=json.dumps(ACT)) if Run("record", "init", "--origin", "j.log", "judged").status == 0 else None
    same("recorded", run.status, 1)
    shutil.move(FOLDER / "log", FOLDER / "elsewhere")
    same("replay needs no log", Run("record", "replay", "judged").status, 0)
    trust_log(public, FOLDER / "elsewhere")
    same("at a path from the root", judged(ACT, *WITH_LOG)[0], "conditional")
    put("deep/trust", (FOLDER / "logged").read_text().replace(str(FOLDER / "elsewhere"), "../elsewhere"))
    same("beside the trust file", judged(ACT, "--papers", "papers", "--trust", "deep/trust")[0], "conditional")
    same("verified", Run("paper", "verify", "--trust", "deep/trust", "--papers", "papers", "--on", "2026-06-01", "papers/p").both(),
         ("refused  papers/p: no longer in force\n", 1))
    public = log_anew("r", "never")
    trust_log(public)
    same("the earliest day counts", judged(dict(ACT, on="2026-01-01"), *WITH_LOG)[0], "conditional")
    same("and its place is told", Run("paper", "verify", "--trust", "logged", "papers/p").both(), ("refused  papers/p: revoked by entry 1\n", 1))


@test
def logs_that_cannot_be_read_whole():
    papers_anew()
    paper("p", *PERMISSION)
    paper("r", "revocation", "dpc", "--id", "1", "--by", "XA.DPC", "--revokes", "papers/p")
    (FOLDER / "papers/r").rename(FOLDER / "r")
    public = log_anew("r")
    trust_log(public, "missing")
    unread("no folder", "the log l.log in missing: missing: No such file or directory")
    trust_log(public, "x" * 4096)
    same("a long path", Run("judge", *WITH_LOG).err, "comity: logged: the log l.log: the path of its folder is too long\n")
    trust_log(public, "papers")
    unread("no record", "the log l.log in papers: this is no folder of a record: it has no file \"record\"; comity record init makes one")
    trust_log(log_anew("r"), "log")
    log_anew("r")
    unread("signed by another key", "the log l.log in log: not signed by any key that is known")
    other = Run("record", "init", "--origin", "m.log", "other").out.split()[1]
    trust_log(other, name="m.log")
    unread("another log", "the log m.log in log: the checkpoint is of the log \"l.log\", but the key is of the log \"m.log\"")
    trust_log(log_anew("r"))
    (segment,) = (FOLDER / "log/private").glob("*/*.segment")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-80])
    unread("torn", "the log l.log in log: of 1 entries 1 are not kept, and might revoke something")
    segment.unlink()
    unread("not kept", "the log l.log in log: of 1 entries 1 are not kept, and might revoke something")
    segment.write_bytes(whole)
    same("erased", Run("record", "erase", "log", "0").status, 0)
    unread("what was erased might have revoked", "the log l.log in log: of 1 entries 1 are not kept, and might revoke something")
    public = log_anew("r")
    trust_log(public)
    same("a judgement in it", Run("judge", "--record", "log", input=json.dumps(ACT)).status, 1)
    unread("no log of revocations", "the log l.log in log: entry 1 is no file that was appended; a log of revocations holds nothing else")
    public = log_anew("r")
    trust_log(public)
    (segment,) = (FOLDER / "log/private").glob("*/*.segment")
    altered = bytearray(segment.read_bytes())
    at = altered.index(b"id: 1")
    altered[at + 4:at + 5] = b"2"
    body = 64 + 48
    size = int.from_bytes(altered[64 + 4:64 + 8], "little")
    altered[64 + 40:64 + 44] = crc32c(altered[body:body + size]).to_bytes(4, "little")
    altered[64 + 44:64 + 48] = crc32c(altered[64:64 + 44]).to_bytes(4, "little")
    segment.write_bytes(altered)
    unread("another text than the entry's", "the log l.log in log: entry 0 does not commit to what is kept of it")


with tempfile.TemporaryDirectory() as name:
    FOLDER = pathlib.Path(name).resolve()
    put("law/XA.law", LAW)
    IMAGE = FOLDER / "case.image"
    subprocess.run([COMITY, "law", "build", "-o", IMAGE, COMMON, FOLDER / "law"], check=True)
    status = main("papers")
sys.exit(status)
