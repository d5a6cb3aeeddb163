# SPDX-License-Identifier: MIT
"""DECLINE, RELEASE and INFORM: RFC 2131 4.3.3, 4.3.4 and 4.3.5."""

from client import leased
from facts import equal, expect, require
from packet import DISCOVER, DNS, INFORM, LEASE_TIME, REQUESTED, ROUTER, SERVER_ID, T1, T2, ip4, ip4s

OTHER_SERVER = "10.0.1.77"


# ---- DECLINE


def declined_address_is_quarantined(bench):
    """RFC 2131 4.3.3: a declined address is not given to anyone, and the log says so.

    "The server MUST mark the network address as not available and SHOULD notify the local system
    administrator of a possible configuration problem."
    """
    bench.serve(pool="10.0.1.100-10.0.1.101")
    client = bench.client()
    address = client.lease().yiaddr
    before = len(bench.server.log())
    client.decline(address)
    bench.silent("a DECLINE has no answer")
    leased(bench, address, state="declined")
    require(len(bench.server.log()) > before, "the log mentions the declined address")
    again = client.discover([(REQUESTED, ip4(address))])
    require(again.yiaddr != address, f"another address than the declined {address}", again)
    client.select(again)
    bench.client().send(DISCOVER, [(REQUESTED, ip4(address))])
    bench.silent("one address is declined, the other leased: the quarantine holds though the pool is empty")


def declined_address_is_refused(bench):
    """RFC 2131 4.3.3: who has declined an address is not acknowledged when it asks for it again.

    MUST: the address is "not available".
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    client.decline(address)
    message = client.send(3, [(REQUESTED, ip4(address))])
    reply = bench.reply_or_none(message)
    require(reply is None or reply.type == 6, "no ACK", reply)


def quarantine_ends(bench):
    """dhcp-server(1): after the time of quarantine a declined address is given out again."""
    bench.serve(pool="10.0.1.100", quarantine=1)
    client, other = bench.client(), bench.client()
    client.lease()
    client.decline("10.0.1.100")
    other.send(DISCOVER)
    bench.silent("the only address is declined")
    expect(bench.until_offered(other, seconds=10), yiaddr="10.0.1.100")


def quarantine_survives_a_restart(bench):
    """RFC 2131 4.3.3 and 2.1: a declined address is not available after a restart either.

    MUST; the quarantine is in the database.
    """
    bench.serve(pool="10.0.1.100-10.0.1.101")
    client = bench.client()
    address = client.lease().yiaddr
    client.decline(address)
    bench.silent("a DECLINE has no answer")
    bench.server.kill()
    bench.server.start()
    leased(bench, address, state="declined")
    other = bench.client().lease([(REQUESTED, ip4(address))])
    require(other.yiaddr != address, f"another address than the declined {address}", other)
    bench.client().send(DISCOVER)
    bench.silent("one address is declined, the other leased")


def decline_by_a_stranger(bench):
    """RFC 2131 3.1 and 4.3.3: a DECLINE of an address that the sender has not changes nothing.

    "The combination of 'client identifier' or 'chaddr' and assigned network address constitute a
    unique identifier for the client's lease and are used by both the client and server to identify a
    lease referred to in any DHCP messages."
    """
    bench.serve()
    owner = bench.client(client_id=b"\0owner")
    address = owner.lease().yiaddr
    bench.client().decline(address)
    bench.client(owner.mac, client_id=b"\0thief").decline(address)
    bench.client().decline("10.0.1.150")
    bench.silent("a DECLINE has no answer")
    leased(bench, address, state="bound")
    bench.segment.hosts[address] = owner.mac
    expect(owner.renew(address), yiaddr=address)
    require(bench.available("10.0.1.150"), "a free address that a stranger has declined is available")


def decline_to_another_server(bench):
    """RFC 2131 4.1 and table 5: a DECLINE with another server's identifier is not for this one.

    'server identifier' "is used both to identify a DHCP server in a DHCP message"; it MUST be in a
    DECLINE.
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    client.decline(address, server=OTHER_SERVER)
    bench.silent("a DECLINE has no answer")
    leased(bench, address, state="bound")


def decline_of_an_offer(bench):
    """RFC 2131 4.3.3: an address that was only offered can be declined by the one it was offered to."""
    bench.serve(pool="10.0.1.100-10.0.1.101")
    client = bench.client()
    address = client.discover().yiaddr
    client.decline(address)
    bench.silent("a DECLINE has no answer")
    require(client.discover().yiaddr != address, f"another address than {address}")


# ---- RELEASE


def released_address_is_free(bench):
    """RFC 2131 4.3.4: a released address can be given to another client.

    "Upon receipt of a DHCPRELEASE message, the server marks the network address as not allocated."
    """
    bench.serve(pool="10.0.1.100")
    client = bench.client()
    client.lease()
    client.release("10.0.1.100")
    bench.silent("a RELEASE has no answer")
    leased(bench, "10.0.1.100", state="released")
    expect(bench.client().lease(), yiaddr="10.0.1.100")


def released_with_client_id(bench):
    """RFC 2131 3.1: a client identifier identifies the lease to be released, whatever 'chaddr' is.

    "The client identifies the lease to be released with its 'client identifier', or 'chaddr' and
    network address in the DHCPRELEASE message."
    """
    bench.serve(pool="10.0.1.100")
    bench.client(client_id=b"\0one").lease()
    bench.client(client_id=b"\0one").release("10.0.1.100")
    bench.silent("a RELEASE has no answer")
    expect(bench.client().lease(), yiaddr="10.0.1.100")


def release_by_a_stranger(bench):
    """RFC 2131 3.1 and 4.3.4: a RELEASE of an address that the sender has not changes nothing.

    Client and address together identify the lease.
    """
    bench.serve()
    owner = bench.client(client_id=b"\0owner")
    address = owner.lease().yiaddr
    bench.client().release(address)
    bench.client(owner.mac).release(address)
    bench.client(owner.mac, client_id=b"\0thief").release(address)
    bench.silent("a RELEASE has no answer")
    leased(bench, address, state="bound")
    bench.segment.hosts[address] = owner.mac
    expect(owner.renew(address), yiaddr=address)


def release_of_a_wrong_address(bench):
    """RFC 2131 3.1 and 4.3.4: a RELEASE whose 'ciaddr' is not the client's address releases nothing."""
    bench.serve()
    client, other = bench.client(), bench.client()
    address, foreign = client.lease().yiaddr, other.lease().yiaddr
    for wrong in foreign, "10.0.1.150", "0.0.0.0", "10.0.1.255":
        client.release(wrong)
    bench.silent("a RELEASE has no answer")
    leased(bench, address, state="bound")
    leased(bench, foreign, state="bound")


def release_to_another_server(bench):
    """RFC 2131 4.1 and table 5: a RELEASE with another server's identifier is not for this one."""
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    client.release(address, server=OTHER_SERVER)
    bench.silent("a RELEASE has no answer")
    leased(bench, address, state="bound")


def release_twice(bench):
    """RFC 2131 4.3.4: a second RELEASE does not take the address from the one who has it by then."""
    bench.serve(pool="10.0.1.100")
    first, second = bench.client(), bench.client()
    first.lease()
    first.release("10.0.1.100")
    second.lease()
    first.release("10.0.1.100")
    bench.silent("a RELEASE has no answer")
    leased(bench, "10.0.1.100", state="bound", mac=second.mac.hex(":"))


# ---- INFORM


def inform(bench):
    """RFC 2131 4.3.5: an INFORM is answered at 'ciaddr', with parameters, without a lease.

    "The server MUST NOT send a lease expiration time to the client and SHOULD NOT fill in 'yiaddr'."
    """
    bench.serve()
    client = bench.client(wanted=[ROUTER, DNS, LEASE_TIME, T1, T2])
    bench.segment.hosts["10.0.1.60"] = client.mac
    for flags, unicast in (0, True), (0x8000, True), (0, False), (0x8000, False):
        ack = client.inform("10.0.1.60", flags=flags, unicast=unicast)
        expect(ack, yiaddr="0.0.0.0", ciaddr="10.0.1.60", options={
            LEASE_TIME: None, T1: None, T2: None, SERVER_ID: ip4("10.0.1.1"),
            ROUTER: ip4("10.0.1.254"), DNS: ip4s("10.0.1.2", "10.0.1.3")})
        equal("where it went", (ack.frame.dst, ack.frame.dst_mac), ("10.0.1.60", client.mac), ack)


def inform_allocates_nothing(bench):
    """RFC 2131 3.4: an INFORM takes no address, and whether there is a lease is not looked at.

    "without: allocating a new address, checking for an existing binding", "MUST NOT check for an
    existing lease".
    """
    bench.serve(pool="10.0.1.100")
    owner, other = bench.client(), bench.client()
    bench.segment.hosts["10.0.1.100"] = other.mac
    other.inform("10.0.1.100")
    owner.lease()
    bench.segment.hosts["10.0.1.100"] = other.mac
    other.inform("10.0.1.100")
    bench.segment.hosts["10.0.1.60"] = other.mac
    other.inform("10.0.1.60")
    leased(bench, "10.0.1.100", state="bound", mac=owner.mac.hex(":"))
    equal("the leases", [row["address"] for row in bench.server.rows()], ["10.0.1.100"])


def inform_without_an_address(bench):
    """RFC 2131 3.4: an INFORM whose 'ciaddr' is 0 or silly harms nobody.

    "The server SHOULD check the network address in a DHCPINFORM message for consistency".
    """
    bench.serve()
    client = bench.client()
    for address in "0.0.0.0", "255.255.255.255", "127.0.0.1", "224.0.0.1":
        message = client.send(INFORM, ciaddr=address)
        reply = bench.reply_or_none(message)
        if reply:
            expect(reply, yiaddr="0.0.0.0", options={LEASE_TIME: None})
