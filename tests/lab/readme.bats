#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What the README shows, done: its lab file, its faults, its session.

load helpers

README=$TESTS/../README.md

# example N: the N-th block of the README in the language given
example() {
  awk -v language="$1" -v wanted="$2" '
    $0 == "```" language {n++; inside = n == wanted; next}
    /^```/ {inside = 0}
    inside' "$README"
}

@test "the README's lab file is a lab, and its server serves" {
  example yaml 1 >office.yml
  LAB=$(lab_name)
  run vethlab up -q --name "$LAB" office.yml
  assert_success
  run vethlab exec pc3 /usr/bin/python3 -c '
import urllib.request
print(urllib.request.urlopen("http://www/").read().decode())'
  assert_success
  assert_output --partial hello
}

@test "the README's faulty file has the faults that the README shows" {
  cat >office.yml <<'L'
name: office
lans:
  office: 10.0.1.0/24
  servers: 10.0.1.128/25
nodes:
  router: {forwrad: yes, interfaces: {eth0: office, eth1: servers}}
  www:
    lan: servers
    gateway: 10.0.1.200
    run: chat-sever --port 80
  pc: {lan: ofice, gateway: router}
L
  run vethlab check office.yml
  assert_failure 2
  grep -A100 '^\$ vethlab check office.yml' "$README" | tail -n +2 | sed '/^```/,$d' >shown
  diff shown <(echo "$output")
}

@test "the README's session is what one sees" {
  lab_up campus.yml
  log_has pc1 'client | client 3: hello from the desk'
  run vethlab logs pc1/client
  while IFS= read -r line; do
    assert_line "$line"
  done < <(grep -A5 'vethlab logs pc1/client$' "$README" | grep '^client |')
}

# plain: times and what a time decides are not the README's promise
plain() { sed -E 's/ *[0-9]+\.[0-9]+ (ms|pc1)/ N \1/; s/[0-9]+ ms/N ms/'; }

@test "what the README breaks, it breaks as it shows" {
  lab_up campus.yml
  awk '/^```console/ {n = 1; text = ""; next}
    /^```/ {if (n && text ~ /link pc1:eth0 down/) printf "%s", text; n = 0}
    n {text = text $0 "\n"}' "$README" >shown
  [[ -s shown ]]
  while IFS= read -r line; do
    [[ $line == '$ '* ]] || continue
    echo "$line"
    bash -c "${line#'$ '}" 2>&1 || true
  done <shown >seen
  diff <(plain <shown) <(plain <seen)
}
