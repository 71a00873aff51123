#!/usr/bin/env python3
"""Speaks the protocol of gates with comityd by itself: who may, what is wrong, asking again,
deadlines, many at once. docs/formats/gate-protocol.md, read and written by a second hand.

    gate_socket.py COMITY COMITYD IMAGE
"""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from common import ENVIRONMENT, Programs, fail, get_over, main, run, same, test, use

COMITY, COMITYD, IMAGE = use(*sys.argv[1:4])
MAGIC = b"comity-gate\0"
ACT = b'{"id":"shop/1","act":"transfer","from":{"state":"DE","name":"acme"},"to":"BR","data":{"categories":["email"],"people":1},"purposes":["research"]}'
REFUSED = (b'{"act":"store","from":{"state":"RU","kinds":["company","controller"],"owners":[],"certified":[],"subject_to":[]},'
           b'"to":{"state":"NL","kinds":["company","cloud-provider"],"owners":[],"certified":[],"subject_to":[]},"data":{"categories":["email"],'
           b'"people":1,"origin":["RU"],"location":["RU"],"subjects":["RU"],"received":[]},"purposes":["contract-with-person"],"deal":"outsourcing","circumstances":[]}')


def text(value):
    return struct.pack("<I", len(value)) + value


def frame(kind, body, number=1):
    return struct.pack("<IB3xQ", 16 + len(body), kind, number) + body


def hello(name=b"shop", least=1, most=1):
    return frame(1, MAGIC + struct.pack("<HH", least, most) + text(name))


def judge(*acts, identity=None, segment=1, deadline=5000, flags=0, number=1, persons=()):
    body = (identity or os.urandom(16)) + struct.pack("<IIBBHI", segment, deadline, flags, len(acts), 1, len(persons)) + text(b"email")
    body += b"".join(digest + struct.pack("<Q", 1) for digest in persons) + b"".join(map(text, acts))
    return frame(3, body, number)


class Gate:
    def __init__(self, folder, greets=True):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(f"{folder}/gate.sock")
        self.rest = b""
        if greets:
            self.socket.sendall(hello())
            self.welcome = self.read()

    def exactly(self, size):
        while len(self.rest) < size:
            piece = self.socket.recv(65536)
            if not piece:
                return None
            self.rest += piece
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def read(self):
        """A frame: kind, number, and what it says; None at the end."""
        head = self.exactly(16)
        if head is None:
            return None
        size, kind, number = struct.unpack("<IB3xQ", head)
        body = self.exactly(size - 16)
        if kind == 5:
            return "refused", number, body[4:].decode()
        if kind == 2:
            return "welcome", number, body
        segment, outcome, verdict, count = struct.unpack("<IBBH", body[16:24])
        at, entries, texts = 56, [], []
        for _ in range(count):
            entries.append(struct.unpack("<Q", body[at:at + 8])[0])
            at += 8
        for _ in range(3):
            length = struct.unpack("<I", body[at:at + 4])[0]
            texts.append(body[at + 4:at + 4 + length].decode())
            at += 4 + length
        assert at == len(body)
        return "judged", number, {"id": body[:16], "segment": segment, "outcome": outcome, "verdict": verdict, "entries": entries,
                                  "law": body[24:56].hex(), "rules": texts[0], "ways": texts[1], "message": texts[2]}

    def ask(self, data):
        self.socket.sendall(data)
        return self.read()

    def ended(self):
        return self.read() is None


class Daemon:
    def __init__(self, folder, *options, peer=True):
        self.folder = folder
        if not os.path.exists(f"{folder}/record"):
            subprocess.run([COMITY, "record", "init", "--origin", "example.org/gates", f"{folder}/record"], check=True, capture_output=True)
        self.log = pathlib.Path(folder, f"log{time.monotonic_ns()}")
        who = ["--peer", f"{os.getuid()} {'gate,auditor' if peer else 'auditor'}"]
        self.process = subprocess.Popen([COMITYD, "--listen", f"unix:{folder}/http.sock", "--law", IMAGE, "--spool", folder, "--record", f"{folder}/record",
                                         "--gate-socket", f"{folder}/gate.sock", "--confine", "no" if Programs.sanitized else "yes", *who, *options],
                                        stderr=open(self.log, "wb"), stdin=subprocess.DEVNULL, env=ENVIRONMENT)
        until = time.monotonic() + 30
        while '"started"' not in self.log.read_text():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(self.log.read_text())
            time.sleep(0.02)

    def http(self, path):
        return get_over(f"{self.folder}/http.sock", path)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        if status != 0 or "Sanitizer" in self.log.read_text():
            fail(f"comityd ended with {status}: {self.log.read_text()[-3000:]}")


def who_may(folder):
    daemon = Daemon(folder, peer=False)
    gate = Gate(folder, greets=False)
    same("a user that is no gate", gate.read()[2], "this user is no gate: a setting `peer USER gate` would make it one")
    same("and the end", gate.ended(), True)
    for _ in range(20):  # it comes again, as gates do
        again = Gate(folder, greets=False)
        same("and again", (again.read()[0], again.ended()), ("refused", True))
    same("which the log says once a minute", daemon.log.read_text().count('"gate-refused"'), 1)
    daemon.stop()


def what_is_wrong(folder):
    for what, sent, expected in (
            ("asked before hello", judge(ACT), "expected a hello, and then requests to judge"),
            ("another version", hello(least=2, most=3), "this daemon speaks version 1 of the protocol of gates"),
            ("no name", hello(name=b""), "a gate without a name"),
            ("two hellos", hello() + hello(), "a second hello"),
            ("no frame", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", None),
            ("an answer", hello() + frame(5, text(b"x")), "expected a hello, and then requests to judge"),
            ("another magic", frame(1, b"x" * 12 + struct.pack("<HH", 1, 1) + text(b"x")), "the other side does not speak the protocol of gates")):
        gate = Gate(folder, greets=False)
        gate.socket.sendall(sent)
        told = gate.read()
        told = gate.read() if told[0] == "welcome" else told
        same(what, (told[0], expected is None or told[2] == expected), ("refused", True))
        same(f"{what}: the end", gate.ended(), True)


def judged(folder):
    gate = Gate(folder)
    same("welcome", (gate.welcome[0], gate.welcome[2][:14], len(gate.welcome[2])), ("welcome", MAGIC + b"\1\0", 40))
    kind, number, told = gate.ask(judge(ACT, number=77))
    same("permitted", (kind, number, told["outcome"], told["verdict"], len(told["entries"]), told["rules"]), ("judged", 77, 0, 0, 1, ""))
    told = gate.ask(judge(ACT, REFUSED))[2]
    same("the worst of two", (told["outcome"], told["verdict"], len(told["entries"]), told["ways"]), (0, 3, 2, ""))
    same("the rule that decided", "RU.FZ152.18.5" in told["rules"].split(","), True)
    same("ways, where they are wanted", json.loads(gate.ask(judge(REFUSED, flags=2))[2]["ways"]), [])
    told = gate.ask(judge(b'{"act":"transfer","from":"nowhere"}'))[2]
    same("no act", (told["outcome"], told["entries"], "from" in told["message"]), (1, [], True))
    same("late", gate.ask(judge(ACT, deadline=0))[2]["outcome"], 4)
    identity = os.urandom(16)
    first = gate.ask(judge(ACT, identity=identity, number=5))[2]
    other = Gate(folder)
    kind, number, second = other.ask(judge(REFUSED, identity=identity, number=6))
    same("asked again: the first answer", (number, second), (6, first))
    same("another segment is another request", other.ask(judge(REFUSED, identity=identity, segment=2))[2]["verdict"], 3)
    gate.socket.sendall(b"".join(judge(ACT, number=n) for n in range(500)))
    numbers = sorted(gate.read()[1] for _ in range(500))
    same("many at once", numbers, list(range(500)))
    for byte in judge(ACT, number=9):
        gate.socket.sendall(bytes([byte]))
    same("byte by byte", gate.read()[1], 9)
    gate.socket.sendall(judge(ACT) * 3)
    gate.socket.close()
    same("who goes away disturbs nobody", other.ask(judge(ACT))[2]["outcome"], 0)


def together(folder):
    """Requests that come at once: each is answered by what it is, whatever its neighbours are."""
    act_of = lambda n: ACT.replace(b"shop/1", b"shop/%d" % n)  # noqa: E731
    large = ACT.replace(b'"acme"', b'"' + b"a" * 300 + b'"')
    kinds = (
        ("permit", lambda n: judge(act_of(n), number=n), (0, 0, 1)),
        ("no act", lambda n: judge(b'{"act":"transfer","from":"nowhere"}', number=n), (1, 0, 0)),
        ("two acts", lambda n: judge(act_of(n), REFUSED, number=n), (0, 3, 2)),
        ("an act, and then none", lambda n: judge(act_of(n), b"{", number=n), (1, 0, 0)),
        ("late", lambda n: judge(act_of(n), number=n, deadline=0), (4, 0, 0)),
        ("a word that law does not have", lambda n: judge(act_of(n).replace(b'"research"', b'"unheard-of"'), number=n), (1, 0, 0)),
        ("another size", lambda n: judge(large, number=n), (0, 0, 1)),
        ("eight acts", lambda n: judge(*[act_of(n)] * 8, number=n), (0, 0, 8)),
        ("not released", lambda n: judge(act_of(n), number=n, flags=4), (0, 0, 1)))
    gate, entries = Gate(folder), []
    for size in list(range(1, 20)) + [33, 200]:
        for first in (0, size):
            chosen = [kinds[(first * 5 + size + i * i) % len(kinds)] for i in range(size)]
            gate.socket.sendall(b"".join(kind[1](n) for n, kind in enumerate(chosen)))
            told = {number: answer for _, number, answer in (gate.read() for _ in chosen)}
            for n, (what, _, expected) in enumerate(chosen):
                same(f"{what}, {n} of {size}", (told[n]["outcome"], told[n]["verdict"] if expected[0] == 0 else 0, len(told[n]["entries"])), expected)
                entries += told[n]["entries"]
    same("each has entries of its own", len(set(entries)), len(entries))
    gate.socket.sendall(b"".join(judge(act_of(n), number=n) for n in range(5)) + b"GET / HTTP/1.1\r\n\r\n" + judge(ACT, number=6))
    told = [gate.read() for _ in range(6)]
    same("what came before what is no frame is answered", sorted((kind, number) for kind, number, _ in told),
         sorted([("judged", n) for n in range(5)] + [("refused", 0)]))


def counted(folder):
    daemon = Daemon(folder, "--ledger", f"{folder}/ledger")
    gate = Gate(folder)
    one, two = os.urandom(16), os.urandom(16)
    for persons in ((one,), (one, two), (two,)):
        same("with persons", gate.ask(judge(ACT, persons=persons))[2]["outcome"], 0)
    same("who is not released is not counted", gate.ask(judge(ACT, flags=4, persons=(os.urandom(16),)))[2]["outcome"], 0)
    same("nor who is refused", gate.ask(judge(ACT, REFUSED.replace(b'"RU","kinds"', b'"RU","name":"other","kinds"'), persons=(os.urandom(16),)))[2]["verdict"], 3)
    many = ACT.replace(b"acme", b"many")
    for size in (2, 5, 40, 150):  # some go, one does not, one is no act
        sent = [judge(*[many] * (1 + n % 3), number=n, persons=(os.urandom(16),)) for n in range(size - 2)]
        sent += [judge(many, number=size - 2, flags=4, persons=(os.urandom(16),)), judge(b"{", number=size - 1, persons=(os.urandom(16),))]
        gate.socket.sendall(b"".join(sent))
        told = {number: answer["outcome"] for _, number, answer in (gate.read() for _ in sent)}
        same("with persons, at once", told, {**dict.fromkeys(range(size - 1), 0), size - 1: 1})
    rows = json.loads(daemon.http("/v1/ledger"))["rows"]
    same("all that went, at once", [row["persons"] for row in rows if row["exporter"] == "many" and row["category"] == "email"], [2 + 5 + 40 + 150 - 8])
    same("each once", [(row["exporter"], row["category"], row["persons"]) for row in rows if row["exporter"] == "acme"], [("acme", "email", 2)])
    same("the same key for every gate", Gate(folder).welcome[2][24:], gate.welcome[2][24:])
    metrics = daemon.http("/metrics")
    for line in ("Gates connected now, a worker of nginx being one.", "Requests of gates answered, by outcome.", "From a gate's request to its answer."):
        same("metrics", line in metrics, True)
    daemon.stop()


@test
def a_gate():
    with tempfile.TemporaryDirectory(prefix="comity-gates-") as folder:
        os.chmod(folder, 0o755)
        who_may(folder)
        daemon = Daemon(folder)
        what_is_wrong(folder)
        judged(folder)
        together(folder)
        daemon.stop()
        same("the record holds", run(COMITY, "record", "verify", f"{folder}/record").returncode, 0)
        told = run(COMITY, "record", "replay", f"{folder}/record")
        same("and is judged to the same again", (told.returncode, told.stderr), (0, ""))
        counted(folder)


sys.exit(main("gate_socket", *sys.argv[4:5]))
