# SPDX-License-Identifier: MIT
"""What an answer tells the client: RFC 2131 4.3.1's parameters, lease times, and how much fits."""

from facts import equal, expect, require
from packet import (
    CLIENT_ID, DISCOVER, DNS, DOMAIN, FILE_OPTION, HOST_NAME, LEASE_TIME, MASK, MAX_SIZE, MTU, NTP, OVERLOAD,
    ROUTER, ROUTES, SERVER_ID, SNAME_OPTION, T1, T2, ip4, ip4s, u16, u32,
)

LARGE = {code: {"hex": bytes([code] * 50).hex(" ")} for code in range(224, 230)}
INFINITE = 0xFFFFFFFF


def requested_parameters(bench):
    """RFC 2131 4.3.1: each parameter that the client asks for and the server is configured with is sent.

    "IF the server has been explicitly configured with a default value for the parameter, the server
    MUST include that value in an appropriate option in the 'option' field."
    """
    bench.serve(subnet={
        "ntp": ["10.0.1.5", "10.0.1.6"], "mtu": 1400, "routes": {"10.9.0.0/16": "10.0.1.7"},
        "options": {150: "10.0.1.8", 23: {"u8": 33}, 224: {"hex": "0a 0b 0c"}, 17: {"text": "/srv"}},
    })
    wanted = [MASK, ROUTER, DNS, DOMAIN, MTU, NTP, ROUTES, 150, 23, 224, 17]
    client = bench.client(wanted=wanted)
    offer = client.discover()
    for reply in offer, client.select(offer):
        expect(reply, options={
            MASK: ip4("255.255.255.0"), ROUTER: ip4("10.0.1.254"), DNS: ip4s("10.0.1.2", "10.0.1.3"),
            DOMAIN: b"lab.example", MTU: u16(1400), NTP: ip4s("10.0.1.5", "10.0.1.6"),
            ROUTES: bytes([16, 10, 9]) + ip4("10.0.1.7"), 150: ip4("10.0.1.8"), 23: b"\x21",
            224: b"\x0a\x0b\x0c", 17: b"/srv",
        })


def parameters_without_a_list(bench):
    """RFC 2131 4.3.1: without a parameter request list, those of the client's subnet are sent.

    MUST return "Parameters with non-default values on the client's subnet".
    """
    bench.serve()
    ack = bench.client().lease()
    expect(ack, options={
        MASK: ip4("255.255.255.0"), ROUTER: ip4("10.0.1.254"), DNS: ip4s("10.0.1.2", "10.0.1.3")})


def unknown_parameters_are_omitted(bench):
    """RFC 2131 4.3.1: what the server has no value for is not sent.

    "The server MUST NOT return a value for that parameter"; it "MUST omit any parameters it cannot
    provide."
    """
    bench.serve()
    wanted = [44, 69, 150, 252, 0, 255, 200]
    offer = bench.client(wanted=wanted).discover()
    equal("options that the server knows no value of", set(offer.codes) & set(wanted), set(), offer)


def each_option_once(bench):
    """RFC 2131 4.3.1: a parameter that is asked for several times is sent once.

    "The server MUST include each requested parameter only once."
    """
    bench.serve()
    wanted = [DNS, DNS, MASK, ROUTER, DNS, SERVER_ID, LEASE_TIME, 53, MASK]
    offer = bench.client(wanted=wanted).discover()
    equal("options that are in it twice", sorted(offer.codes), sorted(set(offer.codes)), offer)


def list_without_the_essentials(bench):
    """RFC 2131 4.3.1, table 3: 51, 53 and 54 are sent although the list does not have them.

    MUST in OFFER and ACK.
    """
    bench.serve()
    client = bench.client(wanted=[DOMAIN])
    offer = client.discover()
    for reply in offer, client.select(offer):
        expect(reply, options={LEASE_TIME: u32(3600), SERVER_ID: ip4("10.0.1.1"), DOMAIN: b"lab.example"})


def options_in_requested_order(bench):
    """RFC 2132 9.8: requested options stand in the order in which they were asked for.

    The server "MUST try to insert the requested options in the order requested by the client".
    """
    bench.serve(subnet={"ntp": "10.0.1.5", "mtu": 1400})
    for wanted in [DOMAIN, NTP, DNS, MTU, ROUTER], [ROUTER, MTU, DNS, NTP, DOMAIN]:
        offer = bench.client(wanted=wanted).discover()
        equal("their order", [c for c in offer.codes if c in wanted], wanted, offer)


def mask_before_router(bench):
    """RFC 2132 3.3: the subnet mask stands before the router, though asked for behind it.

    "If both the subnet mask and the router option are specified in a DHCP reply, the subnet mask
    option MUST be first."
    """
    bench.serve()
    offer = bench.client(wanted=[ROUTER, DNS, MASK]).discover()
    require(offer.codes.index(MASK) < offer.codes.index(ROUTER), "option 1 before option 3", offer)


def ack_agrees_with_offer(bench):
    """RFC 2131 4.3.2: the parameters of the ACK are those of the OFFER.

    SHOULD NOT: "Any configuration parameters in the DHCPACK message SHOULD NOT conflict with those
    in the earlier DHCPOFFER message".
    """
    bench.serve(subnet={"ntp": "10.0.1.5", "options": {224: {"hex": "01 02"}}})
    client = bench.client(wanted=[MASK, ROUTER, DNS, NTP, 224])
    offer = client.discover()
    ack = client.select(offer)
    equal("yiaddr", ack.yiaddr, offer.yiaddr, ack)
    both = [{c: r.option(c) for c in r.codes if c != 53} for r in (offer, ack)]
    equal("the options of the ACK", both[1], both[0], ack)


def nearest_value_is_used(bench):
    """dhcp-server(1): a parameter in the static binding beats the subnet's, which beats the one on top.

    RFC 2131 4.3.1: the server MUST return "Any parameters specific to this client (as identified by
    the contents of 'chaddr' or 'client identifier')".
    """
    bench.serve(
        ntp="10.0.1.30", mtu=1300, subnet={"mtu": 1400},
        static={"own": {"mac": "02:00:00:00:77:01", "address": "10.0.1.7", "dns": "10.0.1.40"}},
    )
    wanted = [DNS, MTU, NTP]
    other = bench.client(wanted=wanted).discover()
    expect(other, options={DNS: ip4s("10.0.1.2", "10.0.1.3"), MTU: u16(1400), NTP: ip4("10.0.1.30")})
    own = bench.client(bytes.fromhex("020000007701"), wanted=wanted).discover()
    expect(own, options={DNS: ip4("10.0.1.40"), MTU: u16(1400), NTP: ip4("10.0.1.30")})


# ---- times


def lease_time_default(bench):
    """RFC 2131 4.3.1: who asks for no time gets the configured default.

    "the server assigns a locally configured default lease time"
    """
    bench.serve(lease={"default": "10m", "min": "1m", "max": "1h"})
    expect(bench.client().lease(), options={LEASE_TIME: u32(600)})


def lease_time_within_bounds(bench):
    """RFC 2131 4.3.1: the time that a client asks for is granted within the bounds of the policy.

    "the server may choose either to return the requested lease (if the lease is acceptable to local
    policy) or select another lease."  RFC 2131 3.3: 0xffffffff is infinity.
    """
    bench.serve(lease={"default": "10m", "min": "1m", "max": "1h"})
    for asked, granted in (120, 120), (1, 60), (7200, 3600), (INFINITE, 3600), (0x7FFFFFFF, 3600):
        client = bench.client()
        offer = client.discover([(LEASE_TIME, u32(asked))])
        expect(offer, options={LEASE_TIME: u32(granted)})
        ack = client.select(offer, [(LEASE_TIME, u32(asked))])
        expect(ack, options={LEASE_TIME: u32(granted)})


def lease_time_is_capped_by_default(bench):
    """dhcp-server(1): with a default alone, no client gets more than that."""
    bench.serve(lease="30m")
    expect(bench.client().discover([(LEASE_TIME, u32(7200))]), options={LEASE_TIME: u32(1800)})


def offer_of_the_time_that_is_left(bench):
    """RFC 2131 4.3.1: a DISCOVER of one that has a lease, asking for no time, is told that lease's time.

    "IF the client has not requested a specific lease in the DHCPDISCOVER message and the client
    already has an assigned network address, the server returns the lease expiration time previously
    assigned to that address (note that the client must explicitly request a specific lease to
    extend the expiration time on a previously assigned address)".
    """
    bench.serve(lease={"default": "10m", "max": "1h"})
    client = bench.client()
    client.lease([(LEASE_TIME, u32(1200))])
    offer = client.discover()
    require(1100 < offer.number(LEASE_TIME) <= 1200, "the 1200 s that it has, not the default", offer)


def renewal_times(bench):
    """RFC 2131 4.4.5 and RFC 2132 9.11: T1 is before T2, and T2 before the end of the lease.

    "T1 MUST be earlier than T2, which, in turn, MUST be earlier than the time at which the client's
    lease will expire."  dhcp-server(1): a half and seven eighths.
    """
    bench.serve(lease={"default": "10m", "min": 1, "max": "1h"})
    wanted = [T1, T2]
    for asked in 3600, 800, 60, 10:
        ack = bench.client(wanted=wanted).lease([(LEASE_TIME, u32(asked))])
        expect(ack, options={T1: u32(asked // 2), T2: u32(asked * 7 // 8)})


def renewal_times_of_short_leases(bench):
    """RFC 2131 4.4.5: T1 < T2 < lease also where the configured times do not fit the lease.

    MUST, as above; the times are only sent where they are in order.
    """
    bench.serve(lease={"default": "10m", "min": 1, "max": "1h"}, subnet={"renew": "5m", "rebind": "8m"})
    ack = bench.client(wanted=[T1, T2]).lease()
    expect(ack, options={T1: u32(300), T2: u32(480)})
    for asked in 400, 60, 3, 1:
        ack = bench.client(wanted=[T1, T2]).lease([(LEASE_TIME, u32(asked))])
        times = [n for n in (ack.number(T1), ack.number(T2), ack.number(LEASE_TIME)) if n is not None]
        equal("T1, T2 and lease in order", times, sorted(times), ack)
        equal("times of the same value", len(set(times)) == len(times) or asked <= 3, True, ack)


# ---- how much fits


def longest_reply_without_option_57(bench):
    """RFC 2131 2: without option 57, no reply has more than 576 octets.

    "A DHCP client must be prepared to receive [...] a message of up to 576 octets".
    """
    bench.serve(subnet={"options": LARGE})
    ack = bench.client(wanted=LARGE).lease()
    require(ack.frame.ip_size <= 576, "at most 576 octets", ack)


def largest_message_is_observed(bench):
    """RFC 2132 9.10: no reply is longer than the client's maximum size; what fits is sent.

    Option 57 is "the maximum length DHCP message that it is willing to accept".
    """
    bench.serve(subnet={"options": {code: {"hex": "aa" * 50} for code in range(150, 180)}})
    wanted = range(150, 180)
    for size in 576, 700, 1000, 1500:
        ack = bench.client(wanted=wanted).lease([(MAX_SIZE, u16(size))])
        require(ack.frame.ip_size <= size, f"at most {size} octets", ack)
        count = len(set(wanted) & set(ack.codes))
        require(count >= (size - 352) // 52, "as many of the 30 options as possible", ack)


def silly_largest_message(bench):
    """RFC 2132 9.10: a maximum size below the legal minimum of 576 octets is not believed.

    "The minimum legal value is 576 octets."  A value of a wrong length is none.
    """
    bench.serve(subnet={"options": LARGE})
    for value in u16(0), u16(100), u16(575):
        ack = bench.client(wanted=[*LARGE, ROUTER]).lease([(MAX_SIZE, value)])
        require(ack.frame.ip_size <= 576, "at most 576 octets", ack)
        expect(ack, options={ROUTER: ip4("10.0.1.254"), LEASE_TIME: u32(3600)})
    for value in b"", b"\xff", b"\1\2\3":
        client = bench.client(wanted=[*LARGE, ROUTER])
        offer = bench.reply_or_none(client.send(DISCOVER, [(MAX_SIZE, value)]))
        require(not offer or offer.frame.ip_size <= 576, "at most 576 octets", offer)


def huge_largest_message(bench):
    """RFC 1122 3.3.3: a client's 65535 octets do not make a reply that its network has to fragment."""
    bench.serve(subnet={"options": {code: {"hex": "aa" * 100} for code in range(150, 180)}})
    ack = bench.client(wanted=range(150, 180)).lease([(MAX_SIZE, u16(65535))])
    require(ack.frame.ip_size <= 1500, "a datagram that fits into Ethernet", ack)
    require(len(set(range(150, 180)) & set(ack.codes)) >= 11, "as many options as fit", ack)


def overload_in_replies(bench):
    """RFC 2131 4.1: options that do not fit go into 'file' and 'sname', and option 52 says so.

    MUST: "If the options in a DHCP message extend into the 'sname' and 'file' fields, the 'option
    overload' option MUST appear in the 'options' field"; each field ends with 255 and is filled up
    with 0, and no option is spread over two.  "The server MUST supply as many of the requested
    parameters as possible".
    """
    bench.serve(subnet={"options": LARGE})
    for options in [], [(MAX_SIZE, u16(576))]:
        ack = bench.client(wanted=LARGE).lease(options)
        require(ack.number(OVERLOAD) in (1, 2, 3), "option 52 with 1, 2 or 3", ack)
        places = [field for code, _, field in ack.found if code in (OVERLOAD, 53)]
        equal("where 52 and 53 stand", places, ["options", "options"], ack)
        expect(ack, options={code: bytes([code] * 50) for code in LARGE})


def no_overload_without_need(bench):
    """RFC 2131 3.5: a client that accepts 1500 octets gets all in the 'options' field."""
    bench.serve(subnet={"options": LARGE})
    ack = bench.client(wanted=LARGE).lease([(MAX_SIZE, u16(1500))])
    expect(ack, options={OVERLOAD: None, **{code: bytes([code] * 50) for code in LARGE}})


def overload_keeps_the_boot_file(bench):
    """RFC 2132 9.4 and 9.5: boot file and server name are sent though the fields hold options.

    Options 66 and 67 are there for "when the 'sname' field in the DHCP header has been used
    for DHCP options".
    """
    bench.serve(subnet={"options": LARGE, "boot-file": "kernel.img", "server-name": "boot.lab"})
    ack = bench.client(wanted=[FILE_OPTION, SNAME_OPTION, *LARGE]).lease()
    overload = ack.number(OVERLOAD) or 0
    name = ack.option(FILE_OPTION) if overload & 1 else ack.file
    server = ack.option(SNAME_OPTION) if overload & 2 else ack.sname
    equal("the boot file", (name or b"").rstrip(b"\0"), b"kernel.img", ack)
    equal("the server's name", (server or b"").rstrip(b"\0"), b"boot.lab", ack)


def boot_fields(bench):
    """RFC 2131 4.3.1, table 3: 'siaddr', 'file' and 'sname' are what the client boots from.

    'siaddr' is the "IP address of next bootstrap server", in OFFER and in ACK.
    """
    bench.serve(subnet={"next-server": "10.0.1.9", "boot-file": "kernel.img", "server-name": "boot.lab"})
    client = bench.client()
    offer = client.discover()
    for reply in offer, client.select(offer):
        expect(
            reply, siaddr="10.0.1.9",
            file=b"kernel.img".ljust(128, b"\0"), sname=b"boot.lab".ljust(64, b"\0"))


def long_options_are_split(bench):
    """RFC 3396 5: a value of more than 255 octets is sent in pieces that follow each other.

    MUST: the pieces, joined in their order, are the value; none has more than 255 octets.
    """
    value = bytes(range(256)) + bytes(range(200, 256))
    bench.serve(subnet={"options": {224: {"hex": value.hex(" ")}}})
    ack = bench.client(wanted=[224, ROUTER]).lease([(MAX_SIZE, u16(1500))])
    expect(ack, options={224: value, ROUTER: ip4("10.0.1.254")})
    at = [index for index, code in enumerate(ack.codes) if code == 224]
    equal("pieces that follow each other", at, list(range(at[0], at[0] + 2)), ack)


# ---- RFC 6842, names


def client_id_comes_back(bench):
    """RFC 6842 3: the client identifier comes back unaltered in OFFER, ACK and NAK, if one was sent.

    "If the 'client identifier' option is present in a message received from a client, the server
    MUST return the 'client identifier' option, unaltered, in its response message."
    """
    bench.serve()
    for identifier in b"\1\2\0\0\0\0\7", b"\0camera", bytes(range(255)), b"\xff" + bytes(18):
        client = bench.client(client_id=identifier)
        offer = client.discover()
        ack = client.select(offer)
        bench.segment.hosts[ack.yiaddr] = client.mac
        for reply in offer, ack, bench.refused(client), client.renew(ack.yiaddr), client.inform(ack.yiaddr):
            expect(reply, options={CLIENT_ID: identifier})


def no_client_id_without_one(bench):
    """RFC 6842 3 and RFC 2131 table 3: who has sent no client identifier gets none.

    MUST NOT (table 3, which RFC 6842 changes only for those who have sent it).
    """
    bench.serve()
    client = bench.client()
    offer = client.discover()
    for reply in offer, client.select(offer), bench.refused(client):
        expect(reply, options={CLIENT_ID: None})


def host_name_of_a_binding(bench):
    """RFC 2132 3.14: a client with a static binding is told its name if it asks."""
    bench.serve(static={"printer": {"mac": "02:00:00:00:77:01", "address": "10.0.1.7"}})
    client = bench.client(bytes.fromhex("020000007701"), wanted=[HOST_NAME])
    expect(client.lease(), options={HOST_NAME: b"printer"})
