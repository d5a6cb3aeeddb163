# SPDX-License-Identifier: MIT
"""route-server and clients of the extended form: HELLO, digests, replays between marks, BYE."""

import time

from bench import A, B, C, HERE, PORT, x
from datagram import ADD, BYE, DELETE, DIGEST_DOWN, DIGEST_UP, HELLO, SYNC_BEGIN, SYNC_END, digest
from facts import equal, require, within

X, Y, Z = x(10), x(11), x(12)
INTERVAL, TEXT = 0.25, "250ms"
ID = 0xC0FFEE01


def sync_hello_is_answered(bench):
    """PROTOCOL, extended form: each HELLO is answered with the server's, whose id is not 0 and stays"""
    bench.serve()
    a = bench.extended(A, ID)
    ids = set()
    for _ in range(3):
        a.say(HELLO, ID)
        ids.add(bench.hear(a, HELLO).field)
    require(len(ids) == 1 and 0 not in ids, f"one id that is not 0, not {ids}")
    bench.server.stop()
    bench.serve()
    a.heard.clear()
    a.say(HELLO, ID)
    require(bench.hear(a, HELLO).field not in ids, "another id after a restart", a)


def sync_new_id_gets_all(bench):
    """PROTOCOL, extended form: after a HELLO with a new id the client is sent all, between marks, with the digest
    of it
    """
    bench.serve()
    b = bench.peer(B)
    addresses = [x(host) for host in range(1, 31)]
    b.add(*addresses)
    bench.becomes(lambda: len(bench.server.table()), 30, "addresses")
    a = bench.peer(A)
    a.hello(ID)
    bench.until(lambda: a.whats(SYNC_END), "SYNC-END")
    told, field = a.between_marks()
    equal("what it is told", sorted(told), sorted(addresses))
    equal("SYNC-END", hex(field), hex(digest(addresses, ID)))


def sync_same_id_gets_nothing_new(bench):
    """PROTOCOL, extended form: after a HELLO with the same id nothing is sent again; after another one, all is"""
    bench.serve()
    b = bench.peer(B)
    b.add(X)
    a = bench.extended(A, ID)
    a.say(HELLO, ID)
    bench.hear(a, HELLO)
    bench.quiet("the same id", a)
    a.hello(ID + 1)
    bench.until(lambda: a.whats(SYNC_END), "SYNC-END")
    told, field = a.between_marks()
    require(X in told, f"{X} again", a)
    equal("SYNC-END, with the new id", hex(field), hex(digest(told, ID + 1)))


def sync_digest_down(bench):
    """PROTOCOL, extended form: DIGEST-DOWN each interval is the digest, with the client's own id, of what the
    client was told
    """
    bench.serve(interval=TEXT)
    a, b, c = bench.extended(A, ID), bench.extended(B, 7), bench.peer(C)
    a.lively(INTERVAL)
    b.lively(INTERVAL)
    c.add(X, Y)
    b.add(Y, Z)
    for peer, view in (a, (X, Y, Z)), (b, (X, Y)):
        right = digest(view, peer.id)
        bench.hear(peer, DIGEST_DOWN, right)
        peer.heard.clear()
        start = time.monotonic()
        bench.until(lambda p=peer: len(p.whats(DIGEST_DOWN)) >= 4, "four DIGEST-DOWN")
        within("seconds for them", time.monotonic() - start, 2.5 * INTERVAL, 6 * INTERVAL + 1)
        equal("all of them", {hex(field) for _, field in peer.whats(DIGEST_DOWN)}, {hex(right)})
    c.delete(X)
    bench.hear(a, DIGEST_DOWN, digest((Y, Z), a.id))


def sync_digest_of_nothing(bench):
    """PROTOCOL, extended form: the digest of nothing is 0"""
    bench.serve(interval=TEXT)
    a = bench.extended(A, ID)
    a.add(X)
    a.lively(INTERVAL)
    equal("DIGEST-DOWN", bench.hear(a, DIGEST_DOWN).field, 0)


def sync_digest_up_right(bench):
    """PROTOCOL, extended form: a DIGEST-UP that is right is not answered"""
    bench.serve()
    a = bench.extended(A, ID)
    a.add(X, Y)
    a.say(DIGEST_UP, digest((X, Y), ID))
    bench.quiet("it is right", a)


def sync_digest_up_wrong(bench):
    """PROTOCOL, extended form: a DIGEST-UP that is wrong is answered with the digest of what the server has"""
    bench.serve()
    a, b = bench.extended(A, ID), bench.peer(B)
    a.add(X, Y)
    b.add(Z, X)
    bench.heard_until_fence(a, b)
    a.say(DIGEST_UP, digest((X, Y, Z), ID))
    equal("the answer", bench.hear(a, DIGEST_UP).field, digest((X, Y), ID))
    a.say(DIGEST_UP, 0)
    equal("the answer", bench.hear(a, DIGEST_UP).field, digest((X, Y), ID))
    bench.table_becomes({X: A, Y: A, Z: B})


def sync_address_of_the_server(bench):
    """PROTOCOL, soft state: an address of the server's own that a client announces is remembered for the digest, and
    nothing more
    """
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(HERE, X)
    a.say(DIGEST_UP, digest((HERE, X), ID))
    bench.told("an address of the server", a=[], b=[(ADD, X)])
    a.sync(HERE, Y)
    bench.told("a replay with it", a=[], b=[(ADD, Y), (DELETE, X)])
    a.delete(HERE)
    a.say(DIGEST_UP, digest((Y,), ID))
    bench.told("it is withdrawn", a=[], b=[])
    bench.routes_become({Y: A})


def sync_deletion_before_its_addition(bench):
    """PROTOCOL, extended form: where a deletion overtakes its addition, the next DIGEST-UP finds it out"""
    bench.serve()
    a = bench.extended(A, ID)
    a.add(Y)
    a.delete(X)
    a.add(X)
    a.say(DIGEST_UP, digest((Y,), ID))
    equal("the answer", bench.hear(a, DIGEST_UP).field, digest((X, Y), ID))
    a.add(Y)
    a.say(DIGEST_UP, digest((Y,), ID))
    equal("the answer", bench.hear(a, DIGEST_UP).field, digest((X, Y), ID))
    a.sync(Y)
    bench.routes_become({Y: A})
    a.say(DIGEST_UP, digest((Y,), ID))
    bench.quiet("it is right", a)


def sync_digest_down_wrong(bench):
    """PROTOCOL, extended form: a client whose DIGEST-DOWN is not the server's is sent all between marks; one whose
    is right, nothing
    """
    bench.serve()
    a, b = bench.extended(A, ID), bench.peer(B)
    b.add(X, Y)
    a.add(Z)
    bench.heard_until_fence(a, b)
    bench.table_becomes({X: B, Y: B, Z: A})
    a.say(DIGEST_DOWN, digest((X, Y), ID))
    bench.quiet("it is right", a)
    bench.table_becomes({X: B, Y: B, Z: A})
    a.heard.clear()
    a.say(DIGEST_DOWN, digest((X,), ID))
    bench.until(lambda: a.whats(SYNC_END), "SYNC-END")
    told, field = a.between_marks()
    equal("what it is told", sorted(told), [X, Y])
    equal("SYNC-END", hex(field), hex(digest((X, Y), ID)))


def sync_right(bench):
    """PROTOCOL, extended form: after a SYNC-END that is right what was not mentioned is forgotten, what is new is
    known
    """
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(X, Y)
    bench.heard_until_fence(a, b)
    a.sync(Y, Z)
    bench.told("a replay without the first address, with a third", a=[], b=[(ADD, Z), (DELETE, X)])
    bench.routes_become({Y: A, Z: A})


def sync_right_with_nothing(bench):
    """PROTOCOL, extended form: a replay of nothing, whose digest is 0, withdraws all"""
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(X, Y)
    bench.heard_until_fence(a, b)
    a.sync()
    (told,) = bench.heard_until_fence(b)
    equal("told", sorted(told), [(DELETE, X), (DELETE, Y)])
    bench.routes_become({})


def sync_wrong(bench):
    """PROTOCOL, extended form: after a SYNC-END that is wrong nothing is forgotten, and a DIGEST-UP asks again;
    the right replay then counts
    """
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(X, Y)
    bench.heard_until_fence(a, b)
    a.sync(Z, field=digest((Y, Z), ID))  # the addition of the second was lost
    equal("what the server has", bench.hear(a, DIGEST_UP).field, digest((X, Y, Z), ID))
    bench.told("a replay that was not whole", a=[], b=[(ADD, Z)])
    bench.routes_become({X: A, Y: A, Z: A})
    a.sync(Y, Z)
    bench.told("one that is", a=[], b=[(DELETE, X)])
    bench.routes_become({Y: A, Z: A})


def sync_without_begin(bench):
    """PROTOCOL, extended form: where SYNC-BEGIN was lost nothing is forgotten"""
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(X, Y)
    bench.heard_until_fence(a, b)
    a.add(X)
    a.say(SYNC_END, digest((X,), ID))
    a.say(SYNC_END, 0)
    (told,) = bench.heard_until_fence(b)
    equal("told", told, [])
    bench.routes_become({X: A, Y: A})


def sync_end_lost(bench):
    """PROTOCOL, extended form: where SYNC-END was lost the next DIGEST-UP is compared with all that the server has
    """
    bench.serve()
    a = bench.extended(A, ID)
    a.add(X, Y)
    a.say(SYNC_BEGIN, 0)
    a.add(Y)  # the SYNC-END behind it, lost
    a.say(DIGEST_UP, digest((Y,), ID))
    equal("the answer", bench.hear(a, DIGEST_UP).field, digest((X, Y), ID))
    a.sync(Y)
    bench.routes_become({Y: A})
    a.say(DIGEST_UP, digest((Y,), ID))
    bench.quiet("it is right", a)


def sync_of_one_is_not_that_of_another(bench):
    """PROTOCOL, extended form: replays of two clients at one time do not disturb each other"""
    bench.serve()
    a, b = bench.extended(A, ID), bench.extended(B, 99)
    a.add(X)
    b.add(Y)
    bench.heard_until_fence(a, b)
    a.say(SYNC_BEGIN, 0)
    b.say(SYNC_BEGIN, 0)
    a.add(x(20))
    b.add(x(30))
    b.say(SYNC_END, digest((x(30),), 99))
    a.add(x(21))
    a.say(SYNC_END, digest((x(20), x(21)), ID))
    bench.routes_become({x(20): A, x(21): A, x(30): B})


def sync_bye(bench):
    """PROTOCOL, extended form: BYE withdraws all that came from the sender, at once"""
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(X, Y)
    b.add(Y)
    bench.heard_until_fence(a, b)
    a.bye()
    bench.hear(b, DELETE, X)
    bench.routes_become({Y: B})
    bench.becomes(lambda: f"{A}:{PORT}" in bench.server.clients(), False, "the client is known")


def sync_restarted_client(bench):
    """PROTOCOL, extended form: a client that has been started again says what it has: what it had before is
    withdrawn
    """
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(X, Y)
    b.add(Z)
    bench.hear(b, ADD, Y)
    a.heard.clear()
    a.hello(ID + 5)
    bench.until(lambda: a.whats(SYNC_END), "SYNC-END")
    told, field = a.between_marks()
    equal("what it is told", (told, hex(field)), ([Z], hex(digest((Z,), ID + 5))))
    a.sync(Y)
    bench.hear(b, DELETE, X)
    bench.routes_become({Y: A, Z: B})


def sync_live_updates(bench):
    """PROTOCOL, extended form: what changes is told at once as an addition or a deletion, to both kinds of
    clients; none is told more than its kind takes
    """
    bench.serve()
    a, b, c = bench.extended(A, ID), bench.known(B)[0], bench.extended(C, 5)
    for address in X, Y:
        b.add(address)
    b.delete(X)
    a.add(Z)
    bench.told("three additions and a deletion", a=[(ADD, X), (ADD, Y), (DELETE, X)], b=[(ADD, Z)],
               c=[(ADD, X), (ADD, Y), (DELETE, X), (ADD, Z)])


def sync_complete_within_an_interval(bench):
    """A late client has all of 1,500 addresses within one interval"""
    bench.serve(interval="2s")
    b = bench.extended(B, 77)
    addresses = [x(number % 250 + 1, number // 250) for number in range(1500)]
    for start in range(0, 1500, 100):
        b.add(*addresses[start:start + 100])
        bench.becomes(lambda s=start: len(bench.server.table()), start + 100, "addresses")
    a = bench.peer(A)
    start = time.monotonic()
    a.hello(ID)
    right = (SYNC_END, digest(addresses, ID))
    bench.until(lambda: a.heard and right in a.whats(SYNC_END), "SYNC-END with the digest of all of them")
    within("seconds", time.monotonic() - start, 0, 2)
    equal("what it was told", {address for kind, address in a.whats(ADD)}, set(addresses))


def sync_bye_of_the_server(bench):
    """route-server(1) SIGNALS: at its end a client of the extended form is told BYE, a plain one the deletions"""
    bench.serve()
    a, b = bench.extended(A, ID), bench.known(B)[0]
    a.add(X)
    b.add(Y)
    bench.heard_until_fence(a, b)
    a.say(HELLO, ID)
    own_id = bench.hear(a, HELLO).field
    bench.server.stop()
    equal("BYE", bench.hear(a, BYE).field, own_id)
    bench.hear(b, DELETE, X)
    equal("of its own address it is told nothing", b.take(DELETE, Y), None)
