/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_account.h"

#include "http_bench.h"

#define LINES(...)                                                                                                  \
	{                                                                                                           \
		(const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *) \
	}

#define SECRET_50  "01234567890123456789012345678901234567890123456789"
#define SECRET_251 SECRET_50 SECRET_50 SECRET_50 SECRET_50 SECRET_50 "x"

Test(http_account, refuses_what_will_not_do)
{
	const struct {
		const char *name;
		struct http_settings settings;
		enum err want;
		const char *want_field, *want_words;
	} rows[] = {
		{ "no URL", { .json = "{}" }, ERR_RANGE, "url", "is missing" },
		{ "no URL of its own", { .preset = "kannel" }, ERR_RANGE, "url", "this preset has none" },
		{ "preset", { .preset = "twilo" }, ERR_NOT_FOUND, "preset", "did you mean “twilio”?" },
		{ "scheme", { .url = "ftp://h/" }, ERR_FORMAT, "url", "https://" },
		{ "no host", { .url = "https:///x" }, ERR_FORMAT, "url", "no host" },
		{ "no path", { .url = "https://h" }, ERR_FORMAT, "url", "no path" },
		{ "user in URL", { .url = "https://u:p@h/" }, ERR_FORMAT, "url", "user name" },
		{ "placeholder in host", { .url = "https://{account}.h/" }, ERR_FORMAT, "url", "no host" },
		{ "placeholder behind host", { .url = "https://h{account}/" }, ERR_FORMAT, "url", "behind it only" },
		{ "blank in URL", { .url = "https://h/a b" }, ERR_FORMAT, "url", "percent-encoded" },
		{ "line break in URL", { .url = "https://h/a\r\nX: y" }, ERR_FORMAT, "url", "percent-encoded" },
		{ "fragment", { .url = "https://h/#a" }, ERR_FORMAT, "url", "#" },
		{ "method", { .url = "https://h/", .method = "PATCH" }, ERR_RANGE, "method", "unknown" },
		{ "GET with a body",
		  { .url = "https://h/", .method = "GET", .json = "{}" },
		  ERR_RANGE,
		  "method",
		  "no body" },
		{ "two bodies",
		  { .url = "https://h/", .json = "{}", .form = LINES("a=b") },
		  ERR_RANGE,
		  "json",
		  "one body" },
		{ "pair", { .url = "https://h/", .query = LINES("a=b", "c") }, ERR_FORMAT, "query", "entry 2" },
		{ "pair without name", { .url = "https://h/", .form = LINES("=b") }, ERR_FORMAT, "form", "entry 1" },
		{ "header", { .url = "https://h/", .headers = LINES("X") }, ERR_FORMAT, "headers", "entry 1" },
		{ "header name",
		  { .url = "https://h/", .headers = LINES("X Y: z") },
		  ERR_FORMAT,
		  "headers",
		  "entry 1" },
		{ "header with a break",
		  { .url = "https://h/", .headers = LINES("X: y\r\nZ: a") },
		  ERR_FORMAT,
		  "headers",
		  "line break" },
		{ "taken header",
		  { .url = "https://h/", .headers = LINES("content-LENGTH: 3") },
		  ERR_RANGE,
		  "headers",
		  "by itself" },
		{ "two authorizations",
		  { .url = "https://h/", .auth = "bearer", .token = "t", .headers = LINES("Authorization: x") },
		  ERR_RANGE,
		  "headers",
		  "auth" },
		{ "text in a header",
		  { .url = "https://h/", .headers = LINES("X: {text}") },
		  ERR_NOT_FOUND,
		  "headers",
		  "line breaks" },
		{ "param in a header",
		  { .url = "https://h/", .headers = LINES("X: {param.a}") },
		  ERR_NOT_FOUND,
		  "headers",
		  "line breaks" },
		{ "body in a form",
		  { .url = "https://h/", .form = LINES("a={body}") },
		  ERR_NOT_FOUND,
		  "form",
		  "hmac_signs only" },
		{ "signature in a form",
		  { .url = "https://h/", .form = LINES("a={signature}") },
		  ERR_NOT_FOUND,
		  "form",
		  "header only" },
		{ "unknown",
		  { .url = "https://h/", .form = LINES("a={txt}") },
		  ERR_NOT_FOUND,
		  "form",
		  "did you mean {text}?" },
		{ "unknown, nothing near",
		  { .url = "https://h/", .form = LINES("a={zebra}") },
		  ERR_NOT_FOUND,
		  "form",
		  "{zebra}" },
		{ "open", { .url = "https://h/", .form = LINES("a={to") }, ERR_FORMAT, "form", "without its" },
		{ "lone brace", { .url = "https://h/", .form = LINES("a={ }") }, ERR_FORMAT, "form", "{{" },
		{ "condition", { .url = "https://h/", .form = LINES("a={to.all?x}") }, ERR_FORMAT, "form", "never is" },
		{ "each in a form",
		  { .url = "https://h/", .form = LINES("a={each}{/each}") },
		  ERR_FORMAT,
		  "form",
		  "JSON body only" },
		{ "each in a string",
		  { .url = "https://h/", .json = "{\"a\":\"{each}{/each}\"}" },
		  ERR_FORMAT,
		  "json",
		  "JSON body only" },
		{ "each twice",
		  { .url = "https://h/", .json = "[{each}1{/each},{each}1{/each}]" },
		  ERR_FORMAT,
		  "json",
		  "twice" },
		{ "each open", { .url = "https://h/", .json = "[{each}1]" }, ERR_FORMAT, "json", "without {/each}" },
		{ "each not open",
		  { .url = "https://h/", .json = "[1{/each}]" },
		  ERR_FORMAT,
		  "json",
		  "without {each}" },
		{ "no JSON", { .url = "https://h/", .json = "{\"a\":{to}" }, ERR_FORMAT, "json", "is not JSON" },
		{ "no JSON when empty",
		  { .url = "https://h/", .json = "{\"a\":1{callback?,\"b\":2:}{from? x}}" },
		  ERR_FORMAT,
		  "json",
		  "is not JSON" },
		{ "twice the same name",
		  { .url = "https://h/", .json = "{\"a\":1,\"a\":2}" },
		  ERR_FORMAT,
		  "json",
		  "is not JSON" },
		{ "auth", { .url = "https://h/", .auth = "digest" }, ERR_RANGE, "auth", "unknown" },
		{ "basic without a name",
		  { .url = "https://h/", .auth = "basic", .password = "p" },
		  ERR_RANGE,
		  "username",
		  "needed" },
		{ "basic without a password",
		  { .url = "https://h/", .auth = "basic", .username = "p" },
		  ERR_RANGE,
		  "password",
		  "needed" },
		{ "basic with a colon",
		  { .url = "https://h/", .auth = "basic", .username = "a:b", .password = "p" },
		  ERR_FORMAT,
		  "username",
		  "RFC 7617" },
		{ "bearer without a token", { .url = "https://h/", .auth = "bearer" }, ERR_RANGE, "token", "needed" },
		{ "token with a break",
		  { .url = "https://h/", .auth = "bearer", .token = "a\nb" },
		  ERR_FORMAT,
		  "token",
		  "line break" },
		{ "tc3 without a service",
		  { .url = "https://h/", .auth = "tc3", .username = "u", .password = "p" },
		  ERR_RANGE,
		  "service",
		  "needed" },
		{ "acs3 with a query",
		  { .url = "https://h/?a=b", .auth = "acs3", .username = "u", .password = "p" },
		  ERR_UNSUPPORTED,
		  "url",
		  "sorted" },
		{ "hmac unused",
		  { .url = "https://h/", .auth = "hmac", .password = "p" },
		  ERR_RANGE,
		  "headers",
		  "no {signature}" },
		{ "signature without hmac",
		  { .url = "https://h/", .headers = LINES("X: {signature}") },
		  ERR_RANGE,
		  "headers",
		  "auth hmac" },
		{ "hmac hash",
		  { .url = "https://h/", .auth = "hmac", .password = "p", .hmac_hash = "md5" },
		  ERR_RANGE,
		  "hmac_hash",
		  "unknown" },
		{ "hmac encoding",
		  { .url = "https://h/", .auth = "hmac", .password = "p", .hmac_encoding = "bas64" },
		  ERR_RANGE,
		  "hmac_encoding",
		  "did you mean “base64”" },
		{ "country", { .url = "https://h/", .country = "ZZ" }, ERR_NOT_FOUND, "country", "unknown" },
		{ "status", { .url = "https://h/", .success_status = "2xx" }, ERR_FORMAT, "success_status", "200-299" },
		{ "status backwards",
		  { .url = "https://h/", .success_status = "299-200" },
		  ERR_FORMAT,
		  "success_status",
		  "200-299" },
		{ "no status", { .url = "https://h/", .success_status = "" }, ERR_FORMAT, "success_status", "empty" },
		{ "success", { .url = "https://h/", .success = "a" }, ERR_FORMAT, "success", "JSON pointer" },
		{ "success is where",
		  { .url = "https://h/", .success_is = "a" },
		  ERR_RANGE,
		  "success_is",
		  "not where" },
		{ "own id elsewhere",
		  { .url = "https://h/", .error_code = "{id}" },
		  ERR_FORMAT,
		  "error_code",
		  "message_id alone" },
		{ "answers by regex",
		  { .url = "https://h/", .answers = "regex:a" },
		  ERR_FORMAT,
		  "answers",
		  "JSON pointer" },
		{ "answers are",
		  { .url = "https://h/", .answers_are = "part" },
		  ERR_RANGE,
		  "answers_are",
		  "did you mean “parts”" },
		{ "codes", { .url = "https://h/", .codes = LINES("1=x") }, ERR_NOT_FOUND, "codes", "unknown class" },
		{ "secret for tc3",
		  { .preset = "tencent", .username = "u", .password = SECRET_251 },
		  ERR_RANGE,
		  "password",
		  "longer than the 250 octets" },
		{ "a path that leads up", { .url = "https://h/a/../b" }, ERR_FORMAT, "url", "where that leads" },
		{ "a path that ends in a dot", { .url = "https://h/a/." }, ERR_FORMAT, "url", "where that leads" },
		{ "no template",
		  { .preset = "aliyun", .username = "u", .password = "p" },
		  ERR_RANGE,
		  "templates",
		  "is empty" },
		{ "idempotency header",
		  { .url = "https://h/", .idempotency_header = "a b" },
		  ERR_FORMAT,
		  "idempotency_header",
		  "name of a header" },
		{ "validity between nothing",
		  { .url = "https://h/", .validity_min_s = 61, .validity_max_s = 60 },
		  ERR_RANGE,
		  "validity_min",
		  "only 60 s" },
		{ "more than the preset's longest",
		  { .preset = "twilio", .username = "u", .password = "p", .validity_min_s = 36001 },
		  ERR_RANGE,
		  "validity_min",
		  "only 36000 s" },
		{ "batch of one number",
		  { .url = "https://h/", .batch_max = 2, .json = "{\"to\":{to}}" },
		  ERR_RANGE,
		  "batch_max",
		  "one number" },
		{ "batch of none",
		  { .url = "https://h/", .batch_max = 2, .json = "{}" },
		  ERR_RANGE,
		  "batch_max",
		  "no place" },
		{ "batch too large",
		  { .url = "https://h/", .batch_max = 1001, .form = LINES("to={to.all}") },
		  ERR_RANGE,
		  "batch_max",
		  "1000" },
		{ "batch of parts",
		  { .url = "https://h/",
		    .batch_max = 2,
		    .form = LINES("to={to.all}"),
		    .answers = "/a",
		    .answers_are = "parts" },
		  ERR_RANGE,
		  "batch_max",
		  "parts" },
		{ "batch with one key",
		  { .url = "https://h/", .batch_max = 2, .form = LINES("to={to.all}"), .idempotency_header = "K" },
		  ERR_RANGE,
		  "batch_max",
		  "one id only" },
		{ "batch with a signature over one number",
		  { .url = "https://h/",
		    .batch_max = 2,
		    .form = LINES("to={to.all}"),
		    .headers = LINES("X-S: {signature}"),
		    .auth = "hmac",
		    .password = "p",
		    .hmac_signs = "{timestamp}{to.plus}" },
		  ERR_RANGE,
		  "hmac_signs",
		  "one message, but batch_max is more than 1" },
		{ "batch with a signature over one id",
		  { .url = "https://h/",
		    .batch_max = 2,
		    .json = "[{each}{\"to\":{to},\"id\":{id}}{/each}]",
		    .headers = LINES("X-S: {signature}"),
		    .auth = "hmac",
		    .password = "p",
		    .hmac_signs = "{id}{body}" },
		  ERR_RANGE,
		  "hmac_signs",
		  "one message, but batch_max is more than 1" },
		{ "batch with one id",
		  { .url = "https://h/", .batch_max = 2, .form = LINES("to={to.all}"), .message_id = "/id" },
		  ERR_RANGE,
		  "batch_max",
		  "of-request" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_account *account = NULL;
		struct err_at at = { 0 };
		enum err err = http_account_create(&rows[i].settings, &account, &at);
		cr_expect(err == rows[i].want, "%s: %s, %s %s", rows[i].name, err_name(err), at.field, at.text);
		cr_expect(account == NULL, "%s", rows[i].name);
		bench_equal(rows[i].name, "field", at.field, rows[i].want_field);
		cr_expect(strstr(at.text, rows[i].want_words) != NULL, "%s: %s", rows[i].name, at.text);
		http_account_destroy(account);
	}
}

Test(http_account, errors_show_no_secret)
{
	/* The place of a mistake is told, not what stands there. */
	struct http_settings settings = { .url = "https://h/",
					  .password = "s3cret",
					  .json = "{\"a\":\"{password}\" \"s3cret\"}" };
	struct http_account *account = NULL;
	struct err_at at = { 0 };
	cr_assert_eq(http_account_create(&settings, &account, &at), ERR_FORMAT);
	cr_expect_null(strstr(at.text, "s3cret"), "%s", at.text);
	settings.json = NULL;
	settings.password = "s3cret\n";
	memset(&at, 0, sizeof at);
	cr_assert_eq(http_account_create(&settings, &account, &at), ERR_FORMAT);
	cr_expect_null(strstr(at.text, "s3cret"), "%s", at.text);
}

Test(http_account, says_who_it_is)
{
	struct http_settings settings = { .preset = "twilio", .username = "AC1", .password = "p" };
	struct http_account *account = bench_account(&settings);
	cr_expect_str_eq(http_account_label(account),
			 "POST https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json");
	cr_expect_str_eq(http_account_origin(account), "https://api.twilio.com");
	cr_expect_eq(http_account_batch_max(account), 1);
	cr_expect(!http_account_needs_template(account));
	http_account_destroy(account);
	settings = (struct http_settings){
		.url = "http://127.0.0.1:8080/a?key={token}", .method = "PUT", .token = "t", .form = LINES("to={to}")
	};
	account = bench_account(&settings);
	cr_expect_str_eq(http_account_label(account), "PUT http://127.0.0.1:8080/a");
	cr_expect_str_eq(http_account_origin(account), "http://127.0.0.1:8080");
	http_account_destroy(account);
	http_account_destroy(NULL);
}

Test(http_account, own_words_stand_above_the_preset)
{
	struct http_settings settings = { .preset = "twilio",
					  .username = "AC1",
					  .password = "p",
					  .url = "https://proxy/x",
					  .json = "{\"to\":{to}}",
					  .headers = LINES("X-A: b") };
	struct http_account *account = bench_account(&settings);
	struct msisdn to = { "15558675310", 11 };
	struct http_message message = { .to = &to, .id = SLICE("a") };
	const struct http_message *messages[] = { &message };
	struct bench_request got;
	cr_assert_eq(bench_write(account, messages, 1, 1, &got), ERR_OK);
	bench_equal("own", "url", got.url, "https://proxy/x");
	bench_equal("own", "body", got.body, "{\"to\":\"15558675310\"}");
	bench_equal("own", "headers", bench_headers(&got),
		    "Content-Type: application/json\nX-A: b\nAuthorization: Basic QUMxOnA=");
	http_account_destroy(account);
	/* A list without entries is one. */
	settings = (struct http_settings){
		.preset = "json", .url = "https://h/", .token = "t", .headers = LINES("X: y"), .idempotency_header = ""
	};
	settings.headers.count = 0;
	account = bench_account(&settings);
	message.traceparent = SLICE("00-1");
	cr_assert_eq(bench_write(account, messages, 1, 1, &got), ERR_OK);
	bench_equal("none", "headers", bench_headers(&got), "Content-Type: application/json\nAuthorization: Bearer t");
	http_account_destroy(account);
}

/* The description that docs/add-a-carrier.md writes without a preset. */
Test(http_account, the_example_of_the_page_works)
{
	struct http_settings settings = {
		.url = "https://api.newsms.example/v2/send",
		.json = "{\"phone\":\"{to.national}\",\"content\":\"{text}\",\"sign\":{from},\"seq\":\"{id}\"}",
		.auth = "hmac",
		.username = "app-7",
		.password = "key",
		.hmac_signs = "{timestamp}{nonce}{body}",
		.headers = LINES("X-App: {username}", "X-Time: {timestamp}", "X-Nonce: {nonce}", "X-Sign: {signature}"),
		.success = "/result",
		.success_is = "0",
		.message_id = "/msgid",
		.error_code = "/result",
		.error_text = "/desc",
		.codes = LINES("13=throttled", "21=link_refused account", "4*=rejected"),
	};
	struct http_account *account = bench_account(&settings);
	struct msisdn to = { "8613900000001", 13 };
	struct http_message message = { .to = &to, .id = SLICE("a1"), .text = SLICE("hi") };
	const struct http_message *messages[] = { &message };
	struct bench_request got;
	cr_assert_eq(bench_write(account, messages, 1, 1770969600000, &got), ERR_OK);
	bench_equal("page", "body", got.body,
		    "{\"phone\":\"13900000001\",\"content\":\"hi\",\"sign\":null,\"seq\":\"a1\"}");
	/* openssl dgst -sha256 -hmac key, over time, nonce and body */
	bench_equal("page", "headers", bench_headers(&got),
		    "Content-Type: application/json\nX-App: app-7\nX-Time: 1770969600\nX-Nonce: "
		    "3156853299f313e23d1673dc12e1703d\n"
		    "X-Sign: c31bd5b25f7e049c138f80798b35ddee900c7d432734fafca1265186ab8ce3ee");
	static const struct {
		const char *body, *want_name;
		enum outcome_class want_class;
	} answers[] = {
		{ "{\"result\":0,\"msgid\":\"m1\"}", NULL, OUTCOME_ACCEPTED },
		{ "{\"result\":13,\"desc\":\"slow\"}", "13", OUTCOME_THROTTLED },
		{ "{\"result\":\"42\"}", "4*", OUTCOME_REJECTED },
	};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		bench_read(account, 200, NULL, answers[i].body, messages, 1, &outcome, &references);
		cr_expect_eq(outcome.outcome_class, answers[i].want_class);
		cr_expect(slice_equal(slice_of(outcome.native_name), slice_of(answers[i].want_name)));
	}
	http_account_destroy(account);
}
