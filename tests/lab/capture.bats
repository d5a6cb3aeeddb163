#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A capture of a lab: its interfaces, and which frames are seen where.
#
#   pc1 ----- office ----- router ----- campus ----- pc2
#   .1         10.0.1.0/24   |   10.0.2.0/24          .2
#                            +------ pc3   a cable, 10.0.3.0/24

load helpers
load facts
load capture

# ---- interfaces

@test "an interface for each end of a cable at a node: name, description, MAC, addresses, nanoseconds" {
  office_and_campus
  begin all
  finish all
  run names all.pcapng
  assert_output 'pc1:eth0,router:eth0,router:eth1,router:eth2,pc2:eth0,pc3:eth0'
  run block all.pcapng pcapng.options.option.data.interface.description
  assert_output --partial office
  assert_output --partial campus
  run block all.pcapng pcapng.options.option.data.mac
  assert_output "$(for i in pc1:eth0 router:eth0 router:eth1 router:eth2 pc2:eth0 pc3:eth0; do
    vethlab exec "${i%:*}" cat "/sys/class/net/${i#*:}/address"
  done | paste -sd ,)"
  run block all.pcapng pcapng.options.option.data.ipv4
  assert_output '10.0.1.1,10.0.1.254,10.0.2.254,10.0.3.254,10.0.2.2,10.0.3.3'
  run block all.pcapng pcapng.options.option.data.ipv4_mask
  assert_output '255.255.255.0,255.255.255.0,255.255.255.0,255.255.255.0,255.255.255.0,255.255.255.0'
  run block all.pcapng pcapng.options.option.data.ipv6
  assert_output --partial 'fd00:1::1'
  assert_output --partial 'fd00:1::fe'
  run block all.pcapng pcapng.options.option.data.interface.timestamp_resolution
  assert_output '0x09,0x09,0x09,0x09,0x09,0x09'
  run block all.pcapng pcapng.interface_description.link_type
  assert_output '1,1,1,1,1,1'
  run capinfos all.pcapng
  assert_output --regexp 'Capture application: +vethlab'
  assert_output --partial "$LAB"
}

@test "the statistics of each interface stand at the end: what came, what was dropped" {
  office_and_campus
  begin all icmp
  ping_once pc1 10.0.3.3
  finish all
  run block all.pcapng pcapng.options.option.data.interface.received
  assert_output '2,2,0,1,0,1'
  run block all.pcapng pcapng.options.option.data.interface.dropped
  assert_output '0,0,0,0,0,0'
  # 5: Interface Statistics Block
  run block all.pcapng pcapng.block.type.value
  assert_output --regexp '(,0x00000005){6}$'
}

# ---- where a frame is seen

@test "a ping over a router is on each wire once, where it arrives" {
  office_and_campus
  begin all
  ping_once pc1 10.0.2.2
  ping_once pc1 10.0.3.3
  finish all
  run where all.pcapng 'icmp && ip.addr == 10.0.2.2' icmp.type ip.ttl
  assert_output 'pc1:eth0 out 8 64
router:eth0 in 8 64
router:eth1 out 8 63
pc2:eth0 in 8 63
pc2:eth0 out 0 64
router:eth1 in 0 64
router:eth0 out 0 63
pc1:eth0 in 0 63'
  # a cable is one wire, that of a LAN two, with the switch between them
  run where all.pcapng 'icmp && ip.addr == 10.0.3.3' icmp.type ip.ttl
  assert_output 'pc1:eth0 out 8 64
router:eth0 in 8 64
pc3:eth0 in 8 63
router:eth2 in 0 64
router:eth0 out 0 63
pc1:eth0 in 0 63'
}

@test "--both: what is sent and what arrives, at both ends of each wire" {
  office_and_campus
  begin all --both icmp
  ping_once pc1 10.0.3.3
  finish all
  run names all.pcapng
  for i in pc1:eth0 router:eth0 router:eth1 router:eth2 pc2:eth0 pc3:eth0 office:pc1 office:router campus:router campus:pc2; do
    [[ ,$output, == *,$i,* ]] || fail "no $i in $output"
  done
  run where all.pcapng icmp icmp.type
  assert_output 'pc1:eth0 out 8
office:pc1 in 8
office:router out 8
router:eth0 in 8
router:eth2 out 8
pc3:eth0 in 8
pc3:eth0 out 0
router:eth2 in 0
router:eth0 out 0
office:router in 0
office:pc1 out 0
pc1:eth0 in 0'
}

@test "--both: a frame that is lost on the wire is at one end only" {
  # the far end of a cable takes nothing that is longer than its MTU
  lab_of <<'L'
nodes:
  a: {interfaces: {eth0: {ip: 10.0.0.1, mtu: 1500}}}
  b: {interfaces: {eth0: {ip: 10.0.0.2, mtu: 1300}}}
links: [{ends: [a:eth0, b:eth0], subnet: 10.0.0.0/24}]
L
  lab_up ./lab.yml
  begin both --both icmp or ether proto 0x88b5
  begin once icmp or ether proto 0x88b5
  sends a eth0 "$(frame 88b5 1400)" 3
  ping_once a 10.0.0.2 -s 100
  finish both
  finish once
  run where both.pcapng eth.type==0x88b5
  assert_output 'a:eth0 out
a:eth0 out
a:eth0 out'
  run where both.pcapng icmp
  assert_output 'a:eth0 out
b:eth0 in
b:eth0 out
a:eth0 in'
  run where once.pcapng eth
  assert_output 'b:eth0 in
a:eth0 in'
}

@test "a link that is cut: nothing crosses it, and it is told between the frames" {
  office_and_campus
  begin all --both
  ping_once pc1 10.0.1.254
  vethlab link pc1:eth0 down
  misses router 10.0.1.1
  vethlab link pc1:eth0 up
  ping_once pc1 10.0.1.254
  finish all
  # requests of pc1, and what is told of the link
  run shows all.pcapng 'icmp.type == 8 && frame.interface_name == "office:pc1" || systemd_journal.message contains "link "' \
    icmp.type systemd_journal.message
  assert_output '8 -
- pc1: link pc1:eth0 down
- pc1: link pc1:eth0 up
8 -'
  has_frames all.pcapng 'icmp.type == 8 && ip.src == 10.0.1.254 && frame.interface_name == "pc1:eth0"' 0
}

@test "a hub: all others see a frame; a switch: only the one that it is for" {
  lab_of <<'L'
lans:
  hub: {subnet: 10.0.1.0/24, kind: hub}
  switch: {subnet: 10.0.2.0/24}
nodes:
  ann: &host {interfaces: {eth0: hub, eth1: switch}}
  bob: *host
  eve: *host
L
  lab_up ./lab.yml
  begin all icmp
  ping_once ann 10.0.1.2
  ping_once ann 10.0.2.2
  finish all
  run where all.pcapng 'ip.dst == 10.0.1.2'
  assert_line --index 0 'ann:eth0 out'
  assert_line 'bob:eth0 in'
  assert_line 'eve:eth0 in'
  assert_equal "${#lines[@]}" 3
  run where all.pcapng 'ip.dst == 10.0.2.2'
  assert_output 'ann:eth1 out
bob:eth1 in'
}

@test "what a sender sends around its own packet sockets is seen" {
  office_and_campus
  begin all ether proto 0x88b5
  sends pc1 eth0 "$(frame 88b5)" 3 bypass
  sends router eth2 "$(frame 88b5)" 2 bypass
  finish all
  assert_equal "$(where all.pcapng eth | sort | uniq -c | sed 's/^ *//')" '3 pc1:eth0 out
2 pc3:eth0 in
3 router:eth0 in'
}

@test "a frame with a VLAN tag keeps it, and one with two both" {
  office_and_campus
  begin all
  sends pc1 eth0 "$(frame 8100a06488b5)"         # priority 5, VLAN 100
  sends pc1 eth0 "$(frame 810000c8810001f488b5)" # 200, and 500 in it
  sends pc1 eth0 "$(frame 88a800078100000888b5)" # 802.1ad
  sends pc1 eth0 "$(frame 8100200088b5)"         # a priority without a VLAN
  sends router eth2 "$(frame 8100006488b5)" 1 bypass
  finish all
  local at
  for at in 'pc1:eth0 out' 'router:eth0 in'; do
    run where all.pcapng "vlan && frame.interface_name == \"${at% *}\"" eth.type vlan.id vlan.priority frame.len
    assert_output "$at 0x8100 100 5 60
$at 0x8100 200 0 60
$at 0x88a8 8 0 60
$at 0x8100 0 1 60"
  done
  run where all.pcapng vlan.id==500
  assert_output 'pc1:eth0 out
router:eth0 in'
  run where all.pcapng 'vlan && frame.interface_name == "pc3:eth0"' vlan.id
  assert_output 'pc3:eth0 in 100'
}

@test "a frame of the largest MTU is whole" {
  lab_of <<'L'
lans: {lan: {subnet: 10.0.0.0/24, mtu: 65535}}
nodes: {a: {lan: lan}, b: {lan: lan}}
L
  lab_up ./lab.yml
  begin all icmp
  ping_once a 10.0.0.2 -s 65000
  finish all
  run shows all.pcapng 'icmp' frame.len frame.cap_len
  assert_output '65042 65042
65042 65042
65042 65042
65042 65042'
}

# ---- many

@test "300 nodes in one capture" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/16}
nodes:
  pc: {lan: lan, count: 300}
L
  lab_up ./lab.yml
  begin all icmp
  assert_equal "$(cat all.err)" "vethlab: capturing 300 interfaces of lab $LAB"
  vethlab exec pc1 ping -q -c 1 -W 5 pc300
  ping_once pc150 pc151
  finish all
  has_frames all.pcapng icmp 8
  run capinfos -m all.pcapng
  assert_output --regexp 'Number of interfaces in file: 300'
}

# ---- beside other things

@test "two captures at once see the same" {
  office_and_campus
  begin one
  begin two
  ping_once pc1 10.0.2.2
  finish one
  ping_once pc1 10.0.2.2
  finish two
  has_frames one.pcapng icmp 8
  has_frames two.pcapng icmp 16
}

@test "a capture of partition, heal and restart goes on; a node's new process is told" {
  office_and_campus
  begin all icmp
  vethlab partition pc1 / router
  misses pc1 10.0.1.254
  vethlab heal
  run reaches pc1 10.0.1.254
  assert_success
  finish all
  # what crossed the wire to the switch is seen, behind it nothing
  run where all.pcapng 'icmp.type == 8 && icmp.seq == 1'
  assert_line --index 0 'pc1:eth0 out'
  run shows all.pcapng 'icmp.type == 0' frame.interface_name
  assert_line 'pc1:eth0'
  run shows all.pcapng systemd_journal systemd_journal.message
  assert_output --partial partition
}
