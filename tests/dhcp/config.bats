#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# dhcp-server --check: what it says of a configuration.
#
# tests/bad-dhcp has configurations with faults: NAME.yml and NAME.expected, what is printed on standard
# error. A name that begins with good- has none, and nothing is printed.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

BAD=$BATS_TEST_DIRNAME/../bad-dhcp
BIN=$(cd -- "${VETHLAB_BIN:-$BATS_TEST_DIRNAME/../../bin}" && pwd)

# status_of NAME: the exit status that tests/bad-dhcp/NAME.yml deserves
status_of() {
  case $1 in
  good-*) echo 0 ;;
  *) echo 2 ;;
  esac
}

@test "each configuration in tests/bad-dhcp gets the faults it has, in the right place" {
  local file name status wrong=()
  cd "$BAD" || return
  for file in *.yml; do
    name=${file%.yml} status=0
    "$BIN/dhcp-server" --check --config "$file" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" ||
      status=$?
    if [[ $status != "$(status_of "$name")" ]]; then
      echo "$file: exit status $status, not $(status_of "$name")"
      wrong+=("$name")
    fi
    if ! diff -u --label "$name.expected" --label "$file" "$name.expected" "$BATS_TEST_TMPDIR/err"; then
      wrong+=("$name")
    fi
  done
  mapfile -t wrong < <(printf '%s\n' "${wrong[@]}" | sort -u)
  [[ -z ${wrong[*]} ]] || fail "${#wrong[@]} differ: ${wrong[*]}"
}

@test "tests/bad-dhcp has 80 bad files or more, and an expectation for each" {
  local files=("$BAD"/*.yml) good=("$BAD"/good-*.yml) file
  ((${#files[@]} - ${#good[@]} >= 80)) || fail "only $((${#files[@]} - ${#good[@]})) bad files"
  for file in "${files[@]}"; do
    [[ -f ${file%.yml}.expected ]] || fail "no expectation for $file"
    [[ $file == "$BAD"/good-* || -s ${file%.yml}.expected ]] || fail "$file has no fault"
  done
  for file in "$BAD"/*.expected; do
    [[ -f ${file%.expected}.yml ]] || fail "$file expects something of nothing"
  done
}
