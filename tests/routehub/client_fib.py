# SPDX-License-Identifier: MIT
"""What route-client puts into the kernel, and what it leaves alone."""

import signal

from bench import HERE, SERVER, x
from datagram import HELLO
from facts import equal
from kernel import all_routes, ip

X, Y, Z = x(10), x(11), x(12)


def client_fib_tag(bench):
    """route-client(1): a route in the kernel is one of /32, with protocol 201 and metric 110, by way of the server"""
    hub = bench.join_hub()
    hub.add(X)
    bench.routes_become({X: SERVER})
    (route,) = [route for route in all_routes() if route["dst"] == X]
    for name, value in (("protocol", "201"), ("metric", 110), ("gateway", SERVER), ("dev", "w0")):
        equal(name, route.get(name), value, route)


def client_fib_foreign_route(bench):
    """route-client(1): a route that somebody else has put there is never touched, not one with the same metric
    either
    """
    ip("route", "add", X, "via", "10.0.0.9", "metric", "110", "proto", "static")
    hub = bench.join_hub()
    hub.add(X, Y)
    bench.routes_become({Y: SERVER})
    bench.becomes(lambda: {d: row["in_kernel"] for d, row in bench.client.table().items()},
                  {X: False, Y: True}, "in the kernel")
    hub.delete(X)
    bench.table_becomes({Y: SERVER})
    bench.client.stop()
    equal("routes of others", [route["gateway"] for route in all_routes() if route["dst"] == X], ["10.0.0.9"])


def client_fib_killed_and_restarted(bench):
    """route-client(1): after kill -9 and a restart no route is left that the server does not tell, and those that
    did not change have never been away
    """
    hub = bench.extended_hub(interval="300ms")
    addresses = [x(host) for host in range(1, 21)]
    stays = addresses[:12]
    hub.add(*addresses)
    bench.routes_become(dict.fromkeys(addresses, SERVER))
    monitor = bench.monitor()
    bench.client.kill()
    hub.heard.clear()
    bench.join_hub(hub=None, interval="300ms")
    bench.hear(hub, HELLO)
    hub.sync(*stays)
    bench.routes_become(dict.fromkeys(stays, SERVER))
    gone = monitor.deleted()
    monitor.stop()
    equal("deleted meanwhile, of those that stay", sorted(set(gone) & set(stays)), [])


def client_fib_killed_and_the_server_is_gone(bench):
    """route-client(1): after kill -9 and a restart the routes go where no server tells of them"""
    hub = bench.join_hub(interval="300ms")
    hub.add(X, Y)
    bench.routes_become({X: SERVER, Y: SERVER})
    bench.client.kill()
    bench.leave(hub)
    bench.join_hub(hub=None, interval="300ms")
    bench.routes_become({})


def client_fib_terminated(bench):
    """route-client(1) SIGNALS: SIGTERM and SIGINT: its routes leave the kernel, status 0"""
    hub = bench.add_hub()
    for number in signal.SIGTERM, signal.SIGINT:
        bench.join_hub(hub=None)
        addresses = [x(host) for host in range(1, 51)]
        hub.add(*addresses)
        bench.routes_become(dict.fromkeys(addresses, SERVER))
        bench.client.signal(number)
        bench.client.ends(0)
        equal("routes that are left", bench.routes(), {})


def client_fib_bad_addresses(bench):
    """route-client(1): addresses of 0/8, 127/8, class D and E are dropped and counted; for those of the machine
    itself and broadcast addresses of its networks there is no route
    """
    ip("address", "add", "10.7.7.1/24", "dev", "lo")
    hub = bench.join_hub()
    bad = ["0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "224.0.0.9", "239.255.255.255", "240.0.0.1",
           "255.255.255.255"]
    before = bench.client.dropped("bad-address")
    hub.add(*bad)
    bench.dropped_becomes("bad-address", before + len(bad))
    hub.add(HERE, "10.7.7.1", "10.0.0.255", X)
    bench.routes_become({X: SERVER})
    kernel = {destination: row["in_kernel"] for destination, row in bench.client.table().items()}
    equal("in the kernel", [destination for destination, there in kernel.items() if there], [X])
    equal("in the table of the bad ones", [address for address in bad if address in kernel], [])


def client_fib_address_of_the_server(bench):
    """route-client(1): no route to the server is made by way of the server"""
    hub = bench.join_hub()
    hub.add(SERVER)
    hub.add(X)
    bench.routes_become({X: SERVER})


def client_fib_late_link(bench):
    """route-client(1): routes that the kernel has dropped with the link come back with it"""
    hub = bench.extended_hub(interval="300ms")
    hub.add(X, Y)
    bench.routes_become({X: SERVER, Y: SERVER})
    ip("link", "set", "w0", "down")
    bench.routes_become({})
    ip("link", "set", "w0", "up")
    bench.routes_become({X: SERVER, Y: SERVER})
