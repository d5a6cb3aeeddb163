# SPDX-License-Identifier: MIT
"""How the programs are called, and what they say of themselves."""

import signal
import socket

from bench import A, B, SERVER, x
from datagram import ADD, HELLO
from facts import equal, require
from program import greets, refuses

X, Y = x(10), x(11)
BOTH = (
    ("interval", "--interval", "50ms"), ("interval", "--interval", "2h"), ("interval", "--interval", "soon"),
    ("port", "--port", "65536"), ("port", "--port", "http"), ("key", "--key", "k" * 65), ("key", "--key", ""),
    ("colour", "--colour"), ("show", "show", "nonsense"),
)


def use_of_the_server(bench):
    """route-server(1) EXIT STATUS: 2 with one line that names it: wrong options, values and words"""
    for thing, *words in (*BOTH, ("listen|address", "--listen", "10.0.0.300"), ("max-clients", "--max-clients", "0"),
                          ("max-clients", "--max-clients", "many"), ("word", "word"),
                          ("show|clients", "show", "table", "clients")):
        refuses(bench.server, thing, *words)


def use_of_the_client(bench):
    """route-client(1) EXIT STATUS: 2 with one line that names it: wrong options, values and words"""
    with_server = [(thing, *words, *(() if words[0] == "show" else ("--server", SERVER))) for thing, *words in BOTH]
    for thing, *words in (*with_server, ("server",), ("server", "--server", "nowhere"),
                          ("server", "--server", SERVER + ":70000"), ("server", "--server", SERVER + ":"),
                          ("announce|address", "--server", SERVER, "--announce", "10.1.0.300"),
                          ("word", "--server", SERVER, "word"),
                          ("address", "add"), ("address", "del"), ("10.1.0.300", "add", X, "10.1.0.300"),
                          ("nowhere", "del", "nowhere")):
        refuses(bench.client, thing, *words)


def use_key_file_missing(bench):
    """route-server(1), route-client(1) --key-file: a file that cannot be read is named, and nothing starts"""
    for program, words in (bench.server, ()), (bench.client, ("--server", SERVER)):
        status, out, err = program.once("--key-file", "nowhere/key", *words)
        require(status in (1, 2) and not out and "nowhere/key" in err, "status 1 or 2, and the file's name", err)


def use_help(bench):
    """route-server(1), route-client(1) --help, --version: status 0, on standard output"""
    greets(bench.server, "route-server")
    greets(bench.client, "route-client")


def use_nobody_to_ask(bench):
    """route-server(1), route-client(1) EXIT STATUS: 1 if there is none to be asked or told"""
    for program, words in ((bench.server, ("show",)), (bench.server, ("show", "clients", "--json")),
                           (bench.client, ("show", "counts")), (bench.client, ("add", X)), (bench.client, ("del", X))):
        status, out, err = program.once(*words)
        equal(f"status of {program.name} {' '.join(words)}", status, 1, err)
        require(not out and program.name in err, f"nothing on stdout, and {program.name} on stderr", out + err)


def use_port_of_the_server(bench):
    """route-server(1) EXIT STATUS: 1 if the port is in use, and the message has the port"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
        somebody.bind(("0.0.0.0", 5500))
        status, _, err = bench.server.once()
        equal("status", status, 1, err)
        require("5500" in err, "the port", err)
        bench.serve("--port", "5501")


def use_port_of_the_client(bench):
    """route-client(1) EXIT STATUS: 1 if the port is in use, and the message has the port"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
        somebody.bind(("0.0.0.0", 5500))
        status, _, err = bench.client.once("--server", SERVER)
        equal("status", status, 1, err)
        require("5500" in err, "the port", err)
    hub = bench.join_hub()
    status, _, err = bench.client.once("--server", SERVER)
    equal("status of a second client", status, 1, err)
    bench.hear(hub, HELLO)


def use_second_server(bench):
    """route-server(1) EXIT STATUS: 1 if there is another one, which goes on"""
    bench.serve()
    status, _, err = bench.server.once()
    equal("status", status, 1, err)
    require("5500" in err, "the port", err)
    a, b = bench.known(A, B)
    a.add(X)
    bench.hear(b, ADD, X)
    bench.routes_become({X: A})


def use_ready(bench):
    """NOTIFY_SOCKET: after READY=1 no datagram is lost"""
    b = bench.peer(B)
    for number in range(4):
        bench.serve()
        b.add(x(200))
        a = bench.peer(A)
        a.add(x(number))
        bench.hear(b, ADD, x(number))
        bench.server.stop()
        bench.leave(a)
        b.forget()


def use_show_text(bench):
    """route-server(1) show: the table, if nothing is named, as text: destination, next hop, clients"""
    bench.serve()
    a, _ = bench.known(A, B)
    a.add(X, Y)
    bench.routes_become({X: A, Y: A})
    for words in ("show",), ("show", "table"):
        status, out, err = bench.server.once(*words)
        equal("status", (status, err), (0, ""))
        rows = [line for line in out.splitlines() if X in line or Y in line]
        require(len(rows) == 2 and all(f"{A}:5500" in row and row.count(A) >= 2 for row in rows),
                "a row for each, with the next hop and the client", out)
    for word, thing in ("clients", f"{A}:5500"), ("counts", "bad-length"):
        status, out, err = bench.server.once("show", word)
        equal("status", (status, err), (0, ""))
        require(thing in out, thing, out)


def use_show_text_of_the_client(bench):
    """route-client(1) show: the table as text: who an entry is from, local ones too"""
    hub = bench.join_hub("--announce", X)
    hub.add(Y)
    bench.routes_become({Y: SERVER})
    status, out, err = bench.client.once("show")
    equal("status", (status, err), (0, ""))
    require(any(X in line and "local" in line for line in out.splitlines()), f"{X} local", out)
    require(any(Y in line and SERVER in line for line in out.splitlines()), f"{Y} by way of {SERVER}", out)
    status, out, err = bench.client.once("show", "counts", "-j")
    equal("status of counts", (status, err), (0, ""))


def use_signals(bench):
    """route-server(1), route-client(1) SIGNALS: SIGINT and SIGTERM end it with status 0, with peers or without"""
    for number in signal.SIGINT, signal.SIGTERM:
        bench.serve()
        bench.server.signal(number)
        bench.server.ends(0)
        bench.join_hub(hub=None, server="10.0.0.77")
        bench.client.signal(number)
        bench.client.ends(0)
