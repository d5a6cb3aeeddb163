# SPDX-License-Identifier: MIT
"""A ripd that follows one that was killed: ripd(1), 'the next one takes the routes over that it finds'."""

import time

import kernel
from cable import numbered
from facts import equal
from rip import INFINITY


def _killed(bench, count=20, **times):
    """Learns so many routes of r1, is killed, and started again; the prefixes, and what happens from then."""
    prefixes = numbered(count)
    bench.start(**times)
    bench.r1.say_all([(p, 3) for p in prefixes])
    bench.until(lambda: kernel.count() == count, f"{count} routes")
    bench.ripd.kill()
    equal("routes of who was killed", kernel.count(), count)
    watch = kernel.Monitor()
    bench.start(**times)
    return prefixes, watch


def r_adopted(bench):
    """ripd(1): after a kill, routes that are announced again stay in the kernel without a gap, untouched"""
    prefixes, watch = _killed(bench, timeout="2s")
    bench.r1.say_all([(p, 3) for p in prefixes])
    bench.wires.until(lambda: set(prefixes) <= bench.rib().keys(), "all of them in the RIB", pause=0.05)
    begin = time.monotonic()
    while time.monotonic() < begin + 2.6:
        bench.r1.say_all([(p, 3) for p in prefixes])
        bench.wires.pass_time(time.monotonic() + 0.3)
    equal("in the kernel when the timeout is over", sorted(kernel.routes()), sorted(prefixes))
    events = [(what, str(route)) for what, route in watch.read() if route.prefix in prefixes]
    equal("what has happened to them in the kernel", events, [])
    equal("in_kernel", {bench.rib()[p]["in_kernel"] for p in prefixes}, {True})


def r_swept(bench):
    """ripd(1): after a kill, 'those that nobody has announced again within the timeout' are removed"""
    prefixes, watch = _killed(bench, timeout="1500ms")
    equal("removed at once", [str(r) for r in watch.deleted()], [])
    def swept():
        bench.r1.say_all([(p, 3) for p in prefixes[:5]])
        return set(kernel.routes()) <= set(prefixes[:5])
    bench.wires.until(swept, "the others are removed", pause=0.3)
    equal("in the kernel", sorted(kernel.routes()), sorted(prefixes[:5]))


def r_changed(bench):
    """ripd(1): after a kill, a route that is announced otherwise now is replaced without a gap, or withdrawn"""
    prefixes, watch = _killed(bench, count=3)
    bench.r2.say((prefixes[0], 4), (prefixes[1], 4))
    bench.installed(prefixes[0], bench.r2.address)
    bench.installed(prefixes[1], bench.r2.address)
    equal("without a route meanwhile", watch.gaps(), [])
    bench.r1.say((prefixes[2], 3))
    bench.in_rib(prefixes[2], metric=4)
    bench.r1.say((prefixes[2], INFINITY))
    bench.removed(prefixes[2])
    equal("in the kernel", sorted(kernel.routes()), prefixes[:2])


def r_ended_before_the_timeout(bench):
    """ripd(1) SIGNALS: after a kill, routes that were found leave the kernel too when the next one ends"""
    prefixes, _ = _killed(bench)
    bench.r1.say((prefixes[0], 3))
    bench.in_rib(prefixes[0])
    bench.stop()
    equal("in the kernel", sorted(kernel.routes()), [])


def r_foreign(bench):
    """ripd(1): what is found and is not of protocol 189 is left alone"""
    bench.ip("route add 10.8.0.0/24 via 10.0.1.2 proto static metric 120",
             "route add 10.8.1.0/24 via 10.0.1.2 proto 186")
    before = [str(r) for r in kernel.routes(0).values()]
    bench.start(timeout="500ms")
    bench.fence(bench.r1)
    bench.removed("10.250.1.0/24")
    bench.stop()
    equal("routes of all others", [str(r) for r in kernel.routes(0).values()], before)
