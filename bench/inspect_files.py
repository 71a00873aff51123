#!/usr/bin/env python3
"""Measures `comity inspect` and `comity mask` as commands, on files.

    inspect_files.py COMITY WRITE-TEXTS WORK [--json FILE]

  - text and logs that hold little, by the processor's time, beside ripgrep counting
    the matches of the shapes of 96 types in the same file: no checks, no fields, no words;
  - masking JSON, from a file to a file that is thrown away;
  - the most memory resident while a gibibyte of records goes through.

Prints; never fails on time. Without `rg` its figures are left out, and it says so.
"""
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

ROUNDS = 3
MEBIBYTES = 64
GIBIBYTE = 1 << 30


def figure(json_path, name, value, unit, goal, yardstick=None, yardstick_value=None):
    """One figure, as bench_figure() in bench.c prints it."""
    ratio = value / yardstick_value if yardstick else None
    line = f'{name}: {value:.6g} {unit}' + (f' (goal {goal:.6g})' if goal else '')
    line += f'; {yardstick}: {yardstick_value:.6g} {unit}, ratio {ratio:.3g}' if yardstick else ''
    print(line, flush=True)
    if json_path:
        with open(json_path, 'a', encoding='utf-8') as out:
            fields = {'name': name, 'value': value, 'unit': unit, 'goal': goal or None, 'yardstick': yardstick, 'ratio': ratio}
            out.write(json.dumps(fields, separators=(',', ':')) + '\n')


def processor_seconds(command, statuses):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status not in statuses:
        sys.exit(f'inspect_files.py: {" ".join(command)} ended with {status}')
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def speed(command, path, statuses=(0, 1)):
    """Gigabytes a second of the processor, the best of the rounds, with what starting takes."""
    return path.stat().st_size / min(processor_seconds(command, statuses) for _ in range(ROUNDS)) / 1e9


def measure_speed(comity, work, json_path):
    ripgrep = shutil.which('rg')
    if ripgrep is None:
        print('ripgrep is not there: no yardstick')
    for name in ('prose', 'logs'):
        path = work / f'{name}.txt'
        ours = speed([comity, 'inspect', '--json', str(path)], path)
        theirs = None
        if ripgrep:
            theirs = speed([ripgrep, '--no-config', '--text', '--no-unicode', '--threads=1', '--count-matches', '--regex-size-limit=1G',
                            '--dfa-size-limit=1G', '-f', str(work / 'shapes.txt'), str(path)], path)
        figure(json_path, f'comity inspect, {name}', ours, 'GB/s', 5, ripgrep and 'ripgrep, 96 regular expressions', theirs)
    for name in ('dense', 'sparse'):
        path = work / f'{name}.ndjson'
        figure(json_path, f'comity mask, {name} NDJSON', speed([comity, 'mask', str(path)], path), 'GB/s', 0.8)


def memory_kib(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmHWM:'))


def measure_memory(arguments, text, json_path):
    """The most memory resident while a gibibyte went through."""
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as program:
        sent = 0
        while sent < GIBIBYTE:
            sent += program.stdin.write(text)
        program.stdin.flush()
        most = memory_kib(program.pid)
        program.stdin.close()
    if program.returncode not in (0, 1):
        sys.exit(f'inspect_files.py: {" ".join(arguments)} ended with {program.returncode}')
    name = f'resident memory of comity {arguments[1]}, {sent / GIBIBYTE:.3g} GiB of NDJSON'
    figure(json_path, name, most / 1024, 'MiB', 64)


def main():
    arguments = sys.argv[1:]
    json_path = None
    if '--json' in arguments[:-1]:
        at = arguments.index('--json')
        json_path = arguments[at + 1]
        del arguments[at:at + 2]
    if len(arguments) != 3:
        sys.exit(__doc__)
    comity, writer, folder = arguments
    work = pathlib.Path(folder)
    work.mkdir(parents=True, exist_ok=True)
    subprocess.run([writer, folder, str(MEBIBYTES)], check=True)
    measure_speed(comity, work, json_path)
    text = (work / 'dense.ndjson').read_bytes()
    measure_memory([comity, 'inspect', '-'], text, json_path)
    measure_memory([comity, 'mask'], text, json_path)
    for name in os.listdir(folder):
        (work / name).unlink()


main()
