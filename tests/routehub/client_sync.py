# SPDX-License-Identifier: MIT
"""route-client and a server of the extended form, which is the test."""

import time

from bench import SERVER, x
from datagram import ADD, BYE, DELETE, DIGEST_DOWN, DIGEST_UP, HELLO, SYNC_BEGIN, SYNC_END, digest
from facts import equal, require, within
from kernel import ip

W, X, Y, Z = x(9), x(10), x(11), x(12)
INTERVAL, TEXT = 0.25, "250ms"


def client_sync_id_is_new_at_each_start(bench):
    """PROTOCOL, extended form: the id of a client's HELLO is not 0, stays, and is another one after each start"""
    hub = bench.add_hub()
    ids = []
    for _ in range(4):
        bench.join_hub("--announce", X, hub=None, interval="100ms")
        hub.heard.clear()
        bench.until(lambda: len(hub.whats(HELLO)) >= 2, "two HELLO")
        equal("ids of one start", len(set(hub.whats(HELLO))), 1)
        ids.append(hub.client_id)
        bench.client.kill()
    equal("different ids of four starts", len(set(ids)), 4)


def client_sync_new_server_gets_all(bench):
    """PROTOCOL, extended form: after a HELLO with a new id the server is sent all, between marks, with the digest
    of it
    """
    addresses = [x(host) for host in range(1, 31)]
    hub = bench.join_hub(*(word for address in addresses for word in ("--announce", address)))
    bench.hear(hub, HELLO)
    bench.hear(hub, ADD, addresses[-1])
    for own_id in 0x5EB0E5, 0x5EB0E6:  # the second is that of a server that has been started again
        hub.heard.clear()
        hub.greet(own_id)
        hub.say(HELLO, own_id)
        bench.until(lambda: hub.whats(SYNC_END), "SYNC-END")
        told, field = hub.between_marks()
        equal("what the server is told", sorted(told), sorted(addresses))
        equal("SYNC-END", hex(field), hex(hub.digest(*addresses)))
    hub.heard.clear()
    hub.say(HELLO, 0x5EB0E6)
    hub.add(x(100))
    bench.table_becomes({**dict.fromkeys(addresses), x(100): SERVER})
    equal("after the same id", hub.whats(), [])


def client_sync_digest_up(bench):
    """PROTOCOL, extended form: DIGEST-UP each interval is the digest of what is announced; that of nothing is 0;
    nothing is repeated
    """
    hub = bench.extended_hub("--announce", X, "--announce", Y, interval=TEXT)
    hub.add(Z)
    for announced in (X, Y), (Y,), ():
        right = hub.digest(*announced)
        bench.hear(hub, DIGEST_UP, right)
        hub.heard.clear()
        start = time.monotonic()
        bench.until(lambda: len(hub.whats(DIGEST_UP)) >= 3, "three DIGEST-UP")
        within("seconds for them", time.monotonic() - start, 1.5 * INTERVAL, 5 * INTERVAL + 1)
        equal("all of them", {hex(field) for _, field in hub.whats(DIGEST_UP)}, {hex(right)})
        equal("additions meanwhile", hub.whats(ADD), [])
        if announced:
            bench.client.once("del", announced[0])
    equal("digest of nothing", right, 0)


def client_sync_digest_up_answered(bench):
    """PROTOCOL, extended form: a server whose DIGEST-UP is not the client's is sent all between marks; one whose
    is right, nothing
    """
    hub = bench.extended_hub("--announce", X, "--announce", Y)
    hub.say(DIGEST_UP, hub.digest(X, Y))
    hub.add(Z)
    bench.table_becomes({X: None, Y: None, Z: SERVER})
    hub.take_in()
    equal("after the right one", hub.whats(), [])
    hub.say(DIGEST_UP, hub.digest(X))
    bench.until(lambda: hub.whats(SYNC_END), "SYNC-END")
    told, field = hub.between_marks()
    equal("what the server is told", sorted(told), [X, Y])
    equal("SYNC-END", hex(field), hex(hub.digest(X, Y)))


def client_sync_digest_down_answered(bench):
    """PROTOCOL, extended form: a DIGEST-DOWN that is not the client's is answered with the client's; one that is,
    is not
    """
    hub = bench.extended_hub("--announce", W)
    hub.add(X, Y)
    hub.say(DIGEST_DOWN, hub.digest(X, Y))
    hub.add(Z)
    bench.table_becomes({W: None, X: SERVER, Y: SERVER, Z: SERVER})
    hub.take_in()
    equal("after the right one", hub.whats(), [])
    hub.say(DIGEST_DOWN, hub.digest(X, Y))
    equal("the answer", bench.hear(hub, DIGEST_DOWN).field, hub.digest(X, Y, Z))


def client_sync_sync_right(bench):
    """PROTOCOL, extended form: after a SYNC-END that is right the client forgets what was not mentioned"""
    hub = bench.extended_hub("--announce", W)
    hub.add(X, Y)
    bench.table_becomes({W: None, X: SERVER, Y: SERVER})
    hub.sync(Y, Z)
    bench.table_becomes({W: None, Y: SERVER, Z: SERVER})
    bench.routes_become({Y: SERVER, Z: SERVER})
    hub.sync()
    bench.table_becomes({W: None})
    hub.take_in()
    equal("what the server is told", hub.whats(ADD, DELETE, DIGEST_DOWN), [])


def client_sync_sync_wrong(bench):
    """PROTOCOL, extended form: after a SYNC-END that is wrong the client keeps all, and answers with the digest of
    what it has
    """
    hub = bench.extended_hub()
    hub.add(X, Y)
    hub.sync(Z, field=hub.digest(Y, Z))
    equal("DIGEST-DOWN", bench.hear(hub, DIGEST_DOWN).field, hub.digest(X, Y, Z))
    bench.table_becomes({X: SERVER, Y: SERVER, Z: SERVER})
    hub.sync(Y, Z)
    bench.table_becomes({Y: SERVER, Z: SERVER})


def client_sync_sync_without_begin(bench):
    """PROTOCOL, extended form: where SYNC-BEGIN was lost the client forgets nothing"""
    hub = bench.extended_hub()
    hub.add(X, Y)
    hub.add(Y)
    hub.say(SYNC_END, hub.digest(Y))
    hub.say(SYNC_END, 0)
    hub.add(Z)
    bench.table_becomes({X: SERVER, Y: SERVER, Z: SERVER})


def client_sync_end_lost(bench):
    """PROTOCOL, extended form: where SYNC-END was lost the next DIGEST-DOWN is compared with all that the client has
    """
    hub = bench.extended_hub()
    hub.add(X, Y)
    hub.say(SYNC_BEGIN, 0)
    hub.add(Y)  # the SYNC-END behind it, lost
    hub.say(DIGEST_DOWN, hub.digest(Y))
    equal("the answer", bench.hear(hub, DIGEST_DOWN).field, hub.digest(X, Y))
    hub.sync(Y)
    bench.routes_become({Y: SERVER})


def client_sync_sync_and_own_announcements(bench):
    """PROTOCOL, extended form: a replay of the server, right or not, does not touch what is announced here"""
    hub = bench.extended_hub("--announce", W, "--announce", X)
    hub.sync(X, Y)
    bench.table_becomes({W: None, X: None, Y: SERVER})
    hub.say(DIGEST_DOWN, hub.digest(X, Y))
    hub.sync(Y)
    hub.sync(Z)
    bench.table_becomes({W: None, X: None, Z: SERVER})
    hub.take_in()
    equal("what the server is told", hub.whats(), [])


def client_sync_digest_of_what_was_told(bench):
    """PROTOCOL, extended form: the digest is that of what the server has told: an address of the client itself,
    for which there is no route, does not ask for a replay each interval
    """
    ip("address", "add", "10.7.7.1/32", "dev", "lo")
    hub = bench.extended_hub("--announce", W, interval=TEXT)
    hub.add(W, X, "10.7.7.1")
    bench.table_becomes({**bench.client.hops(), W: None, X: SERVER})
    right = hub.digest(W, X, "10.7.7.1")
    for _ in range(3):
        hub.say(DIGEST_DOWN, right)
        hub.heard.clear()
        bench.hear(hub, HELLO)
        bench.hear(hub, HELLO)
    equal("answers to a DIGEST-DOWN that is right", hub.whats(DIGEST_DOWN), [])
    bench.routes_become({X: SERVER})


def client_sync_bye_of_the_server(bench):
    """PROTOCOL, extended form: BYE of the server: all that came from it is forgotten at once"""
    hub = bench.extended_hub("--announce", W)
    hub.add(X, Y)
    bench.routes_become({X: SERVER, Y: SERVER})
    hub.answers = False
    hub.say(BYE, hub.id)
    bench.routes_become({})
    bench.table_becomes({W: None})


def client_sync_restarted_server(bench):
    """PROTOCOL, extended form: a server that has been started again sends what it has now; the rest is forgotten"""
    hub = bench.extended_hub("--announce", W)
    hub.add(X, Y)
    bench.table_becomes({W: None, X: SERVER, Y: SERVER})
    hub.greet(hub.id + 1)
    hub.say(HELLO, hub.id)
    bench.hear(hub, SYNC_BEGIN)
    bench.hear(hub, ADD, W)
    hub.sync(Y, Z)
    bench.routes_become({Y: SERVER, Z: SERVER})


def client_sync_lost_datagrams_are_made_up_for(bench):
    """PROTOCOL, extended form: what was lost in either direction is made up for within a few digests"""
    hub = bench.extended_hub("--announce", X, interval=TEXT)
    has = set()  # the server has lost the announcement, the client an addition and a deletion
    hub.add(Y)
    view = (Z,)
    while (came := bench.until(lambda: hub.take(DIGEST_UP) or hub.take(DIGEST_DOWN) or hub.take(SYNC_END), "a digest")):
        if came.kind == DIGEST_DOWN and came.field != hub.digest(*view):
            hub.sync(*view)
        elif came.kind == DIGEST_UP:
            hub.say(DIGEST_DOWN, hub.digest(*view))
            if came.field != hub.digest(*has):
                hub.say(DIGEST_UP, hub.digest(*has))
        elif came.kind == SYNC_END:
            has = {address for _, address in hub.whats(ADD)}
            equal("SYNC-END", came.field, digest(has, hub.client_id))
        if has == {X} and bench.client.hops() == {X: None, Z: SERVER}:
            break
    require(bench.client.hops() == {X: None, Z: SERVER}, "both have all", hub)
