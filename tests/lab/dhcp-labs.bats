#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The labs about DHCP and BOOTP, played: what each says on top is asserted.

load helpers

# leases NODE: the server's table, without the time that is left
leases() {
  vethlab exec -d "$1" dhcp-server --leases --json | json '"\n".join(
    "%s %s %s" % (l["address"], l["state"], l["name"]) for l in d["leases"])'
}

# leases_are NODE LINE...
leases_are() {
  local node=$1
  shift
  wait_until "the leases of $node are: $*" has_leases "$node" "$@"
}

has_leases() {
  local node=$1
  shift
  diff <(printf '%s\n' "$@") <(leases "$node")
}

has_leases_in_any_order() {
  local node=$1
  shift
  diff <(printf '%s\n' "$@") <(leases "$node" | sed -E 's/[0-9]+$/N/')
}

#  dhcp -- printer, pc1, pc2, pc3   a pool of two
@test "dhcp: two PCs have the pool's addresses, the printer its own, the third PC none" {
  lab_up dhcp.yml
  leases_are dhcp '10.0.1.7 bound printer' '10.0.1.100 bound pc1' '10.0.1.101 bound pc2'
  run vethlab exec pc1 ip -4 -o addr show dev eth0
  assert_output --regexp '10\.0\.1\.100/24 brd 10\.0\.1\.255 .*dynamic'
  run vethlab exec pc1 ip route show default
  assert_output --partial 'default via 10.0.1.1 dev eth0 proto dhcp'
  run vethlab exec pc1 cat /etc/resolv.conf
  assert_output "search lab.example
nameserver 10.0.1.1"
  wait_until "the log says that there is no address for pc3" in_log_of dhcp 'no address is left'
  run vethlab exec pc3 ip -4 -o addr show dev eth0
  assert_output ""
  run vethlab exec -d dhcp sqlite3 leases.db 'select address, state, name from lease order by address'
  assert_line '10.0.1.100|bound|pc1'
  run vethlab wait pc1 ping printer --timeout "${PATIENCE}s" # found by its name, though not planned
  assert_success
  run vethlab wait pc1 ping pc3
  assert_failure 3
}

@test "dhcp-server --leases and --stats as JSON are what their schemas say" {
  lab_up dhcp.yml
  for what in leases stats; do
    vethlab exec -d dhcp dhcp-server "--$what" --json >"$what.json"
  done
  run /usr/bin/python3 -c '
import json, jsonschema, sys
for what, schema in ("leases", "leases"), ("stats", "counts"):
    with open(what + ".json") as data, open(sys.argv[1] + "/dhcp-" + schema + ".json") as text:
        jsonschema.validate(json.load(data), json.load(text))
' "$LABS/../schema"
  assert_success
}

in_log_of() {
  vethlab logs "$1" | grep -F -- "$2"
}

@test "dhcp: an address that is released goes to who waits for one" {
  lab_up dhcp.yml
  run vethlab stop pc3 # or it might ask between the two looks below
  assert_success
  run vethlab stop pc1
  assert_success
  leases_are dhcp '10.0.1.7 bound printer' '10.0.1.100 released pc1' '10.0.1.101 bound pc2'
  run vethlab exec pc1 ip -4 -o addr show dev eth0
  assert_output "" # it was taken back with the lease
  run vethlab start pc3
  assert_success
  run vethlab wait pc3 address 10.0.1.100 --timeout "${PATIENCE}s"
  assert_success
  leases_are dhcp '10.0.1.7 bound printer' '10.0.1.100 bound pc3' '10.0.1.101 bound pc2'
}

@test "dhcp: a lease is renewed at its half, and one whose client was killed runs out" {
  sed 's/lease: 20s/lease: 4s/' "$LABS/dhcp.yml" >short.yml
  lab_up ./short.yml
  run vethlab wait pc1 count 2 log 'ACK 10.0.1.100 from 10.0.1.1 for 4 s' --timeout "${PATIENCE}s"
  assert_success
  run vethlab stop pc3 # who asks in the very moment would find pc2's kernel still answering ARP
  assert_success
  run vethlab kill pc2
  assert_success
  # the kernel takes the address away at the lease's end, with nobody there to do it
  run vethlab wait pc2 no address 10.0.1.101 --timeout "${PATIENCE}s"
  assert_success
  leases_are dhcp '10.0.1.7 bound printer' '10.0.1.100 bound pc1' '10.0.1.101 expired pc2'
  run vethlab start pc3
  assert_success
  run vethlab wait pc3 address 10.0.1.101 --timeout "${PATIENCE}s"
  assert_success
}

#  office -- relay -- guests     the server behind the relay
@test "dhcp-relay: each network gets addresses of its own pool, and the server knows the circuit" {
  lab_up dhcp-relay.yml
  # which of the two is first is their own affair
  wait_until "each network has two addresses of its pool" has_leases_in_any_order dhcp \
    '10.0.1.100 bound pcN' '10.0.1.101 bound pcN' '10.0.2.50 bound guestN' '10.0.2.51 bound guestN'
  run vethlab exec pc1 ping -c 1 -W 5 10.0.9.2
  assert_success
  run vethlab exec -d dhcp sqlite3 leases.db "select relay from lease where name = 'guest1'"
  # circuit id "eth1", remote id the MAC of the relay's interface there
  mac=$(vethlab exec relay cat /sys/class/net/eth1/address)
  assert_output "0104657468310206${mac//:/}"
}

@test "dhcp-relay: without the relay a renewal arrives, and a DISCOVER does not" {
  sed "s/lease: 1m/lease: 4s/" "$LABS/dhcp-relay.yml" >short.yml
  lab_up ./short.yml
  run vethlab stop relay
  assert_success
  before=$(vethlab logs pc1 | grep -c ACK)
  run vethlab wait pc1 count $((before + 1)) log ACK --timeout "${PATIENCE}s"
  assert_success
  start again vethlab restart pc2 # does not get ready, until there is a relay again
  run vethlab wait pc2 count 2 log DISCOVER --timeout "${PATIENCE}s"
  assert_success
  run vethlab exec pc2 ip -4 -o addr show dev eth0
  assert_output ""
  run vethlab start relay
  assert_success
  run vethlab wait pc2 address --timeout "${PATIENCE}s" # 4 s at most to its next DISCOVER
  assert_success
}

#  alpha, beta, rogue -- pc1, pc2
@test "dhcp-two-servers: one offer is taken, the other server has its own back" {
  lab_up dhcp-two-servers.yml
  run bash -c 'vethlab exec -d alpha dhcp-server --leases --json; vethlab exec -d beta dhcp-server --leases --json'
  assert_success
  [[ $(grep -c '"state": "bound"' <<<"$output") == 2 ]] || fail "$output"
  wait_until "a server has counted a REQUEST that was for the other" counted_other
}

# counted_other: over both servers, each PC's REQUEST was for the other one of them
counted_other() {
  local server n=0
  for server in alpha beta; do
    n=$((n + $(vethlab exec -d "$server" dhcp-server --stats --json |
      json 'd["counts"]["dropped: for another server"]')))
  done
  echo "$n"
  ((n == 2))
}

@test "dhcp-two-servers: the rogue refuses an address that it does not know" {
  lab_up dhcp-two-servers.yml
  refused() {
    vethlab link pc1:eth0 down && vethlab link pc1:eth0 up &&
      vethlab wait pc1 count $((++rounds)) log 'carrier$' --timeout 5s &&
      vethlab logs pc1 | grep -F 'NAK from 10.0.1.66'
  }
  rounds=0
  wait_until "pc1 was refused by the rogue" refused
  run vethlab wait pc1 address --timeout "${PATIENCE}s" # from whomever, it has one again
  assert_success
}

#  boot -- terminal1, terminal2, pc
@test "bootp: an address for ever, a file to boot from, and DHCP beside it" {
  lab_up bootp.yml
  run vethlab exec -d boot dhcp-server --leases
  assert_line --regexp '^10\.0\.1\.11 +bound +mac 02:00:00:00:00:11 +terminal1 +for ever$'
  assert_line --regexp '^10\.0\.1\.10[01] +bound .* for ever$'
  assert_line --regexp '^10\.0\.1\.10[01] +bound .* pc +(5m 0s|4m [0-9]+s)$'
  run vethlab logs terminal1
  assert_line 'dhcp-client | dhcp-client: eth0: BOOTREQUEST'
  assert_line 'dhcp-client | dhcp-client: eth0: BOOTREPLY 10.0.1.11'
}

@test "bootp: siaddr and file are in the reply, and no option of DHCP" {
  lab_up bootp.yml
  start dump vethlab exec boot tcpdump -lnvvi eth0 -c 2 udp port 67
  wait_until "tcpdump listens" grep -q 'listening on' dump.err
  run vethlab restart terminal1
  wait_until "two messages" grep -q '2 packets captured' dump.err
  run cat dump.out
  assert_output --partial 'Server-IP 10.0.1.1'
  assert_output --partial 'file "terminal.img"'
  refute_output --partial 'DHCP-Message'
}
