#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The DHCP client, judged by a server that is a script: each test is a case of client_wire.py, in
# namespaces of its own, and its title is the rule that the case tests.
#
#     client_wire.py CASE
#       fake server, packet socket    veth    dhcp-client     (all in namespaces of the case)
#       10.0.1.1, on s-c0           ========= c0 02:00:00:00:00:07

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

WIRE=$BATS_TEST_DIRNAME/client_wire.py

# wire CASE: what it prints is seen if it fails
wire() {
  TMPDIR=$BATS_TEST_TMPDIR run /usr/bin/python3 -B "$WIRE" "$1"
  assert_success
}

# The tests below are all cases there are, under the titles that the cases give themselves.
@test "client_wire.py: each case has a test, with its rule as the title" {
  sed -n '/^@test "client_wire.py:/d; s/^@test "\(.*\)" {$/\1/p; s/^  wire \([a-z0-9_]*\)$/\1/p' \
    "$BATS_TEST_FILENAME" | paste -d '\t' - - | awk -F '\t' '{ print $2 "\t" $1 }' >"$BATS_TEST_TMPDIR/tests"
  /usr/bin/python3 -B "$WIRE" --list >"$BATS_TEST_TMPDIR/cases"
  run diff "$BATS_TEST_TMPDIR/cases" "$BATS_TEST_TMPDIR/tests"
  assert_success
}

@test "RFC 2131 4.4.1, table 5: each field of a DISCOVER's header" {
  wire discover_header
}

@test "RFC 2131 4.1: what is sent before there is an address comes from 0.0.0.0, port 68" {
  wire discover_frame
}

@test "RFC 951 3: a message has at least 300 octets, for relays and servers that drop shorter ones" {
  wire discover_size
}

@test "RFC 2131 4.4.1, table 5: which options a DISCOVER has, and which MUST NOT be in it" {
  wire discover_options
}

@test "dhcp-client(1) --request: it asks for the mask, and for 121, 3, 6, 15, 26, 28, 42" {
  wire wanted_by_default
}

@test "RFC 2131 3.5: the list of options is the chosen one, in DISCOVER and in REQUEST alike" {
  wire wanted_by_choice
}

@test "dhcp-client(1) --hostname: by default option 12 is the node's name" {
  wire host_name_of_the_node
}

@test "dhcp-client(1) --hostname: a name is sent as option 12, in the REQUEST as well" {
  wire host_name_by_choice
}

@test "RFC 2132 3.14: option 12 has at least one octet: an empty name sends none" {
  wire host_name_empty
}

@test "dhcp-client(1) --client-id: by default there is none" {
  wire client_id_none
}

@test "RFC 2131 2: a client identifier is in all messages of the client" {
  wire client_id_text
}

@test "dhcp-client(1) --client-id: octets in hexadecimal with colons are these octets" {
  wire client_id_octets
}

@test "RFC 2131 4.1: xids are chosen 'so as to minimize the chance' that another client has the same" {
  wire xid_is_random
}

@test "dhcp-client(1): it brings the interface up, and does not wait for 1 to 10 seconds (4.4.1)" {
  wire asks_at_once
}

@test "Without a carrier it waits for one, and then asks" {
  wire asks_when_the_carrier_is_there
}

@test "RFC 2131 4.1: a message is repeated after 4 s, then after 8 s more, each within one second" {
  wire retransmission
}

@test "RFC 2131 4.3.2: a REQUEST of SELECTING has options 50 and 54, and 'ciaddr' is zero" {
  wire request_fields
}

@test "RFC 2131 3.1, step 3: the REQUEST is broadcast as the DISCOVER was, from 0.0.0.0" {
  wire request_frame
}

@test "RFC 2131 3.1: with the ACK the address is there, and the client says so" {
  wire lease_is_taken
}

@test "RFC 2131 4.1: replies to 'chaddr' and 'yiaddr' are taken though the address is not there yet" {
  wire unicast_replies
}

@test "RFC 2131 4.1: broadcast replies are taken, whatever flag the client has set" {
  wire broadcast_replies
}

@test "RFC 2131 4.3.1, table 3: an OFFER without option 54 (MUST) is ignored" {
  wire offer_without_server_id
}

@test "RFC 2131 4.4.1: 'Any arriving messages that do not match the xid' are discarded" {
  wire offer_of_another_xid
}

@test "RFC 951 7.3: a reply whose 'chaddr' is another's is not for this client" {
  wire offer_for_another_client
}

@test "RFC 951 7.3: what is no BOOTREPLY is ignored" {
  wire offer_that_is_a_request
}

@test "An offer of no address, or of one that no host can have, is ignored" {
  wire offer_without_address
}

@test "RFC 2131 3: 'this option MUST be included in every DHCP message': one with a silly type is none" {
  wire offer_without_type
}

@test "RFC 2131 figure 5: an ACK or NAK while SELECTING is no answer to anything" {
  wire ack_before_request
}

@test "RFC 2131 figure 5, REQUESTING: 'DHCPOFFER / Discard'" {
  wire offer_while_requesting
}

@test "RFC 2131 4.4.1: an ACK with another xid, or for another client, is ignored" {
  wire ack_of_another_exchange
}

@test "RFC 2131 3.1, step 4: after a NAK the client begins again with a DISCOVER" {
  wire nak_restarts
}

@test "RFC 2131 4.4.1: a NAK of a server that was not selected is ignored" {
  wire nak_of_another_server
}

@test "A server that offers and refuses again and again is not asked without a pause" {
  wire nak_storm
}

@test "RFC 2131 figure 5, BOUND: 'DHCPOFFER, DHCPACK, DHCPNAK / Discard'" {
  wire bound_ignores_replies
}

@test "RFC 2131 4.4.1: of several offers one is chosen, and the REQUEST is for that one" {
  wire first_offer_is_taken
}

@test "RFC 2131 4.1: the server is who option 54 says, not whom the datagram comes from" {
  wire server_id_is_not_the_source
}

@test "RFC 1122 4.1.3.4: a datagram with a wrong UDP checksum is dropped" {
  wire wrong_checksum
}

@test "RFC 768: a UDP checksum of zero means that the sender has made none" {
  wire no_checksum
}

@test "A checksum left to hardware that is not there, as of a server at the same host, is no fault" {
  wire unfinished_checksum
}

@test "RFC 791 3.1: a reply whose IP header has options is taken" {
  wire ip_options
}

@test "RFC 894: what follows the datagram in its frame is padding" {
  wire trailer
}

@test "RFC 2131 2: a reply that is not padded up to 300 octets is taken" {
  wire short_replies
}

@test "RFC 2132 9.10: a reply of the size that option 57 allows is taken, or of 576 octets if none does" {
  wire long_replies
}

@test "A fragment is no datagram: neither the first nor a later one is read as a reply" {
  wire fragments
}

@test "Lengths in the IP and UDP headers that the frame does not have are not believed" {
  wire lengths_that_lie
}

@test "RFC 2131 3: option 53 need not be the first one, and pads may stand between options" {
  wire options_in_any_order
}

@test "Options that fill the message to its last octet, without option 255, are taken" {
  wire no_end_option
}

@test "RFC 2131 4.1: options in 'file' and 'sname' are read, in this order, if option 52 says so" {
  wire overload
}

@test "RFC 2132 9.3: without option 52, 'file' and 'sname' are text" {
  wire overload_not_said
}

@test "RFC 3396 7: the parts of an option that stands several times are joined" {
  wire split_option
}

@test "A message cut anywhere before the end of its option 54 is ignored" {
  wire truncated
}

@test "An option that goes beyond the end of the message spoils it" {
  wire past_the_end
}

@test "RFC 2131 3: options begin with the magic cookie 99, 130, 83, 99" {
  wire other_cookie
}

@test "RFC 2132: a parameter of the wrong length is not used, and does not keep the client from a lease" {
  wire wrong_lengths
}

@test "Option 51, 53 or 54 with another length than its own makes no offer; and a good one is taken" {
  wire lengths_of_what_matters
}

@test "Option 52 within 'file', and options that go beyond a field's end, do no harm" {
  wire overload_broken
}

@test "After 1,000 mutated OFFERs it runs, and takes a lease of an honest server" {
  wire mutated_offers
}

@test "After 1,000 mutated ACKs it runs, and has a lease or takes one of an honest server" {
  wire mutated_acks
}

@test "Frames of all kinds beside DHCP's are none of its business, and cost no time" {
  wire noise
}

@test "RFC 2131 4.4.1: the address has the mask of option 1, and lives as long as the lease" {
  wire address
}

@test "RFC 2132 5.3: the broadcast address is that of option 28" {
  wire broadcast_address
}

@test "RFC 919: without option 28 the broadcast address is that of the subnet" {
  wire broadcast_address_by_the_mask
}

@test "RFC 2131 3.3: a lease of 0xffffffff seconds never ends" {
  wire infinite_lease
}

@test "RFC 2131 4.4.5: the lease ends even if the client was killed: the kernel takes the address back" {
  wire killed_client
}

@test "RFC 2132 3.5: the first router of option 3 is the default route's" {
  wire default_route
}

@test "Without options 3 and 121 there is no default route" {
  wire no_router
}

@test "dhcp-client(1) --metric: routes have this metric, and by default 0" {
  wire metric
}

@test "A router outside the address's subnet, as with a mask of 32 bits, is reached on the link" {
  wire router_outside
}

@test "RFC 3442: routes of all lengths by option 121, and options 3 and 33 are ignored beside it" {
  wire classless_routes
}

@test "RFC 3442: without a default route in option 121 there is none, even if there is option 3" {
  wire classless_without_default
}

@test "RFC 3442: the next hop 0.0.0.0 means the link: it leads to a router outside the subnet" {
  wire classless_on_the_link
}

@test "RFC 3442: bits beyond the mask are not of the destination" {
  wire classless_host_bits
}

@test "A broken option 121 does no harm: there is a lease, and no route that nobody has told of" {
  wire classless_broken
}

@test "RFC 2132 5.1: option 26 is the interface's MTU, and afterwards it is as before" {
  wire mtu
}

@test "RFC 2132 5.1: 'The minimum legal value for the MTU is 68': a smaller one is ignored" {
  wire mtu_too_small
}

@test "RFC 2132 3.8: name servers 'SHOULD be listed in order of preference'; option 15 is the domain" {
  wire name_servers
}

@test "dhcp-client(1) --resolv-conf: with none, name servers are written nowhere" {
  wire name_servers_none
}

@test "dhcp-client(1) --resolv-conf: the default is /etc/resolv.conf, which is put back in the end" {
  wire name_servers_by_default
}

@test "Without option 6, resolv.conf stays as it is" {
  wire name_servers_not_given
}

@test "A domain cannot bring lines of its own into resolv.conf" {
  wire domain_with_newline
}

@test "What it has not made it does not take away: addresses, routes" {
  wire others_things_stay
}

@test "RFC 2131 4.4.5: with the ACK of a renewal the new parameters hold, and the old ones are gone" {
  wire renewal_changes
}

@test "What the ACK of a renewal does not have any longer is taken back" {
  wire renewal_takes_away
}

@test "An MTU that the ACK of a renewal does not have any longer is taken back as well" {
  wire renewal_takes_the_mtu_away
}

@test "A renewal with another mask: the address has that one alone" {
  wire other_mask_on_renewal
}

@test "dhcp-client(1): 'When the lease ends, all of that is taken back': at its release" {
  wire all_goes_at_release
}

@test "RFC 2131 4.4.5: 'If the lease expires before the client receives a DHCPACK', all is taken back" {
  wire all_goes_at_expiry
}

@test "RFC 2131 figure 5, RENEWING: 'DHCPNAK / Halt network': all is taken back" {
  wire all_goes_at_nak
}

@test "RFC 2131 4.3.2, RENEWING: at T1 a REQUEST by unicast, with 'ciaddr', without options 50 and 54" {
  wire t1_unicast
}

@test "RFC 2131 4.4.5: each ACK begins a lease anew, and its T1" {
  wire renewal_is_repeated_once_per_lease
}

@test "RFC 2131 4.4.5: without an answer, REQUEST by broadcast at T2, and INIT at the lease's end" {
  wire silent_server
}

@test "RFC 2131 4.4.5: a server whose hardware is not there any more delays neither T2 nor the end" {
  wire server_has_gone
}

@test "RFC 2131 4.4.5: at T2 any server may answer, and from then on it is the one" {
  wire rebind_to_another_server
}

@test "RFC 2131 4.4.5: T1 is by default half of the lease, T2 seven eighths of it" {
  wire t1_by_default
}

@test "RFC 2131 4.4.5: T1 is before T2, and T2 before the lease's end; other values are not used" {
  wire t1_and_t2_that_make_no_sense
}

@test "dhcp-client(1): it asks again sooner than 60 s later where the lease would have ended (4.4.5)" {
  wire short_leases_are_asked_for_again
}

@test "RFC 2131 4.4.5: 'down to a minimum of 60 seconds, before retransmitting' a REQUEST of RENEWING" {
  wire long_leases_are_not
}

@test "RFC 2131 figure 5, RENEWING: a broadcast NAK is heard, the network halts, and INIT follows" {
  wire nak_while_renewing
}

@test "RFC 2131 figure 5, RENEWING: a NAK to the client's own address is heard as well" {
  wire nak_by_unicast_while_renewing
}

@test "RFC 2131 figure 5, REBINDING: 'DHCPNAK, Lease expired / Halt network'" {
  wire nak_while_rebinding
}

@test "RFC 2131 4.4.1: what does not match the xid does not extend a lease, and does not end it" {
  wire strange_answers_while_renewing
}

@test "dhcp-client(1) SIGNALS: SIGUSR1 renews now" {
  wire renewal_on_a_signal
}

@test "RFC 2131 4.4.5: a renewal extends the lease; the address and its routes are never away" {
  wire connections_survive_a_renewal
}

@test "RFC 2131 4.3.1: of the parameters only the lease time and the server identifier MUST be there" {
  wire lease_without_mask_or_router
}

@test "RFC 5227 2.1.1: three probes, whose sender is 0.0.0.0, before the address is there" {
  wire probe_packets
}

@test "dhcp-client(1) --probe: by default 200 ms" {
  wire probe_by_default
}

@test "dhcp-client(1) --probe 0: none" {
  wire no_probe
}

@test "RFC 2131 4.4.4, table 5: a DECLINE is broadcast, with options 50 and 54, and without 'ciaddr'" {
  wire decline_fields
}

@test "RFC 2131 4.2: the client identifier is in the DECLINE too" {
  wire decline_with_client_id
}

@test "RFC 5227 2.1.1: any ARP packet whose sender address is the probed one is a conflict, a request too" {
  wire conflict_by_request
}

@test "RFC 5227 2.1.1: so is an announcement" {
  wire conflict_by_announcement
}

@test "RFC 5227 2.1.1: and another host's probe for the same address" {
  wire conflict_by_probe
}

@test "RFC 5227 2.1.1: ARP of other addresses is no conflict, nor the own probe that comes back" {
  wire no_conflict
}

@test "ARP packets that are cut, or of other networks, are no conflict and do no harm" {
  wire broken_arp
}

@test "RFC 2131 3.1, step 5: after a DECLINE there is no DISCOVER for ten seconds" {
  wire ten_seconds_after_a_decline
}

@test "RFC 2131 4.4.5: a renewal needs no probe: the address is the client's" {
  wire no_probe_at_renewal
}

@test "SIGTERM while an address is probed: it is given back, and not used" {
  wire end_while_probing
}

@test "RFC 2131 4.3.2, INIT-REBOOT: a REQUEST with option 50, without option 54, with 'ciaddr' zero" {
  wire reboot_request
}

@test "RFC 2131 3.2, step 4: after a NAK 'the client must ... restart the configuration process'" {
  wire reboot_refused
}

@test "RFC 2131 3.2, step 4: an address that was refused is not asked for at the next start" {
  wire reboot_refused_for_good
}

@test "RFC 2131 3.2: the ACK's lease time counts, not what was left of the old lease" {
  wire reboot_takes_a_new_time
}

@test "dhcp-client(1) --keep: the address stays, and the next start asks for it again" {
  wire reboot_after_keep
}

@test "RFC 2131 3.2, 4.4.2: the address is probed then too, and declined if it is another's by now" {
  wire reboot_with_a_probe
}

@test "RFC 2131 3.2: who has no lease any more asks anew" {
  wire expired_lease
}

@test "RFC 2131 4.4.6: who has released its lease has none: it asks anew" {
  wire released_lease
}

@test "A lease file that is empty, cut, or full of something else is no lease, and no harm" {
  wire broken_lease_files
}

@test "The lease file is replaced as a whole: who is killed at any time finds the old one or the new one" {
  wire lease_file_is_whole
}

@test "dhcp-client(1) --lease-file: by default it is interface.lease in the current folder" {
  wire lease_file_by_default
}

@test "Without a file to remember it, there is a lease nevertheless" {
  wire lease_file_that_cannot_be_written
}

@test "RFC 2131 3.7, 4.4.2: when the carrier returns, the address is verified by INIT-REBOOT, and kept" {
  wire carrier_returns
}

@test "RFC 2131 3.7, 3.2: a NAK then means another network: the address goes, and another is asked for" {
  wire carrier_returns_elsewhere
}

@test "RFC 2131 4.4.5: a lease that ends while there is no carrier ends nevertheless" {
  wire lease_ends_without_a_carrier
}

@test "RFC 2131 4.4.6, table 5: a RELEASE by unicast, with 'ciaddr' and option 54; all others MUST NOT be" {
  wire release_fields
}

@test "RFC 2131 4.4.6: the RELEASE leaves even if the server's hardware address has to be asked for" {
  wire release_without_a_renewal
}

@test "RFC 2131 4.4.6: where nobody hears the RELEASE, the client ends all the same" {
  wire release_to_nobody
}

@test "dhcp-client(1) SIGNALS: SIGINT releases the lease too" {
  wire interrupt
}

@test "dhcp-client(1) --keep: on SIGTERM the address stays, and nothing is released" {
  wire keep
}

@test "SIGTERM before there is a lease: status 0, and there is nothing to release" {
  wire end_without_a_lease
}

@test "SIGTERM while REQUESTING: status 0, no address" {
  wire end_before_the_ack
}

@test "dhcp-client(1) --once: it ends with status 0 when there is a lease, and leaves it in place" {
  wire once
}

@test "dhcp-client(1) --timeout: status 1 if there is no lease by then" {
  wire timeout
}

@test "dhcp-client(1) --timeout: who has a lease by then goes on" {
  wire timeout_is_for_the_first_lease
}

@test "dhcp-client(1) NOTIFY_SOCKET: READY=1 comes when there is a lease, and not before" {
  wire ready_when_bound
}

@test "dhcp-client(1): --help and --version; wrong use is refused with status 2, by one line that names it" {
  wire usage
}

@test "dhcp-client(1) EXIT STATUS: 1 if there is no such interface" {
  wire no_such_interface
}

@test "An interface without hardware addresses, as lo, is refused with a message" {
  wire no_ethernet
}

@test "dhcp-client(1) EXIT STATUS: 1 if it is not allowed to" {
  wire not_allowed
}

@test "RFC 951 3: a BOOTREQUEST: broadcast, no address, 64 octets of vendor information; no option 53" {
  wire bootp_request
}

@test "RFC 951 7.3: one reply, and the address is there for ever" {
  wire bootp_reply
}

@test "RFC 951 3: a reply without the magic cookie has an address nevertheless" {
  wire bootp_reply_without_cookie
}

@test "RFC 951 7.3: replies with another xid or 'chaddr', or without an address, are not taken" {
  wire bootp_replies_for_others
}

@test "RFC 951 7.2: a request that nobody answers is repeated, with 'secs' that say how long it has been" {
  wire bootp_retransmission
}

@test "reason BOUND: new_ variables have what the ACK says, under dhclient-script(8)'s names" {
  wire script_bound
}

@test "reason PREINIT: before anything is sent, and without a lease" {
  wire script_preinit
}

@test "reason RENEW: after the ACK to a REQUEST of RENEWING" {
  wire script_renew
}

@test "reason REBIND: after the ACK to a REQUEST of REBINDING" {
  wire script_rebind
}

@test "reason REBOOT: after the ACK to a REQUEST of INIT-REBOOT" {
  wire script_reboot
}

@test "reason EXPIRE: the lease has ended, old_ variables say which" {
  wire script_expire
}

@test "reason NAK: the server has taken the lease back" {
  wire script_nak
}

@test "reason RELEASE: on SIGTERM" {
  wire script_release
}

@test "reason STOP: on SIGTERM with --keep" {
  wire script_stop
}

@test "reason FAIL: no lease in time" {
  wire script_fail
}

@test "Each change is one call, in the order in which they were" {
  wire script_order
}

@test "Text of a server arrives with '?' for what is neither letter, digit nor one of ._-/:@,+=" {
  wire script_hostile_text
}

@test "The other texts of the list, one lease each" {
  wire script_hostile_text_of_an_offer
}

@test "The script's environment has no variable of a server's choosing beside new_ and old_" {
  wire script_environment
}

@test "A script that takes its time does not keep the client from its lease" {
  wire slow_script
}

@test "A script that fails keeps nobody from a lease; one that is not there neither, or is wrong use" {
  wire failing_script
}
