# SPDX-License-Identifier: MIT
"""What becomes of the interfaces, and of what was learned there: RFC 2453 3.4.1 and 3.10.1, ripd(1)."""

import time

from bench import ADDRESSES, NETWORKS
from facts import equal, require, within
from rip import INFINITY

NET = "10.8.0.0/24"
AT_ONCE = 0.5  # seconds from the command to the announcement: `ip` itself takes some


def _lose(bench, *commands):
    """Learns a route at eth0, lets the commands take its way; both are unreachable at once at eth1."""
    bench.start(triggered="1500ms-1600ms")
    bench.learn(bench.r1, NET, 3)
    bench.hears(bench.eth1, NET, 4)
    bench.hears(bench.eth1, NETWORKS["eth0"], 1)
    bench.wires.pass_time(time.monotonic() + 1.7)  # no pause is running
    begin = time.monotonic()
    bench.ip(*commands)
    heard = [bench.hears(bench.eth1, prefix, INFINITY, since=begin)[0] for prefix in (NET, NETWORKS["eth0"])]
    bench.removed(NET)
    return max(update.when for update in heard) - begin


def f_link_down(bench):
    """RFC 2453 3.10.1: what was reached by an interface that goes down is unreachable, and that is said at once"""
    within("seconds", _lose(bench, "link set eth0 down"), 0, AT_ONCE)
    equal("state", bench.in_rib(NET)["state"], "lost")


def f_address_removed(bench):
    """RFC 2453 3.10.1: so is what was reached by an interface whose address is taken off"""
    within("seconds", _lose(bench, "address del 10.0.1.1/24 dev eth0"), 0, AT_ONCE)


def f_link_deleted(bench):
    """RFC 2453 3.10.1: so is what was reached by an interface that is deleted"""
    within("seconds", _lose(bench, "link del eth0"), 0, AT_ONCE)
    equal("heard afterwards, and runs", bench.fence(bench.r2) in bench.rib(), True)


def f_carrier(bench):
    """RFC 2453 3.10.1: so is what was reached by a wire that is pulled; when it is back neighbours are asked

    The kernel itself tells of a carrier once in a second only.
    """
    bench.start(triggered="1500ms-1600ms")
    bench.learn(bench.r1, NET, 3)
    bench.hears(bench.eth1, NET, 4)
    begin = time.monotonic()
    bench.eth0.carrier(False)
    told, _ = bench.hears(bench.eth1, NET, INFINITY)
    within("seconds", told.when - begin, 0, 1.0 + AT_ONCE)
    bench.hears(bench.eth1, NETWORKS["eth0"], INFINITY)
    bench.removed(NET)
    bench.forget()
    bench.eth0.carrier(True)
    bench.hears(bench.eth1, NETWORKS["eth0"], 1)
    asked = bench.wires.until(lambda: bench.eth0.requests, "a request at eth0")[0]
    require(asked.is_whole_table_request(), "a request for the whole table", asked)
    bench.r1.say((NET, 3), dst=ADDRESSES["eth0"])
    bench.installed(NET, bench.r1.address)
    bench.hears(bench.eth1, NET, 4)


def f_address_comes_back(bench):
    """ripd(1): an interface that gets another address speaks from there, and its new network is announced"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    bench.hears(bench.eth1, NETWORKS["eth0"], 1)
    bench.forget()
    bench.ip("address del 10.0.1.1/24 dev eth0", "address add 10.0.7.1/24 brd + dev eth0")
    bench.hears(bench.eth1, NETWORKS["eth0"], INFINITY)
    bench.hears(bench.eth1, "10.0.7.0/24", 1)
    bench.removed(NET)
    bench.r1.say("10.9.0.0/24")
    bench.r1.say("10.9.1.0/24", src="10.0.7.2")
    bench.installed("10.9.1.0/24", "10.0.7.2")
    bench.ignored("10.9.0.0/24", by=bench.r2, reasons={"wrong-source": 1})
    bench.wires.until(lambda: [u for u in bench.eth0.inbox + bench.eth0.requests if u.frame.src == "10.0.7.1"],
                      "something from 10.0.7.1")


def f_comes_later(bench):
    """ripd(1): an interface that is named may come later"""
    bench.ip("link set eth2 down", "link set eth2 name later", "address flush dev later")
    bench.start(interfaces=("eth1", "eth2"))
    bench.fence(bench.r2)
    bench.ip("link set later name eth2", "address add 10.0.3.1/24 brd + dev eth2", "link set eth2 up")
    bench.hears(bench.eth1, NETWORKS["eth2"], 1)
    bench.wires.until(lambda: bench.eth2.requests, "a request at eth2")
    bench.learn(bench.r3, NET, 3)


def f_all(bench):
    """ripd(1): without interfaces it speaks at every one with an IPv4 address, but the loopback, and later ones"""
    bench.ip("address flush dev eth2")
    bench.start(interfaces=())
    bench.hears(bench.eth0, NETWORKS["eth1"], 1)
    bench.hears(bench.eth1, NETWORKS["eth0"], 1)
    found = bench.show("interfaces")["interfaces"]
    equal("interfaces", sorted(i["name"] for i in found if i["address"]), ["eth0", "eth1"])
    bench.ip("address add 10.0.3.1/24 brd + dev eth2")
    bench.hears(bench.eth0, NETWORKS["eth2"], 1)
    bench.learn(bench.r3, NET, 3)
    equal("127.0.0.0/8 is known", "127.0.0.0/8" in bench.rib(), False)


def f_named_alone(bench):
    """ripd(1): where interfaces are named, others are neither heard, nor told, nor announced"""
    bench.start(interfaces=("eth0", "eth1"))
    bench.r3.say("10.66.0.0/24")
    bench.ignored("10.66.0.0/24", by=bench.r1)
    bench.fence(bench.r2)
    equal("known", NETWORKS["eth2"] in bench.rib(), False)
    equal("heard at eth2", [str(u) for u in bench.eth2.inbox + bench.eth2.requests], [])


def f_two_addresses(bench):
    """RFC 2453 3.9.2: neighbours of each network of an interface are heard, and each is announced"""
    bench.ip("address add 172.21.5.1/24 brd + dev eth0")
    bench.start()
    bench.hears(bench.eth1, "172.21.5.0/24", 1)
    bench.hears(bench.eth1, NETWORKS["eth0"], 1)
    bench.r1.say(NET, src="172.21.5.9")
    bench.installed(NET, "172.21.5.9")


def f_passive(bench):
    """ripd(1) --passive: what is said there is learned, its network announced, and 'answers to who asks' sent"""
    bench.start("--passive", "eth0", update="300ms")
    bench.r1.ask(sport=40520, dst=ADDRESSES["eth0"])
    bench.wires.until(lambda: [u for u in bench.eth0.inbox if u.frame.dport == 40520], "an answer")
    bench.hears(bench.eth1, NETWORKS["eth0"], 1)
    bench.learn(bench.r1, NET, 3)
    bench.hears(bench.eth1, NET, 4)
    bench.forget()
    for _ in range(2):
        bench.hears(bench.eth1, NET, 4, since=time.monotonic())
    bench.stop()
    equal("heard at eth0", [str(u) for u in bench.eth0.inbox + bench.eth0.requests], [])
