# SPDX-License-Identifier: MIT
"""A server and six clients on a wire that loses and reorders: in the end, no table and no kernel is wrong."""

import random
import subprocess
import time

from bench import PORT, x
from facts import equal, require, within
from kernel import hub_routes, ip_lines
from plain_node import Client, Server
from star import Star

ADDRESSES = [x(host) for host in range(1, 11)]
CHANGES = 120
QUIET = 20  # seconds, at most; an interval is 0.3


def _changes(star, seed, kill=()):
    """120 changes; those to be killed are, half way."""
    dice = random.Random(seed)
    for number in range(CHANGES):
        star.change(dice, ADDRESSES)
        if number == CHANGES // 2:
            for client in kill:
                star.clients[client].kill()


def _lossy(bench, kinds, seed, **more):
    star = Star(bench, kinds, seed=seed, **more)
    star.start()
    star.wire.be(loss=0.05, reorder=0.2)
    _changes(star, seed, kill=(1, 4))
    star.settle(QUIET)
    counts = star.wire.be()
    require(counts["lost"] > 10 and counts["late"] > 20, "a wire that loses and reorders", counts)
    require(sum(len(client.has) for client in star.clients) > 4, "something to be wrong about")
    star.stop()


def whole_lossy(bench):
    """Six clients, 120 changes, 5 % loss, reordering, two clients killed: no wrong entry in any table or kernel"""
    _lossy(bench, "oooooo", 6001)


def whole_lossy_with_a_key(bench):
    """Six clients with a key, 120 changes, 5 % loss, reordering, two clients killed: no wrong entry"""
    _lossy(bench, "oooooo", 6002, keyed=True)


def whole_lossy_mixed(bench):
    """Three clients and three plain nodes that repeat, 120 changes, 5 % loss, reordering, two killed: no wrong
    entry
    """
    _lossy(bench, "ooosss", 6003)


def whole_plain_nodes_mixed(bench):
    """Three of our clients and three plain nodes of the seed, 120 changes without loss: no wrong entry"""
    star = Star(bench, "opopop", seed=6004)
    star.start()
    _changes(star, 6004)
    star.settle(QUIET)
    star.stop()


def whole_plain_server(bench):
    """Four of our clients and a plain server of the seed, each with addresses of its own: no wrong entry; those of
    one that is killed go
    """
    star = Star(bench, "oooo", seed=6005, plain_server=True)
    star.start()
    dice = random.Random(6005)
    for _ in range(60):
        client = dice.choice(star.clients)
        star.change(dice, [x(host, star.clients.index(client)) for host in range(1, 6)], [client])
    star.settle(QUIET)
    star.clients[0].announce(x(77))
    star.settle(QUIET)
    star.clients[0].kill()
    star.settle(QUIET)
    star.stop()


def whole_late_joiner(bench):
    """A client that comes late has all of 300 addresses in its table and its kernel within one interval"""
    star = Star(bench, "oo", interval=2.0)
    star.start_server()
    first, late = star.clients
    first.start(*(word for number in range(300) for word in ("--announce", x(number % 250 + 1, number // 250))))
    first.has = {x(number % 250 + 1, number // 250) for number in range(300)}
    bench.becomes(lambda: len(star.server.hops()), 300, "addresses at the server")
    start = time.monotonic()
    late.start()
    bench.until(lambda: len(hub_routes(late.network)) == 300, "300 routes", pause=0.02)
    within("seconds", time.monotonic() - start, 0, 2)
    star.settle(QUIET)
    star.stop()


def whole_server_killed(bench):
    """The server is killed and started again: all tables and kernels are right again, and no route of those that
    stay is missing from its kernel meanwhile
    """
    star = Star(bench, "ooo")
    star.start()
    for number, address in enumerate(ADDRESSES):
        star.clients[number % 3].announce(address)
    star.settle(QUIET)
    before = hub_routes(star.hub.network)
    star.server.kill()
    star.start_server()
    seen = []

    def settled():
        seen.append(hub_routes(star.hub.network))
        return not star.faults()

    bench.eventually(settled, "no wrong entry", QUIET, lambda: star.faults()[:20])
    equal("routes that were away", [routes for routes in seen if routes != before], [])
    star.stop()


def whole_server_killed_with_a_key(bench):
    """With a key, a server or a client that is killed and started at once is heard again, though its epoch may be
    the same second
    """
    star = Star(bench, "ooo", keyed=True)
    star.start()
    for number, address in enumerate(ADDRESSES):
        star.clients[number % 3].announce(address)
    star.settle(QUIET)
    star.server.kill()
    star.start_server()
    star.settle(QUIET)
    star.clients[1].kill()
    star.clients[1].start("--announce", x(50))
    star.clients[1].has = {x(50)}
    star.settle(QUIET)
    star.stop()


def whole_killed_client_comes_back(bench):
    """A client that was killed comes back with less: the rest is forgotten by all, and its kernel has what it
    should
    """
    star = Star(bench, "ooo")
    star.start()
    for number, address in enumerate(ADDRESSES):
        star.clients[number % 3].announce(address)
    star.settle(QUIET)
    back = star.clients[2]
    stays = sorted(back.has)[:1]
    back.kill()
    back.start("--announce", stays[0])
    back.has = set(stays)
    star.clients[0].withdraw(sorted(star.clients[0].has)[0])
    star.settle(QUIET)
    star.stop()


def whole_no_loop(bench):
    """A packet for an address that two clients have withdrawn and announced in turn never goes round: no kernel
    sends it to one who sends it back
    """
    star = Star(bench, "ooo", seed=9)
    star.start()
    star.wire.be(reorder=0.3)
    dice = random.Random(9)
    for _ in range(40):
        star.change(dice, ADDRESSES[:2])
    star.settle(QUIET)
    for address in ADDRESSES[:2]:
        hop = hub_routes(star.hub.network).get(address)
        for client in star.clients:
            if client.address == hop:
                require(address not in hub_routes(client.network), f"{address} ends at {hop}")
    star.stop()


def whole_traffic(bench):
    """A ping from one client to the address behind another works because of the routes, and stops when it is
    withdrawn
    """
    star = Star(bench, "oo")
    star.start()
    near, far = star.clients
    ip_lines(f"address add {x(1)}/32 dev lo", network=far.network)
    ip_lines(f"address add {x(2)}/32 dev lo", network=near.network)
    with star.hub.network, open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as file:
        file.write("1")
    far.announce(x(1))
    star.settle(QUIET)

    def ping():
        with near.network:
            return subprocess.run(["ping", "-n", "-c", "1", "-W", "1", x(1)], capture_output=True,
                                  check=False).returncode
    bench.becomes(ping, 0, "status of ping")
    far.withdraw(x(1))
    star.settle(QUIET)
    require(ping() != 0, "no answer any more")
    star.stop()


def whole_plain_nodes_alone(bench):
    """The plain node of these tests with itself: a server and three clients, each with addresses of its own"""
    server = bench.node("10.0.0.2")
    server.node = Server(server.socket.sendto)
    nodes = []
    for host in 3, 4, 5:
        post = bench.node(f"10.0.0.{host}")
        post.node = Client(("10.0.0.2", PORT), lambda octets, s=post.socket: s.sendto(octets, ("10.0.0.2", PORT)))
        post.node.send(bytes(5))  # it is known
        nodes.append(post.node)
    bench.until(lambda: len(server.node.clients) == 3, "three clients")
    dice = random.Random(3)
    for _ in range(100):
        at = dice.randrange(3)
        address = x(dice.randrange(1, 5), at)
        (nodes[at].withdraw if address in nodes[at].table else nodes[at].announce)(address)
        bench.read(0)
    for node in nodes:
        others = sorted(address for other in nodes if other is not node for address in other.local())
        bench.until(lambda n=node, o=others: n.learned() == sorted(o), f"{others}", 5)
    equal("the server", sorted(server.node.table), sorted(a for node in nodes for a in node.local()))
