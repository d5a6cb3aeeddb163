#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Captures when something is wrong around them: a launcher or a reader that goes, or never comes; callers
# of init who ask for nonsense, or for too much.
#
#   a ----- lan ----- b     10.0.0.0/24
#           .1        .2

load helpers
load facts
load capture

# never_ready [ARGUMENT]...: `up` of a lab with a command that does not get ready, at work
never_ready() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {command: sleep 1000, ready: 80}}
  b: {lan: lan}
L
  LAB=$(lab_name)
  start up vethlab up --timeout 60s -n "$LAB" "$@" lab.yml
  LAUNCHER=$(started)
  wait_until "the lab is starting" has_begun_to_start
}

has_begun_to_start() { vethlab events -l "$LAB" | grep 'sleep started'; }

is_gone() { ! kill -0 "$1" 2>/dev/null; }

nothing_is_left() { [[ -z $(ls -A "$VETHLAB_STATE_DIR") ]]; }

@test "up --capture, interrupted: it ends at once, nothing is left, and the capture is whole" {
  never_ready --capture all.pcapng
  local begun=$SECONDS
  kill -INT "$LAUNCHER"
  wait_until "up has ended" is_gone "$LAUNCHER"
  ((SECONDS - begun < 10)) || fail "that took $((SECONDS - begun)) s"
  nothing_is_left
  wait_until "its writer has ended" none_writes
  is_good all.pcapng
}

@test "up --capture, whose launcher is killed: the lab goes with it" {
  never_ready --capture all.pcapng
  kill -KILL "$LAUNCHER"
  wait_until "nothing is left" nothing_is_left
  wait_until "its writer has ended" none_writes
  is_good all.pcapng
}

@test "up --capture into a FIFO that nobody reads: it is said, status 1, nothing is left" {
  a_and_b_file
  mkfifo all.pcapng
  run timeout -s KILL 20 "$BIN/vethlab" up --capture all.pcapng lab.yml
  assert_failure 1
  assert_output --partial 'cannot write all.pcapng: nobody reads it yet'
  nothing_is_left
}

a_and_b_file() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan}
  b: {lan: lan}
L
}

# asks PYTHON: code with connect(), which gives a connection to init, and ask(TEXT), which gives a line
asks() {
  /usr/bin/python3 - "$VETHLAB_STATE_DIR/$LAB" <<P
import os, socket, sys
def connect():
    folder = os.open(sys.argv[1], os.O_PATH)
    s = socket.socket(socket.AF_UNIX)
    s.connect("/proc/self/fd/%d/control" % folder)
    os.close(folder)
    return s
def ask(text):
    s = connect()
    s.sendall(text.encode() + b"\n")
    return s.makefile().readline()
$1
P
}

@test "a request whose words are no texts is refused, and the lab goes on" {
  a_and_b_file
  lab_up ./lab.yml
  run asks 'print(ask("{\"do\":\"taps\",\"what\":[\"a\",5]}"), end=""); print(ask("{\"do\":\"act\",\"words\":[\"link\",{}]}"))'
  assert_success
  assert_line --index 0 --partial bad-request
  assert_line --index 1 --partial bad-request
  run vethlab ps
  assert_success
}

@test "300 who wait for the end: others are answered, and down ends the lab" {
  a_and_b_file
  lab_up ./lab.yml
  start waiting asks '
all = [connect() for i in range(300)]
for s in all:
    try: s.sendall(b"{\"do\":\"attend\"}\n")
    except OSError: pass
waits = []
for s in all: # each has its answer, or is turned away
    try: waits += [s] if b"attending" in s.recv(4096) else []
    except OSError: pass
print("sent", len(waits), flush=True)
while waits[0].recv(4096): pass'
  wait_until "they wait" grep -q 'sent 128' waiting.out
  run vethlab ps
  assert_success
  run timeout -s KILL 20 "$BIN/vethlab" capture -w one.pcapng -d 1s
  assert_failure 1
  assert_output --partial 'too many wait for the end of this lab'
  run timeout -s KILL 20 "$BIN/vethlab" down
  assert_success
}

@test "a slow reader of a small pipe gets all of it, to the end" {
  {
    echo 'lans: {lan: 10.0.0.0/22}'
    echo 'nodes:'
    for i in {1..60}; do echo "  n$i: {lan: lan}"; done
  } | lab_of
  lab_up ./lab.yml
  cat >slow.py <<'P'
import fcntl, os, sys, time
fcntl.fcntl(0, 1031, 4096)  # F_SETPIPE_SZ
time.sleep(0.5)
while data := os.read(0, 512):
    sys.stdout.buffer.write(data)
P
  # shellcheck disable=SC2016
  run bash -c 'set -o pipefail; vethlab capture -q -w - -d 200ms | /usr/bin/python3 slow.py >all.pcapng'
  assert_success
  is_good all.pcapng
  local counts
  counts=$(block all.pcapng pcapng.options.option.data.interface.received)
  assert_equal "$(tr , '\n' <<<"$counts" | grep -c .)" 60
}

@test "a filter for VLAN tags is refused; a LAN has no interfaces" {
  a_and_b_file
  lab_up ./lab.yml
  run vethlab capture -w all.pcapng vlan 10
  assert_failure 2
  assert_output --partial 'cannot filter by VLAN tags'
  run vethlab capture -w all.pcapng lan:a
  assert_failure 3
  assert_output --partial "name it alone"
}
