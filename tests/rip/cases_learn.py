# SPDX-License-Identifier: MIT
"""Which way is taken: RFC 2453 3.9.2, and several of them, ripd(1) --paths."""

import kernel
from facts import equal, require
from rip import INFINITY

NET = "10.8.0.0/24"


def p_new(bench):
    """RFC 2453 3.9.2: a new route has the metric that was said and 1, and the sender as its next hop"""
    bench.start()
    bench.r1.say((NET, 4, 77))
    route = bench.installed(NET, bench.r1.address)
    equal("interface", route.hops, [(bench.r1.address, "eth0")])
    record = bench.in_rib(NET)
    told = {key: record[key] for key in ("state", "metric", "tag", "next_hops", "interfaces", "from")}
    equal("show routes", told, {"state": "learned", "metric": 5, "tag": 77, "next_hops": [bench.r1.address],
                                "interfaces": ["eth0"], "from": bench.r1.address})


def p_metric_up_to_15(bench):
    """RFC 2453 3.9.2: metric = MIN(metric + cost, 16): 14 is the farthest that is reachable"""
    bench.start()
    bench.r1.say(("10.8.1.0/24", 14), ("10.8.2.0/24", 15))
    bench.installed("10.8.1.0/24")
    equal("metric", bench.in_rib("10.8.1.0/24")["metric"], 15)
    bench.ignored("10.8.2.0/24", by=bench.r1, fence=False)


def p_metric_in(bench):
    """ripd(1) --metric-in: is added in place of 1, up to 16"""
    bench.start("--metric-in", "5")
    bench.r1.say(("10.8.1.0/24", 3), ("10.8.2.0/24", 10), ("10.8.3.0/24", 11))
    equal("metric", bench.in_rib("10.8.1.0/24")["metric"], 8)
    equal("metric", bench.in_rib("10.8.2.0/24")["metric"], 15)
    bench.ignored("10.8.3.0/24", by=bench.r1)


def p_worse_from_the_same(bench):
    """RFC 2453 3.9.2: what its own router says of a route is taken, also if it is worse"""
    bench.start()
    for metric in (3, 9, 14, 2):
        bench.r1.say((NET, metric))
        bench.in_rib(NET, metric=metric + 1, next_hops=[bench.r1.address])
        bench.hears(bench.eth1, NET, metric + 1)


def p_better_from_another(bench):
    """RFC 2453 3.9.2: a better way by another router is taken, and announced"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    bench.hears(bench.eth1, NET, 4)
    bench.r2.say((NET, 2))
    route = bench.installed(NET, bench.r2.address)
    equal("interface", route.hops, [(bench.r2.address, "eth1")])
    bench.hears(bench.eth0, NET, 3)
    bench.hears(bench.eth1, NET, INFINITY)
    bench.r4.say((NET, 1))
    bench.installed(NET, bench.r4.address)
    equal("metric", bench.in_rib(NET, metric=2)["from"], bench.r4.address)


def p_no_better_from_another(bench):
    """RFC 2453 3.9.2: a way by another router that is equally good, worse, or unreachable is ignored"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    for metric in (3, 4, INFINITY):
        bench.r4.say((NET, metric))
        bench.r2.say((NET, metric))
    bench.fence(bench.r4)
    bench.still(NET, bench.r1.address, by=bench.r2)


def p_equal_when_half_of_the_time_is_over(bench):
    """RFC 2453 3.9.2: an equally good one is taken, if the route's timeout is at least half over

    "If the new metric is the same as the old one ... and the timeout for the existing route is at least
    halfway to the expiration point, switch to the new route.  This heuristic is optional, but highly
    recommended."
    """
    bench.start(timeout="4s")
    bench.learn(bench.r1, NET, 3)
    bench.r4.say((NET, 3))
    bench.still(NET, bench.r1.address, by=bench.r4)
    bench.wires.until(lambda: _expires(bench) < 1900, "its time is half over", pause=0.1)
    bench.r4.say((NET, 3))
    bench.installed(NET, bench.r4.address)
    require(_expires(bench) > 2500, "its time begins anew")
    equal("other metrics than 4", [str(e) for _, e in bench.eth1.entries(NET) if e.metric != 4], [])


def _expires(bench):
    return bench.rib()[NET]["expires_ms"]


def p_networks_within_networks(bench):
    """RFC 2453 3.7: host, subnet, network and default route of the same address are routes of their own"""
    bench.start()
    prefixes = ["10.8.0.0/32", "10.8.0.0/24", "10.8.0.0/16", "10.0.0.0/8", "0.0.0.0/0"]
    for router, prefix in zip((bench.r1, bench.r2, bench.r4, bench.r2, bench.r1), prefixes):
        bench.learn(router, prefix)
    bench.r4.say(("10.8.0.0/16", INFINITY))
    bench.removed("10.8.0.0/16")
    equal("still there", [p for p in prefixes if p in bench.rib() and bench.rib()[p]["state"] == "learned"],
          [p for p in prefixes if p != "10.8.0.0/16"])
    bench.installed("10.8.0.0/24", bench.r2.address)
    bench.installed("10.8.0.0/32", bench.r1.address)


def p_paths(bench):
    """ripd(1) --paths: so many next hops of equal metric a route has, and no more; one by default"""
    bench.start()
    for router in (bench.r1, bench.r4, bench.r2):
        router.say((NET, 3))
        bench.fence(router)
    equal("next hops", len(bench.installed(NET).via), 1)
    bench.stop()
    bench.start("--paths", "2", interfaces=("eth0", "eth1", "eth2"))
    bench.learn(bench.r1, NET, 3)
    bench.r2.say((NET, 3))
    bench.installed(NET, bench.r1.address, bench.r2.address)
    bench.r3.say((NET, 3))
    bench.fence(bench.r3)
    equal("next hops", len(bench.installed(NET).via), 2)
    equal("show routes", len(bench.in_rib(NET)["next_hops"]), 2)


def p_paths_of_one_wire(bench):
    """ripd(1) --paths: they may be on the same wire; one that is lost leaves the others, one that comes joins"""
    bench.start("--paths", "4")
    for router in (bench.r1, bench.r4, bench.r2):
        router.say((NET, 3))
    bench.installed(NET, bench.r1.address, bench.r4.address, bench.r2.address)
    bench.r1.say((NET, INFINITY))
    bench.installed(NET, bench.r4.address, bench.r2.address)
    bench.r2.say((NET, 4))
    bench.installed(NET, bench.r4.address)
    bench.r1.say((NET, 3))
    bench.installed(NET, bench.r1.address, bench.r4.address)
    equal("metric", bench.in_rib(NET)["metric"], 4)


def p_paths_better(bench):
    """RFC 2453 3.9.2, ripd(1) --paths: a better way takes the place of all others"""
    bench.start("--paths", "4")
    for router in (bench.r1, bench.r4):
        router.say((NET, 3))
    bench.installed(NET, bench.r1.address, bench.r4.address)
    bench.r2.say((NET, 2))
    bench.installed(NET, bench.r2.address)
    equal("metric", bench.in_rib(NET)["metric"], 3)


def p_paths_time_out_one_by_one(bench):
    """RFC 2453 3.8, ripd(1) --paths: each next hop has a timeout of its own"""
    bench.start("--paths", "4", timeout="1500ms")
    bench.r1.say((NET, 3))
    bench.r4.say((NET, 3))
    bench.installed(NET, bench.r1.address, bench.r4.address)
    def one_left():
        bench.r4.say((NET, 3))
        return kernel.routes()[NET].via == [bench.r4.address]
    bench.wires.until(one_left, "r1's way is gone, r4's is not", pause=0.3)
