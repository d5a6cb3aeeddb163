# SPDX-License-Identifier: MIT
"""Who the program under test speaks with: a UDP socket, and what the case lets it say.

A Peer says what it is told and nothing else, but for the HELLO of one that is made lively: so that a
case about other things does not die of silence.  What it must not be sent is a failure at once.
"""

import select
import socket
import time

from datagram import (
    ADD, BYE, DELETE, FROM_CLIENT, FROM_SERVER, HELLO, PLAIN, PORT, SIGNED, SYNC_BEGIN, SYNC_END, Datagram,
    digest, listed, plain, signed,
)
from facts import Wrong, require

EXTENDED = frozenset(range(16, 22))


class Peer:
    """A client of the server under test; or, if `understands` has the HELLO, its server."""

    own_magic, other_magic = FROM_CLIENT, FROM_SERVER

    def __init__(self, network, address, to, port=PORT):
        self.address, self.port, self.to = address, port, to
        self.heard = []  # what no one has asked for yet
        self.understands = {ADD, DELETE}
        self.id = None
        self.every = None  # says HELLO so often
        self.next_hello = 0.0
        self.total = 0
        self.socket = network.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((address, port))
        self.socket.setblocking(False)

    @property
    def name(self):
        return f"{self.address}:{self.port}"

    # ---- to the program

    def send(self, octets):
        while True:
            try:
                self.socket.sendto(octets, self.to)
                return
            except BlockingIOError:
                select.select([], [self.socket], [])

    def say(self, kind, field):
        self.send(plain(kind, field))

    def add(self, *addresses):
        for address in addresses:
            self.say(ADD, address)

    def delete(self, *addresses):
        for address in addresses:
            self.say(DELETE, address)

    def hello(self, own_id=None):
        """From now on it may be told more than additions and deletions."""
        self.id = own_id or self.id
        self.understands |= EXTENDED
        self.say(HELLO, self.id)

    def lively(self, every, own_id=None):
        self.hello(own_id)
        self.every, self.next_hello = every, time.monotonic() + every

    def tick(self, now):
        """The time at which it wants to be called again."""
        if not self.every:
            return now + 3600
        if now >= self.next_hello:
            self.say(HELLO, self.id)
            self.next_hello = now + self.every
        return self.next_hello

    def sync(self, *addresses, key_id=None, field=None):
        """All it has, between marks.  field: what it says at the end, if not the truth."""
        self.say(SYNC_BEGIN, 0)
        self.add(*addresses)
        self.say(SYNC_END, digest(addresses, key_id or self.id) if field is None else field)

    def bye(self):
        self.every = None
        self.say(BYE, self.id)

    def close(self):
        """The port is closed: the kernel there says so to whoever sends to it."""
        self.every = None
        self.socket.close()

    # ---- from the program

    def take_in(self):
        """Reads what has come."""
        while True:
            try:
                octets, sender = self.socket.recvfrom(2048)
            except BlockingIOError:
                return
            datagram = Datagram(octets, sender)
            self.total += 1
            self.check(datagram)
            self.heard.append(datagram)

    def check_form(self, datagram):
        if len(datagram.octets) != PLAIN:
            raise Wrong(f"to {self.name}\nexpected: {PLAIN} octets\nactual: {datagram.octets.hex(' ')}")

    def check(self, datagram):
        self.check_form(datagram)
        if datagram.kind not in self.understands:
            raise Wrong(f"to {self.name}\nexpected: types {sorted(self.understands)}\nactual: {datagram}")
        if datagram.kind == SYNC_BEGIN and datagram.field:
            raise Wrong(f"to {self.name}\nexpected: SYNC-BEGIN 0\nactual: {datagram}")
        self.to = self.to or datagram.sender
        if datagram.sender != self.to:
            raise Wrong(f"to {self.name}\nexpected: from {self.to}\nactual: from {datagram.sender}")

    def take(self, kind=None, field=None):
        """The first of this kind (and with this field) that was heard, taken out; None if there is none.
        What came before it stays."""
        for datagram in self.heard:
            if (kind is None or datagram.kind == kind) and (field is None or datagram.what() == (kind, field)):
                self.heard.remove(datagram)
                return datagram
        return None

    def whats(self, *kinds):
        """What was heard, of these kinds."""
        return [d.what() for d in self.heard if not kinds or d.kind in kinds]

    def between_marks(self):
        """What was heard from SYNC-BEGIN to SYNC-END: the addresses, and the digest that was said of them."""
        kinds = [datagram.kind for datagram in self.heard]
        last = kinds.index(SYNC_END) if SYNC_END in kinds else 0
        require(SYNC_BEGIN in kinds[:last], "SYNC-BEGIN, and then SYNC-END", self)
        inner = self.heard[kinds.index(SYNC_BEGIN) + 1:last]
        require(all(datagram.kind == ADD for datagram in inner), "additions between the marks", self)
        return [datagram.address for datagram in inner], self.heard[last].field

    def forget(self):
        """Reads what has come, and nobody asks for it any more."""
        self.take_in()
        self.heard.clear()

    def __str__(self):
        return f"{self.name} has heard {listed(self.whats()[-40:])}"


class Keyed(Peer):
    """Says all in the authenticated form, and takes nothing else."""

    def __init__(self, network, address, to, key, port=PORT):
        super().__init__(network, address, to, port)
        self.key = key
        self.epoch, self.sequence = int(time.time()), 0
        self.last = (0, 0)  # epoch and sequence of the other side
        self.sent = []

    def say(self, kind, field):
        self.sequence += 1
        self.send(signed(self.key, self.own_magic, self.epoch, self.sequence, plain(kind, field)))

    def send(self, octets):
        self.sent.append(octets)
        super().send(octets)

    def check_form(self, datagram):
        if len(datagram.octets) != SIGNED or not datagram.signed_with(self.key):
            raise Wrong(f"to {self.name}\nexpected: {SIGNED} octets, signed with {self.key}\n"
                        f"actual: {datagram.octets.hex(' ')}")
        magic, epoch, sequence = datagram.trailer
        if magic != self.other_magic:
            raise Wrong(f"to {self.name}\nexpected: magic {self.other_magic:#x}\nactual: {datagram}")
        old_epoch, old_sequence = self.last
        if epoch < old_epoch or sequence != (old_sequence + 1 if epoch == old_epoch else 1):
            raise Wrong(f"to {self.name}\nexpected: after epoch {old_epoch}, sequence {old_sequence} the next "
                        f"one\nactual: {datagram}")
        self.last = epoch, sequence


class Hub(Peer):
    """The server of the client under test.  A client says HELLO to everyone."""

    own_magic, other_magic = FROM_SERVER, FROM_CLIENT

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.understands.add(HELLO)
        self.answers = False  # each HELLO
        self.client_id = None

    def check(self, datagram):
        super().check(datagram)
        if datagram.kind == HELLO:
            if not datagram.field:
                raise Wrong("expected: an id that is not 0\nactual: HELLO 0")
            self.client_id = datagram.field
            if self.answers:
                self.say(HELLO, self.id)

    def greet(self, own_id):
        """From now on it speaks the extended form, and answers each HELLO."""
        self.id, self.answers = own_id, True
        self.understands |= EXTENDED

    def sync(self, *addresses, key_id=None, field=None):
        super().sync(*addresses, key_id=key_id or self.client_id, field=field)

    def digest(self, *addresses):
        return digest(addresses, self.client_id)


class KeyedHub(Keyed, Hub):
    """The same with a key."""
