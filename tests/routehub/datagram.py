# SPDX-License-Identifier: MIT
"""The hub's datagrams, from PROTOCOL of route-server(1): five octets, or thirty-five if signed."""

import hashlib
import hmac
import socket
import struct
import time

ADD, DELETE = 1, 2
HELLO, DIGEST_UP, DIGEST_DOWN, SYNC_BEGIN, SYNC_END, BYE = range(16, 22)
NAMES = {1: "add", 2: "delete", 16: "HELLO", 17: "DIGEST-UP", 18: "DIGEST-DOWN", 19: "SYNC-BEGIN",
         20: "SYNC-END", 21: "BYE"}
FROM_CLIENT, FROM_SERVER = 0x5643, 0x5653
PLAIN, SIGNED = 5, 35
PORT = 5500


def ip4(address):
    return socket.inet_aton(address)


def number(address):
    """The address as a number, which a digest is made of."""
    return int.from_bytes(ip4(address), "big")


def plain(kind, field):
    """field: an address, or a number of 32 bits."""
    return bytes([kind]) + (ip4(field) if isinstance(field, str) else struct.pack("!I", field))


def trailer(key, magic, epoch, sequence, octets):
    """What follows the five octets in the authenticated form."""
    head = struct.pack("!HIQ", magic, epoch, sequence)
    return head + hmac.new(key, octets + head, hashlib.sha256).digest()[:16]


def signed(key, magic, epoch, sequence, octets):
    return octets + trailer(key, magic, epoch, sequence, octets)


def mixed(x):
    """h(x)"""
    x ^= x >> 16
    x = x * 0x85EBCA6B & 0xFFFFFFFF
    x ^= x >> 13
    x = x * 0xC2B2AE35 & 0xFFFFFFFF
    return x ^ x >> 16


def digest(addresses, client_id):
    return sum(mixed(number(address) ^ client_id) for address in addresses) & 0xFFFFFFFF


class Datagram:
    """One that was received."""

    def __init__(self, octets, sender=None):
        self.octets = octets
        self.sender = sender  # (address, port)
        self.when = time.monotonic()
        self.kind = octets[0] if octets else None
        self.address = socket.inet_ntoa(octets[1:5]) if len(octets) >= PLAIN else None
        self.field = int.from_bytes(octets[1:5], "big")

    @property
    def is_signed(self):
        return len(self.octets) == SIGNED

    @property
    def trailer(self):
        """magic, epoch, sequence"""
        return struct.unpack("!HIQ", self.octets[PLAIN:19])

    def signed_with(self, key):
        magic, epoch, sequence = self.trailer
        return self.octets == signed(key, magic, epoch, sequence, self.octets[:PLAIN])

    def what(self):
        """(kind, address) of an addition or a deletion, else (kind, number)."""
        return self.kind, self.address if self.kind in (ADD, DELETE) else self.field

    def __str__(self):
        words = said(self.what()) if len(self.octets) >= PLAIN else self.octets.hex(" ")
        if self.is_signed:
            magic, epoch, sequence = self.trailer
            words += f" (signed {magic:#x}, epoch {epoch}, sequence {sequence})"
        elif len(self.octets) != PLAIN:
            words += f" ({len(self.octets)} octets)"
        return words


def said(what):
    kind, field = what
    return f"{NAMES.get(kind, f'type {kind}')} {field if isinstance(field, str) else f'{field:#x}'}"


def listed(whats):
    return ", ".join(map(said, whats)) or "nothing"
