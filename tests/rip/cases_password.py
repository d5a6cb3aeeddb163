# SPDX-License-Identifier: MIT
"""A password in clear: RFC 2453 4.1 and 5.2."""

from cable import numbered
from facts import equal
from rip import INFINITY, MOST, Entry, Key, Password

BAD, NET = "10.66.0.0/24", "10.8.0.0/24"


def _start(bench, *options, secret="secret", **more):
    bench.start("--auth", f"plain:{secret}", *options, **more)
    bench.r1.signer = bench.r2.signer = Password(secret)


def a_sent(bench):
    """RFC 2453 4.1: the first entry is family 0xFFFF, type 2, and the password, filled up with zeroes"""
    _start(bench)
    told, _ = bench.hears(bench.eth0, "10.0.2.0/24", 1)
    equal("the first entry", told.raw[4:24], b"\xff\xff\0\2secret" + bytes(10), told)
    asked = bench.wires.until(lambda: bench.eth0.requests, "a request")[0]
    equal("that of the request", asked.signature, b"secret" + bytes(10), asked)
    bench.stop()
    bench.forget()
    _start(bench, secret="sixteen octets!!")
    told, _ = bench.hears(bench.eth0, "10.0.2.0/24", 1)
    equal("the first entry", told.raw[4:24], b"\xff\xff\0\2sixteen octets!!", told)
    bench.learn(bench.r1, NET)


def a_room(bench):
    """RFC 2453 4.1: then there is room for 24 entries, and those are taken"""
    _start(bench)
    prefixes = numbered(100)
    bench.r2.say_all([(p, 3) for p in prefixes])
    bench.wires.until(lambda: set(prefixes) <= bench.eth0.told().keys(), "all of them at eth0")
    equal("dropped, by reason", bench.dropped(), {})
    bench.forget()
    bench.r1.ask(sport=40520)
    bench.wires.until(lambda: set(prefixes) <= bench.eth0.told().keys(), "all of them as an answer")
    equal("entries of the fullest message", max(len(u.entries) for u in bench.eth0.inbox), MOST - 1)


def a_not_taken(bench):
    """RFC 2453 4.1, 5.2: what has another password, or none, is dropped, counted as bad-auth; version 1 too"""
    _start(bench)
    bench.learn(bench.r1, NET, 3)
    for signer in (Password("Secret"), Password("secret1"), Password("secre"), Password(""), None,
                   Key("md5", 1, "secret")):
        bench.r1.signer = signer
        bench.r1.say(BAD, (NET, INFINITY))
    bench.r1.signer = None
    bench.r1.say(Entry("10.66.0.0", mask="0.0.0.0"), version=1)
    bench.r1.signer = bench.r2.signer
    bench.ignored(BAD, by=bench.r1)
    bench.still(NET, bench.r1.address, by=bench.r1)
    dropped = bench.dropped()
    equal("dropped, by reason", (dropped.pop("bad-version", 0) + dropped.pop("bad-auth", 0), dropped), (7, {}))


def a_not_expected(bench):
    """RFC 2453 4.1: where nothing is configured 'authenticated RIP-2 messages shall be discarded'"""
    bench.start()
    for signer in (Password("secret"), Key("md5", 1, "secret"), Key("sha256", 1, "secret")):
        bench.r1.signer = signer
        bench.r1.say(BAD)
    bench.r1.signer = None
    bench.ignored(BAD, by=bench.r1, reasons={"bad-auth": 3})


def a_in_another_place(bench):
    """RFC 2453 4.1: only the first entry is an authentication"""
    _start(bench)
    password = Entry("0.0.0.0/0", 0, family=0xFFFF, tag=2)
    octets = bytearray(bench.r1.payload([BAD]))
    entry = octets[4:24]
    bench.r1.send(bytes(octets[:4] + octets[24:] + entry))
    bench.r1.say("10.8.1.0/24", password, "10.8.2.0/24")
    bench.installed("10.8.2.0/24")
    bench.ignored(BAD, by=bench.r1, reasons={"bad-auth": 1, "bad-family": 1})


def a_request(bench):
    """RFC 2453 4.1: a request without the password is not answered; one with it is, with the password"""
    _start(bench)
    bench.hears(bench.eth0, "10.0.2.0/24")
    signer, bench.r1.signer = bench.r1.signer, None
    bench.r1.ask(sport=40521)
    bench.r1.ask((NET, 0), sport=40521)
    bench.r1.signer = signer
    bench.r1.ask((NET, 0), sport=40520)
    told = bench.wires.until(lambda: [u for u in bench.eth0.inbox if u.frame.dport == 40520], "an answer")[0]
    equal("its password", told.signature, b"secret" + bytes(10), told)
    equal("its table", told.table(), {NET: INFINITY}, told)
    equal("answers to the others", [str(u) for u in bench.eth0.inbox if u.frame.dport == 40521], [])
    equal("dropped, by reason", bench.dropped(), {"bad-auth": 2})


def a_several(bench):
    """ripd(1) --auth: 'the first signs, each is taken', also one of another kind"""
    bench.start("-A", "plain:newer", "-A", "plain:older", "-A", "md5:3:oldest")
    told, _ = bench.hears(bench.eth0, "10.0.2.0/24", 1)
    equal("its password", told.signature, b"newer" + bytes(11), told)
    for number, signer in enumerate((Password("newer"), Password("older"), Key("md5", 3, "oldest"))):
        bench.r1.signer = signer
        bench.learn(bench.r1, f"10.8.{number}.0/24")
    bench.r1.signer = Password("oldest")
    bench.r1.say(BAD)
    bench.r1.signer = Password("older")
    bench.ignored(BAD, by=bench.r1, reasons={"bad-auth": 1})
