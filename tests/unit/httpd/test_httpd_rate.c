/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_rate.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned take(struct httpd_rate *rate, const char *key, unsigned times, mono_us now)
{
	unsigned taken = 0;
	for (unsigned i = 0; i < times; i++)
		taken += httpd_rate_take(rate, slice_of(key), now);
	return taken;
}

Test(httpd_rate, each_has_a_burst_and_then_so_many_a_second)
{
	struct httpd_rate *rate = malloc(sizeof *rate);
	cr_assert_not_null(rate);
	httpd_rate_init(rate, 10, 20, 4711);
	cr_expect_eq(take(rate, "192.0.2.1", 50, 1), 20);
	cr_expect_eq(take(rate, "192.0.2.2", 50, 1), 20, "others have their own");
	cr_expect_eq(take(rate, "192.0.2.1", 50, 1 + US_PER_S / 2), 5);
	cr_expect_eq(take(rate, "192.0.2.1", 50, 1 + 100 * US_PER_S), 20);
	httpd_rate_init(rate, 0, 1, 4711);
	cr_expect_eq(take(rate, "192.0.2.1", 50, 1), 50);
	free(rate);
}

Test(httpd_rate, more_keys_than_places_are_bounded_too)
{
	struct httpd_rate *rate = malloc(sizeof *rate);
	cr_assert_not_null(rate);
	httpd_rate_init(rate, 1, 2, 1);
	unsigned taken = 0;
	for (unsigned i = 0; i < 4 * HTTPD_RATE_PLACES; i++) {
		char key[16];
		snprintf(key, sizeof key, "k%u", i);
		taken += take(rate, key, 1, 1);
	}
	cr_expect_leq(taken, 2 * HTTPD_RATE_PLACES);
	cr_expect_eq(take(rate, "another", 1, 1 + 2 * US_PER_S), 1, "who is gone makes room");
	free(rate);
}
