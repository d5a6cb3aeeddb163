# SPDX-License-Identifier: MIT
"""Is somebody there?  RFC 2131 2.2 and 3.1: an address is probed before it is offered."""

import time

from client import leased
from facts import equal, expect, require
from packet import DISCOVER, OFFER, REQUEST, arp
from segment import GATEWAY_MAC, SERVER_MAC

SQUATTER = bytes.fromhex("020000006666")


def address_is_probed(bench):
    """RFC 2131 3.1: an address is probed before it is offered to a client that has not had it.

    "When allocating a new address, servers SHOULD check that the offered network address is not
    already in use".  RFC 5227 2.1.1: the ARP request's sender has no address.
    """
    bench.serve(probe="100ms")
    client = bench.client()
    started = time.monotonic()
    offer = client.discover()
    probes = [arp for arp in bench.segment.arps if arp[1] == offer.yiaddr]
    require(probes, f"an ARP request for {offer.yiaddr} before it is offered")
    equal("the sender of the probe", {sender for sender, _ in probes}, {"0.0.0.0"})
    require(time.monotonic() - started >= 0.1, "the OFFER not before the time of the probe is over")


def address_in_use(bench):
    """RFC 2131 2.2: an address that somebody uses is not offered; another one is.

    "As a consistency check, the allocating server SHOULD probe the reused address before allocating
    the address".
    """
    bench.serve(pool="10.0.1.100-10.0.1.102", probe="100ms")
    bench.segment.hosts["10.0.1.100"] = SQUATTER
    bench.segment.hosts["10.0.1.101"] = SQUATTER
    before = len(bench.server.log())
    client = bench.client()
    offer = client.discover()
    expect(offer, yiaddr="10.0.1.102")
    expect(client.select(offer), yiaddr="10.0.1.102")
    require(len(bench.server.log()) > before, "the log mentions the addresses in use")


def address_in_use_is_quarantined(bench):
    """dhcp-server(1) probe: an address that answers is quarantined, after a restart as well."""
    bench.serve(pool="10.0.1.100-10.0.1.101", probe="100ms")
    bench.segment.hosts["10.0.1.100"] = SQUATTER
    first = bench.client()
    expect(first.lease(), yiaddr="10.0.1.101")
    del bench.segment.hosts["10.0.1.100"]
    leased(bench, "10.0.1.100", state="declined")
    bench.client().send(DISCOVER)
    bench.silent("one address is in quarantine, the other leased")
    bench.server.kill()
    bench.server.start()
    bench.client().send(DISCOVER)
    bench.silent("one address is in quarantine, the other leased")


def probes_do_not_block(bench):
    """dhcp-server(1) probe: no other client waits: renewals and known clients are served at once.

    Measured: less than 100 ms while an address is probed for 2 seconds.
    """
    bench.serve(probe="100ms")
    known, returning = bench.client(), bench.client()
    address = known.lease().yiaddr
    returning.lease()
    bench.fence.lease()
    bench.server.stop()
    bench.serve(probe="2s")
    client = bench.client()
    message = client.send(DISCOVER)
    bench.segment.until(lambda: any(arp[0] == "0.0.0.0" for arp in bench.segment.arps[-1:]), "a probe")
    slowest = 0
    for serve in (lambda: known.renew(address), lambda: known.reboot(address), lambda: known.inform(address),
                  returning.lease, bench.fence.lease):
        started = time.monotonic()
        serve()
        slowest = max(slowest, time.monotonic() - started)
    require(not bench.segment.inbox, "the probe is not over")
    require(slowest < 0.1, f"less than 100 ms, not {slowest * 1000:.0f}")
    client.answer_to(message, OFFER)


def many_probes_at_once(bench):
    """dhcp-server(1) probe: twenty new clients are probed for side by side, not one after another."""
    bench.serve(probe="500ms")
    clients = [bench.client() for _ in range(20)]
    started = time.monotonic()
    messages = [client.send(DISCOVER) for client in clients]
    offers = [client.answer_to(message, OFFER) for client, message in zip(clients, messages)]
    elapsed = time.monotonic() - started
    equal("different addresses", len({offer.yiaddr for offer in offers}), 20)
    require(elapsed < 2.5, f"little more than half a second for all, not {elapsed:.1f} s")


def returning_clients_are_not_probed(bench):
    """dhcp-server(1) probe: an address that this client has not had is probed, its own is not.

    RFC 2131 3.2: "Servers SHOULD NOT check that the client's network address is already in use".
    """
    bench.serve(probe="100ms")
    client = bench.client()
    address = client.lease().yiaddr
    bench.segment.arps.clear()
    expect(client.discover(), yiaddr=address)
    equal("probes", [arp for arp in bench.segment.arps if arp == ("0.0.0.0", address)], [])


def probes_can_be_turned_off(bench):
    """RFC 2131 3.1: probes can be disabled.

    "Servers SHOULD be implemented so that network administrators MAY choose to disable probes of
    newly allocated addresses."
    """
    bench.serve(probe="no")
    bench.segment.hosts["10.0.1.100"] = SQUATTER
    bench.client().lease()
    equal("probes", [arp for arp in bench.segment.arps if arp[0] == "0.0.0.0"], [])


def repeated_discover_while_probing(bench):
    """RFC 2131 4.4.1: a client that asks again with another xid while its address is probed gets that one.

    It has to discard an OFFER whose 'xid' is not that of its "most recent DHCPDISCOVER message".
    """
    bench.serve(probe="300ms")
    client = bench.client()
    bench.segment.impatient.add(client.mac)
    client.send(DISCOVER)
    client.send(DISCOVER)
    offer = client.discover()
    expect(client.select(offer), yiaddr=offer.yiaddr)


def probe_behind_a_relay(bench):
    """RFC 2131 3.1: an address behind a relay is probed with an ICMP echo request; one that
    answers is left out.

    "the server may probe the offered address with an ICMP Echo Request."
    """
    bench.serve(probe="200ms", subnets={"10.0.2.0/24": {"pool": "10.0.2.100-10.0.2.101"}})
    bench.segment.hosts["10.0.2.100"] = GATEWAY_MAC
    client = bench.client(giaddr="10.0.2.1")
    expect(client.lease(), yiaddr="10.0.2.101")
    equal("echo requests", set(bench.segment.pings), {"10.0.2.100", "10.0.2.101"})


def all_addresses_in_use(bench):
    """RFC 2131 4.3.1: when every free address answers a probe there is no OFFER, and the server goes on."""
    bench.serve(pool="10.0.1.100-10.0.1.102", probe="50ms")
    for number in range(100, 103):
        bench.segment.hosts[f"10.0.1.{number}"] = SQUATTER
    bench.client().send(DISCOVER)

    def declined():
        return [row["state"] for row in bench.server.rows()].count("declined")

    bench.eventually(lambda: declined() == 3, "three addresses in quarantine")
    bench.silent("all addresses are in use")


def client_that_selects_another_server_while_probing(bench):
    """RFC 2131 4.3.2: a client that takes another server's offer during the probe ends the
    matter for this one.

    The address is available to the next client.
    """
    bench.serve(pool="10.0.1.100", probe="200ms")
    client = bench.client()
    bench.segment.impatient.add(client.mac)
    client.send(DISCOVER)
    client.send(REQUEST, [(54, b"\x0a\0\1\x4d"), (50, b"\x0a\0\1\x3c")])
    expect(bench.until_offered(bench.client(), seconds=5), yiaddr="10.0.1.100")


def stray_arp_replies(bench):
    """RFC 826: an ARP reply that no one has asked for, from whomever, quarantines nothing."""
    bench.serve(pool="10.0.1.100", probe="100ms")
    for _ in range(5):
        bench.segment.send(arp(2, SQUATTER, "10.0.1.100", SERVER_MAC, "10.0.1.1"))
    expect(bench.client().lease(), yiaddr="10.0.1.100")
