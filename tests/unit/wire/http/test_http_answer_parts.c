/* SPDX-License-Identifier: Apache-2.0 */

/* Answers of a provider that cuts a long text itself and answers for each part. */

#include "http_bench.h"

#include <stdio.h>

static const struct msisdn to = { "8618511122233", 13 };
static const struct http_message message = { .to = &to, .id = SLICE("a1.1"), .text = SLICE("x") };
static const struct http_message *const messages[] = { &message };

static struct http_account *vonage(void)
{
	return bench_account(&(struct http_settings){ .preset = "vonage", .username = "user", .password = "secret" });
}

/* Vonage cuts a long text itself, and each part has an id that its receipt names. */
Test(http_answer_parts, each_part_has_its_own_id)
{
#define PART(id)  "{\"status\":\"0\",\"message-id\":\"" id "\"}"
#define UUID(end) "0d3a9e1c-5b7f-4c2a-9f00-8a6b1c2d3e" end
	static const struct {
		const char *name;
		const char *body;
		unsigned want_count;
		const char *want[4];
	} parts[] = {
		{ "one", "{\"messages\":[" PART("A1") "]}", 1, { "A1" } },
		{ "two", "{\"messages\":[" PART("A1") "," PART("A2") "]}", 2, { "A1", "A2" } },
		{ "long ids",
		  "{\"messages\":[" PART(UUID("01")) "," PART(UUID("02")) "," PART(UUID("03")) "]}",
		  3,
		  { UUID("01"), UUID("02"), UUID("03") } },
		{ "without an id",
		  "{\"messages\":[{\"status\":\"0\"}," PART("A2") ",{\"status\":\"0\"}]}",
		  3,
		  { "", "A2", "" } },
		{ "too long an id",
		  "{\"messages\":[" PART(UUID("01") UUID("02")) "," PART("A2") "]}",
		  2,
		  { "", "A2" } },
		{ "one id for all", "{\"messages\":[" PART("A1") "," PART("A1") "," PART("A1") "]}", 1, { "A1" } },
		{ "one twice", "{\"messages\":[" PART("A1") "," PART("A2") "," PART("A1") "]}", 2, { "A1", "A2" } },
	};
	struct http_account *account = vonage();
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct outcome outcome;
		bench_read(account, 200, NULL, parts[i].body, messages, 1, &outcome, &references);
		cr_assert_eq(outcome.outcome_class, OUTCOME_ACCEPTED, "%s", parts[i].name);
		cr_assert_eq(outcome.more_count + 1, parts[i].want_count, "%s: %u", parts[i].name, outcome.more_count);
		for (unsigned k = 0; k < parts[i].want_count; k++) {
			struct slice ref = k ? outcome.more_refs[k - 1] : outcome.carrier_ref;
			cr_expect(slice_is(ref, parts[i].want[k]), "%s %u: %.*s", parts[i].name, k, SLICE_ARG(ref));
		}
		cr_expect(!outcome.is_in_part);
	}
	http_account_destroy(account);
}

/* More parts than any sms has, with ids as long as they may be: the first ones are kept. */
Test(http_answer_parts, parts_are_bounded)
{
	static char body[65536];
	struct http_account *account = vonage();
	static const unsigned counts[] = { HTTP_PARTS_MAX - 1, HTTP_PARTS_MAX, HTTP_PARTS_MAX + 1, 200 };
	for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
		unsigned count = counts[n];
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		struct buf out = buf_over(body, sizeof body - 1);
		struct outcome outcome;
		buf_put_text(&out, "{\"messages\":[");
		for (unsigned i = 0; i < count; i++)
			out.len += (size_t)snprintf(body + out.len, 128,
						    "%s{\"status\":\"0\",\"message-id\":\"%064u\"}", i ? "," : "", i);
		buf_put_text(&out, "]}");
		body[out.len] = '\0';
		bench_read(account, 200, NULL, body, messages, 1, &outcome, &references);
		cr_assert_eq(outcome.outcome_class, OUTCOME_ACCEPTED);
		unsigned want = count < HTTP_PARTS_MAX ? count : HTTP_PARTS_MAX;
		cr_assert_eq(outcome.more_count + 1, want, "%u: %u", count, outcome.more_count);
		cr_assert_eq(outcome.more_refs[want - 2].len, 64);
	}
	http_account_destroy(account);
}

/* Some parts were taken and others not: sent again, or by another account, some would arrive twice. */
Test(http_answer_parts, a_part_that_was_refused)
{
	static const struct {
		const char *name;
		const char *statuses[3];
		int want_class;
		bool want_in_part;
		bool want_about_account;
	} mixed[] = {
		{ "never", { "0", "7", "0" }, OUTCOME_REJECTED, true, false },
		{ "never by this account", { "0", "2" }, OUTCOME_REJECTED, true, false },
		{ "too fast", { "0", "1" }, OUTCOME_UNKNOWN, true, false },
		{ "no credit", { "0", "0", "9" }, OUTCOME_UNKNOWN, true, false },
		{ "first refused", { "5", "0" }, OUTCOME_UNKNOWN, true, false },
		{ "none was taken", { "1", "7" }, OUTCOME_REJECTED, false, false },
		{ "none was taken, of the account", { "9", "9" }, OUTCOME_LINK_REFUSED, false, true },
	};
	struct http_account *account = vonage();
	for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++) {
		char memory[HTTP_REFERENCES_OCTETS(1)];
		struct buf references = buf_over(memory, sizeof memory);
		char body[512];
		size_t len = (size_t)snprintf(body, sizeof body, "{\"messages\":[");
		for (unsigned k = 0; k < 3 && mixed[i].statuses[k]; k++)
			len += (size_t)snprintf(body + len, sizeof body - len,
						"%s{\"status\":\"%s\",\"message-id\":\"" UUID("%02u") "\"}",
						k ? "," : "", mixed[i].statuses[k], k);
		snprintf(body + len, sizeof body - len, "]}");
		struct outcome outcome;
		bench_read(account, 200, NULL, body, messages, 1, &outcome, &references);
		cr_expect((int)outcome.outcome_class == mixed[i].want_class, "%s: %s", mixed[i].name,
			  outcome_class_name(outcome.outcome_class));
		cr_expect_eq(outcome.is_in_part, mixed[i].want_in_part, "%s", mixed[i].name);
		cr_expect_eq(outcome.is_about_account, mixed[i].want_about_account, "%s", mixed[i].name);
		cr_expect_eq(outcome.carrier_ref.len, 0, "%s", mixed[i].name);
		cr_expect_eq(outcome.more_count, 0, "%s", mixed[i].name);
	}
	http_account_destroy(account);
}
