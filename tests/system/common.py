"""What the programs of tests/system share: tests and their counts, runs of the
command, and a daemon that listens on loopback.

A program makes its tests with @test, says `same` and `holds`, and ends with
`sys.exit(main("name"))`.
"""
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def read_terminal(parent):
    """All that was written to a terminal, whose other end those who wrote have closed, or will; ends it.
    A piece may come later than who wrote it has ended."""
    told = b""
    while True:
        try:
            more = os.read(parent, 65536)
        except OSError:
            break
        if not more:
            break
        told += more
    os.close(parent)
    return told


class Tally:
    """What has been found so far, and by which test."""

    def __init__(self):
        self.tests, self.failures, self.passed, self.skipped, self.current = [], [], 0, 0, None


tally = Tally()


def test(function):
    tally.tests.append(function)
    return function


def fail(text):
    tally.failures.append(f"{tally.current.__name__ if tally.current else 'begin'}: {text}")


def same(what, found, expected):
    if found == expected:
        tally.passed += 1
    else:
        fail(f"{what}\n  expected {expected!r}\n     found {found!r}")


def holds(what, condition, found=""):
    if condition:
        tally.passed += 1
    else:
        fail(f"{what}\n  found {found!r}")


def skip(why):
    tally.skipped += 1
    print(f"{tally.current.__name__}: skipped: {why}", file=sys.stderr)


def main(name, wanted=""):
    """Runs all tests whose names hold `wanted`; the exit status."""
    for tally.current in tally.tests:
        if wanted in tally.current.__name__:
            try:
                tally.current()
            except Exception:  # noqa: BLE001 - a test that breaks is a test that failed; the others go on
                fail(traceback.format_exc())
    for failure in tally.failures:
        print(failure)
    print(f"{name}: {tally.passed} passed, {len(tally.failures)} failed" + (f", {tally.skipped} skipped" if tally.skipped else ""))
    return 1 if tally.failures else 0


def run(*arguments, **options):
    """A program to its end, as text."""
    return subprocess.run([str(argument) for argument in arguments], **{
        "capture_output": True, "text": True, "env": ENVIRONMENT, "timeout": 60, "check": False, **options})


def crc32c(data):
    """The sum that records bear, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def alter_entry(segment, which, old, new):
    """Puts bytes in place of others, as many, in what is kept of an entry; its sums hold."""
    altered = bytearray(segment.read_bytes())
    at = 64
    for _ in range(which):
        at += (48 + int.from_bytes(altered[at + 4:at + 8], "little") + 7) & ~7
    end = at + 48 + int.from_bytes(altered[at + 4:at + 8], "little")
    found = altered.index(old, at, end)
    altered[found:found + len(old)] = new
    altered[at + 40:at + 44] = crc32c(altered[at + 48:end]).to_bytes(4, "little")
    altered[at + 44:at + 48] = crc32c(altered[at:at + 44]).to_bytes(4, "little")
    segment.write_bytes(altered)


# ---- the daemon ----


class Programs:
    """Where command, daemon and image lie: set by `use`."""
    comity = comityd = image = None
    sanitized = False


def use(comity, comityd, image):
    Programs.comity, Programs.comityd, Programs.image = (str(pathlib.Path(path).resolve()) for path in (comity, comityd, image))
    # The sanitizers' run-time looks into its own process as it ends, which confinement forbids.
    Programs.sanitized = any(name in pathlib.Path(comityd).read_bytes() for name in (b"__asan_init", b"__tsan_init"))
    return Programs.comity, Programs.comityd, Programs.image


class Daemon:
    """A comityd that listens on a free port; `log` is what it said so far."""

    def __init__(self, folder, *options, confine=None, limit=None, files=None, environment=None):
        """`limit`: of a file's size; `files`: how many it may have."""
        confine = confine or ("no" if Programs.sanitized else "yes")
        self.log_path = pathlib.Path(folder) / f"log-{random.getrandbits(32):08x}"
        self.output = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            [Programs.comityd, "--listen", "127.0.0.1:0", "--law", Programs.image, "--confine", confine, "--spool", str(folder),
             *map(str, options)],
            stderr=self.output, stdin=subprocess.DEVNULL, env={**ENVIRONMENT, **(environment or {})}, restore_signals=limit is None,
            preexec_fn=None if limit is None and files is None else lambda: self.bound(limit, files))
        self.wait_for("started")
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.events("listening")[0]["at"]).group(1))

    @staticmethod
    def bound(limit, files):
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        if files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    @property
    def log(self):
        return self.log_path.read_text()

    def events(self, name):
        return [line for line in map(json.loads, filter(lambda line: line.startswith("{"), self.log.splitlines())) if line["event"] == name]

    def wait_for(self, event, count=1, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if len(self.events(event)) >= count:
                return True
            if self.process.poll() is not None and not self.events(event):
                raise RuntimeError(f"comityd ended with {self.process.returncode}: {self.log}")
            time.sleep(0.01)
        raise RuntimeError(f"no {event} in the log: {self.log}")

    def ask(self, method, path, body=None, headers=None, port=None):
        """Status, headers (names in small letters) and body."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read().decode("latin-1" if "octet" in answer.getheader("Content-Type", "") else "utf-8")
        finally:
            connection.close()

    def get(self, path, token=None):
        """What a JSON document at the path says; the status, where it is not 200."""
        status, _, body = self.ask("GET", path, headers={"Authorization": "Bearer " + token} if token else None)
        return json.loads(body) if status == 200 else status

    def announce(self, method, path, size, headers):
        """A request of which nothing but the head is sent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {size}"]
            client.sendall("\r\n".join(lines + [f"{key}: {value}" for key, value in headers.items()] + ["", ""]).encode())
            answer = http.client.HTTPResponse(client, method=method)
            answer.begin()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read().decode()

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.output.close()
            if "Sanitizer" in self.log:
                fail(self.log[-6000:])


def get_over(unix_socket, path):
    """What a daemon answers that listens on a unix socket, without its head."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(unix_socket)
        client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        if not body:  # nobody who asks here expects that: what came tells why
            raise RuntimeError(f"{path}: an answer without a body: {head!r}")
        return body.decode()


@contextlib.contextmanager
def daemon(*options, record=False, **more):
    """A daemon in a folder of its own, with a record there if it is to have one; `@` in an option stands for the folder."""
    with tempfile.TemporaryDirectory(prefix="comity-serve-") as folder:
        os.chmod(folder, 0o755)
        kept = ("--record", new_record(folder)[0]) if record else ()
        running = Daemon(folder, *kept, *[str(option).replace("@", folder) for option in options], **more)
        running.folder = folder
        try:
            yield running
        finally:
            status = running.stop()
            if status < 0 and status != -signal.SIGKILL:
                fail(f"comityd ended with {status}: {running.log[-2000:]}")


def new_record(folder):
    """A new record; its folder and its log's key."""
    path = os.path.join(folder, "record")
    made = run(Programs.comity, "record", "init", "--origin", "example.org/serve", path)
    assert made.returncode == 0, made.stderr
    return path, re.search(r"^log (\S+)", made.stdout + made.stderr, re.M).group(1)


def new_token():
    """A token, and its digest as settings have it."""
    text = run(Programs.comityd, "--new-token").stdout.splitlines()
    return text[0], text[2].split()[3]


def problem(what, answer, status, title=None, detail=None):
    """Is the answer a problem document of this status, and if given with this title and detail?"""
    same(what, answer[0], status)
    holds(f"{what}: a problem document", answer[1].get("content-type") == "application/problem+json", answer)
    with contextlib.suppress(ValueError):
        document = json.loads(answer[2])
        same(f"{what}: its status", document.get("status"), status)
        holds(f"{what}: its title", bool(document.get("title")), document)
        if title is not None:
            same(f"{what}: title", document.get("title"), title)
        if detail is not None:
            same(f"{what}: detail", document.get("detail"), detail)
