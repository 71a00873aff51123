#!/usr/bin/env python3
"""Drives comityd as its users and its enemies do: HTTP, roles, the record, reload,
stopping, failing disks, and nginx in front.

    serve.py COMITY COMITYD IMAGE SLOW_EPOLL CLOCK [NAME]

Everything is made here, on loopback, in a folder that goes away; what is started
is ended by its own process id. NAME: only tests whose names hold it.
"""
import concurrent.futures
import contextlib
import errno
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
import subprocess
import sys
import tempfile
import threading
import time

from common import (JSON, NDJSON, ROOT, Daemon, Programs, daemon, holds, main, new_record, new_token, problem, run, same, skip,
                    test, use)

COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
SLOW_EPOLL, CLOCK = (str(pathlib.Path(path).resolve()) for path in sys.argv[4:6])
ACTS = (ROOT / "examples/acts.ndjson").read_text()
ACT = ACTS.splitlines()[0]
SANITIZED = Programs.sanitized


# ---- what there is ----


@test
def the_document_and_the_program_tell_the_same():
    document = json.loads((ROOT / "src/serve/openapi.json").read_text())
    told = {}
    for path, item in document["paths"].items():
        for method in ("get", "post", "put", "delete"):
            if method in item:
                name = "any" if item.get("x-any-method") else method.upper()
                told[(name, path)] = sorted(int(status) for status in item[method]["responses"])
    table = [json.loads(line) for line in run(COMITYD, "--routes").stdout.splitlines()]
    same("routes and statuses", told, {(row["method"], row["path"]): row["statuses"] for row in table})
    for row in table:
        open_to_all = document["paths"][row["path"]].get("get", {}).get("security") == []
        same(f"{row['path']}: open to everybody", open_to_all, row["roles"] == [])
    with daemon() as running:
        status, headers, body = running.ask("GET", "/openapi.json")
        same("served as it is", (status, json.loads(body)), (200, document))


@test
def a_query_that_is_too_much_is_answered_at_once():
    title = "The query is too long, or has too many arguments"
    with daemon("--anonymous", "counsel", record=True) as running:
        for count, form, status in ((64, "verdict=permit", 200), (65, "verdict=permit", 414), (200, "verdict=permit", 414), (300, "a", 414),
                                    (3000, "a=1", 414), (1, "rule=" + "a" * 4080, 400), (1, "rule=" + "a" * 4096, 414), (1, "", 200)):
            begun = time.monotonic()
            answer = running.ask("GET", "/v1/judgements?" + "&".join([form] * count))
            same(f"{count} of {form[:20]}", answer[0], status)
            holds("at once", time.monotonic() - begun < 3, time.monotonic() - begun)
            if status == 414:
                problem("told", answer, 414, title)
        problem("of a path that takes none", running.ask("GET", "/healthz?" + "&" * 80), 414, title)
        problem("with a body", running.ask("POST", "/v1/judge?" + "&" * 80, ACT, JSON), 414, title)
        same("it goes on", running.ask("GET", "/healthz?a=1")[0], 200)


@test
def judges_as_the_command_does():
    expected = run(COMITY, "judge", "--law", IMAGE, input=ACTS).stdout
    with daemon("--anonymous", "gate,counsel") as running:
        for act, judgement in zip(ACTS.splitlines(), expected.splitlines()):
            status, headers, body = running.ask("POST", "/v1/judge", act, JSON)
            same("one act", (status, headers["content-type"], body), (200, "application/json", judgement + "\n"))
        same("a batch", running.ask("POST", "/v1/judge", ACTS, NDJSON)[2], expected)
        status, headers, body = running.ask("POST", "/v1/data/comity/judgement", '{"input": ' + ACT + "}", JSON)
        same("OPA's data API", json.loads(body)["result"], json.loads(expected.splitlines()[0]))
        holds("its decision id", re.fullmatch("[0-9a-f]{32}", json.loads(body)["decision_id"]), body)
        for wrong in ('{}', '{"input": 1, "input": 2}', '[]', '{"inputs":{}}'):
            problem(wrong, running.ask("POST", "/v1/data/comity/judgement", wrong, JSON), 400)


@test
def questions_are_answered_in_words():
    words = run(COMITY, "judge", "--explain", "--law", IMAGE, input=ACT).stdout
    with daemon("--anonymous", "counsel") as running:
        status, headers, body = running.ask("POST", "/v1/ask", ACT, JSON)
        document = json.loads(body)
        same("verdict", document["judgement"]["verdict"], "permit")
        holds("words", document["words"].startswith("permit: "), document["words"])
        plain = running.ask("POST", "/v1/ask", ACT, dict(JSON, Accept="text/plain"))
        same("words alone", plain[2], document["words"])
        holds("as the command says them", words.split("\n")[0] in plain[2] or plain[2].split("\n")[0] in words, plain[2])


@test
def batches_of_any_size():
    lines = [ACT, "", "{", '{"act":"transfer"}', "  ", ACT]
    with daemon("--anonymous", "counsel", "--batch-bytes", "8000000") as running:
        answers = [json.loads(line) for line in running.ask("POST", "/v1/judge", "\n".join(lines), NDJSON)[2].splitlines()]
        same("errors have their lines", [answer.get("error", {}).get("line") for answer in answers], [None, 3, None, None])
        answers = running.ask("POST", "/v1/judge", "", NDJSON)
        same("nothing", (answers[0], answers[2]), (200, ""))
        many = (ACTS * 400)[:7_000_000].rsplit("\n", 1)[0] + "\n"
        status, headers, body = running.ask("POST", "/v1/judge", iter([many[:11].encode(), many[11:].encode()]), NDJSON)
        same("as many answers as acts", (status, body.count("\n")), (200, many.count("\n")))
        peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{running.process.pid}/status").read_text()).group(1))
        same("nothing stays in the spool", [name for name in os.listdir(running.folder) if not name.startswith("log-")], [])
        holds("memory stays small", SANITIZED or peak < 64 * 1024, peak)
        problem("too large", running.announce("POST", "/v1/judge", 8_000_001, NDJSON), 413)


@test
def a_batch_whose_reader_goes_away_is_no_matter():
    with daemon("--anonymous", "counsel") as running:
        for size in (10, 5000, 100_000):
            with socket.create_connection(("127.0.0.1", running.port)) as client:
                body = (ACTS * 100).encode()
                client.sendall(b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body) + body[:size] if size < 100 else
                               b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body) + body)
                if size >= 100:
                    client.recv(size)
        same("still there", running.ask("GET", "/healthz")[0], 200)


@test
def what_is_wrong_is_told():
    with daemon("--anonymous", "gate,counsel,auditor") as running:
        ask = running.ask
        problem("no such path", ask("GET", "/v1/nothing"), 404)
        problem("no such method", ask("DELETE", "/v1/judge"), 405)
        same("the one there is", [ask("DELETE", path)[1].get("allow") for path in ("/v1/judge", "/healthz")], ["POST", "GET, HEAD"])
        problem("no type", ask("POST", "/v1/judge", ACT), 415)
        problem("another type", ask("POST", "/v1/judge", ACT, {"Content-Type": "application/jsonx"}), 415)
        problem("a batch where one act is asked for", ask("POST", "/v1/ask", ACT, NDJSON), 415)
        problem("no act", ask("POST", "/v1/judge", "{", JSON), 400)
        problem("an empty body", ask("POST", "/v1/judge", "", JSON), 400)
        problem("an unknown name", ask("POST", "/v1/judge", '{"act":"transfer","data":{"categories":["helth"]}}', JSON), 400)
        holds("and what was meant", "health" in ask("POST", "/v1/judge", '{"act":"transfer","data":{"categories":["helth"]}}', JSON)[2])
        problem("too large an act", running.announce("POST", "/v1/judge", (1 << 20) + 1, JSON), 413)
        problem("a body where none belongs", running.announce("GET", "/healthz", 10 ** 17, {}), 413)
        problem("no record", ask("GET", "/v1/record/checkpoint"), 404)
        problem("no rule", ask("GET", "/v1/law/rules/XX.NOTHING"), 404)
        problem("no day", ask("GET", "/v1/law/rules?on=2026-02-30"), 400)
        problem("no gate", ask("GET", "/v1/auth_request/nothing"), 404)
        for head in (b"GET / HTTP/1.1\r\n" + b"A: " + b"b" * 100_000 + b"\r\n\r\n", b"\0\xff\r\n\r\n", b"GET\r\n\r\n",
                     b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                     b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
                     b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
                client.sendall(head)
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_WR)
                    answer = client.recv(4096)
                    holds("refused or closed", answer[9:10] in (b"", b"4", b"5") or answer == b"", answer)
        same("still there", ask("GET", "/healthz")[0], 200)


@test
def a_head_is_read_in_one_way_only():
    """What a server in front may take otherwise than the daemon is refused, and the connection ends."""
    token, digest = new_token()
    host, who, json_type = "Host: x", f"Authorization: Bearer {token}", "Content-Type: application/json"
    length, chunked = f"Content-Length: {len(ACT)}", "Transfer-Encoding: chunked"
    chunks = f"{len(ACT):x}\r\n{ACT}\r\n0\r\n\r\n"
    twice, other = "A header stands twice that may stand once", "Of transfer encodings there is chunked"
    # what stands in the head besides, the body, why it is refused
    cases = [((length,), ACT, None), ((chunked,), chunks, None), (("Transfer-Encoding: Chunked",), chunks, None),
             ((length, length), ACT, twice), (("Content-Length: 5", length), ACT, twice), ((length, "content-length: 5"), ACT, twice),
             ((length, who), ACT, twice), ((length, "Authorization: Bearer x"), ACT, twice), ((length, json_type), ACT, twice),
             ((length, "Content-Type: text/plain"), ACT, twice), ((length, host), ACT, twice),
             ((length, "Content-Encoding: gzip", "Content-Encoding: identity"), ACT, twice),
             ((length, chunked), chunks, "The body has a length and comes in chunks"),
             ((chunked, "Content-Length: 5"), chunks, "The body has a length and comes in chunks"),
             (("Transfer-Encoding: gzip", chunked), chunks, other), (("Transfer-Encoding: gzip, chunked",), chunks, other),
             (("Transfer-Encoding: xchunked", length), ACT, other), ((chunked, chunked), chunks, twice),
             ((f"Content-Length : {len(ACT)}",), ACT, "A header has a name that is none"),
             ((length, "X[0]: y"), ACT, "A header has a name that is none")]
    with daemon("--token", f"g gate {digest}") as running:
        for more, body, why in cases:
            head = "\r\n".join(("POST /v1/judge HTTP/1.1", host, who, json_type, *more))
            with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
                client.sendall(f"{head}\r\n\r\n{body}GET /healthz HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n".encode())
                answer = b""
                with contextlib.suppress(OSError):  # where what came behind was not read
                    while piece := client.recv(65536):
                        answer += piece
            statuses = re.findall(r"HTTP/1\.1 (\d+)", answer.decode())
            title = "The head of the request can be read in more ways than one"
            same(f"{more}", (statuses, why is None or (title in answer.decode() and why in answer.decode())),
                 (["200", "200"] if why is None else ["400"], True))
        same("a path with a zero byte is no other", [running.ask("GET", path)[0] for path in ("/%68ealthz", "/healthz%00", "/healthz%00x", "/healthz%", "/healthz%0")],
             [200, 404, 404, 404, 404])


@test
def files_of_the_record_are_served_whole():
    with daemon("--anonymous", "gate,authority", record=True) as running:
        same("a batch", running.ask("POST", "/v1/judge", f"{ACT}\n" * 600, NDJSON)[0], 200)
        until = time.monotonic() + 20
        while "\n600\n" not in running.ask("GET", "/v1/record/checkpoint")[2] and time.monotonic() < until:
            time.sleep(0.05)
        public = pathlib.Path(running.folder, "record/public")
        files = [path for path in public.rglob("*") if path.is_file()]
        holds("full tiles and parts of them", {"000", "001", "88"} <= {path.name for path in files}, files)
        for path in files:
            answer = running.ask("GET", f"/v1/record/{path.relative_to(public)}")
            same(str(path.relative_to(public)), (answer[0], answer[2].encode("latin-1" if "tile" in path.parts else "utf-8")), (200, path.read_bytes()))
        problem("signed by no witness", running.ask("GET", "/v1/record/cosigned"), 404, "The record has no such file")
        policy = pathlib.Path(running.folder, "policy")
        policy.write_text(run(COMITY, "record", "show", os.path.join(running.folder, "record")).stdout.split("key")[1].split()[0].join(("log ", "\nquorum none\n")))
        same("a monitor follows it here", run(COMITY, "record", "monitor", "--policy", policy, "--state", os.path.join(running.folder, "monitor"), f"http://127.0.0.1:{running.port}/v1/record/").stdout,
             "600 entries, 600 of them new: the log goes on from what it was\n")


@test
def who_connects_takes_no_file_of_the_record():
    with daemon("--anonymous", "gate", record=True, files=400) as running:
        same("fewer connections than were asked for", [(line["each"], line["files"]) for line in running.events("fewer-connections")], [(72, 400)])
        with contextlib.ExitStack() as clients:
            idle = [clients.enter_context(socket.create_connection(("127.0.0.1", running.port), timeout=10)) for _ in range(500)]
            head = "POST /v1/judge HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
            idle[0].sendall(f"{head}Content-Length: {len(ACT)}\r\n\r\n{ACT}".encode())
            answer = idle[0].recv(65536)
            holds("who is in is judged and recorded", answer.startswith(b"HTTP/1.1 200") and b"Comity-Record: 0" in answer, answer[:200])
        same("and so is who comes then", running.ask("POST", "/v1/judge", ACT, JSON)[0], 200)
        same("the record has not failed", running.events("record-failed"), [])
    with daemon("--anonymous", "gate") as running:
        same("with files enough there is nothing to tell", running.events("fewer-connections"), [])


@test
def bodies_that_nobody_reads_take_no_memory():
    with daemon() as running:
        rss = lambda: int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{running.process.pid}/status").read_text()).group(1))  # noqa: E731
        running.ask("GET", "/healthz")
        before = rss()
        with contextlib.ExitStack() as clients:
            for _ in range(100):
                client = clients.enter_context(socket.create_connection(("127.0.0.1", running.port), timeout=10))
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b" " * 900_000)
            time.sleep(0.5)
            holds("of strangers", rss() - before < 30 << 10, (before, rss()))
        same("such a body is let pass", running.ask("GET", "/healthz", b"hello")[0], 200)


@test
def the_law_is_read():
    with daemon("--anonymous", "authority") as running:
        law = json.loads(running.ask("GET", "/v1/law")[2])
        rules = json.loads(running.ask("GET", "/v1/law/rules")[2])
        same("all rules", (len(rules["rules"]), rules["law"]), (law["rules"], law["law"]))
        same("rules of the laws", sum(one["rules"] for one in law["laws"]), law["rules"])
        shown = [json.loads(line) for line in run(COMITY, "law", "list", "--json", "--law", IMAGE).stdout.splitlines()]
        same("as the command lists them", rules["rules"], shown)
        some = json.loads(running.ask("GET", "/v1/law/rules?state=EU&on=2026-01-01&search=third%20country")[2])["rules"]
        holds("a search", 0 < len(some) < 50 and all(rule["rule"].startswith("EU.") for rule in some), len(some))
        one = json.loads(running.ask("GET", "/v1/law/rules/EU.GDPR.44")[2])
        same("one rule", one, json.loads(run(COMITY, "law", "show", "--json", "--law", IMAGE, "EU.GDPR.44").stdout))


# ---- who may ----


@test
def only_who_may_is_answered():
    table = [json.loads(line) for line in run(COMITYD, "--routes").stdout.splitlines()]
    roles = ["gate", "counsel", "authority", "auditor", "admin"]
    tokens = {role: new_token() for role in roles}
    options = [part for role in roles for part in ("--token", f"{role} {role} {tokens[role][1]}")]
    with daemon(*options) as running:
        for row in table:
            method = "GET" if row["method"] == "any" else row["method"]
            path = re.sub(r"\{.*\}", "0", row["path"])
            open_to_all = row["roles"] == []
            for shown in (None, "Bearer wrong", "Basic abc", "Bearer", "Bearer " + tokens["gate"][0] + "0"):
                answer = running.ask(method, path, "{}" if method == "POST" else None,
                                     dict(JSON, **({} if shown is None else {"Authorization": shown})))
                if open_to_all:
                    holds(f"{path}: for everybody", answer[0] in (200, 503) or row["path"] == "/{file}", answer)
                else:
                    problem(f"{path}: {shown and shown[:12]}", answer, 401)
                    same("how to show it", answer[1].get("www-authenticate"), "Bearer")
            for role in roles:
                answer = running.ask(method, path, "{}" if method == "POST" else None,
                                     dict(JSON, Authorization="Bearer " + tokens[role][0]))
                may = open_to_all or role in row["roles"]
                holds(f"{path}: {role}", (answer[0] not in (401, 403)) == may, answer)
        short = running.ask("POST", "/v1/judge", ACT, dict(JSON, Authorization="bearer " + tokens["gate"][0]))[2]
        same("a gate is told the verdict", sorted(json.loads(short)), ["id", "law", "verdict"])
        full = running.ask("POST", "/v1/judge", ACT, dict(JSON, Authorization="Bearer " + tokens["counsel"][0]))[2]
        holds("counsel all of it", "rules" in json.loads(full), full)
        for token, digest in tokens.values():
            holds("no token in the log", token not in running.log and digest not in running.log)


@test
def users_of_a_socket_are_known():
    class Unix(http.client.HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.connect(self.host)

    def ask(path, where, headers=None):
        connection = Unix(path)
        connection.request("GET", where, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()

    with daemon("--listen", "unix:@/socket", "--peer", f"{os.getuid()} auditor") as running:
        path = running.folder + "/socket"
        same("as this user", ask(path, "/metrics")[0], 200)
        same("but not what the role does not allow", ask(path, "/v1/auth_request/x")[0], 403)
        same("a wrong token is not made up for", ask(path, "/metrics", {"Authorization": "Bearer x"})[0], 401)
        same("nor on loopback", running.ask("GET", "/metrics")[0], 401)
        second = run(COMITYD, "--confine", "no", "--listen", "unix:" + path, "--law", IMAGE, "--spool", running.folder)
        same("a socket in use is left alone", (second.returncode, "somebody listens there" in second.stderr), (2, True))
        running.stop(signal.SIGKILL)
        holds("a dead one is left behind", os.path.exists(path))
        again = Daemon(running.folder, "--listen", "unix:" + path, "--peer", f"{os.getuid()} auditor")
        same("and taken over", ask(path, "/metrics")[0], 200)
        same("stops", again.stop(), 0)
        holds("and is removed", not os.path.exists(path))


@test
def settings_that_are_wrong_are_told():
    cases = [
        ("lisen 127.0.0.1:1", '1: "lisen" is no setting; did you mean "listen"?'),
        ("listen", "1: expected listen ADDRESS:PORT or unix:PATH, found 0 values"),
        ("listen 0.0.0.0:80", '1: listen: "0.0.0.0" is no loopback address: the daemon speaks plain HTTP; put a server with TLS in front'),
        ("listen [::2]:80", '1: listen: "::2" is no loopback address: the daemon speaks plain HTTP; put a server with TLS in front'),
        ("listen localhost", '1: listen: expected ADDRESS:PORT or unix:PATH, found "localhost"'),
        ("listen :80", '1: listen: expected ADDRESS:PORT or unix:PATH, found ":80"'),
        ("listen [::1:80", '1: listen: expected ADDRESS:PORT or unix:PATH, found "[::1:80"'),
        ("listen 127.0.0.1:65536", '1: listen: "65536" is no number from 0 to 65535'),
        ("listen unix:relative", "1: listen: a unix socket is an absolute path of at most 107 bytes"),
        ("# a comment\n\nthreads 0", '3: threads: "0" is no number from 1 to 256'),
        ("threads many # so", '1: threads: "many" is no number from 1 to 256'),
        ("token a boss sha256:00", '1: token: "boss" is no role; there are gate, counsel, authority, auditor and admin, with commas between'),
        ("token a gate, sha256:00", '1: token: "" is no role; there are gate, counsel, authority, auditor and admin, with commas between'),
        ("token a gate secret", "1: token: a token is given as sha256: and 64 small hexadecimal digits; `comityd --new-token` makes one"),
        ("token A gate sha256:00", '1: token: "A" is no name: at most 64 small letters, digits, \'-\', \'_\' and \'.\''),
        ("peer nobody-of-that-name gate", '1: peer: there is no user "nobody-of-that-name"'),
        ("confine perhaps", '1: confine: expected no or yes, found "perhaps"'),
        ("erase-after Keep 7", "1: erase-after: a class of retention is named by 1 to 40 small letters, digits and hyphens between them"),
        ("erase-after keep 0", '1: erase-after: "0" is no number from 1 to 36500'),
        ("erase-after keep", "1: expected erase-after CLASS DAYS, found 1 value"),
        ("erase-after keep 7\nerase-after keep 8", "2: erase-after: days are given already for the class keep"),
        ("\n".join(f"erase-after keep-{n} 7" for n in range(17)), "17: erase-after: more than 16 classes"),
        ("gate a x\ngate a y", '2: gate: there are two gates of the name "a"'),
        ("log \xff", "1: the line is not UTF-8 text"),
        ("threads many#so", '1: threads: "many#so" is no number from 1 to 256'),
        ("threads\t2\t# so\n\t#\n#\nconfine no#", '4: confine: expected no or yes, found "no#"'),
        (f"token a gate sha256:{'0' * 64}\ntoken b gate sha256:{'1' * 64}\ntoken c counsel sha256:{'0' * 64}",
         "3: token: this token is given already, to a: say all its roles in one line"),
        ("peer 77 gate\npeer 78 gate\npeer 77 admin", "3: peer: this user is given already, as 77: say all roles in one line"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "conf")
        for text, message in cases:
            pathlib.Path(path).write_bytes(text.encode("latin-1"))
            told = run(COMITYD, "--config", path)
            same(text, (told.returncode, told.stderr), (2, f"comityd: {path}:{message}\n"))
        for options, message in ((("--threads",), "--threads: expected --NAME VALUE; see comityd --help"),
                                 (("threads", "1"), "threads: expected --NAME VALUE; see comityd --help"),
                                 (("--retention", "x"), "retention is of use with record only"),
                                 (("--erase-after", "x 7"), "erase-after is of use with record only"),
                                 (("--gate-socket", "/x"), "gate-socket is of use with record only: nothing is released unrecorded"),
                                 (("--gate", f"g {path}"), "gate is of use with record only: nothing is released unrecorded"),
                                 (("--gate-socket", "x"), "--gate-socket: a unix socket is an absolute path of at most 107 bytes"),
                                 (("--config", folder + "/none"), f"{folder}/none: No such file or directory"),
                                 (("--threads=x",), '--threads: "x" is no number from 1 to 256')):
            told = run(COMITYD, *options)
            same(options, (told.returncode, told.stderr), (2, f"comityd: {message}\n"))
        base = ("--listen", "127.0.0.1:0", "--law", IMAGE, "--confine", "no")
        record, _ = new_record(folder)
        for act, message in (('{"act":"transfer","to":"${to}"}', 'a placeholder is "${comity-NAME}" and a whole string'),
                             ('{"act":"transfer","to":"${comity-To}"}', "small letters, digits and hyphens"),
                             ('["${comity-to}"]', "an act is an object, found an array"), ("{", "line 1"),
                             ('{"act":"transfer","frm":"DE"}', '"frm"')):
            pathlib.Path(path).write_text(act)
            told = run(COMITYD, *base, "--record", record, "--gate", f"g {path}")
            holds(act, told.returncode == 2 and message in told.stderr and path in told.stderr, told.stderr)
        told = run(COMITYD, *base, "--adopt", "NONE")
        holds("no such agreement", told.returncode == 2 and '"NONE" is no agreement on file' in told.stderr, told.stderr)


@test
def it_gives_up_what_it_does_not_need():
    if SANITIZED:
        return skip("the sanitizers do not bear it")
    with daemon("--anonymous", "counsel") as running:
        status = pathlib.Path(f"/proc/{running.process.pid}/status").read_text()
        same("seccomp", re.search(r"Seccomp:\s+(\d)", status).group(1), "2")
        same("no new privileges", re.search(r"NoNewPrivs:\s+(\d)", status).group(1), "1")
        for task in os.listdir(f"/proc/{running.process.pid}/task"):
            one = pathlib.Path(f"/proc/{running.process.pid}/task/{task}/status").read_text()
            same("in every thread", re.search(r"Seccomp:\s+(\d)", one).group(1), "2")


@test
def what_it_gave_up_is_gone():
    if SANITIZED:
        return skip("the sanitizers do not bear it")
    free = {"a local socket", "a socket", "memory", "all"}
    with tempfile.TemporaryDirectory(prefix="comity-outside-") as outside:
        escape = {"LD_PRELOAD": str(pathlib.Path(CLOCK).with_name("libescape.so")), "COMITY_TEST_OUTSIDE": outside}
        with daemon("--anonymous", "counsel", environment=escape) as running:
            while "all" not in [line["what"] for line in running.events("tried")]:
                time.sleep(0.01)
            tried = {line["what"]: line["why"] for line in running.events("tried")}
            landlock = running.events("confined")[0]["landlock"] == "yes"
            for what, why in tried.items():
                of_files = what.split()[0] in ("read", "write", "remove") or what == "a folder outside"
                if landlock or not of_files:
                    holds(what, (why == 0) == (what in free) and (why in (0, errno.EPERM, errno.EACCES, errno.ENOSYS)), why)
            same("all of it", len(tried), 22)
            same("it goes on", running.ask("GET", "/healthz")[0], 200)
        same("nothing is there", os.listdir(outside), [])
        ended = subprocess.run([COMITYD, "--listen", "127.0.0.1:0", "--law", IMAGE, "--spool", outside], capture_output=True, timeout=60,
                               env={**os.environ, **escape, "COMITY_TEST_PROGRAM": "1"})
        same("a program is the end", ended.returncode, -signal.SIGSYS)


# ---- the record ----


@test
def what_is_answered_is_in_the_record():
    with tempfile.TemporaryDirectory() as folder:
        record, key = new_record(folder)
        with daemon("--anonymous", "counsel,auditor", "--record", record) as running:
            answers = [running.ask("POST", "/v1/judge", act, JSON) for act in ACTS.splitlines()]
            same("numbers", [int(answer[1]["comity-record"]) for answer in answers], list(range(len(answers))))
            holds("a question is not recorded", "comity-record" not in running.ask("POST", "/v1/ask", ACT, JSON)[1])
            batch = running.ask("POST", "/v1/judge", ACTS * 40, NDJSON)[2]
            until = time.monotonic() + 20
            size = 0
            while size < len(answers) * 41 and time.monotonic() < until:
                checkpoint = running.ask("GET", "/v1/record/checkpoint")[2]
                size = int(checkpoint.splitlines()[1])
                time.sleep(0.05)
            same("a checkpoint over all", size, len(answers) * 41)
            policy = os.path.join(folder, "policy")
            pathlib.Path(policy).write_text(f"log {key}\nquorum none\n")
            for index in (0, 5, len(answers) - 1):
                receipt = running.ask("GET", f"/v1/record/proof/{index}")
                pathlib.Path(folder, "receipt").write_text(receipt[2])
                pathlib.Path(folder, "judgement").write_text(answers[index][2].rstrip("\n"))
                verified = run(COMITY, "record", "verify", "--policy", policy, "--receipt", folder + "/receipt", "--judgement",
                               folder + "/judgement")
                same("a receipt verifies", (receipt[0], verified.returncode), (200, 0))
            problem("no such entry", running.ask("GET", "/v1/record/proof/999999"), 404)
            problem("no number", running.ask("GET", "/v1/record/proof/-1"), 404)
            tile = running.ask("GET", "/v1/record/tile/entries/000")
            same("a tile", tile[0], 200)
            problem("no tile", running.ask("GET", "/v1/record/tile/../../keys"), 404)
            metrics = running.ask("GET", "/metrics")[2]
            holds("counted", f"comity_record_entries {size}\n" in metrics, metrics)
        verified = run(COMITY, "record", "verify", record)
        same("all of it verifies", verified.returncode, 0)
        replayed = run(COMITY, "record", "replay", record)
        same("and is judged the same again", replayed.returncode, 0)


@test
def killed_under_load_nothing_answered_is_lost():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        record, key = new_record(folder)
        answered = {}
        for round_number in range(3):
            running = Daemon(folder, "--anonymous", "counsel", "--record", record)
            ending = threading.Event()

            def load():
                connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
                lines = ACTS.splitlines()
                while not ending.is_set():
                    try:
                        connection.request("POST", "/v1/judge", random.choice(lines), JSON)
                        answer = connection.getresponse()
                        body = answer.read().decode()
                    except (OSError, http.client.HTTPException):
                        return
                    if answer.status == 200:
                        answered[int(answer.headers["comity-record"])] = body.rstrip("\n")

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for _ in range(8):
                    pool.submit(load)
                time.sleep(random.uniform(0.2, 0.8))
                enough = 10 * (round_number + 1)
                patience = time.monotonic() + 60
                while len(answered) < enough and time.monotonic() < patience:
                    time.sleep(0.01)
                running.stop(signal.SIGKILL)
                ending.set()
        holds("there was load", len(answered) > 20, len(answered))
        running = Daemon(folder, "--anonymous", "counsel", "--record", record)
        same("stops", running.stop(), 0)
        verified = run(COMITY, "record", "verify", record)
        same("the record is whole", verified.returncode, 0)
        for index in sorted(answered)[:: max(1, len(answered) // 60)]:
            shown = run(COMITY, "record", "show", "--judgement", record, str(index))
            same(f"entry {index} is what was answered", shown.stdout.rstrip("\n"), answered[index])


@test
def batches_are_recorded_line_by_line():
    """What is judged goes to the record together: each act is the entry that its answer says."""
    with tempfile.TemporaryDirectory() as folder:
        record, key = new_record(folder)
        answered = []
        with daemon("--anonymous", "counsel", "--record", record) as running:
            for count in (1, 15, 16, 17, 40):
                lines = [json.dumps(dict(json.loads(ACT), id=f"{count}-{i}")) if i % 7 != 5 else "{" for i in range(count)]
                status, headers, body = running.ask("POST", "/v1/judge", "\n".join(lines), NDJSON)
                same("as many answers as lines", (status, body.count("\n")), (200, count))
                answers = body.splitlines()
                same("in their order", [json.loads(line).get("id", "error") for line in answers],
                     [f"{count}-{i}" if i % 7 != 5 else "error" for i in range(count)])
                answered += [line for line in answers if "error" not in json.loads(line)]
            same("who brings nothing", running.ask("POST", "/v1/judge", "", NDJSON)[0], 200)
        report = json.loads(run(COMITY, "record", "verify", "--json", record).stdout)
        same("as many entries", report["size"], len(answered))
        same("which are what was answered", [run(COMITY, "record", "show", "--judgement", record, str(i)).stdout.rstrip("\n")
                                            for i in range(len(answered))], answered)


@test
def a_batch_is_cut_off_when_the_disk_is_full():
    filler = json.dumps({"act": "transfer", "on": "2026-01-01", "from": {"state": "DE", "name": "n" * 900}, "to": "BR",
                         "papers": [{"kind": "standard-contract", "ref": "r" * 900} for _ in range(5)]})
    with tempfile.TemporaryDirectory() as folder:
        record, key = new_record(folder)
        body = pathlib.Path(folder, "acts")
        with daemon("--anonymous", "counsel", "--record", record) as running:
            same("before", running.ask("POST", "/v1/judge", ACT, JSON)[0], 200)
        with daemon("--anonymous", "counsel", "--record", record, limit=8 << 20) as running:  # the request lies in a file, too
            body.write_text("\n".join([filler] * 1200))
            cut = None
            answered = 0
            for _ in range(8):
                cut = subprocess.run(["curl", "-sS", "-H", "Content-Type: application/x-ndjson", "--data-binary", f"@{body}",
                                      f"http://127.0.0.1:{running.port}/v1/judge"], capture_output=True, text=True, check=False)
                answered += cut.stdout.count("\n")
                if cut.returncode != 0:
                    break
            holds("it is cut off", cut.returncode in (18, 52, 56), (cut.returncode, cut.stderr))
        report = json.loads(run(COMITY, "record", "verify", "--json", record).stdout)
        holds("what was answered is there", report["size"] >= answered + 1 and report["absent"] == 0, (report, answered))


@test
def a_full_disk_gives_503_and_service_returns():
    with tempfile.TemporaryDirectory() as folder:
        record, key = new_record(folder)
        with daemon("--anonymous", "counsel,auditor", "--record", record) as running:
            same("before", running.ask("POST", "/v1/judge", ACT, JSON)[0], 200)
        limit = max(path.stat().st_size for path in pathlib.Path(record).rglob("*") if path.is_file() and "private" in str(path)) + 4096
        limit = max(limit, 1 << 20)
        with daemon("--anonymous", "counsel,auditor", "--record", record, limit=limit) as running:
            statuses = set()
            filler = json.dumps({"act": "transfer", "on": "2026-01-01", "from": {"state": "DE", "name": "n" * 900}, "to": "BR",
                                 "papers": [{"kind": "standard-contract", "ref": "r" * 900} for _ in range(50)]})
            answer = None
            for _ in range(200):
                answer = running.ask("POST", "/v1/judge", filler, JSON)
                statuses.add(answer[0])
                if answer[0] == 503:
                    break
            problem("when the disk is full", answer, 503, "The judgement could not be recorded")
            same("come again", answer[1].get("retry-after"), "5")
            same("nothing else was answered", statuses, {200, 503})
            until = time.monotonic() + 20
            resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            while running.ask("POST", "/v1/judge", ACT, JSON)[0] != 200 and time.monotonic() < until:
                time.sleep(0.1)
            same("with room again", running.ask("POST", "/v1/judge", ACT, JSON)[0], 200)
            same("ready", running.ask("GET", "/readyz")[0], 200)
            holds("told in the log", running.events("record-failed") and running.events("record-open-again"), running.log)
        same("the record is whole", run(COMITY, "record", "verify", record).returncode, 0)


NEW_YEAR_S = 1798761600  # 2027-01-01T00:00:00Z


@test
def a_copy_that_is_made_in_order_goes_on():
    with daemon("--anonymous", "gate", record=True) as running:
        record, done = pathlib.Path(running.folder, "record"), threading.Event()
        text = (ROOT / "docs/operating.md").read_text()
        commands = re.search(r"(?:^    cp -a record/\S.*\n)+", text, re.M).group().split("\n")[:-1]
        same("as the manual says", len(commands), 4)

        def go_on_recording():
            while not done.is_set():
                running.ask("POST", "/v1/judge", "\n".join([ACT] * 700), NDJSON)

        thread = threading.Thread(target=go_on_recording)
        thread.start()
        until = time.monotonic() + 30
        while not (record / "settled").exists() or checkpoint_size(record) < 70000:
            if time.monotonic() > until:
                break
            time.sleep(0.05)
        for attempt in range(5):
            copy = pathlib.Path(running.folder, f"copy-{attempt}")
            (copy / "public").mkdir(parents=True)
            for command in commands:
                run("sh", "-c", command.replace("record/", f"{record}/").replace(" copy/", f" {copy}/"))
                time.sleep(0.4)
            if run(COMITY, "record", "verify", copy).returncode == 0:
                break
        done.set()
        thread.join()
        holds("it verifies", attempt < 4, attempt)
        shutil.copytree(record / "keys", copy / "keys")
        grown = run(COMITY, "record", "append", copy, ROOT / "README.md")
        holds("and is written on", grown.returncode == 0 and int(grown.stdout.split()[0]) >= checkpoint_size(copy) - 1, grown.stdout + grown.stderr)


def new_yearly(folder, seconds):
    """A record that has a log for every year, and what lets a daemon begin so long before the new year."""
    record = os.path.join(folder, "record")
    same("made", run(COMITY, "record", "init", "--yearly", "--origin", "example.org/serve", record).returncode, 0)
    return record, {"LD_PRELOAD": CLOCK, "COMITY_TEST_CLOCK_FROM": str(NEW_YEAR_S - seconds)}


def checkpoint_size(folder):
    return int(pathlib.Path(folder, "public/checkpoint").read_text().splitlines()[1])


def covered(expected, *folders):
    """How many entries the checkpoints of records cover, once they are as many as expected, or after a while."""
    until = time.monotonic() + 20
    while True:
        count = sum(map(checkpoint_size, folders))
        if count == expected or time.monotonic() > until:
            return count
        time.sleep(0.1)


@test
def the_new_year_has_its_own_log_and_no_answer_is_lost():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        record, clock = new_yearly(folder, 5)
        shutil.rmtree(f"{record}/{time.gmtime().tm_year}")  # the daemon makes its year's itself
        with daemon("--anonymous", "counsel,auditor", "--record", record, environment=clock) as running:
            connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
            connection.request("GET", "/v1/judgements/events")
            live = connection.getresponse()
            batch = "\n".join([ACT] * 3)
            statuses, batches, until = [], [], time.monotonic() + 20
            beside = [threading.Thread(target=lambda: [statuses.append(running.ask("POST", "/v1/judge", ACT, JSON)[0]) or time.sleep(0.03)
                                                       for _ in iter(lambda: bool(running.events("year")) or time.monotonic() > until, True)])
                      for _ in range(6)]
            for thread in beside:
                thread.start()
            while not running.events("year") and time.monotonic() < until:
                statuses.append(running.ask("POST", "/v1/judge", ACT, JSON)[0])
                batches.append(running.ask("POST", "/v1/judge", batch, NDJSON)[2].count('"verdict"'))
                time.sleep(0.02)
            for thread in beside:
                thread.join()
            same("it turned", [event["record"] for event in running.events("year")], [f"{record}/2027"])
            statuses.append(running.ask("POST", "/v1/judge", ACT, JSON)[0])
            same("all are answered", (set(statuses), set(batches)), ({200}, {3}))
            count = len(statuses) + 3 * len(batches)
            same("every judgement is in one", covered(count, f"{record}/2026", f"{record}/2027"), count)
            newest = running.get("/v1/judgements")["judgements"][0]["entry"]
            holds("views are the new year's", newest < 60, newest)
            followed = []
            while followed[-1:] != ["2027/0"]:
                line = live.readline().split()
                followed += [line[1].decode()] if line[:1] == [b"id:"] else []
            last = checkpoint_size(f"{record}/2026")
            same("who follows misses none", followed, [f"2026/{i}" for i in range(int(followed[0].split("/")[1]), last)] + ["2027/0"])
            connection.close()
            same("ready", running.ask("GET", "/readyz")[0], 200)
        same("each is whole", [run(COMITY, "record", "verify", f"{record}/{year}").returncode for year in (2026, 2027)], [0, 0])
        with daemon("--anonymous", "auditor", "--record", f"{record}/2026") as running:
            same("an old year can be looked at", running.get("/v1/judgements")["judgements"][0]["entry"], last - 1)


@test
def a_year_that_cannot_begin_is_tried_again():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        record, clock = new_yearly(folder, 5)
        pathlib.Path(record, "2027").write_text("in the way")
        with daemon("--anonymous", "counsel,auditor", "--record", record, environment=clock) as running:
            statuses, until = [], time.monotonic() + 30
            while not running.events("year-failed") and time.monotonic() < until:
                statuses.append(running.ask("POST", "/v1/judge", ACT, JSON)[0])
            statuses.append(running.ask("POST", "/v1/judge", ACT, JSON)[0])
            same("the old log goes on", set(statuses), {200})
            same("told once", len(running.events("year-failed")), 1)
            same("all are in it", covered(len(statuses), f"{record}/2026"), len(statuses))


# ---- reloading and stopping ----


@test
def the_law_is_loaded_anew_and_no_act_is_lost():
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "law.image")
        shutil.copy(IMAGE, image)
        other = os.path.join(folder, "other.image")
        built = run(COMITY, "law", "build", "-o", other, str(ROOT / "law"), str(ROOT / "examples/house-rules.law"))
        same("another law", built.returncode, 0)
        with daemon("--anonymous", "counsel,auditor", "--law", image) as running:
            ending = threading.Event()
            seen, wrong = set(), []

            def load():
                connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
                while not ending.is_set():
                    connection.request("POST", "/v1/judge", ACT, JSON)
                    answer = connection.getresponse()
                    body = answer.read()
                    if answer.status != 200:
                        wrong.append((answer.status, body))
                    else:
                        seen.add(json.loads(body)["law"])

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                futures = [pool.submit(load) for _ in range(4)]
                for number in range(6):
                    new = other if number % 2 == 0 else IMAGE
                    shutil.copy(new, image + ".new")
                    os.rename(image + ".new", image)
                    running.process.send_signal(signal.SIGHUP)
                    running.wait_for("reloaded", number + 1)
                pathlib.Path(image + ".new").write_bytes(b"rubbish" * 1000)
                os.rename(image + ".new", image)
                running.process.send_signal(signal.SIGHUP)
                running.wait_for("reload-failed")
                os.unlink(image)
                running.process.send_signal(signal.SIGHUP)
                running.wait_for("reload-failed", 2)
                time.sleep(0.1)
                ending.set()
                for future in futures:
                    future.result()
            same("no act was lost", wrong, [])
            same("both laws judged", len(seen), 2)
            same("the last good one stays", running.ask("POST", "/v1/judge", ACT, JSON)[0], 200)
            metrics = running.ask("GET", "/metrics")[2]
            holds("counted", "comity_law_reloads_total 6\n" in metrics and "comity_law_reload_failures_total 2\n" in metrics, metrics)


@test
def stopping_finishes_what_is_under_way():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        record, key = new_record(folder)
        for times, number in ((1, signal.SIGTERM), (2, signal.SIGINT)):
            running = Daemon(folder, "--anonymous", "counsel", "--record", record)
            slow = socket.create_connection(("127.0.0.1", running.port))
            body = ACTS.encode()
            slow.sendall(b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n"
                         % len(body) + body[:100])
            time.sleep(0.2)
            running.process.send_signal(number)
            time.sleep(0.3)
            same("it waits", running.process.poll(), None)
            with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", running.port), timeout=10) as late:
                same("who comes now is let go", late.recv(1), b"")
            slow.sendall(body[100:])
            answer = b""
            while True:
                got = slow.recv(65536)
                if not got:
                    break
                answer += got
            same("all of the answer", answer.count(b'"verdict"'), ACTS.count("\n"))
            same("then it is gone", running.stop(), 0)
            holds("and said so", running.events("stopped"), running.log)
            same("all of it is under a checkpoint", checkpoint_size(record), times * ACTS.count("\n"))
        running = Daemon(folder, "--anonymous", "counsel", "--stop-timeout", "5")
        for size in (0, 3, 500):
            gone = socket.create_connection(("127.0.0.1", running.port))
            gone.sendall(b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + b"x" * size)
            gone.close()
        same("who goes away is not waited for", running.stop(), 0)
        running = Daemon(folder, "--anonymous", "counsel", "--stop-timeout", "1")
        stuck = socket.create_connection(("127.0.0.1", running.port))
        stuck.sendall(b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{")
        time.sleep(0.2)
        same("who never ends is cut off", running.stop(), 1)


@test
def stopping_while_clients_come_and_go():
    """Two threads that both take the socket out of epoll end the process: libmicrohttpd does so when it is asked to quiesce."""
    for _ in range(12):
        with daemon("--anonymous", "counsel", "--threads", "8", environment={"LD_PRELOAD": SLOW_EPOLL}) as running:
            stopped = threading.Event()

            def come_and_go():
                while not stopped.is_set():
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        running.ask("GET", "/healthz")

            clients = [threading.Thread(target=come_and_go) for _ in range(6)]
            for client in clients:
                client.start()
            time.sleep(0.05)
            same("stopped well", running.stop(), 0)
            stopped.set()
            for client in clients:
                client.join()


# ---- what is told to whom ----


@test
def nothing_personal_is_told():
    marks = ["Zarathustra-Quux", "zq-reference-7341", "zq-id-9922", "203.0.113.77"]
    act = json.dumps({"id": marks[2], "act": "transfer", "on": "2026-01-01", "from": {"state": "DE", "name": marks[0]}, "to": "BR",
                      "papers": [{"kind": "standard-contract", "ref": marks[1]}]})
    broken = act[:-1] + ',"nonsense":"' + marks[0] + '"}'
    with tempfile.TemporaryDirectory() as folder:
        gate = os.path.join(folder, "gate.json")
        pathlib.Path(gate).write_text('{"act":"transfer","from":{"state":"DE","name":"${comity-name}"},"to":"BR"}')
        with daemon("--anonymous", "gate,counsel,auditor", "--log", "requests", "--gate", f"g {gate}", record=True) as running:
            headers = dict(JSON, **{"X-Forwarded-For": marks[3], "User-Agent": marks[0]})
            for body in (act, broken, act + "x"):
                for path in ("/v1/judge", "/v1/ask", f"/v1/judge?who={marks[0]}"):
                    running.ask("POST", path, body, headers)
            running.ask("POST", "/v1/judge", "\n".join([act, broken]), NDJSON)
            running.ask("GET", f"/v1/{marks[0]}")
            running.ask("GET", "/v1/auth_request/g", headers={"Comity-Name": marks[0]})
            told = running.log + running.ask("GET", "/metrics")[2]
            same("marks in log and metrics", [mark for mark in marks if mark in told], [])


@test
def metrics_are_what_prometheus_reads():
    with daemon("--anonymous", "counsel,auditor") as running:
        running.ask("POST", "/v1/judge", ACTS, NDJSON)
        running.ask("POST", "/v1/judge", "{", JSON)
        status, headers, body = running.ask("GET", "/metrics")
        same("its type", headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        samples, types = {}, {}
        for line in body.splitlines():
            if line.startswith("# TYPE "):
                types[line.split()[2]] = line.split()[3]
                continue
            if line.startswith("# HELP "):
                continue
            match = re.fullmatch(r'([a-z_]+)((?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) ([0-9.]+)', line)
            holds("a sample", match, line)
            samples[match.group(1) + match.group(2)] = float(match.group(3))
        for name in samples:
            base = re.sub(r"\{.*", "", name)
            holds("of a type", base in types or re.sub("_(bucket|sum|count)$", "", base) in types, name)
        expected = {}
        for line in run(COMITY, "judge", "--law", IMAGE, input=ACTS).stdout.splitlines():
            verdict = json.loads(line)["verdict"]
            expected[verdict] = expected.get(verdict, 0) + 1
        same("verdicts", {verdict: samples[f'comity_judgements_total{{verdict="{verdict}"}}'] for verdict in expected}, expected)
        same("errors", samples["comity_act_errors_total"], 1)
        same("judged", samples["comity_judge_seconds_count"], sum(expected.values()) + 1)
        for name, kind in types.items():
            if kind == "histogram":
                buckets = [value for key, value in samples.items() if key.startswith(name + "_bucket")]
                same(f"{name} only grows", buckets, sorted(buckets))
                same(f"{name} counts all", buckets[-1], samples[name + "_count"])


# ---- proxies ----


class Upstream(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):
        Upstream.seen.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"from the archive\n")

    def log_message(self, *unused):
        pass


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@test
def nginx_asks_before_it_lets_through():
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx is None:
        return skip("there is no nginx")
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    Upstream.seen.clear()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="comity-nginx-") as folder:
        os.chmod(folder, 0o755)
        record, key = new_record(folder)
        uids = ["--peer", f"{os.getuid()} gate"]
        if os.getuid() == 0:
            uids += ["--peer", "www-data gate"]
        running = Daemon(folder, "--listen", f"unix:{folder}/comityd.sock", *uids, "--record", record, "--gate",
                         f"archive {ROOT / 'examples/serve/archive.json'}")
        text = (ROOT / "examples/serve/nginx.conf").read_text()
        text = text.replace("/run/comity/comityd.sock", f"{folder}/comityd.sock").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        text = text.replace("127.0.0.1:8081", f"127.0.0.1:{upstream.server_port}").replace("/var/log/nginx", folder)
        temporary = "".join(f"    {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        text = text.replace("http {\n", "http {\n" + temporary, 1)
        if os.getuid() != 0:
            text = text.replace("user www-data;\n", "")
        pathlib.Path(folder, "nginx.conf").write_text(f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\ndaemon off;\n" + text)
        server = subprocess.Popen([nginx, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"], stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 15
            while time.monotonic() < until:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                time.sleep(0.05)

            def ask(host, path):
                return running.ask("GET", path, headers={"Host": host, "Comity-To": "BR"}, port=port)

            same("let through", ask("br.archive.example", "/one")[::2], (200, "from the archive\n"))
            closed = ask("us.archive.example", "/two")
            problem("not let through", closed, 451)
            receipt = json.loads(closed[2])["receipt"]
            same("its receipt is in the log", [line["receipt"] for line in running.events("closed")], [receipt])
            holds("no verdict, no rule", "conditional" not in closed[2] and "comity-verdict" not in closed[1], closed)
            problem("a host nobody knows, whatever the client says of itself", ask("else.example", "/three"), 451)
            running.stop()
            problem("comityd is away", ask("br.archive.example", "/four"), 503)
            same("what reached the upstream", Upstream.seen, ["/one"])
            log = pathlib.Path(folder, "comity.log").read_text().splitlines()
            holds("the access log", re.fullmatch(r"br\.archive\.example 200 verdict=permit record=0 receipt=", log[0]), log)
            holds("with what was not let through", re.search(r"451 verdict=\w+ record=1 receipt=" + receipt, log[1]), log)
            same("both are in the record", run(COMITY, "record", "verify", record).returncode, 0)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(15)
            running.stop()
            upstream.shutdown()


@test
def envoy_asks_in_its_way():
    """What Envoy's http_service sends, as its sample says: the method and path of the request behind a prefix."""
    sample = (ROOT / "examples/serve/envoy.yaml").read_text()
    prefix = re.search(r"path_prefix: (\S+)", sample).group(1)
    token, digest = new_token()
    with daemon("--token", f"envoy gate {digest}", "--gate", f"archive {ROOT / 'examples/serve/archive.json'}", record=True) as running:
        def ask(method, path, to, body=None):
            headers = {"Authorization": "Bearer " + token, "Content-Length": "0"}
            return running.ask(method, prefix + path, body, headers if to is None else dict(headers, **{"comity-to": to}))

        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            same(method, ask(method, "/a/b?c=d", "BR")[0], 200)
        problem("a refusal", ask("GET", "/", "US"), 451)
        problem("doubt", ask("GET", "/", "AO"), 403)
        problem("no state", ask("GET", "/", None), 403)
        problem("no such state", ask("GET", "/", "nowhere"), 403)
        problem("what would be JSON", ask("GET", "/", 'BR","id":"x'), 403)
        for first, second in (("BR", "US"), ("US", "BR"), ("BR", "BR")):  # of a client, and of a proxy that adds its own
            with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
                client.sendall(f"GET {prefix}/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nComity-To: {first}\r\n"
                               f"comity-to: {second}\r\n\r\n".encode())
                same(f"{first} and {second}", client.recv(4096)[9:12], b"403")
        same("receipts", len({line["receipt"] for line in running.events("closed")}), 8)
        same("why", running.events("closed")[-1]["message"], "the header comity-to stands there 2 times")


@test
def the_sample_of_a_client_of_opa():
    token, digest = new_token()
    act = json.loads(ACT)
    with daemon("--token", f"opa gate {digest}", record=True) as running:
        def ask(text, **environment):
            told = run(sys.executable, ROOT / "examples/serve/opa.py", input=text,
                       env=dict(os.environ, OPA_URL=f"http://127.0.0.1:{running.port}", OPA_TOKEN=token, **environment))
            return told.returncode, told.stdout
        same("permitted", ask(json.dumps(dict(act, **{"from": "DE", "to": "BR", "purposes": ["research"], "on": "2026-11-24"}))), (0, "permit\n"))
        same("not permitted", ask('{"act": "transfer", "from": "DE", "to": "US"}'), (1, "undetermined\n"))
        same("no act", ask('{"act": "transfre"}'), (2, ""))
        running.stop()
        same("comityd is away", ask(ACT), (2, ""))


@test
def the_sample_settings_are_good():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        record, key = new_record(folder)
        text = (ROOT / "examples/serve/comityd.conf").read_text()
        text = text.replace("/run/comity", folder).replace("/var/lib/comity/record", record)
        text = text.replace("/etc/comity/archive.json", str(ROOT / "examples/serve/archive.json")).replace("127.0.0.1:7380", "127.0.0.1:0")
        text = text.replace("www-data", str(os.getuid()))
        pathlib.Path(folder, "comityd.conf").write_text(text)
        running = Daemon(folder, "--config", f"{folder}/comityd.conf")
        same("ready", running.ask("GET", "/readyz")[0], 200)
        same("stops", running.stop(), 0)


@test
def the_unit_gives_away_what_it_can():
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return skip("there is no systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        unit = os.path.join(folder, "comityd.service")
        text = (ROOT / "systemd/comityd.service.in").read_text().replace("@BINDIR@/comityd", COMITYD)
        pathlib.Path(unit).write_text(text)
        verified = run(analyze, "verify", "--man=no", unit)
        same("systemd reads it", (verified.returncode, verified.stdout, verified.stderr), (0, "", ""))
        judged = run(analyze, "security", "--offline=true", "--threshold=20", unit)
        same("exposure of at most 2.0", judged.returncode, 0)


@test
def the_command_becomes_the_daemon():
    same("help", run(COMITY, "serve", "--help").stdout, run(COMITYD, "--help").stdout)
    same("help of it", run(COMITY, "help", "serve").stdout, run(COMITYD, "--help").stdout)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(COMITY, folder)
        told = run(folder + "/comity", "serve")
        same("without it", (told.returncode, told.stderr), (2, f"comity: serve: {folder}/comityd: No such file or directory\n"))
    same("version", run(COMITYD, "--version").stdout, run(COMITY, "--version").stdout.replace("comity ", "comityd "))


sys.exit(main("serve", sys.argv[6] if len(sys.argv) > 6 else ""))
