# SPDX-License-Identifier: MIT
"""What is not believed, and the reason under which it is counted: RFC 2453 3.9 and 3.9.2."""

import struct

import kernel
from bench import ADDRESSES, NETWORKS
from facts import equal
from rip import INFINITY, RESPONSE, Entry, message

BAD = "10.66.0.0/24"


def i_wrong_port(bench):
    """RFC 2453 3.9.2: 'The response must be ignored if it is not from the RIP port'"""
    bench.start()
    for port in (519, 521, 1520, 65535):
        bench.r1.say(BAD, sport=port)
    bench.ignored(BAD, by=bench.r1, reasons={"wrong-port": 4})


def i_wrong_source(bench):
    """RFC 2453 3.9.2: a response from an address that is not on the network of that interface changes nothing

    The address of a neighbour at another interface is not either.
    """
    bench.start()
    bench.learn(bench.r1, "10.8.0.0/24", 3)
    for source in ("192.0.2.1", "10.0.0.2", bench.r2.address):
        bench.r1.say(BAD, ("10.8.0.0/24", INFINITY), src=source)
    bench.ignored(BAD, by=bench.r1, reasons={"wrong-source": 3})
    equal("next hops", bench.installed("10.8.0.0/24").via, [bench.r1.address])


def i_own(bench):
    """RFC 2453 3.9.2: 'the source address should be checked to see if it is one of our own addresses'"""
    bench.start()
    for address in (ADDRESSES["eth0"], ADDRESSES["eth1"]):
        bench.r1.say(BAD, src=address)
        bench.r1.say(BAD, src=address, dst="10.0.1.255")
    bench.ignored(BAD, by=bench.r1, reasons={})


def i_metric(bench):
    """RFC 2453 3.9.2: 'is the metric valid (i.e., between 1 and 16, inclusive)': else the entry is ignored"""
    bench.start()
    bench.learn(bench.r1, "10.8.0.0/24", 3)
    for metric in (0, 17, 255, 256, 0x10001, 0x80000001, 0xFFFFFFFF):
        bench.r1.say((BAD, metric), ("10.8.0.0/24", metric))
    bench.ignored(BAD, by=bench.r1, reasons={"bad-metric": 14})
    equal("metric of a route of which that was said", bench.rib()["10.8.0.0/24"]["metric"], 4)


def i_no_destination(bench):
    """RFC 2453 3.9.2: 'is the destination address valid (e.g., unicast; not net 0 or 127)'"""
    bench.start()
    bad = ("224.0.0.0/4", "224.1.2.0/24", "239.1.1.1/32", "240.0.0.0/4", "241.7.0.0/16", "255.255.255.255/32",
           "0.0.0.0/8", "0.1.2.0/24", "0.0.0.1/32", "127.0.0.0/8", "127.1.0.0/16", "127.0.0.1/32")
    bench.r1.say(*bad)
    bench.ignored(*bad, by=bench.r1, reasons={"bad-prefix": len(bad)})


def i_not_a_network(bench):
    """RFC 2453 4.3: an address with bits that its mask does not cover, or a mask with holes, is no network"""
    bench.start()
    bad = (Entry("10.66.1.1", mask="255.255.255.0"), Entry("10.66.0.1", mask="255.255.0.0"),
           Entry("10.66.0.0", mask="255.0.255.0"), Entry("10.66.0.0", mask="0.0.255.255"),
           Entry("10.66.0.0", mask="255.255.255.253"), Entry("10.66.128.0", mask="255.255.0.0"))
    bench.r1.say(*bad)
    bench.fence(bench.r1)
    equal("learned", [p for p in bench.rib() if p.startswith("10.66.")], [])
    equal("dropped, by reason", bench.dropped(), {"bad-prefix": len(bad)})


def i_without_a_mask(bench):
    """RFC 2453 4.3: 'If this field is zero, then no subnet mask has been included for this entry'

    Then the mask is what version 1 would make of the address.
    """
    bench.start()
    bench.r1.say(Entry("192.168.7.0", mask="0.0.0.0"))
    bench.installed("192.168.7.0/24", bench.r1.address)


def i_default_route(bench):
    """RFC 2453 3.7: 0.0.0.0 with mask 0 is the default route, and learned as any other"""
    bench.start()
    bench.learn(bench.r1, "0.0.0.0/0", 3)
    bench.hears(bench.eth1, "0.0.0.0/0", 4)


def i_others_of_the_message(bench):
    """RFC 2453 3.9.2: 'If any check fails, ignore that entry and proceed to the next'; so are other families"""
    bench.start()
    bench.r1.say("10.8.0.0/24", (BAD, 0), "10.8.1.0/24", "127.0.0.0/8", "10.8.2.0/24",
                 *(Entry(BAD, family=family) for family in (0, 1, 3, 10, 0x0200, 0xFFFE)), "10.8.3.0/24")
    for n in range(4):
        bench.installed(f"10.8.{n}.0/24")
    equal("dropped, by reason", bench.dropped(), {"bad-metric": 1, "bad-prefix": 1, "bad-family": 6})


def i_truncated(bench):
    """RFC 2453 3.6: what is shorter than the header, or has no whole entries, is dropped as truncated"""
    bench.start()
    whole = message([BAD, "10.67.0.0/24"])
    cuts = (0, 1, 3, 5, 23, 25, 43)
    for size in cuts:
        bench.r1.send(whole[:size])
    bench.r1.send(whole + b"\0")
    bench.ignored(BAD, "10.67.0.0/24", by=bench.r1, reasons={"truncated": len(cuts) + 1})


def i_oversized(bench):
    """RFC 2453 3.6: there are 'between 1 and 25 (inclusive) RIP entries'; a message with more is dropped"""
    bench.start()
    bench.r1.say(*(f"10.66.{n}.0/24" for n in range(26)))
    bench.r1.say(*(f"10.67.{n}.0/24" for n in range(60)))
    bench.r1.say(*(f"10.8.{n}.0/24" for n in range(25)))
    bench.installed("10.8.24.0/24")
    learned = [p for p in bench.rib() if p.startswith(("10.66.", "10.67."))]
    equal("learned", learned, [])
    equal("dropped, by reason", bench.dropped(), {"oversized": 2})


def i_command(bench):
    """RFC 2453 3.6: only requests and responses are messages: commands 0 and 3 to 255 are dropped"""
    bench.start()
    for command in (0, 3, 4, 5, 6, 9, 255):
        bench.r1.say(BAD, command=command)
    bench.ignored(BAD, by=bench.r1, reasons={"bad-command": 7})


def i_version_0(bench):
    """RFC 1058 3.4: 'messages whose version number is zero are to be ignored'"""
    bench.start()
    bench.r1.send(message([BAD], version=0))
    bench.r1.send(message([Entry("10.67.0.0", mask="0.0.0.0")], version=0))
    bench.ignored(BAD, "10.67.0.0/24", by=bench.r1, reasons={"bad-version": 2})


def i_by_unicast(bench):
    """RFC 2453 3.9.2: a response may come by unicast, or by broadcast, too"""
    bench.start()
    bench.r1.say("10.8.0.0/24", dst=ADDRESSES["eth0"])
    bench.installed("10.8.0.0/24")
    bench.r1.say("10.8.1.0/24", dst="10.0.1.255")
    bench.installed("10.8.1.0/24")


def i_connected_stays(bench):
    """RFC 2453 3.9.2: what a neighbour says of a network of our interfaces is not better than our own way"""
    bench.start()
    bench.r1.say((NETWORKS["eth1"], 1), (NETWORKS["eth0"], INFINITY))
    bench.r2.say((NETWORKS["eth1"], INFINITY))
    bench.fence(bench.r2)
    bench.ignored(by=bench.r1)
    for name in ("eth0", "eth1"):
        route = bench.rib()[NETWORKS[name]]
        equal(f"state and metric of {name}", (route["state"], route["metric"]), ("connected", 1))
        equal("in the kernel by RIP", NETWORKS[name] in kernel.routes(), False)


def i_unreachable_and_unknown(bench):
    """RFC 2453 3.9.2: what is not known and comes with metric 16 is not taken, nor announced

    "unless the new metric is infinity (there is no point in adding a route which unusable)".
    """
    bench.start()
    bench.r1.say((BAD, INFINITY), ("10.67.0.0/24", 15))
    fence = bench.fence(bench.r1)
    bench.hears(bench.eth1, fence)
    bench.ignored(BAD, "10.67.0.0/24", by=bench.r1, fence=False, reasons={})
    equal("said of them", [str(e) for p in (BAD, "10.67.0.0/24") for _, e in bench.eth1.entries(p)], [])


def i_header_of_version_2(bench):
    """RFC 2453 3.6: what version 2 has in the header's last field is not looked at

    RFC 1388 had the routing domain there; the check of fields that must be zero is version 1's (RFC 1058 3.4).
    """
    bench.start()
    bench.r1.send(struct.pack("!BBH", RESPONSE, 2, 7) + Entry("10.8.0.0/24").encode())
    bench.installed("10.8.0.0/24")
