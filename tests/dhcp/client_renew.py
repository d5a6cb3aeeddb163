# SPDX-License-Identifier: MIT
"""How a lease is kept, and how it ends: RFC 2131 4.4.5, RENEWING and REBINDING of figure 5."""

import signal
import subprocess

from facts import deadline, equal, expect, lacks, require, within
from packet import (
    DISCOVER, EVERYONE, EVERY_MAC, MASK, REQUEST, REQUESTED, ROUTER, SERVER_ID, T1, T2, ip4, u32,
)
from client_bench import CLIENT_MAC, LEASED
from fake_server import ADDRESS, MAC, FakeServer

SOON = {T1: u32(1), T2: u32(2)}
OTHER, OTHER_MAC = "10.0.1.2", bytes.fromhex("02000000ff03")


def _way(message):
    frame = message.frame
    return frame.src, frame.sport, frame.dst, frame.dport


def t1_unicast(bench):
    """RFC 2131 4.3.2, RENEWING: at T1 a REQUEST by unicast, with 'ciaddr', without options 50 and 54

    "'server identifier' MUST NOT be filled in, 'requested IP address' option MUST NOT be filled in,
    'ciaddr' MUST be filled in with client's IP address.  In this situation, the client is completely
    configured, and is trying to extend its lease.  This message will be unicast".
    """
    request = bench.get(lease=20, given={T1: u32(1), T2: u32(15)})
    bound = deadline(0)
    renewal = bench.server.next(REQUEST)
    within("T1", renewal.when - bound, 0.6, 1.5)
    expect(renewal, op=1, hops=0, ciaddr=LEASED, yiaddr="0.0.0.0", siaddr="0.0.0.0", giaddr="0.0.0.0",
           chaddr=CLIENT_MAC + bytes(10))
    lacks(renewal, "4.3.2: MUST NOT be filled in", REQUESTED, SERVER_ID)
    equal("addresses and ports", _way(renewal), (LEASED, 68, ADDRESS, 67), renewal)
    equal("the frame is for", renewal.frame.dst_mac, MAC)
    equal("flags: an address is there, no broadcast is needed", renewal.flags, 0, renewal)
    equal("the list of options, 3.5", renewal.option(55), request.option(55), renewal)
    bench.server.ack(renewal)
    bench.wires.eventually(lambda: bench.address()["valid_life_time"] >= 19, "20 s from now on", 3)


def renewal_is_repeated_once_per_lease(bench):
    """RFC 2131 4.4.5: each ACK begins a lease anew, and its T1"""
    bench.get(lease=20, given={T1: u32(1), T2: u32(15)})
    for _ in range(2):
        renewal = bench.server.next(REQUEST)
        acknowledged = deadline(0)
        bench.server.ack(renewal, {T1: u32(1), T2: u32(15)})
    again = bench.server.next(REQUEST)
    within("T1 after the ACK", again.when - acknowledged, 0.6, 1.5)
    lacks(again, "4.3.2: MUST NOT be filled in", REQUESTED, SERVER_ID)


def silent_server(bench):
    """RFC 2131 4.4.5: without an answer, REQUEST by broadcast at T2, and INIT at the lease's end

    "At time T2 the client moves to REBINDING state and sends (via broadcast) a DHCPREQUEST message to
    extend its lease.  The client sets the 'ciaddr' field ... to its current network address.  The client
    MUST NOT include a 'server identifier'".  "If the lease expires before the client receives a DHCPACK,
    the client moves to INIT state, MUST immediately stop any other network processing".
    """
    bench.get(lease=4, given=SOON)
    bound = deadline(0)
    renewal = bench.server.next(REQUEST)
    equal("at T1, addresses and ports", _way(renewal), (LEASED, 68, ADDRESS, 67), renewal)
    within("T1", renewal.when - bound, 0.6, 1.5)
    message = bench.server.next(REQUEST)
    while message.frame.dst == ADDRESS:
        message = bench.server.next(REQUEST)
    within("T2", message.when - bound, 1.6, 2.5)
    equal("at T2, destination", (message.frame.dst, message.frame.dport, message.frame.dst_mac),
          (EVERYONE, 67, EVERY_MAC))
    require(message.frame.src in (LEASED, "0.0.0.0"), f"from its address, not {message.frame.src}")
    expect(message, ciaddr=LEASED)
    lacks(message, "4.3.2: MUST NOT be filled in", REQUESTED, SERVER_ID)
    require(bench.has_address(), "the address is in use until the lease ends")
    while message.type == REQUEST:
        message = bench.server.next(REQUEST, DISCOVER)
    within("the lease's end", message.when - bound, 3.5, 4.9)
    expect(message, ciaddr="0.0.0.0")
    equal("from", message.frame.src, "0.0.0.0")
    bench.until_gone(timeout=1)


def server_has_gone(bench):
    """RFC 2131 4.4.5: a server whose hardware is not there any more delays neither T2 nor the end"""
    bench.get(lease=4, given=SOON)
    bound = deadline(0)
    del bench.port.hosts[ADDRESS]
    bench.ip("neigh flush all")
    message = bench.server.next(REQUEST)
    while message.frame.dst != EVERYONE:
        message = bench.server.next(REQUEST)
    within("T2", message.when - bound, 1.6, 2.6)
    bench.port.hosts[ADDRESS] = MAC
    bench.server.ack(message, {T1: u32(3), T2: u32(4)})
    bench.wires.pass_time(bound + 4.5)
    require(bench.has_address(), "the ACK has extended the lease")


def rebind_to_another_server(bench):
    """RFC 2131 4.4.5: at T2 any server may answer, and from then on it is the one

    4.4.5: "the client ... records the lease expiration time" of the ACK; the next T1 goes to its sender.
    """
    bench.get(lease=4, given=SOON)
    other = FakeServer(bench.wires, bench.port, OTHER, OTHER_MAC)
    message = bench.server.next(REQUEST)
    while message.frame.dst != EVERYONE:
        message = bench.server.next(REQUEST)
    other.ack(message, SOON)
    renewal = bench.server.next(REQUEST)
    equal("addresses and ports", _way(renewal), (LEASED, 68, OTHER, 67), renewal)
    equal("the frame is for", renewal.frame.dst_mac, OTHER_MAC)
    other.ack(renewal)
    released = bench.release()
    expect(released, options={SERVER_ID: ip4(OTHER)})


def t1_by_default(bench):
    """RFC 2131 4.4.5: T1 is by default half of the lease, T2 seven eighths of it"""
    bench.get(lease=4)
    bound = deadline(0)
    within("T1", bench.server.next(REQUEST).when - bound, 1.5, 2.5)
    message = bench.server.next(REQUEST)
    while message.frame.dst != EVERYONE:
        message = bench.server.next(REQUEST)
    within("T2", message.when - bound, 3.1, 3.9)


def t1_and_t2_that_make_no_sense(bench):
    """RFC 2131 4.4.5: T1 is before T2, and T2 before the lease's end; other values are not used

    With a lease of 2 s, T1 is then at 1 s, and that REQUEST is unicast.
    """
    bench.get(lease=2, given={T1: u32(0), T2: u32(0)})
    bound = deadline(0)
    for nonsense in ({T1: u32(1), T2: u32(0)}, {T1: u32(2), T2: u32(1)}, {T1: u32(5), T2: u32(9)},
                     {T1: u32(0xFFFFFFFF), T2: u32(0xFFFFFFFF)}, {T1: u32(1), T2: u32(2)}, {}):
        renewal = bench.server.next(REQUEST)
        within(f"T1 before {nonsense}", renewal.when - bound, 0.6, 1.45, renewal)
        equal("destination", renewal.frame.dst, ADDRESS, renewal)
        bound = deadline(0)
        bench.server.ack(renewal, nonsense)


def short_leases_are_asked_for_again(bench):
    """dhcp-client(1): it asks again sooner than 60 s later where the lease would have ended (4.4.5)

    "wait one-half of the remaining time until T2 (in RENEWING state)".
    """
    bench.get(lease=8, given={T1: u32(1), T2: u32(6)})
    first, second = bench.server.next(REQUEST), bench.server.next(REQUEST)
    for renewal in first, second:
        equal("destination", renewal.frame.dst, ADDRESS, renewal)
    within("half of what is left until T2", second.when - first.when, 1.5, 3.5)


def long_leases_are_not(bench):
    """RFC 2131 4.4.5: "down to a minimum of 60 seconds, before retransmitting" a REQUEST of RENEWING"""
    bench.get(lease=600, given={T1: u32(1), T2: u32(400)})
    bench.server.next(REQUEST)
    bench.wires.pass_time(deadline(2))
    bench.wires.expect_quiet("60 s are not over")


def nak_while_renewing(bench):
    """RFC 2131 figure 5, RENEWING: a broadcast NAK is heard, the network halts, and INIT follows"""
    bench.get(lease=20, given={T1: u32(1), T2: u32(15)})
    bench.server.nak(bench.server.next(REQUEST), broadcast=True)
    discover = bench.server.next(DISCOVER)
    equal("from", discover.frame.src, "0.0.0.0")
    equal("ciaddr", discover.ciaddr, "0.0.0.0")
    bench.until_gone(timeout=2)


def nak_by_unicast_while_renewing(bench):
    """RFC 2131 figure 5, RENEWING: a NAK to the client's own address is heard as well"""
    bench.get(lease=20, given={T1: u32(1), T2: u32(15)})
    bench.server.nak(bench.server.next(REQUEST), broadcast=False, quirks={"dst": LEASED})
    bench.server.next(DISCOVER)
    bench.until_gone(timeout=2)


def nak_while_rebinding(bench):
    """RFC 2131 figure 5, REBINDING: "DHCPNAK, Lease expired / Halt network"."""
    bench.get(lease=8, given=SOON)
    message = bench.server.next(REQUEST)
    while message.frame.dst != EVERYONE:
        message = bench.server.next(REQUEST)
    bench.server.nak(message)
    bench.server.next(DISCOVER)
    bench.until_gone(timeout=2)


def strange_answers_while_renewing(bench):
    """RFC 2131 4.4.1: what does not match the xid does not extend a lease, and does not end it"""
    bench.get(lease=6, given={T1: u32(1), T2: u32(3)})
    renewal = bench.server.next(REQUEST)
    bench.server.nak(renewal, xid=renewal.xid ^ 1)
    bench.server.nak(renewal, op=1)
    bench.server.nak(renewal, chaddr=bytes.fromhex("020000000008"))
    bench.server.ack(renewal, xid=renewal.xid ^ 1)
    message = bench.server.next(REQUEST)
    while message.frame.dst != EVERYONE:
        message = bench.server.next(REQUEST)
    require(bench.has_address(), "the address is there")


def renewal_on_a_signal(bench):
    """dhcp-client(1) SIGNALS: SIGUSR1 renews now"""
    bench.get(lease=600)
    bench.client.signal(signal.SIGUSR1)
    renewal = bench.server.next(REQUEST, timeout=3)
    expect(renewal, ciaddr=LEASED)
    equal("destination", renewal.frame.dst, ADDRESS, renewal)
    lacks(renewal, "4.3.2: MUST NOT be filled in", REQUESTED, SERVER_ID)
    bench.server.lease = 900
    bench.server.ack(renewal)
    bench.wires.eventually(lambda: bench.address()["valid_life_time"] > 800, "900 s from now on", 3)


def connections_survive_a_renewal(bench):
    """RFC 2131 4.4.5: a renewal extends the lease; the address and its routes are never away"""
    bench.get(lease=20, given={T1: u32(1), T2: u32(15)})
    with open("monitor", "w", encoding="ascii") as out:
        monitor = subprocess.Popen(["ip", "monitor", "address", "route"], stdout=out)
        try:
            bench.server.ack(bench.server.next(REQUEST))
            bench.wires.eventually(lambda: bench.address()["valid_life_time"] >= 19, "20 s from now on", 3)
        finally:
            monitor.kill()
            monitor.wait()
    with open("monitor", encoding="ascii") as file:
        lines = file.read().splitlines()
    equal("what was deleted", [line for line in lines if line.startswith("Deleted") and "inet6" not in line
                               and LEASED in line], [])


def lease_without_mask_or_router(bench):
    """RFC 2131 4.3.1: of the parameters only the lease time and the server identifier MUST be there"""
    bench.server.parameters = {}
    bench.get(lease=20, given={MASK: None, ROUTER: None, T1: u32(1), T2: u32(15)})
    require(bench.has_address(), "the address is there")
    equal("default route", bench.routes().get("default"), None)
