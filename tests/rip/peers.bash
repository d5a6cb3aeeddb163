# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Routers of three kinds, ours, FRR and BIRD, as nodes of labs, and what each of them says it knows.
#
# All update every second (FRR: five) and time out after three minutes, so that what goes sooner has
# been withdrawn. A router of ours starts when the others listen, and asks them for all they have.

# shellcheck disable=SC2034 # for the tests

# FRR joins RIP's group a second after its start, and hears nobody before.
HEARS='{command: grep -q 090000E0 /proc/net/igmp}'

# needs PROGRAM...: skips the test where one is not installed
needs() {
  local program
  for program in "$@"; do
    PATH=$PATH:/usr/sbin:/usr/lib/frr type -P "$program" >/dev/null || skip "$program is not installed"
  done
}

# ---------------------------------------------------------------- nodes, as lines of a lab file

# ours NAME OPTIONS [AFTER]: every packet of RIP that it sees is in rip.pcap
ours() {
  cat <<N
  $1:
    forward: yes
    run:
      tcpdump: {command: tcpdump --immediate-mode -U -Z root -ni any -w rip.pcap udp port 520, ready: {command: test -s rip.pcap}}
      ripd: {command: "ripd --update 1s $2", ready: notify, after: [tcpdump${3:+, $3}]}
N
}

# frr NAME [AFTER]: with NAME.conf, which is about `router rip`
frr() {
  cat <<N
  $1:
    forward: yes
    files:
      frr.sh: {from: $TESTS/rip/frr.sh, mode: 0755}
      zebra.conf: "log stdout\n"
      ripd.conf: {from: $1.conf}
    run:
      zebra: {command: unshare -m ./frr.sh zebra, ready: {command: test -S zserv}${2:+, after: [$2]}}
      ripd: {command: unshare -m ./frr.sh ripd, ready: $HEARS, after: zebra}
N
}

# bird NAME: with NAME.conf, which is about interfaces
bird() {
  cat >"$1.bird" <<F
log stderr all;
router id 10.0.0.2;
protocol device { scan time 1; }
protocol direct { ipv4; check link yes; }
protocol kernel { ipv4 { export where source = RTS_RIP; }; }
protocol rip {
  ipv4 { import all; export all; };
  interface "*" { update time 1; timeout time 180; garbage time 120; $(cat "$1.conf") };
}
F
  cat <<N
  $1:
    forward: yes
    files: {bird.conf: {from: $1.bird}}
    run: {bird: {command: bird -f -c bird.conf -s bird.ctl -P bird.pid, ready: $HEARS}}
N
}

# pair THEIRS OPTIONS: one of ours and one of theirs, `frr` or `bird`, with them.conf
#
#   === 10.1.0.1 us 10.0.0.1 --- 10.0.0.2 them 10.2.0.1 ===
pair() {
  lab_of <<L
lans: {near: 10.1.0.0/24, far: 10.2.0.0/24}
nodes:
$(ours us "$2" them)
    interfaces: {eth0: {ip: 10.0.0.1}, eth1: {lan: near, ip: 10.1.0.1}}
$("$1" them)
    interfaces: {eth0: {ip: 10.0.0.2}, eth1: {lan: far, ip: 10.2.0.1}}
    routes: {10.7.0.0/24: {via: 10.2.0.9}}
  beyond: {lan: far, ip: 10.2.0.9, forward: yes}
links:
  - [us:eth0, them:eth0, 10.0.0.0/24]
L
  lab_up ./lab.yml
}

# ---------------------------------------------------------------- what they know

# in_ours NODE PREFIX: "NEXT-HOP METRIC TAG FROM", of what it has learned and the kernel has
in_ours() {
  vethlab exec "$1" ripd show routes --json | json "'\n'.join(
    f\"{' '.join(r['next_hops'])} {r['metric']} {r['tag']} {r['from']}\" for r in d['routes']
    if r['prefix'] == '$2' and r['state'] == 'learned' and r['in_kernel'])"
}

# in_frr NODE PREFIX: the same of FRR
in_frr() {
  vethlab exec -d "$1" vtysh --vty_socket . -d ripd -c 'show ip rip' 2>/dev/null |
    awk -v p="$2" '$1 ~ /^R/ && $2 == p && $4 < 16 { print $3, $4, $6, $5 }'
}

# in_bird NODE PREFIX: the same of BIRD, without from
in_bird() {
  vethlab exec -d "$1" birdc -s bird.ctl "show route for $2 protocol rip1 all" |
    awk '/\tvia/ { via = $2 } /RIP.metric/ { m = $2 } /RIP.tag/ { print via, m, ("0x" $2) + 0 }' ORS=' ' | sed 's/ $//'
}

# knows KIND NODE PREFIX WORDS: sooner or later, that of in_KIND, and it is in the kernel
knows() {
  wait_until "$2 ($1) has $3 as '$4'" is_known "$@"
  vethlab wait -q "$2" route "$3" via "${4%% *}"
}

is_known() {
  local now
  now=$("in_$1" "$2" "$3")
  echo "'$now'"
  [[ $now == "$4" ]]
}

# loses KIND NODE PREFIX: soon, and long before it would have timed out
loses() {
  vethlab wait -q -t 7s "$2" no route "$3"
  wait_until "$2 ($1) has no $3" is_known "$1" "$2" "$3" ''
}

# kernel_is_rib NODE: what our ripd has learned, and what the kernel has of RIP, is the same
kernel_is_rib() {
  wait_until "the kernel of $1 has what ripd has" same_routes "$1"
}

same_routes() {
  vethlab exec "$1" ripd show routes --json | json "'\n'.join(sorted(
    f\"{r['prefix']} {' '.join(sorted(r['next_hops']))}\" for r in d['routes'] if r['state'] == 'learned'))" >rib
  vethlab exec "$1" ip -j -4 route show proto rip | json "'\n'.join(sorted(
    r['dst'] + ('' if '/' in r['dst'] else '/32') + ' ' +
    ' '.join(sorted(h['gateway'] for h in r.get('nexthops', [r]))) for r in d))" >fib
  diff rib fib
}

# ---------------------------------------------------------------- what was sent

# sent NODE "ADDRESS, ADDRESS" FIELD...: these fields of the packets from there, each combination once;
# fails if tshark complains about one, but for $KNOWN
sent() {
  local capture=$VETHLAB_STATE_DIR/$LAB/nodes/$1/rip.pcap us=$2
  shift 2
  tshark -n -r "$capture" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -Y "ip.src in {$us}" \
    -T fields -E separator='|' -e _ws.expert -e ip.checksum.status -e udp.checksum.status "${@/#/-e}" \
    2>tshark.err >sent
  [[ -s sent ]] || fail "nothing of ours in $capture: $(cat tshark.err)"
  if grep -vE "^($KNOWN)?\|1\|1\|" sent; then fail "tshark complains, see above"; fi
  cut -d '|' -f 4- sent | tr '|' ' ' | sort -u
}
KNOWN=
