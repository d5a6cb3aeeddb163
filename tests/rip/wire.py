#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""wire.py [--jobs N] [--tap] CASE... | all | --list

Tests of ripd as its neighbours and the kernel see it: every octet on its wires, rule by rule, and the
routes that it makes of them.  ripd is $RIPD, $VETHLAB_BIN/ripd or ../../bin/ripd.
"""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../dhcp"))  # wires and runner


import cases_age
import cases_announce
import cases_burst
import cases_checks
import cases_config
import cases_interface
import cases_kernel
import cases_learn
import cases_md5
import cases_next_hop
import cases_output
import cases_password
import cases_query
import cases_restart
import cases_robust
import cases_sha256
import cases_show
import cases_stop
import cases_trigger
import cases_version1
from bench import Bench
from runner import main

MODULES = (
    cases_query, cases_output, cases_version1, cases_checks, cases_robust, cases_learn, cases_age,
    cases_next_hop, cases_trigger, cases_interface, cases_stop, cases_password, cases_md5, cases_sha256,
    cases_kernel, cases_restart, cases_burst, cases_announce, cases_config, cases_show,
)

if __name__ == "__main__":
    sys.exit(main(__doc__, MODULES, Bench))
