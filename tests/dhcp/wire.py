#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Tests of the DHCP server as its clients see it: every octet on the wire, rule by rule.

    wire.py [--jobs N] [--tap] CASE...      runs these cases, or `all`
    wire.py --list                          each case and the rule that it tests

A case is a function in cases_*.py; its documentation begins with the rule.  Each has networks,
files and a server of its own (isolation.py, segment.py) and is root in there, whoever runs it.
The server is $DHCP_SERVER, $VETHLAB_BIN/dhcp-server or ../../bin/dhcp-server.
"""

import sys

import cases_address
import cases_binding
import cases_boot
import cases_database
import cases_fields
import cases_flood
import cases_input
import cases_options
import cases_probe
import cases_relay
import cases_request
import cases_return
from client import Bench
from runner import main

MODULES = (
    cases_fields, cases_options, cases_address, cases_request, cases_return, cases_binding,
    cases_boot, cases_relay, cases_input, cases_probe, cases_flood, cases_database,
)


if __name__ == "__main__":
    sys.exit(main(__doc__, MODULES, Bench))
