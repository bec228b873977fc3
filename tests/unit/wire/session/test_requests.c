/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/requests.h"

#include "base/rng.h"

#include <criterion/criterion.h>

Test(requests, kinds_do_not_share_places)
{
	struct requests requests;
	cr_assert(requests_init(&requests, 2, 1, 1, 100));
	struct request *bind = requests_open(&requests, REQUEST_BIND);
	struct request *keepalive = requests_open(&requests, REQUEST_KEEPALIVE);
	struct request *unbind = requests_open(&requests, REQUEST_UNBIND);
	struct request *first = requests_open(&requests, REQUEST_SUBMIT);
	struct request *second = requests_open(&requests, REQUEST_SUBMIT);
	cr_assert_eq(requests.outstanding_count, 2);
	cr_assert_eq(requests_oldest(&requests), first);
	requests_overdue(&requests, first);
	cr_assert_eq(requests_oldest(&requests), second);
	struct request *third = requests_open(&requests, REQUEST_SUBMIT);
	struct request *const all[] = { bind, keepalive, unbind, first, second, third };
	for (uint32_t i = 0; i < 6; i++) {
		cr_assert_eq(all[i]->number, i + 1);
		cr_assert_eq(requests_find(&requests, i + 1), all[i]);
	}
	cr_assert_null(requests_find(&requests, 0));
	cr_assert_null(requests_find(&requests, 7));
	cr_assert_null(requests_oldest_query(&requests));
	struct request *query = requests_open(&requests, REQUEST_QUERY);
	cr_assert_eq(requests_find(&requests, 7), query);
	cr_assert_eq(requests_oldest_query(&requests), query);
	cr_assert(requests.query_count == 1 && requests.outstanding_count == 2);
	requests_close(&requests, query);
	cr_assert_null(requests_oldest_query(&requests));
	cr_assert_eq(requests.query_count, 0);
	requests_overdue(&requests, second);
	cr_assert_null(requests_find(&requests, 4), "the oldest late one is forgotten");
	cr_assert_eq(requests_find(&requests, 5), second);
	cr_assert_eq(second->kind, REQUEST_LATE);
	requests_clear(&requests);
	cr_assert_null(requests_oldest(&requests));
	cr_assert_eq(requests_number(&requests), 1);
	requests_fini(&requests);
}

/* Against a plain array of what is known, for small and large number spaces. */
Test(requests, random_walk)
{
	static const struct {
		const char *name;
		unsigned window;
		unsigned late_max;
		uint32_t number_max;
	} rows[] = {
		{ "tight numbers", 5, 3, 12 },
		{ "no late ones", 4, 0, 9 },
		{ "number_max below the cells", 20, 20, 100 },
		{ "number_max above the cells", 20, 20, 1000 },
		{ "wide", 100, 300, 50000 },
	};
	static struct request *known[50001];
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		struct requests requests;
		struct rng rng;
		rng_seed(&rng, row);
		memset(known, 0, sizeof known);
		cr_assert(requests_init(&requests, rows[row].window, rows[row].late_max, 0, rows[row].number_max));
		uint32_t number_max = rows[row].number_max;
		for (unsigned step = 0; step < 200000; step++) {
			uint32_t any = 1 + (uint32_t)rng_below(&rng, number_max);
			struct request *found = requests_find(&requests, any);
			cr_assert_eq(found, known[any], "%s, step %u, number %u", rows[row].name, step, any);
			unsigned act = (unsigned)rng_below(&rng, 10);
			if (act < 6 && requests.outstanding_count < rows[row].window) {
				struct request *request = requests_open(&requests, REQUEST_SUBMIT);
				cr_assert(request->number >= 1 && request->number <= number_max);
				cr_assert_null(known[request->number], "%s, step %u: number %u given twice",
					       rows[row].name, step, request->number);
				known[request->number] = request;
			} else if (act < 8 && requests.outstanding_count > 0) {
				if (requests.late_count == rows[row].late_max && requests.late_count) {
					struct request *last = LIST_ITEM(requests.late.next, struct request, link);
					known[last->number] = NULL;
				}
				struct request *oldest = requests_oldest(&requests);
				if (rows[row].late_max == 0)
					known[oldest->number] = NULL;
				requests_overdue(&requests, oldest);
			} else if (found) {
				requests_close(&requests, found);
				known[any] = NULL;
			}
			cr_assert_leq(requests.late_count, rows[row].late_max);
		}
		requests_fini(&requests);
	}
}
