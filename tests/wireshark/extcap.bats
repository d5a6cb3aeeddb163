#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Running labs in Wireshark's own list of interfaces, as extcap(4) has it; judged by tshark. And what
# `vethlab wireshark` puts where, and starts. Each test has a home of its own.
#
#   tshark -D                      vethlab-extcap --extcap-interfaces, --extcap-config ...
#   tshark -i vethlab-LAB.NODE     vethlab-extcap --capture --fifo FIFO <---> the lab's init

load ../lab/helpers
load ../lab/facts

EXTCAP=$BIN/vethlab-extcap
CONFIG=.config/wireshark LIBRARY=.local/lib/wireshark

declare -gA SHARK

eval "lab_$(declare -f setup)"
setup() {
  lab_setup
  unset XDG_CONFIG_HOME WIRESHARK_CONFIG_DIR
  export HOME=$PWD/home
  mkdir home
}

install_extcap() {
  vethlab wireshark --install >install.out
}

# ours: the interfaces in tshark's list that are labs, without their numbers; what tshark complains of is a
# fault
ours() {
  timeout 30 tshark -D 2>list.err | sed -n 's/^[0-9]*\. \(vethlab-.*\)/\1/p'
  ! grep -v '^Running as user "root"' list.err
}

# two_hosts [NAME]: a lab, $LAB: pc1 and pc2 on the LAN `office`
two_hosts() {
  lab_of <<'L'
lans: {office: 10.0.0.0/24}
nodes: {pc: {count: 2, lan: office}}
L
  lab_up ./lab.yml
}

# shark NAME INTERFACE ARGS...: tshark prints where each ping is seen, its source and its ICMP type; from
# here on it misses nothing
shark() {
  local name=$1 interface=$2
  shift 2
  start "$name" tshark -l -n -i "$interface" -Y icmp -T fields -E separator=' ' -e frame.interface_name -e ip.src \
    -e icmp.type "$@"
  SHARK[$name]=$(started)
  wait_until "tshark captures" grep -q 'Capture started' "$name.err"
}

# saw NAME LINE...: these lines come, in whatever order; then tshark is told to end
saw() {
  local name=$1 pid=${SHARK[$1]}
  shift
  wait_until "$# frames" has_lines "$name.out" "$#"
  kill -INT "$pid"
  ends "$name" "$pid"
  assert_success
  assert_equal "$(LC_ALL=C sort "$name.out")" "$(printf '%s\n' "$@")"
  run grep -E 'rror by extcap|dropped' "$name.err"
  assert_output ""
}

has_lines() {
  (($(wc -l <"$1") >= $2)) || ! cat "$1"
}

ping_once() {
  vethlab exec "${2:-pc1}" ping -q -c 1 -W 5 "${1:-pc2}" >/dev/null
}

# ends_well NAME: tshark ends, and had nothing to complain of
ends_well() {
  ends "$1"
  assert_success
  run grep -E 'Error|rror by extcap|dropped' "$1.err"
  assert_output ""
}

# key: of the lab's interface in Wireshark's preferences
key() {
  echo "extcap.vethlab_${LAB//[^a-z0-9]/_}"
}

# ---------------------------------------------------------------- into the user's folders

@test "--install says what went where; twice is no matter; --uninstall leaves no file" {
  run vethlab wireshark --install
  assert_success
  assert_output - <<END
$HOME/$CONFIG/extcap/vethlab-extcap -> $(realpath "$EXTCAP")
$HOME/$LIBRARY/extcap/vethlab-extcap -> $(realpath "$EXTCAP")
$HOME/$LIBRARY/plugins/chat.lua
$HOME/$LIBRARY/plugins/peer.lua
$HOME/$LIBRARY/plugins/routehub.lua
$HOME/$CONFIG/profiles/vethlab/preferences
$HOME/$CONFIG/profiles/vethlab/colorfilters
END
  said=$output
  run find home ! -type d
  assert_equal "${#lines[@]}" 7
  run vethlab wireshark --install
  assert_success
  assert_output "$said"
  run vethlab wireshark --uninstall
  assert_success
  assert_equal "${#lines[@]}" 7
  assert_line "$HOME/$CONFIG/extcap/vethlab-extcap: removed"
  run find home ! -type d
  assert_output ""
  run vethlab wireshark --uninstall
  assert_success
  assert_output ""
}

@test "--install leaves a profile that a person has changed, and what is not ours" {
  install_extcap
  echo '# mine' >>"$HOME/$CONFIG/profiles/vethlab/preferences"
  echo 'old' >"$HOME/$LIBRARY/plugins/chat.lua"
  echo '-- mine' >"$HOME/$LIBRARY/plugins/other.lua"
  run vethlab wireshark --install
  assert_success
  assert_line "$HOME/$CONFIG/profiles/vethlab/preferences: kept as it is"
  assert_line "$HOME/$LIBRARY/plugins/chat.lua"
  run tail -n 1 "$HOME/$CONFIG/profiles/vethlab/preferences"
  assert_output '# mine'
  run grep -c vethlab "$HOME/$LIBRARY/plugins/chat.lua" # a dissector is replaced
  assert_output --regexp '^[1-9]'
  vethlab wireshark --uninstall
  run cat "$HOME/$LIBRARY/plugins/other.lua"
  assert_output '-- mine'
}

@test "--install goes where Wireshark looks, if it was told to look elsewhere too" {
  XDG_CONFIG_HOME=$PWD/xdg vethlab wireshark --install >/dev/null
  assert [ -L xdg/wireshark/extcap/vethlab-extcap ]
  assert [ -f xdg/wireshark/profiles/vethlab/colorfilters ]
  WIRESHARK_CONFIG_DIR=$PWD/own vethlab wireshark --install >/dev/null
  assert [ -L own/extcap/vethlab-extcap ]
  two_hosts
  XDG_CONFIG_HOME=$PWD/xdg run ours
  assert_line "vethlab-$LAB (lab $LAB)"
}

@test "--install where nothing can be written is told" {
  echo 'a file' >file
  HOME=$PWD/file run vethlab wireshark --install
  assert_failure 1
  assert_output "vethlab: cannot make the folder $PWD/file/.config: Not a directory"
  mkdir -p "home/$LIBRARY/plugins/chat.lua"
  run vethlab wireshark --install
  assert_failure 1
  assert_line "vethlab: cannot write $HOME/$LIBRARY/plugins/chat.lua: Is a directory"
}

@test "--install stands alone" {
  for words in '--install pc1' '--install --uninstall' '--uninstall pc1'; do
    # shellcheck disable=SC2086
    run vethlab wireshark $words
    assert_failure 2
    assert_output --partial -- '--install and --uninstall stand alone'
  done
  run find home ! -type d
  assert_output ""
}

# installed: the folder below which `make install` has put all; of a copy that is tested it is there already
installed() {
  local root=$TESTS/..
  if [[ -f $root/Makefile ]]; then
    make -s -C "$root" install DESTDIR="$PWD/root" PREFIX=/usr BIN="$BIN" >&2 || return
    root=$PWD/root
  fi
  realpath "$root"
}

# folder NAME: of tshark's, for all users
folder() {
  tshark -G folders 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p"
}

@test "make install puts extcap, dissectors and profile where Wireshark looks" {
  root=$(installed)
  link=$root$(folder 'Extcap path')/vethlab-extcap
  assert [ -L "$link" ]
  run "$root$(readlink "$link")" --extcap-interfaces
  assert_success
  assert_line --index 0 --regexp '^extcap \{version='
  for file in chat.lua peer.lua routehub.lua; do
    assert [ -r "$root$(folder 'Global Lua Plugins')/$file" ]
  done
  for file in preferences colorfilters; do
    assert [ -r "$root$(folder 'Global configuration')/profiles/vethlab/$file" ]
  done
}

@test "dissectors are loaded once: of the user, of the system, of both, and named by hand" {
  root=$(installed)
  plugins=$(folder 'Global Lua Plugins')
  # without ... with: the system's, then the user's, then one that is named
  loads() {
    local map=()
    [[ $(id -u) == 0 ]] || map=(-Ur)
    run unshare "${map[@]}" -m sh -c "
      [ $1 = - ] || mount --bind '$root$plugins' '$plugins' || exit
      tshark -r '$PWD/colours.pcapng' -Y 'chat || peer || routehub' -T fields -e _ws.col.Protocol $2 2>&1 |
        grep -v '^Running as user' | sort -u"
    assert_output $'CHAT\nPEER\nROUTEHUB'
  }
  /usr/bin/python3 -B "$TESTS/wireshark/captures.py" colours >colours.pcapng
  loads system ''
  install_extcap
  loads - ''
  loads system ''
  loads - "-X lua_script:$HOME/$LIBRARY/plugins/chat.lua"
}

@test "vethlab capture is text, with the dissectors and once, before --install and after" {
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {chat: {lan: lan, run: chat-server}, pc: {lan: lan}}
L
  lab_up ./lab.yml
  for round in before after; do
    start "$round" vethlab capture -c 1 pc tcp port 5000 and 'tcp[tcpflags] & tcp-push != 0'
    pid=$(started)
    wait_until "it captures" grep -q 'capturing' "$round.err"
    talk "client-$round" vethlab exec pc chat-client chat:5000
    ends "$round" "$pid"
    assert_success
    assert_output --regexp 'CHAT .*you are client'
    refute_output --partial Lua
    [[ $round == after ]] || install_extcap
  done
}

# ---------------------------------------------------------------- the list

@test "labs and their nodes stand in Wireshark's list; when they are down they do not" {
  install_extcap
  run ours
  assert_success
  assert_output ""
  two_hosts
  first=$LAB
  LAB=$(lab_name)-b
  vethlab up -q --name "$LAB" "$LABS/star.yml"
  run ours
  assert_success
  assert_output - <<END
vethlab-$first (lab $first)
vethlab-$first.pc1 (lab $first, node pc1)
vethlab-$first.pc2 (lab $first, node pc2)
vethlab-$LAB (lab $LAB)
vethlab-$LAB.pc1 (lab $LAB, node pc1)
vethlab-$LAB.pc2 (lab $LAB, node pc2)
vethlab-$LAB.pc3 (lab $LAB, node pc3)
END
  vethlab down -q "$first"
  run ours
  assert_equal "${#lines[@]}" 4
  refute_line --partial "$first"
}

@test "the answers keep to extcap's grammar" {
  two_hosts
  for words in '--extcap-interfaces --extcap-version=4.0' "--extcap-config --extcap-interface vethlab-$LAB" \
    "--extcap-dlts --extcap-interface vethlab-$LAB.pc1"; do
    # shellcheck disable=SC2086
    run --separate-stderr "$EXTCAP" $words
    assert_success
    # shellcheck disable=SC2154 # of run
    assert_equal "$stderr" ""
    [[ -n $output ]] || fail "no answer to $words"
    for line in "${lines[@]}"; do
      [[ $line =~ ^(extcap|interface|arg|value|dlt)\ (\{[a-z]+=[^{}]+\})+$ ]] || fail "$words: $line"
      [[ ! $line =~ \{display=[^}]*/ ]] || fail "a slash: $line" # it would be one of a temporary file's name
    done
  done
  run "$EXTCAP" --extcap-interfaces
  assert_line --index 0 --regexp '^extcap \{version=[0-9.]+\}'
  run "$EXTCAP" --extcap-config --extcap-interface vethlab-nobody # is asked for without a look at the lab
  assert_success
  assert_line --regexp '^arg \{number=0\}\{call=--what\}.*\{type=string\}'
  assert_line --regexp '^arg \{number=1\}\{call=--both\}.*\{type=boolflag\}'
  run "$EXTCAP" --extcap-dlts --extcap-interface vethlab-nobody
  assert_output 'dlt {number=1}{name=EN10MB}{display=Ethernet}'
}

@test "Wireshark takes the answers: the link type, and the options" {
  install_extcap
  two_hosts
  run tshark -i "vethlab-$LAB" -L
  assert_output --partial 'EN10MB (Ethernet)'
}

@test "a lab of 300 nodes stands in the list alone" {
  install_extcap
  lab_of <<'L'
lans: {lan: 10.0.0.0/16}
nodes: {pc: {count: 300, lan: lan}}
L
  lab_up ./lab.yml
  run ours
  assert_success
  assert_output "vethlab-$LAB (lab $LAB)"
}

@test "a lab that is starting stands in the list, and holds nobody up" {
  install_extcap
  lab_of <<'L'
lans: {lan: 10.0.0.0/24}
nodes: {pc: {lan: lan, run: {command: sleep 1000, ready: 5000}}}
L
  LAB=$(lab_name)
  start up vethlab up --name "$LAB" ./lab.yml
  wait_until "it is starting" sh -c "vethlab ls | grep '^$LAB .*starting'"
  run ours
  assert_line "vethlab-$LAB (lab $LAB)"
  goes_on up
}

@test "a lab that does not answer stands in the list alone, and holds nobody up" {
  install_extcap
  two_hosts
  first=$LAB
  LAB=$(lab_name)-b
  vethlab up -q --name "$LAB" lab.yml
  init=$(cat "$VETHLAB_STATE_DIR/$first/lock")
  kill -STOP "$init"
  run ours
  listed=$output
  # so many have asked already and had no answer that no more can
  run timeout 30 /usr/bin/python3 - "$VETHLAB_STATE_DIR/$first" "$EXTCAP" <<'P'
import os, socket, subprocess, sys
os.chdir(sys.argv[1])
waiting = []
while True:
    s = socket.socket(socket.AF_UNIX)
    s.setblocking(False)
    try:
        s.connect("control")
    except BlockingIOError:
        break
    waiting.append(s)
assert len(waiting) > 10
sys.exit(subprocess.run([sys.argv[2], "--extcap-interfaces"]).returncode)
P
  kill -CONT "$init" # whatever came: who is stopped cannot end the lab
  assert_success
  assert_equal "${#lines[@]}" 5
  assert_line "interface {value=vethlab-$first}{display=lab $first}"
  assert_equal "$listed" "vethlab-$first (lab $first)
vethlab-$LAB (lab $LAB)
vethlab-$LAB.pc1 (lab $LAB, node pc1)
vethlab-$LAB.pc2 (lab $LAB, node pc2)"
}

# ---------------------------------------------------------------- captures

@test "the whole lab is captured live, with a filter, and the interfaces keep their names" {
  install_extcap
  two_hosts
  shark whole "vethlab-$LAB" -f icmp
  ping_once
  saw whole 'pc1:eth0 10.0.0.1 8' 'pc1:eth0 10.0.0.2 0' 'pc2:eth0 10.0.0.1 8' 'pc2:eth0 10.0.0.2 0'
}

@test "one node is captured, of one of several labs" {
  install_extcap
  two_hosts
  other=$LAB
  LAB=$(lab_name)-b
  vethlab up -q --name "$LAB" lab.yml
  shark node "vethlab-$LAB.pc2" -f icmp
  for lab in "$other" "$LAB"; do
    VETHLAB_LAB=$lab ping_once
  done
  saw node 'pc2:eth0 10.0.0.1 8' 'pc2:eth0 10.0.0.2 0'
}

@test "options: some nodes only, and both ends of each wire" {
  install_extcap
  two_hosts
  shark only "vethlab-$LAB" -o "$(key).what:pc1 pc2:eth0" -f 'icmp[0] == 8'
  shark both "vethlab-$LAB" -o "$(key).both:true" -f 'icmp[0] == 8'
  ping_once
  saw only 'pc1:eth0 10.0.0.1 8' 'pc2:eth0 10.0.0.1 8'
  saw both 'office:pc1 10.0.0.1 8' 'office:pc2 10.0.0.1 8' 'pc1:eth0 10.0.0.1 8' 'pc2:eth0 10.0.0.1 8'
}

@test "a capture ends with its lab, and what came before is in it" {
  install_extcap
  two_hosts
  shark whole "vethlab-$LAB" -f 'icmp[0] == 8'
  ping_once
  ping_once pc1 pc2
  vethlab down -q "$LAB"
  ends whole
  assert_equal "$(grep -c ' 8$' whole.out)" 4
}

@test "a capture ends when tshark does: after a time, and when it is told" {
  install_extcap
  two_hosts
  shark whole "vethlab-$LAB" -f icmp -a duration:1
  ends_well whole
  shark again "vethlab-$LAB.pc1" -f icmp
  ping_once
  saw again 'pc1:eth0 10.0.0.1 8' 'pc1:eth0 10.0.0.2 0'
  wait_until "no program of ours is left" nobody_captures
}

nobody_captures() {
  ! pgrep -f "vethlab-extcap --capture.*vethlab-$LAB"
}

@test "a capture file that tshark writes is whole" {
  install_extcap
  two_hosts
  start file tshark -i "vethlab-$LAB" -f icmp -w cap.pcapng
  wait_until "tshark captures" grep -q 'Capture started' file.err
  ping_once
  vethlab down -q "$LAB"
  ends_well file
  run tshark -n -r cap.pcapng -Y icmp -T fields -e frame.interface_name
  assert_equal "$(grep -c '^pc[12]:eth0$' <<<"$output")" 4
}

# fails SHARK_ARGS...: within some seconds, and with words
fails() {
  run timeout -s KILL 20 tshark "$@"
  assert_failure 1
}

@test "what cannot be captured is told in words, and at once" {
  install_extcap
  two_hosts
  fails -i "vethlab-$LAB" -f 'udp pirt'
  assert_output --partial "vethlab-extcap: filter 'udp pirt': can't parse filter expression: syntax error"
  fails -i "vethlab-$LAB" -f pc1 # a node's name is no filter
  assert_output --partial "vethlab-extcap: filter 'pc1': "
  fails -i "vethlab-$LAB" -o "$(key).what:pc9"
  assert_output --partial "vethlab-extcap: lab '$LAB' has no node and no LAN 'pc9'"
  fails -i vethlab-nobody
  assert_output --regexp '(no device named|capture on device) "vethlab-nobody"' # for an ordinary user the latter
  mkfifo fifo
  for name in vethlab-nobody vethlab-nobody.pc1 "vethlab-$LAB.pc9"; do
    start reader cat fifo
    run "$EXTCAP" --capture --extcap-interface "$name" --fifo fifo
    assert_failure 3
    assert_output --regexp "^vethlab-extcap: (no lab 'nobody' is running|lab '$LAB' has no node and no LAN 'pc9')"
    ends reader # it does not wait for more
  done
}

@test "a filter is checked while it is typed" {
  two_hosts
  run "$EXTCAP" --extcap-interface "vethlab-$LAB" --extcap-capture-filter 'udp port 67'
  assert_success
  assert_output ""
  run "$EXTCAP" --extcap-interface "vethlab-$LAB" --extcap-capture-filter 'udp pirt'
  assert_success
  assert_output --partial "syntax error"
}

@test "extcap without an interface, with another's, with nothing to do: status 2" {
  for words in '' '--extcap-config' '--extcap-dlts --extcap-interface eth0' '--extcap-interface vethlab-x' '--nonsense'; do
    # shellcheck disable=SC2086
    run --separate-stderr "$EXTCAP" $words
    assert_failure 2
    assert_equal "$output" ""
    [[ $stderr == *"vethlab-extcap --help"* ]] || fail "$words: $stderr"
  done
}

# ---------------------------------------------------------------- vethlab wireshark

# fake_wireshark: a program of that name, first in PATH, that keeps what it is given
fake_wireshark() {
  mkdir bin
  cat >bin/wireshark <<'W'
#!/bin/sh
printf '%s\n' "$@" >words
exec cat >seen.pcapng
W
  chmod +x bin/wireshark
  PATH=$PWD/bin:$PATH
}

@test "vethlab wireshark starts it with the capture on its input, with the profile where that is" {
  fake_wireshark
  two_hosts
  for round in before after; do
    rm -f seen.pcapng words
    start viewer vethlab wireshark pc1 icmp
    # the head: its filter is known, so what comes now is captured
    wait_until "the capture begins" test -s seen.pcapng
    ping_once
    [[ $round == before ]] || { # it ends with the lab
      vethlab down -q "$LAB"
      ends viewer
      assert_success
      assert_output ""
      break
    }
    wait_until "both frames are there" sh -c 'tshark -r seen.pcapng 2>/dev/null | grep -q reply'
    kill -INT "$(started)"
    ends viewer
    assert_success
    run head -n 3 words
    assert_output $'-k\n-i\n-'
    run grep -cx -e '-C' words
    assert_output 0
    run grep -c 'lua_script:.*/chat.lua' words
    assert_output 1
    install_extcap
  done
  run --separate-stderr tshark -n -r seen.pcapng -Y icmp -T fields -e frame.interface_name -e icmp.type
  assert_output $'pc1:eth0\t8\npc1:eth0\t0'
  run grep -x -A 1 -e '-C' words
  assert_output $'-C\nvethlab'
  run grep -c lua_script words
  assert_output 0
}

@test "vethlab wireshark without Wireshark says so; without a lab too" {
  two_hosts
  PATH=$BIN run vethlab wireshark
  assert_failure 1
  assert_output "vethlab: Wireshark is not there; 'vethlab capture -w FILE' writes a file"
  run vethlab wireshark -l nobody
  assert_failure 3
  fake_wireshark
  run vethlab wireshark pc1 udp pirt
  assert_failure 2
  run vethlab wireshark pc9
  assert_failure 3
  [[ ! -e words ]] || fail "it was started"
}
