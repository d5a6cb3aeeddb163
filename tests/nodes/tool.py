#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Small network tools for the tests, where nc and socat do not suffice.

    tool.py COMMAND ARGS...

All of them talk to 127.0.0.1, say on standard output what happened, one line
an event, and end with status 1 when something is not as it should be.  None
of them runs longer than LIMIT seconds.
"""

import errno
import hashlib
import heapq
import os
import random
import re
import resource
import select
import signal
import socket
import struct
import sys
import time

LIMIT = 100
HOST = "127.0.0.1"


def say(text):
    print(text, flush=True)


def fail(text):
    say("FAILED: " + text)
    sys.exit(1)


def all_descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connected(port, receive_buffer=0):
    s = socket.socket()
    if receive_buffer:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    s.connect((HOST, port))
    return s


def listener(port, backlog=1024):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((HOST, port))
    s.listen(backlog)
    return s


def reset(s):
    """Closes with a reset instead of the orderly end."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def command(timeout=None):
    """A line of standard input, '' at its end, None after the timeout."""
    ready, _, _ = select.select([sys.stdin], [], [], timeout)
    return sys.stdin.readline().strip() if ready else None


def read_all(s):
    """Everything up to the end; True if the end was a clean one."""
    data = b""
    while True:
        try:
            piece = s.recv(1 << 16)
        except ConnectionResetError:
            return data, False
        if not piece:
            return data, True
        data += piece


class Line:
    """A connection that is written and read without ever waiting for it."""

    def __init__(self, sock):
        self.sock = sock
        sock.setblocking(False)
        self.out = b""
        self.sent = 0
        self.ended = ""

    def fileno(self):
        return self.sock.fileno()

    def write(self):
        try:
            self.sent += self.sock.send(
                memoryview(self.out)[self.sent : self.sent + (1 << 18)]
            )
        except BlockingIOError:
            pass
        except OSError as e:
            self.ended = errno.errorcode.get(e.errno, str(e))
        if self.sent == len(self.out):
            self.out = b""
            self.sent = 0

    def read(self):
        try:
            data = self.sock.recv(1 << 18)
        except BlockingIOError:
            return None
        except OSError as e:
            self.ended = errno.errorcode.get(e.errno, str(e))
            return b""
        if not data:
            self.ended = self.ended or "EOF"
        return data


def pump(lines, on_data, done, seconds, refill=None):
    """Writes and reads all lines until done() or the time is over; calls
    refill(line) when all of a line's output has gone out."""
    end = time.monotonic() + seconds
    poll = select.epoll()
    by_fd = {}
    for ln in lines:
        by_fd[ln.fileno()] = ln
        poll.register(ln.fileno(), select.EPOLLIN)
    wants = set()

    def ask(ln):
        fd = ln.fileno()
        if bool(ln.out) != (fd in wants):
            wants.symmetric_difference_update({fd})
            more = select.EPOLLOUT if ln.out else 0
            poll.modify(fd, select.EPOLLIN | more)

    for ln in lines:
        ask(ln)
    while not done():
        if time.monotonic() > end:
            return False
        for fd, event in poll.poll(0.2):
            ln = by_fd[fd]
            if event & select.EPOLLOUT:
                ln.write()
                if refill and not ln.out:
                    refill(ln)
            if event & ~select.EPOLLOUT:
                data = ln.read()
                if data:
                    on_data(ln, data)
            if ln.ended:
                poll.unregister(fd)
                by_fd.pop(fd)
                wants.discard(fd)
            else:
                ask(ln)
    return True


# ------------------------------------------------------------ the chat


def late_reader(port, size):
    """Sends SIZE octets without a newline, and reads only when the server
    has closed.  What it then reads goes to standard output."""
    s = connected(int(port))
    s.settimeout(10)
    try:
        s.sendall(b"x" * int(size))
    except OSError:
        pass  # the server may stop to read
    p = select.poll()
    p.register(s, select.POLLRDHUP)
    if not p.poll(15000):
        fail("the server has not closed the connection")
    try:
        s.send(b"and more\n")
    except OSError:
        pass
    data, clean = read_all(s)
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
    if not clean:
        print("ended by a reset", file=sys.stderr)


def crowd(port, number):
    """NUMBER clients at once: each gets a number of its own, one is refused,
    and what the first one says reaches each of the others exactly once."""
    all_descriptors()
    number = int(number)
    lines = []
    for _ in range(number):
        ln = Line(connected(int(port)))
        ln.text = b""
        lines.append(ln)
    welcome = re.compile(rb"^you are client ([0-9]+)\n")

    def on_data(ln, data):
        ln.text += data

    def welcomed():
        return all(welcome.match(ln.text) for ln in lines)

    if not pump(lines, on_data, welcomed, 30):
        missing = [ln.text[:60] for ln in lines if not welcome.match(ln.text)]
        fail(f"{len(missing)} got no number; they read: {missing[:3]}")
    numbers = {int(welcome.match(ln.text)[1]) for ln in lines}
    if len(numbers) != number:
        fail(f"{number} clients have only {len(numbers)} different numbers")
    say(f"{number} clients are in")

    data, _ = read_all(connected(int(port)))
    say("one more reads: " + data.decode().strip())

    me = int(welcome.match(lines[0].text)[1])
    hello = f"client {me}: hello, all of you\n".encode()
    lines[0].out = b"hello, all of you\n"

    def heard():
        return all(hello in ln.text for ln in lines[1:])

    if not pump(lines, on_data, heard, 30):
        deaf = sum(hello not in ln.text for ln in lines[1:])
        fail(f"{deaf} of {number - 1} have not heard the line")
    if hello in lines[0].text:
        fail("the sender has heard itself")
    if any(ln.text.count(hello) != 1 for ln in lines[1:]):
        fail("somebody has heard the line twice")
    if any(ln.ended for ln in lines):
        fail("somebody was dropped")
    say("all have heard")


def resets(port, number):
    """Connects that are reset at once."""
    for _ in range(int(number)):
        reset(connected(int(port)))
    say(f"{number} resets")


def hold(port, number, receive_buffer="0"):
    """Holds NUMBER connections open and never reads; `close` closes them."""
    all_descriptors()
    socks = []
    for _ in range(int(number)):
        s = socket.socket()
        if int(receive_buffer):
            s.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, int(receive_buffer)
            )
        s.setblocking(False)
        s.connect_ex((HOST, int(port)))
        socks.append(s)
    end = time.monotonic() + 1
    waiting = socks
    while waiting and time.monotonic() < end:
        _, done, _ = select.select([], waiting, [], 0.1)
        waiting = [s for s in waiting if s not in done]
    say(f"holding {number}, {len(waiting)} of them not connected")
    while command() not in ("close", ""):
        pass
    for s in socks:
        s.close()
    say("closed")


def hold_welcomed(port, number, receive_buffer):
    """Like hold, but each one has first read its `you are client N`."""
    socks = []
    for _ in range(int(number)):
        s = connected(int(port), int(receive_buffer))
        s.settimeout(10)
        say(s.recv(18).decode(errors="replace").split("\n")[0])
        socks.append(s)
    say(f"holding {number}")
    while command() not in ("close", ""):
        pass


def burst(port, senders, count, size):
    """SENDERS clients send COUNT lines of SIZE octets each, all in one go, and
    read what the others send."""
    senders, count, size = int(senders), int(count), int(size)
    lines = []
    for n in range(senders):
        ln = Line(connected(int(port)))
        ln.seen = b""
        ln.heard = 0
        lines.append(ln)

    def first(ln, data):
        ln.seen += data

    if not pump(
        lines, first, lambda: all(b"\n" in ln.seen for ln in lines), 15
    ):
        fail("not all were let in")
    for n, ln in enumerate(lines):
        text = b""
        for k in range(count):
            line = f"s{n:02d} l{k:04d} #".ljust(size - 1, "x")
            text += line.encode() + b"\n"
        ln.out = text
    want = (senders - 1) * count

    def on_data(ln, data):
        ln.heard += data.count(b"#")

    def done():
        return all(ln.heard >= want and not ln.out for ln in lines)

    good = pump(lines, on_data, done, 40)
    ended = [ln.ended for ln in lines if ln.ended]
    if ended:
        fail(f"{len(ended)} senders were dropped: {ended[:3]}")
    if not good or any(ln.heard != want for ln in lines):
        fail(f"lines heard, not {want}: {sorted(ln.heard for ln in lines)[:5]}")
    say("all sent and heard")


def flood(port, octets):
    """Sends OCTETS in numbered lines of 1,000 octets, then says exit."""
    ln = Line(connected(int(port)))
    count = int(octets) // 1000
    text = bytearray()
    for k in range(count):
        text += (f"{k:07d} ".ljust(999, "y") + "\n").encode()
    ln.out = bytes(text)
    started = time.monotonic()
    if not pump([ln], lambda *_: None, lambda: ln.ended or not ln.out, 60):
        fail(f"only {ln.sent} octets went out")
    if ln.ended:
        fail(f"the flooding client was dropped: {ln.ended}")
    ln.out = b"exit\n"
    pump([ln], lambda *_: None, lambda: ln.ended, 15)
    say(f"sent {count} lines in {time.monotonic() - started:.1f} s")


def flood_until(port, regex):
    """Sends lines until it has read one that is like REGEX."""
    ln = Line(connected(int(port)))
    want = re.compile(regex.encode())
    seen = b""
    sent = 0
    text = ("z" * 999 + "\n").encode() * 200

    def on_data(_, data):
        nonlocal seen
        seen += data

    def refill(_):
        nonlocal sent
        if sent < 150e6:
            ln.out = text
            sent += len(text)

    refill(ln)
    if (
        not pump(
            [ln], on_data, lambda: ln.ended or want.search(seen), 30, refill
        )
        or ln.ended
    ):
        fail(f"after {sent} octets: ended={ln.ended!r}, read {seen[-200:]!r}")
    say(f"after {sent} octets: {want.search(seen)[0].decode()}")
    end = Line(ln.sock)
    end.out = b"\nexit\n"
    pump([end], lambda *_: None, lambda: end.ended, 15)


def talker(port, path):
    """A server that talks all the time to its one client and reads what that
    one sends slowly, to the file PATH."""
    srv = listener(int(port))
    say("listening")
    s, _ = srv.accept()
    s.setblocking(False)
    chatter = b"blah blah\n" * 1000
    end = ""
    with open(path, "wb") as out:
        while not end:
            try:
                s.send(chatter)
            except BlockingIOError:
                pass
            except OSError as e:
                end = f"end: {e.strerror}"
            try:
                data = s.recv(8192)
                out.write(data)
                if not data:
                    end = "end: EOF"
            except BlockingIOError:
                pass
            except OSError as e:
                end = f"end: {e.strerror}"
            select.select([], [], [], 0.001)
    s.close()
    say(end)


# ------------------------------------------------------------ the forwarder


def echo(port):
    """A server that sends back what it reads, also after the client's end."""
    all_descriptors()
    srv = listener(int(port))
    srv.setblocking(False)
    say("listening")
    poll = select.epoll()
    poll.register(srv.fileno(), select.EPOLLIN)
    lines = {}
    number = 0
    while True:
        for fd, event in poll.poll():
            if fd == srv.fileno():
                try:
                    s, _ = srv.accept()
                except OSError:
                    continue
                number += 1
                ln = lines[s.fileno()] = Line(s)
                ln.number, ln.half = number, False
                poll.register(s.fileno(), select.EPOLLIN)
                say(f"accepted {number}")
                continue
            ln = lines[fd]
            if event & select.EPOLLOUT:
                ln.write()
            if event & ~select.EPOLLOUT:
                data = ln.read()
                if data:
                    ln.out = ln.out[ln.sent :] + data
                    ln.sent = 0
                    ln.write()
                elif data == b"" and ln.ended == "EOF":
                    ln.half, ln.ended = True, ""
            if ln.ended or (ln.half and not ln.out):
                say(f"end {ln.number} {ln.ended or 'EOF'}")
                poll.unregister(fd)
                lines.pop(fd)
                ln.sock.close()
                continue
            # a full buffer or an end that was seen: no more reading
            full = ln.half or len(ln.out) - ln.sent > 1 << 20
            want = (select.EPOLLOUT if ln.out else 0) | (
                0 if full else select.EPOLLIN
            )
            poll.modify(fd, want)


def through(port, number):
    """NUMBER connections, all open at once; each gets its own token back."""
    all_descriptors()
    number = int(number)
    lines = []
    for n in range(number):
        ln = Line(connected(int(port)))
        ln.token = f"token {n} of the crowd\n".encode()
        ln.out, ln.back = ln.token, b""
        lines.append(ln)

    def on_data(ln, data):
        ln.back += data

    def done():
        return all(ln.back or ln.ended for ln in lines)

    pump(lines, on_data, done, 30)
    bad = [ln for ln in lines if ln.back != ln.token]
    if bad:
        fail(
            f"{len(bad)} of {number} wrong, such as {bad[0].back!r} "
            f"instead of {bad[0].token!r}, ended={bad[0].ended!r}"
        )
    say(f"{number} were answered")
    if command(0.0) is None:
        command()  # they stay open until told to go


def churn(port, number):
    """NUMBER connections, 50 at a time, that end in all kinds of ways."""
    number = int(number)
    dice = random.Random(1)
    done = 0
    while done < number:
        socks = [connected(int(port)) for _ in range(min(50, number - done))]
        for s in socks:
            s.settimeout(15)
            s.sendall(b"abc")
        for s in socks:
            way = dice.randrange(4)
            if way == 0:  # reset with an answer perhaps under way
                reset(s)
                continue
            if way == 1:  # gone without having read
                s.close()
                continue
            if way == 2:  # the end first, then the answer
                s.shutdown(socket.SHUT_WR)
                data, clean = read_all(s)
                if data != b"abc" or not clean:
                    fail(f"read {data!r}, clean end: {clean}")
            elif s.recv(3, socket.MSG_WAITALL) != b"abc":
                fail("a wrong answer")
            s.close()
        done += len(socks)
    say(f"{number} came and went")


def paired(up_port, port):
    """A client and the upstream's end of the same connection."""
    srv = listener(int(up_port))
    say("listening")
    up, _ = srv.accept()
    end = time.monotonic() + 15
    while True:
        try:
            client = connected(int(port))
            break
        except ConnectionRefusedError:
            if time.monotonic() > end:
                fail("the forwarder does not open its port")
            time.sleep(0.01)
    for s in up, client:
        s.settimeout(15)
    client.sendall(b"ping")
    if up.recv(4, socket.MSG_WAITALL) != b"ping":
        fail("the upstream has not read ping")
    up.sendall(b"pong")
    if client.recv(4, socket.MSG_WAITALL) != b"pong":
        fail("the client has not read pong")
    return client, up


def reset_seen(how, up_port, port):
    """A reset by one side (HOW: client, upstream) is seen by the other."""
    client, up = paired(up_port, port)
    if how == "client":
        reset(client)
        other = up
    else:
        if how == "upstream-after-fin":
            client.shutdown(socket.SHUT_WR)
            if up.recv(1) != b"":
                fail("the upstream does not see the client's end")
        reset(up)
        other = client
    data, clean = read_all(other)
    if clean:
        fail(f"the other side has read {data!r} and then a clean end")
    say("the other side has seen a reset")


def stall(who, up_port, port, octets):
    """WHO (client, upstream) sends until nothing moves, for at most OCTETS;
    after `go` the other side reads, and finds all of it."""
    client, up = paired(up_port, port)
    source, sink = (client, up) if who == "client" else (up, client)
    block = random.Random(7).randbytes(1 << 20)
    sent_hash, sent = hashlib.sha256(), 0
    source.setblocking(False)
    p = select.poll()
    p.register(source, select.POLLOUT)
    while sent < int(octets) and p.poll(700):
        at = sent % len(block)
        n = source.send(memoryview(block)[at:])
        sent_hash.update(memoryview(block)[at : at + n])
        sent += n
    if sent >= int(octets):
        fail(f"{sent} octets went out and nothing has stopped them")
    say(f"blocked after {sent >> 20} MiB")
    command()
    source.setblocking(True)
    source.shutdown(socket.SHUT_WR)
    got_hash, got = hashlib.sha256(), 0
    while True:
        data = sink.recv(1 << 20)
        if not data:
            break
        got_hash.update(data)
        got += len(data)
    if got != sent or got_hash.digest() != sent_hash.digest():
        fail(f"{sent} octets went in, {got} came out, or others")
    say("all arrived")


# ------------------------------------------------------------ the peers


def garbage_of(dice):
    """Datagrams that no sane peer sends."""
    yield b""
    for first in range(256):
        yield bytes([first])
    for text in (b"exit\n", b"garbage\n", b"peer: garbage", b"\x1b[31mgarbage"):
        yield text
    for size in (2, 3, 4, 7, 8, 11, 12, 15, 16, 24, 100, 1472, 1473, 60000):
        yield bytes(size)
        yield b"\xff" * size
        for _ in range(8):
            yield dice.randbytes(size)


def send_garbage(sock, to):
    count = 0
    for data in garbage_of(random.Random(5)):
        try:
            sock.sendto(data, to)
        except ConnectionRefusedError:
            pass
        count += 1
        if count % 20 == 0:
            time.sleep(0.002)  # else the socket's buffer overflows
    return count


def stranger(from_host, from_port, to_port, what):
    """Sends datagrams from an address of one's own: WHAT is hex or garbage."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((from_host, int(from_port)))
    to = (HOST, int(to_port))
    if what == "garbage":
        say(f"sent {send_garbage(s, to)}")
    else:
        for text in what.split(","):
            s.sendto(bytes.fromhex(text), to)
        say("sent")


def relay(a_port, x_port, y_port, b_port):
    """Between two peers: what A sends to X goes from Y to B, and back.

        peer A (a_port) <-> (x_port) relay (y_port) <-> (b_port) peer B

    Commands: pass; drop; drop a>b; drop b>a; chaos; garbage a; garbage b.
    Each datagram is logged: direction, fate, length, octets in hex."""
    dice = random.Random(3)
    x = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    x.bind((HOST, int(x_port)))
    y = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    y.bind((HOST, int(y_port)))
    for s in x, y:
        s.setblocking(False)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    a, b = (HOST, int(a_port)), (HOST, int(b_port))
    mode = "pass"
    later = []
    say("relaying")

    def give(direction, data):
        try:
            if direction == "a>b":
                y.sendto(data, b)
            else:
                x.sendto(data, a)
        except OSError:
            pass  # nobody there (yet)

    def handle(direction, data):
        fates = ["passed"]
        if mode == "drop" or mode == "drop " + direction:
            fates = ["dropped"]
        elif mode == "chaos":
            throw = dice.random()
            if throw < 0.25:
                fates = ["dropped"]
            elif throw < 0.45:
                fates = ["passed", "delayed"]
            elif throw < 0.75:
                fates = ["delayed"]
        say(f"{direction} {'+'.join(fates)} {len(data)} {data.hex()}")
        for fate in fates:
            if fate == "passed":
                give(direction, data)
            elif fate == "delayed":
                when = time.monotonic() + dice.uniform(0.001, 0.06)
                heapq.heappush(later, (when, direction, data))

    while True:
        wait = max(0, later[0][0] - time.monotonic()) if later else None
        ready, _, _ = select.select([x, y, sys.stdin], [], [], wait)
        while later and later[0][0] <= time.monotonic():
            _, direction, data = heapq.heappop(later)
            give(direction, data)
        for s, direction in (x, "a>b"), (y, "b>a"):
            if s in ready:
                try:
                    handle(direction, s.recv(65536))
                except OSError:
                    pass
        if sys.stdin in ready:
            # unbuffered, or select would not see the second of two lines
            order = b""
            while not order.endswith(b"\n"):
                octet = os.read(0, 1)
                if not octet:
                    return
                order += octet
            order = order.decode().strip()
            if order == "garbage a":
                send_garbage(x, a)
            elif order == "garbage b":
                send_garbage(y, b)
            else:
                mode = order
            say("ok " + order)


COMMANDS = {
    f.__name__.replace("_", "-"): f
    for f in (
        late_reader, crowd, resets, hold, hold_welcomed, burst, flood,
        flood_until, talker, echo, through, churn, reset_seen, stall,
        stranger, relay,
    )
}

if __name__ == "__main__":
    signal.alarm(LIMIT)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
