# SPDX-License-Identifier: MIT
"""The next hop of an entry: RFC 2453 4.4."""

from bench import ADDRESSES
from facts import equal, require
from rip import INFINITY

NET = "10.8.0.0/24"


def n_of_the_same_network(bench):
    """RFC 2453 4.4: a next hop that is on the wire's network is where packets go, not to who has said it"""
    bench.start()
    bench.r1.say((NET, 3, 0, "10.0.1.99"))
    route = bench.installed(NET, "10.0.1.99")
    equal("interface", [name for _, name in route.hops], ["eth0"])
    record = bench.in_rib(NET)
    equal("next hops and from", (record["next_hops"], record["from"]), (["10.0.1.99"], bench.r1.address))


def n_of_another_network(bench):
    """RFC 2453 4.4: one that is not directly reachable 'should be treated as 0.0.0.0': the sender"""
    bench.start()
    elsewhere = ("10.0.2.2", "192.0.2.1", "10.0.4.9", "127.0.0.1", "224.0.0.9", "255.255.255.255")
    for number, next_hop in enumerate(elsewhere):
        prefix = f"10.8.{number}.0/24"
        bench.r1.say((prefix, 3, 0, next_hop))
        bench.installed(prefix, bench.r1.address)


def n_no_host(bench):
    """RFC 2453 4.4: nor is the network's broadcast address a next hop"""
    bench.start()
    bench.r1.say((NET, 3, 0, "10.0.1.255"))
    bench.installed(NET, bench.r1.address)


def n_ourselves(bench):
    """RFC 2453 4.4: a next hop that is our own address makes no route to ourselves"""
    bench.start()
    bench.r1.say((NET, 3, 0, ADDRESSES["eth0"]))
    bench.fence(bench.r1)
    record = bench.rib().get(NET, {"next_hops": []})
    require(ADDRESSES["eth0"] not in record["next_hops"], f"not by ourselves, but the RIB has {record}")


def n_changes(bench):
    """RFC 2453 3.9.2: the same router changes its next hop, or withdraws the route: that is taken at once"""
    bench.start()
    bench.r1.say((NET, 3, 0, "10.0.1.98"))
    bench.installed(NET, "10.0.1.98")
    bench.r1.say((NET, 3, 0, "10.0.1.99"))
    bench.installed(NET, "10.0.1.99")
    bench.r1.say((NET, 4))
    bench.installed(NET, bench.r1.address)
    equal("from", bench.in_rib(NET, metric=5)["from"], bench.r1.address)
    bench.r1.say((NET, 3, 0, "10.0.1.99"))
    bench.installed(NET, "10.0.1.99")
    bench.r1.say((NET, INFINITY))
    bench.removed(NET)
    bench.hears(bench.eth1, NET, INFINITY)
