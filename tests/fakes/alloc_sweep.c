/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RUNS_MAX 20000

static char wrong[256];

enum alloc_end alloc_wrong(const char *format, ...)
{
	bool was_watched = alloc_fault_watch(false);
	va_list args;
	va_start(args, format);
	vsnprintf(wrong, sizeof wrong, format, args);
	va_end(args);
	alloc_fault_watch(was_watched);
	return ALLOC_WRONG;
}

enum alloc_end alloc_end_of(enum err err)
{
	if (err == ERR_OK)
		return ALLOC_WELL;
	return err == ERR_MEMORY ? ALLOC_TOLD : alloc_wrong("“%s” instead of “memory”", err_name(err));
}

struct sweep {
	alloc_scenario *scenario;
	void *ctx;
	bool tells;
	char *report;
	size_t cap;
};

struct run {
	uint64_t nth;    /* the allocation that fails; 0 = none */
	uint64_t repeat; /* so do so many after it */
	uint64_t count;  /* allocations */
};

/* One run. False, with the report, where it did not end as promised. left: how many allocations were not freed. */
static bool run_once(const struct sweep *sweep, struct run *run, const char *where, int64_t *left, uint64_t *latest)
{
	wrong[0] = '\0';
	if (sweep->tells)
		fprintf(stderr, "%s:\n", where);
	uint64_t live = alloc_fault_live();
	uint64_t before = alloc_fault_count();
	alloc_fault_arm(run->nth, run->repeat);
	alloc_fault_watch(true);
	enum alloc_end end = sweep->scenario(sweep->ctx);
	alloc_fault_watch(false);
	alloc_fault_arm(0, 0);
	run->count = alloc_fault_count() - before;
	/* A thread of a library's may be a little later. */
	for (unsigned i = 0; i < 50 && alloc_fault_live() != live; i++)
		usleep(1000);
	*left = (int64_t)(alloc_fault_live() - live);
	*latest = alloc_fault_latest() - before;
	if (end == ALLOC_WRONG)
		snprintf(sweep->report, sweep->cap, "%s: %s", where,
			 wrong[0] ? wrong : "it ended otherwise than documented");
	else if (end == ALLOC_TOLD && (run->nth == 0 || run->nth > run->count))
		snprintf(sweep->report, sweep->cap, "%s: an error was told", where);
	return sweep->report[0] == '\0';
}

/* What libraries and libc make at their first use, or at their first error, and keep, they make once: what is left again is a leak. */
static bool run_clean(const struct sweep *sweep, struct run *run)
{
	char where[80] = "no allocation failed";
	int64_t left;
	uint64_t latest;
	if (run->nth > 0)
		snprintf(where, sizeof where, "allocation %" PRIu64 "%s failed", run->nth,
			 run->repeat ? " and all after it" : "");
	for (unsigned i = 0; i < 2; i++) {
		if (!run_once(sweep, run, where, &left, &latest))
			return false;
		if (left == 0)
			return true;
	}
	snprintf(sweep->report, sweep->cap, "%s: %" PRId64 " are not freed, the last of them number %" PRIu64, where,
		 left, latest);
	return false;
}

unsigned alloc_sweep_run(alloc_scenario *scenario, void *ctx, unsigned step, char *report, size_t cap)
{
	struct sweep sweep = { .scenario = scenario, .ctx = ctx, .report = report, .cap = cap };
	report[0] = '\0';
	mallopt(M_PERTURB, 0x5A); /* what is read before it is written, or after it was freed, is no zeros */
	alloc_fault_watch(false);
	wrong[0] = '\0';
	if (scenario(ctx) != ALLOC_WELL) {
		snprintf(report, cap, "it does not end well by itself: %s", wrong);
		return 0;
	}
	sweep.tells = getenv("ALLOC_SWEEP_TELL") != NULL;
	struct run calm = { .nth = 0 };
	if (!run_clean(&sweep, &calm))
		return 0;
	if (calm.count == 0) {
		snprintf(report, cap, "nothing was allocated");
		return 0;
	}
	if (sweep.tells)
		alloc_fault_tell();
	unsigned runs = 0;
	for (unsigned both = 0; both < 2; both++) {
		struct run run = { .nth = 1, .repeat = both ? UINT64_MAX : 0 };
		for (;; run.nth += step) {
			if (!run_clean(&sweep, &run))
				return 0;
			if (run.nth > run.count || ++runs == RUNS_MAX)
				break;
		}
	}
	if (runs == RUNS_MAX)
		snprintf(report, cap, "there is no end to what is allocated");
	return runs < RUNS_MAX ? runs : 0;
}
