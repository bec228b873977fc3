/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_retry_after.h"

#include "http_bench.h"

Test(http_retry_after, seconds_and_dates)
{
	const wall_ms now = 1770969600000; /* Fri, 13 Feb 2026 08:00:00 GMT */
	static const struct {
		const char *text;
		int64_t want_ms;
	} rows[] = {
		{ "0", 0 },
		{ "1", 1000 },
		{ "120", 120000 },
		{ "901", 900000 },
		{ "4294967295", 900000 },
		{ "99999999999999999999", 900000 },
		{ "00000000000000000001", 1000 },
		{ "1 s", 0 },
		{ "-1", 0 },
		{ "1.5", 0 },
		{ " 1", 0 },
		{ "", 0 },
		{ "Fri, 13 Feb 2026 08:00:01 GMT", 1000 },
		{ "Fri, 13 Feb 2026 08:59:59 GMT", 900000 },
		{ "Fri, 13 Feb 2026 07:59:59 GMT", 0 },
		{ "Thu, 31 Dec 2099 23:59:60 GMT", 900000 },
		{ "Fri, 30 Feb 2026 08:00:01 GMT", 0 },
		{ "Fri, 13 Foo 2026 08:00:01 GMT", 0 },
		{ "Fri, 13 Feb 2026 24:00:01 GMT", 0 },
		{ "Fri, 13 Feb 2026 08:00:01 UTC", 0 },
		{ "Fri, 13 Feb 2026 08:00:01 GMT+1", 0 },
		{ "Friday, 13-Feb-26 08:00:01 GMT", 1000 },
		{ "Friday, 13-Feb-26 07:59:59 GMT", 0 },
		{ "Thursday, 31-Dec-76 08:00:00 GMT", 900000 },
		{ "Thursday, 31-Dec-77 08:00:00 GMT", 0 },
		{ "Friday, 13-Feb-2026 08:00:01 GMT", 0 },
		{ "Fri Feb 13 08:00:02 2026", 2000 },
		{ "Sun Mar  1 08:00:02 2026", 900000 },
		{ "Sun Mar 0x 08:00:02 2026", 0 },
		{ "Fri Feb 13 08:00:02 2026 GMT", 0 },
		{ "Fri Feb 13 08:00:61 2026", 0 },
		{ ", 13 Feb 2026 08:00:01 GMT", 0 },
		{ "Fri, 1_ Feb 2026 08:00:01 GMT", 0 },
		{ "Fri, -1 Feb 2026 08:00:01 GMT", 0 },
		{ "Fri", 0 },
		{ "tomorrow", 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t got = http_retry_after_ms(slice_of(rows[i].text), now, 900000);
		cr_expect(got == rows[i].want_ms, "“%s”: %lld", rows[i].text, (long long)got);
	}
}
