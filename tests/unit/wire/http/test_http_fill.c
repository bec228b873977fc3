/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_fill.h"

#include "http_bench.h"

Test(http_fill, national_numbers)
{
	static const struct {
		const char *country;
		struct msisdn to;
		const char *want;
	} rows[] = {
		{ NULL, { "8613900000001", 13 }, "13900000001" },
		{ "CN", { "85261234567", 11 }, "85261234567" },
		{ "CN", { "861234", 6 }, "861234" },
		{ "US", { "15558675310", 11 }, "5558675310" },
		{ "US", { "8613900000001", 13 }, "8613900000001" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_settings settings = { .url = "https://h/", .country = rows[i].country };
		struct http_account *account = bench_account(&settings);
		struct slice got = http_national(account, &rows[i].to);
		cr_expect(slice_is(got, rows[i].want), "%s: %.*s", rows[i].to.digits, SLICE_ARG(got));
		http_account_destroy(account);
	}
}

Test(http_fill, a_line_with_an_empty_placeholder_is_left_out)
{
	static const char *const lines[] = { "a=x{callback}y", "b={callback?1}",    "c={callback?1:0}",
					     "d={from}",       "e={params.object}", "f={to}" };
	struct http_settings settings = { .url = "https://h/",
					  .form = { lines, 6 },
					  .templates = { (const char *const[]){ "t = 1" }, 1 } };
	struct http_account *account = bench_account(&settings);
	struct msisdn to = { "1", 1 };
	struct http_message message = { .to = &to, .id = SLICE("a"), .template_name = SLICE("t") };
	const struct http_message *messages[] = { &message };
	struct bench_request got;
	cr_assert_eq(bench_write(account, messages, 1, 1, &got), ERR_OK);
	bench_equal("empty", "body", got.body, "c=0&e=%7B%7D&f=1");
	message.callback = SLICE("u");
	message.source = SLICE("s");
	cr_assert_eq(bench_write(account, messages, 1, 1, &got), ERR_OK);
	bench_equal("full", "body", got.body, "a=xuy&b=1&c=1&d=s&e=%7B%7D&f=1");
	http_account_destroy(account);
}
