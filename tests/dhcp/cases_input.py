# SPDX-License-Identifier: MIT
"""Requests that are strange, broken or not for this server: what is read of them, and what is not."""

from facts import equal, expect, require
from packet import (
    ACK, CLIENT_ID, COOKIE, DISCOVER, END, EVERYONE, LEASE_TIME, MAX_SIZE, NAK, OFFER, OVERLOAD,
    RELAY, REQUEST, REQUESTED, ROUTER, SERVER_ID, TYPE, WANTED, encode_options, ip4, u16, u32, udp_frame,
)
from segment import SERVER, SERVER_MAC

IS_DISCOVER = bytes([TYPE, 1, DISCOVER])


def _harmless(bench, message, **quirks):
    """Whatever becomes of the message, the server goes on.  The reply, if there is one."""
    bench.client().post(message, **quirks)
    return bench.reply_or_none(message)


# ---- messages


def replies_are_not_requests(bench):
    """RFC 951 7.3 and RFC 1542 5.1: what is no BOOTREQUEST is not answered by a server.

    "op" is 1 in each message of a client (RFC 2131 3).
    """
    bench.serve()
    for op in 2, 0, 3, 255:
        bench.client().send(DISCOVER, op=op)
    bench.silent("none of them is a BOOTREQUEST")


def message_types_of_servers(bench):
    """RFC 2131 4.3: a server receives DISCOVER, REQUEST, DECLINE, RELEASE and INFORM, and
    answers nothing else."""
    bench.serve(authoritative="yes")
    for kind in 0, OFFER, ACK, NAK, 9, 10, 13, 200, 255:
        message = bench.client().message(0, [(TYPE, bytes([kind])), (REQUESTED, ip4("10.9.9.9"))])
        bench.client().post(message)
    bench.silent("none of these types is a client's")


def message_type_of_a_wrong_length(bench):
    """RFC 2132 9.6: a type has one octet; with none or two there is no type, and no OFFER."""
    bench.serve()
    for value in b"", b"\1\1", b"\1\0\0\0":
        bench.client().post(bench.client().message(0, [(TYPE, value)]))
    bench.silent("no message has a type of one octet")


def wrong_magic_cookie(bench):
    """RFC 2131 3: without the magic cookie there are no options, so this is no DISCOVER.

    "The first four octets of the 'options' field of the DHCP message contain the (decimal) values
    99, 130, 83 and 99".
    """
    bench.serve()
    for cookie in b"\x63\x82\x53\x64", bytes(4), b"CMU\0", b"\x63\x53\x82\x63":
        bench.client().send(DISCOVER, cookie=cookie)
    bench.silent("no message has the magic cookie")


def short_requests(bench):
    """RFC 1542 2.1, robustness: a DISCOVER of less than 300 octets is answered if it is whole.

    Many clients do not pad; a message that ends anywhere earlier harms nobody.
    """
    bench.serve()
    client = bench.client()
    message = client.message(DISCOVER, shortest=0)
    client.post(message)
    client.answer_to(message, OFFER)
    options = [(CLIENT_ID, b"\0abcdef"), (WANTED, bytes(range(1, 40)))]
    whole = bench.client().message(DISCOVER, options).encode()
    for size in [*range(0, 244, 9), *range(228, len(whole), 3)]:
        bench.segment.send(udp_frame(whole[:size], "0.0.0.0", EVERYONE, src_mac=whole[28:34]))
    bench.segment.impatient.add(whole[28:34])
    bench.silent("what was cut off is no DISCOVER")
    bench.client().lease()


def long_requests(bench):
    """RFC 2131 2: the 'options' field is of variable length; a request of 1,400 octets is answered."""
    bench.serve()
    client = bench.client()
    filler = [(code, bytes(200)) for code in (60, 77, 124, 125, 43)]
    message = client.message(DISCOVER, [*filler, (REQUESTED, ip4("10.0.1.150"))])
    require(len(message.encode()) > 1200, "a long request")
    client.post(message)
    expect(client.answer_to(message, OFFER), yiaddr="10.0.1.150")


def hardware_addresses_of_odd_lengths(bench):
    """RFC 2131 2: 'hlen' says how much of 16 octets is the address; what it cannot be harms nobody.

    Nothing behind 'chaddr' is read, and all 16 octets come back.
    """
    bench.serve()
    for hlen in 0, 1, 5, 7, 8, 16, 17, 255:
        client = bench.client()
        message = client.message(DISCOVER, hlen=hlen, chaddr=client.mac + bytes(range(10)), flags=0x8000)
        reply = _harmless(bench, message)
        if reply:
            expect(reply, hlen=hlen, chaddr=message.chaddr)
    for htype in 0, 6, 32, 255:
        client = bench.client()
        reply = _harmless(bench, client.message(DISCOVER, htype=htype, flags=0x8000))
        if reply:
            expect(reply, htype=htype)
    bench.client().lease()


def xid_of_any_value(bench):
    """RFC 2131 2: 'xid' is the client's choice, and comes back, 0 and 0xffffffff as well."""
    bench.serve()
    for xid in 0, 0xFFFFFFFF, 0x80000000:
        client = bench.client()
        expect(client.discover(xid=xid), xid=xid)


# ---- options


def options_between_padding(bench):
    """RFC 2132 3.1: padding may stand between options."""
    bench.serve()
    client = bench.client()
    wants = encode_options([(REQUESTED, ip4("10.0.1.150"))])
    area = COOKIE + bytes(3) + IS_DISCOVER + bytes(5) + wants + bytes(2) + bytes([END])
    message = client.message(0, area=area)
    client.post(message)
    expect(client.answer_to(message, OFFER), yiaddr="10.0.1.150")


def options_in_any_order(bench):
    """RFC 2131 3: options may come in any order; the message type may be the last one."""
    bench.serve()
    client = bench.client()
    message = client.message(0, [
        (WANTED, bytes([ROUTER])), (REQUESTED, ip4("10.0.1.150")), (CLIENT_ID, b"\0me"),
        (TYPE, bytes([DISCOVER]))])
    client.post(message)
    expect(client.answer_to(message, OFFER), yiaddr="10.0.1.150", options={ROUTER: ip4("10.0.1.254")})


def nothing_behind_the_end(bench):
    """RFC 2132 3.2: 'end' marks the end; what stands behind it is no option."""
    bench.serve()
    client = bench.client()
    behind = encode_options([(REQUESTED, ip4("10.0.1.150")), (CLIENT_ID, b"\0x")])
    message = client.message(0, area=COOKIE + IS_DISCOVER + bytes([END]) + behind)
    client.post(message)
    offer = client.answer_to(message, OFFER)
    require(offer.yiaddr != "10.0.1.150", "no attention to option 50 behind the end", offer)
    expect(offer, options={CLIENT_ID: None})


def missing_end(bench):
    """RFC 2131 4.1: the last option must be 'end'; a message without it harms nobody."""
    bench.serve()
    for rest in b"", bytes(60), bytes([CLIENT_ID]), bytes([WANTED, 200]), bytes([REQUESTED, 4, 10]):
        message = bench.client().message(0, area=COOKIE + IS_DISCOVER + rest, shortest=0)
        _harmless(bench, message)
    bench.client().lease()


def option_beyond_the_end(bench):
    """RFC 2132 2: an option that is longer than what is left is no option, and nothing is read behind it.

    An identifier that would come back with foreign octets would tell what the server's memory has.
    """
    bench.serve()
    for code in CLIENT_ID, WANTED, REQUESTED, RELAY, 12, 60:
        client = bench.client()
        area = COOKIE + IS_DISCOVER + bytes([code, 250]) + b"abcd"
        reply = _harmless(bench, client.message(0, area=area, shortest=0))
        if reply:
            for echoed in CLIENT_ID, RELAY:
                value = reply.option(echoed) or b""
                require(len(value) <= 4, f"no more of option {echoed} than was sent", reply)
    bench.client().lease()


def options_without_a_value(bench):
    """RFC 2132 9: an option of length 0, or of a length that its type cannot have, harms nobody."""
    bench.serve()
    for code in (
        CLIENT_ID, WANTED, REQUESTED, LEASE_TIME, MAX_SIZE, SERVER_ID, RELAY, OVERLOAD, 12, 60, 116, 118, 121,
    ):
        for value in b"", b"\x0a", b"\x0a\0\1", b"\x0a\0\1\x96\0":
            client = bench.client()
            reply = _harmless(bench, client.message(DISCOVER, [(code, value)]))
            if reply and reply.type == OFFER:
                require(reply.yiaddr.startswith("10.0.1."), "an address of the pool", reply)
    bench.client().lease()


def client_id_of_no_length(bench):
    """RFC 2132 9.14: an identifier has two octets at least; without any, the client is its
    hardware address."""
    bench.serve()
    clients = [bench.client(client_id=b"") for _ in range(2)]
    messages = [client.send(DISCOVER) for client in clients]
    bench.fence.lease()
    offers = [bench.segment.take(lambda reply: reply.xid == message.xid) for message in messages]
    if all(offers):
        require(offers[0].yiaddr != offers[1].yiaddr, "different clients at different addresses", offers[1])


def overloaded_fields(bench):
    """RFC 2131 4.1: options are read in 'options', then in 'file', then in 'sname', as option 52 says.

    "The options in the 'options' field MUST be interpreted first, so that any 'option overload'
    options may be interpreted.  The 'file' field MUST be interpreted next [...], followed by the
    'sname' field."
    """
    bench.serve()
    wants = encode_options([(REQUESTED, ip4("10.0.1.150"))]) + bytes([END])
    lists = encode_options([(WANTED, bytes([ROUTER]))]) + bytes([END])
    for bits, file, sname in (1, wants, b""), (2, b"", wants), (3, wants, lists), (3, lists, wants):
        client = bench.client()
        offer = client.discover([(OVERLOAD, bytes([bits]))], file=file, sname=sname)
        expect(offer, yiaddr="10.0.1.150")
        if bits == 3:
            expect(offer, options={6: None, ROUTER: ip4("10.0.1.254")})
        client.send(REQUEST, [(SERVER_ID, ip4("10.0.1.77")), (REQUESTED, ip4("10.0.1.150"))])


def fields_that_are_not_overloaded(bench):
    """RFC 2131 4.1: 'file' and 'sname' are not read as options unless option 52 says so.

    MUST: option 52 has to be there if they are.
    """
    bench.serve()
    wants = encode_options([(REQUESTED, ip4("10.0.1.150"))]) + bytes([END])
    for options, file, sname in (
        ([], wants, wants), ([(OVERLOAD, b"\2")], wants, b""), ([(OVERLOAD, b"\1")], b"", wants),
    ):
        offer = bench.client().discover(options, file=file, sname=sname)
        require(offer.yiaddr != "10.0.1.150", "no attention to option 50 in such a field", offer)


def overload_that_is_broken(bench):
    """RFC 2131 4.1: silly values of option 52, option 52 in 'file', and fields without 'end' harm nobody."""
    bench.serve()
    again = encode_options([(OVERLOAD, b"\3")]) + bytes([END])
    past = bytes([CLIENT_ID, 200]) + b"x" * 126
    for value, file, sname in (
        (b"\0", again, again), (b"\4", again, again), (b"\xff", again, again), (b"", again, again),
        (b"\3", again, again), (b"\3", past, past[:64]), (b"\3", b"\1" * 128, b"\xfe" * 64),
        (b"\3\3", past, b""),
    ):
        _harmless(bench, bench.client().message(DISCOVER, [(OVERLOAD, value)], file=file, sname=sname))
    bench.client().lease()


def split_options(bench):
    """RFC 3396 7: pieces of one option are joined in their order, in one field and across fields.

    MUST: "concatenate" the pieces of 'options', then 'file', then 'sname'.  Also RFC 2131 4.1.
    """
    bench.serve()
    client = bench.client()
    halves = [(REQUESTED, b"\x0a\0"), (WANTED, bytes([ROUTER])), (REQUESTED, b"\1\x96"), (WANTED, bytes([6]))]
    offer = client.discover(halves)
    expect(offer, yiaddr="10.0.1.150", options={ROUTER: ip4("10.0.1.254"), 15: None})
    require(offer.option(6) is not None, "the second piece of the list", offer)
    client = bench.client()
    fields = {
        "file": encode_options([(CLIENT_ID, b"two")]) + bytes([END]),
        "sname": encode_options([(CLIENT_ID, b"three")]) + bytes([END]),
    }
    offer = client.discover([(OVERLOAD, b"\3"), (CLIENT_ID, b"\0one")], **fields)
    expect(offer, options={CLIENT_ID: b"\0onetwothree"})


def long_identifier_in_pieces(bench):
    """RFC 3396 7: an identifier of more than 255 octets, in two pieces, is one identifier.

    If it is echoed (RFC 6842) it is echoed whole.
    """
    bench.serve()
    long_one = bytes(range(256)) + b"the end"
    client = bench.client(client_id=long_one)
    reply = bench.reply_or_none(client.send(DISCOVER, [(MAX_SIZE, u16(1500))]))
    if reply:
        expect(reply, options={CLIENT_ID: long_one})


# ---- frames


def wrong_udp_checksum(bench):
    """RFC 1122 4.1.3.4: a datagram with a wrong UDP checksum MUST be discarded silently."""
    bench.serve()
    client = bench.client()
    client.post(client.message(DISCOVER), udp_checksum=0x1234)
    client.post(client.message(DISCOVER, giaddr="10.0.2.1"), udp_checksum=0x1234)
    bench.silent("the checksum is wrong")


def no_udp_checksum(bench):
    """RFC 768 and RFC 1542 2.1: a datagram without a UDP checksum is accepted."""
    bench.serve()
    client = bench.client()
    message = client.message(DISCOVER)
    client.post(message, udp_checksum=0)
    client.answer_to(message, OFFER)


def udp_length_that_lies(bench):
    """RFC 768: a UDP length that is not that of the datagram harms nobody, and lets nothing else be read."""
    bench.serve()
    for length in 0, 1, 7, 8, 9, 100, 243, 244, 307, 309, 1500, 65535:
        client = bench.client()
        message = client.message(DISCOVER, [(CLIENT_ID, b"\0abcdefgh")])
        _harmless(bench, message, udp_length=length)
    bench.client().lease()


def octets_behind_the_datagram(bench):
    """RFC 1122 3.2.1: what stands behind the IP datagram in its frame is not part of the message."""
    bench.serve()
    client = bench.client()
    message = client.message(0, area=COOKIE + IS_DISCOVER, shortest=0)
    trailer = encode_options([(REQUESTED, ip4("10.0.1.150")), (CLIENT_ID, b"\0trailer")]) + bytes([END])
    client.post(message, trailer=trailer)
    reply = bench.reply_or_none(message)
    if reply:
        expect(reply, options={CLIENT_ID: None})
        require(reply.yiaddr != "10.0.1.150", "no attention to what is behind the datagram", reply)


def ip_header_with_options(bench):
    """RFC 1122 3.2.1.8: an IP header may have options; the message behind them is read."""
    bench.serve()
    for options in b"\1\1\1\0", bytes(4), b"\1" * 40:
        client = bench.client()
        message = client.message(DISCOVER)
        client.post(message, ip_options=options)
        client.answer_to(message, OFFER)


def not_for_this_host(bench):
    """RFC 1122 3.2.1.3: a datagram for another host, by its frame or its IP address, is not dealt with.

    MUST "silently discard an incoming datagram that is not destined for the host."
    """
    bench.serve()
    client = bench.client()
    client.post(client.message(DISCOVER), dst=SERVER, dst_mac=bytes.fromhex("020000005555"))
    client.post(client.message(DISCOVER), dst_mac=bytes.fromhex("020000005555"))
    client.post(client.message(DISCOVER), dst="10.0.1.88", dst_mac=SERVER_MAC)
    client.post(client.message(DISCOVER), dport=68)
    client.post(client.message(DISCOVER), dport=69)
    bench.silent("nothing of this was for the server")


def fragments(bench):
    """RFC 1122 3.3.2: a fragment alone is no message."""
    bench.serve()
    client = bench.client()
    client.post(client.message(DISCOVER), fragment=0x2000)
    client.post(client.message(DISCOVER), fragment=0x0010)
    bench.silent("the rest of the datagram is missing")


def any_source_port(bench):
    """RFC 2131 4.1: the reply goes to port 68, whatever port the request came from."""
    bench.serve()
    client = bench.client()
    message = client.message(DISCOVER)
    client.post(message, sport=12345)
    offer = client.answer_to(message, OFFER)
    equal("the port", offer.frame.dport, 68, offer)


def lease_time_in_a_wrong_form(bench):
    """RFC 2132 9.2: a lease time that has not four octets asks for nothing: the client gets the default."""
    bench.serve(lease={"default": "10m", "min": 1, "max": "1h"})
    for value in b"", b"\1", b"\0\0\x0e", b"\0\0\0\0\x0e\x10":
        reply = bench.reply_or_none(bench.client().send(DISCOVER, [(LEASE_TIME, value)]))
        if reply:
            expect(reply, options={LEASE_TIME: u32(600)})
