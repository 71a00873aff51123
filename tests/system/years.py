#!/usr/bin/env python3
"""A record with a log for every year, as a daemon serves it: lists, entries, proofs,
flows and live events that reach into earlier years, and erasing there.

    years.py COMITY COMITYD IMAGE CLOCK [NAME]

Everything is made here, on loopback, in a folder that goes away. NAME: only tests
whose names hold it.
"""
import calendar
import contextlib
import http.client
import json
import os
import pathlib
import socket
import sys
import tempfile
import time

from common import JSON, NDJSON, ROOT, Daemon, fail, holds, main, problem, run, same, test, use

COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
CLOCK = str(pathlib.Path(sys.argv[4]).resolve())
ROLES = "gate,counsel,auditor,admin"


def clock(moment):
    """What lets a daemon begin at a moment (UTC)."""
    seconds = calendar.timegm(time.strptime(moment, "%Y-%m-%dT%H:%M:%S"))
    return {"LD_PRELOAD": CLOCK, "COMITY_TEST_CLOCK_FROM": str(seconds)}


def act(origin, destination="BR"):
    return json.dumps({"act": "transfer", "on": "2026-01-01", "from": origin, "to": destination})


def judge(running, acts):
    """Judges, and waits until a checkpoint covers all."""
    before = running.get("/v1/record")["size"]
    same("judged", running.ask("POST", "/v1/judge", "\n".join(acts) + "\n", NDJSON)[0], 200)
    covered(running, before + len(acts))


def covered(running, size, log=""):
    until = time.monotonic() + 30
    while running.get(f"/v1/record{log}")["size"] < size:
        if time.monotonic() > until:
            raise RuntimeError(f"no checkpoint over {size}")
        time.sleep(0.05)


def at(folder, moment, *options):
    return Daemon(folder, "--anonymous", ROLES, "--record", f"{folder}/record", *options, environment=clock(moment))


@contextlib.contextmanager
def three_years():
    """A daemon in the year 2026, with three entries of 2024, four of 2025, and five of its own; each year is of another state."""
    with tempfile.TemporaryDirectory(prefix="comity-years-") as folder:
        os.chmod(folder, 0o755)
        same("made", run(COMITY, "record", "init", "--yearly", "--origin", "example.org/years", f"{folder}/record",
                         env={**os.environ, **clock("2024-06-01T00:00:00")}).returncode, 0)
        for year, origin, count in ((2024, "DE", 3), (2025, "FR", 4)):
            running = at(folder, f"{year}-06-01T00:00:00")
            judge(running, [act(origin)] * count)
            same("stops", running.stop(), 0)
        pathlib.Path(folder, "record/2023").mkdir()  # begun, and never made
        running = at(folder, "2026-06-01T00:00:00")
        running.folder = folder
        judge(running, [act("KR")] * 5)
        try:
            yield running
        finally:
            if running.stop() != 0:
                fail(running.log[-2000:])


def entries(page):
    return [(row["log"], row["entry"]) for row in page["judgements"]]


ALL = [("2026", i) for i in range(4, -1, -1)] + [("2025", i) for i in range(3, -1, -1)] + [("2024", i) for i in range(2, -1, -1)]


def pages(running, query):
    """All that a reader comes to who goes on, through the logs, until nothing is left; and how many pages that were."""
    seen, where = [], ""
    for count in range(1, 40):
        page = running.get(f"/v1/judgements?{query}{where}")
        seen += entries(page)
        if page["next"] is not None:
            where = f"&log={page['log']}&before={page['next']}"
        elif page["earlier"] is not None:
            where = f"&log={page['earlier']}"
        else:
            return seen, count
    raise RuntimeError("it never ends")


@test
def lists_go_on_in_earlier_years():
    with three_years() as running:
        page = running.get("/v1/judgements")
        same("the newest log, and which is before", (entries(page), page["log"], page["next"], page["earlier"]), (ALL[:5], "2026", None, "2025"))
        same("all, page by page", pages(running, "limit=2"), (ALL, 7))
        same("by state", pages(running, "from=DE")[0], ALL[-3:])
        page = running.get("/v1/judgements?log=2024")
        same("one year's", (entries(page), page["log"], page["earlier"]), (ALL[-3:], "2024", None))
        same("until then", running.get("/v1/judgements?until=2026-01-01")["log"], "2025")
        same("until the middle of a year", running.get("/v1/judgements?until=2025-02-01")["log"], "2025")
        same("until before all", running.get("/v1/judgements?until=2020-01-01")["log"], "2024")
        same("since this year", pages(running, "since=2026-01-01"), (ALL[:5], 1))
        same("since the last", pages(running, "since=2025-03-01"), (ALL[:9], 2))
        same("a year", pages(running, "since=2025-01-01&until=2026-01-01"), (ALL[5:9], 1))
        problem("no such year", running.ask("GET", "/v1/judgements?log=2022"), 404, "There is no log of that name")
        problem("a year to come", running.ask("GET", "/v1/judgements?log=2027"), 404)
        problem("a folder that is no record", running.ask("GET", "/v1/judgements?log=2023"), 404)
        problem("no year", running.ask("GET", "/v1/judgements?log=../2025"), 400, "Not a question that can be answered",
                'log: "../2025" is no year: expected four digits')
        flows = lambda query: [(flow["from"], sum(flow[one] for one in ("permit", "conditional", "refuse", "undetermined")))
                               for flow in running.get(f"/v1/flows{query}")["flows"]]
        same("flows of all years", flows(""), [("DE", 3), ("FR", 4), ("KR", 5)])
        same("flows of a period", flows("?since=2025-03-01"), [("FR", 4), ("KR", 5)])
        same("flows of a year", flows("?since=2025-01-01&until=2026-01-01"), [("FR", 4)])
        same("all was looked at", running.get("/v1/flows")["complete"], True)


@test
def an_entry_of_an_earlier_year_is_told_and_proved():
    with three_years() as running:
        status, headers, _ = running.ask("POST", "/v1/judge", act("KR"), JSON)
        same("an answer says in which log it is", (status, headers["comity-record"], headers["comity-log"]), (200, "5", "2026"))
        covered(running, 6)
        for log, origin, size in (("2024", "DE", 3), ("2025", "FR", 4), ("2026", "KR", 6)):
            one = running.get(f"/v1/judgements/1?log={log}")
            same(f"{log}: one", (one["entry"], one["log"], one["act"]["from"], one["time"][:4]), (1, log, origin, log))
            record = running.get(f"/v1/record?log={log}")
            same(f"{log}: the record", (record["origin"], record["size"], record["log"], record["logs"], record["keys"], record["past_keys"]),
                 (f"example.org/years/{log}", size, log, ["2024", "2025", "2026"], [record["key"]], []))
            same(f"{log}: its checkpoint", running.ask("GET", f"/v1/record/checkpoint?log={log}")[2], record["checkpoint"])
            tile = running.ask("GET", f"/v1/record/tile/0/000.p/{size}?log={log}")
            same(f"{log}: a tile", (tile[0], len(tile[2])), (200, 32 * size))
            receipt, judgement, policy = (pathlib.Path(running.folder, name) for name in ("receipt", "judgement", "policy"))
            receipt.write_text(running.ask("GET", f"/v1/record/proof/1?log={log}")[2])
            whole = running.ask("GET", f"/v1/judgements/1?log={log}")[2]
            judgement.write_text(whole[whole.index('"judgement":') + 12:whole.index(',"explained"')])
            policy.write_text(f"log {record['key']}\nquorum none\n")
            verified = run(COMITY, "record", "verify", "--policy", policy, "--receipt", receipt, "--judgement", judgement)
            same(f"{log}: its receipt", verified.returncode, 0)
        same("without a name it is the newest", running.get("/v1/judgements/1")["log"], "2026")
        for path in ("judgements/1", "record", "record/checkpoint", "record/cosigned", "record/proof/1", "record/tile/0/000"):
            problem(f"no such log: {path}", running.ask("GET", f"/v1/{path}?log=2022"), 404, "There is no log of that name")
        problem("nothing but a year leads anywhere", running.ask("GET", "/v1/record/checkpoint?log=2025%2F..%2F2024"), 404)


class Events:
    """Live events, read as they come."""

    def __init__(self, running, after):
        self.connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        self.connection.request("GET", "/v1/judgements/events", headers={"Last-Event-ID": after} if after else {})
        self.answer = self.connection.getresponse()

    def next(self, count):
        """So many ids, or the names of other events with their data."""
        told, name = [], ""
        while len(told) < count:
            key, _, value = self.answer.readline().decode().rstrip("\n").partition(": ")
            if key == "event" and value != "judgement":
                name = value
            elif key == "id":
                told.append(value)
            elif key == "data" and name:
                told.append((name, json.loads(value)))
                name = ""
        return told

    def close(self):
        self.connection.close()


@test
def who_follows_and_is_behind_gets_the_rest_of_the_old_log_first():
    with three_years() as running:
        ids = [f"{log}/{entry}" for log, entry in reversed(ALL)]
        for begin in (0, 2, 5, 8):
            events = Events(running, ids[begin])
            same(f"behind {ids[begin]}", events.next(len(ids) - begin - 1), ids[begin + 1:])
            events.close()
        events = Events(running, "1")
        same("a number alone is of the newest", events.next(3), ids[-3:])
        events.close()
        problem("no entry", running.ask("GET", "/v1/judgements/events?after=2026-1"), 400, None,
                'after: "2026-1" is no entry: expected a number, or a year and a number, as in 2026/17')
        problem("no such log", running.ask("GET", "/v1/judgements/events?after=2022/1"), 404, "There is no log of that name")
        problem("no header of ours", running.ask("GET", "/v1/judgements/events", headers={"Last-Event-ID": "x"}), 400, None, "Last-Event-ID: no number of an entry")


@test
def a_follower_who_does_not_read_at_the_turn_of_the_year_misses_nothing():
    with tempfile.TemporaryDirectory(prefix="comity-years-") as folder:
        os.chmod(folder, 0o755)
        run(COMITY, "record", "init", "--yearly", "--origin", "example.org/years", f"{folder}/record", env={**os.environ, **clock("2026-12-31T23:59:50")})
        running = at(folder, "2026-12-31T23:59:54")
        try:
            slow = socket.socket()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.settimeout(60)
            slow.connect(("127.0.0.1", running.port))
            slow.sendall(b"GET /v1/judgements/events HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = http.client.HTTPResponse(slow, method="GET")
            answer.begin()
            running.ask("POST", "/v1/judge", "\n".join([act("KR")] * 3000), NDJSON)  # more than its queue holds
            running.wait_for("year", seconds=30)
            running.ask("POST", "/v1/judge", act("DE"), JSON)
            covered(running, 1)
            time.sleep(1)  # the follower's thread has come by
            ids, names = [], []
            while ids[-1:] != ["2027/0"]:
                key, _, value = answer.readline().decode().rstrip("\n").partition(": ")
                ids += [value] if key == "id" else []
                names += [value] if key == "event" and value != "judgement" else []
            same("each, and nothing else", (ids, names), ([f"2026/{i}" for i in range(3000)] + ["2027/0"], []))
            slow.close()
        finally:
            same("stops", running.stop(), 0)


def erase(running, **what):
    return running.ask("POST", "/v1/record/erase", json.dumps(what), JSON)


@test
def an_entry_of_an_earlier_year_is_erased_by_the_daemon():
    with three_years() as running:
        address = f"http://127.0.0.1:{running.port}"
        problem("which log is never guessed", erase(running, entry=1), 400, "Not what can be erased",
                'every year has a log of its own: say in which the entry is, with "log": "YEAR"')
        same("one of last year", json.loads(erase(running, entry=1, log="2025")[2]), {"erased": 1})
        same("one of this", json.loads(erase(running, entry=2, log="2026")[2]), {"erased": 1})
        told = run(COMITY, "record", "erase", "--daemon", address, "--log", "2024", 0)
        same("by the command", (told.returncode, told.stdout), (0, "1 erased\n"))
        told = run(COMITY, "record", "erase", "--daemon", address, 0)
        same("which must say it too", (told.returncode, told.stderr),
             (2, f'comity: {address}: Not what can be erased: every year has a log of its own: say in which the entry is, with "log": "YEAR"\n'))
        same("the log says where", [(one["log"], one["entry"]) for one in running.events("erased")], [("2025", 1), ("2026", 2), ("2024", 0)])
        for log, gone, count in (("2024", 0, 3), ("2025", 1, 4), ("2026", 2, 5)):
            statuses = [running.ask("GET", f"/v1/judgements/{i}?log={log}")[0] for i in range(count)]
            same(f"{log}: it and no other", statuses, [410 if i == gone else 200 for i in range(count)])
            same(f"{log}: it is whole", run(COMITY, "record", "verify", f"{running.folder}/record/{log}").returncode, 0)
        problem("beyond its end", erase(running, entry=4, log="2025"), 404, "The record has nothing of the kind")
        problem("no such log", erase(running, entry=1, log="2022"), 404, "The record has nothing of the kind", "no year of this name has a log")
        problem("a log of all before a day", erase(running, before="2026-01-01", log="2025"), 400)
        same("by age, all years", json.loads(erase(running, before="2026-01-01")[2]), {"erased": 5})
        for options, text in ((("--log", "2025", f"{running.folder}/record/2025", 1), "erase: --log goes with --daemon and the number of an entry"),
                              (("--daemon", address, "--log", "2025", "--before", "2026-01-01"), "erase: --log goes with --daemon and the number of an entry")):
            told = run(COMITY, "record", "erase", *options)
            same("options", (told.returncode, told.stderr.splitlines()[0]), (2, f"comity record: {text}"))


@test
def more_years_than_anybody_keeps_are_told():
    with three_years() as running:
        for year in range(1600, 1857):
            pathlib.Path(running.folder, f"record/{year}").mkdir()
            pathlib.Path(running.folder, f"record/{year}/record").touch()
        problem("erasing", erase(running, before="2026-01-01"), 503, "It could not be erased", "more than 256 years have a log")
        problem("looking", running.ask("GET", "/v1/record"), 503, "The record cannot be read")
        same("judging goes on", running.ask("POST", "/v1/judge", act("KR"), JSON)[0], 200)


@test
def one_log_for_ever_has_no_years():
    with tempfile.TemporaryDirectory(prefix="comity-years-") as folder:
        os.chmod(folder, 0o755)
        run(COMITY, "record", "init", "--origin", "example.org/one", f"{folder}/record")
        running = Daemon(folder, "--anonymous", ROLES, "--record", f"{folder}/record")
        try:
            judge(running, [act("KR")] * 2)
            page = running.get("/v1/judgements")
            same("lists", (page["log"], page["earlier"], ["log" in row for row in page["judgements"]]), (None, None, [False, False]))
            record = running.get("/v1/record")
            same("the record", (record["log"], record["logs"]), (None, []))
            holds("an answer", "comity-log" not in running.ask("POST", "/v1/judge", act("KR"), JSON)[1])
            problem("a year", running.ask("GET", "/v1/record?log=2026"), 404, "There is no log of that name")
            problem("an entry of a year", erase(running, entry=1, log="2026"), 404)
            same("an entry", json.loads(erase(running, entry=1)[2]), {"erased": 1})
        finally:
            same("stops", running.stop(), 0)


@test
def all_keys_of_a_log_are_told():
    with tempfile.TemporaryDirectory(prefix="comity-years-") as folder:
        os.chmod(folder, 0o755)
        record = f"{folder}/record"
        run(COMITY, "record", "init", "--origin", "example.org/keys", record)
        run(COMITY, "record", "rotate", record)
        two = [line.split()[1] for line in run(COMITY, "record", "show", record).stdout.splitlines() if line.startswith("key ")]
        run(COMITY, "record", "rotate", "--retire", two[0].split("+")[1], record)
        run(COMITY, "record", "rotate", record)
        shown = json.loads(run(COMITY, "record", "show", "--json", record).stdout)
        running = Daemon(folder, "--anonymous", ROLES, "--record", record)
        try:
            told = running.get("/v1/record")
            same("those that sign, and those that did", (told["keys"], told["past_keys"], told["key"]), (shown["keys"], shown["past_keys"], shown["keys"][0]))
            same("so many", (len(told["keys"]), len(told["past_keys"])), (2, 1))
        finally:
            same("stops", running.stop(), 0)


if __name__ == "__main__":
    sys.exit(main("years", *sys.argv[5:6]))
