#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# vethlab test: a bats file run again and again, each time with labs of its own.

load helpers
load facts

# as a person calls it: without the variables and the PATH of the bats that runs this file
outside_bats() {
  local name unset=()
  for name in $(compgen -A export BATS); do
    unset+=(-u "$name")
  done
  OUTSIDE=(env --default-signal=INT "${unset[@]}" PATH="$BIN:$(tr ':' '\n' <<<"$PATH" | grep -v 'libexec/bats' | paste -sd :)")
}

vethlab() {
  if [[ $1 == test ]]; then
    outside_bats
    "${OUTSIDE[@]}" "$BIN/vethlab" "$@" 3>&-
  else
    "$BIN/vethlab" "$@"
  fi
}

# bats_file NAME: from standard input, where @TEST is @test (bats would take it for one of this
# file), with `note WORD...` to write to the file 'notes' here
bats_file() {
  {
    echo '#!/usr/bin/env bats'
    echo "note() { echo \"\$*\" >>'$PWD/notes'; }"
    sed 's/^@TEST/@test/'
  } >"$1.bats"
}

# fails if the seed can be divided by 3
flaky() {
  bats_file flaky <<'B'
@TEST "it is good" {
  note "$VETHLAB_SEED"
}
@TEST "it is flaky" {
  echo "the seed was $VETHLAB_SEED"
  ((VETHLAB_SEED % 3))
}
B
}

# counted TEST RUNS FAILED: a line of the table
counted() {
  assert_line --regexp "^ *$1 +$2 +$3\\b"
}

@test "test: counts the runs and the failures of each test; status 1 if one failed" {
  flaky
  run --separate-stderr vethlab test --repeat 6 --seed 1 flaky.bats
  assert_failure 1
  assert_line --regexp '(TEST|test).*(RUNS|runs).*(FAILED|failed)'
  counted 'it is good' 6 0
  counted 'it is flaky' 6 2
}

@test "test: status 0 only if nothing failed; one run by default; no folder for failures then" {
  flaky
  run --separate-stderr vethlab test --seed 1 flaky.bats
  assert_success
  counted 'it is good' 1 0
  counted 'it is flaky' 1 0
  [[ ! -e vethlab-failures ]] || fail "there is vethlab-failures: $(find vethlab-failures)"
  run vethlab test -s 3 flaky.bats
  assert_failure 1
}

@test "test: VETHLAB_SEED is S, S+1, ..." {
  flaky
  run vethlab test -n 5 -s 100 flaky.bats
  assert_equal "$(tr '\n' ' ' <notes)" "100 101 102 103 104 "
}

@test "test: a random seed is printed, and with it the run is the same again" {
  flaky
  run vethlab test flaky.bats
  local first first_status=$status
  first=$(cat notes)
  assert_regex "$first" '^[0-9]+$'
  assert_output --partial "$first"
  rm notes
  run vethlab test --seed "$first" flaky.bats
  assert_equal "$status" "$first_status"
  assert_equal "$(cat notes)" "$first"
  rm notes
  run vethlab test flaky.bats
  refute [ "$(cat notes)" == "$first" ]
}

# up_in FILE: a bats file whose test brings up a lab with a command that speaks, and fails
leaves_labs() {
  bats_file "$1" <<B
@TEST "it fails" {
  note "\$VETHLAB_STATE_DIR"
  cat >lab.yml <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {speaker: [sh, -c, "echo hello from the log; exec sleep 1000"]}}
L
  vethlab up -q -n $1-lab lab.yml
  vethlab wait -q a log 'hello from the log'
  vethlab exec a ip addr add 10.0.0.77/24 dev eth0
  note "\$(cat "\$VETHLAB_STATE_DIR/$1-lab/lock")"
  echo "words of the test"
  $2
}
B
}

# is_kept FOLDER: the three things
is_kept() {
  run grep -rF 'words of the test' "$1"
  assert_success
  run grep -rF 'hello from the log' "$1"
  assert_success
  run grep -rE '10\.0\.0\.77/24( on eth0 added|".*"added"|.*)' "$1"
  assert_success
}

@test "test: of a failed run the output, and logs and events of its labs, are kept, and it says where" {
  leaves_labs bad false
  run vethlab test --keep kept bad.bats
  assert_failure 1
  assert_output --partial kept
  is_kept kept
}

@test "test: failures are kept in vethlab-failures by default, each run apart" {
  leaves_labs bad false
  run vethlab test -n 2 bad.bats
  assert_failure 1
  assert_output --partial vethlab-failures
  is_kept vethlab-failures
  assert_equal "$(grep -rlF 'hello from the log' vethlab-failures | wc -l)" 2
}

@test "test: logs and events are also kept if the test ends its lab itself" {
  leaves_labs tidy 'vethlab down -q; false'
  run vethlab test --keep kept tidy.bats
  assert_failure 1
  is_kept kept
}

@test "test: of a good run nothing is kept" {
  flaky
  run vethlab test -n 3 -s 1 -k kept flaky.bats
  assert_failure 1
  run find kept -type f -exec grep -l 'the seed was' {} +
  assert_equal "${#lines[@]}" 1
  run grep -rhF 'the seed was' kept
  assert_output --partial 'the seed was 3'
}

@test "test: what a run leaves running is ended and told, also if the test is good" {
  leaves_labs good true
  run vethlab test good.bats
  assert_output --partial good-lab
  local folder init
  folder=$(sed -n 1p notes)
  init=$(sed -n 2p notes)
  [[ $init ]] || fail "the test did not run: $output"
  wait_until "its init is gone" has_ended "$init"
  [[ ! -e $folder/good-lab ]] || fail "left: $(find "$folder")"
  assert_line --regexp 'it fails +1 +0'
}

@test "test: each run has a state folder of its own, and the labs of the caller are not in it" {
  two_nodes
  bats_file own <<'B'
@TEST "fresh" {
  note "$VETHLAB_STATE_DIR lab=${VETHLAB_LAB-none} $(vethlab ls --json | tr -d ' \n')"
  cd "$BATS_TEST_TMPDIR"
  printf 'lans: {lan: 10.0.0.0/24}\nnodes: {a: {lan: lan}}\n' >lab.yml
  vethlab up -q -n same lab.yml
  [ "$(stat -c %a "$VETHLAB_STATE_DIR")" = 700 ]
  vethlab down -q
}
B
  VETHLAB_LAB=$LAB run vethlab test -n 3 own.bats
  assert_success
  assert_equal "$(awk '{print $1}' notes | sort -u | wc -l)" 3
  refute grep -qF "$LAB" notes
  refute grep -q "^$VETHLAB_STATE_DIR " notes
  assert_equal "$(grep -c 'lab=none' notes)" 3
  local folder
  while read -r folder _; do
    [[ ! -e $folder ]] || fail "left: $(find "$folder")"
  done <notes
  run vethlab exec a true
  assert_success
}

@test "test: several files; a skipped test is no failure" {
  flaky
  bats_file other <<'B'
@TEST "it is another" {
  true
}
@TEST "it is skipped" {
  skip "no reason"
}
B
  run vethlab test -n 2 -s 1 flaky.bats other.bats
  assert_success
  counted 'it is flaky' 2 0
  counted 'it is another' 2 0
}

@test "test: a file that is not there or no bats file is a failure" {
  run vethlab test nosuch.bats
  assert_failure
  assert_output --partial nosuch.bats
  echo '@test "broken" { if' >broken.bats
  run vethlab test broken.bats
  assert_failure
}

@test "test: wrong use" {
  flaky
  local args
  for args in "" "-n 0 flaky.bats" "-n x flaky.bats" "-n -1 flaky.bats" "-s x flaky.bats" "-k" "--nope flaky.bats"; do
    # shellcheck disable=SC2086
    run vethlab test $args
    [[ $status == 2 ]] || fail "vethlab test $args: status $status, not 2: $output"
  done
}

@test "test: when it is interrupted, its labs end too" {
  leaves_labs slow 'vethlab wait -t 100s a log never'
  outside_bats
  start t setsid "${OUTSIDE[@]}" "$BIN/vethlab" test slow.bats
  wait_until "the lab is up" has_lines 2 notes
  local init
  init=$(sed -n 2p notes)
  # as Ctrl-C does, to the whole job
  kill -INT -- "-$(started)"
  ends t
  assert_failure 130
  wait_until "its init is gone" has_ended "$init"
}

@test "test: Ctrl-C at a terminal ends it, and no line of a test is told twice" {
  leaves_labs slow 'vethlab wait -t 100s a log never'
  outside_bats
  # script gives a terminal; the signal comes to vethlab alone, while it waits for a line
  start t script -qec "exec ${OUTSIDE[*]@Q} sh -c 'echo \$\$ >pid; exec $BIN/vethlab test -k kept slow.bats'" /dev/null
  wait_until "the lab is up" has_lines 2 notes
  kill -INT "$(<pid)"
  ends t
  assert_failure 130
  wait_until "its init is gone" has_ended "$(sed -n 2p notes)"
}

has_lines() {
  (($(wc -l <"$2") >= $1))
}
