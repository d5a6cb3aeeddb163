# SPDX-License-Identifier: MIT
"""The kernel's IPv4 routes, as rtnetlink tells them: the table as it is, and what happens to it."""

import socket
import struct

RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE, NLMSG_ERROR, NLMSG_DONE = 24, 25, 26, 2, 3
NLM_F_REQUEST, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REPLACE = 1, 0x300, 0x10, 0x100
RTMGRP_IPV4_ROUTE = 0x40
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_MULTIPATH, RTA_TABLE = 1, 4, 5, 6, 9, 15
SOL_NETLINK, NETLINK_GET_STRICT_CHK = 270, 12
MAIN_TABLE = 254
RIP, STATIC = 189, 4
RTN_UNICAST = 1


class Route:
    """What a message of the kernel says of a route.  hops: (next hop, interface), in order."""

    def __init__(self, body):
        _, length, _, _, self.table, self.protocol, self.scope, self.type, _ = struct.unpack("8BI", body[:12])
        found = dict(attributes(body[12:]))
        self.prefix = f"{address(found.get(RTA_DST, bytes(4)))}/{length}"
        self.metric = number(found.get(RTA_PRIORITY, bytes(4)))
        self.table = number(found.get(RTA_TABLE, struct.pack("=I", self.table)))
        self.hops = [hop(found)] if RTA_OIF in found else []
        parts = found.get(RTA_MULTIPATH, b"")
        while len(parts) >= 8:
            size, _, _, index = struct.unpack("=HBBi", parts[:8])
            self.hops.append(hop(dict(attributes(parts[8:size])), index))
            parts = parts[size + 3 & ~3 :]
        self.hops.sort()

    @property
    def via(self):
        """The addresses of its next hops, sorted."""
        return [gateway for gateway, _ in self.hops]

    def __str__(self):
        ways = ", ".join(f"via {gateway} dev {name}" for gateway, name in self.hops)
        return f"{self.prefix} {ways} proto {self.protocol} metric {self.metric} table {self.table}"


def hop(found, index=None):
    index = number(found[RTA_OIF]) if index is None else index
    try:
        name = socket.if_indextoname(index)
    except OSError:
        name = str(index)
    return address(found[RTA_GATEWAY]) if RTA_GATEWAY in found else "", name


def attributes(octets):
    while len(octets) >= 4:
        size, kind = struct.unpack("=HH", octets[:4])
        yield kind & 0x3FFF, octets[4:size]
        octets = octets[size + 3 & ~3 :]


def address(octets):
    return socket.inet_ntoa(octets)


def number(octets):
    return struct.unpack("=I", octets)[0]


def messages(octets):
    while len(octets) >= 16:
        size, kind, flags = struct.unpack("=IHH", octets[:8])
        yield kind, flags, octets[16:size]
        octets = octets[size + 3 & ~3 :]


def dump(protocol=0):
    """The bodies of all routes of this protocol in the main table; 0: of every protocol."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
        wanted = struct.pack("=8BI", socket.AF_INET, 0, 0, 0, MAIN_TABLE, protocol, 0, RTN_UNICAST, 0)
        size = 16 + len(wanted)
        sock.send(struct.pack("=IHHII", size, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + wanted)
        bodies, torn = [], False
        while True:
            for kind, flags, body in messages(sock.recv(1 << 18)):
                torn = torn or bool(flags & NLM_F_DUMP_INTR)
                if kind == NLMSG_ERROR:
                    if code := struct.unpack("=i", body[:4])[0]:
                        if code == -2:  # ENOENT: the main table has never had a route
                            return []
                        raise OSError(-code, "RTM_GETROUTE")
                    return bodies
                if kind == NLMSG_DONE:
                    return dump(protocol) if torn else bodies
                bodies.append(body)


def routes(protocol=RIP):
    """{prefix: Route}"""
    return {route.prefix: route for route in map(Route, dump(protocol))}


def count(protocol=RIP):
    return len(dump(protocol))


class Monitor:
    """What happens to the routes from now on, as `ip monitor route` tells it."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((0, RTMGRP_IPV4_ROUTE))
        self.socket.setblocking(False)
        self.events = []  # ("new", "replace" or "del", Route)
        self.before = list(routes().values())

    def read(self):
        """All events so far."""
        while True:
            try:
                octets = self.socket.recv(1 << 18)
            except BlockingIOError:
                return self.events
            for kind, flags, body in messages(octets):
                if kind == RTM_NEWROUTE:
                    self.events.append(("replace" if flags & NLM_F_REPLACE else "new", Route(body)))
                elif kind == RTM_DELROUTE:
                    self.events.append(("del", Route(body)))

    def deleted(self):
        return [route for what, route in self.read() if what == "del"]

    def gaps(self):
        """Prefixes that were without a route of ripd at some moment since, though they had one before."""
        there, found = {}, set()
        for what, route in [("new", route) for route in self.before] + self.read():
            if route.protocol != RIP:
                continue
            ways = there.setdefault(route.prefix, [])
            if what == "replace":
                ways.clear()
            if what != "del":
                ways.append(route.hops)
            elif route.hops in ways:
                ways.remove(route.hops)
            if not ways:
                found.add(route.prefix)
        return sorted(found)
