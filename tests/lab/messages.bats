#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# TROUBLESHOOTING.md has a section for each error message of the sources, and for no other.

load helpers

ROOT=$TESTS/..
PAGE=$ROOT/TROUBLESHOOTING.md

# plain: words in capitals and % are what varies, in the page and in the sources
plain() {
  sed -E 's/\b[A-Z][A-Z_0-9]*\b/%/g' | LC_ALL=C sort
}

# headings: the message of each section
headings() {
  # shellcheck disable=SC2016 # the page's own quotes
  sed -nE 's/^### `(.*)`$/\1/p' "$PAGE"
}

@test "each error message has its section, and each section its message" {
  "$ROOT/scripts/messages" | plain >said
  headings | plain >explained
  [[ $(wc -l <said) -gt 100 ]] || fail "only $(wc -l <said) messages were found"
  run diff --old-line-format='has no section: %L' --new-line-format='is in no source: %L' \
    --unchanged-line-format='' said explained
  assert_output ""
}

@test "each section says something, in two to four lines at most" {
  run awk '
    function judge() {
      if (heading != "" && (lines < 1 || lines > 4))
        print heading ": " lines " lines"
    }
    /^#/ {judge(); heading = /^### / ? $0 : ""; lines = 0; next}
    /./ {lines++}
    END {judge()}' "$PAGE"
  assert_output ""
}

@test "what is left out as no error is still in a source" {
  run "$ROOT/scripts/messages" --left-out
  assert_success
  refute_output --partial "NOT IN A SOURCE"
}

@test "a message without a section is found" {
  mkdir -p tree/topology
  cat >tree/topology/a.c <<'C'
void f(void) {
	log_info("nobody has %zu "
		 "explained '%s'%s", n, s, hint ? "; or did they?" : "");
	log_errno("cannot grasp %s", it);
	log_info("%s: %s", one, other); /* log_info("a comment is none") */
}
C
  run "$ROOT/scripts/messages" tree
  assert_success
  assert_output "cannot grasp %: %
nobody has % explained '%'"
}

@test "the verbs that the page tells to type are there" {
  vethlab --help >help
  # shellcheck disable=SC2016 # the page's own quotes
  grep -v '^###' "$PAGE" | grep -oE '`[^`]*`' | grep -oE 'vethlab [a-z]+' | awk '{print $2}' | sort -u >verbs
  [[ -s verbs ]] || fail "no verb was found"
  while read -r verb; do
    grep -qE "^  $verb " help || fail "no such verb: $verb"
  done <verbs
}

@test "messages: --help, and a folder without sources" {
  run "$ROOT/scripts/messages" --help
  assert_success
  assert_output --partial "usage: messages"
  run "$ROOT/scripts/messages" /var/empty
  assert_failure 1
  assert_output --partial "are the sources there?"
}
