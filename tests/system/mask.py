#!/usr/bin/env python3
"""Drives `comity mask` and `comity unmask` as people and pipes do.

    mask.py COMITY
"""
import binascii
import gzip
import json
import os
import pathlib
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time

COMITY = str(pathlib.Path(sys.argv[1]).resolve())
passed = failed = 0
os.chdir(tempfile.mkdtemp(prefix="comity-mask-"))

# The examples of GB 11643-1999, and one more with a check digit that holds.
IDS = ["11010519491231002X", "440524188001010014"]
TABLE = "row,身份证号\n1," + IDS[0] + "\n2," + IDS[1] + "\n"
RECORDS = json.dumps([{"id_card": IDS[0], "n": 1}, {"身份证号": IDS[1], "n": 2}], ensure_ascii=False)


def check(condition, name, detail=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"{name}: {detail}", file=sys.stderr)


def run(*arguments, data=b"", output=subprocess.PIPE, limit=None):
    data = data.encode() if isinstance(data, str) else data
    result = subprocess.run([COMITY, *arguments], input=data, stdout=output, stderr=subprocess.PIPE, timeout=60, check=False,
                            preexec_fn=limit)
    return result.returncode, result.stdout, result.stderr.decode()


def files_of(size):
    """For `limit`: files can have that many bytes, as on a disk that is full."""
    def set_limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return set_limit


def write(name, text):
    pathlib.Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    return name


code, out, err = run("mask", data=TABLE)
check(code == 0 and out.decode() == TABLE.replace(IDS[0], "*" * 18).replace(IDS[1], "*" * 18) and err == "", "standard input", f"{code} {out} {err}")
EVENTS = 'data: {"name":"Anna Miller","card":4111111111111111,"n": [1, 2]}\n\n: none\n\ndata: card: 4111111111111111\n\n'
code, out, err = run("mask", data=EVENTS)
lines = out.decode().splitlines()
check(code == 0 and json.loads(lines[0][6:]) == {"name": "**** ******", "card": "*" * 16, "n": [1, 2]} and
      lines[1:] == ["", ": none", "", "data: card: " + "*" * 16, ""], "a number in an event stream, and in a line of a log, stays JSON", f"{code} {out} {err}")
ORDER = "order 211003420017 of today\n"  # has the form of a tax number, which one number in fifty thousand has by chance
code, out, err = run("mask", data=ORDER)
check(code == 0 and out.decode() == ORDER, "what has a form by chance is left", f"{code} {out} {err}")
NESTED = json.dumps({"log": json.dumps({"m": json.dumps({"name": "Anna Miller", "born": "1957-11-03"})})}) + "\n"
code, out, err = run("mask", data=NESTED)
check(code == 0 and json.loads(json.loads(json.loads(out)["log"])["m"]) == {"name": "**** ******", "born": "****-**-**"}, "JSON in JSON in JSON",
      f"{code} {out} {err}")
INSERT = "INSERT INTO `p` (name, born) VALUES ('Bob O\\'Neill','1957-11-03'),('x',NULL);\n"
code, out, err = run("mask", data=INSERT)
check(code == 0 and out.decode() == "INSERT INTO `p` (name, born) VALUES ('*** ********','****-**-**'),('x',NULL);\n", "rows of SQL", f"{code} {out} {err}")
code, out, err = run("mask", data="氏名: 山田太郎\nMail: a@example.jp\n".encode("iso2022_jp"))
check(code == 1 and b"a@example.jp" not in out, "in ISO-2022-JP nothing can be replaced", f"{code} {out} {err}")
code, out, err = run("mask", "--report", "-", data=RECORDS)
check(code == 0 and not any(number in out.decode() for number in IDS) and len(json.loads(out)) == 2 and
      err == "standard input: 2 findings, 2 places replaced, 0 kept\n", "json, report", f"{code} {out} {err}")

code, out, err = run("mask", "--new-key", "key")
check(code == 0 and out == b"" and stat.S_IMODE(os.stat("key").st_mode) == 0o600, "a new key", f"{code} {err}")
key = pathlib.Path("key").read_text()
check(run("mask", "--new-key", "key")[0] == 2 and pathlib.Path("key").read_text() == key, "a key is not overwritten")
run("mask", "--new-key", "other")
write("policy", "default token\n")
code, masked, err = run("mask", "--policy", "policy", "--key", "key", data=TABLE)
check(code == 0 and masked.decode().count("ctok-") == 2, "tokens", f"{code} {masked} {err}")
code, out, err = run("unmask", "--key", "key", "--report", data=masked)
check(code == 0 and out.decode() == TABLE and err == "standard input: 2 tokens turned back, 0 left\n", "and back", f"{code} {out} {err}")
code, out, err = run("unmask", "--key", "other", data=masked)
check(code == 1 and out == masked, "another key", f"{code} {err}")
code, again, err = run("mask", "--policy", "policy", "--key", "key", data=masked)
check(code == 0 and again == masked, "a masked copy, masked again, stays", f"{code} {again}")

part = "--XX\r\nContent-Type: text/plain\r\n\r\n" + "".join(f"Bürger {i}: 身份证号 {IDS[i % 2]}.\r\n" for i in range(60))
mail = b"From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + \
    binascii.b2a_qp((part + part + "--XX--\r\n").encode(), istext=False)
code, masked, err = run("mask", "--policy", "policy", "--key", "key", data=mail)
body = binascii.a2b_qp(masked)
check(code == 0 and body.count(b"ctok-") == 122 and not any(number.encode() in body for number in IDS) and body.count("Bürger 59: 身份证号".encode()) == 2,
      "parts of a mail within an encoding", f"{code} {err} {body.count(b'ctok-')}")
code, back, err = run("unmask", "--key", "key", data=masked)
check(code == 0 and back == mail, "and back", f"{code} {err}")
alone = IDS[1]  # a number that is all there is: JSON if somebody says so
write("low", "level 50\ndefault token\n")
code, out, err = run("mask", "--policy", "low", "--key", "key", "--type", "application/json", data=alone)
check(code == 0 and json.loads(out).startswith("ctok"), "json, a number alone", f"{code} {out} {err}")
code, back, err = run("unmask", "--key", "key", data=out)
check(code == 0 and back.decode() == alone, "and back", f"{code} {back} {err}")
code, out, err = run("mask", "--policy", "low", "--key", "key", data=alone)
check(code == 0 and out.startswith(b"ctok-"), "a number alone", f"{code} {out} {err}")
code, out, err = run("mask", "--policy", "policy", data=TABLE)
check(code == 2 and out == b"" and err == "comity mask: the policy has tokens or digests, which need --key; --new-key makes one\n"
      "See 'comity mask --help'.\n", "tokens without a key", err)
code, out, err = run("mask", "--policy", "nowhere", data=TABLE)
check(code == 2 and err == "comity: nowhere: No such file or directory\n", "no policy", err)
write("wrong", "default hide\n")
code, out, err = run("mask", "--check", "--policy", "wrong")
check(code == 2 and err == 'comity: wrong:1:9: "hide" found, keep, generalise, token, digest, mask, remove or refuse expected\n', "a wrong policy", err)
write("strict", "default refuse\n")
code, out, err = run("mask", "--policy", "strict", data=TABLE)
check(code == 1 and out == b"" and "the policy refuses it" in err and IDS[0] not in err, "refused", f"{code} {out} {err}")
code, out, err = run("mask", "--policy", "strict", data=b"nothing to see\n")
check(code == 0 and out == b"nothing to see\n", "nothing to refuse", err)

write("a.csv", TABLE)
write("b.json", RECORDS)
code, out, err = run("mask", "--in-place", "a.csv", "b.json")
check(code == 0 and out == b"" and IDS[0] not in pathlib.Path("a.csv").read_text() and IDS[1] not in pathlib.Path("b.json").read_text(), "in place", err)
write("c.gz", gzip.compress(TABLE.encode()))
packed = pathlib.Path("c.gz").read_bytes()
code, out, err = run("mask", "--in-place", "c.gz")
check(code == 1 and pathlib.Path("c.gz").read_bytes() == packed and "unpack it first" in err, "a file that cannot be masked stays", f"{code} {err}")
check(sorted(path.name for path in pathlib.Path(".").iterdir()) == ["a.csv", "b.json", "c.gz", "key", "low", "other", "policy", "strict", "wrong"], "nothing is left behind",
      str(list(pathlib.Path(".").iterdir())))
code, out, err = run("mask", "-o", "out.csv", write("d.csv", TABLE))
check(code == 0 and out == b"" and "*" * 18 in pathlib.Path("out.csv").read_text(), "an output file", err)
OTHERS = "name: Anna Miller\nmail: anna@example.com, IBAN DE89 3704 0044 0532 0130 00\n"
for sign in "*xX.-_~":
    write("sign", f"default mask with {sign}\n")
    code, out, err = run("mask", "--policy", "sign", data=OTHERS)
    check(code == 0 and len(out) == len(OTHERS) and b"Anna" not in out, f"masked with {sign}", f"{out} {err}")
    code, again, err = run("inspect", "--json", data=out)
    check(code == 0 and again == b"", f"masked with {sign}, nothing is found again", f"{out} {again} {err}")
clean = gzip.compress(b"nothing to see here\n" * 100)
code, out, err = run("mask", data=clean)
check(code == 0 and out == clean, "compressed and clean", err)
code, out, err = run("mask", data=clean[:-5])
check(code == 2 and out == b"" and err == "comity: standard input: gzip: cut off at byte " + str(len(clean) - 5) + "\n", "cut off", err)
IN_PLACE = "--in-place goes with files, and not with --output"
for name, arguments, message in [
    ("mask", ("--in-place",), IN_PLACE),
    ("mask", ("--in-place", "-"), IN_PLACE),
    ("mask", ("--in-place", "a.csv", "-"), IN_PLACE),
    ("mask", ("--in-place", "-o", "x", "a.csv"), IN_PLACE),
    ("unmask", ("--in-place", "--key", "key"), IN_PLACE),
    ("mask", ("-o", "x", "a.csv", "b.json"), "--output takes one file"),
    ("mask", ("--nothing",), "--nothing is no option"),
    ("mask", ("--policy",), "--policy wants a value"),
    ("mask", ("--state", "XA") * 65, "--state: given too often"),
    ("unmask", (), "--key is needed: the one that the tokens were made with"),
    ("unmask", ("--policy", "x"), "--policy is no option"),
    ("unmask", ("--state", "XA", "--key", "key"), "--state is no option"),
]:
    code, out, err = run(name, *arguments)
    check((code, out, err) == (2, b"", f"comity {name}: {message}\nSee 'comity {name} --help'.\n"), f"usage {name} {arguments[:4]}", err)

before = sorted(os.listdir())
with open("/dev/full", "wb") as full:
    for data, name in ((TABLE, "a little"), (TABLE * 10000, "more than is held")):
        code, out, err = run("mask", data=data, output=full)
        check(code == 2 and err == "comity: writing: No space left on device\n", f"standard output is full: {name}", f"{code} {err}")
code, out, err = run("mask", "--in-place", "d.csv", limit=files_of(10))
check(code == 2 and err == "comity: writing: File too large\n" and pathlib.Path("d.csv").read_text() == TABLE, "a full disk: the file stays", f"{code} {err}")
code, out, err = run("mask", "--new-key", "third", limit=files_of(10))
check(code == 2 and err == "comity: writing: File too large\n", "a full disk: no key", f"{code} {err}")
check(sorted(os.listdir()) == before, "and no part of a file or key is left behind", sorted(os.listdir()))

# What takes a file's place: behind a link, in its owner's name, with its mode; never that of what is no file.
MASKED = TABLE.replace(IDS[0], "*" * 18).replace(IDS[1], "*" * 18)
os.mkdir("behind")
write("behind/real.csv", TABLE)
os.symlink("behind/real.csv", "link.csv")
os.chmod("behind/real.csv", 0o664)
old_mask = os.umask(0o077)
code, out, err = run("mask", "--in-place", "link.csv")
os.umask(old_mask)
check(code == 0 and os.path.islink("link.csv") and pathlib.Path("behind/real.csv").read_text() == MASKED, "what a link leads to is masked", f"{code} {err}")
check(stat.S_IMODE(os.stat("behind/real.csv").st_mode) == 0o664, "and keeps its mode", oct(os.stat("behind/real.csv").st_mode))
code, out, err = run("mask", "-o", "link.csv", write("again.csv", "x\n"))
check(code == 0 and os.path.islink("link.csv") and pathlib.Path("behind/real.csv").read_text() == "x\n", "written behind a link", f"{code} {err}")
if os.getuid() == 0:
    os.chown("behind/real.csv", 65534, 65534)
    os.chmod("behind/real.csv", 0o6755)
    code, out, err = run("mask", "--in-place", "behind/real.csv")
    about = os.stat("behind/real.csv")
    check((code, about.st_uid, about.st_gid, stat.S_IMODE(about.st_mode)) == (0, 65534, 65534, 0o6755), "an owner stays", f"{code} {err} {about}")
    os.mknod("nothing", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    code, out, err = run("mask", "-o", "nothing", data=TABLE)
    check(code == 0 and stat.S_ISCHR(os.stat("nothing").st_mode), "a device stays one", f"{code} {err}")
os.mkfifo("tube")
with subprocess.Popen(["cat", "tube"], stdout=subprocess.PIPE) as reader:
    code, out, err = run("mask", "-o", "tube", data=TABLE)
    if not stat.S_ISFIFO(os.stat("tube").st_mode):
        reader.terminate()
    check(code == 0 and reader.communicate(timeout=20)[0].decode() == MASKED and stat.S_ISFIFO(os.stat("tube").st_mode), "a pipe stays one", f"{code} {err}")

# A signal ends it and leaves nothing behind.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    write("kept.csv", "as it was")
    default = lambda number=number: signal.signal(number, signal.SIG_DFL)  # whatever started the tests may ignore it, as nohup does
    with subprocess.Popen([COMITY, "mask", "-o", "kept.csv"], stdin=subprocess.PIPE, preexec_fn=default) as running:
        running.stdin.write((TABLE * 20000).encode())
        running.stdin.flush()
        while not [name for name in os.listdir() if name.startswith("kept.csv.") and os.stat(name).st_size > 0]:
            time.sleep(0.01)
        running.send_signal(number)
        check(running.wait(20) == -number and pathlib.Path("kept.csv").read_text() == "as it was", f"a signal, {number.name}", running.returncode)
        running.stdin = None
    check(not [name for name in os.listdir() if name.endswith(".new")], "and no part of a file is left behind", sorted(os.listdir()))

# Inputs that others have set not to block are waited for.
from_us, to_it = os.pipe()
os.set_blocking(from_us, False)
with subprocess.Popen([COMITY, "mask"], stdin=from_us, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
    os.close(from_us)
    time.sleep(0.1)
    os.write(to_it, TABLE.encode())
    os.close(to_it)
    out, err = running.communicate(timeout=20)
    check((running.returncode, out.decode(), err) == (0, MASKED, b""), "a pipe that does not block", f"{running.returncode} {err}")
code, out, err = run("mask", "--report", "-o", "x", write("odd\n\x1b[31m.csv", TABLE))
check(err == "odd\\x0a\\x1b[31m.csv: 2 findings, 2 places replaced, 0 kept\n", "a report moves no terminal", err)
check(run("unmask", "--key", "a.csv", data=b"x")[2] == "comity: a.csv: a key is 'comity-mask-key-1 ' and 64 digits of 0-9 and a-f\n", "no key")
check(run("mask", "nowhere")[2] == "comity: nowhere: No such file or directory\n", "no input")
code, out, err = run("mask", "--help")
check(code == 0 and out.startswith(b"Usage: comity mask"), "help")

print(f"mask: {passed} passed, {failed} failed")
sys.exit(failed != 0)
