/* SPDX-License-Identifier: MIT */
/*
 * What Wireshark and tshark find of ours in their folders, and how it gets there: dissectors in
 * Lua, a profile, and the extcap program that puts running labs into the list of interfaces.
 *
 *   SHARE/wireshark/chat.lua ...   --> ~/.local/lib/wireshark/plugins
 *   SHARE/wireshark/profile        --> ~/.config/wireshark/profiles/vethlab
 *   vethlab-extcap                 --> ~/.config/wireshark/extcap (4.0) and
 *                                      ~/.local/lib/wireshark/extcap (4.2)
 */
#ifndef VETHLAB_PLUGINS_H
#define VETHLAB_PLUGINS_H

#include <stdbool.h>
#include <stddef.h>

#define PROFILE "vethlab"

extern const char *const plugins[]; /* names of Lua files */
extern const size_t plugin_count;

/* plugin_to_load() - our own file, to be freed; NULL: Wireshark loads it by itself, and a second
 * time would be an error; or there is none */
char *plugin_to_load(const char *name);

bool plugin_is_installed(const char *name); /* where Wireshark looks */
bool profile_is_installed(void);

/* plugins_install() - into the user's own folders, and says what went where; false: it was said
 * what did not. plugins_remove() takes away what it has put there. */
bool plugins_install(void);
bool plugins_remove(void);

#endif
