# SPDX-License-Identifier: MIT
"""What route-server puts into the kernel, and what it leaves alone."""

import signal

from bench import A, B, C, HERE, PORT, x
from datagram import ADD, DELETE
from facts import equal, require
from kernel import all_routes, ip, ip_lines
from peer import Peer

X, Y, Z = x(10), x(11), x(12)


def _route(destination, **fields):
    """The routes to this address that have these fields."""
    return [route for route in all_routes() if route["dst"] == destination
            and all(str(route.get(name)) == str(value) for name, value in fields.items())]


def fib_tag(bench):
    """route-server(1): a route in the kernel is one of /32, with protocol 201 and metric 110, by way of the
    client
    """
    bench.serve()
    a, _ = bench.known(A, B)
    a.add(X)
    bench.eventually(lambda: _route(X), "a route", actual=all_routes)
    (route,) = _route(X)
    for name, value in (("protocol", "201"), ("metric", 110), ("gateway", A), ("dev", "w0")):
        equal(name, route.get(name), value, route)


def fib_equals_the_table(bench):
    """route-server(1): the kernel has what the table has, for 600 addresses of three clients that come and go"""
    bench.serve()
    peers = bench.known(A, B, C)
    expected = {}
    for number in range(600):
        peer = peers[number % 3]
        address = x(number % 200 + 1, number // 200)
        peer.add(address)
        expected[address] = peer.address
        if number % 5 == 4:
            peer.delete(address)
            del expected[address]
        if number % 100 == 99:
            bench.heard_until_fence(*peers)
    bench.table_becomes(expected)
    bench.routes_become(expected)
    bench.eventually(lambda: all(row["in_kernel"] for row in bench.server.table().values()), "all in the kernel")


def fib_foreign_route(bench):
    """route-server(1): a route that somebody else has put there is never touched, not one with the same metric
    either
    """
    ip("route", "add", X, "via", "10.0.0.9", "metric", "110", "proto", "static")
    ip("route", "add", Y, "via", "10.0.0.9", "metric", "50", "proto", "static")
    bench.serve()
    a, b = bench.known(A, B)
    a.add(X, Y, Z)
    bench.hear(b, ADD, Z)
    bench.routes_become({Y: A, Z: A})
    bench.becomes(lambda: {d: row["in_kernel"] for d, row in bench.server.table().items()},
                  {X: False, Y: True, Z: True}, "in the kernel")
    equal("routes of others", len(_route(X, gateway="10.0.0.9")) + len(_route(Y, gateway="10.0.0.9")), 2)
    a.delete(X, Y)
    bench.hear(b, DELETE, Y)
    bench.routes_become({Z: A})
    bench.server.stop()
    equal("routes of others", len(_route(X, gateway="10.0.0.9")) + len(_route(Y, gateway="10.0.0.9")), 2)


def fib_foreign_route_goes(bench):
    """route-server(1): where somebody else's route was in the way and goes, ours comes"""
    ip("route", "add", X, "via", "10.0.0.9", "metric", "110", "proto", "static")
    bench.serve(interval="300ms")
    a, b = bench.peer(A), bench.peer(B)
    a.add(X, Y)
    b.add(Z)
    bench.routes_become({Y: A, Z: B})
    ip("route", "del", X, "via", "10.0.0.9", "metric", "110", "proto", "static")
    bench.routes_become({X: A, Y: A, Z: B})


def fib_deleted_by_somebody(bench):
    """route-server(1): a route of ours that somebody deletes comes back"""
    bench.serve(interval="300ms")
    a = bench.peer(A)
    a.add(X, Y)
    bench.routes_become({X: A, Y: A})
    ip("route", "del", X, "proto", "201")
    bench.routes_become({X: A, Y: A})


def fib_link_goes_down(bench):
    """route-server(1): routes that the kernel has dropped with the link come back with it"""
    bench.serve(interval="300ms")
    a = bench.peer(A)
    a.add(X, Y)
    bench.routes_become({X: A, Y: A})
    ip("link", "set", "w0", "down")
    bench.routes_become({})
    ip("link", "set", "w0", "up")
    bench.routes_become({X: A, Y: A})


def fib_killed_and_restarted(bench):
    """route-server(1): after kill -9 and a restart no route is left that nobody announces, and those that did not
    change have never been away
    """
    bench.serve(interval="300ms")
    a = bench.extended(A, 0xAAAA)
    addresses = [x(host) for host in range(1, 21)]
    a.add(*addresses)
    bench.routes_become(dict.fromkeys(addresses, A))
    monitor = bench.monitor()
    bench.server.kill()
    equal("routes of a server that was killed", bench.routes(), dict.fromkeys(addresses, A))
    bench.serve(interval="300ms")
    stays = addresses[:12]
    a.lively(0.3)
    a.sync(*stays)
    bench.routes_become(dict.fromkeys(stays, A))
    gone = monitor.deleted()
    monitor.stop()
    equal("deleted meanwhile, of those that stay", sorted(set(gone) & set(stays)), [])
    bench.table_becomes(dict.fromkeys(stays, A))


def fib_killed_and_nobody_comes_back(bench):
    """route-server(1): after kill -9 and a restart the routes go that no client announces again"""
    bench.serve(interval="300ms")
    a = bench.peer(A)
    a.add(X, Y)
    bench.routes_become({X: A, Y: A})
    bench.server.kill()
    bench.serve(interval="300ms")
    bench.routes_become({})


def fib_restarted_with_another_owner(bench):
    """route-server(1): after kill -9 and a restart an address that is now somebody else's has the new route"""
    bench.serve(interval="300ms")
    a, b = bench.peer(A), bench.peer(B)
    a.add(X, Y)
    bench.routes_become({X: A, Y: A})
    bench.server.kill()
    bench.serve(interval="300ms")
    b.add(X)
    a.add(Y)
    bench.routes_become({X: B, Y: A})


def fib_terminated(bench):
    """route-server(1) SIGNALS: SIGTERM and SIGINT: the clients are told, its routes leave the kernel, status 0"""
    for number in signal.SIGTERM, signal.SIGINT:
        bench.serve()
        a, b = bench.known(A, B)
        a.add(*(x(host) for host in range(1, 51)))
        bench.eventually(lambda: len(bench.routes()) == 50, "50 routes")
        bench.heard_until_fence(b)
        bench.server.signal(number)
        bench.server.ends(0)
        equal("routes that are left", bench.routes(), {})
        bench.until(lambda peer=b: {(DELETE, x(host)) for host in range(1, 51)} <= set(peer.whats()), "50 deletions")
        for peer in list(bench.who):
            bench.leave(peer)
        bench.fence_peer = None


def fib_terminated_with_many_routes(bench):
    """route-server(1) SIGNALS: at its end all of its 4,000 routes leave the kernel, before it ends"""
    bench.serve()
    (a,) = bench.known(A)
    addresses = [x(number % 250 + 1, number // 250) for number in range(4000)]
    a.add(*addresses[:50])
    bench.routes_become(dict.fromkeys(addresses[:50], A))
    for start in range(0, 4000, 100):
        a.add(*addresses[start:start + 100])
        bench.heard_until_fence(a)
    bench.eventually(lambda: len(bench.routes()) == 4000, "4,000 routes", actual=lambda: len(bench.routes()))
    bench.server.stop()
    equal("routes that are left", len(bench.routes()), 0)


def fib_bad_addresses(bench):
    """route-server(1): addresses of 0/8, 127/8, class D and E, of the server itself and broadcast addresses of its
    networks are dropped, counted, and passed on to nobody
    """
    ip("address", "add", "10.7.7.1/24", "dev", "lo")
    bench.serve()
    a, b = bench.known(A, B)
    bad = ["0.0.0.0", "0.1.2.3", "0.255.255.255", "127.0.0.1", "127.255.255.255", "224.0.0.9", "239.255.255.255",
           "240.0.0.1", "255.255.255.254", "255.255.255.255", HERE, "10.7.7.1", "10.0.0.255"]
    before = bench.server.dropped("bad-address")
    for number, address in enumerate(bad):
        a.add(address)
        a.heard.clear()
        bench.dropped_becomes("bad-address", before + number + 1)
    bench.told("bad addresses", a=[], b=[])
    bench.table_becomes({})
    bench.routes_become({})


def fib_address_of_the_client(bench):
    """route-server(1): no route is made for the address that is the client's own"""
    bench.serve()
    a, _ = bench.known(A, B)
    a.add(A)
    a.add(X)
    bench.routes_become({X: A})


def fib_client_behind_a_router(bench):
    """A client that is on no network of the server's: no route can be made, the others are told, all goes on"""
    ip_lines("address add 10.66.0.2/32 dev lo", network=bench.there)
    ip("route", "add", "10.66.0.2/32", "via", A)
    bench.serve()
    (b,) = bench.known(B)
    far = bench.join(Peer(bench.there, "10.66.0.2", (HERE, PORT)))
    far.add(X)
    bench.hear(b, ADD, X)
    b.add(Y)
    bench.hear(far, ADD, Y)
    bench.eventually(lambda: bench.routes().get(Y) == B, "the route of the near one", actual=bench.routes)
    require(bench.server.runs(), "it runs")
