#!/usr/bin/env python3
"""What comityd says when it will not or cannot, as whole texts: in problem documents,
in its log, and when it does not start.

    serve_errors.py COMITY COMITYD IMAGE [NAME]
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from common import JSON, NDJSON, ROOT, Daemon, Programs, alter_entry, daemon, holds, main, new_record, new_token, problem, run, same, test, use

COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
VERSION = run(COMITYD, "--version").stdout.split()[1]
ACT = (ROOT / "examples/acts.ndjson").read_text().splitlines()[0]
NOWHERE = "There is nothing at this path"


@test
def a_page_of_somebody_elses_is_not_led_here():
    token, digest = new_token()
    with daemon("--anonymous", "gate,counsel,admin", "--token", f"front counsel {digest}", "--listen", "unix:@/socket", record=True) as running:
        ask = lambda host, **more: running.ask("GET", "/v1/judgements", headers={"Host": host, **more})[0]
        for host in ("localhost", "LOCALHOST:7380", "127.0.0.1", "127.0.0.1:7380", "[::1]:7380", "192.0.2.7", "comityd", "a.localhost:1", ""):
            same(f"of this machine: {host}", ask(host), 200)
        for host in ("example.org", "example.org:7380", "localhost.example.org", "127.0.0.1.example.org", "1.2.3.4.a", "a.localhost.", ".", "xlocalhost.b"):
            same(f"a name of others: {host}", ask(host), 200 if host == "." else 401)
        problem("and nothing is erased", running.ask("POST", "/v1/record/erase", '{"entry": 0}', {**JSON, "Host": "rebound.example"}), 401)
        same("with a token any name goes", ask("example.org", Authorization="Bearer " + token), 200)
        same("what anybody may see stays", running.ask("GET", "/healthz", headers={"Host": "example.org"})[0], 200)
        for path in ("/healthz", "/v1/judgements", "/nothing"):
            headers = running.ask("GET", path)[1]
            same(f"{path}: what a browser may do with it", (headers.get("x-content-type-options"), headers.get("cross-origin-resource-policy"), headers.get("cache-control")),
                 ("nosniff", "same-origin", "no-store"))


@test
def requests():
    token, digest = new_token()
    with daemon("--anonymous", "counsel", "--token", f"books auditor {digest}") as running:
        ask = running.ask
        bearer = {"Authorization": "Bearer " + token}
        problem("no path", ask("GET", "/v1/nothing"), 404, NOWHERE)
        problem("no method", ask("DELETE", "/v1/judge"), 405, "The method is not one of this path's")
        problem("no role", ask("POST", "/v1/judge", ACT, dict(JSON, **bearer)), 403, "None of your roles may do this")
        problem("one or many", ask("POST", "/v1/judge", ACT), 415, "The type of the body is not one that is read here",
                "Content-Type is application/json, application/x-ndjson or application/vnd.comity.act-with-papers+json")
        problem("one", ask("POST", "/v1/ask", ACT), 415, "The type of the body is not one that is read here", "Content-Type is application/json")
        problem("announced too large", running.announce("POST", "/v1/judge", (1 << 20) + 1, JSON), 413, "The body is too large")
        problem("too large", ask("POST", "/v1/judge", iter([b" " * 600_000] * 2), JSON), 413, "The body is too large")
        problem("no act", ask("POST", "/v1/judge", "{", JSON), 400, "Not an act that can be judged")
        problem("no input", ask("POST", "/v1/data/comity/judgement", "{}", JSON), 400, "Not an act that can be judged",
                'expected an object with one member "input", which is an act')
        problem("no rule", ask("GET", "/v1/law/rules/XX.NOTHING"), 404, "There is no such rule on file")
        problem("too long a search", ask("GET", "/v1/law/rules?search=" + "x" * 1025), 400, "Too long a text to search for")
        problem("no record", ask("GET", "/v1/record/checkpoint"), 404, "No record is kept here")


@test
def a_spool_that_is_gone():
    with tempfile.TemporaryDirectory() as folder:
        spool = pathlib.Path(folder, "spool")
        spool.mkdir()
        with daemon("--anonymous", "counsel", "--spool", spool) as running:
            spool.rmdir()
            problem("a batch", running.ask("POST", "/v1/judge", (ACT + "\n") * 8000, NDJSON), 503, "There is no room for the body")
            same("an act", running.ask("POST", "/v1/judge", ACT, JSON)[0], 200)


@test
def gates():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        gate = pathlib.Path(folder, "gate.json")
        gate.write_text('{"act":"transfer","from":"DE","to":"${comity-to}"}')
        with daemon("--anonymous", "gate", "--gate", f"g {gate}", "--gate", f"archive {ROOT / 'examples/serve/archive.json'}", record=True) as running:
            problem("no gate", running.ask("GET", "/v1/auth_request/x"), 404, "There is no such gate")
            for headers, message in (({}, "the header comity-to is missing"), ({"Comity-To": "x" * 1025}, "the header comity-to is too long, or no UTF-8"),
                                     ({"Comity-To": b"\xff"}, "the header comity-to is too long, or no UTF-8")):
                count = len(running.events("closed"))
                problem(message, running.ask("GET", "/v1/auth_request/g", headers=headers), 403, "Not let through")
                same("in the log", running.events("closed")[count]["message"], message)
            problem("refused", running.ask("GET", "/v1/ext_authz/archive", headers={"Comity-To": "US"}), 451, "Unavailable for legal reasons")
            problem("refused, to nginx", running.ask("GET", "/v1/auth_request/archive", headers={"Comity-To": "US"}), 403, "Not let through")
        base = (COMITYD, "--listen", "127.0.0.1:0", "--law", IMAGE, "--confine", "no", "--record", new_record(folder)[0], "--gate", f"g {gate}")
        for act, message in (('{"to":"${to}"}', '"\\"${to}\\"": a placeholder is "${comity-NAME}" and a whole string'),
                             ('{"to":"${comity-To}"}', "\"\\\"${comity-To}\\\"\": a placeholder's name is of small letters, digits and hyphens"),
                             (json.dumps(["${comity-a}"] * 65).join(('{"to":', "}")), "more than 64 placeholders")):
            gate.write_text(act)
            same(message, run(*base).stderr, f"comityd: {gate}: {message}\n")


@test
def settings():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "conf")
        for line, count, message in (("listen 127.0.0.1:0", 9, "listen: at most 8 sockets are listened on"), ("peer %d gate", 257, "peer: more than 256 peers"),
                                     ("gate g%d x", 257, "gate: more than 256 gates"), ("adopt X", 17, "adopt: more than 16 agreements adopted"),
                                     ("token a gate sha256:%064x", 257, "token: more than 256 tokens")):
            path.write_text("".join((line % i if "%" in line else line) + "\n" for i in range(count)))
            same(message, run(COMITYD, "--config", path).stderr, f"comityd: {path}:{count}: {message}\n")
        path.write_bytes(b"#" * (1 << 20))
        same("too large", run(COMITYD, "--config", path).stderr, f"comityd: {path}: too large for a file of settings\n")
        same("a policy alone", run(COMITYD, "--policy", "x").stderr, "comityd: policy is of use with record only\n")
        same("papers alone", run(COMITYD, "--trust", "x").stderr, "comityd: papers and trust belong together\n")
        taken = os.path.join(folder, "socket")
        pathlib.Path(taken).write_text("")
        same("no socket", run(COMITYD, "--listen", "unix:" + taken, "--law", IMAGE, "--confine", "no").stderr,
             f"comityd: {taken}: somebody listens there, or it is no socket\n")
    text = run(COMITYD, "--new-token").stdout.split("\n")
    same("a token", "\n".join(text[1:]).replace(text[2].split(":")[1], "…"),
         "# for the file of settings, with a name and roles in place of NAME and ROLES:\ntoken NAME ROLES sha256:…\n")


@test
def what_another_version_judged_is_told_only_if_this_one_judges_the_same():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        running = Daemon(folder, "--record", record, "--anonymous", "counsel,gate")
        for _ in range(3):
            same("judged", running.ask("POST", "/v1/judge", ACT, JSON)[0], 200)
        running.stop()
        segment = pathlib.Path(record, "private/standard/00000000000000000000.segment")
        version = f"evaluator {VERSION}\n".encode()
        older = b"evaluator " + b"0.0.9".rjust(len(VERSION), b"0") + b"\n"
        for entry in (1, 2):
            alter_entry(segment, entry, version, older)
        alter_entry(segment, 2, b"transfer", b"disclose")  # as one would that judged it otherwise
        running = Daemon(folder, "--record", record, "--anonymous", "counsel,gate")
        try:
            ones = [running.get(f"/v1/judgements/{n}") for n in range(3)]
            same("its own", (ones[0]["evaluator"], "reason" in ones[0]), (VERSION, False))
            same("another's, the same", (ones[1]["evaluator"], ones[1]["judgement"] == ones[0]["judgement"]), ("0.0.9", True))
            same("another's, otherwise", (ones[2]["evaluator"], ones[2]["judgement"], ones[2]["explained"], ones[2]["reason"]),
                 ("0.0.9", None, None, "judged again it is another judgement; version 0.0.9 judged then"))
            rows = running.get("/v1/judgements")["judgements"]
            same("lists tell no verdict that was not given", [(row.get("verdict"), row.get("unreadable"), row.get("evaluator")) for row in rows],
                 [(None, True, "0.0.9"), (ones[0]["judgement"]["verdict"], None, None), (ones[0]["judgement"]["verdict"], None, None)])
            same("nor flows", sum(flow[verdict] for flow in running.get("/v1/flows")["flows"]
                                  for verdict in ("permit", "conditional", "undetermined", "refuse")), 2)
        finally:
            running.stop()


@test
def a_record_that_is_damaged():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        record, _ = new_record(folder)
        policy = pathlib.Path(folder, "policy")
        policy.write_text("quorum none\n")
        running = Daemon(folder, "--record", record, "--anonymous", "counsel,gate", "--policy", policy)
        try:
            running.ask("POST", "/v1/judge", ACT, JSON)
            until = time.monotonic() + 20
            while running.get("/v1/record")["size"] != 1 and time.monotonic() < until:
                time.sleep(0.1)
            problem("no such entry", running.ask("GET", "/v1/record/proof/5"), 404, "The checkpoint covers no such entry")
            problem("no number", running.ask("GET", "/v1/record/proof/x"), 404, "That is not the number of an entry")
            problem("no tile", running.ask("GET", "/v1/record/tile/x"), 404, "That is not the path of a tile")
            problem("no such tile", running.ask("GET", "/v1/record/tile/7/x001/000"), 404, "The record has no such file")
            policy.unlink()
            problem("no policy", running.ask("GET", "/v1/record"), 503, "The policy of witnesses cannot be read", "the policy cannot be read")
            for image in pathlib.Path(record, "law").iterdir():
                image.rename(folder + "/image")
            one = running.get("/v1/judgements/0")
            hash = one["law"].removeprefix("sha256:")
            same("its law is gone", (one["act"], one["judgement"], one["explained"], one["reason"], one["evaluator"]),
                 (json.loads(ACT), None, None, f"law/{hash}.image: there is no such file or folder in the record", VERSION))
            row = running.get("/v1/judgements")["judgements"][0]
            same("and in the list", (row["entry"], row["unreadable"], "verdict" in row), (0, True, False))
            same("not where a verdict is asked for", running.get("/v1/judgements?verdict=permit")["judgements"], [])
            checkpoint = pathlib.Path(record, "public/checkpoint")
            good = checkpoint.read_bytes()
            checkpoint.write_bytes(b"nonsense")
            for path in ("/v1/judgements", "/v1/judgements/0", "/v1/flows", "/v1/record", "/v1/record/proof/0"):
                problem(path, running.ask("GET", path), 503, "The record cannot be read")
            checkpoint.unlink()
            checkpoint.mkdir()
            problem("a folder where a file belongs", running.ask("GET", "/v1/record/checkpoint"), 503, "The record cannot be read")
            checkpoint.rmdir()
            checkpoint.write_bytes(good)
        finally:
            same("stops", running.stop(), 0)


@test
def streams_that_are_closed():
    with tempfile.TemporaryDirectory() as folder:
        record, at = new_record(folder)[0], pathlib.Path(folder, "socket")
        running = subprocess.Popen([COMITYD, "--law", IMAGE, "--record", record, "--anonymous", "counsel", "--listen", f"unix:{at}",
                                    "--confine", "no" if Programs.sanitized else "yes"],
                                   preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)])
        while not at.exists() and running.poll() is None:
            time.sleep(0.01)
        same("no socket and no folder of the record is one", [os.readlink(f"/proc/{running.pid}/fd/{fd}") for fd in (0, 1, 2)], ["/dev/null"] * 3)
        running.terminate()
        same("it starts and stops", running.wait(30), 0)


@test
def the_ledger():
    with daemon("--anonymous", "counsel") as running:
        problem("none", running.ask("GET", "/v1/ledger"), 404, "No ledger is kept here")
    with daemon("--anonymous", "counsel", "--ledger", "@/ledger.db") as running:
        problem("no year", running.ask("GET", "/v1/ledger?year=x"), 400, "Not a year", "A year has four digits")
        problem("no exporter", running.ask("GET", "/v1/ledger?exporter=" + "x" * 4000), 400, "Too long a name of an exporter")
    told = run(COMITYD, "--ledger", "a b")
    same("no path", told.stderr, "comityd: --ledger: a ledger is the absolute path of a file, or postgresql: and a connection\n")
    same("too few", run(COMITYD, "--peer", "me").stderr, "comityd: --peer: expected USER ROLES, found 1 value\n")


@test
def metrics_say_what_they_are():
    helps = """\
The law that judges now, by its hash.
What is running.
When it was started, in seconds since 1970.
Acts judged for a gate or a caller, by verdict.
Acts that could not be read or judged.
Questions answered, which are not recorded.
Reading and judging one act.
Gates connected now, a worker of nginx being one.
Requests of gates answered, by outcome.
From a gate's request to its answer.
Requests answered, by route and status.
From a request's head to its answer's end.
Connections open now.
Streams of live judgements open now.
Streams ended because nobody read them.
Times the law was loaded anew.
Times it could not be, and the old one stayed.
Whether judgements are being recorded.
Entries that are durable.
Times recording failed.
Entries of which what was kept has been erased.
Times erasing failed or was broken off.
When entries were last erased by age, as erase-after says; 0: not yet.
From submitting a judgement to its being durable.
"""
    with daemon("--anonymous", "auditor") as running:
        found = [line.split(" ", 3)[3] for line in running.ask("GET", "/metrics")[2].splitlines() if line.startswith("# HELP")]
        same("all of them", found, helps.splitlines())


sys.exit(main("serve_errors", sys.argv[4] if len(sys.argv) > 4 else ""))
