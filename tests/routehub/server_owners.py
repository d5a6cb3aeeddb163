# SPDX-License-Identifier: MIT
"""route-server keeps every owner of an address, and tells each client exactly when the answer to "does
another client own this address" changes for it."""

import random

from bench import A, B, C, D, PORT, x
from datagram import ADD, DELETE, listed
from facts import Wrong, equal, require

X = x(10)


def owners_second_owner(bench):
    """PROTOCOL: of a second owner the first is told, and nobody else: for the others nothing changes"""
    bench.serve()
    a, b, *_ = bench.known(A, B, C, D)
    a.add(X)
    bench.told("the first owner", a=[], b=[(ADD, X)], c=[(ADD, X)], d=[(ADD, X)])
    b.add(X)
    bench.told("the second owner", a=[(ADD, X)], b=[], c=[], d=[])
    row = bench.server.table()[X]
    equal("next hop, as before", row["next_hop"], A)
    equal("from", sorted(row["from"]), [f"{A}:{PORT}", f"{B}:{PORT}"])
    bench.routes_become({X: A})


def owners_first_owner_withdraws(bench):
    """PROTOCOL: the first of two owners withdraws: it is told the addition again, the second a deletion, others
    nothing; the route is by way of the second
    """
    bench.serve()
    a, b, c = bench.known(A, B, C)
    a.add(X)
    b.add(X)
    bench.heard_until_fence(a, b, c)
    a.delete(X)
    bench.told("the first withdraws", a=[(ADD, X)], b=[(DELETE, X)], c=[])
    bench.routes_become({X: B})
    equal("from", bench.server.table()[X]["from"], [f"{B}:{PORT}"])


def owners_second_owner_withdraws(bench):
    """PROTOCOL: the second of two owners withdraws: it is told the addition again, the first a deletion, others
    nothing; the route stays
    """
    bench.serve()
    a, b, c = bench.known(A, B, C)
    a.add(X)
    b.add(X)
    bench.heard_until_fence(a, b, c)
    b.delete(X)
    bench.told("the second withdraws", a=[(DELETE, X)], b=[(ADD, X)], c=[])
    bench.routes_become({X: A})


def owners_last_owner_withdraws(bench):
    """PROTOCOL: the last owner withdraws: all others are told the deletion, and it is told nothing"""
    bench.serve()
    a, b, c = bench.known(A, B, C)
    a.add(X)
    b.add(X)
    a.delete(X)
    bench.heard_until_fence(a, b, c)
    b.delete(X)
    bench.told("the last withdraws", a=[(DELETE, X)], b=[], c=[(DELETE, X)])
    bench.table_becomes({})
    bench.routes_become({})


def owners_three_owners(bench):
    """PROTOCOL: a third owner changes nothing for anybody; who withdraws is told the addition again, until one
    is left
    """
    bench.serve()
    a, b, c, d = bench.known(A, B, C, D)
    a.add(X)
    b.add(X)
    bench.heard_until_fence(a, b, c, d)
    c.add(X)
    bench.told("the third owner", a=[], b=[], c=[], d=[])
    a.delete(X)
    bench.told("one of three withdraws", a=[(ADD, X)], b=[], c=[], d=[])
    b.delete(X)
    bench.told("one of two withdraws", a=[], b=[(ADD, X)], c=[(DELETE, X)], d=[])
    c.delete(X)
    bench.told("the last withdraws", a=[(DELETE, X)], b=[(DELETE, X)], c=[], d=[(DELETE, X)])


def owners_refused_delete(bench):
    """PROTOCOL: a deletion by who does not own the address is refused, counted, and not passed on"""
    bench.serve()
    a, b, c = bench.known(A, B, C)
    a.add(X)
    bench.heard_until_fence(a, b, c)
    before = bench.server.dropped("not-owner")
    c.delete(X)
    c.delete(x(99))  # which nobody owns
    bench.told("a refused deletion", a=[], b=[])
    bench.dropped_becomes("not-owner", before + 2)
    bench.routes_become({X: A})


def owners_owner_repeats(bench):
    """PROTOCOL: what an owner repeats is told to nobody"""
    bench.serve()
    a, b, c = bench.known(A, B, C)
    a.add(X)
    b.add(X)
    bench.heard_until_fence(a, b, c)
    for peer in a, b, a, b, b:
        peer.add(X)
    bench.told("repeated additions", a=[], b=[], c=[])
    equal("next hop, as before", bench.server.table()[X]["next_hop"], A)


def owners_there_and_back(bench):
    """PROTOCOL: what is withdrawn and announced again is told in that order"""
    bench.serve()
    a, b = bench.known(A, B)
    for _ in range(10):
        a.add(X)
        a.delete(X)
    a.add(X)
    bench.told("ten times", a=[], b=[(ADD, X), (DELETE, X)] * 10 + [(ADD, X)])
    bench.routes_become({X: A})


def owners_late_owner(bench):
    """PROTOCOL: who comes late with an address that another owns is told that too; the other is told of him"""
    bench.serve()
    (a,) = bench.known(A)
    a.add(X, x(11))
    bench.heard_until_fence(a)
    late = bench.peer(B)
    late.add(X)
    bench.until(lambda: len(late.heard) >= 2, "two additions for the late client")
    bench.told("a second owner from the start", a=[(ADD, X)], b=[(ADD, X), (ADD, x(11))])


class _Model:
    """Who owns what, and so what each change makes the server tell whom."""

    def __init__(self, names):
        self.names = names
        self.owners = {}

    def told(self, change):
        """Makes the change, (name, kind, address); name: what it is told."""
        name, kind, address = change
        owners = self.owners.setdefault(address, set())
        before = {who: bool(owners - {who}) for who in self.names}
        (owners.add if kind == ADD else owners.discard)(name)
        told = {}
        for who in self.names:
            after = bool(owners - {who})
            if after != before[who]:
                told[who] = (ADD if after else DELETE, address)
            elif who == name and kind == DELETE and after:
                told[who] = (ADD, address)
        return told


def owners_many_changes(bench):
    """PROTOCOL: 300 changes by four clients, with many owners: each datagram is the one that follows, and there
    is no other
    """
    bench.serve()
    names = (A, B, C, D)
    peers = dict(zip(names, bench.known(*names)))
    dice, model = random.Random(300), _Model(names)
    expected = {name: [] for name in names}
    made = 0
    while made < 300:
        name, address = dice.choice(names), x(dice.randrange(1, 7))
        owns = name in model.owners.get(address, ())
        kind = DELETE if owns and dice.random() < 0.8 else ADD
        peers[name].say(kind, address)
        for who, what in model.told((name, kind, address)).items():
            expected[who].append(what)
        made += 1
        bench.read(0)
    for name, told in zip(names, bench.heard_until_fence(*peers.values())):
        if told != expected[name]:
            at = next((i for i, pair in enumerate(zip(told, expected[name])) if pair[0] != pair[1]),
                      min(len(told), len(expected[name])))
            raise Wrong(f"{name} is told, from datagram {at} on\nexpected: {listed(expected[name][at:at + 8])}\n"
                        f"actual:   {listed(told[at:at + 8])}\nall of it, expected: "
                        f"{len(expected[name])} datagrams, actual: {len(told)}")
    require(sum(map(len, expected.values())) > 200, "a test that tests")
    left = {address: owners for address, owners in model.owners.items() if owners}
    bench.becomes(lambda: {d: sorted(row["from"]) for d, row in bench.server.table().items()},
                  {d: sorted(f"{owner}:{PORT}" for owner in owners) for d, owners in left.items()}, "owners")


def owners_clients_of_one_host(bench):
    """PROTOCOL: two clients of one host own the same address: the route stays until both have withdrawn it"""
    bench.serve()
    first, second, other = bench.peer(A), bench.peer(A, 6001), bench.known(B)[0]
    first.add(X)
    second.add(X)
    bench.heard_until_fence(other)
    first.delete(X)
    bench.quiet("one of two withdraws", other)
    bench.routes_become({X: A})
    second.delete(X)
    bench.hear(other, DELETE, X)
    bench.routes_become({})
