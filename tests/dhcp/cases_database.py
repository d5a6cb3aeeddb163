# SPDX-License-Identifier: MIT
"""What outlives the server: RFC 2131 2.1's persistent storage, and dhcp-server(1) on files and signals."""

import json
import os
import random
import sqlite3
import subprocess
import time

import isolation
from client import leased
from facts import Wrong, equal, expect, require
from packet import DISCOVER, LEASE_TIME, REQUESTED, ROUTER, ip4, u32
from server import PROGRAM, config


def ack_is_in_the_database(bench):
    """RFC 2131 3.1: when the ACK leaves, the binding is in persistent storage.

    "The server selected in the DHCPREQUEST message commits the binding for the client to persistent
    storage and responds with a DHCPACK message".
    """
    bench.serve()
    client = bench.client()
    now = time.time()
    address = client.lease([(12, b"laptop")]).yiaddr
    row = leased(bench, address, state="bound", mac=client.mac.hex(":"))
    require(abs(row["expires"] - now - 3600) < 10, "an end of the lease in an hour", row)
    require(client.mac.hex(":") in row["client"], "the client's hardware address in `client`", row)
    other = bench.client(client_id=b"\0me")
    row = leased(bench, other.lease().yiaddr, state="bound", mac=other.mac.hex(":"))
    require(b"\0me".hex(":") in row["client"], "the client's identifier in `client`", row)


def kill_keeps_leases(bench):
    """RFC 2131 2.1: a server that was killed knows each lease that it has acknowledged.

    "The first service provided by DHCP is to provide persistent storage of network parameters".
    """
    bench.serve()
    clients = [bench.client() for _ in range(20)]
    addresses = [client.lease().yiaddr for client in clients]
    bench.server.kill()
    bench.server.start()
    for client, address in zip(clients, addresses):
        expect(client.reboot(address), yiaddr=address)
    stranger = bench.client().discover([(REQUESTED, ip4(addresses[3]))])
    require(stranger.yiaddr not in addresses, "an address that no one has", stranger)


def kill_in_the_middle(bench):
    """RFC 2131 2.2: killed while it serves many, the server gives no address to two clients afterwards."""
    bench.serve(pool="10.0.1.20-10.0.1.240")
    clients = [bench.client() for _ in range(60)]
    chosen = {client.mac: client.discover() for client in clients}
    for client in clients:
        offer = chosen[client.mac]
        client.send(3, [(54, offer.option(54)), (REQUESTED, ip4(offer.yiaddr))])
    bench.segment.receive(lambda reply: reply.type == 5, "the first ACK")
    bench.server.kill()
    bench.segment.drain()
    promised = {reply.yiaddr: reply.chaddr[:6] for reply in bench.segment.inbox if reply.type == 5}
    bench.segment.inbox.clear()
    bench.server.start()
    for address, mac in promised.items():
        leased(bench, address, state="bound", mac=mac.hex(":"))
    for _ in range(20):
        require(bench.client().lease().yiaddr not in promised, "an address that no one was promised")


def _promises(bench, clients, enough):
    """Each asks for what it was offered; when so many ACKs have come the server is killed.  What the ACKs say."""
    offers = [(client, client.discover()) for client in clients]
    for client, offer in offers:
        client.send(3, [(54, offer.option(54)), (REQUESTED, ip4(offer.yiaddr))])
    acks = [bench.segment.receive(lambda reply: reply.type == 5, "an ACK") for _ in range(enough)]
    bench.server.kill()
    bench.segment.drain()
    acks += [reply for reply in bench.segment.inbox if reply.type == 5]
    bench.segment.inbox.clear()
    return {reply.yiaddr: reply.chaddr[:6].hex(":") for reply in acks}


def killed_fifty_times(bench):
    """RFC 2131 2.1: killed fifty times while it serves, it forgets no lease that it has acknowledged, and gives no address twice."""
    dice = random.Random(2131)
    bench.serve(subnets={"10.0.2.0/23": {"pool": "10.0.2.10-10.0.3.250"}})
    promised = {}
    for _ in range(50):
        fresh = _promises(bench, [bench.client(giaddr="10.0.2.1") for _ in range(9)], dice.randrange(1, 9))
        equal("addresses that were promised before", set(fresh) & set(promised), set())
        promised.update(fresh)
        bench.server.start()
    known = {row["address"]: row["mac"] for row in bench.server.rows() if row["state"] == "bound"}
    equal("forgotten", {a: mac for a, mac in promised.items() if known.get(a) != mac}, {})
    equal("clients with two addresses", len(known) - len(set(known.values())), 0)


def restart_keeps_leases(bench):
    """dhcp-server(1) SIGNALS: after SIGTERM the leases stay in the database, and a new server knows them."""
    bench.serve()
    client = bench.client()
    address = client.lease().yiaddr
    bench.server.restart()
    expect(client.renew(address), yiaddr=address)
    expect(client.discover(), yiaddr=address)


def restart_keeps_released_addresses(bench):
    """RFC 2131 4.3.4: after a restart, a client still gets the address back that it has released.

    "The server SHOULD retain a record of the client's initialization parameters for possible reuse".
    """
    bench.serve()
    client = bench.client()
    address = client.lease([(REQUESTED, ip4("10.0.1.170"))]).yiaddr
    client.release(address)
    bench.silent("a RELEASE has no answer")
    bench.server.kill()
    bench.server.start()
    expect(client.discover(), yiaddr=address)


def torn_log(bench):
    """dhcp-server(1): when the end of what was written last is missing, the server starts and serves.

    A power cut may leave such a file; what is whole before it is known.
    """
    bench.serve()
    clients = [bench.client() for _ in range(5)]
    addresses = [client.lease().yiaddr for client in clients]
    bench.server.kill()
    if os.path.exists("leases.db-wal") and os.path.getsize("leases.db-wal") > 100:
        os.truncate("leases.db-wal", os.path.getsize("leases.db-wal") - 10)
    bench.server.start()
    known = {row["address"] for row in bench.server.rows()}
    equal("leases but the last", set(addresses[:4]) - known, set())
    expect(clients[0].reboot(addresses[0]), yiaddr=addresses[0])
    bench.client().lease()


def _refused_untouched(bench, what):
    with open("leases.db", "rb") as file:
        before = file.read()
    bench.server.refuses(1)
    with open("leases.db", "rb") as file:
        equal(f"the octets of the {what} database", file.read() == before, True)


def _stopped_with_a_lease(bench):
    bench.serve()
    bench.client().lease()
    bench.server.stop()


def newer_database(bench):
    """dhcp-server(1) DATABASE: one that a newer version has made is refused, and not touched."""
    _stopped_with_a_lease(bench)
    database = sqlite3.connect("leases.db")
    version = database.execute("pragma user_version").fetchone()[0]
    database.execute(f"pragma user_version = {version + 1}")
    database.commit()
    database.close()
    _refused_untouched(bench, "newer")


def damaged_database(bench):
    """dhcp-server(1) DATABASE: one that is damaged is refused, and not touched."""
    _stopped_with_a_lease(bench)
    size = os.path.getsize("leases.db")
    for at, length in (0, 100), (size // 2, size // 2), (4096, 200):
        with open("leases.db", "r+b") as file:
            whole = file.read()
            file.seek(at)
            file.write(b"\xa5" * length)
        _refused_untouched(bench, "damaged")
        with open("leases.db", "wb") as file:
            file.write(whole)
    bench.server.start()
    bench.client().lease()


def something_else_as_database(bench):
    """dhcp-server(1) DATABASE: a file that is no database is refused, and not touched."""
    bench.server.configure(config())
    with open("leases.db", "w", encoding="ascii") as file:
        file.write("dear diary,\n" * 500)
    _refused_untouched(bench, "no")
    os.remove("leases.db")
    database = sqlite3.connect("leases.db")
    database.execute("create table lease (song text)")
    database.commit()
    database.close()
    _refused_untouched(bench, "foreign")


def database_of_another_server(bench):
    """dhcp-server(1) FILES: a database that a running server holds is refused; that server goes on."""
    bench.serve()
    lonely = "ip link add s0 type veth peer name c0; ip addr add 10.0.1.1/24 dev s0; ip link set s0 up; exec"
    with open("server.log", "a", encoding="utf-8") as log:
        second = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", f"{lonely} {PROGRAM} -c dhcp.yml -d leases.db s0"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        equal("the exit status of the second server", second.wait(10), 1)
    except subprocess.TimeoutExpired:
        second.kill()
        raise Wrong("expected: the second server does not start\nactual: it runs") from None
    bench.client().lease()


def full_disk(bench):
    """dhcp-server(1): no ACK leaves without its lease on disk; when there is space again, all goes on.

    "When a lease cannot be written, its client gets no answer, and asks again."
    """
    bench.serve(rate=100000, lease={"default": "1h", "max": "10h"})
    client = bench.client()
    address = client.lease().yiaddr
    with open("filler", "wb", buffering=0) as filler:
        for size in 1 << 20, 4096, 1:
            try:
                while filler.write(b"x" * size) == size:
                    pass
            except OSError:
                pass
    acknowledged, unanswered = 3600, None
    for seconds in range(3600, 3600 + 5000):
        message = client.send(3, [(LEASE_TIME, u32(seconds))], unicast=True, ciaddr=address)
        reply = bench.segment.wait(
            lambda: bench.segment.take(lambda reply: reply.xid == message.xid), 2)
        if reply is None:
            unanswered = seconds
            break
        acknowledged = reply.number(LEASE_TIME)
    require(unanswered, "a full disk, at last")
    bench.server.kill()
    os.remove("filler")
    bench.segment.inbox.clear()
    bench.server.start()
    row = leased(bench, address, state="bound", mac=client.mac.hex(":"))
    require(row["expires"] > time.time() + acknowledged - 60, "the last lease that was acknowledged", row)
    bench.client().lease()


def space_comes_back(bench):
    """dhcp-server(1): a server that had no space serves again when there is some, without a restart."""
    bench.serve(rate=100000)
    client = bench.client()
    address = client.lease().yiaddr
    bench.segment.impatient.add(client.mac)
    size = int(subprocess.run(["du", "-sk", "."], capture_output=True, check=True).stdout.split()[0]) + 8
    isolation.remount_tmpfs(".", f"{size}k")

    def answered(seconds):
        message = client.send(3, unicast=True, ciaddr=address)
        return bench.segment.wait(lambda: bench.segment.take(lambda reply: reply.xid == message.xid), seconds)

    require(any(not answered(1) for _ in range(5000)), "a full disk, at last")
    isolation.remount_tmpfs(".", "64m")
    bench.eventually(lambda: answered(0.3), "an ACK as there is space again")
    bench.segment.drain()
    bench.client().lease()
    leased(bench, address, state="bound")


# ---- signals and prints


def hang_up(bench):
    """dhcp-server(1) SIGHUP: the configuration is read again; leases go on."""
    bench.serve(pool="10.0.1.100-10.0.1.110")
    client = bench.client()
    address = client.lease().yiaddr
    bench.server.hang_up(config(pool="10.0.1.100-10.0.1.160", subnet={"router": "10.0.1.253"}))
    curious = bench.client()
    bench.eventually(lambda: curious.discover().option(ROUTER) == ip4("10.0.1.253"), "the new router")
    expect(client.renew(address), yiaddr=address, options={ROUTER: ip4("10.0.1.253")})
    expect(bench.client().discover([(REQUESTED, ip4("10.0.1.150"))]), yiaddr="10.0.1.150")


def hang_up_with_faults(bench):
    """dhcp-server(1) SIGHUP: the faults of a new configuration are printed, and the old one stays."""
    bench.serve(pool="10.0.1.100")
    client = bench.client()
    client.lease()
    for faulty in config(pool="10.0.9.1"), config(colour="red"), "subnets: [", config(lease="soon"), "":
        before = len(bench.server.log())
        bench.server.hang_up(faulty)
        bench.eventually(lambda: len(bench.server.log()) > before, "a word about the fault")
        expect(client.renew("10.0.1.100"), yiaddr="10.0.1.100", options={ROUTER: ip4("10.0.1.254")})
    bench.client().send(DISCOVER)
    bench.silent("the old pool is exhausted")


def faulty_configuration(bench):
    """dhcp-server(1) EXIT STATUS: with faults in the configuration nothing is started: 2, and a
    caret below each."""
    for faulty in config(pool="10.0.9.1"), config(colour="red"), config(pool="10.0.1.9-10.0.1.5"):
        bench.server.configure(faulty)
        before = len(bench.server.log())
        bench.server.refuses(2)
        require("^" in bench.server.log()[before:], "a caret", bench.server.log()[before:])
    require(not os.path.exists("leases.db"), "no database")


def leases_of_a_running_server(bench):
    """dhcp-server(1) --leases: the leases are printed while the server runs, as text and as JSON."""
    bench.serve()
    address = bench.client().lease().yiaddr
    for more in [], ["--json"]:
        command = [PROGRAM, "--leases", "-d", "leases.db", *more]
        out = subprocess.run(command, capture_output=True, check=True, timeout=10).stdout.decode()
        require(address in out, f"{address} among the leases", out)
    require(json.loads(out), "JSON", out)


def _numbers(tree):
    """All numbers in what JSON has brought, however deep."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return sum(map(_numbers, tree))
    return tree if isinstance(tree, int) else 0


def counts_of_a_running_server(bench):
    """dhcp-server(1) --stats: the counts are up to date after a second."""
    bench.serve()

    def counts():
        command = [PROGRAM, "--stats", "--json", "-d", "leases.db"]
        out = subprocess.run(command, capture_output=True, check=True, timeout=10).stdout
        return _numbers(json.loads(out))

    before = counts()
    for _ in range(5):
        bench.client().lease()
    bench.client().send(DISCOVER, op=2)
    bench.silent("a reply is no request")
    bench.eventually(lambda: counts() >= before + 21, "ten messages, ten answers, and one drop more")


def no_such_interface(bench):
    """dhcp-server(1) EXIT STATUS: an interface that is not there, or has no address, is a failure: 1."""
    bench.segment.ip("address flush dev s0\n")
    bench.server.configure(config())
    bench.server.refuses(1)
