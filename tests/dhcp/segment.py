# SPDX-License-Identifier: MIT
"""The wire between the server and the tests, and what is done on it.

    the case's network                      a network beside it
    +---------------------------+           +--------------------------------------+
    | dhcp-server   10.0.1.1/24 |           |  a packet socket: all clients, the   |
    |   s0 02:00:00:00:ff:01 ===|===========|=== c0  relay at 10.0.1.254, the hosts|
    |   10.0.2.0/23 via .1.254  |   veth    |        that answer ARP and ping      |
    +---------------------------+           +--------------------------------------+
"""

import select
import socket
import subprocess
import time

import isolation
from facts import PATIENCE, Wrong
from packet import EVERY_MAC, Frame, Reply, arp, checksum, ip_frame

SERVER, SERVER_MAC = "10.0.1.1", bytes.fromhex("02000000ff01")
GATEWAY, GATEWAY_MAC = "10.0.1.254", bytes.fromhex("02000000ff02")
ALL_FRAMES, OUTGOING = 0x0003, 4
ARP_REPLY = b"\0\2"

TOPOLOGY = f"""\
link set lo up
link add s0 address {SERVER_MAC.hex(":")} type veth peer name c0 netns /proc/self/fd/%d
address add {SERVER}/24 dev s0
link set s0 up
route add 10.0.2.0/23 via {GATEWAY}
"""


class Segment:
    def __init__(self):
        self.inbox = []  # replies that no one has asked for yet
        self.hosts = {GATEWAY: GATEWAY_MAC}  # who answers ARP and ping
        self.arps = []  # (sender's address, wanted address) as they came
        self.impatient = set()  # clients that repeat themselves, and may get several replies
        self.answers = set()  # addresses that an ARP reply has come from
        self.pings = []  # the destinations of echo requests
        there = isolation.Network()
        self.ip(TOPOLOGY % there.fd, pass_fds=[there.fd])
        self.wire = there.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)
        isolation.bring_up(self.wire, "c0")
        self.wire.bind(("c0", ALL_FRAMES))
        self.wire.setblocking(False)
        self.offload(False)
        self._until_it_carries()

    def _until_it_carries(self):
        """A new veth drops what is sent before the kernel has seen that it is up: asks the server's
        host for its hardware address until there is an answer."""
        question = arp(1, GATEWAY_MAC, GATEWAY, EVERY_MAC, SERVER)
        end = time.monotonic() + PATIENCE
        while SERVER not in self.answers:
            if time.monotonic() > end:
                raise Wrong("the wire carries nothing")
            self.send(question)
            self.read(0.01)

    @staticmethod
    def ip(commands, **more):
        subprocess.run(["ip", "-batch", "-"], input=commands.encode(), check=True, **more)

    @staticmethod
    def offload(on):
        with socket.socket() as any_socket:
            isolation.checksum_offload(any_socket, "s0", on)

    def send(self, frame):
        self.wire.send(frame)

    def read(self, timeout):
        """One frame; False if none has come in time."""
        if not select.select([self.wire], [], [], max(0, timeout))[0]:
            return False
        octets, (_, _, direction, _, _) = self.wire.recvfrom(65536)
        if direction != OUTGOING and len(octets) >= 34:
            frame = Frame(octets)
            if frame.kind == 0x0806:
                self._arp(octets[14:])
            elif frame.protocol == 1:
                self._icmp(frame)
            elif frame.sport == 67:
                self._keep(Reply(frame))
        return True

    def _keep(self, reply):
        if reply.faults:
            raise Wrong(f"the reply is malformed: {'; '.join(reply.faults)}\n{reply}")
        self.inbox.append(reply)

    def _arp(self, packet):
        operation, mac = packet[6:8], packet[8:14]
        sender, wanted = map(socket.inet_ntoa, (packet[14:18], packet[24:28]))
        if operation == ARP_REPLY:
            self.answers.add(sender)
            return
        self.arps.append((sender, wanted))
        if wanted in self.hosts:
            self.send(arp(2, self.hosts[wanted], wanted, mac, sender))

    def _icmp(self, frame):
        if frame.body[0] != 8:
            return
        self.pings.append(frame.dst)
        if frame.dst in self.hosts:
            echo = b"\0\0\0\0" + frame.body[4:]
            echo = echo[:2] + checksum(echo).to_bytes(2, "big") + echo[4:]
            self.send(ip_frame(echo, frame.dst, frame.src, 1, frame.dst_mac, frame.src_mac))

    def wait(self, fact, timeout):
        """Reads frames until fact() is true, and returns that; None if the time is over before."""
        end = time.monotonic() + timeout
        while not (value := fact()):
            if not self.read(end - time.monotonic()):
                return None
        return value

    def until(self, fact, what, timeout=PATIENCE):
        """As wait, but that it is not true in time is a failure."""
        if value := self.wait(fact, timeout):
            return value
        heard = "\n".join(map(str, self.inbox)) or "nothing"
        raise Wrong(f"expected: {what}\nactual: not within {timeout:g} s; heard: {heard}")

    def take(self, matches):
        """The first reply in the inbox that matches, taken out; None if there is none."""
        for reply in self.inbox:
            if matches(reply):
                self.inbox.remove(reply)
                return reply
        return None

    def receive(self, matches, what, timeout=PATIENCE):
        return self.until(lambda: self.take(matches), what, timeout)

    def drain(self):
        """Reads all that has already come."""
        while self.read(0):
            pass

    def expect_empty(self, why):
        self.drain()
        if left := [reply for reply in self.inbox if reply.chaddr[:6] not in self.impatient]:
            raise Wrong(f"expected: no reply, {why}\nactual: " + "\n".join(map(str, left)))
