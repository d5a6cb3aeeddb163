#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What chat-server(1), peer(1) and route-server(1) have on the wire, as captures for the dissectors.

    captures.py NAME >FILE

Nothing here comes from the programs: each octet is what the manual says.
"""

import hashlib
import hmac
import random
import socket
import struct
import sys

from pcapng import ACK, PSH, RST, Capture, Connection, ethernet, ip

SERVER = ("10.0.0.1", 5000)
PC1, PC2 = "10.0.0.2", "10.0.0.3"

# ---------------------------------------------------------------- chat-server(1), DESCRIPTION


def chat():
    """Every line there is, one a segment."""
    capture = Capture()
    one = Connection(capture, (PC1, 40001), SERVER)
    one.server(b"you are client 1\n", b"client 2 joined\n", b"client 2: hello, world\n", b"client 2 left\n",
               b"client 3 left: its line was too long\n", b"client 4: \n")
    one.client(b"hi there\n", b"client 9: I am not\n", b"exit\n")
    one.server(b"your line is too long (more than 65536 octets): goodbye\n", b"you were silent for too long: goodbye\n")
    six = Connection(capture, (PC2, 40006), SERVER)
    six.server(b"the chat is full (5 clients): come back later\n")
    six.end(by="server")
    return capture


def chat_lines():
    """Lines that are not one segment each."""
    capture = Capture()
    one = Connection(capture, (PC1, 40001), SERVER)
    one.server(b"you are client 1\nclient 2 joined\nclient 2: a\n")
    one.server(b"client 2: in ", b"three ", b"parts\n")
    one.server(b"client 2: b\nclient 2", b": c\n")
    one.client(b"with a carriage return\r\n")
    one.server(b"".join(b"client 2: %d\n" % i for i in range(7)))
    one.end(b"no end")
    return capture


def chat_odd():
    """What should not be, or is odd."""
    capture = Capture()
    one = Connection(capture, (PC1, 40001), SERVER)
    one.server(b"you are client 1\n")
    one.client(b"x" * 40 + b"\n", b"y" * 41 + b"\n", b"z" * 100)
    one.client(b"\x1b[2J\n", b"caf\xe9\n", b"caf\xc3\xa9 \xc2\x9b\n", b"nul \0 here\n", b"tab\there\n")
    one.server(b"welcome to the chat\n", b"client 99999999999: hm\n", b"client x: hm\n",
               b"client 2: " + b"w" * 41 + b"\n")
    return capture


def chat_forwarded():
    capture = Capture()
    one = Connection(capture, (PC1, 40001), ("10.0.0.7", 6000))
    one.server(b"you are client 4\n")
    one.client(b"by way of 6000\n")
    return capture


# ---------------------------------------------------------------- peer(1), DATAGRAMS

HELLO, TEXT, BYE, TEXT_ACK = 1, 2, 3, 4
MORE = 1
A, B = 0xCC5ABB49, 0x24797D40  # sessions


def datagram(kind, sender, receiver, seq=0, ack=0, client=0, text=b"", flags=0, magic=0x7670):
    return struct.pack("!HBBIIIII", magic, kind, flags, sender, receiver, seq, ack, client) + text


def peer():
    capture = Capture()
    a, b = (PC1, 7000), (PC2, 7000)
    # the three that peer(1), EXAMPLES prints
    capture.udp(a, b, bytes.fromhex("76700100cc5abb4900000000000000000000000000000000"))
    capture.udp(b, a, bytes.fromhex("7670010024797d4000000000000000000000000000000000"))
    capture.udp(b, a, bytes.fromhex("7670010024797d4000000000000000000000000000000006"))
    capture.udp(a, b, datagram(TEXT, A, B, 0, 0, 5, b"hello, peer"))
    capture.udp(b, a, datagram(TEXT_ACK, B, A, 0, 1, 6))
    capture.udp(a, b, datagram(TEXT, A, B, 1, 0, 5, b"x" * 1448, MORE))
    capture.udp(a, b, datagram(TEXT, A, B, 2, 0, 5, b"caf\xc3\xa9"))
    capture.udp(a, b, datagram(TEXT, A, B, 1, 0, 5, b"x" * 1448, MORE))
    capture.udp(a, b, datagram(BYE, A, B, 3, 0, 5))
    return capture


def peer_odd():
    capture = Capture()
    a, b = (PC1, 7000), (PC2, 7000)
    good = datagram(HELLO, A, 0)
    capture.udp(a, b, datagram(9, A, B))
    capture.udp(a, b, datagram(HELLO, A, B, flags=0x82))
    capture.udp(a, b, datagram(HELLO, 0, B))
    capture.udp(a, b, good[:23])
    capture.udp(a, b, good[:2])
    capture.udp(a, b, datagram(TEXT, A, B, text=b"x" * 1449))
    capture.udp(a, b, good, captured=10)
    capture.udp(a, b, datagram(HELLO, A, B, magic=0x7671))
    capture.udp((PC1, 7001), (PC2, 9001), good)
    capture.udp((PC1, 7001), (PC2, 9001), datagram(9, A, B))
    return capture


# ---------------------------------------------------------------- route-server(1), PROTOCOL

HUB, ROUTER = ("10.0.0.1", 5500), ("10.0.0.11", 5500)
FROM_CLIENT, FROM_SERVER = 0x5643, 0x5653
ID, DIGEST = 0x1BADCAFE, 0xDEADBEEF
ALL = [(1, "10.4.0.10"), (2, "10.4.0.10"), (16, ID), (17, DIGEST), (18, DIGEST), (19, 0), (20, DIGEST), (21, ID)]


def update(kind, field):
    return bytes([kind]) + (socket.inet_aton(field) if isinstance(field, str) else struct.pack("!I", field))


def signed(octets, sequence, magic=FROM_CLIENT, epoch=1_700_000_000):
    head = octets + struct.pack("!HIQ", magic, epoch, sequence)
    return head + hmac.new(b"secret", head, hashlib.sha256).digest()[:16]


def routehub():
    capture = Capture()
    for kind, field in ALL:
        capture.udp(ROUTER, HUB, update(kind, field))
    capture.udp(ROUTER, HUB, signed(update(16, ID), 1))
    capture.udp(HUB, ROUTER, signed(update(1, "10.4.0.10"), 2**63, FROM_SERVER))
    return capture


def routehub_several():
    """As a capture sees them that the kernel has not cut apart yet."""
    capture = Capture()
    capture.udp(HUB, ROUTER, b"".join(update(1, "10.1.0.%d" % i) for i in range(2)))
    capture.udp(HUB, ROUTER, b"".join(update(1, "10.1.0.%d" % i) for i in range(7)))
    capture.udp(HUB, ROUTER, b"".join(signed(update(2, "10.1.0.%d" % i), i + 1, FROM_SERVER) for i in range(2)))
    return capture


def routehub_odd():
    capture = Capture()
    capture.udp(ROUTER, HUB, update(3, "10.4.0.10"))
    for length in (1, 4, 6, 34, 36):
        capture.udp(ROUTER, HUB, (signed(update(1, "10.4.0.10"), 1) + b"\0")[:length])
    capture.udp(ROUTER, HUB, signed(update(1, "10.4.0.10"), 1, magic=0x5600))
    for address in ("0.1.2.3", "127.0.0.1", "224.0.0.9", "255.255.255.255", "223.255.255.255"):
        capture.udp(ROUTER, HUB, update(1, address))
    capture.udp(ROUTER, HUB, update(19, 1))
    capture.udp(ROUTER, HUB, signed(update(1, "10.4.0.10"), 1), captured=20)
    capture.udp(("10.0.0.11", 40000), ("10.0.0.1", 5600), update(1, "10.4.0.10"))
    return capture


# ---------------------------------------------------------------- garbage


def mutated(chance, octets):
    """One to four changes: octets that are other ones, are too many, or are missing."""
    octets = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(octets))
        what = chance.randrange(5)
        if what == 0:
            octets[at:at + 1] = chance.randbytes(1)
        elif what == 1:
            octets[at:at] = chance.randbytes(chance.randint(1, 40))
        elif what == 2:
            del octets[at:at + chance.randint(1, 10)]
        elif what == 3:
            del octets[at:]
        else:
            octets[at:at] = octets[:chance.randint(0, 70)]
    return bytes(octets)


def garbage(count=3000):
    """Mutated datagrams and lines, the same ones each time; one of eight is cut off by the capture."""
    chance = random.Random(1)
    capture = Capture()
    hub = [update(*one) for one in ALL] + [signed(update(*one), 7) for one in ALL]
    peers = [datagram(kind, A, B, 1, 2, 3, b"text" * kind) for kind in (HELLO, TEXT, BYE, TEXT_ACK)]
    lines = [b"you are client 1\n", b"client 2 joined\n", b"client 2: hello\r\n", b"client 2 left: so\n", b"exit\n",
             b"the chat is full (5 clients): come back later\n", b"client 4294967295: \xc3\xa9\n", b"\n", b"\r\n",
             b"client 3: \n", b"client 3 left: \n"]
    for i in range(count):
        cut = chance.randint(0, 30) if i % 8 == 0 else None
        capture.udp(HUB, ROUTER, mutated(chance, chance.choice(hub)), cut)
        capture.udp((PC1, 7000), (PC2, chance.choice((7000, 9000))), mutated(chance, chance.choice(peers)), cut)
        if i % 20 == 0:
            connection = Connection(capture, (PC1, 20000 + i), SERVER)
        connection.segment(chance.choice(("client", "server")), PSH | ACK, mutated(chance, chance.choice(lines)), cut)
        if i % 20 == 19:
            connection.end(chance.randbytes(chance.randint(0, 30)), chance.choice(("client", "server")))
    return capture


# ---------------------------------------------------------------- the profile


def colours():
    """One frame or more for each rule of colorfilters; the interfaces and the nodes have names."""
    capture = Capture("pc1:eth0")
    capture.name(PC1, "pc1")
    capture.name(SERVER[0], "server")
    capture.journal(__REALTIME_TIMESTAMP=1_700_000_000_000_000, MESSAGE="client 1 joined", PRIORITY=6)
    capture.journal(__REALTIME_TIMESTAMP=1_700_000_000_000_000, MESSAGE="cannot listen", PRIORITY=3)
    one = Connection(capture, (PC1, 40001), SERVER)
    one.server(b"you are client 1\n")
    capture.interface("pc2:eth0")
    capture.udp((PC1, 7000), (PC2, 7000), datagram(HELLO, A, 0))
    capture.udp(ROUTER, HUB, update(1, "10.4.0.10"))
    capture.udp(ROUTER, HUB, update(1, "10.4.0.10")[:4])
    capture.udp((PC1, 520), ("224.0.0.9", 520), struct.pack("!BBHHHIIII", 2, 2, 0, 2, 0, 0x0A000000, 0xFF000000, 0, 1))
    capture.udp((PC1, 68), (SERVER[0], 67), struct.pack("!BBBBI", 1, 1, 6, 0, 7).ljust(236, b"\0") +
                bytes.fromhex("63825363350101ff").ljust(64, b"\0"))
    arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, b"\x02\0\0\0\0\1", socket.inet_aton(PC1), bytes(6),
                      socket.inet_aton(PC2))
    capture.frame(ethernet(arp, 0x0806, b"\xff" * 6))
    capture.frame(ethernet(ip(PC1, PC2, 1, bytes.fromhex("0800f7fd00010001"))))
    unreachable = ip(PC1, PC2, 17, bytes.fromhex("1388138800080000"))
    capture.frame(ethernet(ip(PC2, PC1, 1, bytes.fromhex("0303000000000000") + unreachable)))
    one.segment("server", RST | ACK)
    capture.udp((PC1, 40000), (PC2, 40001), b"other")
    return capture


CAPTURES = {maker.__name__: maker for maker in (
    chat, chat_lines, chat_odd, chat_forwarded, peer, peer_odd, routehub, routehub_several, routehub_odd, garbage,
    colours)}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CAPTURES:
        sys.exit("usage: captures.py NAME >FILE, with NAME one of: " + ", ".join(CAPTURES))
    sys.stdout.buffer.write(CAPTURES[sys.argv[1]]().octets)
