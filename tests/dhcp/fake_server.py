# SPDX-License-Identifier: MIT
"""A DHCP server that does what a case tells it to, octet by octet, and nothing else."""

from facts import PATIENCE, Wrong
from packet import (
    ACK, DISCOVER, EVERYONE, EVERY_MAC, LEASE_TIME, MASK, NAK, OFFER, REQUEST, ROUTER, SERVER_ID,
    TYPE, TYPE_NAMES, Message, ip4, u32, udp_frame,
)

ADDRESS, MAC = "10.0.1.1", bytes.fromhex("02000000ff01")
LEASED = "10.0.1.100"


def names(kinds):
    return " or ".join(TYPE_NAMES[kind] for kind in kinds)


class FakeServer:
    def __init__(self, wires, port, address=ADDRESS, mac=MAC):
        self.wires = wires
        self.port = port
        self.address = address
        self.mac = mac
        self.lease = 600
        self.parameters = {MASK: ip4("255.255.255.0"), ROUTER: ip4("10.0.1.254")}
        port.hosts[address] = mac

    # ---- what comes

    def next(self, *kinds, timeout=PATIENCE):
        """The next message, which has to be of one of these kinds."""
        self.wires.until(lambda: self.port.inbox, names(kinds), timeout)
        message = self.port.inbox.pop(0)
        if message.op != 1 or message.type not in kinds:
            raise Wrong(f"expected: {names(kinds)}\nactual: {message}")
        return message

    # ---- what goes

    def message(self, to, kind, options=None, **fields):
        """The reply to a message.  options: code: octets, or None for one that is left out."""
        given = {}
        if kind:
            given = {TYPE: bytes([kind]), SERVER_ID: ip4(self.address)}
        if kind in (OFFER, ACK):
            given[LEASE_TIME] = u32(self.lease)
        if kind != NAK:
            given.update(self.parameters)
        given.update(options or {})
        own = {"op": 2, "xid": to.xid, "flags": to.flags, "chaddr": to.chaddr[:6], "giaddr": to.giaddr}
        if kind != NAK:
            own.update(yiaddr=LEASED)
        if kind == ACK:
            own.update(ciaddr=to.ciaddr)
        pairs = [(code, value) for code, value in given.items() if value is not None]
        return Message(pairs, **{**own, **fields})

    def frame(self, message, broadcast=False, to=None, mac=None, **quirks):
        """To chaddr and yiaddr (RFC 2131 4.1), or to everyone."""
        if broadcast:
            way = {"dst": EVERYONE, "dst_mac": EVERY_MAC}
        else:
            way = {"dst": to or message.yiaddr, "dst_mac": mac or message.chaddr[:6]}
        way.update(src=self.address, src_mac=self.mac, sport=67, dport=68)
        payload = message if isinstance(message, bytes) else message.encode()
        return udp_frame(payload, **{**way, **quirks})

    def post(self, message, broadcast=False, **more):
        self.port.send(self.frame(message, broadcast, **more))

    def reply(self, to, kind, options=None, broadcast=None, quirks=None, **fields):
        message = self.message(to, kind, options, **fields)
        if broadcast is None:
            broadcast = kind == NAK or bool(to.flags & 0x8000)
        self.post(message, broadcast, **(quirks or {}))
        return message

    def offer(self, discover, options=None, **more):
        return self.reply(discover, OFFER, options, **more)

    def ack(self, request, options=None, **more):
        return self.reply(request, ACK, options, **more)

    def nak(self, request, options=None, **more):
        return self.reply(request, NAK, options, **more)

    # ---- whole exchanges

    def requested(self, options=None, **more):
        """DISCOVER and OFFER; the REQUEST that follows."""
        self.offer(self.next(DISCOVER), options, **more)
        return self.next(REQUEST)

    def give(self, options=None, **more):
        """DISCOVER, OFFER, REQUEST, ACK; the REQUEST."""
        request = self.requested(options, **more)
        self.ack(request, options, **more)
        return request

    def serve(self, done, timeout=PATIENCE):
        """Does what an honest server does, until done() is true."""
        def turn():
            while self.port.inbox:
                self._answer(self.port.inbox.pop(0))
            return done()
        return self.wires.until(turn, "the client takes what an honest server says", timeout, 0.02)

    def _answer(self, message):
        if message.type == DISCOVER:
            self.offer(message)
        elif message.type == REQUEST:
            chosen = message.address(SERVER_ID)
            wanted = message.address(50) or message.ciaddr
            if chosen in (None, self.address):
                self.reply(message, ACK if wanted == LEASED else NAK)
            else:
                self.nak(message)  # somebody has to, or it waits for a server that never was
