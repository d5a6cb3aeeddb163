# SPDX-License-Identifier: MIT
"""route-server and clients that speak the plain form: who is told what, to the octet."""

import random

from bench import A, B, C, D, HERE, PORT, x
from datagram import ADD, DELETE, plain
from facts import equal, require
from kernel import ip
from plain_node import Client


def plain_add_octets(bench):
    """PROTOCOL, plain form: an addition arrives at the others as the five octets 1 and the address"""
    bench.serve()
    a, b = bench.known(A, B)
    a.send(bytes.fromhex("01 0a 01 00 0a"))
    came = bench.hear(b, ADD)
    equal("the datagram", came.octets, bytes.fromhex("01 0a 01 00 0a"))
    equal("from", came.sender, (HERE, PORT))


def plain_delete_octets(bench):
    """PROTOCOL, plain form: a deletion arrives at the others as the five octets 2 and the address"""
    bench.serve()
    a, b = bench.known(A, B)
    a.add(x(10))
    a.send(bytes.fromhex("02 0a 01 00 0a"))
    equal("the datagram", bench.hear(b, DELETE, x(10)).octets, bytes.fromhex("02 0a 01 00 0a"))


def plain_not_to_the_origin(bench):
    """PROTOCOL, plain form: each update goes to all clients but the one that it came from, once"""
    bench.serve()
    a, b, *_ = bench.known(A, B, C, D)
    a.add(x(10), x(11))
    b.add(x(12))
    a.delete(x(10))
    bench.told(
        "three additions and a deletion", a=[(ADD, x(12))],
        b=[(ADD, x(10)), (ADD, x(11)), (DELETE, x(10))],
        c=[(ADD, x(10)), (ADD, x(11)), (ADD, x(12)), (DELETE, x(10))],
        d=[(ADD, x(10)), (ADD, x(11)), (ADD, x(12)), (DELETE, x(10))])


def plain_client_is_address_and_port(bench):
    """PROTOCOL, plain form: a client is known by address and port: two of one host tell each other"""
    bench.serve()
    first, second = bench.peer(A), bench.peer(A, 6001)
    first.add(x(10))
    second.add(x(11))
    bench.hear(first, ADD, x(11))
    bench.hear(second, ADD, x(10))
    second.delete(x(10))
    bench.dropped_becomes("not-owner", 1)
    equal("the clients that own 10.1.0.10", bench.server.table()[x(10)]["from"], [f"{A}:{PORT}"])
    equal("the clients", sorted(bench.server.clients()), [f"{A}:{PORT}", f"{A}:6001"])


def plain_late_joiner(bench):
    """PROTOCOL, plain form: a client that comes late is told everything, each address once"""
    bench.serve()
    a, b = bench.known(A, B)
    a.add(*(x(host) for host in range(1, 41)))
    b.add(*(x(host) for host in range(31, 61)))
    a.delete(x(1), x(2))
    bench.heard_until_fence(a, b)
    late = bench.peer(C)
    late.add(x(77))
    bench.hear(a, ADD, x(77))
    bench.until(lambda: len(late.heard) >= 58, "58 additions for the late client")
    (told,) = bench.heard_until_fence(late)
    equal("what it is told", sorted(told), sorted((ADD, x(host)) for host in range(3, 61)))


def plain_late_joiner_by_any_datagram(bench):
    """PROTOCOL, plain form: a client is known from its first datagram on, also if that withdraws what it
    never had
    """
    bench.serve()
    (a,) = bench.known(A)
    a.add(x(10))
    late = bench.peer(B)
    late.delete(x(77))
    bench.hear(late, ADD, x(10))
    a.add(x(11))
    bench.hear(late, ADD, x(11))


def plain_types_of_the_extended_form(bench):
    """PROTOCOL, extended form: types from 16 up never go to who has not said HELLO, whatever else he says"""
    bench.serve()
    a, b = bench.known(A, B)
    a.add(x(10))
    for kind in (17, 18, 19, 20):  # a wrong digest of each kind; the peer takes no other types than 1 and 2
        a.say(kind, 0xBADD1E)
        b.say(kind, 0xBADD1E)
    bench.told("digests and marks without HELLO", a=[], b=[(ADD, x(10))])


def plain_types_unknown(bench):
    """PROTOCOL: a type that is not known is dropped and counted, and goes to nobody"""
    bench.serve()
    a, b = bench.known(A, B)
    before = bench.server.dropped("unknown-type")
    kinds = [0, *range(3, 16), *range(22, 256)]
    for kind in kinds:
        a.say(kind, x(10))
    bench.told("types 0, 3 to 15, 22 to 255", a=[], b=[])
    bench.dropped_becomes("unknown-type", before + len(kinds))
    bench.table_becomes({})


def plain_table(bench):
    """route-server(1) show table: destination, next hop, the clients, the age, whether the kernel has it"""
    bench.serve()
    a, b = bench.known(A, B)
    a.add(x(10))
    b.add(x(11))
    bench.routes_become({x(10): A, x(11): B})
    rows = bench.server.table()
    for destination, owner in ((x(10), A), (x(11), B)):
        row = rows[destination]
        equal("the row's fields", sorted(row), ["age_ms", "destination", "from", "in_kernel", "next_hop"])
        equal("next hop", row["next_hop"], owner)
        equal("from", row["from"], [f"{owner}:{PORT}"])
        equal("in the kernel", row["in_kernel"], True)
        require(0 <= row["age_ms"] < 60000, "an age of less than a minute", row)


def plain_clients(bench):
    """route-server(1) show clients: address and port, how each speaks, what it owns, when it was heard"""
    bench.serve()
    a, _ = bench.known(A, B)
    bench.extended(C, 0xC0FFEE)
    a.add(x(10), x(11))
    bench.becomes(lambda: bench.server.clients()[f"{A}:{PORT}"]["owns"], 2, "owned by the first")
    rows = bench.server.clients()
    equal("how they speak", {name: row["speaks"] for name, row in rows.items() if "10.0.0.90" not in name},
          {f"{A}:{PORT}": "plain", f"{B}:{PORT}": "plain", f"{C}:{PORT}": "extended"})
    equal("owned by the second", rows[f"{B}:{PORT}"]["owns"], 0)
    require(0 <= rows[f"{A}:{PORT}"]["heard_ms_ago"] < 60000, "heard within the last minute", rows)


def plain_answers_from_where_it_was_asked(bench):
    """A client of any of the server's addresses is told by that address: else it would not know its server"""
    ip("address", "add", "10.0.0.100/24", "dev", "w0")
    bench.serve()
    a, b = bench.peer(A), bench.peer(B)
    b.to = ("10.0.0.100", PORT)  # a peer takes nothing from elsewhere
    b.add(x(10))
    a.add(x(9))
    bench.hear(a, ADD, x(10))
    a.add(x(11))
    bench.hear(b, ADD, x(11))


def plain_listens_where_it_is_told(bench):
    """route-server(1) --listen, --port: it listens at this address and port, and at no other"""
    ip("address", "add", "10.0.0.100/24", "dev", "w0")
    bench.serve("--listen", "10.0.0.100", "--port", "7000")
    a, b = bench.peer(A), bench.peer(B)
    a.add(x(9))
    for peer in a, b:
        peer.to = ("10.0.0.100", 7000)
    b.add(x(11))
    a.add(x(10))
    bench.hear(b, ADD, x(10))
    bench.table_becomes({x(10): A, x(11): B})
    equal("clients", sorted(bench.server.clients()), [f"{A}:{PORT}", f"{B}:{PORT}"])


def plain_nodes(bench):
    """A node that knows the seed alone works with our server: three of them, 60 changes, all tables right

    The nodes forward and leave alone as the seed has it (plain_node.py); several announce the same."""
    bench.serve()
    nodes = []
    for address in A, B, C:
        post = bench.node(address)
        post.node = Client((HERE, PORT), lambda octets, s=post.socket: s.sendto(octets, (HERE, PORT)))
        nodes.append(post.node)
    dice = random.Random(5)
    pool = [x(host) for host in range(1, 9)]
    for _ in range(60):
        node, address = dice.choice(nodes), dice.choice(pool)
        (node.withdraw if node.table.get(address) == "local" else node.announce)(address)
        bench.read(0)

    def wrong():
        faults = []
        for number, node in enumerate(nodes):
            others = {address for other in nodes if other is not node for address in other.local()}
            expected = sorted(others - set(node.local()))
            if node.learned() != expected:
                faults.append(f"node {number} has learned {node.learned()}, not {expected}")
        owned = {address for node in nodes for address in node.local()}
        if (has := set(bench.server.table())) != owned:
            faults.append(f"the server has {sorted(has)}, not {sorted(owned)}")
        return faults

    bench.eventually(lambda: not wrong(), "no wrong entry", actual=wrong)


def plain_only(bench):
    """route-server(1) --plain-only: each update is passed on once, to all but its origin, repeated or refused
    ones too; nobody is told anything again
    """
    bench.serve("--plain-only", interval="100ms")
    a, b, c = bench.known(A, B, C)
    a.add(x(10))
    b.add(x(10))
    c.delete(x(10))
    a.add(x(10))
    each = [(ADD, x(10), A), (ADD, x(10), B), (DELETE, x(10), C), (ADD, x(10), A)]
    told = {peer: [(kind, what) for kind, what, origin in each if origin != peer] for peer in (A, B, C)}
    bench.told("four updates", a=told[A], b=told[B], c=told[C])
    bench.table_becomes({x(10): A})
    bench.peer(D).delete(x(11))
    bench.told("a late joiner's deletion", a=[(DELETE, x(11))], d=[])


def plain_only_says_nothing_else(bench):
    """route-server(1) --plain-only: no types above 2, no repetition, no ageing"""
    bench.serve("--plain-only", interval="100ms")
    a, b = bench.known(A, B)
    a.add(x(10))
    a.add(x(10))
    b.say(16, 0xB0B)
    b.say(17, 1)
    bench.heard_until_fence(a, b)
    bench.table_becomes({x(10): A})
    sent = bench.server.counts()["sent"]
    bench.pass_time(0.6)
    equal("datagrams in six intervals", bench.server.counts()["sent"] - sent, 0)
    bench.told("six intervals later", a=[], b=[])
    bench.table_becomes({x(10): A})


def plain_octets_beyond(bench):
    """An addition of each of many addresses is passed on unchanged, whatever its octets"""
    bench.serve()
    a, b = bench.known(A, B)
    addresses = ["1.0.0.0", "9.255.255.255", "100.64.0.1", "126.255.255.255", "128.0.0.1", "172.16.255.0",
                 "192.168.1.255", "203.0.113.7", "223.255.255.255"]
    for address in addresses:
        a.send(plain(ADD, address))
    bench.told("unicast addresses", b=[(ADD, address) for address in addresses])
    bench.routes_become(dict.fromkeys(addresses, A))
