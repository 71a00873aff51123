#!/usr/bin/env python3
"""Breaks what the gate stands on while requests pass it: processes are killed, the disk is
filled, the socket to the daemon cut, the database stopped. An observer at the upstream notes
the receipt and the entry that came with each request; whatever arrived must be in the record,
nothing may be in it twice, and service must return by itself.

    gate_faults.py COMITY COMITYD IMAGE MODULE [NAME]

COMITY_FAULTS_SECONDS: how long each kind of fault goes on (6). COMITY_REPLAY_REQUESTS: how
many requests are replayed while memory is watched (20000). COMITY_SEED: of what is chosen by
chance; it is printed when a test fails. What is killed was started here, and is killed by its id.
"""
import collections
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from common import Programs, fail, holds, main, run, same, skip, tally, test
from gate_common import COMITY, MODULE, NOTHING, PERSON, Upstream, gate, in_memory
from postgres import Postgres

SECONDS = float(os.environ.get("COMITY_FAULTS_SECONDS", "6"))
REQUESTS = int(os.environ.get("COMITY_REPLAY_REQUESTS", "20000"))
SEED = int(os.environ.get("COMITY_SEED", random.getrandbits(32)))
chance = random.Random(SEED)


class Load:
    """Asks on and on, from several threads; `statuses` counts what was answered, None: nothing was."""

    def __init__(self, g, path="/us/", body=NOTHING, threads=6):
        self.g, self.path, self.body, self.ends = g, path, body, threading.Event()
        self.statuses, self.lock = collections.Counter(), threading.Lock()
        self.threads = [threading.Thread(target=self.ask_on) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def ask_on(self):
        while not self.ends.is_set():
            status = None
            with contextlib.suppress(OSError, http.client.HTTPException):
                status = self.g.ask(self.path, self.body)[0]
            with self.lock:
                self.statuses[status] += 1
            if status is None:
                time.sleep(0.02)

    def stop(self):
        self.ends.set()
        for thread in self.threads:
            thread.join()
        return self.statuses


def serves(g, what, seconds=30):
    """Service returns, without anything being done here."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if g.ask("/us/", NOTHING)[0] == 200:
                return True
        time.sleep(0.05)
    fail(f"{what}: no service in {seconds} s (seed {SEED}): {g.errors()[-1000:]}")
    return False


def compare(g):
    """What arrived, with what is recorded."""
    seen = [(int(request["headers"]["comity-record"]), request["headers"]["comity-receipt"]) for request in list(Upstream.seen)]
    ids = {entry["index"]: entry["act"]["id"] for entry in g.entries()}
    missing = [one for one in seen if not ids.get(one[0], "").startswith(f"test/{one[1]}/")]
    same(f"all that arrived is recorded, each under its own number (seed {SEED})", missing, [])
    twice = [name for name, count in collections.Counter(ids.values()).items() if count != 1]
    same(f"nothing was judged twice (seed {SEED})", twice, [])
    verified = run(COMITY, "record", "verify", g.record)
    same("the record holds", (verified.returncode, verified.stderr), (0, ""))
    return len(seen), len(ids)


# ---- killing ----


def kill_daemon(g):
    g.stop_daemon(signal.SIGKILL)
    time.sleep(chance.random() / 5)
    g.start_daemon()


def kill_worker(g):
    worker = chance.choice(g.workers())
    os.kill(worker, signal.SIGKILL)


def kill_master(g):
    """What its service manager does then: the workers it leaves are ended, and it is started again."""
    g.workers()
    g.nginx.send_signal(signal.SIGSTOP)  # else it may start one more, in place of one that was killed, that nobody would end
    g.wait("the master to stand still", lambda: pathlib.Path(f"/proc/{g.nginx.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T")
    workers = g.workers()
    g.nginx.kill()
    g.nginx.wait()
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    g.start_nginx()


@test
def processes_killed_at_random():
    with gate(workers=2) as g:
        load = Load(g)
        until, killed = time.monotonic() + SECONDS, collections.Counter()
        while time.monotonic() < until or len(killed) < 3:
            time.sleep(0.05 + chance.random() / 2)
            kill = chance.choice([kill_daemon, kill_worker, kill_master] if len(killed) == 3 else
                                 [one for one in (kill_daemon, kill_worker, kill_master) if one.__name__ not in killed])
            kill(g)
            killed[kill.__name__] += 1
            if not serves(g, f"after {kill.__name__}"):
                break
        statuses = load.stop()
        holds("released, unavailable, or cut off", set(statuses) <= {200, 503, None}, statuses)
        arrived, recorded = compare(g)
        holds("something passed between the kills", recorded >= arrived > 20, (arrived, recorded))


# ---- the disk ----


@contextlib.contextmanager
def small_disk(megabytes):
    with tempfile.TemporaryDirectory(prefix="comity-disk-") as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            yield None
            return
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=False)


@test
def the_disk_is_full_and_has_room_again():
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return skip("only root may mount a small disk")
    with small_disk(24) as disk:
        if disk is None:
            return skip("this system lets nobody mount a small disk")
        with gate(record=disk) as g:
            load = Load(g)
            for _ in range(max(2, int(SECONDS / 3))):
                serves(g, "with room")
                filler = pathlib.Path(disk, "filler")
                with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as out:
                    while out.write(b"\0" * 65536):
                        pass
                until = time.monotonic() + 20
                while time.monotonic() < until and g.ask("/us/", NOTHING)[0] != 503:
                    time.sleep(0.02)
                status = g.ask("/us/", NOTHING)[0]
                same("closed while the disk is full", status, 503)
                filler.unlink()
                serves(g, "with room again")
            statuses = load.stop()
            holds("released or unavailable", set(statuses) <= {200, 503}, statuses)
            arrived, recorded = compare(g)
            holds("something passed", recorded >= arrived > 20, (arrived, recorded))


# ---- the socket ----


class Wire:
    """Stands between gate and daemon, and cuts: after so many bytes of either side, in the middle of frames.

    A socket is closed when no thread uses it any more: else one could send to what has its number then."""

    def __init__(self, path, target):
        self.target, self.ends, self.cuts, self.pieces = target, False, 0, []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(64)
        self.whole = False
        self.accepting = threading.Thread(target=self.accept, daemon=True)
        self.accepting.start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(self.target)
                except OSError:
                    client.close()
                    continue
                left = [1 << 60 if self.whole else chance.randrange(200, 40_000)]
                both = [threading.Thread(target=self.carry, args=ends, daemon=True)
                        for ends in ((client, server, left), (server, client, left))]
                for one in both:
                    one.start()
                threading.Thread(target=self.close_when_done, args=(both, client, server), daemon=True).start()

    def carry(self, one, other, left):
        with contextlib.suppress(OSError):
            while piece := one.recv(4096):
                sent = piece[:left[0]]
                left[0] -= len(piece)
                other.sendall(sent)
                if left[0] <= 0:
                    self.cuts += 1
                    break
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def close_when_done(threads, *ends):
        for thread in threads:
            thread.join()
        for end in ends:
            end.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # who waits for a connection waits no more
        self.accepting.join()
        self.listener.close()


@test
def the_socket_breaks():
    with tempfile.TemporaryDirectory(prefix="comity-wire-") as folder:
        os.chmod(folder, 0o755)
        with gate(through=f"{folder}/wire", workers=2) as g:
            same("no socket: closed", g.ask("/us/", NOTHING)[0], 503)
            wire = Wire(f"{folder}/wire", f"{g.folder}/gate.sock")
            load = Load(g)
            time.sleep(SECONDS)
            statuses = load.stop()
            wire.whole = True
            serves(g, "with a whole socket")
            wire.close()
            holds("released or unavailable", set(statuses) <= {200, 503}, statuses)
            holds("it was cut", wire.cuts > 5, wire.cuts)
            arrived, recorded = compare(g)
            holds("most passed all the same", recorded >= arrived > 20, (arrived, recorded, statuses))


@test
def the_daemon_speaks_nonsense():
    def frame(kind, body, number=0):
        return struct.pack("<IB3xQ", 16 + len(body), kind, number) + body
    welcome = frame(2, b"comity-gate\0" + struct.pack("<HHII", 1, 0, 64, 60000) + bytes(16))
    no_gate = b"this user is no gate"
    for said, told in ((frame(77, b""), "comity: the daemon: a frame of 16 bytes and the kind 77: there is none"),
                       (frame(2, bytes(48)), "comity: the daemon: the other side does not speak the protocol of gates"),
                       (frame(5, len(no_gate).to_bytes(4, "little") + no_gate), "comity: the daemon will not serve this gate: this user is no gate"),
                       (welcome + welcome, "comity: the daemon: a frame that is not expected"),
                       # of a request that the gate numbers 1, but another one
                       ([welcome, frame(4, bytes(16) + struct.pack("<IBBH", 1, 0, 0, 0) + bytes(32 + 12), 1)], "comity: the daemon: an answer to something else than was asked")):
        with tempfile.TemporaryDirectory(prefix="comity-nonsense-") as folder, socket.socket(socket.AF_UNIX) as listener:
            os.chmod(folder, 0o755)
            listener.bind(f"{folder}/wire")
            os.chmod(f"{folder}/wire", 0o777)
            listener.listen(64)

            def answer(listener=listener, said=said):
                with contextlib.suppress(OSError):
                    while True:
                        client = listener.accept()[0]
                        with client, contextlib.suppress(OSError):
                            for one in said if isinstance(said, list) else [said]:
                                client.recv(4096)
                                client.sendall(one)
            answering = threading.Thread(target=answer, daemon=True)
            answering.start()
            with gate(through=f"{folder}/wire") as g:
                same("closed", g.ask("/us/", NOTHING)[0], 503)
                same("nothing arrived", len(Upstream.seen), 0)
                g.wait("it is told why", lambda g=g, told=told: told in g.errors())
            listener.shutdown(socket.SHUT_RDWR)
            answering.join()


# ---- the database ----


@test
def the_database_stops_and_starts():
    with tempfile.TemporaryDirectory(prefix="comity-gate-postgres-") as folder:
        try:
            database = Postgres(folder)
        except FileNotFoundError:
            return skip("there is no PostgreSQL")
        try:
            with gate(ledger=database.where) as g:
                person = lambda i: PERSON.replace(b"marked.person", b"person%d" % i)  # noqa: E731
                count = 0
                for _ in range(max(1, int(SECONDS / 6))):
                    for _ in range(5):
                        count += 1
                        same("counted and released", g.ask("/counted/", person(count))[0], 200)
                    database.stop()
                    arrived = len(Upstream.seen)
                    same("who would have to be counted is held", g.ask("/counted/", person(0))[0], 503)
                    same("and did not arrive", len(Upstream.seen), arrived)
                    same("acts without persons pass", g.ask("/us/", NOTHING)[0], 200)
                    database.start()
                    g.wait("the ledger again", lambda: g.ask("/counted/", person(1))[0] == 200)
                rows = json.loads(g.http("/v1/ledger"))["rows"]
                same("each once, and nobody who was held", [row["persons"] for row in rows], [count])
                compare(g)
        finally:
            if database.process.poll() is None:
                database.stop()


# ---- many requests ----


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))


def replay(port, count, body):
    """So many requests on one connection, some at a time."""
    request = b"POST /replay HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    answered, rest = 0, b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        while answered < count:
            now = min(20, count - answered)
            client.sendall(request * now)
            answered += now
            while now:
                piece = client.recv(65536)
                if not piece:
                    return answered - now
                rest += piece
                found = rest.count(b"HTTP/1.1 200")
                now -= found
                rest = rest[rest.rfind(b"HTTP/1.1 200") + 12:] if found else rest[-12:]
                assert b"HTTP/1.1 4" not in piece and b"HTTP/1.1 5" not in piece, piece
    return answered


@test
def many_requests_in_steady_memory():
    with gate(extra="keepalive_requests 1000000000;") as g:
        worker, done, sizes = g.workers()[0], 0, []
        lock = threading.Lock()

        def ask(count):
            nonlocal done
            answered = replay(g.port, count, PERSON)
            with lock:
                done += answered
        for _ in range(5):
            threads = [threading.Thread(target=ask, args=(REQUESTS // 20,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            sizes.append((resident(worker), resident(g.daemon.pid)))
        same("all answered", done, REQUESTS // 20 * 20)
        in_memory("the worker's memory is steady, in KiB", sizes[-1][0] - sizes[0][0] < 2048, sizes)
        if not Programs.sanitized:  # what is freed is kept by the sanitizer
            holds("the daemon's memory is steady, in KiB", sizes[-1][1] - sizes[0][1] < 4096, sizes)
        entries = int(re.search(r"comity_record_entries (\d+)", g.http("/metrics")).group(1))
        same("each has its entry", entries, done)


if not os.path.exists(MODULE) or shutil.which("nginx") is None:
    print("the module is not built (./dev gate), or there is no nginx")
    print("gate_faults: 0 passed, 0 failed, 1 skipped")
    sys.exit(0)
status = main("gate_faults", *sys.argv[5:6])
if tally.failures:
    print(f"seed {SEED}")
sys.exit(status)
