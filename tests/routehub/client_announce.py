# SPDX-License-Identifier: MIT
"""What route-client announces, and who tells it."""

import os
import subprocess

from bench import A, HERE, PORT, SERVER, x
from datagram import ADD, BYE, DELETE, HELLO
from facts import equal, require
from peer import Hub

X, Y, Z = x(10), x(11), x(12)


def announce_options(bench):
    """route-client(1) --announce: each of several addresses is announced"""
    addresses = [x(host) for host in range(1, 41)]
    hub = bench.join_hub(*(word for address in addresses for word in ("--announce", address)))
    bench.until(lambda: {(ADD, address) for address in addresses} <= set(hub.whats()), "40 additions")
    equal("each once", len(hub.whats(ADD)), 40)
    bench.table_becomes(dict.fromkeys(addresses))
    bench.routes_become({})


def announce_standard_input(bench):
    """route-client(1): 'add ADDRESS' and 'del ADDRESS' on standard input, whose end changes nothing"""
    bench.client.stdin = subprocess.PIPE
    hub = bench.join_hub()
    to = bench.client.process.stdin
    to.write(b"add 10.1.0.10\nadd 10.1.0.11\n")
    to.flush()
    bench.hear(hub, ADD, Y)
    to.write(b"del 10.1.0.10\nadd 10.1")
    to.flush()
    bench.hear(hub, DELETE, X)
    to.write(b".0.12\n")
    to.close()
    bench.hear(hub, ADD, Z)
    bench.table_becomes({Y: None, Z: None})
    hub.add(X)
    bench.table_becomes({X: SERVER, Y: None, Z: None})


def announce_standard_input_nonsense(bench):
    """route-client(1): a line on standard input that is neither is complained of, and the next one counts"""
    bench.client.stdin = subprocess.PIPE
    hub = bench.join_hub()
    to = bench.client.process.stdin
    lines = ["frobnicate 10.1.0.1", "add", "add nowhere", "add 10.1.0.1 10.1.0.2.3", "del 10.1.0.300", "",
             "add " + "1" * 5000, "\0\1\xff"]
    to.write("\n".join(lines).encode("latin1") + b"\nadd 10.1.0.12\n")
    to.flush()
    bench.hear(hub, ADD, Z)
    bench.table_becomes({Z: None})
    bench.eventually(lambda: "frobnicate" in bench.client.log(), "a complaint", actual=bench.client.log)
    to.close()


def announce_standard_input_at_the_start(bench):
    """route-client(1): what stands on standard input at the start is announced, the last line without its end too"""
    read, write = os.pipe()
    os.write(write, b"add 10.1.0.10\nadd 10.1.0.11")
    os.close(write)
    bench.client.stdin = read
    hub = bench.join_hub()
    bench.hear(hub, ADD, X)
    bench.hear(hub, ADD, Y)
    os.close(read)


def announce_command_add_and_del(bench):
    """route-client(1) add, del: several addresses at once, to the client of the same network; status 0"""
    hub = bench.join_hub()
    equal("add", bench.client.once("add", X, Y, Z)[:2], (0, ""))
    for address in X, Y, Z:
        bench.hear(hub, ADD, address)
    equal("del", bench.client.once("del", X, Z)[:2], (0, ""))
    for address in X, Z:
        bench.hear(hub, DELETE, address)
    bench.table_becomes({Y: None})


def announce_announced_twice(bench):
    """route-client(1) add: what is announced twice is there once: one withdrawal is enough"""
    hub = bench.join_hub("--announce", X)
    bench.hear(hub, ADD, X)
    bench.client.once("add", X)
    bench.client.once("add", Y)
    bench.hear(hub, ADD, Y)
    bench.client.once("del", X)
    bench.hear(hub, DELETE, X)
    bench.table_becomes({Y: None})


def announce_withdraws_what_others_have(bench):
    """route-client(1) del: what is not announced here is not withdrawn"""
    hub = bench.join_hub()
    sender = bench.peer(A)
    hub.add(X)
    sender.add(Y)
    bench.hear(hub, ADD, Y)
    bench.table_becomes({X: SERVER, Y: A})
    bench.client.once("del", X, Y, Z)
    bench.client.once("add", x(20))
    bench.hear(hub, ADD, x(20))
    equal("deletions", hub.whats(DELETE), [])
    bench.table_becomes({X: SERVER, Y: A, x(20): None})


def announce_bad_address(bench):
    """route-client(1) add: an address of 0/8, 127/8, class D or E is not announced"""
    hub = bench.join_hub()
    for address in "0.1.2.3", "127.0.0.1", "224.0.0.9", "240.0.0.1", "255.255.255.255":
        bench.client.once("add", address)
    bench.client.once("add", X)
    bench.hear(hub, ADD, X)
    equal("additions", hub.whats(ADD), [])
    bench.table_becomes({X: None})


def announce_ends_with_a_plain_server(bench):
    """route-client(1): when it ends it withdraws what it has announced, from a plain server by deletions"""
    hub = bench.join_hub("--announce", X, "--announce", Y)
    sender = bench.peer(A)
    sender.add(Z)
    bench.hear(hub, ADD, Z)
    hub.add(x(20))
    bench.routes_become({x(20): SERVER, Z: A})
    hub.heard.clear()
    bench.client.stop()
    for address in X, Y, Z:
        bench.hear(hub, DELETE, address)
    equal("routes that are left", bench.routes(), {})
    equal("deletions of what is not its own", hub.whats(DELETE), [])


def announce_ends_with_an_extended_server(bench):
    """route-client(1): when it ends an extended server is told BYE with its id"""
    hub = bench.extended_hub("--announce", X)
    hub.add(Y)
    bench.routes_become({Y: SERVER})
    bench.client.stop()
    equal("BYE", bench.hear(hub, BYE).field, hub.client_id)
    equal("routes that are left", bench.routes(), {})


def announce_port(bench):
    """route-client(1) --port: the port that it speaks from, and where senders reach it; 0 takes any"""
    hub = bench.add_hub()
    hub.to = None  # from where it comes
    bench.join_hub("--port", "0", "--announce", X, hub=None)
    bench.hear(hub, ADD, X)
    require(hub.to[1] not in (0, PORT), "another port than 5500", hub.to)
    bench.client.stop()
    hub.forget()
    hub.to = None
    bench.join_hub("--port", "6001", "--announce", Y, hub=None)
    bench.hear(hub, ADD, Y)
    equal("port", hub.to[1], 6001)
    sender = bench.peer(A)
    sender.to = hub.to
    sender.add(Z)
    bench.hear(hub, ADD, Z)


def announce_server_port(bench):
    """route-client(1) --server ADDRESS:PORT: the port of the server"""
    hub = bench.join(Hub(bench.there, SERVER, (HERE, PORT), port=7000))
    bench.join_hub("--announce", X, hub=None, server=f"{SERVER}:7000")
    bench.hear(hub, HELLO)
    bench.hear(hub, ADD, X)
    hub.add(Y)
    bench.table_becomes({X: None, Y: SERVER})
