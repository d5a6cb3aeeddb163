# SPDX-License-Identifier: MIT
"""route-client and a server of the seed: the client's rules to the letter, and what goes to the server."""

from bench import A, B, HERE, PORT, SERVER, x
from datagram import ADD, DELETE, HELLO, listed
from facts import Wrong, equal, require
from plain_node import Server

X, Y, Z = x(10), x(11), x(12)


def _said(bench, hub):
    """All additions and deletions that the server has been sent, up to now: an announcement comes behind."""
    bench.fences += 1
    address = x(bench.fences, 251)
    status, _, err = bench.client.once("add", address)
    equal("route-client add", (status, err), (0, ""))
    bench.hear(hub, ADD, address)
    status, _, err = bench.client.once("del", address)
    equal("route-client del", (status, err), (0, ""))
    bench.hear(hub, DELETE, address)
    said = hub.whats(ADD, DELETE)
    hub.heard.clear()
    return said


def _expect(bench, hub, why, *whats):
    if (said := _said(bench, hub)) != list(whats):
        raise Wrong(f"{why}: the server is sent\nexpected: {listed(whats)}\nactual:   {listed(said)}")


def client_announcement_octets(bench):
    """PROTOCOL, plain form: what is announced is sent to the server as the five octets 1 and the address, from
    port 5500
    """
    hub = bench.join_hub("--announce", X)
    came = bench.hear(hub, ADD, X)
    equal("the datagram", came.octets, bytes.fromhex("01 0a 01 00 0a"))
    equal("from", came.sender, (HERE, PORT))
    status, _, err = bench.client.once("del", X)
    equal("route-client del", (status, err), (0, ""))
    equal("the datagram", bench.hear(hub, DELETE, X).octets, bytes.fromhex("02 0a 01 00 0a"))
    hub.take(HELLO)
    equal("what else is sent to a plain server than HELLO", hub.whats(), [])


def client_add_makes_an_entry(bench):
    """PROTOCOL, plain form: an addition from the server makes an entry whose next hop is the server, and does not
    go back to it
    """
    hub = bench.join_hub()
    hub.add(X, Y)
    bench.routes_become({X: SERVER, Y: SERVER})
    rows = bench.client.table()
    equal("the row", {name: rows[X][name] for name in ("next_hop", "from", "in_kernel")},
          {"next_hop": SERVER, "from": [f"{SERVER}:{PORT}"], "in_kernel": True})
    _expect(bench, hub, "additions from the server")


def client_delete_removes_it(bench):
    """PROTOCOL, plain form: a deletion from the server removes its entry, and does not go back to it"""
    hub = bench.join_hub()
    hub.add(X, Y)
    hub.delete(X, Z)
    bench.routes_become({Y: SERVER})
    bench.table_becomes({Y: SERVER})
    _expect(bench, hub, "a deletion from the server")


def client_delete_from_another(bench):
    """PROTOCOL, plain form: a deletion by who is not the entry's next hop is refused and counted; nothing is sent
    to the server
    """
    hub = bench.join_hub()
    other = bench.peer(A)
    hub.add(X)
    bench.table_becomes({X: SERVER})
    before = bench.client.dropped("not-owner")
    other.delete(X)
    bench.dropped_becomes("not-owner", before + 1)
    bench.table_becomes({X: SERVER})
    _expect(bench, hub, "a refused deletion")


def client_sender_adds(bench):
    """PROTOCOL, plain form: an addition from somebody else makes an entry whose next hop is the sender, and goes
    to the server
    """
    hub = bench.join_hub()
    other = bench.peer(A)
    other.add(X)
    equal("the datagram", bench.hear(hub, ADD, X).octets, bytes.fromhex("01 0a 01 00 0a"))
    bench.table_becomes({X: A})
    bench.routes_become({X: A})
    equal("from", bench.client.table()[X]["from"], [f"{A}:{PORT}"])
    equal("the sender is told", other.whats(), [])


def client_sender_deletes(bench):
    """PROTOCOL, plain form: the sender's deletion removes its entry, and goes to the server"""
    hub = bench.join_hub()
    other = bench.peer(A)
    other.add(X, Y)
    other.delete(X)
    bench.routes_become({Y: A})
    _expect(bench, hub, "two additions and a deletion", (ADD, X), (ADD, Y), (DELETE, X))


def client_known_address_is_left_alone(bench):
    """PROTOCOL, plain form: an addition of an address with an entry is left alone: the server's by a sender, a
    sender's by another and by the server
    """
    hub = bench.join_hub()
    first, second = bench.peer(A), bench.peer(B)
    hub.add(X)
    bench.table_becomes({X: SERVER})
    first.add(X, Y)
    bench.hear(hub, ADD, Y)
    second.add(Y)
    hub.add(Y)
    second.add(Z)
    bench.hear(hub, ADD, Z)
    bench.routes_become({X: SERVER, Y: A, Z: B})
    _expect(bench, hub, "additions that are left alone")


def client_delete_of_a_senders_entry(bench):
    """PROTOCOL, plain form: the entry of a sender is removed by none but him: not by another, not by the server"""
    hub = bench.join_hub()
    first, second = bench.peer(A), bench.peer(B)
    first.add(X)
    bench.hear(hub, ADD, X)
    before = bench.client.dropped("not-owner")
    second.delete(X)
    hub.delete(X)
    bench.dropped_becomes("not-owner", before + 2)
    bench.table_becomes({X: A})
    _expect(bench, hub, "two refused deletions")


def client_senders_entry_then_the_servers(bench):
    """route-client(1): the server's addition is remembered beside a sender's: it holds when that is deleted"""
    hub = bench.join_hub()
    other = bench.peer(A)
    other.add(X)
    bench.hear(hub, ADD, X)
    hub.add(X)
    hub.add(Y)
    bench.routes_become({X: A, Y: SERVER})
    other.delete(X)
    bench.hear(hub, DELETE, X)
    hub.add(X)  # a server tells it again who knows it from others
    bench.routes_become({X: SERVER, Y: SERVER})


def client_own_address_announced(bench):
    """route-client(1): an address that is announced here has no route through the server; when it is withdrawn it
    has one again
    """
    hub = bench.join_hub()
    hub.add(X, Y)
    bench.routes_become({X: SERVER, Y: SERVER})
    equal("status", bench.client.once("add", X)[0], 0)
    bench.hear(hub, ADD, X)
    bench.routes_become({Y: SERVER})
    bench.table_becomes({X: None, Y: SERVER})
    equal("from", bench.client.table()[X]["from"], ["local"])
    equal("status", bench.client.once("del", X)[0], 0)
    bench.hear(hub, DELETE, X)
    bench.routes_become({X: SERVER, Y: SERVER})


def client_server_deletes_meanwhile(bench):
    """route-client(1): what the server has deleted while it was announced here has no route afterwards"""
    hub = bench.join_hub("--announce", X)
    bench.hear(hub, ADD, X)
    hub.add(X)
    hub.delete(X)
    hub.add(Y)
    bench.table_becomes({X: None, Y: SERVER})
    equal("status", bench.client.once("del", X)[0], 0)
    bench.hear(hub, DELETE, X)
    bench.table_becomes({Y: SERVER})
    bench.routes_become({Y: SERVER})


def client_types_unknown(bench):
    """PROTOCOL: a type that the client does not know is dropped and counted"""
    hub = bench.join_hub()
    before = bench.client.dropped("unknown-type")
    kinds = [0, *range(3, 16), *range(22, 256)]
    for kind in kinds:
        hub.say(kind, x(10))
    bench.dropped_becomes("unknown-type", before + len(kinds))
    hub.add(Y)
    bench.table_becomes({Y: SERVER})


def client_plain_only(bench):
    """route-client(1) --plain-only: no HELLO, and each update is said once"""
    hub = bench.join_hub("--plain-only", "--announce", X, interval="100ms")
    hub.understands.discard(HELLO)
    bench.hear(hub, ADD, X)
    hub.add(Y)
    hub.add(Y)
    hub.say(HELLO, 99)
    hub.say(17, 99)
    bench.table_becomes({X: None, Y: SERVER})
    sent = bench.client.counts()["sent"]
    bench.pass_time(0.6)
    equal("datagrams in six intervals", bench.client.counts()["sent"] - sent, 0)
    equal("what the server was sent", hub.whats(), [])
    bench.table_becomes({X: None, Y: SERVER})


def client_plain_server(bench):
    """A node that knows the seed alone works with our client, as its server, and passes on what ours says"""
    post = bench.node(SERVER)
    post.node = Server(post.socket.sendto)
    bench.join_hub("--announce", X, hub=None, interval="300ms")
    clients = [bench.peer(A), bench.peer(B)]
    for peer in clients:
        peer.to = (SERVER, PORT)
    clients[0].add(Y)
    bench.table_becomes({X: None, Y: SERVER})
    bench.hear(clients[0], ADD, X)
    bench.becomes(lambda: post.node.table, {X: HERE, Y: A}, "the plain server's table")
    clients[0].delete(Y)
    bench.table_becomes({X: None})
    bench.client.stop()
    bench.hear(clients[0], DELETE, X)
    bench.becomes(lambda: post.node.table, {}, "the plain server's table")
    require(not any(kind > 2 for peer in clients for kind, _ in peer.whats()), "additions and deletions alone")
