# SPDX-License-Identifier: MIT
"""DHCP messages and the frames that carry them, octet by octet.

Nothing here trusts anything: a Message can be built wrong in every way, and Reply lists in
`faults` all that is not as the RFCs want it.
"""

import socket
import struct

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
TYPE_NAMES = ["none (BOOTP)", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM"]

PAD, MASK, ROUTER, DNS, HOST_NAME, DOMAIN, MTU, NTP = 0, 1, 3, 6, 12, 15, 26, 42
REQUESTED, LEASE_TIME, OVERLOAD, TYPE, SERVER_ID, WANTED = 50, 51, 52, 53, 54, 55
TEXT, MAX_SIZE, T1, T2, CLIENT_ID, SNAME_OPTION, FILE_OPTION = 56, 57, 58, 59, 61, 66, 67
RELAY, SUBNET, ROUTES, END = 82, 118, 121, 255

COOKIE = bytes([99, 130, 83, 99])
BROADCAST_FLAG = 0x8000
EVERYONE = "255.255.255.255"
EVERY_MAC = b"\xff" * 6
HEADER = struct.Struct("!4BIHH4s4s4s4s16s64s128s")
IN_FILE, IN_SNAME = 1, 2  # the bits of option 52


def ip4(text):
    return socket.inet_aton(text)


def ip4s(*texts):
    return b"".join(map(ip4, texts))


def u32(number):
    return struct.pack("!I", number)


def u16(number):
    return struct.pack("!H", number)


def mac_text(octets):
    return octets.hex(":")


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def encode_options(options):
    """Pairs of a code and its value; a longer value than 255 octets is split (RFC 3396)."""
    out = b""
    for code, value in options:
        pieces = [value[i : i + 255] for i in range(0, len(value), 255)] or [b""]
        for piece in pieces:
            out += bytes([code, len(piece)]) + piece
    return out


class Message:
    """What a client sends.  Options are pairs in their order on the wire; `area`, if given, is
    everything behind the fixed header instead."""

    def __init__(self, options=(), **fields):
        self.op = self.htype = 1
        self.hlen = 6
        self.hops = self.xid = self.secs = self.flags = 0
        self.ciaddr = self.yiaddr = self.siaddr = self.giaddr = "0.0.0.0"
        self.chaddr = self.sname = self.file = b""
        self.cookie = COOKIE
        self.options = list(options)
        self.area = None
        self.shortest = 300  # pads up to there
        for name, value in fields.items():
            if not hasattr(self, name):
                raise TypeError(f"a message has no {name}")
            setattr(self, name, value)

    def encode(self):
        header = HEADER.pack(
            self.op, self.htype, self.hlen, self.hops, self.xid, self.secs, self.flags,
            ip4(self.ciaddr), ip4(self.yiaddr), ip4(self.siaddr), ip4(self.giaddr),
            self.chaddr, self.sname, self.file,
        )
        area = self.area
        if area is None:
            area = self.cookie + encode_options(self.options) + bytes([END])
        return (header + area).ljust(self.shortest, b"\0")


def udp_frame(payload, src, dst, sport=68, dport=67, src_mac=b"", dst_mac=EVERY_MAC, **quirks):
    """An Ethernet frame.  Quirks: udp_length, udp_checksum, ip_options, fragment, trailer, ttl."""
    length = quirks.get("udp_length", 8 + len(payload))
    udp = struct.pack("!HHHH", sport, dport, length, 0) + payload
    pseudo = ip4(src) + ip4(dst) + struct.pack("!BBH", 0, 17, 8 + len(payload))
    total = quirks.get("udp_checksum")
    if total is None:
        total = checksum(pseudo + udp) or 0xFFFF
    udp = udp[:6] + u16(total) + udp[8:]
    return ip_frame(udp, src, dst, 17, src_mac, dst_mac, **quirks)


def ip_frame(data, src, dst, protocol, src_mac, dst_mac, ip_options=b"", fragment=0, trailer=b"", ttl=64, **_):
    words = 5 + len(ip_options) // 4
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x40 | words, 0, words * 4 + len(data), 1, fragment, ttl, protocol, 0,
        ip4(src), ip4(dst),
    ) + ip_options
    head = head[:10] + u16(checksum(head)) + head[12:]
    return dst_mac + src_mac + u16(0x0800) + (head + data).ljust(46, b"\0") + trailer


def arp(operation, mac, ip, to_mac, to_ip):
    """An ARP request (1) or reply (2)."""
    head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
    return to_mac + mac + u16(0x0806) + head + mac + ip4(ip) + to_mac + ip4(to_ip)


class Frame:
    """A frame that was received: what it is, and which of its checksums are wrong."""

    def __init__(self, octets):
        self.octets = octets
        self.dst_mac, self.src_mac = octets[:6], octets[6:12]
        self.kind = struct.unpack("!H", octets[12:14])[0]
        self.faults = []
        self.protocol = self.sport = self.dport = None
        if self.kind == 0x0800:
            self._ip(octets[14:])

    def _ip(self, packet):
        size = (packet[0] & 15) * 4
        total, _, self.fragment, self.ttl, self.protocol = struct.unpack("!HHHBB", packet[2:10])
        self.src, self.dst = map(socket.inet_ntoa, (packet[12:16], packet[16:20]))
        if checksum(packet[:size]):
            self.faults.append("the IP header's checksum is wrong")
        if total > len(packet):
            self.faults.append(f"IP says {total} octets, the frame has {len(packet)}")
        self.ip_size = total
        self.body = packet[size:total]
        if self.protocol == 17 and len(self.body) >= 8:
            self._udp()

    def _udp(self):
        self.sport, self.dport, length, self.udp_checksum = struct.unpack("!HHHH", self.body[:8])
        if length != len(self.body):
            self.faults.append(f"UDP says {length} octets, IP has {len(self.body)}")
        pseudo = ip4(self.src) + ip4(self.dst) + struct.pack("!BBH", 0, 17, length)
        if self.udp_checksum and checksum(pseudo + self.body):
            self.faults.append(f"the UDP checksum {self.udp_checksum:#06x} is wrong")
        self.payload = self.body[8:length]


class Reply:
    """A BOOTP message that was received, taken apart strictly."""

    def __init__(self, frame):
        self.frame = frame
        self.raw = frame.payload
        self.faults = list(frame.faults)
        self.found = []  # (code, value, the field it stood in) as on the wire
        self.has_cookie = False
        if len(self.raw) < HEADER.size:
            self.faults.append(f"only {len(self.raw)} octets, less than BOOTP's header")
        (self.op, self.htype, self.hlen, self.hops, self.xid, self.secs, self.flags,
         ciaddr, yiaddr, siaddr, giaddr, self.chaddr, self.sname, self.file,
         ) = HEADER.unpack(self.raw[: HEADER.size].ljust(HEADER.size, b"\0"))
        self.ciaddr, self.yiaddr, self.siaddr, self.giaddr = map(
            socket.inet_ntoa, (ciaddr, yiaddr, siaddr, giaddr))
        area = self.raw[HEADER.size :]
        if area[:4] == COOKIE:
            self.has_cookie = True
            self._walk(area[4:], "options")
            self._overloaded()

    def _overloaded(self):
        bits = self.option(OVERLOAD)
        if bits is None:
            return
        if len(bits) != 1 or bits[0] not in (1, 2, 3):
            self.faults.append(f"option 52 is {bits.hex()}, not 1, 2 or 3")
            return
        if bits[0] & IN_FILE:
            self._walk(self.file, "file")
        if bits[0] & IN_SNAME:
            self._walk(self.sname, "sname")

    def _walk(self, area, field):
        at = 0
        while at < len(area) and area[at] != END:
            if area[at] == PAD:
                at += 1
                continue
            if at + 1 >= len(area) or at + 2 + area[at + 1] > len(area):
                self.faults.append(f"option {area[at]} goes beyond the end of {field}")
                return
            end = at + 2 + area[at + 1]
            self.found.append((area[at], area[at + 2 : end], field))
            at = end
        if at >= len(area):
            self.faults.append(f"{field} does not end with option 255")
        elif area[at + 1 :].strip(b"\0"):
            self.faults.append(f"{field} has more than padding behind option 255")

    @property
    def codes(self):
        return [code for code, _, _ in self.found]

    @property
    def type(self):
        kind = self.option(TYPE)
        return kind[0] if kind else 0

    def option(self, code):
        """The pieces of the option in their order, joined; None if there is none."""
        pieces = [value for found, value, _ in self.found if found == code]
        return b"".join(pieces) if pieces else None

    def number(self, code):
        value = self.option(code)
        return None if value is None else int.from_bytes(value, "big")

    def addresses(self, code):
        value = self.option(code)
        if value is None:
            return None
        return [socket.inet_ntoa(value[i : i + 4].ljust(4, b"\0")) for i in range(0, len(value), 4)]

    def address(self, code):
        all_of_them = self.addresses(code)
        return ", ".join(all_of_them) if all_of_them else None

    def __str__(self):
        kind = TYPE_NAMES[self.type] if self.type < len(TYPE_NAMES) else f"type {self.type}"
        frame = self.frame
        lines = [
            f"{kind}: {mac_text(frame.src_mac)} {frame.src}:{frame.sport} -> "
            f"{mac_text(frame.dst_mac)} {frame.dst}:{frame.dport}, {len(self.raw)} octets",
            f"  op {self.op} htype {self.htype} hlen {self.hlen} hops {self.hops} "
            f"xid {self.xid:#010x} secs {self.secs} flags {self.flags:#06x}",
            f"  ciaddr {self.ciaddr} yiaddr {self.yiaddr} siaddr {self.siaddr} giaddr {self.giaddr}",
            f"  chaddr {mac_text(self.chaddr[:6])} sname {self.sname.rstrip(bytes(1))!r} "
            f"file {self.file.rstrip(bytes(1))!r}",
        ]
        for code, value, field in self.found:
            where = "" if field == "options" else f" in {field}"
            lines.append(f"  option {code}{where}: {len(value)} octets: {value.hex(' ')}")
        return "\n".join(lines + ["  FAULT: " + fault for fault in self.faults])
