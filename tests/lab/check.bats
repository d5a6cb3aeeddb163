#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# vethlab check: what it says of a lab file, how fast, and that it makes nothing.
#
# tests/bad has the lab files with faults: NAME.yml and NAME.expected, what `check NAME.yml` prints
# on standard error. A name that begins with warn- is legal but odd: warnings, and exit status 0.

load helpers

BAD=$TESTS/bad

good_lab() {
  lab_of <<'L'
name: good
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan}
  b: {lan: lan}
L
}

# status_of NAME: the exit status that tests/bad/NAME.yml deserves
status_of() {
  case $1 in
  warn-*) echo 0 ;;
  *) echo 2 ;;
  esac
}

@test "each lab file in tests/bad gets the faults it has, in the right place" {
  local file name wrong=()
  cd "$BAD" || return
  for file in *.yml; do
    name=${file%.yml}
    status=0
    vethlab check "$file" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
    if [[ $status != "$(status_of "$name")" ]]; then
      echo "$file: exit status $status, not $(status_of "$name")"
      wrong+=("$name")
    fi
    if ! diff -u --label "$name.expected" --label "check $file" "$name.expected" \
      "$BATS_TEST_TMPDIR/err"; then
      wrong+=("$name")
    fi
  done
  mapfile -t wrong < <(printf '%s\n' "${wrong[@]}" | sort -u)
  [[ -z ${wrong[*]} ]] || fail "${#wrong[@]} differ: ${wrong[*]}"
}

@test "tests/bad has 60 bad files or more, 8 odd ones or more, and an expectation for each" {
  local files=("$BAD"/*.yml) odd=("$BAD"/warn-*.yml) file
  ((${#files[@]} - ${#odd[@]} >= 60)) || fail "only $((${#files[@]} - ${#odd[@]})) bad files"
  ((${#odd[@]} >= 8)) || fail "only ${#odd[@]} odd files"
  for file in "${files[@]}"; do
    [[ -s ${file%.yml}.expected ]] || fail "no expectation for $file"
  done
  for file in "$BAD"/*.expected; do
    [[ -f ${file%.expected}.yml ]] || fail "$file expects something of nothing"
  done
}

@test "a good lab: one line on standard output, nothing on standard error" {
  good_lab
  run --separate-stderr vethlab check lab.yml
  assert_success
  assert_output "lab.yml: lab 'good' is good: 2 nodes, 1 LAN, 0 cables, 0 commands"
  assert_equal "$stderr" ""
}

@test "the labs that ship have no fault and no warning" {
  local labs
  mapfile -t labs < <(shipped_labs)
  run --separate-stderr vethlab check "${labs[@]}"
  assert_success
  assert_equal "$stderr" ""
}

TEN='{e0: l0, e1: l1, e2: l2, e3: l3, e4: l4, e5: l5, e6: l6, e7: l7, e8: l8, e9: l9}'

# ten_lans: the head of a big lab
ten_lans() {
  local i
  echo "name: big"
  echo "lans:"
  for i in {0..9}; do
    echo "  l$i: 10.$i.0.0/16"
  done
  echo "nodes:"
}

# cpu_ms FILE: the CPU time of its check in ms, user and system, the least of five
cpu_ms() {
  local TIMEFORMAT='%3U %3S' user system ms least=999999
  for _ in 1 2 3 4 5; do
    read -r user system < <({ time vethlab check "$1" >/dev/null 2>&1; } 2>&1)
    ms=$((10#${user/./} + 10#${system/./}))
    least=$((ms < least ? ms : least))
  done
  echo "$least"
}

# is_fast FILE
is_fast() {
  local ms
  run vethlab check "$1"
  assert_success
  assert_output --partial ": 1000 nodes, 10 LANs,"
  ms=$(cpu_ms "$1")
  ((ms < 100)) || fail "$1: $ms ms of CPU, not under 100"
}

@test "1,000 nodes by count, each on ten LANs: under 100 ms" {
  [[ ! ${VETHLAB_SANITIZED-} ]] || skip "a sanitizer takes its time"
  {
    ten_lans
    echo "  pc:"
    echo "    count: 1000"
    echo "    interfaces: $TEN"
    echo "    run: chat-client server:5000"
  } >big.yml
  is_fast big.yml
}

@test "1,000 nodes by count, a hundred on each of ten LANs: under 100 ms" {
  [[ ! ${VETHLAB_SANITIZED-} ]] || skip "a sanitizer takes its time"
  local i
  {
    ten_lans
    for i in {0..9}; do
      echo "  pc${i}x: {count: 100, lan: l$i, run: chat-client server:5000}"
    done
  } >big.yml
  is_fast big.yml
}

@test "1,000 nodes written out, each with a gateway and a command after another's: under 100 ms" {
  [[ ! ${VETHLAB_SANITIZED-} ]] || skip "a sanitizer takes its time"
  local i last=r
  {
    ten_lans
    echo "  r:"
    echo "    forward: yes"
    echo "    interfaces: $TEN"
    echo "    run: chat-server"
    for i in {1..999}; do
      echo "  pc$i:"
      echo "    lan: l$((i % 10))"
      echo "    gateway: r"
      echo "    run: {command: chat-client r:5000, after: $last}"
      last=pc$i
    done
  } >big.yml
  is_fast big.yml
}

@test "--json: the faults with their places, on standard output" {
  lab_of <<'L'
name: json
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, ip: 10.0.0.7, image: "żółw", forwrad: yes}
  b: {lan: lan, ip: 10.0.0.7, mtu: 9000}
L
  run --separate-stderr vethlab check --json lab.yml
  assert_failure 2
  assert_equal "$stderr" ""
  echo "$output" >out.json
  run json '[(f["kind"], f["line"], f["column"], f["length"])
    for f in d["files"][0]["faults"] if f["kind"] != "warning"]' <out.json
  assert_output "[('error', 4, 46, 7), ('error', 5, 21, 8), ('note', 4, 21, 8)]"
  run json '(d["version"], len(d["files"]), d["files"][0]["file"], d["files"][0]["good"])' <out.json
  assert_output "(1, 1, 'lab.yml', False)"
}

@test "--json: a good lab and one with a warning are good" {
  good_lab
  run --separate-stderr vethlab check --json lab.yml "$BAD/warn-node-alone.yml"
  assert_success
  run json '[(f["good"], [x["kind"] for x in f["faults"]]) for f in d["files"]]' <<<"$output"
  assert_output "[(True, []), (True, ['warning'])]"
}

@test "--json says of each file in tests/bad what the text says" {
  cd "$BAD" || return
  status=0
  vethlab check --json -- *.yml >"$BATS_TEST_TMPDIR/all.json" || status=$?
  assert_equal "$status" 2
  status=0
  vethlab check -- *.yml >/dev/null 2>"$BATS_TEST_TMPDIR/all.txt" || status=$?
  assert_equal "$status" 2
  cat >"$BATS_TEST_TMPDIR/compare.py" <<'P'
import json, re, sys

text = {}
for line in open(sys.argv[2], encoding="utf-8", errors="replace"):
    m = re.match(r"([\w-]+\.yml)(?::(\d+):(\d+))?: (error|warning|note): (.*)$", line)
    if m:
        text.setdefault(m[1], []).append((int(m[2] or 0), int(m[3] or 0), m[4], m[5]))
status = 0
for f in json.load(open(sys.argv[1], encoding="utf-8"))["files"]:
    faults = [(x["line"], x["column"], x["kind"], x["text"]) for x in f["faults"]]
    if f["good"] != (not any(x[2] == "error" for x in faults)):
        status = print(f["file"], "good:", f["good"]) or 1
    for a, b in zip(faults[:200], text.get(f["file"], []), strict=True):
        if a != b:
            status = print(f["file"], "json:", a, "text:", b) or 1
sys.exit(status)
P
  cd "$BATS_TEST_TMPDIR" || return
  run /usr/bin/python3 compare.py all.json all.txt
  assert_success
}

@test "several files in one call: each is checked, one bad one is enough for status 2" {
  good_lab
  cp lab.yml other.yml
  sed 's/lan: lan/lan: lna/' lab.yml >bad.yml
  run --separate-stderr vethlab check lab.yml bad.yml other.yml
  assert_failure 2
  assert_line "lab.yml: lab 'good' is good: 2 nodes, 1 LAN, 0 cables, 0 commands"
  assert_line "other.yml: lab 'good' is good: 2 nodes, 1 LAN, 0 cables, 0 commands"
  [[ $stderr == *"bad.yml:4:12: error: LAN 'lna' is not defined; did you mean 'lan'?"* ]] ||
    fail "no word of bad.yml: $stderr"
  [[ $stderr == *"bad.yml: 2 errors, "* ]] || fail "no sum of bad.yml: $stderr"
  [[ $output != *bad.yml* ]] || fail "bad.yml is good?: $output"
  run vethlab check lab.yml other.yml
  assert_success
}

@test "a file that is not there, or is a folder: the system's words, status 2" {
  run vethlab check none.yml
  assert_failure 2
  assert_output --partial "none.yml: error: No such file or directory"
  mkdir folder.yml
  run vethlab check folder.yml
  assert_failure 2
  assert_output --partial "folder.yml: error: Is a directory"
  run vethlab check nap/lab.yml
  assert_failure 2
  assert_output --partial "nap/lab.yml: error: Not a directory"
  run vethlab check ''
  assert_failure 2
  assert_output --partial "No such file or directory"
}

@test "a file that may not be read: Permission denied, status 2" {
  local weak=()
  [[ $(id -u) != 0 ]] || weak=(setpriv --inh-caps=-all --bounding-set=-all)
  good_lab
  chmod 000 lab.yml
  run "${weak[@]}" vethlab check lab.yml
  assert_failure 2
  assert_output --partial "lab.yml: error: Permission denied"
}

@test "a file without end is too large, not read for ever" {
  run timeout 20 vethlab check /dev/zero
  assert_failure 2
  assert_output --partial "/dev/zero: error: File too large"
}

@test "no file, an unknown option: status 2, and where help is" {
  run vethlab check
  assert_failure 2
  assert_output --partial "vethlab check --help"
  run vethlab check --jsn lab.yml
  assert_failure 2
  assert_output --partial "--jsn"
}

@test "an escape sequence in the file does not reach the terminal" {
  printf 'name: t\nlans: {lan: 10.0.0.0/24}\nnodes:\n  "a\\e[31m": {lan: lan, image: "\x1b]0;t\x07", k\xc2\x9b31m: 1}\n' >lab.yml
  run vethlab check lab.yml
  assert_failure 2
  [[ $output != *$'\e'* && $output != *$'\a'* && $output != *$'\xc2\x9b'* ]] ||
    fail "raw control characters: $(cat -v <<<"$output")"
}

@test "a long line is not printed whole for each of its faults" {
  local i
  {
    printf '{name: t, lans: {lan: 10.0.0.0/16}, nodes: {n: {lan: lan}'
    for i in {1..200}; do
      printf ', n%s: {lan: lan, forwrad: yes}' "$i"
    done
    printf '}, x-long: "'
    head -c 1000000 /dev/zero | tr '\0' y
    printf '"}\n'
  } >long.yml
  status=0
  vethlab check long.yml 2>err || status=$?
  assert_equal "$status" 2
  assert_equal "$(grep -c "did you mean 'forward'" err)" 200
  (($(stat -c %s err) < 1000000)) || fail "$(stat -c %s err) octets of output"
}

@test "check makes nothing, and needs no right to make anything" {
  local before
  good_lab
  before=$(find . | sort)
  run unshare -Ur sh -c '
    for kind in net pid mnt uts ipc user; do
      echo 0 >/proc/sys/user/max_${kind}_namespaces
    done
    exec vethlab check lab.yml'
  assert_success
  run vethlab check lab.yml "$BAD/many.yml" "$BAD/warn-several.yml"
  assert_failure 2
  assert_equal "$(find . | sort)" "$before"
  assert [ ! -e "$VETHLAB_STATE_DIR" ]
  assert [ ! -e /run/vethlab/good ]
  run compgen -G '/run/netns/good-*'
  assert_failure
}
