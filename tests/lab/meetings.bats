#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Verbs that meet: one of them is stopped, late, or asks a lab that is ending.

load helpers

@test "down ends a lab although an exec in it is stopped, as by ^Z" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan}}
L
  lab_up ./lab.yml
  vethlab exec a sleep 1000 &
  local client=$!
  wait_until 'the command runs' vethlab exec a pgrep -x sleep
  kill -STOP "$client"
  run timeout 20 vethlab down "$LAB"
  kill -CONT "$client"
  assert_success
  wait "$client" || true
}

@test "a program that is looked for by its words is found once, and not the exec that looks" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan, run: {idle: sleep 987654}}}
L
  lab_up ./lab.yml
  run vethlab exec a pgrep -fc 987654
  assert_output 1
  run vethlab exec a pkill -f 987654
  assert_success
  vethlab wait a exited idle
}

@test "logs -f shows the last words of a node that had never said any" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan, run: {last: {command: [sh, -c, "trap 'echo BYE; exit 0' TERM; while :; do sleep 0.01; done"]}}}}
L
  for _ in 1 2 3 4 5; do
    lab_up ./lab.yml
    vethlab logs -f a >said &
    local reader=$!
    wait_until 'the log is followed' test -e "$VETHLAB_STATE_DIR/$LAB/logs/a"
    vethlab down -q "$LAB"
    wait "$reader"
    run cat said
    assert_line 'last | BYE'
  done
}

@test "the last lines shown are those of the command that failed, not of one with a longer name" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      web2: {command: [sh, -c, "echo I-AM-WEB2; sleep 1000"]}
      web: {command: [sh, -c, "echo I-AM-WEB; exit 3"], after: web2, ready: notify}
L
  run vethlab up -q --name "$(lab_name)" lab.yml
  assert_failure 1
  assert_output --partial 'I-AM-WEB'
  refute_output --partial 'I-AM-WEB2'
}

@test "a probe of the life before does not make a command ready" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a:
    lan: lan
    run:
      one:
        command: [sh, -c, "test -e second && exec sleep 1000; touch second; sleep 0.2; exit 1"]
        ready: {command: [sh, -c, "sleep 0.5; test -e is-ready"]}
        restart: on-failure
L
  LAB=$(lab_name)
  run vethlab up -q --name "$LAB" --timeout 2s lab.yml
  assert_failure 1
  assert_output --partial 'not ready in time'
}

@test "ls and down -a pass over labs that end meanwhile" {
  export VETHLAB_STATE_DIR=$PWD/own
  mkdir -m 700 own
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {n: {count: 20, lan: lan}}
L
  for _ in 1 2 3 4 5; do
    vethlab up -q --name m1 lab.yml
    vethlab up -q --name m2 lab.yml
    kill -9 "$(cat own/m1/lock)"
    vethlab ls >first &
    local other=$!
    run vethlab ls
    assert_success
    assert_output --partial m2
    wait "$other"
    vethlab down -q -a
  done
}

@test "up of a lab that was killed works while another verb clears it away" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/16}
nodes: {n: {count: 200, lan: lan}}
L
  LAB=$(lab_name)
  for _ in 1 2 3; do
    vethlab up -q --name "$LAB" lab.yml
    kill -9 "$(cat "$VETHLAB_STATE_DIR/$LAB/lock")"
    vethlab ls >first &
    local other=$!
    run vethlab up -q --name "$LAB" lab.yml
    assert_success
    wait "$other"
    vethlab down -q "$LAB"
  done
}
