# SPDX-License-Identifier: MIT
"""The script of dhcp-client(1): when it is called, and what it is told; dhclient-script(8) has the names."""

import os
import re
import signal

from facts import equal, require
from packet import DISCOVER, DNS, DOMAIN, EVERYONE, MTU, NTP, REQUEST, ROUTER, ip4, ip4s, u16, u32
from client_bench import LEASED, ROUTER_ADDRESS

HARMLESS = re.compile(r"[A-Za-z0-9._\-/:@,+=? ]*\Z")
RENEWED = {58: u32(1), 59: u32(15)}


def _has(call, prefix="new_", **expected):
    for name, value in expected.items():
        equal(f"{prefix}{name} at {call.get('reason')}", call.get(prefix + name), value, sorted(call.items()))


def _none(call, prefix):
    equal(f"variables {prefix}* at {call.get('reason')}",
          [name for name in call if name.startswith(prefix) and name != "old_"], [])


def script_bound(bench):
    """reason BOUND: new_ variables have what the ACK says, under dhclient-script(8)'s names"""
    options = bench.script()
    bench.get(*options, lease=600, given={
        ROUTER: ip4s(ROUTER_ADDRESS, "10.0.1.253"), DNS: ip4s("10.0.1.2", "10.0.1.3"), DOMAIN: b"lab.example",
        MTU: u16(1400), 28: ip4("10.0.1.255"), NTP: ip4("10.0.1.4")})
    call = bench.until_called("BOUND")
    equal("interface", call.get("interface"), "c0")
    equal("argc: the script gets no arguments", call["argc"], 1)
    _has(call, ip_address=LEASED, subnet_mask="255.255.255.0", dhcp_lease_time="600",
         routers=f"{ROUTER_ADDRESS} 10.0.1.253", domain_name_servers="10.0.1.2 10.0.1.3",
         domain_name="lab.example", interface_mtu="1400", broadcast_address="10.0.1.255",
         ntp_servers="10.0.1.4", dhcp_server_identifier="10.0.1.1")
    _none(call, "old_")


def script_preinit(bench):
    """reason PREINIT: before anything is sent, and without a lease"""
    bench.discover(*bench.script())
    call = bench.until_called("PREINIT")
    equal("interface", call.get("interface"), "c0")
    _none(call, "new_")
    equal("the first reason", bench.reasons()[0], "PREINIT")


def script_renew(bench):
    """reason RENEW: after the ACK to a REQUEST of RENEWING"""
    bench.get(*bench.script(), lease=20, given=RENEWED)
    bench.server.ack(bench.server.next(REQUEST), {DNS: ip4("10.0.1.9")})
    _has(bench.until_called("RENEW"), ip_address=LEASED, domain_name_servers="10.0.1.9")


def script_rebind(bench):
    """reason REBIND: after the ACK to a REQUEST of REBINDING"""
    bench.get(*bench.script(), lease=8, given={58: u32(1), 59: u32(2)})
    message = bench.server.next(REQUEST)
    while message.frame.dst != EVERYONE:
        message = bench.server.next(REQUEST)
    bench.server.ack(message)
    _has(bench.until_called("REBIND"), ip_address=LEASED)


def script_reboot(bench):
    """reason REBOOT: after the ACK to a REQUEST of INIT-REBOOT"""
    options = bench.script()
    bench.get(*options)
    bench.client.kill()
    bench.start(*options)
    bench.server.ack(bench.server.next(REQUEST))
    _has(bench.until_called("REBOOT"), ip_address=LEASED)


def script_expire(bench):
    """reason EXPIRE: the lease has ended, old_ variables say which"""
    bench.get(*bench.script(), lease=2)
    call = bench.until_called("EXPIRE")
    _has(call, "old_", ip_address=LEASED, routers=ROUTER_ADDRESS, subnet_mask="255.255.255.0")
    _none(call, "new_")


def script_nak(bench):
    """reason NAK: the server has taken the lease back"""
    bench.get(*bench.script(), lease=20, given=RENEWED)
    bench.server.nak(bench.server.next(REQUEST))
    call = bench.until_called("NAK")
    _has(call, "old_", ip_address=LEASED)
    _none(call, "new_")


def script_release(bench):
    """reason RELEASE: on SIGTERM"""
    bench.get(*bench.script(), lease=20, given=RENEWED)
    bench.server.ack(bench.server.next(REQUEST))
    bench.until_called("RENEW")
    bench.release()
    call = bench.until_called("RELEASE")
    _has(call, "old_", ip_address=LEASED)
    _none(call, "new_")


def script_stop(bench):
    """reason STOP: on SIGTERM with --keep"""
    bench.get("--keep", *bench.script())
    bench.client.signal(signal.SIGTERM)
    bench.ends(0)
    bench.until_called("STOP")
    require("RELEASE" not in bench.reasons(), "no RELEASE", bench.reasons())


def script_fail(bench):
    """reason FAIL: no lease in time"""
    bench.discover("-t", "500ms", *bench.script())
    bench.ends(1, 5)
    call = bench.until_called("FAIL")
    _none(call, "new_")


def script_order(bench):
    """Each change is one call, in the order in which they were"""
    options = bench.script()
    bench.get(*options, lease=20, given=RENEWED)
    bench.server.ack(bench.server.next(REQUEST), RENEWED)
    bench.until_called("RENEW")
    bench.server.nak(bench.server.next(REQUEST))
    bench.until_called("NAK")
    bench.server.give(yiaddr="10.0.1.101")
    bench.until_called("BOUND", 2)
    equal("reasons", bench.reasons(), ["PREINIT", "BOUND", "RENEW", "NAK", "BOUND"])
    _has(bench.calls()[-1], ip_address="10.0.1.101")


EVIL = (b"$(touch pwned)", b"`touch pwned`", b"x;touch pwned", b"x\ntouch pwned", b"'x' \"y\" |&<>(){}[]*!~#%^\\",
        b"x\0y\r\t\x1b[2J\x7f", b"\xff\xfe\xc3\xa4", b"a b", b"new_x=1", b"-rf/")


def script_hostile_text(bench):
    """Text of a server arrives with "?" for what is neither letter, digit nor one of ._-/:@,+="""
    options = bench.script("os.system('true ' + os.environ.get('new_domain_name', ''))")
    bench.get(*options, lease=60, given={DOMAIN: EVIL[0], **RENEWED, 59: u32(50)})
    call = bench.until_called("BOUND")
    seen = [call]
    for number, value in enumerate(EVIL[1:5], 1):
        bench.server.ack(bench.server.next(REQUEST), {
            DOMAIN: value, 12: value, 14: value, 17: value, 18: value, 40: value, 56: value, 66: value, 67: value,
            119: value, 224: value, 252: value, **RENEWED, 59: u32(50)}, sname=value, file=value)
        seen.append(bench.until_called("RENEW", number))
    equal("a file of the server's making", os.path.exists("pwned"), False)
    for call in seen:
        for name, value in call.items():
            if name.startswith(("new_", "old_")):
                require(HARMLESS.match(str(value)) and "\n" not in value, f"{name} is harmless, not {value!r}")
                require(re.fullmatch(r"(new|old)_[a-z0-9_]+", name), f"a name of a variable, not {name!r}")
    equal("new_domain_name", [call.get("new_domain_name") for call in seen[:4]],
          ["??touch?pwned?", "?touch?pwned?", "x?touch?pwned", "x?touch?pwned"])


def script_hostile_text_of_an_offer(bench):
    """The other texts of the list, one lease each"""
    options = bench.script("os.system('true ' + os.environ.get('new_domain_name', ''))")
    bench.start(*options)
    for number, value in enumerate(EVIL[5:], 1):
        bench.server.lease = 60
        bench.server.give({DOMAIN: value, 12: value, **RENEWED, 59: u32(50)})
        call = bench.until_called("BOUND", number)
        for name in "new_domain_name", "new_host_name":
            text = call.get(name, "")
            require(HARMLESS.match(text) and " " not in text, f"{name} is harmless, not {text!r}")
        bench.server.nak(bench.server.next(REQUEST))
    equal("a file of the server's making", os.path.exists("pwned"), False)


def script_environment(bench):
    """The script's environment has no variable of a server's choosing beside new_ and old_"""
    bench.get(*bench.script(), given={DOMAIN: b"x", 12: b"PATH=/tmp"})
    call = bench.until_called("BOUND")
    known = set(os.environ) | {"interface", "reason", "argc", "NOTIFY_SOCKET", "LC_CTYPE", "PATH", "pid", "medium"}
    equal("other variables", [n for n in call if n not in known and not n.startswith(("new_", "old_"))], [])


def slow_script(bench):
    """A script that takes its time does not keep the client from its lease"""
    options = bench.script("import time\nif os.environ['reason'] == 'BOUND': time.sleep(1.5)")
    bench.get(*options, lease=20, given=RENEWED)
    bench.server.ack(bench.server.next(REQUEST, timeout=4))
    bench.wires.eventually(lambda: bench.address()["valid_life_time"] >= 18, "20 s from then on", 5)


def failing_script(bench):
    """A script that fails keeps nobody from a lease; one that is not there neither, or is wrong use"""
    bench.get(*bench.script("sys.exit(3)"))
    bench.until_address()
    bench.client.kill()
    os.remove("c0.lease")
    os.remove("hook")
    bench.start("-s", os.path.abspath("hook"))
    bench.wires.wait(lambda: bench.port.inbox or not bench.client.runs(), 5, 0.02)
    if bench.client.runs():
        bench.server.offer(bench.server.next(DISCOVER))
        bench.server.ack(bench.server.next(REQUEST))
        bench.bound()
    else:
        bench.client.ends(2)
