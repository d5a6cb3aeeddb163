#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What Wireshark's dissectors for our own wires, and the profile "vethlab", make of captures.
#
#   captures.py --> a capture: what the manuals say ---+
#   tcpdump in a lab: what the programs say -----------+--> tshark, chat.lua, peer.lua, routehub.lua
#
# The captures of captures.py owe nothing to the programs, so that both are held against the manual.

load ../lab/helpers

DISSECTORS=${VETHLAB_WIRESHARK:-$TESTS/../topology/wireshark}

# shark ARGS...: tshark with our dissectors and nobody's settings; what it complains of is a fault
shark() {
  HOME=$PWD XDG_CONFIG_HOME=$PWD/config tshark -X "lua_script:$DISSECTORS/chat.lua" \
    -X "lua_script:$DISSECTORS/peer.lua" -X "lua_script:$DISSECTORS/routehub.lua" "$@" 2>shark.err || return
  if grep -v '^Running as user "root"' shark.err; then return 1; fi
}

# capture NAME: the capture of captures.py, NAME.pcapng
capture() {
  /usr/bin/python3 -B "$TESTS/wireshark/captures.py" "$1" >"$1.pcapng"
}

# seen NAME ARGS...: the fields that ARGS name, of each frame of the capture that is ours
seen() {
  capture "$1"
  run shark -n -r "$1.pcapng" -Y 'chat || peer || routehub' -T fields -E separator='|' "${@:2}"
  assert_success
}

# ---------------------------------------------------------------- chat-server(1)

@test "each line of the chat has its event, its client and what belongs to it" {
  seen chat -e chat.event -e chat.sender -e chat.text -e chat.reason -e chat.limit -e chat.line
  assert_output - <<'END'
you are|1||||you are client 1
joined|2||||client 2 joined
said|2|hello, world|||client 2: hello, world
left|2||||client 2 left
left|3||its line was too long||client 3 left: its line was too long
said|4||||client 4: 
says|1|hi there|||hi there
says|1|client 9: I am not|||client 9: I am not
exit|1|exit|||exit
too long||||65536|your line is too long (more than 65536 octets): goodbye
silent|||||you were silent for too long: goodbye
full||||5|the chat is full (5 clients): come back later
END
  seen chat -e _ws.expert.message
  refute_output --regexp '[a-z]'
}

@test "the info column of the chat is what is said, and by whom" {
  seen chat -e _ws.col.Protocol -e _ws.col.Info
  assert_line --index 0 'CHAT|you are client 1'
  assert_line --index 2 'CHAT|client 2: hello, world'
  assert_line --index 6 'CHAT|client 1 says: hi there'
}

@test "lines of the chat are put together from segments, and taken apart" {
  seen chat_lines -e frame.number -e chat.line -e chat.unended
  assert_output - <<'END'
4|you are client 1,client 2 joined,client 2: a|
7|client 2: in three parts|
8|client 2: b|
9|client 2: c|
10|with a carriage return|
11|client 2: 0,client 2: 1,client 2: 2,client 2: 3,client 2: 4,client 2: 5,client 2: 6|
12|no end|1
END
  seen chat_lines -e _ws.col.Info
  assert_line --index 0 'you are client 1 | client 2 joined | client 2: a'
  assert_line --index 5 'client 2: 0 | client 2: 1 | client 2: 2 | client 2: 3 | and 3 more'
}

@test "lines that are too long, unclean, or not the server's are noted" {
  while read -r filter frames; do
    seen chat_odd -o chat.max_line:40 -Y "$filter" -e frame.number
    assert_equal "$filter ${output//$'\n'/ }" "$filter $frames"
  done <<'END'
chat 4 5 6 7 8 9 10 11 12 13 14 15 16
chat.long 6 7
chat.unended 7
chat.unclean 8 9 10 11
chat.unknown 13 14 15
END
  seen chat_odd -o chat.max_line:40 -Y chat.long -e _ws.expert.message
  assert_line --index 0 'The line has 41 octets, more than 40'
  seen chat_odd -o chat.max_line:40 -Y 'chat.line contains "2J" || chat.line contains "tab"' -e _ws.col.Info
  assert_output $'client 1 says: ?[2J\nclient 1 says: tab here'
}

@test "a forwarder's port belongs to the chat by preference, or by Decode As" {
  for how in '-o chat.ports:5000,6000' '-d tcp.port==6000,chat'; do
    # shellcheck disable=SC2086 # an option and its value
    seen chat_forwarded $how -e _ws.col.Info
    assert_output $'you are client 4\nclient 4 says: by way of 6000'
  done
  seen chat_forwarded -e _ws.col.Info
  assert_output ""
}

# ---------------------------------------------------------------- peer(1)

@test "each datagram of a peer has its fields, and its line in the info column" {
  seen peer -Y 'peer && !(peer.seq == 1)' -e peer.type -e peer.flags -e peer.from -e peer.to -e peer.seq -e peer.ack \
    -e peer.client -e peer.text -e _ws.col.Info
  assert_output - <<'END'
1|0x00|0xcc5abb49|0x00000000|0|0|0||HELLO from cc5abb49 to ?
1|0x00|0x24797d40|0x00000000|0|0|0||HELLO from 24797d40 to ?
1|0x00|0x24797d40|0x00000000|0|0|6||HELLO from 24797d40 to ?, client 6
2|0x00|0xcc5abb49|0x24797d40|0|0|5|hello, peer|TEXT 0: hello, peer
4|0x00|0x24797d40|0xcc5abb49|0|1|6||ACK, expects 1
2|0x00|0xcc5abb49|0x24797d40|2|0|5|café|TEXT 2: café
3|0x00|0xcc5abb49|0x24797d40|3|0|5||BYE 3
END
}

@test "a line that goes on has its flag, and what is sent again refers to the first" {
  seen peer -Y 'peer.seq == 1' -e frame.number -e peer.flags.more -e peer.first -e _ws.expert.message
  assert_output $'6|1||\n8|1|6|Sent again'
}

@test "datagrams that a peer drops say why, and others are left alone" {
  seen peer_odd -e frame.number -e _ws.expert.message -e _ws.col.Protocol
  assert_output - <<'END'
1|Unknown type 9|PEER
2|Flags that do not exist|PEER
3|No session of the sender|PEER
4|Wrong length: 23 octets, not 24 to 1472|PEER
5|Wrong length: 2 octets, not 24 to 1472|PEER
6|Wrong length: 1473 octets, not 24 to 1472|PEER
7||PEER
9||PEER
END
}

# ---------------------------------------------------------------- route-server(1)

@test "each type of the hub has its fields, and its line in the info column" {
  seen routehub -Y 'routehub && !routehub.magic' -e routehub.type -e routehub.addr -e routehub.id -e routehub.digest \
    -e routehub.zero -e _ws.col.Info -e _ws.expert.message
  assert_output - <<'END'
1|10.4.0.10||||add 10.4.0.10|
2|10.4.0.10||||delete 10.4.0.10|
16||0x1badcafe|||HELLO 0x1badcafe|
17|||0xdeadbeef||DIGEST-UP 0xdeadbeef|
18|||0xdeadbeef||DIGEST-DOWN 0xdeadbeef|
19||||0x00000000|SYNC-BEGIN|
20|||0xdeadbeef||SYNC-END 0xdeadbeef|
21||0x1badcafe|||BYE 0x1badcafe|
END
}

@test "the authenticated form has its signer, epoch, sequence and HMAC" {
  seen routehub -Y routehub.magic -e routehub.magic -e routehub.epoch -e routehub.sequence -e routehub.hmac \
    -e _ws.col.Info -e _ws.expert.message
  assert_line --index 0 --regexp \
    '^0x5643\|Nov 14, 2023 22:13:20.000000000 UTC\|1\|[0-9a-f]{32}\|HELLO 0x1badcafe \[client 1\]\|$'
  assert_line --index 1 --regexp '^0x5653\|Nov 14, 2023 .*\|9223372036854775808\|.*\|add 10.4.0.10 \[server 9223372036854775808\]\|$'
}

@test "datagrams that the kernel has not cut apart yet are many" {
  seen routehub_several -e routehub.addr -e routehub.sequence -e _ws.col.Info
  assert_output - <<'END'
10.1.0.0,10.1.0.1||add 10.1.0.0, add 10.1.0.1
10.1.0.0,10.1.0.1,10.1.0.2,10.1.0.3,10.1.0.4,10.1.0.5,10.1.0.6||add 10.1.0.0, add 10.1.0.1, add 10.1.0.2, add 10.1.0.3 and 3 more
10.1.0.0,10.1.0.1|1,2|delete 10.1.0.0 [server 1], delete 10.1.0.1 [server 2]
END
}

@test "what the hub drops says why" {
  seen routehub_odd -o routehub.ports:5500,5600 -e _ws.expert.message -e _ws.col.Info
  assert_output - <<'END'
Unknown type 3|type 3, 0x0a04000a
Wrong length: 1 octets, not 5 or 35|add (wrong length)
Wrong length: 4 octets, not 5 or 35|add (wrong length)
Wrong length: 6 octets, not 5 or 35|add 10.4.0.10 (wrong length)
Wrong length: 34 octets, not 5 or 35|add 10.4.0.10 (wrong length)
Wrong length: 36 octets, not 5 or 35|add 10.4.0.10 [client 1], type 0 (wrong length)
Magic of neither a client nor a server|add 10.4.0.10 [magic? 1]
No route is made for such an address|add 0.1.2.3
No route is made for such an address|add 127.0.0.1
No route is made for such an address|add 224.0.0.9
No route is made for such an address|add 255.255.255.255
|add 223.255.255.255
The field of SYNC-BEGIN should be 0|SYNC-BEGIN
|add 10.4.0.10 (cut off)
|add 10.4.0.10
END
}

# ---------------------------------------------------------------- garbage

@test "no garbage is too much: 9,000 mutated datagrams and segments" {
  capture garbage
  # the tree of every frame is made, twice; what is not ours may be garbage to others
  run shark -n -2 -r garbage.pcapng -V -Y \
    '_ws.lua.error || _ws.malformed && frame.protocols matches ":(chat|peer|routehub)"'
  assert_success
  assert_output ""
  run shark -n -r garbage.pcapng -q -z io,phs
  assert_success
  for protocol in chat peer routehub; do
    frames=$(sed -n "s/^ *$protocol .*frames:\([0-9]*\) .*/\1/p" <<<"$output" | sort -n | tail -1)
    ((frames > 1000)) || fail "only ${frames:-no} frames of $protocol"
  done
}

# ---------------------------------------------------------------- the profile

# use_profile: as the head of its preferences says
use_profile() {
  mkdir -p config/wireshark/profiles
  cp -r "$DISSECTORS/profile" config/wireshark/profiles/vethlab
}

@test "the profile shows the interface, and the capture's names" {
  use_profile
  capture colours
  run shark -C vethlab -r colours.pcapng -Y 'chat || routehub'
  assert_success
  assert_line --index 0 --regexp '^ +6 +0.003000 +pc1:eth0 +server → pc1 +CHAT 71 you are client 1$'
  assert_line --index 1 --regexp '^ +8 +0.005000 +pc2:eth0 +10.0.0.11 → server +ROUTEHUB 47 add 10.4.0.10$'
}

@test "each frame has the colour of its rule, with the dissectors and without" {
  use_profile
  capture colours
  capture chat_forwarded
  run shark -C vethlab -r colours.pcapng --color -T fields -e frame.coloring_rule.name
  assert_success
  assert_output - <<'END'
Journal
Journal, error
Chat
Chat
Chat
Chat
Peer
Route hub
Fault
RIP
DHCP
ARP and neighbours
ICMP
ICMP error
TCP reset
UDP
END
  run shark -C vethlab -o chat.ports:6000 -r chat_forwarded.pcapng --color -T fields -e frame.coloring_rule.name
  assert_success
  assert_output $'TCP begins or ends\nTCP begins or ends\nTCP\nChat\nChat'
  HOME=$PWD XDG_CONFIG_HOME=$PWD/config run --separate-stderr tshark -C vethlab -r colours.pcapng --color -T fields \
    -e frame.coloring_rule.name
  assert_success
  assert_line --index 5 Chat
  assert_line --index 6 Peer
  assert_line --index 7 'Route hub'
  # shellcheck disable=SC2154 # of run; a preference of the dissectors is unknown without them, and nothing else
  assert_equal "$(grep -v "^Running as user \"root\"" <<<"$stderr" | grep -cv 'chat\.ports\|save preferences')" 0
}

@test "ink and paper of each rule are far apart" {
  run awk -F '[][,@]' '
    function light(v) { v /= 65535; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ^ 2.4 }
    function shine(i) { return 0.2126 * light($i) + 0.7152 * light($(i + 1)) + 0.0722 * light($(i + 2)) + 0.05 }
    /^@/ { a = shine(NF - 7); b = shine(NF - 3); if ((a > b ? a / b : b / a) < 4.5) { print $2, a, b } else { good++ } }
    END { print good " are good" }' "$DISSECTORS/profile/colorfilters"
  assert_output '16 are good'
}

# ---------------------------------------------------------------- the programs themselves

# listen_in NODE: from here on, cap.pcap has what NODE's eth0 sees. The shorter what is taken of a frame may
# be, the more frames the kernel keeps in a burst.
listen_in() {
  start cap vethlab exec "$1" tcpdump -U -Z root --immediate-mode -s 4000 -B 16384 -ni eth0 -w cap.pcap
  wait_until "tcpdump listens" grep -q 'listening on' cap.err
}

# captured FILTER: such a frame is in the capture
captured() {
  shark -n -r cap.pcap -Y "$1" | grep .
}

# all_understood FILTER: so the frames are chosen that have to be ours; nothing is odd about them
all_understood() {
  run shark -n -r cap.pcap -Y "($1) && !(chat || peer || routehub) || chat.unknown || chat.unclean || chat.unended ||
    peer.bad_length || peer.bad_type || peer.bad_flags || peer.no_session || routehub.bad_length || routehub.bad_type ||
    routehub.bad_magic || routehub.bad_addr || routehub.not_zero || _ws.lua.error || _ws.malformed"
  assert_success
  assert_output ""
}

#   server ----+---- ann ---- bob        ann and bob: peers, and clients of the server; seen from ann
@test "two peers and their chat in a lab are understood" {
  lab_up peers.yml
  listen_in ann
  talk bob vethlab exec bob peer --udp 7000 --to ann:7000 server:5000
  hears bob 'server: you are client 1'
  talk ann vethlab exec ann peer --udp 7000 --to bob:7000 server:5000
  hears bob 'server: client 2 joined'
  say ann 'hello, bob'
  hears bob 'peer: hello, bob'
  hears bob 'server: client 2: hello, bob'
  say bob 'hello, ann'
  hears ann 'peer: hello, ann'
  hears ann 'server: client 1: hello, ann'
  say ann exit
  wait_until "ann says it to the server" captured 'chat.event == "exit" && chat.sender == 2'
  for filter in 'chat.event == "you are" && chat.sender == 2' \
    'chat.event == "says" && chat.sender == 2 && chat.text == "hello, bob"' \
    'chat.event == "said" && chat.sender == 1 && chat.text == "hello, ann"' \
    'ip.src == 10.0.0.2 && peer.type == 2 && peer.seq == 0 && peer.client == 2 && peer.text == "hello, bob"' \
    'ip.src == 10.0.0.3 && peer.type == 2 && peer.seq == 0 && peer.client == 1 && peer.text == "hello, ann"' \
    'ip.src == 10.0.0.3 && peer.type == 4 && peer.ack == 1' 'peer.type == 1' 'ip.src == 10.0.0.2 && peer.type == 3'; do
    wait_until "$filter" captured "$filter"
  done
  all_understood 'tcp.port == 5000 && tcp.len > 0 || udp.port == 7000 && !icmp'
}

#   hub ----+---- a ---- b ---- c        a and b have the key, c has not; seen from the hub
@test "a hub, two clients that sign and one that does not are understood in a lab" {
  lab_of <<'END'
lans: {lan: 10.0.0.0/24}
nodes:
  hub: {lan: lan, run: route-server --interval 500ms --key secret}
  a: {lan: lan, run: {command: route-client --interval 500ms --key secret --server 10.0.0.1 --announce 10.1.0.1, after: hub}}
  b: {lan: lan, run: {command: route-client --interval 500ms --key secret --server 10.0.0.1 --announce 10.2.0.1, after: hub}}
  c: {lan: lan, run: {command: route-client --plain-only --server 10.0.0.1 --announce 10.3.0.1, after: hub}}
END
  lab_up ./lab.yml
  listen_in hub
  mapfile -t many < <(printf '10.1.1.%d\n' {1..50})
  run vethlab exec a route-client add "${many[@]}"
  assert_success
  run vethlab exec a route-client del 10.1.1.7
  assert_success
  run vethlab exec c route-client add 10.3.0.2
  assert_success
  run vethlab restart b
  assert_success
  hub=10.0.0.1
  for filter in "ip.dst == $hub && routehub.magic == 0x5643 && routehub.type == 1 && routehub.addr == 10.1.1.50" \
    "ip.src == $hub && routehub.magic == 0x5653 && routehub.type == 1 && routehub.addr == 10.1.1.50" \
    "ip.src == $hub && !routehub.magic && routehub.type == 2 && routehub.addr == 10.1.1.7" \
    "ip.dst == $hub && !routehub.magic && routehub.type == 1 && routehub.addr == 10.3.0.2" \
    "ip.dst == $hub && routehub.type == 16 && routehub.id != 0 && routehub.sequence == 1" \
    'routehub.type == 17 && routehub.digest' 'routehub.type == 18 && routehub.digest' \
    'routehub.type == 19 && routehub.zero == 0' 'routehub.type == 20 && routehub.digest' \
    'routehub.type == 21 && routehub.id != 0'; do
    wait_until "$filter" captured "$filter"
  done
  all_understood 'udp.port == 5500 && !icmp'
}
