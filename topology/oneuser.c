/* SPDX-License-Identifier: MIT */
/*
 * Without root and without subuid(5), a lab has one user. Programs that drop privileges, as tcpdump
 * and dnsmasq do, would ask for a user who is not there, get EINVAL, and end. Since all the rights
 * that they have are those of the user who started the lab, nothing is lost if a seccomp(2) filter
 * answers setuid() and its kin with success, and does nothing.
 */
#include "topology/oneuser.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "nodes/common/compiler.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH 0 /* no such machine: the filter lets everything through */
#endif

/* has_one_user() - setgroups(2) is denied where the kernel let an ordinary user map himself
 * alone */
static int has_one_user(void)
{
	auto_fclose FILE *f = fopen("/proc/self/setgroups", "re");
	char word[8] = "";

	return f && fgets(word, sizeof(word), f) && strncmp(word, "deny", 4) == 0;
}

#define PRETEND(call)                                      \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0)

void pretend_to_drop(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		PRETEND(SYS_setgroups),
		PRETEND(SYS_setuid),
		PRETEND(SYS_setgid),
		PRETEND(SYS_setreuid),
		PRETEND(SYS_setregid),
		PRETEND(SYS_setresuid),
		PRETEND(SYS_setresgid),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	if (has_one_user())
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
		      &program); /* without it: EINVAL as ever */
}
