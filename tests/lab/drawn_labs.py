# SPDX-License-Identifier: MIT
"""Lab files of each kind that a picture may be asked of.

drawn_labs.py KIND [NUMBER]...    prints one
"""

import random
import sys

LONG = "a-name-so-lo%03d"  # 15 characters


def lab(name, lans=(), nodes=(), links=()):
    """lans: NAME: VALUE; nodes: NAME: VALUE; links: two ends each"""
    print("name: %s" % name)
    for key, items in ("lans", lans), ("nodes", nodes):
        if items:
            print(key + ":")
            for item in items:
                print("  " + item)
    if links:
        print("links:")
        for one, other in links:
            print('  - ["%s", "%s"]' % (one, other))


class Ends:
    """Interfaces by number."""

    def __init__(self, name="r%d"):
        self.name, self.count = name, {}

    def __call__(self, node):
        number = self.count[node] = self.count.get(node, -1) + 1
        return (self.name + ":eth%d") % (node, number)


def mesh(routers=40, cables=60, seed=1, name="r%d"):
    """A tree of routers, and more cables at random; two may be between the same two routers."""
    rng, ends, links = random.Random(seed), Ends(name), []
    for i in range(1, routers):
        links.append((ends(rng.randrange(i)), ends(i)))
    while len(links) < cables:
        a, b = rng.sample(range(routers), 2)
        links.append((ends(a), ends(b)))
    lab("mesh", [], [(name + ": {forward: yes}") % i for i in range(routers)], links)


def long_mesh(routers=12, cables=18, seed=1):
    mesh(routers, cables, seed, LONG)


def parallel(cables=5):
    ends = Ends()
    lab("parallel", [], ["r0: {}", "r1: {}"], [(ends(0), ends(1)) for _ in range(cables)])


def hosts(count=200):
    """One LAN, hosts of two kinds and a router that leads elsewhere."""
    lab("hosts", ["office: 10.1.0.0/16", "servers: 10.2.0.0/24"],
        ["pc: {count: %d, lan: office}" % (count - 1), "printer: {lan: office, ip: 10.1.9.9}",
         "r: {forward: yes, interfaces: {eth0: office, eth1: servers}}", "www: {lan: servers, ip: 10.2.0.7}"])


def tree(width=3):
    """Three levels of LANs below the first, hosts on each."""
    lans, nodes = ["core: 10.0.0.0/24"], []

    def below(lan, depth, name):
        for i in range(width if depth else 0):
            down = "%s%d" % (name, i)
            lans.append("lan%s: 10.%d.0.0/24" % (down, len(lans)))
            nodes.append("r%s: {forward: yes, interfaces: {eth0: %s, eth1: lan%s}}" % (down, lan, down))
            below("lan" + down, depth - 1, down)
        nodes.append("pc%s: {lan: %s}" % (name, lan))

    below("core", 3, "x")
    lab("tree", lans, nodes)


def between(routers=2):
    """So many routers between the same two LANs."""
    lab("between", ["a: 10.0.1.0/24", "b: 10.0.2.0/24"],
        ["r%d: {forward: yes, interfaces: {eth0: a, eth1: b}}" % i for i in range(routers)] +
        ["pc: {count: 3, lan: a}", "www: {lan: b}"])


def circle(lans=3):
    lab("circle", ["lan%d: 10.0.%d.0/24" % (i, i) for i in range(lans)],
        ["r%d: {interfaces: {eth0: lan%d, eth1: lan%d}}" % (i, i, (i + 1) % lans) for i in range(lans)] +
        ["pc%d: {count: 2, lan: lan%d}" % (i, i) for i in range(lans)])


def parts(count=4):
    lab("parts", ["lan%d: 10.0.%d.0/24" % (i, i) for i in range(count)],
        ["pc%d: {count: %d, lan: lan%d}" % (i, i + 2, i) for i in range(count)] + ["alone: {}", "a: {}", "b: {}"],
        [("a:eth0", "b:eth0")])


def apart():
    """Meshes that do not hang together."""
    ends = Ends()
    lab("apart", [], ["r%d: {}" % i for i in range(11)],
        [(ends(a), ends(b)) for base in (0, 3, 6) for a, b in ((base, base + 1), (base + 1, base + 2), (base, base + 2))] +
        [(ends(9), ends(10))])


def twice():
    """A node twice on one LAN."""
    lab("twice", ["lan: 10.0.0.0/24"], ["a: {interfaces: {eth0: lan, eth1: lan}}", "b: {lan: lan}", "c: {lan: lan}"])


def itself():
    """A cable between two interfaces of one node."""
    lab("itself", ["lan: 10.0.0.0/24"], ["a: {interfaces: {eth0: lan}}", "b: {lan: lan}"], [("a:eth1", "a:eth2")])


def empty_lan():
    lab("empty-lan", ["lan: 10.0.0.0/24", "unused: 10.1.0.0/24"], ["a: {lan: lan}", "b: {lan: lan}"])


def alone(count=1):
    lab("alone", [], ["n%d: {}" % i for i in range(count)])


def long_names(count=4):
    lab("long-names", ["an-office-of-15: [2001:db8:1111:2222::/64, 2001:db8:1111:3333::/64]", "the-servers-of-: 10.0.2.0/24".replace("-:", "s:")],
        ["%s: {interfaces: {interface-of-15: {lan: an-office-of-15}}}" % (LONG % i) for i in range(count)] +
        ["the-only-router: {interfaces: {interface-of-15: an-office-of-15, interface-two15: the-servers-ofs}}",
         "the-only-server: {interfaces: {interface-of-15: the-servers-ofs}}"])


def ipv6():
    lab("ipv6", ["a: fd00:1::/64", "b: 2001:db8:aaaa:bbbb::/64"],
        ["r: {forward: yes, interfaces: {eth0: a, eth1: b}}", "pc: {count: 3, lan: a}",
         "www: {lan: b, ip: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'}", "x: {}", "y: {}"], [("x:eth0", "y:eth0")])


def hub():
    lab("hub", ["a: {subnet: 10.0.0.0/24, kind: hub}", "b: {subnet: none, kind: hub}"],
        ["x: {lan: a}", "y: {lan: a}", "z: {interfaces: {eth0: a, eth1: b}}", "w: {lan: b}"])


def chain(routers=12):
    """Cables between two LANs."""
    ends = Ends()
    links = [(ends(i), ends(i + 1)) for i in range(routers - 1)]
    lab("chain", ["west: 10.0.1.0/24", "east: 10.0.2.0/24"],
        ["r0: {forward: yes, interfaces: {lan0: west}}"] + ["r%d: {forward: yes}" % i for i in range(1, routers - 1)] +
        ["r%d: {forward: yes, interfaces: {lan0: east}}" % (routers - 1), "a: {lan: west}", "b: {lan: east}"], links)


def grid(side=5):
    """Routers between LANs in rows and columns: circles of LANs."""
    lab("grid", ["row%d: 10.1.%d.0/24" % (i, i) for i in range(side)] + ["col%d: 10.2.%d.0/24" % (i, i) for i in range(side)],
        ["r%d%d: {interfaces: {eth0: row%d, eth1: col%d}}" % (i, k, i, k) for i in range(side) for k in range(side)])


def anything(seed=1):
    """LANs, nodes and cables in random numbers."""
    rng = random.Random(seed)
    lan_names = ["lan%d" % i for i in range(rng.randrange(7))]
    name = rng.choice(["n%d", "node-%d", LONG])
    count = rng.randrange(1, 25)
    ends, nodes, links = Ends(name), [], []
    for i in range(count):
        on = [rng.choice(lan_names) for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3)))] if lan_names else []
        ifaces = ", ".join("%s: %s" % (ends(i).partition(":")[2], lan) for lan in on)
        nodes.append("%s: {interfaces: {%s}}" % (name % i, ifaces))
    for _ in range(rng.choice((0, 0, count // 4, count))):
        links.append((ends(rng.randrange(count)), ends(rng.randrange(count))))
    lab("anything", ["%s: %s" % (n, "10.%d.0.0/%d" % (i, rng.choice((16, 24)))) for i, n in enumerate(lan_names)], nodes, links)


def main():
    globals()[sys.argv[1]](*map(int, sys.argv[2:]))


if __name__ == "__main__":
    main()
