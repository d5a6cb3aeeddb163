# SPDX-License-Identifier: MIT
"""Clients and relays, as many as a case needs, all at one packet socket."""

import random
import time

from facts import PATIENCE, Wrong
from packet import (
    ACK, CLIENT_ID, DECLINE, DISCOVER, EVERYONE, INFORM, NAK, OFFER, RELAY, RELEASE, REQUEST,
    REQUESTED, SERVER_ID, TYPE, TYPE_NAMES, WANTED, Message, ip4, udp_frame,
)
from segment import GATEWAY_MAC, SERVER, SERVER_MAC, Segment
from server import FENCE_MAC, Server, config


class Client:
    def __init__(self, segment, mac, *, client_id=None, giaddr=None, agent=None, wanted=None, flags=0):
        self.segment = segment
        self.mac = mac
        self.client_id = client_id
        self.giaddr = giaddr  # behind the relay with this address
        self.agent = agent  # which puts this into option 82
        self.wanted = wanted  # option 55
        self.flags = flags

    def message(self, kind, options=(), **fields):
        given = [(TYPE, bytes([kind]))] if kind else []
        if self.client_id is not None:
            given.append((CLIENT_ID, self.client_id))
        given += options
        if self.wanted is not None:
            given.append((WANTED, bytes(self.wanted)))
        if self.agent is not None:
            given.append((RELAY, self.agent))
        own = {"xid": random.getrandbits(32), "chaddr": self.mac, "flags": self.flags}
        if self.giaddr:
            own.update(giaddr=self.giaddr, hops=1)
        return Message(given, **{**own, **fields})

    def post(self, message, unicast=False, **quirks):
        """Sends the message as this client would, or its relay."""
        if message.giaddr != "0.0.0.0":
            way = {"src": message.giaddr, "dst": SERVER, "sport": 67,
                   "src_mac": GATEWAY_MAC, "dst_mac": SERVER_MAC}
        elif unicast:
            way = {"src": message.ciaddr, "dst": SERVER, "src_mac": self.mac, "dst_mac": SERVER_MAC}
        else:
            way = {"src": message.ciaddr, "dst": EVERYONE, "src_mac": self.mac}
        self.segment.send(udp_frame(message.encode(), **{**way, **quirks}))
        self.segment.drain()

    def send(self, kind, options=(), unicast=False, **fields):
        message = self.message(kind, options, **fields)
        self.post(message, unicast)
        return message

    def answer_to(self, message, *kinds):
        """The reply to this message, which has to be of one of the kinds."""
        names = " or ".join(TYPE_NAMES[kind] for kind in kinds)
        key = message.xid, message.chaddr[:6]
        reply = self.segment.receive(
            lambda reply: (reply.xid, reply.chaddr[:6]) == key, f"{names} for {self.mac.hex(':')}")
        if reply.type not in kinds:
            raise Wrong(f"expected: {names}\nactual: {reply}")
        return reply

    def ask(self, kind, options=(), *, expect_kind, unicast=False, **fields):
        return self.answer_to(self.send(kind, options, unicast, **fields), expect_kind)

    # ---- what clients do

    def discover(self, options=(), **fields):
        return self.ask(DISCOVER, options, expect_kind=OFFER, **fields)

    def select(self, offer, options=(), expect_kind=ACK, **fields):
        chosen = [(SERVER_ID, offer.option(SERVER_ID)), (REQUESTED, ip4(offer.yiaddr))]
        return self.ask(REQUEST, chosen + list(options), expect_kind=expect_kind, **fields)

    def lease(self, options=(), **fields):
        """The whole exchange; the ACK.  From now on the client answers ARP."""
        others = [option for option in options if option[0] != REQUESTED]
        ack = self.select(self.discover(options, **fields), others, **fields)
        self.segment.hosts[ack.yiaddr] = GATEWAY_MAC if self.giaddr else self.mac
        return ack

    def reboot(self, address, expect_kind=ACK, options=(), **fields):
        return self.ask(REQUEST, [(REQUESTED, ip4(address)), *options], expect_kind=expect_kind, **fields)

    def renew(self, address, expect_kind=ACK, options=(), unicast=True, **fields):
        return self.ask(
            REQUEST, options, unicast=unicast, expect_kind=expect_kind, ciaddr=address, **fields)

    def release(self, address, server=SERVER):
        return self.send(RELEASE, [(SERVER_ID, ip4(server))], unicast=True, ciaddr=address)

    def decline(self, address, server=SERVER):
        return self.send(DECLINE, [(SERVER_ID, ip4(server)), (REQUESTED, ip4(address))])

    def inform(self, address, options=(), unicast=True, **fields):
        return self.ask(INFORM, options, expect_kind=ACK, unicast=unicast, ciaddr=address, **fields)


class Bench:
    """All that a case needs: the wire, the server at its other end, clients."""

    def __init__(self):
        self.segment = Segment()
        self.server = Server()
        self.fence = Client(self.segment, FENCE_MAC)
        self.last = 0

    def finish(self):
        """Nothing is said that nobody has asked for, and the server ends well."""
        self.segment.expect_empty("but for those that the case has asked for")
        self.server.stop()
        self.server.check_sanitizer()

    def report(self):
        print("--- the server said:\n" + self.server.log()[-3000:])

    def serve(self, **configuration):
        self.server.start(config(**configuration))

    def client(self, mac=None, **properties):
        """A client with a hardware address that no other has, unless it is given."""
        self.last += 1
        mac = mac or bytes.fromhex(f"0200000a{self.last:04x}")
        return Client(self.segment, mac, **properties)

    def reply_or_none(self, message):
        """The reply to this message, or None: if there is one it has come when the fence is served."""
        self.fence.lease()
        return self.segment.take(lambda reply: reply.xid == message.xid)

    def silent(self, why):
        """There is no reply to what was sent before: what is sent now has been answered, its lease
        written after all that came earlier, and nothing else was heard."""
        self.fence.lease()
        self.segment.expect_empty(why)

    def refused(self, client=None):
        """The NAK to a client, one with a lease, that reboots with an address of another net."""
        client = client or self.client()
        client.lease()
        return client.reboot("10.9.9.9", expect_kind=NAK)

    def until_offered(self, client, options=(), seconds=PATIENCE):
        """The client repeats its DISCOVER, as clients do, until there is an OFFER."""
        self.segment.impatient.add(client.mac)
        end = time.monotonic() + seconds
        xids = set()
        while time.monotonic() < end:
            xids.add(client.send(DISCOVER, options).xid)
            offer = self.segment.wait(lambda: self.segment.take(lambda reply: reply.xid in xids), 0.1)
            if offer:
                return offer
        raise Wrong(f"expected: an OFFER within {seconds:g} s\nactual: none")

    def eventually(self, fact, what):
        """Asks again until fact() is true."""
        end = time.monotonic() + PATIENCE
        while not (value := fact()):
            if time.monotonic() > end:
                raise Wrong(f"expected: {what}\nactual: not within {PATIENCE:g} s")
            self.segment.read(0.02)
        return value

    def until_past(self, moment):
        """Reads what comes until the clock, in seconds since 1970, is past this moment."""
        while time.time() <= moment:
            self.segment.read(moment + 0.01 - time.time())

    def available(self, address):
        """Somebody new who asks for this address is offered it."""
        return self.client().discover([(REQUESTED, ip4(address))]).yiaddr == address


def leased(bench, address, **fields):
    """The database has a lease of that address, with these values."""
    row = bench.server.lease_of(address)
    if row is None:
        raise Wrong(f"expected: a lease of {address} in the database\nactual: {bench.server.rows()}")
    for name, value in fields.items():
        if row[name] != value:
            raise Wrong(f"expected: {name} of {address} is {value}\nactual: {row}")
    return row
