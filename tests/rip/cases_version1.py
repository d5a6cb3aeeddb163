# SPDX-License-Identifier: MIT
"""Version 1, and version 2 where version 1 may hear it: RFC 1058 3, RFC 2453 4.3, 4.6 and 5.1."""

from bench import ADDRESSES, NETWORKS
from facts import equal, require
from rip import INFINITY, Entry


def _v1(address, metric=1, **more):
    return Entry(address, metric, mask="0.0.0.0", **more)


def _announcing(bench, *prefixes, send="1"):
    """Starts it with these announced, and waits for the last of them; {address: metric} at eth1."""
    words = [word for prefix in (*prefixes, "10.200.0.0/24") for word in ("-a", prefix)]
    bench.start("--send", send, *words)
    bench.wires.until(lambda: bench.eth1.told().keys() & {"10.200.0.0", "10.200.0.0/24"}, "the last of them")
    bench.wires.drain()
    return bench.eth1.told()


def v1_way(bench):
    """RFC 1058 3.1, ripd(1) --send 1: version 1 is broadcast, port 520 to port 520"""
    bench.start("--send", "1")
    told, _ = bench.hears(bench.eth0, NETWORKS["eth1"], 1)
    equal("version", told.version, 1, told)
    require(told.frame.dst in ("10.0.1.255", "255.255.255.255"), "to everyone", told)
    equal("frame to", told.frame.dst_mac, b"\xff" * 6, told)
    equal("from, and to port", (told.frame.src, told.frame.sport, told.frame.dport), (ADDRESSES["eth0"], 520, 520))
    asked = bench.wires.until(lambda: bench.eth0.requests, "a request")[0]
    equal("version and way of the request", (asked.version, asked.frame.dst_mac), (1, b"\xff" * 6), asked)
    require(asked.is_whole_table_request(), "one entry, family 0, metric 16", asked)


def v1_zeroes(bench):
    """RFC 1058 3.1: tag, mask and next hop of version 1 are zero, also of a route that has a tag"""
    bench.start("--send", "1", "-a", "10.9.0.0/24,3,77")
    bench.r2.say(("10.8.0.0/24", 4, 99, "10.0.2.9"))
    bench.hears(bench.eth0, "10.8.0.0/24", 5)  # faults of any entry are a failure
    bench.hears(bench.eth0, "10.9.0.0/24", 3)
    bench.hears(bench.eth1, "10.8.0.0/24", INFINITY)


def v1_what_it_can_say(bench):
    """RFC 1058 3.2: subnets and hosts of the wire's network, networks of a class, and the default route

    The subnets are those that have the wire's mask: there is none in the message.
    """
    told = _announcing(bench, "10.64.7.0/24", "10.64.7.9/32", "11.0.0.0/8", "172.20.0.0/16", "192.168.7.0/24",
                       "0.0.0.0/0")
    told = {prefix.partition("/")[0]: metric for prefix, metric in told.items()}
    wanted = ("10.64.7.0", "10.64.7.9", "11.0.0.0", "172.20.0.0", "192.168.7.0", "0.0.0.0", "10.0.1.0")
    equal("metrics", {address: told.get(address) for address in wanted}, dict.fromkeys(wanted, 1))


def v1_what_it_cannot_say(bench):
    """RFC 2453 4.3: subnets of another network, or with another mask, and supernets are not said

    "information internal to one network must never be advertised into another network", and "supernet
    routes ... must not be advertised where they could be misinterpreted".  The class's network may stand for
    its subnets (RFC 1058 3.2).
    """
    told = _announcing(bench, "10.65.0.0/16", "10.66.0.128/25", "10.67.8.0/22", "172.16.5.0/24", "192.168.7.64/26",
                       "192.168.9.9/32", "192.168.0.0/16", "172.96.0.0/12", "12.0.0.0/7")
    wrong = ("10.65.0.0", "10.66.0.128", "10.67.8.0", "172.16.5.0", "192.168.7.64", "192.168.9.9", "192.168.0.0",
             "172.96.0.0", "12.0.0.0")
    equal("announced", set(wrong) & told.keys(), set())


def v1_host_that_looks_like_a_subnet(bench):
    """RFC 2453 4.3: not a host whose address would be read as a subnet's"""
    equal("metric", _announcing(bench, "10.64.7.0/32").get("10.64.7.0"), None)


def v1_learned(bench):
    """RFC 1058 3.2: an address is a subnet by the wire's mask, a host, a network of a class, or the default"""
    bench.start()
    expected = {"10.64.3.0": "10.64.3.0/24", "10.64.4.9": "10.64.4.9/32", "192.168.7.0": "192.168.7.0/24",
                "172.20.0.0": "172.20.0.0/16", "11.0.0.0": "11.0.0.0/8", "0.0.0.0": "0.0.0.0/0"}
    bench.r1.say(*(_v1(address, 3) for address in expected), version=1, dst="10.0.1.255")
    for prefix in expected.values():
        route = bench.installed(prefix, bench.r1.address)
        equal("interface", [name for _, name in route.hops], ["eth0"], route)
    bench.hears(bench.eth1, "192.168.7.0/24", 4)


def v1_subnet_of_another_network(bench):
    """RFC 1058 3.2: a subnet of another network is at most a host, never a network of a mask that is guessed"""
    bench.start()
    bench.r1.say(_v1("172.20.5.0", 3), version=1)
    bench.ignored("172.20.5.0/24", "172.20.0.0/16", by=bench.r1)


def v1_must_be_zero(bench):
    """RFC 1058 3.4: where a field that must be zero is not, the whole message is dropped, counted as not-zero"""
    bench.start()
    bad = (_v1("10.64.1.0", tag=1), Entry("10.64.2.0/24"), _v1("10.64.3.0", next_hop="10.0.1.3"))
    for entry in bad:
        bench.r1.say(_v1("10.64.5.0"), entry, version=1)
    bench.r1.say(_v1("10.64.4.0"), version=1, zero=1)
    prefixes = [f"10.64.{n}.0/{length}" for n in (1, 2, 3, 4, 5) for length in (24, 32)]
    bench.ignored(*prefixes, by=bench.r1, reasons={"not-zero": 4})


def v1_what_2_may_have(bench):
    """RFC 2453 3.6: where the version is 2, the fields that version 1 has as zero may have any value"""
    bench.start()
    bench.r1.say(("10.64.1.0/24", 3, 4711, "10.0.1.3"))
    bench.installed("10.64.1.0/24", "10.0.1.3")
    equal("dropped, by reason", bench.dropped(), {})


def v_received(bench):
    """ripd(1) --receive: versions that are not heard are dropped, and counted as bad-version"""
    bench.start("--receive", "2")
    bench.r1.say(_v1("10.64.1.0"), version=1)
    bench.ignored("10.64.1.0/24", by=bench.r1, reasons={"bad-version": 1})
    bench.stop()
    bench.start("--receive", "1")
    bench.r1.say("10.64.1.0/24")
    bench.r1.say(_v1("10.64.2.0"), version=1)
    bench.installed("10.64.2.0/24")
    bench.ignored("10.64.1.0/24", by=bench.r1, fence=False, reasons={"bad-version": 1})
    bench.stop()
    bench.start("--receive", "none")
    bench.r1.say("10.64.1.0/24")
    bench.r1.say(_v1("10.64.2.0"), version=1)
    bench.wires.eventually(lambda: bench.dropped() == {"bad-version": 2}, "both dropped: bad-version")
    bench.ignored("10.64.1.0/24", "10.64.2.0/24", by=bench.r1, fence=False)


def v_broadcast_2(bench):
    """RFC 2453 5.1, ripd(1) --send 2-broadcast: version 2, with masks, to the broadcast address"""
    bench.start("--send", "2-broadcast", "-a", "10.64.7.0/24,3,77")
    told, entry = bench.hears(bench.eth0, "10.64.7.0/24", 3)
    equal("version and tag", (told.version, entry.tag), (2, 77), told)
    require(told.frame.dst in ("10.0.1.255", "255.255.255.255"), "to everyone", told)
    equal("frame to", told.frame.dst_mac, b"\xff" * 6, told)


def v_broadcast_2_hides_what_1_would_misread(bench):
    """RFC 2453 4.3: where a router with version 1 may hear version 2, the same networks are left out"""
    told = _announcing(bench, "172.16.5.0/24", "192.168.0.0/16", "11.0.0.0/8", send="2-broadcast")
    equal("announced", {"172.16.5.0/24", "192.168.0.0/16", "11.0.0.0/8"} & told.keys(), {"11.0.0.0/8"})
