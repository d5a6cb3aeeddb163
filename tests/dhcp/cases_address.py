# SPDX-License-Identifier: MIT
"""Who gets which address: RFC 2131 4.2, 4.3.1 and 2.2."""

from facts import equal, expect, require
from packet import ACK, DISCOVER, LEASE_TIME, NAK, OFFER, REQUEST, REQUESTED, SERVER_ID, ip4, u32
from segment import SERVER
from client import leased

OTHER_SERVER = "10.0.1.77"
SECOND = {"default": 1, "min": 1, "max": 60}  # leases of one second, for cases that see one end


def _asks_for(bench, address, client=None):
    return (client or bench.client()).discover([(REQUESTED, ip4(address))]).yiaddr


def _frees(client, offer):
    """Ends the server's offer: the client has taken another's."""
    client.send(REQUEST, [(SERVER_ID, ip4(OTHER_SERVER)), (REQUESTED, ip4(offer.yiaddr))])


def same_address_again(bench):
    """RFC 2131 4.3.1: a client that has a lease is offered the address that it has.

    SHOULD: "The client's current address as recorded in the client's current binding".
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    for _ in range(3):
        bench.client().lease()
        equal("its address", client.lease().yiaddr, address)
    equal("though it asks for another", _asks_for(bench, "10.0.1.180", client), address)


def repeated_discover(bench):
    """RFC 2131 4.1: a DISCOVER that is repeated, with the same or another xid, gets the same offer.

    "A client may choose to reuse the same 'xid' or select a new 'xid' for each retransmitted message."
    """
    bench.serve()
    client = bench.client()
    first = client.discover()
    expect(client.discover(), yiaddr=first.yiaddr)
    expect(client.discover(xid=first.xid), yiaddr=first.yiaddr, xid=first.xid)


def released_address_again(bench):
    """RFC 2131 4.3.1 and 4.3.4: a client gets the address back that it has released.

    SHOULD: "The client's previous address as recorded in the client's (now expired or released)
    binding, if that address is in the server's pool of available addresses and not already allocated".
    """
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    client.release(address)
    bench.client().lease()
    bench.client().lease()
    equal("its address", client.discover().yiaddr, address)
    equal("though it asks for another", _asks_for(bench, "10.0.1.180", client), address)


def expired_address_again(bench):
    """RFC 2131 4.3.1: a client gets the address back that it had until its lease has ended.

    SHOULD, as with a released one.
    """
    bench.serve(pool="10.0.1.100-10.0.1.101", lease=SECOND)
    client, other = bench.client(), bench.client()
    address = client.lease().yiaddr
    second = other.lease([(LEASE_TIME, u32(60))]).yiaddr
    stranger = bench.client()
    _frees(stranger, bench.until_offered(stranger))  # so its lease has ended
    expect(client.discover(), yiaddr=address)
    require(second != address, "two clients at two addresses")


def requested_address(bench):
    """RFC 2131 4.3.1: the address in option 50 is offered if it is free.

    SHOULD: "The address requested in the 'Requested IP Address' option, if that address is valid
    and not already allocated".
    """
    bench.serve()
    for address in "10.0.1.150", "10.0.1.100", "10.0.1.199":
        equal("the offer", _asks_for(bench, address), address)


def requested_address_of_another(bench):
    """RFC 2131 4.3.1 and 2.2: who asks for an address that another client has gets another one.

    The server "guarantees not to reallocate that address within the requested time".
    """
    bench.serve()
    leased_one = bench.client().lease().yiaddr
    require(_asks_for(bench, leased_one) != leased_one, f"not {leased_one}, which is leased")
    offered = bench.client().discover().yiaddr
    require(_asks_for(bench, offered) != offered, f"not {offered}, which is offered to another")


def requested_address_that_is_silly(bench):
    """RFC 2131 4.3.1: an address that is not the server's to give is not offered, another one is.

    "if that address is valid": the net, its broadcast address, the server's own, other nets, no
    unicast address at all, or not in the pool.
    """
    bench.serve()
    pool = {f"10.0.1.{n}" for n in range(100, 200)}
    silly = ("10.0.1.0", "10.0.1.255", SERVER, "10.0.1.99", "10.0.1.200", "10.0.2.5", "0.0.0.0",
             "255.255.255.255", "127.0.0.1", "224.0.0.1", "10.0.1.254")
    for address in silly:
        offered = _asks_for(bench, address)
        require(offered in pool, f"an address of the pool for one who asks for {address}, not {offered}")
    for value in b"", b"\x0a\0\1", ip4("10.0.1.150") + b"\0":
        offer = bench.reply_or_none(bench.client().send(DISCOVER, [(REQUESTED, value)]))
        require(not offer or offer.yiaddr in pool, "an address of the pool", offer)


def clients_have_different_addresses(bench):
    """RFC 2131 2.2: no two clients have the same address, also when they ask at the same time."""
    bench.serve()
    clients = [bench.client() for _ in range(20)]
    asked = [(client, client.send(DISCOVER)) for client in clients]
    offers = [(client, client.answer_to(message, OFFER)) for client, message in asked]
    addresses = [client.select(offer).yiaddr for client, offer in offers]
    equal("different addresses", len(set(addresses)), 20)


def requests_at_the_same_time(bench):
    """RFC 2131 3.1: many REQUESTs that wait together are all answered, each with its own address.

    dhcp-server(1): "All requests that wait are dealt with together".
    """
    bench.serve()
    clients = [bench.client() for _ in range(20)]
    offers = [(client, client.discover()) for client in clients]
    asked = [
        (client, offer, client.send(REQUEST, [(SERVER_ID, ip4(SERVER)), (REQUESTED, ip4(offer.yiaddr))]))
        for client, offer in offers
    ]
    for client, offer, message in asked:
        expect(client.answer_to(message, ACK), yiaddr=offer.yiaddr)
        leased(bench, offer.yiaddr, state="bound")


def offered_address_is_held(bench):
    """RFC 2131 4.3.1: an address that is offered to one client is not offered to the next.

    "the server SHOULD NOT reuse the selected network address before the client responds to the
    server's DHCPOFFER message."
    """
    bench.serve(pool="10.0.1.100-10.0.1.101")
    first, second = bench.client(), bench.client()
    offers = first.discover(), second.discover()
    require(offers[0].yiaddr != offers[1].yiaddr, "two offers of different addresses")
    bench.client().send(DISCOVER)
    bench.silent("both addresses are held for others")
    expect(first.select(offers[0]), yiaddr=offers[0].yiaddr)
    expect(second.select(offers[1]), yiaddr=offers[1].yiaddr)


def offer_that_is_not_taken_ends(bench):
    """RFC 2131 3.1 and 4.3.2: an offer that its client does not take is given to others after a while.

    "The server SHOULD mark an address offered to a client in a DHCPOFFER message as available if
    the server receives no DHCPREQUEST message from that client."  dhcp-server(1): after 10 seconds.
    """
    bench.serve(pool="10.0.1.100")
    bench.client().discover()
    expect(bench.until_offered(bench.client(), seconds=20), type=OFFER, yiaddr="10.0.1.100")


def offers_are_not_on_disk(bench):
    """RFC 2131 4.3.2: an offer is no binding: nothing of it is in the database.

    "the servers have not committed any network address assignments on the basis of a DHCPOFFER"
    """
    bench.serve()
    for _ in range(5):
        bench.client().discover()
    bench.silent("all DISCOVERs have been answered")
    equal("leases", [row["address"] for row in bench.server.rows()], ["10.0.1.250"])


# ---- identity


def client_id_is_the_key(bench):
    """RFC 2131 4.2: a client is its client identifier, with whatever hardware address.

    "the server MUST use that identifier to identify the client."
    """
    bench.serve()
    one = bench.client(client_id=b"\0one")
    address = one.lease().yiaddr
    moved = bench.client(client_id=b"\0one")
    expect(moved.discover(), yiaddr=address)
    expect(moved.reboot(address), yiaddr=address)
    other = bench.client(one.mac, client_id=b"\0two")
    require(other.lease().yiaddr != address, "another address for another identifier")
    expect(other.reboot(address, expect_kind=NAK), yiaddr="0.0.0.0")


def hardware_address_is_the_key(bench):
    """RFC 2131 4.2: a client without a client identifier is its hardware address.

    "the server MUST use the contents of the 'chaddr' field to identify the client."
    """
    bench.serve()
    one = bench.client()
    address = one.lease().yiaddr
    expect(bench.client(one.mac).discover(), yiaddr=address)
    require(bench.client().discover().yiaddr != address, "another address for another client")


def client_id_is_opaque(bench):
    """RFC 2131 2: an identifier that has the octets of another's hardware address is not that client.

    "The 'client identifier' is an opaque key, not to be interpreted by the server".
    """
    bench.serve()
    one = bench.client()
    address = one.lease().yiaddr
    disguised = bench.client(client_id=b"\1" + one.mac)
    require(disguised.discover().yiaddr != address, "an address of its own")
    disguised.send(REQUEST, [(SERVER_ID, ip4(SERVER)), (REQUESTED, ip4(address))])
    reply = bench.segment.receive(lambda reply: reply.chaddr[:6] == disguised.mac, "a NAK")
    expect(reply, type=NAK)
    leased(bench, address, state="bound", mac=one.mac.hex(":"))


def client_ids_of_odd_lengths(bench):
    """RFC 2132 9.14: identifiers are compared whole, also where they have 255 octets or zeros in them.

    MUST: "unique"; an identifier that is the beginning of another one is another client.
    """
    bench.serve()
    identifiers = [
        b"\0a", b"\0a\0", b"\0a\0\0", b"\0" * 2, b"\0" * 3, b"x" * 254, b"x" * 255, b"x" * 254 + b"y"]
    clients = [bench.client(client_id=identifier) for identifier in identifiers]
    addresses = [client.lease().yiaddr for client in clients]
    equal("different addresses", len(set(addresses)), len(identifiers))
    again = [bench.client(client_id=identifier).discover().yiaddr for identifier in identifiers]
    equal("the addresses of the same identifiers later", again, addresses)


# ---- when there is none left


def exhaustion_is_silent(bench):
    """RFC 2131 4.3.1: when no address is available there is no answer, and the log says so.

    "If no address is available, the server may choose to report the problem to the system
    administrator."
    """
    bench.serve(pool="10.0.1.100-10.0.1.101")
    clients = [bench.client(), bench.client()]
    taken = [client.lease().yiaddr for client in clients]
    before = len(bench.server.log())
    late = bench.client()
    late.send(DISCOVER)
    bench.silent("the pool is empty")
    require(len(bench.server.log()) > before, "the log says that the pool is empty")
    late.send(DISCOVER, [(REQUESTED, ip4(taken[0]))])
    bench.silent("the address that it asks for is another's")
    clients[0].release(taken[0])
    expect(late.lease(), yiaddr=taken[0])


def without_a_pool(bench):
    """RFC 2131 4.2: a server that serves only clients that it knows leaves others unanswered.

    dhcp-server(1): "Without it, only static bindings are served."
    """
    bench.serve(pool=None)
    bench.client().send(DISCOVER)
    bench.silent("there is no pool")


def expired_address_is_given_away(bench):
    """RFC 2131 2.2: the address of a lease that has ended is given to another, and not before.

    "the allocation mechanism will reuse addresses whose lease has expired", and "guarantees not to
    reallocate that address within the requested time".
    """
    bench.serve(pool="10.0.1.100", lease={"default": 2, "max": 2})
    owner, other = bench.client(), bench.client()
    owner.lease()
    other.send(DISCOVER)
    bench.silent("the only address is leased")
    expect(bench.until_offered(other), yiaddr="10.0.1.100")


def renewed_lease_does_not_end(bench):
    """RFC 2131 4.3.2: a client that renews in time keeps its address beyond its first lease.

    The lease counts from the last ACK, on the wire and in the database.
    """
    bench.serve(pool="10.0.1.100", lease={"default": 2, "max": 60})
    client, other = bench.client(), bench.client()
    client.lease()
    first = leased(bench, "10.0.1.100")["expires"]
    client.renew("10.0.1.100", options=[(LEASE_TIME, u32(60))])
    later = leased(bench, "10.0.1.100")["expires"]
    require(later >= first + 57, f"an end of the lease later than {first}, not {later}")
    bench.until_past(first + 1)
    other.send(DISCOVER)
    bench.silent("the lease was renewed")


def oldest_address_is_reused_first(bench):
    """RFC 2131 2.2: of the addresses that were used before, the one that is free for longest is next.

    "the server may choose the least recently assigned address"; dhcp-server(1) WHO GETS WHICH ADDRESS.
    """
    bench.serve(pool="10.0.1.100-10.0.1.103", lease={"default": "1h", "min": 1, "max": "1h"})
    clients = [bench.client() for _ in range(4)]
    seconds = [3, 1, 4, 2]
    addresses = [client.lease([(LEASE_TIME, u32(s))]).yiaddr for client, s in zip(clients, seconds)]
    bench.until_past(max(leased(bench, address)["expires"] for address in addresses) + 1)
    given = [bench.client().lease().yiaddr for _ in range(4)]
    oldest_first = [address for _, address in sorted(zip(seconds, addresses))]
    equal("the order in which they are given again", given, oldest_first)


def unused_address_before_a_used_one(bench):
    """dhcp-server(1): an address that nobody has had yet is given before one that was used.

    RFC 2131 4.3.1: "A new address allocated from the server's pool", so that a client that comes
    back finds its own.
    """
    bench.serve(pool="10.0.1.100-10.0.1.102")
    first = bench.client()
    used = first.lease().yiaddr
    first.release(used)
    others = {bench.client().lease().yiaddr for _ in range(2)}
    require(used not in others, f"not {used} as long as there are unused ones")
    equal("the last one", bench.client().lease().yiaddr, used)
