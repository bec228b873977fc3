/* SPDX-License-Identifier: Apache-2.0 */

/* Runs a command under the filter of system calls that containers have: reads its profile (docker/seccomp.json), makes a filter of it as
 * runtimes of containers do, and becomes the command.
 *
 *   under_seccomp PROFILE COMMAND…          becomes the command
 *   under_seccomp --programs PROFILE E2E…   becomes a test, whose gateways and carriers run under it (tests/e2e/world.c)
 *   under_seccomp --probe PROFILE           calls what a container has no business with: all of it must be refused
 *
 * Ends with 77 where this kernel takes no filter. */

#include <errno.h>
#include <jansson.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIPPED   77
#define RULES_MAX 4000     /* instructions; the kernel takes 4096 */
#define MARK      ENOTUNIQ /* an error that nothing else gives: where it comes back, the filter has said no */

#if defined(__x86_64__)
#define ARCH      AUDIT_ARCH_X86_64
#define ARCH_NAME "SCMP_ARCH_X86_64"
#elif defined(__aarch64__)
#define ARCH      AUDIT_ARCH_AARCH64
#define ARCH_NAME "SCMP_ARCH_AARCH64"
#endif

/* The profile's names with their numbers, so far as this system's headers know them: made by CMake of the profile. */
static const struct call {
	const char *name;
	long number;
} calls[] = {
#include "seccomp_calls.def"
};

/* What a container has no business with. */
static const struct probe {
	const char *name;
	long number;
	long arguments[3];
} probes[] = {
	{ "ptrace", SYS_ptrace, { 0x4206, -1, 0 } },
	{ "mount", SYS_mount, { 0, 0, 0 } },
	{ "umount2", SYS_umount2, { 0, 0, 0 } },
	{ "pivot_root", SYS_pivot_root, { 0, 0, 0 } },
	{ "chroot", SYS_chroot, { 0, 0, 0 } },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER, 0, 0 } },
	{ "setns", SYS_setns, { -1, 0, 0 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 1, 0, 0 } },
	{ "io_uring_enter", SYS_io_uring_enter, { -1, 0, 0 } },
	{ "keyctl", SYS_keyctl, { 0, -1, 0 } },
	{ "add_key", SYS_add_key, { 0, 0, 0 } },
	{ "request_key", SYS_request_key, { 0, 0, 0 } },
	{ "bpf", SYS_bpf, { 0, 0, 0 } },
	{ "perf_event_open", SYS_perf_event_open, { 0, 0, 0 } },
	{ "userfaultfd", SYS_userfaultfd, { -1, 0, 0 } },
	{ "process_vm_readv", SYS_process_vm_readv, { -1, 0, 0 } },
	{ "process_vm_writev", SYS_process_vm_writev, { -1, 0, 0 } },
	{ "pidfd_getfd", SYS_pidfd_getfd, { -1, -1, 0 } },
	{ "init_module", SYS_init_module, { 0, 0, 0 } },
	{ "kexec_load", SYS_kexec_load, { 0, 0, 0 } },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1, 0, 0 } },
	{ "memfd_create", SYS_memfd_create, { 0, 0, 0 } },
	{ "execveat", SYS_execveat, { -1, 0, 0 } },
	{ "personality", SYS_personality, { -1, 0, 0 } },
	{ "seccomp", SYS_seccomp, { -1, 0, 0 } },
	{ "socket of packets", SYS_socket, { AF_PACKET, SOCK_RAW, 0 } },
	{ "socket to the hypervisor", SYS_socket, { AF_VSOCK, SOCK_STREAM, 0 } },
	{ "socket to the kernel's ciphers", SYS_socket, { AF_ALG, SOCK_SEQPACKET, 0 } },
	{ "clone into a namespace", SYS_clone, { CLONE_NEWUSER | SIGCHLD, 0, 0 } },
	{ "clone into a network", SYS_clone, { CLONE_NEWNET | SIGCHLD, 0, 0 } },
};

static struct sock_filter rules[RULES_MAX];
static unsigned short rule_count;

static _Noreturn void fail(const char *what, const char *of)
{
	fprintf(stderr, "under_seccomp: %s%s%s\n", what, of[0] != '\0' ? ": " : "", of);
	exit(1);
}

static long number_of(const char *name)
{
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	}
	for (size_t i = 0; i < sizeof probes / sizeof probes[0];
	     i++) { /* of another profile than the one it was built for */
		if (strcmp(probes[i].name, name) == 0)
			return probes[i].number;
	}
	return -1;
}

/* -- the filter -- */

static void put(uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false)
{
	if (rule_count == RULES_MAX)
		fail("the profile is too long", "");
	rules[rule_count++] = (struct sock_filter)BPF_JUMP(code, value, if_true, if_false);
}

static void load(size_t offset)
{
	put(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static uint32_t action_of(const json_t *rule, const char *key, const char *errno_key)
{
	const char *action = json_string_value(json_object_get(rule, key));
	json_int_t number = json_integer_value(json_object_get(rule, errno_key));
	if (action != NULL && strcmp(action, "SCMP_ACT_ALLOW") == 0)
		return SECCOMP_RET_ALLOW;
	if (action == NULL || strcmp(action, "SCMP_ACT_ERRNO") != 0 || number <= 0)
		fail("an action is none that is known here", key);
	return SECCOMP_RET_ERRNO | (uint32_t)number;
}

/* One half of an argument, least significant first; where it differs, goes on behind the rule's last instruction. */
static void put_half(unsigned index, unsigned half, uint64_t mask, uint64_t value, uint8_t behind)
{
	size_t at = offsetof(struct seccomp_data, args) + index * sizeof(uint64_t) + half * sizeof(uint32_t);
	load(at);
	put(BPF_ALU | BPF_AND | BPF_K, (uint32_t)(mask >> 32 * half), 0, 0);
	put(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value >> 32 * half), 0, behind);
}

/* call: at the accumulator is its number, and must be again behind. */
static void put_call(long number, const json_t *args, uint32_t action)
{
	if (json_array_size(args) == 0) {
		put(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
		put(BPF_RET | BPF_K, action, 0, 0);
		return;
	}
	const json_t *arg = json_array_get(args, 0);
	const char *op = json_string_value(json_object_get(arg, "op"));
	uint64_t value = (uint64_t)json_integer_value(json_object_get(arg, "value"));
	uint64_t second = (uint64_t)json_integer_value(json_object_get(arg, "valueTwo"));
	unsigned index = (unsigned)json_integer_value(json_object_get(arg, "index"));
	bool is_masked = op != NULL && strcmp(op, "SCMP_CMP_MASKED_EQ") == 0;
	if (json_array_size(args) != 1 || op == NULL || index > 5 || (!is_masked && strcmp(op, "SCMP_CMP_EQ") != 0))
		fail("a comparison is none that is known here", op != NULL ? op : "");
	put(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 8);
	put_half(index, 0, is_masked ? value : UINT64_MAX, is_masked ? second : value, 4);
	put_half(index, 1, is_masked ? value : UINT64_MAX, is_masked ? second : value, 1);
	put(BPF_RET | BPF_K, action, 0, 0);
	load(offsetof(struct seccomp_data, nr));
}

static bool is_among(const json_t *list, const char *text)
{
	size_t i;
	json_t *one;
	json_array_foreach(list, i,
			   one) if (json_is_string(one) && strcmp(json_string_value(one), text) == 0) return true;
	return false;
}

/* refusal: what stands in the profile's default's place; 0 = that itself. */
static void make(const json_t *profile, uint32_t refusal)
{
	size_t i, k;
	json_t *rule, *name;
	rule_count = 0;
	if (!is_among(json_object_get(profile, "architectures"), ARCH_NAME))
		fail("the profile is not for this machine", ARCH_NAME);
	load(offsetof(struct seccomp_data, arch));
	put(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	put(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	load(offsetof(struct seccomp_data, nr));
	json_array_foreach(json_object_get(profile, "syscalls"), i, rule)
	{
		json_array_foreach(json_object_get(rule, "names"), k, name)
		{
			long number = number_of(json_string_value(name));
			if (number >= 0) /* of another machine, or of a later system: runtimes leave it out as well */
				put_call(number, json_object_get(rule, "args"), action_of(rule, "action", "errnoRet"));
		}
	}
	put(BPF_RET | BPF_K, refusal ? refusal : action_of(profile, "defaultAction", "defaultErrnoRet"), 0, 0);
}

/* False where this kernel takes none. */
static bool install(void)
{
	const struct sock_fprog program = { .len = rule_count, .filter = rules };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return true;
	fprintf(stderr, "under_seccomp: skipped: this kernel takes no filter: %s\n", strerror(errno));
	return false;
}

/* -- what is refused -- */

static void *nothing(void *ctx)
{
	return ctx;
}

/* wanted: the error that refused calls end with. Returns how many ended otherwise. */
static int call_all(int wanted)
{
	int wrong = 0;
	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
		const struct probe *probe = &probes[i];
		errno = 0;
		long result =
			syscall(probe->number, probe->arguments[0], probe->arguments[1], probe->arguments[2], 0, 0, 0);
		if (result == 0 && probe->number == SYS_clone)
			_exit(0); /* the child that must not be */
		if (result == -1 && errno == wanted)
			continue;
		printf("%s is not refused: %ld, %s\n", probe->name, result, strerror(errno));
		wrong++;
	}
	pthread_t thread;
	if (pthread_create(&thread, NULL, nothing, NULL) != 0 || pthread_join(thread, NULL) != 0) {
		printf("there are no threads\n");
		wrong++;
	}
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		printf("there are no sockets: %s\n", strerror(errno));
		wrong++;
	}
	close(fd);
	fflush(stdout);
	return wrong;
}

static int probe_once(const json_t *profile, uint32_t refusal, int wanted)
{
	int status = 0;
	make(profile, refusal);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		_exit(!install() ? SKIPPED : call_all(wanted) == 0 ? 0 : 1);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		fail("a probe did not end well", "");
	return WEXITSTATUS(status);
}

/* First with an error that comes from nowhere else, so that it is sure who refuses; then as it is. */
static int probe(const json_t *profile)
{
	int result = probe_once(profile, SECCOMP_RET_ERRNO | MARK, MARK);
	if (result == 0)
		result = probe_once(profile, 0, EPERM);
	if (result == 0)
		printf("%zu calls are refused\n", sizeof probes / sizeof probes[0]);
	return result;
}

/* -- all of it -- */

static json_t *read_profile(const char *path)
{
	json_error_t error;
	json_t *profile = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (profile == NULL)
		fail(path, error.text);
	return profile;
}

/* Becomes a test that runs its programs under the filter, where that can be had. */
static int become_test(const char *self, const char *path, char *const argv[])
{
	int status = 0;
	pid_t child = fork();
	if (child == 0)
		_exit(install() ? 0 : SKIPPED);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		fail("no filter can be tried", "");
	if (WEXITSTATUS(status) != 0)
		return WEXITSTATUS(status);
	setenv("E2E_UNDER", self, 1);
	setenv("E2E_UNDER_PROFILE", path, 1);
	execv(argv[0], argv);
	fail(argv[0], strerror(errno));
}

int main(int argc, char *argv[])
{
	bool is_probe = argc == 3 && strcmp(argv[1], "--probe") == 0;
	bool is_test = argc >= 4 && strcmp(argv[1], "--programs") == 0;
	if (argc < 3 || (argv[1][0] == '-' && !is_probe && !is_test))
		fail("usage: under_seccomp [--probe | --programs] PROFILE [COMMAND…]", "");
	const char *path = argv[is_probe || is_test ? 2 : 1];
	json_t *profile = read_profile(path);
	if (is_probe)
		return probe(profile);
	make(profile, 0);
	if (is_test)
		return become_test(argv[0], path, argv + 3);
	if (!install())
		return SKIPPED;
	execv(argv[2], argv + 2);
	fail(argv[2], strerror(errno));
}
