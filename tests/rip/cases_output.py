# SPDX-License-Identifier: MIT
"""What ripd says, octet by octet, and when: RFC 2453 3.6, 3.8, 3.10 and 4."""

from bench import ADDRESSES, NETWORKS
from cable import numbered
from facts import equal, require, within
from rip import GROUP, GROUP_MAC, INFINITY, MOST, PORT


def o_header(bench):
    """RFC 2453 3.6: a response is command 2, version 2, a zero, and whole entries of 20 octets"""
    bench.start("-a", "10.9.0.1/32")
    told, _ = bench.hears(bench.eth0, "10.9.0.1/32")
    equal("the header", told.raw[:4], bytes([2, 2, 0, 0]), told)
    equal("octets", len(told.raw), 4 + 20 * len(told.entries), told)


def o_way(bench):
    """RFC 2453 3.6 and 4.5: from the interface's address and port 520 to 224.0.0.9, port 520, TTL 1"""
    bench.start("-a", "10.9.0.1/32")
    for name, cable in (("eth0", bench.eth0), ("eth1", bench.eth1)):
        frame = bench.hears(cable, "10.9.0.1/32")[0].frame
        equal("from", (frame.src, frame.sport), (ADDRESSES[name], PORT))
        equal("to", (frame.dst, frame.dport, frame.dst_mac), (GROUP, PORT, GROUP_MAC))
        equal("TTL", frame.ttl, 1)
        require(frame.udp_checksum, "a UDP checksum, RFC 1122 4.1.3.4")


def o_connected(bench):
    """RFC 2453 3.4.1: the networks of the interfaces have metric 1, their mask, tag 0 and no next hop"""
    bench.start(interfaces=("eth0", "eth1", "eth2"))
    for name in ("eth1", "eth2"):
        _, entry = bench.hears(bench.eth0, NETWORKS[name], 1)
        equal("tag and next hop", (entry.tag, entry.next_hop), (0, "0.0.0.0"), entry)


def o_other_lengths(bench):
    """RFC 2453 4.3: each entry has its subnet mask, from that of the default route to that of a host"""
    prefixes = ["0.0.0.0/0", "11.0.0.0/8", "10.128.0.0/9", "172.16.4.0/22", "10.5.5.4/30", "10.6.6.6/31",
                "10.7.7.7/32"]
    bench.start(*(word for prefix in prefixes for word in ("-a", prefix)))
    for prefix in prefixes:
        bench.hears(bench.eth0, prefix, 1)


def o_learned(bench):
    """RFC 2453 3.9.2: what is learned is announced with the cost of the way added, mask and tag as they were

    Nor is the next hop that of another wire: "0.0.0.0 indicates that routing should be via the originator".
    """
    bench.start()
    bench.r2.say(("172.17.4.0/22", 4, 7777, "10.0.2.9"))
    _, entry = bench.hears(bench.eth0, "172.17.4.0/22", 5)
    equal("tag, RFC 2453 4.2", entry.tag, 7777, entry)
    equal("next hop, RFC 2453 4.4", entry.next_hop, "0.0.0.0", entry)


def o_tag_changes(bench):
    """RFC 2453 4.2: the tag 'must be preserved and readvertised with a route', also when it changes"""
    bench.start()
    for tag in (1, 0xFFFF, 0):
        bench.r2.say(("10.8.0.0/24", 4, tag))
        bench.wires.until(lambda: bench.eth0.entries("10.8.0.0/24")[-1:]
                          and bench.eth0.entries("10.8.0.0/24")[-1][1].tag == tag, f"tag {tag}")


def o_full_messages(bench):
    """RFC 2453 3.6: a table goes in messages of at most 25 entries, none is lost and none is there twice"""
    bench.start(update="1s")
    prefixes = numbered(110)
    bench.r2.say_all(prefixes)
    bench.until(lambda: len(bench.rib()) >= 112, "110 routes")
    bench.wires.until(lambda: set(prefixes) <= set(bench.eth0.told()), "all of them at eth0")
    bench.forget()
    bench.wires.until(lambda: set(prefixes) <= set(bench.eth0.told()), "all of them once more")
    told = [e.prefix for u in bench.eth0.inbox for e in u.entries]
    equal("entries of the fullest message", max(len(u.entries) for u in bench.eth0.inbox), MOST)
    equal("twice", sorted({p for p in prefixes if told.count(p) > 1}), [])


def o_poison(bench):
    """RFC 2453 3.4.3: by default split horizon with poisoned reverse: metric 16 where it was learned"""
    bench.start(interfaces=("eth0", "eth1", "eth2"))
    bench.learn(bench.r1, "10.8.0.0/24", 4)
    bench.hears(bench.eth1, "10.8.0.0/24", 5)
    bench.hears(bench.eth2, "10.8.0.0/24", 5)
    bench.hears(bench.eth0, "10.8.0.0/24", INFINITY)
    equal("other metrics", {e.metric for _, e in bench.eth0.entries("10.8.0.0/24")}, {INFINITY})


def o_simple(bench):
    """RFC 2453 3.4.3: simple split horizon says nothing where it was learned"""
    bench.start("--split-horizon", "simple", update="1s")
    bench.learn(bench.r1, "10.8.0.0/24", 4)
    bench.hears(bench.eth1, "10.8.0.0/24", 5)
    _two_tables(bench, NETWORKS["eth1"])
    equal("said of it", [str(e) for _, e in bench.eth0.entries("10.8.0.0/24")], [])


def o_off(bench):
    """RFC 2453 3.4.3, ripd(1) --split-horizon off: its metric is said where it was learned too"""
    bench.start("-S", "off")
    bench.learn(bench.r1, "10.8.0.0/24", 4)
    bench.hears(bench.eth0, "10.8.0.0/24", 5)


def _two_tables(bench, prefix):
    """Waits for two more regular updates at eth0, which have this prefix; their times."""
    bench.forget()
    bench.wires.until(lambda: len(bench.eth0.entries(prefix)) >= 2, "two regular updates", 8)
    return [update.when for update, _ in bench.eth0.entries(prefix)]


def o_regular(bench):
    """RFC 2453 3.8: the whole table goes regularly, 'offset by a small random time' of a sixth

    A pause that the machine makes in one of them shortens the next, so the bound is on what is between
    two of them but for 100 ms; and they are not all alike.
    """
    bench.start(update="600ms")
    bench.learn(bench.r2, "10.8.0.0/24")
    bench.forget()
    cable = bench.eth0
    bench.wires.until(lambda: len(cable.entries(NETWORKS["eth1"])) >= 7, "seven regular updates")
    times = [update.when for update, _ in cable.entries(NETWORKS["eth1"])][:7]
    gaps = [b - a for a, b in zip(times, times[1:])]
    within("the mean of what is between two", sum(gaps) / len(gaps), 0.47, 0.85)
    within("the least", min(gaps), 0.4, 0.7)
    require(max(gaps) - min(gaps) > 0.004, f"times with a random part, not {gaps}")
    equal("tables without the learned route", [str(u) for u, _ in cable.entries(NETWORKS["eth1"])
                                               if u.entry("10.8.0.0/24") is None], [])


def o_metric_out(bench):
    """ripd(1) --metric-out: is added to the metric of all that is announced, up to 16"""
    bench.start("--metric-out", "10")
    bench.learn(bench.r2, "10.8.0.0/24", 3)
    bench.learn(bench.r2, "10.9.0.0/24", 8)
    bench.hears(bench.eth0, "10.8.0.0/24", 14)
    bench.hears(bench.eth0, NETWORKS["eth1"], 11)
    bench.hears(bench.eth0, "10.9.0.0/24")
    equal("metrics of what is 9 + 10 away", {e.metric for _, e in bench.eth0.entries("10.9.0.0/24")}, {INFINITY})


def o_send_none(bench):
    """ripd(1) --send none: nothing is sent; what neighbours say is learned"""
    bench.start("--send", "none", update="200ms", interfaces=("eth0",))
    for _ in range(3):
        bench.fence(bench.r1)
    sent = [i["sent"] for i in bench.show("interfaces")["interfaces"] if i["name"] == "eth0"]
    bench.wires.drain()
    equal("heard", [str(u) for u in bench.eth0.inbox + bench.eth0.requests], [])
    equal("sent, as ripd says", sent, [0])
