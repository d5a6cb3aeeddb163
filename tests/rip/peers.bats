#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Our ripd with FRR's and with BIRD, each a neighbour of the other. Each test is a lab of its own;
# peers.bash has its picture.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153 # variables of peers.bash, and those of one test

load ../lab/helpers
load peers

# ---------------------------------------------------------------- what is said and heard

ANNOUNCED='--announce 10.9.0.0/16,5,77 eth0 eth1'

FRR_RIP='router rip
 network eth0
 timers basic 5 180 120
 redistribute connected
 redistribute kernel metric 7 route-map tagged
route-map tagged permit 10
 set tag 99'

# frr_pair OPTIONS LINE...: FRR with these lines about eth0
frr_pair() {
  needs zebra vtysh
  printf '%s\n' "$FRR_RIP" 'interface eth0' "${@:2}" >them.conf
  pair frr "$1"
}

# bird_pair OPTIONS WORDS: BIRD with these words about its interfaces
bird_pair() {
  needs bird
  echo "$2" >them.conf
  pair bird "$1"
}

@test "ripd and FRR learn each other's routes, with their metrics, tags and next hops" {
  needs tshark
  frr_pair "$ANNOUNCED"
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  knows ours us 10.7.0.0/24 '10.0.0.2 8 99 10.0.0.2'
  knows frr them 10.1.0.0/24 '10.0.0.1 2 0 10.0.0.1'
  knows frr them 10.9.0.0/16 '10.0.0.1 6 77 10.0.0.1'
  kernel_is_rib us
  run sent us '10.0.0.1|10.1.0.1' ip.dst udp.dstport rip.version
  assert_success
  assert_output --regexp $'^(10\.0\.0\.2 520 2\n)?224\.0\.0\.9 520 2$'
}

@test "ripd and BIRD learn each other's routes, with their metrics, tags and next hops" {
  needs tshark
  bird_pair "$ANNOUNCED"
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  knows bird them 10.1.0.0/24 '10.0.0.1 2 0'
  knows bird them 10.9.0.0/16 '10.0.0.1 6 77'
  kernel_is_rib us
  run sent us '10.0.0.1|10.1.0.1' ip.dst udp.dstport rip.version
  assert_success
  assert_output --regexp $'^(10\.0\.0\.2 520 2\n)?224\.0\.0\.9 520 2$'
}

# withdrawn KIND: a link behind each of them loses its carrier, and has it again
withdrawn() {
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  knows "$1" them 10.1.0.0/24 "$2"
  vethlab link us:eth1 down
  loses "$1" them 10.1.0.0/24
  vethlab link them:eth1 down
  loses ours us 10.2.0.0/24
  vethlab link us:eth1 up
  vethlab link them:eth1 up
  knows "$1" them 10.1.0.0/24 "$2"
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  kernel_is_rib us
}

@test "ripd and FRR withdraw a network that is lost, and announce it again" {
  frr_pair "$ANNOUNCED"
  withdrawn frr '10.0.0.1 2 0 10.0.0.1'
}

@test "ripd and BIRD withdraw a network that is lost, and announce it again" {
  bird_pair "$ANNOUNCED"
  withdrawn bird '10.0.0.1 2 0'
}

# ended KIND WORDS: ours is stopped
ended() {
  knows "$1" them 10.1.0.0/24 "$2"
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  vethlab stop us/ripd
  loses "$1" them 10.1.0.0/24
  loses "$1" them 10.9.0.0/16
  run vethlab exec us ip route show proto rip
  assert_output ''
}

@test "ripd that is ended poisons its routes, and FRR drops them at once" {
  frr_pair "$ANNOUNCED"
  ended frr '10.0.0.1 2 0 10.0.0.1'
}

@test "ripd that is ended poisons its routes, and BIRD drops them at once" {
  bird_pair "$ANNOUNCED"
  ended bird '10.0.0.1 2 0'
}

# ---------------------------------------------------------------- version 1, next hops

@test "RIPv1 between ripd and FRR: subnets of the link's network, and networks by their class" {
  needs tshark
  FRR_RIP=${FRR_RIP/rip/$'rip\n version 1'}
  frr_pair '--send 1 --receive 1 --announce 192.168.9.0/24 --announce 10.9.0.0/16 eth0 eth1'
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  knows frr them 10.1.0.0/24 '10.0.0.1 2 0 10.0.0.1'
  knows frr them 192.168.9.0/24 '10.0.0.1 2 0 10.0.0.1'
  # a mask that version 1 cannot tell
  run in_frr them 10.9.0.0/24
  assert_output ''
  run in_frr them 10.9.0.0/16
  assert_output ''
  kernel_is_rib us
  run sent us '10.0.0.1|10.1.0.1' ip.dst rip.version
  assert_success
  assert_output --regexp $'^(10\.0\.0\.2 1\n)?10\.0\.0\.255 1\n10\.1\.0\.255 1$'
}

@test "ripd --send 2-broadcast and FRR's v2-broadcast hear each other" {
  needs tshark
  frr_pair "--send 2-broadcast $ANNOUNCED" ' ip rip v2-broadcast'
  knows ours us 10.7.0.0/24 '10.0.0.2 8 99 10.0.0.2'
  knows frr them 10.9.0.0/16 '10.0.0.1 6 77 10.0.0.1'
  run sent us '10.0.0.1|10.1.0.1' ip.dst rip.version
  assert_success
  assert_output --regexp $'^(10\.0\.0\.2 2\n)?10\.0\.0\.255 2\n10\.1\.0\.255 2$'
}

#   us 10.0.0.1 ==+== 10.0.0.2 them (FRR)
#                 +== 10.0.0.3 third, which speaks no RIP ==== 10.7.0.0/24
@test "RFC 2453 4.4: FRR names a third router as the next hop, and ripd goes there" {
  needs zebra vtysh tshark
  printf '%s\n' "$FRR_RIP" >them.conf
  lab_of <<L
lans: {lan: 10.0.0.0/24, behind: 10.7.0.0/24}
nodes:
$(ours us eth0 them)
    lan: lan
    ip: 10.0.0.1
$(frr them)
    lan: lan
    ip: 10.0.0.2
    routes: {10.7.0.0/24: third}
  third:
    forward: yes
    interfaces: {eth0: {lan: lan, ip: 10.0.0.3}, eth1: {lan: behind, ip: 10.7.0.1}}
L
  lab_up ./lab.yml
  knows ours us 10.7.0.0/24 '10.0.0.3 8 99 10.0.0.2'
  vethlab exec them ip route del 10.7.0.0/24
  loses ours us 10.7.0.0/24
}

# ---------------------------------------------------------------- authentication

# signed KIND WORDS AUTH FIELDS...: both learn, and each packet of ours is signed as FIELDS say
signed() {
  local kind=$1 words=$2 expected=$3
  shift 3
  needs tshark
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  knows "$kind" them 10.1.0.0/24 "$words"
  vethlab stop us/ripd
  loses "$kind" them 10.1.0.0/24
  run sent us '10.0.0.1|10.1.0.1' rip.auth.type "$@"
  assert_success
  assert_output "$expected"
}

frr_signed() { signed frr '10.0.0.1 2 0 10.0.0.1' "$@"; }
bird_signed() { signed bird '10.0.0.1 2 0' "$@"; }

@test "RFC 2453 4.1: ripd and FRR with one password" {
  frr_pair "--auth plain:open-sesame $ANNOUNCED" \
    ' ip rip authentication mode text' ' ip rip authentication string open-sesame'
  frr_signed '2 open-sesame' rip.auth.passwd
}

@test "RFC 2453 4.1: ripd and BIRD with one password" {
  bird_pair "--auth plain:open-sesame $ANNOUNCED" 'authentication plaintext; password "open-sesame";'
  bird_signed '2 open-sesame' rip.auth.passwd
}

FRR_KEYS='interface eth0
 ip rip authentication key-chain keys
key chain keys
 key 5
  key-string open-sesame'

@test "RFC 4822: ripd and FRR with MD5, its length as in the RFC" {
  frr_pair "--auth md5:5:open-sesame $ANNOUNCED" ' ip rip authentication mode md5 auth-length rfc' "$FRR_KEYS"
  frr_signed '3 5 16' rip.key_id rip.auth_data_len
}

@test "RFC 4822: ripd and FRR with MD5, its length as old ripds had it" {
  frr_pair "--auth md5:5:open-sesame $ANNOUNCED" ' ip rip authentication mode md5 auth-length old-ripd' "$FRR_KEYS"
  frr_signed '3 5 16' rip.key_id rip.auth_data_len
}

bird_keys() {
  echo "authentication cryptographic; password \"$2\" { id 5; algorithm $1; };"
}

@test "RFC 4822: ripd and BIRD with MD5" {
  bird_pair "--auth md5:5:open-sesame $ANNOUNCED" "$(bird_keys 'keyed md5' open-sesame)"
  bird_signed '3 5 16' rip.key_id rip.auth_data_len
}

@test "RFC 4822: ripd and BIRD with HMAC-SHA-256" {
  bird_pair "--auth sha256:5:open-sesame $ANNOUNCED" "$(bird_keys 'hmac sha256' open-sesame)"
  bird_signed '3 5 32' rip.key_id rip.auth_data_len
}

@test "RFC 4822 3.2.2: ripd was killed, and BIRD takes the sequence numbers of the next one" {
  bird_pair "--auth md5:5:open-sesame $ANNOUNCED" "$(bird_keys 'keyed md5' open-sesame)"
  knows bird them 10.9.0.0/16 '10.0.0.1 6 77'
  vethlab kill us/ripd
  vethlab wait -q us exited ripd
  vethlab start us/ripd
  vethlab link us:eth1 down
  loses bird them 10.1.0.0/24
}

# refused KIND: nobody learns anything, and ours says why
refused() {
  wait_until "ripd counts packets with a bad signature" counts_bad_auth
  run vethlab exec us ip route show proto rip
  assert_output ''
  vethlab wait -q us log 'eth0 10\.0\.0\.2: .*'
  run "in_$1" them 10.1.0.0/24
  assert_output ''
}

counts_bad_auth() {
  vethlab exec us ripd show counts --json | tee counts.now
  (($(json 'd["dropped"]["bad-auth"]' <counts.now) >= 2))
}

@test "ripd and FRR with two keys learn nothing from each other" {
  frr_pair "--auth md5:5:open-barley $ANNOUNCED" ' ip rip authentication mode md5 auth-length rfc' "$FRR_KEYS"
  refused frr
}

@test "ripd and BIRD with two keys learn nothing from each other" {
  bird_pair "--auth sha256:5:open-barley $ANNOUNCED" "$(bird_keys 'hmac sha256' open-sesame)"
  refused bird
}

# ---------------------------------------------------------------- all of them

#   === west --- frr --- bird --- east ===
#   10.1.0.0/24  10.0.1  10.0.2  10.0.3   10.2.0.0/24
@test "ripd, FRR, BIRD and ripd in a line: all learn from all, and an end that is ended is gone everywhere" {
  needs zebra vtysh bird tshark
  printf '%s\n' 'router rip' ' network eth0' ' network eth1' ' timers basic 5 180 120' >frr.conf
  : >bird.conf
  lab_of <<L
lans: {near: 10.1.0.0/24, far: 10.2.0.0/24}
nodes:
$(ours west 'eth0 eth1' 'frr, bird')
    interfaces: {eth0: {lan: near, ip: 10.1.0.1}, eth1: {ip: 10.0.1.1}}
$(frr frr)
    interfaces: {eth0: {ip: 10.0.1.2}, eth1: {ip: 10.0.2.1}}
$(bird bird)
    interfaces: {eth0: {ip: 10.0.2.2}, eth1: {ip: 10.0.3.1}}
$(ours east 'eth0 eth1' 'frr, bird')
    interfaces: {eth0: {ip: 10.0.3.2}, eth1: {lan: far, ip: 10.2.0.1}}
links:
  - [west:eth1, frr:eth0, 10.0.1.0/24]
  - [frr:eth1, bird:eth0, 10.0.2.0/24]
  - [bird:eth1, east:eth0, 10.0.3.0/24]
L
  lab_up ./lab.yml
  knows ours west 10.0.2.0/24 '10.0.1.2 2 0 10.0.1.2'
  knows ours west 10.0.3.0/24 '10.0.1.2 3 0 10.0.1.2'
  knows ours west 10.2.0.0/24 '10.0.1.2 4 0 10.0.1.2'
  knows frr frr 10.1.0.0/24 '10.0.1.1 2 0 10.0.1.1'
  knows frr frr 10.0.3.0/24 '10.0.2.2 2 0 10.0.2.2'
  knows frr frr 10.2.0.0/24 '10.0.2.2 3 0 10.0.2.2'
  knows bird bird 10.2.0.0/24 '10.0.3.2 2 0'
  knows bird bird 10.0.1.0/24 '10.0.2.1 2 0'
  knows bird bird 10.1.0.0/24 '10.0.2.1 3 0'
  knows ours east 10.0.2.0/24 '10.0.3.1 2 0 10.0.3.1'
  knows ours east 10.0.1.0/24 '10.0.3.1 3 0 10.0.3.1'
  knows ours east 10.1.0.0/24 '10.0.3.1 4 0 10.0.3.1'
  kernel_is_rib west
  kernel_is_rib east
  vethlab wait -q west ping 10.2.0.1
  vethlab stop west/ripd
  loses frr frr 10.1.0.0/24
  loses bird bird 10.1.0.0/24
  loses ours east 10.1.0.0/24
  run sent west '10.1.0.1|10.0.1.1' rip.version
  assert_output 2
  run sent east '10.0.3.2|10.2.0.1' rip.version
  assert_output 2
}
