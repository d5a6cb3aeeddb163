# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# hub: 100,000 addresses through one route-server to ten clients, on one switch. The first client is told
# to add them on its standard input; then the other nine shall have each as a /32 route by way of the
# server, and no other. An eleventh comes when all is there; at the end they are all deleted again.
#
# Each client has announced one address of its own before, for a plain server knows none that is silent.
#
# in, out: from the first line on the client's standard input until the tables of the server and of all
# others are complete, or empty; late: from the start of the eleventh client until its table is complete.
# The tables are the kernel's, and looked at one after another (fibwatch.c), so that the looking takes a
# fifth of a processor. wrong: entries of all tables that are missing, that should not be there, or that
# lead elsewhere. floor: the same routes into as many namespaces' tables by ribfloor.c, all at once,
# without a server, a client or a datagram.
# shellcheck disable=SC2154

hub_rows="floor route-server plain-only key"

in_hub() { nsenter --net="/run/netns/$space_prefix-$1" "${@:2}"; }

# hub_spaces: sw has a bridge; s the server, c1 to c11 the clients
hub_spaces() {
	local ns=$space_prefix i=0 name
	ip netns add "$ns-sw"
	ip -n "$ns-sw" link add lan up type bridge
	for name in s c{1..11}; do
		i=$((i + 1))
		ip netns add "$ns-$name"
		ip -n "$ns-sw" link add "$name" up master lan type veth peer name eth0 netns "$ns-$name"
		ip -n "$ns-$name" link set lo up
		ip -n "$ns-$name" address add "10.0.0.$i/24" broadcast + dev eth0
		ip -n "$ns-$name" link set eth0 up
	done
}

# run_hub NAME PROGRAM WORD...: in the background, its output in a log
run_hub() {
	nsenter --net="/run/netns/$space_prefix-$1" "$bin/$2" "${hub_options[@]}" "${@:3}" \
		>"$hub/$1.log" 2>&1 <"$hub_stdin" &
	hub_pid[$1]=$!
	remember $!
}

listens() { in_hub "$1" grep -q ':157C ' /proc/net/udp; }

# start_hub CLIENTS: the server, the first client with a pipe as its input, the others
start_hub() {
	local i hub_stdin=/dev/null
	run_hub s route-server
	await 10 listens s || return
	rm -f "$hub/input"
	mkfifo "$hub/input"
	exec {hub_input}<>"$hub/input"
	hub_stdin=$hub/input run_client 1
	for ((i = 2; i <= $1; i++)); do run_client "$i"; done
	for ((i = 1; i <= $1; i++)); do await 10 listens "c$i" || return; done
	sleep 1 # until they know each other
}

run_client() { run_hub "c$1" route-client --server 10.0.0.1 --announce "30.0.0.$1"; }

end_hub() {
	local name
	for name in c{11..1} s; do
		[ -z "${hub_pid[$name]-}" ] || end_process "${hub_pid[$name]}"
	done
	hub_pid=()
	exec {hub_input}>&-
}

# routes_of NAME: how many it has
# shellcheck disable=SC2016 # awk expands
routes_of() { in_hub "$1" awk '/Prefixes:/ {print $2; exit}' /proc/net/fib_triestat; }

# all_have COUNT NAME...: prints the time when all of them have so many routes more than in hub_base
all_have() {
	local count=$1 name
	shift
	for name in "$@"; do
		in_hub "$name" "$tool/fibwatch" "${hub_base[$name]}" "$count" "$hub_patience" >"$hub/counts" && continue
		echo "$name: $(tail -n 1 "$hub/counts" | cut -d ' ' -f 2) of $count routes" >&2
		return 1
	done
	tail -n 1 "$hub/counts" | cut -d ' ' -f 1 # the last that was looked at was looked at last
}

# hub_taken COLUMN COUNT NAME...: from `start` until all_have
hub_taken() {
	local column=$1 until
	shift
	if until=$(all_have "$@" 2>"$work/errors"); then
		record hub "$row" - "$column" "$(difference "$until" "$(<"$work/start")")"
	else
		record hub "$row" - failed "$column: $(tail -n 1 "$work/errors")"
		return 1
	fi
}

# tell add|del: the first client, of all addresses
tell() {
	"$tool/clock" "$work/start"
	sed "s/^/$1 /" "$hub/addresses" >&"$hub_input"
}

# wrong_in NAME: how many routes are missing, are too many, or lead elsewhere
wrong_in() {
	in_hub "$1" ip -4 route show proto 201 | sed -n 's/^\(20[^ ]*\) .*via \([^ ]*\).*/\1 \2/p' | sort |
		comm -3 - "$hub/expected" | wc -l
}

wrong_entries() {
	local name sum=0
	for name in "$@"; do sum=$((sum + $(wrong_in "$name"))); done
	echo $sum
}

# count_of NAME PROGRAM: datagrams received and sent
count_of() {
	in_hub "$1" "$bin/$2" show counts --json |
		/usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["received"] + d["sent"])'
}

measure_hub() {
	local -A hub_pid=() hub_base=()
	local name
	local hub_input hub_stdin=/dev/null others=(c{2..10})
	note "hub: $row"
	if ! start_hub 10; then
		record hub "$row" - failed "start: $(tail -qn 1 "$hub"/*.log | tail -n 1)"
		end_hub
		return
	fi
	for name in s c{2..10}; do hub_base[$name]=$(routes_of "$name"); done
	tell add
	if hub_taken in "$hub_count" s "${others[@]}"; then
		record hub "$row" - wrong "$(wrong_entries "${others[@]}")"
		record hub "$row" - datagrams "$(count_of s route-server)"
		record hub "$row" - server-MiB "$(memory_of Pss "${hub_pid[s]}")"
		record hub "$row" - client-MiB "$(memory_of Pss "${hub_pid[c2]}")"
		[ "$row" = plain-only ] || measure_late
		tell del
		hub_taken out 0 s "${others[@]}" || true
	else
		record hub "$row" - wrong "$(wrong_entries "${others[@]}")"
	fi
	end_hub
}

# measure_late: a client is told what was there before, but by a plain server
measure_late() {
	hub_base[c11]=$(($(routes_of c11) + ${#others[@]} + 1))
	"$tool/clock" "$work/start"
	run_client 11
	hub_taken late "$hub_count" c11 || true
	for name in s "${others[@]}"; do hub_base[$name]=$((hub_base[$name] + 1)); done
}

# measure_hub_floor: ten tables, as many as there are with a server; the slowest counts
measure_hub_floor() {
	local name pids=()
	for name in s c{2..10}; do
		nsenter --net="/run/netns/$space_prefix-$name" "$tool/ribfloor" --nexthop "$hub_count" eth0 \
			10.0.0.250 >"$hub/$name.floor" &
		pids+=($!)
	done
	for name in "${pids[@]}"; do wait "$name"; done
	record hub floor - in "$(cat "$hub"/*.floor | awk '$1 > m {m = $1} END {print m}')"
	record hub floor - out "$(cat "$hub"/*.floor | awk '$7 > m {m = $7} END {print m}')"
}

section_hub() {
	local round row hub=$work/hub hub_count=100000 hub_patience=60 hub_options
	[ "$quick" = no ] || hub_count=20000
	mkdir "$hub"
	hub_spaces
	fib_routes "$hub_count" '%d.%d.%d.%d' >"$hub/addresses"
	sed 's/$/ 10.0.0.1/' "$hub/addresses" | sort >"$hub/expected"
	for ((round = 1; round <= rounds; round++)); do
		for row in $hub_rows; do
			hub_options=()
			case $row in
			floor) measure_hub_floor; continue ;;
			plain-only) hub_options=(--plain-only) ;;
			key) hub_options=(--key "the key of the bench") ;;
			esac
			measure_hub
		done
	done
	remove_named_spaces
	echo "hub: $hub_count addresses through one route-server to ten clients. Seconds until the kernel's tables of"
	echo "the server and of nine clients are complete (in), that of a client that comes afterwards (late), and until"
	echo "they are empty again (out); the ratio is to the extended form. floor: the same routes without any"
	echo "program between. wrong: entries of all tables; datagrams: of the server, received and sent"
	echo
	print_columns hub route-server "$hub_rows" in:%.3f late:%.3f out:%.3f wrong:%.0f datagrams:%.0f \
		server-MiB:%.1f client-MiB:%.1f
	print_failures hub
}
