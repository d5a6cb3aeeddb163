#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What one breaks on purpose: commands, links, LANs; and that it is whole again afterwards.
#
#   start stop restart kill   link NODE:IF|LAN down|up|rate|delay...   partition / heal

load helpers
load facts

# ---- commands

commands() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      one: {command: sleep 1001, restart: always}
      two: {command: "sh -c 'echo two is up; exec sleep 1002'", after: one}
  b: {lan: lan, run: {server: {command: chat-server --port 5000}}}
  c: {lan: lan}
L
  lab_up ./lab.yml
}

@test "stop: the command is gone when it returns, and stays stopped, whatever restart says" {
  commands
  local init
  init=$(cat "$VETHLAB_STATE_DIR/$LAB/lock")
  assert pgrep -P "$init" -f '^sleep 1001$'
  run vethlab stop a/one
  assert_success
  refute pgrep -P "$init" -f '^sleep 1001$'
  assert pgrep -P "$init" -f '^sleep 1002$'
  run is_command a one stopped
  assert_success
  run vethlab wait a exited one
  assert_success
  has_event ' a +command +one stopped'
  # the pause before a restart is 100 ms
  run vethlab wait -t 500ms a count 1 log 'never'
  run is_command a one stopped
  assert_success
  run vethlab events a
  refute_output --partial 'one starts again'
}

@test "stop: links, addresses and routes of the node stay" {
  commands
  local before
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  before=$(vethlab exec a sh -c 'ip -br addr; ip route')
  vethlab stop a
  assert_equal "$(vethlab exec a sh -c 'ip -br addr; ip route')" "$before"
  run reaches c a
  assert_success
}

@test "start: returns when the command is ready" {
  commands
  vethlab stop b/server
  run vethlab exec c nc -z 10.0.0.2 5000
  assert_failure
  run vethlab start b/server
  assert_success
  run vethlab exec c nc -z 10.0.0.2 5000
  assert_success
  run is_command b server ready
  assert_success
}

@test "start: fails, with the last lines, if the command ends before it is ready" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run: {server: {command: "sh -c 'test -e bad && { echo no luck; exit 4; }; exec nc -lk 80'", ready: 80}}
L
  lab_up ./lab.yml
  vethlab stop a/server
  touch "$VETHLAB_STATE_DIR/$LAB/nodes/a/bad"
  run vethlab start a/server
  assert_failure 1
  assert_output --partial 'no luck'
  assert_output --partial '4'
  rm "$VETHLAB_STATE_DIR/$LAB/nodes/a/bad"
  run vethlab start a/server
  assert_success
}

@test "start: gives up after --timeout, status 1" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {server: {command: sleep 1000, ready: {command: test ! -e never}}}}
L
  lab_up ./lab.yml
  vethlab stop a
  touch "$VETHLAB_STATE_DIR/$LAB/nodes/a/never"
  local before
  before=$(us)
  run timeout 60 vethlab start -t 300ms a/server
  assert_failure 1
  (($(us) - before < 5000000)) || fail "given up after $((($(us) - before) / 1000)) ms"
  assert_output --partial server
}

@test "stop, start: all commands of a node, in reverse and in start order" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
x-script: &script |
  echo "$1 up" >>list; trap 'echo "$1 down" >>list; exit 0' TERM; while :; do sleep 0.05; done
nodes:
  a:
    lan: lan
    run:
      late: {command: [sh, -c, *script, sh, late], after: middle, ready: {command: grep -q late list}}
      early: {command: [sh, -c, *script, sh, early], ready: {command: grep -q early list}}
      middle: {command: [sh, -c, *script, sh, middle], after: early, ready: {command: grep -q middle list}}
L
  lab_up ./lab.yml
  local list=$VETHLAB_STATE_DIR/$LAB/nodes/a/list
  : >"$list"
  run vethlab stop a
  assert_success
  assert_equal "$(tr '\n' ' ' <"$list")" "late down middle down early down "
  : >"$list"
  run vethlab start a
  assert_success
  assert_equal "$(tr '\n' ' ' <"$list")" "early up middle up late up "
  : >"$list"
  run vethlab restart a
  assert_success
  assert_equal "$(tr '\n' ' ' <"$list")" "late down middle down early down early up middle up late up "
}

# none_runs NODE PATTERN
none_runs() { ! vethlab exec "$1" pgrep -f "$2"; }

@test "stop: SIGKILL after 5 s to what does not listen, and to the whole process group" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {deaf: {command: [sh, -c, "trap '' TERM; sh -c 'while :; do sleep 0.1; done' & echo up; while :; do sleep 0.1; done"]}}}
L
  lab_up ./lab.yml
  log_has a 'deaf | up'
  local before ms
  before=$(us)
  run vethlab stop a/deaf
  assert_success
  ms=$((($(us) - before) / 1000))
  ((ms >= 4500 && ms < 15000)) || fail "SIGKILL after $ms ms, not after 5 s"
  # a pid namespace has the processes of every node: none of them, once init has buried them
  wait_until 'no process of it is left' none_runs a 'while :'
}

@test "stop: SIGTERM goes to the process group" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {group: {command: [sh, -c, "sh -c 'trap \"echo child; exit\" TERM; echo up; while :; do sleep 0.05; done' & wait"]}}}
L
  lab_up ./lab.yml
  log_has a 'group | up'
  run vethlab stop a/group
  assert_success
  log_has a 'group | child'
}

@test "restart: another process, and ready again" {
  commands
  local before after
  before=$(pid_of b server)
  run vethlab restart b/server
  assert_success
  after=$(pid_of b server)
  [[ $before && $after && $before != "$after" ]] || fail "pid '$before', then '$after'"
  run vethlab exec c nc -z 10.0.0.2 5000
  assert_success
}

@test "restart of a command that was stopped starts it" {
  commands
  vethlab stop b/server
  run vethlab restart b/server
  assert_success
  run is_command b server ready
  assert_success
}

@test "start of what runs and stop of what does not: a note and status 0" {
  commands
  local pid
  pid=$(pid_of b server)
  run --separate-stderr vethlab start b/server
  assert_success
  [[ $stderr ]] || fail "no note"
  assert_equal "$(pid_of b server)" "$pid"
  vethlab stop b/server
  run --separate-stderr vethlab stop b/server
  assert_success
  [[ $stderr ]] || fail "no note"
}

@test "several commands and nodes at once" {
  commands
  run vethlab stop a/two b
  assert_success
  run is_command a two stopped
  assert_success
  run is_command b server stopped
  assert_success
  run is_command a one ready
  assert_success
  run vethlab start b/server a/two
  assert_success
  run is_command a two ready
  assert_success
}

@test "start, stop, restart, kill: no such node or command: status 3, the nearest name" {
  commands
  local verb
  for verb in start stop restart kill; do
    run vethlab "$verb" b/sever
    assert_failure 3
    assert_output --partial "did you mean 'server'"
    run vethlab "$verb" bb
    assert_failure 3
    run vethlab "$verb" bb/server
    assert_failure 3
    run vethlab "$verb" bb b/server
    assert_failure 3
    run vethlab "$verb"
    assert_failure 2
    run vethlab "$verb" -l nope b
    assert_failure 3
  done
  run is_command b server ready
  assert_success
}

@test "kill: SIGKILL by default; restart: always starts it again" {
  commands
  local before
  before=$(pid_of a one)
  run vethlab kill a/one
  assert_success
  has_event ' a +command +one was ended by signal 9'
  has_event ' a +command +one starts again in 100 ms'
  wait_until "it is another process" other_pid "$before" a one
  has_event ' - +fault .*|a +fault +'
  command_is a one ready
}

other_pid() {
  local now
  now=$(pid_of "$2" "$3")
  echo "now: '$now'"
  [[ $now && $now != "$1" ]]
}

@test "kill: without restart the command stays failed" {
  commands
  run vethlab kill b/server
  assert_success
  wait_until "it has failed" is_command b server failed
  run vethlab kill b/server
  assert_failure 1
}

@test "kill -s: names with and without SIG, and numbers; unknown ones are refused" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {s: [sh, -c, "trap 'echo usr1' USR1; trap 'echo hup' HUP; trap 'echo winch' WINCH; echo up; while :; do sleep 0.05; done"]}}
L
  lab_up ./lab.yml
  log_has a 's | up'
  run vethlab kill -s USR1 a/s
  assert_success
  log_has a 's | usr1'
  run vethlab kill -s SIGHUP a/s
  assert_success
  log_has a 's | hup'
  run vethlab kill --signal 28 a/s
  assert_success
  log_has a 's | winch'
  local bad
  for bad in NOPE SIGNOPE -1 0 99 ""; do
    run vethlab kill -s "$bad" a/s
    assert_failure 2
  done
  run vethlab kill -s STOP a/s
  assert_success
  run vethlab kill -s CONT a/s
  assert_success
  run vethlab kill -s TRM a/s
  assert_failure 2
  assert_output --partial "TERM"
}

@test "kill: the whole process group" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {group: {command: [sh, -c, "sleep 2001 & sleep 2002 & echo up; wait"]}}}
L
  lab_up ./lab.yml
  log_has a 'group | up'
  vethlab kill a/group
  wait_until "the group is gone" none_of 'sleep 200[12]'
}

none_of() {
  ! vethlab exec a pgrep -fa "^$1"
}

@test "restart: on-failure:3 gives up after 3 restarts in a row, and stays failed" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {bad: {command: "sh -c 'echo alive; exit 7'", restart: "on-failure:3"}}}
L
  lab_up ./lab.yml
  wait_until "it stays failed" vethlab wait -q a exited bad
  wait_until "four lives" vethlab wait -q a count 4 log '^alive$'
  run is_command a bad failed
  assert_success
  assert_equal "$(vethlab events a | grep -c 'bad starts again')" 3
  assert_equal "$(vethlab events a | grep -c 'bad exited with status 7')" 4
  assert_equal "$(vethlab ps --json | json "d['nodes'][0]['commands'][0]['restarts']")" 3
  # by hand it may again
  touch "$VETHLAB_STATE_DIR/$LAB/nodes/a/x"
  run vethlab start a/bad
  wait_until "five lives or more" vethlab wait -q a count 5 log '^alive$'
}

@test "restart: always:2 counts good ends too; on-failure:N does not start a good end again" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {good: {command: "sh -c 'echo alive'", restart: "always:2"}}}
  b: {lan: lan, run: {good: {command: "sh -c 'echo alive'", restart: "on-failure:2"}}}
L
  lab_up ./lab.yml
  run vethlab wait a exited good and count 3 log alive
  assert_success
  assert_equal "$(vethlab events a | grep -c 'good starts again')" 2
  run vethlab wait b exited good and count 1 log alive
  assert_success
  assert_equal "$(vethlab events b | grep -c 'good starts again')" 0
}

@test "restart: a life of 10 s counts as good, and the limit begins anew" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      c:
        command: [sh, -c, "echo alive; test ! -e good || exec env sh -c 'rm good; sleep 10.5; exit 1'; test -e old || touch old good; exit 1"]
        restart: on-failure:1
L
  lab_up ./lab.yml
  # the first life ends at once, the second after 10.5 s, the third at once
  run vethlab wait -t 40s a count 3 log '^alive$' and exited
  assert_success
  run is_command a c failed
  assert_success
  assert_equal "$(vethlab logs a | grep -c '| alive$')" 3
}

@test "stop and kill of a command in the pause before its restart" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {c: {command: "sh -c 'exit 1'", restart: always}}}
L
  lab_up ./lab.yml
  # the pause is 100, 200, 400, 800 ms
  has_event 'c starts again in 800 ms'
  run vethlab kill a/c
  assert_failure 1
  run vethlab stop a/c
  assert_success
  run is_command a c stopped
  assert_success
  local lives
  lives=$(vethlab events a | grep -c 'c started')
  run vethlab wait -t 1500ms a log never
  assert_failure 1
  assert_equal "$(vethlab events a | grep -c 'c started')" "$lives"
  run is_command a c stopped
  assert_success
}

@test "restart: a bad limit is a fault with its place" {
  local bad
  for bad in on-failure:x on-failure:-1 on-failure: sometimes:3 no:3 on-failure:99999999999; do
    lab_of <<L
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {c: {command: sleep 1, restart: "$bad"}}}
L
    run vethlab check lab.yml
    [[ $status == 2 && $output == *"lab.yml:3:"* ]] || fail "restart: $bad: status $status: $output"
  done
}

# ---- links

routed() {
  lab_of <<'L'
lans: {office: [10.0.1.0/24, "fd01::/64"]}
nodes:
  a: {lan: office}
  b: {lan: office}
  c: {lan: office}
  r1: {forward: yes, interfaces: {eth0: office}}
  r2: {forward: yes}
links:
  - [r1:eth1, r2:eth0, 10.9.0.0/30, "fd09::/64"]
L
  lab_up ./lab.yml
}

link_of() {
  vethlab exec "$1" ip -br link show dev "$2" | awk '{print $1, $2}'
}

@test "link down on a switch: no carrier, admin up, addresses of both families kept; up mends it" {
  routed
  local before
  before=$(vethlab exec a ip -br addr show dev eth0 | awk '{$1 = $2 = ""; print}')
  run vethlab link a:eth0 down
  assert_success
  run vethlab exec a cat /sys/class/net/eth0/carrier
  assert_output 0
  run vethlab exec a ip link show dev eth0
  assert_output --partial 'NO-CARRIER'
  assert_output --regexp '<[^>]*\bUP\b'
  assert_equal "$(vethlab exec a ip -br addr show dev eth0 | awk '{$1 = $2 = ""; print}')" "$before"
  misses a 10.0.1.2
  misses b 10.0.1.1
  misses a fd01::2
  run reaches b 10.0.1.3
  assert_success
  has_event ' a +link +eth0 no-carrier'
  has_event ' fault +.*eth0.* down'
  run vethlab link a:eth0 up
  assert_success
  # frames pass when it returns: the first packet is not lost
  run vethlab exec a ping -c 1 -W 2 10.0.1.2
  assert_success
  run vethlab exec b ping -6 -c 1 -W 2 fd01::1
  assert_success
  assert_equal "$(vethlab exec a ip -br addr show dev eth0 | awk '{$1 = $2 = ""; print}')" "$before"
  has_event ' fault +.*eth0.* up'
}

@test "link down on a cable: no carrier at NODE, addresses and static routes kept at both ends" {
  routed
  in_node r1 'ip route add 10.8.0.0/24 via 10.9.0.2; ip -6 route add fd08::/64 via fd09::2'
  local before far
  before=$(vethlab exec r1 sh -c 'ip -4 -o addr; ip -6 -o addr show scope global; ip -o -6 addr show scope link' | sed 's/ *$//')
  far=$(vethlab exec r2 sh -c 'ip -4 -o addr; ip -6 -o addr show scope global')
  run vethlab link r1:eth1 down
  assert_success
  run vethlab exec r1 cat /sys/class/net/eth1/carrier
  assert_output 0
  run vethlab exec r1 ip -br link show dev eth1
  assert_output --partial 'NO-CARRIER'
  assert_equal "$(vethlab exec r1 sh -c 'ip -4 -o addr; ip -6 -o addr show scope global; ip -o -6 addr show scope link' | sed 's/ *$//')" "$before"
  run vethlab exec r1 ip route
  assert_output --partial '10.8.0.0/24 via 10.9.0.2'
  misses r1 10.9.0.2
  run vethlab link r1:eth1 up
  assert_success
  run vethlab exec r1 ping -c 1 -W 2 10.9.0.2
  assert_success
  run vethlab exec r1 ping -6 -c 1 -W 2 fd09::2
  assert_success
  run vethlab exec r2 ping -6 -c 1 -W 2 fd09::1
  assert_success
  # the other end has its addresses, too
  assert_equal "$(vethlab exec r2 sh -c 'ip -4 -o addr; ip -6 -o addr show scope global')" "$far"
  run vethlab exec r1 ip -6 route
  assert_output --partial 'fd08::/64 via fd09::2'
}

@test "link up of a cable mends it: the far node has the routes of the lab file again" {
  lab_of <<'L'
nodes:
  r1: {forward: yes, routes: {10.7.0.0/24: r2, "fd07::/64": r2}}
  r2: {forward: yes, routes: {10.8.0.0/24: r1, "fd08::/64": r1, default: r1}}
links: [[r1:eth0, r2:eth0, 10.9.0.0/30, "fd09::/64"]]
L
  lab_up ./lab.yml
  local before
  before=$(vethlab exec r2 sh -c 'ip route; ip -6 route' | sort)
  vethlab link r1:eth0 down
  vethlab link r1:eth0 up
  assert_equal "$(vethlab exec r2 sh -c 'ip route; ip -6 route' | sort)" "$before"
}

@test "link down of a LAN: each port of it, and no other link" {
  routed
  run vethlab link office down
  assert_success
  local node
  for node in a b c r1; do
    run vethlab exec "$node" cat /sys/class/net/eth0/carrier
    assert_output 0
  done
  run reaches r1 10.9.0.2
  assert_success
  run vethlab link office up
  assert_success
  for node in b c r1; do
    run vethlab exec a ping -c 1 -W 2 "$node"
    assert_success
    run vethlab exec "$node" ping -c 1 -W 2 a
    assert_success
  done
}

@test "link down and up twice is as once; one end after the other" {
  routed
  run vethlab link a:eth0 down
  assert_success
  run vethlab link a:eth0 down
  assert_success
  run vethlab link a:eth0 up
  assert_success
  run vethlab link a:eth0 up
  assert_success
  run vethlab exec a ping -c 1 -W 2 b
  assert_success
  vethlab link r1:eth1 down
  vethlab link r2:eth0 down
  vethlab link r1:eth1 up
  vethlab link r2:eth0 up
  run vethlab exec r1 ping -c 1 -W 2 10.9.0.2
  assert_success
}

@test "link: no such node, interface, LAN: status 3 and the nearest name; bad words: status 2" {
  routed
  run vethlab link r1:eth9 down
  assert_failure 3
  assert_output --regexp "did you mean '(r1:)?eth[01]'"
  run vethlab link r9:eth0 down
  assert_failure 3
  run vethlab link ofice down
  assert_failure 3
  assert_output --partial "did you mean 'office'"
  local words wrong=0
  for words in "" "a:eth0" "a:eth0 sideways" "a:eth0 rate" "a:eth0 rate fast" "a:eth0 rate 0" "a:eth0 rate -1mbit" \
    "a:eth0 rate 10mbitt" "a:eth0 delay" "a:eth0 delay x" "a:eth0 loss" "a:eth0 loss 101%" "a:eth0 loss -1%" \
    "a:eth0 loss x" "a:eth0 duplicate" "a:eth0 down up"; do
    # shellcheck disable=SC2086
    run vethlab link $words
    if [[ $status != 2 || $output != vethlab*:* ]]; then
      echo "link $words: expected status 2 and a word; actual: status $status: $output"
      wrong=1
    fi
  done
  assert_equal "$wrong" 0
}

# seconds_for FROM TO ADDRESS BYTES: a TCP transfer, in milliseconds
transfer_ms() {
  local from=$1 to=$2 address=$3 bytes=$4 before
  start sink vethlab exec "$to" socat -u TCP-LISTEN:7000,reuseaddr OPEN:/dev/null
  vethlab wait -q "$to" listen 7000
  before=$(us)
  vethlab exec "$from" sh -c "head -c $bytes /dev/zero | socat -u - TCP:$address:7000"
  wait "$(started)"
  echo $((($(us) - before) / 1000))
}

# rate_is MBIT FROM TO ADDRESS: 1.5 s worth of bytes take 1 to 4 s
rate_is() {
  local ms
  ms=$(transfer_ms "$2" "$3" "$4" $(($1 * 187500)))
  ((ms > 1000 && ms < 4000)) || fail "$2 to $3 at $1 mbit: $(($1 * 1500)) kbit in $ms ms, not in about 1500"
}

@test "link rate: both directions, each; none takes it away; the other links are as before" {
  routed
  run vethlab link a:eth0 rate 4mbit
  assert_success
  rate_is 4 a b 10.0.1.2
  rate_is 4 b a 10.0.1.1
  local ms
  ms=$(transfer_ms b c 10.0.1.3 750000)
  ((ms < 1000)) || fail "b to c, without a rate: 750 kB in $ms ms"
  run vethlab link a:eth0 rate none
  assert_success
  ms=$(transfer_ms a b 10.0.1.2 750000)
  ((ms < 1000)) || fail "after rate none: 750 kB in $ms ms"
  ms=$(transfer_ms b a 10.0.1.1 750000)
  ((ms < 1000)) || fail "after rate none, the other way: 750 kB in $ms ms"
}

@test "link rate: a cable; another rate replaces the first; clear takes it away" {
  routed
  run vethlab link r1:eth1 rate 1mbit
  assert_success
  run vethlab link r1:eth1 rate 8000kbit
  assert_success
  rate_is 8 r1 r2 10.9.0.2
  rate_is 8 r2 r1 10.9.0.1
  run vethlab link r2:eth0 rate 4mbit
  assert_success
  rate_is 4 r1 r2 10.9.0.2
  run vethlab link r1:eth1 clear
  assert_success
  vethlab link r2:eth0 clear
  local ms
  ms=$(transfer_ms r1 r2 10.9.0.2 1000000)
  ((ms < 1000)) || fail "after clear: 1 MB in $ms ms"
}

@test "link rate: a LAN, each of its links" {
  routed
  run vethlab link office rate 4mbit
  assert_success
  rate_is 4 b c 10.0.1.3
  run vethlab link office clear
  assert_success
  local ms
  ms=$(transfer_ms b c 10.0.1.3 750000)
  ((ms < 1000)) || fail "after clear: 750 kB in $ms ms"
}

@test "link rate: it stays over down and up, and is told as an event" {
  routed
  vethlab link a:eth0 rate 4mbit
  vethlab link a:eth0 down
  vethlab link a:eth0 up
  rate_is 4 a b 10.0.1.2
  rate_is 4 b a 10.0.1.1
  has_event ' fault +.*eth0.*4 ?mbit'
}

# has_netem: whether this kernel has it, asked in a namespace of our own
has_netem() {
  unshare -Urn sh -c 'ip link add d0 type veth peer d1 && tc qdisc add dev d0 root netem delay 1ms' 2>netem.err
}

@test "link delay, loss, duplicate, reorder, corrupt without netem: status 1 and a sentence that names it" {
  ! has_netem || skip "this kernel has netem"
  routed
  local words
  for words in "delay 10ms" "delay 10ms 2ms" "loss 5%" "duplicate 1%" "delay 5ms reorder 1%" "corrupt 1%"; do
    # shellcheck disable=SC2086
    run vethlab link a:eth0 $words
    assert_failure 1
    assert_output --regexp '^vethlab.*: .*netem'
    assert_equal "${#lines[@]}" 1
  done
  # nothing is left of the attempt, and all the rest of it still works
  run reaches a b
  assert_success
  run vethlab link a:eth0 clear
  assert_success
  run vethlab link a:eth0 rate 10mbit delay 10ms
  assert_failure 1
  local ms
  ms=$(transfer_ms a b 10.0.1.2 2500000)
  ((ms < 1000)) || fail "half of what was refused was done: 20 mbit in $ms ms"
}

@test "link delay and loss with netem" {
  has_netem || skip "this kernel has no netem: $(cat netem.err)"
  routed
  run vethlab link a:eth0 delay 50ms
  assert_success
  reaches a b
  local rtt
  rtt=$(sed -nE 's|^rtt .* = ([0-9]+)\..*|\1|p' ping.out)
  ((rtt >= 50)) || fail "with a delay of 50 ms the least round trip is $rtt ms"
  run vethlab link a:eth0 loss 100%
  assert_success
  misses a b
  run vethlab link a:eth0 clear
  assert_success
  run vethlab exec a ping -c 1 -W 2 b
  assert_success
}

# ---- partitions

#  a b c d e   on one switch
five() {
  lab_of <<'L'
lans: {office: [10.0.1.0/24, "fd01::/64"]}
nodes:
  a: {lan: office}
  b: {lan: office}
  c: {lan: office}
  d: {lan: office}
  e: {lan: office}
  f: {lan: office}
L
  lab_up ./lab.yml
}

declare -gA NUMBER=([a]=1 [b]=2 [c]=3 [d]=4 [e]=5 [f]=6)

# can FROM TO...: by IPv4 and IPv6
can() {
  local from=$1 to
  shift
  for to in "$@"; do
    reaches "$from" "10.0.1.${NUMBER[$to]}" || return
    reaches "$from" "fd01::${NUMBER[$to]}" || return
  done
}

# cannot FROM TO...: neither by IPv4 nor IPv6
cannot() {
  local from=$1 to
  shift
  for to in "$@"; do
    misses "$from" "10.0.1.${NUMBER[$to]}" || return
    misses "$from" "fd01::${NUMBER[$to]}" || return
  done
}

carriers() {
  local node
  for node in a b c d e f; do
    echo "$node $(vethlab exec "$node" sh -c 'cat /sys/class/net/eth0/carrier_changes /sys/class/net/eth0/carrier' | tr '\n' ' ')"
  done
}

@test "partition: a side reaches itself, not the other; unnamed nodes have each other; heal" {
  five
  # what they know of each other must not help
  can a b c d e
  run vethlab partition a,b / c,d
  assert_success
  can a b
  can c d
  can e f
  cannot a c d e
  cannot b c
  cannot c a
  cannot e a c
  has_event ' fault +.*partition|fault +.*office'
  run vethlab heal
  assert_success
  can a b c d e
  can e d
}

@test "partition: no node sees its carrier change, nor any change of its link or addresses" {
  five
  local before
  before=$(carriers)
  start monitor vethlab exec a ip -o monitor link address
  waits monitor
  vethlab partition a,b / c,d
  vethlab partition a / b / c
  vethlab heal
  in_node a 'ip link add end0 type veth peer end1'
  wait_until "the monitor has seen all" grep -q end0 monitor.out
  assert_equal "$(carriers)" "$before"
  # a late word of the kernel that all is well, from the lab's beginning, is none
  run grep -E 'Deleted|NO-CARRIER|state DOWN|state LOWERLAYERDOWN' monitor.out
  refute_output --partial eth0
  run vethlab events
  refute_output --regexp ' link +eth0 (down|no-carrier|gone)'
  refute_output --regexp ' address .*removed'
}

@test "partition: three sides; a new partition of the LAN replaces the old one" {
  five
  run vethlab partition a,b / c / d,e
  assert_success
  can a b
  can d e
  cannot a c d f
  cannot c d f
  run vethlab partition a,c / b,d
  assert_success
  can a c
  can b d
  can e f
  cannot a b e
  cannot d e
  run vethlab heal office
  assert_success
  can a b c d e
}

@test "partition: at once in both directions, also for connections that are there" {
  five
  start server vethlab exec c socat -u TCP-LISTEN:7000,reuseaddr OPEN:got,creat
  vethlab wait -q c listen 7000
  talk client vethlab exec a socat -u - TCP:10.0.1.3:7000
  say client before
  wait_until "it came" grep -q before got
  vethlab partition a / c
  say client during
  cannot a c
  refute grep -q during got
  vethlab heal
  wait_until "TCP sends it again" grep -q during got
}

@test "partition: multicast and broadcast stay on their side" {
  five
  vethlab partition a,b / c,d
  local node
  for node in b c e; do
    start "$node" vethlab exec "$node" tcpdump -lnpi eth0 "ip src 10.0.1.1 or ip6 dst ff05::99"
    wait_until "tcpdump listens" grep -q 'listening on' "$node.err"
  done
  wait_until "b hears a multicast" heard b 224.9.9.9 'echo multi | socat -u - UDP4-DATAGRAM:224.9.9.9:7001,ip-multicast-if=10.0.1.1'
  wait_until "b hears a broadcast" heard b 10.0.1.255 'echo broad | socat -u - UDP4-DATAGRAM:10.0.1.255:7002,broadcast'
  wait_until "b hears an IPv6 multicast" heard b ff05::99 'ping -6 -c 1 -W 0.1 -I eth0 ff05::99 || true'
  # what c and e hear later on is behind anything that could have come by then
  vethlab heal
  wait_until "c hears a" heard c 7003 'echo after | socat -u - UDP4-DATAGRAM:10.0.1.255:7003,broadcast'
  wait_until "e hears a" heard e 7003 'echo after | socat -u - UDP4-DATAGRAM:10.0.1.255:7003,broadcast'
  run cat c.out e.out
  refute_output --partial 224.9.9.9
  refute_output --partial 10.0.1.255.7002
  refute_output --partial ff05::99
}

# heard NAME TEXT LINE: a sends by the line of shell, and NAME has seen it
heard() {
  vethlab exec a sh -c "$3"
  grep -F -- "$2" "$1.out"
}

@test "partition --name and --lan: of several LANs, healed each by its name" {
  lab_of <<'L'
lans: {one: 10.0.1.0/24, two: 10.0.2.0/24}
nodes:
  a: {interfaces: {eth0: one, eth1: two}}
  b: {interfaces: {eth0: one, eth1: two}}
  c: {interfaces: {eth0: one}}
L
  lab_up ./lab.yml
  run vethlab partition a / b
  assert_failure 2
  assert_output --regexp 'one.*two|--lan'
  run vethlab partition --lan one --name split a / b
  assert_success
  misses a 10.0.1.2
  reaches a 10.0.2.2
  run vethlab partition --lan two a / b
  assert_success
  misses a 10.0.2.2
  run vethlab heal split
  assert_success
  reaches a 10.0.1.2
  misses a 10.0.2.2
  run vethlab heal two
  assert_success
  reaches a 10.0.2.2
  # c is on one LAN only: no question which
  run vethlab partition a / c
  assert_success
  misses a 10.0.1.3
  run vethlab heal
  assert_success
  reaches a 10.0.1.3
}

@test "partition, heal: bad use" {
  five
  run vethlab partition a,b / z
  assert_failure 3
  run vethlab partition
  assert_failure 2
  run vethlab partition a / a
  assert_failure 2
  run vethlab partition a,b / b,c
  assert_failure 2
  run vethlab partition a / ""
  assert_failure 2
  run vethlab partition --lan ofice a / b
  assert_failure 3
  assert_output --partial "did you mean 'office'"
  run vethlab heal nosuch
  assert_failure
  assert_output --partial nosuch
  run vethlab heal
  assert_success
  can a b
}

@test "partition and link down together: each is mended by its own verb" {
  five
  vethlab partition a,b / c,d
  vethlab link a:eth0 down
  vethlab heal
  misses a 10.0.1.3
  run vethlab exec a cat /sys/class/net/eth0/carrier
  assert_output 0
  vethlab partition a,b / c,d
  vethlab link a:eth0 up
  can a b
  cannot a c
  vethlab heal
  can a c
}

@test "partition: a hub" {
  lab_of <<'L'
lans: {office: {subnet: [10.0.1.0/24, "fd01::/64"], kind: hub}}
nodes: {a: {lan: office}, b: {lan: office}, c: {lan: office}, d: {lan: office}}
L
  lab_up ./lab.yml
  vethlab partition a,b / c,d
  can a b
  can c d
  cannot a c
  start dump vethlab exec d tcpdump -c 1 -ni eth0 icmp and host 10.0.1.1
  wait_until "tcpdump listens" grep -q 'listening on' dump.err
  can a b
  goes_on dump
  vethlab heal
  can a c
}

@test "a lab with faults ends as any other, and nothing is left" {
  five
  vethlab partition a,b / c,d
  vethlab link e:eth0 down
  vethlab link f:eth0 rate 1mbit
  run vethlab down
  assert_success
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
}
