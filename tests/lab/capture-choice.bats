#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What is asked for of a capture, whose names stand in it, and what is told between the frames.
#
#   pc1 ----- office ----- router ----- campus ----- pc2
#   .1         10.0.1.0/24   |   10.0.2.0/24          .2
#                            +------ pc3   a cable, 10.0.3.0/24

load helpers
load facts
load capture

# ---- what is captured

@test "a node, an interface, a LAN: what is named is captured, once, and nothing else" {
  office_and_campus
  begin pc1 pc1
  begin eth1 router:eth1
  begin office office
  begin some pc1 office router:eth2 pc1:eth0
  begin router router
  ping_once pc1 10.0.2.2
  ping_once pc1 10.0.3.3
  local c
  for c in pc1 eth1 office some router; do
    finish "$c"
  done
  run names pc1.pcapng
  assert_output 'pc1:eth0'
  run where pc1.pcapng icmp icmp.type
  assert_output 'pc1:eth0 out 8
pc1:eth0 in 0
pc1:eth0 out 8
pc1:eth0 in 0'
  run names eth1.pcapng
  assert_output 'router:eth1'
  run where eth1.pcapng icmp icmp.type
  assert_output 'router:eth1 out 8
router:eth1 in 0'
  run names office.pcapng
  assert_output 'pc1:eth0,router:eth0'
  has_frames office.pcapng icmp 8
  # each crossing of the three wires once
  run names some.pcapng
  assert_output --partial 'pc1:eth0,router:eth0,router:eth2'
  has_frames some.pcapng icmp 10
  run names router.pcapng
  assert_output --partial 'router:eth0,router:eth1,router:eth2'
  has_frames router.pcapng icmp 8
}

@test "names that there are not: status 3, and what was meant; nothing is written" {
  office_and_campus
  run timeout 10 vethlab capture -w no.pcapng ofice
  assert_failure 3
  assert_output --partial "'ofice'"
  assert_output --partial "did you mean 'office'?"
  run timeout 10 vethlab capture -w no.pcapng router:eth3
  assert_failure 3
  assert_output --partial "'eth3'"
  run timeout 10 vethlab capture -w no.pcapng roter:eth1
  assert_failure 3
  assert_output --partial "did you mean 'router'?"
  run timeout 10 vethlab capture -l nolab -w no.pcapng
  assert_failure 3
  assert_output --partial nolab
  [[ ! -e no.pcapng ]] || fail "a file is there"
}

@test "a filter in words and in one argument; behind names" {
  office_and_campus
  begin words icmp and dst host 10.0.2.2
  begin one 'icmp and dst host 10.0.2.2'
  begin named router:eth1 campus 'icmp and dst host 10.0.2.2'
  begin host 'host 10.0.2.2 or ether proto 0x88b5'
  begin none udp port 9
  ping_once pc1 10.0.2.2
  sends pc1 eth0 "$(frame 88b5)"
  local c
  for c in words one named host none; do
    finish "$c"
  done
  has_frames words.pcapng eth 4
  has_frames words.pcapng 'ip.dst == 10.0.2.2' 4
  has_frames one.pcapng 'ip.dst == 10.0.2.2' 4
  has_frames named.pcapng eth 2
  has_frames host.pcapng icmp 8
  has_frames host.pcapng 'eth.type == 0x88b5' 2
  has_frames none.pcapng eth 0
  # it is with each interface
  run block words.pcapng pcapng.options.option.data.interface.filter.string
  assert_output --partial 'icmp and dst host 10.0.2.2,icmp'
}

@test "wrong use: status 2, with the reason; nothing is written" {
  office_and_campus
  local line
  while read -r line; do
    # shellcheck disable=SC2086
    run timeout 10 vethlab capture $line
    echo "vethlab capture $line"
    assert_failure 2
    assert_output --regexp "^vethlab"
  done <<'L'
-w no.pcapng tcp port
-w no.pcapng tcp and and
-w no.pcapng pc1 udp port 67 office
-w no.pcapng -c 0
-w no.pcapng -c -1
-w no.pcapng -c many
-w no.pcapng -c 99999999999999999999
-w no.pcapng -d soon
-w no.pcapng -d -1s
-w no.pcapng --buffer much
-w no.pcapng --max-size 5x
-w no.pcapng --max-time never
-w no.pcapng --files 3
-w no.pcapng --files 0 --max-size 10k
-w - --max-size 100k
--max-time 1s
-w
--nosuch
L
  [[ ! -e no.pcapng ]] || fail "a file is there"
  run timeout 10 vethlab capture -w no/such/folder.pcapng
  assert_failure 1
  assert_output --partial 'no/such/folder.pcapng: No such file or directory'
  run timeout 10 vethlab capture -w .
  assert_failure 1
}

# ---- names

@test "addresses have their nodes' names, one that comes later too" {
  dhcp_lab "[sh, -c, 'while ! test -e go; do sleep 0.02; done; exec dhcp-client eth0']" 'ready: started'
  lab_up ./lab.yml
  begin all
  touch "$VETHLAB_STATE_DIR/$LAB/nodes/pc/go"
  vethlab wait pc address 10.0.0.100/24
  # it is told before frames that come after
  has_event '10.0.0.100' pc
  ping_once pc 10.0.0.1
  ping_once pc fd00::1
  finish all
  run tshark -N n -r all.pcapng -Y 'icmp || icmpv6.type == 128' -T fields -e ip.src_host -e ip.dst_host -e ipv6.dst_host
  assert_line --regexp $'^pc\tserver'
  assert_line --regexp $'^server\tpc'
  assert_line --regexp $'^\t\tserver$'
  refute_line --partial 10.0.0.
  # and a good file has no name of an address that is none
  run tshark -N n -r all.pcapng -Y 'dhcp' -T fields -e ip.src_host -e ip.dst_host
  refute_line --regexp '(^|[[:space:]])pc[[:space:]].*255'
  assert_line --partial '255.255.255.255'
}

# ---- what is told

# a node that prints the lines that are written into its file `in`
printing_lab() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      talk: {command: [sh, -c, 'mkfifo in; while :; do cat in; done'], ready: {command: test -p in}}
      victim: {command: sleep 1000}
  b: {lan: lan}
L
  lab_up ./lab.yml
}

# prints LINE: node a does, and it is in its log
prints() {
  printf '%s\n' "$1" >"$VETHLAB_STATE_DIR/$LAB/nodes/a/in"
  log_has a "talk | $1"
}

@test "printed lines and events stand between the frames, in the order of time" {
  printing_lab
  prints 'before it began'
  begin all icmp
  prints 'first line'
  ping_once a 10.0.0.2
  prints 'second  line: "quoted", tab	here, Grüße'
  vethlab kill a/victim
  has_event 'victim.*(killed|signal|KILL)' a
  ping_once a 10.0.0.2
  vethlab link b:eth0 down
  has_event 'eth0 .*down'
  prints 'last line'
  finish all
  # which neighbour has which MAC, and when, is the kernel's business
  run shows all.pcapng 'icmp.type == 8 && frame.interface_name == "a:eth0" || systemd_journal && !(systemd_journal.message contains ": 10.0")' \
    icmp.type systemd_journal.hostname systemd_journal.syslog_id systemd_journal.message
  assert_output '- a talk a: first line
8 - - -
- a talk a: second  line: "quoted", tab\there, Grüße
- a vethlab a: kill a/victim KILL
- a vethlab a: victim was ended by signal 9 (Killed)
8 - - -
- b vethlab b: link b:eth0 down
- b vethlab b: eth0 no-carrier
- a talk a: last line'
}

@test "lines of more than one size, of octets that are no text, and many at once: none is lost" {
  printing_lab
  begin all
  local i in=$VETHLAB_STATE_DIR/$LAB/nodes/a/in
  for i in {1..500}; do
    echo "line $i of 500"
  done >"$in"
  printf 'a \xff\xfe\x01 b\n\nempty before\n' >"$in"
  head -c 3000 /dev/zero | tr '\0' x >"$in"
  echo end >"$in"
  prints 'the end'
  finish all
  run shows all.pcapng 'systemd_journal.syslog_id == "talk"' systemd_journal.message
  for i in {1..500}; do
    assert_equal "${lines[i - 1]}" "a: line $i of 500"
  done
  assert_line 'a: empty before'
  assert_line --regexp 'x{1000}'
  assert_line 'a: the end'
}

@test "arguments of every kind: an answer, never a crash" {
  a_and_b
  cat >arguments.py <<'P'
import random, subprocess, sys
random.seed(7)
words = ["a", "b", "lan", "a:eth0", "a:", ":eth0", "b:eth9", "-w", "-", "no/such", "-c", "0", "1", "-d", "1ms", "-1",
         "99999999999999999999", "--max-size", "1", "--files", "--max-time", "--buffer", "1M", "--both", "-q", "--stats",
         "--", "icmp", "and", "(", "not", "host 10.0.0.1", "tcp[13] & 8 != 0", "ether[99999999999]", "", " ", "%s%n",
         "\x01\x02", "\xff" * 300, "a" * 5000, "-l", "nobody"]
for i in range(150):
    args = [random.choice(words) for _ in range(random.randrange(7))]
    if random.random() < 0.3:
        args = [w[:random.randrange(len(w) + 1)] for w in args]
    command = ["vethlab", "capture", "-d", "1ms", "-w", "some.pcapng", *args]
    try:
        p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=15)
    except subprocess.TimeoutExpired:
        sys.exit("did not end: %r" % args)
    if p.returncode not in (0, 1, 2, 3):
        sys.exit("status %d: %r" % (p.returncode, args))
    if p.returncode and not p.stderr:
        sys.exit("no word: %r" % args)
P
  run /usr/bin/python3 arguments.py
  assert_success
  assert_output ""
}
