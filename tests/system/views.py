#!/usr/bin/env python3
"""What comityd shows of itself: who asks, the vocabulary, judgements by filters, one
in full, flows, the record, live events, files of the dashboard, inspecting.

    views.py COMITY COMITYD IMAGE [NAME]

Everything is made here, on loopback, in a folder that goes away. NAME: only tests
whose names hold it.
"""
import contextlib
import json
import os
import pathlib
import sys
import tempfile
import time

from common import JSON, NDJSON, ROOT, Daemon, daemon, holds, main, new_record, new_token, problem, run, same, test, use

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
            same(f"{index}: the words", one["explained"], {"words": asked["words"]})
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
        page = running.get("/v1/judgements?limit=500&before=700")
        same("a large page", [row["entry"] for row in page["judgements"]], list(range(699, 199, -1)))


@test
def without_a_record_there_is_nothing_to_list():
    with daemon("--anonymous", "counsel") as running:
        for path in ("/v1/judgements", "/v1/judgements/1"):
            problem(path, running.ask("GET", path), 404, "No record is kept here")


sys.exit(main("views", sys.argv[4] if len(sys.argv) > 4 else ""))
