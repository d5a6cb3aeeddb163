#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Two peers in the chat that also talk with each other over UDP, with a relay
# in the middle that loses, repeats and delays what the test wants.  All on lo
# of one network namespace:
#
#                +----- TCP -----> chat-server :5000 <----- TCP -----+
#                |                                                   |
#   input --> peer a :7001 <-- UDP --> relay <-- UDP --> peer b :7002 <-- input
#                                  :7101  :7102
#                        stranger --^ (any other address or port)

load helpers

setup() { network_start; }
teardown() { network_stop; }

# The datagrams of the peers have to get through this time, also when the
# machine is busy: they are repeated after a while only.
PATIENCE=${VETHLAB_PATIENCE:-20}

server() { start -r server chat-server --max-clients 10; }

# The relay stands between the two ports 7001 and 7002.
relay() {
  start -i relay tool relay 7001 7101 7102 7002
  hears relay relaying
}

# tell COMMAND: the relay does so from now on.
tell() {
  local before
  before=$(grep -c "^ok $1\$" relay.out) || true
  say relay "$1"
  wait_until "$PATIENCE" "the relay says ok to $1" \
    eval "((\$(grep -c '^ok $1\$' relay.out) > $before))"
}

peer_a() {
  start -i -r a peer --udp 7001 --to "127.0.0.1:${1:-7101}" 127.0.0.1:5000
}
peer_b() {
  start -i -r b peer --udp 7002 --to "127.0.0.1:${1:-7102}" 127.0.0.1:5000
}

# Both peers, and anna, who is in the chat only and sees what it sees.
both() {
  server
  relay
  join anna
  peer_a
  hears a 'server: you are client 2'
  peer_b
  hears b 'server: you are client 3'
}

# they_talk: a line each way over UDP.
they_talk() {
  say a 'hello b'
  hears b 'peer: hello b'
  say b 'hello a'
  hears a 'peer: hello a'
}

# both_left: both programs have ended with 0 and are gone from the chat.
both_left() {
  ended a
  assert_equal "a: $status" 'a: 0'
  ended b
  assert_equal "b: $status" 'b: 0'
  hears anna 'client 2 left'
  hears anna 'client 3 left'
  nobody_has_udp 7001
  nobody_has_udp 7002
  never_heard a '(server|peer).*exit'
  never_heard b '(server|peer).*exit'
  never_heard anna 'exit'
}

nobody_has_udp() { [[ -z $(ns ss -Hunl "sport = :$1") ]]; }

# numbered WHO COUNT FROM: WHO shows FROM's lines 1 to COUNT, in order, each
# of them once.
numbered() {
  seq -f "peer: $3 %g" 1 "$2" >"$1.should"
  hears "$1" "peer: $3 $2" 40
  grep '^peer: ' "$1.out" >"$1.does" || true
  diff "$1.should" "$1.does" | head -n 20
  same_file "what $1 shows" "$1.should" "$1.does"
}

# ---------------------------------------------------------- command line

@test "The peer tells its usage and its version" {
  greets peer
}

@test "The peer refuses bad usage in one line that names what is bad" {
  refuses --udp peer --to 127.0.0.1:7002 127.0.0.1:5000
  refuses --to peer --udp 7001 127.0.0.1:5000
  refuses server peer --udp 7001 --to 127.0.0.1:7002
  refuses 70000 peer --udp 70000 --to 127.0.0.1:7002 127.0.0.1:5000
  refuses 70000 peer --udp 7001 --to 127.0.0.1:70000 127.0.0.1:5000
  refuses 70000 peer --udp 7001 --to 127.0.0.1:7002 127.0.0.1:70000
  refuses nowhere peer --udp 7001 --to nowhere 127.0.0.1:5000
  refuses soon peer --udp 7001 --to 127.0.0.1:7002 --retry soon 127.0.0.1:5000
  refuses --colour peer --colour --udp 7001 --to 127.0.0.1:7002 127.0.0.1:5000
  refuses surplus peer --udp 7001 --to 127.0.0.1:7002 127.0.0.1:5000 surplus
}

@test "The peer fails with a message when the server refuses" {
  fails_at_work '127\.0\.0\.1:5000' \
    peer --udp 7001 --to 127.0.0.1:7002 127.0.0.1:5000
}

@test "The peer fails with a message when its UDP port is taken" {
  server
  start taken socat -u UDP-RECV:7001 STDOUT
  wait_until "$PATIENCE" 'the port is taken' \
    eval '! nobody_has_udp 7001'
  fails_at_work 7001 peer --udp 7001 --to 127.0.0.1:7002 127.0.0.1:5000
}

@test "With --retry the peer waits for a server that is not there yet" {
  start -i a peer --udp 7001 --to 127.0.0.1:7002 --retry 30s 127.0.0.1:5000
  refused 3
  runs a
  server
  hears a 'server: you are client 1'
}

@test "With --retry the peer gives up when the time is over" {
  started=$(now_ms)
  fails_at_work '127\.0\.0\.1:5000' \
    peer --udp 7001 --to 127.0.0.1:7002 --retry 500ms 127.0.0.1:5000
  took=$(($(now_ms) - started))
  echo "took $took ms, expected about 500"
  ((took >= 450 && took < 5000))
}

# ---------------------------------------------------------- talk

@test "Two peers without anything in between talk" {
  server
  join anna
  peer_a 7002
  peer_b 7001
  they_talk
  say a exit
  both_left
}

@test "A line goes to the server and to the peer and is shown with its source" {
  both
  say a 'good morning'
  hears b 'peer: good morning'
  hears b 'server: client 2: good morning'
  hears anna 'client 2: good morning'
  say b 'good evening'
  hears a 'peer: good evening'
  hears a 'server: client 3: good evening'
  hears anna 'client 3: good evening'
  say anna 'from the chat only'
  hears a 'server: client 1: from the chat only'
  hears b 'server: client 1: from the chat only'
  LC_ALL=C sort >a.expected <<EOF
peer: good evening
server: client 1: from the chat only
server: client 3 joined
server: client 3: good evening
server: you are client 2
EOF
  LC_ALL=C sort a.out >a.sorted
  same_file 'what a shows' a.expected a.sorted
}

@test "Text in any language passes unchanged" {
  both
  while IFS= read -r text; do
    say a "$text"
    hears b "peer: $text"
    hears b "server: client 2: $text"
  done <<'EOF'
Grüße, 日本語, 😀, 5 €
tab	tab
 blanks before and after 
EOF
}

@test "A peer whose partner is not there yet starts and is ready" {
  server
  join anna
  peer_a 7002
  hears a 'server: you are client 2'
  say a 'anybody?'
  hears anna 'client 2: anybody?'
  unheard 3 # some repetitions
  runs a
  peer_b 7001
  hears b 'peer: anybody?'
}

@test "What was said before the partner came is told to it in order" {
  server
  relay
  join anna
  peer_a
  seq -f 'early %g' 1 20 >&"${INPUT_OF[a]}"
  hears anna 'client 2: early 20'
  unheard 3 # some repetitions
  peer_b
  numbered b 20 early
}

@test "A thousand lines each way arrive in order, each once" {
  both
  seq -f 'from-a %g' 1 1000 >&"${INPUT_OF[a]}"
  seq -f 'from-b %g' 1 1000 >&"${INPUT_OF[b]}"
  numbered b 1000 from-a
  numbered a 1000 from-b
  hears anna 'client 2: from-a 1000'
  hears anna 'client 3: from-b 1000'
}

@test "Lines arrive in order, each once, though datagrams are lost, doubled and late" {
  both
  tell chaos
  seq -f 'from-a %g' 1 60 >&"${INPUT_OF[a]}"
  seq -f 'from-b %g' 1 60 >&"${INPUT_OF[b]}"
  numbered b 60 from-a
  numbered a 60 from-b
  # or the relay has done nothing
  grep -q dropped relay.out
  grep -q delayed relay.out
}

@test "What was said while nothing came through arrives afterwards" {
  both
  they_talk
  tell drop
  seq -f 'while %g' 1 10 >&"${INPUT_OF[a]}"
  hears b 'server: client 2: while 10'
  never_heard b 'peer: while'
  tell pass
  hears b 'peer: while 10'
  grep '^peer: while' b.out >heard
  seq -f 'peer: while %g' 1 10 >said
  same_file 'what b shows' said heard
}

# say_much COUNT: a says that many lines and then its input ends; a takes them
# as fast as it likes.
say_much() {
  seq -f 'much %g' 1 "$1" >much
  # shellcheck disable=SC2094
  cat much >&"${INPUT_OF[a]}" 3>&- &
  end_input a
}

# much_was_heard: the chat and b have heard all of it, in order, each once.
much_was_heard() {
  sed -n 's/^client 2: \(much .*\)/\1/p' anna.out >anna.much
  same_file 'what the chat has heard' much anna.much
  sed -n 's/^peer: \(much .*\)/\1/p' b.out >b.much
  same_file 'what b shows of its peer' much b.much
}

@test "Twenty thousand lines and the end of the input lose no line" {
  both
  they_talk
  say_much 20000
  both_left
  much_was_heard
}

@test "More lines than fit a queue wait while nothing comes through" {
  both
  they_talk
  tell drop
  say_much 20000
  # a has read as much as it likes to
  hears anna 'client 2: much 2000'
  is_idle a 3
  tell pass
  both_left
  much_was_heard
}

@test "The end of the input while nothing comes through loses no line" {
  both
  they_talk
  tell drop
  say_much 5500
  hears anna 'client 2: much 2000'
  is_idle a 3
  tell pass
  both_left
  much_was_heard
}

@test "A file of many lines as the input loses no line" {
  server
  join anna
  start -i relay tool relay 7002 7101 7102 7001
  hears relay relaying
  # as ever, but a is the one that comes second, and reads a file
  start -i -r b peer --udp 7002 --to 127.0.0.1:7101 127.0.0.1:5000
  seq -f 'much %g' 1 20000 >much
  # shellcheck disable=SC2016
  start -r a sh -c 'exec "$0" --udp 7001 --to 127.0.0.1:7102 \
    127.0.0.1:5000 <much' "$(program peer)"
  ended a
  assert_equal "a: $status" 'a: 0'
  ended b
  assert_equal "b: $status" 'b: 0'
  hears anna 'client 3 left'
  sed -n 's/^client 3: \(much .*\)/\1/p' anna.out >anna.much
  same_file 'what the chat has heard' much anna.much
  sed -n 's/^peer: \(much .*\)/\1/p' b.out >b.much
  same_file 'what b shows of its peer' much b.much
}

@test "Lost acknowledgements make no line appear twice" {
  both
  they_talk
  tell 'drop b>a'
  seq -f 'line %g' 1 5 >&"${INPUT_OF[a]}"
  # shellcheck disable=SC2016
  wait_until "$PATIENCE" 'a has repeated itself' \
    eval '(($(grep -c "^b>a dropped" relay.out) >= 4))'
  tell pass
  say a 'line 6'
  hears b 'peer: line 6'
  grep '^peer: line' b.out >heard
  seq -f 'peer: line %g' 1 6 >said
  same_file 'what b shows' said heard
}

@test "Long lines pass, in datagrams of 1,472 octets at most" {
  both
  for size in 1400 1465 1472 1473 1500 3000 20000 60000; do
    text="$size $(head -c "$size" /dev/zero | tr '\0' p)"
    say a "$text"
    hears b "peer: $text"
    hears b "server: client 2: $text"
  done
  longest=$(sed -n 's/^[ab]>[ab] [a-z+]* \([0-9]*\) .*/\1/p' relay.out |
    sort -n | tail -n 1)
  echo "the longest datagram has $longest octets"
  ((longest <= 1472))
}

@test "A silent partner makes no flood of repetitions" {
  server
  relay
  tell drop
  peer_a
  seq -f 'line %g' 1 20 >&"${INPUT_OF[a]}"
  wait_until "$PATIENCE" 'a sends datagrams' has_match relay.out '^a>b dropped'
  is_idle a 10
  sent=$(grep -c '^a>b dropped' relay.out)
  echo "$sent datagrams in about a second"
  ((sent < 500))
}

# ---------------------------------------------------------- strangers

@test "Datagrams of strangers are dropped" {
  both
  they_talk
  tell 'drop b>a'
  say b 'the true words'
  hears a 'server: client 3: the true words'
  wait_until "$PATIENCE" 'the relay has seen the datagram' \
    has_match relay.out '^b>a dropped'
  # exactly what b has sent, but from other addresses and ports
  octets=$(sed -n 's/^b>a dropped [0-9]* //p' relay.out | head -n 20 |
    paste -sd ,)
  run tool stranger 127.0.0.1 9999 7001 "$octets"
  assert_success
  run tool stranger 127.0.0.2 7101 7001 "$octets" # the right port
  assert_success
  run tool stranger 127.0.0.2 7101 7001 garbage
  assert_success
  # a has read all of that when it answers to what came later
  say anna 'fence'
  hears a 'server: client 1: fence'
  say a 'question'
  hears b 'peer: question'
  never_heard a 'peer: the true words'
  tell pass
  hears a 'peer: the true words'
  assert_equal "$(grep -c '^peer: ' a.out)" 2
}

@test "A goodbye that a stranger repeats ends nobody" {
  both
  they_talk
  # what goodbyes look like: these two end, their datagrams are kept
  tell 'drop b>a'
  seen=$(grep -c '^b>a' relay.out)
  say b exit
  wait_until "$PATIENCE" 'b says goodbye' \
    eval "((\$(grep -c '^b>a' relay.out) > $seen))"
  octets=$(grep '^b>a' relay.out | sed "1,${seen}d; s/.* //" | paste -sd ,)
  both_left
  rm -f a.* b.*
  start -i -r a peer --udp 7001 --to 127.0.0.1:7101 127.0.0.1:5000
  start -i -r b peer --udp 7002 --to 127.0.0.1:7102 127.0.0.1:5000
  tell pass
  they_talk
  run tool stranger 127.0.0.1 9999 7001 "$octets"
  assert_success
  run tool stranger 127.0.0.2 7101 7001 "$octets"
  assert_success
  say b 'are you there?'
  hears a 'peer: are you there?'
  say a 'yes'
  hears b 'peer: yes'
}

@test "Garbage from the peer's own address is dropped" {
  both
  they_talk
  tell 'garbage a'
  tell 'garbage b'
  say a 'after the garbage'
  hears b 'peer: after the garbage'
  say b 'me too'
  hears a 'peer: me too'
  transcript_of_peer a 'peer: hello a' 'peer: me too'
  transcript_of_peer b 'peer: hello b' 'peer: after the garbage'
}

# transcript_of_peer WHO LINE...: WHO shows these lines of its peer, no others.
transcript_of_peer() {
  local who=$1
  shift
  printf '%s\n' "$@" >"$who.should"
  grep -av '^server: ' "$who.out" >"$who.does" || true
  cat -v "$who.does" | head -n 20
  same_file "what $who shows" "$who.should" "$who.does"
}

@test "Control bytes of the peer's lines do not reach the terminal" {
  both
  say_bytes a 'esc\x1b[2Jape \x07 \x9b31m\n'
  hears_like b '^peer: esc\?\[2Jape \? \?31m$'
  never_heard b "$(printf '[\001-\010\013-\037\177]')"
}

# ---------------------------------------------------------- exit

@test "The line exit ends both peers with status 0" {
  both
  they_talk
  say a exit
  both_left
}

@test "The end of the input ends both peers with status 0" {
  both
  they_talk
  end_input b
  both_left
}

@test "The line exit ends both though all datagrams are lost from then on" {
  both
  they_talk
  tell drop
  say a exit
  both_left
}

@test "The end of the input ends both though all datagrams are lost from then on" {
  both
  they_talk
  tell drop
  end_input b
  both_left
}

@test "The line exit ends both though the route to the other is gone" {
  server
  join anna
  peer_a 7002
  peer_b 7001
  they_talk
  # Two ways to lose datagrams: with an error for the sender, and with another
  # one.  The local table (pref 0) has the first word unless it moves back.
  ns ip rule add pref 1 ipproto udp dport 7001 prohibit
  ns ip rule add pref 2 ipproto udp dport 7002 blackhole
  ns ip rule add pref 100 lookup local
  ns ip rule del pref 0
  for port in 7001 7002; do
    run ns socat -u STDIN UDP:127.0.0.1:$port <<<'does not go out'
    assert_failure
  done
  say a 'only through the chat'
  hears b 'server: client 2: only through the chat'
  never_heard b 'peer: only'
  say a exit
  both_left
}

@test "The line exit ends both when only the first goodbyes are lost" {
  both
  they_talk
  tell drop
  seen=$(grep -c '^a>b' relay.out)
  say a exit
  wait_until "$PATIENCE" 'a says goodbye' \
    eval "((\$(grep -c '^a>b' relay.out) > $seen))"
  tell pass
  both_left
}

@test "The line exit ends both when the answers to the goodbye are lost" {
  both
  they_talk
  tell 'drop b>a'
  say a exit
  both_left
}

@test "Both may say exit at once" {
  both
  they_talk
  say a exit
  say b exit
  both_left
}

@test "What was said just before the end of the input is delivered" {
  both
  they_talk
  tell chaos
  seq -f 'last words %g' 1 20 >&"${INPUT_OF[a]}"
  end_input a
  hears anna 'client 2: last words 20'
  both_left
  grep '^peer: last' b.out >heard
  seq -f 'peer: last words %g' 1 20 >said
  same_file 'what b shows' said heard
}

@test "A last line without a newline is delivered to both" {
  both
  they_talk
  say_bytes a 'no newline'
  end_input a
  hears anna 'client 2: no newline'
  both_left
  hears b 'peer: no newline'
}

@test "A peer whose partner never came leaves alone with status 0" {
  server
  join anna
  peer_a 7002
  say a 'nobody there'
  hears anna 'client 2: nobody there'
  say a exit
  ended a
  assert_equal "$status" 0
  hears anna 'client 2 left'
}

@test "A peer whose partner never came leaves though it has said very much" {
  server
  join anna
  peer_a 7002
  say_much 20000
  ended a
  assert_equal "$status" 0
  hears anna 'client 2 left'
}

@test "The peer fails with a message when the server is killed" {
  both
  kill_hard server
  ended a
  assert_equal "$status" 1
  has_match a.err .
}

@test "SIGTERM ends the peer with status 0" {
  both
  they_talk
  stops_politely a
  hears anna 'client 2 left'
}

@test "SIGTERM ends a peer whose partner never came" {
  server
  peer_a 7002
  say a 'nobody there'
  stops_politely a
}
