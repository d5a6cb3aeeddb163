# SPDX-License-Identifier: MIT
"""What a client broadcasts first: RFC 2131 4.1, 4.4.1 and table 5."""

from facts import deadline, equal, expect, lacks, require, within
from packet import (
    CLIENT_ID, DISCOVER, EVERYONE, EVERY_MAC, HOST_NAME, MAX_SIZE, REQUEST, REQUESTED, SERVER_ID,
    WANTED,
)
from client_bench import CLIENT_MAC, INTERFACE
from runner import HOST_NAME as NODE


def discover_header(bench):
    """RFC 2131 4.4.1, table 5: each field of a DISCOVER's header

    "The client sets 'ciaddr' to 0x00000000"; op is BOOTREQUEST, htype and hlen are those of
    Ethernet, chaddr is the client's hardware address, all others are 0.
    """
    discover = bench.discover()
    expect(discover, op=1, htype=1, hlen=6, hops=0, ciaddr="0.0.0.0", yiaddr="0.0.0.0",
           siaddr="0.0.0.0", giaddr="0.0.0.0", chaddr=CLIENT_MAC + bytes(10), has_cookie=True)
    equal("sname and file", discover.sname + discover.file, bytes(192), discover)
    within("secs", discover.secs, 0, 1, discover)
    require(discover.flags in (0, 0x8000), "no flag but B, 2131 2: the rest MUST be zero", discover)


def discover_frame(bench):
    """RFC 2131 4.1: what is sent before there is an address comes from 0.0.0.0, port 68

    "DHCP messages broadcast by a client prior to that client obtaining its IP address must have the
    source address field in the IP header set to 0"; to the limited broadcast address, port 67.
    """
    frame = bench.discover().frame
    equal("addresses and ports", (frame.src, frame.sport, frame.dst, frame.dport),
          ("0.0.0.0", 68, EVERYONE, 67))
    equal("the frame is for", frame.dst_mac, EVERY_MAC)
    equal("the frame is from", frame.src_mac, CLIENT_MAC)
    require(frame.udp_checksum, "a UDP checksum, RFC 1122 4.1.3.4")
    require(frame.ttl, "a TTL")
    equal("fragment", frame.fragment & 0x3FFF, 0)


def discover_size(bench):
    """RFC 951 3: a message has at least 300 octets, for relays and servers that drop shorter ones"""
    require(len(bench.discover().raw) >= 300, "300 octets or more")


def discover_options(bench):
    """RFC 2131 4.4.1, table 5: which options a DISCOVER has, and which MUST NOT be in it

    RFC 2132 9.10: option 57 is at least 576.  RFC 2131 2: options end with option 255.
    """
    discover = bench.discover()
    lacks(discover, "table 5: MUST NOT", SERVER_ID, 56)
    equal("the first option", discover.codes[0], 53, discover)
    equal("each option once", sorted(set(discover.codes)), sorted(discover.codes), discover)
    lacks(discover, "there is no address that it could ask for", REQUESTED)
    if discover.option(MAX_SIZE) is not None:
        equal("the size of option 57", len(discover.option(MAX_SIZE)), 2, discover)
        within("option 57", discover.number(MAX_SIZE), 576, 1500, discover)


def wanted_by_default(bench):
    """dhcp-client(1) --request: it asks for the mask, and for 121, 3, 6, 15, 26, 28, 42

    RFC 3442: "the Classless Static Routes option code MUST appear in the parameter request list
    prior to both the Router option code and the Static Routes option code".
    """
    wanted = list(bench.discover().option(WANTED))
    equal("options", sorted(wanted), sorted([1, 121, 3, 6, 15, 26, 28, 42]))
    require(wanted.index(121) < wanted.index(3), f"121 before 3, not {wanted}")
    require(wanted.index(1) < wanted.index(3), f"RFC 2132 3.3: the mask before the router: {wanted}")


def wanted_by_choice(bench):
    """RFC 2131 3.5: the list of options is the chosen one, in DISCOVER and in REQUEST alike

    "If the client includes a list of parameters in a DHCPDISCOVER message, it MUST include that list
    in any subsequent DHCPREQUEST messages."
    """
    discover = bench.discover("--request", "252,3,119,66")
    wanted = list(discover.option(WANTED))
    equal("options beside the mask", [code for code in wanted if code != 1], [252, 3, 119, 66])
    require(1 in wanted, f"the mask in {wanted}")
    bench.server.offer(discover)
    equal("the list of the REQUEST", list(bench.server.next(REQUEST).option(WANTED)), wanted)


def host_name_of_the_node(bench):
    """dhcp-client(1) --hostname: by default option 12 is the node's name"""
    expect(bench.discover(), options={HOST_NAME: NODE.encode()})


def host_name_by_choice(bench):
    """dhcp-client(1) --hostname: a name is sent as option 12, in the REQUEST as well"""
    discover = bench.discover("--hostname", "printer-3.example")
    expect(discover, options={HOST_NAME: b"printer-3.example"})
    bench.server.offer(discover)
    expect(bench.server.next(REQUEST), options={HOST_NAME: b"printer-3.example"})


def host_name_empty(bench):
    """RFC 2132 3.14: option 12 has at least one octet: an empty name sends none"""
    expect(bench.discover("-H", ""), options={HOST_NAME: None})


def client_id_none(bench):
    """dhcp-client(1) --client-id: by default there is none"""
    expect(bench.discover(), options={CLIENT_ID: None})


def client_id_text(bench):
    """RFC 2131 2: a client identifier is in all messages of the client

    4.2: "If the client uses a 'client identifier' in one message, it MUST use that same identifier in
    all subsequent messages".
    """
    same = {CLIENT_ID: b"camera-3"}
    discover = bench.discover("--client-id", "camera-3")
    expect(discover, options=same)
    bench.server.lease = 4
    bench.server.offer(discover)
    request = bench.server.next(REQUEST)
    expect(request, options=same)
    bench.server.ack(request, {58: b"\0\0\0\1", 59: b"\0\0\0\3"})
    bench.bound()
    renewal = bench.server.next(REQUEST)
    expect(renewal, options=same)
    bench.server.ack(renewal)
    expect(bench.release(), options=same)


def client_id_octets(bench):
    """dhcp-client(1) --client-id: octets in hexadecimal with colons are these octets"""
    expect(bench.discover("-i", "01:02:00:0a:ff:00:07"), options={CLIENT_ID: bytes.fromhex("0102000aff0007")})


def xid_is_random(bench):
    """RFC 2131 4.1: xids are chosen "so as to minimize the chance" that another client has the same"""
    xids = []
    for _ in range(6):
        xids.append(bench.discover().xid)
        bench.client.kill()
        bench.wires.drain()
        bench.port.inbox.clear()
    equal("different xids", len(set(xids)), len(xids), f"of {[hex(x) for x in xids]}")
    steps = {b - a for a, b in zip(xids, xids[1:])}
    require(len(steps) > 2, f"no counter: {[hex(x) for x in xids]}")


def asks_at_once(bench):
    """dhcp-client(1): it brings the interface up, and does not wait for 1 to 10 seconds (4.4.1)"""
    bench.ip(f"link set {INTERFACE} down")
    start = deadline(0)
    bench.start()
    within("DISCOVER after", bench.server.next(DISCOVER).when - start, 0, 1.9)


def asks_when_the_carrier_is_there(bench):
    """Without a carrier it waits for one, and then asks"""
    bench.pull_the_cable()
    bench.start()
    bench.wires.pass_time(deadline(0.3))
    bench.wires.expect_quiet("there is no carrier")
    start = deadline(0)
    bench.port.carrier(True)
    within("DISCOVER after the carrier", bench.server.next(DISCOVER).when - start, 0, 2)


def retransmission(bench):
    """RFC 2131 4.1: a message is repeated after 4 s, then after 8 s more, each within one second

    "the delay before the first retransmission SHOULD be 4 seconds randomized by the value of a uniform
    random number chosen from the range -1 to +1 ... The delay before the next retransmission SHOULD be
    8 seconds randomized by" the same.  The REQUEST is repeated likewise (4.4.1, 3.1 step 5).
    """
    first = bench.discover()
    second, third = bench.server.next(DISCOVER), bench.server.next(DISCOVER)
    within("the first delay", second.when - first.when, 2.9, 5.1)
    within("the second delay", third.when - second.when, 6.9, 9.1)
    equal("xids", [second.xid, third.xid], [first.xid] * 2)
    within("secs after the first delay", second.secs, 2, 6, second)
    within("secs after the second delay", third.secs, 9, 15, third)
    equal("options", (second.found, third.found), (first.found, first.found))
    bench.server.offer(third)
    request, again = bench.server.next(REQUEST), bench.server.next(REQUEST)
    within("the delay of the REQUEST", again.when - request.when, 2.9, 5.1)
    equal("the REQUEST's secs: that of the DISCOVER, 3.1 step 3", request.secs, third.secs, request)
    expect(again, xid=request.xid, options={REQUESTED: request.option(REQUESTED),
                                           SERVER_ID: request.option(SERVER_ID)})
    bench.server.ack(again)
    bench.bound()
