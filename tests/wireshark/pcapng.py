# SPDX-License-Identifier: MIT
"""Capture files from nothing: Ethernet frames with UDP and TCP over IPv4, in the pcapng format
(draft-ietf-opsawg-pcapng) with names of interfaces and of addresses, and journal entries."""

import socket
import struct

ETHERNET = 1
SECTION, INTERFACE, NAMES, PACKET, JOURNAL = 0x0A0D0D0A, 1, 4, 6, 9
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
START = 1_700_000_000_000_000  # of every capture, in microseconds


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def option(code, octets):
    return struct.pack("<HH", code, len(octets)) + octets + bytes(-len(octets) % 4)


class Capture:
    """A file: one packet a millisecond, at the interface that was named last."""

    def __init__(self, interface="eth0"):
        self.octets = block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
        self.interfaces = 0
        self.packets = 0
        self.interface(interface)

    def interface(self, name):
        self.octets += block(INTERFACE, struct.pack("<HHI", ETHERNET, 0, 0) + option(2, name.encode()) + option(0, b""))
        self.interfaces += 1

    def name(self, address, name):
        record = socket.inet_aton(address) + name.encode() + b"\0"
        self.octets += block(NAMES, option(1, record) + option(0, b""))

    def journal(self, **fields):
        self.octets += block(JOURNAL, "".join("%s=%s\n" % item for item in fields.items()).encode())

    def frame(self, octets, captured=None):
        """captured: how many of the octets the capture has taken."""
        taken = octets[:captured]
        time = START + 1000 * self.packets
        self.packets += 1
        self.octets += block(PACKET, struct.pack("<IIIII", self.interfaces - 1, time >> 32, time & 0xFFFFFFFF,
                                                 len(taken), len(octets)) + taken)

    def udp(self, source, destination, payload, captured=None):
        """source, destination: an address and a port each. captured: octets of the payload."""
        head = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0)
        frame = ethernet(ip(source[0], destination[0], 17, with_sum(source, destination, 17, head + payload, 6)))
        self.frame(frame, None if captured is None else len(frame) - len(payload) + captured)


def internet_sum(octets):
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def with_sum(source, destination, protocol, octets, at):
    """The checksum of UDP and TCP, with the pseudo-header, put at its place."""
    pseudo = socket.inet_aton(source[0]) + socket.inet_aton(destination[0]) + struct.pack("!HH", protocol, len(octets))
    return octets[:at] + struct.pack("!H", internet_sum(pseudo + octets) or 0xFFFF) + octets[at + 2:]


def ip(source, destination, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", internet_sum(head)) + head[12:] + payload


def ethernet(payload, kind=0x0800, to=b"\x02\0\0\0\0\2"):
    return to + b"\x02\0\0\0\0\1" + struct.pack("!H", kind) + payload


class Connection:
    """A TCP connection from `client` to `server`, an address and a port each."""

    def __init__(self, capture, client, server):
        self.capture = capture
        self.ends = {"client": client, "server": server}
        self.next = {"client": 1000, "server": 2000}
        self.segment("client", SYN)
        self.segment("server", SYN | ACK)
        self.segment("client", ACK)

    def segment(self, sender, flags, payload=b"", captured=None):
        receiver = "server" if sender == "client" else "client"
        source, destination = self.ends[sender], self.ends[receiver]
        head = struct.pack("!HHIIBBHHH", source[1], destination[1], self.next[sender],
                           self.next[receiver] if flags & ACK else 0, 5 << 4, flags, 64000, 0, 0)
        frame = ethernet(ip(source[0], destination[0], 6, with_sum(source, destination, 6, head + payload, 16)))
        self.capture.frame(frame, None if captured is None else len(frame) - len(payload) + captured)
        self.next[sender] += len(payload) + bool(flags & (SYN | FIN))

    def client(self, *segments):
        for payload in segments:
            self.segment("client", PSH | ACK, payload)

    def server(self, *segments):
        for payload in segments:
            self.segment("server", PSH | ACK, payload)

    def end(self, last=b"", by="client"):
        self.segment(by, FIN | PSH | ACK, last)
