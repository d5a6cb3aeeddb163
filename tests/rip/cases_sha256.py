# SPDX-License-Identifier: MIT
"""HMAC-SHA-256: RFC 4822 2.5."""

from facts import equal
from rip import INFINITY, Key, Password, message
from signing import BAD, NET, check, grows, not_taken, replayed, room, start


def h_whole(bench):
    """RFC 4822 2.5: the digest has 32 octets, over the message with Apad in its place, in both directions"""
    key = start(bench, "sha256", secret="0123456789abcdef0123456789ABCDEF")
    told, _ = bench.hears(bench.eth0, "10.0.2.0/24", 1)
    equal("length of the digest", told.signature[2], 32, told)
    check(told, key)
    check(bench.wires.until(lambda: bench.eth0.requests, "a request")[0], key)
    bench.learn(bench.r1, NET, 3)
    bench.r1.say((NET, INFINITY))
    bench.removed(NET)
    equal("dropped, by reason", bench.dropped(), {})


def h_not_taken(bench):
    """RFC 4822 2.4: what has another key or key id, or another kind of signature, is dropped"""
    not_taken(bench, "sha256", Password("secret"), Key("md5", 5, "secret"), Key("sha256", 5, ""))


def h_each_octet_counts(bench):
    """RFC 4822 2.4: a message signed with SHA-256 in which any octet is another one is dropped"""
    key = start(bench, "sha256")
    good = key.sign(message([BAD]))
    for place in range(len(good)):
        octets = bytearray(good)
        octets[place] ^= 0x80
        bench.r1.send(bytes(octets))
    bench.ignored(BAD, by=bench.r1)
    equal("dropped", sum(bench.dropped().values()), len(good))


def h_other_lengths(bench):
    """RFC 4822 2.1: a signature that says that its digest has another length is dropped"""
    key = start(bench, "sha256")
    for size in (16, 20, 31, 33, 64):
        bench.r1.send(key.sign(message([BAD]), told_size=size))
    bench.r1.send(key.sign(message([BAD]))[:-16])
    bench.ignored(BAD, by=bench.r1)
    equal("dropped", sum(bench.dropped().values()), 6)


def h_secret_of_64(bench):
    """ripd(1) --auth: a secret of 64 octets signs, and what is signed with it is taken

    RFC 4822 2.5 has 'Ko' as the digest of a secret that is longer than a digest; HMAC itself takes secrets
    of up to 64 octets as they are.  What is sent tells which of the two it is.
    """
    key = start(bench, "sha256", secret="0123456789abcdef" * 4)
    told, _ = bench.hears(bench.eth0, "10.0.2.0/24", 1)
    check(told, key)
    long_key = told.trailer[4:] == key.digest(told.raw[:-32])
    bench.r1.send(key.sign(message([NET]), long_key=long_key))
    bench.installed(NET)


def h_replayed(bench):
    """RFC 4822 2.4: with SHA-256 too, a sequence number below the last one is dropped, counted as replayed"""
    replayed(bench, "sha256")


def h_grows(bench):
    """RFC 4822 2.1: with SHA-256 too, our sequence number never goes back, also not after a restart"""
    grows(bench, "sha256")


def h_room(bench):
    """RFC 4822 2.1: a message signed with SHA-256 has room for 24 entries"""
    room(bench, "sha256")
