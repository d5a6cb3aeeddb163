# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# rip: routers of one kind, ours, FRR (zebra and ripd) or BIRD, with equal timers: 5 s from update to
# update, 30 s until a route times out, 20 s until it is forgotten.
#
#   line of N        near --- r1 --- r2 --- ... --- rN --- far
#   ring of 8        near --- r1 --- r2 --- r3 --- r4 --- far, and r4 --- r5 --- ... --- r8 --- r1
#
# cold: from the start of the lab until far answers near. Then, when all has been quiet for longer than the
# longest pause between updates: withdraw, the link to far loses its carrier, until r1 has no route;
# restore, two seconds later, it has it again, until far answers near. In the ring failover: the link
# between r2 and r3 loses its carrier, until far answers near again, the other way round; back: it has it
# again, until r1 goes the short way. silent (--full): that link is a switch, which falls in two,
# and no carrier is lost. Routes are waited for by vethlab wait; answers by firstping.c, which
# asks every millisecond.
#
# (The kernel tells a second loss of carrier within a second only when that is over, in all namespaces
# together, so there is more than one between the cuts. With other labs on the machine there may not be.)
# shellcheck disable=SC2154

rip_kinds="ripd frr bird"

# ---- routers ----------------------------------------------------------------------------------------

write_rip_files() {
	cat >"$rip/zebra.conf" <<<"log file zebra.log"
	cat >"$rip/ripd.conf" <<-END
	log file ripd.log
	router rip
	 network 10.0.0.0/8
	 timers basic 5 30 20
	END
	cat >"$rip/bird.conf" <<-END
	log "bird.log" all;
	protocol device { scan time 10; }
	protocol direct { ipv4; check link yes; }
	protocol kernel { ipv4 { export where source = RTS_RIP; }; }
	protocol rip {
	  ipv4 { import all; export all; };
	  interface "*" { update time 5; timeout time 30; garbage time 20; };
	}
	END
}

rip_options="--update 5s --timeout 30s --garbage 20s"

# router_of KIND NAME: lines of a lab file
router_of() {
	echo "  $2:"
	echo "    forward: yes"
	case $1 in
	ripd) echo "    run: {ripd: {command: ripd $rip_options, ready: started}}" ;;
	bird)
		echo "    files: {bird.conf: {from: $rip/bird.conf}}"
		echo "    run: {bird: {command: bird -f -c bird.conf -s bird.ctl -P bird.pid}}"
		;;
	frr)
		echo "    files: {frr.sh: {from: $here/tests/rip/frr.sh, mode: 0755},"
		echo "      zebra.conf: {from: $rip/zebra.conf}, ripd.conf: {from: $rip/ripd.conf}}"
		echo "    run:"
		echo "      zebra: {command: unshare -m ./frr.sh zebra, ready: {command: test -S zserv}}"
		echo "      ripd: {command: unshare -m ./frr.sh ripd, after: zebra}"
		;;
	esac
}

# write_rip_lab KIND ROUTERS FAR RING: with far behind router FAR; RING is no; yes, with a link from the last
# router to the first; or switch, where r2 and r3 are on one, too
write_rip_lab() {
	local i own
	{
		echo "name: $space_prefix"
		echo "lans: {here: 10.1.0.0/24, there: 10.2.0.0/24$([ "$4" != switch ] || echo ', cut: 10.0.2.0/24')}"
		echo "nodes:"
		for ((i = 1; i <= $2; i++)); do
			router_of "$1" r$i
			own=""
			((i != 1)) || own="near: {lan: here, ip: 10.1.0.1}"
			((i != $3)) || own+="${own:+, }far: {lan: there, ip: 10.2.0.1}"
			[[ $4 != switch || $i != 2 ]] || own="next: {lan: cut}"
			[[ $4 != switch || $i != 3 ]] || own="prev: {lan: cut}"
			[ -z "$own" ] || echo "    interfaces: {$own}"
		done
		echo "  near: {lan: here, ip: 10.1.0.9, gateway: 10.1.0.1}"
		echo "  far: {lan: there, ip: 10.2.0.9, gateway: 10.2.0.1}"
		echo "links:"
		for ((i = 1; i < $2; i++)); do
			[[ $4 = switch && $i = 2 ]] || echo "  - [r$i:next, r$((i + 1)):prev, 10.0.$i.0/24]"
		done
		[ "$4" = no ] || echo "  - [r$2:next, r1:prev, 10.0.$2.0/24]"
	} >"$rip/lab.yml"
}

# ---- convergence ------------------------------------------------------------------------------------

# first_answer: prints when far has answered near
first_answer() {
	"$tool/firstping" "/proc/$(<"$work/state/$space_prefix/lock")/fd" 10.1.0.9 10.2.0.9
}

# until_route FACT...: when r1 has, or has not, the route to far
until_route() {
	"$bin/vethlab" wait -q -l "$space_prefix" -t 60s r1 "$@" 2>"$work/errors" && "$tool/clock" /dev/stdout
}

# taken COLUMN WAITER...: from `cut` until the words of WAITER print the time
taken() {
	local column=$1 until
	shift
	if until=$("$@" 2>"$work/errors"); then
		record rip "$row" "$size" "$column" "$(difference "$until" "$(<"$work/start")")"
	else
		record rip "$row" "$size" failed "$size, $column: $(tail -n 1 "$work/errors")"
	fi
}

change_link() { "$tool/clock" "$work/start" "$bin/vethlab" link -l "$space_prefix" "$@"; }

start_rip_lab() {
	write_rip_lab "$@"
	"$tool/clock" "$work/start" "$bin/vethlab" up -q "$rip/lab.yml"
	taken cold first_answer
	sleep "$rip_quiet"
}

measure_rip_line() {
	local size=$1 waiter
	note "rip: $row, line of $size"
	start_rip_lab "$row" "$size" "$size" no
	taken_meanwhile withdraw "r$size:far" down until_route no route 10.2.0.0/24
	sleep 2
	taken_meanwhile restore "r$size:far" up first_answer
	"$bin/vethlab" down -q "$space_prefix"
}

# taken_meanwhile COLUMN LINK STATE WAITER...: who waits begins before the link is changed
taken_meanwhile() {
	local column=$1 link=$2 state=$3 waiter
	shift 3
	"$@" >"$work/until" 2>"$work/errors" &
	waiter=$!
	sleep 0.1
	change_link "$link" "$state"
	if wait "$waiter"; then
		taken "$column" cat "$work/until"
	else
		record rip "$row" "$size" failed "$size, $column: $(tail -n 1 "$work/errors")"
	fi
}

measure_rip_ring() {
	local size="ring-8"
	note "rip: $row, ring of 8"
	start_rip_lab "$row" 8 4 yes
	change_link r2:next down
	taken failover first_answer
	sleep "$rip_quiet"
	taken_meanwhile back r2:next up until_route route 10.2.0.0/24 via 10.0.1.2
	"$bin/vethlab" down -q "$space_prefix"
}

measure_rip_silence() {
	local size="ring-8"
	note "rip: $row, ring of 8 with a switch"
	write_rip_lab "$row" 8 4 switch
	"$bin/vethlab" up -q "$rip/lab.yml"
	first_answer >/dev/null && sleep "$rip_quiet"
	"$tool/clock" "$work/start" "$bin/vethlab" partition -l "$space_prefix" r2 / r3
	taken silent first_answer
	"$bin/vethlab" down -q "$space_prefix"
}

# ---- a neighbour with many routes -------------------------------------------------------------------

# In two namespaces, without a lab around them that would look at each route too.
rip_wire() {
	local ns=$space_prefix
	ip netns add "$ns-a"
	ip netns add "$ns-b"
	ip link add eth0 netns "$ns-a" type veth peer name eth0 netns "$ns-b"
	ip -n "$ns-a" link set lo up
	ip -n "$ns-a" address add 10.0.0.1/24 broadcast + dev eth0
	ip -n "$ns-b" address add 10.0.0.2/24 broadcast + dev eth0
	ip -n "$ns-a" link set eth0 up
	ip -n "$ns-b" link set eth0 up
}

in_a() { nsenter --net="/run/netns/$space_prefix-a" "$@"; }
in_b() { nsenter --net="/run/netns/$space_prefix-b" "$@"; }

# start_router: sets `routers`, its processes; it hears when this returns
start_router() {
	local folder=$rip/$row
	rm -rf "$folder"
	mkdir "$folder"
	cp "$here/tests/rip/frr.sh" "$rip"/*.conf "$folder"
	routers=()
	case $row in
	ripd) run_router "${rip_command[@]}" ;;
	bird) run_router bird -f -c bird.conf -s bird.ctl -P bird.pid ;;
	frr)
		run_router unshare --mount ./frr.sh zebra
		await 20 test -S "$folder/zserv"
		run_router unshare --mount ./frr.sh ripd
		;;
	esac
	await 20 in_a grep -q 090000E0 /proc/net/igmp
}

run_router() {
	nsenter --net="/run/netns/$space_prefix-a" env -C "$rip/$row" "$@" >>"$rip/$row/log" 2>&1 &
	routers+=($!)
	remember $!
}

end_router() {
	local i
	for ((i = ${#routers[@]}; i-- > 0;)); do end_process "${routers[i]}"; done
	in_a ip -4 route flush proto rip
	in_a ip -4 route flush proto bird
}

# watch_routes COUNT SECONDS: prints the time and the count whenever that has changed, from now on
watch_routes() {
	nsenter --net="/run/netns/$space_prefix-a" "$tool/fibwatch" "$rip_base" "$1" "$2" >"$rip/counts" &
	watcher=$!
}

# at SECONDS: how many there were so long after the beginning
at() {
	awk -v t="$(head -n 1 "$rip/sent")" -v s="$1" '$1 <= t + s {n = $2} END {print n + 0}' "$rip/counts"
}

measure_burst() {
	local routers watcher rip_base seconds=25 passes=3 sender
	[ "$quick" = no ] || seconds=2 passes=1
	note "rip: $row, 10,000 routes in one burst"
	start_router
	rip_base=$(prefixes_of "${routers[0]}")
	watch_routes 10000 $seconds
	nsenter --net="/run/netns/$space_prefix-b" "$tool/ripburst" --passes $passes eth0 10000 >"$rip/sent" \
		2>"$work/errors" &
	sender=$!
	if wait "$watcher"; then
		record rip "$row" - all-s "$(difference "$(tail -n 1 "$rip/counts" | cut -d ' ' -f 1)" "$(head -n 1 "$rip/sent")")"
	fi
	record rip "$row" - 0.1s "$(at 0.1)"
	record rip "$row" - 1s "$(at 1)"
	((passes == 1)) || record rip "$row" - 9s "$(at 9)"
	((passes == 1)) || record rip "$row" - 25s "$(at 25)"
	kill $sender 2>/dev/null || true
	wait $sender || true
	end_router
	((round > 1)) || measure_rip_memory
}

# measure_rip_memory: with 10,000 routes that come slowly enough for everybody
measure_rip_memory() {
	local routers watcher rip_base i
	note "rip: $row, memory"
	start_router
	rip_base=$(prefixes_of "${routers[0]}")
	record rip "$row" - idle-MiB "$(memory_of Pss "${routers[@]}")"
	for ((i = 0; i < 5; i++)); do
		watch_routes 10000 3
		in_b "$tool/ripburst" --pace 1 eth0 10000 >/dev/null
		! wait "$watcher" || break
	done
	if ((i < 5)); then
		record rip "$row" - RSS-MiB "$(memory_of Rss "${routers[@]}")"
		record rip "$row" - PSS-MiB "$(memory_of Pss "${routers[@]}")"
	else
		record rip "$row" - failed "memory: $(tail -n 1 "$rip/counts") of 10,000 routes"
	fi
	end_router
}

section_rip() {
	local round row size sizes="3 8 15" rip=$work/rip rip_command column
	local rip_quiet=6 # seconds; the pauses are up to 5
	[ "$quick" = no ] || sizes="3" rip_quiet=2
	read -ra rip_command <<<"$bin/ripd $rip_options eth0"
	mkdir "$rip"
	write_rip_files
	rip_wire
	for ((round = 1; round <= rounds; round++)); do
		for row in $rip_kinds; do
			for size in $sizes; do measure_rip_line "$size"; done
			measure_rip_ring
			[ "$full" = no ] || measure_rip_silence
			measure_burst
		done
	done
	remove_named_spaces
	echo "rip: lines of so many routers, and a ring of 8; updates every 5 s, timeout 30 s. Seconds, and the"
	echo "ratio to ripd. cold: from the start of the lab until the far end answers. A link is cut: withdraw,"
	echo "until the first router has no route; restore, until the far end answers; failover, until it answers"
	echo "by the other side of the ring; back, until the short way is used again; silent: nobody loses a carrier"
	echo
	for column in cold withdraw restore; do
		print_grid rip $column %.3f "$sizes" ripd=ripd frr=ripd bird=ripd
	done
	for column in cold failover back silent; do
		[[ $column != silent || $full = yes ]] || continue
		print_grid rip $column %.3f ring-8 ripd=ripd frr=ripd bird=ripd
	done
	echo "A neighbour announces 10,000 routes in 400 packets, in one go$([ "$quick" = yes ] || echo ', and again every 10 s'): how many are in the"
	echo "kernel's table so long after it has begun, and when all are; memory, idle and with 10,000 routes that"
	echo "came slowly (FRR: zebra and ripd)"
	echo
	print_columns rip ripd "$rip_kinds" 0.1s:%.0f 1s:%.0f 9s:%.0f 25s:%.0f all-s:%.3f idle-MiB:%.1f RSS-MiB:%.1f PSS-MiB:%.1f
	print_failures rip
}
