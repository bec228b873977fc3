/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/reconnect.h"

#include <criterion/criterion.h>

static const struct reconnect_options options = { .min_us = 1000, .max_us = 8000, .refused_max_us = 64000 };

Test(reconnect, waits)
{
	static const struct {
		const char *name;
		unsigned first_rejected; /* the try from which on each is refused as wrong, from 1; 0 = none */
		mono_us want_most[10];
	} rows[] = {
		{ "nobody is there", 0, { 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000 } },
		{ "refused as wrong", 1, { 1000, 2000, 4000, 8000, 16000, 32000, 64000, 64000, 64000, 64000 } },
		{ "after some time", 5, { 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 16000, 32000 } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct rng rng;
		mono_us longest[10] = { 0 };
		rng_seed(&rng, i);
		for (unsigned round = 0; round < 500; round++) {
			struct reconnect reconnect = { 0 };
			for (unsigned try = 0; try < 10; try++) {
				unsigned first = rows[i].first_rejected;
				if (first > 0 && try + 1 >= first)
					reconnect_rejected(&reconnect);
				bool is_refused = first > 0 && try + 1 >= first + 4;
				cr_assert_eq(reconnect_is_refused(&reconnect), is_refused, "%s, try %u", rows[i].name,
					     try + 1);
				mono_us wait = reconnect_wait(&reconnect, &options, &rng);
				mono_us most = rows[i].want_most[try];
				cr_assert(wait >= most / 10 && wait <= most, "%s, try %u: %lld us", rows[i].name,
					  try + 1, (long long)wait);
				longest[try] = wait > longest[try] ? wait : longest[try];
			}
			reconnect_bound(&reconnect);
			cr_assert_not(reconnect_is_refused(&reconnect));
			cr_assert_leq(reconnect_wait(&reconnect, &options, &rng), options.min_us, "%s", rows[i].name);
		}
		for (unsigned try = 0; try < 10; try++)
			cr_assert_geq(longest[try], rows[i].want_most[try] * 9 / 10, "%s, try %u", rows[i].name,
				      try + 1);
	}
}
