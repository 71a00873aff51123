#!/usr/bin/env python3
"""Measures comityd: single acts and batches, with and without a record, beside a
server of the same library that gives its bodies back.

    serve.py COMITY COMITYD ECHO IMAGE ACTS [--json FILE]

ACTS is NDJSON. What is told is requests or acts for each second of the server's own
processor time, which other work on the machine disturbs least; the clock's figure
stands beside it. Needs wrk. Prints; never fails on time.
"""
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from measure import figure, json_option

SECONDS = 4
CONNECTIONS = 64
IDLE = 10000
ACTS = 200000
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def start_daemon(comityd, image, folder, *options):
    log = open(os.path.join(folder, "log"), "w+b")
    process = subprocess.Popen([comityd, "--listen", "127.0.0.1:0", "--law", image, "--threads", "1", "--spool", folder, *options],
                               stderr=log)
    while True:
        text = pathlib.Path(folder, "log").read_text()
        if '"started"' in text:
            return process, int(re.search(r"127\.0\.0\.1:(\d+)", text).group(1))
        if process.poll() is not None:
            sys.exit(f"comityd ended: {text}")
        time.sleep(0.01)


def load(process, port, path, script):
    """Requests for each second of the processor, and of the clock."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", script, f"http://127.0.0.1:{port}{path}"]
    before = processor_seconds(process)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = processor_seconds(process) - before
    if "Non-2xx" in said:
        sys.exit(said)
    count = int(re.search(r"(\d+) requests in", said).group(1))
    return count / used, count / SECONDS


def batch(process, port, acts):
    before, begun = processor_seconds(process), time.monotonic()
    said = subprocess.run(["curl", "-sS", "-H", "Content-Type: application/x-ndjson", "--data-binary", f"@{acts}",
                           f"http://127.0.0.1:{port}/v1/judge"], stdout=subprocess.PIPE, check=True).stdout
    taken = time.monotonic() - begun
    count = said.count(b"\n")
    return count / (processor_seconds(process) - before), count / taken


def idle_memory(comityd, image, folder):
    """MiB that IDLE connections take, each of which has had an act judged."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < IDLE + 100:
        print(f"skipped: only {hard} files may be open, for {IDLE} connections")
        return None
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 100, hard))
    process, port = start_daemon(comityd, image, folder, "--anonymous", "gate", "--connections", str(IDLE + 10))
    body = b'{"act":"transfer","from":"DE","to":"BR"}'
    head = b"POST /v1/judge HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    clients = []
    for _ in range(IDLE):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(head + body)
        clients.append(client)
    for client in clients:
        client.recv(4096)
    resident = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text()).group(1)) / 1024
    for client in clients:
        client.close()
    stop(process)
    return resident


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def main():
    out, (comity, comityd, echo, image, acts) = json_option(sys.argv[1:])
    if shutil.which("wrk") is None or shutil.which("curl") is None:
        print("skipped: there is no wrk or no curl (on Debian: apt-get install wrk curl)")
        return
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        act = pathlib.Path(acts).read_text().splitlines()[0]
        acts_text = pathlib.Path(acts).read_text()
        many_acts = os.path.join(folder, "acts.ndjson")
        pathlib.Path(many_acts).write_text(acts_text * (1 + ACTS // acts_text.count("\n")))
        script = os.path.join(folder, "post.lua")
        pathlib.Path(script).write_text('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [==['
                                        + act + "]==]\n")
        server = subprocess.Popen([echo, "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        plain, plain_clock = load(server, int(server.stdout.readline()), "/", script)
        server.stdin.close()
        server.wait(10)
        for name, roles in (("verdict", "gate"), ("whole judgement", "counsel")):
            process, port = start_daemon(comityd, image, folder, "--anonymous", roles)
            single, clock = load(process, port, "/v1/judge", script)
            figure(out, f"POST /v1/judge, {name}", single, "requests/s of processor time", 60000, "libmicrohttpd alone", plain)
            print(f"    by the clock {clock:.6g} requests/s, libmicrohttpd alone {plain_clock:.6g}")
            many, clock = batch(process, port, many_acts)
            figure(out, f"batch, {name}", many, "acts/s of processor time", 250000)
            print(f"    by the clock {clock:.6g} acts/s")
            stop(process)
        resident = idle_memory(comityd, image, folder)
        if resident is not None:
            figure(out, f"{IDLE} idle connections", resident, "MiB resident", 200)
        record = os.path.join(folder, "record")
        subprocess.run([comity, "record", "init", "--origin", "example.org/bench", record], check=True, stdout=subprocess.DEVNULL)
        process, port = start_daemon(comityd, image, folder, "--anonymous", "gate", "--record", record)
        single, clock = load(process, port, "/v1/judge", script)
        figure(out, "POST /v1/judge, recorded", single, "requests/s of processor time", 0, "libmicrohttpd alone", plain)
        print(f"    by the clock {clock:.6g} requests/s")
        many, clock = batch(process, port, many_acts)
        figure(out, "batch, recorded", many, "acts/s of processor time", 0)
        print(f"    by the clock {clock:.6g} acts/s")
        stop(process)


main()
