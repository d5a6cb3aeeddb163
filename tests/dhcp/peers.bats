#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Our server with the clients of others, our client with their servers, our relay between them, and
# theirs between ours. Each test is a lab of its own; peers.bash has its picture.

# shellcheck disable=SC2034,SC2153 # variables of peers.bash

load ../lab/helpers
load peers

# ---------------------------------------------------------------- our server, their clients

OFTEN='lease: 20s
renew: 1s
rebind: 2s'

@test "dhclient obtains an address of dhcp-server, renews and releases it" {
  needs dhclient
  one_lan "$OUR_SERVER" "$DHCLIENT"
  gets_an_address
  lease_is bound "$ADDRESS"
  logs server 'ACK 10\.0\.1\.10[0-9] for 4 s' 2
  logs client "DHCPREQUEST for $ADDRESS on eth0 to 10\.0\.1\.1 port 67"
  vethlab stop client
  vethlab exec client env -C "$VETHLAB_STATE_DIR/$LAB/nodes/client" \
    timeout -s KILL 10 dhclient -4 -r -cf dhclient.conf -lf leases -pf pid -sf ./hook eth0
  logs server "RELEASE $ADDRESS"
  lease_is released "$ADDRESS"
}

@test "dhclient rebinds with dhcp-server when unicast does not reach it" {
  needs dhclient
  TIMES=$OFTEN
  one_lan "$OUR_SERVER" "$DHCLIENT"
  gets_an_address
  lost_server
  before=$(log_counts server 'REQUEST, ACK')
  logs client "DHCPREQUEST for $ADDRESS on eth0 to 255\.255\.255\.255" 2
  logs server 'REQUEST, ACK' $((before + 1))
  has_address
}

@test "dhclient comes back, and dhcp-server gives it the same address again" {
  needs dhclient
  one_lan "$OUR_SERVER" "$DHCLIENT"
  gets_an_address
  first=$ADDRESS
  reboots
  gets_an_address
  assert_equal "$ADDRESS" "$first"
  wait_until "it reboots" grep -qs "REBOOT $first" "$VETHLAB_STATE_DIR/$LAB/nodes/client/calls"
}

@test "udhcpc obtains an address of dhcp-server, renews and releases it" {
  needs udhcpc
  one_lan "$OUR_SERVER" "$UDHCPC"
  gets_an_address
  lease_is bound "$ADDRESS"
  # it takes each lease for at least 16 s, and is told to renew this one now
  vethlab kill client/client --signal USR1
  logs server 'ACK 10\.0\.1\.10[0-9] for 4 s' 2
  wait_until "it renews" grep -qs "renew $ADDRESS" "$VETHLAB_STATE_DIR/$LAB/nodes/client/calls"
  vethlab stop client
  logs server "RELEASE $ADDRESS"
  lease_is released "$ADDRESS"
}

@test "udhcpc rebinds with dhcp-server when unicast does not reach it" {
  needs udhcpc
  one_lan "$OUR_SERVER" "$UDHCPC"
  gets_an_address
  lost_server
  vethlab kill client/client --signal USR1
  logs client 'broadcasting renew'
  logs server 'REQUEST, ACK' 2
  has_address
}

@test "udhcpc comes back, and dhcp-server gives it the same address again" {
  needs udhcpc
  one_lan "$OUR_SERVER" "udhcpc -f -i eth0 -s ./hook"
  gets_an_address
  first=$ADDRESS
  reboots
  gets_an_address
  assert_equal "$ADDRESS" "$first"
}

# It takes no lease shorter than 20 s, but the server says when to renew it.
dhcpcd_lab() {
  needs dhcpcd
  [[ -d /var/lib/dhcpcd ]] || skip "dhcpcd's folder is not there"
  TIMES=$OFTEN
  one_lan "$OUR_SERVER" "$DHCPCD"
}

@test "dhcpcd obtains an address of dhcp-server, renews and releases it" {
  dhcpcd_lab
  gets_an_address
  lease_is bound "$ADDRESS"
  logs server 'ACK 10\.0\.1\.10[0-9] for 20 s' 2
  logs client "REQUEST"
  vethlab kill client/client --signal ALRM
  logs server "RELEASE $ADDRESS"
  lease_is released "$ADDRESS"
}

@test "dhcpcd rebinds with dhcp-server when unicast does not reach it" {
  dhcpcd_lab
  gets_an_address
  lost_server
  logs client 'rebind'
  before=$(log_counts server 'REQUEST, ACK')
  logs server 'REQUEST, ACK' $((before + 1))
  has_address
}

@test "dhcpcd comes back, and dhcp-server gives it the same address again" {
  dhcpcd_lab
  gets_an_address
  first=$ADDRESS
  reboots
  gets_an_address
  assert_equal "$ADDRESS" "$first"
}

# ---------------------------------------------------------------- our client, their servers

@test "dhcp-client obtains an address of dnsmasq, renews and releases it" {
  needs dnsmasq
  one_lan "$DNSMASQ" "$OUR_CLIENT"
  gets_an_address
  logs server "DHCPACK\(eth0\) $ADDRESS"
  vethlab kill client/client --signal USR1
  logs server "DHCPACK\(eth0\) $ADDRESS" 2
  vethlab stop client
  logs server "DHCPRELEASE\(eth0\) $ADDRESS"
  has_no_address
}

@test "dhcp-client obtains an address of ISC dhcpd, renews and releases it" {
  needs dhcpd
  one_lan "$DHCPD" "$OUR_CLIENT"
  gets_an_address
  logs server "DHCPACK on $ADDRESS" 2
  vethlab stop client
  logs server "DHCPRELEASE of $ADDRESS .*\(found\)"
  has_no_address
}

@test "dhcp-client obtains an address of Kea, renews and releases it" {
  needs kea-dhcp4
  one_lan "$KEA" "$OUR_CLIENT"
  gets_an_address
  logs server "lease $ADDRESS has been allocated" 2
  vethlab stop client
  logs server "DHCP4_RELEASE .* $ADDRESS was released properly"
  has_no_address
}

@test "dhcp-client obtains an address of udhcpd, renews and releases it" {
  needs udhcpd
  one_lan "$UDHCPD" "$OUR_CLIENT"
  start dump vethlab exec server tcpdump -lnvi eth0 udp dst port 67
  wait_until "tcpdump listens" grep -q 'listening on' dump.err
  gets_an_address
  logs server "sending ACK to $ADDRESS" 2
  vethlab stop client
  wait_until "udhcpd's node gets the RELEASE" grep -q 'Release' dump.out
  has_no_address
}

@test "dhcp-client comes back to ISC dhcpd and Kea, and has the same address again" {
  needs dhcpd kea-dhcp4
  LEASE=60
  for server in "$DHCPD" "$KEA"; do
    one_lan "$server" "$OUR_CLIENT"
    gets_an_address
    first=$ADDRESS
    reboots
    gets_an_address
    assert_equal "$ADDRESS" "$first"
    # the first message of the second start is no DISCOVER
    assert_equal "$(vethlab logs client | grep -c ': DISCOVER')" 1
    vethlab down -q "$LAB"
  done
}

@test "twenty dhcp-clients get twenty addresses of dhcp-server" {
  server_files
  lab_of <<L
lans: {lan: 10.0.1.0/24}
nodes:
  server:
    interfaces: {eth0: {lan: lan, ip: 10.0.1.1}}
    files:
      dhcp.yml: |
        subnets: {10.0.1.0/24: {pool: 10.0.1.100-10.0.1.119, lease: 1m}}
    run: $OUR_SERVER
  pc:
    count: 20
    interfaces: {eth0: {lan: lan, ip: dhcp}}
    run: {client: {command: "$OUR_CLIENT", ready: notify, after: server}}
L
  lab_up ./lab.yml
  for pc in pc{1..20}; do
    vethlab exec "$pc" ip -4 -o address show dev eth0
  done | awk '{ print $4 }' | sort -u >addresses
  assert_equal "$(wc -l <addresses)" 20
}

# ---------------------------------------------------------------- relays

OUR_RELAY="dhcp-relay --agent --server 10.0.2.2 eth0"

@test "dhcp-relay between dhclient and dhcp-server: obtains, renews, releases" {
  needs dhclient
  two_lans "$OUR_SERVER" "$OUR_RELAY" "$DHCLIENT"
  gets_an_address
  logs server "ACK $ADDRESS" 2
  vethlab stop client
  vethlab exec client ip route replace 10.0.2.0/24 via 10.0.1.1
  vethlab exec client env -C "$VETHLAB_STATE_DIR/$LAB/nodes/client" \
    timeout -s KILL 10 dhclient -4 -r -cf dhclient.conf -lf leases -pf pid -sf ./hook eth0
  logs server "RELEASE $ADDRESS"
}

# relayed SERVER ACK RELEASE: our client, through our relay
relayed() {
  two_lans "$1" "$OUR_RELAY" "$OUR_CLIENT"
  gets_an_address
  logs server "$2$ADDRESS"
  vethlab kill client/client --signal USR1
  logs server "$2$ADDRESS" 2
  vethlab stop client
  logs server "$3$ADDRESS"
  has_no_address
}

@test "dhcp-relay between dhcp-client and dhcp-server" {
  relayed "$OUR_SERVER" 'ACK ' 'RELEASE '
}

@test "dhcp-relay between dhcp-client and ISC dhcpd" {
  needs dhcpd
  relayed "$DHCPD" 'DHCPACK on ' 'DHCPRELEASE of '
}

@test "dhcp-relay between dhcp-client and dnsmasq" {
  needs dnsmasq
  relayed "$DNSMASQ" 'DHCPACK\(eth0\) ' 'DHCPRELEASE\(eth0\) '
}

@test "dhcp-relay between dhcp-client and Kea" {
  needs kea-dhcp4
  relayed "$KEA" 'DHCP4_LEASE_ALLOC .*lease ' 'DHCP4_RELEASE .* '
}

@test "dhcrelay, with option 82, between dhcp-client and dhcp-server" {
  needs dhcrelay
  two_lans "$OUR_SERVER" "dhcrelay -4 -d -a -id eth0 -iu eth1 -pf pid 10.0.2.2" "$OUR_CLIENT"
  gets_an_address
  logs server "ACK $ADDRESS" 2
  vethlab stop client
  logs server "RELEASE $ADDRESS"
  # the server has remembered what dhcrelay has added
  run sqlite3 -readonly "$VETHLAB_STATE_DIR/$LAB/nodes/server/leases.db" 'select * from lease'
  assert_output --regexp '010465746830' # circuit id, 4 octets, eth0
  has_no_address
}

# ---------------------------------------------------------------- what tshark says

# Its preferences: checksums are verified, which it does not do by itself.
expert() {
  tshark -n -r "$1" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -Y "$2" \
    -T fields -e frame.number -e dhcp.option.dhcp -e _ws.expert.message 2>tshark.err
}

# captured TYPES: the messages of these types are all in the captures, and tshark has no complaint
captured() {
  local file
  for file in near.pcap far.pcap; do
    [[ -s $file ]] || continue
    run expert "$file" 'dhcp && _ws.expert'
    assert_success
    assert_output ''
    run expert "$file" 'dhcp && (_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0)'
    assert_output ''
  done
  # shellcheck disable=SC2086
  run seen near.pcap $1
  assert_output "$1"
}

seen() { # FILE TYPES...: those of them that it has
  local file=$1 type found=()
  shift
  for type; do
    if [[ $(tshark -n -r "$file" -Y "dhcp.option.dhcp == $type" 2>/dev/null) ]]; then found+=("$type"); fi
  done
  echo "${found[*]}"
}

capture() { # NODE INTERFACE FILE
  start "$3" vethlab exec "$1" tcpdump -U -Z root -ni "$2" -w "$PWD/$3" port 67 or port 68 or arp
  wait_until "tcpdump listens" grep -q 'listening on' "$3.err"
}

# has TYPE COUNT: near.pcap has so many messages of this type
has() {
  (($(tshark -n -r near.pcap -Y "dhcp.option.dhcp == $1" 2>/dev/null | wc -l) >= $2))
}

@test "tshark has no complaint about dhcp-client, dhcp-relay and dhcp-server" {
  needs tshark tcpdump
  two_lans "$OUR_SERVER" "$OUR_RELAY" "sleep 1000"
  capture relay eth0 near.pcap
  capture relay eth1 far.pcap
  folder=$VETHLAB_STATE_DIR/$LAB/nodes/client
  client() { vethlab exec client timeout -s KILL 20 dhcp-client -l "$folder/l" "$@" eth0; }
  # DISCOVER, OFFER, REQUEST, ACK; the renewal; RELEASE
  start client vethlab exec client dhcp-client -l "$folder/l" -i camera-3 eth0
  wait_until "a renewal" has 5 2
  kill "${STARTED[-1]}"
  wait_until "RELEASE" has 7 1
  # a conflict: DECLINE
  for address in 10.0.1.10{0..9}; do
    vethlab exec relay ip address replace "$address/32" dev eth0
  done
  run client --timeout 2s
  wait_until "DECLINE" has 4 1
  for address in 10.0.1.10{0..9}; do
    vethlab exec relay ip address del "$address/32" dev eth0
  done
  # another network's address: NAK
  run client --once -H ''
  assert_success
  sed -i "s/10\.0\.1\.1[0-9][0-9]/10.9.9.9/g" "$folder/l"
  run client --once
  assert_success
  wait_until "NAK" has 6 1
  captured "1 2 3 4 5 6 7"
}
