/* SPDX-License-Identifier: Apache-2.0 */

/* Daily budgets of tenants in the configuration. */

#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ACCOUNT "accounts: [{ name: a, address: \"h:1\", system_id: x }]\n"
#define LONG    "0123456789012345678901234567890123456789012345678901234567890123"
#define MUST \
	" must be a tenant's name (up to 64 octets) and a whole number from 1 to 1000000000, such as north: 50000\n"
#define AT "hongyan.yaml:2:30: tenants.segments_per_day"

Test(config_tenants, refuses)
{
	static const struct {
		const char *name;
		const char *budgets;
		const char *want;
	} rows[] = {
		{ "none", "{ north: 0 }", AT ": “north=0”" MUST },
		{ "no number", "{ north: many }", AT ": “north=many”" MUST },
		{ "too many", "{ north: 1000000001 }", AT ": “north=1000000001”" MUST },
		{ "no name", "[ \"=5\" ]", AT ": “=5”" MUST },
		{ "no budget", "[ north ]", AT ": “north”" MUST },
		{ "too long a name", "{ " LONG "x: 5 }", AT ": “" LONG "x=5”" MUST },
		{ "twice", "[ north=5, north=6 ]", AT " names the tenant “north” twice\n" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[512];
		snprintf(text, sizeof text, ACCOUNT "tenants: { segments_per_day: %s }\n", rows[i].budgets);
		struct config *config = scratch_load(folder, text, NULL, errors);
		cr_expect_null(config, "%s", rows[i].name);
		cr_expect_str_eq(errors, rows[i].want, "%s: %s", rows[i].name, errors);
		config_destroy(config);
	}
	char text[4096] = ACCOUNT "tenants: { segments_per_day: { t0: 1";
	for (unsigned i = 1; i <= 64; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), ", t%u: 1", i);
	snprintf(text + strlen(text), sizeof text - strlen(text), " } }\n");
	cr_expect_null(scratch_load(folder, text, NULL, errors));
	cr_expect_str_eq(errors, AT " has 65 tenants; 64 at most may have a budget\n", "%s", errors);
	scratch_remove(folder);
}

Test(config_tenants, takes)
{
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	struct config *config =
		scratch_load(folder, ACCOUNT "tenants: { segments_per_day: { 北区: 50000, a=b: 1 } }\n", NULL, errors);
	cr_assert_not_null(config, "%s", errors);
	cr_assert_eq(config->tenants.budget_count, 2);
	cr_expect_str_eq(config->tenants.budgets[0].name, "北区");
	cr_expect_eq(config->tenants.budgets[0].segments_per_day, 50000);
	cr_expect_str_eq(config->tenants.budgets[1].name, "a=b");
	config_destroy(config);
	config = scratch_load(folder, ACCOUNT, NULL, errors);
	cr_assert_not_null(config, "%s", errors);
	cr_assert_eq(config->tenants.budget_count, 0);
	config_destroy(config);
	scratch_remove(folder);
}
