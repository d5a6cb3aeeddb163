# SPDX-License-Identifier: MIT
"""The wires between the program under test and the test, and what is done on them.

    the case's network                     a network beside it
    +---------------------------+          +----------------------------------------+
    | the program under test    |          | a packet socket for each wire, and the |
    |   c0 ... ================ | == veth =| == s0 ... hosts there that answer ARP  |
    +---------------------------+          +----------------------------------------+

Every frame that the program sends is checked: lengths, checksums, the walk through its options.
"""

import fcntl
import select
import socket
import struct
import subprocess
import time

import isolation
from facts import PATIENCE, Wrong, deadline
from isolation import IFF_UP, SIOCGIFFLAGS, SIOCSIFFLAGS
from packet import Frame, Reply, ip4

ALL_FRAMES, OUTGOING = 0x0003, 4
SOL_PACKET, PACKET_VNET_HDR, NEEDS_CHECKSUM = 263, 15, 1
ARP, IP = 0x0806, 0x0800


class Arp:
    """An ARP packet that was received."""

    def __init__(self, frame):
        self.frame = frame
        self.when = time.monotonic()
        body = frame.octets[14:42]
        self.operation = struct.unpack("!H", body[6:8])[0]
        self.sender_mac, self.target_mac = body[8:14], body[18:24]
        self.sender, self.target = map(socket.inet_ntoa, (body[14:18], body[24:28]))

    def __str__(self):
        name = {1: "request", 2: "reply"}.get(self.operation, self.operation)
        return (f"ARP {name}: {self.sender} ({self.sender_mac.hex(':')}) to {self.target} "
                f"({self.target_mac.hex(':')}), frame to {self.frame.dst_mac.hex(':')}")


def arp_frame(operation, sender_mac, sender, target_mac, target, to=b"\xff" * 6):
    head = struct.pack("!HHHBBH", ARP, 1, IP, 6, 4, operation)
    return to + sender_mac + head + sender_mac + ip4(sender) + target_mac + ip4(target)


class Port:
    """The test's end of a wire: who is there answers ARP, and what arrives is kept in its order."""

    def __init__(self, network, name):
        self.name = name
        self.network = network
        self.hosts = {}  # address: hardware address
        self.inbox = []  # DHCP messages that no one has asked for yet
        self.arps = []
        self.others = []  # UDP of other ports, ICMP
        self.strict = True  # a malformed message is a failure
        self.on_arp = []  # called with each ARP packet that has come
        self.socket = self.packet_socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)

    def packet_socket(self):
        fresh = self.network.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
        isolation.bring_up(fresh, self.name)
        fresh.bind((self.name, ALL_FRAMES))
        fresh.setblocking(False)
        return fresh

    def send(self, frame):
        self.socket.send(frame)

    def carrier(self, there):
        """The wire is pulled, or put back."""
        name = self.name.encode().ljust(16, b"\0")
        request = fcntl.ioctl(self.socket, SIOCGIFFLAGS, name + bytes(24))
        flags = struct.unpack_from("H", request, 16)[0]
        flags = flags | IFF_UP if there else flags & ~IFF_UP
        fcntl.ioctl(self.socket, SIOCSIFFLAGS, name + struct.pack("H", flags) + bytes(22))

    def send_unfinished(self, frame):
        """As a UDP socket at the other end of a veth does: the checksum is left to hardware that is
        not there; its field has the sum of the pseudo header alone."""
        with self.packet_socket() as offloading:
            offloading.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            offloading.send(struct.pack("=BBHHHH", NEEDS_CHECKSUM, 0, 0, 0, 34, 6) + frame)

    def take_in(self):
        """Reads one frame."""
        try:
            octets, (_, _, direction, _, _) = self.socket.recvfrom(65536)
        except OSError:  # nothing, or the wire was pulled
            return
        if direction == OUTGOING or len(octets) < 34:
            return
        frame = Frame(octets)
        if frame.kind == ARP:
            self._arp(Arp(frame))
        else:
            self._take(frame)

    def _take(self, frame):
        """Any but ARP."""
        if frame.kind == IP and frame.protocol == 17 and frame.dport in (67, 68):
            self._keep(Reply(frame))
        elif frame.kind == IP and frame.protocol in (1, 17):
            self.others.append(frame)

    def _keep(self, message):
        message.when = time.monotonic()
        message.port = self
        if message.faults and self.strict:
            raise Wrong(f"the message is malformed: {'; '.join(message.faults)}\n{message}")
        self.inbox.append(message)

    def _arp(self, arp):
        self.arps.append(arp)
        if arp.operation == 1 and arp.target in self.hosts:
            mac = self.hosts[arp.target]
            self.send(arp_frame(2, mac, arp.target, arp.sender_mac, arp.sender, arp.sender_mac))
        for listener in self.on_arp:
            listener(arp)


class Wires:
    """All wires of a case.  near: [(interface, hardware address)]; the far end of c0 is s-c0."""

    def __init__(self, near, commands=(), port=Port):
        there = isolation.Network()
        lines = ["link set lo up"]
        for name, mac in near:
            lines.append(f"link add {name} address {mac.hex(':')} type veth "
                         f"peer name s-{name} netns /proc/self/fd/{there.fd}")
            lines.append(f"link set {name} up")
        ip_batch("\n".join(lines + list(commands)) + "\n", pass_fds=[there.fd])
        self.ports = {name: port(there, f"s-{name}") for name, _ in near}
        for name, _ in near:
            offload(name, False)
        self.eventually(self._all_run, "all interfaces run", 5)

    def _all_run(self):
        out = subprocess.run(["ip", "-o", "link", "show", "up"], capture_output=True, check=True).stdout
        return out.count(b"LOWER_UP") == out.count(b"state UP") + 1  # lo has no such state

    def read(self, timeout):
        """What has come; False if nothing has in time."""
        sockets = {port.socket: port for port in self.ports.values()}
        came = select.select(list(sockets), [], [], max(0, timeout))[0]
        for ready in came:
            sockets[ready].take_in()
        return bool(came)

    def wait(self, fact, timeout, pause=3600.0):
        """Reads frames until fact() is true, and returns that; None if the time is over before."""
        end = deadline(timeout)
        while not (value := fact()):
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.read(min(left, pause))
        return value

    def until(self, fact, what, timeout=PATIENCE, pause=3600.0):
        """As wait, but that it is not true in time is a failure.  pause: look again so often, if it
        is a fact that no frame tells of."""
        if value := self.wait(fact, timeout, pause):
            return value
        waiting = [str(m) for port in self.ports.values() for m in port.inbox]
        heard = f"{len(waiting)} messages\n" + "\n".join(waiting[:5]) if waiting else "nothing"
        raise Wrong(f"expected: {what}\nactual: not within {timeout:g} s; heard: {heard}")

    def eventually(self, fact, what, timeout=PATIENCE):
        return self.until(fact, what, timeout, 0.02)

    def drain(self):
        """Reads all that has already come."""
        while self.read(0):
            pass

    def pass_time(self, moment):
        """Reads what comes until the monotonic clock is past this moment."""
        self.wait(lambda: time.monotonic() > moment, moment - time.monotonic() + 1, 0.01)

    def expect_quiet(self, why):
        """Nothing is left in any inbox."""
        self.drain()
        if left := [str(m) for port in self.ports.values() for m in port.inbox]:
            raise Wrong(f"expected: no further message, {why}\nactual: " + "\n".join(left))


def ip_batch(commands, **more):
    subprocess.run(["ip", "-batch", "-"], input=commands.encode(), check=True, **more)


def offload(interface, on):
    with socket.socket() as any_socket:
        isolation.checksum_offload(any_socket, interface, on)
