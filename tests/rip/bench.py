# SPDX-License-Identifier: MIT
"""ripd between three wires, and the neighbours there in the test's hand.

    r1 10.0.1.2, r4 10.0.1.3 ====== eth0 10.0.1.1/24 ---+
                                                        |
    r2 10.0.2.2              ====== eth1 10.0.2.1/24 ---+ ripd
                                                        |
    r3 10.0.3.2              ====== eth2 10.0.3.1/24 ---+

Without options of the case, ripd's regular updates, timeouts and garbage collections are so far away
that none happens in a case, and changes are paced so that hardly any pause is there.
"""

import json
import signal
import subprocess
import time

import kernel
from cable import Cable, Router
from facts import PATIENCE, Wrong, deadline, equal
from program import Program
from rip import INFINITY
from wires import Wires, ip_batch

ADDRESSES = {"eth0": "10.0.1.1", "eth1": "10.0.2.1", "eth2": "10.0.3.1"}
NETWORKS = {"eth0": "10.0.1.0/24", "eth1": "10.0.2.0/24", "eth2": "10.0.3.0/24"}
MACS = {name: bytes.fromhex(f"02000000e{number}01") for number, name in enumerate(ADDRESSES)}
CONFIG = "ripd.yml"
TIMES = {"update": "60m", "timeout": "60s", "garbage": "60s", "triggered": "50ms-60ms"}


class Bench:
    def __init__(self):
        for which in ("all", "default"):  # what has a wrong source has to come as far as ripd
            with open(f"/proc/sys/net/ipv4/conf/{which}/rp_filter", "w", encoding="ascii") as file:
                file.write("0")
        commands = [f"address add {address}/24 brd + dev {name}" for name, address in ADDRESSES.items()]
        self.wires = Wires(list(MACS.items()), commands, port=Cable)
        self.eth0, self.eth1, self.eth2 = (self.wires.ports[name] for name in ADDRESSES)
        self.r1 = Router(self.eth0, "10.0.1.2", MACS["eth0"])
        self.r4 = Router(self.eth0, "10.0.1.3", MACS["eth0"])
        self.r2 = Router(self.eth1, "10.0.2.2", MACS["eth1"])
        self.r3 = Router(self.eth2, "10.0.3.2", MACS["eth2"])
        self.ripd = Program("ripd")
        self.fences = 0

    # ---- the program

    def start(self, *options, interfaces=("eth0", "eth1"), ready=True, **times):
        """times: update, timeout, garbage, triggered, if not those of TIMES; None: not given."""
        given = [w for key, value in {**TIMES, **times}.items() if value for w in (f"--{key}", value)]
        self.ripd.start(*given, *options, *interfaces)
        if ready:
            self.ripd.wait_ready()

    def configure(self, text, *options, interfaces=(), **times):
        """Starts it with this configuration."""
        self.write(text)
        self.start("--config", CONFIG, *options, interfaces=interfaces, **times)

    @staticmethod
    def write(text):
        with open(CONFIG, "w", encoding="utf-8") as file:
            file.write(text)

    def stop(self, number=signal.SIGTERM, timeout=PATIENCE):
        """Ends it, with the wires alive meanwhile."""
        self.ripd.signal(number)
        self.wires.eventually(lambda: not self.ripd.runs(), "ripd ends", timeout)
        self.ripd.ends(0)
        self.wires.drain()

    def show(self, what):
        """The JSON of `ripd show`, without its version."""
        status, out, err = self.ripd.once("show", what, "--json")
        if status != 0 or err:
            raise Wrong(f"ripd show {what} --json\nexpected: status 0\nactual: status {status}\n{err}")
        told = json.loads(out)
        equal(f"show {what} --json: version", told.pop("version"), 1)
        return told

    def rib(self):
        """{prefix: what `show routes` has of it}"""
        return {route["prefix"]: route for route in self.show("routes")["routes"]}

    def dropped(self):
        """{reason: how many}, of those that are not 0, and without our own messages that came back."""
        counts = self.show("counts")["dropped"]
        return {reason: n for reason, n in counts.items() if n and reason != "own"}

    # ---- what becomes true

    def until(self, fact, what, timeout=PATIENCE):
        try:
            return self.wires.eventually(fact, what, timeout)
        except Wrong as wrong:
            table = "\n".join(map(str, kernel.routes().values())) or "nothing"
            raise Wrong(f"{wrong}\nthe kernel has: {table}") from None

    def installed(self, prefix, *via):
        """Waits until the kernel has ripd's route, with these next hops; that route."""
        def there():
            route = kernel.routes().get(prefix)
            return route if route and (not via or route.via == sorted(via)) else None
        return self.until(there, f"the kernel has {prefix}" + (f" via {', '.join(via)}" if via else ""))

    def removed(self, *prefixes):
        def gone():
            return not set(prefixes) & set(kernel.routes())
        self.until(gone, f"the kernel has no route to {', '.join(prefixes)}")

    def in_rib(self, prefix, timeout=PATIENCE, **fields):
        """Waits until `show routes` has the prefix, with these fields; its record."""
        seen = {}
        def there():
            nonlocal seen
            seen = self.rib().get(prefix, {})
            return seen if seen and all(seen.get(k) == v for k, v in fields.items()) else None
        try:
            return self.wires.until(there, f"the RIB has {prefix} with {fields}", timeout, 0.05)
        except Wrong as wrong:
            raise Wrong(f"{wrong}\nit has: {seen or 'nothing of it'}") from None

    def not_in_rib(self, prefix, timeout=PATIENCE):
        self.wires.until(lambda: prefix not in self.rib(), f"the RIB has no {prefix}", timeout, 0.05)

    def hears(self, cable, prefix, metric=None, timeout=PATIENCE, since=0.0):
        """Waits until a response at this wire tells of the prefix, with this metric: (update, entry)."""
        def told():
            return next((p for p in cable.entries(prefix, since) if metric in (None, p[1].metric)), None)
        with_metric = "" if metric is None else f" metric {metric}"
        return self.wires.until(told, f"{cable.name} hears of {prefix}{with_metric}", timeout)

    # ---- what does not happen

    def fence(self, router, **more):
        """What the router has said before has been heard: ripd has what it says now.  That is said again
        and again: after a flood it may be lost."""
        self.fences += 1
        prefix = f"10.250.{self.fences}.0/24"
        end = deadline()
        while time.monotonic() < end:
            router.say(prefix, **more)
            if self.wires.wait(lambda: prefix in kernel.routes(), 1, 0.01):
                return prefix
        return self.installed(prefix)

    def ignored(self, *prefixes, by, reasons=None, fence=True, **more):
        """The router `by` has said of these what must not be believed; reasons: {reason: how many}."""
        if fence:
            self.fence(by, **more)
        if there := set(prefixes) & set(kernel.routes()):
            raise Wrong(f"expected: not learned: {', '.join(prefixes)}\nactual: the kernel has {there}")
        if there := set(prefixes) & set(self.rib()):
            raise Wrong(f"expected: not learned: {', '.join(prefixes)}\nactual: the RIB has {there}")
        if reasons is not None:
            equal("dropped, by reason", self.dropped(), reasons)

    def still(self, prefix, *via, by):
        """What the router `by` has said has not changed this route in the kernel."""
        self.fence(by)
        route = kernel.routes().get(prefix)
        equal(f"next hops of {prefix}", route.via if route else None, sorted(via))

    # ---- the rest

    def learn(self, router, prefix, metric=1, **more):
        """The router announces a prefix, and the kernel has it then."""
        router.say((prefix, metric), **more)
        return self.installed(prefix, router.address)

    def forget(self):
        """All wires' inboxes are empty, of what has come so far."""
        self.wires.drain()
        for cable in self.wires.ports.values():
            cable.forget()

    @staticmethod
    def ip(*commands):
        ip_batch("\n".join(commands) + "\n")

    @staticmethod
    def ip_json(*words):
        out = subprocess.run(["ip", "-json", *words], capture_output=True, check=True).stdout
        return json.loads(out or b"[]")

    def finish(self):
        if self.ripd.process:
            self.stop()
            equal("routes of ripd in the kernel, when it has ended", list(kernel.routes()), [])
        self.ripd.check_sanitizer()

    def report(self):
        print("--- ripd said:\n" + self.ripd.log()[-3000:])


def lost(told, prefix):
    """Whether the last that was said of the prefix is that it is unreachable."""
    return told.get(prefix) == INFINITY
