#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The DHCP server on the wire, rule by rule: each test is a case of wire.py, in namespaces of its own,
# and its title is the rule that the case tests.
#
#     wire.py CASE
#       the clients, a relay    veth    dhcp-server      (all in namespaces of the case)
#       packet socket on c0 =========== s0 10.0.1.1/24

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# wire CASE: what it prints is seen if it fails
wire() {
  TMPDIR=$BATS_TEST_TMPDIR run /usr/bin/python3 -B "$BATS_TEST_DIRNAME/wire.py" "$@"
  assert_success
}

# The tests below are all cases there are, under the titles that the cases give themselves.
@test "wire.py: each case has a test, with its rule as the title" {
  sed -n '/^@test "wire.py:/d; s/^@test "\(.*\)" {$/\1/p; s/^  wire \([a-z0-9_]*\)$/\1/p' "$BATS_TEST_FILENAME" |
    paste -d '\t' - - | awk -F '\t' '{ print $2 "\t" $1 }' >tests
  wire --list
  run diff tests - <<<"$output"
  assert_success
}

@test "RFC 2131 3.1: DISCOVER, OFFER, REQUEST and ACK give a client an address of the pool" {
  wire dora
}

@test "RFC 2131 4.3.1, table 3: each field of an OFFER, and options 51, 53 and 54 in it" {
  wire offer_fields
}

@test "RFC 2131 4.3.1, table 3: each field of an ACK, and options 51, 53 and 54 in it" {
  wire ack_fields
}

@test "RFC 2131 4.3.1, table 3: each field of a NAK; all but 53, 54, 56 and 61 MUST NOT be in it" {
  wire nak_fields
}

@test "RFC 2131 4.3.1, table 3: a NAK says in option 56 why" {
  wire nak_has_a_message
}

@test "RFC 2131 4.1: with the BROADCAST bit set, OFFER and ACK are broadcast, in the frame as well" {
  wire offer_to_broadcast_flag
}

@test "RFC 2131 4.1: with the BROADCAST bit clear, OFFER and ACK go to 'yiaddr' at 'chaddr'" {
  wire offer_without_broadcast_flag
}

@test "RFC 2131 2: the other bits of 'flags' are ignored by servers" {
  wire reserved_flags_are_ignored
}

@test "RFC 2131 4.1 and 4.3.2: a NAK is broadcast, whatever 'flags' and 'ciaddr' are" {
  wire nak_is_broadcast
}

@test "RFC 2131 4.1: replies come from port 67 of the server's address on that wire, to port 68" {
  wire ports_and_source
}

@test "RFC 1122 4.1.3.4: replies carry a UDP checksum, also where the kernel would leave it to a card" {
  wire reply_checksums
}

@test "RFC 1542 2.1: no reply is shorter than BOOTP's 300 octets" {
  wire reply_has_300_octets
}

@test "RFC 2131 4.1: the last option is 'end', and only padding is behind it" {
  wire end_option
}

@test "RFC 2131 3 and 4.1: each reply has its type exactly once, and no option 52 without need" {
  wire message_type_in_the_options_field
}

@test "RFC 2131 4.3.1, table 3: all 16 octets of 'chaddr' come back as they were sent" {
  wire hardware_type_and_length_come_back
}

@test "RFC 2131 4.1: 'server identifier' is the address that the server uses on that wire" {
  wire server_identifier_is_reachable
}

@test "RFC 2131 4.1: a REQUEST that names another address of the server is for it as well" {
  wire any_own_address_identifies
}

@test "RFC 2131 4.4.4: a DISCOVER that was sent to the server's own address is answered" {
  wire unicast_discover
}

@test "RFC 1542 5.1: a request from 0.0.0.0 is accepted, to whichever address of the server it goes" {
  wire source_address_zero
}

@test "RFC 2131 4.3.1: each parameter that the client asks for and the server is configured with is sent" {
  wire requested_parameters
}

@test "RFC 2131 4.3.1: without a parameter request list, those of the client's subnet are sent" {
  wire parameters_without_a_list
}

@test "RFC 2131 4.3.1: what the server has no value for is not sent" {
  wire unknown_parameters_are_omitted
}

@test "RFC 2131 4.3.1: a parameter that is asked for several times is sent once" {
  wire each_option_once
}

@test "RFC 2131 4.3.1, table 3: 51, 53 and 54 are sent although the list does not have them" {
  wire list_without_the_essentials
}

@test "RFC 2132 9.8: requested options stand in the order in which they were asked for" {
  wire options_in_requested_order
}

@test "RFC 2132 3.3: the subnet mask stands before the router, though asked for behind it" {
  wire mask_before_router
}

@test "RFC 2131 4.3.2: the parameters of the ACK are those of the OFFER" {
  wire ack_agrees_with_offer
}

@test "dhcp-server(1): a parameter in the static binding beats the subnet's, which beats the one on top" {
  wire nearest_value_is_used
}

@test "RFC 2131 4.3.1: who asks for no time gets the configured default" {
  wire lease_time_default
}

@test "RFC 2131 4.3.1: the time that a client asks for is granted within the bounds of the policy" {
  wire lease_time_within_bounds
}

@test "dhcp-server(1): with a default alone, no client gets more than that" {
  wire lease_time_is_capped_by_default
}

@test "RFC 2131 4.3.1: a DISCOVER of one that has a lease, asking for no time, is told that lease's time" {
  wire offer_of_the_time_that_is_left
}

@test "RFC 2131 4.4.5 and RFC 2132 9.11: T1 is before T2, and T2 before the end of the lease" {
  wire renewal_times
}

@test "RFC 2131 4.4.5: T1 < T2 < lease also where the configured times do not fit the lease" {
  wire renewal_times_of_short_leases
}

@test "RFC 2131 2: without option 57, no reply has more than 576 octets" {
  wire longest_reply_without_option_57
}

@test "RFC 2132 9.10: no reply is longer than the client's maximum size; what fits is sent" {
  wire largest_message_is_observed
}

@test "RFC 2132 9.10: a maximum size below the legal minimum of 576 octets is not believed" {
  wire silly_largest_message
}

@test "RFC 1122 3.3.3: a client's 65535 octets do not make a reply that its network has to fragment" {
  wire huge_largest_message
}

@test "RFC 2131 4.1: options that do not fit go into 'file' and 'sname', and option 52 says so" {
  wire overload_in_replies
}

@test "RFC 2131 3.5: a client that accepts 1500 octets gets all in the 'options' field" {
  wire no_overload_without_need
}

@test "RFC 2132 9.4 and 9.5: boot file and server name are sent though the fields hold options" {
  wire overload_keeps_the_boot_file
}

@test "RFC 2131 4.3.1, table 3: 'siaddr', 'file' and 'sname' are what the client boots from" {
  wire boot_fields
}

@test "RFC 3396 5: a value of more than 255 octets is sent in pieces that follow each other" {
  wire long_options_are_split
}

@test "RFC 6842 3: the client identifier comes back unaltered in OFFER, ACK and NAK, if one was sent" {
  wire client_id_comes_back
}

@test "RFC 6842 3 and RFC 2131 table 3: who has sent no client identifier gets none" {
  wire no_client_id_without_one
}

@test "RFC 2132 3.14: a client with a static binding is told its name if it asks" {
  wire host_name_of_a_binding
}

@test "RFC 2131 4.3.1: a client that has a lease is offered the address that it has" {
  wire same_address_again
}

@test "RFC 2131 4.1: a DISCOVER that is repeated, with the same or another xid, gets the same offer" {
  wire repeated_discover
}

@test "RFC 2131 4.3.1 and 4.3.4: a client gets the address back that it has released" {
  wire released_address_again
}

@test "RFC 2131 4.3.1: a client gets the address back that it had until its lease has ended" {
  wire expired_address_again
}

@test "RFC 2131 4.3.1: the address in option 50 is offered if it is free" {
  wire requested_address
}

@test "RFC 2131 4.3.1 and 2.2: who asks for an address that another client has gets another one" {
  wire requested_address_of_another
}

@test "RFC 2131 4.3.1: an address that is not the server's to give is not offered, another one is" {
  wire requested_address_that_is_silly
}

@test "RFC 2131 2.2: no two clients have the same address, also when they ask at the same time" {
  wire clients_have_different_addresses
}

@test "RFC 2131 3.1: many REQUESTs that wait together are all answered, each with its own address" {
  wire requests_at_the_same_time
}

@test "RFC 2131 4.3.1: an address that is offered to one client is not offered to the next" {
  wire offered_address_is_held
}

@test "RFC 2131 3.1 and 4.3.2: an offer that its client does not take is given to others after a while" {
  wire offer_that_is_not_taken_ends
}

@test "RFC 2131 4.3.2: an offer is no binding: nothing of it is in the database" {
  wire offers_are_not_on_disk
}

@test "RFC 2131 4.2: a client is its client identifier, with whatever hardware address" {
  wire client_id_is_the_key
}

@test "RFC 2131 4.2: a client without a client identifier is its hardware address" {
  wire hardware_address_is_the_key
}

@test "RFC 2131 2: an identifier that has the octets of another's hardware address is not that client" {
  wire client_id_is_opaque
}

@test "RFC 2132 9.14: identifiers are compared whole, also where they have 255 octets or zeros in them" {
  wire client_ids_of_odd_lengths
}

@test "RFC 2131 4.3.1: when no address is available there is no answer, and the log says so" {
  wire exhaustion_is_silent
}

@test "RFC 2131 4.2: a server that serves only clients that it knows leaves others unanswered" {
  wire without_a_pool
}

@test "RFC 2131 2.2: the address of a lease that has ended is given to another, and not before" {
  wire expired_address_is_given_away
}

@test "RFC 2131 4.3.2: a client that renews in time keeps its address beyond its first lease" {
  wire renewed_lease_does_not_end
}

@test "RFC 2131 2.2: of the addresses that were used before, the one that is free for longest is next" {
  wire oldest_address_is_reused_first
}

@test "dhcp-server(1): an address that nobody has had yet is given before one that was used" {
  wire unused_address_before_a_used_one
}

@test "RFC 2131 4.3.2 and 3.1: a REQUEST with another server's identifier is not answered, and frees the offer" {
  wire selecting_another_server
}

@test "RFC 2131 3.1: a client with a lease that selects another server is left alone, and keeps its lease" {
  wire selecting_another_server_with_a_lease
}

@test "RFC 2131 3.1: a REQUEST to this server for an address that another client has is refused" {
  wire selecting_an_address_of_another
}

@test "RFC 2131 3.5: a REQUEST for an address that the server cannot give is refused" {
  wire selecting_an_address_outside
}

@test "RFC 2131 2.2: of two that select the same address, one gets it" {
  wire two_clients_take_one_address
}

@test "RFC 2131 4.1: a REQUEST that is repeated, since its ACK was lost, gets the same ACK" {
  wire repeated_request
}

@test "RFC 2131 4.3.2, table 4: a REQUEST with neither option 50 nor 'ciaddr' is no request, and is not acknowledged" {
  wire request_without_any_address
}

@test "RFC 2132 9.7: an identifier that has not four octets identifies no server, and nothing is acknowledged" {
  wire server_identifier_of_a_wrong_length
}

@test "RFC 2131 4.3.2, INIT-REBOOT: a client that asks for the address that it has is acknowledged" {
  wire rebooting_client_keeps_its_address
}

@test "RFC 2131 4.3.2, INIT-REBOOT: a client that has another address than the one it asks for is refused" {
  wire rebooting_with_a_wrong_address
}

@test "RFC 2131 4.3.2, INIT-REBOOT: a client whose address is of another net is refused, known or not" {
  wire rebooting_on_a_wrong_net
}

@test "RFC 2131 4.3.2, INIT-REBOOT: a client of which there is no record is not answered" {
  wire rebooting_client_that_is_unknown
}

@test "dhcp-server(1): an authoritative server refuses the client that it does not know" {
  wire rebooting_client_and_authoritative
}

@test "RFC 2131 4.3.2, INIT-REBOOT: a client whose lease has ended and is another's is refused" {
  wire rebooting_after_another_got_the_address
}

@test "RFC 2131 3.2: the address of a client that reboots, or selects, is not probed" {
  wire rebooting_does_not_check_the_address
}

@test "RFC 2131 4.3.2, RENEWING: the ACK to a unicast REQUEST goes to 'ciaddr', and the lease begins anew" {
  wire renewing
}

@test "RFC 2131 4.1: with 'ciaddr' set, the ACK is unicast to it, whatever the BROADCAST bit is" {
  wire renewing_with_the_broadcast_flag
}

@test "RFC 2131 4.3.2, REBINDING: a broadcast REQUEST with 'ciaddr' extends the lease as well" {
  wire rebinding
}

@test "RFC 2131 4.3.2: a client that renews an address that is another's is refused" {
  wire renewing_an_address_of_another
}

@test "RFC 2131 4.3.2 and 3.2: a client of which there is no record is not acknowledged when it renews" {
  wire renewing_what_is_unknown
}

@test "RFC 2131 4.3.2: no ACK goes to a 'ciaddr' that no client can have" {
  wire renewing_silly_addresses
}

@test "RFC 2131 4.4.5 and 2.2: a client that renews after the end of its lease gets the address if it is free" {
  wire renewing_after_the_end
}

@test "RFC 2131 3.1: after a NAK the client begins anew, and gets its address" {
  wire offer_after_nak
}

@test "RFC 2131 4.3.3: a declined address is not given to anyone, and the log says so" {
  wire declined_address_is_quarantined
}

@test "RFC 2131 4.3.3: who has declined an address is not acknowledged when it asks for it again" {
  wire declined_address_is_refused
}

@test "dhcp-server(1): after the time of quarantine a declined address is given out again" {
  wire quarantine_ends
}

@test "RFC 2131 4.3.3 and 2.1: a declined address is not available after a restart either" {
  wire quarantine_survives_a_restart
}

@test "RFC 2131 3.1 and 4.3.3: a DECLINE of an address that the sender has not changes nothing" {
  wire decline_by_a_stranger
}

@test "RFC 2131 4.1 and table 5: a DECLINE with another server's identifier is not for this one" {
  wire decline_to_another_server
}

@test "RFC 2131 4.3.3: an address that was only offered can be declined by the one it was offered to" {
  wire decline_of_an_offer
}

@test "RFC 2131 4.3.4: a released address can be given to another client" {
  wire released_address_is_free
}

@test "RFC 2131 3.1: a client identifier identifies the lease to be released, whatever 'chaddr' is" {
  wire released_with_client_id
}

@test "RFC 2131 3.1 and 4.3.4: a RELEASE of an address that the sender has not changes nothing" {
  wire release_by_a_stranger
}

@test "RFC 2131 3.1 and 4.3.4: a RELEASE whose 'ciaddr' is not the client's address releases nothing" {
  wire release_of_a_wrong_address
}

@test "RFC 2131 4.1 and table 5: a RELEASE with another server's identifier is not for this one" {
  wire release_to_another_server
}

@test "RFC 2131 4.3.4: a second RELEASE does not take the address from the one who has it by then" {
  wire release_twice
}

@test "RFC 2131 4.3.5: an INFORM is answered at 'ciaddr', with parameters, without a lease" {
  wire inform
}

@test "RFC 2131 3.4: an INFORM takes no address, and whether there is a lease is not looked at" {
  wire inform_allocates_nothing
}

@test "RFC 2131 3.4: an INFORM whose 'ciaddr' is 0 or silly harms nobody" {
  wire inform_without_an_address
}

@test "RFC 2131 4.3.1: the client of a static binding gets its address, in the pool or not" {
  wire static_by_hardware_address
}

@test "dhcp-server(1) static: a mac identifies a client whatever identifier it sends: its boot ROM's, its system's" {
  wire static_with_any_client_id
}

@test "RFC 2131 4.2: the client of a binding by identifier gets its address, at any hardware address" {
  wire static_by_client_id
}

@test "dhcp-server(1) static: of mac and client-id either one identifies the client" {
  wire static_with_both
}

@test "dhcp-server(1) WHO GETS WHICH ADDRESS: the static address comes before the one asked for, or had" {
  wire static_beats_what_the_client_wants
}

@test "dhcp-server(1) static: no other client is offered the address, used or not, asked for or not" {
  wire static_is_not_for_others
}

@test "RFC 2131 4.3.2, INIT-REBOOT: another's static address is not acknowledged to anyone" {
  wire static_is_refused_to_a_rebooting_other
}

@test "RFC 2131 2.2: a static address that another one has leased is its client's only when that lease ends" {
  wire static_address_that_another_has
}

@test "RFC 2131 4.3.2: a client with a static binding is known: it reboots, renews and rebinds" {
  wire static_reboot_and_renewal
}

@test "dhcp-server(1) static: a binding may have a lease time of its own" {
  wire static_lease_time
}

@test "RFC 2131 4.3.3 and 4.3.4: a static address that was released stays its client's; one declined is left out" {
  wire static_release_and_decline
}

@test "dhcp-server(1) DATABASE: a binding with the origin database is used from the next SIGHUP on" {
  wire static_in_the_database
}

@test "RFC 2131 4.2: a client that is to be ignored gets no answer to anything" {
  wire ignored_client
}

@test "dhcp-server(1) rate: of one hardware address only so many messages a second are taken; others do not suffer" {
  wire rate_of_one_client
}

@test "dhcp-server(1) shared: on a wire with two subnets, the pools are used one after another" {
  wire shared_networks
}

@test "RFC 2131 4.3.2, INIT-REBOOT: an address of the wire's other subnet is not on the wrong network" {
  wire shared_networks_and_reboot
}

@test "RFC 1534 2: a BOOTP client with a binding gets its address, without any of DHCP's own options" {
  wire bootp_static
}

@test "RFC 1534 2: a BOOTREPLY has no more than 300 octets, however many parameters there are" {
  wire bootp_size
}

@test "RFC 951 3 and RFC 1542 3.5: a client without the magic cookie is answered as well" {
  wire bootp_without_cookie
}

@test "RFC 1542 3.5: who sends no magic cookie gets no options that it could not understand" {
  wire bootp_reply_without_cookie
}

@test "RFC 951 7.3 and RFC 1534: a BOOTP client without a binding is not answered" {
  wire bootp_unknown_client
}

@test "RFC 1534 2: if it is allowed, a BOOTP client gets an address of the pool, for ever" {
  wire bootp_dynamic
}

@test "RFC 1542 5.4: a BOOTREPLY goes to 'yiaddr' at 'chaddr', or to everyone if the BROADCAST flag is set" {
  wire bootp_delivery
}

@test "RFC 1542 5.4: a client that fills in 'ciaddr' is answered there" {
  wire bootp_with_an_address
}

@test "RFC 1542 4.1 and 5.4: a BOOTREPLY for a relayed client goes to port 67 of 'giaddr'" {
  wire bootp_through_a_relay
}

@test "RFC 951 3: 'file' and 'siaddr' tell the client what to load, and from where" {
  wire bootp_boot_file
}

@test "RFC 951 7.3: a request whose 'sname' names another server is not answered, one that names this is" {
  wire bootp_for_another_server
}

@test "RFC 1534 2: a machine that boots with BOOTP and then speaks DHCP has one address" {
  wire bootp_and_dhcp
}

@test "RFC 1534 2: a DHCP message with a type is answered as DHCP, also to a client with a binding" {
  wire dhcp_is_not_taken_for_bootp
}

@test "RFC 2131 4.1 and 4.3.1: 'giaddr' decides the subnet, and the reply goes to its port 67" {
  wire relayed_client
}

@test "RFC 2131 4.3.1: a relay in a subnet that the server has no pool for is not answered" {
  wire relay_in_an_unknown_subnet
}

@test "RFC 2131 2.1: the key is subnet and client: one that moves gets an address of its new subnet" {
  wire relayed_client_has_its_own_leases
}

@test "RFC 2131 4.3.2 and 3.2: a NAK through a relay goes to 'giaddr', with the BROADCAST bit set" {
  wire relayed_nak
}

@test "RFC 2131 4.3.2, INIT-REBOOT: a client that asks behind a relay for an address of its old net is refused" {
  wire client_that_has_moved
}

@test "RFC 2131 4.3.2, RENEWING: a relayed client renews without its relay, and is answered at 'ciaddr'" {
  wire relayed_client_renews_directly
}

@test "RFC 2131 4.3.4 and 4.4.6: a relayed client releases without its relay" {
  wire relayed_client_releases_directly
}

@test "RFC 2131 4.3.5: an INFORM from behind a relay's subnet is answered with that subnet's parameters" {
  wire relayed_client_informs_directly
}

@test "RFC 2131 4.3.1: a static binding holds in the subnet of its address, behind its relay alone" {
  wire relayed_static_binding
}

@test "RFC 1542 4.1.1: a request that came through 16 relays is answered; its 'hops' are not copied" {
  wire relay_hops
}

@test "RFC 3046 2.2: option 82 comes back, octet by octet, in OFFER, ACK and NAK, as the last option" {
  wire option_82_comes_back
}

@test "RFC 3046 2.2: without option 82 in the request there is none in the reply, though it is asked for" {
  wire option_82_is_not_invented
}

@test "RFC 3046 2.2: what comes back is the option of the message that is answered, not an older one" {
  wire option_82_is_of_this_message
}

@test "RFC 3046 2.2: option 82 stands in the 'options' field, not in 'file' or 'sname'" {
  wire option_82_is_never_overloaded
}

@test "RFC 3046 2.2: an option 82 that cannot be copied whole is left out, the reply is sent" {
  wire option_82_that_does_not_fit
}

@test "dhcp-server(1) DATABASE: a lease has its relay's option 82 in hexadecimal" {
  wire option_82_in_the_database
}

@test "dhcp-server(1) limit: a port is a circuit id of option 82; none uses up another's addresses" {
  wire limit_of_a_circuit
}

@test "dhcp-server(1) limit: without a circuit id the port is the relay; what is released can be had again" {
  wire limit_of_a_relay
}

@test "RFC 3527: the link selection suboption decides the subnet, 'giaddr' only where the reply goes" {
  wire link_selection
}

@test "RFC 3527 3: a link that the server has no addresses for gets none of another" {
  wire link_selection_of_an_unknown_link
}

@test "RFC 3011: option 118 decides the subnet, and comes back in the reply" {
  wire subnet_selection
}

@test "RFC 3011 and RFC 3527: option 118 beats 'giaddr', and option 82's link selection beats both" {
  wire subnet_selection_behind_a_relay
}

@test "RFC 5107 4: the suboption's address is the server identifier of all replies, and names this server" {
  wire server_identifier_override
}

@test "RFC 5107 4: another identifier than the override's, or the server's own, is still another server's" {
  wire override_does_not_name_other_servers
}

@test "RFC 3046 2.0: suboptions that go beyond option 82, or have no address, are no addresses, and come back" {
  wire suboptions_of_wrong_lengths
}

@test "RFC 951 7.3 and RFC 1542 5.1: what is no BOOTREQUEST is not answered by a server" {
  wire replies_are_not_requests
}

@test "RFC 2131 4.3: a server receives DISCOVER, REQUEST, DECLINE, RELEASE and INFORM, and answers nothing else" {
  wire message_types_of_servers
}

@test "RFC 2132 9.6: a type has one octet; with none or two there is no type, and no OFFER" {
  wire message_type_of_a_wrong_length
}

@test "RFC 2131 3: without the magic cookie there are no options, so this is no DISCOVER" {
  wire wrong_magic_cookie
}

@test "RFC 1542 2.1, robustness: a DISCOVER of less than 300 octets is answered if it is whole" {
  wire short_requests
}

@test "RFC 2131 2: the 'options' field is of variable length; a request of 1,400 octets is answered" {
  wire long_requests
}

@test "RFC 2131 2: 'hlen' says how much of 16 octets is the address; what it cannot be harms nobody" {
  wire hardware_addresses_of_odd_lengths
}

@test "RFC 2131 2: 'xid' is the client's choice, and comes back, 0 and 0xffffffff as well" {
  wire xid_of_any_value
}

@test "RFC 2132 3.1: padding may stand between options" {
  wire options_between_padding
}

@test "RFC 2131 3: options may come in any order; the message type may be the last one" {
  wire options_in_any_order
}

@test "RFC 2132 3.2: 'end' marks the end; what stands behind it is no option" {
  wire nothing_behind_the_end
}

@test "RFC 2131 4.1: the last option must be 'end'; a message without it harms nobody" {
  wire missing_end
}

@test "RFC 2132 2: an option that is longer than what is left is no option, and nothing is read behind it" {
  wire option_beyond_the_end
}

@test "RFC 2132 9: an option of length 0, or of a length that its type cannot have, harms nobody" {
  wire options_without_a_value
}

@test "RFC 2132 9.14: an identifier has two octets at least; without any, the client is its hardware address" {
  wire client_id_of_no_length
}

@test "RFC 2131 4.1: options are read in 'options', then in 'file', then in 'sname', as option 52 says" {
  wire overloaded_fields
}

@test "RFC 2131 4.1: 'file' and 'sname' are not read as options unless option 52 says so" {
  wire fields_that_are_not_overloaded
}

@test "RFC 2131 4.1: silly values of option 52, option 52 in 'file', and fields without 'end' harm nobody" {
  wire overload_that_is_broken
}

@test "RFC 3396 7: pieces of one option are joined in their order, in one field and across fields" {
  wire split_options
}

@test "RFC 3396 7: an identifier of more than 255 octets, in two pieces, is one identifier" {
  wire long_identifier_in_pieces
}

@test "RFC 1122 4.1.3.4: a datagram with a wrong UDP checksum MUST be discarded silently" {
  wire wrong_udp_checksum
}

@test "RFC 768 and RFC 1542 2.1: a datagram without a UDP checksum is accepted" {
  wire no_udp_checksum
}

@test "RFC 768: a UDP length that is not that of the datagram harms nobody, and lets nothing else be read" {
  wire udp_length_that_lies
}

@test "RFC 1122 3.2.1: what stands behind the IP datagram in its frame is not part of the message" {
  wire octets_behind_the_datagram
}

@test "RFC 1122 3.2.1.8: an IP header may have options; the message behind them is read" {
  wire ip_header_with_options
}

@test "RFC 1122 3.2.1.3: a datagram for another host, by its frame or its IP address, is not dealt with" {
  wire not_for_this_host
}

@test "RFC 1122 3.3.2: a fragment alone is no message" {
  wire fragments
}

@test "RFC 2131 4.1: the reply goes to port 68, whatever port the request came from" {
  wire any_source_port
}

@test "RFC 2132 9.2: a lease time that has not four octets asks for nothing: the client gets the default" {
  wire lease_time_in_a_wrong_form
}

@test "RFC 2131 3.1: an address is probed before it is offered to a client that has not had it" {
  wire address_is_probed
}

@test "RFC 2131 2.2: an address that somebody uses is not offered; another one is" {
  wire address_in_use
}

@test "dhcp-server(1) probe: an address that answers is quarantined, after a restart as well" {
  wire address_in_use_is_quarantined
}

@test "dhcp-server(1) probe: no other client waits: renewals and known clients are served at once" {
  wire probes_do_not_block
}

@test "dhcp-server(1) probe: twenty new clients are probed for side by side, not one after another" {
  wire many_probes_at_once
}

@test "dhcp-server(1) probe: an address that this client has not had is probed, its own is not" {
  wire returning_clients_are_not_probed
}

@test "RFC 2131 3.1: probes can be disabled" {
  wire probes_can_be_turned_off
}

@test "RFC 2131 4.4.1: a client that asks again with another xid while its address is probed gets that one" {
  wire repeated_discover_while_probing
}

@test "RFC 2131 3.1: an address behind a relay is probed with an ICMP echo request; one that answers is left out" {
  wire probe_behind_a_relay
}

@test "RFC 2131 4.3.1: when every free address answers a probe there is no OFFER, and the server goes on" {
  wire all_addresses_in_use
}

@test "RFC 2131 4.3.2: a client that takes another server's offer during the probe ends the matter for this one" {
  wire client_that_selects_another_server_while_probing
}

@test "RFC 826: an ARP reply that no one has asked for, from whomever, quarantines nothing" {
  wire stray_arp_replies
}

@test "Robustness: 100,000 messages that are broken somewhere, then a DISCOVER that is answered" {
  wire hundred_thousand_mutated_messages
}

@test "Robustness: datagrams of random octets, of all lengths, harm nobody" {
  wire random_octets
}

@test "RFC 2131 7: DISCOVERs of 3,000 clients that do not exist do not keep out those that do" {
  wire flood_of_hardware_addresses
}

@test "dhcp-server(1) limit: a flood behind one circuit takes at most a quarter of the pool, at least 8" {
  wire flood_behind_a_relay
}

@test "RFC 2131 4.3.2: REQUESTs, RELEASEs and DECLINEs of clients that do not exist change nothing" {
  wire flood_of_requests
}

@test "dhcp-server(1) rate: 2,000 identifiers at one hardware address are one client" {
  wire flood_of_one_client
}

@test "RFC 2131 3.1: when the ACK leaves, the binding is in persistent storage" {
  wire ack_is_in_the_database
}

@test "RFC 2131 2.1: a server that was killed knows each lease that it has acknowledged" {
  wire kill_keeps_leases
}

@test "RFC 2131 2.2: killed while it serves many, the server gives no address to two clients afterwards" {
  wire kill_in_the_middle
}

@test "RFC 2131 2.1: killed fifty times while it serves, it forgets no lease that it has acknowledged, and gives no address twice" {
  wire killed_fifty_times
}

@test "dhcp-server(1) SIGNALS: after SIGTERM the leases stay in the database, and a new server knows them" {
  wire restart_keeps_leases
}

@test "RFC 2131 4.3.4: after a restart, a client still gets the address back that it has released" {
  wire restart_keeps_released_addresses
}

@test "dhcp-server(1): when the end of what was written last is missing, the server starts and serves" {
  wire torn_log
}

@test "dhcp-server(1) DATABASE: one that a newer version has made is refused, and not touched" {
  wire newer_database
}

@test "dhcp-server(1) DATABASE: one that is damaged is refused, and not touched" {
  wire damaged_database
}

@test "dhcp-server(1) DATABASE: a file that is no database is refused, and not touched" {
  wire something_else_as_database
}

@test "dhcp-server(1) FILES: a database that a running server holds is refused; that server goes on" {
  wire database_of_another_server
}

@test "dhcp-server(1): no ACK leaves without its lease on disk; when there is space again, all goes on" {
  wire full_disk
}

@test "dhcp-server(1): a server that had no space serves again when there is some, without a restart" {
  wire space_comes_back
}

@test "dhcp-server(1) SIGHUP: the configuration is read again; leases go on" {
  wire hang_up
}

@test "dhcp-server(1) SIGHUP: the faults of a new configuration are printed, and the old one stays" {
  wire hang_up_with_faults
}

@test "dhcp-server(1) EXIT STATUS: with faults in the configuration nothing is started: 2, and a caret below each" {
  wire faulty_configuration
}

@test "dhcp-server(1) --leases: the leases are printed while the server runs, as text and as JSON" {
  wire leases_of_a_running_server
}

@test "dhcp-server(1) --stats: the counts are up to date after a second" {
  wire counts_of_a_running_server
}

@test "dhcp-server(1) EXIT STATUS: an interface that is not there, or has no address, is a failure: 1" {
  wire no_such_interface
}
