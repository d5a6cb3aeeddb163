# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Clients, servers and relays of others, each with what it has to be told to run in a node: files in
# the node's folder, no user of its own, no fork, and a script that does what it says.

# shellcheck disable=SC2034,SC2016 # for the tests; a script in quotes

# Each client's script appends a line to `calls`: reason and address.
HOOK='#!/bin/sh
echo "${reason:-$1} ${new_ip_address:-${ip:-$old_ip_address}}" >>calls
case ${reason:-$1} in
PREINIT | deconfig) ip link set "$interface" up ;;
BOUND | RENEW | REBIND | REBOOT) ip address replace "$new_ip_address/24" dev "$interface" ;;
bound | renew) ip address replace "$ip/24" dev "$interface" ;;
*) ip -4 address flush dev "$interface" ;;
esac'

OUR_SERVER="dhcp-server -c dhcp.yml eth0"
OUR_CLIENT="dhcp-client eth0"

DNSMASQ="dnsmasq -d -C dnsmasq.conf"
DHCPD="dhcpd -4 -d -cf dhcpd.conf -lf leases -pf pid eth0"
UDHCPD="udhcpd -f udhcpd.conf"
KEA="kea-dhcp4 -c kea.json"

DHCLIENT="dhclient -4 -d -cf dhclient.conf -lf leases -pf pid -sf ./hook eth0"
UDHCPC="udhcpc -f -R -i eth0 -s ./hook"
# it keeps its files in two folders of the machine, which are the node's own here
DHCPCD="unshare --mount sh -c 'mkdir -p lib && mount --bind lib /var/lib/dhcpcd && mount -t tmpfs none /run && exec dhcpcd -4 -B -d -f \$PWD/dhcpcd.conf eth0'"

# needs PROGRAM...: skips the test where one is not installed
needs() {
  local program
  for program in "$@"; do
    PATH=$PATH:/usr/sbin type -P "$program" >/dev/null || skip "$program is not installed"
  done
}

# Leases are short where the programs let them be: of dnsmasq they have at least two minutes.
# $TIMES: those of our server, if not 4 s with renewal and rebinding at their default times; $LEASE: that
# of dhcpd and Kea
server_files() {
  local LEASE=${LEASE:-4}
  cat >dhcp.yml <<F
probe: 0
authoritative: yes
${TIMES:-lease: 4s}
subnets:
  10.0.1.0/24: {pool: 10.0.1.100-10.0.1.109, router: 10.0.1.1, dns: 10.0.1.1}
  10.0.2.0/24: {pool: 10.0.2.100-10.0.2.109}
F
  cat >dnsmasq.conf <<'F'
port=0
interface=eth0
bind-interfaces
no-ping
user=root
group=root
pid-file
dhcp-leasefile=leases
dhcp-authoritative
dhcp-range=10.0.1.100,10.0.1.109,255.255.255.0,120
no-resolv
no-hosts
F
  cat >dhcpd.conf <<F
authoritative;
ping-check false;
min-lease-time $LEASE; default-lease-time $LEASE; max-lease-time $LEASE;
subnet 10.0.1.0 netmask 255.255.255.0 { range 10.0.1.100 10.0.1.109; option routers 10.0.1.1; }
subnet 10.0.2.0 netmask 255.255.255.0 { }
F
  cat >udhcpd.conf <<'F'
start 10.0.1.100
end 10.0.1.109
max_leases 10
interface eth0
lease_file udhcpd.leases
pidfile pid
min_lease 4
option subnet 255.255.255.0
option router 10.0.1.1
option lease 4
F
  cat >kea.json <<F
{"Dhcp4": {"interfaces-config": {"interfaces": ["eth0"]},
  "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": $LEASE,
  "subnet4": [{"subnet": "10.0.1.0/24", "pools": [{"pool": "10.0.1.100-10.0.1.109"}],
               "option-data": [{"name": "routers", "data": "10.0.1.1"}]}],
  "loggers": [{"name": "kea-dhcp4", "output_options": [{"output": "stdout"}, {"output": "kea.log"}], "severity": "INFO"}]}}
F
}

client_files() {
  printf '%s\n' "$HOOK" >hook
  echo 'timeout 30; retry 1; reboot 2; initial-interval 1; backoff-cutoff 1; send host-name "pc";' >dhclient.conf
  printf 'noarp\nnodelay\nnoipv4ll\nreboot 2\n' >dhcpcd.conf
  : >leases
}

SERVER_NODE='    files:
      dhcp.yml: {from: dhcp.yml}
      dnsmasq.conf: {from: dnsmasq.conf}
      dhcpd.conf: {from: dhcpd.conf}
      udhcpd.conf: {from: udhcpd.conf}
      kea.json: {from: kea.json}
      leases: ""
      udhcpd.leases: ""
    env: {KEA_LOCKFILE_DIR: ., KEA_PIDFILE_DIR: .}'

CLIENT_NODE='    files:
      hook: {from: hook, mode: 0755}
      dhclient.conf: {from: dhclient.conf}
      dhcpcd.conf: {from: dhcpcd.conf}
      leases: {from: leases}'

# ready_when SERVER: Kea has its port some time before it listens to it
ready_when() {
  case $1 in
    kea*) echo "{command: grep -q DHCP4_STARTED kea.log}" ;;
    *) echo "{udp: 67}" ;;
  esac
}

# one_lan SERVER CLIENT: a server and a client on one switch
#
#   server 10.0.1.1 ===lan=== client
one_lan() {
  server_files
  client_files
  lab_of <<L
lans: {lan: 10.0.1.0/24}
nodes:
  server:
    interfaces: {eth0: {lan: lan, ip: 10.0.1.1}}
$SERVER_NODE
    run: {server: {command: "$1", ready: $(ready_when "$1")}}
  client:
    interfaces: {eth0: {lan: lan, ip: dhcp}}
$CLIENT_NODE
    run: {client: {command: "$2", after: server/server}}
L
  lab_up ./lab.yml
}

# two_lans SERVER RELAY CLIENT: a relay between them
#
#   client ===near=== 10.0.1.1 relay 10.0.2.1 ===far=== 10.0.2.2 server
two_lans() {
  server_files
  client_files
  lab_of <<L
lans: {near: 10.0.1.0/24, far: 10.0.2.0/24}
nodes:
  server:
    interfaces: {eth0: {lan: far, ip: 10.0.2.2}}
    routes: {10.0.1.0/24: 10.0.2.1}
$SERVER_NODE
    run: {server: {command: "$1", ready: $(ready_when "$1")}}
  relay:
    forward: yes
    interfaces: {eth0: {lan: near, ip: 10.0.1.1}, eth1: {lan: far, ip: 10.0.2.1}}
    run: {relay: {command: "$2", ready: {udp: 67}, after: server/server}}
  client:
    interfaces: {eth0: {lan: near, ip: dhcp}}
$CLIENT_NODE
    run: {client: {command: "$3", after: relay/relay}}
L
  lab_up ./lab.yml
}

# reboots: the client is killed, its address is taken off, and it starts again
reboots() {
  vethlab kill client
  wait_until "the client has ended" client_has_ended
  vethlab exec client ip -4 address flush dev eth0
  has_no_address
  vethlab start client
}

client_has_ended() { ! vethlab ps | awk '$1 == "client"' | grep -w ready; }

# ---------------------------------------------------------------- facts

address_now() {
  vethlab exec client ip -4 -o address show dev eth0 | awk '{ sub("/.*", "", $4); print $4 }'
}

has_address() { [[ $(address_now) == 10.0.1.10[0-9] ]]; }
has_no_address() { [[ -z $(address_now) ]]; }

# gets_an_address: $ADDRESS is what the client has
gets_an_address() {
  wait_until "the client has an address of the pool: $(vethlab logs client | tail -n 3)" has_address
  ADDRESS=$(address_now)
}

# log_counts NODE REGEX: how many lines of its log are like that
log_counts() { vethlab logs "$1" | grep -cE -- "$2"; }

# logs NODE REGEX [COUNT]: there are at least so many such lines
logs() {
  wait_until "${3:-1} lines of $1's log are like '$2'; it said: $(vethlab logs "$1" | tail -n 5)" \
    has_lines "$1" "$2" "${3:-1}"
}

has_lines() {
  local count
  count=$(log_counts "$1" "$2")
  echo "$count lines"
  ((count >= $3))
}

# lost_server: what the client sends to the server's hardware address reaches nobody from now on
lost_server() {
  vethlab exec client ip neigh replace 10.0.1.1 lladdr 02:00:00:00:00:99 nud permanent dev eth0
}

# lease_is STATE ADDRESS: what our server's database says
lease_is() {
  wait_until "$2 is $1: $(our_leases)" in_database "$1" "$2"
}

our_leases() { vethlab exec server sh -c "dhcp-server --leases -d $VETHLAB_STATE_DIR/$LAB/nodes/server/leases.db"; }
in_database() { our_leases | grep -E "^${2//./\\.} +$1( |$)"; }
