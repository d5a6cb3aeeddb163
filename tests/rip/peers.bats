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
  run sent us '10.0.0.1, 10.1.0.1' ip.dst udp.dstport rip.version
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
  run sent us '10.0.0.1, 10.1.0.1' ip.dst udp.dstport rip.version
  assert_success
  assert_output --regexp $'^(10\.0\.0\.2 520 2\n)?224\.0\.0\.9 520 2$'
}

# withdrawn KIND WORDS: a link behind each of them loses its carrier, and that behind ours has it again
withdrawn() {
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  knows "$1" them 10.1.0.0/24 "$2"
  vethlab link us:eth1 down
  vethlab link them:eth1 down
  loses "$1" them 10.1.0.0/24
  loses ours us 10.2.0.0/24
  kernel_is_rib us
  vethlab link us:eth1 up
  knows "$1" them 10.1.0.0/24 "$2"
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
  run sent us '10.0.0.1, 10.1.0.1' ip.dst rip.version
  assert_success
  assert_output --regexp $'^(10\.0\.0\.2 1\n)?10\.0\.0\.255 1\n10\.1\.0\.255 1$'
}

@test "ripd --send 2-broadcast and FRR's v2-broadcast hear each other" {
  needs tshark
  frr_pair "--send 2-broadcast --announce 192.168.9.0/24,5,77 eth0 eth1" ' ip rip v2-broadcast'
  knows ours us 10.7.0.0/24 '10.0.0.2 8 99 10.0.0.2'
  knows frr them 192.168.9.0/24 '10.0.0.1 6 77 10.0.0.1'
  run sent us '10.0.0.1, 10.1.0.1' ip.dst rip.version
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
  kernel_is_rib us
}

# ---------------------------------------------------------------- authentication

counts_bad_auth() {
  vethlab exec us ripd show counts --json | tee counts.now
  (($(json 'd["dropped"]["bad-auth"]' <counts.now) > 0))
}

# bird_signed AUTH FIELD...: both learn, and each packet of ours is signed as the FIELDs say
bird_signed() {
  local expected=$1
  shift
  needs tshark
  knows ours us 10.2.0.0/24 '10.0.0.2 2 0 10.0.0.2'
  knows bird them 10.1.0.0/24 '10.0.0.1 2 0'
  vethlab stop us/ripd
  loses bird them 10.1.0.0/24
  run sent us '10.0.0.1, 10.1.0.1' rip.auth.type "$@"
  assert_success
  assert_output "$expected"
}

@test "RFC 2453 4.1: ripd and BIRD with one password" {
  bird_pair "--auth plain:open-sesame $ANNOUNCED" 'authentication plaintext; password "open-sesame";'
  bird_signed '2 open-sesame' rip.auth.passwd
}

FRR_KEYS='key chain keys
 key 5
  key-string open-sesame
'

#      10.0.0.1 ------ 10.0.0.2      a password
#   us 10.0.3.1 ------ 10.0.3.2 them MD5, its length 16
#      10.0.4.1 ------ 10.0.4.2      MD5, its length 20
#      10.0.5.1 ------ 10.0.5.2      MD5, but not with one key
@test "RFC 2453 4.1, RFC 4822: ripd and FRR with a password, with MD5 as in the RFC and as old ripds had it" {
  needs zebra vtysh tshark
  cat >them.conf <<C
$FRR_KEYS
interface eth0
 ip rip authentication mode text
 ip rip authentication string open-sesame
interface eth1
 ip rip authentication mode md5 auth-length rfc
 ip rip authentication key-chain keys
interface eth2
 ip rip authentication mode md5 auth-length old-ripd
 ip rip authentication key-chain keys
interface eth3
 ip rip authentication mode md5 auth-length rfc
 ip rip authentication key-chain keys
router rip
 network eth0
 network eth1
 network eth2
 network eth3
 timers basic 5 180 120
 allow-ecmp
 redistribute kernel
C
  lab_of <<L
nodes:
$(ours us '--config ripd.yml' them)
    files:
      ripd.yml: |
        paths: 4
        announce: [10.9.0.0/16]
        interfaces:
          eth0: {auth: [{type: plain, key: open-sesame}]}
          eth1: {auth: [{type: md5, id: 5, key: open-sesame}]}
          eth2: {auth: [{type: md5, id: 5, key: open-sesame}]}
          eth3: {auth: [{type: md5, id: 5, key: open-barley}]}
$(frr them)
links:
  - [us:eth0, them:eth0, 10.0.0.0/24]
  - [us:eth1, them:eth1, 10.0.3.0/24]
  - [us:eth2, them:eth2, 10.0.4.0/24]
  - [us:eth3, them:eth3, 10.0.5.0/24]
L
  lab_up ./lab.yml
  # FRR does not answer a request that is signed, but tells what is new
  vethlab exec them ip route add 10.6.0.0/24 dev lo
  knows ours us 10.6.0.0/24 '10.0.0.2 10.0.3.2 10.0.4.2 2 0 10.0.0.2'
  knows frr them 10.9.0.0/16 $'10.0.0.1 2 0 10.0.0.1\n10.0.3.1 2 0 10.0.3.1\n10.0.4.1 2 0 10.0.4.1'
  wait_until "ripd counts packets with a bad signature" counts_bad_auth
  kernel_is_rib us
  vethlab stop us/ripd
  loses frr them 10.9.0.0/16
  run sent us '10.0.0.1, 10.0.3.1, 10.0.4.1' ip.src rip.auth.type rip.auth.passwd rip.key_id rip.auth_data_len
  assert_success
  assert_output $'10.0.0.1 2 open-sesame  \n10.0.3.1 3  5 16\n10.0.4.1 3  5 16'
}

bird_keys() {
  echo "authentication cryptographic; password \"$2\" { id 5; algorithm $1; };"
}

@test "RFC 4822: ripd and BIRD with MD5" {
  bird_pair "--auth md5:5:open-sesame $ANNOUNCED" "$(bird_keys 'keyed md5' open-sesame)"
  bird_signed '3 5 16' rip.key_id rip.auth_data_len
}

# tshark 4.0 knows a trailer of MD5 alone
@test "RFC 4822: ripd and BIRD with HMAC-SHA-256" {
  KNOWN='Expert Info \(Warning/Protocol\): Unknown address family 65535'
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

@test "RFC 4822: ripd and BIRD with two keys learn nothing from each other, and ripd counts why" {
  bird_pair "--auth sha256:5:open-barley $ANNOUNCED" "$(bird_keys 'hmac sha256' open-sesame)"
  wait_until "ripd counts packets with a bad signature" counts_bad_auth
  run vethlab exec us ip route show proto rip
  assert_output ''
  run in_bird them 10.1.0.0/24
  assert_output ''
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
$(ours west 'eth0 eth1' bird)
    interfaces: {eth0: {lan: near, ip: 10.1.0.1}, eth1: {ip: 10.0.1.1}}
$(frr frr 'west, east')
    interfaces: {eth0: {ip: 10.0.1.2}, eth1: {ip: 10.0.2.1}}
$(bird bird)
    interfaces: {eth0: {ip: 10.0.2.2}, eth1: {ip: 10.0.3.1}}
$(ours east 'eth0 eth1' bird)
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
  run sent west '10.1.0.1, 10.0.1.1' rip.version
  assert_output 2
  run sent east '10.0.3.2, 10.2.0.1' rip.version
  assert_output 2
}
