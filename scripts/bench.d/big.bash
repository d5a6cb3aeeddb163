# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# big: 5,000 nodes as 50 LANs of 100 behind one router, and what a node costs in memory.
#
# Memory is what would be free if the process were not there: Private_* of /proc/PID/smaps_rollup.
# That of init is taken after the ping; octets a node is what it has more than in a lab of one node.
# shellcheck disable=SC2154

# private_of PID: KiB
private_of() {
	awk '/^Private_(Clean|Dirty):/ {sum += $2} END {print sum}' "/proc/$1/smaps_rollup"
}

# measure_big SIZE
measure_big() {
	local size=$1 nodes init place answered freed
	nodes=$(($(lans_of "$size") * $(hosts_of "$size")))
	note "big: $nodes nodes"
	start_vethlab "$size" no
	answered=$("$tool/firstping" "$place" 10.1.0.1 "$(last_address "$size")")
	init=$(<"$work/state/$space_prefix/lock")
	record big "$nodes" - up-s "$(difference "$answered" "$(<"$work/start")")"
	record big "$nodes" - ping-µs "$(ping_of "$init" "$size")"
	record big "$nodes" - init-KiB "$(private_of "$init")"
	end_vethlab
	record big "$nodes" - order-s "$(difference "$("$tool/clock" /dev/stdout)" "$(<"$work/stop")")"
	freed=$("$tool/freed")
	record big "$nodes" - down-s "$(difference "$freed" "$(<"$work/stop")")"
}

# ping_of INIT SIZE: the median of 100 pings from the first host to the last, in µs
ping_of() {
	local first
	[[ $2 = *x* ]] || set -- "$1" "1x$2"
	first=h1x1
	ip netns exec "$space_prefix-$first" ping -n -i 0.002 -c 100 "$(last_address "$2")" |
		sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)] * 1000}'
}

# measure_idle_programs: the node programs as they wait for their first client
measure_idle_programs() {
	cat >"$work/idle.yml" <<-EOF
	name: $space_prefix
	lans: {lan: 10.1.0.0/24}
	nodes:
	  chat: {lan: lan, run: chat-server}
	  forwarder: {lan: lan, run: {command: "forwarder --listen 6000 chat:5000", after: chat}}
	EOF
	"$bin/vethlab" up -q "$work/idle.yml"
	record big chat-server - idle-KiB "$(private_of "$(process_in "$space_prefix-chat")")"
	record big forwarder - idle-KiB "$(private_of "$(process_in "$space_prefix-forwarder")")"
	"$bin/vethlab" down -q "$space_prefix"
}

# process_in NAME: the only process in that namespace
process_in() {
	ip netns pids "$1" | head -n 1
}

print_octets() { # NODES...
	local nodes base
	base=$(median big 1 - init-KiB)
	for nodes in "$@"; do
		record big "$nodes" - octets-a-node "$(awk -v m="$(median big "$nodes" - init-KiB)" -v b="$base" \
			-v n="$nodes" 'BEGIN {if (n > 1) printf "%.0f", (m - b) * 1024 / (n - 1)}')"
	done
}

section_big() {
	local round size all="1 10 100 10x100 50x100" nodes=()
	[ "$quick" = no ] || all="1 10 100 3x20"
	for ((round = 1; round <= rounds; round++)); do
		for size in $all; do measure_big "$size"; done
		measure_idle_programs
	done
	for size in $all; do nodes+=($(($(lans_of "$size") * $(hosts_of "$size")))); done
	print_octets "${nodes[@]}"
	echo "big: nodes in LANs of 100 behind one router, without commands; ratios are to 100 nodes."
	echo "up: until host 1's ping to the last one is answered. ping: the median of 100 more."
	echo "order: until vethlab down returns; down: until the last namespace is freed."
	echo "init: private memory of process 1 of the lab, and what a node adds to it"
	echo
	print_columns big 100 "${nodes[*]}" up-s:%.3f ping-µs:%.0f order-s:%.3f down-s:%.3f \
		init-KiB:%.0f octets-a-node:%.0f
	print_columns big chat-server "chat-server forwarder" idle-KiB:%.0f
}
