/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "http_bench.h"
#include "wire/http/http_callback.h"
#include "wire/http/http_callback_auth.h"

#include <openssl/err.h>
#include <stdio.h>

static enum alloc_end makes_an_account(void *ctx)
{
	const struct http_settings *settings = ctx;
	struct http_account *account = NULL;
	struct err_at at = { 0 };
	enum err err = http_account_create(settings, &account, &at);
	enum alloc_end end = alloc_end_of(err);
	if (err != ERR_OK && (account != NULL || at.text[0] == '\0'))
		end = alloc_wrong("an account, or no sentence");
	else if (err != ERR_OK && end == ALLOC_WRONG)
		end = alloc_wrong("%s: %s: %s", err_name(err), at.field, at.text);
	http_account_destroy(account);
	return end;
}

static const char *const headers[] = { "X-Trace: {traceparent}", "X-Key: {token}" };
static const char *const codes[] = { "21610=rejected", "isv.X*=throttled account" };
static const char *const templates[] = { "balance = SMS_1 (date, theirs=balance)", "paid = SMS_2" };
static const struct http_settings own = {
	.url = "https://api.example.com/v1/{account}/send?x={id}",
	.headers = { headers, 2 },
	.json = "{\"text\":{text},\"all\":[{each}{\"n\":{to}}{/"
		"each}],\"t\":{template},\"p\":{params.object}}",
	.auth = "bearer",
	.token = "secret-token",
	.account = "acc",
	.templates = { templates, 2 },
	.success = "/status",
	.success_is = "ok",
	.message_id = "/id",
	.error_code = "/error/0/code",
	.error_text = "/error/0/text",
	.codes = { codes, 2 },
};

Test(no_memory, http_account)
{
	struct http_settings settings = own;
	alloc_sweep("an account of its own", makes_an_account, &settings);
	for (const char *const *name = http_preset_names(); *name != NULL; name++) {
		if (strcmp(*name, "kannel") == 0) /* has regular expressions; see below */
			continue;
		settings = (struct http_settings){ .preset = *name,
						   .url = strncmp(*name, "json", 4) == 0 ? "https://h/x" : NULL,
						   .username = "user-name",
						   .password = "pass-word",
						   .token = "secret-token",
						   .account = "account",
						   .region = "region",
						   .source = "10690001",
						   .templates = { templates, 2 } };
		alloc_sweep(*name, makes_an_account, &settings);
	}
}

/* Where glibc's regcomp gets no memory it leaks some of what it has got, but of its first allocations nothing: not a sweep, then. */
Test(no_memory, regular_expression)
{
	if (!alloc_fault_arm(0, 0))
		cr_skip_test("the malloc of this sanitizer cannot be made to fail");
	const struct http_settings settings = { .url = "https://h/x",
						.json = "{\"t\":{text}}",
						.success = "regex:^[03]:" };
	for (uint64_t nth = 1; nth <= 5; nth++) {
		struct http_account *account = NULL;
		struct err_at at = { 0 };
		uint64_t live = alloc_fault_live();
		alloc_fault_watch(true);
		alloc_fault_arm(nth, 0);
		enum err err = http_account_create(&settings, &account, &at);
		alloc_fault_arm(0, 0);
		alloc_fault_watch(false);
		cr_expect_eq(err, ERR_MEMORY, "%u: %s: %s", (unsigned)nth, err_name(err), at.text);
		cr_expect_eq(alloc_fault_live(), live, "%u", (unsigned)nth);
		http_account_destroy(account);
	}
}

/* Signatures are libcrypto's, which allocates. */
static enum alloc_end writes_a_request(void *ctx)
{
	const struct http_account *account = ctx;
	static struct bench_request request;
	static const struct msisdn to = { "8613900000001", 13 };
	const struct http_message message = {
		.to = &to, .id = SLICE("sample-1"), .text = SLICE("x"), .template_name = SLICE("paid")
	};
	const struct http_message *const messages[] = { &message };
	enum alloc_end end = alloc_end_of(bench_write(account, messages, 1, 1770969600000, &request));
	ERR_clear_error();
	return end;
}

Test(no_memory, http_request)
{
	static const char *const signature[] = { "X-Signature: {signature}" };
	static const char *const form[] = { "text={text}" };
	const struct http_settings rows[] = {
		{ .url = "https://h/x",
		  .headers = { signature, 1 },
		  .form = { form, 1 },
		  .auth = "hmac",
		  .password = "key" },
		{ .url = "https://h/x",
		  .headers = { signature, 1 },
		  .form = { form, 1 },
		  .auth = "hmac",
		  .password = "key",
		  .hmac_signs = "{timestamp}.{body.sha256}",
		  .hmac_hash = "sha1" },
		{ .preset = "aliyun",
		  .username = "user-name",
		  .password = "pass-word",
		  .source = "x",
		  .templates = { templates, 2 } },
		{ .preset = "tencent",
		  .username = "user-name",
		  .password = "pass-word",
		  .source = "x",
		  .region = "r",
		  .account = "1",
		  .templates = { templates, 2 } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_account *account = bench_account(&rows[i]);
		alloc_sweep(rows[i].preset ? rows[i].preset : "hmac", writes_a_request, account);
		http_account_destroy(account);
	}
}

struct answered {
	const char *name;
	unsigned status;
	const char *body;
	const char *reference;   /* NULL = it is refused */
	enum outcome_class want; /* where there is memory; then also what is told where there is none */
	enum outcome_class blind;
	struct http_account *account;
};

static enum alloc_end reads_an_answer(void *ctx)
{
	const struct answered *answered = ctx;
	static char octets[HTTP_REFERENCES_OCTETS(1)];
	static struct http_reading reading;
	struct buf references = buf_over(octets, sizeof octets);
	const struct http_message message = { .text = SLICE("x") };
	const struct http_message *const messages[] = { &message };
	const struct http_answer answer = { .status = answered->status, .body = slice_of(answered->body) };
	struct outcome outcome = { .outcome_class = OUTCOME_REJECTED };
	http_answer_read(answered->account, &answer, messages, 1, 1770969600000, &outcome, &references, &reading);
	if (outcome.outcome_class == answered->want) /* accepted under an id that was not found is accepted */
		return slice_equal(outcome.carrier_ref, slice_of(answered->reference)) ? ALLOC_WELL : ALLOC_TOLD;
	if (outcome.outcome_class == answered->blind)
		return ALLOC_TOLD;
	return alloc_wrong("it is %s", outcome_class_name(outcome.outcome_class));
}

/* A yes is never taken for a no without memory, and a no that may pass not for one for ever. */
Test(no_memory, http_answer)
{
	static char yes[20000];
	static char no[20000];
	struct buf buf = buf_over(yes, sizeof yes - 1);
	buf_put_text(&buf, "{\"code\":0,\"status\":\"ok\",\"id\":\"7f\",\"rest\":[");
	for (unsigned i = 0; i < 500; i++)
		buf_put_format(&buf, "\"\\u4f59%u\",", i);
	buf_put_text(&buf, "0]}");
	buf = buf_over(no, sizeof no - 1);
	buf_put_text(&buf, "{\"rest\":[");
	for (unsigned i = 0; i < 500; i++)
		buf_put_format(&buf, "\"\\u4f59%u\",", i);
	buf_put_text(&buf, "0],\"error\":[{\"code\":\"isv.X1\",\"text\":\"slowly\"}]}");
	static const struct http_settings by_regex = {
		.url = "https://h/x",
		.json = "{\"text\":{text}}",
		.success = "regex:\"status\":\"o(k)\"",
		.message_id = "/id",
		.error_code = "/code",
	};
	struct answered rows[] = {
		{ "a yes", 200, yes, "7f", OUTCOME_ACCEPTED, OUTCOME_UNKNOWN, bench_account(&own) },
		{ "a yes by a regular expression", 200, yes, "7f", OUTCOME_ACCEPTED, OUTCOME_UNKNOWN,
		  bench_account(&by_regex) },
		{ "a no that may pass", 400, no, NULL, OUTCOME_THROTTLED, OUTCOME_TEMPORARY, bench_account(&own) },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		alloc_sweep(rows[i].name, reads_an_answer, &rows[i]);
		http_account_destroy(rows[i].account);
	}
}

static enum alloc_end judges_a_signature(void *ctx)
{
	const enum http_callback_hash hash = HTTP_CALLBACK_SHA256;
	bool is_twilio = ctx != NULL;
	enum err good = is_twilio ? http_callback_twilio_signed(SLICE("12345"), SLICE("https://h/callbacks/a/s?x=1"),
								SLICE(""), SLICE("6z00L6uX3+6R6dBWst/O+9ZSvoI="))
				  : http_callback_hmac_signed(hash, SLICE("key"), SLICE("1770969600"), SLICE("[{}]"),
							      SLICE("Lu5VP8OBjOC7wI35OzbOsYTzsx0dRuCtyFhJpRFzaBA="));
	enum err bad = http_callback_hmac_signed(hash, SLICE("key"), SLICE("1"), SLICE("[{}]"), SLICE("Lu5VP8OB"));
	if (bad == ERR_OK)
		return alloc_wrong("another's signature will do");
	ERR_clear_error();
	return bad == ERR_MEMORY ? ALLOC_TOLD : alloc_end_of(good);
}

Test(no_memory, http_callback_auth)
{
	static bool is_twilio;
	alloc_sweep("hmac", judges_a_signature, NULL);
	alloc_sweep("twilio", judges_a_signature, &is_twilio);
}

static enum alloc_end makes_a_callback(void *ctx)
{
	const struct http_callback_settings *settings = ctx;
	struct http_callback *callback = NULL;
	struct err_at at = { 0 };
	enum err err = http_callback_create(settings, &callback, &at);
	enum alloc_end end = alloc_end_of(err);
	if (err != ERR_OK && (callback != NULL || at.text[0] == '\0'))
		end = alloc_wrong("a callback, or no sentence");
	http_callback_destroy(callback);
	return end;
}

static struct http_callback_settings json_settings = { .dialect = "json",
						       .items = "/data/reports",
						       .id = "/msg/id",
						       .state = "/st",
						       .error = "/e~1c",
						       .from = "/to/0",
						       .states = "OK = delivered,NO=rejected",
						       .answer = "{\"code\":0}" };

struct called {
	const char *dialect; /* NULL = json_settings */
	const char *query;
	const char *type;
	const char *body;
	unsigned want;
	struct http_callback *callback;
};

static enum alloc_end reads_a_request(void *ctx)
{
	const struct called *called = ctx;
	const struct http_callback_request request = { .query = slice_of(called->query),
						       .body = slice_of(called->body),
						       .content_type = slice_of(called->type) };
	struct http_callback_list list = { .count = 0 };
	struct err_at at = { 0 };
	enum err err = http_callback_read(called->callback, &request, &list, &at);
	enum alloc_end end = err == ERR_FULL ? ALLOC_TOLD : alloc_end_of(err);
	if (err != ERR_OK && (list.items != NULL || at.text[0] == '\0'))
		end = alloc_wrong("a list, or no sentence");
	else if (err == ERR_OK && list.count != called->want)
		end = alloc_wrong("%u of %u", list.count, called->want);
	if (err == ERR_OK)
		http_callback_list_free(&list);
	return end;
}

Test(no_memory, http_callback)
{
	alloc_sweep("json", makes_a_callback, &json_settings);
	for (const char *const *name = http_callback_dialects(); *name != NULL; name++) {
		struct http_callback_settings settings = json_settings;
		if (strcmp(*name, "json") != 0)
			settings = (struct http_callback_settings){ .dialect = *name, .states = "OK=delivered" };
		if (strcmp(*name, "form") == 0)
			settings.id = settings.state = "x";
		alloc_sweep(*name, makes_a_callback, &settings);
	}
	static char many[30000];
	struct buf buf = buf_over(many, sizeof many - 1);
	buf_put_text(&buf, "{\"data\":{\"reports\":[");
	for (unsigned i = 0; i < 200; i++)
		buf_put_format(
			&buf, "%s{\"msg\":{\"id\":\"a%u\"},\"st\":\"OK\",\"e/c\":\"\\u0030\",\"to\":[\"13900000001\"]}",
			i ? "," : "", i);
	buf_put_text(&buf, "]}}");
	struct called rows[] = {
		{ NULL, "", "application/json", many, 200, NULL },
		{ "kannel", "id=7f&state=1", "", "", 1, NULL },
		{ "twilio", "", "application/x-www-form-urlencoded",
		  "MessageSid=SM1&From=%2B8613900000001&To=%2B8610690001&Body=%E4%BD%99+TD&NumMedia=0", 1, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct http_callback_settings settings = { .dialect = rows[i].dialect };
		cr_assert_eq(
			http_callback_create(rows[i].dialect ? &settings : &json_settings, &rows[i].callback, NULL),
			ERR_OK);
		alloc_sweep(rows[i].dialect ? rows[i].dialect : "many receipts", reads_a_request, &rows[i]);
		http_callback_destroy(rows[i].callback);
	}
}
