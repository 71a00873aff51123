#!/usr/bin/env python3
"""Drives the nginx module with the real nginx, comityd, and an upstream that observes: what
arrives there is compared with the record, and nothing may have arrived unrecorded.

    gate.py COMITY COMITYD IMAGE MODULE [NAME]

Everything is made here, on loopback, in a folder that goes away; what is started is ended
by its own process id. NAME: only tests whose names hold it.
"""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from common import holds, main, run, same, skip, test
from gate_common import COMITY, DE_BR, DE_US, EMAIL, MODULE, NOTHING, PERSON, Upstream, gate, in_memory, problem, try_settings


# ---- what passes and what does not ----


@test
def released_masked_refused():
    with gate() as g:
        same("nothing personal passes", g.ask("/us/1", NOTHING)[::2], (200, b"upstream\n"))
        same("it arrives as it came", Upstream.seen[-1]["body"], NOTHING)
        same("what is lawful passes", g.ask("/br/2", PERSON)[0], 200)
        same("as it came", Upstream.seen[-1]["body"], PERSON)
        count = len(Upstream.seen)
        document = problem("conditional", g.ask("/us/3", PERSON), 451)
        same("no verdict, no rules", set(document), {"type", "title", "status", "receipt"})
        holds("blocked by", 'rel="blocked-by"' in g.ask("/us/3", PERSON)[1].get("link", ""))
        problem("refused", g.ask("/store/4", PERSON), 451)
        problem("the worst of two acts", g.ask("/both-acts/5", PERSON), 451)
        problem("not known where it goes", g.ask("/doubt/6", PERSON), 403)
        problem("the route's own policy", g.ask("/refusing/7", PERSON), 451)
        same("nothing of it arrived", len(Upstream.seen), count)
        told = problem("told", g.ask("/told/8", PERSON), 451)
        same("the verdict", told.get("verdict"), "conditional")
        holds("the rule", "EU.GDPR.44" in told.get("rules", []), told)
        holds("a way", any("standard-contract" in str(way) for way in told.get("ways", [])), told)
        same("masked, it passes", g.ask("/masked/9", PERSON)[0], 200)
        holds("and arrives", Upstream.seen[-1]["path"] == "/masked/9" and Upstream.seen[-1]["body"], Upstream.seen[-1])
        masked = json.loads(Upstream.seen[-1]["body"])
        same("masked", (set(masked["email"]) <= set("*@."), masked["note"]), (True, "hello"))
        same("its length", Upstream.seen[-1]["headers"]["content-length"], str(len(Upstream.seen[-1]["body"])))
        same("in doubt, let through", g.ask("/passes/10", PERSON)[0], 200)
        same("not inspected", g.ask("/open/11", PERSON)[0], 200)
        same("a variable", (g.ask("/variable/12", PERSON, {"X-To": "BR"})[0], g.ask("/variable/12", PERSON, {"X-To": "nowhere"})[0],
                            g.ask("/variable/12", PERSON, {"X-To": 'BR","x":"'})[0]), (200, 403, 403))
        same("empty values say nothing", g.ask("/unsaid/13", PERSON)[0], 200)
        said = g.entries()[-1]["act"]
        same("nor does the act", (said.get("deal"), said.get("demand"), said["from"], said["papers"]),
             (None, None, {"state": "DE", "name": "E", "kinds": ["company"]}, [{"kind": "standard-contract"}]))


@test
def every_place_is_looked_at():
    with gate() as g:
        person = EMAIL.replace("@", "%40")
        for what, path, headers in (("the query", f"/us/?email={person}", {}), ("twice encoded", f"/us/?email={person.replace('%', '%25')}", {}),
                                    ("the path", f"/us/{person}", {}), ("a path that is taken away again", f"/us/{person}/../x", {}), ("a header", "/us/", {"X-Email": EMAIL}),
                                    ("a cookie", "/us/", {"Cookie": f"a=b; email={person}"}),
                                    ("a plus sign that is one", "/us/?q=%2B4930901820", {}), ("one that came as it is", "/us/?q=+4930901820", {}),
                                    ("one that is a space", "/us/?iban=DE89+3704+0044+0532+0130+00", {}), ("one in a header", "/us/", {"X-Call": "+49 30 901820"}),
                                    ("a name of the host", "/us/", {"Host": "de89370400440532013000.example"}),
                                    ("a host that is a number and no address", "/low-level/", {"Host": "4111111111111111"})):
            problem(what, g.ask(path, None, headers), 451)
        for what, line in (("behind a query", b"GET /us/?a=1#" + EMAIL.encode()), ("the host of the request line", b"GET http://de89370400440532013000.example/us/")):
            answer = g.raw(line + b" HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n", shut=False)
            holds(what, answer.startswith(b"HTTP/1.1 451"), answer[:60])
        same("a host that is an address", [g.ask("/low-level/", None, {"Host": host})[0] for host in ("192.0.2.7", "192.0.2.7:8080", "[2001:db8::1]:80")], [200] * 3)
        Upstream.seen.clear()
        same("nothing arrived", Upstream.seen, [])
        same("and a clean one passes", g.ask("/us/?colour=blue", None, {"Cookie": "a=b", "X-Colour": "blue"})[0], 200)


@test
def bodies_of_every_kind():
    with gate(log_level="warn") as g:
        for what, body, headers, status in (
                ("gzip", gzip.compress(PERSON), {"Content-Encoding": "gzip"}, 451),
                ("gzip without anything", gzip.compress(NOTHING), {"Content-Encoding": "gzip"}, 200),
                ("cut off", gzip.compress(NOTHING)[:-6], {"Content-Encoding": "gzip"}, 403),
                ("an encoding nobody knows", NOTHING, {"Content-Encoding": "secret"}, 403),
                ("a lying encoding", PERSON, {"Content-Encoding": "gzip"}, 403),
                ("a bomb", gzip.compress(b"0" * (40 << 20)), {"Content-Encoding": "gzip"}, 403),
                ("a form", b"email=" + EMAIL.replace("@", "%40").encode(), {"Content-Type": "application/x-www-form-urlencoded"}, 451),
                ("a lying type", PERSON, {"Content-Type": "image/png"}, 451),
                ("nothing", b"", {}, 200)):
            answer = g.ask("/us/", body, headers)
            same(what, answer[0], status)
        for told in (f"comity: cannot be read: gzip: cut off at byte {len(gzip.compress(NOTHING)) - 6}", "comity: cannot be read: gzip: damaged at byte 2: incorrect header check",
                     "comity: cannot be read: input: a content encoding is not known; gzip, deflate, br and zstd are"):
            holds("the log says what could not be read, and why", told in g.errors(), g.errors()[-600:])
        brotli = shutil.which("brotli")
        if brotli:
            packed = subprocess.run([brotli, "-c"], input=PERSON, stdout=subprocess.PIPE, check=True).stdout
            same("brotli", g.ask("/us/", packed, {"Content-Encoding": "br"})[0], 451)
            clean = subprocess.run([brotli, "-c"], input=NOTHING, stdout=subprocess.PIPE, check=True).stdout
            same("brotli without anything", g.ask("/us/", clean, {"Content-Encoding": "br"})[0], 200)
        chunks = lambda body, n: b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + n]), body[i:i + n]) for i in range(0, len(body), n)) + b"0\r\n\r\n"  # noqa: E731
        head = b"POST /us/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        holds("chunked", g.raw(head + chunks(PERSON, 7), shut=False).startswith(b"HTTP/1.1 451"))
        holds("chunked, clean", g.raw(head + chunks(NOTHING, 3), shut=False).startswith(b"HTTP/1.1 200"))
        length = b"POST /us/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        holds("a slow client, split within the value",
              g.raw([length % len(PERSON)] + [PERSON[i:i + 5] for i in range(0, len(PERSON), 5)], 0.03, shut=False).startswith(b"HTTP/1.1 451"))
        count = len(Upstream.seen)
        for cut in (0, 10, len(NOTHING) - 1):
            g.raw(length % len(NOTHING) + NOTHING[:cut])
        same("a client that goes away sends nothing on", len(Upstream.seen), count)
        for encoding in ("identity", ""):
            same("no encoding, said in a header", g.ask("/masked/", PERSON, {"Content-Encoding": encoding})[0], 200)
            holds("is masked", EMAIL.encode() not in Upstream.seen[-1]["body"], Upstream.seen[-1])
        same("masked where nothing can be replaced counts", g.ask("/masked/", gzip.compress(PERSON), {"Content-Encoding": "gzip"})[0], 451)


@test
def large_bodies_in_bounded_memory():
    with gate() as g:
        worker = g.workers()[0]
        rss = lambda: int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{worker}/status").read_text()).group(1))  # noqa: E731
        g.ask("/us/", NOTHING)
        before = rss()
        line = b'{"colour":"blue","size":12}\n'
        same("64 MiB", g.ask("/us/", line * ((64 << 20) // len(line)), {"Content-Type": "application/x-ndjson"}, timeout=120)[0], 200)
        in_memory("in little memory", rss() - before < 16 << 10, (before, rss()))
        late = line * ((2 << 20) // len(line)) + PERSON
        count = len(Upstream.seen)
        problem("found at the very end", g.ask("/us/", late, {"Content-Type": "application/x-ndjson"}), 451)
        same("nothing of it arrived", len(Upstream.seen), count)
        masked = b'{"email":"a.b@example.com"}\n' * 200
        large = b'{"email":"a.b@example.com"}\n' * 20_000
        problem("more than is held, passed as it is: then it counts", g.ask("/masked-passes-large/", large, {"Content-Type": "application/x-ndjson"}), 451)
        head = b"POST /masked-passes-large/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(large[i:i + 5000]), large[i:i + 5000]) for i in range(0, len(large), 5000)) + b"0\r\n\r\n"
        holds("chunked, of a length nobody said", g.raw(head + chunks, shut=False).startswith(b"HTTP/1.1 451"))
        same("nothing of these arrived", len(Upstream.seen), count)
        problem("more to replace than is held", g.ask("/masked-small/", masked, {"Content-Type": "application/x-ndjson"}), 413)


def packed(megabytes, end=b""):
    """A gzip of so many MiB that takes long to look into and little to send."""
    block = gzip.compress(b"".join(b'{"number":%d,"colour":"blue","size":12}\n' % i for i in range(100_000, 127_000)))
    return block * megabytes + gzip.compress(end)


@test
def a_worker_serves_others_meanwhile():
    with gate() as g:
        order = []

        def ask(name, *arguments):
            order.append((name, g.ask(*arguments, timeout=120)[0]))
        begun = time.monotonic()
        g.ask("/us/", packed(40), {"Content-Encoding": "gzip"}, None, 120)
        count = max(2, round(40 * 2 / (time.monotonic() - begun)))  # two seconds of work, on whatever machine
        long = threading.Thread(target=ask, args=("large", "/us/", packed(min(count, 2000), PERSON), {"Content-Encoding": "gzip"}))
        worker = g.workers()[0]
        threads = lambda: len(os.listdir(f"/proc/{worker}/task"))  # noqa: E731
        long.start()
        time.sleep(0.3)
        while long.is_alive() and len(order) < 10:
            ask("small", "/us/", NOTHING)
        holds("a pool", threads() > 1, threads())
        long.join()
        holds("small requests are answered while a large one is looked into", order[:2] == [("small", 200)] * 2 and ("large", 451) in order, order)


@test
def threads_and_those_who_leave():
    with gate() as g:
        same("without threads", g.ask("/unthreaded/", packed(3), {"Content-Encoding": "gzip"})[0], 200)
        same("and a person", g.ask("/unthreaded/", packed(3, PERSON), {"Content-Encoding": "gzip"})[0], 451)
        same("in a file", g.ask("/unthreaded/", NOTHING + b" " * 3_000_000 + PERSON)[0], 451)
        count = len(Upstream.seen)
        body = packed(20)
        head = b"POST /us/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        for declared, sent in ((len(body), len(body)), (len(body), len(body) - 1000), (2 * len(body), len(body))):
            with socket.create_connection(("127.0.0.1", g.port), timeout=20) as client:
                client.sendall(head % declared + body[:sent])
        same("who is gone before it is looked into has sent nothing on", len(Upstream.seen), count)
        Upstream.answer = (200, {"Content-Type": "application/x-ndjson"}, b'{"colour":"blue","size":12}\n' * 400_000)
        for i in range(24):  # before and behind the head, while it is looked into, asked about and sent
            with socket.create_connection(("127.0.0.1", g.port), timeout=20) as client:
                client.sendall(b"GET /answer-segments/ HTTP/1.1\r\nHost: x\r\n\r\n")
                if i % 2:
                    client.recv(1000)
                time.sleep(0.004 * i)
        g.ask("/us/", packed(10), {"Content-Encoding": "gzip"}, timeout=60)
        with socket.create_connection(("127.0.0.1", g.port), timeout=60) as client:
            client.sendall(head % len(body) + body)
            time.sleep(0.1)
            g.nginx.send_signal(signal.SIGHUP)
            holds("a reload lets it end", client.recv(100).startswith(b"HTTP/1.1 200"))
        Upstream.answer = (200, {"Content-Type": "application/json"}, PERSON)
        status, _, body = g.ask("/both-masked/", PERSON)
        holds("masked both ways", status == 200 and EMAIL.encode() not in body + Upstream.seen[-1]["body"] and b"hello" in body, body)
        Upstream.answer = (200, {"Content-Type": "text/plain"}, b"upstream\n")
        large = [b'{"email":"a.b@example.com","colour":"blue"}\n' * 20_000]
        status, _, _ = g.ask("/masked/", large[0], {"Content-Type": "application/x-ndjson"})
        holds("masked by a thread", status == 200 and b"example.com" not in Upstream.seen[-1]["body"] and
              Upstream.seen[-1]["body"].count(b"blue") == 20_000, (status, len(Upstream.seen[-1]["body"])))


@test
def a_body_that_cannot_be_read_ends():
    with gate() as g:
        count = len(Upstream.seen)
        chunk = b"%x\r\n%s\r\n" % (50_000, b" " * 50_000)
        answer = g.raw(b"POST /small-buffer/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 4, shut=False)
        holds("too large: told by nginx itself, not by the page of an inspected route", answer[9:12] == b"413", answer[:100])
        same("nothing arrived", len(Upstream.seen), count)


@test
def what_cannot_be_inspected_is_refused():
    with gate() as g:
        upgrade = b"GET /%s/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        holds("an upgrade", b" 403 " in g.raw(upgrade % b"us").split(b"\r\n")[0])
        holds("CONNECT", g.raw(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n").split(b" ")[1][:1] == b"4")
        same("gRPC", g.ask("/us/", b"\0\0\0\0\0", {"Content-Type": "application/grpc"})[0], 403)
        same("declared uninspected", g.ask("/upgrades/", b"\0\0\0\0\0", {"Content-Type": "application/grpc"})[0], 200)
        same("nothing else arrived", len(Upstream.seen), 1)
        post = b"POST /us/ HTTP/1.1\r\nHost: x\r\n"
        for what, data in (("both lengths", post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /open/smuggled HTTP/1.1\r\n\r\n"),
                           ("two lengths", post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
                           ("bad chunks", post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
                           ("another coding", post + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                           ("an oversized header", b"GET /us/ HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n"),
                           ("a header that is none", post + b"Content-Length : 5\r\n\r\nabcde")):
            answer = g.raw(data)
            holds(what, answer[9:10] in (b"", b"4", b"5"), answer[:60])
        same("nothing of these arrived", len(Upstream.seen), 1)


@test
def what_flows_is_judged_by_its_head():
    """Uninspected, as the route says: the head is judged and recorded first, the rest goes both ways as it comes."""
    grpc = {"Content-Type": "application/grpc"}
    half = threading.Event()

    def answers_at_once(self):
        half.set()
        return 200, {"Content-Type": "application/grpc", "Trailer": "grpc-status"}, lambda out: out.write(PERSON)

    def echo(self):
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        self.wfile.write(self.rfile.read(5)[::-1])
        self.close_connection = True
        raise BrokenPipeError  # nothing more in the way of HTTP

    with gate() as g:
        g.upstream.streams = True
        Upstream.answer = answers_at_once
        head = b"POST /flows/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/grpc\r\nContent-Length: 1000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", g.port), timeout=20) as client:
            client.sendall(head + PERSON)
            answer = b""
            while EMAIL.encode() not in answer and (piece := client.recv(65536)):
                answer += piece
        holds("an answer before the end of what is asked", half.is_set() and b" 200 " in answer and EMAIL.encode() in answer, answer)
        same("a person in the head", g.ask("/flows/2", b"", {**grpc, "X-Who": EMAIL})[0], 451)
        same("in what is no gRPC", g.ask("/flows/3", PERSON)[0], 451)
        Upstream.answer = (200, {"Content-Type": "application/json"}, PERSON)
        same("an answer that is none", g.ask("/flows/4", b"", grpc)[0], 451)
        Upstream.answer = echo
        upgrade = b"GET /%s/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello"
        holds("an upgrade", g.raw(upgrade % b"flows", shut=False).endswith(b"olleh"))
        holds("not where no request is judged", b" 502 " in g.raw(upgrade % b"flows-back", shut=False).split(b"\r\n")[0])
        g.upstream.streams = False
        names = [json.loads(run(COMITY, "record", "show", "--judgement", g.record, str(number)).stdout)["id"] for number in range(len(g.entries()))]
        same("the record says so", [name.split(" ")[1:] for name in names], [["passes-uninspected"]] * 2 + [[]] + [["passes-uninspected"]] * 3)


@test
def responses():
    with gate() as g:
        Upstream.answer = (200, {"Content-Type": "application/json", "Set-Cookie": "a=b", "ETag": '"x"', "Cache-Control": "max-age=60"}, PERSON)
        document = problem("a response that may not leave", g.ask("/answer/"), 451)
        holds("says no more", set(document) == {"type", "title", "status", "receipt"}, document)
        holds("nothing of its head", "set-cookie" not in g.ask("/answer/")[1])
        status, headers, body = g.ask("/answer-br/")
        same("one that may", (status, body, headers.get("cache-control")), (200, PERSON, "private, no-store"))
        status, headers, body = g.ask("/answer-masked/")
        holds("masked", status == 200 and EMAIL.encode() not in body and b"hello" in body and "etag" not in headers, (status, headers, body))
        same("HEAD of it", g.ask("/answer-br/", method="HEAD")[::2], (200, b""))
        Upstream.answer = (200, {"Content-Type": "application/json"}, NOTHING)
        same("nothing personal", g.ask("/answer/")[::2], (200, NOTHING))
        same("both ways", g.ask("/both/", NOTHING)[::2], (200, NOTHING))
        problem("both ways, one not", g.ask("/both/", PERSON), 451)
        Upstream.answer = (200, {"Content-Type": "application/json", "X-Email": EMAIL}, NOTHING)
        problem("in a header", g.ask("/answer/"), 451)
        Upstream.answer = (200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, gzip.compress(PERSON))
        problem("compressed", g.ask("/answer/"), 451)
        Upstream.answer = (200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, gzip.compress(NOTHING))
        same("compressed, nothing personal", g.ask("/answer/")[0], 200)
        for what, headers in (("compressed", {"Content-Encoding": "gzip"}), ("an archive", {"Content-Type": "application/zip"})):
            Upstream.answer = (200, headers, b"x" * 10)
            same(f"HEAD of what is {what} lacks nothing", g.ask("/answer/", method="HEAD")[0], 200)
            Upstream.answer = (200, headers, b"")
            same(f"nor does what is empty, and said to be {what}", g.ask("/answer/")[::2], (200, b""))
        Upstream.answer = (200, {"Content-Type": "application/json", "Content-Encoding": "identity"}, PERSON)
        status, headers, body = g.ask("/answer-masked/")
        holds("no encoding, said in a header, is masked", status == 200 and EMAIL.encode() not in body, (status, body))
        Upstream.answer = (206, {"Content-Type": "application/json", "Content-Range": "bytes 0-4/100"}, NOTHING)
        problem("a part", g.ask("/answer/"), 502)
        Upstream.answer = (200, {"Content-Type": "application/json"}, NOTHING)
        g.ask("/answer/", None, {"Range": "bytes=0-3", "If-None-Match": '"x"', "Accept-Encoding": "gzip"})
        holds("no range goes to the upstream", not {"range", "if-none-match", "accept-encoding"} & set(Upstream.seen[-1]["headers"]), Upstream.seen[-1])
        Upstream.answer = (204, {}, b"")
        same("no content", g.ask("/answer/")[0], 204)
        Upstream.answer = (200, {"Content-Type": "text/plain"}, b"")
        same("empty", g.ask("/answer/")[::2], (200, b""))


@test
def responses_in_segments():
    with gate() as g:
        line = b'{"colour":"blue","size":12}\n'
        large = line * ((3 << 20) // len(line))
        Upstream.answer = (200, {"Content-Type": "application/x-ndjson"}, large)
        status, headers, body = g.ask("/answer-segments/", timeout=120)
        same("all of it", (status, body == large), (200, True))
        count = len(g.entries())
        holds("several entries of the record", count > 20, count)
        Upstream.answer = (200, {"Content-Type": "application/x-ndjson"}, large[:1 << 20] + PERSON + b"\n" + line * 1000)
        try:
            status, headers, body = g.ask("/answer-segments/", timeout=120)
        except http.client.IncompleteRead as error:
            status, body = 200, error.partial
        holds("broken off before what may not leave", EMAIL.encode() not in body and len(body) < len(large), len(body))
        masked = (b'{"email":"a.b@example.com","colour":"blue"}\n') * 20000
        Upstream.answer = (200, {"Content-Type": "application/x-ndjson"}, masked)
        status, headers, body = g.ask("/answer-masked/", timeout=120)
        same("masked as it flows", (status, b"example.com" in body, body.count(b"blue")), (200, False, 20000))
        for kind, sent in (("lines", large), ("words", b"plain words only " * (4 << 16)), ("one word", b"x" * (5 << 19))):
            Upstream.answer = (200, {"Content-Type": "text/plain"}, sent)
            same(f"{kind}, longer than what is held by default", (lambda answer: (answer[0], answer[2] == sent))(g.ask("/answer-large/", timeout=120)), (200, True))
        unsettled = gzip.compress(random.Random(1).randbytes(600_000).hex().encode())
        Upstream.answer = (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, unsettled)
        problem("longer than what is held, and nothing of it may go before the end", g.ask("/answer-segments/", timeout=120), 413)
        same("passed by the route all the same", (lambda answer: (answer[0], answer[2] == unsettled))(g.ask("/answer-large-passes/", timeout=120)), (200, True))
        holds("as its entry says", g.entries()[-1]["act"]["id"].endswith(" passes-large"))


@test
def a_stream_takes_no_memory():
    with gate() as g:
        rss = lambda: int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{g.workers()[0]}/status").read_text()).group(1))  # noqa: E731

        read = threading.Semaphore(1)

        def events(out):  # the next when the last has been read
            for i in range(2000):
                read.acquire(timeout=30)
                out.write(b"data: event %d\n\n" % i)
                out.flush()
        Upstream.answer = (200, {"Content-Type": "text/event-stream"}, events)
        connection = http.client.HTTPConnection("127.0.0.1", g.port, timeout=60)
        connection.request("GET", "/answer-events/", headers={"X-To": "BR"})
        answer = connection.getresponse()
        count, before = 0, None
        while piece := answer.read1(65536):
            count += piece.count(b"\n\n")
            before = rss() if before is None and count > 200 else before
            read.release()
        connection.close()
        same("all of it", count, 2000)
        in_memory("in no more memory", rss() - before < 512, (before, rss()))
        holds("each judged", len(g.entries()) >= 2000, len(g.entries()))


@test
def messages_go_on_at_once():
    with gate() as g:
        for path, kind, sent in (("/answer-events/", "text/event-stream; charset=utf-8", [b"data: one\n\n", b": two\r\n\r\n", b'data: {"a":\n', b'data: 3}\n\n']),
                                 ("/events-masked/", "text/event-stream", [b"data: one\n\n", b"data: a.b@example.com\n\n", b"data: three\n\n"]),
                                 ("/answer-events/", "application/x-ndjson", [b'{"a":1}\n', b'{"b":', b'2}\n'])):
            goes_on = threading.Semaphore(0)

            def messages(out):
                for message in sent:
                    out.write(message)
                    out.flush()
                    if message.endswith(b"\n\n") or b"}\n" in message or message.endswith(b"\r\n"):
                        holds(f"{kind}: {message} is read before the next is sent", goes_on.acquire(timeout=5))
                    time.sleep(0.05)
            Upstream.answer = (200, {"Content-Type": kind}, messages)
            connection = http.client.HTTPConnection("127.0.0.1", g.port, timeout=60)
            connection.request("GET", path, headers={"X-To": "BR"})
            answer, taken = connection.getresponse(), b""
            while piece := answer.read1(65536):
                taken += piece
                goes_on.release()
            connection.close()
            masked = "masked" in path
            same(f"{kind}: all of it", (len(taken), b"example.com" in taken), (len(b"".join(sent)), False))
            holds("the rest as it came", masked or taken == b"".join(sent), taken)

        first_read = threading.Event()

        def in_parts(out):
            for message in (b"data: one\n\n", b"data: marked.per", b"son@example.com\n\n", b"data: three\n\n"):
                out.write(message)
                out.flush()
                holds("the first is read", first_read.wait(10))
        Upstream.answer = (200, {"Content-Type": "text/event-stream"}, in_parts)
        connection = http.client.HTTPConnection("127.0.0.1", g.port, timeout=60)
        connection.request("GET", "/events-refused/")
        answer = connection.getresponse()
        taken = answer.read1(65536)
        first_read.set()
        with contextlib.suppress(http.client.IncompleteRead, OSError):
            taken += answer.read()
        connection.close()
        same("broken off before what may not leave, sent in parts", taken, b"data: one\n\n")
        both = json.dumps({"email": EMAIL, "phone": "+49 30 901820"}).encode()
        problem("what the policy refuses beside what it masks", g.ask("/masks-and-refuses/", both), 451)
        for sent in (both, both + b" " * 9000):
            Upstream.answer = (200, {"Content-Type": "application/json"}, sent)
            problem(f"and in responses, {len(sent)} bytes", g.ask("/masks-and-refuses/", NOTHING), 451)


@test
def subrequests_and_redirects():
    with gate() as g:
        def arrived(path, body):
            Upstream.seen.clear()
            status = g.ask(path, body)[0]
            time.sleep(0.3)
            return status, sorted(request["path"] for request in Upstream.seen)
        same("a mirror that is inspected as the request is", arrived("/mirrors-alike/1", NOTHING), (200, ["/alike", "/mirrors-alike/1"]))
        same("nothing of what is refused", arrived("/mirrors-alike/2", PERSON), (451, []))
        same("one under another law", arrived("/mirrors-other/3", NOTHING), (200, ["/mirrors-other/3"]))
        same("one that is looked at otherwise", arrived("/mirrors-masked/4", NOTHING), (200, ["/mirrors-masked/4"]))
        same("one of a request that was not judged", arrived("/mirrors-unjudged/5", PERSON), (200, ["/mirrors-unjudged/5"]))
        holds("the log says why", "comity: a subrequest leads to a route that is inspected otherwise than its main request's" in g.errors(), g.errors()[-300:])
        Upstream.answer = (200, {"Content-Type": "text/html"}, b'before <!--# include virtual="/open/part" --> behind')
        try:
            page = g.ask("/pages/5")[2]
        except (OSError, http.client.HTTPException):
            page = b""
        holds("a page of several parts is broken off", b"behind" not in page, page)
        g.wait("and the log says why", lambda: "comity: an inspected route cannot be put together from subrequests" in g.errors())
        Upstream.answer = (404, {"Content-Type": "text/plain"}, b"none\n")
        same("another page", g.ask("/redirects/6", NOTHING)[0], 410)
        receipt = Upstream.seen[-1]["headers"]["comity-receipt"]
        g.wait("the access log", lambda: " 410 " in f" {(g.folder / 'access.log').read_text()}".replace("\n", " "))
        holds("the request's receipt is in the log all the same", f"410 verdict=permit rules= record=" in (g.folder / "access.log").read_text() and
              receipt in (g.folder / "access.log").read_text().splitlines()[-1], (g.folder / "access.log").read_text()[-300:])


@test
def what_does_not_settle_is_not_held_without_end():
    """What a packed response is cannot be told before its end: no more of it is held than may be."""
    with gate() as g:
        for size, passes in ((50 << 10, True), (400 << 10, False)):
            text = os.urandom(size).hex().encode()
            Upstream.answer = (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, gzip.compress(text))
            try:
                found = g.ask("/answer-segments/")[2]
            except (OSError, http.client.HTTPException):
                found = b""
            same(f"{size} bytes, of which 256 KiB are held", len(found) > size, passes)


@test
def the_daemon_goes_and_comes_back():
    with gate() as g:
        same("service", g.ask("/us/", NOTHING)[0], 200)
        g.stop_daemon(signal.SIGKILL)
        count = len(Upstream.seen)
        answer = g.ask("/us/", NOTHING)
        problem("without it", answer, 503)
        holds("try again", "retry-after" in answer[1], answer[1])
        same("what is not inspected passes", g.ask("/open/", NOTHING)[0], 200)
        same("nothing else arrived", len(Upstream.seen), count + 1)
        time.sleep(1)
        same("it is told once", (g.errors().count("the daemon cannot be reached"), g.errors().count(f"comity: the daemon cannot be reached at {g.folder}/gate.sock (111")), (1, 1))
        g.start_daemon()
        g.wait("service again", lambda: g.ask("/us/", NOTHING)[0] == 200)
        same("and so is that", g.errors().count("comity: the daemon is reached again"), 1)
        os.kill(g.daemon.pid, signal.SIGSTOP)
        threads = pathlib.Path(f"/proc/{g.daemon.pid}/task")
        g.wait("all its threads stop", lambda: all(" T " in stat.read_text() for stat in threads.glob("*/stat")))
        begun = time.monotonic()
        problem("a daemon that is silent", g.ask("/us/", NOTHING), 503)
        holds("in bounded time", time.monotonic() - begun < 9, time.monotonic() - begun)
        holds("and the log says why", "comity: the daemon has not answered in time" in g.errors(), g.errors()[-300:])
        os.kill(g.daemon.pid, signal.SIGCONT)
        g.wait("service again", lambda: g.ask("/us/", NOTHING)[0] == 200)


@test
def much_is_asked_while_the_daemon_stands_still():
    """More than the socket takes: what was written in part goes on where it stopped, with more behind it."""
    def persons(i):
        return json.dumps([{"email": f"person.{i}.{j}@example.com"} for j in range(1500)]).encode()
    with gate() as g:
        g.ask("/br/", persons(0))  # all is warm
        os.kill(g.daemon.pid, signal.SIGSTOP)
        answers = {}

        def ask(i):
            answers[i] = g.ask("/br/", persons(i))[0]
        threads = [threading.Thread(target=ask, args=(i,)) for i in range(1, 25)]
        for thread in threads:
            thread.start()
            time.sleep(0.02)
        time.sleep(0.5)
        os.kill(g.daemon.pid, signal.SIGCONT)
        for thread in threads:
            thread.join()
        same("all are answered", sorted(answers.items()), [(i, 200) for i in range(1, 25)])
        holds("the daemon understood all", "comity: the daemon" not in g.errors(), g.errors()[-500:])


@test
def workers_die_and_reload():
    with gate(workers=2) as g:
        stop = threading.Event()
        answers = []

        def ask_on():
            while not stop.is_set():
                try:
                    answers.append(g.ask("/us/", NOTHING)[0])
                except (OSError, http.client.HTTPException):
                    answers.append(None)
        threads = [threading.Thread(target=ask_on) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(2):
            time.sleep(0.4)
            g.nginx.send_signal(signal.SIGHUP)
        time.sleep(1)
        same("reload refuses nobody", set(answers), {200})
        for worker in g.workers():
            os.kill(worker, signal.SIGKILL)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        holds("a killed worker lets nothing through by itself", set(answers) <= {200, None}, set(answers))
        g.wait("service again", lambda: g.ask("/us/", NOTHING)[0] == 200)
        arrived, count = len(Upstream.seen), len(g.entries())
        holds("nothing arrived unrecorded", count >= arrived, (count, arrived))


@test
def nothing_arrives_unrecorded():
    with gate(workers=2) as g:
        stop = threading.Event()

        def killer():
            while not stop.is_set():
                before = len(Upstream.seen)
                patience = time.monotonic() + 20
                time.sleep(0.3)
                while len(Upstream.seen) == before and not stop.is_set() and time.monotonic() < patience:
                    time.sleep(0.01)
                g.stop_daemon(signal.SIGKILL)
                time.sleep(0.1)
                g.start_daemon()
        thread = threading.Thread(target=killer)
        thread.start()
        statuses = []
        patience = time.monotonic() + 60
        while (len(statuses) < 60 or len(Upstream.seen) < 10) and time.monotonic() < patience:
            with contextlib.suppress(OSError, http.client.HTTPException):
                statuses.append(g.ask(f"/us/mark{len(statuses)}", NOTHING)[0])
        stop.set()
        thread.join()
        same("released or unavailable", set(statuses) <= {200, 503}, True)
        entries = [entry for entry in g.entries()]
        arrived = len(Upstream.seen)
        holds("as many entries as arrived, at least", len(entries) >= arrived > 0, (len(entries), arrived))
        verified = run(COMITY, "record", "verify", g.record)
        same("the record holds", verified.returncode, 0)


@test
def a_record_that_cannot_be_written():
    with gate() as g:
        g.stop_daemon()
        g.start_daemon(limit=20_000)
        statuses = [g.ask("/us/", NOTHING)[0] for _ in range(40)]
        holds("passes, then closes", statuses[0] in (200, 503) and statuses[-1] == 503 and set(statuses) <= {200, 503}, statuses)
        same("what was released was recorded", statuses.count(200) == len(Upstream.seen), True)


@test
def nothing_personal_anywhere():
    with gate() as g:
        for path in ("/us/", "/masked/", "/refusing/", "/doubt/", f"/us/?email={EMAIL.replace('@', '%40')}", "/us/" + EMAIL):
            g.ask(path, PERSON, {"X-Email": EMAIL, "Cookie": "email=" + EMAIL})
        g.ask("/us/", PERSON[:-3], {"Content-Encoding": "gzip"})
        Upstream.answer = (200, {"Content-Type": "application/json", "X-Email": EMAIL}, PERSON)
        g.ask("/answer/")
        metrics = g.http("/metrics").encode()
        holds("metrics count gates", b'comity_gate_requests_total{outcome="ok"}' in metrics, metrics[:300])
        found = [where for where, text in [("metrics", metrics)] + [
            (str(path), path.read_bytes()) for path in g.folder.rglob("*") if path.is_file()] if b"marked.person" in text or b"marked%2" in text]
        same("nowhere", found, [])


def addresses(path, states):
    """A database of addresses in MaxMind's format: states by single IPv4 addresses."""
    text = lambda value: bytes([2 << 5 | len(value)]) + value.encode()  # noqa: E731
    number = lambda kind, value: bytes([kind << 5 | 4]) + value.to_bytes(4, "big") if kind == 6 else bytes([kind << 5 | 2]) + value.to_bytes(2, "big")  # noqa: E731
    data, places, nodes = b"", {}, [[None, None]]
    for address, state in states.items():
        places[address] = len(data)
        data += bytes([7 << 5 | 1]) + text("country") + bytes([7 << 5 | 1]) + text("iso_code") + text(state)
    for address in states:
        bits, node = [int.from_bytes(socket.inet_aton(address), "big") >> 31 - i & 1 for i in range(32)], 0
        for bit in bits[:-1]:
            if nodes[node][bit] is None:
                nodes.append([None, None])
                nodes[node][bit] = len(nodes) - 1
            node = nodes[node][bit]
        nodes[node][bits[-1]] = (places[address],)
    value = lambda place: len(nodes) if place is None else len(nodes) + 16 + place[0] if isinstance(place, tuple) else place  # noqa: E731
    tree = b"".join(value(place).to_bytes(3, "big") for node in nodes for place in node)
    about = {"node_count": number(6, len(nodes)), "record_size": number(5, 24), "ip_version": number(5, 4), "database_type": text("test"),
             "languages": b"\x00\x04", "binary_format_major_version": number(5, 2), "binary_format_minor_version": number(5, 0),
             "build_epoch": b"\x01\x02\x01", "description": bytes([7 << 5])}
    path.write_bytes(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + bytes([7 << 5 | len(about)]) +
                     b"".join(text(name) + one for name, one in about.items()))


@test
def states_by_address():
    with tempfile.TemporaryDirectory(prefix="comity-addresses-") as folder:
        os.chmod(folder, 0o755)
        file = pathlib.Path(folder, "addresses.mmdb")
        addresses(file, {"127.0.0.1": "DE", "127.0.0.2": "BR", "127.0.0.3": "US"})
        with gate(extra=f"comity_addresses {file}; comity_state $upstream_state $upstream_addr; comity_state $named_state $http_x_at;") as g:
            ask = lambda path, body, at=None, named="": g.ask(path, body, {"X-At": named}, source=at)[0]  # noqa: E731
            same("a client in BR", ask("/client/", PERSON, "127.0.0.2"), 200)
            same("a client in US", ask("/client/", PERSON, "127.0.0.3"), 451)
            same("a client nobody knows", ask("/client/", PERSON, "127.0.0.4"), 403)
            for named, expected in (("127.0.0.2", 200), ("127.0.0.2:80", 200), ("127.0.0.3, 127.0.0.9 : 127.0.0.2:80", 200),
                                    ("127.0.0.3", 451), ("[::1]:80", 403), ("nowhere", 403), ("unix:/a", 403), ("", 403)):
                same(f"named {named}", ask("/named/", PERSON, None, named), expected)
            Upstream.answer = (200, {"Content-Type": "application/json"}, PERSON)
            same("an upstream in DE, a client in BR", ask("/upstream/", None, "127.0.0.2"), 200)
            same("an upstream in DE, a client in US", ask("/upstream/", None, "127.0.0.3"), 451)


@test
def wrong_settings():
    """Each is told with its reason, and nginx does not start."""
    with tempfile.TemporaryDirectory(prefix="comity-settings-") as folder:
        os.chmod(folder, 0o755)
        good = f"comity_socket {folder}/gate.sock;"
        inspected = "comity_inspect request; comity_act transfer { from DE; }"
        pathlib.Path(folder, "large").write_bytes(b" " * (1 << 20) + b"x")
        kinds = "comity_act: expected transfer, store, collect, disclose, operate or offer, and request or response"
        for text, expected in (
                (inspected, "comity_socket: expected the path of comityd's gate-socket"),
                (f"comity_socket /{'x' * 101};" + inspected, "comity_socket: expected the path of comityd's gate-socket"),
                (good + f"comity_gate {'x' * 65};" + inspected, "comity_gate: a name has at most 64 bytes"),
                (good + "comity_inspect request;", "comity_inspect: there is no comity_act for the request"),
                (good + "comity_inspect both; comity_act transfer { from DE; }", "comity_inspect: there is no comity_act for the response"),
                (good + "comity_act move { from DE; }", kinds),
                (good + "comity_act transfer sideways { from DE; }", kinds),
                (good + "comity_act transfer { form DE; }", '"form" is no line of comity_act'),
                (good + "comity_act transfer { from DE FR; }", 'comity_act: "from" has too few or too many values'),
                (good + "comity_act transfer { from DE; }" * 9, "comity_act: a route has at most 8 acts"),
                (good + "comity_state upstream $upstream_addr;", 'comity_state: "upstream" is no variable'),
                (good + f"comity_addresses {folder}/none;", f"comity_addresses: {folder}/none: Error opening the specified MaxMind DB file"),
                (good + inspected + f"comity_policy {folder}/none;", f'comity: "{folder}/none" cannot be read, or is larger than 1 MiB'),
                (good + inspected + f"comity_policy {folder}/large;", f'comity: "{folder}/large" cannot be read, or is larger than 1 MiB'),
                (good + inspected + "comity_operator category emial mask;", "comity: comity_operator:3:10: \"emial\" is no category of a type; did you mean 'email'?"),
                (good + inspected + "comity_threads none;", 'unknown thread pool "none"'),
                (f"comity_socket unix:{folder}/gate.sock;" + inspected, "comity_socket: expected the path of comityd's gate-socket"),
                (good + "comity_act transfer { from DE; to US; from FR; }", 'comity_act: "from" is said twice'),
                (good + "comity_act transfer { deal outsourcing; deal sale; }", 'comity_act: "deal" is said twice'),
                (good + "comity_hold 0;", '"comity_hold" directive must be more than 0'),
                (good + "comity_segment 0;", '"comity_segment" directive must be more than 0'),
                (good + "comity_timeout 0;", '"comity_timeout" directive must be more than 0'),
                (good + "comity_level 101;", "value must be between 1 and 100")):
            temporary = "".join(f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            status, told = try_settings(folder, f"events {{}} http {{ {temporary} access_log off; {text} server {{ listen 127.0.0.1:1; }} }}")
            holds(f"{text[-60:]}: {expected}", status != 0 and expected in told, told)


@test
def directives_are_as_documented():
    """docs/gate.md: each directive, in which contexts it may stand, and that its default can be written down."""
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    row = r"\| {} \| (.*) \|\n"
    told = re.findall(r"^### (comity_\w+)\n\n\| \| \|\n\| --- \| --- \|\n" + row.format("Syntax") + row.format("Default") + row.format("Context"),
                      (root / "docs/gate.md").read_text(), re.M)
    known = re.findall(r'ngx_string\("(comity_\w+)"\)', (root / "gates/nginx/comity_module.c").read_text())
    same("all of them, in the order of the document", (sorted(name for name, *_ in told), len(told)), (sorted(known), len(known)))
    places = {"main": "{} events {{}}", "events": "events {{ {} }}", "http": "events {{}} http {{ {} }}", "server": "events {{}} http {{ server {{ {} }} }}",
              "location": "events {{}} http {{ server {{ location / {{ {} }} }} }}", "if": "events {{}} http {{ server {{ location / {{ if ($a) {{ {} }} }} }} }}"}
    with tempfile.TemporaryDirectory(prefix="comity-directives-") as folder:
        for name, syntax, default, contexts in told:
            holds(f"{name}: its syntax begins with it", syntax.startswith(f"**{name}** "), syntax)
            same(f"{name}: where it may stand", [place for place, text in places.items()
                                                if f'"{name}" directive is not allowed here' not in try_settings(folder, text.format(name + " x;"))[1]], contexts.split(", "))
            if default != "—":
                within = default.strip("`")
                temporary = "".join(f"{each}_temp_path {folder}/{each}; " for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                for place in contexts.split(", "):
                    text = places[place].format(temporary * (place == "http") + within)
                    _, said = try_settings(folder, text.replace("http {", "http { " + temporary * (place != "http") + "access_log off;"))
                    holds(f"{name}: its default, in {place}", "syntax is ok" in said, said)


@test
def over_http2():
    curl = shutil.which("curl")
    if curl is None or "HTTP2" not in run(curl, "--version").stdout:
        return skip("there is no curl that speaks HTTP/2")
    with gate() as g:
        def ask(path, body):
            file = g.folder / "body"
            file.write_bytes(body)
            told = run(curl, "-sS", "--http2-prior-knowledge", "-o", f"{g.folder}/got", "-w", "%{http_code}", "-H", "Content-Type: application/x-ndjson",
                       "--data-binary", f"@{file}", f"http://127.0.0.1:{g.port2}{path}")
            return told.stdout, (g.folder / "got").read_bytes()
        same("released", ask("/us/", NOTHING), ("200", b"upstream\n"))
        same("refused", ask("/us/", PERSON)[0], "451")
        same("large", ask("/us/", b'{"colour":"blue","size":12}\n' * 100_000)[0], "200")
        same("large, with a person at its end", ask("/us/", b'{"colour":"blue","size":12}\n' * 100_000 + PERSON)[0], "451")
        same("masked", ask("/masked/", PERSON)[0], "200")
        holds("and nothing of the person", EMAIL.encode() not in Upstream.seen[-1]["body"], Upstream.seen[-1])
        file = g.folder / "packed"
        file.write_bytes(packed(20))
        for patience in ("0.1", "0.2", "0.3"):
            left = run(curl, "-sS", "--http2-prior-knowledge", "-m", patience, "-o", "/dev/null", "-H", "Content-Encoding: gzip",
                       "--data-binary", f"@{file}", f"http://127.0.0.1:{g.port2}/us/")
            holds("who leaves, or is served before", left.returncode in (0, 28), left)
        same("others are served", ask("/us/", NOTHING)[0], "200")
        Upstream.answer = (200, {"Content-Type": "application/x-ndjson"}, b'{"colour":"blue"}\n' * 50_000)
        status, body = ask("/answer-segments/", b"")
        same("a response in segments", (status, len(body)), ("200", len(Upstream.answer[2])))
        Upstream.answer = (200, {"Content-Type": "application/json"}, PERSON)
        same("a response refused", ask("/answer/", b"")[0], "451")


class Trailing:
    """An upstream of HTTP/2 that answers each request with a head, a short body and a trailer."""

    def __init__(self, value):
        def frame(kind, flags, stream, body=b""):
            return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body

        def field(name, value):
            return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value  # literal, without an index

        def serve(client):
            file = client.makefile("rb")
            file.read(24)  # the preface
            client.sendall(frame(4, 0, 0))
            while len(head := file.read(9)) == 9:
                file.read(int.from_bytes(head[:3], "big"))
                kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big")
                if kind == 4 and flags == 0:
                    client.sendall(frame(4, 1, 0))
                if kind in (0, 1) and flags & 1:  # its end
                    client.sendall(frame(1, 4, stream, b"\x88" + field(b"content-type", b"text/plain")) + frame(0, 0, stream, b"nothing\n") +
                                   frame(1, 5, stream, field(b"grpc-message", value)))
            client.close()

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(self.socket.accept()[0],), daemon=True).start()

        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=accept, daemon=True).start()


@test
def trailers_are_looked_at():
    curl = shutil.which("curl")
    if curl is None or "HTTP2" not in run(curl, "--version").stdout:
        return skip("there is no curl that speaks HTTP/2")
    clean, marked = Trailing(b"blue"), Trailing(EMAIL.encode())
    free, bound = (act.replace("transfer", "transfer response") for act in (DE_BR, DE_US))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    routes = {"clean": (bound, clean), "refused": ("comity_operator category email refuse;" + free, marked), "released": (free, marked),
              "masked": ("comity_operator category email mask;" + bound, marked)}
    locations = "".join(f"location /{name} {{ comity_inspect response; {text} grpc_pass grpc://127.0.0.1:{upstream.port}; }}\n"
                        for name, (text, upstream) in routes.items())
    with gate(extra=f"server {{ listen 127.0.0.1:{port} http2; {locations} }}") as g:
        def ask(path):
            told = run(curl, "-sS", "--http2-prior-knowledge", "-D", f"{g.folder}/head", "-w", "%{http_code}", "-o", "/dev/null", f"http://127.0.0.1:{port}/{path}")
            return told.stdout, [line for line in (g.folder / "head").read_text().split("\n") if line.startswith("grpc-message")]
        same("a trailer in which nothing is", ask("clean"), ("200", ["grpc-message: blue"]))
        same("one in which a person is", ask("refused"), ("451", []))
        same("one that may go", ask("released"), ("200", [f"grpc-message: {EMAIL}"]))
        same("what would be replaced counts", ask("masked"), ("451", []))
        same("each is in the record", len(g.entries()), 4)


@test
def persons_are_counted():
    with gate(ledger="@/ledger") as g:
        for _ in range(3):
            same("released", g.ask("/counted/", PERSON)[0], 200)
        same("another person", g.ask("/counted/", PERSON.replace(b"marked", b"another"))[0], 200)
        rows = json.loads(g.http("/v1/ledger"))["rows"]
        same("each once", [(row["exporter"], row["origin"], row["destination"], row["category"], row["persons"]) for row in rows],
             [("Example GmbH", "DE", "BR", "email", 2)])
        problem("persons of nobody", g.ask("/br/", PERSON), 403)
        same("nobody to count", g.ask("/br/", NOTHING)[0], 200)


@test
def a_ledger_that_hangs_holds_up_nobody_else():
    with gate(ledger="@/ledger") as g:
        same("counted", g.ask("/counted/", PERSON)[0], 200)
        database = sqlite3.connect(g.folder / "ledger")
        database.execute("BEGIN IMMEDIATE")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(g.ask("/counted/", PERSON))) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        for i in range(5):
            begun = time.monotonic()
            same("who need not be counted passes", g.ask("/us/", NOTHING)[0], 200)
            holds("at once", time.monotonic() - begun < 1, time.monotonic() - begun)
        many = b"GET /us/ HTTP/1.1\r\nHost: x\r\n\r\n" * 899 + b"GET /us/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        passed = [g.raw(many, shut=False).count(b"HTTP/1.1 200") for _ in range(5)]
        same("more than may wait at a time", passed, [900] * 5)
        for thread in threads:
            thread.join()
        same("the others not", {answer[0] for answer in answers}, {503})
        database.rollback()
        database.close()
        g.wait("service again", lambda: g.ask("/counted/", PERSON)[0] == 200)


if not os.path.exists(MODULE) or shutil.which("nginx") is None:
    print("the module is not built (./dev gate), or there is no nginx")
    print("gate: 0 passed, 0 failed, 1 skipped")
    sys.exit(0)
sys.exit(main("gate", *sys.argv[5:6]))
