# SPDX-License-Identifier: MIT
"""Static bindings and the administrator's other wishes: RFC 2131 4.2, dhcp-server(1)."""

import sqlite3

from client import leased
from facts import equal, expect, require
from packet import (
    DISCOVER, LEASE_TIME, NAK, REQUEST, REQUESTED, SERVER_ID, ip4, u32,
)
from segment import SERVER
from server import config

OWN = bytes.fromhex("020000007701")
PRINTER = {"printer": {"mac": OWN.hex(":"), "address": "10.0.1.7"}}


def static_by_hardware_address(bench):
    """RFC 2131 4.3.1: the client of a static binding gets its address, in the pool or not.

    MUST return "Any parameters specific to this client (as identified by the contents of 'chaddr'
    or 'client identifier')".
    """
    bench.serve(static={
        **PRINTER, "inside": {"mac": "02:00:00:00:77:02", "address": "10.0.1.105"}})
    expect(bench.client(OWN).lease(), yiaddr="10.0.1.7")
    expect(bench.client(bytes.fromhex("020000007702")).lease(), yiaddr="10.0.1.105")


def static_with_any_client_id(bench):
    """dhcp-server(1) static: a mac identifies a client whatever identifier it sends: its boot
    ROM's, its system's.

    One after the other, as in a machine that boots from the network.
    """
    bench.serve(static=PRINTER)
    for identifier in None, b"\0boot rom", b"\1" + OWN, b"\xff" + bytes(18):
        client = bench.client(OWN, client_id=identifier)
        expect(client.lease(), yiaddr="10.0.1.7")
        expect(client.renew("10.0.1.7"), yiaddr="10.0.1.7")


def static_by_client_id(bench):
    """RFC 2131 4.2: the client of a binding by identifier gets its address, at any hardware address.

    As text and as octets, as option 61 carries them.
    """
    bench.serve(static={
        "camera": {"client-id": "camera-3", "address": "10.0.1.8"},
        "phone": {"client-id": "01:02:00:00:00:00:07", "address": "10.0.1.9"},
    })
    expect(bench.client(client_id=b"camera-3").lease(), yiaddr="10.0.1.8")
    expect(bench.client(client_id=bytes.fromhex("01020000000007")).lease(), yiaddr="10.0.1.9")
    other = bench.client(client_id=b"camera-30").discover()
    require(other.yiaddr not in ("10.0.1.8", "10.0.1.9"), "an address of the pool for another one", other)


def static_with_both(bench):
    """dhcp-server(1) static: of mac and client-id either one identifies the client."""
    bench.serve(static={"both": {"mac": OWN.hex(":"), "client-id": "both", "address": "10.0.1.7"}})
    for client in bench.client(OWN), bench.client(client_id=b"both"), bench.client(OWN, client_id=b"both"):
        expect(client.discover(), yiaddr="10.0.1.7")


def static_beats_what_the_client_wants(bench):
    """dhcp-server(1) WHO GETS WHICH ADDRESS: the static address comes before the one asked for, or had.

    A client that still has one of the pool is moved as soon as it asks.
    """
    bench.serve()
    client = bench.client(OWN)
    old = client.lease().yiaddr
    bench.server.stop()
    bench.serve(static=PRINTER)
    expect(client.discover([(REQUESTED, ip4("10.0.1.150"))]), yiaddr="10.0.1.7")
    expect(client.discover([(REQUESTED, ip4(old))]), yiaddr="10.0.1.7")
    client.ask(REQUEST, [(SERVER_ID, ip4(SERVER)), (REQUESTED, ip4("10.0.1.150"))], expect_kind=NAK)
    expect(client.lease(), yiaddr="10.0.1.7")


def static_is_not_for_others(bench):
    """dhcp-server(1) static: no other client is offered the address, used or not, asked for or not.

    RFC 2131 2.2: an address has one client.
    """
    bench.serve(
        pool="10.0.1.100-10.0.1.101",
        static={"inside": {"mac": OWN.hex(":"), "address": "10.0.1.100"}},
    )
    first = bench.client()
    expect(first.discover([(REQUESTED, ip4("10.0.1.100"))]), yiaddr="10.0.1.101")
    first.ask(REQUEST, [(SERVER_ID, ip4(SERVER)), (REQUESTED, ip4("10.0.1.100"))], expect_kind=NAK)
    first.lease()
    bench.client().send(DISCOVER, [(REQUESTED, ip4("10.0.1.100"))])
    bench.silent("what is left of the pool belongs to a static client")
    expect(bench.client(OWN).lease(), yiaddr="10.0.1.100")


def static_is_refused_to_a_rebooting_other(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: another's static address is not acknowledged to anyone.

    SHOULD be refused if the client is known, and MUST NOT be answered if it is not.
    """
    bench.serve(static=PRINTER)
    known = bench.client()
    known.lease()
    known.reboot("10.0.1.7", expect_kind=NAK)
    bench.client().send(REQUEST, [(REQUESTED, ip4("10.0.1.7"))])
    bench.silent("there is no record of the client")


def static_address_that_another_has(bench):
    """RFC 2131 2.2: a static address that another one has leased is its client's only when that lease ends.

    The server "guarantees not to reallocate that address within the requested time".  dhcp-server(1):
    the other's lease "is not renewed", and "until then its client gets an address of the pool".
    """
    bench.serve(pool="10.0.1.100-10.0.1.109", lease={"default": 3, "max": 3})
    squatter = bench.client()
    address = squatter.lease().yiaddr
    ends = leased(bench, address)["expires"]
    bench.server.stop()
    bench.serve(
        pool="10.0.1.100-10.0.1.109", lease={"default": 3, "max": 3},
        static={"wanted": {"mac": OWN.hex(":"), "address": address}})
    own = bench.client(OWN)
    meanwhile = own.lease().yiaddr
    require(meanwhile != address, f"another address than {address}, which is leased until it ends")
    message = squatter.send(REQUEST, unicast=True, ciaddr=address)
    reply = bench.reply_or_none(message)
    require(leased(bench, address)["expires"] <= ends, "a lease that is not renewed", reply or "")
    bench.until_past(ends + 1)
    expect(own.lease(), yiaddr=address)
    require(squatter.discover().yiaddr != address, "another address for the one who had it")


def static_reboot_and_renewal(bench):
    """RFC 2131 4.3.2: a client with a static binding is known: it reboots, renews and rebinds."""
    bench.serve(static=PRINTER)
    client = bench.client(OWN)
    client.lease()
    expect(client.reboot("10.0.1.7"), yiaddr="10.0.1.7")
    expect(client.renew("10.0.1.7"), yiaddr="10.0.1.7")
    expect(client.renew("10.0.1.7", unicast=False), yiaddr="10.0.1.7")
    client.reboot("10.0.1.150", expect_kind=NAK)


def static_lease_time(bench):
    """dhcp-server(1) static: a binding may have a lease time of its own."""
    bench.serve(static={"printer": {**PRINTER["printer"], "lease": "1d"}})
    expect(bench.client(OWN).lease(), options={LEASE_TIME: u32(86400)})
    expect(bench.client().lease(), options={LEASE_TIME: u32(3600)})


def static_release_and_decline(bench):
    """RFC 2131 4.3.3 and 4.3.4: a static address that was released stays its client's; one
    declined is left out.

    MUST mark it as not available.
    """
    bench.serve(static=PRINTER)
    client = bench.client(OWN)
    client.lease()
    client.release("10.0.1.7")
    expect(client.lease(), yiaddr="10.0.1.7")
    client.decline("10.0.1.7")
    bench.silent("a DECLINE has no answer")
    message = client.send(DISCOVER)
    offer = bench.reply_or_none(message)
    require(offer is None or offer.yiaddr != "10.0.1.7", "not the declined address", offer)


def static_in_the_database(bench):
    """dhcp-server(1) DATABASE: a binding with the origin database is used from the next SIGHUP on."""
    bench.serve()
    with sqlite3.connect("leases.db", timeout=10) as database:
        database.execute(
            "insert into static (address, mac, name, origin) values (?, ?, 'late', 'database')",
            ("10.0.1.9", OWN.hex(":")))
    database.close()
    client = bench.client(OWN)
    bench.server.hang_up(config())
    bench.eventually(lambda: client.discover().yiaddr == "10.0.1.9", "its static address")
    bench.server.restart()
    expect(client.lease(), yiaddr="10.0.1.9")
    origins = {row["address"]: row["origin"] for row in bench.server.rows(table="static")}
    equal("the bindings in the database", origins, {"10.0.1.9": "database", "10.0.1.250": "file"})


def static_twice_in_the_database(bench):
    """dhcp-server(1) DATABASE: of two bindings of one client in the database one is used; the other is told"""
    bench.serve()
    with sqlite3.connect("leases.db", timeout=10) as database:
        for address in "10.0.1.9", "10.0.1.10":
            database.execute(
                "insert into static (address, mac, name, origin) values (?, ?, ?, 'database')",
                (address, OWN.hex(":"), address))
    database.close()
    bench.server.hang_up(config())
    bench.eventually(lambda: "another static binding has the client" in bench.server.log(), "a word about the second")
    equal("words about it", bench.server.log().count("another static binding"), 1)
    client = bench.client(OWN)
    require(client.discover().yiaddr in ("10.0.1.9", "10.0.1.10"), "an address of its own")


# ---- ignore, rate, several subnets at a wire


def ignored_client(bench):
    """RFC 2131 4.2: a client that is to be ignored gets no answer to anything.

    "DHCP servers are not required to respond to every DHCPDISCOVER and DHCPREQUEST message".
    """
    bench.serve(ignore=[OWN.hex(":")], authoritative="yes")
    for identifier in None, b"\0other":
        client = bench.client(OWN, client_id=identifier)
        client.send(DISCOVER)
        client.send(REQUEST, [(REQUESTED, ip4("10.0.1.150"))])
        client.send(REQUEST, [(REQUESTED, ip4("10.9.9.9"))])
        client.send(8, ciaddr="10.0.1.60", unicast=True)
    bench.silent("the client is ignored")


def rate_of_one_client(bench):
    """dhcp-server(1) rate: of one hardware address only so many messages a second are taken;
    others do not suffer."""
    bench.serve(rate=5)
    noisy = bench.client()
    bench.segment.impatient.add(noisy.mac)
    for _ in range(100):
        noisy.send(DISCOVER)
    for _ in range(10):
        bench.client().lease()
    answers = [reply for reply in bench.segment.inbox if reply.chaddr[:6] == noisy.mac]
    require(1 <= len(answers) <= 20, f"about 5 answers for 100 messages, not {len(answers)}")


def shared_networks(bench):
    """dhcp-server(1) shared: on a wire with two subnets, the pools are used one after another.

    RFC 2131 4.3.1: "in some network architectures (e.g., internets with more than one IP subnet
    assigned to a physical network segment), [...] the DHCP client should be assigned an address
    from a different subnet".
    """
    bench.serve(
        pool="10.0.1.100-10.0.1.101",
        subnets={"10.0.5.0/25": {"pool": "10.0.5.10-10.0.5.11", "router": "10.0.5.1"}},
        shared={"wire": ["10.0.1.0/24", "10.0.5.0/25"]},
    )
    clients = [bench.client() for _ in range(4)]
    acks = [client.lease() for client in clients]
    equal("the addresses", {ack.yiaddr for ack in acks},
          {"10.0.1.100", "10.0.1.101", "10.0.5.10", "10.0.5.11"})
    for ack in acks:
        second = ack.yiaddr.startswith("10.0.5.")
        mask, router = ("255.255.255.128", "10.0.5.1") if second else ("255.255.255.0", "10.0.1.254")
        expect(ack, options={1: ip4(mask), 3: ip4(router)})
    bench.client().send(DISCOVER)
    bench.silent("both pools are empty")


def shared_networks_and_reboot(bench):
    """RFC 2131 4.3.2, INIT-REBOOT: an address of the wire's other subnet is not on the wrong network."""
    bench.serve(
        pool="10.0.1.100",
        subnets={"10.0.5.0/24": {"pool": "10.0.5.10"}},
        shared={"wire": ["10.0.1.0/24", "10.0.5.0/24"]},
    )
    bench.client().lease()
    client = bench.client()
    expect(client.lease(), yiaddr="10.0.5.10")
    expect(client.reboot("10.0.5.10"), yiaddr="10.0.5.10")
    expect(client.renew("10.0.5.10", unicast=False), yiaddr="10.0.5.10")
    bench.client().send(REQUEST, [(REQUESTED, ip4("10.0.5.77"))])
    bench.silent("there is no record of the client, and the net is right")
    client.reboot("10.0.2.10", expect_kind=NAK)
