# SPDX-License-Identifier: MIT
"""Runs cases: each in namespaces of its own (isolation.py), with files of its own, and at most
LIMIT seconds long.

A case is a public function in one of the given modules; the first paragraph of its documentation
is the rule that it tests.  It gets a bench: what it says by Wrong is a failure.
"""

import argparse
import ctypes
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback

import isolation
from facts import Wrong

LIMIT = 100
NEWUTS = 0x04000000
HOST_NAME = "node7"


def all_cases(modules):
    found = {}
    for module in modules:
        for name, function in vars(module).items():
            if callable(function) and name[0] != "_" and getattr(function, "__module__", "") == module.__name__:
                if name in found:
                    raise ValueError(f"two cases have the name {name}")
                found[name] = function
    return found


def rule(case):
    return " ".join(case.__doc__.split("\n\n")[0].split()).replace('"', "'").rstrip(".")


def run_here(case, make_bench):
    """The case itself, in a process that has the world for itself."""
    bench = None
    try:
        bench = make_bench()
        case(bench)
        bench.finish()
        return True
    except Wrong as wrong:
        print(wrong)
    except Exception:  # a fault of the case is a failure of it, with its place
        traceback.print_exc(file=sys.stdout)
    if bench:
        bench.report()
    return False


def run_in_namespaces(case, make_bench, folder):
    """In the child that waits: makes the namespaces, forks the case into them, ends as it does."""
    isolation.die_with_parent()
    isolation.leave_the_world()
    if ctypes.CDLL(None).unshare(NEWUTS) == 0:
        socket.sethostname(HOST_NAME)
    isolation.mount_tmpfs(folder)
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    isolation.die_with_parent()
    signal.alarm(LIMIT)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(124))
    os.chdir(folder)
    good = run_here(case, make_bench)
    sys.stdout.flush()
    os._exit(0 if good else 1)


def start(name, case, make_bench):
    """Forks a process for the case; its PID, its folder, and a file for what it prints."""
    folder = tempfile.mkdtemp(prefix="dhcp-case.")
    output = tempfile.TemporaryFile("w+")
    child = os.fork()
    if child:
        return child, (name, folder, output, time.monotonic())
    status = 1
    try:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        status = run_in_namespaces(case, make_bench, folder)
        sys.stdout.flush()
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)


def finish(running):
    """Waits for the end of one of them: its name, whether it was good, its seconds, what it printed."""
    child, status = os.wait()
    name, folder, output, started = running.pop(child)
    shutil.rmtree(folder)
    code = os.waitstatus_to_exitcode(status)
    output.seek(0)
    said = output.read() if code else ""
    if code == 124:
        said += f"not within {LIMIT} s"
    return name, code == 0, time.monotonic() - started, said


def run_all(names, cases, make_bench, jobs):
    """Each case's result as it comes, with so many of them at a time."""
    running = {}
    for name in names:
        if len(running) == jobs:
            yield finish(running)
        child, about = start(name, cases[name], make_bench)
        running[child] = about
    while running:
        yield finish(running)


def print_tap(number, total, case, result):
    """A line of the Test Anything Protocol, with the rule as its title."""
    name, good, _, said = result
    if number == 1:
        print(f"1..{total}")
    print(f"{'ok' if good else 'not ok'} {number} {rule(case).replace('#', '')} ({name})")
    for line in said.splitlines():
        print(f"# {line}")


def print_plain(name, good, seconds, said):
    print(f"{'ok' if good else 'FAILED'} {name} {seconds:.2f} s")
    if said:
        print(said)


def main(usage, modules, make_bench):
    parser = argparse.ArgumentParser(usage=usage)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("cases", nargs="*")
    chosen = parser.parse_args()
    cases = all_cases(modules)
    if chosen.list:
        for name, case in cases.items():
            print(f"{name}\t{rule(case)}")
        return 0
    names = list(cases) if chosen.cases == ["all"] else chosen.cases
    unknown = [name for name in names if name not in cases]
    if unknown or not names:
        sys.exit(f"no such case: {' '.join(unknown) or '(none given)'}; try --list")
    good = 0
    for number, result in enumerate(run_all(names, cases, make_bench, chosen.jobs), 1):
        good += result[1]
        if chosen.tap:
            print_tap(number, len(names), cases[result[0]], result)
        else:
            print_plain(*result)
        sys.stdout.flush()
    if len(names) > 1 and not chosen.tap:
        print(f"{good} of {len(names)} cases are good")
    return 0 if good == len(names) else 1
