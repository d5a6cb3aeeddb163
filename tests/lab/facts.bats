#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# vethlab wait: until a fact about a node holds.
#
#   wait NODE FACT... --> looks at once --> sleeps until something changes --> looks again

load helpers
load facts

# fact_is_awaited NODE FACT CHANGE: not so, then the line of shell in the node makes it so
fact_is_awaited() {
  local node=$1 fact=$2 change=$3
  # shellcheck disable=SC2086
  start w vethlab wait "$node" $fact
  waits w
  in_node "$node" "$change"
  ends w
  assert_success
  assert_output --regexp "^$fact after [0-9]+\.[0-9] ms$"
}

# is_so NODE FACT...: holds at the first look
is_so() {
  run --separate-stderr vethlab wait -t 5s "$@"
  assert_success
  assert_output "${*:2} at once"
  assert_equal "$stderr" ""
}

# is_not_so NODE FACT...: does not, now
is_not_so() {
  run --separate-stderr vethlab wait -t 100ms "$@"
  assert_failure 1
  assert_output ""
}

@test "wait: a fact that holds already is told 'at once', on standard output, with status 0" {
  two_nodes
  is_so a route 10.0.0.0/24
  is_so a route 10.0.0.0/24 dev eth0
  is_so a link eth0 up
  is_so a address 10.0.0.1
  is_so a ready
}

@test "wait: facts are told in the order asked, 'and' may stand between them or not" {
  two_nodes
  run --separate-stderr vethlab wait a link eth0 up route 10.0.0.0/24 and address 10.0.0.1 ready
  assert_success
  assert_output $'link eth0 up at once\nroute 10.0.0.0/24 at once\naddress 10.0.0.1 at once\nready at once'
  assert_equal "$stderr" ""
}

@test "wait: a fact that comes to hold is told with the time it took" {
  two_nodes
  fact_is_awaited a 'route 10.9.0.0/24 via 10.0.0.2' 'ip route add 10.9.0.0/24 via 10.0.0.2'
}

@test "wait: the time told is the time that passed" {
  two_nodes
  local before passed told
  before=$(us)
  start w vethlab wait a route 10.9.0.0/24
  waits w
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  ends w
  passed=$((($(us) - before) / 1000))
  told=$(sed -E 's/.* after ([0-9]+)\.[0-9] ms/\1/' w.out)
  # it was seen to rest for six naps of 20 ms
  ((told >= 100 && told <= passed)) || fail "told: $told ms; passed: between 100 and $passed ms"
}

@test "wait: a route matches by prefix, next hop and interface, all that are given" {
  two_nodes
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  is_so a route 10.9.0.0/24
  is_so a route 10.9.0.0/24 via 10.0.0.2
  is_so a route 10.9.0.0/24 via 10.0.0.2 dev eth0
  is_not_so a route 10.9.0.0/24 via 10.0.0.3
  is_not_so a route 10.9.0.0/24 via 10.0.0.2 dev eth1
  is_not_so a route 10.9.0.0/24 dev eth1
  is_not_so a route 10.9.0.0/25
  is_not_so a route 10.9.0.0/16
  is_not_so a route 10.9.0.1
  is_so a no route 10.9.0.0/24 via 10.0.0.3
  is_so a no route 10.9.0.0/24 dev eth1
  is_so a no route 10.9.0.0/25
  is_not_so a no route 10.9.0.0/24
  is_not_so a no route 10.9.0.0/24 via 10.0.0.2 dev eth0
}

@test "wait: a route of several next hops has each of them" {
  two_nodes
  in_node a 'ip route add 10.9.0.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3
    ip -6 route add fd09::/64 nexthop via fd00::2 nexthop via fd00::3'
  is_so a route 10.9.0.0/24 via 10.0.0.2
  is_so a route 10.9.0.0/24 via 10.0.0.3
  is_not_so a route 10.9.0.0/24 via 10.0.0.4
  is_so a route fd09::/64 via fd00::2
  is_so a route fd09::/64 via fd00::3
  is_not_so a route fd09::/64 via fd00::4
}

@test "wait: a route by a nexthop object has the next hop of the object" {
  two_nodes
  in_node a 'ip nexthop add id 7 via 10.0.0.2 dev eth0; ip route add 10.9.0.0/24 nhid 7'
  is_so a route 10.9.0.0/24 via 10.0.0.2 dev eth0
  is_not_so a route 10.9.0.0/24 via 10.0.0.3
}

@test "wait: an address alone is a /32 or /128; default is 0.0.0.0/0 and not ::/0" {
  two_nodes
  in_node a 'ip route add 10.9.0.1/32 via 10.0.0.2; ip -6 route add fd09::1/128 via fd00::2'
  is_so a route 10.9.0.1
  is_so a route 10.9.0.1/32
  is_so a route fd09::1
  is_not_so a route default
  in_node a 'ip -6 route add default via fd00::2'
  is_not_so a route default
  is_so a route ::/0
  is_so a route ::/0 via fd00::2
  in_node a 'ip route add default via 10.0.0.2'
  is_so a route default
  is_so a route 0.0.0.0/0 via 10.0.0.2
  is_not_so a no route default
}

@test "wait: an IPv6 route comes and goes" {
  two_nodes
  fact_is_awaited a 'route fd09::/64 via fd00::2' 'ip -6 route add fd09::/64 via fd00::2'
  fact_is_awaited a 'no route fd09::/64' 'ip -6 route del fd09::/64'
}

@test "wait: a route that is replaced in place is a change" {
  two_nodes
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  fact_is_awaited a 'route 10.9.0.0/24 via 10.0.0.3' 'ip route replace 10.9.0.0/24 via 10.0.0.3'
  is_so a no route 10.9.0.0/24 via 10.0.0.2
}

@test "wait: no route, when it is taken away" {
  two_nodes
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  fact_is_awaited a 'no route 10.9.0.0/24' 'ip route del 10.9.0.0/24'
}

@test "wait: the kernel takes IPv4 routes away without a word when a link goes down" {
  two_nodes
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  fact_is_awaited a 'no route 10.9.0.0/24' 'ip link set eth0 down'
}

@test "wait: the kernel takes IPv4 routes away without a word when an interface is deleted" {
  two_nodes
  in_node a 'ip link add d0 type veth peer d1; ip addr add 10.5.0.1/24 dev d0; ip link set d0 up
    ip link set d1 up; ip route add 10.9.0.0/24 via 10.5.0.2'
  fact_is_awaited a 'no route 10.9.0.0/24' 'ip link del d0'
}

@test "wait: the kernel takes IPv4 routes away without a word with the last address of a subnet" {
  two_nodes
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  fact_is_awaited a 'no route 10.9.0.0/24' 'ip addr del 10.0.0.1/24 dev eth0'
}

@test "wait: the kernel takes IPv4 routes away without a word with their preferred source" {
  two_nodes
  in_node a 'ip addr add 10.0.0.99/24 dev eth0; ip route add 10.9.0.0/24 via 10.0.0.2 src 10.0.0.99'
  fact_is_awaited a 'no route 10.9.0.0/24' 'ip addr del 10.0.0.99/24 dev eth0'
}

@test "wait: the kernel takes IPv4 routes away without a word with their nexthop object" {
  two_nodes
  in_node a 'ip nexthop add id 7 via 10.0.0.2 dev eth0; ip route add 10.9.0.0/24 nhid 7'
  fact_is_awaited a 'no route 10.9.0.0/24' 'ip nexthop del id 7'
}

@test "wait: a nexthop object that is replaced changes its routes without a word about them" {
  two_nodes
  in_node a 'ip nexthop add id 7 via 10.0.0.2 dev eth0; ip route add 10.9.0.0/24 nhid 7'
  fact_is_awaited a 'route 10.9.0.0/24 via 10.0.0.3' 'ip nexthop replace id 7 via 10.0.0.3 dev eth0'
}

@test "wait: a carrier that goes takes no static route away, but the link is down" {
  lab_of <<'L'
nodes:
  a:
  b:
links: [[a:eth0, b:eth0, 10.0.0.0/24]]
L
  lab_up ./lab.yml
  start w vethlab wait a link eth0 down
  waits w
  in_node b 'ip link set eth0 down'
  ends w
  assert_success
  assert_output --regexp '^link eth0 down after'
  is_so a link eth0 down
  is_so a route 10.0.0.0/24
  start w2 vethlab wait a link eth0 up
  waits w2
  in_node b 'ip link set eth0 up'
  ends w2
  assert_success
  assert_output --regexp '^link eth0 up after'
}

@test "wait: link up is admin up and carrier; down is anything else, also no such interface" {
  two_nodes
  is_so a link eth0 up
  is_not_so a link eth0 down
  fact_is_awaited a 'link eth0 down' 'ip link set eth0 down'
  is_not_so a link eth0 up
  fact_is_awaited a 'link eth0 up' 'ip link set eth0 up'
  is_so a link nix0 down
  is_not_so a link nix0 up
  in_node a 'ip link add nix0 type veth peer nix1; ip link set nix0 up'
  is_so a link nix0 down
  fact_is_awaited a 'link nix0 up' 'ip link set nix1 up'
  fact_is_awaited a 'link nix0 down' 'ip link del nix0'
}

@test "wait: an interface that gets another name is no more, and the new one is there" {
  two_nodes
  in_node a 'ip link add v0 type veth peer v1; ip link set v0 up; ip link set v1 up'
  is_so a link v0 up
  fact_is_awaited a 'link other0 up' 'ip link set v0 name other0'
  is_so a link v0 down
}

@test "wait: an address, with its length, on an interface" {
  two_nodes
  is_so a address 10.0.0.1
  is_so a address 10.0.0.1/24
  is_so a address 10.0.0.1/24 dev eth0
  is_so a address 10.0.0.1 dev eth0
  is_so a address fd00::1
  is_so a address fd00::1/64
  is_not_so a address 10.0.0.1/25
  is_not_so a address 10.0.0.1 dev eth1
  is_not_so a address 10.0.0.1 dev lo
  is_not_so a address 10.0.0.2
  is_so a no address 10.0.0.2
  is_so a no address 10.0.0.1 dev lo
  is_not_so a no address 10.0.0.1
  is_not_so a no address 10.0.0.1 dev eth0
  fact_is_awaited a 'address 10.0.0.77/24 dev eth0' 'ip addr add 10.0.0.77/24 dev eth0'
  fact_is_awaited a 'no address 10.0.0.77' 'ip addr del 10.0.0.77/24 dev eth0'
}

@test "wait: address alone is any global address that is not on the loopback interface" {
  lab_of <<'L'
lans: {lan: none}
nodes:
  a: {lan: lan, ip: none}
L
  lab_up ./lab.yml
  in_node a 'ip addr add 10.7.7.7/32 dev lo; ip -6 addr add fe80::77/64 dev eth0 nodad'
  is_not_so a address
  is_not_so a address dev eth0
  start w vethlab wait a address
  waits w
  in_node a 'ip addr add 10.0.0.50/24 dev eth0'
  ends w
  assert_success
  assert_output --regexp '^address after '
  is_so a address dev eth0
  is_not_so a address dev lo
}

@test "wait: an IPv6 address that is still tentative does not count, and does as soon as it is not" {
  two_nodes
  in_node a 'sysctl -q -w net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=1000
    ip -6 addr add fd00::77/64 dev eth0'
  is_not_so a address fd00::77
  run vethlab exec a ip -6 addr show dev eth0 tentative
  assert_output --partial fd00::77
  in_node a 'ip -6 addr del fd00::77/64 dev eth0; sysctl -q -w net.ipv6.conf.eth0.dad_transmits=1
    ip -6 addr add fd00::78/64 dev eth0'
  run --separate-stderr vethlab wait a address fd00::78
  assert_success
  assert_output --regexp '^address fd00::78 after [0-9]+\.[0-9] ms$'
  run vethlab exec a ip -6 addr show dev eth0 tentative
  refute_output --partial fd00::78
}

@test "wait: a neighbour is there once it has answered, and not while it does not" {
  two_nodes
  is_not_so a neighbour 10.0.0.2
  start w vethlab wait a neighbour 10.0.0.2 dev eth0
  waits w
  reaches a 10.0.0.2
  ends w
  assert_success
  assert_output --regexp '^neighbour 10\.0\.0\.2 dev eth0 after '
  run vethlab wait a neighbor 10.0.0.2
  assert_success
  assert_output --regexp '^neighbou?r 10\.0\.0\.2 at once$'
  is_not_so a neighbour 10.0.0.2 dev eth1
  run vethlab exec a ping -c 1 -W 1 10.0.0.200
  assert_failure
  is_not_so a neighbour 10.0.0.200
  reaches a fd00::2
  is_so a neighbour fd00::2
}

@test "wait: listen is TCP by default, UDP if said, of IPv4 or IPv6" {
  two_nodes
  is_not_so a listen 80
  start w vethlab wait a listen 80
  start server vethlab exec a nc -l 80
  ends w "${STARTED[-2]}"
  assert_success
  assert_output --regexp '^listen (tcp )?80 (after|at once)'
  is_not_so a listen udp 80
  run vethlab wait a listen tcp 80
  assert_success
  start six vethlab exec a nc -6 -l 81
  run vethlab wait a listen 81
  assert_success
  start datagrams vethlab exec a nc -u -l 53
  run vethlab wait a listen udp 53
  assert_success
  is_not_so a listen tcp 53
  is_not_so b listen 80
}

speaker() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      say: [sh, -c, "mkfifo in; exec 3<>in; echo ready to speak; while IFS= read -r l <&3; do printf '%b' \"$l\"; done"]
  b: {lan: lan}
L
  lab_up ./lab.yml
  log_has a 'say | ready to speak'
}

# speak TEXT: the command prints it; \n ends a line
speak() {
  printf '%s\n' "$1" >"$VETHLAB_STATE_DIR/$LAB/nodes/a/in"
}

@test "wait: what is in the log already counts" {
  speaker
  is_so a log 'ready to speak'
  is_so a log '^ready'
  is_so a log '^ready to speak$'
  is_so a log 'r.ad(y|ies) to [a-z]{5}'
}

@test "wait: a line that comes counts, whoever prints it, without time and command name" {
  speaker
  start w vethlab wait a log '^hello (world|moon)$'
  waits w
  speak 'say | hello world?\n'
  speak ' hello world\n'
  speak 'hello mars\n'
  log_has a 'say | hello mars'
  waits w
  speak 'hello moon\n'
  ends w
  assert_success
  assert_output --regexp '^log \^hello \(world\|moon\)\$ after '
}

@test "wait: a line counts when it is whole" {
  speaker
  start w vethlab wait a log '^one two$'
  waits w
  speak 'one'
  waits w
  speak ' two'
  waits w
  goes_on w
  speak '\n'
  ends w
  assert_success
}

@test "wait: a line of the log stays true" {
  speaker
  start w vethlab wait a log '^first$' and log '^second$'
  waits w
  speak 'first\n'
  waits w
  speak 'between\n'
  waits w
  speak 'second\n'
  ends w
  assert_success
  assert_line --regexp '^log \^first\$ after'
  assert_line --regexp '^log \^second\$ after'
}

@test "wait: count N log is at least N lines" {
  speaker
  start w vethlab wait a count 3 log '^tick'
  waits w
  speak 'tick tick tick\ntick\n'
  log_has a 'say | tick'
  waits w
  goes_on w
  speak 'tock\n'
  log_has a 'say | tock'
  goes_on w
  speak 'ticker\n'
  ends w
  assert_success
  assert_output --regexp '^count 3 log \^tick after '
  is_so a count 3 log '^tick'
  is_so a count 2 log '^tick'
  is_not_so a count 4 log '^tick'
}

@test "wait: ping waits for an echo reply, of an address or a node's" {
  two_nodes
  run vethlab wait a ping 10.0.0.2
  assert_success
  assert_output --regexp '^ping 10\.0\.0\.2 (after [0-9]+\.[0-9] ms|at once)$'
  run vethlab wait a ping b
  assert_success
  assert_output --regexp '^ping b (after [0-9]+\.[0-9] ms|at once)$'
  run vethlab wait a ping fd00::2
  assert_success
  is_not_so a ping 10.0.0.200
  in_node b 'ip link set eth0 down'
  start w vethlab wait a ping 10.0.0.2
  is_not_so a ping 10.0.0.2
  goes_on w
  in_node b 'ip link set eth0 up'
  ends w
  assert_success
}

@test "wait: a ping that was answered once stays true" {
  two_nodes
  start w vethlab wait a ping 10.0.0.2 and route 10.9.0.0/24
  wait_until "an echo request came" vethlab wait -q -t 100ms b neighbour 10.0.0.1
  run vethlab wait a ping 10.0.0.2
  assert_success
  in_node b 'ip link set eth0 down'
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  ends w
  assert_success
  assert_line --regexp '^ping 10\.0\.0\.2 '
}

@test "wait: ping to many waiters at once gives each its own answer" {
  two_nodes
  local i pids=()
  for i in {1..20}; do
    vethlab wait -q -t 10s a ping 10.0.0.2 &
    pids+=($!)
    vethlab wait -q -t 300ms a ping 10.0.0.2"$((i % 10))" &
    pids+=($!)
  done
  for i in {0..39}; do
    status=0
    wait "${pids[$i]}" || status=$?
    assert_equal "waiter $i: $status" "waiter $i: $((i % 2))"
  done
}

several_commands() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      first: {command: "sh -c 'mkfifo one; read x <one; exit 0'"}
      second: {command: "sh -c 'mkfifo two; read x <two; exit 3'", restart: no}
  b: {lan: lan}
L
  lab_up ./lab.yml
  FOLDER=$VETHLAB_STATE_DIR/$LAB/nodes/a
  wait_until "both have their pipes" test -p "$FOLDER/one" -a -p "$FOLDER/two"
}

@test "wait: exited COMMAND, and exited of the whole node, whatever the status" {
  several_commands
  is_not_so a exited
  is_not_so a exited first
  start w vethlab wait a exited first
  waits w
  echo >"$FOLDER/one"
  ends w
  assert_success
  assert_output --regexp '^exited first after '
  is_so a exited first
  is_not_so a exited second
  is_not_so a exited
  start w2 vethlab wait a exited
  waits w2
  echo >"$FOLDER/two"
  ends w2
  assert_success
  assert_output --regexp '^exited after '
}

@test "wait: ready is also what was ready and has ended" {
  several_commands
  is_so a ready
  is_so a ready first
  echo >"$FOLDER/one"
  run vethlab wait a exited first
  assert_success
  is_so a ready first
  is_so a ready
  is_so b ready
  is_so b exited
}

@test "wait: a command that is to be started again has not exited" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {again: {command: "sh -c 'exit 1'", restart: on-failure}}}
  b: {lan: lan, run: {again: {command: "sh -c 'test -e flag && exit 0; touch flag; exit 1'", restart: on-failure}}}
L
  lab_up ./lab.yml
  has_event 'again starts again'
  is_not_so a exited
  is_not_so a exited again
  run vethlab wait b exited again
  assert_success
  run vethlab events b
  assert_output --partial 'starts again'
}

@test "wait: ready of a command that is not ready yet, while the lab comes up" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {early: sleep 1000, late: {command: "sh -c 'sleep 1000'", ready: {command: test -e go}}}}
L
  LAB=$(lab_name)
  start up vethlab up -q -n "$LAB" lab.yml
  local up
  up=$(started)
  wait_until "early is ready" vethlab wait -q -t 100ms a ready early
  is_not_so a ready late
  is_not_so a ready
  start w vethlab wait a ready
  waits w
  touch "$VETHLAB_STATE_DIR/$LAB/nodes/a/go"
  ends w
  assert_success
  ends up "$up"
  assert_success
}

@test "wait: all facts must hold at the same time" {
  two_nodes
  start w vethlab wait a route 10.8.0.0/24 and route 10.9.0.0/24
  waits w
  in_node a 'ip route add 10.8.0.0/24 via 10.0.0.2; ip route del 10.8.0.0/24'
  waits w
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  waits w
  goes_on w
  in_node a 'ip route add 10.8.0.0/24 via 10.0.0.2'
  ends w
  assert_success
  assert_equal "${#lines[@]}" 2
  assert_line --index 0 --regexp '^route 10\.8\.0\.0/24 after '
  assert_line --index 1 --regexp '^route 10\.9\.0\.0/24 after '
}

@test "wait: facts of different sources at once" {
  speaker
  start w vethlab wait a route 10.9.0.0/24 via 10.0.0.2 and log '^go$' and no address 10.0.0.77 and link eth0 up
  waits w
  speak 'go\n'
  waits w
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  ends w
  assert_success
  assert_equal "${#lines[@]}" 4
  assert_line --index 0 --regexp '^route 10\.9\.0\.0/24 via 10\.0\.0\.2 after '
  assert_line --index 1 --regexp '^log \^go\$ after '
  assert_line --index 2 'no address 10.0.0.77 at once'
  assert_line --index 3 'link eth0 up at once'
}

@test "wait: what happens in another node ends no wait" {
  two_nodes
  start w vethlab wait a route 10.9.0.0/24
  waits w
  in_node b 'ip route add 10.9.0.0/24 via 10.0.0.1'
  waits w
  goes_on w
}

@test "wait: when time is up: status 1, which fact, and the routes that there are" {
  two_nodes
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  run --separate-stderr vethlab wait -t 200ms a link eth0 up and route 10.8.0.0/24 via 10.0.0.2
  assert_failure 1
  assert_output ""
  assert_regex "${stderr_lines[0]}" \
    '^vethlab: node a: after 0\.[2-9] s still not: route 10\.8\.0\.0/24 via 10\.0\.0\.2$'
  assert_regex "$stderr" $'\n    [^\n]*10\\.0\\.0\\.0/24[^\n]*dev eth0'
  assert_regex "$stderr" $'\n    [^\n]*10\\.9\\.0\\.0/24 via 10\\.0\\.0\\.2'
  refute_regex "$stderr" 'link eth0 up'
  local line
  for line in "${stderr_lines[@]:1}"; do
    assert_regex "$line" '^    [^ ]'
  done
}

@test "wait: when time is up: the state of the command, the link, the addresses" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {server: sleep 1000}}
L
  lab_up ./lab.yml
  run --separate-stderr vethlab wait -t 100ms a exited server
  assert_failure 1
  assert_regex "${stderr_lines[0]}" '^vethlab: node a: after 0\.[0-9] s still no.*exited server$'
  assert_regex "$stderr" $'\n    .*server.*ready'
  run --separate-stderr vethlab wait -t 100ms a link eth0 down
  assert_regex "$stderr" $'\n    .*up'
  run --separate-stderr vethlab wait -t 100ms a address 10.0.0.9
  assert_regex "$stderr" $'\n    .*10\\.0\\.0\\.1/24'
}

@test "wait: when time is up: the last lines of the log" {
  speaker
  speak 'alpha\nbeta\n'
  log_has a 'say | beta'
  run --separate-stderr vethlab wait -t 100ms a log gamma
  assert_failure 1
  assert_regex "${stderr_lines[0]}" '^vethlab: node a: after 0\.[0-9] s still no.*log gamma$'
  assert_regex "$stderr" $'\n    [^\n]*alpha\n    [^\n]*beta'
  run --separate-stderr vethlab wait -t 100ms a count 7 log 'a$'
  assert_failure 1
  assert_regex "${stderr_lines[0]}" 'count 7 log a\$$'
}

@test "wait: --timeout takes ms, s, m and a bare number of seconds, anywhere among the facts" {
  two_nodes
  local before ms
  for time in 300ms 1s 1; do
    before=$(us)
    run --separate-stderr vethlab wait --timeout "$time" a route 10.9.0.0/24
    ms=$((($(us) - before) / 1000))
    assert_failure 1
    ((ms >= 300 && ms < 3000)) || fail "--timeout $time: given up after $ms ms"
    [[ $time == 300ms ]] || ((ms >= 1000)) || fail "--timeout $time: given up after $ms ms"
    assert_regex "${stderr_lines[0]}" 'after (0\.[3-9]|1\.[0-9]) s '
  done
  run vethlab wait a route 10.9.0.0/24 --timeout 100ms
  assert_failure 1
  run vethlab wait --timeout 1m a route 10.0.0.0/24
  assert_success
  run vethlab wait --timeout soon a route 10.0.0.0/24
  assert_failure 2
  run vethlab wait --timeout -1s a route 10.0.0.0/24
  assert_failure 2
}

@test "wait: a time of 0 is one look" {
  two_nodes
  run vethlab wait -t 0 a route 10.0.0.0/24
  assert_success
  run vethlab wait -t 0 a route 10.9.0.0/24
  assert_failure 1
}

@test "wait: -q prints nothing on success" {
  two_nodes
  run vethlab wait -q a route 10.0.0.0/24
  assert_success
  assert_output ""
}

@test "wait: --json is one object, of success" {
  two_nodes
  run --separate-stderr vethlab wait --json a route 10.0.0.0/24 and link eth0 up
  assert_success
  assert_equal "$stderr" ""
  assert_equal "$(json "d['version'], d['lab'], d['node'], d['held']" <<<"$output")" "1 $LAB a True"
  assert_equal "$(json "type(d['took_ms']).__name__, d['took_ms'] < 5000" <<<"$output")" "float True"
  assert_equal "$(json "[(f['fact'], f['held']) for f in d['facts']]" <<<"$output")" \
    "[('route 10.0.0.0/24', True), ('link eth0 up', True)]"
  assert_equal "$(json "all(0 <= f['after_ms'] <= d['took_ms'] for f in d['facts'])" <<<"$output")" True
}

@test "wait: --json is one object, of failure, with what was seen" {
  two_nodes
  run --separate-stderr vethlab wait --json -t 200ms a link eth0 up and route 10.9.0.0/24
  assert_failure 1
  assert_equal "$(json "d['version'], d['held'], d['took_ms'] >= 199" <<<"$output")" "1 False True"
  assert_equal "$(json "[(f['fact'], f['held']) for f in d['facts']]" <<<"$output")" \
    "[('link eth0 up', True), ('route 10.9.0.0/24', False)]"
  assert_equal "$(json "any('10.0.0.0/24' in s for s in d['facts'][1]['seen'])" <<<"$output")" True
}

@test "wait: a bad fact is wrong use, and it says what was expected" {
  two_nodes
  local fact
  for fact in "" "route" "route 10.0.0.300" "route 10.0.0.0/33" "route fd00::/129" "route 10.0.0.0/24 via" \
    "route 10.0.0.0/24 via b0rk" "route 10.0.0.0/24 dev" "no" "no ready" "no ping b" "address 10.0.0.1/99" \
    "no address" "link" "link eth0" "link eth0 sideways" "neighbour" "neighbour eth0" "listen" "listen 0" \
    "listen 65536" "listen sctp 80" "listen http80" "log" "log [" "log (" "count" "count 3" "count x log a" \
    "count 3 ping b" "ping" "rout 10.0.0.0/24" "route 10.0.0.0/24 and" "and route 10.0.0.0/24" \
    "link eth0 up and and link eth0 up" "link eth0 up 10.0.0.0/24"; do
    # shellcheck disable=SC2086
    run --separate-stderr vethlab wait -t 100ms a $fact
    [[ $status == 2 && $stderr == vethlab*:* && $output == "" ]] ||
      fail "$(printf '%s\n' "wait a $fact" "expected: status 2, one line on standard error" \
        "actual: status $status, output '$output', errors '$stderr'")"
  done
  run vethlab wait a rout 10.0.0.0/24
  assert_output --partial "did you mean 'route'"
  run vethlab wait a link eth0 sideways
  assert_output --partial up
  assert_output --partial down
  run vethlab wait
  assert_failure 2
}

@test "wait: unknown node, command or lab: status 3, and the nearest name" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {chat: {lan: lan, run: {server: sleep 1000}}}
L
  lab_up ./lab.yml
  run --separate-stderr vethlab wait cat ready
  assert_failure 3
  assert_regex "$stderr" "did you mean 'chat'"
  run --separate-stderr vethlab wait chat ready sever
  assert_failure 3
  assert_regex "$stderr" "did you mean 'server'"
  run --separate-stderr vethlab wait chat exited sever
  assert_failure 3
  assert_regex "$stderr" "did you mean 'server'"
  run vethlab wait -l "${LAB}x" chat ready
  assert_failure 3
}

@test "wait: the lab is that of -l, else VETHLAB_LAB, else the only one" {
  two_nodes
  local first=$LAB second=$LAB-2
  in_node a 'ip route add 10.9.0.0/24 via 10.0.0.2'
  vethlab up -q -n "$second" lab.yml
  run vethlab wait a route 10.9.0.0/24
  assert_failure 2
  run vethlab wait -l "$first" a route 10.9.0.0/24
  assert_success
  run vethlab wait --lab "$second" -t 100ms a route 10.9.0.0/24
  assert_failure 1
  VETHLAB_LAB=$first run vethlab wait a route 10.9.0.0/24
  assert_success
  VETHLAB_LAB=$first run vethlab wait -l "$second" -t 100ms a route 10.9.0.0/24
  assert_failure 1
}

@test "wait: the lab ends meanwhile: status 3" {
  speaker
  local fact pids=()
  for fact in "route 10.9.0.0/24" "log never" "exited" "listen 80" "ping 10.0.0.99" "link eth0 down and log never"; do
    # shellcheck disable=SC2086
    start "w${#pids[@]}" vethlab wait -t 60s b $fact
    pids+=("$(started)")
  done
  # of the node with a command, so that 'exited' waits too
  start wa vethlab wait -t 60s a route 10.9.0.0/24 and exited
  waits wa
  vethlab down -q
  ends wa
  assert_failure 3
  assert_output --regexp '^vethlab: .+$'
  for i in 0 1 3 4 5; do
    ends "w$i" "${pids[$i]}"
    assert_failure 3
  done
}

@test "wait: the lab's init is killed meanwhile: status 3" {
  two_nodes
  start w vethlab wait -t 60s a route 10.9.0.0/24
  waits w
  start w2 vethlab wait -t 60s a log never
  waits w2
  kill -9 "$(cat "$VETHLAB_STATE_DIR/$LAB/lock")"
  ends w "${STARTED[-2]}"
  assert_failure 3
  ends w2
  assert_failure 3
}

@test "wait: routes that the kernel is still taking away when it tells of the link are not missed" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan}, b: {lan: lan}}
L
  lab_up ./lab.yml
  awk 'BEGIN {for (i = 0; i < 2000; i++) print "route add 10.100." int(i / 256) "." i % 256 "/32 via 10.0.0.2"}' >routes
  local round
  for round in 1 2 3 4 5; do
    # no IPv6 here: its end would have wait look again
    in_node a 'ip link set eth0 up; ip -batch routes'
    start w vethlab wait a no route 10.100.0.0 and no route 10.100.7.207
    waits w
    in_node a 'ip link set eth0 down'
    ends w
    assert_equal "round $round: $status" "round $round: 0"
  done
}

# latency_ms: from a change in the kernel to the end of the wait for it
latency_ms() {
  local change end
  start w vethlab wait a "$@"
  waits w
  change=$(in_node a "$CHANGE; date +%s%6N")
  status=0
  wait "$(started)" || status=$?
  end=$(us)
  assert_equal "$status $(cat w.err)" "0 "
  echo $(((end - change) / 1000))
}

@test "wait: it returns within 50 ms of the change" {
  two_nodes
  local ms least=9999 i
  for i in 1 2 3 4 5; do
    CHANGE="ip route add 10.9.$i.0/24 via 10.0.0.2"
    ms=$(latency_ms route "10.9.$i.0/24")
    echo "route: $ms ms"
    least=$((ms < least ? ms : least))
  done
  ((least <= 50)) || fail "route: at best $least ms of five"
  least=9999
  for i in 1 2 3; do
    in_node a 'ip link set eth0 up; ip route replace 10.9.0.0/24 via 10.0.0.2'
    CHANGE="ip link set eth0 down"
    ms=$(latency_ms no route 10.9.0.0/24)
    echo "a route that goes with its link: $ms ms"
    least=$((ms < least ? ms : least))
  done
  ((least <= 50)) || fail "a route that goes with its link: at best $least ms of three"
}

# cpu_ticks PID: user and system time
cpu_ticks() {
  awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"
}

@test "wait: a process that waits for the kernel, for a line or for a command does not wake" {
  speaker
  local init
  init=$(cat "$VETHLAB_STATE_DIR/$LAB/lock")
  start w vethlab wait -t 60s a route 10.9.0.0/24 via 10.0.0.2 and link nix0 up and address 10.0.0.77 \
    and no address 10.0.0.1 and log never and exited and neighbour 10.0.0.9
  waits w
  local before
  before=$(cpu_ticks "$(started)")
  # 50 naps are a second
  wait_until "the waiting process sleeps for a second" rests "$(started)" 50
  wait_until "the lab's init does so too" rests "$init" 50
  local ticks=$(($(cpu_ticks "$(started)") - before))
  ((ticks <= 1)) || fail "it took $ticks ticks of CPU to wait"
  goes_on w
}

@test "wait: 50 waiters at once, each for its own route" {
  two_nodes
  local i pids=()
  for i in {1..50}; do
    start "w$i" vethlab wait a route "10.9.$i.0/24"
    pids+=("$(started)")
  done
  waits w50
  in_node a "ip -batch - <<B
$(printf 'route add 10.9.%d.0/24 via 10.0.0.2\n' {1..49})
B"
  for i in {1..49}; do
    ends "w$i" "${pids[$((i - 1))]}"
    assert_success
    assert_output --regexp "^route 10\.9\.$i\.0/24 after "
  done
  goes_on w50
  in_node a 'ip route add 10.9.50.0/24 via 10.0.0.2'
  ends w50 "${pids[49]}"
  assert_success
}

@test "wait: waiters that are killed leave nothing open in the lab's init" {
  two_nodes
  local init before i
  init=$(cat "$VETHLAB_STATE_DIR/$LAB/lock")
  vethlab wait -q a route 10.0.0.0/24
  before=$(find "/proc/$init/fd" | wc -l)
  for i in {1..30}; do
    start "w$i" vethlab wait -t 60s a route 10.9.0.0/24 and log never
  done
  waits w30
  for i in "${STARTED[@]}"; do
    kill -9 "$i"
    wait "$i" || true
  done
  STARTED=()
  wait_until "init has no more than $before descriptors" no_more_than "$before" "$init"
}

no_more_than() {
  local now
  now=$(find "/proc/$2/fd" | wc -l)
  echo "$now"
  ((now <= $1))
}

@test "wait: SIGINT and SIGTERM end it" {
  two_nodes
  local signal
  for signal in INT TERM; do
    start w env --default-signal=INT vethlab wait -t 60s a route 10.9.0.0/24
    waits w
    kill "-$signal" "$(started)"
    ends w
    assert_equal "$status" $((128 + $(kill -l "$signal")))
    assert_output ""
  done
}

@test "wait: for the last of 10,000 routes that are added at once" {
  two_nodes
  awk 'BEGIN {for (i = 0; i < 10000; i++) printf "route add 10.%d.%d.%d/32 via 10.0.0.2\n", 100 + int(i / 65536), int(i / 256) % 256, i % 256}' >routes
  start w vethlab wait -t 30s a route 10.100.39.15 via 10.0.0.2
  waits w
  in_node a 'ip -batch routes'
  ends w
  assert_success
  assert_output --regexp '^route 10\.100\.39\.15 via 10\.0\.0\.2 after '
  start w2 vethlab wait -t 30s a no route 10.100.39.15 and no route 10.100.0.0
  waits w2
  in_node a 'ip link set eth0 down'
  ends w2
  assert_success
}

@test "wait: a fact that holds while the kernel is flooded is not missed" {
  two_nodes
  awk 'BEGIN {for (i = 0; i < 30000; i++) {r = "10.100." int(i / 256) % 256 "." i % 256 "/32 via 10.0.0.2"; print "route add " r; print "route del " r}}' >flood
  start w vethlab wait -t 60s a address 10.0.0.77 and route 10.9.0.0/24
  waits w
  start flood vethlab exec a ip -batch flood
  in_node a 'ip addr add 10.0.0.77/24 dev eth0; ip route add 10.9.0.0/24 via 10.0.0.2'
  ends w "${STARTED[-2]}"
  assert_success
  ends flood
  assert_success
}

@test "wait: in a command of run, without a name" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan}, b: {lan: lan}}
L
  run vethlab run -n "$(lab_name)" lab.yml -- sh -ec 'vethlab wait a ping b; vethlab wait -q a link eth0 up'
  assert_success
  assert_output --regexp 'ping b (after|at once)'
}

@test "the verbs of facts and faults: --help, unknown options, no lab" {
  local verb
  for verb in wait events start stop restart kill link partition heal play test gc completion; do
    run --separate-stderr vethlab "$verb" --help
    assert_success
    assert_regex "${lines[0]}" "^usage: vethlab $verb "
    assert_equal "$stderr" ""
    run --separate-stderr vethlab "$verb" --no-such-option
    assert_failure 2
    assert_output ""
    assert_regex "$stderr" "unknown option '--no-such-option'"
    assert_equal "${#stderr_lines[@]}" 1
  done
  for verb in "wait a ready" events "start a" "stop a" "restart a" "kill a" "link a:eth0 down" "partition a / b" heal "play s"; do
    # shellcheck disable=SC2086
    run --separate-stderr vethlab $verb
    assert_failure 3
    assert_output ""
    assert_regex "$stderr" '^vethlab.*no lab is running'
  done
}
