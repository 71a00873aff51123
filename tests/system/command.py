#!/usr/bin/env python3
"""Drives the real command as people and pipes do: its streams, files, options and exit statuses.

    command.py COMITY

All law is made here, in a folder that goes away.
"""
import json
import os
import pathlib
import pty
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from common import holds, main, read_terminal, same, test

HERE = pathlib.Path(__file__).resolve().parent
COMMON = HERE.parent / "cases" / "judge" / "common"
COMITY = str(pathlib.Path(sys.argv[1]).resolve())

LAW = """state XA "Examplia"

instrument I "Act"

covers transfer, store, disclose from 2000-01-01

count XA.n "persons this year"
  of     persons
  when   transfer from XA
  window calendar year
  per    exporter

rule XA.I.1 "Important data stays"
  cite   I "1"
  when   transfer from XA to outside XA and data has important
  refuse
  checked 2026-01-01 "read"

rule XA.I.2 "Personal data leaves under a contract"
  cite   I "2"
  from   2010-01-01
  when   transfer from XA to outside XA and data has personal
  needs  contract
  unverified

rule XA.I.3 "But not when occasional"
  cite   I "3"
  when   occasional
  lifts  XA.I.2
  checked 2026-01-01 "read"
"""
SOFT = """agreement SOFT "A Declaration"

instrument I "Declaration"

soft

parties XA, XY

rule SOFT.I.1 "Nothing leaves"
  cite   I "1"
  when   transfer
  refuse
  checked 2026-01-01 "read"
"""

GOOD = {"act": "transfer", "on": "2026-06-01", "from": "XA", "to": "XY", "data": {"categories": []}}
PERMIT = json.dumps(dict(GOOD, id="p"))
CONDITIONAL = json.dumps(dict(GOOD, id="c", data={"categories": ["contact"]}, circumstances=[]))
REFUSE = json.dumps(dict(GOOD, id="r", data={"categories": ["important"]}))


class Run:
    """One run of the command: text of its streams, and its exit status."""

    def __init__(self, *words, input="", cwd=None, env=None, law=True):
        environment = {k: v for k, v in os.environ.items() if k not in ("COMITY_LAW", "NO_COLOR")}
        if law:
            environment["COMITY_LAW"] = str(IMAGE)
        environment.update(env or {})
        done = subprocess.run([COMITY, *(w if isinstance(w, bytes) else str(w) for w in words)], input=input if isinstance(input, bytes) else input.encode(),
                              capture_output=True, cwd=cwd or FOLDER, env=environment, check=False, timeout=120)
        self.bytes = done.stdout
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()
        self.status = done.returncode

    def lines(self):
        return self.out.splitlines()

    def verdicts(self):
        told = []
        for line in self.lines():
            value = json.loads(line)
            error = value.get("error")
            told.append(value["verdict"] if error is None else (error["line"], error["code"], error["message"]))
        return told


def put(name, content):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ---- judge ----


@test
def judge_statuses():
    for lines, status in ((PERMIT, 0), (CONDITIONAL, 1), (REFUSE, 1), (PERMIT + "\n" + REFUSE, 1), ("{", 2), (REFUSE + "\n{\n" + PERMIT, 2),
                          ("", 0), ("\n\n", 0)):
        run = Run("judge", input=lines + "\n")
        same(lines, run.status, status)
        same(lines, run.err, "")


@test
def judge_sources():
    put("a.ndjson", PERMIT + "\n" + CONDITIONAL + "\n")
    put("b.ndjson", REFUSE)
    same("one file", Run("judge", "a.ndjson").verdicts(), ["permit", "conditional"])
    same("two files", Run("judge", "a.ndjson", "b.ndjson").verdicts(), ["permit", "conditional", "refuse"])
    same("input between files", Run("judge", "b.ndjson", "-", "b.ndjson", input=PERMIT).verdicts(), ["refuse", "permit", "refuse"])
    same("input by default", Run("judge", input=PERMIT).verdicts(), ["permit"])
    run = Run("judge", "a.ndjson", "no-such-file", "b.ndjson")
    same("a file that is missing", (run.verdicts(), run.status), (["permit", "conditional", "refuse"], 2))
    same("what is said of it", run.err, "comity: no-such-file: No such file or directory\n")
    run = Run("judge", ".")
    same("a folder", (run.out, run.status, run.err), ("", 2, "comity: .: Is a directory\n"))
    same("behind --", Run("judge", "--", "a.ndjson").verdicts(), ["permit", "conditional"])


@test
def judge_lines():
    bad = '{"act": "sell"}'
    told = (2, "name", 'act: a text of 4 bytes is no kind of act; there are transfer, store, collect, disclose, operate and offer')
    run = Run("judge", input="\n".join([PERMIT, bad, REFUSE, "", "  \t", "{", "nonsense", PERMIT]) + "\n")
    same("the stream goes on behind bad lines", run.verdicts(),
         ["permit", told, "refuse", (6, "syntax", "column 2: found the end of the input but expected a key or '}' after '{'"),
          (7, "syntax", "column 2: found 'o' but expected the word \"null\""), "permit"])
    same("and its status", (run.status, run.err), (2, ""))
    same("no newline at the end", Run("judge", input=PERMIT + "\n" + REFUSE).verdicts(), ["permit", "refuse"])
    same("carriage returns", Run("judge", input=PERMIT + "\r\n\r\n" + REFUSE + "\r\n").verdicts(), ["permit", "refuse"])
    same("lines are counted anew in each file", [v[0] for v in Run("judge", put("x", PERMIT + "\n{"), put("y", "x")).verdicts()[1:]], [2, 1])
    same("the first line may be broken", Run("judge", input='{"act": \n' + PERMIT).verdicts()[1:], ["permit"])
    same("text that is no UTF-8", Run("judge", input=b'{"act": "\xff"}\n' + PERMIT.encode()).verdicts(),
         [(1, "syntax", "column 10: found byte 0xFF but expected UTF-8"), "permit"])
    same("a NUL", Run("judge", input=b"\0\n" + PERMIT.encode()).verdicts(),
         [(1, "syntax", "column 1: found byte 0x00 but expected a value"), "permit"])


@test
def judge_documents():
    pretty = json.dumps(json.loads(REFUSE), indent=2)
    same("one act over several lines", Run("judge", input=pretty).verdicts(), ["refuse"])
    same("behind blank lines", Run("judge", input="\n \n" + pretty + "\n\n").verdicts(), ["refuse"])
    same("a list over several lines", Run("judge", input=json.dumps([json.loads(PERMIT), json.loads(REFUSE)], indent=1)).verdicts(), ["permit", "refuse"])
    same("a list on one line", Run("judge", input=f"[{PERMIT},{REFUSE}]").verdicts(), ["permit", "refuse"])
    run = Run("judge", input="[]")
    same("an empty list", (run.out, run.status), ("", 0))
    run = Run("judge", input=f"[{PERMIT}, 7, {{}}, {REFUSE}]")
    same("what is no act in a list, with its place in it", run.verdicts(),
         ["permit", (2, "syntax", "found a number, but expected an act: an object"),
          (3, "syntax", 'an act without its "act", which says its kind'), "refuse"])
    same("and its status", run.status, 2)
    same("lists in a list are no acts, each told once", Run("judge", input=f"[[{PERMIT}], {PERMIT}, [[]], {REFUSE}]").verdicts(),
         [(1, "syntax", "found an array, but expected an act: an object"), "permit",
          (3, "syntax", "found an array, but expected an act: an object"), "refuse"])
    same("an act that begins on the first line and goes on is no document", [v[:2] for v in Run("judge", input='{"act":\n"transfer"}').verdicts()],
         [(1, "syntax"), (2, "syntax")])
    run = Run("judge", input=f"[{PERMIT},\n{REFUSE}")
    same("a broken document yields its error only", (len(run.lines()), run.status), (1, 2))
    same("which says where", run.verdicts()[0][2], f"line 2, column {len(REFUSE) + 1}: found the end of the input but expected ',' or ']' after the value")
    run = Run("judge", input="[" + ",".join([PERMIT] * 10000) + "]")
    same("a list of more than 1 MiB on one line, within the limit of documents", (len(PERMIT) * 10000 < 1310000, len(run.lines()), run.status), (True, 10000, 0))
    run = Run("judge", input="[\n" + PERMIT + " " * (1 << 21) + "]")
    same("a document that is too long", run.verdicts(), [(1, "limit", "a document of more than 1114112 bytes; give acts one a line for more")])
    run = Run("judge", input="[" + ",".join([PERMIT] * 5000) + "]")
    same("a document of many acts, within the limit", (len(run.lines()), run.status), (5000, 0))


@test
def judge_long_lines():
    longest = PERMIT[:-1] + " " * ((1 << 20) - len(PERMIT)) + "}"
    same("the longest line", Run("judge", input=longest + "\n" + REFUSE).verdicts(), ["permit", "refuse"])
    for more in (1, 1000, 1 << 18, (1 << 18) + 1, 1 << 20, 5 << 20):
        line = PERMIT[:-1] + " " * ((1 << 20) - len(PERMIT) + more) + "}"
        same(f"{more} bytes more", Run("judge", input=PERMIT + "\n" + line + "\n" + REFUSE).verdicts(),
             ["permit", (2, "limit", "a line of more than 1048576 bytes"), "refuse"])
        same(f"{more} bytes more, and the end", Run("judge", input=line).verdicts(), [(1, "limit", "a line of more than 1048576 bytes")])
    many = Run("judge", input=(PERMIT + "\n") * 20000)
    same("many lines", (len(many.lines()), many.status), (20000, 0))


@test
def judge_answers_come_at_once():
    process = subprocess.Popen([COMITY, "judge", "--law", str(IMAGE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for act, verdict in ((PERMIT, "permit"), (REFUSE, "refuse"), (CONDITIONAL, "conditional")):
        process.stdin.write(act.encode() + b"\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], 20)
        holds("an answer before the end of input", ready)
        if not ready:
            break
        same("the answer", json.loads(process.stdout.readline())["verdict"], verdict)
    process.stdin.close()
    same("nothing more", process.stdout.read(), b"")
    same("status", process.wait(20), 1)


@test
def judge_pieces_of_lines():
    """Each act is answered as soon as its line is whole, whatever has come of the next; so it is where reading does not block."""
    for blocking in (True, False):
        from_us, to_it = os.pipe()
        os.set_blocking(from_us, blocking)
        process = subprocess.Popen([COMITY, "judge", "--law", str(IMAGE)], stdin=from_us, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(from_us)
        line = PERMIT.encode() + b"\n"
        begun = b""
        for cut in (1, 7, len(line) - 1):
            os.write(to_it, line[len(begun):] + line[:cut] if begun else line + line[:cut])
            begun = line[:cut]
            ready, _, _ = select.select([process.stdout], [], [], 20)
            holds(f"an answer, with {cut} bytes of the next line behind it", ready)
            same("the answer", ready and json.loads(process.stdout.readline())["verdict"], "permit")
        os.write(to_it, b"}"[:0] + line[len(begun):-1])
        os.close(to_it)
        out, err = process.communicate(timeout=20)
        same("the last, without its newline", (json.loads(out)["verdict"], err, process.returncode), ("permit", b"", 0))


@test
def outputs_that_others_set_not_to_block():
    from_it, to_us = os.pipe()
    os.set_blocking(to_us, False)
    process = subprocess.Popen([COMITY, "judge", "--law", str(IMAGE), put("many", (PERMIT + "\n") * 2000)], stdout=to_us, stderr=subprocess.PIPE)
    os.close(to_us)
    select.select([from_it], [], [], 20)
    with os.fdopen(from_it, "rb") as stream:
        lines = stream.read().splitlines()
    same("all of it", (len(lines), process.stderr.read(), process.wait(20)), (2000, b"", 0))


@test
def judge_closed_pipe():
    process = subprocess.Popen([COMITY, "judge", "--law", str(IMAGE), put("many", (PERMIT + "\n") * 20000)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    same("quietly", told, b"")
    status = process.wait(60)
    holds("and not by a signal", status >= 0, status)


@test
def judge_full_disk():
    if not os.path.exists("/dev/full"):
        return
    with open("/dev/full", "wb") as full:
        done = subprocess.run([COMITY, "judge", "--law", str(IMAGE)], input=PERMIT.encode(), stdout=full, stderr=subprocess.PIPE, check=False)
    same("what cannot be written is told", (done.returncode, done.stderr), (2, b"comity: writing: No space left on device\n"))


# What answers a stream of many pieces may meet: acts, lines that are none, lines too long for a thread, or for anybody.
MIXED = b"".join([
    (PERMIT + "\n" + REFUSE + "\n").encode() * 300, b"{\n\n \t\n" * 50, b"\xff\n\0\n", (CONDITIONAL + "\n").encode() * 200,
    PERMIT.encode() + b" " * 40000 + b"\r\n", b"[" * 40000 + b"\n", (REFUSE + "\n").encode() * 400, PERMIT.encode() + b" " * (1 << 20) + b"\n",
    b"\n" * 70000, (PERMIT + "\n").encode() * 500, b'{"act": "stroe"}\n' * 1000, CONDITIONAL.encode()])


@test
def judge_by_threads():
    put("mixed", MIXED)
    put("broken", "{" * 10)
    for form in ("--json", "--explain", "--table"):
        one = Run("judge", "--jobs", "1", form, "mixed", "broken", "mixed")
        for jobs in ("2", "3", "64"):
            many = Run("judge", "--jobs", jobs, form, "mixed", "broken", "mixed")
            holds(f"{form}: {jobs} threads give the same bytes", many.bytes == one.bytes)
            same("and say the same of it", (many.status, many.err), (one.status, one.err))
            holds("so they do of a pipe", Run("judge", "--jobs", jobs, form, input=MIXED).bytes == Run("judge", "--jobs", "1", form, "mixed").bytes)
    for act, status in ((PERMIT, 0), (REFUSE, 1), ("{", 2)):
        lines = (PERMIT + "\n") * 2000 + act + "\n" + (PERMIT + "\n") * 2000
        run = Run("judge", "--jobs", "2", input=lines)
        same("the worst of all threads is the status", (run.status, len(run.lines())), (status, 4001))
    lines = [v[0] for v in Run("judge", "--jobs", "3", input="x\n" * 30000).verdicts()]
    holds("lines are numbered through", lines == list(range(1, 30001)))
    same("adopted by each thread", set(Run("judge", "--jobs", "2", "--adopt", "SOFT", input=(PERMIT + "\n") * 3000).verdicts()), {"refuse"})


@test
def judge_by_threads_keeps_up():
    """All there is to answer is answered though more may come; and then an act is answered as it comes."""
    process = subprocess.Popen([COMITY, "judge", "--jobs", "2", "--law", str(IMAGE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    late = threading.Timer(60, process.kill)
    late.start()
    for many in (1, 3000, 1, 1, 5000, 20, 1):
        feeder = threading.Thread(target=lambda count=many: (process.stdin.write((PERMIT + "\n").encode() * count), process.stdin.flush()))
        feeder.start()
        got = [process.stdout.readline() for _ in range(many)]
        feeder.join()
        same("answers", (len(got), {line and json.loads(line)["verdict"] for line in got}), (many, {"permit"}))
    process.stdin.close()
    late.cancel()
    same("nothing more", (process.stdout.read(), process.wait(20)), (b"", 0))


@test
def judge_by_threads_in_little_memory():
    """Whatever comes in, and though nobody takes answers away for a while."""
    if any(name in pathlib.Path(COMITY).read_bytes() for name in (b"__asan_init", b"__tsan_init")):
        return
    unknown = b'{"act":"transfer","on":"2026-06-01"}\n'
    hostile = MIXED + unknown * 4000 + b"[" + b"1," * 16000 + b"1]\n" + b'{"act":"transfer","purposes":[' + b'"x",' * 7000 + b'"x"]}\n'
    # With it every byte that is reserved is written to, whether it is used or not.
    unwritten = {name: value for name, value in os.environ.items() if name != "MALLOC_PERTURB_"}
    process = subprocess.Popen([COMITY, "judge", "--jobs", "8", "--law", str(IMAGE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=unwritten)
    feeder = threading.Thread(target=lambda: (process.stdin.write(hostile * 8), process.stdin.close()))
    feeder.start()
    time.sleep(0.3)
    most = 0
    while process.stdout.read(1 << 20):
        told = re.search(r"VmHWM:\s*(\d+) kB", pathlib.Path(f"/proc/{process.pid}/status").read_text())
        most = max(most, int(told[1]) if told else 0) # nothing is told of one that has ended
    holds("at most 32 MiB", 0 < most <= 32 << 10, most)
    feeder.join()
    same("status", process.wait(60), 2)


@test
def judge_by_threads_until_nobody_listens():
    many = put("many", (PERMIT + "\n") * 50000)
    process = subprocess.Popen([COMITY, "judge", "--jobs", "3", "--law", str(IMAGE), many, many], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    same("quietly", (process.stderr.read(), process.wait(60)), (b"", 2))
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([COMITY, "judge", "--jobs", "3", "--law", str(IMAGE), many], stdout=full, stderr=subprocess.PIPE, check=False)
        same("what cannot be written is told once", (done.returncode, done.stderr), (2, b"comity: writing: No space left on device\n"))
    process = subprocess.Popen([COMITY, "judge", "--jobs", "3", "--law", str(IMAGE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(((PERMIT + "\n").encode() * 600)[:60000]) # what a pipe holds
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    same("interrupted", process.wait(20), -signal.SIGINT)


@test
def judge_on():
    undated = json.dumps({k: v for k, v in json.loads(CONDITIONAL).items() if k != "on"})
    run = Run("judge", "--on", "2009-12-31", input=undated + "\n" + CONDITIONAL)
    same("the day for acts that say none", [(a["on"], a["verdict"]) for a in map(json.loads, run.lines())],
         [("2009-12-31", "permit"), ("2026-06-01", "conditional")])
    same("before the first year", Run("judge", "--on", "0000-01-01").err,
         'comity judge: --on: "0000-01-01" is no date: years begin at 0001\nSee \'comity judge --help\'.\n')
    run = Run("judge", "--on", "2023-02-29", input=undated)
    same("a day there is not", (run.out, run.err, run.status),
         ("", 'comity judge: --on: "2023-02-29" is no date: February 2023 has 28 days\nSee \'comity judge --help\'.\n', 2))
    today = subprocess.run(["date", "-u", "+%F"], capture_output=True, text=True, check=True).stdout.strip()
    holds("today by default", json.loads(Run("judge", input=undated).out)["on"] >= today)


@test
def judge_adopt():
    same("not adopted", Run("judge", input=PERMIT).verdicts(), ["permit"])
    for options in (["--adopt", "SOFT"], ["--adopt", "SOFT", "--adopt", "SOFT"], ["--adopt=SOFT"]):
        same("adopted", Run("judge", *options, input=PERMIT).verdicts(), ["refuse"])
    for code, told in (("SOFTT", '"SOFTT" is no agreement on file; did you mean "SOFT"?'), ("ZZZZZ", '"ZZZZZ" is no agreement on file'),
                       ("XA", '"XA" need not be adopted: only an agreement that does not bind is')):
        run = Run("judge", "--adopt", code, input=PERMIT)
        same(code, (run.out, run.err, run.status), ("", f"comity: --adopt: {told}\n", 2))
    same("too often", (lambda r: (r.status, r.err))(Run("judge", *["--adopt", "SOFT"] * 65)),
         (2, "comity judge: --adopt: given too often\nSee 'comity judge --help'.\n"))


@test
def an_id_can_be_seen_whole():
    hidden = "\u202etxt\u009b31m\U000e0041\u200c"
    act = json.dumps(dict(GOOD, id=hidden), ensure_ascii=False)
    same("in a table", Run("judge", "--table", input=act).out.split()[1], r"\u202etxt\u009b31m\udb40\udc41" + "\u200c")
    holds("in words", '  "' + r"\u202etxt\u009b31m\udb40\udc41" + '\u200c": transfer on' in Run("judge", "--explain", input=act).out)
    same("in JSON it is as it came", json.loads(Run("judge", input=act).out)["id"], hidden)


@test
def judge_words():
    run = Run("judge", "--explain", input=PERMIT + "\n{\n" + REFUSE)
    same("status", run.status, 2)
    parts = run.out.split("\n\n")
    same("permit", run.lines()[0], "permit: no rule on file stands in the way")
    holds("error", "error: line 2: column 2: found the end of the input but expected a key or '}' after '{'" in run.lines(), run.out)
    holds("refusal", any(p.startswith("refuse: ") for p in parts), run.out)
    holds("its rule", "    XA.I.1" in run.lines() and "      Important data stays" in run.lines(), run.out)
    holds("no colours in a pipe", "\033" not in run.out)
    run = Run("judge", "--table", input=PERMIT + "\n{\n" + json.dumps(dict(GOOD, data={"categories": ["contact"]}, circumstances=[])))
    same("table", run.lines(), ["permit       p                                   XA XY",
                                "error: line 2: column 2: found the end of the input but expected a key or '}' after '{'",
                                "conditional  line 3                              XA XY       XA.I.2"])
    same("the last form counts", Run("judge", "--table", "--explain", "--json", input=PERMIT).verdicts(), ["permit"])


@test
def judge_usage():
    for words, told in ((["--frob"], "--frob is no option"), (["--law"], "--law wants a value"),
                        (["-x"], "-x is no option"), (["--jobs"], "--jobs wants a value"),
                        *((["--jobs", n], f'--jobs: "{n}" is no number from 1 to 64') for n in ("0", "65", "two", "", "1x", "99999999999999999999"))):
        run = Run("judge", *words, input=PERMIT)
        same(words, (run.out, run.err, run.status), ("", f"comity judge: {told}\nSee 'comity judge --help'.\n", 2))


@test
def judgements_are_the_same_bytes():
    lines = "\n".join([PERMIT, REFUSE, CONDITIONAL])
    same("again", Run("judge", input=lines).bytes, Run("judge", input=lines).bytes)
    shuffled = json.dumps(dict(reversed(json.loads(CONDITIONAL).items())))
    same("members in another order", Run("judge", input=shuffled).bytes, Run("judge", input=CONDITIONAL).bytes)


# ---- the law image ----


@test
def law_image():
    same("by --law", Run("judge", "--law", IMAGE, input=PERMIT, law=False).verdicts(), ["permit"])
    same("--law before COMITY_LAW", Run("judge", "--law", IMAGE, input=PERMIT, env={"COMITY_LAW": "nowhere"}).verdicts(), ["permit"])
    run = Run("judge", input=PERMIT, env={"COMITY_LAW": "nowhere"})
    same("missing", (run.out, run.err, run.status), ("", "comity: nowhere: No such file or directory\n", 2))
    whole = IMAGE.read_bytes()
    for name, content, told in (
            ("empty", b"", "this is no law image: it is empty"),
            ("short", whole[:100], 'this is no law image: it does not begin with "'),
            ("foreign", b"\x7fELF" + whole[4:], 'this is no law image: it does not begin with "'),
            ("truncated", whole[:-8], f"the law image says it has {len(whole)} bytes, but {len(whole) - 8} were found: it is cut off or has a tail"),
            ("altered", whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:], "the law image is altered or damaged: its bytes do not have the hash at its end")):
        path = put(name + ".image", content)
        for words in (["judge"], ["ask", "--from", "XA"], ["law", "list"], ["law", "show", "XA"]):
            run = Run(*words, "--law", path, input=PERMIT)
            holds(f"{name}, {words}", run.out == "" and run.status == 2 and run.err.startswith(f"comity: {path}: {told}"), (run.out, run.err, run.status))
    tube = FOLDER / "tube.image"
    os.mkfifo(tube)
    for path in (FOLDER, tube, "/dev/zero", "/dev/null"):
        run = Run("judge", "--law", path, input=PERMIT)
        same(f"no file: {path}", (run.out, run.err, run.status), ("", f"comity: {path}: found no file; a law image is mapped, which takes one\n", 2))
    tube.unlink()


# ---- ask ----


def act_of(*words):
    run = Run("ask", *words, "--act-json")
    return json.loads(run.out) if run.status == 0 else run.err


@test
def ask_acts():
    company = {"kinds": ["company"]}
    base = {"act": "transfer", "from": {"state": "XA", **company}, "to": {"state": "XY", **company}, "data": {}, "circumstances": []}
    places = ["--from", "XA", "--to", "XY"]
    same("least", act_of(*places), base)
    same("the other party left out", act_of("--from", "XA"), {**base, "to": company})
    for words, change in (
            (["--act", "store"], {"act": "store"}),
            (["--act", "disclose"], {"act": "disclose", "to": {"state": "XY", "kinds": ["authority"]}}),
            (["--act", "disclose", "--to-kind", "court"], {"act": "disclose", "to": {"state": "XY", "kinds": ["court"]}}),
            (["--act", "collect"], {"act": "collect", "from": {"state": "XA", "kinds": ["person"]}}),
            (["--on", "2026-01-01"], {"on": "2026-01-01"}), (["--via", "XB,XC"], {"via": ["XB", "XC"]}),
            (["--data", "health,contact", "--data", "important"], {"data": {"categories": ["health", "contact", "important"]}}),
            (["--people", "5"], {"data": {"people": 5}}), (["--people", "5", "--people", "6"], {"data": {"people": 6}}),
            (["--people", "5-60"], {"data": {"people": {"min": 5, "max": 60}}}), (["--people", "5-"], {"data": {"people": {"min": 5}}}),
            (["--count", "XA.n=0-9", "--count", "B=6-"], {"counts": {"XA.n": {"min": 0, "max": 9}, "B": {"min": 6}}}),
            (["--origin", "XA", "--location", "XB,XA", "--subjects", "XC"], {"data": {"origin": ["XA"], "location": ["XB", "XA"], "subjects": ["XC"]}}),
            (["--count", "XA.n=5", "--count", "B=6"], {"counts": {"XA.n": 5, "B": 6}}), (["--count", "XA.n"], {"counts": {"XA.n": ""}}),
            (["--from-kind", "bank,insurer"], {"from": {"state": "XA", "kinds": ["bank", "insurer"]}}),
            (["--to-kind", "unknown"], {"to": {"state": "XY"}}), (["--circumstance", "unknown"], {"circumstances": None}),
            (["--to-kind", "bank", "--to-kind", "unknown"], {"to": {"state": "XY", "kinds": ["bank", "..."]}}),
            (["--purpose", "unknown,support"], {"purposes": ["support", "..."]}), (["--purpose", "unknown,unknown"], {"purposes": ["..."]}),
            (["--circumstance", "unknown", "--circumstance", "occasional"], {"circumstances": ["occasional", "..."]}),
            (["--circumstance", "occasional"], {"circumstances": ["occasional"]}),
            (["--from-name", 'A "B" Ltd'], {"from": {"state": "XA", "name": 'A "B" Ltd', **company}}),
            (["--to-owner", "XB:50", "--to-owner", "XC", "--to-owner", "XA:33.3"],
             {"to": {"state": "XY", **company, "owners": [{"state": "XB", **company, "percent": 50}, {"state": "XC", **company}, {"state": "XA", **company, "percent": 33.3}]}}),
            (["--to-certified", "none", "--to-subject-to", "none", "--to-owner", "none", "--to-kind", "none", "--purpose", "none"],
             {"to": {"state": "XY", "kinds": [], "owners": [], "subject_to": [], "certified": []}, "purposes": []}),
            (["--from-subject-to", "XB", "--to-certified", "shield"],
             {"from": {"state": "XA", **company, "subject_to": ["XB"]}, "to": {"state": "XY", **company, "certified": ["shield"]}}),
            (["--purpose", "support", "--safeguard", "encryption", "--deal", "sale"], {"purposes": ["support"], "safeguards": ["encryption"], "deal": "sale"}),
            (["--channel", "direct", "--binding", "--basis", "PACT"], {"demand": {"channel": "direct", "basis": "PACT", "binding": True}}),
            (["--channel", "direct", "--not-binding"], {"demand": {"channel": "direct", "binding": False}}),
            (["--channel", "direct"], {"demand": {"channel": "direct"}}),
            (["--channel", "voluntary"], {"demand": {"channel": "voluntary", "binding": False}}),
            (["--channel", "voluntary", "--binding"], {"demand": {"channel": "voluntary", "binding": True}}),
            (["--paper", "contract", "--paper", "consent:XA", "--paper", "assessment:XA:passed"],
             {"papers": [{"kind": "contract"}, {"kind": "consent", "under": "XA"}, {"kind": "assessment", "under": "XA", "result": "passed"}]}),
            (["--paper", "contract:XA::c2p", "--paper", "assessment::passed", "--paper", "contract:::c2c:d", "--paper", "consent:"],
             {"papers": [{"kind": "contract", "under": "XA", "scope": {"module": "c2p"}}, {"kind": "assessment", "result": "passed"},
                         {"kind": "contract", "scope": {"module": "c2c:d"}}, {"kind": "consent"}]}),
            (["--paper", "contract:XA:from=2026-01-02:until=2026-12-31", "--paper", "assessment:XA:passed:ref=XA.I.1:by=the office: second floor",
              "--paper", "contract:XA::c2p:states=XB,XC:parties=Q,", "--paper", "contract:states=XB:module=c2c:from=", "--paper", "contract:::a=b"],
             {"papers": [{"kind": "contract", "under": "XA", "from": "2026-01-02", "until": "2026-12-31"},
                         {"kind": "assessment", "under": "XA", "result": "passed", "ref": "XA.I.1", "by": "the office: second floor"},
                         {"kind": "contract", "under": "XA", "scope": {"module": "c2p", "states": ["XB", "XC"], "parties": ["Q"]}},
                         {"kind": "contract", "scope": {"states": "XB", "module": "c2c"}}, {"kind": "contract", "a": "b"}]})):
        same(words, act_of(*places, *words), {k: v for k, v in {**base, **change}.items() if v is not None})


@test
def ask_answers():
    places = ["--from", "XA", "--to", "XY", "--on", "2026-06-01"]
    run = Run("ask", *places, "--data", "personal")
    same("status", (run.status, run.err), (1, ""))
    same("first lines", run.lines()[:2], ["conditional: lawful once what is needed is held", "  transfer on 2026-06-01, under the law of XA, XY"])
    holds("no colours in a pipe", "\033" not in run.out)
    same("permitted", Run("ask", *places, "--data", "personal", "--paper", "contract:XA").status, 0)
    same("lifted", Run("ask", *places, "--data", "personal", "--circumstance", "occasional").status, 0)
    same("left open", Run("ask", *places, "--data", "personal", "--circumstance", "unknown", "--json").verdicts(), ["undetermined"])
    same("adopted", Run("ask", *places, "--data", "personal", "--adopt", "SOFT", "--json").verdicts(), ["refuse"])
    run = Run("ask", *places, "--json")
    same("JSON", (json.loads(run.out)["verdict"], len(run.lines()), run.status), ("undetermined", 1, 1))
    act = Run("ask", *places, "--data", "important", "--act-json").out
    same("the act judged is the act told", json.loads(Run("judge", input=act).out)["act"], json.loads(Run("ask", *places, "--data", "important", "--json").out)["act"])
    same("by another image", Run("ask", *places, "--law", "nowhere").err, "comity: nowhere: No such file or directory\n")


TAKEN = """state XA "Examplia"
instrument I "Act"
covers transfer from 2000-01-01
rule XA.I.1 "Not what is rare"
  cite   I "1"
  when   transfer and occasional
  refuse
  checked 2026-01-01 "read"
rule XA.I.2 "Nor what is rare beyond one entity"
  cite   I "2"
  when   transfer and occasional and not same-entity
  refuse
  checked 2026-01-01 "read"
"""


@test
def ask_taken():
    (FOLDER / "taken.law").write_text(TAKEN, encoding="utf-8")
    same("built", Run("law", "build", "-o", "taken.image", COMMON, "taken.law").status, 0)
    places = ["--law", "taken.image", "--from", "XA", "--to", "XY", "--on", "2026-06-01"]
    head = ["permit: no rule on file stands in the way", "  transfer on 2026-06-01, under the law of XA, XY"]
    told = ["", "  What was taken as not so, as no --circumstance says it", "    - Is it occasional? (occasional): XA.I.1, XA.I.2"]
    run = Run("ask", *places)
    same("what would stand in the way, alone", (run.status, run.lines()), (0, head + told))
    same("a circumstance that is named is not asked for", Run("ask", *places, "--circumstance", "same-entity").lines(),
         head + told[:2] + ["    - Is it occasional? (occasional): XA.I.1"])
    same("that there is none is said", Run("ask", *places, "--circumstance", "none").lines(), head)
    same("JSON says nothing of it", "occasional" in Run("ask", *places, "--json").out, False)
    holds("a refusal ends as it did", "taken as not so" not in Run("ask", *places, "--circumstance", "occasional").out)


@test
def ask_errors():
    usage = "\nSee 'comity ask --help'.\n"
    for words, told in (
            ([], "comity ask: say at least --from or --to" + usage), (["--data", "health"], "comity ask: say at least --from or --to" + usage),
            (["XA", "XY"], "comity ask: 'XA' stands alone; every fact is given by an option" + usage),
            (["--from", "XA", "XY"], "comity ask: 'XY' stands alone; every fact is given by an option" + usage),
            (["--frm", "XA"], "comity ask: --frm is no option; did you mean --from?" + usage),
            (["--from"], "comity ask: --from wants a value" + usage),
            (["--from-"], "comity ask: --from- begins several options; write it in full" + usage),
            (["--from", "XA", "--json=no"], "comity ask: --json takes no value" + usage),
            (["--from", "XA", "--data", ""], "comity ask: --data: an empty value; leave the option out for what is not known" + usage),
            (["--from", "XA", "--data=,health"], "comity ask: --data: an empty value; leave the option out for what is not known" + usage),
            (["--from", b"X\xff"], "comity ask: --from: the value is not UTF-8" + usage),
            (["--from", "Examplia"], "comity: from.state: a text of 8 bytes is no state; 'comity law show place' lists what there is\n"),
            (["--from", "XQ"], 'comity: from.state: "XQ" is no state; the codes of states are those of ISO 3166-1, of two letters\n'), (["--from", "xa"], 'comity: from.state: "xa" is no state; did you mean "XA"?\n'),
            (["--from", "XA", "--data", "helth"], 'comity: data.categories[0]: "helth" is no category; did you mean "health"?\n'),
            (["--from", "XA", "--data", "health,,contact"], 'comity: data.categories[1]: "" is no category; \'comity law show category\' lists what there is\n'),
            (["--from", "XA", "--data", "medical"], "comity: data.categories[0]: a text of 7 bytes is no category; 'comity law show category' lists what there is\n"),
            (["--from", "XA", "--to-kind", "hospital"], "comity: to.kinds[0]: a text of 8 bytes is no kind of party; 'comity law show kind' lists what there is\n"),
            (["--from", "XA", "--paper", "scc"], "comity: papers[0].kind: a text of 3 bytes is no kind of paper; 'comity law show paper' lists what there is\n"),
            (["--from", "XA", "--people", "many"], 'comity ask: --people: found "many", but expected digits only, as in 5000, or bounds, 5000-20000 or 5000-' + usage),
            (["--from", "XA", "--people", "1,000"], 'comity ask: --people: found "1,000", but expected digits only, as in 5000, or bounds, 5000-20000 or 5000-' + usage),
            (["--from", "XA", "--people", "-1"], 'comity ask: --people: found "-1", but expected digits only, as in 5000, or bounds, 5000-20000 or 5000-' + usage),
            *((["--from", "XA", "--people", wrong], f'comity ask: --people: found "{wrong}", but expected digits only, as in 5000, or bounds, 5000-20000 or 5000-' + usage)
              for wrong in ("1-2-3", "-", "5-x", "1.5-2", "5 - 6")),
            (["--from", "XA", "--people", "6-5"], 'comity: data.people: "min" is more than "max"\n'),
            (["--from", "XA", "--count", "XA.n=-5"], 'comity: counts.XA.n: found a string, but expected a number, or {"min", "max"}\n'),
            (["--from", "XA", "--people", "1.2.3"], None),
            (["--from", "XA", "--to-owner", "XB:110"], 'comity: to.owners[0].percent: found "110", but expected a percentage from 0 to 100 with at most 2 decimals\n'),
            (["--from", "XA", "--count", "XA.n"], 'comity: counts.XA.n: found a string, but expected a number, or {"min", "max"}\n'),
            (["--from", "XA", "--count", "XA.m=1"], 'comity: counts: "XA.m" is no count that a law declares; did you mean "XA.n"?\n'),
            (["--from", "XA", "--on", "2023-02-29"], 'comity: on: "2023-02-29" is no date: February 2023 has 28 days\n'),
            (["--from", "XA", "--binding"], 'comity: "demand" belongs to the act "disclose" only\n'),
            (["--from", "XA", "--binding", "--not-binding"], "comity ask: --binding and --not-binding: the demand does one of them" + usage),
            (["--from", "XA", "--adopt", "ZZZZZ"], 'comity: --adopt: "ZZZZZ" is no agreement on file\n'),
            (["--from", "XA", *["--data", "health"] * 512], "comity ask: more than 512 options" + usage)):
        run = Run("ask", *words)
        same(words[:6], (run.out, run.status), ("", 2))
        if told is None:
            holds(words, run.err.startswith("comity: "), run.err)
        else:
            same(words[:6], run.err, told)


# ---- law ----


@test
def law_build_is_reproducible():
    whole = IMAGE.read_bytes()
    files = [str(p) for p in [*COMMON.glob("*.law"), FOLDER / "law" / "XA.law", FOLDER / "law" / "SOFT.law"]]
    for seed in range(5):
        random.Random(seed).shuffle(files)
        same("built", Run("law", "build", "-o", "again.image", *files).status, 0)
        holds(f"the same bytes, files shuffled by {seed}", (FOLDER / "again.image").read_bytes() == whole)
    elsewhere = FOLDER / "else where" / "deep"
    elsewhere.mkdir(parents=True)
    for path in files:
        shutil.copy(path, elsewhere)
    same("built", Run("law", "build", "--output", "far.image", ".", cwd=elsewhere).status, 0)
    holds("the same bytes from another folder", (elsewhere / "far.image").read_bytes() == whole)
    for name in ("XA.law", "SOFT.law"):
        text = (elsewhere / name).read_text()
        (elsewhere / name).write_text(text.replace("\n", "\r\n"))
    same("built", Run("law", "build", "-o", "far.image", ".", cwd=elsewhere, env={"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8"}).status, 0)
    holds("the same bytes with carriage returns, in another zone", (elsewhere / "far.image").read_bytes() == whole)


@test
def law_build_writes_whole_or_nothing():
    target = put("kept.image", b"as it was")
    target.chmod(0o640)
    bad = put("bad/bad.law", 'state XB "B"\nrule XB.I.1 "no"\n  refuse\n')
    run = Run("law", "build", "-o", target, COMMON, bad)
    same("law with errors", (run.status, target.read_bytes()), (1, b"as it was"))
    holds("which are told", "error: " in run.err and run.err.endswith(" errors\n") or run.err.endswith(" error\n"), run.err)
    run = Run("law", "build", "-o", FOLDER / "no" / "such" / "folder.image", COMMON)
    same("a folder that is missing", run.status, 2)
    holds("which is told", run.err.startswith("comity: ") and "No such file or directory" in run.err, run.err)
    run = Run("law", "build", "-o", FOLDER / "law", COMMON)
    same("a folder for a file", run.status, 2)
    holds("stays", (FOLDER / "law").is_dir() and (FOLDER / "law" / "XA.law").exists())
    same("and leaves nothing beside", [p.name for p in FOLDER.iterdir() if p.name.endswith(".new")], [])
    same("built over it", Run("law", "build", "-o", target, COMMON).status, 0)
    same("the mode stays", target.stat().st_mode & 0o777, 0o640)
    holds("nothing is left beside", not [p for p in FOLDER.iterdir() if ".new" in p.name])
    link = FOLDER / "link.image"
    link.symlink_to(target)
    same("built over a link", Run("law", "build", "-o", link, COMMON, FOLDER / "law").status, 0)
    holds("which stays one", link.is_symlink() and Run("law", "diff", link, target).status == 0)
    tube = FOLDER / "tube"
    os.mkfifo(tube)
    reader = subprocess.Popen(["cat", tube], stdout=subprocess.PIPE)
    same("and into a pipe", (Run("law", "build", "-o", tube, COMMON, FOLDER / "law").status, reader.communicate(timeout=20)[0]), (0, target.read_bytes()))
    holds("which stays one", tube.is_fifo())
    link.unlink()
    tube.unlink()
    if os.getuid() != 0:
        closed = FOLDER / "closed"
        closed.mkdir()
        (closed / "old.image").write_bytes(b"as it was")
        closed.chmod(0o555)
        run = Run("law", "build", "-o", closed / "old.image", COMMON)
        same("where one may not write", (run.status, (closed / "old.image").read_bytes()), (2, b"as it was"))
        closed.chmod(0o755)


@test
def law_build_paths():
    empty = FOLDER / "empty"
    empty.mkdir()
    same("no law files", (lambda r: (r.status, r.err))(Run("law", "build", empty)), (2, 'comity: no law files found; they end in ".law"\n'))
    same("no such path", (lambda r: (r.status, r.err))(Run("law", "build", "nowhere")), (2, "comity: nowhere: No such file or directory\n"))
    same("the default is missing", (lambda r: (r.status, r.err))(Run("law", "build", cwd=empty)), (2, "comity: law: No such file or directory\n"))
    run = Run("law", "check", "-", input='taxonomy "Names"\nkind bank "a bank"\n')
    same("standard input", (run.status, run.out, run.err), (0, "", ""))
    put("hidden/.secret.law", "nonsense")
    put("hidden/notes.txt", "nonsense")
    put("hidden/deep/er/good.law", 'taxonomy "Names"\n')
    same("hidden files and others are passed over", Run("law", "check", "hidden").status, 0)
    same("a file twice", Run("law", "check", COMMON, COMMON / "XY.law").status, 1)
    same("unknown option", (lambda r: (r.status, r.err))(Run("law", "check", "-o", "x")),
         (2, "comity law: check: -o is no option\nSee 'comity law --help'.\n"))


@test
def law_check():
    run = Run("law", "check", COMMON, "law")
    same("clean", (run.status, run.out, run.err), (0, "", ""))
    put("wrong/a.law", 'state XB "B"\ninstrument I "Act"\nrule XB.I.1 "One"\n  cite I "1"\n  when data has helth\n  refuse\n  unverified\n')
    put("wrong/b.law", 'state XC "C"\ncovers transfr\n')
    run = Run("law", "check", COMMON, "wrong/a.law")
    same("an error", (run.status, run.out, run.err), (1, "", 'wrong/a.law:5:17: error: "helth" is no category; did you mean "health"?\n'
         '    5 |   when data has helth\n      |                 ^~~~~\ncomity: the law has 1 error\n'))
    run = Run("law", "check", COMMON, "wrong/b.law")
    same("a syntax error", run.status, 1)
    holds("with its place", run.err.startswith("wrong/b.law:2:8: error: "), run.err)
    holds("nothing is written", not (FOLDER / "world.image").exists())


@test
def law_fmt():
    laid = (FOLDER / "law" / "XA.law").read_text()
    loose = laid.replace("  cite   I", " cite I").replace("\n\nrule", "\nrule")
    same("laid out already", (lambda r: (r.status, r.out, r.err))(Run("law", "fmt", "--check", "law")), (0, "", ""))
    path = put("fmt/loose.law", loose)
    put("fmt/laid.law", laid.replace("XA", "XB"))
    same("not laid out", (lambda r: (r.status, r.out))(Run("law", "fmt", "--check", "fmt")), (1, "fmt/loose.law\n"))
    same("and left as it was", path.read_text(), loose)
    path.chmod(0o600)
    same("laid out in place", (lambda r: (r.status, r.out, r.err))(Run("law", "fmt", "fmt")), (0, "", ""))
    same("as it should be", path.read_text(), laid)
    same("its mode stays", path.stat().st_mode & 0o777, 0o600)
    same("input to output", (lambda r: (r.status, r.out))(Run("law", "fmt", "-", input=loose)), (0, laid))
    same("by default", (lambda r: (r.status, r.out))(Run("law", "fmt", input=loose)), (0, laid))
    broken = put("fmt/broken.law", 'state XB "B\n')
    run = Run("law", "fmt", "fmt")
    same("what cannot be read stays as it was", (run.status, broken.read_text()), (2, 'state XB "B\n'))
    holds("and is told", run.err.startswith("fmt/broken.law:1:"), run.err)
    same("unknown option", (lambda r: (r.status, r.err))(Run("law", "fmt", "--chek")),
         (2, "comity law: fmt: --chek is no option; did you mean --check?\nSee 'comity law --help'.\n"))
    run = Run("law", "fmt", input="state XB\n")
    same("input that cannot be read", (run.status, run.out), (2, ""))
    holds("and is told", run.err.startswith("-:1:9: error: found the end of the file; expected the name"), run.err)


@test
def law_list_and_show():
    same("list", Run("law", "list", "--state", "XA").lines(), [
        "XA.I.1                           refuse                         Important data stays",
        "XA.I.2                           needs    2010-01-01            Personal data leaves under a contract [unverified]",
        "XA.I.3                           lifts                          But not when occasional"])
    names = lambda *words: [json.loads(line)["rule"] for line in Run("law", "list", "--json", *words).lines()]
    same("all", names(), ["SOFT.I.1", "XA.I.1", "XA.I.2", "XA.I.3"])
    same("by effect", names("--effect", "refuse"), ["SOFT.I.1", "XA.I.1"])
    same("by day", names("--on", "2009-12-31", "--state", "XA"), ["XA.I.1", "XA.I.3"])
    same("unverified", names("--unverified"), ["XA.I.2"])
    same("a state without rules", (lambda r: (r.out, r.status))(Run("law", "list", "--state", "XY")), ("", 0))
    same("no state", (lambda r: (r.err, r.status))(Run("law", "list", "--state", "XQ")), ('comity: "XQ" is the code of no law on file\n', 2))
    same("no effect", (lambda r: (r.err, r.status))(Run("law", "list", "--effect", "forbid")),
         ("comity law: 'forbid' is no effect; there are refuse, needs, way, lifts, duty, compels and notes\nSee 'comity law --help'.\n", 2))
    same("no day", Run("law", "list", "--on", "2026-13-01").err, 'comity law: --on: "2026-13-01" is no date: months run from 01 to 12\nSee \'comity law --help\'.\n')
    same("unknown option", Run("law", "list", "--frob").err, "comity law: list: --frob is no option\nSee 'comity law --help'.\n")
    same("show", Run("law", "show", "XA.I.2").out, 'rule XA.I.2 "Personal data leaves under a contract"\n  cite   I "2"\n  from   2010-01-01\n'
         "  when   transfer from XA to outside XA and data has personal\n  needs  contract\n  unverified\n  # Act, 2\n"
         "  # in force from 2010-01-01 until further notice\n  # lifted by XA.I.3  But not when occasional\n\n")
    holds("show what lifts", "  # lifts     XA.I.2  Personal data leaves under a contract" in Run("law", "show", "XA.I.3").lines())
    same("show several", len([l for l in Run("law", "show", "XA.I.2", "SOFT.I.1").lines() if l.startswith("rule ")]), 2)
    same("show all of a state", len([l for l in Run("law", "show", "XA").lines() if l.startswith("rule ")]), 3)
    same("show all that begin so", sorted([l.split()[1] for l in Run("law", "show", "XA.I").lines() if l.startswith("rule ")]), ["XA.I.1", "XA.I.2", "XA.I.3"])
    same("a name that goes on otherwise", Run("law", "show", "XA.I.").status, 2)
    told = json.loads(Run("law", "show", "--json", "XA.I.2").out)
    same("show as JSON", (told["rule"], told["from"], told["until"], told["lifted_by"], told["ways"], told["checked"]), ("XA.I.2", "2010-01-01", None, ["XA.I.3"], [], None))
    run = Run("law", "show", "XA.I.22", "XA.I.1")
    same("no rule", (run.err, run.status), ('comity: "XA.I.22" is nothing that law on file declares; did you mean "XA.I.2"?\n', 2))
    holds("the others are shown", run.out.startswith("rule XA.I.1 "), run.out)
    same("nothing named", (lambda r: (r.out, r.err, r.status))(Run("law", "show")),
         ("", "comity law: show: name a rule, or anything else that law declares, or the code of a law\nSee 'comity law --help'.\n", 2))
    same("unknown option", (lambda r: (r.out, r.err, r.status))(Run("law", "show", "--frob", "XA")),
         ("", "comity law: show: --frob is no option\nSee 'comity law --help'.\n", 2))
    for name, told in (("XA.n", 'count XA.n "persons this year"\n  of     persons\n  when   transfer from XA\n  window calendar year\n  per    exporter\n\n'),
                       ("contract", 'paper contract "a contract"\n\n'), ("XB", 'place XB "Beispielland"\n\n')):
        same("show what is no rule", (lambda r: (r.out, r.err, r.status))(Run("law", "show", name)), (told, "", 0))
    shown = Run("law", "show", "category").lines()
    holds("all names of a sort", 'category health of sensitive "health data"' in shown and all(l.startswith("category ") for l in shown), shown)
    same("all names of a sort, as JSON", {json.loads(l)["declares"] for l in Run("law", "show", "--json", "paper").lines()}, {"paper"})
    same("as JSON", json.loads(Run("law", "show", "--json", "health").out),
         {"declares": "category", "name": "health", "state": None, "law": 'category health of sensitive "health data"\n'})
    for name, told in (("helth", '"helth" is nothing that law on file declares; did you mean "health"?'), ("zzzzzz", '"zzzzzz" is nothing that law on file declares'),
                       ("", '"" is nothing that law on file declares')):
        same(name, (lambda r: (r.out, r.err, r.status))(Run("law", "show", name)), ("", f"comity: {told}\n", 2))
    put("ways/XB.law", 'state XB "B"\ninstrument I "Act" from 2001-01-01 until 2030-12-31\n'
        'rule XB.I.1 "A need"\n  cite   I "1"\n  when   transfer # whatever it is\n  needs  a way\n  unverified\n# not this\n\n'
        'rule XB.I.2 "A way"\n  cite   I "2"\n  way    XB.I.1 with contract\n  unverified\n')
    same("built", Run("law", "build", "-o", "ways.image", COMMON, "ways").status, 0)
    same("a need and its way", Run("law", "show", "--law", "ways.image", "XB").out,
         'rule XB.I.1 "A need"\n  cite   I "1"\n  when   transfer # whatever it is\n  needs  a way\n  unverified\n  # Act, 1\n'
         "  # in force from 2001-01-01 until 2030-12-31\n  # met by    XB.I.2  A way\n\n"
         'rule XB.I.2 "A way"\n  cite   I "2"\n  way    XB.I.1 with contract\n  unverified\n  # Act, 2\n'
         "  # in force from 2001-01-01 until 2030-12-31\n  # way for   XB.I.1  A need\n\n")


@test
def law_diff():
    put("new/XA.law", LAW.replace("needs  contract", "needs  one of contract, consent").replace("from   2010-01-01", "from   2011-01-01")
        .replace('rule XA.I.3 "But not', 'rule XA.I.4 "But not'))
    same("built", Run("law", "build", "-o", "new.image", COMMON, "new").status, 0)
    run = Run("law", "diff", IMAGE, IMAGE)
    same("the same", (run.status, run.out[:22]), (0, "the same law: sha256:"[:22] + run.out[21:22]))
    run = Run("law", "diff", IMAGE, "new.image")
    same("what changed", (run.status, run.lines()), (1, [
        'removed the law file of SOFT "A Declaration"',
        'removed SOFT.I.1 "Nothing leaves" (refuse)',
        'removed XA.I.3 "But not when occasional" (lifts)',
        'added XA.I.4 "But not when occasional" (lifts)',
        'changed XA.I.2 "Personal data leaves under a contract"',
        "  in force from: was 2010-01-01, is 2011-01-01",
        "  -   from   2010-01-01",
        "  -   needs  contract",
        "  +   from   2011-01-01",
        "  +   needs  one of contract, consent"]))
    run = Run("law", "diff", "new.image", IMAGE)
    same("the other way round", (run.status, run.lines()[:2]), (1, ['added the law file of SOFT "A Declaration"', 'removed XA.I.4 "But not when occasional" (lifts)']))
    usage = "comity law: diff: name two images, the old one and the new one\nSee 'comity law --help'.\n"
    for words in ([], [IMAGE], [IMAGE, IMAGE, IMAGE], ["--json", IMAGE], [IMAGE, "-"]):
        same(words, (lambda r: (r.out, r.err, r.status))(Run("law", "diff", *words)), ("", usage, 2))
    same("a missing image", (lambda r: (r.status, r.err))(Run("law", "diff", IMAGE, "nowhere")), (2, "comity: nowhere: No such file or directory\n"))


CHANGING = """state XB "Bexar"

instrument I "Act" from 2001-01-01

authority XB.a "Office" may grant permission

covers transfer from 2000-01-01

calendar
  weekend saturday
  holiday 2026-01-01 "New Year"

group XB.g "Neighbours"
  members XC
  members XD from 2010-01-01

orders XB.o "Orders"
  order "First" from 2020-01-01

paper contract valid 2 years

count XB.n "persons"
  of     persons
  when   transfer from XB
  window calendar year
  per    exporter

define XB.d = transfer from XB to XB.g

derive foreign-owned when party outside XB

rule XB.I.1 "One"
  cite   I "1"
  when   XB.d
  refuse
  checked 2026-01-01 "read"
"""
PACT = """agreement PACT "A Pact"
about trade
parties XA, XB from 2000-01-01
signed XC
channel for law-enforcement

instrument T "Text"

rule PACT.T.1 "One"
  cite   T "1"
  when   transfer
  notes
  unverified
"""
UNION = 'union XU "A Union"\nmembers XA\nmembers XB from 2004-05-01\nreaches XC from 2000-01-01\n'

# What is replaced in which file, by what, and what is said of it.
CHANGES = (
    ("XB", '  refuse', '  notes', ['changed XB.I.1 "One"', '  it was "refuse" and is "notes"', "  -   refuse", "  +   notes"]),
    ("XB", 'rule XB.I.1 "One"', 'rule XB.I.1 "Two"', ['changed XB.I.1 "Two"', '  - rule XB.I.1 "One"', '  + rule XB.I.1 "Two"']),
    ("XB", '  cite   I "1"', '  cite   I "2"', ['changed XB.I.1 "One"', "  cited as: was Act, 1, is Act, 2", '  -   cite   I "1"', '  +   cite   I "2"']),
    ("XB", '"Act" from 2001-01-01', '"Act" from 2002-01-01 until 2030-12-31',
     ['changed XB.I.1 "One"', "  in force from: was 2001-01-01, is 2002-01-01", "  in force until: was further notice, is 2030-12-31",
      "changed instrument I of XB", '  - instrument I "Act" from 2001-01-01', '  + instrument I "Act" from 2002-01-01 until 2030-12-31']),
    ("XB", 'checked 2026-01-01', 'checked 2026-02-01',
     ['changed XB.I.1 "One"', "  checked on: was 2026-01-01, is 2026-02-01", '  -   checked 2026-01-01 "read"', '  +   checked 2026-02-01 "read"']),
    ("XB", 'checked 2026-01-01 "read"', 'unverified',
     ['changed XB.I.1 "One"', "  checked on: was 2026-01-01, is never", '  -   checked 2026-01-01 "read"', "  +   unverified"]),
    ("XB", 'may grant permission', 'may grant permission, consent',
     ["changed authority XB.a of XB", '  - authority XB.a "Office" may grant permission', '  + authority XB.a "Office" may grant permission, consent']),
    ("XB", 'authority XB.a "Office" may grant permission\n', '',
     ["removed authority XB.a of XB", '  - authority XB.a "Office" may grant permission']),
    ("XB", 'members XD from 2010-01-01', 'members XD from 2011-01-01',
     ["changed group XB.g of XB", "  -   members XD from 2010-01-01", "  +   members XD from 2011-01-01"]),
    ("XB", 'order "First" from 2020-01-01', 'order "First" from 2020-01-01 until 2020-12-31',
     ["changed orders XB.o of XB", '  -   order "First" from 2020-01-01', '  +   order "First" from 2020-01-01 until 2020-12-31']),
    ("XB", 'valid 2 years', 'valid 3 years', ["changed paper contract of XB", "  - paper contract valid 2 years", "  + paper contract valid 3 years"]),
    ("XB", 'paper contract valid 2 years\n', '', ["removed paper contract of XB", "  - paper contract valid 2 years"]),
    ("XB", 'window calendar year', 'window 12 months', ["changed count XB.n of XB", "  -   window calendar year", "  +   window 12 months"]),
    ("XB", 'transfer from XB to XB.g', 'transfer from XB to XC',
     ["changed definition XB.d of XB", "  - define XB.d = transfer from XB to XB.g", "  + define XB.d = transfer from XB to XC"]),
    ("XB", 'party outside XB', 'party in XC',
     ["changed derived kind foreign-owned of XB", "  - derive foreign-owned when party outside XB", "  + derive foreign-owned when party in XC"]),
    ("XB", 'covers transfer from 2000-01-01\n', 'covers transfer from 2000-01-01\ncovers store from 2005-01-01\n',
     ["changed coverage of XB", "  + covers store from 2005-01-01"]),
    ("XB", 'holiday 2026-01-01 "New Year"', 'holiday 2026-01-02 "New Year"',
     ["changed calendar of XB", '  -   holiday 2026-01-01 "New Year"', '  +   holiday 2026-01-02 "New Year"']),
    ("XB", 'state XB "Bexar"', 'state XB "Bexar, Republic of"', ["changed header of XB", '  - state XB "Bexar"', '  + state XB "Bexar, Republic of"']),
    ("PACT", 'parties XA, XB from 2000-01-01', 'parties XA, XB from 2000-01-01\nparties XC from 2020-01-01',
     ["changed parties of PACT", "  + parties XC from 2020-01-01"]),
    ("PACT", 'signed XC\n', '', ["removed signatories of PACT", "  - signed XC"]),
    ("PACT", 'about trade', 'direct\nabout trade', ["added direct effect of PACT", "  + direct"]),
    ("PACT", 'about trade', 'soft\nabout trade', ["added softness of PACT", "  + soft"]),
    ("PACT", 'about trade', 'about trade, adequacy', ["changed concerns of PACT", "  - about trade", "  + about trade, adequacy"]),
    ("PACT", 'channel for law-enforcement', 'channel for judicial-proceedings',
     ["changed channels of PACT", "  - channel for law-enforcement", "  + channel for judicial-proceedings"]),
    ("XU", 'from 2004-05-01', 'from 2004-05-01 until 2020-12-31',
     ["changed members of XU", "  - members XB from 2004-05-01", "  + members XB from 2004-05-01 until 2020-12-31"]),
    ("XU", 'reaches XC from 2000-01-01\n', '', ["removed reach of XU", "  - reaches XC from 2000-01-01"]),
    ("names", 'purpose extra "extra"', 'purpose extra "something extra"',
     ["changed purpose extra", '  - purpose extra "extra"', '  + purpose extra "something extra"']),
    ("names", 'purpose extra "extra"\n', 'purpose extra "extra"\npurpose more "more"\n', ["added purpose more", '  + purpose more "more"']),
    ("HOUSE", 'policy HOUSE "House"\n', 'policy HOUSE "House"\nadopt SOFT\n', ["added adoptions of HOUSE", "  + adopt SOFT"]),
    ("HOUSE", 'policy HOUSE "House"\n', 'policy HOUSE "House"\nenter XB.o\n  order "Told to us" from 2021-01-01\n',
     ["added entries in XB.o of HOUSE", "  + enter XB.o", '  +   order "Told to us" from 2021-01-01']),
)


@test
def law_diff_of_everything():
    files = {"XB": CHANGING, "PACT": PACT, "XU": UNION, "names": 'taxonomy "More"\npurpose extra "extra"\n', "HOUSE": 'policy HOUSE "House"\n',
             "SOFT": SOFT, "XA": 'state XA "Examplia"\n'}
    def build(name):
        for code, text in files.items():
            put(f"{name}/{code}.law", text)
        run = Run("law", "build", "-o", f"{name}.image", COMMON, name)
        same("built", (run.err, run.status), ("", 0))
        return f"{name}.image"
    old = build("old-law")
    for code, before, after, told in CHANGES:
        kept = files[code]
        holds(f"{before} is there", before in kept)
        files[code] = kept.replace(before, after)
        run = Run("law", "diff", old, build("new-law"))
        same(after or before, (run.status, run.lines()), (1, told))
        files[code] = kept
    files["XB"] = CHANGING.replace("define XB.d", "# a remark\ndefine XB.d") + "# another\n"
    files["XU"] = UNION.replace("\n", "\r\n")
    run = Run("law", "diff", old, build("new-law"))
    same("remarks and line ends change nothing", (run.status, run.out[:14]), (0, "the same law: "))


# ---- the whole ----


@test
def outputs_that_cannot_be_written():
    if not os.path.exists("/dev/full"):
        return
    path = str(put("one", PERMIT + "\n"))
    for words in (["--help"], ["--version"], ["ask", "--help"], ["judge", path], ["judge", "--explain", path], ["judge", "--table", path],
                  ["ask", "--from", "XA", "--to", "XY"], ["ask", "--from", "XA", "--json"], ["ask", "--from", "XA", "--act-json"], ["law", "list"],
                  ["law", "list", "--json"], ["law", "show", "XA"], ["law", "show", "XA.n"], ["law", "diff", IMAGE, IMAGE], ["law", "--help"],
                  ["law", "fmt", "-"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([COMITY, *map(str, words)], input=b'state XB "B"\n', stdout=full, stderr=subprocess.PIPE, check=False,
                                  env={**os.environ, "COMITY_LAW": str(IMAGE)})
        same(words, (done.returncode, done.stderr), (2, b"comity: writing: No space left on device\n"))


def run_closed(closed, *words):
    """Runs the command without some of its standard streams; its status."""
    return subprocess.run([COMITY, *map(str, words)], check=False, timeout=60, cwd=FOLDER, env={**os.environ, "COMITY_LAW": str(IMAGE)},
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=lambda: [os.close(fd) for fd in closed]).returncode


@test
def streams_that_are_closed():
    act = put("act.ndjson", PERMIT + "\n")
    same("a record", Run("record", "init", "--origin", "example.org/closed", "closed").status, 0)
    for closed in ((0, 1, 2), (0, 1), (1, 2), (1,)):
        same(f"without {closed}, an answer cannot be given", run_closed(closed, "judge", "--record", "closed", act), 2)
    for closed in ((0, 2), (2,), (0,)):
        same(f"without {closed} it can", run_closed(closed, "judge", "--record", "closed", act), 0)
    holds("no file of the record is taken for a stream", not [path for path in (FOLDER / "closed").rglob("*")
                                                               if path.is_file() and b'"verdict"' in path.read_bytes()])
    same("and it is whole", Run("record", "verify", "closed").status, 0)
    same("input that is closed is no empty one", run_closed((0,), "judge"), 2)
    same("nor is a law that is written without any", (run_closed((0, 1, 2), "law", "build", "-o", "closed.image", COMMON, FOLDER / "law"),
                                                      (FOLDER / "closed.image").read_bytes() == IMAGE.read_bytes()), (0, True))


@test
def messages_move_no_terminal():
    for name, told in (("no\nsuch\x1b[31m", "no\\x0asuch\\x1b[31m"), ("a\u202eb", "a\\xe2\\x80\\xaeb"), (b"\xff\xc3", "\\xff\\xc3"), ("Größe", "Größe")):
        same(told, Run("judge", name).err, f"comity: {told}: No such file or directory\n")
    run = Run("law", "check", put("odd\n\x1b[31m.law", "x\n"))
    holds("of law", f"{FOLDER}/odd\\x0a\\x1b[31m.law:1:1: error: " in run.err, run.err)
    same("of options", Run("judge", "--\x1b]0;x\x07").err, "comity judge: --\\x1b]0;x\\x07 is no option\nSee 'comity judge --help'.\n")


@test
def files_too_large_and_paths_too_long():
    large = put("large/XB.law", 'state XB "B"\n' + "#" * (8 << 20))
    for words in (["law", "check", "large"], ["law", "build", "-o", "large.image", "large"], ["law", "fmt", "large"]):
        same(words, (lambda r: (r.out, r.err, r.status))(Run(*words)), ("", "comity: large/XB.law: more than 8388608 bytes\n", 2))
    same("standard input", Run("law", "check", "-", input=large.read_bytes()).err, "comity: standard input: more than 8388608 bytes\n")
    name = "deep/" * 900
    run = Run("law", "build", "-o", name + "x", COMMON)
    same("a path that is too long", (run.out, run.err, run.status), ("", f"comity: {name}x: the path is too long\n", 2))
    dangling = FOLDER / "dangling.law"
    dangling.symlink_to("nowhere-at-all")
    same("a link that leads nowhere", (lambda r: (r.err, r.status))(Run("law", "check", dangling)), (f"comity: {dangling}: No such file or directory\n", 2))
    dangling.unlink()
    if os.getuid() != 0:
        closed = put("closed.law", 'state XB "B"\n')
        closed.chmod(0)
        for words in (["law", "check", closed], ["law", "fmt", closed], ["judge", closed], ["law", "list", "--law", closed]):
            same(words, (lambda r: (r.out, r.err, r.status))(Run(*words)), ("", f"comity: {closed}: Permission denied\n", 2))


USAGE = """comity: may this act on data cross the border?

Usage: comity COMMAND [OPTIONS]

Commands:
  ask      one question in options, an answer in plain words
  inspect  personal and important data found in files
  judge    acts as JSON in, judgements as JSON out
  key      make and show keys that sign
  law      build, check, lay out, list, show and compare law
  ledger   counts of persons: show, verify, purge
  mask     copies with what is found replaced as a policy says
  paper    write, sign, verify and show signed papers
  record   keep judgements so that anyone can check them
  serve    the daemon: judges for those who ask by HTTP
  unmask   turns tokens of masked copies back

'comity COMMAND --help' tells a command's options, with examples.
'comity --version' tells the version.

Exit status: 0 all is permitted or clean, 1 something is not, 2 an error.
"""


@test
def usage_and_options_there_are_not():
    same("help", Run("help").out, USAGE)
    for word in ("ask", "judge", "law"):
        same(f"help {word}", (lambda r: (r.out, r.err, r.status))(Run("help", word)), (Run(word, "--help").out, "", 0))
    same("help of what there is not", (lambda r: (r.out, r.err, r.status))(Run("help", "jugde")),
         ("", "comity: 'jugde' is no command; did you mean 'judge'?\n", 2))
    same("law list of a word", (lambda r: (r.out, r.err, r.status))(Run("law", "list", "XA")),
         ("", "comity law: list: 'XA' stands alone; rules are chosen by options\nSee 'comity law --help'.\n", 2))
    same("nothing said", Run().err, USAGE)
    for words in (["judge", "--color"], ["judge", "--colour=always"], ["ask", "--color"]):
        run = Run(*words)
        same(words, (run.out, run.status, run.err.splitlines()[0]),
             ("", 2, f"comity {words[0]}: {words[1].split('=')[0]} is no option"))
    for words, told in ((["law", "build", "--frob"], "build: --frob is no option"), (["law", "check", "--output"], "check: --output is no option"),
                        (["law", "build", "-o"], "build: -o wants a value")):
        run = Run(*words)
        same(words, (run.out, run.err, run.status), ("", f"comity law: {told}\nSee 'comity law --help'.\n", 2))
    for verb in ("build", "check", "fmt", "list", "show", "diff"):
        run = Run("law", verb, "--help")
        holds(f"law {verb} --help", run.status == 0 and run.err == "" and f"\n  {verb}" in run.out, run.out)


@test
def help_and_version():
    for words, begin in ((["--help"], "comity: "), (["-h"], "comity: "), (["help"], "comity: "), (["ask", "--help"], "Usage: comity ask "),
                         (["judge", "--help"], "Usage: comity judge "), (["law", "--help"], "Usage: comity law "), (["key", "--help"], "Usage: comity key "), (["paper", "--help"], "Usage: comity paper "), (["law", "build", "--help"], "Usage: comity law "),
                         (["law", "show", "XA", "--help"], "Usage: comity law "), (["ask", "--from", "XA", "--help"], "Usage: comity ask ")):
        run = Run(*words, env={"COMITY_LAW": "nowhere"})
        holds(words, run.out.startswith(begin) and run.status == 0 and run.err == "", (run.out[:40], run.err, run.status))
        if words[-1] == "--help" and words[0] in ("ask", "judge", "law", "key", "paper"):
            holds(f"{words}: examples", "Examples:\n" in run.out)
    for word in ("ask", "inspect", "judge", "key", "law", "ledger", "mask", "paper", "record", "serve", "unmask"):
        run = Run(word, "--help")
        holds(f"{word}: as wide as a terminal", all(len(line) <= 80 for line in run.lines()), [l for l in run.lines() if len(l) > 80])
        same(f"{word} -h", Run(word, "-h").out, run.out)
    for word in ("--version", "-V"):
        run = Run(word)
        holds(word, run.out.startswith("comity ") and len(run.lines()) == 1 and run.status == 0, run.out)
    run = Run()
    holds("nothing said", run.out == "" and run.status == 2 and run.err.startswith("comity: "), run.err)
    for word in ("law", "ledger", "record", "key", "paper"):
        run = Run(word)
        holds(f"{word}: no verb", run.out == "" and run.status == 2 and run.err.startswith(f"Usage: comity {word} "), run.err)


@test
def commands_there_are_not():
    for word, told in (("jugde", "'jugde' is no command; did you mean 'judge'?"), ("lwa", "'lwa' is no command; did you mean 'law'?"),
                       ("frobnicate", "'frobnicate' is no command; see 'comity --help'"), ("", "'' is no command; see 'comity --help'")):
        run = Run(word)
        same(word, (run.out, run.err, run.status), ("", f"comity: {told}\n", 2))
    for word in ("request", "product", "watch"):
        run = Run(word, "--frob")
        same(word, (run.out, run.err, run.status), ("", f"comity: '{word}' is planned and not in this version\n", 2))
    for word in ("prove", "fairness", "export"):
        run = Run("law", word)
        same(word, (run.out, run.err, run.status), ("", f"comity: 'law {word}' is planned and not in this version\n", 2))
    same("no verb", Run("law", "chekc").err, "comity law: 'chekc' is no verb; there are build, check, fmt, list, show and diff\nSee 'comity law --help'.\n")


COMPLETION = pathlib.Path(__file__).resolve().parents[2] / "completions"


def completed(*words):
    """What completion for bash offers for the last of the words."""
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _comity; printf "%s\\n" "${COMPREPLY[@]}"'
    path = f"{pathlib.Path(COMITY).resolve().parent}:{os.environ['PATH']}"
    return set(subprocess.run(["bash", "-c", script, "bash", COMPLETION / "comity.bash", "comity", *words], text=True,
                              capture_output=True, check=True, env={**os.environ, "PATH": path, "COMITY_LAW": str(IMAGE)}).stdout.split())


@test
def completion_knows_what_help_tells():
    commands = set(re.findall(r"^  (\S+) ", USAGE, re.M))
    same("commands", completed(""), commands | {"help", "--help", "--version"})
    same("help of each", completed("help", ""), commands)
    zsh = (COMPLETION / "_comity").read_text()
    same("for zsh", {name for name in commands if f"        {name}) " not in zsh and f"'{name}:" not in zsh}, set())
    same("help of each for zsh", set(re.search(r"help\) compadd (.*) ;;", zsh)[1].split()), commands)
    for name in ("ask", "inspect", "judge", "mask", "unmask"):
        told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", Run(name, "--help").out.split("Exit status")[0].split("Examples:")[0]))
        same(f"{name}: options", told - completed(name, "--"), set())
        same(f"{name}: options for zsh", {one for one in told if one not in zsh}, set())
    for name in ("key", "law", "ledger", "paper", "record"):
        verbs = set(Run(name, "no-such-verb").err.split("there are ")[1].split("\n")[0].replace(" and ", ", ").split(", "))
        same(f"{name}: verbs", completed(name, ""), verbs | {"--help"})


def on_terminal(*words, env=None):
    """What the command writes to a terminal."""
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    environment.update({"COMITY_LAW": str(IMAGE), "TERM": "xterm", **(env or {})})
    parent, child = pty.openpty()
    process = subprocess.Popen([COMITY, *words], stdin=subprocess.DEVNULL, stdout=child, stderr=subprocess.DEVNULL, env=environment)
    os.close(child)
    told = read_terminal(parent)
    process.wait(20)
    return told


@test
def words_are_broken_at_the_width():
    for path in (pathlib.Path(__file__).resolve().parents[2] / "examples/acts.ndjson",):
        run = Run("judge", "--explain", path, env={"COMITY_LAW": str(pathlib.Path(COMITY).parent / "world.image")})
        long = [line for line in run.lines() if len(line) > 80]
        holds("nothing is wider", run.status == 1 and not long, long[:3])


@test
def colours():
    words = ["ask", "--from", "XA", "--to", "XY", "--data", "important"]
    same("a list of rules is read with the titles below", [line.rstrip() for line in on_terminal("law", "list", "--state", "XA").decode().splitlines()], [
        "XA.I.1                           refuse", "    Important data stays", "XA.I.2                           needs    2010-01-01            [unverified]",
        "    Personal data leaves under a contract", "XA.I.3                           lifts", "    But not when occasional"])
    holds("on a terminal", b"\033[" in on_terminal(*words))
    holds("never with NO_COLOR", b"\033[" not in on_terminal(*words, env={"NO_COLOR": "1"}))
    holds("an empty NO_COLOR is none", b"\033[" in on_terminal(*words, env={"NO_COLOR": ""}))
    holds("never on a dumb terminal", b"\033[" not in on_terminal(*words, env={"TERM": "dumb"}))
    holds("never in JSON", b"\033[" not in on_terminal(*words, "--json"))
    path = str(put("one", REFUSE + "\n"))
    holds("judge on a terminal", b"\033[" in on_terminal("judge", "--explain", path))
    holds("judge in JSON", b"\033[" not in on_terminal("judge", path))


with tempfile.TemporaryDirectory() as name:
    FOLDER = pathlib.Path(name).resolve()
    put("law/XA.law", LAW)
    put("law/SOFT.law", SOFT)
    IMAGE = FOLDER / "case.image"
    subprocess.run([COMITY, "law", "build", "-o", IMAGE, COMMON, FOLDER / "law"], check=True)
    status = main("command")
sys.exit(status)
