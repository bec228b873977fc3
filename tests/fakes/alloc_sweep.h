/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "fakes/alloc_fault.h"

#include <criterion/criterion.h>

/* What a piece of code does when it gets no memory, whichever allocation it is: the scenario is run again and again, and the
 * first, second, third … allocation in it fails, until a run goes through in which none was left to fail; once that one alone,
 * once that one and all after it. However a run ends, it has freed what it allocated. ALLOC_SWEEP_TELL=1 in the environment
 * writes each failure on stderr. */

enum alloc_end {
	ALLOC_WELL,  /* all that was wanted is there, and is right */
	ALLOC_TOLD,  /* it is not there, and what is documented for that was said */
	ALLOC_WRONG, /* anything else */
};

/* Runs what is tested once, from nothing to nothing, the same each time. Criterion's asserts allocate: none in here. */
typedef enum alloc_end alloc_scenario(void *ctx);

/* Notes what is wrong, for the report. Returns ALLOC_WRONG. */
enum alloc_end alloc_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What err means where it is documented that ERR_MEMORY may come. */
enum alloc_end alloc_end_of(enum err err);

/* Sweeps. step: 1, or where there are thousands of allocations, so that of so many one fails. report: of cap octets; "" on success,
 * what is wrong otherwise. Returns in how many runs something failed; 0 = see report. */
unsigned alloc_sweep_run(alloc_scenario *scenario, void *ctx, unsigned step, char *report, size_t cap);

/* Sweeps within a test, which is skipped where this build's malloc can't be made to fail. */
static inline void alloc_sweep_by(const char *name, alloc_scenario *scenario, void *ctx, unsigned step)
{
	if (!alloc_fault_arm(0, 0))
		cr_skip_test("the malloc of this sanitizer cannot be made to fail");
	char report[512];
	cr_expect(alloc_sweep_run(scenario, ctx, step, report, sizeof report) > 0, "%s: %s", name, report);
}

static inline void alloc_sweep(const char *name, alloc_scenario *scenario, void *ctx)
{
	alloc_sweep_by(name, scenario, ctx, 1);
}
