# SPDX-License-Identifier: MIT
"""Namespaces of a case's own, for root and for an ordinary user alike.

    the user's shell
      wire.py
        a process that waits, in new user (unless root), mount, network and PID namespaces
          the case: PID 1 of its namespace, on a tmpfs of its own
            dhcp-server

When the case ends, however it ends, the kernel ends the server and forgets the networks and the
files.  Nothing has a name outside.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct

NEWNS, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x10000000, 0x20000000, 0x40000000
MS_PRIVATE_RECURSIVE = 1 << 18 | 1 << 14
PR_SET_PDEATHSIG = 1
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if getattr(libc, function)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")


def die_with_parent():
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def leave_the_world():
    """New namespaces for this process, its future children included."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        call("unshare", NEWUSER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    call("unshare", NEWNS | NEWNET | NEWPID)
    call("mount", b"none", b"/", None, MS_PRIVATE_RECURSIVE, None)


def mount_tmpfs(folder, size="64m"):
    call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", 0, f"size={size},mode=700".encode())


def remount_tmpfs(folder, size):
    call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", 32, f"size={size}".encode())


class Network:
    """A network namespace beside this process's own: sockets of it are made with socket(), and what
    is started within `with network:` runs in there."""

    def __init__(self):
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        call("unshare", NEWNET)
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY)
        call("setns", self.home, NEWNET)

    def __enter__(self):
        call("setns", self.fd, NEWNET)

    def __exit__(self, *_):
        call("setns", self.home, NEWNET)

    def socket(self, *arguments):
        with self:
            return socket.socket(*arguments)


def bring_up(sock, interface):
    """As `ip link set INTERFACE up` does, in the network of the socket."""
    name = interface.encode().ljust(16, b"\0")
    flags = struct.unpack_from("H", fcntl.ioctl(sock, SIOCGIFFLAGS, name + bytes(24)), 16)[0]
    fcntl.ioctl(sock, SIOCSIFFLAGS, name + struct.pack("H", flags | IFF_UP) + bytes(22))


def checksum_offload(sock, interface, on):
    """Off: the kernel fills in the checksums of what leaves, as on a wire that is real."""
    value = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STXCSUM, on))
    name = interface.encode().ljust(16, b"\0")
    fcntl.ioctl(sock, SIOCETHTOOL, name + struct.pack("P16x", ctypes.addressof(value)))
