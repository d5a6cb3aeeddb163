#!/bin/sh
# SPDX-License-Identifier: MIT
# frr.sh zebra|ripd: a daemon of FRR in a node, in a mount namespace of its own (unshare --mount), with
# $1.conf of the working folder. FRR's user must be able to write there, and to find the file again by
# the folder's whole path; and what it leaves in /var/tmp shall be there too.
chown frr . 2>/dev/null
mount --bind . /var/tmp && cd /var/tmp &&
	exec "/usr/lib/frr/$1" -f "$1.conf" -z zserv -i "$1.pid" --vty_socket . -P 0
