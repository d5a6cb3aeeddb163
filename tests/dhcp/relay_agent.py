# SPDX-License-Identifier: MIT
"""Option 82: RFC 3046; and what dhcp-relay(1) says of its command line, its signals, its counts."""

import re
import signal
import socket

from facts import equal, expect, require
from packet import BROADCAST_FLAG, END, NAK, RELAY, encode_options
from program import greets, refuses
from relay_bench import C0, MACS, SERVER, unchanged
from wires import ip_batch

THEIRS = b"\1\5port7\2\3sw1"


def _suboptions(value):
    found, at = [], 0
    while at + 1 < len(value):
        found.append((value[at], value[at + 2 : at + 2 + value[at + 1]]))
        at += 2 + value[at + 1]
    return found


def no_agent(bench):
    """dhcp-relay(1) --agent: without it there is no option 82"""
    bench.start()
    expect(bench.pass_on(bench.request()), options={RELAY: None})


def added(bench):
    """RFC 3046 2.1: the option is the last one before END: circuit id the interface, remote id its address

    "The Relay Agent Information option ... SHALL ... be added as the last option (but before 'End Option'
    255, if present)".  Everything else is as it was.
    """
    bench.start("--agent")
    request = bench.request()
    arrived = bench.pass_on(request)
    equal("options", [(c, v) for c, v, _ in arrived.found[:-1]], request.options, arrived)
    equal("the last option", arrived.codes[-1], RELAY, arrived)
    equal("its parts", _suboptions(arrived.option(RELAY)), [(1, b"c0"), (2, MACS["c0"])], arrived)
    equal("the header but hops and giaddr", arrived.raw[28:236] + arrived.raw[:3] + arrived.raw[4:24],
          request.encode()[28:236] + request.encode()[:3] + request.encode()[4:24])


def added_by_wire(bench):
    """RFC 3046 3.1: the circuit id tells the wires from each other"""
    bench.start("-a")
    arrived = bench.pass_on(bench.request(), port=bench.others)
    equal("its parts", _suboptions(arrived.option(RELAY)), [(1, b"c1"), (2, MACS["c1"])], arrived)


def other_ids(bench):
    """dhcp-relay(1) --circuit-id, --remote-id: other texts"""
    bench.start("-a", "--circuit-id", "floor-3/port 7", "--remote-id", "switch")
    arrived = bench.pass_on(bench.request())
    equal("its parts", _suboptions(arrived.option(RELAY)), [(1, b"floor-3/port 7"), (2, b"switch")], arrived)


def added_behind_pads(bench):
    """RFC 3046 2.1: pads between a client's options, or a missing END, do not hide the option"""
    bench.start("-a")
    for tail in b"\0\0\0" + bytes([END]) + bytes(60), bytes([END]), b"", b"\0":
        area = b"\x63\x82\x53\x63" + encode_options([(53, b"\1")]) + b"\0" + encode_options([(12, b"host")]) + tail
        arrived = bench.pass_on(bench.request(area=area, shortest=0))
        equal("options", [code for code in arrived.codes], [53, 12, RELAY], arrived)


def broken_options(bench):
    """A message whose options go beyond its end is dropped, or passes without the option"""
    bench.start("-a")
    for tail in b"\x0c", b"\x0c\xff", b"\x0c\x05host":
        area = b"\x63\x82\x53\x63" + encode_options([(53, b"\1")]) + tail
        request = bench.request(area=area, shortest=0)
        bench.broadcast(request)
    fence = bench.request()
    bench.broadcast(fence)
    while True:
        bench.wires.until(lambda: bench.upstream.inbox, "a message")
        arrived = bench.upstream.inbox.pop(0)
        if arrived.xid == fence.xid:
            break
        equal("octets behind the header", arrived.raw[240 : 240 + 3], encode_options([(53, b"\1")]))


def no_room(bench):
    """RFC 3046 2.1: where there is no room for the option, the message passes as it is, or not at all"""
    bench.start("-a")
    options = [(code, bytes([code]) * 255) for code in (224, 225, 226, 227)]
    request = bench.request(options=options)
    room = 1472 - len(request.encode())
    request = bench.request(options=[*options, (228, bytes(room - 2))])
    equal("octets", len(request.encode()), 1472)
    bench.broadcast(request)
    bench.broadcast(fence := bench.request())
    arrived = bench.relayed()
    if arrived.xid == request.xid:
        unchanged(request, arrived, but=("giaddr", "hops"))
        arrived = bench.relayed()
    equal("xid", arrived.xid, fence.xid)


def bootp_is_left_alone(bench):
    """RFC 3046 2.1: what has no options cannot have this one: BOOTP without the cookie passes as it is"""
    bench.start("-a")
    request = bench.request(area=bytes(64))
    unchanged(request, bench.pass_on(request), but=("giaddr", "hops"))


def taken_off(bench):
    """RFC 3046 2.1: the option is removed from the reply, wherever it stands; all others stay, in their order"""
    bench.start("-a")
    relayed = bench.pass_on(bench.request())
    value = relayed.option(RELAY)
    others = [(224, b"\x52\2"), (12, b"host"), (61, bytes(6))]
    for at in range(4):
        options = [*others[:at], (RELAY, value), *others[at:]]
        for flags in 0, BROADCAST_FLAG:
            reply = bench.answer(relayed, options=options, flags=flags)
            arrived = bench.bring_back(reply)
            equal("options", [(c, v) for c, v, _ in arrived.found],
                  [pair for pair in reply.options if pair[0] != RELAY], arrived)
            equal("the header", arrived.raw[:240], reply.encode()[:240])
            require(len(arrived.raw) >= 300, "300 octets or more, RFC 951", arrived)


def taken_off_a_nak(bench):
    """RFC 3046 2.1: from a NAK as well, where it is the only option beside 53 and 54"""
    bench.start("-a")
    relayed = bench.pass_on(bench.request(3))
    reply = bench.answer(relayed, NAK, yiaddr="0.0.0.0")
    reply.options = [*reply.options[:2], (RELAY, relayed.option(RELAY))]
    arrived = bench.bring_back(reply)
    equal("options", arrived.codes, [53, 54], arrived)


def server_without_the_option(bench):
    """RFC 3046 2.2: a server that does not know the option sends none back: the reply passes"""
    bench.start("-a")
    reply = bench.answer(bench.pass_on(bench.request()))
    unchanged(reply, bench.bring_back(reply))


def from_a_client(bench):
    """RFC 3046 2.1: a message with the option, but without a 'giaddr', is discarded

    "Relay agents receiving a DHCP packet from an untrusted circuit with giaddr set to zero (indicating
    that they are the first-hop router) but with a Relay Agent Information option already present in the
    packet SHALL discard the packet and increment an error count."
    """
    bench.start("-a")
    for place in 0, 3:
        request = bench.request()
        request.options.insert(place, (RELAY, THEIRS))
        bench.broadcast(request)
    bench.dropped("a client has no business with option 82")


def from_a_client_without_agent(bench):
    """dhcp-relay(1) --policy: it is always dropped, also where this relay adds none"""
    bench.start()
    bench.broadcast(bench.request(options=[(RELAY, THEIRS)]))
    bench.dropped("a client has no business with option 82")


def _from_a_relay(bench):
    request = bench.request(options=[(RELAY, THEIRS), (61, bytes(6))], giaddr="10.7.7.7", hops=1)
    bench.forward(request)
    return request


def policy_keep(bench):
    """dhcp-relay(1) --policy: by default the option of another relay is kept"""
    for options in ("-a",), ("-a", "--policy", "keep"), ():
        bench.start(*options)
        request = _from_a_relay(bench)
        unchanged(request, bench.relayed(request), but=("hops",))
        bench.relay.stop()


def policy_replace(bench):
    """dhcp-relay(1) --policy replace: ours takes its place, as the last option"""
    bench.start("-a", "--policy", "replace")
    arrived = bench.relayed(_from_a_relay(bench))
    expect(arrived, giaddr="10.7.7.7", hops=2)
    equal("options 82", arrived.codes.count(RELAY), 1, arrived)
    equal("the last option", arrived.codes[-1], RELAY, arrived)
    require(arrived.option(RELAY) != THEIRS, "another value", arrived)
    equal("option 61", arrived.option(61), bytes(6), arrived)


def policy_drop(bench):
    """dhcp-relay(1) --policy drop: the message is dropped"""
    bench.start("-a", "-p", "drop")
    _from_a_relay(bench)
    bench.dropped("it has another relay's option")


def reply_for_another_relays_option(bench):
    """RFC 3046 2.1: a value that is not this relay's is not for it to remove where it has added none"""
    bench.start()
    relayed = bench.pass_on(bench.request())
    reply = bench.answer(relayed, options=[(RELAY, THEIRS)])
    unchanged(reply, bench.bring_back(reply))


# ---- the program

def counts(bench):
    """dhcp-relay(1) SIGNALS: SIGUSR1 prints how many were relayed, and dropped for which reason"""
    bench.start()
    for _ in range(3):
        relayed = bench.pass_on(bench.request())
    bench.bring_back(bench.answer(relayed))
    for _ in range(4):
        bench.broadcast(bench.request(hops=200))
    bench.dropped("too many hops")
    before = len(bench.relay.log())
    bench.relay.signal(signal.SIGUSR1)

    def numbers():
        found = re.findall(r"\d+", bench.relay.log()[before:])
        return all(str(n) in found for n in (4, 1)) and found
    bench.wires.eventually(numbers, "counts: 4 requests, 1 reply, 4 dropped", 5)
    found = numbers()
    require(found.count("4") >= 2, f"4 relayed and 4 dropped: {bench.relay.log()[before:]}")
    require(re.search("hop", bench.relay.log()[before:]), f"the reason: {bench.relay.log()[before:]}")


def usage(bench):
    """dhcp-relay(1): --help and --version; wrong use is refused with status 2, by one line that names it"""
    greets(bench.relay, "dhcp-relay")
    refuses(bench.relay, "server", "c0")
    refuses(bench.relay, "interface", "-s", SERVER)
    for address in "10.0.2", "10.0.2.256", "server", "", "0.0.0.0":
        refuses(bench.relay, address or "server|address", "-s", address, "c0")
    for hops in "0", "17", "-1", "x", "":
        refuses(bench.relay, "hops|" + (hops or "number"), "-s", SERVER, "--max-hops", hops, "c0")
    refuses(bench.relay, "steal", "-s", SERVER, "--policy", "steal", "c0")
    refuses(bench.relay, "colour", "--colour", "-s", SERVER, "c0")
    for option in "--circuit-id", "--remote-id":
        refuses(bench.relay, option[2:] + "|long|255", "-a", option, "x" * 256, "-s", SERVER, "c0")


def no_such_interface(bench):
    """dhcp-relay(1) EXIT STATUS: 1 if there is no such interface"""
    for words in ("-s", SERVER, "eth9"), ("-s", SERVER, "-u", "eth9", "c0"):
        status, _, err = bench.relay.once(*words)
        equal("status", status, 1, err)
        require("eth9" in err, "its name", err)


def no_address(bench):
    """dhcp-relay(1) EXIT STATUS: 1 if no interface has an IPv4 address"""
    ip_batch("address flush dev c0\n")
    status, _, err = bench.relay.once("-s", SERVER, "c0")
    equal("status", status, 1, err)
    require("c0" in err, "its name", err)


def port_in_use(bench):
    """dhcp-relay(1) EXIT STATUS: 1 if port 67 is in use"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
        somebody.bind(("0.0.0.0", 67))
        status, _, err = bench.relay.once("-s", SERVER, "c0")
    equal("status", status, 1, err)
    require("67" in err, "the port", err)


def second_relay(bench):
    """dhcp-relay(1) EXIT STATUS: 1 if port 67 is in use by another relay"""
    bench.start()
    status, _, err = bench.relay.once("-s", SERVER, "c0")
    equal("status", status, 1, err)
    require("67" in err, "the port", err)


def ready(bench):
    """dhcp-relay(1) NOTIFY_SOCKET: after READY=1 no message is lost"""
    for _ in range(5):
        bench.start()
        bench.pass_on(bench.request())
        bench.relay.stop()


def interrupted(bench):
    """dhcp-relay(1) EXIT STATUS: SIGINT and SIGTERM end it with status 0"""
    for number in signal.SIGINT, signal.SIGTERM:
        bench.start()
        bench.relay.signal(number)
        bench.relay.ends(0, 3)


def first_line(bench):
    """dhcp-relay(1) EXAMPLES: it says which wire is relayed to which server"""
    bench.start("--agent", interfaces=["c0"])
    require(f"c0 {C0[1]} to {SERVER}" in bench.relay.log(), f"c0 {C0[1]} to {SERVER}", bench.relay.log())
