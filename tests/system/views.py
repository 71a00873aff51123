#!/usr/bin/env python3
"""What comityd shows of itself: who asks, the vocabulary, judgements by filters, one
in full, flows, the record, live events, files of the dashboard, inspecting.

    views.py COMITY COMITYD IMAGE [NAME]

Everything is made here, on loopback, in a folder that goes away. NAME: only tests
whose names hold it.
"""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sys
import tempfile
import time

from common import JSON, NDJSON, ROOT, Daemon, Programs, daemon, fail, holds, main, new_record, new_token, problem, run, same, test, use

COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
ACTS = (ROOT / "examples/acts.ndjson").read_text().splitlines()
GATE = '{"act":"transfer","from":{"state":"DE","name":"${comity-name}"},"to":"BR"}'


@contextlib.contextmanager
def recording(*options, roles="gate,counsel,auditor"):
    """A daemon with a record, in which everybody may do all; `policy` trusts its log."""
    with tempfile.TemporaryDirectory(prefix="comity-views-") as folder:
        os.chmod(folder, 0o755)
        record, key = new_record(folder)
        running = Daemon(folder, "--record", record, *(("--anonymous", roles) if roles else ()), *options)
        running.folder, running.record, running.key = folder, record, key
        try:
            yield running
        finally:
            running.status = running.stop()
            if running.status != 0:
                holds(f"ends in 0, not {running.status}", False, running.log[-2000:])


def judge(running, acts, **headers):
    answer = running.ask("POST", "/v1/judge", "\n".join(acts) + "\n", dict(NDJSON, **headers))
    return [json.loads(line) for line in answer[2].splitlines()]


def covered(running, size, token=None):
    """Waits until a checkpoint covers so many entries."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        checkpoint = running.ask("GET", "/v1/record/checkpoint", headers={"Authorization": "Bearer " + token} if token else None)
        if checkpoint[0] == 200 and int(checkpoint[2].splitlines()[1]) >= size:
            return
        time.sleep(0.05)
    raise RuntimeError(f"no checkpoint over {size}: {checkpoint}")


# ---- who asks ----


@test
def everybody_learns_who_he_is():
    token, digest = new_token()
    with daemon("--token", f"legal auditor,counsel {digest}", "--anonymous", "gate") as running:
        me = running.get("/v1/me", token)
        built = me["law"].pop("built")
        same("by token", me, {"name": "legal", "roles": ["counsel", "auditor"], "record": False, "ledger": False,
                              "version": run(COMITY, "--version").stdout.split()[1],
                              "law": {"hash": running.get("/v1/law", token)["law"]}})
        same("when the law's file was written", built, time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(int(os.stat(IMAGE).st_mtime))))
        me = running.get("/v1/me")
        same("by nothing", (me["name"], me["roles"]), ("anonymous", ["gate"]))
        problem("a token nobody knows", running.ask("GET", "/v1/me", headers={"Authorization": "Bearer x"}), 401,
                "Show who you are: a bearer token, or a unix socket of a user we know")
    with daemon() as running:
        problem("nobody", running.ask("GET", "/v1/me"), 401)
    with recording() as running:
        same("a record", running.get("/v1/me")["record"], True)


@test
def the_vocabulary_is_that_of_the_law():
    with daemon("--anonymous", "authority") as running:
        vocabulary = running.get("/v1/law/vocabulary")
        taxonomy = (ROOT / "law/taxonomy.law").read_text()
        same("acts", vocabulary["acts"], ["transfer", "store", "collect", "disclose", "operate", "offer"])
        categories = {one["name"]: one for one in vocabulary["categories"]}
        same("a category", categories["human-genomic"], {"name": "human-genomic", "label": "human genomic data", "parents": ["human-omic"]})
        same("one without parents", categories["personal"]["parents"], [])
        for line in taxonomy.splitlines():
            words = line.split()
            if words[:1] == ["category"] and words[2] == "of":
                same(words[1], sorted(categories[words[1]]["parents"]), sorted(word.strip(",") for word in line.split('"')[0].split()[3:] if word != "of"))
        for key, word in (("purposes", "purpose"), ("papers", "paper"), ("kinds", "kind"), ("circumstances", "circumstance")):
            names = {one["name"] for one in vocabulary[key]}
            declared = {line.split()[1] for line in taxonomy.splitlines() if line.split()[:1] == [word]}
            same(f"{key} of the taxonomy are there", sorted(declared - names), [])
        states = {one["code"]: one for one in vocabulary["states"]}
        holds("states", states["DE"]["name"] and states["DE"]["law"] in (True, False) and len(states) > 190, len(states))
        holds("unions", "EU" in {one["code"] for one in vocabulary["unions"]} and "EU" not in states)
        same("the law", vocabulary["law"], running.get("/v1/law")["law"])


# ---- judgements ----


@test
def judgements_are_listed_newest_first():
    with recording() as running:
        told = judge(running, ACTS)
        covered(running, len(ACTS))
        page = running.get("/v1/judgements")
        same("entries", [row["entry"] for row in page["judgements"]], list(range(len(ACTS) - 1, -1, -1)))
        same("to the beginning", (page["next"], page["scanned"]), (None, len(ACTS)))
        same("verdicts", [row["verdict"] for row in reversed(page["judgements"])], [one["verdict"] for one in told])
        same("law", {row["law"] for row in page["judgements"]}, {told[0]["law"]})
        same("members", sorted(page["judgements"][0]), sorted(["entry", "time", "verdict", "act", "from", "to", "origin", "categories",
                                                              "persons", "rules", "gate", "law"]))
        for row, act in zip(reversed(page["judgements"]), map(json.loads, ACTS)):
            state = lambda party: party.get("state") if isinstance(party, dict) else party
            same(f"{act['id']}: what of the act is told", [row["act"], row["from"], row["to"], row["gate"]],
                 [act["act"], state(act.get("from")), state(act.get("to")), "anonymous"])
            same(f"{act['id']}: categories", sorted(row["categories"]), sorted(c for c in act.get("data", {}).get("categories", []) if c != "..."))
        table = run(COMITY, "judge", "--table", "--law", IMAGE, input="\n".join(ACTS)).stdout.splitlines()
        for row, line in zip(reversed(page["judgements"]), table):
            rule = [word for word in line[48:].split() if "." in word]
            if rule:
                same("the rule that weighs most", row["rules"][:1], rule)
        seen, before = [], ""
        for _ in range(20):
            page = running.get(f"/v1/judgements?limit=5{before}")
            holds("a page's size", len(page["judgements"]) <= 5, page)
            seen += [row["entry"] for row in page["judgements"]]
            if page["next"] is None:
                break
            same("the next page begins behind", page["next"], seen[-1])
            before = f"&before={page['next']}"
        same("all pages together", seen, list(range(len(ACTS) - 1, -1, -1)))


@test
def judgements_are_filtered():
    with recording() as running:
        told = judge(running, ACTS)
        covered(running, len(ACTS))
        acts = [json.loads(act) for act in ACTS]

        def entries(query):
            return sorted(row["entry"] for row in running.get(f"/v1/judgements?{query}")["judgements"])

        def expected(condition):
            return [i for i, (act, one) in enumerate(zip(acts, told)) if condition(act, one)]

        state = lambda act, side: act[side].get("state") if isinstance(act.get(side), dict) else act.get(side)
        for verdict in ("permit", "conditional", "undetermined", "refuse"):
            same(verdict, entries(f"verdict={verdict}"), expected(lambda act, one: one["verdict"] == verdict))
        same("two verdicts", entries("verdict=refuse&verdict=permit"), expected(lambda act, one: one["verdict"] in ("refuse", "permit")))
        same("an act", entries("act=disclose"), expected(lambda act, one: act["act"] == "disclose"))
        same("from", entries("from=DE"), expected(lambda act, one: state(act, "from") == "DE"))
        same("to", entries("to=US"), expected(lambda act, one: state(act, "to") == "US"))
        same("a state", entries("state=CN"), expected(lambda act, one: "CN" in one["touched"]))
        same("a rule", entries("rule=EU.GDPR.44"), expected(lambda act, one: any(rule["rule"] == "EU.GDPR.44" for rule in one["rules"])))
        parents = {one["name"]: one["parents"] for one in running.get("/v1/law/vocabulary")["categories"]}

        def within(category):
            return category == "sensitive" or any(map(within, parents.get(category, [])))

        same("a category, and those below it", entries("category=sensitive"),
             expected(lambda act, one: any(map(within, act.get("data", {}).get("categories", [])))))
        same("a gate", (len(entries("gate=anonymous")), entries("gate=other")), (len(ACTS), []))
        same("two at once", entries("from=DE&to=US&verdict=permit"),
             expected(lambda act, one: (state(act, "from"), state(act, "to"), one["verdict"]) == ("DE", "US", "permit")))
        same("of the future", entries("since=2999-01-01"), [])
        same("of the past", entries("until=2020-01-01T00:00:00Z"), [])
        same("of now", len(entries("since=2020-01-01&until=2999-01-01")), len(ACTS))
        for query, detail in (("verdict=maybe", 'verdict: "maybe" is no verdict; there are permit, conditional, undetermined and refuse'),
                              ("from=", 'from: "" is no name: at most 64 letters, digits, \'-\', \'_\' and \'.\''),
                              ("from", 'from: "" is no name: at most 64 letters, digits, \'-\', \'_\' and \'.\''),
                              ("to=a%20b", 'to: "a b" is no name: at most 64 letters, digits, \'-\', \'_\' and \'.\''),
                              ("limit=0", 'limit: "0" is no number from 1 to 500'), ("limit=501", 'limit: "501" is no number from 1 to 500'),
                              ("before=x", 'before: "x" is no number from 0 to 999999999999999999'),
                              ("since=yesterday", 'since: "yesterday" is no date: expected YYYY-MM-DD'),
                              ("until=2026-01-01T00:00", 'until: "2026-01-01T00:00" is no time: expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ'),
                              ("after=1", '"after" is no argument here'), ("who=me", '"who" is no argument here'),
                              ("to=US&to=BR", "to is given twice")):
            problem(query, running.ask("GET", f"/v1/judgements?{query}"), 400, "Not a question that can be answered", detail)


@test
def gates_are_named():
    token, digest = new_token()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "gate.json")
        path.write_text(GATE)
        os.chmod(folder, 0o755)
        with recording("--gate", f"archive {path}", "--token", f"shop gate {digest}") as running:
            running.ask("GET", "/v1/auth_request/archive", headers={"Comity-Name": "x"})
            running.ask("POST", "/v1/judge", ACTS[0], dict(JSON, Authorization="Bearer " + token))
            covered(running, 2)
            same("gate and caller", [row["gate"] for row in running.get("/v1/judgements")["judgements"]], ["shop", "archive"])
            same("asked for", [row["entry"] for row in running.get("/v1/judgements?gate=archive")["judgements"]], [0])
            shown = json.loads(run(COMITY, "record", "show", running.record, "1").stdout)
            same("and by the command", shown["gate"], "shop")
            record = running.record
            same("judged the same again", run(COMITY, "record", "replay", record).returncode, 0)


@test
def one_judgement_is_told_in_full():
    token, digest = new_token()
    auditor, auditor_digest = new_token()
    with recording("--token", f"legal counsel {digest}", "--token", f"books auditor {auditor_digest}", roles="gate") as running:
        bearer = {"Authorization": "Bearer " + token}
        told = judge(running, ACTS, **bearer)
        covered(running, len(ACTS), token)
        for index in (0, 5, len(ACTS) - 1):
            one = running.get(f"/v1/judgements/{index}", token)
            same(f"{index}: the judgement", one["judgement"], told[index])
            same(f"{index}: the act", one["act"], json.loads(ACTS[index]))
            asked = json.loads(running.ask("POST", "/v1/ask", ACTS[index], dict(JSON, **bearer))[2])
            same(f"{index}: the words", one["explained"], {"words": asked["words"], "remedy": asked["remedy"]})
            same(f"{index}: the rest", (one["entry"], one["gate"], one["law"]), (index, "legal", told[index]["law"]))
        problem("beyond the end", running.ask("GET", "/v1/judgements/1000", headers=bearer), 404, "There is no such entry under the checkpoint")
        problem("no number", running.ask("GET", "/v1/judgements/x", headers=bearer), 404)
        problem("auditors see no act", running.ask("GET", "/v1/judgements/0", headers={"Authorization": "Bearer " + auditor}), 403)
        record = running.record
        running.stop()
        same("erased", run(COMITY, "record", "erase", record, "3").returncode, 0)
        same("a file", run(COMITY, "record", "append", record, ROOT / "examples/acts.ndjson").returncode, 0)
        again = Daemon(running.folder, "--record", record, "--token", f"legal counsel {digest}")
        try:
            covered(again, len(ACTS) + 1, token)
            problem("erased", again.ask("GET", "/v1/judgements/3", headers=bearer), 410, "What was kept of this entry has been erased")
            problem("a file", again.ask("GET", f"/v1/judgements/{len(ACTS)}", headers=bearer), 404, "This entry is of no judgement")
            rows = {row["entry"]: row for row in again.get("/v1/judgements", token)["judgements"]}
            same("erased, in the list", {key: value for key, value in rows[3].items() if key != "time"}, {"entry": 3, "erased": True})
            same("a file, in the list", {key: value for key, value in rows[len(ACTS)].items() if key != "time"}, {"entry": len(ACTS), "file": True})
            same("not among judgements", {3, len(ACTS)} & {row["entry"] for row in again.get("/v1/judgements?verdict=permit&verdict=refuse", token)["judgements"]}, set())
        finally:
            same("stops", again.stop(), 0)


@test
def a_long_record_is_looked_at_in_bounds():
    with recording() as running:
        many = [json.dumps({"act": "transfer", "on": "2026-01-01", "from": "DE", "to": "FR"})] * 6000
        for _ in range(4):
            judge(running, many)
        first = json.dumps({"act": "transfer", "on": "2026-01-01", "from": "KR", "to": "US"})
        judge(running, [first])
        covered(running, 24001)
        page = running.get("/v1/judgements?from=KR&limit=1")
        same("the newest is found at once", ([row["entry"] for row in page["judgements"]], page["next"], page["scanned"]), ([24000], 24000, 1))
        page = running.get("/v1/judgements?from=JP")
        same("nothing found, and where to go on", (page["judgements"], page["next"], page["scanned"]), ([], 4001, 20000))
        page = running.get("/v1/judgements?from=JP&before=4001")
        same("to the beginning", (page["judgements"], page["next"], page["scanned"]), ([], None, 4001))
        late = Events(running, "?after=0")
        raw = b"".join(late.answer.readline() for _ in range(8)).decode()
        holds("who comes back too late is told what he missed", 'event: skipped\ndata: {"from":1,"to":4000}\n\n' in raw, raw)
        holds("and goes on", 'id: 4001\nevent: judgement\ndata: {"entry":4001,' in raw, raw)
        late.close()
        flows = running.get("/v1/flows")
        same("flows", [(flow["from"], flow["to"], sum(flow[verdict] for verdict in ("permit", "conditional", "refuse", "undetermined"))) for flow in flows["flows"]],
             [("DE", "FR", 24000), ("KR", "US", 1)])
        clients = []
        for path in ["/v1/flows"] * 3 + ["/v1/judgements?limit=1"] * 70:
            clients.append(http.client.HTTPConnection("127.0.0.1", running.port, timeout=60))
            clients[-1].request("GET", path)
        answers = [client.getresponse() for client in clients]
        told = {(answer.status, answer.read().decode() if answer.status != 200 else bool(answer.read())) for answer in answers}
        same("who comes when too many wait", told, {(200, True), (503, '{"type":"about:blank","title":"Too many are asking for as much","status":503}\n')})
        page = running.get("/v1/judgements?limit=500&before=700")
        same("a large page", [row["entry"] for row in page["judgements"]], list(range(699, 199, -1)))


# ---- flows, and the record as a whole ----


@test
def flows_are_counted_by_verdict():
    with recording() as running:
        told = judge(running, ACTS)
        covered(running, len(ACTS))
        flows = running.get("/v1/flows")
        same("all", (flows["since"], flows["until"], flows["entries"], flows["complete"]), (None, None, len(ACTS), True))
        expected = {}
        state = lambda party: party.get("state") if isinstance(party, dict) else party
        for act, one in zip(map(json.loads, ACTS), told):
            counts = expected.setdefault((state(act.get("from")), state(act.get("to"))), {"permit": 0, "conditional": 0, "refuse": 0, "undetermined": 0})
            counts[one["verdict"]] += 1
        same("by states", {(flow.pop("from"), flow.pop("to")): flow for flow in flows["flows"]}, expected)
        same("none in the future", running.get("/v1/flows?since=2999-01-01")["flows"], [])
        same("times, as they were read", (running.get("/v1/flows?since=2025-01-01&until=2999-01-01T00:00:00Z")["since"],
                                          running.get("/v1/flows?until=2999-01-01T00:00:00Z")["until"]),
             ("2025-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"))
        problem("only times", running.ask("GET", "/v1/flows?from=DE"), 400, None, '"from" is no argument here')


@test
def the_record_is_told_with_its_witnesses():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        keys = []
        for name in ("w1", "w2", "w3"):
            keys.append(run(COMITY, "key", "new", f"{folder}/{name}.key", "--name", f"{name}.example", "--purpose", "witness").stdout.split()[-1])
        policy = pathlib.Path(folder, "policy")
        policy.write_text("\n".join(f"witness {name} {key}" for name, key in zip("abc", keys)) + "\ngroup g 2 a b c\nquorum g\n")
        with recording("--policy", policy) as running:
            judge(running, ACTS)
            covered(running, len(ACTS))
            record = running.get("/v1/record")
            checkpoint = running.ask("GET", "/v1/record/checkpoint")[2]
            same("as it is", (record["origin"], record["size"], record["checkpoint"], record["key"]),
                 ("example.org/serve", len(ACTS), checkpoint, running.key))
            holds("a time", record["time"].startswith("20"), record["time"])
            same("witnesses", [(one["name"], one["key"], one["cosigned"], one["time"]) for one in record["witnesses"]],
                 [(name, key, False, None) for name, key in zip("abc", keys)])
            same("policy", (record["policy"], record["reached"], record["witnessed"]), ("2 of 3", False, None))
            policy.write_text("nonsense\n")
            problem("a policy that is none", running.ask("GET", "/v1/record"), 503, "The policy of witnesses cannot be read")
            policy.write_text("quorum none\n")
            same("no witness needed", [running.get("/v1/record")[key] for key in ("policy", "reached", "witnesses")], ["none", True, []])
    with recording() as running:
        covered(running, 0)
        record = running.get("/v1/record")
        same("an empty record, no policy", (record["size"], record["time"], record["policy"], record["witnesses"]), (0, None, None, []))


# ---- live ----


class Events:
    """A stream of events, read as it comes."""

    def __init__(self, running, query="", headers=None, size=None):
        self.socket = socket.socket()
        if size:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", running.port))
        lines = "".join(f"{key}: {value}\r\n" for key, value in (headers or {}).items())
        self.socket.sendall(f"GET /v1/judgements/events{query} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
        self.answer = http.client.HTTPResponse(self.socket, method="GET")
        self.answer.begin()

    def next(self):
        """The next event with data as a mapping; None at the end."""
        event = {}
        while True:
            line = self.answer.readline().decode()
            if line == "":
                return None
            if line == "\n" and "data" in event:
                return event
            name, _, value = line.rstrip("\n").partition(": ")
            if name in ("id", "event", "data"):
                event[name] = json.loads(value) if name == "data" else value

    def close(self):
        self.answer.close()
        self.socket.close()


@test
def judgements_are_followed_live():
    with recording() as running:
        judge(running, ACTS[:3])
        covered(running, 3)
        everything, refused = Events(running), Events(running, "?verdict=refuse")
        same("its type", (everything.answer.status, everything.answer.getheader("Content-Type"), everything.answer.getheader("X-Accel-Buffering")),
             (200, "text/event-stream", "no"))
        told = judge(running, ACTS)
        events = [everything.next() for _ in ACTS]
        same("numbers", [event["id"] for event in events], [str(3 + i) for i in range(len(ACTS))])
        same("names", {event["event"] for event in events}, {"judgement"})
        rows = {row["entry"]: row for row in running.get("/v1/judgements")["judgements"]}
        same("data: rows as lists have them", [event["data"] for event in events], [rows[3 + i] for i in range(len(ACTS))])
        wanted = [3 + i for i, one in enumerate(told) if one["verdict"] == "refuse"]
        same("filtered", [refused.next()["data"]["entry"] for _ in wanted], wanted)
        holds("counted", "comity_event_followers 2\n" in running.ask("GET", "/metrics")[2])
        for query, headers in (("?after=5", {}), ("", {"Last-Event-ID": "5"}), ("?after=2", {"Last-Event-ID": "5"})):
            again = Events(running, query, headers)
            same(f"resumed {query} {headers}", [again.next()["id"] for _ in range(3)], ["6", "7", "8"])
            again.close()
        problem("no number", running.ask("GET", "/v1/judgements/events", headers={"Last-Event-ID": "x"}), 400, None, "Last-Event-ID: no number of an entry")
        problem("no page", running.ask("GET", "/v1/judgements/events?limit=5"), 400, None, '"limit" is no argument here')
        answers = []
        for _ in range(70):
            with contextlib.suppress(OSError):
                answers.append(Events(running))
        same("no more than so many", sorted({one.answer.status for one in answers}), [200, 503])
        told = next(one.answer.read() for one in answers if one.answer.status == 503)
        same("and it is said", json.loads(told)["title"], "Too many follow already")
        started = time.monotonic()
        same("ends in order", running.stop(), 0)
        same("and so do streams", (everything.next(), refused.next()), (None, None))
        holds("at once", time.monotonic() - started < 10, time.monotonic() - started)
        for one in answers + [everything, refused]:
            one.close()


@test
def a_stream_begins_with_its_head():
    with recording() as running:
        for i in range(16):
            events = Events(running)
            events.socket.settimeout(10)
            judge(running, ACTS[:1])
            covered(running, i + 1)  # published before the thread that follows has looked, or after
            try:
                same("what is judged at once comes", events.next()["id"], str(i))
            except TimeoutError:
                fail(f"what is judged at once comes: {i}")
            events.close()


@test
def who_does_not_read_is_dropped():
    with recording() as running:
        slow = Events(running, size=2048)
        quick = Events(running)
        for _ in range(12):
            judge(running, ACTS * 40)
        count = 12 * 40 * len(ACTS)
        seen = 0
        while seen < count:
            event = quick.next()
            seen += 1 if event["event"] == "judgement" else event["data"]["to"] - event["data"]["from"] + 1
        same("who reads sees all", seen, count)
        until = time.monotonic() + 40
        while "comity_event_followers_dropped_total 1\n" not in running.ask("GET", "/metrics")[2] and time.monotonic() < until:
            time.sleep(0.5)
        holds("who does not is dropped", "comity_event_followers_dropped_total 1\n" in running.ask("GET", "/metrics")[2])
        same("others are answered meanwhile", running.ask("GET", "/healthz")[0], 200)
        quick.close()
        slow.close()


# ---- files ----


@test
def files_of_the_dashboard_are_served():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        root = pathlib.Path(folder, "web")
        (root / "i18n").mkdir(parents=True)
        files = {"index.html": "text/html; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "app.css": "text/css; charset=utf-8",
                 "world.json": "application/json", "i18n/zh.json": "application/json", "icon.svg": "image/svg+xml"}
        for name in files:
            (root / name).write_text(f"content of {name}")
        (root / ".hidden").write_text("secret")
        pathlib.Path(folder, "outside.txt").write_text("outside")
        with daemon("--dashboard", root) as running:
            for name, kind in files.items():
                status, headers, body = running.ask("GET", "/" + name)
                same(name, (status, headers["content-type"], body), (200, kind, f"content of {name}"))
                same(f"{name}: what a browser may do", (headers["content-security-policy"], headers["x-content-type-options"], headers["referrer-policy"]),
                     ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", "nosniff", "no-referrer"))
                again = running.ask("GET", "/" + name, headers={"If-None-Match": headers["etag"]})
                same(f"{name}: unchanged", (again[0], again[2]), (304, ""))
                same(f"{name}: another", running.ask("GET", "/" + name, headers={"If-None-Match": '"x"'})[0], 200)
            same("/", running.ask("GET", "/")[2], "content of index.html")
            head = running.ask("HEAD", "/app.js")
            same("the head alone", (head[0], head[1]["content-length"], head[2]), (200, str(len("content of app.js")), ""))
            for path in ("/.hidden", "/../outside.txt", "/%2e%2e/outside.txt", "/i18n", "/i18n/", "//app.js", "/app.js/", "/nothing"):
                problem(path, running.ask("GET", path), 404, "There is nothing at this path")
            problem("another method", running.ask("POST", "/app.js"), 404)
            (root / "app.js").write_text("changed")
            same("loaded at the start", running.ask("GET", "/app.js")[2], "content of app.js")
        base = (COMITYD, "--listen", "127.0.0.1:0", "--law", IMAGE, "--confine", "no", "--dashboard")
        (root / "program.exe").write_text("x")
        same("a kind that is not served", run(*base, root).stderr, f"comityd: {root}/program.exe: no file of this kind is served\n")
        (root / "program.exe").unlink()
        deep = root / "1/2/3/4/5"
        deep.mkdir(parents=True)
        same("too deep", run(*base, root).stderr, f"comityd: {deep}: folders within more than 4 others\n")
        deep.rmdir()
        with open(root / "large.txt", "wb") as large:
            large.truncate((32 << 20) + 1)
        same("too large", run(*base, root).stderr, f"comityd: {root}/large.txt: more than 512 files, or 33554432 bytes of them\n")
        same("no folder", run(*base, root / "none").stderr, f"comityd: {root}/none: No such file or directory\n")
    with daemon() as running:
        problem("no dashboard", running.ask("GET", "/"), 404, "There is nothing at this path")


# ---- what is told to whom ----


@test
def nothing_personal_is_shown():
    marks = ["Zarathustra-Quux", "zq-reference-7341", "zq-id-9922", "zq.person@example.org"]
    act = json.dumps({"id": marks[2], "act": "transfer", "on": "2026-01-01", "from": {"state": "DE", "name": marks[0]}, "to": {"state": "BR", "name": marks[0]},
                      "data": {"categories": ["health"]}, "papers": [{"kind": "standard-contract", "ref": marks[1]}]})
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        gate = pathlib.Path(folder, "gate.json")
        gate.write_text(GATE)
        with recording("--gate", f"g {gate}", "--log", "requests") as running:
            events = Events(running)
            time.sleep(0.5)
            running.ask("POST", "/v1/judge", act, JSON)
            running.ask("GET", "/v1/auth_request/g", headers={"Comity-Name": marks[0]})
            covered(running, 2)
            followed = json.dumps([events.next(), events.next()])
            events.close()
            stored = running.ask("GET", "/v1/judgements/0")[2]
            same("the stored act has them", [mark in stored for mark in marks], [True, True, True, False])
            found = running.ask("POST", "/v1/inspect", f"name,mail\n{marks[0]},{marks[3]}\n".encode())
            holds("something is found", found[0] == 200 and "email" in found[2], found)
            told = [followed, found[2], running.ask("POST", "/v1/inspect", marks[3].encode(), {"Accept": "application/json"})[2]]
            for path in ("/v1/judgements", "/v1/judgements?from=DE", f"/v1/judgements?from={marks[0]}", f"/v1/judgements?who={marks[1]}", "/v1/flows", "/v1/record", "/v1/me",
                         "/v1/law/vocabulary", "/v1/record/checkpoint", "/v1/record/proof/0", "/v1/record/tile/entries/000.p/2", "/metrics"):
                answer = running.ask("GET", path)[2]
                told.append(answer if "?from=Z" not in path and "?who" not in path else "")
            told.append(running.log)
            same("and nothing else", [mark for mark in marks for text in told if mark in text], [])


# ---- papers ----


@test
def names_of_files_that_are_no_text_are_told():
    """A line of the log is UTF-8 and has room, whatever a file is called."""
    with tempfile.TemporaryDirectory() as folder:
        papers, trust = pathlib.Path(folder, "papers"), pathlib.Path(folder, "trust")
        papers.mkdir()
        trust.write_text("comity trust v1\n")
        names = [b"a\xffb\xe2\x82", b"new\nline", b'quo"te', b"\x01" * 250, b"\xc3\xa4" * 125]
        for name in names:
            pathlib.Path(os.fsdecode(bytes(papers) + b"/" + name)).write_text("no paper")
        with daemon("--anonymous", "counsel", "--papers", papers, "--trust", trust) as running:
            told = {line["file"][len(f"{papers}/"):] for line in running.events("paper-does-not-count")}
            same("each", len(told), len(names))
            holds("as far as they are text", {"a?b??", "new\nline", 'quo"te', "\u00e4" * 125} <= told, told)
            holds("or have room", any(set(name) == {"\x01"} and len(name) > 100 for name in told), told)


@test
def papers_are_held_and_read_anew():
    act = next(line for line in ACTS if "cn-us-subpoena" in line)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        papers, trust = pathlib.Path(folder, "papers"), pathlib.Path(folder, "trust")
        papers.mkdir()
        key = run(COMITY, "key", "new", f"{folder}/moj.key", "--name", "papers.moj.example").stdout.strip()
        text = run(COMITY, "paper", "new", "permission", "--paper", "authority-permission", "--id", "2026-17", "--by", "CN.MOJ", "--under", "CN",
                   "--issued", "2026-11-02", "--until", "2027-05-02").stdout
        note = run(COMITY, "paper", "sign", "--key", f"{folder}/moj.key", input=text).stdout
        trust.write_text(f"comity trust v1\n\nauthority CN.MOJ\n  key {key} from 2026-01-01 until 2028-12-31\n")
        pathlib.Path(papers, "bad").write_text(note.replace("2026-17", "2026-18"))
        options = ("--papers", papers, "--trust", trust, "--strict-papers", "yes")

        def command(*words):
            return run(COMITY, "judge", "--law", IMAGE, *words, "--strict-papers", input=act + "\n").stdout

        with recording(*options) as running:
            bare = running.ask("POST", "/v1/judge", act, JSON)[2]
            same("without it", bare, command("--papers", papers, "--trust", trust))
            holds("what does not count is told", running.events("paper-does-not-count")[0]["file"] == f"{papers}/bad", running.log)
            envelope = json.dumps({"papers": [note], "act": json.loads(act)})
            kind = {"Content-Type": "application/vnd.comity.act-with-papers+json"}
            beside = running.ask("POST", "/v1/judge", envelope, kind)
            same("beside the act", beside[0], 200)
            same("and only for that act", running.ask("POST", "/v1/judge", act, JSON)[2], bare)
            pathlib.Path(papers, "good").write_text(note)
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("reloaded")
            held = running.ask("POST", "/v1/judge", act, JSON)[2]
            same("with it", held, command("--papers", papers, "--trust", trust))
            holds("it is signed", '"held":"signed"' in held and held != bare, held)
            same("as when it came beside the act", beside[2], held)
            revoked = pathlib.Path(folder, "revoked")
            text = run(COMITY, "paper", "new", "revocation", "--id", "1", "--by", "CN.MOJ", "--revokes", f"{papers}/good").stdout
            revoked.write_text(run(COMITY, "paper", "sign", "--key", f"{folder}/moj.key", input=text).stdout)
            log = run(COMITY, "record", "init", "--origin", "revoked.example", f"{folder}/log").stdout.split()[1]
            run(COMITY, "record", "append", f"{folder}/log", revoked)
            believed = trust.read_text()
            trust.write_text(believed + f"\nlog revoked.example\n  at log\n  key {log}\n")
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("reloaded", 2)
            same("revoked in a log", running.ask("POST", "/v1/judge", act, JSON)[2], bare)
            same("and beside the act", running.ask("POST", "/v1/judge", envelope, kind)[2], bare)
            trust.write_text(believed + f"\nlog revoked.example\n  key {log}\n")
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("reloaded", 3)
            same("a log without a folder is told", [event["log"] for event in running.events("log-is-not-read")], ["revoked.example"])
            trust.write_text(believed)
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("reloaded", 4)
            trust.write_text("nonsense")
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("reload-failed")
            same("the last good ones stay", running.ask("POST", "/v1/judge", act, JSON)[2], held)
            expected = 'expected an object with a member "act", which is an act, and a member "papers", a list of signed papers'
            for wrong in ("{}", '{"act":{}}', '{"papers":[]}', '{"act":{},"papers":[],"more":1}', '{"act":{},"papers":[1]}', '{"act":{},"papers":"x"}',
                          '{"act":{},"act":{},"papers":[]}', '{"act":{},"papers":[],"papers":[]}', '[]', '1'):
                problem(wrong, running.ask("POST", "/v1/judge", wrong, kind), 400, "Not an act that can be judged", expected)
            problem("too many", running.ask("POST", "/v1/judge", json.dumps({"act": {}, "papers": ["x"] * 65}), kind), 400, None, "more than 64 papers")
            broken = json.dumps({"act": json.loads(act), "papers": ["no note", ""]})
            same("a paper that is none does not count", running.ask("POST", "/v1/judge", broken, kind)[2], held)
            covered(running, 8)
            for row in running.get("/v1/judgements")["judgements"]:
                holds(f"{row['entry']}: judged again with its papers", "verdict" in row, row)
                same("in full", running.ask("GET", f"/v1/judgements/{row['entry']}")[0], 200)
            record = running.record
            same("stops", running.stop(), 0)
            replayed = run(COMITY, "record", "replay", record)
            same("the same again", (replayed.returncode, replayed.stdout.split(",")[0]), (0, "8 judged again"))
    with daemon("--anonymous", "counsel") as running:
        problem("nobody is trusted", running.ask("POST", "/v1/judge", envelope, kind), 400, "Not an act that can be judged",
                "no papers are believed here: no trust file is set")
    told = run(COMITYD, "--papers", "x")
    same("trust is missing", (told.returncode, told.stderr), (2, "comityd: papers and trust belong together\n"))


# ---- inspecting ----


@test
def bodies_are_inspected():
    table = (ROOT / "examples/customers.csv").read_bytes()
    with daemon("--anonymous", "gate,auditor") as running:
        def ask(body, query="", **headers):
            return running.ask("POST", "/v1/inspect" + query, body, {key.replace("_", "-"): value for key, value in headers.items()})

        def lines(text):
            found = [json.loads(line) for line in text.splitlines()]
            for one in found:
                one.pop("digest")
            return found

        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "customers.csv")
            path.write_bytes(table)
            expected = lines(run(COMITY, "inspect", "--json", "customers.csv", cwd=folder).stdout)
            holds("something is found", len(expected) > 5, expected)
            status, headers, body = ask(table, "?name=customers.csv")
            same("as the command finds it", (status, headers["content-type"], lines(body)), (200, "application/x-ndjson", expected))
            packed = pathlib.Path(folder, "customers.csv.gz")
            packed.write_bytes(gzip.compress(table))
            expected_packed = lines(run(COMITY, "inspect", "--json", "customers.csv.gz", cwd=folder).stdout)
        same("packed", lines(ask(gzip.compress(table), "?name=customers.csv.gz")[2]), expected_packed)
        by_header = lines(ask(gzip.compress(table), "?name=customers.csv", Content_Encoding="gzip")[2])
        same("by its encoding", [one["type"] for one in by_header], [one["type"] for one in expected])
        holds("no value is told", not any(word in ask(table)[2] for word in re.findall(r"[\w.@+-]{8,}", table.decode()) if "_" not in word and not word.isalpha()))
        status, headers, body = ask(table, Accept="application/json")
        summary = json.loads(body)
        same("the summary", (status, headers["content-type"], summary["bytes"], summary["findings"], sum(one["found"] for one in summary["types"])),
             (200, "application/json", len(table), len(expected), len(expected)))
        same("persons", summary["persons"], {"count": 2, "exact": True})
        same("nothing", (ask(b"")[::2], ask(b"order 12\n")[::2]), ((200, ""), (200, "")))
        problem("cut off", ask(gzip.compress(table)[:40], Content_Encoding="gzip"), 422, "The body cannot be read to its end")
        problem("an encoding nobody knows", ask(b"x", Content_Encoding="nothing"), 400, "Not a question that can be answered")
        for query in ("?level=0", "?level=x", "?what=1", "?state", "?" + "&".join(["state=DE"] * 17)):
            problem(query, ask(b"x", query), 400, None, "name, locale, state (16 at most) and level (1 to 99) may be given")
        many = b"\n".join([b"mail someone%d@example.org" % i for i in range(60000)])
        lasts = ask(many)[2].splitlines()[-1]
        same("more than is told one by one", json.loads(lasts), {"cut": True, "findings": 60000})

        before = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{running.process.pid}/status").read_text()).group(1))
        block = b"a line of text that holds nothing at all\n" * 25000
        for headers in ({"Content-Length": str(len(block) * 60)}, {}):
            answer = running.ask("POST", "/v1/inspect", iter([block] * 60), dict(headers, Accept="application/json"))
            same(f"a large body, {headers}", json.loads(answer[2])["bytes"], len(block) * 60)
        after = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{running.process.pid}/status").read_text()).group(1))
        holds("memory stays as it was", Programs.sanitized or after - before < 4096, (before, after))


@test
def no_more_bodies_than_so_many_are_inspected_at_once():
    with daemon("--anonymous", "gate") as running:
        clients = []
        for _ in range(16):
            client = socket.create_connection(("127.0.0.1", running.port), timeout=20)
            client.sendall(b"POST /v1/inspect HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n")
            same("one may send", client.recv(25)[:25], b"HTTP/1.1 100 Continue\r\n\r\n")
            clients.append(client)
        problem("one more", running.announce("POST", "/v1/inspect", 10, {}), 503, "Nothing can be inspected at present", "too many bodies are being inspected")
        for client in clients:
            client.close()
        until = time.monotonic() + 20
        while running.ask("POST", "/v1/inspect", b"x")[0] != 200 and time.monotonic() < until:
            time.sleep(0.1)
        same("then again", running.ask("POST", "/v1/inspect", b"x")[0], 200)


@test
def bodies_in_chunks_are_taken_at_once():
    with recording() as running:
        for size in (1, 100, 4096, 16384, 16385, 40000, 100_000):
            body = json.dumps({"act": "transfer", "on": "2026-01-01", "from": "DE", "to": "FR"}).ljust(size).encode()
            started = time.monotonic()
            answer = running.ask("POST", "/v1/judge", iter([body[i:i + 5000] for i in range(0, len(body), 5000)]), JSON)
            same(f"{len(body)} bytes", answer[0], 200)
            holds(f"{len(body)} bytes: at once", time.monotonic() - started < 10, time.monotonic() - started)
        head = b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        line = json.dumps({"act": "transfer", "on": "2026-01-01", "from": "DE", "to": "FR"}).encode() + b"\n"
        for sent in (b"", b"%x\r\n%s" % (len(line) + 100, line), b"%x\r\n%s\r\n" % (len(line), line), b"%x\r\n%s\r\n" % (40 * len(line), 40 * line)):
            gone = socket.create_connection(("127.0.0.1", running.port))
            gone.sendall(head + sent)
            gone.close()
        half = socket.create_connection(("127.0.0.1", running.port), timeout=30)
        half.sendall(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line))
        half.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(half, method="POST")
        answer.begin()
        same("who ended his side is answered", (answer.status, answer.read().count(b"verdict")), (200, 1))
        half.close()
        until = time.monotonic() + 20
        metrics = running.ask("GET", "/metrics")[2]
        while "comity_http_connections 1\n" not in metrics and time.monotonic() < until:
            time.sleep(0.2)
            metrics = running.ask("GET", "/metrics")[2]
        holds("who went away in the middle is not waited for", "comity_http_connections 1\n" in metrics,
              [line for line in metrics.splitlines() if line.startswith("comity_http_connections")])


@test
def without_a_record_there_is_nothing_to_list():
    with daemon("--anonymous", "counsel") as running:
        for path in ("/v1/judgements", "/v1/judgements/1", "/v1/judgements/events", "/v1/flows", "/v1/record"):
            problem(path, running.ask("GET", path), 404, "No record is kept here")


sys.exit(main("views", sys.argv[4] if len(sys.argv) > 4 else ""))
