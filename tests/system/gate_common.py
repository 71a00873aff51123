"""What gate.py and gate_faults.py share: nginx with the module, comityd, and an upstream that
observes, all on loopback in a folder that goes away. Both programs are called with

    COMITY COMITYD IMAGE MODULE [NAME]
"""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from common import ENVIRONMENT, JSON, Programs, fail, get_over, holds, run, same, skip, use

MODULE = str(pathlib.Path(sys.argv[4]).resolve())
# nginx is not sanitized where the module is: it is given the run-time before anything else.
MODULE_SANITIZED = os.path.exists(MODULE) and b"__asan_init" in pathlib.Path(MODULE).read_bytes()
COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
EMAIL = "marked.person@example.com"
PERSON = json.dumps({"email": EMAIL, "note": "hello"}).encode()
NOTHING = json.dumps({"colour": "blue", "size": 12}).encode()


# ---- the upstream ----


class Upstream(http.server.BaseHTTPRequestHandler):
    """Gives back what the test set up, and notes what arrived."""
    protocol_version = "HTTP/1.1"
    seen = []
    answer = (200, {"Content-Type": "text/plain"}, b"upstream\n")

    def any(self):
        size = self.headers.get("Content-Length")
        if getattr(self.server, "streams", False):  # the test reads it, if anybody
            body = b""
        elif self.headers.get("Transfer-Encoding"):
            body = b""
            while (n := int(self.rfile.readline(), 16)) != 0:
                body += self.rfile.read(n)
                self.rfile.readline()
            self.rfile.readline()
        elif size and int(size) > 4 << 20:
            left, body = int(size), b""
            while left:
                left -= len(self.rfile.read(min(left, 1 << 20)))
        else:
            body = self.rfile.read(int(size or 0))
        Upstream.seen.append({"path": self.path, "headers": dict((k.lower(), v) for k, v in self.headers.items()), "body": body})
        status, headers, answer = Upstream.answer(self) if callable(Upstream.answer) else Upstream.answer
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if callable(answer):
            self.send_header("Connection", "close")
            self.close_connection = True
            self.end_headers()
            with contextlib.suppress(OSError):
                answer(self.wfile)
            return
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = any

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


# ---- what is started ----

def nginx(*options, **environment):
    """How nginx is started, as subprocess takes it; `environment`: what is to be otherwise there, None: not at all.
    A module that is sanitized finds the run-time there. nginx keeps its pools as it ends: leaks are not looked for."""
    there = {**os.environ, **environment}
    command = ["nginx", *options]
    if MODULE_SANITIZED:
        libraries = [run("gcc", f"-print-file-name={name}").stdout.strip() for name in ("libasan.so", "libubsan.so")]
        there.update(LD_PRELOAD=" ".join(libraries), ASAN_OPTIONS="detect_leaks=0", UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
        # where address space is laid out with much chance, there is no room for the sanitizers' shadow
        command[:0] = ["setarch", "-R"] if run("setarch", "-R", "true").returncode == 0 else []
    return {"args": command, "env": {name: value for name, value in there.items() if value is not None}}


def try_settings(folder, text):
    """What `nginx -t` says of settings: its status, and its words."""
    path = pathlib.Path(folder, "nginx.conf")
    path.write_text(f"load_module {MODULE}; pid {folder}/pid; {text}")
    command = nginx("-t", "-c", str(path), "-e", f"{folder}/error.log")
    told = run(*command["args"], env=command["env"])
    return told.returncode, told.stderr


PARTIES = """
                exporter "Example GmbH" company controller;
                exporter-owners none; exporter-certified none; exporter-subject-to none;
                importer "Other Inc." company processor;
                importer-owners none; importer-certified none; importer-subject-to none;
                received none; via none; circumstance none;
                deal outsourcing; purpose support;
"""
DE_US = "comity_act transfer { from DE; to US; origin DE; location DE; subjects DE;" + PARTIES + "}"
DE_BR = "comity_act transfer { from DE; to BR; purpose research; }"
STORE = "comity_act store { from RU; to NL; origin RU; location RU; subjects RU;" + PARTIES.replace("processor", "cloud-provider").replace("support", "contract-with-person") + "}"
ROUTES = {
    "open": "comity_inspect off;",
    "us": DE_US,
    "br": DE_BR,
    "store": STORE,
    "both-acts": DE_BR + STORE,
    "doubt": "comity_act transfer { from DE; }",
    "told": "comity_explain on;" + DE_US,
    "masked": "comity_operator category email mask;" + DE_US,
    "masked-small": "comity_operator category email mask; comity_hold 4k; comity_segment 4k;" + DE_US,
    "masked-passes-large": "comity_operator category email mask; comity_hold 400k; comity_pass_in_doubt large;" + DE_US,
    "refusing": "comity_operator category email refuse;" + DE_BR,
    "passes": "comity_pass_in_doubt undetermined unreadable; comity_act transfer { from DE; to US; }",
    "answer": "comity_inspect response;" + DE_US.replace("transfer", "transfer response"),
    "answer-br": "comity_inspect response;" + DE_BR.replace("transfer", "transfer response"),
    "answer-masked": "comity_inspect response; comity_operator category email mask; comity_segment 64k;" + DE_US.replace("transfer", "transfer response"),
    "answer-segments": "comity_inspect response; comity_hold 256k; comity_segment 64k;" + DE_US.replace("transfer", "transfer response"),
    "both": "comity_inspect both;" + DE_US + DE_US.replace("transfer", "transfer response"),
    "upgrades": "comity_pass_uninspected upgrade grpc;" + DE_BR,
    "flows": "comity_pass_uninspected upgrade grpc; comity_inspect both; comity_operator category email refuse; proxy_request_buffering off; proxy_buffering off;" +
             DE_BR + DE_BR.replace("transfer", "transfer response"),
    "flows-back": "comity_pass_uninspected upgrade grpc; comity_inspect response;" + DE_BR.replace("transfer", "transfer response"),
    "counted": 'comity_act transfer { from DE; to BR; exporter "Example GmbH" company; purpose research; }',
    "client": DE_US.replace("to US", "to $comity_client_state"),
    "named": DE_US.replace("to US", "to $named_state"),
    "upstream": "comity_inspect response;" + DE_US.replace("transfer", "transfer response").replace("from DE", "from $upstream_state").replace("to US", "to $comity_client_state"),
    "unthreaded": "comity_threads off;" + DE_US,
    "small-buffer": "client_body_buffer_size 1k; client_max_body_size 100k; error_page 413 /us/too-large;" + DE_US,
    "both-masked": "comity_inspect both; comity_operator category email mask;" + DE_US + DE_US.replace("transfer", "transfer response"),
    "variable": "comity_act transfer { from DE; to $http_x_to; purpose research; }",
    "unsaid": 'comity_act transfer { from DE; to BR; purpose research; deal $http_x; channel $http_x; exporter "E" company $http_x; paper $http_x; paper standard-contract ref=$http_x $http_x; }',
    "low-level": "comity_level 60;" + DE_US,
    "mirrors-alike": "mirror /alike;",
    "mirrors-other": "mirror /other-law;",
    "mirrors-masked": "mirror /other-look;",
    "mirrors-unjudged": "comity_inspect response; comity_act transfer response { from DE; to BR; purpose research; } mirror /alike;",
    "alike": "internal;",
    "other-law": "internal;" + DE_BR,
    "other-look": "internal; comity_operator category email mask;",
    "pages": "ssi on; comity_inspect response;" + DE_BR.replace("transfer", "transfer response"),
    "redirects": "proxy_intercept_errors on; error_page 404 =410 /static;",
    "answer-large": "comity_inspect response;" + DE_BR.replace("transfer", "transfer response"),
    "answer-large-passes": "comity_pass_in_doubt large; comity_hold 64k; comity_inspect response;" + DE_BR.replace("transfer", "transfer response"),
    "answer-events": "comity_inspect response; proxy_buffering off;" + DE_BR.replace("transfer", "transfer response").replace("to BR", "to $http_x_to"),
    "events-masked": "comity_inspect response; proxy_buffering off; comity_operator category email mask;" + DE_BR.replace("transfer", "transfer response"),
    "masks-and-refuses": "comity_inspect both; comity_operator category email mask; comity_operator category phone refuse; comity_segment 4k;" + DE_BR + DE_BR.replace("transfer", "transfer response"),
    "events-refused": "comity_inspect response; proxy_buffering off; comity_operator category email refuse;" + DE_BR.replace("transfer", "transfer response"),
}


class Gate:
    def __init__(self, folder, workers=1, extra="", ledger=None, record=None, through=None, log_level="error"):
        """`record`: where its folder goes; `through`: the socket at which nginx asks, if not the daemon's own."""
        self.folder = pathlib.Path(folder)
        self.record = str(pathlib.Path(record or folder) / "record")
        made = run(COMITY, "record", "init", "--origin", "example.org/gate", self.record)
        assert made.returncode == 0, made.stderr
        self.daemon = self.nginx = None
        self.ledger = ["--ledger", ledger.replace("@", folder)] if ledger else []
        self.daemon_logs = []
        self.upstream = Server(("127.0.0.1", 0), Upstream)
        Upstream.seen = []
        Upstream.answer = (200, {"Content-Type": "text/plain"}, b"upstream\n")
        threading.Thread(target=self.upstream.serve_forever, daemon=True).start()
        with socket.socket() as probe, socket.socket() as other:
            probe.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            self.port, self.port2 = probe.getsockname()[1], other.getsockname()[1]
        locations = "".join(f"""
        location /{name} {{
            {text}
            proxy_pass http://127.0.0.1:{self.upstream.server_port};
        }}""" for name, text in ROUTES.items())
        temporary = "".join(f"    {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user www-data;" if os.getuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(f"""
load_module {MODULE};
daemon off; {user} worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log {log_level};
events {{ worker_connections 512; }}
http {{
{temporary}
    log_format comity '$status verdict=$comity_verdict rules=$comity_rules record=$comity_record receipt=$comity_receipt';
    access_log {folder}/access.log comity;
    client_max_body_size 0;
    client_body_buffer_size 64k;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Comity-Receipt $comity_receipt;
    proxy_set_header Comity-Record $comity_record;
    keepalive_timeout 5;
    comity_socket {through or f"{folder}/gate.sock"};
    comity_gate test;
    comity_inspect request;
    {"" if "$named_state" in extra else 'map $uri $named_state { } map $uri $upstream_state { }'}
    {extra}
    {DE_US}
    upstream static {{ server 127.0.0.1:{self.port}; keepalive 16; }}
    server {{
        listen 127.0.0.1:{self.port};
        listen 127.0.0.1:{self.port2} http2;
        location = /static {{ comity_inspect off; return 200 "static\\n"; }}
        location = /replay {{ {DE_BR} proxy_pass http://static/static; }}
        {locations}
    }}
}}
""")
        self.worker_count = workers

    def start_nginx(self, **environment):
        """`environment`: as in nginx()."""
        # memory that was given back is overwritten, so that whoever still reads it is found out
        environment.setdefault("MALLOC_PERTURB_", "165")
        self.nginx = subprocess.Popen(**nginx("-c", f"{self.folder}/nginx.conf", "-e", f"{self.folder}/error.log", **environment),
                                      stderr=open(f"{self.folder}/nginx.err", "ab"))
        self.wait_port()

    def start_daemon(self, limit=None):
        log = self.folder / f"daemon-{len(self.daemon_logs)}.log"
        self.daemon_logs.append(log)
        peers = ["--peer", f"{os.getuid()} gate,auditor"] + (["--peer", "www-data gate"] if os.getuid() == 0 else [])
        self.daemon = subprocess.Popen(
            [COMITYD, "--listen", f"unix:{self.folder}/http.sock", "--law", IMAGE, "--record", self.record, "--spool", str(self.folder),
             "--gate-socket", f"{self.folder}/gate.sock", "--confine", "no" if Programs.sanitized else "yes", *peers, *self.ledger],
            stderr=open(log, "wb"), stdin=subprocess.DEVNULL, env=ENVIRONMENT, restore_signals=limit is None,
            preexec_fn=None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)))
        self.wait("the daemon", lambda: '"started"' in log.read_text() or self.daemon.poll() is not None)
        assert self.daemon.poll() is None, log.read_text()

    def wait(self, what, condition, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if condition():
                return True
            time.sleep(0.02)
        raise RuntimeError(f"{what}: not in {seconds} s: {self.errors()[-1500:]}")

    def wait_port(self):
        def answers():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            assert self.nginx.poll() is None, (self.folder / "nginx.err").read_text() + self.errors()
            return False
        self.wait("nginx", answers)
        self.wait("its workers", lambda: len(self.workers()) == self.worker_count)

    def errors(self):
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def ask(self, path, body=None, headers=None, method=None, timeout=30, source=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(source, 0) if source else None)
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, body, dict(JSON if body is not None else {}, **(headers or {})))
            answer = connection.getresponse()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read()
        finally:
            connection.close()

    def raw(self, data, pause=None, shut=True):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            for piece in data if isinstance(data, list) else [data]:
                client.sendall(piece)
                if pause:
                    time.sleep(pause)
            if shut:
                client.shutdown(socket.SHUT_WR)
            answer = b""
            with contextlib.suppress(OSError):
                while piece := client.recv(65536):
                    answer += piece
            return answer

    def stop_daemon(self, number=signal.SIGTERM):
        if self.daemon.poll() is None:
            self.daemon.send_signal(number)
        return self.daemon.wait(30)

    def workers(self):
        """The workers' process ids; waits for the first, for the master listens before it has any."""
        children = pathlib.Path(f"/proc/{self.nginx.pid}/task/{self.nginx.pid}/children")
        until = time.monotonic() + 20
        while not (found := [int(pid) for pid in children.read_text().split()]) and time.monotonic() < until:
            time.sleep(0.01)
        return found

    def http(self, path):
        """Asks the daemon itself, over its unix socket."""
        return get_over(f"{self.folder}/http.sock", path)

    def entries(self):
        """All entries of the record, once those that are durable are published."""
        time.sleep(1.5)
        shown = run(COMITY, "record", "tail", "-n", "1000000", self.record)
        return [json.loads(line) for line in shown.stdout.splitlines()]

    def stop(self):
        started = [process for process in (self.nginx, self.daemon) if process is not None]
        for process in started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.upstream.shutdown()
        for log in self.daemon_logs:
            if "Sanitizer" in log.read_text():
                fail(log.read_text()[-4000:])
        report = re.search(r"(?s)[^\n]*(?:Sanitizer|runtime error:).{,4000}", self.errors())
        if report:
            fail(report.group())
        crash = re.findall(r".*(?:signal 11|signal 6|\[alert\]|\[emerg\]).*", self.errors())
        crash = [line for line in crash if "signal 9" not in line]
        if crash:
            fail(f"{crash[:4]}; the last of the log:\n{self.errors()[-3000:]}")


@contextlib.contextmanager
def gate(**options):
    with tempfile.TemporaryDirectory(prefix="comity-gate-") as folder:
        os.chmod(folder, 0o755)
        running = Gate(folder, **options)
        try:
            running.start_daemon()
            running.start_nginx()
            yield running
        finally:
            running.stop()


TITLES = {
    403: "Not let through",
    413: "Larger than what can be inspected",
    451: "Unavailable For Legal Reasons",
    502: "The answer cannot be inspected",
    503: "Nothing can be let through at present",
}


def in_memory(what, condition, found):
    """Is memory as it should be? Where nginx is sanitized nobody can tell."""
    if MODULE_SANITIZED:
        skip(f"{what}: the sanitizer keeps for a while what is given back")
    else:
        holds(what, condition, found)


def problem(what, answer, status):
    same(what, (answer[0], answer[1].get("content-type")), (status, "application/problem+json"))
    document = json.loads(answer[2]) if answer[2] else {}
    same(f"{what}: its status", (document.get("status"), document.get("title")), (status, TITLES[status]))
    holds(f"{what}: its receipt", re.fullmatch("[0-9a-f]{32}", document.get("receipt", "")), document)
    same(f"{what}: nobody keeps it", answer[1].get("cache-control"), "private, no-store")
    return document
