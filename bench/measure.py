"""What the programs here that measure commands share: figures, and the option that keeps them."""
import json
import resource
import subprocess
import sys


def json_option(arguments):
    """The file of `--json FILE`, or None, and the other arguments."""
    if '--json' not in arguments[:-1]:
        return None, arguments
    at = arguments.index('--json')
    return arguments[at + 1], arguments[:at] + arguments[at + 2:]


def figure(json_path, name, value, unit, goal=None, yardstick=None, yardstick_value=None):
    """One figure, as bench_figure() in bench.c prints it."""
    ratio = value / yardstick_value if yardstick and yardstick_value else None
    line = f'{name}: {value:.6g} {unit}' + (f' (goal {goal:.6g})' if goal else '')
    line += f'; {yardstick}: {yardstick_value:.6g} {unit}, ratio {ratio:.3g}' if ratio is not None else ''
    print(line, flush=True)
    if json_path:
        with open(json_path, 'a', encoding='utf-8') as out:
            fields = {'name': name, 'value': value, 'unit': unit, 'goal': goal or None, 'yardstick': yardstick, 'ratio': ratio}
            out.write(json.dumps(fields, separators=(',', ':')) + '\n')


def processor_seconds():
    """Of the processes that this one has started, and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def processor_seconds_of(command, statuses, **options):
    """What one command takes; the program ends if it ends with another status than these."""
    before = processor_seconds()
    status = subprocess.run(command, check=False, **options).returncode
    if status not in statuses:
        sys.exit(f'{" ".join(command)} ended with {status}')
    return processor_seconds() - before


def memory_kib(pid, field):
    """Of a process, `VmHWM` (the most that was resident), `RssAnon` and the like."""
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        for line in status:
            if line.startswith(field + ':'):
                return int(line.split()[1])
    sys.exit(f'/proc/{pid}/status has no {field}')
