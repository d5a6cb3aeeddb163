# SPDX-License-Identifier: MIT
"""The end: ripd(1) SIGNALS, and RFC 2453 3.4.1 of a router that ends."""

import signal
import time

import kernel
from bench import NETWORKS
from cable import numbered
from facts import equal, within
from rip import INFINITY


def _stop(bench, number=signal.SIGTERM):
    """Ends it; the seconds that takes."""
    bench.forget()
    begin = time.monotonic()
    bench.stop(number)
    return time.monotonic() - begin


def s_poison(bench):
    """ripd(1) SIGNALS: at SIGTERM all networks are announced as unreachable, at all interfaces"""
    bench.start("-a", "10.7.0.1/32,2", interfaces=("eth0", "eth1", "eth2"))
    bench.learn(bench.r1, "10.8.0.0/24", 3)
    bench.learn(bench.r2, "10.9.0.0/24", 3)
    _stop(bench)
    everything = ["10.7.0.1/32", "10.8.0.0/24", "10.9.0.0/24"]
    for name, cable in bench.wires.ports.items():
        told = cable.told()
        others = [net for other, net in NETWORKS.items() if other != name]
        equal(f"said last of them at {name}", {p: told.get(p) for p in everything + others},
              dict.fromkeys(everything + others, INFINITY))
        equal(f"metrics at {name}", {m for u in cable.inbox for m in u.table().values()}, {INFINITY})


def s_kernel(bench):
    """ripd(1) SIGNALS: when the process is gone none of its routes is in the kernel, and all others are"""
    bench.ip("route add 10.7.0.0/24 via 10.0.1.2 proto static", "route add 10.6.0.0/24 via 10.0.1.2 proto 186")
    bench.start()
    others = sorted(set(kernel.routes(0)))
    for number in range(5):
        bench.r1.say((f"10.8.{number}.0/24", 3))
    bench.installed("10.8.4.0/24")
    bench.ripd.signal(signal.SIGTERM)
    bench.ripd.process.wait(10)
    equal("routes in the kernel, all protocols", sorted(kernel.routes(0)), others)
    bench.ripd.ends(0)


def s_in_time(bench):
    """ripd(1) SIGNALS: with 2,000 routes it ends within 2 s, and all are announced as unreachable"""
    bench.start()
    prefixes = numbered(2000)
    bench.r1.say_all([(p, 3) for p in prefixes])
    bench.until(lambda: kernel.count() >= 2000, "2,000 routes")
    bench.wires.until(lambda: set(prefixes) <= bench.eth1.told().keys(), "all of them at eth1")
    within("seconds until it has ended", _stop(bench), 0, 2)
    told = bench.eth1.told()
    equal("not said to be unreachable", [p for p in prefixes if told.get(p) != INFINITY], [])
    equal("in the kernel", kernel.count(), 0)


def s_at_once(bench):
    """ripd(1) SIGNALS: SIGINT is the same; and neither waits for a pause between triggered updates"""
    bench.start(triggered="10s-11s")
    bench.learn(bench.r1, "10.8.0.0/24", 3)
    bench.learn(bench.r1, "10.8.1.0/24", 3)
    within("seconds until it has ended", _stop(bench, signal.SIGINT), 0, 2)
    equal("said last at eth1", [bench.eth1.told().get(f"10.8.{n}.0/24") for n in (0, 1)], [INFINITY] * 2)


def s_in_the_middle(bench):
    """ripd(1) SIGNALS: nothing is left in the kernel either where it ends while a table comes in"""
    for first in range(0, 1000, 100):
        bench.start()
        prefixes = numbered(100, first)
        bench.r2.say_all([(p, 3) for p in prefixes])
        bench.wires.until(lambda: prefixes[-1] in bench.eth0.told(), "the last of them at eth0")
        bench.ripd.signal(signal.SIGTERM)
        bench.ripd.process.wait(10)
        left = kernel.routes()
        equal("left in the kernel", [str(r) for r in left.values()][:3], [], f"{len(left)} in all")
        bench.ripd.ends(0)


def s_of_many_steps(bench):
    """ripd(1) SIGNALS: nor where a neighbour's routes have come one after the other"""
    bench.start()
    for first in range(0, 200, 20):
        bench.r1.say_all(numbered(20, first))
        bench.until(lambda: kernel.count() == first + 20, f"{first + 20} routes")
    bench.stop()
    left = kernel.routes()
    equal("left in the kernel", [str(r) for r in left.values()][:3], [], f"{len(left)} in all")


def s_before_anything(bench):
    """ripd(1) EXIT STATUS: 0, also where it is ended at once, or has no interface"""
    bench.start(ready=False)
    bench.ripd.wait_ready()
    _stop(bench)
    bench.start(interfaces=("nowhere",))
    _stop(bench)


def s_link_gone(bench):
    """ripd(1) SIGNALS: the others are told though one interface has gone"""
    bench.start()
    bench.learn(bench.r1, "10.8.0.0/24", 3)
    bench.learn(bench.r2, "10.9.0.0/24", 3)
    bench.ip("link set eth0 down")
    bench.hears(bench.eth1, "10.8.0.0/24", INFINITY)
    _stop(bench)
    told = bench.eth1.told()
    equal("said last of it at eth1", told.get("10.9.0.0/24"), INFINITY, told)
