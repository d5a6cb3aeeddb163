# SPDX-License-Identifier: MIT
"""The program under test: its configuration, its start and end, its database."""

import os
import re
import select
import signal
import socket
import sqlite3
import subprocess
import time

from facts import PATIENCE, Wrong, equal

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ.get("VETHLAB_BIN") or os.path.join(HERE, "../../bin")
PROGRAM = os.path.abspath(os.environ.get("DHCP_SERVER") or os.path.join(BIN, "dhcp-server"))
FENCE_MAC, FENCE = bytes.fromhex("02000000fe01"), "10.0.1.250"
SANITIZER = re.compile(r"ERROR: \w*Sanitizer|runtime error:")


def written(value, depth=0):
    """A value of the configuration as YAML."""
    if isinstance(value, dict):
        pad = "  " * depth
        return "".join(f"\n{pad}{plain(k)}: {written(v, depth + 1)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    return plain(value)


def plain(value):
    text = str(value)
    return f'"{text}"' if ":" in text or " " in text else text


def config(*, pool="10.0.1.100-10.0.1.199", subnet=None, subnets=None, static=None, **top):
    """The configuration of most cases: one subnet, no probe, and a static client whose messages
    are certain to be answered, so that an answer that should not be there can be waited for."""
    own = {"pool": pool, "router": "10.0.1.254", "dns": ["10.0.1.2", "10.0.1.3"], "domain": "lab.example"}
    if pool is None:
        del own["pool"]
    own.update(subnet or {})
    whole = {"lease": "1h", "probe": 0, "rate": 1000, **top}
    whole["subnets"] = {"10.0.1.0/24": own, **(subnets or {})}
    whole["static"] = {"fence": {"mac": FENCE_MAC.hex(":"), "address": FENCE}, **(static or {})}
    return written(whole).lstrip() + "\n"


class Server:
    """dhcp-server on s0, with all its files in the current folder."""

    def __init__(self):
        self.process = None
        open("server.log", "w", encoding="ascii").close()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind("\0dhcp-wire")

    def configure(self, text):
        with open("dhcp.yml", "w", encoding="ascii") as file:
            file.write(text)

    def launch(self, database="leases.db"):
        environment = {**os.environ, "NOTIFY_SOCKET": "@dhcp-wire"}
        with open("server.log", "a", encoding="utf-8") as log:
            return subprocess.Popen(
                [PROGRAM, "-c", "dhcp.yml", "-d", database, "s0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            )

    def start(self, text=None):
        if text is not None:
            self.configure(text)
        self.process = self.launch()
        ended = os.pidfd_open(self.process.pid)
        ready = b""
        while b"READY=1" not in ready.split(b"\n"):
            came = select.select([self.notify, ended], [], [], PATIENCE)[0]
            if self.notify not in came:
                os.close(ended)
                raise Wrong(f"the server has {'ended' if came else 'not got ready'}")
            ready = self.notify.recv(4096)
        os.close(ended)

    def refuses(self, status, database="leases.db"):
        """A start that has to fail, with that exit status and a word about it."""
        try:
            before = len(self.log())
            process = self.launch(database)
            equal("the exit status", process.wait(PATIENCE), status)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Wrong("expected: it does not start\nactual: it runs") from None
        if len(self.log()) == before:
            raise Wrong("expected: it says why it does not start\nactual: it says nothing")

    def stop(self):
        process, self.process = self.process, None
        if process:
            process.send_signal(signal.SIGTERM)
            try:
                equal("the exit status after SIGTERM", process.wait(PATIENCE), 0)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Wrong("expected: SIGTERM ends the server\nactual: it goes on") from None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self):
        self.stop()
        self.start()

    def hang_up(self, text):
        """SIGHUP with another configuration.  When it has been read is for the caller to see."""
        self.configure(text)
        self.process.send_signal(signal.SIGHUP)

    def log(self):
        with open("server.log", encoding="utf-8", errors="replace") as file:
            return file.read()

    def logged(self, words, since=0):
        """Waits for a text in the log, behind that many characters."""
        end = time.monotonic() + PATIENCE
        while words not in self.log()[since:]:
            if time.monotonic() > end:
                raise Wrong(f"expected: the log has '{words}'\nactual: {self.log()[since:]!r}")
            select.select([], [], [], 0.01)

    def rows(self, address=None, table="lease"):
        """What the database knows, of one address or of all."""
        database = sqlite3.connect("file:leases.db?mode=ro", uri=True)
        database.row_factory = sqlite3.Row
        try:
            where = " where address = ?" if address else ""
            return [dict(row) for row in database.execute(
                f"select * from {table}{where}", (address,) if address else ())]
        finally:
            database.close()

    def lease_of(self, address):
        rows = self.rows(address)
        return rows[0] if rows else None

    def check_sanitizer(self):
        if found := SANITIZER.search(self.log()):
            raise Wrong(f"a sanitizer complains: {found[0]}")
