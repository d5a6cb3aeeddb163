# SPDX-License-Identifier: MIT
"""A star of hosts by Mininet: says the pid of host 1 and "ready", waits for a line, stops."""

import os
import signal
import sys

from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo


def build(net, program):
    net.start()
    for host in net.hosts if program else []:
        host.cmd(program[0] + " &")
    print("pid", net.get("h1").pid)
    print("ready", flush=True)
    sys.stdin.readline()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    net = Mininet(topo=SingleSwitchTopo(int(sys.argv[1])), switch=LinuxBridge, controller=None)
    shells = [host.pid for host in net.hosts]
    try:
        build(net, sys.argv[2:])
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        net.stop()
        for pid in shells:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass  # Mininet has waited for it


main()
