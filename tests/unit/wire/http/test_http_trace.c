/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_trace.h"

#include "http_bench.h"

#include <stdio.h>

#define TRACE_A "4bf92f3577b34da6a3ce929d0e0e4736"
#define TRACE_B "0af7651916cd43dd8448eb211c80319c"
#define NONCE   "3156853299f313e2"

/* What a request says of traces: the trace and its flags stay, the parent is ours, and there is one only. */
Test(http_trace, of_a_request)
{
	static const struct {
		const char *name;
		const char *traces[3]; /* of its messages */
		const char *want;
	} rows[] = {
		{ "none", { "" }, "" },
		{ "one", { "00-" TRACE_A "-00f067aa0ba902b7-01" }, "00-" TRACE_A "-" NONCE "-01" },
		{ "not sampled", { "00-" TRACE_A "-00f067aa0ba902b7-00" }, "00-" TRACE_A "-" NONCE "-00" },
		{ "a later version", { "01-" TRACE_A "-00f067aa0ba902b7-01-more" }, "00-" TRACE_A "-" NONCE "-01" },
		{ "two of one trace",
		  { "00-" TRACE_A "-00f067aa0ba902b7-01", "00-" TRACE_A "-b7ad6b7169203331-01" },
		  "00-" TRACE_A "-" NONCE "-01" },
		{ "of two traces", { "00-" TRACE_A "-00f067aa0ba902b7-01", "00-" TRACE_B "-00f067aa0ba902b7-01" }, "" },
		{ "one with, one without", { "00-" TRACE_A "-00f067aa0ba902b7-01", "" }, "" },
		{ "one without, one with", { "", "00-" TRACE_A "-00f067aa0ba902b7-01" }, "" },
	};
	struct msisdn to = { "1", 1 };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_message all[3] = { 0 };
		const struct http_message *messages[3];
		unsigned count = 0;
		for (; count < 3 && rows[i].traces[count] != NULL; count++) {
			all[count] = (struct http_message){ .to = &to,
							    .id = SLICE("a"),
							    .traceparent = slice_of(rows[i].traces[count]) };
			messages[count] = &all[count];
		}
		struct http_settings settings = { .preset = "json-batch", .url = "https://h/", .token = "t" };
		struct http_account *account = bench_account(&settings);
		struct bench_request got;
		char want[160];
		cr_assert_eq(bench_write(account, messages, count, 1, &got), ERR_OK);
		snprintf(want, sizeof want, "Content-Type: application/json\n%s%s%sAuthorization: Bearer t",
			 *rows[i].want ? "traceparent: " : "", rows[i].want, *rows[i].want ? "\n" : "");
		bench_equal(rows[i].name, "headers", bench_headers(&got), want);
		http_account_destroy(account);
	}
}

/* All presets, an account that has the header itself, and a placeholder elsewhere. */
Test(http_trace, of_an_account)
{
	static const char *const own[] = { "TraceParent: mine" };
	static const char *const form[] = { "trace={traceparent}" };
	struct http_settings rows[] = {
		{ .url = "https://h/", .form = { form, 1 } },
		{ .url = "https://h/", .form = { form, 1 }, .headers = { own, 1 } },
	};
	static const char *const wanted[] = {
		"Content-Type: application/x-www-form-urlencoded\ntraceparent: 00-" TRACE_A "-" NONCE "-01",
		"Content-Type: application/x-www-form-urlencoded\nTraceParent: mine",
	};
	struct msisdn to = { "1", 1 };
	struct http_message message = { .to = &to,
					.id = SLICE("a"),
					.traceparent = SLICE("00-" TRACE_A "-00f067aa0ba902b7-01") };
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < 2; i++) {
		struct http_account *account = bench_account(&rows[i]);
		struct bench_request got;
		cr_assert_eq(bench_write(account, messages, 1, 1, &got), ERR_OK);
		bench_equal("account", "headers", bench_headers(&got), wanted[i]);
		bench_equal("account", "body", got.body, "trace=00-" TRACE_A "-" NONCE "-01");
		http_account_destroy(account);
	}
}

Test(http_trace, zeros_are_no_span)
{
	struct http_message message = { .traceparent = SLICE("00-" TRACE_A "-00f067aa0ba902b7-01") };
	struct http_fill fill = { .message = &message };
	char out[HTTP_TRACE_OCTETS];
	memset(fill.nonce, '0', sizeof fill.nonce);
	cr_assert_eq(http_trace_put(&fill, &message, out), sizeof out);
	cr_expect_arr_eq(out, "00-" TRACE_A "-0000000000000001-01", sizeof out);
}
