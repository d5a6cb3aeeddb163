#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A lab is its owner's: two ordinary users and root, who have nothing to say in each other's labs.
#
#   nobody: lab ---- control socket, logs, events ---X--- daemon, root

load helpers
load facts

# they are below /tmp themselves, because the folders of bats are closed to other users
setup_users() {
  needs_root "to be two other users"
  USERS=$(mktemp -d /tmp/vethlab-users.XXXXXX)
  chmod 755 "$USERS"
  local user
  for user in nobody daemon root; do
    mkdir "$USERS/$user"
    chown "$user" "$USERS/$user"
    chmod 755 "$USERS/$user"
  done
  chmod a+rx "$BIN"
  as daemon test -x "$BIN/vethlab" || fail "daemon cannot run $BIN/vethlab"
  cat >"$USERS/lab.yml" <<'L'
lans: {lan: 10.0.0.0/24}
nodes:
  a: {lan: lan, run: {secret: [sh, -c, "echo the secret; exec sleep 1000"]}}
  b: {lan: lan}
scenes:
  s: [{link: "a:eth0", state: down}]
L
  chmod 644 "$USERS/lab.yml"
}

teardown() {
  local user pid children
  for pid in "${STARTED[@]}"; do
    # a function in the background is a shell, and what it runs is that one's child
    mapfile -t children < <(pgrep -P "$pid")
    kill "${children[@]}" "$pid" 2>/dev/null || true
  done
  if [[ ${USERS-} ]]; then
    for user in nobody daemon root; do
      if [[ -d $USERS/$user/state ]]; then
        chmod 700 "$USERS/$user/state"
        as "$user" vethlab down --all --quiet || true
      fi
    done
    rm -rf "$USERS"
  fi
}

# as USER COMMAND...: with this user's ids and state folder, in his folder
as() {
  local user=$1 group
  group=$(id -gn "$1")
  shift
  env -C "$USERS/$user" HOME="$USERS/$user" VETHLAB_STATE_DIR="$USERS/$user/state" TMPDIR=/tmp \
    setpriv --reuid="$user" --regid="$group" --clear-groups "$@"
}

# as_on USER OWNER COMMAND...: with the owner's state folder
as_on() {
  local user=$1 owner=$2
  shift 2
  as "$user" env VETHLAB_STATE_DIR="$USERS/$owner/state" "$@"
}

# lab_of_user USER: a running lab of his, $LAB
lab_of_user() {
  LAB=$(lab_name)
  run as "$1" vethlab up -q -n "$LAB" "$USERS/lab.yml"
  assert_success
  run as "$1" vethlab wait -q a log 'the secret'
  assert_success
  STATE=$USERS/$1/state
  INIT=$(cat "$STATE/$LAB/lock")
}

VERBS=("ls" "ls --json" "ps" "ps --json" "inspect" "inspect a" "exec a true" "shell a" "logs a" "logs -f a" "wait -t 2s a ready"
  "wait -t 2s a route 10.0.0.0/24" "wait -t 2s a log secret" "events" "events -f" "events --json" "stop a" "stop a/secret"
  "start a" "restart a" "kill a/secret" "link a:eth0 down" "link lan down" "link a:eth0 rate 1mbit" "partition a / b"
  "heal" "play s" "capture -d 1s -w -" "capture -d 1s a" "down" "down --all" "gc")

# is_untouched OWNER: the lab runs as before
is_untouched() {
  kill -0 "$INIT" || fail "init is gone"
  run as "$1" vethlab exec -l "$LAB" a ping -c 1 -W 5 b
  assert_success
  run as "$1" vethlab ps -l "$LAB" --json
  assert_success
  assert_equal "$(json "[(c['state'], c['restarts']) for n in d['nodes'] for c in n['commands']]" <<<"$output")" \
    "[('ready', 0)]"
  run as "$1" vethlab events -l "$LAB"
  assert_success
  refute_output --partial ' fault '
}

# nothing_for USER OWNER: no verb of this user does anything with the owner's lab
nothing_for() {
  local user=$1 owner=$2 verb wrong=0
  for verb in "${VERBS[@]}"; do
    # shellcheck disable=SC2086
    run timeout 10 env SHELL=/bin/true "${AS[@]}" vethlab $verb </dev/null
    if [[ $status != [13] || $output == *secret* || $output == *10.0.0.* ]]; then
      # nothing there is no failure of these
      if [[ $verb =~ ^(ls|down\ --all|gc|ls\ --json)$ && $status == 0 && $output != *"$LAB"* ]]; then
        continue
      fi
      echo "$user, vethlab $verb on the lab of $owner: expected status 1 or 3 and nothing told"
      echo "actual: status $status: $output"
      wrong=$((wrong + 1))
    fi
  done
  assert_equal "$wrong" 0
}

# separately USER OWNER: with the state folder of the owner named
separately() {
  AS=(env -C / VETHLAB_STATE_DIR="$USERS/$2/state" HOME="$USERS/$1" setpriv --reuid="$1" --regid="$(id -gn "$1")" --clear-groups)
  nothing_for "$1" "$2"
  # and with his own
  AS=(env -C / VETHLAB_STATE_DIR="$USERS/$1/state" VETHLAB_LAB="$LAB" HOME="$USERS/$1" setpriv --reuid="$1" --regid="$(id -gn "$1")" --clear-groups)
  nothing_for "$1" "$2"
}

@test "users: an ordinary user can do nothing with another ordinary user's lab" {
  setup_users
  lab_of_user nobody
  separately daemon nobody
  is_untouched nobody
}

@test "users: an ordinary user can do nothing with root's lab" {
  setup_users
  lab_of_user root
  separately daemon root
  is_untouched root
}

@test "users: root does nothing with an ordinary user's lab by the verbs" {
  setup_users
  lab_of_user nobody
  separately root nobody
  is_untouched nobody
}

# open_wide: all of the owner's state folder to everybody
open_wide() {
  find "$STATE" -type d -exec chmod 777 {} +
  find "$STATE" ! -type d -exec chmod 666 {} +
}

@test "users: even with the state folder opened wide no verb of another user does anything" {
  setup_users
  local owner
  for owner in nobody root; do
    lab_of_user "$owner"
    open_wide
    AS=(env -C / VETHLAB_STATE_DIR="$STATE" HOME="$USERS/daemon" setpriv --reuid=daemon --regid=daemon --clear-groups)
    nothing_for daemon "$owner"
    find "$STATE" -type d -exec chmod 700 {} +
    is_untouched "$owner"
  done
}

# talk_to SOCKET: says each request that a verb could, and prints what is answered
talk_to() {
  cat <<'P'
import json, socket, sys
def ask(request):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(sys.argv[1])
    answer = b""
    try:
        s.sendall(request)
        while len(answer) < 100000:
            more = s.recv(65536)
            if not more:
                break
            answer += more
            if answer.endswith(b"\n"):
                break
    except (ConnectionResetError, BrokenPipeError):
        pass
    return answer
requests = [b'{"do":"status"}\n', b'{"do":"taps","what":[],"both":false}\n', b'{"do":"down"}\n']
for request in requests[:int(sys.argv[2])]:
    print(repr(ask(request)))
P
}

@test "users: the control socket refuses other users by SO_PEERCRED, though everybody may connect" {
  setup_users
  local owner other
  talk_to >"$USERS/ask.py"
  chmod 644 "$USERS/ask.py"
  for owner in nobody root; do
    lab_of_user "$owner"
    open_wide
    # the owner is answered: the question is a good one
    run as "$owner" /usr/bin/python3 "$USERS/ask.py" "$STATE/$LAB/control" 2
    assert_success
    assert_output --partial 'secret'
    assert_output --partial 'a:eth0'
    for other in daemon nobody root; do
      [[ $other != "$owner" ]] || continue
      run as "$other" /usr/bin/python3 "$USERS/ask.py" "$STATE/$LAB/control" 3
      echo "$other asks the lab of $owner: $output"
      assert_success
      refute_output --partial secret
      refute_output --partial '10.0.0'
      refute_output --partial nodes
      refute_output --partial eth0
    done
    find "$STATE" -type d -exec chmod 700 {} +
    is_untouched "$owner"
  done
}

@test "users: files are 0600 and folders 0700, whatever the umask" {
  setup_users
  LAB=$(lab_name)
  run as nobody sh -c "umask 000; exec vethlab up -q -n $LAB '$USERS/lab.yml'"
  assert_success
  run as nobody vethlab wait -q a log 'the secret'
  assert_success
  # hosts and the nodes' own files are for every user in the nodes; the folder above is closed
  run find "$USERS/nobody/state" -perm /077 ! -path "*/$LAB/nodes/*" ! -path "*/$LAB/hosts"
  assert_output ""
  run find "$USERS/nobody/state" -perm /022
  assert_output ""
  local file
  for file in "" "/$LAB/logs" "/$LAB/logs/a" "/$LAB/events" "/$LAB/control" "/$LAB/hosts" "/$LAB/nodes"; do
    as nobody test -e "$USERS/nobody/state$file" || fail "not there: state$file"
    for access in -r -w -x; do
      if as daemon test "$access" "$USERS/nobody/state$file" && [[ $file ]]; then
        fail "daemon has $access on state$file"
      fi
    done
  done
}

@test "users: logs and events of another user's lab cannot be read from the disk" {
  setup_users
  lab_of_user nobody
  run as nobody cat "$STATE/$LAB/logs/a"
  assert_output --partial 'the secret'
  local file
  for file in logs/a events lock hosts; do
    run as daemon cat "$STATE/$LAB/$file"
    assert_failure
    assert_output --partial 'Permission denied'
  done
}

@test "users: two users have a lab of one name at once, each sees his own" {
  setup_users
  lab_of_user nobody
  local name=$LAB
  run as daemon vethlab up -q -n "$name" "$USERS/lab.yml"
  assert_success
  run as root vethlab up -q -n "$name" "$USERS/lab.yml"
  assert_success
  as daemon vethlab exec -l "$name" a ip addr add 10.0.0.77/24 dev eth0
  run as nobody vethlab wait -t 100ms a address 10.0.0.77
  assert_failure 1
  run as root vethlab wait -t 100ms a address 10.0.0.77
  assert_failure 1
  run as daemon vethlab down "$name"
  assert_success
  is_untouched nobody
  run as root vethlab down "$name"
  assert_success
  is_untouched nobody
}

@test "users: gc takes away nothing of another user's" {
  setup_users
  lab_of_user nobody
  kill -9 "$INIT"
  wait_until "init is gone" has_ended "$INIT"
  local user
  for user in daemon root; do
    run as "$user" vethlab gc
    run as_on "$user" nobody vethlab gc
    [[ -d $STATE/$LAB ]] || fail "$user took away what nobody's lab left"
  done
  run as nobody vethlab gc
  assert_success
  [[ ! -d $STATE/$LAB ]] || fail "left: $(find "$STATE/$LAB")"
}

@test "users: a state folder that is another's, or open to others, is refused with its name" {
  setup_users
  mkdir -m 777 "$USERS/nobody/state"
  chown nobody "$USERS/nobody/state"
  run as nobody vethlab up -q -n x "$USERS/lab.yml"
  assert_failure 1
  assert_output --partial "$USERS/nobody/state"
  rmdir "$USERS/nobody/state"
  mkdir -m 700 "$USERS/daemon/state"
  chown daemon "$USERS/daemon/state"
  ln -s "$USERS/daemon/state" "$USERS/nobody/state"
  run as nobody vethlab up -q -n x "$USERS/lab.yml"
  assert_failure 1
  rm "$USERS/nobody/state"
}

@test "users: another user cannot hold init up by calling without a word" {
  setup_users
  lab_of_user nobody
  open_wide
  start calls as daemon /usr/bin/python3 -c '
import signal, socket, sys
calls = []
for _ in range(300):
    s = socket.socket(socket.AF_UNIX)
    try:
        s.settimeout(5)
        s.connect(sys.argv[1])
        calls.append(s)
    except OSError:
        pass
print("called", flush=True)
signal.pause()' "$STATE/$LAB/control"
  wait_until "it has called" grep -q called calls.out
  find "$STATE" -type d -exec chmod 700 {} +
  run as nobody timeout 10 vethlab exec a ping -c 1 -W 5 b
  assert_success
}
