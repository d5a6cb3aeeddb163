#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The forwarder, alone and in a chain.  All on lo of one network namespace:
#
#   client ---------------------> forwarder :6000 ---> server :5000
#   (nc, socat, tool.py, chat)
#
#   client ---> f2 :6002 -------> f1 :6001 ----------> server :5000

load helpers

setup() { network_start; }
teardown() { network_stop; }

# The server: sends back what it reads and says what comes and goes.
echo_server() {
  start server tool echo 5000
  hears server listening
}

# f2 -> f1 -> server, the last of which must be there.
chain() {
  start -r f1 forwarder --listen 127.0.0.1:6001 127.0.0.1:5000
  start -r f2 forwarder --listen 127.0.0.1:6002 127.0.0.1:6001
}

# answered PORT TEXT: the echo behind that port has answered, one try.
answered() {
  [[ $(printf '%s\n' "$2" | ns timeout 5 nc -N 127.0.0.1 "$1") == "$2" ]]
}

# answers PORT TEXT: the same, as something that must be so now.
answers() {
  printf '%s\n' "$2" >question
  run ns timeout 10 nc -N 127.0.0.1 "$1" <question
  assert_success
  assert_output "$2"
}

# ---------------------------------------------------------- command line

@test "The forwarder tells its usage and its version" {
  greets forwarder
}

@test "The forwarder refuses bad usage in one line that names what is bad" {
  refuses --listen forwarder 127.0.0.1:5000
  refuses UPSTREAM forwarder --listen 6000
  refuses 127.0.0.1 forwarder --listen 6000 127.0.0.1
  refuses 70000 forwarder --listen 70000 127.0.0.1:5000
  refuses 70000 forwarder --listen 6000 127.0.0.1:70000
  refuses some forwarder --listen 6000 --max-connections some 127.0.0.1:5000
  refuses -1 forwarder --listen 6000 --max-connections -1 127.0.0.1:5000
  refuses soon forwarder --listen 6000 --retry soon 127.0.0.1:5000
  refuses --colour forwarder --colour --listen 6000 127.0.0.1:5000
  refuses surplus forwarder --listen 6000 127.0.0.1:5000 surplus
}

@test "A loop of the forwarder onto itself is refused" {
  refuses 6000 forwarder --listen 127.0.0.1:6000 127.0.0.1:6000
  refuses 6000 forwarder --listen 6000 localhost:6000
  refuses 6000 forwarder --listen 6000 127.0.0.1:6000
  refuses 6000 forwarder --listen 0.0.0.0:6000 127.0.0.1:6000
  refuses 6000 forwarder --listen localhost:6000 127.0.0.1:6000
}

@test "The same port at another address is no loop" {
  start server tool echo 5000
  hears server listening
  start -r forwarder forwarder --listen 127.0.0.2:5000 127.0.0.1:5000
  printf 'hello\n' >question
  run ns timeout 10 nc -N 127.0.0.2 5000 <question
  assert_output hello
}

@test "The forwarder fails with a message when the upstream refuses" {
  fails_at_work '127\.0\.0\.1:5000' \
    forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
}

@test "The forwarder fails with a message when the upstream is unreachable" {
  fails_at_work '10\.9\.9\.9:5000' \
    forwarder --listen 127.0.0.1:6000 10.9.9.9:5000
}

@test "The forwarder fails with a message when its port is taken" {
  echo_server
  start taken socat TCP-LISTEN:6000,bind=127.0.0.1 STDIO
  wait_until "$PATIENCE" 'the port is taken' listens 6000
  fails_at_work 6000 forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
}

@test "With --retry the forwarder gives up when the time is over" {
  started=$(now_ms)
  fails_at_work '127\.0\.0\.1:5000' \
    forwarder --listen 127.0.0.1:6000 --retry 500ms 127.0.0.1:5000
  took=$(($(now_ms) - started))
  echo "took $took ms, expected about 500"
  ((took >= 450 && took < 5000))
}

# ---------------------------------------------------------- first upstream

@test "The own port opens only when the upstream is there" {
  start forwarder env NOTIFY_SOCKET="$PWD/forwarder.notify" \
    "$(program forwarder)" --listen 127.0.0.1:6000 --retry 30s 127.0.0.1:5000
  notify_socket forwarder
  refused 3
  runs forwarder
  nothing_listens 6000
  run is_ready forwarder
  assert_failure
  echo_server
  wait_until "$PATIENCE" 'the forwarder says READY=1' is_ready forwarder
  listens 6000
  answers 6000 hello
}

@test "The first connection to the upstream serves the first client" {
  echo_server
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  hears server 'accepted 1'
  never_heard server 'accepted 2'
  start -i anna socat STDIO TCP:127.0.0.1:6000
  say anna 'I am the first'
  hears anna 'I am the first'
  never_heard server 'accepted 2'
  start -i bert socat STDIO TCP:127.0.0.1:6000
  say bert 'I am the second'
  hears bert 'I am the second'
  hears server 'accepted 2'
  never_heard server 'accepted 3'
  say anna 'still the first'
  hears anna 'still the first'
  never_heard bert first
}

@test "What the upstream says before a client is there reaches the first" {
  start -r server chat-server
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  logs_like server 'client 1 '
  join anna 6000
  hears anna 'you are client 1'
  join bert 6000
  hears bert 'you are client 2'
}

# ---------------------------------------------------------- the chat behind

@test "People chat through two forwarders and without" {
  start -r server chat-server
  chain
  join anna 6002
  join bert 5000
  start -i -r carl chat-client 127.0.0.1:6001
  hears_like carl '^you are client'
  say anna 'from afar, ä € 😀'
  hears_like bert '^client 1: from afar, ä € 😀$'
  hears_like carl '^client 1: from afar, ä € 😀$'
  say bert 'from near'
  hears_like anna '^client [0-9]: from near$'
  say carl exit
  ended carl
  assert_equal "$status" 0
  hears_like anna '^client [0-9] left$'
  leave anna
  hears bert 'client 1 left'
}

# ---------------------------------------------------------- bytes

@test "A hundred megabytes cross a chain of two, both ways at once" {
  head -c 100000000 /dev/urandom >there
  head -c 100000000 /dev/urandom >back
  start server socat -t 30 -b 262144 \
    TCP-LISTEN:5000,bind=127.0.0.1 'OPEN:back,rdonly!!CREATE:there.arrived'
  wait_until "$PATIENCE" 'the server listens' listens 5000
  chain
  start client socat -t 30 -b 262144 \
    TCP:127.0.0.1:6002 'OPEN:there,rdonly!!CREATE:back.arrived'
  ended client 60
  assert_equal "$status" 0
  ended server
  assert_equal "$status" 0
  assert_equal "$(sha256sum <there.arrived)" "$(sha256sum <there)"
  assert_equal "$(sha256sum <back.arrived)" "$(sha256sum <back)"
  rm there* back*
}

@test "An answer that comes after the client's end arrives whole" {
  head -c 5000000 /dev/urandom >answer
  start server socat -t 10 TCP-LISTEN:5000,bind=127.0.0.1 \
    SYSTEM:'cat >question.arrived; cat answer'
  wait_until "$PATIENCE" 'the server listens' listens 5000
  chain
  printf 'the whole question' >question
  run ns timeout 20 sh -c 'nc -N 127.0.0.1 6002 <question >answer.arrived'
  assert_success
  same_file 'the question' question question.arrived
  same_file 'the answer' answer answer.arrived
}

@test "What the client sends after the server's end arrives whole" {
  head -c 5000000 /dev/urandom >letter
  start server socat -t 20 TCP-LISTEN:5000,bind=127.0.0.1 \
    'EXEC:printf greeting!!CREATE:letter.arrived'
  wait_until "$PATIENCE" 'the server listens' listens 5000
  chain
  # the client begins to send only when it has seen the server's end
  run ns timeout 20 socat -t 20 TCP:127.0.0.1:6002 \
    SYSTEM:'cat >greeting.arrived; exec cat letter'
  assert_success
  ended server
  assert_equal "$(cat greeting.arrived)" greeting
  same_file 'the letter' letter letter.arrived
}

@test "The bytes go by splice and are never copied to the forwarder" {
  run ns strace -o try -e trace=splice true
  if ((status != 0)); then skip 'strace may not trace here'; fi
  echo_server
  # ASan looks for leaks with ptrace, as strace does
  start -r forwarder env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" \
    strace -f -o trace \
    -e trace=splice,read,recvfrom,recvmsg,write,sendto,sendmsg \
    "$(program forwarder)" --listen 127.0.0.1:6000 127.0.0.1:5000
  head -c 1000000 /dev/urandom >data
  run ns timeout 20 sh -c 'nc -N 127.0.0.1 6000 <data >data.arrived'
  assert_success
  same_file 'the data' data data.arrived
  # twice in and twice out, a million octets each
  # shellcheck disable=SC2016
  sum='{ if ($NF > 0) sum += $NF } END { print sum + 0 }'
  spliced=$(grep ' splice(\|splice resumed' trace | awk "$sum")
  copied=$(grep ' recv[a-z]*(\| send[a-z]*(\| write(' trace | awk "$sum")
  echo "octets spliced: $spliced, expected 4000000"
  echo "octets sent, received and written otherwise: $copied"
  ((spliced >= 4000000 && copied < 100000))
}

# ---------------------------------------------------------- resets

@test "A reset by the client is a reset for the server" {
  start pair tool reset-seen client 5000 6000
  hears pair listening
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  ended pair
  transcript pair <<EOF
listening
the other side has seen a reset
EOF
}

@test "A reset by the server is a reset for the client" {
  start pair tool reset-seen upstream 5000 6000
  hears pair listening
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  ended pair
  transcript pair <<EOF
listening
the other side has seen a reset
EOF
}

@test "A reset by the server is one also when the client has sent its end" {
  start pair tool reset-seen upstream-after-fin 5000 6000
  hears pair listening
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  ended pair
  transcript pair <<EOF
listening
the other side has seen a reset
EOF
}

@test "A reset crosses a chain of two either way" {
  for side in client upstream; do
    start "pair.$side" tool reset-seen "$side" 5000 6002
    hears "pair.$side" listening
    chain
    ended "pair.$side"
    hears "pair.$side" 'the other side has seen a reset'
    stops_politely f2
    stops_politely f1
    rm f?.*
  done
}

# ---------------------------------------------------------- slow sides

# stalled WHO: WHO pushes up to 1 GB, the other side does not read.
stalled() {
  start -i pair tool stall "$1" 5000 6002 1000000000
  hears pair listening
  chain
  before1=$(memory_of f1 VmRSS)
  before2=$(memory_of f2 VmRSS)
  hears_like pair '^blocked after' 30
  after1=$(memory_of f1 VmHWM)
  after2=$(memory_of f2 VmHWM)
  cat pair.out
  echo "memory of f1: $before1 KiB before, at most $after1 KiB"
  echo "memory of f2: $before2 KiB before, at most $after2 KiB"
  if [[ ${VETHLAB_SANITIZED-} != 1 ]]; then
    ((after1 - before1 < 4096))
    ((after2 - before2 < 4096))
  fi
  is_idle f1 3
  is_idle f2 3
  say pair go
  ended pair 40
  hears pair 'all arrived'
}

@test "A server that does not read stops a client that pushes a gigabyte" {
  stalled client
}

@test "A client that does not read stops a server that pushes a gigabyte" {
  stalled upstream
}

@test "One that does not read does not stop the others" {
  echo_server
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  start -i deaf sh -c 'yes | socat -u STDIN TCP:127.0.0.1:6000,rcvbuf=4096'
  hears server 'accepted 1'
  for i in 1 2 3 4 5; do answers 6000 "question $i"; done
}

# ---------------------------------------------------------- upstream away

@test "A client is closed at once while the upstream refuses, then all works" {
  echo_server
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  answers 6000 one
  kill_hard server
  wait_until "$PATIENCE" 'the server is gone' nothing_listens 5000
  for _ in 1 2 3; do
    started=$(now_ms)
    run ns timeout 5 socat -u TCP:127.0.0.1:6000 STDOUT
    took=$(($(now_ms) - started))
    echo "the client was closed after $took ms, status $status: $output"
    ((status != 124 && took < 1000))
    refute_output --partial 'Connection refused'
  done
  runs forwarder
  rm server.*
  echo_server
  answers 6000 two
  answers 6000 three
}

@test "A server that is started again before the first client came is found" {
  echo_server
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  hears server 'accepted 1'
  kill_hard server
  rm server.*
  echo_server
  # the first may get the dead connection, the next must not
  run ns timeout 5 nc -N 127.0.0.1 6000 </dev/null
  answers 6000 'anyone there?'
}

# ---------------------------------------------------------- very many

@test "A thousand connections at once are served" {
  if (($(ulimit -Hn) < 8192)); then
    skip 'the hard limit of descriptors is below 8192 here'
  fi
  echo_server
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  run tool through 6000 1000 </dev/null
  assert_output '1000 were answered'
}

@test "More clients than --max-connections are not let through" {
  echo_server
  start -r forwarder forwarder --listen 127.0.0.1:6000 --max-connections 2 \
    127.0.0.1:5000
  for name in anna bert; do
    start -i "$name" socat STDIO TCP:127.0.0.1:6000
    say "$name" hello
    hears "$name" hello
  done
  start -i carl socat STDIO TCP:127.0.0.1:6000
  say carl hello
  # whether carl waits or is turned away, anna and bert notice nothing
  for i in 1 2 3 4 5; do
    say anna "question $i"
    hears anna "question $i"
    say bert "question $i"
    hears bert "question $i"
  done
  never_heard server 'accepted 3'
  never_heard carl hello
  leave anna
  hears_like server 'end 1 '
  leave carl
  answers 6000 'there is room again'
}

@test "Two thousand connections that came and went leave no descriptor" {
  echo_server
  start -r forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  before=$(descriptors_of forwarder) # with the first one to the upstream
  run tool churn 6000 2000
  assert_output '2000 came and went'
  wait_until "$PATIENCE" "there are no more than $before descriptors" \
    eval "((\$(descriptors_of forwarder) <= $before))"
}

@test "Out of descriptors the forwarder burns no CPU and comes back" {
  echo_server
  start -r -n 40 forwarder forwarder --listen 127.0.0.1:6000 127.0.0.1:5000
  start -i anna socat STDIO TCP:127.0.0.1:6000
  say anna hello
  hears anna hello
  start -i many tool hold 6000 60
  hears_like many '^holding 60'
  # shellcheck disable=SC2016
  wait_until "$PATIENCE" 'the forwarder has used up its descriptors' \
    eval '(($(descriptors_of forwarder) >= 34))'
  is_idle forwarder 10
  say anna 'do you hear me?'
  hears anna 'do you hear me?'
  say many close
  hears many closed
  wait_until "$PATIENCE" 'the service is back' \
    answered 6000 'there is room again'
}

# ---------------------------------------------------------- the end

@test "SIGTERM ends the forwarder in the middle of transfers" {
  echo_server
  chain
  start -i anna socat STDIO TCP:127.0.0.1:6002
  say anna hello
  hears anna hello
  start deaf sh -c 'yes | socat -u STDIN TCP:127.0.0.1:6002'
  hears server 'accepted 2'
  stops_politely f2
  stops_politely f1
  ended anna
}

@test "SIGTERM ends the forwarder while it waits for its upstream" {
  start forwarder forwarder --listen 6000 --retry 60s 127.0.0.1:5000
  refused 1
  stops_politely forwarder
}
