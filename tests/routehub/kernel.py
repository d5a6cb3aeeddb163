# SPDX-License-Identifier: MIT
"""What the kernel of a network has: its routes, and the changes of them as they come."""

import contextlib
import json
import select
import subprocess
import time

from facts import Wrong, deadline

PROTOCOL, METRIC = "201", 110


def ip(*words, network=None, check=True):
    with network or contextlib.nullcontext():
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise Wrong(f"ip {' '.join(words)}: {done.stderr}")
    return done.stdout


def ip_lines(*lines, network=None, **more):
    with network or contextlib.nullcontext():
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines).encode() + b"\n", check=True, **more)


def all_routes(network=None):
    return json.loads(ip("-json", "-N", "route", "show", "table", "all", network=network) or "[]")


def hub_routes(network=None):
    """destination: gateway, of the routes with the hub's protocol; each has to be one of /32, with the
    hub's metric, in the main table."""
    found = {}
    for route in all_routes(network):
        if str(route.get("protocol")) != PROTOCOL:
            continue
        destination = route["dst"].removesuffix("/32")
        if ("/" in route["dst"] and not route["dst"].endswith("/32")) or route.get("metric") != METRIC:
            raise Wrong(f"expected: a /32 route with metric {METRIC}\nactual: {route}")
        if str(route.get("table", "main")) not in ("main", "254") or destination in found:
            raise Wrong(f"expected: one route for an address, in the main table\nactual: {route}")
        found[destination] = route.get("gateway") or route.get("via", {}).get("host")
    return found


class Monitor:
    """`ip monitor route` from now on."""

    def __init__(self):
        self.file = open("monitor.txt", "w+", encoding="ascii")
        self.process = subprocess.Popen(["ip", "-oneline", "monitor", "route"], stdout=self.file,
                                        stdin=subprocess.DEVNULL)
        self.marks = 0
        end = deadline()
        while not self.seen():  # it listens once it has seen a change
            if time.monotonic() > end:
                raise Wrong("expected: 'ip monitor' tells of a route\nactual: it does not")
            self._mark()

    def _mark(self):
        """A change of our own, so that all before it has been told when it is."""
        self.marks += 1
        mark = f"198.51.100.{self.marks % 250}"
        ip("route", "add", "blackhole", mark)
        ip("route", "del", "blackhole", mark)
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            if any(mark in line for line in self.seen()):
                return True
            select.select([], [], [], 0.01)
        return False

    def seen(self):
        self.file.seek(0)
        return self.file.read().splitlines()

    def deleted(self):
        """The destinations of all routes that have been deleted, up to now."""
        end = deadline()
        while not self._mark():
            if time.monotonic() > end:
                raise Wrong("expected: 'ip monitor' tells of a route\nactual: it does not")
        lines = [line.split() for line in self.seen() if line.startswith("Deleted ")]
        return [words[2] if words[1] in ("blackhole", "unicast") else words[1] for words in lines]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.file.close()
