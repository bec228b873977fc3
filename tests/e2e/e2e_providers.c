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

static const char *const texts[PROVIDERS_TEXTS] = { "short", "long", "foreign", "foreign-long" };

static double metric_of(const char *name, unsigned provider)
{
	char text[128];
	snprintf(text, sizeof text, "%s{account=\"%s\"}", name, providers[provider].name);
	return gateway_process_metric(&providers_gateway, text);
}

static unsigned count_events(const char *kind)
{
	json_t *events = books_events();
	unsigned count = books_count(events, "event", kind);
	json_decref(events);
	return count;
}

static long long attempt_of(const json_t *events, unsigned provider, const char *what)
{
	return json_integer_value(json_object_get(providers_closing(events, provider, what, "accepted"), "attempt"));
}

/* Each message has been told of once. */
static void check_fates(const char *what, const char *kind)
{
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		unsigned fates = providers_fates(events, i, what, kind);
		if (fates != 1)
			FAIL("“%s-%s” has %u events “%s”", providers[i].name, what, fates, kind);
	}
	json_decref(events);
}

/* -- what arrives -- */

/* All texts go as they are, signed as each provider wants it, and are delivered. */
static void delivered(void)
{
	providers_open(&(struct providers_options){ .carrier = { "--receipts", "on" } });
	for (unsigned text = 0; text < PROVIDERS_TEXTS; text++)
		providers_add_all((enum providers_text)text, texts[text]);
	AWAIT(20, count_events("delivered") == PROVIDERS * PROVIDERS_TEXTS);
	for (unsigned text = 0; text < PROVIDERS_TEXTS; text++)
		check_fates(texts[text], "delivered");
	EXPECT_COUNT(count_events("undelivered"), 0);
	providers_close(&(struct providers_end){ .accepted = PROVIDERS * PROVIDERS_TEXTS });
}

static void check_error(const json_t *events, unsigned provider, const char *what)
{
	char id[64];
	size_t i;
	const json_t *event;
	snprintf(id, sizeof id, "%s-%s", providers[provider].name, what);
	json_array_foreach(events, i, event)
	{
		if (!books_is(event, "event", "undelivered") || !books_is(event, "id", id))
			continue;
		EXPECT(books_is(event, "state", "UNDELIVERABLE") &&
		       books_is(event, "account", providers[provider].name));
		const char *error = json_string_value(json_object_get(event, "error"));
		if (strcmp(error ? error : "", providers[provider].undelivered_why) != 0)
			FAIL("“%s” was not delivered for “%s”, wants “%s”", id, error ? error : "",
			     providers[provider].undelivered_why);
	}
}

/* While Redis is away no provider hears yes, so that none forgets what it has to tell. What it tells twice, or what
 * somebody else tells, changes nothing. */
static void undelivered(void)
{
	static const char *const each[] = { "a", "b", "c", "d" };
	enum { COUNT = sizeof each / sizeof each[0] };
	providers_open(&(struct providers_options){
		.carrier = { "--receipts", "duplicate", "--receipt-state", "UNDELIV@1", "--receipt-delay-ms", "1500",
			     "--http-callback-retry-ms", "200", "--http-callback-tries", "100" },
		.forge = "0.5" });
	for (unsigned k = 0; k < COUNT; k++)
		providers_add_all(PROVIDERS_SHORT, each[k]);
	books_await_settled(20);
	redis_server_kill();
	for (unsigned i = 0; i < PROVIDERS; i++)
		AWAIT(20, metric_of("hongyan_callbacks_later_total", i) > 0);
	redis_server_start();
	providers_await_told(20);
	json_t *events = books_events();
	for (unsigned k = 0; k < COUNT; k++) {
		check_fates(each[k], "undelivered");
		for (unsigned i = 0; i < PROVIDERS; i++)
			check_error(events, i, each[k]);
	}
	json_decref(events);
	EXPECT_COUNT(count_events("delivered"), 0);
	EXPECT(gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total") > 0);
	EXPECT(gateway_process_said(&providers_gateway, "\"wrong\":\"signature\""));
	providers_close(&(struct providers_end){ .accepted = PROVIDERS * COUNT });
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
	providers_open(&(struct providers_options){ .has_wrong_keys = true });
	providers_add_all(PROVIDERS_SHORT, "a");
	await_refused();
	AWAIT(10, !gateway_process_is_ready(&providers_gateway));
	command_use(providers_gateway.config);
	command_expect(1,
		       "account twilio is refused by the carrier (the carrier answered HTTP 401, 20003, Authenticate): "
		       "correct its key and reload",
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
	providers_open(&(struct providers_options){ .has_wrong_keys = true, .has_backup = true });
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
		EXPECT_COUNT(metric_of("hongyan_elsewhere_total", i), 1);
	}
	json_decref(events);
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS, .violations = 1 });
}

/* -- reloads -- */

/* Accounts get their callbacks while the gateway runs: from then on receipts come and find their alerts. Before, whoever
 * called all the same was nobody's provider. */
static void callbacks_by_reload(void)
{
	enum { CALL_ALL_THE_SAME = PROVIDERS - 2 }; /* whose requests need not say where to call */
	providers_open(&(struct providers_options){ .carrier = { "--receipts", "on", "--http-callback-tries", "1" },
						    .has_no_callbacks = true });
	providers_add_all(PROVIDERS_SHORT, "a");
	books_await_settled(20);
	AWAIT(20, gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total") == CALL_ALL_THE_SAME);
	EXPECT_COUNT(redis_server_int("EVAL %s 0", "return #redis.call('KEYS', '{hongyan}:receipts:*')"), 0);
	providers_set_callbacks();
	providers_reload();
	AWAIT(10, gateway_process_count_said(&providers_gateway, "account_changed") == PROVIDERS);
	providers_add_all(PROVIDERS_SHORT, "b");
	books_await_settled(20);
	providers_await_told(20);
	check_fates("b", "delivered");
	EXPECT_COUNT(count_events("delivered"), PROVIDERS);
	EXPECT_COUNT(gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total"), CALL_ALL_THE_SAME);
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS, .dropped = CALL_ALL_THE_SAME });
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "delivered", delivered, 60, false },
		{ "undelivered", undelivered, 90, false },
		{ "throttled", throttled, 60, false },
		{ "not_now", not_now, 60, false },
		{ "never", never, 60, false },
		{ "wrong_key", wrong_key, 60, false },
		{ "wrong_key_elsewhere", wrong_key_elsewhere, 60, false },
		{ "callbacks_by_reload", callbacks_by_reload, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
