# SPDX-License-Identifier: MIT
"""route-client's soft state: what it repeats to a plain server, and what it forgets."""

import time

from bench import A, SERVER, x
from datagram import ADD, DELETE, HELLO
from facts import equal, require, within

X, Y, Z = x(10), x(11), x(12)
INTERVAL, TEXT = 0.25, "250ms"


def client_soft_repeats_to_a_plain_server(bench):
    """PROTOCOL, soft state: each interval a client repeats to a plain server what it has announced, and that
    alone
    """
    hub = bench.join_hub("--announce", X, interval=TEXT)
    hub.add(Z)
    bench.peer(A).add(Y)
    bench.until(lambda: min(hub.whats().count((ADD, X)), hub.whats().count((ADD, Y))) >= 6, "six times each")
    times = [datagram.when for datagram in hub.heard if datagram.what() == (ADD, X)]
    within("seconds for five intervals", times[-1] - times[0], 4 * INTERVAL * 0.7, 5 * INTERVAL * 2 + 1)
    equal("what the server is told", set(hub.whats(ADD, DELETE)), {(ADD, X), (ADD, Y)})


def client_soft_says_hello_to_a_plain_server(bench):
    """PROTOCOL, extended form: a client says HELLO at its start and each interval, and nothing else of the kind to
    a server that does not
    """
    hub = bench.join_hub("--announce", X, interval=TEXT)
    bench.until(lambda: len(hub.whats(HELLO)) >= 5, "five HELLO")
    equal("ids", len(set(hub.whats(HELLO))), 1)
    times = [datagram.when for datagram in hub.heard if datagram.kind == HELLO]
    within("seconds for four intervals", times[4] - times[0], 4 * INTERVAL * 0.7, 4 * INTERVAL * 2 + 1)


def client_soft_withdrawn_is_not_repeated(bench):
    """PROTOCOL, soft state: what was withdrawn is not repeated"""
    hub = bench.join_hub("--announce", X, "--announce", Y, interval=TEXT)
    bench.hear(hub, ADD, Y)
    equal("status", bench.client.once("del", X)[0], 0)
    bench.hear(hub, DELETE, X)
    hub.heard.clear()
    bench.until(lambda: hub.whats().count((ADD, Y)) >= 4, "the other address four times")
    equal("what is repeated", set(hub.whats(ADD)), {(ADD, Y)})


def client_soft_server_that_repeats(bench):
    """PROTOCOL, soft state: what a plain server that repeats does not repeat any more is forgotten after three and
    a half intervals
    """
    hub = bench.join_hub(interval=TEXT)
    hub.add(X, Y)
    hub.add(X, Y)
    last = time.monotonic()
    bench.table_becomes({X: SERVER, Y: SERVER})
    while Y in bench.client.hops():
        hub.add(X)
        bench.pass_time(INTERVAL / 2)
        require(time.monotonic() < last + 15, f"{Y} is forgotten")
    within("intervals after the last addition", (time.monotonic() - last) / INTERVAL, 3.3, 7 + 1 / INTERVAL)
    bench.routes_become({X: SERVER})


def client_soft_server_that_does_not_repeat(bench):
    """PROTOCOL, soft state: what a plain server has said that never repeats is kept; what a sender has said that
    did repeat is forgotten
    """
    hub = bench.join_hub(interval=TEXT)
    sender = bench.peer(A)
    hub.add(X)
    bench.table_becomes({X: SERVER})
    sender.add(Y)
    bench.pass_time(INTERVAL)
    sender.add(Y)  # an interval later: this one repeats
    bench.hear(hub, DELETE, Y)  # so much later, the other one has gone
    bench.table_becomes({X: SERVER})
    bench.routes_become({X: SERVER})


def client_soft_server_unreachable(bench):
    """PROTOCOL, soft state: what a plain server has said is forgotten when its port is closed (ICMP)"""
    hub = bench.join_hub("--announce", Y, interval=TEXT)
    hub.add(X)
    bench.table_becomes({X: SERVER, Y: None})
    bench.leave(hub)
    bench.table_becomes({Y: None})
    bench.routes_become({})
    hub = bench.add_hub()
    bench.hear(hub, ADD, Y)
    hub.add(X)
    bench.table_becomes({X: SERVER, Y: None})


def client_soft_silent_extended_server(bench):
    """route-client(1) --interval: an extended server that has been silent for three and a half intervals is dead:
    what it has said is forgotten, and learned again when it is back
    """
    hub = bench.extended_hub("--announce", Y, interval=TEXT)
    hub.add(X)
    bench.table_becomes({X: SERVER, Y: None})
    hub.answers = False
    hub.say(HELLO, hub.id)
    last = time.monotonic()
    bench.table_becomes({Y: None})
    within("intervals of silence", (time.monotonic() - last) / INTERVAL, 3.2, 7 + 1 / INTERVAL)
    bench.routes_become({})
    hub.greet(hub.id + 1)
    hub.add(X)
    bench.table_becomes({X: SERVER, Y: None})


def client_soft_answers_keep_a_server_alive(bench):
    """route-client(1) --interval: what an extended server has said is kept as long as it answers, without being
    repeated
    """
    hub = bench.extended_hub(interval=TEXT)
    hub.add(X)
    sender = bench.peer(A)
    sender.add(Y)
    bench.pass_time(INTERVAL)
    sender.add(Y)  # an interval later: this one repeats
    bench.hear(hub, DELETE, Y)  # so much later, the other one has gone
    bench.table_becomes({X: SERVER})
