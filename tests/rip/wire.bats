#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# ripd, between neighbours that are a script: each test is a case of wire.py, in namespaces of its own,
# and its title is the rule that the case tests.
#
#     wire.py CASE
#       neighbours, packet sockets     veth    ripd
#       10.0.1.2, 10.0.1.3           ========= eth0 10.0.1.1
#       10.0.2.2                     ========= eth1 10.0.2.1
#       10.0.3.2                     ========= eth2 10.0.3.1

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

@test "RFC 2453 3.9.1: a request with one entry, family 0 and metric 16, is for the whole table" {
  wire q_whole_table
}

@test "RFC 2453 3.9.1: a request by multicast is answered by unicast, to who has asked alone" {
  wire q_whole_table_by_multicast
}

@test "RFC 2453 3.9.1: the whole table is answered as it is sent regularly, with split horizon" {
  wire q_whole_table_split_horizon
}

@test "RFC 2453 3.9.1: each entry of a request is answered with its metric, or 16 where there is no such route" {
  wire q_specific
}

@test "RFC 2453 3.9.1: specific entries are answered without split horizon" {
  wire q_specific_no_split_horizon
}

@test "RFC 2453 3.6: all 25 entries that a request may have are answered" {
  wire q_specific_25
}

@test "RFC 2453 3.9.1: who asks from another port than 520 gets the answer there, from port 520" {
  wire q_from_any_port
}

@test "RFC 2453 3.9.1: specific entries are answered to any port too" {
  wire q_specific_from_any_port
}

@test "RFC 2453 3.9.1: a network that is lost is answered with metric 16" {
  wire q_lost_is_unreachable
}

@test "RFC 2453 3.9.1: 'If there are no entries, no response is given', and it is counted as bad-request" {
  wire q_without_entries
}

@test "RFC 2453 3.6: a whole table goes in messages of at most 25 entries, each entry once" {
  wire q_table_of_many_packets
}

@test "RFC 2453 3.9.1: at the start the whole table is asked for, at each interface" {
  wire q_asks_at_the_start
}

@test "RFC 2453 3.9.1: what a neighbour answers to that, by unicast, is learned at once" {
  wire q_what_is_answered_at_the_start_is_learned
}

@test "RFC 2453 4.6: a request of version 1 gets a response of version 1, where that is sent" {
  wire q_version_1
}

@test "RFC 2453 4.6: 'If the router is configured to send only RIP-2 messages, it should not respond to a RIP-1 request'" {
  wire q_version_1_where_only_2_is_sent
}

@test "RFC 2453 3.9.1: a request changes nothing: what its entries say is not learned" {
  wire q_teaches_nothing
}

@test "RFC 2453 3.6: a response is command 2, version 2, a zero, and whole entries of 20 octets" {
  wire o_header
}

@test "RFC 2453 3.6 and 4.5: from the interface's address and port 520 to 224.0.0.9, port 520, TTL 1" {
  wire o_way
}

@test "RFC 2453 3.4.1: the networks of the interfaces have metric 1, their mask, tag 0 and no next hop" {
  wire o_connected
}

@test "RFC 2453 4.3: each entry has its subnet mask, from that of the default route to that of a host" {
  wire o_other_lengths
}

@test "RFC 2453 3.9.2: what is learned is announced with the cost of the way added, mask and tag as they were" {
  wire o_learned
}

@test "RFC 2453 4.2: the tag 'must be preserved and readvertised with a route', also when it changes" {
  wire o_tag_changes
}

@test "RFC 2453 3.6: a table goes in messages of at most 25 entries, none is lost and none is there twice" {
  wire o_full_messages
}

@test "RFC 2453 3.4.3: by default split horizon with poisoned reverse: metric 16 where it was learned" {
  wire o_poison
}

@test "RFC 2453 3.4.3: simple split horizon says nothing where it was learned" {
  wire o_simple
}

@test "RFC 2453 3.4.3, ripd(1) --split-horizon off: its metric is said where it was learned too" {
  wire o_off
}

@test "RFC 2453 3.8: the whole table goes regularly, 'offset by a small random time' of a sixth" {
  wire o_regular
}

@test "RFC 2453 3.8: the regular update is the whole table, at each interface, also where nobody is heard" {
  wire o_regular_is_not_asked_for
}

@test "ripd(1) --metric-out: is added to the metric of all that is announced, up to 16" {
  wire o_metric_out
}

@test "ripd(1) --send none: nothing is sent; what neighbours say is learned" {
  wire o_send_none
}

@test "RFC 2453 3.10.2: a change that comes from one wire goes to all others" {
  wire o_sends_to_all_wires_the_same_time
}

@test "ripd(1) --neighbour: that router gets by unicast what its wire gets by multicast, requests as well" {
  wire o_neighbour
}

@test "RFC 1058 3.1, ripd(1) --send 1: version 1 is broadcast, port 520 to port 520" {
  wire v1_way
}

@test "RFC 1058 3.1: tag, mask and next hop of version 1 are zero, also of a route that has a tag" {
  wire v1_zeroes
}

@test "RFC 1058 3.4.1: the request at the start is of version 1, family 0 and metric 16, and broadcast" {
  wire v1_request
}

@test "RFC 1058 3.2: subnets of the wire's network, with its mask, are announced by their address" {
  wire v1_subnets_of_the_same_network
}

@test "RFC 1058 3.2: not those of the same network with another mask: they would be read with the wire's" {
  wire v1_subnets_of_other_lengths
}

@test "RFC 2453 4.3: 'information internal to one network must never be advertised into another network'" {
  wire v1_subnets_of_another_network
}

@test "RFC 1058 3.2: networks of class A, B and C as they are are announced, and the default route as 0.0.0.0" {
  wire v1_networks_of_classes
}

@test "RFC 2453 4.3: 'supernet routes ... must not be advertised where they could be misinterpreted'" {
  wire v1_supernets
}

@test "RFC 1058 3.2: a host of the wire's network is announced by its address" {
  wire v1_hosts
}

@test "RFC 2453 4.3: not a host whose address would be read as a subnet's" {
  wire v1_host_that_looks_like_a_subnet
}

@test "RFC 1058 3.4.2: an address is a subnet of the wire's network by its mask, a host, a network of a class, or the default route" {
  wire v1_learned
}

@test "RFC 1058 3.2: a subnet of another network is at most a host, never a network of a mask that is guessed" {
  wire v1_subnet_of_another_network
}

@test "RFC 1058 3.1: what is broadcast, to 255.255.255.255 or to the wire's own, is heard" {
  wire v1_by_broadcast
}

@test "RFC 1058 3.4: in version 1 a field that must be zero and is not makes the message invalid, and it is counted as not-zero" {
  wire v1_must_be_zero
}

@test "RFC 1058 3.4: nor is anything else of such a message learned" {
  wire v1_must_be_zero_spoils_the_message
}

@test "RFC 2453 3.6: where the version is 2, the fields that version 1 has as zero may have any value" {
  wire v1_what_2_may_have
}

@test "ripd(1) --receive 2: version 1 is dropped, and counted as bad-version" {
  wire v1_not_received
}

@test "ripd(1) --receive 1: version 2 is dropped, and counted as bad-version" {
  wire v2_not_received
}

@test "ripd(1) --receive none: nothing is learned" {
  wire v_none_received
}

@test "RFC 2453 5.1, ripd(1) --send 2-broadcast: version 2, with masks, to the broadcast address" {
  wire v_broadcast_2
}

@test "RFC 2453 4.3: where a router with version 1 may hear version 2, the same networks are left out" {
  wire v_broadcast_2_hides_what_1_would_misread
}

@test "RFC 1058 2.2.1: version 1 has split horizon with poisoned reverse too" {
  wire v1_split_horizon
}

@test "RFC 1058 3.1: a message of version 1 with 25 entries is learned whole" {
  wire v1_entries_of_a_message
}

@test "RFC 2453 3.9.2: 'The response must be ignored if it is not from the RIP port'" {
  wire i_wrong_port
}

@test "RFC 2453 3.9.2: 'the source of the datagram must be on a directly-connected network': of that interface" {
  wire i_source_of_another_interface
}

@test "RFC 2453 3.9.2: a response from an address that is on no network of ours changes nothing" {
  wire i_source_of_no_network
}

@test "RFC 2453 3.9.2: 'the source address should be checked to see if it is one of our own addresses'" {
  wire i_own
}

@test "RFC 2453 3.9.2: 'is the metric valid (i.e., between 1 and 16, inclusive)': else the entry is ignored" {
  wire i_metric
}

@test "RFC 2453 3.9.2: an entry with such a metric neither changes nor refreshes a route" {
  wire i_bad_metric_of_a_route
}

@test "RFC 2453 3.9.2: 'is the destination address valid (e.g., unicast; not net 0 or 127)'" {
  wire i_no_destination
}

@test "RFC 2453 4.3: an address with bits that its mask does not cover, or a mask with holes, is no network" {
  wire i_not_a_network
}

@test "RFC 2453 4.3: 'If this field is zero, then no subnet mask has been included for this entry'" {
  wire i_without_a_mask
}

@test "RFC 2453 3.7: 0.0.0.0 with mask 0 is the default route, and learned as any other" {
  wire i_default_route
}

@test "RFC 2453 3.6: 'Only the AF_INET (2) address family is used': entries of others are ignored" {
  wire i_family
}

@test "RFC 2453 3.9.2: 'If any check fails, ignore that entry and proceed to the next'" {
  wire i_others_of_the_message
}

@test "RFC 2453 3.6: what is shorter than the header, or has no whole entries, is dropped as truncated" {
  wire i_truncated
}

@test "RFC 2453 3.6: there are 'between 1 and 25 (inclusive) RIP entries'; a message with more is dropped" {
  wire i_oversized
}

@test "RFC 2453 3.6: only requests and responses are messages: commands 0 and 3 to 255 are dropped" {
  wire i_command
}

@test "RFC 1058 3.4: 'messages whose version number is zero are to be ignored'" {
  wire i_version_0
}

@test "RFC 1058 3.4: a version above ours is read as ours, or is counted as one that is not received here" {
  wire i_version_3
}

@test "RFC 2453 3.9.2: a response may come by unicast, or by broadcast, too" {
  wire i_by_unicast
}

@test "RFC 2453 3.9.2: what a neighbour says of a network of our interfaces is not better than our own way" {
  wire i_connected_stays
}

@test "RFC 2453 3.9.2: what is not known and comes with metric 16 is not taken, nor announced" {
  wire i_unreachable_and_unknown
}

@test "RFC 1122 4.1.3.4: a datagram whose checksum is wrong is not believed; one without is" {
  wire i_checksum
}

@test "RFC 2453 3.6: what version 2 has in the header's last field is not looked at" {
  wire i_header_of_version_2
}

@test "RFC 2453 3.6: a message that is cut anywhere does no harm; only its whole entries may be learned" {
  wire z_cut
}

@test "RFC 4822 2.2: a signed message that is cut anywhere does no harm, and nothing of it is learned" {
  wire z_cut_signed
}

@test "RFC 2453 3.6: messages up to the largest that UDP has do no harm, and nothing of them is learned" {
  wire z_oversized
}

@test "1,000 mutated messages do no harm" {
  wire z_mutated
}

@test "RFC 4822 2.4: 1,000 mutated messages with a key configured do no harm, and none is believed" {
  wire z_mutated_signed
}

@test "1,000 messages of noise do no harm" {
  wire z_noise
}

@test "RFC 2453 3.9.1: a flood of 3,000 requests leaves ripd able to learn and to tell" {
  wire z_requests_without_end
}

@test "RFC 2453 3.10.1: a route that changes 2,000 times is at last what was said last, everywhere" {
  wire z_changes_without_end
}

@test "RFC 791: IP options, and a response in fragments, are read as any other" {
  wire z_other_ip
}

@test "RFC 2453 3.9.2: a new route has the metric that was said and 1, and the sender as its next hop" {
  wire p_new
}

@test "RFC 2453 3.9.2: metric = MIN(metric + cost, 16): 14 is the farthest that is reachable" {
  wire p_metric_up_to_15
}

@test "ripd(1) --metric-in: is added in place of 1, up to 16" {
  wire p_metric_in
}

@test "RFC 2453 3.9.2: what its own router says of a route is taken, also if it is worse" {
  wire p_worse_from_the_same
}

@test "RFC 2453 3.9.2: a worse way by another router is ignored" {
  wire p_worse_from_another
}

@test "RFC 2453 3.9.2: a better way by another router is taken, and announced" {
  wire p_better_from_another
}

@test "RFC 2453 3.9.2: so is one on the same wire" {
  wire p_better_on_the_same_wire
}

@test "RFC 2453 3.9.2: an equally good way by another router is ignored, while the first is fresh" {
  wire p_equal_from_another
}

@test "RFC 2453 3.9.2: an equally good one is taken, if the route's timeout is at least half over" {
  wire p_equal_when_half_of_the_time_is_over
}

@test "RFC 2453 3.9.2: that another router does not reach it changes nothing" {
  wire p_unreachable_by_another
}

@test "RFC 2453 3.7: host, subnet, network and default route of the same address are routes of their own" {
  wire p_networks_within_networks
}

@test "ripd(1) --paths: by default a route has one next hop" {
  wire p_one_path
}

@test "ripd(1) --paths: so many next hops of equal metric a route has, and no more" {
  wire p_paths
}

@test "ripd(1) --paths: they may be on the same wire; one that is lost leaves the others, one that comes joins" {
  wire p_paths_of_one_wire
}

@test "RFC 2453 3.9.2, ripd(1) --paths: a better way takes the place of all others" {
  wire p_paths_better
}

@test "RFC 2453 3.8, ripd(1) --paths: each next hop has a timeout of its own" {
  wire p_paths_time_out_one_by_one
}

@test "RFC 2453 3.8: a route that nobody announces any more is lost when its timeout is over" {
  wire g_timeout
}

@test "RFC 2453 3.8: the timeout begins anew 'any time an update message is received for the route'" {
  wire g_refreshed
}

@test "RFC 2453 3.9.2: what another router says does not refresh a route" {
  wire g_refreshed_by_another
}

@test "RFC 2453 3.8: each route has a timeout of its own" {
  wire g_timeout_of_each
}

@test "RFC 2453 3.9.2: metric 16 by its own router ends a route at once: out of the kernel, announced as 16" {
  wire g_metric_16
}

@test "RFC 2453 3.9.2: so does a metric that becomes 16 with the cost of the way" {
  wire g_metric_15
}

@test "RFC 2453 3.8: 'Until the garbage-collection timer expires, the route is included in all updates'" {
  wire g_collected
}

@test "RFC 2453 3.9.2: 'the deletion process is started only when the metric is first set to infinity'" {
  wire g_collected_once
}

@test "RFC 2453 3.8: a route that has timed out is forgotten when the garbage collection's time is over" {
  wire g_collected_after_a_timeout
}

@test "RFC 2453 3.8: a lost route that its router announces again is there again" {
  wire g_comes_back_by_the_same
}

@test "RFC 2453 3.8: 'Should a new route to this network be established' meanwhile, it replaces the lost one" {
  wire g_comes_back_by_another
}

@test "RFC 2453 3.9.2: entries of a message are read one by one: what was said last of a network counts" {
  wire g_withdrawn_and_announced_in_one
}

@test "RFC 2453 3.4.3: the poisoned reverse of others does not bring a lost route back" {
  wire g_poison_of_others
}

@test "RFC 2453 4.4: a next hop that is on the wire's network is where packets go, not to who has said it" {
  wire n_of_the_same_network
}

@test "RFC 2453 4.4: one that is not directly reachable 'should be treated as 0.0.0.0': the sender" {
  wire n_of_another_network
}

@test "RFC 2453 4.4: nor is the network's broadcast address a next hop" {
  wire n_no_host
}

@test "RFC 2453 4.4: a next hop that is our own address makes no route to ourselves" {
  wire n_ourselves
}

@test "RFC 2453 3.9.2: the same router changes its next hop: that is taken at once, at the same metric too" {
  wire n_changes
}

@test "RFC 2453 3.9.2: it is withdrawn by the router that has said it, whatever its next hop was" {
  wire n_withdrawn
}

@test "RFC 2453 4.4: on other wires the route goes by us: the next hop there is 0.0.0.0" {
  wire n_not_passed_on
}

@test "RFC 2453 3.10.1, ripd(1): the first change is announced at once, not after a pause" {
  wire t_at_once
}

@test "RFC 2453 3.10.1: 'triggered updates ... only those routes which have changed need to be included'" {
  wire t_only_what_has_changed
}

@test "RFC 2453 3.10.1: a route that is only refreshed is not announced" {
  wire t_refresh_is_no_change
}

@test "RFC 2453 3.10.1: after a triggered update the next changes wait for a pause, and go together then" {
  wire t_pause
}

@test "ripd(1): a network that is lost does not wait for the pause" {
  wire t_loss_breaks_the_pause
}

@test "ripd(1): 'each of them goes at once': so does another network that is lost in the same pause" {
  wire t_each_loss_breaks_the_pause
}

@test "ripd(1): 'once in a pause': a network that is lost again and again waits for the end of the pause" {
  wire t_flapping_waits
}

@test "ripd(1): nor does one that is reachable again" {
  wire t_recovery_breaks_the_pause
}

@test "ripd(1): a loss and a recovery may each break the same pause" {
  wire t_loss_and_recovery
}

@test "RFC 2453 3.10.1: a change of the metric triggers an update" {
  wire t_metric
}

@test "RFC 2453 3.10.1: split horizon holds for triggered updates too" {
  wire t_split_horizon
}

@test "RFC 2453 3.10.1: what a table of 500 routes changes is announced whole, in full messages" {
  wire t_all_of_a_burst
}

@test "RFC 2453 3.10.1: what was reached by an interface that goes down is unreachable, and that is said at once" {
  wire f_link_down
}

@test "RFC 2453 3.10.1: so is what was reached by an interface whose address is taken off" {
  wire f_address_removed
}

@test "RFC 2453 3.10.1: so is what was reached by an interface that is deleted" {
  wire f_link_deleted
}

@test "RFC 2453 3.10.1: so is what was reached by a wire that is pulled" {
  wire f_carrier
}

@test "RFC 2453 3.9.1, 3.10.1: a wire that is back is announced again, its neighbours are asked, and learned from" {
  wire f_carrier_comes_back
}

@test "RFC 2453 3.9.1: so is an interface that goes down and up again, at once" {
  wire f_link_comes_back
}

@test "ripd(1): an interface that gets another address speaks from there, and its new network is announced" {
  wire f_address_comes_back
}

@test "ripd(1): an interface that is named may come later" {
  wire f_comes_later
}

@test "ripd(1): without interfaces it speaks at every one with an IPv4 address, but the loopback, and later ones" {
  wire f_all
}

@test "ripd(1): where interfaces are named, others are neither heard, nor told, nor announced" {
  wire f_named_alone
}

@test "RFC 2453 3.9.2: neighbours of each network of an interface are heard, and each is announced" {
  wire f_two_addresses
}

@test "ripd(1) --passive: what is said there is learned and its network announced, but nothing is sent there" {
  wire f_passive
}

@test "RFC 2453 3.9.1, ripd(1) --passive: who asks there is answered" {
  wire f_passive_answers
}

@test "ripd(1) SIGNALS: at SIGTERM all networks are announced as unreachable, at all interfaces" {
  wire s_poison
}

@test "ripd(1) SIGNALS: when the process is gone none of its routes is in the kernel, and all others are" {
  wire s_kernel
}

@test "ripd(1) SIGNALS: with 2,000 routes it ends within 2 s, and all are announced as unreachable" {
  wire s_in_time
}

@test "ripd(1) SIGNALS: SIGINT is the same" {
  wire s_interrupted
}

@test "ripd(1) SIGNALS: that does not wait for a pause between triggered updates" {
  wire s_at_once
}

@test "ripd(1) SIGNALS: nothing is left in the kernel either where it ends while a table comes in" {
  wire s_in_the_middle
}

@test "ripd(1) SIGNALS: nor where a neighbour's routes have come one after the other" {
  wire s_of_many_steps
}

@test "ripd(1) EXIT STATUS: 0, also where it is ended at once, or has no interface" {
  wire s_before_anything
}

@test "ripd(1) SIGNALS: the others are told though one interface has gone" {
  wire s_link_gone
}

@test "RFC 2453 4.1: the first entry is family 0xFFFF, type 2, and the password, filled up with zeroes" {
  wire a_sent
}

@test "RFC 2453 4.1: a password may fill all 16 octets" {
  wire a_sent_of_16
}

@test "RFC 2453 4.1: then there is room for 24 entries" {
  wire a_room
}

@test "RFC 2453 4.1: what has the password is taken, with 24 entries too" {
  wire a_taken
}

@test "RFC 2453 4.1: what has another password, or none, is dropped, and counted as bad-auth" {
  wire a_not_taken
}

@test "RFC 2453 4.1: where nothing is configured 'authenticated RIP-2 messages shall be discarded'" {
  wire a_not_expected
}

@test "RFC 2453 4.1: only the first entry is an authentication" {
  wire a_in_another_place
}

@test "RFC 2453 4.1: a withdrawal without the password changes nothing" {
  wire a_withdrawal
}

@test "RFC 2453 4.1: a request without the password is not answered; one with it is, with the password" {
  wire a_request
}

@test "RFC 2453 5.2: where messages have to be authenticated, those of version 1 are not taken" {
  wire a_version_1
}

@test "ripd(1) --auth: 'the first signs, each is taken', also one of another kind" {
  wire a_several
}

@test "RFC 4822 2.1, 3.2: responses and requests have the header, the trailer, and the digest with the key" {
  wire m_sent
}

@test "RFC 4822 2.1: the length of the digest is said to be 16, the trailer's own head is not counted" {
  wire m_length_is_16
}

@test "RFC 4822 2.4: what is signed with the key is taken" {
  wire m_taken
}

@test "RFC 2082 3.2: so is what says that its digest has 20 octets, and means the whole trailer, as some do" {
  wire m_taken_with_20
}

@test "RFC 4822 2.4: a signature with any other length, or whose trailer is elsewhere, is dropped" {
  wire m_other_lengths
}

@test "RFC 4822 2.4: what has another key or key id, or is not signed so, is dropped, counted as bad-auth" {
  wire m_not_taken
}

@test "RFC 4822 2.4: a signed message in which any octet is another one is dropped" {
  wire m_each_octet_counts
}

@test "RFC 4822 2.4: a sequence number below the last one is dropped, counted as replayed; an equal one is not" {
  wire m_replayed
}

@test "RFC 4822 2.4: a message that was captured, and is sent once more after newer ones, changes nothing" {
  wire m_replay_of_a_captured_message
}

@test "RFC 4822 2.4: after 'connectivity with the neighbor has been lost', a sequence number of 0 is taken" {
  wire m_sequence_0_of_a_lost_neighbour
}

@test "RFC 4822 2.4: each neighbour has its own sequence numbers" {
  wire m_sequence_of_each
}

@test "RFC 4822 2.4: a message with a wrong digest does not raise the sequence number that is expected" {
  wire m_forged_sequence
}

@test "RFC 4822 2.1, ripd(1) STANDARDS: our sequence number never goes back, also not after a restart" {
  wire m_grows
}

@test "RFC 4822 2.1: a signed message has room for 24 entries" {
  wire m_room
}

@test "ripd(1) --auth: of several keys the first signs, and each is taken" {
  wire m_several_keys
}

@test "ripd(1) SIGNALS: the announcement at the end that all is unreachable is signed too" {
  wire m_last_words
}

@test "RFC 4822 2.5: the digest has 32 octets, over the message with Apad in its place" {
  wire h_sent
}

@test "RFC 4822 2.4: what is signed with the key is taken, as announcement and as withdrawal" {
  wire h_taken
}

@test "RFC 4822 2.4: what has another key or key id, or another kind of signature, is dropped" {
  wire h_not_taken
}

@test "RFC 4822 2.4: a message signed with SHA-256 in which any octet is another one is dropped" {
  wire h_each_octet_counts
}

@test "RFC 4822 2.1: a signature that says that its digest has another length is dropped" {
  wire h_other_lengths
}

@test "RFC 4822 2.5: a secret that is as long as the digest is the key" {
  wire h_secret_of_32
}

@test "ripd(1) --auth: a secret of 64 octets signs, and what is signed with it is taken" {
  wire h_secret_of_64
}

@test "RFC 4822 2.4: with SHA-256 too, a sequence number below the last one is dropped, counted as replayed" {
  wire h_replayed
}

@test "RFC 4822 2.1: with SHA-256 too, our sequence number never goes back, also not after a restart" {
  wire h_grows
}

@test "RFC 4822 2.1: a message signed with SHA-256 has room for 24 entries" {
  wire h_room
}

@test "ripd(1): 'Routes in the kernel carry protocol 189 and metric 120'; they are in the main table" {
  wire k_route
}

@test "ripd(1): networks of interfaces, and what is announced or imported, are not put into the kernel" {
  wire k_only_what_is_learned
}

@test "ripd(1): a route that changes its next hop is replaced in the kernel: there is no moment without it" {
  wire k_change_without_a_gap
}

@test "ripd(1): a route that is only refreshed is not written to the kernel again" {
  wire k_refresh_leaves_it_alone
}

@test "ripd(1): 'A route that somebody else has put there is never touched', also with metric 120" {
  wire k_others_route_of_the_same_metric
}

@test "ripd(1): nor is one with a lower metric" {
  wire k_others_route_that_is_better
}

@test "ripd(1): nor is one with a higher metric; ripd's is beside it" {
  wire k_others_route_that_is_worse
}

@test "ripd(1) SHOW: where the kernel has somebody else's route of that metric, it has not ripd's" {
  wire k_others_route_is_shown
}

@test "ripd(1): a route that somebody removes by hand is put back" {
  wire k_removed_by_hand
}

@test "ripd(1): so are 300 that are removed at once" {
  wire k_all_removed_by_hand
}

@test "ripd(1): a route that somebody else puts in the place of ripd's is his, and left alone" {
  wire k_taken_by_hand
}

@test "ripd(1): routes that the kernel removed because their link went down and up at once are there again" {
  wire k_after_a_quick_down_and_up
}

@test "RFC 2453 3.9.2: when the link of a route goes down, a neighbour elsewhere who has a way gets it" {
  wire k_two_ways_and_one_link
}

@test "ripd(1): after 400 random announcements and withdrawals the kernel has just what the RIB has" {
  wire k_churn
}

@test "ripd(1): after a kill, routes that are announced again stay in the kernel without a gap, untouched" {
  wire r_adopted
}

@test "ripd(1): after a kill, what nobody has announced yet stays until the timeout" {
  wire r_not_at_once
}

@test "ripd(1): after a kill, 'those that nobody has announced again within the timeout' are removed, and no others" {
  wire r_swept
}

@test "ripd(1): after a kill, a route that is announced otherwise now is replaced, without a gap" {
  wire r_changed
}

@test "ripd(1): after a kill, a route that is announced again and then withdrawn leaves the kernel" {
  wire r_withdrawn
}

@test "ripd(1) SIGNALS: after a kill, routes that were found leave the kernel too when the next one ends" {
  wire r_ended_before_the_timeout
}

@test "ripd(1): what is found and is not of protocol 189 is left alone" {
  wire r_foreign
}

@test "RFC 2453 3.9.1: after a kill the neighbours are asked for their tables at once" {
  wire r_neighbours_are_asked
}

@test "RFC 2453 3.9.2: 2,000 routes in one burst of 80 messages: none is lost" {
  wire b_2000
}

@test "RFC 2453 3.9.2: 10,000 routes in one burst of 400 messages: none is lost" {
  wire b_10000
}

@test "RFC 2453 3.9.2: 2,000 routes that get a better next hop in one burst are never missing in the kernel" {
  wire b_better_way
}

@test "RFC 2453 3.10.1: when the link of 2,000 routes goes down, all are lost, in the kernel and at eth1" {
  wire b_link_down
}

@test "ripd(1) --announce: those networks are announced, with metric 1 and tag 0 or what is said" {
  wire c_announce
}

@test "RFC 2453 3.9.2: what is announced so is ours, whatever a neighbour says of it" {
  wire c_announced_stays
}

@test "ripd(1) --import static: routes of protocols static and boot are announced, those of others are not" {
  wire c_import_static
}

@test "ripd(1) --import static: one that comes is announced, one that goes is unreachable, both at once" {
  wire c_import_static_changes
}

@test "ripd(1) --import: without it static routes are not announced" {
  wire c_import_static_alone
}

@test "ripd(1) --import connected: the networks of all interfaces are announced, also where ripd does not speak" {
  wire c_import_connected
}

@test "ripd(1) aggregate: is announced in place of all networks inside of it, with the least of their metrics" {
  wire c_aggregate
}

@test "ripd(1) aggregate: follows the least metric, and is there 'while there is at least one'" {
  wire c_aggregate_follows
}

@test "ripd(1) aggregate: where there is no network inside of it, it is not announced" {
  wire c_aggregate_of_nothing
}

@test "ripd(1) aggregate: the kernel has the networks themselves, and the aggregate sends nothing in a circle" {
  wire c_aggregate_in_the_kernel
}

@test "ripd(1) --neighbour: also one that does not listen to multicast gets changes, and the end, by unicast" {
  wire c_neighbour_elsewhere
}

@test "ripd(1) --check: a good configuration, as the manual's, is read, nothing is said, and the status is 0" {
  wire d_check_good
}

@test "ripd(1) CONFIGURATION: 'All faults of a file are shown, each with its line', and the status is 2" {
  wire d_check_bad
}

@test "ripd(1) CONFIGURATION: each fault by itself is found: a message with the file's name and a line, status 2" {
  wire d_check_bad_alone
}

@test "ripd(1) EXIT STATUS: a bad configuration ends it with status 2; so does one that is not there" {
  wire d_bad_file_at_the_start
}

@test "ripd(1) --config: 'Options come after it and win'" {
  wire d_options_win
}

@test "ripd(1) CONFIGURATION: settings may be an interface's, or at the top for all of them" {
  wire d_settings_of_an_interface
}

@test "ripd(1) CONFIGURATION: update, timeout, garbage and triggered are those of the file" {
  wire d_times
}

@test "ripd(1) CONFIGURATION: announce, import, neighbours, paths and auth are those of the file" {
  wire d_lists
}

@test "ripd(1): interfaces are those of the command line, with the settings of the file, if there are any" {
  wire d_interfaces_of_both
}

@test "ripd(1): --help and --version; wrong use is refused with status 2, by one line that names it" {
  wire d_usage
}

@test "ripd(1) EXIT STATUS: 1 if port 520 is in use" {
  wire d_port_in_use
}

@test "ripd(1) EXIT STATUS: 1 if another ripd runs there, which goes on" {
  wire d_second
}

@test "ripd(1) NOTIFY_SOCKET: after READY=1 no message is lost" {
  wire d_ready
}

@test "ripd(1) SHOW: routes: state, metric, tag, next hops, interfaces, from, time, and whether the kernel has it" {
  wire w_routes
}

@test "ripd(1) SHOW: a network 'while it is only announced as unreachable' is lost" {
  wire w_lost
}

@test "ripd(1) SHOW: neighbours: version, routes learned from it, when it was heard, what it sent that was bad" {
  wire w_neighbours
}

@test "ripd(1) SHOW: interfaces: address, settings, packets sent and received" {
  wire w_interfaces
}

@test "ripd(1) SHOW: the settings that are not given: send 2, receive both, poison, no authentication" {
  wire w_interfaces_by_default
}

@test "ripd(1) SHOW: counts: received, sent, and each reason for which something was dropped" {
  wire w_counts
}

@test "ripd(1) SHOW: without --json it is a table for people, with the same facts" {
  wire w_for_people
}

@test "ripd(1) SHOW: 3,000 routes come whole" {
  wire w_json_of_much
}

@test "ripd(1) EXIT STATUS: 1 if no ripd is there to be asked" {
  wire w_nobody_there
}

@test "ripd(1) EXIT STATUS: 2 for what cannot be shown" {
  wire w_wrong_use
}

@test "ripd(1) SHOW: 20 who ask at the same time are all answered" {
  wire w_asked_at_once
}
