#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests of the DHCP server as its clients see it: every octet on the wire, rule by rule.

    wire.py [--jobs N] CASE...      runs these cases, or `all`
    wire.py --list                  each case and the rule that it tests

A case is a function in cases_*.py; its documentation begins with the rule.  Each has networks,
files and a server of its own (isolation.py, segment.py) and is root in there, whoever runs it.
The server is $DHCP_SERVER, $VETHLAB_BIN/dhcp-server or ../../bin/dhcp-server.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback

import cases_address
import cases_binding
import cases_boot
import cases_database
import cases_fields
import cases_flood
import cases_input
import cases_options
import cases_probe
import cases_relay
import cases_request
import cases_return
import isolation
from client import Bench
from segment import Wrong
from server import PROGRAM

LIMIT = 100  # seconds that a case may take
MODULES = (
    cases_fields, cases_options, cases_address, cases_request, cases_return, cases_binding,
    cases_boot, cases_relay, cases_input, cases_probe, cases_flood, cases_database,
)


def all_cases():
    return {
        name: function
        for module in MODULES
        for name, function in vars(module).items()
        if callable(function) and not name.startswith("_") and function.__module__ == module.__name__
    }


def rule(case):
    """The first paragraph of its documentation, on one line."""
    return " ".join(case.__doc__.split("\n\n")[0].split()).rstrip(".")


def run_here(case):
    """The case itself, in a process that has the world for itself."""
    bench = Bench()
    try:
        case(bench)
        bench.segment.expect_empty("but for those that the case has asked for")
        bench.server.stop()
        bench.server.check_sanitizer()
        return True
    except Wrong as wrong:
        print(f"{wrong}")
    except Exception:  # a fault of the case is a failure of it, with its place
        traceback.print_exc(file=sys.stdout)
    print("--- the server said:\n" + bench.server.log()[-3000:])
    return False


def run_in_namespaces(case, folder):
    """In the child that waits: makes the namespaces, forks the case into them, ends as it does."""
    isolation.die_with_parent()
    isolation.leave_the_world()
    isolation.mount_tmpfs(folder)
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    isolation.die_with_parent()
    signal.alarm(LIMIT)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(124))
    os.chdir(folder)
    return 0 if run_here(case) else 1


def start(name, case):
    """Forks a process for the case; its PID, its folder, and a file for what it prints."""
    folder = tempfile.mkdtemp(prefix="dhcp-wire.")
    output = tempfile.TemporaryFile("w+")
    child = os.fork()
    if child:
        return child, (name, folder, output, time.monotonic())
    status = 1
    try:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        status = run_in_namespaces(case, folder)
        sys.stdout.flush()
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(status)


def finish(running):
    """Waits for the end of one of them; True if it was good."""
    child, status = os.wait()
    name, folder, output, started = running.pop(child)
    shutil.rmtree(folder)
    code = os.waitstatus_to_exitcode(status)
    print(f"{'ok' if code == 0 else 'FAILED'} {name} {time.monotonic() - started:.2f} s")
    if code == 124:
        print(f"not within {LIMIT} s")
    if code != 0:
        output.seek(0)
        print(output.read())
    sys.stdout.flush()
    return code == 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("cases", nargs="*")
    chosen = parser.parse_args()
    cases = all_cases()
    if chosen.list:
        for name, case in cases.items():
            print(f"{name}\t{rule(case)}")
        return 0
    names = list(cases) if chosen.cases == ["all"] else chosen.cases
    unknown = [name for name in names if name not in cases]
    if unknown or not names:
        sys.exit(f"wire.py: no such case: {' '.join(unknown) or '(none given)'}; try --list")
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"wire.py: no program {PROGRAM}")
    running, good = {}, 0
    for name in names:
        if len(running) == chosen.jobs:
            good += finish(running)
        child, about = start(name, cases[name])
        running[child] = about
    while running:
        good += finish(running)
    if len(names) > 1:
        print(f"{good} of {len(names)} cases are good")
    return 0 if good == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
