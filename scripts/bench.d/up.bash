# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# up: a star of hosts around one bridge, then 1,000 as ten LANs of 100 behind a router.
#
# up: from the start of the competitor, until it says that it is there and host 1's ping to host N has
# been answered. down: from the order to end, until the kernel has freed the last namespace (freed.c).
# Both by the same programs for every row. Each without commands, and with one idle program a node.
# shellcheck disable=SC2154

# A size is HOSTS, or LANSxHOSTS.
lans_of() { [[ $1 = *x* ]] || set -- 1x; echo "${1%x*}"; }
hosts_of() { echo "${1#*x}"; }
address_of_host() { echo "10.$1.$(($2 / 256)).$(($2 % 256))"; }
last_address() { address_of_host "$(lans_of "$1")" "$(hosts_of "$1")"; }

# star_file SIZE PROCS FILE: the lab for vethlab
star_file() {
	local lans l run=
	lans=$(lans_of "$1")
	[ "$2" = no ] || run=", run: {command: $work/user/idle, ready: started}"
	{
		echo "name: $space_prefix"
		echo "lans:"
		for ((l = 1; l <= lans; l++)); do echo "  lan$l: 10.$l.0.0/16"; done
		echo "nodes:"
		for ((l = 1; l <= lans; l++)); do
			printf '  h%sx: {count: %s, lan: lan%s%s%s}\n' $l "$(hosts_of "$1")" $l \
				"$( ((lans == 1)) || echo ", gateway: router")" "$run"
		done
		((lans > 1)) || return 0
		echo "  router:"
		echo "    forward: yes"
		[ -z "$run" ] || echo "    ${run#, }"
		echo "    interfaces:"
		for ((l = 1; l <= lans; l++)); do echo "      eth$l: {lan: lan$l, ip: 10.$l.255.254}"; done
	} >"$3"
}

# ---- the competitors: start_X SIZE PROCS sets `place`, where firstping enters; end_X -------------

# hold COMMAND...: start it, wait until it says ready; let_go: end it and wait
hold() {
	coproc HELD { exec "$tool/clock" "$work/start" "$@" 2>"$work/errors"; }
	held=$HELD_PID
	remember "$held"
	exec {to_held}>&"${HELD[1]}" {from_held}<&"${HELD[0]}"
	place=/proc/$held/fd
	local line=
	while [ "$line" != ready ]; do
		read -r -t 300 line <&"$from_held" || fail "$1: $(cat "$work/errors")"
		[[ $line != pid* ]] || place=/proc/${line#pid }/ns/net
	done
}

let_go() {
	"$tool/clock" "$work/stop"
	exec {to_held}>&- {from_held}<&-
	eval "exec ${HELD[0]:-9}<&- ${HELD[1]:-9}>&-"
	wait "$held" || true
	forget "$held"
}

floor_options() {
	echo "--lans $(lans_of "$1") $([ "$2" = no ] || echo --procs "$work/user/idle") $(($(lans_of "$1") * $(hosts_of "$1")))"
}

start_floor() {
	# shellcheck disable=SC2046 # words on purpose
	hold "$tool/floor" $(floor_options "$1" "$2")
}
end_floor() { let_go; }

start_floor-user() {
	# shellcheck disable=SC2046
	hold setpriv --reuid=nobody --regid=nogroup --clear-groups unshare -Ur "$work/user/floor" \
		$(floor_options "$1" "$2")
}
end_floor-user() { let_go; }

start_mininet() {
	local idle=()
	[ "$2" = no ] || idle=("$tool/idle")
	hold /usr/bin/python3 "$here/tests/bench/star_mininet.py" "$1" "${idle[@]}"
}
end_mininet() { let_go; }

start_vethlab() {
	star_file "$1" "$2" "$work/star.yml"
	"$tool/clock" "$work/start" "$bin/vethlab" up -q "$work/star.yml"
	place=/proc/$(<"$work/state/$space_prefix/lock")/fd
}
end_vethlab() { "$tool/clock" "$work/stop" "$bin/vethlab" down -q "$space_prefix"; }

start_vethlab-user() {
	star_file "$1" "$2" "$work/star.yml"
	as_nobody "$tool/clock" "$work/user/start" "$work/user/vethlab" up -q "$work/star.yml"
	mv "$work/user/start" "$work/start"
	place=/proc/$(<"$user_state/$space_prefix/lock")/fd
}
end_vethlab-user() {
	as_nobody "$tool/clock" "$work/user/stop" "$work/user/vethlab" down -q "$space_prefix"
	mv "$work/user/stop" "$work/stop"
}

# What a careful shell script does: one ip for the namespaces, one a LAN for its veths, made in place,
# and one in each node. The words are written before the clock starts.
start_ip() {
	local folder=$work/ip
	rm -rf "$folder"
	mkdir "$folder"
	write_ip_batches "$folder" "$1" "$2"
	"$tool/clock" "$work/start" bash "$folder/up"
	mapfile -t ip_idle < <(cat "$folder/pids" 2>/dev/null)
	started+=("${ip_idle[@]}")
	place=/run/netns/$space_prefix-1-1
}

end_ip() {
	local pid
	"$tool/clock" "$work/stop" bash -c "kill $(tr '\n' ' ' 2>/dev/null <"$work/ip/pids") 2>/dev/null
		ip -batch $work/ip/down"
	for pid in "${ip_idle[@]}"; do forget "$pid"; done
}

# write_ip_batches FOLDER SIZE PROCS
write_ip_batches() {
	local folder=$1 lans hosts l h name
	lans=$(lans_of "$2") hosts=$(hosts_of "$2")
	echo "ip -batch $folder/spaces" >"$folder/up"
	((lans == 1)) || ip_space "$folder" r "link set lo up"
	for ((l = 1; l <= lans; l++)); do
		name=$space_prefix-$l
		ip_space "$folder" "$l" "link add lan type bridge" "link set lan up"
		for ((h = 1; h <= hosts; h++)); do
			echo "link add p$h up master lan type veth peer name eth0 netns $name-$h" >>"$folder/$l"
			ip_space "$folder" "$l-$h" "link set lo up" \
				"address add $(address_of_host "$l" "$h")/16 broadcast + dev eth0" "link set eth0 up"
			((lans == 1)) || echo "route add default via 10.$l.255.254" >>"$folder/$l-$h"
		done
		((lans > 1)) || continue
		echo "link add r up master lan type veth peer name eth$l netns $space_prefix-r" >>"$folder/$l"
		printf '%s\n' "address add 10.$l.255.254/16 dev eth$l" "link set eth$l up" >>"$folder/r"
	done
	# bridges and ports are made before the nodes' own ends are set
	for ((l = 1; l <= lans; l++)); do echo "ip -n $space_prefix-$l -batch $folder/$l"; done >>"$folder/up"
	((lans == 1)) || {
		echo "ip -n $space_prefix-r -batch $folder/r"
		echo "ip netns exec $space_prefix-r sysctl -qw net.ipv4.ip_forward=1"
	} >>"$folder/up"
	for ((l = 1; l <= lans; l++)); do
		for ((h = 1; h <= hosts; h++)); do
			echo "ip -n $space_prefix-$l-$h -batch $folder/$l-$h"
			[ "$3" = no ] || echo "ip netns exec $space_prefix-$l-$h $tool/idle & echo \$! >>$folder/pids"
		done
	done >>"$folder/up"
}

# ip_space FOLDER NAME LINE...
ip_space() {
	echo "netns add $space_prefix-$2" >>"$1/spaces"
	echo "netns del $space_prefix-$2" >>"$1/down"
	printf '%s\n' "${@:3}" >"$1/$2"
}

# ---- the measurement ------------------------------------------------------------------------------

# measure_star ROW SIZE PROCS
measure_star() {
	local row=$1 answered freed
	[ "$3" = no ] || row+=+idle
	note "up: $row, $2"
	"start_$1" "$2" "$3"
	answered=$("$tool/firstping" "$place" 10."$(first_lan "$1")".0.1 "$(ping_target "$1" "$2")")
	record up "$row" "$2" up "$(difference "$answered" "$(<"$work/start")")"
	"end_$1"
	freed=$("$tool/freed")
	record up "$row" "$2" down "$(difference "$freed" "$(<"$work/stop")")"
}

# Mininet plans 10.0.0.0/8.
first_lan() { [ "$1" = mininet ] && echo 0 || echo 1; }
ping_target() {
	if [ "$1" = mininet ]; then address_of_host 0 "$2"; else last_address "$2"; fi
}

takes_part() { # ROW SIZE
	[ "$1" != mininet ] || { [[ $2 != *x* ]] && [ "$2" -le "$([ "$full" = yes ] && echo 1000 || echo 100)" ]; }
}

section_up() {
	local all="${sizes//,/ }" rows="floor vethlab floor-user vethlab-user ip mininet"
	local procs round size row
	[ "$quick" = yes ] && all+=" 2x20" || all+=" 10x100"
	for size in $all; do
		for ((round = 1; round <= rounds; round++)); do
			for procs in no yes; do
				for row in $rows; do
					! takes_part "$row" "$size" || measure_star "$row" "$size" "$procs"
				done
			done
		done
	done
	echo "up: a star of N hosts (10x100: ten LANs of 100 behind a router); +idle: a program in each."
	echo "Seconds until host 1's ping to host N is answered, and the ratio to the floor of that kind"
	echo "(-user: as an ordinary user)"
	echo
	print_star up "$all"
	echo "Seconds from the order to end until the kernel has freed the last namespace"
	echo
	print_star down "$all"
}

print_star() {
	print_grid up "$1" %.3f "$2" floor=floor vethlab=floor ip=floor mininet=floor floor-user=floor-user \
		vethlab-user=floor-user floor+idle=floor+idle vethlab+idle=floor+idle ip+idle=floor+idle \
		mininet+idle=floor+idle floor-user+idle=floor-user+idle vethlab-user+idle=floor-user+idle
}
