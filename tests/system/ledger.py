#!/usr/bin/env python3
"""The ledger, on SQLite and on a PostgreSQL that is really started: the unit tests on
both, and comityd with each, confined, racing, losing its database and finding it again.

    ledger.py COMITY COMITYD IMAGE UNIT [NAME]

PostgreSQL runs as a user without rights, in a folder that goes away, on a unix socket;
without its programs those tests are skipped, saying so. What is started is ended by its
own process id. NAME: only tests whose names hold it.
"""
import concurrent.futures
import datetime
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import pty
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from common import ROOT, Programs, fail, holds, main, read_terminal, same, tally, test, use
from postgres import Postgres

COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
UNIT = str(pathlib.Path(sys.argv[4]).resolve())
ACT = next(act for act in map(json.loads, (ROOT / "examples/acts.ndjson").read_text().splitlines()) if act["id"] == "cn-sg-patients-9999")
del ACT["counts"], ACT["data"]["people"]

started = []  # what is ended at the latest when a test is
used = []  # every digest that was given: none may be found anywhere


class Daemon:
    def __init__(self, folder, where, *options, record=None, confine="no" if Programs.sanitized else "yes"):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.log_path = self.folder / "log"
        self.socket = str(self.folder / "socket")
        self.process = subprocess.Popen(
            [COMITYD, "--listen", f"unix:{self.socket}", "--law", IMAGE, "--confine", confine, "--spool", str(self.folder), "--log", "requests",
             "--anonymous", "gate,counsel,auditor", *(["--ledger", where] if where else []), *(["--record", str(record)] if record else []), *options],
            stderr=open(self.log_path, "wb"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        started.append(self.process)
        for _ in range(2000):
            if '"started"' in self.log or self.process.poll() is not None:
                break
            time.sleep(0.01)

    @property
    def log(self):
        return self.log_path.read_text()

    def ask(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("x", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(60)
        connection.sock.connect(self.socket)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def judge(self, exporter, digests, **change):
        status, text = self.ask("POST", "/v1/judge", beside(exporter, digests, **change))
        return status, json.loads(text)

    def wait_ready(self, wanted=200, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.ask("GET", "/readyz")[0] == wanted:
                return True
            time.sleep(0.1)
        return False

    def stop(self):
        self.process.terminate()
        status = None
        try:
            status = self.process.wait(40)
        finally:
            self.process.kill()
            if "Sanitizer" in self.log or (status or 0) < 0:
                fail(self.log[-4000:])
        return status


def title(answer):
    return answer[0], json.loads(answer[1]).get("title")


def people(first, count):
    digests = [hashlib.md5(f"person {i}".encode()).hexdigest() for i in range(first, first + count)]
    used.extend(digests[:3])
    return digests


def beside(exporter, digests, category="health", **change):
    act = json.loads(json.dumps(ACT))
    act["from"]["name"] = exporter
    act.update(change)
    return json.dumps({"act": act, "persons": {category: digests}})


def new_record(folder):
    record = pathlib.Path(folder) / "record"
    subprocess.run([COMITY, "record", "init", "--origin", "example.org/record", str(record)], check=True, stdout=subprocess.DEVNULL)
    return record


def counts_kept(record):
    """The counts in the acts of a record, in order."""
    shown = [subprocess.run([COMITY, "record", "show", str(record), str(i)], capture_output=True, text=True, timeout=60).stdout for i in range(5)]
    return [json.loads(line)["act"].get("counts") for line in shown]


# ---- tests: of a folder and a database's setting ----

def unit(folder, where, database):
    if not database:
        return  # they run by themselves
    done = subprocess.run([UNIT, where], capture_output=True, text=True, timeout=600)
    print(done.stdout, end="")
    same("the unit tests", (done.returncode, done.stderr), (0, ""))


def threshold(folder, where, database):
    record = new_record(folder)
    daemon = Daemon(folder, where, record=record)
    holds("confined", Programs.sanitized or "confined" in daemon.log, daemon.log)
    same("far below", [daemon.judge("first", people(0, 9990))[1]["verdict"] for _ in range(2)], ["permit", "permit"])
    status, judgement = daemon.judge("first", people(9990, 9))
    same("the last below", (status, judgement["verdict"]), (200, "permit"))
    same("one more", daemon.judge("first", people(20000, 1))[1]["verdict"], "conditional")
    same("who was counted may go again", daemon.judge("first", people(5, 3))[1]["verdict"], "permit")
    same("another exporter begins anew", daemon.judge("second", people(0, 5))[1]["verdict"], "permit")
    same("next year begins anew", daemon.judge("first", people(20000, 1), on="2027-01-01")[1]["verdict"], "permit")
    # no number of the first year's is in the new one's
    status, text = daemon.ask("GET", "/v1/ledger?exporter=first&year=2026")
    view = json.loads(text)
    same("the flow", [row for row in view["rows"] if row["category"] == "health"],
         [{"exporter": "first", "origin": "CN", "destination": "SG", "category": "health", "year": 2026, "persons": 9999,
           "persons_12_months": view["rows"][0]["persons_12_months"]}])
    near = [row for row in view["thresholds"] if row["count"] == "CN.year.sensitive"]
    levels = {row["at"]: row["level"] for row in near}
    holds("thresholds", near and levels[10000] == "near" and near[0]["window"] == "year" and near[0]["state"] == "CN", view["thresholds"])
    same("exporters", json.loads(daemon.ask("GET", "/v1/ledger")[1])["exporters"][-2:], ["first", "second"])
    same("a year", daemon.ask("GET", "/v1/ledger?year=abc")[0], 400)
    metrics = daemon.ask("GET", "/metrics")[1]
    holds("metrics", "comity_ledger_up 1" in metrics and "comity_ledger_reservations " in metrics, metrics)
    for told in ("Whether the ledger could be reached when it was last asked.", "Persons kept; one in two series is two.",
                 "Series: flows, and counts that law declares, by exporter.", "Reservations that are open.", "Reservations whose gate did not end them.",
                 "Persons forgotten because no law counts that far back.", "Seconds at which the ledger could not be reached."):
        holds("help of metrics", told in metrics, metrics)
    same("ready", daemon.ask("GET", "/readyz")[0], 200)
    time.sleep(2)  # a checkpoint is made every second; only what it covers is shown
    log = daemon.log
    same("stopping", daemon.stop(), 0)
    kept = counts_kept(record)
    same("the counts are recorded", [count["CN.year.sensitive"] for count in kept[:5]], [9990, 9990, 9999, 10000, 9999])
    verified = subprocess.run([COMITY, "record", "replay", str(record)], capture_output=True, text=True, timeout=120)
    same("the record replays", verified.returncode, 0)
    searched = [log, view, metrics, text] + [path.read_bytes().decode("latin-1") for path in record.rglob("*") if path.is_file()]
    holds("no digest in log, metrics, answers or record", not any(digest in str(part) for digest in used for part in searched))
    same("verify", subprocess.run([COMITY, "ledger", "verify", where], capture_output=True, timeout=60).returncode, 0)


def errors(folder, where, database):
    daemon = Daemon(folder, where)
    act = json.loads(beside("x", people(0, 1)))

    def detail(body):
        status, text = daemon.ask("POST", "/v1/judge", json.dumps(body))
        return status, json.loads(text).get("detail")

    def with_act(**change):
        return {"act": {**act["act"], **change}, "persons": act["persons"]}

    same("no exporter", detail(with_act(**{"from": {"state": "CN"}})),
         (400, "from.name: persons are counted by exporter, whose name the act does not say"))
    same("a long one", detail(with_act(to={"state": "SG", "name": "x" * 1025})), (400, "to.name: a text of 1025 bytes; at most 1024 are read"))
    vocabulary = json.loads(daemon.ask("GET", "/v1/law/vocabulary")[1])
    categories = [category["name"] for category in vocabulary["categories"]][:30]
    wide = with_act(data={"categories": categories, "origin": [state["code"] for state in vocabulary["states"] if len(state["code"]) == 2][:12]})
    same("many series", detail({**wide, "persons": {name: people(0, 1) for name in categories}}),
         (400, "the act's persons fall into more than 256 series of the ledger"))
    plain = Daemon(folder, None)
    status, text = plain.ask("POST", "/v1/judge", json.dumps(act))
    same("no ledger", (status, json.loads(text).get("detail")), (400, "persons are given, but no ledger is set that could count them"))
    same("no view", plain.ask("GET", "/v1/ledger")[0], 404)
    same("stopping", plain.stop(), 0)
    same("no category", detail({**act, "persons": {"helth": []}}), (400, 'persons: "helth" is no category; did you mean "health"?'))
    same("a person's name is not quoted", detail({**act, "persons": {"Anna Schmidt": []}}), (400, "persons: a text of 12 bytes is no category"))
    same("another category", detail({**act, "persons": {"biometric": people(0, 1)}}),
         (400, 'persons: "biometric" is not among the categories of the act\'s data'))
    same("no digest", detail({**act, "persons": {"health": ["Ada"]}}), (400, "persons: a person is a digest of 32 small hexadecimal digits"))
    same("no digits", detail({**act, "persons": {"health": ["G" * 32]}}), (400, "persons: a person is a digest of 32 small hexadecimal digits"))
    same("no lists", detail({**act, "persons": [1]}), (400, "persons: expected an object of lists of digests, by category"))
    same("no list", detail({**act, "persons": {"health": 1}}), (400, "persons: expected an object of lists of digests, by category"))
    same("counts given", detail(with_act(counts={"CN.year.sensitive": 1})),
         (400, "counts.CN.year.sensitive: with persons given, this count is the ledger's to give"))
    same("other counts stay", detail(with_act(counts={"US.12m.precise-location": 1}))[0], 200)
    same("many categories", detail({**act, "persons": {f"c{i}": [] for i in range(65)}}), (400, "persons: more than 64 categories"))
    same("a category that is none", detail({**act, "persons": {"x" * 65: []}}), (400, "persons: a text of 65 bytes is no category"))
    same("twice", daemon.ask("POST", "/v1/judge", '{"act":{},"act":{},"persons":{}}')[0], 400)
    same("nobody asks only", detail({**act, "persons": {}})[0], 200)
    same("early years", detail(with_act(on="1999-01-01"))[1], "the ledger counts from the year 2000 to 2062, not in 1999")
    lines = "\n".join([beside("batch", people(100, 2)), "{}", json.dumps(act["act"]), beside("batch", people(101, 2))])
    status, text = daemon.ask("POST", "/v1/judge", lines + "\n", "application/x-ndjson")
    answers = list(map(json.loads, text.splitlines()))
    same("a batch", (status, [("error" in answer) for answer in answers]), (200, [False, True, False, False]))
    rows = json.loads(daemon.ask("GET", "/v1/ledger?exporter=batch")[1])["rows"]
    same("a batch is counted", [row["persons"] for row in rows], [3])
    same("stopping", daemon.stop(), 0)


def race(folder, where, database):
    """Two daemons, one threshold: together they never let more than 9,999 go."""
    daemons = [Daemon(folder, where), Daemon(folder, where)]
    same("below", daemons[0].judge("racing", people(0, 9980))[1]["verdict"], "permit")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(lambda i: daemons[i % 2].judge("racing", people(30000 + i, 1))[1]["verdict"], range(40)))
    released = verdicts.count("permit")
    rows = json.loads(daemons[1].ask("GET", "/v1/ledger?exporter=racing")[1])["rows"]
    same("who went is counted", rows[0]["persons"], 9980 + released)
    holds("none too many", released <= 19, released)
    holds("nearly all that might", released >= 15, released)
    for daemon in daemons:
        same("stopping", daemon.stop(), 0)


def killed(folder, where, database):
    """A daemon that dies with reservations: they end by themselves, and what was answered is counted."""
    record = new_record(folder)
    daemon = Daemon(folder, where, record=record)
    answered = 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(daemon.judge, "dying", people(40000 + i, 1)) for i in range(400)]
        time.sleep(0.3)
        daemon.process.kill()
        daemon.process.wait()
        for one in asked:
            try:
                answered += one.result()[1].get("verdict") == "permit"
            except (OSError, http.client.HTTPException, ValueError):
                pass
    again = Daemon(folder, where)
    rows = json.loads(again.ask("GET", "/v1/ledger?exporter=dying")[1])["rows"]
    counted = rows[0]["persons"] if rows else 0
    holds("no answer is uncounted", counted >= answered, (counted, answered))
    holds("no more were counted than were under way", counted <= answered + 4, (counted, answered))
    same("stopping", again.stop(), 0)
    same("verify", subprocess.run([COMITY, "ledger", "verify", where], capture_output=True, timeout=60).returncode, 0)


def away(folder, where, database):
    """The database goes: counts are unknown, nothing uncounted is let go; it comes: all goes on."""
    if not database:
        return
    daemon = Daemon(folder, where)
    same("with it", daemon.judge("away", people(0, 1))[1]["verdict"], "permit")
    database.stop()
    status, judgement = daemon.judge("away", people(1, 1))
    same("where the count matters", (status, judgement.get("verdict")), (200, "undetermined"))
    holds("it says so", any("CN.year.sensitive" in question["fact"] for question in judgement["questions"]), judgement["questions"])
    plain = json.dumps({**ACT, "counts": {"CN.year.sensitive": 1}})
    same("acts without persons go on", json.loads(daemon.ask("POST", "/v1/judge", plain)[1])["verdict"], "permit")
    same("the view", title(daemon.ask("GET", "/v1/ledger")), (503, "The ledger cannot be read"))
    papers = ACT["papers"] + [{"kind": "security-assessment", "by": "CN.CAC", "under": ["CN"], "result": "passed", "from": "2026-01-01"}]
    same("what would go uncounted does not go", title(daemon.ask("POST", "/v1/judge", beside("away", people(1, 1), papers=papers))),
         (503, "The persons could not be counted"))
    holds("not ready", daemon.wait_ready(503))
    same("it says why", title(daemon.ask("GET", "/readyz")), (503, "The ledger cannot be reached"))
    begun = time.monotonic()
    daemon.judge("away", people(1, 1))
    holds("nobody waits for it", time.monotonic() - begun < 2)
    database.start()
    holds("ready again", daemon.wait_ready(200), daemon.log)
    same("as before", daemon.judge("away", people(1, 1))[1]["verdict"], "permit")
    backends = list(map(int, database.ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'comity'").split()))
    for backend in backends:  # only the server's processes of the connections there are
        os.kill(backend, signal.SIGSTOP)
    begun = time.monotonic()
    status, judgement = daemon.judge("away", people(2, 1))
    waited = time.monotonic() - begun
    for backend in backends:
        os.kill(backend, signal.SIGCONT)
    same("a server that hangs", (status, judgement.get("verdict")), (200, "undetermined"))
    holds("is not waited for any longer than is said", waited < 15, waited)
    holds("ready once more", daemon.wait_ready(200), daemon.log)
    same("stopping", daemon.stop(), 0)
    later = None
    database.stop()
    try:
        later = Daemon(folder, where)
        holds("started without it", '"started"' in later.log and "the ledger cannot be reached yet; it is tried again" in later.log, later.log)
        same("not ready", later.ask("GET", "/readyz")[0], 503)
    finally:
        database.start()
    holds("found later", later.wait_ready(200), later.log)
    same("stopping", later.stop(), 0)


def session(database, *commands):
    """A session of PostgreSQL's own client, that goes on by itself."""
    process = subprocess.Popen([database.programs / "psql", "-h", database.folder, "-U", "comity", "-d", "comity", "-Atq", *sum((["-c", text] for text in commands), [])],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={"LC_ALL": "C"})
    started.append(process)
    return process


def end_session(database, process):
    database.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()")
    process.wait(20)


def patient(folder, where, database):
    """PostgreSQL only: who expires what is over leaves alone what another ends at the moment: two that waited for each other would fail."""
    if not database:
        return
    Daemon(folder, where).stop()  # makes the tables
    over = "INSERT INTO ledger_reservations (id, exporter, until) VALUES (decode(md5('{}'), 'hex'), 1, 1)"
    for name in ("free", "held"):
        database.ask(over.format(name))
    ending = subprocess.Popen([database.programs / "psql", "-h", database.folder, "-U", "comity", "-d", "comity", "-Atc",
                               "BEGIN", "-c", "DELETE FROM ledger_reservations WHERE id = decode(md5('held'), 'hex')",
                               "-c", "SELECT pg_sleep(4)", "-c", "ROLLBACK"], stdout=subprocess.DEVNULL, env={"LC_ALL": "C"})
    time.sleep(0.5)
    daemon = Daemon(folder, where)
    left = "SELECT count(*), count(*) FILTER (WHERE id = decode(md5('{}'), 'hex')) FROM ledger_reservations"
    until = time.monotonic() + 3
    while ask_ledger(where, database, left.format("free"))[0][1] and time.monotonic() < until:
        time.sleep(0.1)
    same("the free one is gone, while the other is held", (ask_ledger(where, database, left.format("free")), ending.poll()), ([(1, 0)], None))
    ending.wait(30)
    until = time.monotonic() + 10
    while ask_ledger(where, database, left.format("held"))[0][1] and time.monotonic() < until:
        time.sleep(0.1)
    same("then that, too", ask_ledger(where, database, left.format("held")), [(0, 0)])
    same("stopping", daemon.stop(), 0)


def ask_ledger(where, database, sql):
    """Rows of two numbers."""
    if database:
        return [tuple(map(int, line.split("|"))) for line in database.ask(sql).splitlines() if "|" in line]
    with contextlib.closing(sqlite3.connect(where, timeout=30)) as file, file:
        return file.execute(sql).fetchall()


def remember(where, database, exporter, groups):
    """Puts persons of long ago under one of the exporter's series: groups of (how many, the last day, bits of years from 2000 on)."""
    series = f"(SELECT min(s.id) FROM ledger_series s JOIN ledger_exporters e ON e.id = s.exporter WHERE e.name = '{exporter}')"
    owner = f"(SELECT id FROM ledger_exporters WHERE name = '{exporter}')"
    numbers, digest = ("generate_series(1, {})", "decode(md5('{}-' || i), 'hex')") if database else (
        "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n)", "randomblob(16 + 0 * {})")
    days, years = {}, {}
    for group, (count, day, bits) in enumerate(groups):
        ask_ledger(where, database, f"INSERT INTO ledger_persons (exporter, series, digest, day, years) SELECT {owner}, {series}, {digest.format(group)}, {day}, {bits}"
                   f" FROM {numbers.format(count)} AS numbers (i)" if database else
                   f"INSERT INTO ledger_persons (exporter, series, digest, day, years) SELECT {owner}, {series}, {digest.format(group)}, {day}, {bits} FROM {numbers.format(count)}")
        days[day] = days.get(day, 0) + count
        for year in range(40):
            years[year] = years.get(year, 0) + (count if bits >> year & 1 else 0)
    for day, count in days.items():
        ask_ledger(where, database, f"INSERT INTO ledger_days (series, day, persons) VALUES ({series}, {day}, {count})")
    for year, count in years.items():
        if count:
            ask_ledger(where, database, f"INSERT INTO ledger_years (series, year, persons) VALUES ({series}, {2000 + year}, {count})")


def apart(folder, where, database):
    """PostgreSQL only: who waits for an exporter that another counts for holds up no other, and not for ever."""
    if not database:
        return
    daemon = Daemon(folder, where, "--threads", "5")  # who waits for the ledger has a thread to himself
    same("both known", [daemon.judge(name, people(0, 1))[1]["verdict"] for name in ("held", "free")], ["permit", "permit"])
    year = datetime.date.today().year  # the daemon keeps the year before, whenever it purges; the command is told to forget it
    remember(where, database, "held", [(1, (datetime.date(year - 1, 12, 20) - datetime.date(1970, 1, 1)).days, 1 << (year - 2001))])
    forget = [COMITY, "ledger", "purge", "--before", f"{year}-01-01", where]
    other = session(database, "BEGIN", "UPDATE ledger_exporters SET turn = turn + 1 WHERE name = 'held' RETURNING 'locked'", "SELECT pg_sleep(60)")
    same("held", other.stdout.readline().strip(), "locked")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(daemon.judge, "held", people(i, 1)) for i in (1, 2, 3)]
        begun = time.monotonic()
        connections = "0"
        while int(connections) < 2 and not all(one.done() for one in waiting):
            connections = database.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'comity'")
        holds("by connections of their own", int(connections) >= 2, connections)  # two may have met in one thread
        same("another goes on", [daemon.judge("free", people(i, 1))[1]["verdict"] for i in (1, 2, 3)], ["permit"] * 3)
        same("its own count is unknown in the end", [one.result()[1].get("verdict") for one in waiting], ["undetermined"] * 3)
        holds("in the time that is said", time.monotonic() - begun < 20, time.monotonic() - begun)
    told = "comity: the ledger: PostgreSQL: a statement: SQLSTATE 55P03\n"
    done = subprocess.run(forget, capture_output=True, text=True, timeout=60)
    same("the command is told why", (done.returncode, done.stderr), (2, told))
    purge = subprocess.Popen(forget, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    started.append(purge)
    cut = ("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'comity' AND wait_event_type = 'Lock'")
    while purge.poll() is None:  # a connection of the daemon's may wait beside it, and be cut first
        database.ask(cut)
        time.sleep(0.05)
    same("and that the connection is lost", purge.communicate(timeout=60)[1], "comity: the ledger: the connection to PostgreSQL is lost\n")
    end_session(database, other)
    holds("ready", daemon.wait_ready(200), daemon.log)
    same("as before", daemon.judge("held", people(1, 1))[1]["verdict"], "permit")
    same("stopping", daemon.stop(), 0)


def between(folder, where, database):
    """PostgreSQL only, where a row can be locked: a daemon killed when the record is durable and persons are not yet
    counted. Nothing was answered; they are held until their time is over, and then are not counted."""
    if not database:
        return
    record = new_record(folder)
    daemon = Daemon(folder, where, record=record)
    watching = ("DO $$ BEGIN FOR i IN 1..60000 LOOP PERFORM 1 FROM ledger_reservations LIMIT 1 FOR UPDATE;"
                " EXIT WHEN FOUND; PERFORM pg_sleep(0.001); END LOOP; END $$")
    other = session(database, "BEGIN", "SELECT 'watching'", watching, "SELECT 'locked'", "SELECT pg_sleep(60)")
    same("watching", other.stdout.readline().strip(), "watching")
    lines = "".join(beside("between", people(60000 + i, 1)) + "\n" for i in range(40))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(daemon.ask, "POST", "/v1/judge", lines, "application/x-ndjson")
        same("locked", other.stdout.readline().strip(), "locked")
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'comity' AND wait_event_type = 'Lock'"
        for _ in range(400):
            if database.ask(waiting) != "0" or asked.done():
                break
            time.sleep(0.01)
        daemon.process.kill()
        daemon.process.wait()
        try:
            answer = asked.result()[1]
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
    holds("nothing was answered", "permit" not in answer, answer)
    end_session(database, other)
    shown = subprocess.run([COMITY, "record", "verify", str(record)], capture_output=True, text=True, timeout=60)
    same("the record is whole", shown.returncode, 0)
    held = int(database.ask("SELECT count(*) FROM ledger_reservations"))
    holds("they are held", held >= 1, held)
    again = Daemon(folder, where, record=record)

    def counted():
        return sum(row["persons"] for row in json.loads(again.ask("GET", "/v1/ledger?exporter=between")[1])["rows"])

    # of the forty some may have been counted before, and some not even held when the daemon was killed
    before = counted()
    holds("and not counted", before + held <= 40, (before, held))
    database.ask("UPDATE ledger_reservations SET until = 0")
    for _ in range(300):
        if database.ask("SELECT count(*) FROM ledger_reservations") == "0":
            break
        time.sleep(0.1)
    same("nor later", (counted(), database.ask("SELECT count(*) FROM ledger_held")), (before, "0"))
    same("asked again, all are answered", again.ask("POST", "/v1/judge", lines, "application/x-ndjson")[1].count('"permit"'), 40)
    same("and counted once", counted(), 40)
    same("stopping", again.stop(), 0)
    same("verify", subprocess.run([COMITY, "ledger", "verify", where], capture_output=True, timeout=60).returncode, 0)


def locked(folder, where, database):
    """SQLite only: another holds the file too long; the file cannot grow; foreign and newer files."""
    if database:
        return
    daemon = Daemon(folder, where)
    same("free", daemon.judge("locked", people(0, 1))[1]["verdict"], "permit")
    other = sqlite3.connect(where, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, judgement = daemon.judge("locked", people(1, 1))
    same("held too long", (status, judgement.get("verdict")), (200, "undetermined"))
    other.execute("ROLLBACK")
    holds("free again", daemon.wait_ready(200), daemon.log)
    same("as before", daemon.judge("locked", people(1, 1))[1]["verdict"], "permit")
    same("stopping", daemon.stop(), 0)
    parent, child = pty.openpty()
    subprocess.run([COMITY, "ledger", "show", where], stdout=child, timeout=60, check=True)
    os.close(child)
    lines = read_terminal(parent).decode().splitlines()
    same("shown on a terminal, whose and how many below each other", (max(map(len, lines)) <= 80, len(lines) % 2, lines[0].split(), lines[1].split()),
         (True, 0, ["kind", "exporter", "origin", "destination"], ["name", "year", "persons", "12", "months"]))
    other.execute("UPDATE ledger_about SET version = 1")
    other.execute("DROP INDEX ledger_held_by_reservation")
    done = subprocess.run([COMITY, "ledger", "migrate", where], capture_output=True, text=True, timeout=60)
    same("an older schema is migrated", (done.returncode, done.stdout), (0, "version 1 is now version 3\n"))
    same("with all of it", other.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ledger_held_by_reservation'").fetchone()[0], 1)
    other.execute("UPDATE ledger_years SET persons = persons + 1")
    done = subprocess.run([COMITY, "ledger", "verify", where], capture_output=True, text=True, timeout=60)
    same("wrong numbers are found", (done.returncode, done.stderr),
         (1, "comity: the ledger: for the year 2026 it says 3 persons, but holds 2\n"))
    other.execute("UPDATE ledger_about SET version = 4")
    done = subprocess.run([COMITY, "ledger", "show", where], capture_output=True, text=True, timeout=60)
    same("a newer schema is refused", (done.returncode, done.stderr),
         (2, "comity: the ledger has version 4 of its schema, but this program knows 3\n"))
    other.execute("UPDATE ledger_about SET version = 0")
    done = subprocess.run([COMITY, "ledger", "show", where], capture_output=True, text=True, timeout=60)
    same("a damaged one too", done.stderr, "comity: the ledger: the table ledger_about is damaged\n")
    other.close()
    foreign = str(pathlib.Path(folder) / "foreign")
    with sqlite3.connect(foreign) as file:
        file.execute("CREATE TABLE songs (name TEXT)")
    file.close()
    done = subprocess.run([COMITY, "ledger", "show", foreign], capture_output=True, text=True, timeout=60)
    same("others' files are left alone", (done.returncode, done.stderr), (2, "comity: the ledger: the database holds tables of something else\n"))
    pathlib.Path(foreign).write_text("no database at all, but long enough to look at " * 30)
    daemon = Daemon(folder, foreign)
    same("no database", (daemon.process.wait(20), daemon.log.splitlines()[-1]), (2, "comityd: the ledger: opening: file is not a database"))
    settings = pathlib.Path(folder) / "settings"
    settings.write_text("ledger\n")
    done = subprocess.run([COMITYD, "--config", str(settings)], capture_output=True, text=True, timeout=20)
    same("no value", done.stderr, f"comityd: {settings}:1: expected ledger FILE or postgresql:CONNECTION, found 0 values\n")
    done = subprocess.run([COMITYD, "--ledger", "songs.db"], capture_output=True, text=True, timeout=20)
    same("no setting", done.stderr, "comityd: --ledger: a ledger is the absolute path of a file, or postgresql: and a connection\n")


def full(folder, where, database):
    """SQLite only: the file may not grow."""
    if database:
        return
    small = str(pathlib.Path(folder) / "small")
    with sqlite3.connect(small):
        pass
    limited = f"ulimit -f 6000; exec \"$@\""
    log = open(pathlib.Path(folder) / "full-log", "wb")
    socket_path = str(pathlib.Path(folder) / "full")
    process = subprocess.Popen(["bash", "-c", limited, "-", COMITYD, "--listen", f"unix:{socket_path}", "--law", IMAGE, "--spool", folder,
                                "--confine", "no", "--anonymous", "gate,counsel", "--ledger", small],
                               stderr=log, stdin=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN), restore_signals=False)
    daemon = Daemon.__new__(Daemon)
    daemon.socket, daemon.process, daemon.log_path = socket_path, process, pathlib.Path(folder) / "full-log"
    while '"started"' not in daemon.log and process.poll() is None:
        time.sleep(0.02)
    verdicts = [daemon.judge(f"full {i}", people(50000, 2000)) for i in range(12)]
    holds("it goes until it cannot, and then says so", verdicts[0][1]["verdict"] == "permit" and verdicts[-1][1].get("verdict") == "undetermined",
          [(status, answer.get("verdict")) for status, answer in verdicts])
    process.terminate()
    process.wait(30)
    same("what was counted is whole", subprocess.run([COMITY, "ledger", "verify", small], capture_output=True, timeout=60).returncode, 0)


def command(folder, where, database):
    def run(*arguments):
        done = subprocess.run([COMITY, "ledger", *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    daemon = Daemon(folder, where)
    daemon.judge("shown", people(0, 4), on="2012-05-01")
    same("2012 has no such law", daemon.judge("shown", people(2, 3))[1]["verdict"], "permit")
    same("stopping", daemon.stop(), 0)
    status, out, _ = run("show", "--exporter", "shown", "--on", "2026-11-24", where)
    holds("a table", status == 0 and "health" in out and "CN.year.sensitive" in out, out)
    status, out, _ = run("show", "--json", "--exporter", "shown", "--year", "2026", "--on", "2026-11-24", where)
    rows = list(map(json.loads, out.splitlines()))
    same("as JSON", [row for row in rows if row["kind"] == "flow"],
         [{"kind": "flow", "exporter": "shown", "origin": "CN", "destination": "SG", "name": "health", "year": 2026, "persons": 3, "persons_12_months": 3}])
    same("up to date", run("migrate", where), (0, "version 3 is the newest\n", ""))
    status, out, _ = run("key", where)
    holds("the key", status == 0 and len(out.strip()) == 32, status)
    status, out, _ = run("purge", "--before", "2013-01-01", where)
    holds("purge", status == 0 and out.endswith("persons forgotten\n"), out)
    same("twice", run("purge", "--before", "2013-01-01", where), (0, "0 persons forgotten\n", ""))
    status, out, _ = run("verify", where)
    same("verify", (status, out), (0, f"{out.split()[0]} numbers agree with the persons kept\n"))
    older = "UPDATE ledger_about SET version = 2"
    if database:
        database.ask(older)
    else:
        with sqlite3.connect(where) as file:
            file.execute(older)
        file.close()
    same("an older one is migrated", run("migrate", where), (0, "version 2 is now version 3\n", ""))
    same("and whole", run("verify", where)[0], 0)
    same("a verb", run("count", where)[::2], (2, "comity ledger: 'count' is no verb; there are show, verify, purge, migrate and key\nSee 'comity ledger --help'.\n"))
    same("no ledger", run("show")[::2], (2, "comity ledger: show: expected one ledger: the absolute path of a file, or postgresql:CONNECTION\nSee 'comity ledger --help'.\n"))
    same("no day", run("purge", where)[::2], (2, "comity ledger: purge: --before DAY is wanted: what was last seen before its year is forgotten\nSee 'comity ledger --help'.\n"))
    same("no verb", run()[::2], (2, run("--help")[1]))
    same("no option", run("show", "--all", where)[::2], (2, "comity ledger: show: --all is no option\nSee 'comity ledger --help'.\n"))
    same("no year", run("show", "--year", "x", where)[::2], (2, "comity ledger: show: --year: expected a year of four digits\nSee 'comity ledger --help'.\n"))
    same("no such file is made", run("show", "/no/such/ledger")[::2], (2, "comity: /no/such/ledger: No such file or directory\n"))


def forgotten(folder, where, database):
    """What no law counts any more goes in parts, while counting goes on; numbers and persons agree all the time."""
    daemon = Daemon(folder, where)
    same("known", daemon.judge("old", people(0, 1))[1]["verdict"], "permit")
    remember(where, database, "old", [(15_000, 15095, 1 << 11), (5_000, 16191, 1 << 11 | 1 << 14), (15_000, 15461, 1 << 12), (5_000, 16191, 1 << 12 | 1 << 14)])
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        purge = pool.submit(subprocess.run, [COMITY, "ledger", "purge", "--before", "2012-01-01", where], capture_output=True, text=True, timeout=120)
        slowest, number = 0, 0
        while not purge.done() or number < 3:
            begun = time.monotonic()
            same("meanwhile, whoever counts goes on", daemon.judge("old", people(100_000 + number, 1))[1]["verdict"], "permit")
            slowest = max(slowest, time.monotonic() - begun)
            checked = subprocess.run([COMITY, "ledger", "verify", where], capture_output=True, text=True, timeout=60)
            same("and the numbers agree", (checked.returncode, checked.stderr), (0, ""))
            number += 1
    holds("at once", slowest < 2, slowest)
    same("those who were last seen before", purge.result().stdout, "15000 persons forgotten\n")
    same("what is left", ask_ledger(where, database, "SELECT year, persons FROM ledger_years WHERE year < 2020 ORDER BY year"), [(2012, 20_000), (2014, 10_000)])
    same("and of days", ask_ledger(where, database, "SELECT day, persons FROM ledger_days WHERE day < 18000 ORDER BY day"), [(15461, 15_000), (16191, 10_000)])
    same("stopping", daemon.stop(), 0)


TESTS = [unit, threshold, errors, command, race, killed, away, apart, between, locked, patient, full, forgotten]


def add(kind, folder, database):
    """Each test, on this kind of database."""
    for number, one in enumerate(TESTS):
        def whole(number=number, one=one):
            own = pathlib.Path(folder) / f"{kind}-{number}"
            own.mkdir()
            if database:
                database.run("psql", "-h", database.folder, "-U", "comity", "-d", "comity", "-qc", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            try:
                one(str(own), database.where if database else str(own / "ledger"), database)
            finally:
                for process in started:
                    if process.poll() is None:
                        process.kill()
                        process.wait()
                started.clear()
        whole.__name__ = f"{one.__name__}, {kind}"
        test(whole)


def on_both():
    folder, server = tempfile.mkdtemp(prefix="comity-ledger-"), tempfile.mkdtemp(prefix="comity-postgres-")
    database = None
    try:
        add("sqlite", folder, None)
        try:
            database = Postgres(server)
            add("postgresql", folder, database)
        except FileNotFoundError as error:
            tally.skipped += 1
            print(f"ledger: skipped: {error}", file=sys.stderr)
        return main("ledger", *sys.argv[5:6])
    finally:
        if database and database.process:
            database.stop()
        shutil.rmtree(server, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(on_both())
