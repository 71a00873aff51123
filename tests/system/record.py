#!/usr/bin/env python3
"""Drives comity record, and comity judge --record, as people do; kills what
writes at any moment; and asks a witness everything it answers.

    record.py COMITY [ROUNDS [NAME]]

All records are made here, in a folder that goes away. ROUNDS: how often what
writes is killed (12). NAME: only tests whose names hold it.
"""
import base64
import datetime
import fcntl
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import warnings

from common import holds, main, same, test

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMITY = str(pathlib.Path(sys.argv[1]).resolve())
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 12
ACTS = (ROOT / "examples/acts.ndjson").read_text().splitlines()
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}


class Run:
    """One run of the command, to its end."""

    def __init__(self, *words, input="", passphrase=None, **options):
        files = ()
        if passphrase is not None:
            reading, writing = os.pipe()
            os.write(writing, passphrase.encode() + b"\n")
            os.close(writing)
            words += ("--passphrase-fd", str(reading))
            files = (reading,)
        done = subprocess.run([COMITY, *map(str, words)], input=input.encode(), capture_output=True, timeout=120,
                              check=False, pass_fds=files, env=ENVIRONMENT, **options)
        for file in files:
            os.close(file)
        self.out, self.err, self.status = done.stdout.decode(), done.stderr.decode(), done.returncode


def new(name="record", **options):
    """A new record; its folder and its log's key."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    run = Run("record", "init", "--origin", "example.org/" + name, folder, **options)
    holds("a record is made", run.status == 0 and re.fullmatch(r"log example\.org/\S+\+[0-9a-f]{8}\+\S+\n", run.out),
          run.out + run.err)
    return folder, run.out.split()[1]


def put(path, text):
    (FOLDER / path).write_text(text)
    return FOLDER / path


def judge(folder, lines, *words):
    return Run("judge", "--record", folder, *words, input="\n".join(lines) + "\n")


# ---- keeping and showing ----

@test
def keeps_what_it_says():
    folder, key = new()
    for name in ("record", "settled", "lock", "keys", "private", "law"):
        path = folder / name
        if path.exists():
            same(f"{name} is for its owner alone", stat.S_IMODE(path.stat().st_mode) & 0o077, 0)
    plain = Run("judge", input="\n".join(ACTS))
    kept = judge(folder, ACTS)
    same("the answers are those without a record", (kept.out, kept.err, kept.status), (plain.out, plain.err, plain.status))
    run = Run("record", "show", folder)
    holds("the log is shown", "size       17\n" in run.out and key in run.out, run.out)
    same("nobody else reads what is private", {stat.S_IMODE(p.stat().st_mode) & 0o077 for p in (folder / "private").rglob("*")}, {0})
    entry = json.loads(Run("record", "show", folder, 3).out)
    same("an entry is shown", (entry["index"], entry["retention"], entry["act"]["id"]), (3, "standard", "cn-sg-patients-9999"))
    for index, line in enumerate(plain.out.splitlines()):
        same(f"the judgement of {index}", Run("record", "show", "--judgement", folder, index).out, line)
    same("all are judged again", Run("record", "replay", folder).out, "17 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n")
    same("as JSON", json.loads(Run("record", "replay", "--json", folder).out), {"same": 17, "other": 0, "erased": 0, "not_judged": 0})
    same("some are", Run("record", "replay", folder, 3, 5).out, "3 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n")
    same("one is", Run("record", "replay", folder, 16).out, "1 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n")
    tail = [json.loads(line)["index"] for line in Run("record", "tail", "-n", 4, folder).out.splitlines()]
    same("the tail", tail, [13, 14, 15, 16])
    same("the tail of all", len(Run("record", "tail", "-n", 100, folder).out.splitlines()), 17)
    run = Run("record", "verify", "--json", folder)
    report = json.loads(run.out)
    same("all of it is verified", [report[k] for k in ("size", "kept", "erased", "absent", "unsigned")], [17, 17, 0, 0, 0])


@test
def keeps_how_it_was_judged():
    folder, _ = new()
    act = '{"act": "transfer", "from": "DE", "to": "BR", "data": {"categories": ["health"]}}'
    judge(folder, [act], "--on", "2025-03-01", "--adopt", "GIDS", "--retention", "short")
    judge(folder, [act], "--strict-papers")
    judge(folder, ["[" + ",\n".join(ACTS[:2]), "]"])
    entry = json.loads(Run("record", "show", folder, 0).out)
    same("day, adopted and class", (entry["on"], entry["adopted"], entry["retention"]), ("2025-03-01", ["GIDS"], "short"))
    same("strict", json.loads(Run("record", "show", folder, 1).out)["strict"], True)
    same("all are judged again", Run("record", "replay", folder).out, "4 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n")
    image = next((folder / "law").iterdir())
    image.rename(image.with_suffix(".gone"))
    run = Run("record", "replay", folder, 0)
    same("without its law it is not judged", (run.out, run.status), ("0 judged again, the same to the byte; 0 other; 0 erased; 1 not judged\n", 2))


@test
def files_as_they_are():
    folder, key = new()
    one, two = put("one", "a paper\n"), put("two", "")
    run = Run("record", "append", folder, one, two, FOLDER / "none")
    same("are appended", (run.out, run.status), (f"0 {one}\n1 {two}\n", 2))
    judge(folder, ACTS[:1])
    same("are shown", [json.loads(Run("record", "show", folder, i).out)["file_bytes"] for i in (0, 1)], [8, 0])
    same("as they were", Run("record", "show", "--judgement", folder, 0).out, "a paper\n")
    same("and compared", Run("record", "replay", folder).out, "3 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n")
    Run("record", "prove", "-o", FOLDER / "receipt", folder, 1)
    policy = put("policy", f"log {key}\nquorum none\n")
    run = Run("record", "verify", "--policy", policy, "--receipt", FOLDER / "receipt", "--judgement", two)
    same("and proved", (run.out, run.status), ("the judgement is entry 1 of a log that the policy trusts\n", 0))
    Run("record", "prove", "-o", FOLDER / "receipt", folder, 0)
    run = Run("record", "verify", "--policy", policy, "--receipt", FOLDER / "receipt", "--judgement", one)
    same("with the newline at their end", (run.out, run.status), ("the judgement is entry 0 of a log that the policy trusts\n", 0))
    Run("record", "erase", folder, 0)
    same("law that is named stays", len(list((folder / "law").iterdir())), 1)


@test
def lines_that_are_no_acts():
    folder, _ = new()
    run = judge(folder, [ACTS[0], "{", ACTS[1]])
    same("are answered and not recorded", (len(run.out.splitlines()), run.status), (3, 2))
    same("others are", json.loads(Run("record", "verify", "--json", folder).out)["size"], 2)


@test
def other_forms_of_answers():
    folder, _ = new()
    for form in ("--table", "--explain", "--json"):
        judge(folder, ACTS[:3], form)
    same("are recorded as judgements", Run("record", "replay", folder).out, "9 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n")


# ---- proofs ----

@test
def receipts():
    folder, key = new()
    answers = judge(folder, ACTS).out.splitlines()
    policy = put("policy", f"log {key}\nquorum none\n")
    other = put("other-policy", f"log {new('other')[1]}\nquorum none\n")
    judgement = put("judgement", answers[5] + "\n")
    receipt = FOLDER / "receipt"
    Run("record", "prove", "-o", receipt, folder, 5)
    same("to standard output, too", Run("record", "prove", folder, 5).out, receipt.read_text())

    def verified(policy, judgement=judgement):
        run = Run("record", "verify", "--policy", policy, "--receipt", receipt, "--judgement", judgement)
        return run.out or run.err, run.status

    same("shows its judgement", verified(policy), ("the judgement is entry 5 of a log that the policy trusts\n", 0))
    same("and no other", verified(policy, put("judgement-6", answers[6])),
         ("comity: the receipt does not show that this judgement is in the log: the proof does not lead to the signed root\n", 1))
    same("to who trusts the log", verified(other)[1], 1)
    Run("record", "erase", folder, 5)
    same("after erasing, too", verified(policy)[1], 0)
    run = Run("record", "prove", "-o", receipt, folder, 5)
    same("it is said that what is erased cannot be shown", (run.err, run.status),
         ("comity: entry 5: its salt is not there, so the receipt shows only that there is an entry\n", 0))
    same("one made afterwards shows only that there is an entry", verified(policy),
         ("comity: the receipt has no salt: it shows that there is an entry, not what it stands for\n", 2))
    run = Run("record", "prove", folder, 17)
    same("of what is not there", (run.err, run.status), (f"comity: {folder}: there is no entry 17 in a log of 17\n", 2))


@test
def damage_is_told():
    folder, _ = new()
    judge(folder, ACTS)
    segment = next((folder / "private/standard").iterdir())
    bundle = folder / "public/tile/entries/000.p/17"
    for path, at, told in ((bundle, 40, "the entries do not lead|is missing, or not what follows"),
                           (folder / "public/tile/0/000.p/17", 40, "is missing, or not what follows"),
                           (folder / "public/checkpoint", 30, "signature|checkpoint|signed")):
        data = path.read_bytes()
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
        run = Run("record", "verify", folder)
        holds(f"{path.name} altered", run.status in (1, 2) and re.search(told, run.err), run.out + run.err)
        path.write_bytes(data)
    data = segment.read_bytes()
    segment.write_bytes(data[:400] + bytes([data[400] ^ 1]) + data[401:])
    run = Run("record", "verify", folder)
    holds("the store altered", run.status == 1 and "absent 17" in run.out and "it is damaged" in run.err, run.out + run.err)
    segment.unlink()
    run = Run("record", "verify", folder)
    holds("the store gone", run.status == 1 and "absent 17" in run.out, run.out + run.err)
    checkpoint = folder / "public/checkpoint"
    data = checkpoint.read_bytes()
    checkpoint.write_bytes(data.replace(b"\n17\n", b"\n16\n"))
    run = judge(folder, ACTS[:1])
    holds("a checkpoint that nobody signed", run.status == 2 and "public/checkpoint: " in run.err, run.err)
    checkpoint.write_bytes(data)
    (folder / "settled").unlink()
    run = judge(folder, ACTS[:1])
    holds("and nothing is added to it", run.status == 2 and "it is damaged, and nothing is signed" in run.err, run.err)


# ---- erasing, keys, writers ----

@test
def erasing():
    folder, _ = new()
    judge(folder, ACTS, "--retention", "short")
    judge(folder, ACTS, "--retention", "long")
    before = (folder / "public/checkpoint").read_text()
    secret = b"cn-sg-patients-9999"
    same("one", Run("record", "erase", folder, 3).out, "1 erased\n")
    same("again", Run("record", "erase", folder, 3).out, "0 erased\n")
    holds("the other class keeps it", any(secret in p.read_bytes() for p in (folder / "private/long").iterdir()))
    holds("this one does not", not any(secret in p.read_bytes() for p in (folder / "private/short").iterdir()))
    same("all before a day", Run("record", "erase", "--before", "2000-01-01", folder).out, "0 erased\n")
    same("of a class", Run("record", "erase", "--retention", "short", "--before", "2900-01-01", folder).out, "16 erased\n")
    report = json.loads(Run("record", "verify", "--json", folder).out)
    same("is told", (report["erased"], report["kept"], report["erased_runs"]), (17, 17, [[0, 16]]))
    same("neighbours stand as one run", sum(p.stat().st_size for p in (folder / "private/short").iterdir()), 64 + 48)
    same("the log is as it was", (folder / "public/checkpoint").read_text(), before)
    judge(folder, ACTS[:3], "--retention", "short")
    same("and goes on", Run("record", "replay", folder).out, "20 judged again, the same to the byte; 0 other; 17 erased; 0 not judged\n")
    run = Run("record", "erase", folder, 99)
    same("what is not there", (run.err, run.status), (f"comity: {folder}: there is no entry 99 in the record\n", 2))
    for words in ((folder,), ("--before", "2000-01-01", folder, 3), ("--before", "soon", folder), ("--retention", "a", folder, 3)):
        same(words, Run("record", "erase", *words).status, 2)


@test
def what_nothing_names_goes():
    folder, _ = new()
    Run("key", "new", FOLDER / "p.key", "--name", "p.example")
    trust = put("trust", "comity trust v1\n\n")
    (FOLDER / "papers").mkdir()
    judge(folder, ACTS[:2])
    run = judge(folder, ACTS[2:4], "--papers", FOLDER / "papers", "--trust", trust)
    holds("judged with papers", run.status in (0, 1), run.err)
    same("they are kept", len(list((folder / "papers").iterdir())), 1)
    same("and are for their owner alone", {stat.S_IMODE(p.stat().st_mode) & 0o077 for p in (folder / "papers").iterdir()}, {0})
    same("and judged with again", Run("record", "replay", folder).out, "4 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n")
    Run("record", "erase", folder, 2)
    same("while one entry names them", len(list((folder / "papers").iterdir())), 1)
    Run("record", "erase", folder, 3)
    same("and not longer", len(list((folder / "papers").iterdir())), 0)
    same("law likewise", len(list((folder / "law").iterdir())), 1)
    Run("record", "erase", "--before", "2900-01-01", folder)
    same("and not longer", len(list((folder / "law").iterdir())), 0)
    same("it is kept anew when it is named anew", judge(folder, ACTS[:2]).status in (0, 1) and len(list((folder / "law").iterdir())), 1)
    same("all holds", Run("record", "replay", folder).out, "2 judged again, the same to the byte; 0 other; 4 erased; 0 not judged\n")


@test
def keys():
    folder, key = new(passphrase="correct horse")
    run = judge(folder, ACTS[:1])
    holds("a key that wants a passphrase", run.status == 2 and run.out == "" and "passphrase" in run.err, run.err)
    run = Run("judge", "--record", folder, input=ACTS[0], passphrase="correct horse")
    same("has it", run.status, 0)
    folder, key = new()
    judge(folder, ACTS[:3])
    old = (folder / "public/checkpoint").read_text()
    run = Run("record", "rotate", folder)
    same("two keys sign", len(run.out.splitlines()), 2)
    same("they do", (folder / "public/checkpoint").read_text().count("\n— "), 2)
    judge(folder, ACTS[:3])
    retired = key.split("+")[1]
    run = Run("record", "rotate", "--retire", retired, folder)
    holds("one is retired", len(run.out.splitlines()) == 1 and key not in run.out, run.out + run.err)
    new_key = run.out.split()[1]
    same("and signs no longer", (folder / "public/checkpoint").read_text().count("\n— "), 1)
    same("the log goes on", judge(folder, ACTS[:1]).status, 0)
    same("and is what it was", json.loads(Run("record", "verify", "--json", folder).out)["size"], 7)
    policy = put("policy", f"log {new_key}\nquorum none\n")
    same("under the new key", Run("record", "verify", "--policy", policy, folder).status, 0)
    policy = put("policy", f"log {key}\nquorum none\n")
    same("not under the old one", Run("record", "verify", "--policy", policy, folder).status, 1)
    holds("the only key stays", Run("record", "rotate", "--retire", new_key.split("+")[1], folder).status == 2)


@test
def a_disk_that_is_full():
    folder, _ = new()
    judge(folder, ACTS[:1])  # the law's image is larger than any of these limits, and is kept now
    kept = 1
    for limit in (3000, 40000, 70000, 100001):

        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        run = Run("judge", "--record", folder, input="\n".join(ACTS * 20), preexec_fn=small)
        holds("it ends and says why", run.status == 2 and "File too large" in run.err, (run.status, run.err))
        answered = len(run.out.splitlines())
        holds("afterwards it opens", judge(folder, ACTS[:1]).status in (0, 1))
        report = json.loads(Run("record", "verify", "--json", folder).out)
        holds("what was answered is there", report["size"] >= kept + answered + 1 and report["absent"] == 0, (report, kept, answered))
        kept = report["size"]
    same("all are judged again", Run("record", "replay", folder).status, 0)


@test
def a_log_a_year():
    folder = FOLDER / "years"
    run = Run("record", "init", "--yearly", "--origin", "example.org/years", folder)
    year = time.gmtime().tm_year
    holds("this year's is made", run.status == 0 and run.out.startswith(f"log example.org/years/{year}+"), run.out + run.err)
    same("acts go into it", judge(folder, ACTS[:3]).status in (0, 1) and json.loads(Run("record", "verify", "--json", folder / str(year)).out)["size"], 3)
    same("and again", judge(folder, ACTS[:3]).status in (0, 1) and json.loads(Run("record", "verify", "--json", folder / str(year)).out)["size"], 6)
    shutil.rmtree(folder / str(year))
    same("it is made when it is not there", judge(folder, ACTS[:3]).status in (0, 1) and json.loads(Run("record", "verify", "--json", folder / str(year)).out)["size"], 3)
    run = Run("record", "init", "--yearly", "--origin", "example.org/years", folder)
    same("twice", (run.err, run.status), (f"comity: {folder}: there are yearly logs in this folder already\n", 2))
    (folder / "series").write_text("comity series 2\n")
    same("a series that is damaged", judge(folder, ACTS[:1]).err, f"comity: {folder}: series is damaged\n")


@test
def one_maker():
    folder = FOLDER / "made"
    folder.mkdir()
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = Run("record", "init", "--origin", "example.org/made", folder)
        same("two make no record at once", (run.out, run.err, run.status),
             ("", f"comity: {folder}: lock: another process writes this record\n", 2))
        same("and no key", sorted(path.name for path in folder.iterdir()), ["lock"])
    same("then one does", Run("record", "init", "--origin", "example.org/made", folder).status, 0)


@test
def a_maker_that_was_stopped():
    folder, key = new("stopped")
    init = ("record", "init", "--origin", "example.org/stopped", folder)
    (folder / "public/checkpoint").unlink()  # it comes last
    for other in ("example.org/other", "example.org/stopped/2026"):
        run = Run(*init[:3], other, folder)
        same("another log is not begun", (run.err, run.status), (f"comity: {folder}: there is a record in this folder already\n", 2))
    run = Run(*init)
    same("who was stopped goes on, with the same key", (run.out.split(), run.err, run.status), (["log", key], "", 0))
    same("and the record is whole", Run("record", "verify", folder).status, 0)
    same("there is one now", Run(*init).err, f"comity: {folder}: there is a record in this folder already\n")


@test
def a_rotation_that_fails_changes_nothing():
    folder, key = new("protected", passphrase="correct horse")
    judge(folder, ACTS[:1])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    key_file = f"{folder}/keys/{key.split('+')[1]}.key"
    for phrase, why in ((None, "the key is protected by a passphrase, and none was given"),
                        ("battery staple", "the passphrase is another, or the key file has been altered")):
        run = Run("record", "rotate", folder, passphrase=phrase)
        same(why, (run.out, run.err, run.status), ("", f"comity: {key_file}: {why}\n", 2))
        same("and all is as it was", {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}, before)
    run = Run("record", "rotate", folder, passphrase="correct horse")
    new_key = run.out.splitlines()[1].split("+")[1]
    holds("the new key is protected as the old one is", "argon2id13" in (folder / f"keys/{new_key}.key").read_text())
    pathlib.Path(key_file).unlink()
    run = Run("record", "rotate", "--retire", key.split("+")[1], folder, passphrase="correct horse")
    same("a key that is lost can be retired", (len(run.out.splitlines()), run.err, run.status), (1, "", 0))


@test
def one_writer():
    folder, _ = new()
    first = subprocess.Popen([COMITY, "judge", "--record", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    first.stdin.write(ACTS[0] + "\n")
    first.stdin.flush()
    holds("the first writes", json.loads(first.stdout.readline())["id"])
    run = judge(folder, ACTS[:1])
    same("a second is refused", (run.out, run.err, run.status), ("", f"comity: {folder}: lock: another process writes this record\n", 2))
    run = Run("record", "verify", folder)
    holds("others may read", run.status == 0, run.err)
    first.communicate(timeout=60)
    same("then the next may write", judge(folder, ACTS[:1]).status, 0)


@test
def follows():
    folder, _ = new()
    judge(folder, ACTS[:2])
    tail = subprocess.Popen([COMITY, "record", "tail", "-f", "-n", "1", folder], stdout=subprocess.PIPE, text=True)
    same("what is there", json.loads(tail.stdout.readline())["index"], 1)
    judge(folder, ACTS[:3])
    same("what comes", [json.loads(tail.stdout.readline())["index"] for _ in range(3)], [2, 3, 4])
    tail.kill()
    tail.communicate()
    tail = subprocess.Popen([COMITY, "record", "tail", "-f", "-n", "1", folder], stdout=subprocess.PIPE, text=True)
    tail.stdout.readline()
    tail.stdout.close()
    same("it ends when nobody reads on, though nothing comes", tail.wait(timeout=30), 2)


@test
def usage():
    folder, _ = new()
    (FOLDER / "empty").mkdir()
    for words, told in (((), "Usage: comity record"), (("init",), "--origin NAME and one folder are needed"),
                        (("init", "--origin", "a b", FOLDER / "x"), "name"),
                        (("init", "--origin", "example.org/x", folder), "there is a record in this folder already"),
                        (("append", folder), "a folder and files are needed"),
                        (("verify",), "one folder is needed"), (("verify", FOLDER / "none"), "No such file"),
                        (("verify", FOLDER / "empty"), "this is no folder of a record"),
                        (("verify", "--receipt", "x"), "a receipt is verified with --policy, --receipt and --judgement"),
                        (("prove", folder), "a folder and the number of an entry are needed"),
                        (("prove", folder, "x"), "a whole number expected, not 'x'"),
                        (("show", folder, "3"), "there is no entry 3 in a log of 0"), (("show", "--what", folder), "--what is no option"),
                        (("replay",), "a folder is needed"), (("tail",), "one folder is needed"),
                        (("rotate", "--retire", "00000000", folder), "the log has no key 00000000"),
                        (("cosign", folder), "--policy and one folder are needed"),
                        (("witness",), "--key, --logs and --state are needed"),
                        (("monitor", folder), "--policy, --state and an address or folder are needed")):
        run = Run("record", *words)
        holds(words, run.status == 2 and told in run.err, run.err)
    run = Run("judge", "--retention", "x", input=ACTS[0])
    holds("--retention alone", run.status == 2 and "are for --record" in run.err, run.err)
    run = Run("judge", "--record", folder, "--retention", "A", input=ACTS[0])
    holds("a class of another form", run.status == 2 and "small letters" in run.err, run.err)


# ---- killing ----

@test
def survives_being_killed():
    folder, _ = new()
    chance = random.Random(4)
    acknowledged = []
    for round_ in range(ROUNDS):
        writer = subprocess.Popen([COMITY, "judge", "--record", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        answers = []
        reader = threading.Thread(target=lambda: answers.append(writer.stdout.read()))
        reader.start()
        end = time.monotonic() + chance.uniform(0.02, 0.4)
        number = 0
        try:
            while time.monotonic() < end:
                number += 1
                act = json.loads(ACTS[number % len(ACTS)])
                act["id"] = f"{round_}-{number}"
                writer.stdin.write(json.dumps(act).encode() + b"\n")
                if number % chance.randint(1, 40) == 0:
                    writer.stdin.flush()
        except BrokenPipeError:
            pass
        writer.send_signal(signal.SIGKILL)
        reader.join()
        try:
            writer.stdin.close()
        except BrokenPipeError:
            pass
        writer.stdout.close()
        writer.wait()
        whole = answers[0][:answers[0].rfind(b"\n") + 1].decode().splitlines()
        ids = [json.loads(line)["id"] for line in whole]
        before = (folder / "public/checkpoint").read_text().split("\n")
        run = judge(folder, [json.dumps({**json.loads(ACTS[0]), "id": f"after-{round_}"})])
        holds("it opens again", run.status in (0, 1), run.err)
        kept = [json.loads(line)["act"]["id"] for line in Run("record", "tail", "-n", 10000000, folder).out.splitlines()]
        mine = [i for i in kept if i.startswith(f"{round_}-")]
        same("what was answered is there, in order", mine[:len(ids)], ids)
        acknowledged += ids + [f"after-{round_}"]
        holds("what was there stays", set(acknowledged) <= set(kept))
        report = json.loads(Run("record", "verify", "--json", folder).out or "{}")
        same("all of it holds", (report.get("absent"), report.get("size")), (0, len(kept)))
        holds("no checkpoint shrinks", int(before[1]) <= report["size"])
    same("all are judged again", Run("record", "replay", folder).status, 0)


# ---- witnesses ----

running = []


class Witness:
    """A witness service of its own, on a port of the system's choice."""

    def __init__(self, name, logs):
        self.key_path = FOLDER / f"{name}.key"
        if not self.key_path.exists():
            Run("key", "new", self.key_path, "--name", f"{name}.example/w", "--purpose", "witness")
        self.state = FOLDER / f"{name}-state"
        self.process = subprocess.Popen([COMITY, "record", "witness", "--key", self.key_path, "--logs", logs, "--state", self.state,
                                         "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        running.append(self.process)
        self.key = self.process.stdout.readline().split()[1]
        self.port = int(self.process.stdout.readline().split()[-1])

    def ask(self, body, method="POST", path="/add-checkpoint"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body.encode() if method == "POST" else None)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.getheader("Content-Type"), text

    def end(self):
        self.process.terminate()
        self.process.communicate(timeout=60)


def root(leaves):
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def consistency(m, leaves, whole=True):
    """PROOF(m, D[n]) of RFC 6962, by the definition."""
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return consistency(m, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [root(leaves[:k])]


def leaves_of(folder, size):
    data = (folder / f"public/tile/0/000.p/{size}").read_bytes()
    return [data[i:i + 32] for i in range(0, len(data), 32)]


def request(old, proof, checkpoint):
    return f"old {old}\n" + "".join(base64.b64encode(h).decode() + "\n" for h in proof) + "\n" + checkpoint


@test
def witness_answers():
    folder, key = new("seen")
    judge(folder, ACTS[:3])
    three = (folder / "public/checkpoint").read_text()
    judge(folder, ACTS[:4])
    seven = (folder / "public/checkpoint").read_text()
    leaves = leaves_of(folder, 7)
    stranger, _ = new("stranger")
    judge(stranger, ACTS[:1])
    forged, _ = new("forged")
    judge(forged, ACTS[:9])
    other, _ = new("seen")  # of the same name, with a key of its own
    judge(other, ACTS[:3])
    logs = put("logs", f"log {key}\nquorum none\n")
    witness = Witness("w1", logs)
    plain = "text/plain; charset=utf-8"
    same("GET", witness.ask("", method="GET")[0], 405)
    same("another path", witness.ask("", path="/other")[0], 404)
    for what, body in (("nothing", ""), ("no old size", three), ("a size with a zero", request("03", [], three)),
                       ("no number", request("x", [], three)), ("a line that is no hash", "old 0\nabc\n\n" + three),
                       ("no empty line", "old 0\n"), ("no checkpoint", "old 0\n\n"),
                       ("64 lines of proof", request(0, [b"0" * 32] * 64, three)), ("a checkpoint cut", request(0, [], three[:40])),
                       ("an old size above the checkpoint's", request(4, [], three))):
        same(what, witness.ask(body)[0], 400)
    same("a log it does not know", witness.ask(request(0, [], (stranger / "public/checkpoint").read_text()))[0], 404)
    same("a log of this name with another key", witness.ask(request(0, [], (other / "public/checkpoint").read_text()))[0], 403)
    same("a signature that is wrong", witness.ask(request(0, [], three.replace("\n3\n", "\n2\n")))[0], 403)
    same("an old size it did not sign", witness.ask(request(1, [], three)), (409, "text/x.tlog.size", "0\n"))
    same("a proof where none is", witness.ask(request(0, [leaves[0]], three))[0], 422)
    status, kind, line = witness.ask(request(0, [], three))
    holds("the first", status == 200 and kind == plain and line.startswith("— w1.example/w ") and line.count("\n") == 1, (status, line))
    same("the same again", witness.ask(request(3, [], three))[0], 200)
    same("from nothing again", witness.ask(request(0, [], three)), (409, "text/x.tlog.size", "3\n"))
    same("without a proof", witness.ask(request(3, [], seven))[0], 422)
    proof = consistency(3, leaves)
    same("with a wrong one", witness.ask(request(3, proof[::-1], seven))[0], 422)
    same("with one too long", witness.ask(request(3, proof + [leaves[0]], seven))[0], 422)
    status, _, line = witness.ask(request(3, proof, seven))
    same("with the right one", status, 200)
    same("back to what was", witness.ask(request(3, [], three)), (409, "text/x.tlog.size", "7\n"))
    run = Run("record", "witness", "--key", witness.key_path, "--logs", logs, "--state", witness.state, "--listen", "127.0.0.1:0")
    holds("two of one state", run.status == 2 and "another witness uses this folder" in run.err, run.err)
    witness.end()
    witness = Witness("w1", logs)
    same("it remembers", witness.ask(request(3, [], three)), (409, "text/x.tlog.size", "7\n"))
    state = next(p for p in witness.state.iterdir() if p.name.startswith("log-"))
    good = state.read_text()
    state.write_text(good[:-5])
    same("a state that is damaged", witness.ask(request(7, [], seven))[0], 500)
    state.write_text(good.replace(good.split("\n")[3], base64.b64encode(bytes(32)).decode()))
    same("another root of the same size", witness.ask(request(7, [], seven)), (409, "text/x.tlog.size", "7\n"))
    state.write_text(good)
    same("too much", witness.ask("old 0\n\n" + "x" * 70000)[0], 413)
    sent = 0
    with socket.create_connection(("127.0.0.1", witness.port), timeout=60) as client:
        client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while sent < 64 << 20:
                client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
        except OSError:
            pass
    holds("who sends on and on is not read for ever", sent < 64 << 20, sent)
    connection = http.client.HTTPConnection("127.0.0.1", witness.port, timeout=60)
    connection.request("GET", "/add-checkpoint")
    same("what may be asked", connection.getresponse().getheader("Allow"), "POST")
    connection.close()
    witness.end()


def three_witnesses(key, letter):
    """Three witnesses that know the log of the key."""
    logs = put("logs", f"log {key}\nquorum none\n")
    return [Witness(f"{letter}{i}", logs) for i in range(3)]


def two_of_three(key, letter, witnesses, ports):
    """A policy that wants two of three witnesses, each asked at the port given."""
    names = [f"{letter}{i}" for i in range(3)]
    lines = [f"witness {name} {w.key} http://127.0.0.1:{port}\n" for name, w, port in zip(names, witnesses, ports)]
    return put("policy", f"log {key}\n" + "".join(lines) + f"group two 2 {' '.join(names)}\nquorum two\n")


@test
def cosigning():
    folder, key = new("cosigned")
    judge(folder, ACTS[:5])
    witnesses = three_witnesses(key, "c")
    policy = two_of_three(key, "c", witnesses, [w.port for w in witnesses])
    run = Run("record", "verify", "--policy", policy, folder)
    same("before, the policy is not satisfied", (run.status, "quorum" in run.err), (1, True))
    watch = ("record", "monitor", "--policy", policy, "--state", FOLDER / "monitor-cosigned", folder / "public")
    run = Run(*watch)
    same("nor for a monitor", (run.status, "quorum" in run.err), (1, True))
    run = Run("record", "cosign", "--policy", policy, folder)
    same("all sign", (run.out, run.err, run.status), ("3 of 3 witnesses signed the log with 5 entries\n", "", 0))
    same("then it is", Run("record", "verify", "--policy", policy, folder).status, 0)
    judge(folder, ACTS[:6])
    witnesses[2].end()
    run = Run("record", "cosign", "--policy", policy, folder)
    same("two are enough", (run.out, run.status), ("2 of 3 witnesses signed the log with 11 entries\n", 0))
    answers = judge(folder, ACTS[:6]).out.splitlines()
    same("the log went on; under the policy it is what was witnessed", "11 entries" in Run("record", "verify", "--policy", policy, folder).out, True)
    same("as for a monitor", [Run(*watch).out for _ in range(2)],
         [f"11 entries, {new} of them new: the log goes on from what it was\n" for new in (11, 0)])
    receipt = FOLDER / "receipt"
    same("a receipt under the policy", Run("record", "prove", "--policy", policy, "-o", receipt, folder, 7).status, 0)
    put("judgement", Run("record", "show", "--judgement", folder, 7).out)
    run = Run("record", "verify", "--policy", policy, "--receipt", receipt, "--judgement", FOLDER / "judgement")
    same("holds", (run.out, run.status), ("the judgement is entry 7 of a log that the policy trusts\n", 0))
    run = Run("record", "prove", "--policy", policy, folder, 12)
    same("what was not witnessed yet", run.status, 2)
    same("without a policy", Run("record", "prove", folder, 12).status, 0)
    witnesses[1].end()
    run = Run("record", "cosign", "--policy", policy, folder)
    same("one is too few", (run.out, run.status), ("1 of 3 witnesses signed the log with 17 entries\n", 1))
    same("what was there stays", "11 entries" in Run("record", "verify", "--policy", policy, folder).out, True)
    same("answers never wait for witnesses", len(answers), 6)
    holds("their lag is shown", "witnessed  11, 6 behind\n" in Run("record", "show", folder).out)
    witnesses[0].end()


class Liar:
    """Passes a witness's answers on, with lines around them that nobody signed; or nothing of them, where nothing stands before."""

    def __init__(self, witness, before, after):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, kind, lines = witness.ask(body)
                answer = (lines if status != 200 else "" if before is None else before + lines + after).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def line_of_nobody(key, size):
    """A signature line in the name of a key, with a signature that is none."""
    name, key_id, _ = key.split("+", 2)
    return f"— {name} " + base64.b64encode(bytes.fromhex(key_id) + bytes(size)).decode() + "\n"


@test
def a_witness_that_lies_cannot_spoil_what_others_sign():
    folder, key = new("lied-to")
    judge(folder, ACTS[:5])
    witnesses = three_witnesses(key, "l")
    of_log, of_other, of_own = line_of_nobody(key, 64), line_of_nobody(witnesses[0].key, 72), line_of_nobody(witnesses[2].key, 72)
    for n, (before, after, signed) in enumerate((("", of_other, 3), (of_other, "", 3), (of_log, of_log, 3), (of_own, "", 3), ("", "x", 3),
                                                 ("no line of a signature\n", "\n\n", 3), ("", of_other * 300, 3))):
        liar = Liar(witnesses[2], before, after)
        policy = two_of_three(key, "l", witnesses, [witnesses[0].port, witnesses[1].port, liar.port])
        run = Run("record", "cosign", "--policy", policy, folder)
        same(f"lie {n}", (run.out, run.err, run.status), (f"{signed} of 3 witnesses signed the log with {5 * (n + 1)} entries\n", "", 0))
        same(f"lie {n}: three lines and the log's", (folder / "public/cosigned").read_text().count("\n— "), 4)
        same(f"lie {n}: under the policy", Run("record", "verify", "--policy", policy, folder).status, 0)
        liar.end()
        judge(folder, ACTS[:5])
    liar = Liar(witnesses[2], None, "")
    policy = two_of_three(key, "l", witnesses, [witnesses[0].port, witnesses[1].port, liar.port])
    run = Run("record", "cosign", "--policy", policy, folder)
    same("who says nothing", (run.out, run.err, run.status), ("2 of 3 witnesses signed the log with 40 entries\n", "comity: l2.example/w answers with no line that ends\n", 0))
    liar.end()
    for witness in witnesses:
        witness.end()


# ---- witnesses behind TLS ----

def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def authority(name):
    """A certificate authority of its own: its certificate and key."""
    cert, key = FOLDER / f"{name}.pem", FOLDER / f"{name}.secret"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
            "-days", "2", "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE")
    return cert, key


def certificate(of, name, host, begin=-1, days=2):
    """A certificate for a host, from so many days before today on, of an authority; one file with its key."""
    cert, key = of
    request_path, secret, made, config = (FOLDER / f"{name}.{end}" for end in ("request", "secret", "crt", "config"))
    day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=begin)
    base = FOLDER / f"{name}-ca"
    base.mkdir()
    (base / "index").write_text("")
    config.write_text(f"[ca]\ndefault_ca=c\n[c]\ndatabase={base}/index\nserial={base}/serial\nnew_certs_dir={base}\ndefault_md=sha256\n"
                      f"policy=p\nx509_extensions=e\nrand_serial=yes\n[p]\ncommonName=supplied\n[e]\nsubjectAltName={host}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", secret, "-out", request_path, "-subj", f"/CN={name}")
    openssl("ca", "-batch", "-config", config, "-cert", cert, "-keyfile", key, "-in", request_path, "-out", made, "-notext",
            "-startdate", day.strftime("%Y%m%d%H%M%SZ"), "-enddate", (day + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ"))
    both = FOLDER / f"{name}.both"
    both.write_text(made.read_text() + secret.read_text())
    return both


def server_context(certificate_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_path)
    return context


class Front:
    """What stands before a witness: TLS, and behind it the witness's own port."""

    def __init__(self, certificate_path, port, version=None):
        self.context = server_context(certificate_path)
        if version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                self.context.minimum_version = self.context.maximum_version = version
            self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
        self.port_behind = port
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.requests = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as front:
                    front.settimeout(60)
                    self.pass_on(front)
            except (OSError, ssl.SSLError):
                plain.close()

    def pass_on(self, front):
        head = b""
        while b"\r\n\r\n" not in head:
            more = front.recv(65536)
            if not more:
                return
            head += more
        self.requests += 1
        size = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
        begun, _, body = head.partition(b"\r\n\r\n")
        while len(body) < size:
            body += front.recv(65536)
        connection = http.client.HTTPConnection("127.0.0.1", self.port_behind, timeout=60)
        connection.request("POST", begun.split()[1].decode(), body)
        answer = connection.getresponse()
        text = answer.read()
        front.sendall(f"HTTP/1.1 {answer.status} .\r\nContent-Type: {answer.getheader('Content-Type')}\r\nContent-Length: {len(text)}\r\n"
                      "Connection: close\r\n\r\n".encode() + text)
        connection.close()

    def end(self):
        self.socket.close()


@test
def cosigning_behind_tls():
    folder, key = new("tls")
    judge(folder, ACTS[:5])
    logs = put("logs", f"log {key}\nquorum none\n")
    witness = Witness("t", logs)
    ours, other = authority("ours"), authority("other")
    here = "IP:127.0.0.1,DNS:localhost"
    good = certificate(ours, "good", here)

    def cosign(front, host="127.0.0.1", ca=ours[0]):
        address = f"https://{host}:{front.port}"
        policy = put("policy", f"log {key}\nwitness t {witness.key} {address}\nquorum t\n")
        run = Run("record", "cosign", "--policy", policy, *(["--ca", ca] if ca else []), folder)
        front.end()
        return run.status, run.out, run.err.splitlines()[0].replace(f"comity: {address}/add-checkpoint: ", "") if run.err else "", front.requests

    def refused(what, front, begins, **options):
        status, out, why, requests = cosign(front, **options)
        same(what, (status, out, requests), (1, "0 of 1 witnesses signed the log with 5 entries\n", 0))
        holds(what + ", with the reason", begins in why, why)

    no = "the server's certificate is not accepted: "
    refused("an unknown authority", Front(certificate(other, "stranger", here), witness.port), no + "SSL certificate problem: unable to get local issuer")
    refused("the system does not know ours", Front(good, witness.port), no + "SSL certificate problem: unable to get local issuer", ca=None)
    refused("another host", Front(certificate(ours, "elsewhere", "DNS:witness.example"), witness.port), no + "SSL: no alternative certificate subject name matches")
    refused("a name in place of an address", Front(certificate(ours, "named", "DNS:localhost"), witness.port), no + "SSL: no alternative certificate subject name matches")
    refused("run out", Front(certificate(ours, "old", here, begin=-9), witness.port), no + "SSL certificate problem: certificate has expired")
    refused("not yet in force", Front(certificate(ours, "early", here, begin=2), witness.port), no + "SSL certificate problem: certificate is not yet valid")
    refused("TLS of old", Front(good, witness.port, ssl.TLSVersion.TLSv1_1), "protocol version")
    front = Front(good, witness.port)
    put("nothing", "no certificate\n")
    status, _, why, requests = cosign(front, ca=FOLDER / "nothing")
    same("a file without certificates", (status, why, requests), (1, f"comity: {FOLDER / 'nothing'}: no certificates of authorities can be read from it", 0))
    status, _, why, requests = cosign(Front(good, witness.port), ca=FOLDER / "absent")
    same("no such file", (status, why, requests), (1, f"comity: {FOLDER / 'absent'}: no certificates of authorities can be read from it", 0))
    holds("nobody was asked", not (folder / "public/cosigned").exists())
    same("a name", cosign(Front(good, witness.port), host="localhost"), (0, "1 of 1 witnesses signed the log with 5 entries\n", "", 1))
    judge(folder, ACTS[:1])
    same("an address", cosign(Front(good, witness.port)), (0, "1 of 1 witnesses signed the log with 6 entries\n", "", 2))
    plain = Front(good, witness.port)
    policy = put("policy", f"log {key}\nwitness t {witness.key} http://127.0.0.1:{plain.port}\nquorum t\n")
    judge(folder, ACTS[:1])
    run = Run("record", "cosign", "--policy", policy, folder)
    same("spoken to without TLS", (run.status, plain.requests), (1, 0))
    plain.end()
    witness.end()


@test
def an_older_copy_is_found_out():
    folder, key = new("restored")
    judge(folder, ACTS[:5])
    shutil.copytree(folder, FOLDER / "backup")
    judge(folder, ACTS[:5])
    logs = put("logs", f"log {key}\nquorum none\n")
    witness = Witness("r", logs)
    policy = put("policy", f"log {key}\nwitness r {witness.key} http://127.0.0.1:{witness.port}\nquorum r\n")
    same("the newer one is signed", Run("record", "cosign", "--policy", policy, folder).status, 0)
    run = Run("record", "cosign", "--policy", policy, FOLDER / "backup")
    holds("the older one is not", run.status == 1 and "is this an older copy? Nothing must be added to it" in run.err, run.err)
    judge(FOLDER / "backup", ACTS[5:10])
    run = Run("record", "cosign", "--policy", policy, FOLDER / "backup")
    holds("nor one that went another way", run.status == 1 and "two histories are shown" in run.err, run.err)
    witness.end()
    shutil.copy(folder / "public/cosigned", FOLDER / "backup/public/cosigned")
    run = judge(FOLDER / "backup", ACTS[:1])
    holds("nothing is added to what contradicts what witnesses signed", run.status == 2 and run.out == "" and
          "contradicts the checkpoint over 10 entries that was signed" in run.err, run.err)
    shutil.rmtree(FOLDER / "backup")
    shutil.copytree(folder, FOLDER / "backup")
    judge(folder, ACTS[:5])
    shutil.copy(folder / "public/checkpoint", FOLDER / "backup/public/checkpoint")
    run = judge(FOLDER / "backup", ACTS[:1])
    holds("nor to what is shorter than what was signed", run.status == 2 and run.out == "" and
          "a checkpoint over more was signed" in run.err, run.err)


@test
def monitoring():
    folder, key = new("watched")
    judge(folder, ACTS[:5])
    policy = put("policy", f"log {key}\nquorum none\n")
    state = FOLDER / "monitor-state"
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder / "public"))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    watch = ("record", "monitor", "--policy", policy, "--state", state)
    front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    front.socket = server_context(certificate(authority("watched"), "served", "IP:127.0.0.1")).wrap_socket(front.socket, server_side=True)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    secret = ("record", "monitor", "--policy", policy, "--state", FOLDER / "monitor-tls", f"https://127.0.0.1:{front.server_port}/")
    run = Run(*secret)
    holds("over TLS, of an authority that is not trusted", run.status == 2 and
          f"{front.server_port}/checkpoint: the server's certificate is not accepted: SSL certificate problem: unable to get local issuer" in run.err, run.err)
    same("of one that is", Run(*secret, "--ca", FOLDER / "watched.pem").out, "5 entries, 5 of them new: the log goes on from what it was\n")
    front.shutdown()
    same("what is there, over HTTP", Run(*watch, address).out, "5 entries, 5 of them new: the log goes on from what it was\n")
    shutil.copytree(folder, FOLDER / "fork")
    judge(folder, ACTS * 20)
    same("what comes", Run(*watch, address).out, "345 entries, 340 of them new: the log goes on from what it was\n")
    same("nothing", Run(*watch, address).out, "345 entries, 0 of them new: the log goes on from what it was\n")
    same("from a folder", Run(*watch, folder / "public").out, "345 entries, 0 of them new: the log goes on from what it was\n")
    shutil.copytree(folder / "public", FOLDER / "stale")
    shutil.copy(FOLDER / "fork/public/checkpoint", FOLDER / "stale/checkpoint")
    run = Run(*watch, FOLDER / "stale")
    holds("an earlier checkpoint, as a cache may give it out", run.status == 2 and run.err.endswith(
        "5 entries are shown, and 345 were before: this is an earlier checkpoint of the same log, and nothing newer is seen\n"), run.err)
    holds("which is evidence of nothing", not any("contradicted" in p.name for p in state.iterdir()), list(state.iterdir()))
    same("what was seen stays", Run(*watch, address).out, "345 entries, 0 of them new: the log goes on from what it was\n")
    run = Run(*watch, FOLDER / "fork/public")
    holds("fewer entries", run.status == 1 and "the log had 345 entries and has 5" in run.err and "contradicted" in run.err, run.err)
    judge(FOLDER / "fork", ACTS[3:] * 30)
    run = Run(*watch, FOLDER / "fork/public")
    holds("another history", run.status == 1 and "does not contain the 345 entries" in run.err, run.err)
    holds("the evidence is kept", any(p.name.endswith(".contradicted") for p in state.iterdir()))
    kept = sorted(p.name for p in state.iterdir())
    for what, path, change, status, said in (
            ("a tile of entries that is cut off", "tile/entries/001.p/89", lambda b: b[:-40], 2,
             "tile/entries/001.p/89 has 3075 bytes, not 3115: it was cut off on the way, or is damaged there\n"),
            ("a tile that is", "tile/0/000", lambda b: b[:-1], 2, "tile/0/000 has 8191 bytes, not 8192: it was cut off on the way, or is damaged there\n"),
            ("one that has too much", "tile/0/001.p/89", lambda b: b + b" ", 2,
             "tile/0/001.p/89 has 2849 bytes, not 2848: it was cut off on the way, or is damaged there\n"),
            ("another tile", "tile/0/001.p/89", lambda b: bytes([b[0] ^ 1]) + b[1:], 1,
             "the tiles that are served do not lead to the root that is signed\n"),
            ("other entries", "tile/entries/001.p/89", lambda b: b[:-1] + bytes([b[-1] ^ 1]), 1,
             "the entries that are served do not lead to the root that is signed\n")):
        shutil.rmtree(FOLDER / "broken", ignore_errors=True)
        shutil.copytree(folder / "public", FOLDER / "broken")
        file = FOLDER / "broken" / path
        file.write_bytes(change(file.read_bytes()))
        run = Run("record", "monitor", "--policy", policy, "--state", FOLDER / "monitor-broken", FOLDER / "broken")
        holds(what, run.status == status and run.err.endswith(said), run.err)
        same(f"{what}: which proves nothing", list((FOLDER / "monitor-broken").iterdir()), [])
    shutil.copy(FOLDER / "fork/public/checkpoint", FOLDER / "broken/checkpoint")
    same("nor is more kept of the other", sorted(p.name for p in state.iterdir()), kept)
    twin = FOLDER / "twin"
    shutil.copytree(folder, twin)
    judge(folder, ACTS[:1])
    same("one more", Run(*watch, folder / "public").out, "346 entries, 1 of them new: the log goes on from what it was\n")
    judge(twin, ACTS[1:2])
    shutil.rmtree(twin / "public/tile")
    run = Run(*watch, twin / "public")
    holds("two roots over as many entries need no tiles", run.status == 1 and "two roots are signed over 346 entries" in run.err
          and "contradicted" in run.err, run.err)
    run = Run(*watch, f"http://127.0.0.1:{server.server_port}/none/")
    holds("nothing there", run.status == 2 and "404" in run.err, run.err)
    server.shutdown()
    server.server_close()


with tempfile.TemporaryDirectory(prefix="comity-record-") as name:
    FOLDER = pathlib.Path(name).resolve()
    status = main("record", sys.argv[3] if len(sys.argv) > 3 else "")
for process in running:
    if process.poll() is None:
        process.kill()
sys.exit(status)
