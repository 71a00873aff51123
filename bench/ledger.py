#!/usr/bin/env python3
"""Measures the ledger on PostgreSQL: starts a server and runs bench-ledger on it.

    ledger.py BENCH_LEDGER [--json FILE]

Prints; never fails on time. Without PostgreSQL it is skipped, saying so.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/system"))
from postgres import Postgres  # noqa: E402


def main():
    folder = tempfile.mkdtemp(prefix="comity-bench-postgres-")
    database = None
    try:
        database = Postgres(folder)
        return subprocess.run([sys.argv[1], "--ledger", database.where, "--name", "PostgreSQL", *sys.argv[2:]], timeout=600).returncode
    except FileNotFoundError:
        print("skipped: there is no PostgreSQL (on Debian: apt-get install postgresql)")
        return 0
    finally:
        if database and database.process:
            database.stop()
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
