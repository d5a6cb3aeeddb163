# SPDX-License-Identifier: MIT
"""How a client ends, what its options do, and BOOTP: RFC 2131 4.4.6, dhcp-client(1), RFC 951."""

import signal

from facts import deadline, equal, expect, lacks, require, within
from packet import COOKIE, EVERYONE, REQUEST, REQUESTED, SERVER_ID, ip4, u32
from client_bench import CLIENT_MAC, LEASED, ROUTER_ADDRESS
from fake_server import ADDRESS, MAC
from program import greets, refuses

RELEASE = 7


def _renewed(bench, *options):
    """It has a lease that it has renewed, so that it knows the server's hardware address."""
    bench.get(*options, lease=20, given={58: u32(1), 59: u32(15)})
    bench.server.ack(bench.server.next(REQUEST))
    bench.wires.eventually(lambda: bench.address()["valid_life_time"] >= 19, "20 s from now on", 3)


def release_fields(bench):
    """RFC 2131 4.4.6, table 5: a RELEASE by unicast, with 'ciaddr' and option 54; all others MUST NOT be

    "If the client no longer requires use of its assigned network address ... the client sends a
    DHCPRELEASE message to the server."
    """
    _renewed(bench)
    release = bench.release()
    expect(release, op=1, htype=1, hlen=6, hops=0, secs=0, flags=0, ciaddr=LEASED, yiaddr="0.0.0.0",
           siaddr="0.0.0.0", giaddr="0.0.0.0", chaddr=CLIENT_MAC + bytes(10),
           options={SERVER_ID: ip4(ADDRESS)})
    lacks(release, "table 5: MUST NOT", REQUESTED, 12, 51, 52, 55, 57, 60)
    frame = release.frame
    equal("addresses and ports", (frame.src, frame.sport, frame.dst, frame.dport, frame.dst_mac),
          (LEASED, 68, ADDRESS, 67, MAC))
    bench.is_clean()


def release_without_a_renewal(bench):
    """RFC 2131 4.4.6: the RELEASE leaves even if the server's hardware address has to be asked for"""
    bench.get()
    bench.ip("neigh flush all")
    expect(bench.release(), ciaddr=LEASED, options={SERVER_ID: ip4(ADDRESS)})
    bench.is_clean()


def release_to_nobody(bench):
    """RFC 2131 4.4.6: where nobody hears the RELEASE, the client ends all the same

    "Note that the correct operation of DHCP does not depend on the transmission of DHCPRELEASE messages."
    """
    bench.get()
    del bench.port.hosts[ADDRESS]
    bench.ip("neigh flush all")
    start = deadline(0)
    bench.client.signal(signal.SIGTERM)
    bench.ends(0)
    within("seconds until its end", deadline(0) - start, 0, 2)
    bench.is_clean()


def interrupt(bench):
    """dhcp-client(1) SIGNALS: SIGINT releases the lease too"""
    _renewed(bench)
    bench.client.signal(signal.SIGINT)
    expect(bench.server.next(RELEASE), ciaddr=LEASED)
    bench.ends(0)
    bench.is_clean()


def keep(bench):
    """dhcp-client(1) --keep: on SIGTERM the address stays, and nothing is released"""
    bench.get("--keep")
    routes = bench.routes()
    bench.client.signal(signal.SIGTERM)
    bench.ends(0)
    bench.wires.expect_quiet("nothing is released")
    require(bench.has_address(), "the address is there")
    equal("routes", bench.routes(), routes)


def end_without_a_lease(bench):
    """SIGTERM before there is a lease: status 0, and there is nothing to release"""
    bench.discover()
    bench.client.signal(signal.SIGTERM)
    bench.ends(0, 2)
    bench.wires.expect_quiet("there is no lease")


def end_before_the_ack(bench):
    """SIGTERM while REQUESTING: status 0, no address"""
    bench.start()
    bench.server.requested()
    bench.client.signal(signal.SIGTERM)
    bench.ends(0, 2)
    equal("addresses", bench.addresses(), [])


def once(bench):
    """dhcp-client(1) --once: it ends with status 0 when there is a lease, and leaves it in place"""
    bench.start("--once")
    bench.server.give()
    bench.ends(0, 3)
    bench.wires.expect_quiet("nothing is released")
    require(bench.has_address(), "the address is there")
    equal("default route", bench.routes().get("default"), ROUTER_ADDRESS)
    equal("ready", bench.client.is_ready(), True)


def timeout(bench):
    """dhcp-client(1) --timeout: status 1 if there is no lease by then"""
    start = deadline(0)
    bench.discover("--timeout", "700ms")
    bench.ends(1, 3)
    within("seconds until its end", deadline(0) - start, 0.6, 2)
    equal("addresses", bench.addresses(), [])


def timeout_is_for_the_first_lease(bench):
    """dhcp-client(1) --timeout: who has a lease by then goes on"""
    bench.get("--timeout", "700ms")
    bench.wires.pass_time(deadline(1))
    require(bench.client.runs(), "it runs")
    require(bench.has_address(), "the address is there")


def ready_when_bound(bench):
    """dhcp-client(1) NOTIFY_SOCKET: READY=1 comes when there is a lease, and not before"""
    discover = bench.discover()
    equal("ready after DISCOVER", bench.client.is_ready(), False)
    bench.server.offer(discover)
    request = bench.server.next(REQUEST)
    equal("ready after REQUEST", bench.client.is_ready(), False)
    bench.server.ack(request)
    bench.bound()
    require(bench.has_address() and bench.routes().get("default"), "address and route are there")


def usage(bench):
    """dhcp-client(1): --help and --version; wrong use is refused with status 2, by one line that names it"""
    greets(bench.client, "dhcp-client")
    refuses(bench.client, "interface")
    refuses(bench.client, "eth9|surplus|c1|one interface|argument", "c0", "c1")
    refuses(bench.client, "colour", "--colour", "c0")
    for option in ("--metric", "-m"):
        for value in ("x", "-1", "4294967296", ""):
            refuses(bench.client, "metric|" + (value or "number"), option, value, "c0")
    for option in ("--probe", "--timeout"):
        for value in ("soon", "-1s", "", "1 parsec"):
            refuses(bench.client, option[2:] + "|" + (value or "time"), option, value, "c0")
    for value in ("x", "256", "1,,3", "1-3", "-1"):
        refuses(bench.client, "request|" + value, "--request", value, "c0")
    for value in ("x" * 256, ":".join(["01"] * 256)):
        refuses(bench.client, "client-id|long|255", "--client-id", value, "c0")
    refuses(bench.client, "interface|name|long", "interface-with-a-long-name")


def no_such_interface(bench):
    """dhcp-client(1) EXIT STATUS: 1 if there is no such interface"""
    status, _, err = bench.client.once("-l", "x.lease", "eth9")
    equal("status", status, 1, err)
    require("eth9" in err, "its name", err)


def no_ethernet(bench):
    """An interface without hardware addresses, as lo, is refused with a message"""
    status, _, err = bench.client.once("-l", "x.lease", "-t", "2s", "lo")
    require(status in (1, 2), f"status 1 or 2, not {status}", err)
    require("lo" in err, "its name", err)


def not_allowed(bench):
    """dhcp-client(1) EXIT STATUS: 1 if it is not allowed to"""
    status, _, err = bench.client.once(
        "-l", "x.lease", "c0", wrapped=("setpriv", "--bounding-set=-all", "--inh-caps=-all"))
    equal("status", status, 1, err)
    require(err, "a message")


# ---- BOOTP

VENDOR = COOKIE + bytes([1, 4, 255, 255, 255, 0, 3, 4, 10, 0, 1, 254, 255])


def bootp_request(bench):
    """RFC 951 3: a BOOTREQUEST: broadcast, no address, 64 octets of vendor information; no option 53

    RFC 1534: what has no DHCP message type is BOOTP.
    """
    bench.start("--bootp")
    request = bench.server.next(0)
    expect(request, op=1, htype=1, hlen=6, hops=0, ciaddr="0.0.0.0", yiaddr="0.0.0.0", siaddr="0.0.0.0",
           giaddr="0.0.0.0", chaddr=CLIENT_MAC + bytes(10))
    lacks(request, "these are DHCP's", 50, 51, 53, 54, 55, 57)
    equal("octets", len(request.raw), 300)
    equal("addresses and ports", (request.frame.src, request.frame.sport, request.frame.dst, request.frame.dport),
          ("0.0.0.0", 68, EVERYONE, 67))


def bootp_reply(bench):
    """RFC 951 7.3: one reply, and the address is there for ever"""
    bench.start("-b")
    bench.server.reply(bench.server.next(0), 0, area=VENDOR)
    bench.bound()
    found = bench.address()
    equal("prefix length", found["prefixlen"], 24)
    within("seconds of life", found["valid_life_time"], 0xFFFFFFFF, 0xFFFFFFFF)
    equal("default route", bench.routes().get("default"), ROUTER_ADDRESS)
    bench.client.signal(signal.SIGTERM)
    bench.ends(0)
    bench.wires.expect_quiet("BOOTP has no RELEASE")
    equal("addresses", bench.addresses(), [])


def bootp_reply_without_cookie(bench):
    """RFC 951 3: a reply without the magic cookie has an address nevertheless"""
    bench.start("--bootp")
    bench.server.reply(bench.server.next(0), 0, area=bytes(64))
    bench.bound()
    require(bench.has_address(), "the address is there")


def bootp_replies_for_others(bench):
    """RFC 951 7.3: replies with another xid or 'chaddr', or without an address, are not taken"""
    bench.start("--bootp")
    request = bench.server.next(0)
    bench.server.reply(request, 0, area=VENDOR, xid=request.xid ^ 1, yiaddr="10.0.1.66")
    bench.server.reply(request, 0, area=VENDOR, op=1, yiaddr="10.0.1.66")
    bench.server.reply(request, 0, area=VENDOR, chaddr=b"\2\0\0\0\0\x08", yiaddr="10.0.1.66", broadcast=True)
    bench.server.reply(request, 0, area=VENDOR, yiaddr="0.0.0.0", broadcast=True)
    bench.server.reply(request, 0, area=VENDOR)
    bench.bound()
    equal("addresses", [a["local"] for a in bench.addresses()], [LEASED])


def bootp_retransmission(bench):
    """RFC 951 7.2: a request that nobody answers is repeated, with 'secs' that say how long it has been"""
    bench.start("--bootp")
    first, second = bench.server.next(0), bench.server.next(0)
    within("the first delay", second.when - first.when, 2.9, 5.1)
    within("secs", second.secs, 2, 6, second)
    bench.server.reply(second, 0, area=VENDOR)
    bench.bound()
