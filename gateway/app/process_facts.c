/* SPDX-License-Identifier: Apache-2.0 */
#include "app/process_facts.h"

#include "base/clock.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define STAT_OCTETS 1024

/* Reads a small file of /proc as a text. False where it can't be read. */
static bool read_text(const char *path, char out[static STAT_OCTETS])
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	size_t len = fread(out, 1, STAT_OCTETS - 1, file);
	fclose(file);
	out[len] = '\0';
	return len > 0;
}

static void fill_memory(struct metrics *block)
{
	char text[STAT_OCTETS];
	int64_t pages, resident;
	int64_t page = sysconf(_SC_PAGESIZE);
	if (!read_text("/proc/self/statm", text) || sscanf(text, "%" SCNd64 " %" SCNd64, &pages, &resident) != 2)
		return;
	metrics_set(block, METRIC_PROCESS_VIRTUAL, pages * page);
	metrics_set(block, METRIC_PROCESS_MEMORY, resident * page);
}

static int64_t clock_us(clockid_t clock)
{
	struct timespec at;
	clock_gettime(clock, &at);
	return (int64_t)at.tv_sec * US_PER_S + at.tv_nsec / 1000;
}

/* The 22nd field: clock ticks since the system's start. The name in parentheses may have blanks in it. */
static void fill_start(struct metrics *block)
{
	char text[STAT_OCTETS];
	int64_t ticks;
	if (metrics_value(block, METRIC_PROCESS_START, 0, 0) != 0 || !read_text("/proc/self/stat", text))
		return; /* it does not change, but for what a clock that is set makes of it */
	const char *at = strrchr(text, ')');
	for (unsigned field = 2; at != NULL && field < 22; field++) {
		at = strchr(at, ' ');
		at = at != NULL ? at + 1 : NULL;
	}
	if (at == NULL || sscanf(at, "%" SCNd64, &ticks) != 1)
		return;
	int64_t since_boot = ticks * US_PER_S / sysconf(_SC_CLK_TCK);
	metrics_set(block, METRIC_PROCESS_START, clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME) + since_boot);
}

static void fill_fds(struct metrics *block)
{
	DIR *folder = opendir("/proc/self/fd");
	struct rlimit limit;
	if (folder != NULL) {
		int64_t count = -1; /* the folder's own */
		for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
			count += entry->d_name[0] != '.';
		closedir(folder);
		metrics_set(block, METRIC_PROCESS_FDS, count);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		metrics_set(block, METRIC_PROCESS_FDS_MAX, (int64_t)limit.rlim_cur);
}

static uint64_t us_of(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * US_PER_S + (uint64_t)time->tv_usec;
}

void process_facts_fill(struct metrics *block)
{
	struct rusage usage;
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		metrics_count(block, METRIC_PROCESS_CPU, 0, us_of(&usage.ru_utime) + us_of(&usage.ru_stime));
	fill_memory(block);
	fill_start(block);
	fill_fds(block);
}
