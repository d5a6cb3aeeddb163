# SPDX-License-Identifier: MIT
"""A program under test: its start, its readiness, its log, its end."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess

from facts import PATIENCE, Wrong, equal

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ.get("VETHLAB_BIN") or os.path.join(HERE, "../../bin")
SANITIZER = re.compile(r"ERROR: \w*Sanitizer|runtime error:")


def path_of(name):
    """dhcp-client is $DHCP_CLIENT, $VETHLAB_BIN/dhcp-client or ../../bin/dhcp-client."""
    chosen = os.environ.get(name.upper().replace("-", "_"))
    return os.path.abspath(chosen or os.path.join(BIN, name))


class Program:
    """One program, started as often as the case likes; what all of its starts say is in one log.

    It runs in the case's network, or in the one of `network`, and reads from `stdin`."""

    count = 0
    network = contextlib.nullcontext()
    stdin = subprocess.DEVNULL

    def __init__(self, name):
        Program.count += 1
        self.path = path_of(name)
        self.log_name = f"{name}-{Program.count}.log"
        self.address = f"vethlab-{name}-{Program.count}"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind("\0" + self.address)
        self.process = None
        self.told = b""
        open(self.log_name, "w", encoding="ascii").close()

    def start(self, *arguments, environment=None, wrapped=()):
        self.told = b""
        self.process = self.launch(arguments, environment, wrapped)

    def launch(self, arguments, environment=None, wrapped=()):
        inherited = {**os.environ, "NOTIFY_SOCKET": "@" + self.address, **(environment or {})}
        with open(self.log_name, "a", encoding="utf-8") as log, self.network:
            return subprocess.Popen(
                [*wrapped, self.path, *arguments], stdin=self.stdin, stdout=log, stderr=log, env=inherited)

    def once(self, *arguments, wrapped=()):
        """Runs it to its end: status, what it printed on standard output, and on standard error."""
        try:
            with self.network:
                done = subprocess.run(
                    [*wrapped, self.path, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                    timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            raise Wrong(f"expected: '{' '.join(arguments)}' ends\nactual: it runs") from None
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def is_ready(self):
        while select.select([self.notify], [], [], 0)[0]:
            self.told += self.notify.recv(4096) + b"\n"
        return b"READY=1" in self.told.split(b"\n")

    def wait_ready(self):
        """Waits for READY=1 without reading any wire."""
        ended = os.pidfd_open(self.process.pid)
        try:
            while not self.is_ready():
                came = select.select([self.notify, ended], [], [], PATIENCE)[0]
                if self.notify not in came:
                    raise Wrong(f"expected: READY=1\nactual: it has {'ended' if came else 'not come'}")
        finally:
            os.close(ended)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def ends(self, status, timeout=PATIENCE):
        """It ends by itself, or by a signal that was sent before, with that status."""
        process, self.process = self.process, None
        try:
            equal("the exit status", process.wait(timeout), status)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Wrong("expected: the program ends\nactual: it goes on") from None

    def stop(self):
        if self.process:
            self.signal(signal.SIGTERM)
            self.ends(0)

    def log(self):
        with open(self.log_name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def check_sanitizer(self):
        if found := SANITIZER.search(self.log()):
            raise Wrong(f"a sanitizer complains: {found[0]}")


def refuses(program, thing, *arguments):
    """Wrong use: status 2, nothing on standard output, one line on standard error that names it."""
    status, out, err = program.once(*arguments)
    if status != 2 or out or err.count("\n") != 1 or not re.search(thing, err, re.IGNORECASE):
        raise Wrong(f"{' '.join(arguments)}\nexpected: status 2, one line on stderr like: {thing}\n"
                    f"actual:   status {status}\nstdout: {out}\nstderr: {err}")


def greets(program, name):
    """--help and --version: status 0, on standard output."""
    for argument, regex in (("--help", name), ("-h", name), ("--version", r"\d+\.\d+")):
        status, out, err = program.once(argument)
        if status != 0 or err or not re.search(regex, out):
            raise Wrong(f"{argument}\nexpected: status 0, stdout like: {regex}, nothing on stderr\n"
                        f"actual:   status {status}\nstdout: {out}\nstderr: {err}")
