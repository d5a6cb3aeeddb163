#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The pages of docs/labs: what they say is done and compared, a page a test; and each lab has its page, each
# page its lab and its picture, as it is drawn today.

load helpers

PAGES=$TESTS/../docs/labs
LESSONS=$TESTS/../scripts/lessons

# page NAME: everything that a page says
page() {
  [[ $1 != rip-frr-bird ]] || shipped_labs | grep -q "/$1\.yml$" || skip "FRR or BIRD is not installed"
  export TMPDIR=$BATS_TEST_TMPDIR
  run "$LESSONS" --run "$PAGES/$1.md"
  assert_success
  assert_line --regexp "/$1\.md: [0-9]+ commands, [1-9][0-9]* tables: as it says$"
}

# The long ones come first, so that others run beside them.
@test "lesson: rip-count-to-infinity" { page rip-count-to-infinity; }
@test "lesson: rip-frr-bird" { page rip-frr-bird; }
@test "lesson: star" { page star; }
@test "lesson: hub-and-switch" { page hub-and-switch; }
@test "lesson: chat" { page chat; }
@test "lesson: forwarders" { page forwarders; }
@test "lesson: peers" { page peers; }
@test "lesson: dhcp" { page dhcp; }
@test "lesson: bootp" { page bootp; }
@test "lesson: dhcp-relay" { page dhcp-relay; }
@test "lesson: dhcp-two-servers" { page dhcp-two-servers; }
@test "lesson: campus" { page campus; }
@test "lesson: rip-line" { page rip-line; }
@test "lesson: rip-ring" { page rip-ring; }
@test "lesson: anycast" { page anycast; }
@test "lesson: routehub" { page routehub; }

# names FOLDER KIND: of the files there with this ending, without it
names() {
  local file
  for file in "$1"/*."$2"; do
    file=${file##*/}
    [[ $file == README.md ]] || echo "${file%."$2"}"
  done | LC_ALL=C sort
}

@test "each lab that ships has a page, a picture and a test above, and each of these has a lab" {
  diff <(names "$LABS" yml) <(names "$PAGES" md)
  diff <(names "$LABS" yml) <(names "$PAGES" svg)
  diff <(names "$LABS" yml) <(sed -n 's/^@test "lesson: \([a-z-]*\)" { page \1; }$/\1/p' "$BATS_TEST_FILENAME" | LC_ALL=C sort)
}

@test "the pictures are what vethlab graph draws" {
  for lab in "$LABS"/*.yml; do
    name=${lab##*/}
    vethlab graph -f svg "$lab" | diff - "$PAGES/${name%.yml}.svg"
  done
}

@test "the index and the README lead to each page" {
  for name in $(names "$LABS" yml); do
    grep -qF "| [$name]($name.md) |" "$PAGES/README.md" || fail "the index lacks $name"
    grep -qF "[\`$name.yml\`](docs/labs/$name.md)" "$TESTS/../README.md" || fail "the README lacks $name"
  done
}

@test "links and pictures of the pages lead to files" {
  for file in "$PAGES"/*.md; do
    links=$(grep -oE '\]\([^)]+\)' "$file" | sed 's/^](//; s/)$//' | grep -vE '^https?:') || true
    for link in $links; do
      [[ -f $PAGES/$link ]] || fail "$file: no such file: $link"
    done
    [[ $file == */README.md ]] || grep -qx "!\[.*\]($(basename "$file" .md)\.svg)" "$file" || fail "$file: no picture"
  done
}

@test "each page has the parts of a lesson, and ends by taking its lab down" {
  for name in $(names "$PAGES" md); do
    for part in "^# $name: " '^## What it teaches$' '^## Run it$' '^## In Wireshark$' '^## Break it$' '^## Question$' \
      '^<details><summary>Answer</summary>$' '^</details>$'; do
      grep -qE "$part" "$PAGES/$name.md" || fail "$name.md: nothing like $part"
    done
    assert_equal "$(grep '^\$ ' "$PAGES/$name.md" | tail -n 1 | cut -d' ' -f1-3)" '$ vethlab down'
  done
}

# lesson_of: a page from standard input, with the star
lesson_of() {
  {
    printf '```console\n$ vethlab up --capture it.pcapng topology/labs/star.yml\n...\n```\n'
    cat
    printf '```console\n$ vethlab down star\n...\n```\n'
  } >page.md
}

@test "lessons: a page that says what is not so is found out, and leaves no lab" {
  lesson_of <<'L'
```console
$ vethlab exec pc1 echo one two
one  three
```
L
  run "$LESSONS" --run page.md
  assert_failure 1
  assert_line --index 0 'page.md:6: $ vethlab exec pc1 echo one two'
  assert_line --index 2 '    one  three'
  assert_line --index 4 '    one two'
  run vethlab ls
  refute_output --partial lesson
}

@test "lessons: a table is made of the frames, and one with a frame that was not there is found out" {
  lesson_of <<'L'
```console
$ vethlab wait pc1 ping pc2
ping pc2 ...
```

<!-- table
filter: arp.opcode == 1 && frame.interface_name == "pc3:eth0"
fields: Interface, Destination, Hardware=arp.hw.size, Info
-->

L
  run "$LESSONS" --tables --update page.md
  assert_success
  run grep '^|' page.md
  assert_line --index 0 '| Interface | Destination | Hardware | Info |'
  assert_line --index 2 '| pc3:eth0 | ff:ff:ff:ff:ff:ff | 6 | Who has 10.0.0.2? Tell 10.0.0.1 |'
  [[ ${#lines[@]} == 3 ]]
  run "$LESSONS" --run page.md
  assert_success
  sed -i 's/Tell 10.0.0.1/Tell 10.0.0.3/' page.md
  run "$LESSONS" --run page.md
  assert_failure 1
  assert_line --partial 'a frame of the table is not in the capture'
}

@test "lessons: three dots stand for anything, in a line and for lines" {
  run /usr/bin/python3 - "$LESSONS" <<'P'
import importlib.machinery, importlib.util, sys
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("lessons", sys.argv[1])
lessons = importlib.util.module_from_spec(importlib.util.spec_from_loader("lessons", loader))
loader.exec_module(lessons)
for shown, seen, wanted in [
    (["a ... c"], ["a  b c"], True), (["a ... c"], ["a b d"], False), (["a...c"], ["abbc"], True),
    (["a", "b"], ["a"], False), (["a"], ["a", "b"], False), ([], [], True), ([], ["a"], False),
    (["..."], [], True), (["..."], ["a", "b"], True), (["...", "b"], ["a", "b"], True),
    (["...", "b"], ["b", "a"], False), (["a", "...", "b", "..."], ["a", "b", "x", "b"], True),
    (["a.c"], ["abc"], False), (["  a   b"], ["a b"], True),
    (["up after ... ms"], ["up at once"], True), (["up at once"], ["up after 1.5 s"], True),
    (["up after ..."], ["up after 12.0 ms"], True), (["up after 1 ms"], ["down after 1 ms"], False),
    (["up at once"], ["up"], False), (["after dark"], ["at once"], False),
]:
    if lessons.same(shown, seen) != wanted:
        print(shown, seen, wanted)
P
  assert_success
  assert_output ""
}
