# SPDX-License-Identifier: MIT
"""All sockets of a case, read in one place while it waits for a fact."""

import select
import socket
import time

from facts import PATIENCE, Wrong, deadline


class Listening:
    """who: has a socket, take_in() that reads it, and tick(now), which says when it wants to be called
    again."""

    def __init__(self):
        self.who = []

    def join(self, peer):
        self.who.append(peer)
        return peer

    def leave(self, peer):
        self.who.remove(peer)
        peer.close()

    def read(self, timeout):
        """What has come; False if nothing has in time."""
        now = time.monotonic()
        soonest = min((peer.tick(now) for peer in self.who), default=now + 3600)
        by_socket = {peer.socket: peer for peer in self.who}
        ready = select.select(list(by_socket), [], [], max(0.0, min(timeout, soonest - now)))[0]
        for sock in ready:
            by_socket[sock].take_in()
        return bool(ready)

    def wait(self, fact, timeout, pause=3600.0):
        """Reads until fact() is true, and returns that; None if the time is over before.  pause: look
        again so often, if it is a fact that no datagram tells of."""
        end = deadline(timeout)
        while not (value := fact()):
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.read(min(left, pause))
        return value

    def until(self, fact, what, timeout=PATIENCE, pause=3600.0, actual=None):
        """As wait, but that it is not true in time is a failure.  actual() says what there is instead."""
        if value := self.wait(fact, timeout, pause):
            return value
        seen = actual() if actual else "\n        ".join(map(str, self.who))
        raise Wrong(f"expected: {what}\nactual, after {timeout:g} s: {seen}")

    def eventually(self, fact, what, timeout=PATIENCE, actual=None):
        return self.until(fact, what, timeout, 0.03, actual)

    def becomes(self, read, expected, what, timeout=PATIENCE):
        """read() has this value at last."""
        self.eventually(lambda: read() == expected, f"{what}: {expected}", timeout, read)

    def pass_time(self, seconds):
        """Reads what comes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def hear(self, peer, kind, field=None, timeout=PATIENCE):
        """The next of this kind (and with this field) that the peer is sent."""
        return self.until(lambda: peer.take(kind, field), f"{peer.name} is sent type {kind} {field or ''}", timeout)


class Post:
    """A plain node behind a socket."""

    def __init__(self, network, address, port=5500):
        self.name = f"{address}:{port}"
        self.socket = network.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.socket.setblocking(False)
        self.node = None

    def take_in(self):
        while True:
            try:
                octets, sender = self.socket.recvfrom(2048)
            except BlockingIOError:
                return
            self.node.take(octets, sender)

    def tick(self, now):
        self.node.tick(now)
        return now + getattr(self.node, "interval", 3600) / 2

    def close(self):
        self.socket.close()

    def __str__(self):
        return f"{self.name} has {self.node.table}"
