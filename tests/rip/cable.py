# SPDX-License-Identifier: MIT
"""The neighbours that a case plays: packet sockets at the far ends of ripd's wires.

A Router is an address at one of the wires; a Cable is the wire's end in the test's hand, which answers
ARP for all routers there and keeps what ripd sends, in its order.
"""

import struct
import time

from facts import Wrong
from packet import EVERY_MAC, ip4, udp_frame
from rip import GROUP, GROUP_MAC, PORT, REQUEST, RESPONSE, WHOLE_TABLE, Update, message
from wires import Port


class Cable(Port):
    """inbox: the responses that have come; requests: the requests."""

    def __init__(self, network, name):
        super().__init__(network, name)
        self.requests = []
        self.table = {}

    def _take(self, frame):
        if frame.protocol == 17 and PORT in (frame.sport, frame.dport):
            self._keep(Update(frame))

    def _keep(self, update):
        update.when = time.monotonic()
        if update.faults and self.strict:
            raise Wrong(f"{self.name}: the message is malformed: {'; '.join(update.faults)}\n{update}")
        if update.command == REQUEST:
            self.requests.append(update)
        else:
            self.inbox.append(update)
            self.table.update(update.table())

    def forget(self):
        for kept in (self.inbox, self.requests, self.table):
            kept.clear()

    def entries(self, prefix, since=0.0):
        """Each (update, entry) that tells of this prefix, in order."""
        found = ((u, u.entry(prefix)) for u in self.inbox if u.when > since)
        return [(u, e) for u, e in found if e]

    def told(self):
        """{prefix: metric}, the last that was said of each."""
        return self.table


class Router:
    """A neighbour.  signer: signs all that it says; version: of all that it says."""

    def __init__(self, cable, address, mac_there, signer=None):
        self.cable, self.address, self.signer, self.version = cable, address, signer, 2
        self.mac = b"\2\0" + ip4(address)
        self.mac_there = mac_there
        cable.hosts[address] = self.mac

    def frame(self, payload, src=None, dst=GROUP, sport=PORT, dport=PORT, **quirks):
        if dst == GROUP:
            mac = GROUP_MAC
        else:
            mac = EVERY_MAC if dst.endswith(".255") else self.mac_there
        way = {"src_mac": self.mac, "dst_mac": mac, "ttl": 1}
        return udp_frame(payload, src or self.address, dst, sport, dport, **{**way, **quirks})

    def send(self, payload, **way):
        """These octets, as a datagram; way: src, dst, sport, dport, and udp_frame's quirks."""
        self.cable.send(self.frame(payload, **way))

    def payload(self, entries, command=RESPONSE, version=None, zero=0):
        plain = message(entries, command, version or self.version, zero)
        return self.signer.sign(plain) if self.signer else plain

    def say(self, *entries, command=RESPONSE, version=None, zero=0, **way):
        """A response with these entries: Entry, prefix, or (prefix, metric, tag, next hop)."""
        self.send(self.payload(entries, command, version, zero), **way)

    def ask(self, *entries, version=None, **way):
        """A request: for the whole table, if it names no entries."""
        self.say(*(entries or [WHOLE_TABLE]), command=REQUEST, version=version, **way)

    def say_all(self, entries):
        """A table, in one burst of full messages."""
        room = self.signer.room if self.signer else 25
        frames = [self.frame(self.payload(entries[i : i + room])) for i in range(0, len(entries), room)]
        for frame in frames:
            self.cable.send(frame)


def numbered(count, first=0, base="10.64.0.0"):
    """That many prefixes of /24, one behind the other."""
    start = struct.unpack("!I", ip4(base))[0] >> 8
    return [f"{n >> 16}.{n >> 8 & 255}.{n & 255}.0/24" for n in range(start + first, start + first + count)]
