/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/child_process.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 10000

void child_process_init(struct child_process *child)
{
	*child = (struct child_process){ .pid = -1, .to = -1, .from = -1 };
	snprintf(child->dir, sizeof child->dir, "/tmp/hongyan-contract-XXXXXX");
	cr_assert_not_null(mkdtemp(child->dir));
}

static void become(const struct child_process *child, const char *const *argv, int in, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int log = open("/dev/null", O_WRONLY);
	if (chdir(child->dir) != 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

void child_process_start(struct child_process *child, const char *const *argv)
{
	int in[2];
	int out[2];
	cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
	child->pid = fork();
	cr_assert_geq(child->pid, 0);
	if (child->pid == 0)
		become(child, argv, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	child->to = in[1];
	child->from = out[0];
}

void child_process_write(struct child_process *child, const char *line)
{
	char text[256];
	int len = snprintf(text, sizeof text, "%s\n", line);
	cr_assert_eq(write(child->to, text, (size_t)len), len, "%s", strerror(errno));
}

void child_process_read(struct child_process *child, char *out, size_t cap)
{
	const char *end;
	while ((end = memchr(child->line, '\n', child->line_len)) == NULL) {
		struct pollfd waiting = { .fd = child->from, .events = POLLIN };
		cr_assert_eq(poll(&waiting, 1, WAIT_MS), 1, "the program says nothing");
		ssize_t got = read(child->from, child->line + child->line_len, sizeof child->line - child->line_len);
		cr_assert_gt(got, 0, "the program has ended");
		child->line_len += (size_t)got;
	}
	size_t len = (size_t)(end - child->line);
	snprintf(out, cap, "%.*s", (int)len, child->line);
	child->line_len -= len + 1;
	memmove(child->line, end + 1, child->line_len);
}

void child_process_file(struct child_process *child, const char *name, char *out, size_t cap)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", child->dir, name);
	for (int tries = 0; tries < WAIT_MS; tries++) {
		FILE *file = fopen(path, "r");
		size_t len = file != NULL ? fread(out, 1, cap - 1, file) : 0;
		if (file != NULL)
			fclose(file);
		out[len] = '\0';
		if (len > 0)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	cr_assert_fail("the program does not write %s", path);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void end(struct child_process *child)
{
	if (child->pid > 0) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
	}
	close(child->to);
	close(child->from);
}

void child_process_again(struct child_process *child, const char *const *argv)
{
	end(child);
	child_process_start(child, argv);
}

void child_process_end(struct child_process *child)
{
	end(child);
	nftw(child->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
