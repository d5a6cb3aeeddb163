# SPDX-License-Identifier: MIT
# vethlab. `make help` lists the targets; CC, CFLAGS, PREFIX and DESTDIR are yours to set.

VERSION := 0.1
PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
BUILD   ?= build
BIN     ?= bin
LAB     ?= topology/labs/campus.yml

ifneq ($(V),1)
Q := @
endif

LIBS      := libmnl libevent_core libfyaml jansson smartcols
PKG_FLAGS  = $(shell pkg-config --cflags $(LIBS))
ALL_FLAGS  = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -Wall -Wextra -Wshadow \
	     -Wmissing-prototypes -MMD -MP $(PKG_FLAGS) $(CFLAGS)

# A program is its main, its protocol's files, and what is common to all.
PROGRAMS := vethlab chat-server chat-client peer forwarder

vethlab_SRC     := $(wildcard topology/*.c)
chat-server_SRC := $(addprefix nodes/chat/,chat_server_main.c room.c text.c)
chat-client_SRC := nodes/chat/chat_client_main.c nodes/chat/lines.c
peer_SRC        := $(addprefix nodes/chat/,peer_main.c packet.c pairing.c lines.c text.c)
forwarder_SRC   := $(addprefix nodes/forwarder/,forwarder_main.c relay.c flow.c pipes.c)

COMMON_SRC := $(wildcard nodes/common/*.c)
COMMON     := $(BUILD)/common.a

vethlab_LIBS   := libmnl libevent_core libfyaml jansson smartcols
NODE_LIBS      := libevent_core

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
libs    = $(shell pkg-config --libs $(1))

.PHONY: all
all: $(addprefix $(BIN)/,$(PROGRAMS)) ## build everything into bin/

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@$(if $(Q),echo "  CC    $<")
	$(Q)$(CC) $(ALL_FLAGS) -c $< -o $@

$(COMMON): $(call objects,$(COMMON_SRC))
	@$(if $(Q),echo "  AR    $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

define program_rule
$(BIN)/$(1): $(call objects,$($(1)_SRC)) $(COMMON)
	@mkdir -p $$(@D)
	@$$(if $$(Q),echo "  LINK  $$@")
	$$(Q)$$(CC) $$(CFLAGS) $$(LDFLAGS) $$^ $$(call libs,$(or $($(1)_LIBS),$(NODE_LIBS))) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
