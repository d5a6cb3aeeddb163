# SPDX-License-Identifier: MIT
"""From the servers to the clients: RFC 1542 4.1.2, RFC 2131 4.1."""

import random

from facts import equal, expect, require
from packet import ACK, BROADCAST_FLAG, EVERYONE, EVERY_MAC, NAK
from relay_bench import C0, C1, CLIENT_MAC, LEASED, MACS, SECOND, SERVER, U0, unchanged


def reply_unicast(bench):
    """RFC 1542 4.1.2: without the B flag a reply goes to 'yiaddr' at 'chaddr', port 68

    "the relay agent MUST ... the 'yiaddr' as IP destination address and ... 'chaddr' as link-layer
    destination"; no ARP is done, for the client has no address yet.
    """
    bench.start()
    relayed = bench.pass_on(bench.request())
    reply = bench.answer(relayed)
    arrived = bench.bring_back(reply)
    frame = arrived.frame
    equal("destination", (frame.dst, frame.dport, frame.dst_mac), (LEASED, 68, CLIENT_MAC))
    equal("source", (frame.src, frame.sport, frame.src_mac), (C0[1], 67, MACS["c0"]))
    require(frame.udp_checksum, "a UDP checksum, RFC 1122 4.1.3.4")
    unchanged(reply, arrived)
    equal("ARP for the client", [str(arp) for arp in bench.clients.arps if arp.target == LEASED], [])


def reply_broadcast(bench):
    """RFC 1542 4.1.2: with the B flag a reply goes to 255.255.255.255, and its frame to everyone

    "If the B flag is set, the reply MUST be sent as an IP broadcast using the IP limited broadcast
    address as the IP destination address and the link-layer broadcast address".
    """
    bench.start()
    relayed = bench.pass_on(bench.request(flags=BROADCAST_FLAG))
    reply = bench.answer(relayed)
    arrived = bench.bring_back(reply)
    frame = arrived.frame
    equal("destination", (frame.dst, frame.dport, frame.dst_mac), (EVERYONE, 68, EVERY_MAC))
    equal("source", (frame.src, frame.sport, frame.src_mac), (C0[1], 67, MACS["c0"]))
    unchanged(reply, arrived)


def reply_the_reply_says_it(bench):
    """RFC 1542 4.1.2: it is the reply's own B flag that counts: the relay keeps no state"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    equal("destination", bench.bring_back(bench.answer(relayed, flags=BROADCAST_FLAG)).frame.dst, EVERYONE)
    equal("destination", bench.bring_back(bench.answer(relayed, flags=0)).frame.dst, LEASED)


def reply_without_an_address(bench):
    """RFC 2131 4.1: a NAK without the B flag has no 'yiaddr' to go to: it is broadcast"""
    bench.start()
    relayed = bench.pass_on(bench.request(3))
    frame = bench.bring_back(bench.answer(relayed, NAK, yiaddr="0.0.0.0")).frame
    equal("destination", (frame.dst, frame.dst_mac, frame.dport), (EVERYONE, EVERY_MAC, 68))


def reply_other_hardware(bench):
    """RFC 1542 4.1.2: who has no Ethernet address is reached by broadcast"""
    bench.start()
    relayed = bench.pass_on(bench.request(htype=32, hlen=0, chaddr=bytes(16)))
    frame = bench.bring_back(bench.answer(relayed, htype=32, hlen=0, chaddr=bytes(16))).frame
    equal("destination", frame.dst_mac, EVERY_MAC)


def reply_to_the_right_wire(bench):
    """RFC 1542 4.1.2: 'giaddr' says at which wire the client is"""
    bench.start()
    relayed = bench.pass_on(bench.request(), port=bench.others)
    reply = bench.answer(relayed, yiaddr="10.0.3.100", flags=BROADCAST_FLAG)
    bench.post(reply)
    equal("source", bench.delivered(reply, bench.others).frame.src, C1[1])
    bench.quiet("the client is at one wire")


def reply_every_field(bench):
    """RFC 1542 4.1.2: "the relay agent ... MUST NOT modify" the reply: all octets are the server's"""
    bench.start()
    chance = random.Random(1542)
    relayed = bench.pass_on(bench.request())
    for flags in 0, BROADCAST_FLAG, 0xFFFF, 1:
        reply = bench.answer(
            relayed, options=[(43, chance.randbytes(255)), (61, chance.randbytes(20))], flags=flags, hops=5,
            secs=99, ciaddr="10.0.1.9", siaddr="5.6.7.8", sname=chance.randbytes(64), file=chance.randbytes(128))
        unchanged(reply, bench.bring_back(reply))


def reply_to_the_address_of_arrival(bench):
    """RFC 2131 4.1: replies come to 'giaddr', port 67; one to another address of the relay is taken too"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    bench.bring_back(bench.answer(relayed), dst=C0[1])
    bench.bring_back(bench.answer(relayed), dst=U0[1])


def reply_of_several_servers(bench):
    """dhcp-relay(1): replies of each server that was named are taken"""
    bench.start(servers=[SERVER, SECOND])
    request = bench.request()
    bench.broadcast(request)
    for server in SERVER, SECOND:
        relayed = bench.relayed(request, to=server)
        bench.bring_back(bench.answer(relayed), src=server)


def reply_of_nobody_else(bench):
    """dhcp-relay(1): "Replies are taken from the servers alone": not from other hosts, nor from clients"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    bench.post(bench.answer(relayed), src="10.0.2.9")
    bench.post(bench.answer(relayed), src="10.0.1.66", port=bench.clients, dst=C0[1])
    bench.reply_dropped("it is no server's")


def reply_foreign_giaddr(bench):
    """RFC 1542 4.1.2: a reply whose 'giaddr' is not this relay's MUST be discarded"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    for giaddr in ("10.7.7.7", "10.0.1.2", "0.0.0.0", EVERYONE, "127.0.0.1"):
        bench.post(bench.answer(relayed, giaddr=giaddr), dst=U0[1])
    bench.reply_dropped("its 'giaddr' is not the relay's")


def reply_requests_of_servers(bench):
    """RFC 951 8: a message that is no BOOTREPLY is not given to a client"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    for op in 0, 1, 3:
        bench.post(bench.answer(relayed, op=op))
    fence = bench.pass_on(bench.request())
    bench.bring_back(bench.answer(fence))
    bench.quiet("it is no reply")


def reply_bootp(bench):
    """RFC 1542 4.1.2: a reply without the magic cookie, or longer than others, passes as it is"""
    bench.start()
    relayed = bench.pass_on(bench.request(area=bytes(64)))
    for area in bytes(64), random.Random(951).randbytes(64):
        reply = bench.answer(relayed, area=area)
        unchanged(reply, bench.bring_back(reply))


def reply_large(bench):
    """RFC 2131 2: a reply that fills an Ethernet frame passes whole"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    reply = bench.answer(relayed, ACK, options=[(code, bytes([code]) * 255) for code in (224, 225, 226)], shortest=1472)
    unchanged(reply, bench.bring_back(reply))


def reply_damaged(bench):
    """RFC 1122: replies that are cut, or have wrong checksums, are dropped"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    reply = bench.answer(relayed, shortest=0)
    for size in (0, 1, 43, 235):
        bench.post(reply.encode()[:size], dst=C0[1])
    bench.post(reply, udp_checksum=0x1234)
    bench.post(bench.answer(relayed, hlen=17))
    bench.reply_dropped("it is damaged")


def reply_mutated(bench):
    """1,000 mutated replies do no harm"""
    bench.start("--agent")
    bench.clients.strict = False
    chance = random.Random(68)
    relayed = bench.pass_on(bench.request())
    whole = bench.answer(relayed, options=[(82, relayed.option(82) or b"\1\1x"), (43, bytes(20))]).encode()
    for number in range(1000):
        octets = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8))):
            octets[chance.randrange(28, len(octets))] = chance.choice((0, 1, 82, 255, chance.randrange(256)))
        bench.post(bytes(octets[: chance.choice((300, 300, chance.randrange(300)))]), dst=C0[1])
        if number % 20 == 0:
            bench.wires.read(0.002)
            bench.clients.inbox.clear()
    fence = bench.request()
    bench.broadcast(fence)
    relayed = bench.relayed(fence)
    bench.post(bench.answer(relayed))
    bench.wires.until(lambda: any(m.xid == fence.xid for m in bench.clients.inbox), "the last reply")
    bench.clients.inbox.clear()


def reply_upstream(bench):
    """dhcp-relay(1) --upstream: replies are taken at that interface, and requests of it are not relayed"""
    bench.start("--upstream", "u0")
    relayed = bench.pass_on(bench.request())
    bench.bring_back(bench.answer(relayed))
    bench.broadcast(bench.request(), port=bench.upstream)
    bench.dropped("it is no wire of clients")


def reply_upstream_elsewhere(bench):
    """dhcp-relay(1) --upstream: a reply that comes at an interface that is neither that nor a client's is none"""
    bench.start("--upstream", "c1", interfaces=["c0"])
    relayed = bench.pass_on(bench.request())
    bench.post(bench.answer(relayed))
    bench.dropped("it came at another interface")
