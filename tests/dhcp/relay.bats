#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The DHCP relay, between clients and servers that are a script: each test is a case of relay_wire.py,
# in namespaces of its own, and its title is the rule that the case tests.
#
#     relay_wire.py CASE
#       clients, packet socket   veth   dhcp-relay   veth   servers, packet socket
#       of two subnets         ======== c0, c1    u0 ====== 10.0.2.2, 10.0.2.3

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

WIRE=$BATS_TEST_DIRNAME/relay_wire.py

# wire CASE: what it prints is seen if it fails
wire() {
  TMPDIR=$BATS_TEST_TMPDIR run /usr/bin/python3 -B "$WIRE" "$1"
  assert_success
}

# The tests below are all cases there are, under the titles that the cases give themselves.
@test "relay_wire.py: each case has a test, with its rule as the title" {
  sed -n '/^@test "relay_wire.py:/d; s/^@test "\(.*\)" {$/\1/p; s/^  wire \([a-z0-9_]*\)$/\1/p' \
    "$BATS_TEST_FILENAME" | paste -d '\t' - - | awk -F '\t' '{ print $2 "\t" $1 }' >"$BATS_TEST_TMPDIR/tests"
  /usr/bin/python3 -B "$WIRE" --list >"$BATS_TEST_TMPDIR/cases"
  run diff "$BATS_TEST_TMPDIR/cases" "$BATS_TEST_TMPDIR/tests"
  assert_success
}

@test "RFC 1542 4.1.1: 'giaddr' becomes the address of the interface, 'hops' is increased, nothing else" {
  wire request_giaddr_and_hops
}

@test "RFC 1542 4.1.1: clients of another wire get that wire's 'giaddr'" {
  wire request_each_interface_has_its_giaddr
}

@test "RFC 1542 4.1.1: secs, flags, xid, chaddr and all options arrive as the client has sent them" {
  wire request_every_field
}

@test "RFC 1542 4.1.1: it goes by unicast to the server's port 67, from an address of the relay" {
  wire request_way_to_the_server
}

@test "A server that is not on any wire of the relay is reached by the routes" {
  wire request_server_behind_a_router
}

@test "dhcp-relay(1) --server: each server gets each message, with the same 'giaddr' and 'hops'" {
  wire request_several_servers
}

@test "RFC 1542 4.1.1: the 'giaddr' of another relay is kept" {
  wire request_foreign_giaddr_is_kept
}

@test "RFC 1542 4.1.1: nor if the other relay is on the clients' wire and broadcasts" {
  wire request_foreign_giaddr_by_broadcast
}

@test "dhcp-relay(1): a message that carries an address of this relay has come round, and is dropped" {
  wire request_own_giaddr_comes_round
}

@test "RFC 1542 4.1.1: messages whose 'hops' exceeds 16 MUST be discarded" {
  wire request_hops_limit
}

@test "dhcp-relay(1) --max-hops: messages that have passed more relays than that are dropped" {
  wire request_hops_limit_by_choice
}

@test "RFC 1542 4.1.1: two relays that have each other as a server do not carry a message for ever" {
  wire request_loop_of_two_relays
}

@test "RFC 951 8: a BOOTREPLY, or anything else, from the clients' side is no request" {
  wire request_replies_of_clients
}

@test "RFC 2131 4.1: all messages of DHCP are relayed, also of a client that has an address" {
  wire request_all_kinds
}

@test "RFC 1542 4.1: a message of BOOTP is relayed as it is, with or without the magic cookie" {
  wire request_bootp
}

@test "RFC 2131 2: a message that fills an Ethernet frame is relayed whole" {
  wire request_large
}

@test "RFC 1542 4.1.1: a relay of messages need not know the client's hardware type" {
  wire request_other_hardware
}

@test "RFC 951 3: what is shorter than BOOTP's fixed fields is no message" {
  wire request_too_short
}

@test "RFC 2131 2: a message that is shorter than 300 octets, but whole, is relayed" {
  wire request_short
}

@test "RFC 951 3: hlen is at most 16, the room of 'chaddr'" {
  wire request_silly_lengths
}

@test "RFC 1122: datagrams with wrong checksums, or of lengths that they do not have, are dropped" {
  wire request_damaged
}

@test "1,000 mutated messages do no harm; what is relayed of them has the relay's 'giaddr' or its own" {
  wire request_mutated
}

@test "A burst of 300 messages arrives whole, in its order" {
  wire request_many
}

@test "RFC 951 3: what goes to another port is no request" {
  wire request_not_for_port_67
}

@test "dhcp-relay(1): messages of an interface that was not named are not relayed" {
  wire request_no_client_interface
}

@test "RFC 1542 4.1.2: without the B flag a reply goes to 'yiaddr' at 'chaddr', port 68" {
  wire reply_unicast
}

@test "RFC 1542 4.1.2: with the B flag a reply goes to 255.255.255.255, and its frame to everyone" {
  wire reply_broadcast
}

@test "RFC 1542 4.1.2: it is the reply's own B flag that counts: the relay keeps no state" {
  wire reply_the_reply_says_it
}

@test "RFC 2131 4.1: a NAK without the B flag has no 'yiaddr' to go to: it is broadcast" {
  wire reply_without_an_address
}

@test "RFC 1542 4.1.2: who has no Ethernet address is reached by broadcast" {
  wire reply_other_hardware
}

@test "RFC 1542 4.1.2: 'giaddr' says at which wire the client is" {
  wire reply_to_the_right_wire
}

@test "RFC 1542 4.1.2: 'the relay agent ... MUST NOT modify' the reply: all octets are the server's" {
  wire reply_every_field
}

@test "RFC 2131 4.1: replies come to 'giaddr', port 67; one to another address of the relay is taken too" {
  wire reply_to_the_address_of_arrival
}

@test "dhcp-relay(1): replies of each server that was named are taken" {
  wire reply_of_several_servers
}

@test "dhcp-relay(1): 'Replies are taken from the servers alone': not from other hosts, nor from clients" {
  wire reply_of_nobody_else
}

@test "RFC 1542 4.1.2: a reply whose 'giaddr' is not this relay's MUST be discarded" {
  wire reply_foreign_giaddr
}

@test "RFC 951 8: a message that is no BOOTREPLY is not given to a client" {
  wire reply_requests_of_servers
}

@test "RFC 1542 4.1.2: a reply without the magic cookie, or longer than others, passes as it is" {
  wire reply_bootp
}

@test "RFC 2131 2: a reply that fills an Ethernet frame passes whole" {
  wire reply_large
}

@test "RFC 1122: replies that are cut, or have wrong checksums, are dropped" {
  wire reply_damaged
}

@test "1,000 mutated replies do no harm" {
  wire reply_mutated
}

@test "dhcp-relay(1) --upstream: replies are taken at that interface, and requests of it are not relayed" {
  wire reply_upstream
}

@test "dhcp-relay(1) --upstream: a reply that comes at an interface that is neither that nor a client's is none" {
  wire reply_upstream_elsewhere
}

@test "dhcp-relay(1) --agent: without it there is no option 82" {
  wire no_agent
}

@test "RFC 3046 2.1: the option is the last one before END: circuit id the interface, remote id its address" {
  wire added
}

@test "RFC 3046 3.1: the circuit id tells the wires from each other" {
  wire added_by_wire
}

@test "dhcp-relay(1) --circuit-id, --remote-id: other texts" {
  wire other_ids
}

@test "RFC 3046 2.1: pads between a client's options, or a missing END, do not hide the option" {
  wire added_behind_pads
}

@test "A message whose options go beyond its end is dropped, or passes without the option" {
  wire broken_options
}

@test "RFC 3046 2.1: where there is no room for the option, the message passes as it is, or not at all" {
  wire no_room
}

@test "RFC 3046 2.1: what has no options cannot have this one: BOOTP without the cookie passes as it is" {
  wire bootp_is_left_alone
}

@test "RFC 3046 2.1: the option is removed from the reply, wherever it stands; all others stay, in their order" {
  wire taken_off
}

@test "RFC 3046 2.1: from a NAK as well, where it is the only option beside 53 and 54" {
  wire taken_off_a_nak
}

@test "RFC 3046 2.2: a server that does not know the option sends none back: the reply passes" {
  wire server_without_the_option
}

@test "RFC 3046 2.1: a message with the option, but without a 'giaddr', is discarded" {
  wire from_a_client
}

@test "dhcp-relay(1) --policy: it is always dropped, also where this relay adds none" {
  wire from_a_client_without_agent
}

@test "dhcp-relay(1) --policy: by default the option of another relay is kept" {
  wire policy_keep
}

@test "dhcp-relay(1) --policy replace: ours takes its place, as the last option" {
  wire policy_replace
}

@test "dhcp-relay(1) --policy drop: the message is dropped" {
  wire policy_drop
}

@test "RFC 3046 2.1: a value that is not this relay's is not for it to remove where it has added none" {
  wire reply_for_another_relays_option
}

@test "dhcp-relay(1) SIGNALS: SIGUSR1 prints how many were relayed, and dropped for which reason" {
  wire counts
}

@test "dhcp-relay(1): --help and --version; wrong use is refused with status 2, by one line that names it" {
  wire usage
}

@test "dhcp-relay(1) EXIT STATUS: 1 if there is no such interface" {
  wire no_such_interface
}

@test "dhcp-relay(1) EXIT STATUS: 1 if no interface has an IPv4 address" {
  wire no_address
}

@test "dhcp-relay(1) EXIT STATUS: 1 if port 67 is in use" {
  wire port_in_use
}

@test "dhcp-relay(1) EXIT STATUS: 1 if port 67 is in use by another relay" {
  wire second_relay
}

@test "dhcp-relay(1) NOTIFY_SOCKET: after READY=1 no message is lost" {
  wire ready
}

@test "dhcp-relay(1) EXIT STATUS: SIGINT and SIGTERM end it with status 0" {
  wire interrupted
}

@test "dhcp-relay(1) EXAMPLES: it says which wire is relayed to which server" {
  wire first_line
}
