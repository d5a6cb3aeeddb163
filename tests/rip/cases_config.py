# SPDX-License-Identifier: MIT
"""How ripd is told what to do: options and configuration of ripd(1)."""

import re
import socket

from bench import CONFIG, NETWORKS
from facts import Wrong, equal, require, within
from program import greets, refuses
from rip import INFINITY, Key

NET = "10.8.0.0/24"
WHOLE = """\
update: 10s
timeout: 60s
garbage: 40s
triggered: 1s-5s
paths: 4
import: [static, connected]
announce:
  - 10.9.0.1/32
  - {prefix: 0.0.0.0/0, metric: 5, tag: 77}
aggregate: [10.1.0.0/16]
split-horizon: poison
interfaces:
  eth0:
  eth1: {passive: yes}
  eth2:
    send: 2-broadcast
    receive: both
    metric-in: 2
    neighbours: [10.0.2.9]
    auth:
      - {type: sha256, id: 2, key: the newer secret}
      - {type: md5, id: 1, key: the older one}
"""


def d_check_good(bench):
    """ripd(1) --check: a good configuration, as the manual's, is read, nothing is said, and the status is 0"""
    for text in (WHOLE, "interfaces: [eth0, eth1]\n", "interfaces: {eth0: }\n", "update: 30\n",
                 "announce: 10.9.0.1/32\n",
                 "passive: no\n", "auth: [{type: plain, key: secret}]\n"):
        bench.write(text)
        equal(f"of\n{text}", bench.ripd.once("--check", "--config", CONFIG), (0, "", ""))


# Each line that has a fault is marked by a comment of one word that the message has to contain.
FAULTY = """\
upd: 10s                                  #upd
timeout: soon                             #soon
garbage: -1s                              #garbage
triggered: 5s-1s                          #triggered
paths: 17                                 #paths
import: [ospf]                            #ospf
announce:
  - 10.9.0.300/32                         #10.9.0.300
  - {prefix: 10.9.0.0/24, metric: 17}     #metric
  - {prefix: 10.9.1.0/24, tag: 70000}     #tag
  - {metric: 3}                           #prefix
  - 10.9.2.1/24                           #10.9.2
aggregate: [10.1.0.0/33]                  #10.1.0.0/33
split-horizon: maybe                      #maybe
send: 3                                   #send
receive: 3                                #receive
metric-in: 0                              #metric-in
metric-out: 16                            #metric-out
neighbours: [nobody]                      #nobody
interfaces:
  eth0: {passive: perhaps}                #perhaps
  eth1:
    sned: 2                               #sned
    auth:
      - {type: md4, id: 1, key: x}        #md4
      - {type: md5, id: 256, key: x}      #id
      - {type: md5, id: 1}                #key
      - {type: md5, id: 2, key: seventeen octets!} #octets
"""


def d_check_bad(bench):
    """ripd(1) CONFIGURATION: 'All faults of a file are shown, each with its line', and the status is 2"""
    wanted = {number: line.split("#")[1] for number, line in enumerate(FAULTY.splitlines(), 1) if "#" in line}
    bench.write(re.sub(" *#.*", "", FAULTY))
    status, out, err = bench.ripd.once("--check", "--config", CONFIG)
    equal("status and stdout", (status, out), (2, ""), err)
    found = {}
    for line in err.splitlines():
        if match := re.match(rf"{re.escape(CONFIG)}:(\d+)\b(.*)", line):
            found.setdefault(int(match[1]), []).append(match[2])
    equal("lines with a fault", sorted(found), sorted(wanted), err)
    for number, word in wanted.items():
        require(any(word in text for text in found[number]), f"line {number}: a message with '{word}'", err)


ALONE = (
    "interfaces: [[eth0]]\n", "interfaces: {eth0: {auth: secret}}\n", "- eth0\n",
    "update: 10s\nupdate: 20s\n", "update: 0\n",
    "update: 10 weeks\n", "triggered: often\n", "paths: 0\n", "paths: many\n", "announce: {}\n",
    "announce: [224.0.0.0/4]\n", "announce: [127.0.0.0/8]\n", "announce: [{prefix: 10.9.0.0/24, metric: 0}]\n",
    "announce: [{prefix: 10.9.0.0/24, way: 1}]\n", "aggregate: {10.0.0.0/8: 1}\n", "import: everything\n",
    "interfaces: {eth0: {update: 3s}}\n", "interfaces: {name-of-too-many-letters: }\n",
    "auth: [{type: plain, key: ''}]\n", "auth: [{type: plain, id: 1, key: seventeen octets!}]\n",
    "auth: [{type: sha256, id: -1, key: x}]\n", "auth: [{id: 1, key: x}]\n", "neighbours: [10.0.1.256]\n",
    "neighbours: [224.0.0.9]\n", "metric-in: 16\n", "metric-out: -1\n", "receive: [1, 2]\n",
    "update: [\n", "\tupdate: 1\n",
)


def d_check_bad_alone(bench):
    """ripd(1) CONFIGURATION: each fault by itself is found: a message with the file's name and a line, status 2"""
    wrong = []
    for text in ALONE:
        bench.write(text)
        status, out, err = bench.ripd.once("--check", "--config", CONFIG)
        if status != 2 or out or not re.match(rf"{re.escape(CONFIG)}:\d+:", err):
            wrong.append(f"{text}  status {status} {out}{err}")
    if wrong:
        raise Wrong("expected: status 2, and a line\nactual:\n" + "\n".join(wrong))


def d_bad_file_at_the_start(bench):
    """ripd(1) EXIT STATUS: a bad configuration ends it with status 2; so does one that is not there"""
    bench.write("timeout: soon\n")
    status, _, err = bench.ripd.once("--config", CONFIG, "eth0")
    equal("status", status, 2, err)
    require(f"{CONFIG}:1:" in err, f"{CONFIG}:1: in what it says", err)
    status, _, err = bench.ripd.once("--config", "nowhere.yml", "eth0")
    equal("status", status, 2, err)
    require("nowhere.yml" in err, "its name in what it says", err)


def d_options_win(bench):
    """ripd(1) --config: 'Options come after it and win'"""
    text = "split-horizon: off\nmetric-out: 3\ninterfaces: [eth0, eth1]\n"
    bench.configure(text, "-S", "simple", "--metric-out", "0")
    equal("split horizon", {i["split_horizon"] for i in bench.show("interfaces")["interfaces"]}, {"simple"})
    bench.hears(bench.eth0, NETWORKS["eth1"], 1)


def d_settings_of_an_interface(bench):
    """ripd(1) CONFIGURATION: settings may be an interface's, or at the top for all of them"""
    bench.configure("""\
split-horizon: simple
metric-in: 3
metric-out: 2
send: 2-broadcast
interfaces:
  eth0:
  eth1: {split-horizon: off, metric-in: 5, metric-out: 0, send: 2, receive: 2}
  eth2: {passive: yes}
""")
    found = {i["name"]: i for i in bench.show("interfaces")["interfaces"]}
    told = {name: [i[key] for key in ("split_horizon", "send", "receive", "passive")] for name, i in found.items()}
    equal("settings", told, {"eth0": ["simple", "2-broadcast", "both", False], "eth1": ["off", "2", "2", False],
                             "eth2": ["simple", "2-broadcast", "both", True]})
    bench.r1.say(("10.8.1.0/24", 2))
    bench.r2.say(("10.8.2.0/24", 2))
    bench.hears(bench.eth1, "10.8.1.0/24", 5)
    bench.hears(bench.eth0, "10.8.2.0/24", 9)
    bench.hears(bench.eth1, "10.8.2.0/24", 7)
    equal("said at eth2", [str(u) for u in bench.eth2.inbox], [])


def d_times(bench):
    """ripd(1) CONFIGURATION: update, timeout, garbage and triggered are those of the file"""
    none = dict.fromkeys(("update", "timeout", "garbage", "triggered"))
    times = "update: 400ms\ntimeout: 2\ngarbage: 1500ms\ntriggered: 100ms-110ms\n"
    bench.configure(times + "interfaces: [eth0, eth1]\n", **none)
    bench.learn(bench.r1, NET, 3)
    within("expires_ms", bench.in_rib(NET)["expires_ms"], 0, 2000)
    bench.forget()
    bench.wires.until(lambda: len(bench.eth1.entries(NETWORKS["eth0"])) >= 3, "three updates")
    bench.hears(bench.eth1, NET, INFINITY)
    bench.not_in_rib(NET)


def d_lists(bench):
    """ripd(1) CONFIGURATION: announce, import, neighbours, paths and auth are those of the file"""
    bench.ip("route add 10.7.0.0/24 via 10.0.2.2 proto static")
    bench.configure("""\
paths: 2
import: [static]
announce:
  - 10.9.0.1/32
  - {prefix: 10.9.1.0/24, metric: 5, tag: 77}
interfaces:
  eth0: {neighbours: [10.0.1.3]}
  eth1:
    auth:
      - {type: md5, id: 7, key: of eth1}
""")
    bench.r2.signer = Key("md5", 7, "of eth1")
    _, entry = bench.hears(bench.eth0, "10.9.1.0/24", 5)
    equal("tag", entry.tag, 77, entry)
    bench.hears(bench.eth0, "10.9.0.1/32", 1)
    bench.hears(bench.eth0, "10.7.0.0/24", 1)
    told, _ = bench.hears(bench.eth1, "10.9.1.0/24", 5)
    equal("key id at eth1", told.signature and told.signature[1], 7, told)
    bench.r1.say((NET, 3))
    bench.r2.say((NET, 3))
    bench.installed(NET, bench.r1.address, bench.r2.address)
    bench.wires.until(lambda: [u for u in bench.eth0.inbox if u.frame.dst == "10.0.1.3"], "something by unicast")


def d_interfaces_of_both(bench):
    """ripd(1): interfaces are those of the command line, with the settings of the file, if there are any"""
    bench.configure("interfaces:\n  eth0: {metric-in: 4}\n", interfaces=("eth0",))
    equal("interfaces", [i["name"] for i in bench.show("interfaces")["interfaces"]], ["eth0"])
    bench.learn(bench.r1, NET, 3)
    equal("metric", bench.in_rib(NET)["metric"], 7)


WRONG = """\
nonsense     --nonsense
update       --update
soon         --update soon
timeout      --timeout 0
garbage      --garbage -5
triggered    --triggered 5s-1s
metric-in    --metric-in 0
metric-in    -m 16
metric-out   -M 16
paths        --paths 17
paths        --paths 0
send         --send 3
receive      --receive 3
split-horizon -S maybe
ospf         -i ospf
10.9.0.0     -a 10.9.0.0
10.9.0.1/24  -a 10.9.0.1/24
metric       -a 10.9.0.0/24,17
tag          -a 10.9.0.0/24,1,65536
nobody       -n nobody
auth         -A md4:1:x
auth         -A plain:
auth         -A plain:seventeen-octets!
256          -A md5:256:x
auth         -A md5:x
"""


def d_usage(bench):
    """ripd(1): --help and --version; wrong use is refused with status 2, by one line that names it"""
    greets(bench.ripd, "ripd")
    for line in [*WRONG.splitlines(), "auth -A sha256:1:" + "x" * 65]:
        thing, *words = line.split()
        if words[-1] != "--update":
            words.append("eth0")
        refuses(bench.ripd, thing, *words)


def d_port_in_use(bench):
    """ripd(1) EXIT STATUS: 1 if port 520 is in use"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 520))
        status, _, err = bench.ripd.once("eth0")
        equal("status", status, 1, err)
        require("520" in err, "520 in what it says", err)
    bench.start()
    status, _, err = bench.ripd.once("eth0")
    equal("status where another ripd runs", status, 1, err)
    bench.learn(bench.r1, NET)
