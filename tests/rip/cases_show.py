# SPDX-License-Identifier: MIT
"""`ripd show`: ripd(1) SHOW."""

import json
import re
import subprocess

from bench import ADDRESSES, NETWORKS
from cable import numbered
from facts import Wrong, equal, require, within
from rip import Entry

NET = "10.8.0.0/24"
REASONS = {"truncated", "oversized", "bad-version", "bad-command", "not-zero", "wrong-port", "wrong-source", "own",
           "bad-auth", "replayed", "bad-family", "bad-metric", "bad-prefix", "bad-request", "too-many", "too-busy"}


def w_routes(bench):
    """ripd(1) SHOW: routes: state, metric, tag, next hops, interfaces, from, time, and whether the kernel has it"""
    bench.start("-a", "10.9.0.1/32,2,5")
    bench.r1.say((NET, 3, 77))
    record = bench.in_rib(NET, in_kernel=True)
    within("expires_ms", record.pop("expires_ms"), 50000, 60000)
    equal(NET, record, {"prefix": NET, "state": "learned", "metric": 4, "tag": 77, "next_hops": [bench.r1.address],
                        "interfaces": ["eth0"], "from": bench.r1.address, "in_kernel": True})
    rib = bench.rib()
    connected = rib[NETWORKS["eth0"]]
    told = {key: connected[key] for key in ("state", "metric", "tag", "interfaces", "from", "expires_ms")}
    equal("a connected network", told, {"state": "connected", "metric": 1, "tag": 0, "interfaces": ["eth0"],
                                        "from": None, "expires_ms": None})
    announced = rib["10.9.0.1/32"]
    told = {key: announced[key] for key in ("state", "metric", "tag", "from", "expires_ms", "in_kernel")}
    equal("an announced one", told, {"state": "announced", "metric": 2, "tag": 5, "from": None, "expires_ms": None,
                                     "in_kernel": False})
    equal("prefixes", sorted(rib), sorted([NET, "10.9.0.1/32", NETWORKS["eth0"], NETWORKS["eth1"]]))


def w_neighbours(bench):
    """ripd(1) SHOW: neighbours: version, routes learned from it, when it was heard, what it sent that was bad"""
    bench.start()
    bench.r1.say((NET, 3), ("10.8.1.0/24", 3), ("10.8.2.0/24", 0), Entry("10.8.3.0/24", family=7))
    bench.r1.send(b"\2\2\0\0\1")
    bench.r2.say(Entry("11.0.0.0", 2, mask="0.0.0.0"), version=1)
    bench.installed("11.0.0.0/8")
    bench.installed("10.8.1.0/24")
    def told():
        found = {n["address"]: n for n in bench.show("neighbours")["neighbours"]}
        return found if found.get(bench.r1.address, {}).get("bad_packets") else None
    found = bench.wires.eventually(told, "r1 has a bad packet")
    equal("neighbours", sorted(found), [bench.r1.address, bench.r2.address])
    for neighbour in found.values():
        within("heard_ms_ago", neighbour.pop("heard_ms_ago"), 0, 15000)
    for router, told in ((bench.r1, ("eth0", 2, 2, 1, 2)), (bench.r2, ("eth1", 1, 1, 0, 0))):
        keys = ("interface", "version", "routes", "bad_packets", "bad_entries")
        equal(router.address, found[router.address], {"address": router.address, **dict(zip(keys, told))})


def w_interfaces(bench):
    """ripd(1) SHOW: interfaces: address, settings, packets sent and received"""
    bench.start("-P", "eth1", "--send", "2-broadcast", "--receive", "2", "-S", "simple", "-A", "sha256:1:secret")
    bench.hears(bench.eth0, NETWORKS["eth1"])
    for _ in range(3):
        bench.r1.say(NET)
    def told():
        found = {i["name"]: i for i in bench.show("interfaces")["interfaces"]}
        return found if found["eth0"]["received"] >= 3 and found["eth0"]["sent"] else None
    found = bench.wires.eventually(told, "eth0 has received three")
    index = {link["ifname"]: link["ifindex"] for link in bench.ip_json("link", "show")}
    for name, passive in (("eth0", False), ("eth1", True)):
        interface = found[name]
        interface.pop("sent"), interface.pop("received")
        equal(name, interface, {"name": name, "index": index[name], "up": True, "address": ADDRESSES[name] + "/24",
                                "passive": passive, "send": "2-broadcast", "receive": "2", "split_horizon": "simple",
                                "auth": "sha256", "key_id": 1, "key_holds": True})
    bench.stop()
    bench.start()
    bench.ip("link set eth1 down")
    def down():
        found = {i["name"]: i for i in bench.show("interfaces")["interfaces"]}
        return found if not found["eth1"]["up"] else None
    found = bench.wires.eventually(down, "eth1 is down")
    settings = [found["eth0"][key] for key in ("send", "receive", "split_horizon", "auth", "passive", "up")]
    equal("settings by default", settings, ["2", "both", "poison", "none", False, True])


def w_counts(bench):
    """ripd(1) SHOW: counts: received, sent, and each reason for which something was dropped"""
    bench.start()
    bench.hears(bench.eth0, NETWORKS["eth1"])
    bench.fence(bench.r1)
    bench.r1.send(b"\2")
    bench.fence(bench.r1)
    told = bench.show("counts")
    equal("keys", set(told), {"received", "sent", "dropped"})
    equal("reasons", set(told["dropped"]), REASONS)
    equal("truncated", told["dropped"]["truncated"], 1)
    require(told["received"] >= 2 and told["sent"] >= 3, f"received 2 or more, sent 3 or more: {told}")


def w_for_people(bench):
    """ripd(1) SHOW: without --json it is a table for people, with the same facts"""
    bench.start()
    bench.learn(bench.r1, NET, 3)
    bench.r1.send(b"\2")
    bench.fence(bench.r1)
    for what, regex in (("routes", rf"{re.escape(NET)}.*\b4\b.*{re.escape(bench.r1.address)}"),
                        ("neighbours", rf"{re.escape(bench.r1.address)}.*eth0|eth0.*{re.escape(bench.r1.address)}"),
                        ("interfaces", r"eth1.*10\.0\.2\.1|10\.0\.2\.1.*eth1"), ("counts", r"truncated.*\b1\b")):
        status, out, err = bench.ripd.once("show", what)
        if status or err or not re.search(regex, out):
            raise Wrong(f"ripd show {what}\nexpected: status 0, a line like {regex}\n"
                        f"actual: status {status}\n{out}{err}")


def w_json_of_much(bench):
    """ripd(1) SHOW: 3,000 routes come whole, also to 10 who ask at the same time"""
    bench.start()
    for first in range(0, 3000, 500):
        prefixes = numbered(500, first)
        bench.r1.say_all([(prefix, 3) for prefix in prefixes])
        bench.in_rib(prefixes[-1])
    words = [bench.ripd.path, "show", "routes", "--json"]
    asking = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(10)]
    for process in asking:
        out, _ = process.communicate(timeout=15)
        equal("learned", sum(r["state"] == "learned" for r in json.loads(out)["routes"]), 3000)


def w_nobody_there(bench):
    """ripd(1) EXIT STATUS: 1 if no ripd is there to be asked"""
    for what in ("routes", "neighbours", "interfaces", "counts"):
        status, out, err = bench.ripd.once("show", what)
        equal(f"show {what}: status, lines on stdout and stderr", (status, out, err.count("\n")), (1, "", 1))
    bench.start()
    equal("status", bench.ripd.once("show", "routes")[0], 0)
    bench.stop()
    equal("status", bench.ripd.once("show", "-j", "routes")[0], 1)


def w_wrong_use(bench):
    """ripd(1) EXIT STATUS: 2 for what cannot be shown"""
    for words in (("show", "nonsense"), ("show", "routes", "counts"), ("show", "--nonsense", "routes")):
        status, out, err = bench.ripd.once(*words)
        equal(f"{' '.join(words)}: status and stdout", (status, out), (2, ""), err)
        require(err, "something on stderr")
