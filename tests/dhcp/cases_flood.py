# SPDX-License-Identifier: MIT
"""Who means harm: broken messages by the thousand, and clients that do not exist."""

import random

from client import leased
from facts import equal, expect, require
from packet import (
    ACK, CLIENT_ID, DECLINE, DISCOVER, EVERYONE, INFORM, RELAY, RELEASE, REQUEST, REQUESTED, SERVER_ID,
    WANTED, ip4, udp_frame,
)
from segment import GATEWAY_MAC, SERVER, SERVER_MAC

OWN = bytes.fromhex("020000007701")
PRINTER = {"printer": {"mac": OWN.hex(":"), "address": "10.0.1.7"}}
OTHER_NET = {"10.0.2.0/24": {"pool": "10.0.2.100-10.0.2.199"}}


def _originals(client):
    """A message of each kind, with all options that a server reads."""
    options = [
        (CLIENT_ID, b"\0client"), (REQUESTED, ip4("10.0.1.120")), (SERVER_ID, ip4(SERVER)), (57, b"\2\x40"),
        (51, b"\0\0\0\x3c"), (52, b"\3"), (118, ip4("10.0.1.0")), (12, b"name"), (60, b"class"),
    ]
    fields = {"file": bytes([WANTED, 4, 1, 3, 6, 15, 255]), "sname": bytes([WANTED, 2, 42, 43, 255])}
    for kind in 0, DISCOVER, REQUEST, DECLINE, RELEASE, INFORM:
        for ciaddr in "0.0.0.0", "10.0.1.60":
            yield client.message(kind, options, ciaddr=ciaddr, **fields).encode()
        far = [*options, (RELAY, b"\1\5port7\5\4" + ip4("10.0.2.0") + b"\x0b\4" + ip4("10.0.2.1"))]
        yield client.message(kind, far, giaddr="10.0.2.1", **fields).encode()


def _mutated(dice, octets):
    """One to five octets changed, and sometimes the end cut off or repeated."""
    data = bytearray(octets)
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(data)) if dice.random() < 0.4 else dice.randrange(236, min(len(data), 330))
        data[at] = dice.choice((0, 1, 4, 52, 53, 61, 82, 128, 255, dice.randrange(256)))
    if dice.random() < 0.2:
        del data[dice.randrange(len(data)) :]
    elif dice.random() < 0.1:
        data += data[236:]
    data[28:34] = b"\2\1" + dice.randbytes(4)
    return bytes(data)


def _keep_up(bench, number):
    """Now and then waits for the server, lest its socket overflow, and forgets what others were sent."""
    if number % 50 == 49:
        bench.segment.hosts["10.0.1.60"] = b"\2\2\2\2\2\2"
        bench.client().inform("10.0.1.60")
        bench.segment.inbox.clear()


def _still_serves(bench):
    """A new client gets a lease; what others were sent is not looked at."""
    bench.client().lease()
    bench.segment.drain()
    bench.segment.inbox.clear()


def hundred_thousand_mutated_messages(bench):
    """Robustness: 100,000 messages that are broken somewhere, then a DISCOVER that is answered.

    RFC 1122 1.2.2: "Software should be written to deal with every conceivable error, no matter how unlikely".
    """
    bench.serve(subnets=OTHER_NET, static=PRINTER, pool="10.0.1.20-10.0.1.240")
    dice = random.Random(2131)
    originals = list(_originals(bench.client()))
    for number in range(100000):
        data = _mutated(dice, dice.choice(originals))
        relayed = data[24:28] == ip4("10.0.2.1")
        bench.segment.send(udp_frame(
            data, "10.0.2.1" if relayed else "0.0.0.0", SERVER if relayed else EVERYONE,
            sport=67 if relayed else 68, src_mac=GATEWAY_MAC if relayed else data[28:34].ljust(6, b"\2"),
            dst_mac=SERVER_MAC if relayed else b"\xff" * 6))
        _keep_up(bench, number)
    bench.segment.inbox.clear()
    _still_serves(bench)


def random_octets(bench):
    """Robustness: datagrams of random octets, of all lengths, harm nobody."""
    bench.serve()
    dice = random.Random(951)
    for number in range(1000):
        data = dice.randbytes(dice.choice((0, 1, 8, 235, 236, 240, 241, 300, 548, 1400)))
        if dice.random() < 0.5:
            data = b"\1\1\6\0" + data[4:236] + b"\x63\x82\x53\x63\x35\1" + data[242:]
        bench.segment.send(udp_frame(data, "0.0.0.0", EVERYONE, src_mac=b"\2\2" + dice.randbytes(4)))
        _keep_up(bench, number)
    bench.segment.inbox.clear()
    _still_serves(bench)


def _flood(bench, dice, count, giaddr=None):
    """DISCOVERs of clients that do not exist, and do not take what they are offered."""
    for number in range(count):
        mac = b"\2\3" + dice.randbytes(4)
        bench.segment.impatient.add(mac)
        bench.client(mac, giaddr=giaddr).send(DISCOVER)
        _keep_up(bench, number)


def flood_of_hardware_addresses(bench):
    """RFC 2131 7: DISCOVERs of 3,000 clients that do not exist do not keep out those that do.

    "Where dynamic allocation of resources is used, a malicious client could claim all resources for
    itself, thereby denying resources to legitimate clients."  Renewals, static clients and new ones
    are served on, and an offer is nothing on disk.
    """
    bench.serve(static=PRINTER)
    dice = random.Random(1)
    known = bench.client()
    address = known.lease().yiaddr
    _flood(bench, dice, 3000)
    expect(known.renew(address), yiaddr=address)
    expect(bench.client(OWN).lease(), yiaddr="10.0.1.7")
    genuine = bench.client()
    expect(genuine.lease(), type=ACK)
    addresses = {row["address"] for row in bench.server.rows()}
    require(len(addresses) == 3, "three leases in the database", addresses)


def flood_behind_a_relay(bench):
    """dhcp-server(1) limit: a flood behind one circuit takes at most a quarter of the pool, at least 8.

    A client at another circuit gets its address; at the flooded one, the newest gets one, too.
    """
    bench.serve(subnets={"10.0.2.0/24": {"pool": "10.0.2.100-10.0.2.115"}})
    dice = random.Random(2)
    flooded = b"\1\5port1"
    for _ in range(200):
        bench.client(b"\2\3" + dice.randbytes(4), giaddr="10.0.2.1", agent=flooded).discover()
    others = [bench.client(giaddr="10.0.2.1", agent=b"\1\5port2").lease().yiaddr for _ in range(8)]
    equal("addresses for another circuit", len(set(others)), 8)
    bench.client(giaddr="10.0.2.1", agent=flooded).lease()


def flood_of_requests(bench):
    """RFC 2131 4.3.2: REQUESTs, RELEASEs and DECLINEs of clients that do not exist change nothing."""
    bench.serve()
    dice = random.Random(3)
    owner = bench.client()
    address = owner.lease().yiaddr
    for number in range(900):
        mac = b"\2\3" + dice.randbytes(4)
        bench.segment.impatient.add(mac)
        client = bench.client(mac)
        kind = dice.choice((REQUEST, RELEASE, DECLINE))
        free = f"10.0.1.{dice.randrange(100, 200)}"
        target = dice.choice((address, free))
        about = [(SERVER_ID, ip4(SERVER)), (REQUESTED, ip4(target))]
        client.send(kind, about, ciaddr=target if kind == RELEASE else "0.0.0.0")
        _keep_up(bench, number)
    leased(bench, address, state="bound", mac=owner.mac.hex(":"))
    declined = [row for row in bench.server.rows() if row["state"] == "declined"]
    equal("declined addresses", declined, [])
    bench.client().lease()


def flood_of_one_client(bench):
    """dhcp-server(1) rate: 2,000 identifiers at one hardware address are one client."""
    bench.serve(rate=50)
    mac = bytes.fromhex("020000007777")
    bench.segment.impatient.add(mac)
    for number in range(2000):
        bench.client(mac, client_id=b"\0" + str(number).encode()).send(DISCOVER)
        _keep_up(bench, number)
    _still_serves(bench)
