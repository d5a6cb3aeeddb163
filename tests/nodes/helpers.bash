# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the tests of the network programs have in common.
#
#   bats (any user)                     a network namespace of the test's own
#   +----------------------+            +-----------------------------------+
#   | one test             |   start    | lo 127.0.0.0/8                    |
#   |  say / hears / ...   | =========> | chat-server, forwarder, peer, nc, |
#   |  $BATS_TEST_TMPDIR   | pipes and  | socat, telnet, tool.py, ...       |
#   +----------------------+   files    +-----------------------------------+
#
# A program that `start NAME CMD...` has started writes to the files NAME.out
# and NAME.err in $BATS_TEST_TMPDIR.  Nothing here sleeps for a fixed time to
# wait for something: wait_until asks again and again until a deadline.

bats_require_minimum_version 1.5.0 # run --separate-stderr
bats_load_library bats-support
bats_load_library bats-assert

stderr='' stderr_lines=() # set by run

TESTS_DIR=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)
BIN_DIR=${VETHLAB_BIN:-$TESTS_DIR/../../bin}

# Deadlines are for a slow and busy machine; a passing test hardly uses them.
PATIENCE=${VETHLAB_PATIENCE:-15}

declare -gA PID_OF=() INPUT_OF=()

# ---------------------------------------------------------------- waiting

# A sleep without a process of its own: read from a pipe that stays empty.
nap() {
  read -r -t "${1:-0.02}" -u "$NAP_FD" _ || true
}

now_ms() {
  local us=${EPOCHREALTIME/[.,]/}
  printf '%s\n' "$((us / 1000))"
}

# wait_until SECONDS 'description' CMD...: until CMD succeeds.
wait_until() {
  local seconds=$1 description=$2 end
  shift 2
  end=$(($(now_ms) + seconds * 1000))
  until "$@"; do
    if (($(now_ms) > end)); then
      # once more: the machine may have been busy elsewhere all the time
      "$@" && return 0
      printf 'not within %s s: %s\n  (asked: %s)\n' \
        "$seconds" "$description" "$*"
      return 1
    fi
    nap
  done
}

# ------------------------------------------------------- the network namespace

network_start() {
  cd "$BATS_TEST_TMPDIR" || return
  mkfifo nap
  exec {NAP_FD}<>nap
  unshare --user --map-root-user --net sh -c \
    'ip link set lo up && echo up >holder.up && exec sleep infinity' \
    </dev/null >holder.log 2>&1 3>&- &
  HOLDER=$!
  wait_until "$PATIENCE" "the network namespace is there" test -s holder.up || {
    cat holder.log
    return 1
  }
}

# ns CMD...: runs CMD in the test's namespace, as the user who runs bats
# (who is root in there, as far as the network goes).
ns() {
  nsenter --preserve-credentials -t "$HOLDER" -U -n -- "$@"
}

# Every process that is in the test's namespace, but the holder.
ns_pids() {
  local dir pid
  for dir in /proc/[0-9]*; do
    pid=${dir#/proc/}
    if [[ $pid != "$HOLDER" && $dir/ns/net -ef /proc/$HOLDER/ns/net ]]; then
      printf '%s\n' "$pid"
    fi
  done
}

ns_is_empty() { [[ -z $(ns_pids) ]]; }

network_stop() {
  local name pid left patience=1 problem=0
  [[ -n ${HOLDER-} ]] || return 0
  # Everyone in there was started by this test.  First politely, so that a
  # sanitizer gets to say what it found.
  [[ ${VETHLAB_SANITIZED-} == 1 ]] && patience=5
  for pid in $(ns_pids); do
    kill -TERM "$pid" 2>/dev/null
    kill -CONT "$pid" 2>/dev/null
  done
  wait_until "$patience" 'all have left' ns_is_empty >/dev/null ||
    for pid in $(ns_pids); do
      kill -KILL "$pid" 2>/dev/null
    done
  if ! wait_until 5 'no process of the test is left' ns_is_empty; then
    for pid in $(ns_pids); do
      printf 'left over: %s ' "$pid"
      tr '\0' ' ' <"/proc/$pid/cmdline"
      echo
    done
    problem=1
  fi
  kill -KILL "$HOLDER" 2>/dev/null
  wait "$HOLDER" "${PID_OF[@]}" 2>/dev/null
  for name in *.err; do
    [[ -e $name ]] || continue
    if grep -aqE 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$name"
    then
      printf 'a sanitizer complains in %s\n' "$name"
      problem=1
      BATS_TEST_COMPLETED=
    fi
  done
  if [[ -z ${BATS_TEST_COMPLETED-} ]]; then
    for name in *.err *.out; do
      [[ -s $name ]] || continue
      left=$(wc -c <"$name")
      printf -- '--- the end of %s (%s octets)\n' "$name" "$left"
      tail -n 12 "$name" | tail -c 3000 | cut -b 1-300 | cat -v
    done
  fi
  return "$problem"
}

# ------------------------------------------------------------ programs

# The program of that name: $VETHLAB_BIN/NAME.
program() { printf '%s/%s\n' "$BIN_DIR" "$1"; }

tool() { ns /usr/bin/python3 "$TESTS_DIR/tool.py" "$@"; }

# start [-i] [-r] [-n FILES] NAME CMD...: runs CMD in the background.
#   -i  its input is a pipe that `say NAME ...` writes to (else it is empty)
#   -r  waits until it has said READY=1
#   -n  it may have that many descriptors
start() {
  local input='' ready='' files='' opt OPTIND=1 name fd
  while getopts 'irn:' opt; do
    case $opt in
      i) input=yes ;;
      r) ready=yes ;;
      n) files=$OPTARG ;;
      *) return 2 ;;
    esac
  done
  shift $((OPTIND - 1))
  name=$1
  shift
  case $1 in
    chat-server | chat-client | forwarder | peer)
      set -- "$(program "$1")" "${@:2}"
      ;;
    tool) set -- /usr/bin/python3 "$TESTS_DIR/tool.py" "${@:2}" ;;
  esac
  if [[ $input ]]; then
    mkfifo "$name.in"
    exec {fd}<>"$name.in"
    INPUT_OF[$name]=$fd
  fi
  [[ $ready ]] && notify_socket "$name"
  (
    if [[ $ready ]]; then export NOTIFY_SOCKET=$PWD/$name.notify; fi
    if [[ $input ]]; then exec <"$name.in"; else exec </dev/null; fi
    exec >"$name.out" 2>"$name.err"
    keep_nothing
    if [[ $files ]]; then
      # shellcheck disable=SC2016
      set -- bash -c 'ulimit -n "$1" && shift && exec "$@"' - "$files" "$@"
    fi
    exec nsenter --preserve-credentials -t "$HOLDER" -U -n -- "$@"
  ) &
  PID_OF[$name]=$!
  if [[ $ready ]]; then
    wait_until "$PATIENCE" "$name says READY=1" is_ready_or_gone "$name"
    is_ready "$name" || {
      echo "$name ended before it was ready"
      return 1
    }
  fi
}

# In a subshell that is about to become a program: nothing else of the test is
# handed down.  Neither the pipe that bats reads, which would wait for the
# program, nor the input of another program, which would then never end.
keep_nothing() {
  local fd
  set +eET
  trap - DEBUG ERR EXIT
  for fd in "/proc/$BASHPID/fd"/*; do
    fd=${fd##*/}
    if ((fd > 2)); then exec {fd}>&-; fi
  done
}

# A socket NAME.notify; what is sent to it goes to the file NAME.ready.
notify_socket() {
  (
    keep_nothing
    exec nsenter --preserve-credentials -t "$HOLDER" -U -n -- \
      socat -u "UNIX-RECV:$1.notify" "CREATE:$1.ready"
  ) </dev/null >/dev/null 2>&1 &
  wait_until "$PATIENCE" "the socket $1.notify is there" test -S "$1.notify"
}

is_ready() { grep -aqs '^READY=1$' "$1.ready"; }
is_ready_or_gone() { is_ready "$1" || has_ended "$1"; }

# The state is asked of /proc: bash knows of an end only a little later.
has_ended() {
  local stat
  read -r stat 2>/dev/null <"/proc/${PID_OF[$1]}/stat" || return 0
  [[ ${stat##*) } == Z* ]]
}

# ended NAME [SECONDS]: waits for the end of NAME; its exit status is $status.
ended() {
  wait_until "${2:-$PATIENCE}" "$1 has ended" has_ended "$1"
  status=0
  wait "${PID_OF[$1]}" || status=$?
}

# stops_politely NAME: SIGTERM ends it within 2 s, with status 0.
stops_politely() {
  local seconds=2
  [[ ${VETHLAB_SANITIZED-} == 1 ]] && seconds=5 # leaks are looked for, too
  kill -TERM "${PID_OF[$1]}"
  wait_until "$seconds" "SIGTERM has ended $1" has_ended "$1"
  ended "$1"
  assert_equal "the status of $1 is $status" "the status of $1 is 0"
}

# kill_hard NAME: for helpers that are not needed any longer.
kill_hard() {
  kill -KILL "${PID_OF[$1]}"
  ended "$1"
}

runs() { ! has_ended "$1"; }

# ------------------------------------------------- input, output

# say NAME TEXT: a line for the input of NAME.
say() { printf '%s\n' "$2" >&"${INPUT_OF[$1]}"; }

# say_bytes NAME FORMAT: the bytes as of printf '%b', no newline added.
say_bytes() { printf '%b' "$2" >&"${INPUT_OF[$1]}"; }

# end_input NAME: the end of its input (control-D).
end_input() {
  local fd=${INPUT_OF[$1]}
  exec {fd}>&-
  unset "INPUT_OF[$1]"
}

has_line() { LC_ALL=C grep -aqxF -- "$2" "$1"; }
has_match() { LC_ALL=C grep -aqE -- "$2" "$1"; }

# hears NAME LINE [SECONDS]: NAME prints exactly this line.
hears() {
  wait_until "${3:-$PATIENCE}" "$1 prints exactly: $2" has_line "$1.out" "$2" ||
    {
      printf -- '--- but it printed:\n'
      tail -n 20 "$1.out" | cut -b 1-300 | cat -v
      return 1
    }
}

# hears_like NAME REGEX [SECONDS]
hears_like() {
  wait_until "${3:-$PATIENCE}" "$1 prints a line like: $2" \
    has_match "$1.out" "$2" ||
    {
      printf -- '--- but it printed:\n'
      tail -n 20 "$1.out" | cut -b 1-300 | cat -v
      return 1
    }
}

# logs_like NAME REGEX: the same for what it writes to standard error.
logs_like() {
  wait_until "$PATIENCE" "$1 logs a line like: $2" has_match "$1.err" "$2" ||
    {
      printf -- '--- but it logged:\n'
      tail -n 20 "$1.err" | cut -b 1-300 | cat -v
      return 1
    }
}

# never_heard NAME REGEX: it has printed no such line up to now.
never_heard() {
  if has_match "$1.out" "$2"; then
    printf '%s must not print a line like: %s\n--- but it did:\n' "$1" "$2"
    LC_ALL=C grep -aE -- "$2" "$1.out" | head -n 5 | cut -b 1-300 | cat -v
    return 1
  fi
}

# transcript NAME <<EOF: all that NAME has printed is this, no more, no less.
transcript() {
  cat >"$1.expected"
  wait_until "$PATIENCE" "$1 has printed this" same_transcript "$1" || {
    printf -- '--- difference, expected first:\n'
    diff <(cat -v "$1.expected") <(cat -v "$1.out") | head -n 40
    return 1
  }
}

same_transcript() { cmp -s "$1.expected" "$1.out"; }

# same_file WHAT EXPECTED ACTUAL
same_file() {
  cmp -s "$2" "$3" || {
    printf '%s differs: expected %s lines, %s octets; actual %s, %s\n' "$1" \
      "$(wc -l <"$2")" "$(wc -c <"$2")" "$(wc -l <"$3")" "$(wc -c <"$3")"
    cmp "$2" "$3"
    return 1
  }
}

has_size() { (($(wc -c <"$1") >= $2)); }

# ------------------------------------------------- measuring

# Ticks of CPU time (1/100 s) that NAME has used.
cpu_ticks() {
  local stat
  read -r stat <"/proc/${PID_OF[$1]}/stat"
  # shellcheck disable=SC2086
  set -- ${stat##*) }
  printf '%s\n' "$((${12} + ${13}))"
}

# is_idle NAME TENTHS: over this many tenths of a second it uses less than a
# fifth of a CPU.  A program that spins uses one whole.
is_idle() {
  local before after
  before=$(cpu_ticks "$1")
  nap "$(($2 / 10)).$(($2 % 10))"
  after=$(cpu_ticks "$1")
  if ((after - before > $2 * 2)); then
    printf '%s used %s hundredths of CPU time in %s tenths of a second\n' \
      "$1" "$((after - before))" "$2"
    return 1
  fi
}

# The memory in KiB that NAME has (VmRSS) or had at most (VmHWM).
memory_of() {
  local key value
  while read -r key value _; do
    if [[ $key == "$2:" ]]; then printf '%s\n' "$value"; fi
  done <"/proc/${PID_OF[$1]}/status"
}

descriptors_of() {
  local all=("/proc/${PID_OF[$1]}/fd"/*)
  printf '%s\n' "${#all[@]}"
}

# For tests that measure memory: a sanitizer needs a lot for itself.
skip_if_sanitized() {
  if [[ ${VETHLAB_SANITIZED-} == 1 ]]; then
    skip "the sanitizer's own memory hides that of the program"
  fi
}

# ------------------------------------------------- command lines

# What every program owes to one who calls it: `greets PROGRAM`.
greets() {
  run --separate-stderr "$(program "$1")" --help
  assert_equal "$status" 0
  assert_output --partial "$1"
  assert_equal "$stderr" ''
  run --separate-stderr "$(program "$1")" --version
  assert_equal "$status" 0
  assert_output --regexp '[0-9]+\.[0-9]+'
  assert_equal "$stderr" ''
}

# refuses THING PROGRAM ARGS...: exit 2 and one line that names THING, which is
# a regex; capitals do not matter.
refuses() {
  local thing=${1,,}
  shift
  run --separate-stderr ns timeout 5 "$(program "$1")" "${@:2}"
  if ((status != 2)) || [[ -n $output || ! ${stderr,,} =~ $thing ]] ||
    ((${#stderr_lines[@]} != 1)); then
    printf 'command:  %s\n' "$*"
    printf 'expected: status 2, one line on stderr that names: %s\n' "$thing"
    printf 'actual:   status %s\nstdout:   %s\nstderr:   %s\n' \
      "$status" "$output" "$stderr"
    return 1
  fi
}

# fails_at_work REGEX PROGRAM ARGS...: exit 1 and a message like REGEX.
fails_at_work() {
  local regex=$1
  shift
  run --separate-stderr ns timeout 10 "$(program "$1")" "${@:2}" </dev/null
  if ((status != 1)) || ! [[ $stderr =~ $regex ]]; then
    printf 'command:  %s\nexpected: status 1, stderr like: %s\n' "$*" "$regex"
    printf 'actual:   status %s\nstderr:   %s\n' "$status" "$stderr"
    return 1
  fi
}

# nothing_listens PORT / listens PORT, as the kernel sees it.
listens() { [[ -n $(ns ss -Htln "sport = :$1") ]]; }
nothing_listens() { ! listens "$1"; }

# counter PROTOCOL NAME: what the kernel has counted in the test's namespace, as
# nstat names it: Tcp AttemptFails, Udp NoPorts.
counter() {
  # shellcheck disable=SC2016
  ns awk -v protocol="$1:" -v name="$2" '
    $1 == protocol && at {print $at; exit}
    $1 == protocol {for (i = 2; i <= NF; i++) if ($i == name) at = i}
  ' /proc/net/snmp
}

counted() { (($(counter "$1" "$2") >= $3)); }

# counts PROTOCOL NAME COUNT 'what that shows': at least so many, in time.
counts() {
  wait_until "$PATIENCE" "$4" counted "$1" "$2" "$3" && return 0
  printf 'expected: %s %s of %s or more\nactual:   %s\n' \
    "$1" "$2" "$3" "$(counter "$1" "$2")"
  return 1
}

# refused COUNT: so many tries to connect were in vain.
refused() { counts Tcp AttemptFails "$1" 'tries to connect are in vain'; }

# unheard COUNT: so many datagrams went where nobody is.
unheard() { counts Udp NoPorts "$1" 'datagrams go where nobody is'; }

# ------------------------------------------------- people in the chat

# join NAME [PORT]: a person joins the chat.  With socat, which ends when the
# server closes the connection; nc goes on until its input ends.
join() {
  start -i "$1" socat STDIO "TCP:127.0.0.1:${2:-5000}"
  hears_like "$1" '^you are client [0-9]+$'
}

# leave NAME: the person's program ends, its connection is closed.
leave() {
  has_ended "$1" || kill -TERM "${PID_OF[$1]}"
  ended "$1"
}
