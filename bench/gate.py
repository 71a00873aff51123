#!/usr/bin/env python3
"""Measures the nginx module beside a plain proxy: one worker each, no TLS, the same upstream.

    gate.py COMITY COMITYD IMAGE MODULE [--seconds N] [--json FILE] [--modsecurity]
    gate.py COMITY COMITYD IMAGE MODULE --replay REQUESTS [--minutes N] [--json FILE]

What is told is the worker's processor time for each request (from /proc), which other work
disturbs least; requests by the clock stand beside it. With --modsecurity, libmodsecurity's
connector with its core rules is measured on the same bodies, if Debian's packages
libnginx-mod-http-modsecurity and modsecurity-crs are there. With --replay, so many requests are
sent through the gate, for at most N minutes (30), while the memory of worker and daemon is told.
Needs wrk. Never fails on time.
"""
import json
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time

COMITY, COMITYD, IMAGE, MODULE = sys.argv[1:5]
TICKS = os.sysconf("SC_CLK_TCK")


def option(name, otherwise):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


SECONDS = int(option("--seconds", "4"))
JSON = option("--json", None)
ACT = """comity_act transfer { from DE; to BR; exporter "Example GmbH" company; purpose research; }"""


def figure(name, value, unit, goal=None, yardstick=None, yardstick_value=None):
    line = f"{name}: {value:.6g} {unit}" + (f" (goal {goal:.6g})" if goal else "")
    ratio = None
    if yardstick_value:
        ratio = value / yardstick_value
        line += f"; {yardstick}: {yardstick_value:.6g} {unit}, ratio {ratio:.3g}"
    print(line, flush=True)
    if JSON:
        with open(JSON, "a", encoding="utf-8") as out:
            fields = {"name": name, "value": value, "unit": unit, "goal": goal, "yardstick": yardstick, "ratio": ratio}
            out.write(json.dumps(fields, separators=(",", ":")) + "\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def document(size):
    """Orders as a shop sends them: a person here and there."""
    parts, i = [], 0
    while sum(map(len, parts)) < size - 260:
        i += 1
        parts.append(json.dumps({"order": i, "article": f"lamp {i % 7}", "note": "to be left with the neighbours if nobody is at home",
                                 **({"email": f"customer{i}@example.com"} if i % 8 == 1 else {})}))
    text = "[" + ",".join(parts) + "]"
    return text[:-1] + ',"' + "x" * (size - len(text) - 3) + '"]'


def processor(pid):
    """Seconds, of all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Server:
    def __init__(self, folder, name, main, http, user=True):
        self.port = free_port()
        work = pathlib.Path(folder, name)
        work.mkdir()
        work.chmod(0o777)
        temporary = "".join(f"{one}_temp_path {work}/{one};\n" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        who = "user www-data;" if os.getuid() == 0 else ""
        (work / "nginx.conf").write_text(f"""{main}
daemon off; {who} worker_processes 1; pid {work}/pid; error_log {work}/error.log;
events {{ worker_connections 16384; }}
http {{ {temporary} access_log off; client_max_body_size 0; client_body_buffer_size 128k; keepalive_requests 1000000;
  proxy_http_version 1.1; proxy_set_header Connection ""; {http.replace("PORT", str(self.port))} }}
""")
        # Without it the heap of one that keeps nothing is given back and faulted in anew for every large body.
        keeps = {**os.environ, "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}
        self.process = subprocess.Popen(["nginx", "-c", work / "nginx.conf", "-e", f"{work}/error.log"], env=keeps, stderr=subprocess.DEVNULL)
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            sys.exit((work / "error.log").read_text())
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while not children.read_text(): # it listens before its worker is there
            time.sleep(0.01)
        self.worker = int(children.read_text().split()[0])

    def cpu(self):
        return processor(self.worker)

    def memory(self, what="VmHWM"):
        return int(re.search(what + r":\s+(\d+)", pathlib.Path(f"/proc/{self.worker}/status").read_text()).group(1))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def wrk(server, script, connections, seconds):
    said = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", script,
                           f"http://127.0.0.1:{server.port}/"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        sys.exit(said)
    return int(re.search(r"(\d+) requests in", said).group(1))


def load(server, script, connections, seconds=SECONDS):
    """Microseconds of the worker's processor a request, and requests a second."""
    before = server.cpu()
    count = wrk(server, script, connections, seconds)
    return (server.cpu() - before) * 1e6 / max(count, 1), count / seconds


def upload(server, path, size):
    before, begun = server.cpu(), time.monotonic()
    status = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/x-ndjson", "-H", "Expect:",
                             "-T", path, "-X", "POST", f"http://127.0.0.1:{server.port}/"], capture_output=True, text=True, check=True).stdout
    return status, size / (time.monotonic() - begun), server.cpu() - before


def write_load(folder, size):
    """A script of wrk that posts a document of that size."""
    script, body = pathlib.Path(folder, f"{size}.lua"), pathlib.Path(folder, f"{size}.json")
    body.write_text(document(size))
    script.write_text(f'local f = io.open("{body}")\nwrk.body = f:read("*a")\nwrk.method = "POST"\n'
                      'wrk.headers["Content-Type"] = "application/json"\n')
    return script


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def small_and_large(folder, plain, gate, daemon):
    for name, size, connections, goal in (("1 KiB", 1024, 256, 12), ("64 KiB", 65536, 32, 50)):
        script = write_load(folder, size)
        before = processor(daemon.pid)
        rounds = [(load(plain, script, connections), load(gate, script, connections)) for _ in range(3)]
        served = sum(round_[1][1] for round_ in rounds) * SECONDS
        bare = min(round_[0] for round_ in rounds)
        gated = min(round_[1] for round_ in rounds)
        best = max(round_[0][1] for round_ in rounds), max(round_[1][1] for round_ in rounds)
        figure(f"gate: POST of {name}, processor", gated[0], "us", bare[0] + goal, "plain proxy", bare[0])
        figure(f"gate: POST of {name}, processor of the daemon", (processor(daemon.pid) - before) * 1e6 / served, "us")
        figure(f"gate: POST of {name}, {connections} connections", best[1], "requests/s", best[0] / 2 if size == 1024 else None, "plain proxy", best[0])


def modsecurity(folder, where, servers):
    if not os.path.exists("/usr/share/nginx/modules-available/mod-http-modsecurity.conf"):
        print("skipped: ModSecurity: Debian's packages libnginx-mod-http-modsecurity and modsecurity-crs are not there")
        return
    rules = pathlib.Path(folder, "modsecurity.conf")  # Debian's settings with its core rules, which only tell, and no log of them
    rules.write_text("Include /etc/nginx/modsecurity.conf\nSecAuditEngine Off\nSecArgumentsLimit 100000\nSecRuleRemoveById 200007\n"
                     "Include /etc/modsecurity/crs/crs-setup.conf\nInclude /usr/share/modsecurity-crs/rules/*.conf\n")
    servers.append(Server(folder, "modsecurity", "load_module modules/ngx_http_modsecurity_module.so;",
                          f"modsecurity on; modsecurity_rules_file {rules}; {where}"))
    for name, size, connections, seconds in (("1 KiB", 1024, 16, SECONDS), ("64 KiB", 65536, 4, 20)):
        figure(f"ModSecurity: POST of {name}, processor", load(servers[-1], write_load(folder, size), connections, seconds)[0], "us")


def upload_large(folder, plain, gate):
    large = pathlib.Path(folder, "large")
    line = b'{"colour":"blue","size":12,"note":"to be left with the neighbours if nobody is at home"}\n'
    with open(large, "wb") as out:
        for _ in range((1 << 30) // (len(line) * 10000)):
            out.write(line * 10000)
    size = large.stat().st_size
    before = gate.memory("VmRSS")
    # Both keep the body in a file: who comes first pays for memory that the system has not yet used.
    rounds = [(upload(plain, large, size), upload(gate, large, size)) for _ in range(3)]
    for status in {round_[1][0] for round_ in rounds} - {"200"}:
        sys.exit(f"the upload was answered {status}")
    speeds = [max(round_[i][1] for round_ in rounds) / 1e9 for i in range(2)]
    used = [min(round_[i][2] for round_ in rounds) for i in range(2)]
    figure("gate: upload of 1 GiB", speeds[1], "GB/s", 1, "plain proxy", speeds[0])
    figure("gate: upload of 1 GiB, processor", used[1], "s", None, "plain proxy", used[0])
    figure("gate: upload of 1 GiB, memory more", max(0, gate.memory() - before) / 1024, "MiB", 4)
    large.unlink()


def idle(gate, daemon, count=10000):
    """Connections that have each had a request through and are kept."""
    count = min(count, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 256)
    body = document(1024).encode()
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    kept = []
    for _ in range(count):
        kept.append(socket.create_connection(("127.0.0.1", gate.port), timeout=20))
        kept[-1].sendall(request)
        if not kept[-1].recv(65536).startswith(b"HTTP/1.1 200"):
            sys.exit("a request of those that stay idle was not answered")
    figure(f"gate: {count} idle connections, worker and daemon", resident(gate.worker) + resident(daemon.pid), "MiB", 200)
    for connection in kept:
        connection.close()


def replay(folder, gate, daemon, wanted):
    """So many requests, or as many as the time allows: is memory steady?"""
    until = time.monotonic() + 60 * float(option("--minutes", "30"))
    script, done, begun, told, first = write_load(folder, 1024), 0, time.monotonic(), 0, None
    while done < wanted and time.monotonic() < until:
        done += wrk(gate, script, 64, 10)
        now = resident(gate.worker), resident(daemon.pid)
        first = first or now
        if done - told >= wanted / 20:
            told = done
            print(f"{done} requests in {time.monotonic() - begun:.0f} s: worker {now[0]:.1f} MiB, daemon {now[1]:.1f} MiB", flush=True)
    now = resident(gate.worker), resident(daemon.pid)
    figure("gate: replay", done, "requests", wanted)
    figure("gate: replay, the worker's memory more since the first ten seconds", now[0] - first[0], "MiB", 4)
    figure("gate: replay, the daemon's memory more since the first ten seconds", now[1] - first[1], "MiB", 16)


def main():
    servers = []
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the workers' as well
    with tempfile.TemporaryDirectory(prefix="comity-bench-gate-") as folder:
        os.chmod(folder, 0o755)
        subprocess.run([COMITY, "record", "init", "--origin", "example.org/bench", f"{folder}/record"], check=True, capture_output=True)
        peers = ["--peer", f"{os.getuid()} gate"] + (["--peer", "www-data gate"] if os.getuid() == 0 else [])
        log = open(f"{folder}/log", "wb")
        daemon = subprocess.Popen([COMITYD, "--listen", f"unix:{folder}/http.sock", "--gate-socket", f"{folder}/gate.sock", "--law", IMAGE,
                                   "--record", f"{folder}/record", "--spool", folder, *peers], stderr=log)
        while "started" not in pathlib.Path(folder, "log").read_text():
            time.sleep(0.05)
        try:
            upstream = Server(folder, "upstream", "", "server { listen 127.0.0.1:PORT backlog=4096; location / { return 200; } }")
            servers.append(upstream)
            pool = f"upstream u {{ server 127.0.0.1:{upstream.port}; keepalive 256; }}"
            where = "server { listen 127.0.0.1:PORT backlog=4096; location / { proxy_pass http://u; } }"
            plain = Server(folder, "plain", "", pool + where)
            servers.append(plain)
            gate = Server(folder, "gate", f"load_module {os.path.abspath(MODULE)};",
                          pool + f"comity_socket {folder}/gate.sock; comity_inspect request; {ACT}" + where)
            servers.append(gate)
            if "--replay" in sys.argv:
                replay(folder, gate, daemon, int(option("--replay", "5000000")))
                return
            small_and_large(folder, plain, gate, daemon)
            upload_large(folder, plain, gate)
            idle(gate, daemon)
            if "--modsecurity" in sys.argv:
                modsecurity(folder, pool + where, servers)
        finally:
            for server in servers:
                server.stop()
            daemon.terminate()
            daemon.wait()


main()
