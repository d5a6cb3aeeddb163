# SPDX-License-Identifier: MIT
"""From the clients to the servers: RFC 1542 4.1.1, RFC 2131 4.1."""

import random

from facts import equal, expect, require
from packet import BROADCAST_FLAG, Message
from relay_bench import C0, C1, CLIENT_MAC, SECOND, SERVER, SERVER_MACS, U0, unchanged


def request_giaddr_and_hops(bench):
    """RFC 1542 4.1.1: 'giaddr' becomes the address of the interface, 'hops' is increased, nothing else

    "If the 'giaddr' field is zero, the relay agent MUST fill this field with the IP address of the
    interface on which the request was received."  "The value of the 'hops' field MUST be incremented."
    """
    bench.start()
    request = bench.request()
    arrived = bench.pass_on(request)
    expect(arrived, giaddr=C0[1], hops=1, op=1)
    unchanged(request, arrived, but=("giaddr", "hops"))


def request_each_interface_has_its_giaddr(bench):
    """RFC 1542 4.1.1: clients of another wire get that wire's 'giaddr'"""
    bench.start()
    expect(bench.pass_on(bench.request(), port=bench.others), giaddr=C1[1])
    expect(bench.pass_on(bench.request()), giaddr=C0[1])


def request_every_field(bench):
    """RFC 1542 4.1.1: secs, flags, xid, chaddr and all options arrive as the client has sent them"""
    bench.start()
    chance = random.Random(1542)
    for flags, secs in ((0, 0), (BROADCAST_FLAG, 0xFFFF), (0xFFFF, 1), (0x7FFF, 300)):
        request = bench.request(
            options=[(43, chance.randbytes(255)), (61, chance.randbytes(20))], flags=flags, secs=secs, hops=3,
            ciaddr="10.0.1.9", yiaddr="1.2.3.4", siaddr="5.6.7.8", sname=chance.randbytes(64),
            file=chance.randbytes(128), chaddr=CLIENT_MAC + chance.randbytes(10))
        arrived = bench.pass_on(request)
        expect(arrived, hops=4)
        unchanged(request, arrived, but=("giaddr", "hops"))


def request_way_to_the_server(bench):
    """RFC 1542 4.1.1: it goes by unicast to the server's port 67, from an address of the relay"""
    bench.start()
    frame = bench.pass_on(bench.request()).frame
    equal("destination", (frame.dst, frame.dport, frame.dst_mac), (SERVER, 67, SERVER_MACS[SERVER]))
    require(frame.src in (U0[1], C0[1]), f"an address of the relay, not {frame.src}")
    equal("source port, RFC 2131 4.1", frame.sport, 67)
    require(frame.udp_checksum, "a UDP checksum, RFC 1122 4.1.3.4")


def request_server_behind_a_router(bench):
    """A server that is not on any wire of the relay is reached by the routes"""
    bench.start(servers=["10.9.0.2"])
    request = bench.request()
    bench.broadcast(request)
    frame = bench.relayed(request, to="10.9.0.2").frame
    equal("the frame is for", frame.dst_mac, SERVER_MACS["10.0.2.254"])


def request_several_servers(bench):
    """dhcp-relay(1) --server: each server gets each message, with the same 'giaddr' and 'hops'"""
    bench.start(servers=[SERVER, SECOND, "10.9.0.2"])
    request = bench.request()
    bench.broadcast(request)
    for server in SERVER, SECOND, "10.9.0.2":
        arrived = bench.relayed(request, to=server)
        expect(arrived, giaddr=C0[1], hops=1)
        unchanged(request, arrived, but=("giaddr", "hops"))


def request_foreign_giaddr_is_kept(bench):
    """RFC 1542 4.1.1: the 'giaddr' of another relay is kept

    "If the 'giaddr' field contains some non-zero value, the 'giaddr' field MUST NOT be modified."
    """
    bench.start()
    request = bench.request(giaddr="10.7.7.7", hops=2)
    bench.forward(request)
    arrived = bench.relayed(request)
    expect(arrived, giaddr="10.7.7.7", hops=3)
    unchanged(request, arrived, but=("hops",))


def request_foreign_giaddr_by_broadcast(bench):
    """RFC 1542 4.1.1: nor if the other relay is on the clients' wire and broadcasts"""
    bench.start()
    expect(bench.pass_on(bench.request(giaddr="10.7.7.7", hops=1)), giaddr="10.7.7.7", hops=2)


def request_own_giaddr_comes_round(bench):
    """dhcp-relay(1): a message that carries an address of this relay has come round, and is dropped"""
    bench.start()
    for giaddr in C0[1], C1[1]:
        bench.broadcast(bench.request(giaddr=giaddr, hops=2))
        bench.forward(bench.request(giaddr=giaddr, hops=2))
    bench.dropped("its 'giaddr' is the relay's")


def request_hops_limit(bench):
    """RFC 1542 4.1.1: messages whose 'hops' exceeds 16 MUST be discarded"""
    bench.start()
    expect(bench.pass_on(bench.request(hops=15)), hops=16)
    for hops in 17, 18, 200, 255:
        bench.broadcast(bench.request(hops=hops))
    bench.dropped("hops is more than 16")


def request_hops_limit_by_choice(bench):
    """dhcp-relay(1) --max-hops: messages that have passed more relays than that are dropped"""
    bench.start("--max-hops", "3")
    expect(bench.pass_on(bench.request(hops=2)), hops=3)
    expect(bench.pass_on(bench.request(hops=3)), hops=4)
    bench.broadcast(bench.request(hops=4))
    bench.broadcast(bench.request(hops=16))
    bench.dropped("hops is more than 3")


def request_loop_of_two_relays(bench):
    """RFC 1542 4.1.1: two relays that have each other as a server do not carry a message for ever

    The other one is played: it increases 'hops' and sends the message back, each time.
    """
    bench.start()
    for first in bench.request(), bench.request(giaddr="10.7.7.7"):
        bench.broadcast(first)
        rounds = 0
        while bench.wires.wait(lambda: bench.upstream.inbox, 0.4):
            arrived = bench.upstream.inbox.pop(0)
            rounds += 1
            require(rounds < 20, "an end of the loop", arrived)
            bench.forward(Message(first.options, xid=arrived.xid, giaddr=arrived.giaddr, hops=arrived.hops + 1,
                                  chaddr=CLIENT_MAC))
        equal("ends", bench.relay.runs(), True)


def request_replies_of_clients(bench):
    """RFC 951 8: a BOOTREPLY, or anything else, from the clients' side is no request"""
    bench.start()
    for op in 0, 2, 3, 255:
        bench.broadcast(bench.request(op=op))
    bench.dropped("it is no BOOTREQUEST")


def request_all_kinds(bench):
    """RFC 2131 4.1: all messages of DHCP are relayed, also of a client that has an address"""
    bench.start()
    for kind in range(1, 9):
        if kind in (2, 5, 6):
            continue
        expect(bench.pass_on(bench.request(kind)), type=kind, giaddr=C0[1])
    request = bench.request(8, ciaddr="10.0.1.9")
    arrived = bench.pass_on(request, src="10.0.1.9")
    expect(arrived, ciaddr="10.0.1.9", giaddr=C0[1])


def request_bootp(bench):
    """RFC 1542 4.1: a message of BOOTP is relayed as it is, with or without the magic cookie"""
    bench.start()
    for area in bytes(64), b"CMU\0" + bytes(60), random.Random(951).randbytes(64):
        request = bench.request(area=area)
        arrived = bench.pass_on(request)
        expect(arrived, giaddr=C0[1], hops=1)
        unchanged(request, arrived, but=("giaddr", "hops"))


def request_large(bench):
    """RFC 2131 2: a message that fills an Ethernet frame is relayed whole"""
    bench.start()
    options = [(code, bytes([code]) * 255) for code in (224, 225, 226, 227)]
    request = bench.request(options=options, shortest=1472)
    arrived = bench.pass_on(request)
    equal("octets", len(arrived.raw), 1472)
    unchanged(request, arrived, but=("giaddr", "hops"))


def request_other_hardware(bench):
    """RFC 1542 4.1.1: a relay of messages need not know the client's hardware type"""
    bench.start()
    expect(bench.pass_on(bench.request(htype=6, hlen=6)), htype=6, giaddr=C0[1])
    expect(bench.pass_on(bench.request(htype=32, hlen=0, chaddr=bytes(16), flags=BROADCAST_FLAG)), htype=32, hlen=0)


def request_too_short(bench):
    """RFC 951 3: what is shorter than BOOTP's fixed fields is no message"""
    bench.start()
    whole = bench.request(shortest=0).encode()
    for size in (0, 1, 27, 28, 43, 44, 100, 235):
        bench.broadcast(whole[:size])
    bench.dropped("it is shorter than 236 octets")


def request_short(bench):
    """RFC 2131 2: a message that is shorter than 300 octets, but whole, is relayed"""
    bench.start()
    request = bench.request(shortest=0)
    arrived = bench.pass_on(request)
    equal("its beginning but hops and giaddr", arrived.raw[28 : len(request.encode())], request.encode()[28:])


def request_silly_lengths(bench):
    """RFC 951 3: hlen is at most 16, the room of 'chaddr'"""
    bench.start()
    for hlen in 17, 128, 255:
        bench.broadcast(bench.request(hlen=hlen))
    bench.dropped("hlen is more than 16")


def request_damaged(bench):
    """RFC 1122: datagrams with wrong checksums, or of lengths that they do not have, are dropped"""
    bench.start()
    bench.broadcast(bench.request(), udp_checksum=0x1234)
    for length in 0, 7, 8, 20, 2000:
        bench.broadcast(bench.request(), udp_length=length)
    bench.broadcast(bench.request(), fragment=0x2000)
    bench.dropped("it is damaged")


def request_mutated(bench):
    """1,000 mutated messages do no harm; what is relayed of them has the relay's 'giaddr' or its own"""
    bench.start("--agent")
    bench.upstream.strict = False  # what it need not look at it may pass on
    chance = random.Random(67)
    for number in range(1000):
        octets = bytearray(bench.request(options=[(61, b"abcdef"), (82, b"\1\1x")][: number % 3]).encode())
        for _ in range(chance.choice((1, 2, 8))):
            octets[chance.randrange(len(octets))] = chance.choice((0, 1, 82, 255, chance.randrange(256)))
        bench.broadcast(bytes(octets[: chance.choice((300, 300, chance.randrange(300)))]))
        if number % 20 == 0:
            _swallow(bench)
    fence = bench.request()
    bench.broadcast(fence)
    bench.wires.until(lambda: any(m.xid == fence.xid for m in bench.upstream.inbox), "the last message")
    bench.upstream.inbox.clear()


def _swallow(bench):
    bench.wires.read(0.002)
    for message in bench.upstream.inbox:
        require(message.op == 1 and message.giaddr != "0.0.0.0", "a BOOTREQUEST with a giaddr", message)
    bench.upstream.inbox.clear()


def request_many(bench):
    """A burst of 300 messages arrives whole, in its order"""
    bench.start()
    requests = [bench.request() for _ in range(301)]
    for number, request in enumerate(requests):
        bench.broadcast(request)
        if number == 0:  # the kernel asks for the server's hardware address once, and keeps few meanwhile
            bench.wires.until(lambda: bench.upstream.inbox, "a message")
    bench.wires.until(lambda: len(bench.upstream.inbox) >= 301, "301 messages")
    equal("order", [m.xid for m in bench.upstream.inbox], [r.xid for r in requests])
    bench.upstream.inbox.clear()


def request_not_for_port_67(bench):
    """RFC 951 3: what goes to another port is no request"""
    bench.start()
    bench.broadcast(bench.request(), dport=68)
    bench.broadcast(bench.request(), dport=6767)
    bench.dropped("it is for another port")


def request_no_client_interface(bench):
    """dhcp-relay(1): messages of an interface that was not named are not relayed"""
    bench.start(interfaces=["c0"])
    bench.broadcast(bench.request(), port=bench.others)
    bench.broadcast(bench.request(), port=bench.upstream)
    bench.dropped("it comes from another interface")
