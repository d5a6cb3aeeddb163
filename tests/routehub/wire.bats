#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# route-server and route-client on the wire: each test is a case of wire.py, in namespaces of its own,
# and its title is the rule that the case tests; PROTOCOL is the section of route-server(1).
#
#     wire.py CASE
#       peers, each a UDP socket   veth   route-server or route-client
#       10.0.0.2 ...            ========= 10.0.0.1
#     wire.py whole_...
#       route-server and many route-clients or plain nodes, on a wire that loses and reorders

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

WIRE=$BATS_TEST_DIRNAME/wire.py

# wire CASE: what it prints is seen if it fails
wire() {
  TMPDIR=$BATS_TEST_TMPDIR run /usr/bin/python3 -B "$WIRE" "$1"
  assert_success
}

# The tests below are all cases there are, under the titles that the cases give themselves.
@test "wire.py: each case has a test, with its rule as the title" {
  sed -n '/^@test "wire.py:/d; s/^@test "\(.*\)" {$/\1/p; s/^  wire \([a-z0-9_]*\)$/\1/p' \
    "$BATS_TEST_FILENAME" | paste -d '\t' - - | awk -F '\t' '{ print $2 "\t" $1 }' >"$BATS_TEST_TMPDIR/tests"
  /usr/bin/python3 -B "$WIRE" --list >"$BATS_TEST_TMPDIR/cases"
  run diff "$BATS_TEST_TMPDIR/cases" "$BATS_TEST_TMPDIR/tests"
  assert_success
}

@test "PROTOCOL, plain form: an addition arrives at the others as the five octets 1 and the address" {
  wire plain_add_octets
}

@test "PROTOCOL, plain form: a deletion arrives at the others as the five octets 2 and the address" {
  wire plain_delete_octets
}

@test "PROTOCOL, plain form: each update goes to all clients but the one that it came from, once" {
  wire plain_not_to_the_origin
}

@test "PROTOCOL, plain form: a client is known by address and port: two of one host tell each other" {
  wire plain_client_is_address_and_port
}

@test "PROTOCOL, plain form: a client that comes late is told everything, each address once" {
  wire plain_late_joiner
}

@test "PROTOCOL, plain form: a client is known from its first datagram on, also if that withdraws what it never had" {
  wire plain_late_joiner_by_any_datagram
}

@test "PROTOCOL, extended form: types from 16 up never go to who has not said HELLO, whatever else he says" {
  wire plain_types_of_the_extended_form
}

@test "PROTOCOL: a type that is not known is dropped and counted, and goes to nobody" {
  wire plain_types_unknown
}

@test "route-server(1) show table: destination, next hop, the clients, the age, whether the kernel has it" {
  wire plain_table
}

@test "route-server(1) show clients: address and port, how each speaks, what it owns, when it was heard" {
  wire plain_clients
}

@test "A client of any of the server's addresses is told by that address: else it would not know its server" {
  wire plain_answers_from_where_it_was_asked
}

@test "route-server(1) --listen, --port: it listens at this address and port, and at no other" {
  wire plain_listens_where_it_is_told
}

@test "A node that knows the seed alone works with our server: three of them, 60 changes, all tables right" {
  wire plain_nodes
}

@test "route-server(1) --plain-only: each update is passed on once, to all but its origin, repeated or refused ones too; nobody is told anything again" {
  wire plain_only
}

@test "route-server(1) --plain-only: no types above 2, no repetition, no ageing" {
  wire plain_only_says_nothing_else
}

@test "An addition of each of many addresses is passed on unchanged, whatever its octets" {
  wire plain_octets_beyond
}

@test "PROTOCOL: of a second owner the first is told, and nobody else: for the others nothing changes" {
  wire owners_second_owner
}

@test "PROTOCOL: the first of two owners withdraws: it is told the addition again, the second a deletion, others nothing; the route is by way of the second" {
  wire owners_first_owner_withdraws
}

@test "PROTOCOL: the second of two owners withdraws: it is told the addition again, the first a deletion, others nothing; the route stays" {
  wire owners_second_owner_withdraws
}

@test "PROTOCOL: the last owner withdraws: all others are told the deletion, and it is told nothing" {
  wire owners_last_owner_withdraws
}

@test "PROTOCOL: a third owner changes nothing for anybody; who withdraws is told the addition again, until one is left" {
  wire owners_three_owners
}

@test "PROTOCOL: a deletion by who does not own the address is refused, counted, and not passed on" {
  wire owners_refused_delete
}

@test "PROTOCOL: what an owner repeats is told to nobody" {
  wire owners_owner_repeats
}

@test "PROTOCOL: what is withdrawn and announced again is told in that order" {
  wire owners_there_and_back
}

@test "PROTOCOL: who comes late with an address that another owns is told that too; the other is told of him" {
  wire owners_late_owner
}

@test "PROTOCOL: 300 changes by four clients, with many owners: each datagram is the one that follows, and there is no other" {
  wire owners_many_changes
}

@test "PROTOCOL: two clients of one host own the same address: the route stays until both have withdrawn it" {
  wire owners_clients_of_one_host
}

@test "PROTOCOL, soft state: each interval the server repeats to a plain client what it should have, and that alone" {
  wire soft_repeats_to_plain_clients
}

@test "PROTOCOL, soft state: a withdrawn address is not repeated" {
  wire soft_repeats_nothing_that_is_gone
}

@test "PROTOCOL, soft state: what a peer has announced that never repeats is kept; that of one that has repeated is withdrawn after three and a half intervals" {
  wire soft_never_repeated_is_kept
}

@test "PROTOCOL, soft state: an addition that comes twice within half an interval is no repetition: who sent it is kept" {
  wire soft_doubled_is_not_repeated
}

@test "PROTOCOL, soft state: an address that is not repeated any more is withdrawn, beside one that still is: so a lost deletion is made up for" {
  wire soft_not_repeated_any_more
}

@test "PROTOCOL, soft state: who was aged is told to all again when it announces again" {
  wire soft_comes_back
}

@test "PROTOCOL, extended form: to a client that has said HELLO nothing is repeated: it gets digests" {
  wire soft_extended_is_not_repeated_to
}

@test "PROTOCOL, soft state: a plain client whose port is closed (ICMP) is withdrawn" {
  wire soft_unreachable
}

@test "route-server(1) --interval: an extended client that has been silent for three and a half intervals is dead, and withdrawn" {
  wire soft_silent_extended_client
}

@test "route-server(1) --interval: an extended client that says anything is alive, and keeps what it has announced without repeating it" {
  wire soft_anything_is_a_sign_of_life
}

@test "route-server(1) --interval: a client that was dead is told everything when it is heard again" {
  wire soft_dead_client_comes_back
}

@test "PROTOCOL, extended form: each HELLO is answered with the server's, whose id is not 0 and stays" {
  wire sync_hello_is_answered
}

@test "PROTOCOL, extended form: after a HELLO with a new id the client is sent all, between marks, with the digest of it" {
  wire sync_new_id_gets_all
}

@test "PROTOCOL, extended form: after a HELLO with the same id nothing is sent again; after another one, all is" {
  wire sync_same_id_gets_nothing_new
}

@test "PROTOCOL, extended form: DIGEST-DOWN each interval is the digest, with the client's own id, of what the client was told" {
  wire sync_digest_down
}

@test "PROTOCOL, extended form: the digest of nothing is 0" {
  wire sync_digest_of_nothing
}

@test "PROTOCOL, extended form: a DIGEST-UP that is right is not answered" {
  wire sync_digest_up_right
}

@test "PROTOCOL, extended form: a DIGEST-UP that is wrong is answered with the digest of what the server has" {
  wire sync_digest_up_wrong
}

@test "PROTOCOL, soft state: an address of the server's own that a client announces is remembered for the digest, and nothing more" {
  wire sync_address_of_the_server
}

@test "PROTOCOL, extended form: where a deletion overtakes its addition, the next DIGEST-UP finds it out" {
  wire sync_deletion_before_its_addition
}

@test "PROTOCOL, extended form: a client whose DIGEST-DOWN is not the server's is sent all between marks; one whose is right, nothing" {
  wire sync_digest_down_wrong
}

@test "PROTOCOL, extended form: after a SYNC-END that is right what was not mentioned is forgotten, what is new is known" {
  wire sync_right
}

@test "PROTOCOL, extended form: a replay of nothing, whose digest is 0, withdraws all" {
  wire sync_right_with_nothing
}

@test "PROTOCOL, extended form: after a SYNC-END that is wrong nothing is forgotten, and a DIGEST-UP asks again; the right replay then counts" {
  wire sync_wrong
}

@test "PROTOCOL, extended form: where SYNC-BEGIN was lost nothing is forgotten" {
  wire sync_without_begin
}

@test "PROTOCOL, extended form: where SYNC-END was lost the next DIGEST-UP is compared with all that the server has" {
  wire sync_end_lost
}

@test "PROTOCOL, extended form: replays of two clients at one time do not disturb each other" {
  wire sync_of_one_is_not_that_of_another
}

@test "PROTOCOL, extended form: BYE withdraws all that came from the sender, at once" {
  wire sync_bye
}

@test "PROTOCOL, extended form: a client that has been started again says what it has: what it had before is withdrawn" {
  wire sync_restarted_client
}

@test "PROTOCOL, extended form: what changes is told at once as an addition or a deletion, to both kinds of clients; none is told more than its kind takes" {
  wire sync_live_updates
}

@test "A late client has all of 1,500 addresses within one interval" {
  wire sync_complete_within_an_interval
}

@test "route-server(1) SIGNALS: at its end a client of the extended form is told BYE, a plain one the deletions" {
  wire sync_bye_of_the_server
}

@test "PROTOCOL, authenticated form: 35 octets: five, magic, epoch, sequence from 1 by 1, HMAC-SHA-256 cut to 16" {
  wire auth_signed_octets
}

@test "route-server(1) --key-file: the key is the first line of the file" {
  wire auth_key_file
}

@test "route-server(1) --key: a key of one octet and one of 64 octets" {
  wire auth_key_of_64_octets
}

@test "PROTOCOL, authenticated form: what is signed with another key is dropped, counted, and not answered" {
  wire auth_wrong_key
}

@test "PROTOCOL, authenticated form: a datagram with any bit changed is dropped" {
  wire auth_each_octet_counts
}

@test "PROTOCOL, authenticated form: a sequence that is not above the last one is dropped: a replay changes nothing" {
  wire auth_replayed
}

@test "PROTOCOL, authenticated form: a lower epoch is dropped, however high the sequence; a higher one begins with 1" {
  wire auth_lower_epoch
}

@test "PROTOCOL, authenticated form: a sequence that shows that others were lost makes the server send a digest at once" {
  wire auth_gap_is_asked_about
}

@test "PROTOCOL, authenticated form: as long as nothing is lost there is no digest before its time" {
  wire auth_no_gap_no_digest
}

@test "PROTOCOL, authenticated form: a plain datagram about an address with an authenticated owner is dropped, also from another client" {
  wire auth_plain_about_an_owned_address
}

@test "PROTOCOL, authenticated form: a plain datagram from an address and port that has been authenticated is dropped" {
  wire auth_plain_from_an_authenticated_client
}

@test "PROTOCOL, authenticated form: plain clients are served beside, in the plain form, about other addresses" {
  wire auth_plain_clients_beside
}

@test "PROTOCOL, authenticated form: the server's own datagrams, sent back to it, are dropped, from whomever" {
  wire auth_reflected
}

@test "PROTOCOL, authenticated form: what is signed as a server does is not taken from a client" {
  wire auth_magic_of_a_server
}

@test "PROTOCOL, authenticated form: our client and our server with one key; one with another key learns nothing" {
  wire auth_client_and_server_with_a_key
}

@test "PROTOCOL, authenticated form: digests each interval, signed, as in the extended form" {
  wire auth_digest_in_steady_state
}

@test "route-server(1): a route in the kernel is one of /32, with protocol 201 and metric 110, by way of the client" {
  wire fib_tag
}

@test "route-server(1): the kernel has what the table has, for 600 addresses of three clients that come and go" {
  wire fib_equals_the_table
}

@test "route-server(1): a route that somebody else has put there is never touched, not one with the same metric either" {
  wire fib_foreign_route
}

@test "route-server(1): where somebody else's route was in the way and goes, ours comes" {
  wire fib_foreign_route_goes
}

@test "route-server(1): a route of ours that somebody deletes comes back" {
  wire fib_deleted_by_somebody
}

@test "route-server(1): routes that the kernel has dropped with the link come back with it" {
  wire fib_link_goes_down
}

@test "route-server(1): after kill -9 and a restart no route is left that nobody announces, and those that did not change have never been away" {
  wire fib_killed_and_restarted
}

@test "route-server(1): after kill -9 and a restart the routes go that no client announces again" {
  wire fib_killed_and_nobody_comes_back
}

@test "route-server(1): after kill -9 and a restart an address that is now somebody else's has the new route" {
  wire fib_restarted_with_another_owner
}

@test "route-server(1) SIGNALS: SIGTERM and SIGINT: the clients are told, its routes leave the kernel, status 0" {
  wire fib_terminated
}

@test "route-server(1) SIGNALS: at its end all of its 4,000 routes leave the kernel, before it ends" {
  wire fib_terminated_with_many_routes
}

@test "route-server(1): addresses of 0/8, 127/8, class D and E, of the server itself and broadcast addresses of its networks are dropped, counted, and passed on to nobody" {
  wire fib_bad_addresses
}

@test "route-server(1): no route is made for the address that is the client's own" {
  wire fib_address_of_the_client
}

@test "A client that is on no network of the server's: no route can be made, the others are told, all goes on" {
  wire fib_client_behind_a_router
}

@test "PROTOCOL, plain form: what is announced is sent to the server as the five octets 1 and the address, from port 5500" {
  wire client_announcement_octets
}

@test "PROTOCOL, plain form: an addition from the server makes an entry whose next hop is the server, and does not go back to it" {
  wire client_add_makes_an_entry
}

@test "PROTOCOL, plain form: a deletion from the server removes its entry, and does not go back to it" {
  wire client_delete_removes_it
}

@test "PROTOCOL, plain form: a deletion by who is not the entry's next hop is refused and counted; nothing is sent to the server" {
  wire client_delete_from_another
}

@test "PROTOCOL, plain form: an addition from somebody else makes an entry whose next hop is the sender, and goes to the server" {
  wire client_sender_adds
}

@test "PROTOCOL, plain form: the sender's deletion removes its entry, and goes to the server" {
  wire client_sender_deletes
}

@test "PROTOCOL, plain form: an addition of an address with an entry is left alone: the server's by a sender, a sender's by another and by the server" {
  wire client_known_address_is_left_alone
}

@test "PROTOCOL, plain form: the entry of a sender is removed by none but him: not by another, not by the server" {
  wire client_delete_of_a_senders_entry
}

@test "route-client(1): the server's addition is remembered beside a sender's: it holds when that is deleted" {
  wire client_senders_entry_then_the_servers
}

@test "route-client(1): an address that is announced here has no route through the server; when it is withdrawn it has one again" {
  wire client_own_address_announced
}

@test "route-client(1): what the server has deleted while it was announced here has no route afterwards" {
  wire client_server_deletes_meanwhile
}

@test "PROTOCOL: a type that the client does not know is dropped and counted" {
  wire client_types_unknown
}

@test "route-client(1) --plain-only: no HELLO, and each update is said once" {
  wire client_plain_only
}

@test "A node that knows the seed alone works with our client, as its server, and passes on what ours says" {
  wire client_plain_server
}

@test "route-client(1) --announce: each of several addresses is announced" {
  wire announce_options
}

@test "route-client(1): 'add ADDRESS' and 'del ADDRESS' on standard input, whose end changes nothing" {
  wire announce_standard_input
}

@test "route-client(1): a line on standard input that is neither is complained of, and the next one counts" {
  wire announce_standard_input_nonsense
}

@test "route-client(1): what stands on standard input at the start is announced, the last line without its end too" {
  wire announce_standard_input_at_the_start
}

@test "route-client(1) add, del: several addresses at once, to the client of the same network; status 0" {
  wire announce_command_add_and_del
}

@test "route-client(1) add: what is announced twice is there once: one withdrawal is enough" {
  wire announce_announced_twice
}

@test "route-client(1) del: what is not announced here is not withdrawn" {
  wire announce_withdraws_what_others_have
}

@test "route-client(1) add: an address of 0/8, 127/8, class D or E is not announced" {
  wire announce_bad_address
}

@test "route-client(1): when it ends it withdraws what it has announced, from a plain server by deletions" {
  wire announce_ends_with_a_plain_server
}

@test "route-client(1): when it ends an extended server is told BYE with its id" {
  wire announce_ends_with_an_extended_server
}

@test "route-client(1) --port: the port that it speaks from, and where senders reach it; 0 takes any" {
  wire announce_port
}

@test "route-client(1) --server ADDRESS:PORT: the port of the server" {
  wire announce_server_port
}

@test "PROTOCOL, soft state: each interval a client repeats to a plain server what it has announced, and that alone" {
  wire client_soft_repeats_to_a_plain_server
}

@test "PROTOCOL, extended form: a client says HELLO at its start and each interval, and nothing else of the kind to a server that does not" {
  wire client_soft_says_hello_to_a_plain_server
}

@test "PROTOCOL, soft state: what was withdrawn is not repeated" {
  wire client_soft_withdrawn_is_not_repeated
}

@test "PROTOCOL, soft state: what a plain server that repeats does not repeat any more is forgotten after three and a half intervals" {
  wire client_soft_server_that_repeats
}

@test "PROTOCOL, soft state: what a plain server has said that never repeats is kept; what a sender has said that did repeat is forgotten" {
  wire client_soft_server_that_does_not_repeat
}

@test "PROTOCOL, soft state: what a plain server has said is forgotten when its port is closed (ICMP)" {
  wire client_soft_server_unreachable
}

@test "route-client(1) --interval: an extended server that has been silent for three and a half intervals is dead: what it has said is forgotten, and learned again when it is back" {
  wire client_soft_silent_extended_server
}

@test "route-client(1) --interval: what an extended server has said is kept as long as it answers, without being repeated" {
  wire client_soft_answers_keep_a_server_alive
}

@test "PROTOCOL, extended form: the id of a client's HELLO is not 0, stays, and is another one after each start" {
  wire client_sync_id_is_new_at_each_start
}

@test "PROTOCOL, extended form: after a HELLO with a new id the server is sent all, between marks, with the digest of it" {
  wire client_sync_new_server_gets_all
}

@test "PROTOCOL, extended form: DIGEST-UP each interval is the digest of what is announced; that of nothing is 0; nothing is repeated" {
  wire client_sync_digest_up
}

@test "PROTOCOL, extended form: a server whose DIGEST-UP is not the client's is sent all between marks; one whose is right, nothing" {
  wire client_sync_digest_up_answered
}

@test "PROTOCOL, extended form: a DIGEST-DOWN that is not the client's is answered with the client's; one that is, is not" {
  wire client_sync_digest_down_answered
}

@test "PROTOCOL, extended form: after a SYNC-END that is right the client forgets what was not mentioned" {
  wire client_sync_sync_right
}

@test "PROTOCOL, extended form: after a SYNC-END that is wrong the client keeps all, and answers with the digest of what it has" {
  wire client_sync_sync_wrong
}

@test "PROTOCOL, extended form: where SYNC-BEGIN was lost the client forgets nothing" {
  wire client_sync_sync_without_begin
}

@test "PROTOCOL, extended form: where SYNC-END was lost the next DIGEST-DOWN is compared with all that the client has" {
  wire client_sync_end_lost
}

@test "PROTOCOL, extended form: a replay of the server, right or not, does not touch what is announced here" {
  wire client_sync_sync_and_own_announcements
}

@test "PROTOCOL, extended form: the digest is that of what the server has told: an address of the client itself, for which there is no route, does not ask for a replay each interval" {
  wire client_sync_digest_of_what_was_told
}

@test "PROTOCOL, extended form: BYE of the server: all that came from it is forgotten at once" {
  wire client_sync_bye_of_the_server
}

@test "PROTOCOL, extended form: a server that has been started again sends what it has now; the rest is forgotten" {
  wire client_sync_restarted_server
}

@test "PROTOCOL, extended form: what was lost in either direction is made up for within a few digests" {
  wire client_sync_lost_datagrams_are_made_up_for
}

@test "PROTOCOL, authenticated form: all that a client with a key says has 35 octets, magic 0x5643, a sequence from 1 by 1" {
  wire client_auth_signed_octets
}

@test "PROTOCOL, authenticated form: a client with a key takes nothing unsigned from the server" {
  wire client_auth_unsigned
}

@test "PROTOCOL, authenticated form: also where the server has never signed anything" {
  wire client_auth_unsigned_from_the_start
}

@test "PROTOCOL, authenticated form: what is signed with another key is dropped" {
  wire client_auth_wrong_key
}

@test "PROTOCOL, authenticated form: a replayed datagram of the server and one of a lower epoch are dropped" {
  wire client_auth_replayed
}

@test "PROTOCOL, authenticated form: the client's own datagrams, sent back to it, are dropped" {
  wire client_auth_reflected
}

@test "PROTOCOL, authenticated form: a sequence that shows that others were lost makes the client send a digest at once" {
  wire client_auth_gap_is_asked_about
}

@test "PROTOCOL, authenticated form: what the client sends on for a plain sender is signed as well" {
  wire client_auth_sender_of_a_signed_client
}

@test "route-client(1): a route in the kernel is one of /32, with protocol 201 and metric 110, by way of the server" {
  wire client_fib_tag
}

@test "route-client(1): a route that somebody else has put there is never touched, not one with the same metric either" {
  wire client_fib_foreign_route
}

@test "route-client(1): after kill -9 and a restart no route is left that the server does not tell, and those that did not change have never been away" {
  wire client_fib_killed_and_restarted
}

@test "route-client(1): after kill -9 and a restart the routes go where no server tells of them" {
  wire client_fib_killed_and_the_server_is_gone
}

@test "route-client(1) SIGNALS: SIGTERM and SIGINT: its routes leave the kernel, status 0" {
  wire client_fib_terminated
}

@test "route-client(1): addresses of 0/8, 127/8, class D and E are dropped and counted; for those of the machine itself and broadcast addresses of its networks there is no route" {
  wire client_fib_bad_addresses
}

@test "route-client(1): no route to the server is made by way of the server" {
  wire client_fib_address_of_the_server
}

@test "route-client(1): routes that the kernel has dropped with the link come back with it" {
  wire client_fib_late_link
}

@test "PROTOCOL: a datagram of another length than 5 or 35 octets is dropped by the server, and counted" {
  wire input_lengths
}

@test "PROTOCOL: a datagram of another length than 5 or 35 octets is dropped by the client, and counted" {
  wire input_lengths_to_a_client
}

@test "route-server(1) show counts: what was received and sent, and what was dropped, by reason" {
  wire input_counts
}

@test "Bad input: 3,000 bad datagrams make a few lines in the log, not thousands" {
  wire input_one_line_not_many
}

@test "Bad input: 100,000 mutated datagrams later the server runs, a neighbour's addresses are right, and new ones are told" {
  wire input_mutated
}

@test "Bad input: a flood of 60,000 datagrams of garbage, faster than they can be read, does no harm" {
  wire input_flood
}

@test "Bad input: 50,000 mutated datagrams from senders and the server later the client runs and learns" {
  wire input_mutated_to_a_client
}

@test "Bad input: 20,000 mutated signed datagrams change nothing in a server with a key" {
  wire input_keyed_mutated
}

@test "route-server(1) --max-clients: one client too many is not served, and counted; when another leaves it is" {
  wire input_max_clients
}

@test "PROTOCOL: who has sent nothing but datagrams of bad lengths is no client" {
  wire input_garbage_makes_no_client
}

@test "route-server(1) EXIT STATUS: 2 with one line that names it: wrong options, values and words" {
  wire use_of_the_server
}

@test "route-client(1) EXIT STATUS: 2 with one line that names it: wrong options, values and words" {
  wire use_of_the_client
}

@test "route-server(1), route-client(1) --key-file: a file that cannot be read is named, and nothing starts" {
  wire use_key_file_missing
}

@test "route-server(1), route-client(1) --help, --version: status 0, on standard output" {
  wire use_help
}

@test "route-server(1), route-client(1) EXIT STATUS: 1 if there is none to be asked or told" {
  wire use_nobody_to_ask
}

@test "route-server(1) EXIT STATUS: 1 if the port is in use, and the message has the port" {
  wire use_port_of_the_server
}

@test "route-client(1) EXIT STATUS: 1 if the port is in use, and the message has the port" {
  wire use_port_of_the_client
}

@test "route-server(1) EXIT STATUS: 1 if there is another one, which goes on" {
  wire use_second_server
}

@test "NOTIFY_SOCKET: after READY=1 no datagram is lost" {
  wire use_ready
}

@test "route-server(1) show: the table, if nothing is named, as text: destination, next hop, clients" {
  wire use_show_text
}

@test "route-client(1) show: the table as text: who an entry is from, local ones too" {
  wire use_show_text_of_the_client
}

@test "route-server(1), route-client(1) SIGNALS: SIGINT and SIGTERM end it with status 0, with peers or without" {
  wire use_signals
}

@test "Six clients, 120 changes, 5 % loss, reordering, two clients killed: no wrong entry in any table or kernel" {
  wire whole_lossy
}

@test "Six clients with a key, 120 changes, 5 % loss, reordering, two clients killed: no wrong entry" {
  wire whole_lossy_with_a_key
}

@test "Three clients and three plain nodes that repeat, 120 changes, 5 % loss, reordering, two killed: no wrong entry" {
  wire whole_lossy_mixed
}

@test "Three of our clients and three plain nodes of the seed, 120 changes without loss: no wrong entry" {
  wire whole_plain_nodes_mixed
}

@test "Four of our clients and a plain server of the seed, each with addresses of its own: no wrong entry; those of one that is killed go" {
  wire whole_plain_server
}

@test "A client that comes late has all of 300 addresses in its table and its kernel within one interval" {
  wire whole_late_joiner
}

@test "The server is killed and started again: all tables and kernels are right again, and no route of those that stay is missing from its kernel meanwhile" {
  wire whole_server_killed
}

@test "With a key, a server or a client that is killed and started at once is heard again, though its epoch may be the same second" {
  wire whole_server_killed_with_a_key
}

@test "A client that was killed comes back with less: the rest is forgotten by all, and its kernel has what it should" {
  wire whole_killed_client_comes_back
}

@test "A packet for an address that two clients have withdrawn and announced in turn never goes round: no kernel sends it to one who sends it back" {
  wire whole_no_loop
}

@test "A ping from one client to the address behind another works because of the routes, and stops when it is withdrawn" {
  wire whole_traffic
}

@test "The plain node of these tests with itself: a server and three clients, each with addresses of its own" {
  wire whole_plain_nodes_alone
}
