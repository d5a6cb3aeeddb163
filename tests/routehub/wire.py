#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""wire.py [--jobs N] [--tap] CASE... | all | --list

Tests of route-server and route-client as those see them that they speak with: every octet, rule by
rule, from PROTOCOL of route-server(1).  The programs are $ROUTE_SERVER and $ROUTE_CLIENT, those of
$VETHLAB_BIN, or ../../bin/route-server and ../../bin/route-client.
"""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../dhcp"))

import importlib  # noqa: E402

from bench import Bench  # noqa: E402
from runner import main  # noqa: E402

MODULES = [importlib.import_module(name) for name in (
    "server_plain", "server_owners", "server_soft", "server_sync", "server_auth", "server_fib",
    "client_plain", "client_announce", "client_soft", "client_sync", "client_auth", "client_fib",
    "hub_input", "hub_use", "hub_whole",
)]

if __name__ == "__main__":
    sys.exit(main(__doc__, MODULES, Bench))
