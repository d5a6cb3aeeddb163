# SPDX-License-Identifier: MIT
"""A route-server and many clients, each in a network of its own, on one wire that may lose.

    hub 10.0.0.1 ==== p0 \\
    c1 10.0.0.11 ==== p1  the lossy wire
    c2 10.0.0.12 ==== p2 /  ...

A client is our route-client or a plain node, or its process is the plain node's; which addresses each
has is remembered here, and what follows from that for all tables is compared with what they have.
"""

import socket

import isolation
from bench import HubProgram
from facts import equal
from kernel import hub_routes, ip_lines
from listening import Post
from lossy_wire import LossyWire
from plain_node import Client, Server, SoftClient

HUB, PORT = "10.0.0.1", 5500


class Site:
    """A network with one interface on the wire."""

    def __init__(self, address):
        self.address = address
        self.network = isolation.Network()
        self.has = set()  # announced here
        self.alive = True

    def address_up(self):
        ip_lines("link set lo up", f"address add {self.address}/24 dev eth0", "link set eth0 up",
                 network=self.network)
        with self.network.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            isolation.checksum_offload(any_socket, "eth0", False)


class OurClient(Site):
    def __init__(self, address, options):
        super().__init__(address)
        self.options = options
        self.program = HubProgram("route-client", self.network)

    def start(self, *more):
        self.program.start("--server", HUB, *self.options, *more)
        self.program.wait_ready()
        self.alive = True

    def announce(self, address):
        equal("route-client add", self.program.once("add", address)[0], 0)
        self.has.add(address)

    def withdraw(self, address):
        equal("route-client del", self.program.once("del", address)[0], 0)
        self.has.discard(address)

    def kill(self):
        self.program.kill()
        self.has, self.alive = set(), False

    def faults(self, others):
        """What is wrong where the others have these addresses."""
        expected = {**dict.fromkeys(others, HUB), **dict.fromkeys(self.has)}
        routes = dict.fromkeys(others - self.has, HUB)
        yield from differences(f"table of {self.address}", self.program.hops(), expected)
        yield from differences(f"kernel of {self.address}", hub_routes(self.network), routes)


class PlainClient(Site):
    def __init__(self, star, address, repeat=None):
        super().__init__(address)
        self.star, self.repeat = star, repeat

    def start(self):
        self.post = self.star.bench.join(Post(self.network, self.address))

        def send(octets):
            self.post.socket.sendto(octets, (HUB, PORT))

        rest = (self.repeat,) if self.repeat else ()
        self.post.node = (SoftClient if rest else Client)((HUB, PORT), send, *rest)

    def announce(self, address):
        self.post.node.announce(address)
        self.has.add(address)

    def withdraw(self, address):
        self.post.node.withdraw(address)
        self.has.discard(address)

    def kill(self):
        self.star.bench.leave(self.post)
        self.has, self.alive = set(), False

    def faults(self, others):
        expected = {**dict.fromkeys(others, HUB), **dict.fromkeys(self.has, "local")}
        yield from differences(f"table of {self.address}", self.post.node.table, expected)


class Star:
    """kinds: a letter for each client: o is ours, p a plain node, s a plain node that repeats."""

    def __init__(self, bench, kinds, interval=0.3, seed=1, keyed=False, plain_server=False):
        self.bench = bench
        self.options = ("--interval", f"{round(interval * 1000)}ms", *(("--key", "sesame") if keyed else ()))
        self.hub = Site(HUB)
        self.server = None if plain_server else HubProgram("route-server", self.hub.network)
        self.clients = [self._client(kind, f"10.0.0.{11 + at}", interval) for at, kind in enumerate(kinds)]
        sites = [self.hub, *self.clients]
        closet = isolation.Network()
        ip_lines(*(f"link add eth0 netns /proc/self/fd/{site.network.fd} type veth "
                   f"peer name p{at} netns /proc/self/fd/{closet.fd}" for at, site in enumerate(sites)),
                 pass_fds=[closet.fd, *(site.network.fd for site in sites)])
        for site in sites:
            site.address_up()
        self.wire = LossyWire(closet, [f"p{at}" for at in range(len(sites))], seed)
        bench.more += [site.program for site in self.clients if isinstance(site, OurClient)]
        if self.server:
            bench.more.append(self.server)

    def _client(self, kind, address, interval):
        if kind == "o":
            return OurClient(address, self.options)
        return PlainClient(self, address, interval if kind == "s" else None)

    def start(self):
        self.start_server()
        for client in self.clients:
            client.start()

    def start_server(self):
        if self.server:
            self.server.start(*self.options)
            self.server.wait_ready()
        else:
            post = self.bench.join(Post(self.hub.network, HUB))
            post.node = Server(post.socket.sendto)

    def change(self, dice, addresses, clients=None):
        """One of them announces or withdraws one of the addresses."""
        client = dice.choice([client for client in clients or self.clients if client.alive])
        address = dice.choice(addresses)
        (client.withdraw if address in client.has else client.announce)(address)
        self.bench.read(0)

    def faults(self):
        """Every wrong entry of every table and every kernel of who is alive."""
        alive = [client for client in self.clients if client.alive]
        found = []
        for client in alive:
            found += client.faults(set().union(*(other.has for other in alive if other is not client)))
        if self.server:
            found += self.server_faults(alive)
        return found

    def server_faults(self, alive):
        owners = {}
        for client in alive:
            for address in client.has:
                owners.setdefault(address, set()).add(client.address)
        rows = self.server.table()
        found = differences("owners at the server", {d: {name.split(":")[0] for name in row["from"]}
                                                     for d, row in rows.items()}, owners)
        hops = {destination: row["next_hop"] for destination, row in rows.items()}
        found += [f"the server's next hop for {destination} is {hop}, who does not have it"
                  for destination, hop in hops.items() if hop not in owners.get(destination, ())]
        return found + differences("kernel of the server", hub_routes(self.hub.network), hops)

    def settle(self, seconds):
        """No wrong entry is left so many seconds later, at the latest."""
        self.bench.until(lambda: not self.faults(), "no wrong entry", seconds, 0.1,
                         lambda: "\n".join(self.faults()[:20]))

    def stop(self):
        """The programs are ended while there is a wire."""
        for program in self.bench.more:
            if program.process:
                program.stop()
        for site in [self.hub, *self.clients]:
            if site.alive:
                equal(f"routes that are left at {site.address}", hub_routes(site.network), {})
        self.wire.stop()


def differences(what, actual, expected):
    return [f"{what}: {key}: expected {expected.get(key, 'none')}, actual {actual.get(key, 'none')}"
            for key in sorted({*actual, *expected}) if actual.get(key, "none") != expected.get(key, "none")]
