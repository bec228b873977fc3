/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BREATH_NS 2000000

static void (*tell_more)(void);

double scenario_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void scenario_breathe(void)
{
	struct timespec breath = { .tv_nsec = BREATH_NS };
	nanosleep(&breath, NULL);
}

void scenario_on_fail(void (*on_fail)(void))
{
	tell_more = on_fail;
}

_Noreturn void scenario_fail(const char *file, int line, const char *format, ...)
{
	va_list args;
	const char *base = strrchr(file, '/');
	fprintf(stderr, "%s:%d: ", base ? base + 1 : file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	void (*tell)(void) = tell_more;
	tell_more = NULL; /* it may fail itself */
	if (tell != NULL)
		tell();
	fflush(NULL);
	/* Not exit: memory that a failed scenario did not free is no finding. */
	_exit(1);
}

static pid_t start(const struct scenario *scenario)
{
	fflush(NULL);
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_IGN);
	scenario->run();
	exit(0);
}

/* True where it succeeded. */
static bool await_end(pid_t pid, const struct scenario *scenario)
{
	double until = scenario_clock() + scenario->seconds;
	int status;
	pid_t ended;
	while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && scenario_clock() < until)
		scenario_breathe();
	if (ended == pid) {
		if (WIFSIGNALED(status))
			fprintf(stderr, "%s: ended by signal %d\n", scenario->name, WTERMSIG(status));
		return WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	fprintf(stderr, "%s: not over after %u seconds\n", scenario->name, scenario->seconds);
	kill(pid, SIGTERM); /* the default ends it; its children end with it */
	waitpid(pid, &status, 0);
	return false;
}

static bool run(const struct scenario *scenario)
{
	double begin = scenario_clock();
	pid_t pid = start(scenario);
	bool is_good = pid > 0 && await_end(pid, scenario);
	printf("%-7s %-40s %6.2f s\n", is_good ? "ok" : "FAILED", scenario->name, scenario_clock() - begin);
	fflush(stdout);
	return is_good;
}

static bool is_wanted(const struct scenario *scenario, int argc, char *argv[])
{
	const char *long_too = getenv("HONGYAN_E2E_LONG");
	if (argc < 2)
		return !scenario->is_long || (long_too != NULL && strcmp(long_too, "1") == 0);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], scenario->name) == 0)
			return true;
	}
	return false;
}

int scenario_main(int argc, char *argv[], const struct scenario *scenarios, size_t count)
{
	unsigned ran = 0;
	unsigned failed = 0;
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < count; i++)
			printf("%s%s\n", scenarios[i].name, scenarios[i].is_long ? " (long)" : "");
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_wanted(&scenarios[i], argc, argv))
			continue;
		ran++;
		failed += !run(&scenarios[i]);
	}
	if (ran == 0)
		fprintf(stderr, "no such scenario; --list names them\n");
	printf("%u scenarios, %u failed\n", ran, failed);
	return ran > 0 && failed == 0 ? 0 : 1;
}
