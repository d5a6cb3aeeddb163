# SPDX-License-Identifier: MIT
"""An address is asked for by ARP before it is used: RFC 2131 2.2 and 4.4.1, RFC 5227 2.1."""

import signal

from facts import deadline, equal, expect, lacks, require, within
from packet import DISCOVER, EVERYONE, EVERY_MAC, REQUEST, REQUESTED, SERVER_ID, ip4
from client_bench import CLIENT_MAC, LEASED, STRANGER, stranger_has_it
from fake_server import ADDRESS
from wires import arp_frame

DECLINE = 4
NONE = bytes(6)


def _probes(bench):
    return [arp for arp in bench.port.arps if arp.target == LEASED and arp.sender == "0.0.0.0"]


def probe_packets(bench):
    """RFC 5227 2.1.1: three probes, whose sender is 0.0.0.0, before the address is there

    "The client MUST fill in the 'sender hardware address' field ... The 'sender IP address' field MUST be
    set to all zeroes ... 'target hardware address' field is ignored and SHOULD be set to all zeroes".
    """
    bench.start(probe="400ms")
    bench.server.give()
    acknowledged = deadline(0)
    bench.wires.until(lambda: _probes(bench), "a probe")
    equal("addresses at the first probe", bench.addresses(), [])
    equal("ready at the first probe", bench.client.is_ready(), False)
    bench.bound()
    within("time until it is bound", deadline(0) - acknowledged, 0.35, 1.2)
    probes = _probes(bench)
    equal("probes", len(probes), 3)
    for arp in probes:
        equal("operation", arp.operation, 1, arp)
        equal("sender", arp.sender_mac, CLIENT_MAC, arp)
        equal("target", arp.target_mac, NONE, arp)
        equal("the frame is for", arp.frame.dst_mac, EVERY_MAC, arp)
        equal("the frame is from", arp.frame.src_mac, CLIENT_MAC, arp)
    early = [arp for arp in bench.port.arps if arp.sender == LEASED and arp.when < probes[-1].when]
    equal("ARP from the address before it was probed", early, [])


def probe_by_default(bench):
    """dhcp-client(1) --probe: by default 200 ms"""
    bench.client.start("-l", "c0.lease", "-r", "none", "c0")
    bench.server.give()
    acknowledged = deadline(0)
    bench.bound()
    within("time until it is bound", deadline(0) - acknowledged, 0.15, 0.8)
    equal("probes", len(_probes(bench)), 3)


def no_probe(bench):
    """dhcp-client(1) --probe 0: none"""
    bench.get()
    equal("probes", _probes(bench), [])


def _declined(bench, answer, probe="500ms"):
    """A probe gets this answer; the DECLINE."""
    def listener(arp):
        if arp.target == LEASED and arp.sender == "0.0.0.0":
            for frame in answer(arp):
                bench.port.send(frame)
    bench.port.on_arp.append(listener)
    bench.start(probe=probe)
    request = bench.server.give()
    return request, bench.server.next(DECLINE)


def decline_fields(bench):
    """RFC 2131 4.4.4, table 5: a DECLINE is broadcast, with options 50 and 54, and without 'ciaddr'

    3.1, step 5: "If the client detects that the address is already in use ... the client MUST send a
    DHCPDECLINE message to the server".  Of the options all that are not named MUST NOT be there.
    """
    request, decline = _declined(bench, stranger_has_it)
    expect(decline, op=1, htype=1, hlen=6, hops=0, ciaddr="0.0.0.0", yiaddr="0.0.0.0", siaddr="0.0.0.0",
           giaddr="0.0.0.0", flags=0, chaddr=CLIENT_MAC + bytes(10),
           options={REQUESTED: ip4(LEASED), SERVER_ID: ip4(ADDRESS), 61: request.option(61)})
    lacks(decline, "table 5: MUST NOT", 12, 51, 52, 55, 57, 60)
    frame = decline.frame
    equal("addresses and ports", (frame.src, frame.sport, frame.dst, frame.dport, frame.dst_mac),
          ("0.0.0.0", 68, EVERYONE, 67, EVERY_MAC))
    equal("addresses", bench.addresses(), [])
    equal("ready", bench.client.is_ready(), False)


def decline_with_client_id(bench):
    """RFC 2131 4.2: the client identifier is in the DECLINE too"""
    bench.port.on_arp.append(lambda arp: arp.target == LEASED and bench.port.send(stranger_has_it()[0]))
    bench.start("-i", "camera-3", probe="500ms")
    bench.server.give()
    expect(bench.server.next(DECLINE), options={61: b"camera-3"})


def conflict_by_request(bench):
    """RFC 5227 2.1.1: any ARP packet whose sender address is the probed one is a conflict, a request too"""
    _declined(bench, lambda _: [arp_frame(1, STRANGER, LEASED, NONE, "10.0.1.9")])


def conflict_by_announcement(bench):
    """RFC 5227 2.1.1: so is an announcement"""
    _declined(bench, lambda _: [arp_frame(1, STRANGER, LEASED, NONE, LEASED)])


def conflict_by_probe(bench):
    """RFC 5227 2.1.1: and another host's probe for the same address

    "if during this period the host receives any ARP Probe where the packet's 'target IP address' is the
    address being probed for, and the packet's 'sender hardware address' is not the hardware address of
    any of the host's interfaces".
    """
    _declined(bench, lambda _: [arp_frame(1, STRANGER, "0.0.0.0", NONE, LEASED)])


def no_conflict(bench):
    """RFC 5227 2.1.1: ARP of other addresses is no conflict, nor the own probe that comes back"""
    def listener(arp):
        if arp.sender == "0.0.0.0":
            bench.port.send(arp.frame.octets)
            bench.port.send(arp_frame(2, STRANGER, "10.0.1.99", CLIENT_MAC, "0.0.0.0", CLIENT_MAC))
            bench.port.send(arp_frame(1, STRANGER, "0.0.0.0", NONE, "10.0.1.99"))
            bench.port.send(arp_frame(1, STRANGER, "10.0.1.99", NONE, LEASED))
    bench.port.on_arp.append(listener)
    bench.start(probe="300ms")
    bench.server.give()
    bench.bound()
    bench.wires.expect_quiet("nobody has the address")


def broken_arp(bench):
    """ARP packets that are cut, or of other networks, are no conflict and do no harm"""
    whole = stranger_has_it()[0]

    def listener(arp):
        if arp.sender == "0.0.0.0":
            for size in range(14, 42, 3):
                bench.port.send(whole[:size])
            for at in (14, 16, 18, 19):  # hardware, protocol, their lengths
                bench.port.send(whole[:at] + b"\x77" + whole[at + 1 :])
    bench.port.on_arp.append(listener)
    bench.start(probe="300ms")
    bench.server.give()
    bench.bound()
    bench.wires.expect_quiet("nobody has the address")


def ten_seconds_after_a_decline(bench):
    """RFC 2131 3.1, step 5: after a DECLINE there is no DISCOVER for ten seconds

    "The client SHOULD wait a minimum of ten seconds before restarting the configuration process to avoid
    excessive network traffic in case of looping."
    """
    _, decline = _declined(bench, stranger_has_it)
    bench.port.on_arp.clear()
    discover = bench.server.next(DISCOVER)
    within("pause", discover.when - decline.when, 9.9, 12)
    bench.server.offer(discover)
    bench.server.ack(bench.server.next(REQUEST))
    bench.bound()


def no_probe_at_renewal(bench):
    """RFC 2131 4.4.5: a renewal needs no probe: the address is the client's"""
    bench.start(probe="200ms")
    bench.server.lease = 20
    bench.server.give({58: b"\0\0\0\1", 59: b"\0\0\0\x0f"})
    bench.bound()
    before = len(_probes(bench))
    bench.server.ack(bench.server.next(REQUEST))
    bench.wires.eventually(lambda: bench.address()["valid_life_time"] >= 19, "20 s from now on", 3)
    equal("probes since", len(_probes(bench)) - before, 0)
    require(bench.client.is_ready(), "it is ready")


def end_while_probing(bench):
    """SIGTERM while an address is probed: it is given back, and not used"""
    bench.start(probe="5s")
    bench.server.give()
    bench.wires.until(lambda: _probes(bench), "a probe")
    bench.client.signal(signal.SIGTERM)
    bench.ends(0, 3)
    equal("addresses", bench.addresses(), [])
