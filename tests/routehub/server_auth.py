# SPDX-License-Identifier: MIT
"""route-server with a key: what is signed, what is believed."""

import time

from bench import A, B, C, HERE, LONG, PORT, x
from datagram import (
    ADD, DELETE, DIGEST_DOWN, DIGEST_UP, FROM_CLIENT, FROM_SERVER, HELLO, SYNC_END, digest, plain, signed,
)
from facts import Wrong, equal, require, within

KEY = b"open sesame"
X, Y, Z = x(10), x(11), x(12)
ID = 0xABCDEF01


def _serve(bench, *options, interval=LONG):
    bench.serve("--key", KEY.decode(), *options, interval=interval)


def _greet(bench, address, own_id, key=KEY):
    peer = bench.keyed(address, key)
    peer.hello(own_id)
    bench.hear(peer, HELLO)
    bench.hear(peer, SYNC_END)
    peer.heard.clear()
    return peer


def auth_signed_octets(bench):
    """PROTOCOL, authenticated form: 35 octets: five, magic, epoch, sequence from 1 by 1, HMAC-SHA-256 cut to 16

    The peer checks each datagram against Python's hmac."""
    before = int(time.time())
    _serve(bench)
    a, b = _greet(bench, A, ID), _greet(bench, B, 5)
    b.add(X)
    b.add(Y)
    came = bench.hear(a, ADD, Y)
    magic, epoch, sequence = came.trailer
    equal("magic", hex(magic), "0x5653")
    within("epoch: the time of the start", epoch, before, time.time())
    require(sequence >= 4, "the sequence counts all to this peer", came)
    equal("it speaks", bench.server.clients()[f"{A}:{PORT}"]["speaks"], "authenticated")
    bench.routes_become({X: B, Y: B})


def auth_key_file(bench):
    """route-server(1) --key-file: the key is the first line of the file"""
    with open("key", "wb") as file:
        file.write(KEY + b"\nanother line\n")
    bench.serve("--key-file", "key")
    a, b = _greet(bench, A, ID), _greet(bench, B, 5)
    b.add(X)
    bench.hear(a, ADD, X)


def auth_key_of_64_octets(bench):
    """route-server(1) --key: a key of one octet and one of 64 octets"""
    for key in "k", "k" * 64:
        bench.serve("--key", key)
        _greet(bench, A, ID, key.encode())
        bench.server.stop()
        bench.leave(bench.who[-1])


def auth_wrong_key(bench):
    """PROTOCOL, authenticated form: what is signed with another key is dropped, counted, and not answered"""
    _serve(bench)
    a = _greet(bench, A, ID)
    thief = bench.keyed(B, b"open sesamE")
    thief.add(X)
    thief.hello(5)
    thief.add(Y)
    bench.dropped_becomes("bad-auth", 3)
    a.add(Z)
    bench.table_becomes({Z: A})
    thief.take_in()
    equal("it is told", thief.whats(), [])


def auth_each_octet_counts(bench):
    """PROTOCOL, authenticated form: a datagram with any bit changed is dropped"""
    _serve(bench)
    a = _greet(bench, A, ID)
    before = sum(bench.server.counts()["dropped"].values())
    good = signed(KEY, FROM_CLIENT, a.epoch, a.sequence + 1000, plain(ADD, X))
    for at in range(35):
        bad = bytearray(good)
        bad[at] ^= 1 << at % 8
        a.send(bytes(bad))
    bench.becomes(lambda: sum(bench.server.counts()["dropped"].values()), before + 35, "dropped")
    a.add(Y)
    bench.table_becomes({Y: A})


def auth_replayed(bench):
    """PROTOCOL, authenticated form: a sequence that is not above the last one is dropped: a replay changes
    nothing
    """
    _serve(bench)
    a = _greet(bench, A, ID)
    a.add(X)
    old = a.sent[-1]
    a.delete(X)
    a.add(Y)
    again = a.sent[-1]
    bench.table_becomes({Y: A})
    before = bench.server.dropped("replayed")
    a.send(old)
    a.send(again)
    bench.dropped_becomes("replayed", before + 2)
    bench.table_becomes({Y: A})


def auth_lower_epoch(bench):
    """PROTOCOL, authenticated form: a lower epoch is dropped, however high the sequence; a higher one begins
    with 1
    """
    _serve(bench)
    a = _greet(bench, A, ID)
    before = bench.server.dropped("replayed")
    a.send(signed(KEY, FROM_CLIENT, a.epoch - 1, 1 << 40, plain(ADD, X)))
    bench.dropped_becomes("replayed", before + 1)
    a.epoch, a.sequence = a.epoch + 1, 0
    a.hello(ID + 1)
    a.add(Y)
    bench.table_becomes({Y: A})
    a.send(signed(KEY, FROM_CLIENT, a.epoch - 1, 1 << 40, plain(ADD, X)))
    bench.dropped_becomes("replayed", before + 2)


def auth_gap_is_asked_about(bench):
    """PROTOCOL, authenticated form: a sequence that shows that others were lost makes the server send a digest at
    once
    """
    _serve(bench)
    a = _greet(bench, A, ID)
    a.add(X)
    a.sequence += 1  # the addition of Y, lost
    a.add(Z)
    came = bench.until(lambda: a.take(DIGEST_UP) or a.take(DIGEST_DOWN), "a digest")
    if came.kind == DIGEST_UP:
        require(came.field in (digest((X,), ID), digest((X, Z), ID)), "the digest of what has arrived", came)
    a.sync(X, Y, Z)
    bench.routes_become({X: A, Y: A, Z: A})


def auth_no_gap_no_digest(bench):
    """PROTOCOL, authenticated form: as long as nothing is lost there is no digest before its time"""
    _serve(bench)
    a = _greet(bench, A, ID)
    for host in range(1, 21):
        a.add(x(host))
    bench.becomes(lambda: len(bench.server.table()), 20, "addresses")
    a.take_in()
    equal("it is told", a.whats(), [])


def auth_plain_about_an_owned_address(bench):
    """PROTOCOL, authenticated form: a plain datagram about an address with an authenticated owner is dropped,
    also from another client
    """
    _serve(bench)
    a, b = _greet(bench, A, ID), bench.peer(B)
    a.add(X)
    bench.table_becomes({X: A})
    b.add(Y)
    bench.hear(b, ADD, X)
    for number, kind in enumerate((ADD, DELETE)):
        b.say(kind, X)
        bench.dropped_becomes("unsigned", number + 1)
        bench.table_becomes({X: A, Y: B})
        equal("from", bench.server.table()[X]["from"], [f"{A}:{PORT}"])


def auth_plain_from_an_authenticated_client(bench):
    """PROTOCOL, authenticated form: a plain datagram from an address and port that has been authenticated is
    dropped
    """
    _serve(bench)
    a = _greet(bench, A, ID)
    a.add(X)
    for kind, field in (DELETE, X), (ADD, Y), (21, ID), (HELLO, 99):
        a.send(plain(kind, field))
    bench.dropped_becomes("unsigned", 4)
    bench.table_becomes({X: A})


def auth_plain_clients_beside(bench):
    """PROTOCOL, authenticated form: plain clients are served beside, in the plain form, about other addresses"""
    _serve(bench)
    a, b, c = _greet(bench, A, ID), bench.peer(B), bench.peer(C)
    a.add(X)
    b.add(Y)
    c.add(Z)
    for peer, addresses in (a, (Y, Z)), (b, (X, Z)), (c, (X, Y)):
        for address in addresses:
            bench.hear(peer, ADD, address)
    b.delete(Y)
    bench.hear(a, DELETE, Y)
    bench.hear(c, DELETE, Y)
    equal("how they speak", {name: row["speaks"] for name, row in bench.server.clients().items()},
          {f"{A}:{PORT}": "authenticated", f"{B}:{PORT}": "plain", f"{C}:{PORT}": "plain"})


def auth_reflected(bench):
    """PROTOCOL, authenticated form: the server's own datagrams, sent back to it, are dropped, from whomever"""
    _serve(bench)
    a, b = _greet(bench, A, ID), _greet(bench, B, 5)
    b.add(X)
    own = bench.hear(a, ADD, X).octets
    before = sum(bench.server.counts()["dropped"].values())
    for peer in a, b, bench.peer(C):
        peer.send(own)
    bench.becomes(lambda: sum(bench.server.counts()["dropped"].values()), before + 3, "dropped")
    equal("clients", sorted(bench.server.clients()), [f"{A}:{PORT}", f"{B}:{PORT}"])
    bench.table_becomes({X: B})


def auth_magic_of_a_server(bench):
    """PROTOCOL, authenticated form: what is signed as a server does is not taken from a client"""
    _serve(bench)
    a = _greet(bench, A, ID)
    before = sum(bench.server.counts()["dropped"].values())
    a.send(signed(KEY, FROM_SERVER, a.epoch, a.sequence + 1, plain(ADD, X)))
    bench.becomes(lambda: sum(bench.server.counts()["dropped"].values()), before + 1, "dropped")
    a.add(Y)
    bench.table_becomes({Y: A})


def auth_client_and_server_with_a_key(bench):
    """PROTOCOL, authenticated form: our client and our server with one key; one with another key learns nothing"""
    _serve(bench, interval="300ms")
    a = _greet(bench, A, ID)
    a.lively(0.3)
    a.add(X)
    client = bench.another_client()
    client.start("--server", HERE, "--port", "5501", "--interval", "300ms", "--key", "open sesame",
                 "--announce", Y)
    client.wait_ready()
    bench.hear(a, ADD, Y)
    bench.becomes(client.hops, {X: HERE, Y: None}, "the client's table")
    client.stop()
    bench.hear(a, DELETE, Y)
    client.start("--server", HERE, "--port", "5501", "--interval", "300ms", "--key", "open sesamE",
                 "--announce", Z)
    client.wait_ready()
    bench.eventually(lambda: bench.server.dropped("bad-auth") >= 3, "its datagrams are dropped")
    equal("the client's table", client.hops(), {Z: None})
    require(Z not in bench.server.hops(), "nothing of it in the server's table")


def auth_digest_in_steady_state(bench):
    """PROTOCOL, authenticated form: digests each interval, signed, as in the extended form"""
    _serve(bench, interval="250ms")
    a, b = _greet(bench, A, ID), _greet(bench, B, 5)
    a.lively(0.25)
    b.lively(0.25)
    b.add(X, Y)
    for _ in range(3):
        bench.hear(a, DIGEST_DOWN, digest((X, Y), ID))
    if bench.server.dropped("bad-auth"):
        raise Wrong("expected: no drop")
