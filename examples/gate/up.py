#!/usr/bin/env python3
"""A first look: comityd, nginx with the module, a small service behind it, three requests.

    up.py BUILD_FOLDER STATE_FOLDER [once]

Listens on loopback only: the gate on 8080 (or the next free port), the daemon on 7380.
Ctrl-C ends all that was started; with `once` it ends by itself.
"""
import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

BUILD, STATE = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
HERE = pathlib.Path(__file__).resolve().parent
ONCE = len(sys.argv) > 3 and sys.argv[3] == "once"
DASHBOARD = (BUILD / "web" / "index.html").exists()
processes = []


class Service(http.server.BaseHTTPRequestHandler):
    """Says what arrived."""
    protocol_version = "HTTP/1.1"
    arrived = None

    def do_POST(self):
        Service.arrived = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        answer = b"the service has it\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


def free_port(wanted):
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
            except OSError:
                continue
    sys.exit("no port is free")


def wait_for(what, condition, log):
    until = time.monotonic() + 30
    while not condition():
        if time.monotonic() > until or any(process.poll() is not None for process in processes):
            sys.exit(f"{what} did not start; {log} says:\n{log.read_text()[-2000:] if log.exists() else ''}")
        time.sleep(0.05)


def start_daemon(port):
    record, log = STATE / "record", STATE / "comityd.log"
    if not record.exists():
        subprocess.run([BUILD / "comity", "record", "init", "--origin", "example.org/first-look", record], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    options = ["--law", BUILD / "world.image", "--record", record, "--spool", STATE, "--gate-socket", STATE / "gate.sock",
               "--listen", f"127.0.0.1:{port}", "--anonymous", "gate,counsel,auditor", "--ledger", STATE / "ledger"]
    options += ["--peer", f"{os.getuid()} gate"]
    if DASHBOARD:
        options += ["--dashboard", BUILD / "web"]
    processes.append(subprocess.Popen([BUILD / "comityd", *options], stderr=open(log, "wb"), stdin=subprocess.DEVNULL, start_new_session=True))
    wait_for("comityd", lambda: '"started"' in log.read_text(), log)


def start_nginx(port, service):
    log = STATE / "nginx.log"
    text = (HERE / "nginx.conf").read_text()
    text = text.replace("modules/ngx_http_comity_module.so", str(BUILD / "nginx/objs/ngx_http_comity_module.so"))
    text = text.replace("/run/comity/gate.sock", str(STATE / "gate.sock")).replace("/var/log/nginx", str(STATE))
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("127.0.0.1:8081", f"127.0.0.1:{service}")
    # its workers are who we are: another user may not reach this folder
    text = text.replace("user www-data;\n", "user root;\n" if os.getuid() == 0 else "")
    paths = "".join(f"    {name}_temp_path {STATE}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = text.replace("http {\n", "http {\n" + paths, 1)
    (STATE / "nginx.conf").write_text(f"daemon off;\npid {STATE}/nginx.pid;\nerror_log {log};\n" + text)
    processes.append(subprocess.Popen(["nginx", "-c", STATE / "nginx.conf", "-e", log], stderr=subprocess.DEVNULL,
                                      stdin=subprocess.DEVNULL, start_new_session=True))

    def answers():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False
    wait_for("nginx", answers, log)


def show(port, path, what, document, expected):
    Service.arrived = None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, json.dumps(document), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read().decode().strip()
    print(f"\n{what}\n  curl -H 'Content-Type: application/json' --data '{json.dumps(document)}' localhost:{port}{path}")
    print(f"  {answer.status} {body}")
    print(f"  the service got: {Service.arrived or 'nothing'}", flush=True)
    connection.close()
    if answer.status != expected:
        sys.exit(f"{expected} was expected; {STATE}/nginx.log says:\n{(STATE / 'nginx.log').read_text()[-2000:]}")


def main():
    STATE.mkdir(parents=True, exist_ok=True)
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    if shutil.which("nginx") is None:
        sys.exit("there is no nginx")
    daemon_port, port = free_port(7380), free_port(8080)
    start_daemon(daemon_port)
    start_nginx(port, service.server_port)
    person = {"name": "Anna Miller", "email": "anna.miller@example.com", "question": "Where is my order?"}
    show(port, "/orders/", "Nothing personal: released", {"article": "lamp", "count": 2}, 200)
    show(port, "/support/", "Personal, with a policy that masks: masked, then released", person, 200)
    show(port, "/orders/", "Personal, and no ground on which it may go to the United States: refused", person, 451)
    print(f"""
The dashboard:   {f"http://127.0.0.1:{daemon_port}/" if DASHBOARD else "is not built: web/npm.log says why, where there is one"}
The daemon:      http://127.0.0.1:{daemon_port}/openapi.json
The gate:        http://127.0.0.1:{port}/orders/ and /support/
The record:      {BUILD}/comity record tail {STATE}/record
The log:         {STATE}/comityd.log; of the gate, {STATE}/comity.log""", flush=True)
    if not ONCE:
        print("\nCtrl-C ends it.", flush=True)
        signal.pause()


def end(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, end)
try:
    main()
except KeyboardInterrupt:
    print()
finally:
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
