# SPDX-License-Identifier: MIT
"""Keyed MD5: RFC 4822, and RFC 2082 before it."""

import struct
import time

from facts import equal, require
from rip import INFINITY, Key, Password, message
from signing import BAD, NET, check, grows, not_taken, replayed, room, start


def m_sent(bench):
    """RFC 4822 2.1, 3.2: responses and requests have the header, the trailer, and a digest of 16 octets"""
    start(bench, "md5", secret="sixteen octets!!", identity=255)
    told, _ = bench.hears(bench.eth0, "10.0.2.0/24", 1)
    equal("key id and length", told.signature[1:3], [255, 16], told)
    check(told, bench.r1.signer)
    check(bench.wires.until(lambda: bench.eth0.requests, "a request")[0], bench.r1.signer)


def m_taken(bench):
    """RFC 4822 2.4: what is signed is taken, also if it calls the digest's length 20, with its head, as some do"""
    key = start(bench, "md5")
    bench.learn(bench.r1, NET, 3)
    bench.r1.say((NET, INFINITY))
    bench.removed(NET)
    bench.r1.send(key.sign(message([NET]), told_size=20))
    bench.installed(NET, bench.r1.address)
    equal("dropped, by reason", bench.dropped(), {})


def m_other_lengths(bench):
    """RFC 4822 2.4: a signature with any other length, or whose trailer is elsewhere, is dropped"""
    key = start(bench, "md5")
    plain = message([BAD])
    for size in (0, 1, 15, 17, 32, 255):
        bench.r1.send(_resigned(key, plain, slice(11, 12), bytes([size])))
    for length in (0, 4, 24, 43, 45, 64, 0xFFFF):
        bench.r1.send(_resigned(key, plain, slice(8, 10), struct.pack("!H", length)))
    bench.ignored(BAD, by=bench.r1)
    equal("dropped", sum(bench.dropped().values()), 13)


def _resigned(key, plain, place, octets):
    """The header says something else, and that is signed."""
    whole = bytearray(key.sign(plain))
    whole[place] = octets
    return bytes(whole[:-16]) + key.digest(bytes(whole[:-16]))


def m_not_taken(bench):
    """RFC 4822 2.4: what has another key or key id, or is not signed so, is dropped, counted as bad-auth"""
    not_taken(bench, "md5", Password("secret"), Key("sha256", 5, "secret"), Key("md5", 5, ""))


def m_each_octet_counts(bench):
    """RFC 4822 2.4: a signed message in which any octet is another one is dropped"""
    key = start(bench, "md5")
    good = key.sign(message([BAD]))
    for place in range(len(good)):
        octets = bytearray(good)
        octets[place] ^= 1
        bench.r1.send(bytes(octets))
    bench.ignored(BAD, "10.66.1.0/24", "10.67.0.0/24", "11.66.0.0/24", "10.66.0.0/25", by=bench.r1)
    equal("dropped", sum(bench.dropped().values()), len(good))


def m_lifetimes(bench):
    """RFC 4822: a key signs and is taken in its time; the next one follows, and goes on when it has run out"""
    now = int(time.time())
    bench.configure("interfaces: [eth0, eth1]\nauth:\n"
                    f"  - {{type: md5, id: 1, key: one, until: {_moment(now + 2)}}}\n"
                    f"  - {{type: md5, id: 2, key: two, from: {_moment(now + 1)}, until: {_moment(now + 3)}}}\n", update="200ms")
    one, two = Key("md5", 1, "one"), Key("md5", 2, "two")
    for key, holds in (one, True), (two, True), (two, False):
        told = bench.wires.eventually(lambda k=key, h=holds: _signs(bench, k, h), f"key {key.identity} signs")
        check(told, key)
        bench.r1.signer, two.sequence = key, one.sequence + two.sequence
        bench.learn(bench.r1, NET, 3)
        bench.r1.say((NET, INFINITY))
        bench.removed(NET)
    bench.r1.signer, one.sequence = one, two.sequence + 1
    bench.r1.say(BAD)
    bench.r1.signer = two
    bench.ignored(BAD, by=bench.r1, reasons={"bad-auth": 1})
    require("eth0: no key holds at this time; key 2 goes on" in bench.ripd.log(), "a warning", bench.ripd.log())


def _moment(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(seconds))


def _signs(bench, key, holds):
    """What ripd has told with this key, when it says that this one signs, and whether it holds."""
    bench.forget()
    told = bench.wires.until(lambda: bench.eth0.inbox, "an update")[-1]
    shown = next(i for i in bench.show("interfaces")["interfaces"] if i["name"] == "eth0")
    return told if (shown["key_id"], shown["key_holds"]) == (key.identity, holds) and \
        told.signature[1] == key.identity else None


def m_replayed(bench):
    """RFC 4822 2.4: a sequence number below the last one is dropped, counted as replayed; an equal one is not"""
    replayed(bench, "md5")


def m_sequence_0_of_a_lost_neighbour(bench):
    """RFC 4822 2.4: after 'connectivity with the neighbor has been lost', a sequence number of 0 is taken

    That of a router that has forgotten its own; as long as its routes live, it is a replay.
    """
    key = start(bench, "md5", timeout="800ms", garbage="300ms")
    key.sequence = 5000
    bench.learn(bench.r1, NET, 3)
    bench.removed(NET)
    bench.not_in_rib(NET)
    key.sequence = 0
    bench.learn(bench.r1, NET, 3)


def m_sequence_of_each(bench):
    """RFC 4822 2.4: each neighbour has its own sequence numbers, and forged messages do not raise them"""
    start(bench, "md5")
    bench.r1.signer.sequence = 1000000
    bench.learn(bench.r1, "10.8.1.0/24")
    bench.r4.signer.sequence = 7
    bench.learn(bench.r4, "10.8.2.0/24")
    bench.learn(bench.r1, "10.8.3.0/24")
    equal("dropped, by reason", bench.dropped(), {})
    bench.r1.send(Key("md5", 5, "guess", sequence=0xFFFFFFFF).sign(message([BAD])))
    bench.learn(bench.r1, "10.8.4.0/24")
    equal("dropped, by reason", bench.dropped(), {"bad-auth": 1})


def m_grows(bench):
    """RFC 4822 2.1, ripd(1) STANDARDS: our sequence number never goes back, also not after a restart"""
    grows(bench, "md5")


def m_room(bench):
    """RFC 4822 2.1: a signed message has room for 24 entries"""
    room(bench, "md5")


def m_several_keys(bench):
    """ripd(1) --auth: of several keys the first signs, and each is taken"""
    bench.start("-A", "md5:2:newer", "-A", "md5:1:older", "-A", "sha256:3:sum")
    newer, older, other = Key("md5", 2, "newer"), Key("md5", 1, "older", 100), Key("sha256", 3, "sum", 1000)
    check(bench.hears(bench.eth0, "10.0.2.0/24", 1)[0], newer)
    for number, key in enumerate((newer, older, other)):
        bench.r1.signer = key
        bench.learn(bench.r1, f"10.8.{number}.0/24")
    bench.r1.signer = Key("md5", 1, "newer", 2000)
    bench.r1.say(BAD)
    bench.r1.signer = other
    bench.ignored(BAD, by=bench.r1, reasons={"bad-auth": 1})


def m_last_words(bench):
    """ripd(1) SIGNALS: the announcement at the end that all is unreachable is signed too"""
    key = start(bench, "md5")
    bench.learn(bench.r1, NET, 3)
    bench.forget()
    bench.stop()
    told, _ = bench.hears(bench.eth1, NET, INFINITY)
    check(told, key)
