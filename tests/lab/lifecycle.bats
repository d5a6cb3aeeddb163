#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# How a lab lives: up, down, several at once, and nothing left behind.
#
#   vethlab up --clone--> init (process 1) --fork--> commands, each in its node

load helpers

two_hosts() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: sleep 1000}
  b: {lan: lan}
L
}

# init_pid: of the lab $LAB, as we see it
init_pid() {
  cat "$VETHLAB_STATE_DIR/$LAB/lock"
}

is_gone() {
  [[ ! -d /proc/$1 || $(awk '/^State/ {print $2}' "/proc/$1/status" 2>/dev/null) == Z ]]
}

@test "up prints the table and what to try next, on standard output; progress elsewhere" {
  two_hosts
  LAB=$(lab_name)
  vethlab up --name "$LAB" lab.yml >up.out 2>up.err
  run cat up.out
  assert_line --regexp '^NODE +ADDRESS +COMMAND +STATE +PID$'
  assert_line --regexp '^a +10\.0\.0\.1 +sleep 1000 +ready +[0-9]+$'
  assert_line --regexp '^b +10\.0\.0\.2 +- +- +-$'
  assert_line --regexp "shell -l $LAB b$"
  run cat up.err
  assert_line --regexp "^$LAB: 2 nodes, 1 command, ready in [0-9]+ ms$"
  refute_output --partial $'\033'
}

@test "up --quiet prints nothing" {
  two_hosts
  run vethlab up -q --name "$(lab_name)" lab.yml
  assert_success
  assert_output ""
}

@test "up without a file takes lab.yml of this folder; where there is none it says so" {
  run vethlab up
  assert_failure 2
  assert_output --partial 'lab.yml'
  two_hosts
  sed -i "1i name: $(lab_name)" lab.yml
  run vethlab up -q
  assert_success
}

@test "a second up of a running lab is refused and says what to do" {
  two_hosts
  lab_up ./lab.yml
  run vethlab up --name "$LAB" lab.yml
  assert_failure 1
  assert_output --partial "lab '$LAB' is running already"
  assert_output --partial "vethlab down $LAB"
  run vethlab ps
  assert_success
}

@test "of two ups of one name at the same instant one wins, and the other says so" {
  two_hosts
  LAB=$(lab_name)
  for _ in 1 2 3 4 5; do
    vethlab up -q --name "$LAB" lab.yml 2>one.err &
    local one=$!
    vethlab up -q --name "$LAB" lab.yml 2>two.err &
    local two=$! first=0 second=0
    wait "$one" || first=$?
    wait "$two" || second=$?
    assert_equal "$((first + second))" 1
    run cat one.err two.err
    assert_output --partial "is running already"
    vethlab down -q
  done
}

@test "names are given in the lab: hostname, /etc/hosts, every node" {
  lab_of <<'L'
lans: {left: 10.0.1.0/24, right: 10.0.2.0/24}
nodes:
  r: {forward: yes, interfaces: {eth0: left, eth1: right}}
  a: {lan: left, gateway: r}
  b: {lan: right, gateway: r}
L
  lab_up ./lab.yml
  run vethlab exec a hostname
  assert_output a
  run vethlab exec a getent hosts b
  assert_output --regexp '^10\.0\.2\.2 +b b\.eth0$'
  run vethlab exec b getent ahostsv4 r
  assert_output --partial 10.0.1.1
  assert_output --partial 10.0.2.1
  run vethlab exec b getent hosts r.eth1
  assert_output --partial 10.0.2.1
  run vethlab exec a ping -c 1 -W 5 b
  assert_success
}

@test "IPv6: planned addresses, a router, no duplicate address detection to wait for" {
  lab_of <<'L'
lans:
  left: [10.0.1.0/24, 2001:db8:1::/64]
  right: 2001:db8:2::/64
nodes:
  r: {forward: yes, interfaces: {eth0: left, eth1: right}}
  a: {lan: left, gateway: [10.0.1.1, "2001:db8:1::1"]}
  b: {lan: right, gateway: r}
L
  lab_up ./lab.yml
  run vethlab exec a ping -6 -c 1 -W 5 2001:db8:2::2
  assert_success
  run vethlab exec a ping -4 -c 1 -W 5 r
  assert_success
  run vethlab exec a ip -6 -br addr show eth0
  assert_output --partial 'fe80::'
}

@test "cables: two routers without a switch, their subnet planned" {
  lab_of <<'L'
lans: {left: 10.0.1.0/24, right: 10.0.2.0/24}
nodes:
  r1: {forward: yes, interfaces: {eth0: left}, routes: {10.0.2.0/24: r2}}
  r2: {forward: yes, interfaces: {eth0: right}, routes: {10.0.1.0/24: r1}}
  a: {lan: left, gateway: r1}
  b: {lan: right, gateway: r2}
links:
  - [r1:eth1, r2:eth1]
L
  lab_up ./lab.yml
  run vethlab exec r1 ip -br -4 addr show eth1
  assert_output --partial 10.255.0.1/30
  run vethlab exec a ping -c 1 -W 5 b
  assert_success
  assert_output --partial 'ttl=62'
}

@test "mac, mtu, sysctls, env, files, routes and forward are as the file says" {
  lab_of <<'L'
lans:
  lan: {subnet: 10.0.0.0/24, mtu: 1400}
defaults:
  env: {BOTH: default, ONE: default}
nodes:
  a:
    interfaces: {eth0: {lan: lan, ip: 10.0.0.7, mac: "02:00:00:00:00:07"}}
    sysctls: {net.ipv4.ip_default_ttl: 33}
    env: {ONE: own}
    files:
      conf/a.txt: "hello\n"
      run.sh: {text: "#!/bin/sh\necho in $(pwd); cat conf/a.txt; echo $ONE $BOTH\n", mode: 0755}
    routes: {10.9.0.0/16: b, 10.8.0.0/16: {dev: eth0, metric: 7}}
    run: {script: {command: ./run.sh, ready: exit}}
  b: {lan: lan, forward: yes}
L
  lab_up ./lab.yml
  run vethlab exec a ip link show eth0
  assert_output --partial 'mtu 1400'
  assert_output --partial '02:00:00:00:00:07'
  run vethlab exec a cat /proc/sys/net/ipv4/ip_default_ttl
  assert_output 33
  run vethlab exec b cat /proc/sys/net/ipv4/ip_forward
  assert_output 1
  run vethlab exec a cat /proc/sys/net/ipv4/ip_forward
  assert_output 0
  run vethlab exec a ip route
  assert_output --partial '10.9.0.0/16 via 10.0.0.1'
  assert_output --partial '10.8.0.0/16 dev eth0'
  assert_output --partial 'metric 7'
  run vethlab logs a
  assert_line --partial 'script | hello'
  assert_line 'script | own default'
  assert_line --regexp 'script \| in .*/nodes/a$'
  run vethlab ps
  assert_output --regexp 'a +10\.0\.0\.7 +\./run\.sh +exited'
}

@test "an mtu below that of IPv6, down to the least" {
  lab_of <<'L'
lans:
  lan: {subnet: 10.0.0.0/24, mtu: 68}
links: [{ends: [a:eth1, b:eth1], subnet: 10.0.1.0/30}]
nodes:
  a: {interfaces: {eth0: lan, eth1: {mtu: 1279}}}
  b: {interfaces: {eth0: lan, eth1:}}
L
  lab_up ./lab.yml
  run vethlab exec a ping -c 1 -W 5 -s 40 10.0.0.2
  assert_success
  run vethlab exec a ping -c 1 -W 5 10.0.1.2
  assert_success
}

@test "two runs give the same addresses and MACs" {
  two_hosts
  lab_up ./lab.yml
  vethlab inspect --json | json "[n['interfaces'] for n in d['nodes']]" >first
  vethlab down -q
  lab_up ./lab.yml
  vethlab inspect --json | json "[n['interfaces'] for n in d['nodes']]" >second
  diff first second
}

@test "a TCP segment on the wire has a good checksum and is no larger than the MTU" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan}, b: {lan: lan, run: {nc: {command: "nc -lk 9000", ready: 9000}}}}
L
  lab_up ./lab.yml
  start dump vethlab exec b tcpdump -vvlni eth0 -c 20 tcp port 9000
  wait_until "tcpdump listens" grep -q 'listening on' dump.err
  head -c 200000 /dev/zero >data
  start send vethlab exec a sh -c 'nc -N b 9000 <data'
  wait_until "20 segments" grep -q '20 packets captured' dump.err
  refute grep -q incorrect dump.out
  assert grep -q 'length 1448' dump.out
  refute grep -Eq 'length ([2-9][0-9]{3}|[0-9]{5})' dump.out
}

@test "nothing is made in the machine's own network namespace" {
  two_hosts
  ip link | sort >before
  lab_up ./lab.yml
  ip link | sort >during
  diff before during
}

@test "ip netns exec LAB-NODE finds a node, and nothing is pinned" {
  needs_root "ip netns exec"
  two_hosts
  lab_up ./lab.yml
  run ip netns exec "$LAB-a" ip -br addr show eth0
  assert_success
  assert_output --partial 10.0.0.1/24
  [[ -L /run/netns/$LAB-a ]]
  vethlab down -q
  [[ ! -L /run/netns/$LAB-a ]]
}

@test "kill -9 of init ends every process of the lab, and the next command clears what is left" {
  two_hosts
  lab_up ./lab.yml
  local init sleeper
  init=$(init_pid)
  sleeper=$(pgrep -P "$init" -x sleep)
  kill -9 "$init"
  wait_until "the command is gone" is_gone "$sleeper"
  run vethlab ls
  assert_success
  refute_output --partial "$LAB"
  [[ ! -e $VETHLAB_STATE_DIR/$LAB && ! -L /run/netns/$LAB-a ]]
  run vethlab up -q --name "$LAB" lab.yml
  assert_success
}

@test "kill -9 of the launcher in the middle of up leaves nothing" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {never: {command: sleep 1000, ready: 9}}}
L
  LAB=$(lab_name)
  vethlab up --name "$LAB" lab.yml 2>up.err &
  local up=$!
  wait_until "the lab has its lock" test -s "$VETHLAB_STATE_DIR/$LAB/lock"
  local init
  init=$(init_pid)
  kill -9 "$up"
  wait "$up" || true
  wait_until "init is gone" is_gone "$init"
  run vethlab ls
  refute_output --partial "$LAB"
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
}

@test "Ctrl-C during up says that nothing is left, and that is so" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {never: {command: sleep 1000, ready: 9}}}
L
  LAB=$(lab_name)
  # a background command of a shell without job control ignores SIGINT: env takes that back
  env --default-signal=INT vethlab up --name "$LAB" lab.yml 2>up.err &
  local up=$! status=0
  wait_until "the lab has its lock" test -s "$VETHLAB_STATE_DIR/$LAB/lock"
  kill -INT "$up"
  wait "$up" || status=$?
  assert_equal "$status" 130
  assert grep -q 'interrupted; nothing is left' up.err
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
}

@test "down is polite: last started first, and each may say goodbye" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
x-script: &script |
  trap 'echo "$VETHLAB_NODE" >>"$LIST"; exit 0' TERM; echo up; while :; do sleep 0.05; done
nodes:
  a: {lan: lan, run: {s: [sh, -c, *script]}}
  b: {lan: lan, run: {s: {command: [sh, -c, *script], after: a}}}
  c: {lan: lan, run: {s: {command: [sh, -c, *script], after: b}}}
L
  LIST=$BATS_TEST_TMPDIR/list lab_up ./lab.yml
  for node in a b c; do
    log_has $node 's | up'
  done
  run vethlab down
  assert_success
  assert_output --regexp "^$LAB: down after [0-9]+ ms$"
  assert_equal "$(tr '\n' ' ' <list)" "c b a "
}

@test "down: a word that is no lab's name leads to no folder" {
  mkdir -m 0700 state victim
  touch victim/lock
  local word
  for word in ../victim ./../victim "$PWD/victim" .. . ""; do
    VETHLAB_STATE_DIR=$PWD/state run vethlab down "$word"
    assert_failure
    [[ -f victim/lock ]] || fail "'$word' took the folder away"
  done
}

@test "down ends what does not listen to SIGTERM, after the grace time" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {s: [sh, -c, "trap '' TERM; echo up; while :; do sleep 0.1; done"]}}
L
  lab_up ./lab.yml
  log_has a 's | up'
  local init
  init=$(init_pid)
  run vethlab down
  assert_success
  is_gone "$init"
}

@test "a failure half way leaves nothing and names node and reason: a program that ends" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: sleep 1000}
  b: {lan: lan, run: {bad: {command: "sh -c 'echo no luck today; exit 3'", ready: 80, after: a}}}
L
  LAB=$(lab_name)
  run vethlab up --name "$LAB" lab.yml
  assert_failure 1
  assert_output --partial "node b: bad exited with status 3 before it was ready"
  assert_output --partial "no luck today"
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
}

@test "a failure half way leaves nothing: a sysctl that is not there" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan}, b: {lan: lan, sysctls: {net.ipv4.no_such_thing: 1}}}
L
  LAB=$(lab_name)
  run vethlab up --name "$LAB" lab.yml
  assert_failure 1
  assert_output --partial "node b: sysctl net.ipv4.no_such_thing = 1: No such file or directory"
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
}

@test "a route that the kernel refuses is told in the kernel's words" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {interfaces: {eth0: {lan: lan, ip: none}}, routes: {default: {via: "fe80::1", dev: eth0}}}
  b: {lan: lan}
L
  run vethlab up --name "$(lab_name)" lab.yml
  assert_failure 2 # the family of the next hop: the check sees it
  cat >lab.yml <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, routes: {10.0.0.0/24: {dev: eth0, metric: 0}, "2001:db8::/32": {via: "fe80::1", dev: eth0}}}
  b: {lan: lan}
L
  run vethlab up -q --name "$(lab_name)" lab.yml
  if [[ $status != 0 ]]; then
    assert_output --partial 'node a: route '
  fi
}

@test "up gives up when its time is over and says who is not ready" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {never: {command: sleep 1000, ready: 9}}}
L
  LAB=$(lab_name)
  run vethlab up --timeout 300ms --name "$LAB" lab.yml
  assert_failure 1
  assert_output --partial "not ready in time: a/never"
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
}

@test "readiness: a TCP port, a UDP port, a command, an end" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  tcp: {lan: lan, run: {nc: {command: "nc -lk 80", ready: 80}}}
  udp: {lan: lan, run: {nc: {command: "nc -luk 53", ready: {udp: 53}, after: tcp}}}
  cmd: {lan: lan, run: {make: {command: "sh -c 'sleep 0.2; touch made; sleep 1000'", ready: {command: test -e made}, after: udp}}}
  end: {lan: lan, run: {once: {command: "sh -c 'echo done'", ready: exit, after: cmd}}}
L
  lab_up ./lab.yml
  assert_output --regexp 'tcp .* ready'
  assert_output --regexp 'udp .* ready'
  assert_output --regexp 'cmd .* ready'
  assert_output --regexp 'end .* exited'
}

@test "restart: a command that fails comes back, with its count" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {s: {command: "sleep 1000", restart: on-failure}}}
  b: {lan: lan, run: {s: {command: "sh -c 'echo again; sleep 0.05'", restart: always}}}
  c: {lan: lan, run: {s: {command: "sh -c 'exit 0'", restart: on-failure}}}
L
  lab_up ./lab.yml
  run vethlab exec a sh -c "kill -9 $(pid_of a)"
  wait_until "a has restarted" has_restarted a
  log_has a 'vethlab | s was ended by signal 9 (Killed); it starts again in 100 ms'
  wait_until "b has restarted" has_restarted b
  state_is c exited
}

pid_of() {
  vethlab ps --json | json "[n['commands'][0].get('pid', 0) for n in d['nodes'] if n['name'] == '$1'][0]"
}

has_restarted() {
  [[ $(vethlab ps --json | json "[n['commands'][0]['restarts'] > 0 and n['commands'][0]['state'] for n in d['nodes'] if n['name'] == '$1'][0]") == @(ready|starting|restarting) ]]
}

@test "20 labs are up at once" {
  two_hosts
  local names=() pids=() i
  for i in {1..20}; do
    names+=("$(lab_name)-$i")
    vethlab up -q --name "${names[-1]}" lab.yml &
    pids+=($!)
  done
  for i in "${pids[@]}"; do
    wait "$i"
  done
  assert_equal "$(vethlab ls --json | json "len(d['labs'])")" 20
  for i in "${names[@]}"; do
    run vethlab exec -l "$i" a ping -c 1 -W 5 b
    assert_success
  done
  run vethlab ps
  assert_failure 2
  assert_output --partial 'several labs are running'
  run vethlab down --all
  assert_success
  assert_equal "$(vethlab ls --json | json "len(d['labs'])")" 0
}

@test "run: up, the command, down; its status is ours" {
  two_hosts
  LAB=$(lab_name)
  run vethlab run --name "$LAB" lab.yml -- sh -c 'vethlab exec a ping -c 1 -W 5 b && exit 7'
  assert_failure 7
  assert_output --partial '1 received'
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
  run -127 vethlab run --name "$LAB" lab.yml -- no-such-program
  run vethlab run --name "$LAB" lab.yml -- sh -c 'kill -9 $$'
  assert_failure 137
}

@test "run: kill -9 of it ends the lab" {
  two_hosts
  LAB=$(lab_name)
  vethlab run --name "$LAB" lab.yml -- sh -c 'echo here >here; exec sleep 1000' &
  local run=$!
  wait_until "the command runs" test -s here
  local init command
  init=$(init_pid)
  command=$(pgrep -P "$run" -x sleep)
  kill -9 "$run"
  wait "$run" || true
  wait_until "init is gone" is_gone "$init"
  kill "$command"
  run vethlab ls
  refute_output --partial "$LAB"
}

@test "a node that prints for ever fills nothing" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {s: {command: yes 0123456789012345678901234567890123456789}}}
L
  lab_up ./lab.yml
  wait_until "the log was turned over" test -e "$VETHLAB_STATE_DIR/$LAB/logs/a.1"
  run du -sk "$VETHLAB_STATE_DIR/$LAB/logs"
  ((${output%%[!0-9]*} <= 1200)) || fail "the logs have ${output%%[!0-9]*} KiB"
  run timeout 5 vethlab ps # init still answers
  assert_success
}
