#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The labs about learned routes, played: what each says on top is asserted. Where a story is one of
# waiting, it is played with shorter times, which sed puts in.

load helpers

SCHEMA=$LABS/../schema

# holds NODE FACT...: soon
holds() {
  vethlab wait -q -t "${PATIENCE}s" "$@"
}

# quick LAB SED...: the lab with other times, as quick.yml
quick() {
  sed "${@:2}" "$LABS/$1" >quick.yml
  if cmp -s quick.yml "$LABS/$1"; then fail "nothing to replace in $1: ${*:2}"; fi
  lab_up ./quick.yml
}

# routes NODE PROTOCOL: what the kernel has of it, a "PREFIX NEXT-HOP" a line
routes() {
  vethlab exec "$1" ip -4 -j route show proto "$2" | json "'\n'.join(
    sorted(f\"{r['dst']} {r['gateway']}\" for r in d))"
}

# routes_are NODE PROTOCOL LINE...: none, if there is no line
routes_are() {
  wait_until "$1 has the routes of protocol $2: ${*:3}" has_routes "$@"
}

has_routes() {
  diff <(printf '%s\n' "${@:3}") <(routes "$1" "$2")
}

# rip_says NODE PREFIX: "STATE METRIC" of `ripd show routes`
rip_says() {
  vethlab exec "$1" ripd show routes --json | json "' '.join(
    f\"{r['state']} {r['metric']}\" for r in d['routes'] if r['prefix'] == '$2')"
}

has_rip() {
  diff <(echo "$3") <(rip_says "$1" "$2")
}

rip_is() {
  wait_until "ripd of $1 says of $2: $3" has_rip "$@"
}

# kernel_is_rib NODE: what ripd says that it has learned is what the kernel has of protocol rip
kernel_is_rib() {
  wait_until "the kernel of $1 has what its ripd has" same_routes "$1"
}

same_routes() {
  diff <(vethlab exec "$1" ripd show routes --json | json "'\n'.join(sorted(f\"{r['prefix']} {r['next_hops'][0]}\"
    for r in d['routes'] if r['state'] == 'learned'))" | sed 's,/32 , ,') <(routes "$1" rip)
}

# reaches NODE ADDRESS, and reaches_not
reaches() {
  holds "$1" ping "$2"
}

reaches_not() {
  run vethlab exec "$1" ping -c 1 -W 1 "$2"
  assert_failure 1
}

# path_is NODE ADDRESS ROUTER...: by way of these, in the end. Each is asked once, for a kernel does
# not complain twice a second to the same host.
path_is() {
  wait_until "the way from $1 to $2 is by ${*:3}" has_path "$@"
}

has_path() {
  diff <(printf '%s\n' "${@:3}" "$(vethlab exec "$1" getent ahostsv4 "$2" | awk 'NR == 1 { print $1 }')") \
    <(vethlab exec "$1" traceroute -n -q 1 -w 0.5 -m 8 "$2" | awk 'NR > 1 { print $2 }')
}

# pinging NODE ADDRESS INTERVAL: from now on, into ping.out
pinging() {
  start ping vethlab exec "$1" ping -n -i "$3" "$2"
  answers 1
}

# answers N: so many more have come
answers() {
  local now
  now=$(grep -c 'bytes from' ping.out || true)
  wait_until "$1 more answers" more_answers $((now + $1))
}

more_answers() {
  local now
  now=$(grep -c 'bytes from' ping.out)
  echo "$now of $1"
  ((now >= $1))
}

# lost: how many sequence numbers are missing, of those that were sent
lost() {
  grep 'bytes from' ping.out | sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' |
    awk '{ if (NR > 1 && $1 > last + 1) n += $1 - last - 1; last = $1 } END { print n + 0 }'
}

# came_late TEXT NODE TEXT: from the last event with the one text to the node's next one with the other
# it took more than half of the timeout of 2 s
came_late() {
  wait_until "$2: '$3' comes a second or more after '$1'" is_a_second_late "$@"
}

is_a_second_late() {
  vethlab events | awk -v first="$1" -v node="$2" -v then="$3" '
    index($0, first) { from = $1; took = 0 }
    $2 == node && index($0, then) && from && !took { took = $1 - from }
    END { print took; exit took < 1 }'
}

# capture NODE FILTER [OPTION...]: what passes there, as cap.out
capture() {
  start cap vethlab exec "$1" tcpdump -lni any "${@:3}" "$2"
  wait_until "tcpdump listens" grep -q 'listening on' cap.err
}

# ---------------------------------------------------------------- routehub

#  a1 -- a -- hub -- d -- d1   and b, c
@test "routehub: LANs reach each other by learned routes, and without them they do not" {
  lab_up routehub.yml
  routes_are a 201 '10.2.0.10 10.0.0.1' '10.3.0.10 10.0.0.1' '10.4.0.10 10.0.0.1'
  routes_are hub 201 '10.1.0.10 10.0.0.11' '10.2.0.10 10.0.0.12' '10.3.0.10 10.0.0.13' '10.4.0.10 10.0.0.14'
  run vethlab exec hub route-server show
  assert_line --regexp '^10\.4\.0\.10 +10\.0\.0\.14 +10\.0\.0\.14:5500 '
  for pair in 'a1 d1' 'd1 b1' 'b1 c1' 'c1 a1'; do
    reaches "${pair% *}" "${pair#* }"
  done
  path_is a1 d1 10.1.0.1 10.0.0.1 10.0.0.14

  run vethlab exec d route-client del 10.4.0.10
  assert_success
  holds a no route 10.4.0.10
  reaches_not a1 d1
  assert_output --partial 'Destination Net Unreachable'
  routes_are a 201 '10.2.0.10 10.0.0.1' '10.3.0.10 10.0.0.1'
  reaches a1 b1
  capture hub 'udp port 5500 and udp[4:2] = 13 and udp[8] = 1 and udp[9:4] = 0x0a04000a and src 10.0.0.14'
  run vethlab exec d route-client add 10.4.0.10
  assert_success
  reaches a1 d1
  wait_until 'five octets were sent: 01 0a 04 00 0a' grep -q '10.0.0.14.5500 > 10.0.0.1.5500: UDP, length 5' cap.out

  run vethlab stop a
  assert_success
  routes_are a 201
  holds d no route 10.1.0.10
  reaches_not a1 b1
  run vethlab start a
  assert_success
  reaches a1 b1
}

@test "routehub: without the hub the routes go, and come back with it" {
  quick routehub.yml 's/--interval 1s/--interval 300ms/'
  reaches a1 d1
  run vethlab kill hub
  assert_success
  for node in a b c d; do
    routes_are "$node" 201
  done
  reaches_not a1 d1
  run vethlab start hub
  assert_success
  reaches a1 d1
  reaches c1 b1
  routes_are a 201 '10.2.0.10 10.0.0.1' '10.3.0.10 10.0.0.1' '10.4.0.10 10.0.0.1'
  routes_are hub 201 '10.1.0.10 10.0.0.11' '10.2.0.10 10.0.0.12' '10.3.0.10 10.0.0.13' '10.4.0.10 10.0.0.14'
}

@test "routehub: a router that was killed is withdrawn, and one that comes late is told all" {
  quick routehub.yml 's/--interval 1s/--interval 300ms/'
  holds a route 10.4.0.10
  run vethlab kill d
  assert_success
  holds hub no route 10.4.0.10
  for node in a b c; do
    holds "$node" no route 10.4.0.10
  done
  run vethlab exec hub route-server show clients
  refute_output --partial 10.0.0.14
  run vethlab exec c route-client add 10.3.0.11 # while d is away
  assert_success
  run vethlab exec b route-client del 10.2.0.10
  assert_success
  holds a route 10.3.0.11
  holds a no route 10.2.0.10
  run vethlab start d
  assert_success
  routes_are d 201 '10.1.0.10 10.0.0.1' '10.3.0.10 10.0.0.1' '10.3.0.11 10.0.0.1'
  holds a route 10.4.0.10 via 10.0.0.1
}

# ---------------------------------------------------------------- rip-line

#  pc1 -- r1 -- r2 -- r3 -- pc2
@test "rip-line: three routers learn what is at the ends; a cut is known at once, and so is its end" {
  lab_up rip-line.yml
  reaches pc1 pc2
  routes_are r1 rip '10.0.2.0/24 10.9.1.2' '10.9.2.0/30 10.9.1.2'
  routes_are r2 rip '10.0.1.0/24 10.9.1.1' '10.0.2.0/24 10.9.2.2'
  routes_are r3 rip '10.0.1.0/24 10.9.2.1' '10.9.1.0/30 10.9.2.1'
  run vethlab exec r1 ripd show routes
  assert_line --regexp '^10\.0\.2\.0/24 +learned +3 +10\.9\.1\.2 +eth1 +10\.9\.1\.2 '
  rip_is r1 10.9.2.0/30 'learned 2'
  for node in r1 r2 r3; do
    kernel_is_rib "$node"
  done

  run vethlab link r3:eth1 down
  assert_success
  holds r1 no route 10.0.2.0/24 # it would be 30 s, if nobody said so
  rip_is r1 10.0.2.0/24 'lost 16'
  rip_is r2 10.0.2.0/24 'lost 16'
  kernel_is_rib r1
  run vethlab link r3:eth1 up
  assert_success
  reaches pc1 pc2
  rip_is r1 10.0.2.0/24 'learned 3'
  kernel_is_rib r1
}

@test "rip-line: on the wire are updates with poisoned reverse, and tshark finds nothing wrong" {
  quick rip-line.yml 's/--update 5s/--update 1s/'
  start cap vethlab exec r2 tcpdump -Z root -ni eth0 -U --immediate-mode -w cap.pcap udp port 520
  wait_until "tcpdump listens" grep -q 'listening on' cap.err
  run vethlab restart r2 # a farewell, questions and answers
  assert_success
  reaches pc1 pc2
  run vethlab link r3:eth1 down
  assert_success
  holds r1 no route 10.0.2.0/24
  run vethlab link r3:eth1 up
  assert_success
  reaches pc1 pc2
  wait_until "r1 tells r2 that it does not reach 10.0.2.0/24" seen 'ip.src == 10.9.1.1 && ip.dst == 224.0.0.9 &&
    ip.ttl == 1 && rip.command == 2 && rip.ip == 10.0.2.0 && rip.metric == 16'
  wait_until "r2 tells r1 that it reaches it" seen 'ip.src == 10.9.1.2 && rip.ip == 10.0.2.0 && rip.metric == 2'
  wait_until "r2 asks" seen 'ip.src == 10.9.1.2 && rip.command == 1'
  run --separate-stderr tshark -n -r cap.pcap -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
    -Y '_ws.expert || !rip || ip.checksum.status == 0 || udp.checksum.status == 0' -T fields -e frame.number -e _ws.expert
  assert_success
  assert_output ""
}

# seen FILTER: in the capture is such a packet
seen() {
  tshark -n -r cap.pcap -Y "$1" 2>/dev/null | grep .
}

@test "rip-line: who leaves says so, and leaves nothing in its kernel" {
  lab_up rip-line.yml
  reaches pc1 pc2
  run vethlab stop r2
  assert_success
  routes_are r1 rip # at once, not after 30 s
  routes_are r3 rip
  routes_are r2 rip
  run vethlab exec r2 ip -4 route
  refute_line --regexp 'proto rip|metric 120|via'
  rip_is r1 10.0.2.0/24 'lost 16'
  reaches_not pc1 pc2
  run vethlab start r2
  assert_success
  reaches pc1 pc2
}

@test "rip-line: who dies does not say so: its routes time out" {
  quick rip-line.yml 's/--update 5s --timeout 30s --garbage 20s/--update 300ms --timeout 2s --garbage 500ms/'
  reaches pc1 pc2
  run vethlab kill r3
  assert_success
  holds r1 no route 10.0.2.0/24
  came_late 'kill r3' r1 '10.0.2.0/24 via 10.9.1.2 dev eth1 metric 120 removed'
  holds r2 no route 10.0.2.0/24
  kernel_is_rib r2
  rip_is r1 10.0.2.0/24 '' # after the garbage time it is forgotten
  routes_are r3 rip # its own have gone with it, though it could not take them away
}

@test "rip-line: a ripd that was killed and is restarted takes its routes over, and no packet is lost" {
  quick rip-line.yml 's/run: \(ripd --update\) 5s --timeout 30s --garbage 20s/run: {command: \1 300ms --timeout 3s --garbage 1s, restart: on-failure}/'
  routes_are r2 rip '10.0.1.0/24 10.9.1.1' '10.0.2.0/24 10.9.2.2'
  pinging pc1 pc2 0.05
  run vethlab kill r2
  assert_success
  answers 2
  wait_until "ripd has run for longer than its timeout" has_received r2 21 # of 6 a second
  answers 2
  assert_equal "$(lost) lost" "0 lost"
  kernel_is_rib r2
  run bash -c "vethlab events r2 | sed -n '/ kill r2/,\$p'"
  assert_output --partial 'starts again'
  refute_line --regexp ' route .*removed'
}

has_received() {
  local now
  now=$(vethlab exec "$1" ripd show counts --json | json "d['received']")
  echo "$now of $2"
  ((now >= $2))
}

# ---------------------------------------------------------------- rip-ring

UPPER=(10.0.1.1 10.9.1.2 10.9.2.2 10.9.3.2)
LOWER=(10.0.1.1 10.9.6.1 10.9.5.1 10.9.4.1)

#  pc1 -- r1 -- r2 -- r3 -- r4 -- pc4   and back by r5, r6
@test "rip-ring: when a cable is cut packets go the other way round, either way, and no update is waited for" {
  quick rip-ring.yml 's/--update 2s --timeout 10s/--update 120s --timeout 720s/'
  reaches pc1 pc4
  run vethlab link r1:eth1 down
  assert_success
  path_is pc1 pc4 "${LOWER[@]}"
  run vethlab link r1:eth1 up
  assert_success
  holds r2 route 10.0.1.0/24 via 10.9.1.1
  run vethlab link r5:eth1 down
  assert_success
  path_is pc1 pc4 "${UPPER[@]}"
  for node in r1 r2 r3 r4 r5 r6; do
    kernel_is_rib "$node"
  done
}

@test "rip-ring: as it is, cut and mended" {
  lab_up rip-ring.yml
  reaches pc1 pc4
  pinging pc1 pc4 0.1
  for cable in r1:eth1 r5:eth1 r3:eth1; do
    run vethlab link "$cable" down
    assert_success
    answers 3
    run vethlab link "$cable" up
    assert_success
  done
  answers 3
}

@test "rip-ring: silence that no carrier tells of is found out after the timeout" {
  quick rip-ring.yml 's/--update 2s --timeout 10s --garbage 10s/--update 300ms --timeout 2s --garbage 500ms/'
  holds r2 route 10.0.4.0/24 via 10.9.2.2
  holds r3 route 10.0.1.0/24 via 10.9.2.1
  run vethlab play silence
  assert_success
  holds r2 link eth1 up
  holds r2 route 10.0.4.0/24 via 10.9.1.1
  holds r3 route 10.0.1.0/24 via 10.9.3.2
  came_late 'partition lan upper' r2 '10.0.4.0/24 via 10.9.1.1 dev eth0'
  path_is pc1 pc4 "${LOWER[@]}"
  run vethlab play speech
  assert_success
  holds r2 route 10.0.4.0/24 via 10.9.2.2
  reaches pc1 pc4
}

# ---------------------------------------------------------------- rip-count-to-infinity

#  a1 -- a2 == a-lan   b1 -- b2 == b-lan
@test "rip-count-to-infinity: without split horizon they count to 16, with it they do not" {
  quick rip-count-to-infinity.yml 's/update 800ms/update 320ms/; s/update 2s/update 800ms/; s/at: 500ms/at: 200ms/'
  holds a1 route 10.0.8.0/24
  holds b1 route 10.0.9.0/24
  run vethlab play lose
  assert_success
  rip_is b2 10.0.9.0/24 'lost 16'
  # shellcheck disable=SC2030
  SEEN=
  wait_until "a2 has had two metrics between 2 and 16" counts a2 2
  assert_equal "b2: $(rip_says b2 10.0.9.0/24)" 'b2: lost 16'
  wait_until "packets go to and fro" loops
  wait_until "a2 has had four metrics" counts a2 4
  holds b1 no route 10.0.9.0/24
  holds a2 no route 10.0.8.0/24 via 10.8.1.1
  holds a1 no route 10.0.8.0/24
  run vethlab events b2
  refute_line --regexp 'route +10\.0\.9\.0/24 via' # never
  run vethlab play back
  assert_success
  holds a1 route 10.0.8.0/24
  holds b1 route 10.0.9.0/24
}

# counts NODE N: so many different metrics were seen by now, each larger than the one before
counts() {
  local state metric
  read -r state metric < <(rip_says "$1" 10.0.8.0/24)
  # shellcheck disable=SC2031
  if [[ $state == learned && $metric != "${SEEN##* }" ]]; then SEEN+=" $metric"; fi
  echo "now '$state $metric', and by now$SEEN"
  (($(wc -w <<<"$SEEN") >= $2)) && tr ' ' '\n' <<<"${SEEN# }" | sort -nuC && ! grep -qw '[12]' <<<"$SEEN"
}

loops() {
  vethlab exec pc ping -c 1 -W 1 10.0.8.9 | grep 'Time to live exceeded'
}

# ---------------------------------------------------------------- anycast

NEAR=(10.0.1.1 10.9.1.2)
FAR=(10.0.1.1 10.9.1.2 10.9.2.2)

#  pc -- r1 -- r2 -- r3     near at r2, far at r3
@test "anycast: the near one answers; when it goes, the far one does" {
  lab_up anycast.yml
  path_is pc 10.99.0.1 "${NEAR[@]}"
  rip_is r2 10.99.0.1/32 'learned 2'
  run vethlab stop near
  assert_success
  path_is pc 10.99.0.1 "${FAR[@]}"
  rip_is r2 10.99.0.1/32 'learned 3'
  run vethlab start near
  assert_success
  path_is pc 10.99.0.1 "${NEAR[@]}"
  run vethlab link r2:eth2 down
  assert_success
  path_is pc 10.99.0.1 "${FAR[@]}"
  run vethlab link r2:eth2 up
  assert_success
  path_is pc 10.99.0.1 "${NEAR[@]}"
  for node in r1 r2 r3 near far; do
    kernel_is_rib "$node"
  done
}

@test "anycast: no packet is lost when it says farewell; when it is killed, those until the timeout" {
  quick anycast.yml 's/--update 2s --timeout 10s/--update 300ms --timeout 2s --triggered 50ms-100ms/'
  path_is pc 10.99.0.1 "${NEAR[@]}"
  pinging pc 10.99.0.1 0.02
  answers 20 # the pauses after all they had to tell are over
  run vethlab stop near
  assert_success
  holds r2 route 10.99.0.1 via 10.9.2.2
  answers 5
  run lost
  ((output <= 1)) || fail "$output packets lost" # one may be there while its server packs up
  run vethlab start near
  assert_success
  holds r2 route 10.99.0.1 via 10.0.3.2
  run vethlab kill near
  assert_success
  holds r2 route 10.99.0.1 via 10.9.2.2
  came_late 'kill near' r2 '10.99.0.1/32 via 10.9.2.2 dev eth1'
  path_is pc 10.99.0.1 "${FAR[@]}"
}

# ---------------------------------------------------------------- rip-frr-bird

# peers_up: rip-frr-bird.yml, where its programs are
peers_up() {
  local program
  for program in /usr/lib/frr/zebra /usr/lib/frr/ripd /usr/sbin/bird; do
    [[ -x $program ]] || skip "$program is not installed"
  done
  lab_up rip-frr-bird.yml
}

#  pc1 -- r1 ours -- r2 FRR -- r3 BIRD -- r4 ours -- pc2
@test "rip-frr-bird: all learn all, and what is lost, from each other; ours says farewell, BIRD does not" {
  local program
  for program in /usr/lib/frr/zebra /usr/lib/frr/ripd /usr/sbin/bird; do
    [[ -x $program ]] || skip "$program is not installed"
  done
  lab_up rip-frr-bird.yml
  reaches pc1 pc2
  routes_are r1 rip '10.0.4.0/24 10.9.1.2' '10.9.2.0/30 10.9.1.2' '10.9.3.0/30 10.9.1.2'
  routes_are r2 rip '10.0.1.0/24 10.9.1.1' '10.0.4.0/24 10.9.2.2' '10.9.3.0/30 10.9.2.2'
  routes_are r3 bird '10.0.1.0/24 10.9.2.1' '10.0.4.0/24 10.9.3.2' '10.9.1.0/30 10.9.2.1'
  routes_are r4 rip '10.0.1.0/24 10.9.3.1' '10.9.1.0/30 10.9.3.1' '10.9.2.0/30 10.9.3.1'
  rip_is r1 10.0.4.0/24 'learned 4'
  rip_is r4 10.0.1.0/24 'learned 4'
  kernel_is_rib r1
  kernel_is_rib r4
  run vethlab exec -d r2 vtysh --vty_socket . -d ripd -c 'show ip rip'
  assert_line --regexp '^R\(n\) 10\.0\.4\.0/24 +10\.9\.2\.2 +3 10\.9\.2\.2 '
  run vethlab exec -d r3 birdc -s bird.ctl show route
  assert_line --regexp '^10\.0\.1\.0/24 .*\(120/3\)'

  run vethlab link r4:eth1 down
  assert_success
  run vethlab stop r1
  assert_success
  are_told 10.0.4.0/24 r2 r3
  are_told 10.0.1.0/24 r2 r3 r4
  run vethlab stop r3
  assert_success
  run vethlab wait -t 1s r2 no route 10.9.3.0/30
  assert_failure 1
}

# are_told PREFIX NODE...: they know that it is lost, long before the timeout, 30 s
are_told() {
  local node
  for node in "${@:2}"; do
    vethlab wait -q -t 12s "$node" no route "$1"
  done
}

@test "rip-frr-bird: where FRR or BIRD is missing, check says which program" {
  sed 's,/usr/lib/frr/zebra --version,/none/frr/zebra --version,; s,/usr/sbin/bird,/none/bird,' \
    "$LABS/rip-frr-bird.yml" >without.yml
  run vethlab check without.yml
  assert_failure 2
  assert_line --partial "error: no such program: '/none/frr/zebra'"
  assert_line --partial "error: no such program: '/none/bird'"
}

# ---------------------------------------------------------------- JSON

# matches NODE PROGRAM WHAT...: the output is what PROGRAM.json says; and the schema is strict: not one
# key may be missing, nor be new
matches() {
  local node=$1 program=$2 what
  for what in "${@:3}"; do
    vethlab exec "$node" "$program" show "$what" --json >out.json
    run /usr/bin/python3 - "$SCHEMA/$program.json" "$what" <<'P'
import copy, json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
one = jsonschema.Draft7Validator({**schema["definitions"][sys.argv[2]], "definitions": schema["definitions"]})
full = jsonschema.Draft7Validator(schema)
data = json.load(open("out.json"))
one.validate(data)
full.validate(data)

def places(value, path=()):
    if isinstance(value, dict):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, path + (key,))

for path in places(data):
    for key in [None, *list(__import__("functools").reduce(lambda d, k: d[k], path, data))]:
        other = copy.deepcopy(data)
        at = other
        for step in path:
            at = at[step]
        if key is None:
            at["surplus"] = 1
        else:
            del at[key]
        assert not full.is_valid(other), f"{path}: {key} may be missing or new"
P
    assert_success
  done
}

@test "ripd show --json is what ripd.json says, in each state of routes and interfaces" {
  cat >ripd.yml <<'C'
update: 1s
announce: [{prefix: 10.77.0.0/16, metric: 3, tag: 7}]
import: [static, connected]
aggregate: [10.8.0.0/15]
interfaces:
  eth0: {auth: [{type: sha256, id: 1, key: secret}], split-horizon: simple}
  eth1: {passive: yes, send: 2-broadcast}
C
  lab_of <<'L'
lans: {a: 10.1.0.0/24, b: 10.2.0.0/24, c: 10.3.0.0/24}
nodes:
  r1:
    forward: yes
    interfaces: {eth0: {lan: a, ip: 10.1.0.1}, eth1: {lan: b, ip: 10.2.0.1}, eth2: {lan: c, ip: 10.3.0.1}}
    routes: {10.9.0.0/24: {via: 10.3.0.9}}
    files: {ripd.yml: {from: ripd.yml}}
    run: {ripd: {command: ripd --config ripd.yml, ready: notify}}
  r2: {lan: a, run: "ripd --update 1s --auth sha256:1:secret --announce 10.50.0.0/24"}
  r3: {lan: c, ip: 10.3.0.9, forward: yes}
L
  lab_up ./lab.yml
  rip_is r1 10.50.0.0/24 'learned 2'
  matches r1 ripd routes neighbours interfaces counts
  run vethlab stop r2
  assert_success
  rip_is r1 10.50.0.0/24 'lost 16'
  run vethlab link r1:eth0 down
  assert_success
  matches r1 ripd routes neighbours interfaces counts
  run json "sorted({r['state'] for r in d['routes']})" < <(vethlab exec r1 ripd show routes --json)
  assert_output "['aggregate', 'announced', 'connected', 'lost', 'static']"
}

@test "route-server and route-client show --json are what their schemas say" {
  lab_up routehub.yml
  holds d route 10.1.0.10
  matches hub route-server table clients counts
  matches a route-client table counts
  run vethlab stop a b c d
  assert_success
  holds hub no route 10.1.0.10 and no route 10.4.0.10
  matches hub route-server table clients counts # empty ones
}
