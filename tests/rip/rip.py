# SPDX-License-Identifier: MIT
"""RIP's messages, octet by octet: RFC 2453 3.6 and 4, RFC 1058 3.1, and their signatures, RFC 2453 4.1
and RFC 4822.

Nothing here trusts anything: a message can be built wrong in every way, and an Update lists in `faults`
all that is not as the RFCs want it.
"""

import functools
import hashlib
import hmac
import ipaddress
import socket
import struct

REQUEST, RESPONSE = 1, 2
INFINITY = 16
PORT = 520
GROUP, GROUP_MAC = "224.0.0.9", bytes.fromhex("01005e000009")
MOST = 25  # entries of a message
AUTH, PLAIN, KEYED = 0xFFFF, 2, 3
ENTRY = struct.Struct("!HH4s4s4sI")
SIGNED = struct.Struct("!HHHBBI8x")
APAD = bytes.fromhex("878fe1f3")


def mask_of(length):
    return socket.inet_ntoa(struct.pack("!I", 0xFFFFFFFF << 32 - length & 0xFFFFFFFF))


@functools.cache
def length_of(mask):
    """None if it has holes."""
    bits = f"{int(ipaddress.ip_address(mask)):032b}"
    return None if "01" in bits else bits.count("1")


class Entry:
    """A route entry.  `mask` is a text of its own where it is not the prefix's."""

    def __init__(self, prefix, metric=1, tag=0, next_hop="0.0.0.0", *, family=2, mask=None):
        self.address, _, length = prefix.partition("/")
        self.mask = mask if mask is not None else mask_of(int(length or 32))
        self.metric, self.tag, self.next_hop, self.family = metric, tag, next_hop, family

    @classmethod
    def decoded(cls, octets):
        family, tag, address, mask, next_hop, metric = ENTRY.unpack(octets)
        address, mask, next_hop = map(socket.inet_ntoa, (address, mask, next_hop))
        return cls(address, metric, tag, next_hop, family=family, mask=mask)

    def encode(self):
        address, mask, next_hop = map(socket.inet_aton, (self.address, self.mask, self.next_hop))
        return ENTRY.pack(self.family, self.tag, address, mask, next_hop, self.metric)

    @property
    def prefix(self):
        """As 10.1.0.0/24; the address alone where there is no mask that makes one of it."""
        length = length_of(self.mask)
        if length is None or (length == 0 and self.address != "0.0.0.0"):
            return self.address
        return f"{self.address}/{length}"

    def __str__(self):
        more = (f" tag {self.tag}" if self.tag else "") + (
            f" next hop {self.next_hop}" if self.next_hop != "0.0.0.0" else "") + (
            f" family {self.family}" if self.family != 2 else "")
        return f"{self.prefix} metric {self.metric}{more}"

    def faults(self, version):
        if self.family != 2:
            yield f"{self}: the family is {self.family}, not 2"
        if not 1 <= self.metric <= INFINITY:
            yield f"{self}: the metric is not 1 to 16"
        if version == 1 and (self.tag, self.mask, self.next_hop) != (0, "0.0.0.0", "0.0.0.0"):
            yield f"{self}: a field of version 1 that must be zero is not"
        if version == 2 and ("/" not in self.prefix or not _is_network(self.prefix)):
            yield f"{self}: mask {self.mask} makes no network of it"


def _is_network(prefix):
    try:
        return bool(ipaddress.ip_network(prefix))
    except ValueError:
        return False


def entry(given):
    """An Entry, from itself, from a prefix, or from what Entry() takes."""
    if isinstance(given, Entry):
        return given
    return Entry(given) if isinstance(given, str) else Entry(*given)


WHOLE_TABLE = Entry("0.0.0.0/0", INFINITY, family=0)


def message(entries, command=RESPONSE, version=2, zero=0):
    return struct.pack("!BBH", command, version, zero) + b"".join(entry(e).encode() for e in entries)


class Password:
    """RFC 2453 4.1: in clear, in the first entry's place."""

    room = MOST - 1

    def __init__(self, secret):
        self.octets = secret.encode().ljust(16, b"\0")

    def sign(self, plain):
        return plain[:4] + struct.pack("!HH", AUTH, PLAIN) + self.octets + plain[4:]


class Key:
    """RFC 4822: a header in the first entry's place, and a trailer.  Its sequence number grows by one
    with each message, where the case does not say another."""

    room = MOST - 1

    def __init__(self, kind, identity, secret, sequence=1):
        self.kind, self.identity, self.secret = kind, identity, secret.encode()
        self.sequence = sequence
        self.size = 16 if kind == "md5" else 32

    def sign(self, plain, sequence=None, told_size=None, long_key=True):
        """told_size: what the header calls the length of the digest, where that is not so."""
        if sequence is None:
            sequence, self.sequence = self.sequence, self.sequence + 1
        header = SIGNED.pack(AUTH, KEYED, len(plain) + 20, self.identity, told_size or self.size, sequence)
        body = plain[:4] + header + plain[4:] + struct.pack("!HH", AUTH, 1)
        return body + self.digest(body, long_key)

    def digest(self, body, long_key=True):
        """Of a message up to where the digest stands.  long_key: a secret that is longer than the digest
        is hashed first (RFC 4822 2.5: 'Ko'), which HMAC alone does not do below 64 octets."""
        if self.kind == "md5":
            return hashlib.md5(body + self.secret.ljust(16, b"\0")).digest()
        secret = self.secret
        if long_key and len(secret) > self.size:
            secret = hashlib.sha256(secret).digest()
        return hmac.new(secret, body + APAD * (self.size // 4), "sha256").digest()


class Update:
    """A message that was received, taken apart strictly."""

    def __init__(self, frame):
        self.frame, self.raw = frame, frame.payload
        self.faults = list(frame.faults)
        self.command, self.version, self.zero = struct.unpack("!BBH", self.raw[:4].ljust(4, b"\0"))
        self.signature = None  # Password's octets, or (length, key id, digest's length, sequence)
        self.trailer = b""
        body = self.raw[4:]
        if body[:2] == b"\xff\xff":
            body = self._signature(body)
        if len(body) % 20 or len(self.raw) < 4:
            self.faults.append(f"{len(self.raw)} octets are no whole number of entries")
        self.entries = [Entry.decoded(body[i : i + 20]) for i in range(0, len(body) - len(body) % 20, 20)]
        self._check()

    def _signature(self, body):
        kind = struct.unpack("!H", body[2:4])[0]
        if kind == PLAIN:
            self.signature = body[4:20]
            return body[20:]
        if kind != KEYED:
            self.faults.append(f"authentication of type {kind}")
            return body[20:]
        _, _, *self.signature = SIGNED.unpack(body[:20])
        end = self.signature[0] - 4
        self.trailer = body[end:]
        if self.trailer[:4] != b"\xff\xff\0\1":
            self.faults.append(f"no trailer where the header says, at octet {self.signature[0]}")
        return body[20:end]

    def _check(self):
        if self.zero:
            self.faults.append(f"the header's last field is {self.zero}, not 0")
        if self.version not in (1, 2) or self.command not in (REQUEST, RESPONSE):
            self.faults.append(f"command {self.command}, version {self.version}")
        if len(self.entries) > MOST - (self.signature is not None):
            self.faults.append(f"{len(self.entries)} entries")
        if self.command == RESPONSE:
            self.faults += [fault for e in self.entries for fault in e.faults(self.version)]

    def is_whole_table_request(self):
        return self.command == REQUEST and [(e.family, e.metric) for e in self.entries] == [(0, INFINITY)]

    def entry(self, prefix):
        """The one for this prefix, None if there is none; version 1 has addresses alone."""
        wanted = (prefix, prefix.partition("/")[0]) if self.version == 1 else (prefix,)
        return next((e for e in self.entries if e.prefix in wanted), None)

    def table(self):
        """{prefix: metric}"""
        return {e.prefix: e.metric for e in self.entries}

    def __str__(self):
        name = {REQUEST: "request", RESPONSE: "response"}.get(self.command, f"command {self.command}")
        frame = self.frame
        lines = [f"{name}, version {self.version}: {frame.src}:{frame.sport} -> {frame.dst}:{frame.dport}, "
                 f"TTL {frame.ttl}, {len(self.raw)} octets, signature {self.signature}"]
        shown = [str(e) for e in self.entries[:12]]
        if len(self.entries) > len(shown):
            shown.append(f"... {len(self.entries)} in all")
        return "\n".join(lines + ["  " + text for text in shown] + ["  FAULT: " + f for f in self.faults])
