#!/usr/bin/env python3
"""What comity record says, as whole texts: of command lines that cannot be, of
files of another form, of servers and witnesses that answer otherwise.

    record_errors.py COMITY CLOCK [NAME]

A case is a command line, and its output, errors and status; `…` in a case stands
for the folder in which all is made, which goes away. CLOCK: clock.c, built. NAME: only tests
whose names hold it.
"""
import base64
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from common import main, read_terminal, same, test

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMITY = str(pathlib.Path(sys.argv[1]).resolve())
CLOCK = str(pathlib.Path(sys.argv[2]).resolve())
ACTS = (ROOT / "examples/acts.ndjson").read_text().splitlines()
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
SEE = "See 'comity record --help'.\n"


def run(*words, input="", **options):
    """Output, errors, status."""
    done = subprocess.run([COMITY, *map(str, words)], input=input.encode(), capture_output=True, timeout=120,
                          check=False, env=ENVIRONMENT, **options)
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def judge(folder, lines, *words):
    return run("judge", "--record", folder, *words, input="\n".join(lines) + "\n")


def judge_at(folder, seconds, lines, **options):
    """Opens the record at the first of these times, and records each act at the next."""
    done = subprocess.run([COMITY, "judge", "--record", folder], input="\n".join(lines).encode() + b"\n", capture_output=True,
                          timeout=120, check=False, **options,
                          env={**ENVIRONMENT, "LD_PRELOAD": CLOCK, "COMITY_TEST_CLOCK": " ".join(map(str, seconds))})
    return done.stdout.decode().splitlines(), done.stderr.decode(), done.returncode


def new(name):
    """A new record; its folder and its log's key."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    out, err, status = run("record", "init", "--origin", "example.org/" + name, folder)
    same("a record is made", (err, status), ("", 0))
    return folder, out.split()[1]


def put(path, text):
    (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
    (FOLDER / path).write_text(text)
    return FOLDER / path


def policy_of(key, *lines):
    return put("policy", "\n".join((f"log {key}", *lines, "quorum none", "")))


def alter(path, at):
    """Turns one bit of a file; returns what was there."""
    data = path.read_bytes()
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
    return data


# ---- command lines ----

@test
def command_lines():
    folder, _ = new("lines")
    policy = put("policy", "quorum none\n")
    unknown = [(verb, (verb, "--what"), f"{verb}: --what is no option")
               for verb in ("append", "cosign", "erase", "init", "monitor", "prove", "replay", "rotate", "show", "tail",
                            "verify", "witness")]
    same("unknown options", [message for _, _, message in unknown], [
        "append: --what is no option",
        "cosign: --what is no option",
        "erase: --what is no option",
        "init: --what is no option",
        "monitor: --what is no option",
        "prove: --what is no option",
        "replay: --what is no option",
        "rotate: --what is no option",
        "show: --what is no option",
        "tail: --what is no option",
        "verify: --what is no option",
        "witness: --what is no option",
    ])
    erase = "erase: a folder, or --daemon, and either the number of an entry or --before DATE, are needed"
    monitor = "monitor: --policy, --state and an address or folder are needed"
    receipt = "verify: a receipt is verified with --policy, --receipt and --judgement"
    replay = "replay: a folder is needed, and the first and last entry, or one, if not all"
    show = "show: a folder is needed, and the number of an entry to show one"
    witness = "witness: --key, --logs and --state are needed, and nothing else"
    listen = "witness: --listen: an address and port such as 127.0.0.1:7380 expected"
    served = ("witness", "--key", "k", "--logs", policy, "--state", FOLDER / "s")
    cases = [(words, message) for _, words, message in unknown] + [
        (("look",), "'look' is no verb; there are init, append, verify, prove, show, tail, replay, erase, rotate, "
                    "witness, cosign and monitor"),
        (("init",), "init: --origin NAME and one folder are needed"),
        (("init", folder), "init: --origin NAME and one folder are needed"),
        (("init", "--origin", "example.org", folder, folder), "init: --origin NAME and one folder are needed"),
        (("append", folder), "append: a folder and files are needed"),
        (("verify",), "verify: one folder is needed"),
        (("verify", folder, folder), "verify: one folder is needed"),
        (("verify", "--receipt", "r", "--judgement", "j"), receipt),
        (("verify", "--policy", policy, "--receipt", "r"), receipt),
        (("verify", "--policy", policy, "--receipt", "r", "--judgement", "j", folder), receipt),
        (("prove", folder), "prove: a folder and the number of an entry are needed"),
        (("prove", folder, "one"), "prove: a whole number expected, not 'one'"),
        (("show",), show), (("show", folder, 1, 2), show), (("show", "--judgement", folder), show),
        (("show", folder, "01"), "show: a whole number expected, not '01'"),
        (("tail",), "tail: one folder is needed"),
        (("tail", "-n", "-1", folder), "tail: --lines: a whole number expected, not '-1'"),
        (("replay",), replay), (("replay", folder, 1, 2, 3), replay),
        (("replay", folder, "a"), "replay: a whole number expected, not 'a'"),
        (("replay", folder, 3, 1), "replay: the last entry, 1, lies before the first, 3"),
        (("replay", folder, 1, "18446744073709551616"), "replay: a whole number expected, not '18446744073709551616'"),
        (("rotate",), "rotate: one folder is needed"),
        (("erase",), erase), (("erase", folder), erase), (("erase", "--before", "2000-01-01", folder, 3), erase),
        (("erase", "--retention", "a", folder, 3), erase),
        (("erase", folder, "x"), "erase: a whole number expected, not 'x'"),
        (("erase", "--before", "1969-12-31", folder), "erase: --before: a day from 1970 on expected, not '1969-12-31'"),
        (("erase", "--before", "soon", folder), "erase: --before: \"soon\" is no date: expected YYYY-MM-DD"),
        (("cosign", folder), "cosign: --policy and one folder are needed"),
        (("cosign", "--policy", policy), "cosign: --policy and one folder are needed"),
        (("cosign", "--every", "5s", "--policy", policy, folder), "cosign: --every: a whole number expected, not '5s'"),
        (("monitor", folder), monitor), (("monitor", "--policy", policy, folder), monitor),
        (("monitor", "--policy", policy, "--state", "s"), monitor),
        (("monitor", "--every", "", folder), "monitor: --every: a whole number expected, not ''"),
        (("witness",), witness), ((*served, folder), witness),
        ((*served, "--listen", "localhost:1"), listen), ((*served, "--listen", "127.0.0.1"), listen),
        ((*served, "--listen", "127.0.0.1:65536"), listen),
        ((*served, "--passphrase-fd", "two"), "--passphrase-fd: the number of a file descriptor expected, not 'two'"),
        (("rotate", "--passphrase-fd", "", folder), "--passphrase-fd: the number of a file descriptor expected, not ''"),
    ]
    for words, message in cases:
        same(words, run("record", *words), ("", f"comity record: {message}\n{SEE}", 2))
    for words in (("--retention", "short"), ("--passphrase-fd", "3")):
        same(words, run("judge", *words),
             ("", "comity judge: --retention and --passphrase-fd are for --record\nSee 'comity judge --help'.\n", 2))


# ---- keys ----

@test
def keys():
    folder, key = new("keys")
    first = key.split("+")[1]
    same("the only key", run("record", "rotate", "--retire", first, folder),
         ("", f"comity: {folder}: the only key cannot go; make a new one first\n", 2))
    for _ in range(3):
        same("another key", run("record", "rotate", folder)[1:], ("", 0))
    same("a fifth", run("record", "rotate", folder), ("", f"comity: {folder}: at most 4 keys sign a log\n", 2))
    same("one goes", run("record", "rotate", "--retire", first, folder)[1:], ("", 0))
    out = run("record", "show", folder)[0]
    text = (folder / "record").read_text()
    names = [line.split(" ", 1)[1] for line in text.splitlines() if line.startswith("key ")]
    root = base64.b64encode(hashlib.sha256().digest()).decode()
    same("both kinds are shown", out, f"origin     example.org/keys\nsize       0\nroot       {root}\n" +
         "".join(f"key        {name}\n" for name in names) + f"past key   {key}\n")
    (folder / "record").write_text(text + f"past {key}\n" * 99)
    same("the hundred and first", run("record", "rotate", "--retire", names[0].split("+")[1], folder),
         ("", f"comity: {folder}: more past keys than a record has\n", 2))


# ---- what a record holds ----

@test
def reports():
    folder, _ = new("report")
    series = FOLDER / "series"
    same("a series", run("record", "init", "--yearly", "--origin", "example.org/s", series)[1:], ("", 0))
    same("is named", (series / "series").read_text(), "comity series 1\norigin example.org/s\n")
    files = [put(f"files/{i}", f"file {i}\n") for i in range(70)]
    same("files", run("record", "append", folder, *files)[1:], ("", 0))
    root = run("record", "show", folder)[0].split("\n")[2].split()[1]
    head = f"example.org/report: 70 entries, all of them under the signed root {root}\n"
    same("all kept", run("record", "verify", folder), (head + "kept 70, erased 0, absent 0\n", "", 0))
    out = run("record", "show", folder)[0]
    same("one segment", out.split("\n")[-2], "retention  standard, 1 segment")
    for i in (0, 1, 2, 5):
        run("record", "erase", folder, i)
    same("a part of a run", run("record", "replay", folder, 1, 3),
         ("1 judged again, the same to the byte; 0 other; 2 erased; 0 not judged\n", "", 0))
    same("some erased", run("record", "verify", folder),
         (head + "kept 66, erased 4, absent 0\n  erased: 0 to 2\n  erased: 5\n", "", 0))
    for i in range(7, 70, 2):
        run("record", "erase", folder, i)
    same("in many runs", run("record", "verify", folder),
         (head + "kept 34, erased 36, absent 0\n  erased: 0 to 2\n  erased: 5\n" +
          "".join(f"  erased: {i}\n" for i in range(7, 67, 2)) + "  and 2 more runs\n", "", 0))
    same("an erased file", run("record", "show", "--judgement", folder, 5),
         ("", "comity: what was kept of entry 5 has been erased\n", 2))
    same("what is not there", run("record", "replay", folder, 70),
         ("", f"comity: {folder}: there is no entry 70 in a log of 70\n", 2))
    same("to the end and beyond", run("record", "replay", folder, 68, 9223372036854775807),
         ("1 judged again, the same to the byte; 0 other; 1 erased; 0 not judged\n", "", 0))
    next((folder / "private/standard").iterdir()).unlink()
    same("no store", run("record", "verify", folder),
         (head + "kept 0, erased 0, absent 70\n", f"comity: {folder}: of 70 entries the private store says nothing, "
          "not even that they were erased: it is damaged\n", 1))


@test
def names_in_json():
    folder, origin = FOLDER / "named", 'example.org/"a"\\b'
    key = run("record", "init", "--origin", origin, folder)[0].split(" ", 1)[1].rstrip("\n")
    run("record", "append", folder, put("one", "one"))
    shown = json.loads(run("record", "show", "--json", folder)[0])
    same("a log", shown, {"origin": origin, "size": 1, "root": shown["root"], "witnessed": None, "keys": [key], "past_keys": [],
                          "retention": [{"class": "standard", "segments": 1}]})
    report = json.loads(run("record", "verify", "--json", folder)[0])
    same("and what verify says of it", (report["origin"], report["root"]), (origin, shown["root"]))
    same("an entry is JSON in any case", run("record", "show", "--json", folder, 0), run("record", "show", folder, 0))


@test
def the_year_turns():
    folder = FOLDER / "years"
    turn = 1861920000  # 2029-01-01
    same("a series", run("record", "init", "--yearly", "--origin", "example.org/y", folder)[1:], ("", 0))
    plain, _, status = run("judge", input="\n".join(ACTS[:4]))
    same("all are answered", judge_at(folder, (turn - 9, turn - 5, turn - 1, turn, turn + 3), ACTS[:4]),
         (plain.splitlines(), "", status))
    for year in (2028, 2029):
        same(year, run("record", "replay", folder / str(year)),
             ("2 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n", "", 0))
    same("the last of the old", json.loads(run("record", "show", folder / "2028", 1)[0])["time"], "2028-12-31T23:59:59.000Z")
    same("the first of the new", json.loads(run("record", "show", folder / "2029", 0)[0])["time"], "2029-01-01T00:00:00.000Z")
    segment = next((folder / "2028/private/standard").iterdir())

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (segment.stat().st_size, segment.stat().st_size))

    same("on a full disk", judge_at(folder, (turn - 9, turn - 1, turn), ACTS[:3], preexec_fn=small),
         ([], f"comity: the record stopped: {folder}/2028: a file in it: File too large\n", 2))
    same("no more is in either", [run("record", "replay", folder / year)[0] for year in ("2028", "2029")],
         ["2 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n"] * 2)


@test
def an_older_checkpoint():
    folder, _ = new("older")
    one = put("one", "a paper\n")
    run("record", "append", folder, one)
    shutil.copytree(folder / "public", FOLDER / "older-public")
    root = run("record", "show", folder)[0].split("\n")[2].split()[1]
    run("record", "append", folder, one, one)
    shutil.rmtree(folder / "public")
    (FOLDER / "older-public").rename(folder / "public")
    same("what is newer", run("record", "verify", folder),
         (f"example.org/older: 1 entries, all of them under the signed root {root}\nkept 1, erased 0, absent 0\n"
          "2 more in the store, not yet under a checkpoint\n", "", 0))


@test
def an_older_checkpoint_and_full_tiles():
    """The part of a tile that a checkpoint was over goes when the tile is full."""
    folder, _ = new("grown")
    judge(folder, ACTS * 8)
    older = (folder / "public/checkpoint").read_bytes()
    judge(folder, ACTS * 8)
    root = older.split(b"\n")[2].decode()
    (folder / "public/checkpoint").write_bytes(older)
    same("there is no part any more", (folder / "public/tile/0/000.p").exists(), False)
    same("it is verified by the full one", run("record", "verify", folder),
         (f"example.org/grown: 136 entries, all of them under the signed root {root}\nkept 136, erased 0, absent 0\n"
          "136 more in the store, not yet under a checkpoint\n", "", 0))
    for tile, at in (("0", 32 * 135), ("entries", 35 * 135 + 4)):
        good = alter(folder / f"public/tile/{tile}/000", at)
        same("which is compared", run("record", "verify", folder),
             ("", f"comity: {folder}: public/tile/0/000.p/136 is missing, or not what follows from the entries\n", 1))
        (folder / f"public/tile/{tile}/000").write_bytes(good)


@test
def the_store_of_another():
    folder, _ = new("mine")
    for name in ("one", "two"):
        run("record", "append", folder, put(name, name))
    shutil.copytree(folder, FOLDER / "copy")
    run("record", "append", folder, put("three", "three"))
    run("record", "append", FOLDER / "copy", put("four", "four"))
    shutil.rmtree(folder / "private")
    shutil.copytree(FOLDER / "copy/private", folder / "private")
    told = f"comity: {folder}: what the private store keeps of entry 2 is not what the log's entry stands for\n"
    same("is not judged again", run("record", "replay", folder),
         ("2 judged again, the same to the byte; 1 other; 0 erased; 0 not judged\n",
          "comity: entry 2: what the private store keeps is not what the log's entry stands for\n", 1))
    same("nor verified", run("record", "verify", folder), ("", told, 1))
    same("nor shown", run("record", "show", folder, 2), ("", told.replace(f"{folder}: ", ""), 2))


@test
def progress():
    folder, _ = new("progress")
    run("record", "append", folder, put("one", "one"))
    master, slave = pty.openpty()
    done = subprocess.run([COMITY, "record", "replay", folder], stdout=subprocess.PIPE, stderr=slave, timeout=120,
                          check=False, env=ENVIRONMENT)
    os.close(slave)
    said = read_terminal(master).decode()
    same("on a terminal", (said, done.returncode), ("\rjudging again 0% \r                    \r", 0))


# ---- damage ----

@test
def a_torn_end():
    folder, _ = new("torn")
    one = put("one", "one")
    run("record", "append", folder, one)
    segment, = (folder / "private/standard").iterdir()
    whole = segment.read_bytes()
    segment.write_bytes(whole + whole[64:100])
    same("what was written in part is cut off", run("record", "append", folder, one), (f"1 {one}\n", "", 0))
    same("the next stands in its place", (segment.read_bytes()[:len(whole)] == whole, segment.stat().st_size),
         (True, 2 * len(whole) - 64))
    same("and all holds", run("record", "verify", folder)[1:], ("", 0))


@test
def a_damaged_checkpoint():
    folder, _ = new("checkpoint")
    run("record", "append", folder, put("one", "one"))
    checkpoint = folder / "public/checkpoint"
    whole = checkpoint.read_bytes()
    for at, told in ((whole.index(b"\n1\n") + 1, 'the signature of "example.org/checkpoint" is wrong'),
                     (0, 'the checkpoint is of the log "dxample.org/checkpoint", but the key is of the log "example.org/checkpoint"')):
        alter(checkpoint, at)
        told = f"comity: {folder}: public/checkpoint: {told}\n"
        same("who verifies is told where", run("record", "verify", folder), ("", told, 1))
        same("who writes too", run("record", "append", folder, FOLDER / "one"), ("", told, 2))
        checkpoint.write_bytes(whole)


@test
def what_is_no_file():
    folder, _ = new("plain")
    run("record", "append", folder, put("one", "one"))
    read = ("record", "public/checkpoint", "public/tile/0/000.p/1", "private/standard/00000000000000000000.segment")
    for make, kind in ((os.mkfifo, "pipe"), (os.mkdir, "folder")):
        for name in (*read, "settled", "public/cosigned"):
            copy = FOLDER / "plain-copy"
            shutil.copytree(folder, copy)
            (copy / name).unlink(missing_ok=True)
            make(copy / name)
            told = ("", f"comity: {copy}/{name}: not a plain file\n", 2)
            if name in read:
                same(f"{name} is a {kind}: who verifies waits for nothing", run("record", "verify", copy), told)
            same(f"{name} is a {kind}: nor who writes", run("record", "append", copy, FOLDER / "one"), told)
            shutil.rmtree(copy)


@test
def damaged_tiles():
    folder, key = new("tiles")
    other, other_key = new("tiles-other")
    one = put("one", "one")
    same("the file", run("record", "append", folder, one, put("two", "two"), one)[1:], ("", 0))
    run("record", "append", other, one)
    root = run("record", "show", folder)[0].split("\n")[2].split()[1]
    same("what is settled", (folder / "settled").read_text(), f"comity settled 1\n3\n{root}\n")
    told = f"comity: {folder}: "
    tile, entries = folder / "public/tile/0/000.p/3", folder / "public/tile/entries/000.p/3"
    data = alter(tile, 40)
    differs = told + "public/tile/0/000.p/3 is missing, or not what follows from the entries\n"
    same("to prove", run("record", "prove", folder, 0),
         ("", told + "the tiles are damaged: the proof does not lead to the signed root\n", 2))
    same("to append", run("record", "append", folder, one),
         ("", told + "the tiles do not lead to the root that was settled: damaged\n", 2))
    same("to verify", run("record", "verify", folder), ("", differs, 1))
    tile.unlink()
    same("gone", run("record", "verify", folder), ("", differs, 1))
    tile.write_bytes(data)
    good = alter(entries, 40)
    same("an entry", run("record", "verify", folder), ("", differs, 1))
    leaf = hashlib.sha256(b"\0" + entries.read_bytes()[37:70]).digest()
    tile.write_bytes(data[:32] + leaf + data[64:])
    same("both", run("record", "verify", folder), ("", told + "the entries do not lead to the root that was signed\n", 1))
    tile.write_bytes(data)
    entries.write_bytes(good)
    same("as it was", run("record", "verify", folder)[1:], ("", 0))
    run("record", "append", folder, one)
    for part in (tile, entries):
        good = alter(part, 40)
        same("what belongs to an older size", run("record", "verify", folder),
             ("", told + f"{part.relative_to(folder)} is not what follows from the entries\n", 1))
        part.write_bytes(good[:-1])
        same("cut off", run("record", "verify", folder)[2], 1)
        part.write_bytes(good)
    (folder / "public/tile/0/000.p/9").write_text("not signed yet")
    same("and one of a size to come", run("record", "verify", folder)[1:], ("", 0))
    (folder / "public/tile/0/000.p/9").unlink()
    tile = folder / "public/tile/0/000.p/4"
    shutil.copy(other / "public/checkpoint", folder / "public/checkpoint")
    same("a checkpoint of another", run("record", "verify", "--policy", policy_of(other_key), folder),
         ("", told + "the checkpoint is of another log than the record says\n", 1))
    text = (folder / "record").read_text()
    (folder / "record").write_text(text + f"key {key}\n" * 4)
    same("five keys", run("record", "verify", folder), ("", told + "record: more than 4 keys of a kind\n", 1))
    (FOLDER / "nothing").mkdir()
    same("no record", run("record", "verify", FOLDER / "nothing"), ("", f"comity: {FOLDER}/nothing: this is no folder of a "
         "record: it has no file \"record\"; comity record init makes one\n", 2))
    (FOLDER / "nothing").rmdir()
    series = FOLDER / "tiles-series"
    run("record", "init", "--yearly", "--origin", "example.org/s", series)
    for words in (("verify",), ("show",), ("replay",), ("tail",), ("rotate",), ("erase", "--before", "2000-01-01")):
        same(("a folder of years", words), run("record", *words, series),
             ("", f"comity: {series}: this folder holds a log for each year, in folders of their own; name one of these\n", 2))
    same("and nothing is made in it", len(list(series.iterdir())), 2)


@test
def damaged_stores():
    good, _ = new("stores")
    other, _ = new("stores-other")
    one = put("one", "one")
    run("record", "append", good, one, one)
    run("record", "append", "--retention", "long", good, one)
    run("record", "append", other, one, one)
    folder = FOLDER / "damaged"
    segment = folder / "private/standard/00000000000000000000.segment"
    told = f"comity: {folder}: "
    append = ("record", "append", folder, one)

    def ends(at, why):
        return "", told + f"the private store ends at entry {at}, but {why}: it is damaged, and nothing is signed\n", 2

    def again():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(good, folder)

    again()
    same("segments tell what they are", segment.read_bytes()[:16], "comity segment 1".encode())
    shutil.copy(other / "private/standard/00000000000000000000.segment", segment)
    same("one of another log", run("record", "verify", folder),
         ("", told + "private/standard/00000000000000000000.segment: a segment of another log\n", 1))
    segment.unlink()
    same("none", run("record", "show", folder, 1), ("", "comity: the private store holds nothing of entry 1\n", 2))
    (folder / "settled").unlink()
    same("and not settled", run(*append), ends(0, "more was acknowledged"))
    shutil.rmtree(folder / "public")
    same("nor signed", run(*append), ends(0, "more was acknowledged"))
    shutil.rmtree(folder / "private")
    same("no store", run("record", "verify", folder)[1], told + "public/checkpoint: there is no such file or folder in the record\n")
    again()
    run("record", "erase", folder, 1)
    (folder / "settled").unlink()
    same("erased and not settled", run(*append), ends(1, "what follows was erased before it was settled"))
    again()
    shutil.copytree(folder / "private/standard", folder / "private/twice")
    same("twice", run("record", "verify", folder), ("", told + "the private store has entry 0 twice\n", 1))
    (folder / "settled").unlink()
    same("and not settled", run(*append), ends(1, "an entry is there twice"))
    again()
    shutil.rmtree(folder / "public")
    shutil.copytree(good, FOLDER / "branch")
    run("record", "append", good, one)
    shutil.copytree(good / "public", folder / "public")
    (folder / "settled").unlink()
    same("a checkpoint over more", run(*append), ends(3, "a checkpoint over more was signed"))
    run("record", "append", FOLDER / "branch", put("two", "two"))
    shutil.copy(good / "public/checkpoint", FOLDER / "branch/public/checkpoint")
    same("another history", run("record", "append", FOLDER / "branch", one),
         ("", f"comity: {FOLDER}/branch: the record contradicts the checkpoint over 4 entries that was signed\n", 2))


def split(segment, count):
    """Makes two segments of one, of which the first has so many records."""
    data, at = segment.read_bytes(), 64
    for _ in range(count):
        at += 48 + (int.from_bytes(data[at + 4:at + 8], "little") + 7) // 8 * 8
    segment.with_name(f"{int.from_bytes(data[at + 8:at + 16], 'little'):020}.segment").write_bytes(data[:64] + data[at:])
    segment.write_bytes(data[:at])


@test
def what_was_settled_is_damaged():
    """One bit is turned in what was acknowledged, signed and settled long ago."""
    folder, _ = new("settled")
    judge(folder, ACTS[:2])
    run("record", "append", "--retention", "long", folder, put("one", "one"))
    judge(folder, ACTS[:3])
    name = "private/standard/00000000000000000000.segment"
    segment = folder / name
    length = len(segment.read_bytes())
    absent = "not even that they were erased: it is damaged\n"
    second = 64 + 48 + (int.from_bytes(segment.read_bytes()[68:72], "little") + 7) // 8 * 8
    for at, byte, missing in ((3, 0, 0), (70, 64, 0), (second + 100, second, 1), (length - 100, None, 5)):
        good = alter(segment, at)
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for words in (("append", folder, FOLDER / "one"), ("erase", folder, 0), ("erase", "--before", "2900-01-01", folder)):
            out, err, status = run("record", *words)
            byte = int(err.split(": byte ")[1].split()[0]) if byte is None else byte
            same((at, words), (out, err, status),
                 ("", f"comity: {folder}: {name}: byte {byte} begins no record, and entry {missing} is missing: it is damaged; "
                  "nothing is changed, and nothing is signed\n", 2))
        same("nothing is changed", {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}, before)
        count = 5 if missing == 0 else 4 if missing == 1 else 1
        told = f"comity: {folder}: {name}: byte {byte} begins no record\n"
        lost = f"comity: {folder}: of {count} entries the private store says nothing, {absent}"
        out, err, status = run("record", "verify", folder)
        same("verified", (out.splitlines()[1], err, status), (f"kept {6 - count}, erased 0, absent {count}", told + lost, 1))
        same("judged again", run("record", "replay", folder),
             (f"{6 - count} judged again, the same to the byte; 0 other; 0 erased; {count} not judged\n", told + lost, 1))
        one = f"comity: {{}}{name}: byte {byte} begins no record: it is damaged, and entry 5 is in no other place\n"
        same("shown", run("record", "show", folder, 5), ("", one.format(""), 2))
        same("proved", run("record", "prove", folder, 5), ("", one.format(f"{folder}: "), 2))
        same("followed", run("record", "tail", "-f", folder)[1:], (lost, 1))
        segment.write_bytes(good)
    same("put back, it goes on", run("record", "append", folder, FOLDER / "one"), (f"6 {FOLDER / 'one'}\n", "", 0))


@test
def an_older_segment_is_damaged():
    folder, _ = new("segments")
    judge(folder, ACTS[:4])
    judge(folder, ACTS[:1], "--retention", "short")
    split(folder / "private/standard/00000000000000000000.segment", 2)
    same("as it was", run("record", "replay", folder),
         ("5 judged again, the same to the byte; 0 other; 0 erased; 0 not judged\n", "", 0))
    alter(folder / "private/standard/00000000000000000000.segment", 70)
    told = "private/standard/00000000000000000000.segment: byte 64 begins no record"
    out, err, status = run("record", "verify", folder)
    same("what is behind it is read", (out.splitlines()[1], err.splitlines()[0], status),
         ("kept 3, erased 0, absent 2", f"comity: {folder}: {told}", 1))
    same("and erased, but what it may name stays", run("record", "erase", "--before", "2900-01-01", "--retention", "short", folder),
         ("1 erased\n", f"comity: {folder}: private/standard/00000000000000000000.segment: byte 64 begins no record: papers and "
          "law images that nothing names any more stay, for what cannot be read may name them\n", 2))
    same("law", len(list((folder / "law").iterdir())), 1)


@test
def classes():
    folder, _ = new("classes")
    one = put("one", "one")
    named = "a class of retention is named by 1 to 40 small letters, digits and hyphens between them\n"
    for name in ("", "A", "-a", "a-", "a_b", "a" * 41):
        same(name, run("record", "append", "--retention", name, folder, one), ("", f"comity: {named}", 2))
    for i in range(16):
        same(i, run("record", "append", "--retention", f"class-{i}", folder, one), (f"{i} {one}\n", "", 0))
    same("one that is not there", run("record", "erase", "--retention", "clas-1", "--before", "2900-01-01", folder),
         ("", f"comity: {folder}: the record has no class of retention \"clas-1\"\n", 2))
    same("a seventeenth", run("record", "append", folder, one),
         ("", "comity: a record has at most 16 classes of retention\n", 2))


@test
def policies():
    folder, key = new("policies")
    witness = FOLDER / "policies.key"
    run("key", "new", witness, "--name", "w.example", "--purpose", "witness")
    witness = run("key", "show", witness)[0].split()[1]

    groups = "".join(f"group g{i + 1} any g{i}\n" for i in range(256))
    for text, told in ((f"log {key} http://a http://b\n", "policy, line 1: nothing but an address stands behind a key"),
                       (f"witness g0 {witness}\n{groups}", "policy, line 257: more witnesses and groups than are read")):
        policy = put("policy", text + "quorum none\n")
        same(told, run("record", "verify", "--policy", policy, folder), ("", f"comity: {policy}: {told}\n", 2))
    policy = put("policy", f"log {key}\nwitness w {witness}\nquorum w\n")
    same("no quorum", run("record", "cosign", "--policy", policy, folder),
         ("0 of 0 witnesses signed the log with 0 entries\n", "comity: the witnesses that signed do not make up the quorum \"w\"\n", 1))


# ---- where a log is served ----

class Listener:
    """Answers each request as `answer` says of its body: with a status and bytes."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # it has heard enough

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Server(Listener):
    """Answers every path with a status and bytes."""

    def __init__(self, status, body=b""):
        super().__init__(lambda _: (status, body))


@test
def addresses():
    _, key = new("log")
    watch = ("record", "monitor", "--policy", policy_of(key), "--state", FOLDER / "addresses")
    for status in (301, 404, 500):
        server = Server(status)
        same(status, run(*watch, server.address), ("", f"comity: {server.address}/checkpoint: "
                                                       f"the server answers with {status}\n", 2))
        server.end()
    server = Server(200, b"x" * 70000)
    same("too much", run(*watch, server.address + "/"),
         ("", f"comity: {server.address}/checkpoint: the answer is too large\n", 2))
    server.end()
    long = "http://127.0.0.1/" + "x" * 4080
    same("a long address", run(*watch, long), ("", f"comity: {long}: the address is too long\n", 2))
    (FOLDER / "folder/checkpoint").mkdir(parents=True)
    same("a folder", run(*watch, FOLDER / "folder"),
         ("", f"comity: {FOLDER}/folder/checkpoint: cannot be read, or is too large\n", 2))
    (FOLDER / "folder/checkpoint").rmdir()
    put("folder/checkpoint", "x" * 70000)
    same("a large file", run(*watch, FOLDER / "folder"),
         ("", f"comity: {FOLDER}/folder/checkpoint: cannot be read, or is too large\n", 2))
    same("no file", run(*watch, FOLDER / "nothing"),
         ("", f"comity: {FOLDER}/nothing/checkpoint: No such file or directory\n", 2))
    long = "x" * 4090
    same("a long path", run(*watch, long), ("", f"comity: {long}: the path is too long\n", 2))


@test
def histories():
    folder, key = new("histories")
    run("record", "append", folder, put("one", "one"), put("two", "two"))
    shutil.copytree(folder, FOLDER / "fork")
    state = FOLDER / "histories-state"
    watch = ("record", "monitor", "--policy", policy_of(key), "--state", state)
    log = "log-" + hashlib.sha256(b"example.org/histories").hexdigest()
    kept = f"comity: what was signed before is in {log}, what contradicts it in {log}.contradicted\n"
    served = folder / "public"
    bundle = served / "tile/entries/000.p/2"
    data = alter(bundle, 40)
    same("entries that were not signed", run(*watch, served),
         ("", f"comity: {served}: the entries that are served do not lead to the root that is signed\n", 1))
    bundle.write_bytes(data)
    same("those that were", run(*watch, served), ("2 entries, 2 of them new: the log goes on from what it was\n", "", 0))
    run("record", "append", folder, put("three", "three"))
    same("more", run(*watch, served), ("3 entries, 1 of them new: the log goes on from what it was\n", "", 0))
    fork = FOLDER / "fork/public"
    same("fewer", run(*watch, fork), ("", kept + f"comity: {fork}: the log had 3 entries and has 2\n", 1))
    run("record", "append", FOLDER / "fork", FOLDER / "one", FOLDER / "one")
    same("others, and what was kept before stays", run(*watch, fork),
         ("", kept.replace(".contradicted", ".contradicted-2") + f"comity: {fork}: what is served does not contain the 3 entries that were signed before\n", 1))


# ---- witnesses ----

@test
def witnesses_that_cannot_be():
    logs = put("logs", "quorum none\n")
    key = FOLDER / "wrong.key"
    run("key", "new", key, "--name", "p.example")
    serve = ("record", "witness", "--logs", logs, "--state", FOLDER / "witness-state", "--key")
    same("a key for papers", run(*serve, key), ("", f"comity: {key}: a key for a witness is needed, not for another purpose\n", 2))
    key = FOLDER / "witness.key"
    run("key", "new", key, "--name", "w.example", "--purpose", "witness")
    same("an address of another", run(*serve, key, "--listen", "192.0.2.1:7380"),
         ("", "comity: 192.0.2.1:7380: the address cannot be listened at\n", 2))


class Witness:
    def __init__(self, name, logs):
        self.serve = ("record", "witness", "--key", FOLDER / f"{name}.key", "--logs", logs, "--state", FOLDER / f"{name}-state",
                      "--listen", "127.0.0.1:0")
        made = run("key", "new", FOLDER / f"{name}.key", "--name", f"{name}.example", "--purpose", "witness")
        same("a key", made[1:], ("", 0))
        self.state = FOLDER / f"{name}-state"
        self.process = subprocess.Popen([COMITY, *map(str, self.serve)], stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline() + self.process.stdout.readline()
        self.key = said.split()[1]
        self.port = int(said.split()[-1])
        self.address = f"http://127.0.0.1:{self.port}"
        same("it says who and where", said, f"witness {self.key}\nlistening on port {self.port}\n")

    def ask(self, path, body, method):
        """What curl and others would see: status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def end(self):
        self.process.terminate()
        self.process.communicate(timeout=60)


@test
def what_witnesses_say():
    folder, key = new("cosigned")
    run("record", "append", folder, put("one", "one"))
    shutil.copytree(folder, FOLDER / "backup")
    logs = put("logs", f"log {key}\nquorum none\n")
    witness = Witness("v", logs)
    same("another path", witness.ask("/", b"", "POST"), (404, "there is add-checkpoint, and nothing else\n"))
    same("another method", witness.ask("/add-checkpoint", None, "GET"), (405, "add-checkpoint is a POST\n"))
    same("too much", witness.ask("/add-checkpoint", b"x" * 70000, "POST"), (413, "the request is too large\n"))
    three = (folder / "public/checkpoint").read_text()
    log = "log-" + hashlib.sha256(b"example.org/cosigned").hexdigest()
    line = base64.b64encode(bytes(32)).decode() + "\n"
    for body, answer in (("", (400, "the first line is \"old \" and a size\n")),
                         ("old 01\n\n", (400, "the first line is \"old \" and a size\n")),
                         ("old 0\n", (400, "an empty line divides proof and checkpoint\n")),
                         ("old 0\n" + line * 64 + "\n" + three, (400, "a proof has at most 63 lines\n")),
                         ("old 0\nabc\n\n" + three, (400, "a line of the proof is a hash in base64\n")),
                         ("old 0\n\n", (400, "the checkpoint is missing\n")),
                         ("old 0\n\nexample.org/unknown\n", (404, "this witness does not know the log\n")),
                         ("old 2\n\n" + three, (400, "the old size is above that of the checkpoint\n")),
                         ("old 0\n" + line + "\n" + three,
                          (422, "the proof does not show that the log goes on from what was signed\n"))):
        same(body[:20], witness.ask("/add-checkpoint", body.encode(), "POST"), answer)
    (witness.state / f"{log}.new").mkdir()
    same("a state that cannot be kept", witness.ask("/add-checkpoint", ("old 0\n\n" + three).encode(), "POST"),
         (500, "the witness cannot keep what it would sign\n"))
    (witness.state / f"{log}.new").rmdir()
    same("one that can", witness.ask("/add-checkpoint", ("old 0\n\n" + three).encode(), "POST")[0], 200)
    text = (witness.state / log).read_text()
    same("is as it is told", text.splitlines()[:3], ["comity witness 1", "example.org/cosigned", "1"])
    (witness.state / log).write_text(text[:-1])
    same("a state that is damaged", witness.ask("/add-checkpoint", ("old 1\n\n" + three).encode(), "POST"),
         (500, "the witness cannot read what it signed last\n"))
    (witness.state / log).write_text(text)
    same("one folder for two", run(*witness.serve), ("", f"comity: {FOLDER}/v-state: another witness uses this folder\n", 2))
    policy = policy_of(key, f"witness v {witness.key} {witness.address}")
    cosign = ("record", "cosign", "--policy", policy)
    run("record", "append", folder, put("two", "two"))
    same("it signs", run(*cosign, folder), ("1 of 1 witnesses signed the log with 2 entries\n", "", 0))
    backup = FOLDER / "backup"
    same("an older copy", run(*cosign, backup),
         ("0 of 1 witnesses signed the log with 1 entries\n", f"comity: {witness.address} signed this log with 2 entries, "
          "but it has 1: is this an older copy? Nothing must be added to it\n", 1))
    run("record", "append", backup, FOLDER / "one")
    same("another history", run(*cosign, backup),
         ("0 of 1 witnesses signed the log with 2 entries\n", f"comity: {witness.address} signed another log of this size "
          "and name: two histories are shown\n", 1))
    run("record", "append", backup, FOLDER / "one")
    same("one that is longer", run(*cosign, backup),
         ("0 of 1 witnesses signed the log with 3 entries\n", f"comity: {witness.address} signed other first 2 entries of a log of "
          "this name: two histories are shown\n", 1))
    place = witness.address.removeprefix("http://")
    same("one address for two", run("record", "witness", "--key", FOLDER / "v.key", "--logs", logs, "--state", FOLDER / "v-second",
                                    "--listen", place), ("", f"comity: {place}: the address cannot be listened at\n", 2))
    stranger, other = new("stranger")
    policy_of(other, f"witness v {witness.key} {witness.address}")
    same("a log it does not know", run(*cosign, stranger),
         ("0 of 1 witnesses signed the log with 0 entries\n", f"comity: {witness.address}: the witness refuses with 404\n", 0))
    for address, told in (("ftp://example.org/", "ftp://example.org/: an address beginning with http:// or https:// expected"),
                          ("http://" + "x" * 2041, "the address of a witness is too long")):
        policy_of(key, f"witness v {witness.key} {address}")
        same(address[:20], run(*cosign, folder), ("0 of 1 witnesses signed the log with 2 entries\n", f"comity: {told}\n", 0))
    witness.end()


class Scripted(Listener):
    """Answers each request as a function of its number says: with a status and a body, or by passing it on to a witness."""

    def __init__(self, witness, answer):
        self.asked = 0

        def say(body):
            self.asked += 1
            said = answer(self.asked)
            status, text = witness.ask("/add-checkpoint", body, "POST") if said is None else said
            return status, text.encode()

        super().__init__(say)


def cosign_by_script(key, witness, folder, answer):
    """What is said when the only witness answers so; its address is told as W. And how often it was asked."""
    scripted = Scripted(witness, answer)
    policy = policy_of(key, f"witness v {witness.key} {scripted.address}")
    out, err, status = run("record", "cosign", "--policy", policy, folder)
    scripted.end()
    return (out.split(" witnesses")[0], err.replace(scripted.address, "W"), status), scripted.asked


@test
def witnesses_that_lag():
    folder, key = new("lagging")
    for name in ("one", "two", "three"):
        run("record", "append", folder, put(name, name))
    logs = put("logs", f"log {key}\nquorum none\n")
    witness = Witness("lag", logs)
    whole = ("1 of 1", "", 0)

    same("new to the log", cosign_by_script(key, witness, folder, lambda n: None), (whole, 1))
    run("record", "append", folder, FOLDER / "one")
    same("behind", cosign_by_script(key, witness, folder, lambda n: None), (whole, 2))
    run("record", "append", folder, FOLDER / "two")
    same("moves on while it is asked", cosign_by_script(key, witness, folder, lambda n: (409, "2\n") if n == 1 else None), (whole, 3))

    def others_have_it_sign_more(n):
        if n == 1:
            run("record", "append", folder, FOLDER / "three")
            direct = put("direct", f"log {key}\nwitness v {witness.key} {witness.address}\nquorum v\n")
            same("by others", run("record", "cosign", "--policy", direct, folder)[0::2], ("1 of 1 witnesses signed the log with 6 entries\n", 0))

    same("ahead, for the log went on", cosign_by_script(key, witness, folder, others_have_it_sign_more),
         (("0 of 1", "comity: W signed this log with 6 entries already; these are its first 5\n", 0), 1))
    same("what is there does not become older", (folder / "public/cosigned").read_text().splitlines()[1], "6")
    witness.end()


@test
def witnesses_that_answer_otherwise():
    folder, key = new("garbage")
    for name in ("one", "two", "three"):
        run("record", "append", folder, put(name, name))
    witness = Witness("odd", put("logs", f"log {key}\nquorum none\n"))
    refuses = "comity: W: the witness refuses with"
    no_line = "comity: odd.example answers with no line that ends\n"
    for what, answers, told, asked in (
            ("no size", [(409, "")], f"{refuses} 409\n", 1),
            ("a size that is none", [(409, "x\n")], f"{refuses} 409\n", 1),
            ("a size without an end", [(409, "3")], f"{refuses} 409\n", 1),
            ("a size that cannot be", [(409, "99999999999999999999\n")], f"{refuses} 409\n", 1),
            ("two sizes", [(409, "1\n2\n")], f"{refuses} 409\n", 1),
            ("no proof is needed, and it is wrong", [(422, "")], f"{refuses} 422\n", 1),
            ("nothing", [(200, "")], no_line, 1),
            ("half a line", [(200, "\u2014 odd.example AAAA")], no_line, 1),
            ("a page", [(200, "<html>\n</html>\n")], "comity: a text of 7 bytes is no signature line: \"\u2014 NAME SIGNATURE\" expected\n", 1),
            ("more than can be", [(200, "x" * 70000)], "comity: W/add-checkpoint: the answer is too large\n", 1),
            ("elsewhere", [(302, "")], f"{refuses} 302\n", 1),
            ("an error", [(500, "sorry")], f"{refuses} 500\n", 1),
            ("the size it was asked with", [(409, "2\n"), (409, "2\n")],
             "comity: W: the witness refuses 2 entries as the size it signed last, and says it is that\n", 2),
            ("nothing was signed, it says, and will not have that", [(409, "0\n")],
             "comity: W: the witness refuses 0 entries as the size it signed last, and says it is that\n", 1),
            ("another size each time", [(409, "1\n"), (409, "2\n"), (409, "1\n"), (409, "2\n")],
             "comity: W signed another size last each time it was asked\n", 4)):
        same(what, cosign_by_script(key, witness, folder, lambda n: answers[n - 1]), (("0 of 1", told, 0), asked))
    for what, answers, told in (
            ("another history", [(409, "3\n"), (409, "3\n")], "comity: W signed another log of this size and name: two histories are shown\n"),
            ("other entries at its beginning", [(409, "2\n"), (422, "")],
             "comity: W signed other first 2 entries of a log of this name: two histories are shown\n"),
            ("more than there is", [(409, "4\n")],
             "comity: W signed this log with 4 entries, but it has 3: is this an older copy? Nothing must be added to it\n")):
        same(what, cosign_by_script(key, witness, folder, lambda n: answers[n - 1]), (("0 of 1", told, 1), len(answers)))
    witness.end()


@test
def a_slow_witness_holds_up_no_other():
    folder, key = new("slow")
    run("record", "append", folder, put("one", "one"))
    logs = put("logs", f"log {key}\nquorum none\n")
    witnesses = [Witness(f"s{n}", logs) for n in range(3)]
    go_on = threading.Event()
    slow = Scripted(witnesses[0], lambda n: go_on.wait(60) and None)
    addresses = [slow.address, witnesses[1].address, witnesses[2].address]
    lines = "".join(f"witness s{n} {w.key} {address}\n" for n, (w, address) in enumerate(zip(witnesses, addresses)))
    policy = put("policy", f"log {key}\n{lines}group two 2 s0 s1 s2\nquorum two\n")
    with subprocess.Popen([COMITY, "record", "cosign", "--policy", policy, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=ENVIRONMENT) as cosign:
        until = time.monotonic() + 20
        while not (folder / "public/cosigned").exists() and time.monotonic() < until:
            time.sleep(0.01)
        same("enough have signed, and that is kept", (folder / "public/cosigned").exists(), True)
        same("it is under the policy", run("record", "verify", "--policy", policy, folder)[2], 0)
        same("while the slow one is waited for", cosign.poll(), None)
        go_on.set()
        same("which signs too", cosign.communicate(timeout=60), ("3 of 3 witnesses signed the log with 1 entries\n", ""))
        same("and that is well", cosign.returncode, 0)
    same("with its line", (folder / "public/cosigned").read_text().count("\n\u2014 "), 4)
    slow.end()
    for witness in witnesses:
        witness.end()


with tempfile.TemporaryDirectory(prefix="comity-record-errors-") as name:
    FOLDER = pathlib.Path(name).resolve()
    status = main("record_errors", sys.argv[3] if len(sys.argv) > 3 else "")
sys.exit(status)
