# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the tests of captures have in common, beside helpers.bash and facts.bash. A capture is judged
# by capinfos and tshark alone.

declare -gA CAPTURE

# sees NAME: the capture that was started as NAME has begun: it misses nothing from now on
sees() {
  CAPTURE[$1]=$(started)
  wait_until "capture $1 begins; it printed: $(cat "$1.err")" has_begun "$1"
}

has_begun() {
  grep -E '^vethlab: capturing [0-9]+ interfaces? of lab' "$1.err" && return
  cat "$1.err"
  return 1
}

# begin NAME [ARGUMENT]...: a capture into NAME.pcapng
begin() {
  local name=$1
  shift
  start "$name" vethlab capture -w "$name.pcapng" "$@"
  sees "$name"
}

# finish NAME [SIGNAL]: it is told to end, and has lost nothing; its file is good
finish() {
  kill -"${2:-TERM}" "${CAPTURE[$1]}"
  ends "$1" "${CAPTURE[$1]}"
  assert_success
  is_good "$1.pcapng"
}

# is_good FILE: every block can be read, in the order of time, and no frame is malformed
is_good() {
  run capinfos -o "$1"
  assert_success
  assert_output --regexp 'Strict time order: +True'
  tshark -n -r "$1" -T fields -E occurrence=a -e frame.time_epoch -e frame.interface_name -e eth.type -e _ws.malformed \
    -e _ws.expert.severity >good.out 2>good.err || fail "tshark: $(cat good.err)"
  LC_ALL=C sort -c good.out || fail "$1 is not in the order of time"
  # an error; bad checksums are less, and the senders' business
  run grep -E 'Malformed|8388608' good.out
  assert_output ''
}

# shows FILE FILTER FIELD...: a line a frame, its fields separated by blanks; what is not there is -
shows() {
  local file=$1 filter=$2 field fields=()
  shift 2
  for field; do
    fields+=(-e "$field")
  done
  tshark -n -r "$file" -Y "$filter" -T fields -E occurrence=f "${fields[@]}" 2>tshark.err |
    awk -F '\t' '{for (i = 1; i <= NF; i++) if ($i == "") $i = "-"; $1 = $1; print}'
  # root is told that he is root
  ! grep -v '^Running as user' tshark.err
}

# count_of FILE [FILTER]: so many frames
count_of() {
  shows "$1" "${2:-eth}" frame.number | grep -c . || true
}

# has_frames FILE FILTER N
has_frames() {
  local count
  count=$(count_of "$1" "$2")
  [[ $count == "$3" ]] || fail "$count frames of $1 are '$2', not $3: $(shows "$1" eth frame.interface_name _ws.col.Info | head -n 20)"
}

# where FILE FILTER [FIELD]...: "INTERFACE in|out|?", and the fields
where() {
  local file=$1 filter=$2
  shift 2
  shows "$file" "$filter" frame.interface_name frame.packet_flags_direction "$@" |
    awk '{$2 = $2 ~ /1$/ ? "in" : $2 ~ /2$/ ? "out" : "?"; print}'
}

# block FILE FIELD...: fields of the file's blocks, each in their order, with commas: pcapng.block.type
block() {
  local file=$1 field fields=()
  shift
  for field; do
    fields+=(-e "$field")
  done
  tshark -n -r "$file" -X 'read_format:MIME Files Format' -T fields -E aggregator=, "${fields[@]}" 2>/dev/null
}

# names FILE: of its interfaces
names() {
  block "$1" pcapng.options.option.data.interface.name
}

# sends NODE IF HEX [COUNT] [bypass]: frames; the ends are Ethernet's: ffffffffffff020000000001 88b5 00...
sends() {
  vethlab exec "$1" /usr/bin/python3 - "${@:2}" <<'P'
import errno, socket, sys
name, frame, count = sys.argv[1], bytes.fromhex(sys.argv[2]), int((sys.argv[3:4] or ["1"])[0])
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((name, 0))
if sys.argv[4:] == ["bypass"]:
    s.setsockopt(263, 20, 1)  # SOL_PACKET, PACKET_QDISC_BYPASS
for i in range(count):
    try:
        s.send(frame)
    except OSError as e:  # what is lost on the wire
        if e.errno != errno.ENOBUFS:
            raise
P
}

# frame ETHERTYPE-AND-MORE [LEN]: to all, filled up to LEN octets (60)
frame() {
  local hex=ffffffffffff020000000001$1
  while ((${#hex} < ${2:-60} * 2)); do
    hex+=00
  done
  echo "$hex"
}

# cpu_ms PID: the CPU time of a process
cpu_ms() {
  awk -v hz="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz)}' "/proc/$1/stat"
}

# idles PID: in a second it uses less than a tenth of one
idles() {
  local before end
  before=$(cpu_ms "$1")
  end=$(($(us) + 1000000))
  while (($(us) < end)); do
    nap
  done
  (($(cpu_ms "$1") - before < 100)) || fail "process $1 used $(($(cpu_ms "$1") - before)) ms in a second"
}

# ---- labs

office_and_campus() {
  lab_of <<'L'
lans:
  office: [10.0.1.0/24, "fd00:1::/64"]
  campus: 10.0.2.0/24
nodes:
  pc1: {lan: office, ip: [10.0.1.1, "fd00:1::1"], gateway: 10.0.1.254}
  router:
    interfaces:
      eth0: {lan: office, ip: [10.0.1.254, "fd00:1::fe"]}
      eth1: {lan: campus, ip: 10.0.2.254}
      eth2: {ip: 10.0.3.254}
    forward: yes
  pc2: {lan: campus, ip: 10.0.2.2, gateway: 10.0.2.254}
  pc3: {interfaces: {eth0: {ip: 10.0.3.3, gateway: 10.0.3.254}}}
links:
  - {ends: [router:eth2, pc3:eth0], subnet: 10.0.3.0/24}
L
  lab_up ./lab.yml
}

# ping_once FROM TO [OPTION]...: an echo request that is answered; never a second one
ping_once() {
  run vethlab exec "$1" ping -q -c 1 -W 10 "${@:3}" "$2"
  assert_success
}

a_and_b() {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {a: {lan: lan, ip: 10.0.0.1}, b: {lan: lan, ip: 10.0.0.2}}
L
  lab_up ./lab.yml
}

# sends_many N [LEN]: a does, and b has got all of them; so two frames each are to be captured
sends_many() {
  local before
  before=$(received)
  sends a eth0 "$(frame 88b5 "${2:-1000}")" "$1"
  wait_until "b has got $1 frames" has_received $((before + $1))
}

received() { vethlab exec b cat /sys/class/net/eth0/statistics/rx_packets; }
has_received() { (($(received) >= $1)); }

# none_writes: no process that `up -n $LAB` has started is there any more
none_writes() { ! pgrep -f -- "vethlab.* -n $LAB "; }

# dhcp_lab [COMMAND HOW]: a server, and a PC whose command this is
dhcp_lab() {
  lab_of <<L
lans: {lan: [10.0.0.0/24, "fd00::/64"]}
nodes:
  server:
    interfaces: {eth0: {lan: lan, ip: [10.0.0.1, "fd00::1"]}}
    files: {dhcp.yml: 'subnets: {10.0.0.0/24: {pool: 10.0.0.100, lease: 10m}}'}
    run: dhcp-server --config dhcp.yml eth0
  pc:
    interfaces: {eth0: {lan: lan, ip: dhcp}}
    run: {command: ${1:-dhcp-client eth0}, ${2:-after: server}}
L
}
