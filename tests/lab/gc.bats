#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# vethlab gc: what crashed labs left, and never anything else. And the scripts for shells.

load helpers
load facts

# crashed: a lab whose init was killed: $LAB
crashed() {
  two_nodes
  crash
}

# crash: $LAB
crash() {
  local init
  init=$(cat "$VETHLAB_STATE_DIR/$LAB/lock")
  kill -9 "$init"
  wait_until "init is gone" has_ended "$init"
  [[ -d $VETHLAB_STATE_DIR/$LAB ]] || fail "nothing is left to take away"
}

teardown_file() {
  rm -f /run/netns/gc-test-$$-*
}

@test "gc: the state folder of a crashed lab goes, and it says so" {
  crashed
  run vethlab gc
  assert_success
  assert_output --partial "$LAB"
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]] || fail "left: $(find "$VETHLAB_STATE_DIR/$LAB")"
  run vethlab gc
  assert_success
  refute_output --partial "$LAB"
}

@test "gc -q prints nothing" {
  crashed
  run vethlab gc -q
  assert_success
  assert_output ""
  [[ ! -e $VETHLAB_STATE_DIR/$LAB ]]
}

@test "gc: names of a crashed lab in /run/netns go; those of a living one stay" {
  needs_root "/run/netns"
  two_nodes
  local living=$LAB name
  two_nodes
  for name in "$living-a" "$living-b" "$LAB-a" "$LAB-b"; do
    [[ -L /run/netns/$name ]] || fail "/run/netns/$name is not there; living: $living, crashed: $LAB"
  done
  # from here on the gc of a test beside this one may take the names away, too
  crash
  run vethlab gc
  assert_success
  for name in "$LAB-a" "$LAB-b"; do
    [[ ! -L /run/netns/$name ]] || fail "left: $(ls -l "/run/netns/$name")"
  done
  for name in "$living-a" "$living-b"; do
    [[ -L /run/netns/$name ]] || fail "taken away: /run/netns/$name"
  done
  run vethlab exec -l "$living" a true
  assert_success
}

@test "gc: a dangling name whose state folder is gone goes too, and is told; others stay" {
  needs_root "/run/netns"
  mkdir -p /run/netns
  local own=gc-test-$$-$BATS_SUITE_TEST_NUMBER
  # a pid that no process can have
  ln -s /proc/99999999/fd/5 "/run/netns/$own-ours"
  ln -s /proc/99999999/ns/net "/run/netns/$own-ns"
  ln -s /nonexistent/fd/5 "/run/netns/$own-else"
  # what somebody holds open is not dangling, though the lab is not ours
  local held
  exec {held}</proc/self/ns/net
  ln -s "/proc/$BASHPID/fd/$held" "/run/netns/$own-living"
  assert stat -L "/run/netns/$own-living"
  ln -s ../proc/99999999/fd/5 "/run/netns/$own-relative"
  ln -s /proc/99999999/fd/5x "/run/netns/$own-junk"
  : >"/run/netns/$own-file"
  mkdir "/run/netns/$own-folder"
  run vethlab gc
  local left
  left=$(cd /run/netns && printf '%s\n' "$own"-*)
  rm -rf "/run/netns/$own-"*
  assert_success
  assert_output --partial "$own-ours"
  assert_equal "$left" "$(printf "$own-%s\n" else file folder junk living ns relative)"
}

@test "gc: a living lab, and what else is in the state folder, stay" {
  two_nodes
  echo precious >"$VETHLAB_STATE_DIR/file"
  mkdir "$VETHLAB_STATE_DIR/folder" elsewhere
  echo precious >"$VETHLAB_STATE_DIR/folder/file"
  : >elsewhere/lock
  echo precious >elsewhere/file
  ln -s "$PWD/elsewhere" "$VETHLAB_STATE_DIR/link"
  run vethlab gc
  assert_success
  local left
  left=$(cd "$VETHLAB_STATE_DIR" && find . -name file -o -name link | sort | tr '\n' ' ')
  rm -rf "$VETHLAB_STATE_DIR/file" "$VETHLAB_STATE_DIR/folder" "$VETHLAB_STATE_DIR/link"
  assert_equal "$left" "./file ./folder/file ./link "
  assert_equal "$(cat elsewhere/file)" precious
  run reaches a b
  assert_success
}

@test "gc: a lab that is just coming up stays" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan, run: {late: {command: sleep 1000, ready: {command: test -e go}}}}}
L
  LAB=$(lab_name)
  start up vethlab up -q -n "$LAB" lab.yml
  wait_until "it is there" test -S "$VETHLAB_STATE_DIR/$LAB/control" -a -d "$VETHLAB_STATE_DIR/$LAB/nodes/a"
  run vethlab gc
  assert_success
  touch "$VETHLAB_STATE_DIR/$LAB/nodes/a/go"
  ends up
  assert_success
}

@test "gc: nothing to do, no state folder, wrong use" {
  run vethlab gc
  assert_success
  run vethlab gc now
  assert_failure 2
  run vethlab gc --nope
  assert_failure 2
}

@test "completion: scripts for bash, zsh and fish are sound; another shell is refused" {
  vethlab completion bash >bash.sh
  run bash -n bash.sh
  assert_success
  run vethlab completion tcsh
  assert_failure 2
  run vethlab completion
  assert_failure 2
  local shell
  for shell in zsh fish; do
    run vethlab completion "$shell"
    assert_success
    assert_output --partial vethlab
    if command -v "$shell" >/dev/null; then
      vethlab completion "$shell" >script
      run "$shell" -n script
      assert_success
    fi
  done
}

# completes LINE WORD...: bash offers these words for the line, and perhaps others
completes() {
  local line=$1 word
  shift
  run bash --norc -c '
    source <(vethlab completion bash)
    COMP_LINE=$1 COMP_POINT=${#1}
    read -ra COMP_WORDS <<<"$1"
    [[ $1 == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    $(complete -p vethlab | sed -E "s/.* -F ([^ ]+) .*/\1/") vethlab "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
    printf "%s\n" "${COMPREPLY[@]}"' sh "$line"
  for word in "$@"; do
    [[ $'\n'$output$'\n' == *$'\n'"$word"?(=)*([[:blank:]])$'\n'* ]] ||
      fail "'$line': expected $word; actual: ${output//$'\n'/ }"
  done
}

@test "completion in bash: verbs, labs, nodes, commands, options" {
  shopt -s extglob
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  alpha: {lan: lan, run: {server: sleep 1000}}
  beta: {lan: lan}
L
  lab_up ./lab.yml
  completes 'vethlab pa' partition
  completes 'vethlab ' up down run check ls ps inspect exec shell logs wait events start stop restart kill link \
    partition heal play test gc completion
  completes 'vethlab exec ' alpha beta
  completes 'vethlab exec al' alpha
  completes 'vethlab down ' "$LAB"
  completes 'vethlab ps -l ' "$LAB"
  completes 'vethlab kill alpha/' alpha/server
  completes 'vethlab wait --ti' --timeout
}
