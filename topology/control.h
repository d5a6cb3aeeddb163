/* SPDX-License-Identifier: MIT */
/*
 * How the verbs talk to a lab's init: one request a connection, one JSON object on a line, and one
 * back. The Unix socket is 0600 in a folder that is 0700, and init asks the kernel who called.
 *
 *   {"do":"status"}               the whole lab: nodes, addresses, commands and their states
 *   {"do":"nodes"}                their names alone
 *   {"do":"inspect","node":"pc1"} one node, with what its kernel says now
 *   {"do":"commands","node":"pc1"} its commands and their states alone
 *   {"do":"enter","node":"pc1"}   the node's folder, and its namespaces as descriptors
 *   {"do":"act","words":["link","pc1:eth0","down"]}
 *                                 something is done to the lab (action.h)
 *   {"do":"play","scene":"cut"}   a scene begins: its number in the journal
 *   {"do":"taps","what":["pc1"],"both":false}
 *                                 packet sockets, and what they are (taps.h), with `born`: the
 *                                 monotonic clock at the lab's beginning, in nanoseconds
 *   {"do":"attend"}               an answer; when the lab ends and all commands have, one more line, and
 *                                 init waits a little for the connection's end
 *   {"do":"down"}                 an answer, then the connection stays until init ends
 */
#ifndef VETHLAB_CONTROL_H
#define VETHLAB_CONTROL_H

#define CONTROL_SOCKET	    "control"
#define CONTROL_REQUEST_MAX 65536

/* The namespaces that "enter" hands over, in this order. Root need not enter
 * the first: it is in it. */
enum { ENTER_USER, ENTER_PID, ENTER_NET, ENTER_UTS, ENTER_MNT, ENTER_COUNT };

#endif
