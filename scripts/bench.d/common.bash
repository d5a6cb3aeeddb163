# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What all sections of the benchmark use: a place to work in that goes away, figures, tables.
# shellcheck disable=SC2154,SC2034 # rounds, sizes, quick, full are set by scripts/bench

bin=$(realpath -m "${BIN:-bin}")
tool=$(realpath -m "${BUILD:-build}")/tests/bench
here=$PWD

wrong_use() {
	echo "bench: $1; try --help" >&2
	exit 2
}

fail() {
	echo "bench: $1" >&2
	exit 1
}

# own_run ARGUMENT...: Debian has /run in memory; where a machine has it on a disk, this script begins
# anew with one of its own, which nobody else sees
own_run() {
	[[ $(stat -f -c %T /run) == tmpfs || $(id -u) != 0 ]] && return
	# shellcheck disable=SC2016 # the inner shell expands
	exec unshare --mount sh -c 'mount -t tmpfs -o mode=755 none /run && exec "$0" "$@"' \
		"$here/scripts/bench" "$@"
}

# ---- a place to work in ---------------------------------------------------------------------------

prepare() {
	[ "$(id -u)" = 0 ] || fail 'needs root'
	[[ -x $bin/vethlab && -x $tool/floor ]] || fail "nothing built in $bin and $tool; try make bench"
	ulimit -n "$(ulimit -H -n)"
	work=$(mktemp -d /run/vethlab-bench.XXXXXX)
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	trap 'exit 141' PIPE
	chmod 755 "$work"
	export VETHLAB_STATE_DIR=$work/state
	user_state=$work/user/state
	mkdir -m 700 "$work/state"
	mkdir -p "$work/user"
	cp "$bin"/* "$work/user" # nobody may not look into everybody's folders
	cp "$tool"/{floor,idle} "$work/user"
	chown -R nobody:nogroup "$work/user"
	figures=$work/figures.tsv
	: >"$figures"
}

clean_up() {
	set +e
	trap '' INT TERM HUP PIPE
	local pid
	for pid in "${started[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	"$bin/vethlab" down -q -a 2>/dev/null
	as_nobody "$bin/vethlab" down -q -a 2>/dev/null
	remove_named_spaces
	rm -rf "$work" ${disk:+"$disk"}
}

disk=      # a folder on a disk, for the section that needs one
started=() # process ids to be ended, whatever happens

# remember PID; forget PID
remember() { started+=("$1"); }
forget() {
	local pid kept=()
	for pid in "${started[@]}"; do
		[ "$pid" = "$1" ] || kept+=("$pid")
	done
	started=("${kept[@]}")
}

# end_process PID: as it ends by itself on SIGTERM, within ten seconds
end_process() {
	local i
	kill "$1" 2>/dev/null || true
	for ((i = 0; i < 500; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.02
	done
	kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
	forget "$1"
}

# await SECONDS COMMAND...: until it succeeds; false if that takes longer
await() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS <= end)) || return 1
		sleep 0.01
	done
}

# memory_of Rss|Pss PID...: MiB of all together
memory_of() {
	local what=$1 pid
	shift
	for pid in "$@"; do cat "/proc/$pid/smaps_rollup"; done | awk -v w="$what:" '$1 == w {kib += $2} END {printf "%.1f", kib / 1024}'
}

# as_nobody COMMAND...: as an ordinary user, with a state folder of its own
as_nobody() {
	local program=$1
	shift
	VETHLAB_STATE_DIR=$user_state HOME=$work/user setpriv --reuid=nobody --regid=nogroup \
		--clear-groups "${program/#"$bin"/"$work/user"}" "$@"
}

# Labs and the namespaces of ip(8) have names of this run, so that two runs do not meet.
space_prefix=vb$$
remove_named_spaces() {
	local path
	for path in /run/netns/"$space_prefix"-*; do
		[ ! -e "$path" ] || ip netns del "${path##*/}"
	done
}

# ---- figures --------------------------------------------------------------------------------------

# record SECTION ROW SIZE COLUMN VALUE: nothing where it could not be measured, as the CPU time of
# processes that ended unseen
record() {
	[[ $5 != -* ]] || return 0
	(IFS=$'\t'; echo "$*") >>"$figures"
}

# median SECTION ROW SIZE COLUMN: nothing where there is no figure
median() {
	awk -F '\t' -v s="$1" -v r="$2" -v n="$3" -v c="$4" \
		'$1 == s && $2 == r && $3 == n && $4 == c {print $5}' "$figures" | sort -g |
		awk '{v[NR] = $1} END {if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# divide A B FORMAT: nothing where one is missing
divide() {
	[ -n "$1" ] && [ -n "$2" ] || return 0
	awk -v a="$1" -v b="$2" -v f="$3" 'BEGIN {if (b != 0) printf f, a / b}'
}

# difference A B: A minus B
difference() {
	awk -v a="$1" -v b="$2" 'BEGIN {printf "%.6f", a - b}'
}

note() {
	[ ! -t 2 ] || echo "bench: $*" >&2
}

# print_table: lines of cells between tabs, the first column to the left, all others to the right
print_table() {
	awk -F '\t' '
		{ for (i = 1; i <= NF; i++) {
			cell[NR, i] = $i
			if (length($i) > width[i]) width[i] = length($i)
		  }
		  if (NF > columns) columns = NF }
		END { for (r = 1; r <= NR; r++) {
			line = sprintf("%-" width[1] "s", cell[r, 1])
			for (i = 2; i <= columns; i++) {
				text = cell[r, i] == "" ? "-" : cell[r, i]
				line = line sprintf("  %" width[i] "s", text)
			}
			print line } }'
}

# print_grid SECTION COLUMN FORMAT "SIZES" ROW=REFERENCE...: a row for each, a column for each size;
# behind each median its ratio to the reference's
print_grid() {
	local section=$1 column=$2 format=$3 sizes=$4 pair size value ratio
	shift 4
	{
		printf '%s' "$column"
		for size in $sizes; do printf '\t%s\t ' "$size"; done
		for pair in "$@"; do
			printf '\n%s' "${pair%%=*}"
			for size in $sizes; do
				value=$(median "$section" "${pair%%=*}" "$size" "$column")
				ratio=$(divide "$value" "$(median "$section" "${pair#*=}" "$size" "$column")" '%.2fx')
				# shellcheck disable=SC2059 # the format is ours
				printf '\t%s\t%s' "${value:+$(printf "$format" "$value")}" "$ratio"
			done
		done
		echo
	} | print_table
	echo
}

# print_columns SECTION REFERENCE "ROWS" COLUMN:FORMAT...: a row for each, with all its columns; behind
# each median its ratio to the reference row's
print_columns() {
	local section=$1 reference=$2 rows=$3 row column value ratio
	shift 3
	{
		printf '%s' "$section"
		for column in "$@"; do printf '\t%s\t ' "${column%:*}"; done
		for row in $rows; do
			printf '\n%s' "$row"
			for column in "$@"; do
				value=$(median "$section" "$row" - "${column%:*}")
				ratio=$(divide "$value" "$(median "$section" "$reference" - "${column%:*}")" '%.2fx')
				# shellcheck disable=SC2059 # the format is ours
				printf '\t%s\t%s' "${value:+$(printf "${column#*:}" "$value")}" "$ratio"
			done
		done
		echo
	} | print_table
	echo
}

# print_failures SECTION: what has not ended as it should
print_failures() {
	awk -F '\t' -v s="$1" '$1 == s && $4 == "failed" {print "FAILED: " $2 ": " $5}' "$figures" |
		sort | uniq -c
}

version_of() {
	dpkg-query -W -f "\${source:Package} \${Version}" "$1" 2>/dev/null || echo "$1 -"
}

print_machine() {
	echo "$(nproc) cores,$(sed -n 's/^model name[^:]*://p' /proc/cpuinfo | head -n 1)," \
		"$(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), Linux $(uname -r)"
	echo "$("$bin/vethlab" --version), $(ip -V 2>&1 | sed 's/.*\(iproute2-[^,]*\).*/\1/'), $(version_of mininet)," \
		"$(version_of socat), $(version_of haproxy), $(version_of nginx-light)," \
		"$(version_of ncat), $(version_of ngircd), $(version_of kea-dhcp4-server)," \
		"$(version_of dnsmasq-base), $(version_of isc-dhcp-server), $(version_of frr), $(version_of bird2)"
	echo "medians of $rounds rounds, load $(cut -d ' ' -f 1-3 /proc/loadavg) at the start"
	echo
}
