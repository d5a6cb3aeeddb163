#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Faults that a lab file plans: events: from the moment the lab is ready, scenes: played by name.

load helpers
load facts

# lab_with: a lab of two hosts, a cable and a command, and what standard input adds
lab_with() {
  lab_of <<L
lans: {office: 10.0.1.0/24}
nodes:
  a: {lan: office}
  b: {lan: office}
  r1: {interfaces: {eth0: office}, run: {ripd: {command: sleep 1000}}}
  r2:
links: [[r1:eth1, r2:eth0, 10.9.0.0/30]]
$(cat)
L
}

# seconds_of REGEX: when the first such event was
seconds_of() {
  vethlab events | awk -v what="$1" '$0 ~ what {print $1; exit}'
}

# after_ms FIRST SECOND: milliseconds between two events
after_ms() {
  awk -v a="$(seconds_of "$1")" -v b="$(seconds_of "$2")" 'BEGIN {printf "%d\n", (b - a) * 1000}'
}

# is_between LOW VALUE HIGH WHAT
is_between() {
  (($2 >= $1 && $2 <= $3)) || fail "$4: expected $1 to $3 ms, actual $2 ms"
}

@test "events: steps happen at their times from the moment the lab is ready, up does not wait for them" {
  lab_with <<'L'
events:
  - {at: 300ms, link: "r1:eth1", state: down}
  - {at: 600ms, link: "r1:eth1", state: up}
  - {at: 900ms, kill: r1/ripd, signal: TERM}
  - {at: 1200ms, start: r1/ripd}
  - {at: 1h, link: office, state: down}
L
  lab_up ./lab.yml
  has_event ' r1 +link +eth1 no-carrier'
  has_event ' r1 +link +eth1 up'
  has_event ' r1 +command +ripd was ended by signal 15'
  wait_until "ripd is started again" started_again
  is_between 290 "$(after_ms ' lab +up' ' fault +.*eth1 down')" 1300 "the cable is pulled"
  is_between 590 "$(after_ms ' lab +up' ' fault +.*eth1 up')" 1600 "the cable is back"
  is_between 890 "$(after_ms ' lab +up' 'ripd was ended by signal 15')" 1900 "ripd is killed"
  has_event ' fault +'
  reaches a b
}

started_again() {
  vethlab events r1 | tee events.now
  [[ $(grep -c 'ripd started' events.now) == 2 ]]
}

@test "events: steps are done in the order of their times, whatever the order of the file" {
  lab_with <<'L'
events:
  - {at: 600ms, link: "r1:eth1", state: up}
  - {at: 200ms, link: "r1:eth1", state: down}
L
  lab_up ./lab.yml
  has_event ' r1 +link +eth1 no-carrier'
  has_event ' r1 +link +eth1 up'
  run after_ms ' fault +.*eth1 down' ' fault +.*eth1 up'
  is_between 300 "$output" 1500 "between down and up"
}

@test "events: partition and heal, by name" {
  lab_with <<'L'
events:
  - {at: 0s, partition: [[a], [b, r1]], lan: office, name: split}
  - {at: 1500ms, heal: split}
L
  lab_up ./lab.yml
  has_event ' fault +.*(split|partition)'
  misses a 10.0.1.2
  # the replies come again by themselves
  run vethlab wait -t 10s a ping 10.0.1.2
  assert_success
  run vethlab wait -t 10s a ping 10.0.1.3
  assert_success
}

@test "events: stop, start, restart, rate" {
  lab_with <<'L'
events:
  - {at: 0, stop: r1/ripd}
  - {at: 300ms, start: r1}
  - {at: 600ms, restart: r1/ripd}
  - {at: 700ms, link: office, rate: 1mbit}
  - {at: 701ms, link: office, rate: none}
L
  lab_up ./lab.yml
  has_event ' fault +.*office.*1 ?mbit'
  has_event ' fault +.*office.*none'
  wait_until "ripd had three lives" had_lives 3
  command_is r1 ripd ready
}

had_lives() {
  vethlab events r1 | tee events.now
  [[ $(grep -c 'ripd started' events.now) == "$1" ]]
}

@test "events: a lab that ends before its steps ends at once" {
  lab_with <<'L'
events: [{at: 1h, link: office, state: down}]
L
  lab_up ./lab.yml
  local before
  before=$(us)
  run vethlab down
  assert_success
  is_between 0 $((($(us) - before) / 1000)) 4000 "down"
}

pull_the_plug() {
  lab_with <<'L'
scenes:
  pull-the-plug:
    - {link: "r1:eth1", state: down}
    - {at: 500ms, link: "r1:eth1", state: up}
  stop-it:
    - {stop: r1/ripd}
  fails:
    - {kill: r1/ripd}
    - {at: 300ms, kill: r1/ripd}
    - {at: 400ms, link: "r1:eth1", state: down}
L
  lab_up ./lab.yml
}

@test "play: a scene runs, its times are from its start, and it returns when the last step is done" {
  pull_the_plug
  run vethlab events
  refute_output --partial fault
  local before
  before=$(us)
  run vethlab play pull-the-plug
  assert_success
  is_between 490 $((($(us) - before) / 1000)) 3000 "the scene"
  run vethlab exec r1 ping -c 1 -W 2 10.9.0.2
  assert_success
  run after_ms ' fault +.*eth1 down' ' fault +.*eth1 up'
  is_between 400 "$output" 1500 "between down and up"
  # and again
  run vethlab play pull-the-plug
  assert_success
  assert_equal "$(vethlab events | grep -c ' fault .*eth1 down')" 2
}

@test "play: a step that takes its time is over when play returns" {
  pull_the_plug
  run vethlab play stop-it
  assert_success
  run is_command r1 ripd stopped
  assert_success
}

@test "play: a step that fails is told, the rest goes on, and the status is 1" {
  pull_the_plug
  run vethlab play fails
  assert_failure 1
  assert_output --partial ripd
  run vethlab exec r1 cat /sys/class/net/eth1/carrier
  assert_output 0
}

@test "play: two scenes at once" {
  pull_the_plug
  start one vethlab play pull-the-plug
  run vethlab play stop-it
  assert_success
  ends one
  assert_success
}

@test "play: unknown scene: status 3 and the nearest name; wrong use: status 2" {
  pull_the_plug
  run vethlab play pull-the-plugg
  assert_failure 3
  assert_output --partial "did you mean 'pull-the-plug'"
  run vethlab play
  assert_failure 2
  run vethlab play a b
  assert_failure 2
  run vethlab play -l nope pull-the-plug
  assert_failure 3
}

@test "play: of a lab without scenes: status 3" {
  lab_with </dev/null
  lab_up ./lab.yml
  run vethlab play anything
  assert_failure 3
}

@test "check: good events and scenes have no fault" {
  lab_with <<'L'
events:
  - {at: 5s, link: "r1:eth1", state: down}
  - {at: 6s, link: office, rate: 1mbit}
  - {at: 8s, partition: [[a, b], [r1]], lan: office, name: split}
  - {at: 9s, heal: split}
  - {at: 10s, kill: r1/ripd, signal: TERM}
  - {at: 11s, start: r1/ripd}
  - {at: 12s, stop: r1/ripd}
  - {at: 13s, restart: r1}
  - {at: 14s, link: "a:eth0", delay: 10ms, loss: 5%}
scenes:
  pull-the-plug:
    - {link: "r1:eth1", state: down}
    - {at: 500ms, link: "r1:eth1", state: up}
L
  run vethlab check lab.yml
  assert_success
  refute_output --partial warning
}

# fault_of STEP WORD TEXT: check finds such a fault in the step, at the word
fault_of() {
  local step=$1 word=$2 text=$3 place head line column rest
  for place in events scenes; do
    if [[ $place == events ]]; then
      head="  - " line=9
      lab_with <<L
events:
  - $step
L
    else
      head="    - " line=10
      lab_with <<L
scenes:
  s:
    - $step
L
    fi
    rest=$head${step%%"$word"*}
    column=$((${#rest} + 1))
    run vethlab check lab.yml
    if [[ $status != 2 || ! $output =~ lab\.yml:$line:$column:\ error:\ .*$text ]]; then
      echo "$place: $step"
      echo "expected: status 2 and lab.yml:$line:$column: error: ...$text"
      echo "actual:   status $status: $output"
      WRONG=$((WRONG + 1))
    fi
  done
}

@test "check: faults of steps are found, with place and the nearest name" {
  WRONG=0
  fault_of '{at: 1s, link: "r9:eth1", state: down}' 'r9' "did you mean 'r[12]'"
  fault_of '{at: 1s, link: "r1:eth9", state: down}' 'r1' "did you mean '(r1:)?eth[01]'"
  fault_of '{at: 1s, link: ofice, state: down}' ofice "did you mean 'office'"
  fault_of '{at: 1s, link: "r1:eth1", state: dwn}' dwn "did you mean 'down'"
  fault_of '{at: 1s, link: "r1:eth1"}' 'r1' ''
  fault_of '{at: 1s, link: "r1:eth1", rate: fast}' fast 'fast'
  fault_of '{at: 1s, link: "r1:eth1", loss: 200%}' 200 '200'
  fault_of '{at: soon, link: "r1:eth1", state: down}' soon 'soon'
  fault_of '{at: 1s, kill: r1/ripd, signal: TRM}' TRM "did you mean '(SIG)?TERM'"
  fault_of '{at: 1s, kill: r1/rpd}' r1 "did you mean '(r1/)?ripd'"
  fault_of '{at: 1s, start: r1/rpd}' r1 "did you mean '(r1/)?ripd'"
  fault_of '{at: 1s, stop: r3}' r3 "did you mean 'r[12]'"
  fault_of '{at: 1s, restart: office}' office ''
  fault_of '{at: 1s, restart: b}' 'b}' 'b'
  fault_of '{at: 1s, partition: [[a, xyz], [b]], lan: office}' xyz 'xyz'
  fault_of '{at: 1s, partition: [[a], [b]], lan: ofice}' ofice "did you mean 'office'"
  fault_of '{at: 1s, partition: [[a, b], [b]], lan: office}' 'b]]' 'b'
  fault_of '{at: 1s, partition: [[a], [r2]]}' r2 ''
  fault_of '{at: 1s, lnk: "r1:eth1", state: down}' lnk "did you mean 'link'"
  fault_of '{at: 1s, link: "r1:eth1", state: down, kill: r1}' kill ''
  fault_of '{at: 1s}' '{' ''
  fault_of 'down' down ''
  assert_equal "$WRONG" 0
}

@test "check: steps that are no list, a scene of two words" {
  lab_with <<'L'
scenes: {"two words": [{stop: r1}]}
L
  run vethlab check lab.yml
  assert_failure 2
  assert_output --partial 'lab.yml:8:11: error:'
  lab_with <<'L'
events: {at: 1s, stop: r1}
L
  run vethlab check lab.yml
  assert_failure 2
  assert_output --partial 'lab.yml:8:9: error:'
}
