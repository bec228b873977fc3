/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"

#include "fakes/alloc_fault.h"

#include <stdlib.h>
#include <string.h>

/* Two pieces; what is wrong with how they are made is planted. */
enum plant { PLANT_NONE, PLANT_LEAK, PLANT_LEAK_LATE, PLANT_WRONG_ERROR, PLANT_SWALLOWED, PLANT_ALWAYS, PLANT_NOTHING };

static void *leaked[16]; /* by the plants; freed in the end */
static unsigned leaked_count;

static enum alloc_end makes_two(void *ctx)
{
	enum plant plant = *(const enum plant *)ctx;
	if (plant == PLANT_ALWAYS)
		return ALLOC_TOLD;
	if (plant == PLANT_NOTHING)
		return ALLOC_WELL;
	char *first = malloc(16);
	if (first == NULL)
		return plant == PLANT_SWALLOWED ? alloc_wrong("nobody said so") : ALLOC_TOLD;
	char *second = realloc(NULL, 16);
	if (plant == PLANT_LEAK || (plant == PLANT_LEAK_LATE && second == NULL))
		leaked[leaked_count++] = first;
	else if (second == NULL)
		free(first);
	if (second == NULL)
		return plant == PLANT_WRONG_ERROR ? alloc_end_of(ERR_FULL) : ALLOC_TOLD;
	char *grown = realloc(second, 4096);
	free(grown != NULL ? grown : second);
	if (plant != PLANT_LEAK)
		free(first);
	return grown != NULL ? ALLOC_WELL : ALLOC_TOLD;
}

Test(alloc_sweep, finds_what_is_wrong)
{
	if (!alloc_fault_arm(0, 0))
		cr_skip_test("the malloc of this sanitizer cannot be made to fail");
	static const struct {
		const char *name;
		enum plant plant;
		const char *want; /* in the report; "" = nothing is wrong */
	} rows[] = {
		{ "nothing", PLANT_NONE, "" },
		{ "a leak that is always there", PLANT_LEAK,
		  "no allocation failed: 1 are not freed, the last of them number 1" },
		{ "a leak on the way back", PLANT_LEAK_LATE,
		  "allocation 2 failed: 1 are not freed, the last of them number 1" },
		{ "another error", PLANT_WRONG_ERROR, "allocation 2 failed: “full” instead of “memory”" },
		{ "no error", PLANT_SWALLOWED, "allocation 1 failed: nobody said so" },
		{ "an error that is always there", PLANT_ALWAYS, "it does not end well by itself" },
		{ "a scenario without allocations", PLANT_NOTHING, "nothing was allocated" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char report[256];
		enum plant plant = rows[i].plant;
		unsigned runs = alloc_sweep_run(makes_two, &plant, 1, report, sizeof report);
		cr_expect_eq(runs, rows[i].want[0] ? 0 : 6, "%s: %u", rows[i].name, runs);
		cr_expect(strstr(report, rows[i].want) != NULL, "%s: %s", rows[i].name, report);
		while (leaked_count > 0)
			free(leaked[--leaked_count]);
	}
}

Test(alloc_sweep, keeps_a_record_of_what_is_live)
{
	enum { PIECES = 20000 };
	static void *pieces[PIECES];
	if (!alloc_fault_arm(0, 0))
		cr_skip_test("the malloc of this sanitizer is not replaced");
	alloc_fault_watch(true);
	uint64_t before = alloc_fault_live();
	for (unsigned i = 0; i < PIECES; i++)
		pieces[i] = malloc(1 + i % 100);
	uint64_t all = alloc_fault_live();
	for (unsigned i = 0; i < PIECES; i += 2)
		free(pieces[i]);
	uint64_t half = alloc_fault_live();
	for (unsigned i = 1; i < PIECES; i += 2)
		pieces[i] = realloc(pieces[i], 200);
	uint64_t grown = alloc_fault_live();
	alloc_fault_watch(false);
	for (unsigned i = 1; i < PIECES; i += 2)
		free(pieces[i]);
	cr_expect_eq(all - before, PIECES);
	cr_expect_eq(half - before, PIECES / 2);
	cr_expect_eq(grown - before, PIECES / 2);
	cr_expect_eq(alloc_fault_live(), before, "who frees need not be watched");
}
