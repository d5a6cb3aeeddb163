# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# forwarder: TCP from a client by a node in the middle to a server, three nodes of one vethlab lab on a
# switch, transmit offload on. Every forwarder has one thread, or one process a connection (socat).
# direct: the client talks with the server, the middle runs nothing.
# shellcheck disable=SC2154

forwarder_rows="direct forwarder socat haproxy haproxy-splice nginx"

# middle_command ROW: what runs in the middle, on port 7001
middle_command() {
	case $1 in
	direct) ;;
	forwarder) echo "$bin/forwarder --max-connections 10000 --listen 7001 10.1.0.3:7000" ;;
	socat) echo "socat TCP-LISTEN:7001,fork,reuseaddr,nodelay,backlog=4096 TCP:10.1.0.3:7000,nodelay" ;;
	haproxy*) echo "haproxy -db -f $work/$1.cfg" ;;
	nginx) echo "nginx -e $work/nginx.errors -p $work -c $work/nginx.conf" ;;
	esac
}

write_middle_settings() {
	local option
	for option in "" -splice; do
		cat >"$work/haproxy$option.cfg" <<-EOF
		global
		    maxconn 4000
		    nbthread 1
		defaults
		    mode tcp
		    timeout connect 10s
		    timeout client 1h
		    timeout server 1h
		    ${option:+option splice-auto}
		listen middle
		    bind :7001
		    server server 10.1.0.3:7000
		EOF
	done
	cat >"$work/nginx.conf" <<-EOF
	load_module /usr/lib/nginx/modules/ngx_stream_module.so;
	daemon off;
	master_process off;
	pid $work/nginx.pid;
	events { worker_connections 8192; }
	stream {
	    server {
	        listen 7001 backlog=4096;
	        proxy_pass 10.1.0.3:7000;
	    }
	}
	EOF
}

# So many short connections a second leave more in TIME-WAIT than there are ports.
ports='sysctls: {net.ipv4.ip_local_port_range: "1024 65535", net.ipv4.tcp_max_tw_buckets: 4096}'

# middle_file ROW FILE
middle_file() {
	local command
	command=$(middle_command "$1")
	cat >"$2" <<-EOF
	name: $space_prefix
	lans: {lan: {subnet: 10.1.0.0/24, offload: yes}}
	nodes:
	  client: {lan: lan, $ports}
	  middle:
	    lan: lan
	    $ports
	    ${command:+run: {middle: {command: \"$command\", after: server, ready: 7001\}\}}
	  server: {lan: lan, run: {command: $tool/serve 7000, ready: 7000}}
	EOF
}

# from_client COLUMNS TOOL [ARGUMENT...]: runs it in the client, and records what it prints, in
# these columns; what fails is recorded as such
from_client() {
	local columns=$1 program=$2 values status=0 column
	shift 2
	note "forwarder: $row: $columns"
	values=$(timeout 60 ip netns exec "$space_prefix-client" "$tool/$program" "${target[@]}" "$@") || status=$?
	if ((status)); then
		record forwarder "$row" - failed "$program $* (status $status)"
		return
	fi
	for column in $columns; do
		record forwarder "$row" - "$column" "${values%% *}"
		values=${values#* }
	done
}

# pss_in NODE: MiB of all processes in the node
pss_in() {
	local space pid
	space=$(stat -L -c %i "/run/netns/$1")
	for pid in /proc/[0-9]*; do
		[ "$(stat -L -c %i "$pid/ns/net" || true)" != "$space" ] || cat "$pid/smaps_rollup"
	done 2>/dev/null | awk '/^Pss:/ {sum += $2} END {printf "%.1f", sum / 1024}'
}

# measure_middle ROW
measure_middle() {
	local row=$1 s=2 target=(10.1.0.2 7001) netns=/run/netns/$space_prefix-middle stream
	[ "$quick" = no ] || s=1
	[ "$row" != direct ] || target=(10.1.0.3 7000)
	middle_file "$row" "$work/middle.yml"
	"$bin/vethlab" up -q "$work/middle.yml"
	from_client "send-Gbit/s $([ "$row" = direct ] || echo CPU-s/GB)" stream send 1 $s "$netns"
	from_client "receive-Gbit/s" stream receive 1 $s
	from_client "50-Gbit/s" stream send 50 $s &
	stream=$!
	sleep 1
	[ "$row" = direct ] || record forwarder "$row" - MiB "$(pss_in "$space_prefix-middle")"
	wait $stream
	from_client "conn/s conn-p99-µs $([ "$row" = direct ] || echo CPU-µs/conn)" connrate 50 $s "$netns"
	from_client "RTT-p50-µs RTT-p99-µs" rtt 1 $s
	from_client "- 50-RTT-p99-µs" rtt 50 $s
	"$bin/vethlab" down -q "$space_prefix"
}

section_forwarder() {
	local round row
	write_middle_settings
	for ((round = 1; round <= rounds; round++)); do
		for row in $forwarder_rows; do measure_middle "$row"; done
	done
	echo "forwarder: client - middle - server on a switch; the ratio is to vethlab's forwarder."
	echo "CPU: of the middle's processes. MiB: their PSS with 50 connections, without what the kernel holds"
	echo "for them in pipes and sockets"
	echo
	print_columns forwarder forwarder "$forwarder_rows" send-Gbit/s:%.2f receive-Gbit/s:%.2f \
		50-Gbit/s:%.2f CPU-s/GB:%.3f MiB:%.1f
	print_columns forwarder forwarder "$forwarder_rows" conn/s:%.0f conn-p99-µs:%.0f \
		CPU-µs/conn:%.0f RTT-p50-µs:%.0f RTT-p99-µs:%.0f 50-RTT-p99-µs:%.0f
	print_failures forwarder
}
