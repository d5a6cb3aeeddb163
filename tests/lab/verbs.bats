#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The verbs from a person's chair: what they print, what they return, what they say to bad use.

load helpers

small_lab() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  chat: {lan: lan, run: chat-server}
  pc: {lan: lan, env: {COLOUR: blue}, run: {say: "sh -c 'echo one; echo two; sleep 1000'"}}
L
  lab_up ./lab.yml
}

@test "every verb and program has --help, on standard output, with status 0" {
  for verb in up down run check ls ps inspect exec shell logs; do
    vethlab "$verb" --help >out 2>err
    assert_equal "$(cat err)" ""
    assert grep -q "^usage: vethlab $verb " out
  done
  for program in vethlab chat-server chat-client forwarder peer; do
    "$program" --help >out 2>err
    assert_equal "$(cat err)" ""
    assert grep -q "^usage: $program " out
    run "$program" --version
    assert_success
    assert_output --regexp "^$program \(vethlab\) [0-9]"
  done
}

@test "every verb refuses an unknown option and an argument too many, with status 2" {
  for verb in up down run check ls ps inspect exec shell logs; do
    run vethlab "$verb" --no-such-option
    assert_failure 2
    assert_output --partial "unknown option '--no-such-option'"
  done
  for args in "ls x" "ps x y" "inspect x y" "shell x y" "logs x y" "up x y" "exec" "exec x" "shell" \
    "logs" "run" "run x" "check" "down --all x" "up --timeout soon" "up --timeout" "logs -n many x"; do
    # shellcheck disable=SC2086
    run vethlab $args
    assert_failure 2
    assert_output --partial "--help"
  done
}

@test "an unknown verb is refused with the nearest one" {
  run vethlab chekc
  assert_failure 2
  assert_output --partial "did you mean 'check'?"
  run vethlab xyzzy
  assert_failure 2
  run vethlab
  assert_failure 2
  assert_output --partial 'usage: vethlab VERB'
}

@test "no such lab, no such node: status 3, and the nearest name" {
  run vethlab ps
  assert_failure 3
  assert_output --partial "no lab is running"
  run vethlab exec -l nope pc true
  assert_failure 3
  small_lab
  for args in "exec cat true" "shell cat" "logs cat" "inspect cat"; do
    # shellcheck disable=SC2086
    run vethlab $args
    assert_failure 3
    assert_output --partial "did you mean 'chat'?"
  done
  run vethlab down "${LAB}x"
  assert_failure 3
}

@test "exec gives the command's own status, as a shell does" {
  small_lab
  run vethlab exec pc sh -c 'exit 7'
  assert_failure 7
  run -127 vethlab exec pc no-such-program
  assert_output --partial 'no-such-program'
  touch plain
  run vethlab exec pc ./plain
  assert_failure 126
  run vethlab exec pc sh -c 'kill -TERM $$'
  assert_failure 143
  run vethlab exec pc true
  assert_success
}

@test "exec within exec: from one node into another, with the inner command's status" {
  lab_up star.yml
  run vethlab exec pc1 "$BIN/vethlab" exec pc2 sh -c 'ip -br address show eth0; exit 7'
  assert_failure 7
  assert_output --partial 10.0.0.2
}

@test "exec takes standard input, gives both outputs, keeps the folder and has the node's variables" {
  small_lab
  echo input | vethlab exec pc sh -c 'cat; echo error >&2' >out 2>err
  assert_equal "$(cat out)" input
  assert_equal "$(cat err)" error
  run vethlab exec pc pwd
  assert_output "$BATS_TEST_TMPDIR"
  # shellcheck disable=SC2016
  run vethlab exec pc sh -c 'echo $COLOUR $VETHLAB_NODE $VETHLAB_LAB'
  assert_output "blue pc $LAB"
  run vethlab exec pc sh -c 'ls /sys/class/net'
  assert_output $'eth0\nlo'
}

@test "SIGTERM to exec reaches the command, and kill -9 of exec ends it" {
  small_lab
  vethlab exec pc sh -c 'trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.05; done' >out &
  local pid=$! status=0
  wait_until "it is up" grep -q up out
  kill -TERM "$pid"
  wait "$pid" || status=$?
  assert_equal "$status" 5
  assert grep -q bye out
  vethlab exec pc sh -c 'echo $$ >pid; exec sleep 1000' &
  pid=$!
  wait_until "it is up" test -s pid
  kill -9 "$pid"
  wait "$pid" || true
  wait_until "the command is gone" vethlab exec pc sh -c "! kill -0 $(cat pid)"
}

@test "a shell on a terminal has job control and the window's size" {
  small_lab
  # it says what the terminal does to it, in words that the echo of its command line has not
  cat >job.py <<'P'
import signal, sys
def end(*_):
    print("interrupted", flush=True)
    sys.exit(130)
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGCONT, lambda *_: print("continued", flush=True))
print("started", flush=True)
while True:
    signal.pause()
P
  cat >dialogue.exp <<'X'
set timeout 15
proc want {what} {
  expect {
    -re $what { return }
    timeout { puts "NOT SEEN: $what"; exit 1 }
    eof { puts "END BEFORE: $what"; exit 1 }
  }
}
set stty_init "rows 33 cols 101"
set env(TERM) dumb
set env(PS1) "ready> "
spawn vethlab exec pc bash --norc --noprofile -i
want {ready> }
send "stty size\r"
want {33 101}
send "hostname\r"
want {\npc\r}
send "/usr/bin/python3 job.py\r"
want {started}
send "\032"
want {Stopped}
send "jobs\r"
want {Stopped +/usr/bin/python3 job.py}
send "fg\r"
want {continued}
send "\003"
want {interrupted}
send "exit 9\r"
expect eof
catch wait result
exit [lindex $result 3]
X
  run expect dialogue.exp
  assert_failure 9
  refute_output --partial 'no job control'
}

@test "logs: all, the last lines, one command, with times, as JSON" {
  small_lab
  log_has pc 'say | two'
  run vethlab logs pc
  assert_output $'say | one\nsay | two'
  run vethlab logs -n 1 pc
  assert_output 'say | two'
  run vethlab logs pc/say
  assert_line 'say | one'
  run vethlab logs pc/sya
  assert_failure 3
  assert_output --partial "did you mean 'say'?"
  run vethlab logs -t pc
  assert_line --regexp '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} say \| one$'
  vethlab logs --json pc >out
  run json "d['command'], d['text'], d['time'] > 1e9" < <(head -1 out)
  assert_output "say one True"
}

@test "logs -f goes on with what comes, and ends with the lab" {
  small_lab
  start follow vethlab logs -f chat
  wait_until "it follows" grep -q listening follow.out
  talk guest vethlab exec pc chat-client chat:5000
  hears guest 'you are client 1'
  hears follow 'chat-server | chat-server: client 1 joined'
  vethlab down -q
  wait_until "logs -f has ended" ended "${STARTED[0]}"
}

ended() {
  ! kill -0 "$1" 2>/dev/null
}

@test "ls, ps and inspect: tables for people, JSON with a version for programs" {
  small_lab
  run vethlab ls
  assert_line --regexp '^LAB +STATE +NODES +UP FOR +FILE$'
  assert_line --regexp "^$LAB +running +2 +[0-9]+s +./lab.yml$"
  run vethlab inspect
  assert_line --regexp '^lan +switch +10\.0\.0\.0/24 +2$'
  assert_line --regexp '^pc:eth0 +lan +10\.0\.0\.2/24 +02:'
  run vethlab inspect pc
  assert_line --regexp '^eth0 +up +1500 +02:.* 10\.0\.0\.2/24$'
  assert_line --regexp '^10\.0\.0\.0/24 +- +eth0 +kernel$'
  run vethlab inspect --json pc
  assert_equal "$(json "d['version'], d['live']['interfaces'][1]['state']" <<<"$output")" "1 up"
  run vethlab ps --json
  assert_equal "$(json "d['version'], d['lab'], [c['state'] for n in d['nodes'] for c in n['commands']]" <<<"$output")" \
    "1 $LAB ['ready', 'ready']"
}

@test "nothing is coloured in a pipe, nor on a terminal with NO_COLOR" {
  small_lab
  run vethlab ps
  refute_output --partial $'\033'
  run script -qec 'vethlab ps' /dev/null
  assert_output --partial $'\033[32mready'
  NO_COLOR=1 run script -qec 'vethlab ps' /dev/null
  refute_output --partial $'\033'
}

@test "a name for the lab is not needed where one runs; VETHLAB_LAB names one of several" {
  small_lab
  local first=$LAB second
  second=$(lab_name)-2
  run vethlab exec pc hostname
  assert_output pc
  vethlab up -q --name "$second" lab.yml
  run vethlab exec pc hostname
  assert_failure 2
  VETHLAB_LAB=$second run vethlab exec pc sh -c 'echo $VETHLAB_LAB'
  assert_output "$second"
  run vethlab exec -l "$first" pc sh -c 'echo $VETHLAB_LAB'
  assert_output "$first"
}

@test "exec runs in the caller's folder, and with -d in the node's, where its files are" {
  lab_of <<'YML'
lans: {lan: 10.0.0.0/24}
nodes:
  pc: {lan: lan, files: {greeting: "hello\n"}}
YML
  lab_up ./lab.yml
  run vethlab exec pc pwd
  assert_output "$PWD"
  run vethlab exec -d pc sh -c 'cat greeting; echo "$PWD"'
  assert_success
  assert_output "hello
$VETHLAB_STATE_DIR/$LAB/nodes/pc"
}
