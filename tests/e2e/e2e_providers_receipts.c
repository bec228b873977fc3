/* SPDX-License-Identifier: Apache-2.0 */

/* How providers of each dialect tell what became of an sms, and what stands in their way. */

#include "e2e_providers.h"

#include "books.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

/* Providers that call again and again, for long enough. */
#define STUBBORN "--http-callback-retry-ms", "200", "--http-callback-tries", "100"

static const char *const texts[PROVIDERS_TEXTS] = { "short", "long", "foreign", "foreign-long" };

/* All texts go as they are, signed as each provider wants it, and are delivered. */
void providers_delivered(void)
{
	providers_open(&(struct providers_options){ .carrier = { "--receipts", "on" } });
	for (unsigned text = 0; text < PROVIDERS_TEXTS; text++)
		providers_add_all((enum providers_text)text, texts[text]);
	AWAIT(20, providers_count_events("delivered") == PROVIDERS * PROVIDERS_TEXTS);
	for (unsigned text = 0; text < PROVIDERS_TEXTS; text++)
		providers_check_fates(texts[text], "delivered");
	EXPECT_COUNT(providers_count_events("undelivered"), 0);
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
void providers_undelivered(void)
{
	static const char *const each[] = { "a", "b", "c", "d" };
	enum { COUNT = sizeof each / sizeof each[0] };
	providers_open(&(struct providers_options){ .carrier = { "--receipts", "duplicate", "--receipt-state",
								 "UNDELIV@1", "--receipt-delay-ms", "1500", STUBBORN },
						    .forge = "1" });
	for (unsigned k = 0; k < COUNT; k++)
		providers_add_all(PROVIDERS_SHORT, each[k]);
	books_await_settled(20);
	redis_server_kill();
	for (unsigned i = 0; i < PROVIDERS; i++)
		AWAIT(20, providers_metric("hongyan_callbacks_later_total", i) > 0);
	redis_server_start();
	providers_await_told(20);
	json_t *events = books_events();
	for (unsigned k = 0; k < COUNT; k++) {
		providers_check_fates(each[k], "undelivered");
		for (unsigned i = 0; i < PROVIDERS; i++)
			check_error(events, i, each[k]);
	}
	json_decref(events);
	EXPECT_COUNT(providers_count_events("delivered"), 0);
	EXPECT(gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total") > 0);
	EXPECT(gateway_process_said(&providers_gateway, "\"wrong\":\"signature\""));
	providers_close(&(struct providers_end){ .accepted = PROVIDERS * COUNT });
}

/* A receipt may be faster than the answer to the request that it speaks of. */
void providers_early(void)
{
	providers_open(&(struct providers_options){ .carrier = { "--receipts", "early" } });
	providers_add_all(PROVIDERS_SHORT, "short");
	providers_add_all(PROVIDERS_LONG, "long");
	AWAIT(20, providers_count_events("delivered") == 2 * PROVIDERS);
	providers_check_fates("short", "delivered");
	providers_check_fates("long", "delivered");
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS });
}

/* Receipts of what a process sent that is no more come to the one behind it. */
void providers_told_after_a_crash(void)
{
	providers_open(&(struct providers_options){
		.carrier = { "--receipts", "on", "--receipt-delay-ms", "1000", STUBBORN } });
	providers_add_all(PROVIDERS_SHORT, "short");
	providers_add_all(PROVIDERS_LONG, "long");
	books_await_settled(20);
	gateway_process_kill(&providers_gateway);
	gateway_process_start(&providers_gateway, "gateway", NULL, true);
	AWAIT(20, providers_count_events("delivered") == 2 * PROVIDERS);
	providers_await_told(20);
	providers_check_fates("short", "delivered");
	providers_check_fates("long", "delivered");
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS });
}

/* Accounts get their callbacks while the gateway runs: from then on receipts come and find their alerts. Before, whoever
 * called all the same was nobody's provider. */
void providers_callbacks_by_reload(void)
{
	enum { CALL_ALL_THE_SAME = PROVIDERS - 2 }; /* whose requests need not say where to call */
	providers_open(&(struct providers_options){ .carrier = { "--receipts", "on", "--http-callback-tries", "1" },
						    .workers = 1,
						    .has_no_callbacks = true });
	providers_add_all(PROVIDERS_SHORT, "a");
	books_await_settled(20);
	AWAIT(20, gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total") == (double)CALL_ALL_THE_SAME);
	EXPECT_COUNT(redis_server_int("EVAL %s 0", "return #redis.call('KEYS', '{hongyan}:receipts:*')"), 0);
	providers_set_callbacks();
	providers_reload();
	AWAIT(10, gateway_process_count_said(&providers_gateway, "account_changed") == PROVIDERS);
	providers_add_all(PROVIDERS_SHORT, "b");
	books_await_settled(20);
	providers_await_told(20);
	providers_check_fates("b", "delivered");
	EXPECT_COUNT(providers_count_events("delivered"), PROVIDERS);
	EXPECT_COUNT(gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total"), CALL_ALL_THE_SAME);
	providers_close(&(struct providers_end){ .accepted = 2 * PROVIDERS, .dropped = CALL_ALL_THE_SAME });
}

/* The wrong secret or key is in the configuration: nothing is believed. When it is corrected the providers that still call
 * are heard, and each message is told of once. */
void providers_wrong_secrets(void)
{
	providers_open(
		&(struct providers_options){ .carrier = { "--receipts", "on", STUBBORN }, .has_wrong_secrets = true });
	providers_add_all(PROVIDERS_SHORT, "a");
	books_await_settled(20);

	for (unsigned i = 0; i < PROVIDERS; i++) {
		if (providers[i].is_told_where && !providers[i].is_signed)
			AWAIT(20, providers_metric("hongyan_callbacks_total", i) > 0);
	}
	AWAIT(20, gateway_process_metric(&providers_gateway, "hongyan_callbacks_refused_total") >= 2 * (PROVIDERS - 2));
	json_t *events = books_events();
	for (unsigned i = 0; i < PROVIDERS; i++) {
		bool is_heard = providers[i].is_told_where && !providers[i].is_signed;
		EXPECT_COUNT(providers_fates(events, i, "a", "delivered"), is_heard);
	}
	json_decref(events);
	providers_correct_secrets();
	providers_reload();
	providers_await_told(20);
	providers_check_fates("a", "delivered");
	providers_close(&(struct providers_end){ .accepted = PROVIDERS });
}

/* All accounts are made anew again and again while alerts leave and receipts come: none goes twice, and none is forgotten. */
void providers_told_in_reloads(void)
{
	enum { ROUNDS = 8, EACH = 5 };
	char what[16];
	providers_open(&(struct providers_options){
		.carrier = { "--receipts", "on", "--receipt-delay-ms", "20", "--latency", "uniform:0-20", STUBBORN } });
	for (unsigned k = 0; k < ROUNDS * EACH; k++) {
		snprintf(what, sizeof what, "%u", k);
		providers_add_all(k % 4 == 0 ? PROVIDERS_LONG : PROVIDERS_SHORT, what);
		if (k % EACH == 0) {
			providers_change_all();
			providers_reload();
		}
	}
	books_await_settled(30);
	AWAIT(30, providers_count_events("delivered") == ROUNDS * EACH * PROVIDERS);
	providers_await_told(20);
	for (unsigned k = 0; k < ROUNDS * EACH; k++) {
		snprintf(what, sizeof what, "%u", k);
		providers_check_fates(what, "delivered");
	}
	providers_close(&(struct providers_end){ .accepted = ROUNDS * EACH * PROVIDERS });
}
