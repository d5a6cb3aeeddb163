# SPDX-License-Identifier: MIT
"""What the cases of RFC 4822 have in common, whichever digest it is."""

import time

from cable import numbered
from facts import equal, require, within
from rip import INFINITY, MOST, Key

BAD, NET = "10.66.0.0/24", "10.8.0.0/24"


def start(bench, kind, secret="secret", identity=5, **more):
    """All neighbours have the key then, with sequence numbers of their own; the key."""
    bench.start("--auth", f"{kind}:{identity}:{secret}", **more)
    for router in (bench.r1, bench.r2, bench.r3, bench.r4):
        router.signer = Key(kind, identity, secret)
    return bench.r1.signer


def check(told, key):
    """RFC 4822 2.1 and 2.5: the header in the first entry's place, the trailer, the digest."""
    require(told.signature is not None and len(told.signature) == 4, "a signature of type 3", told)
    length, identity, size, _ = told.signature
    equal("family and type", told.raw[4:8], b"\xff\xff\0\3", told)
    equal("length: where the trailer begins", length, len(told.raw) - 4 - key.size, told)
    equal("key id", identity, key.identity, told)
    equal("length of the digest", size, key.size, told)
    equal("the reserved fields", told.raw[16:24], bytes(8), told)
    equal("the trailer", told.trailer[:4], b"\xff\xff\0\1", told)
    body = told.raw[: length + 4]
    require(told.trailer[4:] in (key.digest(body), key.digest(body, long_key=False)),
            f"the digest {key.digest(body).hex(' ')}", told)


def room(bench, kind):
    """24 entries in a message at most, in triggered updates and in answers; each of them well signed."""
    key = start(bench, kind)
    prefixes = numbered(100)
    bench.r2.say_all([(p, 3) for p in prefixes])
    bench.wires.until(lambda: set(prefixes) <= bench.eth0.told().keys(), "all of them at eth0")
    bench.r1.ask(sport=40520)
    bench.wires.until(lambda: [u for u in bench.eth0.inbox if u.frame.dport == 40520], "an answer")
    equal("entries of the fullest message", max(len(u.entries) for u in bench.eth0.inbox), MOST - 1)
    for told in bench.eth0.inbox + bench.eth0.requests:
        check(told, key)


def not_taken(bench, kind, *others):
    """What has another key, another id, or a signature of another kind, or none, is dropped."""
    key = start(bench, kind)
    wrong = [Key(kind, 5, "Secret"), Key(kind, 6, "secret"), *others, None]
    for signer in wrong:
        bench.r1.signer = signer
        bench.r1.say(BAD)
    bench.r1.signer = key
    bench.ignored(BAD, by=bench.r1, reasons={"bad-auth": len(wrong)})


def replayed(bench, kind):
    """A sequence number below the last one is dropped, 0 as well; the same, or a higher one, is not."""
    key = start(bench, kind)
    for number, sequence in enumerate((100, 101, 101, 5000)):
        key.sequence = sequence
        bench.learn(bench.r1, f"10.8.{number}.0/24")
    for sequence in (4999, 1, 0, 101):
        key.sequence = sequence
        bench.r1.say(BAD, ("10.8.0.0/24", INFINITY))
    key.sequence = 5001
    bench.ignored(BAD, by=bench.r1, reasons={"replayed": 4})
    bench.installed("10.8.0.0/24", bench.r1.address)


def grows(bench, kind):
    """The sequence number never goes back, and goes on growing over a restart, also after a kill."""
    key = start(bench, kind, update="300ms")
    bench.wires.until(lambda: len(bench.eth0.inbox) >= 4, "some updates")
    first = [told.signature[3] for told in bench.eth0.inbox]
    equal("sequence numbers", first, sorted(first))
    within("seconds since 1970", first[0], time.time() - 30, time.time() + 30)
    bench.ripd.kill()
    bench.forget()
    start(bench, kind)
    told, _ = bench.hears(bench.eth0, "10.0.2.0/24")
    check(told, key)
    require(told.signature[3] >= first[-1], f"{told.signature[3]} is not below {first[-1]}")
