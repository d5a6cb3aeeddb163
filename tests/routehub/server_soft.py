# SPDX-License-Identifier: MIT
"""route-server's soft state, and what it does with clients that are silent or gone."""

import time

from bench import A, B, C, PORT, x
from datagram import ADD, DELETE, HELLO
from facts import equal, require, within

X, Y, Z = x(10), x(11), x(12)
INTERVAL, TEXT = 0.25, "250ms"
DEAD = 3.5 * INTERVAL


def _announce_twice(bench, peer, address):
    """An interval apart: what comes twice at once is a datagram that the wire has doubled."""
    peer.add(address)
    bench.pass_time(INTERVAL)
    peer.add(address)


def soft_repeats_to_plain_clients(bench):
    """PROTOCOL, soft state: each interval the server repeats to a plain client what it should have, and that
    alone
    """
    bench.serve(interval=TEXT)
    a, b = bench.peer(A), bench.peer(B)
    b.add(Z)
    a.add(X, Y)
    bench.until(lambda: b.whats().count((ADD, X)) >= 6 and a.whats().count((ADD, Z)) >= 6, "six times each")
    times = [datagram.when for datagram in b.heard if datagram.what() == (ADD, X)]
    within("seconds for five intervals", times[-1] - times[0], 5 * INTERVAL * 0.7, 5 * INTERVAL * 2 + 1)
    equal("what the first is told", set(a.whats()), {(ADD, Z)})
    equal("what the second is told", set(b.whats()), {(ADD, X), (ADD, Y)})
    require(abs(b.whats().count((ADD, X)) - b.whats().count((ADD, Y))) <= 2, "both equally often", b)


def soft_repeats_nothing_that_is_gone(bench):
    """PROTOCOL, soft state: a withdrawn address is not repeated"""
    bench.serve(interval=TEXT)
    a, b = bench.peer(A), bench.peer(B)
    b.add(Z)
    a.add(X, Y)
    bench.hear(b, ADD, X)
    a.delete(X)
    bench.hear(b, DELETE, X)
    b.heard.clear()
    bench.until(lambda: b.whats().count((ADD, Y)) >= 4, "the other address four times")
    equal("what is repeated", set(b.whats()), {(ADD, Y)})


def soft_never_repeated_is_kept(bench):
    """PROTOCOL, soft state: what a peer has announced that never repeats is kept; that of one that has repeated
    is withdrawn after three and a half intervals
    """
    bench.serve(interval=TEXT)
    a, b, c = bench.peer(A), bench.peer(B), bench.peer(C)
    a.add(X)
    c.add(Z)
    bench.hear(c, ADD, X)
    _announce_twice(bench, b, Y)
    repeated = time.monotonic()
    gone = bench.hear(c, DELETE)
    equal("what is withdrawn", gone.what(), (DELETE, Y))
    within("intervals after the last addition", (gone.when - repeated) / INTERVAL, 3.3, 7 + 1 / INTERVAL)
    bench.until(lambda: c.take(ADD, X), "the one that never repeats is still repeated to others")
    bench.table_becomes({X: A, Z: C})
    bench.routes_become({X: A, Z: C})


def soft_doubled_is_not_repeated(bench):
    """PROTOCOL, soft state: an addition that comes twice within half an interval is no repetition: who sent it is
    kept
    """
    bench.serve(interval=TEXT)
    a, b, c = bench.peer(A), bench.peer(B), bench.peer(C)
    a.add(X)
    a.add(X)
    c.add(Z)
    _announce_twice(bench, b, Y)
    equal("what is withdrawn", bench.hear(c, DELETE).what(), (DELETE, Y))
    bench.table_becomes({X: A, Z: C})


def soft_not_repeated_any_more(bench):
    """PROTOCOL, soft state: an address that is not repeated any more is withdrawn, beside one that still is: so a
    lost deletion is made up for
    """
    bench.serve(interval=TEXT)
    a, b = bench.peer(A), bench.peer(B)
    b.add(Z)
    a.add(X, Y)
    for _ in range(2):
        bench.pass_time(INTERVAL / 2)
        a.add(X, Y)
    last = time.monotonic()
    while not (gone := b.take(DELETE)):
        a.add(X)
        bench.pass_time(INTERVAL / 2)
        require(time.monotonic() < last + 15, f"the deletion of {Y}", b)
    equal("what is withdrawn", gone.what(), (DELETE, Y))
    within("intervals after the last addition", (gone.when - last) / INTERVAL, 3.3, 7 + 1 / INTERVAL)
    require(X in bench.server.table(), "what is repeated stays")


def soft_comes_back(bench):
    """PROTOCOL, soft state: who was aged is told to all again when it announces again"""
    bench.serve(interval=TEXT)
    a, b = bench.peer(A), bench.peer(B)
    b.add(Z)
    _announce_twice(bench, a, X)
    bench.hear(b, DELETE, X)
    b.heard.clear()
    a.add(X)
    bench.hear(b, ADD, X)
    bench.routes_become({X: A, Z: B})


def soft_extended_is_not_repeated_to(bench):
    """PROTOCOL, extended form: to a client that has said HELLO nothing is repeated: it gets digests"""
    bench.serve(interval=TEXT)
    b = bench.extended(B, 0xB0B)
    b.lively(INTERVAL)
    a = bench.peer(A)
    a.add(X)
    bench.hear(b, ADD, X)
    b.heard.clear()
    bench.until(lambda: len(b.whats(18)) >= 4, "four DIGEST-DOWN")
    equal("additions meanwhile", b.whats(ADD, DELETE), [])


def soft_unreachable(bench):
    """PROTOCOL, soft state: a plain client whose port is closed (ICMP) is withdrawn"""
    bench.serve(interval=TEXT)
    a, b = bench.peer(A), bench.peer(B)
    a.add(X)
    b.add(Y)
    bench.hear(b, ADD, X)
    bench.hear(a, ADD, Y)
    bench.leave(a)
    bench.hear(b, DELETE, X)
    bench.routes_become({Y: B})
    bench.becomes(lambda: list(bench.server.clients()), [f"{B}:{PORT}"], "clients")


def soft_silent_extended_client(bench):
    """route-server(1) --interval: an extended client that has been silent for three and a half intervals is dead,
    and withdrawn
    """
    bench.serve(interval=TEXT)
    b = bench.peer(B)
    b.add(Y)
    a = bench.extended(A, 0xABBA)
    a.add(X)
    a.say(HELLO, a.id)
    last = time.monotonic()
    gone = bench.hear(b, DELETE, X)
    within("intervals of silence", (gone.when - last) / INTERVAL, 3.3, 7 + 1 / INTERVAL)
    bench.routes_become({Y: B})
    bench.becomes(lambda: list(bench.server.clients()), [f"{B}:{PORT}"], "clients")


def soft_anything_is_a_sign_of_life(bench):
    """route-server(1) --interval: an extended client that says anything is alive, and keeps what it has announced
    without repeating it
    """
    bench.serve(interval=TEXT)
    a, b = bench.extended(A, 0xABBA), bench.peer(B)
    a.add(X)
    a.lively(INTERVAL)
    _announce_twice(bench, b, Y)
    bench.hear(a, ADD, Y)
    bench.hear(a, DELETE, Y)  # so much later, the other one has gone
    bench.table_becomes({X: A})
    equal("it speaks", bench.server.clients()[f"{A}:{PORT}"]["speaks"], "extended")


def soft_dead_client_comes_back(bench):
    """route-server(1) --interval: a client that was dead is told everything when it is heard again"""
    bench.serve(interval=TEXT)
    a, b = bench.extended(A, 0xABBA), bench.peer(B)
    b.add(Y)
    a.add(X)
    bench.hear(b, ADD, X)
    bench.hear(b, DELETE, X)
    a.heard.clear()
    a.hello()
    bench.hear(a, HELLO)
    bench.hear(a, ADD, Y)
    a.add(X)
    bench.hear(b, ADD, X)
