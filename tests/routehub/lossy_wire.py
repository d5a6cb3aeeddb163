# SPDX-License-Identifier: MIT
"""A wire that loses and reorders: a process that forwards frames between veths, as a bridge does.

    eth0 in a node's network === p0 \\                    / p1 === eth0 in another one
                                     the process: loses
                                     some, delays others

Only UDP is lost or delayed: an ARP reply that is lost costs a second, which is not what is tested.
"""

import heapq
import json
import os
import random
import select
import socket
import time

import isolation

ALL_FRAMES, OUTGOING = 0x0003, 4
UDP = 17


class _Port:
    def __init__(self, network, name):
        self.socket = network.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        isolation.bring_up(self.socket, name)
        self.socket.bind((name, ALL_FRAMES))
        self.socket.setblocking(False)

    def frames(self):
        while True:
            try:
                frame, (_, _, direction, _, _) = self.socket.recvfrom(65536)
            except OSError:  # nothing, or the other end is down
                return
            if direction != OUTGOING and len(frame) >= 34:
                yield frame

    def send(self, frame):
        try:
            self.socket.send(frame)
        except OSError:  # the other end is down, or full
            pass


class _Bridge:
    """In the process of its own."""

    def __init__(self, ports, orders, seed):
        self.ports, self.orders = ports, orders
        self.dice = random.Random(seed)
        self.where = {}  # hardware address: port
        self.late = []  # (when, number, ports, frame)
        self.loss = self.reorder = 0.0
        self.counts = {"passed": 0, "lost": 0, "late": 0}

    def run(self):
        sockets = {port.socket: port for port in self.ports}
        while True:
            pause = max(0.0, self.late[0][0] - time.monotonic()) if self.late else None
            for ready in select.select([*sockets, self.orders], [], [], pause)[0]:
                if ready is self.orders:
                    if not self.obey():
                        return
                else:
                    for frame in sockets[ready].frames():
                        self.forward(frame, sockets[ready])
            while self.late and self.late[0][0] <= time.monotonic():
                _, _, ports, frame = heapq.heappop(self.late)
                self.deliver(frame, ports)

    def obey(self):
        order = self.orders.recv(4096)
        if order:
            self.loss, self.reorder = json.loads(order)
            self.orders.send(json.dumps(self.counts).encode())
        return order

    def forward(self, frame, origin):
        to, sender = frame[:6], frame[6:12]
        self.where[sender] = origin
        known = self.where.get(to)
        ports = [known] if known else [port for port in self.ports if port is not origin]
        if frame[12:14] == b"\x08\x00" and frame[23] == UDP:
            if self.dice.random() < self.loss:
                self.counts["lost"] += 1
                return
            if self.dice.random() < self.reorder:
                self.counts["late"] += 1
                when = time.monotonic() + self.dice.uniform(0.002, 0.06)
                heapq.heappush(self.late, (when, self.counts["late"], ports, frame))
                return
        self.deliver(frame, ports)

    def deliver(self, frame, ports):
        self.counts["passed"] += 1
        for port in ports:
            port.send(frame)


class LossyWire:
    """The ends of it are p0, p1 ... in a network that has nothing else."""

    def __init__(self, network, names, seed):
        ports = [_Port(network, name) for name in names]
        self.orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if not self.pid:
            status = 1
            try:
                isolation.die_with_parent()
                self.orders.close()
                _Bridge(ports, theirs, seed).run()
                status = 0
            finally:
                os._exit(status)
        theirs.close()
        for port in ports:
            port.socket.close()

    def be(self, loss=0.0, reorder=0.0):
        """From now on it loses and delays such a share; what it has done so far."""
        self.orders.send(json.dumps([loss, reorder]).encode())
        return json.loads(self.orders.recv(4096))

    def stop(self):
        self.orders.close()
        os.waitpid(self.pid, 0)
