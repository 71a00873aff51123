#!/usr/bin/env python3
"""Measures the command: compiling all law, judging a file of acts, and memory on
a stream that does not end.

    stream.py COMITY IMAGE LAW ACTS [--json FILE]

ACTS is NDJSON (write-acts makes it). Times are medians of runs, by the clock on
the wall; the processor's time stands beside them, for machines that do other
work. Prints; never fails on time.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

from measure import figure, json_option, memory_kib, processor_seconds_of

BUILDS = 5
JUDGEMENTS = 3
STREAM_SECONDS = 6
CHUNK = 1 << 18


def note(text):
    print('    ' + text, flush=True)


def timed(command, statuses, **options):
    """Seconds on the wall, and of the processor."""
    begin = time.monotonic()
    used = processor_seconds_of(command, statuses, **options)
    return time.monotonic() - begin, used


def medians(runs):
    return (statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs))


def measure_build(comity, law, json_path):
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, 'world.image')
        wall, used = medians([timed([comity, 'law', 'build', '-o', image, law], (0,)) for _ in range(BUILDS)])
    figure(json_path, 'comity law build of all law', wall, 's', 0.5)
    note(f'{used:.3f} s of the processor')


def measure_judge(comity, image, acts, json_path):
    """By as many threads as the command takes by itself, and by one."""
    with open(acts, 'rb') as opened:
        count = sum(1 for _ in opened)
    for name, jobs in (('', []), (', one thread', ['--jobs', '1'])):
        command = [comity, 'judge', *jobs, '--law', image, acts]
        wall, used = medians([timed(command, (0, 1), stdout=subprocess.DEVNULL) for _ in range(JUDGEMENTS)])
        figure(json_path, 'comity judge, NDJSON to NDJSON' + name, count / wall, 'acts/s', 300000)
        note(f'{count} acts, {os.path.getsize(acts) / count:.0f} bytes each; {count / used:.0f} acts a second of the processor')


def measure_memory(comity, image, acts, json_path):
    """The most memory that was resident while acts came in without end."""
    with open(acts, 'rb') as opened:
        text = opened.read()
    begin = time.monotonic()
    early = None
    sent = 0
    with subprocess.Popen([comity, 'judge', '--law', image], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as judge:
        while time.monotonic() - begin < STREAM_SECONDS:
            at = sent % len(text)
            sent += judge.stdin.write(text[at:at + CHUNK])
            if early is None and time.monotonic() - begin > STREAM_SECONDS / 4:
                early = memory_kib(judge.pid, 'VmHWM')
        most = memory_kib(judge.pid, 'VmHWM')
        own = memory_kib(judge.pid, 'RssAnon')
        judge.stdin.write(b'' if sent % len(text) == 0 else text[sent % len(text):])
        judge.stdin.close()
    if judge.returncode not in (0, 1):
        sys.exit(f'stream.py: comity judge ended with {judge.returncode}')
    figure(json_path, 'resident memory of comity judge on an endless stream', most / 1024, 'MiB', 32)
    note(f'{sent / 1e6:.0f} MB of acts in {STREAM_SECONDS} s; {early / 1024:.1f} MiB after a quarter of the time; '
         f'{own / 1024:.1f} MiB its own, the rest files that are mapped')


def main():
    json_path, arguments = json_option(sys.argv[1:])
    if len(arguments) != 4:
        sys.exit(__doc__)
    comity, image, law, acts = arguments
    measure_build(comity, law, json_path)
    measure_judge(comity, image, acts, json_path)
    measure_memory(comity, image, acts, json_path)


main()
