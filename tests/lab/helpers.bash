# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the lab tests have in common. Each test has a state folder of its own, so that the verbs in
# it see its own labs alone, and names of its own, so that tests run side by side. Nothing sleeps:
# wait_until asks again until a deadline, and prints expected and actual when that has passed.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

TESTS=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd)
BIN=$(cd -- "${VETHLAB_BIN:-$TESTS/../bin}" && pwd)
LABS=${VETHLAB_LABS:-$TESTS/../topology/labs}
PATIENCE=${VETHLAB_PATIENCE:-15}

setup() {
  export VETHLAB_STATE_DIR=$BATS_TEST_TMPDIR/state
  export PATH=$BIN:$PATH
  unset VETHLAB_LAB
  cd "$BATS_TEST_TMPDIR" || return
  mkfifo nap
  exec {NAP_FD}<>nap
  STARTED=()
}

teardown() {
  local pid
  for pid in "${STARTED[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  vethlab down --all --quiet || true
  if [[ -d $VETHLAB_STATE_DIR ]]; then
    assert_equal "left in the state folder: $(ls "$VETHLAB_STATE_DIR")" "left in the state folder: "
  fi
}

# nap: a little time, without a process
nap() {
  read -r -t 0.02 -u "$NAP_FD" _ || true
}

# wait_until 'what is expected' CMD...: until CMD succeeds
wait_until() {
  local expected=$1 end=$((SECONDS + PATIENCE))
  shift
  until "$@" >wait.out 2>&1; do
    if ((SECONDS > end)); then
      echo "not within $PATIENCE s: $expected"
      echo "asked:  $*"
      echo "actual: $(cat wait.out)"
      return 1
    fi
    nap
  done
}

# lab_name: at most 15 characters, this test's own
lab_name() {
  echo "t$BATS_SUITE_TEST_NUMBER-$((BASHPID % 100000))"
}

# lab_up FILE: brings up a lab under a name of this test's own, $LAB
lab_up() {
  local file=$1
  [[ $file == */* ]] || file=$LABS/$file
  LAB=$(lab_name)
  run vethlab up --name "$LAB" "$file"
  assert_success
}

# lab_of: a lab file from standard input
lab_of() {
  cat >lab.yml
}

# shipped_labs: the files of all labs that ship, without those whose programs are not all installed
shipped_labs() {
  local lab
  for lab in "$LABS"/*.yml; do
    [[ $lab == */rip-frr-bird.yml && ! (-x /usr/lib/frr/ripd && -x /usr/sbin/bird) ]] || echo "$lab"
  done
}

# start NAME CMD...: in the background, NAME.out and NAME.err get what it prints
start() {
  local name=$1
  shift
  "$@" >"$name.out" 2>"$name.err" </dev/null &
  STARTED+=($!)
}

# talk NAME CMD...: the same with an input that `say NAME LINE` writes to
declare -gA INPUT
talk() {
  local name=$1 fd
  shift
  mkfifo "$name.in"
  exec {fd}<>"$name.in"
  "$@" >"$name.out" 2>"$name.err" <"$name.in" {fd}>&- &
  STARTED+=($!)
  INPUT[$name]=$fd
}

say() {
  printf '%s\n' "$2" >&"${INPUT[$1]}"
}

# hears NAME LINE: NAME was sent exactly this line
hears() {
  wait_until "$1 hears '$2'" grep -Fxq -- "$2" "$1.out"
}

# log_has NODE LINE: the node's log has exactly this line, "COMMAND | TEXT"
log_has() {
  wait_until "the log of $1 has '$2'" in_log "$1" "$2"
}

in_log() {
  vethlab logs "$1" | grep -Fx -- "$2"
}

# state_is NODE STATE: the state of the node's first command, as `ps` says
state_is() {
  wait_until "$1 is $2" has_state "$1" "$2"
}

has_state() {
  vethlab ps | awk -v node="$1" -v state="$2" '$1 == node' | grep -w -- "$2"
}

needs_root() {
  [[ $(id -u) == 0 ]] || skip "needs root: $1"
}

# json EXPRESSION: of the JSON on standard input, d
json() {
  /usr/bin/python3 -c "import json,sys; d=json.load(sys.stdin); print($1)"
}
