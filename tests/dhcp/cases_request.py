# SPDX-License-Identifier: MIT
"""REQUEST in each of the client's states: RFC 2131 4.3.2 and table 4."""

from client import leased
from facts import equal, expect, require
from packet import (
    ACK, DISCOVER, LEASE_TIME, NAK, OFFER, REQUEST, REQUESTED, SERVER_ID, ip4, u32,
)
from segment import SERVER, SERVER_MAC

OTHER_SERVER = "10.0.1.77"


def _choice(server, address):
    return [(SERVER_ID, ip4(server)), (REQUESTED, ip4(address))]


# ---- SELECTING


def selecting_another_server(bench):
    """RFC 2131 4.3.2 and 3.1: a REQUEST with another server's identifier is not answered, and
    frees the offer.

    "Those servers not selected by the DHCPREQUEST message use the message as notification that the
    client has declined that server's offer."
    """
    bench.serve(pool="10.0.1.100")
    client, next_one = bench.client(), bench.client()
    offer = client.discover()
    client.send(REQUEST, _choice(OTHER_SERVER, "10.0.1.100"))
    bench.silent("another server was selected")
    expect(next_one.discover(), yiaddr=offer.yiaddr)


def selecting_another_server_with_a_lease(bench):
    """RFC 2131 3.1: a client with a lease that selects another server is left alone, and keeps its lease.

    Only a RELEASE, or its end, ends a lease (RFC 2131 2.2: "guarantees not to reallocate").
    """
    bench.serve(pool="10.0.1.100")
    client = bench.client()
    client.lease()
    client.send(REQUEST, _choice(OTHER_SERVER, "10.0.1.60"))
    bench.silent("another server was selected")
    leased(bench, "10.0.1.100", state="bound")
    bench.client().send(DISCOVER)
    bench.silent("the only address is still leased")


def selecting_an_address_of_another(bench):
    """RFC 2131 3.1: a REQUEST to this server for an address that another client has is refused.

    "If the selected server is unable to satisfy the DHCPREQUEST message (e.g., the requested network
    address has been allocated), the server SHOULD respond with a DHCPNAK message."
    """
    bench.serve()
    owner, thief = bench.client(), bench.client()
    address = owner.lease().yiaddr
    thief.discover()
    expect(thief.ask(REQUEST, _choice(SERVER, address), expect_kind=NAK), yiaddr="0.0.0.0")
    bench.segment.hosts[address] = owner.mac
    expect(owner.renew(address), yiaddr=address)


def selecting_an_address_outside(bench):
    """RFC 2131 3.5: a REQUEST for an address that the server cannot give is refused.

    "If a server receives a DHCPREQUEST message with an invalid 'requested IP address', the server
    SHOULD respond to the client with a DHCPNAK message".
    """
    bench.serve()
    for address in "10.9.9.9", "10.0.1.255", "10.0.1.0", SERVER, "10.0.1.60", "255.255.255.255":
        client = bench.client()
        client.discover()
        client.ask(REQUEST, _choice(SERVER, address), expect_kind=NAK)


def two_clients_take_one_address(bench):
    """RFC 2131 2.2: of two that select the same address, one gets it.

    The server checks again when it commits: an ACK is never sent twice for one address.
    """
    bench.serve(pool="10.0.1.100")
    first, second = bench.client(), bench.client()
    offer = first.discover()
    first.send(REQUEST, _choice(OTHER_SERVER, offer.yiaddr))
    expect(second.discover(), yiaddr=offer.yiaddr)
    xids = {client.send(REQUEST, _choice(SERVER, offer.yiaddr)).xid: client for client in (first, second)}
    bench.fence.lease()
    replies = [bench.segment.take(lambda reply: reply.xid in xids) for _ in xids]
    winners = [xids[reply.xid] for reply in replies if reply and reply.type == ACK]
    equal("clients with an ACK", len(winners), 1)
    leased(bench, offer.yiaddr, mac=winners[0].mac.hex(":"))


def repeated_request(bench):
    """RFC 2131 4.1: a REQUEST that is repeated, since its ACK was lost, gets the same ACK.

    Clients are responsible for all retransmission, and may use the same 'xid'.
    """
    bench.serve()
    client = bench.client()
    offer = client.discover()
    first = client.select(offer)
    again = client.select(offer, xid=first.xid)
    expect(again, yiaddr=first.yiaddr, options={LEASE_TIME: u32(3600), SERVER_ID: ip4(SERVER)})


def request_without_any_address(bench):
    """RFC 2131 4.3.2, table 4: a REQUEST with neither option 50 nor 'ciaddr' is no request, and
    is not acknowledged.

    MUST: one of both is filled in in each state.
    """
    bench.serve()
    client = bench.client()
    client.discover()
    messages = [client.send(REQUEST), client.send(REQUEST, [(SERVER_ID, ip4(SERVER))])]
    bench.fence.lease()
    for message in messages:
        reply = bench.segment.take(lambda reply: reply.xid == message.xid)
        require(reply is None or reply.type == NAK, "no ACK", reply)


def server_identifier_of_a_wrong_length(bench):
    """RFC 2132 9.7: an identifier that has not four octets identifies no server, and nothing is
    acknowledged."""
    bench.serve()
    client = bench.client()
    offer = client.discover()
    for value in b"", b"\x0a\0\1", ip4(SERVER) + b"\0", ip4(SERVER) * 2:
        client.send(REQUEST, [(SERVER_ID, value), (REQUESTED, ip4(offer.yiaddr))])
    bench.silent("no REQUEST has a server identifier of four octets")
    equal("the lease", bench.server.lease_of(offer.yiaddr), None)


# ---- INIT-REBOOT


def rebooting_client_keeps_its_address(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: a client that asks for the address that it has is acknowledged.

    3.2: "Servers with knowledge of the client's configuration parameters respond with a DHCPACK
    message to the client."
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    ack = client.reboot(address)
    expect(ack, yiaddr=address, ciaddr="0.0.0.0", options={LEASE_TIME: u32(3600)})
    equal("where it went", (ack.frame.dst, ack.frame.dst_mac), (address, client.mac), ack)


def rebooting_with_a_wrong_address(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: a client that has another address than the one it asks for is refused.

    "If the network is correct, then the DHCP server should check if the client's notion of its IP
    address is correct.  If not, then the server SHOULD send a DHCPNAK message to the client."
    """
    bench.serve()
    client, other = bench.client(), bench.client()
    own, foreign = client.lease().yiaddr, other.lease().yiaddr
    for address in "10.0.1.180", foreign, "10.0.1.60", "10.0.1.255":
        client.reboot(address, expect_kind=NAK)
    expect(client.reboot(own), yiaddr=own)


def rebooting_on_a_wrong_net(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: a client whose address is of another net is refused, known or not.

    "If the DHCP server detects that the client is on the wrong net [...], then the server SHOULD
    send a DHCPNAK message to the client."
    """
    bench.serve()
    known = bench.client()
    known.lease()
    for client in known, bench.client():
        client.reboot("192.168.50.5", expect_kind=NAK)
        client.reboot("10.0.2.100", expect_kind=NAK)


def rebooting_client_that_is_unknown(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: a client of which there is no record is not answered.

    "If the DHCP server has no record of this client, then it MUST remain silent".
    """
    bench.serve()
    bench.client().send(REQUEST, [(REQUESTED, ip4("10.0.1.150"))])
    bench.silent("there is no record of the client")
    bench.client().send(REQUEST, [(REQUESTED, ip4("10.0.1.60"))])
    bench.silent("there is no record of the client, and the address is in no pool")
    taken = bench.client().lease().yiaddr
    bench.client().send(REQUEST, [(REQUESTED, ip4(taken))])
    bench.silent("there is no record of the client, though of another with its address")


def rebooting_client_and_authoritative(bench):
    """dhcp-server(1): an authoritative server refuses the client that it does not know.

    RFC 2131 3.2: "If the client's request is invalid [...], servers SHOULD respond with a DHCPNAK".
    """
    bench.serve(authoritative="yes")
    bench.client().reboot("10.0.1.150", expect_kind=NAK)
    client = bench.client()
    client.ask(REQUEST, ciaddr="10.0.1.151", expect_kind=NAK)


def rebooting_after_another_got_the_address(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: a client whose lease has ended and is another's is refused.

    SHOULD: its notion of its address is not correct.
    """
    bench.serve(pool="10.0.1.100", lease={"default": 1, "max": 3600})
    first, second = bench.client(), bench.client()
    first.lease()
    second.select(bench.until_offered(second), [(LEASE_TIME, u32(3600))])
    message = first.send(REQUEST, [(REQUESTED, ip4("10.0.1.100"))])
    reply = bench.reply_or_none(message)
    require(reply is None or reply.type == NAK, "no ACK", reply)
    leased(bench, "10.0.1.100", mac=second.mac.hex(":"))


def rebooting_does_not_check_the_address(bench):
    """RFC 2131 3.2: the address of a client that reboots, or selects, is not probed.

    SHOULD NOT: "Servers SHOULD NOT check that the client's network address is already in use"; 3.1
    has the same for the selected one.
    """
    bench.serve(probe="100ms")
    client = bench.client()
    offer = client.discover()
    bench.segment.arps.clear()
    bench.segment.hosts[offer.yiaddr] = client.mac
    client.select(offer)
    client.reboot(offer.yiaddr)
    probes = [arp for arp in bench.segment.arps if arp == ("0.0.0.0", offer.yiaddr)]
    equal("probes after the OFFER", probes, [])


# ---- RENEWING, REBINDING


def renewing(bench):
    """RFC 2131 4.3.2, RENEWING: the ACK to a unicast REQUEST goes to 'ciaddr', and the lease begins anew.

    "the DHCP server will trust the value in 'ciaddr', and use it when replying to the client."
    """
    bench.serve(lease={"default": "10m", "max": "1h"})
    client = bench.client()
    address = client.lease().yiaddr
    ends = leased(bench, address)["expires"]
    ack = client.renew(address, options=[(LEASE_TIME, u32(3600))])
    expect(ack, yiaddr=address, ciaddr=address, options={LEASE_TIME: u32(3600), SERVER_ID: ip4(SERVER)})
    equal("where it went", (ack.frame.dst, ack.frame.dst_mac), (address, client.mac), ack)
    require(leased(bench, address)["expires"] >= ends + 2999, "a later end of the lease in the database")


def renewing_with_the_broadcast_flag(bench):
    """RFC 2131 4.1: with 'ciaddr' set, the ACK is unicast to it, whatever the BROADCAST bit is.

    "If the 'giaddr' field is zero and the 'ciaddr' field is nonzero, then the server unicasts
    DHCPOFFER and DHCPACK messages to the address in 'ciaddr'."
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    ack = client.renew(address, flags=0x8000)
    equal("where it went", (ack.frame.dst, ack.frame.dst_mac), (address, client.mac), ack)


def rebinding(bench):
    """RFC 2131 4.3.2, REBINDING: a broadcast REQUEST with 'ciaddr' extends the lease as well.

    The ACK goes to 'ciaddr' (4.1).
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    ack = client.renew(address, unicast=False)
    expect(ack, yiaddr=address, ciaddr=address, options={LEASE_TIME: u32(3600)})
    equal("where it went", (ack.frame.dst, ack.frame.dst_mac), (address, client.mac), ack)


def renewing_an_address_of_another(bench):
    """RFC 2131 4.3.2: a client that renews an address that is another's is refused.

    REBINDING: "The DHCP server SHOULD check 'ciaddr' for correctness before replying".  Table 2: a
    NAK says that the "client's notion of network address is incorrect".
    """
    bench.serve()
    owner, other = bench.client(), bench.client()
    address = owner.lease().yiaddr
    own = other.lease().yiaddr
    bench.segment.hosts[address] = other.mac
    other.renew(address, expect_kind=NAK)
    other.renew(address, expect_kind=NAK, unicast=False)
    leased(bench, address, mac=owner.mac.hex(":"), state="bound")
    leased(bench, own, mac=other.mac.hex(":"), state="bound")


def renewing_what_is_unknown(bench):
    """RFC 2131 4.3.2 and 3.2: a client of which there is no record is not acknowledged when it renews.

    dhcp-server(1): "it gets no answer, for it may be another server's."
    """
    bench.serve()
    for unicast in True, False:
        bench.client().send(REQUEST, unicast=unicast, ciaddr="10.0.1.150")
        bench.silent("there is no record of the client")


def renewing_silly_addresses(bench):
    """RFC 2131 4.3.2: no ACK goes to a 'ciaddr' that no client can have.

    SHOULD "check 'ciaddr' for correctness before replying".
    """
    bench.serve(authoritative="yes")
    client = bench.client()
    address = client.lease().yiaddr
    for silly in "255.255.255.255", "127.0.0.1", "224.0.0.1", "10.0.1.255", SERVER, "0.0.0.1":
        message = client.message(REQUEST, ciaddr=silly)
        client.post(message, src=address, dst=SERVER, dst_mac=SERVER_MAC)
        reply = bench.reply_or_none(message)
        require(reply is None or reply.type == NAK, "no ACK", reply)
    leased(bench, address, state="bound")


def renewing_after_the_end(bench):
    """RFC 2131 4.4.5 and 2.2: a client that renews after the end of its lease gets the address
    if it is free.

    Its address was not given to anyone; if the server acknowledges, then with that address.
    """
    bench.serve(lease={"default": 1, "max": 3600})
    client = bench.client()
    address = client.lease().yiaddr
    bench.until_past(leased(bench, address)["expires"] + 1)
    message = client.send(REQUEST, [(LEASE_TIME, u32(3600))], unicast=True, ciaddr=address)
    reply = bench.reply_or_none(message)
    if reply and reply.type == ACK:
        expect(reply, yiaddr=address)
        leased(bench, address, state="bound")


def offer_after_nak(bench):
    """RFC 2131 3.1: after a NAK the client begins anew, and gets its address.

    "If the client receives a DHCPNAK message, the client restarts the configuration process."
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    client.reboot("10.9.9.9", expect_kind=NAK)
    offer = client.ask(DISCOVER, expect_kind=OFFER)
    expect(offer, yiaddr=address)
    expect(client.select(offer), yiaddr=address)
