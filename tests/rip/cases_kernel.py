# SPDX-License-Identifier: MIT
"""ripd's routes in the kernel, beside those of others: ripd(1)."""

import random

import kernel
from bench import NETWORKS
from cable import numbered
from facts import Wrong, equal, require
from rip import INFINITY

NET = "10.8.0.0/24"


def k_route(bench):
    """ripd(1): 'Routes in the kernel carry protocol 189 and metric 120'; they are in the main table"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    route = bench.installed(NET)
    told = (route.protocol, route.metric, route.table, route.scope, route.type)
    equal("protocol, metric, table, scope, type", told, (189, 120, 254, 0, 1), route)
    equal("as show routes has it", bench.in_rib(NET)["in_kernel"], True)


def k_only_what_is_learned(bench):
    """ripd(1): networks of interfaces, and what is announced or imported, are not put into the kernel"""
    bench.ip("route add 10.7.0.0/24 via 10.0.2.2 proto static")
    bench.start("-a", "10.9.0.0/24", "-a", "0.0.0.0/0", "--import", "static")
    bench.in_rib("10.7.0.0/24")
    bench.fence(bench.r1)
    equal("routes of ripd", list(kernel.routes()), ["10.250.1.0/24"])


def k_change_without_a_gap(bench):
    """ripd(1): a route that changes its next hop is replaced in the kernel: there is no moment without it"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    watch = kernel.Monitor()
    for router, metric in ((bench.r2, 2), (bench.r4, 1)):
        router.say((NET, metric))
        bench.installed(NET, router.address)
    bench.r4.say((NET, 9))
    bench.in_rib(NET, metric=10)
    equal("without a route meanwhile", watch.gaps(), [])


def k_refresh_leaves_it_alone(bench):
    """ripd(1): a route that is only refreshed is not written to the kernel again"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    watch = kernel.Monitor()
    for _ in range(5):
        bench.r1.say((NET, 3))
    bench.fence(bench.r1)
    equal("events of it", [what for what, route in watch.read() if route.prefix == NET], [])


def _others_route(bench, words):
    """A route of somebody else to NET; r1 announces the same; it is as it was, also when ripd has ended."""
    bench.ip(f"route add {NET} via 10.0.2.77 {words}")
    def others():
        return [str(r) for r in map(kernel.Route, kernel.dump()) if r.prefix == NET and r.protocol != kernel.RIP]
    before = others()
    equal("routes of others", len(before), 1)
    watch = kernel.Monitor()
    bench.start()
    bench.r1.say((NET, 3))
    bench.fence(bench.r1)
    equal("the other's route", others(), before)
    bench.in_rib(NET, metric=4, in_kernel="metric 120" not in words)
    bench.hears(bench.eth1, NET, 4)
    bench.r1.say((NET, 5))
    bench.r1.say((NET, INFINITY))
    bench.in_rib(NET, state="lost")
    bench.fence(bench.r1)
    equal("the other's route, after a withdrawal", others(), before)
    bench.r1.say((NET, 3))
    bench.fence(bench.r1)
    bench.stop()
    equal("the other's route, after the end", others(), before)
    changed = [(what, str(r)) for what, r in watch.read() if r.prefix == NET and r.protocol != kernel.RIP]
    equal("what has happened to it", changed, [])


def k_others_route(bench):
    """ripd(1): 'A route that somebody else has put there is never touched', also with metric 120"""
    _others_route(bench, "proto static metric 120")


def k_others_route_of_other_metrics(bench):
    """ripd(1): nor is one with a lower or a higher metric; ripd's is beside it"""
    _others_route(bench, "proto static")
    bench.ip(f"route del {NET}")
    _others_route(bench, "proto 186 metric 2000")


def k_removed_by_hand(bench):
    """ripd(1): a route that somebody removes by hand is put back, and so are 300 that are removed at once"""
    bench.start()
    prefixes = numbered(300)
    bench.r1.say_all(prefixes)
    bench.until(lambda: kernel.count() == 300, "300 routes")
    bench.ip(f"route del {prefixes[7]} proto 189")
    bench.installed(prefixes[7], bench.r1.address)
    bench.ip(*(f"route del {prefix} proto 189" for prefix in prefixes))
    bench.until(lambda: set(kernel.routes()) == set(prefixes), "300 routes again")


def k_taken_by_hand(bench):
    """ripd(1): a route that somebody else puts in the place of ripd's is his, and left alone"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    bench.ip(f"route replace {NET} via 10.0.2.77 proto static metric 120")
    bench.fence(bench.r1)
    bench.r1.say((NET, 5))
    bench.in_rib(NET, metric=6)
    bench.r1.say((NET, INFINITY))
    bench.fence(bench.r1)
    bench.stop()
    route = kernel.routes(kernel.STATIC).get(NET)
    equal("next hops of the other's route", route and route.via, ["10.0.2.77"])


def k_after_a_quick_down_and_up(bench):
    """ripd(1): routes that the kernel removed because their link went down and up at once are there again

    The kernel tells of none of them.
    """
    bench.start()
    prefixes = numbered(50)
    bench.r1.say_all(prefixes)
    bench.learn(bench.r2, NET, 3)
    bench.until(lambda: kernel.count() == 51, "51 routes")
    bench.ip("link set eth0 down", "link set eth0 up")
    def back():
        bench.r1.say_all(prefixes)
        return set(prefixes) <= set(kernel.routes())
    bench.wires.until(back, "all 50 in the kernel, when they are announced again", pause=0.2)
    bench.installed(NET, bench.r2.address)


METRICS = (1, 2, 3, 5, 9, 14, INFINITY, INFINITY)


def k_churn(bench):
    """ripd(1): after 400 random announcements and withdrawals the kernel has just what the RIB has"""
    bench.start(triggered="10ms-20ms")
    chance = random.Random(520)
    prefixes = numbered(60)
    last = {}
    for _ in range(100):
        for router in (bench.r1, bench.r2, bench.r4):
            some = [(p, chance.choice(METRICS)) for p in chance.sample(prefixes, 12)]
            last.update({(router.address, prefix): metric for prefix, metric in some})
            router.say(*some)
    for router in (bench.r1, bench.r2, bench.r4):
        bench.fence(router)
    def learned():
        return {p: sorted(r["next_hops"]) for p, r in bench.rib().items() if r["state"] == "learned"}
    def same():
        return learned() == {prefix: route.via for prefix, route in kernel.routes().items()}
    bench.until(same, "the kernel has what the RIB has")
    for prefix, via in learned().items():
        if not prefix.startswith("10.250.") and last[via[0], prefix] == INFINITY:
            raise Wrong(f"expected: {prefix} is not by {via[0]}, who has withdrawn it\nactual: it is")
    require(not set(NETWORKS.values()) & set(kernel.routes()), "no route to a network of an interface")
