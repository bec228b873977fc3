/* SPDX-License-Identifier: Apache-2.0 */

/* Providers over HTTP, one of each dialect: what they are sent, what they say of it, and how they tell what became of it. */

#include "e2e_providers.h"

#include "books.h"
#include "command_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD(member) offsetof(struct provider, member)

static long long attempt_of(const json_t *events, unsigned provider, const char *what)
{
	return json_integer_value(json_object_get(providers_closing(events, provider, what, "accepted"), "attempt"));
}

/* -- what providers say of it -- */

/* Its event says why, and so does its dead letter. */
static void expect_dead(const json_t *events, unsigned provider, const char *what, const char *want)
{
	char origin[BOOKS_ORIGIN_OCTETS];
	size_t len;
	const json_t *dead = providers_closing(events, provider, what, "dead");
	const char *reason = json_string_value(json_object_get(dead, "reason"));
	if (reason == NULL || strstr(reason, want) != reason)
		FAIL("the event says “%s”, wants “%s”", reason ? reason : "", want);
	snprintf(origin, sizeof origin, "%s@normal", json_string_value(json_object_get(dead, "entry")));
	char *kept = books_dead_letter(origin, "reason", &len);
	if (kept == NULL || strcmp(kept, reason) != 0)
		FAIL("the dead letter says “%s”, and its event “%s”", kept ? kept : "", reason);
	free(kept);
}

/* “Too fast”, by an HTTP status and by the provider's own code, is no attempt: with one alone all of them arrive. */
static void throttled(void)
{
	double before[PROVIDERS];
	providers_open(&(struct providers_options){ .retry = "attempts_max: 1" });
	providers_tell_each("http-fail", WORD(throttled));
	providers_add_all(PROVIDERS_SHORT, "a");
	providers_add_all(PROVIDERS_FOREIGN, "b");
	for (unsigned i = 0; i < PROVIDERS; i++) {
		if (providers[i].throttled == NULL)
			continue;
		AWAIT(20, providers_outcomes(i, "throttled") > 0);
		smsc_tell(&providers_carriers[i], "throttle on");
		smsc_tell(&providers_carriers[i], "http-fail off");
		before[i] = providers_outcomes(i, "throttled");
	}
	for (unsigned i = 0; i < PROVIDERS; i++) {
		if (providers[i].throttled == NULL)
			continue;
		AWAIT(20, providers_outcomes(i, "throttled") > before[i]);
		smsc_tell(&providers_carriers[i], "throttle off");
	}
	books_await_settled(20);
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		EXPECT_COUNT(attempt_of(events, i, "a"), 1);
		EXPECT_COUNT(attempt_of(events, i, "b"), 1);
	}
	json_decref(events);
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS });
}

/* “Not now” is tried again, and each try counts; where it is said too often the alert is dead. */
static void not_now(void)
{
	double before[PROVIDERS];
	providers_open(&(struct providers_options){ .retry = "attempts_max: 100" });
	providers_tell_each("http-fail", WORD(temporary));
	providers_add_all(PROVIDERS_SHORT, "a");
	for (unsigned i = 0; i < PROVIDERS; i++) {
		AWAIT(20, providers_outcomes(i, "temporary") >= 2);
		smsc_tell(&providers_carriers[i], "http-fail off");
	}
	books_await_settled(20);
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		before[i] = providers_outcomes(i, "temporary");
		EXPECT_COUNT(attempt_of(events, i, "a"), 1 + before[i]);
	}
	json_decref(events);
	gateway_process_edit(&providers_gateway, "attempts_max: 100", "attempts_max: 3");
	providers_reload();
	providers_tell_each("http-fail", WORD(temporary));
	providers_add_all(PROVIDERS_SHORT, "b");
	books_await_settled(20);
	events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		char want[160];
		snprintf(want, sizeof want, "attempts: account “%s” answered temporary", providers[i].name);
		expect_dead(events, i, "b", want);
		EXPECT_COUNT(providers_outcomes(i, "temporary") - before[i], 3);
	}
	json_decref(events);
	providers_close(&(struct providers_end){ .accepted = PROVIDERS, .dead = PROVIDERS });
}

/* “Never” is the end, with the provider's own word for it. */
static void never(void)
{
	providers_open(&(struct providers_options){ .retry = NULL });
	providers_tell_each("http-fail", WORD(rejected));
	providers_add_all(PROVIDERS_SHORT, "a");
	books_await_settled(20);
	providers_tell("http-fail off");
	providers_add_all(PROVIDERS_SHORT, "b");
	books_await_settled(20);
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		char want[160];
		snprintf(want, sizeof want, "rejected: account “%s” answered rejected %s", providers[i].name,
			 providers[i].rejected_shown);
		expect_dead(events, i, "a", want);
		EXPECT_COUNT(attempt_of(events, i, "b"), 1);
	}
	json_decref(events);
	providers_close(&(struct providers_end){ .accepted = PROVIDERS, .dead = PROVIDERS });
}

/* -- keys -- */

/* Each account is refused, in the provider's words, and nobody reads the key in the log. */
static void await_refused(void)
{
	AWAIT(20, gateway_process_count_said(&providers_gateway, "link_refused") == PROVIDERS);
	AWAIT(20, gateway_process_count_said(&providers_gateway, "account_refused") == PROVIDERS);
	for (unsigned i = 0; i < PROVIDERS; i++) {
		char code[96];
		snprintf(code, sizeof code, "\"code\":\"%s\"", providers[i].wrong_key);
		EXPECT(gateway_process_said(&providers_gateway, code));
		EXPECT_COUNT(providers_outcomes(i, "link_refused"), 1);
	}
	EXPECT(!gateway_process_said(&providers_gateway, PROVIDERS_WRONG_KEY));
}

/* Alerts wait until somebody has corrected the key. */
static void wrong_key(void)
{
	providers_open(&(struct providers_options){ .workers = 1, .has_wrong_keys = true });
	providers_add_all(PROVIDERS_SHORT, "a");
	await_refused();
	AWAIT(10, !gateway_process_is_ready(&providers_gateway));
	command_use(providers_gateway.config);
	command_expect(1, "(the carrier answered HTTP 401, 20003, Authenticate): correct its credentials and reload",
		       COMMAND("status"));
	providers_add_all(PROVIDERS_SHORT, "b");
	HOLDS(0.3, books_waiting() == 2 * PROVIDERS);
	providers_correct_keys();
	providers_reload();
	books_await_settled(20);
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		EXPECT_COUNT(attempt_of(events, i, "a"), 2);
		EXPECT_COUNT(attempt_of(events, i, "b"), 1);
	}
	json_decref(events);
	EXPECT(gateway_process_is_ready(&providers_gateway));
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS, .violations = 1 });
}

/* Where the route has another account they do not wait. */
static void wrong_key_elsewhere(void)
{
	static const char *const each[] = { "a", "b" };
	providers_open(&(struct providers_options){ .workers = 1, .has_wrong_keys = true, .has_backup = true });
	providers_add_all(PROVIDERS_SHORT, "a");
	await_refused();
	books_await_settled(20);
	providers_add_all(PROVIDERS_SHORT, "b");
	books_await_settled(20);
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		for (unsigned k = 0; k < 2; k++) {
			EXPECT(books_is(providers_closing(events, i, each[k], "accepted"), "account", "backup"));
			EXPECT_COUNT(attempt_of(events, i, each[k]), 2 - k);
		}
		EXPECT_COUNT(providers_metric("hongyan_elsewhere_total", i), 1);
	}
	json_decref(events);
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS, .violations = 1 });
}

/* -- how they take it -- */

enum { TENCENT = 2, ALIYUN = 3, TOGETHER = 40 };

static const unsigned many_in_one[] = { TENCENT, ALIYUN };

/* Adds alerts first … first + TOGETHER − 1 for each of the two, and waits until they are settled. Returns how many requests
 * it took. */
static long long send_together(unsigned first, bool is_refused_first)
{
	long long before = 0;
	long long after = 0;
	char what[16];
	for (unsigned i = 0; i < 2; i++)
		before += smsc_count(&providers_carriers[many_in_one[i]], "http_requests");
	for (unsigned k = 0; k < 2 * TOGETHER; k++) {
		snprintf(what, sizeof what, "%u", first + k / 2);
		providers_add(many_in_one[k % 2], PROVIDERS_SAME, what);
	}
	for (unsigned i = 0; is_refused_first && i < 2; i++) {
		AWAIT(20, providers_outcomes(many_in_one[i], "temporary") > (double)TOGETHER);
		smsc_tell(&providers_carriers[many_in_one[i]], "http-fail off");
	}
	books_await_settled(20);
	for (unsigned i = 0; i < 2; i++)
		after += smsc_count(&providers_carriers[many_in_one[i]], "http_requests");
	return after - before;
}

/* Where one request carries many numbers, what it says of one phone is not said of the others; and each is told of. */
static void together(void)
{
	char what[16];
	providers_open(&(struct providers_options){
		.carrier = { "--receipts", "on", "--http-callback-batch", "10", "--latency", "fixed:30" } });
	smsc_tell(&providers_carriers[TENCENT], "http-fail LimitExceeded.PhoneNumberThirtySecondLimit");
	smsc_tell(&providers_carriers[ALIYUN], "http-fail isv.BUSINESS_LIMIT_CONTROL");
	send_together(0, true);
	EXPECT(send_together(TOGETHER, false) < 2 * TOGETHER);
	providers_await_told(20);
	json_t *events = books_events();
	for (unsigned k = 0; k < 2 * TOGETHER; k++) {
		snprintf(what, sizeof what, "%u", k);
		for (unsigned i = 0; i < 2; i++)
			EXPECT_COUNT(providers_fates(events, many_in_one[i], what, "delivered"), 1);
	}
	json_decref(events);
	providers_close(&(struct providers_end){ .accepted = 4 * TOGETHER });
}

/* Answers that never came, not whole, or make no sense: what may have been taken is sent once more, and told so. Who knows our
 * ids again takes it once all the same. A redirect is an answer, and nobody follows it. */
static void unanswered(void)
{
	static const struct {
		const char *fault;
		const char *class_name;
		bool was_taken;
	} rows[] = { { "close", "unknown", true },   { "reset", "unknown", true }, { "cut:9", "unknown", true },
		     { "garbage", "unknown", true }, { "drop", "unknown", false }, { "redirect", "temporary", false } };
	enum { ROWS = sizeof rows / sizeof rows[0], JSON = PROVIDERS - 1 };
	unsigned taken_count = 0;
	providers_open(&(struct providers_options){ .retry = NULL });
	for (unsigned k = 0; k < ROWS; k++) {
		double before[PROVIDERS];
		char line[64];
		for (unsigned i = 0; i < PROVIDERS; i++)
			before[i] = providers_outcomes(i, rows[k].class_name);
		snprintf(line, sizeof line, "http-fault %s", rows[k].fault);
		providers_tell(line);
		providers_add_all(PROVIDERS_FOREIGN_LONG, rows[k].fault);
		for (unsigned i = 0; i < PROVIDERS; i++) {
			AWAIT(20, providers_outcomes(i, rows[k].class_name) > before[i]);
			smsc_tell(&providers_carriers[i], "http-fault off");
		}
		books_await_settled(20);
		taken_count += rows[k].was_taken;
	}
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		for (unsigned k = 0; k < ROWS; k++) {
			const json_t *closing = providers_closing(events, i, rows[k].fault, "accepted");
			bool is_ambiguous = json_is_true(json_object_get(closing, "ambiguous"));
			EXPECT(is_ambiguous == (strcmp(rows[k].class_name, "unknown") == 0));
		}
	}
	json_decref(events);
	EXPECT_COUNT(smsc_count(&providers_carriers[JSON], "http_repeats"), taken_count);
	providers_close(
		&(struct providers_end){ .accepted = PROVIDERS * ROWS, .again = (PROVIDERS - 1) * taken_count });
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "delivered", providers_delivered, 60, false },
		{ "undelivered", providers_undelivered, 90, false },
		{ "early", providers_early, 60, false },
		{ "told_after_a_crash", providers_told_after_a_crash, 60, false },
		{ "throttled", throttled, 60, false },
		{ "not_now", not_now, 60, false },
		{ "never", never, 60, false },
		{ "together", together, 60, false },
		{ "unanswered", unanswered, 60, false },
		{ "wrong_key", wrong_key, 60, false },
		{ "wrong_key_elsewhere", wrong_key_elsewhere, 60, false },
		{ "wrong_secrets", providers_wrong_secrets, 60, false },
		{ "callbacks_by_reload", providers_callbacks_by_reload, 60, false },
		{ "told_in_reloads", providers_told_in_reloads, 60, false },
		{ "replies", providers_replies, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
