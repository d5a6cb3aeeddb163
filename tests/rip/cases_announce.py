# SPDX-License-Identifier: MIT
"""What is announced beside what is learned: ripd(1) --announce, --import, aggregate, neighbours."""

from bench import NETWORKS
from facts import equal
from rip import INFINITY

NET = "10.8.0.0/24"


def c_announce(bench):
    """ripd(1) --announce: those networks are announced, with metric 1 and tag 0 or what is said"""
    bench.start("-a", "10.9.0.1/32", "--announce", "0.0.0.0/0,5", "-a", "172.20.0.0/16,3,77")
    for prefix, metric, tag in (("10.9.0.1/32", 1, 0), ("0.0.0.0/0", 5, 0), ("172.20.0.0/16", 3, 77)):
        for cable in (bench.eth0, bench.eth1):
            _, entry = bench.hears(cable, prefix, metric)
            equal("tag", entry.tag, tag, entry)
        equal("state", bench.in_rib(prefix)["state"], "announced")


def c_announced_stays(bench):
    """RFC 2453 3.9.2: what is announced so is ours, whatever a neighbour says of it"""
    bench.start("-a", NET + ",5")
    bench.hears(bench.eth1, NET, 5)
    bench.r1.say((NET, 1))
    bench.fence(bench.r1)
    bench.in_rib(NET, state="announced", metric=5)
    bench.r1.say((NET, INFINITY))
    bench.fence(bench.r1)
    bench.in_rib(NET, state="announced", metric=5)


def c_import_static(bench):
    """ripd(1) --import static: routes of protocols static and boot are announced, those of others are not"""
    bench.ip("route add 10.9.1.0/24 via 10.0.2.2 proto static", "route add 10.9.2.0/24 via 10.0.2.2 proto boot",
             "route add 10.9.3.0/24 via 10.0.2.2 proto 186", "route add default via 10.0.2.2 proto static")
    bench.start("--import", "static")
    for prefix in ("10.9.1.0/24", "10.9.2.0/24", "0.0.0.0/0"):
        bench.hears(bench.eth0, prefix, 1)
        equal(f"state of {prefix}", bench.in_rib(prefix)["state"], "static")
    equal("known", "10.9.3.0/24" in bench.rib(), False)
    bench.ip(f"route add {NET} via 10.0.2.2 proto static")
    bench.hears(bench.eth0, NET, 1)
    bench.ip(f"route del {NET}")
    bench.hears(bench.eth0, NET, INFINITY)


def c_import_static_alone(bench):
    """ripd(1) --import: without it static routes are not announced"""
    bench.ip(f"route add {NET} via 10.0.2.2 proto static")
    bench.start()
    fence = bench.fence(bench.r2)
    bench.hears(bench.eth0, fence)
    equal("known", NET in bench.rib(), False)
    equal("said of it", [str(e) for _, e in bench.eth0.entries(NET)], [])


def c_import_connected(bench):
    """ripd(1) --import connected: the networks of all interfaces are announced, also where ripd does not speak"""
    bench.start("-i", "connected", interfaces=("eth0", "eth1"))
    bench.hears(bench.eth0, NETWORKS["eth2"], 1)
    equal("state", bench.in_rib(NETWORKS["eth2"])["state"], "connected")
    bench.ip("address add 10.0.9.1/24 dev eth2")
    bench.hears(bench.eth0, "10.0.9.0/24", 1)
    bench.ip("link set eth2 down")
    bench.hears(bench.eth0, NETWORKS["eth2"], INFINITY)
    equal("said at eth2", [str(u) for u in bench.eth2.inbox], [])


AGGREGATE = "aggregate: [10.8.0.0/16]\ninterfaces: [eth0, eth1]\n"


def c_aggregate(bench):
    """ripd(1) aggregate: is announced in place of all networks inside of it, with the least of their metrics"""
    bench.configure(AGGREGATE)
    bench.r1.say(("10.8.1.0/24", 5), ("10.8.2.0/24", 3), ("10.8.3.3/32", 7), ("10.9.0.0/24", 2))
    bench.installed("10.8.3.3/32")
    bench.hears(bench.eth1, "10.8.0.0/16", 4)
    bench.hears(bench.eth1, "10.9.0.0/24", 3)
    bench.forget()
    bench.r2.ask(sport=40520)
    told = bench.wires.until(lambda: [u for u in bench.eth1.inbox if u.frame.dport == 40520], "the table")[0]
    inside = {p: m for p, m in told.table().items() if p.startswith("10.8.") and m != INFINITY}
    equal("networks within 10.8.0.0/16 that are announced as reachable", inside, {"10.8.0.0/16": 4}, told)
    equal("state", bench.in_rib("10.8.0.0/16")["state"], "aggregate")


def c_aggregate_follows(bench):
    """ripd(1) aggregate: follows the least metric, and is there 'while there is at least one'"""
    bench.configure(AGGREGATE)
    fence = bench.fence(bench.r1)
    bench.hears(bench.eth1, fence)
    equal("said of it", [str(e) for _, e in bench.eth1.entries("10.8.0.0/16")], [])
    bench.r1.say(("10.8.1.0/24", 5), ("10.8.2.0/24", 3))
    bench.hears(bench.eth1, "10.8.0.0/16", 4)
    bench.r1.say(("10.8.2.0/24", INFINITY))
    bench.hears(bench.eth1, "10.8.0.0/16", 6)
    bench.r1.say(("10.8.1.0/24", INFINITY))
    bench.hears(bench.eth1, "10.8.0.0/16", INFINITY)
    bench.r1.say(("10.8.1.0/24", 1))
    bench.hears(bench.eth1, "10.8.0.0/16", 2)


def c_aggregate_in_the_kernel(bench):
    """ripd(1) aggregate: the kernel has the networks themselves, and the aggregate sends nothing in a circle"""
    bench.configure(AGGREGATE)
    bench.r1.say(("10.8.1.0/24", 5), ("10.8.2.0/24", 3))
    bench.hears(bench.eth1, "10.8.0.0/16", 4)
    bench.installed("10.8.1.0/24", bench.r1.address)
    bench.installed("10.8.2.0/24", bench.r1.address)
    bench.r2.say(("10.8.0.0/16", 9))  # as a neighbour would that has got it from here
    bench.fence(bench.r2)
    bench.wires.eventually(lambda: bench.rib()["10.8.0.0/16"]["state"] == "aggregate", "it is still an aggregate")
    equal("in the kernel", _kind_of(bench, "10.8.0.0/16"), "unreachable")
    bench.r1.say(("10.8.1.0/24", INFINITY), ("10.8.2.0/24", INFINITY))
    bench.wires.eventually(lambda: _kind_of(bench, "10.8.0.0/16") is None, "the kernel has it no more")


def _kind_of(bench, prefix):
    """What the kernel does with packets for this prefix that are in none that is longer."""
    found = [r for r in bench.ip_json("-details", "route", "show", "table", "main") if r["dst"] == prefix]
    return found[0]["type"] if found else None


def c_neighbour_elsewhere(bench):
    """ripd(1) --neighbour: also one that does not listen to multicast gets changes, and the end, by unicast"""
    bench.start("-n", bench.r2.address)
    bench.learn(bench.r1, NET, 3)
    def told(metric):
        return [u for u in bench.eth1.inbox if u.frame.dst == bench.r2.address and u.table().get(NET) == metric]
    bench.wires.until(lambda: told(4), "the change")
    bench.stop()
    bench.wires.until(lambda: told(INFINITY), "the end")
