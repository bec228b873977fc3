/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_request.h"

#include "http_bench.h"

static const struct msisdn to = { "8613900000001", 13 };

Test(http_request, placeholders_by_their_place)
{
	static const struct submit_param params[] = { { SLICE("a b"), SLICE("1\"2") }, { SLICE("n"), SLICE("") } };
	struct http_message message = { .to = &to,
					.id = SLICE("id.1"),
					.text = SLICE("a&\"b\"\n"),
					.source = SLICE("S"),
					.validity_s = 61,
					.encoding = ENCODING_UCS2,
					.params = params,
					.param_count = 2,
					.template_name = SLICE("t") };
	static const struct {
		const char *name, *json, *want;
	} rows[] = {
		{ "numbers", "[{to},\"{to.plus}\",{to.national},\"{to.national}\"]",
		  "[\"8613900000001\",\"+8613900000001\",\"13900000001\",\"13900000001\"]" },
		{ "strings", "[\"{text}\",{text},\"<{from}>\"]", "[\"a&\\\"b\\\"\\n\",\"a&\\\"b\\\"\\n\",\"<S>\"]" },
		{ "validity", "[{validity_s},\"{validity_min}\",{validity_ms}]", "[61,\"1\",61000]" },
		{ "empty", "[{callback},\"{callback}\",{traceparent}]", "[null,\"\",null]" },
		{ "conditions", "[{unicode?2:0},\"{unicode?u:t}\",{callback?true:false},\"{callback?x}\"]",
		  "[2,\"u\",false,\"\"]" },
		{ "escaped condition", "[\"{unicode?a\"}\"]", "[\"a\\\"\"]" },
		{ "braces", "{\"{{to}\":{ \"a\" : {}}}", "{\"{to}\":{ \"a\" : {}}}" },
		{ "escapes in the template", "[\"\\\"{to}\\\\\",{to}]",
		  "[\"\\\"8613900000001\\\\\",\"8613900000001\"]" },
		{ "parameters", "[\"{param.a b}\",{param.n},{param.zz}]", "[\"1\\\"2\",null,null]" },
		{ "mapped", "[{template},{params.object},{params.array},\"{params.array}\"]",
		  "[\"7\",{\"x\":\"1\\\"2\",\"n\":\"\"},[\"1\\\"2\",\"\"],\"[\\\"1\\\\\\\"2\\\",\\\"\\\"]\"]" },
		{ "time", "[{timestamp},{timestamp_ms},\"{date}\",\"{nonce}\"]",
		  "[1770969600,1770969600123,\"2026-02-13T08:00:00Z\",\"3156853299f313e23d1673dc12e1703d\"]" },
		{ "account", "[{username},{password},{token},{account},{region}]", "[\"u\",\"p\",\"k\",\"u\",\"r\"]" },
		{ "all numbers", "[\"{to.all}\",{to.plus.all},{to.national.all}]",
		  "[\"8613900000001\",\"+8613900000001\",\"13900000001\"]" },
	};
	static const char *const templates[] = { "t = 7 (x=a b, n)" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_settings settings = { .url = "https://h/",
						  .json = rows[i].json,
						  .templates = { templates, 1 },
						  .username = "u",
						  .password = "p",
						  .token = "k",
						  .region = "r" };
		struct http_account *account = bench_account(&settings);
		const struct http_message *messages[] = { &message };
		struct bench_request got;
		cr_assert(bench_write(account, messages, 1, 1770969600123, &got) == ERR_OK, "%s", rows[i].name);
		bench_equal(rows[i].name, "body", got.body, rows[i].want);
		http_account_destroy(account);
	}
}

Test(http_request, urls_and_pairs)
{
	struct http_message message = { .to = &to, .id = SLICE("id.1"), .text = SLICE("a/b?c&d") };
	static const char *const lines[] = { "x y={text}", "gone={callback}", "lit=a b&", "e=" };
	static const struct {
		const char *url, *want;
	} rows[] = {
		{ "https://h/", "https://h/?x%20y=a%2Fb%3Fc%26d&lit=a%20b%26&e=" },
		{ "https://h:1/p/{text}/q", "https://h:1/p/a%2Fb%3Fc%26d/q?x%20y=a%2Fb%3Fc%26d&lit=a%20b%26&e=" },
		{ "https://h/?k=v", "https://h/?k=v&x%20y=a%2Fb%3Fc%26d&lit=a%20b%26&e=" },
		{ "https://h/?k={id}", "https://h/?k=id.1&x%20y=a%2Fb%3Fc%26d&lit=a%20b%26&e=" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_settings settings = { .url = rows[i].url, .query = { lines, 4 }, .method = "GET" };
		struct http_account *account = bench_account(&settings);
		const struct http_message *messages[] = { &message };
		struct bench_request got;
		cr_assert_eq(bench_write(account, messages, 1, 1, &got), ERR_OK);
		bench_equal(rows[i].url, "url", got.url, rows[i].want);
		http_account_destroy(account);
	}
}

/* What a hostile sender name would do to a header is refused at the latest when it is written. */
Test(http_request, no_value_begins_a_line)
{
	static const char *const headers[] = { "X-From: {from}" };
	struct http_settings settings = { .url = "https://h/", .headers = { headers, 1 } };
	struct http_account *account = bench_account(&settings);
	static const char *const bad[] = { "a\r\nX: y", "a\nb", "\x7f", "a\x01" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct http_message message = { .to = &to, .id = SLICE("a"), .source = slice_of(bad[i]) };
		const struct http_message *messages[] = { &message };
		struct bench_request got;
		cr_expect_eq(bench_write(account, messages, 1, 1, &got), ERR_RANGE);
		cr_expect(!http_account_takes(account, &message, NULL));
	}
	struct http_message nul = { .to = &to, .id = SLICE("a"), .source = { "a\0b", 3 } };
	const struct http_message *messages[] = { &nul };
	struct bench_request got;
	cr_expect_eq(bench_write(account, messages, 1, 1, &got), ERR_RANGE);
	http_account_destroy(account);
}

/* “..” in the path would make it another resource of the provider. */
Test(http_request, no_value_leads_elsewhere)
{
	static const struct {
		const char *value;
		enum err want;
		const char *want_url;
	} rows[] = {
		{ "x", ERR_OK, "https://h/v1/x/send?a=..&b=x" },
		{ "...", ERR_OK, "https://h/v1/.../send?a=..&b=..." },
		{ "../x", ERR_OK, "https://h/v1/..%2Fx/send?a=..&b=..%2Fx" },
		{ "..", ERR_RANGE, NULL },
		{ ".", ERR_RANGE, NULL },
	};
	struct http_settings settings = { .url = "https://h/v1/{text}/send?a=..&b={text}", .message_id = "{id}" };
	struct http_account *account = bench_account(&settings);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_message message = { .to = &to, .id = SLICE("a"), .text = slice_of(rows[i].value) };
		const struct http_message *messages[] = { &message };
		struct bench_request got;
		cr_expect_eq(bench_write(account, messages, 1, 1, &got), rows[i].want, "%s", rows[i].value);
		if (rows[i].want == ERR_OK)
			bench_equal(rows[i].value, "url", got.url, rows[i].want_url);
	}
	http_account_destroy(account);
}

Test(http_request, says_when_it_does_not_fit)
{
	static const char *const templates[] = { "t = 1" };
	static const char *const names[] = { "kannel", "twilio", "vonage", "aliyun", "tencent", "json" };
	struct http_message message = {
		.to = &to, .id = SLICE("a"), .text = SLICE("hello"), .source = SLICE("S"), .template_name = SLICE("t")
	};
	const struct http_message *messages[] = { &message };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct http_settings settings = { .preset = names[i],
						  .url = "https://h/x",
						  .username = "u",
						  .password = "p",
						  .token = "t",
						  .templates = { templates, 1 } };
		struct http_account *account = bench_account(&settings);
		struct bench_request got;
		cr_assert_eq(bench_write(account, messages, 1, 1770969600000, &got), ERR_OK);
		size_t url = got.request.url.len, headers = got.request.headers.len;
		char guard[4096 + 1];
		/* Every length that is too short, of URL and headers. */
		for (size_t cap = 0; cap < url; cap++) {
			memset(guard, '#', sizeof guard);
			struct http_request request = { .url = buf_over(guard, cap),
							.headers = buf_over(got.headers, sizeof got.headers),
							.body = buf_over(got.body, sizeof got.body) };
			cr_expect_eq(http_request_write(account, messages, 1, 1770969600000, bench_nonce, &request),
				     ERR_FULL);
			cr_expect(guard[cap] == '#');
		}
		for (size_t cap = 0; cap < headers; cap++) {
			memset(guard, '#', sizeof guard);
			struct http_request request = { .url = buf_over(got.url, sizeof got.url),
							.headers = buf_over(guard, cap),
							.body = buf_over(got.body, sizeof got.body) };
			cr_expect_eq(http_request_write(account, messages, 1, 1770969600000, bench_nonce, &request),
				     ERR_FULL);
			cr_expect(guard[cap] == '#');
		}
		http_account_destroy(account);
	}
	/* No room for what is signed. */
	struct http_settings settings = {
		.preset = "aliyun", .username = "u", .password = "p", .templates = { templates, 1 }
	};
	struct http_account *account = bench_account(&settings);
	struct bench_request got;
	struct http_request request = { .url = buf_over(got.url, sizeof got.url),
					.headers = buf_over(got.headers, sizeof got.headers),
					.body = buf_over(got.body, 64) };
	cr_expect_eq(http_request_write(account, messages, 1, 1, bench_nonce, &request), ERR_FULL);
	message.template_name = SLICE("unknown");
	cr_expect_eq(bench_write(account, messages, 1, 1, &got), ERR_NOT_FOUND);
	http_account_destroy(account);
}

Test(http_request, a_full_batch_of_a_thousand_numbers)
{
	static const char *const templates[] = { "t = 1" };
	struct http_settings settings = {
		.preset = "aliyun", .username = "u", .password = "p", .templates = { templates, 1 }, .batch_max = 1000
	};
	struct http_account *account = bench_account(&settings);
	static struct msisdn numbers[1000];
	static struct http_message rows[1000];
	static const struct http_message *messages[1000];
	for (unsigned i = 0; i < 1000; i++) {
		struct buf digits = buf_over(numbers[i].digits, MSISDN_DIGITS_MAX);
		buf_put_uint(&digits, 8613900000000u + i);
		numbers[i].len = (uint8_t)digits.len;
		rows[i] = (struct http_message){ .to = &numbers[i], .id = SLICE("a"), .template_name = SLICE("t") };
		messages[i] = &rows[i];
	}
	static char url[32768], headers[4096], body[32768];
	struct http_request request = { .url = buf_over(url, sizeof url),
					.headers = buf_over(headers, sizeof headers),
					.body = buf_over(body, sizeof body) };
	cr_assert_eq(http_request_write(account, messages, 1000, 1, bench_nonce, &request), ERR_OK);
	cr_expect(strstr(url, "13900000000%2C13900000001%2C") != NULL);
	cr_expect(strstr(url, "%2C13900000999&") != NULL);
	http_account_destroy(account);
}
