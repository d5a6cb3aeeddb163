#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Where a capture goes: files, pipes, text; and what it does when there is no room.
#
#   a ----- lan ----- b     10.0.0.0/24
#           .1        .2

load helpers
load facts
load capture

# stopped_reader: a program that reads nothing until there is a file `go`, then all
stopped_reader() {
  cat >reader <<'S'
#!/bin/bash
[[ -p pace ]] || mkfifo pace
exec 3<>pace
until [[ -e go ]]; do
  [[ -p pace ]] || exit # the test is over, and its folder gone
  read -r -t 0.02 -u 3
done
exec cat >all.pcapng
S
  chmod +x reader
}

# begin_into READER [ARGUMENT]...: a capture into a pipe; `status` gets how it ends
begin_into() {
  # shellcheck disable=SC2016
  start all bash -c 'exec 4>&1; { vethlab capture -w - "${@:2}" & echo $! >pid; wait $!; echo $? >status; } | "$1"' x "$@"
  sees all
  CAPTURE[all]=$(cat pid)
}

exit_status() {
  wait_until "the capture has ended; it printed: $(cat all.err)" test -s status
  cat status
}

# ---- how much, how long

@test "--count: exactly so many frames, then it ends" {
  a_and_b
  local n
  for n in 1 5 1000; do
    begin all -c "$n"
    while ! has_ended "$(started)"; do
      sends a eth0 "$(frame 88b5)" 100
    done
    ends all
    assert_success
    is_good all.pcapng
    has_frames all.pcapng eth "$n"
  done
}

@test "--duration: it ends by itself, not earlier" {
  a_and_b
  local before
  before=$(us)
  run timeout -s KILL 20 vethlab capture -d 400ms -w all.pcapng
  assert_success
  (($(us) - before >= 400000)) || fail "ended after $(($(us) - before)) us"
  is_good all.pcapng
  # what it says goes to standard error, and nothing with -q
  run --separate-stderr timeout -s KILL 20 vethlab capture -q -d 10ms -w all.pcapng
  assert_success
  assert_output ''
  # shellcheck disable=SC2154
  assert_equal "$stderr" ''
}

@test "--stats: a line a second, on standard error" {
  a_and_b
  begin all --stats ether proto 0x88b5
  sends_many 100
  wait_until "a line of statistics with 200 frames" grep -E '(^|[^0-9])200 frames' all.err
  finish all
  assert_equal "$(cat all.out)" ''
}

# ---- files

# are_whole N FILE...: each is good and has the same interfaces and names; N frames in all, in order
are_whole() {
  local want=$1 file have=0 first last=0
  shift
  for file; do
    is_good "$file"
    grep -c 0x88b5 good.out >count || true
    cat count >>count.all
    have=$((have + $(cat count)))
    first=$(head -n 1 good.out)
    [[ ! $first || $first > $last ]] || fail "$file begins with $first, behind $last"
    last=$(tail -n 1 good.out)
    assert_equal "$(block "$file" pcapng.options.option.data.interface.name pcapng.records.record.data.name)" $'a:eth0,b:eth0\ta,b'
  done
  assert_equal "$have frames" "$want frames"
}

@test "--max-size: files of that size, each whole, with all frames" {
  a_and_b
  start all vethlab capture -w all.pcapng --max-size 1M
  sees all
  sends_many 2000
  kill "$(started)"
  ends all
  assert_success
  local file files=(all_*.pcapng)
  ((${#files[@]} >= 4)) || fail "the files: ${files[*]}"
  are_whole 4000 "${files[@]}"
  for file in "${files[@]}"; do
    [[ $file =~ ^all_000[0-9]{2}_20[0-9]{12}\.pcapng$ ]] || fail "a file is called $file"
    (($(stat -c %s "$file") <= 1026 * 1024)) || fail "$file has $(stat -c %s "$file") octets"
  done
  [[ ! -e all.pcapng ]] || fail "there is all.pcapng"
}

@test "--files: the last ones are kept" {
  a_and_b
  start all vethlab capture -w all.pcapng --max-size 1M --files 2
  sees all
  sends_many 2000
  kill "$(started)"
  ends all
  assert_success
  local files=(all_*.pcapng) n
  # the last ones, without a gap
  assert_equal "${#files[@]}" 2
  n=$((10#${files[1]:4:5}))
  ((n >= 4)) || fail "the files: ${files[*]}"
  assert_equal "$((10#${files[0]:4:5}))" "$((n - 1))"
  is_good "${files[0]}"
  is_good "${files[1]}"
}

@test "--max-time: what comes after that time is in another file" {
  a_and_b
  start all vethlab capture -w all.pcapng --max-time 300ms
  sees all
  local n begun
  for n in 1 2 3; do
    begun=$(us)
    sends_many 10
    while (($(us) - begun < 310000)); do
      nap
    done
  done
  kill "$(started)"
  ends all
  assert_success
  local files=(all_*.pcapng)
  are_whole 60 "${files[@]}"
  ((${#files[@]} >= 3)) || fail "the files: ${files[*]}"
  run cat count.all
  for n in $output; do
    ((n <= 20)) || fail "of 20 frames $n are in one file: $output"
  done
}

# ---- pipes

@test "-w -: into a pipe, and into a file" {
  a_and_b
  start all bash -c 'vethlab capture -w - -c 200 ether proto 0x88b5 | cat >all.pcapng'
  sees all
  sends_many 100
  ends all
  assert_success
  is_good all.pcapng
  has_frames all.pcapng frame.interface_name 200
  start all vethlab capture -w - -c 200 ether proto 0x88b5
  sees all
  sends_many 100
  ends all
  mv all.out all.pcapng
  is_good all.pcapng
  has_frames all.pcapng frame.interface_name 200
}

@test "-w -: what comes is in the pipe soon, not when it ends" {
  a_and_b
  start all bash -c 'vethlab capture -w - icmp | tshark -l -n -r - -T fields -e frame.interface_name -e icmp.type 2>/dev/null'
  sees all
  run reaches a 10.0.0.2
  wait_until "tshark shows the reply: $(cat all.out)" grep -x $'a:eth0\t0' all.out
  vethlab down
  ends all
  assert_success
}

@test "without -w: text, with the nodes' names" {
  a_and_b
  start all vethlab capture -c 4 icmp
  sees all
  vethlab exec a ping -c 1 -W 5 b
  ends all
  assert_success
  run grep -v Journal all.out
  assert_line --regexp 'a .* b .*Echo \(ping\) request'
  assert_line --regexp 'b .* a .*Echo \(ping\) reply'
  refute_output --partial '10.0.0.1 '
}

@test "without -w and without tshark: it is said, and what to do" {
  a_and_b
  mkdir empty
  run env PATH="$PWD/empty" "$BIN/vethlab" capture -d 1s
  assert_failure
  assert_output --partial 'tshark'
  assert_output --partial -- '-w'
}

@test "a reader that begins late gets all, and waiting costs no time" {
  a_and_b
  stopped_reader
  begin_into ./reader
  sends_many 10000
  idles "${CAPTURE[all]}"
  touch go
  kill "${CAPTURE[all]}"
  assert_equal "$(exit_status)" 0
  ends all
  is_good all.pcapng
  has_frames all.pcapng eth.type==0x88b5 20000
}

memory_of() { awk '/^VmHWM/ {print $2}' "/proc/$1/status"; }

@test "a reader that stops: bounded memory, then frames are dropped; it is said where, status 1" {
  a_and_b
  stopped_reader
  begin_into ./reader --buffer 4M
  local memory
  memory=$(memory_of "${CAPTURE[all]}")
  sends_many 15000
  memory=$(($(memory_of "${CAPTURE[all]}") - memory))
  ((memory < 8000)) || fail "it takes $memory kB more"
  idles "${CAPTURE[all]}"
  touch go
  # it goes on when somebody reads
  wait_until "frames are captured again" sees_pings
  kill "${CAPTURE[all]}"
  assert_equal "$(exit_status)" 1
  ends all
  is_good all.pcapng
  run cat all.err
  assert_output --regexp '(node [ab]|LAN lan): [0-9]+ of [0-9]+ frames dropped'
  # all that were not written are in the statistics
  local dropped
  dropped=$(block all.pcapng pcapng.options.option.data.interface.dropped)
  [[ $dropped =~ [1-9] ]] || fail "statistics: $dropped"
}

sees_pings() {
  vethlab exec a ping -q -c 1 b
  (($(count_of all.pcapng icmp) >= 4))
}

@test "a reader that never reads again: it ends all the same, status 1" {
  a_and_b
  stopped_reader
  begin_into ./reader --buffer 4M
  sends_many 1000
  kill "${CAPTURE[all]}"
  assert_equal "$(exit_status)" 1
  run cat all.err
  assert_output --partial 'dropped'
}

@test "a reader that goes away ends the capture" {
  a_and_b
  printf '#!/bin/sh\nexec head -c 1000 >all.pcapng\n' >reader
  chmod +x reader
  begin_into ./reader
  start sender sends a eth0 "$(frame 88b5)" 1000
  run exit_status
  if [[ $output != 0 ]]; then
    assert_output 1
    assert grep -F 'dropped because nobody read them' all.err
  fi
  assert_equal "$(stat -c %s all.pcapng)" 1000
}

@test "a full disk: it is said, status 1, and what is there can be read" {
  a_and_b
  local as=()
  [[ $(id -u) == 0 ]] || as=(-r)
  mkdir full
  start all unshare "${as[@]}" -m bash -c '
    mount -t tmpfs -o size=300k t full
    vethlab capture -w full/all.pcapng
    status=$?
    cp full/all.pcapng .
    exit $status'
  sees all
  sends_many 50
    sends_many 2000
  ends all
  assert_failure 1
  assert_output --partial 'No space left on device'
  is_good all.pcapng
  run count_of all.pcapng
  ((output >= 100)) || fail "$output frames"
}

@test "a file that may not grow: the same" {
  a_and_b
  start all bash -c 'ulimit -f 1000; exec vethlab capture -w all.pcapng'
  sees all
  sends_many 2000
  ends all
  assert_failure 1
  assert_output --partial 'File too large'
  is_good all.pcapng
  run count_of all.pcapng
  ((output >= 100)) || fail "$output frames"
}
