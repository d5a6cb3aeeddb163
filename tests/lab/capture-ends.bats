#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# How a capture begins and ends.
#
#   a ----- lan ----- b     10.0.0.0/24
#           .1        .2

load helpers
load facts
load capture

is_written() { [[ $(count_of "$1") -ge $2 ]]; }

# ---- ends

@test "SIGINT, SIGTERM: what was seen is written" {
  a_and_b
  local signal
  for signal in INT TERM; do
    begin all ether proto 0x88b5
    sends_many 20
    finish all "$signal"
    has_frames all.pcapng eth 40
    grep -F 'all.pcapng: 40 frames' all.err || fail "it said: $(cat all.err)"
  done
}

@test "SIGHUP, when the terminal goes: what was seen is written; nohup: it goes on" {
  a_and_b
  start gone env --default-signal=HUP vethlab capture -w gone.pcapng ether proto 0x88b5
  sees gone
  start stays env --ignore-signal=HUP vethlab capture -w stays.pcapng ether proto 0x88b5
  sees stays
  sends_many 20
  kill -HUP "${CAPTURE[stays]}"
  finish gone HUP
  has_frames gone.pcapng eth 40
  grep -F 'gone.pcapng: 40 frames' gone.err || fail "it said: $(cat gone.err)"
  sends_many 20
  finish stays
  has_frames stays.pcapng eth 80
}

@test "kill -9 in the middle leaves a file that can be read" {
  a_and_b
  begin all
  sends_many 1000
  wait_until "frames are in the file" is_written all.pcapng 100
  start sender sends a eth0 "$(frame 88b5 1000)" 20000
  wait_until "it goes on" is_larger all.pcapng "$(stat -c %s all.pcapng)"
  kill -9 "${CAPTURE[all]}"
  wait_until "it is gone" has_ended "${CAPTURE[all]}"
  # tshark may say that it was cut short
  run capinfos -o all.pcapng
  assert_output --regexp 'Strict time order: +True'
  shows all.pcapng 'eth.type == 0x88b5' frame.interface_name >frames.out || true
  (($(grep -c eth0 frames.out) >= 2000)) || fail "$(wc -l frames.out)"
}

is_larger() { (($(stat -c %s "$1") > $2)); }

@test "down: the file is whole when it returns" {
  a_and_b
  begin all
  sends_many 1000
  vethlab down
  is_good all.pcapng
  has_frames all.pcapng 'eth.type == 0x88b5' 2000
  run block all.pcapng pcapng.block.type.value
  assert_output --regexp '(,0x00000005){2}$'
  ends all
  assert_success
}

@test "kill -9 of init ends the capture, with all that was seen" {
  a_and_b
  begin all
  sends_many 1000
  kill -9 "$(cat "$VETHLAB_STATE_DIR/$LAB/lock")"
  ends all
  assert_success
  is_good all.pcapng
  has_frames all.pcapng 'eth.type == 0x88b5' 2000
}

# ---- room

@test "a capture of a silent lab uses no time" {
  a_and_b
  begin all
  idles "${CAPTURE[all]}"
  finish all
}

@test "too few descriptors: it is said, status 1, at every number" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/16}
nodes: {pc: {lan: lan, count: 30}}
L
  lab_up ./lab.yml
  local n good=0
  for n in 7 8 9 10 11 12 14 20 30 36 40 44 64; do
    run timeout -s KILL 20 sh -c "ulimit -n $n; exec vethlab capture -d 10ms -w all.pcapng"
    echo "with $n descriptors"
    if ((status == 0)); then
      good=$((good + 1))
      continue
    fi
    assert_failure 1
    assert_output --partial 'Too many open files'
  done
  # the last is enough
  assert_success
  ((good < 10)) || fail "30 nodes are captured with less than 30 descriptors"
  # and init has none of them left
  assert_equal "$(vethlab exec pc1 echo works)" works
}

@test "too little memory: it is said, status 1" {
  [[ ${VETHLAB_SANITIZED-} != 1 ]] || skip "a sanitizer needs its address space"
  a_and_b
  local k said=0
  for k in 20000 40000 60000 80000 100000; do
    run timeout -s KILL 20 bash -c "ulimit -v $k; exec vethlab capture -d 10ms -w all.pcapng"
    echo "with $k kB: status $status: $output"
    [[ $status == [01] ]]
    [[ $status == 0 || $output == *emory* ]]
    said=$((said + status))
  done
  assert_success
}

# ---- from the first frame

# has_all NODE FILE: of its interface the frames that the kernel has counted
has_all() {
  local rx tx
  rx=$(vethlab exec "$1" cat /sys/class/net/eth0/statistics/rx_packets)
  tx=$(vethlab exec "$1" cat /sys/class/net/eth0/statistics/tx_packets)
  cp "$2" now.pcapng
  shows now.pcapng "frame.interface_name == \"$1:eth0\"" frame.packet_flags_direction >now.out 2>/dev/null || true
  echo "$1: $(grep -c 1 now.out) of $rx came, $(grep -c 2 now.out) of $tx went"
  [[ $(grep -c 1 now.out) == "$rx" && $(grep -c 2 now.out) == "$tx" ]]
}

@test "up --capture: from the first frame of the lab to its last; the journal begins with the building" {
  dhcp_lab
  LAB=$(lab_name)
  run vethlab up -n "$LAB" --capture all.pcapng lab.yml
  assert_success
  local node
  for node in server pc; do
    wait_until "all frames of $node are in the file" has_all "$node" all.pcapng
  done
  run vethlab down
  assert_success
  is_good all.pcapng
  run names all.pcapng
  assert_output 'server:eth0,pc:eth0'
  # DISCOVER, OFFER, REQUEST, ACK, and RELEASE when the lab ends: where they leave
  run shows all.pcapng 'dhcp && frame.packet_flags_direction == 2' dhcp.option.dhcp
  assert_output '1
2
3
5
7'
  vethlab up -q -n "$LAB" lab.yml
  vethlab events >events.out
  run shows all.pcapng systemd_journal systemd_journal.message
  # as `events` has them: the first lines are the same
  local first
  first=$(head -n 1 events.out)
  echo "events: $first"
  [[ $first == *"${lines[0]##*: }"* ]] || fail "the journal of the capture begins with ${lines[0]}"
}

@test "up --capture: a file that cannot be written: status 1, and nothing is left" {
  dhcp_lab
  run vethlab up --capture no/such.pcapng lab.yml
  assert_failure 1
  assert_output --partial 'no/such.pcapng: No such file or directory'
  run vethlab ls
  refute_output --partial ready
  run ls -A "$VETHLAB_STATE_DIR"
  assert_output ''
}

@test "up --capture: a lab that does not come up leaves its capture, and no process" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, ip: 10.0.0.1, run: {command: [sh, -c, 'ping -q -c 1 10.0.0.2; echo no luck; exit 3'], ready: 80}}
  b: {lan: lan, ip: 10.0.0.2}
L
  LAB=$(lab_name)
  run vethlab up -n "$LAB" --capture all.pcapng lab.yml
  assert_failure 1
  wait_until "its writer has ended" none_writes
  is_good all.pcapng
  has_frames all.pcapng icmp 4
  run shows all.pcapng systemd_journal systemd_journal.message
  assert_output --partial 'no luck'
}

@test "run --capture: the file is whole when it returns" {
  dhcp_lab
  LAB=$(lab_name)
  run vethlab run -n "$LAB" -w all.pcapng lab.yml -- vethlab wait pc address 10.0.0.100/24
  assert_success
  is_good all.pcapng
  # DISCOVER, OFFER, REQUEST, ACK, and RELEASE when the lab ends
  run shows all.pcapng 'dhcp && frame.packet_flags_direction == 2' dhcp.option.dhcp
  assert_output '1
2
3
5
7'
}
