#!/usr/bin/env python3
"""Logs and receipts that we write are verified by others, and what is altered is
refused; receipts that others write are verified by us.

    record.py COMMAND

The others are tlog.go, over golang.org/x/mod/sumdb, and tlog.mjs, over nothing
but Node's crypto. One that cannot run here is skipped, and said so.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SIZES = (1, 2, 255, 256, 257, 700, 66000)

passed = failed = skipped = 0


def check(name, holds, detail=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"interop: {name}\n{detail}", file=sys.stderr)


def run(*arguments, **options):
    return subprocess.run([str(a) for a in arguments], capture_output=True, check=False, timeout=300, **options)


def holds(*arguments):
    """(whether it ended with status 0, what it said)"""
    done = run(*arguments)
    return done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")


def verifiers(work):
    """Yields (name, command)."""
    global skipped
    gocode = pathlib.Path("/usr/share/gocode")
    if shutil.which("go") and (gocode / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        environment = dict(os.environ, GO111MODULE="off", GOPATH=str(gocode), GOCACHE=str(work / "go-cache"), GOFLAGS="")
        built = run("go", "build", "-o", work / "tlog", HERE / "tlog.go", env=environment)
        check("tlog.go is built", built.returncode == 0, built.stderr.decode())
        yield "go", [work / "tlog"]
    else:
        skipped += 1
        print("interop: skipped: go or golang-golang-x-mod-dev is not there", file=sys.stderr)
    if shutil.which("node"):
        yield "node", ["node", HERE / "tlog.mjs"]
    else:
        skipped += 1
        print("interop: skipped: node is not there", file=sys.stderr)


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def alterations(public, size):
    """Yields (what, a function that alters a copy of the log)."""
    edge = size % 256
    leaf = f"tile/0/{size // 256:03d}.p/{edge}" if edge else f"tile/0/{size // 256 - 1:03d}"
    bundle = leaf.replace("tile/0/", "tile/entries/")
    text = (public / "checkpoint").read_bytes()
    second = text.index(b"\n") + 1
    third = text.index(b"\n", second) + 1
    yield "the size", lambda copy: flip(copy / "checkpoint", second)
    yield "the root", lambda copy: flip(copy / "checkpoint", third + 3)
    yield "the signature", lambda copy: flip(copy / "checkpoint", len(text) - 20)
    yield "the name", lambda copy: flip(copy / "checkpoint", 2)
    yield "a leaf", lambda copy: flip(copy / leaf, 5)
    yield "an entry", lambda copy: flip(copy / bundle, 20)
    yield "an entry's length", lambda copy: flip(copy / bundle, 1)
    if size > 256:
        yield "a hash over leaves", lambda copy: flip(copy / f"tile/1/000.p/{size // 256}", 7)
        yield "a full tile", lambda copy: flip(copy / "tile/0/000", 8000)


def check_altered(work, command, public, key, size, others):
    for what, alter in alterations(public, size):
        copy = work / "altered"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(public, copy / "public")
        for name in ("record", "settled"):
            shutil.copy(public.parent / name, copy / name)
        (copy / "private").mkdir()
        alter(copy / "public")
        for name, other in others:
            good, said = holds(*other, "log", copy / "public", key)
            check(f"{name}: {what} altered in a log of {size} is refused", not good, said)
        done = run(command, "record", "verify", copy)
        check(f"ours: {what} altered in a log of {size} is refused", done.returncode in (1, 2) and done.stderr,
              done.stdout.decode())


def grow(command, record, acts, count):
    """Judges so many more acts into the record."""
    lines = "".join(acts[i % len(acts)] + "\n" for i in range(count))
    done = run(command, "judge", "--record", record, input=lines.encode())
    check(f"{count} acts are recorded", done.returncode in (0, 1), done.stderr.decode()[:500])
    return done.stdout.decode().splitlines()


def check_receipts(work, command, record, key, size, judgements, others):
    for index in sorted({0, size // 2, size - 1}):
        receipt, judgement = work / "receipt", work / "judgement"
        judgement.write_text(judgements[index])
        done = run(command, "record", "prove", "-o", receipt, record, index)
        check(f"a receipt of {index} of {size}", done.returncode == 0, done.stderr.decode())
        for name, other in others:
            good, said = holds(*other, "receipt", receipt, judgement, key)
            check(f"{name}: the receipt of {index} of {size}", good, said)
            judgement.write_text(judgements[index].replace('"', "'", 1))
            good, said = holds(*other, "receipt", receipt, judgement, key)
            check(f"{name}: a receipt is of its judgement only", not good, said)
            judgement.write_text(judgements[index])


def check_logs(work, command, others):
    record = work / "record"
    acts = (ROOT / "examples/acts.ndjson").read_text().splitlines()
    done = run(command, "record", "init", "--origin", "example.org/interop", record)
    check("a record is made", done.returncode == 0, done.stderr.decode())
    key = done.stdout.decode().split()[1]
    judgements, olds = [], []
    for size in SIZES:
        judgements += grow(command, record, acts, size - len(judgements))
        for name, other in others:
            good, said = holds(*other, "log", record / "public", key)
            check(f"{name}: a log of {size}", good and f"{size} entries" in said, said)
        done = run(command, "record", "verify", record)
        check(f"ours: a log of {size}", done.returncode == 0, done.stderr.decode())
        check_receipts(work, command, record, key, size, judgements, others)
        old = work / f"checkpoint-{size}"
        shutil.copy(record / "public/checkpoint", old)
        olds.append(old)
        if 255 <= size <= 700:
            check_altered(work, command, record / "public", key, size, others)
    for name, other in others:
        for old in olds if name == "go" else ():
            good, said = holds(*other, "old", record / "public", old, key)
            check(f"{name}: {old.name} is a beginning", good, said)


def check_cosigned(work, command, others):
    """Cosignatures of our witness are verified by others; altered, they are refused."""
    record = work / "record"
    key = run(command, "record", "show", record).stdout.decode().split("key        ")[1].split("\n")[0]
    logs, policy = work / "logs", work / "witnessed"
    logs.write_text(f"log {key}\nquorum none\n")
    run(command, "key", "new", work / "w.key", "--name", "witness.example/w", "--purpose", "witness")
    service = subprocess.Popen([command, "record", "witness", "--key", work / "w.key", "--logs", logs, "--state", work / "state",
                                "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    witness = service.stdout.readline().split()[1]
    port = service.stdout.readline().split()[-1]
    policy.write_text(f"log {key}\nwitness w {witness} http://127.0.0.1:{port}\nquorum w\n")
    done = run(command, "record", "cosign", "--policy", policy, record)
    check("our witness signs", done.returncode == 0, done.stderr.decode())
    service.terminate()
    service.wait()
    public = work / "witnessed-public"
    shutil.copytree(record / "public", public)
    shutil.copy(public / "cosigned", public / "checkpoint")
    text = (public / "checkpoint").read_bytes()
    for name, other in others:
        good, said = holds(*other, "log", public, key, witness)
        check(f"{name}: a cosigned log", good and "1 cosignatures" in said, said)
        for at in (20, 60):
            altered = bytearray(text)
            altered[len(text) - at] ^= 1
            (public / "checkpoint").write_bytes(altered)
            good, said = holds(*other, "log", public, key, witness)
            check(f"{name}: a cosignature altered at {at} is refused", not good, said)
            (public / "checkpoint").write_bytes(text)


def check_theirs(work, command, others):
    receipt, judgement, policy = work / "theirs", work / "judgement", work / "policy"
    judgement.write_text('{"verdict":"permit"}')
    for name, other in others:
        for index, count in ((0, 1), (3, 11), (255, 256), (256, 257), (5, 300)):
            done = run(*other, "make", receipt, judgement, index, count)
            check(f"{name} makes a receipt", done.returncode == 0, done.stderr.decode())
            policy.write_text(f"log {done.stdout.decode().strip()}\nquorum none\n")
            arguments = (command, "record", "verify", "--policy", policy, "--receipt", receipt, "--judgement", judgement)
            good, said = holds(*arguments)
            check(f"ours: the receipt of {name}, {index} of {count}", good, said)
            text = receipt.read_bytes()
            for at in range(0, len(text), 23):
                altered = bytearray(text)
                altered[at] ^= 1
                receipt.write_bytes(altered)
                good, said = holds(*arguments)
                check(f"ours: the receipt of {name} altered at {at} is refused", not good, said)
                if count > 20:
                    break


def main(arguments):
    command = pathlib.Path(arguments[0]).resolve()
    with tempfile.TemporaryDirectory(prefix="comity-interop-") as folder:
        work = pathlib.Path(folder)
        others = list(verifiers(work))
        check_logs(work, command, others)
        check_cosigned(work, command, others)
        check_theirs(work, command, others)
    print(f"interop: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
