#!/usr/bin/env python3
"""The gate before servers that do not speak HTTP (FastCGI, uwsgi, SCGI, memcached), before nginx's own answers, and
behind what leads from one to another: redirects within nginx, retries, pages for errors, caches.

    gate_ways.py COMITY COMITYD IMAGE MODULE [NAME]
"""
import base64
import contextlib
import gzip
import json
import os
import pathlib
import re
import socket
import socketserver
import struct
import sys
import tempfile
import threading
import time

from common import holds, main, same, skip, test
from gate_common import DE_US, EMAIL, MODULE_SANITIZED, NOTHING, PERSON, Gate, Upstream, in_memory, problem

ANSWER = b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nupstream\n"
RESPONSE = DE_US.replace("transfer", "transfer response")
REMOVE = "comity_operator category email remove;"


# ---- servers ----


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


class Backend(socketserver.StreamRequestHandler):
    """Notes what arrived, as names and values and a body, and gives back `answer`, or what it gives for those."""
    seen = []
    answer = ANSWER

    def take(self, names, body):
        Backend.seen.append({"names": names, "body": body})
        return Backend.answer(names) if callable(Backend.answer) else Backend.answer

    def read_body(self, names):
        self.connection.settimeout(3)
        try:
            return self.rfile.read(int(names.get("CONTENT_LENGTH") or 0))
        except TimeoutError:
            return None  # it says that there is more than there is


class FastCgi(Backend):
    def handle(self):
        given, body = b"", b""
        while True:
            _, kind, number, size, padding, _ = struct.unpack(">BBHHBB", self.rfile.read(8))
            piece = self.rfile.read(size)
            self.rfile.read(padding)
            given += piece if kind == 4 else b""
            body += piece if kind == 5 else b""
            if kind == 5 and size == 0:
                break
        names, at = {}, 0

        def length():
            nonlocal at
            short = given[at] < 128
            size = given[at] if short else struct.unpack(">I", given[at:at + 4])[0] & 0x7fffffff
            at += 1 if short else 4
            return size
        while at < len(given):
            name, value = length(), length()
            names[given[at:at + name].decode()] = given[at + name:at + name + value].decode("latin-1")
            at += name + value
        answer = self.take(names, body)
        self.wfile.write(struct.pack(">BBHHBB", 1, 6, number, len(answer), 0, 0) + answer + struct.pack(">BBHHBB", 1, 3, number, 8, 0, 0) + bytes(8))


class Uwsgi(Backend):
    def handle(self):
        _, size, _ = struct.unpack("<BHB", self.rfile.read(4))
        given, words = self.rfile.read(size), []
        while given:
            size = struct.unpack("<H", given[:2])[0]
            words.append(given[2:2 + size].decode("latin-1"))
            given = given[2 + size:]
        names = dict(zip(words[::2], words[1::2]))
        self.wfile.write(self.take(names, self.read_body(names)).replace(b"Status:", b"HTTP/1.1", 1))


class Scgi(Backend):
    def handle(self):
        size = b""
        while (byte := self.rfile.read(1)) != b":":
            size += byte
        words = self.rfile.read(int(size) + 1).decode("latin-1").split("\0")
        names = dict(zip(words[:-1:2], words[1:-1:2]))
        self.wfile.write(self.take(names, self.read_body(names)))


class Memcached(Backend):
    kept = {}

    def handle(self):
        while line := self.rfile.readline():
            key = line.split()[1]
            Backend.seen.append({"names": {"key": key.decode()}, "body": b""})
            value = Memcached.kept.get(key)
            self.wfile.write(b"END\r\n" if value is None else b"VALUE %s 0 %d\r\n%s\r\nEND\r\n" % (key, len(value), value))


KINDS = {"fastcgi": FastCgi, "uwsgi": Uwsgi, "scgi": Scgi, "memcached": Memcached}


@contextlib.contextmanager
def gate(http="", **routes):
    """A gate whose routes, for which `@KIND@` is a server of that kind, stand on a port of their own: `g.port`."""
    servers = {kind: Server(("127.0.0.1", 0), handler) for kind, handler in KINDS.items()}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    Backend.seen, Backend.answer = [], ANSWER
    with tempfile.TemporaryDirectory(prefix="comity-gate-") as folder:
        os.chmod(folder, 0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        text = "".join(f"location /{name.replace('_', '-')} {{ {route} }}\n" for name, route in routes.items() if name != "named")
        text = f"{http} server {{ listen 127.0.0.1:{port}; {text} {routes.get('named', '')} }}".replace("@FOLDER@", folder)
        for kind, server in servers.items():
            parameters = "" if kind == "memcached" else f" include /etc/nginx/{kind}_params;"
            text = text.replace(f"@{kind}@", f"{kind}_pass 127.0.0.1:{server.server_address[1]};{parameters}")
        running = Gate(folder, extra=text)
        settings = running.folder / "nginx.conf"
        settings.write_text(settings.read_text().replace("@http@", f"proxy_pass http://127.0.0.1:{running.upstream.server_port};"))
        running.port = port
        running.caches = "cache_path" in http
        try:
            running.start_daemon()
            running.worker_count = 3 if running.caches else 1  # with those that look after the cache
            running.start_nginx()
            yield running
        finally:
            running.stop()
            for server in servers.values():
                server.shutdown()
                server.server_close()


def marked(text):
    return re.search(EMAIL, str(text)) is not None


# ---- tests ----


@test
def servers_that_do_not_speak_http():
    kinds = ("fastcgi", "uwsgi", "scgi")
    routes = {f"{kind}_{name}": f"{text} @{kind}@" for kind in kinds for name, text in (
        ("in", DE_US), ("masked", REMOVE + DE_US), ("both", f"comity_inspect both; {DE_US}{RESPONSE}"),
        ("asked", REMOVE + DE_US + "if ($content_length = 1) { return 400; } if ($http_content_length = 1) { return 400; } if ($request_body = x) { return 400; }"))}
    with gate(**routes) as g:
        for kind in kinds:
            same(f"{kind}: what is clean passes", g.ask(f"/{kind}-in/", NOTHING)[::2], (200, b"upstream\n"))
            same("as it came", Backend.seen[-1]["body"], NOTHING)
            count = len(Backend.seen)
            for what, path, body, headers in (("the body", "", PERSON, {}), ("the query", f"?email={EMAIL}", None, {}), ("the path", EMAIL, None, {}),
                                              ("a header", "", None, {"X-Email": EMAIL})):
                problem(f"{kind}: {what}", g.ask(f"/{kind}-in/{path}", body, headers), 451)
            same(f"{kind}: nothing arrived", len(Backend.seen), count)
            for route in ("masked", "asked"):
                same(f"{kind}: {route}", g.ask(f"/{kind}-{route}/", PERSON)[0], 200)
                seen = Backend.seen[-1]
                same(f"{kind}: {route}: the length is that of what goes", (json.loads(seen["body"] or b"{}"), seen["names"]["CONTENT_LENGTH"]),
                     ({"email": "", "note": "hello"}, str(len(seen["body"] or b""))))
            same(f"{kind}: an answer", g.ask(f"/{kind}-both/", None, {"Range": "bytes=0-1", "Accept-Encoding": "gzip"})[::2], (200, b"upstream\n"))
            holds("of which no part was asked for", not {"HTTP_RANGE", "HTTP_ACCEPT_ENCODING"} & set(Backend.seen[-1]["names"]), Backend.seen[-1])
            for what, answer in (("body", b"200 OK\r\n\r\n" + PERSON), ("head", b"200 OK\r\nX-Email: %s\r\n\r\n" % EMAIL.encode()), ("status line", b"200 %s\r\n\r\n" % EMAIL.encode()),
                                 ("packed body", b"200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PERSON))):
                Backend.answer = b"Status: " + answer
                problem(f"{kind}: a person in the {what} of the answer", g.ask(f"/{kind}-both/"), 451)
            Backend.answer = ANSWER


@test
def keys_and_values_of_memcached():
    both = f"comity_inspect both; {DE_US}{RESPONSE} set $memcached_key $uri; @memcached@"
    Memcached.kept = {b"/kept/a": b"colour", b"/kept/b": PERSON}
    with gate(kept=both + "error_page 404 = @made;", named=f"location @made {{ {DE_US} @fastcgi@ }}") as g:
        same("a value", g.ask("/kept/a")[::2], (200, b"colour"))
        problem("one with a person", g.ask("/kept/b"), 451)
        count = len(Backend.seen)
        problem("a key with a person", g.ask("/kept/" + EMAIL), 451)
        same("nothing arrived", len(Backend.seen), count)
        same("one that is not there is made by another", g.ask("/kept/c")[::2], (200, b"upstream\n"))


@test
def where_upstreams_redirect_to():
    both = f"comity_inspect both; {DE_US}{RESPONSE}"
    redirect = lambda to: lambda names: ANSWER if "again" in names["REQUEST_URI"] or names.get("QUERY_STRING") else b"Status: 200 OK\r\nX-Accel-Redirect: %s\r\n\r\n" % to.encode()  # noqa: E731
    with gate(first=both + "@fastcgi@", second="internal;" + both + "@uwsgi@") as g:
        for name in ("first", "second"):
            Backend.answer = redirect(f"/{name}/x?colour=blue")
            Backend.seen.clear()
            same(f"to {name}", g.ask("/first/", NOTHING)[::2], (200, b"upstream\n"))
            same("two were asked", len(Backend.seen), 2)
            Backend.answer = redirect(f"/{name}/x?email={EMAIL}")
            Backend.seen.clear()
            problem(f"to {name}, with a person of the upstream's", g.ask("/first/"), 451)
            same("one was asked", len(Backend.seen), 1)
    Backend.answer = ANSWER


@test
def answers_of_nginx_itself():
    with tempfile.TemporaryDirectory(prefix="comity-files-") as folder:
        os.chmod(folder, 0o755)
        files = pathlib.Path(folder)
        clean = b"colour blue\n" * 5000
        (files / "clean.txt").write_bytes(clean)
        (files / "person.txt").write_bytes(clean + EMAIL.encode())
        (files / "named").mkdir()
        (files / "named" / EMAIL).write_bytes(b"x")
        (files / "stored").mkdir()
        os.chmod(files / "stored", 0o777)
        out = f"comity_inspect response; {RESPONSE} alias {folder}/;"
        with gate(files=out + "autoindex on; sendfile on; aio threads; limit_rate 200k;", packed=out + "gzip on; gzip_min_length 1; gzip_types text/plain;",
                  said=f'comity_inspect both; {DE_US}{RESPONSE} return 200 "hello $arg_x\\n";', moved=f"comity_inspect response; {RESPONSE} return 302 /files/?$args;",
                  state=f"comity_inspect response; {RESPONSE} stub_status;", sliced=f"comity_inspect response; {RESPONSE} slice 4k; proxy_set_header Range $slice_range; @http@",
                  store=f"{DE_US} client_body_in_file_only clean; dav_methods PUT DELETE; alias {folder}/stored/;",
                  tried=f"{DE_US} try_files $uri @made;", named=f"location @made {{ {DE_US} @fastcgi@ }}") as g:
            answer = g.ask("/files/clean.txt", None, {"Range": "bytes=0-9", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
            same("a file, whole", (answer[0], answer[2]), (200, clean))
            problem("one with a person", g.ask("/files/person.txt", None, {"Range": "bytes=0-9"}), 451)
            problem("the list of a folder", g.ask("/files/named/"), 451)
            answer = g.ask("/packed/clean.txt", None, {"Accept-Encoding": "gzip"})
            same("packed by nginx", (answer[1].get("content-encoding"), gzip.decompress(answer[2])), ("gzip", clean))
            problem("packed, with a person", g.ask("/packed/person.txt", None, {"Accept-Encoding": "gzip"}), 451)
            same("a text of the configuration", g.ask("/said/?x=1")[::2], (200, b"hello 1\n"))
            problem("and what a client says in it", g.ask(f"/said/?x={EMAIL}"), 451)
            problem("a redirect with a person", g.ask(f"/moved/?x={EMAIL}"), 451)
            same("nginx's own state", g.ask("/state")[0], 200)
            Upstream.answer = lambda request: (206, {"Content-Range": f"bytes 0-4095/{len(clean)}", "ETag": '"a"'}, clean[:4096])
            with contextlib.suppress(OSError):
                holds("slices are no whole", g.ask("/sliced/x")[0] != 200)
            same("a file is stored", g.ask("/store/a", NOTHING, method="PUT")[0], 201)
            problem("one with a person is not", g.ask("/store/b", PERSON, method="PUT"), 451)
            same("what is there", [path.name for path in (files / "stored").iterdir()], ["a"])
            same("what is tried first", g.ask("/tried/x", NOTHING)[0], 200)
            problem("is judged", g.ask("/tried/x", PERSON), 451)


@test
def retries_and_caches():
    both = f"comity_inspect both; {REMOVE}{DE_US}{RESPONSE}"
    cache = "fastcgi_cache kept; fastcgi_cache_key $uri; fastcgi_cache_valid 200 1s; fastcgi_cache_use_stale updating error; fastcgi_cache_background_update on;"
    pair = "upstream pair { server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3 backup; }"
    with gate("fastcgi_cache_path @FOLDER@/cache keys_zone=kept:1m;" + pair, cached=f"comity_inspect both; {DE_US}{RESPONSE} {cache} @fastcgi@",
              lost=f"{DE_US} proxy_pass http://127.0.0.1:1; error_page 502 = @made;", twice=both + "proxy_next_upstream error http_500 non_idempotent; proxy_next_upstream_tries 2; proxy_pass http://pair;",
              named=f"location @made {{ {DE_US} @fastcgi@ }}") as g:
        same("another takes it", g.ask("/lost/x", NOTHING)[::2], (200, b"upstream\n"))
        same("with its body", Backend.seen[-1]["body"], NOTHING)
        problem("or nobody", g.ask("/lost/x", PERSON), 451)
        same("a masked body that nobody takes", g.ask("/twice/x", PERSON)[0], 502)
        same("kept", [g.ask("/cached/1")[0] for _ in range(2)], [200, 200])
        Backend.answer = ANSWER.replace(b"upstream", EMAIL.encode())
        time.sleep(1.2)
        same("old, while a new one is fetched", g.ask("/cached/1")[::2], (200, b"upstream\n"))
        g.wait("the new one", lambda: g.ask("/cached/1")[0] == 451)
        problem("which is judged as well", g.ask("/cached/1"), 451)
    Backend.answer = ANSWER


@test
def nobody_waits_for_what_is_refused():
    route = f"comity_inspect response; comity_segment 64k; {RESPONSE} @http@"
    with tempfile.TemporaryDirectory(prefix="comity-files-") as folder:
        os.chmod(folder, 0o755)
        pathlib.Path(folder, "large").write_bytes(PERSON + b"colour blue\n" * 4_000_000)
        with gate(held=route, flows=route + "proxy_buffering off;", files=f"comity_inspect response; comity_segment 64k; {RESPONSE} alias {folder}/;") as g:
            open_streams = []

            def endless(out):
                open_streams.append(1)
                try:
                    out.write(PERSON + b"\n" * 100_000)
                    while True:
                        out.write(b'{"colour":"blue"}\n' * 100)
                        time.sleep(0.02)
                finally:
                    open_streams.pop()
            ask = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
            for name in (b"held", b"flows", b"files/large"):
                Upstream.answer = (200, {"Content-Type": "text/plain"}, endless)
                with socket.create_connection(("127.0.0.1", g.port), timeout=20) as client:
                    client.sendall(ask % name)
                    answer = b""
                    while piece := client.recv(65536):  # to its end
                        answer += piece
                holds(f"{name}: our answer, and the end", answer.startswith(b"HTTP/1.1 451") and b"\r\nConnection: close" in answer and answer.endswith(b"}\n"), answer)
                g.wait("the end of the upstream's", lambda: not open_streams, 10)
            Upstream.answer = (200, {"Content-Type": "application/json"}, PERSON)
            with socket.create_connection(("127.0.0.1", g.port), timeout=20) as client:
                for _ in range(2):
                    client.sendall(ask % b"held")
                    answer = b""
                    while not answer.endswith(b"}\n"):
                        answer += client.recv(65536)
                    holds("a short one: the connection stays", answer.startswith(b"HTTP/1.1 451") and b"\r\nConnection: keep-alive" in answer, answer)


@test
def heads_that_clients_bend():
    with gate(at=DE_US + "@fastcgi@") as g:
        ask = lambda text: re.findall(rb"(?:^|\n)HTTP/1.1 (\d+)", g.raw(text, shut=False))  # noqa: E731
        post = lambda body, more=b"": b"POST /at HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), more, body)  # noqa: E731
        close = b"Connection: close\r\n"
        upgrade = b"POST /at HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 5\r\n\r\nhello"
        same("one behind another, some refused", ask(post(NOTHING) + post(PERSON) + post(NOTHING) + upgrade + post(NOTHING) + post(PERSON, close)),
             [b"200", b"451", b"200", b"403", b"200", b"451"])
        same("what passed arrived, and no more", [seen["body"] for seen in Backend.seen], [NOTHING] * 3)
        Backend.seen.clear()
        head = b"POST /at HTTP/1.1\r\nHost: x\r\n"
        email = EMAIL.encode()
        for what, text, status in (("a length and chunks", b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
                                   ("a name with a space", b"X-Email : " + email + b"\r\nContent-Length: 0\r\n\r\n", b"400"),
                                   ("a line folded", b"X-Email: a\r\n " + email + b"\r\nContent-Length: 0\r\n\r\n", b"400")):
            same(what, ask(head + text)[:1], [status])
        same("nothing of these arrived", Backend.seen, [])
        same("what stands beside chunks and behind them", ask(head + close + b"Transfer-Encoding: chunked\r\n\r\n5;email=" + email + b"\r\nhello\r\n0\r\nX-Email: " + email + b"\r\n\r\n"), [b"200"])
        holds("goes nowhere", not marked(Backend.seen), Backend.seen)
        same("waiting for leave to send", ask(post(PERSON, b"Expect: 100-continue\r\n" + close)), [b"100", b"451"])
        same("a method of one's own", ask(b"HELLO /at HTTP/1.1\r\nHost: x\r\n" + close + b"\r\n"), [b"200"])
        same("that is a secret", ask(b"AKIAIOSFODNNABCDEFGH /at HTTP/1.1\r\nHost: x\r\n" + close + b"\r\n"), [b"451"])
        same("no version", (g.raw(b"GET /at\r\n", shut=False), b'"status":451' in g.raw(b"GET /at?email=" + email + b"\r\n", shut=False)), (b"upstream\n", True))
        token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"none"}', PERSON, b"x" * 32))
        for what, headers in (("a password's user", {"Authorization": "Basic " + base64.b64encode(email + b":secret").decode()}), ("a token's", {"Authorization": "Bearer " + token}),
                              ("a token's in a cookie", {"Cookie": "s=" + token})):
            problem(what, g.ask("/at", None, headers), 451)


@contextlib.contextmanager
def gate_with_its_heap(**routes):
    """A gate whose memory is as it is, not overwritten when it is given back; with it comes what the worker has, in KiB."""
    with gate(**routes) as g:
        g.nginx.terminate()
        g.nginx.wait(20)
        g.start_nginx(MALLOC_PERTURB_=None)
        status = pathlib.Path(f"/proc/{g.workers()[0]}/status")
        yield g, lambda: int(re.search(r"VmRSS:\s+(\d+)", status.read_text()).group(1))


@test
def what_a_rush_takes_is_given_back():
    if MODULE_SANITIZED:
        return skip("the sanitizer keeps for a while what is given back")
    with gate_with_its_heap(out=f"comity_inspect response; {RESPONSE} @http@") as (g, rss):
        g.ask("/out/")
        before = rss()
        Upstream.answer = (200, {"Content-Type": "application/x-ndjson"}, b'{"colour":"blue"}\n' * 300_000)
        with contextlib.ExitStack() as clients:
            for _ in range(60):
                clients.enter_context(socket.create_connection(("127.0.0.1", g.port), timeout=20)).sendall(b"GET /out/ HTTP/1.1\r\nHost: x\r\n\r\n")
            g.wait("answers that nobody reads", lambda: rss() - before > 100 << 10)
            holds("some megabytes each", rss() - before < 60 * 10 << 10, (before, rss()))
        Upstream.answer = (200, {"Content-Type": "text/plain"}, b"upstream\n")
        until = time.monotonic() + 60
        while rss() - before > 40 << 10 and time.monotonic() < until:
            same("meanwhile", g.ask("/out/")[0], 200)
            time.sleep(0.5)
        holds("given back", rss() - before < 40 << 10, (before, rss()))


@test
def slow_uploads_take_little_memory():
    with gate_with_its_heap(at=DE_US + "@fastcgi@") as (g, rss):
        worker = g.workers()[0]
        clients = [socket.create_connection(("127.0.0.1", g.port), timeout=20) for _ in range(150)]
        before = rss()
        for client in clients:
            client.sendall(b"POST /at HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 10000000\r\n\r\n" + b'{"colour":"blue","size":12}\n' * 12_000)
        files = lambda: [os.stat(f"/proc/{worker}/fd/{name}").st_size for name in os.listdir(f"/proc/{worker}/fd")]  # noqa: E731
        g.wait("their bytes", lambda: sum(size >= 300_000 for size in files()) >= 150)
        time.sleep(1)
        in_memory("uploads that stand still", rss() - before < 250 << 10, (before, rss()))
        same("others are looked into all the same", (g.ask("/at", b'{"colour":"blue"}\n' * 100_000)[0], g.ask("/at", b'{"colour":"blue"}\n' * 100_000 + PERSON)[0]), (200, 451))
        for client in clients:
            client.close()


sys.exit(main("gate_ways", sys.argv[5] if len(sys.argv) > 5 else ""))
