# SPDX-License-Identifier: MIT
"""The header of replies and the frames that carry them: RFC 2131 sections 2, 4.1 and table 3."""

from facts import equal, expect, require
from packet import (
    ACK, BROADCAST_FLAG, CLIENT_ID, DISCOVER, DNS, END, EVERY_MAC, EVERYONE, HEADER, LEASE_TIME, MAX_SIZE,
    MASK, NAK, OFFER, OVERLOAD, REQUEST, REQUESTED, ROUTER, SERVER_ID, T1, T2, TEXT, TYPE, WANTED, ip4,
    u16, u32,
)
from segment import SERVER, SERVER_MAC

NEVER_SENT = (REQUESTED, WANTED, MAX_SIZE)


def _header(reply, message, **fields):
    """What all three columns of table 3 have in common."""
    expect(
        reply, op=2, htype=1, hlen=6, hops=0, xid=message.xid, secs=0, giaddr=message.giaddr,
        flags=message.flags, chaddr=message.chaddr.ljust(16, b"\0"), **fields,
    )
    expect(reply, options={code: None for code in NEVER_SENT})


def dora(bench):
    """RFC 2131 3.1: DISCOVER, OFFER, REQUEST and ACK give a client an address of the pool.

    "The server selected in the DHCPREQUEST message commits the binding for the client to
    persistent storage and responds with a DHCPACK message."
    """
    bench.serve(pool="10.0.1.100")
    client = bench.client()
    offer = client.discover()
    expect(offer, yiaddr="10.0.1.100", options={SERVER_ID: ip4(SERVER)})
    ack = client.select(offer)
    expect(ack, yiaddr="10.0.1.100", options={LEASE_TIME: u32(3600), MASK: ip4("255.255.255.0")})


def offer_fields(bench):
    """RFC 2131 4.3.1, table 3: each field of an OFFER, and options 51, 53 and 54 in it.

    MUST: lease time, server identifier; MUST NOT: requested address, parameter request list,
    maximum size.  'secs' and 'hops' are 0 whatever the client has sent.
    """
    bench.serve(pool="10.0.1.100")
    client = bench.client(wanted=[MASK, ROUTER])
    message = client.send(DISCOVER, [(REQUESTED, ip4("10.0.1.100")), (MAX_SIZE, u16(1000))], secs=77)
    offer = client.answer_to(message, OFFER)
    _header(offer, message, yiaddr="10.0.1.100", ciaddr="0.0.0.0", siaddr="0.0.0.0")
    expect(offer, options={LEASE_TIME: u32(3600), SERVER_ID: ip4(SERVER), TYPE: b"\2"})
    expect(offer, sname=bytes(64), file=bytes(128))


def ack_fields(bench):
    """RFC 2131 4.3.1, table 3: each field of an ACK, and options 51, 53 and 54 in it.

    MUST: lease time, server identifier; 'ciaddr' is that of the request, or 0.
    """
    bench.serve(pool="10.0.1.100")
    client = bench.client(wanted=[MASK, ROUTER])
    offer = client.discover()
    chosen = [(SERVER_ID, ip4(SERVER)), (REQUESTED, ip4(offer.yiaddr)), (MAX_SIZE, u16(1000))]
    message = client.send(REQUEST, chosen, secs=5)
    ack = client.answer_to(message, ACK)
    _header(ack, message, yiaddr="10.0.1.100", ciaddr="0.0.0.0", siaddr="0.0.0.0")
    expect(ack, options={LEASE_TIME: u32(3600), SERVER_ID: ip4(SERVER), TYPE: b"\5"})
    bench.segment.hosts["10.0.1.100"] = client.mac
    message = client.send(REQUEST, unicast=True, ciaddr="10.0.1.100")
    ack = client.answer_to(message, ACK)
    _header(ack, message, yiaddr="10.0.1.100", ciaddr="10.0.1.100")


def nak_fields(bench):
    """RFC 2131 4.3.1, table 3: each field of a NAK; all but 53, 54, 56 and 61 MUST NOT be in it.

    'ciaddr', 'yiaddr' and 'siaddr' are 0; 'sname' and 'file' are not used; lease time MUST NOT,
    server identifier MUST, "All others MUST NOT" be sent, even if the client asks for them.
    """
    bench.serve(**{"next-server": "10.0.1.9", "boot-file": "kernel"})
    client = bench.client(wanted=[MASK, ROUTER, DNS, T1, T2], client_id=b"\0me")
    client.lease()
    message = client.send(REQUEST, [(REQUESTED, ip4("10.9.9.9"))], secs=9)
    nak = client.answer_to(message, NAK)
    _header(nak, message, yiaddr="0.0.0.0", ciaddr="0.0.0.0", siaddr="0.0.0.0")
    expect(nak, sname=bytes(64), file=bytes(128), options={SERVER_ID: ip4(SERVER)})
    others = set(nak.codes) - {TYPE, SERVER_ID, TEXT, CLIENT_ID}
    equal("other options in the NAK", others, set(), nak)


def nak_has_a_message(bench):
    """RFC 2131 4.3.1, table 3: a NAK says in option 56 why.

    SHOULD ("Message").  RFC 2132 9.9: it is NVT ASCII text.
    """
    bench.serve()
    nak = bench.refused()
    text = nak.option(TEXT)
    require(text and text.isascii() and text.decode().isprintable(), "a text in option 56", nak)


def offer_to_broadcast_flag(bench):
    """RFC 2131 4.1: with the BROADCAST bit set, OFFER and ACK are broadcast, in the frame as well.

    "If this bit is set to 1, the DHCP message SHOULD be sent as an IP broadcast using an IP
    broadcast address (preferably 0xffffffff) as the IP destination address and the link-layer
    broadcast address as the link-layer destination address."
    """
    bench.serve()
    client = bench.client(flags=BROADCAST_FLAG)
    offer = client.discover()
    for reply in offer, client.select(offer):
        equal("where it went", (reply.frame.dst, reply.frame.dst_mac), (EVERYONE, EVERY_MAC), reply)


def offer_without_broadcast_flag(bench):
    """RFC 2131 4.1: with the BROADCAST bit clear, OFFER and ACK go to 'yiaddr' at 'chaddr'.

    SHOULD "be sent as an IP unicast to the IP address specified in the 'yiaddr' field and the
    link-layer address specified in the 'chaddr' field."
    """
    bench.serve()
    client = bench.client()
    offer = client.discover()
    for reply in offer, client.select(offer):
        equal("where it went", (reply.frame.dst, reply.frame.dst_mac), (reply.yiaddr, client.mac), reply)
    asked = [arp for arp in bench.segment.arps if arp[1] == offer.yiaddr]
    equal("ARP requests for an address that no one has yet", asked, [])


def reserved_flags_are_ignored(bench):
    """RFC 2131 2: the other bits of 'flags' are ignored by servers.

    "They MUST be set to zero by clients and ignored by servers and relay agents."
    """
    bench.serve()
    client = bench.client()
    offer = client.discover(flags=0x7FFF)
    equal("where it went", (offer.frame.dst, offer.frame.dst_mac), (offer.yiaddr, client.mac), offer)


def nak_is_broadcast(bench):
    """RFC 2131 4.1 and 4.3.2: a NAK is broadcast, whatever 'flags' and 'ciaddr' are.

    MUST: "In all cases, when 'giaddr' is zero, the server broadcasts any DHCPNAK messages to
    0xffffffff."
    """
    bench.serve()
    owner, other = bench.client(), bench.client()
    taken = owner.lease().yiaddr
    other.lease()
    bench.segment.hosts[taken] = other.mac
    for nak in (
        bench.refused(),
        other.reboot(taken, expect_kind=NAK),
        other.renew(taken, expect_kind=NAK),
        other.renew(taken, expect_kind=NAK, unicast=False),
    ):
        equal("where it went", (nak.frame.dst, nak.frame.dst_mac), (EVERYONE, EVERY_MAC), nak)


def ports_and_source(bench):
    """RFC 2131 4.1: replies come from port 67 of the server's address on that wire, to port 68.

    "DHCP messages from a server to a client are sent to the 'DHCP client' port (68)."
    """
    bench.serve()
    client = bench.client()
    offer = client.discover()
    ack = client.select(offer)
    bench.segment.hosts[ack.yiaddr] = client.mac
    nak = bench.refused()
    for reply in offer, ack, nak, client.renew(ack.yiaddr), client.inform(ack.yiaddr):
        frame = reply.frame
        equal("ports", (frame.sport, frame.dport), (67, 68), reply)
        equal("source", (frame.src, frame.src_mac), (SERVER, SERVER_MAC), reply)
        require(frame.ttl > 1, "a time to live that suffices", reply)


def reply_checksums(bench):
    """RFC 1122 4.1.3.4: replies carry a UDP checksum, also where the kernel would leave it to a card.

    Clients read their answers from packet sockets: what a driver leaves unfinished they drop.
    """
    bench.segment.offload(True)
    bench.serve()
    client = bench.client()
    offer = client.discover()
    for reply in offer, client.select(offer), bench.refused():
        require(reply.frame.udp_checksum != 0, "a UDP checksum", reply)


def reply_has_300_octets(bench):
    """RFC 1542 2.1: no reply is shorter than BOOTP's 300 octets.

    RFC 951 3 fixes the size of a message, and relays and old clients drop what is shorter.
    """
    bench.serve()
    client = bench.client(wanted=[])
    ack = client.lease()
    bench.segment.hosts[ack.yiaddr] = client.mac
    for reply in ack, client.inform(ack.yiaddr), bench.refused():
        require(len(reply.raw) >= 300, "300 octets at least", reply)


def end_option(bench):
    """RFC 2131 4.1: the last option is 'end', and only padding is behind it.

    "The last option must always be the 'end' option."
    """
    bench.serve()
    client = bench.client()
    offer = client.discover()
    for reply in offer, client.select(offer), bench.refused():
        used = reply.raw[HEADER.size :].rstrip(b"\0")
        equal("the last octet that is no padding", used[-1], END, reply)


def message_type_in_the_options_field(bench):
    """RFC 2131 3 and 4.1: each reply has its type exactly once, and no option 52 without need.

    "One particular option - the "DHCP message type" option - must be included in every DHCP message."
    """
    bench.serve()
    client = bench.client()
    offer = client.discover()
    for reply in offer, client.select(offer), bench.refused():
        equal("how often 53 is in it", reply.codes.count(TYPE), 1, reply)
        expect(reply, options={OVERLOAD: None})


def hardware_type_and_length_come_back(bench):
    """RFC 2131 4.3.1, table 3: all 16 octets of 'chaddr' come back as they were sent.

    'chaddr' is "'chaddr' from client"; what is behind 'hlen' octets belongs to the client, too.
    """
    bench.serve()
    client = bench.client()
    message = client.message(DISCOVER)
    message.chaddr = client.mac + bytes(10)
    client.post(message)
    expect(client.answer_to(message, OFFER), htype=1, hlen=6, chaddr=client.mac + bytes(10))


def server_identifier_is_reachable(bench):
    """RFC 2131 4.1: 'server identifier' is the address that the server uses on that wire.

    SHOULD, though it has others: "the server SHOULD select the IP address the server is using for
    communication on that subnet as the 'server identifier'."
    """
    bench.segment.ip("address add 192.168.77.1/24 dev lo\naddress add 10.9.9.1/24 dev s0\n")
    bench.serve()
    offer = bench.client().discover()
    expect(offer, options={SERVER_ID: ip4(SERVER)})
    equal("source", offer.frame.src, SERVER, offer)


def any_own_address_identifies(bench):
    """RFC 2131 4.1: a REQUEST that names another address of the server is for it as well.

    "A server with multiple network addresses MUST be prepared to accept any of its network
    addresses as identifying that server in a DHCP message."
    """
    bench.segment.ip("address add 192.168.77.1/24 dev lo\naddress add 10.9.9.1/24 dev s0\n")
    bench.serve()
    for own in "10.9.9.1", "192.168.77.1":
        client = bench.client()
        offer = client.discover()
        chosen = [(SERVER_ID, ip4(own)), (REQUESTED, ip4(offer.yiaddr))]
        expect(client.ask(REQUEST, chosen, expect_kind=ACK), yiaddr=offer.yiaddr)


def unicast_discover(bench):
    """RFC 2131 4.4.4: a DISCOVER that was sent to the server's own address is answered.

    "When the DHCP client knows the address of a DHCP server, in either INIT or REBOOTING state, the
    client may use that address in the DHCPDISCOVER or DHCPREQUEST rather than the IP broadcast address."
    """
    bench.serve()
    client = bench.client()
    message = client.message(DISCOVER)
    client.post(message, src="10.0.1.60", dst=SERVER, dst_mac=SERVER_MAC)
    client.answer_to(message, OFFER)


def source_address_zero(bench):
    """RFC 1542 5.1: a request from 0.0.0.0 is accepted, to whichever address of the server it goes.

    MUST: a host that is a BOOTP server accepts messages whose IP source address is 0.0.0.0, though
    it filters such "Martian" addresses otherwise.
    """
    bench.serve()
    for dst, dst_mac in (
        (EVERYONE, EVERY_MAC), (EVERYONE, SERVER_MAC), (SERVER, SERVER_MAC), ("10.0.1.255", EVERY_MAC),
    ):
        client = bench.client()
        message = client.message(DISCOVER)
        client.post(message, src="0.0.0.0", dst=dst, dst_mac=dst_mac)
        client.answer_to(message, OFFER)
