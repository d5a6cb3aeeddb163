# SPDX-License-Identifier: MIT
# vethlab. `make help` lists the targets; CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR are yours to set,
# V=1 shows the commands.

VERSION := 0.1
PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
BUILD   ?= build
BIN     ?= bin
WIRESHARK ?= /usr/lib/$(shell $(CC) -dumpmachine)/wireshark
LAB     ?= topology/labs/campus.yml

ifneq ($(V),1)
Q := @
say = @echo "  $(1)"
endif

# Under sudo what is built belongs to whoever owns the folder, not to root.
OWNER    := $(shell stat -c %U .)
AS_OWNER := $(if $(and $(filter 0,$(shell id -u)),$(filter-out root UNKNOWN,$(OWNER))),runuser -u $(OWNER) --)

.PHONY: all
all: programs

# ---- what people call first ----------------------------------------------------------------------

.PHONY: topology
topology: setup ## install what is missing, build, start the campus lab and show it
	$(Q)$(AS_OWNER) $(MAKE) --no-print-directory programs
	$(Q)$(BIN)/vethlab up $(LAB)

.PHONY: down
down: ## end the campus lab
	$(Q)$(BIN)/vethlab down $(or $(shell sed -n 's/^name: *//p' $(LAB)),$(notdir $(basename $(LAB))))

.PHONY: setup
setup: ## install the packages that building needs
	$(Q)scripts/setup build

.PHONY: test
test: ## install what is missing, build, run the whole suite
	$(Q)scripts/setup test
	$(Q)$(AS_OWNER) $(MAKE) --no-print-directory programs unit
	$(Q)BUILD=$(BUILD) BIN=$(BIN) scripts/test

ROUNDS ?= 1000

.PHONY: soak
soak: ## kill parts of labs at random, ROUNDS times (1000): is anything left?
	$(Q)scripts/setup test
	$(Q)$(AS_OWNER) $(MAKE) --no-print-directory programs
	$(Q)BIN=$(BIN) scripts/crash --rounds $(ROUNDS)

SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined

.PHONY: check
check: ## the same suite under AddressSanitizer and UndefinedBehaviorSanitizer
	$(Q)scripts/setup test
	$(Q)$(AS_OWNER) $(MAKE) --no-print-directory programs unit BUILD=build/asan BIN=build/asan/bin \
		CFLAGS='$(SANITIZE)' LDFLAGS='-fsanitize=address,undefined'
	$(Q)VETHLAB_SANITIZED=1 VETHLAB_PATIENCE=40 ASAN_OPTIONS=detect_leaks=0 \
		BUILD=build/asan BIN=build/asan/bin scripts/test

# ---- programs -------------------------------------------------------------------------------------

LIBS       = libmnl libevent_core libfyaml jansson smartcols sqlite3 nettle
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DWIRESHARK='"$(WIRESHARK)"' -I. -Wall -Wextra -Wshadow \
	     -Wmissing-prototypes -MMD -MP $(shell pkg-config --cflags $(LIBS)) $(CPPFLAGS) $(CFLAGS)

# A program is its own files; what is common to all comes from an archive.
NODE_PROGRAMS   := chat-server chat-client peer forwarder dhcp-server dhcp-client dhcp-relay ripd \
		   route-server route-client
PROGRAMS        := vethlab vethlab-extcap $(NODE_PROGRAMS)
LAUNCHER_SRC    := $(filter-out topology/main.c %_main.c,$(wildcard topology/*.c topology/*/*.c))
vethlab_SRC     := topology/main.c $(LAUNCHER_SRC)
vethlab-extcap_SRC := topology/extcap_main.c $(LAUNCHER_SRC)
chat-server_SRC := $(addprefix nodes/chat/,chat_server_main.c room.c text.c)
chat-client_SRC := $(addprefix nodes/chat/,chat_client_main.c)
peer_SRC        := $(addprefix nodes/chat/,peer_main.c packet.c pairing.c lines.c text.c)
forwarder_SRC   := $(addprefix nodes/forwarder/,forwarder_main.c relay.c flow.c pipes.c)
dhcp-server_SRC := $(addprefix nodes/dhcp/,dhcp_server_main.c dhcpd_turn.c dhcpd_wires.c server.c server_offer.c \
		   server_request.c server_reply.c lease.c identity.c port.c heap.c config.c config_settings.c config_option.c \
		   config_check.c store.c store_text.c report.c wire.c icmp.c sniffer.c frame.c packet.c packet_encode.c option.c count.c)
dhcp-client_SRC := $(addprefix nodes/dhcp/,dhcp_client_main.c client.c client_acts.c client_message.c \
		   client_apply.c client_files.c client_script.c raw.c sniffer.c frame.c packet.c packet_encode.c option.c \
		   config_option.c)
dhcp-relay_SRC  := $(addprefix nodes/dhcp/,dhcp_relay_main.c relay.c wire.c sniffer.c frame.c packet.c packet_encode.c option.c)
ripd_SRC        := $(wildcard nodes/rip/*.c)
HUB             := $(addprefix nodes/routehub/,hubd.c udp.c packet.c feed.c whole.c)
route-server_SRC := nodes/routehub/route_server_main.c $(addprefix nodes/routehub/,server.c server_clients.c server_extended.c) $(HUB)
route-client_SRC := nodes/routehub/route_client_main.c $(addprefix nodes/routehub/,client.c client_told.c) $(HUB)
COMMON_SRC      := $(wildcard nodes/common/*.c)

vethlab_LIBS := libmnl libevent_core libfyaml jansson smartcols
vethlab_LDLIBS := -lm
vethlab-extcap_LIBS   := $(vethlab_LIBS)
vethlab-extcap_LDLIBS := -lm
NODE_LIBS    := libevent_core

route-server_LIBS := libevent_core libmnl jansson smartcols nettle
route-client_LIBS := $(route-server_LIBS)
ripd_LIBS        := libevent_core libfyaml libmnl jansson smartcols nettle
dhcp-client_LIBS := libevent_core libfyaml libmnl
dhcp-server_LIBS := libevent_core libfyaml sqlite3 jansson smartcols

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
COMMON := $(BUILD)/common.a

.PHONY: programs
programs: $(addprefix $(BIN)/,$(PROGRAMS)) ## build everything into bin/

$(BUILD)/%.o: %.c
	$(call say,CC    $<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/%.a:
	$(call say,AR    $@)
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(COMMON): $(call objects,$(COMMON_SRC))

define program_rule
$(BIN)/$(1): $(call objects,$($(1)_SRC)) $(COMMON)
	$$(call say,LINK  $$@)
	$(Q)mkdir -p $$(@D)
	$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) $$^ \
		$$(shell pkg-config --libs $(or $($(1)_LIBS),$(NODE_LIBS))) $($(1)_LDLIBS) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# ---- unit tests and fuzzers -----------------------------------------------------------------------

CORE_SRC := $(filter-out %_main.c topology/main.c,$(wildcard topology/*.c topology/*/*.c nodes/*/*.c))
CORE     := $(BUILD)/tests/core.a
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))

.PHONY: unit
unit: $(UNIT)

$(CORE): $(call objects,$(CORE_SRC))

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(CORE)
	$(call say,LINK  $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $$(pkg-config --libs $(LIBS) cmocka) -lm -o $@

FUZZERS   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_TIME ?= 60
TARGET    ?= $(FUZZERS)

.PHONY: fuzz
fuzz: ## run the fuzzers, FUZZ_TIME seconds each; TARGET=lab for one
	$(Q)scripts/setup lint
	$(Q)for t in $(TARGET); do scripts/fuzz --seconds $(FUZZ_TIME) $$t || exit 1; done

# ---- benchmark ------------------------------------------------------------------------------------

BENCH := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
BENCH_OPTIONS ?=

.PHONY: bench
bench: ## measure beside others, as root; BENCH_OPTIONS='--quick' and more: scripts/bench --help
	$(Q)scripts/setup bench
	$(Q)$(AS_OWNER) $(MAKE) --no-print-directory programs bench-programs
	$(Q)BUILD=$(BUILD) BIN=$(BIN) scripts/bench $(BENCH_OPTIONS)

.PHONY: bench-programs
bench-programs: $(BENCH)

$(BUILD)/tests/bench/fibload: $(COMMON) # what it measures
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o
	$(call say,LINK  $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $$(pkg-config --libs libmnl libevent_core) -o $@

# ---- the rest -------------------------------------------------------------------------------------

.PHONY: pictures
pictures: programs ## draw the pictures of the labs' pages anew, docs/labs/*.svg
	$(Q)for lab in topology/labs/*.yml; do \
		$(BIN)/vethlab graph -f svg -o docs/labs/$$(basename $$lab .yml).svg $$lab || exit 1; done

.PHONY: lint
lint: ## clang-format, clang-tidy, cppcheck, shellcheck, mandoc
	$(Q)scripts/setup lint
	$(Q)scripts/lint

.PHONY: install
install: programs ## install below DESTDIR and PREFIX
	$(Q)install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin lib/vethlab share/vethlab/labs \
		share/vethlab/schema share/vethlab/wireshark/profile share/man/man1 share/man/man5)
	$(Q)install -m 755 $(BIN)/vethlab $(DESTDIR)$(PREFIX)/bin/
	$(Q)install -m 755 $(addprefix $(BIN)/,$(NODE_PROGRAMS) vethlab-extcap) $(DESTDIR)$(PREFIX)/lib/vethlab/
	$(Q)install -m 644 topology/labs/*.yml $(DESTDIR)$(PREFIX)/share/vethlab/labs/
	$(Q)install -m 644 topology/schema/*.json $(DESTDIR)$(PREFIX)/share/vethlab/schema/
	$(Q)install -m 644 topology/wireshark/*.lua $(DESTDIR)$(PREFIX)/share/vethlab/wireshark/
	$(Q)install -m 644 topology/wireshark/profile/* $(DESTDIR)$(PREFIX)/share/vethlab/wireshark/profile/
	$(Q)$(if $(WIRESHARK),$(MAKE) --no-print-directory install-wireshark)
	$(Q)install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	$(Q)install -m 644 man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/

# Wireshark looks for plugins in its own folders only; WIRESHARK= leaves them out.
PROFILES := /usr/share/wireshark/profiles/vethlab

.PHONY: install-wireshark
install-wireshark:
	$(Q)install -d $(addprefix $(DESTDIR),$(WIRESHARK)/extcap $(WIRESHARK)/plugins $(PROFILES))
	$(Q)ln -sf $(PREFIX)/lib/vethlab/vethlab-extcap $(DESTDIR)$(WIRESHARK)/extcap/
	$(Q)install -m 644 topology/wireshark/*.lua $(DESTDIR)$(WIRESHARK)/plugins/
	$(Q)install -m 644 topology/wireshark/profile/* $(DESTDIR)$(PROFILES)/

.PHONY: uninstall
uninstall: ## remove what install has put there
	$(Q)rm -rf $(addprefix $(DESTDIR)$(PREFIX)/,bin/vethlab lib/vethlab share/vethlab)
	$(Q)rm -rf $(DESTDIR)$(PROFILES) $(DESTDIR)$(WIRESHARK)/extcap/vethlab-extcap \
		$(addprefix $(DESTDIR)$(WIRESHARK)/plugins/,$(notdir $(wildcard topology/wireshark/*.lua)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(wildcard man/*.1)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man5/,$(notdir $(wildcard man/*.5)))

.PHONY: clean
clean: ## remove what was built
	$(Q)rm -rf build bin

.PHONY: help
help: ## this text
	$(Q)sed -n 's/^\([a-z]*\):.*## \(.*\)/\1	\2/p' Makefile | expand -t 12

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
