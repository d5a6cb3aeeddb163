# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# capture: frames that are lost between the wire and the file, and what capturing costs the lab.
#
# link: two nodes and a cable; the capture is of the receiver. lab: twenty nodes on a switch, one of which
# sends broadcasts: each crosses twenty wires. frames.c sends, at a pace or as fast as it goes (max), of 64 or
# 1,000 octets. vethlab writes one file; tcpdump and dumpcap see one namespace, so in the lab there is one
# of them in each node, with a file of its own. All have 64 MiB of memory for what waits, together, and
# write into memory.
#
# What has arrived is counted by the receivers' interfaces. lost: of it, in percent; frames/s: that crossed
# wires while it was captured, in thousands: beside `none` that is the cost.
# shellcheck disable=SC2154

capture_rows="none vethlab tcpdump dumpcap"
capture_seconds=3
capture_buffer=64 # MiB

capture_lab() {
	if [ "$1" = link ]; then
		printf 'nodes:\n  n1: {}\n  n2: {}\nlinks:\n  - [n1:eth0, n2:eth0, 10.0.0.0/30]\n'
	else
		printf 'lans: {lan: 10.0.0.0/24}\nnodes:\n  n: {lan: lan, count: 20}\n'
	fi >"$work/capture.yml"
	"$bin/vethlab" up -q --name "$space_prefix" "$work/capture.yml"
}

in_capture_node() { "$bin/vethlab" exec -l "$space_prefix" "$@"; }

# receivers: the nodes that do not send
receivers() {
	if [ "$1" = link ]; then echo n2; else seq -f 'n%g' 2 20; fi
}

# arrived KIND: frames that all receivers have got
arrived() {
	local node
	for node in $(receivers "$1"); do
		in_capture_node "$node" cat /sys/class/net/eth0/statistics/rx_packets
	done | awk '{n += $1} END {print n}'
}

# wait_for_line FILE WORDS: until it is there
wait_for_line() { await 20 grep -q "$2" "$1"; }

start_none() { :; }

start_vethlab() {
	local what=()
	[ "$1" = lab ] || what=(n2)
	"$bin/vethlab" capture -l "$space_prefix" --buffer "${capture_buffer}M" -w "$work/c.pcapng" \
		"${what[@]}" 'ether proto 0x88b5' 2>"$work/c.err" &
	captures=($!)
	remember $!
	wait_for_line "$work/c.err" capturing
}

start_others() {
	local program=$1 kind=$2 node count
	shift 2
	captures=()
	count=$(receivers "$kind" | wc -l)
	for node in $(receivers "$kind"); do
		case $program in
		tcpdump) set -- -B $((capture_buffer * 1024 / count)) ;;
		dumpcap) set -- -q -B $((capture_buffer / count + 1)) ;;
		esac
		nsenter --net="/run/netns/$space_prefix-$node" "$program" -i eth0 "$@" -w "$work/c-$node.pcap" \
			"${capture_filter[@]}" 2>"$work/c-$node.err" &
		captures+=($!)
		remember $!
		wait_for_line "$work/c-$node.err" "$([ "$program" = dumpcap ] && echo File || echo listening)"
	done
}
start_tcpdump() { capture_filter=(ether proto 0x88b5); start_others tcpdump "$1"; }
start_dumpcap() { capture_filter=(-f 'ether proto 0x88b5'); start_others dumpcap "$1"; }

# stop_captures: politely, so that each writes what it has
stop_captures() {
	local pid
	for pid in "${captures[@]}"; do end_process "$pid"; done
}

# captured: frames in all files
captured() {
	local file
	for file in "$work"/c.pcapng "$work"/c-*.pcap; do
		[ ! -e "$file" ] || capinfos -Mc "$file" | awk '/Number of packets/ {print $NF}'
	done | awk '{n += $1} END {print n + 0}'
}

# measure_capture ROW CASE: a case is KIND-OCTETS-RATE
measure_capture() {
	local row=$1 kind octets rate before after all got crossings=1
	IFS=- read -r kind octets rate <<<"$2"
	[ "$kind" = link ] || crossings=20
	rm -f "$work"/c.pcapng "$work"/c-*
	captures=()
	"start_$row" "$kind"
	before=$(arrived "$kind")
	in_capture_node n1 "$tool/frames" eth0 "$octets" "$((${rate/max/0} / crossings))" \
		"$capture_seconds" >"$work/sent"
	after=$(arrived "$kind")
	stop_captures
	all=$((after - before))
	record capture "$row" "$2" 'kframes/s' "$(divide "$all" "$capture_seconds" '%.0f' |
		awk '{printf "%.0f", $1 / 1000}')"
	[ "$row" != none ] || return 0
	got=$(captured)
	# the sender's own wire is one more crossing, which vethlab has too
	[[ $row != vethlab || $kind == link ]] || all=$((all + $(<"$work/sent")))
	record capture "$row" "$2" lost "$(awk -v a="$all" -v g="$got" \
		'BEGIN {printf "%.3f", (a > g ? 100 * (a - g) / a : 0)}')"
}

section_capture() {
	local round row case cases="link-64-max link-64-400000 link-1000-400000 lab-64-400000 lab-1000-400000"
	for case in $cases; do
		capture_lab "${case%%-*}"
		for ((round = 1; round <= rounds; round++)); do
			for row in $capture_rows; do
				note "capture: $row, $case"
				measure_capture "$row" "$case"
			done
		done
		"$bin/vethlab" down -q "$space_prefix"
	done
	rm -f "$work"/c.pcapng "$work"/c-*
	echo "capture: percent of the frames that crossed the wires and are in no file, and thousands of frames a"
	echo "second that crossed them meanwhile, with the ratio to no capture. KIND-OCTETS-RATE; link: one cable;"
	echo "lab: twenty nodes on a switch, one file of vethlab's, nineteen of tcpdump's and dumpcap's"
	echo
	print_grid capture lost '%.3f' "$cases" vethlab=tcpdump tcpdump=tcpdump dumpcap=tcpdump
	print_grid capture 'kframes/s' '%.0f' "$cases" none=none vethlab=none tcpdump=none dumpcap=none
}
