# SPDX-License-Identifier: MIT
"""route-server or route-client, and all it speaks with in the test's hand.

    the case's network              a network beside it
    +------------------------+      +------------------------------------------+
    | the program under test |      | 10.0.0.2 to 10.0.0.40, 10.0.0.90: the    |
    |   w0 10.0.0.1/24 ======|======|= w1   peers, each a UDP socket           |
    +------------------------+ veth +------------------------------------------+
"""

import json
import signal
import socket

import isolation
from datagram import ADD, HELLO, SYNC_END, listed
from facts import PATIENCE, Wrong, equal, require
from kernel import Monitor, hub_routes, ip_lines
from listening import Listening, Post
from peer import Hub, Keyed, KeyedHub, Peer
from program import Program

HERE, PORT = "10.0.0.1", 5500
A, B, C, D = (f"10.0.0.{host}" for host in (2, 3, 4, 5))
SERVER = "10.0.0.20"  # where the client under test looks for it
FENCE, FENCE_NET, KNOWN_NET = "10.0.0.90", 251, 250
LONG = "1h"  # an interval in which nothing is repeated as long as a case lasts
MAC = "02:00:00:00:00:02"
REASONS = ("bad-length", "unknown-type", "bad-address", "not-owner", "bad-auth", "replayed", "unsigned",
           "too-many-clients")


def x(last, net=0):
    """An address that is behind somebody."""
    return f"10.1.{net}.{last}"


def _is_aside(what):
    """About an address of a fence, or one by which a peer has made itself known."""
    return str(what[1]).startswith((x("", KNOWN_NET), x("", FENCE_NET)))


class HubProgram(Program):
    """route-server or route-client in a network: the case's own, if no other is named."""

    def __init__(self, name, network=None):
        super().__init__(name)
        self.name = name
        if network:
            self.network = network
            self.notify.close()
            self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.notify.bind(f"{self.log_name}.notify")

    def launch(self, arguments, environment=None, wrapped=()):
        if self.network is not Program.network:
            environment = {"NOTIFY_SOCKET": f"/proc/self/cwd/{self.log_name}.notify", **(environment or {})}
        return super().launch(arguments, environment, wrapped)

    def ask(self, *words):
        """What `show` prints as JSON."""
        status, out, err = self.once("show", *words, "--json")
        if status:
            raise Wrong(f"show {' '.join(words)}\nexpected: status 0\nactual: {status}, {err}")
        try:
            answer = json.loads(out)
        except ValueError:
            raise Wrong(f"show {' '.join(words)} --json\nexpected: JSON\nactual: {out}") from None
        equal(f"show {' '.join(words)}: version", answer.get("version"), 1)
        return answer

    def table(self):
        """destination: its row"""
        return {row["destination"]: row for row in self.ask("table")["table"]}

    def hops(self):
        """destination: next hop"""
        return {destination: row["next_hop"] for destination, row in self.table().items()}

    def clients(self):
        return {row["address"]: row for row in self.ask("clients")["clients"]}

    def counts(self):
        return self.ask("counts")

    def dropped(self, reason):
        return self.counts()["dropped"][reason]


class Bench(Listening):
    def __init__(self):
        super().__init__()
        self.there = isolation.Network()
        ip_lines("link set lo up",
                 f"link add w0 type veth peer name w1 address {MAC} netns /proc/self/fd/{self.there.fd}",
                 f"address add {HERE}/24 dev w0", "link set w0 up", pass_fds=[self.there.fd])
        hosts = [*range(2, 41), 90]
        ip_lines("link set lo up", *(f"address add 10.0.0.{host}/24 dev w1" for host in hosts),
                 "link set w1 up", network=self.there)
        self.server = HubProgram("route-server")
        self.client = HubProgram("route-client")
        self.program = None  # the one under test
        self.more = []  # programs in the network of the peers
        self.fences = 0
        self.fence_peer = None

    # ---- the programs

    def serve(self, *options, interval=LONG):
        self.program = self.server
        self.server.start("--interval", interval, *options)
        self.server.wait_ready()

    def join_hub(self, *options, interval=LONG, hub=Hub, key=None, server=SERVER):
        """Starts the client; its server, which says nothing yet."""
        there = self.add_hub(hub, key, server) if hub else None
        self.program = self.client
        self.client.start("--interval", interval, "--server", server, *options)
        self.client.wait_ready()
        return there

    def another_client(self):
        """One in the network of the peers."""
        self.more.append(HubProgram("route-client", self.there))
        return self.more[-1]

    def add_hub(self, kind=Hub, key=None, address=SERVER):
        if key:
            return self.join(KeyedHub(self.there, address, (HERE, PORT), key))
        return self.join(kind(self.there, address, (HERE, PORT)))

    def extended_hub(self, *options, own_id=0x5EB0E5, **more):
        """The client with a server that has answered its HELLO, and all of the first exchange heard."""
        hub = self.join_hub(*options, **more)
        self.hear(hub, HELLO)
        hub.greet(own_id)
        hub.say(HELLO, own_id)
        self.hear(hub, SYNC_END)
        hub.heard.clear()
        return hub

    # ---- the peers

    def peer(self, address, port=PORT):
        return self.join(Peer(self.there, address, (HERE, PORT), port))

    def keyed(self, address, key=b"open sesame", port=PORT):
        return self.join(Keyed(self.there, address, (HERE, PORT), key, port))

    def known(self, *addresses):
        """Plain peers which the server knows already, and has nothing to tell: each has added an address,
        and withdrawn it."""
        peers = [self.peer(address) for address in addresses]
        for number, peer in enumerate(peers):
            peer.add(x(number + 1, KNOWN_NET))
            peer.delete(x(number + 1, KNOWN_NET))
        self.heard_until_fence(*peers)
        return peers

    def extended(self, address, own_id, port=PORT):
        """A peer that the server has said HELLO to."""
        peer = self.peer(address, port)
        peer.hello(own_id)
        self.hear(peer, HELLO)
        self.hear(peer, SYNC_END)
        peer.heard.clear()
        return peer

    def node(self, address, network=None):
        """A plain node that knows the seed alone; its role is given by the case."""
        return self.join(Post(network or self.there, address))

    # ---- what is certain to come last

    def heard_until_fence(self, *peers):
        """What each of them has been told, up to now, and what the server has sent since: all of it.  An
        address that nobody else announces comes behind it, and goes again."""
        self.fences += 1
        if not self.fence_peer:
            self.fence_peer = self.peer(FENCE)
        address = x(self.fences, FENCE_NET)
        self.fence_peer.add(address)
        told = []
        for peer in peers:
            self.hear(peer, ADD, address)
            told.append([what for what in peer.whats() if not _is_aside(what)])
            peer.heard.clear()
        self.fence_peer.delete(address)
        self.fence_peer.heard.clear()
        return told

    def quiet(self, why, *peers):
        """None of them has been told anything."""
        for peer, actual in zip(peers, self.heard_until_fence(*peers)):
            if actual:
                raise Wrong(f"{why}: {peer.name} is told\nexpected: nothing\nactual: {listed(actual)}")

    def told(self, why, **expected):
        """Each of these peers was told exactly this since the last time.  a=[(ADD, X)]: the peer at A."""
        peers = {peer.address: peer for peer in self.who if isinstance(peer, Peer)}
        names = {"a": A, "b": B, "c": C, "d": D}
        chosen = [peers[names[name]] for name in expected]
        for name, actual in zip(expected, self.heard_until_fence(*chosen)):
            if actual != expected[name]:
                raise Wrong(f"{why}: {name.upper()} is told\nexpected: {listed(expected[name])}\n"
                            f"actual:   {listed(actual)}")

    # ---- facts

    def routes(self):
        return hub_routes()

    def routes_become(self, expected, timeout=PATIENCE):
        self.becomes(self.routes, expected, "routes in the kernel", timeout)

    def table_becomes(self, expected, timeout=PATIENCE):
        """destination: next hop"""
        self.becomes(self.program.hops, expected, "the table", timeout)

    def dropped_becomes(self, reason, number, timeout=PATIENCE):
        self.becomes(lambda: self.program.dropped(reason), number, f"dropped, {reason}", timeout)

    def monitor(self):
        return Monitor()

    # ---- the end

    def programs(self):
        return [*self.more, self.server, self.client]

    def finish(self):
        """Whoever runs ends well, and its routes are gone."""
        for program in self.programs():
            if program.process:
                require(program.runs(), f"{program.name} still runs", program.log()[-2000:])
                program.signal(signal.SIGTERM)
                program.ends(0)
                left = hub_routes(program.network)
                require(not left, f"{program.name} takes its routes out of the kernel", f"left: {len(left)}")
            program.check_sanitizer()

    def report(self):
        for program in self.programs():
            if program.log():
                print(f"--- {program.name} said:\n{program.log()[-3000:]}")
        print("--- heard:", *self.who, sep="\n")
