/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "scenario.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAIL_OCTETS   3000
#define PROCESSES_MAX 16
#define ARGUMENTS_MAX 64
#define FILE_MAX      (256u * 1024 * 1024)

static char folder[64];
static struct process *processes[PROCESSES_MAX];
static unsigned process_count;

static void show_tail(const struct process *process)
{
	char *text = world_read(process->log);
	if (text == NULL)
		return;
	size_t len = strlen(text);
	fprintf(stderr, "--- the end of %s\n%s", process->log, len > TAIL_OCTETS ? text + len - TAIL_OCTETS : text);
	free(text);
}

static void show_all(void)
{
	for (unsigned i = 0; i < process_count; i++)
		show_tail(processes[i]);
	fprintf(stderr, "--- kept for a look: %s\n", folder);
}

void world_open(void)
{
	const char *base = getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%.40s/hongyan-e2e.XXXXXX", base != NULL && *base ? base : "/tmp");
	if (mkdtemp(folder) == NULL)
		FAIL("%s: %s", folder, strerror(errno));
	scenario_on_fail(show_all);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
	(void)stat;
	(void)kind;
	(void)where;
	return remove(path);
}

static void look_for_reports(const struct process *process)
{
	char *text = world_read(process->log);
	if (text == NULL)
		return;
	static const char *const marks[] = { "AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:" };
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (strstr(text, marks[i]) != NULL)
			FAIL("%s has left a report: %s", process->name, marks[i]);
	}
	free(text);
}

void world_close(void)
{
	for (unsigned i = 0; i < process_count; i++) {
		if (processes[i]->pid != 0)
			FAIL("%s still runs", processes[i]->name);
		look_for_reports(processes[i]);
	}
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	scenario_on_fail(NULL);
}

char *world_path(char out[static WORLD_PATH_OCTETS], const char *name)
{
	int len = snprintf(out, WORLD_PATH_OCTETS, "%s/%s", folder, name);
	EXPECT(len > 0 && len < WORLD_PATH_OCTETS);
	return out;
}

void world_write(const char *name, const char *text)
{
	char path[WORLD_PATH_OCTETS];
	FILE *file = fopen(world_path(path, name), "we");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		FAIL("%s: %s", path, strerror(errno));
}

char *world_read(const char *path)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	long len = ftell(file);
	rewind(file);
	EXPECT(len >= 0 && len < (long)FILE_MAX);
	char *text = malloc((size_t)len + 1);
	EXPECT(text != NULL);
	size_t got = fread(text, 1, (size_t)len, file);
	text[got] = '\0';
	fclose(file);
	return text;
}

/* Below the ports that the system gives by itself, which another process would be given until this one is used; those of this
 * process one after the other. */
uint16_t world_free_port(void)
{
	enum { FIRST = 12000, COUNT = 20000, STEP = 97 };
	static unsigned given;
	for (unsigned tries = 0; tries < COUNT; tries++) {
		unsigned port = FIRST + ((unsigned)getpid() * STEP + given++) % COUNT;
		struct sockaddr_in address = { .sin_family = AF_INET,
					       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
					       .sin_port = htons((uint16_t)port) };
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		EXPECT(fd >= 0);
		bool is_free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
		close(fd);
		if (is_free)
			return (uint16_t)port;
	}
	FAIL("no port of 127.0.0.1 is free");
}

/* -- processes -- */

/* Where a test is to show that programs do with fewer system calls (under_seccomp.c), they begin under a filter of them. */
static void become_under_filter(const char *const argv[])
{
	const char *words[ARGUMENTS_MAX + 3] = { getenv("E2E_UNDER"), getenv("E2E_UNDER_PROFILE") };
	bool is_ours = strcmp(argv[0], HONGYAN_PROGRAM) == 0 || strcmp(argv[0], FAKE_CARRIER_PROGRAM) == 0;
	if (words[0] == NULL || words[1] == NULL || !is_ours)
		return;
	for (unsigned i = 0; i < ARGUMENTS_MAX && argv[i] != NULL; i++)
		words[2 + i] = argv[i];
	execv(words[0], (char *const *)(uintptr_t)words);
	fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
	_exit(127);
}

static void become(const struct process *process, const char *const argv[], const int in[2], const int out[2],
		   bool talks)
{
	int log = open(process->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (log < 0 || none < 0)
		_exit(127);
	dup2(talks ? in[0] : none, STDIN_FILENO);
	dup2(talks ? out[1] : log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	become_under_filter(argv);
	/* execv takes no const; it changes nothing. */
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void note(struct process *process)
{
	for (unsigned i = 0; i < process_count; i++) {
		if (processes[i] == process)
			return;
	}
	EXPECT(process_count < PROCESSES_MAX);
	processes[process_count++] = process;
}

void process_start(struct process *process, const char *name, const char *const argv[], bool talks)
{
	int in[2] = { -1, -1 };
	int out[2] = { -1, -1 };
	char log[64];
	EXPECT(process->pid == 0);
	snprintf(process->name, sizeof process->name, "%s", name);
	snprintf(log, sizeof log, "%s.log", name);
	world_path(process->log, log);
	note(process);
	if (talks && (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0))
		FAIL("no pipe: %s", strerror(errno));
	pid_t parent = getpid();
	process->pid = fork();
	if (process->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_DFL);
		if (getppid() == parent)
			become(process, argv, in, out, talks);
		_exit(127);
	}
	EXPECT(process->pid > 0);
	process->in = in[1];
	process->out = out[0];
	if (talks) {
		close(in[0]);
		close(out[1]);
	}
}

void process_signal(const struct process *process, int number)
{
	EXPECT(process->pid > 0);
	kill(process->pid, number);
}

bool process_lives(const struct process *process)
{
	siginfo_t info = { .si_pid = 0 };
	/* It stays to be waited for. */
	return process->pid != 0 &&
	       (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0);
}

int process_wait(struct process *process, unsigned seconds)
{
	int status = 0;
	AWAIT(seconds, !process_lives(process));
	if (process->pid == 0)
		FAIL("%s does not run", process->name);
	EXPECT(waitpid(process->pid, &status, 0) == process->pid);
	process->pid = 0;
	if (process->in >= 0)
		close(process->in);
	if (process->out >= 0)
		close(process->out);
	process->in = process->out = -1;
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

void process_kill(struct process *process)
{
	process_signal(process, SIGKILL);
	process_wait(process, 10);
}
