"""A PostgreSQL server of a test's or a measurement's own: in a folder that its user
removes, as a user without rights, on a unix socket. Without PostgreSQL's programs
FileNotFoundError is raised."""
import os
import pathlib
import pwd
import signal
import subprocess
import time


class Postgres:
    """`where`: what names it in the setting of a ledger."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not programs:
            raise FileNotFoundError("no PostgreSQL")
        self.programs = programs[-1]
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
            os.chmod(folder, 0o755)
        self.run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "comity", "--no-sync", "-E", "UTF8", "--locale=C")
        self.process = None
        self.start()
        self.run("createdb", "-h", self.folder, "-U", "comity", "comity")
        self.where = f"postgresql:host={folder} user=comity dbname=comity"

    def become(self):
        if self.user:
            os.setgid(self.user.pw_gid)
            os.setgroups([])
            os.setuid(self.user.pw_uid)

    def run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *map(str, arguments)], preexec_fn=self.become, cwd="/", env={"LC_ALL": "C"},
                              capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def start(self):
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=", "-c", "logging_collector=off"],
            preexec_fn=self.become, cwd="/", env={"LC_ALL": "C"}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(self.folder / "log", "ab"))
        for _ in range(600):
            if subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder, "-U", "comity"], env={"LC_ALL": "C"}).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL does not start")

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.process.wait(60)

    def ask(self, text):
        return self.run("psql", "-h", self.folder, "-U", "comity", "-d", "comity", "-Atc", text).strip()
