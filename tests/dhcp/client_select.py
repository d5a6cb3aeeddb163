# SPDX-License-Identifier: MIT
"""Offers, and the answers to a REQUEST: RFC 2131 3.1, 4.4.1 and figure 5."""

from facts import deadline, equal, expect, lacks, require, within
from packet import (
    DISCOVER, EVERYONE, EVERY_MAC, MAX_SIZE, REQUEST, REQUESTED, SERVER_ID, TYPE, WANTED,
    ip4,
)
from client_bench import CLIENT_MAC, LEASED
from fake_server import ADDRESS

OTHER, OTHERS = "10.0.1.2", "10.0.1.66"  # another server, and what it would give


def request_fields(bench):
    """RFC 2131 4.3.2: a REQUEST of SELECTING has options 50 and 54, and 'ciaddr' is zero

    "Client inserts the address of the selected server in 'server identifier', 'ciaddr' MUST be zero,
    'requested IP address' MUST be filled in with the yiaddr value from the chosen DHCPOFFER."
    """
    discover = bench.discover()
    bench.server.offer(discover)
    request = bench.server.next(REQUEST)
    expect(request, op=1, htype=1, hlen=6, hops=0, ciaddr="0.0.0.0", yiaddr="0.0.0.0",
           siaddr="0.0.0.0", giaddr="0.0.0.0", chaddr=CLIENT_MAC + bytes(10), xid=discover.xid,
           options={REQUESTED: ip4(LEASED), SERVER_ID: ip4(ADDRESS)})
    equal("secs: 3.1 step 3, the same value", request.secs, discover.secs, request)
    for code in (WANTED, MAX_SIZE, 12, 61):
        equal(f"option {code}", request.option(code), discover.option(code), request)
    lacks(request, "table 5: MUST NOT", 56)


def request_frame(bench):
    """RFC 2131 3.1, step 3: the REQUEST is broadcast as the DISCOVER was, from 0.0.0.0"""
    bench.server.offer(bench.discover())
    frame = bench.server.next(REQUEST).frame
    equal("addresses and ports", (frame.src, frame.sport, frame.dst, frame.dport, frame.dst_mac),
          ("0.0.0.0", 68, EVERYONE, 67, EVERY_MAC))
    require(frame.udp_checksum, "a UDP checksum")


def lease_is_taken(bench):
    """RFC 2131 3.1: with the ACK the address is there, and the client says so"""
    bench.start()
    request = bench.server.requested()
    equal("ready before the ACK", bench.client.is_ready(), False)
    equal("addresses before the ACK", bench.addresses(), [])
    bench.server.ack(request)
    bench.bound()
    require(bench.has_address(), "the address is there when READY=1 comes", bench.addresses())


def unicast_replies(bench):
    """RFC 2131 4.1: replies to 'chaddr' and 'yiaddr' are taken though the address is not there yet"""
    bench.start()
    bench.server.give(broadcast=False)
    bench.bound()


def broadcast_replies(bench):
    """RFC 2131 4.1: broadcast replies are taken, whatever flag the client has set"""
    bench.start()
    bench.server.give(broadcast=True)
    bench.bound()


def _takes_the_second_offer(bench, *bad):
    """Offers that are wrong, and then a good one: the REQUEST is for that."""
    discover = bench.discover()
    for fields in bad:
        fields = dict(fields)
        options = fields.pop("options", None)
        bench.server.offer(discover, options, yiaddr=fields.pop("yiaddr", OTHERS), **fields)
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={REQUESTED: ip4(LEASED), SERVER_ID: ip4(ADDRESS)})


def offer_without_server_id(bench):
    """RFC 2131 4.3.1, table 3: an OFFER without option 54 (MUST) is ignored"""
    _takes_the_second_offer(bench, {"options": {SERVER_ID: None}}, {"options": {SERVER_ID: b"\1\2\3"}})


def offer_of_another_xid(bench):
    """RFC 2131 4.4.1: "Any arriving messages that do not match the xid" are discarded"""
    discover = bench.discover()
    for xid in (discover.xid ^ 1, discover.xid ^ 0x80000000, 0):
        bench.server.offer(discover, xid=xid, yiaddr=OTHERS)
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={REQUESTED: ip4(LEASED)})


def offer_for_another_client(bench):
    """RFC 951 7.3: a reply whose 'chaddr' is another's is not for this client"""
    _takes_the_second_offer(
        bench, {"chaddr": bytes.fromhex("020000000008"), "broadcast": True}, {"hlen": 0}, {"hlen": 16})


def offer_that_is_a_request(bench):
    """RFC 951 7.3: what is no BOOTREPLY is ignored"""
    _takes_the_second_offer(bench, {"op": 1}, {"op": 0}, {"op": 3})


def offer_without_address(bench):
    """An offer of no address, or of one that no host can have, is ignored"""
    _takes_the_second_offer(bench, *(
        {"yiaddr": address, "broadcast": True}
        for address in ("0.0.0.0", EVERYONE, "127.0.0.1", "224.0.0.5")))


def offer_without_type(bench):
    """RFC 2131 3: "this option MUST be included in every DHCP message": one with a silly type is none"""
    _takes_the_second_offer(bench, *({"options": {TYPE: value}} for value in (b"\0", b"\x13", b"\xff")))


def ack_before_request(bench):
    """RFC 2131 figure 5: an ACK or NAK while SELECTING is no answer to anything"""
    discover = bench.discover()
    bench.server.ack(discover, yiaddr=OTHERS)
    bench.server.nak(discover)
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={REQUESTED: ip4(LEASED)})
    equal("ready", bench.client.is_ready(), False)


def offer_while_requesting(bench):
    """RFC 2131 figure 5, REQUESTING: "DHCPOFFER / Discard"."""
    bench.start()
    request = bench.server.requested()
    bench.server.offer(request, {SERVER_ID: ip4(OTHER)}, yiaddr=OTHERS)
    bench.server.ack(request)
    bench.bound()
    equal("addresses", [a["local"] for a in bench.addresses()], [LEASED])
    bench.wires.expect_quiet("the ACK was taken")


def ack_of_another_exchange(bench):
    """RFC 2131 4.4.1: an ACK with another xid, or for another client, is ignored"""
    bench.start()
    request = bench.server.requested()
    bench.server.ack(request, xid=request.xid ^ 1, yiaddr=OTHERS)
    bench.server.ack(request, op=1, yiaddr=OTHERS)
    bench.server.ack(request, chaddr=bytes.fromhex("020000000008"), yiaddr=OTHERS, broadcast=True)
    bench.server.ack(request)
    bench.bound()
    equal("addresses", [a["local"] for a in bench.addresses()], [LEASED])


def nak_restarts(bench):
    """RFC 2131 3.1, step 4: after a NAK the client begins again with a DISCOVER

    "If the client receives a DHCPNAK message, the client restarts the configuration process."
    """
    bench.start()
    request = bench.server.requested()
    bench.server.nak(request)
    discover = bench.server.next(DISCOVER)
    bench.server.offer(discover)
    bench.server.ack(bench.server.next(REQUEST))
    bench.bound()


def nak_of_another_server(bench):
    """RFC 2131 4.4.1: a NAK of a server that was not selected is ignored

    Option 54 MUST be in a NAK (4.3.1, table 3): it tells whose answer it is.
    """
    bench.start()
    request = bench.server.requested()
    bench.server.nak(request, {SERVER_ID: ip4(OTHER)})
    bench.server.nak(request, xid=request.xid ^ 1)
    bench.server.nak(request, op=1)
    bench.server.ack(request)
    bench.bound()
    bench.wires.expect_quiet("the NAK was not for this client")


def nak_storm(bench):
    """A server that offers and refuses again and again is not asked without a pause"""
    bench.start()
    end, rounds = deadline(1.5), 0

    def turn():
        nonlocal rounds
        while bench.port.inbox:
            message = bench.port.inbox.pop(0)
            if message.type == DISCOVER:
                rounds += 1
                bench.server.offer(message)
            else:
                bench.server.nak(message)

    bench.wires.wait(turn, end - deadline(0))
    within("rounds within 1.5 s", rounds, 1, 15)


def bound_ignores_replies(bench):
    """RFC 2131 figure 5, BOUND: "DHCPOFFER, DHCPACK, DHCPNAK / Discard"."""
    request = bench.get(lease=6, given={58: b"\0\0\0\1", 59: b"\0\0\0\5"})
    bench.server.nak(request)
    bench.server.offer(request, yiaddr=OTHERS)
    bench.server.ack(request, yiaddr=OTHERS)
    expect(bench.server.next(REQUEST), ciaddr=LEASED)
    equal("addresses", [a["local"] for a in bench.addresses()], [LEASED])


def first_offer_is_taken(bench):
    """RFC 2131 4.4.1: of several offers one is chosen, and the REQUEST is for that one"""
    discover = bench.discover()
    bench.server.offer(discover)
    bench.server.offer(discover, {SERVER_ID: ip4(OTHER)}, yiaddr=OTHERS)
    request = bench.server.next(REQUEST)
    pair = request.address(SERVER_ID), request.address(REQUESTED)
    require(pair in ((ADDRESS, LEASED), (OTHER, OTHERS)), f"one of the two offers, not {pair}", request)
    bench.wires.expect_quiet("one REQUEST is enough")


def server_id_is_not_the_source(bench):
    """RFC 2131 4.1: the server is who option 54 says, not whom the datagram comes from"""
    bench.start()
    request = bench.server.requested({SERVER_ID: ip4("10.9.9.9")})
    expect(request, options={SERVER_ID: ip4("10.9.9.9")})
    bench.server.ack(request, {SERVER_ID: ip4("10.9.9.9")})
    bench.bound()
