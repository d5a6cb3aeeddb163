# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# chat: lines of a writer to N readers, by a server in one node, the clients in another (fanout.c).
# Every measurement has a server of its own. Limits are raised by each server's own options.
# shellcheck disable=SC2154

chat_rows="chat-server ncat ngircd"

chat_command() {
	case $1 in
	chat-server) echo "$bin/chat-server --max-clients 5000 --port 5000" ;;
	ncat) echo "ncat --broker --listen --max-conns 5000 5000" ;;
	ngircd) echo "ngircd --nodaemon --config $work/ngircd.conf" ;;
	esac
}

write_chat_settings() {
	cat >"$work/ngircd.conf" <<-EOF
	[Global]
	Name = bench.example
	Info = bench
	AdminInfo1 = bench
	AdminInfo2 = bench
	AdminEMail = bench@bench.example
	Listen = 0.0.0.0
	Ports = 5000
	MotdPhrase = "bench"
	[Limits]
	MaxConnections = 0
	MaxConnectionsIP = 0
	MaxJoins = 0
	MaxPenaltyTime = 0
	PingTimeout = 3600
	[Options]
	DNS = no
	Ident = no
	PAM = no
	SyslogFacility = local1
	EOF
	chmod 644 "$work/ngircd.conf"
}

# chat_file ROW FILE
chat_file() {
	cat >"$2" <<-EOF
	name: $space_prefix
	lans: {lan: {subnet: 10.1.0.0/24, offload: yes}}
	nodes:
	  client: {lan: lan}
	  server: {lan: lan, run: {server: {command: "$(chat_command "$1")", ready: 5000}}}
	EOF
}

# fan_out ROW READERS "COLUMNS" MODE...: one server, one measurement
fan_out() {
	local row=$1 readers=$2 columns=$3 values status=0 column irc=()
	shift 3
	note "chat: $row, $readers readers, $*"
	[ "$row" != ngircd ] || irc=(--irc)
	chat_file "$row" "$work/chat.yml"
	"$bin/vethlab" up -q "$work/chat.yml"
	values=$(timeout 150 ip netns exec "$space_prefix-client" "$tool/fanout" "${irc[@]}" 10.1.0.2 5000 \
		"$readers" "$@" 2>"$work/errors") || status=$?
	"$bin/vethlab" down -q "$space_prefix"
	if ((status)); then
		record chat "$row" "$readers" failed "$readers $* (status $status) $(<"$work/errors")"
		return
	fi
	for column in $columns; do
		record chat "$row" "$readers" "$column" "${values%% *}"
		values=${values#* }
	done
}

# amounts READERS: lines a second for the fixed rate, and lines for the run with a stalled reader
amounts() {
	case $1 in
	5) echo 2000 20000 ;;
	50) echo 300 2000 ;;
	100) echo 300 10000 ;;
	*) echo 30 3000 ;;
	esac
}

measure_chat() {
	local row=$1 readers=$2 s=3 rate lines
	[ "$quick" = no ] || s=1
	read -r rate lines < <(amounts "$readers")
	fan_out "$row" "$readers" deliveries/s flood $s
	fan_out "$row" "$readers" "p50-µs p99-µs" paced $s "$rate"
	fan_out "$row" "$readers" "stalled-% stalled-deliveries/s" stalled "$lines"
}

section_chat() {
	local round row readers all="5 100 1000" same=()
	[ "$quick" = no ] || all="5 50"
	write_chat_settings
	for readers in $all; do
		for ((round = 1; round <= rounds; round++)); do
			for row in $chat_rows; do measure_chat "$row" "$readers"; done
		done
	done
	for row in $chat_rows; do same+=("$row=chat-server"); done
	echo "chat: lines of 64 octets from one writer to N readers; the ratio is to chat-server."
	echo "deliveries/s: 16 lines in flight. p50, p99: at 2000 lines a second to 5 readers, 300 to 50"
	echo "and 100, 30 to 1000. stalled: lines of 480 octets, 16 in flight, one reader more that never"
	echo "reads; what part of the lines the others got, and how many deliveries a second"
	echo
	print_grid chat deliveries/s %.0f "$all" "${same[@]}"
	print_grid chat p50-µs %.0f "$all" "${same[@]}"
	print_grid chat p99-µs %.0f "$all" "${same[@]}"
	print_grid chat stalled-% %.1f "$all" "${same[@]}"
	print_grid chat stalled-deliveries/s %.0f "$all" "${same[@]}"
	print_failures chat
}
