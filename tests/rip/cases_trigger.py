# SPDX-License-Identifier: MIT
"""Triggered updates: RFC 2453 3.10.1, and their pacing as ripd(1) has it."""

import time

from facts import PATIENCE, equal, require, within
from rip import INFINITY

PACED = {"triggered": "1500ms-1600ms"}
AT_ONCE = 0.3  # seconds; half of a pause is far away from that
FIRST, SECOND, THIRD, FOURTH = "10.8.1.0/24", "10.8.2.0/24", "10.8.3.0/24", "10.8.4.0/24"


def _quiet(bench):
    """Waits until no pause is running any more: what is said at the start may have begun one."""
    bench.wires.pass_time(time.monotonic() + 1.7)
    bench.forget()


def t_at_once(bench):
    """RFC 2453 3.10.1, ripd(1): the first change is announced at once, not after a pause

    ripd(1): "a change goes at once, and the next ones after it together".
    """
    bench.start(triggered=None)  # 1 to 5 s, as it is by default
    bench.wires.pass_time(time.monotonic() + 5.1)
    begin = time.monotonic()
    bench.r1.say((FIRST, 3))
    told, _ = bench.hears(bench.eth1, FIRST, 4)
    within("seconds until it is heard", told.when - begin, 0, AT_ONCE)


def t_only_what_has_changed(bench):
    """RFC 2453 3.10.1: 'only those routes which have changed need to be included', not those that are refreshed"""
    bench.start()
    bench.r1.say((FIRST, 3), (SECOND, 3))
    bench.hears(bench.eth1, SECOND, 4)
    bench.installed(FIRST)
    bench.forget()
    bench.r1.say((FIRST, 3), (SECOND, 5), (THIRD, 3))
    bench.hears(bench.eth1, THIRD, 4)
    bench.hears(bench.eth1, SECOND, 6)
    told = {prefix: metric for update in bench.eth1.inbox for prefix, metric in update.table().items()}
    equal("table of what was said", told, {SECOND: 6, THIRD: 4})


def t_pause(bench):
    """RFC 2453 3.10.1: after a triggered update the next changes wait for a pause, and go together then

    "After a triggered update is sent, a timer should be set for a random interval between 1 and 5 seconds.
    If other changes that would trigger updates occur before the timer expires, a single update is triggered
    when the timer expires."
    """
    bench.start(**PACED)
    _quiet(bench)
    bench.r1.say((FIRST, 3))
    first, _ = bench.hears(bench.eth1, FIRST, 4)
    bench.r1.say((FIRST, 5))
    bench.in_rib(FIRST, metric=6)
    bench.r1.say((FIRST, 6))
    bench.r1.say((FIRST, 7))
    second, _ = bench.hears(bench.eth1, FIRST, 8)
    within("seconds between the two updates", second.when - first.when, 1.3, 1.6 + AT_ONCE * 2)
    equal("metrics that were said", [e.metric for _, e in bench.eth1.entries(FIRST)], [4, 8])


def t_each_loss_breaks_the_pause(bench):
    """ripd(1): 'each of them goes at once': so does another network that is lost in the same pause"""
    bench.start(**PACED)
    for prefix in (SECOND, THIRD):
        bench.learn(bench.r1, prefix, 3)
    _quiet(bench)
    bench.r1.say((FIRST, 3))
    first, _ = bench.hears(bench.eth1, FIRST, 4)
    for prefix in (SECOND, THIRD):
        bench.r1.say((prefix, INFINITY))
        lost, _ = bench.hears(bench.eth1, prefix, INFINITY)
    within("seconds until both are heard", lost.when - first.when, 0, AT_ONCE * 3)


def t_flapping_waits(bench):
    """ripd(1): 'three times in a pause': a network that is lost again and again waits for the end of the pause"""
    bench.start(**PACED)
    bench.learn(bench.r1, SECOND, 3)
    _quiet(bench)
    bench.r1.say((FIRST, 3))
    first, _ = bench.hears(bench.eth1, FIRST, 4)
    told = first
    for metric in (INFINITY, 3) * 3:
        bench.r1.say((SECOND, metric))
        told, _ = bench.hears(bench.eth1, SECOND, min(metric + 1, INFINITY), since=told.when)
    for metric in (INFINITY, 3, INFINITY, 3, INFINITY):
        bench.r1.say((SECOND, metric))
        bench.fence(bench.r4)
    last, _ = bench.hears(bench.eth1, SECOND, INFINITY, since=first.when + 1.0)
    within("seconds until the last loss is heard", last.when - first.when, 1.3, 1.6 + AT_ONCE * 2)
    equal("metrics that were said", [e.metric for _, e in bench.eth1.entries(SECOND)], [INFINITY, 4] * 3 + [INFINITY])


def t_loss_and_recovery(bench):
    """ripd(1): a network that is lost does not wait for the pause, nor does one that is reachable again"""
    bench.start(**PACED)
    bench.learn(bench.r1, SECOND, 3)
    _quiet(bench)
    bench.r1.say((FIRST, 3))
    first, _ = bench.hears(bench.eth1, FIRST, 4)
    bench.r1.say((SECOND, INFINITY))
    bench.hears(bench.eth1, SECOND, INFINITY)
    bench.r1.say((SECOND, 3))
    again, _ = bench.hears(bench.eth1, SECOND, 4)
    within("seconds until both are heard", again.when - first.when, 0, AT_ONCE * 3)


def t_who_has_lost_it_is_told(bench):
    """ripd(1): 'A neighbour that has lost what is reached another way is told so at once'

    One that had a way itself, that is: the poisoned reverse of all others is no reason.
    """
    bench.start(**PACED)
    bench.learn(bench.r1, FIRST, 3)
    bench.learn(bench.r1, SECOND, 3)
    _quiet(bench)
    for prefix in (FIRST, SECOND):  # the second in the pause after the first
        bench.r2.say((prefix, 9))
        bench.fence(bench.r2)
        begin = time.monotonic()
        bench.r2.say((prefix, INFINITY))
        told, _ = bench.hears(bench.eth1, prefix, 4, since=begin)
        within("seconds until it is told", told.when - begin, 0, AT_ONCE)


def t_off(bench):
    """ripd(1) --triggered: 'With off changes wait for the next regular update'"""
    bench.start(triggered="off", update="1s")
    bench.learn(bench.r1, FIRST, 3)
    bench.hears(bench.eth1, FIRST, 4)
    bench.forget()
    bench.r1.say((FIRST, 5))
    bench.in_rib(FIRST, metric=6)
    told, _ = bench.hears(bench.eth1, FIRST, 6)
    equal("of the whole table", "10.0.1.0/24" in told.table(), True, told)
    for update, _ in bench.eth1.entries(FIRST):
        equal("of the whole table", "10.0.1.0/24" in update.table(), True, update)


def t_split_horizon(bench):
    """RFC 2453 3.10.1: split horizon holds for triggered updates too"""
    bench.start("-S", "simple")
    bench.learn(bench.r1, FIRST, 3)
    bench.hears(bench.eth1, FIRST, 4)
    bench.learn(bench.r2, SECOND, 3)
    bench.hears(bench.eth0, SECOND, 4)
    bench.r1.say((FIRST, INFINITY))
    bench.hears(bench.eth1, FIRST, INFINITY)
    equal("said of it where it was learned", {e.metric for _, e in bench.eth0.entries(FIRST)} - {INFINITY}, set())


def t_all_of_a_burst(bench):
    """RFC 2453 3.10.1: what a table of 500 routes changes is announced whole, in full messages"""
    bench.start()
    prefixes = [f"10.{64 + n // 250}.{n % 250}.0/24" for n in range(500)]
    bench.r1.say_all([(prefix, 3) for prefix in prefixes])
    bench.wires.until(lambda: {p: bench.eth1.told().get(p) for p in prefixes} == dict.fromkeys(prefixes, 4),
                      "all of them at eth1", PATIENCE)
    bench.forget()
    bench.r1.say_all([(prefix, INFINITY) for prefix in prefixes])
    bench.wires.until(lambda: {p: bench.eth1.told().get(p) for p in prefixes} == dict.fromkeys(prefixes, INFINITY),
                      "all of them lost at eth1", PATIENCE)
    require(len(bench.eth1.inbox) <= 60, f"in full messages, not in {len(bench.eth1.inbox)}")
