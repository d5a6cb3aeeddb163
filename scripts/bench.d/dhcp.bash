# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# dhcp: servers in one node, their clients in another, a link between. State and logs are on a disk, for
# what a server waits for is that; each measurement has a server of its own, with no lease but where
# it says so. Each logs what it does by itself, and keeps its leases as Debian has set it up. Nobody
# probes but dhcp-server-probe.
#
# perfdhcp is a relay with all clients behind it; so is dhcpload.c, which can do more a second, under
# relay; and under wire its clients broadcast.
# shellcheck disable=SC2154

dhcp_rows="dhcp-server dhcp-server-probe kea dnsmasq isc-dhcpd echo"
dhcp_subnet=10.0.0.0/14
dhcp_many=10.1.0.0-10.3.255.254   # the pool for the most exchanges a second
dhcp_some=10.1.0.0-10.1.63.255    # for 10,000 leases
dhcp_few=10.1.0.0-10.1.0.255      # to know when a server of relays serves
dhcp_all=10.1.0.0-10.2.255.255    # for 100,000 leases
dhcp_behind=10.5.0.0-10.7.255.254 # the same behind the relay 10.4.0.1, which is the client node

# ---- the servers ----------------------------------------------------------------------------------

# write_X POOL [POOL-BEHIND]: the configuration of X, in the folder $dhcp
write_dhcp-server() {
	{
		[ "$row" = dhcp-server-probe ] || echo "probe: no"
		echo "rate: 1000000"
		echo "subnets:"
		echo "  $dhcp_subnet: {pool: $1, router: 10.0.0.1, dns: 10.0.0.1}"
		[ -z "${2-}" ] || echo "  10.4.0.0/14: {pool: $2, router: 10.4.0.1, dns: 10.0.0.1}"
	} >"$dhcp/dhcp.yml"
}

write_kea() {
	{
		cat <<-END
		{"Dhcp4": {
		  "interfaces-config": {"interfaces": ["eth0"]},
		  "lease-database": {"type": "memfile", "persist": true, "name": "$dhcp/leases",
		                     "lfc-interval": 3600},
		  "valid-lifetime": 3600,
		  "option-data": [{"name": "domain-name-servers", "data": "10.0.0.1"}],
		  "loggers": [{"name": "kea-dhcp4", "severity": "INFO",
		               "output_options": [{"output": "$dhcp/kea.log"}]}],
		  "subnet4": [
		END
		kea_subnet 1 $dhcp_subnet "$1" 10.0.0.1
		[ -z "${2-}" ] || echo "," "$(kea_subnet 2 10.4.0.0/14 "$2" 10.4.0.1)"
		echo "]}}"
	} >"$dhcp/kea.json"
}

# kea_subnet ID SUBNET POOL ROUTER
kea_subnet() {
	cat <<-END
	{"id": $1, "subnet": "$2", "pools": [{"pool": "$3"}],
	 "option-data": [{"name": "routers", "data": "$4"}]}
	END
}

write_dnsmasq() {
	cat >"$dhcp/dnsmasq.conf" <<-END
	port=0
	user=root
	interface=eth0
	no-ping
	dhcp-range=set:wire,${1%-*},${1#*-},255.252.0.0,1h
	dhcp-option=tag:wire,option:router,10.0.0.1
	${2:+dhcp-range=set:behind,${2%-*},${2#*-},255.252.0.0,1h}
	${2:+dhcp-option=tag:behind,option:router,10.4.0.1}
	dhcp-option=option:dns-server,10.0.0.1
	dhcp-lease-max=1000000
	dhcp-leasefile=$dhcp/leases
	log-facility=$dhcp/dnsmasq.log
	END
}

write_isc-dhcpd() {
	cat >"$dhcp/dhcpd.conf" <<-END
	default-lease-time 3600;
	max-lease-time 3600;
	ping-check false;
	option domain-name-servers 10.0.0.1;
	subnet 10.0.0.0 netmask 255.252.0.0 { range ${1/-/ }; option routers 10.0.0.1; }
	${2:+subnet 10.4.0.0 netmask 255.252.0.0 { range ${2/-/ }; option routers 10.4.0.1; \}}
	END
	[ -e "$dhcp/leases" ] || : >"$dhcp/leases"
}

write_echo() { :; } # dhcpecho.c keeps nothing

# dhcp_command: sets `command`
dhcp_command() {
	case $row in
	dhcp-server*) command=("$bin/dhcp-server" --config "$dhcp/dhcp.yml" --db "$dhcp/leases" eth0) ;;
	kea) command=(env KEA_PIDFILE_DIR="$dhcp" KEA_LOCKFILE_DIR="$dhcp" kea-dhcp4 -c "$dhcp/kea.json") ;;
	dnsmasq) command=(dnsmasq --keep-in-foreground --conf-file="$dhcp/dnsmasq.conf" --pid-file) ;;
	echo) command=("$tool/dhcpecho" eth0 10.0.0.1) ;;
	isc-dhcpd) command=(dhcpd -4 -f -d -cf "$dhcp/dhcpd.conf" -lf "$dhcp/leases" --no-pid eth0) ;;
	esac
}

in_client() { nsenter --net="/run/netns/$space_prefix-client" "$@"; }

# start_dhcp POOL [POOL-BEHIND]: sets `server`; it serves when this returns. False: it does not, and
# that is recorded.
start_dhcp() {
	new_dhcp "$@"
	launch_dhcp
	in_client "$tool/dhcpload" eth0 first 1 any 20 >/dev/null 2>"$work/errors" && return
	no_figure "server: it does not serve: $(tail -n 1 "$dhcp/log")"
	end_dhcp
	return 1
}

# new_dhcp POOL [POOL-BEHIND]: an empty folder with a configuration
new_dhcp() {
	rm -rf "$dhcp"
	mkdir "$dhcp"
	"write_${row%-probe}" "$@"
}

launch_dhcp() {
	local command
	dhcp_command
	nsenter --net="/run/netns/$space_prefix-server" "$tool/clock" "$work/start" "${command[@]}" \
		>"$dhcp/log" 2>&1 &
	server=$!
	remember "$server"
}

end_dhcp() { end_process "$server"; }

# no_figure WORDS: "WHAT: why there is a -"
no_figure() { record dhcp "$row" - none "$*"; }

# ---- exchanges a second ---------------------------------------------------------------------------

# load_perfdhcp, load_relay and load_wire RATE SECONDS: "exchanges/s lost-% p50-µs p99-µs" of a server of
# its own. perfdhcp's percentiles are those of REQUEST until ACK, dhcpload's those of the exchange.
load_perfdhcp() {
	local status=0
	in_client timeout "$(($2 + 20))" perfdhcp -4 -l 10.4.0.1 -b mac=02:00:00:00:00:00 -R 1000000 \
		-r "$1" -p "$2" -W 1000000 -x t 10.0.0.1 >"$work/perfdhcp" 2>&1 || status=$?
	((status == 0 || status == 3)) || return "$status"
	awk -v s="$2" '
		/^\*\*\*Statistics for: / { exchange = substr($3, 1, 3) }
		/^sent packets: / { sent[exchange] = $3 }
		/^received packets: / { received[exchange] = $3 }
		END {
			n = received["REQ"]
			printf "%.0f %.2f ", n / s, 100 * (1 - n / sent["DIS"])
		}' "$work/perfdhcp"
	sed -n '/^\*\*\*Timestamps for packets: REQUEST-ACK/,$p' "$work/perfdhcp" |
		awk '/^sent \/ received: / {printf "%.0f\n", ($6 - $4) * 1e6}' | sort -g |
		awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)] + 0, v[int((NR * 99 + 99) / 100)] + 0}'
}

load_relay() {
	in_client timeout "$(($2 + 20))" "$tool/dhcpload" 10.4.0.1/10.0.0.1 rate "$1" "$2"
}

load_wire() {
	in_client timeout "$(($2 + 20))" "$tool/dhcpload" eth0 rate "$1" "$2"
}

# start_for PATH: start_dhcp with a pool where those clients are
start_for() {
	if [ "$1" = wire ]; then
		start_dhcp $dhcp_many
	else
		start_dhcp $dhcp_few $dhcp_behind
	fi
}

# try_rate PATH RATE: true if less than 1 % is lost, of what was asked for but for 5 %; sets `reached`
try_rate() {
	local values lost
	reached=""
	start_for "$1" || return
	values=$("load_$1" "$2" "$dhcp_seconds") || values="0 100 0 0"
	end_dhcp
	read -r reached lost _ <<<"$values"
	note "dhcp: $row, $1, $2/s: $values"
	awk -v r="$reached" -v l="$lost" -v w="$2" 'BEGIN {exit !(l < 1 && r > 0.95 * w)}'
}

# find_most PATH: doubles the rate until it fails, halves the gap until it is 8 %; each rate has two
# attempts, for what else runs here may have taken one. Later rounds begin near the first one's.
find_most() {
	local rate low=0 high=0 best="" reached known
	known=$(median dhcp "$row" - "$1/s")
	rate=$(awk -v k="${known:-0}" 'BEGIN {printf "%d", k ? k * 0.8 : 250}')
	while ((rate >= 20 && rate <= 40000)); do
		if try_rate "$1" "$rate" || { [ -n "$reached" ] && try_rate "$1" "$rate"; }; then
			low=$rate best=$reached
		elif [ -z "$reached" ]; then
			return 0
		else
			high=$rate
		fi
		if ((high == 0)); then
			rate=$((known ? rate * 5 / 4 : rate * 2))
		elif ((low == 0)); then
			rate=$((rate / 2))
		elif ((high * 100 > low * 108)); then
			rate=$(((low + high) / 2))
		else
			break
		fi
	done
	if [ -n "$best" ]; then
		record dhcp "$row" - "$1/s" "$best"
	else
		no_figure "$1/s: loses 1 % at any rate"
	fi
}

# measure_at_500 PATH
measure_at_500() {
	local values lost p50 p99
	start_for "$1" || return 0
	values=$("load_$1" 500 "$dhcp_seconds") || values="0 100 0 0"
	end_dhcp
	note "dhcp: $row, $1, 500/s: $values"
	read -r _ lost p50 p99 <<<"$values"
	if awk -v l="$lost" 'BEGIN {exit l < 1}'; then
		no_figure "$1-p50, $1-p99: $lost % lost at 500/s"
		return
	fi
	record dhcp "$row" - "$1-p50-µs" "$p50"
	record dhcp "$row" - "$1-p99-µs" "$p99"
}

# ---- memory, syncs --------------------------------------------------------------------------------

measure_dhcp_memory() {
	local values leases=10000
	[ "$quick" = no ] || leases=1000
	start_dhcp "$dhcp_some" || return 0
	note "dhcp: $row, $leases leases"
	if values=$(in_client timeout 300 "$tool/dhcpload" eth0 count $leases 8); then
		record dhcp "$row" - RSS-MiB "$(memory_of Rss "$server")"
		record dhcp "$row" - PSS-MiB "$(memory_of Pss "$server")"
	else
		no_figure "MiB: no $leases leases in 300 s: $values"
	fi
	end_dhcp
}

# measure_syncs: of 200 exchanges one after another
measure_syncs() {
	local tracer i done=0
	start_dhcp "$dhcp_some" || return 0
	strace -f -o "$work/syncs" -e trace=fsync,fdatasync,sync_file_range,msync,sync,syncfs \
		-p "$server" 2>"$work/errors" &
	tracer=$!
	remember "$tracer"
	for ((i = 0; i < 250; i++)); do
		! grep -q '^TracerPid:.[1-9]' "/proc/$server/status" || break
		sleep 0.02
	done
	if ((i < 250)) && in_client timeout 60 "$tool/dhcpload" eth0 count 200 1 >/dev/null; then
		done=1
	fi
	kill -INT "$tracer" 2>/dev/null || true
	wait "$tracer" || true
	forget "$tracer"
	end_dhcp
	if ((done)); then
		record dhcp "$row" - syncs/ACK "$(grep -c 'sync.*(' "$work/syncs" | awk '{print $1 / 200}')"
	else
		no_figure "syncs/ACK: 200 exchanges did not end, or strace may not look: $(tail -n 1 "$work/errors")"
	fi
}

# ---- start with many leases -----------------------------------------------------------------------

# seed_X: 100,000 leases of clients 1 to 100000, client N having 10.1.0.0 + N, on standard output
dhcp_clients() {
	awk -v n="$dhcp_leases" -v now="$(date +%s)" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "10.%d.%d.%d 02:00:%02x:%02x:%02x:%02x %d\n", 1 + int(i / 65536), int(i / 256) % 256,
				i % 256, int(i / 16777216), int(i / 65536) % 256, int(i / 256) % 256, i % 256, now + 36000
	}'
}

seed_kea() {
	echo "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context"
	dhcp_clients | awk '{print $1 "," $2 ",,36000," $3 ",1,0,0,,0,"}'
}

seed_dnsmasq() { dhcp_clients | awk '{print $3, $2, $1, "* *"}'; }

seed_isc-dhcpd() {
	echo 'authoring-byte-order little-endian;'
	dhcp_clients | awk '{
		print "lease " $1 " {"
		print "  starts epoch " $3 - 36000 ";\n  ends epoch " $3 ";\n  cltt epoch " $3 - 36000 ";"
		print "  binding state active;\n  next binding state free;\n  rewind binding state free;"
		print "  hardware ethernet " $2 ";\n}"
	}'
}

# seed_dhcp-server: SQL, for a database that a server has made
seed_dhcp-server() {
	echo "begin;"
	dhcp_clients | awk '{
		printf "insert into lease values(\"%s\", \"bound\", \"mac %s\", \"%s\", %d, null, null);\n", $1, $2, $2, $3
	}'
	echo "commit;"
}

# make_seeds: a file of leases for each server, once
make_seeds() {
	local row dhcp=$disk/dhcp
	for row in kea dnsmasq isc-dhcpd; do "seed_$row" >"$disk/$row.seed"; done
	row='dhcp-server'
	start_dhcp "$dhcp_all" || return 0
	end_dhcp
	seed_dhcp-server | tr '"' "'" | sqlite3 "$dhcp/leases"
	mv "$dhcp/leases" "$disk/dhcp-server.seed"
}

# measure_dhcp_start: from its exec until the last of the clients, which asks each 5 ms, is offered the
# address that it has
measure_dhcp_start() {
	local asker status=0
	[ -e "$disk/$row.seed" ] || return 0
	note "dhcp: $row, start with $dhcp_leases leases"
	new_dhcp "$dhcp_all"
	cp "$disk/$row.seed" "$dhcp/leases"
	sync -f "$dhcp/leases"
	in_client "$tool/dhcpload" eth0 first "$dhcp_leases" "$(dhcp_clients | awk 'END {print $1}')" 120 \
		>"$work/offered" 2>"$work/errors" &
	asker=$!
	remember "$asker"
	launch_dhcp
	wait "$asker" || status=$?
	forget "$asker"
	end_dhcp
	if ((status)); then
		no_figure "start-s: no such offer in 120 s: $(<"$work/errors") $(tail -n 1 "$dhcp/log")"
		return
	fi
	record dhcp "$row" - start-s "$(difference "$(<"$work/offered")" "$(<"$work/start")")"
}

# ---- all ------------------------------------------------------------------------------------------

# open_disk: a folder that is on one; tmpfs would sync in no time
open_disk() {
	local folder kind
	for folder in "${BUILD:-build}" /var/tmp; do
		kind=$(stat -f -c %T "$folder")
		[[ $kind != tmpfs && $kind != ramfs ]] || continue
		disk=$(mktemp -d "$(realpath "$folder")/bench.XXXXXX")
		chmod 755 "$disk"
		dhcp_disk="$(findmnt -n -o FSTYPE,SOURCE -T "$disk" | awk '{print $1 " on " $2}')"
		return
	done
	fail 'neither the build folder nor /var/tmp is on a disk; try BUILD=DIR'
}

# the node of the clients forwards nothing: what probes an address behind it hears silence
dhcp_lab() {
	cat >"$work/dhcp.yml" <<-END
	name: $space_prefix
	nodes:
	  server: {interfaces: {eth0: {ip: 10.0.0.1}}}
	  client: {interfaces: {eth0: {ip: 10.0.0.2}}}
	links:
	  - {ends: [server:eth0, client:eth0], subnet: $dhcp_subnet}
	END
	"$bin/vethlab" up -q "$work/dhcp.yml"
	ip -n "$space_prefix-client" address add 10.4.0.1 dev eth0
	ip -n "$space_prefix-server" route add 10.4.0.0/14 via 10.0.0.2
}

measure_dhcp() {
	local row path
	for row in $dhcp_rows; do
		for path in perfdhcp relay wire; do
			[[ $row != echo || $path != wire ]] || continue # UDP to all is slower than frames
			find_most $path
			[ $path = relay ] || measure_at_500 $path
		done
		[[ $row != dhcp-server-probe && $row != echo ]] || continue
		measure_dhcp_start
		((round == 1)) || continue
		measure_dhcp_memory
		measure_syncs
	done
}

measure_floor_of_disk() {
	local p50 p99
	read -r p50 p99 < <("$tool/append" "$disk/append" 1000)
	record dhcp append - sync-p50-µs "$p50"
	record dhcp append - sync-p99-µs "$p99"
}

# print_no_figures: why something was not measured, and in how many rounds
print_no_figures() {
	awk -F '\t' -v rounds="$rounds" '
		$1 == "dhcp" && $4 == "none" {
			what = $2 ": " substr($5, 1, index($5, ": ") - 1)
			why[what] = substr($5, index($5, ": ") + 2)
			if (!n[what]++) order[++count] = what
		}
		END {
			for (i = 1; i <= count; i++)
				print "-: " order[i] ": " why[order[i]] " (" n[order[i]] " of " rounds " rounds)"
		}' "$figures"
}

section_dhcp() {
	local round dhcp dhcp_disk dhcp_seconds=3 dhcp_leases=100000 server
	[ "$quick" = no ] || dhcp_seconds=1 dhcp_leases=10000
	open_disk
	dhcp=$disk/dhcp
	dhcp_lab
	make_seeds
	for ((round = 1; round <= rounds; round++)); do
		measure_floor_of_disk
		measure_dhcp
	done
	"$bin/vethlab" down -q "$space_prefix"
	echo "dhcp: servers with their state and log on $dhcp_disk, where 64 octets appended and synced take"
	echo "$(median dhcp append - sync-p50-µs) µs (p50), $(median dhcp append - sync-p99-µs) µs (p99); the ratio is to vethlab's dhcp-server. Nobody probes addresses"
	echo "but dhcp-server-probe, which waits its 200 ms before an offer. dhcp-server writes at most 1,000"
	echo "lines a second into its log, the others all."
	echo "echo answers relays and keeps nothing: what those who ask can do."
	echo "/s: the most exchanges (DISCOVER, OFFER, REQUEST, ACK) of which less than 1 % is lost or takes"
	echo "more than 1 s: by perfdhcp, which is a relay; by a relay that can do more; by clients at the wire."
	echo "p50 and p99 at 500 a second: perfdhcp: from REQUEST to ACK, wire: of the whole exchange."
	echo "syncs: of 200 exchanges one after another. start: with $dhcp_leases leases, until one is offered"
	echo "again. MiB: with $([ "$quick" = no ] && echo 10,000 || echo 1,000) leases"
	echo
	print_columns dhcp dhcp-server "$dhcp_rows" perfdhcp/s:%.0f relay/s:%.0f wire/s:%.0f syncs/ACK:%.2f \
		start-s:%.2f RSS-MiB:%.1f PSS-MiB:%.1f
	print_columns dhcp dhcp-server "$dhcp_rows" perfdhcp-p50-µs:%.0f perfdhcp-p99-µs:%.0f wire-p50-µs:%.0f \
		wire-p99-µs:%.0f
	print_no_figures
}
