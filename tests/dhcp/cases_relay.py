# SPDX-License-Identifier: MIT
"""Clients behind relays: RFC 2131, 1542, 3046 (option 82), 3527, 5107 and 3011 (option 118).

The relay is at 10.0.1.254, and its clients' subnets are 10.0.2.0/24 and 10.0.3.0/24.
"""

from client import leased
from facts import equal, expect, require
from packet import (
    ACK, BROADCAST_FLAG, DISCOVER, MAX_SIZE, NAK, RELAY, REQUEST, REQUESTED, SERVER_ID, SUBNET, WANTED,
    ip4, u16,
)
from segment import GATEWAY_MAC, SERVER

FAR = "10.0.2.1"
SUBNETS = {
    "10.0.2.0/24": {"pool": "10.0.2.100-10.0.2.199", "router": FAR},
    "10.0.3.0/25": {"pool": "10.0.3.100-10.0.3.120", "router": "10.0.3.1"},
}
CIRCUIT = b"\1\5port7" + b"\2\6\xaa\xbb\xcc\0\0\0"


def _serve(bench, **configuration):
    bench.serve(subnets=SUBNETS, **configuration)


def _in_net(reply, net):
    require(reply.yiaddr.startswith(net), f"an address of {net}0", reply)


def relayed_client(bench):
    """RFC 2131 4.1 and 4.3.1: 'giaddr' decides the subnet, and the reply goes to its port 67.

    "the server sends any return messages to the 'DHCP server' port on the BOOTP relay agent whose
    address appears in 'giaddr'", also if the BROADCAST bit is set.
    """
    _serve(bench)
    for giaddr, net, mask in (FAR, "10.0.2.", "255.255.255.0"), ("10.0.3.1", "10.0.3.", "255.255.255.128"):
        for flags in 0, BROADCAST_FLAG:
            client = bench.client(giaddr=giaddr, flags=flags)
            offer = client.discover()
            for reply in offer, client.select(offer):
                _in_net(reply, net)
                frame = reply.frame
                where = frame.dst, frame.dport, frame.dst_mac
                equal("where it went", where, (giaddr, 67, GATEWAY_MAC), reply)
                equal("where it came from", (frame.src, frame.sport), (SERVER, 67), reply)
                expect(reply, giaddr=giaddr, flags=flags, hops=0, secs=0, options={
                    1: ip4(mask), 3: ip4(giaddr), SERVER_ID: ip4(SERVER)})


def relay_in_an_unknown_subnet(bench):
    """RFC 2131 4.3.1: a relay in a subnet that the server has no pool for is not answered.

    The address is selected "on the address of the relay agent", never of another subnet.
    """
    bench.segment.ip("route add 10.0.9.0/24 via 10.0.1.254\n")
    _serve(bench)
    bench.client(giaddr="10.0.9.1").send(DISCOVER)
    bench.silent("the relay's subnet is unknown")


def relayed_client_has_its_own_leases(bench):
    """RFC 2131 2.1: the key is subnet and client: one that moves gets an address of its new subnet.

    "allowing for serial or concurrent reuse of a hardware address on different subnets"
    """
    _serve(bench)
    near = bench.client()
    far = bench.client(near.mac, giaddr=FAR)
    _in_net(near.lease(), "10.0.1.")
    _in_net(far.lease(), "10.0.2.")
    _in_net(near.discover(), "10.0.1.")


def relayed_nak(bench):
    """RFC 2131 4.3.2 and 3.2: a NAK through a relay goes to 'giaddr', with the BROADCAST bit set.

    "The server MUST set the broadcast bit in the DHCPNAK, so that the relay agent will broadcast the
    DHCPNAK to the client"; "the server MUST send the DHCPNAK message to the IP address of the BOOTP
    relay agent, as recorded in 'giaddr'."
    """
    _serve(bench)
    client = bench.client(giaddr=FAR, flags=0)
    client.lease()
    nak = client.reboot("192.168.50.5", expect_kind=NAK)
    equal("where it went", (nak.frame.dst, nak.frame.dport), (FAR, 67), nak)
    expect(nak, flags=BROADCAST_FLAG, giaddr=FAR, yiaddr="0.0.0.0", ciaddr="0.0.0.0", siaddr="0.0.0.0")


def client_that_has_moved(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: a client that asks behind a relay for an address of its old
    net is refused.

    "the result of applying the local subnet mask or remote subnet mask (if 'giaddr' is not zero) to
    'requested IP address' option value doesn't match reality": SHOULD.
    """
    _serve(bench)
    near = bench.client()
    address = near.lease().yiaddr
    bench.client(near.mac, giaddr=FAR).reboot(address, expect_kind=NAK)
    far = bench.client(giaddr=FAR)
    address = far.lease().yiaddr
    bench.client(far.mac, giaddr="10.0.3.1").reboot(address, expect_kind=NAK)
    bench.client(far.mac).reboot(address, expect_kind=NAK)


def relayed_client_renews_directly(bench):
    """RFC 2131 4.3.2, RENEWING: a relayed client renews without its relay, and is answered at 'ciaddr'.

    "This message will be unicast, so no relay agents will be involved in its transmission.  Because
    'giaddr' is therefore not filled in, the DHCP server will trust the value in 'ciaddr'".
    """
    _serve(bench)
    client = bench.client(giaddr=FAR)
    address = client.lease().yiaddr
    direct = bench.client(client.mac)
    message = direct.message(REQUEST, ciaddr=address)
    direct.post(message, unicast=True, src_mac=GATEWAY_MAC)
    ack = direct.answer_to(message, ACK)
    expect(ack, yiaddr=address, ciaddr=address, giaddr="0.0.0.0")
    expect(ack, options={3: ip4(FAR), SERVER_ID: ip4(SERVER)})
    where = ack.frame.dst, ack.frame.dport, ack.frame.dst_mac
    equal("where it went", where, (address, 68, GATEWAY_MAC), ack)


def relayed_client_releases_directly(bench):
    """RFC 2131 4.3.4 and 4.4.6: a relayed client releases without its relay."""
    _serve(bench)
    client = bench.client(giaddr=FAR)
    address = client.lease().yiaddr
    direct = bench.client(client.mac)
    direct.release(address)
    bench.silent("a RELEASE has no answer")
    leased(bench, address, state="released")


def relayed_client_informs_directly(bench):
    """RFC 2131 4.3.5: an INFORM from behind a relay's subnet is answered with that subnet's parameters."""
    _serve(bench)
    client = bench.client()
    bench.segment.hosts["10.0.2.50"] = GATEWAY_MAC
    message = client.message(8, ciaddr="10.0.2.50")
    client.post(message, unicast=True, src_mac=GATEWAY_MAC)
    ack = client.answer_to(message, ACK)
    expect(ack, yiaddr="0.0.0.0", options={51: None, 3: ip4(FAR)})
    equal("where it went", ack.frame.dst, "10.0.2.50", ack)


def relayed_static_binding(bench):
    """RFC 2131 4.3.1: a static binding holds in the subnet of its address, behind its relay alone."""
    mac = bytes.fromhex("020000007701")
    _serve(bench, static={"far": {"mac": mac.hex(":"), "address": "10.0.2.7"}})
    expect(bench.client(mac, giaddr=FAR).lease(), yiaddr="10.0.2.7")
    _in_net(bench.client(mac).discover(), "10.0.1.")
    _in_net(bench.client(mac, giaddr="10.0.3.1").discover(), "10.0.3.")


def relay_hops(bench):
    """RFC 1542 4.1.1: a request that came through 16 relays is answered; its 'hops' are not copied.

    RFC 2131 table 3: 'hops' is 0.  More than 16 are a loop of relays, which harms nobody.
    """
    _serve(bench)
    for hops in 1, 16:
        expect(bench.client(giaddr=FAR).discover(hops=hops), hops=0)
    for hops in 17, 255:
        offer = bench.reply_or_none(bench.client(giaddr=FAR).send(DISCOVER, hops=hops))
        if offer:
            expect(offer, hops=0)


# ---- option 82


def option_82_comes_back(bench):
    """RFC 3046 2.2: option 82 comes back, octet by octet, in OFFER, ACK and NAK, as the last option.

    "DHCP servers claiming to support the Relay Agent Information option SHALL echo the entire
    contents of the Relay Agent Information option in all replies.  Servers SHOULD copy the Relay
    Agent Information option as the last DHCP option in the response."
    """
    _serve(bench)
    for agent in CIRCUIT, b"\1\0", b"\x97\3abc\xff\1\0", bytes([1, 250]) + bytes(range(250)):
        client = bench.client(giaddr=FAR, agent=agent, wanted=[1, 3, 6, 15])
        offer = client.discover()
        ack = client.select(offer)
        for reply in offer, ack, client.reboot("10.9.9.9", expect_kind=NAK):
            expect(reply, options={RELAY: agent})
            equal("the last option", reply.codes[-1], RELAY, reply)


def option_82_is_not_invented(bench):
    """RFC 3046 2.2: without option 82 in the request there is none in the reply, though it is asked for."""
    _serve(bench)
    client = bench.client(giaddr=FAR, wanted=[RELAY, 3])
    offer = client.discover()
    for reply in offer, client.select(offer), client.reboot("10.9.9.9", expect_kind=NAK):
        expect(reply, options={RELAY: None})


def option_82_is_of_this_message(bench):
    """RFC 3046 2.2: what comes back is the option of the message that is answered, not an older one."""
    _serve(bench)
    client = bench.client(giaddr=FAR, agent=CIRCUIT)
    offer = client.discover()
    client.agent = b"\1\5port8"
    expect(client.select(offer), options={RELAY: b"\1\5port8"})
    client.agent = None
    expect(client.discover(), options={RELAY: None})


def option_82_is_never_overloaded(bench):
    """RFC 3046 2.2: option 82 stands in the 'options' field, not in 'file' or 'sname'.

    "Servers SHALL NOT place the echoed Relay Agent Information option in the overloaded sname or
    file fields."
    """
    large = {code: {"hex": bytes([code] * 50).hex()} for code in range(224, 230)}
    _serve(bench, options=large)
    client = bench.client(giaddr=FAR, agent=CIRCUIT, wanted=large)
    ack = client.lease([(MAX_SIZE, u16(576))])
    places = [field for code, _, field in ack.found if code == RELAY]
    equal("where it stands", places, ["options"], ack)
    expect(ack, options={RELAY: CIRCUIT})
    require(ack.frame.ip_size <= 576, "at most 576 octets", ack)


def option_82_that_does_not_fit(bench):
    """RFC 3046 2.2: an option 82 that cannot be copied whole is left out, the reply is sent.

    "If a server is unable to copy a full Relay Agent Information field into a response, it SHALL
    send the response without the Relay Information Field".
    """
    _serve(bench)
    agent = bytes([1, 200]) + bytes(200) + bytes([2, 200]) + bytes(200)
    client = bench.client(giaddr=FAR, agent=agent)
    offer = client.discover([(MAX_SIZE, u16(576))])
    require(offer.option(RELAY) in (None, agent), "all of option 82 or nothing", offer)
    expect(offer, options={SERVER_ID: ip4(SERVER)})


def option_82_in_the_database(bench):
    """dhcp-server(1) DATABASE: a lease has its relay's option 82 in hexadecimal."""
    _serve(bench)
    address = bench.client(giaddr=FAR, agent=CIRCUIT).lease().yiaddr
    row = leased(bench, address)
    require(CIRCUIT.hex() in str(list(row.values())).replace(":", "").lower(), "option 82", row)


def limit_of_a_circuit(bench):
    """dhcp-server(1) limit: a port is a circuit id of option 82; none uses up another's addresses."""
    bench.serve(subnets={"10.0.2.0/24": {**SUBNETS["10.0.2.0/24"], "limit": 2}})
    seven, eight = b"\1\5port7", b"\1\5port8"
    acks = [bench.client(giaddr=FAR, agent=seven).lease() for _ in range(2)]
    bench.client(giaddr=FAR, agent=seven).send(DISCOVER)
    bench.silent("the port has two addresses")
    bench.client(giaddr=FAR, agent=eight).lease()
    bench.client(giaddr=FAR, agent=seven + b"\2\1x").send(DISCOVER)
    bench.silent("the port has two addresses, whatever the remote id is")
    require(len({ack.yiaddr for ack in acks}) == 2, "two addresses")


def limit_of_a_relay(bench):
    """dhcp-server(1) limit: without a circuit id the port is the relay; what is released can be had again."""
    bench.serve(subnets={"10.0.2.0/24": {**SUBNETS["10.0.2.0/24"], "limit": 2}})
    clients = [bench.client(giaddr=FAR) for _ in range(2)]
    addresses = [client.lease().yiaddr for client in clients]
    late = bench.client(giaddr=FAR)
    late.send(DISCOVER)
    bench.silent("the relay has two addresses")
    expect(clients[1].reboot(addresses[1]), yiaddr=addresses[1])
    clients[0].release(addresses[0])
    late.lease()


# ---- which subnet, which server


def link_selection(bench):
    """RFC 3527: the link selection suboption decides the subnet, 'giaddr' only where the reply goes.

    The suboption is there for relays whose own address, which replies have to go to, is not in the
    subnet of the client.
    """
    _serve(bench)
    agent = b"\1\5port7\5\4" + ip4("10.0.3.5")
    client = bench.client(giaddr=FAR, agent=agent)
    offer = client.discover()
    for reply in offer, client.select(offer):
        _in_net(reply, "10.0.3.")
        expect(reply, giaddr=FAR, options={RELAY: agent, 3: ip4("10.0.3.1")})
        equal("where it went", reply.frame.dst, FAR, reply)


def link_selection_of_an_unknown_link(bench):
    """RFC 3527 3: a link that the server has no addresses for gets none of another.

    MUST NOT fall back to the subnet of 'giaddr'.
    """
    _serve(bench)
    bench.client(giaddr=FAR, agent=b"\5\4" + ip4("10.0.9.5")).send(DISCOVER)
    bench.silent("the link is unknown")


def subnet_selection(bench):
    """RFC 3011: option 118 decides the subnet, and comes back in the reply.

    "Servers configured to support this option MUST return an identical copy of the option to any
    client that sends it, regardless of whether or not the client requests the option in a parameter
    request list."
    """
    _serve(bench)
    client = bench.client(wanted=[3])
    want = [(SUBNET, ip4("10.0.3.0"))]
    offer = client.discover(want)
    for reply in offer, client.select(offer, want):
        _in_net(reply, "10.0.3.")
        expect(reply, options={SUBNET: ip4("10.0.3.0")})
    nak = client.reboot("10.9.9.9", expect_kind=NAK, options=want)
    require(nak.option(SUBNET) in (None, ip4("10.0.3.0")), "an identical copy if any", nak)


def subnet_selection_behind_a_relay(bench):
    """RFC 3011 and RFC 3527: option 118 beats 'giaddr', and option 82's link selection beats both."""
    _serve(bench)
    want = [(SUBNET, ip4("10.0.3.0"))]
    _in_net(bench.client(giaddr=FAR).discover(want), "10.0.3.")
    agent = b"\5\4" + ip4("10.0.2.5")
    _in_net(bench.client(giaddr="10.0.3.1", agent=agent).discover(want), "10.0.2.")


def server_identifier_override(bench):
    """RFC 5107 4: the suboption's address is the server identifier of all replies, and names this server.

    SHOULD: clients then renew through the relay, as they send their REQUESTs to that address.
    """
    _serve(bench)
    agent = b"\1\5port7" + b"\x0b\4" + ip4(FAR)
    client = bench.client(giaddr=FAR, agent=agent)
    offer = client.discover()
    ack = client.select(offer)
    nak = client.reboot("10.9.9.9", expect_kind=NAK)
    for reply in offer, ack, nak:
        expect(reply, options={SERVER_ID: ip4(FAR), RELAY: agent})
    renewal = client.message(REQUEST, ciaddr=ack.yiaddr)
    client.post(renewal)
    expect(client.answer_to(renewal, ACK), yiaddr=ack.yiaddr, giaddr=FAR, options={SERVER_ID: ip4(FAR)})
    leased(bench, ack.yiaddr, state="bound")


def override_does_not_name_other_servers(bench):
    """RFC 5107 4: another identifier than the override's, or the server's own, is still another server's."""
    _serve(bench)
    agent = b"\x0b\4" + ip4(FAR)
    client = bench.client(giaddr=FAR, agent=agent)
    offer = client.discover()
    client.send(REQUEST, [(SERVER_ID, ip4("10.0.1.77")), (REQUESTED, ip4(offer.yiaddr))])
    bench.silent("another server was selected")


def suboptions_of_wrong_lengths(bench):
    """RFC 3046 2.0: suboptions that go beyond option 82, or have no address, are no addresses,
    and come back.

    The option is opaque to who does not understand it: it is echoed, and nothing is read outside it.
    """
    _serve(bench)
    for agent in (
        b"\5\3\x0a\0\3", b"\5\0", b"\x0b\1\x0a", b"\1\xffab", b"\1", b"\5\4\x0a\0", b"\5\5\x0a\0\3\5\0",
    ):
        client = bench.client(giaddr=FAR, agent=agent)
        message = client.send(DISCOVER)
        reply = bench.reply_or_none(message)
        if reply:
            _in_net(reply, "10.0.2.")
            require(reply.option(RELAY) in (None, agent), "option 82 as it was, or none", reply)
            expect(reply, options={SERVER_ID: ip4(SERVER), WANTED: None})
