/* SPDX-License-Identifier: MIT */
#include "topology/capture/plugins.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nodes/common/compiler.h"
#include "nodes/common/log.h"
#include "nodes/common/mem.h"
#include "topology/launch.h"

const char *const plugins[] = { "chat.lua", "peer.lua", "routehub.lua" };
const size_t plugin_count = ARRAY_SIZE(plugins);

static const char *const profile_files[] = { "preferences", "colorfilters" };

#define EXTCAP "vethlab-extcap"

/* ---- places ---------------------------------------------------------------------------------- */

static const char *home(void)
{
	const char *dir = getenv("HOME");
	const struct passwd *user = dir && *dir ? NULL : getpwuid(getuid());

	return dir && *dir ? dir : user ? user->pw_dir : "/";
}

/* config_folder() - Wireshark's, of this user; to be freed */
static char *config_folder(void)
{
	const char *own = getenv("WIRESHARK_CONFIG_DIR"), *config = getenv("XDG_CONFIG_HOME");

	if (own && *own)
		return xstrdup(own);
	if (config && *config)
		return xasprintf("%s/wireshark", config);
	return xasprintf("%s/.config/wireshark", home());
}

static char *library_folder(void)
{
	return xasprintf("%s/.local/lib/wireshark", home());
}

/* share_folder() - ours: of an installed copy, or of the sources that bin/ was built from; to be
 * freed */
static char *share_folder(void)
{
	char *installed = xasprintf("%s/../share/vethlab/wireshark", own_folder());

	if (access(installed, X_OK) == 0)
		return installed;
	free(installed);
	return xasprintf("%s/../topology/wireshark", own_folder());
}

static bool is_there(const char *folder, const char *name)
{
	auto_free char *path = xasprintf("%s/%s", folder, name);

	return access(path, R_OK) == 0;
}

bool plugin_is_installed(const char *name)
{
	auto_free char *library = library_folder(), *config = config_folder();
	auto_free char *user = xasprintf("%s/plugins", library);
	auto_free char *old = xasprintf("%s/plugins", config);

	return is_there(user, name) || is_there(old, name) || is_there(WIRESHARK "/plugins", name);
}

char *plugin_to_load(const char *name)
{
	auto_free char *share = share_folder();

	if (plugin_is_installed(name) || !is_there(share, name))
		return NULL;
	return xasprintf("%s/%s", share, name);
}

bool profile_is_installed(void)
{
	auto_free char *config = config_folder();

	return is_there(config, "profiles/" PROFILE "/preferences") ||
	       is_there("/usr/share/wireshark/profiles/" PROFILE, "preferences");
}

/* ---- into the user's folders ----------------------------------------------------------------- */

/* make_folders() - this one, and those above it */
static bool make_folders(const char *path)
{
	auto_free char *part = xstrdup(path);

	for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST) {
			log_errno("cannot make the folder %s", part);
			return false;
		}
		if (!slash)
			return true;
		*slash = '/';
	}
}

/* read_all() - a megabyte of it at most, to be freed; NULL with errno */
static char *read_all(const char *path, size_t *len)
{
	auto_fclose FILE *f = fopen(path, "re");
	char *text = xcalloc(1, 1 << 20);

	if (!f) {
		free(text);
		return NULL;
	}
	*len = fread(text, 1, (1 << 20) - 1, f);
	return text;
}

/* write_all() - the file anew; false: it was said why not */
static bool write_all(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "we");
	bool good = f && fwrite(text, 1, len, f) == len;

	if (f && fclose(f) == EOF)
		good = false;
	if (!good)
		log_errno("cannot write %s", path);
	return good;
}

/* copy() - the file; one that a person has changed stays as it is */
static bool copy(const char *from_folder, const char *to_folder, const char *name, bool keep)
{
	auto_free char *from = xasprintf("%s/%s", from_folder, name);
	auto_free char *to = xasprintf("%s/%s", to_folder, name), *text = NULL, *there = NULL;
	size_t len = 0, there_len = 0;

	text = read_all(from, &len);
	if (!text) {
		log_errno("cannot read %s", from);
		return false;
	}
	there = read_all(to, &there_len);
	if (there && keep && (there_len != len || memcmp(there, text, len) != 0)) {
		printf("%s: kept as it is\n", to);
		return true;
	}
	if (!make_folders(to_folder) || !write_all(to, text, len))
		return false;
	printf("%s\n", to);
	return true;
}

/* extcap_program() - an absolute path, to be freed; NULL with errno */
static char *extcap_program(void)
{
	auto_free char *path = xasprintf("%s/" EXTCAP, own_programs());

	return realpath(path, NULL);
}

/* link_extcap() - in place of what has that name there; false: it was said why not */
static bool link_extcap(const char *folder)
{
	auto_free char *program = extcap_program(), *to = xasprintf("%s/" EXTCAP, folder);

	if (!program) {
		log_errno("cannot find vethlab-extcap");
		return false;
	}
	if (!make_folders(folder))
		return false;
	unlink(to);
	if (symlink(program, to) < 0) {
		log_errno("cannot write %s", to);
		return false;
	}
	printf("%s -> %s\n", to, program);
	return true;
}

/* The folders that installing and removing know. */
struct folders {
	char *share, *profile_share, *plugins, *profile, *extcap, *extcap_42;
};

static struct folders folders_of_user(void)
{
	auto_free char *config = config_folder(), *library = library_folder();
	struct folders f = { .share = share_folder() };

	f.profile_share = xasprintf("%s/profile", f.share);
	f.plugins = xasprintf("%s/plugins", library);
	f.profile = xasprintf("%s/profiles/" PROFILE, config);
	f.extcap = xasprintf("%s/extcap", config);
	f.extcap_42 = xasprintf("%s/extcap", library);
	return f;
}

static void folders_free(struct folders *f)
{
	free(f->share);
	free(f->profile_share);
	free(f->plugins);
	free(f->profile);
	free(f->extcap);
	free(f->extcap_42);
}

bool plugins_install(void)
{
	struct folders f = folders_of_user();
	bool good = link_extcap(f.extcap) && link_extcap(f.extcap_42);

	for (size_t i = 0; i < plugin_count && good; i++)
		good = copy(f.share, f.plugins, plugins[i], false);
	for (size_t i = 0; i < ARRAY_SIZE(profile_files) && good; i++)
		good = copy(f.profile_share, f.profile, profile_files[i], true);
	folders_free(&f);
	return good;
}

/* take_away() - true too where there was nothing; false: it was said why not */
static bool take_away(const char *folder, const char *name)
{
	auto_free char *path = xasprintf("%s/%s", folder, name);

	if (unlink(path) == 0) {
		printf("%s: removed\n", path);
		return true;
	}
	if (errno == ENOENT)
		return true;
	log_errno("cannot remove %s", path);
	return false;
}

bool plugins_remove(void)
{
	struct folders f = folders_of_user();
	bool good = take_away(f.extcap, EXTCAP) & take_away(f.extcap_42, EXTCAP);

	for (size_t i = 0; i < plugin_count; i++)
		good &= take_away(f.plugins, plugins[i]);
	for (size_t i = 0; i < ARRAY_SIZE(profile_files); i++)
		good &= take_away(f.profile, profile_files[i]);
	rmdir(f.profile);
	folders_free(&f);
	return good;
}
