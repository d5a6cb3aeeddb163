# SPDX-License-Identifier: MIT
"""route-client with a key."""

import time

from bench import A, SERVER, x
from datagram import ADD, BYE, DELETE, DIGEST_DOWN, DIGEST_UP, FROM_SERVER, HELLO, SYNC_END, plain, signed
from facts import equal, require, within

KEY = b"open sesame"
W, X, Y, Z = x(9), x(10), x(11), x(12)


def _join(bench, *options, **more):
    """The client with a server that has the same key, after the first exchange."""
    return bench.extended_hub("--key", KEY.decode(), *options, key=KEY, **more)


def client_auth_signed_octets(bench):
    """PROTOCOL, authenticated form: all that a client with a key says has 35 octets, magic 0x5643, a sequence from
    1 by 1

    The peer checks each datagram against Python's hmac."""
    before = int(time.time())
    hub = bench.join_hub("--key", KEY.decode(), "--announce", X, key=KEY)
    first = bench.until(lambda: hub.heard and hub.heard[0], "a datagram")
    magic, epoch, sequence = first.trailer
    equal("magic and sequence of the first", (hex(magic), sequence), ("0x5643", 1))
    within("epoch: the time of the start", epoch, before, time.time())
    bench.hear(hub, ADD, X)
    hub.greet(7)
    hub.say(HELLO, 7)
    bench.hear(hub, SYNC_END, hub.digest(X))
    hub.add(Y)
    bench.routes_become({Y: SERVER})
    bench.client.stop()
    bench.hear(hub, BYE)


def client_auth_unsigned(bench):
    """PROTOCOL, authenticated form: a client with a key takes nothing unsigned from the server"""
    hub = _join(bench)
    hub.add(X)
    for kind, field in (ADD, Y), (DELETE, X), (HELLO, 9), (BYE, hub.id):
        hub.send(plain(kind, field))
    bench.dropped_becomes("unsigned", 4)
    bench.table_becomes({X: SERVER})


def client_auth_unsigned_from_the_start(bench):
    """PROTOCOL, authenticated form: also where the server has never signed anything"""
    hub = bench.join_hub("--key", KEY.decode(), key=KEY)
    bench.hear(hub, HELLO)
    hub.send(plain(ADD, X))
    hub.send(plain(HELLO, 9))
    bench.dropped_becomes("unsigned", 2)
    equal("the table", bench.client.hops(), {})
    equal("what is said to it", hub.whats(DIGEST_UP, SYNC_END), [])


def client_auth_wrong_key(bench):
    """PROTOCOL, authenticated form: what is signed with another key is dropped"""
    hub = _join(bench)
    hub.send(signed(b"open sesamE", FROM_SERVER, hub.epoch, hub.sequence + 1, plain(ADD, X)))
    bench.dropped_becomes("bad-auth", 1)
    hub.add(Y)
    bench.table_becomes({Y: SERVER})


def client_auth_replayed(bench):
    """PROTOCOL, authenticated form: a replayed datagram of the server and one of a lower epoch are dropped"""
    hub = _join(bench)
    hub.add(X)
    old = hub.sent[-1]
    hub.delete(X)
    hub.send(old)
    hub.send(signed(KEY, FROM_SERVER, hub.epoch - 1, 1 << 40, plain(ADD, Z)))
    bench.dropped_becomes("replayed", 2)
    hub.add(Y)
    bench.table_becomes({Y: SERVER})


def client_auth_reflected(bench):
    """PROTOCOL, authenticated form: the client's own datagrams, sent back to it, are dropped"""
    hub = _join(bench, "--announce", W)
    bench.client.once("add", X)
    own = bench.hear(hub, ADD, X).octets
    bench.client.once("del", X)
    before = sum(bench.client.counts()["dropped"].values())
    hub.send(own)
    bench.becomes(lambda: sum(bench.client.counts()["dropped"].values()), before + 1, "dropped")
    bench.table_becomes({W: None})


def client_auth_gap_is_asked_about(bench):
    """PROTOCOL, authenticated form: a sequence that shows that others were lost makes the client send a digest at
    once
    """
    hub = _join(bench)
    hub.add(X)
    hub.sequence += 1  # the addition of Y, lost
    hub.add(Z)
    came = bench.until(lambda: hub.take(DIGEST_DOWN) or hub.take(DIGEST_UP), "a digest")
    if came.kind == DIGEST_DOWN:
        require(came.field in (hub.digest(X), hub.digest(X, Z)), "the digest of what has arrived", came)
    hub.sync(X, Y, Z)
    bench.routes_become({X: SERVER, Y: SERVER, Z: SERVER})


def client_auth_sender_of_a_signed_client(bench):
    """PROTOCOL, authenticated form: a client with a key does not sign what a stranger at its wire says"""
    hub = _join(bench)
    bench.peer(A).add(X)
    bench.until(lambda: bench.client.counts()["dropped"]["unsigned"] == 1, "it is counted as unsigned")
    bench.client.once("add", Y)
    bench.hear(hub, ADD, Y)
    bench.table_becomes({Y: None})
