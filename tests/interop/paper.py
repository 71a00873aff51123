#!/usr/bin/env python3
"""Papers signed by us are verified by another program, and the other way round.

    paper.py COMITY

The other is paper.mjs: Node's crypto alone. Without Node all is skipped.
"""
import base64
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMMON = HERE.parent / "cases" / "judge" / "common"
COMITY = str(pathlib.Path(sys.argv[1]).resolve())
NODE = shutil.which("node")
LAW = 'state XA "Examplia"\nauthority XA.DPC "Commission" may grant permission\n'

passed = 0
failures = []


def check(what, truth, detail=""):
    global passed
    if truth:
        passed += 1
    else:
        failures.append(f"{what} {detail!r}")


def run(*words, data=b""):
    done = subprocess.run([str(word) for word in words], input=data, capture_output=True, check=False, timeout=60)
    return done.stdout, done.returncode, done.stderr.decode()


def ours(*words, data=b""):
    return run(COMITY, *words, data=data)


def theirs(*words, data=b""):
    return run(NODE, HERE / "paper.mjs", *words, data=data)


def main(folder):
    (folder / "XA.law").write_text(LAW)
    ours("law", "build", "-o", folder / "law", COMMON, folder / "XA.law")
    public = ours("key", "new", folder / "key", "--name", "dpc.example/papiere-ü")[0].decode().strip()
    text = ours("paper", "new", "permission", "--paper", "permission", "--id", "1 — é", "--by", "XA.DPC", "--under", "XA")[0]
    paper = ours("paper", "sign", "--key", folder / "key", data=text)[0]
    check("a paper of ours", theirs("verify", public, data=paper)[:2] == (text, 0), theirs("verify", public, data=paper))
    check("the same bytes from the same key", theirs("sign", folder / "key", data=text)[0] == paper)

    (folder / "other").mkdir()
    seed = bytes(range(32))
    other = theirs("public", "node.example", seed.hex())[0].decode().strip()
    (folder / "other/key").write_text(f"comity key v1\npurpose: paper\npublic: {other}\nprotection: none\nsecret: {base64.b64encode(seed).decode()}\n")
    (folder / "other/key").chmod(0o600)
    (folder / "other/paper").write_bytes(theirs("sign", folder / "other/key", data=text)[0])
    (folder / "trust").write_text(f"comity trust v1\nauthority XA.DPC\n  key {other}\n  key {public}\n")
    verify = ["paper", "verify", "--law", folder / "law", "--trust", folder / "trust"]
    check("a paper of theirs", ours(*verify, folder / "other/paper")[1] == 0, ours(*verify, folder / "other/paper"))
    check("their key file", ours("paper", "sign", "--key", folder / "other/key", data=text)[0] == (folder / "other/paper").read_bytes())

    both = ours("paper", "countersign", "--key", folder / "key", folder / "other/paper")[0]
    check("a note of both, by either key", all(theirs("verify", key, data=both)[:2] == (text, 0) for key in (public, other)))
    for at in range(0, len(paper), 7):
        altered = paper[:at] + bytes([paper[at] ^ 4]) + paper[at + 1:]
        (folder / "altered").write_bytes(altered)
        check(f"altered at {at}", theirs("verify", public, data=altered)[1] == 1 and ours(*verify, folder / "altered")[1] == 1)
    checkpoint = b"dpc.example\n1\n" + base64.b64encode(bytes(32)) + b"\n"
    signed = theirs("sign", folder / "key", data=checkpoint)[0]
    (folder / "checkpoint").write_bytes(signed)
    check("a checkpoint is no paper, though the key signed it", theirs("verify", public, data=signed)[1] == 1)
    told = ours(*verify, folder / "checkpoint")
    check("nor for us", told[1] == 1 and b"a paper begins with" in told[0], told)


if NODE is None:
    print("interop/paper: there is no node (on Debian: apt-get install nodejs)", file=sys.stderr)
    print("interop/paper: 0 passed, 0 failed, 1 skipped")
    sys.exit(0)
with tempfile.TemporaryDirectory() as name:
    main(pathlib.Path(name))
for failure in failures:
    print(failure)
print(f"interop/paper: {passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
