#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""client_wire.py [--jobs N] [--tap] CASE... | all | --list

Tests of the DHCP client as a server sees it: every octet on the wire, rule by rule, and what the
kernel has of it afterwards.  The client is $DHCP_CLIENT, $VETHLAB_BIN/dhcp-client or
../../bin/dhcp-client.
"""

import sys

import client_discover
import client_end
import client_apply
import client_probe
import client_reception
import client_reboot
import client_renew
import client_script
import client_select
from client_bench import Bench
from runner import main

MODULES = (
    client_discover, client_select, client_reception, client_apply, client_renew, client_probe,
    client_reboot, client_end, client_script,
)

if __name__ == "__main__":
    sys.exit(main(__doc__, MODULES, Bench))
