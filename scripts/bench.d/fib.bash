# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# fib: routes into the kernel's table and out of it. /32 routes by way of one gateway at a veth, each
# measurement in a network namespace of its own.
#
# floor is a bare loop without a table of its own and without answers (ribfloor.c), floor-object the
# same with one nexthop object that all routes share. fib-plain and fib are nodes/common/fib.c without
# and with these (fibload.c). ip is one ip -batch, from its start to its end. bird has its routes read
# already, as a static protocol that is then enabled and disabled; when the table is complete says
# fibwatch.c.
#
# in: until all are in; out: until all are out, each removed by itself; all: until all are out, when the
# program ends or drops all.
# shellcheck disable=SC2154

fib_rows="floor fib-plain floor-object fib ip bird"

# write_wire: a script that becomes its command, beside eth0, 10.0.0.1/24
write_wire() {
	cat >"$work/wire" <<-'END'
	#!/bin/sh
	ip link set lo up
	ip link add eth0 type veth peer name eth1
	ip link set eth0 up && ip link set eth1 up && ip address add 10.0.0.1/24 dev eth0
	exec "$@"
	END
	chmod 755 "$work/wire"
}
in_wire() { unshare --net "$work/wire" "$@"; }

# record_fib SIZE IN IN-CPU OUT OUT-CPU [IN IN-CPU ALL ALL-CPU]
record_fib() {
	record fib "$row" "$1" in "$2"
	record fib "$row" "$1" in-cpu "$3"
	record fib "$row" "$1" out "$4"
	[ -z "${8-}" ] || record fib "$row" "$1" all "$8"
}

# fib_program SIZE COMMAND...: one that measures itself
fib_program() {
	local size=$1 values
	shift
	if values=$(in_wire "$@" "$size" eth0 10.0.0.2 2>"$work/errors"); then
		# shellcheck disable=SC2086 # words on purpose
		record_fib "$size" $values
	else
		record fib "$row" "$size" failed "$size: $(tail -n 1 "$work/errors")"
	fi
}

measure_fib_floor() { fib_program "$1" "$tool/ribfloor"; }
measure_fib_floor-object() { fib_program "$1" "$tool/ribfloor" --nexthop; }
measure_fib_fib() { fib_program "$1" "$tool/fibload"; }
measure_fib_fib-plain() { fib_program "$1" "$tool/fibload" --plain; }

# fib_routes SIZE FORMAT: a line for each route, of the four numbers of its destination
fib_routes() {
	awk -v n="$1" -v f="$2\n" 'BEGIN {
		for (i = 0; i < n; i++)
			printf f, 20 + int(i / 16777216), int(i / 65536) % 256, int(i / 256) % 256, i % 256
	}'
}

measure_fib_ip() {
	local values
	fib_routes "$1" 'route add %d.%d.%d.%d via 10.0.0.2 proto 250 metric 120' >"$work/in"
	fib_routes "$1" 'route del %d.%d.%d.%d via 10.0.0.2 proto 250 metric 120' >"$work/out"
	# shellcheck disable=SC2016 # the inner shell expands
	values=$(in_wire bash -c 'TIMEFORMAT="%R %U %S"
		{ time ip -batch "$1/in"; } 2>&1
		{ time ip -batch "$1/out"; } 2>&1' - "$work" | awk '{printf "%s %s ", $1, $2 + $3}')
	# shellcheck disable=SC2086
	record_fib "$1" $values
}

# cpu_of PID...: seconds they have taken, of ticks of 10 ms
cpu_of() {
	local pid
	for pid in "$@"; do cat "/proc/$pid/stat"; done | awk '{t += $14 + $15} END {printf "%.2f", t / 100}'
}

# prefixes_of PID: how many routes there are in the namespace of the process
# shellcheck disable=SC2016 # awk expands
prefixes_of() { awk '/Prefixes:/ {print $2; exit}' "/proc/$1/net/fib_triestat"; }

# bird_until COUNT BIRDC-WORDS...: prints how long it takes until the table has so many more than `base`
bird_until() {
	local count=$1 watcher
	shift
	nsenter --net="/proc/$bird/ns/net" "$tool/fibwatch" "$base" "$count" 120 >"$work/counts" &
	watcher=$!
	"$tool/clock" "$work/start" birdc -s "$work/bird.ctl" "$@" >/dev/null
	wait "$watcher" || return
	difference "$(tail -n 1 "$work/counts" | cut -d ' ' -f 1)" "$(<"$work/start")"
}

measure_fib_bird() {
	local bird base cpu in out
	{
		echo "log \"$work/bird.log\" all;"
		echo "router id 10.0.0.1;"
		echo "protocol device {}"
		echo "protocol kernel { ipv4 { export all; }; scan time 1000; }"
		echo "protocol static many { disabled yes; ipv4;"
		fib_routes "$1" 'route %d.%d.%d.%d/32 via 10.0.0.2;'
		echo "}"
	} >"$work/bird.conf"
	unshare --net "$work/wire" bird -f -c "$work/bird.conf" -s "$work/bird.ctl" -P "$work/bird.pid" &
	bird=$!
	remember "$bird"
	await 60 birdc -s "$work/bird.ctl" show status || true
	base=$(prefixes_of "$bird")
	cpu=$(cpu_of "$bird")
	if in=$(bird_until "$1" enable many); then
		cpu=$(difference "$(cpu_of "$bird")" "$cpu")
		out=$(bird_until 0 disable many) && record_fib "$1" "$in" "$cpu" "$out"
	else
		record fib "$row" "$1" failed "$1: not all are in after two minutes"
	fi
	end_process "$bird"
}

section_fib() {
	local round size row sizes="10000 100000 500000" count=$rounds
	local pairs="floor=floor fib-plain=floor floor-object=floor-object fib=floor-object ip=floor bird=floor"
	[ "$quick" = no ] || sizes="10000 100000" count=3
	write_wire
	for size in $sizes; do
		for ((round = 1; round <= count; round++)); do
			for row in $fib_rows; do
				note "fib: $row, $size"
				"measure_fib_$row" "$size"
			done
		done
	done
	echo "fib: seconds for so many /32 routes by way of one gateway, and the ratio to the floor of that kind:"
	echo "a bare loop, without or with a nexthop object that all share. in, out: each by itself; all: dropped"
	echo "at once; in-cpu: of the process"
	echo
	for column in in in-cpu out all; do
		# shellcheck disable=SC2086
		print_grid fib $column %.3f "$sizes" $pairs
	done
	print_failures fib
}
