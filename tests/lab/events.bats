#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# vethlab events: what happened, in order, without a gap.
#
#   kernel of each node, commands, faults --> one journal --> events [-f] [--json] [NODE]

load helpers
load facts

# event_of CHANGE REGEX: the line of shell in a makes such an event of a
event_of() {
  in_node a "$1"
  has_event "^ *[0-9]+\.[0-9]{9} a +$2\$" a
}

# journal_is_sound FILE: JSON events from the first on: n without gap, t never falling
journal_is_sound() {
  run /usr/bin/python3 - "$1" <<'P'
import json, sys
n = t = 0
for line in open(sys.argv[1]):
    e = json.loads(line)
    assert e["n"] == n + 1, "after event %d comes %d: %s" % (n, e["n"], line)
    assert e["t"] >= t, "time falls from %d to %d: %s" % (t, e["t"], line)
    assert set(e) >= {"n", "t", "node", "kind", "what"}, line
    n, t = e["n"], e["t"]
assert n, "no event"
print(n)
P
  assert_success
}

@test "events: a line has the time with nanoseconds, the node or -, the kind and a text" {
  two_nodes
  in_node a 'ip addr add 10.0.0.77/24 dev eth0'
  run --separate-stderr vethlab events
  assert_success
  assert_equal "$stderr" ""
  assert_line --index 0 --regexp '^ *0\.[0-9]{9} - +lab +building$'
  assert_line --regexp '^ *[0-9]+\.[0-9]{9} - +lab +up\b'
  local line
  for line in "${lines[@]}"; do
    assert_regex "$line" \
      '^ *[0-9]+\.[0-9]{9} (-|a|b) +(lab|command|link|address|route|neighbour|fault|lost) +[^ ]'
  done
}

@test "events: times are from the start of the lab, and rise" {
  two_nodes
  in_node a 'ip addr add 10.0.0.77/24 dev eth0; ip link set eth0 down; ip link set eth0 up'
  has_event 'eth0 down'
  vethlab events | awk '{print $1}' >times.txt
  run sort -c -n times.txt
  assert_success
  local age
  age=$(($(date +%s) - $(stat -c %Y "$VETHLAB_STATE_DIR/$LAB/lock")))
  run awk -v age="$age" '$1 < 0 || $1 > age + 2 {print "an event at " $1 " s in a lab of " age " s"}' times.txt
  assert_output ""
}

@test "events: a link goes down, up, loses its carrier, is gone" {
  lab_of <<'L'
nodes: {a:, b:}
links: [[a:eth0, b:eth0, 10.0.0.0/24]]
L
  lab_up ./lab.yml
  event_of 'ip link set eth0 down' 'link +eth0 down'
  event_of 'ip link set eth0 up' 'link +eth0 up'
  in_node b 'ip link set eth0 down'
  has_event ' a +link +eth0 no-carrier$'
  has_event ' b +link +eth0 down$'
  event_of 'ip link add d0 type veth peer d1' 'link +d0 down'
  event_of 'ip link del d0' 'link +d0 gone'
  has_event ' a +link +d1 gone$'
}

@test "events: addresses of both families come and go, with length and interface" {
  two_nodes
  event_of 'ip addr add 10.0.0.77/24 dev eth0' 'address +10\.0\.0\.77/24 on eth0 added'
  event_of 'ip addr del 10.0.0.77/24 dev eth0' 'address +10\.0\.0\.77/24 on eth0 removed'
  event_of 'ip -6 addr add fd00::77/64 dev eth0 nodad' 'address +fd00::77/64 on eth0 added'
  event_of 'ip -6 addr del fd00::77/64 dev eth0' 'address +fd00::77/64 on eth0 removed'
}

@test "events: routes of both families are added, changed and removed" {
  two_nodes
  event_of 'ip route add 10.9.0.0/24 via 10.0.0.2' 'route +10\.9\.0\.0/24 via 10\.0\.0\.2 dev eth0 added'
  event_of 'ip route replace 10.9.0.0/24 via 10.0.0.3' \
    'route +10\.9\.0\.0/24 via 10\.0\.0\.3 dev eth0 changed.*'
  event_of 'ip route del 10.9.0.0/24' 'route +10\.9\.0\.0/24 via 10\.0\.0\.3 dev eth0 removed'
  event_of 'ip -6 route add fd09::/64 via fd00::2' 'route +fd09::/64 via fd00::2 dev eth0( metric 1024)? added'
  event_of 'ip -6 route replace fd09::/64 via fd00::3' 'route +fd09::/64 via fd00::3 dev eth0.* changed.*'
  event_of 'ip -6 route del fd09::/64' 'route +fd09::/64 via fd00::3 dev eth0( metric 1024)? removed'
}

@test "events: a default route is told" {
  two_nodes
  event_of 'ip route add default via 10.0.0.2' 'route +(default|0\.0\.0\.0/0) via 10\.0\.0\.2 dev eth0 added'
  event_of 'ip -6 route add default via fd00::2' 'route +(default|::/0) via fd00::2 dev eth0( metric 1024)? added'
}

@test "events: routes that the kernel takes away silently are removed here too" {
  two_nodes
  local add='ip route add 10.9.0.0/24 via 10.0.0.2'
  in_node a "$add"
  event_of 'ip link set eth0 down' 'route +10\.9\.0\.0/24 via 10\.0\.0\.2 dev eth0 removed'
  has_event ' a +route +10\.0\.0\.0/24 dev eth0 removed$'
  in_node a "ip link set eth0 up; $add; ip route add 10.8.0.0/24 via 10.0.0.2"
  event_of 'ip addr del 10.0.0.1/24 dev eth0' 'route +10\.8\.0\.0/24 via 10\.0\.0\.2 dev eth0 removed'
  in_node a "ip addr add 10.0.0.1/24 dev eth0
    ip nexthop add id 7 via 10.0.0.2 dev eth0; ip route add 10.7.0.0/24 nhid 7"
  has_event ' a +route +10\.7\.0\.0/24 via 10\.0\.0\.2 dev eth0 added'
  event_of 'ip nexthop del id 7' 'route +10\.7\.0\.0/24 via 10\.0\.0\.2 dev eth0 removed'
  in_node a 'ip link add d0 type veth peer d1; ip addr add 10.5.0.1/24 dev d0; ip link set d1 up; ip link set d0 up
    ip route add 10.6.0.0/24 via 10.5.0.2'
  has_event ' a +route +10\.6\.0\.0/24 via 10\.5\.0\.2 dev d0 added'
  event_of 'ip link del d0' 'route +10\.6\.0\.0/24 via 10\.5\.0\.2 dev d0 removed'
}

@test "events: neighbours: is MAC, failed, gone" {
  two_nodes
  local mac
  mac=$(vethlab exec b cat /sys/class/net/eth0/address)
  reaches a 10.0.0.2
  has_event " a +neighbour +10\.0\.0\.2 on eth0 is $mac$"
  vethlab exec a ping -c 1 -W 1 10.0.0.200 || true
  has_event ' a +neighbour +10\.0\.0\.200 on eth0 failed$'
  event_of 'ip neigh del 10.0.0.2 dev eth0' 'neighbour +10\.0\.0\.2 on eth0 (failed|gone)'
  event_of 'ip neigh flush dev eth0; ip link set eth0 down' 'neighbour +10\.0\.0\.2(00)? on eth0 gone'
}

@test "events: commands: started, ready, exited with status, ended by signal, starts again" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      three: {command: "sh -c 'mkfifo go; read x <go; exit 3'"}
      server: {command: sleep 1000, restart: on-failure}
      good: {command: "true", ready: exit}
L
  lab_up ./lab.yml
  has_event ' a +command +three started'
  has_event ' a +command +three ready'
  has_event ' a +command +good exited with status 0'
  wait_until "it reads" test -p "$VETHLAB_STATE_DIR/$LAB/nodes/a/go"
  echo >"$VETHLAB_STATE_DIR/$LAB/nodes/a/go"
  has_event ' a +command +three exited with status 3'
  kill -9 "$(pgrep -P "$(cat "$VETHLAB_STATE_DIR/$LAB/lock")" -x sleep)"
  has_event ' a +command +server was ended by signal 9'
  has_event ' a +command +server starts again in 100 ms'
  wait_until "server is started twice" started_twice
}

started_twice() {
  vethlab events a | tee events.now
  [[ $(grep -c 'command *server started' events.now) == 2 ]]
}

@test "events -f: goes on with each event as it happens, until the lab ends" {
  two_nodes
  start f vethlab events -f
  wait_until "it shows what was" grep -Eq -- '- +lab +up' f.out
  waits f
  in_node a 'ip addr add 10.0.0.77/24 dev eth0'
  wait_until "the address" grep -Eq ' a +address +10\.0\.0\.77/24 on eth0 added' f.out
  goes_on f
  vethlab down -q
  ends f
  assert_success
  assert_line --regexp ' - +lab +stopping'
  assert_equal "$(cat f.err)" ""
}

@test "events -f: ends when the lab's init is killed" {
  two_nodes
  start f vethlab events -f
  waits f
  kill -9 "$(cat "$VETHLAB_STATE_DIR/$LAB/lock")"
  ends f
}

@test "events -f: commands that the end of the lab ends are told as stopped" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan, run: sleep 1000}}
L
  lab_up ./lab.yml
  start f vethlab events -f
  waits f
  vethlab down -q
  ends f
  assert_line --regexp ' a +command +sleep (stopped|was ended by signal 15)'
}

@test "events -f: a reader that goes away ends it quietly" {
  two_nodes
  start f sh -c 'vethlab events -f | head -n 1'
  wait_until "the first event" grep -q building f.out
  in_node a 'ip addr add 10.0.0.77/24 dev eth0; ip addr del 10.0.0.77/24 dev eth0'
  ends f
  assert_equal "$(cat f.err)" ""
}

@test "events NODE: only its events; -n N: only the last N" {
  two_nodes
  in_node a 'ip addr add 10.0.0.77/24 dev eth0'
  in_node b 'ip addr add 10.0.0.78/24 dev eth0; ip addr add 10.0.0.79/24 dev eth0'
  has_event '10.0.0.77'
  has_event '10.0.0.79'
  run vethlab events a
  assert_line --partial '10.0.0.77/24 on eth0 added'
  refute_line --partial '10.0.0.78'
  refute_line --regexp '^ *[0-9.]+ [^a]'
  run vethlab events -n 1 b
  assert_equal "${#lines[@]}" 1
  run vethlab events -n 2
  assert_equal "${#lines[@]}" 2
  local all=$output
  run vethlab events
  assert_equal "$(tail -n 2 <<<"$output")" "$all"
  run vethlab events -n 0
  assert_success
  assert_output ""
  start f vethlab events -f -n 0 a
  waits f
  in_node b 'ip addr del 10.0.0.78/24 dev eth0'
  in_node a 'ip addr del 10.0.0.77/24 dev eth0'
  wait_until "the event of a" grep -q '10.0.0.77/24 on eth0 removed' f.out
  run cat f.out
  refute_line --partial '10.0.0.78'
  refute_line --partial 'added'
}

@test "events: no such lab, node; wrong use" {
  run vethlab events
  assert_failure 3
  two_nodes
  run vethlab events -l nope
  assert_failure 3
  run vethlab events c
  assert_failure 3
  run vethlab events -n many
  assert_failure 2
  run vethlab events a b
  assert_failure 2
}

@test "events --json: an object a line, n from 1 without a gap, t in nanoseconds" {
  two_nodes
  # shellcheck disable=SC2016 # the node's shell
  in_node a 'for i in 1 2 3 4 5 6 7 8 9; do ip addr add 10.0.0.7$i/24 dev eth0; ip route add 10.9.$i.0/24 via 10.0.0.2; done'
  in_node b 'ip link set eth0 down; ip link set eth0 up'
  has_event '10.9.9.0/24'
  has_event ' b +link +eth0 up'
  vethlab events --json >events.json
  journal_is_sound events.json
  assert_equal "$(wc -l <events.json)" "$(vethlab events | wc -l)"
  assert_equal "$(head -n 1 events.json | json "d['n'], d['node'], d['kind'], d['what'], d['t'] < 10**9")" \
    "1 None lab building True"
}

# last_event KIND: of a, its JSON
last_event() {
  vethlab events --json a | jq -c "select(.kind == \"$1\")" | tail -n 1
}

@test "events --json: the fields of each kind" {
  lab_of <<'L'
lans: {lan: [10.0.0.0/24, "fd00::/64"]}
nodes:
  a: {lan: lan, run: {c: {command: "sh -c 'until [ -e go ]; do sleep 0.05; done; exit 3'", ready: started}}, env: {A: b}}
  b: {lan: lan}
L
  lab_up ./lab.yml
  vethlab exec -d a touch go
  has_event 'c exited with status 3'
  assert_equal "$(last_event command | json "d['node'], d['what'], d['command'], d['status']")" "a exited c 3"
  assert_equal "$(vethlab events --json a | head -n 1 | json "d['what'], d['command'], d['pid'] > 1")" \
    "started c True"
  event_of 'ip addr add 10.0.0.77/24 dev eth0' 'address .*added'
  assert_equal "$(last_event address | json "d['what'], d['address'], d['dev']")" "added 10.0.0.77/24 eth0"
  event_of 'ip route add 10.9.0.0/24 via 10.0.0.2' 'route +10\.9\.0\.0/24.* added'
  assert_equal "$(last_event route | json "d['what'], d['prefix'], d['via'], 'eth0' in d['dev']")" \
    "added 10.9.0.0/24 ['10.0.0.2'] True"
  event_of 'ip route replace 10.9.0.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3' 'route +10\.9\.0\.0/24.* changed.*'
  assert_equal "$(last_event route | json "d['what'], d['prefix'], sorted(d['via'])")" \
    "changed 10.9.0.0/24 ['10.0.0.2', '10.0.0.3']"
  event_of 'ip link set eth0 down' 'link +eth0 down'
  assert_equal "$(last_event link | json "d['link'], d['state']")" "eth0 down"
}

@test "events: the order between nodes is that in which things happened" {
  two_nodes
  local i
  for i in 1 2 3 4 5; do
    in_node a "ip addr add 10.0.0.7$i/24 dev eth0"
    in_node b "ip addr add 10.0.0.8$i/24 dev eth0"
  done
  has_event '10.0.0.85/24'
  run sh -c "vethlab events | sed -n 's/.* 10\.0\.0\.\([78].\)\/24 on eth0 added/\1/p' | tr '\n' ' '"
  assert_output "71 81 72 82 73 83 74 84 75 85 "
}

@test "events: two readers and a late one see the same" {
  two_nodes
  start one vethlab events -f --json
  waits one
  start two vethlab events -f --json
  waits two
  # shellcheck disable=SC2016 # the node's shell
  in_node a 'for i in 1 2 3 4 5 6 7 8 9; do ip route add 10.9.$i.0/24 via 10.0.0.2; done; ip link set eth0 down'
  has_event '10.9.9.0/24 via 10.0.0.2 dev eth0 removed'
  vethlab events --json >late.out
  vethlab down -q
  ends one "${STARTED[0]}"
  ends two "${STARTED[1]}"
  diff one.out two.out
  head -n "$(wc -l <late.out)" one.out | diff - late.out
  journal_is_sound one.out
}

# routes_by_events FILE: what is there of 10.64.0.0/10 by the JSON events, and by the kernel
routes_by_events() {
  /usr/bin/python3 - "$1" <<'P' | sort
import json, sys
routes = set()
for line in open(sys.argv[1]):
    e = json.loads(line)
    if e["kind"] == "route" and e["node"] == "a" and e["prefix"].startswith("10.1"):
        (routes.discard if e["what"] == "removed" else routes.add)(e["prefix"])
print("".join(r + "\n" for r in routes), end="")
P
}

routes_of_kernel() {
  vethlab exec a ip -N route show root 10.0.0.0/8 | awk '$1 ~ /^10\.1[0-9][0-9]/ {print $1 ($1 ~ /\// ? "" : "/32")}' | sort
}

# flood N: adds N routes, and takes every other one and what is left of the first half away again
flood() {
  awk -v n="$1" 'BEGIN {
    for (i = 0; i < n; i++) print "route add 10." 100 + int(i / 65536) "." int(i / 256) % 256 "." i % 256 "/32 via 10.0.0.2"
    for (i = 0; i < n; i++) if (i % 2 || i < n / 2)
      print "route del 10." 100 + int(i / 65536) "." int(i / 256) % 256 "." i % 256 "/32"}' >flood
  vethlab exec a ip -batch flood
}

as_the_kernel() {
  routes_by_events f.out >by_events
  diff by_events by_kernel | head -n 10
  cmp -s by_events by_kernel
}

@test "events: after 200,000 changes of routes the events tell what the kernel has, without a gap" {
  two_nodes
  start f vethlab events -f --json
  waits f
  flood 115000
  routes_of_kernel >by_kernel
  assert_equal "$(wc -l <by_kernel)" 28750
  PATIENCE=60 wait_until "the routes by the events are those of the kernel" as_the_kernel
  journal_is_sound f.out
  if grep -q '"kind":"lost"' f.out; then
    echo "there was an overrun, and it was told" >&3
  fi
  # and it goes on as before
  in_node a 'ip route add 10.99.0.0/24 via 10.0.0.2; ip link set eth0 down'
  PATIENCE=60 wait_until "the route that the link took" grep -q '"prefix":"10.99.0.0/24".*' f.out
  : >by_kernel
  PATIENCE=60 wait_until "all routes are gone" as_the_kernel
}

@test "events: 20,000 routes that go with their link are told as removed, each" {
  # The kernel tells of the link before it takes its routes away, and lets them be read meanwhile.
  # No IPv6 here: its end would have the routes looked at again.
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan}, b: {lan: lan}}
L
  lab_up ./lab.yml
  start f vethlab events -f --json
  waits f
  awk 'BEGIN {for (i = 0; i < 20000; i++) print "route add 10.100." int(i / 256) "." i % 256 "/32 via 10.0.0.2"}' >flood
  : >by_kernel
  local round
  for round in 1 2 3 4 5 6; do
    echo "round $round"
    in_node a 'ip link set eth0 up; ip -batch flood'
    in_node a 'ip link set eth0 down'
    wait_until "by the events no route is left" as_the_kernel
  done
  journal_is_sound f.out
}

@test "events: an overrun is told and healed" {
  two_nodes
  start f vethlab events -f --json
  waits f
  # while it cannot read, the kernel has more to say than it keeps
  local init
  init=$(cat "$VETHLAB_STATE_DIR/$LAB/lock")
  awk 'BEGIN {for (i = 0; i < 60000; i++) print "route add 10.100." int(i / 256) "." i % 256 "/32 via 10.0.0.2"
    for (i = 0; i < 60000; i++) if (i % 100) print "route del 10.100." int(i / 256) "." i % 256 "/32"}' >flood
  mkfifo go
  start flood vethlab exec a sh -c 'read -r _ <go; exec ip -batch flood'
  wait_until "the flood is in its node" test -p go
  exec {GO}>go
  kill -STOP "$init"
  echo >&"$GO"
  local over=0
  PATIENCE=60 wait_until "the flood is over" batch_is_over || over=$?
  kill -CONT "$init" # whatever came: who is stopped cannot end the lab
  ((over == 0))
  ends flood
  assert_success
  PATIENCE=60 wait_until "the overrun is told" grep -q '"kind":"lost"' f.out
  has_event '^ *[0-9.]+ (-|a) +lost +[a-z]'
  routes_of_kernel >by_kernel
  assert_equal "$(wc -l <by_kernel)" 600
  PATIENCE=60 wait_until "the routes by the events are those of the kernel" as_the_kernel
  journal_is_sound f.out
}

batch_is_over() {
  ! pgrep -f "^ip -batch flood$" -P "$(started)" && ! kill -0 "$(started)"
}

@test "events: the journal on the disk is bounded, and tells where it begins" {
  two_nodes
  local sizes=() i
  for i in 1 2 3; do
    flood 60000
    in_node a "ip route flush root 10.100.0.0/14; ip route add 10.99.$i.0/24 via 10.0.0.2"
    PATIENCE=60 has_event "10\.99\.$i\.0/24 via" a
    sizes+=("$(du -sk "$VETHLAB_STATE_DIR/$LAB" | cut -f 1)")
  done
  echo "KiB on the disk after 105,000, 210,000 and 315,000 events: ${sizes[*]}"
  ((sizes[2] < 65536)) || fail "more than 64 MiB: ${sizes[*]} KiB"
  ((sizes[2] < sizes[0] * 2)) || fail "it grows and grows: ${sizes[*]} KiB"
  # what is there has no gap either
  vethlab events --json >events.json
  run /usr/bin/python3 -c '
import json
n = [json.loads(line)["n"] for line in open("events.json")]
assert n == list(range(n[0], n[0] + len(n))), "a gap"
print(len(n), "events, the first is number", n[0])'
  assert_success
}

@test "events: files are their owner's alone" {
  two_nodes
  in_node a 'ip addr add 10.0.0.77/24 dev eth0'
  run find "$VETHLAB_STATE_DIR/$LAB" -maxdepth 1 -name 'events*' -perm /077
  assert_success
  assert_output ""
}
