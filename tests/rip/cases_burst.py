# SPDX-License-Identifier: MIT
"""Whole tables in one go: none of their messages is lost.

An ordinary user may not have a receive buffer that is larger than net.core.rmem_max: there what has
been lost has to be there when it has been said again.
"""

import socket
import time

import kernel
from cable import numbered
from facts import equal
from rip import INFINITY

SO_RCVBUFFORCE = 33


def _may_have_large_buffers():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
            return True
        except PermissionError:
            return False


def _burst(bench, entries, routes):
    """Says that as fast as the wire takes it, and waits until the kernel has so many routes."""
    bench.r1.say_all(entries)
    if not _may_have_large_buffers():
        begin = time.monotonic()
        def there():
            if kernel.count() != routes and time.monotonic() - begin > 1:
                bench.r1.say_all(entries)
            return kernel.count() == routes
        bench.wires.until(there, f"{routes} routes in the kernel", pause=1)
    bench.until(lambda: kernel.count() == routes, f"{routes} routes in the kernel")


def b_2000(bench):
    """RFC 2453 3.9.2: 2,000 routes in one burst of 80 messages: none is lost"""
    bench.start()
    prefixes = numbered(2000)
    _burst(bench, [(p, 3) for p in prefixes], 2000)
    bench.wires.until(lambda: set(prefixes) <= bench.eth1.told().keys(), "all of them at eth1")
    _burst(bench, [(p, INFINITY) for p in prefixes], 0)


def b_10000(bench):
    """RFC 2453 3.9.2: 10,000 routes in one burst of 400 messages: none is lost"""
    bench.start()
    prefixes = numbered(10000)
    _burst(bench, [(p, 3) for p in prefixes], 10000)
    bench.wires.until(lambda: len(bench.eth1.told()) >= 10000, "all of them at eth1")
    _burst(bench, [(p, INFINITY) for p in prefixes], 0)


def b_better_way(bench):
    """RFC 2453 3.9.2: 2,000 routes that get a better next hop in one burst are never missing in the kernel"""
    bench.start()
    prefixes = numbered(2000)
    _burst(bench, [(p, 5) for p in prefixes], 2000)
    watch = kernel.Monitor()
    bench.r4.say_all([(p, 2) for p in prefixes])
    def moved():
        if wrong := [p for p, route in kernel.routes().items() if route.via != [bench.r4.address]]:
            bench.r4.say_all([(p, 2) for p in wrong])
        return not wrong
    bench.wires.until(moved, "all of them by r4", pause=0.5)
    equal("without a route meanwhile", watch.gaps(), [])


def b_link_down(bench):
    """RFC 2453 3.10.1: when the link of 2,000 routes goes down, all are lost, in the kernel and at eth1"""
    bench.start()
    prefixes = numbered(2000)
    _burst(bench, [(p, 5) for p in prefixes], 2000)
    bench.wires.until(lambda: set(prefixes) <= bench.eth1.told().keys(), "all of them at eth1")
    bench.forget()
    bench.ip("link set eth0 down")
    bench.wires.until(lambda: _lost(bench, prefixes), "all of them lost at eth1", pause=0.1)
    equal("in the kernel", kernel.count(), 0)


def _lost(bench, prefixes):
    told = bench.eth1.told()
    return all(told.get(p) == INFINITY for p in prefixes)
