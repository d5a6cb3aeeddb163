# SPDX-License-Identifier: MIT
"""dhcp-relay between two wires of clients and one of servers, each end in the test's hand.

    clients 02:00:00:00:00:0a ====== c0 10.0.1.1 ---+
                                                    | dhcp-relay
    clients of another subnet ====== c1 10.0.3.1 ---+
                                                    |
    servers 10.0.2.2, 10.0.2.3 ===== u0 10.0.2.1 ---+     10.9.0.0/24 via 10.0.2.254
"""

import random

from facts import PATIENCE, Wrong, equal
from packet import (
    DISCOVER, EVERYONE, EVERY_MAC, LEASE_TIME, MASK, OFFER, SERVER_ID, TYPE, WANTED, Message, ip4, u32,
    udp_frame,
)
from program import Program
from wires import Wires

CLIENT_MAC = bytes.fromhex("02000000000a")
C0, C1, U0 = ("c0", "10.0.1.1"), ("c1", "10.0.3.1"), ("u0", "10.0.2.1")
MACS = {"c0": bytes.fromhex("02000000c001"), "c1": bytes.fromhex("02000000c101"),
        "u0": bytes.fromhex("020000000001")}
SERVER, SECOND = "10.0.2.2", "10.0.2.3"
SERVER_MACS = {SERVER: bytes.fromhex("02000000ff01"), SECOND: bytes.fromhex("02000000ff02"),
               "10.0.2.254": bytes.fromhex("02000000ff03")}
LEASED = "10.0.1.100"


class Bench:
    def __init__(self):
        self.wires = Wires(list(MACS.items()), [
            *(f"address add {address}/24 dev {name}" for name, address in (C0, C1, U0)),
            "route add 10.9.0.0/24 via 10.0.2.254"])
        self.clients, self.others, self.upstream = (self.wires.ports[name] for name in ("c0", "c1", "u0"))
        self.upstream.hosts.update(SERVER_MACS)
        self.relay = Program("dhcp-relay")

    def start(self, *options, servers=(SERVER,), interfaces=("c0", "c1"), ready=True):
        named = [word for address in servers for word in ("-s", address)]
        self.relay.start(*options, *named, *interfaces)
        if ready:
            self.relay.wait_ready()

    # ---- the clients' side

    @staticmethod
    def request(kind=DISCOVER, options=(), **fields):
        """A message of a client, with values in all fields that a relay must not touch."""
        own = {"xid": random.getrandbits(32), "chaddr": CLIENT_MAC, "secs": 7}
        given = [(TYPE, bytes([kind])), (WANTED, bytes([1, 3, 6])), (12, b"host"), *options]
        return Message(given, **{**own, **fields})

    def broadcast(self, message, port=None, **quirks):
        """As a client does that has no address."""
        way = {"src": "0.0.0.0", "dst": EVERYONE, "src_mac": CLIENT_MAC, "dst_mac": EVERY_MAC}
        payload = message if isinstance(message, bytes) else message.encode()
        (port or self.clients).send(udp_frame(payload, **{**way, **quirks}))

    def forward(self, message, src="10.0.3.77"):
        """As another relay does, which is a host of c1's wire: by unicast."""
        mac = bytes.fromhex("020000007701")
        self.others.hosts[src] = mac
        self.others.send(udp_frame(
            message.encode(), src, C1[1], sport=67, src_mac=mac, dst_mac=MACS["c1"]))

    # ---- the servers' side

    def relayed(self, message=None, to=SERVER, timeout=PATIENCE):
        """The next message that a server gets; it has to be this one."""
        def found():
            return next((m for m in self.upstream.inbox if m.frame.dst == to), None)
        arrived = self.wires.until(found, f"a message for {to}", timeout)
        self.upstream.inbox.remove(arrived)
        if message and arrived.xid != message.xid:
            raise Wrong(f"expected: the message with xid {message.xid:#010x}\nactual: {arrived}")
        return arrived

    def pass_on(self, message, **more):
        """A client's broadcast; what a server gets of it."""
        self.broadcast(message, **more)
        return self.relayed(message)

    def dropped(self, why):
        """What was sent before does not arrive: the next one does, and nothing else."""
        fence = self.request()
        self.broadcast(fence)
        arrived = self.relayed()
        if arrived.xid != fence.xid:
            raise Wrong(f"expected: dropped, {why}\nactual: {arrived}")
        self.quiet(why)

    def quiet(self, why):
        """No server has anything more, and no client has."""
        self.wires.expect_quiet(why)

    @staticmethod
    def answer(to, kind=OFFER, options=(), **fields):
        """A server's reply to a message that was relayed."""
        own = {"op": 2, "xid": to.xid, "flags": to.flags, "chaddr": to.chaddr[:6], "giaddr": to.giaddr,
               "yiaddr": LEASED, "hops": 0}
        given = [(TYPE, bytes([kind])), (SERVER_ID, ip4(SERVER)), (LEASE_TIME, u32(600)),
                 (MASK, ip4("255.255.255.0")), *options]
        return Message(given, **{**own, **fields})

    def post(self, message, src=SERVER, dst=None, port=None, **quirks):
        """As a server does: to 'giaddr', port 67."""
        port = port or self.upstream
        payload = message if isinstance(message, bytes) else message.encode()
        way = {"src": src, "dst": dst or message.giaddr, "sport": 67, "dport": 67,
               "src_mac": SERVER_MACS.get(src, b"\2\0\0\0\x77\2"), "dst_mac": MACS[port.name[2:]]}
        port.send(udp_frame(payload, **{**way, **quirks}))

    def delivered(self, message, port=None, timeout=PATIENCE):
        """The next message that a client gets; it has to be this one."""
        port = port or self.clients
        self.wires.until(lambda: port.inbox, "a reply for a client", timeout)
        arrived = port.inbox.pop(0)
        equal("xid", hex(arrived.xid), hex(message.xid), arrived)
        return arrived

    def bring_back(self, message, **more):
        self.post(message, **more)
        return self.delivered(message)

    def reply_dropped(self, why):
        """What was sent before does not arrive at any client: the next reply does."""
        fence = self.pass_on(self.request())
        good = self.answer(fence)
        self.post(good)
        self.wires.until(lambda: self.clients.inbox, "a reply for a client")
        arrived = self.clients.inbox.pop(0)
        if arrived.xid != good.xid:
            raise Wrong(f"expected: dropped, {why}\nactual: {arrived}")
        self.quiet(why)

    # ---- the end

    def finish(self):
        self.quiet("but for those that the case has asked for")
        self.relay.stop()
        self.relay.check_sanitizer()

    def report(self):
        print("--- the relay said:\n" + self.relay.log()[-3000:])


def unchanged(original, arrived, *, but=()):
    """All octets are as they were sent, but for those of hops, giaddr, and what is named."""
    whole = original.encode()
    places = {"hops": (3, 4), "giaddr": (24, 28)}
    sent, got = bytearray(whole), bytearray(arrived.raw)
    for name in ("hops", "giaddr"):
        if name in but:
            first, last = places[name]
            sent[first:last] = got[first:last] = bytes(last - first)
    equal("the message", bytes(got), bytes(sent), arrived)
