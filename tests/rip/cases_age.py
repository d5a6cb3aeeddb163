# SPDX-License-Identifier: MIT
"""How a route ends, and how it comes back: the timers of RFC 2453 3.8."""

import time

import kernel
from facts import Wrong, equal, require, within
from rip import INFINITY

NET, OTHER = "10.8.0.0/24", "10.9.0.0/24"


def _until_lost(bench):
    return bench.in_rib(NET, state="lost", metric=INFINITY)


def g_timeout(bench):
    """RFC 2453 3.8: a route that nobody announces any more is lost when its timeout is over

    It leaves the kernel, is announced as unreachable, and forgotten when the garbage is collected.
    """
    bench.start(timeout="1s", garbage="1s")
    bench.learn(bench.r1, NET, 3)
    begin = time.monotonic()
    bench.hears(bench.eth1, NET, 4)
    told, _ = bench.hears(bench.eth1, NET, INFINITY)
    within("seconds until eth1 heard that it is unreachable", told.when - begin, 0.8, 5)
    bench.removed(NET)
    record = _until_lost(bench)
    require(not record["in_kernel"], "not in the kernel")
    bench.not_in_rib(NET)


def g_refreshed(bench):
    """RFC 2453 3.8: the timeout begins anew 'any time an update message is received for the route'

    Each route has its own.
    """
    bench.start(timeout="1500ms")
    bench.learn(bench.r1, NET, 3)
    bench.learn(bench.r1, OTHER, 3)
    begin = time.monotonic()
    while time.monotonic() - begin < 3.2:
        bench.r1.say((NET, 3))
        bench.wires.pass_time(time.monotonic() + 0.2)
    equal("in the kernel", list(kernel.routes()), [NET])
    equal("said of it", {e.metric for _, e in bench.eth1.entries(NET)}, {4})


def g_refreshed_by_another(bench):
    """RFC 2453 3.9.2: what another router says does not refresh a route"""
    bench.start(timeout="1500ms")
    bench.learn(bench.r1, NET, 3)
    def lost():
        bench.r4.say((NET, 6))
        return bench.eth1.entries(NET) and bench.eth1.entries(NET)[-1][1].metric in (INFINITY, 7)
    bench.wires.until(lost, "r1's way is gone", pause=0.3)
    bench.installed(NET, bench.r4.address)


def g_metric_16(bench):
    """RFC 2453 3.9.2: metric 16 by its own router ends a route at once, and one that becomes 16 with the cost"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    bench.hears(bench.eth1, NET, 4)
    bench.r1.say((NET, INFINITY))
    bench.hears(bench.eth1, NET, INFINITY)
    bench.removed(NET)
    _until_lost(bench)
    bench.learn(bench.r1, OTHER, 3)
    bench.r1.say((OTHER, 15))
    bench.hears(bench.eth1, OTHER, INFINITY)
    bench.removed(OTHER)
    bench.r2.say((NET, INFINITY), (OTHER, INFINITY))  # as a neighbour does that has learned it from here
    bench.fence(bench.r2)
    _until_lost(bench)


def g_collected(bench):
    """RFC 2453 3.8: 'Until the garbage-collection timer expires, the route is included in all updates'

    With metric 16; then it is forgotten.
    """
    bench.start(garbage="2s", update="400ms")
    bench.learn(bench.r1, NET, 3)
    begin = time.monotonic()
    bench.r1.say((NET, INFINITY))
    bench.not_in_rib(NET)
    within("seconds until it is forgotten", time.monotonic() - begin, 1.9, 7)
    bench.wires.drain()
    told = [(u, e) for u, e in bench.eth1.entries(NET) if e.metric == INFINITY]
    require(len(told) >= 3, f"it is in all updates of that time, not in {len(told)}")
    bench.forget()
    bench.wires.until(lambda: bench.eth1.entries("10.0.1.0/24"), "the next regular update")
    equal("said of it afterwards", [str(e) for _, e in bench.eth1.entries(NET)], [])


def g_collected_once(bench):
    """RFC 2453 3.9.2: 'the deletion process is started only when the metric is first set to infinity'

    That it is said again does not lengthen it.
    """
    bench.start(garbage="1500ms")
    bench.learn(bench.r1, NET, 3)
    def forgotten():
        bench.r1.say((NET, INFINITY))
        return NET not in bench.rib()
    bench.wires.until(forgotten, "it is forgotten", 8, 0.2)


def g_comes_back_by_the_same(bench):
    """RFC 2453 3.8: a lost route that its router announces again is there again"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    bench.r1.say((NET, INFINITY))
    bench.hears(bench.eth1, NET, INFINITY)
    bench.removed(NET)
    bench.forget()
    bench.learn(bench.r1, NET, 5)
    bench.hears(bench.eth1, NET, 6)
    equal("state", bench.in_rib(NET)["state"], "learned")


def g_comes_back_by_another(bench):
    """RFC 2453 3.8: 'Should a new route to this network be established' meanwhile, it replaces the lost one

    "In this case the garbage-collection timer must be cleared."
    """
    bench.start(garbage="1200ms")
    bench.learn(bench.r1, NET, 3)
    bench.r1.say((NET, INFINITY))
    _until_lost(bench)
    bench.learn(bench.r2, NET, 9)
    bench.hears(bench.eth0, NET, 10)
    cleared = time.monotonic() + 1.4
    bench.wires.pass_time(cleared)
    equal("state when that time is over", bench.in_rib(NET)["state"], "learned")
    equal("in the kernel", NET in kernel.routes(), True)


def g_withdrawn_and_announced_in_one(bench):
    """RFC 2453 3.9.2: entries of a message are read one by one: what was said last of a network counts"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    bench.r1.say((NET, INFINITY), (NET, 5))
    bench.in_rib(NET, metric=6, state="learned")
    bench.r1.say((OTHER, 5), (OTHER, INFINITY))
    bench.fence(bench.r1)
    bench.installed(NET)
    if OTHER in kernel.routes():
        raise Wrong(f"expected: {OTHER} is lost\nactual: the kernel has it")
