#!/usr/bin/env python3
"""Measures `comity inspect` and `comity mask` as commands, on files.

    inspect_files.py COMITY WRITE-TEXTS WORK [--json FILE]

  - how long both take with next to nothing: what starting takes;
  - text and logs that hold little, a gibibyte of it, by the processor's time, beside ripgrep
    counting the matches of the shapes of 96 types in a part of it: no checks, no fields, no words;
  - masking as much JSON, from files to a file that is thrown away;
  - the most memory resident while a gibibyte of records goes through.

Prints; never fails on time. Without `rg` its figures are left out, and it says so.
"""
import os
import pathlib
import shutil
import subprocess
import sys

from measure import figure, json_option, memory_kib, processor_seconds_of

ROUNDS = 3
MEBIBYTES = 64
FILES = 16  # as many together are a gibibyte
GIBIBYTE = 1 << 30


def seconds(command, rounds=ROUNDS):
    """Of the processor, the best of the rounds."""
    return min(processor_seconds_of(command, (0, 1), stdout=subprocess.DEVNULL) for _ in range(rounds))


def speed(command, path, count):
    """Gigabytes a second, of the file so many times, with what starting takes."""
    return path.stat().st_size * count / seconds(command + [str(path)] * count) / 1e9


def measure_start(comity, work, json_path):
    path = work / 'one.txt'
    path.write_text('one line\n', encoding='ascii')
    for name in ('inspect', 'mask'):
        figure(json_path, f'comity {name}, one line of text', 1000 * seconds([comity, name, str(path)], 10), 'ms')


def measure_speed(comity, work, json_path):
    ripgrep = shutil.which('rg')
    if ripgrep is None:
        print('ripgrep is not there: no yardstick')
    for name in ('prose', 'logs'):
        path = work / f'{name}.txt'
        ours = speed([comity, 'inspect', '--json', '--jobs', '1'], path, FILES)
        theirs = None
        if ripgrep:
            theirs = speed([ripgrep, '--no-config', '--text', '--no-unicode', '--threads=1', '--count-matches', '--regex-size-limit=1G',
                            '--dfa-size-limit=1G', '-f', str(work / 'shapes.txt')], path, 1)
        figure(json_path, f'comity inspect, {name}', ours, 'GB/s', 5, ripgrep and 'ripgrep, 96 regular expressions', theirs)
    for name in ('dense', 'sparse'):
        path = work / f'{name}.ndjson'
        figure(json_path, f'comity mask, {name} NDJSON', speed([comity, 'mask'], path, FILES), 'GB/s', 0.8)


def measure_memory(arguments, text, json_path):
    """The most memory resident while a gibibyte went through."""
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as program:
        sent = 0
        while sent < GIBIBYTE:
            sent += program.stdin.write(text)
        program.stdin.flush()
        most = memory_kib(program.pid, 'VmHWM')
        program.stdin.close()
    if program.returncode not in (0, 1):
        sys.exit(f'inspect_files.py: {" ".join(arguments)} ended with {program.returncode}')
    name = f'resident memory of comity {arguments[1]}, {sent / GIBIBYTE:.3g} GiB of NDJSON'
    figure(json_path, name, most / 1024, 'MiB', 64)


def main():
    json_path, arguments = json_option(sys.argv[1:])
    if len(arguments) != 3:
        sys.exit(__doc__)
    comity, writer, folder = arguments
    work = pathlib.Path(folder)
    work.mkdir(parents=True, exist_ok=True)
    subprocess.run([writer, folder, str(MEBIBYTES)], check=True)
    measure_start(comity, work, json_path)
    measure_speed(comity, work, json_path)
    text = (work / 'dense.ndjson').read_bytes()
    measure_memory([comity, 'inspect', '-'], text, json_path)
    measure_memory([comity, 'mask'], text, json_path)
    for name in os.listdir(folder):
        (work / name).unlink()


main()
