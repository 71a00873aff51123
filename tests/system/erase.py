#!/usr/bin/env python3
"""Erasing while a daemon records: by who may, by the command, and by itself after so
many days; what it leaves, what it does to those who are answered meanwhile, and that a
clock that is set erases nothing.

    erase.py COMITY COMITYD IMAGE CLOCK [NAME]
"""
import http.server
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import threading
import time

from common import JSON, NDJSON, ROOT, Daemon, alter_entry, daemon, holds, main, new_record, new_token, problem, run, same, skip, test, use

COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
CLOCK = str(pathlib.Path(sys.argv[4]).resolve())
ACT = (ROOT / "examples/acts.ndjson").read_text().splitlines()[0]
DAY_S = 86400
HELD = "the time of day was set since the last look; nothing is erased by age until it has gone well for a day"
WRONG = ('expected {"entry": NUMBER}, with "log": "YEAR" where every year has a log of its own, '
         'or {"before": "YYYY-MM-DD"} with or without "retention": "CLASS"')


def judge(running, count=1):
    """Has acts recorded; the number of the last."""
    for _ in range(count):
        answer = running.ask("POST", "/v1/judge", ACT, JSON)
        same("judged", answer[0], 200)
    return int(answer[1]["comity-record"])


def erase(running, token=None, **what):
    headers = dict(JSON, Authorization="Bearer " + token) if token else JSON
    return running.ask("POST", "/v1/record/erase", json.dumps(what), headers)


def report(record):
    verified = run(COMITY, "record", "verify", "--json", record)
    same("it verifies", verified.returncode, 0)
    return json.loads(verified.stdout)


def told(running, event):
    return [{key: value for key, value in line.items() if key not in ("time", "event")} for line in running.events(event)]


def covered(running, entry):
    """Waits until a checkpoint covers the entry."""
    until = time.monotonic() + 20
    while running.get("/v1/record")["size"] <= entry and time.monotonic() < until:
        time.sleep(0.05)


@test
def one_entry_while_it_records():
    token, digest = new_token()
    with daemon("--anonymous", "gate,counsel,auditor", "--token", f"dpo admin {digest}", record=True) as running:
        record = f"{running.folder}/record"
        covered(running, judge(running, 5))
        receipt = running.ask("GET", "/v1/record/proof/3")[2]
        problem("not for all", erase(running, entry=3), 403)
        same("erased", erase(running, token, entry=3)[::2], (200, '{"erased":1}\n'))
        same("again", erase(running, token, entry=3)[::2], (200, '{"erased":0}\n'))
        same("the newest", erase(running, token, entry=4)[::2], (200, '{"erased":1}\n'))
        problem("there is none", erase(running, token, entry=9), 404, "The record has nothing of the kind",
                "there is no entry 9 in the record")
        covered(running, judge(running, 3))
        same("it is gone", [running.ask("GET", f"/v1/judgements/{n}")[0] for n in (2, 3, 4, 5)], [200, 410, 410, 200])
        rows = running.get("/v1/judgements")["judgements"]
        same("lists say so", [row["entry"] for row in rows if row.get("erased")], [4, 3])
        holds("what was proven is", receipt.split("\n")[:2] != [""], receipt)
        same("its proof is still there", running.ask("GET", "/v1/record/proof/3")[0], 200)
        found = report(record)
        same("and it is told", (found["size"], found["kept"], found["erased_runs"]), (8, 6, [[3, 4]]))
        same("in the log", told(running, "erased"), [{"who": "dpo", "entry": 3, "count": 1}, {"who": "dpo", "entry": 3, "count": 0},
                                                     {"who": "dpo", "entry": 4, "count": 1}])
        metrics = running.ask("GET", "/metrics")[2]
        same("counted", re.findall(r"^comity_record_erase\w+ \d+$", metrics, re.M),
             ["comity_record_erased_total 2", "comity_record_erase_failures_total 0"])


@test
def what_is_no_request_to_erase_is_refused():
    with daemon("--anonymous", "gate,admin", record=True) as running:
        judge(running)
        for body in ("{}", "[]", "1", '{"entry": "0"}', '{"entry": 0, "entry": 0}', '{"entry": -1}', '{"entry": 1.5}', '{"entry": [0]}',
                     '{"entry": 0, "retention": "standard"}', '{"entry": 0, "before": "2026-01-01"}', '{"before": 1}',
                     '{"retention": "standard"}', '{"before": ""}', '{"entries": 0}', '{"entry": {"before": 0}}',
                     '{"before": "' + "9" * 70 + '"}', '{"before": "2026-01-01\\u0000"}'):
            answer = running.ask("POST", "/v1/record/erase", body, JSON)
            problem(body, answer, 400, "Not what can be erased", WRONG)
        problem("no JSON", running.ask("POST", "/v1/record/erase", "{", JSON), 400, "Not what can be erased")
        problem("no day", erase(running, before="2026-02-30"), 400, "Not what can be erased")
        problem("another type", running.ask("POST", "/v1/record/erase", "entry=0", {"Content-Type": "text/plain"}), 415)
        problem("no such class", erase(running, before="2026-01-01", retention="keep"), 404, "The record has nothing of the kind",
                'the record has no class of retention "keep"')
        same("nothing is erased", report(f"{running.folder}/record")["erased"], 0)
    with daemon("--anonymous", "admin") as running:
        problem("no record", erase(running, entry=0), 404, "No record is kept here")


@test
def by_age_and_class_beside_many_who_record():
    with daemon("--anonymous", "gate,counsel,admin", "--retention", "short", record=True) as running:
        record = f"{running.folder}/record"
        statuses, done = [], threading.Event()

        def go_on_recording():
            while not done.is_set():
                statuses.append(running.ask("POST", "/v1/judge", ACT, JSON)[0])

        threads = [threading.Thread(target=go_on_recording) for _ in range(4)]
        same("a batch", running.ask("POST", "/v1/judge", "\n".join([ACT] * 3000), NDJSON)[0], 200)
        for thread in threads:
            thread.start()
        counts = []
        for n in range(12):
            what = {"before": "2900-01-01", "retention": "short"} if n % 3 == 0 else {"entry": 3000 + n}
            answer = erase(running, **what)
            same(str(what), answer[0], 200)
            counts.append(json.loads(answer[2])["erased"])
        done.set()
        for thread in threads:
            thread.join()
        same("everybody was answered", set(statuses), {200})
        holds("most was there", counts[0] >= 3000, counts)
        covered(running, 3000 + len(statuses) - 1)
        found = report(record)
        same("no entry is lost", (found["size"], found["erased"], found["absent"]), (3000 + len(statuses), sum(counts), 0))
        same("old days have none", json.loads(erase(running, before="1969-01-01")[2]), {"erased": 0})


@test
def papers_that_nobody_names_any_more_go_too():
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        law = pathlib.Path(record, "law")
        running = Daemon(folder, "--anonymous", "gate,admin", "--record", record)
        try:
            judge(running, 2)
            (law / ("0" * 64 + ".image")).write_text("of an entry that was erased")
            pathlib.Path(record, "papers", "1" * 64 + ".papers").write_text("they name persons")
            used = sorted(path.name for path in law.iterdir())[1]
            same("erased", erase(running, entry=0)[0], 200)
            running.wait_for("swept")
            same("what is named stays", [path.name for path in law.iterdir()], [used])
            same("the rest goes", list(pathlib.Path(record, "papers").iterdir()), [])
            judge(running)
            same("erased", erase(running, before="2900-01-01")[0], 200)
            running.wait_for("swept", 2)
            same("the law goes with the last", list(law.iterdir()), [])
            last = judge(running)
            same("and comes with the next", [path.name for path in law.iterdir()], [used])
        finally:
            running.stop()
        same("which is judged again", run(COMITY, "record", "show", "--judgement", record, str(last)).returncode, 0)


def newer_version_recorded(record, entry, retention="standard"):
    """Makes of an entry one whose form this version does not know; what it names lies beside the log."""
    segment = pathlib.Path(record, f"private/{retention}/00000000000000000000.segment")
    law = re.search(rb"law (sha256:[0-9a-f]{64})", segment.read_bytes()).group(1)
    alter_entry(segment, entry, b"comity kept 1\nlaw " + law, b"comity kept 9\nLaw " + law)
    return pathlib.Path(record, "law", law[7:].decode() + ".image")


UNREAD = "1 in a form that is not known here: papers and law images that they seem to name stay\n"


@test
def what_a_newer_version_recorded_is_counted_and_keeps_what_it_names():
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        unnamed = pathlib.Path(record, "papers", "1" * 64 + ".papers")
        running = Daemon(folder, "--anonymous", "gate", "--record", record)
        judge(running, 4)
        running.stop()
        law = newer_version_recorded(record, 3)
        running = Daemon(folder, "--anonymous", "gate,admin", "--record", record)
        try:
            unnamed.write_text("they name persons")
            same("erased", json.loads(erase(running, entry=0)[2]), {"erased": 1})
            running.wait_for("swept")
            same("the log says so", told(running, "swept")[-1], {"unread": 1})
            same("what nobody names goes", (unnamed.exists(), law.exists()), (False, True))
        finally:
            running.stop()
        unnamed.write_text("they name persons")
        same("the command says so", run(COMITY, "record", "erase", record, "1").stdout, "1 erased\n" + UNREAD)
        same("and does the same", (unnamed.exists(), law.exists()), (False, True))
        same("with what is known gone", run(COMITY, "record", "erase", record, "2").stdout, "1 erased\n" + UNREAD)
        same("the law stays for the rest", law.exists(), True)
        same("and goes with it", (run(COMITY, "record", "erase", record, "3").stdout, law.exists()), ("1 erased\n", False))


class Other(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello\n")

    def log_message(self, *unused):
        pass


@test
def the_command_asks_the_daemon():
    token, digest = new_token()
    with daemon("--anonymous", "gate", "--token", f"dpo admin {digest}", "--listen", "unix:@/socket", "--peer", f"{os.getuid()} admin",
                record=True) as running:
        judge(running, 6)
        file = pathlib.Path(running.folder, "token")
        file.write_text(token + "\n")
        socket, address = f"unix:{running.folder}/socket", f"http://127.0.0.1:{running.port}"

        def command(*words):
            done = run(COMITY, "record", "erase", *map(str, words))
            return done.returncode, done.stdout + done.stderr

        same("by a unix socket", command("--daemon", socket, 1), (0, "1 erased\n"))
        same("with a token", command("--daemon", address, "--token-file", file, 2), (0, "1 erased\n"))
        same("without", command("--daemon", address, 2), (2, f"comity: {address}: None of your roles may do this\n"))
        same("there is none", command("--daemon", socket, 99),
             (2, f"comity: {socket}: The record has nothing of the kind: there is no entry 99 in the record\n"))
        same("by age", command("--daemon", socket, "--before", "2900-01-01", "--retention", "standard"), (0, "4 erased\n"))
        file.write_text("no token\n")
        same("no token", command("--daemon", address, "--token-file", file, 2), (2, f"comity: {file}: a line with a token expected\n"))
        other = http.server.HTTPServer(("127.0.0.1", 0), Other)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{other.server_port}"
        same("another server", command("--daemon", address, 1), (2, f"comity: {address}: it answers with 200: is that a daemon with a record?\n"))
        other.shutdown()
        other.server_close()
        same("nobody there", command("--daemon", "unix:/nonexistent", 1)[0], 2)
        usage = ("comity record: erase: a folder, or --daemon, and either the number of an entry or --before DATE, are needed\n")
        for words in (("--daemon", socket), ("--daemon", socket, running.folder, 1), ("--daemon", socket, "--before", "2026-01-01", 1),
                      (running.folder,), ("--daemon", socket, "--retention", "standard", 1)):
            status, text = command(*words)
            same(f"usage: {words}", (status, text.splitlines(True)[0]), (2, usage))
        status, text = command("--token-file", file, running.folder, 1)
        same("a token for a folder", (status, text.splitlines()[0]),
             (2, "comity record: erase: --token-file and --ca go with --daemon, --passphrase-fd with a folder"))
        status, text = command(f"{running.folder}/record", 1)
        holds("a folder that is written to is refused", status == 2 and "another process writes this record" in text, text)


def clock(folder, **more):
    """An hour is a second to who waits; the file `set` is by how much somebody set the clock."""
    file = pathlib.Path(folder, "set")
    file.write_text(str(more.get("ahead_s", 0)))
    return file, {"LD_PRELOAD": CLOCK, "COMITY_TEST_CLOCK_FILE": str(file), "COMITY_TEST_CLOCK_SPEED": str(more.get("speed", 1800))}


def waits_as_told():
    """Can a daemon's threads be made to wait shorter?"""
    if b"__tsan_init" in pathlib.Path(COMITYD).read_bytes():
        skip("the thread sanitizer waits by a function of its own")
        return False
    return True


@test
def what_is_old_enough_is_erased_by_itself():
    if not waits_as_told():
        return
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        options = ["--anonymous", "gate,admin", "--record", record]
        for retention, days_ago in (("standard", 40), ("standard", 20), ("long", 40)):
            file, environment = clock(folder, ahead_s=-days_ago * DAY_S, speed=1)
            running = Daemon(folder, *options, "--retention", retention, environment=environment)
            judge(running, 3)
            running.stop()
        file, environment = clock(folder, speed=43200)  # a day is two seconds
        running = Daemon(folder, *options, "--erase-after", "standard 30", "--erase-after", "none-yet 7", environment=environment)
        try:
            judge(running, 3)
            running.wait_for("erased", 2)
            day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * DAY_S))
            same("what is of its class and old enough", told(running, "erased")[0],
                 {"who": "erase-after", "before": day, "retention": "standard", "count": 3})
            same("the next day nothing more", told(running, "erased")[1]["count"], 0)
            same("no failure", (running.events("erase-failed"), running.events("erase-held")), ([], []))
            seconds = int(re.search(r"^comity_record_retention_timestamp_seconds (\d+)$", running.ask("GET", "/metrics")[2], re.M).group(1))
            holds("the metrics say when", abs(seconds - time.time()) < 60, seconds)
            found = report(record)
            same("the rest stays", (found["size"], found["kept"], found["erased_runs"]), (12, 9, [[0, 2]]))
        finally:
            running.stop()


@test
def a_clock_that_was_set_erases_nothing_for_a_day():
    if not waits_as_told():
        return
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        file, environment = clock(folder, speed=28800)  # a day is three seconds
        running = Daemon(folder, "--anonymous", "gate,admin", "--record", record, "--erase-after", "standard 30", environment=environment)
        try:
            judge(running, 3)
            running.wait_for("erased")
            same("none is old", told(running, "erased")[0]["count"], 0)
            file.write_text(str(400 * DAY_S))
            running.wait_for("erase-held")
            same("and says so", told(running, "erase-held")[0], {"message": HELD})
            file.write_text("0")
            running.wait_for("erase-held", 2)
            same("nothing was erased", [line["count"] for line in told(running, "erased")], [0])
            running.wait_for("erased", 2)
            same("nor later, with the clock as it was", [line["count"] for line in told(running, "erased")], [0, 0])
            file.write_text(str(400 * DAY_S))
            running.wait_for("erased", 3)
            same("one that stays set is believed", told(running, "erased")[2]["count"], 3)
        finally:
            running.stop()


@test
def years_that_are_over_are_erased_too():
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record = os.path.join(folder, "record")
        same("made", run(COMITY, "record", "init", "--yearly", "--origin", "example.org/years", record).returncode, 0)
        year = time.gmtime().tm_year
        for ahead in (-2, -1, 0):
            file, environment = clock(folder, ahead_s=ahead * 366 * DAY_S, speed=1)
            running = Daemon(folder, "--anonymous", "gate,admin", "--record", record, environment=environment)
            judge(running, 4 + ahead)
            if ahead == 0:
                same("two years are", json.loads(erase(running, before=f"{year}-01-01")[2]), {"erased": 5})
                same("the log says so", told(running, "erased")[-1]["count"], 5)
            running.stop()
        for past, kept in ((2, 0), (1, 0), (0, 4)):
            same(f"{past} years ago", report(f"{record}/{year - past}")["kept"], kept)


@test
def what_a_newer_version_recorded_in_an_earlier_year_is_told_in_the_answer():
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record = os.path.join(folder, "record")
        same("made", run(COMITY, "record", "init", "--yearly", "--origin", "example.org/years", record).returncode, 0)
        year = time.gmtime().tm_year
        for ahead, retention, count in ((-1, "long", 1), (-1, "standard", 2), (0, "standard", 1)):
            file, environment = clock(folder, ahead_s=ahead * 366 * DAY_S, speed=1)
            running = Daemon(folder, "--anonymous", "gate,admin", "--retention", retention, "--record", record, environment=environment)
            judge(running, count)
            if ahead == -1:
                running.stop()
            if retention == "long":
                law = newer_version_recorded(f"{record}/{year - 1}", 0, "long")
        try:
            what = {"before": f"{year}-01-01", "retention": "standard"}
            same("it is counted", json.loads(erase(running, **what)[2]), {"erased": 2, "unread": 1})
            same("and told", [told(running, "erased")[-1][key] for key in ("count", "unread")], [2, 1])
            same("what it names stays", law.exists(), True)
        finally:
            running.stop()


def broken_off(what_for, event, message, begin):
    """Stops a daemon in the middle of what `begin` has it do; it may be faster, and is tried again, stopped later each time."""
    for attempt in range(20):
        with daemon("--anonymous", "gate,admin", record=True) as running:
            begin(running, attempt)
            running.stop()
            texts = [line["message"] for line in told(running, event)]
            if texts:
                same(what_for, texts, [message])
                same("and leaves it whole", report(f"{running.folder}/record")["absent"], 0)
                return
    holds(what_for, False, "it never was")


@test
def stopping_breaks_off():
    answers = []

    def segments(running):
        folder = pathlib.Path(running.folder, "record/private/standard")
        return {path.name: path.stat().st_ino for path in folder.glob("*.segment")}

    def erase_in_many(running, _attempt):
        for entry in range(20):  # each goes on in a new segment
            judge(running)
            erase(running, entry=entry)
            judge(running)
        before = segments(running)
        until = time.monotonic() + 20
        thread = threading.Thread(target=lambda: answers.append(erase(running, before="2900-01-01")))
        thread.start()
        while segments(running) == before and time.monotonic() < until:
            pass  # the first is not erased yet
        running.process.send_signal(signal.SIGTERM)
        thread.join()

    def sweep_much(running, attempt):
        same("a batch", running.ask("POST", "/v1/judge", "\n".join([ACT] * 50000), NDJSON)[0], 200)
        erase(running, entry=0)
        time.sleep(0.01 * attempt)

    text = "it was broken off, for the daemon stops or opens its record anew: some may be erased; ask again"
    broken_off("erasing", "erase-failed", text, erase_in_many)
    problem("is answered", answers[-1], 503, "It could not be erased", text)
    broken_off("sweeping", "sweep-failed", "looking for papers that nothing names any more was broken off", sweep_much)


@test
def damage_is_told_and_nothing_stops():
    with daemon("--anonymous", "gate,counsel,admin", record=True) as running:
        judge(running, 9)
        same("erased", erase(running, entry=0)[0], 200)
        judge(running, 3)
        segment = pathlib.Path(running.folder, "record/private/standard/00000000000000000000.segment")
        bytes = bytearray(segment.read_bytes())
        bytes[-20] ^= 1
        segment.write_bytes(bytes)
        problem("in a segment", erase(running, before="2900-01-01"), 503, "It could not be erased",
                "private/standard/00000000000000000000.segment is damaged")
        same("it goes on", judge(running), 12)
        same("other segments, too", json.loads(erase(running, entry=10)[2]), {"erased": 1})
        same("counted", re.findall(r"^comity_record_erase_failures_total \d+$", running.ask("GET", "/metrics")[2], re.M),
             ["comity_record_erase_failures_total 1"])


@test
def where_there_is_no_room_it_fails_alone():
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        running = Daemon(folder, "--anonymous", "gate,admin", "--record", record)
        same("a batch", running.ask("POST", "/v1/judge", "\n".join([ACT] * 1000), NDJSON)[0], 200)
        running.stop()
        running = Daemon(folder, "--anonymous", "gate,admin", "--record", record, "--retention", "other", limit=100 << 10)
        try:
            answer = erase(running, entry=0)
            problem("no room for the segment", answer, 503, "It could not be erased")
            holds("it says so", "File too large" in answer[2], answer[2])
            same("nothing is left of it", [path.name for path in pathlib.Path(record, "private/standard").iterdir()], ["00000000000000000000.segment"])
            same("recording goes on", (judge(running, 3), running.events("record-failed")), (1002, []))
        finally:
            running.stop()
        same("with room it is done", run(COMITY, "record", "erase", record, "0").stdout, "1 erased\n")
        same("all is there", (report(record)["kept"], report(record)["erased"]), (1002, 1))


@test
def a_daemon_that_is_killed_leaves_it_as_before_or_erased():
    with tempfile.TemporaryDirectory(prefix="comity-erase-") as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        acknowledged, erased = 0, 0
        for turn in range(6):
            running = Daemon(folder, "--anonymous", "gate,counsel,admin", "--record", record)
            acknowledged += running.ask("POST", "/v1/judge", "\n".join([ACT] * 2000), NDJSON)[2].count('"verdict"')
            threading.Timer(0.004 * turn, running.process.send_signal, [signal.SIGKILL]).start()
            try:
                erased += json.loads(erase(running, before="2900-01-01")[2])["erased"]
            except OSError:
                pass
            running.process.wait()
            running.stop()
            running = Daemon(folder, "--anonymous", "auditor", "--record", record)
            running.stop()
            found = report(record)
            same("all is there, kept or erased", (found["size"] >= acknowledged, found["absent"], found["unsigned"]), (True, 0, 0))
            holds("what was answered is erased", found["erased"] >= erased, (found, erased))


sys.exit(main("erase", sys.argv[5] if len(sys.argv) > 5 else ""))
