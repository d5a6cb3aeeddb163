# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# routes: sections fib, rip and hub.

section_routes() {
	section_fib
	section_rip
	section_hub
}
