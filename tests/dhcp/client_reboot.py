# SPDX-License-Identifier: MIT
"""A client that comes back: RFC 2131 3.2, 4.3.2 (INIT-REBOOT), 4.4.2 and 3.7."""

import os
import random
import time

from facts import equal, expect, lacks, require, within
from packet import DISCOVER, EVERYONE, EVERY_MAC, REQUEST, REQUESTED, SERVER_ID, ip4
from client_bench import CLIENT_MAC, LEASED, stranger_has_it

FILE = "c0.lease"
DECLINE = 4


def _was_here(bench, *options, lease=600):
    """It has had a lease, and was killed; the address that it left is taken off."""
    bench.get(*options, lease=lease)
    bench.client.kill()
    bench.ip("address flush dev c0")


def reboot_request(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: a REQUEST with option 50, without option 54, with 'ciaddr' zero

    "'server identifier' MUST NOT be filled in, 'requested IP address' option MUST be filled in with
    client's notion of its previously assigned address.  'ciaddr' MUST be zero."  It is broadcast (4.4.2).
    """
    _was_here(bench)
    bench.start()
    request = bench.server.next(REQUEST)
    expect(request, op=1, hops=0, ciaddr="0.0.0.0", yiaddr="0.0.0.0", siaddr="0.0.0.0", giaddr="0.0.0.0",
           chaddr=CLIENT_MAC + bytes(10), options={REQUESTED: ip4(LEASED)})
    lacks(request, "4.3.2: MUST NOT be filled in", SERVER_ID)
    frame = request.frame
    equal("addresses and ports", (frame.src, frame.sport, frame.dst, frame.dport, frame.dst_mac),
          ("0.0.0.0", 68, EVERYONE, 67, EVERY_MAC))
    equal("addresses before the ACK", bench.addresses(), [])
    bench.server.ack(request)
    bench.bound()
    require(bench.has_address(), "the address is there")


def reboot_refused(bench):
    """RFC 2131 3.2, step 4: after a NAK "the client must ... restart the configuration process"."""
    _was_here(bench)
    bench.start()
    bench.server.nak(bench.server.next(REQUEST))
    bench.server.offer(bench.server.next(DISCOVER), yiaddr="10.0.1.101")
    request = bench.server.next(REQUEST)
    expect(request, options={REQUESTED: ip4("10.0.1.101")})
    bench.server.ack(request, yiaddr="10.0.1.101")
    bench.bound()
    equal("addresses", [a["local"] for a in bench.addresses()], ["10.0.1.101"])


def reboot_refused_for_good(bench):
    """RFC 2131 3.2, step 4: an address that was refused is not asked for at the next start"""
    _was_here(bench)
    bench.start()
    bench.server.nak(bench.server.next(REQUEST))
    bench.server.next(DISCOVER)
    bench.client.kill()
    bench.wires.drain()
    bench.port.inbox.clear()
    bench.start()
    bench.server.next(DISCOVER)


def reboot_takes_a_new_time(bench):
    """RFC 2131 3.2: the ACK's lease time counts, not what was left of the old lease"""
    _was_here(bench, lease=60)
    bench.server.lease = 900
    bench.start()
    bench.server.ack(bench.server.next(REQUEST))
    bench.bound()
    within("seconds of life", bench.address()["valid_life_time"], 890, 900)


def reboot_after_keep(bench):
    """dhcp-client(1) --keep: the address stays, and the next start asks for it again"""
    bench.get("--keep")
    bench.client.signal(15)
    bench.ends(0)
    require(bench.has_address(), "the address is there")
    bench.start()
    request = bench.server.next(REQUEST)
    expect(request, ciaddr="0.0.0.0", options={REQUESTED: ip4(LEASED), SERVER_ID: None})
    bench.server.nak(request)
    bench.server.next(DISCOVER)
    bench.until_gone(timeout=2)


def reboot_with_a_probe(bench):
    """RFC 2131 3.2, 4.4.2: the address is probed then too, and declined if it is another's by now"""
    _was_here(bench)
    bench.port.on_arp.append(lambda arp: arp.sender == "0.0.0.0" and bench.port.send(stranger_has_it()[0]))
    bench.start(probe="300ms")
    bench.server.ack(bench.server.next(REQUEST))
    decline = bench.server.next(DECLINE)
    expect(decline, ciaddr="0.0.0.0", options={REQUESTED: ip4(LEASED)})
    equal("addresses", bench.addresses(), [])


def expired_lease(bench):
    """RFC 2131 3.2: who has no lease any more asks anew"""
    _was_here(bench, lease=1)
    end = time.time() + 1.5
    bench.wires.wait(lambda: time.time() > end, 3, 0.05)
    bench.start()
    message = bench.server.next(DISCOVER)
    equal("ciaddr", message.ciaddr, "0.0.0.0")


def released_lease(bench):
    """RFC 2131 4.4.6: who has released its lease has none: it asks anew"""
    bench.get(lease=20, given={58: b"\0\0\0\1", 59: b"\0\0\0\x0f"})
    bench.server.ack(bench.server.next(REQUEST))
    bench.release()
    bench.start()
    bench.server.next(DISCOVER)


def broken_lease_files(bench):
    """A lease file that is empty, cut, or full of something else is no lease, and no harm"""
    _was_here(bench)
    with open(FILE, "rb") as file:
        good = file.read()
    chance = random.Random(2131)
    for content in (b"", b"\0" * 4096, chance.randbytes(5000), b"x" * 100000, good[: len(good) // 2],
                    good.replace(b"10.0.1.100", b"999.0.1.100"), good.replace(b"10.0.1.100", b"0.0.0.0"),
                    good.replace(b"10.0.1.100", b"224.0.0.1")):
        with open(FILE, "wb") as file:
            file.write(content)
        bench.start()
        message = bench.server.next(DISCOVER, REQUEST)
        if message.type == REQUEST:
            expect(message, options={REQUESTED: ip4(LEASED)})
        bench.client.kill()
        bench.wires.drain()
        bench.port.inbox.clear()


def lease_file_is_whole(bench):
    """The lease file is replaced as a whole: who is killed at any time finds the old one or the new one"""
    bench.get()
    require(LEASED in bench.resolv(FILE), "the address", bench.resolv(FILE))
    equal("files beside it", sorted(name for name in os.listdir(".") if "lease" in name), [FILE])


def lease_file_by_default(bench):
    """dhcp-client(1) --lease-file: by default it is interface.lease in the current folder"""
    bench.client.start("-p", "0", "-r", "none", "c0")
    bench.server.give()
    bench.bound()
    require(LEASED in bench.resolv(FILE), "the address", bench.resolv(FILE))


def lease_file_that_cannot_be_written(bench):
    """Without a file to remember it, there is a lease nevertheless"""
    bench.start(lease="no/such/folder/c0.lease")
    bench.server.give()
    bench.bound()
    require(bench.has_address(), "the address is there")


def carrier_returns(bench):
    """RFC 2131 3.7, 4.4.2: when the carrier returns, the address is verified by INIT-REBOOT, and kept

    3.7: "A client SHOULD use DHCP to reacquire or verify its IP address and network parameters whenever
    the local network parameters may have changed".
    """
    bench.get()
    bench.pull_the_cable()
    require(bench.has_address(), "the address is there without a carrier")
    bench.port.carrier(True)
    request = bench.server.next(REQUEST, timeout=3)
    expect(request, ciaddr="0.0.0.0", options={REQUESTED: ip4(LEASED), SERVER_ID: None})
    equal("destination", request.frame.dst, EVERYONE, request)
    bench.server.lease = 900
    bench.server.ack(request)
    bench.wires.eventually(lambda: bench.has_address() and bench.address()["valid_life_time"] > 800,
                           "900 s from now on", 3)
    equal("default route", bench.routes().get("default"), "10.0.1.254")


def carrier_returns_elsewhere(bench):
    """RFC 2131 3.7, 3.2: a NAK then means another network: the address goes, and another is asked for"""
    bench.get()
    bench.pull_the_cable()
    bench.port.carrier(True)
    bench.server.nak(bench.server.next(REQUEST, timeout=3))
    bench.until_gone(timeout=2)
    bench.server.offer(bench.server.next(DISCOVER), yiaddr="10.0.1.101")
    bench.server.ack(bench.server.next(REQUEST), yiaddr="10.0.1.101")
    bench.until_address("10.0.1.101")


def lease_ends_without_a_carrier(bench):
    """RFC 2131 4.4.5: a lease that ends while there is no carrier ends nevertheless"""
    bench.get(lease=2)
    bench.pull_the_cable()
    bench.until_gone(timeout=4)
    bench.port.carrier(True)
    bench.server.next(DISCOVER, timeout=3)
