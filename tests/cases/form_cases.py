#!/usr/bin/env python3
"""Forms: what comes out of containers, compressions and character sets.

    form_cases.py FORM_TRY [FOLDER]     keeps the small samples in FOLDER, for the fuzzer

The samples are made here, with Python's own writers. Each is decoded and
compared with what it was made of; then it is fed in chunks of many sizes, cut off at
every byte, with bytes changed, and with memory refused (`form-try hold`).
"""
import base64
import binascii
import bz2
import email.message
import gzip
import html
import io
import json
import lzma
import pathlib
import quopri
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.parse
import zipfile
import zlib

TRY = sys.argv[1]
passed = failed = skipped = 0
folder = pathlib.Path(tempfile.mkdtemp(prefix="comity-forms-"))


def check(condition, name, detail=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"{name}: {detail}", file=sys.stderr)


def run(mode, path, options, seconds=60):
    arguments = [TRY, mode, str(path)] + [f"{key}={value}" for key, value in options.items()]
    return subprocess.run(arguments, capture_output=True, timeout=seconds, check=False)


def dump(data, options, name="sample"):
    path = folder / name
    path.write_bytes(data)
    result = run("dump", path, options)
    if result.returncode != 0:
        return {"status": -1, "message": result.stderr.decode(errors="replace"), "parts": [], "broken": True}
    found = json.loads(result.stdout)
    for part in found["parts"]:
        part["bytes"] = bytes.fromhex(part["hex"])
    return found


# The hints that the fuzz target chooses by an input's first byte.
FUZZED = [{}, {"type": 'multipart/form-data; boundary="XX"'}, {"encoding": "br"}, {"encoding": "deflate"},
          {"type": "text/csv; charset=gb2312"}, {"type": "message/rfc822"}, {"name": "x.br"}]


def keep(name, data, options):
    if len(sys.argv) > 2 and len(data) < 3000 and options in FUZZED:
        file = "".join(c if c.isalnum() else "-" for c in name)
        (pathlib.Path(sys.argv[2]) / file).write_bytes(bytes([FUZZED.index(options)]) + data)


# What is looked for: (chain, syntax, bytes or text, more fields).
def expect(name, data, wanted, hold=True, set_of_all=None, **options):
    """Decodes `data`; `wanted` are the parts, or a part of the message of its error."""
    keep(name, data, options)
    found = dump(data, options)
    if isinstance(wanted, str):
        check(found["status"] not in (0, -1) and wanted in found["message"] and not found["broken"], name,
              f"status {found['status']}, message {found['message']!r}, wanted {wanted!r}")
    else:
        parts = found["parts"]
        if not any(want[0].endswith("names") for want in wanted): # they have cases of their own
            parts = [part for part in parts if not part["chain"].endswith("names")]
        ok = found["status"] == 0 and not found["broken"] and len(parts) == len(wanted)
        detail = f"status {found['status']} {found['message']!r} broken {found['broken']}, " \
                 f"{[(p['chain'], p['syntax'], p['bytes'][:80]) for p in parts]}"
        for part, want in zip(parts, wanted):
            chain, syntax, text = want[:3]
            text = text.encode() if isinstance(text, str) else text
            more = want[3] if len(want) > 3 else {}
            if part["chain"] != chain or part["syntax"] != syntax or part["bytes"] != text or not part["ended"]:
                ok = False
                detail += f"; wanted {(chain, syntax, text[:80])}"
            for key, value in more.items():
                if part[key] != value:
                    ok = False
                    detail += f"; {key} is {part[key]!r}, wanted {value!r}"
        check(ok, name, detail)
        check_map(name, data, parts, set_of_all)
    if hold:
        path = folder / "held"
        path.write_bytes(data)
        is_counted = isinstance(wanted, list) and any(word in name for word in ("gzip", "zlib", "zip", "xz", "tar", "xlsx", "docx"))
        more = {"cuts": "error"} if is_counted and data[:2] in (b"\x1f\x8b", b"PK") and "zeros" not in name else {}
        result = run("hold", path, {**options, **more}, 300)
        check(result.returncode == 0, name + " (holds)",
              f"{result.returncode}: {result.stdout.decode(errors='replace')[-600:]} {result.stderr.decode(errors='replace')[-2000:]}")


UNDO = {"json": lambda stood: json.loads(b'"' + stood + b'"').encode(), "xml": lambda stood: html.unescape(stood.decode()).encode(),
        "form": lambda stood: urllib.parse.unquote_to_bytes(stood.replace(b"+", b" "))}
UNDO |= {"ndjson": UNDO["json"], "html": UNDO["xml"]}


def check_map(name, data, parts, set_of_all):
    """What runs point at: the character itself in its set, or what stands for it."""
    for part in parts:
        links = part["chain"].split(" > ")
        if part["place"] == 0 or sum(link in ("base64", "quoted-printable") for link in links) > 1:
            continue
        codec = links[-1]
        codecs = {"gb18030": "gb18030", "shift-jis": "cp932", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
                  "big5": "cp950", "euc-kr": "cp949", "utf-32le": "utf-32-le"}
        codec = codecs.get(codec, codec if codec.startswith(("windows", "iso", "koi8")) else set_of_all)
        raw = part["raw"]
        at = 0
        while at < len(raw):
            begin, end = raw[at]
            size = 1
            while at + size < len(raw) and raw[at + size] == [begin, end]:
                size += 1
            text = part["bytes"][at:at + size]
            stood = data[begin:end]
            if "quoted-printable" in links:
                stood = quopri.decodestring(stood)
            if "base64" in links:  # up to three bytes stand together
                stood = base64.b64decode(stood + b"==")
                stood = text if text in stood else stood
            elif codec:
                if codec == "iso-2022-jp":  # what shifts stands before it
                    stood = (b"\x1b$B" if len(stood) == 2 else b"\x1b(I" if text.startswith(b"\xef\xbd") else b"") + stood
                stood = stood.decode(codec.replace("iso-2022-jp", "iso2022_jp_ext"), "replace").encode()
            stood = text if codec == "iso-2022-jp" and text == "\ufffd".encode() else stood  # what it could not be read as
            if stood != text and part["syntax"] in UNDO:  # an escape
                stood = UNDO[part["syntax"]](stood)
                stood = b"\t" if len(stood) == 1 and stood < b" " else stood
            if stood != text:
                check(False, name + " (runs)", f"{text!r} at {at} is said to stand at {begin}..{end}: {stood!r}")
                return
            at += size
    check(True, name)


# ---- text ----

PEOPLE = [["name", "mail", "iban"], ["Anna Müller", "anna@example.com", "DE89370400440532013000"],
          ["Li Wei 李伟", "li@example.cn", "CN-1"]]
CSV = "\n".join(",".join(row) for row in PEOPLE) + "\n"
JSON = json.dumps([{"name": row[0], "mail": row[1]} for row in PEOPLE[1:]], ensure_ascii=False)
LINES = "\n".join(json.dumps({"n": i, "id": f"{i:09}"}) for i in range(30)) + "\n"

header = {"header": True, "delimiter": ","}
expect("plain text", b"Call me at 030 123456.\nBye.\n", [("", "text", "Call me at 030 123456.\nBye.\n", {"place": 4})])
expect("nothing", b"", [])
expect("csv", CSV.encode(), [("", "csv", CSV, header)])
expect("csv, semicolons", CSV.replace(",", ";").encode(), [("", "csv", CSV.replace(",", ";"), {"delimiter": ";"})])
expect("tsv", CSV.replace(",", "\t").encode(), [("", "csv", CSV.replace(",", "\t"), {"delimiter": "\t"})])
expect("csv, quotes", b'id,text\n1,"a, b\nc"\n2,"say ""x"""\n', [("", "csv", b'id,text\n1,"a, b\nc"\n2,"say ""x"""\n', header)])
expect("csv without header", b"12345678,anna@example.com\n23456789,li@example.com\n",
       [("", "csv", "12345678,anna@example.com\n23456789,li@example.com\n", {"header": False})])
expect("json", JSON.encode(), [("", "json", JSON)])
for told in ("application/json", "application/problem+json; charset=utf-8"):
    expect("json, a number alone, told", b" 4539148803436467\n", [("", "json", " 4539148803436467\n")], type=told)
    expect("json, a string alone, told", b'"a\\u0041"', [("", "json", '"aA"')], type=told)
    expect("no json, though told", b"4539 1488 0343 6467", [("", "text", "4539 1488 0343 6467")], type=told)
expect("json, a number alone, not told", b"4539148803436467", [("", "text", "4539148803436467")])
expect("ndjson of numbers, told", b"1\n2\n", [("", "ndjson", "1\n2\n")], type="application/x-ndjson")
expect("json, cut", JSON.encode()[:-20], [("", "json", JSON.encode()[:-20])])
expect("ndjson", LINES.encode(), [("", "ndjson", LINES)])
expect("a log line is no json", b"[2026-11-01 12:00] login of 42\n[2026-11-01 12:01] logout\n",
       [("", "text", "[2026-11-01 12:00] login of 42\n[2026-11-01 12:01] logout\n")])
expect("xml", b'<?xml version="1.0"?><a><b>1</b></a>', [("", "xml", '<?xml version="1.0"?><a><b>1</b></a>')])
expect("html", b"<!DOCTYPE html><html><p>x</p></html>", [("", "html", "<!DOCTYPE html><html><p>x</p></html>")])
expect("form", b"name=Anna+M&mail=anna%40example.com&x=1", [("", "form", "name=Anna M&mail=anna@example.com&x=1")])
expect("one pair is a form if it is told", b"name=Anna", [("", "form", "name=Anna")], type="application/x-www-form-urlencoded")
expect("binary", bytes(range(256)) * 4, [("", "binary", bytes(range(256)) * 4)])
expect("a document type", b'<?xml version="1.0"?><!-- <a <!ENTITY --><!DOCTYPE a [<!ELEMENT a ANY>]><a>1</a>',
       [("", "xml", '<?xml version="1.0"?><!-- <a <!ENTITY --><!DOCTYPE a [<!ELEMENT a ANY>]><a>1</a>')])
expect("entities of a document type", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "123">]><a>&x;</a>',
       "text: XML declares entities of its own, which cannot be looked into")

# ---- character sets ----

CHINESE = "姓名,身份证号码\n李伟,110101199003070000\n王芳,310101198512120000\n" * 3
JAPANESE = "氏名,電話番号\n山田太郎,03-1234-5678\nすずき,090-1234-5678\n" * 3
KOREAN = "이름,주민등록번호\n김철수,900101-1234567\n" * 4
TAIWAN = "姓名,電話號碼\n陳大文,02-2345-6789\n林小姐,0912-345-678\n" * 3
GERMAN = "Name;Straße\nJürgen Größe;Königsallee 1\nJörg;Müllerstraße 2\n"
for text, codec, link, options in [
        (CHINESE, "gb18030", "gb18030", {}), (CHINESE, "gbk", "gb18030", {"type": "text/csv; charset=gb2312"}),
        (JAPANESE, "cp932", "shift-jis", {}), (KOREAN, "cp949", "euc-kr", {}), (KOREAN, "cp949", "euc-kr", {"locale": "ko-KR"}),
        (TAIWAN, "cp950", "big5", {}), (GERMAN, "cp1252", "windows-1252", {}),
        (GERMAN, "utf-16-le", "utf-16le", {}), (GERMAN, "utf-16-be", "utf-16be", {}),
        ("Имя;Дом\nИван;1\n", "cp1251", "windows-1251", {"locale": "ru"}),
        ("Имя;Дом\nИван;1\n", "koi8-r", "koi8-r", {"type": "text/csv;charset=KOI8-R"})]:
    data = text.encode(codec)
    expect(f"{codec} {options}", data, [(link, "csv", text, {"charset": link})], **options)
SHIFTED = JAPANESE.encode("iso2022_jp")
expect("iso-2022-jp", SHIFTED, [("iso-2022-jp", "csv", JAPANESE, {"charset": "iso-2022-jp", "place": 1})])
expect("iso-2022-jp as told", SHIFTED, [("iso-2022-jp", "csv", JAPANESE)], type="text/csv; charset=csISO2022JP")
expect("iso-2022-jp in a mail", b"From: a@example.jp\nTo: b@example.jp\nContent-Type: text/csv; charset=ISO-2022-JP\n\n" + SHIFTED,
       [("mail > headers", "text", "From: a@example.jp\nTo: b@example.jp\nContent-Type: text/csv; charset=ISO-2022-JP\n\n"), ("mail > iso-2022-jp", "csv", JAPANESE)])
expect("iso-2022-jp, kana and what is not known", b"\x1b$B;3\x1b(I12\x1b(B1\x1b$(D\"/\x1b(J2\x1b[0m3\x1b$B;\n4\x1b$", "text: iso-2022-jp is cut off within a character at byte ")
expect("iso-2022-jp, malformed", b"\x1b$B;3\x1b(I12\x1b(B1\x1b$(D\"/\x1b(J2\x1b[0m3\x1b$B;\n4\n",
       [("iso-2022-jp", "text", "山\uff71\uff721\ufffd2\ufffd[0m3\ufffd\n4\n")], type="text/plain; charset=iso-2022-jp", hold=False)
expect("text told to be iso-2022-jp that is not", GERMAN.encode("cp1252"), [("windows-1252", "csv", GERMAN)], type="text/csv; charset=iso-2022-jp")
expect("utf-16le with mark", b"\xff\xfe" + CHINESE.encode("utf-16-le"), [("utf-16le", "csv", CHINESE)])
expect("utf-16be with mark", b"\xfe\xff" + JSON.encode("utf-16-be"), [("utf-16be", "json", JSON)])
expect("utf-32le with mark", b"\xff\xfe\0\0" + GERMAN.encode("utf-32-le"), [("utf-32le", "csv", GERMAN)])
expect("utf-8 with mark", b"\xef\xbb\xbf" + CSV.encode(), [("", "csv", CSV)])
expect("characters beyond the plane", "𠮷野家 😀 1234\n".encode("utf-16"), [("utf-16le", "text", "𠮷野家 😀 1234\n")])
expect("gb18030 of four bytes", ("李伟 李伟 李伟 李伟 𠮷 ɐ 1\n" * 3).encode("gb18030"), [("gb18030", "text", "李伟 李伟 李伟 李伟 𠮷 ɐ 1\n" * 3)])
expect("a set that comes late", b"x" * 6000 + b"\n" + CHINESE.encode("gb18030"), [("", "text", b"x" * 6000 + b"\n" + CHINESE.encode())], set_of_all="gb18030", hold=False)
expect("utf-16, cut in a character", b"\xff\xfe" + "ab".encode("utf-16-le")[:-1], "text: utf-16le is cut off within a character at byte ")
expect("half a pair", b"\xff\xfe" + b"\x00\xd8" + "a".encode("utf-16-le"), [("utf-16le", "text", "\ufffda")], hold=False)

# ---- compressions ----

TEXT = ("Anna Müller, anna@example.com, DE89370400440532013000\n" * 40).encode()
GZIP = gzip.compress(TEXT, mtime=0)
unmapped = {"place": 0}
is_csv = "csv"
expect("gzip", GZIP, [("gzip", is_csv, TEXT, unmapped)])
expect("gzip, two members and zeros", GZIP + GZIP + b"\0" * 512, [("gzip", is_csv, TEXT + TEXT)])
expect("gzip, bytes behind", GZIP + b"abc", "gzip: bytes follow its end at byte ")
expect("gzip, cut", GZIP[:-3], "gzip: cut off at byte ")
expect("gzip, checksum", GZIP[:-6] + b"\1" + GZIP[-5:], f"gzip: damaged at byte {len(GZIP) - 4}: incorrect data check", hold=False)
expect("gzip in gzip", gzip.compress(GZIP), [("gzip > gzip", is_csv, TEXT)])
expect("zlib", zlib.compress(TEXT), [("zlib", is_csv, TEXT)])
expect("deflate as told", zlib.compress(TEXT), [("deflate", is_csv, TEXT)], encoding="deflate")
expect("deflate, bare", zlib.compress(TEXT, wbits=-15), [("deflate", is_csv, TEXT)], encoding="deflate")
expect("two encodings", gzip.compress(zlib.compress(TEXT)), [("gzip > deflate", is_csv, TEXT)], encoding="deflate, gzip")
expect("an unknown encoding", TEXT, "input: a content encoding is not known; gzip, deflate, br and zstd are", encoding="exotic",
       hold=False)  # refused on opening: nothing is decoded
expect("identity", TEXT, [("", is_csv, TEXT)], encoding="identity", hold=False)
for tool, link, options in [("zstd", "zstd", {}), ("brotli", "brotli", {"encoding": "br"})]:
    program = shutil.which(tool)
    if program is None:
        skipped += 1
        print(f"{tool}: skipped: there is no such program", file=sys.stderr)
        continue
    packed = subprocess.run([program, "-c", "-q"] if tool == "zstd" else [program, "-c"], input=TEXT, capture_output=True, check=True).stdout
    expect(tool, packed, [(link, is_csv, TEXT)], **options)
    expect(tool + ", cut", packed[:-2], "cut off", **options)
XZ = lzma.compress(TEXT)
BZIP2 = bz2.compress(TEXT)
expect("xz", XZ, [("xz", is_csv, TEXT, unmapped)])
expect("xz, two streams with padding", XZ + bytes(8) + XZ, [("xz", is_csv, TEXT + TEXT)], hold=False)
expect("xz, cut", XZ[:-3], "xz: cut off at byte ")
expect("xz, checksum", XZ[:60] + bytes([XZ[60] ^ 1]) + XZ[61:], "xz: damaged at byte ", hold=False)
expect("xz, bytes behind", XZ + b"abcd" * 8, "xz: damaged at byte ", hold=False)
expect("xz, a dictionary of 64 MiB", lzma.compress(TEXT, preset=9), "xz: more memory is needed than there is, at byte ", hold=False)
expect("bzip2", BZIP2, [("bzip2", is_csv, TEXT, unmapped)])
expect("bzip2, blocks of 100 kB", bz2.compress(TEXT, 1), [("bzip2", is_csv, TEXT)], hold=False)
expect("bzip2, nothing in it", bz2.compress(b""), [], hold=False)
expect("bzip2, two streams", BZIP2 + BZIP2, [("bzip2", is_csv, TEXT + TEXT)], hold=False)
expect("bzip2, cut", BZIP2[:-3], "bzip2: cut off at byte ")
expect("bzip2, checksum", BZIP2[:40] + bytes([BZIP2[40] ^ 1]) + BZIP2[41:], "bzip2: damaged at byte ", hold=False)
expect("bzip2, bytes behind", BZIP2 + b"abcd", "bzip2: damaged at byte ", hold=False)
expect("bzip2, less memory than it needs", bz2.compress(TEXT), "bzip2: more memory is needed than there is, at byte ", hold=False, memory=1000000)
expect("gzip in xz", lzma.compress(gzip.compress(TEXT)), [("xz > gzip", is_csv, TEXT)], hold=False)
for name, data in [("7z", b"7z\xbc\xaf\x27\x1c" + bytes(40)),
                   ("rar", b"Rar!\x1a\x07\x01\0" + bytes(40)), ("parquet", b"PAR1" + bytes(40))]:
    expect(name, data, f"input: {name} is not looked into by this version", hold=False)

# ---- archives ----


def tar(members, form=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def archive(members, method=zipfile.ZIP_DEFLATED, stream=False):
    out = io.BytesIO()

    class Once(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return out.write(data)

    with zipfile.ZipFile(Once() if stream else out, "w", method) as target:
        for name, data in members:
            target.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


MEMBERS = [("members/a.csv", CSV.encode()), ("b.json", JSON.encode()), ("empty", b"")]
LONG = "deep/" * 40 + "file.csv"
expect("tar", tar(MEMBERS), [("tar:members/a.csv", "csv", CSV, {"place": 3}), ("tar:b.json", "json", JSON)])
for form, name in [(tarfile.GNU_FORMAT, "gnu"), (tarfile.PAX_FORMAT, "pax"), (tarfile.USTAR_FORMAT, "ustar")]:
    expect(f"tar, long name, {name}", tar([(LONG, b"x y z\n")], form), [(f"tar:{LONG}", "csv", "x y z\n")])
expect("tar without its end", tar(MEMBERS)[:1536], "tar: cut off at byte ")
expect("tar.gz", gzip.compress(tar(MEMBERS)), [("gzip > tar:members/a.csv", "csv", CSV), ("gzip > tar:b.json", "json", JSON)])
expect("zip", archive(MEMBERS), [("zip:members/a.csv", "csv", CSV), ("zip:b.json", "json", JSON)])
expect("zip, stored", archive(MEMBERS, zipfile.ZIP_STORED), [("zip:members/a.csv", "csv", CSV, {"place": 1}), ("zip:b.json", "json", JSON)])
WITH_COMMENTS = io.BytesIO()
with zipfile.ZipFile(WITH_COMMENTS, "w") as target:
    commented = zipfile.ZipInfo("Größe/Anna Müller.txt")
    commented.comment = "of a member".encode()
    target.writestr(commented, b"one two\n")
    target.writestr("b.txt", b"three\n")
    target.comment = b"Password: of all"
expect("names and comments of a zip", WITH_COMMENTS.getvalue(),
       [("zip:Größe/Anna Müller.txt", "text", "one two\n"), ("zip:b.txt", "text", "three\n"),
        ("zip > names", "text", "Größe/Anna Müller.txt\nb.txt\nof a member\nPassword: of all\n", {"place": 0, "field": ""})])
expect("names in a tar", tar(MEMBERS), [("tar:members/a.csv", "csv", CSV), ("tar:b.json", "json", JSON),
                                        ("tar > names", "text", "members/a.csv\nb.json\nempty\n", {"place": 0})])
expect("a long comment of a zip", archive(MEMBERS)[:-2] + (65535).to_bytes(2, "little") + b"c" * 65535,
       [("zip:members/a.csv", "csv", CSV), ("zip:b.json", "json", JSON), ("zip > names", "text", "members/a.csv\nb.json\nempty\n"),
        ("zip > names", "text", "c" * 65535 + "\n")], hold=False)
NAMED = io.BytesIO()
with gzip.GzipFile("/x/anna@example.com.txt", "wb", fileobj=NAMED, mtime=0) as target:
    target.write(TEXT)
expect("gzip, a name in its header", NAMED.getvalue(), [("gzip", "csv", TEXT), ("gzip > names", "text", "anna@example.com.txt\n")])
expect("gzip, two members with names", NAMED.getvalue() * 2,
       [("gzip", "csv", TEXT * 2), ("gzip > names", "text", "anna@example.com.txt\n" * 2)], hold=False)
expect("zip, written to a stream", archive(MEMBERS, stream=True), [("zip:members/a.csv", "csv", CSV), ("zip:b.json", "json", JSON)])
expect("zip, empty", archive([]), [], hold=False)
ZIP = archive(MEMBERS)
expect("zip, cut", ZIP[:-10], "zip: cut off at byte ")
expect("zip in zip", archive([("in.zip", ZIP)]), [("zip:in.zip > zip:members/a.csv", "csv", CSV), ("zip:in.zip > zip:b.json", "json", JSON)])
encrypted = bytearray(ZIP)
encrypted[6] |= 1
expect("zip, encrypted", bytes(encrypted), "zip: member 1, at byte 0: it is encrypted", hold=False)
other = bytearray(archive(MEMBERS, zipfile.ZIP_STORED))
other[other.index(b"Anna")] = ord("X")
expect("zip, damaged", bytes(other), "zip: member 1, at byte 0: its bytes are damaged: the checksum is another", hold=False)
directory = bytearray(ZIP)
at = directory.rindex(b"b.json")
directory[at] = ord("c")
expect("zip, another name in the directory", bytes(directory), "its directory names a member at byte 137 that is not there", hold=False)
expect("zip, bytes behind", ZIP + b"x", "zip: bytes follow its end at byte ", hold=False)
expect("zip with bzip2 in it", archive(MEMBERS, zipfile.ZIP_BZIP2), "zip: member 1, at byte 0: its compression is not looked into by this version", hold=False)

# ---- Office documents ----

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = archive([("word/document.xml",
                 f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>DE89 3704</w:t></w:r><w:r><w:t xml:space="preserve"> 0044 &amp; M&#252;</w:t>'
                 '</w:r></w:p><w:p><w:ins w:author="Anna Example"><w:r><w:t/></w:r></w:ins></w:p></w:body></w:document>'.encode())])
expect("docx", DOCX, [("docx:word/document.xml", "text", "DE89 3704 0044 & Mü\nauthor: Anna Example\n\n")])
expect("docx, comments, sections and instructions",
       archive([("word/document.xml", '<w:document><?a <w:t> ?><w:p><w:t>DE89<!-- - -- <w:t>9</w:t> ---> 3704</w:t><w:t><![CDATA[<b> & ]] ]>]]]></w:t><w:t><![CDATA[]]></w:t>'
                '</w:p></w:document>'.encode())]),
       [("docx:word/document.xml", "text", "DE89 3704<b> & ]] ]>]\n")])
expect("docx, a comment without end", archive([("word/document.xml", b"<w:document><w:p><w:t>a<!-- b -- </w:t></w:p></w:document>")]), "Office document: cut off at byte 58", hold=False)
PPTX = archive([("ppt/slides/slide1.xml", '<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>Über 12</a:t></a:r><a:r><a:t>34</a:t></a:r></a:p></p:sld>'.encode())])
expect("pptx", PPTX, [("pptx:ppt/slides/slide1.xml", "text", "Über 1234\n")])
SHEET = ('<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
         '<row r="2"><c r="A2" t="inlineStr"><is><t>Anna &quot;A&quot;</t></is></c><c r="B2"><v>3.5</v></c><c r="C2" t="s"><v>2</v></c></row></sheetData></worksheet>').encode()
STRINGS = '<sst><si><t>name</t></si><si><r><t>ib</t></r><r><t>an</t></r></si><si><t>DE89370400440532013000</t></si></sst>'.encode()
ROWS = '"name",,"iban"\n"Anna ""A""","3.5","DE89370400440532013000"\n'
for members in ([("xl/worksheets/sheet1.xml", SHEET), ("xl/sharedStrings.xml", STRINGS)],
                [("xl/sharedStrings.xml", STRINGS), ("xl/worksheets/sheet1.xml", SHEET)]):
    expect(f"xlsx, {members[0][0]} first", archive(members), [("xlsx:xl/worksheets/sheet1.xml", "csv", ROWS, {"header": True})])
expect("xlsx, a string that is not there", archive([("xl/worksheets/s.xml", SHEET)]), "zip: a cell names the shared string 0 of ", hold=False)
ODT = archive([("content.xml", '<office:document-content><text:p>Anna <text:span>Mül</text:span>ler</text:p></office:document-content>'.encode())])
expect("odt", ODT, [("zip:content.xml", "text", "Anna Müller\n")])
expect("docx with a document type", archive([("word/document.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')]), "Office document: a document type is declared at byte 9, which no Office document does", hold=False)

# ---- PDF ----


def pdf(objects, end=b"trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"):
    """A document of (number, dictionary, stream or None)."""
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    for number, dictionary, stream in objects:
        out += f"{number} 0 obj\n".encode() + dictionary.encode("latin-1")
        if stream is not None:
            out += b"\nstream\n" + stream + b"\nendstream"
        out += b"\nendobj\n"
    return out + end


def page(content, font="<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding >>", filters="", more=(), length=None):
    length = len(content) if length is None else length
    return pdf([(1, "<< /Type /Catalog /Pages 2 0 R >>", None),
                (2, "<< /Type /Pages /Kids [3 0 R] /Resources << /Font << /F1 5 0 R >> >> >>", None),
                (3, "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>", None),
                (4, f"<< /Length {length} {filters} >>", content), (5, font, None), *more])


def lzw(data):
    bits, count, out, held, width, codes, word = 0, 0, bytearray(), 0, 9, {bytes([i]): i for i in range(256)}, b""

    def put(code, width):
        nonlocal bits, count
        bits, count = bits << width | code, count + width
        while count >= 8:
            count -= 8
            out.append(bits >> count & 255)
        bits &= (1 << count) - 1

    put(256, 9)
    for byte in data:
        if word + bytes([byte]) in codes:
            word += bytes([byte])
            continue
        put(codes[word], width)
        codes[word + bytes([byte])] = len(codes) + 2
        width = (len(codes) + 2).bit_length() if len(codes) + 2 >= 511 else 9
        width = 10 if len(codes) + 3 > 511 and width == 9 else width
        word = bytes([byte])
    put(codes[word], width)
    put(257, width)
    if count:
        put(0, 8 - count)
    return bytes(out)


SHOWN = b"BT /F1 12 Tf 72 700 Td (IBAN DE89) Tj ( 3704) Tj 0 -14 Td [(41) 10 (11) -600 (22)] TJ T* (M\\374ller \\(x\\)) Tj ET"
WORDS = "IBAN DE89 3704\n4111 22Müller (x)\n"
pdf_text = ("pdf > page:1", "text", "IBAN DE89 3704\n4111 22\nMüller (x)\n")
no_strings = []
SHOWN = SHOWN.replace(b"T* ", b"0 -14 Td ")
expect("pdf", page(SHOWN), [pdf_text])
expect("pdf, flate", page(zlib.compress(SHOWN), filters="/Filter /FlateDecode"), [pdf_text])
expect("pdf, ascii85 and flate", page(base64.a85encode(zlib.compress(SHOWN), adobe=False) + b"~>", filters="/Filter [/ASCII85Decode /FlateDecode]"), [pdf_text])
expect("pdf, hexadecimal", page(SHOWN.hex().encode() + b">", filters="/Filter /ASCIIHexDecode"), [pdf_text])
expect("pdf, lzw", page(lzw(SHOWN), filters="/Filter /LZWDecode"), [pdf_text])
expect("pdf, lzw, a code as soon as it is made", page(lzw(b"BT /F1 12 Tf (aaaaaaaaaaaaaaaa) Tj ET"), filters="/Filter /LZWDecode"), [("pdf > page:1", "text", "a" * 16 + "\n")])
expect("pdf, ascii85, zeros", page(base64.a85encode(bytes(8) + SHOWN) + b"~>", filters="/Filter /ASCII85Decode"), [pdf_text])


def predicted(data, width, kinds):
    """Rows of PNG: each by the next of these filters, as that format's standard has them."""
    data += b" " * (-len(data) % width)
    out, above = b"", bytes(width)
    for row, at in enumerate(range(0, len(data), width)):
        now, kind = data[at:at + width], kinds[row % len(kinds)]
        left, corner = b"\0" + now[:-1], b"\0" + above[:-1]
        nearest = [min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2] for a, b, c in zip(left, above, corner)]
        taken = [bytes(width), left, above, [(a + b) // 2 for a, b in zip(left, above)], nearest][kind]
        out += bytes([kind]) + bytes((byte - by) % 256 for byte, by in zip(now, taken))
        above = now
    return out


for columns in (1, 7, 16):
    expect(f"pdf, rows of {columns} as PNG predicts them", page(zlib.compress(predicted(SHOWN, columns, [0, 1, 2, 3, 4, 2, 4, 1])),
           filters=f"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns {columns} >>"), [pdf_text])
runs = b"".join(bytes([len(SHOWN[i:i + 100]) - 1]) + SHOWN[i:i + 100] for i in range(0, len(SHOWN), 100)) + b"\x80"
expect("pdf, run lengths", page(runs, filters="/Filter /RunLengthDecode"), [pdf_text])
expect("pdf, a wrong length", page(SHOWN, length=3), [pdf_text])
expect("pdf, sign by sign", page(b"BT /F1 10 Tf 1 0 0 1 10 10 Tm (4) Tj 1 0 0 1 15 10 Tm (1) Tj 1 0 0 1 20 10 Tm (2) Tj 1 0 0 1 40 10 Tm (3) Tj ET"),
       [("pdf > page:1", "text", "412 3\n")])
expect("pdf, quotes", page(b"BT /F1 10 Tf 12 TL (a) Tj (b) ' 1 1 (c) \" ET"), [("pdf > page:1", "text", "a\nb\nc\n")])
expect("pdf, an image in the text", page(b"BT /F1 10 Tf (a) Tj ET BI /W 1 ID (((( EI BT 0 -20 Td (b) Tj ET"), [("pdf > page:1", "text", "a\nb\n")])
expect("pdf, operators without operands", page(b"BT Tf Td TD Tm TL Tc Tw Tz T* Tj TJ ' \" Do /F1 10 Tf (a) Tj ET"), [("pdf > page:1", "text", "a\n")])
DIFFERENCES = "<< /Type /Font /Subtype /Type1 /Encoding << /Differences [1 /four /one 65 /eacute /uni0142 /germandbls] >> >>"
expect("pdf, differences", page(b"BT /F1 10 Tf (\\001\\002ABC) Tj ET", DIFFERENCES), [("pdf > page:1", "text", "41éłß\n")])
CMAP = b"""/CIDInit /ProcSet findresource begin 1 begincodespacerange <0000> <FFFF> endcodespacerange
2 beginbfchar <0001> <0034> <0002> <D842DFB7> endbfchar
2 beginbfrange <0010> <0013> <0061> <0020> <0021> [<00660069> <4F1F>] endbfrange endcmap"""
WIDE = "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 6 0 R >>"
wide_objects = [(6, f"<< /Length {len(CMAP)} >>", CMAP), (7, "<< /Type /Font /Subtype /CIDFontType2 /DW 600 /W [1 [500] 16 19 500] >>", None)]
expect("pdf, a font of two bytes", page(b"BT /F1 10 Tf <0001000200100011001300200021> Tj ET", WIDE, more=wide_objects), [("pdf > page:1", "text", "4𠮷abdfi伟\n")])
expect("pdf, a font that does not say", page(b"BT /F1 10 Tf <000100020003> Tj ET", WIDE.replace("/ToUnicode 6 0 R", ""), more=wide_objects[1:]), "pdf: of 3 signs its text has, 3 are of fonts that do not say which they are")
inner = b"1 0 5 33 << /Type /Catalog /Pages 2 0 R >>   << /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding >>"
packed_objects = zlib.compress(inner)
expect("pdf, objects in a stream", pdf([(2, "<< /Type /Pages /Kids [3 0 R] /Resources << /Font << /F1 5 0 R >> >> >>", None),
                                         (3, "<< /Type /Page /Parent 2 0 R /Contents [4 0 R 4 0 R] >>", None), (4, f"<< /Length {len(SHOWN)} >>", SHOWN),
                                         (9, f"<< /Type /ObjStm /N 2 /First 9 /Filter /FlateDecode /Length {len(packed_objects)} >>", packed_objects)]),
       [("pdf > page:1", "text", "IBAN DE89 3704\n4111 22\nMüller (x)\nIBAN DE89 3704\n4111 22\nMüller (x)\n")])
expect("pdf, notes, titles and what is attached",
       page(SHOWN, more=[(8, "<< /Type /Annot /Contents (Call Anna) /T <FEFF004D00FC> >>", None), (9, "<< /Type /EmbeddedFile /Length 3 >>", CSV.encode()),
                         (10, "<< /Type /XObject /Subtype /Form /Resources << /Font << /F1 5 0 R >> >> /Length 40 >>", b"BT /F1 9 Tf (In a form) Tj ET")]),
       [pdf_text, ("pdf > form:1", "text", "In a form\n"), ("pdf > strings", "text", "Contents: Call Anna\nT: Mü\n"), ("pdf > attachment", "csv", CSV)])
expect("pdf, encrypted", pdf([(1, "<< /Type /Catalog >>", None)], b"trailer << /Root 1 0 R /Encrypt 2 0 R >>\n%%EOF"), "pdf: it is encrypted")
expect("pdf, cut", page(SHOWN)[:-60], "pdf: cut off at byte ")
expect("pdf, an object that does not end", page(SHOWN).replace(b"/Encoding /WinAnsiEncoding >>", b"/Encoding /WinAnsiEncoding"), "pdf: object 5 does not end", hold=False)

# ---- SQLite ----


def database(statements, rows=(), encoding="UTF-8", page=512):
    path = folder / "base.sqlite"
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute(f"PRAGMA encoding = '{encoding}'")
    base.execute(f"PRAGMA page_size = {page}")
    for statement in statements:
        base.execute(statement)
    for statement, values in rows:
        base.executemany(statement, values)
    base.commit()
    base.close()
    return path.read_bytes()


MAKE = 'CREATE TABLE "the people" (id INTEGER PRIMARY KEY, [full name] TEXT DEFAULT (\'a,b\'), iban, n REAL, PRIMARY_x BLOB, CHECK (n > 0))'
MORE = "CREATE TABLE many (a, b)"
BLOB = gzip.compress(b"packed 123\n", mtime=0)
VALUES = [(7, 'Anna "A" Müller', "DE89370400440532013000", 1.5, b"text in a blob"), (9, "Li\n李伟", None, 2, BLOB)]
TABLE_ROWS = 'id,full name,iban,n,PRIMARY_x'.split(",")
TABLE_ROWS = ",".join(f'"{name}"' for name in TABLE_ROWS) + '\n7,"Anna ""A"" Müller","DE89370400440532013000",1.5,"text in a blob"\n9,"Li\n李伟",,2,"' + \
    base64.b64encode(BLOB).decode().rstrip("=") + '"\n'
MANY = [(i, "x" * (i % 7) * 100) for i in range(300)]
MANY_ROWS = '"a","b"\n' + "".join(f'{i},"{x}"\n' for i, x in MANY)
for encoding in ("UTF-8", "UTF-16le", "UTF-16be"):
    base = database([MAKE, MORE, "CREATE INDEX by_b ON many (b)", "CREATE VIEW v AS SELECT 1"],
                    [('INSERT INTO "the people" VALUES (?, ?, ?, ?, ?)', VALUES), ("INSERT INTO many VALUES (?, ?)", MANY)], encoding)
    expect(f"sqlite, {encoding}", base,
           [("sqlite > table:sqlite_schema", "text", f"{MAKE}\n{MORE}\nCREATE INDEX by_b ON many (b)\nCREATE VIEW v AS SELECT 1\n"),
            ("sqlite > table:the people", "csv", TABLE_ROWS, {"header": True}), ("sqlite > table:the people > base64 > gzip", "text", "packed 123\n"),
            ("sqlite > table:many", "csv", MANY_ROWS)], hold=encoding == "UTF-8")
bare = database(["CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID"], [("INSERT INTO t VALUES (?, ?)", [("b", 2), ("a", -1)])])
expect("sqlite, without row numbers", bare, [("sqlite > table:sqlite_schema", "text", "CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID\n"),
                                             ("sqlite > table:t", "csv", '"a",-1\n"b",2\n', {"header": False})])
freed = database(["PRAGMA secure_delete = OFF", "CREATE TABLE t (a)", *[f"INSERT INTO t VALUES ('{'secret' * 60}{i}')" for i in range(20)], "DELETE FROM t"])
found = dump(freed, {})
check(found["status"] == 0 and found["parts"][-1]["chain"] == "sqlite > other" and b"secretsecret" in found["parts"][-1]["bytes"], "sqlite, freed pages",
      f"{found['message']} {[part['chain'] for part in found['parts']]}")
expect("sqlite, cut", base[:-512], f"sqlite: cut off: it has {len(base) // 512 - 1} pages of {len(base) // 512}")
expect("sqlite, cut within a page", base[:-100], f"sqlite: cut off at byte {len(base) - 100}, within a page")
circle = bytearray(bare)
circle[100] = 5
expect("sqlite, damaged", bytes(circle), "sqlite: page 1397836905 is damaged, or in two places", hold=False)

# ---- mails and forms ----

mail = email.message.EmailMessage()
mail["From"] = "Anna <anna@example.com>"
mail["Subject"] = "Numbers"
mail.set_content("My number is 030 1234567 and my name Müller.\n" * 3, charset="iso-8859-1", cte="quoted-printable")
mail.add_attachment(CSV.encode(), maintype="text", subtype="csv", filename="people.csv")
mail.add_attachment(GZIP, maintype="application", subtype="gzip", filename="people.csv.gz")
MAIL = mail.as_bytes()
found = dump(MAIL, {})
chains = [(part["chain"], part["syntax"]) for part in found["parts"]]
bodies = [part["bytes"] for part in found["parts"]]
check(found["status"] == 0 and chains == [
    ("mail > headers", "text"), ("mail > part:1 > headers", "text"), ("mail > part:1 > quoted-printable > windows-1252", "text"),
    ("mail > part:2 > headers", "text"), ("mail > part:2 > base64", "csv"), ("mail > part:3 > headers", "text"),
    ("mail > part:3 > base64 > gzip", "csv")], "mail", f"{found['message']} {chains}")
check(bodies[2] == b"My number is 030 1234567 and my name M\xc3\xbcller.\n" * 3 and bodies[4] == CSV.encode() and bodies[6] == TEXT, "mail, bodies", str(bodies)[:500])
for part in found["parts"]:
    if part["chain"].endswith("windows-1252"):
        for at, byte in enumerate(part["bytes"]):
            begin, end = part["raw"][at]
            stood = MAIL[begin:end]
            good = stood == bytes([byte]) or stood == b"=" + f"{ord('ü'):02X}".encode()
            if not good:
                check(False, "mail (runs)", f"{byte:#x} is said to stand at {stood!r}")
                break
        else:
            check(True, "mail (runs)")
expect("mail holds", MAIL[:0] + MAIL, [(c, s, b) for (c, s), b in zip(chains, bodies)])
expect("mail, plain", b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\nHello 123\r\n",
       [("mail > headers", "text", "From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\n", {"place": 4}), ("mail", "text", "Hello 123\r\n", {"place": 4})])
FORM = ("--XX\r\nContent-Disposition: form-data; name=\"ssn\"\r\n\r\n078-05-1120\r\n--XX\r\n"
        "Content-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n" + CSV + "\r\n--XX--\r\n").encode()
wanted = [("multipart > part:1 > headers", "text", "Content-Disposition: form-data; name=\"ssn\"\r\n\r\n"),
          ("multipart > part:1", "text", "078-05-1120", {"field": "ssn", "place": 4}),
          ("multipart > part:2 > headers", "text", "Content-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n"),
          ("multipart > part:2", "csv", CSV, {"field": "f"})]
expect("multipart, told", FORM, wanted, type='multipart/form-data; boundary="XX"')
expect("multipart, found", FORM, wanted)
expect("multipart, cut", FORM[:-6], f"multipart: cut off at byte {len(FORM) - 6}, before its last boundary")
expect("boundaries that begin alike", b"--A\r\nContent-Type: multipart/mixed; boundary=AB\r\n\r\n--AB\r\n\r\none\r\n--AB--\r\n\r\n--A--\r\n",
       [("multipart > part:1 > headers", "text", "Content-Type: multipart/mixed; boundary=AB\r\n\r\n"),
        ("multipart > part:1 > part:1 > headers", "text", "\r\n"), ("multipart > part:1 > part:1", "text", "one")])
def encoded(how, body):
    written = binascii.b2a_qp(body, quotetabs=True, istext=False) if how == "quoted-printable" else base64.encodebytes(body)
    return f"From: a@example.com\nTo: b@example.com\nMIME-Version: 1.0\nContent-Transfer-Encoding: {how}\n\n".encode() + written


# What stands deep within an encoding still stands where it is said to.
LONG = "".join(f"Number {i} = {i * 7919 % 1000000:06} of Li Wei 李伟\r\n" for i in range(60))
LONG_FORM = FORM.replace(b"text/csv", b"text/plain").replace(b"a.csv", b"a.txt").replace(CSV.encode(), LONG.encode()).replace(b"--XX--", b"--XX\r\n\r\n" + LONG.encode() + b"\r\n--XX--")
LONG_WANTED = [*wanted[:2], (wanted[2][0], "text", wanted[2][2].replace("text/csv", "text/plain").replace("a.csv", "a.txt")), ("multipart > part:2", "text", LONG), ("multipart > part:3 > headers", "text", "\r\n"), ("multipart > part:3", "text", LONG)]
for how, place in (("quoted-printable", 4), ("base64", 1)):
    for what, body, inside in (
        ("multipart", LONG_FORM, [(chain, syntax, text) for chain, syntax, text, *_ in LONG_WANTED]),
        ("tar", tar([("a.txt", LONG.encode()), ("b.csv", CSV.encode())]), [("tar:a.txt", "text", LONG), ("tar:b.csv", "csv", CSV)]),
        ("zip", archive([("a.txt", LONG.encode())], zipfile.ZIP_STORED), [("zip:a.txt", "text", LONG)]),
    ):
        found_place = min(place, {"tar": 3, "zip": 1}.get(what, 4))
        expect(f"{what} within {how}", encoded(how, body),
               [("mail > headers", "text", encoded(how, b"")), *((f"mail > {how} > {chain}", syntax, text, {"place": found_place}) for chain, syntax, text in inside)])
expect("an unknown transfer encoding", b"From: a\nTo: b\nContent-Transfer-Encoding: x-odd\n\nabc\n", "mail: a transfer encoding is not known; base64, quoted-printable, 7bit, 8bit and binary are", hold=False)

for told, name in (("utf-7", "UTF-7"), ("unicode-1-1-utf-7", "UTF-7"), ("EBCDIC-US", "EBCDIC"), ("ibm1047", "EBCDIC"), ("ISO-2022-KR", "ISO-2022"), ("HZ-GB-2312", "HZ")):
    expect(f"text told to be {told}", b"a+AEA-example.com", f"text in the character set {name} is not looked into by this version", type=f"text/plain; charset={told}")
expect("html in utf-7", b'<html><head><meta charset="utf-7"></head></html>', "text in the character set UTF-7 is not looked into by this version")
expect("xml in utf-7", b'<?xml version="1.0" encoding=\'UTF-7\'?><a/>', "text in the character set UTF-7 is not looked into by this version")
expect("text told to be what nobody knows", b"abc", [("", "text", "abc")], type="text/plain; charset=utf8mb4")

# ---- escapes: undone, but for what means something to the syntax ----

for name, written, undone, options in (
    ("json", r'{"a":"\u0061\u00e9\u4E00\uD83D\ude00\/\n\t\b\u0000\u001F|\"\\\u0022\u005C\\u0061"}', '{"a":"aé一😀/\t\t\t\t\t|\\"\\\\\\u0022\\u005C\\\\u0061"}', {}),
    ("a key of json", r'{"\u0061\u0062":[1]}', '{"ab":[1]}', {}),
    ("ndjson", '{"a":"\\u0031"}\n{"a":"\\n2"}\n', '{"a":"1"}\n{"a":"\t2"}\n', {}),
    ("form", "a=%4a%4A%c3%A9+%2B%26%3D%25%3b%0A%0+%&b=%", "a=JJé +%26%3D%25%3b\t%0 %&b=%", {"type": "application/x-www-form-urlencoded"}),
    ("xml", "<a b='&quot;&#39;&#65;'>&lt;&amp;&gt;&#10;&#x41;&#X42;&#0000067;&nothing;&#;& &</a>", "<a b='&quot;&#39;A'>&lt;&amp;&gt;\tABC&nothing;&#;& &</a>", {}),
    ("html", "<html><p>a&commat;b&#64;c&copy;d&copy e&" + "x" * 40 + ";</p></html>", "<html><p>a@b@c©d&copy e&" + "x" * 40 + ";</p></html>", {}),
    ("text", r"\u0061 %41 &#65; \n", r"\u0061 %41 &#65; \n", {}),
):
    expect(f"escapes of {name}", written.encode(), [("", name.split()[-1], undone, {"place": 4})], **options)
    if not options:
        expect(f"escapes of {name} in utf-16", b"\xff\xfe" + written.encode("utf-16-le"), [("utf-16le", name.split()[-1], undone)])
        expect(f"escapes of {name} in gzip", gzip.compress(written.encode()), [("gzip", name.split()[-1], undone, {"place": 0})])
many = json.dumps({"a": "李伟" * 3000 + "\n" + "x" * 9000})
expect("more escapes than are kept at once", many.encode(), [("", "json", many.encode().decode("unicode_escape").replace("\n", "\t"))])
expect("escapes within quoted-printable", encoded("quoted-printable", many.encode()),
       [("mail > headers", "text", encoded("quoted-printable", b"")), ("mail > quoted-printable", "json", many.encode().decode("unicode_escape").replace("\n", "\t"))])

# ---- base64 within values ----

SECRET = "IBAN DE89370400440532013000 of Anna"
inner = base64.b64encode(SECRET.encode()).decode()
outer = json.dumps({"a": inner, "b": 1})
begin = outer.index(inner)
expect("base64 in json", outer.encode(), [("", "json", outer), ("base64", "text", SECRET, {"parent": 1, "level": 1, "place": 2, "begin": begin, "end": begin + len(inner)})])
packed = base64.b64encode(GZIP).decode()
expect("gzip in base64", f'{{"a":"{packed}"}}'.encode(), [("", "json", f'{{"a":"{packed}"}}'), ("base64 > gzip", is_csv, TEXT)])
lines = base64.encodebytes(TEXT).decode()
expect("base64 in lines", ("key:\n" + lines + "\nend\n").encode(), [("", "text", "key:\n" + lines + "\nend\n"), ("base64", is_csv, TEXT)])
escaped = json.dumps({"a": lines})
expect("base64 in escaped lines", escaped.encode(), [("", "json", escaped.replace("\\n", "\t")), ("base64", is_csv, TEXT)])
twice = base64.b64encode(inner.encode()).decode()
expect("base64 in base64", f"x {twice} y".encode(), [("", "text", f"x {twice} y"), ("base64", "text", inner), ("base64 > base64", "text", SECRET)])
powershell = base64.b64encode("Get-Item 12345".encode("utf-16-le")).decode()
expect("utf-16 in base64", f"-enc {powershell}\n".encode(), [("", "text", f"-enc {powershell}\n"), ("base64 > utf-16le", "text", "Get-Item 12345")])
words = "internationalization_of_everything 3f786850e387550fdab836ed7e6dc881de23001b AKIAIOSFODNN7EXAMPLEKEY/usr/local/share/dictionaries\n"
expect("base64 in the headers of a mail", ("Subject: =?UTF-8?B?" + inner + "?=\nFrom: a@example.com\n\nx\n").encode(),
       [("mail > headers", "text", "Subject: =?UTF-8?B?" + inner + "?=\nFrom: a@example.com\n\n"), ("mail > headers > base64", "text", SECRET), ("mail", "text", "x\n")])
expect("no base64", words.encode(), [("", "text", words)])
chance = random.Random(5)   # what begins by chance like zlib, compress and gzip is no damaged container
heads = "".join("id " + base64.b64encode(head + chance.randbytes(14 + i)).decode() + " done\n"
                for head in (b"\x78\x9c", b"\x78\x01", b"\x78\xda", b"\x1f\x9d", b"\x1f\x8b\x08") for i in range(40))
expect("base64 that begins like a container", heads.encode(), [("", "text", heads)], hold=False)
small = base64.b64encode(zlib.compress(SECRET.encode())).decode()
expect("zlib in base64", f"x {small} y".encode(), [("", "text", f"x {small} y"), ("base64 > zlib", "text", SECRET)], hold=False)
expect("base64 in gzip", gzip.compress(outer.encode()), [("gzip", "json", outer), ("gzip > base64", "text", SECRET, {"place": 0})])
expect("base64 in utf-16", b"\xff\xfe" + outer.encode("utf-16-le"), [("utf-16le", "json", outer), ("utf-16le > base64", "text", SECRET, {"begin": 2 + 2 * begin, "end": 2 + 2 * (begin + len(inner))})])

# ---- every message that nothing above brings about ----


def says(name, data, message, **options):
    expect(name, data, message, hold=False, **options)


def with_header(change):
    """A tar of one member whose header is changed, its checksum made right."""
    data = bytearray(tar([("a.txt", b"one")]))
    change(data)
    data[148:156] = b" " * 8
    data[148:156] = f"{sum(data[:512]):06o}\0 ".encode()
    return bytes(data)


def put(at, what):
    def change(data):
        data[at:at + len(what)] = what
    return change


says("too many encodings", b"x", "input: more content encodings than fit 64 bytes", encoding="gzip, " * 12)
dictionary = zlib.compressobj(zdict=b"a dictionary")
says("zlib with a dictionary", dictionary.compress(TEXT) + dictionary.flush(), "deflate: damaged at byte 6: a dictionary would be needed", encoding="deflate")
if shutil.which("zstd"):
    packed = subprocess.run(["zstd", "-c", "-q"], input=TEXT, capture_output=True, check=True).stdout
    says("zstd, damaged", packed[:-2] + bytes([packed[-2] ^ 1]) + packed[-1:], "zstd: damaged or too large at byte 16: Restored data doesn't match checksum")
says("compound file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "input: a compound file (old Office, or an encrypted one) is not looked into by this version")
says("more members than allowed", tar([("a", b"1"), ("b", b"2"), ("c", b"3")]), "tar: more than 2 members are in the input", members=2)
says("tar, damaged header", tar([("a", b"1"), ("b", b"2")])[:1024] + b"x" + tar([("b", b"2")])[1:], "tar: the header that ends at byte 1536 is damaged")
says("tar, a size that is none", with_header(put(124, b"00000z00000")), "tar: the size in the header that ends at byte 512 is no number")
says("tar, sparse", with_header(put(156, b"S")), "tar: a sparse file, or a link with data, at byte 512 is not looked into by this version")
says("tar, a header behind zeros", tar([("a", b"1")])[:1024] + bytes(512) + tar([("b", b"2")]), "tar: a header follows a block of zeros at byte 2048")
says("tar, padding", tar([("a", b"1")])[:1000] + b"x" + tar([("a", b"1")])[1001:], "tar: padding is not zero at byte 1000")
says("tar, bytes behind", tar([("a", b"1")]) + b"x" * 512, "tar: bytes follow its end at byte 2048")
says("tar, extended header", with_header(lambda data: (put(156, b"x")(data), put(124, b"00000000003")(data))), "tar: the extended header that ends at byte 515 is damaged or longer than 2048 bytes")
ONE = archive([("a.txt", b"hello")], zipfile.ZIP_STORED)
says("zip, a header behind the directory", ONE + ONE, f"zip: bytes follow its end at byte {len(ONE)}")
says("zip, other bytes", ONE[:40] + b"oops" + ONE[40:], "zip: no header, but other bytes, at byte 40")
says("zip, a zero in a name", ONE.replace(b"a.txt", b"a\0txt"), "zip: member 0, at byte 0: its name has a zero in it")
says("zip, no directory", ONE[:40] + b"PK\x05\x06" + bytes(18), "zip: its directory is empty, but it has members")
says("zip, another size", ONE[:22] + b"\x06" + ONE[23:], "zip: member 1, at byte 0: its sizes are others than it says")
DEFLATED = archive([("a.txt", b"hello hello hello hello")])
size = struct.unpack("<I", DEFLATED[18:22])[0]
says("zip, bytes behind the end of data", DEFLATED[:18] + struct.pack("<I", size + 2) + DEFLATED[22:35 + size] + b"xx" + DEFLATED[35 + size:],
     "zip: member 1, at byte 0: bytes follow the end of its data")
says("zip, stored and no size", ONE[:6] + b"\x08" + ONE[7:14] + bytes(8) + ONE[22:], "zip: member 1, at byte 0: its size is told only behind it, where it cannot be found")
END = ONE[40:]
says("zip, a member behind the directory", ONE[:-22] + ONE[:40] + ONE[-22:], "it follows the directory")
says("docx, not in UTF-8", archive([("word/document.xml", "<w:document/>".encode("utf-16"))]), "it is not in UTF-8, as Office documents are")
book = archive([("xl/sharedStrings.xml", b"<sst><si><t>" + bytes(random.Random(1).choices(b"abcdefgh", k=300000)) + b"</t></si></sst>"), ("xl/worksheets/sheet1.xml", SHEET)])
says("xlsx, less memory than it needs", book, "shared strings: a workbook is larger than the memory of 497264 bytes there is for it", memory=500000)
says("headers without end", b"From: a@example.com\nTo: b\nX: " + b"x" * 70000 + b"\n\nbody\n", "mail: the headers are longer than 65536 bytes")
says("no boundary", b"--\r\n\r\nx\r\n----\r\n", "a boundary has 1 to 70 characters", type='multipart/form-data; boundary=""')
says("a long boundary", b"x", "a boundary has 1 to 70 characters", type='multipart/form-data; boundary="' + "b" * 71 + '"')
says("a boundary and blanks", b"--XX" + b" " * 5000 + b"\r\n", "multipart: a boundary at byte 108 is followed by too many blanks", type='multipart/form-data; boundary="XX"')
says("pdf without objects", b"%PDF-1.7\nnothing\ntrailer << >>\n%%EOF\n", "pdf: it has no objects")
says("pdf, a stream without end", b"%PDF-1.7\n1 0 obj\n<< /Length 5 >>\nstream\nabc\nendobj\ntrailer << >>\n%%EOF\n", "pdf: a stream at byte 40 does not end")
says("pdf, damaged data", page(b"\x78\x9c\xff\xff\xff\xff", filters="/Filter /FlateDecode"), "pdf: a stream's compressed data is damaged")
says("pdf, an unknown filter", page(SHOWN, filters="/Filter /Crypt"), "pdf: a filter of a stream is not looked into by this version")
says("pdf, a predictor", page(zlib.compress(SHOWN), filters="/Filter /FlateDecode /DecodeParms << /Predictor 2 >>"), "pdf: a predictor of a stream is not looked into by this version")
says("pdf, objects that are nowhere", page(SHOWN, more=[(9, "<< /Type /ObjStm /N 2 /First 900 /Length 10 >>", b"1 0 5 33 xx")]), "pdf: an object stream does not say where its objects are")
says("pdf, damaged objects", page(SHOWN, more=[(9, "<< /Type /ObjStm /N 2 /First 4 /Length 10 >>", b"a b c d eee")]), "pdf: an object stream is damaged")
says("pdf, a long string", page(b"BT /F1 10 Tf (" + b"x" * 70000 + b") Tj ET"), "pdf: a string is shown that is longer than 65536 bytes")
fonts = " ".join(f"/F{i} {10 + i} 0 R" for i in range(2, 82)).encode()
says("pdf, fonts without end", page(b"BT " + b" ".join(b"/F%d 9 Tf" % (2 + i % 80) for i in range(20001)) + b" ET", more=[(12 + i, "<< /Type /Font >>", None) for i in range(80)])
     .replace(b"/F1 5 0 R", b"/F1 5 0 R " + fonts), "pdf: fonts are changed more than 20000 times")
says("pdf, less memory than it needs", page(b"x" * 300000), "pdf: more memory is needed than the 197264 bytes there are", memory=200000)
says("sqlite, its header", b"SQLite format 3\0" + b"\x02\x01" + bare[18:], "sqlite: its header is damaged, or cut off")
spoilt = bytearray(bare)
cell = struct.unpack(">H", bare[512 + 8:512 + 10])[0] + 512
spoilt[cell + 1] = 0x7F
says("sqlite, a record", bytes(spoilt), "sqlite: a record is damaged")

# ---- bombs ----


def bomb(name, data, wanted="", **options):
    path = folder / "bomb"
    path.write_bytes(data)
    before = time.process_time()
    result = run("dump", path, options, 120)
    found = json.loads(result.stdout)
    check(found["status"] == 6 and wanted in found["message"], name, f"status {found['status']}: {found['message']}")


class Zeros(io.RawIOBase):
    def __init__(self, size):
        self.left = size

    def readable(self):
        return True

    def readinto(self, room):
        n = min(len(room), self.left)
        room[:n] = bytes(n)
        self.left -= n
        return n


def zeros(size):
    packer = zlib.compressobj(9, wbits=31)
    out = [packer.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join(out) + packer.flush()


ZERO = zeros(64 << 20)
bomb("gzip of zeros", ZERO, "gzip: more than 250 bytes come out for each byte of the input: this is a bomb")
bomb("xz of zeros", lzma.compress(bytes(40 << 20), preset=1), "xz: more than 250 bytes come out for each byte of the input: this is a bomb")
bomb("bzip2 of zeros", bz2.compress(bytes(40 << 20)), "bzip2: more than 250 bytes come out for each byte of the input: this is a bomb")
bomb("gzip of gzip of zeros", gzip.compress(ZERO), "gzip: more than 250 bytes come out for each byte of the input: this is a bomb")
bomb("zip of zeros", archive([("z", bytes(40 << 20))]), "zip: more than 250 bytes come out for each byte of the input: this is a bomb")
bomb("pdf of zeros", page(zlib.compress(bytes(40 << 20), 9), filters="/Filter /FlateDecode"), "pdf: more than 250 bytes come out for each byte of the input: this is a bomb")
nested = b"text"
for i in range(14):
    nested = gzip.compress(nested, mtime=0)
bomb("gzip fourteen deep", nested, "input: more than 12 forms are within one another")
nested = CSV.encode()
for i in range(14):
    nested = archive([("x", nested)], zipfile.ZIP_STORED)
bomb("zip fourteen deep", nested, "input: more than 12 forms are within one another")
bomb("more bytes than allowed", GZIP, "gzip: more than 1000 bytes come out of the input", bytes=1000)
bomb("less memory than needed", gzip.compress(TEXT), "gzip: more memory is needed than there is", memory=65536)
cells = "<row>" + '<c t="s"><v>0</v></c>' * 200 + "</row>"
book = archive([("xl/sharedStrings.xml", b"<sst><si><t>" + b"y" * 1000000 + b"</t></si></sst>"),
                ("xl/worksheets/sheet1.xml", b"<worksheet>" + cells.encode() * 100 + b"</worksheet>")])
bomb("a long string in many cells", book, "")

shutil.rmtree(folder)
print(f"form-cases: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(failed != 0)
