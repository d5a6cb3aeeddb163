# SPDX-License-Identifier: MIT
"""How replies may look that a client has to understand, and those that it has to survive."""

import random

from facts import deadline, equal, expect, require
from packet import (
    ACK, COOKIE, DISCOVER, DNS, DOMAIN, END, HEADER, LEASE_TIME, MASK, OFFER, OVERLOAD, PAD, REQUEST,
    REQUESTED, ROUTER, SERVER_ID, TYPE, encode_options, ip4, ip4s, ip_frame, u32,
)
from client_bench import CLIENT_MAC, LEASED
from fake_server import ADDRESS, MAC

OTHERS = "10.0.1.66"


def _area(kind, *more):
    return COOKIE + encode_options(
        [(TYPE, bytes([kind])), (SERVER_ID, ip4(ADDRESS)), (LEASE_TIME, u32(600)), *more])


# ---- the datagram

def wrong_checksum(bench):
    """RFC 1122 4.1.3.4: a datagram with a wrong UDP checksum is dropped"""
    discover = bench.discover()
    for wrong in 0x1234, 0xFFFF:
        bench.server.offer(discover, yiaddr=OTHERS, quirks={"udp_checksum": wrong})
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={REQUESTED: ip4(LEASED)})


def no_checksum(bench):
    """RFC 768: a UDP checksum of zero means that the sender has made none"""
    bench.start()
    bench.server.give(quirks={"udp_checksum": 0})
    bench.bound()


def unfinished_checksum(bench):
    """A checksum left to hardware that is not there, as of a server at the same host, is no fault"""
    bench.start()
    for kind, request in ((OFFER, DISCOVER), (ACK, REQUEST)):
        message = bench.server.message(bench.server.next(request), kind)
        payload = message.encode()
        pseudo = ip4(ADDRESS) + ip4(LEASED) + b"\0\x11" + (8 + len(payload)).to_bytes(2, "big")
        total = sum(int.from_bytes(pseudo[i : i + 2], "big") for i in range(0, len(pseudo), 2))
        half = (total & 0xFFFF) + (total >> 16)
        bench.port.send_unfinished(bench.server.frame(message, udp_checksum=half))
    bench.bound()


def ip_options(bench):
    """RFC 791 3.1: a reply whose IP header has options is taken"""
    bench.start()
    bench.server.give(quirks={"ip_options": bytes([1, 1, 1, 1])})
    bench.bound()


def trailer(bench):
    """RFC 894: what follows the datagram in its frame is padding"""
    bench.start()
    bench.server.give(quirks={"trailer": b"\x53" * 40})
    bench.bound()


def short_replies(bench):
    """RFC 2131 2: a reply that is not padded up to 300 octets is taken"""
    bench.start()
    bench.server.give(shortest=0)
    bench.bound()


def long_replies(bench):
    """RFC 2132 9.10: a reply of the size that option 57 allows is taken, or of 576 octets if none does"""
    bench.start()
    discover = bench.server.next(DISCOVER)
    room = (discover.number(57) or 576) - 28
    filler = {224: bytes(250), 225: bytes(room - 240 - 280 - 40) if room < 760 else bytes(240)}
    bench.server.offer(discover, filler, shortest=room)
    bench.server.ack(bench.server.next(REQUEST), filler, shortest=room)
    bench.bound()


def fragments(bench):
    """A fragment is no datagram: neither the first nor a later one is read as a reply"""
    discover = bench.discover()
    for bits in 0x2000, 0x0010, 0x2010:
        bench.server.offer(discover, yiaddr=OTHERS, quirks={"fragment": bits})
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={REQUESTED: ip4(LEASED)})


def lengths_that_lie(bench):
    """Lengths in the IP and UDP headers that the frame does not have are not believed"""
    discover = bench.discover()
    for length in 0, 1, 7, 8, 9, 100, 2000, 65535:
        bench.server.offer(discover, yiaddr=OTHERS, quirks={"udp_length": length})
    message = bench.server.frame(bench.server.message(discover, OFFER, yiaddr=OTHERS))
    for size in 15, 33, 34, 41, 42, 60, 281, 282:
        bench.port.send(message[:size])
    for word in 0x40, 0x44, 0x4F, 0x65, 0x05:
        bench.port.send(message[:14] + bytes([word]) + message[15:])
    for octets in b"", b"\0", bytes(7), bytes(8):
        bench.port.send(ip_frame(octets, ADDRESS, LEASED, 17, MAC, CLIENT_MAC))
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={REQUESTED: ip4(LEASED)})


# ---- options

def options_in_any_order(bench):
    """RFC 2131 3: option 53 need not be the first one, and pads may stand between options"""
    bench.start()
    for request, kind in ((DISCOVER, OFFER), (REQUEST, ACK)):
        area = COOKIE + b"\0\0\0"
        for code, value in ((MASK, ip4("255.255.255.0")), (LEASE_TIME, u32(600)), (SERVER_ID, ip4(ADDRESS)),
                            (TYPE, bytes([kind]))):
            area += encode_options([(code, value)]) + bytes([PAD])
        bench.server.reply(bench.server.next(request), kind, area=area + bytes([END]))
    bench.bound()
    equal("prefix length", bench.until_address()["prefixlen"], 24)


def no_end_option(bench):
    """Options that fill the message to its last octet, without option 255, are taken"""
    bench.start()
    for request, kind in ((DISCOVER, OFFER), (REQUEST, ACK)):
        bench.server.reply(bench.server.next(request), kind, area=_area(kind), shortest=0)
    bench.bound()


def overload(bench):
    """RFC 2131 4.1: options in 'file' and 'sname' are read, in this order, if option 52 says so"""
    bench.start()
    bench.server.offer(bench.server.next(DISCOVER))
    area = _area(ACK, (OVERLOAD, b"\3")) + bytes([END])
    in_file = encode_options([(MASK, ip4("255.255.255.128")), (DNS, ip4("10.0.1.2"))]) + bytes([END])
    in_sname = encode_options([(DOMAIN, b"lab.example"), (DNS, ip4("10.0.1.3"))]) + bytes([END])
    bench.server.reply(bench.server.next(REQUEST), ACK, area=area, file=in_file, sname=in_sname)
    bench.bound()
    equal("prefix length", bench.until_address()["prefixlen"], 25)
    equal("name servers, RFC 3396 5: in the order options, file, sname",
          [line.split()[1] for line in bench.resolv().splitlines() if line.startswith("nameserver")],
          ["10.0.1.2", "10.0.1.3"])
    require("lab.example" in bench.resolv(), "the domain of sname", bench.resolv())


def overload_not_said(bench):
    """RFC 2132 9.3: without option 52, 'file' and 'sname' are text"""
    bench.start()
    bench.server.give(file=encode_options([(DNS, ip4("10.0.1.66"))]) + bytes([END]))
    bench.bound()
    require("10.0.1.66" not in bench.resolv(), "the file's text is no option", bench.resolv())


def split_option(bench):
    """RFC 3396 7: the parts of an option that stands several times are joined"""
    bench.start()
    bench.server.offer(bench.server.next(DISCOVER))
    area = _area(ACK, (DNS, ip4("10.0.1.2") + b"\x0a\0"), (MASK, ip4("255.255.255.0")), (DNS, b"\1\3"))
    bench.server.reply(bench.server.next(REQUEST), ACK, area=area + bytes([END]))
    bench.bound()
    for address in "10.0.1.2", "10.0.1.3":
        require(f"nameserver {address}" in bench.resolv(), f"name server {address}", bench.resolv())


# ---- what nobody should send

def _then_a_good_offer(bench, discover):
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={REQUESTED: ip4(LEASED), SERVER_ID: ip4(ADDRESS)})


def truncated(bench):
    """A message cut anywhere before the end of its option 54 is ignored"""
    discover = bench.discover()
    whole = HEADER.size + len(_area(OFFER))
    for size in [*range(0, HEADER.size + 4, 7), *range(HEADER.size, whole - 6)]:
        message = bench.server.message(discover, OFFER, area=_area(OFFER), yiaddr=OTHERS, shortest=0)
        bench.server.post(message.encode()[:size], to=OTHERS, mac=CLIENT_MAC)
    _then_a_good_offer(bench, discover)


def past_the_end(bench):
    """An option that goes beyond the end of the message spoils it"""
    discover = bench.discover()
    for tail in (b"\6", b"\6\4", b"\6\4\x0a\0\1", b"\6\xff" + bytes(20), b"\x79\xff\x18"):
        bench.server.offer(discover, area=_area(OFFER) + tail, yiaddr=OTHERS, shortest=0)
    _then_a_good_offer(bench, discover)


def other_cookie(bench):
    """RFC 2131 3: options begin with the magic cookie 99, 130, 83, 99"""
    discover = bench.discover()
    for cookie in bytes(4), b"\x63\x82\x53\x64":
        bench.server.offer(discover, cookie=cookie, yiaddr=OTHERS)
    _then_a_good_offer(bench, discover)


def wrong_lengths(bench):
    """RFC 2132: a parameter of the wrong length is not used, and does not keep the client from a lease

    Whether the rest of such a message is used is left open: the next one is good.
    """
    discover = bench.discover()
    for code, value in ((ROUTER, b"\x0a\0\1"), (DNS, b"\x0a"), (26, b"\1"), (28, bytes(5)), (58, b"\0"),
                        (59, bytes(5)), (121, b"\x21\x0a"), (42, b""), (15, b""), (12, b""), (33, bytes(5))):
        bench.server.offer(discover, {code: value})
    bench.server.offer(discover)
    request = bench.server.next(REQUEST)
    bench.server.ack(request, {DNS: b"\x0a", 26: b"\1", 121: b"\x21\x0a"})
    bench.server.ack(request)
    bench.bound()
    equal("the MTU", bench.mtu(), 1500)
    require(set(bench.routes()) <= {"default"}, "no invented route", bench.routes())


def lengths_of_what_matters(bench):
    """Option 51, 53 or 54 with another length than its own makes no offer; and a good one is taken"""
    discover = bench.discover()
    for code in (SERVER_ID, LEASE_TIME, TYPE):
        for value in (b"", b"\2\2", b"\1\2\3", bytes(5), bytes(200)):
            bench.server.offer(discover, {code: value}, yiaddr=OTHERS)
    _then_a_good_offer(bench, discover)


def overload_broken(bench):
    """Option 52 within 'file', and options that go beyond a field's end, do no harm"""
    discover = bench.discover()
    again = encode_options([(OVERLOAD, b"\3")]) + bytes([END])
    for value, field in ((b"\3", again), (b"\1", b"\6\xff"), (b"\1", b"\x36\4" * 64), (b"\xff", b""), (b"", b"")):
        bench.server.offer(discover, {OVERLOAD: value}, file=field, sname=field[:64], yiaddr=OTHERS)
    _serve(bench)


def _serve(bench):
    bench.server.serve(bench.client.is_ready, 30)
    require(bench.client.runs(), "it runs")


def _mutated(octets, chance):
    octets = bytearray(octets)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(octets))
        octets[at] = chance.choice((0, 1, 255, chance.randrange(256)))
    if chance.random() < 0.2:
        del octets[chance.randrange(len(octets)) :]
    return bytes(octets)


def _thousand(bench, to, kind, seed):
    chance = random.Random(seed)
    options = {DNS: ip4s("10.0.1.2", "10.0.1.3"), DOMAIN: b"lab.example", 26: b"\5\xdc", 58: u32(300), 59: u32(500),
               121: bytes.fromhex("180a00010000000000 0a0001fe"), 42: ip4("10.0.1.2"), 12: b"host"}
    whole = bench.server.message(to, kind, options).encode()
    for number in range(1000):
        # most of them beyond the fields that say for whom it is
        payload = whole[:236] + _mutated(whole[236:], chance) if number % 4 else _mutated(whole, chance)
        bench.server.post(payload, to=LEASED, mac=CLIENT_MAC)
        if number % 50 == 0:
            bench.wires.read(0.001)


def mutated_offers(bench):
    """After 1,000 mutated OFFERs it runs, and takes a lease of an honest server"""
    _thousand(bench, bench.discover(), OFFER, 2131)
    _serve(bench)


def mutated_acks(bench):
    """After 1,000 mutated ACKs it runs, and has a lease or takes one of an honest server"""
    bench.start()
    _thousand(bench, bench.server.requested(), ACK, 2132)
    _serve(bench)


def noise(bench):
    """Frames of all kinds beside DHCP's are none of its business, and cost no time"""
    discover = bench.discover()
    chance = random.Random(68)
    for _ in range(500):
        bench.port.send(CLIENT_MAC + MAC + chance.choice((b"\x08\0", b"\x08\6", b"\x86\xdd")) + chance.randbytes(
            chance.randrange(46, 400)))
    end = deadline(2)
    _then_a_good_offer(bench, discover)
    require(end > deadline(0), "an answer within 2 s")
