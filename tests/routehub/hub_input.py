# SPDX-License-Identifier: MIT
"""Bad input: what is no datagram of the hub's is dropped, counted, and ends nothing."""

import random

from bench import A, B, C, D, PORT, SERVER, x
from datagram import (
    ADD, DELETE, FROM_CLIENT, HELLO, SYNC_BEGIN, SYNC_END, digest, plain, signed,
)
from facts import equal, require, within

X, Y, Z = x(10), x(11), x(12)
BAD_LENGTHS = [*range(5), *range(6, 35), 36, 40, 70, 512, 1472]
KEY = b"open sesame"


def input_lengths(bench):
    """PROTOCOL: a datagram of another length than 5 or 35 octets is dropped by the server, and counted"""
    bench.serve()
    a, b = bench.known(A, B)
    for length in BAD_LENGTHS:
        a.send((plain(ADD, X) + bytes(1500))[:length])
    bench.dropped_becomes("bad-length", len(BAD_LENGTHS))
    bench.told("bad lengths", a=[], b=[])
    bench.table_becomes({})


def input_lengths_to_a_client(bench):
    """PROTOCOL: a datagram of another length than 5 or 35 octets is dropped by the client, and counted"""
    hub = bench.join_hub()
    for length in BAD_LENGTHS:
        hub.send((plain(ADD, X) + bytes(1500))[:length])
    bench.dropped_becomes("bad-length", len(BAD_LENGTHS))
    hub.add(Y)
    bench.table_becomes({Y: SERVER})


def input_counts(bench):
    """route-server(1) show counts: what was received and sent, and what was dropped, by reason"""
    bench.serve()
    a, b = bench.known(A, B)
    bench.table_becomes({})
    before = bench.server.counts()
    equal("reasons", sorted(before["dropped"]), sorted((
        "bad-length", "unknown-type", "bad-address", "not-owner", "bad-auth", "replayed", "unsigned",
        "too-many-clients")))
    a.add(X, Y)
    b.delete(X)
    a.send(b"")
    a.say(200, X)
    a.add("127.0.0.1")
    bench.dropped_becomes("bad-address", before["dropped"]["bad-address"] + 1)
    after = bench.server.counts()
    equal("received", after["received"] - before["received"], 6)
    # two additions to each of two others
    equal("sent", after["sent"] - before["sent"], 4)
    for reason in "not-owner", "bad-length", "unknown-type", "bad-address":
        equal(reason, after["dropped"][reason] - before["dropped"][reason], 1)


def input_one_line_not_many(bench):
    """Bad input: 3,000 bad datagrams make a few lines in the log, not thousands"""
    bench.serve()
    (a,) = bench.known(A)
    before = bench.server.log().count("\n")
    for number in range(3000):
        a.send(b"\1\2\3")
        if number % 100 == 99:
            bench.heard_until_fence(a)
    bench.eventually(lambda: bench.server.dropped("bad-length") > 2000, "they are counted")
    within("lines", bench.server.log().count("\n") - before, 0, 30)


def _mutated(dice, original):
    data = bytearray(original)
    for _ in range(dice.randint(1, 3)):
        if data:
            data[dice.randrange(len(data))] = dice.choice((0, 1, 2, 16, 20, 21, 127, 255, dice.randrange(256)))
    if dice.random() < 0.1:
        del data[dice.randrange(len(data) + 1):]
    elif dice.random() < 0.05:
        data += dice.randbytes(dice.randint(1, 40))
    return bytes(data)


def _originals(address, own_id):
    """A datagram of each kind."""
    forms = [plain(ADD, address), plain(DELETE, address)]
    forms += [plain(kind, digest((address,), own_id)) for kind in (17, 18, 20)]
    forms += [plain(HELLO, own_id), plain(SYNC_BEGIN, 0), plain(21, own_id)]
    return forms + [signed(KEY, FROM_CLIENT, 1, 1, form) for form in forms]


def _flood(bench, peers, number, breathe):
    """So many mutated datagrams from these peers.  Now and then breathe() waits for the program."""
    dice = random.Random(number)
    originals = [_originals(x(host), host) for host in range(1, 5)]
    for count in range(number):
        dice.choice(peers).send(_mutated(dice, dice.choice(dice.choice(originals))))
        if count % 250 == 249:
            breathe()
            for peer in peers:
                peer.forget()


def _careless(peer):
    """It takes anything that has the right length: what it has said is not known to it."""
    peer.check = lambda datagram: equal("octets", len(datagram.octets) in (5, 35), True, datagram)
    return peer


def input_mutated(bench):
    """Bad input: 100,000 mutated datagrams later the server runs, a neighbour's addresses are right, and new ones
    are told
    """
    bench.serve("--max-clients", "50")
    good = bench.extended(A, 0x600D)
    good.add(x(1, 9), x(2, 9))
    peers = [_careless(bench.peer(f"10.0.0.{host}")) for host in range(10, 18)]

    def breathe():
        good.say(HELLO, good.id)
        bench.hear(good, HELLO)
        good.forget()

    _flood(bench, peers, 100_000, breathe)
    require(bench.server.runs(), "it runs")
    rows = bench.server.table()
    for address in x(1, 9), x(2, 9):
        require(f"{A}:{PORT}" in rows[address]["from"], f"{address} of the neighbour")
    for peer in peers:
        bench.leave(peer)
    other = bench.extended(B, 0x0B)
    good.add(X)
    bench.hear(other, ADD, X)
    hops = bench.server.hops()
    kernel = {d: row["next_hop"] for d, row in bench.server.table().items() if row["in_kernel"]}
    require(kernel.items() <= hops.items(), "a table that holds still")
    bench.routes_become(kernel)


def input_flood(bench):
    """Bad input: a flood of 60,000 datagrams of garbage, faster than they can be read, does no harm"""
    bench.serve()
    a, b = bench.known(A, B)
    a.add(X)
    bench.routes_become({X: A})
    d, dice = bench.peer(D), random.Random(60)
    garbage = [bytes([dice.randrange(22, 256)]) + dice.randbytes(dice.choice((0, 3, 4, 4, 29, 30, 34, 900)))
               for _ in range(2000)]
    for number in range(60_000):
        d.send(garbage[number % 2000])
    bench.eventually(lambda: bench.server.dropped("bad-length") > 100, "some of it is counted")
    while not bench.wait(lambda: a.take(ADD, Y), 1):
        b.add(Y)  # which may have been lost for want of room
    require({what for what in b.whats() if what[0] == ADD} <= {(ADD, X), (ADD, x(1, 251))}, "nothing else told", b)
    bench.routes_become({X: A, Y: B})


def input_mutated_to_a_client(bench):
    """Bad input: 50,000 mutated datagrams from senders and the server later the client runs and learns"""
    hub = _careless(bench.extended_hub("--announce", x(1, 9)))
    peers = [_careless(bench.peer(address)) for address in (A, B, C)]

    ids = iter(range(0x01000000, 0x02000000))

    def breathe():
        hub.forget()
        hub.say(HELLO, next(ids))  # which is answered with all that is announced
        bench.hear(hub, SYNC_END)

    _flood(bench, [*peers, hub], 50_000, breathe)
    require(bench.client.runs(), "it runs")
    equal("what is announced here", bench.client.hops()[x(1, 9)], None)
    hub.say(HELLO, 0x123456)
    hub.add(x(3, 9))
    bench.becomes(lambda: bench.client.hops().get(x(3, 9)), SERVER, "next hop of a new address")


def input_keyed_mutated(bench):
    """Bad input: 20,000 mutated signed datagrams change nothing in a server with a key"""
    bench.serve("--key", KEY.decode())
    a = bench.keyed(A, KEY)
    a.hello(9)
    a.add(X)
    bench.table_becomes({X: A})
    dice = random.Random(35)
    for number in range(20_000):
        original = signed(KEY, FROM_CLIENT, a.epoch, a.sequence + number, plain(ADD, x(number % 200, 3)))
        data = bytearray(original)
        data[dice.randrange(35)] ^= 1 << dice.randrange(8)
        a.send(bytes(data))
        a.sent.clear()
        if number % 1000 == 999:
            bench.server.counts()
    bench.table_becomes({X: A})
    a.add(Y)
    bench.table_becomes({X: A, Y: A})
    require(bench.server.dropped("bad-auth") > 1000, "they are counted as bad-auth", bench.server.counts())


def input_max_clients(bench):
    """route-server(1) --max-clients: one client too many is not served, and counted; when another leaves it is"""
    bench.serve("--max-clients", "2")
    a, b = bench.extended(A, 5), bench.peer(B)
    b.add(Y)
    bench.hear(a, ADD, Y)
    c = bench.peer(C)
    c.add(X)
    c.add(X)
    bench.dropped_becomes("too-many-clients", 2)
    bench.table_becomes({Y: B})
    a.bye()
    bench.becomes(lambda: list(bench.server.clients()), [f"{B}:{PORT}"], "clients")
    c.add(X)
    bench.hear(c, ADD, Y)
    bench.hear(b, ADD, X)
    bench.table_becomes({X: C, Y: B})
    equal("who was not served was told", c.whats(DELETE), [])


def input_garbage_makes_no_client(bench):
    """PROTOCOL: who has sent nothing but datagrams of bad lengths is no client"""
    bench.serve()
    bench.known(A)
    d = bench.peer(D)
    for octets in b"", b"\1\2", bytes(100):
        d.send(octets)
    bench.dropped_becomes("bad-length", 3)
    require(f"{D}:{PORT}" not in bench.server.clients(), "no client", bench.server.clients())
