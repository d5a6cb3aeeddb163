#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The chat in daily use.  All of it is on lo of one network namespace:
#
#   anna (socat) ---------+
#   bert (nc, telnet) ----+---> chat-server 127.0.0.1:5000
#   chat-client ----------+
#   (pipe or terminal)
#
# What hostile and clumsy clients do is in chat-abuse.bats.

load helpers

setup() { network_start; }
teardown() { network_stop; }

# ---------------------------------------------------------- command lines

@test "chat-server tells its usage and its version" {
  greets chat-server
}

@test "chat-server refuses bad usage in one line that names what is bad" {
  refuses --colour chat-server --colour
  refuses 70000 chat-server --port 70000
  refuses 70000 chat-server --listen 127.0.0.1:70000
  refuses fivethousand chat-server --port fivethousand
  refuses 50x chat-server --listen 127.0.0.1:50x
  refuses 127.0.0.256 chat-server --listen 127.0.0.256:5000
  refuses none chat-server --max-clients none
  refuses -3 chat-server --max-clients -3
  refuses 64Q chat-server --max-line 64Q
  refuses lots chat-server --queue lots
  refuses 99999999999999999999M chat-server --queue 99999999999999999999M
  refuses soon chat-server --idle soon
  refuses 10y chat-server --idle 10y
  refuses fast chat-server --rate fast
  refuses surplus chat-server surplus
  refuses --port chat-server --port
}

@test "chat-server fails with a message when its port is taken" {
  start taken socat TCP-LISTEN:5000,bind=127.0.0.1 STDIO
  wait_until "$PATIENCE" 'the port is taken' listens 5000
  fails_at_work 5000 chat-server --listen 127.0.0.1:5000
}

@test "chat-server fails with a message when the address is not its own" {
  fails_at_work 10.11.12.13 chat-server --listen 10.11.12.13:5000
}

@test "chat-client tells its usage and its version" {
  greets chat-client
}

@test "chat-client refuses bad usage in one line that names what is bad" {
  refuses 'host:port|server' chat-client
  refuses 127.0.0.1 chat-client 127.0.0.1
  refuses 70000 chat-client 127.0.0.1:70000
  refuses soon chat-client --retry soon 127.0.0.1:5000
  refuses --colour chat-client --colour 127.0.0.1:5000
  refuses surplus chat-client 127.0.0.1:5000 surplus
}

# ---------------------------------------------------------- chat-server

@test "Sizes and times may be written in all the ways there are" {
  start -r one chat-server --port 5001 --max-line 4096 --idle 5m
  start -r two chat-server --port 5002 --max-line 4K --queue 1M --idle 10s
  start -r three chat-server --port 5003 --queue 100000 --idle 1500ms
  start -r four chat-server --port 5004 --max-clients 7 --rate 5 --idle 600
  for port in 5001 5002 5003 5004; do
    join "person$port" "$port"
  done
}

@test "The server listens on port 5000 of every address unless told otherwise" {
  start -r server chat-server
  start -i anna socat STDIO TCP:127.0.0.1:5000
  hears anna 'you are client 1'
  start -i bert socat STDIO TCP:127.8.8.8:5000
  hears bert 'you are client 2'
}

@test "The server listens where --listen and --port say" {
  start -r one chat-server --listen 127.0.0.2:5000
  start -r two chat-server --listen 127.0.0.3:5000
  start -r three chat-server --port 6000
  start -r four chat-server --listen 7000
  start a socat -u TCP:127.0.0.2:5000 STDOUT
  start b socat -u TCP:127.0.0.3:5000 STDOUT
  start c socat -u TCP:127.0.0.1:6000 STDOUT
  start d socat -u TCP:127.0.0.1:7000 STDOUT
  for name in a b c d; do hears "$name" 'you are client 1'; done
  run ns nc -z 127.0.0.1 5000
  assert_failure
}

@test "The server says READY=1 to a socket in the file system once it listens" {
  start -r server chat-server
  run ns nc -z 127.0.0.1 5000
  assert_success
}

@test "The server says READY=1 to an abstract socket" {
  start news socat -u ABSTRACT-RECV:vethlab-news STDOUT
  wait_until "$PATIENCE" 'the abstract socket is there' \
    eval "ns ss -Hxl | grep -q @vethlab-news"
  start server env NOTIFY_SOCKET=@vethlab-news "$(program chat-server)"
  hears news 'READY=1'
  run ns nc -z 127.0.0.1 5000
  assert_success
}

@test "The server works when the socket for READY=1 leads nowhere" {
  start server env NOTIFY_SOCKET=/nonexistent/socket "$(program chat-server)"
  wait_until "$PATIENCE" 'the server listens' listens 5000
  join anna
}

@test "A line reaches every other client and never its sender" {
  start -r server chat-server
  join anna
  join bert
  join carl
  say carl 'good morning'
  hears anna 'client 3: good morning'
  hears bert 'client 3: good morning'
  say anna 'hello carl'
  hears carl 'client 1: hello carl'
  hears bert 'client 1: hello carl'
  transcript anna <<EOF
you are client 1
client 2 joined
client 3 joined
client 3: good morning
EOF
  transcript bert <<EOF
you are client 2
client 3 joined
client 3: good morning
client 1: hello carl
EOF
  transcript carl <<EOF
you are client 3
client 1: hello carl
EOF
}

@test "A client that hangs up is said to have left" {
  start -r server chat-server
  join anna
  join bert
  leave bert
  hears anna 'client 2 left'
  transcript anna <<EOF
you are client 1
client 2 joined
client 2 left
EOF
}

@test "A number is never used again" {
  start -r server chat-server
  join anna
  join bert
  leave anna
  hears bert 'client 1 left'
  join carl
  hears carl 'you are client 3'
  leave carl
  hears bert 'client 3 left'
  join dora
  hears dora 'you are client 4'
}

@test "The line exit leaves and reaches nobody" {
  start -r server chat-server
  join anna
  join bert
  say bert 'exit'
  ended bert
  hears anna 'client 2 left'
  transcript anna <<EOF
you are client 1
client 2 joined
client 2 left
EOF
}

@test "Only the exact line exit leaves" {
  start -r server chat-server
  join anna
  join bert
  for line in 'exit now' ' exit' 'exit ' 'Exit' 'exit.' 'exitexit'; do
    say bert "$line"
    hears anna "client 2: $line"
  done
  say_bytes bert 'exit\r\n'
  hears anna 'client 2 left'
  ended bert
}

@test "An exit without a newline before the end leaves, too" {
  start -r server chat-server
  join anna
  join bert
  say_bytes bert 'so long
exit'
  end_input bert
  transcript anna <<EOF
you are client 1
client 2 joined
client 2: so long
client 2 left
EOF
}

@test "What follows exit in the same packet reaches nobody" {
  start -r server chat-server
  join anna
  join bert
  say_bytes bert 'first\nexit\nafterwards\n'
  hears anna 'client 2 left'
  transcript anna <<EOF
you are client 1
client 2 joined
client 2: first
client 2 left
EOF
}

@test "The sixth client is told that the chat is full" {
  start -r server chat-server
  for name in anna bert carl dora emil; do join "$name"; done
  start -i fred socat STDIO TCP:127.0.0.1:5000
  hears_like fred '[Ff]ull'
  ended fred
  assert_equal "$(wc -l <fred.out)" 1
  # the others have not noticed
  transcript anna <<EOF
you are client 1
client 2 joined
client 3 joined
client 4 joined
client 5 joined
EOF
}

@test "A place that falls free is usable at once" {
  start -r server chat-server --max-clients 2
  join anna
  join bert
  for _ in 1 2 3; do
    say bert exit
    ended bert
    unset 'INPUT_OF[bert]' 'PID_OF[bert]'
    rm bert.in
    start -i bert socat STDIO TCP:127.0.0.1:5000
    hears_like bert 'you are client'
  done
  start carl socat -u TCP:127.0.0.1:5000 STDOUT
  hears_like carl '[Ff]ull'
  say bert 'still here'
  hears_like anna '^client [0-9]+: still here$'
}

@test "A line that comes in pieces is one line" {
  start -r server chat-server
  join anna
  join bert
  join carl
  say_bytes anna 'it co'
  # what bert says afterwards shows that the server has read the piece
  say bert 'one'
  hears carl 'client 2: one'
  say_bytes anna 'mes in piec'
  say bert 'two'
  hears carl 'client 2: two'
  say_bytes anna 'es\nand a second'
  hears carl 'client 1: it comes in pieces'
  say_bytes anna ' one\n'
  hears carl 'client 1: and a second one'
}

@test "Many lines in one packet are many lines" {
  start -r server chat-server
  join anna
  join bert
  say_bytes bert 'one\ntwo\nthree\n'
  transcript anna <<EOF
you are client 1
client 2 joined
client 2: one
client 2: two
client 2: three
EOF
}

@test "A last line without a newline is delivered" {
  start -r server chat-server
  join anna
  join bert
  say_bytes bert 'whole\nthe rest'
  end_input bert
  hears anna 'client 2 left'
  transcript anna <<EOF
you are client 1
client 2 joined
client 2: whole
client 2: the rest
client 2 left
EOF
}

@test "CR LF ends a line just as LF does" {
  start -r server chat-server
  join anna
  start -i bert nc -C 127.0.0.1 5000
  hears bert 'you are client 2'
  say bert 'from netcat'
  hears anna 'client 2: from netcat'
  say_bytes anna 'mixed\r\nends\n'
  hears bert 'client 1: mixed'
  hears bert 'client 1: ends'
}

@test "A person with telnet takes part" {
  start -r server chat-server
  join anna
  start -i bert telnet 127.0.0.1 5000
  hears bert 'you are client 2'
  say bert 'from telnet'
  hears anna 'client 2: from telnet'
  say anna 'hello telnet'
  hears bert 'client 1: hello telnet'
  say bert exit
  hears anna 'client 2 left'
  ended bert
}

@test "Text in any language and tabs pass unchanged" {
  start -r server chat-server
  join anna
  join bert
  while IFS= read -r text; do
    say bert "$text"
    hears anna "client 2: $text"
  done <<'EOF'
Grüße aus Köln, 5 €
Ελληνικά, Русский, עברית, العربية
日本語のテキスト 한국어 中文
😀 👩‍👩‍👧 é 𝄞
tab	tab		tab
 blanks before and after 
EOF
  say_bytes bert '\xc2\xa0 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 '
  say_bytes bert '\xef\xbf\xbd \xf0\x90\x80\x80 \xf4\x8f\xbf\xbd\n'
  hears anna "$(printf 'client 2: \u00a0 \u07ff \u0800 \ud7ff \ue000 ')$(
    printf '\ufffd \U10000 \U10fffd'
  )"
}

@test "A character that comes in two pieces passes unchanged" {
  start -r server chat-server
  join anna
  join bert
  join carl
  say_bytes anna '\xe2\x82'
  say bert 'one'
  hears carl 'client 2: one'
  say_bytes anna '\xac\n'
  hears carl 'client 1: €'
}

@test "The server logs who comes and who leaves, one line each" {
  start -r server chat-server
  join anna
  join bert
  say bert exit
  hears anna 'client 2 left'
  logs_like server 'client 2 (.*)?joined'
  logs_like server 'client 2 (.*)?left'
  assert_equal "$(grep -c 'client 2 .*left\|client 2 left' server.err)" 1
}

@test "SIGTERM ends the server within two seconds and the clients notice" {
  start -r server chat-server
  join anna
  join bert
  stops_politely server
  ended anna
  ended bert
}

@test "SIGTERM ends the server even when a client does not read" {
  start -r server chat-server
  join anna
  start -i deaf tool hold-welcomed 5000 1 4096
  hears deaf 'holding 1'
  start loud tool flood 5000 3000000
  hears_like anna 'client 3: 0000200'
  stops_politely server
}

@test "A server that is started again gets its port back at once" {
  start -r server chat-server
  join anna
  stops_politely server
  start -r server2 chat-server
  join bert
}

# ---------------------------------------------------------- chat-client

@test "The client carries lines both ways" {
  start -r server chat-server
  join anna
  start -i -r client chat-client 127.0.0.1:5000
  hears client 'you are client 2'
  say client 'from the client'
  hears anna 'client 2: from the client'
  say anna 'to the client'
  hears client 'client 1: to the client'
  transcript client <<EOF
you are client 2
client 1: to the client
EOF
}

@test "The client finds a server by its name" {
  start -r server chat-server
  start -i -r client chat-client localhost:5000
  hears client 'you are client 1'
}

@test "The line exit ends the client with status 0" {
  start -r server chat-server
  join anna
  start -i -r client chat-client 127.0.0.1:5000
  say client 'goodbye'
  say client exit
  ended client
  assert_equal "$status" 0
  transcript anna <<EOF
you are client 1
client 2 joined
client 2: goodbye
client 2 left
EOF
}

@test "The end of the input ends the client with status 0, all delivered" {
  start -r server chat-server
  join anna
  printf 'one\ntwo\nno newline' >input
  run --separate-stderr ns timeout 10 "$(program chat-client)" 127.0.0.1:5000 \
    <input
  assert_equal "$status" 0
  transcript anna <<EOF
you are client 1
client 2 joined
client 2: one
client 2: two
client 2: no newline
client 2 left
EOF
}

@test "The client delivers five megabytes from a pipe whole" {
  start -r server chat-server
  start -r reader chat-client --keep 127.0.0.1:5000
  hears reader 'you are client 1'
  seq -f '%06g The quick brown fox jumps over the lazy dog' 1 100000 >input
  has_size input 5000000
  # shellcheck disable=SC2016
  run ns timeout 30 sh -c 'cat input | "$1" 127.0.0.1:5000 >client.out' - \
    "$(program chat-client)"
  assert_success
  hears reader 'client 2 left' 30
  sed -n 's/^client 2: //p' reader.out >output
  same_file 'what was delivered' input output
}

@test "The client delivers all though the server talks on and reads slowly" {
  start server tool talker 5000 delivered
  hears server 'listening'
  seq -f '%06g The quick brown fox jumps over the lazy dog' 1 20000 >input
  # shellcheck disable=SC2016
  run ns timeout 30 sh -c 'cat input | "$1" 127.0.0.1:5000 >client.out' - \
    "$(program chat-client)"
  assert_success
  hears server 'end: EOF'
  head -n 20000 delivered >delivered.lines
  same_file 'what was delivered' input delivered.lines
}

@test "The client takes lines of sixty thousand octets" {
  start -r server chat-server
  start -i -r anna chat-client 127.0.0.1:5000
  start -i -r bert chat-client 127.0.0.1:5000
  hears anna 'client 2 joined'
  text=$(head -c 60000 /dev/zero | tr '\0' x)
  say bert "$text"
  hears anna "client 2: $text"
}

@test "The client fails with a message when the server refuses" {
  fails_at_work '127\.0\.0\.1:5000' chat-client 127.0.0.1:5000
}

@test "The client fails with a message when the server is unreachable" {
  fails_at_work '10\.9\.9\.9:5000' chat-client 10.9.9.9:5000
}

@test "The client fails with a message when there is no such host" {
  fails_at_work 'no-such-host\.invalid' chat-client no-such-host.invalid:5000
}

@test "The client fails with a message when the server is killed" {
  start -r server chat-server
  start -i -r client chat-client 127.0.0.1:5000
  hears client 'you are client 1'
  kill_hard server
  ended client
  assert_equal "$status" 1
  has_match client.err .
}

@test "The client fails with a message when the server stops" {
  start -r server chat-server
  start -i -r client chat-client 127.0.0.1:5000
  hears client 'you are client 1'
  stops_politely server
  ended client
  assert_equal "$status" 1
  has_match client.err .
}

@test "The client fails when the connection is reset" {
  start server socat -u TCP-LISTEN:5000,bind=127.0.0.1,linger=0 STDOUT
  wait_until "$PATIENCE" 'the server listens' listens 5000
  start -i -r client chat-client 127.0.0.1:5000
  say client hello
  hears server hello
  kill_hard server
  ended client
  assert_equal "$status" 1
}

@test "A client that finds the chat full shows why and fails" {
  start -r server chat-server --max-clients 1
  join anna
  start -i client chat-client 127.0.0.1:5000
  ended client
  assert_equal "$status" 1
  hears_like client '[Ff]ull'
}

@test "With --retry the client waits for a server that is not there yet" {
  start -i client env NOTIFY_SOCKET="$PWD/client.notify" \
    "$(program chat-client)" --retry 30s 127.0.0.1:5000
  notify_socket client
  refused 3
  runs client
  run is_ready client
  assert_failure
  start -r server chat-server
  hears client 'you are client 1'
  wait_until "$PATIENCE" 'the client says READY=1' is_ready client
}

@test "With --retry the client gives up when the time is over" {
  started=$(now_ms)
  fails_at_work '127\.0\.0\.1:5000' chat-client --retry 500ms 127.0.0.1:5000
  took=$(($(now_ms) - started))
  echo "took $took ms, expected about 500"
  ((took >= 450 && took < 5000))
}

@test "With --keep the client listens on after the end of its input" {
  start -r server chat-server
  join anna
  printf 'only this\n' >input
  # shellcheck disable=SC2016
  start -r client sh -c 'exec "$1" --keep 127.0.0.1:5000 <input' - \
    "$(program chat-client)"
  hears anna 'client 2: only this'
  for text in one two three; do
    say anna "$text"
    hears client "client 1: $text"
  done
  never_heard anna 'left'
  runs client
  stops_politely client
  hears anna 'client 2 left'
}

@test "With --keep the client ends when the server closes" {
  start -r server chat-server
  start -r client chat-client --keep 127.0.0.1:5000
  hears client 'you are client 1'
  stops_politely server
  ended client
}

@test "SIGTERM ends the client with status 0" {
  start -r server chat-server
  join anna
  start -i -r client chat-client 127.0.0.1:5000
  hears client 'you are client 2'
  stops_politely client
  hears anna 'client 2 left'
}

@test "SIGTERM ends the client while it waits for a server" {
  start -i client chat-client --retry 60s 127.0.0.1:5000
  refused 1
  stops_politely client
}

@test "SIGTERM ends the client though the server does not read" {
  start server tool talker 5000 /dev/null
  hears server listening
  # shellcheck disable=SC2016
  start -r client bash -c 'exec "$0" 127.0.0.1:5000 < <(yes)' \
    "$(program chat-client)"
  kill -STOP "${PID_OF[server]}"
  wait_until "$PATIENCE" 'data for the server waits' data_waits
  stops_politely client
}

# Octets for port 5000 that the server has not read.
data_waits() {
  local _ waiting
  read -r waiting _ < <(ns ss -Htn state established 'sport = :5000')
  ((waiting > 0))
}

@test "The client works on a terminal" {
  start -r server chat-server
  join anna
  start -i terminal socat STDIO \
    EXEC:"$(program chat-client) 127.0.0.1\:5000",pty,setsid,ctty,echo=0
  hears_like terminal 'you are client 2'
  say terminal 'typed'
  hears anna 'client 2: typed'
  say anna 'shown'
  hears_like terminal 'client 1: shown'
  say_bytes terminal '\x04' # control-D at the beginning of a line
  hears anna 'client 2 left'
}
