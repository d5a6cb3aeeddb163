# SPDX-License-Identifier: MIT
"""dhcp-client on c0, and the scripted server at the other end of its wire.

    dhcp-client ---- c0 02:00:00:00:00:07 ======= 10.0.1.1, the fake server
    c0.lease, resolv.conf                         10.0.1.254, the router
"""

import json
import os
import signal
import subprocess

from facts import PATIENCE, Wrong, deadline, equal
from fake_server import ADDRESS, LEASED, MAC, FakeServer
from program import Program
from wires import Wires, arp_frame, ip_batch

INTERFACE, CLIENT_MAC = "c0", bytes.fromhex("020000000007")
ROUTER_ADDRESS, ROUTER_MAC = "10.0.1.254", bytes.fromhex("02000000ff02")
STRANGER = bytes.fromhex("020000000099")
RESOLV = "resolv.conf"
HELD = "# as it was\nnameserver 192.0.2.53\n"


class Bench:
    def __init__(self):
        self.wires = Wires([(INTERFACE, CLIENT_MAC)])
        self.port = self.wires.ports[INTERFACE]
        self.port.hosts[ROUTER_ADDRESS] = ROUTER_MAC
        self.server = FakeServer(self.wires, self.port)
        self.client = Program("dhcp-client")
        with open(RESOLV, "w", encoding="ascii") as file:
            file.write(HELD)

    # ---- the program

    def start(self, *options, probe="0", lease="c0.lease", **more):
        """Without a probe, unless the case is about that."""
        self.client.start("-p", probe, "-l", lease, "-r", RESOLV, *options, INTERFACE, **more)

    def discover(self, *options, **more):
        """Starts it; its DISCOVER."""
        self.start(*options, **more)
        return self.server.next(1)

    def bound(self, timeout=PATIENCE):
        """Waits until it says that it has a lease."""
        self.wires.eventually(self._bound, "READY=1", timeout)

    def _bound(self):
        if not self.client.runs() and not self.client.is_ready():
            raise Wrong("expected: READY=1\nactual: the client has ended")
        return self.client.is_ready()

    def get(self, *options, lease=None, given=None, **more):
        """Starts it and gives it a lease; the REQUEST that the server has answered."""
        if lease is not None:
            self.server.lease = lease
        self.start(*options, **more)
        request = self.server.give(given)
        self.bound()
        return request

    def release(self):
        """SIGTERM; the RELEASE that it sends."""
        self.client.signal(signal.SIGTERM)
        message = self.server.next(7)
        self.ends(0)
        return message

    def ends(self, status, timeout=PATIENCE):
        """Its end, with the wire alive meanwhile."""
        self.wires.eventually(lambda: not self.client.runs(), "the client ends", timeout)
        self.client.ends(status)

    # ---- what the kernel has

    def addresses(self):
        """Those of IPv4 on the interface, as `ip -json` tells them."""
        found = ip_json("-4", "address", "show", "dev", INTERFACE)
        return [info for link in found for info in link.get("addr_info", [])]

    def address(self, local=LEASED):
        """What the kernel knows of this address, None if it is not there."""
        return next((a for a in self.addresses() if a.get("local") == local), None)

    def has_address(self, local=LEASED):
        return self.address(local) is not None

    def until_address(self, local=LEASED, timeout=PATIENCE):
        self.wires.eventually(lambda: self.has_address(local), f"{local} on {INTERFACE}", timeout)
        return self.address(local)

    def until_gone(self, local=LEASED, timeout=PATIENCE):
        self.wires.eventually(lambda: not self.has_address(local), f"{local} has gone", timeout)

    def routes(self):
        """{destination: next hop}, without those of the subnet itself that the kernel adds."""
        return {r["dst"]: r.get("gateway", "on link") for r in self.raw_routes()}

    def raw_routes(self):
        return [r for r in ip_json("-4", "route", "show") if r.get("protocol") != "kernel"]

    def until_routes(self, expected):
        if self.wires.wait(lambda: self.routes() == expected, 5, 0.02) is None:
            equal("routes", self.routes(), expected)

    def pull_the_cable(self):
        """Until the kernel has told of it, which it does at most once a second."""
        self.port.carrier(False)
        self.wires.eventually(
            lambda: ip_json("link", "show", "dev", INTERFACE)[0]["operstate"] != "UP", "no carrier")
        self.wires.pass_time(deadline(0.2))  # nobody puts it back sooner

    def mtu(self):
        return ip_json("link", "show", "dev", INTERFACE)[0]["mtu"]

    def is_clean(self, resolv=HELD):
        """Nothing of any lease is left."""
        self.wires.wait(lambda: not self.addresses(), 5, 0.02)
        equal("addresses", [a["local"] for a in self.addresses()], [])
        self.until_routes({})
        self.wires.wait(lambda: self.mtu() == 1500, 5, 0.02)
        equal("the MTU", self.mtu(), 1500)
        self.wires.wait(lambda: self.resolv() == resolv, 5, 0.02)
        equal("resolv.conf", self.resolv(), resolv)

    @staticmethod
    def resolv(path=RESOLV):
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ip(self, *commands):
        ip_batch("\n".join(commands) + "\n")

    # ---- a script

    def script(self, extra=""):
        """A script that appends a JSON object of its environment to the file `calls`, one a call."""
        with open("hook", "w", encoding="ascii") as file:
            file.write(f"#!/usr/bin/python3 -IS\nimport json, os, sys\n{extra}\n"
                       "with open('calls.new', 'a') as f:\n"
                       "    f.write(json.dumps({**os.environ, 'argc': len(sys.argv)}) + '\\n')\n")
        os.chmod("hook", 0o755)
        return "-s", os.path.abspath("hook")

    def calls(self):
        if not os.path.exists("calls.new"):
            return []
        with open("calls.new", encoding="utf-8", errors="replace") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def reasons(self):
        return [call.get("reason") for call in self.calls()]

    def until_called(self, reason, count=1):
        """The environment of the script's call for this reason, the count-th."""
        def found():
            return [call for call in self.calls() if call.get("reason") == reason][count - 1 :]
        try:
            return self.wires.eventually(found, f"the script is called: {reason}")[0]
        except Wrong as wrong:
            raise Wrong(f"{wrong}\nthe script was called: {self.reasons()}") from None

    # ---- the end

    def finish(self):
        if self.client.process:
            self.client.signal(signal.SIGTERM)
            self.ends(0)
        self.client.check_sanitizer()

    def report(self):
        print("--- the client said:\n" + self.client.log()[-3000:])


def ip_json(*words):
    out = subprocess.run(["ip", "-json", *words], capture_output=True, check=True).stdout
    return json.loads(out or b"[]")


def stranger_has_it(_=None):
    """The answer of a host that has the address to the probe for it: a list of frames."""
    return [arp_frame(2, STRANGER, LEASED, CLIENT_MAC, "0.0.0.0", CLIENT_MAC)]
