# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the tests of facts and faults have in common, beside helpers.bash.

# two_nodes: a and b on a switch, with IPv4 and IPv6: $LAB
two_nodes() {
  lab_of <<'L'
lans: {lan: [10.0.0.0/24, "fd00::/64"]}
nodes:
  a: {lan: lan}
  b: {lan: lan}
L
  lab_up ./lab.yml
}

# in_node NODE LINE: a line of shell in a node; its failure is the test's
in_node() {
  vethlab exec "$1" sh -ec "$2"
}

# us: the time in microseconds
us() {
  echo "${EPOCHREALTIME/[.,]/}"
}

# started: the process that `start` or `talk` made last
started() {
  echo "${STARTED[-1]}"
}

# switches PID: how often it has waited for something
switches() {
  awk '/^voluntary_ctxt_switches/ {print $2}' "/proc/$1/status" 2>/dev/null
}

# rests PID [N]: it sleeps, and did not wake for N naps
rests() {
  local before after i
  before=$(switches "$1")
  for ((i = 0; i < ${2:-6}; i++)); do
    nap
  done
  after=$(switches "$1")
  echo "process $1: '$before' and then '$after' voluntary switches"
  [[ $before && $before == "$after" && $(awk '/^State/ {print $2}' "/proc/$1/status") == S ]]
}

# waits NAME: the process that was started last has looked and goes on waiting; NAME is its output's
waits() {
  wait_until "$1 waits and does not wake; it printed: $(cat "$1.out" "$1.err")" rests "$(started)"
}

has_ended() {
  ! kill -0 "$1" 2>/dev/null
}

# shellcheck disable=SC2034 # for the test
# ends NAME [PID]: it ends before the deadline; $status and $output (with errors) as `run` has them
ends() {
  local pid=${2:-$(started)}
  wait_until "$1 ends; it printed: $(cat "$1.out" "$1.err")" has_ended "$pid"
  status=0
  wait "$pid" || status=$?
  output=$(cat "$1.out" "$1.err")
  mapfile -t lines <<<"$output"
}

# goes_on NAME: it still runs
goes_on() {
  kill -0 "$(started)" 2>/dev/null || fail "$1 has ended and should not: $(cat "$1.out" "$1.err")"
}

# pid_of NODE [COMMAND]: the process id of a command as the lab sees it, empty if it does not run
pid_of() {
  vethlab ps --json | /usr/bin/python3 -c '
import json, sys
for n in json.load(sys.stdin)["nodes"]:
    if n["name"] == sys.argv[1]:
        for c in n["commands"]:
            if len(sys.argv) < 3 or c["name"] == sys.argv[2]:
                print(c.get("pid") or "")
                break' "$@"
}

# command_is NODE COMMAND STATE: the state of one command
command_is() {
  wait_until "$1/$2 is $3" is_command "$@"
}

is_command() {
  vethlab ps --json | /usr/bin/python3 -c '
import json, sys
node, command, state = sys.argv[1:]
have = [c["state"] for n in json.load(sys.stdin)["nodes"] if n["name"] == node
        for c in n["commands"] if c["name"] == command]
print(have)
sys.exit(have != [state])' "$@"
}

# reaches FROM TO [PING OPTION]...: an echo reply comes; at most 10 requests in 2 s
reaches() {
  local from=$1 to=$2
  shift 2
  vethlab exec "$from" ping -q -c 10 -i 0.2 -W 2 "$@" "$to" >ping.out 2>&1 || {
    echo "$from does not reach $to: $(cat ping.out)"
    return 1
  }
}

# misses FROM TO [PING OPTION]...: no echo reply at all of three; says so if there is one
misses() {
  local from=$1 to=$2
  shift 2
  if vethlab exec "$from" ping -q -c 3 -i 0.2 -W 0.5 "$@" "$to" >ping.out 2>&1; then
    echo "$from reaches $to and should not: $(cat ping.out)"
    return 1
  fi
  grep -q ' 0 received' ping.out || fail "ping did not work at all: $(cat ping.out)"
}

# has_event REGEX [NODE]: a line of events
has_event() {
  wait_until "an event /$1/" in_events "$@"
}

in_events() {
  vethlab events "${@:2}" | tee events.now | grep -E -- "$1" && return
  tail -n 30 events.now
  return 1
}
