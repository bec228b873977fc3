/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_account_inner.h"

#include "http_bench.h"

static const struct msisdn numbers[] = { { "8613900000001", 13 }, { "8613900000002", 13 }, { "8613900000003", 13 } };
static const struct submit_param params[] = { { SLICE("code"), SLICE("1") } };
static const struct submit_param other_params[] = { { SLICE("code"), SLICE("2") } };
static const char *const templates[] = { "t = 1 (code)", "u = 2 (code, gone)", "v = 3" };

static struct http_account *make(const char *preset)
{
	struct http_settings settings = {
		.preset = preset, .username = "u", .password = "p", .token = "t", .templates = { templates, 3 }
	};
	if (strncmp(preset, "json", 4) == 0)
		settings.url = "https://h/";
	return bench_account(&settings);
}

Test(http_account_takes, messages)
{
	static const char longest[] = "123456789012345678901234567890123456789012345678";
	const struct {
		const char *name;
		const char *preset;
		struct http_message message;
		const char *want_field; /* NULL: it takes it */
	} rows[] = {
		{ "plain", "twilio", { .id = SLICE("a-Z_0.9") }, NULL },
		{ "longest id", "twilio", { .id = SLICE(longest) }, NULL },
		{ "no id", "twilio", { .id = { NULL, 0 } }, "id" },
		{ "id too long",
		  "twilio",
		  { .id = { "1234567890123456789012345678901234567890123456789", 49 } },
		  "id" },
		{ "id with a break", "twilio", { .id = SLICE("a\r\nX: y") }, "id" },
		{ "id with a blank", "twilio", { .id = SLICE("a b") }, "id" },
		{ "source with a break", "twilio", { .id = SLICE("a"), .source = SLICE("a\nb") }, "source" },
		{ "source in Chinese", "twilio", { .id = SLICE("a"), .source = SLICE("鸿雁 1") }, NULL },
		{ "callback with a blank",
		  "twilio",
		  { .id = SLICE("a"), .callback = SLICE("https://h/a b") },
		  "callback" },
		{ "traceparent", "json", { .id = SLICE("a"), .traceparent = SLICE("00\r\nX: y") }, "traceparent" },
		{ "template",
		  "aliyun",
		  { .id = SLICE("a"), .template_name = SLICE("t"), .params = params, .param_count = 1 },
		  NULL },
		{ "template without parameters", "tencent", { .id = SLICE("a"), .template_name = SLICE("v") }, NULL },
		{ "not mapped", "aliyun", { .id = SLICE("a"), .template_name = SLICE("w") }, "template" },
		{ "no template", "aliyun", { .id = SLICE("a") }, "template" },
		{ "parameter missing",
		  "tencent",
		  { .id = SLICE("a"), .template_name = SLICE("u"), .params = params, .param_count = 1 },
		  "params" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_account *account = make(rows[i].preset);
		struct err_at at = { 0 };
		struct http_message message = rows[i].message;
		message.to = &numbers[0];
		bool takes = http_account_takes(account, &message, &at);
		cr_expect(takes == (rows[i].want_field == NULL), "%s: %s", rows[i].name, at.text);
		bench_equal(rows[i].name, "field", at.field, rows[i].want_field ? rows[i].want_field : "");
		cr_expect(http_account_takes(account, &message, NULL) == takes);
		http_account_destroy(account);
	}
}

Test(http_account_takes, what_may_share_a_request)
{
	struct http_message base = { .to = &numbers[0],
				     .id = SLICE("a"),
				     .text = SLICE("x"),
				     .template_name = SLICE("t"),
				     .params = params,
				     .param_count = 1 };
	struct http_message same = base, same_number = base, other_text = base, other_template = base,
			    other_param = base, other_source = base;
	same.to = other_text.to = other_template.to = other_param.to = other_source.to = &numbers[1];
	same.id = SLICE("b");
	other_text.text = SLICE("y");
	other_template.template_name = SLICE("v");
	other_param.params = other_params;
	other_source.source = SLICE("S");
	const struct {
		const char *name;
		const struct http_message *next;
		bool want_aliyun, want_tencent, want_batch;
	} rows[] = {
		{ "the same", &same, true, true, true },
		{ "the same number", &same_number, false, false, false },
		{ "another text", &other_text, true, true, true }, /* Aliyun and Tencent know their own texts only */
		{ "another template", &other_template, false, false, true },
		{ "another parameter", &other_param, false, false, true },
		{ "another sender", &other_source, false, false, true },
	};
	const struct http_message *messages[] = { &base };
	struct http_account *aliyun = make("aliyun"), *tencent = make("tencent"), *batch = make("json-batch"),
			    *single = make("json");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_expect(http_account_may_share(aliyun, messages, 1, rows[i].next) == rows[i].want_aliyun,
			  "aliyun: %s", rows[i].name);
		cr_expect(http_account_may_share(tencent, messages, 1, rows[i].next) == rows[i].want_tencent,
			  "tencent: %s", rows[i].name);
		cr_expect(http_account_may_share(batch, messages, 1, rows[i].next) == rows[i].want_batch, "batch: %s",
			  rows[i].name);
		cr_expect(!http_account_may_share(single, messages, 1, rows[i].next), "single: %s", rows[i].name);
		cr_expect(http_account_may_share(single, messages, 0, rows[i].next), "the first: %s", rows[i].name);
	}
	http_account_destroy(aliyun);
	http_account_destroy(tencent);
	http_account_destroy(batch);
	http_account_destroy(single);

	/* What a request says once has to be the same in all; and there is an end. */
	static const char *const form[] = { "to={to.all}",   "text={text}",    "p={param.code}",
					    "cb={callback}", "v={validity_s}", "u={unicode?2:0}" };
	struct http_settings settings = { .url = "https://h/", .form = { form, 6 }, .batch_max = 2 };
	struct http_account *account = bench_account(&settings);
	struct http_message other_callback = same, other_validity = same, other_alphabet = same;
	other_callback.callback = SLICE("https://x/");
	other_validity.validity_s = 9;
	other_alphabet.encoding = ENCODING_UCS2;
	cr_expect(http_account_may_share(account, messages, 1, &same));
	cr_expect(!http_account_may_share(account, messages, 1, &other_text));
	cr_expect(!http_account_may_share(account, messages, 1, &other_param));
	cr_expect(!http_account_may_share(account, messages, 1, &other_callback));
	cr_expect(!http_account_may_share(account, messages, 1, &other_validity));
	cr_expect(!http_account_may_share(account, messages, 1, &other_alphabet));
	cr_expect(http_account_may_share(account, messages, 1, &other_source));
	struct http_message third = base;
	third.to = &numbers[2];
	const struct http_message *full[] = { &base, &same };
	cr_expect(!http_account_may_share(account, full, 2, &third));
	http_account_destroy(account);
}

/* A request has one signature: what differs in what it signs goes in requests of its own. */
Test(http_account_takes, what_is_signed_is_the_same_in_all)
{
	static const char *const form[] = { "to={to.all}" };
	static const char *const headers[] = { "X-Signature: {signature}" };
	static const struct {
		const char *signs;
		bool want_validity, want_source;
	} rows[] = { { "{body}", true, true },
		     { "{validity_s}{body}", false, true },
		     { "{from}{timestamp}", true, false } };
	struct http_message base = { .to = &numbers[0], .id = SLICE("a"), .validity_s = 60, .text = SLICE("x") };
	struct http_message other_validity = base, other_source = base;
	const struct http_message *messages[] = { &base };
	other_validity.to = other_source.to = &numbers[1];
	other_validity.validity_s = 3600;
	other_source.source = SLICE("S");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_settings settings = { .url = "https://h/",
						  .form = { form, 1 },
						  .headers = { headers, 1 },
						  .auth = "hmac",
						  .password = "p",
						  .hmac_signs = rows[i].signs,
						  .batch_max = 2 };
		struct http_account *account = bench_account(&settings);
		cr_expect_eq(http_account_may_share(account, messages, 1, &other_validity), rows[i].want_validity, "%s",
			     rows[i].signs);
		cr_expect_eq(http_account_may_share(account, messages, 1, &other_source), rows[i].want_source, "%s",
			     rows[i].signs);
		http_account_destroy(account);
	}
}
