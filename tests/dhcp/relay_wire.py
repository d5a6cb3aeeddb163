#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""relay_wire.py [--jobs N] [--tap] CASE... | all | --list

Tests of the DHCP relay as clients and servers see it: every octet on both wires, rule by rule.  The
relay is $DHCP_RELAY, $VETHLAB_BIN/dhcp-relay or ../../bin/dhcp-relay.
"""

import sys

import relay_agent
import relay_replies
import relay_requests
from relay_bench import Bench
from runner import main

MODULES = (relay_requests, relay_replies, relay_agent)

if __name__ == "__main__":
    sys.exit(main(__doc__, MODULES, Bench))
