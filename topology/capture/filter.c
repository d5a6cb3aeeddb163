/* SPDX-License-Identifier: MIT */
/*
 * libpcap is loaded when somebody has a filter: with it come a dozen of libraries, which would
 * double the time that every other verb takes to start.
 */
#include "topology/capture/filter.h"

#include <assert.h>
#include <dlfcn.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "nodes/common/mem.h"

#define LIBRARY	    "libpcap.so.0.8"
#define WHOLE_FRAME 262144
#define RANGES_MAX  64

static_assert(sizeof(struct sock_filter) == sizeof(struct bpf_insn),
	      "the kernel's instructions are libpcap's");

/* What is used of the library. */
struct pcap_calls {
	pcap_t *(*open_dead)(int linktype, int snaplen);
	int (*compile)(pcap_t *p, struct bpf_program *to, const char *text, int optimize,
		       bpf_u_int32 netmask);
	char *(*geterr)(pcap_t *p);
	void (*freecode)(struct bpf_program *program);
	void (*close)(pcap_t *p);
};

/* load() - false: see dlerror(3). The library stays until the program ends. */
static bool load(struct pcap_calls *calls)
{
	void *library = dlopen(LIBRARY, RTLD_NOW);

	if (!library)
		return false;
	*(void **)&calls->open_dead = dlsym(library, "pcap_open_dead");
	*(void **)&calls->compile = dlsym(library, "pcap_compile");
	*(void **)&calls->geterr = dlsym(library, "pcap_geterr");
	*(void **)&calls->freecode = dlsym(library, "pcap_freecode");
	*(void **)&calls->close = dlsym(library, "pcap_close");
	return calls->open_dead && calls->compile && calls->geterr && calls->freecode &&
	       calls->close;
}

/* has_word() - as a word of its own, not a part of a longer name */
static bool has_word(const char *text, const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || !strchr(letters, at[-1])) &&
		    (!at[len] || !strchr(letters, at[len])))
			return true;
	return false;
}

bool filter_compile(struct filter *f, const char *text, char **why)
{
	struct bpf_program program;
	struct pcap_calls calls;
	pcap_t *p;
	bool good;

	*f = (struct filter){ .unable = true };
	if (!load(&calls)) {
		*why = xasprintf("filters need libpcap (%s): %s", LIBRARY, dlerror());
		return false;
	}
	if (has_word(text, "vlan")) {
		*why = xasprintf("filter '%s': a capture cannot filter by VLAN tags, which the "
				 "kernel keeps elsewhere; look for them in what was captured",
				 text);
		return false;
	}
	f->unable = false;
	p = calls.open_dead(DLT_EN10MB, WHOLE_FRAME);
	good = calls.compile(p, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (good) {
		f->count = program.bf_len;
		f->code = xcalloc(f->count, sizeof(*f->code));
		memcpy(f->code, program.bf_insns, f->count * sizeof(*f->code));
		calls.freecode(&program);
	} else {
		*why = xasprintf("filter '%s': %s", text, calls.geterr(p));
	}
	calls.close(p);
	return good;
}

void filter_free(struct filter *f)
{
	free(f->code);
	*f = (struct filter){ 0 };
}

/* ---- interfaces ------------------------------------------------------------------------------ */

struct range {
	uint32_t first, last;
};

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* ranges_of() - the ports of a LAN are one range; so many that they cannot all be told apart here
 * are taken as one from the first to the last */
static size_t ranges_of(uint32_t *indices, size_t count, struct range ranges[RANGES_MAX])
{
	size_t ranges_count = 0;

	qsort(indices, count, sizeof(*indices), by_number);
	for (size_t i = 0; i < count; i++) {
		struct range *last = ranges_count ? &ranges[ranges_count - 1] : NULL;

		if (last && indices[i] <= last->last + 1)
			last->last = indices[i];
		else if (ranges_count < RANGES_MAX)
			ranges[ranges_count++] = (struct range){ indices[i], indices[i] };
		else {
			ranges[0].last = indices[count - 1];
			return 1;
		}
	}
	return ranges_count;
}

/* filter_for() - load the index; for each range two jumps, the second of which leaves when it is in
 * there; none was it: drop; behind that the filter itself, whose jumps are relative */
struct sock_fprog filter_for(const struct filter *f, uint32_t *indices, size_t count)
{
	static const struct sock_filter keep = BPF_STMT(BPF_RET | BPF_K, WHOLE_FRAME);
	struct range ranges[RANGES_MAX];
	size_t n = ranges_of(indices, count, ranges), own = f->code ? f->count : 1, at = 0;
	struct sock_filter *code = xcalloc(2 * n + 2 + own, sizeof(*code));

	code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX));
	for (size_t i = 0; i < n; i++) {
		size_t rest =
			2 * (n - i - 1) + 1; /* instructions between the second and the filter */

		code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
							  ranges[i].first, 0, 1);
		code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, ranges[i].last,
							  0, (uint8_t)rest);
	}
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	memcpy(&code[at], f->code ? f->code : &keep, own * sizeof(*code));
	return (struct sock_fprog){ (unsigned short)(at + own), code };
}
