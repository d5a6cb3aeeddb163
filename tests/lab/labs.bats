#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Every lab that ships is played here, and what a person would look at is asserted.

load helpers

@test "every lab that ships is without a fault and without a warning" {
  for lab in $(shipped_labs); do
    run vethlab check "$lab"
    assert_success
    assert_output "$lab: ${output#"$lab": }"
    refute_output --partial warning
    [[ ${#lines[@]} == 1 ]]
  done
}

#  pc1 -- pc2 -- pc3   on a switch
@test "star: each host reaches each other, and the first packet is not lost" {
  lab_up star.yml
  run vethlab exec pc1 ping -c 1 -W 5 pc2
  assert_success
  assert_output --partial "1 received"
  for pair in "pc1 pc3" "pc2 pc1" "pc2 pc3" "pc3 pc1" "pc3 pc2"; do
    # shellcheck disable=SC2086
    set -- $pair
    run vethlab exec "$1" ping -c 1 -W 5 "$2"
    assert_success
  done
}

#  pc1, pc2 --> f2 --> f1 --> chat <-- desk
@test "campus: the PCs and the desk talk through forwarders and a router" {
  lab_up campus.yml
  assert_output --partial "campus: two LANs, a router between them"
  assert_output --regexp 'router +10.0.1.1 10.0.2.1 +dhcp-relay --server 10.0.2.9 eth0 +ready'
  assert_output --regexp 'chat +10.0.2.2 +chat-server --port 5000 +ready'
  assert_output --partial "Try next:"
  log_has pc1 'client | you are client 1'
  log_has pc1 'client | client 2 joined'
  log_has pc1 'client | client 2: hello from pc2'
  log_has pc1 'client | client 3: hello from the desk'
  log_has pc2 'client | you are client 2'
  log_has pc2 'client | client 3: hello from the desk'
  log_has desk 'client | you are client 3'

  # somebody joins by hand, from the other LAN
  talk guest vethlab exec pc2 chat-client chat:5000
  hears guest 'you are client 4'
  say guest 'is anybody here?'
  log_has pc1 'client | client 4: is anybody here?'
  log_has desk 'client | client 4: is anybody here?'
  say guest 'exit'
  log_has pc1 'client | client 4 left'
  refute grep -q 'client 4:' guest.out
}

@test "campus: a PC reaches the server through the router, and the handshake is on the wire" {
  lab_up campus.yml
  run vethlab exec pc1 ping -c 1 -W 5 chat
  assert_success
  assert_output --partial 'ttl=63' # one router between

  start dump vethlab exec router tcpdump -lni eth0 -c 3 tcp port 6002 and host 10.0.1.101
  wait_until "tcpdump listens" grep -q 'listening on' dump.err
  talk guest vethlab exec pc2 chat-client f2:6002
  hears guest 'you are client 4'
  wait_until "three segments" grep -q '3 packets captured' dump.err
  run cat dump.out
  assert_line --index 0 --regexp '10.0.1.101.[0-9]+ > 10.0.2.4.6002: Flags \[S\],'
  assert_line --index 1 --regexp '10.0.2.4.6002 > 10.0.1.101.[0-9]+: Flags \[S.\],'
  assert_line --index 2 --regexp '10.0.1.101.[0-9]+ > 10.0.2.4.6002: Flags \[.\],'
}

#  chat -- c1 .. c6   five places
@test "chat: the sixth is refused, and comes in when somebody leaves" {
  lab_up chat.yml
  for i in 1 2 3 4 5; do
    log_has "c$i" "chat-client | you are client $i"
  done
  log_has c6 'chat-client | the chat is full (5 clients): come back later'
  log_has c6 'chat-client | chat-client: the server has closed the connection'
  for j in 2 3 4 5; do
    log_has c1 "chat-client | client $j joined"
  done
  run vethlab logs c1
  refute_output --partial 'client 6'
  refute_line --regexp '\| client 1'

  run vethlab exec c2 sh -c "kill $(pid_of c2)"
  assert_success
  log_has c1 'chat-client | client 2 left'
  log_has c6 'chat-client | you are client 6'
  log_has c1 'chat-client | client 6 joined'
}

# pid_of NODE: of its first command, as the lab sees it
pid_of() {
  vethlab ps --json | json "[n['commands'][0]['pid'] for n in d['nodes'] if n['name'] == '$1'][0]"
}

#  c1 .. c5 talk by hand: each line that each client sees
@test "chat: a line reaches all others and not its sender" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  chat: {lan: lan, run: chat-server}
  c: {count: 3, lan: lan}
L
  lab_up ./lab.yml
  talk c1 vethlab exec c1 chat-client chat:5000
  hears c1 'you are client 1'
  talk c2 vethlab exec c2 chat-client chat:5000
  hears c2 'you are client 2'
  talk c3 vethlab exec c3 nc chat 5000
  hears c3 'you are client 3'
  say c1 'one'
  hears c2 'client 1: one'
  hears c3 'client 1: one'
  say c3 'three'
  hears c1 'client 3: three'
  hears c2 'client 3: three'
  say c2 'exit'
  hears c1 'client 2 left'
  hears c3 'client 2 left'
  assert_equal "$(cat c1.out)" $'you are client 1\nclient 2 joined\nclient 3 joined\nclient 3: three\nclient 2 left'
  assert_equal "$(cat c2.out)" $'you are client 2\nclient 3 joined\nclient 1: one\nclient 3: three'
  assert_equal "$(cat c3.out)" $'you are client 3\nclient 1: one\nclient 2 left'
}

#  client --> f2 --> f1 --> server, and f3 in front
@test "forwarders: a chain of two, and one more" {
  lab_up forwarders.yml
  talk a vethlab exec client chat-client f2:6002
  hears a 'you are client 1'
  talk f3 vethlab exec f3 forwarder --listen 6003 f2:6002
  wait_until "f3 listens" vethlab exec f3 sh -c 'ss -Hltn "sport = 6003" | grep -q LISTEN'
  talk b vethlab exec client chat-client f3:6003
  hears b 'you are client 2'
  say b 'through three'
  hears a 'client 2: through three'
  say a 'through two'
  hears b 'client 1: through two'
  # the server sees f1 and nobody else
  run vethlab exec server sh -c "ss -Htn state established 'sport = 5000' | awk '{print \$4}'"
  assert_output --partial '10.0.0.2'
  refute_output --partial '10.0.0.4'
}

#  ann <--UDP--> bob, both at the server
@test "peers: each line comes twice, and exit on one side ends both" {
  lab_up peers.yml
  talk ann vethlab exec ann peer --udp 7000 --to bob:7000 server:5000
  hears ann 'server: you are client 1'
  talk bob vethlab exec bob peer --udp 7000 --to ann:7000 server:5000
  hears bob 'server: you are client 2'
  say ann 'hi'
  hears bob 'server: client 1: hi'
  hears bob 'peer: hi'
  say bob 'hello'
  hears ann 'server: client 2: hello'
  hears ann 'peer: hello'
  say ann 'exit'
  wait_until "both are gone" both_are_gone
  log_has server 'chat-server | chat-server: client 1 left'
  log_has server 'chat-server | chat-server: client 2 left'
}

both_are_gone() {
  run vethlab exec server sh -c 'ps ax -o comm= | grep -x peer'
  [[ -z $output ]]
}

#  ann, bob, eve on a hub (eth0) and on a switch (eth1)
@test "hub-and-switch: eve sees others' frames on the hub and none on the switch" {
  lab_up hub-and-switch.yml
  # both ARP caches are filled, so that the switch has learned where each is
  run vethlab exec ann ping -c 1 -W 5 10.0.2.2
  assert_success
  start hub vethlab exec eve tcpdump -lni eth0 icmp
  start switch vethlab exec eve tcpdump -lni eth1 icmp
  wait_until "both listen" grep -q 'listening on' hub.err
  wait_until "both listen" grep -q 'listening on' switch.err
  run vethlab exec ann ping -c 3 -i 0.2 -W 5 10.0.1.2
  assert_success
  run vethlab exec ann ping -c 3 -i 0.2 -W 5 10.0.2.2
  assert_success
  wait_until "eve read six frames" six_frames
  # a ping to eve herself comes last: when it is there, nothing earlier is still on its way
  run vethlab exec ann ping -c 1 -W 5 10.0.2.3
  assert_success
  wait_until "eve's own ping" grep -q '10.0.2.1 > 10.0.2.3: ICMP echo request' switch.out
  refute grep -q '10.0.2.2' switch.out
}

six_frames() {
  [[ $(grep -c '10.0.1.1 > 10.0.1.2\|10.0.1.2 > 10.0.1.1' hub.out) == 6 ]]
}
