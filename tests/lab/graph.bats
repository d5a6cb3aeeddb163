#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# vethlab graph: pictures are read by drawing.py, which knows the lab file and nothing of how they were made:
# boxes, labels, bars and lines of an SVG at 8 pixels a column and 18 a row. drawn_labs.py makes labs of each
# kind that a picture may be asked of.

load helpers

judge() {
  run /usr/bin/python3 -B "$TESTS/lab/drawing.py" "$@"
  assert_success
  assert_output ""
}

# make KIND [NUMBER]...: a lab of drawn_labs.py, among MADE
MADE=()
make() {
  local file="$*"
  file=${file// /-}.yml
  /usr/bin/python3 -B "$TESTS/lab/drawn_labs.py" "$@" >"$file"
  MADE+=("$file")
}

make_all() {
  local each
  for each in mesh long_mesh parallel hosts tree between circle parts apart twice itself empty_lan alone \
    'alone 3' long_names ipv6 hub chain grid 'anything 9'; do
    # shellcheck disable=SC2086 # a kind and its numbers
    make $each
  done
}

# draw FORMAT FILE...: PICTURES are the files, each with its picture
draw() {
  local format=$1 file picture
  shift
  PICTURES=()
  for file in "$@"; do
    picture=$(basename "$file" .yml).$format
    vethlab graph --format "$format" --output "$picture" "$file" 2>err || fail "$file: $(cat err)"
    PICTURES+=("$file" "$picture")
  done
}

# ---------------------------------------------------------------- what stands where

@test "each lab that ships: nothing overlaps, nothing is lost, each line ends where it should" {
  mapfile -t labs < <(shipped_labs)
  draw svg "${labs[@]}"
  judge svg "${PICTURES[@]}"
}

@test "meshes of 40 routers, with 60 cables and with 100" {
  for number in 1 2 3 4; do
    make mesh 40 60 "$number"
    make mesh 40 100 "$number"
  done
  make long_mesh 40 60 1
  draw svg "${MADE[@]}"
  judge svg "${PICTURES[@]}"
}

@test "LANs of 200 and of 300 hosts, and LANs below LANs" {
  make hosts 200
  make hosts 300
  make tree 3
  make tree 2
  make between 2
  make between 7
  draw svg "${MADE[@]}"
  judge svg "${PICTURES[@]}"
}

@test "circles, parts that do not hang together, nodes twice on a LAN, cables side by side, loops, long names" {
  make_all
  make circle 6
  make parallel 30
  draw svg "${MADE[@]}"
  judge svg "${PICTURES[@]}"
}

@test "labs with LANs, nodes and cables at random" {
  for number in {1..30}; do
    make anything "$number"
  done
  draw svg "${MADE[@]}"
  judge svg "${PICTURES[@]}"
}

@test "the judge finds what is wrong" {
  make hosts 20
  draw svg "${MADE[@]}"
  # a label that has moved, a name that is gone, a line that ends elsewhere
  for change in '/>eth0 10.1.0.1</s/x="[0-9.]*"/x="600"/' '0,/>pc1</s/>pc1</>pc</' '0,/line"/s/y1="[0-9.]*"/y1="7"/' \
    '0,/viewBox/s/viewBox="0 0 [0-9]*/viewBox="0 0 100/' '/>eth0 10.1.9.9</d' '0,/class="line/{/class="line/d}'; do
    sed "$change" hosts-20.svg >changed.svg
    run /usr/bin/python3 -B "$TESTS/lab/drawing.py" svg hosts-20.yml changed.svg
    assert_failure 1
    assert_output --partial "changed.svg: "
  done
}

@test "the same lab gives the same picture, to the octet" {
  make mesh 40 60 1
  make tree
  make circle
  mkdir elsewhere
  for lab in "$LABS/campus.yml" "${MADE[@]/#/$PWD/}"; do
    for format in svg text dot mermaid json; do
      vethlab graph -f "$format" "$lab" >one
      (cd elsewhere && LANG=C TZ=Asia/Tokyo TERM=dumb vethlab graph -f "$format" -o ../other "$lab")
      [[ $format == text ]] || cmp one other
      vethlab graph -f "$format" "$lab" | cmp one -
    done
  done
}

@test "the SVG is for light and for dark screens, and refers to nothing" {
  draw svg "$LABS/campus.yml"
  run /usr/bin/python3 -B "$TESTS/lab/drawing.py" contrast campus.svg
  assert_success
  assert_output ""
  run grep -E '<script|href|url\(|@import|<image' campus.svg
  assert_failure 1
  run grep -c 'prefers-color-scheme: dark' campus.svg
  assert_output 1
}

# ---------------------------------------------------------------- text

@test "as text: at most 100 columns, or 60, with every node and LAN; ASCII where nothing else is spoken" {
  make_all
  mapfile -t labs < <(shipped_labs)
  labs+=("${MADE[@]}")
  for lang in C C.UTF-8; do
    for columns in 100 60; do
      judged=()
      for lab in "${labs[@]}"; do
        text=$(basename "$lab" .yml).$columns
        LC_ALL=$lang vethlab graph --columns "$columns" "$lab" >"$text"
        judged+=("$lab" "$text")
      done
      judge "text:$columns" "${judged[@]}"
    done
    run grep -lP '[^\x00-\x7f]' -- *.100 *.60
    [[ $lang == C.UTF-8 ]] || assert_output ""
  done
  assert_success # some have frames
  vethlab graph "${LABS}/star.yml" >wide
  cmp wide <(vethlab graph --columns 100 "$LABS/star.yml")
}

@test "as text: what a picture of characters looks like" {
  lab_of <<'L'
lans: {office: 10.0.1.0/24, servers: 10.0.2.0/24}
nodes:
  pc: {count: 2, lan: office}
  r: {forward: yes, interfaces: {eth0: {lan: office, ip: 10.0.1.254}, eth1: servers}}
  www: {lan: servers}
L
  LC_ALL=C run vethlab graph ./lab.yml
  assert_success
  assert_output - <<'END'
 +-----+       +-----+
 | pc1 |       | pc2 |
 +--+--+       +--+--+
    | eth0 .1     | eth0 .2
====+=============+===+===== office 10.0.1.0/24
                      | eth0 .254
                    +-+-+
                    | r |
                    +-+-+
 servers 10.0.2.0/24  | eth1 .1
 ====+================+=
     | eth0 .2
  +--+--+
  | www |
  +-----+
END
}

@test "as text: what makes a circle stands below, and what is no picture is a list" {
  make circle
  LC_ALL=C run vethlab graph circle.yml
  assert_line --regexp '^and r[0-9]:eth[01] \.[0-9]+ -- lan[0-9]$'
  make twice
  make alone 1
  LC_ALL=C run vethlab graph --columns 40 twice.yml
  assert_output $'lan 10.0.0.0/24: a:eth0 .1, a:eth1 .2,\n    b:eth0 .3, c:eth0 .4' ||
    assert_output --partial 'and a:eth1 .2 -- lan'
}

@test "as text: a terminal's own width, and colours there alone" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  idle: {count: 8, lan: lan}
  busy: {lan: lan, run: sleep 1000}
L
  run script -qec 'stty cols 50; vethlab graph ./lab.yml' /dev/null
  assert_success
  [[ $(tr -d '\r' <<<"$output" | wc -L) -le 50 ]] || fail "wider than the terminal"
  lab_up ./lab.yml
  run vethlab graph
  refute_output --partial $'\033'
  run script -qec 'vethlab graph' /dev/null
  assert_output --partial $'\033[32m'
  NO_COLOR=1 run script -qec 'vethlab graph' /dev/null
  refute_output --partial $'\033'
}

# ---------------------------------------------------------------- for other programs

@test "dot: Graphviz takes it, and all is there" {
  make_all
  mapfile -t labs < <(shipped_labs)
  draw dot "${labs[@]}" "${MADE[@]}"
  judge dot "${PICTURES[@]}"
  if type -P dot >/dev/null; then
    for picture in *.dot; do
      dot -Tplain "$picture" >/dev/null || fail "$picture"
    done
  fi
}

@test "mermaid: each line is one of its own, and all is there" {
  make_all
  mapfile -t labs < <(shipped_labs)
  draw mermaid "${labs[@]}" "${MADE[@]}"
  judge mermaid "${PICTURES[@]}"
}

@test "json is what its schema says; its shapes are those of the SVG" {
  make_all
  mapfile -t labs < <(shipped_labs)
  draw json "${labs[@]}" "${MADE[@]}"
  run /usr/bin/python3 - "$LABS/../schema/graph.json" ./*.json <<'P'
import json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
for file in sys.argv[2:]:
    data = json.load(open(file))
    jsonschema.validate(data, schema)
    boxes = sorted(s["text"] for s in data["shapes"] if s["kind"] == "box")
    assert boxes == sorted(n["name"] for n in data["nodes"]), file
    ends = sum(len(w["ends"]) for w in data["wires"])
    lans = sum(w["kind"] != "cable" for w in data["wires"])
    assert sum(s["kind"] == "label" for s in data["shapes"]) == ends + lans, file
P
  assert_success
  run json 'd["version"], d["lab"], d["nodes"][0], d["wires"][0]["ends"][0]' <campus.json
  assert_output "1 campus {'name': 'router', 'forward': True, 'look': 'plain'} \
{'node': 'router', 'interface': 'eth0', 'address': '.1', 'look': 'plain'}"
}

# ---------------------------------------------------------------- a lab that runs

running_lab() {
  lab_of <<'L'
lans: {lan: 10.0.1.0/24}
nodes:
  dhcp:
    lan: lan
    ip: 10.0.1.1
    files: {dhcp.yml: "subnets: {10.0.1.0/24: {pool: 10.0.1.77}}"}
    run: dhcp-server --config dhcp.yml eth0
  pc: {interfaces: {eth0: {lan: lan, ip: dhcp}}, run: {command: dhcp-client eth0, after: dhcp}}
  r: {lan: lan, ip: 10.0.1.3}
  far: {}
links:
  - ["r:eth1", "far:eth0", 10.9.0.0/30]
L
  lab_up ./lab.yml
}

# looks: the colours of the running lab's picture
looks() {
  vethlab graph -f svg -o now.svg "$LAB"
  /usr/bin/python3 -B "$TESTS/lab/drawing.py" looks now.svg
}

GREEN='#2c8a4b' RED='#c53030' GREY='#5b6b7c' BLUE='#2f5f94'

@test "a lab that runs: what is ready, what is down, which link is cut, addresses by DHCP" {
  running_lab
  run looks
  assert_output "box dhcp $GREEN
box pc $GREEN
box r $BLUE
box far $GREY"
  run grep -c 'dhcp".*>eth0 .77<' now.svg
  assert_output 1
  run grep -c 'dhcp".*>eth0 .3<' now.svg
  assert_output 0

  vethlab stop dhcp
  run looks
  assert_line "box dhcp $RED"
  assert_line "box pc $GREEN"
  refute_line --partial line
  vethlab link pc:eth0 down
  run looks
  assert_line "line $RED"
  vethlab link pc:eth0 up
  for end in r:eth1 far:eth0; do
    vethlab link "$end" down
    run looks
    assert_equal "$(grep line <<<"$output")" "line $RED"
    vethlab link "$end" up
  done
  vethlab partition --name cut 'dhcp / pc,r'
  run looks
  assert_line "bar $RED"
  vethlab heal cut
  vethlab start dhcp
  run looks
  refute_line --partial "$RED"
}

# puts FORM LINE...: the running lab in this form has these lines, beside the others
puts() {
  local form=$1
  shift
  vethlab graph -f "$form" "$LAB" >"now.$form"
  for line; do
    grep -qxF -- "$line" "now.$form" || fail "no '$line' in: $(cat "now.$form")"
  done
}

@test "a lab that runs: the same in dot, mermaid and json" {
  running_lab
  vethlab stop dhcp
  vethlab link far:eth0 down
  vethlab partition --name cut 'dhcp / pc,r'
  sed 's/ip: dhcp/ip: 10.0.1.77/' lab.yml >file.yml
  puts dot $'\t"dhcp" [style=rounded, color="#c53030"];' $'\t"pc" [style=rounded, color="#2c8a4b"];' \
    $'\t"r" -- "far" [taillabel="eth1 10.9.0.1", headlabel="eth0 10.9.0.2", color="#c53030"];' \
    $'\t"LAN lan" [shape=plaintext, label="lan\\n10.0.1.0/24", fontcolor="#c53030"];'
  puts mermaid "  style n0 stroke:$RED" "  style n1 stroke:$GREEN" "  style w0 stroke:$RED" "  linkStyle 3 stroke:$RED"
  judge mermaid file.yml now.mermaid
  judge dot file.yml now.dot
  vethlab graph -f json "$LAB" >now.json
  run json '[n["look"] for n in d["nodes"]], [(w["split"], [e["look"] for e in w["ends"]]) for w in d["wires"]]' <now.json
  assert_output "['bad', 'good', 'plain', 'plain'] [(True, ['plain', 'plain', 'plain']), (False, ['plain', 'bad'])]"
}

@test "a lab that runs: a list has its colours, too" {
  lab_of <<'L'
lans: {one: 10.0.1.0/24, two: 10.0.2.0/24, three: 10.0.3.0/24}
nodes:
  a: {interfaces: {eth0: {lan: one}, eth1: {lan: two}, eth2: {lan: three}}, run: sleep 1000}
  b: {interfaces: {eth0: {lan: one}, eth1: {lan: two}, eth2: {lan: three}}}
  c: {interfaces: {eth0: {lan: one}, eth1: {lan: two}, eth2: {lan: three}}}
  alone: {run: sleep 1000}
L
  lab_up ./lab.yml
  vethlab link b:eth1 down
  run script -qec 'stty cols 50; vethlab graph --columns 40' /dev/null
  assert_line --partial $'\033[32ma:eth0'
  assert_line --partial $'\033[31mb:eth1'
  assert_line --partial $'\033[32malone\033[0m'
  while read -r line; do
    ((${#line} <= 40)) || fail "wider than 40: $line"
  done < <(tr -d '\r' <<<"$output" | sed $'s/\033\\[[0-9]*m//g')
  NO_COLOR=1 run script -qec 'vethlab graph --columns 40' /dev/null
  refute_output --partial $'\033'
}

@test "a lab that runs and its file have the same picture, but for what DHCP says" {
  for lab in hub-and-switch rip-line; do
    lab_up "$lab.yml"
    vethlab graph | cmp - <(vethlab graph "$LABS/$lab.yml")
    vethlab graph -f svg | sed 's/ good"/"/' >running
    vethlab graph -f svg "$LABS/$lab.yml" | sed "s/>$lab</>$LAB</" | cmp - running
    vethlab down -q "$LAB"
  done
}

@test "up shows the picture" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {pc: {count: 12, lan: lan}, printer: {lan: lan}}
L
  LC_ALL=C lab_up ./lab.yml
  assert_line --regexp '^ *\| pc1 \.\. pc12 \|'
  assert_line --partial '=+='
  assert_line --partial 'lan 10.0.0.0/24'
}

# ---------------------------------------------------------------- what can go wrong

@test "a wrong format, two labs, no width: status 2" {
  for words in '--format png' 'a b' '-l a b' '--columns 0' '--columns many' '--nonsense'; do
    # shellcheck disable=SC2086
    run --separate-stderr vethlab graph $words
    assert_failure 2
    assert_equal "$output" ""
    [[ $stderr == *"vethlab graph --help"* ]] || fail "no help: $stderr"
  done
}

@test "a lab that does not run: status 3; a file with faults, or none: status 2, and no picture" {
  run --separate-stderr vethlab graph nobody
  assert_failure 3
  assert_equal "$stderr" "vethlab: no lab 'nobody' is running"
  run --separate-stderr vethlab graph
  assert_failure 3
  echo 'as it was' >picture
  for file in "$TESTS/bad/lan-undefined.yml" ./none.yml /; do
    run --separate-stderr vethlab graph -f svg -o picture "$file"
    assert_failure 2
    assert_equal "$output" ""
    [[ $stderr == *error:* ]] || fail "$stderr"
  done
  assert_equal "$(cat picture)" 'as it was'
}

@test "a full disk and a folder that is not there are told" {
  for format in svg text dot mermaid json; do
    run vethlab graph -f "$format" -o /dev/full "$LABS/star.yml"
    assert_failure 1
    assert_output "vethlab: cannot write /dev/full: No space left on device"
    run sh -c "vethlab graph -f $format '$LABS/star.yml' >/dev/full"
    assert_failure 1
    assert_output "vethlab: cannot write the picture: No space left on device"
  done
  make mesh 40 100 1
  run sh -c "trap '' XFSZ; ulimit -f 1; exec vethlab graph -f svg -o part mesh-40-100-1.yml"
  assert_failure 1
  assert_output "vethlab: cannot write part: File too large"
  run vethlab graph -o none/picture "$LABS/star.yml"
  assert_failure 1
  assert_output "vethlab: cannot write none/picture: No such file or directory"
}

@test "a lab whose programs are not installed is drawn" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: no-such-program}
L
  run vethlab graph -f dot ./lab.yml
  assert_success
  assert_line --partial '"a"'
}
