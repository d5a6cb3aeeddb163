# SPDX-License-Identifier: MIT
"""Requests, and what is answered: RFC 2453 3.9.1 and 4.6."""

from bench import ADDRESSES, NETWORKS
from cable import numbered
from facts import equal, require
from rip import GROUP, INFINITY, PORT, REQUEST, WHOLE_TABLE, Entry

TOOL = 40520  # a port of who only wants to know


def _answer(bench, router, *entries, sport=PORT, **more):
    """Asks, and waits for an answer by unicast to the port that has asked."""
    bench.forget()
    router.ask(*entries, sport=sport, **more)
    return _answers(bench, router, sport)[0]


def _answers(bench, router, sport=PORT):
    def there():
        return [u for u in router.cable.inbox if (u.frame.dst, u.frame.dport) == (router.address, sport)]
    return bench.wires.until(there, f"an answer to {router.address}, port {sport}")


def q_whole_table(bench):
    """RFC 2453 3.9.1: one entry of family 0 and metric 16 asks for the whole table, as it is sent regularly

    "then this is a request to send the entire routing table.  In that case, a call is made to the output
    process to send the routing table to the requesting address/port."
    """
    bench.start("-a", "10.9.0.1/32,3")
    bench.learn(bench.r2, "10.8.0.0/24", 4)
    bench.learn(bench.r1, "10.7.0.0/24", 4)
    told = _answer(bench, bench.r1, dst=ADDRESSES["eth0"])
    table = told.table()
    for prefix, metric in ((NETWORKS["eth1"], 1), ("10.9.0.1/32", 3), ("10.8.0.0/24", 5),
                           ("10.7.0.0/24", INFINITY)):  # split horizon
        equal(f"metric of {prefix}", table.get(prefix), metric, told)
    equal("from", (told.frame.src, told.frame.sport), (ADDRESSES["eth0"], PORT))


def q_whole_table_by_multicast(bench):
    """RFC 2453 3.9.1: a request by multicast is answered by unicast, to who has asked alone"""
    bench.start()
    told = _answer(bench, bench.r1)
    equal("to", (told.frame.dst, told.frame.dst_mac), (bench.r1.address, bench.r1.mac))
    bench.fence(bench.r1)
    equal("answers to others", [str(u) for u in bench.eth1.inbox if u.frame.dst != GROUP], [])


def q_specific(bench):
    """RFC 2453 3.9.1: each entry of a request is answered with its metric, or 16 where there is no such route

    "Examine the list of RTEs in the request one by one.  For each entry, look up the destination in the
    router's routing database and, if there is a route, put that route's metric in the metric field of the
    RTE.  If there is no explicit route to the specified destination, put infinity in the metric field."
    There is no split horizon; and a network that is lost has metric 16.
    """
    bench.start("-a", "10.9.0.1/32,7")
    bench.learn(bench.r1, "10.8.0.0/24", 4)
    bench.learn(bench.r2, "10.6.0.0/24", 4)
    bench.r2.say(("10.6.0.0/24", INFINITY))
    bench.removed("10.6.0.0/24")
    asked = ["10.77.0.0/16", "10.8.0.0/24", NETWORKS["eth1"], "10.9.0.1/32", "10.8.0.0/16", "10.6.0.0/24"]
    told = _answer(bench, bench.r1, *((prefix, 0) for prefix in asked))
    equal("prefix and metric, in their order", [(e.prefix, e.metric) for e in told.entries],
          list(zip(asked, (INFINITY, 5, 1, 7, INFINITY, INFINITY))), told)


def q_specific_25(bench):
    """RFC 2453 3.6: all 25 entries that a request may have are answered"""
    bench.start()
    bench.learn(bench.r2, "10.64.3.0/24", 4)
    asked = numbered(25)
    told = _answer(bench, bench.r1, *((prefix, 0) for prefix in asked))
    equal("prefixes", [e.prefix for e in told.entries], asked, told)
    equal("metrics", [e.metric for e in told.entries if e.metric != INFINITY], [5], told)


def q_from_any_port(bench):
    """RFC 2453 3.9.1: who asks from another port than 520 gets the answer there, from port 520"""
    bench.start()
    bench.learn(bench.r2, "10.8.0.0/24", 4)
    told = _answer(bench, bench.r1, sport=TOOL, dst=ADDRESSES["eth0"])
    equal("metric", told.table().get("10.8.0.0/24"), 5, told)
    equal("source port", told.frame.sport, PORT)
    told = _answer(bench, bench.r1, ("10.8.0.0/24", 0), ("10.7.0.0/24", 0), sport=TOOL, dst=ADDRESSES["eth0"])
    equal("table", told.table(), {"10.8.0.0/24": 5, "10.7.0.0/24": INFINITY}, told)


def q_without_entries(bench):
    """RFC 2453 3.9.1: 'If there are no entries, no response is given', and it is counted as bad-request"""
    bench.start()
    bench.forget()
    bench.r1.send(bytes([REQUEST, 2, 0, 0]))
    bench.r1.ask(("10.8.0.0/24", 0))
    told = _answers(bench, bench.r1)
    equal("answers", [[e.prefix for e in u.entries] for u in told], [["10.8.0.0/24"]])
    equal("dropped, by reason", bench.dropped(), {"bad-request": 1})


def q_table_of_many_packets(bench):
    """RFC 2453 3.6: a whole table goes in messages of at most 25 entries, each entry once"""
    bench.start()
    prefixes = numbered(120)
    bench.r2.say_all(prefixes)
    bench.until(lambda: len(bench.rib()) >= 122, "120 routes")
    bench.forget()
    bench.r1.ask(sport=TOOL)
    def whole():
        told = [e.prefix for u in bench.eth0.inbox if u.frame.dport == TOOL for e in u.entries]
        return told if len(told) >= 121 else None
    told = bench.wires.until(whole, "a table of 121 networks or more")
    equal("missing", [p for p in prefixes if p not in told], [])
    equal("twice", [p for p in set(told) if told.count(p) > 1], [])


def q_asks_at_the_start(bench):
    """RFC 2453 3.9.1: at the start the whole table is asked for, at each interface

    "there is one special case ... AFI zero and a metric of infinity"; it goes to all routers of the wire.
    """
    bench.start(interfaces=("eth0", "eth1", "eth2"))
    for name, cable in bench.wires.ports.items():
        asked = bench.wires.until(lambda: cable.requests, f"a request at {name}")[0]
        require(asked.is_whole_table_request(), "one entry, family 0, metric 16", asked)
        equal("version", asked.version, 2, asked)
        equal("from", (asked.frame.src, asked.frame.sport), (ADDRESSES[name], PORT), asked)
        equal("to, and TTL", (asked.frame.dst, asked.frame.dport, asked.frame.ttl), ("224.0.0.9", PORT, 1), asked)


def q_version_1(bench):
    """RFC 2453 4.6: a request of version 1 gets a response of version 1, where that is sent"""
    bench.start("--send", "1")
    told = _answer(bench, bench.r1, Entry("0.0.0.0/0", INFINITY, family=0), version=1)
    equal("version", told.version, 1, told)
    require(told.entry(NETWORKS["eth1"]), "an entry for the other wire", told)


def q_version_1_where_only_2_is_sent(bench):
    """RFC 2453 4.6: 'If the router is configured to send only RIP-2 messages, it should not respond to a
    RIP-1 request'
    """
    bench.start()
    bench.forget()
    bench.r1.ask(WHOLE_TABLE, version=1)
    bench.r1.ask(("10.8.0.0/24", 0))
    told = _answers(bench, bench.r1)
    equal("answers", [(u.version, [e.prefix for e in u.entries]) for u in told], [(2, ["10.8.0.0/24"])])


def q_teaches_nothing(bench):
    """RFC 2453 3.9.1: a request changes nothing: what its entries say is not learned"""
    bench.start()
    _answer(bench, bench.r1, ("10.8.0.0/24", 1), ("10.7.0.0/24", 2))
    bench.ignored("10.8.0.0/24", "10.7.0.0/24", by=bench.r1, reasons={})
