#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A machine without room, descriptors, memory or permission: it is said, and nothing is left.

load helpers

two_hosts() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan}
  b: {lan: lan}
L
}

nothing_is_left() {
  [[ ! -e $VETHLAB_STATE_DIR/$1 ]] || fail "left: $(ls "$VETHLAB_STATE_DIR/$1")"
}

# is_cleared LAB: nothing is left, or the next command takes it away
is_cleared() {
  vethlab ls >/dev/null && [[ ! -e $VETHLAB_STATE_DIR/$1 ]]
}

@test "user namespaces are off: it says which switch, or to use sudo" {
  needs_root "to play a user in a namespace whose limit is 0"
  two_hosts
  chmod 755 "$BATS_TEST_TMPDIR"
  mkfifo go
  cat >off.sh <<'S'
read -r _ <go
sh -c 'echo 0 >/proc/sys/user/max_user_namespaces' # by exec it gets its rights
exec setpriv --reuid=65534 --regid=65534 --clear-groups vethlab up lab.yml
S
  VETHLAB_STATE_DIR=/tmp/vethlab-off-$$ unshare -U sh off.sh >off.out 2>&1 &
  local off=$!
  wait_until "it is in its namespace" other_user_ns "$off"
  echo '0 0 65536' >"/proc/$off/uid_map"
  echo '0 0 65536' >"/proc/$off/gid_map"
  echo go >go
  status=0
  wait "$off" || status=$?
  output=$(cat off.out)
  rm -rf "/tmp/vethlab-off-$$"
  assert_failure 1
  assert_output --partial 'user.max_user_namespaces is 0'
  assert_output --partial 'sudo'
}

other_user_ns() {
  [[ $(readlink "/proc/$1/ns/user") != $(readlink /proc/self/ns/user) ]]
}

@test "too few network namespaces: the sysctl is named" {
  two_hosts
  run unshare -Ur sh -c 'echo 2 >/proc/sys/user/max_net_namespaces; exec vethlab up --name few lab.yml'
  assert_failure 1
  assert_output --partial 'cannot make a network namespace'
  assert_output --partial 'user.max_net_namespaces'
  nothing_is_left few
}

@test "too few descriptors: it says how many are needed" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {h: {count: 100, lan: lan}}
L
  run sh -c 'ulimit -n 100; exec vethlab up --name fds lab.yml'
  assert_failure 1
  assert_output --regexp 'needs [0-9]+ file descriptors and a process may have 100'
  nothing_is_left fds
}

@test "no memory: it says so" {
  [[ ${VETHLAB_SANITIZED:-} ]] && skip "the sanitizers need all the address space there is"
  lab_of <<'L'
lans: {lan: 10.0.0.0/16}
nodes: {h: {count: 900, lan: lan, files: {x: "text"}}}
L
  local limit said=
  for limit in {4000..5600..100}; do
    run sh -c "ulimit -v $limit; exec vethlab up -q --name mem lab.yml"
    [[ $status == 0 ]] && break
    # without memory for the launcher itself, init is still on its way out
    wait_until "nothing is left" is_cleared mem
    # below what the libraries themselves need, the loader speaks
    [[ $output == *"out of memory"* || $output == *"ut of memory"* || $output == *"Cannot allocate"* ]] &&
      said=yes
  done
  assert_equal "$said" yes
}

@test "a full disk: it says which file, and nothing is left" {
  lab_of <<L
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan, files: {big: "$(head -c 200000 /dev/zero | tr '\0' x)"}}}
L
  run unshare -Urm sh -c "
    mkdir -p full && mount -t tmpfs -o size=64k,mode=700 tmpfs full
    VETHLAB_STATE_DIR=\$PWD/full vethlab up --name full lab.yml; echo status \$?
    ls -A full"
  assert_output --regexp 'cannot write .*/nodes/a/big: No space left on device'
  assert_line 'status 1'
  assert_equal "${lines[-1]}" 'status 1'
}

@test "a full disk later on loses lines of the log, and nothing else" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {yes: {command: yes 0123456789012345678901234567890123456789}}}
  b: {lan: lan}
L
  run unshare -Urm sh -c '
    mkdir -p full && mount -t tmpfs -o size=128k,mode=700 tmpfs full
    export VETHLAB_STATE_DIR=$PWD/full
    vethlab up -q --name full lab.yml
    until vethlab ps --json | grep -q "log_lines_lost\": [1-9]"; do :; done
    vethlab exec b ping -c 1 -W 5 a; echo ping $?
    vethlab down; echo down $?'
  assert_line 'ping 0'
  assert_line 'down 0'
}

@test "another user can neither list, enter nor end a lab" {
  needs_root "two users"
  two_hosts
  lab_up ./lab.yml
  chmod 755 "$BATS_TEST_TMPDIR"
  local verb
  for verb in ls ps down "exec a true" "logs a" inspect; do
    # shellcheck disable=SC2086
    run setpriv --reuid=65534 --regid=65534 --clear-groups vethlab $verb
    assert_failure 1
    assert_output --regexp 'is not a private folder|cannot make the state folder'
  done
  run stat -c %a "$VETHLAB_STATE_DIR" "$VETHLAB_STATE_DIR/$LAB" "$VETHLAB_STATE_DIR/$LAB/control" \
    "$VETHLAB_STATE_DIR/$LAB/lock"
  assert_output $'700\n700\n600\n600'
  run vethlab exec a true
  assert_success
}

@test "a caller that says nothing, too much or nonsense does not keep init from its work" {
  two_hosts
  lab_up ./lab.yml
  /usr/bin/python3 - "$VETHLAB_STATE_DIR/$LAB" <<'P'
import os, socket, sys
os.chdir(sys.argv[1])
def call():
    s = socket.socket(socket.AF_UNIX)
    s.connect("control")
    return s
silent = [call() for _ in range(100)]
for junk in (b"\n", b"{}\n", b"[" * 4000 + b"\n", b"x" * 100000, b'{"do":"enter"}\n', b'{"do":7}\n', b"\0\xff\n"):
    s = call()
    try:
        s.sendall(junk)
        s.recv(100)
    except OSError:
        pass
unread = call()
unread.sendall(b'{"do":"status"}\n')
P
  run timeout 5 vethlab exec a ping -c 1 -W 5 b
  assert_success
}

@test "exec of a hundred at once" {
  two_hosts
  lab_up ./lab.yml
  local i pids=()
  for i in {1..100}; do
    vethlab exec a sh -c "exit $((i % 7))" &
    pids+=($!)
  done
  for i in {1..100}; do
    local status=0
    wait "${pids[$((i - 1))]}" || status=$?
    assert_equal "$status" $((i % 7))
  done
}
