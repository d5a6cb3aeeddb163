/* SPDX-License-Identifier: MIT */
/*
 * What a capture reads of a lab: init's answer, which is JSON, and the files of the journal and of
 * a node's log. Whatever is in them, what comes out is blocks of pcapng, each of its own length, in
 * which names and lines stand as they were.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzzer.h"
#include "nodes/common/compiler.h"
#include "nodes/common/mem.h"
#include "topology/capture/filter.h"
#include "topology/capture/report.h"
#include "topology/capture/told.h"
#include "topology/journal.h"

#define HALF_LEN (256 << 10)

/* ---- what comes out -------------------------------------------------------------------------- */

static uint32_t u32_at(const char *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* check_blocks() - of how many there are, the first is of this type, or 0 */
static size_t check_blocks(const struct bytes *b, uint32_t first)
{
	size_t count = 0;

	for (size_t at = 0; at < b->len; count++) {
		uint32_t len;

		require(b->len - at >= 12);
		require(count || u32_at(b->data) == first);
		len = u32_at(b->data + at + 4);
		require(len >= 12 && len % 4 == 0 && len <= b->len - at);
		require(u32_at(b->data + at + len - 4) == len);
		at += len;
	}
	return count;
}

/* ---- init's answer --------------------------------------------------------------------------- */

/* check_socket() - each index that it listens at leads to an interface of the capture, and a filter
 * can be made */
static void check_socket(const struct listing *l, const struct listed_socket *s)
{
	static const struct filter none;
	auto_free uint32_t *indices = xcalloc(s->index_count + 1, sizeof(*indices));
	struct sock_fprog p;

	require(s->label && s->fd == -1);
	require((s->first_iface >= 0) == (s->index_count > 0));
	require(s->first_iface < (int)l->iface_count);
	for (size_t i = 0; i < s->index_count; i++) {
		const struct tap *tap = listing_tap(s, s->indices[i]);

		require(tap && (size_t)tap->iface < l->iface_count);
		indices[i] = s->indices[i];
	}
	for (uint32_t i = 0; i < s->tap_count; i++)
		require(s->taps[i].iface < (int)l->iface_count);
	require(!listing_tap(s, s->tap_count) && !listing_tap(s, UINT32_MAX));
	p = filter_for(&none, indices, s->index_count);
	require(p.len > 0 && BPF_CLASS(p.filter[p.len - 1].code) == BPF_RET);
	free(p.filter);
}

static void check_listing(const struct listing *l)
{
	struct bytes head = { 0 };
	struct report r;

	require(l->lab != NULL);
	for (size_t i = 0; i < l->socket_count; i++)
		check_socket(l, &l->sockets[i]);
	for (size_t i = 0; i < l->iface_count; i++)
		require(l->ifaces[i].name && l->ifaces[i].to);
	for (size_t i = 0; i < l->name_count; i++)
		require(l->names[i].name != NULL);
	report_new(&r, l, NULL, 0);
	report_begin(&r, &head);
	require(check_blocks(&head, 0x0a0d0d0a) == 1 + l->iface_count + l->name_count);
	report_free(&r);
	bytes_free(&head);
}

/* fuzz_listing() - `more` descriptors than the answer has sockets */
static void fuzz_listing(const uint8_t *data, size_t size, size_t more)
{
	json_t *answer = json_loadb((const char *)data, size, JSON_DISABLE_EOF_CHECK, NULL);
	size_t count = json_array_size(json_object_get(answer, "sockets")) + more;
	int *fds = xcalloc(count + 1, sizeof(*fds));
	struct listing l;

	for (size_t i = 0; i < count; i++)
		fds[i] = -1;
	if (listing_read(&l, answer, fds, count)) {
		require(!more && l.socket_count == count);
		check_listing(&l);
	}
	listing_free(&l);
	json_decref(answer);
}

/* ---- journal and log ------------------------------------------------------------------------- */

/* take_field() - of an entry in systemd's Journal Export Format: NAME=VALUE, or NAME, a length, and
 * the value; both are followed by the end of a line. Its value, or NULL: the entry is over. */
static const char *take_field(const char **at, const char *end, const char *name, size_t *len)
{
	size_t name_len = strlen(name);
	const char *value;

	require((size_t)(end - *at) > name_len && memcmp(*at, name, name_len) == 0);
	value = *at + name_len + 1;
	if ((*at)[name_len] == '=') {
		const char *line_end = memchr(value, '\n', (size_t)(end - value));

		require(line_end != NULL);
		*len = (size_t)(line_end - value);
	} else {
		uint64_t its;

		require((*at)[name_len] == '\n' && end - value >= 8);
		memcpy(&its, value, sizeof(its));
		value += sizeof(its);
		require(its < (size_t)(end - value));
		*len = its;
	}
	require(value[*len] == '\n');
	*at = value + *len + 1;
	return value;
}

static void expect_field(const char **at, const char *end, const char *name, const char *text)
{
	size_t len;
	const char *value = take_field(at, end, name, &len);

	require(len == strlen(text) && memcmp(value, text, len) == 0);
}

/* on_telling() - what was told is one entry of the journal, with all its fields, in one block */
static void on_telling(void *arg, const struct telling *t)
{
	size_t *count = arg, len;
	struct bytes entry = { 0 }, block = { 0 };
	auto_free char *message = xasprintf("%s: %s", t->node, t->text);
	const char *at, *why;
	struct prefix p;

	require(t->node && t->who && t->text);
	told_entry(&entry, t, t->ns);
	at = entry.data;
	take_field(&at, entry.data + entry.len, "__REALTIME_TIMESTAMP", &len);
	expect_field(&at, entry.data + entry.len, "_HOSTNAME", t->node);
	expect_field(&at, entry.data + entry.len, "SYSLOG_IDENTIFIER", t->who);
	take_field(&at, entry.data + entry.len, "PRIORITY", &len);
	if (t->kind)
		expect_field(&at, entry.data + entry.len, "VETHLAB_EVENT", t->kind);
	take_field(&at, entry.data + entry.len, "_SOURCE_REALTIME_TIMESTAMP", &len);
	expect_field(&at, entry.data + entry.len, "MESSAGE", message);
	require(at == entry.data + entry.len);
	pcapng_journal(&block, entry.data, entry.len);
	require(check_blocks(&block, 9) == 1);
	if (t->address && prefix_parse(&p, t->address, &why)) {
		pcapng_name(&block, &p.addr, t->name);
		require(check_blocks(&block, 9) == 2);
	}
	bytes_free(&entry);
	bytes_free(&block);
	(*count)++;
}

static char the_path[] = "/tmp/fuzz_capture.XXXXXX";

static void remove_folder(void)
{
	static const char *const names[] = { JOURNAL_FILE, JOURNAL_FILE ".1", "logs/a", "logs/a.1",
					     "logs" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		auto_free char *path = xasprintf("%s/%s", the_path, names[i]);

		if (unlink(path) < 0)
			rmdir(path);
	}
	rmdir(the_path);
}

/* the_folder() - of a lab's state, made once */
static const char *the_folder(void)
{
	static bool made;

	if (!made) {
		auto_free char *logs = NULL;

		require(mkdtemp(the_path) != NULL);
		logs = xasprintf("%s/logs", the_path);
		require(mkdir(logs, 0700) == 0);
		atexit(remove_folder);
		made = true;
	}
	return the_path;
}

/* grow() - a file, as init makes it grow: its older half becomes NAME.1 when it is full. What was
 * there before is over: its last line has an end. */
static void grow(const char *name, const uint8_t *data, size_t size)
{
	auto_free char *path = xasprintf("%s/%s", the_folder(), name);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct stat st;

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	require(fstat(fd, &st) == 0);
	if (st.st_size > HALF_LEN) {
		auto_free char *older = xasprintf("%s.1", path);

		require(rename(path, older) == 0);
	}
}

/* fuzz_told() - the first part is the journal, the rest a log, which comes in two halves */
static void fuzz_told(const uint8_t *data, size_t size, size_t part)
{
	static const uint8_t end[] = "\n";
	static struct told *t; /* a new one waits for the kernel */
	size_t journal = size * part / 16, log = size - journal, count = 0;

	if (!t)
		t = told_new(the_folder(), "lab", 1, 0);
	grow(JOURNAL_FILE, data, journal);
	grow(JOURNAL_FILE, end, 1);
	grow("logs/a", data + journal, log / 2);
	told_read(t, on_telling, &count);
	grow("logs/a", data + journal + log / 2, log - log / 2);
	grow("logs/a", end, 1);
	told_read(t, on_telling, &count);
	require(count <= size + 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (!size)
		return 0;
	copy = copy_of(data + 1, size - 1);
	/* '0' and '1' are an answer, 'a' to 'p' a folder */
	if (data[0] & 0x40)
		fuzz_told(copy, size - 1, (size_t)(data[0] - 1) & 0xf);
	else
		fuzz_listing(copy, size - 1, data[0] & 1);
	free(copy);
	return 0;
}
