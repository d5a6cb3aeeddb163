# SPDX-License-Identifier: MIT
"""BOOTP clients: RFC 951, RFC 1542 and RFC 1534."""

import random

from client import leased
from facts import equal, expect, require
from packet import (
    BROADCAST_FLAG, COOKIE, DISCOVER, EVERYONE, EVERY_MAC, LEASE_TIME, MASK, ROUTER, SERVER_ID, TYPE, ip4,
)
from segment import GATEWAY_MAC, SERVER

OWN = bytes.fromhex("020000007701")
PRINTER = {"printer": {"mac": OWN.hex(":"), "address": "10.0.1.7"}}


def _request(client, **fields):
    """A BOOTREQUEST as in RFC 951: 64 octets of vendor information, without a message type."""
    message = client.message(0, **fields)
    return message


def _asks(client, **fields):
    message = _request(client, **fields)
    client.post(message)
    return client.answer_to(message, 0)


def bootp_static(bench):
    """RFC 1534 2: a BOOTP client with a binding gets its address, without any of DHCP's own options.

    "A DHCP server that supports BOOTP clients MUST interact with BOOTP clients according to the
    BOOTP protocol.  The server MUST formulate a BOOTP BOOTREPLY message rather than a DHCP DHCPOFFER
    message (i.e., the server MUST NOT include the 'DHCP message type' option and MUST NOT exceed the
    size limit for BOOTREPLY messages)."
    """
    bench.serve(static=PRINTER)
    reply = _asks(bench.client(OWN), secs=3)
    expect(reply, op=2, htype=1, hlen=6, hops=0, yiaddr="10.0.1.7", ciaddr="0.0.0.0", giaddr="0.0.0.0")
    expect(reply, options={TYPE: None, LEASE_TIME: None, SERVER_ID: None, MASK: ip4("255.255.255.0")})
    equal("the size of a BOOTREPLY", len(reply.raw), 300, reply)
    equal("ports", (reply.frame.sport, reply.frame.dport), (67, 68), reply)


def bootp_size(bench):
    """RFC 1534 2: a BOOTREPLY has no more than 300 octets, however many parameters there are.

    The server "MUST NOT exceed the size limit for BOOTREPLY messages".
    """
    bench.serve(static=PRINTER, subnet={"options": {n: {"hex": "aa" * 30} for n in range(150, 160)}})
    reply = _asks(bench.client(OWN))
    equal("the size of a BOOTREPLY", len(reply.raw), 300, reply)
    expect(reply, options={MASK: ip4("255.255.255.0"), ROUTER: ip4("10.0.1.254")})


def bootp_without_cookie(bench):
    """RFC 951 3 and RFC 1542 3.5: a client without the magic cookie is answered as well.

    Vendor information is optional; what is in it belongs to another vendor, and is no option.
    """
    bench.serve(static=PRINTER)
    for area in bytes(64), b"CMU\0" + bytes(60), random.Random(951).randbytes(64), b"":
        expect(_asks(bench.client(OWN), area=area), yiaddr="10.0.1.7", options={TYPE: None})


def bootp_reply_without_cookie(bench):
    """RFC 1542 3.5: who sends no magic cookie gets no options that it could not understand.

    Its vendor information is its own: the reply's begins with zeros or with the cookie of RFC 1497.
    """
    bench.serve(static=PRINTER)
    reply = _asks(bench.client(OWN), area=bytes(64))
    require(reply.raw[236:240] in (COOKIE, bytes(4)), "the cookie or nothing", reply)


def bootp_unknown_client(bench):
    """RFC 951 7.3 and RFC 1534: a BOOTP client without a binding is not answered.

    dhcp-server(1) bootp: "Default: no."
    """
    bench.serve(static=PRINTER)
    client = bench.client()
    client.post(_request(client))
    client.post(_request(client, area=bytes(64)))
    bench.silent("there is no binding")
    equal("leases", [row["address"] for row in bench.server.rows()], ["10.0.1.250"])


def bootp_dynamic(bench):
    """RFC 1534 2: if it is allowed, a BOOTP client gets an address of the pool, for ever.

    BOOTP has no leases: the client would never know that its address is another's by now.
    """
    bench.serve(pool="10.0.1.100-10.0.1.101", lease={"default": 1, "max": 1}, subnet={"bootp": "yes"})
    client = bench.client()
    expect(_asks(client), yiaddr="10.0.1.100", options={TYPE: None, LEASE_TIME: None, SERVER_ID: None})
    leased(bench, "10.0.1.100", state="bound", expires=None, mac=client.mac.hex(":"))
    bench.server.kill()
    bench.server.start()
    expect(_asks(client), yiaddr="10.0.1.100")
    expect(bench.client().discover(), yiaddr="10.0.1.101")


def bootp_delivery(bench):
    """RFC 1542 5.4: a BOOTREPLY goes to 'yiaddr' at 'chaddr', or to everyone if the BROADCAST flag is set."""
    bench.serve(static=PRINTER)
    reply = _asks(bench.client(OWN))
    equal("where it went", (reply.frame.dst, reply.frame.dst_mac), ("10.0.1.7", OWN), reply)
    reply = _asks(bench.client(OWN, flags=BROADCAST_FLAG))
    equal("where it went", (reply.frame.dst, reply.frame.dst_mac), (EVERYONE, EVERY_MAC), reply)


def bootp_with_an_address(bench):
    """RFC 1542 5.4: a client that fills in 'ciaddr' is answered there.

    It can be reached there as any host, and answers ARP.
    """
    bench.serve(static=PRINTER)
    bench.segment.hosts["10.0.1.7"] = OWN
    reply = _asks(bench.client(OWN), ciaddr="10.0.1.7")
    equal("where it went", (reply.frame.dst, reply.frame.dst_mac), ("10.0.1.7", OWN), reply)


def bootp_through_a_relay(bench):
    """RFC 1542 4.1 and 5.4: a BOOTREPLY for a relayed client goes to port 67 of 'giaddr'.

    The relay needs 'giaddr', 'flags', 'chaddr' and 'xid' as it has sent them.
    """
    bench.serve(
        subnets={"10.0.2.0/24": {"pool": "10.0.2.100-10.0.2.199", "router": "10.0.2.1"}},
        static={"far": {"mac": OWN.hex(":"), "address": "10.0.2.7"}})
    reply = _asks(bench.client(OWN, giaddr="10.0.2.1", flags=BROADCAST_FLAG), hops=3)
    expect(reply, yiaddr="10.0.2.7", giaddr="10.0.2.1", flags=BROADCAST_FLAG, options={TYPE: None})
    frame = reply.frame
    equal("where it went", (frame.dst, frame.dport, frame.dst_mac), ("10.0.2.1", 67, GATEWAY_MAC), reply)


def bootp_boot_file(bench):
    """RFC 951 3: 'file' and 'siaddr' tell the client what to load, and from where."""
    bench.serve(static={"printer": {**PRINTER["printer"]}}, **{
        "next-server": "10.0.1.9", "boot-file": "kernel.img", "server-name": "boot.lab"})
    reply = _asks(bench.client(OWN))
    expect(reply, siaddr="10.0.1.9", file=b"kernel.img".ljust(128, b"\0"), sname=b"boot.lab".ljust(64, b"\0"))


def bootp_for_another_server(bench):
    """RFC 951 7.3: a request whose 'sname' names another server is not answered, one that names this is.

    A server goes on if the field is null or has its own name; else it discards or forwards the request.
    """
    bench.serve(static=PRINTER, **{"server-name": "boot.lab"})
    client = bench.client(OWN)
    client.post(_request(client, sname=b"other.lab"))
    bench.silent("another server was asked by name")
    expect(_asks(client, sname=b"boot.lab"), yiaddr="10.0.1.7")


def bootp_and_dhcp(bench):
    """RFC 1534 2: a machine that boots with BOOTP and then speaks DHCP has one address.

    Its boot ROM asks without a message type, its system with one.
    """
    bench.serve(static=PRINTER)
    client = bench.client(OWN)
    expect(_asks(client), yiaddr="10.0.1.7")
    expect(client.lease(), yiaddr="10.0.1.7")
    expect(_asks(client), yiaddr="10.0.1.7")


def dhcp_is_not_taken_for_bootp(bench):
    """RFC 1534 2: a DHCP message with a type is answered as DHCP, also to a client with a binding."""
    bench.serve(static=PRINTER)
    expect(bench.client(OWN).ask(DISCOVER, expect_kind=2), options={SERVER_ID: ip4(SERVER)})
