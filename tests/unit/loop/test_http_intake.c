/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/http_intake.h"

#include "loop/http_client.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(http_intake, keeps_the_last_answer_s_retry_after)
{
	static const struct {
		const char *lines[4];
		const char *want;
	} rows[] = {
		{ { "HTTP/1.1 200 OK\r\n", "Retry-After: 7\r\n" }, "7" },
		{ { "HTTP/2 429 \r\n", "retry-after:\t 12 \r\n" }, "12" },
		{ { "HTTP/1.1 103 Early\r\n", "Retry-After: 9\r\n", "HTTP/1.1 200 OK\r\n" }, "" },
		{ { "HTTP/1.1 200 OK\r\n", "Retry-After-Not: 9\r\n" }, "" },
		{ { "HTTP/1.1 200 OK\r\n", "Retry-After:\r\n" }, "" },
		{ { "Retry-After: 01234567890123456789012345678901234567890123456789012345678901234\r\n" }, "" },
	};
	struct http_intake intake = { .max = 10 };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		http_intake_begin(&intake);
		for (unsigned k = 0; k < 4 && rows[i].lines[k] != NULL; k++)
			cr_assert(http_intake_header(&intake, rows[i].lines[k], strlen(rows[i].lines[k])));
		cr_expect(intake.retry_after_len == strlen(rows[i].want) &&
				  memcmp(intake.retry_after, rows[i].want, intake.retry_after_len) == 0,
			  "row %zu: “%.*s”", i, (int)intake.retry_after_len, intake.retry_after);
	}
	http_intake_fini(&intake);
}

Test(http_intake, takes_no_more_than_it_may)
{
	struct http_intake intake = { .max = 10000 };
	char *octets = malloc(10001);
	memset(octets, 'b', 10001);
	http_intake_begin(&intake);
	cr_expect(http_intake_body(&intake, octets, 0));
	cr_expect(http_intake_body(&intake, octets, 4000));
	cr_expect(http_intake_body(&intake, octets, 6000));
	cr_expect_eq(intake.len, 10000);
	cr_expect_arr_eq(intake.body, octets, 10000);
	cr_expect_not(http_intake_body(&intake, octets, 1));
	cr_expect(intake.is_cut);
	http_intake_begin(&intake);
	cr_expect_not(intake.is_cut);
	cr_expect_not(http_intake_body(&intake, octets, 10001));
	http_intake_begin(&intake);
	for (unsigned i = 0; i < HTTP_CLIENT_HEADER_OCTETS_MAX / 8192; i++)
		cr_assert(http_intake_header(&intake, octets, 8192));
	cr_expect_not(http_intake_header(&intake, octets, 1));
	cr_expect(intake.is_too_much);
	http_intake_fini(&intake);
	free(octets);
}
