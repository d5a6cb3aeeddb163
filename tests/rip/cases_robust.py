# SPDX-License-Identifier: MIT
"""Octets that nobody should send: whatever comes, ripd goes on, and believes no more than it should."""

import random
import struct

from bench import ADDRESSES
from cable import numbered
from facts import equal, require
from packet import checksum, ip4, ip_frame
from rip import REQUEST, Key, message


def _works(bench):
    """It still hears, tells, answers and can be asked."""
    prefix = bench.fence(bench.r1)
    bench.hears(bench.eth1, prefix)
    require(prefix in bench.rib(), f"show has {prefix}")
    require(bench.ripd.runs(), "ripd runs")


def _dose(bench, payloads, **way):
    """Sends them all, a few at a time, so that none is lost before ripd has it."""
    for number, payload in enumerate(payloads):
        bench.r1.send(payload, **way)
        if number % 64 == 63:
            bench.fence(bench.r1)


def z_cut(bench):
    """RFC 2453 3.6: a message that is cut anywhere does no harm; only its whole entries may be learned"""
    bench.start()
    whole = message(numbered(4))
    _dose(bench, [whole[:size] for size in range(len(whole))])
    _works(bench)
    learned = {p for p in bench.rib() if p.startswith("10.64.")}
    require(set(numbered(3)) >= learned, f"no half of an entry is learned: {learned}")


def z_oversized(bench):
    """RFC 2453 3.6: messages up to the largest that UDP has do no harm, and nothing of them is learned"""
    bench.start()
    entries = numbered(3000)
    for count in (26, 27, 50, 72):
        bench.r1.send(message(entries[:count]))
    for octets in (_fragments(bench, message(entries)), _fragments(bench, bytes(65507))):
        for frame in octets:
            bench.eth0.send(frame)
    _works(bench)
    equal("learned", [p for p in bench.rib() if p.startswith(("10.64.", "10.65."))], [])
    require(bench.dropped().get("oversized", 0) >= 4, f"counted as oversized: {bench.dropped()}")


def _fragments(bench, payload, size=1480):
    """A datagram of any size, in frames."""
    udp = struct.pack("!HHHH", 520, 520, 8 + len(payload), 0) + payload
    pseudo = ip4(bench.r1.address) + ip4(ADDRESSES["eth0"]) + struct.pack("!BBH", 0, 17, len(udp))
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp) or 0xFFFF) + udp[8:]
    for at in range(0, len(udp), size):
        more = 0x2000 if at + size < len(udp) else 0
        yield ip_frame(udp[at : at + size], bench.r1.address, ADDRESSES["eth0"], 17, bench.r1.mac,
                       bench.r1.mac_there, fragment=more | at >> 3)


def z_mutated(bench):
    """1,000 mutated messages do no harm"""
    bench.start()
    bench.eth0.strict = False  # what was asked of another family is answered as it was asked
    chance = random.Random(2453)
    originals = [message(numbered(count), command) for count in (1, 3, 25) for command in (1, 2)]
    originals += [Key(kind, 1, "x").sign(message(numbered(2))) for kind in ("md5", "sha256")]
    _dose(bench, (_mutated(chance, chance.choice(originals)) for _ in range(1000)))
    _works(bench)


def _mutated(chance, octets):
    octets = bytearray(octets)
    for _ in range(chance.randint(1, 6)):
        octets[chance.randrange(len(octets))] = chance.choice((0, 1, 2, 255, chance.randrange(256)))
    return bytes(octets[: chance.choice((len(octets), chance.randrange(len(octets) + 1)))])


def z_million(bench):
    """1,000,000 mutated messages later a neighbour is still heard, and what it has announced is right"""
    bench.start("-T", "60s-60s")  # what is learned of them is not told each time
    bench.eth0.strict = False
    chance = random.Random(1_000_000)
    originals = [message(numbered(count)) for count in (1, 2, 3, 25)]
    pool = [bench.r1.frame(_mutated(chance, chance.choice(originals))) for _ in range(10_000)]
    while bench.show("counts")["received"] < 1_000_000:  # a small buffer loses some
        for frame in pool[::2] if chance.random() < 0.5 else pool[1::2]:
            bench.r1.cable.send(frame)
    bench.installed(bench.fence(bench.r1), bench.r1.address)
    require(bench.ripd.runs(), "ripd runs")


def z_mutated_signed(bench):
    """RFC 4822 2.4: 1,000 mutated messages, or cut ones, with a key configured do no harm, and none is believed"""
    keys = [Key("md5", 5, "secret"), Key("sha256", 6, "other")]
    bench.start("-A", "md5:5:secret", "-A", "sha256:6:other")
    chance = random.Random(4822)
    bench.r1.signer = keys[0]
    for _ in range(16):
        bench.fence(bench.r1)
        originals = {key: key.sign(message(["10.66.0.0/24"])) for key in keys}
        for _ in range(62):
            key = chance.choice(keys)
            octets = _mutated(chance, originals[key])
            if octets != originals[key]:
                bench.r1.send(octets)
    whole = keys[0].sign(message(["10.66.0.0/24"]))
    _dose(bench, [whole[:size] for size in range(len(whole))])
    prefix = bench.fence(bench.r1)
    require(prefix in bench.rib(), f"show has {prefix}")
    equal("learned", [p for p in bench.rib() if p.startswith("10.66.")], [])


def z_noise(bench):
    """1,000 messages of noise do no harm"""
    bench.start()
    bench.eth0.strict = False
    chance = random.Random(1058)
    _dose(bench, (chance.randbytes(chance.randrange(600)) for _ in range(1000)))
    heads = [bytes([command, version, 0, 0]) for command in (1, 2) for version in (1, 2)]
    _dose(bench, (chance.choice(heads) + chance.randbytes(20 * chance.randrange(26)) for _ in range(300)))
    _works(bench)


def z_requests_without_end(bench):
    """RFC 2453 3.9.1: a flood of 3,000 requests leaves ripd able to learn and to tell"""
    bench.start()
    frame = bench.r1.frame(message([("10.8.0.0/24", 0)] * 25, REQUEST))
    for _ in range(3000):
        bench.eth0.send(frame)
    _works(bench)


def z_changes_without_end(bench):
    """RFC 2453 3.10.1: a route that changes 2,000 times is at last what was said last, everywhere"""
    bench.start()
    frames = [bench.r1.frame(message([("10.8.0.0/24", metric)])) for metric in (1, 16, 5, 2)]
    for number in range(2000):
        bench.eth0.send(frames[number % 4])
        if number % 50 == 49:
            bench.fence(bench.r1)
    bench.r1.say(("10.8.0.0/24", 7))
    bench.in_rib("10.8.0.0/24", metric=8, state="learned")
    bench.installed("10.8.0.0/24")
    bench.wires.until(lambda: bench.eth1.told().get("10.8.0.0/24") == 8, "eth1 hears the last metric")


def z_other_ip(bench):
    """RFC 791: IP options, and a response in fragments, are read as any other"""
    bench.start()
    bench.r1.say("10.8.0.0/24", ip_options=b"\x94\x04\0\0")
    bench.installed("10.8.0.0/24")
    for frame in reversed(list(_fragments(bench, message(["10.8.1.0/24"]), 16))):
        bench.eth0.send(frame)
    bench.installed("10.8.1.0/24")
