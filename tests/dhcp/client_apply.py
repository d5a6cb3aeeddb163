# SPDX-License-Identifier: MIT
"""What a lease does to the host: address, routes, MTU, name servers; and that all of it goes again."""

import os

import isolation
from facts import equal, require, within
from packet import DNS, DOMAIN, MASK, MTU, REQUEST, ROUTER, ROUTES, ip4, ip4s, u16
from client_bench import HELD, INTERFACE, ROUTER_ADDRESS

FOREVER = 0xFFFFFFFF
ALL = {DNS: ip4s("10.0.1.2", "10.0.1.3"), DOMAIN: b"lab.example", MTU: u16(1400), ROUTER: ip4(ROUTER_ADDRESS)}


def address(bench):
    """RFC 2131 4.4.1: the address has the mask of option 1, and lives as long as the lease"""
    bench.get(lease=300, given={MASK: ip4("255.255.254.0")})
    found = bench.address()
    equal("prefix length", found["prefixlen"], 23)
    within("seconds of life", found["valid_life_time"], 290, 300)


def broadcast_address(bench):
    """RFC 2132 5.3: the broadcast address is that of option 28"""
    bench.get(given={28: ip4("10.0.1.127")})
    equal("broadcast address", bench.address().get("broadcast"), "10.0.1.127")


def broadcast_address_by_the_mask(bench):
    """RFC 919: without option 28 the broadcast address is that of the subnet"""
    bench.get(given={MASK: ip4("255.255.255.192")})
    equal("broadcast address", bench.address().get("broadcast"), "10.0.1.127")


def infinite_lease(bench):
    """RFC 2131 3.3: a lease of 0xffffffff seconds never ends"""
    bench.get(lease=FOREVER)
    within("seconds of life", bench.address()["valid_life_time"], FOREVER, FOREVER)


def killed_client(bench):
    """RFC 2131 4.4.5: the lease ends even if the client was killed: the kernel takes the address back"""
    bench.get(lease=2)
    bench.client.kill()
    bench.until_gone(timeout=4)


def default_route(bench):
    """RFC 2132 3.5: the first router of option 3 is the default route's"""
    bench.get(given={ROUTER: ip4s(ROUTER_ADDRESS, "10.0.1.253")})
    equal("default route", bench.routes().get("default"), ROUTER_ADDRESS)


def no_router(bench):
    """Without options 3 and 121 there is no default route"""
    bench.get(given={ROUTER: None})
    equal("routes", bench.routes(), {})


def metric(bench):
    """dhcp-client(1) --metric: routes have this metric, and by default 0"""
    bench.get("--metric", "50", given={ROUTES: bytes.fromhex("100a090a0001fd") + b"\0" + ip4(ROUTER_ADDRESS)})
    equal("metrics", [route.get("metric") for route in bench.raw_routes()], [50, 50])
    bench.release()
    bench.is_clean()


def router_outside(bench):
    """A router outside the address's subnet, as with a mask of 32 bits, is reached on the link"""
    bench.get(given={MASK: ip4("255.255.255.255")})
    equal("default route", bench.routes().get("default"), ROUTER_ADDRESS)


CLASSLESS = bytes.fromhex(
    "08 0a 0a0001fd"           # 10.0.0.0/8
    "10 ac10 0a0001fd"         # 172.16.0.0/16
    "11 ac1180 0a0001fd"       # 172.17.128.0/17
    "18 c00002 00000000"       # 192.0.2.0/24, on the link
    "19 c6336480 0a0001fd"     # 198.51.100.128/25
    "20 cb007107 0a0001fd"     # 203.0.113.7/32
    "00 0a0001fd"              # 0.0.0.0/0
)


def classless_routes(bench):
    """RFC 3442: routes of all lengths by option 121, and options 3 and 33 are ignored beside it

    "If the DHCP server returns both a Classless Static Routes option and a Router option, the DHCP client
    MUST ignore the Router option."
    """
    via = "10.0.1.253"
    bench.get(given={ROUTES: CLASSLESS, ROUTER: ip4(ROUTER_ADDRESS), 33: ip4s("192.0.2.99", ROUTER_ADDRESS)})
    bench.until_routes({
        "10.0.0.0/8": via, "172.16.0.0/16": via, "172.17.128.0/17": via, "192.0.2.0/24": "on link",
        "198.51.100.128/25": via, "203.0.113.7": via, "default": via})
    bench.release()
    bench.is_clean()


def classless_without_default(bench):
    """RFC 3442: without a default route in option 121 there is none, even if there is option 3"""
    bench.get(given={ROUTES: bytes.fromhex("080a0a0001fd")})
    equal("routes", bench.routes(), {"10.0.0.0/8": "10.0.1.253"})


def classless_on_the_link(bench):
    """RFC 3442: the next hop 0.0.0.0 means the link: it leads to a router outside the subnet"""
    bench.get(given={MASK: ip4("255.255.255.255"),
                     ROUTES: bytes.fromhex("20 c0000201 00000000  00 c0000201")})
    equal("routes", bench.routes(), {"192.0.2.1": "on link", "default": "192.0.2.1"})


def classless_host_bits(bench):
    """RFC 3442: bits beyond the mask are not of the destination

    "After deriving a subnet number and subnet mask from each destination descriptor, the DHCP client
    MUST install".  A significant octet may have more bits than the length wants.
    """
    bench.get(given={ROUTES: bytes.fromhex("0c ac1f 0a0001fd")})
    equal("routes", bench.routes(), {"172.16.0.0/12": "10.0.1.253"})


def classless_broken(bench):
    """A broken option 121 does no harm: there is a lease, and no route that nobody has told of"""
    bench.get(given={ROUTES: bytes.fromhex("21 0a000001 00 0a0001fd")})
    require(set(bench.routes()) <= {"default"}, "no invented route", bench.routes())


def mtu(bench):
    """RFC 2132 5.1: option 26 is the interface's MTU, and afterwards it is as before"""
    bench.get(given={MTU: u16(1400)})
    bench.wires.eventually(lambda: bench.mtu() == 1400, "MTU 1400", 5)
    bench.release()
    bench.is_clean()


def mtu_too_small(bench):
    """RFC 2132 5.1: "The minimum legal value for the MTU is 68": a smaller one is ignored"""
    bench.get(given={MTU: u16(67)})
    bench.until_address()
    equal("the MTU", bench.mtu(), 1500)


def name_servers(bench):
    """RFC 2132 3.8: name servers "SHOULD be listed in order of preference"; option 15 is the domain"""
    bench.get(given=ALL)
    lines = [line.split() for line in bench.resolv().splitlines() if not line.startswith("#")]
    equal("name servers", [words[1:] for words in lines if words[0] == "nameserver"],
          [["10.0.1.2"], ["10.0.1.3"]])
    require(any(words[0] in ("domain", "search") and words[1:] == ["lab.example"] for words in lines),
            "domain or search lab.example", bench.resolv())


def name_servers_none(bench):
    """dhcp-client(1) --resolv-conf: with none, name servers are written nowhere"""
    bench.client.start("-p", "0", "-l", "c0.lease", "-r", "none", INTERFACE)
    bench.server.give(ALL)
    bench.bound()
    equal("resolv.conf", bench.resolv(), HELD)
    equal("a file of that name", os.path.exists("none"), False)


def name_servers_by_default(bench):
    """dhcp-client(1) --resolv-conf: the default is /etc/resolv.conf, which is put back in the end"""
    bind = 4096
    with open("etc", "w", encoding="ascii") as file:
        file.write(HELD)
    isolation.call("mount", b"etc", os.path.realpath("/etc/resolv.conf").encode(), None, bind, None)
    bench.client.start("-p", "0", "-l", "c0.lease", INTERFACE)
    bench.server.give(ALL)
    bench.bound()
    require("nameserver 10.0.1.2\n" in bench.resolv("/etc/resolv.conf"), "name server 10.0.1.2",
            bench.resolv("/etc/resolv.conf"))
    bench.release()
    equal("/etc/resolv.conf", bench.resolv("/etc/resolv.conf"), HELD)


def name_servers_not_given(bench):
    """Without option 6, resolv.conf stays as it is"""
    bench.get(given={DNS: None})
    equal("name servers", [line for line in bench.resolv().splitlines() if line.startswith("nameserver")],
          ["nameserver 192.0.2.53"])


def domain_with_newline(bench):
    """A domain cannot bring lines of its own into resolv.conf"""
    bench.get(given={DNS: ip4("10.0.1.2"), DOMAIN: b"lab.example\nnameserver 6.6.6.6\n\r\0x"})
    require("6.6.6.6" not in [w for line in bench.resolv().splitlines() for w in line.split()[1:2]
                              if line.startswith("nameserver")], "no line of the domain's", bench.resolv())


def others_things_stay(bench):
    """What it has not made it does not take away: addresses, routes"""
    bench.ip(f"address add 192.0.2.7/24 dev {INTERFACE}", "route add 198.51.100.0/24 via 192.0.2.1")
    bench.get(given=ALL)
    bench.release()
    bench.until_gone()
    equal("addresses", [a["local"] for a in bench.addresses()], ["192.0.2.7"])
    bench.until_routes({"198.51.100.0/24": "192.0.2.1"})


def renewal_changes(bench):
    """RFC 2131 4.4.5: with the ACK of a renewal the new parameters hold, and the old ones are gone"""
    bench.get(lease=60, given={**ALL, 58: b"\0\0\0\1", 59: b"\0\0\0\7"})
    bench.server.lease = 600
    bench.server.ack(bench.server.next(REQUEST), {
        ROUTER: ip4("10.0.1.253"), DNS: ip4("10.0.1.4"), MTU: u16(1300), DOMAIN: b"new.example"})
    bench.until_routes({"default": "10.0.1.253"})
    bench.wires.eventually(lambda: bench.mtu() == 1300, "MTU 1300", 5)
    bench.wires.eventually(lambda: "10.0.1.4" in bench.resolv(), "the new name server", 5)
    for old in "10.0.1.2", "10.0.1.3", "lab.example":
        require(old not in bench.resolv().split(), f"no {old}", bench.resolv())
    within("seconds of life", bench.address()["valid_life_time"], 590, 600)
    bench.release()
    bench.is_clean()


def renewal_takes_away(bench):
    """What the ACK of a renewal does not have any longer is taken back"""
    bench.get(lease=60, given={**ALL, ROUTES: CLASSLESS, 58: b"\0\0\0\1", 59: b"\0\0\0\7"})
    bench.server.parameters = {MASK: ip4("255.255.255.0")}
    bench.server.ack(bench.server.next(REQUEST))
    bench.until_routes({})
    bench.wires.eventually(lambda: bench.resolv() == HELD, "the old name servers", 5)


def renewal_takes_the_mtu_away(bench):
    """An MTU that the ACK of a renewal does not have any longer is taken back as well"""
    bench.get(lease=60, given={MTU: u16(1400), 58: b"\0\0\0\1", 59: b"\0\0\0\7"})
    equal("the MTU", bench.mtu(), 1400)
    bench.server.ack(bench.server.next(REQUEST))
    bench.wires.eventually(lambda: bench.mtu() == 1500, "MTU 1500", 3)


def other_mask_on_renewal(bench):
    """A renewal with another mask: the address has that one alone"""
    bench.get(lease=60, given={58: b"\0\0\0\1", 59: b"\0\0\0\7"})
    bench.server.ack(bench.server.next(REQUEST), {MASK: ip4("255.255.0.0")})
    bench.wires.eventually(lambda: [a["prefixlen"] for a in bench.addresses()] == [16], "10.0.1.100/16 alone", 5)
    equal("default route", bench.routes().get("default"), ROUTER_ADDRESS)


def all_goes_at_release(bench):
    """dhcp-client(1): "When the lease ends, all of that is taken back": at its release"""
    bench.get(given={**ALL, ROUTES: CLASSLESS})
    bench.release()
    bench.is_clean()


def all_goes_at_expiry(bench):
    """RFC 2131 4.4.5: "If the lease expires before the client receives a DHCPACK", all is taken back"""
    bench.get(lease=2, given=ALL)
    bench.until_gone(timeout=4)
    bench.is_clean()


def all_goes_at_nak(bench):
    """RFC 2131 figure 5, RENEWING: "DHCPNAK / Halt network": all is taken back"""
    bench.get(lease=6, given={**ALL, 58: b"\0\0\0\1", 59: b"\0\0\0\5"})
    bench.server.nak(bench.server.next(REQUEST))
    bench.until_gone(timeout=2)
    bench.is_clean()


