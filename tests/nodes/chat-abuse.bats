#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What hostile, broken and very many clients do to the chat, and that the
# others hardly notice.  All on lo of one network namespace:
#
#   anna, bert (socat) ------------+
#   deaf: never reads -------------+
#   loud: 50 MB, endless lines ----+---> chat-server 127.0.0.1:5000
#   crowds of 50, 200, 1000 -------+
#   (tool.py)

load helpers

setup() { network_start; }
teardown() { network_stop; }

# ---------------------------------------------------------- what is said

# becomes SAID HEARD: what bert says so is heard so by anna; HEARD is a regex.
becomes() {
  say_bytes bert "$1\n"
  hears_like anna "^client 2: $2\$"
}

@test "Control bytes of a message do not reach the others" {
  start -r server chat-server
  join anna
  join bert
  becomes 'esc\x1b[2Jape' 'esc\?\[2Jape'
  becomes 'nul\0000inside' 'nul\?inside'
  becomes 'bell\x07' 'bell\?'
  becomes 'car\rriage' 'car\?riage'
  becomes '\rat the start' '\?at the start'
  becomes 'back\x08space' 'back\?space'
  becomes 'del\x7fete' 'del\?ete'
  becomes 'tab\tstays' "tab$(printf '\t')stays"
  becomes 'vt\x0b ff\x0c so\x0e si\x0f' 'vt\? ff\? so\? si\?'
  # one character of two octets
  becomes 'c1 \xc2\x80 \xc2\x85 \xc2\x9b31m \xc2\x9f' \
    'c1 \?{1,2} \?{1,2} \?{1,2}31m \?{1,2}'
  never_heard anna "$(printf '[\001-\010\013-\037\177]')"
}

@test "Octets that are not UTF-8 do not reach the others" {
  start -r server chat-server
  join anna
  join bert
  becomes 'lone \x80 \xbf' 'lone \? \?'
  becomes 'never \xc0 \xc1 \xf5 \xff' 'never \? \? \? \?'
  becomes 'c1 \x9b31m' 'c1 \?31m'
  becomes 'cut off \xe2\x82 here' 'cut off \?\? here'
  becomes 'cut off at the end \xf0\x9f\x98' 'cut off at the end \?\?\?'
  becomes 'no second \xc3(' 'no second \?\('
  becomes 'too long \xc0\xaf' 'too long \?\?'
  becomes 'too long \xe0\x80\xaf' 'too long \?\?\?'
  becomes 'too long \xf0\x80\x80\xaf' 'too long \?\?\?\?'
  becomes 'surrogate \xed\xa0\x80' 'surrogate \?\?\?'
  becomes 'too high \xf4\x90\x80\x80' 'too high \?\?\?\?'
  becomes 'cut off, then good \xe2\xc3\xa4' 'cut off, then good \?ä'
}

@test "All octets there are, in random order, do no harm" {
  start -r server chat-server
  join anna
  join bert
  # the same random octets every time; each line ends well below the limit
  /usr/bin/python3 -c '
import random, sys
sys.stdout.buffer.write(random.Random(1).randbytes(400000))' |
    fold -b -w 3000 >noise
  cat noise >&"${INPUT_OF[bert]}"
  say bert ''
  say bert 'the end of the noise'
  hears anna 'client 2: the end of the noise'
  # only whole UTF-8 characters, no control characters but tabs
  # shellcheck disable=SC2016
  run /usr/bin/python3 -c '
import re, sys
text = open(sys.argv[1], "rb").read().decode()
bad = re.findall(r"[^\t\n\x20-\x7e\xa0-\U0010ffff]", text)
sys.exit("control characters: %s" % bad[:5] if bad else 0)' anna.out
  assert_success
  # the log is read on a terminal, too
  run /usr/bin/python3 -c '
import re, sys
text = open(sys.argv[1], "rb").read().decode()
bad = re.findall(r"[^\t\n\x20-\x7e\xa0-\U0010ffff]", text)
sys.exit("control characters: %s" % bad[:5] if bad else 0)' server.err
  assert_success
}

# ---------------------------------------------------------- long lines

@test "A line as long as the limit is delivered" {
  start -r server chat-server
  join anna
  join bert
  # 64 KiB with its newline
  text=$(head -c 65535 /dev/zero | tr '\0' x)
  say bert "$text"
  hears anna "client 2: $text"
  say bert 'still here'
  hears anna 'client 2: still here'
}

@test "--max-line sets how long a line may be" {
  start -r server chat-server --max-line 2K
  join anna
  join bert
  text=$(head -c 2000 /dev/zero | tr '\0' x)
  say bert "$text"
  hears anna "client 2: $text"
  text=$(head -c 2100 /dev/zero | tr '\0' x)
  say bert "$text"
  hears_like bert 'too long'
  ended bert
  hears_like anna 'client 2 left.*too long'
}

@test "One whose line is too long is told so, closed, and others are told" {
  start -r server chat-server
  join anna
  join bert
  head -c 65537 /dev/zero | tr '\0' x >&"${INPUT_OF[bert]}"
  say bert ''
  hears_like bert 'too long'
  ended bert
  hears_like anna 'client 2 left.*too long'
  logs_like server 'client 2.*too long'
  never_heard anna 'xxx'
}

@test "One whose line never ends is told so though it never stops to send" {
  skip_if_sanitized
  start -r server chat-server
  join anna
  before=$(memory_of server VmRSS)
  run tool late-reader 5000 20000000
  assert_success
  assert_line --regexp 'too long'
  hears_like anna 'client 2 left.*too long'
  after=$(memory_of server VmHWM)
  echo "memory before: $before KiB, at most: $after KiB"
  ((after - before < 8192))
}

# ---------------------------------------------------------- reasons

@test "One that is refused can read why though it has sent data" {
  start -r server chat-server --max-clients 1
  join anna
  for size in 1 1000 1000000; do
    run --separate-stderr tool late-reader 5000 "$size"
    assert_success
    assert_output --regexp '[Ff]ull'
  done
}

@test "One that is dropped for its silence can read why" {
  start -r server chat-server --idle 300ms
  run --separate-stderr tool late-reader 5000 10
  assert_success
  assert_line --regexp '[Ss]ilent'
}

@test "One that is silent for too long is told so and closed" {
  start -r server chat-server --idle 1s
  join anna
  join bert
  started=$(now_ms)
  until has_ended bert; do
    say anna 'I am not silent'
    nap 0.2
    (($(now_ms) - started < 10000))
  done
  took=$(($(now_ms) - started))
  echo "bert was closed after $took ms, expected about 1000"
  ((took >= 700))
  hears_like bert '[Ss]ilent'
  hears_like anna 'client 2 left'
  say anna 'and still here'
  runs anna
  join carl
  say anna 'hello carl'
  hears carl 'client 1: hello carl'
}

# ---------------------------------------------------------- slow ones

@test "One that does not read delays nobody and is dropped in the end" {
  start -r server chat-server
  join anna
  join bert
  start -i deaf tool hold-welcomed 5000 1 4096
  hears deaf 'holding 1'
  hears anna 'client 3 joined'
  start loud tool flood-until 5000 'client 3 left[^\n]*slow'
  ended loud 40
  cat loud.out
  assert_equal "$status" 0
  logs_like server 'client 3.*slow'
  hears_like anna 'client 3 left.*slow'
  say anna 'are you there?'
  hears bert 'client 1: are you there?'
}

@test "While one does not read the others talk as ever" {
  start -r server chat-server
  join anna
  join bert
  start -i deaf tool hold-welcomed 5000 1 4096
  hears deaf 'holding 1'
  # more than the deaf one's queue and the kernel hold, with all that is said
  # in between answered soon
  text=$(head -c 60000 /dev/zero | tr '\0' w)
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    say anna "$i $text"
    started=$(now_ms)
    say anna "question $i"
    hears bert "client 1: question $i"
    say bert "answer $i"
    hears anna "client 2: answer $i"
    took=$(($(now_ms) - started))
    echo "question and answer $i took $took ms"
    ((took < 1000))
  done
}

@test "--queue sets how much waits for one that does not read" {
  start -r server chat-server --queue 16K
  join anna
  start -i deaf tool hold-welcomed 5000 1 4096
  hears deaf 'holding 1'
  start loud tool flood-until 5000 'client 2 left[^\n]*slow'
  ended loud 40
  cat loud.out
  assert_equal "$status" 0
}

@test "Fifty senders of 64 KB at once lose no line at a normal reader" {
  start -r server chat-server --max-clients 60
  start -r reader chat-client --keep 127.0.0.1:5000
  hears reader 'you are client 1'
  run tool burst 5000 50 64 1000
  assert_output 'all sent and heard'
  # shellcheck disable=SC2016
  wait_until "$PATIENCE" 'all senders have left' \
    eval '(($(grep -ac "^client [0-9]* left" reader.out) == 50))'
  never_heard reader 'slow'
  sed -n 's/^client [0-9]*: \(s.. l....\) .*/\1/p' reader.out |
    sort -s -k 1,1 >heard
  for sender in $(seq -w 0 49); do
    seq -f "s$sender l%04g" 0 63
  done >said
  same_file 'what the reader has heard' said heard
}

@test "A hundred that never read while one sends 50 MB keep memory bounded" {
  skip_if_sanitized
  start -r server chat-server --max-clients 110
  start -r reader chat-client --keep 127.0.0.1:5000
  hears reader 'you are client 1'
  start -i deaf tool hold-welcomed 5000 100 4096
  hears deaf 'holding 100'
  run tool flood 5000 50000000
  echo "$output"
  assert_success
  hears_like reader 'client 102 left'
  most=$(memory_of server VmHWM)
  echo "the server had $most KiB at most, 61440 allowed"
  ((most < 61440))
  LC_ALL=C sed -n 's/^client 102: \(.......\) y*$/\1/p' reader.out >heard
  seq -f '%07.0f' 0 49999 >said
  same_file 'what the reader has heard' said heard
}

@test "--rate slows a fast one down and loses nothing" {
  start -r server chat-server --rate 10
  join anna
  join bert
  join carl
  started=$(now_ms)
  seq -f 'line %g' 1 30 >&"${INPUT_OF[bert]}"
  # meanwhile the others are as fast as ever
  say carl 'am I fast?'
  hears anna 'client 3: am I fast?'
  never_heard anna 'client 2: line 30'
  hears anna 'client 2: line 30'
  took=$(($(now_ms) - started))
  echo "30 lines took $took ms, expected between 2000 and 3000"
  ((took >= 1700 && took < 6000))
  seq -f 'client 2: line %g' 1 30 >said
  grep '^client 2: ' anna.out >heard
  same_file 'what anna has heard' said heard
  runs bert
}

# ---------------------------------------------------------- very many

@test "A thousand clients talk at once, one more is refused" {
  start -r server chat-server --max-clients 1000
  run tool crowd 5000 1000
  assert_success
  assert_line '1000 clients are in'
  assert_line --regexp '^one more reads: .*[Ff]ull'
  assert_line 'all have heard'
}

@test "Two hundred connects that are reset at once do no harm" {
  start -r server chat-server
  join anna
  files=$(descriptors_of server)
  run tool resets 5000 200
  assert_success
  wait_until "$PATIENCE" 'no descriptor is left over' \
    eval "((\$(descriptors_of server) <= $files))"
  join bert
  say bert 'still there?'
  hears_like anna '^client [0-9]+: still there\?$'
}

@test "Out of descriptors the server burns no CPU and comes back" {
  start -r -n 16 server chat-server --max-clients 100
  join anna
  join bert
  start -i many tool hold 5000 40
  hears_like many '^holding 40'
  # shellcheck disable=SC2016
  wait_until "$PATIENCE" 'the server has used up its descriptors' \
    eval '(($(descriptors_of server) >= 14))'
  is_idle server 10
  say anna 'can you hear me?'
  hears bert 'client 1: can you hear me?'
  say many close
  hears many 'closed'
  join carl
  say carl 'there is room again'
  hears_like anna '^client [0-9]+: there is room again$'
}

@test "Those who hang up in the middle of anything leave nothing behind" {
  start -r server chat-server --max-clients 100
  join anna
  files=$(descriptors_of server)
  for i in 1 2 3; do
    start "bert$i" socat -u OPEN:/dev/zero TCP:127.0.0.1:5000
    start "carl$i" sh -c \
      'yes | head -n 20000 | socat -u STDIN TCP:127.0.0.1:5000'
    start -i "dora$i" tool hold 5000 20
    hears_like "dora$i" 'holding 20'
    kill_hard "dora$i"
  done
  for i in 1 2 3; do
    ended "bert$i"
    ended "carl$i"
  done
  wait_until "$PATIENCE" 'no descriptor is left over' \
    eval "((\$(descriptors_of server) <= $files))"
  join emil
  say emil 'fine'
  hears_like anna 'client [0-9]+: fine'
}
