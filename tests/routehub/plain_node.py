#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""plain_node.py server [--address A] [--port P]
   plain_node.py client --server A [--address A] [--port P] [--announce A]...

A node of the seed, to its letter, which knows nothing else: a type, 1 for an addition and 2 for a
deletion, and an address, in five octets.  `add A`, `del A` and `show` on standard input are the user.

A client that repeats (--repeat SECONDS) does so with plain additions, and forgets what its server
has not repeated for three and a half times as long: soft state with the plain form alone.
"""

import argparse
import select
import socket
import sys
import time

ADD, DELETE = 1, 2
LOCAL = "local"


def encode(kind, address):
    return bytes([kind]) + socket.inet_aton(address)


def decode(octets):
    """(kind, address), or None where it is neither an addition nor a deletion."""
    if len(octets) != 5 or octets[0] not in (ADD, DELETE):
        return None
    return octets[0], socket.inet_ntoa(octets[1:])


class Client:
    """The client's role.  send(octets) is to the server."""

    def __init__(self, server, send):
        self.server = server  # (address, port)
        self.send = send
        self.table = {}  # address: next hop

    def announce(self, address):
        """The user has it here, whatever others say."""
        self.table[address] = LOCAL
        self.send(encode(ADD, address))

    def withdraw(self, address):
        if self.table.get(address) == LOCAL:
            del self.table[address]
            self.send(encode(DELETE, address))

    def take(self, octets, sender):
        """If it is an addition and the table has an entry, it is left alone; else one is made, and the
        update goes to the server.  A deletion removes an entry only if its next hop is the sender."""
        if not (update := decode(octets)):
            return
        kind, address = update
        if kind == ADD and address not in self.table:
            self.table[address] = sender[0]
        elif kind == DELETE and self.table.get(address) == sender[0]:
            del self.table[address]
        else:
            return
        if sender != self.server:
            self.send(octets)

    def tick(self, _now):
        pass

    def learned(self):
        return sorted(address for address, hop in self.table.items() if hop == self.server[0])

    def local(self):
        return sorted(address for address, hop in self.table.items() if hop == LOCAL)


class SoftClient(Client):
    """The same, and every `interval` it repeats what it has announced."""

    def __init__(self, server, send, interval):
        super().__init__(server, send)
        self.interval, self.due = interval, 0.0
        self.heard = {}  # address: when the server has added it last

    def take(self, octets, sender):
        super().take(octets, sender)
        update = decode(octets)
        if update and update[0] == ADD and sender == self.server:
            self.heard[update[1]] = time.monotonic()

    def tick(self, now):
        if now < self.due:
            return
        self.due = now + self.interval
        for address in self.local():
            self.send(encode(ADD, address))
        for address in self.learned():
            if now - self.heard.get(address, now) > 3.5 * self.interval:
                del self.table[address]


class Server:
    """The server's role.  send(octets, to) is to a client."""

    def __init__(self, send):
        self.send = send
        self.clients = []  # (address, port), in the order in which they came
        self.table = {}

    def take(self, octets, sender):
        """Whoever speaks is a client.  Each update goes to all clients but the one that it came from."""
        if sender not in self.clients:
            self.clients.append(sender)
        if not (update := decode(octets)):
            return
        kind, address = update
        if kind == ADD:
            self.table.setdefault(address, sender[0])
        elif self.table.get(address) == sender[0]:
            del self.table[address]
        for client in self.clients:
            if client != sender:
                self.send(octets, client)

    def tick(self, _now):
        pass


def obey(node, line):
    words = line.split()
    if len(words) == 2 and words[0] in ("add", "del") and isinstance(node, Client):
        (node.announce if words[0] == "add" else node.withdraw)(words[1])
    elif words == ["show"]:
        for address, hop in sorted(node.table.items()):
            print(address, "via" if hop != LOCAL else "is", hop, flush=True)
    elif words:
        print(f"what is '{line.strip()}'?", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("role", choices=("server", "client"))
    parser.add_argument("--server")
    parser.add_argument("--address", default="")
    parser.add_argument("--port", type=int, default=5500)
    parser.add_argument("--announce", action="append", default=[])
    parser.add_argument("--repeat", type=float)
    chosen = parser.parse_args()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((chosen.address, chosen.port))
    if chosen.role == "server":
        node = Server(sock.sendto)
    else:
        server = (chosen.server, 5500)
        rest = (chosen.repeat,) if chosen.repeat else ()
        node = (SoftClient if rest else Client)(server, lambda octets: sock.sendto(octets, server), *rest)
        for address in chosen.announce:
            node.announce(address)
    inputs = [sock, sys.stdin]
    while True:
        ready = select.select(inputs, [], [], chosen.repeat)[0]
        if sock in ready:
            node.take(*sock.recvfrom(2048))
        if sys.stdin in ready:
            if line := sys.stdin.readline():
                obey(node, line)
            else:
                inputs.remove(sys.stdin)
        node.tick(time.monotonic())


if __name__ == "__main__":
    main()
